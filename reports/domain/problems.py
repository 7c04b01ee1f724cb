"""The moves a problem (问题) may make, and the reasons against each.

Registered → assigned → in hand → submitted → closed; returned goes back to in hand with a written
reason, re-opened too. "Basically done" (基本完成) stays open. Who raised it closes it: an item from
above waits for that body's decision and closes by recording it; any other needs three names, and
who submits never verifies. A bureau in which nobody else could verify gets the supervisor as second
key. What is registered twice is merged, what is no problem is dismissed at registration. A problem
with counted items below it moves only as they do.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise

from reports.domain.access import Act
from reports.domain.measures import MeasureFacts


class ProblemState(StrEnum):
    """Where a problem stands."""

    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_HAND = "in_hand"
    NEARLY_DONE = "nearly_done"
    SUBMITTED = "submitted"
    AWAITING_ABOVE = "awaiting_above"
    CLOSED = "closed"
    MERGED = "merged"
    DISMISSED = "dismissed"


# Neither open nor in any total of problems: told with another one, or never one.
LEFT_OUT = frozenset({ProblemState.MERGED, ProblemState.DISMISSED})
ENDED = LEFT_OUT | {ProblemState.CLOSED}
OPEN = frozenset(ProblemState) - ENDED


class ProblemMove(StrEnum):
    """What is done to a problem."""

    REGISTER = "register"
    ASSIGN = "assign"
    START = "start"
    NEARLY = "nearly"
    SUBMIT = "submit"
    RETURN = "return"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    DISMISS = "dismiss"
    FOLLOW = "follow"


class ProblemClass(StrEnum):
    """立行立改 at once, 限期整改 dated, 长期坚持 standing (ends as 转常态)."""

    AT_ONCE = "at_once"
    DATED = "dated"
    STANDING = "standing"


class LookBackResult(StrEnum):
    """What a later check finds: 巩固, 不到位, 反弹. Only what held stays closed."""

    HELD = "held"
    INSUFFICIENT = "insufficient"
    RELAPSED = "relapsed"


class Need(StrEnum):
    """What a move asks for besides its day."""

    REASON = "reason"
    OTHER_THAN_SUBMITTER = "other_than_submitter"
    THREE_NAMES = "three_names"
    DECISION = "decision"
    MEASURES_FINISHED = "measures_finished"
    EVIDENCE = "evidence"
    STATEMENT = "statement"
    TARGET = "target"
    NO_OTHER_VERIFIER = "no_other_verifier"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table of moves; ``from_above`` None: whoever raised the problem.

    ``second_key``: the supervisor turns it where the bureau is too small for three names.
    """

    move: ProblemMove
    before: frozenset[ProblemState | None]
    after: ProblemState
    act: Act
    needs: frozenset[Need] = frozenset()
    from_above: bool | None = None
    second_key: bool = False


def _step(
    move: ProblemMove,
    before: ProblemState | Iterable[ProblemState] | None,
    after: ProblemState,
    act: Act,
    *needs: Need,
    from_above: bool | None = None,
    second_key: bool = False,
) -> Step:
    states = {before} if before is None or isinstance(before, ProblemState) else before
    return Step(move, frozenset(states), after, act, frozenset(needs), from_above, second_key)


_VERIFIED = (Need.OTHER_THAN_SUBMITTER, Need.MEASURES_FINISHED, Need.EVIDENCE, Need.STATEMENT)

