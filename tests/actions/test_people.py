from datetime import date

import pytest

from reports.actions.people import (
    AppointmentDraft,
    CannotAppoint,
    CannotChangePerson,
    PersonDraft,
    appoint,
    appoint_many,
    create_people,
    edit_appointment,
    end_appointment,
    hand_over,
    hand_over_posts,
    person_leaves,
    set_single_holder,
)
from reports.models import Appointment
from reports.selectors.people import (
    appointment_differences,
    appointments_index,
    holder_of,
    holders_on,
    posts_held_on,
)
from tests.factories import (
    NOON,
    AppointmentFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    UnitKindFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON}


def refusal(action, **kwargs):
    with pytest.raises(CannotAppoint) as caught:
        action(**kwargs)
    return caught.value.reasons


def test_create_people_writes_initials_and_history():
    (person,) = create_people([PersonDraft("曾某某", UnitFactory())], **NOW)

    assert set(person.initials.split()) == {"cmm", "zmm"}
    assert person.history.count() == 1


@pytest.mark.parametrize("acting", [False, True])
@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 6, 1), None, "任期重叠"),
        (date(2025, 1, 1), date(2026, 3, 1), "任期重叠"),
        (date(2026, 5, 31), date(2026, 5, 31), "任期重叠"),
    ],
)
def test_no_second_holder_on_any_day(acting, first, last, sentence):
    held = AppointmentFactory(
        first_day=date(2026, 3, 1), last_day=date(2026, 6, 1), person__name="张某某", acting=acting
    )
    other = PersonFactory(unit=held.unit)

    reasons = refusal(
        appoint,
        person=other,
        unit=held.unit,
        post=held.post,
        first_day=first,
        last_day=last,
        acting=not acting,
        **NOW,
    )

    assert reasons == [f"“{held.unit}”的“所长”在2026年3月1日至2026年6月1日由张某某担任，任期重叠。"]
    assert Appointment.objects.count() == 1


def test_the_day_after_is_free():
    held = AppointmentFactory(first_day=date(2026, 3, 1), last_day=date(2026, 6, 1))

    row = appoint(
        person=PersonFactory(),
        unit=held.unit,
        post=held.post,
        first_day=date(2026, 6, 2),
        document_number="任〔2026〕3号",
        **NOW,
    )

    assert (row.single_holder, row.history.count()) == (True, 1)


def test_an_open_term_is_named():
    held = AppointmentFactory(first_day=date(2026, 3, 1), person__name="张某某")

    assert refusal(
        appoint,
        person=PersonFactory(),
        unit=held.unit,
        post=held.post,
        first_day=date(2026, 6, 2),
        **NOW,
    ) == [f"“{held.unit}”的“所长”自2026年3月1日起由张某某担任，请先填写其免职日期。"]


def test_two_drafts_at_once_may_not_overlap_either():
    unit, post = UnitFactory(), PostFactory()
    one, other = PersonFactory(unit=unit), PersonFactory(unit=unit)
    drafts = [
        AppointmentDraft(one, unit, post, date(2026, 1, 1), date(2026, 3, 31)),
        AppointmentDraft(other, unit, post, date(2026, 3, 31)),
    ]

    assert len(refusal(appoint_many, drafts=drafts, **NOW)) == 1
    assert Appointment.objects.count() == 0


def test_a_post_of_several_holders_takes_two_people_but_nobody_twice():
    post = PostFactory(code="counsel", single_holder=False)
    held = AppointmentFactory(post=post)
    term = {"unit": held.unit, "post": post, "first_day": date(2026, 1, 1), **NOW}

    appoint(person=PersonFactory(), **term)

    assert len(refusal(appoint, person=held.person, **term)) == 1


def test_the_kind_of_unit_must_have_the_post():
    post = PostFactory(name="所长")
    post.kinds.add(UnitKindFactory(code="squad"))
    unit = UnitFactory(name="一所")

    assert refusal(
        appoint, person=PersonFactory(), unit=unit, post=post, first_day=TODAY, **NOW
    ) == ["“一所”这类单位不设“所长”岗位。"]


