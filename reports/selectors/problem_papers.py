"""Papers of problems: the ledger (问题台账) in the columns that are wanted, and the closing slip
(销号单) of one."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.problem_figures import ProblemTotals
from reports.domain.problems import LookBackResult, ProblemMove, ProblemState
from reports.models import (
    Evidence,
    Extension,
    LookBack,
    Measure,
    Problem,
    ProblemCause,
    Progress,
)
from reports.models import ProblemMove as MoveRow
from reports.models.choices import (
    EVIDENCE_KIND_LABELS,
    LOOK_BACK_RESULT_LABELS,
    PROBLEM_COLUMN_LABELS,
    EvidenceKind,
    ProblemColumn,
    clauses,
    day_label,
    listed,
    month_label,
)
from reports.selectors.minutes import full_name
from reports.selectors.problems import years_in_a_row
from reports.selectors.scope import Scope

C = ProblemColumn
USUAL = (
    C.NUMBER,
    C.TITLE,
    C.SOURCE,
    C.FOUND_ON,
    C.ENTERED_ON,
    C.MEASURES,
    C.UNIT,
    C.LEADER,
    C.DUE_ON,
    C.STATE,
)
# Both days stand as plain columns on every ledger; so do the number and the name.
ALWAYS = (C.NUMBER, C.TITLE, C.FOUND_ON, C.ENTERED_ON)
BATCH = 500


def columns_asked(codes: Iterable[str]) -> list[ProblemColumn]:
    """Codes of an address as columns, in the order of the full ledger. Pure.

    What is unknown is left out, what must be there is there; nothing asked gives the usual ones.
    """
    asked = {code for text in codes for code in text.split(",")}
    found = [column for column in C if column.value in asked]
    if not found:
        return list(USUAL)
    return [column for column in C if column in found or column in ALWAYS]


def column_label(column: ProblemColumn) -> str:
    """The heading of a column."""
    return str(PROBLEM_COLUMN_LABELS[column])


def in_ledger_order(rows: QuerySet[Problem]) -> list[int]:
    """The keys of the rows as a ledger has them: by bureau, year and number. One query.

    Numbers are compared part by part: 1, 1.1, 1.2, 1.10, 2.
    """
    keys = rows.select_related(None).order_by().values_list("pk", "bureau__path", "year", "number")

    def place(row: tuple[int, str, int, str]) -> tuple[str, int, list[int], int]:
        pk, path, year, number = row
        return path, year, [int(part) if part.isdigit() else 0 for part in number.split(".")], pk

    return [row[0] for row in sorted(keys, key=place)]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One problem with what its cells hold, by column: a day, or words."""

    problem: Problem
    cells: dict[ProblemColumn, Any]

    def values(self, columns: Sequence[ProblemColumn]) -> list[Any]:
        """The cells of these columns, in their order."""
        return [self.cells[column] for column in columns]


def ledger_rows(
    rows: QuerySet[Problem], keys: Sequence[int], columns: Sequence[ProblemColumn], *, on: date
) -> list[LedgerRow]:
    """The problems of these keys in their order, with the cells of the columns, as of a day.

    ``rows`` as ``problems_for`` gives them. One query for every 500 problems, and one for each of
    causes, themes, joint units, measures, moves, look-backs and earlier years whose column is
    wanted.
    """
    found: list[LedgerRow] = []
    for at in range(0, len(keys), BATCH):
        batch = keys[at : at + BATCH]
        people = rows.filter(pk__in=batch).select_related("unit", "source", "leader", "responsible")
        problems = {problem.pk: problem for problem in people.order_by()}
        beside = _Beside(list(problems), frozenset(columns), on)
        for problem in (problems[pk] for pk in batch if pk in problems):
            cells = {column: CELLS[column](problem, beside) for column in columns}
            found.append(LedgerRow(problem, cells))
    return found


