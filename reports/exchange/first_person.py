"""A leader's year as a .docx in the official format, with the records behind its lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from reports.domain.paper import DOCUMENT_LANGUAGE, TYPEFACES, Face
from reports.exchange.official_docx import OfficialDocument, plain
from reports.selectors.first_person_paper import PerformancePaper, record_columns

# Number, day, kind, title, how, entered: together the width of the type area.
WIDTHS_MM = (11, 20, 31, 42, 32, 20)
CELL_PT, LINE_OF_FACE = 10.5, 1.4  # 5号
CENTRED = (0, 1, 5)
CELL_MARGINS = (("top", 28), ("left", 57), ("bottom", 28), ("right", 57))
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def performance_docx(paper: PerformancePaper, *, at: datetime) -> bytes:
    """The same words as the printed page, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(paper.title, author=paper.issuer, at=at)
        if paper.mark:
            made.mark(paper.mark)
        made.blank()
        for label, words in paper.facts:
            made.text(words, lead=_("%(label)s：") % {"label": label})
        for section in paper.sections:
            made.heading(section.title)
            for line in section.lines:
                made.text(line)
            for item in section.items:
                made.subheading(item.heading)
                for line in item.lines:
                    made.text(line)
        before = len(made.made.paragraphs)
        made.signature(paper.issuer, paper.day)
        # No page holds a signature alone.
        for paragraph in made.made.paragraphs[before - 2 : -1]:
            paragraph.paragraph_format.keep_with_next = True
        _annex(made, paper)
        return made.to_bytes()


def _annex(made: OfficialDocument, paper: PerformancePaper) -> None:
    """The records on a page of their own."""
    made.made.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    made.made.add_paragraph(plain(_("附件：履职记录清单")), style="Title")
    made.blank()
    if paper.records:
        _table(made, record_columns(), [record.cells() for record in paper.records])
    else:
        made.text(_("本年度尚无记录。"))
    made.text(paper.note)


def _table(made: OfficialDocument, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Lines around every cell; the head comes again on every page."""
    table = made.made.add_table(rows=0, cols=len(heads))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    # Programs mind the order of these: borders, layout, margins.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{BORDERS}</w:tblBorders>"))
    margins = "".join(f'<w:{side} w:w="{n}" w:type="dxa"/>' for side, n in CELL_MARGINS)
    layout.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    for number, cells in enumerate((heads, *rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        if number == 0:
            properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for place, (cell, words, width) in enumerate(zip(row.cells, cells, WIDTHS_MM, strict=True)):
            cell.width = Mm(width)
            _fill(cell, words, centre=number == 0 or place in CENTRED, heading=number == 0)


def _fill(cell: Any, words: str, *, centre: bool, heading: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(CELL_PT * LINE_OF_FACE)
    # Off the grid of the page, whose lines are higher.
    paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
    if centre:
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(plain(words).replace("\n", " "))
    run.font.size = Pt(CELL_PT)
    if heading:
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), TYPEFACES[Face.FIRST].name)
