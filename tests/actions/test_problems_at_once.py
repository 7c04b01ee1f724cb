"""Problems, rounds and promises decided at one moment, as real requests: one wins, the others are
told, and nothing is given or counted twice.
"""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from reports.actions.measures import ask_extension
from reports.actions.problems import move_problem, plan_look_back
from reports.domain.access import Role
from reports.domain.problems import ProblemClass, ProblemMove
from reports.models import Extension, LookBack, Problem, Promise
from reports.selectors.audit import all_differences
from tests.at_once import SEVERAL_WRITERS, at_once, desks
from tests.factories import (
    NOON,
    BureauFactory,
    LookBackItemFactory,
    LookBackRoundFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    PromiseFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
)

pytestmark = SEVERAL_WRITERS
TODAY = NOON.date()
PRESSES = 6


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


def sent_by_all(clients, address, data):
    return at_once(lambda client=client: client.post(address, data) for client in clients)


def walk(problem, *moves):
    for what in moves:
        leader = PersonFactory(unit=problem.bureau) if what == "assign" else None
        move_problem(
            problem_id=problem.pk,
            move=ProblemMove(what),
            on=TODAY,
            leader=leader,
            by=UserFactory(),
            at=NOON,
            today=TODAY,
        )
    problem.refresh_from_db()
    return problem


def address(name, record, *more):
    return reverse(f"reports:{name}", args=[record.pk, *more])


def told(answers):
    """What those who came too late are told: on the page, or above the one they are led to."""
    said = []
    for answer in answers:
        if answer.status_code == 302:
            said += [str(each) for each in get_messages(answer.wsgi_request)]
        else:
            said += answer.context["form"].non_field_errors()
    return said


def test_two_verifiers_one_closes_and_the_other_is_told(bureau, station):
    problem = walk(
        ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE), "assign", "start", "submit"
    )
    data = {"expected_state": "submitted", "on": "2026-06-10", "reason": "现场核查属实"}
    clients = desks(Role.INSPECTOR, bureau, PRESSES)

    answers = sent_by_all(clients, address("problem-move", problem, "close"), data)

    problem.refresh_from_db()
    (close,) = problem.moves.filter(move="close")
    assert (problem.state, problem.closed_by) == ("closed", close.recorded_by)
    said = told(answers)
    first = f"{close.recorded_by.username}已先办理：问题现处“已销号”，请核对后再办。"
    assert sorted(said) == sorted(["已办理：销号。问题现为“已销号”。"] + [first] * (PRESSES - 1))
    assert list(all_differences()) == []


def test_close_and_return_at_once_are_one_move(bureau, station):
    problem = walk(
        ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE), "assign", "start", "submit"
    )
    data = {"expected_state": "submitted", "on": "2026-06-10", "reason": "核查情况"}
    clients = desks(Role.INSPECTOR, bureau, PRESSES)

    at_once(
        lambda client=client, what=what: client.post(address("problem-move", problem, what), data)
        for client, what in zip(clients, ["close", "return"] * 3, strict=True)
    )

    assert problem.moves.filter(move__in=["close", "return"]).count() == 1
    assert list(all_differences()) == []


def test_submitted_by_many_it_is_submitted_once(station):
    problem = walk(ProblemFactory(unit=station), "assign", "start")
    data = {"expected_state": "in_hand", "on": "2026-06-10"}

    sent_by_all(
        desks(Role.CLERK, station, PRESSES), address("problem-move", problem, "submit"), data
    )

    (submission,) = problem.moves.filter(move="submit")
    problem.refresh_from_db()
    assert (problem.state, problem.submitted_by) == ("submitted", submission.recorded_by)


def test_the_same_page_sent_by_many_is_one_problem(bureau, station):
    source = ProblemSourceFactory()
    data = {
        "unit": station.pk,
        "title": "接处警登记不全",
        "found_on": "2026-06-01",
        "source": source.pk,
        "kind": "dated",
        "counts": "on",
    }

    sent_by_all(desks(Role.INSPECTOR, bureau, PRESSES), reverse("reports:problem-new"), data)

    assert list(Problem.objects.values_list("number", "title")) == [("1", "接处警登记不全")]


def test_numbers_given_at_once_are_all_different(bureau, station):
    source, top = ProblemSourceFactory(), ProblemFactory(unit=station)
    data = {"unit": station.pk, "found_on": "2026-06-01", "source": source.pk, "kind": "dated"}
    titles = ["台账缺页", "警情漏录", "案卷超期", "物品错放", "场所失修", "票据不符"]
    clients = desks(Role.INSPECTOR, bureau, PRESSES)

    at_once(
        lambda client=client, title=title, below=below: client.post(
            reverse("reports:problem-new"), data | {"title": title} | below
        )
        for client, title, below in zip(
            clients, titles, [{}, {"parent": top.pk, "counts": "on"}] * 3, strict=True
        )
    )

    numbers = Problem.objects.values_list("number", flat=True)
    assert sorted(numbers) == ["1", "1.1", "1.2", "1.3", "2", "3", "4"]
    assert list(all_differences()) == []


