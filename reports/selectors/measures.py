"""Measures as lists and numbers: both from the same function."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery, Value

from reports.domain.measures import (
    ExtensionFacts,
    MeasureFacts,
    MeasureStanding,
    standing,
)
from reports.models import Evidence, Extension, Measure, Problem, Progress
from reports.selectors.evidence import evidence_of
from reports.selectors.scope import Scope

OPEN, DONE, DROPPED = "open", "done", "dropped"
SOON = timedelta(days=30)


def measures_for(
    scope: Scope | None,
    *,
    on: date,
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
    year: int | None = None,
    plan_year: int | None = None,
    state: str = "",
    overdue: bool = False,
    due_by: date | None = None,
    cancelled: bool = False,
) -> QuerySet[Measure]:
    """The measures of a scope (None: all) as of a day, those due first before others.

    ``state``: open, done, dropped, or empty for all that were set by then; with ``year`` those
    done or dropped within it, and of all those that had not ended before it. ``overdue`` leaves the
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
    if year is not None:
        rows = rows.filter(
            Q(done_on__isnull=True) | Q(done_on__year__gte=year),
            Q(dropped_on__isnull=True) | Q(dropped_on__year__gte=year),
        )
        if state == DONE:
            rows = rows.filter(done_on__year=year)
        elif state == DROPPED:
            rows = rows.filter(dropped_on__year=year)
    return rows.select_related("unit", "bureau", "responsible").order_by(
        F("due_then").asc(nulls_last=True), "pk"
    )


def overdue_by_bureau(bureau_ids: Iterable[int], *, on: date) -> dict[int, int]:
    """Overdue measures of each bureau: one query, counted as ``measures_for(overdue=True)``."""
    rows = Measure.objects.filter(bureau__in=list(bureau_ids)).overdue_on(on)
    counts = rows.order_by().values("bureau_id").annotate(number=Count("pk"))
    return {row["bureau_id"]: row["number"] for row in counts}


def with_last_progress(rows: QuerySet[Measure], on: date) -> QuerySet[Measure]:
    """``progress_on``: the day of the last progress by then; ``nearly_done``: it said 基本完成.

    ``as_of`` is the day itself, for tables that are exported away from their page.
    """
    last = Progress.objects.filter(measure=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
    return rows.annotate(
        progress_on=Subquery(last.values("on")[:1]),
        nearly_done=Subquery(last.values("basically_done")[:1]),
        as_of=Value(on, output_field=DateField()),
    )


def facts_of(measure: Measure, extensions: Iterable[Extension] = ()) -> MeasureFacts:
    """What the rules ask of a stored measure; its due day is the one first set.

    Wants ``progress_on`` where movement matters.
    """
    granted = sorted((e for e in extensions if e.granted), key=lambda e: (e.decided_on, e.pk))
    return MeasureFacts(
        measure.title,
        done_on=measure.done_on,
        dropped_on=measure.dropped_on,
        due_on=granted[0].old_due_on if granted else measure.due_on,
        begun_on=measure.set_on,
        last_progress_on=getattr(measure, "progress_on", None),
        extensions=tuple(ExtensionFacts(e.decided_on, e.new_due_on) for e in granted),
    )


def standing_of(measure: Measure, on: date) -> MeasureStanding:
    """How a measure read by ``measures_for`` stands on that day; wants ``due_then``.

    What is only read from a published report is never overdue and never without movement.
    """
    facts = MeasureFacts(
        measure.title,
        done_on=measure.done_on,
        dropped_on=measure.dropped_on,
        due_on=None if measure.as_published else measure.due_then,
        begun_on=None if measure.as_published else measure.set_on,
        last_progress_on=getattr(measure, "progress_on", None),
    )
    return standing(facts, on)


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """Everything the page of a measure shows beside its own fields, as of a day."""

    problems: list[Problem]
    progress: list[Progress]
    extensions: list[Extension]
    evidence: list[Evidence]


def measure_record(measure: Measure, scope: Scope, *, on: date) -> MeasureRecord:
    """Five queries; the evidence of its progress comes after its own."""
    return MeasureRecord(
        problems=list(scope.limit(Problem.objects.filter(measures=measure)).order_by("pk")),
        progress=list(
            measure.progress.filter(on__lte=on).select_related("recorded_by").order_by("on", "pk")
        ),
        extensions=list(
            measure.extensions.filter(asked_on__lte=on)
            .select_related("recorded_by", "decided_by")
            .order_by("asked_on", "pk")
        ),
        evidence=[
            *evidence_of(scope, measure=measure.pk),
            *evidence_of(scope, progress__measure=measure.pk),
        ],
    )
