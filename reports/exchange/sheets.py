"""Rows out as spreadsheets: typed cells, and text that never becomes a formula."""

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.domain.sheet_cells import plain

XLSX, CSV = "xlsx", "csv"
WIDEST = 50
# What a spreadsheet program takes for the beginning of a formula, also behind blanks.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def file_name(title: str, on: date, kind: str) -> str:
    """``title``, the day the figures are of and the ending: 会议台账_20260331.xlsx"""
    safe = "".join("-" if mark in '\\/:*?"<>|' or ord(mark) < 32 else mark for mark in title)
    return f"{safe or 'export'}_{on:%Y%m%d}.{kind}"


def disposition(name: str, *, inline: bool = False) -> str:
    """A ``Content-Disposition`` with a name in any script (RFC 5987) and a plain one for the rest.

    Takes a file name; gives the header's value. Never lets the name end the header.
    """
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._-")).lstrip("._-")
    stem = plain if "." in plain and plain.split(".")[0] else f"export_{plain}".rstrip("_")
    way = "inline" if inline else "attachment"
    return f"{way}; filename=\"{stem or 'export'}\"; filename*=UTF-8''{quote(name, safe='')}"


def _typed(value: Any) -> Any:
    """What a cell may hold: a number, a day, a moment without zone, or text."""
    if value is None or isinstance(value, bool | int | float | Decimal | str):
        return value
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return value
    return str(value)


def as_text(value: Any) -> str:
    """A cell of a text file: numbers and days plain, a would-be formula behind an apostrophe."""
    value = _typed(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" \u3000").startswith(FORMULA_STARTS) else value
    return str(value)


class _Line(StringIO):
    """Gives back what was written and forgets it."""

    def take(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Rows (the first one headings) as UTF-8 with a mark at the start, so that WPS reads them."""
    line = _Line()
    writer = csv.writer(line)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([as_text(value) for value in row])
        yield line.take().encode()


class Checksum:
    """SHA-256 over what stands in sheets, as text, so that a change made later shows.

    Of each cell the text (a day as 2024-03-05, a number without needless noughts), parted by the
    character U+001F, of each row ended by U+001E; empty cells at the end of a row are left out.
    The same rows read back from the file give the same sum.
    """

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, row: Iterable[Any]) -> None:
        """One more row."""
        cells = (
            as_text(value) if isinstance(value, bool) else plain(_typed(value)) for value in row
        )
        self._sum.update(("\x1f".join(cells).rstrip("\x1f") + "\x1e").encode())

    @property
    def text(self) -> str:
        """The sum of the rows so far."""
        return self._sum.hexdigest()


def _width(text: str) -> int:
    """Columns a text takes: Chinese characters count twice."""
    return sum(2 if ord(mark) > 0x2E7F else 1 for mark in text)


def workbook(
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str,
    about: Iterable[tuple[str, Any]] = (),
    more: Iterable[tuple[str, Iterable[Sequence[Any]]]] = (),
    hidden: Collection[int] = (),
    unseen: Iterable[tuple[str, Iterable[Sequence[Any]]]] = (),
) -> bytes:
    """Rows (the first one headings) as an .xlsx with typed dates and numbers.

    Text stays text whatever it begins with. ``more`` are further sheets by name; ``about`` goes
    onto the last sheet as name and value, and below it the ``Checksum`` of the sheets before.
    ``hidden`` are columns of the first sheet that are there without being shown; ``unseen`` are
    sheets for the ledger itself, which no program lists and the checksum leaves out.
    """
    target = BytesIO()
    # Rows leave memory as they are written; strings are never read as formulas, links or numbers.
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEF2F7"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
    }
    checksum = Checksum()
    for place, (name, content) in enumerate(((sheet, rows), *more)):
        page = book.add_worksheet(_sheet_name(name))
        _fill(page, content, formats, checksum, hidden if place == 0 else ())
    for name, content in unseen:
        page = book.add_worksheet(name)
        page.very_hidden()
        for number, row in enumerate(content):
            for column, value in enumerate(row):
                _write(page, number, column, value, formats)
    notes = book.add_worksheet(_("说明"))
    notes.set_column(0, 0, 18)
    notes.set_column(1, 1, WIDEST)
    for line, (name, value) in enumerate([*about, (_("校验码（SHA-256）"), checksum.text)]):
        notes.write_string(line, 0, str(name), formats["head"])
        _write(notes, line, 1, value, formats)
    book.close()
    return target.getvalue()


def _fill(
    page: Any,
    rows: Iterable[Sequence[Any]],
    formats: dict[str, Any],
    checksum: Checksum,
    hidden: Collection[int],
) -> None:
    """Headings and rows of one sheet, with widths, a fixed head and filters."""
    page.freeze_panes(1, 0)
    iterator = iter(rows)
    headings = [str(value) for value in next(iterator, [])]
    # Widths must be known before the first row is written; headings and a glance ahead tell them.
    ahead = [row for _n, row in zip(range(60), iterator, strict=False)]
    for column, heading in enumerate(headings):
        texts = [heading, *(as_text(row[column]) for row in ahead)]
        width = min(max(_width(text) for text in texts) + 2, WIDEST)
        page.set_column(column, column, width, None, {"hidden": column in hidden})
    for column, heading in enumerate(headings):
        page.write_string(0, column, heading, formats["head"])
    if headings:
        checksum.add(headings)
    number = 0
    for number, row in enumerate(_chain(ahead, iterator), start=1):
        checksum.add(row)
        for column, value in enumerate(row):
            _write(page, number, column, value, formats)
    if headings:
        page.autofilter(0, 0, max(number, 1), len(headings) - 1)


def _chain(*parts: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for part in parts:
        yield from part


def _sheet_name(title: str) -> str:
    """What a worksheet may be called: at most 31 characters, none of ``[]:*?/\\``."""
    kept = "".join(" " if mark in "[]:*?/\\" else mark for mark in title).strip("' ")
    return kept[:31] or "Sheet1"


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    value = _typed(value)
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(row, column, as_text(value))
    elif isinstance(value, int | float | Decimal):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, formats["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["day"])
    else:
        # Control characters make a file that no program opens.
        clean = "".join(mark for mark in value if ord(mark) >= 32 or mark in "\n\t")
        page.write_string(row, column, clean[:32767])
