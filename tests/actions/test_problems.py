from datetime import date

import pytest

from reports.actions.problems import (
    CannotMoveProblem,
    CannotRegisterProblem,
    Cause,
    ProblemDraft,
    Signed,
    assign_problem,
    cancel_problem,
    edit_problem,
    look_back,
    move_problem,
    plan_look_back,
    review_problem,
)
from reports.domain.access import Role
from reports.domain.deadlines import Within
from reports.domain.problems import Decision, LookBackResult, ProblemClass, ProblemMove
from reports.models import CauseKind, Problem, ProblemRule
from reports.selectors.audit import problem_differences
from tests.factories import (
    NOON,
    BureauFactory,
    EvidenceFactory,
    EvidenceUseFactory,
    HolidayFactory,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    UnitFactory,
    UserFactory,
    member,
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

    assert refused(lambda: move(submitted, "close", inspector, reason="属实")) == [
        "责任领导不能同时是核查人。"
    ]


def test_no_leader_no_closing(submitted, people):
    submitted.leader = None
    submitted.save()

    assert refused(lambda: move(submitted, "close", people[2], reason="属实")) == [
        "请先确定责任领导：销号须有提交人、责任领导、核查人三人署名。"
    ]


def test_open_measure_stops_closing(submitted, people):
    MeasureFactory(unit=submitted.unit, problems=(submitted,), title="清理积压")

    assert refused(lambda: move(submitted, "close", people[2], reason="属实")) == [
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
    problem = ProblemFactory(causes=(), due_on=None)

    assert refused(lambda: move(problem, "assign", people[0])) == [
        "交办前请先写明原因。",
        "限期整改的问题须有整改期限。",
    ]


def test_assigning_may_set_a_measure_at_once_and_a_month_ends_on_its_last_day(people):
    problem = ProblemFactory(causes=(), due_on=None)

    assign_problem(
        problem_id=problem.pk,
        on=TODAY,
        by=people[0],
        at=NOON,
        today=TODAY,
        causes=[Cause("人手不足"), Cause(" ")],
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
    assert move(problem, "verify", inspector, reason="属实").state == "awaiting_above"
    assert refused(lambda: move(problem, "close", legal, decision=Decision())) == [
        "请填写提出机关的认定文号。",
        "请填写提出机关的认定日期。",
    ]
    closed = move(problem, "close", legal, decision=Decision("督察〔2026〕8号", TODAY))

    assert closed.state == "closed"
    assert closed.moves.get(move="close").decision_document == "督察〔2026〕8号（2026-06-10）"


def test_decision_from_a_signed_sheet_names_the_signer(submitted, people):
    signer = PersonFactory(unit=submitted.bureau)

    move(submitted, "close", people[2], reason="属实", signed=Signed(signer))

    row = submitted.moves.get(move="close")
    assert (row.from_paper, row.signer) == (True, signer)


def test_reopening_counts_and_asks_why(submitted, people):
    move(submitted, "close", people[2], reason="属实")

    assert refused(lambda: move(submitted, "reopen", people[0])) == ["请写明原因。"]
    again = move(submitted, "reopen", people[0], reason="反弹", due_on=date(2026, 7, 31))

    assert (again.state, again.reopened, again.closed_on, again.closed_by, again.due_on) == (
        "in_hand",
        1,
        None,
        None,
        date(2026, 7, 31),
    )


@pytest.fixture
def closed(submitted, people):
    return move(submitted, "close", people[2], reason="属实")


def check(problem, by, **how):
    given = {"on": TODAY, "result": LookBackResult.HELD, "note": "抽查三个单位"} | how
    return look_back(problem_id=problem.pk, by=by, at=NOON, today=TODAY, **given)


@pytest.mark.parametrize(
    ("result", "state", "reopened"),
    [("held", "closed", 0), ("insufficient", "in_hand", 1), ("relapsed", "in_hand", 1)],
)
def test_look_back_that_does_not_hold_reopens(closed, people, result, state, reopened):
    found = check(closed, people[0], result=LookBackResult(result))

    closed.refresh_from_db()
    assert (closed.state, closed.reopened, found.passed) == (state, reopened, result == "held")


def test_what_did_not_hold_gets_a_new_due_day(closed, people):
    check(closed, people[0], result=LookBackResult.RELAPSED, due_on=date(2026, 9, 30))

    closed.refresh_from_db()
    assert (closed.state, closed.due_on) == ("in_hand", date(2026, 9, 30))


def test_who_submitted_or_verified_does_not_look_again(closed, people):
    _legal, clerk, inspector = people
    as_person = PersonFactory(unit=closed.bureau, user=clerk)

    assert refused(lambda: check(closed, inspector)) == ["核查人不能再检查自己核查销号的问题。"]
    assert refused(lambda: check(closed, people[0], checker=as_person)) == [
        "提交人不能检查自己提交的问题。"
    ]


def test_a_day_for_looking_again_is_planned_and_done_with(closed, people):
    plan_look_back(problem_id=closed.pk, on=date(2026, 12, 10), today=TODAY)
    closed.refresh_from_db()
    assert closed.look_back_on == date(2026, 12, 10)

    check(closed, people[0])

    closed.refresh_from_db()
    assert closed.look_back_on is None
    assert refused(plan_look_back, problem_id=closed.pk, on=date(2026, 6, 9), today=TODAY) == [
        "计划的回头看日期不能早于今天。"
    ]
    assert refused(
        plan_look_back, problem_id=ProblemFactory().pk, on=date(2026, 12, 10), today=TODAY
    ) == ["只有已销号的问题才需要回头看。"]


def test_the_evidence_of_the_class_comes_before_the_closing(submitted, people):
    ProblemRule.objects.create(kind="dated", expected_evidence=["material", "photo"])
    close = lambda: move(submitted, "close", people[2], reason="属实")  # noqa: E731

    assert refused(close) == ["该类问题销号须有佐证材料，还缺：其他材料、照片。"]
    for kind in ("material", "photo"):
        evidence = EvidenceFactory(kind=kind, unit=submitted.unit, bureau=submitted.bureau)
        target = (
            {"problem": submitted} if kind == "photo" else {"measure": submitted.measures.get()}
        )
        EvidenceUseFactory(evidence=evidence, meeting=None, **target)

    assert close().state == "closed"


def test_supervisor_verifies_where_nobody_else_in_the_bureau_can(submitted, people):
    supervisor = UserFactory()
    other = member(Role.INSPECTOR, submitted.bureau)
    close = lambda: move(  # noqa: E731
        submitted, "close", supervisor, reason="属实", second_key=True
    )

    assert refused(close) == ["分局内还有其他人可以核查，不由上级代为核查。"]
    other.is_active = False
    other.save()

    assert close().state == "closed"
    assert submitted.moves.get(move="close").second_key is True


def test_merged_problem_names_the_other_which_takes_over_its_measures(people):
    unit = UnitFactory()
    problem, target = ProblemFactory(unit=unit), ProblemFactory(unit=unit)
    measure = MeasureFactory(unit=unit, problems=(problem,))

    assert refused(lambda: move(problem, "merge", people[0], reason="重复", target=problem)) == [
        "不能并入自身或自身的下级问题。"
    ]
    merged = move(problem, "merge", people[0], reason="重复", target=target)

    assert (merged.state, merged.merged_into) == ("merged", target)
    assert list(measure.problems.order_by("pk")) == [problem, target]
    assert refused(lambda: move(problem, "assign", people[0]))[0].startswith("问题现处“已并入”")


def test_dismissed_with_a_reason_at_registration_only(people):
    problem = ProblemFactory()

    assert refused(lambda: move(problem, "dismiss", people[0])) == ["请写明原因。"]
    assert move(problem, "dismiss", people[0], reason="核实不属实").state == "dismissed"
    from_above = ProblemFactory(raised_from_above=True, raised_by="市局")
    assert refused(lambda: move(from_above, "dismiss", people[0], reason="不属实"))[0].startswith(
        "问题现处“登记”，不能不予列入"
    )


def test_basically_done_stays_open_and_is_submitted_later(people):
    legal, clerk, _inspector = people
    problem = ProblemFactory()
    move(problem, "assign", legal)
    move(problem, "start", clerk)

    nearly = move(problem, "nearly", clerk, reason="只差验收")

    assert nearly.state == "nearly_done"
    assert list(Problem.objects.open_now()) == [problem]
    assert move(problem, "submit", clerk).state == "submitted"


def test_what_stands_above_follows_its_counted_items(people):
    legal, clerk, inspector = people
    unit = UnitFactory()
    top = ProblemFactory(unit=unit, counts=False)
    middle = ProblemFactory(unit=unit, parent=top)
    first = ProblemFactory(unit=unit, parent=middle, kind=ProblemClass.AT_ONCE)
    second = ProblemFactory(unit=unit, parent=middle, kind=ProblemClass.AT_ONCE)
    ProblemFactory(unit=unit, parent=middle, counts=False)
    leader = PersonFactory(unit=unit.bureau)
    states = []

    def above():
        return tuple(Problem.objects.get(pk=each.pk).state for each in (middle, top))

    for item in (first, second):
        move(item, "assign", legal, leader=leader)
        states.append(above())
        move(item, "start", clerk)
        move(item, "submit", clerk)
        move(item, "close", inspector, reason="属实")
        states.append(above())

    assert states == [
        ("registered", "registered"),
        ("in_hand", "in_hand"),
        ("in_hand", "in_hand"),
        ("closed", "closed"),
    ]
    top.refresh_from_db()
    assert (top.closed_on, top.closed_by, top.reopened) == (TODAY, inspector, 0)
    assert refused(lambda: move(middle, "reopen", legal, reason="查")) == [
        "该问题下有计数的下级问题，状态随下级问题变动，不能单独办理。"
    ]
    move(first, "reopen", legal, reason="反弹")
    assert above() == ("in_hand", "in_hand")
    assert Problem.objects.get(pk=top.pk).reopened == 1
    assert list(problem_differences()) == []


def test_headings_that_are_not_counted_stand_for_the_items_below_them(people):
    legal = people[0]
    unit = UnitFactory()
    top = ProblemFactory(unit=unit, counts=False)
    heading = ProblemFactory(unit=unit, parent=top, counts=False)
    assert not Problem.objects.get(pk=top.pk).follows
    item = ProblemFactory(unit=unit, parent=heading)

    move(item, "assign", legal)

    above = Problem.objects.filter(pk__in=[top.pk, heading.pk]).order_by("pk")
    assert [(each.state, each.follows) for each in above] == [("assigned", True)] * 2
    cancel_problem(problem_id=item.pk, because="重复登记", by=legal, at=NOON)
    assert [each.follows for each in above.all()] == [False, False]


def test_cancelling_an_item_lets_those_above_follow(people):
    legal = people[0]
    unit = UnitFactory()
    top = ProblemFactory(unit=unit)
    first, second = ProblemFactory(unit=unit, parent=top), ProblemFactory(unit=unit, parent=top)
    move(first, "assign", legal)

    cancel_problem(problem_id=second.pk, because="重复登记", by=legal, at=NOON)

    assert Problem.objects.get(pk=top.pk).state == "assigned"


def test_moved_in_the_tree_it_gets_a_new_number_and_nobody_else_does(people):
    unit = UnitFactory()
    one, two = ProblemFactory(unit=unit), ProblemFactory(unit=unit)
    first, second, third = (ProblemFactory(unit=unit, parent=one) for _n in range(3))
    below = ProblemFactory(unit=unit, parent=third)

    edit(third, draft_of(third, parent=two))

    def numbers(*problems):
        return [
            (p.number, p.former_numbers)
            for p in (Problem.objects.get(pk=each.pk) for each in problems)
        ]

    assert numbers(first, second, third, below) == [
        ("1.1", ""),
        ("1.2", ""),
        ("2.1", "1.3"),
        ("2.1.1", "1.3.1"),
    ]
    assert ProblemFactory(unit=unit, parent=one).number == "1.4"
    edit(two, draft_of(two, parent=one))
    assert numbers(two, third, below) == [
        ("1.5", "2"),
        ("1.5.1", "1.3 2.1"),
        ("1.5.1.1", "1.3.1 2.1.1"),
    ]
    assert ProblemFactory(unit=unit).number == "3"


def test_a_term_in_days_is_worked_out_with_the_holidays(people):
    HolidayFactory(day=date(2026, 6, 19), kind="holiday")
    problem = ProblemFactory(due_on=None, within=Within(30))

    # Thirty days after 6 May: Friday, 5 June.
    assert (problem.due_on, problem.due_within, problem.due_in_workdays) == (
        date(2026, 6, 5),
        30,
        False,
    )
    move(problem, "assign", people[0], within=Within(10, workdays=True))

    problem.refresh_from_db()
    # Ten workdays after Wednesday, 10 June, with the 19th off: Thursday, the 25th.
    assert (problem.due_on, problem.due_within, problem.due_in_workdays) == (
        date(2026, 6, 25),
        10,
        True,
    )


def test_standing_problem_is_reviewed_with_the_day_of_the_next_look(people):
    problem = ProblemFactory(kind=ProblemClass.STANDING, due_on=None)
    common = {"by": people[0], "at": NOON, "today": TODAY}

    review_problem(
        problem_id=problem.pk, on=TODAY, text="机制运行正常", next_on=date(2026, 12, 1), **common
    )

    problem.refresh_from_db()
    assert (problem.review_on, problem.reviews.get().text) == (date(2026, 12, 1), "机制运行正常")
    assert refused(
        review_problem,
        problem_id=ProblemFactory().pk,
        on=date(2026, 6, 11),
        text=" ",
        next_on=TODAY,
        **common,
    ) == [
        "只有长期坚持的问题才定期评估。",
        "请写明评估情况。",
        "评估日期应在发现日期与今天之间。",
        "下次评估日期须晚于本次评估日期。",
    ]


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
            "causes": tuple(Cause(each.text, each.kind) for each in problem.causes.all()),
            "due_on": problem.due_on,
        }
        | changes
    )


def edit(problem, draft):
    return edit_problem(problem_id=problem.pk, draft=draft, by=None, at=NOON, today=TODAY)


def test_edit_tells_the_causes_anew():
    kind = CauseKind.objects.create(code="skill", name="能力素质")
    problem = ProblemFactory(causes=(Cause("甲"), Cause("乙"), Cause("丙")))
    kept = problem.causes.first()

    edit(problem, draft_of(problem, causes=(Cause("甲"), Cause("丁", kind))))

    assert list(problem.causes.values_list("text", "kind__code", "position")) == [
        ("甲", None, 1),
        ("丁", "skill", 2),
    ]
    assert problem.causes.first() == kept


def test_edit_corrects_the_day_of_finding_with_its_registration():
    problem = ProblemFactory()

    edit(problem, draft_of(problem, found_on=date(2026, 5, 4)))

    assert problem.moves.get().on == date(2026, 5, 4)
    assert problem.history.count() == 2


def test_edit_refuses_another_bureau_another_year_and_circles():
    problem = ProblemFactory()
    child = ProblemFactory(unit=problem.unit, parent=problem)
    other = UnitFactory(parent=BureauFactory())

    def tried(**changes):
        return refused(edit, problem=problem, draft=draft_of(problem, **changes))

    assert tried(unit=other) == ["不能改到别的分局；请作废后在该分局登记。"]
    assert tried(found_on=date(2025, 5, 6)) == [
        "编号按年度编排，发现日期不能改到别的年度；请作废后重新登记。"
    ]
    assert tried(parent=child) == ["问题之间不能互为上级，也不能互为往年同一问题。"]


def test_once_assigned_the_due_day_is_not_edited(people):
    problem = ProblemFactory()
    move(problem, "assign", people[0])

    assert refused(edit, problem=problem, draft=draft_of(problem, due_on=date(2026, 7, 31))) == [
        "交办后期限不能直接修改，请申请延期。"
    ]


def test_cancelled_problem_stays_with_its_reason_and_moves_no_more(people):
    problem = ProblemFactory()

    assert refused(cancel_problem, problem_id=problem.pk, because=" ", by=people[0], at=NOON) == [
        "请写明作废原因。"
    ]
    cancel_problem(problem_id=problem.pk, because="重复登记", by=people[0], at=NOON)

    assert refused(lambda: move(problem, "assign", people[0])) == ["该问题已作废，不能再办理。"]
    assert not Problem.objects.standing().exists()
