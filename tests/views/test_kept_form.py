"""A session that ends while somebody writes: the text is there after logging in again."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Account, Meeting
from tests.factories import BureauFactory, MeetingKindFactory, UnitFactory, member

pytestmark = pytest.mark.django_db
PASSWORD = "long-enough-7391"


def login_of(name, unit):
    user = User.objects.create_user(name, password=PASSWORD)
    Account.objects.create(user=user, must_change_password=False)
    return member(Role.CLERK, unit, user=user)


@pytest.fixture
def station():
    unit = UnitFactory(parent=BureauFactory())
    login_of("zhang", unit)
    login_of("li", unit)
    return unit


@pytest.fixture
def meeting(station):
    """What somebody types into the form of a meeting."""
    return {
        "unit": station.pk,
        "kind": MeetingKindFactory().pk,
        "title": "六月例会",
        "held_on": "2026-06-09",
        "summary": "通报情况。\n部署整改。",
        "agenda-TOTAL_FORMS": "0",
        "agenda-INITIAL_FORMS": "0",
    }


def come_in(client, name="zhang"):
    return client.post("/login/", {"username": name, "password": PASSWORD})


@pytest.fixture
def too_late(client, station, meeting, the_day, settings):
    """The form was sent an hour after the last visit."""
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    return client.post(reverse("reports:meeting-new"), meeting)


def test_typed_text_is_offered_and_can_be_sent_again(client, too_late, meeting):
    nothing = Meeting.objects.count()
    again = come_in(client)
    page = client.get(again["Location"])
    kept = page.context["kept"]

    saved = client.post(kept["address"], dict(kept["fields"]))

    assert too_late["Location"].startswith("/login/?idle=1")
    assert (nothing, again["Location"]) == (0, "/account/kept/")
    assert "部署整改。" in page.content.decode()
    assert dict(kept["fields"]) == {name: str(value) for name, value in meeting.items()}
    assert saved.status_code == 302
    assert list(Meeting.objects.values_list("title", "held_on")) == [("六月例会", date(2026, 6, 9))]


def test_another_user_at_this_browser_never_sees_it(client, too_late):
    answer = come_in(client, "li")

    assert answer["Location"] == "/"
    assert client.get("/account/kept/").status_code == 404
    client.post("/logout/")
    assert come_in(client)["Location"] == "/"


def test_after_an_hour_it_is_gone(client, too_late, the_day):
    the_day.shift(timedelta(hours=1, seconds=1))

    assert come_in(client)["Location"] == "/"


def test_who_does_not_want_it_goes_back_to_the_page(client, too_late):
    come_in(client)

    answer = client.post("/account/kept/")

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/account/kept/").status_code == 404


def test_files_are_named_to_be_chosen_again(client, station, meeting, the_day, settings):
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    paper = SimpleUploadedFile("纪要.pdf", b"%PDF-1.4")
    client.post(reverse("reports:meeting-new"), meeting | {"minutes": paper})

    page = client.get(come_in(client)["Location"])

    assert page.context["kept"]["files"] == [["minutes", ["纪要.pdf"]]]
    assert "请重新选择：纪要.pdf" in page.content.decode()


def test_passwords_are_never_kept(client, station, the_day, settings):
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    client.post("/account/password/", {"old_password": PASSWORD, "new_password1": "x" * 12})

    assert come_in(client)["Location"] == "/"
    assert client.get("/account/kept/").status_code == 404


def test_what_is_too_long_is_not_kept(client, station, meeting, the_day, settings):
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    client.post(reverse("reports:meeting-new"), meeting | {"summary": "长" * 200_001})

    assert come_in(client)["Location"] == "/"
