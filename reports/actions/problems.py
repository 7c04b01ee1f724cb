"""The moves of a problem: each is a row with who, when and why, written with the new state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.actions.history import bulk_create, link_new
from reports.actions.initials import initials_of
from reports.actions.measures import MeasureDraft, set_measure
from reports.actions.refusals import Refused
from reports.domain.deadlines import Within, due_within
from reports.domain.measures import due_day
from reports.domain.problems import (
    ENDED,
    LEFT_OUT,
    Decision,
    LookBackResult,
    ProblemClass,
    ProblemMove,
    ProblemState,
    Target,
    reasons_against_look_back,
    reasons_against_move,
    state_from_items,
    step_of,
)
from reports.models import (
    AccountGiven,
    CauseKind,
    LookBack,
    Meeting,
    Person,
    Problem,
    ProblemCause,
    ProblemReview,
    ProblemSource,
    ProblemTheme,
    Unit,
    WorkRecord,
)
from reports.models import ProblemMove as MoveRow
from reports.models.choices import (
    AGAINST_LOOK_BACK_SENTENCES,
    PROBLEM_STATE_LABELS,
    listed,
    refusal_sentence,
)
from reports.selectors.calendar import holidays
from reports.selectors.problem_facts import facts_of, login_of, measure_facts


class CannotMoveProblem(Refused):
    """The move is not allowed, with every reason."""


class CannotRegisterProblem(Refused):
    """The problem cannot be registered like this."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason of a problem, with its kind where that is known."""

    text: str
    kind: CauseKind | None = None


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A problem as entered; ``meeting``, ``record`` or ``account`` is what brought it to light.

    ``within`` gives the due day as a number of days from the day the paper was received, or else
    the problem was found; it takes the place of ``due_on``.
    """

    unit: Unit
    title: str
    source: ProblemSource
    found_on: date
    description: str = ""
    causes: tuple[Cause, ...] = ()
    themes: tuple[ProblemTheme, ...] = ()
    source_document: str = ""
    source_day: date | None = None
    received_on: date | None = None
    reply_due_on: date | None = None
    replied_on: date | None = None
    reply_document: str = ""
    raised_from_above: bool = False
    raised_by: str = ""
    kind: ProblemClass = ProblemClass.DATED
    counts: bool = True
    due_on: date | None = None
    due_is_month: bool = False
    within: Within | None = None
    review_on: date | None = None
    target: str = ""
    standard: str = ""
    taken_on: bool = False
    leader: Person | None = None
    responsible: Person | None = None
    repeats: Problem | None = None
    parent: Problem | None = None
    as_published: bool = False
    joint_units: tuple[Unit, ...] = field(default_factory=tuple)
    meeting: Meeting | None = None
    record: WorkRecord | None = None
    account: AccountGiven | None = None
    imported_from: str = ""
    imported_row: int | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """A decision recorded from a signed sheet (凭签批件录入)."""

    signer: Person


@transaction.atomic
def register_problem(draft: ProblemDraft, *, by: User | None, at: datetime, today: date) -> Problem:
    """Register one problem; see ``register_problems``. Refuses to enter the same one twice."""
    if draft.parent is not None:
        _locked(draft.parent.pk)
    # Of the same page sent twice at once the second finds what the first has registered.
    list(Unit.objects.select_for_update().filter(pk=draft.unit.bureau_id).values_list("pk"))
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

    Refuses an empty title, a day of finding in the future, a due date before it, a unit that
    belongs to no bureau, a place below what has ended, and an own item that would count below what
    a body above raised. The registration counts from the day the problem was found.
    """
    moments = [at] * len(drafts) if isinstance(at, datetime) else list(at)
    for draft in drafts:
        _refuse_bad_draft(draft, today)
        if reasons := _against_parent(draft):
            raise CannotRegisterProblem(reasons)
    numbers = _Numbers()
    problems = []
    for draft, moment in zip(drafts, moments, strict=True):
        fields = {name: getattr(draft, name) for name in EDITABLE}
        problems.append(
            Problem(
                **fields
                | _dates_of(draft)
                | {"title": draft.title.strip(), "kind": draft.kind.value},
                initials=initials_of(draft.title, limit=200),
                bureau_id=draft.unit.bureau_id,
                year=draft.found_on.year,
                number=numbers.next(draft),
                parent=draft.parent,
                as_published=draft.as_published,
                meeting=draft.meeting,
                record=draft.record,
                account=draft.account,
                imported_from=draft.imported_from,
                imported_row=draft.imported_row,
                recorded_at=moment,
                recorded_by=by,
            )
        )
    bulk_create(Problem, problems, by=by, at=max(moments))
    causes = [
        ProblemCause(problem=problem, kind=cause.kind, text=cause.text.strip(), position=position)
        for draft, problem in zip(drafts, problems, strict=True)
        for position, cause in enumerate(_said(draft.causes), 1)
    ]
    bulk_create(ProblemCause, causes, by=by, at=max(moments))
    for name in ("joint_units", "themes"):
        others = [getattr(draft, name) for draft in drafts]
        link_new(Problem, name, zip(problems, others, strict=True))
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
    for problem, moment in zip(problems, moments, strict=True):
        _let_those_above_follow(problem, on=problem.found_on, by=by, at=moment)
    return problems


