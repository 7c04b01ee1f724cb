"""Other days, other orders, misses admitted by a person, formulas put in by choice."""

from datetime import date

import pytest

from reports.actions.delivered_templates import lay_templates
from reports.actions.report_editing import TextEdit, edit_report
from reports.actions.schedules import plan_dues
from reports.actions.summaries import (
    CannotCompile,
    CannotDecideMiss,
    CannotInsertFormula,
    SpanDraft,
    compile_report,
    compile_span,
    decide_miss,
    insert_formula,
    recompile,
)
from reports.models import AnnualReport, MissDecision, Paragraph, ReportTemplate, Section, Source
from tests.factories import (
    NOON,
    BureauFactory,
    CommentFactory,
    DeedFactory,
    FormulaFactory,
    HonourFactory,
    MeetingFactory,
    ProblemFactory,
    RecordKindFactory,
    ReportHeadingFactory,
    ReportTemplateFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
    holder_of,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def bureau():
    """A bureau whose monthly briefing was never held, with a problem, an honour, publicity."""
    unit = BureauFactory(name="东城分局")
    ScheduleVersionFactory(schedule__set__unit=unit, schedule__name="每月法制例会")
    plan_dues(today=TODAY, year=2026, bureau_ids=[unit.pk])
    ProblemFactory(unit=unit, title="案卷不全", found_on=date(2026, 5, 7))
    HonourFactory(bureau=unit, title="优秀单位")
    kind = RecordKindFactory(heading=ReportHeadingFactory())
    WorkRecordFactory(unit=unit, kind=kind, on=date(2026, 2, 3))
    WorkRecordFactory(unit=unit, kind=kind, on=date(2026, 5, 3))
    DeedFactory(unit=unit, person=holder_of(unit, "first_person"), title="案件质量提升")
    return unit


@pytest.fixture
def templates():
    lay_templates(at=NOON)
    return {each.code: each for each in ReportTemplate.objects.all()}


def text_of(report):
    return [
        (
            section.role,
            paragraph.heading,
            [s.text for s in paragraph.sentences.order_by("position")],
        )
        for section in report.sections.order_by("position")
        for paragraph in section.paragraphs.order_by("position")
    ]


def under(report, heading):
    return next(lines for _role, found, lines in text_of(report) if found == heading)


# --- templates ----------------------------------------------------------------------------------


def test_delivered_templates_are_laid_once(templates):
    ReportTemplate.objects.filter(code="three_parts").update(name="三部分")

    lay_templates(at=NOON)

    assert {code: each.sections.count() for code, each in templates.items()} == {
        "four_parts": 5,
        "first_person_first": 5,
        "three_parts": 4,
    }
    assert ReportTemplate.objects.get(code="three_parts").name == "三部分"


def test_a_report_follows_its_template(bureau, templates):
    report = compile_report(
        bureau=bureau, year=2026, template=templates["first_person_first"], **STAMP
    )

    assert list(report.sections.order_by("position").values_list("role", flat=True)) == [
        "other",
        "first_person",
        "achievements",
        "problems",
        "next_year",
    ]
    assert report.template == templates["first_person_first"]
    assert under(report, "普法宣传") == ["开展法治宣传{{records:publicity:count}}场。"]


def test_another_order_keeps_what_was_typed_and_takes_it_along(bureau, templates):
    report = compile_report(bureau=bureau, year=2026, template=templates["four_parts"], **STAMP)
    first_person = report.sections.get(role="first_person")
    (of,) = first_person.paragraphs.all()
    text = "".join(s.text for s in of.sentences.order_by("position"))
    figures = text.replace("{{deeds:deployed}}", "【1｜重要工作亲自部署】")
    edit_report(
        report_id=report.pk,
        edit=TextEdit(texts={of.pk: f"{figures}手写一句。"}),
        **STAMP,
    )
    problems = report.sections.get(role="problems").pk

    recompile(report_id=report.pk, template=templates["three_parts"], **STAMP)

    report.refresh_from_db()
    assert [section.heading for section in report.sections.order_by("position")] == [
        "",
        "2026年度法治政府建设主要举措和成效",
        "存在的不足和原因",
        "2027年度工作安排",
    ]
    assert under(report, "主要负责人履行推进法治建设第一责任人职责情况") == [
        "主要负责人对重要工作亲自部署{{deeds:deployed}}项：案件质量提升。",
        "手写一句。",
    ]
    assert report.sections.get(role="problems").pk == problems
    assert Paragraph.objects.get(pk=of.pk).section.role == "achievements"


def test_a_section_that_the_template_lacks_stays_with_what_was_typed(bureau, templates):
    report = compile_report(bureau=bureau, year=2026, template=templates["four_parts"], **STAMP)
    opening = report.sections.get(role="other")
    edit_report(report_id=report.pk, edit=TextEdit(added={opening.pk: ("", "手写开头。")}), **STAMP)
    own = ReportTemplateFactory(code="own", unit=bureau)
    own.sections.create(position=1, role="problems", heading="存在的不足")
    own.sections.get().parts.create(position=1, draws=["problems"])

    recompile(report_id=report.pk, template=own, **STAMP)

    assert [(s.role, s.heading) for s in report.sections.order_by("position")] == [
        ("problems", "存在的不足"),
        ("other", ""),
    ]
    assert text_of(report)[-1] == ("other", "", ["手写开头。"])


def test_compiling_again_in_the_same_order_changes_nothing(bureau, templates):
    report = compile_report(bureau=bureau, year=2026, template=templates["three_parts"], **STAMP)
    before = text_of(report), list(Section.objects.order_by("pk").values_list("pk", "position"))

    recompile(report_id=report.pk, template=templates["three_parts"], **STAMP)
    recompile(report_id=report.pk, **STAMP)

    after = text_of(report), list(Section.objects.order_by("pk").values_list("pk", "position"))
    assert after == before


@pytest.mark.parametrize("wrong", [{"is_active": False}, {"foreign": True}])
def test_a_template_of_another_bureau_or_out_of_use_is_refused(bureau, wrong):
    unit = BureauFactory() if wrong.pop("foreign", False) else bureau
    template = ReportTemplateFactory(code="own", unit=unit, **wrong)

    with pytest.raises(CannotCompile, match="已停用，或者属于其他单位"):
        compile_report(bureau=bureau, year=2026, template=template, **STAMP)
    assert not AnnualReport.objects.exists()


# --- other days ---------------------------------------------------------------------------------


def test_a_quarter_speaks_of_its_own_days(bureau):
    report = compile_span(draft=SpanDraft(bureau, *QUARTER, "区委政法委"), **STAMP)

    assert (report.title, report.kind, report.addressee, report.year) == (
        "2026年第一季度法治政府建设工作情况",
        "span",
        "区委政法委",
        2026,
    )
    assert under(report, "普法宣传") == ["开展法治宣传{{records:publicity:count}}场。"]
    problems = report.sections.get(role="problems").paragraphs.first().sentences.first()
    assert problems.text == "2026年第一季度台账没有登记问题。"
    assert not AnnualReport.objects.annual().exists()


def test_a_span_beside_the_annual_report_of_the_same_year(bureau):
    annual = compile_report(bureau=bureau, year=2026, **STAMP)

    span = compile_span(draft=SpanDraft(bureau, *QUARTER), **STAMP)

    assert AnnualReport.objects.annual().get() == annual
    assert compile_report(bureau=bureau, year=2026, **STAMP) == annual
    assert recompile(report_id=span.pk, **STAMP) == span


def test_the_same_span_sent_twice_is_one_text(bureau):
    draft = SpanDraft(bureau, *QUARTER, " 区人大 ")

    first = compile_span(draft=draft, **STAMP)

    assert compile_span(draft=draft, **STAMP) == first
    assert compile_span(draft=SpanDraft(bureau, *QUARTER, "区委政法委"), **STAMP) != first


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ((date(2026, 4, 1), date(2026, 3, 31)), "结束日期早于开始日期"),
        ((date(2026, 7, 1), date(2026, 9, 30)), "尚未开始"),
        ((date(2025, 1, 1), date(2026, 3, 31)), "不能超过一年"),
    ],
)
def test_days_that_cannot_be(bureau, days, reason):
    with pytest.raises(CannotCompile, match=reason):
        compile_span(draft=SpanDraft(bureau, *days), **STAMP)


