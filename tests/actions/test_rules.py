"""Rules of every shape, planned and met: what becomes a due, whose it is, and what counts."""

from datetime import date, time, timedelta

import pytest

from reports.actions.meetings import (
    AgendaDraft,
    CannotRecordMeeting,
    MeetingDraft,
    PersonPresent,
    cancel_meeting,
    record_meeting,
)
from reports.actions.schedules import (
    CannotSetSchedule,
    ScheduleDraft,
    VersionDraft,
    plan_dues,
    replan,
    set_up_schedule,
    set_version,
)
from reports.domain.periods import Cadence
from reports.models import Due, DueNote
from reports.models.choices import OwedBy, Presence
from reports.selectors.audit import all_differences
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ScheduleSetFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


def rule(unit, **kwargs):
    return ScheduleVersionFactory(schedule__set__unit=unit, **kwargs)


def plan(year=2026):
    return plan_dues(today=TODAY, year=year)


def spans(**where):
    rows = Due.objects.filter(**where).order_by("period_first", "pk")
    return list(rows.values_list("period_first", "period_last"))


def hold(unit, day, *dues, **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=kwargs.pop("kind", None) or MeetingKindFactory().pk,
        title="法制例会",
        held_on=day,
        due_ids=tuple(due.pk for due in dues),
        **kwargs,
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def due_on(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


# --- which periods ------------------------------------------------------------------------------


def test_named_months_are_the_only_ones_owed(bureau):
    rule(bureau, months=[3, 11])

    plan()

    assert spans() == [
        (date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 11, 1), date(2026, 11, 30)),
    ]
    assert list(Due.objects.order_by("pk").values_list("number", flat=True)) == [3, 11]


def test_odd_and_even_weeks_share_the_year(bureau):
    odd = rule(bureau, cadence=Cadence.WEEK.value, parity="odd")
    even = rule(bureau, cadence=Cadence.WEEK.value, parity="even")

    plan()

    numbers = {
        version.parity: list(
            Due.objects.filter(schedule=version.schedule)
            .order_by("number")
            .values_list("number", flat=True)
        )
        for version in (odd, even)
    }
    assert numbers == {"odd": list(range(1, 54, 2)), "even": list(range(2, 54, 2))}


def test_a_due_date_is_a_period_of_its_own(bureau):
    rule(bureau, cadence=Cadence.QUARTER.value, window="after", window_days=15)
    rule(bureau, cadence=Cadence.YEAR.value, window="until", window_month=3, window_day=31)

    plan()

    assert spans() == [
        (date(2026, 1, 1), date(2026, 1, 15)),
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 15)),
        (date(2026, 7, 1), date(2026, 7, 15)),
        (date(2026, 10, 1), date(2026, 10, 15)),
    ]
    assert list(all_differences()) == []


def test_what_is_only_usual_owes_nothing(bureau):
    rule(bureau, usual=True)

    assert plan().made == 0


# --- who owes -----------------------------------------------------------------------------------


def test_stations_of_one_grade_owe(bureau):
    kind = UnitKindFactory(code="station")
    first = UnitFactory(parent=bureau, kind=kind, grade="一类", ledger_from=None)
    UnitFactory(parent=bureau, kind=kind, grade="二类", ledger_from=None)
    rule(bureau, owed_by=OwedBy.KINDS.value, owing_kinds=[kind], owing_grades=["一类"])

    plan()

    assert set(Due.objects.values_list("unit", flat=True)) == {first.pk}


def test_each_holder_of_a_post_owes_while_in_office(bureau):
    post = PostFactory(single_holder=False)
    staying = AppointmentFactory(unit=bureau, post=post, first_day=date(2025, 1, 1)).person
    leaving = AppointmentFactory(
        unit=bureau, post=post, first_day=date(2025, 1, 1), last_day=date(2026, 2, 10)
    ).person
    coming = AppointmentFactory(unit=bureau, post=post, first_day=date(2026, 11, 30)).person
    rule(bureau, owed_by=OwedBy.HOLDERS.value, owing_post=post)

    plan()

    owed = {
        person: list(
            Due.objects.filter(person=person)
            .order_by("period_first")
            .values_list("number", flat=True)
        )
        for person in (staying, leaving, coming)
    }
    assert owed == {staying: list(range(1, 13)), leaving: [1, 2], coming: [11, 12]}


