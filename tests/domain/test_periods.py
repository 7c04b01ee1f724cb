from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.periods import (
    JANUARY,
    Cadence,
    NumberedPeriod,
    Period,
    PeriodName,
    YearStart,
    assessment_year,
    falls_in_months,
    name_of_month,
    next_period,
    period_holding,
    period_name_parts,
    periods_of_year,
    year_holding,
)

ONE_DAY = timedelta(days=1)
NOVEMBER = YearStart(11, 1)
LATE_OCTOBER = YearStart(10, 21)

cadences = st.sampled_from(Cadence)
everys = st.integers(1, 60)
starts = st.builds(YearStart, st.integers(1, 12), st.integers(1, 28))
years = st.integers(2000, 2100)
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(years, cadences, everys, starts)
def test_periods_of_a_year_cover_each_day_exactly_once(year, cadence, every, start):
    whole = assessment_year(year, start)

    periods = [numbered.period for numbered in periods_of_year(year, cadence, every, start)]

    assert all(one.last + ONE_DAY == other.first for one, other in pairwise(periods))
    after = periods_of_year(year + 1, cadence, every, start)[0].period
    assert after.first == periods[-1].last + ONE_DAY
    if cadence != Cadence.WEEK:
        assert (periods[0].first, periods[-1].last) == (whole.first, whole.last)


@given(years, everys, starts)
def test_weeks_belong_to_the_year_of_their_thursday(year, every, start):
    whole = assessment_year(year, start)

    periods = [numbered.period for numbered in periods_of_year(year, Cadence.WEEK, every, start)]

    assert {period.first.weekday() for period in periods} == {0}
    assert {period.last.weekday() for period in periods} == {6}
    first_thursday = periods[0].first + timedelta(days=3)
    last_thursday = periods[-1].last - timedelta(days=3)
    assert whole.first <= first_thursday < whole.first + timedelta(days=7)
    assert whole.last - timedelta(days=7) < last_thursday <= whole.last


@given(days, cadences, everys, starts)
def test_the_period_holding_a_day_is_one_of_its_year(day, cadence, every, start):
    numbered = period_holding(day, cadence, every, start)

    assert day in numbered.period
    assert periods_of_year(numbered.year, cadence, every, start)[numbered.number - 1] == numbered


@given(days, cadences, everys, starts)
def test_the_next_period_begins_the_day_after(day, cadence, every, start):
    numbered = period_holding(day, cadence, every, start)

    following = next_period(numbered, cadence, every, start)

    assert following.period.first == numbered.period.last + ONE_DAY
    assert (following.year, following.number) in (
        (numbered.year, numbered.number + 1),
        (numbered.year + 1, 1),
    )


@given(years, starts)
def test_an_assessment_year_is_named_after_its_1_july(year, start):
    whole = assessment_year(year, start)

    assert date(year, 7, 1) in whole
    assert (whole.first.month, whole.first.day) == (start.month, start.day)
    assert assessment_year(year + 1, start).first == whole.last + ONE_DAY


@given(days, starts)
def test_the_year_holding_a_day_holds_it(day, start):
    assert day in assessment_year(year_holding(day, start), start)


@given(days)
def test_weeks_of_the_calendar_year_are_those_of_iso_8601(day):
    numbered = period_holding(day, Cadence.WEEK)

    assert (numbered.year, numbered.number) == day.isocalendar()[:2]


@pytest.mark.parametrize(
    ("start", "first", "last"),
    [
        (JANUARY, date(2026, 1, 1), date(2026, 12, 31)),
        (NOVEMBER, date(2025, 11, 1), date(2026, 10, 31)),
        (LATE_OCTOBER, date(2025, 10, 21), date(2026, 10, 20)),
        (YearStart(7, 1), date(2026, 7, 1), date(2027, 6, 30)),
        (YearStart(7, 2), date(2025, 7, 2), date(2026, 7, 1)),
        (YearStart(6, 28), date(2026, 6, 28), date(2027, 6, 27)),
    ],
)
def test_assessment_year_2026(start, first, last):
    assert assessment_year(2026, start) == Period(first, last)


