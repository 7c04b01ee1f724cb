from datetime import date, timedelta

import pytest

from reports.domain.problems import MoveFacts, ProblemMove, ProblemState, state_on
from reports.models import Problem
from reports.selectors.problems import problems_for
from tests.factories import (
    NOON,
    ExtensionFactory,
    ProblemFactory,
    ProblemMoveFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FOUND = date(2026, 5, 6)
WAYS = [
    [],
    [("assign", "assigned", 1)],
    [("assign", "assigned", 0), ("start", "in_hand", 0), ("submit", "submitted", 3)],
    [("assign", "assigned", 1), ("start", "in_hand", 2), ("close", "closed", 8)],
    [("close", "closed", 4), ("reopen", "in_hand", 9), ("close", "closed", 12)],
]


@pytest.fixture
def problems():
    """Problems that went different ways; their moves lie days apart, or on one day."""
    made = []
    for way in WAYS:
        problem = ProblemFactory(found_on=FOUND)
        for move, state, after in way:
            ProblemMoveFactory(
                problem=problem,
                move=move,
                to_state=state,
                on=FOUND + timedelta(days=after),
                reason="有",
            )
        made.append(problem)
    return made


def facts(problem):
    return [
        MoveFacts(ProblemMove(m.move), ProblemState(m.to_state), m.on)
        for m in problem.moves.order_by("pk")
    ]


def test_state_in_sql_agrees_with_the_domain(problems):
    for shift in range(-1, 15):
        day = FOUND + timedelta(days=shift)
        expected = {problem.pk: state_on(facts(problem), day) for problem in problems}

        rows = Problem.objects.with_state(day, TODAY)

        assert {row.pk: row.state_then for row in rows} == expected, day
        assert set(Problem.objects.open_on(day, TODAY).values_list("pk", flat=True)) == {
            pk for pk, state in expected.items() if state not in (None, ProblemState.CLOSED)
        }
        assert set(Problem.objects.closed_by_day(day, TODAY).values_list("pk", flat=True)) == {
            pk for pk, state in expected.items() if state == ProblemState.CLOSED
        }


def test_today_reads_the_stored_state(problems):
    Problem.objects.filter(pk=problems[0].pk).update(state="submitted")

    assert Problem.objects.with_state(TODAY, TODAY).get(pk=problems[0].pk).state_then == "submitted"


def test_day_of_the_closing_is_the_last_one_by_then(problems):
    row = Problem.objects.closed_day(date(2026, 5, 12), TODAY).get(pk=problems[4].pk)
    later = Problem.objects.closed_day(date(2026, 5, 18), TODAY).get(pk=problems[4].pk)

    assert (row.closed_then, later.closed_then) == (date(2026, 5, 10), date(2026, 5, 18))


def test_due_day_as_of_a_day_knows_no_later_extension():
    problem, by = ProblemFactory(found_on=FOUND, due_on=date(2026, 5, 20)), UserFactory()
    ExtensionFactory(
        measure=None,
        problem=problem,
        asked_on=date(2026, 5, 10),
        old_due_on=date(2026, 5, 20),
        new_due_on=date(2026, 7, 1),
        decided_on=date(2026, 5, 25),
        decided_by=by,
        granted=True,
    )
    Problem.objects.filter(pk=problem.pk).update(due_on=date(2026, 7, 1))

    def due(day):
        return Problem.objects.with_due(day, TODAY).get().due_then

    assert [due(date(2026, 5, 24)), due(date(2026, 5, 25)), due(TODAY)] == [
        date(2026, 5, 20),
        date(2026, 7, 1),
        date(2026, 7, 1),
    ]
    on = date(2026, 5, 24)
    assert list(problems_for(None, on=on, today=TODAY, overdue=True)) == [problem]
    assert not problems_for(None, on=TODAY, today=TODAY, overdue=True).exists()
