"""Measures as lists and numbers: both from the same function."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
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
from django.db.models.functions import Coalesce, Greatest

from reports.domain.measure_wording import Remark, Worded, left_open
from reports.domain.measures import (
    NO_MOVEMENT_AFTER,
    ExtensionFacts,
    MeasureFacts,
    MeasureStanding,
    MilestoneStanding,
    due_day,
    milestone_standing,
    standing,
)
from reports.models import (
    Evidence,
    EvidenceUse,
    Extension,
    Measure,
    Milestone,
    Problem,
    ProblemRule,
    Progress,
    Unit,
)
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
    late: bool = False,
    silent: bool = False,
    due_by: date | None = None,
    cancelled: bool = False,
) -> QuerySet[Measure]:
    """The measures of a scope (None: all) as of a day, those due first before others.

    ``state``: open, done, dropped, or empty for all that were set by then; with ``year`` those
    done or dropped within it, and of all those that had not ended before it. ``overdue`` leaves the
    open ones past their due day, ``late`` those done after it, ``silent`` the open ones without
    movement for longer than the classes of their problems allow, ``due_by`` those due on that day
    or before. What is only read from a published report is none of these.
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
    rows = rows.filter(set_on__lte=on).with_due(on, today)
    if overdue:
        rows = rows.overdue_on(on, today)
    if late:
        rows = rows.filter(done_on__lte=on, done_on__gt=F("due_then"), as_published=False)
    if silent:
        rows = silent_on(rows, on)
    if due_by is not None:
        rows = rows.open_on(on, today).filter(due_then__lte=due_by, as_published=False)
    if state == OPEN:
        rows = rows.open_on(on, today)
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


ONE_DAY = Value(timedelta(days=1), output_field=DurationField())


def with_movement(rows: QuerySet[Measure], on: date) -> QuerySet[Measure]:
    """``moved_on``: the day of the last entry by then that told of something; ``silence_days``:
    after how many days without one silence is remarked on.

    The SQL voice of ``domain.measures.days_of_silence``; a parity test holds the two.
    """
    told = Progress.objects.filter(measure=OuterRef("pk"), on__lte=on, nothing_new=False)
    answered = Problem.objects.standing().filter(measures=OuterRef(OuterRef("pk")))
    rules = ProblemRule.objects.filter(kind__in=answered.values("kind"))
    return rows.annotate(
        moved_on=Subquery(told.order_by("-on", "-pk").values("on")[:1]),
        silence_days=Coalesce(
            Subquery(rules.order_by("no_movement_days").values("no_movement_days")[:1]),
            NO_MOVEMENT_AFTER.days,
            output_field=IntegerField(),
        ),
    )


def silent_on(rows: QuerySet[Measure], on: date) -> QuerySet[Measure]:
    """The SQL voice of ``domain.measures.is_silent``: open, and nothing told for too long."""
    last = Greatest("set_on", Coalesce("moved_on", "set_on"))
    silence = ExpressionWrapper(F("silence_days") * ONE_DAY, output_field=DurationField())
    speaks_by = ExpressionWrapper(last + silence, output_field=DateField())
    rows = with_movement(rows.open_on(on), on).filter(as_published=False, cancelled_at=None)
    return rows.alias(speaks_by=speaks_by).filter(speaks_by__lt=on)


def with_last_progress(rows: QuerySet[Measure], on: date) -> QuerySet[Measure]:
    """``progress_on``: the day of the last entry by then; ``nearly_done``: the last that told of
    something said 基本完成; ``percent``: the last per cent given; and what ``with_movement`` adds.

    ``as_of`` is the day itself, for tables that are exported away from their page.
    """
    entries = Progress.objects.filter(measure=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
    told = entries.filter(nothing_new=False)
    return with_movement(rows, on).annotate(
        progress_on=Subquery(entries.values("on")[:1]),
        nearly_done=Subquery(told.values("basically_done")[:1]),
        percent=Subquery(told.filter(percent__isnull=False).values("percent")[:1]),
        as_of=Value(on, output_field=DateField()),
    )


def facts_of(measure: Measure, extensions: Iterable[Extension] = ()) -> MeasureFacts:
    """What the rules ask of a stored measure; its due day is the one first set.

    Wants ``moved_on`` where movement matters.
    """
    granted = sorted((e for e in extensions if e.granted), key=lambda e: (e.decided_on, e.pk))
    return MeasureFacts(
        measure.title,
        done_on=measure.done_on,
        dropped_on=measure.dropped_on,
        due_on=granted[0].old_due_on if granted else measure.due_on,
        begun_on=measure.set_on,
        last_progress_on=getattr(measure, "moved_on", None),
        extensions=tuple(ExtensionFacts(e.decided_on, e.new_due_on) for e in granted),
    )


def silence_of(measure: Measure) -> timedelta:
    """After how long silence of this measure is remarked on; wants ``silence_days``."""
    return timedelta(days=getattr(measure, "silence_days", NO_MOVEMENT_AFTER.days))


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
        last_progress_on=getattr(measure, "moved_on", None),
    )
    return standing(facts, on, no_movement_after=silence_of(measure))


