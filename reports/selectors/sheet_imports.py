"""What pages of sheets read: known names of columns, rows by verdict, how far an import is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.models import ColumnName, SheetImport, SheetRow, Unit


def known_columns(kind: SheetKind, bureau: Unit) -> dict[str, str]:
    """The field of each name above a column, delivered or confirmed by the bureau: one query."""
    rows = ColumnName.objects.filter(Q(bureau=None) | Q(bureau=bureau), kind=kind.value)
    found = rows.values_list("bureau", "name", "field")
    delivered = {name: field for of, name, field in found if of is None}
    return delivered | {name: field for of, name, field in found if of is not None}


def for_list(rows: QuerySet[SheetImport]) -> QuerySet[SheetImport]:
    """Imports, newest first, with what a list shows."""
    return rows.select_related("bureau", "recorded_by", "job").order_by("-pk")


def waiting_sheets(rows: QuerySet[SheetImport]) -> QuerySet[SheetImport]:
    """Imports that are neither entered nor given up, newest first."""
    ended = (SheetState.ENTERED.value, SheetState.DROPPED.value)
    return for_list(rows).exclude(state__in=ended)


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of an import are of each verdict, and how many of these are entered."""

    by_verdict: Mapping[RowVerdict, int] = field(default_factory=dict)
    to_enter: int = 0
    asking: int = 0

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(self.by_verdict.values())

    @property
    def refused(self) -> int:
        """How many are refused."""
        return self.by_verdict.get(RowVerdict.REFUSED, 0)


def row_counts(sheet: SheetImport) -> RowCounts:
    """The counts of an import: one query."""
    left_out = Q(is_left_out=True)
    rows = SheetRow.objects.filter(sheet=sheet).values("verdict")
    found = rows.annotate(n=Count("pk"), left=Count("pk", filter=left_out)).order_by()
    counts, to_enter, asking = dict.fromkeys(RowVerdict, 0), 0, 0
    for row in found:
        verdict = RowVerdict(row["verdict"])
        counts[verdict] = row["n"]
        if verdict in (RowVerdict.NEW, RowVerdict.CHANGED):
            to_enter += row["n"] - row["left"]
            asking += row["left"]
    return RowCounts(counts, to_enter, asking)
