"""A due: one period of one schedule for one unit, and what is said of it on a given day.

The verdict is a pure function of facts and a day. A fact dated after that day does not exist yet,
so any past day can be asked for and nothing stored goes stale at midnight.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from reports.domain.calendar import Holidays
from reports.domain.periods import Cadence, NumberedPeriod, Period, Rhythm


class Verdict(StrEnum):
    """What is said of a due on a day."""

    UPCOMING = "upcoming"
    OPEN = "open"
    AWAITING = "awaiting"
    MET = "met"
    MET_LATE = "met_late"
    MISSED = "missed"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


class NotApplicable(StrEnum):
    """Why nothing is owed for a planned period."""

    ABSENT = "absent"
    NOT_BEGUN = "not_begun"
    NO_WORKDAY = "no_workday"


class MakeUp(StrEnum):
    """Until when a missed period may be made up (补开)."""

    NEVER = "never"
    NEXT_PERIOD = "next_period"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class MakeUpRule:
    """A kind of making up; ``days`` are calendar days after the period and belong to DAYS only."""

    kind: MakeUp = MakeUp.NEVER
    days: int = 0

    def __post_init__(self) -> None:
        if self.kind == MakeUp.DAYS and self.days < 1:
            raise ValueError("making up within days needs at least one day")
        if self.kind != MakeUp.DAYS and self.days:
            raise ValueError(f"making up {self.kind} has no days")


def default_make_up(cadence: Cadence) -> MakeUpRule:
    """Weekly and half-monthly schedules never, others until the end of the next period."""
    if cadence in (Cadence.WEEK, Cadence.HALF_MONTH):
        return MakeUpRule(MakeUp.NEVER)
    return MakeUpRule(MakeUp.NEXT_PERIOD)


def make_up_until(rule: MakeUpRule, numbered: NumberedPeriod, rhythm: Rhythm) -> date | None:
    """The last day on which the period may still be made up; None when it may not."""
    if rule.kind == MakeUp.NEVER:
        return None
    if rule.kind == MakeUp.DAYS:
        return numbered.period.last + timedelta(days=rule.days)
    return rhythm.make_up_end(numbered)


def awaits_until(period: Period, recording_days: int, holidays: Holidays) -> date:
    """The last day on which a record is still awaited: so many workdays after the period."""
    return holidays.add_workdays(period.last, recording_days)


@dataclass(frozen=True, slots=True)
class Owing:
    """Whether a period is planned at all, and if so why nothing is owed for it.

    ``known_since`` is the day since which that reason is known (None: always).
    """

    planned: bool
    not_applicable_because: NotApplicable | None = None
    known_since: date | None = None

    @property
    def owed(self) -> bool:
        """Planned, and nothing stands against it."""
        return self.planned and self.not_applicable_because is None


NOT_PLANNED = Owing(planned=False)
OWED = Owing(planned=True)


def owes(
    period: Period,
    *,
    version_from: date,
    ended_on: date | None = None,
    ledger_from: date | None,
    opened_on: date | None = None,
    closed_on: date | None = None,
) -> Owing:
    """Who owes what, as the rules of the work say it.

    A version owes from the first period that *begins* on or after ``version_from``; an ended
    schedule leaves begun periods owed. A bureau without ``ledger_from`` owes nothing, otherwise
    from the first period that begins on or after it. A unit that exists on at least one day owes
    in full; ``closed_on`` is its last day, and the closing is known from that day on.
    """
    if period.first < version_from or (ended_on is not None and period.first > ended_on):
        return NOT_PLANNED
    if opened_on is not None and opened_on > period.last:
        return Owing(True, NotApplicable.ABSENT)
    if ledger_from is None or period.first < ledger_from:
        return Owing(True, NotApplicable.NOT_BEGUN)
    if closed_on is not None and closed_on < period.first:
        return Owing(True, NotApplicable.ABSENT, closed_on)
    return OWED


def not_applicable(owing: Owing, *, has_workday: bool) -> tuple[NotApplicable | None, date | None]:
    """The one reason that is kept with a due, and the day since which it is known.

    A period without a workday owes nothing on any day, so a closing that becomes known later
    changes nothing for it.
    """
    if owing.not_applicable_because is not None:
        return owing.not_applicable_because, owing.known_since if has_workday else None
    return (None, None) if has_workday else (NotApplicable.NO_WORKDAY, None)


class CountedIn(StrEnum):
    """What ``at_least`` and the counted number are of: meetings, or minutes of sessions."""

    TIMES = "times"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """A meeting that counts: the day, and how much it brings (1, or its minutes)."""

    day: date
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Count:
    """How much was held, and the days on which the required number was reached."""

    counted: int
    met_on: date | None
    met_late_on: date | None


def count_held(
    period: Period, at_least: int, held_in_time: Iterable[Held], made_up: Iterable[Held] = ()
) -> Count:
    """Count what was held for a period, in times or in minutes.

    ``met_on`` is the day within the period on which ``at_least`` was reached, ``met_late_on`` the
    day it was reached with made-up ones. A meeting before the period never counts, one after it
    only as made up; one given as made up but held within the period is in time.
    """
    if at_least < 1:
        raise ValueError(f"at least {at_least} is not a duty")
    counted, reached = 0, None
    for each in _counting(period, held_in_time, made_up):
        counted += each.amount
        if reached is None and counted >= at_least:
            reached = each.day
    if reached is None or reached in period:
        return Count(counted, reached, None)
    return Count(counted, None, reached)


def counted_on(
    period: Period, held_in_time: Iterable[Held], made_up: Iterable[Held], on: date
) -> int:
    """How much of it counts as of ``on``: later ones do not exist yet."""
    return sum(each.amount for each in _counting(period, held_in_time, made_up) if each.day <= on)


def _counting(period: Period, held_in_time: Iterable[Held], made_up: Iterable[Held]) -> list[Held]:
    in_time = [each for each in held_in_time if each.day in period]
    return sorted(in_time + [each for each in made_up if each.day >= period.first])


@dataclass(frozen=True, slots=True)
class DueFacts:
    """All that a verdict depends on, but the day it is asked for.

    ``not_applicable_on`` is the day since which the reason is known (None: always).
    """

    period: Period
    at_least: int
    awaits_until: date
    met_on: date | None = None
    met_late_on: date | None = None
    waived_on: date | None = None
    not_applicable_because: NotApplicable | None = None
    not_applicable_on: date | None = None


def verdict(facts: DueFacts, on: date) -> Verdict:
    """What is said of the due on the day ``on``, in the order the rules of the work give."""
    excused = _not_applicable_on(facts, on)
    if excused in (NotApplicable.ABSENT, NotApplicable.NOT_BEGUN):
        return Verdict.NOT_APPLICABLE
    if _happened(facts.met_on, on):
        return Verdict.MET
    if _happened(facts.waived_on, on):
        return Verdict.WAIVED
    if excused == NotApplicable.NO_WORKDAY:
        return Verdict.NOT_APPLICABLE
    if _happened(facts.met_late_on, on):
        return Verdict.MET_LATE
    return _by_the_calendar(facts, on)


def _by_the_calendar(facts: DueFacts, on: date) -> Verdict:
    """Nothing is on record that settles it: only the day decides."""
    if on < facts.period.first:
        return Verdict.UPCOMING
    if on <= facts.period.last:
        return Verdict.OPEN
    return Verdict.AWAITING if on <= facts.awaits_until else Verdict.MISSED


def _happened(fact_on: date | None, on: date) -> bool:
    return fact_on is not None and fact_on <= on


def _not_applicable_on(facts: DueFacts, on: date) -> NotApplicable | None:
    known = facts.not_applicable_on is None or facts.not_applicable_on <= on
    return facts.not_applicable_because if known else None


class ReasonCode(StrEnum):
    """Why a verdict is what it is; the words stand with the other labels."""

    ABSENT = "absent"
    NOT_BEGUN = "not_begun"
    NO_WORKDAY = "no_workday"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"
    UPCOMING = "upcoming"
    OPEN_NOTHING = "open_nothing"
    OPEN_PART = "open_part"
    AWAITING_NOTHING = "awaiting_nothing"
    AWAITING_PART = "awaiting_part"
    MISSED_NOTHING = "missed_nothing"
    MISSED_PART = "missed_part"


@dataclass(frozen=True, slots=True)
class DueReason:
    """The reason of a verdict as data: which period, how many of how many, and the deciding day.

    ``day`` is the day it was met, made up or waived; of an upcoming or running period its first or
    last day; of an awaited record the last day to enter it; otherwise None.
    """

    code: ReasonCode
    verdict: Verdict
    period: Period
    number: int
    cadence: Cadence
    counted: int
    at_least: int
    day: date | None = None
    counted_in: CountedIn = CountedIn.TIMES
    at_most: int | None = None

    @property
    def is_over(self) -> bool:
        """More than the rule wants at most: shown, never punished."""
        return self.at_most is not None and self.counted > self.at_most


def reason(
    facts: DueFacts,
    number: int,
    cadence: Cadence,
    on: date,
    counted: int,
    *,
    counted_in: CountedIn = CountedIn.TIMES,
    at_most: int | None = None,
) -> DueReason:
    """The reason of the verdict of that day; ``counted`` is the number counted as of it."""
    found = verdict(facts, on)
    code, day = _code_and_day(found, facts, counted)
    return DueReason(
        code,
        found,
        facts.period,
        number,
        cadence,
        counted,
        facts.at_least,
        day,
        counted_in,
        at_most,
    )


@dataclass(frozen=True, slots=True)
class Chapter:
    """A verdict and the days it was so: 3月31日：未召开；4月9日起：补开."""

    verdict: Verdict
    first: date


def history(facts: DueFacts, until: date) -> list[Chapter]:
    """How the verdict went from the first day of the period to ``until``, each once as it began.

    A verdict can only change the day after an end, or on the day of a fact.
    """
    after = timedelta(days=1)
    turns = {facts.period.first, facts.period.last + after, facts.awaits_until + after}
    happened = {facts.met_on, facts.met_late_on, facts.waived_on, facts.not_applicable_on}
    turns |= {day for day in happened if day is not None}
    chapters: list[Chapter] = []
    for day in sorted(day for day in turns if day <= until):
        found = verdict(facts, day)
        if not chapters or chapters[-1].verdict != found:
            chapters.append(Chapter(found, day))
    return chapters


def _code_and_day(found: Verdict, facts: DueFacts, counted: int) -> tuple[ReasonCode, date | None]:
    part = counted > 0
    match found:
        case Verdict.NOT_APPLICABLE:
            because = facts.not_applicable_because
            return ReasonCode(because.value if because else ReasonCode.ABSENT), None
        case Verdict.MET:
            return ReasonCode.MET, facts.met_on
        case Verdict.WAIVED:
            return ReasonCode.WAIVED, facts.waived_on
        case Verdict.MET_LATE:
            return ReasonCode.MET_LATE, facts.met_late_on
        case Verdict.UPCOMING:
            return ReasonCode.UPCOMING, facts.period.first
        case Verdict.OPEN:
            code = ReasonCode.OPEN_PART if part else ReasonCode.OPEN_NOTHING
            return code, facts.period.last
        case Verdict.AWAITING:
            code = ReasonCode.AWAITING_PART if part else ReasonCode.AWAITING_NOTHING
            return code, facts.awaits_until
        case Verdict.MISSED:
            return (ReasonCode.MISSED_PART if part else ReasonCode.MISSED_NOTHING), None