# What is entered and may be corrected as it stands; everything else moves by an action of its own.
EDITABLE = (
    "unit",
    "title",
    "description",
    "source",
    "source_document",
    "source_day",
    "received_on",
    "reply_due_on",
    "replied_on",
    "reply_document",
    "raised_from_above",
    "raised_by",
    "kind",
    "counts",
    "found_on",
    "review_on",
    "target",
    "standard",
    "taken_on",
    "leader",
    "responsible",
    "repeats",
)


def _said(causes: Sequence[Cause]) -> list[Cause]:
    return [cause for cause in causes if cause.text.strip()]


def _dates_of(draft: ProblemDraft) -> dict[str, object]:
    """The due day as given, or worked out from a number of days."""
    if draft.within is not None:
        begin = draft.received_on or draft.found_on
        return {
            "due_on": due_within(begin, draft.within, holidays()),
            "due_is_month": False,
            "due_within": draft.within.days,
            "due_in_workdays": draft.within.workdays,
        }
    return {
        "due_on": draft.due_on and due_day(draft.due_on, draft.due_is_month),
        "due_is_month": draft.due_is_month,
        "due_within": None,
        "due_in_workdays": False,
    }


@transaction.atomic
def edit_problem(
    *, problem_id: int, draft: ProblemDraft, by: User | None, at: datetime, today: date
) -> Problem:
    """Correct entered fields; state, year and bureau move only by actions of their own.

    Once assigned, the due day is changed by an extension, not by editing. Put under another
    problem, it gets a new number there and keeps the old one as a former number; those beside it
    keep theirs. Refuses what registering refuses, another bureau or year, a day of finding after
    a move that was made, a circle of parents or of problems that repeat each other, and to change
    who raised it once it is verified, or while others count below it.
    """
    problem = _locked(problem_id)
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
    dates = _dates_of(draft)
    if draft.within is None and dates["due_on"] == problem.due_on:
        dates = {}
    elif problem.state != ProblemState.REGISTERED:
        reasons.append(_("交办后期限不能直接修改，请申请延期。"))
    if _leads_back(problem, draft.parent, "parent") or _leads_back(
        problem, draft.repeats, "repeats"
    ):
        reasons.append(_("问题之间不能互为上级，也不能互为往年同一问题。"))
    if draft.parent != problem.parent or (draft.counts and not problem.counts):
        reasons += _against_parent(draft)
    reasons += _against_raiser(problem, draft)
    if reasons:
        raise CannotRegisterProblem(reasons)
    former = problem.parent
    counted = problem.counts
    for name in EDITABLE:
        setattr(problem, name, getattr(draft, name))
    for name, value in dates.items():
        setattr(problem, name, value)
    problem.title, problem.kind = draft.title.strip(), draft.kind.value
    problem.initials = initials_of(problem.title, limit=200)
    if draft.parent != former:
        _put_under(problem, draft.parent)
    problem.joint_units.set(draft.joint_units)
    problem.themes.set(draft.themes)
    problem.save()
    _set_causes(problem, draft.causes)
    # The registration counts from the day of finding, corrected or not.
    problem.moves.filter(move="register").update(on=problem.found_on)
    if draft.parent != former or draft.counts != counted:
        _let_those_above_follow(problem, on=today, by=by, at=at)
        if former is not None and draft.parent != former:
            _follow(former, on=today, by=by, at=at)
    return problem