MOVES: tuple[Step, ...] = (
    _step(ProblemMove.REGISTER, None, ProblemState.REGISTERED, Act.REGISTER_PROBLEM),
    _step(ProblemMove.ASSIGN, ProblemState.REGISTERED, ProblemState.ASSIGNED, Act.ASSIGN_PROBLEM),
    _step(
        ProblemMove.DISMISS,
        ProblemState.REGISTERED,
        ProblemState.DISMISSED,
        Act.ASSIGN_PROBLEM,
        Need.REASON,
        from_above=False,
    ),
    _step(
        ProblemMove.MERGE,
        OPEN - {ProblemState.SUBMITTED, ProblemState.AWAITING_ABOVE},
        ProblemState.MERGED,
        Act.ASSIGN_PROBLEM,
        Need.REASON,
        Need.TARGET,
    ),
    _step(ProblemMove.START, ProblemState.ASSIGNED, ProblemState.IN_HAND, Act.START_PROBLEM),
    _step(
        ProblemMove.NEARLY,
        ProblemState.IN_HAND,
        ProblemState.NEARLY_DONE,
        Act.SUBMIT_PROBLEM,
        Need.REASON,
    ),
    _step(
        ProblemMove.SUBMIT,
        (ProblemState.IN_HAND, ProblemState.NEARLY_DONE),
        ProblemState.SUBMITTED,
        Act.SUBMIT_PROBLEM,
    ),
    _step(
        ProblemMove.RETURN,
        ProblemState.SUBMITTED,
        ProblemState.IN_HAND,
        Act.VERIFY_PROBLEM,
        Need.REASON,
        Need.OTHER_THAN_SUBMITTER,
    ),
    _step(
        ProblemMove.RETURN,
        ProblemState.SUBMITTED,
        ProblemState.IN_HAND,
        Act.SECOND_KEY,
        Need.REASON,
        Need.OTHER_THAN_SUBMITTER,
        Need.NO_OTHER_VERIFIER,
        second_key=True,
    ),
    _step(
        ProblemMove.RETURN,
        ProblemState.AWAITING_ABOVE,
        ProblemState.IN_HAND,
        Act.VERIFY_PROBLEM,
        Need.REASON,
        from_above=True,
    ),
    _step(
        ProblemMove.VERIFY,
        ProblemState.SUBMITTED,
        ProblemState.AWAITING_ABOVE,
        Act.VERIFY_PROBLEM,
        *_VERIFIED,
        from_above=True,
    ),
    _step(
        ProblemMove.VERIFY,
        ProblemState.SUBMITTED,
        ProblemState.AWAITING_ABOVE,
        Act.SECOND_KEY,
        *_VERIFIED,
        Need.NO_OTHER_VERIFIER,
        from_above=True,
        second_key=True,
    ),
    _step(
        ProblemMove.CLOSE,
        ProblemState.SUBMITTED,
        ProblemState.CLOSED,
        Act.VERIFY_PROBLEM,
        Need.THREE_NAMES,
        *_VERIFIED,
        from_above=False,
    ),
    _step(
        ProblemMove.CLOSE,
        ProblemState.SUBMITTED,
        ProblemState.CLOSED,
        Act.SECOND_KEY,
        Need.THREE_NAMES,
        *_VERIFIED,
        Need.NO_OTHER_VERIFIER,
        from_above=False,
        second_key=True,
    ),
    _step(
        ProblemMove.CLOSE,
        ProblemState.AWAITING_ABOVE,
        ProblemState.CLOSED,
        Act.CLOSE_PROBLEM,
        Need.OTHER_THAN_SUBMITTER,
        Need.DECISION,
        Need.MEASURES_FINISHED,
        from_above=True,
    ),
    _step(
        ProblemMove.REOPEN,
        ProblemState.CLOSED,
        ProblemState.IN_HAND,
        Act.REOPEN_PROBLEM,
        Need.REASON,
    ),
)


