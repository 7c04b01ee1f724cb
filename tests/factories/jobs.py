import factory

from reports.models import Job, LastRun
from reports.models.choices import JobKind, RunKind

from .units import NOON


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = JobKind.PLAN_DUES.value
    asked_at = NOON


class LastRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LastRun

    kind = RunKind.WORKER.value
    ran_at = NOON
