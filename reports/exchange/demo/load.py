"""Load the sample data into an empty ledger, through the same actions as the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from reports.actions.calendar import seed_untouched_years
from reports.actions.refusals import Refused
from reports.actions.schedules import plan_dues, set_version
from reports.models import Due, Meeting, Problem, Unit
from reports.selectors.calendar import holidays

from .answers import tell_who_answers
from .assessments import keep_volumes
from .city import BUREAUS
from .first_person import lead_in_person
from .indicators import report_figures
from .loop import supervise, work_off_feedback
from .meetings import hold_meetings
from .organisation import (
    lay_tables,
    make_people,
    make_schedules,
    make_supervisor,
    make_units,
    version_of,
)
from .problems import find_problems, plan_the_year
from .public import make_public
from .published import publish
from .records import keep_records
from .report_drafting import ask_for_reports, draft_reports
from .reports import attach_files, award, report_years
from .staffing import staff_units
from .stage import SHANGHAI, Stage


class LedgerNotEmpty(Refused):
    """There are units already; sample data would mix with real ones."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was made."""

    units: int
    dues: int
    meetings: int
    problems: int
    logins: tuple[str, ...]


@transaction.atomic
def load_demo(
    *, now: datetime, password: str, tell: Callable[[str], None] = lambda step: None
) -> Loaded:
    """Fill an empty ledger with what stands in this package, as of that moment.

    The same moment gives the same rows. ``password`` becomes that of every demo login; ``tell``
    hears each step. Refuses a ledger that has a unit.
    """
    if Unit.objects.exists():
        raise LedgerNotEmpty([])
    now = now.astimezone(SHANGHAI)
    stage = Stage(now=now, today=now.date(), year=now.year)
    for step in (
        _calendar,
        lay_tables,
        make_units,
        make_people,
        publish,
        make_supervisor,
        make_schedules,
        _plan,
        hold_meetings,
        attach_files,
        plan_the_year,
        find_problems,
        work_off_feedback,
        supervise,
        keep_records,
        award,
        report_figures,
        ask_for_reports,
        report_years,
        tell_who_answers,
        staff_units,
        lead_in_person,
        make_public,
        keep_volumes,
        draft_reports,
    ):
        step(stage)
        tell(step.__name__)
    demo = User.objects.filter(account__is_demo=True).order_by("pk")
    demo.update(password=make_password(password))
    return Loaded(
        Unit.objects.count(),
        Due.objects.count(),
        Meeting.objects.count(),
        Problem.objects.count(),
        tuple(demo.values_list("username", flat=True)),
    )


def _calendar(stage: Stage) -> None:
    seed_untouched_years(by=None, at=stage.now, today=stage.today)
    stage.calendar = holidays()


def _plan(stage: Stage) -> None:
    """Dues of last year, this one and the next; one rule changed this year."""
    begun = [
        stage.bureaus[row.short].pk
        for row in BUREAUS
        if stage.bureaus[row.short].ledger_from.year < stage.year
    ]
    for schedule, rule, short in stage.rules.values():
        if short == "江北分局" and rule.name == "每月案件评析":
            draft = version_of(stage, short, rule, stage.today.replace(month=7, day=1), at_least=2)
            set_version(schedule=schedule, draft=draft, today=stage.today)
    plan_dues(today=stage.today, year=stage.year - 1, bureau_ids=begun)
    for year in (stage.year, stage.year + 1):
        plan_dues(today=stage.today, year=year)
