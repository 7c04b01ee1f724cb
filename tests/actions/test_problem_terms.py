"""Later due days of problems, pages sent twice, and words that an older ledger lacks."""

from datetime import date

import pytest

from reports.actions.measures import CannotExtend, ask_extension, decide_extension
from reports.actions.problems import (
    CannotMoveProblem,
    ProblemDraft,
    Signed,
    cancel_problem,
    look_back,
    move_problem,
    review_problem,
)
from reports.actions.promises import take_on_as_problem
from reports.domain.problems import LookBackResult, ProblemClass, ProblemMove
from reports.models import LookBack, ProblemReview, ProblemSource
from reports.selectors.problems import years_in_a_row
from reports.selectors.rounds import candidates
from tests.factories import (
    NOON,
    LookBackRoundFactory,
    PersonFactory,
    ProblemFactory,
    PromiseFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def move(problem, what, on=TODAY, **how):
    return move_problem(
        problem_id=problem.pk,
        move=ProblemMove(what),
        on=on,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
        **how,
    )


def ask(problem, new_due_on, asked_on=TODAY):
    return ask_extension(
        problem_id=problem.pk,
        new_due_on=new_due_on,
        reason="等验收",
        asked_on=asked_on,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )


def grant(extension, on=TODAY):
    return decide_extension(
        extension_id=extension.pk, granted=True, note="", on=on, by=UserFactory(), today=TODAY
    )


def refused(action, *args, **how):
    with pytest.raises((CannotExtend, CannotMoveProblem)) as refusal:
        action(*args, **how)
    return refusal.value.reasons


# --- extensions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["merge", "dismiss"])
def test_what_is_left_out_gets_no_later_day(end):
    problem = ProblemFactory()
    waiting = ask(problem, date(2026, 7, 31))
    how = {"target": ProblemFactory(unit=problem.unit)} if end == "merge" else {}
    move(problem, end, reason="重复", **how)

    assert refused(grant, waiting) == refused(ask, problem, date(2026, 7, 31))[:1]


def test_reopened_with_a_new_day_it_may_be_extended_again():
    problem = ProblemFactory(due_on=date(2026, 5, 20))
    grant(ask(problem, date(2026, 5, 31), date(2026, 5, 10)), date(2026, 5, 11))
    move(problem, "assign", date(2026, 5, 12), leader=PersonFactory(unit=problem.bureau))
    closed = closed_problem(unit=problem.unit, submitted_by=UserFactory(), closed_by=UserFactory())
    closed.extensions.set(problem.extensions.all())
    move(closed, "reopen", reason="反弹", due_on=date(2026, 6, 30))

    asked = grant(ask(closed, date(2026, 7, 31)))

    closed.refresh_from_db()
    assert (asked.old_due_on, closed.due_on) == (date(2026, 6, 30), date(2026, 7, 31))


def test_extension_never_brings_the_day_forward():
    problem = ProblemFactory(due_on=date(2026, 6, 20))
    grant(ask(problem, date(2026, 8, 31), date(2026, 6, 9)), date(2026, 6, 10))

    # Said to be asked before the first one was granted.
    assert refused(ask, problem, date(2026, 7, 31), date(2026, 6, 8)) == ["新期限须晚于原期限。"]


# --- sent twice ---------------------------------------------------------------------------------


def test_the_same_review_or_check_sent_twice_is_one():
    standing = ProblemFactory(kind=ProblemClass.STANDING, due_on=None)
    closed = closed_problem(submitted_by=UserFactory(), closed_by=UserFactory())
    common = {"by": UserFactory(), "at": NOON, "today": TODAY, "on": TODAY}
    review = {"problem_id": standing.pk, "text": "坚持较好", "next_on": None} | common
    held = LookBackResult.HELD
    check = {"problem_id": closed.pk, "result": held, "note": "抽查十份"} | common

    review_problem(**review)
    look_back(**check)

    assert refused(review_problem, **review) == ["同一天已有相同的评估记录。"]
    assert refused(look_back, **check) == ["已有相同的回头看记录。"]
    assert (ProblemReview.objects.count(), LookBack.objects.count()) == (1, 1)


# --- the year loop ------------------------------------------------------------------------------


def test_promise_is_taken_on_in_a_ledger_that_lacks_the_source():
    station = UnitFactory()
    promise = PromiseFactory(bureau=station.bureau)
    draft = ProblemDraft(
        unit=station, title="规范化水平不高", source=None, found_on=TODAY, due_on=None
    )

    taken = take_on_as_problem(
        promise_id=promise.pk, draft=draft, by=UserFactory(), at=NOON, today=TODAY
    )

    assert taken.problem.source == ProblemSource.objects.get(code="last_report")


def test_entered_by_mistake_it_was_not_listed_that_year():
    unit = UnitFactory()
    first = ProblemFactory(unit=unit, found_on=date(2025, 5, 6), due_on=None)
    again = ProblemFactory(unit=unit, repeats=first)
    before = years_in_a_row(again)

    cancel_problem(problem_id=first.pk, because="录错", by=UserFactory(), at=NOON)

    again.refresh_from_db()
    assert (before, years_in_a_row(again)) == (2, 1)


# --- rounds -------------------------------------------------------------------------------------


def test_of_two_checkers_of_one_name_each_is_asked():
    submitter = UserFactory()
    station = UnitFactory()
    problem = closed_problem(unit=station, submitted_by=submitter, closed_by=UserFactory())
    checkers = [
        PersonFactory(unit=station, name="王伟", user=user) for user in (UserFactory(), submitter)
    ]
    made = LookBackRoundFactory(bureau=station.bureau, checkers=tuple(checkers))

    (found,) = candidates(made, checkers, most=5)

    assert (found.problem, found.barred, found.nobody) == (problem, ["王伟"], False)


# --- from paper ---------------------------------------------------------------------------------


def test_who_submitted_does_not_verify_on_paper_either():
    submitter, leader = UserFactory(), UserFactory()
    problem = ProblemFactory(kind=ProblemClass.AT_ONCE)
    in_charge = PersonFactory(unit=problem.bureau, user=leader)
    move(problem, "assign", leader=in_charge)
    move(problem, "start")
    move_problem(
        problem_id=problem.pk,
        move=ProblemMove.SUBMIT,
        on=TODAY,
        by=submitter,
        at=NOON,
        today=TODAY,
    )
    signers = [PersonFactory(unit=problem.bureau, user=submitter), in_charge]

    said = [refused(move, problem, "close", reason="属实", signed=Signed(s)) for s in signers]

    assert said == [
        ["提交人不能核查、退回或销号自己提交的问题。"],
        ["责任领导不能同时是核查人。"],
    ]
    other = Signed(PersonFactory(unit=problem.bureau))
    assert move(problem, "close", reason="属实", signed=other).state == "closed"
