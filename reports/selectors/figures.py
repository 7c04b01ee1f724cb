"""The figures of indicators: what was entered, the year of a place, the sheet of a month.

A line shows counted and entered indicators alike. Everything of a page is read in a fixed number
of queries.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import (
    Count,
    F,
    Q,
    QuerySet,
)

from reports.domain.figures import (
    MONTHS,
    Change,
    FigureValue,
    SumChecked,
    SumStanding,
    SumToCheck,
    Together,
    Wording,
    YearValue,
    added_up,
    change,
    check_sums,
    months_over,
    together,
    year_value,
)
from reports.domain.indicators import Counted
from reports.models import (
    Figure,
    Indicator,
    SumRule,
    Unit,
)
from reports.selectors.indicators import (
    WHOLE_YEAR,
    Counts,
    Defined,
    Key,
    Kind,
    counted_values,
    days_of_years,
    defined,
    indicators_for,
    kinds_named,
    list_address,
    month_days,
    place_of,
    set_for,
)
from reports.selectors.scope import Scope

# Entered later than this many days after its month was over, a figure says so.
PROMPT = 7

# --- what was entered ----------------------------------------------------------------------------


def figures_happened(rows: QuerySet[Figure], on: date) -> QuerySet[Figure]:
    """Those that stand on a day: of months that were over, or entered by then; targets anyway."""
    over = on.month + (on.day == monthrange(on.year, on.month)[1])
    done = Q(year__lt=on.year) | Q(year=on.year, month__lt=over)
    if (on.month, on.day) == (12, 31):
        done |= Q(year=on.year)
    targets = Q(is_target=True, year__lte=on.year)
    return rows.filter(done | Q(recorded_at__date__lte=on) | targets)


def figures_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    indicator: int | None = None,
    years: Collection[int] = (),
) -> QuerySet[Figure]:
    """The figures of a scope (None: all) that stand on a day; cancelled ones count nothing."""
    rows = Figure.objects.standing()
    if scope is not None:
        rows = scope.limit(rows)
    named = {"bureau": bureau, "unit": unit, "indicator": indicator}
    rows = rows.filter(**{name: key for name, key in named.items() if key is not None})
    if years:
        rows = rows.filter(year__in=years)
    return figures_happened(rows, on)


def value_of(figure: Figure) -> FigureValue:
    """What a stored figure says."""
    wording = Wording(figure.wording) if figure.wording else None
    return FigureValue(figure.value, wording, figure.numerator, figure.denominator)


def late_by(figure: Figure, entered_on: date) -> int:
    """How many days after its month (or year) was over it was entered; 0 where that was in time."""
    if figure.is_target:
        return 0
    last = month_days(figure.year, figure.month or 12)[1]
    days = (entered_on - last).days
    return days if days > PROMPT else 0


# --- one place in one year -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthCell:
    """The value of one month; ``figure`` is the row it was entered as, ``href`` what it counts.

    ``missing`` says how many units lack theirs. A month that has not come is neither.
    """

    month: int
    value: FigureValue | None = None
    href: str = ""
    figure: Figure | None = None
    missing: int = 0
    disagrees: bool = False
    is_over: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of one place in one year."""

    of: Defined
    place: Unit
    months: tuple[MonthCell, ...]
    year: YearValue
    href: str = ""
    before: FigureValue | None = None
    before_href: str = ""
    change: Change | None = None
    target: FigureValue | None = None
    figures: tuple[Figure, ...] = ()

    @property
    def indicator(self) -> Indicator:
        return self.of.indicator

    @property
    def value(self) -> FigureValue | None:
        return self.year.value

    @property
    def sources(self) -> list[str]:
        """Where the entered values of the year come from, each once."""
        return list(dict.fromkeys(figure.source for figure in self.figures))

    @property
    def unchecked(self) -> int:
        return sum(figure.checked_at is None for figure in self.figures)


@dataclass(frozen=True, slots=True)
class SumLine:
    """A declared sum at a place: how the year stands, and the months that do not come out."""

    name: str
    whole: Indicator
    parts: tuple[Indicator, ...]
    year: SumChecked
    months: tuple[tuple[int, SumChecked], ...] = ()

    @property
    def disagrees(self) -> bool:
        return self.year.standing == SumStanding.DISAGREES or bool(self.months)


