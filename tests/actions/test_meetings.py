import uuid
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.db.models import Q

from reports.actions.evidence import Reference, add_evidence, cancel_evidence
from reports.actions.meetings import (
    AgendaDraft,
    CannotCancelMeeting,
    CannotRecordMeeting,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    cancel_meeting,
    confirm_meetings,
    correct_discharge,
    correct_meeting,
    record_meeting,
    record_meeting_once,
    record_meetings,
)
from reports.actions.meetings import draft_of as draft_of_meeting
from reports.actions.schedules import counts_of, plan_dues
from reports.domain.periods import Cadence
from reports.models import AgendaItem, Due, Meeting
from reports.models.choices import EvidenceKind, Outcome, OwedBy, Presence
from reports.selectors.audit import all_differences
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AppointmentFactory,
    BureauFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
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


@pytest.fixture
def rule(bureau):
    """Monthly, owed by the bureau itself, to be made up until the end of the next month."""
    return ScheduleVersionFactory(schedule__set__unit=bureau)


def plan():
    plan_dues(today=TODAY, year=2026)


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


def draft_of(unit, day, *dues, **kwargs):
    wanted = {"kind_id": MeetingKindFactory().pk, "title": "法制通报会"} | kwargs
    return MeetingDraft(unit=unit, held_on=day, due_ids=tuple(due.pk for due in dues), **wanted)


def record(*args, **kwargs):
    return record_meeting(draft_of(*args, **kwargs), **NOW)


def refusal(*args, **kwargs):
    with pytest.raises(CannotRecordMeeting) as caught:
        record(*args, **kwargs)
    assert not Meeting.objects.exists()
    return caught.value


def of(due):
    """What is kept of a due, read anew."""
    due.refresh_from_db()
    return due.counted, due.met_on, due.met_late_on


# --- recording ----------------------------------------------------------------------------------


def test_a_meeting_within_the_period_meets_the_due(bureau, rule):
    plan()
    june = due_of(TODAY)

    meeting = record(bureau, date(2026, 6, 8), june)

    assert of(june) == (1, date(2026, 6, 8), None)
    assert meeting.bureau == bureau
    assert meeting.recorded_at == NOON
    assert meeting.history.count() == 1
    (discharge,) = meeting.discharges.all()
    assert (discharge.counts, discharge.is_late, discharge.why_not) == (True, False, "")


def test_a_meeting_may_count_for_nothing(bureau):
    meeting = record(bureau, TODAY)

    assert not meeting.discharges.exists()


def test_one_meeting_discharges_several_dues(bureau, rule):
    other = ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.HALF_YEAR.value)
    plan()
    dues = [due_of(TODAY, schedule=v.schedule) for v in (rule, other)]

    record(bureau, TODAY, *dues)

    assert [of(due) for due in dues] == [(1, TODAY, None)] * 2


def test_several_times_are_met_with_the_last_of_them(bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, at_least=2)
    plan()
    june = due_of(TODAY)

    record(bureau, date(2026, 6, 9), june)
    assert of(june) == (1, None, None)
    record(bureau, date(2026, 6, 3), june)

    assert of(june) == (2, date(2026, 6, 9), None)


def test_entered_later_is_still_held_in_time(bureau, rule):
    plan()
    march = due_of(date(2026, 3, 5))

    record(bureau, date(2026, 3, 31), march)

    assert of(march) == (1, date(2026, 3, 31), None)


def test_made_up_until_the_end_of_the_next_period(bureau, rule):
    plan()
    may, april = due_of(date(2026, 5, 5)), due_of(date(2026, 4, 5))

    meeting = record(bureau, TODAY, may)

    assert of(may) == (1, None, TODAY)
    assert meeting.discharges.get().is_late
    with pytest.raises(CannotRecordMeeting, match="已过补开期限"):
        record(bureau, date(2026, 6, 1), april)


def test_a_weekly_duty_is_never_made_up(bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.WEEK.value)
    plan()

    assert "不得补开" in refusal(bureau, TODAY, due_of(date(2026, 6, 3))).reasons[0]


def test_no_meeting_counts_for_a_period_that_has_not_begun(bureau, rule):
    plan()
    july = due_of(date(2026, 7, 1))

    said = refusal(bureau, TODAY, july)

    assert said.by_due == {july.pk: ["早于该周期"]}
    assert of(july) == (0, None, None)


