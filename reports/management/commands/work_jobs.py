import signal
import time
from threading import Event

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from reports.actions.audit_log import seal_all
from reports.actions.jobs import drop_old_files, take_job, work_job
from reports.actions.recycle import purge_deleted
from reports.actions.runs import note_run
from reports.exchange.assessment_pack import pack
from reports.exchange.sheet_imports import check_sheet, enter_sheet
from reports.exchange.whole_ledger import pack_ledger
from reports.management.audit_trail import telling_of_job
from reports.models.choices import JobKind, RunKind

PAUSE_SECONDS = 2
TIDY_SECONDS = 3600
SEAL_SECONDS = 60
# How often the worker leaves word that it is there.
WORD_SECONDS = 60
# What is made of spreadsheets and archives is done on a floor above the other jobs.
MORE = {
    JobKind.PACK_LEDGER: pack_ledger,
    JobKind.PACK_EVIDENCE: pack,
    JobKind.CHECK_SHEET: check_sheet,
    JobKind.ENTER_SHEET: enter_sheet,
}


class Command(BaseCommand):
    help = "Do the longer work that was asked for, one job at a time, until told to stop."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="stop when no job waits")

    def handle(self, *, once, verbosity, **options):
        self.stop = Event()
        before = {
            number: signal.signal(number, self.told_to_stop)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        tidied = said = sealed = None
        try:
            while not self.stop.is_set():
                if said is None or time.monotonic() - said > WORD_SECONDS:
                    self.say_so()
                    said = time.monotonic()
                if tidied is None or time.monotonic() - tidied > TIDY_SECONDS:
                    self.tidy()
                    tidied = time.monotonic()
                if sealed is None or time.monotonic() - sealed > SEAL_SECONDS:
                    self.seal()
                    sealed = time.monotonic()
                if not self.work_one(verbosity):
                    if once:
                        break
                    self.stop.wait(PAUSE_SECONDS)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def told_to_stop(self, number, frame):
        self.stop.set()

    def say_so(self):
        """For the page of the system administrator; a database that is away is no reason to end."""
        try:
            note_run(kind=RunKind.WORKER, at=timezone.now())
        except DatabaseError as error:
            self.stderr.write(" ".join(str(error).split()))
            close_old_connections()

    def tidy(self):
        """What was made a week, deleted a month ago goes; that it can wait is no reason to end."""
        try:
            drop_old_files(at=timezone.now())
            purge_deleted(at=timezone.now())
        except (DatabaseError, OSError) as error:
            self.stderr.write(" ".join(str(error).split()))
            close_old_connections()

    def seal(self):
        """The entries of the last minute get their seal; the next minute comes anyway."""
        try:
            seal_all(at=timezone.now())
        except DatabaseError as error:
            self.stderr.write(" ".join(str(error).split()))
            close_old_connections()

    def work_one(self, verbosity):
        """Whether there was a job; a database that is away for a moment is no reason to end."""
        try:
            job = take_job(at=timezone.now())
            if job is None:
                return False
            with telling_of_job(job):
                work_job(
                    job=job,
                    today=timezone.localdate(),
                    clock=timezone.now,
                    keep_going=lambda: not self.stop.is_set(),
                    more=MORE,
                )
        except DatabaseError as error:
            self.stderr.write(" ".join(str(error).split()))
            close_old_connections()
            return False
        if verbosity > 1:
            self.stdout.write(f"{job.pk} {job.state} {job.message}")
        return True
