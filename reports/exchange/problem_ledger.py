"""Papers of problems as files: the ledger as rows of a spreadsheet, the closing slip as .docx."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.official_docx import OfficialDocument
from reports.models.choices import ProblemColumn
from reports.selectors.problem_papers import ClosingSlip, LedgerRow, column_label


def sheet_rows(
    columns: Sequence[ProblemColumn], rows: Iterable[LedgerRow]
) -> Iterator[Sequence[Any]]:
    """Headings, then a row for each problem: days stay days, what stands on lines is one line."""
    yield [column_label(column) for column in columns]
    for row in rows:
        yield [
            " ".join(value.split("\n")) if isinstance(value, str) else value
            for value in row.values(columns)
        ]


def slip_docx(slip: ClosingSlip, *, at: datetime) -> bytes:
    """The same words as the printed slip, made at the moment ``at``. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(slip.title, author=slip.issuer, at=at)
        if slip.mark:
            made.mark(slip.mark)
        made.blank()
        made.text(slip.number, lead=_("%(label)s：") % {"label": _("编号")})
        for line in slip.lines:
            made.text("\n".join(line.lines), lead=_("%(label)s：") % {"label": line.label})
        made.signature(slip.issuer, slip.day)
        return made.to_bytes()
