"""The way of the annual report: its steps, who takes them, and the reasons against each.

起草 → 会签 → 审核 → 党委会审议 → 签发. The leader in charge reviews, the committee deliberates, the
first responsible person signs, each as the holder of that post on that day, or on a sheet that is
entered afterwards (凭签批件录入). Until it is signed a report goes back to its drafting with a
reason. The signature freezes text and figures under one SHA-256; a signed report is corrected only
by a new version. A text for another span of days may be signed at once.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from reports.domain.access import Act
from reports.domain.summaries import ReportKind, ReportState


class ReportStep(StrEnum):
    """What is done to a report on its way."""

    COUNTERSIGN = "countersign"
    SEND = "send"
    REVIEW = "review"
    DELIBERATE = "deliberate"
    SIGN = "sign"
    RETURN = "return"


class Holder(StrEnum):
    """The capacity in which a step is decided: codes of posts."""

    IN_CHARGE = "in_charge"
    FIRST_PERSON = "first_person"


class StepNeed(StrEnum):
    """What a step asks for besides its day."""

    TEXT = "text"
    UNITS = "units"
    REASON = "reason"
    MEETING = "meeting"
    DELIBERATED = "deliberated"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table; ``holder``: whose decision it is, which may stand on a sheet."""

    step: ReportStep
    before: frozenset[ReportState]
    after: ReportState
    acts: tuple[Act, ...]
    holder: Holder | None = None
    needs: frozenset[StepNeed] = frozenset()
    kinds: frozenset[ReportKind] = frozenset(ReportKind)


# A report that is neither signed nor taken over from what was published.
OPEN = (ReportState.DRAFT, ReportState.COUNTERSIGN, ReportState.REVIEW, ReportState.COMMITTEE)
# While others look at it the text stands still; what they ask for is worked in by who compiles.
EDITABLE = (ReportState.DRAFT, ReportState.COUNTERSIGN)

STEPS: tuple[Step, ...] = (
    Step(
        ReportStep.COUNTERSIGN,
        frozenset({ReportState.DRAFT}),
        ReportState.COUNTERSIGN,
        (Act.COMPILE_REPORT,),
        needs=frozenset({StepNeed.TEXT, StepNeed.UNITS}),
    ),
    Step(
        ReportStep.SEND,
        frozenset({ReportState.COUNTERSIGN}),
        ReportState.REVIEW,
        (Act.COMPILE_REPORT,),
        needs=frozenset({StepNeed.TEXT}),
    ),
    Step(
        ReportStep.REVIEW,
        frozenset({ReportState.REVIEW}),
        ReportState.COMMITTEE,
        (Act.SIGN_REPORT,),
        Holder.IN_CHARGE,
    ),
    Step(
        ReportStep.DELIBERATE,
        frozenset({ReportState.COMMITTEE}),
        ReportState.COMMITTEE,
        (Act.COMPILE_REPORT,),
        needs=frozenset({StepNeed.MEETING}),
    ),
    Step(
        ReportStep.SIGN,
        frozenset({ReportState.COMMITTEE}),
        ReportState.SIGNED,
        (Act.SIGN_REPORT,),
        Holder.FIRST_PERSON,
        frozenset({StepNeed.TEXT, StepNeed.DELIBERATED}),
        frozenset({ReportKind.ANNUAL}),
    ),
    Step(
        ReportStep.SIGN,
        frozenset(OPEN),
        ReportState.SIGNED,
        (Act.SIGN_REPORT,),
        Holder.FIRST_PERSON,
        frozenset({StepNeed.TEXT}),
        frozenset({ReportKind.SPAN}),
    ),
    Step(
        ReportStep.RETURN,
        frozenset({ReportState.COUNTERSIGN, ReportState.REVIEW, ReportState.COMMITTEE}),
        ReportState.DRAFT,
        (Act.COMPILE_REPORT, Act.SIGN_REPORT),
        needs=frozenset({StepNeed.REASON}),
    ),
)


