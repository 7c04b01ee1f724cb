"""Meetings as lists: what was held, what was entered late, lacks papers or waits for an officer."""

from datetime import date, timedelta

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from reports.domain.access import Act
from reports.models import Discharge, EvidenceUse, Meeting, Person
from reports.models.choices import EvidenceKind, PersonKind, ReviewState
from reports.selectors.scope import Scope

# Entered later than this many days after the meeting, every page says so.
PROMPT = timedelta(days=7)


def meetings_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    kind: int | None = None,
    year: int | None = None,
    cancelled: bool = False,
) -> QuerySet[Meeting]:
    """The meetings of a scope held by a day; ``year`` is the calendar year of the day held.

    Cancelled ones count nothing and are left out unless they are asked for.
    """
    rows = Meeting.objects.all() if scope is None else scope.limit(Meeting.objects.all())
    rows = rows.held_by(on)
    if not cancelled:
        rows = rows.standing()
    wanted = {"bureau": bureau, "unit": unit, "kind": kind, "held_on__year": year}
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


def entered_late(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those that were entered more than seven days after they were held."""
    prompt = ExpressionWrapper(F("held_on") + PROMPT, output_field=DateField())
    return rows.filter(recorded_at__date__gt=prompt)


def unconfirmed(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those that an auxiliary entered and no officer has confirmed; they count for nothing yet."""
    return rows.filter(needs_confirmation=True, confirmed_at__isnull=True)


def to_confirm(scope: Scope) -> QuerySet[Meeting]:
    """What waits for the user to confirm it: entered by others, within her reach.

    Nothing for an auxiliary or other staff: it is an officer who confirms.
    """
    rows = unconfirmed(scope.limit(Meeting.objects.standing(), Act.RECORD_MEETING))
    others = Person.objects.filter(user=scope.user_id).exclude(kind=PersonKind.POLICE.value)
    return rows.exclude(recorded_by=scope.user_id).filter(~Exists(others))


def lacking_evidence(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those that count for a due whose rule expects a kind of evidence they have not."""
    # What is kept of the dues says where to look: most meetings are done with after one look-up.
    noted = Discharge.objects.filter(meeting=OuterRef("pk"), counts=True, due__lacks_evidence__gt=0)
    rows = rows.filter(Exists(noted))
    lacks = Q(pk__in=[])
    for kind in EvidenceKind:
        lacks |= lacks_kind(kind)
    return rows.filter(lacks)


def lacks_kind(kind: EvidenceKind) -> Q:
    """Of a meeting: a due it counts for expects the kind, and nothing of it proves anything."""
    expected = Discharge.objects.filter(
        meeting=OuterRef("pk"),
        counts=True,
        due__version__expected_evidence__icontains=f'"{kind.value}"',
    )
    # Said of the joined row: an IN over all that proves would be read whole for every meeting.
    there = EvidenceUse.objects.filter(
        meeting=OuterRef("pk"),
        evidence__kind=kind.value,
        evidence__cancelled_at__isnull=True,
    ).exclude(evidence__review=ReviewState.RETURNED.value)
    return Q(Exists(expected) & ~Exists(there))
