"""The figures of a year summary, its text with figures in their places, drift, and what is missing.

All figures speak of one bureau and one calendar year as of one day. The counts come in a fixed
number of queries for any number of reports, and each figure carries the address of the list that
shows exactly what it counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Count, DateField, Max, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from reports.domain.problems import LEFT_OUT, ProblemState
from reports.domain.report_text import (
    PlanLine,
    ProblemLine,
    ScheduleLine,
    SectionDraft,
    YearFacts,
    chinese_number,
    compose,
    shown_sentences,
)
from reports.domain.summaries import (
    Drift,
    ReportState,
    SectionRole,
    drift,
    figures_day,
    pieces_of,
)
from reports.models import (
    AnnualReport,
    Appointment,
    Due,
    FrozenFigure,
    Honour,
    Measure,
    Meeting,
    Person,
    Problem,
    ProblemCause,
    ProblemMove,
    Section,
    Source,
    Unit,
)
from reports.models.choices import (
    MEETING_VERDICT_LABELS,
    SECTION_ROLE_LABELS,
    WORK_VERDICT_LABELS,
    ScheduleWords,
)
from reports.models.people import FIRST_PERSON
from reports.selectors.dues import address_of_dues
from reports.selectors.honours import given_by, running
from reports.selectors.progress import verdict_counts
from reports.selectors.promises import promise_lines
from reports.selectors.scope import Scope

# The language of the document, whatever language its reader works in.
DOCUMENT_LANGUAGE = "zh-hans"
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
# Capacities of those who lead a bureau; a legal reviewer or counsel signs nothing.
LEADING_CAPACITIES = (FIRST_PERSON, "in_charge")


class ReportKey(NamedTuple):
    """Which figures: of a bureau, a calendar year, as of a day."""

    bureau_id: int
    year: int
    on: date


@dataclass(frozen=True, slots=True)
class Figure:
    """A counted number with the list that shows what it counts."""

    group: str
    key: str
    label: str
    value: int
    url: str
    name: str = ""  # of the schedule, where the figure is one of a schedule's


@dataclass(slots=True)
class YearRecords:
    """What was read for the figures of one report."""

    key: ReportKey
    dues: list[dict[str, Any]] = field(default_factory=list)
    meetings: list[tuple[int, str, int]] = field(default_factory=list)
    problems: list["ProblemNow"] = field(default_factory=list)
    measures: list["MeasureNow"] = field(default_factory=list)
    honours: list[Honour] = field(default_factory=list)
    running: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class ProblemNow:
    """A problem as of the day of the figures; ``closed_then`` is its last closing by then."""

    row: dict[str, Any]
    state: str
    closed_then: date | None

    @property
    def is_open(self) -> bool:
        return self.state != CLOSED


@dataclass(slots=True)
class MeasureNow:
    """A measure as of the day of the figures, with the due day it had then."""

    row: dict[str, Any]
    due_then: date | None


def report_day(report: AnnualReport, today: date) -> date:
    """The day the figures of a report are of."""
    return figures_day(report.year, today, report.figures_as_of)


# --- reading ------------------------------------------------------------------------------------


def records_of(keys: Sequence[ReportKey], today: date) -> dict[tuple[int, int], YearRecords]:
    """What the figures of the reports count, by bureau and year: five queries."""
    found = {(key.bureau_id, key.year): YearRecords(key) for key in keys}
    if not found:
        return {}
    ids = {key.bureau_id for key in keys}
    years = {key.year for key in keys}
    for row in _due_rows(keys, ids, years):
        records = found.get((row["bureau_id"], row["report_year"]))
        if records is not None:
            records.dues.append(row)
    for row in _meeting_rows(keys, ids, years):
        records = found.get((row["bureau_id"], row["held_on__year"]))
        if records is not None:
            records.meetings.append((row["kind_id"], row["kind__name"], row["n"]))
    by_bureau: dict[int, list[YearRecords]] = defaultdict(list)
    for records in found.values():
        by_bureau[records.key.bureau_id].append(records)
    _read_problems(by_bureau, keys)
    _read_measures(by_bureau, today)
    # With the years before: they say how many years running an honour has been received.
    honours = list(
        Honour.objects.filter(
            bureau__in=ids, year__lte=max(years), cancelled_at__isnull=True
        ).order_by("awarded_on", "pk")
    )
    years_running = running(honours)
    for honour in honours:
        if records := found.get((honour.bureau_id, honour.year)):
            records.honours.append(honour)
            records.running[honour.pk] = years_running[honour.pk]
    return found


def _day(keys: Sequence[ReportKey], year_column: str) -> date | Case:
    """The day of each row's report: one for all, or a choice by bureau and year."""
    if len({key.on for key in keys}) == 1:
        return keys[0].on
    cases = [When(bureau=key.bureau_id, **{year_column: key.year}, then=key.on) for key in keys]
    return Case(*cases, default=Value(date.min), output_field=DateField())