def test_nobody_is_appointed_outside_the_days_of_unit_and_person():
    unit = UnitFactory(name="一所", opened_on=date(2026, 5, 1), closed_on=date(2026, 5, 31))
    person = PersonFactory(name="张某某", left_on=date(2026, 5, 15))

    assert refusal(
        appoint, person=person, unit=unit, post=PostFactory(), first_day=date(2026, 4, 1), **NOW
    ) == [
        "任职日期早于“一所”的启用日期（2026年5月1日）。",
        "“一所”已于2026年5月31日停用，任职不能晚于该日。",
        "张某某已于2026年5月15日离任，任职不能晚于该日。",
    ]


def test_hand_over_leaves_no_day_between():
    held = AppointmentFactory()
    new = PersonFactory(unit=held.unit)

    row = hand_over(appointment=held, to=new, on=date(2026, 6, 1), **NOW)

    held.refresh_from_db()
    assert (held.last_day, row.first_day, row.last_day) == (
        date(2026, 5, 31),
        date(2026, 6, 1),
        None,
    )
    assert holder_of(held.unit, held.post, date(2026, 5, 31)) == held.person
    assert holder_of(held.unit, held.post, date(2026, 6, 1)) == new


def test_hand_over_refuses_the_same_person():
    held = AppointmentFactory()

    assert refusal(hand_over, appointment=held, to=held.person, on=TODAY, **NOW) == [
        "接任人与原任职人员是同一人。"
    ]


def test_a_corrected_term_may_not_overlap_either():
    first = AppointmentFactory(last_day=date(2025, 12, 31))
    AppointmentFactory(unit=first.unit, post=first.post, first_day=date(2026, 1, 1))

    assert refusal(
        edit_appointment,
        appointment=first,
        first_day=first.first_day,
        last_day=None,
        acting=False,
        document_number="",
        **NOW,
    )


def test_end_appointment_refuses_a_day_before_it_began():
    held = AppointmentFactory(first_day=date(2026, 6, 1))

    assert refusal(end_appointment, appointment=held, on=date(2026, 5, 31), **NOW) == [
        "免职日期早于任职日期。"
    ]


def test_person_leaves_and_stays_on_the_records():
    held = AppointmentFactory()

    person_leaves(person=held.person, on=date(2026, 6, 1), today=TODAY, **NOW)

    held.refresh_from_db()
    assert (held.last_day, held.person.left_on) == (date(2026, 6, 1), date(2026, 6, 1))


def test_person_leaves_refuses_a_future_day():
    with pytest.raises(CannotChangePerson) as caught:
        person_leaves(person=PersonFactory(), on=date(2026, 6, 11), today=TODAY, **NOW)

    assert caught.value.reasons == ["离任日期不能晚于今天。"]


def test_a_post_does_not_become_single_while_two_hold_it():
    post = PostFactory(code="counsel", single_holder=False)
    held = AppointmentFactory(post=post)
    AppointmentFactory(post=post, unit=held.unit)

    assert refusal(set_single_holder, post=post, single=True, **NOW)


def test_the_flag_is_copied_to_the_appointments():
    held = AppointmentFactory()

    set_single_holder(post=held.post, single=False, **NOW)

    held.refresh_from_db()
    assert held.single_holder is False
    assert list(appointment_differences()) == []


def test_differences_find_overlaps_and_wrong_copies():
    held = AppointmentFactory()
    other = AppointmentFactory(unit=held.unit, post=held.post, single_holder=False)

    assert [(d.pk, d.field) for d in appointment_differences()] == [
        (other.pk, "single_holder"),
        (other.pk, "first_day"),
    ]


