"""The entry of the audit log that goes with what a command or a job changes."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import wraps

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.actions.audit_log import Doer, Doing, told, write_entry
from reports.domain.audit_log import AuditKind
from reports.models import Job


def shell_doer() -> Doer:
    """Who sits at the machine has no login of the ledger; the machine's own name for her."""
    try:
        return Doer(login=f"@{getpass.getuser()}", address="localhost")
    except (KeyError, OSError):
        return Doer(login="@", address="localhost")


def telling(command: BaseCommand, name: str, arguments: Sequence[str]) -> BaseCommand:
    """The command, whose first change brings an entry; of its options only the names are kept."""
    options = sorted({each.partition("=")[0] for each in arguments if each.startswith("--")})
    doing = Doing(AuditKind.COMMAND, name, details={"options": options} if options else {})
    handle = command.handle

    @wraps(handle)
    def inside(*args, **kwargs):
        with told(lambda: write_entry(doer=shell_doer(), doing=doing, at=timezone.now())):
            return handle(*args, **kwargs)

    command.handle = inside
    return command


@contextmanager
def telling_of_job(job: Job) -> Iterator[None]:
    """Inside the block the first change is told in the name of who asked for the job."""
    user = job.asked_by
    doer = Doer(login_key=user.pk, login=user.get_username()) if user else shell_doer()
    doing = Doing(AuditKind.CHANGE, job.kind, "job", str(job.pk), details={"work": "work_jobs"})
    with told(lambda: write_entry(doer=doer, doing=doing, at=timezone.now())):
        yield
