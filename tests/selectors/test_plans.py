"""The indexes that pages of a large ledger live on are really entered by their queries.

A renamed column, a condition in other words, an index dropped: nothing else would notice before the
tables are large.
"""

from datetime import date

import pytest
from django.db import connection

from reports.models import Due, DueCount, Meeting, Problem, Unit
from reports.selectors.dues import dues_for
from reports.selectors.measures import measures_for
from reports.selectors.meetings import meetings_for
from reports.selectors.places import Under, found_at_bureaus
from reports.selectors.problems import problems_for
from reports.tables.base import KeyOrder

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 10)
DAYS = {"on": DAY, "today": DAY}
CITY = Under(1, "市局", "00100000001", "00100000002")


def begun_dues():
    rows = dues_for(None, on=DAY, year=2026).filter(period_first__lte=DAY)
    return rows.order_by("-period_last", "pk")


def behind(rows, *values):
    return rows.filter(KeyOrder.of(rows).behind(values))


# What is asked for, the index, and the column by which it must be entered.
PLANS = {
    "dues of the country": (lambda: begun_dues()[:50], "due_of_year_in_order", "year"),
    "dues of the country, further down": (
        lambda: behind(begun_dues(), DAY, 7)[:50],
        "due_of_year_in_order",
        "period_last",
    ),
    "dues of a bureau": (lambda: dues_for(None, on=DAY, year=2026, bureau=1), "due_of_bureau", ""),
    "dues of a unit": (lambda: Due.objects.filter(unit=1, year=2026), "due_of_unit", "year"),
    "a schedule's year": (
        lambda: Due.objects.filter(schedule=1, year=2026).order_by("period_first"),
        "due_of_schedule",
        "year",
    ),
    "dues that lack papers": (
        lambda: dues_for(None, on=DAY, year=2026, lacking=True),
        "due_lacking",
        "year",
    ),
    "kept counts of bureaus": (
        lambda: DueCount.objects.filter(bureau__in=[1, 2], year=2026),
        "duecount_",
        "year",
    ),
    "newest meetings": (
        lambda: Meeting.objects.standing().order_by("-held_on", "-pk")[:50],
        "meeting_newest_first",
        "",
    ),
    "meetings, further down": (
        lambda: behind(Meeting.objects.order_by("-held_on", "-pk"), DAY, 7)[:50],
        "meeting_newest_first",
        "held_on",
    ),
    "meetings of a unit": (
        lambda: meetings_for(None, on=DAY, year=2026, unit=1),
        "meeting_",
        "held_on",
    ),
    "newest problems": (
        lambda: Problem.objects.order_by("-found_on", "-pk")[:50],
        "problem_newest_first",
        "",
    ),
    "problems of a bureau": (
        lambda: problems_for(None, bureau=1, **DAYS).order_by(),
        "problem_",
        "bureau_id",
    ),
    "problems counted": (
        lambda: (
            Problem.objects.standing().filter(bureau__in=[1, 2], state="closed").values("bureau")
        ),
        "problem_by_state",
        "state",
    ),
    "measures overdue": (
        lambda: measures_for(None, bureau=1, overdue=True, **DAYS).order_by(),
        "measure_open",
        "due_on",
    ),
    "units below a place": (
        lambda: Unit.objects.filter(CITY.holds("")).in_order(),
        "reports_unit_path",
        "path",
    ),
}


# PostgreSQL chooses between indexes by what the tables hold; of empty ones it knows nothing. SQLite
# goes by the columns alone.
BY_STATISTICS = {
    *("dues of a bureau", "dues of a unit", "a schedule's year", "kept counts of bureaus"),
    *("meetings of a unit", "problems of a bureau"),
}
ASKED = [n for n in PLANS if connection.vendor == "sqlite" or n not in BY_STATISTICS]


def plan_of(rows) -> str:
    """What the database would do, were the tables too large to be read as a whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return rows.explain()


@pytest.mark.parametrize("name", ASKED)
def test_the_index_is_entered(name):
    rows, index, column = PLANS[name]

    plan = plan_of(rows())

    lines = [line for line in plan.splitlines() if index in line]
    assert lines, plan
    if column:
        # SQLite says it on the same line, PostgreSQL on one of its own.
        assert any(column in part for part in [*lines, *_conditions(plan)]), plan


def _conditions(plan: str) -> list[str]:
    return [line for line in plan.splitlines() if "Index Cond" in line]


def test_the_long_list_is_not_sorted():
    plan = plan_of(begun_dues().select_related(None)[:50])

    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_bureaus_are_counted_in_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = found_at_bureaus([1, 2], year=2026, **DAYS)

    assert found == ({}, {})
