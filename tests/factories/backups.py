import factory

from reports.models import BackupRun
from reports.models.choices import BackupKind

from .units import NOON


class BackupRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BackupRun

    kind = BackupKind.BACKUP.value
    ended_at = NOON
    taken_at = NOON
    ok = True
    file = "/backup/ledger.zip"
