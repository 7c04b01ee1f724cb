"""Measures as lists and numbers: both from the same function."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, QuerySet

from reports.models import Measure
from reports.selectors.scope import Scope

OPEN, DONE, DROPPED = "open", "done", "dropped"


def measures_for(
    scope: Scope | None,
    *,
    on: date,
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
    plan_year: int | None = None,
    state: str = "",
    overdue: bool = False,
    due_by: date | None = None,
    cancelled: bool = False,
) -> QuerySet[Measure]:
    """The measures of a scope (None: all) as of a day, those due first before others.

    ``state``: open, done, dropped, or empty for all that were set by then; ``overdue`` leaves the
    open ones past their due day, ``due_by`` those due on that day or before. What is only read
    from a published report is never overdue and has no day to be due by.
    """
    rows = Measure.objects.all() if cancelled else Measure.objects.standing()
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if plan_year is not None:
        rows = rows.filter(plan_year=plan_year)
    rows = rows.filter(set_on__lte=on).with_due(on)
    if overdue:
        rows = rows.overdue_on(on)
    if due_by is not None:
        rows = rows.open_on(on).filter(due_then__lte=due_by, as_published=False)
    if state == OPEN:
        rows = rows.open_on(on)
    elif state == DONE:
        rows = rows.filter(done_on__lte=on)
    elif state == DROPPED:
        rows = rows.filter(dropped_on__lte=on)
    return rows.select_related("unit", "bureau", "responsible").order_by("due_then", "pk")


def overdue_by_bureau(bureau_ids: Iterable[int], *, on: date) -> dict[int, int]:
    """Overdue measures of each bureau: one query, counted as ``measures_for(overdue=True)``."""
    rows = Measure.objects.filter(bureau__in=list(bureau_ids)).overdue_on(on)
    counts = rows.order_by().values("bureau_id").annotate(number=Count("pk"))
    return {row["bureau_id"]: row["number"] for row in counts}
