"""Problems over the years, how long open ones have been known, and how many were closed in time.

Every number is that of a list: the lists are narrowed by the same functions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractYear

from reports.domain.problem_figures import AGES, Age, ClosedHow, Part
from reports.models import Problem, ProblemCause
from reports.selectors.problems import age_condition, closed_as, in_part, problems_for
from reports.selectors.scope import Scope

YEARS = 5


@dataclass(frozen=True, slots=True)
class YearsLine:
    """One source or kind of cause with its number of each year; ``key`` None: not classified."""

    key: int | None
    name: str
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True, slots=True)
class YearsFigure:
    """The lines of some years, in their order, and how many problems each year had in all."""

    years: tuple[int, ...]
    lines: tuple[YearsLine, ...]
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True, slots=True)
class ClosedShare:
    """Of those closed in a year with a due day, how many were in time."""

    year: int
    in_time: int = 0
    late: int = 0

    @property
    def dated(self) -> int:
        return self.in_time + self.late

    @property
    def share(self) -> str:
        """In per cent; empty where nothing was closed, which is neither 0 % nor 100 %."""
        return f"{self.in_time / self.dated:.1%}".replace(".0%", "%") if self.dated else ""


@dataclass(frozen=True, slots=True)
class ProblemFigures:
    """Everything the page of figures shows, as of a day."""

    sources: YearsFigure
    causes: YearsFigure
    ages: Mapping[Age, int]
    closed: tuple[ClosedShare, ...]


def figures_for(
    scope: Scope | None,
    *,
    on: date,
    today: date,
    year: int,
    bureau: int | None = None,
    unit: int | None = None,
) -> ProblemFigures:
    """The figures of a scope (None: all) as of a day, over the five years up to ``year``.

    Only what is flagged counts, and nothing that was merged or dismissed. A problem with causes of
    several kinds stands in the line of each. Four queries.
    """
    years = tuple(range(year - YEARS + 1, year + 1))
    rows = problems_for(scope, on=on, today=today, bureau=bureau, unit=unit)
    counted = in_part(rows, Part.COUNTED).select_related(None).order_by()
    ages, unclassified = _ages_and_unclassified(counted, years, on)
    sources = _by_source(counted, years)
    return ProblemFigures(
        sources=sources,
        causes=YearsFigure(years, _by_cause(counted, years, unclassified), sources.numbers),
        ages=ages,
        closed=_closed(counted, years),
    )


def _by_source(counted: QuerySet[Problem], years: Sequence[int]) -> YearsFigure:
    lines = _lines(
        counted.filter(found_on__year__range=(years[0], years[-1]))
        .values_list("source_id", "source__name", "source__position", "found_on__year")
        .annotate(number=Count("pk")),
        years,
    )
    sums = tuple(sum(line.numbers[n] for line in lines) for n in range(len(years)))
    return YearsFigure(tuple(years), lines, sums)


def _by_cause(
    counted: QuerySet[Problem], years: Sequence[int], unclassified: tuple[int, ...]
) -> tuple[YearsLine, ...]:
    """The kinds of causes, and last what has no cause of any kind."""
    lines = _lines(
        counted.filter(found_on__year__range=(years[0], years[-1]), causes__kind__isnull=False)
        .values_list(
            "causes__kind_id", "causes__kind__name", "causes__kind__position", "found_on__year"
        )
        .annotate(number=Count("pk", distinct=True)),
        years,
    )
    return (*lines, YearsLine(None, "", unclassified)) if any(unclassified) else lines


def _lines(
    rows: Iterable[tuple[int, str, int, int, int]], years: Sequence[int]
) -> tuple[YearsLine, ...]:
    """Rows of key, name, position, year and number as lines in the order of the positions."""
    numbers: dict[tuple[int, int, str], dict[int, int]] = defaultdict(dict)
    for key, name, position, year, number in rows:
        numbers[position, key, name][year] = number
    return tuple(
        YearsLine(key, name, tuple(of.get(year, 0) for year in years))
        for (_position, key, name), of in sorted(numbers.items())
    )


def _ages_and_unclassified(
    counted: QuerySet[Problem], years: Sequence[int], on: date
) -> tuple[dict[Age, int], tuple[int, ...]]:
    """How many open ones have which age, and how many of each year have no kind of cause."""
    told = Exists(ProblemCause.objects.filter(problem=OuterRef("pk"), kind__isnull=False))
    found = {age.name: Count("pk", filter=age_condition(age, on)) for age in AGES}
    found |= {
        f"of_{year}": Count("pk", filter=Q(found_on__year=year, told=False)) for year in years
    }
    numbers = counted.annotate(told=told).aggregate(**found)
    ages = {age: numbers[age.name] for age in AGES}
    return ages, tuple(numbers[f"of_{year}"] for year in years)


def _closed(counted: QuerySet[Problem], years: Sequence[int]) -> tuple[ClosedShare, ...]:
    dated = closed_as(counted, ClosedHow.DATED)
    found = {
        year: ClosedShare(year, in_time, late)
        for year, in_time, late in dated.filter(closed_then__year__range=(years[0], years[-1]))
        .annotate(closed_year=ExtractYear("closed_then"))
        .values_list("closed_year")
        .annotate(
            in_time=Count("pk", filter=Q(closed_then__lte=F("due_then"))),
            late=Count("pk", filter=Q(closed_then__gt=F("due_then"))),
        )
    }
    return tuple(found.get(year, ClosedShare(year)) for year in years)
