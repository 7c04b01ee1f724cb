from datetime import date, timedelta

import pytest

from reports.actions import calendar as calendar_actions
from reports.actions.calendar import (
    CannotChangeCalendar,
    ask_for_planning,
    enter_days,
    known_days,
    known_years,
    lacking_days,
    reasons_against_day,
    seed_holidays,
    seed_untouched_years,
    take_out_days,
)
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.domain.calendar import days_of
from reports.domain.dues import Verdict
from reports.domain.periods import Period
from reports.models import Due, Holiday, Job
from reports.models.choices import DayKind
from reports.selectors.audit import all_differences
from reports.selectors.calendar import DayDraft, holidays
from tests.factories import (
    NOON,
    BureauFactory,
    HolidayFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}
NOTICE = "国办发明电〔2026〕1号"
# Monday to Sunday of the week before this one, whose records are still awaited.
LAST_WEEK = list(days_of(Period(date(2026, 6, 1), date(2026, 6, 7))))


def off(*days, **kwargs):
    """Days off, of one notice."""
    return [
        DayDraft(day, kwargs.get("kind", DayKind.HOLIDAY), kwargs.get("name", "调整"), NOTICE)
        for day in days
    ]


@pytest.fixture
def weekly():
    """A weekly briefing of a bureau, planned for this and the next year."""
    bureau = BureauFactory()
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, cadence="week", first_day=date(2026, 1, 1)
    )
    plan_dues(today=TODAY)
    return version


def week_of(day):
    return Due.objects.get(period_first=day - timedelta(days=day.weekday()))


# --- what comes with the program ----------------------------------------------------------------


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


def test_seed_holidays_leaves_out_what_staff_took_out():
    seed_holidays(year=2026, **NOW)
    take_out_days([date(2026, 2, 17)], because="通知已更正", **NOW)

    assert seed_holidays(year=2026, **NOW) == 0
    assert lacking_days(2026) == []
    assert not Holiday.objects.filter(day=date(2026, 2, 17)).exists()


def test_seed_holidays_refuses_a_year_nobody_knows():
    with pytest.raises(CannotChangeCalendar) as caught:
        seed_holidays(year=2050, **NOW)

    assert caught.value.reasons == ["程序自带的节假日表没有2050年，请按国务院办公厅通知录入。"]


def test_the_first_start_fills_every_year_that_nobody_touched(django_assert_max_num_queries):
    HolidayFactory(day=date(2025, 1, 1), name="元旦")
    enter_days(off(date(2024, 5, 1)), **NOW)
    take_out_days([date(2024, 5, 1)], because="录错年份", **NOW)

    with django_assert_max_num_queries(20):
        made = seed_untouched_years(**NOW)

    untouched = [year for year in known_years() if year not in (2024, 2025)]
    assert made == sum(len(known_days(year)) for year in untouched)
    assert (known_years()[0], known_years()[-1]) == (2004, 2026)
    assert set(Holiday.objects.values_list("day__year", flat=True)) == {2025, *untouched}
    assert seed_untouched_years(**NOW) == 0


def test_seeding_judges_the_dues_anew(weekly):
    seed_holidays(year=2026, **NOW)

    assert week_of(date(2026, 2, 18)).verdict_on(TODAY) == Verdict.NOT_APPLICABLE
    assert week_of(date(2026, 2, 25)).verdict_on(TODAY) == Verdict.MISSED
    assert list(all_differences()) == []


