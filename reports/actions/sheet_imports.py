"""Spreadsheets on their way into the ledger: kept, their columns confirmed, entered or dropped.

Also the writes of many records at once that only sheets need: they ask the same rules as the
actions for one record.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from types import MappingProxyType

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.actions.history import bulk_update
from reports.actions.initials import initials_of
from reports.actions.jobs import ask_job
from reports.actions.measures import CannotReport
from reports.actions.people import CannotChangePerson, person_leaves, person_returns
from reports.actions.problems import CannotRegisterProblem, ProblemDraft, reasons_against_draft
from reports.actions.refusals import Refused
from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.domain.measures import reasons_against_progress
from reports.models import (
    ColumnName,
    Measure,
    Person,
    Problem,
    Progress,
    SheetImport,
    SheetRow,
    Unit,
)
from reports.models.choices import (
    AGAINST_PROGRESS_SENTENCES,
    SHEET_STATE_LABELS,
    JobKind,
    PersonKind,
)

FOLDER = "sheets"
BATCH = 500
# Beside the columns of a sheet stands under such a key what is said once for all its rows.
WHOLE = "="
# From which states the columns may still be confirmed, or the whole dropped.
CHANGEABLE = (SheetState.COLUMNS, SheetState.CHECKING, SheetState.CHECKED)


class CannotImportSheet(Refused):
    """The sheet cannot be kept, changed or entered like this."""


# --- the sheet ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetDraft:
    """A file as it came in, with what was recognised: which sheet, where its headings stand."""

    bureau: Unit
    kind: SheetKind
    file_name: str
    content: bytes
    sheet: str
    header_row: int
    columns: Mapping[int, str]


@transaction.atomic
def keep_sheet(draft: SheetDraft, *, by: User | None, at: datetime) -> SheetImport:
    """Keep a file whose columns wait for confirmation.

    The same file of the same kind and bureau that still waits is not kept twice: the one that is
    there is given back. The file lies outside the static tree, under a name of our own.
    """
    # Of the same page sent twice at once the second finds what the first has kept.
    list(Unit.objects.select_for_update().filter(pk=draft.bureau.pk).values_list("pk"))
    sha256 = hashlib.sha256(draft.content).hexdigest()
    waiting = SheetImport.objects.filter(
        bureau=draft.bureau,
        kind=draft.kind.value,
        sha256=sha256,
        sheet=draft.sheet[:100],
        state=SheetState.COLUMNS.value,
    )
    if again := waiting.first():
        return again
    row = SheetImport(
        bureau=draft.bureau,
        kind=draft.kind.value,
        file_name=PurePath(draft.file_name).name[-200:],
        sha256=sha256,
        sheet=draft.sheet[:100],
        header_row=draft.header_row,
        columns=_as_json(draft.columns),
        recorded_at=at,
        recorded_by=by,
    )
    ending = PurePath(draft.file_name).suffix.lower()
    name = f"{FOLDER}/{at:%Y/%m}/{uuid.uuid4().hex}{ending}"
    row.file.save(name, ContentFile(draft.content), save=False)
    try:
        row.save()
    except BaseException:
        row.file.storage.delete(row.file.name)
        raise
    return row


@transaction.atomic
def choose_header(
    *, sheet_id: int, sheet: str, header_row: int, columns: Mapping[int, str]
) -> SheetImport:
    """Take another sheet of the file, or another row, for the headings; what was compared goes.

    Refuses while a job is at it, and what has been entered or dropped.
    """
    row = _locked(sheet_id)
    _refuse_beyond(row, CHANGEABLE)
    row.sheet, row.header_row = sheet[:100], header_row
    row.columns, row.state = _as_json(columns), SheetState.COLUMNS.value
    row.save()
    row.rows.all().delete()
    return row


@transaction.atomic
def confirm_columns(
    *,
    sheet_id: int,
    columns: Mapping[int, str],
    names: Mapping[int, str],
    by: User | None,
    at: datetime,
    given: Mapping[str, str] = MappingProxyType({}),
) -> SheetImport:
    """Confirm which column is which, remember it for the bureau, and ask for the dry run.

    ``columns`` gives the field of each column ("" for one that is left out), ``names`` what stands
    above it, ``given`` by field what a cell that says nothing means in the whole sheet. Refuses a
    field given to two columns, and what has been entered or dropped.
    """
    row = _locked(sheet_id)
    _refuse_beyond(row, CHANGEABLE)
    fields = [name for name in columns.values() if name]
    if len(fields) != len(set(fields)):
        raise CannotImportSheet([_("同一内容选给了两列，请只保留一列。")])
    _remember(row, columns, names)
    kept = {f"{WHOLE}{name}": text for name, text in given.items() if text}
    row.columns, row.state = _as_json(columns) | kept, SheetState.CHECKING.value
    arguments = {"sheet": row.pk, "language": get_language()}
    row.job = ask_job(kind=JobKind.CHECK_SHEET, arguments=arguments, by=by, at=at)
    row.save()
    return row


def _remember(row: SheetImport, columns: Mapping[int, str], names: Mapping[int, str]) -> None:
    known = {
        each.name: each for each in ColumnName.objects.filter(kind=row.kind, bureau=row.bureau_id)
    }
    delivered = dict(
        ColumnName.objects.filter(kind=row.kind, bureau=None).values_list("name", "field")
    )
    for place, field in columns.items():
        name = names.get(place, "")
        if not name:
            continue
        own = known.get(name)
        if own is not None and own.field != field:
            own.field = field
            own.save()
        elif own is None and delivered.get(name) != field:
            known[name] = ColumnName.objects.create(
                kind=row.kind, bureau_id=row.bureau_id, name=name, field=field
            )


@transaction.atomic
def check_again(*, sheet_id: int, by: User | None, at: datetime) -> SheetImport:
    """Ask for the dry run once more, after the ledger changed or a job failed."""
    row = _locked(sheet_id)
    _refuse_beyond(row, (SheetState.CHECKING, SheetState.CHECKED))
    row.state = SheetState.CHECKING.value
    arguments = {"sheet": row.pk, "language": get_language()}
    row.job = ask_job(kind=JobKind.CHECK_SHEET, arguments=arguments, by=by, at=at)
    row.save()
    return row


@transaction.atomic
def leave_out_rows(*, sheet_id: int, shown: Iterable[int], taken: Iterable[int]) -> int:
    """Of the rows that were shown those are entered that were ticked; how many changed."""
    row = _locked(sheet_id)
    _refuse_beyond(row, (SheetState.CHECKED,))
    taken = set(taken)
    writable = (RowVerdict.NEW.value, RowVerdict.CHANGED.value)
    rows = list(row.rows.filter(pk__in=list(shown), verdict__in=writable))
    differing = [each for each in rows if each.is_left_out == (each.pk in taken)]
    for each in differing:
        each.is_left_out = each.pk not in taken
    SheetRow.objects.bulk_update(differing, ["is_left_out"], batch_size=BATCH)
    return len(differing)


@transaction.atomic
def ask_to_enter(*, sheet_id: int, by: User | None, at: datetime) -> SheetImport:
    """Ask for entering the rows that are not left out, all or none.

    Refuses while a row is refused and not left out of the file, and where there is nothing to
    enter. The same page sent twice asks once.
    """
    row = _locked(sheet_id)
    if row.state == SheetState.ENTERING:
        return row
    _refuse_beyond(row, (SheetState.CHECKED,))
    rows = row.rows.filter(is_left_out=False)
    reasons = []
    if refused := rows.filter(verdict=RowVerdict.REFUSED.value).count():
        reasons.append(_("还有%(n)s行不能导入，请改好表格后重新上传。") % {"n": refused})
    elif not rows.filter(verdict__in=(RowVerdict.NEW.value, RowVerdict.CHANGED.value)).exists():
        reasons.append(_("没有要导入的行。"))
    if reasons:
        raise CannotImportSheet(reasons)
    row.state = SheetState.ENTERING.value
    arguments = {"sheet": row.pk, "language": get_language()}
    row.job = ask_job(kind=JobKind.ENTER_SHEET, arguments=arguments, by=by, at=at)
    row.save()
    return row


@transaction.atomic
def drop_sheet(*, sheet_id: int) -> SheetImport:
    """Give an import up: its rows and its file go, that there was one stays on record."""
    row = _locked(sheet_id)
    if row.state == SheetState.DROPPED:
        return row
    _refuse_beyond(row, CHANGEABLE)
    row.state = SheetState.DROPPED.value
    row.save()
    row.rows.all().delete()
    storage, name = row.file.storage, row.file.name
    transaction.on_commit(lambda: storage.delete(name))
    return row


# --- what the jobs write --------------------------------------------------------------------


def write_rows(sheet_id: int, rows: Iterable[SheetRow]) -> None:
    """Rows of a dry run, as they come; each batch is a transaction of its own."""
    for row in rows:
        row.sheet_id = sheet_id
    SheetRow.objects.bulk_create(rows, batch_size=BATCH)


@transaction.atomic
def end_check(*, sheet_id: int, job_id: int) -> None:
    """The dry run is over; a sheet that was dropped or asked for anew meanwhile stays so."""
    row = _locked(sheet_id)
    if row.state == SheetState.CHECKING and row.job_id == job_id:
        row.state = SheetState.CHECKED.value
        row.save()


@transaction.atomic
def end_entering(*, sheet_id: int, at: datetime | None) -> None:
    """The rows are in the ledger since that moment; None: they were refused."""
    row = _locked(sheet_id)
    row.state = SheetState.CHECKED.value if at is None else SheetState.ENTERED.value
    row.entered_at = at
    row.save()


def _locked(sheet_id: int) -> SheetImport:
    return SheetImport.objects.select_for_update(of=("self",)).get(pk=sheet_id)


def _refuse_beyond(row: SheetImport, states: Sequence[SheetState]) -> None:
    if row.state not in {state.value for state in states}:
        state = SHEET_STATE_LABELS[SheetState(row.state)]
        raise CannotImportSheet(
            [_("这份表格的状态是“%(state)s”，不能再这样处理。") % {"state": state}]
        )


def columns_of(sheet: SheetImport) -> dict[int, str]:
    """By column, counted from 0, the field that it stands for."""
    return {int(key): name for key, name in sheet.columns.items() if not key.startswith(WHOLE)}


def given_of(sheet: SheetImport) -> dict[str, str]:
    """By field what was said once for the whole sheet."""
    return {
        key.removeprefix(WHOLE): text
        for key, text in sheet.columns.items()
        if key.startswith(WHOLE)
    }


def _as_json(columns: Mapping[int, str]) -> dict[str, str]:
    return {str(place): name for place, name in columns.items()}


# --- many records at once -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person as a row of a sheet says it; ``leaves`` where the last day is another one."""

    person_id: int
    name: str
    unit: Unit | None
    kind: PersonKind
    joined_on: date | None
    left_on: date | None
    leaves: bool
    row: int