@pytest.mark.parametrize(
    ("day", "kwargs", "says"),
    [
        (date(2026, 6, 11), {}, "不能晚于今天"),
        (date(2026, 6, 1), {"title": " "}, "请填写会议名称"),
        (date(2025, 12, 31), {}, "尚未设立或已停用"),
    ],
)
def test_what_cannot_be_is_refused(bureau, day, kwargs, says):
    station = UnitFactory(parent=bureau, opened_on=date(2026, 1, 1))

    assert says in refusal(station, day, **kwargs).reasons[0]


def test_a_unit_above_the_bureaus_records_nothing():
    assert "不属于任何分局" in refusal(UnitFactory(parent=None), TODAY).reasons[0]


def test_all_reasons_against_a_due_are_said_at_once(bureau, rule):
    plan()
    june = due_of(TODAY)
    station = UnitFactory(parent=bureau)

    said = refusal(station, TODAY, june, kind_id=MeetingKindFactory(code="party").pk)

    assert said.by_due == {june.pk: ["不是应落实的单位或机构召开的", "会议种类不符"]}
    assert said.reasons == [
        f"不能计入“{june.schedule.name}”：不是应落实的单位或机构召开的，会议种类不符。"
    ]


def test_a_meeting_of_another_bureau_never_counts(rule):
    plan()

    assert "不属于同一分局" in refusal(BureauFactory(), TODAY, due_of(TODAY)).reasons[0]


def test_a_due_that_is_gone_is_said(bureau):
    draft = MeetingDraft(
        unit=bureau, kind_id=MeetingKindFactory().pk, title="会", held_on=TODAY, due_ids=(999,)
    )

    with pytest.raises(CannotRecordMeeting, match="不存在"):
        record_meeting(draft, **NOW)


def test_a_second_press_of_the_button_is_the_same_meeting(bureau, rule):
    plan()
    june, once = due_of(TODAY), uuid.uuid4()

    first = record(bureau, TODAY, june, once=once)
    second = record(bureau, TODAY, june, once=once)

    assert first == second
    assert of(june)[0] == 1
    assert Meeting.objects.count() == 1


def test_two_presses_at_once_are_one_meeting(bureau, monkeypatch):
    once = uuid.uuid4()
    first = record(bureau, TODAY, once=once)
    seen = iter([None])
    monkeypatch.setattr("reports.actions.meetings._already_recorded", lambda drafts: next(seen))

    assert record(bureau, TODAY, once=once) == first


# --- what counts --------------------------------------------------------------------------------


def test_an_agenda_item_counts_in_a_meeting_of_the_stated_body(bureau):
    item = AgendaKindFactory()
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))
    ScheduleVersionFactory(
        schedule__set__unit=bureau, meeting_kind=None, agenda_kind=item, body=body
    )
    plan()
    june = due_of(TODAY)
    party = MeetingKindFactory(code="party").pk

    assert "没有规定的议题" in refusal(body, TODAY, june, kind_id=party).reasons[0]
    agenda = (AgendaDraft("人事"), AgendaDraft("研究法治建设", item.pk, True, "同意"))
    meeting = record(body, TODAY, june, kind_id=party, agenda=agenda)

    assert of(june) == (1, TODAY, None)
    assert list(meeting.agenda.values_list("position", "title", "involves_law")) == [
        (1, "人事", False),
        (2, "研究法治建设", True),
    ]
    assert AgendaItem.history.count() == 2


@pytest.mark.parametrize(("who", "counts"), [("holder", True), ("acting", True), ("other", False)])
def test_who_presides(bureau, who, counts):
    head = PostFactory(code="head")
    holder = AppointmentFactory(person__unit=bureau, post=head, last_day=date(2026, 5, 31)).person
    acting = AppointmentFactory(
        person__unit=bureau, post=head, first_day=date(2026, 6, 1), acting=True
    ).person
    person = {"holder": holder, "acting": acting, "other": PersonFactory(unit=bureau)}[who]
    ScheduleVersionFactory(schedule__set__unit=bureau, presided_by=head)
    plan()
    day = date(2026, 5, 20) if who == "holder" else TODAY
    due = due_of(day)

    meeting = record(bureau, day, due, presided_by_id=person.pk)

    discharge = meeting.discharges.get()
    assert (discharge.counts, discharge.why_not) == (counts, "" if counts else "not_presided")
    assert of(due)[0] == int(counts)
    assert meeting.presiding_post == (head if counts else None)
    assert meeting.presiding_acting is (who == "acting")


