from datetime import date

import pytest

from reports.domain.calendar import Holidays
from reports.domain.deadlines import Within, begin_of_term, due_within

# The Spring Festival of 2026: off from 15 to 23 February, worked on the 14th and the 28th.
FESTIVAL = Holidays.of(
    free_days=[date(2026, 2, day) for day in range(15, 24)],
    workdays=[date(2026, 2, 14), date(2026, 2, 28)],
)


@pytest.mark.parametrize(
    ("begin", "within", "expected"),
    [
        # Thirty days after 2 March, a Monday: 1 April, a Wednesday.
        (date(2026, 3, 2), Within(30), date(2026, 4, 1)),
        # Five days after Monday end on a Saturday: the Monday after.
        (date(2026, 3, 2), Within(5), date(2026, 3, 9)),
        # Ends within the festival: the first workday after it.
        (date(2026, 2, 10), Within(7), date(2026, 2, 24)),
        # Ends on a Saturday that is worked instead: stays.
        (date(2026, 2, 10), Within(4), date(2026, 2, 14)),
        (date(2026, 3, 2), Within(10, workdays=True), date(2026, 3, 16)),
        # Workdays after 13 February: 14th (made up), 24th, 25th.
        (date(2026, 2, 13), Within(3, workdays=True), date(2026, 2, 25)),
        (date(2026, 3, 6), Within(1, workdays=True), date(2026, 3, 9)),
    ],
)
def test_a_term_counts_from_the_next_day_and_ends_on_a_workday(begin, within, expected):
    assert due_within(begin, within, FESTIVAL) == expected


@pytest.mark.parametrize("workdays", [False, True])
def test_no_term_of_no_days(workdays):
    with pytest.raises(ValueError, match="no term of 0 days"):
        due_within(date(2026, 3, 2), Within(0, workdays), FESTIVAL)


@pytest.mark.parametrize(
    ("due_on", "begins", "expected"),
    [
        (date(2026, 4, 1), [None, date(2026, 3, 2), date(2026, 3, 9)], date(2026, 3, 2)),
        # Of two days that both give it, the one named first.
        (date(2026, 3, 9), [date(2026, 3, 4), date(2026, 3, 2)], date(2026, 3, 4)),
        # Extended since: no day gives it.
        (date(2026, 5, 8), [date(2026, 3, 2), None], None),
        (date(2026, 4, 1), [], None),
    ],
)
def test_begin_of_a_term_is_the_day_that_gives_its_due_day(due_on, begins, expected):
    within = Within(30) if due_on != date(2026, 3, 9) else Within(5)

    assert begin_of_term(due_on, within, begins, FESTIVAL) == expected
