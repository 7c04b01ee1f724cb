"""Problems as lists and numbers: both from the same function."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from reports.domain.problems import ProblemState
from reports.models import (
    Evidence,
    Extension,
    LookBack,
    Measure,
    Problem,
    ProblemMove,
)
from reports.selectors.evidence import evidence_of
from reports.selectors.measures import measures_for, with_last_progress
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
    overdue: bool = False,
    cancelled: bool = False,
) -> QuerySet[Problem]:
    """The problems of a scope (None: all) as of a day.

    ``state``: ``open`` (not closed), one of the states, or empty for all. With ``year``, closed
    ones are those closed within it, open ones all that are still open, and without a state the
    register of the year: found in it, or before it and not closed before it. ``overdue`` leaves
    the open ones past their due day; what is only read from a published report never is.
    Cancelled ones count nothing and are left out unless asked for.
    """
    rows = Problem.objects.all() if cancelled else Problem.objects.standing()
    if scope is not None:
        rows = scope.limit(rows)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    if unit is not None:
        rows = rows.filter(unit=unit)
    rows = rows.found_by(on).closed_day(on, today).with_due(on, today)
    if state in STATES:
        rows = rows.filter(state_then=state)
        if state == CLOSED and year is not None:
            rows = rows.filter(closed_then__year=year)
    elif state == OPEN or overdue:
        rows = rows.exclude(state_then=CLOSED)
    elif year is not None:
        carried = Q(found_on__year__lt=year) & (
            ~Q(state_then=CLOSED) | Q(closed_then__year__gte=year)
        )
        rows = rows.filter(Q(found_on__year=year) | carried)
    if overdue:
        rows = rows.exclude(state_then=CLOSED).filter(due_then__lt=on, as_published=False)
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


def is_overdue(problem: Problem, on: date) -> bool:
    """Open past its due day, as ``problems_for(overdue=True)`` has it; wants its annotations."""
    return (
        problem.state_then != CLOSED
        and problem.due_then is not None
        and problem.due_then < on
        and not problem.as_published
        and not problem.is_cancelled
    )


MOST_YEARS = 20


def years_in_a_row(problem: Problem) -> int:
    """连续n年列入: how many years without a gap the same problem was listed, this one included."""
    year, years, earlier = problem.year, 1, problem.repeats
    while earlier is not None and years < MOST_YEARS:
        if earlier.year == year - 1:
            years += 1
        elif earlier.year != year:
            break
        year, earlier = earlier.year, earlier.repeats
    return years


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """Everything the page of a problem shows beside its own fields, as of a day."""

    moves: list[ProblemMove]
    measures: list[Measure]
    children: list[Problem]
    look_backs: list[LookBack]
    extensions: list[Extension]
    evidence: list[Evidence]
    years: int


def problem_record(problem: Problem, scope: Scope, *, on: date, today: date) -> ProblemRecord:
    """Six queries, and one for each earlier problem that this one repeats."""
    measures = measures_for(scope, on=on, today=today, cancelled=True)
    measures = with_last_progress(measures.filter(problems=problem), on)
    children = problems_for(scope, on=on, today=today, cancelled=True).filter(parent=problem)
    moves = problem.moves.filter(on__lte=on).select_related("recorded_by", "leader", "signer")
    return ProblemRecord(
        moves=list(moves.order_by("on", "pk")),
        measures=list(measures),
        children=list(children.order_by("pk")),
        look_backs=list(
            problem.look_backs.filter(on__lte=on).select_related("recorded_by").order_by("on", "pk")
        ),
        extensions=list(
            problem.extensions.filter(asked_on__lte=on)
            .select_related("recorded_by", "decided_by")
            .order_by("asked_on", "pk")
        ),
        evidence=evidence_of(scope, problem=problem.pk),
        years=years_in_a_row(problem),
    )
