from datetime import date

import factory

from reports.models import Honour, RecordField, RecordKind, ReportHeading, WorkRecord

from .units import NOON, BureauFactory, UnitFactory


class ReportHeadingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReportHeading
        django_get_or_create = ("code",)

    code = "publicity"
    name = factory.LazyAttribute(lambda o: {"publicity": "普法宣传"}.get(o.code, o.code))


class RecordKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RecordKind
        django_get_or_create = ("code",)

    code = "publicity"
    name = factory.LazyAttribute(lambda o: {"publicity": "法治宣传"}.get(o.code, o.code))
    counter = "场"


class RecordFieldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RecordField
        django_get_or_create = ("kind", "code")

    kind = factory.SubFactory(RecordKindFactory)
    code = "audience"
    label = "受众"
    type = "number"


class WorkRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkRecord

    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    kind = factory.SubFactory(RecordKindFactory)
    on = date(2026, 5, 20)
    title = factory.Sequence(lambda n: f"宣传活动{n + 1}")
    recorded_at = NOON


class HonourFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Honour

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    title = factory.Sequence(lambda n: f"执法质量考评优秀单位{n + 1}")
