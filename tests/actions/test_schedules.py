from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db.models import Q

from reports.actions.meetings import MeetingDraft, cancel_meeting, record_meeting
from reports.actions.schedules import (
    KEPT_COUNTS,
    KEPT_KEY,
    CannotSetSchedule,
    Planned,
    VersionDraft,
    counts_of,
    end_schedule,
    plan_dues,
    replan,
    set_version,
    set_year_start,
)
from reports.actions.units import close_unit, move_unit, set_ledger_from
from reports.actions.waivers import grant_waiver
from reports.domain.periods import Cadence
from reports.models import Due, DueCount
from reports.models.choices import OwedBy
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    HolidayFactory,
    MeetingKindFactory,
    ScheduleFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return BureauFactory()


def owed_by_itself(unit, **kwargs):
    return ScheduleVersionFactory(schedule__set__unit=unit, **kwargs)


def owed_by_stations(unit, **kwargs):
    return ScheduleVersionFactory(
        schedule__set__unit=unit,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
        **kwargs,
    )


def plan(year=2026):
    return plan_dues(today=TODAY, year=year)


def hold(unit, day, *dues, **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="法制通报会",
        held_on=day,
        due_ids=tuple(due.pk for due in dues),
        **kwargs,
    )
    return record_meeting(draft, **NOW)


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


def kept_is_right():
    """The kept counts are those a recount finds."""
    rows = DueCount.objects.order_by(*KEPT_KEY).values(*KEPT_KEY, *KEPT_COUNTS)
    assert list(rows) == counts_of(Q())


# --- planning -----------------------------------------------------------------------------------


def test_a_year_and_the_next_are_planned_once(bureau):
    owed_by_itself(bureau)

    assert plan_dues(today=TODAY) == Planned(made=24)
    assert plan_dues(today=TODAY) == Planned()
    assert Counter(Due.objects.values_list("year", flat=True)) == {2026: 12, 2027: 12}
    kept_is_right()


@pytest.mark.parametrize(
    ("cadence", "number"),
    [
        (Cadence.WEEK, 53),
        (Cadence.HALF_MONTH, 24),
        (Cadence.MONTH, 12),
        (Cadence.QUARTER, 4),
        (Cadence.HALF_YEAR, 2),
        (Cadence.YEAR, 1),
    ],
)
def test_every_cadence_gives_its_periods(bureau, cadence, number):
    owed_by_itself(bureau, cadence=cadence.value)

    plan()

    assert Due.objects.count() == number
    assert set(Due.objects.values_list("report_year", flat=True)) == {2026}


def test_an_assessment_year_is_reported_in_the_calendar_year_of_each_period(bureau):
    owed_by_itself(bureau, schedule__set__year_start_month=11, schedule__set__year_start_day=1)

    plan()

    rows = Due.objects.order_by("period_first")
    assert [d.period_first for d in rows][::11] == [date(2025, 11, 1), date(2026, 10, 1)]
    assert Counter(d.report_year for d in rows) == {2025: 2, 2026: 10}
    assert {d.year for d in rows} == {2026}


def test_every_unit_of_the_kinds_owes_and_bodies_and_the_bureau_do_not(bureau):
    stations = [UnitFactory(parent=bureau), UnitFactory(parent=bureau)]
    UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))
    UnitFactory()  # of another bureau
    owed_by_stations(bureau)

    plan()

    assert Counter(Due.objects.values_list("unit", flat=True)) == {s.pk: 12 for s in stations}
    kept_is_right()


def test_a_set_of_the_city_asks_units_of_every_bureau():
    city = CityFactory()
    stations = [UnitFactory(parent=BureauFactory(parent=city)) for _ in range(2)]
    owed_by_stations(city)

    plan()

    assert Counter(Due.objects.values_list("bureau", flat=True)) == {
        s.bureau_id: 12 for s in stations
    }


def test_a_unit_that_opens_owes_the_period_in_full(bureau):
    station = UnitFactory(parent=bureau, opened_on=date(2026, 5, 31))
    owed_by_stations(bureau)

    plan()

    may, april = (due_of(date(2026, m, 15), unit=station) for m in (5, 4))
    assert (may.not_applicable_because, april.not_applicable_because) == ("", "absent")
    assert april.not_applicable_on is None
    assert april.verdict_on(date(2026, 4, 15)) == "not_applicable"


def test_a_closing_is_known_from_its_day_on(bureau):
    station = UnitFactory(parent=bureau)
    owed_by_stations(bureau)
    plan()

    close_unit(unit=station, on=date(2026, 5, 20), **NOW)

    may, june = (due_of(date(2026, m, 15), unit=station) for m in (5, 6))
    assert may.verdict_on(TODAY) == "missed"
    assert june.verdict_on(date(2026, 5, 19)) == "upcoming"
    assert june.verdict_on(TODAY) == "not_applicable"
    kept_is_right()


