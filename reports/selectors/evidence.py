"""Evidence as the pages of what it proves show it, and where it is lacking."""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    BooleanField,
    Case,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)

from reports.domain.access import Act
from reports.models import Discharge, Evidence, EvidenceUse, Meeting
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, ReviewState
from reports.selectors.meetings import lacking_evidence, lacks_kind, meetings_for
from reports.selectors.scope import Scope


def may_cancel(scope: Scope, evidence: Evidence, *, of_meeting: bool) -> bool:
    """Whether the user may cancel a piece of evidence; wants its unit and bureau loaded.

    One's own upload always. That of others: with the records of meetings, whoever may cancel
    those; with problems and measures only who sets them, so that nobody takes away what proves
    against her own unit.
    """
    own = evidence.recorded_by_id == scope.user_id and scope.may(Act.ADD_EVIDENCE, evidence)
    needed = Act.CANCEL_RECORD if of_meeting else Act.SET_MEASURE
    return own or (scope.may(Act.CANCEL_RECORD, evidence) and scope.may(needed, evidence))


def may_review(scope: Scope, evidence: Evidence) -> bool:
    """Whether the user may accept or return evidence of a meeting: never one's own upload.

    Wants its unit and bureau loaded.
    """
    own = evidence.recorded_by_id == scope.user_id
    return not evidence.is_cancelled and not own and scope.may(Act.REVIEW_EVIDENCE, evidence)


def evidence_of(scope: Scope, **target: int) -> list[Evidence]:
    """The evidence of one thing (``problem=…``, ``measure=…``) within the scope, cancelled too.

    Each says in ``may_cancel`` and ``may_review`` what the user may do with it. One query.
    """
    uses = EvidenceUse.objects.filter(**target).values("evidence_id")
    rows = scope.limit(Evidence.objects.all()).filter(pk__in=uses)
    rows = rows.select_related("unit", "bureau", "recorded_by", "cancelled_by", "reviewed_by")
    found = list(rows.order_by("recorded_at", "pk"))
    of_meeting = "meeting" in target
    for each in found:
        each.may_cancel = not each.is_cancelled and may_cancel(scope, each, of_meeting=of_meeting)
        each.is_reviewed_here = of_meeting
        each.may_review = of_meeting and may_review(scope, each)
    return found


# --- one meeting --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind on the checklist of a meeting: how much of it is there, and who asks for it."""

    kind: EvidenceKind
    proving: int
    returned: int
    asked_by: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(EVIDENCE_KIND_LABELS[self.kind])

    @property
    def is_lacking(self) -> bool:
        return bool(self.asked_by) and not self.proving


@dataclass(frozen=True, slots=True)
class MeetingEvidence:
    """What a meeting has, what the rules of the dues it counts for expect, and what is lacking."""

    rows: list[Evidence]
    checklist: list[KindLine]

    @property
    def lacking(self) -> list[str]:
        return [line.label for line in self.checklist if line.is_lacking]


def evidence_of_meeting(
    scope: Scope, meeting: Meeting, discharges: Iterable[Discharge]
) -> MeetingEvidence:
    """The evidence of a meeting with its checklist; each row as ``evidence_of`` gives it.

    ``discharges`` with due, version and schedule loaded. For who reviews it a row has in
    ``elsewhere`` the other meetings that show the same file. Two queries.
    """
    rows = evidence_of(scope, meeting=meeting.pk)
    note_uses_elsewhere(scope, rows, but=meeting.pk)
    return MeetingEvidence(rows, checklist_of(rows, discharges))


def checklist_of(rows: Iterable[Evidence], discharges: Iterable[Discharge]) -> list[KindLine]:
    """A line for each kind that is expected or there; what is expected comes first. Pure."""
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    for each in discharges:
        if each.counts:
            for kind in each.due.version.expected_evidence:
                asked[kind][each.due.schedule.name] = None
    proving: dict[str, int] = defaultdict(int)
    returned: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.proves:
            proving[row.kind] += 1
        elif not row.is_cancelled:
            returned[row.kind] += 1
    lines = [
        KindLine(kind, proving[kind], returned[kind], tuple(asked.get(kind, ())))
        for kind in EvidenceKind
        if kind in asked or proving[kind] or returned[kind]
    ]
    return sorted(lines, key=lambda line: not line.asked_by)


