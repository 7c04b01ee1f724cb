"""When the machine that serves the ledger is well, wants attention, or has a fault.

The limits are those of the operating manual: a backup every night, a restore rehearsed every
quarter, a recount every week.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum


class Health(StrEnum):
    """How something of the machine stands."""

    GOOD = "good"
    ATTENTION = "attention"
    FAULT = "fault"


GIGABYTE = 1024**3
# A worker leaves word every minute; a machine that is busy may be late.
WORKER_SILENT = timedelta(minutes=5)
WAITS_TOO_LONG = timedelta(hours=1)
FAILED_LATELY = timedelta(days=7)
BACKUP_LATE, BACKUP_LACKING = timedelta(hours=36), timedelta(days=7)
RESTORE_LATE = timedelta(days=100)
AUDIT_LATE = timedelta(days=8)
PLAN_LATE = timedelta(days=2)
# A clock may be a little behind the machine on which the release was made.
CLOCK_GRAIN = timedelta(days=1)


def worst(found: Collection[Health]) -> Health:
    """The worst of several; good when there is none."""
    order = list(Health)
    return max(found, key=order.index, default=Health.GOOD)


def disk_health(*, free: int, total: int) -> Health:
    """Of the free and the whole size in bytes: a fault below 5 % or 2 GB, attention below 15 %."""
    if free < 2 * GIGABYTE or free * 20 < total:
        return Health.FAULT
    return Health.ATTENTION if free * 100 < 15 * total else Health.GOOD


def age_health(
    last: datetime | None,
    *,
    now: datetime,
    late: timedelta,
    lacking: timedelta | None = None,
    succeeded: bool = True,
) -> Health:
    """Of something that must be done again and again.

    A failure, and anything older than ``lacking``, is a fault; never, and older than ``late``,
    wants attention.
    """
    if last is not None and not succeeded:
        return Health.FAULT
    if last is None:
        return Health.ATTENTION
    if lacking is not None and now - last > lacking:
        return Health.FAULT
    return Health.ATTENTION if now - last > late else Health.GOOD


def worker_health(last: datetime | None, *, running: int, now: datetime) -> Health:
    """Whether the process that does the longer work is there; a job in its hands says so, too."""
    if running or (last is not None and now - last <= WORKER_SILENT):
        return Health.GOOD
    return Health.FAULT


def jobs_health(*, oldest_waiting: datetime | None, failed: int, now: datetime) -> Health:
    """Of the job that waits longest, and how many failed in the last seven days."""
    if oldest_waiting is not None and now - oldest_waiting > WAITS_TOO_LONG:
        return Health.FAULT
    return Health.ATTENTION if failed else Health.GOOD


def clock_health(now: datetime, *, newest: datetime | None) -> Health:
    """A clock that runs before the release was made, or before the last thing that was noted, is
    wrong: days and weeks would be."""
    if newest is not None and now < newest - CLOCK_GRAIN:
        return Health.FAULT
    return Health.GOOD
