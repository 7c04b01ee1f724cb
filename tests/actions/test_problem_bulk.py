from datetime import date

import pytest

from reports.actions.problem_bulk import (
    Assignment,
    NewTerm,
    assign_problems,
    change_due_days,
)
from reports.actions.problems import CannotMoveProblem, change_due_day, move_problem
from reports.domain.deadlines import Within
from reports.domain.problems import ProblemClass, ProblemMove
from reports.models import Extension
from tests.factories import (
    NOON,
    HolidayFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def by():
    return UserFactory()


def when(by):
    return {"by": by, "at": NOON, "today": TODAY}


def seen(*problems):
    return {problem.pk: problem.state for problem in problems}


def assigned(problem, by):
    return move_problem(
        problem_id=problem.pk, move=ProblemMove.ASSIGN, on=TODAY, by=by, at=NOON, today=TODAY
    )


def states(*problems):
    for problem in problems:
        problem.refresh_from_db()
    return [problem.state for problem in problems]


def test_several_are_assigned_with_one_leader_and_one_term(station, by):
    leader = PersonFactory(unit=station)
    one, other = ProblemFactory(unit=station), ProblemFactory(unit=station)

    outcomes = assign_problems(
        seen(one, other),
        Assignment(TODAY, leader=leader, term=NewTerm(within=Within(10, workdays=True))),
        **when(by),
    )

    assert states(one, other) == ["assigned", "assigned"]
    assert {one.leader, other.leader} == {leader}
    assert {one.due_on, other.due_on} == {date(2026, 6, 24)}
    assert [(each.due_on, each.reasons) for each in outcomes] == [(date(2026, 6, 24), ())] * 2


def test_what_is_left_out_each_keeps(station, by):
    leader = PersonFactory(unit=station)
    problem = ProblemFactory(unit=station, leader=leader, due_on=date(2026, 7, 3))

    assign_problems(seen(problem), Assignment(TODAY), **when(by))

    assert states(problem) == ["assigned"]
    assert (problem.leader, problem.due_on) == (leader, date(2026, 7, 3))


def test_one_without_a_cause_keeps_all_from_being_assigned(station, by):
    whole, lacking = ProblemFactory(unit=station), ProblemFactory(unit=station, causes=())

    with pytest.raises(CannotMoveProblem) as refused:
        assign_problems(seen(whole, lacking), Assignment(TODAY), **when(by))

    assert refused.value.reasons == [f"{lacking}：交办前请先写明原因。"]
    assert states(whole, lacking) == ["registered", "registered"]
    assert whole.moves.count() == 1


def test_dry_run_tells_what_would_become_and_changes_nothing(station, by):
    whole, lacking = ProblemFactory(unit=station), ProblemFactory(unit=station, causes=())

    outcomes = assign_problems(
        seen(whole, lacking),
        Assignment(TODAY, term=NewTerm(date(2026, 8, 1), due_is_month=True)),
        **when(by),
        dry_run=True,
    )

    assert [(each.problem.pk, each.due_on, each.reasons) for each in outcomes] == [
        (whole.pk, date(2026, 8, 31), ()),
        (lacking.pk, None, ("交办前请先写明原因。",)),
    ]
    assert states(whole, lacking) == ["registered", "registered"]
    assert (whole.due_on, whole.moves.count(), whole.history.count()) == (
        date(2026, 6, 30),
        1,
        1,
    )


def test_what_another_moved_meanwhile_is_told_with_his_name(station, by):
    problem = ProblemFactory(unit=station)
    before = seen(problem)
    assigned(problem, UserFactory(username="ding"))

    with pytest.raises(CannotMoveProblem) as refused:
        assign_problems(before, Assignment(TODAY), **when(by))

    assert refused.value.reasons == [f"{problem}：ding已先办理：问题现处“已交办”，请核对后再办。"]


def test_due_day_changes_at_once_while_registered_and_is_asked_for_afterwards(station, by):
    registered = ProblemFactory(unit=station)
    at_work = assigned(ProblemFactory(unit=station), by)

    outcomes = change_due_days(
        seen(registered, at_work),
        NewTerm(date(2026, 7, 1), due_is_month=True),
        reason="专项任务集中",
        **when(by),
    )

    assert states(registered, at_work) == ["registered", "assigned"]
    assert (registered.due_on, registered.due_is_month) == (date(2026, 7, 31), True)
    assert at_work.due_on == date(2026, 6, 30)
    asked = Extension.objects.get()
    assert (asked.problem, asked.new_due_on, asked.reason, asked.granted) == (
        at_work,
        date(2026, 7, 31),
        "专项任务集中",
        None,
    )
    assert [each.asks for each in outcomes] == [False, True]


def test_days_count_from_the_paper_or_from_today(station, by):
    HolidayFactory(day=date(2026, 6, 19))
    registered = ProblemFactory(unit=station, received_on=date(2026, 6, 5))
    at_work = assigned(ProblemFactory(unit=station, due_on=date(2026, 6, 15)), by)

    outcomes = change_due_days(
        seen(registered, at_work), NewTerm(within=Within(9)), reason="多", **when(by)
    )

    assert [each.due_on for each in outcomes] == [date(2026, 6, 15), date(2026, 6, 22)]
    assert states(registered) == ["registered"]
    assert (registered.due_within, registered.due_in_workdays) == (9, False)


def test_an_extension_that_is_refused_takes_back_the_direct_changes(station, by):
    registered = ProblemFactory(unit=station)
    late = assigned(ProblemFactory(unit=station, due_on=TODAY), by)

    with pytest.raises(CannotMoveProblem):
        change_due_days(seen(registered, late), NewTerm(date(2026, 7, 10)), reason="多", **when(by))

    registered.refresh_from_db()
    assert registered.due_on == date(2026, 6, 30)
    assert Extension.objects.count() == 0


def test_without_a_day_nothing_is_changed(station, by):
    registered = ProblemFactory(unit=station)
    at_work = assigned(ProblemFactory(unit=station), by)

    outcomes = change_due_days(
        seen(registered, at_work), NewTerm(), reason="多", **when(by), dry_run=True
    )

    assert [each.reasons for each in outcomes] == [("请填写整改期限。",)] * 2


def test_given_day_takes_the_place_of_a_number_of_days(station):
    problem = ProblemFactory(unit=station, due_on=None, within=Within(5))

    changed = change_due_day(problem_id=problem.pk, due_on=date(2026, 7, 2))

    assert (changed.due_on, changed.due_within, changed.due_in_workdays) == (
        date(2026, 7, 2),
        None,
        False,
    )


@pytest.mark.parametrize(
    ("given", "due_on", "reasons"),
    [
        ({"kind": ProblemClass.STANDING}, TODAY, ["长期坚持的问题定期评估，不设期限。"]),
        ({}, date(2026, 5, 5), ["整改期限早于发现日期。"]),
        ({}, None, ["请填写整改期限。"]),
    ],
)
def test_due_day_that_cannot_be_set_says_why(station, given, due_on, reasons):
    problem = ProblemFactory(unit=station, **given)

    with pytest.raises(CannotMoveProblem) as refused:
        change_due_day(problem_id=problem.pk, due_on=due_on)

    assert refused.value.reasons == reasons


def test_due_day_of_what_is_assigned_is_not_changed_directly(station, by):
    problem = assigned(ProblemFactory(unit=station), by)

    with pytest.raises(CannotMoveProblem) as refused:
        change_due_day(problem_id=problem.pk, due_on=date(2026, 7, 2))

    assert refused.value.reasons == ["交办后期限不能直接修改，请申请延期。"]
