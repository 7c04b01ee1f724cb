"""The way of a report: each step leaves its line, the signature its hash."""

from datetime import date

import pytest

from reports.actions.report_editing import TextEdit, edit_report
from reports.actions.report_moves import (
    CannotCorrect,
    CannotHandIn,
    CannotMoveReport,
    add_addressee,
    correct_report,
    hand_in,
)
from reports.actions.summaries import compile_report
from reports.models import AnnualReport, FrozenFigure, HandIn, Sentence
from reports.selectors.audit import all_differences
from reports.selectors.report_reading import fingerprint_of, was_deliberated
from tests.factories import (
    NOON,
    WAY,
    AnnualReportFactory,
    BureauFactory,
    HonourFactory,
    PersonFactory,
    ProblemFactory,
    ReportCallFactory,
    SentenceFactory,
    committee_item,
    holder_of,
    sign_off,
    take_step,
    walk_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    unit = BureauFactory(name="东城分局")
    ProblemFactory(unit=unit, title="案卷不全")
    HonourFactory(bureau=unit, title="优秀单位")
    return unit


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


def test_every_step_leaves_its_line_and_a_version(bureau, report):
    chief, leader = holder_of(bureau, "first_person"), holder_of(bureau, "in_charge")
    item = committee_item(bureau)
    take_step(report, "countersign", units=["政治处", " 指挥中心 ", ""])
    take_step(report, "send")
    take_step(report, "review", person=leader, from_paper=True)
    take_step(report, "deliberate", item=item)
    take_step(report, "sign", person=chief)

    lines = report.moves.order_by("pk").values_list(
        "move", "to_state", "note", "person", "meeting", "item", "from_paper"
    )
    nobody = (None, None, None, False)
    assert list(lines) == [
        ("compile", "", "", *nobody),
        ("countersign", "countersign", "政治处、指挥中心", *nobody),
        ("review", "review", "", *nobody),
        ("committee", "committee", "", leader.pk, None, None, True),
        ("committee", "committee", "", None, item.meeting_id, item.pk, False),
        ("sign", "signed", "", chief.pk, None, None, False),
    ]
    assert list(report.text_versions.values_list("number", flat=True).order_by("number")) == [
        *range(1, 7)
    ]


def test_the_signature_is_kept_by_a_hash_that_the_audit_recounts(report):
    signed = sign_off(report)

    assert (len(signed.sha256), fingerprint_of(signed)) == (64, signed.sha256)
    assert list(all_differences()) == []
    Sentence.objects.filter(text__contains="优秀单位").update(text="改了一句。")
    assert [(each.table, each.field) for each in all_differences()] == [("AnnualReport", "sha256")]


def test_a_changed_figure_is_found_by_the_audit(report):
    sign_off(report)

    FrozenFigure.objects.filter(report=report, key="honours").update(value=2)

    assert [each.field for each in all_differences()] == ["sha256"]


def test_a_report_goes_back_with_a_reason_and_starts_anew(report):
    walk_report(report, "countersign", "send", "review", "deliberate")

    back = take_step(report, "return", reason=" 数据需核实 ")

    assert (back.state, was_deliberated(report.moves.all())) == ("draft", False)
    assert report.moves.last().note == "数据需核实"
    walk_report(report, "countersign", "send", "review")
    with pytest.raises(CannotMoveReport, match="还没有录入党委会审议情况"):
        take_step(report, "sign")


def test_a_signed_report_does_not_go_back(report):
    sign_off(report)

    with pytest.raises(CannotMoveReport, match="已经签发或公开"):
        take_step(report, "return")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"meeting__kind__code": "briefing"}, "不是本局党委会"),
        ({"meeting__held_on": date(2026, 6, 8)}, "在审核（2026年6月9日）以前召开"),
        ({"outcome": "deferred"}, "缓议或未议及"),
        ({"meeting__unit": None}, "不是本局党委会"),
    ],
)
def test_meetings_that_did_not_deliberate(bureau, report, change, reason):
    walk_report(report, "countersign", "send", "review", on=date(2026, 6, 9))
    if "meeting__unit" in change:
        item = committee_item(BureauFactory())
    else:
        item = committee_item(bureau)
        for name, value in change.items():
            _apply(item, name, value)

    with pytest.raises(CannotMoveReport, match=reason):
        take_step(report, "deliberate", item=item)


def _apply(item, name, value):
    if name == "outcome":
        item.outcome = value
    elif name == "meeting__held_on":
        item.meeting.held_on = value
    else:
        item.meeting.kind.code = value


def test_who_is_in_charge_reviews(bureau, report):
    walk_report(report, "countersign", "send")
    others = [holder_of(bureau, "first_person"), PersonFactory(unit=bureau)]

    for other in others:
        with pytest.raises(CannotMoveReport, match="不是本局分管领导"):
            take_step(report, "review", person=other)


