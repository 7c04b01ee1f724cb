import factory

from reports.models import Job
from reports.models.choices import JobKind

from .units import NOON


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = JobKind.PLAN_DUES.value
    asked_at = NOON
