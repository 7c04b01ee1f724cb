"""Spreadsheets in: the sheets of an .xlsx, .xls, .ods or .csv as rows of plain cells."""

import csv
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from reports.actions.refusals import Refused

LARGEST = 5 * 2**20
# What a packed file may hold unpacked; a table of thousands of rows is far below it.
LARGEST_UNPACKED = 50 * 2**20
MOST_ROWS, MOST_COLUMNS = 5000, 200
ENDINGS = ("xlsx", "xls", "ods", "csv")
ENCODINGS = ("utf-8-sig", "gb18030")
_ADDRESS = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})(\d{1,8})"')


class CannotRead(Refused):
    """The file is no spreadsheet that can be read, or larger than any table is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet from its cell A1 on; an empty cell is an empty text."""

    name: str
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A cell by its address, and what is wrong with it."""

    address: str
    sentence: str


def cell_address(row: int, column: int) -> str:
    """``B7``: what a spreadsheet calls the cell in that row and column, both counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def read_workbook(content: bytes, *, file_name: str) -> list[Sheet]:
    """The sheets of a file, in order; what it is, its ending says.

    Refuses with a sentence what is empty, too large, locked by a password, or nothing of the kind.
    """
    ending = file_name.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise CannotRead([_("请选择 .xlsx、.xls、.ods 或 .csv 文件。")])
    if len(content) > LARGEST:
        raise CannotRead([_("文件超过%(n)s MB。") % {"n": LARGEST // 2**20}])
    if not content.strip():
        raise CannotRead([_("文件是空的。")])
    return [_csv(content)] if ending == "csv" else _sheets(content)


def _csv(content: bytes) -> Sheet:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            rows = list(csv.reader(StringIO(text, newline="")))
        except csv.Error as error:
            raise CannotRead([_("文件内容无法按表格读取。")]) from error
        _refuse_too_many(len(rows), max((len(row) for row in rows), default=0))
        return Sheet("", rows)
    raise CannotRead([_("无法识别文件的文字编码，请另存为 UTF-8 的 CSV 或 .xlsx。")])


def _sheets(content: bytes) -> list[Sheet]:
    if content.startswith(b"PK"):
        _refuse_bombs(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            return [_sheet(book, number) for number in range(len(book.sheet_names))]
    except PasswordError as error:
        raise CannotRead([_("文件有密码，请取消密码后再导入。")]) from error
    except (CalamineError, OSError, ValueError) as error:
        raise CannotRead([_("文件无法读取：可能已损坏，或扩展名与内容不符。")]) from error


def _sheet(book: CalamineWorkbook, number: int) -> Sheet:
    sheet = book.get_sheet_by_index(number)
    _refuse_too_many(sheet.total_height, sheet.total_width)
    return Sheet(sheet.name, sheet.to_python(skip_empty_area=False))


def _refuse_too_many(rows: int, columns: int) -> None:
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        told = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        raise CannotRead([_("表格超过%(rows)s行或%(columns)s列，请只保留需要导入的内容。") % told])


def _refuse_bombs(content: bytes) -> None:
    """A small file may unpack to gigabytes, or put one cell into the farthest corner: the reader
    would lay out every cell between."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                raise CannotRead([_("文件解开后过大，请只保留需要导入的内容。")])
            for member in members:
                if member.filename.startswith("xl/worksheets/"):
                    _refuse_far_cells(packed.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise CannotRead([_("文件无法读取：可能已损坏，或扩展名与内容不符。")]) from error


def _refuse_far_cells(sheet: bytes) -> None:
    rows = columns = 0
    for letters, number in _ADDRESS.findall(sheet):
        place = 0
        for letter in letters:
            place = place * 26 + letter - ord("A") + 1
        rows, columns = max(rows, int(number)), max(columns, place)
    _refuse_too_many(rows, columns)