def test_of_two_at_once_the_second_is_told(report):
    walk_report(report, "countersign")

    with pytest.raises(CannotMoveReport, match="已先办理：报告现处“会签”"):
        take_step(report, "countersign", expected="draft")


def test_a_text_for_a_span_is_signed_from_the_draft(bureau):
    span = AnnualReportFactory(
        bureau=bureau,
        kind="span",
        first_day=date(2026, 1, 1),
        last_day=date(2026, 3, 31),
        addressee="区委政法委",
    )
    SentenceFactory(paragraph__section__report=span)

    signed = take_step(span, "sign")

    assert (signed.state, bool(signed.sha256)) == ("signed", True)
    assert list(signed.hand_ins.values_list("addressee", flat=True)) == ["区委政法委"]


# --- handing in ---------------------------------------------------------------------------------


def test_who_asks_for_the_report_is_listed_by_the_signature(bureau, report):
    ReportCallFactory(unit=bureau, year=2026, issued_by="市局", due_on=date(2027, 2, 20))

    sign_off(report)

    assert list(HandIn.objects.values_list("addressee", "due_on")) == [("市局", date(2027, 2, 20))]


def test_a_report_is_handed_in_once(report):
    sign_off(report)
    told = {"addressee": "区法治办", "due_on": date(2027, 3, 1)}
    row = add_addressee(report_id=report.pk, **told, **STAMP)
    again = add_addressee(report_id=report.pk, **told, **STAMP)

    done = {"hand_in_id": row.pk, "handed_on": TODAY, "how": " 机要 "}
    hand_in(**done, **STAMP)
    hand_in(**done, **STAMP)

    row.refresh_from_db()
    assert (again, row.handed_on, row.how) == (row, TODAY, "机要")
    assert report.moves.filter(move="hand_in").count() == 1
    with pytest.raises(CannotHandIn, match="报送已于"):
        hand_in(**done | {"how": "邮箱"}, **STAMP)
    with pytest.raises(CannotHandIn, match="期限不同"):
        add_addressee(report_id=report.pk, **told | {"due_on": date(2027, 4, 1)}, **STAMP)


def test_only_what_is_signed_is_handed_in(report):
    with pytest.raises(CannotHandIn, match="签发以后才能报送"):
        add_addressee(report_id=report.pk, addressee="市局", due_on=TODAY, **STAMP)


# --- correcting ---------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_with_the_old_text(bureau, report):
    ReportCallFactory(unit=bureau, year=2026, issued_by="市局", due_on=date(2026, 3, 1))
    sign_off(report)

    new = correct_report(report_id=report.pk, reason=" 荣誉名称有误 ", **STAMP)

    report.refresh_from_db()
    assert (new.version, new.corrects, new.corrects_because) == (2, report, "荣誉名称有误")
    assert (report.state, report.is_current, new.state, new.is_current) == (
        "signed",
        False,
        "draft",
        True,
    )
    assert list(AnnualReport.objects.annual()) == [new]
    assert texts(new) == texts(report)
    assert fingerprint_of(report) == report.sha256
    walk_report(new, *WAY[:3])
    item = committee_item(bureau)
    take_step(new, "deliberate", item=item)
    take_step(new, "sign", person=report.signer or holder_of(bureau, "first_person"))
    assert list(new.hand_ins.values_list("addressee", "due_on")) == [("市局", TODAY)]
    assert list(all_differences()) == []


def texts(report):
    rows = Sentence.objects.filter(paragraph__section__report=report)
    rows = rows.order_by("paragraph__section__position", "paragraph__position", "position")
    return [(s.text, s.is_compiled, s.sources.count()) for s in rows]


def test_corrections_that_cannot_be(report):
    with pytest.raises(CannotCorrect, match="直接修改即可"):
        correct_report(report_id=report.pk, reason="有误", **STAMP)
    sign_off(report)
    with pytest.raises(CannotCorrect, match="请写明更正的原因"):
        correct_report(report_id=report.pk, reason=" ", **STAMP)
    correct_report(report_id=report.pk, reason="有误", **STAMP)
    with pytest.raises(CannotCorrect, match="已被更正"):
        correct_report(report_id=report.pk, reason="有误", **STAMP)


def test_a_draft_that_is_corrected_may_be_worded(report):
    sign_off(report)
    new = correct_report(report_id=report.pk, reason="有误", **STAMP)
    section = new.sections.get(role="next_year")

    edit_report(report_id=new.pk, edit=TextEdit(added={section.pk: ("", "补充一项。")}), **STAMP)

    assert ("补充一项。", False, 0) in texts(new)
    assert ("补充一项。", False, 0) not in texts(report)