def test_who_took_part_has_met_it_and_the_others_are_named(bureau):
    post = PostFactory(single_holder=False)
    present, absent = (AppointmentFactory(unit=bureau, post=post).person for _n in range(2))
    rule(bureau, owed_by=OwedBy.HOLDERS.value, owing_post=post)
    plan()
    dues = list(Due.objects.filter(number=6).order_by("pk"))

    hold(
        bureau,
        date(2026, 6, 3),
        *dues,
        people=(
            PersonPresent(present.pk),
            PersonPresent(absent.pk, Presence.LEAVE),
        ),
    )

    lacking = Due.objects.filter(number=6, met_on__isnull=True)
    assert [due.person for due in lacking] == [absent]
    assert [row.why_not for row in lacking.get().discharges.all()] == ["not_attended"]
    assert list(all_differences()) == []


def test_people_of_a_roster_owe_from_the_day_they_came(bureau):
    station = UnitFactory(parent=bureau, ledger_from=None)
    old = PersonFactory(unit=station)
    new = PersonFactory(unit=station, joined_on=date(2026, 10, 15))
    PersonFactory(unit=station, kind="auxiliary")
    rule(
        bureau,
        cadence=Cadence.QUARTER.value,
        owed_by=OwedBy.ROSTER.value,
        owing_kinds=[station.kind],
        roster_kinds=["police"],
    )

    plan()

    owed = Due.objects.order_by("person", "number").values_list("person", "number")
    assert list(owed) == [(old.pk, n) for n in (1, 2, 3, 4)] + [(new.pk, 4)]


# --- what counts --------------------------------------------------------------------------------


def test_a_quota_of_minutes_is_met_by_the_sum_of_sessions(bureau):
    rule(bureau, cadence=Cadence.QUARTER.value, counted_in="minutes", at_least=120)
    plan()
    second = due_on(date(2026, 5, 1))

    hold(bureau, date(2026, 4, 8), second, starts_at=time(9), ends_at=time(10, 30))
    first_state = Due.objects.get(pk=second.pk)
    hold(bureau, date(2026, 5, 6), second, starts_at=time(9), ends_at=time(9, 40))
    second.refresh_from_db()

    assert (first_state.counted, first_state.met_on) == (90, None)
    assert (second.counted, second.met_on) == (130, date(2026, 5, 6))
    assert list(all_differences()) == []


def test_a_session_without_times_brings_no_minutes(bureau):
    rule(bureau, counted_in="minutes", at_least=60)
    plan()
    june = due_on(TODAY)

    meeting = hold(bureau, date(2026, 6, 3), june)

    june.refresh_from_db()
    assert june.counted == 0
    assert meeting.discharges.get().why_not == "no_times"


def test_the_deputy_presides_only_where_the_rule_says_so(bureau):
    head, deputy = PostFactory(code="head", name="局长"), PostFactory(code="deputy", name="副局长")
    person = AppointmentFactory(unit=bureau, post=deputy).person
    strict = rule(bureau, presided_by=head)
    mild = rule(bureau, presided_by=head, deputy=deputy)
    plan()
    dues = [due_on(TODAY, schedule=version.schedule) for version in (strict, mild)]

    meeting = hold(bureau, date(2026, 6, 3), *dues, presided_by_id=person.pk)

    counts = meeting.discharges.order_by("due").values_list("due__schedule", "counts", "why_not")
    assert list(counts) == [
        (strict.schedule_id, False, "not_presided"),
        (mild.schedule_id, True, ""),
    ]


@pytest.mark.parametrize(
    ("sat_in", "opinion", "why_not"),
    [(False, "", "legal_absent"), (True, "", "no_legal_opinion"), (True, "同意。", "")],
)
def test_items_of_law_ask_for_the_legal_unit_and_its_opinion(bureau, sat_in, opinion, why_not):
    rule(bureau, legal_on_law_items=True)
    plan()
    items = (AgendaDraft("合同审查", involves_law=True, legal_opinion=opinion),)

    meeting = hold(bureau, date(2026, 6, 3), due_on(TODAY), legal_sat_in=sat_in, agenda=items)

    assert meeting.discharges.get().why_not == why_not


