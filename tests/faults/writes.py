"""The writes that are killed: what each does, and on which ledger it begins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import xlsxwriter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from reports.actions.delivered_columns import lay_column_names
from reports.actions.evidence import Upload, add_evidence, atomic_with_files
from reports.actions.imported_texts import TextDraft, keep_text
from reports.actions.jobs import take_job, work_job
from reports.actions.meetings import MeetingDraft, record_meeting_once
from reports.actions.problems import move_problem
from reports.actions.report_moves import move_report
from reports.actions.schedules import plan_dues
from reports.actions.sheet_imports import ask_to_enter, confirm_columns, keep_sheet
from reports.domain.drafts import FoundDraft
from reports.domain.imports import DraftKind, SheetKind, SheetState, TextKind
from reports.domain.problems import ProblemMove
from reports.domain.report_moves import ReportStep
from reports.exchange.backups import back_up
from reports.exchange.restores import restore
from reports.exchange.sheet_imports import check_sheet, enter_sheet, read_upload
from reports.exchange.whole_ledger import read_ledger, write_ledger
from reports.models import AnnualReport, Due, Job, Meeting, Person, Problem, SheetImport, Unit
from reports.models.choices import EvidenceKind, JobKind, JobState
from tests.factories import NOON, holder_of

TODAY = NOON.date()
MORE = {JobKind.CHECK_SHEET: check_sheet, JobKind.ENTER_SHEET: enter_sheet}
SIGNER = "签发人"


def pdf(name: str, text: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n" + text * 20_000)


def bureau() -> Unit:
    return Unit.objects.get(name="东城分局")


def login(name: str) -> User:
    return User.objects.get(username=name)


def roster() -> bytes:
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("台账")
    page.write_row(0, 0, ["姓名*", "所属单位", "身份"])
    for number in range(6):
        page.write_row(number + 1, 0, [f"新某{number}", "前门派出所", "民警"])
    book.close()
    return target.getvalue()


def work(at) -> None:
    job = take_job(at=at)
    if job is not None:
        work_job(job=job, today=TODAY, clock=lambda: at, more=MORE)


# --- the ledger before ----------------------------------------------------------------------------


def furnish() -> None:
    """A file of evidence, somebody who may sign, a sheet that waits to be entered."""
    lay_column_names()
    holder_of(bureau(), "first_person", name=SIGNER)
    meeting = Meeting.objects.filter(bureau=bureau()).order_by("pk").first()
    add_evidence(target=meeting, by=None, at=NOON, uploads=[Upload(pdf("旧.pdf", b"old"))])
    draft = read_upload(roster(), file_name="表.xlsx", kind=SheetKind.PEOPLE, bureau=bureau())
    sheet = keep_sheet(draft, by=login("legal"), at=NOON)
    confirm_columns(
        sheet_id=sheet.pk,
        columns={int(place): name for place, name in sheet.columns.items()},
        names={},
        by=login("legal"),
        at=NOON,
    )
    work(NOON)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.rows.filter(verdict="new").count()) == (SheetState.CHECKED, 6)


def take_out() -> None:
    """The two files that ledgers are read from."""
    with ledger_file().open("wb") as target:
        write_ledger(target, bureau=None, at=NOON, by="x")
    back_up(backup_file(), at=NOON, by="x")


def ledger_file() -> Path:
    return settings.VAR_ROOT / "ledger.zip"


def backup_file() -> Path:
    return settings.VAR_ROOT / "backup.zip"


# --- the writes -----------------------------------------------------------------------------------


def record_meeting() -> None:
    due = Due.objects.filter(bureau=bureau(), period_first=date(2026, 6, 1)).earliest("pk")
    by = login("clerk")
    with atomic_with_files():
        meeting, _made = record_meeting_once(
            MeetingDraft(
                unit=due.unit,
                kind_id=due.version.meeting_kind_id,
                title="六月例会",
                held_on=date(2026, 6, 2),
                due_ids=(due.pk,),
            ),
            by=by,
            at=NOON,
            today=TODAY,
        )
        uploads = [
            Upload(pdf("纪要.pdf", b"minutes")),
            Upload(pdf("签到.pdf", b"signed"), EvidenceKind.SIGN_IN),
        ]
        if _made:
            add_evidence(target=meeting, by=by, at=NOON, uploads=uploads)


def close_problem() -> None:
    problem = Problem.objects.get(title="待销号问题")
    move_problem(
        problem_id=problem.pk,
        move=ProblemMove.CLOSE,
        on=TODAY,
        reason="现场核查，已整改到位",
        by=login("inspector"),
        at=NOON,
        today=TODAY,
    )


def sign_report() -> None:
    report = AnnualReport.objects.get(bureau=bureau(), year=2025)
    move_report(
        report_id=report.pk,
        step=ReportStep.SIGN,
        on=TODAY,
        person=Person.objects.get(name=SIGNER),
        by=None,
        at=NOON,
        today=TODAY,
    )


def import_text() -> None:
    found = [
        FoundDraft(DraftKind.PROBLEM, n * 10, n * 10 + 9, {"title": f"问题{n}"}) for n in range(3)
    ]
    keep_text(
        TextDraft(bureau(), TextKind.REPORT, "报告.txt", "全文" * 50, "年度报告", 2024, {}, found),
        by=login("legal"),
        at=NOON,
    )


def import_sheet() -> None:
    """Asked for and worked on; after a break the worker finds the job it lost."""
    sheet = SheetImport.objects.get()
    if sheet.state == SheetState.CHECKED:
        ask_to_enter(sheet_id=sheet.pk, by=login("legal"), at=NOON)
    Job.objects.filter(state=JobState.RUNNING).update(started_at=NOON - timedelta(days=1))
    work(NOON)


def plan_year() -> None:
    plan_dues(today=TODAY, year=2027)


def import_ledger() -> None:
    read_ledger(ledger_file())


def make_backup() -> None:
    path = settings.VAR_ROOT / "new.zip"
    if not path.exists():
        back_up(path, at=NOON, by="x", passphrase="")


def restore_backup() -> None:
    restore(backup_file())
    # Nothing of it is left to be done when the file is of this version.
    call_command("migrate", interactive=False, verbosity=0)


@dataclass(frozen=True)
class Write:
    """``whole``: one transaction, so that only the state before or after it is right. Otherwise
    doing it again must lead where an unbroken one does."""

    name: str
    act: Callable[[], None]
    begins: str = "full"
    whole: bool = True


WRITES = [
    Write("record meeting", record_meeting),
    Write("close problem", close_problem),
    Write("sign off report", sign_report),
    Write("import text", import_text),
    Write("import sheet", import_sheet, whole=False),
    Write("import whole ledger", import_ledger, begins="empty"),
    Write("plan year", plan_year, whole=False),
    Write("backup", make_backup),
    Write("restore", restore_backup, begins="nothing"),
]
