"""Rounds of later checks (回头看检查): lists, samples, what waits, and the printed report."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.domain.access import Act
from reports.domain.look_backs import RoundStanding, Worked, round_standing
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problems import LookBackResult, ProblemState
from reports.models import (
    Evidence,
    EvidenceUse,
    LookBackItem,
    LookBackRound,
    Person,
    Problem,
    ProblemSource,
    Unit,
)
from reports.models import ProblemMove as MoveRow
from reports.models.choices import LOOK_BACK_RESULT_LABELS, day_label, listed
from reports.selectors.problem_facts import login_of
from reports.selectors.scope import Scope

RUNNING, ENDED = "running", "ended"


def running(rows: QuerySet[LookBackRound]) -> QuerySet[LookBackRound]:
    """Those that are neither ended nor cancelled."""
    return rows.filter(ended_on__isnull=True, cancelled_at__isnull=True)


def rounds_waiting(scope: Scope, today: date) -> QuerySet[LookBackItem]:
    """Items of running rounds that have no result yet, those due first before others.

    For the checkers that have a login, and for whoever runs the rounds of the bureau. Each with its
    round and problem; no query is run yet.
    """
    rows = running(LookBackRound.objects.filter(ordered_on__lte=today))
    own = rows.filter(checkers__user=scope.user_id)
    run = scope.limit(rows, Act.RUN_LOOK_BACK)
    return (
        LookBackItem.objects.filter(
            Q(round__in=own.values("pk")) | Q(round__in=run.values("pk")),
            look_back__isnull=True,
        )
        .select_related("round__bureau", "problem__unit")
        .order_by("round__due_on", "round", "pk")
    )


def look_backs_due(scope: Scope, today: date) -> QuerySet[Problem]:
    """Closed problems whose own look-back day has come, for whoever may run a look-back there.

    What is in the sample of a running round is told with the round. No query is run yet.
    """
    sampled = LookBackItem.objects.filter(
        look_back__isnull=True, round__in=running(LookBackRound.objects.all()).values("pk")
    )
    rows = Problem.objects.standing().filter(
        state=ProblemState.CLOSED.value, look_back_on__lte=today
    )
    return (
        scope.limit(rows, Act.RUN_LOOK_BACK)
        .exclude(pk__in=sampled.values("problem_id"))
        .select_related("unit", "bureau")
        .order_by("look_back_on", "pk")
    )


def rounds_for(
    scope: Scope,
    *,
    on: date,
    bureau: int | None = None,
    year: int | None = None,
    state: str = "",
    cancelled: bool = False,
) -> QuerySet[LookBackRound]:
    """The rounds of a scope as of a day, the newest first.

    ``year``: those ordered in it, and earlier ones that had not ended before it. ``state``: running
    or ended. Each with ``sampled``, ``checked`` and ``failed``: how many items it has, how many of
    them have a result by that day, and how many of those did not hold; ``as_of`` is the day.
    """
    rows = scope.limit(LookBackRound.objects.filter(ordered_on__lte=on))
    if not cancelled:
        rows = rows.filter(cancelled_at__isnull=True)
    if bureau is not None:
        rows = rows.filter(bureau=bureau)
    going_on = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    if year is not None:
        rows = rows.filter(
            Q(year=year) | Q(year__lt=year) & (going_on | Q(ended_on__year__gte=year))
        )
    if state == RUNNING:
        rows = rows.filter(going_on, cancelled_at__isnull=True)
    elif state == ENDED:
        rows = rows.filter(ended_on__lte=on, cancelled_at__isnull=True)
    checked = Q(items__look_back__on__lte=on)
    held = Q(items__look_back__result=LookBackResult.HELD.value)
    rows = rows.annotate(
        sampled=Count("items"),
        checked=Count("items", filter=checked),
        failed=Count("items", filter=checked & ~held),
        as_of=Value(on, output_field=DateField()),
    )
    return rows.select_related("bureau").order_by("-ordered_on", "-pk")


def round_standing_of(found: LookBackRound, on: date) -> RoundStanding:
    """How a stored round stands on a day."""
    return round_standing(
        due_on=found.due_on, ended_on=found.ended_on, on=on, cancelled=found.is_cancelled
    )


def items_so_far(found: LookBackRound) -> QuerySet[LookBackItem]:
    """The items of a round with problem, result and checker, in the order of the register.

    ``closed_then``: the day of the closing that is looked at, also when the check re-opened it.
    """
    closings = MoveRow.objects.filter(
        problem=OuterRef("problem"),
        to_state=ProblemState.CLOSED.value,
        on__lte=Coalesce(OuterRef("look_back__on"), Value(date.max, output_field=DateField())),
    )
    last = closings.order_by("-on", "-pk").values("on")[:1]
    rows = found.items.select_related(
        "problem__unit", "problem__bureau", "problem__source", "look_back__checker"
    )
    rows = rows.annotate(closed_then=Subquery(last))
    return rows.order_by("problem__year", "problem__found_on", "problem_id")


def may_check(scope: Scope, found: LookBackRound, checkers: list[Person]) -> bool:
    """Whether the user may enter results: runs rounds in the bureau, or was ordered to check."""
    mine = any(each.user_id == scope.user_id for each in checkers if each.user_id is not None)
    return mine or scope.may(Act.RUN_LOOK_BACK, found)


# --- one round ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of the sample as of a day, with the files that came with its result."""

    item: LookBackItem
    result: LookBackResult | None
    evidence: list[Evidence]
    may_read: bool

    @property
    def problem(self) -> Problem:
        return self.item.problem


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """The sample of a round as of a day, and how many items came out how."""

    lines: list[ItemLine]
    counts: dict[LookBackResult | None, int]

    @property
    def checked(self) -> int:
        return sum(number for result, number in self.counts.items() if result is not None)

    @property
    def failed(self) -> int:
        return self.checked - self.counts[LookBackResult.HELD]