def test_a_later_correction_of_an_appointment_does_not_rejudge(bureau):
    head = PostFactory(code="head")
    appointment = AppointmentFactory(person__unit=bureau, post=head)
    ScheduleVersionFactory(schedule__set__unit=bureau, presided_by=head)
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june, presided_by_id=appointment.person_id)

    appointment.delete()
    add_evidence(target=meeting, by=None, at=NOON, references=[Reference("纪要", "档案室")])

    assert of(june) == (1, TODAY, None)


@pytest.mark.parametrize("sat_in", [True, False])
def test_the_legal_unit_must_sit_in_where_the_rule_says_so(bureau, sat_in):
    ScheduleVersionFactory(schedule__set__unit=bureau, legal_must_sit_in=True)
    plan()
    june = due_of(TODAY)

    meeting = record(bureau, TODAY, june, legal_sat_in=sat_in)

    assert of(june)[0] == int(sat_in)
    assert meeting.discharges.get().why_not == ("" if sat_in else "legal_absent")


def test_a_joint_session_is_recorded_once_and_counts_for_every_unit(bureau):
    stations = [UnitFactory(parent=bureau) for _ in range(3)]
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
    )
    plan()
    dues = [due_of(TODAY, unit=station) for station in stations]

    meeting = record(
        bureau,
        TODAY,
        *dues,
        attending_unit_ids=tuple(s.pk for s in stations),
        outside=(OutsidePresent("区司法局"),),
    )

    assert [of(due) for due in dues] == [(1, TODAY, None)] * 3
    assert meeting.attendances.count() == 4


# --- many at once -------------------------------------------------------------------------------


def test_many_are_recorded_all_or_none(bureau, rule):
    plan()
    june = due_of(TODAY)
    good, bad = draft_of(bureau, TODAY, june), draft_of(bureau, date(2026, 6, 11))

    with pytest.raises(CannotRecordMeeting):
        record_meetings([good, bad], **NOW)

    assert not Meeting.objects.exists()
    assert of(june) == (0, None, None)


def test_many_keep_their_own_moments(bureau):
    moments = [NOON - timedelta(days=3), NOON]
    drafts = [draft_of(bureau, date(2026, 6, day)) for day in (5, 9)]

    made = record_meetings(drafts, by=None, at=moments, today=TODAY)

    assert [m.recorded_at for m in made] == moments
    assert all(m.pk for m in made)


def test_many_cost_the_same_queries(bureau, rule, django_assert_max_num_queries):
    plan()
    dues = Due.objects.filter(period_last__lte=date(2026, 5, 31))
    drafts = [draft_of(bureau, due.period_first, due) for due in dues]

    with django_assert_max_num_queries(22):
        record_meetings(drafts, **NOW)


# --- correcting ---------------------------------------------------------------------------------


def correct(meeting, draft):
    return correct_meeting(
        meeting_id=meeting.pk, draft=draft, by=UserFactory(), at=NOON, today=TODAY
    )


def test_a_corrected_day_counts_for_another_period(bureau, rule):
    plan()
    june, may = due_of(TODAY), due_of(date(2026, 5, 5))
    meeting = record(
        bureau, TODAY, june, agenda=(AgendaDraft("一"),), outside=(OutsidePresent("司法局"),)
    )

    correct(meeting, draft_of(bureau, date(2026, 5, 29), may, agenda=(AgendaDraft("二"),)))

    assert of(june) == (0, None, None)
    assert of(may) == (1, date(2026, 5, 29), None)
    meeting.refresh_from_db()
    assert meeting.held_on == date(2026, 5, 29)
    assert list(meeting.agenda.values_list("title", flat=True)) == ["二"]
    assert not meeting.attendances.exists()
    assert meeting.history.count() == 2
    assert meeting.recorded_at == NOON