def days_silent(measure: Measure, on: date) -> int:
    """For how many days nothing was told of an open measure; 0 for one that has ended."""
    ends = [day for day in (measure.done_on, measure.dropped_on) if day and day <= on]
    if ends or measure.as_published or measure.is_cancelled:
        return 0
    moved_on = getattr(measure, "moved_on", None)
    return (on - max(measure.set_on, moved_on or measure.set_on)).days


def remarks_on(measure: Measure) -> list[Remark]:
    """What the wording of a measure leaves open; nothing of what is only read from a report."""
    if measure.as_published or measure.is_cancelled:
        return []
    return left_open(
        Worded(
            measure.title,
            measure.standard,
            has_person=measure.responsible_id is not None,
            has_due=measure.due_on is not None,
        )
    )


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """A step of a measure and how it stands."""

    milestone: Milestone
    standing: MilestoneStanding


def milestone_lines(measure: Measure, *, on: date) -> list[MilestoneLine]:
    """The steps of a measure as of a day, those due first before others. One query."""
    ends = [day for day in (measure.done_on, measure.dropped_on) if day is not None]
    return [
        MilestoneLine(
            each,
            milestone_standing(
                due_on=due_day(each.due_on, each.due_is_month),
                done_on=each.done_on,
                on=on,
                measure_ended_on=min(ends, default=None),
            ),
        )
        for each in measure.milestones.order_by("due_on", "pk")
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of progress with the files that came with it."""

    progress: Progress
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """Everything the page of a measure shows beside its own fields, as of a day."""

    problems: list[Problem]
    progress: list[Progress]
    entries: list[Entry]
    milestones: list[MilestoneLine]
    joint_units: list[Unit]
    extensions: list[Extension]
    evidence: list[Evidence]


def measure_record(measure: Measure, scope: Scope, *, on: date) -> MeasureRecord:
    """Seven queries; what proves its progress is among the evidence and stands with its entry.

    The measure itself forgets an end that came after the day; it is for reading only.
    """
    measure.done_on = _by(measure.done_on, on)
    measure.dropped_on = _by(measure.dropped_on, on)
    uses = EvidenceUse.objects.filter(Q(measure=measure) | Q(progress__measure=measure))
    evidence = evidence_of(scope, pk__in=uses.values("pk"))
    progress = list(
        measure.progress.filter(on__lte=on).select_related("recorded_by").order_by("on", "pk")
    )
    extensions = list(
        measure.extensions.filter(asked_on__lte=on)
        .select_related("recorded_by", "decided_by")
        .order_by("asked_on", "pk")
    )
    forget_decisions(extensions, on)
    return MeasureRecord(
        problems=list(scope.limit(Problem.objects.filter(measures=measure)).order_by("pk")),
        progress=progress,
        entries=_entries(measure, progress, evidence),
        milestones=milestone_lines(measure, on=on),
        joint_units=list(measure.joint_units.order_by("path")),
        extensions=extensions,
        evidence=evidence,
    )


def _by(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def forget_decisions(extensions: Iterable[Extension], on: date) -> None:
    """As of the day: what was decided later still waits. The rows are for reading only."""
    for each in extensions:
        if _by(each.decided_on, on) is None:
            each.decided_on = each.decided_by = None
            each.granted, each.decision_note = None, ""


def _entries(measure: Measure, progress: list[Progress], evidence: list[Evidence]) -> list[Entry]:
    """Each entry with what came with it: one query."""
    kept = {each.pk: each for each in evidence}
    uses = EvidenceUse.objects.filter(progress__measure=measure.pk)
    by_entry: dict[int, list[Evidence]] = {}
    for entry_id, evidence_id in uses.order_by("pk").values_list("progress_id", "evidence_id"):
        if evidence_id in kept:
            by_entry.setdefault(entry_id, []).append(kept[evidence_id])
    return [Entry(each, by_entry.get(each.pk, [])) for each in progress]
