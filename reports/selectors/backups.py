"""When the ledger was last backed up, and when a backup was last proved to be readable."""

from datetime import datetime

from reports.models import BackupRun
from reports.models.choices import BackupKind


def last_backup() -> BackupRun | None:
    """The last backup that succeeded, or the one this ledger was restored from; None: never."""
    kinds = [BackupKind.BACKUP.value, BackupKind.RESTORED.value]
    done = BackupRun.objects.filter(kind__in=kinds, ok=True, taken_at__isnull=False)
    return done.order_by("taken_at", "pk").last()


def last_restore_test() -> BackupRun | None:
    """The last restore test, whatever came of it; None: never."""
    tests = BackupRun.objects.filter(kind=BackupKind.TEST.value)
    return tests.order_by("ended_at", "pk").last()


def last_failed_backup(since: datetime | None) -> BackupRun | None:
    """The last backup that failed after ``since``, the moment of the last good one."""
    failed = BackupRun.objects.filter(kind=BackupKind.BACKUP.value, ok=False)
    if since is not None:
        failed = failed.filter(ended_at__gt=since)
    return failed.order_by("ended_at", "pk").last()