@dataclass(frozen=True)
class YearTable:
    """The indicators of one place in one year, and the sums declared among them."""

    place: Unit
    year: int
    lines: tuple[Line, ...]
    sums: tuple[SumLine, ...] = ()

    @cached_property
    def disagreeing(self) -> list[SumLine]:
        return [each for each in self.sums if each.disagrees]

    def line(self, code: str) -> Line | None:
        """The line of an indicator by its code; the annual report asks for single ones."""
        return next((line for line in self.lines if line.indicator.code == code), None)


@dataclass
class Facts:
    """What was read for some units in a year and the one before."""

    year: int
    on: date
    units: Sequence[Unit]
    figures: dict[Key, Figure] = field(default_factory=dict)
    # Of each bureau what its units reported then, wherever they belong today.
    reported: dict[Key, dict[int, FigureValue]] = field(default_factory=lambda: defaultdict(dict))
    targets: dict[tuple[int, int], Figure] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    kinds: dict[tuple[Counted, str], Kind] = field(default_factory=dict)

    def take(self, figure: Figure) -> None:
        if figure.is_target:
            if figure.year == self.year and figure.month is None:
                self.targets[figure.indicator_id, figure.unit_id] = figure
            return
        when = (figure.year, figure.month or WHOLE_YEAR)
        self.figures[figure.indicator_id, figure.unit_id, *when] = figure
        if figure.unit_id != figure.bureau_id:
            of_bureau = self.reported[figure.indicator_id, figure.bureau_id, *when]
            of_bureau[figure.unit_id] = value_of(figure)

    @property
    def over(self) -> range:
        """The months of the year that are over; on its last day a month is."""
        last = self.on.day == monthrange(self.on.year, self.on.month)[1]
        return months_over(self.year, self.on.year, self.on.month + last)


def units_at(scope: Scope, place: Unit) -> list[Unit]:
    """The place, and where it is a bureau all its units within the scope: one query."""
    rows = scope.units() if scope is not None else Unit.objects.all()
    rows = rows.filter(bureau=place.pk) if place.is_bureau else rows.filter(pk=place.pk)
    return list(rows.select_related("kind").in_order())


def read_facts(
    scope: Scope | None,
    indicators: Sequence[Defined],
    units: Sequence[Unit],
    *,
    year: int,
    on: date,
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
    indicator: int | None = None,
) -> Facts:
    """The figures and counts of the indicators in the units: three queries."""
    facts = Facts(year, on, units)
    place = {"bureau": bureau, "unit": unit}
    rows = figures_for(scope, on=on, years=(year, year - 1), indicator=indicator, **place)
    for figure in rows.select_related("recorded_by", "checked_by"):
        facts.take(figure)
    if any(each.rule is not None for each in indicators):
        days = days_of_years(year, on)
        facts.counts = counted_values(scope, indicators, days=days, today=today, **place)
        facts.kinds = kinds_named()
    return facts


def year_table(
    scope: Scope | None,
    place: Unit,
    *,
    year: int,
    on: date,
    today: date,
    units: Sequence[Unit] | None = None,
) -> YearTable:
    """The indicators of a bureau (with all its units) or of one unit: six queries.

    ``units`` are those of the place that have been read already, which saves one.
    """
    days = {"year": year, "on": on, "today": today}
    indicators, units, facts = read_year(scope, place, units=units, **days)
    lines = lines_of(indicators, units, place, facts)
    return YearTable(place, year, lines, sums_of(lines))


def read_year(
    scope: Scope | None,
    place: Unit,
    *,
    year: int,
    on: date,
    today: date,
    besides: Sequence[Defined] = (),
    units: Sequence[Unit] | None = None,
) -> tuple[list[Defined], Sequence[Unit], Facts]:
    """The indicators of a place, its units, and all that their lines need: five queries.

    ``besides`` are counted along, though they are no indicators of the ledger.
    """
    units = units_at(scope, place) if units is None else units
    rows = set_for(indicators_for(scope), place)
    indicators = [each for each in defined(rows) if each.applies.in_year(year)]
    narrowed = dict([place_of(place)])
    days = {"year": year, "on": on, "today": today}
    return indicators, units, read_facts(scope, [*indicators, *besides], units, **days, **narrowed)


