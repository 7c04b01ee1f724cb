"""Who decides on waivers, what a notice would excuse, and what it has excused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from reports.domain.access import MAY, Act, Role
from reports.domain.calendar import Holidays
from reports.domain.dues import Verdict
from reports.domain.periods import Period
from reports.domain.waivers import (
    DECIDES_FOR_A_BUREAU,
    AgainstWaiver,
    Coverage,
    coverage,
    needs_signed_sheet,
    reasons_against_ordering,
)
from reports.models import (
    Due,
    Membership,
    Schedule,
    Unit,
    Waiver,
    WaiverOrder,
    WaiverRequest,
)
from reports.selectors.scope import Scope, paths_above


def needs_paper(scope: Scope, due: Due) -> bool:
    """Whether the user may excuse the due only from a signed sheet; wants unit and bureau loaded.

    What a bureau owes itself is excused by its leader or from above, not by its own officers.
    """
    there = (
        grant.role
        for grant in scope.grants
        if grant.covers(
            unit_path=due.unit.path, bureau_id=due.bureau_id, bureau_path=due.bureau.path
        )
    )
    return needs_signed_sheet(there, of_bureau=due.unit_id == due.bureau_id)


# --- requests -----------------------------------------------------------------------------------


def requests_to_decide(scope: Scope) -> QuerySet[WaiverRequest]:
    """The requests that wait for the user: never one's own.

    A unit's wait for the legal officer; a bureau's own, and what an officer asked for, for the
    leader. From above only what bureaus owe themselves is looked at unasked.
    """
    waiting = WaiverRequest.objects.filter(decided_on__isnull=True)
    found = Q(pk__in=[])
    own = Q(due__unit=F("due__bureau"))
    for grant in scope.grants:
        if Act.WAIVE_DUE not in MAY[grant.role] or grant.kind == "none":
            continue
        here = Scope(scope.user_id, (grant,))
        within = here.condition(unit="due__unit", bureau="due__bureau", act=Act.WAIVE_DUE)
        if grant.role not in DECIDES_FOR_A_BUREAU:
            found |= within & ~own
        elif grant.kind == "tree":
            found |= within & own
        elif grant.kind == "bureau":
            found |= within & (own | Q(recorded_by__in=_officers()))
    return waiting.filter(found).exclude(recorded_by=scope.user_id)


def _officers() -> QuerySet[Membership]:
    return Membership.objects.filter(role=Role.LEGAL_OFFICER.value).values("user_id")


# --- notices ------------------------------------------------------------------------------------


MOST_TOUCHED = 2000


@dataclass(frozen=True, slots=True)
class Touched:
    """A due on which a notice falls: how much of it, and why it is left as it is, if it is."""

    due: Due
    coverage: Coverage
    verdict: Verdict
    against: tuple[AgainstWaiver, ...]
    needs_paper: bool

    @property
    def proposed(self) -> bool:
        """Ticked unless somebody takes it off: nothing is left of the period."""
        return not self.against and self.coverage.whole


def dues_at(scope: Scope, place: Unit) -> QuerySet[Due]:
    """The dues of a place that the user may excuse: of a bureau all it keeps, else the subtree."""
    rows = scope.limit(Due.objects.all(), Act.WAIVE_DUE)
    if place.is_bureau:
        return rows.filter(bureau=place.pk)
    under = {"path__gte": place.path, "path__lt": place.path_end}
    column = "bureau" if place.bureau_id is None else "unit"
    return rows.filter(**{f"{column}__{name}": value for name, value in under.items()})


def touched_by(
    scope: Scope,
    *,
    place: Unit,
    notice: Period,
    schedules: Collection[int] = (),
    cadences: Collection[str] = (),
    units: Collection[int] = (),
    holidays: Holidays,
    today: date,
) -> list[Touched]:
    """Every due of the place on whose period the days of a notice fall, at most 2,001.

    Without schedules and cadences of all schedules, without units of all units; a bureau chosen
    above the bureaus stands for all of its units. Two queries.
    """
    rows = dues_at(scope, place).filter(
        period_first__lte=notice.last, period_last__gte=notice.first
    )
    if schedules or cadences:
        rows = rows.filter(Q(schedule__in=list(schedules)) | Q(version__cadence__in=list(cadences)))
    if units:
        column = "bureau" if place.bureau_id is None else "unit"
        rows = rows.filter(**{f"{column}__in": list(units)})
    rows = rows.select_related(
        "unit", "bureau", "person", "schedule", "schedule__set", "version"
    ).order_by(
        "bureau__path",
        "schedule__set__position",
        "schedule__set_id",
        "schedule__position",
        "schedule_id",
        "period_first",
        "unit__path",
        "person_id",
        "pk",
    )
    dues = list(rows[: MOST_TOUCHED + 1])
    waiting = WaiverRequest.objects.filter(due__in=dues, decided_on__isnull=True)
    asked = set(waiting.values_list("due_id", flat=True))
    found = []
    for due in dues:
        covered = coverage(due.period, notice, holidays)
        if covered is not None:
            against = reasons_against_ordering(due.facts, asked=due.pk in asked)
            found.append(
                Touched(
                    due,
                    covered,
                    due.verdict_on(today),
                    tuple(against),
                    needs_paper(scope, due),
                )
            )
    return found


def places_to_order(scope: Scope) -> QuerySet[Unit]:
    """Where the user may speak for: the units of her grants, and from above each bureau."""
    found = Q(pk__in=[])
    for grant in scope.grants:
        if Act.WAIVE_DUE not in MAY[grant.role] or grant.kind == "none":
            continue
        found |= Q(pk=grant.bureau_id if grant.kind == "bureau" else grant.unit_id)
        if grant.kind == "tree":
            found |= Q(bureau=F("pk"), path__gte=grant.path, path__lt=grant.path_end)
    return Unit.objects.filter(found).select_related("bureau").order_by("path")


def schedules_at(place: Unit) -> QuerySet[Schedule]:
    """The schedules that units of the place may owe: those set there, or above it."""
    where = Q(set__unit__path__in=[*paths_above(place.path), place.path])
    if place.bureau_id is not None:
        where |= Q(set__unit__bureau=place.bureau_id)
    return (
        Schedule.objects.filter(where)
        .select_related("set")
        .order_by("set__unit__path", "set__position", "set_id", "position", "pk")
    )


def units_at(place: Unit, notice: Period | None = None) -> QuerySet[Unit]:
    """The units of a place that may be chosen one by one; above the bureaus, the bureaus."""
    rows = Unit.objects.filter(path__gte=place.path, path__lt=place.path_end)
    if place.bureau_id is None:
        rows = rows.filter(bureau=F("pk"))
    else:
        rows = rows.filter(kind__is_body=False)
    if notice is not None:
        rows = rows.filter(
            Q(opened_on__isnull=True) | Q(opened_on__lte=notice.last),
            Q(closed_on__isnull=True) | Q(closed_on__gte=notice.first),
        )
    return rows.order_by("path")


def orders_for(scope: Scope) -> QuerySet[WaiverOrder]:
    """The notices of a scope, with how many waivers of it they made and how many still hold."""
    within = scope.condition(unit="due__unit", bureau="due__bureau")
    made = Waiver.objects.filter(within, order=OuterRef("pk")).order_by().values("order")
    counted = made.annotate(all=Count("pk"), held=Count("pk", filter=Q(withdrawn_on=None)))
    nought = Value(0, output_field=IntegerField())
    return (
        scope.limit(WaiverOrder.objects.all())
        .select_related("unit", "unit__bureau", "recorded_by")
        .annotate(
            made=Coalesce(Subquery(counted.values("all")), nought),
            held=Coalesce(Subquery(counted.values("held")), nought),
        )
    )


def waivers_of_order(scope: Scope, order: WaiverOrder) -> list[Waiver]:
    """What the notice excused within the scope, schedule by schedule: one query."""
    within = scope.condition(unit="due__unit", bureau="due__bureau")
    return list(
        Waiver.objects.filter(within, order=order)
        .select_related(
            "signer",
            "due__unit",
            "due__bureau",
            "due__person",
            "due__version",
            "due__schedule__set",
        )
        .order_by(
            "due__bureau__path",
            "due__schedule__set__position",
            "due__schedule__set_id",
            "due__schedule__position",
            "due__schedule_id",
            "due__period_first",
            "due__unit__path",
            "pk",
        )
    )
