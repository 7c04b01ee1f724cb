"""When the machine is well, wants attention, or has a fault."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.domain.system import (
    GIGABYTE,
    Health,
    age_health,
    clock_health,
    disk_health,
    jobs_health,
    worker_health,
    worst,
)

NOW = datetime(2026, 6, 10, 4, tzinfo=UTC)
GOOD, ATTENTION, FAULT = Health.GOOD, Health.ATTENTION, Health.FAULT


def ago(**span):
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("found", "expected"),
    [([], GOOD), ([GOOD], GOOD), ([GOOD, FAULT, ATTENTION], FAULT), ([ATTENTION, GOOD], ATTENTION)],
)
def test_worst(found, expected):
    assert worst(found) == expected


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [(15, 100, GOOD), (14, 100, ATTENTION), (5, 100, ATTENTION), (4, 100, FAULT), (1, 4, FAULT)],
)
def test_disk(free, total, expected):
    assert disk_health(free=free * GIGABYTE, total=total * GIGABYTE) == expected


@pytest.mark.parametrize(
    ("last", "succeeded", "expected"),
    [
        (None, True, ATTENTION),
        (ago(hours=36), True, GOOD),
        (ago(hours=37), True, ATTENTION),
        (ago(days=8), True, FAULT),
        (ago(hours=1), False, FAULT),
    ],
)
def test_age(last, succeeded, expected):
    limits = {"late": timedelta(hours=36), "lacking": timedelta(days=7)}

    assert age_health(last, now=NOW, succeeded=succeeded, **limits) == expected


@pytest.mark.parametrize(
    ("last", "running", "expected"),
    [
        (ago(minutes=5), 0, GOOD),
        (ago(minutes=6), 0, FAULT),
        (ago(minutes=6), 1, GOOD),
        (None, 0, FAULT),
    ],
)
def test_worker(last, running, expected):
    assert worker_health(last, running=running, now=NOW) == expected


@pytest.mark.parametrize(
    ("waiting", "failed", "expected"),
    [
        (None, 0, GOOD),
        (ago(minutes=60), 0, GOOD),
        (ago(minutes=61), 0, FAULT),
        (None, 1, ATTENTION),
    ],
)
def test_jobs(waiting, failed, expected):
    assert jobs_health(oldest_waiting=waiting, failed=failed, now=NOW) == expected


@pytest.mark.parametrize(
    ("newest", "expected"),
    [(None, GOOD), (NOW + timedelta(days=1), GOOD), (NOW + timedelta(days=2), FAULT)],
)
def test_clock(newest, expected):
    assert clock_health(NOW, newest=newest) == expected