def test_a_correction_keeps_unit_and_refuses_what_recording_refuses(bureau, rule):
    plan()
    meeting = record(bureau, TODAY)

    with pytest.raises(CannotRecordMeeting, match="召开单位不能改"):
        correct(meeting, draft_of(UnitFactory(parent=bureau), TODAY))
    with pytest.raises(CannotRecordMeeting, match="不能晚于今天"):
        correct(meeting, draft_of(bureau, date(2026, 6, 11)))
    with pytest.raises(CannotRecordMeeting, match="早于该周期"):
        correct(meeting, draft_of(bureau, TODAY, due_of(date(2026, 7, 1))))


def test_a_second_press_keeps_its_mark_after_a_correction(bureau):
    once = uuid.uuid4()
    meeting = record(bureau, TODAY, once=once)

    correct(meeting, draft_of(bureau, TODAY, title="更正"))

    assert record(bureau, TODAY, once=once) == meeting


# --- cancelling ---------------------------------------------------------------------------------


def test_a_cancelled_meeting_stays_and_counts_nothing(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june)
    user = UserFactory()

    cancel_meeting(meeting_id=meeting.pk, because=" 录错 ", by=user, at=NOON)

    meeting.refresh_from_db()
    assert (meeting.cancelled_because, meeting.cancelled_by) == ("录错", user)
    assert of(june) == (0, None, None)
    assert meeting.discharges.get().why_not == "cancelled"
    assert counts_of(Q(period_first=june.period_first))[0]["met"] == 0
    with pytest.raises(CannotCancelMeeting, match="已作废"):
        cancel_meeting(meeting_id=meeting.pk, because="再来", by=user, at=NOON)
    with pytest.raises(CannotRecordMeeting, match="已作废"):
        correct(meeting, draft_of(bureau, TODAY))


def test_cancelling_wants_a_reason(bureau):
    meeting = record(bureau, TODAY)

    with pytest.raises(CannotCancelMeeting, match="作废原因"):
        cancel_meeting(meeting_id=meeting.pk, because="  ", by=UserFactory(), at=NOON)


# --- evidence -----------------------------------------------------------------------------------


def test_missing_evidence_is_told_and_improves_nothing(bureau):
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        expected_evidence=[EvidenceKind.MINUTES.value, EvidenceKind.SIGN_IN.value],
    )
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june)

    def lacking():
        june.refresh_from_db()
        return june.lacks_evidence, june.verdict_on(TODAY)

    def hand_in(kind):
        reference = Reference("纪要", "档案室", kind=kind)
        return add_evidence(target=meeting, by=None, at=NOON, references=[reference])[0]

    assert lacking() == (1, "met")
    minutes = hand_in(EvidenceKind.MINUTES)
    assert lacking() == (1, "met")
    hand_in(EvidenceKind.SIGN_IN)
    assert lacking() == (0, "met")
    cancel_evidence(evidence_id=minutes.pk, because="传错", by=UserFactory(), at=NOON)
    assert lacking() == (1, "met")


# --- what the other press made --------------------------------------------------------------------


def test_a_press_says_whether_it_made_the_meeting(bureau):
    draft = draft_of(bureau, TODAY, once=uuid.uuid4())

    first, made = record_meeting_once(draft, **NOW)
    second, again = record_meeting_once(draft, **NOW)

    assert (made, again) == (True, False)
    assert first == second


# --- the parts of a correction ------------------------------------------------------------------


@pytest.fixture
def whole(bureau, rule):
    """A meeting with everything that can be entered."""
    plan()
    person, guest = PersonFactory(unit=bureau), UnitFactory(parent=bureau)
    return record(
        bureau,
        TODAY,
        due_of(TODAY),
        place="三楼",
        summary="传达",
        legal_sat_in=True,
        legal_opinion="无异议",
        starts_at=time(9),
        ends_at=time(10),
        late_because="系统故障",
        presided_by_id=person.pk,
        people=(PersonPresent(person.pk, Presence.SITTING_IN),),
        attending_unit_ids=(guest.pk,),
        outside=tuple(OutsidePresent(str(each), each) for each in Presence),
        agenda=(
            AgendaDraft("一", AgendaKindFactory().pk, True, "同意", Outcome.DECIDED.value, "复查"),
            AgendaDraft("二"),
        ),
    )


