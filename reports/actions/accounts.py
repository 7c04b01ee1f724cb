"""Logins: the first two administrators, passwords made for somebody else, one's own password."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from reports.models import Account

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


def password_was_changed(*, user: User) -> None:
    """Note that the user now has a password of their own."""
    Account.objects.update_or_create(user=user, defaults={"must_change_password": False})


@transaction.atomic
def reset_password(*, user: User) -> NewLogin:
    """Give a user a new random password, to be changed at the next login; says it once."""
    login = NewLogin(user.get_username(), random_password())
    user.set_password(login.password)
    user.save(update_fields=["password"])
    Account.objects.update_or_create(user=user, defaults={"must_change_password": True})
    return login