@transaction.atomic
def change_due_day(
    *,
    problem_id: int,
    due_on: date | None = None,
    due_is_month: bool = False,
    within: Within | None = None,
) -> Problem:
    """Set the due day of a problem that is only registered: a day, a month, or a number of days.

    Refuses what is assigned already (that asks for an extension), cancelled, kept up for good, a
    day before the problem was found, and no day at all.
    """
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    reasons = []
    if problem.is_cancelled:
        reasons.append(_("该问题已作废，不能再修改。"))
    elif problem.state != ProblemState.REGISTERED:
        reasons.append(_("交办后期限不能直接修改，请申请延期。"))
    if problem.kind == ProblemClass.STANDING:
        reasons.append(_("长期坚持的问题定期评估，不设期限。"))
    if within is not None:
        begin = problem.received_on or problem.found_on
        due_on, due_is_month = due_within(begin, within, holidays()), False
    elif due_on is not None:
        due_on = due_day(due_on, due_is_month)
    if due_on is None:
        reasons.append(_("请填写整改期限。"))
    elif due_on < problem.found_on:
        reasons.append(_("整改期限早于发现日期。"))
    if reasons:
        raise CannotMoveProblem(reasons)
    problem.due_on, problem.due_is_month = due_on, due_is_month
    problem.due_within = within.days if within else None
    problem.due_in_workdays = bool(within and within.workdays)
    problem.save()
    return problem


def _set_causes(problem: Problem, causes: Sequence[Cause]) -> None:
    """The causes as told now; rows that say the same stay."""
    kept = list(problem.causes.all())
    told = _said(causes)
    for position, cause in enumerate(told, 1):
        row = kept[position - 1] if position <= len(kept) else ProblemCause(problem=problem)
        text = cause.text.strip()
        kind_id = cause.kind.pk if cause.kind else None
        if (row.text, row.kind_id, row.position) != (text, kind_id, position):
            row.text, row.kind_id, row.position = text, kind_id, position
            row.save()
    for row in kept[len(told) :]:
        row.delete()


def _put_under(problem: Problem, parent: Problem | None) -> None:
    """A new number for the problem and all below it; nobody else's number changes."""
    old, problem.parent = problem.number, parent
    new = _Numbers().next_below(problem.bureau_id, problem.year, parent)
    problem.number, problem.former_numbers = new, f"{problem.former_numbers} {old}".strip()
    below = Problem.objects.filter(
        bureau=problem.bureau_id, year=problem.year, number__startswith=f"{old}."
    )
    renumbered = list(below.order_by("pk"))
    for each in renumbered:
        each.former_numbers = f"{each.former_numbers} {each.number}".strip()
        each.number = new + each.number.removeprefix(old)
    if any(_is_too_long(each) for each in (problem, *renumbered)):
        raise CannotRegisterProblem([_("问题最多分%(n)s级，也不能一再改列。") % {"n": DEEPEST}])
    for each in renumbered:
        each.save()


# 1.1.1.1.1.1; no paper has more.
DEEPEST = 6


def _is_too_long(problem: Problem) -> bool:
    """Whether its numbers do not fit where they are kept."""
    former = Problem._meta.get_field("former_numbers").max_length
    return problem.number.count(".") >= DEEPEST or len(problem.former_numbers) > former