# --- what staff enter ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (DayDraft(date(2026, 7, 1), DayKind.HOLIDAY, "调整", NOTICE), []),
        (DayDraft(date(2026, 7, 4), DayKind.HOLIDAY, "", NOTICE), []),
        (DayDraft(date(2026, 7, 4), DayKind.WORKDAY, "调整", NOTICE), []),
        (DayDraft(date(2027, 12, 31), DayKind.HOLIDAY, "调整", NOTICE), []),
        (DayDraft(date(2028, 1, 1), DayKind.HOLIDAY, "元旦", NOTICE), ["day"]),
        (DayDraft(date(1999, 12, 31), DayKind.HOLIDAY, "元旦", NOTICE), ["day"]),
        (DayDraft(date(2026, 7, 3), DayKind.WORKDAY, "调整", NOTICE), ["kind"]),
        (DayDraft(date(2026, 7, 1), DayKind.HOLIDAY, "调整", " "), ["source"]),
        (DayDraft(date(2026, 7, 1), DayKind.HOLIDAY, "长" * 41, "长" * 121), ["name", "source"]),
    ],
)
def test_reasons_against_a_day(draft, fields):
    assert [against.field for against in reasons_against_day(draft, today=TODAY)] == fields


def test_a_make_up_workday_on_a_weekday_is_refused_in_words():
    draft = DayDraft(date(2026, 7, 3), DayKind.WORKDAY, "调整", NOTICE)

    (against,) = reasons_against_day(draft, today=TODAY)

    assert against.sentence == "2026年7月3日是星期五，本来就上班，不必录为调休上班。"


def test_days_are_entered_corrected_and_left_alone_in_one_step():
    user = UserFactory()
    for day in (date(2026, 7, 1), date(2026, 7, 2)):
        HolidayFactory(day=day, name="调整", source=NOTICE)
    old = Holiday.objects.get(day=date(2026, 7, 1))

    changed = enter_days(
        [
            *off(date(2026, 7, 1), date(2026, 7, 3)),
            *off(date(2026, 7, 2), name="更正"),
            *off(date(2026, 7, 4), kind=DayKind.WORKDAY),
        ],
        **NOW | {"by": user},
    )

    assert (changed.entered, changed.corrected, changed.taken_out) == (2, 1, 0)
    assert list(Holiday.objects.order_by("day").values_list("day", "kind", "name", "source")) == [
        (date(2026, 7, 1), "holiday", "调整", NOTICE),
        (date(2026, 7, 2), "holiday", "更正", NOTICE),
        (date(2026, 7, 3), "holiday", "调整", NOTICE),
        (date(2026, 7, 4), "workday", "调整", NOTICE),
    ]
    assert old.history.count() == 1
    corrected = Holiday.history.filter(day=date(2026, 7, 2)).latest()
    assert (corrected.history_type, corrected.history_user, corrected.history_date) == (
        *("~", user),
        NOON,
    )


def test_all_days_are_entered_or_none():
    with pytest.raises(CannotChangeCalendar) as caught:
        enter_days([*off(date(2026, 7, 1)), *off(date(2028, 1, 3))], **NOW)

    assert caught.value.reasons == ["2028年1月3日：只能录入2000年至2027年的日期。"]
    assert not Holiday.objects.exists()


def test_a_day_given_twice_is_refused():
    with pytest.raises(CannotChangeCalendar) as caught:
        enter_days(off(date(2026, 7, 1), date(2026, 7, 1)), **NOW)

    assert caught.value.reasons == ["同一天录入了两次。"]


def test_what_stands_there_already_is_not_refused_and_asks_for_nothing(weekly):
    HolidayFactory(day=date(2026, 6, 3), kind="workday", name="旧", source="")
    kept = DayDraft(date(2026, 6, 3), DayKind.WORKDAY, "旧", "")

    changed = enter_days([kept], **NOW)

    assert changed == calendar_actions.Changed()


def test_days_taken_out_stay_on_record_with_the_reason():
    user = UserFactory()
    enter_days(off(date(2026, 7, 1), date(2026, 7, 2)), **NOW)

    changed = take_out_days(
        [date(2026, 7, 1), date(2026, 7, 9)], because=" 通知已更正 ", **NOW | {"by": user}
    )

    assert changed.taken_out == 1
    assert list(Holiday.objects.values_list("day", flat=True)) == [date(2026, 7, 2)]
    gone = Holiday.history.get(history_type="-")
    assert (gone.day, gone.history_user, gone.history_change_reason) == (
        *(date(2026, 7, 1), user),
        "通知已更正",
    )


