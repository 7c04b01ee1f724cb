"""How bureaus and units stand: the rows of the dashboard, the bureau page and the unit page.

Pages over many bureaus read the kept counts; a past day, and the page of one bureau, counts the
dues themselves. Both say the same, and ``audit_ledger`` proves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from reports.domain.dues import Verdict
from reports.domain.progress import NOTHING, Tally
from reports.models import Due, DueCount

# Of several units in one period the strip shows what someone must look at first.
LOUDEST = (
    Verdict.MISSED,
    Verdict.AWAITING,
    Verdict.OPEN,
    Verdict.MET_LATE,
    Verdict.MET,
    Verdict.WAIVED,
    Verdict.UPCOMING,
)


class PeriodCell(NamedTuple):
    """One period of a schedule in a small strip."""

    first: date
    last: date
    verdict: str


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


def bureau_dues(
    bureau_ids: Iterable[int], *, year: int, on: date, today: date
) -> dict[int, BureauDues]:
    """Tallies and strips of bureaus for the year of each set: one query.

    For today from the kept counts, for an earlier day from the dues.
    """
    ids = list(bureau_ids)
    rows = _kept_rows(ids, year, on) if on >= today else _counted_rows(ids, year, on)
    found: dict[int, BureauDues] = defaultdict(BureauDues)
    sums: dict[tuple[int, int], list[int]] = {}
    first_person: dict[int, list[int]] = {}
    cells: dict[tuple[int, int, int], list[PeriodCell]] = {}
    sets: dict[int, tuple[str, int, int]] = {}
    lacking: dict[int, int] = defaultdict(int)
    for row in rows:
        (bureau, set_id, name, month, day, schedule, of_first) = row[:7]
        first, last, awaits, met, late, waived, absent, rest, lacks = row[7:]
        column = 7 if on < first else 5 if on <= last else 6 if on <= awaits else 2
        tally = sums.get((bureau, set_id))
        if tally is None:
            tally = sums[bureau, set_id] = [0] * 8
            sets[set_id] = (name, month, day)
        tally[0] += met
        tally[1] += late
        tally[3] += waived
        tally[4] += absent
        tally[column] += rest
        if of_first:
            own = first_person.setdefault(bureau, [0] * 8)
            own[0] += met
            own[1] += late
            own[3] += waived
            own[4] += absent
            own[column] += rest
        lacking[bureau] += lacks
        strip = cells.get((bureau, set_id, schedule))
        if strip is None:
            strip = cells[bureau, set_id, schedule] = []
        strip.append(PeriodCell(first, last, _loudest(column, met, late, waived, rest)))
    for (bureau, set_id), numbers in sums.items():
        tally = Tally(*numbers)
        found[bureau].tally += tally
        name, month, day = sets[set_id]
        found[bureau].sets[set_id] = SetStrip(set_id, name, (month, day), tally)
    for (bureau, set_id, schedule), strip in cells.items():
        found[bureau].sets[set_id].rows[schedule] = strip
    for bureau, numbers in first_person.items():
        found[bureau].first_person = Tally(*numbers)
    for bureau, number in lacking.items():
        found[bureau].lacking = number
    return found


_REST_VERDICT = {2: "missed", 5: "open", 6: "awaiting", 7: "upcoming"}


def _loudest(column: int, met: int, late: int, waived: int, rest: int) -> str:
    """The verdict that the cell of several units shows."""
    if rest and column != 7:
        return _REST_VERDICT[column]
    if late:
        return "met_late"
    if met:
        return "met"
    if rest:
        return "upcoming"
    return "waived" if waived else "not_applicable"


_ROW = (
    "bureau_id",
    "schedule__set_id",
    "schedule__set__name",
    "schedule__set__year_start_month",
    "schedule__set__year_start_day",
    "schedule_id",
    "schedule__of_first_person",
    "period_first",
    "period_last",
    "awaits_until",
)
_IN_ORDER = ("schedule__set__position", "schedule__set_id", "schedule__position", "schedule_id")


def _kept_rows(ids: Sequence[int], year: int, on: date) -> Iterable[tuple]:
    rest = F("total") - F("met") - F("met_late") - F("waived") - F("not_applicable")
    return (
        DueCount.objects.filter(bureau__in=ids, year=year)
        .annotate(rest=rest)
        .order_by(*_IN_ORDER, "period_first")
        .values_list(*_ROW, "met", "met_late", "waived", "not_applicable", "rest", "lacking")
    )


def _counted_rows(ids: Sequence[int], year: int, on: date) -> Iterable[tuple]:
    settled = ["met", "met_late", "waived", "not_applicable"]
    return (
        Due.objects.filter(bureau__in=ids, year=year)
        .with_verdict(on)
        .order_by()
        .values(*_ROW)
        .annotate(
            met=Count("pk", filter=Q(verdict="met")),
            met_late=Count("pk", filter=Q(verdict="met_late")),
            waived=Count("pk", filter=Q(verdict="waived")),
            not_applicable=Count("pk", filter=Q(verdict="not_applicable")),
            rest=Count("pk", filter=~Q(verdict__in=settled)),
            lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
        )
        .order_by(*_IN_ORDER, "period_first")
        .values_list(*_ROW, "met", "met_late", "waived", "not_applicable", "rest", "lacking")
    )


def total_dues(bureaus: QuerySet, *, year: int, on: date, today: date) -> tuple[Tally, int]:
    """The tally over all bureaus of a queryset, and how many dues lack evidence: one query."""
    if on >= today:
        rest = F("total") - F("met") - F("met_late") - F("waived") - F("not_applicable")
        column = {
            "missed": Q(awaits_until__lt=on),
            "awaiting": Q(awaits_until__gte=on, period_last__lt=on),
            "open": Q(period_last__gte=on, period_first__lte=on),
            "upcoming": Q(period_first__gt=on),
        }
        sums = {
            name: Coalesce(
                Sum(Case(When(when, then=rest), default=Value(0), output_field=IntegerField())), 0
            )
            for name, when in column.items()
        }
        counts = DueCount.objects.filter(bureau__in=bureaus, year=year).aggregate(
            n_met=Coalesce(Sum("met"), 0),
            n_met_late=Coalesce(Sum("met_late"), 0),
            n_waived=Coalesce(Sum("waived"), 0),
            n_not_applicable=Coalesce(Sum("not_applicable"), 0),
            n_lacking=Coalesce(Sum("lacking"), 0),
            **{f"n_{name}": total for name, total in sums.items()},
        )
        counts = {name.removeprefix("n_"): number for name, number in counts.items()}
    else:
        counts = (
            Due.objects.filter(bureau__in=bureaus, year=year)
            .with_verdict(on)
            .aggregate(**verdict_counts(on), lacking=Count("pk", filter=Q(lacks_evidence__gt=0)))
        )
    return tally_from(counts), counts["lacking"]
