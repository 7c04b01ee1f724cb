"""Examinations: who passed, and the numbers that follow from the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Result:
    """How one person did: a score, a word, or both."""

    person: int
    score: Decimal | None = None
    passed: bool | None = None


def passed(result: Result, pass_mark: Decimal | None) -> bool | None:
    """Whether the person passed: as said, else by score and pass mark; None when neither tells."""
    if result.passed is not None:
        return result.passed
    if result.score is None or pass_mark is None:
        return None
    return result.score >= pass_mark


def numbers_of(results: Iterable[bool]) -> tuple[int, int]:
    """How many took part and how many passed, from whether each one passed."""
    found = list(results)
    return len(found), sum(found)


def pass_rate(participants: int, passed: int) -> float | None:
    """The share of those who passed; None when nobody took part: that is not nought."""
    return passed / participants if participants else None


class AgainstExamination(StrEnum):
    """Why an examination cannot be entered like this."""

    NO_NAME = "no_name"
    FUTURE = "future"
    MORE_PASSED = "more_passed"
    CANCELLED = "cancelled"
    TWICE = "twice"


def reasons_against_examination(
    *, name: str, held_on: date, participants: int, passed: int, today: date
) -> list[AgainstExamination]:
    """Why the examination may not be entered; empty when it may."""
    against = []
    if not name.strip():
        against.append(AgainstExamination.NO_NAME)
    if held_on > today:
        against.append(AgainstExamination.FUTURE)
    if passed > participants:
        against.append(AgainstExamination.MORE_PASSED)
    return against
