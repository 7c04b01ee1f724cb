"""What stands beside the text: misses, lateness, repeats, words that go too far."""

from datetime import date

import pytest

from reports.actions.meetings import MeetingDraft, record_meetings
from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.summaries import ReportState
from reports.models import Due, Problem, Sentence
from reports.selectors.report_documents import document_of
from reports.selectors.report_margins import margins_of, misses_of
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.summaries import shown_figures
from tests.factories import (
    NOON,
    BureauFactory,
    MissDecisionFactory,
    ProblemFactory,
    ScheduleVersionFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    """January was held, February held in March, nothing since; two problems, one for the third
    year."""
    unit = BureauFactory()
    rule = ScheduleVersionFactory(
        schedule__set__unit=unit,
        schedule__set__name="“四个一”制度",
        schedule__name="每月法制例会",
    )
    plan_dues(today=TODAY, year=2026, bureau_ids=[unit.pk])
    january, february = Due.objects.filter(bureau=unit).order_by("period_first")[:2]
    drafts = [
        MeetingDraft(unit, rule.meeting_kind_id, "例会", held, due_ids=(due.pk,))
        for due, held in ((january, date(2026, 1, 5)), (february, date(2026, 3, 5)))
    ]
    record_meetings(drafts, by=None, at=NOON, today=TODAY)
    earlier = None
    for year in (2024, 2025, 2026):
        earlier = ProblemFactory(
            unit=unit, title="案卷不全", found_on=date(year, 3, 1), repeats=earlier
        )
    Problem.objects.filter(year__lt=2026).update(counts=False)
    ProblemFactory(unit=unit, title="新问题")
    return unit


def beside(report):
    shown, _now = shown_figures(report, TODAY)
    figures = {figure.key: figure for figure in shown}
    sections = sections_of(report, figures)
    found = margins_of(report, sections, figures)
    headings = {p.pk: p.heading for s in sections for p in s.paragraphs}
    return {
        headings[pk]: [(each.code, each.text, each.number) for each in remarks]
        for pk, remarks in found.items()
    }


def test_margins_tell_what_the_text_does_not_dwell_on(bureau):
    report = compile_report(bureau=bureau, year=2026, **STAMP)

    assert beside(report) == {
        "“四个一”制度落实情况": [
            ("missed", "法制例会·未召开", 3),
            ("late", "法制例会·补开", 1),
        ],
        "案卷不全": [("repeated", "“案卷不全”连续3年列入", None)],
    }


def test_a_typed_word_that_the_records_contradict_is_pointed_out(bureau):
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    sentence = Sentence.objects.get(text__startswith="法制例会应召开")
    sentence.text = f"每月均按时召开。{sentence.text}"
    sentence.save()

    assert beside(report)["“四个一”制度落实情况"][2:] == [
        ("claim", "文中“每月”与记录不符", None),
        ("claim", "文中“均”与记录不符", None),
    ]
    assert "文中“均”与记录不符" in document_of(report, today=TODAY, checking=True).hints
    assert document_of(report, today=TODAY).hints == ()


def test_the_checking_copy_tells_of_misses_lateness_and_repeats(bureau):
    report = compile_report(bureau=bureau, year=2026, **STAMP)

    hints = document_of(report, today=TODAY, checking=True).hints

    assert hints[:3] == (
        "未落实：每月法制例会·未召开 3",
        "逾期：法制例会·补开 1",
        "重复出现：“案卷不全”2025年已经列入",
    )


def test_misses_come_with_what_was_decided(bureau):
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    figures = {figure.key: figure for figure in shown_figures(report, TODAY)[0]}
    (miss,) = misses_of(report, figures)

    decided = MissDecisionFactory(report=report, schedule_id=miss.schedule)

    assert (miss.name, miss.figure.value, miss.decision) == ("法制例会", 3, None)
    assert misses_of(report, figures)[0].decision == decided


@pytest.mark.parametrize("rows", [1, 3])
def test_margins_take_one_query(bureau, django_assert_num_queries, rows):
    for n in range(rows):
        before = ProblemFactory(unit=bureau, found_on=date(2025, 3, 1))
        ProblemFactory(unit=bureau, title=f"又一问题{n}", repeats=before)
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    figures = {figure.key: figure for figure in shown_figures(report, TODAY)[0]}
    sections = sections_of(report, figures)

    assert report.state == ReportState.DRAFT
    with django_assert_num_queries(1):
        margins_of(report, sections, figures)
