"""What a meeting may count for, and what the form suggests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from reports.domain.dues import NotApplicable
from reports.models import (
    Appointment,
    Discharge,
    Due,
    EvidenceUse,
    Meeting,
    Person,
    Unit,
)
from reports.models.choices import EvidenceKind, listed
from reports.selectors.rules import make_up_limit
from reports.selectors.scope import Scope

RECENT = timedelta(days=35)
MOST_RECENT = 9
WAITING = frozenset({"open", "awaiting", "missed"})
LAST_POSITION = 10**6
# Entered later than this many days after the meeting, every page says so.
PROMPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due that a meeting of a unit on a day might count for.

    ``met_on`` is the day since which it is met without this meeting: another one adds nothing.
    """

    due: Due
    late: bool
    met_on: date | None = None

    @property
    def ticked(self) -> bool:
        """Its own period, owed and not yet met: what a clerk would choose herself."""
        return not self.late and not self.met_on and not self.due.not_applicable_because


def candidate_dues(unit: Unit, held_on: date, attending_ids: Iterable[int] = ()) -> list[Candidate]:
    """The dues that a meeting held by the unit on that day can count for: one query.

    A joint session counts for the units that attend it, too. Those whose period holds the day
    come first, then earlier ones that may still be made up. Whether one is met is said as of the
    day, so that a meeting entered later is not turned away.
    """
    holders = [unit.pk, *attending_ids]
    holder = Q(unit__in=holders, version__body__isnull=True) | Q(version__body__in=holders)
    rows = (
        Due.objects.filter(holder, period_first__lte=held_on, bureau=unit.bureau_id)
        .filter(not_applicable_because__in=["", NotApplicable.NO_WORKDAY.value])
        .filter(
            Q(period_last__gte=held_on)
            | Q(met_on__isnull=True, met_late_on__isnull=True, not_applicable_because="")
        )
        .filter(waived_on__isnull=True)
        .select_related("unit", "schedule", "schedule__set", "version", "version__presided_by")
        .order_by("-period_last", "schedule__position", "pk")
    )
    found = []
    for due in rows:
        late = due.period_last < held_on
        limit = make_up_limit(due) if late else None
        if late and (limit is None or held_on > limit):
            continue
        met = due.met_on if due.met_on is not None and due.met_on <= held_on else None
        found.append(Candidate(due, late, met))
    own = unit.pk
    return sorted(
        found,
        key=lambda c: (
            c.late,
            c.met_on is not None,
            c.due.unit_id != own,
            c.due.unit.path,
            c.due.period_last,
            c.due.pk,
        ),
    )


def recent_dues(unit: Unit, today: date) -> list[Due]:
    """The unit's last and running periods with their verdict; first those that wait for a record.

    One query.
    """
    recent = Due.objects.filter(unit=unit, period_first__lte=today, period_last__gte=today - RECENT)
    rows = recent.with_verdict(today).exclude(verdict="not_applicable")
    found = rows.select_related("schedule", "schedule__set", "version").order_by(
        "-period_first", "schedule__position", "pk"
    )
    return sorted(found, key=lambda due: due.verdict not in WAITING)[:MOST_RECENT]


def chairs(unit: Unit, day: date, *, also: int | None = None) -> list[tuple[str, str, int]]:
    """Who may have presided: place, name with posts held on that day, key; two queries.

    The unit's own people first, those with a post before those without; then who holds a post
    in the bureau. ``also`` is someone named before, whatever became of her.
    """
    places = [unit.pk, unit.bureau_id]
    held = Appointment.objects.filter(unit__in=places).in_office_on(day)
    posts: dict[int, list[str]] = {}
    ranks: dict[int, tuple[int, bool, int]] = {}
    for each in held.select_related("post").order_by("post__is_capacity", "post__position", "pk"):
        posts.setdefault(each.person_id, []).append(each.post.name)
        rank = (int(each.unit_id != unit.pk), each.post.is_capacity, each.post.position)
        ranks[each.person_id] = min(ranks.get(each.person_id, rank), rank)
    there = Q(unit=unit) & (Q(left_on__isnull=True) | Q(left_on__gte=day))
    people = Person.objects.filter(there | Q(pk__in=[*posts, also or 0])).select_related(
        "unit__bureau"
    )
    last = (0, True, LAST_POSITION)
    found = sorted(people, key=lambda p: (ranks.get(p.pk, last), p.pk))
    return [
        (
            unit.label if ranks.get(p.pk, last)[0] == 0 else unit.bureau.label,
            " · ".join([p.name, listed(dict.fromkeys(posts[p.pk]))] if p.pk in posts else [p.name]),
            p.pk,
        )
        for p in found
    ]


def suggested_chair(unit: Unit, due: Due | None, held_on: date) -> Appointment | None:
    """Who probably presided: the holder of the post that the rule demands, else of the first post.

    Capacities come after posts: a station's chief presides, not its legal reviewer.
    """
    held = Appointment.objects.in_office_on(held_on).select_related("person", "post")
    if due is not None and due.version.presided_by_id:
        wanted = held.filter(
            post=due.version.presided_by_id, unit__in=[due.unit_id, unit.pk, unit.bureau_id]
        )
        return wanted.order_by("first_day").first()
    own = held.filter(unit=unit).order_by("post__is_capacity", "post__position", "first_day")
    return own.first()


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


def lacking_evidence(rows: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those that count for a due whose rule expects a kind of evidence they have not."""
    lacks = Q(pk__in=[])
    for kind in EvidenceKind:
        expected = Discharge.objects.filter(
            meeting=OuterRef("pk"),
            counts=True,
            due__version__expected_evidence__icontains=f'"{kind.value}"',
        )
        there = EvidenceUse.objects.filter(
            meeting=OuterRef("pk"),
            evidence__kind=kind.value,
            evidence__cancelled_at__isnull=True,
        )
        lacks |= Q(Exists(expected) & ~Exists(there))
    return rows.filter(lacks)