@pytest.mark.parametrize(
    ("day", "because", "reasons"),
    [
        (date(2026, 7, 1), " ", ["请写明去掉的原因。"]),
        (date(2026, 7, 2), "通知已更正", ["这些日期没有录入，无需去掉。"]),
    ],
)
def test_taking_out_is_refused_with_the_reason(day, because, reasons):
    enter_days(off(date(2026, 7, 1)), **NOW)

    with pytest.raises(CannotChangeCalendar) as caught:
        take_out_days([day], because=because, **NOW)

    assert caught.value.reasons == reasons
    assert Holiday.objects.count() == 1


# --- the dues that follow -----------------------------------------------------------------------


def test_a_week_off_owes_nothing_and_owes_again_when_it_is_taken_out(weekly):
    due = week_of(LAST_WEEK[0])
    assert due.verdict_on(TODAY) == Verdict.AWAITING

    changed = enter_days(off(*LAST_WEEK), **NOW)

    due.refresh_from_db()
    assert due.verdict_on(TODAY) == Verdict.NOT_APPLICABLE
    assert changed.planned.changed == 2  # the week itself, and the one whose records it delays
    assert list(all_differences()) == []

    take_out_days(LAST_WEEK, because="通知有误", **NOW)

    due.refresh_from_db()
    assert due.verdict_on(TODAY) == Verdict.AWAITING
    assert list(all_differences()) == []


def test_a_holiday_changes_no_due_that_was_met(weekly):
    due = week_of(LAST_WEEK[0])
    draft = MeetingDraft(due.unit, MeetingKindFactory().pk, "会", LAST_WEEK[1], (due.pk,))
    record_meeting(draft, by=None, at=NOON, today=TODAY)
    due.refresh_from_db()

    enter_days(off(*LAST_WEEK), **NOW)

    after = Due.objects.get(pk=due.pk)
    assert (after.met_on, after.counted) == (due.met_on, due.counted) == (LAST_WEEK[1], 1)
    assert {after.verdict_on(day) for day in [*LAST_WEEK[1:], TODAY]} == {Verdict.MET}
    assert list(all_differences()) == []


def test_a_make_up_workday_makes_the_week_owe_again(weekly):
    enter_days(off(*LAST_WEEK), **NOW)

    enter_days(off(LAST_WEEK[5], kind=DayKind.WORKDAY), **NOW)

    assert holidays().is_workday(LAST_WEEK[5])
    assert week_of(LAST_WEEK[0]).verdict_on(TODAY) == Verdict.AWAITING


def test_a_day_that_was_free_anyway_judges_nothing(weekly):
    changed = enter_days(off(date(2026, 6, 6), date(2026, 6, 7)), **NOW)

    assert (changed.entered, changed.planned, changed.job) == (2, None, None)


def test_a_year_without_dues_judges_nothing(weekly):
    changed = enter_days(off(date(2019, 6, 5)), **NOW)

    assert (changed.entered, changed.planned, changed.job) == (1, None, None)


def test_a_large_ledger_is_judged_by_a_job(weekly, monkeypatch):
    monkeypatch.setattr(calendar_actions, "JUDGED_AT_ONCE", Due.objects.count() - 1)
    user = UserFactory()

    changed = enter_days(off(*LAST_WEEK), **NOW | {"by": user})
    again = take_out_days(LAST_WEEK[:1], because="通知有误", **NOW | {"by": user})

    assert (changed.planned, changed.job) == (None, Job.objects.get())
    assert again.job == changed.job
    assert (changed.job.kind, changed.job.asked_by) == ("plan_dues", user)
    assert week_of(LAST_WEEK[0]).verdict_on(TODAY) == Verdict.AWAITING


def test_a_job_that_waits_will_do():
    assert ask_for_planning(by=None, at=NOON) == ask_for_planning(by=UserFactory(), at=NOON)