def test_a_meeting_is_drafted_as_it_was_entered(whole):
    draft = draft_of_meeting(whole, [due_of(TODAY).pk])

    correct(whole, draft)

    again = Meeting.objects.get(pk=whole.pk)
    assert draft_of_meeting(again, [due_of(TODAY).pk]) == draft
    assert AgendaItem.history.count() == 2


def test_items_of_the_agenda_stay_the_items_they_were(whole):
    one, two = whole.agenda.order_by("position")
    draft = draft_of_meeting(whole, [])
    later = AgendaItem.objects.create(
        meeting=record(whole.unit, TODAY), position=1, title="再议", carried_from=two
    )
    agenda = (AgendaDraft("新"), *reversed(draft.agenda))

    correct(whole, replace(draft, agenda=agenda))

    rows = whole.agenda.order_by("position").values_list("position", "title")
    assert list(rows) == [(1, "新"), (2, "二"), (3, "一")]
    assert list(whole.agenda.order_by("position").values_list("pk", flat=True))[1:] == [
        two.pk,
        one.pk,
    ]
    later.refresh_from_db()
    assert later.carried_from == two

    correct(whole, replace(draft, agenda=draft.agenda[:1]))

    later.refresh_from_db()
    assert (list(whole.agenda.all()), later.carried_from) == ([one], None)


# --- confirming ---------------------------------------------------------------------------------


def test_what_waits_counts_nothing_until_it_is_confirmed(bureau, rule):
    plan()
    june, may = due_of(TODAY), due_of(date(2026, 5, 5))
    waiting = [record(bureau, TODAY, due, needs_confirmation=True) for due in (june, may)]
    assert [of(due) for due in (june, may)] == [(0, None, None)] * 2
    assert [m.discharges.get().why_not for m in waiting] == ["not_confirmed"] * 2
    user = UserFactory()

    count = confirm_meetings(meeting_ids=[m.pk for m in waiting], by=user, at=NOON)

    assert count == 2
    assert [of(due) for due in (june, may)] == [(1, TODAY, None), (1, None, TODAY)]
    waiting[0].refresh_from_db()
    assert (waiting[0].confirmed_by, waiting[0].confirmed_at) == (user, NOON)
    assert waiting[1].discharges.get().is_late
    assert list(all_differences()) == []


def test_confirming_does_not_mend_what_else_is_lacking(bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, legal_must_sit_in=True)
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june, needs_confirmation=True)

    confirm_meetings(meeting_ids=[meeting.pk], by=UserFactory(), at=NOON)

    assert meeting.discharges.get().why_not == "legal_absent"
    assert of(june) == (0, None, None)


def test_who_entered_it_does_not_confirm_it(bureau):
    user, other = UserFactory(), UserFactory()
    drafts = [draft_of(bureau, TODAY, needs_confirmation=True) for _ in range(2)]
    own = record_meetings(drafts[:1], by=user, at=NOON, today=TODAY)[0]
    others = record_meetings(drafts[1:], by=other, at=NOON, today=TODAY)[0]

    with pytest.raises(CannotRecordMeeting, match="须由其他民警确认"):
        confirm_meetings(meeting_ids=[own.pk, others.pk], by=user, at=NOON)

    others.refresh_from_db()
    assert not others.is_confirmed


def test_only_what_waits_is_confirmed(bureau):
    user = UserFactory()
    plain = record(bureau, TODAY)
    cancelled = record(bureau, TODAY, needs_confirmation=True)
    cancel_meeting(meeting_id=cancelled.pk, because="录错", by=user, at=NOON)

    assert confirm_meetings(meeting_ids=[plain.pk, cancelled.pk, 0], by=user, at=NOON) == 0


def test_what_waits_goes_on_waiting_when_it_is_corrected(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june, needs_confirmation=True)

    correct(meeting, draft_of(bureau, TODAY, june, title="更正"))

    meeting.refresh_from_db()
    assert (meeting.is_confirmed, meeting.discharges.get().why_not) == (False, "not_confirmed")
    assert of(june) == (0, None, None)


def test_what_an_auxiliary_corrects_waits_again(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june, needs_confirmation=True)
    confirm_meetings(meeting_ids=[meeting.pk], by=UserFactory(), at=NOON)

    correct(meeting, draft_of(bureau, TODAY, june, needs_confirmation=True))

    meeting.refresh_from_db()
    assert (meeting.is_confirmed, meeting.confirmed_by) == (False, None)
    assert of(june) == (0, None, None)


