"""Notices signed, received and answered at one moment, as real requests."""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Notice
from tests.at_once import SEVERAL_WRITERS, at_once, desks
from tests.factories import (
    BureauFactory,
    IssuingOfficeFactory,
    NoticeFactory,
    UnitFactory,
    notice_at,
)

pytestmark = SEVERAL_WRITERS
PRESSES = 8


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


def test_notices_signed_at_once_get_numbers_of_their_own(bureau, station):
    office = IssuingOfficeFactory(unit=bureau, prefix="江公法督")
    notices = [NoticeFactory(unit=station, office=office) for _ in range(PRESSES)]
    addresses = [reverse("reports:notice-approve", args=[each.pk]) for each in notices]

    answers = at_once(
        lambda client=client, address=address: client.post(address)
        for client, address in zip(desks(Role.LEADER, bureau, PRESSES), addresses, strict=True)
    )

    assert [answer.status_code for answer in answers] == [302] * PRESSES
    assert sorted(Notice.objects.values_list("serial", flat=True)) == list(range(1, PRESSES + 1))
    assert set(Notice.objects.values_list("number", flat=True)) == {
        f"江公法督〔2026〕{n}号" for n in range(1, PRESSES + 1)
    }


def test_one_notice_signed_by_many_is_signed_once(bureau, station):
    notice = NoticeFactory(unit=station)
    address = reverse("reports:notice-approve", args=[notice.pk])

    at_once(
        lambda client=client: client.post(address) for client in desks(Role.LEADER, bureau, PRESSES)
    )

    notice.refresh_from_db()
    assert (notice.state, notice.serial) == ("approved", 1)
    assert list(notice.moves.order_by("pk").values_list("to_state", flat=True)) == [
        "draft",
        "approved",
    ]


def test_one_notice_received_by_many_is_received_once(bureau, station):
    notice = notice_at("approved", unit=station)
    address = reverse("reports:notice-receive", args=[notice.pk])

    at_once(
        lambda client=client: client.post(address, {"on": "2026-06-10"})
        for client in desks(Role.CLERK, station, PRESSES)
    )

    assert notice.moves.filter(to_state="received").count() == 1