def test_a_station_compiles_no_span(bureau):
    with pytest.raises(CannotCompile, match="不单独编制年度报告"):
        compile_span(draft=SpanDraft(UnitFactory(parent=bureau), *QUARTER), **STAMP)


# --- misses ---------------------------------------------------------------------------------------


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


def decide(report, schedule, *, admitted, cause="", by=None):
    return decide_miss(
        report_id=report.pk,
        schedule_id=schedule,
        admitted=admitted,
        cause=cause,
        **STAMP | {"by": by},
    )


def schedule_of(bureau):
    return bureau.schedule_sets.get().schedules.get().pk


def test_an_admitted_miss_becomes_a_problem_with_its_cause(bureau, report):
    schedule = schedule_of(bureau)
    HonourFactory(bureau=bureau, title="先进集体")
    honours = under(report, "荣誉和考评结果")

    decide(report, schedule, admitted=True, cause="安保任务集中")

    lines = under(report, "法制例会未按规定次数召开")
    assert lines[0].startswith(f"法制例会应召开{{{{schedule:{schedule}:owed}}}}次，未召开")
    assert lines[1] == "主要原因：安保任务集中。"
    assert set(
        Source.objects.filter(sentence__text=lines[1]).values_list("schedule", flat=True)
    ) == {schedule}
    # Nothing else was compiled anew.
    assert under(report, "荣誉和考评结果") == honours
    recompile(report_id=report.pk, **STAMP)
    assert under(report, "法制例会未按规定次数召开") == lines


