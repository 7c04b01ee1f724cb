"""How long what was deleted is kept, and when it may be put back."""

from datetime import date, timedelta
from enum import StrEnum

KEPT_DAYS = 30


class AgainstRestoring(StrEnum):
    """Why a deleted record is not put back."""

    RESTORED = "restored"
    PURGED = "purged"
    BY_HAND = "by_hand"


def last_day(deleted_on: date) -> date:
    """The last day on which it can be put back."""
    return deleted_on + timedelta(days=KEPT_DAYS)


def reasons_against_restoring(
    *, is_restored: bool, is_purged: bool, is_by_hand: bool, deleted_on: date, today: date
) -> list[AgainstRestoring]:
    """Empty when it may be put back. ``is_by_hand``: other records were judged anew when it went,
    so it must be entered again where that is done."""
    if is_restored:
        return [AgainstRestoring.RESTORED]
    if is_purged or today > last_day(deleted_on):
        return [AgainstRestoring.PURGED]
    return [AgainstRestoring.BY_HAND] if is_by_hand else []
