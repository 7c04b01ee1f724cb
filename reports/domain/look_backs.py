"""Rounds of later checks (回头看检查): the sample, who may check it, and the end of the round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256


class RoundStanding(StrEnum):
    """How a round stands on a day."""

    RUNNING = "running"
    OVERDUE = "overdue"
    ENDED = "ended"
    ENDED_LATE = "ended_late"
    CANCELLED = "cancelled"


def round_standing(
    *, due_on: date, ended_on: date | None, on: date, cancelled: bool = False
) -> RoundStanding:
    """How a round stands as of a day; the due day itself is in time."""
    if cancelled:
        return RoundStanding.CANCELLED
    if ended_on is not None and ended_on <= on:
        return RoundStanding.ENDED_LATE if ended_on > due_on else RoundStanding.ENDED
    return RoundStanding.OVERDUE if on > due_on else RoundStanding.RUNNING


class AgainstEnding(StrEnum):
    """Why a round may not be ended."""

    NO_ITEMS = "no_items"
    ITEMS_OPEN = "items_open"
    NO_CONCLUSION = "no_conclusion"
    WRONG_DAY = "wrong_day"
    BEFORE_LAST_CHECK = "before_last_check"


def reasons_against_ending(
    *,
    items: int,
    checked: int,
    conclusion: str,
    on: date,
    ordered_on: date,
    today: date,
    last_check_on: date | None = None,
) -> list[AgainstEnding]:
    """Why the round may not be ended on that day; empty when it may.

    Every item has its result, and somebody says what the round found as a whole.
    """
    reasons = []
    if not items:
        reasons.append(AgainstEnding.NO_ITEMS)
    elif checked < items:
        reasons.append(AgainstEnding.ITEMS_OPEN)
    if not conclusion.strip():
        reasons.append(AgainstEnding.NO_CONCLUSION)
    if not ordered_on <= on <= today:
        reasons.append(AgainstEnding.WRONG_DAY)
    elif last_check_on is not None and on < last_check_on:
        reasons.append(AgainstEnding.BEFORE_LAST_CHECK)
    return reasons


@dataclass(frozen=True, slots=True)
class Worked:
    """Whose hands a closed problem went through; keys of logins."""

    submitted_by: int | None
    closed_by: int | None

    def is_checked_by(self, login: int) -> bool:
        """Whether that login may check it: neither submitted nor verified it."""
        return login not in (self.submitted_by, self.closed_by)


def free_checkers(worked: Worked, checkers: Iterable[int]) -> list[int]:
    """Those of the checkers who may check the problem, in the order given."""
    return [login for login in checkers if worked.is_checked_by(login)]


def drawn(keys: Iterable[int], number: int, seed: str) -> list[int]:
    """A sample of ``number`` keys, as the seed has it, in their own order.

    The same keys and the same seed give the same sample on every machine, so that everybody can
    draw it again and see that nobody chose. Fewer keys than asked for are all taken.
    """
    pool: Sequence[int] = sorted(set(keys))
    by_lot = sorted(pool, key=lambda key: sha256(f"{seed}/{key}".encode()).digest())
    return sorted(by_lot[: max(number, 0)])
