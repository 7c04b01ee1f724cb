"""Compiling keeps what was typed; wording keeps figures; signing freezes."""

from datetime import date

import pytest

from reports.actions.honours import (
    CannotKeepHonour,
    HonourDraft,
    add_honours,
    cancel_honour,
    edit_honour,
)
from reports.actions.report_editing import (
    CannotEdit,
    TextEdit,
    document_figures,
    edit_report,
    editor_text,
    last_step,
)
from reports.actions.report_moves import CannotMoveReport, sign_report
from reports.actions.schedules import plan_dues
from reports.actions.summaries import CannotCompile, compile_report
from reports.models import FrozenFigure, Paragraph, Sentence
from reports.selectors.history import changes_of
from reports.selectors.summaries import drift_of, shown_figures
from tests.factories import (
    NOON,
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    HonourFactory,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    holder_of,
    walk_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    """A bureau whose monthly briefing was never held, with a problem and an honour."""
    unit = BureauFactory(name="东城分局")
    ScheduleVersionFactory(schedule__set__unit=unit, schedule__name="法制例会")
    plan_dues(today=TODAY, year=2026, bureau_ids=[unit.pk])
    ProblemFactory(unit=unit, title="案卷不全", description="目录缺失。签名漏项。")
    HonourFactory(bureau=unit, title="优秀单位")
    return unit


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


def text_of(report):
    return [
        (p.heading, [s.text for s in p.sentences.order_by("position")])
        for section in report.sections.order_by("position")
        for p in section.paragraphs.order_by("position")
    ]


def paragraph(report, heading):
    return Paragraph.objects.get(section__report=report, heading=heading)


def shown(report, of):
    figures = document_figures(report, TODAY)
    stored = "".join(s.text for s in of.sentences.order_by("position"))
    return editor_text(stored, figures)


def edit(report, **kwargs):
    return edit_report(report_id=report.pk, edit=TextEdit(**kwargs), **STAMP)


def chief(unit):
    return holder_of(unit, "first_person")


def sign(report, signer, **kwargs):
    return sign_report(
        report_id=report.pk, **{"signer": signer, "signed_on": TODAY, **STAMP, **kwargs}
    )


# --- compiling ----------------------------------------------------------------------------------


def test_a_compiled_report_says_what_the_records_say(report):
    text = dict(text_of(report))

    assert report.title == "2026年度法治政府建设情况报告"
    assert text["荣誉和考评结果"] == ["本年度获得荣誉和考评结果{{honours}}项：优秀单位。"]
    assert text["案卷不全"] == [
        "目录缺失。签名漏项。",
        "主要原因：责任不明。",
        "目前已登记，尚未交办，整改期限为6月30日。",
    ]
    assert [move.move for move in report.moves.all()] == ["compile"]


def test_sentences_know_their_records(report):
    sentence = paragraph(report, "案卷不全").sentences.get(position=2)

    (source,) = sentence.sources.all()

    assert (source.figure.split("/")[1], source.problem.title) == ("cause", "案卷不全")


def test_compiling_again_keeps_what_was_typed(bureau, report):
    of = paragraph(report, "案卷不全")
    edit(
        report,
        texts={of.pk: "目录缺失。签名漏项。主要原因：责任不够明确。手写一句。"},
        added={report.sections.get(role="next_year").pk: ("其他安排", "继续推进。")},
    )
    HonourFactory(bureau=bureau, title="先进集体")
    MeasureFactory(unit=bureau, plan_year=2027, title="制定培训计划")

    compile_report(bureau=bureau, year=2026, **STAMP)

    text = dict(text_of(report))
    assert text["荣誉和考评结果"] == ["本年度获得荣誉和考评结果{{honours}}项：优秀单位；先进集体。"]
    assert text["案卷不全"] == [
        "目录缺失。签名漏项。",
        "主要原因：责任不够明确。",
        "目前已登记，尚未交办，整改期限为6月30日。",
        "手写一句。",
    ]
    assert text["其他安排"] == ["继续推进。"]
    assert "制定培训计划" in text


def test_compiling_twice_changes_nothing(bureau, report):
    before = text_of(report), set(Sentence.objects.values_list("pk", "position"))
    history = Sentence.history.count()

    compile_report(bureau=bureau, year=2026, **STAMP)

    assert (text_of(report), set(Sentence.objects.values_list("pk", "position"))) == before
    assert Sentence.history.count() == history


def test_what_is_no_longer_true_goes(bureau, report):
    cancel_honour(honour_id=bureau.honours.get().pk, because="录错", by=UserFactory(), at=NOON)

    compile_report(bureau=bureau, year=2026, **STAMP)

    assert "荣誉和考评结果" not in dict(text_of(report))


def test_compile_refuses_a_station_and_a_year_to_come(bureau):
    with pytest.raises(CannotCompile, match="不单独编制年度报告"):
        compile_report(bureau=UnitFactory(parent=bureau), year=2026, **STAMP)
    with pytest.raises(CannotCompile, match="2027年尚未开始"):
        compile_report(bureau=bureau, year=2027, **STAMP)


# --- wording ------------------------------------------------------------------------------------


def test_an_unchanged_text_stays_as_it_is(report):
    before = text_of(report)
    paragraphs = Paragraph.objects.filter(section__report=report)

    edited = edit(
        report, texts={p.pk: shown(report, p) for p in paragraphs}, base=last_step(report)
    )

    assert (text_of(report), edited.lost) == (before, [])
    assert not Sentence.objects.filter(is_compiled=False).exists()


def test_an_edited_sentence_is_no_longer_compiled_and_keeps_its_sources(report):
    of = paragraph(report, "荣誉和考评结果")

    edit(report, texts={of.pk: shown(report, of).replace("本年度", "全年")})

    sentence = of.sentences.get()
    assert sentence.text == "全年获得荣誉和考评结果{{honours}}项：优秀单位。"
    assert (sentence.is_compiled, sentence.sources.count()) == (False, 1)
    assert {change.before for change in changes_of(sentence) if change.field == "文字"} == {
        "本年度获得荣誉和考评结果{{honours}}项：优秀单位。"
    }


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("【9｜荣誉和考评结果】项", "的数字被改动；台账中现为1"),
        ("【1｜好人好事】件", "不是台账中的数据"),
        ("{{honours}}项", "正文中不能出现"),
    ],
)
def test_figures_cannot_be_typed(report, typed, reason):
    of = paragraph(report, "荣誉和考评结果")
    before = text_of(report)

    with pytest.raises(CannotEdit) as refused:
        edit(report, texts={of.pk: typed})

    assert reason in refused.value.by_field[f"text_{of.pk}"][0]
    assert text_of(report) == before


