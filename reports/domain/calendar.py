"""Workdays: Monday to Friday, less holidays, plus the days worked instead of them (调休)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reports.domain.periods import ONE_DAY, Period

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holidays:
    """What the calendar adds to the plain week; without entries Monday to Friday are worked."""

    free_days: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, free_days: Iterable[date] = (), workdays: Iterable[date] = ()) -> "Holidays":
        """From any iterables; a day that is in both is worked."""
        return cls(frozenset(free_days), frozenset(workdays))

    def is_workday(self, day: date) -> bool:
        """A make-up workday is worked whatever else is said about that day."""
        if day in self.workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.free_days

    def workdays_in(self, period: Period) -> int:
        """How many days of the period are worked."""
        return sum(self.is_workday(day) for day in days_of(period))

    def has_workday(self, period: Period) -> bool:
        """Whether any day of the period is worked; quicker than counting them."""
        return any(self.is_workday(day) for day in days_of(period))

    def add_workdays(self, day: date, count: int) -> date:
        """The ``count``-th workday after ``day``; 0 gives ``day`` itself.

        Raises ValueError for a negative count. Where no such day is left in the calendar, the
        last day a date can say.
        """
        if count < 0:
            raise ValueError(f"cannot go {count} workdays on")
        while count:
            if day == date.max:
                return day
            day += ONE_DAY
            count -= self.is_workday(day)
        return day


NO_HOLIDAYS = Holidays()


def days_of(period: Period) -> Iterator[date]:
    """Every day of the period, in order."""
    return (period.first + timedelta(days=shift) for shift in range(period.days))