def test_without_items_of_law_nobody_asks_for_the_legal_unit(bureau):
    rule(bureau, legal_on_law_items=True)
    plan()

    meeting = hold(bureau, date(2026, 6, 3), due_on(TODAY), agenda=(AgendaDraft("学习"),))

    assert meeting.discharges.get().counts


def test_an_agenda_item_counts_in_any_meeting_of_the_body(bureau):
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))
    item = AgendaKindFactory()
    rule(bureau, meeting_kind=None, agenda_kind=item, body=body)
    plan()
    june = due_on(TODAY)

    with pytest.raises(CannotRecordMeeting, match="没有规定的议题"):
        hold(body, date(2026, 6, 3), june, agenda=(AgendaDraft("人事"),))
    hold(body, date(2026, 6, 10), june, agenda=(AgendaDraft("法治专题", kind_id=item.pk),))

    june.refresh_from_db()
    assert june.met_on == date(2026, 6, 10)


def test_two_bounds_count_the_same_meetings(bureau):
    """At least two a month and at least three a quarter: two schedules of one set."""
    of = ScheduleSetFactory(unit=bureau)
    monthly = ScheduleVersionFactory(schedule__set=of, at_least=2)
    quarterly = ScheduleVersionFactory(schedule__set=of, at_least=3, cadence=Cadence.QUARTER.value)
    plan()
    quarter = due_on(TODAY, schedule=quarterly.schedule)

    for day in (date(2026, 5, 6), date(2026, 6, 3), date(2026, 6, 10)):
        hold(bureau, day, due_on(day, schedule=monthly.schedule), quarter)

    june = due_on(TODAY, schedule=monthly.schedule)
    quarter.refresh_from_db()
    assert (june.counted, june.met_on) == (2, date(2026, 6, 10))
    assert (quarter.counted, quarter.met_on) == (3, date(2026, 6, 10))
    assert due_on(date(2026, 5, 6), schedule=monthly.schedule).met_on is None


# --- making up ----------------------------------------------------------------------------------


@pytest.fixture
def months(bureau):
    """A monthly duty; May is over, June runs."""
    version = rule(bureau)
    plan()
    return bureau, version, due_on(date(2026, 5, 1)), due_on(TODAY)


def test_what_makes_up_an_earlier_period_does_not_count_for_its_own(months):
    bureau, _version, may, june = months

    with pytest.raises(CannotRecordMeeting, match="已用于补开较早的一期"):
        hold(bureau, date(2026, 6, 3), may, june)

    hold(bureau, date(2026, 6, 3), may)
    may.refresh_from_db()
    june.refresh_from_db()
    assert (may.met_late_on, june.met_on) == (date(2026, 6, 3), None)


def test_a_merged_session_counts_for_both_and_is_counted_apart(months):
    bureau, _version, may, june = months

    meeting = hold(bureau, date(2026, 6, 3), may, june, merged_because="防汛抢险，两月合并召开")

    may.refresh_from_db()
    june.refresh_from_db()
    assert (may.met_late_on, may.merged) == (date(2026, 6, 3), 0)
    assert (june.met_on, june.merged) == (date(2026, 6, 3), 1)
    assert list(all_differences()) == []
    cancel_meeting(meeting_id=meeting.pk, because="重复录入", by=None, at=NOON)
    june.refresh_from_db()
    assert (june.met_on, june.merged) == (None, 0)


def test_a_rule_may_let_one_meeting_count_for_both(bureau):
    rule(bureau, counts_twice=True)
    plan()
    may, june = due_on(date(2026, 5, 1)), due_on(TODAY)

    hold(bureau, date(2026, 6, 3), may, june)

    may.refresh_from_db()
    june.refresh_from_db()
    assert (may.met_late_on, june.met_on, june.merged) == (date(2026, 6, 3), date(2026, 6, 3), 0)


def test_a_late_meeting_moves_no_later_period(months):
    bureau, _version, may, _june = months
    before = spans(year=2026)

    hold(bureau, date(2026, 6, 3), may)
    replan(bureau_ids=[bureau.pk], today=TODAY)

    assert spans(year=2026) == before


