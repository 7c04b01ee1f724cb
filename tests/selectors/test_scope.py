"""What a user may see that is not simply below her unit."""

from datetime import date

import pytest

from reports.domain.access import Act, Role
from reports.models import Schedule
from reports.selectors.scope import scope_of
from tests.factories import (
    BureauFactory,
    CityFactory,
    ScheduleVersionFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEGAL_OFFICER, Role.LEADER])
def test_a_rule_set_above_the_bureaus_is_read_below_and_set_by_nobody_there(role):
    city = CityFactory()
    bureau = BureauFactory(parent=city)
    station = UnitFactory(parent=bureau, ledger_from=None)
    above = ScheduleVersionFactory(schedule__set__unit=city).schedule
    elsewhere = ScheduleVersionFactory().schedule
    user = member(role, station if role == Role.CLERK else bureau)

    scope = scope_of(user, today=date(2026, 6, 10))

    seen = scope.limit(Schedule.objects.all())
    assert above in seen
    assert elsewhere not in seen
    assert not scope.may(Act.SET_SCHEDULE, above)


@pytest.mark.parametrize(
    ("role", "act", "seen"),
    [
        (Role.LEGAL_OFFICER, Act.RECORD_MEETING, ["局", "一所", "组", "二所"]),
        (Role.CLERK, Act.RECORD_MEETING, ["一所", "组"]),
        (Role.INSPECTOR, Act.RECORD_MEETING, []),
        (Role.INSPECTOR, Act.REGISTER_PROBLEM, ["局", "一所", "组", "二所"]),
    ],
)
def test_the_units_around_an_act_are_those_of_its_bureaus_that_may_be_read(role, act, seen):
    bureau = BureauFactory(name="局")
    station = UnitFactory(parent=bureau, name="一所")
    UnitFactory(parent=station, name="组")
    UnitFactory(parent=bureau, name="二所")
    UnitFactory(name="别处")
    user = member(role, station if role == Role.CLERK else bureau)

    scope = scope_of(user, today=date(2026, 6, 10))

    assert [unit.name for unit in scope.units_around(act).in_order()] == seen


def test_a_rule_set_above_the_bureaus_is_read_by_who_oversees_them():
    city = CityFactory()
    BureauFactory(parent=city)
    own = ScheduleVersionFactory(schedule__set__unit=city).schedule
    elsewhere = ScheduleVersionFactory(schedule__set__unit=CityFactory()).schedule

    scope = scope_of(member(Role.SUPERVISOR, city), today=date(2026, 6, 10))

    seen = scope.limit(Schedule.objects.all())
    assert own in seen
    assert elsewhere not in seen
