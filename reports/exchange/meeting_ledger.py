"""The ledger of meetings as rows of a spreadsheet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.models.choices import LedgerColumn
from reports.selectors.meeting_ledger import LedgerRow, column_label


def sheet_rows(
    columns: Sequence[LedgerColumn], rows: Iterable[LedgerRow]
) -> Iterator[Sequence[Any]]:
    """Headings, then a row for each meeting: days stay days, what stands on lines is one line."""
    yield [column_label(column) for column in columns]
    for row in rows:
        yield [
            " ".join(value.split("\n")) if isinstance(value, str) else value
            for value in row.values(columns)
        ]
