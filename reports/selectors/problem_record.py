"""The record of one problem: everything that hangs on it, and its way as one line of time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from reports.domain.access import Act
from reports.domain.deadlines import Within, begin_of_term
from reports.domain.notices import NoticeState
from reports.domain.problem_figures import Part, ProblemTotals, part_of
from reports.domain.problems import (
    LEFT_OUT,
    MoveFacts,
    ProblemClass,
    ProblemMove,
    ProblemState,
    times_reopened,
)
from reports.domain.similar import Likeness, Told, most_like
from reports.models import (
    Evidence,
    EvidenceUse,
    Extension,
    LookBack,
    Measure,
    NoticeItem,
    NoticeMove,
    Problem,
    ProblemCause,
    ProblemReview,
    Progress,
)
from reports.models import ProblemMove as MoveRow
from reports.selectors.calendar import holidays
from reports.selectors.evidence import evidence_of
from reports.selectors.measures import forget_decisions, measures_for, with_last_progress
from reports.selectors.problems import is_overdue, problems_for, years_in_a_row
from reports.selectors.scope import Scope

CLOSED = ProblemState.CLOSED.value
# So many years of the same problem are read at once; longer chains cost a query a year.
CHAIN = "repeats__repeats__repeats__repeats"


@dataclass(frozen=True, slots=True)
class Item:
    """A problem below another one, as a line of the tree."""

    problem: Problem
    depth: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline: what happened on which day, when it was entered, by the row."""

    on: date
    at: datetime
    what: str
    row: Any


@dataclass(frozen=True, slots=True)
class Named:
    """The short lists of a problem: its causes with their kinds, themes, joint units."""

    causes: list[tuple[str, str]]
    themes: list[str]
    joint_units: list[str]


@dataclass(frozen=True, slots=True)
class Term:
    """A due day given as a number of days, and what it was counted from."""

    days: int
    workdays: bool
    begun_by: str  # received, found, assign, reopen


@dataclass(frozen=True, slots=True)
class ProblemRecord:
    """Everything the page of a problem shows beside its own fields, as of a day."""

    named: Named
    moves: list[MoveRow]
    measures: list[Measure]
    items: list[Item]
    totals: ProblemTotals
    merged: list[Problem]
    reviews: list[ProblemReview]
    look_backs: list[LookBack]
    extensions: list[Extension]
    evidence: list[Evidence]
    timeline: list[Entry]
    term: Term | None
    years: int

    @property
    def children(self) -> list[Problem]:
        """The problems right below it."""
        return [item.problem for item in self.items if item.depth == 0]

    @property
    def last_move_on(self) -> date | None:
        return max((move.on for move in self.moves), default=None)


