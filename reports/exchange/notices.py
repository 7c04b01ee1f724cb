"""A notice (督办单) with its return slip as a .docx in the official format."""

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

from reports.domain.paper import DOCUMENT_LANGUAGE, LEFT_MM, PAGE_MM, RIGHT_MM, TYPEFACES, Face
from reports.exchange.official_docx import OfficialDocument, plain
from reports.selectors.notices import NoticePaper

WIDTH_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
TABLE_PT, ANSWERS_PT, LINE_OF_FACE = 14, 12, 1.5  # 4号, 小4号
NARROW_MM = 26
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def notice_docx(paper: NoticePaper, *, at: datetime) -> bytes:
    """The same words as the printed pages, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(paper.title, author=paper.issuer, at=at)
        if paper.mark:
            made.mark(paper.mark)
        _line(made, paper.number, "Normal", centre=True)
        made.blank()
        _line(made, _("%(to)s：") % {"to": paper.to}, "Normal")
        made.text(paper.subject, lead=_("事由："))
        made.text("\n".join(paper.text))
        made.blank()
        _table(
            made,
            (_("序号"), _("督办事项")),
            [(str(item.number), item.demand) for item in paper.items],
            (16, WIDTH_MM - 16),
        )
        before = len(made.made.paragraphs)
        made.blank()
        made.text(paper.answer_by, lead=_("回复期限："))
        if paper.approver:
            made.text(paper.approver, lead=_("签发人："))
        made.signature(paper.issuer, paper.day)
        _keep_together(made, before)
        _slip(made, paper)
        return made.to_bytes()


def _slip(made: OfficialDocument, paper: NoticePaper) -> None:
    """The return slip begins on a page of its own."""
    made.made.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    made.made.add_paragraph(plain(paper.slip_title), style="Title")
    _line(made, paper.number, "Normal", centre=True)
    made.blank()
    _line(made, _("%(to)s：") % {"to": paper.issuer}, "Normal")
    made.text(paper.subject, lead=_("事由："))
    made.blank()
    _table(
        made,
        (_("承办单位"), paper.to, _("回复期限"), paper.answer_by),
        [(_("签收人"), paper.receiver, _("签收日期"), paper.received_day)],
        (26, WIDTH_MM / 2 - 26, 26, WIDTH_MM / 2 - 26),
        head=False,
    )
    made.blank()
    _table(
        made,
        (_("序号"), _("督办事项"), _("办理情况")),
        [(str(item.number), item.demand, "\n".join(item.reply)) for item in paper.items],
        (16, (WIDTH_MM - 16) / 2, (WIDTH_MM - 16) / 2),
        size=ANSWERS_PT,
    )
    before = len(made.made.paragraphs)
    made.listing(_("单位负责人"), paper.head)
    if paper.late:
        made.text(paper.late, lead=_("备注："))
    made.signature(paper.to, paper.answered_day)
    _keep_together(made, before)


def _keep_together(made: OfficialDocument, before: int) -> None:
    """What follows the table stays with its last row: no page holds a signature alone."""
    for paragraph in made.made.paragraphs[before:-1]:
        paragraph.paragraph_format.keep_with_next = True


def _line(made: OfficialDocument, words: str, style: str, *, centre: bool = False) -> None:
    if not words:
        return
    paragraph = made.made.add_paragraph(plain(words), style=style)
    if centre:
        paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _table(
    made: OfficialDocument,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    head: bool = True,
    size: int = TABLE_PT,
) -> None:
    """A table with lines around every cell; its first row comes again on every page."""
    table = made.made.add_table(rows=0, cols=len(heads))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{BORDERS}</w:tblBorders>"))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, cells in enumerate((heads, *rows)):
        row = table.add_row()
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        if number == 0 and head:
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        for cell, words, width in zip(row.cells, cells, widths, strict=True):
            cell.width = Mm(width)
            # Short cells hold a number or a word, long ones sentences.
            first = head and number == 0
            _fill(cell, words, size=size, centre=first or width <= NARROW_MM, heading=first)
            if number == len(rows):
                for paragraph in cell.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True


def _fill(cell: Any, words: str, *, size: int, centre: bool, heading: bool) -> None:
    for number, line in enumerate(plain(words).split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(size * LINE_OF_FACE)
        # Off the grid of the page, whose lines are higher.
        paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:snapToGrid {nsdecls("w")} w:val="0"/>'))
        if centre:
            paragraph.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(line)
        run.font.size = Pt(size)
        if heading:
            fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
            for script in ("ascii", "hAnsi", "eastAsia", "cs"):
                fonts.set(qn(f"w:{script}"), TYPEFACES[Face.FIRST].name)