@transaction.atomic
def edit_people(
    changes: Sequence[PersonChange], *, by: User | None, at: datetime, today: date
) -> None:
    """Correct many people at once, all or none; a last day ends the terms that still run.

    Refuses an empty name, and what ``person_leaves`` refuses.
    """
    rows = Person.objects.select_for_update(of=("self",)).select_related("unit")
    found = rows.in_bulk([change.person_id for change in changes])
    for change in changes:
        if not change.name.strip():
            raise CannotChangePerson([_("请填写姓名。")])
        person = found[change.person_id]
        if person.name != change.name.strip():
            person.name = change.name.strip()
            person.initials = initials_of(person.name, limit=80)
        if change.unit is not None:
            person.unit = change.unit
        person.kind, person.joined_on = change.kind.value, change.joined_on
    fields = ("name", "initials", "unit", "kind", "joined_on")
    bulk_update(Person, list(found.values()), fields, by=by, at=at)
    for change in changes:
        if not change.leaves:
            continue
        person = found[change.person_id]
        try:
            if person.left_on is not None:
                person_returns(person=person, by=by, at=at)
            if change.left_on is not None:
                person_leaves(person=person, on=change.left_on, by=by, at=at, today=today)
        except CannotChangePerson as refusal:
            raise CannotChangePerson(
                _("第%(n)s行：%(reason)s") % {"n": change.row, "reason": reason}
                for reason in refusal.reasons
            ) from refusal


