"""Workdays: Monday to Friday, less holidays, plus the days worked instead of them (调休)."""

from calendar import Calendar
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reports.domain.periods import ONE_DAY, Period

SATURDAY = 5
# The State Council publishes the days off of a year in the autumn before it.
MONTH_OF_THE_NOTICE = 10


@dataclass(frozen=True, slots=True)
class Holidays:
    """What the calendar adds to the plain week; without entries Monday to Friday are worked."""

    free_days: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, free_days: Iterable[date] = (), workdays: Iterable[date] = ()) -> "Holidays":
        """From any iterables; a day that is in both is worked."""
        return cls(frozenset(free_days), frozenset(workdays))

    def entered(
        self,
        free_days: Iterable[date] = (),
        workdays: Iterable[date] = (),
        taken_out: Iterable[date] = (),
    ) -> "Holidays":
        """The calendar with some days entered otherwise; what is taken out is a plain day again."""
        free, worked = frozenset(free_days), frozenset(workdays)
        touched = free | worked | frozenset(taken_out)
        return Holidays((self.free_days - touched) | free, (self.workdays - touched) | worked)

    def differing(self, other: "Holidays") -> list[date]:
        """The days that are worked by one of the two calendars and not by the other, in order."""
        named = self.free_days | self.workdays | other.free_days | other.workdays
        return sorted(day for day in named if self.is_workday(day) != other.is_workday(day))

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


def weeks_of_month(year: int, month: int) -> list[list[date | None]]:
    """The weeks that a sheet of the month shows, Monday first; None where it is another month."""
    return [
        [day if day.month == month else None for day in week]
        for week in Calendar().monthdatescalendar(year, month)
    ]


def spans_of(days: Iterable[date]) -> list[Period]:
    """Days put together where one follows the other, in order; each day once."""
    spans: list[Period] = []
    for day in sorted(set(days)):
        if spans and spans[-1].last + ONE_DAY == day:
            spans[-1] = Period(spans[-1].first, day)
        else:
            spans.append(Period(day, day))
    return spans


def holidays_missing(today: date, years_with_entries: Collection[int]) -> list[int]:
    """The years whose days off ought to be known by now and are not: this one, and from October
    on the next one."""
    expected = [today.year]
    if today.month >= MONTH_OF_THE_NOTICE:
        expected.append(today.year + 1)
    return [year for year in expected if year not in years_with_entries]
