"""What the records of a bureau's calendar year say as of a day, and the figures counted from them.

The counts come in a fixed number of queries for any number of reports, and each figure carries the
address of the list that shows exactly what it counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, Max, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.domain.problems import LEFT_OUT, ProblemState
from reports.domain.summaries import (
    figures_day,
)
from reports.models import (
    AnnualReport,
    Due,
    Honour,
    Measure,
    Meeting,
    ProblemMove,
    Unit,
)
from reports.models.choices import (
    MEETING_VERDICT_LABELS,
    WORK_VERDICT_LABELS,
    ScheduleWords,
)
from reports.selectors.dues import address_of_dues
from reports.selectors.honours import running
from reports.selectors.progress import verdict_counts
from reports.selectors.report_figures import (
    Figure,
    MoreRecords,
    ReportKey,
    arms_of,
    figures_of_more,
    more_records,
    together,
)

# What is counted of dues, and the verdicts it adds up.
KINDS: dict[str, tuple[str, ...]] = {
    "owed": ("met", "met_late", "missed"),
    "met": ("met",),
    "late": ("met_late",),
    "missed": ("missed",),
    "waived": ("waived",),
    "open": ("open",),
    "awaiting": ("awaiting",),
}

CLOSED = ProblemState.CLOSED.value

LEFT_OUT_STATES = frozenset(state.value for state in LEFT_OUT)


@dataclass(slots=True)
class YearRecords:
    """What was read for the figures of one report."""

    key: ReportKey
    dues: list[dict[str, Any]] = field(default_factory=list)
    meetings: list[tuple[int, str, int]] = field(default_factory=list)
    sat_in: int = 0
    problems: list["ProblemNow"] = field(default_factory=list)
    measures: list["MeasureNow"] = field(default_factory=list)
    honours: list[Honour] = field(default_factory=list)
    running: dict[int, int] = field(default_factory=dict)
    more: MoreRecords = field(default_factory=MoreRecords)


@dataclass(slots=True)
class ProblemNow:
    """A problem as of the day of the figures; ``closed_then`` is its last closing by then."""

    row: dict[str, Any]
    state: str
    closed_then: date | None

    @property
    def is_open(self) -> bool:
        """Whether it was not closed on the day."""
        return self.state != CLOSED


@dataclass(slots=True)
class MeasureNow:
    """A measure as of the day of the figures, with the due day it had then."""

    row: dict[str, Any]
    due_then: date | None


def report_day(report: AnnualReport, today: date) -> date:
    """The day the figures of a report are of."""
    if report.last_day is not None:
        return min(report.figures_as_of or report.last_day, today)
    return figures_day(report.year, today, report.figures_as_of)


def key_of(report: AnnualReport, today: date) -> ReportKey:
    """Which figures a report speaks of: those of its year, or of its span of days."""
    on = report_day(report, today)
    return ReportKey(report.bureau_id, report.year, on, report.first_day, report.last_day)


# --- reading ------------------------------------------------------------------------------------


def records_of(keys: Sequence[ReportKey], today: date) -> dict[ReportKey, YearRecords]:
    """What the figures of the reports count, by what was asked for: thirteen queries."""
    found = {key: YearRecords(key) for key in keys}
    if not found:
        return {}
    numbered = {number: ReportKey(0, *days) for number, days in enumerate(arms_of(found))}

    def of(row: Mapping[str, Any]) -> YearRecords:
        return found[numbered[row["arm"]]._replace(bureau_id=row["bureau_id"])]

    for row in sorted(together(list(_due_arms(found))), key=_order_of_due):
        of(row).dues.append(row)
    for row in sorted(together(list(_meeting_arms(found))), key=_order_of_meeting):
        records = of(row)
        records.meetings.append((row["kind_id"], row["kind__name"], row["n"]))
        records.sat_in += row["sat_in"]
    by_bureau: dict[int, list[YearRecords]] = defaultdict(list)
    for records in found.values():
        by_bureau[records.key.bureau_id].append(records)
    _read_problems(by_bureau, keys)
    _read_measures(by_bureau, today)
    _read_honours(by_bureau, keys)
    for key, more in more_records(list(found)).items():
        found[key].more = more
    return found


def _read_honours(by_bureau: Mapping[int, list[YearRecords]], keys: Sequence[ReportKey]) -> None:
    """With the years before: they say how many years running an honour has been received."""
    honours = list(
        Honour.objects.filter(
            bureau__in=by_bureau,
            year__lte=max(key.ends.year for key in keys),
            cancelled_at__isnull=True,
        ).order_by("awarded_on", "pk")
    )
    years_running = running(honours)
    for honour in honours:
        for records in by_bureau[honour.bureau_id]:
            if _is_of(honour, records.key):
                records.honours.append(honour)
                records.running[honour.pk] = years_running[honour.pk]


def _is_of(honour: Honour, key: ReportKey) -> bool:
    """Honours are of a year; in another span those that were given on one of its days."""
    return key.has(honour.awarded_on) if key.is_span else honour.year == key.year


def _due_arms(keys: Iterable[ReportKey]) -> Iterable[QuerySet]:
    """Dues belong to the year by ``report_year``, to a span by the end of their period."""
    for number, ((year, on, first, last), bureaus) in enumerate(arms_of(keys).items()):
        rows = Due.objects.filter(bureau__in=bureaus)
        if first is None or last is None:
            rows = rows.filter(report_year=year)
        else:
            rows = rows.filter(period_last__gte=first, period_last__lte=last)
            if first.year == last.year:
                rows = rows.filter(report_year=year)
        yield (
            rows.with_verdict(on)
            .order_by()
            .annotate(arm=Value(number, IntegerField()))
            .values("arm", "bureau_id", *DUE_COLUMNS)
            .annotate(
                units=Count("unit", distinct=True),
                at_most=Max("at_least"),
                lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
                **verdict_counts(on),
            )
        )


DUE_COLUMNS = (
    "schedule_id",
    "schedule__name",
    "schedule__words",
    "schedule__of_first_person",
    "schedule__set_id",
    "schedule__set__name",
    "schedule__set__position",
    "schedule__position",
)


def _order_of_due(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        row["schedule__set__position"],
        row["schedule__set_id"],
        row["schedule__position"],
        row["schedule_id"],
    )


def _meeting_arms(keys: Iterable[ReportKey]) -> Iterable[QuerySet]:
    for number, (days, bureaus) in enumerate(arms_of(keys).items()):
        key = ReportKey(0, *days)
        yield (
            Meeting.objects.standing()
            .filter(bureau__in=bureaus, held_on__gte=key.begins, held_on__lte=key.ends)
            .held_by(key.on)
            .order_by()
            .annotate(arm=Value(number, IntegerField()))
            .values("arm", "bureau_id", "kind_id", "kind__name", "kind__position")
            .annotate(n=Count("pk"), sat_in=Count("pk", filter=Q(legal_sat_in=True)))
        )


def _order_of_meeting(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["kind__position"], row["kind_id"]


# A problem that came back names the earlier one; so many years back is looked.
REPEATS = tuple(
    f"problem__{'repeats__' * steps}{name}"
    for steps in range(1, 6)
    for name in ("year", "state", "cancelled_at")
    if (steps, name) != (1, "year")
)

PROBLEM_COLUMNS = (
    "problem__bureau_id",
    "problem_id",
    "problem__title",
    "problem__description",
    "problem__year",
    "problem__found_on",
    "problem__due_on",
    "problem__due_is_month",
    "problem__repeats__year",
    *REPEATS,
    "problem__as_published",
    "on",
    "to_state",
)


def _read_problems(by_bureau: Mapping[int, list[YearRecords]], keys: Sequence[ReportKey]) -> None:
    """Each counted problem where it stood on the day, from its moves: one query."""
    moves: dict[int, dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    rows = ProblemMove.objects.filter(
        problem__bureau__in=by_bureau,
        problem__counts=True,
        problem__cancelled_at__isnull=True,
        on__lte=max(key.on for key in keys),
    )
    for row in rows.order_by("problem__found_on", "problem_id", "on", "pk").values(
        *PROBLEM_COLUMNS
    ):
        moves[row["problem__bureau_id"]][row["problem_id"]].append(row)
    for bureau_id, of_bureau in moves.items():
        for records in by_bureau[bureau_id]:
            found = (_problem_on(made, records.key.on) for made in of_bureau.values())
            records.problems += [problem for problem in found if problem is not None]


def _problem_on(moves: list[dict[str, Any]], on: date) -> ProblemNow | None:
    made = [move for move in moves if move["on"] <= on and move["problem__found_on"] <= on]
    if not made:
        return None
    closings = [move["on"] for move in made if move["to_state"] == CLOSED]
    if made[-1]["to_state"] in LEFT_OUT_STATES:
        return None
    return ProblemNow(moves[0], made[-1]["to_state"], closings[-1] if closings else None)


MEASURE_COLUMNS = (
    "pk",
    "bureau_id",
    "title",
    "unit__name",
    "plan_year",
    "set_on",
    "due_on",
    "due_is_month",
    "as_published",
    "done_on",
    "dropped_on",
    "extensions__granted",
    "extensions__decided_on",
    "extensions__old_due_on",
)


def _read_measures(by_bureau: Mapping[int, list[YearRecords]], today: date) -> None:
    """Each measure set by today, with its granted extensions on rows of their own: one query."""
    rows = Measure.objects.standing().filter(bureau__in=by_bureau, set_on__lte=today)
    grouped: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by("due_on", "pk", "extensions__decided_on", "extensions__pk").values(
        *MEASURE_COLUMNS
    ):
        grouped[row["pk"]].append(row)
    for parts in grouped.values():
        row = parts[0]
        for records in by_bureau[row["bureau_id"]]:
            on = records.key.on
            later = [
                part["extensions__old_due_on"]
                for part in parts
                if part["extensions__granted"] and part["extensions__decided_on"] > on
            ]
            records.measures.append(MeasureNow(row, later[0] if later else row["due_on"]))


# --- figures ------------------------------------------------------------------------------------


def figures_of(*, bureau: Unit | int, year: int, on: date, today: date) -> list[Figure]:
    """All figures of a bureau's calendar year as of a day: thirteen queries.

    Dues belong to the year by ``report_year``, whichever year their set runs on. Each figure
    carries the address of the list that counts the same rows.
    """
    bureau_id = bureau if isinstance(bureau, int) else bureau.pk
    key = ReportKey(bureau_id, year, on)
    return figures_from(records_of([key], today)[key])


def figures_from(records: YearRecords) -> list[Figure]:
    """The figures of what was read, in the order they are shown."""
    return [
        *_due_figures(records),
        *_meeting_figures(records),
        *_problem_figures(records),
        *_measure_figures(records),
        Figure(_("荣誉"), "honours", _("荣誉和考评结果"), len(records.honours), "#honours"),
        *figures_of_more(records.key, records.more),
    ]


def count_of(row: Mapping[str, Any], kind: str) -> int:
    """How many dues of a schedule are of a kind: the sum of its verdicts."""
    return sum(row[verdict] for verdict in KINDS[kind])


def word_of(kind: str) -> str:
    """What the list of dues calls a kind: a group of verdicts, or the verdict."""
    return kind if kind == "owed" else KINDS[kind][0]


def _kind_label(kind: str, words: str) -> str:
    labels = WORK_VERDICT_LABELS if words == ScheduleWords.WORK else MEETING_VERDICT_LABELS
    if kind == "owed":
        return _("应落实") if words == ScheduleWords.WORK else _("应召开")
    return str(labels["met_late" if kind == "late" else kind])


def _due_figures(records: YearRecords) -> list[Figure]:
    key = records.key
    address_of = due_addresses(key)
    names = [row["schedule__name"] for row in records.dues]
    found = []
    for row in records.dues:
        name = row["schedule__name"]
        if names.count(name) > 1:
            name = _("%(schedule)s（%(set)s）") % {
                "schedule": name,
                "set": row["schedule__set__name"],
            }
        for kind in KINDS:
            words = {"name": name, "kind": _kind_label(kind, row["schedule__words"])}
            found.append(
                Figure(
                    row["schedule__set__name"],
                    f"schedule:{row['schedule_id']}:{kind}",
                    _("%(name)s·%(kind)s") % words,
                    count_of(row, kind),
                    address_of(schedule=row["schedule_id"], verdicts=[word_of(kind)]),
                    name,
                )
            )
    totals = (
        ("dues", _("制度落实合计"), records.dues, False),
        (
            "first_person",
            _("第一责任人履职"),
            [row for row in records.dues if row["schedule__of_first_person"]],
            True,
        ),
    )
    for name, group, rows, first_person in totals:
        for kind in KINDS:
            found.append(
                Figure(
                    group,
                    f"{name}:{kind}",
                    _("%(name)s·%(kind)s")
                    % {"name": group, "kind": _kind_label(kind, ScheduleWords.WORK)},
                    sum(count_of(row, kind) for row in rows),
                    address_of(verdicts=[word_of(kind)], first_person=first_person),
                    group,
                )
            )
    lacking = sum(row["lacking"] for row in records.dues)
    found.append(Figure(_("佐证材料"), "lacking", _("缺材料"), lacking, address_of(lacking=True)))
    return found


def due_addresses(key: ReportKey) -> Callable[..., str]:
    """The list of the dues of these days; what lies in two years has none."""
    where: dict[str, Any] = {"bureau": key.bureau_id, "report_year": key.year, "on": key.on}
    if key.is_span:
        where |= {"from_day": key.begins, "ended_by": key.ends}

    def address(**parts: Any) -> str:
        if key.begins.year != key.ends.year:
            return ""
        return address_of_dues(**where, **parts)

    return address


def _address(name: str, **parts: object) -> str:
    return f"{reverse(name)}?{urlencode(parts)}"


def _meeting_figures(records: YearRecords) -> list[Figure]:
    key = records.key
    where = {"bureau": key.bureau_id, "year": key.year, "on": key.on}
    if key.is_span:
        where |= {"from_day": key.begins, "to_day": key.ends}
    linked = key.begins.year == key.ends.year
    found = [
        Figure(
            _("会议和活动"),
            f"meetings:{pk}",
            name,
            number,
            _address("reports:meeting-list", kind=pk, **where) if linked else "",
        )
        for pk, name, number in records.meetings
    ]
    total = sum(number for _pk, _name, number in records.meetings)
    url = _address("reports:meeting-list", **where) if linked else ""
    found.append(Figure(_("会议和活动"), "meetings:all", _("会议和活动合计"), total, url))
    if records.sat_in:
        url = _address("reports:meeting-list", sat_in=1, **where) if linked else ""
        label = _("法制部门列席的会议")
        found.append(Figure(_("会议和活动"), "meetings:sat_in", label, records.sat_in, url))
    return found


def _problem_figures(records: YearRecords) -> list[Figure]:
    key = records.key
    year, problems = key.year, records.problems
    where = {"bureau": key.bureau_id, "counted": 1, "year": year, "on": key.on}
    found = sum(key.has(problem.row["problem__found_on"]) for problem in problems)
    closed = sum(closed_in(problem, key) for problem in problems)
    of_found: dict[str, object] = {"found_year": year}
    of_closed: dict[str, object] = {"state": "closed"}
    labels = _("当年发现的问题"), _("当年销号的问题")
    if key.is_span:
        days = {"found_first": key.begins, "found_last": key.ends}
        of_found = {"all_years": 1, **days}
        of_closed |= {"all_years": 1, "closed_first": key.begins, "closed_last": key.ends}
        labels = _("期间发现的问题"), _("期间销号的问题")
    counts = (
        ("found", labels[0], found, of_found),
        ("closed", labels[1], closed, of_closed),
        ("open", _("尚未销号的问题"), sum(p.is_open for p in problems), {"state": "open"}),
    )
    return [
        Figure(
            pgettext("several", "问题"),
            f"problems:{kind}",
            label,
            number,
            _address("reports:problem-list", **where, **parts),
        )
        for kind, label, number, parts in counts
    ]


def closed_in(problem: ProblemNow, key: ReportKey) -> bool:
    """Whether the problem was closed within the days of the report."""
    return not problem.is_open and key.has(problem.closed_then)


def _measure_figures(records: YearRecords) -> list[Figure]:
    key, on = records.key, records.key.on
    rows = [measure for measure in records.measures if measure.row["set_on"] <= on]
    plan = [m for m in rows if m.row["plan_year"] == key.year]
    following = planned_next(records)
    where = {"bureau": key.bureau_id, "on": on}
    every = {"all_years": 1}
    done = [m for m in rows if _done_by(m, on)]
    counts = (
        (
            "measures:done",
            _("期间完成的措施") if key.is_span else _("当年完成的措施"),
            sum(key.has(m.row["done_on"]) for m in done),
            {"state": "done", "year": key.year, **where},
        ),
        (
            "measures:open",
            _("正在落实的措施"),
            sum(_open_on(m, on) for m in rows),
            {"state": "open", **where},
        ),
        (
            "measures:overdue",
            _("逾期的措施"),
            sum(_overdue_on(m, on) for m in rows),
            {"overdue": 1, **where},
        ),
        (
            "plan:total",
            _("列入当年安排的措施"),
            len(plan),
            {"plan_year": key.year, **every, **where},
        ),
        (
            "plan:done",
            _("当年安排中已完成的措施"),
            sum(_done_by(m, on) for m in plan),
            {"plan_year": key.year, "state": "done", **every, **where},
        ),
        (
            "next:total",
            _("下一步安排的措施") if key.is_span else _("下一年度安排的措施"),
            len(following),
            {"plan_year": key.year, "state": "open", **every, **where}
            if key.is_span
            else {"plan_year": key.year + 1, "bureau": key.bureau_id, **every},
        ),
    )
    unlisted = {"measures:done"} if key.is_span and not key.is_listed_by_year else set()
    return [
        Figure(
            _("措施"),
            name,
            label,
            number,
            _address("reports:measure-list", **parts) if name not in unlisted else "",
        )
        for name, label, number, parts in counts
    ]


def planned_next(records: YearRecords) -> list[MeasureNow]:
    """The plan of the next year; of another span what is left of the plan of the year."""
    key = records.key
    if not key.is_span:
        return [m for m in records.measures if m.row["plan_year"] == key.year + 1]
    return [
        m
        for m in records.measures
        if m.row["plan_year"] == key.year and m.row["set_on"] <= key.on and _open_on(m, key.on)
    ]


def _done_by(measure: MeasureNow, on: date) -> bool:
    done = measure.row["done_on"]
    return done is not None and done <= on


def _open_on(measure: MeasureNow, on: date) -> bool:
    ends = measure.row["done_on"], measure.row["dropped_on"]
    return all(end is None or end > on for end in ends)


def _overdue_on(measure: MeasureNow, on: date) -> bool:
    due = measure.due_then
    late = due is not None and due < on and not measure.row["as_published"]
    return late and _open_on(measure, on)


TOTALS = ("dues", "first_person")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """The figures of one schedule, or of all, in a row by kind."""

    group: str
    name: str
    by_kind: dict[str, Figure]
    is_total: bool = False


def is_of_duties(key: str) -> bool:
    """Whether a figure stands in the table of duties."""
    return key.split(":")[0] in {"schedule", *TOTALS}


def duty_rows(figures: Iterable[Figure]) -> list[DutyRow]:
    """The figures of single schedules as the rows of a table, in their order."""
    rows: dict[str, DutyRow] = {}
    for figure in figures:
        if not is_of_duties(figure.key):
            continue
        name, kind = figure.key.rsplit(":", 1)
        words = figure.name or figure.label.rsplit("·", 1)[0]
        row = rows.setdefault(name, DutyRow(figure.group, words, {}, name in TOTALS))
        row.by_kind[kind] = figure
    return list(rows.values())
