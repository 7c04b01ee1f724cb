from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.calendar import (
    NO_HOLIDAYS,
    Holidays,
    days_of,
    holidays_missing,
    spans_of,
    weeks_of_month,
)
from reports.domain.periods import Period

SPRING_FESTIVAL = Holidays.of(
    days_of(Period(date(2026, 2, 15), date(2026, 2, 23))), [date(2026, 2, 14), date(2026, 2, 28)]
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 13), True),  # Friday
        (date(2026, 2, 14), True),  # Saturday, worked instead
        (date(2026, 2, 15), False),
        (date(2026, 2, 18), False),  # Wednesday, free
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), False),  # Sunday
    ],
)
def test_is_workday(day, worked):
    assert SPRING_FESTIVAL.is_workday(day) is worked


def test_a_day_both_free_and_worked_is_worked():
    day = date(2026, 2, 18)

    assert Holidays.of([day], [day]).is_workday(day)


@pytest.mark.parametrize(
    ("period", "holidays", "count"),
    [
        (Period(date(2026, 2, 16), date(2026, 2, 22)), SPRING_FESTIVAL, 0),
        (Period(date(2026, 2, 16), date(2026, 2, 22)), NO_HOLIDAYS, 5),
        (Period(date(2026, 2, 9), date(2026, 2, 15)), SPRING_FESTIVAL, 6),
        (Period(date(2026, 2, 14), date(2026, 2, 14)), SPRING_FESTIVAL, 1),
        (Period(date(2026, 2, 14), date(2026, 2, 15)), NO_HOLIDAYS, 0),
    ],
)
def test_workdays_in(period, holidays, count):
    assert holidays.workdays_in(period) == count
    assert holidays.has_workday(period) is (count > 0)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
        (date(2026, 3, 1), 0, date(2026, 3, 1)),  # a Sunday stays
        (date(2026, 3, 31), 1, date(2026, 4, 1)),
        (date(2026, 3, 31), 5, date(2026, 4, 7)),
        (date(2026, 3, 27), 1, date(2026, 3, 30)),  # Friday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 2, 14), 5, date(2026, 2, 28)),
    ],
)
def test_add_workdays(day, count, expected):
    assert SPRING_FESTIVAL.add_workdays(day, count) == expected


def test_add_workdays_stops_at_the_end_of_the_calendar():
    assert NO_HOLIDAYS.add_workdays(date(9999, 12, 30), 5) == date.max


def test_add_workdays_does_not_go_back():
    with pytest.raises(ValueError, match="-1 workdays"):
        NO_HOLIDAYS.add_workdays(date(2026, 1, 1), -1)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_between_a_day_and_its_nth_workday_lie_n_workdays(day, count):
    last = SPRING_FESTIVAL.add_workdays(day, count)

    assert SPRING_FESTIVAL.is_workday(last)
    after = Period(day, last)
    assert SPRING_FESTIVAL.workdays_in(after) - SPRING_FESTIVAL.is_workday(day) == count


def test_a_day_entered_otherwise_is_no_longer_what_it_was():
    wednesday, saturday, thursday = date(2026, 2, 18), date(2026, 2, 14), date(2026, 2, 19)

    changed = SPRING_FESTIVAL.entered([date(2026, 3, 4)], [wednesday], [saturday, thursday])

    assert [changed.is_workday(d) for d in (wednesday, saturday, thursday, date(2026, 3, 4))] == [
        *(True, False, True, False)
    ]
    assert SPRING_FESTIVAL.differing(changed) == [
        saturday,
        wednesday,
        thursday,
        date(2026, 3, 4),
    ]


def test_entries_that_change_no_workday_make_no_difference():
    sunday = date(2026, 3, 8)

    assert SPRING_FESTIVAL.differing(SPRING_FESTIVAL.entered([sunday])) == []
    assert SPRING_FESTIVAL.differing(SPRING_FESTIVAL.entered(workdays=[date(2026, 3, 4)])) == []


@given(
    st.sets(st.dates(date(2026, 2, 1), date(2026, 3, 15)), max_size=6),
    st.sets(st.dates(date(2026, 2, 1), date(2026, 3, 15)), max_size=6),
)
def test_a_calendar_differs_from_itself_on_no_day_and_from_another_both_ways(free, worked):
    other = SPRING_FESTIVAL.entered(free, worked)

    assert other.differing(other) == []
    assert other.differing(SPRING_FESTIVAL) == SPRING_FESTIVAL.differing(other)


def test_weeks_of_a_month_begin_on_monday():
    weeks = weeks_of_month(2026, 2)

    assert weeks[0] == [*[None] * 6, date(2026, 2, 1)]
    assert weeks[-1] == [*(date(2026, 2, day) for day in range(23, 29)), None]
    assert {len(week) for week in weeks} == {7}


def test_days_that_follow_each_other_are_one_span():
    days = [date(2026, 2, day) for day in (17, 15, 16, 16, 28)] + [date(2026, 3, 1)]

    assert spans_of(days) == [
        Period(date(2026, 2, 15), date(2026, 2, 17)),
        Period(date(2026, 2, 28), date(2026, 3, 1)),
    ]
    assert spans_of([]) == []


@pytest.mark.parametrize(
    ("today", "years", "missing"),
    [
        (date(2026, 9, 30), {2026}, []),
        (date(2026, 10, 1), {2026}, [2027]),
        (date(2026, 12, 31), {2026, 2027}, []),
        (date(2027, 1, 1), {2026}, [2027]),
        (date(2026, 11, 1), set(), [2026, 2027]),
    ],
)
def test_missing_are_this_year_and_from_october_on_the_next(today, years, missing):
    assert holidays_missing(today, years) == missing
