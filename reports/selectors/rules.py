"""Stored versions of schedules as the values the rules of the domain work with."""

from datetime import date

from reports.domain.counting import CountingRule
from reports.domain.dues import CountedIn, MakeUp, MakeUpRule, default_make_up, make_up_until
from reports.domain.periods import Cadence, Rhythm, YearStart
from reports.models import Due, ScheduleSet, ScheduleVersion


def year_start(of: ScheduleSet) -> YearStart:
    """The day on which the set's (assessment) year begins."""
    return YearStart(of.year_start_month, of.year_start_day)


def rhythm_of(version: ScheduleVersion, of: ScheduleSet) -> Rhythm:
    """When the version is owed, in the years of its set."""
    return version.rhythm_from(year_start(of))


def make_up_rule(version: ScheduleVersion) -> MakeUpRule:
    """What the version says about making up; silent: as its cadence has it by default."""
    if not version.make_up:
        return default_make_up(Cadence(version.cadence))
    return MakeUpRule(MakeUp(version.make_up), version.make_up_days or 0)


def counting_rule(
    version: ScheduleVersion, *, unit_id: int, person_id: int | None = None
) -> CountingRule:
    """What counts for a due of that unit (and person) under the version."""
    return CountingRule(
        unit_ids=frozenset({version.body_id or unit_id}),
        meeting_kind_id=version.meeting_kind_id,
        agenda_kind_id=version.agenda_kind_id,
        presided_by_post_id=version.presided_by_id,
        deputy_post_id=version.deputy_id,
        legal_must_sit_in=version.legal_must_sit_in,
        legal_on_law_items=version.legal_on_law_items,
        min_minutes=version.min_minutes,
        counted_in=CountedIn(version.counted_in),
        person_id=person_id,
        body_only=version.body_id is not None,
        make_up=make_up_rule(version),
    )


def make_up_limit(due: Due) -> date | None:
    """The last day on which the due may be made up (None: not at all).

    Wants ``due.version`` and ``due.schedule.set`` loaded.
    """
    return make_up_until(
        make_up_rule(due.version), due.numbered, rhythm_of(due.version, due.schedule.set)
    )
