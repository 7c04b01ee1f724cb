"""The year's notices (年度报告通知): who asks for a report, by when, what must be in it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from reports.models import CallItem, ReportCall
from reports.selectors.scope import Scope


def calls_for(
    scope: Scope, *, bureau: int | None = None, year: int | None = None
) -> QuerySet[ReportCall]:
    """The notices of a scope, the next limit first; each with ``asked`` and ``ticked`` items."""
    rows = scope.limit(ReportCall.objects.all())
    if bureau is not None:
        rows = rows.filter(unit=bureau)
    if year is not None:
        rows = rows.filter(year=year)
    return counted(rows).select_related("unit").order_by("-year", "due_on", "pk")


def counted(rows: QuerySet[ReportCall]) -> QuerySet[ReportCall]:
    """``asked``: how many items a notice has; ``ticked``: how many of them are done."""
    return rows.annotate(
        asked=Count("items"), ticked=Count("items", filter=Q(items__done_on__isnull=False))
    )


@dataclass(frozen=True, slots=True)
class CallShown:
    """A notice beside the report: its limit, the days left of it, what is still to be done."""

    call: ReportCall
    days_left: int
    items: tuple[CallItem, ...]

    @property
    def open_items(self) -> list[CallItem]:
        """What is not ticked off yet."""
        return [item for item in self.items if item.done_on is None]


def items_of(call: ReportCall) -> list[CallItem]:
    """What a notice asks for, in its order: one query."""
    return list(call.items.select_related("done_by").order_by("position"))


def calls_shown(bureau_id: int, year: int, *, today: date) -> list[CallShown]:
    """The notices of a bureau's year with their items: two queries."""
    rows = ReportCall.objects.filter(unit=bureau_id, year=year).order_by("due_on", "pk")
    return [
        CallShown(
            call,
            (call.due_on - today).days,
            tuple(sorted(call.items.all(), key=lambda item: item.position)),
        )
        for call in rows.prefetch_related("items")
    ]
