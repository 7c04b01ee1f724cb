from datetime import date, datetime
from zoneinfo import ZoneInfo

import factory

from reports.actions.units import UnitDraft, create_units
from reports.models import BureauSetting, Unit, UnitKind, UnitName

NOON = datetime(2026, 6, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


class UnitKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UnitKind
        django_get_or_create = ("code",)

    code = "station"
    name = factory.LazyAttribute(
        lambda o: {"station": "派出所", "bureau": "分局", "city": "市局"}.get(o.code, o.code)
    )
    files_report = factory.LazyAttribute(lambda o: o.code == "bureau")


class UnitFactory(factory.django.DjangoModelFactory):
    """A station in a bureau of its own, unless told otherwise; made through the action."""

    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"第{n + 1}派出所")
    kind = factory.SubFactory(UnitKindFactory)
    parent = factory.SubFactory("tests.factories.units.BureauFactory")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        since = kwargs.pop("under_parent_since", None)
        (unit,) = create_units([UnitDraft(*args, **kwargs)], by=None, at=NOON)
        if since:
            unit.under_parent_since = since
            unit.save()
        return unit


class BureauFactory(UnitFactory):
    """A bureau that keeps its ledger since 2025."""

    name = factory.Sequence(lambda n: f"示例{n + 1}分局")
    kind = factory.SubFactory(UnitKindFactory, code="bureau")
    parent = None
    ledger_from = date(2025, 1, 1)


class CityFactory(UnitFactory):
    """A unit above the bureaus."""

    name = factory.Sequence(lambda n: f"示例{n + 1}市公安局")
    kind = factory.SubFactory(UnitKindFactory, code="city")
    parent = None


class UnitNameFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UnitName

    unit = factory.SubFactory(UnitFactory)
    name = "旧名派出所"
    last_day = date(2025, 12, 31)


class BureauSettingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BureauSetting

    bureau = factory.SubFactory(BureauFactory)
