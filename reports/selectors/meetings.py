"""What a meeting may count for, and what the form suggests."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from reports.models import Appointment, Due, Meeting, Unit
from reports.selectors.rules import make_up_limit
from reports.selectors.scope import Scope


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due that a meeting of a unit on a day might count for."""

    due: Due
    late: bool
    met_already: bool

    @property
    def ticked(self) -> bool:
        """Its own period, not yet met: what a clerk would choose herself."""
        return not self.late and not self.met_already


def candidate_dues(unit: Unit, held_on: date) -> list[Candidate]:
    """The dues that a meeting held by the unit on that day can count for: one query.

    Those whose period holds the day come first, then earlier ones that may still be made up.
    Met already is said as of that day, so that a meeting entered later is not turned away.
    """
    holder = Q(unit=unit, version__body__isnull=True) | Q(version__body=unit)
    rows = (
        Due.objects.filter(holder, period_first__lte=held_on, not_applicable_because="")
        .filter(Q(period_last__gte=held_on) | Q(met_on__isnull=True, met_late_on__isnull=True))
        .filter(bureau=unit.bureau_id, waived_on__isnull=True)
        .select_related("unit", "schedule", "schedule__set", "version")
        .order_by("-period_last", "schedule__position", "pk")
    )
    found = []
    for due in rows:
        late = due.period_last < held_on
        limit = make_up_limit(due) if late else None
        if late and (limit is None or held_on > limit):
            continue
        found.append(Candidate(due, late, due.met_on is not None and due.met_on <= held_on))
    return sorted(found, key=lambda c: (c.late, c.met_already, c.due.period_last, c.due.pk))


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