def test_a_merged_meeting_that_waits_is_merged_once_it_is_confirmed(bureau, rule):
    plan()
    june, may = due_of(TODAY), due_of(date(2026, 5, 5))
    meeting = record(bureau, TODAY, june, may, merged_because="安保", needs_confirmation=True)

    confirm_meetings(meeting_ids=[meeting.pk], by=UserFactory(), at=NOON)

    june.refresh_from_db()
    assert (june.met_on, june.merged) == (TODAY, 1)
    assert list(all_differences()) == []


# --- correcting what it counts for --------------------------------------------------------------


def decide(meeting, due, counts, because="核实", **kwargs):
    return correct_discharge(
        meeting_id=meeting.pk,
        due_id=due.pk,
        counts=counts,
        because=because,
        by=UserFactory(),
        at=NOON,
        **kwargs,
    )


def test_a_meeting_is_taken_off_a_due_and_counted_again(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june)

    row = decide(meeting, june, False, " 只是谈话 ")
    assert (row.counts, row.why_not, row.decided_because) == (False, "by_decision", "只是谈话")
    assert of(june) == (0, None, None)

    row = decide(meeting, june, True)
    assert (row.counts, row.why_not, row.decided_because) == (True, "", "核实")
    assert of(june) == (1, TODAY, None)
    assert list(all_differences()) == []


def test_a_meeting_is_counted_for_a_due_that_nobody_ticked(bureau, rule):
    plan()
    may = due_of(date(2026, 5, 5))
    meeting = record(bureau, TODAY)

    row = decide(meeting, may, True)

    assert (row.counts, row.is_late) == (True, True)
    assert of(may) == (1, None, TODAY)


@pytest.mark.parametrize(
    ("because", "kind", "says"),
    [(" ", "briefing", "请写明更正理由"), ("核实", "party", "会议种类不符")],
)
def test_what_may_not_be_corrected_is_refused(bureau, rule, because, kind, says):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, kind_id=MeetingKindFactory(code=kind).pk)

    with pytest.raises(CannotRecordMeeting, match=says):
        decide(meeting, june, True, because)

    assert not meeting.discharges.exists()


def test_a_cancelled_meeting_is_corrected_no_more(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june)
    cancel_meeting(meeting_id=meeting.pk, because="录错", by=UserFactory(), at=NOON)

    with pytest.raises(CannotRecordMeeting, match="已作废"):
        decide(meeting, june, True)


@pytest.mark.parametrize("first", ["june", "may"])
def test_two_periods_are_merged_with_a_reason_alone(bureau, rule, first):
    plan()
    dues = {"june": due_of(TODAY), "may": due_of(date(2026, 5, 5))}
    second = next(due for name, due in dues.items() if name != first)
    meeting = record(bureau, TODAY, dues[first])

    with pytest.raises(CannotRecordMeeting, match="已用于补开较早的一期"):
        decide(meeting, second, True)
    decide(meeting, second, True, merged_because="安保")

    june, may = (of(due) for due in dues.values())
    assert (june, may) == ((1, TODAY, None), (1, None, TODAY))
    assert [due.merged for due in dues.values()] == [1, 0]
    assert list(all_differences()) == []


def test_what_is_left_of_a_merged_pair_is_merged_no_more(bureau, rule):
    plan()
    june, may = due_of(TODAY), due_of(date(2026, 5, 5))
    meeting = record(bureau, TODAY, june, may, merged_because="安保")

    decide(meeting, may, False)

    june.refresh_from_db()
    assert (june.met_on, june.merged) == (TODAY, 0)
    assert meeting.discharges.get(due=june).merged_because == ""
    assert list(all_differences()) == []


def test_a_decision_outlives_a_correction(bureau, rule):
    plan()
    june = due_of(TODAY)
    meeting = record(bureau, TODAY, june)
    decide(meeting, june, False, "只是谈话")

    correct(meeting, draft_of(bureau, TODAY, title="更正"))
    correct(meeting, draft_of(bureau, TODAY, june))

    row = meeting.discharges.get()
    assert (row.counts, row.why_not, row.decided_because) == (False, "by_decision", "只是谈话")
    assert of(june) == (0, None, None)
