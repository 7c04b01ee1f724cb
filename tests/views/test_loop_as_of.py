"""The pages of the loop of problems on a past day: what happened later does not exist."""

from datetime import date

import pytest
from django.urls import reverse

from reports.actions.measures import ask_extension, decide_extension, report_progress
from reports.actions.problems import (
    look_back,
    move_problem,
    review_problem,
)
from reports.actions.promises import merge_promise
from reports.domain.access import Role
from reports.domain.problems import LookBackResult, ProblemClass, ProblemMove
from reports.models import Problem
from reports.selectors.promises import promises_of
from tests.factories import (
    NOON,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    PromiseFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
BEFORE, LATER = date(2026, 5, 31), date(2026, 6, 5)


@pytest.fixture
def station():
    return UnitFactory()


@pytest.fixture
def page(client, station):
    """The context of a page as of the last of May, and the page in words."""
    user = member(Role.LEGAL_OFFICER, station.bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    def read(address):
        return client.get(f"{address}?on={BEFORE}")

    return read


def move(problem, what, on=LATER, **how):
    return move_problem(
        problem_id=problem.pk,
        move=ProblemMove(what),
        on=on,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
        **how,
    )


def close(problem, on=LATER):
    move(problem, "assign", on, leader=PersonFactory(unit=problem.bureau))
    for what in ("start", "submit"):
        move(problem, what, on)
    return move(problem, "close", on, reason="属实")


def extended(by, **of):
    asked = ask_extension(
        new_due_on=date(2026, 7, 31),
        reason="等验收",
        asked_on=date(2026, 5, 20),
        by=UserFactory(),
        at=NOON,
        today=TODAY,
        **of,
    )
    return decide_extension(
        extension_id=asked.pk, granted=True, note="属实", on=by, by=UserFactory(), today=TODAY
    )


def test_problem_merged_later_is_not_merged_yet(page, station):
    one, two = ProblemFactory(unit=station), ProblemFactory(unit=station)
    below = ProblemFactory(unit=station, parent=two)
    move(one, "merge", reason="重复", target=two)
    move(below, "merge", reason="重复", target=two)

    of_one, of_two = page(one.get_absolute_url()), page(two.get_absolute_url())

    assert of_one.context["problem"].merged_into is None
    assert "本问题已并入" not in of_one.content.decode()
    record = of_two.context["record"]
    assert (record.merged, [item.problem for item in record.items]) == ([], [below])


def test_problem_reopened_and_answered_later_is_neither_yet(page, station):
    problem = closed_problem(
        unit=station, submitted_by=UserFactory(), closed_by=UserFactory(), counts=True
    )
    look_back(
        problem_id=problem.pk,
        on=LATER,
        result=LookBackResult.RELAPSED,
        note="又缺",
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )
    Problem.objects.filter(pk=problem.pk).update(
        reply_due_on=date(2026, 5, 30), replied_on=LATER, reply_document="公函1号"
    )

    found = page(problem.get_absolute_url())

    shown = found.context["problem"]
    assert (shown.reopened, shown.replied_on, shown.reply_document) == (0, None, "")
    assert found.context["reply_overdue"] is True


def test_review_made_later_has_set_no_day_yet(page, station):
    problem = ProblemFactory(unit=station, kind=ProblemClass.STANDING, due_on=None)
    for on, text, again in (
        (date(2026, 5, 20), "坚持较好", date(2026, 5, 30)),
        (LATER, "仍好", date(2026, 9, 1)),
    ):
        review_problem(
            problem_id=problem.pk,
            on=on,
            text=text,
            next_on=again,
            by=UserFactory(),
            at=NOON,
            today=TODAY,
        )

    found = page(problem.get_absolute_url())

    assert found.context["problem"].review_on == date(2026, 5, 30)
    assert found.context["review_overdue"] is True


def test_extension_decided_later_still_waits(page, station):
    problem = ProblemFactory(unit=station)
    measure = MeasureFactory(unit=station, due_on=date(2026, 6, 30))
    move(problem, "assign", date(2026, 5, 8))
    extended(LATER, problem_id=problem.pk)
    extended(LATER, measure_id=measure.pk)

    found = [page(each.get_absolute_url()) for each in (problem, measure)]

    for each in found:
        (extension,) = each.context["record"].extensions
        assert (extension.decided_on, extension.granted) == (None, None)
        assert "已同意" not in each.content.decode()


def test_measure_finished_later_is_not_done_yet(page, station):
    measure = MeasureFactory(unit=station)
    report_progress(
        measure_id=measure.pk,
        on=LATER,
        text="完成",
        finishes=True,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )

    found = page(measure.get_absolute_url())

    assert found.context["measure"].done_on is None
    assert "<dt>完成日期</dt>" not in found.content.decode()


def test_overdue_measures_of_a_past_day_are_those_of_its_list(page, client, station):
    measure = MeasureFactory(unit=station, due_on=date(2026, 5, 25))
    extended(LATER, measure_id=measure.pk)

    bureau = page(reverse("reports:bureau-detail", args=[station.bureau_id]))
    unit = page(reverse("reports:unit-detail", args=[station.pk]))
    listed = client.get(f"{reverse('reports:measure-list')}?overdue=1&on={BEFORE}")

    number = len(listed.context["table"].rows)
    assert number == 1
    assert bureau.context["measures_overdue"] == unit.context["measures_overdue"] == number


def test_promise_is_not_answered_by_what_was_closed_later(station):
    one, two = (ProblemFactory(unit=station, kind=ProblemClass.AT_ONCE) for _n in range(2))
    promise = PromiseFactory(bureau=station.bureau)
    merge_promise(promise_id=promise.pk, by=UserFactory(), today=date(2026, 5, 10), problem=one)
    move(one, "merge", date(2026, 5, 12), reason="重复", target=two)
    close(two)

    def answered(on):
        return promises_of(station.bureau_id, 2026, on=on, today=TODAY).get().answered

    assert [answered(day) for day in (BEFORE, LATER, TODAY)] == [False, True, True]
