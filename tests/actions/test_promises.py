"""The year loop: set out once, answered for one by one."""

from datetime import date

import pytest

from reports.actions.measures import MeasureDraft
from reports.actions.problems import (
    Cause,
    ProblemDraft,
    cancel_problem,
    move_problem,
)
from reports.actions.promises import (
    CannotDecide,
    CannotGather,
    end_promise,
    gather_promises,
    merge_promise,
    take_back_decision,
    take_on_as_measure,
    take_on_as_problem,
)
from reports.actions.summaries import compile_report
from reports.domain.problems import ProblemMove
from reports.models import Measure, Problem, Promise
from reports.models.choices import PromiseDecision
from reports.selectors.problems import years_in_a_row
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    MeasureFactory,
    ParagraphFactory,
    ProblemFactory,
    ProblemSourceFactory,
    PromiseFactory,
    SectionFactory,
    SentenceFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


@pytest.fixture
def by():
    return UserFactory(first_name="周敏")


@pytest.fixture(autouse=True)
def last_report_source():
    return ProblemSourceFactory(code="last_report", name="上年度报告")


def gather(bureau, year=2026, today=TODAY):
    return gather_promises(bureau=bureau, year=year, by=None, at=NOON, today=today)


def signed(bureau, **kwargs):
    """A report of 2025 as it was given: typed, with two admitted problems and a step."""
    report = AnnualReportFactory(bureau=bureau, year=2025, state="published", **kwargs)
    problems = SectionFactory(report=report, role="problems", position=2, heading="不足和原因")
    for position, heading in enumerate(("（一）办案质量不高。", "（二）培训不够。"), 1):
        paragraph = ParagraphFactory(section=problems, position=position, heading=heading)
        SentenceFactory(paragraph=paragraph, text="主要原因是重视不够。")
    steps = SectionFactory(report=report, role="next_year", position=4, heading="下一步安排")
    paragraph = ParagraphFactory(section=steps)
    SentenceFactory(paragraph=paragraph, text="每季度开展一次案卷评查。")
    return report


def draft_of(unit, title="办案质量不高", found_on=TODAY, **kwargs):
    return ProblemDraft(unit, title, None, found_on, **kwargs)


def take_on(promise, unit, by, **kwargs):
    draft = kwargs.pop("draft", None) or draft_of(unit)
    return take_on_as_problem(
        promise_id=promise.pk, draft=draft, by=by, at=NOON, today=TODAY, **kwargs
    )


def test_a_typed_report_is_set_out_by_heading_and_sentence(bureau):
    report = signed(bureau)

    gather(bureau)

    rows = Promise.objects.order_by("kind", "position")
    assert [(row.kind, row.position, row.text, row.report) for row in rows] == [
        ("problem", 1, "办案质量不高", report),
        ("problem", 2, "培训不够", report),
        ("step", 1, "每季度开展一次案卷评查。", report),
    ]
    assert rows[0].sentence.text == "主要原因是重视不够。"
    assert rows[0].history.count() == 1


def test_setting_out_again_adds_nothing_and_keeps_decisions(bureau, by):
    signed(bureau)
    first = gather(bureau)
    end_promise(
        promise_id=first[0].pk,
        decision=PromiseDecision.DROPPED,
        reason="机构撤销",
        by=by,
        today=TODAY,
    )

    assert gather(bureau) == []
    assert Promise.objects.exclude(decision="").get() == first[0]
    assert Promise.objects.count() == 3


def test_a_compiled_report_keeps_what_it_spoke_of(bureau, station):
    old = ProblemFactory(unit=station, title="台账不全", found_on=date(2025, 5, 6), due_on=None)
    plan = MeasureFactory(unit=station, title="开展专题培训", plan_year=2026)
    report = compile_report(bureau=bureau, year=2025, by=None, at=NOON, today=TODAY)
    report.state = "published"
    report.save()

    rows = gather(bureau)

    assert [(r.kind, r.text, r.earlier_problem, r.earlier_measure) for r in rows] == [
        ("problem", "台账不全", old, None),
        ("step", "开展专题培训", None, plan),
    ]


