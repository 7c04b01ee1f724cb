"""Real footnotes in a .docx, which python-docx cannot make by itself."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import etree

NAME = PackURI("/word/footnotes.xml")
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
TEXT_PT = 9
# The lines above the notes have numbers of their own, below those of the notes.
LINES = {-1: "separator", 0: "continuationSeparator"}


class Footnotes:
    """The notes of one document, numbered by the program that shows it: 1, 2, 3 …"""

    def __init__(self, made: Any):
        self._made = made
        self._notes: Any = None

    def add(self, paragraph: Paragraph, text: str) -> None:
        """A note behind what the paragraph says so far. ``text`` holds what XML can hold."""
        if self._notes is None:
            self._begin()
        number = len(self._notes) - len(LINES) + 1
        run = paragraph.add_run(style="Footnote Reference")
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(number))
        run._r.append(reference)
        note = _note(number)
        own = note.find(qn("w:p"))
        mark = etree.SubElement(own, qn("w:r"))
        style = etree.SubElement(etree.SubElement(mark, qn("w:rPr")), qn("w:rStyle"))
        style.set(qn("w:val"), _id(self._made, "Footnote Reference"))
        etree.SubElement(mark, qn("w:footnoteRef"))
        words = etree.SubElement(etree.SubElement(own, qn("w:r")), qn("w:t"))
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        words.text = f" {text}"
        layout = etree.SubElement(own, qn("w:pPr"))
        own.insert(0, layout)
        etree.SubElement(layout, qn("w:pStyle")).set(qn("w:val"), _id(self._made, "Footnote Text"))
        self._notes.append(note)

    def close(self) -> None:
        """Put the notes into the package; nothing where there are none."""
        if self._notes is None:
            return
        blob = etree.tostring(self._notes, xml_declaration=True, encoding="UTF-8", standalone=True)
        part = Part(NAME, TYPE, blob, self._made.part.package)
        self._made.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    def _begin(self) -> None:
        _styles(self._made)
        self._notes = etree.fromstring(f"<w:footnotes {nsdecls('w')}/>")
        told = OxmlElement("w:footnotePr")
        for number, kind in LINES.items():
            line = _note(number)
            line.set(qn("w:type"), kind)
            own = etree.SubElement(line.find(qn("w:p")), qn("w:r"))
            etree.SubElement(own, qn(f"w:{kind}"))
            self._notes.append(line)
            named = OxmlElement("w:footnote")
            named.set(qn("w:id"), str(number))
            told.append(named)
        # The settings stand in a fixed order.
        settings = self._made.settings.element
        after = settings.find(qn("w:compat"))
        if after is None:
            settings.append(told)
        else:
            after.addprevious(told)


def _note(number: int) -> Any:
    note = etree.fromstring(f"<w:footnote {nsdecls('w')}><w:p/></w:footnote>")
    note.set(qn("w:id"), str(number))
    return note


def _id(made: Any, name: str) -> str:
    return str(made.styles[name].style_id)


def _styles(made: Any) -> None:
    text = made.styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH)
    text.base_style = made.styles["Normal"]
    text.font.size = Pt(TEXT_PT)
    layout = text.paragraph_format
    layout.line_spacing = Pt(TEXT_PT * 1.4)
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    text.element.get_or_add_pPr().get_or_add_spacing().addprevious(snap)
    reference = made.styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
    reference.font.superscript = True
