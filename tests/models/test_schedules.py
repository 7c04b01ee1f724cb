"""``DueQuerySet.with_verdict`` says in SQL what ``domain.dues.verdict`` says of the same facts."""

from datetime import date, timedelta
from itertools import product

import pytest

from reports.domain.dues import Verdict
from reports.models import Due, Unit
from tests.factories import DueFactory, ScheduleVersionFactory

pytestmark = pytest.mark.django_db

# June 2026, recorded within five workdays: until 7 July.
IN_TIME = (None, date(2026, 6, 1), date(2026, 6, 20), date(2026, 6, 30))
LATE = (None, date(2026, 7, 3), date(2026, 7, 20))
WAIVED = (None, date(2026, 5, 28), date(2026, 6, 15), date(2026, 7, 10))
NOT_APPLICABLE = (
    ("", None),
    ("absent", None),
    ("absent", date(2026, 6, 10)),
    ("not_begun", None),
    ("no_workday", None),
    ("no_workday", date(2026, 6, 10)),
)
DAYS = (
    date(2026, 5, 27),
    date(2026, 5, 28),
    date(2026, 5, 31),
    date(2026, 6, 1),
    date(2026, 6, 9),
    date(2026, 6, 10),
    date(2026, 6, 20),
    date(2026, 6, 30),
    date(2026, 7, 1),
    date(2026, 7, 3),
    date(2026, 7, 7),
    date(2026, 7, 8),
    date(2026, 7, 20),
    date(2026, 12, 31),
)


@pytest.fixture
def every_due():
    """A unit for every combination of facts, with one due: June 2026."""
    version = ScheduleVersionFactory()
    owner = version.schedule.set.unit
    combinations = list(product(IN_TIME, LATE, WAIVED, NOT_APPLICABLE))
    units = Unit.objects.bulk_create(
        Unit(name=f"{n}所", kind=owner.kind, parent=owner, bureau=owner, path=f"{n:022d}")
        for n in range(len(combinations))
    )
    return Due.objects.bulk_create(
        DueFactory.build(
            version=version,
            unit=unit,
            met_on=met,
            met_late_on=late,
            waived_on=waived,
            not_applicable_because=because,
            not_applicable_on=since,
        )
        for unit, (met, late, waived, (because, since)) in zip(units, combinations, strict=True)
    )


@pytest.mark.usefixtures("every_due")
def test_sql_and_domain_agree_on_every_verdict():
    seen = set()

    for on in DAYS:
        for due in Due.objects.with_verdict(on):
            assert due.verdict == due.verdict_on(on).value, (due.facts, on)
            seen.add(due.verdict)

    assert seen == {verdict.value for verdict in Verdict}


def test_of_verdicts_leaves_those_that_have_one_of_them():
    version = ScheduleVersionFactory()
    met = DueFactory(version=version, day=date(2026, 4, 1), met_on=date(2026, 4, 9))
    missed = DueFactory(version=version, day=date(2026, 3, 1))
    DueFactory(version=version, day=date(2026, 6, 10))
    on = date(2026, 6, 10)

    found = Due.objects.of_verdicts(on, [Verdict.MET, Verdict.MISSED])

    assert set(found) == {met, missed}


def test_a_later_fact_does_not_exist_in_sql_either():
    due = DueFactory(met_on=date(2026, 6, 20))

    before = Due.objects.with_verdict(due.met_on - timedelta(days=1)).get()

    assert before.verdict == "open"
