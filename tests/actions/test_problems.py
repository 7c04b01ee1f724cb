from datetime import date

import pytest

from reports.actions.problems import (
    CannotMoveProblem,
    CannotRegisterProblem,
    ProblemDraft,
    Signed,
    assign_problem,
    cancel_problem,
    edit_problem,
    look_back,
    move_problem,
)
from reports.domain.problems import Decision, ProblemClass, ProblemMove
from reports.models import Problem
from tests.factories import (
    NOON,
    BureauFactory,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def move(problem, what, by, on=TODAY, **how):
    return move_problem(
        problem_id=problem.pk, move=ProblemMove(what), on=on, by=by, at=NOON, today=TODAY, **how
    )


@pytest.fixture
def people():
    """Who registers, who works, who verifies."""
    return UserFactory(), UserFactory(), UserFactory()


@pytest.fixture
def submitted(people):
    """A problem with a finished measure that waits for verification."""
    legal, clerk, _inspector = people
    problem = ProblemFactory(by=legal)
    leader = PersonFactory(unit=problem.bureau)
    measure = MeasureFactory(unit=problem.unit, problems=(problem,))
    measure.done_on = date(2026, 6, 1)
    measure.save()
    move(problem, "assign", legal, date(2026, 5, 7), leader=leader)
    move(problem, "start", clerk, date(2026, 5, 8))
    return move(problem, "submit", clerk, date(2026, 6, 2))


def refused(action, **how):
    with pytest.raises((CannotMoveProblem, CannotRegisterProblem)) as refusal:
        action(**how)
    return refusal.value.reasons


def test_problem_goes_its_way_and_every_move_is_a_row(submitted, people):
    _legal, clerk, inspector = people

    closed = move(submitted, "close", inspector, reason="现场核查，已整改到位")

    assert (closed.state, closed.closed_on, closed.closed_by) == ("closed", TODAY, inspector)
    assert list(
        closed.moves.order_by("pk").values_list("move", "from_state", "to_state", "on")
    ) == [
        ("register", "", "registered", date(2026, 5, 6)),
        ("assign", "registered", "assigned", date(2026, 5, 7)),
        ("start", "assigned", "in_hand", date(2026, 5, 8)),
        ("submit", "in_hand", "submitted", date(2026, 6, 2)),
        ("close", "submitted", "closed", TODAY),
    ]
    assert closed.submitted_by == clerk
    assert closed.moves.get(move="close").leader == submitted.leader


def test_who_submits_never_verifies(submitted, people):
    clerk = people[1]

    for what in ("close", "return"):
        assert refused(lambda what=what: move(submitted, what, clerk, reason="不实")) == [
            "提交人不能核查、退回或销号自己提交的问题。"
        ]


def test_leader_is_a_third_name(submitted, people):
    inspector = people[2]
    submitted.leader.user = inspector
    submitted.leader.save()

    assert refused(lambda: move(submitted, "close", inspector)) == ["责任领导不能同时是核查人。"]


def test_no_leader_no_closing(submitted, people):
    submitted.leader = None
    submitted.save()

    assert refused(lambda: move(submitted, "close", people[2])) == [
        "请先确定责任领导：销号须有提交人、责任领导、核查人三人署名。"
    ]


def test_open_measure_stops_closing(submitted, people):
    MeasureFactory(unit=submitted.unit, problems=(submitted,), title="清理积压")

    assert refused(lambda: move(submitted, "close", people[2])) == [
        "措施“清理积压”尚未完成或终止。"
    ]


def test_return_says_why_and_goes_back_to_in_hand(submitted, people):
    inspector = people[2]

    assert refused(lambda: move(submitted, "return", inspector)) == ["请写明原因。"]
    returned = move(submitted, "return", inspector, reason="台账仍缺三项")

    assert returned.state == "in_hand"
    assert returned.moves.get(move="return").reason == "台账仍缺三项"


def test_second_who_presses_is_told_what_the_first_did(submitted, people):
    inspector = people[2]
    inspector.last_name, inspector.first_name = "赵", "某"
    inspector.save()
    move(submitted, "return", inspector, reason="不实", expected_state="submitted")

    (reason,) = refused(lambda: move(submitted, "close", UserFactory(), expected_state="submitted"))

    assert "整改中" in reason
    assert "已先办理" in reason
    assert Problem.objects.get(pk=submitted.pk).moves.count() == 5


@pytest.mark.parametrize("what", ["start", "submit", "return", "close", "reopen", "verify"])
def test_registered_problem_can_only_be_assigned(what, people):
    problem = ProblemFactory()

    (reason,) = refused(lambda: move(problem, what, people[0], reason="有"))

    assert reason.startswith("问题现处“登记”，不能")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 6, 11), "日期不能晚于今天。"),
        (date(2026, 5, 5), "日期早于发现日期（2026年5月6日）。"),
    ],
)
def test_moves_have_honest_days(on, said, people):
    assert said in refused(lambda: move(ProblemFactory(), "assign", people[0], on))


