"""Tallies and shares. "Nothing owed" is neither 0 % nor 100 %."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from operator import add

from reports.domain.dues import Verdict


@dataclass(frozen=True, slots=True)
class Tally:
    """How many dues have which verdict. Only met, late and missed ones are owed."""

    met: int = 0
    late: int = 0
    missed: int = 0
    waived: int = 0
    not_applicable: int = 0
    open: int = 0
    awaiting: int = 0
    upcoming: int = 0

    def __post_init__(self) -> None:
        if min(self._numbers) < 0:
            raise ValueError(f"impossible tally: {self}")

    @property
    def owed(self) -> int:
        """Met, met late and missed; the others are in no share."""
        return self.met + self.late + self.missed

    @property
    def done(self) -> int:
        """Met, in time or late."""
        return self.met + self.late

    @property
    def planned(self) -> int:
        """All of them, owed or not."""
        return sum(self._numbers)

    @property
    def share(self) -> Fraction | None:
        """Done of owed; None when nothing was owed."""
        return Fraction(self.done, self.owed) if self.owed else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*map(add, self._numbers, other._numbers))

    @property
    def _numbers(self) -> tuple[int, ...]:
        """In the order of the fields; written out, because pages add thousands of tallies."""
        return (
            self.met,
            self.late,
            self.missed,
            self.waived,
            self.not_applicable,
            self.open,
            self.awaiting,
            self.upcoming,
        )

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Tally":
        """The tally of a list of verdicts."""
        seen = Counter(verdicts)
        return cls(
            met=seen[Verdict.MET],
            late=seen[Verdict.MET_LATE],
            missed=seen[Verdict.MISSED],
            waived=seen[Verdict.WAIVED],
            not_applicable=seen[Verdict.NOT_APPLICABLE],
            open=seen[Verdict.OPEN],
            awaiting=seen[Verdict.AWAITING],
            upcoming=seen[Verdict.UPCOMING],
        )


NOTHING = Tally()