class _Beside:
    """What stands with the problems of a batch; only what the columns want is read."""

    def __init__(self, keys: Sequence[int], columns: frozenset[ProblemColumn], on: date):
        self.on = on
        self.causes: dict[int, list[str]] = defaultdict(list)
        self.themes: dict[int, list[str]] = defaultdict(list)
        self.joint: dict[int, list[str]] = defaultdict(list)
        self.measures: dict[int, list[Measure]] = defaultdict(list)
        self.verifiers: dict[int, str] = {}
        self.look_backs: dict[int, list[LookBack]] = defaultdict(list)
        self.years: dict[int, int] = {}
        if C.CAUSES in columns:
            for pk, text in ProblemCause.objects.filter(problem__in=keys).values_list(
                "problem_id", "text"
            ):
                self.causes[pk].append(text)
        if C.THEMES in columns:
            themes = Problem.themes.through.objects.filter(problem__in=keys)
            for pk, name in themes.order_by("problemtheme__position").values_list(
                "problem_id", "problemtheme__name"
            ):
                self.themes[pk].append(name)
        if C.JOINT_UNITS in columns:
            joint = Problem.joint_units.through.objects.filter(problem__in=keys)
            for row in joint.select_related("unit").order_by("unit__path"):
                self.joint[row.problem_id].append(row.unit.label)
        if columns & {C.MEASURES, C.PROGRESS}:
            for problem_id, measure in measures_of(keys, on):
                self.measures[problem_id].append(measure)
        if C.VERIFIER in columns:
            self.verifiers = _verifiers(keys, on)
        if C.LOOK_BACK in columns:
            done = LookBack.objects.filter(problem__in=keys, on__lte=on).order_by("on", "pk")
            for each in done:
                self.look_backs[each.problem_id].append(each)
        if C.REPEATS in columns:
            self.years = _years(keys)


def measures_of(keys: Sequence[int], on: date) -> list[tuple[int, Measure]]:
    """The standing measures set by that day for each of the problems: one query.

    Each with ``told_on`` and ``told``, the last progress by then, and its unit.
    """
    last = Progress.objects.filter(measure=OuterRef("measure"), on__lte=on).order_by("-on", "-pk")
    through = (
        Measure.problems.through.objects.filter(
            problem__in=keys, measure__cancelled_at__isnull=True, measure__set_on__lte=on
        )
        .annotate(told_on=Subquery(last.values("on")[:1]), told=Subquery(last.values("text")[:1]))
        .select_related("measure__unit", "measure__responsible")
        .order_by("measure__set_on", "measure")
    )
    found = []
    for row in through:
        # One measure may answer several problems of the batch: each row has its own.
        row.measure.told_on, row.measure.told = row.told_on, row.told or ""
        found.append((row.problem_id, row.measure))
    return found


# Who found it in order: the closing of an own problem, the verifying of one from above.
VERIFYING = (ProblemMove.CLOSE.value, ProblemMove.VERIFY.value)


def _verifiers(keys: Sequence[int], on: date) -> dict[int, str]:
    """Who verified each problem last by that day; the first row of each is the latest."""
    found: dict[int, str] = {}
    moves = MoveRow.objects.filter(problem__in=keys, on__lte=on, move__in=VERIFYING)
    for move in moves.select_related("recorded_by", "signer").order_by("on", "pk"):
        if not (move.move == ProblemMove.CLOSE and move.from_state == ProblemState.AWAITING_ABOVE):
            found[move.problem_id] = name_of_mover(move)
    return found


def name_of_mover(move: MoveRow) -> str:
    """Who made a move; recorded from a signed sheet, who signed it. Wants both loaded."""
    if move.from_paper and move.signer is not None:
        return _("%(name)s（凭签批件录入）") % {"name": move.signer.name}
    user = move.recorded_by
    return (user.get_full_name() or user.get_username()) if user else ""


