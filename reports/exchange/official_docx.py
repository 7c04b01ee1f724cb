"""A document in the official format (GB/T 9704-2012) as .docx, for Word and WPS alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils.timezone import localtime
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from lxml import etree

from reports.domain.official_text import signature_pads
from reports.domain.paper import (
    BODY_PT,
    BOTTOM_MM,
    LEFT_MM,
    LINE_PT,
    NUMBER_BELOW_MM,
    NUMBER_PT,
    PAGE_MM,
    RIGHT_MM,
    TITLE_PT,
    TOP_MM,
    TYPEFACES,
    Face,
    numeral,
)
from reports.exchange.docx_footnotes import Footnotes

LONGEST_PROPERTY = 255  # of what a .docx says of itself, by its standard
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TWIPS = 20
# Sixteen points by 28 are a little more than 156 mm: each character gives way by a quarter point.
TIGHTER = -5
# A picture of the sample, and its styles once more for a program of 2007.
NOT_NEEDED = ("/thumbnail", "/stylesWithEffects", "/customXml")
IN_FRONT = 2  # characters by which a paragraph begins further in
MM_PT = 72 / 25.4
TABLE_PT = 12  # figures beside the text, smaller than it
WIDTH_PT = (PAGE_MM[0] - LEFT_MM - RIGHT_MM) * MM_PT


class OfficialDocument:
    """Put together from above to below, then given as bytes.

    ``title`` is also what the file says of itself, ``author`` the body that issues it, ``at`` the
    moment it was made. ``number`` and ``signed_by`` stand above the title, at the left and at the
    right (GB/T 9704-2012, 7.2.5 and 7.2.6). Text may hold any characters; those that no XML can
    hold are left out.
    """

    def __init__(
        self, title: str, *, author: str, at: datetime, number: str = "", signed_by: str = ""
    ):
        self.made: Any = Document()
        self._headings = 0
        self._notes = Footnotes(self.made)
        _forget_the_sample(self.made, title, author, at)
        _set_page(self.made)
        _set_styles(self.made)
        _name_typefaces(self.made)
        _number_pages(self.made)
        if number or signed_by:
            self._paragraph(f"{number}\t{signed_by}" if signed_by else number, "Head Line")
            self.blank()
        for line in plain(title).split("\n"):
            self._paragraph(line, "Title")

    def mark(self, text: str) -> None:
        """A line under the title that says what the paper is not: a draft, or cancelled."""
        self._paragraph(text, "Remark")

    def blank(self) -> None:
        """An empty line."""
        self._paragraph("", "Normal")

    def heading(self, text: str) -> None:
        """A heading of the first level; it is numbered 一、 二、 by itself."""
        self._headings += 1
        self._paragraph(f"{numeral(self._headings)}、{text}", "Heading 1")

    def subheading(self, text: str) -> None:
        """A heading of the second level, with the number it is given."""
        self._paragraph(text, "Heading 2")

    def headed(self, level: int, text: str) -> None:
        """A heading of the levels one to four, with the number it brings."""
        self._paragraph(text, f"Heading {level}")

    def addressee(self, text: str) -> None:
        """To whom it goes, at the left margin, with its colon."""
        self._paragraph(text, "Addressee")

    def begin(self, words: str = "") -> Paragraph:
        """A paragraph of text that ``say`` and ``note`` continue."""
        return self._paragraph(words, "Body Text")

    def say(self, paragraph: Paragraph, words: str, *, stands_out: bool = False) -> None:
        """More words in a paragraph; what ``stands_out`` is in 黑体."""
        run = paragraph.add_run(plain(words))
        if stands_out:
            _face(run, Face.FIRST)

    def note(self, paragraph: Paragraph, words: str) -> None:
        """A footnote at the place that the paragraph has come to; it is numbered by itself."""
        self._notes.add(paragraph, plain(words))

    def remark(self, text: str) -> None:
        """A remark (附注) under the day, with its brackets."""
        self._paragraph(text, "Body Text")

    def items(self, heading: str, lines: Iterable[str]) -> None:
        """A list under a heading of the first level that has no number."""
        self._paragraph(heading, "Heading 1")
        for line in lines:
            self._paragraph(line, "Body Text")

    def table(
        self,
        rows: Sequence[Sequence[str]],
        *,
        widths: Sequence[float],
        title: str = "",
        heads: Sequence[str] = (),
    ) -> None:
        """A table with its title; ``heads`` come again on each page; ``widths`` are shares."""
        if title:
            self._paragraph(title, "Heading 1")
        _put_table(self.made, [heads, *rows] if heads else rows, widths, bool(heads))

    def text(self, text: str, *, lead: str = "") -> None:
        """Paragraphs, one for each line that is not empty; ``lead`` begins the first in 黑体."""
        for number, line in enumerate(each for each in plain(text).split("\n") if each.strip()):
            paragraph = self._paragraph("", "Body Text")
            if lead and number == 0:
                _face(paragraph.add_run(plain(lead)), Face.FIRST)
            paragraph.add_run(line.strip())

    def listing(self, label: str, names: str) -> None:
        """``出席：`` and names; further lines begin under the first name."""
        paragraph = self._paragraph("", "Listing")
        _face(paragraph.add_run(f"{plain(label)}："), Face.FIRST)
        paragraph.add_run(plain(names))

    def signature(self, issuer: str, day: str) -> None:
        """Who issues it, and the day, at the right; the day four characters in.

        With both, one is centred above the other.
        """
        self.blank()
        paragraphs = [self._paragraph(text, "Signature") for text in (issuer, day) if text]
        for paragraph in paragraphs[:-1]:
            paragraph.paragraph_format.keep_with_next = True
        if issuer and day:
            for paragraph, pad in zip(paragraphs, signature_pads(issuer, day), strict=True):
                _indent(paragraph, right=pad)

    def to_bytes(self) -> bytes:
        """The finished file; it is asked for once."""
        self._notes.close()
        target = BytesIO()
        self.made.save(target)
        return target.getvalue()

    def _paragraph(self, text: str, style: str) -> Paragraph:
        return self.made.add_paragraph(plain(text), style=style)


def plain(text: str) -> str:
    """Text without the characters that no XML can hold; line ends are one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(mark for mark in lines if mark in "\n\t" or _may_stand(ord(mark)))


