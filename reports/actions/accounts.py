"""Logins: passwords made for somebody else, one's own password, how many sessions at once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from reports.domain.security import LIMITS
from reports.models import Account, FormerPassword, LoginSession

# No 0 O 1 l I: such a password is read from paper and typed by hand.
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A login and its password, which nobody can read again later."""

    username: str
    password: str


def random_password() -> str:
    """Sixteen characters that can be told apart on paper, in groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _n in range(4)) for _g in range(4))


@transaction.atomic
def change_password(*, user: User, password: str, at: datetime) -> User:
    """Give a user the password of their own choice; the one before is remembered by its hash.

    Whether it is good enough the validators of the form have said.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    _set_password(user, password, must_change=False, at=at)
    return user


@transaction.atomic
def reset_password(*, user: User, at: datetime) -> NewLogin:
    """Give a user a new random password, to be changed at the next login; says it once."""
    user = User.objects.select_for_update().get(pk=user.pk)
    login = NewLogin(user.get_username(), random_password())
    _set_password(user, login.password, must_change=True, at=at)
    return login


@transaction.atomic
def end_older_sessions(*, user: User, current: str, most: int) -> int:
    """End all sessions of a login but the newest ``most``, 0 being as many as there are.

    ``current`` is the key of the newest. Gives how many were ended.
    """
    if not most:
        return 0
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))
    others = LoginSession.objects.filter(user=user).exclude(session_key=current)
    keys = others.order_by("-began_at", "session_key").values_list("session_key", flat=True)
    ended, _by_model = LoginSession.objects.filter(session_key__in=list(keys)[most - 1 :]).delete()
    return ended


def _set_password(user: User, password: str, *, must_change: bool, at: datetime) -> None:
    if user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password, replaced_at=at)
        kept = FormerPassword.objects.filter(user=user)[: LIMITS["passwords_kept"].most]
        FormerPassword.objects.filter(user=user).exclude(pk__in=[row.pk for row in kept]).delete()
    user.set_password(password)
    user.save(update_fields=["password"])
    Account.objects.update_or_create(
        user=user, defaults={"must_change_password": must_change, "password_set_at": at}
    )