@pytest.mark.parametrize(
    ("day", "start", "year"),
    [
        (date(2026, 6, 30), YearStart(7, 1), 2025),
        (date(2026, 7, 1), YearStart(7, 1), 2026),
        (date(2026, 7, 1), YearStart(7, 2), 2026),
        (date(2026, 7, 2), YearStart(7, 2), 2027),
        (date(2025, 10, 31), NOVEMBER, 2025),
        (date(2025, 11, 1), NOVEMBER, 2026),
        (date(2026, 1, 1), JANUARY, 2026),
        (date(2026, 12, 31), JANUARY, 2026),
    ],
)
def test_the_year_of_a_day(day, start, year):
    assert year_holding(day, start) == year


def test_left_alone_a_rhythm_is_every_period_of_the_calendar_year():
    march = period_holding(date(2026, 3, 9), Cadence.MONTH)

    assert march.period == Period(date(2026, 3, 1), date(2026, 3, 31))
    assert next_period(march, Cadence.MONTH).number == 4
    assert period_name_parts(march, Cadence.MONTH).last == 3


@pytest.mark.parametrize(
    ("cadence", "every", "start", "count"),
    [
        (Cadence.WEEK, 1, JANUARY, 53),
        (Cadence.WEEK, 2, JANUARY, 27),
        (Cadence.WEEK, 1, NOVEMBER, 52),
        (Cadence.HALF_MONTH, 1, JANUARY, 24),
        (Cadence.HALF_MONTH, 5, JANUARY, 5),
        (Cadence.MONTH, 1, LATE_OCTOBER, 12),
        (Cadence.MONTH, 5, JANUARY, 3),
        (Cadence.QUARTER, 3, JANUARY, 2),
        (Cadence.HALF_YEAR, 1, NOVEMBER, 2),
        (Cadence.YEAR, 1, JANUARY, 1),
        (Cadence.YEAR, 3, JANUARY, 1),
        (Cadence.MONTH, 13, JANUARY, 1),
    ],
)
def test_number_of_periods_in_2026(cadence, every, start, count):
    periods = periods_of_year(2026, cadence, every, start)

    assert [numbered.number for numbered in periods] == list(range(1, count + 1))
    assert {numbered.year for numbered in periods} == {2026}


@pytest.mark.parametrize(
    ("cadence", "every", "start", "number", "first", "last", "month"),
    [
        (Cadence.WEEK, 1, JANUARY, 1, date(2025, 12, 29), date(2026, 1, 4), None),
        (Cadence.WEEK, 1, JANUARY, 12, date(2026, 3, 16), date(2026, 3, 22), None),
        (Cadence.WEEK, 1, JANUARY, 53, date(2026, 12, 28), date(2027, 1, 3), None),
        (Cadence.WEEK, 2, JANUARY, 27, date(2026, 12, 28), date(2027, 1, 3), None),
        # 1 November 2025 is a Saturday: its week still belongs to the year before.
        (Cadence.WEEK, 1, NOVEMBER, 1, date(2025, 11, 3), date(2025, 11, 9), None),
        (Cadence.HALF_MONTH, 1, JANUARY, 3, date(2026, 2, 1), date(2026, 2, 15), 2),
        (Cadence.HALF_MONTH, 1, JANUARY, 4, date(2026, 2, 16), date(2026, 2, 28), 2),
        (Cadence.HALF_MONTH, 1, LATE_OCTOBER, 1, date(2025, 10, 21), date(2025, 11, 4), 11),
        (Cadence.HALF_MONTH, 1, LATE_OCTOBER, 2, date(2025, 11, 5), date(2025, 11, 20), 11),
        (Cadence.MONTH, 1, JANUARY, 2, date(2026, 2, 1), date(2026, 2, 28), 2),
        (Cadence.MONTH, 1, LATE_OCTOBER, 1, date(2025, 10, 21), date(2025, 11, 20), 11),
        (Cadence.MONTH, 1, LATE_OCTOBER, 12, date(2026, 9, 21), date(2026, 10, 20), 10),
        (Cadence.MONTH, 5, JANUARY, 3, date(2026, 11, 1), date(2026, 12, 31), 11),
        (Cadence.QUARTER, 1, NOVEMBER, 1, date(2025, 11, 1), date(2026, 1, 31), None),
        (Cadence.QUARTER, 3, JANUARY, 2, date(2026, 10, 1), date(2026, 12, 31), None),
        (Cadence.HALF_YEAR, 1, JANUARY, 2, date(2026, 7, 1), date(2026, 12, 31), None),
        (Cadence.YEAR, 2, NOVEMBER, 1, date(2025, 11, 1), date(2026, 10, 31), None),
    ],
)
def test_a_period_of_2026(cadence, every, start, number, first, last, month):
    found = periods_of_year(2026, cadence, every, start)[number - 1]

    assert found == NumberedPeriod(number, Period(first, last), 2026, month)


