"""Periods of a schedule: which days belong together, and to which year.

A year may be the calendar year or an assessment year (考核年度) that begins on another day; it is
named after the calendar year whose 1 July it contains. Weeks begin on Monday and belong to the
year that holds their Thursday (GB/T 7408).
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
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


class Parity(StrEnum):
    """Which weeks of the year a weekly schedule asks for (单周、双周): by their number."""

    ODD = "odd"
    EVEN = "even"


class WindowKind(StrEnum):
    """How a recurring due date becomes a period."""

    AFTER = "after"
    UNTIL = "until"
    BY_DAY = "by_day"


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


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a recurring due date, reckoned from a base period.

    AFTER: ``days`` days after it (季后15日内). UNTIL: from its end to the next ``month`` and
    ``day`` (每年3月31日前). BY_DAY: to the ``day`` of its last month (每月20日前),
    which is a month of the year's own: from 21 October to 20 November it has a 25th in October.
    A day that a month has not is that month's last.
    """

    kind: WindowKind
    days: int = 0
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if self.kind == WindowKind.AFTER and self.days < 1:
            raise ValueError("a due date after the period needs at least one day")
        if self.kind == WindowKind.UNTIL and not 1 <= self.month <= 12:
            raise ValueError(f"no month {self.month}")
        if self.kind != WindowKind.AFTER and not 1 <= self.day <= 31:
            raise ValueError(f"no day {self.day}")

    @property
    def follows(self) -> bool:
        """Whether the days lie after the base period, not within it."""
        return self.kind != WindowKind.BY_DAY

    def of(self, base: Period) -> Period:
        """The days in which what is due for ``base`` must be done."""
        if self.kind == WindowKind.AFTER:
            return Period(base.last + ONE_DAY, base.last + timedelta(days=self.days))
        if self.kind == WindowKind.BY_DAY:
            until = _in_month(base.last.year, base.last.month, self.day)
            if until > base.last:
                before = base.last.replace(day=1) - ONE_DAY
                until = _in_month(before.year, before.month, self.day)
            return Period(base.first, until)
        first = base.last + ONE_DAY
        until = _in_month(first.year, self.month, self.day)
        if until < first:
            until = _in_month(first.year + 1, self.month, self.day)
        return Period(first, until)


# The shortest that one unit of a cadence can be (February to April: 89 days), and how many of
# them a year may have.
SHORTEST = {
    Cadence.WEEK: 7,
    Cadence.HALF_MONTH: 13,
    Cadence.MONTH: 28,
    Cadence.QUARTER: 89,
    Cadence.HALF_YEAR: 181,
    Cadence.YEAR: 365,
}
UNITS_OF_A_YEAR = {
    Cadence.WEEK: (52, 53),
    Cadence.HALF_MONTH: (24,),
    Cadence.MONTH: (12,),
    Cadence.QUARTER: (4,),
    Cadence.HALF_YEAR: (2,),
    Cadence.YEAR: (1,),
}
NAMED_IN_MONTHS = frozenset({Cadence.WEEK, Cadence.HALF_MONTH, Cadence.MONTH})


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
    of_last_year: bool = False