def test_a_figure_that_left_the_text_is_told(report):
    of = paragraph(report, "荣誉和考评结果")

    assert edit(report, texts={of.pk: "获得荣誉若干。"}).lost == ["荣誉和考评结果"]
    assert dict(text_of(report))["荣誉和考评结果"] == ["获得荣誉若干。"]


def test_an_emptied_paragraph_goes_and_its_history_stays(report):
    of = paragraph(report, "荣誉和考评结果")
    sentence = of.sentences.get().pk

    edit(report, texts={of.pk: " "})

    assert "荣誉和考评结果" not in dict(text_of(report))
    assert Sentence.history.filter(id=sentence, history_type="-").exists()


def test_an_edit_of_an_outdated_text_is_refused(report):
    base = last_step(report)
    edit(report, meta={"topic": "公安"}, base=base)

    with pytest.raises(CannotEdit, match="在您编辑期间已被修改"):
        edit(report, meta={"topic": "司法"}, base=base)


@pytest.mark.parametrize(
    ("meta", "reason"),
    [
        ({"figures_as_of": date(2026, 6, 11)}, "须在2026年1月1日至今天之间"),
        ({"figures_as_of": date(2025, 12, 31)}, "须在2026年1月1日至今天之间"),
        ({"title": " "}, "请填写标题"),
    ],
)
def test_metadata_that_cannot_be(report, meta, reason):
    with pytest.raises(CannotEdit, match=reason):
        edit(report, meta=meta)


# --- signing ------------------------------------------------------------------------------------

TO_SIGN = ("countersign", "send", "review", "deliberate")