def note_uses_elsewhere(scope: Scope, rows: Iterable[Evidence], *, but: int | None) -> None:
    """Write onto each row that may be reviewed where else its file is used: one query.

    A hint for who looks at it, so nothing is searched for anybody else. The same file is looked
    for within the bureaus of the rows, of which a reviewer reads everything.
    """
    rows = list(rows)
    for row in rows:
        row.elsewhere = []
    shown = [row for row in rows if row.sha256 and getattr(row, "may_review", False)]
    if not shown:
        return
    uses = (
        EvidenceUse.objects.filter(
            evidence__bureau__in={row.bureau_id for row in shown},
            evidence__sha256__in={row.sha256 for row in shown},
            evidence__cancelled_at__isnull=True,
            meeting__isnull=False,
            meeting__cancelled_at__isnull=True,
        )
        .exclude(meeting=but)
        .select_related("meeting__unit", "meeting__bureau")
        .annotate(sha256=F("evidence__sha256"))
        .order_by("meeting__held_on", "meeting_id", "pk")
    )
    found: dict[str, dict[int, Meeting]] = defaultdict(dict)
    for use in uses:
        if scope.may(Act.READ, use.meeting):
            found[use.sha256][use.meeting_id] = use.meeting
    for row in shown:
        row.elsewhere = list(found[row.sha256].values())


# --- what is lacking ----------------------------------------------------------------------------


def lacks_name(kind: EvidenceKind) -> str:
    """The column in which ``with_lacking_kinds`` says that a meeting lacks the kind."""
    return f"lacks_{kind.value}"


def lacking_kinds(meeting: Meeting) -> list[EvidenceKind]:
    """The kinds a meeting read by ``with_lacking_kinds`` lacks, in their usual order."""
    return [kind for kind in EvidenceKind if getattr(meeting, lacks_name(kind))]


def kinds_lacking(discharges: Iterable[Discharge], there: Container[str]) -> list[EvidenceKind]:
    """The kinds that ``with_lacking_kinds`` says, from what is loaded: ``there`` proves. Pure."""
    expected = {
        kind for each in discharges if each.counts for kind in each.due.version.expected_evidence
    }
    return [kind for kind in EvidenceKind if kind.value in expected and kind.value not in there]


def with_lacking_kinds(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """The meetings of ``lacking_evidence``, each saying which kinds, and in ``missing`` how many.

    ``has_returned``: something of it was returned and is still to be replaced.
    """
    flags = {
        lacks_name(kind): Case(
            When(lacks_kind(kind), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for kind in EvidenceKind
    }
    ones = [
        Case(When(**{name: True}, then=Value(1)), default=Value(0), output_field=IntegerField())
        for name in flags
    ]
    returned = EvidenceUse.objects.filter(
        meeting=OuterRef("pk"),
        evidence__review=ReviewState.RETURNED.value,
        evidence__cancelled_at__isnull=True,
    )
    return (
        lacking_evidence(rows)
        .annotate(**flags)
        .annotate(missing=sum(ones[1:], ones[0]), has_returned=Exists(returned))
    )


def lacking_for(
    scope: Scope,
    *,
    on: date,
    year: int | None = None,
    bureau: int | None = None,
    unit: int | None = None,
) -> QuerySet[Meeting]:
    """The meetings of a scope held by a day that count but lack expected evidence.

    As many as the list of meetings with the same selection shows as lacking. ``waiting`` is how
    long ago each was held, ``may_add`` whether the user may hand something in.
    """
    rows = meetings_for(scope, on=on, year=year, bureau=bureau, unit=unit)
    own = scope.condition(unit="unit", bureau="bureau", act=Act.ADD_EVIDENCE)
    return with_lacking_kinds(rows).annotate(
        waiting=ExpressionWrapper(
            Value(on, output_field=DateField()) - F("held_on"), output_field=DurationField()
        ),
        may_add=Case(
            When(own, then=Value(True)), default=Value(False), output_field=BooleanField()
        ),
    )


def returned_to(units: Iterable[int]) -> QuerySet[Evidence]:
    """Evidence of meetings of those units that was returned and not replaced since.

    ``meeting_pk`` is the meeting it should prove. Another one of its kind that was handed in
    after the return replaces it, whatever becomes of that one.
    """
    here = EvidenceUse.objects.filter(
        evidence=OuterRef("pk"), meeting__isnull=False, meeting__cancelled_at__isnull=True
    )
    replaced = EvidenceUse.objects.filter(
        meeting=OuterRef("meeting_pk"),
        evidence__kind=OuterRef("kind"),
        evidence__recorded_at__gt=OuterRef("reviewed_at"),
        evidence__cancelled_at__isnull=True,
    )
    rows = Evidence.objects.standing().filter(
        unit__in=list(units), review=ReviewState.RETURNED.value
    )
    return (
        rows.annotate(meeting_pk=Subquery(here.values("meeting_id")[:1]))
        .filter(meeting_pk__isnull=False)
        .filter(~Exists(replaced))
    )
