"""Many presses at one moment, as real requests: nothing counts twice, nothing is lost.

Only a database that lets several write at a time can be asked; SQLite lets them in one by one.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from reports.actions.schedules import counts_of, plan_dues
from reports.domain.access import Role
from reports.models import Due, Evidence, Meeting
from reports.models.choices import OwedBy
from reports.selectors.audit import all_differences
from tests.factories import (
    NOON,
    BureauFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)
from tests.pages import Form

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="only PostgreSQL lets several write at a time"
    ),
]
TODAY = NOON.date()
NEW = "/meetings/new/"
PRESSES = 8


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def rule(bureau):
    """At least three times a month."""
    return ScheduleVersionFactory(
        schedule__set__unit=bureau, at_least=3, first_day=date(2026, 6, 1)
    )


def june():
    return Due.objects.get(period_first=date(2026, 6, 1))


def clients(unit, role=Role.LEGAL_OFFICER, number=PRESSES):
    """So many people at so many desks."""
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


def kept(due):
    """What the pages over bureaus read of the period."""
    return counts_of(Q(pk=due.pk))[0]


def test_the_same_page_sent_by_many_is_one_meeting(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    desks = clients(bureau)
    form = Form(desks[0].get(f"{NEW}?unit={bureau.pk}"))
    form.data["once"] = str(uuid.uuid4())

    def press(client):
        file = SimpleUploadedFile("记录.pdf", b"%PDF-1.4 ...", "application/pdf")
        return lambda: form.send(client, minutes=file)

    answers = at_once(press(client) for client in desks)

    (meeting,) = Meeting.objects.all()
    assert {(a.status_code, a.url) for a in answers} == {(302, meeting.get_absolute_url())}
    assert meeting.discharges.count() == 1
    assert Evidence.objects.count() == 1
    assert (june().counted, june().met_on) == (1, None)
    assert list(all_differences()) == []


def test_different_meetings_for_one_due_all_count(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    desks = clients(bureau)
    forms = [Form(client.get(f"{NEW}?unit={bureau.pk}")) for client in desks]

    # Handed in from the latest day to the earliest; the third by day is the one that met it.
    answers = at_once(
        lambda form=form, client=client, day=day: form.send(
            client, held_on=f"2026-06-{day:02}", shown_for=f"{bureau.pk}/2026-06-{day:02}/"
        )
        for day, form, client in zip(range(10, 2, -1), forms, desks, strict=True)
    )

    assert [a.status_code for a in answers] == [302] * PRESSES
    assert Meeting.objects.count() == PRESSES
    assert (june().counted, june().met_on) == (PRESSES, date(2026, 6, 5))
    assert kept(june())["met"] == 1
    assert list(all_differences()) == []


def test_joint_sessions_recorded_at_once_count_for_every_unit(bureau):
    """Each locks the same dues; whoever comes first, nobody waits for ever."""
    stations = [UnitFactory(parent=bureau) for _ in range(5)]
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
        first_day=date(2026, 6, 1),
    )
    plan_dues(today=TODAY, year=2026)
    desks = clients(bureau)
    form = Form(desks[0].get(f"{NEW}?unit={bureau.pk}"))
    form.data["kind"] = str(MeetingKindFactory().pk)
    form = Form(form.send(desks[0], f"all_{stations[0].kind_id}"))

    answers = at_once(
        lambda client=client: form.send(client, once=str(uuid.uuid4())) for client in desks
    )

    assert [a.status_code for a in answers] == [302] * PRESSES
    dues = Due.objects.filter(period_first=date(2026, 6, 1))
    assert sorted(dues.values_list("counted", flat=True)) == [PRESSES] * len(stations)
    assert list(all_differences()) == []


def test_cancelling_while_others_record(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    desks = clients(bureau)
    forms = [Form(client.get(f"{NEW}?due={june().pk}")) for client in desks]
    for form, client in zip(forms[:4], desks[:4], strict=True):
        form.send(client)
    old = Meeting.objects.order_by("pk")
    addresses = [reverse("reports:meeting-cancel", args=[meeting.pk]) for meeting in old]
    assert june().counted == 4

    jobs = [
        lambda form=form, client=client: form.send(client)
        for form, client in zip(forms[4:], desks[4:], strict=True)
    ]
    jobs += [
        lambda address=address, client=client: client.post(address, {"because": "录错"})
        for address, client in zip(addresses, desks[:4], strict=True)
    ]
    answers = at_once(jobs)

    assert [a.status_code for a in answers] == [302] * PRESSES
    assert Meeting.objects.standing().count() == 4
    assert (june().counted, june().met_on) == (4, TODAY)
    assert kept(june())["met"] == 1
    assert list(all_differences()) == []


def test_one_meeting_is_cancelled_once(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    desks = clients(bureau)
    Form(desks[0].get(f"{NEW}?unit={bureau.pk}")).send(desks[0])
    meeting = Meeting.objects.get()
    address = reverse("reports:meeting-cancel", args=[meeting.pk])

    answers = at_once(
        lambda client=client: client.post(address, {"because": "录错"}) for client in desks
    )

    assert sorted(a.status_code for a in answers) == [200] * (PRESSES - 1) + [302]
    assert meeting.history.filter(cancelled_at__isnull=False).count() == 1
    assert june().counted == 0
    assert list(all_differences()) == []