def lines_of(
    indicators: Iterable[Defined], units: Sequence[Unit], place: Unit, facts: Facts
) -> tuple[Line, ...]:
    """The lines of a place, of those indicators that concern it."""
    return tuple(
        line_of(each, place, facts)
        for each in indicators
        if concerns(each, place, units, facts.year)
    )


def concerns(of: Defined, place: Unit, units: Iterable[Unit], year: int) -> bool:
    """Whether a place has the indicator: it or, of a bureau, one of its units reports it.

    A bureau whose ``units`` are not read is taken to have every indicator of the year.
    """
    among = list(units) if place.is_bureau else [place]
    if not among:
        return of.applies.in_year(year)
    return any(of.applies.to(unit.kind_id, year) for unit in among)


def line_of(of: Defined, place: Unit, facts: Facts) -> Line:
    """The line of an indicator at a bureau, or at one unit of it."""
    return _counted_line(of, place, facts) if of.is_counted else _entered_line(of, place, facts)


# --- a counted line ------------------------------------------------------------------------------


def _counted_line(of: Defined, place: Unit, facts: Facts) -> Line:
    value = _counted(of, place, facts, facts.year, None)
    before = _counted(of, place, facts, facts.year - 1, None)
    return Line(
        of,
        place,
        tuple(_counted_cell(of, place, facts, month) for month in range(1, 13)),
        YearValue(value, (), value),
        _href(of, place, facts, facts.year, None),
        before,
        _href(of, place, facts, facts.year - 1, None),
        change(value, before, is_share=of.is_share),
        _target(of, place, facts),
    )


def _counted_cell(of: Defined, place: Unit, facts: Facts, month: int) -> MonthCell:
    begun = date(facts.year, month, 1) <= facts.on
    if not begun or of.rule is None or not of.rule.has_months:
        return MonthCell(month, is_over=begun)
    value = _counted(of, place, facts, facts.year, month)
    return MonthCell(month, value, _href(of, place, facts, facts.year, month))


def _counted(
    of: Defined, place: Unit, facts: Facts, year: int, month: int | None
) -> FigureValue | None:
    if of.rule is None or year not in days_of_years(facts.year, facts.on):
        return None
    return facts.counts.of(of, place, year, month)


def _href(of: Defined, place: Unit, facts: Facts, year: int, month: int | None) -> str:
    days = days_of_years(facts.year, facts.on)
    if of.rule is None or year not in days:
        return ""
    where = dict([place_of(place)])
    return list_address(of.rule, facts.kinds, place=where, year=year, month=month, on=days[year])


# --- an entered line -----------------------------------------------------------------------------


def _entered_line(of: Defined, place: Unit, facts: Facts) -> Line:
    cells = tuple(_cell(of, place, facts, facts.year, month, facts.over) for month in MONTHS)
    year = _year_of(of, place, facts, facts.year, facts.over, cells)
    before = _before(of, place, facts, year, cells)
    figures = tuple(
        figure
        for (pk, unit, of_year, _month), figure in facts.figures.items()
        if pk == of.pk
        and of_year == facts.year
        and (unit == place.pk or (place.is_bureau and figure.bureau_id == place.pk))
    )
    return Line(
        of,
        place,
        cells,
        year,
        before=before,
        change=change(year.value, before, is_share=of.is_share),
        target=_target(of, place, facts),
        figures=figures,
    )


def _together(of: Defined, place: Unit, facts: Facts, year: int, month: int) -> Together:
    """A month (0: the year) of a place: its own figure, and of a bureau what its units reported."""
    own = facts.figures.get((of.pk, place.pk, year, month))
    if not place.is_bureau:
        return Together(value_of(own) if own else None)
    owing = [
        unit.pk
        for unit in facts.units
        if unit.pk != place.pk
        and unit.bureau_id == place.pk
        and of.applies.kinds
        and of.applies.to(unit.kind_id, year)
        and _existed(unit, year, month)
    ]
    reported = facts.reported.get((of.pk, place.pk, year, month), {})
    if month == WHOLE_YEAR and not owing:
        reported = {}  # a year that some units reported is not that of the bureau
    return together(
        value_of(own) if own else None,
        reported,
        owing,
        is_share=of.is_share,
        decimals=of.decimals,
        adds_up=of.adds_up,
    )