class Against(StrEnum):
    """Why a move is refused; the words stand with the other labels."""

    NOT_FROM_HERE = "not_from_here"
    BEFORE_FOUND = "before_found"
    BEFORE_LAST_MOVE = "before_last_move"
    IN_FUTURE = "in_future"
    NO_REASON = "no_reason"
    SUBMITTER_VERIFIES = "submitter_verifies"
    NO_SUBMITTER = "no_submitter"
    NO_LEADER = "no_leader"
    LEADER_IS_SUBMITTER = "leader_is_submitter"
    LEADER_IS_VERIFIER = "leader_is_verifier"
    NO_DECISION_DOCUMENT = "no_decision_document"
    NO_DECISION_DAY = "no_decision_day"
    DECISION_AFTER_MOVE = "decision_after_move"
    DECISION_BEFORE_FOUND = "decision_before_found"
    NO_MEASURE = "no_measure"
    MEASURE_OPEN = "measure_open"
    LACKS_EVIDENCE = "lacks_evidence"
    NO_STATEMENT = "no_statement"
    NO_TARGET = "no_target"
    TARGET_ENDED = "target_ended"
    TARGET_ITSELF = "target_itself"
    TARGET_FOREIGN = "target_foreign"
    TARGET_NOT_FROM_ABOVE = "target_not_from_above"
    OTHERS_VERIFY = "others_verify"
    FOLLOWS_ITEMS = "follows_items"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against, with the data its sentence names."""

    code: Against
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """What the rules ask of a problem. People are compared by one kind of key throughout.

    ``state`` is None before it is registered; ``submitted_by`` is who made the last submission,
    ``leader`` the responsible leader in charge. ``lacks`` names the kinds of evidence that its
    class asks for and that are not there, ``others_verify`` says whether anybody in the bureau
    beside submitter and leader could verify, ``follows`` whether it has counted items below it.
    """

    state: ProblemState | None
    found_on: date
    problem_class: ProblemClass = ProblemClass.DATED
    last_move_on: date | None = None
    from_above: bool = False
    submitted_by: int | None = None
    leader: int | None = None
    lacks: tuple[str, ...] = ()
    others_verify: bool = True
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The problem that another one is merged into."""

    state: ProblemState
    same_bureau: bool = True
    from_above: bool = False
    within: bool = False  # the same problem, or one below it
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of the body above that raised the problem, as its paper says it."""

    document: str = ""
    on: date | None = None


def step_of(move: ProblemMove, facts: ProblemFacts, *, second_key: bool = False) -> Step | None:
    """The line of the table that the move would follow from here; None when there is none.

    ``second_key``: the line that the supervisor follows in place of the bureau.
    """
    return next(
        (
            step
            for step in MOVES
            if step.move == move
            and facts.state in step.before
            and step.from_above in (None, facts.from_above)
            and step.second_key == second_key
        ),
        None,
    )


def possible_moves(facts: ProblemFacts) -> list[Step]:
    """The moves that the table allows from here, whoever makes them and whatever they need."""
    steps = (
        step_of(move, facts, second_key=second) for move in ProblemMove for second in (False, True)
    )
    return [step for step in steps if step is not None]


def reasons_against_move(
    move: ProblemMove,
    facts: ProblemFacts,
    *,
    on: date,
    by: int | None,
    today: date,
    measures: Iterable[MeasureFacts] = (),
    reason: str = "",
    decision: Decision | None = None,
    target: Target | None = None,
    second_key: bool = False,
    signed_by: int | None = None,
) -> list[Refusal]:
    """Why the move may not be made on the day ``on`` by the person ``by``; empty when it may.

    ``signed_by`` is who decided on the sheet that ``by`` records: the rules ask both of them.
    Whether the role of ``by`` allows the step's act is asked elsewhere. A move that the table
    does not have from here gives that one reason alone, and so does one of a problem that moves
    only as the items below it do.
    """
    step = step_of(move, facts, second_key=second_key)
    if step is None:
        return [Refusal(Against.NOT_FROM_HERE, {"move": move, "state": facts.state})]
    if facts.follows:
        return [Refusal(Against.FOLLOWS_ITEMS)]
    refusals = _against_the_day(facts, on, today)
    if Need.REASON in step.needs and not reason.strip():
        refusals.append(Refusal(Against.NO_REASON))
    if Need.STATEMENT in step.needs and not reason.strip():
        refusals.append(Refusal(Against.NO_STATEMENT))
    those = [each for each in (by, signed_by) if each is not None]
    refusals += _against_the_people(step, facts, those)
    if Need.DECISION in step.needs:
        refusals += _against_the_decision(decision or Decision(), facts, on)
    if Need.MEASURES_FINISHED in step.needs:
        refusals += _against_the_measures(facts, list(measures), on)
    if Need.EVIDENCE in step.needs and facts.lacks:
        refusals.append(Refusal(Against.LACKS_EVIDENCE, {"kinds": facts.lacks}))
    if Need.TARGET in step.needs:
        refusals += _against_the_target(facts, target)
    return refusals


def _against_the_day(facts: ProblemFacts, on: date, today: date) -> list[Refusal]:
    refusals = []
    if on > today:
        refusals.append(Refusal(Against.IN_FUTURE, {"on": on}))
    if on < facts.found_on:
        refusals.append(Refusal(Against.BEFORE_FOUND, {"found_on": facts.found_on}))
    if facts.last_move_on is not None and on < facts.last_move_on:
        refusals.append(Refusal(Against.BEFORE_LAST_MOVE, {"last_move_on": facts.last_move_on}))
    return refusals


def _against_the_people(step: Step, facts: ProblemFacts, by: Collection[int]) -> list[Refusal]:
    codes = []
    if Need.OTHER_THAN_SUBMITTER in step.needs and facts.submitted_by in by:
        codes.append(Against.SUBMITTER_VERIFIES)
    if Need.NO_OTHER_VERIFIER in step.needs and facts.others_verify:
        codes.append(Against.OTHERS_VERIFY)
    if Need.THREE_NAMES in step.needs:
        if facts.submitted_by is None:
            codes.append(Against.NO_SUBMITTER)
        if facts.leader is None:
            codes.append(Against.NO_LEADER)
        elif facts.leader == facts.submitted_by:
            codes.append(Against.LEADER_IS_SUBMITTER)
        elif facts.leader in by:
            codes.append(Against.LEADER_IS_VERIFIER)
    return [Refusal(code) for code in codes]


def _against_the_decision(decision: Decision, facts: ProblemFacts, on: date) -> list[Refusal]:
    refusals = []
    if not decision.document.strip():
        refusals.append(Refusal(Against.NO_DECISION_DOCUMENT))
    if decision.on is None:
        refusals.append(Refusal(Against.NO_DECISION_DAY))
    elif decision.on > on:
        refusals.append(Refusal(Against.DECISION_AFTER_MOVE, {"decided_on": decision.on}))
    elif decision.on < facts.found_on:
        refusals.append(Refusal(Against.DECISION_BEFORE_FOUND, {"found_on": facts.found_on}))
    return refusals


def _against_the_measures(
    facts: ProblemFacts, measures: list[MeasureFacts], on: date
) -> list[Refusal]:
    if not measures and facts.problem_class != ProblemClass.AT_ONCE:
        return [Refusal(Against.NO_MEASURE)]
    return [
        Refusal(Against.MEASURE_OPEN, {"title": measure.title})
        for measure in measures
        if not measure.ended_by(on)
    ]


def _against_the_target(facts: ProblemFacts, target: Target | None) -> list[Refusal]:
    if target is None:
        return [Refusal(Against.NO_TARGET)]
    codes = []
    if target.within:
        codes.append(Against.TARGET_ITSELF)
    if not target.same_bureau:
        codes.append(Against.TARGET_FOREIGN)
    if target.state in ENDED or target.cancelled:
        codes.append(Against.TARGET_ENDED)
    # What a body above raised is answered to that body; told with an own one it would be lost.
    if facts.from_above and not target.from_above:
        codes.append(Against.TARGET_NOT_FROM_ABOVE)
    return [Refusal(code) for code in codes]


_FURTHER = (
    ProblemState.REGISTERED,
    ProblemState.ASSIGNED,
    ProblemState.IN_HAND,
    ProblemState.NEARLY_DONE,
    ProblemState.SUBMITTED,
    ProblemState.AWAITING_ABOVE,
    ProblemState.CLOSED,
)


def state_from_items(states: Iterable[ProblemState]) -> ProblemState | None:
    """Where a problem stands whose counted items stand there; None: it has none that count.

    Closed when all are. As far as the one that is least far, but in hand as soon as any is at work
    or done. Merged and dismissed items say nothing.
    """
    reached = sorted(_FURTHER.index(state) for state in states if state not in LEFT_OUT)
    if not reached:
        return None
    in_hand = _FURTHER.index(ProblemState.IN_HAND)
    if reached[0] < in_hand <= reached[-1]:
        return ProblemState.IN_HAND
    return _FURTHER[reached[0]]


class AgainstLookBack(StrEnum):
    """Why a later check is refused; the words stand with the other labels."""

    NOT_CLOSED = "not_closed"
    WRONG_DAY = "wrong_day"
    NO_NOTE = "no_note"
    CHECKER_SUBMITTED = "checker_submitted"
    CHECKER_VERIFIED = "checker_verified"


def reasons_against_look_back(
    facts: ProblemFacts,
    result: LookBackResult,
    *,
    on: date,
    today: date,
    closed_on: date | None,
    closed_by: int | None,
    checker: int,
    note: str = "",
) -> list[AgainstLookBack]:
    """Why a closed problem may not be checked like this (回头看); empty when it may.

    Who submitted or verified it does not check it; what did not hold says why.
    """
    if facts.state != ProblemState.CLOSED or closed_on is None:
        return [AgainstLookBack.NOT_CLOSED]
    reasons = []
    if not closed_on <= on <= today:
        reasons.append(AgainstLookBack.WRONG_DAY)
    if result != LookBackResult.HELD and not note.strip():
        reasons.append(AgainstLookBack.NO_NOTE)
    if checker == facts.submitted_by:
        reasons.append(AgainstLookBack.CHECKER_SUBMITTED)
    if checker == closed_by:
        reasons.append(AgainstLookBack.CHECKER_VERIFIED)
    return reasons


@dataclass(frozen=True, slots=True)
class MoveFacts:
    """A move that was made."""

    move: ProblemMove
    after: ProblemState
    on: date


def state_on(moves: Iterable[MoveFacts], day: date) -> ProblemState | None:
    """Where the problem stood on that day; None when it was not registered yet.

    ``moves`` come in the order they were made; those of one day keep it.
    """
    made = sorted((each for each in moves if each.on <= day), key=lambda each: each.on)
    return made[-1].after if made else None


def times_reopened(moves: Iterable[MoveFacts], day: date) -> int:
    """How often it had been re-opened (重新整改) by that day: left "closed", by whatever move.

    ``moves`` come in the order they were made.
    """
    made = [each.after for each in moves if each.on <= day]
    return sum(
        earlier == ProblemState.CLOSED and later != ProblemState.CLOSED
        for earlier, later in pairwise(made)
    )
