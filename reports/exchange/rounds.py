"""The report of a round of later checks as a .docx in the official format."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.official_docx import OfficialDocument, plain
from reports.selectors.rounds import RoundReport

# The type area is 156 mm wide: number, problem, unit, three days and names, result, note.
WIDTHS_MM = (10, 36, 21, 18, 18, 15, 15, 23)
TABLE_PT, TABLE_LINE_PT = 10.5, 15
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
# Numbers, days, names and results stand in the middle; words do not.
CENTRED = frozenset({0, 3, 4, 5, 6})


def round_docx(report: RoundReport, *, at: datetime) -> bytes:
    """The same words as the printed page, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(report.title, author=report.issuer, at=at)
        if report.mark:
            made.mark(report.mark)
        made.blank()
        for heading, lines in (
            (_("部署情况"), report.order),
            (_("抽查情况"), report.sample),
            (_("检查结果"), report.results),
        ):
            made.heading(heading)
            for line in lines:
                made.text(line)
        if report.rows:
            _table(made, report.headings, report.rows)
        if report.conclusion:
            made.heading(_("总体情况"))
            for line in report.conclusion:
                made.text(line)
        made.signature(report.issuer, report.day)
        return made.to_bytes()


def _table(made: OfficialDocument, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A ruled table; its first row comes again on every page, and no row is torn apart."""
    table = made.made.add_table(rows=0, cols=len(heads))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, WIDTHS_MM, strict=True):
        column.width = Mm(width)
    # Programs mind the order of these: borders, layout, margins.
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{BORDERS}</w:tblBorders>"))
    margins = "".join(f'<w:{side} w:w="57" w:type="dxa"/>' for side in ("left", "right"))
    layout.addnext(parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"))
    for number, cells in enumerate((heads, *rows)):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        if number == 0:
            properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for column, (cell, words) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(WIDTHS_MM[column])
            paragraph = cell.paragraphs[0]
            _off_the_grid(paragraph)
            if number == 0 or column in CENTRED:
                paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run(" ".join(plain(words).split("\n"))).font.size = Pt(TABLE_PT)


def _off_the_grid(paragraph: Paragraph) -> None:
    """Lines of their own height, closer than those of the text."""
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(TABLE_LINE_PT)
    snap = parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>')
    paragraph._p.get_or_add_pPr().find(qn("w:spacing")).addprevious(snap)
