"""The hand-over sheet (交接单) as a .docx for Word and WPS."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from reports.domain.paper import DOCUMENT_LANGUAGE, LEFT_MM, PAGE_MM, RIGHT_MM, TYPEFACES, Face
from reports.exchange.official_docx import OfficialDocument, plain
from reports.selectors.handovers import HandOverSheet, SheetPart

WIDTH_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
NUMBER_MM = 11
# What the columns behind the number take of the rest, by how many there are.
SHARES = {3: (0.52, 0.24, 0.24), 4: (0.43, 0.23, 0.17, 0.17)}
# The period of a due is longer than a term, and a first column of it shorter.
OF_DUES = {3: (0.34, 0.41, 0.25), 4: (0.24, 0.36, 0.17, 0.23)}
TABLE_PT, TABLE_LINE_PT = 10.5, 15
FACT_MM = 26
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def hand_over_docx(sheet: HandOverSheet, *, at: datetime) -> bytes:
    """The same words as the printed page, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(sheet.title, author=sheet.issuer, at=at)
        if sheet.mark:
            made.mark(sheet.mark)
        made.blank()
        _table(made, None, sheet.facts, (FACT_MM, WIDTH_MM - FACT_MM))
        made.blank()
        made.text(sheet.summary)
        if sheet.note:
            made.text(sheet.note)
        for part in sheet.parts:
            made.heading(_("%(title)s（%(n)s项）") % {"title": part.title, "n": part.number})
            if part.rows:
                _part(made, part)
            else:
                made.text(part.nothing)
        if sheet.duties:
            made.heading(_("岗位职责"))
            for line in sheet.duties:
                made.text(line)
        made.blank()
        _signers(made, sheet)
        return made.to_bytes()


def widths_of(part: SheetPart) -> tuple[float, ...]:
    """How wide the columns are in millimetres, the number first."""
    shares = (OF_DUES if part.of_dues else SHARES)[len(part.heads)]
    return (NUMBER_MM, *(share * (WIDTH_MM - NUMBER_MM) for share in shares))


def _part(made: OfficialDocument, part: SheetPart) -> None:
    rows = [(str(number), *row.cells) for number, row in enumerate(part.rows, start=1)]
    _table(made, (_("序号"), *part.heads), rows, widths_of(part))


def _signers(made: OfficialDocument, sheet: HandOverSheet) -> None:
    """Three who sign, each with room for a name and a day; the block is not torn apart."""
    labels = [label for label, _name in sheet.signers]
    names = [name for _label, name in sheet.signers]
    lines = [
        tuple(_("%(label)s（签名）") % {"label": label} for label in labels),
        tuple(f"\n{name}\n" for name in names),
        tuple(_("　　　年　　月　　日") for _label in labels),
    ]
    _table(made, None, lines, (WIDTH_MM / 3,) * 3, together=True, centre=True)


def _table(
    made: OfficialDocument,
    heads: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    together: bool = False,
    centre: bool = False,
) -> None:
    """A ruled table; heads come again on every page, and no row is torn apart."""
    table = made.made.add_table(rows=0, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    # Programs mind the order of these: borders, layout, margins.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{BORDERS}</w:tblBorders>"))
    margins = "".join(f'<w:{side} w:w="85" w:type="dxa"/>' for side in ("left", "right"))
    layout.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    lines = [*([heads] if heads else []), *rows]
    for number, cells in enumerate(lines):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        is_head = bool(heads) and number == 0
        if is_head:
            properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for column, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(widths[column])
            label = is_head or (heads is None and not centre and column == 0)
            middle = is_head or centre or (heads is not None and column == 0)
            keep = is_head or (together and number < len(lines) - 1)
            _fill(cell, words, heading=label, centre=middle, keep=keep)


def _fill(cell: Any, words: str, *, heading: bool, centre: bool, keep: bool) -> None:
    for number, line in enumerate(plain(words).split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        shape = paragraph.paragraph_format
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(TABLE_LINE_PT)
        shape.keep_with_next = keep
        # Off the grid of the page, whose lines are higher.
        snap = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
        paragraph._p.get_or_add_pPr().find(qn("w:spacing")).addprevious(snap)
        if centre:
            shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(line)
        run.font.size = Pt(TABLE_PT)
        if heading:
            fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
            for script in ("ascii", "hAnsi", "eastAsia", "cs"):
                fonts.set(qn(f"w:{script}"), TYPEFACES[Face.FIRST].name)
