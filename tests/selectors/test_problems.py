from datetime import date

import pytest

from reports.selectors.measures import SOON, measures_for
from reports.selectors.places import found_at_bureaus
from reports.selectors.problems import (
    is_overdue,
    problems_for,
    years_in_a_row,
)
from tests.factories import (
    NOON,
    MeasureFactory,
    ProblemFactory,
    ProblemMoveFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAYS = [date(2025, 12, 31), date(2026, 3, 1), date(2026, 5, 20), date(2026, 6, 9), TODAY]


@pytest.fixture
def unit():
    """A station with problems closed last year, this year, closed and re-opened, and open ones."""
    station = UnitFactory()
    for found_on, moves in (
        (date(2025, 3, 3), [("close", "closed", date(2025, 9, 1))]),
        (date(2025, 11, 3), [("close", "closed", date(2026, 2, 2))]),
        (
            date(2025, 11, 4),
            [("close", "closed", date(2026, 2, 2)), ("reopen", "in_hand", date(2026, 5, 5))],
        ),
        (date(2026, 4, 1), []),
        (date(2026, 6, 1), []),
    ):
        problem = ProblemFactory(unit=station, found_on=found_on, due_on=date(2026, 6, 5))
        for move, state, on in moves:
            ProblemMoveFactory(problem=problem, move=move, to_state=state, on=on, reason="有")
    MeasureFactory(unit=station, set_on=date(2026, 1, 5), due_on=date(2026, 2, 1))
    MeasureFactory(unit=station, set_on=date(2026, 1, 5), due_on=date(2026, 6, 15))
    return station


@pytest.mark.parametrize("on", DAYS[:-1])
def test_counts_are_those_of_the_lists(unit, on):
    """The last day reads stored states, which the rows of this test do not keep."""
    days = {"on": on, "today": TODAY}

    counts, _overdue = found_at_bureaus([unit.bureau_id], year=on.year, **days)

    assert counts.get(unit.bureau_id, (0, 0)) == (
        problems_for(None, bureau=unit.bureau_id, state="open", year=on.year, **days).count(),
        problems_for(None, bureau=unit.bureau_id, state="closed", year=on.year, **days).count(),
    )


@pytest.mark.parametrize("on", DAYS)
def test_overdue_measures_are_those_of_the_list(unit, on):
    listed = measures_for(None, bureau=unit.bureau_id, overdue=True, on=on, today=TODAY)

    _counts, overdue = found_at_bureaus([unit.bureau_id], year=on.year, on=on, today=TODAY)

    assert overdue.get(unit.bureau_id, 0) == listed.count()


def test_what_is_due_soon_holds_what_is_overdue(unit):
    soon = measures_for(None, due_by=TODAY + SOON, state="open", on=TODAY, today=TODAY)

    assert [m.due_on for m in soon] == [date(2026, 2, 1), date(2026, 6, 15)]


def test_register_of_a_year_carries_over_what_was_open(unit):
    on = date(2026, 5, 20)

    listed = problems_for(None, year=2026, on=on, today=TODAY)

    assert [p.found_on for p in listed] == [
        date(2026, 4, 1),
        date(2025, 11, 4),
        date(2025, 11, 3),
    ]


@pytest.mark.parametrize("on", DAYS)
def test_overdue_says_the_same_of_a_row_and_of_the_list(unit, on):
    days = {"on": on, "today": TODAY}
    everything = problems_for(None, cancelled=True, **days)

    assert {p for p in everything if is_overdue(p, on)} == set(
        problems_for(None, overdue=True, **days)
    )


def test_years_in_a_row_stop_at_a_gap():
    station = UnitFactory()
    first = ProblemFactory(unit=station, found_on=date(2022, 5, 1), due_on=None)
    gap = ProblemFactory(unit=station, found_on=date(2024, 5, 1), due_on=None, repeats=first)
    again = ProblemFactory(unit=station, found_on=date(2025, 5, 1), due_on=None, repeats=gap)

    assert [years_in_a_row(p) for p in (first, gap, again)] == [1, 1, 2]
