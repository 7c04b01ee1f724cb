"""Longer work: asked for on a page, done by ``manage.py work_jobs``, one job at a time."""

import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.actions.runs import note_run
from reports.actions.schedules import Planned, plan_dues
from reports.models import Due, Job
from reports.models.choices import JobKind, JobState, RunKind
from reports.selectors.audit import audit_findings, audit_steps

# A job that runs longer than this lost its worker, and is begun anew.
LOST_AFTER = timedelta(hours=6)
MESSAGE_LENGTH = 500
# What a job made is fetched soon, or asked for again.
KEPT_FOR = timedelta(days=7)
MADE_IN = "packs"
HALF_DONE = ".part"


class Stopped(Exception):
    """The worker is told to stop; the job waits for the next one."""


Tell = Callable[[int, int], None]
# The job, the day, and how to tell its progress; gives the sentence about what came of it.
Work = Callable[[Job, date, Tell], str]


@transaction.atomic
def ask_job(*, kind: JobKind, arguments: dict[str, object], by: User | None, at: datetime) -> Job:
    """Ask for a job; one of the same kind and arguments of the same person that waits will do."""
    waiting = Job.objects.filter(
        kind=kind.value, state=JobState.WAITING.value, asked_by=by, arguments=arguments
    )
    return waiting.first() or Job.objects.create(
        kind=kind.value, arguments=arguments, asked_by=by, asked_at=at
    )


@transaction.atomic
def take_job(*, at: datetime) -> Job | None:
    """The job that waits longest, now running; None when none waits.

    Several workers never take the same one, where the database can lock rows.
    """
    Job.objects.filter(state=JobState.RUNNING.value, started_at__lt=at - LOST_AFTER).update(
        state=JobState.WAITING.value, started_at=None
    )
    skip = connection.features.has_select_for_update_skip_locked
    waiting = Job.objects.select_for_update(skip_locked=skip).filter(state=JobState.WAITING.value)
    job = waiting.order_by("pk").first()
    if job is not None:
        job.state, job.started_at = JobState.RUNNING.value, at
        job.done = job.total = 0
        job.save(update_fields=["state", "started_at", "done", "total"])
    return job


def work_job(
    *,
    job: Job,
    today: date,
    clock: Callable[[], datetime],
    keep_going: Callable[[], bool] = lambda: True,
    more: Mapping[JobKind, Work] | None = None,
) -> Job:
    """Do a job that was taken, and write what came of it.

    ``more`` is the work of kinds that are done on floors above. An error ends the job with one
    line, never the worker. When ``keep_going`` says no, the job is put back.
    """
    try:
        work = {**WORK, **(more or {})}[JobKind(job.kind)]
        message = work(job, today, Teller(job, keep_going))
    except Stopped:
        job.state, job.started_at = JobState.WAITING.value, None
    except Refused as refusal:
        _end(job, JobState.FAILED, _("未能完成：%(error)s") % {"error": refusal}, clock())
    except Exception as error:  # whatever it was, the next job must not suffer
        line = " ".join(f"{type(error).__name__}: {error}".split())
        _end(job, JobState.FAILED, _("未能完成：%(error)s") % {"error": line}, clock())
    else:
        job.done = job.total
        _end(job, JobState.DONE, message, clock())
    job.save(update_fields=["state", "message", "started_at", "ended_at", "done", "total", "file"])
    return job


# --- what a job makes ---------------------------------------------------------------------------


class _Finished(File):
    """A file that lies on the disk of the storage already: keeping it moves it."""

    def temporary_file_path(self) -> str:
        return self.file.name


@contextmanager
def making_file(job: Job, ending: str) -> Iterator[BinaryIO]:
    """A file to write what the job makes; kept with the job at the end of the block.

    In a folder it lies beside its last place from the beginning, so that gigabytes are written
    once; for a bucket it is made on this machine and sent. When the block fails, nothing is left.
    """
    storage = job.file.storage
    name = f"{MADE_IN}/{uuid.uuid4().hex}{ending}"
    folder = _folder_of(storage)
    if folder is not None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=HALF_DONE, delete=False) as made:
        try:
            yield made
            if folder is None:
                made.seek(0)
                job.file = storage.save(name, File(made, name=name))
            else:
                made.close()
                job.file = storage.save(name, _Finished(made))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(made.name)


def _folder_of(storage: Storage) -> str | None:
    """Where the storage keeps what jobs make; None where it is no folder of this machine."""
    try:
        return storage.path(MADE_IN)
    except NotImplementedError:
        return None


