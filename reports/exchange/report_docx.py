"""A report as .docx in the official format, for Word and WPS to go on editing."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.official_text import Document, Metadata, Paragraph
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.official_docx import OfficialDocument


def report_docx(document: Document, *, at: datetime) -> bytes:
    """The document as a file made at the moment ``at``; notes are real footnotes.

    Refuses nothing: any characters may stand in the text.
    """
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(
            "\n".join(document.title),
            author=document.issuer,
            at=at,
            number=document.number,
            signed_by=document.signed_by,
        )
        if document.mark:
            made.mark(document.mark)
        if document.shows_metadata:
            made.table(metadata_rows(document.metadata), widths=(2, 5, 2, 5))
        made.blank()
        if document.addressee:
            made.addressee(document.addressee)
        for paragraph in document.paragraphs():
            _write(made, paragraph)
        if document.signature:
            made.blank()
            made.signature(document.signature, document.day)
        for remark in (*document.remarks, *document.internal):
            made.remark(remark)
        if document.hints:
            made.blank()
            made.items(_("核查提示"), document.hints)
        for table in document.tables:
            made.blank()
            made.table(table.rows, widths=table.widths, title=table.title, heads=table.columns)
        return made.to_bytes()


def metadata_rows(metadata: Metadata) -> list[tuple[str, str, str, str]]:
    """What a web page says of the report, as two rows of names and values."""
    return [
        (_("索引号"), metadata.index_number, _("成文日期"), metadata.issued_on),
        (_("发布机构"), metadata.issuer, _("主题分类"), metadata.topic),
    ]


def _write(made: OfficialDocument, paragraph: Paragraph) -> None:
    if paragraph.level:
        made.headed(paragraph.level, paragraph.lead)
        return
    notes = {note.number: note.text for note in paragraph.notes}
    begun = made.begin(paragraph.lead)
    for run in paragraph.runs:
        made.say(begun, run.text)
        if run.note:
            made.note(begun, notes[run.note])
        if run.mark:
            made.say(begun, run.mark, stands_out=True)
