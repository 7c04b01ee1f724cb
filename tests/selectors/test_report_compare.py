from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from reports.domain.comparisons import Change, Run
from reports.models import Problem
from reports.selectors.report_compare import (
    CoverLine,
    FigureLine,
    PairLine,
    ProblemNote,
    compare_reports,
    coverage_of,
    report_of_year_before,
    told_in,
    untold,
)
from tests.factories import (
    AnnualReportFactory,
    BureauFactory,
    DischargeFactory,
    DueFactory,
    FrozenFigureFactory,
    HonourFactory,
    MeetingFactory,
    MeetingKindFactory,
    ParagraphFactory,
    PersonFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    SectionFactory,
    SentenceFactory,
    SourceFactory,
    UnitFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory()


def report_of(bureau, year, *texts, role="achievements", heading="主要举措"):
    """A signed report with a paragraph for each text, and the sentences."""
    report = AnnualReportFactory(
        bureau=bureau,
        year=year,
        state="signed",
        signed_on=date(year, 12, 31),
        signer=PersonFactory(unit=bureau),
    )
    section = SectionFactory(report=report, role=role, heading=heading)
    sentences = [
        SentenceFactory(
            paragraph=ParagraphFactory(section=section, position=at, heading=f"（{at}）甲{at}"),
            text=text,
        )
        for at, text in enumerate(texts, start=1)
    ]
    return report, sentences


def figure(report, value, key="honours"):
    return FrozenFigureFactory(report=report, value=value, key=key)


def test_the_report_of_the_year_before_is_the_current_annual_one(bureau):
    before, _said = report_of(bureau, 2024)
    report, _said = report_of(bureau, 2025)
    report_of(BureauFactory(), 2024)

    assert report_of_year_before(report) == before
    assert report_of_year_before(before) is None


def test_texts_are_compared_with_the_figures_they_were_signed_with(bureau):
    before, _said = report_of(bureau, 2024, "获得荣誉{{honours}}项。", "删去的话。")
    report, _said = report_of(bureau, 2025, "获得荣誉{{honours}}项。")
    figure(before, 2)
    figure(report, 3)

    found = compare_reports(report, before, today=TODAY)

    (section,) = found.sections
    assert section.heading == "主要举措"
    assert section.lines == [
        PairLine(
            "changed",
            "（1）甲1",
            "（1）甲1",
            (
                Run(Change.SAME, "获得荣誉"),
                Run(Change.REMOVED, "2"),
                Run(Change.ADDED, "3"),
                Run(Change.SAME, "项。"),
            ),
        ),
        PairLine("removed", "（2）甲2", "（2）甲2", (Run(Change.REMOVED, "删去的话。"),)),
    ]
    assert found.figures == [
        FigureLine("荣誉", "荣誉和考评结果", Decimal(2), Decimal(3), Decimal(1), "")
    ]
    assert found.counts == {"changed": 1, "added": 0, "removed": 1, "same": 0}


def test_a_problem_that_is_not_solved_and_told_of_no_more_is_pointed_out(bureau):
    before, (was, also) = report_of(bureau, 2024, "甲问题。", "乙问题。", role="problems")
    report, (now,) = report_of(bureau, 2025, "乙问题。", role="problems")
    gone = ProblemFactory(unit=bureau, found_on=date(2024, 5, 1), title="甲")
    solved = ProblemFactory(unit=bureau, found_on=date(2024, 5, 1))
    Problem.objects.filter(pk=solved.pk).update(state="dismissed")
    first = ProblemFactory(unit=bureau, found_on=date(2024, 5, 1), title="乙")
    again = ProblemFactory(unit=bureau, found_on=date(2025, 5, 1), title="乙又", repeats=first)
    for sentence, problem in ((was, gone), (was, solved), (also, first), (now, again)):
        SourceFactory(sentence=sentence, problem=problem)

    found = compare_reports(report, before, today=TODAY)

    assert found.vanished == [ProblemNote(gone.pk, "甲", gone.state)]
    assert found.repeated == [ProblemNote(again.pk, "乙又", again.state, 2)]


@pytest.mark.parametrize("rows", [1, 3])
def test_two_signed_reports_are_compared_in_four_queries(bureau, rows, django_assert_num_queries):
    before, was = report_of(bureau, 2024, *["话。"] * rows)
    report, _now = report_of(bureau, 2025, *["新的话。"] * rows)
    for sentence in was:
        SourceFactory(sentence=sentence, problem=ProblemFactory(unit=bureau))
        figure(before, 1, key=f"meetings:{sentence.pk}")

    with django_assert_num_queries(4):
        compare_reports(report, before, today=TODAY)


# --- beside its records ---------------------------------------------------------------------------


def lines_of(report):
    told = told_in(report)
    groups = coverage_of(report, told, today=TODAY)
    return {line.key: line for group in groups for line in group.lines}


def test_a_meeting_is_told_by_its_number_a_link_or_its_rule(bureau):
    report, said = report_of(bureau, 2025, "会。", "制度。")
    kind = MeetingKindFactory()
    of = {"unit": bureau, "kind": kind, "held_on": date(2025, 3, 3)}
    linked, counted, silent = (MeetingFactory(**of) for _n in range(3))
    SourceFactory(sentence=said[0], meeting=linked)
    rule = ScheduleVersionFactory(schedule__set__unit=bureau)
    due = DueFactory(unit=bureau, schedule=rule.schedule, version=rule)
    DischargeFactory(due=due, meeting=counted)
    said[1].text = f"召开{{{{schedule:{rule.schedule_id}:met}}}}次。"
    said[1].save()

    line = lines_of(report)[f"meetings:{kind.pk}"]

    assert (line.total, line.told, line.left, line.by_number) == (3, 2, 1, False)
    rows = untold(report, told_in(report), line, today=TODAY)
    assert [row.url for row in rows] == [silent.get_absolute_url()]


@pytest.mark.parametrize("key", ["meetings:all", "meetings:{kind}"])
def test_where_their_number_stands_all_are_told(bureau, key):
    kind = MeetingKindFactory()
    MeetingFactory(unit=bureau, kind=kind, held_on=date(2025, 3, 3))
    token = key.format(kind=kind.pk)
    report, _said = report_of(bureau, 2025, f"召开{{{{{token}}}}}次。")

    line = lines_of(report)[f"meetings:{kind.pk}"]

    assert (line.total, line.left, line.by_number) == (1, 0, True)


def test_problems_records_and_honours_that_appear_nowhere(bureau):
    report, (said,) = report_of(bureau, 2025, "问题。", role="problems")
    station = UnitFactory(parent=bureau, ledger_from=None)
    told, silent = (ProblemFactory(unit=station, found_on=date(2025, 4, 1)) for _n in range(2))
    SourceFactory(sentence=said, problem=told)
    record = WorkRecordFactory(unit=station, on=date(2025, 4, 2))
    HonourFactory(bureau=bureau, year=2025, awarded_on=None)

    found = lines_of(report)

    where = f"bureau={bureau.pk}&year=2025&on=2025-12-31"
    assert found == {
        "problems": CoverLine(
            "problems", "当年问题", 2, 1, False, f"{reverse('reports:problem-list')}?{where}"
        ),
        f"records:{record.kind_id}": CoverLine(
            f"records:{record.kind_id}",
            record.kind.name,
            1,
            1,
            False,
            f"{reverse('reports:record-list')}?kind={record.kind_id}&{where}",
        ),
        "honours": CoverLine(
            "honours",
            "荣誉和考评结果",
            1,
            1,
            False,
            f"{reverse('reports:honour-list')}?bureau={bureau.pk}&year=2025",
        ),
    }
    rows = untold(report, told_in(report), found["problems"], today=TODAY)
    assert [row.title for row in rows] == [silent.title]


def test_records_whose_number_stands_in_the_text_are_told(bureau):
    record = WorkRecordFactory(unit=bureau, on=date(2025, 4, 2))
    token = f"{{{{records:{record.kind.code}:count}}}}"
    report, _said = report_of(bureau, 2025, f"开展{token}次。")

    assert lines_of(report)[f"records:{record.kind_id}"].left == 0
