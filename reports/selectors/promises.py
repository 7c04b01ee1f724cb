"""What last year's report admitted and promised, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from reports.domain.problems import ENDED, ProblemState
from reports.domain.promises import Found, Passage, Told, promises_in
from reports.domain.report_text import PromiseLine
from reports.domain.summaries import ReportState, SectionRole
from reports.models import AnnualReport, Measure, Problem, Promise, Section, Sentence, Unit
from reports.models.choices import PromiseDecision, PromiseKind

GIVEN = (ReportState.SIGNED.value, ReportState.PUBLISHED.value)
PARTS = {PromiseKind.PROBLEM: SectionRole.PROBLEMS, PromiseKind.STEP: SectionRole.NEXT_YEAR}
# What answers a promise that was taken on or merged: closed, or found to be no problem.
SOLVED = (ProblemState.CLOSED.value, ProblemState.DISMISSED.value)
UNDECIDED, UNANSWERED = "undecided", "unanswered"


# --- what a report says -------------------------------------------------------------------------


def report_before(bureau_id: int, year: int) -> AnnualReport | None:
    """The report of the year before, signed or published or still a draft: one query."""
    return AnnualReport.objects.annual().filter(bureau=bureau_id, year=year - 1).first()


def found_in(report: AnnualReport) -> dict[PromiseKind, list[Found]]:
    """What a report admits and promises, by kind, in its order.

    A text that was only published brings its own problems and measures. A problem that had been
    closed when the report was given is no promise: the report itself says so.
    """
    sections = list(
        Section.objects.filter(report=report, role__in=[role.value for role in PARTS.values()])
        .order_by("position")
        .prefetch_related("paragraphs__sentences__sources")
    )
    if sections:
        found = {
            kind: promises_in(
                _passage(paragraph)
                for section in sections
                if section.role == role
                for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position)
            )
            for kind, role in PARTS.items()
        }
    else:
        here = {"bureau": report.bureau_id}
        problems = Problem.objects.standing().filter(year=report.year, **here).order_by("pk")
        measures = Measure.objects.standing().filter(plan_year=report.year + 1, **here)
        found = {
            PromiseKind.PROBLEM: [Found(row.title, problem=row.pk) for row in problems],
            PromiseKind.STEP: [Found(row.title, measure=row.pk) for row in measures.order_by("pk")],
        }
    closed = _closed_by_then(report, found[PromiseKind.PROBLEM])
    return found | {
        PromiseKind.PROBLEM: [f for f in found[PromiseKind.PROBLEM] if f.problem not in closed]
    }


def _passage(paragraph) -> Passage:
    return Passage(
        paragraph.heading,
        [
            _told(sentence)
            for sentence in sorted(paragraph.sentences.all(), key=lambda row: row.position)
        ],
    )


def _told(sentence: Sentence) -> Told:
    sources = sorted(sentence.sources.all(), key=lambda row: row.pk)
    return Told(
        pk=sentence.pk,
        text=sentence.text,
        about=next((s.figure for s in sources if s.figure), "").split("/")[0],
        problem=next((s.problem_id for s in sources if s.problem_id), None),
        measure=next((s.measure_id for s in sources if s.measure_id), None),
    )


def _closed_by_then(report: AnnualReport, found: Iterable[Found]) -> set[int]:
    keys = [each.problem for each in found if each.problem]
    given = report.signed_on or report.issued_on or date(report.year, 12, 31)
    closed = Problem.objects.filter(pk__in=keys, state=ProblemState.CLOSED, closed_on__lte=given)
    return set(closed.values_list("pk", flat=True))


# --- what became of it --------------------------------------------------------------------------


def promises_of(bureau_id: int, year: int, *, on: date, today: date) -> QuerySet[Promise]:
    """What was carried into the bureau's year, in the order of the report, as of a day.

    ``answered``: see ``with_answer``. Ready for a list: one query.
    """
    rows = Promise.objects.filter(bureau=bureau_id, year=year)
    return (
        with_answer(rows, on=on, today=today)
        .select_related(
            "report",
            "earlier_problem",
            "earlier_measure",
            "problem__unit",
            "measure__unit",
            "decided_by",
        )
        .order_by("kind", "position")
    )


def with_answer(rows: QuerySet[Promise], *, on: date, today: date) -> QuerySet[Promise]:
    """``answered``: done, dropped with a reason, or its problem solved or its measure ended by
    that day. What nobody decided on, or what is still open, is not answered. ``decided_then``:
    whether it was decided on by that day.
    """
    problems = Problem.objects.standing().with_state(on, today)
    taking = problems.filter(state_then__in=SOLVED, pk=OuterRef("merged_into"))
    merged = Q(state_then=ProblemState.MERGED.value) & Exists(taking)
    solved = problems.filter(Q(state_then__in=SOLVED) | merged)
    measures = Measure.objects.standing().exclude(pk__in=Measure.objects.open_on(on).values("pk"))
    decided = Q(decided_on__lte=on)
    ended = decided & Q(decision__in=[PromiseDecision.DONE, PromiseDecision.DROPPED])
    kept = decided & (
        Exists(solved.filter(pk=OuterRef("problem")))
        | Exists(measures.filter(pk=OuterRef("measure")))
    )
    return rows.annotate(
        answered=_flag(ended | kept),
        decided_then=_flag(decided),
    )


def _flag(condition: Q) -> Case:
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


def unanswered_promises(bureau_id: int, year: int, *, on: date, today: date) -> QuerySet[Promise]:
    """What last year's report admitted or promised and this year has not answered, as of a day.

    Nobody decided on it, or it was taken on and its problem is open, its measure not done.
    """
    return promises_of(bureau_id, year, on=on, today=today).filter(answered=False)


SHOWN = 3


def with_unanswered(units: QuerySet, year: int, *, on: date, today: date) -> QuerySet:
    """Each unit with ``unanswered``: how many promises of its year are not answered; and with the
    text of the first of them as ``unanswered_1`` and so on. No query of its own.
    """
    rows = Promise.objects.filter(bureau=OuterRef("pk"), year=year)
    rows = with_answer(rows, on=on, today=today).filter(answered=False)
    number = rows.order_by().values("bureau").annotate(n=Count("pk")).values("n")
    texts = rows.order_by("kind", "position").values("text")
    return units.annotate(
        unanswered=Coalesce(Subquery(number), 0),
        **{f"unanswered_{n + 1}": Subquery(texts[n : n + 1]) for n in range(SHOWN)},
    )


def first_unanswered(unit: Unit) -> list[str]:
    """The texts that ``with_unanswered`` read; no query."""
    texts = (getattr(unit, f"unanswered_{n + 1}") for n in range(SHOWN))
    return [text for text in texts if text]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a year's promises are: counted over the rows that a list shows."""

    all: int
    decided: int
    unanswered: int

    @property
    def undecided(self) -> int:
        return self.all - self.decided


