"""The figures of the report are the lengths of their lists; drift; what is incomplete."""

from datetime import date, timedelta

import pytest

from reports.actions.measures import decide_extension, report_progress
from reports.actions.meetings import MeetingDraft, record_meetings
from reports.actions.problems import move_problem
from reports.actions.report_moves import sign_report
from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.actions.waivers import grant_waiver
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.domain.problems import ProblemMove
from reports.models import Due, Meeting, Problem
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.summaries import drift_counts, gaps_of, shown_figures
from reports.selectors.summaries import report_progress as states_of
from reports.selectors.year_records import figures_of
from tests.factories import (
    NOON,
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    ExtensionFactory,
    HonourFactory,
    MeasureFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    ProblemFactory,
    ReportMoveFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def full_bureau(parent=None):
    """A bureau with dues, meetings, problems, measures and honours of every kind, in two years."""
    bureau = BureauFactory(parent=parent)
    station = UnitFactory(parent=bureau, ledger_from=None)
    ScheduleVersionFactory(schedule__set__unit=bureau, expected_evidence=["minutes"])
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__of_first_person=True,
        cadence=Cadence.QUARTER.value,
    )
    ScheduleVersionFactory(
        schedule__set__unit=station,
        schedule__set__year_start_month=11,
        cadence=Cadence.WEEK.value,
    )
    for year in (2025, 2026):
        plan_dues(today=TODAY, year=year, bureau_ids=[bureau.pk])
    settle(bureau)
    MeetingFactory(unit=station, kind=MeetingKindFactory(code="party"), held_on=date(2026, 2, 3))
    problems(station)
    measures(station)
    HonourFactory(bureau=bureau)
    HonourFactory(bureau=bureau, year=2025)
    HonourFactory(bureau=bureau, cancelled_at=NOON, cancelled_because="录错")
    return bureau


def settle(bureau):
    """Two dues in three are held, some late, some excused."""
    past = Due.objects.filter(bureau=bureau, period_last__lt=TODAY)
    drafts = []
    for n, due in enumerate(past.select_related("unit", "version").order_by("pk")):
        if n % 6 == 5:
            grant_waiver(
                due_id=due.pk,
                reason="全员安保",
                granted_on=due.period_last,
                by=UserFactory(),
                at=NOON,
                today=TODAY,
            )
        elif n % 3:
            late = n % 7 == 1 and due.version.cadence == Cadence.MONTH
            held = due.period_last + timedelta(days=3) if late else due.period_first
            kind = due.version.meeting_kind_id
            drafts.append(MeetingDraft(due.unit, kind, "会议", held, due_ids=(due.pk,)))
    record_meetings(drafts, by=None, at=NOON, today=TODAY)


def problems(unit):
    """Found this year, found before and still open, not counted; two of them closed since."""
    leader = PersonFactory(unit=unit)
    this = ProblemFactory(unit=unit)
    before = ProblemFactory(unit=unit, found_on=date(2025, 9, 1))
    ProblemFactory(unit=unit, counts=False)
    ProblemFactory(unit=unit, found_on=date(2025, 10, 1))
    for problem, first in ((this, date(2026, 5, 7)), (before, date(2026, 3, 2))):
        close(problem, leader, first)


def close(problem, leader, first):
    MeasureFactory(
        unit=problem.unit, problems=(problem,), plan_year=None, set_on=first, due_on=None
    )
    measure = problem.measures.get()
    report_progress(
        measure_id=measure.pk,
        on=first,
        text="已完成",
        by=None,
        at=NOON,
        today=TODAY,
        finishes=True,
    )
    Problem.objects.filter(pk=problem.pk).update(leader=leader)
    submitter, verifier = UserFactory(), UserFactory()
    steps = (
        (ProblemMove.ASSIGN, verifier),
        (ProblemMove.START, submitter),
        (ProblemMove.SUBMIT, submitter),
        (ProblemMove.CLOSE, verifier),
    )
    for day, (move, by) in enumerate(steps):
        move_problem(
            problem_id=problem.pk,
            move=move,
            on=first + timedelta(days=day),
            by=by,
            at=NOON,
            today=TODAY,
            reason="属实",
        )


