"""What the rules of coming in may be set to, and what makes a password good enough.

The limits follow GB/T 22239-2019 (identity checks of level three: complexity, regular change,
handling of failures, time-out): within them a bureau chooses, outside them nobody may.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

UNUSED_DAYS = 90
BACKUP_CODES = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """The least and the most a rule may be set to, and what it is where nobody has set it."""

    least: int
    most: int
    usual: int


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "password_length": Limit(10, 64, 10),
        "password_kinds": Limit(1, 4, 3),
        "password_days": Limit(0, 365, 0),
        "passwords_kept": Limit(0, 10, 1),
        "failures": Limit(3, 10, 5),
        "lockout_minutes": Limit(5, 24 * 60, 15),
        "idle_minutes": Limit(5, 12 * 60, 60),
        "sessions": Limit(0, 10, 0),
    }
)


def kinds_of_characters(password: str) -> int:
    """How many of the four kinds it has: small letters, capitals, digits, all else.

    Letters without small and capital, such as Chinese, are of the last kind.
    """
    kinds = set()
    for character in password:
        category = unicodedata.category(character)
        kinds.add(category if category in {"Ll", "Lu", "Nd"} else "other")
    return len(kinds)


def is_password_old(*, set_on: date, today: date, days: int) -> bool:
    """Whether a password set on that day has to be changed: after so many days, 0 being never."""
    return days > 0 and set_on + timedelta(days=days) <= today


def is_expired(expires_on: date | None, today: date) -> bool:
    """Whether a login is over: the day itself is its last."""
    return expires_on is not None and expires_on < today