def _against_parent(draft: ProblemDraft) -> list[str]:
    """Why it may not stand, and count, below the problem it is put under."""
    if draft.parent is None:
        return []
    parent = _locked(draft.parent.pk)
    reasons = []
    if parent.is_cancelled:
        reasons.append(_("上级问题已经作废，不能列入其下。"))
    elif parent.state in ENDED:
        reasons.append(_("上级问题已经办结，不能再列入其下。"))
    if parent.number.count(".") + 1 >= DEEPEST:
        reasons.append(_("问题最多分%(n)s级，也不能一再改列。") % {"n": DEEPEST})
    # It closes when all that count below it are; the body that raised it must have said so of each.
    if parent.raised_from_above and draft.counts and not draft.raised_from_above:
        reasons.append(_OWN_BELOW_ABOVE % {"number": parent.number})
    return reasons


_OWN_BELOW_ABOVE = gettext_lazy(
    "%(number)s由上级或外部提出，其下计入问题数的问题也须由提出机关认定，请勾选“上级或外部提出”。"
)


def _against_raiser(problem: Problem, draft: ProblemDraft) -> list[str]:
    """Why it may not be called an own problem, or one from above, as it was not before."""
    if draft.raised_from_above == problem.raised_from_above:
        return []
    if problem.state in {ProblemState.SUBMITTED, ProblemState.AWAITING_ABOVE}:
        return [_("问题正在核查或者待上级认定，不能改变提出方；请先退回。")]
    if problem.state == ProblemState.CLOSED:
        return [_("问题已经销号，不能改变提出方。")]
    below = problem.children.standing().filter(counts=True, raised_from_above=False)
    gone = [state.value for state in LEFT_OUT]
    if draft.raised_from_above and below.exclude(state__in=gone).exists():
        return [_OWN_BELOW_ABOVE % {"number": problem.number}]
    above = problem.parent
    if above is not None and above.raised_from_above and draft.counts and draft.parent == above:
        return [_OWN_BELOW_ABOVE % {"number": above.number}]
    return []


def _locked(problem_id: int) -> Problem:
    return Problem.objects.select_for_update().get(pk=problem_id)


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
    causes: Sequence[Cause] = (),
    leader: Person | None = None,
    responsible: Person | None = None,
    due_on: date | None = None,
    due_is_month: bool = False,
    within: Within | None = None,
    decision: Decision | None = None,
    target: Problem | None = None,
    signed: Signed | None = None,
    second_key: bool = False,
) -> Problem:
    """Make one move. Of two who press at once the second is told what the first did.

    ``causes``, ``leader``, ``responsible``, ``due_on`` come with assigning, ``due_on`` also with
    re-opening; ``within`` gives the due day as a number of days from the day of the move;
    ``decision`` comes with closing what was raised from above, ``target`` with merging;
    ``signed`` when recorded from paper, ``second_key`` when the supervisor verifies in place of a
    bureau that is too small. Refuses with every reason. What stands above it in the tree follows.
    """
    problem, target = _locked_with(problem_id, target)
    if problem.is_cancelled:
        raise CannotMoveProblem([_("该问题已作废，不能再办理。")])
    if expected_state is not None and problem.state != expected_state:
        raise CannotMoveProblem([already_moved(problem)])
    if leader is not None:
        problem.leader = leader
    if responsible is not None:
        problem.responsible = responsible
    if _said(causes):
        _set_causes(problem, causes)
    if within is not None:
        due_on, due_is_month = due_within(on, within, holidays()), False
        problem.due_within, problem.due_in_workdays = within.days, within.workdays
    elif due_on is not None:
        problem.due_within, problem.due_in_workdays = None, False
    if due_on is not None:
        problem.due_on = due_day(due_on, due_is_month)
        problem.due_is_month = due_is_month
    facts = facts_of(problem, today=today)
    refusals = reasons_against_move(
        move,
        facts,
        on=on,
        by=by.pk,
        today=today,
        measures=measure_facts(problem),
        reason=reason,
        decision=decision,
        target=target and _target_of(problem, target),
        second_key=second_key,
        signed_by=login_of(signed.signer) if signed else None,
    )
    reasons = [refusal_sentence(refusal) for refusal in refusals]
    if move == ProblemMove.ASSIGN:
        reasons += _against_assigning(problem)
    elif move == ProblemMove.REOPEN and due_on is not None and due_on < on:
        reasons.append(_("新的整改期限早于重新整改的日期。"))
    if reasons:
        raise CannotMoveProblem(reasons)
    step = step_of(move, facts, second_key=second_key)
    assert step is not None  # otherwise the move was refused
    before, problem.state = problem.state, step.after.value
    problem.merged_into = target if move == ProblemMove.MERGE else None
    _note_people(problem, move, on, by)
    problem._change_reason = move.value
    problem.save()
    if target is not None and move == ProblemMove.MERGE:
        for measure in problem.measures.standing().order_by("pk"):
            measure.problems.add(target)
    MoveRow.objects.create(
        problem=problem,
        move=move.value,
        from_state=before,
        to_state=problem.state,
        on=on,
        reason=reason.strip(),
        leader=problem.leader if move == ProblemMove.CLOSE else None,
        second_key=second_key,
        merged_into=problem.merged_into,
        decision_document=_document(decision),
        from_paper=signed is not None,
        signer=signed.signer if signed else None,
        recorded_at=at,
        recorded_by=by,
    )
    _let_those_above_follow(problem, on=on, by=by, at=at)
    return problem


