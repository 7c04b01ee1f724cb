"""A small ledger with something of most kinds, made by the actions as the pages would."""

from datetime import date

from reports.actions.measures import report_progress
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.problems import move_problem
from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.access import Role
from reports.domain.problems import ProblemMove
from reports.models import Due
from tests.exchange.sheet_bureau import full_bureau
from tests.factories import (
    NOON,
    MeasureFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
    bureau_with_records,
    member,
    sign_off,
    walk_report,
)

TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


def small_ledger():
    """A signed report, one that waits for its signature, a problem that waits to be closed, dues
    met and open, and a second bureau with records of every kind."""
    # It knows days off, which all dues are judged by.
    other = full_bureau()
    plan_dues(today=TODAY, year=2026, bureau_ids=[other.pk])
    bureau = bureau_with_records()
    station = UnitFactory(name="前门派出所", parent=bureau)
    member(Role.CLERK, station, user=UserFactory(username="clerk"))
    member(Role.LEGAL_OFFICER, bureau, user=UserFactory(username="legal"))
    member(Role.INSPECTOR, bureau, user=UserFactory(username="inspector"))
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])
    _one_meeting(bureau)
    _submitted_problem(station)
    sign_off(compile_report(bureau=bureau, year=2026, **STAMP))
    _waiting_report(bureau)


def _one_meeting(bureau):
    due = Due.objects.filter(bureau=bureau, period_first__lte=TODAY).order_by("period_first")[3]
    record_meeting(
        MeetingDraft(
            unit=due.unit,
            kind_id=due.version.meeting_kind_id,
            title="法制例会",
            held_on=due.period_first,
            due_ids=(due.pk,),
        ),
        **STAMP,
    )


def _submitted_problem(station):
    giver, worker = UserFactory(username="giver"), UserFactory(username="worker")
    problem = ProblemFactory(title="待销号问题", unit=station, by=giver)
    measure = MeasureFactory(unit=station, problems=(problem,), title="补登记")
    leader = PersonFactory(unit=station.bureau)
    for move, by, on, how in (
        ("assign", giver, date(2026, 5, 7), {"leader": leader}),
        ("start", worker, date(2026, 5, 8), {}),
    ):
        move_problem(
            problem_id=problem.pk, move=ProblemMove(move), on=on, by=by, at=NOON, today=TODAY, **how
        )
    report_progress(
        measure_id=measure.pk,
        on=date(2026, 6, 1),
        text="已补齐",
        finishes=True,
        by=worker,
        at=NOON,
        today=TODAY,
    )
    move_problem(
        problem_id=problem.pk,
        move=ProblemMove("submit"),
        on=date(2026, 6, 2),
        by=worker,
        at=NOON,
        today=TODAY,
    )


def _waiting_report(bureau):
    report = compile_report(bureau=bureau, year=2025, **STAMP)
    walk_report(report, "countersign", "send", "review", "deliberate")