def _may_stand(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _forget_the_sample(made: Any, title: str, author: str, at: datetime) -> None:
    """What the library's own sample says of itself is not ours."""
    about = made.core_properties
    about.title, about.author, about.last_modified_by = (
        plain(text)[:LONGEST_PROPERTY] for text in (title, author, author)
    )
    about.comments, about.language = "", "zh-CN"
    about.created = about.modified = localtime(at).replace(tzinfo=None)
    about.revision = 1
    for rels in (made.part.package.rels, made.part.rels):
        for key, relation in list(rels.items()):
            if relation.reltype.endswith(NOT_NEEDED):
                del rels[key]
    sheet = made.styles.element
    for style in sheet.findall(qn("w:style")):
        if style.get(qn("w:type")) == "table" and style.get(qn("w:default")) is None:
            sheet.remove(style)


def _set_page(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.footer_distance = Pt((BOTTOM_MM - NUMBER_BELOW_MM) * MM_PT - NUMBER_PT)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name in list(grid.attrib):
        del grid.attrib[name]
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(round(LINE_PT * TWIPS)))


def _set_styles(made: Any) -> None:
    styles = made.styles
    _language(made)
    _style(styles["Normal"], Face.BODY, BODY_PT)
    # One line of the grid each, nothing between paragraphs.
    _plain_paragraph(styles["Normal"])
    styles["Normal"].paragraph_format.line_spacing = 1.0
    _no_air_beside_figures(styles["Normal"])
    for name, face, size in (
        ("Title", Face.TITLE, TITLE_PT),
        ("Heading 1", Face.FIRST, BODY_PT),
        ("Heading 2", Face.SECOND, BODY_PT),
        ("Heading 3", Face.BODY, BODY_PT),
        ("Heading 4", Face.BODY, BODY_PT),
        ("Body Text", Face.BODY, BODY_PT),
    ):
        _style(styles[name], face, size)
        _plain_paragraph(styles[name])
    for name, face in (
        ("Listing", Face.BODY),
        ("Signature", Face.BODY),
        ("Remark", Face.FIRST),
        ("Head Line", Face.BODY),
        ("Addressee", Face.BODY),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _style(style, face, BODY_PT)
    headings = [f"Heading {level}" for level in range(1, 5)]
    for name in (*headings, "Body Text"):
        _indent(styles[name], first=IN_FRONT)
    for name in headings:
        styles[name].paragraph_format.keep_with_next = True
    # The document number begins one character in, the signer ends one character in.
    _indent(styles["Head Line"], left=1, right=1)
    styles["Head Line"].paragraph_format.tab_stops.add_tab_stop(
        Pt(WIDTH_PT - BODY_PT), WD_TAB_ALIGNMENT.RIGHT
    )
    # “出席：” begins two characters in; names that need more lines stay behind the colon.
    _indent(styles["Listing"], left=IN_FRONT + 3, first=-3)
    _indent(styles["Signature"], right=4)
    styles["Signature"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for name in ("Title", "Remark"):
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _exactly(styles["Title"], TITLE_PT * 1.5)
    cells = styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    cells.base_style = styles["Normal"]
    _style(cells, Face.BODY, TABLE_PT)
    _exactly(cells, TABLE_PT * 1.5)
    styles["Title"].paragraph_format.keep_with_next = True


def _style(style: Any, face: Face, size: float) -> None:
    font = style.font
    font.size, font.bold, font.italic = Pt(size), False, False
    font.color.rgb = None
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:color", "w:spacing", "w:kern"):
        for found in properties.findall(qn(tag)):
            properties.remove(found)
    properties.insert(0, _fonts(face))
    if size == BODY_PT:
        _put_spacing(properties)


def _fonts(face: Face) -> Any:
    """One name a role: a .docx has no chain of fonts; figures and Latin letters take it, too."""
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), TYPEFACES[face].name)
    return fonts


def _put_spacing(properties: Any) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(TIGHTER))
    properties.find(qn("w:sz")).addprevious(spacing)