def _existed(unit: Unit, year: int, month: int) -> bool:
    first, last = month_days(year, month) if month else (date(year, 1, 1), date(year, 12, 31))
    return (unit.opened_on is None or unit.opened_on <= last) and (
        unit.closed_on is None or unit.closed_on >= first
    )


def _cell(
    of: Defined, place: Unit, facts: Facts, year: int, month: int, over: Collection[int]
) -> MonthCell:
    found = _together(of, place, facts, year, month)
    return MonthCell(
        month,
        found.value,
        figure=facts.figures.get((of.pk, place.pk, year, month)),
        missing=found.missing if month in over else 0,
        disagrees=found.disagrees,
        is_over=month in over,
    )


def _year_of(
    of: Defined,
    place: Unit,
    facts: Facts,
    year: int,
    over: Collection[int],
    cells: Iterable[MonthCell],
) -> YearValue:
    months = {cell.month: cell.value for cell in cells if cell.value is not None}
    whole = _together(of, place, facts, year, WHOLE_YEAR)
    return year_value(
        months,
        whole.value,
        over=over,
        is_share=of.is_share,
        decimals=of.decimals,
        adds_up=of.adds_up,
    )


def _before(
    of: Defined, place: Unit, facts: Facts, year: YearValue, cells: Iterable[MonthCell]
) -> FigureValue | None:
    """Last year's value for the same time: of the same months, or of the whole year."""
    last = facts.year - 1
    if len(facts.over) == len(MONTHS):
        of_last = [_cell(of, place, facts, last, month, MONTHS) for month in MONTHS]
        return _year_of(of, place, facts, last, MONTHS, of_last).value
    if year.entered is not None or not of.adds_up:
        return None  # of which part of last year that would be, nobody knows
    months = [cell.month for cell in cells if cell.value is not None]
    values = [_together(of, place, facts, last, month).value for month in months]
    known = [value for value in values if value is not None]
    if len(known) < len(months):
        return None
    return added_up(known, is_share=of.is_share, decimals=of.decimals)


def _target(of: Defined, place: Unit, facts: Facts) -> FigureValue | None:
    figure = facts.targets.get((of.pk, place.pk))
    return value_of(figure) if figure else None


# --- sums ----------------------------------------------------------------------------------------


def sum_rules() -> list[tuple[SumRule, tuple[int, ...]]]:
    """The declared sums with the keys of their parts, in their order: one query."""
    parts: dict[int, list[int]] = defaultdict(list)
    rules: dict[int, SumRule] = {}
    rows = SumRule.objects.annotate(of_part=F("parts")).order_by("pk", "parts__position", "of_part")
    for row in rows:
        rules.setdefault(row.pk, row)
        if row.of_part is not None:
            parts[row.pk].append(row.of_part)
    return [(rule, tuple(parts[pk])) for pk, rule in rules.items()]


def sums_of(lines: Sequence[Line]) -> tuple[SumLine, ...]:
    """The sums declared among the indicators of a table: one query. Nothing is forced."""
    by_key = {line.of.pk: line for line in lines}
    found = []
    for rule, parts in sum_rules():
        if rule.whole_id not in by_key or any(part not in by_key for part in parts) or not parts:
            continue
        to_check = SumToCheck(rule.name, rule.whole_id, parts)
        of_year = {key: line.value for key, line in by_key.items()}
        (year,) = check_sums([to_check], of_year)
        months = []
        for n in range(12):
            of_month = {key: line.months[n].value for key, line in by_key.items()}
            (checked,) = check_sums([to_check], of_month)
            if checked.standing == SumStanding.DISAGREES:
                months.append((n + 1, checked))
        indicators = tuple(by_key[part].indicator for part in parts)
        whole = by_key[rule.whole_id].indicator
        found.append(SumLine(rule.name, whole, indicators, year, tuple(months)))
    return tuple(found)