def _locked_with(problem_id: int, target: Problem | None) -> tuple[Problem, Problem | None]:
    """The problem and the one it is merged into as they stand now, locked in one order."""
    keys = [problem_id] if target is None else [problem_id, target.pk]
    rows = Problem.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = {each.pk: each for each in rows}
    return found[problem_id], target and found[target.pk]


def _target_of(problem: Problem, target: Problem) -> Target:
    return Target(
        state=ProblemState(target.state),
        cancelled=target.is_cancelled,
        same_bureau=target.bureau_id == problem.bureau_id,
        from_above=target.raised_from_above,
        within=_leads_back(problem, target, "parent"),
    )


def _let_those_above_follow(problem: Problem, *, on: date, by: User | None, at: datetime) -> None:
    """Every problem above moves as its counted items now stand."""
    parent = problem.parent
    while parent is not None:
        parent = _follow(parent, on=on, by=by, at=at).parent


def _follow(problem: Problem, *, on: date, by: User | None, at: datetime) -> Problem:
    """The problem as its counted items have it; it never moves before its own last move."""
    problem = Problem.objects.select_for_update().get(pk=problem.pk)
    # A heading that is not counted itself stands for the counted items below it.
    items = problem.children.standing().filter(Q(counts=True) | Q(follows=True))
    state = state_from_items(ProblemState(each) for each in items.values_list("state", flat=True))
    kept, problem.follows = problem.follows, state is not None
    if state is None or state == problem.state or problem.state in LEFT_OUT:
        if kept != problem.follows:
            problem.save()
        return problem
    last = problem.moves.aggregate(last=Max("on"))["last"]
    on = max(on, last) if last else on
    before, problem.state = problem.state, state.value
    if state == ProblemState.CLOSED:
        problem.closed_on, problem.closed_by = on, by
    elif before == ProblemState.CLOSED:
        problem.closed_on = problem.closed_by = None
        problem.reopened += 1
    problem._change_reason = ProblemMove.FOLLOW.value
    problem.save()
    MoveRow.objects.create(
        problem=problem,
        move=ProblemMove.FOLLOW.value,
        from_state=before,
        to_state=problem.state,
        on=on,
        recorded_at=at,
        recorded_by=by,
    )
    return problem


