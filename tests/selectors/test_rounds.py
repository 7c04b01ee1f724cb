from datetime import date

import pytest

from reports.domain.access import Role
from reports.models import Problem
from reports.selectors.rounds import look_backs_due, rounds_waiting
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    LookBackItemFactory,
    LookBackRoundFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def station():
    return UnitFactory()


def scope(role, unit):
    return scope_of(member(role, unit), today=TODAY)


def test_items_wait_for_checkers_and_for_who_runs_the_rounds(station):
    login = member(Role.CLERK, UnitFactory(parent=station.bureau))
    checker = PersonFactory(unit=station, user=login)
    late, soon = (
        LookBackItemFactory(
            round=LookBackRoundFactory(bureau=station.bureau, due_on=day, checkers=people)
        )
        for day, people in (
            (date(2026, 6, 30), [checker]),
            (date(2026, 6, 15), [PersonFactory(unit=station)]),
        )
    )
    LookBackItemFactory()

    def waiting(found):
        return list(rounds_waiting(found, TODAY))

    assert waiting(scope(Role.INSPECTOR, station.bureau)) == [soon, late]
    assert waiting(scope_of(login, today=TODAY)) == [late]
    assert waiting(scope(Role.CLERK, station)) == []
    assert waiting(scope(Role.SUPERVISOR, station.bureau.parent or station.bureau)) == []


def test_nothing_waits_of_what_has_a_result_ended_or_was_cancelled(station):
    legal = scope(Role.LEGAL_OFFICER, station.bureau)
    ended, cancelled = (LookBackItemFactory(round__bureau=station.bureau) for _n in range(2))
    ended.round.ended_on = TODAY
    ended.round.save()
    cancelled.round.cancelled_at, cancelled.round.cancelled_because = NOON, "误"
    cancelled.round.save()

    assert list(rounds_waiting(legal, TODAY)) == []


def test_closed_problems_are_looked_at_from_their_day_on(station):
    worked = UserFactory()

    def closed(day):
        problem = closed_problem(unit=station, submitted_by=worked, closed_by=worked)
        Problem.objects.filter(pk=problem.pk).update(look_back_on=day)
        return problem

    due, today, _later, sampled = (
        closed(day) for day in (date(2026, 6, 1), TODAY, date(2026, 6, 11), date(2026, 6, 2))
    )
    LookBackItemFactory(round__bureau=station.bureau, problem=sampled)

    assert list(look_backs_due(scope(Role.INSPECTOR, station.bureau), TODAY)) == [due, today]
    assert list(look_backs_due(scope(Role.CLERK, station), TODAY)) == []
    assert list(look_backs_due(scope(Role.INSPECTOR, UnitFactory().bureau), TODAY)) == []