def _due_rows(
    keys: Sequence[ReportKey], ids: Iterable[int], years: Iterable[int]
) -> Iterable[dict[str, Any]]:
    on = _day(keys, "report_year")
    return (
        Due.objects.filter(bureau__in=ids, report_year__in=years)
        .with_verdict(on)
        .order_by(
            "schedule__set__position", "schedule__set_id", "schedule__position", "schedule_id"
        )
        .values(
            "bureau_id",
            "report_year",
            "schedule_id",
            "schedule__name",
            "schedule__words",
            "schedule__of_first_person",
            "schedule__set_id",
            "schedule__set__name",
            "schedule__set__position",
            "schedule__position",
        )
        .annotate(
            units=Count("unit", distinct=True),
            at_most=Max("at_least"),
            lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
            **verdict_counts(on),
        )
    )


def _meeting_rows(
    keys: Sequence[ReportKey], ids: Iterable[int], years: Iterable[int]
) -> Iterable[dict[str, Any]]:
    return (
        Meeting.objects.standing()
        .filter(bureau__in=ids, held_on__year__in=years)
        .held_by(_day(keys, "held_on__year"))
        .order_by("kind__position", "kind_id")
        .values("bureau_id", "held_on__year", "kind_id", "kind__name", "kind__position")
        .annotate(n=Count("pk"))
    )


PROBLEM_COLUMNS = (
    "problem__bureau_id",
    "problem_id",
    "problem__title",
    "problem__description",
    "problem__found_on",
    "problem__due_on",
    "problem__due_is_month",
    "problem__repeats__year",
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
    """All figures of a bureau's calendar year as of a day: five queries.

    Dues belong to the year by ``report_year``, whichever year their set runs on. Each figure
    carries the address of the list that counts the same rows.
    """
    bureau_id = bureau if isinstance(bureau, int) else bureau.pk
    key = ReportKey(bureau_id, year, on)
    return figures_from(records_of([key], today)[bureau_id, year])


def figures_from(records: YearRecords) -> list[Figure]:
    """The figures of what was read, in the order they are shown."""
    return [
        *_due_figures(records),
        *_meeting_figures(records),
        *_problem_figures(records),
        *_measure_figures(records),
        Figure(_("荣誉"), "honours", _("荣誉和考评结果"), len(records.honours), "#honours"),
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
    where = {"bureau": key.bureau_id, "report_year": key.year, "on": key.on}
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
                    address_of_dues(schedule=row["schedule_id"], verdicts=[word_of(kind)], **where),
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
                    address_of_dues(verdicts=[word_of(kind)], first_person=first_person, **where),
                    group,
                )
            )
    lacking = sum(row["lacking"] for row in records.dues)
    found.append(
        Figure(
            _("佐证材料"), "lacking", _("缺材料"), lacking, address_of_dues(lacking=True, **where)
        )
    )
    return found


def _address(name: str, **parts: object) -> str:
    return f"{reverse(name)}?{urlencode(parts)}"


def _meeting_figures(records: YearRecords) -> list[Figure]:
    key = records.key
    where = {"bureau": key.bureau_id, "year": key.year, "on": key.on}
    found = [
        Figure(
            _("会议和活动"),
            f"meetings:{pk}",
            name,
            number,
            _address("reports:meeting-list", kind=pk, **where),
        )
        for pk, name, number in records.meetings
    ]
    total = sum(number for _pk, _name, number in records.meetings)
    url = _address("reports:meeting-list", **where)
    return [*found, Figure(_("会议和活动"), "meetings:all", _("会议和活动合计"), total, url)]


