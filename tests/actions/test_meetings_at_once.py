"""Many presses at one moment, as real requests: nothing counts twice, nothing is lost."""

import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse

from reports.actions.schedules import counts_of, plan_dues
from reports.domain.access import Role
from reports.models import Due, Evidence, Meeting
from reports.models.choices import OwedBy
from reports.selectors.audit import all_differences
from tests.at_once import SEVERAL_WRITERS, at_once, desks
from tests.factories import (
    NOON,
    BureauFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
)
from tests.pages import Form

pytestmark = SEVERAL_WRITERS
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


def kept(due):
    """What the pages over bureaus read of the period."""
    return counts_of(Q(pk=due.pk))[0]


def test_the_same_page_sent_by_many_is_one_meeting(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    people = desks(Role.LEGAL_OFFICER, bureau, PRESSES)
    form = Form(people[0].get(f"{NEW}?unit={bureau.pk}"))
    form.data["once"] = str(uuid.uuid4())

    def press(client):
        file = SimpleUploadedFile("记录.pdf", b"%PDF-1.4 ...", "application/pdf")
        return lambda: form.send(client, minutes=file)

    answers = at_once(press(client) for client in people)

    (meeting,) = Meeting.objects.all()
    assert {(a.status_code, a.url) for a in answers} == {(302, meeting.get_absolute_url())}
    assert meeting.discharges.count() == 1
    assert Evidence.objects.count() == 1
    assert (june().counted, june().met_on) == (1, None)
    assert list(all_differences()) == []


def test_different_meetings_for_one_due_all_count(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    people = desks(Role.LEGAL_OFFICER, bureau, PRESSES)
    forms = [Form(client.get(f"{NEW}?unit={bureau.pk}")) for client in people]

    # Handed in from the latest day to the earliest; the third by day is the one that met it.
    answers = at_once(
        lambda form=form, client=client, day=day: form.send(
            client, held_on=f"2026-06-{day:02}", shown_for=f"{bureau.pk}/2026-06-{day:02}/"
        )
        for day, form, client in zip(range(10, 2, -1), forms, people, strict=True)
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
    people = desks(Role.LEGAL_OFFICER, bureau, PRESSES)
    form = Form(people[0].get(f"{NEW}?unit={bureau.pk}"))
    form.data["kind"] = str(MeetingKindFactory().pk)
    form = Form(form.send(people[0], f"all_{stations[0].kind_id}"))

    answers = at_once(
        lambda client=client: form.send(client, once=str(uuid.uuid4())) for client in people
    )

    assert [a.status_code for a in answers] == [302] * PRESSES
    dues = Due.objects.filter(period_first=date(2026, 6, 1))
    assert sorted(dues.values_list("counted", flat=True)) == [PRESSES] * len(stations)
    assert list(all_differences()) == []


def test_cancelling_while_others_record(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    people = desks(Role.LEGAL_OFFICER, bureau, PRESSES)
    forms = [Form(client.get(f"{NEW}?due={june().pk}")) for client in people]
    for form, client in zip(forms[:4], people[:4], strict=True):
        form.send(client)
    old = Meeting.objects.order_by("pk")
    addresses = [reverse("reports:meeting-cancel", args=[meeting.pk]) for meeting in old]
    assert june().counted == 4

    jobs = [
        lambda form=form, client=client: form.send(client)
        for form, client in zip(forms[4:], people[4:], strict=True)
    ]
    jobs += [
        lambda address=address, client=client: client.post(address, {"because": "录错"})
        for address, client in zip(addresses, people[:4], strict=True)
    ]
    answers = at_once(jobs)

    assert [a.status_code for a in answers] == [302] * PRESSES
    assert Meeting.objects.standing().count() == 4
    assert (june().counted, june().met_on) == (4, TODAY)
    assert kept(june())["met"] == 1
    assert list(all_differences()) == []


def test_one_meeting_is_cancelled_once(bureau, rule):
    plan_dues(today=TODAY, year=2026)
    people = desks(Role.LEGAL_OFFICER, bureau, PRESSES)
    Form(people[0].get(f"{NEW}?unit={bureau.pk}")).send(people[0])
    meeting = Meeting.objects.get()
    address = reverse("reports:meeting-cancel", args=[meeting.pk])

    answers = at_once(
        lambda client=client: client.post(address, {"because": "录错"}) for client in people
    )

    assert sorted(a.status_code for a in answers) == [200] * (PRESSES - 1) + [302]
    assert meeting.history.filter(cancelled_at__isnull=False).count() == 1
    assert june().counted == 0
    assert list(all_differences()) == []