@dataclass(frozen=True, slots=True)
class _Unit:
    """One week, half-month, month … before several of them are taken together."""

    period: Period
    name_month: int | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a schedule is owed: its periods in every year, and what each is called.

    ``months`` names the only months it is owed in, ``parity`` the only weeks; both need single
    periods (``every`` 1). A ``window`` turns each period into the days of a due date. Refuses
    (ValueError) what gives no clear periods.
    """

    cadence: Cadence
    every: int = 1
    start: YearStart = JANUARY
    months: frozenset[int] = frozenset()
    parity: Parity | None = None
    window: Window | None = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"every {self.every} is not a rhythm")
        if self.months and not self.months <= set(range(1, 13)):
            raise ValueError(f"no such month in {sorted(self.months)}")
        if self.months and (self.cadence not in NAMED_IN_MONTHS or self.every != 1):
            raise ValueError("named months need single weeks, half-months or months")
        if self.parity and (self.cadence != Cadence.WEEK or self.every != 1):
            raise ValueError("odd and even are single weeks")
        if self.window:
            self._refuse_bad_window(self.window)

    @classmethod
    def of(
        cls,
        cadence: str,
        every: int,
        start: YearStart,
        *,
        months: Iterable[int] = (),
        parity: str = "",
        window: str = "",
        window_days: int | None = None,
        window_month: int | None = None,
        window_day: int | None = None,
    ) -> "Rhythm":
        """From plain values, as they are stored or typed; empty means without."""
        span = None
        if window:
            span = Window(WindowKind(window), window_days or 0, window_month or 0, window_day or 0)
        odd_or_even = Parity(parity) if parity else None
        return cls(Cadence(cadence), every, start, frozenset(months), odd_or_even, span)

    def _refuse_bad_window(self, window: Window) -> None:
        if self.months or self.parity:
            raise ValueError("a due date has neither named months nor odd weeks")
        if window.kind == WindowKind.UNTIL and self.cadence != Cadence.YEAR:
            raise ValueError("until a day of the year needs a yearly schedule")
        if window.kind == WindowKind.BY_DAY and self.cadence in (
            Cadence.WEEK,
            Cadence.HALF_MONTH,
        ):
            raise ValueError("by a day of the month needs a month or more")
        if window.kind == WindowKind.AFTER and window.days > fewest_days(self.cadence, self.every):
            raise ValueError("the days after a period are longer than the period")

    def periods_of(self, year: int) -> list[NumberedPeriod]:
        """What is owed in the (assessment) year, in order, with the numbers of the year's own."""
        if self.window is not None:
            return self._windows(year, self.window)
        return [
            each
            for each in _periods(year, self.cadence, self.every, self.start)
            if self._wants(each)
        ]

    def _wants(self, numbered: NumberedPeriod) -> bool:
        if self.parity and (numbered.number % 2 == 1) != (self.parity == Parity.ODD):
            return False
        return falls_in_months(numbered, self.months, self.start)

    def _windows(self, year: int, window: Window) -> list[NumberedPeriod]:
        bases = list(_periods(year, self.cadence, self.every, self.start))
        if window.follows:
            bases = [_periods(year - 1, self.cadence, self.every, self.start)[-1], *bases[:-1]]
        return [
            NumberedPeriod(number, window.of(base.period), year, base.name_month)
            for number, base in enumerate(bases, start=1)
        ]

    def make_up_end(self, numbered: NumberedPeriod) -> date:
        """The last day of the next period: until then most schedules may be made up.

        Of named months and odd weeks it is the next month or week of the calendar, not the next
        one that is owed: a stock check of March is not made up in November.
        """
        if self.window is None:
            return next_period(numbered, self.cadence, self.every, self.start).period.last
        here = self.periods_of(numbered.year)
        later = [each for each in here if each.number > numbered.number]
        return (later or self.periods_of(numbered.year + 1))[0].period.last

    def name_of(self, numbered: NumberedPeriod) -> PeriodName:
        """The numbers a label is made of; a due date is called after the period it answers for."""
        if self.window is None or not self.window.follows:
            return period_name_parts(numbered, self.cadence, self.every, self.start)
        base = self.base_of(numbered)
        name = period_name_parts(base, self.cadence, self.every, self.start)
        return replace(name, of_last_year=base.year < numbered.year)

    def base_of(self, numbered: NumberedPeriod) -> NumberedPeriod:
        """The period that a due date answers for; without a due date the period itself."""
        if self.window is None or not self.window.follows:
            return numbered
        if numbered.number == 1:
            return _periods(numbered.year - 1, self.cadence, self.every, self.start)[-1]
        return _periods(numbered.year, self.cadence, self.every, self.start)[numbered.number - 2]


def fewest_days(cadence: Cadence, every: int) -> int:
    """So many days every period has at least; a due date within more of them would overlap.

    The last period of a year decides where it is shorter than the others.
    """
    units = min(each % every or every for each in UNITS_OF_A_YEAR[cadence])
    return units * SHORTEST[cadence]


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


def _in_month(year: int, month: int, day: int) -> date:
    """The day of that month, or its last one."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _plus_months(day: date, months: int) -> date:
    """The same day of a later month; days 1 to 28 exist in all of them."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, day.day)


def _thursday(day: date) -> date:
    return day + timedelta(days=3 - day.weekday())