@dataclass(frozen=True, slots=True)
class Report:
    """What a sheet tells of a measure that was set a moment ago."""

    measure: Measure
    on: date
    text: str
    finishes: bool = False
    basically_done: bool = False


@transaction.atomic
def report_on_measures(
    reports: Sequence[Report], *, by: User | None, at: datetime, today: date
) -> None:
    """Enter a first progress on measures that have none, all or none; it may finish them.

    Refuses what ``report_progress`` refuses of a first entry: a day in the future or before the
    measure was set, an empty text, and what contradicts itself.
    """
    reasons: list[str] = []
    for each in reports:
        if not each.text.strip():
            reasons.append(_("请填写进展情况。"))
        if each.on > today:
            reasons.append(_("日期不能晚于今天。"))
        if each.on < each.measure.set_on:
            reasons.append(_("日期早于措施确定日期。"))
        against = reasons_against_progress(
            finishes=each.finishes,
            basically_done=each.basically_done,
            nothing_new=False,
            percent=None,
        )
        reasons += [str(AGAINST_PROGRESS_SENTENCES[reason]) for reason in against]
    if reasons:
        raise CannotReport(dict.fromkeys(reasons))
    Progress.objects.bulk_create(
        (
            Progress(
                measure=each.measure,
                on=each.on,
                text=each.text.strip(),
                finishes=each.finishes,
                basically_done=each.basically_done,
                recorded_at=at,
                recorded_by=by,
            )
            for each in reports
        ),
        batch_size=BATCH,
    )
    finished = [each for each in reports if each.finishes]
    for each in finished:
        each.measure.done_on = each.on
    if finished:
        bulk_update(Measure, [each.measure for each in finished], ("done_on",), by=by, at=at)


