from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Appointment
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
NEW = "/people/appointments/new/"


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def legal(client, bureau):
    user = member(Role.LEGAL_OFFICER, bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    client.user = user
    return client


def page_of(held, what):
    return reverse(f"reports:appointment-{what}", args=[held.pk])


def errors_of(response):
    form = response.context["form"]
    return {field: list(texts) for field, texts in form.errors.items()}


def terms_of(unit):
    rows = Appointment.objects.filter(unit=unit).order_by("first_day", "pk")
    return [
        (row.person, row.first_day, row.last_day, row.acting, row.document_number) for row in rows
    ]


def test_the_legal_officer_appoints_from_a_persons_page(legal, station):
    person, post = PersonFactory(unit=station), PostFactory()

    response = legal.post(
        f"{NEW}?person={person.pk}",
        {
            "person": person.pk,
            "unit": station.pk,
            "post": post.pk,
            "first_day": "2026-05-18",
            "document_number": "示公任〔2026〕8号",
        },
    )

    assert (response.status_code, response.url) == (302, f"/people/{person.pk}/")
    assert terms_of(station) == [(person, date(2026, 5, 18), None, False, "示公任〔2026〕8号")]
    assert Appointment.objects.get().history.get().history_user == legal.user


def test_what_the_address_names_is_filled_in(legal, station):
    person = PersonFactory(unit=station)

    form = legal.get(f"{NEW}?person={person.pk}&unit={station.pk}").context["form"]

    assert (form.initial["person"], form.initial["unit"]) == (person, station.pk)


def test_from_a_units_page_one_returns_there(legal, station):
    person = PersonFactory(unit=station)

    response = legal.post(
        f"{NEW}?unit={station.pk}",
        {
            "person": person.pk,
            "unit": station.pk,
            "post": PostFactory().pk,
            "first_day": "2026-05-18",
        },
    )

    assert (response.status_code, response.url) == (302, f"/units/{station.pk}/")


def test_a_post_that_is_taken_is_refused_and_nothing_is_lost(legal, station):
    held = AppointmentFactory(person__unit=station, person__name="张某")
    other = PersonFactory(unit=station)
    typed = {
        "person": other.pk,
        "unit": station.pk,
        "post": held.post_id,
        "first_day": "2026-05-18",
        "document_number": "8号",
    }

    response = legal.post(NEW, typed)

    assert errors_of(response) == {
        "__all__": ["“一所”的“所长”自2025年1月1日起由张某担任，请先填写其免职日期。"]
    }
    assert response.context["form"]["document_number"].value() == "8号"


def test_people_and_units_of_other_bureaus_are_no_choice(legal, station):
    outsider = PersonFactory()

    response = legal.post(
        NEW,
        {
            "person": outsider.pk,
            "unit": outsider.unit_id,
            "post": PostFactory().pk,
            "first_day": "2026-05-18",
        },
    )

    assert sorted(errors_of(response)) == ["person", "unit"]
    assert not Appointment.objects.exists()


def test_the_merged_are_no_choice(legal, station):
    kept = PersonFactory(unit=station)
    gone = PersonFactory(unit=station, merged_into=kept)

    choices = legal.get(NEW).context["form"].fields["person"].queryset

    assert kept in choices
    assert gone not in choices


def test_an_appointment_is_corrected(legal, station, bureau):
    held = AppointmentFactory(person__unit=station)
    team = UnitFactory(parent=bureau, name="法制大队")

    response = legal.post(
        page_of(held, "edit"),
        {
            "first_day": "2025-02-01",
            "last_day": "",
            "acting": "on",
            "document_number": "9号",
            "home_unit": team.pk,
        },
    )

    held.refresh_from_db()
    assert response.status_code == 302
    assert terms_of(station) == [(held.person, date(2025, 2, 1), None, True, "9号")]
    assert held.home_unit == team


def test_days_that_run_backwards_are_told_beside_the_field(legal, station):
    held = AppointmentFactory(person__unit=station)

    response = legal.post(
        page_of(held, "edit"), {"first_day": "2026-02-01", "last_day": "2026-01-31"}
    )

    assert errors_of(response) == {"last_day": ["免职日期早于任职日期。"]}


def test_an_appointment_ends(legal, station):
    held = AppointmentFactory(person__unit=station)

    response = legal.post(page_of(held, "end"), {"on": "2026-06-10"}, follow=True)

    held.refresh_from_db()
    assert held.last_day == date(2026, 6, 10)
    assert "任职到2026年6月10日为止" in response.text


def test_the_end_is_refused_twice_with_what_happened(legal, station):
    held = AppointmentFactory(person__unit=station, last_day=date(2026, 5, 31))

    response = legal.post(page_of(held, "end"), {"on": "2026-06-10"})

    assert errors_of(response) == {"__all__": ["该任职已于2026年5月31日结束。"]}


def test_a_post_is_handed_over_in_one_step_with_the_others_of_its_holder(legal, station, bureau):
    held = AppointmentFactory(person__unit=station)
    also = AppointmentFactory(
        person=held.person, unit=bureau, post=PostFactory(code="member", name="成员")
    )
    stays = AppointmentFactory(
        person=held.person, unit=bureau, post=PostFactory(code="other", name="其他")
    )
    to = PersonFactory(unit=station)

    response = legal.post(
        page_of(held, "hand-over"),
        {"to": to.pk, "on": "2026-05-18", "document_number": "8号", "also": [also.pk]},
    )

    assert (response.status_code, response.url) == (302, f"/people/{held.person_id}/")
    assert terms_of(station) == [
        (held.person, date(2025, 1, 1), date(2026, 5, 17), False, ""),
        (to, date(2026, 5, 18), None, False, "8号"),
    ]
    assert [row[0] for row in terms_of(bureau)] == [held.person, held.person, to]
    stays.refresh_from_db()
    assert stays.last_day is None


def test_posts_of_others_cannot_be_slipped_in(legal, station):
    held = AppointmentFactory(person__unit=station)
    foreign = AppointmentFactory(post=PostFactory(code="x"))
    to = PersonFactory(unit=station)

    response = legal.post(
        page_of(held, "hand-over"), {"to": to.pk, "on": "2026-05-18", "also": [foreign.pk]}
    )
    AppointmentFactory(person=held.person, unit=station, post=PostFactory(code="y"))
    again = legal.post(
        page_of(held, "hand-over"), {"to": to.pk, "on": "2026-05-18", "also": [foreign.pk]}
    )

    foreign.refresh_from_db()
    assert foreign.last_day is None
    assert response.status_code == 302
    assert sorted(errors_of(again)) == ["also"]


def test_the_same_person_is_refused_unless_acting_becomes_full(legal, station):
    held = AppointmentFactory(person__unit=station)

    response = legal.post(page_of(held, "hand-over"), {"to": held.person_id, "on": "2026-05-18"})

    assert errors_of(response) == {"__all__": ["接任人与原任职人员是同一人。"]}


def test_the_person_page_leads_to_every_step(legal, station):
    held = AppointmentFactory(person__unit=station)

    text = legal.get(f"/people/{held.person_id}/").text

    for what in ("edit", "end", "hand-over", "sheet"):
        assert page_of(held, what) in text
    assert f"{NEW}?person={held.person_id}" in text


def test_the_unit_page_leads_to_the_hand_over(legal, station):
    held = AppointmentFactory(person__unit=station)

    text = legal.get(f"/units/{station.pk}/").text

    assert page_of(held, "hand-over") in text
    assert f"{NEW}?unit={station.pk}" in text


def test_on_a_past_day_nothing_is_offered(legal, station):
    held = AppointmentFactory(person__unit=station)

    for address in (f"/people/{held.person_id}/", f"/units/{station.pk}/"):
        assert page_of(held, "hand-over") not in legal.get(f"{address}?on=2026-05-31").text


@pytest.mark.parametrize("where", ["/people/{person}/", "/units/{unit}/", "/who/?unit={unit}"])
def test_a_secondment_is_said_wherever_the_appointment_is_shown(legal, station, bureau, where):
    team = UnitFactory(parent=bureau, name="法制大队")
    held = AppointmentFactory(person=PersonFactory(unit=team), unit=station, home_unit=team)

    text = legal.get(where.format(person=held.person_id, unit=station.pk)).text

    assert "由法制大队派驻" in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_forms_take_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for n in range(rows):
        held = AppointmentFactory(person__unit=UnitFactory(parent=bureau, name=f"{n}所"))
        AppointmentFactory(person=held.person, unit=bureau, post=PostFactory(code=f"p{n}"))
    legal.get(NEW)

    # Session, user, scope, what waits, units, people with their posts, posts.
    with django_assert_num_queries(QUERIES_OF_NEW):
        legal.get(NEW)
    with django_assert_num_queries(QUERIES_OF_HAND_OVER):
        legal.get(page_of(held, "hand-over"))


QUERIES_OF_NEW = 8
# The appointment and the other posts of its holder instead of all posts.
QUERIES_OF_HAND_OVER = 9
