"""Word of what ran by itself on the machine: the page for the system administrator reads it."""

from datetime import datetime

from reports.models import LastRun
from reports.models.choices import RunKind


def note_run(*, kind: RunKind, at: datetime, succeeded: bool = True, message: str = "") -> None:
    """Note that something ran, when, and what came of it; only the last time is kept."""
    LastRun.objects.update_or_create(
        kind=kind.value, defaults={"ran_at": at, "succeeded": succeeded, "message": message}
    )