def _plain_paragraph(style: Any) -> None:
    """Without the lines, distances and colours that the sample gives its headings."""
    properties = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:spacing", "w:contextualSpacing", "w:ind", "w:jc"):
        for found in properties.findall(qn(tag)):
            properties.remove(found)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _no_air_beside_figures(style: Any) -> None:
    """Programs put air between figures and signs by themselves; a line then holds fewer."""
    spacing = style.element.get_or_add_pPr().get_or_add_spacing()
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        switch = OxmlElement(tag)
        switch.set(qn("w:val"), "0")
        spacing.addprevious(switch)


def _exactly(style: Any, points: float) -> None:
    """Lines of their own height, off the grid; for styles and paragraphs alike."""
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    style.paragraph_format.line_spacing = Pt(points)
    properties = getattr(style, "_p", style.element if hasattr(style, "element") else None)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    properties.get_or_add_pPr().get_or_add_spacing().addprevious(snap)


def _indent(style: Any, *, left: int = 0, right: float = 0, first: int = 0) -> None:
    """Distances in characters, and in points for programs that know no characters."""
    properties = (style._p if isinstance(style, Paragraph) else style.element).get_or_add_pPr()
    for found in properties.findall(qn("w:ind")):
        properties.remove(found)
    indent = properties.get_or_add_ind()
    if left:
        indent.set(qn("w:leftChars"), str(left * 100))
        indent.set(qn("w:left"), str(left * BODY_PT * TWIPS))
    if right:
        indent.set(qn("w:rightChars"), str(round(right * 100)))
        indent.set(qn("w:right"), str(round(right * BODY_PT * TWIPS)))
    if first > 0:
        indent.set(qn("w:firstLineChars"), str(first * 100))
        indent.set(qn("w:firstLine"), str(first * BODY_PT * TWIPS))
    elif first < 0:
        indent.set(qn("w:hangingChars"), str(-first * 100))
        indent.set(qn("w:hanging"), str(-first * BODY_PT * TWIPS))


def _put_table(
    made: Any, rows: Sequence[Sequence[str]], widths: Sequence[float], headed: bool
) -> None:
    table = made.add_table(rows=len(rows), cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    # The parts of these settings stand in a fixed order.
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)
    shares = [Pt(WIDTH_PT * width / sum(widths)) for width in widths]
    for share, column in zip(shares, table.columns, strict=True):
        column.width = share
    # One walk over the rows: asking a table for single cells takes a second walk for each.
    for number, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if headed and number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for share, cell, text in zip(shares, row.cells, words, strict=True):
            cell.width = share
            paragraph = cell.paragraphs[0]
            paragraph.style = made.styles["Table Text"]
            run = paragraph.add_run(plain(text))
            if text.isdigit():
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if headed and number == 0:
                _face(run, Face.FIRST)


def _face(run: Any, face: Face) -> None:
    properties = run._r.get_or_add_rPr()
    properties.insert(0, _fonts(face))


def _language(made: Any) -> None:
    styles = made.styles
    for language in made.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def _name_typefaces(made: Any) -> None:
    """The table of fonts says under which other names each is found."""
    fonts = "".join(
        f'<w:font w:name="{face.name}"><w:altName w:val="{",".join(face.others)}"/>'
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for face in TYPEFACES.values()
    )
    table = f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>"
    for relation in made.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            relation.target_part._blob = etree.tostring(
                etree.fromstring(table), xml_declaration=True, encoding="UTF-8", standalone=True
            )


def _number_pages(made: Any) -> None:
    """— 1 — in Song, odd pages at the right and even ones at the left, one character in."""
    made.settings.odd_and_even_pages_header_footer = True
    section = made.sections[0]
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = made.styles["Normal"]
        paragraph.paragraph_format.alignment = side
        _exactly(paragraph, NUMBER_PT)
        if side == WD_ALIGN_PARAGRAPH.RIGHT:
            paragraph.paragraph_format.right_indent = Pt(NUMBER_PT)
        else:
            paragraph.paragraph_format.left_indent = Pt(NUMBER_PT)
        for part in _number():
            run = paragraph.add_run()
            run.font.size = Pt(NUMBER_PT)
            _face(run, Face.NUMBER)
            run._r.append(part)


def _number() -> Iterable[Any]:
    yield _text("— ")
    for kind in ("begin", "", "separate", "1", "end"):
        if kind == "":
            order = OxmlElement("w:instrText")
            order.text = "PAGE"
            yield order
        elif kind == "1":
            yield _text("1")
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            yield mark
    yield _text(" —")


def _text(words: str) -> Any:
    text = OxmlElement("w:t")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    text.text = words
    return text
