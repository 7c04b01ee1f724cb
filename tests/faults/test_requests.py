"""Faults of the way between browser and ledger: sent twice, cut off, a clock that goes back."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reports.domain.access import Role
from reports.models import Evidence, Meeting
from tests.factories import BureauFactory, MeetingKindFactory, UnitFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    return UnitFactory(parent=BureauFactory())


@pytest.fixture
def clerk(client, station):
    user = member(Role.CLERK, station)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return user


@pytest.fixture
def meeting(station):
    return {
        "unit": station.pk,
        "kind": MeetingKindFactory().pk,
        "title": "六月例会",
        "held_on": "2026-06-09",
        "agenda-TOTAL_FORMS": "0",
        "agenda-INITIAL_FORMS": "0",
    }


def test_same_form_sent_twice_or_again_after_back_is_recorded_once(client, clerk, meeting):
    meeting["once"] = str(UUID(int=1))
    first = client.post(reverse("reports:meeting-new"), meeting)
    client.get(first["Location"])
    second = client.post(reverse("reports:meeting-new"), meeting)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == first["Location"]
    assert Meeting.objects.count() == 1


BOUNDARY = "cut"


def cut_off(fields, *, at):
    """The form as a browser sends it, that ends in the midst of its file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="minutes"; filename="a.pdf"\r\n'
        f"Content-Type: application/pdf\r\n\r\n%PDF-1.4 {'x' * 5000}\r\n--{BOUNDARY}--\r\n"
    )
    whole = "".join(parts).encode()
    return whole[: len(whole) - at], len(whole)


@pytest.mark.parametrize("at", [10, 3000, 5200, 5400])
def test_upload_that_is_cut_off_records_nothing(clerk, client, meeting, evidence_store, at):
    sent, length = cut_off(meeting, at=at)
    careful = Client(raise_request_exception=False)
    careful.cookies = client.cookies

    answer = careful.generic(
        "POST",
        reverse("reports:meeting-new"),
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": Broken(sent)},
    )

    # Nobody reads the answer: the browser is gone.
    assert answer.status_code != 302
    assert (Meeting.objects.count(), Evidence.objects.count()) == (0, 0)
    assert [path for path in evidence_store.rglob("*") if path.is_file()] == []


class Broken(BytesIO):
    """A connection that ends before everything came."""

    def read(self, *arguments):
        found = super().read(*arguments)
        if not found:
            raise ConnectionResetError("the browser is gone")
        return found


def test_clock_set_back_loses_nothing_and_says_what_it_shows(client, clerk, meeting, the_day):
    client.post(reverse("reports:meeting-new"), meeting)
    first = Meeting.objects.get()
    the_day.shift(timedelta(days=-30))

    answer = client.get(reverse("reports:meeting-detail", args=[first.pk]))
    late = client.post(
        reverse("reports:meeting-new"), meeting | {"title": "五月例会", "held_on": "2026-05-10"}
    )

    assert (answer.status_code, late.status_code) == (200, 302)
    assert first.recorded_at > timezone.now()
    # The order of entry is the order of keys, whatever the clock said.
    assert list(Meeting.objects.order_by("pk").values_list("title", flat=True)) == [
        "六月例会",
        "五月例会",
    ]