def test_two_that_are_merged_into_each_other_do_not_both_vanish(bureau, station):
    one, two = ProblemFactory(unit=station), ProblemFactory(unit=station)
    data = {"expected_state": "registered", "on": "2026-06-10", "reason": "重复"}
    first, second = desks(Role.LEGAL_OFFICER, bureau, 2)

    at_once(
        [
            lambda: first.post(address("problem-move", one, "merge"), data | {"target": two.pk}),
            lambda: second.post(address("problem-move", two, "merge"), data | {"target": one.pk}),
        ]
    )

    assert sorted(Problem.objects.values_list("state", flat=True)) == ["merged", "registered"]


def test_last_items_closed_at_once_close_what_is_above(bureau, station):
    top = ProblemFactory(unit=station)
    items = [
        walk(
            ProblemFactory(unit=station, parent=top, kind=ProblemClass.AT_ONCE),
            "assign",
            "start",
            "submit",
        )
        for _n in range(PRESSES)
    ]
    data = {"expected_state": "submitted", "on": "2026-06-10", "reason": "属实"}

    at_once(
        lambda client=client, item=item: client.post(address("problem-move", item, "close"), data)
        for client, item in zip(desks(Role.INSPECTOR, bureau, PRESSES), items, strict=True)
    )

    top.refresh_from_db()
    assert (top.state, top.moves.filter(to_state="closed").count()) == ("closed", 1)
    assert list(all_differences()) == []


def test_two_grants_are_one_decision(bureau, station):
    problem = walk(ProblemFactory(unit=station), "assign")
    extension = ask_extension(
        problem_id=problem.pk,
        new_due_on=date(2026, 7, 31),
        reason="等验收",
        asked_on=TODAY,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )
    clients = desks(Role.LEADER, bureau, PRESSES)

    answers = at_once(
        lambda client=client, yes=yes: client.post(
            address("extension-decide", extension),
            {"granted": yes, "note": "属实", "on": "2026-06-10"},
        )
        for client, yes in zip(clients, "101010", strict=True)
    )

    extension.refresh_from_db()
    problem.refresh_from_db()
    due = date(2026, 7, 31) if extension.granted else date(2026, 6, 30)
    assert problem.due_on == due
    assert sorted(told(answers)) == ["延期申请已决定。"] + ["该申请已经决定。"] * (PRESSES - 1)


def test_asked_by_many_one_request_waits(station):
    problem = walk(ProblemFactory(unit=station), "assign")
    data = {"new_due_on": "2026-07-31", "reason": "等验收", "asked_on": "2026-06-10"}

    sent_by_all(desks(Role.CLERK, station, PRESSES), address("problem-extend", problem), data)

    assert Extension.objects.filter(problem=problem).count() == 1


def test_round_is_ended_once_and_an_item_checked_once(bureau, station):
    checker = PersonFactory(unit=bureau)
    made = LookBackRoundFactory(bureau=bureau, checkers=(checker,))
    problem = closed_problem(unit=station, submitted_by=UserFactory(), closed_by=UserFactory())
    item = LookBackItemFactory(round=made, problem=problem)
    clients = desks(Role.INSPECTOR, bureau, PRESSES)
    found = {"on": "2026-06-09", "checker": checker.pk, "result": "relapsed", "note": "又缺三项"}

    sent_by_all(clients, reverse("reports:round-item", args=[made.pk, item.pk]), found)
    answers = sent_by_all(
        clients, address("round-end", made), {"on": "2026-06-10", "conclusion": "总体巩固"}
    )

    problem.refresh_from_db()
    made.refresh_from_db()
    assert (LookBack.objects.count(), problem.state, problem.reopened) == (1, "in_hand", 1)
    assert made.ended_on == TODAY
    assert made.history.filter(ended_on__isnull=False).count() == 1
    assert [answer.status_code for answer in answers].count(302) == 1


def test_single_look_back_that_fails_reopens_once(bureau, station):
    problem = closed_problem(unit=station, submitted_by=UserFactory(), closed_by=UserFactory())
    plan_look_back(problem_id=problem.pk, on=TODAY, today=TODAY)
    found = {"on": "2026-06-10", "result": "insufficient", "note": "仍不全"}

    sent_by_all(
        desks(Role.INSPECTOR, bureau, PRESSES), address("problem-look-back", problem), found
    )

    problem.refresh_from_db()
    assert (LookBack.objects.count(), problem.reopened, problem.look_back_on) == (1, 1, None)


def test_promise_is_decided_once(bureau, station):
    promise = PromiseFactory(bureau=bureau)
    ways = [
        {"decision": "done", "reason": "三月已完成"},
        {"decision": "dropped", "reason": "职能划转"},
        {
            "decision": "taken_on",
            "unit": station.pk,
            "title": "执法规范化水平有待提高",
            "begins_on": "2026-06-10",
            "kind": "standing",
        },
    ]

    at_once(
        lambda client=client, way=way: client.post(address("promise-decide", promise), way)
        for client, way in zip(desks(Role.LEGAL_OFFICER, bureau, PRESSES), ways * 2, strict=True)
    )

    promise = Promise.objects.get()
    assert promise.history.exclude(decision="").count() == 1
    assert Problem.objects.count() == (promise.decision == "taken_on")
