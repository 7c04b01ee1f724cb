from datetime import date

import factory

from reports.models import Holiday
from reports.models.choices import DayKind


class HolidayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Holiday
        django_get_or_create = ("day",)

    day = date(2026, 2, 17)
    kind = DayKind.HOLIDAY.value
    name = "春节"