# --- versions and what is kept ------------------------------------------------------------------


def test_a_due_with_a_note_is_not_planned_away(bureau):
    version = rule(bureau)
    plan()
    noted, bare = due_on(date(2026, 11, 1)), due_on(date(2026, 12, 1))
    DueNote.objects.create(due=noted, text="与年终大会合并考虑", recorded_at=NOON)
    change = VersionDraft(
        first_day=date(2026, 7, 1),
        cadence=Cadence.QUARTER,
        legal_basis="局发文件",
        asked_by="本局党委",
        meeting_kind_id=version.meeting_kind_id,
    )

    set_version(schedule=version.schedule, draft=change, today=TODAY)

    assert Due.objects.filter(pk=noted.pk).exists()
    assert not Due.objects.filter(pk=bare.pk).exists()


def test_a_new_version_never_changes_an_earlier_verdict(bureau):
    version = rule(bureau)
    plan()
    hold(bureau, date(2026, 3, 4), due_on(date(2026, 3, 4)))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(0, 160, 7)]
    over = Due.objects.filter(period_last__lt=TODAY)
    before = {(due.pk, day): due.verdict_on(day) for due in over for day in days}
    change = VersionDraft(
        first_day=date(2026, 7, 1),
        cadence=Cadence.MONTH,
        legal_basis="局发文件",
        asked_by="本局党委",
        at_least=3,
        months=(9,),
        meeting_kind_id=version.meeting_kind_id,
    )

    set_version(schedule=version.schedule, draft=change, today=TODAY)

    after = {(due.pk, day): due.verdict_on(day) for due in over.all() for day in days}
    assert after == before
    assert spans(period_first__gte=date(2026, 7, 1), year=2026) == [
        (date(2026, 9, 1), date(2026, 9, 30))
    ]


@pytest.mark.parametrize(
    ("rhythm", "sentence"),
    [
        ({"months": (3,), "cadence": Cadence.QUARTER}, "限定月份只用于"),
        ({"parity": "odd"}, "单双周只用于"),
        ({"window": "after", "window_days": 15, "months": (3,)}, "有固定期限的"),
        ({"window": "until", "window_month": 3, "window_day": 1}, "固定期限填写不完整"),
        ({"window": "after"}, "固定期限填写不完整"),
        ({"at_least": 3, "at_most": 2}, "“至多”不能小于“至少”"),
        ({"owed_by": OwedBy.HOLDERS}, "请选择由哪一岗位"),
    ],
)
def test_a_rule_that_gives_no_clear_periods_is_refused(bureau, rhythm, sentence):
    draft = VersionDraft(
        **{"cadence": Cadence.MONTH} | rhythm,
        first_day=date(2026, 1, 1),
        legal_basis="局发文件",
        asked_by="本局党委",
        meeting_kind_id=MeetingKindFactory().pk,
    )
    version = rule(bureau)

    with pytest.raises(CannotSetSchedule, match=sentence):
        set_version(schedule=version.schedule, draft=draft, today=TODAY)


def test_setting_up_writes_every_part_of_the_rule(bureau):
    post = PostFactory()
    draft = VersionDraft(
        first_day=date(2026, 1, 1),
        cadence=Cadence.MONTH,
        legal_basis="局发文件",
        asked_by="本局党委",
        months=(11, 3),
        at_least=2,
        at_most=4,
        min_minutes=30,
        counts_twice=True,
        presided_by_id=post.pk,
        deputy_id=PostFactory().pk,
        legal_on_law_items=True,
        meeting_kind_id=MeetingKindFactory().pk,
    )

    schedule, planned = set_up_schedule(
        draft=ScheduleDraft(set=ScheduleSetFactory(unit=bureau), name="清查", version=draft),
        by=None,
        at=NOON,
        today=TODAY,
    )

    version = schedule.versions.get()
    told = {name: getattr(version, name) for name in ("months", "at_most", "min_minutes")}
    assert told == {"months": [3, 11], "at_most": 4, "min_minutes": 30}
    assert (version.counts_twice, version.legal_on_law_items) == (True, True)
    assert version.deputy_id == draft.deputy_id
    assert planned.made == 4