def _years(keys: Sequence[int]) -> dict[int, int]:
    """For how many years each problem that repeats another one is listed: one query."""
    chained = Problem.objects.filter(
        Q(repeats__isnull=False) | Q(repeated_by__isnull=False),
        bureau__in=Problem.objects.filter(pk__in=keys).values("bureau"),
    )
    columns = ("pk", "year", "repeats_id", "state", "cancelled_at")
    rows = list(chained.distinct().values_list(*columns))
    known = {
        pk: SimpleNamespace(pk=pk, year=year, repeats=None, state=state, is_cancelled=bool(gone))
        for pk, year, _earlier, state, gone in rows
    }
    for pk, _year, earlier, _state, _gone in rows:
        known[pk].repeats = known.get(earlier)
    return {pk: years_in_a_row(known[pk]) for pk in keys if pk in known and known[pk].repeats}


# --- cells --------------------------------------------------------------------------------------


def due_label(day: date | None, month_only: bool) -> str:
    """A due day, or its month."""
    if day is None:
        return ""
    if month_only:
        return _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}
    return day_label(day)


def _due(problem: Problem, beside: _Beside) -> Any:
    """A day stays a day; a month is said, and so is what is looked at again on a date."""
    if problem.due_then is None:
        if problem.review_on is None:
            return ""
        return _("长期坚持，%(day)s评估") % {"day": day_label(problem.review_on)}
    if problem.due_is_month:
        return due_label(problem.due_then, True)
    return problem.due_then


def _measures(problem: Problem, beside: _Beside) -> str:
    return _numbered([measure.title for measure in beside.measures.get(problem.pk, [])])


def _progress(problem: Problem, beside: _Beside) -> str:
    told = []
    for measure in beside.measures.get(problem.pk, []):
        if measure.told_on is None:
            told.append(_("尚无进展"))
        else:
            said = {"day": day_label(measure.told_on), "text": " ".join(measure.told.split())}
            told.append(_("%(day)s：%(text)s") % said)
    return _numbered(told)


