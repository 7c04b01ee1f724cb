"""How bureaus and units stand: the rows of the dashboard, the bureau page and the unit page.

Pages over many bureaus read the kept counts; a past day, and the page of one bureau, counts the
dues themselves. Both say the same, and ``audit_ledger`` proves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from reports.domain.dues import Verdict
from reports.domain.progress import NOTHING, Tally
from reports.models import Due, DueCount, Schedule

# Of several units in one period a strip shows what someone must look at first.
LOUDEST = (
    Verdict.MISSED,
    Verdict.AWAITING,
    Verdict.OPEN,
    Verdict.MET_LATE,
    Verdict.MET,
    Verdict.UPCOMING,
    Verdict.WAIVED,
)


# One period of a schedule in a small strip: first day, last day, verdict.
PeriodCell = tuple[date, date, str]


@dataclass(slots=True)
class SetStrip:
    """The strips of one schedule set: a row of cells for each of its schedules, in order."""

    set_id: int
    name: str
    year_start: tuple[int, int]
    tally: Tally = NOTHING
    rows: dict[int, list[PeriodCell]] = field(default_factory=dict)


@dataclass(slots=True)
class BureauDues:
    """What a bureau and its units owe in a year, as of a day."""

    tally: Tally = NOTHING
    lacking: int = 0
    first_person: Tally = NOTHING
    sets: dict[int, SetStrip] = field(default_factory=dict)


def verdict_counts(on: date) -> dict[str, Count]:
    """How many dues have each verdict on that day; for ``Due`` annotated with its verdict."""
    return {v.value: Count("pk", filter=Q(verdict=v.value)) for v in Verdict}


def tally_of(dues: QuerySet[Due], on: date) -> Tally:
    """The tally of any queryset of dues: one query. The list with the same filter has as many."""
    counts = dues.with_verdict(on).order_by().aggregate(**verdict_counts(on))
    return tally_from(counts)


def tally_from(counts: dict[str, int]) -> Tally:
    """A tally of counts by the names of the verdicts."""
    return Tally(
        met=counts["met"],
        late=counts["met_late"],
        missed=counts["missed"],
        waived=counts["waived"],
        not_applicable=counts["not_applicable"],
        open=counts["open"],
        awaiting=counts["awaiting"],
        upcoming=counts["upcoming"],
    )


def kept_of_verdicts(on: date) -> dict[str, F | Case]:
    """How many dues of a kept count have each verdict on that day, for today or a later day.

    What no fact has settled goes where the days of its row say, like ``bureau_dues``.
    """
    rest = F("total") - F("met") - F("met_late") - F("waived") - F("not_applicable")
    over, awaited = Q(period_last__lt=on), Q(awaits_until__gte=on)
    begun = Q(period_first__lte=on)
    unsettled = {
        Verdict.MISSED: ~awaited,
        Verdict.OPEN: awaited & begun & ~over,
        Verdict.AWAITING: awaited & over,
        Verdict.UPCOMING: awaited & ~begun,
    }
    settled = {
        Verdict.MET: "met",
        Verdict.MET_LATE: "met_late",
        Verdict.WAIVED: "waived",
        Verdict.NOT_APPLICABLE: "not_applicable",
    }
    return {v.value: F(column) for v, column in settled.items()} | {
        v.value: Case(When(when, then=rest), default=Value(0)) for v, when in unsettled.items()
    }


def bureau_dues(
    bureau_ids: Iterable[int], *, year: int, on: date, today: date
) -> dict[int, BureauDues]:
    """Tallies and strips of bureaus for the year of each set: two queries.

    For today from the kept counts, for an earlier day from the dues.
    """
    ids = list(bureau_ids)
    rows = _kept_rows(ids, year) if on >= today else _counted_rows(ids, year, on)
    cells: dict[tuple[int, int], list[PeriodCell]] = {}
    tallies: dict[tuple[int, int], list[int]] = {}
    found: dict[int, BureauDues] = defaultdict(BureauDues)
    for bureau, schedule, first, last, awaits, total, met, late, waived, absent, lacks in rows:
        key = bureau, schedule
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = [0] * 8
            strip = cells[key] = []
        rest = total - met - late - waived - absent
        column = _UPCOMING if on < first else _OPEN if on <= last else _AWAITING
        if on > awaits:
            column = _MISSED
        tally[0] += met
        tally[1] += late
        tally[3] += waived
        tally[4] += absent
        tally[column] += rest
        strip.append((first, last, _loudest(column, met, late, waived, rest)))
        if lacks:
            found[bureau].lacking += lacks
    schedules = Schedule.objects.select_related("set").in_bulk({key[1] for key in tallies})
    for key in sorted(tallies, key=lambda key: _in_order(schedules[key[1]])):
        _add_strip(found[key[0]], schedules[key[1]], Tally(*tallies[key]), cells[key])
    return found


def _add_strip(of: BureauDues, schedule: Schedule, tally: Tally, cells: list[PeriodCell]) -> None:
    of.tally += tally
    if schedule.of_first_person:
        of.first_person += tally
    owner = schedule.set
    strip = of.sets.get(owner.pk)
    if strip is None:
        start = owner.year_start_month, owner.year_start_day
        strip = of.sets[owner.pk] = SetStrip(owner.pk, owner.name, start)
    strip.tally += tally
    strip.rows[schedule.pk] = cells


def _in_order(schedule: Schedule) -> tuple[int, int, int, int]:
    return schedule.set.position, schedule.set_id, schedule.position, schedule.pk


# Where in a tally the dues go that no fact has settled.
_MISSED, _OPEN, _AWAITING, _UPCOMING = 2, 5, 6, 7
_REST_VERDICT = {_MISSED: "missed", _OPEN: "open", _AWAITING: "awaiting"}


def _loudest(column: int, met: int, late: int, waived: int, rest: int) -> str:
    """Of several units in one period the cell shows what someone must look at first."""
    if rest and column != _UPCOMING:
        return _REST_VERDICT[column]
    if late:
        return "met_late"
    if met:
        return "met"
    if rest:
        return "upcoming"
    return "waived" if waived else "not_applicable"


_ROW = ("bureau_id", "schedule_id", "period_first", "period_last", "awaits_until")
_COUNTS = ("total", "met", "met_late", "waived", "not_applicable", "lacking")


def _kept_rows(ids: Sequence[int], year: int) -> Iterable[tuple]:
    """In the order of the unique index, so that nothing is sorted."""
    return (
        DueCount.objects.filter(bureau__in=ids, year=year)
        .order_by("bureau_id", "schedule_id", "period_first")
        .values_list(*_ROW, *_COUNTS)
    )


def _counted_rows(ids: Sequence[int], year: int, on: date) -> Iterable[tuple]:
    return (
        Due.objects.filter(bureau__in=ids, year=year)
        .with_verdict(on)
        .order_by("bureau_id", "schedule_id", "period_first")
        .values(*_ROW)
        .annotate(
            total=Count("pk"),
            met=Count("pk", filter=Q(verdict="met")),
            met_late=Count("pk", filter=Q(verdict="met_late")),
            waived=Count("pk", filter=Q(verdict="waived")),
            not_applicable=Count("pk", filter=Q(verdict="not_applicable")),
            lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
        )
        .values_list(*_ROW, *_COUNTS)
    )
