"""The sheets that offices keep, .xlsx .xls .ods .csv, as rows with the addresses of their cells.

Formulas give their values. Nothing is fetched, no entity is resolved, no macro is looked at, and no
more is unpacked than tables hold. Rows are handed on one by one.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from itertools import islice
from sys import intern
from xml.etree.ElementTree import ParseError, iterparse  # nosec B405 # declarations are refused before
from zlib import error as ZlibError

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from reports.actions.refusals import Refused
from reports.domain.sheet_cells import HEADER_WITHIN, column_name, is_nothing, plain
from reports.exchange.sheet_kinds import KEY, Line
from reports.exchange.workbooks import cell_address

ENDINGS = ("xlsx", "xls", "ods", "csv")
LARGEST = 20 * 2**20
LARGEST_UNPACKED = 400 * 2**20
LARGEST_MEMBER = 200 * 2**20
MOST_MEMBERS = 2000
# Text of tables packs ten to forty times, a bomb a thousand times.
STRONGEST_PACKING = 200
SMALL_MEMBER = 4 * 2**20
MOST_ROWS, MOST_COLUMNS = 50_000, 200
BLOCK = 2**20
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCODINGS = ("utf-8-sig", "gb18030")
# The sheet, unseen, that holds what the ledger said when it wrote the file.
BASE_SHEET = "_base"
BASE_MARK = "fazhi-ledger-base"
# The first and the last cell, each by row and column, counted from 0.
Range = tuple[tuple[int, int], tuple[int, int]]
_ADDRESS = re.compile(rb'<(?:\w+:)?c\b[^>]{0,200}?\br="([A-Z]{1,4})(\d{1,8})"')


class CannotReadSheet(Refused):
    """The file is no spreadsheet that can be read, or is larger than any table is."""


class SheetFile:
    """A spreadsheet that was read: its sheets by name, in order."""

    def __init__(self, content: bytes, file_name: str) -> None:
        """Refuses with a sentence what is empty, too large, locked by a password, not what its
        name says, unsafe to unpack, or has macros."""
        ending = file_name.rpartition(".")[2].lower()
        if ending in ("xlsm", "xltm", "xlsb"):
            raise CannotReadSheet([_("文件可能含有宏，请另存为 .xlsx 后再导入。")])
        if ending not in ENDINGS:
            raise CannotReadSheet([_("请选择 .xlsx、.xls、.ods 或 .csv 文件。")])
        if len(content) > LARGEST:
            raise CannotReadSheet([_("文件超过%(n)s MB。") % {"n": LARGEST // 2**20}])
        if not content.strip(b"\0\t\r\n "):
            raise CannotReadSheet([_("文件是空的。")])
        self._csv: list[list[object]] | None = None
        self._book: CalamineWorkbook | None = None
        # The reader does not tell which cells of an .ods are merged.
        self._merged: dict[str, list[Range]] = {}
        if ending == "csv":
            self._csv = _read_csv(content)
            self.names = [""]
        else:
            _refuse_unsafe(content, ending)
            self._book = _open(content)
            if ending == "ods":
                self._merged = _merged_in_ods(content)
            self.names = [
                sheet.name
                for sheet in self._book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible
            ]
        if not self.names:
            raise CannotReadSheet([_("文件里没有工作表。")])

    def rows(self, name: str) -> Iterator[list[object]]:
        """The rows of a sheet from A1 on, merged cells filled. Refuses one that is too large."""
        if self._csv is not None:
            yield from self._csv
            return
        sheet = self._sheet(name)
        left = [""] * (sheet.start[1] if sheet.start else 0)
        rows = ([*left, *row] for row in sheet.iter_rows())
        yield from _filled(rows, self._merged.get(name) or sheet.merged_cell_ranges or ())

    def first_rows(self, name: str, number: int = HEADER_WITHIN + 5) -> list[list[object]]:
        """The first rows of a sheet."""
        return list(islice(self.rows(name), number))

    def base(self) -> tuple[str, "Base"]:
        """What the ledger wrote into the file: the kind, and by key the texts by field.

        Empty for a file that the ledger did not write. Whatever stands there is what somebody
        says it was; it decides nothing but what is shown as changed meanwhile.
        """
        if self._book is None or BASE_SHEET not in self._book.sheet_names:
            return "", Base(())
        rows = iter(self.rows(BASE_SHEET))
        mark = [plain(cell) for cell in next(rows, [])]
        fields = [plain(cell) for cell in next(rows, [])]
        if mark[:1] != [BASE_MARK] or len(mark) < 2 or fields[:1] != [KEY]:
            return "", Base(())
        found = Base(fields[1:])
        for row in rows:
            key, *texts = (intern(plain(cell)) for cell in row)
            found.rows[key] = (*texts, *[""] * (len(fields) - 1 - len(texts)))
        return mark[1], found

    def _sheet(self, name: str) -> CalamineSheet:
        assert self._book is not None
        try:
            sheet = self._book.get_sheet_by_name(name)
        except (CalamineError, OSError, ValueError) as error:
            raise CannotReadSheet([_broken()]) from error
        if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
            raise CannotReadSheet([_too_many()])
        return sheet


class Base:
    """What was handed out, by key; kept as small as it can be."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = fields
        self.rows: dict[str, tuple[str, ...]] = {}

    def of(self, key: str) -> dict[str, str] | None:
        """The texts of the record by field; None where it was not handed out."""
        texts = self.rows.get(key)
        return None if texts is None else dict(zip(self.fields, texts, strict=False))