def test_a_bureau_without_ledger_owes_nothing_and_one_that_begins_owes_from_then_on():
    bureau = BureauFactory(ledger_from=None)
    owed_by_itself(bureau)
    assert plan() == Planned()

    set_ledger_from(unit=bureau, day=date(2026, 3, 2), **NOW)

    reasons = Due.objects.filter(year=2026).order_by("period_first")
    assert [d.not_applicable_because for d in reasons[:4]] == ["not_begun"] * 3 + [""]
    kept_is_right()


def test_an_ended_schedule_leaves_begun_periods_owed(bureau):
    version = owed_by_itself(bureau)
    plan_dues(today=TODAY)

    end_schedule(schedule=version.schedule, ended_on=date(2026, 6, 1), today=TODAY)

    assert Due.objects.count() == 6
    end_schedule(schedule=version.schedule, ended_on=None, today=TODAY)
    assert Due.objects.count() == 24
    kept_is_right()


def test_a_new_version_owes_from_the_first_period_that_begins_under_it(bureau):
    old = owed_by_itself(bureau)
    plan_dues(today=TODAY)

    new, _planned = set_version(
        schedule=old.schedule,
        draft=VersionDraft(
            first_day=date(2026, 7, 2),
            cadence=Cadence.MONTH,
            legal_basis="新办法",
            asked_by="市局",
            at_least=2,
            meeting_kind_id=old.meeting_kind_id,
        ),
        today=TODAY,
    )

    rows = Due.objects.filter(year=2026).order_by("period_first")
    assert [d.version_id for d in rows] == [old.pk] * 7 + [new.pk] * 5
    assert [d.at_least for d in rows] == [1] * 7 + [2] * 5


def test_a_version_of_another_rhythm_leaves_no_period_twice(bureau):
    old = owed_by_itself(bureau)
    plan_dues(today=TODAY)
    draft = VersionDraft(
        first_day=date(2026, 7, 1),
        cadence=Cadence.QUARTER,
        legal_basis="新办法",
        asked_by="市局",
        meeting_kind_id=old.meeting_kind_id,
    )

    set_version(schedule=old.schedule, draft=draft, today=TODAY)

    spans = Due.objects.filter(year=2026).order_by("period_first")
    days = [(d.period_first, d.period_last) for d in spans]
    assert len(days) == 8
    assert all(a[1] + timedelta(days=1) == b[0] for a, b in pairwise(days))


def test_a_version_that_judged_something_is_not_rewritten(bureau):
    version = owed_by_itself(bureau)
    plan()
    hold(bureau, TODAY, due_of(TODAY))
    draft = VersionDraft(
        first_day=version.first_day,
        cadence=Cadence.WEEK,
        legal_basis="新办法",
        asked_by="市局",
        meeting_kind_id=version.meeting_kind_id,
    )

    with pytest.raises(CannotSetSchedule, match="另定一个起始日"):
        set_version(schedule=version.schedule, draft=draft, today=TODAY)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"legal_basis": " "}, "依据"),
        ({"asked_by": ""}, "由谁要求"),
        ({"every": 0}, "至少为1"),
        ({"at_least": 0}, "至少为1"),
        ({"meeting_kind_id": None}, "会议种类或议题"),
        ({"owed_by": OwedBy.KINDS}, "下属单位"),
        ({"make_up": "days"}, "天数"),
        ({"make_up_days": 5}, "天数"),
        ({"first_day": date(2024, 1, 1)}, "不能早于现行版本"),
    ],
)
def test_a_rule_that_says_nothing_useful_is_refused(bureau, change, says):
    version = owed_by_itself(bureau)
    wanted = {
        "first_day": TODAY,
        "cadence": Cadence.MONTH,
        "legal_basis": "办法",
        "asked_by": "市局",
        "meeting_kind_id": version.meeting_kind_id,
    }

    with pytest.raises(CannotSetSchedule, match=says):
        set_version(schedule=version.schedule, draft=VersionDraft(**wanted | change), today=TODAY)


def test_a_moved_unit_leaves_begun_dues_to_its_old_bureau():
    city = CityFactory()
    old, new = BureauFactory(parent=city), BureauFactory(parent=city)
    station = UnitFactory(parent=old)
    owed_by_stations(old)
    there = owed_by_stations(new)
    plan_dues(today=TODAY)

    move_unit(unit=station, parent=new, on=date(2026, 6, 5), **NOW)

    of_old = Due.objects.filter(bureau=old)
    of_new = Due.objects.filter(bureau=new)
    assert {d.unit_id for d in [*of_old, *of_new]} == {station.pk}
    assert max(d.period_first for d in of_old) == date(2026, 6, 1)
    assert min(d.period_first for d in of_new) == date(2026, 7, 1)
    assert {d.version_id for d in of_new} == {there.pk}
    kept_is_right()