@pytest.mark.parametrize(("year", "last", "days"), [(2026, 28, 13), (2028, 29, 14)])
def test_the_second_half_of_february(year, last, days):
    halves = periods_of_year(year, Cadence.HALF_MONTH)

    assert halves[2].period == Period(date(year, 2, 1), date(year, 2, 15))
    assert halves[3].period == Period(date(year, 2, 16), date(year, 2, last))
    assert halves[3].period.days == days


@pytest.mark.parametrize(
    ("cadence", "every", "spans"),
    [
        (Cadence.MONTH, 2, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)]),
        (Cadence.MONTH, 5, [(1, 5), (6, 10), (11, 12)]),
        (Cadence.MONTH, 7, [(1, 7), (8, 12)]),
        (Cadence.MONTH, 12, [(1, 12)]),
        (Cadence.MONTH, 60, [(1, 12)]),
        (Cadence.QUARTER, 3, [(1, 9), (10, 12)]),
        (Cadence.HALF_YEAR, 3, [(1, 12)]),
    ],
)
@pytest.mark.parametrize(("year", "february"), [(2026, 28), (2028, 29)])
def test_several_taken_together_and_a_shorter_last_one(cadence, every, spans, year, february):
    """From the first to the last month of each period."""
    length = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    found = [each.period for each in periods_of_year(year, cadence, every)]

    assert found == [
        Period(date(year, first, 1), date(year, last, length[last - 1])) for first, last in spans
    ]


def test_the_months_of_a_year_from_21_october():
    """Named after their 15th day; the one over the end of February has 29 days in a leap year."""
    months = periods_of_year(2028, Cadence.MONTH, 1, LATE_OCTOBER)

    assert [each.name_month for each in months] == [11, 12, *range(1, 11)]
    assert months[0].period == Period(date(2027, 10, 21), date(2027, 11, 20))
    assert months[4].period == Period(date(2028, 2, 21), date(2028, 3, 20))
    assert [each.period.days for each in months] == [
        *(31, 30, 31, 31, 29, 31),
        *(30, 31, 30, 31, 31, 30),
    ]


@pytest.mark.parametrize("day", [1, 14, 18, 21, 28])
def test_the_months_of_a_year_have_twelve_names(day):
    months = periods_of_year(2026, Cadence.MONTH, 1, YearStart(10, day))

    assert sorted(numbered.name_month for numbered in months) == list(range(1, 13))


@pytest.mark.parametrize(
    ("first", "month"),
    [
        (date(2026, 10, 1), 10),
        (date(2026, 10, 17), 10),
        (date(2026, 10, 18), 11),
        (date(2026, 2, 14), 2),
        (date(2026, 2, 15), 3),
        (date(2028, 2, 15), 2),
        (date(2026, 12, 21), 1),
    ],
)
def test_a_month_is_named_after_its_15th_day(first, month):
    assert name_of_month(first) == month


