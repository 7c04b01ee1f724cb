"""A report as plain text and as a page of HTML, for the web page of the bureau.

Both are made to be pasted into somebody else's editor: words, headings and a table of metadata, no
looks. Who signed is not for it, nor notes and what else belongs to the checking copy.
"""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.official_text import Document, Metadata, Paragraph
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.report_docx import metadata_rows

TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
# Old editors of Windows take a file without this mark for another script, and know no other ends.
BYTE_ORDER_MARK = "\ufeff"
LINE_END = "\r\n"
# Text without styles begins a paragraph with two empty characters.
INDENT = "\u3000\u3000"
# The title has the first level of headings.
DEEPEST_HEADING = 5


def report_text(document: Document) -> str:
    """The document as plain text, a line for each paragraph. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        lines = [_("%(name)s：%(value)s") % row for row in _metadata(document.metadata)]
        lines += ["", *([document.number] if document.number else [])]
        lines += [*document.title, *(["", document.mark] if document.mark else []), ""]
        lines += [document.addressee] if document.addressee else []
        lines += [f"{INDENT}{paragraph.text}" for paragraph in document.paragraphs()]
        if document.signature:
            lines += ["", document.signature, *([document.day] if document.day else [])]
        lines += [f"{INDENT}{remark}" for remark in document.remarks]
    return BYTE_ORDER_MARK + LINE_END.join(lines) + LINE_END


def report_html(document: Document) -> str:
    """The document as a whole page without any looks. Refuses nothing; all words are escaped."""
    with override(DOCUMENT_LANGUAGE):
        metadata = format_html_join(
            "\n",
            '<tr><th scope="row">{}</th><td>{}</td></tr>',
            ((row["name"], row["value"]) for row in _metadata(document.metadata)),
        )
    signature = [document.signature, document.day] if document.signature else []
    parts = [
        *(_line(line) for line in [document.number] if line),
        format_html("<h1>{}</h1>", format_html_join(BREAK, "{}", ((t,) for t in document.title))),
        *(format_html("<p><strong>{}</strong></p>", mark) for mark in [document.mark] if mark),
        *(_line(line) for line in [document.addressee] if line),
        *(_block(paragraph) for paragraph in document.paragraphs()),
        *(_line(line) for line in signature if line),
        *(_line(remark) for remark in document.remarks),
    ]
    return PAGE.format(
        title=format_html("{}", document.name),
        metadata=metadata,
        body="\n".join(parts),
    )


BREAK = mark_safe("<br>")  # nosec B308 # all parts are escaped or ours
PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<table>
{metadata}
</table>
{body}
</body>
</html>
"""


def _metadata(metadata: Metadata) -> list[dict[str, str]]:
    """Name and value, one after the other; what is not known yet leaves its place."""
    cells = [cell for row in metadata_rows(metadata) for cell in row]
    return [
        {"name": name, "value": value} for name, value in zip(cells[::2], cells[1::2], strict=True)
    ]


def _line(words: str) -> str:
    return format_html("<p>{}</p>", words)


def _block(paragraph: Paragraph) -> str:
    if not paragraph.level:
        return _line(paragraph.text)
    level = min(paragraph.level + 1, DEEPEST_HEADING)
    return format_html("<h{0}>{1}</h{0}>", level, paragraph.text)
