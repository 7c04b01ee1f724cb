"""What every way of coming in ends with: a new session that knows the rules it lives by."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from reports.actions.accounts import end_older_sessions
from reports.domain.security import is_expired, is_password_old
from reports.domain.sign_on import SignOn
from reports.models import Account, Membership
from reports.models.sessions import BEGAN
from reports.selectors.security_settings import security_settings
from reports.views.kept_form import KEY as KEPT_FORM
from reports.views.kept_form import kept_form

BACKEND = "reports.views.backend.LedgerBackend"
# Names in the session.
IDLE = "idle_minutes"
OLD_PASSWORD = "password_is_old"  # nosec B105 # a word, no password
SET_UP = "second_factor_to_set_up"
SIGNED_ON = "signed_on"
WAITING = "waits_for_code"
# How long the password stays good while the code is looked for.
CODE_SECONDS = 300


def account_of(user: User) -> Account | None:
    return getattr(user, "account", None)


def may_come_in(user: User) -> bool:
    """Whether a login can be used today: neither closed nor over."""
    account = account_of(user)
    over = account is not None and is_expired(account.expires_on, timezone.localdate())
    return user.is_active and not over


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Whom a trusted proxy vouches for, and how it knows."""

    mode: SignOn
    name: str


def enter(
    request: HttpRequest, user: User, *, then: str, signed_on: SignedOn | None = None
) -> HttpResponse:
    """Let in whoever has shown a password or was vouched for, by way of the code if there is one.

    A certificate is a second factor itself.
    """
    by_certificate = signed_on is not None and signed_on.mode == SignOn.CLIENT_CERTIFICATE
    account = account_of(user)
    kept = kept_form(request, user)
    if kept is not None:
        # To what was typed when the last session ended.
        then = reverse("kept-form")
    if account is None or account.second_factor_since is None or by_certificate:
        come_in(request, user, signed_on=signed_on)
        if kept is None:
            # Somebody else came in at this browser, or much later.
            request.session.pop(KEPT_FORM, None)
        return redirect(then)
    request.session.flush()
    if kept is not None:
        request.session[KEPT_FORM] = kept
    request.session[WAITING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": timezone.now().timestamp(),
        "then": then,
        "signed_on": [signed_on.mode.value, signed_on.name] if signed_on else None,
    }
    return redirect("login-code")


def waiting(request: HttpRequest) -> tuple[User, dict[str, Any]] | None:
    """Who has shown a password here and owes the code, unless that was too long ago."""
    held = request.session.get(WAITING)
    if held is None or timezone.now().timestamp() - held["at"] > CODE_SECONDS:
        return None
    user = User.objects.select_related("account").filter(pk=held["user"]).first()
    if user is None or not may_come_in(user):
        return None
    if not constant_time_compare(held["hash"], user.get_session_auth_hash()):
        return None
    return user, held


def come_in(request: HttpRequest, user: User, *, signed_on: SignedOn | None = None) -> None:
    """Begin a session of its own, with what must be done first in it, and end those too many."""
    rules = security_settings()
    now = timezone.now()
    today = timezone.localdate(now)
    request.session.pop(WAITING, None)
    login(request, user, backend=BACKEND)
    session = request.session
    session[BEGAN] = now.timestamp()
    session[IDLE] = rules.idle_minutes
    account = account_of(user)
    if signed_on is not None:
        session[SIGNED_ON] = signed_on.name
    else:
        set_at = (account and account.password_set_at) or user.date_joined
        set_on = timezone.localdate(set_at)
        if is_password_old(set_on=set_on, today=today, days=rules.password_days):
            session[OLD_PASSWORD] = True
    lacks = account is None or account.second_factor_since is None
    if lacks and (signed_on is None or signed_on.mode != SignOn.CLIENT_CERTIFICATE):
        held = Membership.objects.filter(user=user).valid_on(today)
        if held.filter(role__in=rules.second_factor_roles).exists():
            session[SET_UP] = True
    session.save()
    end_older_sessions(user=user, current=session.session_key, most=rules.sessions)
