"""Indicators with their values: counted from the records, or as they were entered.

A counted value comes from the functions behind the lists, and carries the address of the list it
counts. Everything of one page is read in a fixed number of queries: what is counted, by all rules
together, in one.
"""

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    CharField,
    Count,
    DecimalField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, ExtractMonth
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.domain.figures import (
    FigureValue,
    Made,
    added_up,
    share_of,
)
from reports.domain.indicators import Applies, Counted, Rule, What, read_rule
from reports.domain.problem_figures import Part
from reports.models import (
    Examination,
    Honour,
    Indicator,
    MeetingKind,
    RecordField,
    RecordKind,
    Unit,
)
from reports.models.choices import (
    COUNTED_LABELS,
    DEED_KIND_LABELS,
    HONOUR_KIND_LABELS,
    WHAT_LABELS,
    clauses,
    listed,
)
from reports.selectors.dues import DONE, OWED, address_of_dues, dues_for
from reports.selectors.first_person import deeds_for
from reports.selectors.meetings import meetings_for
from reports.selectors.problems import CLOSED, PARTS, problems_for
from reports.selectors.records import counting, records_for
from reports.selectors.scope import Scope, paths_above

PERCENTS = ("%", "％")
WORDS: Mapping[str, object] = {"true": True, "false": False}
CODE = re.compile(r"[A-Za-z0-9-]{1,20}(?:_[A-Za-z0-9-]{1,20}){0,3}")
NUMBER = DecimalField(max_digits=20, decimal_places=4)
WHOLE_YEAR = 0  # in place of a month


# --- definitions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Defined:
    """An indicator with whom it applies to and the rule it is counted by."""

    indicator: Indicator
    applies: Applies
    rule: Rule | None

    @property
    def pk(self) -> int:
        return self.indicator.pk

    @property
    def is_counted(self) -> bool:
        return self.indicator.made == Made.COUNTED.value

    @property
    def is_share(self) -> bool:
        return self.indicator.is_share or bool(self.rule and self.rule.is_share)

    @property
    def decimals(self) -> int:
        return self.indicator.decimals

    @property
    def adds_up(self) -> bool:
        """Per cent of which the parts are not known are never added up."""
        return self.is_share or self.indicator.counter not in PERCENTS


def indicators_for(scope: Scope | None) -> QuerySet[Indicator]:
    """The indicators of a scope (None: all) in their order: delivered, and set by bureaus."""
    rows = Indicator.objects.all() if scope is None else scope.limit(Indicator.objects.all())
    return rows.select_related("unit").order_by("position", "pk")


def defined(rows: QuerySet[Indicator]) -> list[Defined]:
    """The definitions of the rows, each once: one query."""
    kinds: dict[int, set[int]] = defaultdict(set)
    found: dict[int, Indicator] = {}
    for row in rows.annotate(of_kind=F("unit_kinds")):
        found.setdefault(row.pk, row)
        if row.of_kind is not None:
            kinds[row.pk].add(row.of_kind)
    return [
        Defined(
            row,
            Applies(frozenset(kinds[row.pk]), row.first_year, row.last_year),
            read_rule(row.rule)[0] if row.made == Made.COUNTED.value else None,
        )
        for row in found.values()
    ]


def set_for(rows: QuerySet[Indicator], place: Unit) -> QuerySet[Indicator]:
    """Of the rows those that hold at a unit: delivered, or set at it or above it."""
    above = [*paths_above(place.path), place.path]
    return rows.filter(Q(unit__isnull=True) | Q(unit__path__in=above))


def entered_for(place: Unit) -> QuerySet[Indicator]:
    """Those whose figures are typed in at a unit, in their order."""
    rows = Indicator.objects.filter(made=Made.ENTERED.value)
    return set_for(rows, place).order_by("position", "pk")


# --- what is counted -----------------------------------------------------------------------------

Key = tuple[int, int, int, int]  # indicator, unit, year, month (0: the whole year)
# Whose number: a bureau with all that it keeps, or one unit alone.
Place = tuple[str, int]


def same_day(on: date, year: int) -> date:
    """The day of a year up to which it is compared with the year of ``on``."""
    if on.month == 2 and on.day == 29:
        return date(year, 2, 28)
    return on.replace(year=year)


def days_of_years(year: int, on: date) -> dict[int, date]:
    """The year and the one before, each with the day up to which its facts count."""
    last = min(on, date(year, 12, 31))
    return {year: last, year - 1: same_day(last, year - 1)} if last.year == year else {}


