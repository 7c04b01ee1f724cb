from datetime import date

import factory

from reports.models import (
    AgendaItem,
    AgendaKind,
    AgendaPaper,
    AgendaPoint,
    Attendance,
    Discharge,
    Meeting,
    MeetingKind,
)

from .units import NOON, UnitFactory


class MeetingKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MeetingKind
        django_get_or_create = ("code",)

    code = "briefing"
    name = factory.LazyAttribute(
        lambda o: {"briefing": "法制通报会", "party": "党委会"}.get(o.code, o.code)
    )


class AgendaKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaKind
        django_get_or_create = ("code",)

    code = "rule_of_law"
    name = factory.LazyAttribute(lambda o: {"rule_of_law": "法治专题研究"}.get(o.code, o.code))


class MeetingFactory(factory.django.DjangoModelFactory):
    """A meeting that counts for nothing; one that counts is recorded by the action."""

    class Meta:
        model = Meeting

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    kind = factory.SubFactory(MeetingKindFactory)
    title = factory.SelfAttribute("kind.name")
    held_on = date(2026, 6, 9)
    recorded_at = NOON


class AgendaItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "传达学习上级文件"


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    outside = "区司法局"


class DischargeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Discharge

    due = factory.SubFactory("tests.factories.schedules.DueFactory")
    meeting = factory.SubFactory(MeetingFactory, unit=factory.SelfAttribute("..due.unit"))
    due_bureau = factory.SelfAttribute("due.bureau")
    meeting_bureau = factory.SelfAttribute("meeting.bureau")


class AgendaPaperFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaPaper

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    kind = factory.SubFactory(MeetingKindFactory)
    title = factory.SelfAttribute("kind.name")
    planned_on = date(2026, 6, 12)
    recorded_at = NOON


class AgendaPointFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaPoint

    paper = factory.SubFactory(AgendaPaperFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = "通报案件审核退回情况"
