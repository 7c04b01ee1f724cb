"""Assessments as files: the table of items in and out, the volume as .docx."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.shared import Pt

from reports.actions.assessments import wording
from reports.domain.assessments import (
    HEADER_WITHIN,
    MOST_ITEMS,
    ItemHead,
    ItemRow,
    find_head,
    plain_points,
    read_items,
)
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.summaries import OwnFinding
from reports.exchange.official_docx import OfficialDocument
from reports.exchange.sheets import workbook
from reports.exchange.workbooks import CannotRead, Complaint, Sheet, cell_address, read_workbook
from reports.models import Assessment, AssessmentItem
from reports.models.choices import (
    ITEM_GAP_LABELS,
    ITEM_TABLE_FAULT_SENTENCES,
    OWN_FINDING_LABELS,
    clauses,
    day_label,
    listed,
)
from reports.selectors.assessments import ItemLine, ProofLine, Volume

# --- in -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class ImportLine:
    """A row of the table: what it says, whether it is new, and what is wrong."""

    item: ItemRow
    state: str
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The row as a spreadsheet counts it."""
        return self.item.row + 1

    @property
    def points(self) -> str:
        """The points of the row as they are shown."""
        return plain_points(self.item.points)


@dataclass(slots=True)
class ItemsImport:
    """What a table would enter: every row with its outcome."""

    source: str
    sheet: str
    lines: list[ImportLine]

    @property
    def ok(self) -> bool:
        """All rows or none: one that is refused holds up the table."""
        return bool(self.lines) and not self.refusing

    @property
    def refusing(self) -> int:
        """How many rows are refused."""
        return sum(bool(line.complaints) for line in self.lines)

    def count(self, state: str) -> int:
        """How many rows are new, changed or unchanged."""
        return sum(line.state == state for line in self.lines)

    @property
    def items(self) -> tuple[ItemRow, ...]:
        """The items of all rows, in order."""
        return tuple(line.item for line in self.lines)

    @property
    def points(self) -> str:
        """The points of the table together, to be checked against the notice."""
        return plain_points(sum((i.points or Decimal() for i in self.items), Decimal()))


def read_table(content: bytes, *, file_name: str, assessment: Assessment) -> ItemsImport:
    """What the items of a table would enter; nothing is written: one query.

    The first sheet with headings counts (编号 and 考核内容, and 类别 and 分值 where there are).
    Refuses a file that cannot be read, has none, or holds too many; a row that is not clear is
    told of with the address of its cell.
    """
    sheet, head = _table(read_workbook(content, file_name=file_name))
    known = {item.number: item for item in AssessmentItem.objects.filter(assessment=assessment)}
    own = {number: i.own_points for number, i in known.items() if i.own_points is not None}
    table = read_items(sheet.rows, head, own)
    if not table.items:
        raise CannotRead([_("表头下面没有内容。")])
    if len(table.items) > MOST_ITEMS:
        raise CannotRead([_("一次最多导入%(n)s项。") % {"n": MOST_ITEMS}])
    told: dict[int, list[Complaint]] = {}
    for fault in table.faults:
        words = str(ITEM_TABLE_FAULT_SENTENCES[fault.code]) % {"about": fault.about}
        told.setdefault(fault.row, []).append(
            Complaint(cell_address(fault.row, fault.column), words)
        )
    lines = [ImportLine(item, _state(item, known), told.get(item.row, [])) for item in table.items]
    return ItemsImport(file_name, sheet.name, lines)


def _table(sheets: Sequence[Sheet]) -> tuple[Sheet, ItemHead]:
    for sheet in sheets:
        if head := find_head(sheet.rows):
            return sheet, head
    raise CannotRead(
        [_("前%(n)s行没有找到表头：至少要有“编号”和“考核内容”两列。") % {"n": HEADER_WITHIN}]
    )


def _state(item: ItemRow, known: dict[str, AssessmentItem]) -> str:
    there = known.get(item.number)
    if there is None:
        return "new"
    return "unchanged" if wording(there) == wording(item) else "changed"


# --- out ----------------------------------------------------------------------------------------


def items_workbook(volume: Volume | None = None) -> bytes:
    """The table of items as .xlsx, with the own findings of a volume; without one, the empty form.

    Imported as it is, it changes nothing.
    """
    headings = [_("编号"), _("类别"), _("考核内容"), _("分值")]
    rows: list[list[Any]] = []
    if volume is not None:
        headings += [_("自评结论"), _("自评分"), _("自评依据"), _("佐证"), _("待补")]
        rows = [_cells(line) for line in volume.lines]
    about = [
        (_("编号"), _("必填，同一卷内不重复。")),
        (_("类别"), _("可合并单元格；留空的，按上一行。")),
        (_("导入"), _("同一编号的按表改写，自评和佐证不动。有一行不清楚，整份不导入。")),
    ]
    return workbook([headings, *rows], sheet=_("考核项"), about=about)


