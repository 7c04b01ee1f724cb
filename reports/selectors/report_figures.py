"""What a report counts beside dues, problems and measures: work records, deeds, tasks, units.

Everything is read for any number of reports at once, each for its own days, in a fixed number of
queries: reports of the same days share an arm of one query.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.domain.figures import FigureValue, added_up, months_over
from reports.domain.first_person import DeedKind
from reports.domain.indicators import NEVER_SUMMED
from reports.domain.records import FieldType
from reports.domain.staffing import FIRST_CLASS
from reports.models import (
    Appointment,
    Deed,
    RecordField,
    SuperiorTask,
    Unit,
)
from reports.models import Figure as EnteredFigure
from reports.models.choices import DEED_KIND_LABELS
from reports.models.people import FIRST_PERSON, REVIEWERS
from reports.selectors.figures import Facts, concerns, figures_happened, line_of
from reports.selectors.first_person import address_of_deeds
from reports.selectors.indicators import Defined, defined, indicators_for
from reports.selectors.records import counting, records_for

# Keys of figures are stored in a column of this length.
LONGEST_KEY = 60
LONGEST_LABEL = 120
NUMBER = DecimalField(max_digits=18, decimal_places=2)


class ReportKey(NamedTuple):
    """Which figures: of a bureau, a calendar year, as of a day.

    With ``first`` and ``last`` they are of that span of days instead of the year.
    """

    bureau_id: int
    year: int
    on: date
    first: date | None = None
    last: date | None = None

    @property
    def is_span(self) -> bool:
        """Whether it speaks of other days than those of the calendar year."""
        return self.first is not None and self.last is not None

    @property
    def begins(self) -> date:
        """The first day it speaks of."""
        return self.first or date(self.year, 1, 1)

    @property
    def ends(self) -> date:
        """The last day it speaks of."""
        return self.last or date(self.year, 12, 31)

    @property
    def is_listed_by_year(self) -> bool:
        """Whether a list of the year, as of the day, has the same rows: it begins with January."""
        begins = self.begins == date(self.year, 1, 1)
        return not self.is_span or (begins and self.on <= self.ends)

    def has(self, day: date | None) -> bool:
        """Whether a day is one of those it speaks of."""
        return day is not None and self.begins <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Figure:
    """A counted number with the list that shows what it counts."""

    group: str
    key: str
    label: str
    value: Any
    url: str
    name: str = ""  # of the schedule, where the figure is one of a schedule's


Days = tuple[int, date, date | None, date | None]


def arms_of(keys: Iterable[ReportKey]) -> dict[Days, list[int]]:
    """The bureaus whose figures are of the same days and as of the same day."""
    found: dict[Days, list[int]] = defaultdict(list)
    for key in keys:
        found[key.year, key.on, key.first, key.last].append(key.bureau_id)
    return found


def together(arms: Sequence[QuerySet]) -> Iterable[Any]:
    """The rows of all arms: one query."""
    return arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]


@dataclass(slots=True)
class KindDone:
    """A kind of work record with what was done of it; ``sums`` and ``choices`` by field."""

    pk: int
    code: str
    name: str
    counter: str
    heading: str
    amount: int = 0
    fields: list[RecordField] = field(default_factory=list)
    sums: dict[int, Decimal] = field(default_factory=dict)
    choices: dict[tuple[int, int], int] = field(default_factory=dict)


class DeedDone(NamedTuple):
    """What the first responsible person saw to."""

    pk: int
    kind: str
    title: str
    on: date
    person_id: int


class TaskNow(NamedTuple):
    """A task from above that the days concern."""

    pk: int
    title: str
    issuer: str
    document: str
    done_on: date | None
    due_on: date | None
    result: str


@dataclass(frozen=True, slots=True)
class IndicatorNow:
    """The value of an entered indicator for the days."""

    pk: int
    code: str
    name: str
    counter: str
    value: FigureValue


@dataclass(slots=True)
class MoreRecords:
    """What was read beside dues, meetings, problems, measures and honours."""

    kinds: list[KindDone] = field(default_factory=list)
    deeds: list[DeedDone] = field(default_factory=list)
    tasks: list[TaskNow] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    indicators: list[IndicatorNow] = field(default_factory=list)


def more_records(keys: Sequence[ReportKey]) -> dict[ReportKey, MoreRecords]:
    """Work records, deeds, tasks, units and indicators of each report: eight queries."""
    found = {key: MoreRecords() for key in keys}
    if found:
        _read_kinds(found)
        _read_deeds(found)
        _read_tasks(found)
        _read_units(found)
        _read_indicators(found)
    return found


def _numbered(keys: Iterable[ReportKey]) -> Iterator[tuple[int, ReportKey, list[int]]]:
    """Each arm with its number, its days and its bureaus."""
    for number, (days, bureaus) in enumerate(arms_of(keys).items()):
        yield number, ReportKey(0, *days), bureaus


def _key(of: Mapping[int, ReportKey], number: int, bureau_id: int) -> ReportKey:
    return of[number]._replace(bureau_id=bureau_id)


# --- work records --------------------------------------------------------------------------------


def _read_kinds(found: Mapping[ReportKey, MoreRecords]) -> None:
    rows = RecordField.objects.filter(Q(type=FieldType.NUMBER.value) | Q(is_required=True))
    # Shares and marks of several records make no sum.
    rows = rows.exclude(counter__in=NEVER_SUMMED)
    fields = list(rows.order_by("position", "pk"))
    sums = {name: total for each in fields for name, total in _sums_of(each)}
    days = {number: key for number, key, _bureaus in _numbered(found)}
    arms = []
    for number, key, bureaus in _numbered(found):
        rows = records_for(None, on=key.on).filter(
            bureau__in=bureaus, on__gte=key.begins, on__lte=key.ends
        )
        rows = counting(rows, key.on).order_by()
        columns = ("bureau_id", "kind_id", "kind__code", "kind__name", "kind__counter")
        order = ("kind__heading__code", "kind__heading__position", "kind__position")
        arms.append(
            rows.annotate(arm=Value(number, IntegerField()))
            .values("arm", *columns, *order)
            .annotate(done=Sum("amount"), **sums)
        )
    by_kind: dict[int, list[RecordField]] = defaultdict(list)
    for each in fields:
        by_kind[each.kind_id].append(each)
    rows = sorted(together(arms), key=_order_of_kind)
    for row in rows:
        done = KindDone(
            row["kind_id"],
            row["kind__code"],
            row["kind__name"],
            row["kind__counter"],
            row["kind__heading__code"] or "",
            row["done"],
            by_kind[row["kind_id"]],
        )
        for each in done.fields:
            _take_sums(done, each, row)
        found[_key(days, row["arm"], row["bureau_id"])].kinds.append(done)


def _order_of_kind(row: Mapping[str, Any]) -> tuple[Any, ...]:
    position = row["kind__heading__position"]
    return position is None, position or 0, row["kind__position"], row["kind_id"]


def _sums_of(each: RecordField) -> Iterator[tuple[str, Sum]]:
    """The sum of a number; of what is chosen from a list, the amount of each choice."""
    of_kind = Q(kind=each.kind_id)
    if each.type == FieldType.NUMBER.value:
        number = Cast(KeyTextTransform(each.code, "values"), NUMBER)
        yield f"sum_{each.pk}", Sum(number, filter=of_kind)
    elif each.type == FieldType.CHOICE.value:
        for n, choice in enumerate(each.choices, start=1):
            chosen = of_kind & Q(**{f"values__{each.code}": choice})
            yield f"of_{each.pk}_{n}", Sum("amount", filter=chosen)


def _take_sums(done: KindDone, each: RecordField, row: Mapping[str, Any]) -> None:
    if each.type == FieldType.NUMBER.value:
        if row[f"sum_{each.pk}"]:
            done.sums[each.pk] = Decimal(str(row[f"sum_{each.pk}"]))
    elif each.type == FieldType.CHOICE.value:
        for n in range(1, len(each.choices) + 1):
            if row[f"of_{each.pk}_{n}"]:
                done.choices[each.pk, n] = row[f"of_{each.pk}_{n}"]


# --- deeds, tasks, units -------------------------------------------------------------------------


def _read_deeds(found: Mapping[ReportKey, MoreRecords]) -> None:
    """What whoever was first responsible person of the bureau in those days did in that post."""
    days = {number: key for number, key, _bureaus in _numbered(found)}
    arms = []
    for number, key, bureaus in _numbered(found):
        held = Appointment.objects.filter(
            post__code=FIRST_PERSON,
            unit=OuterRef("bureau"),
            person=OuterRef("person"),
            first_day__lte=key.ends,
        ).exclude(last_day__lt=key.begins)
        rows = Deed.objects.standing().filter(
            Exists(held),
            bureau__in=bureaus,
            unit=F("bureau"),
            on__gte=key.begins,
            on__lte=min(key.ends, key.on),
        )
        rows = rows.order_by().annotate(arm=Value(number, IntegerField()))
        arms.append(rows.values_list("arm", "bureau_id", "pk", "kind", "title", "on", "person_id"))
    for row in sorted(together(arms), key=lambda row: (row[5], row[2])):
        found[_key(days, row[0], row[1])].deeds.append(DeedDone(*row[2:]))


def _read_tasks(found: Mapping[ReportKey, MoreRecords]) -> None:
    """Tasks given in those days, and earlier ones that were not done before them."""
    days = {number: key for number, key, _bureaus in _numbered(found)}
    arms = []
    for number, key, bureaus in _numbered(found):
        carried = Q(issued_on__lt=key.begins) & (
            Q(done_on__isnull=True) | Q(done_on__gte=key.begins) | Q(done_on__gt=key.on)
        )
        issued = Q(issued_on__gte=key.begins, issued_on__lte=min(key.ends, key.on))
        rows = SuperiorTask.objects.filter(
            issued | carried, bureau__in=bureaus, cancelled_at__isnull=True
        )
        rows = rows.order_by().annotate(arm=Value(number, IntegerField()))
        columns = ("pk", "title", "issuer", "document", "done_on", "due_on", "result")
        arms.append(rows.values_list("arm", "bureau_id", *columns))
    for row in sorted(together(arms), key=lambda row: row[2]):
        found[_key(days, row[0], row[1])].tasks.append(TaskNow(*row[2:]))


UNIT_COUNTS = ("committees", "first_class", "first_class_full", "others", "others_reviewed")


def _read_units(found: Mapping[ReportKey, MoreRecords]) -> None:
    """Committees, stations of class one with a full-time reviewer, other units with any."""
    days = {number: key for number, key, _bureaus in _numbered(found)}
    body = Q(kind__is_body=True)
    first_class = ~body & (Q(grade=FIRST_CLASS) | Q(kind__name__startswith=FIRST_CLASS))
    others = ~body & ~first_class & ~Q(pk=F("bureau"))
    arms = []
    for number, key, bureaus in _numbered(found):
        day = min(key.on, key.ends)
        held = Appointment.objects.filter(unit=OuterRef("pk")).in_office_on(day)
        rows = Unit.objects.filter(bureau__in=bureaus).existing_on(day).order_by()
        rows = rows.annotate(
            full=Exists(held.filter(post__code=REVIEWERS[0])),
            any_reviewer=Exists(held.filter(post__code__in=REVIEWERS)),
            arm=Value(number, IntegerField()),
        )
        arms.append(
            rows.values("arm", "bureau_id").annotate(
                committees=Count("pk", filter=body),
                first_class=Count("pk", filter=first_class),
                first_class_full=Count("pk", filter=first_class & Q(full=True)),
                others=Count("pk", filter=others),
                others_reviewed=Count("pk", filter=others & Q(any_reviewer=True)),
            )
        )
    for row in together(arms):
        units = {name: row[name] for name in UNIT_COUNTS}
        found[_key(days, row["arm"], row["bureau_id"])].units = units


# --- entered indicators --------------------------------------------------------------------------


def _read_indicators(found: Mapping[ReportKey, MoreRecords]) -> None:
    """Of each entered indicator the value of the year, or of the whole months of the days.

    What is counted is counted from records, which speak for themselves.
    """
    bureaus = {key.bureau_id for key in found}
    entered = [each for each in defined(indicators_for(None)) if _is_told(each)]
    units = list(Unit.objects.filter(bureau__in=bureaus).select_related("kind").in_order())
    figures = list(_figures(found)) if entered else []
    for key, more in found.items():
        place = next((unit for unit in units if unit.pk == key.bureau_id), None)
        if place is None:
            continue
        own = [unit for unit in units if unit.bureau_id == key.bureau_id]
        facts = Facts(key.year, key.on, own)
        for figure in figures:
            if figure.bureau_id == key.bureau_id and _stands(figure, key):
                facts.take(figure)
        for each in entered:
            if _holds_at(each, place) and concerns(each, place, own, key.year):
                value = _value_of(each, place, facts, key)
                if value is not None:
                    indicator = each.indicator
                    more.indicators.append(
                        IndicatorNow(
                            each.pk, indicator.code, indicator.name, indicator.counter, value
                        )
                    )


def _is_told(each: Defined) -> bool:
    """Penalties and fines stand in no report: they are never set beside those of others."""
    return not each.is_counted and not each.indicator.no_comparison


def _figures(keys: Iterable[ReportKey]) -> Iterable[EnteredFigure]:
    arms = [
        figures_happened(
            EnteredFigure.objects.standing().filter(
                bureau__in=bureaus, year__in=(key.year, key.year - 1)
            ),
            key.on,
        )
        for _number, key, bureaus in _numbered(keys)
    ]
    return reduce(or_, arms).distinct()


def _stands(figure: EnteredFigure, key: ReportKey) -> bool:
    """Of rows read for several days, those that stand on the day of this report."""
    if figure.year not in (key.year, key.year - 1):
        return False
    last_day = key.on.day == monthrange(key.on.year, key.on.month)[1]
    over = months_over(figure.year, key.on.year, key.on.month + last_day)
    done = figure.month in over if figure.month else figure.year < key.on.year
    last = key.on.month == 12 and key.on.day == 31 and figure.year == key.on.year
    return done or last or figure.is_target or figure.recorded_at.date() <= key.on


def _holds_at(each: Defined, place: Unit) -> bool:
    unit = each.indicator.unit
    return unit is None or place.path.startswith(unit.path)


def _value_of(each: Defined, place: Unit, facts: Facts, key: ReportKey) -> FigureValue | None:
    line = line_of(each, place, facts)
    if not key.is_span:
        return line.value
    months = _whole_months(key)
    values = [cell.value for cell in line.months if cell.month in months]
    if not months or any(value is None for value in values):
        return None
    return added_up(
        [value for value in values if value is not None],
        is_share=each.is_share,
        decimals=each.decimals,
    )


def _whole_months(key: ReportKey) -> range:
    """The months that the days consist of; none where they begin or end within one."""
    begins, ends = key.begins, key.ends
    after = date.fromordinal(ends.toordinal() + 1)
    if begins.day != 1 or after.day != 1 or begins.year != ends.year:
        return range(0)
    return range(begins.month, ends.month + 1)


# --- figures -------------------------------------------------------------------------------------


def _address(name: str, **parts: object) -> str:
    return f"{reverse(name)}?{urlencode(parts)}"


def whole(value: Decimal | int) -> Any:
    """A number as it is read: 43, not 43.00."""
    if isinstance(value, int):
        return value
    return int(value) if value == value.to_integral_value() else value.normalize()


def figures_of_more(key: ReportKey, more: MoreRecords) -> list[Figure]:
    """The figures of what was read, those that are nought left out.

    A list that cannot be narrowed to the days of a span is not linked.
    """
    found = [
        *_record_figures(key, more),
        *_deed_figures(key, more),
        *_task_figures(key, more),
        *_unit_figures(key, more),
        *_indicator_figures(key, more),
    ]
    return [each for each in found if len(each.key) <= LONGEST_KEY]


def _record_figures(key: ReportKey, more: MoreRecords) -> Iterator[Figure]:
    group = _("工作记录")
    for kind in more.kinds:
        where = {"bureau": key.bureau_id, "year": key.year, "on": key.on, "kind": kind.pk}
        url = _address("reports:record-list", **where) if key.is_listed_by_year else ""
        yield Figure(group, f"records:{kind.code}:count", kind.name, kind.amount, url)
        for each in kind.fields:
            if each.pk in kind.sums:
                label = _("%(name)s·%(kind)s") % {"name": kind.name, "kind": each.label}
                name = f"records:{kind.code}:{each.code}"
                yield Figure(group, name, label[:LONGEST_LABEL], whole(kind.sums[each.pk]), url)
        for (field_pk, n), amount in kind.choices.items():
            each = next(row for row in kind.fields if row.pk == field_pk)
            said = {"name": kind.name, "field": each.label, "choice": each.choices[n - 1]}
            label = _("%(name)s·%(field)s：%(choice)s") % said
            where_said = urlencode({"where": f"{each.code}:{said['choice']}"})
            narrowed = f"{url}&{where_said}" if url else ""
            name = f"records:{kind.code}:{each.code}_{n}"
            yield Figure(group, name, label[:LONGEST_LABEL], amount, narrowed)


def _deed_figures(key: ReportKey, more: MoreRecords) -> Iterator[Figure]:
    people = {deed.person_id for deed in more.deeds}
    for kind in DeedKind:
        number = sum(deed.kind == kind for deed in more.deeds)
        if number:
            yield Figure(
                _("第一责任人履职"),
                f"deeds:{kind.value}",
                str(DEED_KIND_LABELS[kind]),
                number,
                _deed_url(key, people, kind),
            )


def _deed_url(key: ReportKey, people: set[int], kind: DeedKind) -> str:
    """The list of one person; what several did one after the other stands on the bureau's page."""
    if not key.is_listed_by_year:
        return ""
    if len(people) > 1:
        address = reverse("reports:unit-duties", args=[key.bureau_id])
        return f"{address}?{urlencode({'year': key.year, 'on': key.on})}"
    (person,) = people
    return address_of_deeds(
        kinds=[kind.value],
        bureau=key.bureau_id,
        unit=key.bureau_id,
        person=person,
        year=key.year,
        on=key.on,
    )