def _problem_figures(records: YearRecords) -> list[Figure]:
    key = records.key
    year, problems = key.year, records.problems
    where = {"bureau": key.bureau_id, "counted": 1, "year": year, "on": key.on}
    found = sum(problem.row["problem__found_on"].year == year for problem in problems)
    closed = sum(_closed_in(problem, year) for problem in problems)
    counts = (
        ("found", _("当年发现的问题"), found, {"found_year": year}),
        ("closed", _("当年销号的问题"), closed, {"state": "closed"}),
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


def _closed_in(problem: ProblemNow, year: int) -> bool:
    closed = problem.closed_then
    return not problem.is_open and closed is not None and closed.year == year


def _measure_figures(records: YearRecords) -> list[Figure]:
    key, on = records.key, records.key.on
    rows = [measure for measure in records.measures if measure.row["set_on"] <= on]
    plan = [m for m in rows if m.row["plan_year"] == key.year]
    following = [m for m in records.measures if m.row["plan_year"] == key.year + 1]
    where = {"bureau": key.bureau_id, "on": on}
    every = {"all_years": 1}
    done = [m for m in rows if _done_by(m, on)]
    counts = (
        (
            "measures:done",
            _("当年完成的措施"),
            sum(m.row["done_on"].year == key.year for m in done),
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
            _("下一年度安排的措施"),
            len(following),
            {"plan_year": key.year + 1, "bureau": key.bureau_id, **every},
        ),
    )
    return [
        Figure(_("措施"), name, label, number, _address("reports:measure-list", **parts))
        for name, label, number, parts in counts
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


# --- what a report is compiled from -------------------------------------------------------------


def compiled(*, bureau: Unit, year: int, on: date, today: date) -> list[SectionDraft]:
    """The sections of the report as the records give them now: eight queries."""
    records = records_of([ReportKey(bureau.pk, year, on)], today)[bureau.pk, year]
    return compose(year_facts(records))


def year_facts(records: YearRecords) -> YearFacts:
    """What the words are written from; three queries, for measures and causes of the problems and
    for what last year's report promised."""
    key = records.key
    told = [p for p in records.problems if _told_in(p, key.year)]
    ids = [problem.row["problem_id"] for problem in told]
    answers, causes = _measures_of(ids, key.on), _causes_of(ids)
    return YearFacts(
        year=key.year,
        on=key.on,
        values={figure.key: figure.value for figure in figures_from(records)},
        schedules=[_schedule_line(row) for row in records.dues],
        meetings=[(pk, name) for pk, name, _number in records.meetings],
        problems=[_problem_line(problem, answers, causes) for problem in told],
        honours=[(h.pk, h.title, given_by(h, records.running[h.pk])) for h in records.honours],
        plan=[
            PlanLine(
                m.row["pk"],
                m.row["title"],
                m.row["unit__name"],
                m.row["due_on"],
                m.row["due_is_month"],
            )
            for m in records.measures
            if m.row["plan_year"] == key.year + 1
        ],
        promises=promise_lines(key.bureau_id, key.year, on=key.on),
    )


def _told_in(problem: ProblemNow, year: int) -> bool:
    """A report speaks of the problems of its year: found or closed in it, or still open."""
    found_in_year = problem.row["problem__found_on"].year == year
    return found_in_year or problem.is_open or _closed_in(problem, year)


def _schedule_line(row: Mapping[str, Any]) -> ScheduleLine:
    return ScheduleLine(
        pk=row["schedule_id"],
        name=row["schedule__name"],
        set_id=row["schedule__set_id"],
        set_name=row["schedule__set__name"],
        is_meeting=row["schedule__words"] == ScheduleWords.MEETING,
        of_first_person=row["schedule__of_first_person"],
        units=row["units"],
        at_least=row["at_most"],
    )


def _problem_line(
    problem: ProblemNow,
    answers: Mapping[int, list[tuple[int, str]]],
    causes: Mapping[int, str],
) -> ProblemLine:
    row = problem.row
    return ProblemLine(
        pk=row["problem_id"],
        title=row["problem__title"],
        description=row["problem__description"],
        cause=causes.get(row["problem_id"], ""),
        state=ProblemState(problem.state),
        closed_on=problem.closed_then,
        due_on=row["problem__due_on"],
        due_is_month=row["problem__due_is_month"],
        since_year=row["problem__repeats__year"],
        as_published=row["problem__as_published"],
        measures=tuple(answers.get(row["problem_id"], ())),
    )


def _causes_of(problem_ids: list[int]) -> dict[int, str]:
    rows = ProblemCause.objects.filter(problem__in=problem_ids).order_by("position", "pk")
    found: dict[int, list[str]] = defaultdict(list)
    for problem_id, text in rows.values_list("problem_id", "text"):
        found[problem_id].append(text.rstrip("。；"))
    return {pk: "；".join(texts) for pk, texts in found.items()}


def _measures_of(problem_ids: list[int], on: date) -> dict[int, list[tuple[int, str]]]:
    rows = Measure.objects.standing().filter(problems__in=problem_ids, set_on__lte=on)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for problem_id, pk, title in rows.order_by("set_on", "pk").values_list(
        "problems", "pk", "title"
    ):
        if problem_id in problem_ids:
            found[problem_id].append((pk, title))
    return found


# --- the text as it is read ---------------------------------------------------------------------


class Part(NamedTuple):
    """A part of a sentence as it is read: text, or a number with its figure."""

    text: str
    figure: Figure | None = None


@dataclass(slots=True)
class SentenceRead:
    """A sentence in its place; ``sources`` is how many records it rests on."""

    pk: int
    parts: list[Part]
    is_compiled: bool
    sources: int
    text: str
    slot: str


@dataclass(slots=True)
class ParagraphRead:
    """A paragraph with the number of its heading, where it has one."""

    pk: int
    number: str
    heading: str
    sentences: list[SentenceRead]


@dataclass(slots=True)
class SectionRead:
    """A section with its number."""

    pk: int
    role: str
    number: str
    heading: str
    paragraphs: list[ParagraphRead]


def sections_of(report: AnnualReport, figures: Mapping[str, Figure]) -> list[SectionRead]:
    """The text of a report with its figures in their places: four queries.

    A heading that brings its own number, as in a text that was published, gets no second one.
    """
    rows = (
        Section.objects.filter(report=report)
        .order_by("position")
        .prefetch_related("paragraphs__sentences__sources")
    )
    found = []
    for number, section in enumerate(rows, start=1):
        paragraphs, headed = [], 0
        for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
            mark = ""
            if paragraph.heading:
                headed += 1
                if not paragraph.heading.startswith(("（", "(")):
                    mark = f"（{chinese_number(headed)}）"
            paragraphs.append(
                ParagraphRead(
                    paragraph.pk,
                    mark,
                    paragraph.heading,
                    [
                        _sentence_read(sentence, figures)
                        for sentence in sorted(
                            paragraph.sentences.all(), key=lambda row: row.position
                        )
                    ],
                )
            )
        mark = chinese_number(number)
        own = section.heading.startswith(f"{mark}、")
        found.append(
            SectionRead(section.pk, section.role, "" if own else mark, section.heading, paragraphs)
        )
    return found


def _sentence_read(sentence: Any, figures: Mapping[str, Figure]) -> SentenceRead:
    sources = sorted(sentence.sources.all(), key=lambda row: row.pk)
    parts = []
    for piece in pieces_of(sentence.text):
        figure = figures.get(piece.key) if piece.key else None
        words = piece.text if not piece.key else str(figure.value) if figure else "—"
        parts.append(Part(words, figure))
    keys = {piece.key for piece in pieces_of(sentence.text) if piece.key}
    return SentenceRead(
        pk=sentence.pk,
        parts=parts,
        is_compiled=sentence.is_compiled,
        sources=sum(_is_record(source) for source in sources) or len(keys),
        text=sentence.text,
        slot=sources[0].figure if sources else "",
    )


def _is_record(source: Any) -> bool:
    return any(
        getattr(source, f"{name}_id") is not None
        for name in ("schedule", "problem", "measure", "meeting", "honour")
    )


# --- frozen figures and drift -------------------------------------------------------------------


def frozen_figures(report: AnnualReport, now: Sequence[Figure] = ()) -> list[Figure]:
    """The figures of a signed report as they were signed: one query.

    A figure that still exists keeps the address of its list, which may meanwhile show another
    number: that is drift.
    """
    urls = {figure.key: figure.url for figure in now}
    rows = FrozenFigure.objects.filter(report=report).order_by("position")
    return [Figure(r.group, r.key, r.label, r.value, urls.get(r.key, "")) for r in rows]


def shown_figures(report: AnnualReport, today: date) -> tuple[list[Figure], list[Figure]]:
    """The figures that the report shows, and those of the records now; the same for a draft."""
    if report.is_published_text:
        return [], []
    now = figures_of(
        bureau=report.bureau_id, year=report.year, on=report_day(report, today), today=today
    )
    if report.state == ReportState.DRAFT:
        return now, now
    return frozen_figures(report, now), now


@dataclass(frozen=True, slots=True)
class DriftLine:
    """A figure that reads differently now than when the report was signed."""

    label: str
    frozen: int | None
    now: int | None
    url: str


def drift_of(frozen: Sequence[Figure], now: Sequence[Figure]) -> list[DriftLine]:
    """Every figure that changed since the signing."""
    named = {figure.key: figure for figure in [*frozen, *now]}
    return [
        DriftLine(named[d.key].label, d.frozen, d.now, named[d.key].url)
        for d in _changed({f.key: f.value for f in frozen}, {f.key: f.value for f in now})
    ]


def _changed(frozen: Mapping[str, int], now: Mapping[str, int]) -> list[Drift]:
    """Drift; a figure of nought that came or went says nothing new."""
    return [d for d in drift(frozen, now) if (d.frozen or 0) != (d.now or 0)]


def drift_counts(reports: Iterable[AnnualReport], today: date) -> dict[int, int]:
    """How many figures of each signed report drifted: six queries for any number of reports."""
    signed = [r for r in reports if r.state == ReportState.SIGNED]
    if not signed:
        return {}
    keys = [ReportKey(r.bureau_id, r.year, report_day(r, today)) for r in signed]
    records = records_of(keys, today)
    frozen: dict[int, dict[str, int]] = defaultdict(dict)
    rows = FrozenFigure.objects.filter(report__in=[r.pk for r in signed])
    for report_id, key, value in rows.values_list("report_id", "key", "value"):
        frozen[report_id][key] = value
    found = {}
    for report in signed:
        now = figures_from(records[report.bureau_id, report.year])
        changed = _changed(frozen[report.pk], {f.key: f.value for f in now})
        found[report.pk] = len(changed)
    return found


def report_progress(bureau_ids: Iterable[int], year: int) -> dict[int, tuple[str, int]]:
    """State and key of the report of each bureau for the year: one query."""
    rows = AnnualReport.objects.filter(bureau__in=list(bureau_ids), year=year)
    return {
        bureau: (state, pk) for bureau, state, pk in rows.values_list("bureau_id", "state", "pk")
    }


# --- what is incomplete -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to look at before signing; ``tone`` is bad, warn or info."""

    tone: str
    badge: str
    text: str
    url: str = ""


def gaps_of(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    figures: Mapping[str, Figure],
    today: date,
) -> list[Gap]:
    """What is incomplete in a draft: eight queries. Nothing of it forbids signing."""
    on = report_day(report, today)
    key = ReportKey(report.bureau_id, report.year, on)
    records = records_of([key], today)[report.bureau_id, report.year]
    with override(DOCUMENT_LANGUAGE):
        facts = year_facts(records)
        fresh = shown_sentences(compose(facts))
    return [
        *_gaps_of_time(report.year, on, records),
        *_gaps_of_records(facts, figures),
        *_gaps_of_text(sections, fresh),
    ]


def _gaps_of_time(year: int, on: date, records: YearRecords) -> list[Gap]:
    found = []
    if on < date(year, 12, 31):
        found.append(
            Gap("info", _("年度未结束"), _("数据截至日早于年末，签发后新发生的情况不再计入。"))
        )
    awaiting = sum(row["awaiting"] for row in records.dues)
    if awaiting:
        text = ngettext(
            "%(n)s期已结束，还在录入期限内，没有记录",
            "%(n)s期已结束，还在录入期限内，没有记录",
            awaiting,
        )
        key = records.key
        url = address_of_dues(
            bureau=key.bureau_id, report_year=key.year, on=key.on, verdicts=["awaiting"]
        )
        found.append(Gap("warn", _("待录入"), text % {"n": awaiting}, url))
    return found


def _gaps_of_records(facts: YearFacts, figures: Mapping[str, Figure]) -> list[Gap]:
    found = []
    lacking = figures.get("lacking")
    if lacking and lacking.value:
        text = ngettext("%(n)s期缺应有材料", "%(n)s期缺应有材料", lacking.value)
        found.append(Gap("warn", _("缺材料"), text % {"n": lacking.value}, lacking.url))
    for problem in facts.problems:
        if not problem.cause.strip():
            url = reverse("reports:problem-detail", args=[problem.pk])
            text = _("“%(title)s”没有写明原因") % {"title": problem.title}
            found.append(Gap("warn", _("缺原因"), text, url))
    total, done = figures.get("plan:total"), figures.get("plan:done")
    if total and done and total.value > done.value:
        left = total.value - done.value
        text = ngettext(
            "列入当年安排的措施有%(n)s项没有完成", "列入当年安排的措施有%(n)s项没有完成", left
        )
        found.append(Gap("info", _("安排未完成"), text % {"n": left}, total.url))
    return found


def _gaps_of_text(sections: Sequence[SectionRead], fresh: Mapping[str, str]) -> list[Gap]:
    found = []
    for section in sections:
        if section.role != SectionRole.OTHER and not any(p.sentences for p in section.paragraphs):
            part = SECTION_ROLE_LABELS[SectionRole(section.role)]
            found.append(Gap("warn", _("缺内容"), _("“%(part)s”部分没有内容") % {"part": part}))
    sentences = [s for section in sections for p in section.paragraphs for s in p.sentences]
    stored = {s.slot for s in sentences if s.slot}
    stale = sum(s.is_compiled and fresh.get(s.slot) != s.text for s in sentences)
    stale += sum(slot not in stored for slot in fresh)
    if stale and sentences:
        text = ngettext(
            "%(n)s句与现有记录不一致，可重新汇编", "%(n)s句与现有记录不一致，可重新汇编", stale
        )
        found.append(Gap("warn", _("待更新"), text % {"n": stale}))
    typed = sum(not s.is_compiled and not s.sources for s in sentences)
    if typed:
        text = ngettext("%(n)s句为手工文字，没有关联记录", "%(n)s句为手工文字，没有关联记录", typed)
        found.append(Gap("info", _("无依据"), text % {"n": typed}))
    return found


# --- the records behind a sentence --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Behind:
    """A record behind a sentence: its words, a number where it counts, and its address."""

    label: str
    number: int | None
    url: str


def behind(sentence: SentenceRead, figures: Mapping[str, Figure]) -> list[Behind]:
    """What a sentence rests on: its figures, the rest of their schedule, then its records.

    One query.
    """
    keys = [piece.key for piece in pieces_of(sentence.text) if piece.key]
    schedules = {key.rsplit(":", 1)[0] for key in keys if key.startswith("schedule:")}
    keys += [f"{name}:{kind}" for name in sorted(schedules) for kind in KINDS]
    found = []
    for key in dict.fromkeys(keys):
        if figure := figures.get(key):
            found.append(Behind(figure.label, figure.value, figure.url))
    rows = (
        Source.objects.filter(sentence=sentence.pk)
        .order_by("pk")
        .values_list("problem", "problem__title", "measure", "measure__title", "honour__title")
    )
    for problem, problem_title, measure, measure_title, honour in rows:
        if problem:
            url = reverse("reports:problem-detail", args=[problem])
            found.append(Behind(problem_title, None, url))
        if measure:
            url = reverse("reports:measure-detail", args=[measure])
            found.append(Behind(measure_title, None, url))
        if honour:
            found.append(Behind(honour, None, "#honours"))
    return list(dict.fromkeys(found))


# --- lists --------------------------------------------------------------------------------------


def reports_for(scope: Scope, *, bureau: int | None = None) -> QuerySet[AnnualReport]:
    """The reports of a scope, the newest year first, in the order of the organisation."""
    rows = scope.limit(AnnualReport.objects.all())
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    return rows.select_related("bureau", "signer").order_by("-year", "bureau__path", "pk")


def published_records(report: AnnualReport) -> tuple[list[Problem], list[Measure]]:
    """What a published text says of problems and of next year's measures: three queries."""
    problems = Problem.objects.standing().filter(bureau=report.bureau_id, year=report.year)
    measures = Measure.objects.standing().filter(bureau=report.bureau_id, plan_year=report.year + 1)
    return (
        list(problems.prefetch_related("causes").order_by("pk")),
        list(measures.order_by("pk")),
    )


def signers_of(bureau: Unit | int, day: date) -> QuerySet[Person]:
    """Who may sign: people who hold a post of the bureau itself on that day."""
    held = Appointment.objects.filter(unit=bureau).in_office_on(day)
    return Person.objects.filter(
        pk__in=held.filter(
            Q(post__is_capacity=False) | Q(post__code__in=LEADING_CAPACITIES)
        ).values("person_id")
    ).order_by("pk")


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
