"""The calendar as a spreadsheet, in and out; what is due as a calendar file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from reports.actions.calendar import reasons_against_day
from reports.domain.calendar import days_of
from reports.domain.calendar_table import (
    HEADER_WITHIN,
    LONGEST_SPAN,
    Column,
    TableHead,
    TableRow,
    find_head,
    read_rows,
)
from reports.domain.dues import Verdict
from reports.exchange.sheets import workbook
from reports.exchange.workbooks import CannotRead, Complaint, Sheet, cell_address, read_workbook
from reports.models import Due, Holiday
from reports.models.choices import (
    DAY_KIND_LABELS,
    VERDICT_LABELS_BY_WORDS,
    DayKind,
    ScheduleWords,
    fault_sentence,
    period_label,
)
from reports.selectors.calendar import (
    Compared,
    ComparedLine,
    DayDraft,
    EntryState,
    compared,
    span_label,
    told,
)
from reports.selectors.rules import rhythm_of

# --- in -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class ImportLine:
    """A row of the file: what it says, how its days stand beside the table, what is wrong."""

    number: int
    first: date | None
    last: date | None
    kind: DayKind | None
    name: str
    source: str
    days: list[ComparedLine] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def label(self) -> str:
        return span_label(self.first, self.last) if self.first and self.last else ""

    @property
    def state(self) -> str:
        """refused, changed, new or unchanged: the loudest of its days."""
        if self.complaints:
            return "refused"
        states = {line.state for line in self.days}
        for state in (EntryState.CHANGED, EntryState.NEW):
            if state in states:
                return state.value
        return EntryState.UNCHANGED.value


@dataclass(slots=True)
class CalendarImport:
    """What a file would enter: every row with its outcome, and the days themselves."""

    sheet: str
    lines: list[ImportLine]
    pairs: list[Compared]

    @property
    def ok(self) -> bool:
        """All rows or none: one that is refused holds up the file."""
        return bool(self.lines) and not any(line.complaints for line in self.lines)

    @property
    def drafts(self) -> list[DayDraft]:
        return [pair.draft for pair in self.pairs]

    def count(self, state: EntryState) -> int:
        """How many days are new, changed or unchanged."""
        return sum(pair.state == state for pair in self.pairs)


def read_calendar(content: bytes, *, file_name: str, today: date) -> CalendarImport:
    """What the table of days off in a file would enter; nothing is written: one query.

    The first sheet with headings counts (日期, or 起 and 止; 类型; 名称; 依据). Refuses a file that
    cannot be read or has none; a row that is not clear is told of with the address of its cell.
    """
    sheet, head = _table(read_workbook(content, file_name=file_name))
    rows = read_rows(sheet.rows, head)
    if not rows:
        raise CannotRead([_("表头下面没有内容。")])
    drafts = {row.number: _drafts(row) for row in rows}
    pairs = compared(draft for each in drafts.values() for draft in each)
    by_day = {pair.draft.day: pair for pair in pairs}
    lines = [
        _line(row, head, [by_day[draft.day] for draft in drafts[row.number]], today) for row in rows
    ]
    return CalendarImport(sheet.name, lines, pairs)


def compare_known_days(rows: Iterable[Holiday]) -> CalendarImport:
    """The same of days that come with the program: one query."""
    return compare_drafts(DayDraft(r.day, DayKind(r.kind), r.name, r.source) for r in rows)


def compare_drafts(drafts: Iterable[DayDraft]) -> CalendarImport:
    """The same of days that were read before: one query."""
    pairs = compared(drafts)
    lines = [
        ImportLine(number, line.first, line.last, line.kind, line.name, line.source, [line])
        for number, line in enumerate(told(pairs), start=1)
    ]
    return CalendarImport("", lines, pairs)


def _table(sheets: Sequence[Sheet]) -> tuple[Sheet, TableHead]:
    for sheet in sheets:
        if head := find_head(sheet.rows):
            return sheet, head
    raise CannotRead(
        [
            _("前%(n)s行没有找到表头：至少要有“日期”（或“起”“止”）和“类型”两列。")
            % {"n": HEADER_WITHIN}
        ]
    )


def _drafts(row: TableRow) -> list[DayDraft]:
    """The days of a row; none where any of its cells is not clear."""
    if row.span is None or row.faults:
        return []
    kind = DayKind.WORKDAY if row.worked else DayKind.HOLIDAY
    return [DayDraft(day, kind, row.name, row.source) for day in days_of(row.span)]


# Where what speaks against a day is told; a day stands in one column or in two.
_COLUMNS = {"kind": Column.KIND, "name": Column.NAME, "source": Column.SOURCE}


def _line(row: TableRow, head: TableHead, pairs: list[Compared], today: date) -> ImportLine:
    def at(column: Column) -> str:
        return cell_address(row.number, head.place(column))

    complaints = [Complaint(at(fault.column), fault_sentence(fault)) for fault in row.faults]
    day_column = Column.DAY if Column.DAY in head.columns else Column.FIRST
    complaints += [
        Complaint(at(_COLUMNS.get(against.field, day_column)), against.sentence)
        for pair in pairs
        if pair.state != EntryState.UNCHANGED
        for against in reasons_against_day(pair.draft, today=today)
    ]
    return ImportLine(
        number=row.number + 1,
        first=row.span.first if row.span else None,
        last=row.span.last if row.span else None,
        kind=DayKind.WORKDAY if row.worked else DayKind.HOLIDAY,
        name=row.name,
        source=row.source,
        days=told(pairs),
        complaints=list(dict.fromkeys(complaints)),
    )


# --- out ----------------------------------------------------------------------------------------


def calendar_workbook(rows: Iterable[Holiday], *, year: int) -> bytes:
    """The entries of a year as an .xlsx that can be filled in and imported again.

    Imported as it is, it changes nothing. A second sheet says how it is filled in.
    """
    drafts = [DayDraft(row.day, DayKind(row.kind), row.name, row.source) for row in rows]
    lines = told(Compared(draft, None) for draft in drafts)
    headings = [_("起"), _("止"), _("类型"), _("名称"), _("依据")]
    content = [
        [first, last, str(DAY_KIND_LABELS[line.kind]), line.name, line.source]
        for line in lines
        for first, last in _in_parts(line)
    ]
    about = [
        (_("起、止"), _("每行写一段连续的日期；只有一天的，“止”可以留空。")),
        (_("类型"), _("放假，或调休上班（周末补班）。普通周末不用填写。")),
        (_("依据"), _("必填：国务院办公厅通知的文号。")),
        (_("导入"), _("已有的日期按表改写；表中没有的日期不动。有一行不清楚，整份不导入。")),
    ]
    return workbook(
        [headings, *content],
        sheet=_("%(year)s年节假日") % {"year": year},
        about=about,
    )


def _in_parts(line: ComparedLine) -> list[tuple[date, date]]:
    """No part longer than the import takes."""
    parts = []
    first = line.first
    while first <= line.last:
        last = min(first + timedelta(days=LONGEST_SPAN - 1), line.last)
        parts.append((first, last))
        first = last + timedelta(days=1)
    return parts


# --- as a calendar file -------------------------------------------------------------------------


def due_calendar(
    dues: Iterable[Due], *, on: date, at: datetime, address_of: Callable[[Due], str]
) -> bytes:
    """Dues as an iCalendar file (RFC 5545): one event a due, all day, on the last day of its
    period; without alarms, and taking up nobody's time.

    ``on`` is the day the verdicts are of, ``at`` the moment of the file, ``address_of`` gives the
    page of a due. The name of an event stays the same however often the file is made. Wants unit,
    person, schedule, set and version loaded.
    """
    book = Calendar()
    book.add("prodid", "-//Fazhi Ledger//ZH")
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("x-wr-calname", _("法治台账：应开应办"))
    for due in dues:
        book.add_component(_event(due, on, at, address_of(due)))
    return book.to_ical()


def _event(due: Due, on: date, at: datetime, address: str) -> Event:
    version = due.version
    label = period_label(due.numbered, rhythm_of(version, due.schedule.set))
    found = Verdict(due.verdict_on(on))
    word = VERDICT_LABELS_BY_WORDS[ScheduleWords(due.schedule.words)][found]
    lines = [
        _("%(period)s：%(said)s") % {"period": label, "said": word},
        _("要求：%(rule)s") % {"rule": version.rhythm},
        _("依据：%(basis)s") % {"basis": version.legal_basis},
        address,
    ]
    event = Event()
    event.add("uid", _uid(due))
    event.add("dtstamp", at)
    event.add("dtstart", due.period_last)
    event.add("dtend", due.period_last + timedelta(days=1))
    event.add("summary", f"{due.schedule.name} · {due.owner} · {label}")
    event.add("description", "\n".join(lines))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _uid(due: Due) -> str:
    """Of what the due is, not of its row: planning anew may make another row of the same due."""
    parts = ["due", due.unit_id, due.schedule_id, f"{due.period_first:%Y%m%d}"]
    if due.person_id is not None:
        parts.append(due.person_id)
    return "-".join(str(part) for part in parts) + "@fazhi-ledger"
