from datetime import date

import pytest

from reports.actions.calendar import (
    CannotChangeCalendar,
    save_holiday,
    seed_holidays,
    take_out_holidays,
)
from reports.models import Holiday, Job
from reports.selectors.calendar import holidays
from tests.factories import NOON, HolidayFactory

pytestmark = pytest.mark.django_db

NOW = {"by": None, "at": NOON}


def test_seed_holidays_knows_the_free_week_of_2026():
    made = seed_holidays(year=2026, **NOW)

    assert made == Holiday.objects.count()
    festival = Holiday.objects.get(day=date(2026, 2, 17))
    assert (festival.kind, festival.name, festival.history.count()) == ("holiday", "春节", 1)
    assert Holiday.objects.get(day=date(2026, 2, 14)).kind == "workday"
    assert seed_holidays(year=2026, **NOW) == 0


def test_seed_holidays_leaves_corrections_alone():
    HolidayFactory(day=date(2026, 2, 17), name="更正")

    seed_holidays(year=2026, **NOW)

    assert Holiday.objects.get(day=date(2026, 2, 17)).name == "更正"


def test_seed_holidays_refuses_a_year_nobody_knows():
    with pytest.raises(CannotChangeCalendar) as caught:
        seed_holidays(year=2050, **NOW)

    assert caught.value.reasons == ["程序自带的节假日表没有2050年，请按国务院办公厅通知录入。"]


def test_a_change_asks_once_for_planning():
    save_holiday(holiday=Holiday(day=date(2026, 7, 1), kind="holiday"), **NOW)
    assert not holidays().is_workday(date(2026, 7, 1))

    take_out_holidays(days=[date(2026, 7, 1)], **NOW)

    assert Holiday.objects.count() == 0
    assert Holiday.history.count() == 2
    assert Job.objects.count() == 1