def with_relations(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    """Problems with what their page names."""
    return rows.select_related(
        "unit",
        "bureau",
        "source",
        "leader__unit",
        "responsible__unit",
        "parent__unit",
        "parent__bureau",
        "merged_into__unit",
        "merged_into__bureau",
        "repeats__unit",
        "repeats__bureau",
        CHAIN,
        "recorded_by",
        "submitted_by",
        "closed_by",
        "cancelled_by",
        "meeting__unit",
        "meeting__bureau",
        "record__unit",
        "record__bureau",
        "record__kind",
        "account__unit",
        "account__bureau",
        "account__person",
    )


def problem_record(problem: Problem, scope: Scope, *, on: date, today: date) -> ProblemRecord:
    """What hangs on a problem read by ``with_relations``, within the scope, as of a day.

    At most twelve queries whatever hangs on it: short lists, moves, measures and their progress,
    items, extensions, evidence, notices and their answers; later checks, reviews and holidays where
    the problem can have them. A fact after the day does not exist.
    """
    moves = list(
        problem.moves.filter(on__lte=on)
        .select_related("recorded_by", "leader", "signer", "merged_into")
        .order_by("on", "pk")
    )
    measures = list(
        with_last_progress(
            measures_for(scope, on=on, today=today, cancelled=True).filter(problems=problem), on
        )
    )
    standing = [measure.pk for measure in measures if not measure.is_cancelled]
    of_it = Q(problem=problem) | Q(measure__in=standing)
    extensions = list(
        Extension.objects.filter(of_it, asked_on__lte=on)
        .select_related("recorded_by", "decided_by", "measure")
        .order_by("asked_on", "pk")
    )
    forget_decisions(extensions, on)
    look_backs = _look_backs(problem, moves, on)
    reviews = _reviews(problem, on)
    evidence = evidence_of(scope, pk__in=_proofs(problem, standing))
    below = _below(problem, scope, on=on, today=today)
    merged = [each for each in below if _is_merged(each, problem)]
    items = [_item(problem, e, on) for e in below if _is_under(e, problem) and e not in merged]
    if on < today:
        _forget(problem, moves, reviews, on)
    timeline = [
        # A check comes before the re-opening that it leads to in the same moment.
        *(Entry(each.on, each.recorded_at, "look_back", each) for each in look_backs),
        *(Entry(move.on, move.recorded_at, "move", move) for move in moves),
        *_of_measures(measures, on),
        *_progress(standing, on),
        *_of_extensions(extensions, on),
        *(Entry(each.on, each.recorded_at, "review", each) for each in reviews),
        *_of_notices(scope, of_it, on),
        *_of_evidence(evidence, on),
    ]
    return ProblemRecord(
        named=_named(problem),
        moves=moves,
        measures=measures,
        items=items,
        totals=_totals(item.problem for item in items),
        merged=merged,
        reviews=reviews,
        look_backs=look_backs,
        extensions=[each for each in extensions if each.problem_id == problem.pk],
        evidence=evidence,
        timeline=sorted(timeline, key=lambda entry: (entry.on, entry.at)),
        term=_term(problem, moves),
        years=years_in_a_row(problem),
    )


def _forget(
    problem: Problem, moves: Sequence[MoveRow], reviews: Sequence[ProblemReview], on: date
) -> None:
    """The problem as of the day, for reading only: what happened later is unknown."""
    if problem.kind == ProblemClass.STANDING and problem.reviews.filter(on__gt=on).exists():
        problem.review_on = reviews[-1].next_on if reviews else None
    if problem.state_then != ProblemState.MERGED:
        problem.merged_into = None
    if problem.replied_on is not None and problem.replied_on > on:
        problem.replied_on, problem.reply_document = None, ""
    facts = [MoveFacts(ProblemMove(m.move), ProblemState(m.to_state), m.on) for m in moves]
    problem.reopened = times_reopened(facts, on)


def _named(problem: Problem) -> Named:
    """The short lists in one query."""
    nothing = Value("", CharField())
    label = Coalesce(NullIf("short_name", Value("")), "name")
    causes = problem.causes.order_by().values_list(
        Value("cause", CharField()), "text", Coalesce("kind__name", nothing), "position", "pk"
    )
    themes = problem.themes.order_by().values_list(
        Value("theme", CharField()), "name", nothing, "position", "pk"
    )
    units = problem.joint_units.order_by().values_list(
        Value("unit", CharField()), label, nothing, Value(0), "pk"
    )
    found: dict[str, list[tuple[str, str]]] = {"cause": [], "theme": [], "unit": []}
    rows = causes.union(themes, units, all=True)
    for what, name, kind, _place, _pk in sorted(rows, key=lambda row: row[3:]):
        found[what].append((name, kind))
    names = {what: [name for name, _kind in pairs] for what, pairs in found.items()}
    return Named(found["cause"], names["theme"], names["unit"])


def _look_backs(problem: Problem, moves: Sequence[MoveRow], on: date) -> list[LookBack]:
    """Later checks; there are none of what was never closed."""
    if not any(move.to_state == CLOSED for move in moves):
        return []
    rows = problem.look_backs.filter(on__lte=on)
    return list(rows.select_related("recorded_by", "checker", "item__round").order_by("on", "pk"))


def _reviews(problem: Problem, on: date) -> list[ProblemReview]:
    if problem.kind != ProblemClass.STANDING:
        return []
    rows = problem.reviews.filter(on__lte=on)
    return list(rows.select_related("recorded_by").order_by("on", "pk"))


def _proofs(problem: Problem, measures: list[int]) -> QuerySet:
    """What proves the problem, its measures and their progress, and later checks of it."""
    uses = EvidenceUse.objects.filter(
        Q(problem=problem)
        | Q(look_back__problem=problem)
        | Q(measure__in=measures)
        | Q(progress__measure__in=measures)
    )
    return uses.values("pk")


def _below(problem: Problem, scope: Scope, *, on: date, today: date) -> list[Problem]:
    """What stands below the problem, and what was merged into it, in the order of the numbers."""
    under = Q(bureau=problem.bureau_id, year=problem.year, number__startswith=f"{problem.number}.")
    rows = problems_for(scope, on=on, today=today, cancelled=True)
    found = rows.filter(under | Q(merged_into=problem))
    return sorted(found, key=lambda each: (each.year, _places(each.number)))


def _is_under(each: Problem, problem: Problem) -> bool:
    return each.year == problem.year and each.number.startswith(f"{problem.number}.")


def _is_merged(each: Problem, into: Problem) -> bool:
    """Whether it was merged into the problem by the day it was read for."""
    return each.merged_into_id == into.pk and each.state_then == ProblemState.MERGED


def _places(number: str) -> list[int]:
    """1.10 comes after 1.9."""
    return [int(part) for part in number.split(".")]


def _item(problem: Problem, below: Problem, on: date) -> Item:
    depth = below.number.count(".") - problem.number.count(".") - 1
    return Item(below, depth, is_overdue(below, on))


def _totals(items: Iterable[Problem]) -> ProblemTotals:
    """As ``problem_totals`` counts them, of what was read anyway."""
    parts = Counter(
        part_of(ProblemState(each.state_then), counts=each.counts)
        for each in items
        if each.state_then and not each.is_cancelled
    )
    return ProblemTotals(
        closed=parts[Part.CLOSED],
        nearly=parts[Part.NEARLY],
        open=parts[Part.OPEN],
        uncounted=parts[Part.UNCOUNTED],
        left_out=parts[Part.LEFT_OUT],
    )


def _of_measures(measures: Iterable[Measure], on: date) -> Iterator[Entry]:
    for measure in measures:
        if measure.is_cancelled:
            continue
        yield Entry(measure.set_on, measure.recorded_at, "measure", measure)
        if measure.dropped_on is not None and measure.dropped_on <= on:
            yield Entry(measure.dropped_on, _end_of(measure.dropped_on), "dropped", measure)


def _end_of(day: date) -> datetime:
    """The last moment of a day, for what has no moment of its own."""
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def _progress(measures: list[int], on: date) -> Iterator[Entry]:
    if not measures:
        return
    rows = Progress.objects.filter(measure__in=measures, on__lte=on)
    for row in rows.select_related("measure", "recorded_by").order_by("on", "pk"):
        yield Entry(row.on, row.recorded_at, "progress", row)


def _of_extensions(extensions: Iterable[Extension], on: date) -> Iterator[Entry]:
    for each in extensions:
        yield Entry(each.asked_on, each.recorded_at, "extension", each)
        if each.decided_on is not None and each.decided_on <= on:
            at = _end_of(each.decided_on)
            if each.decided_on == each.asked_on:
                # The moment of the decision is not kept: right behind what it decides.
                at = each.recorded_at
            yield Entry(each.decided_on, at, "decision", each)


def _of_notices(scope: Scope, of_it: Q, on: date) -> Iterator[Entry]:
    """Notices on it from the day they were approved, and what was answered; drafts are no one's."""
    readable = scope.condition(unit="notice__unit", bureau="notice__bureau", act=Act.READ)
    rows = (
        NoticeItem.objects.filter(of_it, readable, notice__approved_on__lte=on)
        .filter(notice__cancelled_at__isnull=True)
        .exclude(notice__state=NoticeState.DRAFT.value)
        .annotate(approved_at=Subquery(_approvals("notice_id").values("recorded_at")[:1]))
        .select_related("notice__office", "notice__recorded_by")
        .prefetch_related("replies__recorded_by", "replies__approved_by")
        .order_by("pk")
    )
    for item in rows:
        notice = item.notice
        at = item.approved_at or _end_of(notice.approved_on)
        yield Entry(notice.approved_on, at, "notice", item)
        for reply in item.replies.all():
            if reply.on <= on:
                yield Entry(reply.on, reply.recorded_at, "reply", reply)


def _approvals(of: str) -> QuerySet[NoticeMove]:
    """The steps that approved the notice with that key."""
    rows = NoticeMove.objects.filter(notice=OuterRef(of), to_state=NoticeState.APPROVED.value)
    return rows.order_by("-pk")


def _of_evidence(evidence: Iterable[Evidence], on: date) -> Iterator[Entry]:
    for each in evidence:
        entered = timezone.localtime(each.recorded_at).date()
        if entered <= on:
            yield Entry(entered, each.recorded_at, "evidence", each)


def _term(problem: Problem, moves: Sequence[MoveRow]) -> Term | None:
    """How the due day was counted; None when it was not, or has been changed since."""
    due = getattr(problem, "due_then", problem.due_on)
    if problem.due_within is None or due is None:
        return None
    made = {move.move: move.on for move in moves}
    begins = {
        "reopen": made.get(ProblemMove.REOPEN),
        "assign": made.get(ProblemMove.ASSIGN),
        "received": problem.received_on,
        "found": problem.found_on if problem.received_on is None else None,
    }
    within = Within(problem.due_within, problem.due_in_workdays)
    begin = begin_of_term(due, within, begins.values(), holidays())
    if begin is None:
        return None
    begun_by = next(name for name, day in begins.items() if day == begin)
    return Term(within.days, within.workdays, begun_by)


# --- similar ones -------------------------------------------------------------------------------

# How far back earlier problems are compared.
YEARS_BACK = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier problem like a new one, with what they have in common."""

    problem: Problem
    likeness: Likeness
    themes: list[str]
    cause_kinds: list[str]
    may_link: bool

    @property
    def strong(self) -> bool:
        return self.likeness.strong


def similar_problems(
    told: Told, *, bureau_id: int, year: int, scope: Scope, but: int | None = None, most: int = 5
) -> list[Similar]:
    """The problems of a bureau most like a new one, of its year and the years before it.

    Those of an earlier year may be linked as the same problem; those of its own year are shown
    because it may have been registered already. Merged, dismissed and cancelled ones are left out.
    Three queries, five when any is found.
    """
    rows = scope.limit(Problem.objects.standing()).filter(
        bureau=bureau_id, year__range=(year - YEARS_BACK, year)
    )
    rows = rows.exclude(state__in=[state.value for state in LEFT_OUT]).exclude(pk=but)
    titles = dict(rows.order_by("-year", "-pk").values_list("pk", "title"))
    themes = _keys_of(Problem.themes.through, "problemtheme_id", rows)
    kinds = _keys_of(ProblemCause, "kind_id", rows)
    nothing: frozenset[int] = frozenset()
    compared = (
        (pk, Told(title, themes.get(pk, nothing), kinds.get(pk, nothing)))
        for pk, title in titles.items()
    )
    found = dict(most_like(told, compared, most=most))
    if not found:
        return []
    problems = Problem.objects.filter(pk__in=found).select_related("unit", "source")
    by_key = problems.prefetch_related("themes", "causes__kind").in_bulk()
    return [_similar(by_key[pk], like, year) for pk, like in found.items()]


def _keys_of(model: Any, column: str, rows: QuerySet[Problem]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    pairs = model.objects.filter(problem__in=rows.values("pk"), **{f"{column}__isnull": False})
    for pk, key in pairs.order_by().values_list("problem_id", column):
        found.setdefault(pk, set()).add(key)
    return {pk: frozenset(keys) for pk, keys in found.items()}


def _similar(problem: Problem, likeness: Likeness, year: int) -> Similar:
    kinds = {cause.kind_id: cause.kind.name for cause in problem.causes.all() if cause.kind}
    return Similar(
        problem,
        likeness,
        themes=[t.name for t in problem.themes.all() if t.pk in likeness.same_themes],
        cause_kinds=[name for pk, name in kinds.items() if pk in likeness.same_cause_kinds],
        may_link=problem.year < year,
    )
