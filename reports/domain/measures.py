"""Measures: on time, overdue, done late, without movement; and extensions (延期)."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NO_MOVEMENT_AFTER = timedelta(days=30)


class MeasureState(StrEnum):
    """Where a measure stands, whatever its due day."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class MeasureStanding(StrEnum):
    """How a measure stands against its due day."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    NO_MOVEMENT = "no_movement"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    DROPPED = "dropped"


def due_day(day: date, month_only: bool) -> date:
    """The last day in time: ``day``, or the last day of its month when only that is known."""
    return day.replace(day=monthrange(day.year, day.month)[1]) if month_only else day


@dataclass(frozen=True, slots=True)
class ExtensionFacts:
    """A later due day that was granted."""

    granted_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What the rules ask of a measure; ``due_on`` is the day first set, None: without a limit.

    ``last_progress_on`` is the day of the last entry that told of something: "nothing new" is an
    honest entry, and no movement.
    """

    title: str
    done_on: date | None = None
    dropped_on: date | None = None
    due_on: date | None = None
    begun_on: date | None = None
    last_progress_on: date | None = None
    extensions: tuple[ExtensionFacts, ...] = ()

    def ended_by(self, day: date) -> bool:
        """Whether it was done or dropped on that day or before."""
        return any(end is not None and end <= day for end in (self.done_on, self.dropped_on))

    def due_as_of(self, day: date) -> date | None:
        """The due day with every extension granted by that day."""
        granted = sorted(
            (each for each in self.extensions if each.granted_on <= day),
            key=lambda each: (each.granted_on, each.due_on),
        )
        return granted[-1].due_on if granted else self.due_on


def state(facts: MeasureFacts, on: date) -> MeasureState:
    """Open, done or dropped as of a day; of two ends the earlier one counts."""
    if not facts.ended_by(on):
        return MeasureState.OPEN
    done, dropped = facts.done_on, facts.dropped_on
    if done is not None and done <= on and (dropped is None or done <= dropped):
        return MeasureState.DONE
    return MeasureState.DROPPED


def standing(
    facts: MeasureFacts, on: date, *, no_movement_after: timedelta = NO_MOVEMENT_AFTER
) -> MeasureStanding:
    """How the measure stands on that day.

    Overdue comes before no movement; a measure without a due day is never overdue or late. No
    movement is said of an open measure that was begun, or last reported on, longer ago than
    ``no_movement_after``.
    """
    current = state(facts, on)
    if current == MeasureState.DROPPED:
        return MeasureStanding.DROPPED
    due_on = facts.due_as_of(on)
    if current == MeasureState.DONE:
        late = due_on is not None and facts.done_on is not None and facts.done_on > due_on
        return MeasureStanding.DONE_LATE if late else MeasureStanding.DONE_IN_TIME
    if due_on is not None and on > due_on:
        return MeasureStanding.OVERDUE
    if is_silent(facts, on, no_movement_after=no_movement_after):
        return MeasureStanding.NO_MOVEMENT
    return MeasureStanding.IN_TIME


def days_of_silence(days: Iterable[int]) -> timedelta:
    """After how long silence is remarked on: the least of what the classes of its problems say.

    A measure without a problem is remarked on as ``NO_MOVEMENT_AFTER`` says.
    """
    return min((timedelta(days=each) for each in days), default=NO_MOVEMENT_AFTER)


def is_silent(
    facts: MeasureFacts, on: date, *, no_movement_after: timedelta = NO_MOVEMENT_AFTER
) -> bool:
    """Whether it is open without movement for longer than that, overdue or not."""
    moved_on = _last_movement(facts, on)
    return (
        state(facts, on) == MeasureState.OPEN
        and moved_on is not None
        and on - moved_on > no_movement_after
    )


def is_late(facts: MeasureFacts, on: date) -> bool:
    """Whether it was done by that day, after its due day."""
    return standing(facts, on) == MeasureStanding.DONE_LATE


def _last_movement(facts: MeasureFacts, on: date) -> date | None:
    known = [day for day in (facts.begun_on, facts.last_progress_on) if day and day <= on]
    return max(known, default=None)


