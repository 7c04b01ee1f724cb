from datetime import date

import factory

from reports.models import Deputy, Promise, Reminder

from .access import UserFactory
from .summaries import AnnualReportFactory
from .units import NOON, BureauFactory


class PromiseFactory(factory.django.DjangoModelFactory):
    """A problem that the report of 2025 admitted, carried into 2026 and not decided on."""

    class Meta:
        model = Promise

    bureau = factory.SubFactory(BureauFactory)
    year = 2026
    report = factory.SubFactory(
        AnnualReportFactory,
        bureau=factory.SelfAttribute("..bureau"),
        year=2025,
        state="published",
    )
    kind = "problem"
    position = factory.Sequence(lambda n: n + 1)
    text = factory.LazyAttribute(lambda o: f"执法规范化水平有待提高{o.position}")
    recorded_at = NOON


class ReminderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Reminder

    user = factory.SubFactory(UserFactory)
    how_often = "daily"


class DeputyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deputy

    user = factory.SubFactory(UserFactory)
    deputy = factory.SubFactory(UserFactory)
    first_day = date(2026, 6, 8)
    last_day = date(2026, 6, 12)
    recorded_at = NOON
