from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.calendar import NO_HOLIDAYS, Holidays, days_of
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
