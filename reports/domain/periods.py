"""Periods of a schedule: which days belong together, and to which year.

A year may be the calendar year or an assessment year (考核年度) that begins on another day; it is
named after the calendar year whose 1 July it contains. Weeks begin on Monday and belong to the
year that holds their Thursday (GB/T 7408).
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

ONE_DAY = timedelta(days=1)
LAST_START_DAY = 28  # the latest day that every month has


class Cadence(StrEnum):
    """How long one unit of a schedule's rhythm is."""

    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


MONTHS_IN = {
    Cadence.MONTH: 1,
    Cadence.QUARTER: 3,
    Cadence.HALF_YEAR: 6,
    Cadence.YEAR: 12,
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days, both ends included: a month is Period(1 June, 30 June)."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end on {self.last}, before it begins")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        """How many days, both ends included."""
        return (self.last - self.first).days + 1

    def overlaps(self, first: date | None, last: date | None) -> bool:
        """Whether the span from ``first`` to ``last`` (None: open) shares a day with this."""
        return (first is None or first <= self.last) and (last is None or last >= self.first)


@dataclass(frozen=True, slots=True, order=True)
class YearStart:
    """The day on which a year begins: any month, day 1 to 28."""

    month: int
    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12:
            raise ValueError(f"no month {self.month}")
        if not 1 <= self.day <= LAST_START_DAY:
            raise ValueError(f"a year cannot begin on day {self.day} of a month")

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"

    @classmethod
    def parse(cls, text: str) -> "YearStart":
        """``"11-01"`` as a start. Raises ValueError for anything but MM-DD, day 1 to 28."""
        month, dash, day = text.partition("-")
        if not (dash and len(month) == len(day) == 2 and (month + day).isdecimal()):
            raise ValueError(f"not of the form MM-DD: {text}")
        return cls(int(month), int(day))


JANUARY = YearStart(1, 1)


@dataclass(frozen=True, slots=True, order=True)
class NumberedPeriod:
    """A period with its number in its year, counted from 1.

    ``name_month`` is the calendar month a month (or half-month) is called after; of several
    months taken together the first one; None for weeks, quarters, half-years and years.
    """

    number: int
    period: Period
    year: int
    name_month: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodName:
    """What a label needs: from which to which unit of the cadence a period runs.

    ``first`` and ``last`` are the numbers of its first and last week, quarter … in the year;
    months and half-months carry the months they are named after and the half (1 or 2).
    """

    cadence: Cadence
    year: int
    first: int
    last: int
    first_month: int | None = None
    last_month: int | None = None
    first_half: int | None = None
    last_half: int | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """One week, half-month, month … before several of them are taken together."""

    period: Period
    name_month: int | None = None


def assessment_year(year: int, start: YearStart = JANUARY) -> Period:
    """The year called ``year``: from ``start`` to the day before the next one, holding 1 July."""
    begins = year if start <= YearStart(7, 1) else year - 1
    first = date(begins, start.month, start.day)
    return Period(first, date(begins + 1, start.month, start.day) - ONE_DAY)


def year_holding(day: date, start: YearStart = JANUARY) -> int:
    """The name of the (assessment) year that holds ``day``."""
    begins = day.year if (day.month, day.day) >= (start.month, start.day) else day.year - 1
    return begins if start <= YearStart(7, 1) else begins + 1


def name_of_month(first: date) -> int:
    """The calendar month that a month beginning on ``first`` is named after: of its 15th day."""
    return (first + timedelta(days=14)).month


def periods_of_year(
    year: int, cadence: Cadence, every: int = 1, start: YearStart = JANUARY
) -> list[NumberedPeriod]:
    """All periods of a year in order: every ``every`` units counted from its first one.

    The last period is shorter when the number does not divide the year. Raises ValueError when
    ``every`` is less than 1.
    """
    return list(_periods(year, cadence, every, start))


def period_holding(
    day: date, cadence: Cadence, every: int = 1, start: YearStart = JANUARY
) -> NumberedPeriod:
    """The period that holds ``day``, with its number in its own year."""
    deciding = _thursday(day) if cadence == Cadence.WEEK else day
    periods = _periods(year_holding(deciding, start), cadence, every, start)
    return periods[bisect_right(periods, day, key=lambda each: each.period.first) - 1]