@transaction.atomic
def cancel_problem(*, problem_id: int, because: str, by: User, at: datetime) -> Problem:
    """A problem entered by mistake: stays visible with the reason, counts nothing.

    Refuses one that others were merged into: they would be lost with it.
    """
    problem = _locked(problem_id)
    if problem.is_cancelled:
        raise CannotMoveProblem([_("该问题已作废。")])
    if others := list(problem.merged.standing().order_by("pk")):
        told = {"numbers": listed(each.number for each in others)}
        raise CannotMoveProblem(
            [_("%(numbers)s已并入该问题，不能作废；登记有误的，可将该问题并入正确的问题。") % told]
        )
    if not because.strip():
        raise CannotMoveProblem([_("请写明作废原因。")])
    problem.cancelled_at, problem.cancelled_by = at, by
    problem.cancelled_because = because.strip()
    problem.save()
    _let_those_above_follow(problem, on=timezone.localtime(at).date(), by=by, at=at)
    return problem


@transaction.atomic
def look_back(
    *,
    problem_id: int,
    on: date,
    result: LookBackResult,
    note: str,
    by: User,
    at: datetime,
    today: date,
    checker: Person | None = None,
    due_on: date | None = None,
) -> LookBack:
    """A later check of a closed problem, by ``checker`` or else by who enters it.

    What did not hold is re-opened, with ``due_on`` as its new due day. Refuses a problem that is
    not closed, a day before the closing or in the future, a checker who submitted or verified it,
    and a failure without a note.
    """
    problem = _locked(problem_id)
    reasons = reasons_against_look_back(
        facts_of(problem, today=today),
        result,
        on=on,
        today=today,
        closed_on=problem.closed_on,
        closed_by=problem.closed_by_id,
        checker=login_of(checker) or by.pk,
        note=note,
    )
    if problem.is_cancelled:
        raise CannotMoveProblem([_("该问题已作废，不能再办理。")])
    if reasons:
        raise CannotMoveProblem([str(AGAINST_LOOK_BACK_SENTENCES[each]) for each in reasons])
    told = {"on": on, "result": result.value, "checker": checker, "note": note.strip()}
    if problem.look_backs.filter(**told, recorded_by=by).exists():
        raise CannotMoveProblem([_("已有相同的回头看记录。")])
    if problem.look_back_on is not None:
        problem.look_back_on = None
        problem.save(update_fields=["look_back_on"])
    if result != LookBackResult.HELD:
        move_problem(
            problem_id=problem_id,
            move=ProblemMove.REOPEN,
            on=on,
            by=by,
            at=at,
            today=today,
            reason=note,
            due_on=due_on,
        )
    return LookBack.objects.create(
        problem=problem,
        on=on,
        result=result.value,
        checker=checker,
        note=note.strip(),
        recorded_at=at,
        recorded_by=by,
    )


@transaction.atomic
def plan_look_back(*, problem_id: int, on: date | None, today: date) -> Problem:
    """Set the day on which a closed problem is looked at again; None takes it back."""
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    if problem.is_cancelled or problem.state != ProblemState.CLOSED:
        raise CannotMoveProblem([_("只有已销号的问题才需要回头看。")])
    if on is not None and on < today:
        raise CannotMoveProblem([_("计划的回头看日期不能早于今天。")])
    problem.look_back_on = on
    problem.save()
    return problem


@transaction.atomic
def review_problem(
    *,
    problem_id: int,
    on: date,
    text: str,
    next_on: date | None,
    by: User,
    at: datetime,
    today: date,
) -> ProblemReview:
    """A look at a standing problem (评估), with the day of the next one.

    Refuses a problem of another class, one that has ended, an empty text, a day in the future or
    before it was found, and a next day that is not later.
    """
    problem = Problem.objects.select_for_update().get(pk=problem_id)
    reasons = []
    if problem.kind != ProblemClass.STANDING:
        reasons.append(_("只有长期坚持的问题才定期评估。"))
    if problem.is_cancelled or problem.state in {*LEFT_OUT, ProblemState.CLOSED}:
        reasons.append(_("该问题已经办结，不再评估。"))
    if not text.strip():
        reasons.append(_("请写明评估情况。"))
    if on > today or on < problem.found_on:
        reasons.append(_("评估日期应在发现日期与今天之间。"))
    if next_on is not None and next_on <= on:
        reasons.append(_("下次评估日期须晚于本次评估日期。"))
    if problem.reviews.filter(on=on, text=text.strip()).exists():
        reasons.append(_("同一天已有相同的评估记录。"))
    if reasons:
        raise CannotMoveProblem(reasons)
    problem.review_on = next_on
    problem.save()
    return ProblemReview.objects.create(
        problem=problem, on=on, text=text.strip(), next_on=next_on, recorded_at=at, recorded_by=by
    )


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
    if not problem.causes.exists():
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
    if reasons := reasons_against_draft(draft, today=today):
        raise CannotRegisterProblem(reasons)