def test_assigning_wants_cause_and_due_day(people):
    problem = ProblemFactory(cause="", due_on=None)

    assert refused(lambda: move(problem, "assign", people[0])) == [
        "交办前请先写明原因。",
        "限期整改的问题须有整改期限。",
    ]


def test_assigning_may_set_a_measure_at_once_and_a_month_ends_on_its_last_day(people):
    problem = ProblemFactory(cause="", due_on=None)

    assign_problem(
        problem_id=problem.pk,
        on=TODAY,
        by=people[0],
        at=NOON,
        today=TODAY,
        cause="人手不足",
        due_on=date(2026, 9, 1),
        due_is_month=True,
        measure_title="补充人员",
    )

    problem.refresh_from_db()
    (measure,) = problem.measures.all()
    assert (problem.state, problem.cause, problem.due_on) == (
        "assigned",
        "人手不足",
        date(2026, 9, 30),
    )
    assert (measure.title, measure.due_on, measure.due_is_month) == (
        "补充人员",
        date(2026, 9, 30),
        True,
    )


def test_what_was_raised_from_above_closes_by_the_decision_of_that_body(people):
    legal, clerk, inspector = people
    problem = ProblemFactory(
        raised_from_above=True, raised_by="市局督察支队", kind=ProblemClass.AT_ONCE
    )
    move(problem, "assign", legal)
    move(problem, "start", clerk)
    move(problem, "submit", clerk)

    (reason,) = refused(lambda: move(problem, "close", inspector))
    assert reason.startswith("问题现处“待核查”")
    assert move(problem, "verify", inspector).state == "awaiting_above"
    assert refused(lambda: move(problem, "close", legal, decision=Decision())) == [
        "请填写提出机关的认定文号。",
        "请填写提出机关的认定日期。",
    ]
    closed = move(problem, "close", legal, decision=Decision("督察〔2026〕8号", TODAY))

    assert closed.state == "closed"
    assert closed.moves.get(move="close").decision_document == "督察〔2026〕8号（2026-06-10）"


def test_decision_from_a_signed_sheet_names_the_signer(submitted, people):
    signer = PersonFactory(unit=submitted.bureau)

    move(submitted, "close", people[2], signed=Signed(signer))

    row = submitted.moves.get(move="close")
    assert (row.from_paper, row.signer) == (True, signer)


def test_reopening_counts_and_asks_why(submitted, people):
    move(submitted, "close", people[2])

    assert refused(lambda: move(submitted, "reopen", people[0])) == ["请写明原因。"]
    again = move(submitted, "reopen", people[0], reason="反弹", due_on=date(2026, 7, 31))

    assert (again.state, again.reopened, again.closed_on, again.closed_by, again.due_on) == (
        "in_hand",
        1,
        None,
        None,
        date(2026, 7, 31),
    )


