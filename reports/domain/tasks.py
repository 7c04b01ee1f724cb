"""Tasks from above (上级任务): how they stand, and what speaks against reporting one as done."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TaskStanding(StrEnum):
    """How a task stands against its due day."""

    IN_TIME = "in_time"
    OVERDUE = "overdue"
    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What the rules ask of a task from above; without a due day it is never overdue."""

    issued_on: date
    due_on: date | None = None
    done_on: date | None = None
    cancelled: bool = False


def task_standing(facts: TaskFacts, on: date) -> TaskStanding:
    """How the task stands as of a day; the due day itself is in time."""
    if facts.cancelled:
        return TaskStanding.CANCELLED
    if facts.done_on is not None and facts.done_on <= on:
        late = facts.due_on is not None and facts.done_on > facts.due_on
        return TaskStanding.DONE_LATE if late else TaskStanding.DONE_IN_TIME
    late = facts.due_on is not None and on > facts.due_on
    return TaskStanding.OVERDUE if late else TaskStanding.IN_TIME


class AgainstDone(StrEnum):
    """Why a task may not be reported as done."""

    CANCELLED = "cancelled"
    ALREADY_DONE = "already_done"
    NO_RESULT = "no_result"
    IN_FUTURE = "in_future"
    BEFORE_ISSUED = "before_issued"
    MEASURES_OPEN = "measures_open"


def reasons_against_done(
    facts: TaskFacts, *, on: date, today: date, result: str, open_measures: int
) -> list[AgainstDone]:
    """Why the task may not be reported as done on that day; empty when it may.

    It says what was achieved, and none of the measures that answer it is still open.
    """
    if facts.cancelled:
        return [AgainstDone.CANCELLED]
    if facts.done_on is not None:
        return [AgainstDone.ALREADY_DONE]
    reasons = []
    if not result.strip():
        reasons.append(AgainstDone.NO_RESULT)
    if on > today:
        reasons.append(AgainstDone.IN_FUTURE)
    if on < facts.issued_on:
        reasons.append(AgainstDone.BEFORE_ISSUED)
    if open_measures:
        reasons.append(AgainstDone.MEASURES_OPEN)
    return reasons