def test_holders_and_the_index_agree(django_assert_num_queries):
    held = AppointmentFactory(last_day=date(2026, 5, 31))
    acting = AppointmentFactory(
        unit=held.unit, post=held.post, first_day=date(2026, 6, 1), acting=True
    )
    index = appointments_index()

    for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 5, 31), date(2026, 6, 1)):
        person = holder_of(held.unit, held.post, day)
        assert index.holder_of(held.unit_id, held.post_id, day) == (person.pk if person else None)
        for each in (held, acting):
            place = (each.person_id, [held.unit_id], day)
            assert index.posts_held_on(*place) == posts_held_on(*place)
    with django_assert_num_queries(1):
        assert [str(a.person) for a in holders_on([held.unit_id], TODAY)] == [acting.person.name]


def test_who_acts_is_appointed_in_full():
    acting = AppointmentFactory(first_day=date(2026, 3, 1), acting=True)

    made = hand_over(
        appointment=acting, to=acting.person, on=date(2026, 5, 18), document_number="8号", **NOW
    )

    acting.refresh_from_db()
    assert (acting.acting, acting.last_day) == (True, date(2026, 5, 17))
    assert (made.person, made.acting, made.first_day) == (
        acting.person,
        False,
        date(2026, 5, 18),
    )


def test_handing_over_once_more_changes_nothing():
    held = AppointmentFactory(first_day=date(2026, 3, 1))
    to = PersonFactory(unit=held.unit)
    page = {"appointment": held, "to": to, "on": date(2026, 5, 18), **NOW}

    first = hand_over(**page)
    again = hand_over(**page)

    assert again == first
    assert Appointment.objects.count() == 2
    assert held.history.count() == 2


def test_the_second_of_two_who_hand_over_is_told_who_came():
    held = AppointmentFactory(first_day=date(2026, 3, 1), person__unit__name="一所")
    hand_over(appointment=held, to=PersonFactory(name="李某"), on=date(2026, 5, 18), **NOW)

    reasons = refusal(hand_over, appointment=held, to=PersonFactory(), on=date(2026, 5, 18), **NOW)

    assert reasons == ["“一所”的“所长”自2026年5月18日起由李某担任，请先填写其免职日期。"]


def test_a_secondment_is_handed_over_with_its_home_unit():
    held = AppointmentFactory(first_day=date(2026, 3, 1))
    team = UnitFactory(parent=held.unit.bureau, name="法制大队")

    made = hand_over(
        appointment=held, to=PersonFactory(unit=team), on=date(2026, 5, 18), home_unit=team, **NOW
    )

    assert made.home_unit == team


def test_ones_own_unit_is_no_home_to_be_seconded_from():
    person = PersonFactory()

    reasons = refusal(
        appoint,
        person=person,
        unit=person.unit,
        post=PostFactory(),
        first_day=date(2026, 5, 18),
        home_unit=person.unit,
        **NOW,
    )

    assert reasons == ["编制单位就是任职单位的，不属于派驻，请留空。"]


def test_several_posts_are_handed_over_together_or_not_at_all():
    one = AppointmentFactory(first_day=date(2026, 3, 1))
    other = AppointmentFactory(
        person=one.person, post=PostFactory(code="b"), first_day=date(2026, 5, 18)
    )
    to = PersonFactory(unit=one.unit)
    page = {"to": to, "document_number": "8号", **NOW}

    refusal(hand_over_posts, appointments=[one, other], on=date(2026, 5, 18), **page)
    one.refresh_from_db()
    assert one.last_day is None
    made = hand_over_posts(appointments=[one, other], on=date(2026, 5, 19), **page)

    assert [(row.person, row.post, row.document_number) for row in made] == [
        (to, one.post, "8号"),
        (to, other.post, "8号"),
    ]


def test_a_merged_entry_is_appointed_no_more():
    kept = PersonFactory()
    gone = PersonFactory(name="张某", unit=kept.unit, merged_into=kept)

    reasons = refusal(
        appoint,
        person=gone,
        unit=kept.unit,
        post=PostFactory(),
        first_day=date(2026, 5, 18),
        **NOW,
    )

    assert reasons == ["张某的这一条已并入另一条，请重新选择人员。"]