# What may be corrected whatever became of the problem since, and moves nothing else.
PLAIN_OF_PROBLEM = frozenset(
    {
        "title",
        "description",
        "source_document",
        "source_day",
        "received_on",
        "reply_due_on",
        "replied_on",
        "reply_document",
        "raised_by",
        "review_on",
        "target",
        "standard",
        "taken_on",
        "leader",
        "responsible",
    }
)


@transaction.atomic
def edit_problems_plainly(
    drafts: Sequence[tuple[Problem, ProblemDraft]], *, by: User | None, at: datetime, today: date
) -> None:
    """Correct many problems at once in fields that move nothing else (``PLAIN_OF_PROBLEM``).

    Refuses what editing one refuses of these fields: a bad draft, and a cancelled problem.
    """
    locked = set(
        Problem.objects.select_for_update()
        .filter(pk__in=[problem.pk for problem, _draft in drafts])
        .standing()
        .values_list("pk", flat=True)
    )
    for problem, draft in drafts:
        reasons = reasons_against_draft(draft, today=today)
        if problem.pk not in locked:
            reasons.append(_("该问题已作废，不能再修改。"))
        if reasons:
            raise CannotRegisterProblem(reasons)
        for name in PLAIN_OF_PROBLEM:
            setattr(problem, name, getattr(draft, name))
        problem.title = draft.title.strip()
        problem.initials = initials_of(problem.title, limit=200)
    fields = (*sorted(PLAIN_OF_PROBLEM), "initials")
    bulk_update(Problem, [problem for problem, _draft in drafts], fields, by=by, at=at)