def is_done(task: TaskNow, on: date) -> bool:
    """Whether a task had been done by that day."""
    return task.done_on is not None and task.done_on <= on


def is_overdue(task: TaskNow, on: date) -> bool:
    """Whether a task was past its due day, undone."""
    return task.due_on is not None and task.due_on < on and not is_done(task, on)


def _task_figures(key: ReportKey, more: MoreRecords) -> Iterator[Figure]:
    done = sum(is_done(task, key.on) for task in more.tasks)
    counts = (
        ("total", _("上级任务"), len(more.tasks), {}),
        ("done", _("已完成的上级任务"), done, {"state": "done"}),
        ("open", _("正在办理的上级任务"), len(more.tasks) - done, {"state": "open"}),
        (
            "overdue",
            _("逾期的上级任务"),
            sum(is_overdue(task, key.on) for task in more.tasks),
            {"overdue": 1},
        ),
    )
    where = {"bureau": key.bureau_id, "year": key.year, "on": key.on}
    for kind, label, number, parts in counts:
        # The total stands there also where it is nought: by it a signed report shows that it was
        # signed with these figures.
        if number or kind == "total":
            url = _address("reports:task-list", **where, **parts) if key.is_listed_by_year else ""
            yield Figure(_("上级任务"), f"tasks:{kind}", label, number, url)


def _unit_figures(key: ReportKey, more: MoreRecords) -> Iterator[Figure]:
    units, group = more.units, _("组织领导")
    labels = {
        "committees": _("会议机构"),
        "first_class": _("一类派出所"),
        "first_class_full": _("配备专职法制员的一类派出所"),
    }
    url = _address("reports:staffing", bureau=key.bureau_id, on=min(key.on, key.ends))
    for name, label in labels.items():
        if units.get(name):
            opens = "" if name == "committees" else url
            yield Figure(group, f"organisation:{name}", label, units[name], opens)
    if units.get("others_reviewed"):
        label = _("设有法制员的其他单位")
        number = units["others_reviewed"]
        yield Figure(group, "organisation:others_reviewed", label, number, url)


def _indicator_figures(key: ReportKey, more: MoreRecords) -> Iterator[Figure]:
    for each in more.indicators:
        address = reverse("reports:indicator-detail", args=[each.pk])
        where = {"bureau": key.bureau_id, "year": key.year, "on": key.on}
        yield Figure(
            pgettext("several", "指标"),
            f"indicator:{each.code}",
            each.name,
            whole(each.value.value),
            f"{address}?{urlencode(where)}" if not key.is_span else "",
        )
