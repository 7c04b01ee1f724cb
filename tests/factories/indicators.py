import factory

from reports.models import Figure, Indicator, SumRule

from .units import NOON, UnitFactory


class IndicatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Indicator
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"indicator_{n + 1}")
    name = factory.LazyAttribute(lambda o: f"指标{o.code}")
    counter = "件"
    made = "entered"


class SumRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SumRule

    name = factory.Sequence(lambda n: f"勾稽{n + 1}")
    whole = factory.SubFactory(IndicatorFactory)


class FigureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Figure

    indicator = factory.SubFactory(IndicatorFactory)
    unit = factory.SubFactory(UnitFactory)
    bureau = factory.SelfAttribute("unit.bureau")
    year = 2026
    month = 5
    value = 3
    source = "月报表"
    recorded_at = NOON
