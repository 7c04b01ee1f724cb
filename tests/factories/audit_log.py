import factory

from reports.models import AuditEntry

from .units import NOON


class AuditEntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AuditEntry

    at = NOON
    kind = "change"
    result = "done"
    login = "clerk"
    address = "127.0.0.1"
    action = "problem-edit"