def lines_of(
    rows: Iterable[Sequence[object]],
    *,
    header_row: int,
    columns: Mapping[int, str],
    base: Base | None = None,
) -> Iterator[Line]:
    """The rows below the headings as lines; empty rows, and headings that come again, are none.

    ``header_row`` counts from 1, ``columns`` says for a column, counted from 0, which field it
    is. Line numbers are those that a spreadsheet shows.
    """
    named = {place: field for place, field in columns.items() if field}
    headings: dict[int, str] = {}
    for number, row in enumerate(rows, start=1):
        if number == header_row:
            headings = {place: column_name(cell) for place, cell in enumerate(row)}
        if number <= header_row:
            continue
        cells: dict[str, object] = {}
        for place, field in named.items():
            cells[field] = row[place] if place < len(row) else ""
        key = plain(cells.pop(KEY, ""))
        if all(is_nothing(value) for value in cells.values()):
            continue
        if all(
            column_name(row[place]) == headings.get(place)
            for place in named
            if place < len(row) and headings.get(place)
        ):
            continue
        addresses = {field: cell_address(number - 1, place) for place, field in named.items()}
        yield Line(number, cells, addresses, key, base.of(key) if base and key else None)


# --- within ---------------------------------------------------------------------------------


def _merged_in_ods(content: bytes) -> dict[str, list[Range]]:
    """By sheet the ranges of merged cells. Whoever calls has refused declarations and bombs."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    merged: dict[str, list[Range]] = {}
    name, row, place = "", 0, 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed, packed.open("content.xml") as source:
            for event, element in iterparse(source, ("start", "end")):  # nosec B314 # declarations are refused before
                kind = element.tag.removeprefix(table)
                if kind not in ("table", "table-row", "table-cell", "covered-table-cell"):
                    continue
                told = {key.removeprefix(table): value for key, value in element.items()}
                if event == "start":
                    if kind == "table":
                        name, row = told.get("name", ""), 0
                    elif kind == "table-row":
                        place = 0
                    continue
                if kind == "table-row":
                    row += int(told.get("number-rows-repeated", 1))
                elif kind != "table":
                    wide = int(told.get("number-columns-spanned", 1))
                    high = int(told.get("number-rows-spanned", 1))
                    if wide * high > 1:
                        last = row + high - 1, place + wide - 1
                        merged.setdefault(name, []).append(((row, place), last))
                    place += int(told.get("number-columns-repeated", 1))
                element.clear()
    except (ParseError, ValueError, KeyError) as error:
        raise CannotReadSheet([_broken()]) from error
    return merged


def _filled(
    rows: Iterable[list[object]],
    ranges: Iterable[Range],
) -> Iterator[list[object]]:
    """The rows, each cell of a merged range with what its first cell holds."""
    waiting = sorted(ranges, reverse=True)
    running: list[tuple[int, int, int, object]] = []
    for number, row in enumerate(rows):
        while waiting and waiting[-1][0][0] <= number:
            (_top, left), (bottom, right) = waiting.pop()
            if left < len(row):
                running.append((bottom, left, right, row[left]))
        running = [each for each in running if each[0] >= number]
        for _bottom, left, right, value in running:
            for place in range(left, min(right + 1, len(row))):
                row[place] = value
        yield row


def _read_csv(content: bytes) -> list[list[object]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise CannotReadSheet([_broken()])
        first = next((line for line in text.splitlines() if line.strip()), "")
        mark = max(",\t;，", key=first.count)
        try:
            reader = csv.reader(StringIO(text, newline=""), delimiter=mark)
            rows: list[list[object]] = [list(row) for row in reader]
        except csv.Error as error:
            raise CannotReadSheet([_("文件内容无法按表格读取。")]) from error
        if len(rows) > MOST_ROWS or max((len(row) for row in rows), default=0) > MOST_COLUMNS:
            raise CannotReadSheet([_too_many()])
        return rows
    raise CannotReadSheet([_("无法识别文件的文字编码，请另存为 UTF-8 的 CSV 或 .xlsx。")])


def _open(content: bytes) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except PasswordError as error:
        raise CannotReadSheet([_locked()]) from error
    except (CalamineError, OSError, ValueError) as error:
        raise CannotReadSheet([_broken()]) from error


def _refuse_unsafe(content: bytes, ending: str) -> None:
    if content.startswith(OLE):
        if _wide("EncryptedPackage") in content:
            raise CannotReadSheet([_locked()])
        if ending != "xls":
            raise CannotReadSheet([_other_ending()])
        if _wide("_VBA_PROJECT") in content:
            raise CannotReadSheet([_("文件含有宏，请另存为 .xlsx 后再导入。")])
        return
    if not content.startswith(b"PK"):
        if content.lstrip()[:1] == b"<":
            raise CannotReadSheet(
                [_("这是网页格式的表格，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。")]
            )
        raise CannotReadSheet([_other_ending()])
    if ending == "xls":
        raise CannotReadSheet([_other_ending()])
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            _refuse_members(packed, ending)
    except (
        zipfile.BadZipFile,
        ZlibError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise CannotReadSheet([_broken()]) from error


def _refuse_members(packed: zipfile.ZipFile, ending: str) -> None:
    """A small file may unpack to gigabytes, name an entity that is fetched, or put one cell into
    the farthest corner: the reader would lay out every cell between."""
    members = packed.infolist()
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise CannotReadSheet([_("文件含有宏，请另存为 .xlsx 后再导入。")])
    if any(member.flag_bits & 1 for member in members):
        raise CannotReadSheet([_locked()])
    wanted = "xl/workbook.xml" if ending == "xlsx" else "content.xml"
    if wanted not in names:
        raise CannotReadSheet([_other_ending()])
    if (
        len(members) > MOST_MEMBERS
        or sum(member.file_size for member in members) > LARGEST_UNPACKED
        or any(member.file_size > LARGEST_MEMBER for member in members)
        or any(
            member.file_size > SMALL_MEMBER
            and member.file_size > STRONGEST_PACKING * max(member.compress_size, 1)
            for member in members
        )
    ):
        raise CannotReadSheet([_("文件解开后过大，请只保留需要导入的内容。")])
    for member in members:
        name = member.filename.lower()
        if name.endswith((".xml", ".rels")):
            _refuse_content(packed, member, cells=name.startswith("xl/worksheets/"))


def _refuse_content(packed: zipfile.ZipFile, member: zipfile.ZipInfo, *, cells: bool) -> None:
    """A member read in blocks: no declarations, no cell beyond what a table holds, and no more
    than the member says it has."""
    rest, size = b"", 0
    with packed.open(member) as source:
        while block := source.read(BLOCK):
            size += len(block)
            if size > member.file_size or size > LARGEST_MEMBER:
                raise CannotReadSheet([_("文件解开后过大，请只保留需要导入的内容。")])
            text = rest + block
            if size == len(block) and b"<!DOCTYPE" in text[:4096].upper():
                raise CannotReadSheet([_("文件里有不允许的外部引用，不能导入。")])
            if b"<!ENTITY" in text:
                raise CannotReadSheet([_("文件里有不允许的外部引用，不能导入。")])
            if cells:
                _refuse_far_cells(text)
            rest = text[-300:]


def _refuse_far_cells(text: bytes) -> None:
    for letters, number in _ADDRESS.findall(text):
        if int(number) > MOST_ROWS:
            raise CannotReadSheet([_too_many()])
        if len(letters) > 2:
            raise CannotReadSheet([_too_many()])
        place = 0
        for letter in letters:
            place = place * 26 + letter - ord("A") + 1
        if place > MOST_COLUMNS:
            raise CannotReadSheet([_too_many()])


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _broken() -> str:
    return _("文件无法读取：可能已损坏，或扩展名与内容不符。")


def _other_ending() -> str:
    return _("文件的内容与扩展名不符，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。")


def _locked() -> str:
    return _("文件有密码，请取消密码后再导入。")


def _too_many() -> str:
    told = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
    return _("表格超过%(rows)s行或%(columns)s列，请只保留需要导入的内容。") % told
