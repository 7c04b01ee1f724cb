"""A table of days off as offices hand it on: which column says what, and what each row means.

The words of headings and kinds are those people write, Chinese or English; blanks and case do not
matter. Nothing is guessed: what is not clear is a fault of that cell.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reports.domain.dates import Unreadable, UnreadableDay, read_day, read_span
from reports.domain.periods import Period

HEADER_WITHIN = 10
LONGEST_SPAN = 31


class Column(StrEnum):
    """What a column says."""

    DAY = "day"
    FIRST = "first"
    LAST = "last"
    KIND = "kind"
    NAME = "name"
    SOURCE = "source"


HEADINGS: Mapping[Column, frozenset[str]] = {
    Column.DAY: frozenset({"日期", "放假日期", "放假时间", "时间", "date", "day", "days"}),
    Column.FIRST: frozenset(
        {"起", "起始", "开始", "起始日期", "开始日期", "自", "from", "first", "firstday"}
    ),
    Column.LAST: frozenset(
        {"止", "截止", "结束", "截止日期", "结束日期", "至", "to", "last", "lastday"}
    ),
    Column.KIND: frozenset({"类型", "类别", "性质", "type", "kind"}),
    Column.NAME: frozenset({"名称", "节日", "节日名称", "节假日", "节假日名称", "name", "holiday"}),
    Column.SOURCE: frozenset(
        {"依据", "通知文号", "文号", "来源", "依据(通知文号)", "source", "basis", "noticeno."}
    ),
}
FREE = frozenset({"放假", "休", "休息", "休假", "放假调休", "dayoff", "holiday", "off"})
WORKED = frozenset(
    {"调休上班", "上班", "班", "补班", "调班", "substituteworkday", "workday", "work"}
)


class TableFault(StrEnum):
    """What is wrong with a row, beside what may be wrong with a day."""

    NO_KIND = "no_kind"
    UNKNOWN_KIND = "unknown_kind"
    TOO_LONG = "too_long"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell, and what is wrong with it; ``value`` is what stands there."""

    column: Column
    why: TableFault | Unreadable
    value: object = None


@dataclass(frozen=True, slots=True)
class TableHead:
    """The row of the headings, counted from 0, and where each column stands."""

    row: int
    columns: Mapping[Column, int]

    def place(self, column: Column) -> int:
        """The column of the table; what is lacking is told of the one that says the day."""
        if column in self.columns:
            return self.columns[column]
        return self.columns.get(Column.DAY, self.columns.get(Column.FIRST, 0))


@dataclass(slots=True)
class TableRow:
    """A row as it is understood: from when to when, worked or free, and what is wrong with it."""

    number: int
    span: Period | None = None
    worked: bool = False
    name: str = ""
    source: str = ""
    faults: list[Fault] = field(default_factory=list)


def find_head(rows: Sequence[Sequence[object]]) -> TableHead | None:
    """The first of the first ten rows that names a day (or a first one) and a kind."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[Column, int] = {}
        for place, cell in enumerate(row):
            word = _bare(cell)
            found = next((column for column, words in HEADINGS.items() if word in words), None)
            if found is not None and found not in columns:
                columns[found] = place
        if Column.KIND in columns and (Column.DAY in columns or Column.FIRST in columns):
            return TableHead(number, columns)
    return None


def read_rows(rows: Sequence[Sequence[object]], head: TableHead) -> list[TableRow]:
    """The rows below the headings, each with its faults; empty rows are passed over.

    ``number`` counts from 0, as ``rows`` does. A day that an earlier row gave is a fault, too.
    """
    found: list[TableRow] = []
    seen: dict[object, int] = {}
    for number, cells in enumerate(rows[head.row + 1 :], start=head.row + 1):
        texts = {
            column: cells[place] if place < len(cells) else None
            for column, place in head.columns.items()
        }
        if all(_text(value) == "" for value in texts.values()):
            continue
        row = _row(number, texts)
        if row.span is not None:
            days = [row.span.first.toordinal() + shift for shift in range(row.span.days)]
            if twice := next((seen[day] for day in days if day in seen), None):
                row.faults.append(Fault(_day_column(texts), TableFault.TWICE, twice))
            seen.update({day: number + 1 for day in days if day not in seen})
        found.append(row)
    return found


def _row(number: int, texts: Mapping[Column, object]) -> TableRow:
    row = TableRow(
        number, name=_text(texts.get(Column.NAME)), source=_text(texts.get(Column.SOURCE))
    )
    row.span = _span(texts, row.faults)
    kind = _bare(texts.get(Column.KIND))
    row.worked = kind in WORKED
    if not kind:
        row.faults.append(Fault(Column.KIND, TableFault.NO_KIND))
    elif not row.worked and kind not in FREE:
        row.faults.append(Fault(Column.KIND, TableFault.UNKNOWN_KIND, texts[Column.KIND]))
    return row


def _span(texts: Mapping[Column, object], faults: list[Fault]) -> Period | None:
    """From one cell, or from the first and the last day; no last day means one day."""
    column = _day_column(texts)
    try:
        span = read_span(texts[column])
        if column == Column.FIRST and _text(texts.get(Column.LAST)) != "":
            column = Column.LAST
            last = read_day(texts[Column.LAST], year=span.first.year)
            if last < span.first:
                raise UnreadableDay(Unreadable.BACKWARDS, texts[Column.LAST])
            span = Period(span.first, last)
    except UnreadableDay as unreadable:
        faults.append(Fault(column, unreadable.why, unreadable.value))
        return None
    if span.days > LONGEST_SPAN:
        faults.append(Fault(column, TableFault.TOO_LONG, span.days))
        return None
    return span


def _day_column(texts: Mapping[Column, object]) -> Column:
    """Where both are there, what the row fills: the day, or the first day."""
    if Column.DAY not in texts or (_text(texts[Column.DAY]) == "" and Column.FIRST in texts):
        return Column.FIRST
    return Column.DAY


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _bare(value: object) -> str:
    """A word without blanks, stars and capitals: 类 型* and 类型 are the same."""
    text = unicodedata.normalize("NFKC", _text(value)).casefold()
    return "".join(mark for mark in text if not mark.isspace() and mark not in "*:")
