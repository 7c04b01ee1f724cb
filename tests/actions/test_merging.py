from datetime import date

import pytest
from django.contrib.auth.models import User

from reports.actions.merging import merge_people
from reports.actions.people import CannotChangePerson
from reports.actions.schedules import plan_dues
from reports.models import Appointment, Due, Person
from reports.selectors.audit import all_differences
from reports.selectors.merging import moves_of, references
from tests.factories import (
    NOON,
    AccountGivenFactory,
    AppointmentFactory,
    AttendanceFactory,
    BureauFactory,
    DischargeFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"at": NOON, "today": TODAY}


@pytest.fixture
def pair():
    kept = PersonFactory(name="张某某")
    return PersonFactory(name="张某某", unit=kept.unit), kept


def refusal(gone, kept):
    with pytest.raises(CannotChangePerson) as caught:
        merge_people(gone=gone, kept=kept, by=None, **NOW)
    return caught.value.reasons


def test_every_column_that_names_a_person_is_known():
    found = [each.key for each in references()]

    # A new one belongs into this list: then it moves, too.
    assert found == [
        "accountgiven_person",
        "annualreport_signer",
        "appointment_person",
        "attendance_person",
        "certificate_person",
        "deed_person",
        "due_person",
        "examinationresult_person",
        "honour_person",
        "lookback_checker",
        "lookbackround_checkers_person",
        "measure_leader",
        "measure_responsible",
        "meeting_presided_by",
        "notice_approver",
        "origin_person",
        "person_merged_into",
        "problem_leader",
        "problem_responsible",
        "problemmove_leader",
        "problemmove_signer",
        "reply_approved_by",
        "reportmove_person",
        "secrecystep_person",
        "waiver_signer",
        "workrecord_person",
        "workrecord_second_person",
    ]


def test_everything_names_the_entry_that_stays(pair):
    gone, kept = pair
    rows = [
        AppointmentFactory(person=gone),
        MeetingFactory(presided_by=gone),
        AttendanceFactory(person=gone, outside=""),
        ProblemFactory(leader=gone, responsible=kept),
        MeasureFactory(responsible=gone),
        WorkRecordFactory(person=gone),
        AccountGivenFactory(person=gone),
    ]
    found = LookBackRoundFactory()
    found.checkers.set([gone])

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    names = ("person", "presided_by", "person", "leader", "responsible", "person", "person")
    for row, name in zip(rows, names, strict=True):
        row.refresh_from_db()
        assert getattr(row, name) == kept, row
    assert list(found.checkers.all()) == [kept]
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert set(Person.objects.standing().filter(name="张某某")) == {kept}


def test_the_history_says_who_merged(pair):
    gone, kept = pair
    user = UserFactory()
    problem = ProblemFactory(leader=gone)

    merge_people(gone=gone, kept=kept, by=user, **NOW)

    last = problem.history.first()
    assert (last.leader_id, last.history_user, last.history_date) == (kept.pk, user, NOON)
    assert problem.history.last().leader_id == gone.pk
    assert (gone.history.first().merged_into_id, gone.history.first().history_user) == (
        kept.pk,
        user,
    )


def test_the_login_goes_along(pair):
    gone, kept = pair
    gone.user = user = UserFactory()
    gone.save()

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    kept.refresh_from_db()
    assert kept.user == user
    assert User.objects.get(pk=user.pk).person == kept


def test_merging_once_more_changes_nothing(pair):
    gone, kept = pair
    merge_people(gone=gone, kept=kept, by=None, **NOW)
    entries = gone.history.count()

    assert merge_people(gone=gone, kept=kept, by=None, **NOW) == kept

    assert gone.history.count() == entries


def test_an_entry_merged_before_leads_to_the_last_one(pair):
    gone, kept = pair
    first = PersonFactory(unit=kept.unit, merged_into=gone)

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    first.refresh_from_db()
    assert first.merged_into == kept


def test_two_logins_are_refused(pair):
    gone, kept = pair
    for person in pair:
        person.user = UserFactory()
        person.save()

    assert refusal(gone, kept) == [
        "两条人员各有登录账号，请先由系统管理员处理其中一个账号，再合并。"
    ]


