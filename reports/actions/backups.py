"""Noting which backups were made, read back for a test, or restored."""

from dataclasses import dataclass
from datetime import datetime

from reports.models import BackupRun
from reports.models.choices import BackupKind

MESSAGE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A backup file, as far as it got."""

    file: str
    size: int = 0
    encrypted: bool = False
    taken_at: datetime | None = None


def note_backup(*, kind: BackupKind, made: Made, ok: bool, message: str, at: datetime) -> BackupRun:
    """Write down what came of a backup, a restore test or a restore, failed ones, too.

    A restored ledger does not know of the backup it came from, which was noted after the copy was
    taken; so restoring notes it there.
    """
    return BackupRun.objects.create(
        kind=kind.value,
        ended_at=at,
        ok=ok,
        taken_at=made.taken_at,
        file=made.file[-300:],
        size=made.size,
        encrypted=made.encrypted,
        message=message[:MESSAGE_LENGTH],
    )
