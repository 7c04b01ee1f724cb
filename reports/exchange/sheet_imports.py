"""A spreadsheet through its stations: recognised, compared with the ledger, entered; and out.

The two jobs work here: the dry run reads the file again and writes what it found in small steps,
so that nobody waits for it; entering is one transaction.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from sys import intern
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.actions.jobs import Stopped, Tell, telling_apart
from reports.actions.sheet_imports import (
    CannotImportSheet,
    SheetDraft,
    columns_of,
    end_check,
    end_entering,
    given_of,
    write_rows,
)
from reports.domain.access import MAY, Act
from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.sheet_cells import (
    KEY_HEADING,
    CellType,
    Difference,
    Header,
    UnreadableCell,
    find_header,
    header_at,
    plain,
)
from reports.exchange.sheet_kinds import KEY, KINDS, NOTE, Checked, Column, Kind, Place
from reports.exchange.sheet_kinds.base import cell_sentence
from reports.exchange.sheet_reading import (
    BASE_MARK,
    BASE_SHEET,
    CannotReadSheet,
    SheetFile,
    lines_of,
)
from reports.exchange.sheets import workbook
from reports.models import Job, SheetImport, SheetRow, Unit
from reports.models.choices import SHEET_KIND_LABELS, listed
from reports.selectors.scope import Scope, scope_of
from reports.selectors.sheet_imports import known_columns

CHUNK = 500
EXAMPLES_SHOWN = 3


# --- which column is which ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sheet of a file with the headings that were found, and some rows below them."""

    sheet: str
    header: Header
    examples: Mapping[int, tuple[str, ...]]

    @property
    def header_row(self) -> int:
        """As a spreadsheet counts it."""
        return self.header.row + 1