def standing_of(rows: Iterable[Promise]) -> Standing:
    """Counts of rows read by ``promises_of``; no query."""
    rows = list(rows)
    return Standing(
        len(rows),
        sum(row.decided_then for row in rows),
        sum(not row.answered for row in rows),
    )


def promise_lines(bureau_id: int, year: int, *, on: date) -> list[PromiseLine]:
    """What became of each promise as of a day, for the year's report: one query."""
    # A day later than the one asked for: the states of that day are read from the moves.
    rows = promises_of(bureau_id, year, on=on, today=on + timedelta(days=1))
    return [
        PromiseLine(
            text=row.text,
            answered=row.answered,
            dropped=row.decided_then and row.decision == PromiseDecision.DROPPED,
            record=_record(row) if row.decided_then else None,
            pk=row.pk,
            is_problem=row.kind == PromiseKind.PROBLEM,
        )
        for row in rows
    ]


def _record(row: Promise) -> tuple[str, int] | None:
    if row.problem_id:
        return "problem", row.problem_id
    return ("measure", row.measure_id) if row.measure_id else None


# --- what it may be merged into -----------------------------------------------------------------


def problems_to_merge_into(promise: Promise) -> QuerySet[Problem]:
    """Problems of the bureau that are open, or of the year it is carried into."""
    gone = [ProblemState.MERGED.value, ProblemState.DISMISSED.value]
    ended = [state.value for state in ENDED]
    return (
        Problem.objects.standing()
        .filter(bureau=promise.bureau_id)
        .filter(Q(year=promise.year) | ~Q(state__in=ended))
        .exclude(state__in=gone)
        .order_by("-year", "pk")
    )


def measures_to_merge_into(promise: Promise) -> QuerySet[Measure]:
    """Measures of the bureau that are open, planned for the year or set in it; none dropped."""
    year = promise.year
    return (
        Measure.objects.standing()
        .filter(bureau=promise.bureau_id, dropped_on__isnull=True)
        .filter(Q(plan_year=year) | Q(set_on__year=year) | Q(done_on__isnull=True))
        .select_related("unit")
        .order_by("-plan_year", "pk")
    )
