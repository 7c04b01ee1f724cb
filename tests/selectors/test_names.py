"""One rule in two voices: the name of a unit on a day."""

from datetime import date

import pytest
from django.db.models import F

from reports.domain.names import EarlierName, name_then
from reports.models import Meeting, Unit
from reports.selectors.names import called_then, with_name_then
from tests.factories import MeetingFactory, UnitFactory, UnitNameFactory

pytestmark = pytest.mark.django_db

DAYS = [
    date(2010, 1, 1),
    *(date(2024, 3, day) for day in (30, 31)),
    date(2024, 4, 1),
    date(2025, 12, 31),
    date(2026, 1, 1),
]


@pytest.fixture
def station():
    unit = UnitFactory(name="一所")
    UnitNameFactory(unit=unit, name="城关所", first_day=None, last_day=date(2024, 3, 31))
    UnitNameFactory(
        unit=unit, name="东门所", first_day=date(2024, 4, 1), last_day=date(2025, 12, 31)
    )
    return unit


@pytest.mark.parametrize("day", DAYS)
def test_both_voices_agree(station, day):
    earlier = [
        EarlierName(row.name, row.first_day, row.last_day) for row in station.earlier_names.all()
    ]
    row = with_name_then(Unit.objects.all(), day, unit="pk").get(pk=station.pk)

    assert (row.unit_name_then or "") == name_then(earlier, day)


def test_of_rows_with_days_of_their_own_no_query_more(station, django_assert_num_queries):
    for day in DAYS:
        MeetingFactory(unit=station, held_on=day)

    with django_assert_num_queries(1):
        rows = list(
            with_name_then(Meeting.objects.select_related("unit"), F("held_on")).order_by("held_on")
        )
        called = [called_then(row.unit, row.unit_name_then) for row in rows]

    assert called == ["城关所", "城关所", "城关所", "东门所", "东门所", "一所"]