@pytest.mark.parametrize("every", [0, -1])
def test_no_period_less_than_one_unit(every):
    with pytest.raises(ValueError, match="rhythm"):
        periods_of_year(2026, Cadence.MONTH, every)


@pytest.mark.parametrize(
    "text", ["", "11", "11-", "1-1", "13-01", "00-01", "02-29", "01-31", "11-00", "11/01", "aa-bb"]
)
def test_year_start_refuses(text):
    with pytest.raises(ValueError, match=r"MM-DD|month"):
        YearStart.parse(text)


@pytest.mark.parametrize("start", [JANUARY, YearStart(2, 28), YearStart(12, 1)])
def test_year_start_reads_what_it_writes(start):
    assert YearStart.parse(str(start)) == start


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), False),
        (date(2026, 2, 1), date(2026, 3, 1), True),
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), None, False),
        (None, date(2026, 2, 28), False),
        (None, None, True),
    ],
)
def test_a_period_overlaps(first, last, shared):
    assert Period(date(2026, 3, 1), date(2026, 3, 31)).overlaps(first, last) is shared


def test_a_period_counts_both_ends():
    march = Period(date(2026, 3, 1), date(2026, 3, 31))

    assert march.days == 31
    assert (march.first in march, march.last in march) == (True, True)
    assert (date(2026, 2, 28) in march, date(2026, 4, 1) in march) == (False, False)
    assert Period(march.first, march.first).days == 1


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("cadence", "every", "start", "number", "name"),
    [
        (Cadence.WEEK, 1, JANUARY, 12, (12, 12, None, None, None, None)),
        (Cadence.WEEK, 2, JANUARY, 27, (53, 53, None, None, None, None)),
        (Cadence.HALF_MONTH, 1, JANUARY, 6, (6, 6, 3, 3, 2, 2)),
        (Cadence.HALF_MONTH, 5, JANUARY, 2, (6, 10, 3, 5, 2, 2)),
        (Cadence.HALF_MONTH, 5, JANUARY, 5, (21, 24, 11, 12, 1, 2)),
        (Cadence.HALF_MONTH, 3, JANUARY, 1, (1, 3, 1, 2, 1, 1)),
        (Cadence.MONTH, 5, JANUARY, 2, (6, 10, 6, 10, None, None)),
        (Cadence.MONTH, 5, LATE_OCTOBER, 1, (1, 5, 11, 3, None, None)),
        (Cadence.QUARTER, 3, JANUARY, 2, (4, 4, None, None, None, None)),
        (Cadence.YEAR, 1, JANUARY, 1, (1, 1, None, None, None, None)),
    ],
)
def test_the_parts_of_a_name(cadence, every, start, number, name):
    numbered = periods_of_year(2026, cadence, every, start)[number - 1]

    assert period_name_parts(numbered, cadence, every, start) == PeriodName(cadence, 2026, *name)


@pytest.mark.parametrize(
    ("cadence", "start", "months", "numbers"),
    [
        (Cadence.MONTH, JANUARY, {3, 11}, [3, 11]),
        (Cadence.MONTH, LATE_OCTOBER, {3, 11}, [1, 5]),
        (Cadence.HALF_MONTH, JANUARY, {3}, [5, 6]),
        (Cadence.WEEK, JANUARY, {1}, [1, 2, 3, 4, 5]),
        # Thursday 20 November 2025 is the last of 11月, Thursday 27 the first of 12月.
        (Cadence.WEEK, LATE_OCTOBER, {11}, [1, 2, 3, 4, 5]),
        (Cadence.QUARTER, JANUARY, {4}, [2]),
        (Cadence.QUARTER, JANUARY, (), [1, 2, 3, 4]),
    ],
)
def test_a_schedule_owed_in_named_months(cadence, start, months, numbers):
    periods = periods_of_year(2026, cadence, 1, start)

    assert [each.number for each in periods if falls_in_months(each, months, start)] == numbers