def drop_old_files(*, at: datetime) -> int:
    """Delete what jobs made more than seven days ago, and what broken ones left; how many files.

    The jobs stay, with who asked for what and why.
    """
    old = Job.objects.exclude(file="").filter(ended_at__lt=at - KEPT_FOR)
    dropped = 0
    for job in old.order_by("pk"):
        job.file.storage.delete(job.file.name)
        dropped += Job.objects.filter(pk=job.pk, file=job.file.name).update(file="")
    return dropped + _drop_half_done(before=at - LOST_AFTER)


def _drop_half_done(*, before: datetime) -> int:
    """A worker that was killed could not clear up after itself."""
    # What was being made for a bucket lies with the temporary files of the machine.
    folder = _folder_of(Job._meta.get_field("file").storage) or tempfile.gettempdir()
    try:
        with os.scandir(folder) as entries:
            lost = [
                each.path
                for each in entries
                if each.name.endswith(HALF_DONE) and each.stat().st_mtime < before.timestamp()
            ]
    except FileNotFoundError:
        return 0
    for path in lost:
        os.unlink(path)
    return len(lost)


def _end(job: Job, state: JobState, message: str, at: datetime) -> None:
    job.state, job.message, job.ended_at = state.value, message[:MESSAGE_LENGTH], at


class Teller:
    """Writes the progress of a job whenever another hundredth is done."""

    def __init__(self, job: Job, keep_going: Callable[[], bool]) -> None:
        self.job, self.keep_going = job, keep_going
        self._other: BaseDatabaseWrapper | None = None

    def __call__(self, done: int, total: int) -> None:
        job = self.job
        if not self.keep_going():
            raise Stopped
        if total != job.total or done * 100 // total != job.done * 100 // total:
            self._write(done, total)
        job.done, job.total = done, total

    def _write(self, done: int, total: int) -> None:
        if self._other is None:
            Job.objects.filter(pk=self.job.pk).update(done=done, total=total)
            return
        table = self._other.ops.quote_name(Job._meta.db_table)
        with self._other.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET done = %s, total = %s WHERE id = %s",  # nosec B608 # the name of our own table, quoted
                [done, total, self.job.pk],
            )

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Progress that others see while one transaction does the whole work.

        It is written through a connection of its own, and the row of the job is not touched
        within the transaction, which would make both wait for each other. SQLite has one writer:
        there the progress is seen at the end.
        """
        if connection.vendor == "sqlite":
            yield
            return
        self._other = connection.copy()
        try:
            yield
        finally:
            self._other.close()
            self._other = None


def telling_apart(tell: Tell) -> AbstractContextManager[None]:
    """Let the progress of a job be seen while one transaction does the whole work; see
    ``Teller.apart``. Begin it outside the transaction."""
    return tell.apart() if isinstance(tell, Teller) else nullcontext()


def _plan(job: Job, today: date, tell: Tell) -> str:
    """One year of some bureaus; without arguments every year that has dues, and the next one."""
    year, bureaus = job.arguments.get("year"), job.arguments.get("bureaus")
    years: list[int | None] = [int(str(year))] if year is not None else [None]
    if year is None:
        years += sorted(set(Due.objects.values_list("year", flat=True).distinct()))
    planned = Planned()
    for place, each in enumerate(years):
        planned += plan_dues(
            today=today,
            year=each,
            bureau_ids=bureaus if isinstance(bureaus, list) else None,
            tell=_part(tell, place, len(years)),
        )
    return _("新增%(made)s项，更新%(changed)s项，移除%(removed)s项。") % {
        "made": planned.made,
        "changed": planned.changed,
        "removed": planned.removed,
    }


def _part(tell: Tell, place: int, parts: int) -> Tell:
    return lambda done, total: tell(place * total + done, parts * total)


def _audit(job: Job, today: date, tell: Tell) -> str:
    """How many differences of which kind; which rows they are, only the shell says."""
    found: Counter[str] = Counter()
    steps = audit_steps()
    for number, step in enumerate(steps, start=1):
        found.update(difference.table for difference in step.differences())
        tell(number, len(steps))
    summed, warnings = audit_findings(found, today)
    if job.started_at is not None:
        note_run(
            kind=RunKind.AUDIT_LEDGER,
            at=job.started_at,
            succeeded=not found,
            message=summed,
        )
    where = [_("清单请在服务器上运行 manage.py audit_ledger。")] if found else []
    return " ".join([summed, *where, *warnings])


WORK: dict[JobKind, Work] = {
    JobKind.PLAN_DUES: _plan,
    JobKind.AUDIT_LEDGER: _audit,
}