def _cells(line: ItemLine) -> list[Any]:
    item = line.item
    return [
        item.number,
        item.heading,
        item.text,
        item.points,
        finding_word(item.finding),
        item.own_points,
        item.basis,
        "\n".join(proof_words(proof) for proof in standing(line)),
        listed(ITEM_GAP_LABELS[gap] for gap in line.gaps),
    ]


def finding_word(code: str) -> str:
    """The word of a finding; nothing for none."""
    return str(OWN_FINDING_LABELS[OwnFinding(code)]) if code else ""


def standing(line: ItemLine) -> list[ProofLine]:
    """The proofs that count: without those whose record was cancelled."""
    return [proof for proof in line.proofs if not proof.is_cancelled]


def proof_words(proof: ProofLine) -> str:
    """A proof in a line: 会议：党委会第3次会议（2026年3月4日，江北分局）."""
    where = clauses([*([day_label(proof.day)] if proof.day else []), proof.unit])
    return _("%(word)s：%(title)s（%(where)s）") % {
        "word": proof.word,
        "title": proof.title,
        "where": where,
    }


def volume_docx(volume: Volume, *, at: datetime) -> bytes:
    """The volume for Word and WPS: cover, contents, the table of findings, item by item.

    In the language of the document. Refuses nothing.
    """
    with override(DOCUMENT_LANGUAGE):
        assessment = volume.assessment
        issuer = assessment.unit.name
        title = cover_title(assessment)
        made = OfficialDocument(title, author=issuer, at=at)
        for line in (assessment.basis, issuer, _("%(year)s年度") % {"year": assessment.year}):
            if line:
                made.mark(line)
        made.made.paragraphs[0].paragraph_format.space_before = COVER_TOP
        made.made.add_page_break()
        made.items(_("目录"), [_contents_line(line) for line in volume.lines])
        made.made.add_page_break()
        made.table(
            [
                [
                    line.item.number,
                    line.item.text,
                    plain_points(line.item.points),
                    finding_word(line.item.finding) or "—",
                    plain_points(line.item.own_points),
                ]
                for line in volume.lines
            ]
            + [
                [
                    "",
                    _("合计"),
                    plain_points(volume.points),
                    "",
                    plain_points(volume.own_points),
                ]
            ],
            title=_("自评表"),
            heads=[_("编号"), _("考核内容"), _("分值"), _("自评"), _("自评分")],
            widths=(12, 56, 10, 14, 10),
        )
        made.made.add_page_break()
        for heading, lines in volume.groups:
            made.heading(heading or _("考核项"))
            for line in lines:
                _write(made, line)
        return made.to_bytes()


# The title of a cover stands in the upper half of its page.
COVER_TOP = Pt(150)


def cover_title(assessment: Assessment) -> str:
    """What stands on the cover."""
    return _("%(title)s\n迎检卷") % {"title": assessment.title}


def _contents_line(line: ItemLine) -> str:
    return _("%(number)s　%(text)s") % {"number": line.item.number, "text": _short(line.item.text)}


SHORT = 40


def _short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _write(made: OfficialDocument, line: ItemLine) -> None:
    item = line.item
    made.subheading(_contents_line(line) if len(item.text) <= SHORT else item.number)
    if len(item.text) > SHORT:
        made.text(item.text)
    made.text(finding_words(line), lead=_("自评："))
    if item.basis:
        made.text(item.basis, lead=_("依据："))
    proofs = standing(line)
    if not proofs:
        made.text(_("无。"), lead=_("佐证："))
    for number, proof in enumerate(proofs, start=1):
        lead = _("佐证：") if number == 1 else ""
        made.text(f"{number}．{proof_words(proof)}", lead=lead)


def finding_words(line: ItemLine) -> str:
    """部分达到，自评3分（分值5分）."""
    item = line.item
    parts = [finding_word(item.finding) or _("未自评")]
    if item.own_points is not None:
        parts.append(_("自评%(points)s分") % {"points": plain_points(item.own_points)})
    words = clauses(parts)
    if item.points is None:
        return words
    return _("%(words)s（分值%(points)s分）") % {
        "words": words,
        "points": plain_points(item.points),
    }
