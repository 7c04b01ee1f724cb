from datetime import date

import factory
from django.db.models import Q

from reports.actions.schedules import recount_kept
from reports.domain.calendar import NO_HOLIDAYS
from reports.domain.dues import awaits_until
from reports.domain.periods import Cadence, period_holding
from reports.models import (
    Due,
    DueNote,
    Schedule,
    ScheduleSet,
    ScheduleVersion,
    Waiver,
    WaiverOrder,
    WaiverRequest,
)
from reports.selectors.rules import year_start

from .access import UserFactory
from .meetings import MeetingKindFactory
from .units import NOON, BureauFactory


class ScheduleSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ScheduleSet

    unit = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"“四个一”制度{n + 1}")


class ScheduleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Schedule

    set = factory.SubFactory(ScheduleSetFactory)
    name = factory.Sequence(lambda n: f"法制例会{n + 1}")


class ScheduleVersionFactory(factory.django.DjangoModelFactory):
    """Once a month, met by a briefing, owed by the unit of the set itself, since 2025."""

    class Meta:
        model = ScheduleVersion
        skip_postgeneration_save = True

    schedule = factory.SubFactory(ScheduleFactory)
    first_day = date(2025, 1, 1)
    cadence = Cadence.MONTH.value
    meeting_kind = factory.SubFactory(MeetingKindFactory)
    legal_basis = "《法治政府建设实施纲要》"
    asked_by = "市局法制支队"

    @factory.post_generation
    def owing_kinds(self, create, kinds, **kwargs):
        if kinds:
            self.owing_kinds.set(kinds)


class DueFactory(factory.django.DjangoModelFactory):
    """The period that holds ``day`` (10 June 2026), owed by the unit of the set."""

    class Meta:
        model = Due

    class Params:
        day = date(2026, 6, 10)
        numbered = factory.LazyAttribute(
            lambda o: period_holding(
                o.day,
                Cadence(o.version.cadence),
                o.version.every,
                year_start(o.version.schedule.set),
            )
        )

    version = factory.SubFactory(ScheduleVersionFactory)
    schedule = factory.SelfAttribute("version.schedule")
    unit = factory.SelfAttribute("schedule.set.unit")
    bureau = factory.SelfAttribute("unit.bureau")
    year = factory.SelfAttribute("numbered.year")
    report_year = factory.SelfAttribute("numbered.year")
    number = factory.SelfAttribute("numbered.number")
    name_month = factory.SelfAttribute("numbered.name_month")
    period_first = factory.SelfAttribute("numbered.period.first")
    period_last = factory.SelfAttribute("numbered.period.last")
    at_least = factory.SelfAttribute("version.at_least")
    awaits_until = factory.LazyAttribute(
        lambda o: awaits_until(o.numbered.period, o.version.recording_days, NO_HOLIDAYS)
    )

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        due = super()._create(model_class, *args, **kwargs)
        recount_kept(Q(bureau=due.bureau, schedule=due.schedule, year=due.year))
        return due


class WaiverFactory(factory.django.DjangoModelFactory):
    """The row alone; what is kept of it on the due is the action's business."""

    class Meta:
        model = Waiver

    due = factory.SubFactory(DueFactory)
    granted_on = date(2026, 6, 1)
    reason = "全员安保执勤"
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class WaiverRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WaiverRequest

    due = factory.SubFactory(DueFactory)
    asked_on = date(2026, 6, 1)
    reason = "全员安保执勤"
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class WaiverOrderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WaiverOrder

    unit = factory.SubFactory(BureauFactory)
    title = "关于做好安保工作的通知"
    ordered_on = date(2026, 5, 20)
    first_day = date(2026, 6, 1)
    last_day = date(2026, 6, 7)
    reason = "全员安保执勤"
    recorded_at = NOON


class DueNoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DueNote

    due = factory.SubFactory(DueFactory)
    text = "与季度例会合并考虑"
    recorded_at = NOON