def test_what_was_only_published_brings_its_own_records(bureau):
    AnnualReportFactory(bureau=bureau, year=2025, state="published", is_published_text=True)
    old = ProblemFactory(unit=bureau, title="培训不够", found_on=date(2025, 12, 31), due_on=None)
    plan = MeasureFactory(unit=bureau, title="办好讲堂", plan_year=2026)

    rows = gather(bureau)

    assert [(r.text, r.earlier_problem, r.earlier_measure) for r in rows] == [
        ("培训不够", old, None),
        ("办好讲堂", None, plan),
    ]


def test_a_problem_that_the_report_calls_closed_is_not_admitted_again(bureau):
    AnnualReportFactory(
        bureau=bureau,
        year=2025,
        state="published",
        is_published_text=True,
        issued_on=date(2026, 2, 20),
    )
    old = ProblemFactory(unit=bureau, found_on=date(2025, 5, 6), due_on=None)
    Problem.objects.filter(pk=old.pk).update(
        state="closed", closed_on=date(2025, 9, 1), closed_by=UserFactory()
    )

    assert gather(bureau) == []


@pytest.mark.parametrize(
    ("state", "year", "reason"),
    [
        (None, 2026, "没有2025年度的报告，无从列出。"),
        ("draft", 2026, "2025年度的报告尚未签发，签发后再列出。"),
        ("published", 2027, "该年度尚未开始。"),
    ],
)
def test_setting_out_is_refused(bureau, state, year, reason):
    if state:
        AnnualReportFactory(bureau=bureau, year=2025, state=state)

    with pytest.raises(CannotGather) as refusal:
        gather(bureau, year=year)

    assert refusal.value.reasons == [reason]


def test_taken_on_it_is_a_problem_of_the_year_that_repeats(bureau, station, by):
    old = ProblemFactory(unit=station, found_on=date(2025, 5, 6), due_on=None)
    promise = PromiseFactory(bureau=bureau, earlier_problem=old)

    take_on(promise, station, by)

    promise.refresh_from_db()
    new = promise.problem
    assert (promise.decision, promise.decided_on, promise.decided_by) == ("taken_on", TODAY, by)
    assert (new.source.code, new.source_document) == ("last_report", promise.report.title)
    assert (new.year, new.repeats, years_in_a_row(new)) == (2026, old, 2)
    old.refresh_from_db()
    assert old.state == "registered"


def test_the_open_problem_of_last_year_may_go_into_the_new_one(bureau, station, by):
    old = ProblemFactory(unit=station, found_on=date(2025, 5, 6), due_on=None)
    measure = MeasureFactory(unit=station, problems=(old,), plan_year=None)
    promise = PromiseFactory(bureau=bureau, earlier_problem=old)

    take_on(promise, station, by, move_earlier=True)

    promise.refresh_from_db()
    old.refresh_from_db()
    assert (old.state, old.merged_into) == ("merged", promise.problem)
    assert old.moves.get(move="merge").reason == "转入2026年度继续整改。"
    assert set(measure.problems.all()) == {old, promise.problem}


def test_a_step_is_taken_on_as_a_plan_item(bureau, station, by):
    promise = PromiseFactory(bureau=bureau, kind="step", text="办好讲堂")
    draft = MeasureDraft(station, "办好讲堂", TODAY, due_on=date(2026, 12, 31))

    take_on_as_measure(promise_id=promise.pk, draft=draft, by=by, at=NOON, today=TODAY)

    promise.refresh_from_db()
    assert (promise.measure.title, promise.measure.plan_year) == ("办好讲堂", 2026)
    assert promise.decision == "taken_on"


