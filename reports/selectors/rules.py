"""Stored versions of schedules as the values the rules of the domain work with."""

from datetime import date

from reports.domain.counting import CountingRule
from reports.domain.dues import MakeUp, MakeUpRule, default_make_up, make_up_until
from reports.domain.periods import Cadence, NumberedPeriod, YearStart
from reports.models import Due, ScheduleSet, ScheduleVersion


def year_start(of: ScheduleSet) -> YearStart:
    """The day on which the set's (assessment) year begins."""
    return YearStart(of.year_start_month, of.year_start_day)


def make_up_rule(version: ScheduleVersion) -> MakeUpRule:
    """What the version says about making up; silent: as its cadence has it by default."""
    if not version.make_up:
        return default_make_up(Cadence(version.cadence))
    return MakeUpRule(MakeUp(version.make_up), version.make_up_days or 0)


def counting_rule(version: ScheduleVersion, *, unit_id: int) -> CountingRule:
    """What counts for a due of that unit under the version."""
    return CountingRule(
        unit_ids=frozenset({version.body_id or unit_id}),
        meeting_kind_id=version.meeting_kind_id,
        agenda_kind_id=version.agenda_kind_id,
        presided_by_post_id=version.presided_by_id,
        legal_must_sit_in=version.legal_must_sit_in,
        make_up=make_up_rule(version),
    )


def make_up_limit(due: Due) -> date | None:
    """The last day on which the due may be made up (None: not at all).

    Wants ``due.version`` and ``due.schedule.set`` loaded.
    """
    return make_up_until(
        make_up_rule(due.version),
        NumberedPeriod(due.number, due.period, due.year, due.name_month),
        Cadence(due.version.cadence),
        due.version.every,
        year_start(due.schedule.set),
    )
