"""Terms in office: from one day to another, both included; an open end is None."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.domain.periods import ONE_DAY, Period


@dataclass(frozen=True, slots=True)
class Term:
    """Someone holds a post from the first day to the last."""

    first_day: date
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"a term cannot end on {self.last_day}, before it begins")


def holds_on(term: Term, day: date) -> bool:
    """Whether the post is held on that day; the first and the last day belong to it."""
    return term.first_day <= day and (term.last_day is None or day <= term.last_day)


def overlaps(one: Term, other: Term) -> bool:
    """Whether the two share at least one day."""
    return (other.last_day is None or one.first_day <= other.last_day) and (
        one.last_day is None or other.first_day <= one.last_day
    )


def within(term: Term, period: Period) -> Period | None:
    """The days of the term that lie in the period; None when there are none."""
    if not period.overlaps(term.first_day, term.last_day):
        return None
    last = period.last if term.last_day is None else min(term.last_day, period.last)
    return Period(max(term.first_day, period.first), last)


def gaps(terms: Iterable[Term], period: Period) -> list[Period]:
    """The stretches of the period in which nobody holds the post, in order."""
    empty = []
    day = period.first
    for held in _held(terms, period):
        if held.first > day:
            empty.append(Period(day, held.first - ONE_DAY))
        if held.last >= period.last:
            return empty
        day = max(day, held.last + ONE_DAY)
    return [*empty, Period(day, period.last)]


def days_served(terms: Iterable[Term], period: Period) -> int:
    """On how many days of the period the post was held; a day of two holders counts once."""
    return period.days - sum(gap.days for gap in gaps(terms, period))


def _held(terms: Iterable[Term], period: Period) -> list[Period]:
    return sorted(held for term in terms if (held := within(term, period)) is not None)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Days in a row without a holder, both ends included; None where an end is not known."""

    first_day: date | None = None
    last_day: date | None = None

    def days_by(self, day: date) -> int | None:
        """How many empty days there are up to that one; None where it is not known since when."""
        if self.first_day is None:
            return None
        last = day if self.last_day is None else min(self.last_day, day)
        return (last - self.first_day).days + 1


def vacancy_on(
    terms: Iterable[Term],
    day: date,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Vacancy | None:
    """The empty days around that day; None when the post is held on it.

    ``since`` and ``until`` are the first and the last day on which the post can be empty at all
    (those of its unit, the beginning of the ledger); open where None.
    """
    terms = list(terms)
    if any(holds_on(term, day) for term in terms):
        return None
    before = [t.last_day + ONE_DAY for t in terms if t.last_day is not None and t.last_day < day]
    after = [term.first_day - ONE_DAY for term in terms if term.first_day > day]
    firsts = [*before, *([since] if since is not None else [])]
    lasts = [*after, *([until] if until is not None else [])]
    return Vacancy(max(firsts, default=None), min(lasts, default=None))
