"""The table of how tasks from above are carried out (落实情况表) as rows of a spreadsheet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reports.selectors.tasks import TaskLine, columns


def sheet_rows(lines: Iterable[TaskLine]) -> Iterator[Sequence[Any]]:
    """Headings, then a row for each task; what stands on lines is one line. Refuses nothing."""
    yield list(columns().values())
    for line in lines:
        yield [
            " ".join(value.split("\n")) if isinstance(value, str) else value
            for value in line.values()
        ]
