"""How the places below one place stand: the provinces of a country, the cities of a province.

A row is the sum over the bureaus below it; the number of queries is the same however many those
are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from operator import add
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Substr

from reports.domain.dues import Verdict
from reports.domain.progress import NOTHING, Tally
from reports.domain.summaries import ReportKind, ReportState
from reports.models import Due, DueCount, Measure, Problem, Unit
from reports.models.units import PATH_SEGMENT
from reports.selectors.problems import CLOSED, ENDS
from reports.selectors.progress import kept_of_verdicts, tally_from, verdict_counts


@dataclass(frozen=True, slots=True)
class Under:
    """A unit whose bureaus a page speaks of: everything from ``path`` to before ``path_end``."""

    pk: int
    name: str
    path: str
    path_end: str

    def holds(self, column: str) -> Q:
        """The rows whose unit, named by ``column``, lies here: one range of the indexed path."""
        name = f"{column}__path" if column else "path"
        return Q(**{f"{name}__gte": self.path, f"{name}__lt": self.path_end})

    @property
    def depth(self) -> int:
        """How far below the top the unit lies."""
        return len(self.path) // PATH_SEGMENT - 1

    @property
    def length(self) -> int:
        """How long the path of a unit directly below is."""
        return len(self.path) + PATH_SEGMENT


@dataclass(slots=True)
class Place:
    """One unit directly below, with what its bureaus add up to."""

    path: str
    pk: int = 0
    name: str = ""
    is_bureau: bool = False
    bureaus: int = 0
    unused: int = 0
    reports: int = 0
    signed: int = 0
    problems_open: int = 0
    problems_closed: int = 0
    measures_overdue: int = 0
    tally: Tally = NOTHING
    first_person: Tally = NOTHING
    lacking: int = 0


_ADDED = tuple(each.name for each in fields(Place) if each.name not in {"path", "pk", "name"})


def sum_of(places: Iterable[Place]) -> Place:
    """A place that is all of them together: every column added up."""
    whole = Place("")
    for place in places:
        for name in _ADDED:
            setattr(whole, name, getattr(whole, name) + getattr(place, name))
    return whole


def path_behind(path: str) -> str:
    """The first path behind the subtree of a path, as ``Unit.path_end`` has it."""
    return f"{int(path) + 1:0{len(path)}d}"


def places_below(under: Under, *, year: int, on: date, today: date) -> dict[str, Place]:
    """The places directly below that hold bureaus of the year, by path, in their order, without
    what is owed there: one query.

    Bureaus, those without a ledger, reports, problems and measures are counted, as the list of
    bureaus, ``problems_for`` and ``measures_for`` have them.
    """
    parts = [
        _names(under),
        _by_place(_bureaus(under, year, on, today)),
    ]
    found: dict[str, Place] = {}
    for what, path, name, *numbers in parts[0].union(*parts[1:], all=True):
        place = found.setdefault(path, Place(path))
        if what == "names":
            place.pk, bureau = numbers[:2]
            place.name, place.is_bureau = name, bureau == place.pk
            continue
        for column, number in zip(_NUMBERS, numbers, strict=True):
            setattr(place, column, number)
    return {path: found[path] for path in sorted(found) if found[path].bureaus}


def found_at_bureaus(
    bureau_ids: Iterable[int], *, year: int, on: date, today: date
) -> tuple[dict[int, tuple[int, int]], dict[int, int]]:
    """Problems open and closed in the year, and overdue measures, by bureau: one query.

    The same conditions as ``problems_for`` with ``state`` open and closed, and as
    ``measures_for(overdue=True)``.
    """
    ids = list(bureau_ids)
    counts = [Count("pk", filter=condition) for condition in _of_problems(year)]
    problems = _of_bureaus(_standing(on, today), ids, "problems", *counts)
    measures = _of_bureaus(Measure.objects.overdue_on(on, today), ids, "measures", Count("pk"))
    found: dict[int, tuple[int, int]] = {}
    overdue: dict[int, int] = {}
    for what, bureau, one, two in problems.union(measures, all=True):
        if what == "problems":
            found[bureau] = one, two
        else:
            overdue[bureau] = one
    return found, overdue


def dues_below(places: dict[str, Place], under: Under, *, year: int, on: date, today: date) -> None:
    """Write what the bureaus of each place owe: one query, of the kept counts for today, of the
    dues for an earlier day."""
    rows = _kept(under, year, on) if on >= today else _counted(under, year, on)
    for path, of_first_person, lacking, tally in rows:
        place = places.get(path)
        if place is None:
            continue
        place.tally += tally
        place.lacking += lacking
        if of_first_person:
            place.first_person += tally


_NUMBERS = {
    "bureaus": Count("pk"),
    "unused": Count("pk", filter=Q(ledger_from__isnull=True)),
    "reports": Count("report"),
    "signed": Count("report", filter=Q(report__state=ReportState.SIGNED.value)),
    "problems_open": Sum("open"),
    "problems_closed": Sum("closed"),
    "measures_overdue": Sum("overdue"),
}


def _of_problems(year: int) -> tuple[Q, Q]:
    """Which problems are open, and which were closed in the year."""
    return (
        ~Q(state_then__in=ENDS) & Q(state_then__isnull=False),
        Q(state_then=CLOSED, closed_then__year=year),
    )


def _standing(on: date, today: date) -> QuerySet:
    return Problem.objects.standing().found_by(on).closed_day(on, today)


def _bureaus(under: Under, year: int, on: date, today: date) -> QuerySet:
    """The bureaus with what an index of each tells of its problems and measures, and the place
    they lie in."""
    annual = Q(
        annual_reports__year=year,
        annual_reports__kind=ReportKind.ANNUAL.value,
        annual_reports__is_current=True,
    )
    open_, closed = _of_problems(year)
    problems = _standing(on, today)
    rows = Unit.objects.bureaus().existing_in(year).filter(under.holds("")).order_by()
    return rows.annotate(
        report=FilteredRelation("annual_reports", condition=annual),
        open=_counted_at(problems, open_),
        closed=_counted_at(problems, closed),
        overdue=_counted_at(Measure.objects.overdue_on(on, today), Q()),
        what=Value("bureaus"),
        place=Substr("path", 1, under.length),
        label=Value(""),
    )


def _counted_at(rows: QuerySet, condition: Q) -> Coalesce:
    """How many of the rows that fulfil the condition the bureau has; rows and not keys are counted,
    so that the index alone answers."""
    rows = rows.filter(condition, bureau=OuterRef("pk")).order_by().values("bureau")
    return Coalesce(Subquery(rows.annotate(number=Count("*")).values("number")), 0)


_PLACE = ("what", "place", "label")


def _names(under: Under) -> QuerySet:
    """The units directly below in the columns of the other part: key and bureau for numbers."""
    rows = Unit.objects.filter(under.holds(""), depth=under.depth + 1).order_by()
    name = Case(When(short_name="", then=F("name")), default=F("short_name"))
    rows = rows.annotate(what=Value("names"), place=F("path"), label=name)
    numbers = [F("pk"), Coalesce("bureau_id", 0)]
    return _with_numbers(rows, numbers + [Value(0, IntegerField())] * (len(_NUMBERS) - 2))


def _by_place(rows: QuerySet) -> QuerySet:
    return _with_numbers(rows.values(*_PLACE), list(_NUMBERS.values()))


def _with_numbers(rows: QuerySet, numbers: list[Any]) -> QuerySet:
    counted = {f"n{n}": each for n, each in enumerate(numbers)}
    return rows.annotate(**counted).values_list(*_PLACE, *counted)


def _of_bureaus(rows: QuerySet, ids: list[int], what: str, one: Any, two: Any = None) -> QuerySet:
    rows = rows.filter(bureau__in=ids).order_by().annotate(what=Value(what))
    second = two or Value(0, IntegerField())
    columns = ("what", "bureau_id", "n0", "n1")
    return rows.values("what", "bureau_id").annotate(n0=one, n1=second).values_list(*columns)


Row = tuple[str, bool, int, Tally]


def _kept(under: Under, year: int, on: date) -> Iterable[Row]:
    """Sums of the kept counts; what no fact has settled goes where the days of its row say."""
    counts = kept_of_verdicts(on)
    rows = (
        # By the bureau's key and not by the place: databases know how many bureaus there are, and
        # count in memory instead of sorting every row by a piece of text.
        DueCount.objects.filter(under.holds("bureau"), year=year)
        .values("bureau_id", "schedule__of_first_person")
        .annotate(
            kept_path=Max("bureau__path"),
            kept_lacking=Sum("lacking"),
            **{f"kept_{v}": Sum(number) for v, number in counts.items()},
        )
        .order_by()
        .values_list(
            "kept_path",
            "schedule__of_first_person",
            "kept_lacking",
            *(f"kept_{v}" for v in counts),
        )
    )
    sums: dict[tuple[str, bool], list[int]] = {}
    for path, of_first_person, *numbers in rows:
        key = path[: under.length], of_first_person
        sums[key] = list(map(add, sums[key], numbers)) if key in sums else numbers
    for (place, of_first_person), (lacking, *numbers) in sums.items():
        yield place, of_first_person, lacking, tally_from(dict(zip(counts, numbers, strict=True)))


def _counted(under: Under, year: int, on: date) -> Iterable[Row]:
    rows = (
        Due.objects.filter(under.holds("bureau"), year=year)
        .with_verdict(on)
        .annotate(place=Substr("bureau__path", 1, under.length))
        .values("place", "schedule__of_first_person")
        .annotate(
            **{f"n_{verdict}": count for verdict, count in verdict_counts(on).items()},
            n_lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
        )
        .order_by()
    )
    for row in rows:
        tally = tally_from({verdict.value: row[f"n_{verdict.value}"] for verdict in Verdict})
        yield row["place"], row["schedule__of_first_person"], row["n_lacking"], tally
