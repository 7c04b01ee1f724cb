"""The way of a notice (督办单): drafted, approved and only then numbered, received, answered item
by item, ended by its issuer. What comes from above is recorded as approved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.access import Act


class NoticeState(StrEnum):
    """Where a notice stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    RECEIVED = "received"
    ANSWERED = "answered"
    ENDED = "ended"


class NoticeMove(StrEnum):
    """What is done to a notice."""

    APPROVE = "approve"
    RECEIVE = "receive"
    ANSWER = "answer"
    SEND_BACK = "send_back"
    END = "end"


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """One line of the table: from where, to where, who may, at whose unit.

    ``by_issuer``: the act is asked at the unit of the issuing office, otherwise at the unit that
    has to answer.
    """

    move: NoticeMove
    before: NoticeState
    after: NoticeState
    act: Act
    by_issuer: bool


STEPS: tuple[NoticeStep, ...] = (
    NoticeStep(
        NoticeMove.APPROVE, NoticeState.DRAFT, NoticeState.APPROVED, Act.APPROVE_NOTICE, True
    ),
    NoticeStep(
        NoticeMove.RECEIVE, NoticeState.APPROVED, NoticeState.RECEIVED, Act.ANSWER_NOTICE, False
    ),
    NoticeStep(
        NoticeMove.ANSWER, NoticeState.RECEIVED, NoticeState.ANSWERED, Act.ANSWER_NOTICE, False
    ),
    NoticeStep(
        NoticeMove.SEND_BACK, NoticeState.ANSWERED, NoticeState.RECEIVED, Act.ISSUE_NOTICE, True
    ),
    NoticeStep(NoticeMove.END, NoticeState.ANSWERED, NoticeState.ENDED, Act.ISSUE_NOTICE, True),
)


class AgainstNotice(StrEnum):
    """Why a step of a notice is refused; the words stand with the other labels."""

    NOT_FROM_HERE = "not_from_here"
    IN_FUTURE = "in_future"
    BEFORE_LAST_STEP = "before_last_step"
    NO_ITEMS = "no_items"
    NO_APPROVER = "no_approver"
    APPROVER_DRAFTED = "approver_drafted"
    ANSWER_DAY_PASSED = "answer_day_passed"
    NOT_ANSWERED = "not_answered"
    NO_NOTE = "no_note"


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What the rules ask of a notice; people are compared by the keys of their logins.

    ``drafters``: who drafted it and who changed the draft. ``answered`` says of each item whether
    it has a reply since the notice was last (sent back and) received.
    """

    state: NoticeState
    drafted_on: date
    answer_by: date | None = None
    drafters: frozenset[int] = frozenset()
    last_step_on: date | None = None
    answered: tuple[bool, ...] = ()
    from_above: bool = False


def notice_step(move: NoticeMove, state: NoticeState) -> NoticeStep | None:
    """The line of the table that the move would follow from here; None when there is none."""
    return next((s for s in STEPS if s.move == move and s.before == state), None)


def reasons_against_notice_step(
    move: NoticeMove,
    facts: NoticeFacts,
    *,
    on: date,
    today: date,
    approver: int | None = None,
    note: str = "",
) -> list[AgainstNotice]:
    """Why the step may not be made on that day; empty when it may.

    ``approver``: the login of who signs (签发人); drafting and signing are two people, and who
    changed the draft has drafted it, too. Whether the role allows the act is asked elsewhere.
    """
    if notice_step(move, facts.state) is None:
        return [AgainstNotice.NOT_FROM_HERE]
    reasons = []
    if on > today:
        reasons.append(AgainstNotice.IN_FUTURE)
    if on < max(facts.drafted_on, facts.last_step_on or facts.drafted_on):
        reasons.append(AgainstNotice.BEFORE_LAST_STEP)
    if move == NoticeMove.APPROVE:
        if not facts.answered:
            reasons.append(AgainstNotice.NO_ITEMS)
        if approver is None:
            reasons.append(AgainstNotice.NO_APPROVER)
        elif approver in facts.drafters:
            reasons.append(AgainstNotice.APPROVER_DRAFTED)
        if facts.answer_by is not None and on > facts.answer_by:
            reasons.append(AgainstNotice.ANSWER_DAY_PASSED)
    if move == NoticeMove.ANSWER and not all(facts.answered):
        reasons.append(AgainstNotice.NOT_ANSWERED)
    if move in (NoticeMove.SEND_BACK, NoticeMove.END) and not note.strip():
        reasons.append(AgainstNotice.NO_NOTE)
    return reasons


def days_late(answer_by: date, answered_on: date | None, on: date) -> int:
    """How many days after the day set it was answered, or has not been as of ``on``; 0 in time."""
    end = answered_on if answered_on is not None and answered_on <= on else on
    return max((end - answer_by).days, 0)


def notice_number(prefix: str, year: int, serial: int) -> str:
    """The number of a notice: prefix, year in 〔〕 brackets, serial without leading zeros
    (GB/T 9704-2012, 7.2.5 发文字号)."""
    return f"{prefix}〔{year}〕{serial}号"


def next_serial(taken: Iterable[int]) -> int:
    """The number after the highest one given, whatever became of the notices that have them."""
    return max(taken, default=0) + 1
