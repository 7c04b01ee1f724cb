"""The moves a problem (问题) may make, and the reasons against each.

Registered → assigned → in hand → submitted → closed; returned goes back to in hand with a written
reason, re-opened too. Who raised it closes it: an item from above waits for that body's decision
and closes by recording it; any other needs three names, and who submits never verifies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reports.domain.access import Act
from reports.domain.measures import MeasureFacts


class ProblemState(StrEnum):
    """Where a problem stands."""

    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_HAND = "in_hand"
    SUBMITTED = "submitted"
    AWAITING_ABOVE = "awaiting_above"
    CLOSED = "closed"


class ProblemMove(StrEnum):
    """What is done to a problem."""

    REGISTER = "register"
    ASSIGN = "assign"
    START = "start"
    SUBMIT = "submit"
    RETURN = "return"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"


class ProblemClass(StrEnum):
    """立行立改 at once, 限期整改 dated, 长期坚持 standing (ends as 转常态)."""

    AT_ONCE = "at_once"
    DATED = "dated"
    STANDING = "standing"


class Need(StrEnum):
    """What a move asks for besides its day."""

    REASON = "reason"
    OTHER_THAN_SUBMITTER = "other_than_submitter"
    THREE_NAMES = "three_names"
    DECISION = "decision"
    MEASURES_FINISHED = "measures_finished"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table of moves; ``from_above`` None: whoever raised the problem."""

    move: ProblemMove
    before: frozenset[ProblemState | None]
    after: ProblemState
    act: Act
    needs: frozenset[Need] = frozenset()
    from_above: bool | None = None


def _step(
    move: ProblemMove,
    before: ProblemState | None,
    after: ProblemState,
    act: Act,
    *needs: Need,
    from_above: bool | None = None,
) -> Step:
    return Step(move, frozenset({before}), after, act, frozenset(needs), from_above)


MOVES: tuple[Step, ...] = (
    _step(ProblemMove.REGISTER, None, ProblemState.REGISTERED, Act.REGISTER_PROBLEM),
    _step(ProblemMove.ASSIGN, ProblemState.REGISTERED, ProblemState.ASSIGNED, Act.ASSIGN_PROBLEM),
    _step(ProblemMove.START, ProblemState.ASSIGNED, ProblemState.IN_HAND, Act.START_PROBLEM),
    _step(ProblemMove.SUBMIT, ProblemState.IN_HAND, ProblemState.SUBMITTED, Act.SUBMIT_PROBLEM),
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
        Need.OTHER_THAN_SUBMITTER,
        Need.MEASURES_FINISHED,
        from_above=True,
    ),
    _step(
        ProblemMove.CLOSE,
        ProblemState.SUBMITTED,
        ProblemState.CLOSED,
        Act.VERIFY_PROBLEM,
        Need.OTHER_THAN_SUBMITTER,
        Need.THREE_NAMES,
        Need.MEASURES_FINISHED,
        from_above=False,
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason against, with the data its sentence names."""

    code: Against
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """What the rules ask of a problem. People are compared by one kind of key throughout.

    ``state`` is None before it is registered; ``submitted_by`` is who made the last submission,
    ``leader`` the responsible leader in charge.
    """

    state: ProblemState | None
    found_on: date
    problem_class: ProblemClass = ProblemClass.DATED
    last_move_on: date | None = None
    from_above: bool = False
    submitted_by: int | None = None
    leader: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of the body above that raised the problem, as its paper says it."""

    document: str = ""
    on: date | None = None


def step_of(move: ProblemMove, facts: ProblemFacts) -> Step | None:
    """The line of the table that the move would follow from here; None when there is none."""
    return next(
        (
            step
            for step in MOVES
            if step.move == move
            and facts.state in step.before
            and step.from_above in (None, facts.from_above)
        ),
        None,
    )


def possible_moves(facts: ProblemFacts) -> list[Step]:
    """The moves that the table allows from here, whoever makes them and whatever they need."""
    steps = (step_of(move, facts) for move in ProblemMove)
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
) -> list[Refusal]:
    """Why the move may not be made on the day ``on`` by the person ``by``; empty when it may.

    Whether the role of ``by`` allows the step's act is asked elsewhere. A move that the table
    does not have from here gives that one reason alone.
    """
    step = step_of(move, facts)
    if step is None:
        return [Refusal(Against.NOT_FROM_HERE, {"move": move, "state": facts.state})]
    refusals = _against_the_day(facts, on, today)
    if Need.REASON in step.needs and not reason.strip():
        refusals.append(Refusal(Against.NO_REASON))
    refusals += _against_the_people(step, facts, by)
    if Need.DECISION in step.needs:
        refusals += _against_the_decision(decision or Decision(), facts, on)
    if Need.MEASURES_FINISHED in step.needs:
        refusals += _against_the_measures(facts, list(measures), on)
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


def _against_the_people(step: Step, facts: ProblemFacts, by: int | None) -> list[Refusal]:
    codes = []
    if Need.OTHER_THAN_SUBMITTER in step.needs and by is not None and by == facts.submitted_by:
        codes.append(Against.SUBMITTER_VERIFIES)
    if Need.THREE_NAMES in step.needs:
        if facts.submitted_by is None:
            codes.append(Against.NO_SUBMITTER)
        if facts.leader is None:
            codes.append(Against.NO_LEADER)
        elif facts.leader == facts.submitted_by:
            codes.append(Against.LEADER_IS_SUBMITTER)
        elif facts.leader == by:
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
    """How often it had been re-opened (重新整改) by that day."""
    return sum(each.move == ProblemMove.REOPEN and each.on <= day for each in moves)
