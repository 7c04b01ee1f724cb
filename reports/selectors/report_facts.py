"""The facts of a year as the sentences of a report need them, and the draft composed from them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problems import ProblemState
from reports.domain.report_templates import STATUTORY, Plan, plan_of
from reports.domain.report_templates import Part as PlanPart
from reports.domain.report_text import (
    ChoiceLine,
    DeedLine,
    FieldLine,
    IndicatorLine,
    MissLine,
    Organisation,
    PlanLine,
    ProblemLine,
    RecordLine,
    ScheduleLine,
    SectionDraft,
    TaskLine,
    YearFacts,
    compose,
    span_words,
)
from reports.models import (
    AnnualReport,
    Appointment,
    Measure,
    MissDecision,
    ProblemCause,
    ReportTemplate,
    Unit,
)
from reports.models.choices import (
    FIGURE_WORDS,
    ScheduleWords,
)
from reports.models.people import FIRST_PERSON
from reports.selectors.honours import given_by
from reports.selectors.problems import years_in_a_row
from reports.selectors.promises import promise_lines
from reports.selectors.records import records_for
from reports.selectors.report_figures import (
    IndicatorNow,
    KindDone,
    MoreRecords,
    ReportKey,
    is_done,
)
from reports.selectors.year_records import (
    ProblemNow,
    YearRecords,
    closed_in,
    figures_from,
    key_of,
    planned_next,
    records_of,
)

# Capacities of those who lead a bureau; a legal reviewer or counsel signs nothing.
LEADING_CAPACITIES = (FIRST_PERSON, "in_charge")

# --- what a report is compiled from -------------------------------------------------------------


def records_behind(report: AnnualReport, today: date) -> YearRecords:
    """What a report counts now: thirteen queries."""
    key = key_of(report, today)
    return records_of([key], today)[key]


def compiled(report: AnnualReport, records: YearRecords) -> list[SectionDraft]:
    """The sections of a report as its records are now, in the order of its template, in the
    language of the document: ten queries, two of them for a template."""
    with override(DOCUMENT_LANGUAGE):
        return compose(year_facts(records, report), plan_for(report))


def plan_for(report: AnnualReport) -> Plan:
    """The template of a report; the order of the regulation where it has none."""
    return plan_from(report.template) if report.template is not None else STATUTORY


def plan_from(template: ReportTemplate) -> Plan:
    """A stored template as words are written from it: two queries."""
    rows = template.sections.order_by("position").prefetch_related("parts")
    return plan_of(
        template.code,
        template.name,
        (
            (
                section.role,
                section.heading,
                section.numbering,
                [
                    PlanPart(part.heading, tuple(part.draws), part.asks)
                    for part in sorted(section.parts.all(), key=lambda row: row.position)
                ],
            )
            for section in rows
        ),
    )


def year_facts(records: YearRecords, report: AnnualReport | None = None) -> YearFacts:
    """What the words are written from: seven queries, for measures and causes of the problems, what
    last year's report promised, single work records, posts and bodies, and what is admitted."""
    key, more = records.key, records.more
    told = [p for p in records.problems if _told_in(p, key)]
    ids = [problem.row["problem_id"] for problem in told]
    answers, causes = _measures_of(ids, key.on), _causes_of(ids)
    schedules = [_schedule_line(row) for row in records.dues]
    spans = key.first is not None and key.last is not None
    return YearFacts(
        year=key.year,
        on=key.on,
        values={figure.key: figure.value for figure in figures_from(records)},
        schedules=schedules,
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
            for m in planned_next(records)
        ],
        promises=promise_lines(key.bureau_id, key.year, on=key.on),
        period=span_words(key.begins, key.ends) if spans else "",
        organisation=_organisation(key),
        records=_record_lines(key, more),
        deeds=[DeedLine(deed.pk, deed.kind, deed.title) for deed in more.deeds],
        tasks=[TaskLine(task.pk, task.title, is_done(task, key.on)) for task in more.tasks],
        indicators=[_indicator_line(each) for each in more.indicators],
        misses=_miss_lines(report, schedules) if report is not None and report.pk else (),
    )


def _told_in(problem: ProblemNow, key: ReportKey) -> bool:
    """A report speaks of the problems of its days: found or closed in them, or still open."""
    found = key.has(problem.row["problem__found_on"])
    return found or problem.is_open or closed_in(problem, key)