def test_a_miss_that_is_not_admitted_leaves_the_text(bureau, report):
    schedule = schedule_of(bureau)
    decide(report, schedule, admitted=True, cause="安保任务集中")

    decision = decide(report, schedule, admitted=False, by=UserFactory())

    assert (decision.admitted, decision.cause) == (False, "")
    assert "法制例会未按规定次数召开" not in [heading for _r, heading, _l in text_of(report)]
    assert MissDecision.objects.count() == 1


def test_a_remark_outlives_the_paragraph_it_was_made_on(bureau, report):
    schedule = schedule_of(bureau)
    decide(report, schedule, admitted=True, cause="安保任务集中")
    gone = Paragraph.objects.get(heading="法制例会未按规定次数召开")
    before = (
        gone.section.paragraphs.filter(position__lt=gone.position).order_by("-position").first()
    )
    remark = CommentFactory(paragraph=gone, text="原因请再核实。")

    decide(report, schedule, admitted=False)

    remark.refresh_from_db()
    assert remark.text == "原因请再核实。"
    assert remark.paragraph == (before or Paragraph.objects.filter(section=gone.section).first())


def test_deciding_the_same_twice_changes_nothing(bureau, report):
    schedule = schedule_of(bureau)
    decide(report, schedule, admitted=True, cause="安保任务集中")
    moves = report.moves.count()

    decide(report, schedule, admitted=True, cause="安保任务集中 ")

    assert report.moves.count() == moves
    assert MissDecision.history.count() == 1


def test_a_miss_is_admitted_with_a_cause_only(bureau, report):
    with pytest.raises(CannotDecideMiss, match="请写明原因"):
        decide(report, schedule_of(bureau), admitted=True)


def test_what_was_kept_is_no_miss(bureau, report):
    kept = ScheduleVersionFactory(schedule__set__unit=bureau).schedule_id

    with pytest.raises(CannotDecideMiss, match="没有未落实的期次"):
        decide(report, kept, admitted=False)


def test_in_a_signed_report_nothing_is_decided(bureau, report):
    AnnualReport.objects.filter(pk=report.pk).update(state="review")

    with pytest.raises(CannotDecideMiss, match="报告正在审核，退回起草后才能改动"):
        decide(report, schedule_of(bureau), admitted=False)


# --- formulas -------------------------------------------------------------------------------------


def put(report, formula, section, paragraph=None):
    return insert_formula(
        report_id=report.pk,
        formula=formula,
        section_id=section.pk,
        paragraph_id=paragraph.pk if paragraph else None,
        **STAMP,
    )


def test_a_formula_opens_a_paragraph_and_stays(bureau, report):
    section = report.sections.get(role="achievements")
    paragraph = section.paragraphs.get(heading="荣誉和考评结果")
    formula = FormulaFactory(text="以示例思想为指导")

    sentence = put(report, formula, section, paragraph)

    assert (sentence.formula, sentence.is_compiled) == (formula, False)
    recompile(report_id=report.pk, **STAMP)
    assert under(report, "荣誉和考评结果") == [
        "以示例思想为指导，",
        "本年度获得荣誉和考评结果{{honours}}项：优秀单位。",
    ]


def test_a_formula_of_its_own_stands_first_and_once(bureau, report):
    section = report.sections.get(role="achievements")
    formula = FormulaFactory(text="坚持以示例思想为指导。")

    first = put(report, formula, section)

    assert text_of(report)[0] == ("achievements", "", ["坚持以示例思想为指导。"])
    assert put(report, formula, section) == first


@pytest.mark.parametrize(
    "days", [{"first_day": date(2026, 7, 1)}, {"last_day": date(2025, 12, 31)}]
)
def test_a_formula_of_other_days_is_refused(report, days):
    with pytest.raises(CannotInsertFormula, match="在数据截至日不适用"):
        put(report, FormulaFactory(**days), report.sections.first())


def test_a_place_of_another_report_is_refused(bureau, report):
    other = compile_report(bureau=bureau, year=2025, **STAMP)

    with pytest.raises(CannotInsertFormula, match="已不在报告中"):
        put(report, FormulaFactory(), other.sections.first())


def test_a_meeting_with_the_legal_unit_is_told(bureau):
    MeetingFactory(unit=bureau, held_on=date(2026, 3, 3), legal_sat_in=True)

    report = compile_report(bureau=bureau, year=2026, **STAMP)

    assert under(report, "法律顾问、公职律师和合法性审核") == [
        "法制部门列席会议{{meetings:sat_in}}次。"
    ]