def test_signing_freezes_every_figure_and_the_text(bureau, report):
    walk_report(report, *TO_SIGN)
    signed = sign(report, chief(bureau))
    HonourFactory(bureau=bureau)

    frozen, now = shown_figures(signed, TODAY)

    assert (signed.state, signed.figures_as_of) == ("signed", TODAY)
    assert {f.key for f in frozen} == {f.key for f in now}
    assert [(d.label, d.frozen, d.now) for d in drift_of(frozen, now)] == [("荣誉和考评结果", 1, 2)]
    assert FrozenFigure.objects.get(report=report, key="problems:found").label == "当年发现的问题"
    with pytest.raises(CannotEdit, match=r"已于2026年6月10日由.*签发，正文和数据已固定"):
        edit(signed, meta={"topic": "公安"})
    with pytest.raises(CannotCompile, match="不能再改"):
        compile_report(bureau=bureau, year=2026, **STAMP)
    with pytest.raises(CannotMoveReport, match="已经签发或公开"):
        sign(signed, signed.signer)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"signed_on": date(2026, 6, 11)}, "日期不能晚于今天"),
        ({"signed_on": date(2026, 6, 9)}, "早于数据截至日（2026年6月10日）"),
    ],
)
def test_signing_days_that_cannot_be(bureau, report, change, reason):
    walk_report(report, *TO_SIGN, on=date(2026, 6, 8))

    with pytest.raises(CannotMoveReport, match=reason):
        sign(report, chief(bureau), **change)
    assert not FrozenFigure.objects.exists()


def test_only_the_first_responsible_person_of_the_bureau_signs(bureau, report):
    walk_report(report, *TO_SIGN)
    others = [chief(UnitFactory(parent=bureau)), holder_of(bureau, "in_charge")]

    for other in others:
        with pytest.raises(CannotMoveReport, match=f"{other.name}在.*不是本局第一责任人"):
            sign(report, other)


def test_who_acts_for_the_head_of_the_bureau_signs(bureau, report):
    walk_report(report, *TO_SIGN)
    acting = AppointmentFactory(
        person=PersonFactory(unit=bureau), post__code="head", post__heads_unit=True, acting=True
    ).person

    assert sign(report, acting).signer == acting


def test_an_earlier_day_of_figures_allows_an_earlier_signature(bureau, report):
    edit(report, meta={"figures_as_of": date(2026, 5, 31)})
    walk_report(report, *TO_SIGN, on=date(2026, 5, 31))

    signed = sign(report, chief(bureau), signed_on=date(2026, 6, 1), from_paper=True)

    assert (signed.figures_as_of, signed.signed_on) == (date(2026, 5, 31), date(2026, 6, 1))
    assert signed.from_paper


def test_an_empty_report_does_not_set_out():
    report = AnnualReportFactory()

    with pytest.raises(CannotMoveReport, match="还没有正文"):
        walk_report(report, "countersign")


def test_a_published_text_is_neither_edited_nor_signed():
    report = AnnualReportFactory(state="published", is_published_text=True)

    with pytest.raises(CannotEdit, match="已公开的文本"):
        edit(report, meta={"topic": "公安"})
    with pytest.raises(CannotMoveReport, match="已经签发或公开"):
        sign(report, chief(report.bureau))


# --- honours ------------------------------------------------------------------------------------


def test_honours_are_corrected_and_cancelled(bureau):
    (honour,) = add_honours([HonourDraft(bureau, 2026, " 三等功 ")], **STAMP)
    changed = HonourDraft(bureau, 2026, "集体三等功", "市局", date(2026, 3, 1))

    edit_honour(honour_id=honour.pk, draft=changed, **STAMP)
    cancelled = cancel_honour(honour_id=honour.pk, because="录错", by=UserFactory(), at=NOON)

    assert (cancelled.title, cancelled.awarded_by) == ("集体三等功", "市局")
    with pytest.raises(CannotKeepHonour, match="已作废"):
        edit_honour(honour_id=honour.pk, draft=changed, **STAMP)


def test_honours_that_cannot_be(bureau):
    foreign = UnitFactory()
    draft = HonourDraft(bureau, 2026, " ", "", date(2026, 6, 11), foreign)

    with pytest.raises(CannotKeepHonour) as refused:
        add_honours([draft], **STAMP)

    assert len(refused.value.reasons) == 3
