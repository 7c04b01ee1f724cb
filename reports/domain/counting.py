"""Which meeting counts for which due, and why another does not.

A due is met by a meeting of the stated kind or, where the schedule says so, by an agenda item of
the stated kind in any meeting of the stated body.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from reports.domain.dues import CountedIn, MakeUpRule
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
    NO_LEGAL_OPINION = "no_legal_opinion"
    NOT_ATTENDED = "not_attended"
    NO_TIMES = "no_times"
    TOO_SHORT = "too_short"
    BEFORE_PERIOD = "before_period"
    AFTER_PERIOD = "after_period"
    TOO_LATE = "too_late"
    OTHER_PERIOD = "other_period"
    BY_DECISION = "by_decision"
    NOT_CONFIRMED = "not_confirmed"


# The meeting was held all the same: it is recorded, and the due says why it does not count. What
# is not here (another unit, kind or day) cannot be ticked at all.
STILL_RECORDED = frozenset(
    {
        WhyNot.NOT_PRESIDED,
        WhyNot.LEGAL_ABSENT,
        WhyNot.NO_LEGAL_OPINION,
        WhyNot.NOT_ATTENDED,
        WhyNot.NO_TIMES,
        WhyNot.TOO_SHORT,
        WhyNot.NOT_CONFIRMED,
    }
)


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
    minutes: int | None = None
    attending_person_ids: frozenset[int] = frozenset()
    law_items: int = 0
    law_items_with_opinion: int = 0
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class CountingRule:
    """What a version of a schedule demands; ``unit_ids`` are the bodies that may hold it.

    ``deputy_post_id`` may preside instead, where the rule says so. ``legal_on_law_items`` asks for
    the legal unit, with its opinion, only where an item is marked 涉法. ``person_id`` is who owes
    the due, where each person does; ``body_only`` says that a named body must have held it.
    """

    unit_ids: frozenset[int]
    meeting_kind_id: int | None = None
    agenda_kind_id: int | None = None
    presided_by_post_id: int | None = None
    deputy_post_id: int | None = None
    legal_must_sit_in: bool = False
    legal_on_law_items: bool = False
    min_minutes: int | None = None
    counted_in: CountedIn = CountedIn.TIMES
    person_id: int | None = None
    body_only: bool = False
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
    # A person takes part wherever it is held; a unit must have held it, or be of the session.
    elsewhere = not rule.unit_ids & {meeting.unit_id, *meeting.attending_unit_ids}
    if elsewhere and (rule.person_id is None or rule.body_only):
        reasons.append(WhyNot.OTHER_UNIT)
    reasons += _against_the_content(meeting, rule)
    reasons += _against_the_day(meeting.held_on, period, make_up_until)
    return reasons + _against_the_form(meeting, rule)


def minutes_between(starts_at: time | None, ends_at: time | None) -> int | None:
    """How long a session lasted; None without both ends. Ending earlier it ran past midnight."""
    if starts_at is None or ends_at is None:
        return None
    begun = starts_at.hour * 60 + starts_at.minute
    ended = ends_at.hour * 60 + ends_at.minute
    return (ended - begun) % (24 * 60)


def amount_of(minutes: int | None, counted_in: CountedIn) -> int:
    """What a counting meeting brings: one time, or its minutes."""
    return 1 if counted_in == CountedIn.TIMES else minutes or 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A due that one meeting is held against: ``row`` is its schedule, unit and person."""

    due_id: int
    row: tuple[int, int, int | None]
    first: date
    late: bool
    both_allowed: bool = False


def counting_twice(ticks: Iterable[Tick]) -> frozenset[int]:
    """The dues that one meeting would discharge beside another period of the same schedule.

    Made up for an earlier period, it does not also count for its own or a second one, unless the
    schedule allows both. The earliest period keeps the meeting; the others are given here.
    """
    ticks = list(ticks)
    late_rows = {tick.row for tick in ticks if tick.late}
    kept: set[tuple[int, int, int | None]] = set()
    refused = set()
    for tick in sorted(ticks, key=lambda tick: (tick.first, tick.due_id)):
        if tick.row not in late_rows or tick.both_allowed:
            continue
        if tick.row in kept:
            refused.add(tick.due_id)
        kept.add(tick.row)
    return frozenset(refused)


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


def _against_the_form(meeting: MeetingFacts, rule: CountingRule) -> list[WhyNot]:
    """How it was held: who presided and took part, the legal unit, how long, confirmed."""
    reasons = []
    if rule.presided_by_post_id is not None and not meeting.presiding_post_ids & {
        rule.presided_by_post_id,
        rule.deputy_post_id,
    }:
        reasons.append(WhyNot.NOT_PRESIDED)
    asked = rule.legal_must_sit_in or (rule.legal_on_law_items and meeting.law_items > 0)
    if asked and not meeting.legal_sits_in:
        reasons.append(WhyNot.LEGAL_ABSENT)
    if rule.legal_on_law_items and meeting.law_items_with_opinion < meeting.law_items:
        reasons.append(WhyNot.NO_LEGAL_OPINION)
    if rule.person_id is not None and rule.person_id not in meeting.attending_person_ids:
        reasons.append(WhyNot.NOT_ATTENDED)
    if rule.counted_in == CountedIn.MINUTES or rule.min_minutes is not None:
        if meeting.minutes is None:
            reasons.append(WhyNot.NO_TIMES)
        elif rule.min_minutes is not None and meeting.minutes < rule.min_minutes:
            reasons.append(WhyNot.TOO_SHORT)
    if not meeting.confirmed:
        reasons.append(WhyNot.NOT_CONFIRMED)
    return reasons


def _against_the_day(held_on: date, period: Period, make_up_until: date | None) -> list[WhyNot]:
    if held_on < period.first:
        return [WhyNot.BEFORE_PERIOD]
    if held_on <= period.last:
        return []
    if make_up_until is None:
        return [WhyNot.AFTER_PERIOD]
    return [WhyNot.TOO_LATE] if held_on > make_up_until else []
