"""A due with all that its verdict stands on: so that anybody can check it by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import DateField, Exists, OuterRef, QuerySet, Subquery, Value

from reports.domain.calendar import Holidays
from reports.domain.counting import amount_of
from reports.domain.dues import CountedIn, Held, counted_on
from reports.models import (
    AgendaPaper,
    Discharge,
    Due,
    DueNote,
    EvidenceUse,
    Holiday,
    Waiver,
    WaiverRequest,
)
from reports.models.choices import EVIDENCE_KIND_LABELS, DayKind, EvidenceKind, ReviewState


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting held against the due, as three facts: held, counted, proved.

    ``amount`` is what it brings, in times or minutes; ``lacking`` names the kinds of evidence it
    lacks, None where the rule expects none.
    """

    discharge: Discharge
    amount: int
    lacking: tuple[str, ...] | None


def meetings_of(due: Due, on: date) -> list[MeetingLine]:
    """The meetings held against the due by a day, those that count first: one query.

    Wants the version loaded.
    """
    expected = [EvidenceKind(kind) for kind in due.version.expected_evidence]
    rows = due.discharges.filter(meeting__held_on__lte=on).select_related(
        "meeting__presided_by", "meeting__unit", "meeting__kind", "decided_by"
    )
    for kind in expected:
        rows = rows.annotate(**{f"has_{kind.value}": Exists(_proving(kind))})
    counted_in = CountedIn(due.counted_in)
    return [
        MeetingLine(
            row,
            amount_of(row.meeting.minutes, counted_in),
            tuple(
                str(EVIDENCE_KIND_LABELS[kind])
                for kind in expected
                if not getattr(row, f"has_{kind.value}")
            )
            if expected
            else None,
        )
        for row in rows.order_by("-counts", "meeting__held_on", "pk")
    ]


def _proving(kind: EvidenceKind) -> QuerySet[EvidenceUse]:
    return EvidenceUse.objects.filter(
        meeting=OuterRef("meeting"),
        evidence__kind=kind.value,
        evidence__cancelled_at__isnull=True,
    ).exclude(evidence__review=ReviewState.RETURNED.value)


def counted_by(due: Due, lines: Iterable[MeetingLine], on: date) -> int:
    """How much of the meetings counts as of a day. Pure."""
    held: dict[bool, list[Held]] = {False: [], True: []}
    for line in lines:
        if line.discharge.counts:
            day = line.discharge.meeting.held_on
            held[line.discharge.is_late].append(Held(day, line.amount))
    return counted_on(due.period, held[False], held[True], on)


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """Days that follow each other and are off, or worked instead, by the same notice."""

    first: date
    last: date
    worked: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class CalendarOfDue:
    """What the calendar says of a due's period, and of the time for recording after it."""

    workdays: int
    within: tuple[CalendarSpan, ...]
    afterwards: tuple[CalendarSpan, ...]


def calendar_of(due: Due) -> CalendarOfDue:
    """The days off and the days worked instead that the verdict of the due takes account of."""
    rows = list(
        Holiday.objects.filter(day__gte=due.period_first, day__lte=due.awaits_until).order_by("day")
    )
    holidays = Holidays.of(
        (row.day for row in rows if row.kind == DayKind.HOLIDAY),
        (row.day for row in rows if row.kind == DayKind.WORKDAY),
    )
    return CalendarOfDue(
        holidays.workdays_in(due.period),
        _spans(row for row in rows if row.day <= due.period_last),
        _spans(row for row in rows if row.day > due.period_last),
    )


def _spans(rows: Iterable[Holiday]) -> tuple[CalendarSpan, ...]:
    spans: list[CalendarSpan] = []
    for row in rows:
        worked = row.kind == DayKind.WORKDAY
        new = CalendarSpan(row.day, row.day, worked, row.name, row.source)
        if spans and replace(new, first=spans[-1].first) == replace(
            spans[-1], last=spans[-1].last + timedelta(days=1)
        ):
            spans[-1] = replace(spans[-1], last=row.day)
        else:
            spans.append(new)
    return tuple(spans)


def waivers_of(due: Due, on: date) -> QuerySet[Waiver]:
    """The waivers of the due granted by a day, each with its request and its signed sheet."""
    sheet = EvidenceUse.objects.filter(waiver=OuterRef("pk")).order_by("pk")
    return (
        due.waivers.filter(granted_on__lte=on)
        .select_related("recorded_by", "signer", "order", "request__recorded_by")
        .annotate(sheet_pk=Subquery(sheet.values("evidence_id")[:1]))
        .order_by("-pk")
    )


def requests_of(due: Due, on: date) -> QuerySet[WaiverRequest]:
    """The requests made by a day that no waiver answers: waiting or refused."""
    return (
        due.waiver_requests.filter(asked_on__lte=on, waiver__isnull=True)
        .select_related("recorded_by", "decided_by")
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What else was written about the due: a note, or the agenda drawn up for its meeting."""

    pk: int
    text: str
    at: datetime
    by: str
    planned_on: date | None


def written_beside(due: Due) -> tuple[list[Beside], list[Beside]]:
    """The notes on the due and its agenda papers, oldest first: one query for both."""
    who = ("recorded_by__last_name", "recorded_by__first_name", "recorded_by__username")
    notes = (
        DueNote.objects.filter(due=due)
        .annotate(planned=Value(None, output_field=DateField()), what=Value(0))
        .order_by()
        .values_list("what", "pk", "text", "recorded_at", "planned", *who)
    )
    papers = (
        AgendaPaper.objects.filter(due=due)
        .annotate(what=Value(1))
        .order_by()
        .values_list("what", "pk", "title", "recorded_at", "planned_on", *who)
    )
    found: tuple[list[Beside], list[Beside]] = [], []
    for what, pk, text, at, planned, last, first, username in notes.union(papers, all=True):
        by = User(last_name=last or "", first_name=first or "").get_full_name() or username or ""
        found[what].append(Beside(pk, text, at, by, planned))
    for rows in found:
        rows.sort(key=lambda row: (row.at, row.pk))
    return found