def _organisation(key: ReportKey) -> Organisation:
    """Who leads, by posts, and the standing bodies: two queries."""
    day = min(key.on, key.ends)
    held = Appointment.objects.filter(unit=key.bureau_id).in_office_on(day)
    rows = list(
        held.filter(Q(post__is_capacity=False) | Q(post__code__in=LEADING_CAPACITIES))
        .order_by("post__position", "pk")
        .values_list("person_id", "post__code", "post__name", "post__is_capacity", "acting")
    )
    posts: dict[int, str] = {}
    for person, _code, name, is_capacity, acting in rows:
        if not is_capacity:
            posts.setdefault(person, _("主持工作的%(post)s") % {"post": name} if acting else name)

    def of(capacity: str) -> tuple[str, ...]:
        found = (posts.get(row[0], "") for row in rows if row[1] == capacity)
        return tuple(dict.fromkeys(name for name in found if name))

    bodies = Unit.objects.filter(bureau=key.bureau_id, kind__is_body=True).existing_on(day)
    return Organisation(
        next(iter(of(FIRST_PERSON)), ""),
        of("in_charge"),
        tuple(bodies.in_order().values_list("name", flat=True)),
    )


def _record_lines(key: ReportKey, more: MoreRecords) -> list[RecordLine]:
    """The kinds of work records with what was counted, and the newest single ones: one query."""
    rows = records_for(None, on=key.on, bureau=key.bureau_id)
    rows = rows.filter(on__gte=key.begins, on__lte=key.ends, is_total=False)
    singles: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for pk, kind, title in rows.order_by("-on", "-pk").values_list("pk", "kind_id", "title"):
        singles[kind].append((pk, title))
    return [_record_line(kind, singles[kind.pk]) for kind in more.kinds]


def _record_line(kind: KindDone, singles: Sequence[tuple[int, str]]) -> RecordLine:
    code = f"records:{kind.code}"
    return RecordLine(
        code=kind.code,
        name=kind.name,
        counter=kind.counter,
        heading=kind.heading,
        fields=tuple(
            FieldLine(f"{code}:{each.code}", each.label, each.counter)
            for each in kind.fields
            if each.pk in kind.sums
        ),
        choices=tuple(
            ChoiceLine(
                each.label,
                tuple(
                    (f"{code}:{each.code}_{n}", str(words))
                    for n, words in enumerate(each.choices, start=1)
                    if (each.pk, n) in kind.choices
                ),
            )
            for each in kind.fields
            if any(of == each.pk for of, _n in kind.choices)
        ),
        records=tuple(pk for pk, _title in singles),
        # Where months were entered as totals, the single ones are not all.
        titles=tuple(title for _pk, title in singles) if len(singles) == kind.amount else (),
    )


def _indicator_line(each: IndicatorNow) -> IndicatorLine:
    """The number stands between the words it was stated with: 约, 余."""
    pattern = FIGURE_WORDS.get(each.value.wording) if each.value.wording else None
    told = str(pattern or "%(n)s%(counter)s") % {"n": "\0", "counter": each.counter}
    before, _number, behind = told.partition("\0")
    return IndicatorLine(each.pk, each.code, each.name, before, behind)


def _miss_lines(report: AnnualReport, schedules: Sequence[ScheduleLine]) -> list[MissLine]:
    """The schedules whose misses are admitted in the report: one query."""
    rows = MissDecision.objects.filter(report=report, admitted=True)
    causes = dict(rows.values_list("schedule_id", "cause"))
    return [MissLine(line, causes[line.pk]) for line in schedules if line.pk in causes]


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
        years_running=years_running_of(row),
        as_published=row["problem__as_published"],
        measures=tuple(answers.get(row["problem_id"], ())),
    )


def years_running_of(row: Mapping[str, Any]) -> int:
    """For how many years without a gap a problem has been listed; the rule of its own page."""
    earlier = None
    for steps in range(5, 0, -1):
        at = f"problem__{'repeats__' * steps}"
        if row[f"{at}year"] is not None:
            earlier = SimpleNamespace(
                year=row[f"{at}year"],
                state=row[f"{at}state"],
                is_cancelled=row[f"{at}cancelled_at"] is not None,
                repeats=earlier,
            )
    return years_in_a_row(SimpleNamespace(year=row["problem__year"], repeats=earlier))


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