def test_a_week_without_a_workday_asks_nothing_unless_it_was_held_all_the_same(bureau):
    owed_by_itself(bureau, cadence=Cadence.WEEK.value)
    for day in range(16, 23):
        HolidayFactory(day=date(2026, 2, day))
    plan()
    free = due_of(date(2026, 2, 18))
    assert free.number == 8
    assert free.verdict_on(TODAY) == "not_applicable"

    hold(bureau, date(2026, 2, 18), free)

    free.refresh_from_db()
    assert free.verdict_on(TODAY) == "met"
    kept_is_right()


def test_the_calendar_moves_the_last_day_of_recording(bureau):
    owed_by_itself(bureau)
    plan()
    assert due_of(date(2026, 5, 5)).awaits_until == date(2026, 6, 5)
    HolidayFactory(day=date(2026, 6, 1))

    replan(bureau_ids=None, today=TODAY)

    assert due_of(date(2026, 5, 5)).awaits_until == date(2026, 6, 8)
    kept_is_right()


def test_the_calendar_still_judges_a_due_whose_unit_moved_away():
    city = CityFactory()
    old, new = BureauFactory(parent=city), BureauFactory(parent=city)
    station = UnitFactory(parent=old)
    owed_by_stations(old)
    plan()
    move_unit(unit=station, parent=new, on=date(2026, 6, 5), **NOW)
    june = due_of(date(2026, 6, 10), unit=station)
    # Five workdays after 30 June: 1, 2, 3, 6, 7 July.
    assert june.awaits_until == date(2026, 7, 7)

    HolidayFactory(day=date(2026, 7, 3))
    planned = plan()

    june.refresh_from_db()
    assert (june.awaits_until, planned.changed) == (date(2026, 7, 8), 1)


def test_what_is_taken_away_is_not_told_as_changed_too(bureau):
    version = owed_by_itself(bureau)
    plan()
    # The record of October, which goes away below, was awaited over this day.
    HolidayFactory(day=date(2026, 11, 3))

    planned = end_schedule(schedule=version.schedule, ended_on=TODAY, today=TODAY)

    assert planned == Planned(removed=6)


def test_planning_never_takes_away_what_has_a_meeting_or_a_waiver(bureau):
    version = owed_by_itself(bureau)
    plan()
    met, waived = due_of(date(2026, 6, 1)), due_of(date(2026, 5, 1))
    hold(bureau, date(2026, 6, 1), met)
    grant_waiver(due_id=waived.pk, reason="安保", granted_on=TODAY, **NOW)

    end_schedule(schedule=version.schedule, ended_on=date(2025, 12, 31), today=TODAY)

    assert set(Due.objects.all()) == {met, waived}
    kept_is_right()


def test_planning_costs_the_same_queries_for_many_units(bureau, django_assert_max_num_queries):
    owed_by_stations(bureau)
    for _ in range(5):
        UnitFactory(parent=bureau)

    with django_assert_max_num_queries(18):
        plan()


# --- the year of a set --------------------------------------------------------------------------


def test_the_year_may_begin_on_another_day_while_nothing_was_held(bureau):
    of = owed_by_itself(bureau).schedule.set
    plan()

    set_year_start(of=of, month=11, day=1, today=TODAY)

    assert Due.objects.filter(year=2026, period_first=date(2025, 11, 1)).exists()
    kept_is_right()
    hold(bureau, TODAY, due_of(TODAY))
    with pytest.raises(CannotSetSchedule, match="已有会议计入"):
        set_year_start(of=of, month=1, day=1, today=TODAY)


@pytest.mark.parametrize(("month", "day"), [(13, 1), (0, 1), (1, 29), (1, 0)])
def test_a_year_begins_on_day_1_to_28_of_a_month(bureau, month, day):
    of = owed_by_itself(bureau).schedule.set

    with pytest.raises(CannotSetSchedule, match="1日至28日"):
        set_year_start(of=of, month=month, day=day, today=TODAY)


# --- what is kept -------------------------------------------------------------------------------


def test_kept_counts_follow_meetings(bureau):
    owed_by_itself(bureau)
    plan()
    may, june = due_of(date(2026, 5, 5)), due_of(TODAY)
    first = hold(bureau, date(2026, 5, 5), may)
    hold(bureau, TODAY, june)
    kept_is_right()

    cancel_meeting(meeting_id=first.pk, because="录错", by=UserFactory(), at=NOON)

    kept_is_right()
    may.refresh_from_db()
    assert (may.counted, may.met_on) == (0, None)


def test_a_due_that_another_schedule_asks_of_the_same_unit_is_counted_apart(bureau):
    one, other = owed_by_itself(bureau), owed_by_itself(bureau)
    assert one.schedule != other.schedule
    plan()

    hold(bureau, TODAY, due_of(TODAY, schedule=one.schedule))

    assert due_of(TODAY, schedule=other.schedule).counted == 0
    kept_is_right()


def test_a_schedule_without_a_version_plans_nothing(bureau):
    ScheduleFactory(set__unit=bureau)

    assert plan() == Planned()