@dataclass
class Counts:
    """What was counted, of every place: indicator, place, year and month (0: the whole year)."""

    found: dict[tuple[int, Place, int, int], list[FigureValue]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def take(self, pk: int, unit: int, bureau: int | None, year: int, month: int, value: Any):
        for place in (("unit", unit), ("bureau", bureau)):
            self.found[pk, place, year, month].append(value)

    def of(self, each: Defined, place: Unit, year: int, month: int | None) -> FigureValue | None:
        """The number of a month or (None) of the year; of a share nothing is no share at all."""
        months = range(13) if month is None else (month,)
        values = [
            value
            for n in months
            for value in self.found.get((each.pk, place_of(place), year, n), ())
        ]
        if each.is_share:
            return added_up(values, is_share=True, decimals=each.decimals)
        return added_up(values) or FigureValue(Decimal(0))


def place_of(unit: Unit) -> Place:
    """A bureau stands for all that it keeps, any other unit for itself."""
    return ("bureau" if unit.is_bureau else "unit", unit.pk)


def counted_values(
    scope: Scope | None,
    indicators: Iterable[Defined],
    *,
    days: Mapping[int, date],
    today: date,
    bureau: int | None = None,
    unit: int | None = None,
) -> Counts:
    """What the rules count in each unit and bureau, by year and month: one query.

    ``days`` are the years with the day as of which each is counted. Of a share both parts are
    given.
    """
    counts, ruled = Counts(), [each for each in indicators if each.rule is not None]
    arms = [
        _arm(each, Asked(scope, year, on, today, bureau, unit))
        for each in ruled
        for year, on in days.items()
    ]
    if not arms:
        return counts
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    shares = {each.pk: each for each in ruled if each.is_share}
    for pk, unit_id, bureau_id, year, month, number, whole in rows:
        value = FigureValue(_decimal(number))
        if pk in shares:
            if not whole:
                continue
            value = _share(_decimal(number), _decimal(whole), shares[pk].decimals)
        counts.take(pk, unit_id, bureau_id, year, month or WHOLE_YEAR, value)
    return counts


def _share(numerator: Decimal, denominator: Decimal, decimals: int) -> FigureValue:
    share = share_of(numerator, denominator, decimals=decimals)
    return FigureValue(share, None, numerator, denominator)


def _decimal(number: Any) -> Decimal:
    value = Decimal(str(number or 0))
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom, in which year and as of which day something is counted."""

    scope: Scope | None
    year: int
    on: date
    today: date
    bureau: int | None
    unit: int | None

    @property
    def place(self) -> dict[str, int]:
        named = {"bureau": self.bureau, "unit": self.unit}
        return {name: key for name, key in named.items() if key is not None}


def _arm(each: Defined, asked: Asked) -> QuerySet:
    """One rule in one year: indicator, unit, bureau, year, month, number and what it divides."""
    assert each.rule is not None
    found = _rows(each.rule, asked)
    number, whole = _numbers(each.rule)
    month = ExtractMonth(found.day) if found.day else Value(WHOLE_YEAR, IntegerField())
    columns = ("of_indicator", "of_unit", "of_bureau", "of_year", "of_month")
    return (
        found.rows.order_by()
        .annotate(
            of_indicator=Value(each.pk, IntegerField()),
            of_unit=F(found.unit) if isinstance(found.unit, str) else found.unit,
            of_bureau=F(found.bureau),
            of_year=Value(asked.year, IntegerField()),
            of_month=month,
        )
        .values_list(*columns)
        .annotate(of_number=Cast(number, NUMBER), of_whole=Cast(whole, NUMBER))
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a rule; the column of the day that says in which month, if any, they count."""

    rows: QuerySet
    day: str
    unit: str | Coalesce = "unit_id"
    bureau: str = "bureau_id"


def rows_counted(rule: Rule, asked: Asked) -> QuerySet:
    """The rows that a rule counts: those of the list that its number opens."""
    return _rows(rule, asked).rows


def _rows(rule: Rule, asked: Asked) -> Found:
    in_year = {"year": asked.year, **asked.place}
    match rule.of:
        case Counted.RECORDS:
            rows = counting(records_for(asked.scope, on=asked.on, **in_year), asked.on)
            return Found(rows.filter(kind__code=rule.kind, **_where(rule)), "on")
        case Counted.MEETINGS:
            rows = meetings_for(asked.scope, on=asked.on, **in_year)
            return Found(_of_kind(rows, rule, "kind__code"), "held_on")
        case Counted.PROBLEMS:
            return _problems(rule, asked)
        case Counted.DUES:
            rows = dues_for(
                asked.scope,
                on=asked.on,
                report_year=asked.year,
                verdicts=_verdicts(rule),
                **asked.place,
            )
            return Found(rows, "")
        case Counted.EXAMINATIONS:
            rows = _limited(Examination, asked.scope).filter(cancelled_at__isnull=True)
            rows = rows.filter(held_on__year=asked.year, held_on__lte=asked.on)
            rows = rows.filter(**_through_unit(asked))
            return Found(rows, "held_on", bureau="unit__bureau_id")
        case Counted.DEEDS:
            kinds = [rule.kind] if rule.kind else []
            rows = deeds_for(asked.scope, on=asked.on, kinds=kinds, **in_year)
            return Found(rows, "on")
        case Counted.HONOURS:
            rows = _limited(Honour, asked.scope).filter(
                cancelled_at__isnull=True, year=asked.year, **asked.place
            )
            rows = rows.filter(Q(awarded_on__isnull=True) | Q(awarded_on__lte=asked.on))
            return Found(_of_kind(rows, rule, "kind"), "", Coalesce("unit_id", "bureau_id"))


def _limited(model: type[Any], scope: Scope | None) -> QuerySet:
    rows = model.objects.all()
    return rows if scope is None else scope.limit(rows)


def _of_kind(rows: QuerySet, rule: Rule, column: str) -> QuerySet:
    return rows.filter(**{column: rule.kind}) if rule.kind else rows


def _through_unit(asked: Asked) -> dict[str, int]:
    place = {"unit__bureau": asked.bureau, "unit": asked.unit}
    return {name: key for name, key in place.items() if key is not None}


def _where(rule: Rule) -> dict[str, object]:
    return {f"values__{name}": WORDS.get(value, value) for name, value in rule.where}


def where_said(rule: Rule) -> list[str]:
    """The conditions of a rule as the list of work records reads them: ``result:化解``."""
    return [f"{name}:{value}" for name, value in rule.where]


def having(rows: QuerySet, said: Iterable[str]) -> QuerySet:
    """Of work records those whose fields have the values that an address says; see ``where_said``.

    What is no code is left out.
    """
    for each in said:
        name, _colon, value = each.partition(":")
        if CODE.fullmatch(name) and value:
            rows = rows.filter(**{f"values__{name}": WORDS.get(value, value)})
    return rows


def _problems(rule: Rule, asked: Asked) -> Found:
    """Only what is flagged counts as a problem, here as in the annual report."""
    days = {"on": asked.on, "today": asked.today}
    if rule.what == What.CLOSED:
        rows = problems_for(asked.scope, state=CLOSED, year=asked.year, **days, **asked.place)
        return Found(rows.filter(PARTS[Part.COUNTED]), "closed_then")
    rows = problems_for(asked.scope, **days, **asked.place).filter(found_on__year=asked.year)
    return Found(rows.filter(PARTS[Part.COUNTED]), "found_on")


def _verdicts(rule: Rule) -> tuple[str, ...]:
    wanted = {What.MET: DONE[:1], What.MISSED: ("missed",)}
    return wanted.get(rule.what, OWED)


def _numbers(rule: Rule) -> tuple[Any, Any]:
    """What is counted of the rows, and what it is divided by (nought where it is not)."""
    nothing = Value(0)
    match rule.what:
        case What.AMOUNT:
            return Sum("amount"), Sum(nothing)
        case What.FIELD:
            number = Cast(KeyTextTransform(rule.field, "values"), NUMBER)
            return Coalesce(Sum(number), Value(Decimal(0)), output_field=NUMBER), Sum(nothing)
        case What.KEPT:
            return Count("pk", filter=Q(verdict=DONE[0])), Count("pk")
        case What.PASSED:
            return Sum("passed"), Sum(nothing)
        case What.PASS_RATE:
            return Sum("passed"), Sum("participants")
        case _:
            return Count("pk"), Sum(nothing)


def rule_words(of: Defined) -> str:
    """The stated rule of a counted indicator in words; empty for what is entered.

    Two queries at most: the kind that it names, and the fields of that kind.
    """
    if of.rule is None:
        return ""
    rule = of.rule
    words = [str(COUNTED_LABELS[rule.of]), *_kind_words(rule)]
    labels = {}
    if rule.where or rule.field:
        fields = RecordField.objects.filter(kind__code=rule.kind)
        labels = dict(fields.values_list("code", "label"))
    for name, value in rule.where:
        shown = {"true": _("是"), "false": _("否")}.get(value, value)
        words.append(
            _("“%(field)s”为“%(value)s”的") % {"field": labels.get(name, name), "value": shown}
        )
    if rule.what == What.FIELD:
        words.append(_("“%(field)s”之和") % {"field": labels.get(rule.field, rule.field)})
    else:
        words.append(str(WHAT_LABELS[rule.what]))
    return clauses(words)


def _kind_words(rule: Rule) -> list[str]:
    if not rule.kind:
        return []
    model = {Counted.RECORDS: RecordKind, Counted.MEETINGS: MeetingKind}.get(rule.of)
    if model is not None:
        name = model.objects.filter(code=rule.kind).values_list("name", flat=True).first()
    else:
        labels = DEED_KIND_LABELS if rule.of == Counted.DEEDS else HONOUR_KIND_LABELS
        name = next((word for code, word in labels.items() if code == rule.kind), None)
    return [_("“%(kind)s”") % {"kind": name or rule.kind}]


# --- the lists that are counted ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind by its code: its key, which its list wants, and its name."""

    pk: int
    name: str


def kinds_named() -> dict[tuple[Counted, str], Kind]:
    """The kinds that rules name by code, of work records and of meetings: one query."""
    parts = []
    for of, model in ((Counted.RECORDS, RecordKind), (Counted.MEETINGS, MeetingKind)):
        rows = model.objects.order_by().annotate(of=Value(of.value, CharField()))
        parts.append(rows.values_list("of", "code", "pk", "name"))
    found = parts[0].union(parts[1], all=True)
    return {(Counted(of), code): Kind(pk, name) for of, code, pk, name in found}


def month_days(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def list_address(
    rule: Rule,
    kinds: Mapping[tuple[Counted, str], Kind],
    *,
    place: Mapping[str, int],
    year: int,
    month: int | None,
    on: date,
) -> str:
    """The list of what a rule counts at a place, in a month or in the whole year."""
    days = month_days(year, month) if month else (date(year, 1, 1), date(year, 12, 31))
    parts: dict[str, object] = {**place, "year": year, "on": on}
    kind = kinds.get((rule.of, rule.kind))
    span = {"from_day": days[0], "to_day": days[1]} if month else {}
    of_month = {"month": month} if month else {}
    match rule.of:
        case Counted.RECORDS:
            parts |= {"kind": kind.pk if kind else 0, **of_month}
            parts |= {"where": where_said(rule)}
            return _address("record-list", parts)
        case Counted.MEETINGS:
            return _address("meeting-list", parts | ({"kind": kind.pk} if kind else {}) | span)
        case Counted.PROBLEMS:
            return _problem_address(rule, parts, days)
        case Counted.DUES:
            verdicts = _verdicts(rule)
            selection = {**place, "report_year": year, "on": on}
            return address_of_dues(verdicts=verdicts, **selection)
        case Counted.EXAMINATIONS:
            return _address("examination-list", parts | of_month)
        case Counted.DEEDS:
            kinds_asked = {"kind": rule.kind} if rule.kind else {}
            return _address("deed-list", parts | kinds_asked | of_month)
        case Counted.HONOURS:
            return _address("honour-list", parts | ({"kind": rule.kind} if rule.kind else {}))


def _problem_address(rule: Rule, parts: dict[str, object], days: tuple[date, date]) -> str:
    parts = parts | {"counted": "1"}
    if rule.what == What.CLOSED:
        parts |= {"state": "closed", "closed_first": days[0], "closed_last": days[1]}
    else:
        parts |= {"all_years": 1, "found_first": days[0], "found_last": days[1]}
    return _address("problem-list", parts)


def _address(name: str, parts: Mapping[str, object]) -> str:
    return f"{reverse(f'reports:{name}')}?{urlencode(parts, doseq=True)}"


# --- what is said of them ------------------------------------------------------------------------


def kinds_said(indicator: Indicator) -> str:
    """To which kinds of units it applies; wants them prefetched."""
    return listed(kind.name for kind in indicator.unit_kinds.all()) or _("各类单位")


def years_said(indicator: Indicator) -> str:
    """In which years it applies: 2025年起, 2024—2026年, 2026年止."""
    first, last = indicator.first_year, indicator.last_year
    if first and last:
        return _("%(first)s—%(last)s年") % {"first": first, "last": last}
    if first:
        return _("%(year)s年起") % {"year": first}
    return _("%(year)s年止") % {"year": last} if last else _("各年度")