@pytest.mark.parametrize(("passed", "state"), [(True, "closed"), (False, "in_hand")])
def test_look_back_that_fails_reopens(submitted, people, passed, state):
    move(submitted, "close", people[2])

    look_back(
        problem_id=submitted.pk,
        on=TODAY,
        passed=passed,
        note="抽查三个单位",
        by=people[2],
        at=NOON,
        today=TODAY,
    )

    submitted.refresh_from_db()
    assert submitted.state == state


def test_numbers_run_within_bureau_and_year_and_children_hang_below():
    unit = UnitFactory()
    first, second = ProblemFactory(unit=unit), ProblemFactory(unit=unit)
    child = ProblemFactory(unit=unit, parent=first)
    grandchild = ProblemFactory(unit=unit, parent=child)
    earlier = ProblemFactory(unit=unit, found_on=date(2025, 12, 31))
    elsewhere = ProblemFactory()

    assert [p.number for p in (first, second, child, grandchild, earlier, elsewhere)] == [
        "1",
        "2",
        "1.1",
        "1.1.1",
        "1",
        "1",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "请填写问题。"),
        ({"found_on": date(2026, 6, 11)}, "发现日期不能晚于今天。"),
        ({"due_on": date(2026, 5, 1)}, "整改期限早于发现日期。"),
        ({"raised_from_above": True}, "上级或外部提出的问题，请填写提出机关。"),
    ],
)
def test_registering_refuses(change, said):
    unit = UnitFactory()

    assert said in refused(lambda: ProblemFactory(unit=unit, **change))


def test_registering_twice_is_refused():
    problem = ProblemFactory()

    assert refused(lambda: ProblemFactory(unit=problem.unit, title=problem.title)) == [
        "该问题已经登记，编号1。"
    ]


def draft_of(problem, **changes):
    return ProblemDraft(
        **{
            "unit": problem.unit,
            "title": problem.title,
            "source": ProblemSourceFactory(),
            "found_on": problem.found_on,
            "cause": problem.cause,
            "due_on": problem.due_on,
        }
        | changes
    )


def test_edit_corrects_the_day_of_finding_with_its_registration():
    problem = ProblemFactory()

    edit_problem(
        problem_id=problem.pk, draft=draft_of(problem, found_on=date(2026, 5, 4)), today=TODAY
    )

    assert problem.moves.get().on == date(2026, 5, 4)
    assert problem.history.count() == 2


def test_edit_refuses_another_bureau_another_year_and_circles():
    problem = ProblemFactory()
    child = ProblemFactory(unit=problem.unit, parent=problem)
    other = UnitFactory(parent=BureauFactory())

    def edit(**changes):
        return refused(
            edit_problem, problem_id=problem.pk, draft=draft_of(problem, **changes), today=TODAY
        )

    assert edit(unit=other) == ["不能改到别的分局；请作废后在该分局登记。"]
    assert edit(found_on=date(2025, 5, 6)) == [
        "编号按年度编排，发现日期不能改到别的年度；请作废后重新登记。"
    ]
    assert edit(parent=child) == ["问题之间不能互为上级，也不能互为往年同一问题。"]


def test_once_assigned_the_due_day_is_not_edited(people):
    problem = ProblemFactory()
    move(problem, "assign", people[0])

    assert refused(
        edit_problem,
        problem_id=problem.pk,
        draft=draft_of(problem, due_on=date(2026, 7, 31)),
        today=TODAY,
    ) == ["交办后期限不能直接修改，请申请延期。"]


def test_cancelled_problem_stays_with_its_reason_and_moves_no_more(people):
    problem = ProblemFactory()

    assert refused(cancel_problem, problem_id=problem.pk, because=" ", by=people[0], at=NOON) == [
        "请写明作废原因。"
    ]
    cancel_problem(problem_id=problem.pk, because="重复登记", by=people[0], at=NOON)

    assert refused(lambda: move(problem, "assign", people[0])) == ["该问题已作废，不能再办理。"]
    assert not Problem.objects.standing().exists()