def measures(unit):
    MeasureFactory(unit=unit, due_on=date(2026, 6, 1))
    done = MeasureFactory(unit=unit)
    report_progress(
        measure_id=done.pk,
        on=date(2026, 5, 20),
        text="已完成",
        by=None,
        at=NOON,
        today=TODAY,
        finishes=True,
    )
    longer = MeasureFactory(unit=unit, due_on=date(2026, 6, 5))
    asked = ExtensionFactory(measure=longer, recorded_by=UserFactory())
    decide_extension(
        extension_id=asked.pk,
        granted=True,
        on=date(2026, 6, 2),
        note="",
        by=UserFactory(),
        today=TODAY,
    )
    MeasureFactory(unit=unit, plan_year=2027)


def by_key(bureau, *, year=2026, on=TODAY):
    return {f.key: f for f in figures_of(bureau=bureau, year=year, on=on, today=TODAY)}


@pytest.mark.parametrize(
    ("year", "on"),
    [
        (2026, TODAY),
        (2026, date(2026, 5, 9)),
        (2026, date(2026, 6, 3)),
        (2025, date(2025, 12, 31)),
        (2025, date(2026, 2, 1)),
    ],
)
def test_every_figure_is_the_length_of_its_list(client, year, on):
    top = CityFactory()
    bureau = full_bureau(top)
    full_bureau(top)
    client.force_login(member(Role.SUPERVISOR, top), backend="reports.views.backend.LedgerBackend")

    figures = by_key(bureau, year=year, on=on)

    listed = {}
    for key, figure in figures.items():
        if not figure.url.startswith("#"):
            answer = client.get(figure.url)
            listed[key] = answer.context["table"].paginator.count
            assert not answer.context["filter"].form.errors, figure.url
    assert {key: figures[key].value for key in listed} == listed
    assert sum(bool(number) for number in listed.values()) > 15


def test_figures_of_the_year():
    bureau = full_bureau()

    figures = by_key(bureau)

    assert {
        key: figures[key].value
        for key in (
            "problems:found",
            "problems:closed",
            "problems:open",
            "measures:done",
            "measures:overdue",
            "plan:total",
            "plan:done",
            "next:total",
            "honours",
            "meetings:all",
        )
    } == {
        "problems:found": 1,
        "problems:closed": 2,
        "problems:open": 1,
        "measures:done": 3,
        "measures:overdue": 1,
        "plan:total": 3,
        "plan:done": 1,
        "next:total": 1,
        "honours": 1,
        "meetings:all": Meeting.objects.filter(held_on__year=2026).count(),
    }
    assert figures["dues:owed"].value == sum(
        figures[f"dues:{kind}"].value for kind in ("met", "late", "missed")
    )


def test_dues_of_an_assessment_year_belong_to_the_calendar_year_of_their_days():
    bureau = BureauFactory()
    version = ScheduleVersionFactory(schedule__set__unit=bureau, schedule__set__year_start_month=11)
    for year in (2025, 2026):
        plan_dues(today=TODAY, year=year, bureau_ids=[bureau.pk])

    figures = by_key(bureau, year=2025, on=date(2025, 12, 31))

    # Ten months of the year 2025 of the set, November and December of its year 2026.
    assert figures[f"schedule:{version.schedule_id}:owed"].value == 11
    assert figures[f"schedule:{version.schedule_id}:awaiting"].value == 0
    assert figures[f"schedule:{version.schedule_id}:open"].value == 1


def test_a_bureau_without_a_ledger_owes_nothing():
    bureau = BureauFactory(ledger_from=None)
    ScheduleVersionFactory(schedule__set__unit=bureau)
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])

    assert {f.value for f in by_key(bureau).values()} == {0}


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_take_the_same_queries(django_assert_num_queries, rows):
    bureau = BureauFactory()
    for _n in range(rows):
        ScheduleVersionFactory(schedule__set__unit=bureau)
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=bureau)
        MeetingFactory(unit=bureau)
        HonourFactory(bureau=bureau)
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])

    with django_assert_num_queries(12):
        figures_of(bureau=bureau, year=2026, on=TODAY, today=TODAY)


