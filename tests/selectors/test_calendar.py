"""What a change of the calendar would do, said before it is done; and the year as people see it."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.actions.calendar import enter_days, take_out_days
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.actions.units import close_unit
from reports.domain.access import Role
from reports.domain.calendar import SATURDAY, days_of, weeks_of_month
from reports.domain.dues import Verdict
from reports.domain.periods import Period
from reports.models import Due, Holiday, Unit
from reports.models.choices import DayKind
from reports.selectors import calendar as calendar_selectors
from reports.selectors.calendar import (
    Compared,
    DayDraft,
    EntryState,
    calendar_year,
    compared,
    days_of_year,
    dues_touched,
    holidays,
    lines_of_month,
    own_dues,
    told,
    verdict_changes,
    years_entered,
)
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    HolidayFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    WaiverFactory,
    member,
)

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}
NOTICE = "国办发明电〔2026〕1号"
LAST_WEEK = list(days_of(Period(date(2026, 6, 1), date(2026, 6, 7))))


def off(*days, kind=DayKind.HOLIDAY):
    return [DayDraft(day, kind, "调整", NOTICE) for day in days]


# --- the entries --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_entries_of_a_year_are_put_together_with_who_entered_them(django_assert_num_queries):
    user = UserFactory(first_name="王")
    enter_days(off(*LAST_WEEK[:3]), **NOW | {"by": user})
    enter_days([DayDraft(LAST_WEEK[1], DayKind.HOLIDAY, "更正", NOTICE)], **NOW)
    enter_days(off(LAST_WEEK[5], kind=DayKind.WORKDAY), **NOW)
    take_out_days([LAST_WEEK[2]], because="录错", **NOW | {"by": user})
    HolidayFactory(day=date(2027, 1, 1))

    with django_assert_num_queries(2):
        found = calendar_year(2026)

    said = [
        (e.first, e.days, e.kind, e.name, e.entered_by, e.changed_at and e.changed_by)
        for e in found.entries
    ]
    assert said == [
        (LAST_WEEK[0], 1, "holiday", "调整", "王", None),
        (LAST_WEEK[1], 1, "holiday", "更正", "王", ""),
        (LAST_WEEK[5], 1, "workday", "调整", "", None),
    ]
    (gone,) = found.taken_out
    assert (gone.day, gone.by, gone.because, gone.at) == (LAST_WEEK[2], "王", "录错", NOON)
    assert list(found.days) == [LAST_WEEK[0], LAST_WEEK[1], LAST_WEEK[5]]


@pytest.mark.django_db
def test_days_entered_alike_are_one_entry_and_what_came_back_is_not_taken_out():
    enter_days(off(*LAST_WEEK[:3]), **NOW)
    take_out_days([LAST_WEEK[2]], because="录错", **NOW)
    enter_days(off(LAST_WEEK[2]), **NOW)

    found = calendar_year(2026)

    assert [(e.first, e.last) for e in found.entries] == [(LAST_WEEK[0], LAST_WEEK[2])]
    assert found.taken_out == []


@pytest.mark.django_db
def test_years_entered_are_those_of_this_and_the_next_year():
    for year in (2025, 2026, 2028):
        HolidayFactory(day=date(year, 1, 1))

    assert years_entered(TODAY) == [2026]
    assert years_entered(date(2027, 12, 1)) == [2028]


@pytest.mark.django_db
def test_what_would_be_entered_is_told_in_few_lines():
    for day in LAST_WEEK[:2]:
        HolidayFactory(day=day, name="调整", source="旧文号")
    HolidayFactory(day=LAST_WEEK[3], name="调整", source=NOTICE)

    lines = told(compared(off(*LAST_WEEK[:4])))

    assert [(line.first, line.last, line.state) for line in lines] == [
        (LAST_WEEK[0], LAST_WEEK[1], EntryState.CHANGED),
        (LAST_WEEK[2], LAST_WEEK[2], EntryState.NEW),
        (LAST_WEEK[3], LAST_WEEK[3], EntryState.UNCHANGED),
    ]
    (change,) = lines[0].changes
    assert (change.label, change.before, change.after) == ("依据", "旧文号", NOTICE)


def test_a_change_of_kind_is_told_in_words():
    kept = Holiday(day=LAST_WEEK[5], kind="holiday", name="", source=NOTICE)
    (draft,) = off(LAST_WEEK[5], kind=DayKind.WORKDAY)

    (line,) = told([Compared(draft, kept)])

    assert [(c.label, c.before, c.after) for c in line.changes] == [
        ("类型", "放假", "调休上班"),
        ("名称", "", "调整"),
    ]


# --- what a change would do ---------------------------------------------------------------------


def changes(*days, taken_out=()):
    """What entering the days as free, or taking some out, would do today."""
    kept = holidays()
    after = kept.entered(free_days=days, taken_out=taken_out)
    return verdict_changes(after, kept.differing(after), today=TODAY)


@pytest.fixture
def stations():
    """A rule for the stations of a bureau; gives what makes so many of them, planned."""

    def make(count):
        number = Unit.objects.bureaus().count() + 1
        bureau, kind = BureauFactory(name=f"东城分局{number}"), UnitKindFactory()
        for _n in range(count):
            UnitFactory(parent=bureau, kind=kind, ledger_from=None)
        version = ScheduleVersionFactory(
            schedule__set__unit=bureau,
            schedule__name="每周例会",
            cadence="week",
            first_day=date(2026, 1, 1),
            owed_by="kinds",
            owing_kinds=[kind],
        )
        plan_dues(today=TODAY)
        return version

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_changed_verdicts_are_counted_in_the_same_queries(
    stations, count, django_assert_num_queries
):
    stations(count)
    kept = holidays()
    after = kept.entered(free_days=LAST_WEEK)

    with django_assert_num_queries(4):  # groups, bureaus, schedules, versions
        found = verdict_changes(after, kept.differing(after), today=TODAY)

    (group,) = found.groups
    assert (found.total, found.moved, found.more_groups) == (2 * count, 0, 0)
    assert (group.bureau, group.schedule, group.total, group.more) == (
        *("东城分局1", "每周例会"),
        *(2 * count, 0),
    )
    assert [(one.label, one.before, one.after, one.count) for one in group.examples] == [
        ("第22周（5月25日—31日）", Verdict.MISSED, Verdict.AWAITING, count),
        ("第23周（6月1日—7日）", Verdict.AWAITING, Verdict.NOT_APPLICABLE, count),
    ]
    assert found.days == LAST_WEEK[:5]


@pytest.mark.django_db
def test_a_holiday_moves_the_last_day_of_recording_and_with_it_the_verdict(stations):
    stations(1)

    # Records of the week to 31 May were awaited until 5 June: now until the 9th, or until today.
    two, three = changes(*LAST_WEEK[:2]), changes(*LAST_WEEK[:3])

    assert (two.total, two.moved) == (0, 1)
    (group,) = three.groups
    assert [(one.before, one.after) for one in group.examples] == [
        (Verdict.MISSED, Verdict.AWAITING)
    ]
    assert (three.total, three.moved) == (1, 0)


@pytest.mark.django_db
def test_days_that_stay_free_change_nothing_and_ask_nothing(stations, django_assert_num_queries):
    stations(1)
    kept = holidays()
    after = kept.entered(free_days=LAST_WEEK[5:])

    with django_assert_num_queries(0):
        found = verdict_changes(after, kept.differing(after), today=TODAY)

    assert (found.days, found.total, found.moved, found.groups) == ([], 0, 0, [])


@pytest.mark.django_db
def test_only_dues_near_the_days_are_looked_at(stations):
    stations(1)

    near = dues_touched(LAST_WEEK[2:3])

    assert list(near.order_by("period_first").values_list("period_first", flat=True)) == [
        date(2026, 5, 25),
        date(2026, 6, 1),
    ]
    assert list(dues_touched([])) == []


@pytest.mark.django_db
def test_many_days_apart_are_looked_at_as_one_span(stations, monkeypatch):
    monkeypatch.setattr(calendar_selectors, "MOST_SPANS", 1)
    stations(1)

    assert dues_touched([date(2026, 6, 3), date(2026, 6, 24)]).count() == 5


@pytest.mark.django_db
def test_every_group_shows_a_period_before_any_shows_many(stations, monkeypatch):
    monkeypatch.setattr(calendar_selectors, "MOST_EXAMPLES", 3)
    monkeypatch.setattr(calendar_selectors, "MOST_GROUPS", 2)
    for count in (1, 2, 3):
        stations(count)

    found = changes(*days_of(Period(date(2026, 6, 1), date(2026, 6, 28))))

    assert [(group.total, len(group.examples), group.more) for group in found.groups] == [
        (15, 2, 9),
        (10, 1, 8),
    ]
    assert (found.total, found.more_groups) == (30, 1)


DAYS = st.sets(st.dates(date(2026, 5, 11), date(2026, 7, 5)), max_size=12)


class WhatIsShownIsWhatHappens(TestCase):
    """The preview reads groups of dues; saving judges each of them. They say the same."""

    def setUp(self):
        bureau, kind = BureauFactory(), UnitKindFactory()
        units = [UnitFactory(parent=bureau, kind=kind, ledger_from=None) for _n in range(4)]
        for cadence, recording_days in (("week", 5), ("half_month", 3), ("month", 8)):
            ScheduleVersionFactory(
                schedule__set__unit=bureau,
                cadence=cadence,
                recording_days=recording_days,
                first_day=date(2026, 4, 1),
                make_up="next_period",
                owed_by="kinds",
                owing_kinds=[kind],
            )
        close_unit(unit=units[3], on=date(2026, 6, 2), by=None, at=NOON, today=TODAY)
        plan_dues(today=TODAY)
        kind = MeetingKindFactory()
        in_time = {"period_first__lte": date(2026, 6, 2), "period_last__gte": date(2026, 6, 2)}
        late = {"period_last__lt": date(2026, 6, 9), "period_last__gte": date(2026, 5, 31)}
        for unit, held_on, which in (
            (units[0], date(2026, 6, 2), in_time),
            (units[1], date(2026, 6, 9), late),
        ):
            dues = Due.objects.filter(unit=unit, **which).exclude(period_first=date(2026, 5, 25))
            draft = MeetingDraft(unit, kind.pk, "会", held_on, tuple(due.pk for due in dues))
            record_meeting(draft, by=None, at=NOON, today=TODAY)
        for due in Due.objects.filter(unit=units[2], period_last__range=("2026-05-20", TODAY)):
            WaiverFactory(due=due, granted_on=TODAY)
            Due.objects.filter(pk=due.pk).update(waived_on=TODAY)

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(first=DAYS, then=DAYS, taken_out=DAYS)
    def test_the_preview_and_the_outcome_agree(self, first, then, taken_out):
        with transaction.atomic():
            enter_days(off(*first), **NOW)
            self.compare(then, set())
            self.compare(set(), taken_out & (first | then))
            transaction.set_rollback(True)

    def compare(self, entered, taken_out):
        kept = holidays()
        worked = {day for day in entered if day.weekday() >= SATURDAY}
        after = kept.entered(entered - worked, worked, taken_out)
        shown = verdict_changes(after, kept.differing(after), today=TODAY)
        before = self.verdicts()
        if entered:
            enter_days(
                [*off(*(entered - worked)), *off(*worked, kind=DayKind.WORKDAY)],
                **NOW,
            )
        if taken_out:
            take_out_days(taken_out, because="录错", **NOW)
        now = self.verdicts()
        happened = Counter((before[pk], now[pk]) for pk in before if before[pk] != now[pk])
        said = Counter()
        for group in shown.groups:
            assert group.more == 0
            for one in group.examples:
                said[one.before, one.after] += one.count
        assert said == happened
        assert shown.total == happened.total()

    def verdicts(self):
        return {due.pk: due.verdict_on(TODAY) for due in Due.objects.all()}


# --- the year of what is due and held -----------------------------------------------------------


@pytest.fixture
def world(stations):
    """Two stations with a weekly duty: a meeting in one of them, and what it counts for."""
    version = stations(2)
    bureau = version.schedule.set.unit
    first, second = Due.objects.filter(period_first=LAST_WEEK[0]).order_by("unit__path")
    kind = MeetingKindFactory()
    draft = MeetingDraft(first.unit, kind.pk, "会", LAST_WEEK[1], (first.pk,))
    meeting = record_meeting(draft, by=None, at=NOON, today=TODAY)
    return bureau, first, second, meeting


def scope(role, unit):
    return scope_of(member(role, unit), today=TODAY)


@pytest.mark.django_db
def test_days_of_the_year_count_what_was_held_and_what_ends(world, django_assert_num_queries):
    bureau, *_rest = world
    who = scope(Role.LEGAL_OFFICER, bureau)

    with django_assert_num_queries(2):
        days = days_of_year(who, year=2026, on=TODAY, bureau=bureau.pk)

    assert days[LAST_WEEK[1]].held == 1
    assert days[LAST_WEEK[6]].ends == {Verdict.AWAITING: 1}
    assert days[date(2026, 5, 31)].ends == {Verdict.MISSED: 2}
    assert days[date(2026, 6, 14)].ends == {Verdict.OPEN: 2}
    assert days[date(2026, 6, 21)].ends == {Verdict.UPCOMING: 2}
    assert (days[date(2026, 5, 31)].held, days[date(2026, 5, 31)].due) == (0, 2)
    assert date(2026, 6, 3) not in days


@pytest.mark.django_db
def test_days_of_the_year_are_those_of_one_unit_as_of_a_day(world):
    bureau, first, _second, _meeting = world
    who = scope(Role.LEGAL_OFFICER, bureau)

    days = days_of_year(who, year=2026, on=LAST_WEEK[0], unit=first.unit_id)

    assert LAST_WEEK[1] not in days
    assert days[LAST_WEEK[6]].ends == {Verdict.OPEN: 1}


@pytest.mark.django_db
def test_lines_of_a_month_put_units_together(world, django_assert_num_queries):
    bureau, _first, second, meeting = world
    who = scope(Role.LEGAL_OFFICER, bureau)
    june = Period(date(2026, 6, 1), date(2026, 6, 30))

    with django_assert_num_queries(3):
        lines = lines_of_month(who, june, on=TODAY, bureau=bureau.pk)

    assert [line.day.day for line in lines] == [2, 7, 14, 21, 28]
    (held,) = lines[0].held
    assert (held.kind, held.count, held.meeting_id) == ("法制通报会", 1, meeting.pk)
    (awaiting,) = lines[1].due
    assert (awaiting.label, awaiting.verdict, awaiting.due_id) == (
        *("第23周（6月1日—7日）", Verdict.AWAITING),
        second.pk,
    )
    (running,) = lines[2].due
    assert (running.count, running.due_id, running.schedule) == (2, None, "每周例会")


@pytest.mark.django_db
def test_a_month_without_anything_has_no_lines(world):
    bureau, *_rest = world
    july = Period(date(2030, 7, 1), weeks_of_month(2030, 7)[-1][2])

    assert lines_of_month(scope(Role.LEGAL_OFFICER, bureau), july, on=TODAY, bureau=bureau.pk) == []


@pytest.mark.django_db
def test_own_dues_are_those_of_the_units_one_belongs_to(world):
    bureau, first, second, _meeting = world
    CityFactory()

    own = own_dues(scope(Role.CLERK, first.unit), today=TODAY)

    assert set(own.values_list("unit", flat=True)) == {first.unit_id}
    assert first not in own
    assert own.first().period_last == date(2026, 1, 11)
    assert own.last().period_last.year in (2027, 2028)
    assert list(own_dues(scope(Role.LEGAL_OFFICER, bureau), today=TODAY)) == []
    assert second in own_dues(scope(Role.CLERK, second.unit), today=TODAY)


@pytest.mark.django_db
def test_own_dues_leave_out_what_is_waived_or_made_up(world):
    _bureau, _first, second, _meeting = world
    rows = Due.objects.filter(unit=second.unit, period_last__lt=TODAY).order_by("period_first")
    waived, late = rows[0], rows[1]
    Due.objects.filter(pk=waived.pk).update(waived_on=TODAY)
    Due.objects.filter(pk=late.pk).update(met_late_on=TODAY)

    own = set(own_dues(scope(Role.CLERK, second.unit), today=TODAY))

    assert {waived, late} & own == set()
    assert second in own
