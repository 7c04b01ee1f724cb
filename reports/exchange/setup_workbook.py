"""One workbook that sets up a bureau: every sheet with headings, an example and drop-downs.

Filled in at a desk without the ledger and read back as a whole: all sheets, or none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from xlsxwriter.utility import xl_col_to_name

from reports.actions.refusals import Refused
from reports.domain.imports import RowVerdict, SheetKind
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.sheet_cells import CellType, column_name, find_header, plain
from reports.domain.workbook_words import FIRST_SHEET, LISTS, MARK, MARK_HEADING, TYPE_WORDS
from reports.exchange.sheet_kinds import KINDS, Checked, Column, Kind, Place
from reports.exchange.sheet_reading import SheetFile, lines_of
from reports.exchange.whole_ledger import find_bureau
from reports.models import Unit
from reports.models.choices import SHEET_KIND_LABELS

# How far down drop-downs reach.
ROWS = 3000
NARROWEST, WIDEST = 10, 40
# Lists that grow while the workbook is filled in: another word is told, not refused.
GROWING = frozenset({"units", "people", "sets", "problems"})


class CannotSetUp(Refused):
    """The workbook has no sheet that belongs here, or some rows cannot be entered."""


def the_bureau(asked: str | None) -> Unit:
    """The bureau of that name, short name or key; of a ledger with one alone, that one.

    Refuses a name that is none, or is borne twice, and no name where there are several.
    """
    if asked:
        return find_bureau(asked)
    found = list(Unit.objects.bureaus()[:2])
    if len(found) != 1:
        raise CannotSetUp([_("请用--bureau写明分局。")])
    return found[0]


# --- out ----------------------------------------------------------------------------------------


def new_workbook(place: Place) -> bytes:
    """The empty workbook for a bureau as .xlsx, with the ledger's lists as they are now."""
    with override(DOCUMENT_LANGUAGE):
        target = BytesIO()
        book = xlsxwriter.Workbook(
            target,
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        _Writer(book, place).write()
        book.close()
        return target.getvalue()


class _Writer:
    """Writes the sheets one after the other; the lists of all drop-downs stand on the last."""

    def __init__(self, book: Any, place: Place):
        self.book, self.place = book, place
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "head": book.add_format(
                {
                    "bold": True,
                    "bottom": 1,
                    "bg_color": "#EEF2F7",
                    "text_wrap": True,
                    "valign": "vcenter",
                }
            ),
            "must": book.add_format(
                {
                    "bold": True,
                    "bottom": 1,
                    "bg_color": "#FDE9D9",
                    "text_wrap": True,
                    "valign": "vcenter",
                }
            ),
            "example": book.add_format({"italic": True, "font_color": "#6B7280"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            # Text stays what was typed: a number of a document never turns into a day.
            "text": book.add_format({"num_format": "@"}),
        }
        self.ranges: dict[tuple[str, ...], str] = {}
        self.lists: list[tuple[str, ...]] = []

    def write(self) -> None:
        self.instructions(self.book.add_worksheet(FIRST_SHEET))
        for kind in KINDS.values():
            self.sheet(self.book.add_worksheet(sheet_name(kind.kind)), kind)
        lists = self.book.add_worksheet(LISTS)
        for n, words in enumerate(self.lists):
            lists.write_column(0, n, words)
        lists.hide()

    def instructions(self, page: Any) -> None:
        """How to fill it in, and what each column is."""
        page.set_column(0, 0, 16)
        page.set_column(1, 1, 24)
        page.set_column(2, 2, 10)
        page.set_column(3, 3, 46)
        page.write_string(0, 0, _("建账工作簿填写说明"), self.formats["title"])
        line = 2
        for sentence in instructions(self.place):
            page.merge_range(line, 0, line, 3, sentence, self.formats["wrap"])
            page.set_row(line, 32)
            line += 1
        line += 1
        for n, heading in enumerate((_("工作表"), _("栏目"), _("必填"), _("填写要求"))):
            page.write_string(line, n, heading, self.formats["head"])
        page.repeat_rows(line)
        for kind in KINDS.values():
            for column in asked_columns(kind):
                line += 1
                page.write_string(line, 0, sheet_name(kind.kind))
                page.write_string(line, 1, column.heading)
                page.write_string(line, 2, _("必填") if column.required else "")
                page.write_string(line, 3, requirement(column, self.place), self.formats["wrap"])
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def sheet(self, page: Any, kind: Kind) -> None:
        """Headings, the example row, drop-downs."""
        page.freeze_panes(1, 1)
        page.set_row(0, 32)
        page.set_column(0, 0, 6)
        page.write_string(0, 0, MARK_HEADING, self.formats["head"])
        page.write_string(1, 0, MARK, self.formats["example"])
        for n, column in enumerate(asked_columns(kind), start=1):
            must = "must" if column.required else "head"
            page.write_string(0, n, column.heading, self.formats[must])
            page.write_string(1, n, column.example, self.formats["example"])
            words = (column.heading, column.example)
            width = min(max(*(_width(word) + 3 for word in words), NARROWEST), WIDEST)
            is_day = column.type == CellType.DAY
            is_text = column.type == CellType.TEXT
            shape = "day" if is_day else "text" if is_text else None
            page.set_column(n, n, width, self.formats[shape] if shape else None)
            self.drop_down(page, n, column)

    def drop_down(self, page: Any, n: int, column: Column) -> None:
        words = column.choices(self.place.lists)
        if not words:
            return
        grows = column.list_of in GROWING or column.type == CellType.WORDS
        rule: dict[str, Any] = {
            "validate": "list",
            "source": self.range_of(tuple(words)),
            "ignore_blank": True,
            "show_error": not grows,
        }
        if not grows:
            rule |= {
                "error_title": _("请从列表中选择"),
                "error_message": _("只能填写列表中的内容；列表见台账的基础设置。"),
            }
        page.data_validation(1, n, ROWS, n, rule)

    def range_of(self, words: tuple[str, ...]) -> str:
        """Where the words stand on the sheet of lists; each list once."""
        if words not in self.ranges:
            column = xl_col_to_name(len(self.lists), col_abs=True)
            self.lists.append(words)
            self.ranges[words] = f"='{LISTS}'!{column}$1:{column}${len(words)}"
        return self.ranges[words]


def sheet_name(kind: SheetKind) -> str:
    """What the sheet of a kind is called, whatever language the page speaks."""
    with override(DOCUMENT_LANGUAGE):
        return str(SHEET_KIND_LABELS[kind])


def asked_columns(kind: Kind) -> list[Column]:
    """The columns that are filled in; what is only shown has no place in a new bureau."""
    return kind.read_columns


def requirement(column: Column, place: Place) -> str:
    """What may stand in a column, in a few words."""
    parts = [TYPE_WORDS.get(column.type, "")]
    if column.words is not None:
        parts.append("、".join(column.choices(place.lists) or ()))
    if column.longest:
        parts.append(_("不超过%(n)s字") % {"n": column.longest})
    if column.given:
        parts.append(_("不填即为“%(word)s”") % {"word": column.given_text})
    return "；".join(part for part in parts if part)


def instructions(place: Place) -> list[str]:
    """The sentences on the first sheet."""
    return [
        _("本工作簿用于“%(bureau)s”建立台账：各工作表填好后一次读入，全部成功或全部不读入。")
        % {"bureau": place.bureau.name},
        _("每张表第一行为栏目名称，请勿改动；橙色底的栏目必填。没有内容的工作表留空即可。"),
        _("第二行为示例，第一栏标有“示例”，读取时跳过，可以保留。请从第三行起填写。"),
        _("带下拉列表的栏目请从列表中选择；单位、人员等也可以填写本工作簿前面各表新增的名称。"),
        _(
            "填写顺序：单位、人员、任职、证件和资格、制度、节假日、会议、问题、措施、工作记录、指标数据。"
        ),
        _("严禁填写涉密信息和警务工作秘密；不得出现信访人、当事人、嫌疑人姓名。"),
        _("填好后交系统管理员运行 read_bureau_workbook；先试读，逐格列出需要改正的内容。"),
    ]


def _width(text: str) -> int:
    return sum(2 if ord(mark) > 0x2E7F else 1 for mark in text)


# --- in -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class SheetResult:
    """What came of one sheet."""

    kind: SheetKind
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    # Cell and sentence.
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the sheet is called."""
        return sheet_name(self.kind)


class _TakeBack(Exception):
    """Nothing of it stays."""


def read_workbook(
    content: bytes,
    *,
    file_name: str,
    place: Callable[[], Place],
    dry_run: bool = False,
) -> list[SheetResult]:
    """Read a filled-in workbook into the ledger: all sheets, or none.

    ``place`` makes a fresh place for each sheet, for its lists are read once. Sheets go in one
    after the other, so that each finds what those before it made. A dry run does the same work
    and takes it back; so does a row that is refused, and every refused row is in the result.
    Raises ``CannotSetUp`` for a file without any sheet of the workbook, ``CannotReadSheet`` for
    one that cannot be read.
    """
    file = SheetFile(content, file_name)
    there = {column_name(name): name for name in file.names}
    wanted = [
        (kind, there[column_name(sheet_name(kind.kind))])
        for kind in KINDS.values()
        if column_name(sheet_name(kind.kind)) in there
    ]
    if not wanted:
        raise CannotSetUp([_("文件中没有建账工作簿的工作表。")])
    results: list[SheetResult] = []
    try:
        with transaction.atomic():
            for kind, name in wanted:
                results.append(_read_sheet(file, name, kind, place()))
            if dry_run or any(result.faults for result in results):
                raise _TakeBack
    except _TakeBack:
        pass
    return results


def _read_sheet(file: SheetFile, name: str, kind: Kind, place: Place) -> SheetResult:
    """Check the rows of a sheet and enter those that may; the others are told."""
    result = SheetResult(kind.kind)
    found = find_header(file.first_rows(name), kind.known_names())
    if found is None:
        result.faults.append(("A1", _("没有找到栏目名称所在的行。")))
        return result
    columns = {n: name_of for n, name_of in found.fields.items() if name_of in kind.by_name}
    rows = _without_examples(file.rows(name))
    lines = list(lines_of(rows, header_row=found.row + 1, columns=columns))
    checked = list(kind.check(lines, place))
    for row in checked:
        _count(row, result)
    try:
        with transaction.atomic():
            kind.enter(checked, place)
    except Refused as refusal:
        result.faults += [("", reason) for reason in refusal.reasons]
    return result


def _without_examples(rows: Iterator[list[object]]) -> Iterator[Sequence[object]]:
    """The rows; an example is left empty, so that the numbers of the others stay."""
    for row in rows:
        yield [] if row and plain(row[0]).strip() == MARK else row


def _count(row: Checked, result: SheetResult) -> None:
    if row.verdict == RowVerdict.NEW:
        result.new += 1
    elif row.verdict == RowVerdict.CHANGED:
        result.changed += 1
    elif row.verdict == RowVerdict.UNCHANGED:
        result.unchanged += 1
    else:
        result.faults += [(fault["cell"], fault["reason"]) for fault in row.faults]
