"""Problems as lists and numbers: both from the same function."""

from datetime import date, timedelta

from django.db.models import (
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Greatest

from reports.domain.problem_figures import Age, ClosedHow, Part, ProblemTotals, found_between
from reports.domain.problems import ENDED, LEFT_OUT, ProblemState
from reports.models import (
    Problem,
    ProblemMove,
    ProblemRule,
    Progress,
)
from reports.selectors.scope import Scope

OPEN = "open"
CLOSED = ProblemState.CLOSED.value
STATES = frozenset(state.value for state in ProblemState)
NEARLY = ProblemState.NEARLY_DONE.value
ENDS = sorted(state.value for state in ENDED)
APART = sorted(state.value for state in LEFT_OUT)


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
    overdue_for: int = 0,
    cancelled: bool = False,
) -> QuerySet[Problem]:
    """The problems of a scope (None: all) as of a day.

    ``state``: ``open`` (not ended), one of the states, or empty for all. With ``year``, closed
    ones are those closed within it, open ones all that are still open, and without a state the
    register of the year: found in it, or before it and not closed before it. ``overdue`` leaves
    the open ones past their due day, by more than ``overdue_for`` days; what is only read from a
    published report never is.
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
        rows = rows.exclude(state_then__in=ENDS)
    elif year is not None:
        carried = Q(found_on__year__lt=year) & (
            ~Q(state_then__in=ENDS) | Q(state_then=CLOSED, closed_then__year__gte=year)
        )
        rows = rows.filter(Q(found_on__year=year) | carried)
    if overdue:
        before = on - timedelta(days=overdue_for)
        rows = rows.exclude(state_then__in=ENDS).filter(due_then__lt=before, as_published=False)
    return rows.select_related("unit", "source", "bureau").order_by("-found_on", "-pk")


# --- narrowed further; all of rows that problems_for gives --------------------------------------


def with_movement(rows: QuerySet[Problem], on: date) -> QuerySet[Problem]:
    """``moved_on``: the last day by then on which something happened to a problem.

    Its last move, or the last progress of its measures that does not say 无新进展. ``silent_for``
    is how long that was ago, ``silence`` how long its class may be silent.
    """
    moves = ProblemMove.objects.filter(problem=OuterRef("pk"), on__lte=on)
    progress = Progress.objects.filter(
        measure__problems=OuterRef("pk"),
        measure__cancelled_at__isnull=True,
        nothing_new=False,
        on__lte=on,
    )
    usual = ProblemRule._meta.get_field("no_movement_days").default
    a_day = Value(timedelta(days=1), output_field=DurationField())
    allowed = ProblemRule.objects.filter(kind=OuterRef("kind")).values(
        allowed=ExpressionWrapper(
            Cast("no_movement_days", IntegerField()) * a_day, output_field=DurationField()
        )
    )
    return rows.annotate(
        moved_on=Greatest(
            F("found_on"),
            Coalesce(Subquery(moves.order_by("-on").values("on")[:1]), F("found_on")),
            Coalesce(Subquery(progress.order_by("-on").values("on")[:1]), F("found_on")),
        ),
        silent_for=ExpressionWrapper(
            Value(on, output_field=DateField()) - F("moved_on"), output_field=DurationField()
        ),
        silence=Coalesce(
            Subquery(allowed[:1]), Value(timedelta(days=usual), output_field=DurationField())
        ),
    )


def without_movement(rows: QuerySet[Problem], on: date) -> QuerySet[Problem]:
    """The open ones to which nothing has happened for longer than their class allows.

    A problem with counted items below it moves only as they do: the items are named, not it. What
    is only read from a published report is never named.
    """
    return (
        with_movement(rows, on)
        .exclude(state_then__in=ENDS)
        .filter(follows=False, as_published=False, cancelled_at__isnull=True)
        .filter(silent_for__gt=F("silence"))
    )


def is_without_movement(problem: Problem) -> bool:
    """Whether ``without_movement`` lists the problem; wants what ``with_movement`` adds."""
    return (
        problem.state_then not in ENDS
        and not problem.follows
        and not problem.as_published
        and not problem.is_cancelled
        and problem.silent_for > problem.silence
    )


def reply_overdue(rows: QuerySet[Problem], on: date) -> QuerySet[Problem]:
    """Papers from outside (来文) whose reply was due before that day and had not gone by then."""
    return rows.filter(
        Q(replied_on__isnull=True) | Q(replied_on__gt=on), reply_due_on__lt=on
    ).exclude(state_then__in=APART)


def age_condition(age: Age, on: date) -> Q:
    """Open on that day, and known for so long; the SQL voice of ``age_of``."""
    first, last = found_between(age, on)
    found = ~Q(state_then__in=ENDS) & Q(found_on__lte=last)
    return found if first is None else found & Q(found_on__gte=first)


def of_age(rows: QuerySet[Problem], age: Age, on: date) -> QuerySet[Problem]:
    """The open ones that have been known for so long on that day."""
    return rows.filter(age_condition(age, on))


def closed_as(rows: QuerySet[Problem], how: ClosedHow) -> QuerySet[Problem]:
    """Those closed by their due day, after it, or either; the SQL voice of ``closed_how``."""
    rows = rows.filter(state_then=CLOSED, due_then__isnull=False, as_published=False)
    if how == ClosedHow.IN_TIME:
        return rows.filter(closed_then__lte=F("due_then"))
    return rows.filter(closed_then__gt=F("due_then")) if how == ClosedHow.LATE else rows


_COUNTED = Q(counts=True) & ~Q(state_then__in=APART)
PARTS: dict[Part, Q] = {
    Part.COUNTED: _COUNTED,
    Part.CLOSED: _COUNTED & Q(state_then=CLOSED),
    Part.NEARLY: _COUNTED & Q(state_then=NEARLY),
    Part.OPEN: _COUNTED & ~Q(state_then__in=[CLOSED, NEARLY]),
    Part.UNCOUNTED: Q(counts=False) & ~Q(state_then__in=APART),
    Part.LEFT_OUT: Q(state_then__in=APART),
}


def in_part(rows: QuerySet[Problem], part: Part | None) -> QuerySet[Problem]:
    """The rows of one part of their totals; None: all."""
    return rows if part is None else rows.filter(PARTS[part])


def problem_totals(rows: QuerySet[Problem]) -> ProblemTotals:
    """How many of the rows count, and how they stand: one query.

    ``rows`` as ``problems_for`` gives them, narrowed as one likes; each part opens
    ``in_part(rows, …)``. Cancelled ones count nothing.
    """
    parts = {
        "closed": Part.CLOSED,
        "nearly": Part.NEARLY,
        "open": Part.OPEN,
        "uncounted": Part.UNCOUNTED,
        "left_out": Part.LEFT_OUT,
    }
    live = rows.filter(cancelled_at__isnull=True).select_related(None).order_by()
    return ProblemTotals(
        **live.aggregate(**{name: Count("pk", filter=PARTS[part]) for name, part in parts.items()})
    )


DEEPEST = 6


def under(rows: QuerySet[Problem], root: Problem) -> QuerySet[Problem]:
    """The rows that are ``root`` or stand below it, however deep."""
    found, way = Q(pk=root.pk), "parent"
    for _level in range(DEEPEST):
        found |= Q(**{way: root.pk})
        way += "__parent"
    return rows.filter(found)


def is_overdue(problem: Problem, on: date) -> bool:
    """Open past its due day, as ``problems_for(overdue=True)`` has it; wants its annotations."""
    return (
        problem.state_then not in ENDS
        and problem.due_then is not None
        and problem.due_then < on
        and not problem.as_published
        and not problem.is_cancelled
    )


MOST_YEARS = 20


def years_in_a_row(problem: Problem) -> int:
    """连续n年列入: how many years without a gap the same problem was listed, this one included.

    What was entered by mistake, or found to be no problem, was not listed.
    """
    year, years, earlier = problem.year, 1, problem.repeats
    while earlier is not None and years < MOST_YEARS and _was_listed(earlier):
        if earlier.year == year - 1:
            years += 1
        elif earlier.year != year:
            break
        year, earlier = earlier.year, earlier.repeats
    return years


def _was_listed(problem: Problem) -> bool:
    return not problem.is_cancelled and problem.state != ProblemState.DISMISSED