def step_of(step: ReportStep, kind: ReportKind) -> Step:
    """The line of the table for a step of a report of that kind."""
    return next(each for each in STEPS if each.step == step and kind in each.kinds)


def possible_steps(
    state: ReportState, kind: ReportKind, acts: Collection[Act], *, deliberated: bool
) -> list[Step]:
    """The steps that lead on from a state, for somebody who may do ``acts``.

    Whoever records signed sheets may take a step of a holder, too. A report that was deliberated is
    not deliberated again, and before that it is not signed.
    """
    found = []
    for each in STEPS:
        if state not in each.before or kind not in each.kinds:
            continue
        on_paper = each.holder is not None and Act.RECORD_SIGNED_DECISION in acts
        if not on_paper and not any(act in acts for act in each.acts):
            continue
        if each.step == ReportStep.DELIBERATE and deliberated:
            continue
        if StepNeed.DELIBERATED in each.needs and not deliberated:
            continue
        found.append(each)
    return found


class AgainstStep(StrEnum):
    """Why a step cannot be taken."""

    FROZEN = "frozen"
    NOT_FROM_HERE = "not_from_here"
    ALREADY = "already"
    IN_FUTURE = "in_future"
    BEFORE_LAST = "before_last"
    BEFORE_FIGURES = "before_figures"
    NOT_HOLDER = "not_holder"
    NO_TEXT = "no_text"
    NO_UNITS = "no_units"
    NO_REASON = "no_reason"
    NO_MEETING = "no_meeting"
    OTHER_MEETING = "other_meeting"
    MEETING_BEFORE = "meeting_before"
    NO_ITEM = "no_item"
    NOT_DELIBERATED = "not_deliberated"


@dataclass(frozen=True, slots=True)
class StepRefusal:
    """A reason, with what its sentence names."""

    code: AgainstStep
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """The meeting that deliberated: whether it was the committee of this bureau, and the item."""

    held_on: date
    is_committee: bool
    has_item: bool


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the reasons are found from. ``last_on``: the day of the last step on the way."""

    state: ReportState
    kind: ReportKind
    has_text: bool
    figures_on: date
    last_on: date | None = None
    deliberated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A step that somebody wants to take, on a day, with what it needs.

    ``holds``: whether the person who decides holds the post of the step on that day, or acts in it.
    """

    step: ReportStep
    on: date
    units: Sequence[str] = ()
    reason: str = ""
    holds: bool = False
    meeting: MeetingFacts | None = None


def reasons_against_step(facts: ReportFacts, asked: Asked, *, today: date) -> list[StepRefusal]:
    """Why a step cannot be taken; empty when it can."""
    line = step_of(asked.step, facts.kind)
    if facts.state not in line.before:
        frozen = facts.state not in OPEN
        code = AgainstStep.FROZEN if frozen else AgainstStep.NOT_FROM_HERE
        return [StepRefusal(code, {"state": facts.state, "step": asked.step})]
    if asked.step == ReportStep.DELIBERATE and facts.deliberated:
        return [StepRefusal(AgainstStep.ALREADY, {"step": asked.step})]
    found = _against_day(facts, asked, today)
    if line.holder is not None and not asked.holds:
        found.append(StepRefusal(AgainstStep.NOT_HOLDER, {"holder": line.holder, "on": asked.on}))
    lacking = {
        AgainstStep.NO_TEXT: StepNeed.TEXT in line.needs and not facts.has_text,
        AgainstStep.NO_UNITS: StepNeed.UNITS in line.needs and not asked.units,
        AgainstStep.NO_REASON: StepNeed.REASON in line.needs and not asked.reason.strip(),
        AgainstStep.NOT_DELIBERATED: StepNeed.DELIBERATED in line.needs and not facts.deliberated,
    }
    found += [StepRefusal(code) for code, holds in lacking.items() if holds]
    if StepNeed.MEETING in line.needs:
        found += _against_meeting(facts, asked.meeting)
    return found