class MilestoneStanding(StrEnum):
    """How a milestone (节点) stands against its day."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    LEFT = "left"


def milestone_standing(
    *, due_on: date, done_on: date | None, on: date, measure_ended_on: date | None = None
) -> MilestoneStanding:
    """How a milestone stands on a day; of a measure that has ended it is left, never overdue."""
    if done_on is not None and done_on <= on:
        return MilestoneStanding.DONE_LATE if done_on > due_on else MilestoneStanding.DONE_IN_TIME
    if measure_ended_on is not None and measure_ended_on <= on:
        return MilestoneStanding.LEFT
    return MilestoneStanding.OVERDUE if on > due_on else MilestoneStanding.IN_TIME


class AgainstProgress(StrEnum):
    """Why an entry of progress contradicts itself."""

    DONE_AND_NEARLY = "done_and_nearly"
    NOTHING_NEW_AND_DONE = "nothing_new_and_done"
    NOTHING_NEW_AND_PERCENT = "nothing_new_and_percent"
    PERCENT_OUT_OF_RANGE = "percent_out_of_range"
    DONE_BELOW_A_HUNDRED = "done_below_a_hundred"


def reasons_against_progress(
    *, finishes: bool, basically_done: bool, nothing_new: bool, percent: int | None
) -> list[AgainstProgress]:
    """Why an entry may not say all this at once; empty when it may.

    Basically done stays open; nothing new moves nothing; what is done is done to a hundred per
    cent, where a per cent is given at all.
    """
    reasons = []
    if finishes and basically_done:
        reasons.append(AgainstProgress.DONE_AND_NEARLY)
    if nothing_new and (finishes or basically_done):
        reasons.append(AgainstProgress.NOTHING_NEW_AND_DONE)
    if nothing_new and percent is not None:
        reasons.append(AgainstProgress.NOTHING_NEW_AND_PERCENT)
    if percent is not None and not 0 <= percent <= 100:
        reasons.append(AgainstProgress.PERCENT_OUT_OF_RANGE)
    elif finishes and percent is not None and percent < 100:
        reasons.append(AgainstProgress.DONE_BELOW_A_HUNDRED)
    return reasons


def keeps_to_months(month_only: bool, new_due_on: date) -> bool:
    """Whether a later due day of a month-precise measure is again only a month: its last day."""
    return month_only and new_due_on == due_day(new_due_on, True)


class AgainstExtension(StrEnum):
    """Why an extension is refused."""

    NO_DUE_DAY = "no_due_day"
    ENDED = "ended"
    ASKED_TOO_LATE = "asked_too_late"
    NOT_LATER = "not_later"
    OWN_REQUEST = "own_request"
    GRANTED_BEFORE_ASKED = "granted_before_asked"
    IN_FUTURE = "in_future"


def reasons_against_extension(
    facts: MeasureFacts,
    *,
    asked_on: date,
    asked_by: int,
    new_due_on: date,
    today: date,
    granted_on: date | None = None,
    granted_by: int | None = None,
) -> list[AgainstExtension]:
    """Why a later due day may not be asked for, or granted; empty when it may.

    It is asked for *before* the due day, for a later one, and granted by another person, on the
    day of asking or later; the grant itself may come after the old due day. Leave the ``granted_…``
    out for a request.
    """
    reasons = []
    due_on = facts.due_as_of(asked_on)
    if due_on is None:
        reasons.append(AgainstExtension.NO_DUE_DAY)
    else:
        if asked_on >= due_on:
            reasons.append(AgainstExtension.ASKED_TOO_LATE)
        if new_due_on <= due_on:
            reasons.append(AgainstExtension.NOT_LATER)
    if facts.ended_by(granted_on or asked_on):
        reasons.append(AgainstExtension.ENDED)
    if granted_by is not None and granted_by == asked_by:
        reasons.append(AgainstExtension.OWN_REQUEST)
    if granted_on is not None and granted_on < asked_on:
        reasons.append(AgainstExtension.GRANTED_BEFORE_ASKED)
    if max(asked_on, granted_on or asked_on) > today:
        reasons.append(AgainstExtension.IN_FUTURE)
    return reasons


def overdue(measures: Iterable[MeasureFacts], on: date) -> list[MeasureFacts]:
    """Those that are open past their due day, in the order given."""
    return [each for each in measures if standing(each, on) == MeasureStanding.OVERDUE]
