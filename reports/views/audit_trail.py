"""What the audit log learns of requests: who came in, what left, what was changed or refused."""

import logging
import re
from collections.abc import Callable
from urllib.parse import unquote

from axes.helpers import get_client_ip_address
from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import DatabaseError, InterfaceError, transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from reports.actions.audit_log import Doer, Doing, Trail, told, write_entry
from reports.domain.audit_log import AuditKind, AuditResult, clean, named_fields
from reports.models import Person

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REFUSALS = frozenset({400, 403, 404, 405, 413})
# These tell of themselves by signals, or keep nothing but a cookie.
QUIET = frozenset({"login", "logout", "set-language"})
# Pages of one person, or of what was said of persons by name; opening one is told.
PERSONAL = frozenset(
    {
        "person-detail",
        "person-duties",
        "person-duties-print",
        "appointment-sheet",
        "certificate-renew",
        "examination-detail",
        "examination-results",
        "account-detail",
        "account-print",
    }
)
# Fields that name rows by their keys: which ones were picked on a page for many.
PICKED = ("pick", "_selected_action", "pk", "meeting", "figure", "due", "proof")
MOST_PICKED = 100


class AuditTrail:
    """One entry for every request that changes, takes out, shows a person, or is refused.

    The entry of a change is written in the transaction of the change (``Trail``); the others
    after the answer is made and before it leaves. Reading a list writes nothing.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in SAFE:
            response = self.get_response(request)
            self.tell_of_answer(request, response, None)
            return response
        with told(lambda: tell(request, _change(request))) as trail:
            trail.armed = False
            request.audit_trail = trail
            response = self.get_response(request)
            trail.armed = False
        self.tell_of_answer(request, response, trail)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict
    ) -> None:
        """From here on a change is somebody's; before it, only a session is found."""
        if trail := getattr(request, "audit_trail", None):
            trail.armed = request.user.is_authenticated and _name(request) not in QUIET

    def tell_of_answer(
        self, request: HttpRequest, response: HttpResponse, trail: Trail | None
    ) -> None:
        name, status = _name(request), response.status_code
        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        if not name or not (known or status == 403):
            return
        if status in REFUSALS or status >= 500:
            result = AuditResult.REFUSED if status in REFUSALS else AuditResult.FAILED
            try:
                with transaction.atomic():
                    tell(request, _doing(request, AuditKind.REFUSED), result, status)
            except (DatabaseError, InterfaceError) as error:
                # The database is away: the answer that says so matters more.
                logger.error("audit entry lost: %s", error)
        elif status in (200, 206) and response.has_header("Content-Disposition"):
            tell(request, _download(request, response), status=status)
        elif status == 200 and trail is None and name in PERSONAL:
            tell(request, _personal(request, response), status=status)
        elif trail is not None and name not in QUIET and not trail.is_told():
            tell(request, _change(request), AuditResult.UNCHANGED, status)


def tell(
    request: HttpRequest,
    doing: Doing,
    result: AuditResult = AuditResult.DONE,
    status: int | None = None,
    *,
    user: User | None = None,
) -> None:
    """Write the entry of a request; of ``user``, or of who is logged in."""
    who = user or getattr(request, "user", None)
    known = who is not None and who.is_authenticated
    doer = Doer(
        login_key=who.pk if known else None,
        login=who.get_username() if known else "",
        address=get_client_ip_address(request) or "",
        unit=_unit(request),
    )
    write_entry(doer=doer, doing=doing, at=timezone.now(), result=result, status=status)


def _name(request: HttpRequest) -> str:
    """The name of the address, as the ledger's lists of addresses know it."""
    match = request.resolver_match
    if match is None:
        return ""
    admin = match.namespace == "admin"
    name = match.url_name or match.view_name
    return f"admin:{name}" if admin else name


def _unit(request: HttpRequest) -> str:
    """The place of who asks, where the request has read it; it is not asked for here."""
    scope = getattr(request, "_ledger_scope", None)
    if scope is None or not scope.grants:
        return ""
    grant = scope.grants[0]
    return grant.unit_name or grant.bureau_name


def _doing(request: HttpRequest, kind: AuditKind, **more: object) -> Doing:
    """The address, the row it names, and the names of the fields; nothing that was typed."""
    name = _name(request)
    kwargs = request.resolver_match.kwargs
    if name.startswith("admin:"):
        thing = name.removeprefix("admin:").rpartition("_")[0]
        key = kwargs.get("object_id", "")
    else:
        thing, key = name.rpartition("-")[0] or name, kwargs.get("pk", "")
    typed = request.GET if request.method in SAFE else request.POST
    details = {"method": request.method, "path": clean(request.path), **more}
    if fields := named_fields(typed):
        details["fields"] = fields
    if picked := _picked(typed):
        details["picked"] = picked
    label = getattr(request, "audit_label", "")
    return Doing(kind, name, thing, str(key), label, details)


def _picked(typed: object) -> list[int]:
    keys = [key for name in PICKED for key in typed.getlist(name)]
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19][
        :MOST_PICKED
    ]


def _change(request: HttpRequest) -> Doing:
    admin = _name(request).startswith("admin:")
    return _doing(request, AuditKind.ADMINISTRATION if admin else AuditKind.CHANGE)


def _download(request: HttpRequest, response: HttpResponse) -> Doing:
    """An export says why it was asked for; that is written to be read."""
    more = {}
    if reason := clean(request.GET.get("reason", "")):
        more["reason"] = reason
    request.audit_label = _file_name(response["Content-Disposition"])
    return _doing(request, AuditKind.DOWNLOAD, **more)


def _file_name(disposition: str) -> str:
    """The name a browser would save the file by."""
    if found := re.search(r"filename\*=utf-8''([^;]+)", disposition, re.IGNORECASE):
        return unquote(found[1])
    found = re.search(r'filename="?([^";]+)', disposition)
    return found[1] if found else ""


def _personal(request: HttpRequest, response: HttpResponse) -> Doing:
    shown = getattr(response, "context_data", None) or {}
    person = next(
        (shown[n] for n in ("person", "object") if isinstance(shown.get(n), Person)), None
    )
    request.audit_label = person.name if person else ""
    return _doing(request, AuditKind.PERSONAL)


# --- coming in and going out ------------------------------------------------------------------


@receiver(user_logged_in)
def came_in(request: HttpRequest | None = None, user: User | None = None, **kwargs: object) -> None:
    if request is not None:
        tell(request, Doing(AuditKind.LOGIN, "login"), user=user)


@receiver(user_logged_out)
def went_out(
    request: HttpRequest | None = None, user: User | None = None, **kwargs: object
) -> None:
    if request is not None and user is not None:
        tell(request, Doing(AuditKind.LOGOUT, "logout"), user=user)


def _named(request: HttpRequest, kind: AuditKind, typed: object) -> None:
    """Only a login that exists is written down: people type passwords into the field above."""
    user = User.objects.filter(username=str(typed or "")[:150]).first()
    details = {} if user else {"unknown": True}
    tell(request, Doing(kind, "login", details=details), AuditResult.REFUSED, user=user)


@receiver(user_login_failed)
def did_not_come_in(
    request: HttpRequest | None = None, credentials: dict | None = None, **kwargs: object
) -> None:
    if request is not None:
        _named(request, AuditKind.LOGIN_REFUSED, (credentials or {}).get("username"))


@receiver(user_locked_out)
def was_locked_out(
    request: HttpRequest | None = None, username: str | None = None, **kwargs: object
) -> None:
    if request is not None:
        _named(request, AuditKind.LOCKED_OUT, username)
