"""The moves of a problem: each is a row with who, when and why, written with the new state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.measures import MeasureDraft, set_measure
from reports.actions.refusals import Refused
from reports.domain.measures import MeasureFacts, due_day
from reports.domain.problems import (
    Decision,
    ProblemClass,
    ProblemFacts,
    ProblemMove,
    ProblemState,
    reasons_against_move,
    step_of,
)
from reports.models import LookBack, Meeting, Person, Problem, ProblemSource, Unit
from reports.models import ProblemMove as MoveRow
from reports.models.choices import PROBLEM_STATE_LABELS, refusal_sentence


class CannotMoveProblem(Refused):
    """The move is not allowed, with every reason."""


class CannotRegisterProblem(Refused):
    """The problem cannot be registered like this."""


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A problem as entered; ``meeting`` is the one that raised it."""

    unit: Unit
    title: str
    source: ProblemSource
    found_on: date
    description: str = ""
    cause: str = ""
    source_document: str = ""
    raised_from_above: bool = False
    raised_by: str = ""
    kind: ProblemClass = ProblemClass.DATED
    counts: bool = True
    due_on: date | None = None
    due_is_month: bool = False
    leader: Person | None = None
    responsible: Person | None = None
    repeats: Problem | None = None
    parent: Problem | None = None
    as_published: bool = False
    joint_units: tuple[Unit, ...] = field(default_factory=tuple)
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision recorded from a signed sheet (凭签批件录入)."""

    signer: Person


def register_problem(draft: ProblemDraft, *, by: User | None, at: datetime, today: date) -> Problem:
    """Register one problem; see ``register_problems``. Refuses to enter the same one twice."""
    twin = Problem.objects.standing().filter(
        unit=draft.unit, title=draft.title.strip(), found_on=draft.found_on
    )
    if again := twin.first():
        raise CannotRegisterProblem(
            [_("该问题已经登记，编号%(number)s。") % {"number": again.number}]
        )
    return register_problems([draft], by=by, at=at, today=today)[0]


@transaction.atomic
def register_problems(
    drafts: Sequence[ProblemDraft],
    *,
    by: User | None,
    at: datetime | Sequence[datetime],
    today: date,
) -> list[Problem]:
    """Register problems, all or none; numbers run within bureau and year, children as 1.1.

    Refuses an empty title, a day of finding in the future, a due date before it, and a unit that
    belongs to no bureau. The registration counts from the day the problem was found.
    """
    moments = [at] * len(drafts) if isinstance(at, datetime) else list(at)
    for draft in drafts:
        _refuse_bad_draft(draft, today)
    numbers = _Numbers()
    problems = []
    for draft, moment in zip(drafts, moments, strict=True):
        problems.append(
            Problem(
                bureau_id=draft.unit.bureau_id,
                unit=draft.unit,
                year=draft.found_on.year,
                number=numbers.next(draft),
                parent=draft.parent,
                title=draft.title.strip(),
                description=draft.description,
                cause=draft.cause,
                source=draft.source,
                source_document=draft.source_document,
                raised_from_above=draft.raised_from_above,
                raised_by=draft.raised_by,
                kind=draft.kind.value,
                counts=draft.counts,
                found_on=draft.found_on,
                due_on=draft.due_on and due_day(draft.due_on, draft.due_is_month),
                due_is_month=draft.due_is_month,
                leader=draft.leader,
                responsible=draft.responsible,
                repeats=draft.repeats,
                as_published=draft.as_published,
                meeting=draft.meeting,
                recorded_at=moment,
                recorded_by=by,
            )
        )
    bulk_create(Problem, problems, by=by, at=max(moments))
    for draft, problem in zip(drafts, problems, strict=True):
        if draft.joint_units:
            problem.joint_units.set(draft.joint_units)
    MoveRow.objects.bulk_create(
        MoveRow(
            problem=problem,
            move=ProblemMove.REGISTER.value,
            to_state=ProblemState.REGISTERED.value,
            on=problem.found_on,
            recorded_at=problem.recorded_at,
            recorded_by=by,
        )
        for problem in problems
    )
    return problems


EDITABLE = (
    "unit",
    "title",
    "description",
    "cause",
    "source",
    "source_document",
    "raised_from_above",
    "raised_by",
    "kind",
    "counts",
    "found_on",
    "due_on",
    "due_is_month",
    "leader",
    "responsible",
    "repeats",
    "parent",
)


@transaction.atomic
def edit_problem(*, problem_id: int, draft: ProblemDraft, today: date) -> Problem:
    """Correct entered fields; state, number, year and bureau move only by actions of their own.

    Once assigned, the due day is changed by an extension, not by editing. Refuses what
    registering refuses, another bureau or year, a day of finding after a move that was made, and
    a circle of parents or of problems that repeat each other.
    """
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    _refuse_bad_draft(draft, today)
    reasons = []
    if problem.is_cancelled:
        reasons.append(_("该问题已作废，不能再修改。"))
    if draft.unit.bureau_id != problem.bureau_id:
        reasons.append(_("不能改到别的分局；请作废后在该分局登记。"))
    if draft.found_on.year != problem.year:
        reasons.append(_("编号按年度编排，发现日期不能改到别的年度；请作废后重新登记。"))
    first_move = problem.moves.exclude(move="register").order_by("on").first()
    if first_move and draft.found_on > first_move.on:
        reasons.append(_("发现日期不能晚于已有的流转日期。"))
    due_on = draft.due_on and due_day(draft.due_on, draft.due_is_month)
    if problem.state != ProblemState.REGISTERED and due_on != problem.due_on:
        reasons.append(_("交办后期限不能直接修改，请申请延期。"))
    if _leads_back(problem, draft.parent, "parent") or _leads_back(
        problem, draft.repeats, "repeats"
    ):
        reasons.append(_("问题之间不能互为上级，也不能互为往年同一问题。"))
    if reasons:
        raise CannotRegisterProblem(reasons)
    for name in EDITABLE:
        setattr(problem, name, getattr(draft, name))
    problem.title, problem.kind, problem.due_on = draft.title.strip(), draft.kind.value, due_on
    problem.joint_units.set(draft.joint_units)
    problem.save()
    # The registration counts from the day of finding, corrected or not.
    problem.moves.filter(move="register").update(on=problem.found_on)
    return problem


def _leads_back(problem: Problem, other: Problem | None, through: str) -> bool:
    """Whether following the column from ``other`` arrives at the problem."""
    seen: set[int] = set()
    while other is not None and other.pk not in seen:
        if other.pk == problem.pk:
            return True
        seen.add(other.pk)
        other = getattr(other, through)
    return False


@transaction.atomic
def assign_problem(
    *, problem_id: int, by: User, at: datetime, today: date, measure_title: str = "", **how: Any
) -> Problem:
    """Assign (交办), with a measure for the lead unit at once where its title is given.

    ``how``: what ``move_problem`` takes. The measure is due when the problem is.
    """
    problem = move_problem(
        problem_id=problem_id, move=ProblemMove.ASSIGN, by=by, at=at, today=today, **how
    )
    if measure_title.strip():
        set_measure(
            MeasureDraft(
                unit=problem.unit,
                title=measure_title,
                set_on=how["on"],
                problems=(problem,),
                responsible=problem.responsible,
                due_on=problem.due_on,
                due_is_month=problem.due_is_month,
            ),
            by=by,
            at=at,
            today=today,
        )
    return problem


@transaction.atomic
def move_problem(
    *,
    problem_id: int,
    move: ProblemMove,
    on: date,
    by: User,
    at: datetime,
    today: date,
    expected_state: str | None = None,
    reason: str = "",
    cause: str = "",
    leader: Person | None = None,
    responsible: Person | None = None,
    due_on: date | None = None,
    due_is_month: bool = False,
    decision: Decision | None = None,
    signed: Signed | None = None,
) -> Problem:
    """Make one move. Of two who press at once the second is told what the first did.

    ``cause``, ``leader``, ``responsible``, ``due_on`` come with assigning, ``due_on`` also with
    re-opening; ``decision`` with closing what was raised from above; ``signed`` when recorded
    from paper. Refuses with every reason.
    """
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    if problem.is_cancelled:
        raise CannotMoveProblem([_("该问题已作废，不能再办理。")])
    if expected_state is not None and problem.state != expected_state:
        raise CannotMoveProblem([already_moved(problem)])
    if leader is not None:
        problem.leader = leader
    if responsible is not None:
        problem.responsible = responsible
    if cause.strip():
        problem.cause = cause.strip()
    if due_on is not None:
        problem.due_on = due_day(due_on, due_is_month)
        problem.due_is_month = due_is_month
    facts = facts_of(problem)
    refusals = reasons_against_move(
        move,
        facts,
        on=on,
        by=by.pk,
        today=today,
        measures=measure_facts(problem),
        reason=reason,
        decision=decision,
    )
    reasons = [refusal_sentence(refusal) for refusal in refusals]
    if move == ProblemMove.ASSIGN:
        reasons += _against_assigning(problem)
    elif move == ProblemMove.REOPEN and due_on is not None and due_on < on:
        reasons.append(_("新的整改期限早于重新整改的日期。"))
    if reasons:
        raise CannotMoveProblem(reasons)
    step = step_of(move, facts)
    assert step is not None  # otherwise the move was refused
    before, problem.state = problem.state, step.after.value
    _note_people(problem, move, on, by)
    problem._change_reason = move.value
    problem.save()
    MoveRow.objects.create(
        problem=problem,
        move=move.value,
        from_state=before,
        to_state=problem.state,
        on=on,
        reason=reason.strip(),
        leader=problem.leader if move == ProblemMove.CLOSE else None,
        decision_document=_document(decision),
        from_paper=signed is not None,
        signer=signed.signer if signed else None,
        recorded_at=at,
        recorded_by=by,
    )
    return problem


@transaction.atomic
def cancel_problem(*, problem_id: int, because: str, by: User, at: datetime) -> Problem:
    """A problem entered by mistake: stays visible with the reason, counts nothing."""
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    if problem.is_cancelled:
        raise CannotMoveProblem([_("该问题已作废。")])
    if not because.strip():
        raise CannotMoveProblem([_("请写明作废原因。")])
    problem.cancelled_at, problem.cancelled_by = at, by
    problem.cancelled_because = because.strip()
    problem.save()
    return problem


@transaction.atomic
def look_back(
    *, problem_id: int, on: date, passed: bool, note: str, by: User, at: datetime, today: date
) -> LookBack:
    """A later check of a closed problem; failing it re-opens the problem."""
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    if problem.state != ProblemState.CLOSED:
        raise CannotMoveProblem([_("只有已销号的问题才需要回头看。")])
    if on > today or (problem.closed_on and on < problem.closed_on):
        raise CannotMoveProblem([_("回头看日期应在销号日期与今天之间。")])
    if not passed:
        move_problem(
            problem_id=problem_id,
            move=ProblemMove.REOPEN,
            on=on,
            by=by,
            at=at,
            today=today,
            reason=note,
        )
    return LookBack.objects.create(
        problem=problem, on=on, passed=passed, note=note, recorded_at=at, recorded_by=by
    )


def facts_of(problem: Problem) -> ProblemFacts:
    """What the rules ask of a stored problem; people are compared by the keys of their logins.

    A leader without a login is nobody's login: a key below zero keeps the third name apart.
    """
    last = problem.moves.aggregate(last=Max("on"))["last"]
    return ProblemFacts(
        state=ProblemState(problem.state),
        found_on=problem.found_on,
        problem_class=ProblemClass(problem.kind),
        last_move_on=last,
        from_above=problem.raised_from_above,
        submitted_by=problem.submitted_by_id,
        leader=_login_of(problem.leader),
    )


def measure_facts(problem: Problem) -> list[MeasureFacts]:
    """The measures that answer the problem, without the cancelled ones."""
    return [
        MeasureFacts(m.title, done_on=m.done_on, dropped_on=m.dropped_on)
        for m in problem.measures.standing().order_by("pk")
    ]


def _login_of(person: Person | None) -> int | None:
    if person is None:
        return None
    return person.user_id if person.user_id is not None else -person.pk


def already_moved(problem: Problem) -> str:
    """Who moved the problem before, and where it stands now."""
    last = problem.moves.select_related("recorded_by").order_by("-pk").first()
    who = last.recorded_by if last else None
    return _("%(who)s已先办理：问题现处“%(state)s”，请核对后再办。") % {
        "who": (who.get_full_name() or who.get_username()) if who else _("他人"),
        "state": PROBLEM_STATE_LABELS[ProblemState(problem.state)],
    }


def _against_assigning(problem: Problem) -> list[str]:
    reasons = []
    if not problem.cause.strip():
        reasons.append(_("交办前请先写明原因。"))
    if problem.kind == ProblemClass.DATED and problem.due_on is None:
        reasons.append(_("限期整改的问题须有整改期限。"))
    if problem.due_on and problem.due_on < problem.found_on:
        reasons.append(_("整改期限早于发现日期。"))
    return reasons


def _note_people(problem: Problem, move: ProblemMove, on: date, by: User) -> None:
    if move == ProblemMove.SUBMIT:
        problem.submitted_by = by
    elif move == ProblemMove.CLOSE:
        problem.closed_on, problem.closed_by = on, by
    elif move == ProblemMove.REOPEN:
        problem.closed_on = problem.closed_by = None
        problem.reopened += 1


def _document(decision: Decision | None) -> str:
    if decision is None or not decision.document.strip():
        return ""
    day = f"（{decision.on}）" if decision.on else ""
    return f"{decision.document.strip()}{day}"


def _refuse_bad_draft(draft: ProblemDraft, today: date) -> None:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写问题。"))
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能登记问题。"))
    if draft.found_on > today:
        reasons.append(_("发现日期不能晚于今天。"))
    if draft.due_on and draft.due_on < draft.found_on:
        reasons.append(_("整改期限早于发现日期。"))
    if draft.raised_from_above and not draft.raised_by.strip():
        reasons.append(_("上级或外部提出的问题，请填写提出机关。"))
    if draft.parent and draft.parent.bureau_id != draft.unit.bureau_id:
        reasons.append(_("上级问题须属于同一分局。"))
    if draft.meeting and draft.meeting.bureau_id != draft.unit.bureau_id:
        reasons.append(_("提出问题的会议须属于同一分局。"))
    if reasons:
        raise CannotRegisterProblem(reasons)


class _Numbers:
    """The next free number within bureau and year; the bureau is locked, so none is given twice."""

    def __init__(self) -> None:
        self.used: dict[tuple[int, int, int | None], int] = {}

    def next(self, draft: ProblemDraft) -> str:
        key = draft.unit.bureau_id, draft.found_on.year, draft.parent and draft.parent.pk
        if key not in self.used:
            list(Unit.objects.select_for_update().filter(pk=key[0]).values_list("pk"))
            taken = Problem.objects.filter(bureau=key[0], year=key[1], parent=key[2])
            numbers = taken.values_list("number", flat=True)
            self.used[key] = max((int(n.rpartition(".")[2]) for n in numbers), default=0)
        self.used[key] += 1
        own = str(self.used[key])
        return f"{draft.parent.number}.{own}" if draft.parent else own
