"""The calendar of the state: days off and make-up workdays, as staff keep them."""

from collections.abc import Iterable
from datetime import date, datetime

import chinese_calendar
from chinese_calendar import constants
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.models import Holiday, Job
from reports.models.choices import DayKind, JobKind, JobState

NAMES = {
    chinese_calendar.Holiday.new_years_day: gettext_noop("元旦"),
    chinese_calendar.Holiday.spring_festival: gettext_noop("春节"),
    chinese_calendar.Holiday.tomb_sweeping_day: gettext_noop("清明节"),
    chinese_calendar.Holiday.labour_day: gettext_noop("劳动节"),
    chinese_calendar.Holiday.dragon_boat_festival: gettext_noop("端午节"),
    chinese_calendar.Holiday.national_day: gettext_noop("国庆节"),
    chinese_calendar.Holiday.mid_autumn_festival: gettext_noop("中秋节"),
    chinese_calendar.Holiday.anti_fascist_70th_day: gettext_noop("抗战胜利日"),
}


class CannotChangeCalendar(Refused):
    """The calendar may not be changed like this."""


@transaction.atomic
def seed_holidays(*, year: int, by: User | None, at: datetime) -> int:
    """Enter what the chinesecalendar package knows of a year; how many days are new.

    Days that are already entered stay as they are: staff may have corrected them. Refuses a year
    that the package does not know.
    """
    found = known_days(year)
    if not found:
        raise CannotChangeCalendar(
            [_("程序自带的节假日表没有%(year)s年，请按国务院办公厅通知录入。") % {"year": year}]
        )
    have = set(Holiday.objects.filter(day__year=year).values_list("day", flat=True))
    new = [row for row in found if row.day not in have]
    bulk_create(Holiday, new, by=by, at=at)
    return len(new)


def known_days(year: int) -> list[Holiday]:
    """The days off and make-up workdays of a year that the package knows, unsaved, in order.

    Plain weekends are no entries: the rules know them.
    """
    source = _("chinesecalendar 自带数据")
    rows = [
        Holiday(day=day, kind=DayKind.HOLIDAY.value, name=NAMES.get(_of(name), name), source=source)
        for day, name in constants.holidays.items()
        if day.year == year
    ]
    rows += [
        Holiday(day=day, kind=DayKind.WORKDAY.value, name=NAMES.get(_of(name), name), source=source)
        for day, name in constants.workdays.items()
        if day.year == year
    ]
    return sorted(rows, key=lambda row: row.day)


def _of(name: str) -> chinese_calendar.Holiday | None:
    return next((each for each in chinese_calendar.Holiday if each.value == name), None)


@transaction.atomic
def save_holiday(*, holiday: Holiday, by: User | None, at: datetime) -> Holiday:
    """Enter or correct a day of the calendar, and ask for the dues to be judged anew."""
    holiday._history_user, holiday._history_date = by, at
    holiday.save()
    ask_for_planning(by=by, at=at)
    return holiday


@transaction.atomic
def take_out_holidays(*, days: Iterable[date], by: User | None, at: datetime) -> int:
    """Take days out of the calendar that are not what was entered; their history stays."""
    rows = list(Holiday.objects.filter(day__in=list(days)))
    for row in rows:
        row._history_user, row._history_date = by, at
        row.delete()
    if rows:
        ask_for_planning(by=by, at=at)
    return len(rows)


def ask_for_planning(*, by: User | None, at: datetime) -> Job:
    """The job that plans and judges all dues anew; one that still waits will do."""
    waiting = Job.objects.filter(kind=JobKind.PLAN_DUES.value, state=JobState.WAITING.value)
    return waiting.filter(arguments={}).first() or Job.objects.create(
        kind=JobKind.PLAN_DUES.value, asked_by=by, asked_at=at
    )
