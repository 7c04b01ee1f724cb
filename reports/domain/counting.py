"""Which meeting counts for which due, and why another does not.

A due is met by a meeting of the stated kind or, where the schedule says so, by an agenda item of
the stated kind in any meeting of the stated body.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reports.domain.dues import MakeUpRule
from reports.domain.periods import Period


class WhyNot(StrEnum):
    """Why a meeting does not count for a due."""

    CANCELLED = "cancelled"
    OTHER_BUREAU = "other_bureau"
    OTHER_UNIT = "other_unit"
    OTHER_KIND = "other_kind"
    NO_AGENDA_ITEM = "no_agenda_item"
    NOT_PRESIDED = "not_presided"
    LEGAL_ABSENT = "legal_absent"
    BEFORE_PERIOD = "before_period"
    AFTER_PERIOD = "after_period"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What a meeting brings: body, kind, items, the posts of who presided, who sat in.

    ``presiding_post_ids`` are the posts the presiding person held, or acted in, on that day in
    the unit concerned.
    """

    held_on: date
    unit_id: int
    bureau_id: int | None
    kind_id: int | None = None
    attending_unit_ids: frozenset[int] = frozenset()
    agenda_kind_ids: frozenset[int] = frozenset()
    presiding_post_ids: frozenset[int] = frozenset()
    legal_sits_in: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class CountingRule:
    """What a version of a schedule demands; ``unit_ids`` are the bodies that may hold it."""

    unit_ids: frozenset[int]
    meeting_kind_id: int | None = None
    agenda_kind_id: int | None = None
    presided_by_post_id: int | None = None
    legal_must_sit_in: bool = False
    make_up: MakeUpRule = field(default_factory=MakeUpRule)


def reasons_not_counting(
    meeting: MeetingFacts,
    rule: CountingRule,
    period: Period,
    bureau_id: int | None,
    make_up_until: date | None,
) -> list[WhyNot]:
    """Why the meeting does not count for the period; empty when it does.

    Only a meeting of the due's own bureau counts, held by one of the bodies or attended by it.
    Every reason is given, so that the clerk sees all of them at once.
    """
    reasons = []
    if meeting.cancelled:
        reasons.append(WhyNot.CANCELLED)
    if meeting.bureau_id != bureau_id:
        reasons.append(WhyNot.OTHER_BUREAU)
    if not rule.unit_ids & {meeting.unit_id, *meeting.attending_unit_ids}:
        reasons.append(WhyNot.OTHER_UNIT)
    reasons += _against_the_content(meeting, rule)
    if rule.presided_by_post_id not in {None, *meeting.presiding_post_ids}:
        reasons.append(WhyNot.NOT_PRESIDED)
    if rule.legal_must_sit_in and not meeting.legal_sits_in:
        reasons.append(WhyNot.LEGAL_ABSENT)
    return reasons + _against_the_day(meeting.held_on, period, make_up_until)


def is_late(meeting: MeetingFacts, period: Period) -> bool:
    """Whether the meeting makes the period up: held after its last day."""
    return meeting.held_on > period.last


def _against_the_content(meeting: MeetingFacts, rule: CountingRule) -> list[WhyNot]:
    """The kind or the agenda item: one of those the rule states is enough."""
    missing = []
    if rule.meeting_kind_id is not None:
        if meeting.kind_id == rule.meeting_kind_id:
            return []
        missing.append(WhyNot.OTHER_KIND)
    if rule.agenda_kind_id is not None:
        if rule.agenda_kind_id in meeting.agenda_kind_ids:
            return []
        missing.append(WhyNot.NO_AGENDA_ITEM)
    return missing


def _against_the_day(held_on: date, period: Period, make_up_until: date | None) -> list[WhyNot]:
    if held_on < period.first:
        return [WhyNot.BEFORE_PERIOD]
    if held_on <= period.last:
        return []
    if make_up_until is None:
        return [WhyNot.AFTER_PERIOD]
    return [WhyNot.TOO_LATE] if held_on > make_up_until else []