def reasons_against_draft(draft: ProblemDraft, *, today: date) -> list[str]:
    """What speaks against a problem as entered, whoever stands above it; asks no query."""
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
    if draft.repeats and draft.repeats.bureau_id != draft.unit.bureau_id:
        reasons.append(_("往年同一问题须属于同一分局。"))
    if any(unit.bureau_id != draft.unit.bureau_id for unit in draft.joint_units):
        reasons.append(_("配合单位须属于同一分局。"))
    if draft.parent and draft.parent.year != draft.found_on.year:
        reasons.append(_("上级问题须属于同一年度。"))
    if draft.received_on and draft.source_day and draft.received_on < draft.source_day:
        reasons.append(_("收文日期早于来文日期。"))
    if draft.replied_on and draft.received_on and draft.replied_on < draft.received_on:
        reasons.append(_("回复日期早于收文日期。"))
    if draft.replied_on and draft.replied_on > today:
        reasons.append(_("回复日期不能晚于今天。"))
    if draft.within is not None and draft.within.days < 1:
        reasons.append(_("限期天数至少为1。"))
    if draft.meeting and draft.meeting.bureau_id != draft.unit.bureau_id:
        reasons.append(_("提出问题的会议须属于同一分局。"))
    return reasons + _against_origin(draft)


def _against_origin(draft: ProblemDraft) -> list[str]:
    """Why the work or the account given cannot be what brought the problem to light."""
    reasons = []
    for origin in (draft.record, draft.account):
        if origin is None:
            continue
        if origin.bureau_id != draft.unit.bureau_id:
            reasons.append(_("发现问题的工作和述法须属于同一分局。"))
        if origin.is_cancelled:
            reasons.append(_("发现问题的工作或述法已作废，不能据以登记问题。"))
        if draft.found_on < origin.on:
            reasons.append(_("发现日期早于开展该项工作或述法的日期。"))
    return reasons


class _Numbers:
    """The next number within bureau and year; the bureau is locked, so none is given twice.

    A number once given stays given, whether its problem is cancelled or now stands elsewhere.
    """

    def __init__(self) -> None:
        self.used: dict[tuple[int, int], dict[str, int]] = {}

    def next(self, draft: ProblemDraft) -> str:
        assert draft.unit.bureau_id is not None  # refused before
        return self.next_below(draft.unit.bureau_id, draft.found_on.year, draft.parent)

    def next_below(self, bureau_id: int, year: int, parent: Problem | None) -> str:
        key = bureau_id, year
        if key not in self.used:
            list(Unit.objects.select_for_update().filter(pk=bureau_id).values_list("pk"))
            self.used[key] = self._highest(bureau_id, year)
        above = f"{parent.number}." if parent else ""
        own = self.used[key].get(above, 0) + 1
        self.used[key][above] = own
        return f"{above}{own}"

    @staticmethod
    def _highest(bureau_id: int, year: int) -> dict[str, int]:
        """By what stands before the last dot, the highest number given."""
        highest: dict[str, int] = {}
        rows = Problem.objects.filter(bureau=bureau_id, year=year)
        for number, former in rows.values_list("number", "former_numbers"):
            for each in (number, *former.split()):
                above, dot, own = each.rpartition(".")
                highest[above + dot] = max(highest.get(above + dot, 0), int(own))
        return highest
