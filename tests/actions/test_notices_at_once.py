"""Notices signed, received and answered at one moment, as real requests.

Only a database that lets several write at a time can be asked; SQLite lets them in one by one.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Notice
from tests.factories import (
    BureauFactory,
    IssuingOfficeFactory,
    NoticeFactory,
    UnitFactory,
    member,
    notice_at,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="only PostgreSQL lets several write at a time"
    ),
]
PRESSES = 8


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


def desks(role, unit, number=PRESSES):
    found = []
    for _ in range(number):
        client = Client(raise_request_exception=True)
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        found.append(client)
    return found


def at_once(jobs):
    """The answers to all jobs, begun at the same moment."""
    jobs = list(jobs)
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=30)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def test_notices_signed_at_once_get_numbers_of_their_own(bureau, station):
    office = IssuingOfficeFactory(unit=bureau, prefix="江公法督")
    notices = [NoticeFactory(unit=station, office=office) for _ in range(PRESSES)]
    addresses = [reverse("reports:notice-approve", args=[each.pk]) for each in notices]

    answers = at_once(
        lambda client=client, address=address: client.post(address)
        for client, address in zip(desks(Role.LEADER, bureau), addresses, strict=True)
    )

    assert [answer.status_code for answer in answers] == [302] * PRESSES
    assert sorted(Notice.objects.values_list("serial", flat=True)) == list(range(1, PRESSES + 1))
    assert set(Notice.objects.values_list("number", flat=True)) == {
        f"江公法督〔2026〕{n}号" for n in range(1, PRESSES + 1)
    }


def test_one_notice_signed_by_many_is_signed_once(bureau, station):
    notice = NoticeFactory(unit=station)
    address = reverse("reports:notice-approve", args=[notice.pk])

    at_once(lambda client=client: client.post(address) for client in desks(Role.LEADER, bureau))

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
        for client in desks(Role.CLERK, station)
    )

    assert notice.moves.filter(to_state="received").count() == 1