def recognise(
    file: SheetFile,
    kind: SheetKind,
    bureau: Unit,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Recognised:
    """The sheet whose headings fit best, or the one that is named; one query.

    With ``header_row`` (from 1) the headings are taken from there, whatever stands there. Refuses a
    sheet that is not in the file, and where no row looks like headings.
    """
    if sheet is not None and sheet not in file.names:
        raise CannotReadSheet([_("文件里没有工作表“%(name)s”。") % {"name": sheet}])
    known = KINDS[kind].known_names() | known_columns(kind, bureau)
    best: tuple[int, str, Header, list[list[object]]] | None = None
    for name in [sheet] if sheet is not None else file.names:
        rows = file.first_rows(name, max(25, (header_row or 0) + 5))
        if header_row is not None:
            if not 1 <= header_row <= len(rows):
                raise CannotReadSheet([_("这张工作表没有第%(n)s行。") % {"n": header_row}])
            header = header_at(rows, header_row - 1, known)
        else:
            header = find_header(rows, known)
        if header is None:
            continue
        found = len(set(header.fields.values()) - {"", KEY})
        if best is None or found > best[0]:
            best = found, name, header, rows
    if best is None:
        names = [str(column.label) for column in KINDS[kind].columns if column.required]
        raise CannotReadSheet(
            [_("前20行没有找到表头。至少要有这些列：%(names)s。") % {"names": listed(names)}]
        )
    _found, name, header, rows = best
    header = replace(header, fields=KINDS[kind].settled(header.names, header.fields))
    below = rows[header.row + 1 :]
    examples = {
        place: tuple(
            text[:40]
            for row in below
            if place < len(row) and (text := plain(row[place]).replace("\n", " "))
        )[:EXAMPLES_SHOWN]
        for place in header.names
    }
    return Recognised(name, header, examples)


def read_upload(content: bytes, *, file_name: str, kind: SheetKind, bureau: Unit) -> SheetDraft:
    """A file that was uploaded, with its best sheet and the columns recognised; refuses as
    ``SheetFile`` and ``recognise`` do, and a file that was written for another kind."""
    file = SheetFile(content, file_name)
    written_for, _base = file.base()
    if written_for and written_for != kind.value and written_for in set(SheetKind):
        told = {"kind": SHEET_KIND_LABELS[SheetKind(written_for)]}
        raise CannotReadSheet([_("这是从台账导出的“%(kind)s”表，请在“内容”中选择它。") % told])
    found = recognise(file, kind, bureau)
    return SheetDraft(
        bureau=bureau,
        kind=kind,
        file_name=file_name,
        content=content,
        sheet=found.sheet,
        header_row=found.header_row,
        columns=found.header.fields,
    )


def open_file(sheet: SheetImport) -> SheetFile:
    """The file of an import, read again. Refuses when it is gone from the disk."""
    try:
        with sheet.file.open("rb") as stored:
            content = stored.read()
    except FileNotFoundError:
        raise CannotReadSheet([_("上传的文件已不在服务器上，请重新上传。")]) from None
    return SheetFile(content, sheet.file.name)


# --- the jobs -------------------------------------------------------------------------------


def check_sheet(job: Job, today: date, tell: Tell) -> str:
    """The dry run: every row beside the ledger, written down in small steps.

    Safe to begin anew: what an earlier run wrote goes first. Refuses when whoever asked may not
    bring anything into the bureau any more.
    """
    with override(str(job.arguments.get("language") or DOCUMENT_LANGUAGE)):
        sheet = _sheet_of(job)
        if sheet.state != SheetState.CHECKING or sheet.job_id != job.pk:
            raise CannotImportSheet([_("这份表格已另作处理。")])
        place = _place_of(sheet, job, today)
        file = open_file(sheet)
        total = sum(1 for _row in file.rows(sheet.sheet)) or 1
        _kind, base = file.base()
        columns = columns_of(sheet)
        place.given = given_of(sheet)
        lines = lines_of(
            file.rows(sheet.sheet), header_row=sheet.header_row, columns=columns, base=base
        )
        SheetRow.objects.filter(sheet=sheet).delete()
        counts = dict.fromkeys(RowVerdict, 0)
        waiting: list[SheetRow] = []
        for checked in KINDS[SheetKind(sheet.kind)].check(lines, place):
            counts[checked.verdict] += 1
            waiting.append(_as_row(checked))
            if len(waiting) == CHUNK:
                write_rows(sheet.pk, waiting)
                waiting = []
                tell(min(checked.number, total), total)
        write_rows(sheet.pk, waiting)
        tell(total, total)
        end_check(sheet_id=sheet.pk, job_id=job.pk)
        return _(
            "新增%(new)s行，有改动%(changed)s行，无变化%(same)s行，不能导入%(refused)s行。"
        ) % {
            "new": counts[RowVerdict.NEW],
            "changed": counts[RowVerdict.CHANGED],
            "same": counts[RowVerdict.UNCHANGED],
            "refused": counts[RowVerdict.REFUSED],
        }


def enter_sheet(job: Job, today: date, tell: Tell) -> str:
    """Enter the rows that were not left out, all or none, in one transaction.

    Refused, naming the rows, when the ledger changed since the dry run or a rule says no; then
    the import waits for another dry run. Entered once: a second job finds it done.
    """
    with override(str(job.arguments.get("language") or DOCUMENT_LANGUAGE)):
        sheet = _sheet_of(job)
        if sheet.state != SheetState.ENTERING or sheet.job_id != job.pk:
            raise CannotImportSheet([_("这份表格已另作处理。")])
        place = _place_of(sheet, job, today)
        kind = KINDS[SheetKind(sheet.kind)]
        try:
            with telling_apart(tell), transaction.atomic():
                # Whoever enters into the same bureau waits here.
                list(Unit.objects.select_for_update().filter(pk=sheet.bureau_id).values_list("pk"))
                rows = list(_rows_to_enter(sheet))
                done = kind.enter(rows, place, tell)
                end_entering(sheet_id=sheet.pk, at=place.at)
        except Stopped:
            # Nothing was entered; the next worker begins anew.
            raise
        except Exception:
            end_entering(sheet_id=sheet.pk, at=None)
            raise
        return _("已入库%(n)s行。") % {"n": done}


def _rows_to_enter(sheet: SheetImport) -> Iterator[Checked]:
    verdicts = (RowVerdict.NEW.value, RowVerdict.CHANGED.value)
    rows = sheet.rows.filter(is_left_out=False, verdict__in=verdicts).order_by("number")
    for row in rows.iterator(chunk_size=CHUNK):
        yield checked_of(row)


def checked_of(row: SheetRow) -> Checked:
    """A row of the dry run as it was found."""
    old, meanwhile = row.cells.get("old", {}), row.cells.get("meanwhile", {})
    says = {
        intern(name): intern(text)
        for name, text in row.cells.items()
        if name not in ("old", "meanwhile")
    }
    changes = {
        name: Difference(says.get(name, ""), text, meanwhile.get(name))
        for name, text in old.items()
    }
    return Checked(row.number, RowVerdict(row.verdict), says, row.record, changes, row.faults)


def _as_row(checked: Checked) -> SheetRow:
    cells: dict[str, Any] = dict(checked.says)
    if checked.changes:
        cells["old"] = {name: change.old for name, change in checked.changes.items()}
    meanwhile = {
        name: change.meanwhile
        for name, change in checked.changes.items()
        if change.meanwhile is not None
    }
    if meanwhile:
        cells["meanwhile"] = meanwhile
    return SheetRow(
        number=checked.number,
        verdict=checked.verdict.value,
        record=checked.record,
        cells=cells,
        faults=checked.faults if checked.verdict == RowVerdict.REFUSED else [],
        is_left_out=checked.asks_twice,
    )


def _sheet_of(job: Job) -> SheetImport:
    return SheetImport.objects.select_related("bureau").get(pk=job.arguments["sheet"])


def _place_of(sheet: SheetImport, job: Job, today: date) -> Place:
    acts = acts_in(scope_of(job.asked_by, today=today), sheet.bureau) if job.asked_by else set()
    if Act.BRING_IN not in acts:
        raise CannotImportSheet([_("发起人已没有向该分局导入的权限。")])
    assert job.started_at is not None
    return Place(
        bureau=sheet.bureau,
        today=today,
        at=job.started_at,
        by=job.asked_by,
        source=sheet.file_name,
        acts=frozenset(acts),
    )


def acts_in(scope: Scope, bureau: Unit) -> set[Act]:
    """What the grants of a person allow in a bureau; and the calendar, where it is hers to keep."""
    acts = {act for act in Act if scope.may(act, bureau)}
    return acts | ({Act.MANAGE_CALENDAR} if _keeps_calendar(scope) else set())


def _keeps_calendar(scope: Scope) -> bool:
    return any(Act.MANAGE_CALENDAR in MAY[grant.role] for grant in scope.grants)


# --- out ------------------------------------------------------------------------------------


def kind_workbook(place: Place, kind: SheetKind, *, about: Sequence[tuple[str, Any]]) -> bytes:
    """All records of a bureau of one kind as .xlsx, to be filled in and brought back.

    The first column, hidden, says which record a row is; a sheet that no program shows holds what
    the ledger says now, so that later changes of both sides can be told apart. Brought back as it
    is, it changes nothing.
    """
    of = KINDS[kind]
    rows = list(of.rows_out(place))
    with override(DOCUMENT_LANGUAGE):
        return workbook(
            _shown(of, rows),
            sheet=str(SHEET_KIND_LABELS[kind]),
            about=about,
            hidden=(0,),
            unseen=[(BASE_SHEET, _base(of, rows, place))],
        )


def _shown(kind: Kind, rows: Sequence[tuple[str, dict[str, str]]]) -> Iterator[list[Any]]:
    columns = kind.written_columns
    yield [KEY_HEADING, *(column.heading for column in columns)]
    for key, texts in rows:
        yield [key, *(_cell(column, texts[column.name]) for column in columns)]


def _cell(column: Column, text: str) -> Any:
    """Days and numbers as such; a month, and whatever else, as text."""
    if not text:
        return None
    if column.type in (CellType.DAY, CellType.DAY_OR_MONTH) and len(text) == 10:
        return date.fromisoformat(text)
    if column.type in (CellType.WHOLE, CellType.YEAR):
        return int(text)
    if column.type == CellType.NUMBER:
        return float(text)
    return text


def _base(
    kind: Kind, rows: Sequence[tuple[str, dict[str, str]]], place: Place
) -> Iterator[list[str]]:
    fields = [column.name for column in kind.read_columns]
    yield [BASE_MARK, kind.kind.value, f"{place.at:%Y-%m-%dT%H:%M:%S%z}"]
    yield [KEY, *fields]
    for key, texts in rows:
        yield [key, *(texts[name] for name in fields)]


def about_export(place: Place, *, who: str, at: datetime) -> list[tuple[str, Any]]:
    """What stands on the last sheet: of which day and unit, everything or what of it, and who."""
    return [
        (_("单位"), place.bureau.name),
        (_("截至"), place.today),
        (_("筛选"), _("全部（不含作废）")),
        (_("导出人"), who),
        (_("导出时间"), at),
        (_("填写说明"), _("修改后可重新导入；请勿改动隐藏的“记录标识”列。新增的行，该列留空。")),
    ]


# --- rows on a page -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a row changes, in words."""

    label: object
    old: str
    new: str
    meanwhile: str | None


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a dry run as a page shows it: what it is about, what it says, what is wrong."""

    row: SheetRow
    name: str
    facts: Sequence[tuple[object, str]]
    changes: Sequence[Change]
    note: str = ""

    @property
    def writes(self) -> bool:
        """Whether entering the row writes anything."""
        return self.row.verdict in (RowVerdict.NEW.value, RowVerdict.CHANGED.value)

    @property
    def asks_twice(self) -> bool:
        """Whether a cell was changed on both sides, so that somebody has to confirm it."""
        return any(change.meanwhile is not None for change in self.changes)


def row_lines(kind: SheetKind, rows: Sequence[SheetRow]) -> list[RowLine]:
    """The rows in words; no query."""
    of = KINDS[kind]
    lines = []
    for row in rows:
        checked = checked_of(row)
        title = " ".join(text for name in of.natural if (text := checked.says.get(name)))
        told = set(of.natural)
        lines.append(
            RowLine(
                row,
                title,
                [
                    (of.by_name[name].label, text)
                    for name, text in checked.says.items()
                    if name not in told and of.tells(name, text)
                ],
                [
                    Change(of.by_name[name].label, change.old, change.new, change.meanwhile)
                    for name, change in checked.changes.items()
                ],
                checked.says.get(NOTE, ""),
            )
        )
    return lines


# --- what stands in no column ---------------------------------------------------------------


def whole_columns(kind: SheetKind, chosen: Collection[str]) -> list[Column]:
    """What every row must say and no chosen column does: asked for once, for the whole sheet."""
    of = KINDS[kind]
    return [
        column
        for column in of.read_columns
        if column.required and column.name not in chosen and column.name not in of.natural[:1]
    ]


def read_given(column: Column, text: str, place: Place) -> str:
    """What was typed for a whole sheet, as a cell would say it; raises ``CannotImportSheet``."""
    try:
        return column.read(text, place.lists)
    except UnreadableCell as unreadable:
        raise CannotImportSheet([cell_sentence(unreadable)]) from unreadable