def test_taking_on_stays_within_year_and_bureau(bureau, by):
    promise = PromiseFactory(bureau=bureau)
    draft = draft_of(BureauFactory(), found_on=date(2025, 12, 31))

    with pytest.raises(CannotDecide) as refusal:
        take_on(promise, None, by, draft=draft)

    assert refusal.value.reasons == ["列入日期须在办理年度之内。", "只能并入本分局的事项。"]
    assert Problem.objects.count() == 0


def test_who_comes_second_is_told_what_the_first_did(bureau, station, by):
    promise = PromiseFactory(bureau=bureau)
    take_on(promise, station, by)

    with pytest.raises(CannotDecide) as other:
        take_on(promise, station, UserFactory())
    with pytest.raises(CannotDecide) as same:
        take_on(promise, station, by)

    assert other.value.reasons == ["周敏已将该事项处理为“列入本年”，请核对。"]
    assert same.value.reasons == ["该事项已处理为“列入本年”。"]
    assert Problem.objects.count() == 1


def test_what_is_at_work_answers_for_it(bureau, station, by):
    problem, measure = ProblemFactory(unit=station), MeasureFactory(unit=station)
    admitted = PromiseFactory(bureau=bureau)
    step = PromiseFactory(bureau=bureau, kind="step", report=admitted.report)

    merge_promise(promise_id=admitted.pk, problem=problem, by=by, today=TODAY)
    merge_promise(promise_id=step.pk, measure=measure, by=by, today=TODAY)

    assert list(problem.promises.all()) == [admitted]
    assert list(measure.promises.all()) == [step]


def test_merging_wants_a_record_of_the_bureau_that_stands(bureau, by):
    promise = PromiseFactory(bureau=bureau)
    gone = ProblemFactory(unit=bureau)
    move_problem(
        problem_id=gone.pk,
        move=ProblemMove.DISMISS,
        on=TODAY,
        by=by,
        at=NOON,
        today=TODAY,
        reason="重复",
    )
    found = []

    for problem in (None, ProblemFactory(), Problem.objects.get(pk=gone.pk)):
        with pytest.raises(CannotDecide) as refusal:
            merge_promise(promise_id=promise.pk, problem=problem, by=by, today=TODAY)
        found.append(refusal.value.reasons)

    assert found == [
        ["请选择并入的事项。"],
        ["只能并入本分局的事项。"],
        ["所选事项已作废、终止或者并入其他事项，请另选。"],
    ]


@pytest.mark.parametrize("decision", [PromiseDecision.DONE, PromiseDecision.DROPPED])
def test_done_and_dropped_want_words(bureau, by, decision):
    promise = PromiseFactory(bureau=bureau)

    with pytest.raises(CannotDecide):
        end_promise(promise_id=promise.pk, decision=decision, reason=" ", by=by, today=TODAY)
    end_promise(promise_id=promise.pk, decision=decision, reason=" 已办 ", by=by, today=TODAY)

    promise.refresh_from_db()
    assert (promise.decision, promise.reason) == (decision.value, "已办")


def test_a_decision_is_taken_back_until_a_record_was_made_for_it(bureau, station, by):
    promise = PromiseFactory(bureau=bureau)
    take_on(promise, station, by)
    promise.refresh_from_db()
    problem = promise.problem

    with pytest.raises(CannotDecide):
        take_back_decision(promise_id=promise.pk)
    cancel_problem(problem_id=problem.pk, because="登记有误", by=by, at=NOON)
    take_back_decision(promise_id=promise.pk)

    promise.refresh_from_db()
    assert (promise.decision, promise.problem, promise.decided_on) == ("", None, None)
    assert promise.history.count() == 3
    with pytest.raises(CannotDecide):
        take_back_decision(promise_id=promise.pk)


def test_causes_come_along_when_it_is_taken_on(bureau, station, by):
    promise = PromiseFactory(bureau=bureau)

    take_on(promise, station, by, draft=draft_of(station, causes=(Cause("培训不够"),)))

    promise.refresh_from_db()
    assert promise.problem.cause == "培训不够"
    assert Measure.objects.count() == 0
