"""How problems are told apart in figures: what counts as one, how old it is, closed in time.

Only what is flagged counts as a problem in the numbers reported upward; what was merged or
dismissed is told with another one, or never was one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from reports.domain.problems import LEFT_OUT, ProblemState


class Part(StrEnum):
    """A part of the totals of problems. ``COUNTED`` is the sum of the three that follow it."""

    COUNTED = "1"
    CLOSED = "closed"
    NEARLY = "nearly"
    OPEN = "open"
    UNCOUNTED = "0"
    LEFT_OUT = "left_out"


def part_of(state: ProblemState, *, counts: bool) -> Part:
    """Where in the totals a problem stands; basically done is still open, but told apart."""
    if state in LEFT_OUT:
        return Part.LEFT_OUT
    if not counts:
        return Part.UNCOUNTED
    if state == ProblemState.CLOSED:
        return Part.CLOSED
    return Part.NEARLY if state == ProblemState.NEARLY_DONE else Part.OPEN


class Age(StrEnum):
    """How long an open problem has been known, in calendar days; named after its last day."""

    MONTH = "30"
    QUARTER = "90"
    HALF_YEAR = "180"
    MORE = "more"


# First and last day of each, both included.
AGES: dict[Age, tuple[int, int | None]] = {
    Age.MONTH: (0, 30),
    Age.QUARTER: (31, 90),
    Age.HALF_YEAR: (91, 180),
    Age.MORE: (181, None),
}


def age_of(found_on: date, day: date) -> Age:
    """The age on that day of what was found by then."""
    days = (day - found_on).days
    return next(age for age, (_first, last) in AGES.items() if last is None or days <= last)


def found_between(age: Age, day: date) -> tuple[date | None, date]:
    """The days on which what has that age on ``day`` was found: first (None: ever) and last."""
    first, last = AGES[age]
    return None if last is None else day - timedelta(days=last), day - timedelta(days=first)


class ClosedHow(StrEnum):
    """Closed by its due day, after it, or (``DATED``) either of the two."""

    DATED = "dated"
    IN_TIME = "in_time"
    LATE = "late"


def closed_how(
    closed_on: date | None, due_on: date | None, *, as_published: bool = False
) -> ClosedHow | None:
    """In time or late; None for what is not closed or has no due day, which is in no share.

    Of what is only read from a published report no due day is known. Extensions that were granted
    have moved the due day.
    """
    if closed_on is None or due_on is None or as_published:
        return None
    return ClosedHow.IN_TIME if closed_on <= due_on else ClosedHow.LATE


def is_silent(moved_on: date, day: date, *, days: int) -> bool:
    """Whether nothing has happened for longer than ``days`` calendar days."""
    return (day - moved_on).days > days


@dataclass(frozen=True, slots=True)
class ProblemTotals:
    """How many problems stand in which part. Those that count are closed, nearly done or open."""

    closed: int = 0
    nearly: int = 0
    open: int = 0
    uncounted: int = 0
    left_out: int = 0

    @property
    def counted(self) -> int:
        """Every problem that counts, closed or not."""
        return self.closed + self.nearly + self.open

    @property
    def rows(self) -> int:
        """Everything in the list, whether it counts or not."""
        return self.counted + self.uncounted + self.left_out

    def of(self, part: Part | None) -> int:
        """The number of one part; None: of everything."""
        if part is None:
            return self.rows
        return {
            Part.COUNTED: self.counted,
            Part.CLOSED: self.closed,
            Part.NEARLY: self.nearly,
            Part.OPEN: self.open,
            Part.UNCOUNTED: self.uncounted,
            Part.LEFT_OUT: self.left_out,
        }[part]

    def __add__(self, other: "ProblemTotals") -> "ProblemTotals":
        return ProblemTotals(
            self.closed + other.closed,
            self.nearly + other.nearly,
            self.open + other.open,
            self.uncounted + other.uncounted,
            self.left_out + other.left_out,
        )