def signed(bureau, *, year=2025, as_of=None):
    report = compile_report(bureau=bureau, year=year, by=None, at=NOON, today=TODAY)
    if as_of:
        report.figures_as_of = as_of
    report.state = "committee"
    report.save()
    meeting = MeetingFactory(unit=bureau, kind__code="party_committee", held_on=date(2026, 6, 5))
    ReportMoveFactory(report=report, move="committee", to_state="committee", meeting=meeting)
    chief = AppointmentFactory(person=PersonFactory(unit=bureau), post__code="first_person")
    return sign_report(
        report_id=report.pk, signer=chief.person, signed_on=TODAY, by=None, at=NOON, today=TODAY
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_drift_of_many_reports_takes_the_same_queries(django_assert_num_queries, rows):
    reports = []
    for n in range(rows):
        bureau = BureauFactory()
        ScheduleVersionFactory(schedule__set__unit=bureau)
        plan_dues(today=TODAY, year=2025, bureau_ids=[bureau.pk])
        reports.append(signed(bureau, as_of=date(2025, 12, 31 - n)))
    HonourFactory(bureau=reports[0].bureau, year=2025)
    draft = AnnualReportFactory()

    with django_assert_num_queries(13):
        found = drift_counts([*reports, draft], TODAY)

    assert found == {r.pk: 1 if r == reports[0] else 0 for r in reports}


def test_a_draft_reads_as_the_records_do_now_and_a_signed_one_does_not():
    bureau = BureauFactory()
    HonourFactory(bureau=bureau, year=2025)
    report = compile_report(bureau=bureau, year=2025, by=None, at=NOON, today=TODAY)

    def honours():
        report.refresh_from_db()
        figures, _now = shown_figures(report, TODAY)
        read = sections_of(report, {f.key: f for f in figures})
        (paragraph,) = (p for p in read[0].paragraphs if p.heading == "荣誉和考评结果")
        return "".join(part.text for part in paragraph.sentences[0].parts)[:15]

    assert honours() == "本年度获得荣誉和考评结果1项："
    HonourFactory(bureau=bureau, year=2025)
    assert honours() == "本年度获得荣誉和考评结果2项："
    signed(bureau)
    HonourFactory(bureau=bureau, year=2025)
    assert honours() == "本年度获得荣誉和考评结果2项："


def test_headings_are_numbered_unless_they_bring_their_own():
    report = full_report()

    read = sections_of(report, {})

    assert [section.number for section in read] == ["一", "二", "三", "四"]
    headed = [p.number for p in read[0].paragraphs if p.heading]
    assert headed[:3] == ["（一）", "（二）", "（三）"]
    report.sections.filter(position=1).update(heading="一、工作情况")
    assert sections_of(report, {})[0].number == ""


def full_report():
    return compile_report(bureau=full_bureau(), year=2026, by=None, at=NOON, today=TODAY)


def test_gaps_say_what_is_incomplete():
    report = full_report()
    ProblemFactory(unit=report.bureau, causes=(), title="没有原因的问题")
    figures, _now = shown_figures(report, TODAY)
    figures = {f.key: f for f in figures}

    gaps = gaps_of(report, sections_of(report, figures), figures, TODAY)

    words = [(gap.badge, gap.text) for gap in gaps]
    assert ("年度未结束", "数据截至日早于年末，签发后新发生的情况不再计入。") in words
    assert ("缺原因", "“没有原因的问题”没有写明原因") in words
    assert ("安排未完成", "列入当年安排的措施有2项没有完成") in words
    stale = [text for badge, text in words if badge == "待更新"]
    assert stale == ["1句与现有记录不一致，可重新汇编"]


def test_report_progress_gives_state_and_key():
    one, other = AnnualReportFactory(), AnnualReportFactory(year=2025)

    found = states_of([one.bureau_id, other.bureau_id], 2026)

    assert found == {one.bureau_id: ("draft", one.pk)}
