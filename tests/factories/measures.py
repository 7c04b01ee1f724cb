from datetime import date

import factory

from reports.actions.measures import MeasureDraft, set_measure
from reports.models import Extension, Measure, Progress

from .units import NOON, UnitFactory


class MeasureFactory(factory.django.DjangoModelFactory):
    """A plan item of 2026, or a measure for ``problems``; made through the action."""

    class Meta:
        model = Measure

    unit = factory.SubFactory(UnitFactory)
    title = factory.Sequence(lambda n: f"开展专题培训{n + 1}")
    set_on = date(2026, 5, 7)
    due_on = date(2026, 6, 30)
    plan_year = 2026

    @classmethod
    def _create(cls, model_class, *args, by=None, **kwargs):
        return set_measure(MeasureDraft(*args, **kwargs), by=by, at=NOON, today=NOON.date())


class ProgressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Progress

    measure = factory.SubFactory(MeasureFactory)
    on = date(2026, 6, 1)
    text = "已开展两期"
    recorded_at = NOON


class ExtensionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Extension

    measure = factory.SubFactory(MeasureFactory)
    asked_on = date(2026, 6, 1)
    old_due_on = factory.SelfAttribute("measure.due_on")
    new_due_on = date(2026, 8, 31)
    reason = "等待上级平台改造"
    recorded_at = NOON
