"""The calendar of the state: days off and make-up workdays, as staff keep them.

Whoever changes a day changes when records are awaited and which periods hold a workday, so every
write here has the dues judged anew: at once in a small ledger, by a job in a large one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import chinese_calendar
from chinese_calendar import constants
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reports.actions.history import bulk_create, bulk_update
from reports.actions.recycle import throw_away
from reports.actions.refusals import Refused
from reports.actions.schedules import Planned, replan
from reports.domain.calendar import SATURDAY
from reports.models import Due, Holiday, Job
from reports.models.choices import DayKind, JobKind, JobState, day_label
from reports.selectors.calendar import (
    Compared,
    DayDraft,
    EntryState,
    compared,
    dues_touched,
    holidays,
)

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
FIRST_YEAR = 2000
# Above so many dues a page would wait too long for its answer.
JUDGED_AT_ONCE = 15_000


class CannotChangeCalendar(Refused):
    """The calendar may not be changed like this."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What was written: days entered, corrected, taken out; and how the dues follow.

    ``planned`` is what judging anew did, ``job`` the job that will; neither where no workday
    changed or no due hangs on one that did.
    """

    entered: int = 0
    corrected: int = 0
    taken_out: int = 0
    planned: Planned | None = None
    job: Job | None = None


# --- what comes with the program ----------------------------------------------------------------


@transaction.atomic
def seed_holidays(*, year: int, by: User | None, at: datetime, today: date) -> int:
    """Enter what the chinesecalendar package knows of a year; how many days are new.

    Days that are entered stay as they are, and days that staff took out stay out. Refuses a year
    that the package does not know.
    """
    if not known_days(year):
        raise CannotChangeCalendar(
            [_("程序自带的节假日表没有%(year)s年，请按国务院办公厅通知录入。") % {"year": year}]
        )
    return _seed(lacking_days(year), by=by, at=at, today=today)


@transaction.atomic
def seed_untouched_years(*, by: User | None, at: datetime, today: date) -> int:
    """Enter every year that the package knows and nobody ever entered a day of; how many days.

    Safe to repeat: the second time there is nothing to do.
    """
    entered = set(Holiday.history.order_by().values_list("day__year", flat=True).distinct())
    entered |= set(Holiday.objects.order_by().values_list("day__year", flat=True).distinct())
    new = [row for year in known_years() if year not in entered for row in known_days(year)]
    return _seed(new, by=by, at=at, today=today)


def _seed(rows: list[Holiday], *, by: User | None, at: datetime, today: date) -> int:
    _wait_for_others()
    before = holidays()
    bulk_create(Holiday, rows, by=by, at=at)
    _judge(before.differing(holidays()), by=by, at=at, today=today)
    return len(rows)


def known_years() -> list[int]:
    """The years that the package knows, in order."""
    return sorted({day.year for day in constants.holidays})


def lacking_days(year: int) -> list[Holiday]:
    """What the package knows of a year and nobody has entered or taken out yet, unsaved."""
    touched = set(Holiday.objects.filter(day__year=year).values_list("day", flat=True))
    touched |= set(Holiday.history.filter(day__year=year).values_list("day", flat=True))
    return [row for row in known_days(year) if row.day not in touched]


def known_days(year: int) -> list[Holiday]:
    """The days off and make-up workdays of a year that the package knows, unsaved, in order.

    Plain weekends are no entries: the rules know them.
    """
    source = _("系统自带数据（chinesecalendar）")
    kinds = ((DayKind.HOLIDAY, constants.holidays), (DayKind.WORKDAY, constants.workdays))
    rows = [
        Holiday(day=day, kind=kind.value, name=NAMES.get(_of(name), name), source=source)
        for kind, days in kinds
        for day, name in days.items()
        if day.year == year
    ]
    return sorted(rows, key=lambda row: row.day)


def _of(name: str) -> chinese_calendar.Holiday | None:
    return next((each for each in chinese_calendar.Holiday if each.value == name), None)


# --- what staff enter ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Against:
    """Why a day may not be entered so, and which of its facts is wrong."""

    field: str
    sentence: str


def reasons_against_day(draft: DayDraft, *, today: date) -> list[Against]:
    """Empty when the day may be entered: from which notice, within the years one can know, and a
    make-up workday only where there would be no work otherwise."""
    reasons = []
    if not FIRST_YEAR <= draft.day.year <= today.year + 1:
        told = {"first": FIRST_YEAR, "last": today.year + 1}
        reasons.append(Against("day", _("只能录入%(first)s年至%(last)s年的日期。") % told))
    if draft.kind == DayKind.WORKDAY and draft.day.weekday() < SATURDAY:
        told = {"day": day_label(draft.day), "weekday": dateformat.format(draft.day, "l")}
        sentence = _("%(day)s是%(weekday)s，本来就上班，不必录为调休上班。") % told
        reasons.append(Against("kind", sentence))
    if not draft.source.strip():
        reasons.append(Against("source", _("请填写依据，如通知文号。")))
    for name, value in (("name", draft.name), ("source", draft.source)):
        longest = Holiday._meta.get_field(name).max_length
        if len(value) > longest:
            reasons.append(Against(name, _("最多%(n)s个字。") % {"n": longest}))
    return reasons


@transaction.atomic
def enter_days(
    drafts: Iterable[DayDraft], *, by: User | None, at: datetime, today: date
) -> Changed:
    """Enter days, or correct what stands in the table of them; all or none.

    What is there already just so stays untouched and is not judged. Refuses a day that is given
    twice, or that ``reasons_against_day`` speaks against.
    """
    _wait_for_others()
    pairs = compared(drafts)
    to_write = [pair for pair in pairs if pair.state != EntryState.UNCHANGED]
    _refuse(pairs, to_write, today)
    before = holidays()
    new = [_row(pair) for pair in to_write if pair.state == EntryState.NEW]
    corrected = [_row(pair) for pair in to_write if pair.state == EntryState.CHANGED]
    try:
        with transaction.atomic():
            bulk_create(Holiday, new, by=by, at=at)
    except IntegrityError as error:
        raise CannotChangeCalendar([_("其中有的日期刚刚由他人录入，请重新预览。")]) from error
    if corrected:
        bulk_update(Holiday, corrected, ["kind", "name", "source"], by=by, at=at)
    planned, job = _judge(before.differing(holidays()), by=by, at=at, today=today)
    return Changed(len(new), len(corrected), planned=planned, job=job)


def _refuse(pairs: Sequence[Compared], to_write: Sequence[Compared], today: date) -> None:
    reasons = [
        _("%(day)s：%(reason)s") % {"day": day_label(pair.draft.day), "reason": against.sentence}
        for pair in to_write
        for against in reasons_against_day(pair.draft, today=today)
    ]
    if len({pair.draft.day for pair in pairs}) < len(pairs):
        reasons.append(_("同一天录入了两次。"))
    if reasons:
        raise CannotChangeCalendar(dict.fromkeys(reasons))


def _row(pair: Compared) -> Holiday:
    row = pair.kept or Holiday(day=pair.draft.day)
    row.kind, row.name, row.source = pair.draft.kind.value, pair.draft.name, pair.draft.source
    return row


@transaction.atomic
def take_out_days(
    days: Iterable[date], *, because: str, by: User | None, at: datetime, today: date
) -> Changed:
    """Take days out of the calendar, with the reason; that they were entered stays on record.

    Refuses without a reason, or where none of the days is entered.
    """
    _wait_for_others()
    rows = list(Holiday.objects.filter(day__in=list(days)).order_by("day"))
    reasons = []
    if not because.strip():
        reasons.append(_("请写明去掉的原因。"))
    if not rows:
        reasons.append(_("这些日期没有录入，无需去掉。"))
    if reasons:
        raise CannotChangeCalendar(reasons)
    before = holidays()
    for row in rows:
        row._change_reason = because.strip()
        throw_away(row, bureau=None, by=by, at=at)
    planned, job = _judge(before.differing(holidays()), by=by, at=at, today=today)
    return Changed(taken_out=len(rows), planned=planned, job=job)


def _wait_for_others() -> None:
    """Whoever changes the calendar locks its first day: dues judged by two at once would follow
    neither of the two calendars."""
    list(Holiday.objects.select_for_update().order_by("day").values_list("pk")[:1])


# --- the dues that follow -----------------------------------------------------------------------


def _judge(
    days: Sequence[date], *, by: User | None, at: datetime, today: date
) -> tuple[Planned | None, Job | None]:
    """Have the dues judged anew after these days became, or ceased to be, workdays."""
    if not days or not dues_touched(days).exists():
        return None, None
    if Due.objects.all()[: JUDGED_AT_ONCE + 1].count() > JUDGED_AT_ONCE:
        return None, ask_for_planning(by=by, at=at)
    return replan(bureau_ids=None, today=today), None


def ask_for_planning(*, by: User | None, at: datetime) -> Job:
    """The job that plans and judges all dues anew; one that still waits will do."""
    waiting = Job.objects.filter(kind=JobKind.PLAN_DUES.value, state=JobState.WAITING.value)
    return waiting.filter(arguments={}).first() or Job.objects.create(
        kind=JobKind.PLAN_DUES.value, asked_by=by, asked_at=at
    )
