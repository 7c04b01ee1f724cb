"""Problems below problems, merged and cancelled ones: nothing is lost, nobody's say is skipped."""

from datetime import date

import pytest

from reports.actions.problems import (
    CannotMoveProblem,
    CannotRegisterProblem,
    Cause,
    ProblemDraft,
    cancel_problem,
    edit_problem,
    move_problem,
)
from reports.domain.problems import Decision, ProblemClass, ProblemMove
from reports.models import Problem
from reports.selectors.audit import problem_differences
from tests.factories import (
    NOON,
    BureauFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
AT_ONCE = {"kind": ProblemClass.AT_ONCE}
CITY = {"raised_from_above": True, "raised_by": "市局"}
ENDED = ["上级问题已经办结，不能再列入其下。"]
NOT_OWN = ["1由上级或外部提出，其下计入问题数的问题也须由提出机关认定，请勾选“上级或外部提出”。"]


def move(problem, what, by=None, **how):
    return move_problem(
        problem_id=problem.pk,
        move=ProblemMove(what),
        on=TODAY,
        by=by or UserFactory(),
        at=NOON,
        today=TODAY,
        **how,
    )


def edit(problem, **changed):
    problem = Problem.objects.get(pk=problem.pk)
    wanted = {
        "unit": problem.unit,
        "title": problem.title,
        "source": problem.source,
        "found_on": problem.found_on,
        "causes": (Cause("责任不明"),),
        "due_on": problem.due_on,
        "kind": ProblemClass(problem.kind),
        "counts": problem.counts,
        "leader": problem.leader,
        "parent": problem.parent,
        "raised_from_above": problem.raised_from_above,
        "raised_by": problem.raised_by,
    }
    return edit_problem(
        problem_id=problem.pk,
        draft=ProblemDraft(**wanted | changed),
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )


def submit(problem, submitter=None):
    move(problem, "assign", leader=PersonFactory(unit=problem.bureau))
    move(problem, "start")
    return move(problem, "submit", submitter)


def close(problem, verifier=None):
    submit(problem)
    return move(problem, "close", verifier, reason="属实")


def merge(problem):
    return move(problem, "merge", reason="重复", target=ProblemFactory(unit=problem.unit))


def dismiss(problem):
    return move(problem, "dismiss", reason="不属实")


def state_of(problem):
    return Problem.objects.get(pk=problem.pk).state


def refused(action, *args, **how):
    with pytest.raises((CannotMoveProblem, CannotRegisterProblem)) as refusal:
        action(*args, **how)
    return refusal.value.reasons


@pytest.fixture
def unit():
    return UnitFactory()


# --- who raised it closes it --------------------------------------------------------------------


def test_below_what_the_city_raised_only_what_the_city_closes_counts(unit):
    top = ProblemFactory(unit=unit, **CITY)
    own = ProblemFactory(unit=unit, parent=top, counts=False, **AT_ONCE)

    assert refused(ProblemFactory, unit=unit, parent=top) == NOT_OWN
    assert refused(edit, own, counts=True) == NOT_OWN
    close(own)
    assert state_of(top) == "registered"


def test_what_the_city_raised_closes_with_the_decisions_on_its_items(unit):
    top = ProblemFactory(unit=unit, **CITY)
    item = ProblemFactory(unit=unit, parent=top, **AT_ONCE, **CITY)
    submit(item)
    move(item, "verify", reason="属实")
    waiting = state_of(top)

    move(item, "close", decision=Decision("市局认定1号", TODAY))

    assert (waiting, state_of(top)) == ("awaiting_above", "closed")


def test_own_items_cannot_be_put_below_by_calling_one_of_them_something_else(unit):
    top, city = ProblemFactory(unit=unit), ProblemFactory(unit=unit, **CITY)
    own = ProblemFactory(unit=unit, parent=top)
    item = ProblemFactory(unit=unit, parent=city, **CITY)

    assert refused(edit, top, **CITY) == NOT_OWN
    assert refused(edit, own, parent=city) == [NOT_OWN[0].replace("1", "2", 1)]
    assert refused(edit, item, raised_from_above=False) == [NOT_OWN[0].replace("1", "2", 1)]


@pytest.mark.parametrize("last", ["submit", "verify"])
def test_who_raised_it_does_not_change_while_it_is_verified(unit, last):
    problem = ProblemFactory(unit=unit, **AT_ONCE, **CITY)
    submit(problem)
    if last == "verify":
        move(problem, "verify", reason="属实")

    assert refused(edit, problem, raised_from_above=False, raised_by="") == [
        "问题正在核查或者待上级认定，不能改变提出方；请先退回。"
    ]
    move(problem, "return", reason="补充材料")
    assert refused(edit, close(ProblemFactory(unit=unit, **AT_ONCE)), **CITY) == [
        "问题已经销号，不能改变提出方。"
    ]
    assert edit(problem, raised_from_above=False, raised_by="").raised_from_above is False


def test_closed_with_its_items_it_may_be_by_who_once_submitted_it(unit):
    once = UserFactory()
    top = ProblemFactory(unit=unit, **AT_ONCE)
    submit(top, once)
    item = ProblemFactory(unit=unit, parent=top, **AT_ONCE)

    close(item, verifier=once)

    top.refresh_from_db()
    assert (top.state, top.closed_by, top.submitted_by) == ("closed", once, once)
    assert list(problem_differences()) == []


# --- below what has ended -----------------------------------------------------------------------


@pytest.mark.parametrize("end", [merge, dismiss, close])
def test_nothing_is_put_or_begins_to_count_below_what_has_ended(unit, end):
    top, other = ProblemFactory(unit=unit, **AT_ONCE), ProblemFactory(unit=unit)
    item = ProblemFactory(unit=unit, parent=top, counts=False, **AT_ONCE)
    ended = end(top).state

    assert refused(ProblemFactory, unit=unit, parent=top) == ENDED
    assert refused(edit, other, parent=top) == ENDED
    assert refused(edit, item, counts=True) == ENDED
    assert edit(item, title="改了名").title == "改了名"
    assert state_of(top) == ended
    assert list(problem_differences()) == []


def test_nothing_is_registered_below_what_was_cancelled(unit):
    top = ProblemFactory(unit=unit)
    cancel_problem(problem_id=top.pk, because="录错", by=UserFactory(), at=NOON)

    assert refused(ProblemFactory, unit=unit, parent=top) == ["上级问题已经作废，不能列入其下。"]


def test_item_that_no_longer_counts_leaves_what_is_above_to_itself(unit):
    top = ProblemFactory(unit=unit, **AT_ONCE)
    item = ProblemFactory(unit=unit, parent=top, **AT_ONCE)
    close(item)

    edit(item, counts=False)

    assert state_of(top) == "closed"
    assert move(top, "reopen", reason="反弹").state == "in_hand"
    assert list(problem_differences()) == []


def test_tree_is_no_deeper_than_its_numbers_have_room(unit):
    chain = [ProblemFactory(unit=unit)]
    for _n in range(5):
        chain.append(ProblemFactory(unit=unit, parent=chain[-1]))
    other = ProblemFactory(unit=unit)
    too_deep = ["问题最多分6级，也不能一再改列。"]

    assert chain[-1].number == "1.1.1.1.1.1"
    assert refused(ProblemFactory, unit=unit, parent=chain[-1]) == too_deep
    assert refused(edit, chain[0], parent=other) == too_deep
    assert Problem.objects.get(pk=chain[0].pk).number == "1"


# --- merged -------------------------------------------------------------------------------------


def test_cancelled_problem_takes_nothing_over(unit):
    one, two = ProblemFactory(unit=unit), ProblemFactory(unit=unit)
    cancel_problem(problem_id=two.pk, because="录错", by=UserFactory(), at=NOON)

    assert refused(move, one, "merge", reason="重复", target=two) == [
        "拟并入的问题已经办结，不能并入。"
    ]


def test_what_others_were_merged_into_is_not_cancelled(unit):
    one, two, right = (ProblemFactory(unit=unit) for _n in range(3))
    move(one, "merge", reason="重复", target=two)

    assert refused(
        cancel_problem, problem_id=two.pk, because="录错", by=UserFactory(), at=NOON
    ) == ["1已并入该问题，不能作废；登记有误的，可将该问题并入正确的问题。"]
    assert move(two, "merge", reason="登记有误", target=right).state == "merged"


def test_target_is_taken_as_it_stands_not_as_the_page_had_read_it(unit):
    one, two = ProblemFactory(unit=unit), ProblemFactory(unit=unit)
    as_read = Problem.objects.get(pk=one.pk)
    move(one, "merge", reason="重复", target=two)

    assert refused(move, two, "merge", reason="重复", target=as_read) == [
        "拟并入的问题已经办结，不能并入。"
    ]


# --- other bureaus ------------------------------------------------------------------------------


def test_problem_names_nothing_of_another_bureau(unit):
    foreign = ProblemFactory(
        unit=UnitFactory(parent=BureauFactory()), found_on=date(2025, 5, 6), due_on=None
    )

    assert refused(ProblemFactory, unit=unit, repeats=foreign) == ["往年同一问题须属于同一分局。"]
    assert refused(ProblemFactory, unit=unit, joint_units=(foreign.unit,)) == [
        "配合单位须属于同一分局。"
    ]