def _against_day(facts: ReportFacts, asked: Asked, today: date) -> list[StepRefusal]:
    if asked.on > today:
        return [StepRefusal(AgainstStep.IN_FUTURE)]
    found = []
    # The day of a deliberation is that of its meeting, which is looked at as such.
    if facts.last_on is not None and asked.on < facts.last_on and asked.meeting is None:
        found.append(StepRefusal(AgainstStep.BEFORE_LAST, {"on": facts.last_on}))
    if asked.step == ReportStep.SIGN and asked.on < facts.figures_on:
        found.append(StepRefusal(AgainstStep.BEFORE_FIGURES, {"on": facts.figures_on}))
    return found


def _against_meeting(facts: ReportFacts, meeting: MeetingFacts | None) -> list[StepRefusal]:
    if meeting is None:
        return [StepRefusal(AgainstStep.NO_MEETING)]
    found = []
    if not meeting.is_committee:
        found.append(StepRefusal(AgainstStep.OTHER_MEETING))
    if facts.last_on is not None and meeting.held_on < facts.last_on:
        found.append(StepRefusal(AgainstStep.MEETING_BEFORE, {"on": facts.last_on}))
    if not meeting.has_item:
        found.append(StepRefusal(AgainstStep.NO_ITEM))
    return found


# --- what was signed ----------------------------------------------------------------------------


def report_fingerprint(
    *,
    title: str,
    text: Sequence[Mapping[str, Any]],
    figures: Sequence[tuple[str, str]],
    signer: str,
    signed_on: date,
) -> str:
    """The SHA-256 over everything that was signed, whatever the order of keys in the store.

    ``text``: the sections with headings and paragraphs, numbers in their places; ``figures``: key
    and value of each, in order.
    """
    whole = [title, text, [list(pair) for pair in figures], signer, signed_on.isoformat()]
    told = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


# --- correcting and handing in ------------------------------------------------------------------


class AgainstCorrection(StrEnum):
    """Why a report cannot be corrected by a new version."""

    NOT_SIGNED = "not_signed"
    NOT_CURRENT = "not_current"
    NO_REASON = "no_reason"


def reasons_against_correction(
    state: ReportState, *, is_current: bool, reason: str
) -> list[AgainstCorrection]:
    """Why no new version can be begun; a draft is simply edited."""
    if not is_current:
        return [AgainstCorrection.NOT_CURRENT]
    if state != ReportState.SIGNED:
        return [AgainstCorrection.NOT_SIGNED]
    return [] if reason.strip() else [AgainstCorrection.NO_REASON]


class AgainstHandIn(StrEnum):
    """Why something about handing in is refused."""

    NOT_SIGNED = "not_signed"
    THERE = "there"
    IN_FUTURE = "in_future"
    BEFORE_SIGNING = "before_signing"
    HANDED = "handed"


def hand_in_limit(year: int) -> date:
    """The usual last day for handing in, where no notice says otherwise: 1 March."""
    return date(year + 1, 3, 1)


def reasons_against_handing(
    state: ReportState, *, handed_on: date | None, signed_on: date | None, today: date
) -> list[AgainstHandIn]:
    """Why a hand-in cannot be entered: only what is signed goes out, and not before that."""
    if state != ReportState.SIGNED or signed_on is None:
        return [AgainstHandIn.NOT_SIGNED]
    if handed_on is not None and handed_on > today:
        return [AgainstHandIn.IN_FUTURE]
    if handed_on is not None and handed_on < signed_on:
        return [AgainstHandIn.BEFORE_SIGNING]
    return []


def days_left(due_on: date, handed_on: date | None, today: date) -> int | None:
    """Days until the limit, below nought when it has passed; None: handed in."""
    return None if handed_on is not None else (due_on - today).days


def was_late(due_on: date, handed_on: date | None, today: date) -> bool:
    """Whether it was handed in after its limit, or is not while the limit has passed."""
    return (handed_on or today) > due_on