# --- one indicator of many units -----------------------------------------------------------------


def unit_lines(
    scope: Scope,
    of: Defined,
    places: Sequence[Unit],
    *,
    year: int,
    on: date,
    today: date,
    below: Sequence[Unit] | None = None,
) -> list[Line]:
    """One indicator at each of the places, in their order, never in that of the values.

    ``places`` are what ``domain.indicators.side_by_side`` leaves; a bureau stands with its units.
    Three queries, and one for the units of bureaus unless those ``below`` them have been read.
    """
    bureaus = [place.pk for place in places if place.is_bureau]
    if below is None:
        below = Unit.objects.filter(bureau__in=bureaus).select_related("kind") if bureaus else ()
    units = list({unit.pk: unit for unit in (*below, *places)}.values())
    narrowed = dict([place_of(places[0])]) if len(places) == 1 else {}
    days = {"year": year, "on": on, "today": today}
    facts = read_facts(scope, [of], units, indicator=of.pk, **days, **narrowed)
    return [line_of(of, place, facts) for place in places]


# --- the monthly sheet ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An indicator on a unit's sheet: what is there, and what stood there before."""

    of: Defined
    figure: Figure | None
    last_month: FigureValue | None
    last_year: FigureValue | None

    @property
    def indicator(self) -> Indicator:
        return self.of.indicator


def month_before(year: int, month: int) -> tuple[int, int]:
    """The month before a month."""
    return (year - 1, 12) if month == 1 else (year, month - 1)


def sheet_lines(
    scope: Scope,
    unit: Unit,
    indicators: Iterable[Defined],
    *,
    year: int,
    month: int | None,
    is_target: bool = False,
) -> list[SheetLine]:
    """The entered indicators of a unit with last month and the same month last year: one query.

    ``month`` None is the sheet of the whole year; it has last year beside it.
    """
    wanted = [(year, month), (year - 1, month)]
    if month is not None:
        wanted.append(month_before(year, month))
    condition = Q(pk__in=[])
    for of_year, of_month in wanted:
        condition |= Q(year=of_year, month=of_month) if of_month else Q(year=of_year, month=None)
    rows = scope.limit(Figure.objects.standing()).filter(condition, unit=unit)
    rows = rows.filter(is_target=is_target).select_related("recorded_by", "checked_by")
    found = {(row.indicator_id, row.year, row.month): row for row in rows}

    def value(pk: int, of_year: int, of_month: int | None) -> FigureValue | None:
        figure = found.get((pk, of_year, of_month))
        return value_of(figure) if figure else None

    return [
        SheetLine(
            each,
            found.get((each.pk, year, month)),
            value(each.pk, *month_before(year, month)) if month else None,
            value(each.pk, year - 1, month),
        )
        for each in indicators
        if not each.is_counted and each.applies.to(unit.kind_id, year)
    ]


def corrections_of(figure: Figure) -> QuerySet[Figure]:
    """All rows of the same indicator, unit and time, the newest first: nothing disappears."""
    return (
        Figure.objects.filter(
            indicator=figure.indicator_id,
            unit=figure.unit_id,
            year=figure.year,
            month=figure.month,
            is_target=figure.is_target,
        )
        .select_related("recorded_by", "cancelled_by", "checked_by")
        .order_by("-recorded_at", "-pk")
    )


# --- what waits to be checked --------------------------------------------------------------------


def unchecked(scope: Scope, act: Any) -> QuerySet[Figure]:
    """The figures that nobody has checked, where the scope allows the act."""
    return scope.limit(Figure.objects.standing(), act).filter(checked_at__isnull=True)


def unchecked_by_unit(rows: QuerySet[Figure]) -> list[tuple[Unit, int]]:
    """The units of the rows with how many each has, in the order of the organisation: one query."""
    counts = Count("figures", filter=Q(figures__in=rows.values("pk")))
    units = Unit.objects.annotate(waiting=counts).filter(waiting__gt=0).select_related("kind")
    return [(unit, unit.waiting) for unit in units.in_order()]