def round_record(
    found: LookBackRound, scope: Scope, *, on: date, with_files: bool = True
) -> RoundRecord:
    """The items, and the files of their results unless those are not asked for: a query each."""
    items = list(items_so_far(found))
    files = _files_of(found) if with_files else {}
    lines = [
        ItemLine(
            each,
            result := _result(each, on),
            files.get(each.look_back_id, []) if result else [],
            scope.may(Act.READ, each.problem),
        )
        for each in items
    ]
    counted = Counter(line.result for line in lines)
    return RoundRecord(lines, {result: counted[result] for result in (*LookBackResult, None)})


def _files_of(found: LookBackRound) -> dict[int, list[Evidence]]:
    """By the key of the result, what proves it."""
    files: dict[int, list[Evidence]] = {}
    uses = EvidenceUse.objects.filter(look_back__item__round=found, evidence__cancelled_at=None)
    for use in uses.select_related("evidence").order_by("pk"):
        files.setdefault(use.look_back_id, []).append(use.evidence)
    return files


def _result(item: LookBackItem, on: date) -> LookBackResult | None:
    if item.look_back is None or item.look_back.on > on:
        return None
    return LookBackResult(item.look_back.result)


# --- the sample ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed problem that may be taken into the sample, or says why not.

    ``barred``: the checkers who submitted or verified it.
    """

    problem: Problem
    in_sample: bool
    has_result: bool
    elsewhere: bool
    barred: list[str]
    nobody: bool

    @property
    def is_fixed(self) -> bool:
        """Its tick cannot be changed."""
        return self.has_result or (not self.in_sample and (self.nobody or self.elsewhere))

    @property
    def may_be_drawn(self) -> bool:
        return not self.in_sample and not self.is_fixed


def candidates(
    found: LookBackRound,
    checkers: list[Person],
    *,
    year: int | None = None,
    source: int | None = None,
    unit: int | None = None,
    most: int,
) -> list[Candidate]:
    """The closed problems of the bureau that the round may look at: two queries.

    ``year`` is that of the closing. At most ``most``; those closed last come first.
    """
    sampled = dict(found.items.values_list("problem_id", "look_back_id"))
    rows = Problem.objects.standing().filter(
        bureau=found.bureau_id, state=ProblemState.CLOSED.value
    )
    if year is not None:
        rows = rows.filter(closed_on__year=year)
    if source is not None:
        rows = rows.filter(source=source)
    if unit is not None:
        rows = rows.filter(unit=unit)
    others = running(LookBackRound.objects.filter(bureau=found.bureau_id).exclude(pk=found.pk))
    waiting = LookBackItem.objects.filter(
        problem=OuterRef("pk"), look_back__isnull=True, round__in=others.values("pk")
    )
    rows = rows.annotate(elsewhere=Exists(waiting)).select_related("unit", "source")
    rows = rows.order_by("-closed_on", "-pk")[:most]
    logins = [(each.name, login_of(each)) for each in checkers]
    return [_candidate(each, sampled, logins) for each in rows]


def _candidate(
    problem: Problem,
    sampled: dict[int, int | None],
    logins: list[tuple[str, int | None]],
) -> Candidate:
    worked = Worked(problem.submitted_by_id, problem.closed_by_id)
    barred = [name for name, login in logins if login is None or not worked.is_checked_by(login)]
    return Candidate(
        problem=problem,
        in_sample=problem.pk in sampled,
        has_result=sampled.get(problem.pk) is not None,
        elsewhere=problem.elsewhere,
        barred=barred,
        nobody=len(barred) == len(logins),
    )


def places_of(found: LookBackRound) -> list[Unit]:
    """The units of the bureau that have closed problems."""
    closed = Problem.objects.standing().filter(
        bureau=found.bureau_id, state=ProblemState.CLOSED.value
    )
    return list(Unit.objects.filter(pk__in=closed.values("unit_id")).in_order())


def sources_of(found: LookBackRound) -> list[ProblemSource]:
    """The sources of the closed problems of the bureau."""
    closed = Problem.objects.standing().filter(
        bureau=found.bureau_id, state=ProblemState.CLOSED.value
    )
    rows = ProblemSource.objects.filter(pk__in=closed.values("source_id"))
    return list(rows.order_by("position", "pk"))


# --- the printed report -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundReport:
    """The report of a round in the words of the document; print and .docx show the same."""

    title: str
    mark: str
    order: list[str]
    sample: list[str]
    results: list[str]
    headings: list[str]
    rows: list[list[str]]
    conclusion: list[str]
    issuer: str
    day: str


# So many characters of a title fill a line (GB/T 9704: 22 pt in a type area of 156 mm).
LINE_OF_TITLE = 20


def _title_lines(title: str) -> list[str]:
    """A line is not broken within a word: what does not fit in one stands in two."""
    whole = _("“%(title)s”情况报告") % {"title": title}
    return [whole] if len(whole) <= LINE_OF_TITLE else [f"“{title}”", _("情况报告")]


def round_report(
    found: LookBackRound, record: RoundRecord, checkers: list[Person], *, on: date
) -> RoundReport:
    """The report as of a day, in the language of the document. No query; wants the bureau."""
    with override(DOCUMENT_LANGUAGE):
        ended = found.ended_on if found.ended_on and found.ended_on <= on else None
        mark = ""
        if found.is_cancelled:
            mark = _("已作废")
        elif ended is None:
            mark = _("检查未结束，截至%(day)s") % {"day": day_label(on)}
        return RoundReport(
            title="\n".join([found.bureau.name, *_title_lines(found.title)]),
            mark=mark,
            order=_order_words(found, checkers),
            sample=_sample_words(record),
            results=_result_words(record),
            headings=[
                _("序号"),
                _("问题"),
                _("牵头单位"),
                _("销号日期"),
                _("检查日期"),
                _("检查人"),
                _("结果"),
                _("情况"),
            ],
            rows=[_row(number, line) for number, line in enumerate(record.lines, 1)],
            conclusion=_lines(found.conclusion) if ended else [],
            issuer=found.bureau.name,
            day=day_label(ended or on),
        )


def _order_words(found: LookBackRound, checkers: list[Person]) -> list[str]:
    told = {
        "day": day_label(found.ordered_on),
        "bureau": found.bureau.name,
        "title": found.title,
        "document": found.document_number,
        "due": day_label(found.due_on),
    }
    if found.document_number:
        order = _("%(day)s，%(bureau)s以%(document)s部署“%(title)s”，要求于%(due)s前完成。")
    else:
        order = _("%(day)s，%(bureau)s部署“%(title)s”，要求于%(due)s前完成。")
    names = listed(each.name for each in checkers)
    return [
        order % told,
        _("检查人员：%(names)s。提交人和核查人不检查本人经手的问题。") % {"names": names},
    ]


def _sample_words(record: RoundRecord) -> list[str]:
    number = len(record.lines)
    if not number:
        return [_("尚未选取检查的问题。")]
    units = len({line.problem.unit_id for line in record.lines})
    by_source = Counter(line.problem.source.name for line in record.lines)
    sources = listed(
        _("%(source)s%(n)s个") % {"source": name, "n": n} for name, n in by_source.most_common()
    )
    text = _("从已销号的问题中选取%(n)s个进行检查，涉及%(units)s个单位。按来源分：%(sources)s。")
    return [text % {"n": number, "units": units, "sources": sources}]


def _result_words(record: RoundRecord) -> list[str]:
    counts = record.counts
    parts = [
        _("%(result)s%(n)s个") % {"result": LOOK_BACK_RESULT_LABELS[each], "n": counts[each]}
        for each in LookBackResult
    ]
    if counts[None]:
        parts.append(_("尚无结果%(n)s个") % {"n": counts[None]})
    lines = [_("共%(all)s个，其中%(parts)s。") % {"all": len(record.lines), "parts": listed(parts)}]
    if record.failed:
        lines.append(_("不到位和反弹的%(n)s个问题已重新整改。") % {"n": record.failed})
    return lines


def _row(number: int, line: ItemLine) -> list[str]:
    problem, found = line.problem, line.item.look_back if line.result else None
    return [
        str(number),
        problem.named_with_year,
        problem.unit.name,
        day_label(line.item.closed_then) if line.item.closed_then else "",
        day_label(found.on) if found else "",
        found.checker.name if found and found.checker else "",
        str(LOOK_BACK_RESULT_LABELS[line.result]) if line.result else "",
        found.note if found else "",
    ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