def test_another_bureau_is_refused(pair):
    gone, _kept = pair

    assert refusal(gone, PersonFactory()) == ["两条人员的所在单位不属于同一分局，不能合并。"]


def test_terms_that_overlap_are_refused(pair):
    gone, kept = pair
    post = PostFactory(code="member", name="成员", single_holder=False)
    AppointmentFactory(person=gone, post=post, first_day=date(2026, 3, 1))
    AppointmentFactory(person=kept, post=post, first_day=date(2026, 5, 1))

    reasons = refusal(gone, kept)

    told = "任期重叠（分别自2026年3月1日、2026年5月1日起），请先更正任职。"
    assert reasons == [f"两条人员都任“{kept.unit} 成员”，{told}"]
    assert Appointment.objects.filter(person=gone).count() == 1


def test_what_would_stand_twice_is_refused_with_its_name(pair):
    gone, kept = pair
    meeting = MeetingFactory()
    for person in pair:
        AttendanceFactory(meeting=meeting, person=person, outside="")

    reasons = refusal(gone, kept)

    assert reasons == [
        "“参加情况（参加人员）”中有1处两条人员都在，合并后会重复，请先更正其中一处。"
    ]


def test_a_cancelled_row_does_not_stand_twice(pair):
    gone, kept = pair
    AccountGivenFactory(
        person=gone,
        unit=kept.unit,
        cancelled_at=NOON,
        cancelled_by=UserFactory(),
        cancelled_because="重复",
    )
    AccountGivenFactory(person=kept, unit=kept.unit)

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    assert kept.accounts_given.count() == 2


def on_a_roster(person):
    """A rule that everybody of the unit owes by herself, planned."""
    ScheduleVersionFactory(
        schedule__set__unit=person.unit.bureau,
        owed_by="roster",
        owing_kinds=[person.unit.kind],
    )
    plan_dues(today=TODAY, year=2026)


def owed_by(person):
    return Due.objects.filter(person=person, year=2026).count()


def test_what_was_planned_for_both_is_owed_once(pair):
    gone, kept = pair
    on_a_roster(kept)
    assert (owed_by(gone), owed_by(kept)) == (12, 12)

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    assert (owed_by(gone), owed_by(kept)) == (0, 12)
    assert list(all_differences()) == []


def test_what_was_done_under_the_entry_that_goes_stays_done(pair):
    gone, kept = pair
    on_a_roster(kept)
    due = Due.objects.get(person=gone, number=3)
    DischargeFactory(due=due, meeting__unit=kept.unit, meeting__held_on=date(2026, 3, 10))

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    due.refresh_from_db()
    assert (due.person, owed_by(gone), owed_by(kept)) == (kept, 0, 12)


def test_what_both_have_done_is_refused(pair):
    gone, kept = pair
    on_a_roster(kept)
    for person in pair:
        due = Due.objects.get(person=person, number=3)
        DischargeFactory(due=due, meeting__unit=kept.unit, meeting__held_on=date(2026, 3, 10))
    name = due.schedule.name

    assert refusal(gone, kept) == [
        f"两条人员在“{name}”的同一周期都已有落实记录，请先作废重复的一次。"
    ]
    assert (owed_by(gone), owed_by(kept)) == (12, 12)


def test_the_preview_counts_what_moves_in_one_query(pair, django_assert_num_queries):
    gone, kept = pair
    AppointmentFactory(person=gone)
    for _n in range(2):
        ProblemFactory(leader=gone)
    ProblemFactory(leader=kept)

    with django_assert_num_queries(1):
        moves = moves_of(gone, kept)

    assert [(each.label, each.number, each.twice) for each in moves] == [
        ("任职（人员）", 1, 0),
        ("问题（责任领导）", 2, 0),
    ]


def test_units_of_one_bureau_are_enough():
    bureau = BureauFactory()
    gone = PersonFactory(unit=UnitFactory(parent=bureau))
    kept = PersonFactory(unit=UnitFactory(parent=bureau))

    merge_people(gone=gone, kept=kept, by=None, **NOW)

    gone.refresh_from_db()
    assert gone.merged_into == kept
