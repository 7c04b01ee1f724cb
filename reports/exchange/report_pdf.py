"""A report as PDF in the official format, set by typst from the faces that come with the ledger."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain import paper
from reports.domain.official_text import Document, Paragraph, signature_pads
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.report_docx import metadata_rows

MEDIA_TYPE = "application/pdf"
LAYOUT, PROGRAM = (Path(__file__).with_name(name) for name in ("report.typ", "typeset.py"))
# Forty pages take less than a second; something that takes longer than this never ends.
LIMIT_SECONDS = 60
# The only faces at hand: one for text and titles, one for headings.
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"
NUMBERS = {
    "page": paper.PAGE_MM,
    "top": paper.TOP_MM,
    "left": paper.LEFT_MM,
    "right": paper.RIGHT_MM,
    "bottom": paper.BOTTOM_MM,
    "line": paper.LINE_PT,
    "characters": paper.CHARACTERS,
    "number_below": paper.NUMBER_BELOW_MM,
    "body": paper.BODY_PT,
    "title": paper.TITLE_PT,
    "number": paper.NUMBER_PT,
    "serif": SERIF,
    "sans": SANS,
}


def report_pdf(document: Document, *, at: datetime) -> bytes:
    """The document as a file made at the moment ``at``, with outline and metadata.

    Refuses nothing: any characters may stand in the text; one that no face has leaves its place.
    """
    with override(DOCUMENT_LANGUAGE):
        told = json.dumps(_told(document), ensure_ascii=False)
    moment = str(int(at.astimezone(UTC).timestamp()))
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(LAYOUT), moment],
        input=told.encode(),
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    return done.stdout


def _told(document: Document) -> dict[str, Any]:
    metadata = document.metadata
    named = (document.number, metadata.index_number, metadata.topic)
    return {
        "paper": NUMBERS,
        "name": document.name,
        "issuer": document.issuer,
        "keywords": [words for words in named if words],
        "about": document.mark or document.name,
        "title": document.title,
        "number": document.number,
        "signed_by": document.signed_by,
        "mark": document.mark,
        "metadata": metadata_rows(metadata) if document.shows_metadata else [],
        "addressee": document.addressee,
        "paragraphs": [_paragraph(each) for each in document.paragraphs()],
        "signature": document.signature,
        "day": document.day,
        "pads": signature_pads(document.signature, document.day) if document.day else (4, 4),
        "remarks": (*document.remarks, *document.internal),
        "hints_title": _("核查提示"),
        "hints": document.hints,
        "tables": [
            {
                "title": each.title,
                "columns": each.columns,
                "rows": each.rows,
                "widths": each.widths,
            }
            for each in document.tables
        ],
    }


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    notes = {note.number: note.text for note in paragraph.notes}
    return {
        "level": paragraph.level,
        "lead": paragraph.lead,
        "runs": [
            {"text": run.text, "note": notes.get(run.note, ""), "mark": run.mark}
            for run in paragraph.runs
        ],
    }
