from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.calendar import days_of
from reports.domain.periods import Period
from reports.domain.terms import (
    Term,
    Vacancy,
    days_served,
    gaps,
    holds_on,
    overlaps,
    vacancy_on,
    within,
)

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SPRING = Term(date(2026, 2, 1), date(2026, 5, 31))
OPEN = Term(date(2026, 6, 1))

days = st.dates(date(2025, 10, 1), date(2027, 3, 1))
terms = st.builds(
    lambda first, length: Term(first, None if length is None else first + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 400),
)


@pytest.mark.parametrize(
    ("term", "day", "held"),
    [
        (SPRING, date(2026, 1, 31), False),
        (SPRING, date(2026, 2, 1), True),
        (SPRING, date(2026, 5, 31), True),
        (SPRING, date(2026, 6, 1), False),
        (OPEN, date(2026, 5, 31), False),
        (OPEN, date(2099, 1, 1), True),
    ],
)
def test_holds_on(term, day, held):
    assert holds_on(term, day) is held


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (SPRING, OPEN, False),
        (SPRING, Term(date(2026, 5, 31)), True),
        (OPEN, Term(date(2030, 1, 1)), True),
        (SPRING, Term(date(2026, 1, 1), date(2026, 1, 31)), False),
        (SPRING, Term(date(2026, 1, 1), date(2026, 2, 1)), True),
    ],
)
def test_overlaps(one, other, shared):
    assert overlaps(one, other) is shared
    assert overlaps(other, one) is shared


def test_a_term_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="before it begins"):
        Term(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], [YEAR]),
        ([SPRING, OPEN], [Period(date(2026, 1, 1), date(2026, 1, 31))]),
        ([OPEN], [Period(date(2026, 1, 1), date(2026, 5, 31))]),
        (
            [SPRING],
            [
                Period(date(2026, 1, 1), date(2026, 1, 31)),
                Period(date(2026, 6, 1), date(2026, 12, 31)),
            ],
        ),
        ([Term(date(2020, 1, 1), date(2026, 12, 31))], []),
        ([Term(date(2020, 1, 1), date(2025, 12, 31))], [YEAR]),
        (
            [Term(date(2026, 1, 1), date(2026, 12, 30))],
            [Period(date(2026, 12, 31), date(2026, 12, 31))],
        ),
    ],
)
def test_gaps(held, expected):
    assert gaps(held, YEAR) == expected


def test_within_cuts_a_term_to_the_period():
    assert within(Term(date(2020, 1, 1)), YEAR) == YEAR
    assert within(SPRING, YEAR) == Period(SPRING.first_day, SPRING.last_day)
    assert within(Term(date(2027, 1, 1)), YEAR) is None


def test_a_day_of_two_holders_is_served_once():
    both = Term(date(2026, 5, 1), date(2026, 6, 30))

    assert days_served([SPRING, both, OPEN], YEAR) == 365 - 31


@given(st.lists(terms, max_size=5))
def test_gaps_and_service_make_up_the_period(held):
    empty = {day for gap in gaps(held, YEAR) for day in days_of(gap)}

    assert empty == {day for day in days_of(YEAR) if not any(holds_on(term, day) for term in held)}
    assert days_served(held, YEAR) == YEAR.days - len(empty)


@given(terms, terms)
def test_overlapping_terms_share_a_day(one, other):
    last = max(term.last_day or term.first_day for term in (one, other))
    first = min(one.first_day, other.first_day)

    shared = any(
        holds_on(one, day) and holds_on(other, day)
        for day in days_of(Period(first, max(last, one.first_day, other.first_day)))
    )

    assert overlaps(one, other) is shared


@pytest.mark.parametrize(
    ("day", "vacancy"),
    [
        (date(2026, 3, 1), None),
        (date(2026, 3, 2), Vacancy(date(2026, 3, 2), date(2026, 3, 24))),
        (date(2026, 3, 24), Vacancy(date(2026, 3, 2), date(2026, 3, 24))),
        (date(2026, 3, 25), None),
        (date(2025, 6, 1), Vacancy(None, date(2025, 12, 31))),
        (date(2026, 6, 1), Vacancy(date(2026, 5, 1), None)),
    ],
)
def test_the_empty_days_around_a_day(day, vacancy):
    terms = [
        Term(date(2026, 3, 25), date(2026, 4, 30)),
        Term(date(2026, 1, 1), date(2026, 3, 1)),
    ]

    assert vacancy_on(terms, day) == vacancy


def test_a_vacancy_lies_within_the_days_of_its_unit():
    found = vacancy_on([], date(2026, 3, 2), since=date(2026, 2, 1), until=date(2026, 3, 31))

    assert found == Vacancy(date(2026, 2, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("vacancy", "day", "days"),
    [
        (Vacancy(date(2026, 3, 2), date(2026, 3, 24)), date(2026, 6, 10), 23),
        (Vacancy(date(2026, 3, 2), date(2026, 3, 24)), date(2026, 3, 4), 3),
        (Vacancy(date(2026, 3, 2)), date(2026, 3, 2), 1),
        (Vacancy(None, date(2026, 3, 24)), date(2026, 6, 10), None),
    ],
)
def test_how_many_days_are_empty(vacancy, day, days):
    assert vacancy.days_by(day) == days