def _numbered(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _document(problem: Problem, beside: object) -> str:
    if problem.source_day is None:
        return problem.source_document
    day = day_label(problem.source_day)
    return clauses([problem.source_document, day]) if problem.source_document else day


def _raised_by(problem: Problem, beside: object) -> str:
    if problem.raised_by or not problem.raised_from_above:
        return problem.raised_by
    return _("上级或外部")


def _look_back(problem: Problem, beside: _Beside) -> str:
    lines = [
        _("%(day)s：%(text)s")
        % {
            "day": day_label(each.on),
            "text": LOOK_BACK_RESULT_LABELS[LookBackResult(each.result)],
        }
        for each in beside.look_backs.get(problem.pk, [])
    ]
    if problem.look_back_on is not None and problem.look_back_on > beside.on:
        lines.append(_("拟于%(day)s") % {"day": day_label(problem.look_back_on)})
    return "\n".join(lines)


def _repeats(problem: Problem, beside: _Beside) -> str:
    years = beside.years.get(problem.pk)
    if years is None:
        return _("否")
    if years == 1:
        return _("往年已列入")
    return ngettext("连续%(n)s年列入", "连续%(n)s年列入", years) % {"n": years}


def _closed_on(problem: Problem, beside: _Beside) -> date | str:
    return (problem.closed_then or "") if problem.state_then == ProblemState.CLOSED else ""


CELLS: dict[ProblemColumn, Callable[[Problem, _Beside], Any]] = {
    C.NUMBER: lambda p, beside: _("%(year)s年%(number)s") % {"year": p.year, "number": p.number},
    C.TITLE: lambda p, beside: p.title,
    C.SOURCE: lambda p, beside: p.source.name,
    C.DOCUMENT: _document,
    C.RAISED_BY: _raised_by,
    C.FOUND_ON: lambda p, beside: p.found_on,
    C.ENTERED_ON: lambda p, beside: localtime(p.recorded_at).date(),
    C.THEMES: lambda p, beside: listed(beside.themes.get(p.pk, [])),
    C.DESCRIPTION: lambda p, beside: p.description,
    C.CAUSES: lambda p, beside: _numbered(beside.causes.get(p.pk, [])),
    C.TARGET: lambda p, beside: p.target,
    C.STANDARD: lambda p, beside: p.standard,
    C.MEASURES: _measures,
    C.UNIT: lambda p, beside: p.unit.label,
    C.JOINT_UNITS: lambda p, beside: listed(beside.joint.get(p.pk, [])),
    C.LEADER: lambda p, beside: p.leader.name if p.leader else "",
    C.TAKEN_ON: lambda p, beside: _("是") if p.taken_on else "",
    C.RESPONSIBLE: lambda p, beside: p.responsible.name if p.responsible else "",
    C.DUE_ON: _due,
    C.KIND: lambda p, beside: str(p.get_kind_display()),
    C.PROGRESS: _progress,
    C.STATE: lambda p, beside: str(_("已作废")) if p.is_cancelled else str(p.state_word),
    C.CLOSED_ON: _closed_on,
    C.VERIFIER: lambda p, beside: (
        beside.verifiers.get(p.pk, "") if p.state_then == ProblemState.CLOSED else ""
    ),
    C.LOOK_BACK: _look_back,
    C.REPEATS: _repeats,
    C.COUNTS: lambda p, beside: _("计入") if p.counts else _("不计入"),
    C.FORMER_NUMBERS: lambda p, beside: listed(p.former_numbers.split()),
}


def totals_words(totals: ProblemTotals) -> str:
    """计入问题数49个：已销号36、基本完成7、其余在办6；另有不计数1条. Only the flagged count."""
    told = {
        "n": totals.counted,
        "closed": totals.closed,
        "nearly": totals.nearly,
        "open": totals.open,
    }
    words = [
        ngettext(
            "计入问题数%(n)s个：已销号%(closed)s、基本完成%(nearly)s、其余在办%(open)s",
            "计入问题数%(n)s个：已销号%(closed)s、基本完成%(nearly)s、其余在办%(open)s",
            totals.counted,
        )
        % told
    ]
    if n := totals.uncounted:
        words.append(ngettext("另有不计数%(n)s条", "另有不计数%(n)s条", n) % {"n": n})
    if n := totals.left_out:
        words.append(ngettext("已并入或不予列入%(n)s条", "已并入或不予列入%(n)s条", n) % {"n": n})
    return _("；").join(words)


# --- the closing slip ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of the slip: what it is about, and the paragraphs that stand there."""

    label: str
    lines: tuple[str, ...]
    signed: bool = False


@dataclass(frozen=True, slots=True)
class ClosingSlip:
    """Everything the closing slip says, in order; what was not recorded is left out."""

    title: str
    issuer: str
    number: str
    lines: tuple[SlipLine, ...]
    day: str
    mark: str = ""

    @property
    def name(self) -> str:
        """The title on one line."""
        return self.title.split("\n")[-1]


def with_slip_facts(rows: QuerySet[Problem], on: date) -> QuerySet[Problem]:
    """What a slip says of extensions and look-backs by that day, read with the problem itself."""
    granted = Extension.objects.filter(
        problem=OuterRef("pk"), granted=True, decided_on__lte=on
    ).order_by("decided_on", "pk")
    looked = LookBack.objects.filter(problem=OuterRef("pk"), on__lte=on).order_by("-on", "-pk")
    return rows.annotate(
        first_due_on=Subquery(granted.values("old_due_on")[:1]),
        looked_on=Subquery(looked.values("on")[:1]),
        look_result=Subquery(looked.values("result")[:1]),
    ).select_related("unit", "bureau", "source", "leader", "responsible")


def closing_slip(problem: Problem, scope: Scope, *, on: date) -> ClosingSlip | None:
    """The slip of a problem that is closed on that day, in the language of the document.

    ``problem`` as ``with_slip_facts`` of rows of ``problems_for`` gives it. None while it is open:
    there is no slip before the closing. Five queries; evidence outside the scope is not named.
    """
    if problem.state_then != ProblemState.CLOSED:
        return None
    with override(DOCUMENT_LANGUAGE):
        moves = list(
            problem.moves.filter(on__lte=on)
            .select_related("recorded_by", "leader", "signer")
            .order_by("on", "pk")
        )
        made = [
            *_what(problem),
            *_done(problem, scope, on),
            *_signed(problem, moves),
            *_afterwards(problem),
        ]
        return ClosingSlip(
            title=f"{problem.bureau.name}\n{_('问题销号单')}",
            issuer=problem.bureau.name,
            number=_("%(year)s年第%(number)s号") % {"year": problem.year, "number": problem.number},
            lines=tuple(line for line in made if line.lines),
            day=day_label(problem.closed_then),
            mark=_("本记录已作废，不计入任何数字") if problem.is_cancelled else "",
        )


def _line(label: str, *texts: str, signed: bool = False) -> SlipLine:
    lines = [part.strip() for text in texts for part in text.splitlines() if part.strip()]
    return SlipLine(label, tuple(lines), signed)


def _what(problem: Problem) -> list[SlipLine]:
    """What it was, where it came from and why: two queries."""
    source = [problem.source.name]
    if document := _document(problem, None):
        source.append(document)
    if raised := _raised_by(problem, None):
        source.append(_("%(who)s提出") % {"who": raised})
    causes = [
        _("%(kind)s：%(text)s") % {"kind": cause.kind.name, "text": cause.text}
        if cause.kind
        else cause.text
        for cause in problem.causes.select_related("kind")
    ]
    joint = [unit.label for unit in problem.joint_units.order_by("path")]
    unit = [full_name(problem.unit, problem.bureau)]
    if joint:
        unit.append(_("配合单位：%(units)s") % {"units": listed(joint)})
    due = due_label(problem.due_then, problem.due_is_month)
    if due and problem.first_due_on is not None:
        told = {"day": due, "first": due_label(problem.first_due_on, problem.due_is_month)}
        due = _("%(day)s（原期限%(first)s，经批准延期）") % told
    found = day_label(problem.found_on)
    entered = day_label(localtime(problem.recorded_at).date())
    return [
        _line(_("问题"), problem.title),
        _line(_("具体表现"), problem.description),
        _line(_("来源"), clauses(source)),
        _line(
            _("发现日期"),
            _("%(found)s（%(entered)s录入）") % {"found": found, "entered": entered},
        ),
        _line(_("原因"), _numbered(causes)),
        _line(_("整改目标"), problem.target),
        _line(_("销号标准"), problem.standard),
        _line(_("牵头单位"), *unit),
        _line(_("责任人"), problem.responsible.name if problem.responsible else ""),
        _line(_("整改期限"), due),
    ]


def _done(problem: Problem, scope: Scope, on: date) -> list[SlipLine]:
    """What was done, with its results and what proves it: two queries."""
    measures = [measure for _pk, measure in measures_of([problem.pk], on)]
    lines = []
    for number, measure in enumerate(measures, start=1):
        lines.append(f"{number}. {measure.title}（{_how_it_ended(measure, on)}）")
        if measure.told:
            lines.append(_("结果：%(text)s") % {"text": " ".join(measure.told.split())})
    proof = Evidence.objects.filter(
        Q(uses__problem=problem)
        | Q(uses__measure__problems=problem)
        | Q(uses__progress__measure__problems=problem)
    )
    shown = scope.limit(Evidence.objects.proving()).filter(pk__in=proof.values("pk"))
    evidence = [
        f"{number}. {_evidence(each)}"
        for number, each in enumerate(shown.order_by("recorded_at", "pk"), start=1)
    ]
    return [_line(_("措施及结果"), *lines), _line(_("佐证材料"), *evidence)]


def _how_it_ended(measure: Measure, on: date) -> str:
    words = [measure.unit.label]
    if measure.done_on is not None and measure.done_on <= on:
        words.append(_("%(day)s完成") % {"day": day_label(measure.done_on)})
    elif measure.dropped_on is not None and measure.dropped_on <= on:
        told = {"day": day_label(measure.dropped_on), "why": measure.dropped_because}
        words.append(_("%(day)s终止：%(why)s") % told)
    return clauses(words)


def _evidence(each: Evidence) -> str:
    words = _("%(kind)s：%(title)s") % {
        "kind": EVIDENCE_KIND_LABELS[EvidenceKind(each.kind)],
        "title": each.title,
    }
    if not each.is_reference:
        return words
    where = [each.reference_number, each.reference_item] if each.reference_number else []
    kept = _("%(keeper)s保管") % {"keeper": each.reference_keeper}
    return clauses([words, *(part for part in where if part), kept])


def _signed(problem: Problem, moves: Sequence[MoveRow]) -> list[SlipLine]:
    """Who submitted, was in charge and verified, each with the day; the decision from above."""

    def last(wanted: Callable[[MoveRow], bool]) -> MoveRow | None:
        return next((move for move in reversed(moves) if wanted(move)), None)

    closing = last(lambda m: m.to_state == ProblemState.CLOSED)
    submission = last(lambda m: m.move == ProblemMove.SUBMIT)
    found = []
    if submission is not None:
        found.append(_line(_("提交人"), _named(submission), submission.reason, signed=True))
    if closing is None:
        return found
    if closing.move == ProblemMove.FOLLOW:
        told = _("其下计入问题数的问题已全部销号，随之销号。")
        return [*found, _line(_("销号"), told, signed=True)]
    leader = closing.leader or problem.leader
    if leader is not None:
        words = _("%(name)s，%(day)s") % {"name": leader.name, "day": day_label(closing.on)}
        found.append(_line(_("责任领导"), words, signed=True))
    from_above = closing.from_state == ProblemState.AWAITING_ABOVE
    verifying = last(lambda m: m.move == ProblemMove.VERIFY) if from_above else closing
    if verifying is not None:
        label = _("上级代为核查") if verifying.second_key else _("核查人")
        found.append(_line(label, _named(verifying), verifying.reason, signed=True))
    if from_above:
        document = decision_words(closing.decision_document)
        told = {"who": _raised_by(problem, None), "document": document}
        words = _("%(who)s认定，%(document)s") % told
        found.append(_line(_("上级认定"), words, closing.reason, signed=True))
        entered = _("%(name)s，%(day)s") % {
            "name": name_of_mover(closing),
            "day": day_label(closing.on),
        }
        found.append(_line(_("销号登记"), entered, signed=True))
    return found


# The number of a decision is kept with its day behind it.
ISO_DAY = re.compile(r"(?<=（)(\d{4})-(\d{2})-(\d{2})(?=）$)")


def decision_words(document: str) -> str:
    """The paper of a decision as it is kept, with the day behind it in words."""
    return ISO_DAY.sub(_in_words, document)


def _in_words(found: re.Match[str]) -> str:
    return day_label(date(*(int(part) for part in found.groups())))


def _named(move: MoveRow) -> str:
    return _("%(name)s，%(day)s") % {"name": name_of_mover(move), "day": day_label(move.on)}


def _afterwards(problem: Problem) -> list[SlipLine]:
    looked = ""
    if problem.looked_on is not None and problem.looked_on >= problem.closed_then:
        result = LOOK_BACK_RESULT_LABELS[LookBackResult(problem.look_result)]
        looked = _("%(day)s：%(text)s") % {"day": day_label(problem.looked_on), "text": result}
    elif problem.look_back_on is not None:
        looked = _("拟于%(day)s") % {"day": day_label(problem.look_back_on)}
    word = problem.state_word
    return [
        _line(
            _("结论"),
            _("%(day)s%(word)s。") % {"day": day_label(problem.closed_then), "word": word},
        ),
        _line(_("回头看"), looked),
    ]