def next_period(
    numbered: NumberedPeriod, cadence: Cadence, every: int = 1, start: YearStart = JANUARY
) -> NumberedPeriod:
    """The period after this one, across the end of the year where need be."""
    return period_holding(numbered.period.last + ONE_DAY, cadence, every, start)


def period_name_parts(
    numbered: NumberedPeriod, cadence: Cadence, every: int = 1, start: YearStart = JANUARY
) -> PeriodName:
    """The numbers a label is made of: 第3—4周, 3月下半月, 1—5月."""
    units = _units(numbered.year, cadence, start)
    first = (numbered.number - 1) * every + 1
    last = min(numbered.number * every, len(units))
    halves = cadence == Cadence.HALF_MONTH
    return PeriodName(
        cadence=cadence,
        year=numbered.year,
        first=first,
        last=last,
        first_month=units[first - 1].name_month,
        last_month=units[last - 1].name_month,
        first_half=2 - first % 2 if halves else None,
        last_half=2 - last % 2 if halves else None,
    )


def falls_in_months(
    numbered: NumberedPeriod, months: Iterable[int], start: YearStart = JANUARY
) -> bool:
    """Whether a schedule that is owed only in named months (3月、11月) owes this period.

    The month is the one a month or half-month is named after. Of other periods it is the month
    of their year that holds the fourth day, for a week its Thursday. No months named: always.
    """
    wanted = frozenset(months)
    if not wanted:
        return True
    month = numbered.name_month
    if month is None:
        fourth_day = min(numbered.period.first + timedelta(days=3), numbered.period.last)
        month = period_holding(fourth_day, Cadence.MONTH, 1, start).name_month
    return month in wanted


@lru_cache(maxsize=2048)
def _periods(
    year: int, cadence: Cadence, every: int, start: YearStart
) -> tuple[NumberedPeriod, ...]:
    if every < 1:
        raise ValueError(f"every {every} is not a rhythm")
    units = _units(year, cadence, start)
    return tuple(
        NumberedPeriod(
            number=number,
            period=Period(
                units[at].period.first, units[min(at + every, len(units)) - 1].period.last
            ),
            year=year,
            name_month=units[at].name_month,
        )
        for number, at in enumerate(range(0, len(units), every), start=1)
    )


@lru_cache(maxsize=2048)
def _units(year: int, cadence: Cadence, start: YearStart) -> tuple[_Unit, ...]:
    whole = assessment_year(year, start)
    if cadence == Cadence.WEEK:
        return tuple(_Unit(week) for week in _weeks(whole))
    if cadence == Cadence.HALF_MONTH:
        return tuple(
            _Unit(half, name_of_month(month.first))
            for month in _months(whole, 1)
            for half in _halves(month)
        )
    named = cadence == Cadence.MONTH
    return tuple(
        _Unit(part, name_of_month(part.first) if named else None)
        for part in _months(whole, MONTHS_IN[cadence])
    )


def _weeks(whole: Period) -> list[Period]:
    """The weeks whose Thursday lies in the year."""
    monday = _thursday(whole.first) - timedelta(days=3)
    if monday + timedelta(days=3) < whole.first:
        monday += timedelta(days=7)
    weeks = []
    while monday + timedelta(days=3) <= whole.last:
        weeks.append(Period(monday, monday + timedelta(days=6)))
        monday += timedelta(days=7)
    return weeks


def _months(whole: Period, months: int) -> list[Period]:
    """The year cut into parts of ``months`` months, each beginning on the same day of a month."""
    firsts = [_plus_months(whole.first, shift) for shift in range(0, 12, months)]
    lasts = [first - ONE_DAY for first in firsts[1:]] + [whole.last]
    return [Period(first, last) for first, last in zip(firsts, lasts, strict=True)]


def _halves(month: Period) -> tuple[Period, Period]:
    """The first 15 days of a month and the rest."""
    middle = month.first + timedelta(days=14)
    return Period(month.first, middle), Period(middle + ONE_DAY, month.last)


def _plus_months(day: date, months: int) -> date:
    """The same day of a later month; days 1 to 28 exist in all of them."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, day.day)


def _thursday(day: date) -> date:
    return day + timedelta(days=3 - day.weekday())
