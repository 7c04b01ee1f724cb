"""A bureau's year at a glance: what was done by kind and month, beside the year before.

Every number is that of a list; last year's is that of the same days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from reports.domain.figures import Made
from reports.domain.indicators import Applies, Counted, Rule, What
from reports.models import Honour, Indicator, RecordKind, ReportHeading, Unit
from reports.selectors.figures import Line, line_of, lines_of, read_year
from reports.selectors.honours import honours_for, running
from reports.selectors.indicators import Defined, days_of_years
from reports.selectors.records import amounts_by_year, record_counts, records_for
from reports.selectors.scope import Scope

# Counted beside the indicators, in the same query; they are not in the ledger.
MEETINGS, FOUND, CLOSED, DEEDS = "meetings", "found", "closed", "deeds"
RULES: Mapping[str, Rule] = {
    MEETINGS: Rule(Counted.MEETINGS, What.NUMBER),
    FOUND: Rule(Counted.PROBLEMS, What.FOUND),
    CLOSED: Rule(Counted.PROBLEMS, What.CLOSED),
    DEEDS: Rule(Counted.DEEDS, What.NUMBER),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number and the list that it counts."""

    n: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class MonthsLine:
    """Twelve months, their sum, and the same days of last year; ``most`` is the largest month."""

    name: str
    months: tuple[Number, ...]
    total: Number
    before: Number
    counter: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(month.n for month in self.months)

    @property
    def difference(self) -> int:
        return self.total.n - self.before.n

    @property
    def most(self) -> int:
        return max(self.numbers, default=0)


@dataclass(frozen=True, slots=True)
class HeadingLines:
    """The kinds of records under one heading of part one of the report."""

    heading: ReportHeading | None
    lines: tuple[MonthsLine, ...]


@dataclass(frozen=True, slots=True)
class YearGlance:
    """Everything the page of a bureau's year shows."""

    bureau: Unit
    year: int
    on: date
    before_on: date | None
    records: tuple[HeadingLines, ...]
    work: Mapping[str, MonthsLine]
    indicators: tuple[Line, ...]
    honours: tuple[Honour, ...]
    running: Mapping[int, int]

    @property
    def has_records(self) -> bool:
        return any(group.lines for group in self.records)


def year_glance(scope: Scope, bureau: Unit, *, year: int, on: date, today: date) -> YearGlance:
    """A bureau's year as of a day: nine queries."""
    days = days_of_years(year, on)
    besides = {name: _besides(-n, rule) for n, (name, rule) in enumerate(RULES.items(), 1)}
    indicators, units, facts = read_year(
        scope, bureau, year=year, on=on, today=today, besides=list(besides.values())
    )
    honours = list(honours_for(scope, on=on, bureau=bureau.pk).filter(year__lte=year))
    return YearGlance(
        bureau,
        year,
        days.get(year, on),
        days.get(year - 1),
        _records(scope, bureau, year, days),
        {name: _work(line_of(each, bureau, facts)) for name, each in besides.items()},
        lines_of(indicators, units, bureau, facts),
        tuple(honour for honour in honours if honour.year == year),
        running(honours),
    )


def _besides(pk: int, rule: Rule) -> Defined:
    indicator = Indicator(pk=pk, made=Made.COUNTED.value, counter="")
    return Defined(indicator, Applies(), rule)


def _work(line: Line) -> MonthsLine:
    def number(value: object, href: str) -> Number:
        return Number(int(getattr(value, "value", 0) or 0), href)

    return MonthsLine(
        "",
        tuple(number(cell.value, cell.href) for cell in line.months),
        number(line.value, line.href),
        number(line.before, line.before_href),
    )


def _records(
    scope: Scope, bureau: Unit, year: int, days: Mapping[int, date]
) -> tuple[HeadingLines, ...]:
    """The kinds of which something was done this year or last, under their headings."""
    if not days:
        return ()
    on, last = days[year], days[year - 1]
    of_bureau = {"bureau": bureau.pk}
    counts = record_counts(records_for(scope, on=on, year=year, **of_bureau), on=on)
    before = amounts_by_year(records_for(scope, on=last, year=year - 1, **of_bureau), on=last)
    groups: dict[ReportHeading | None, list[MonthsLine]] = {}
    for kind in counts.kinds:
        then = before.get((kind.pk, year - 1), 0)
        if counts.of(kind.pk) or then:
            line = _kind_line(kind, counts.months(kind.pk), then, bureau, days, year)
            groups.setdefault(kind.heading, []).append(line)
    return tuple(HeadingLines(heading, tuple(lines)) for heading, lines in groups.items())


def _kind_line(
    kind: RecordKind,
    months: Sequence[int],
    before: int,
    bureau: Unit,
    days: Mapping[int, date],
    year: int,
) -> MonthsLine:
    def href(of_year: int, month: int | None = None) -> str:
        parts = {"bureau": bureau.pk, "year": of_year, "on": days[of_year], "kind": kind.pk}
        if month is not None:
            parts["month"] = month
        return f"{reverse('reports:record-list')}?{urlencode(parts)}"

    return MonthsLine(
        kind.name,
        tuple(Number(n, href(year, month)) for month, n in enumerate(months, start=1)),
        Number(sum(months), href(year)),
        Number(before, href(year - 1)),
        kind.counter,
    )
