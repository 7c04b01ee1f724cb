"""Problems as lists and numbers: both from the same function."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from reports.domain.problems import ProblemState
from reports.models import Problem
from reports.selectors.scope import Scope

OPEN = "open"
CLOSED = ProblemState.CLOSED.value
STATES = frozenset(state.value for state in ProblemState)


def problems_for(
    scope: Scope | None,
    *,
    on: date,
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
    year: int | None = None,
    state: str = "",
    cancelled: bool = False,
) -> QuerySet[Problem]:
    """The problems of a scope (None: all) as of a day.

    ``state``: ``open`` (not closed), one of the states, or empty for all. With ``year``, closed
    ones are those closed within it, open ones all that are still open, and any other those found
    in it. Cancelled ones count nothing and are left out unless asked for.
    """
    rows = Problem.objects.all() if cancelled else Problem.objects.standing()
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if state == CLOSED:
        rows = rows.closed_by_day(on, today)
        if year is not None:
            rows = rows.filter(closed_then__year=year)
    elif state == OPEN:
        rows = rows.open_on(on, today)
    elif state in STATES:
        rows = rows.found_by(on).with_state(on, today).filter(state_then=state)
    else:
        rows = rows.found_by(on).with_state(on, today)
        if year is not None:
            rows = rows.filter(found_on__year=year)
    return rows.select_related("unit", "source", "bureau").order_by("-found_on", "-pk")


def problem_counts_by_bureau(
    bureau_ids: Iterable[int], *, year: int, on: date, today: date
) -> dict[int, tuple[int, int]]:
    """Open ones and those closed in the year, of each bureau: one query.

    The same conditions as ``problems_for`` with ``state`` open and closed.
    """
    rows = Problem.objects.standing().filter(bureau__in=list(bureau_ids)).found_by(on)
    rows = rows.closed_day(on, today)
    counts = (
        rows.order_by()
        .values("bureau_id")
        .annotate(
            open=Count("pk", filter=~Q(state_then=CLOSED) & Q(state_then__isnull=False)),
            closed=Count("pk", filter=Q(state_then=CLOSED, closed_then__year=year)),
        )
    )
    return {row["bureau_id"]: (row["open"], row["closed"]) for row in counts}
