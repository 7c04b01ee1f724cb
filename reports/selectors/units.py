"""The organisation tree as it ought to be kept, and reads over it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reports.domain.trees import walk
from reports.models import ScheduleSet, Unit, UnitKind
from reports.models.choices import day_label, listed
from reports.models.units import KEY_DIGITS, POSITION_DIGITS
from reports.selectors.bureaus import with_head
from reports.selectors.differences import Difference
from reports.selectors.scope import Scope

# Any year will do to say a day without its year.
LEAP_YEAR = 2000
LAST_POSITION = 10**POSITION_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands in the tree: what is kept on its row."""

    path: str
    depth: int
    bureau_id: int | None


def segment_of(unit: Unit) -> str:
    """The unit's own part of its path: siblings sort by position, then by key."""
    return f"{unit.position:0{POSITION_DIGITS}d}{unit.pk:0{KEY_DIGITS}d}"


def place_of(unit: Unit, above: Place | None, *, files_report: bool) -> Place:
    """The place of a unit under the place of its parent (None: a top unit)."""
    own = unit.pk if files_report else (above.bureau_id if above else None)
    if above is None:
        return Place(segment_of(unit), 0, own)
    return Place(above.path + segment_of(unit), above.depth + 1, own)


def places(units: Iterable[Unit], above: Place | None = None) -> dict[int, Place]:
    """The places of units that hang together, by key; ``above`` is the place their roots are under.

    A unit whose parent is not among the units counts as a root. Raises ValueError on a circle.
    """
    by_pk = {unit.pk: unit for unit in units}
    reporting = set(UnitKind.objects.filter(files_report=True).values_list("pk", flat=True))
    parents = {
        pk: unit.parent_id if unit.parent_id in by_pk else None for pk, unit in by_pk.items()
    }
    found: dict[int, Place] = {}
    for pk, _depth in walk(parents):
        unit, parent = by_pk[pk], parents[pk]
        higher = found[parent] if parent is not None else above
        found[pk] = place_of(unit, higher, files_report=unit.kind_id in reporting)
    if len(found) != len(by_pk):
        raise ValueError("a unit is its own ancestor")
    return found


def unit_differences() -> Iterator[Difference]:
    """Kept paths, depths and bureaus that are not what parents, positions and kinds make of them.

    A unit that is its own ancestor is reported with its parent.
    """
    units = {unit.pk: unit for unit in Unit.objects.all()}
    rooted = _rooted(units)
    ought = places([units[pk] for pk in rooted])
    for pk, unit in units.items():
        place = ought.get(pk)
        if place is None:
            yield Difference("Unit", pk, unit.name, "parent", unit.parent_id, None)
            continue
        for field in ("path", "depth", "bureau_id"):
            kept, expected = getattr(unit, field), getattr(place, field)
            if kept != expected:
                yield Difference("Unit", pk, unit.name, field.removesuffix("_id"), kept, expected)


def _rooted(units: dict[int, Unit]) -> set[int]:
    """The keys of units from which the way up ends at a top unit."""
    rooted = {pk for pk, unit in units.items() if unit.parent_id is None}
    for pk in units:
        way = []
        above: int | None = pk
        while above is not None and above not in rooted and above not in way:
            way.append(above)
            above = units[above].parent_id
        if above in rooted:
            rooted.update(way)
    return rooted


def bureaus_for(scope: Scope, *, year: int, on: date) -> QuerySet[Unit]:
    """The bureaus of a scope with ``units_count``, ``head_name`` and their schedule sets.

    Units are counted as the bureau's page lists them: those of the year, without bodies. Two
    queries.
    """
    below = (
        Unit.objects.filter(bureau=OuterRef("pk"), kind__is_body=False)
        .exclude(pk=OuterRef("pk"))
        .existing_in(year)
        .order_by()
        .values("bureau")
        .annotate(number=Count("pk"))
    )
    starts = ScheduleSet.objects.filter(unit=OuterRef("pk")).annotate(
        start=F("year_start_month") * 100 + F("year_start_day")
    )
    bureaus = with_head(scope.units().bureaus(), on).annotate(
        units_count=Coalesce(Subquery(below.values("number")), 0),
        first_start=Subquery(starts.order_by("start").values("start")[:1]),
    )
    return bureaus.select_related("kind").prefetch_related("schedule_sets").order_by("path")


def year_start_words(bureau: Unit) -> str:
    """The days on which the years of a bureau's sets begin, each once: 1月1日、11月1日."""
    starts = {(s.year_start_month, s.year_start_day) for s in bureau.schedule_sets.all()}
    days = [date(LEAP_YEAR, month, day) for month, day in sorted(starts)]
    return listed(day_label(day, day) for day in days)


def exists_in(unit: Unit, year: int) -> bool:
    """Whether the unit exists on a day of the calendar year, as ``existing_in`` selects. Pure."""
    return (unit.opened_on is None or unit.opened_on.year <= year) and (
        unit.closed_on is None or unit.closed_on.year >= year
    )
