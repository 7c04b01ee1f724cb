"""Notices that excuse many dues at once: who may, what is shown before, what is done."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due, Evidence, Waiver, WaiverOrder
from reports.models.choices import OwedBy
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    HolidayFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    WaiverFactory,
    WaiverOrderFactory,
    WaiverRequestFactory,
    member,
)

pytestmark = pytest.mark.django_db
NEW, LIST = "/waiver-orders/new/", "/waiver-orders/"
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def planned(bureau, station):
    """The bureau owes a monthly, its station a weekly meeting; all of 2026."""
    own = ScheduleVersionFactory(schedule__set__unit=bureau, schedule__name="月度例会")
    below = ScheduleVersionFactory(
        schedule__set=own.schedule.set,
        schedule__name="每周学习",
        cadence=Cadence.WEEK.value,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
    )
    plan_dues(today=TODAY, year=2026)
    return own.schedule, below.schedule


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.user = member(role, unit)
        client.force_login(client.user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def week(day, station):
    return Due.objects.get(unit=station, period_first__lte=day, period_last__gte=day)


def notice(place, **data):
    return {
        "place": place.pk,
        "title": "关于做好安保工作的通知",
        "document_number": "东公通〔2026〕31号",
        "ordered_on": "2026-06-05",
        "first_day": "2026-06-08",
        "last_day": "2026-06-17",
        "reason": "全员安保",
    } | data


def look(client, place, **data):
    return client.post(NEW, notice(place, preview=1, **data))


def confirm(client, place, dues, **data):
    """As the page of the preview sends it back."""
    shown = look(client, place, **{k: v for k, v in data.items() if k in ("schedules", "units")})
    parts = {"confirm": 1, "shown": shown.context["key"], "due": [due.pk for due in dues]}
    return client.post(NEW, notice(place, **parts) | data)


def listed(response):
    """Each due that may be excused: how much of it is covered, whether it is ticked."""
    return {
        row.due: (row.coverage.covered, row.coverage.workdays, ticked)
        for _schedule, whole, part, _open in response.context["groups"]
        for row, _label, ticked in whole + part
    }


def scan():
    return SimpleUploadedFile("签批.pdf", b"%PDF-1.4 ...", "application/pdf")


# --- what is shown before -----------------------------------------------------------------------


def test_every_due_that_is_touched_is_shown_and_the_whole_ones_are_ticked(
    enter, bureau, station, planned
):
    response = look(enter(Role.LEGAL_OFFICER, bureau), bureau)

    june = Due.objects.get(unit=bureau, period_first=date(2026, 6, 1))
    assert listed(response) == {
        june: (8, 22, False),
        week(date(2026, 6, 8), station): (5, 5, True),
        week(date(2026, 6, 15), station): (3, 5, False),
    }
    assert not WaiverOrder.objects.exists()


def test_a_week_is_whole_when_none_of_its_workdays_is_left(enter, bureau, station, planned):
    for day in (18, 19):
        HolidayFactory(day=date(2026, 6, day))

    response = look(enter(Role.LEGAL_OFFICER, bureau), bureau)

    assert listed(response)[week(date(2026, 6, 15), station)] == (3, 3, True)


def test_what_needs_no_waiver_is_left_out_and_says_why(enter, bureau, station, planned):
    first, second = week(date(2026, 6, 8), station), week(date(2026, 6, 15), station)
    draft = MeetingDraft(
        station, MeetingKindFactory().pk, "学习", date(2026, 6, 9), due_ids=(first.pk,)
    )
    record_meeting(draft, by=None, at=NOON, today=TODAY)
    WaiverRequestFactory(due=second)

    response = look(enter(Role.LEGAL_OFFICER, bureau), bureau)

    assert {row.due: why for row, _label, why in response.context["left_out"]} == {
        first: "该期已按期落实，无需免开。",
        second: "该期已有免开申请，正在等待决定。",
    }
    assert set(listed(response)) == {Due.objects.get(unit=bureau, period_first=date(2026, 6, 1))}


def test_only_the_chosen_schedules_and_units_are_shown(enter, bureau, station, planned):
    client = enter(Role.LEGAL_OFFICER, bureau)

    by_schedule = listed(look(client, bureau, schedules=[planned[0].pk]))
    by_unit = listed(look(client, bureau, units=[station.pk]))

    assert {due.schedule for due in by_schedule} == {planned[0]}
    assert {due.unit for due in by_unit} == {station}


def test_above_the_bureaus_a_cadence_stands_for_the_rules_of_each(enter, bureau, station, planned):
    other = BureauFactory(parent=bureau.parent)
    ScheduleVersionFactory(schedule__set__unit=other, cadence=Cadence.WEEK.value)
    plan_dues(today=TODAY, year=2026)
    city = bureau.parent
    client = enter(Role.SUPERVISOR, city)

    weekly = listed(look(client, city, cadences=["week"]))
    of_one = listed(look(client, city, cadences=["week"], units=[other.pk]))

    assert {due.unit for due in weekly} == {station, other}
    assert {due.unit for due in of_one} == {other}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": ""}, "title"),
        ({"reason": ""}, "reason"),
        ({"last_day": "2026-06-07"}, "last_day"),
        ({"ordered_on": "2026-06-11"}, "ordered_on"),
        ({"first_day": "x"}, "first_day"),
    ],
)
def test_a_bad_notice_comes_back_with_all_that_was_typed(enter, bureau, planned, data, field):
    response = look(enter(Role.LEGAL_OFFICER, bureau), bureau, **data)

    assert set(response.context["form"].errors) == {field}
    assert "东公通〔2026〕31号" in response.content.decode()


def test_a_notice_that_touches_too_much_is_split(enter, bureau, planned, monkeypatch):
    monkeypatch.setattr("reports.views.waivers.MOST_TOUCHED", 2)

    response = look(enter(Role.LEGAL_OFFICER, bureau), bureau)

    assert "分几次办理" in response.content.decode()


# --- what is done -------------------------------------------------------------------------------


def test_what_is_ticked_is_excused_together(enter, bureau, station, planned):
    dues = [week(date(2026, 6, day), station) for day in (8, 15)]
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = confirm(client, bureau, dues)

    order = WaiverOrder.objects.get()
    assert response["Location"] == reverse("reports:waiver-order-detail", args=[order.pk])
    assert {waiver.due for waiver in order.waivers.all()} == set(dues)
    assert (order.unit, order.recorded_by) == (bureau, client.user)
    assert [due.verdict_on(TODAY) for due in Due.objects.filter(pk__in=[d.pk for d in dues])] == [
        "waived",
        "waived",
    ]
    page = client.get(dues[0].get_absolute_url()).content.decode()
    assert "关于做好安保工作的通知" in page


def test_nothing_is_done_before_it_was_looked_at(enter, bureau, station, planned):
    due = week(date(2026, 6, 8), station)
    client = enter(Role.LEGAL_OFFICER, bureau)

    changed = confirm(client, bureau, [due], last_day="2026-06-30")

    assert "再次确认" in changed.content.decode()
    assert week(date(2026, 6, 22), station) in listed(changed)
    assert not Waiver.objects.exists()


def test_nothing_ticked_is_said(enter, bureau, planned):
    response = confirm(enter(Role.LEGAL_OFFICER, bureau), bureau, [])

    assert "没有选择任何应开事项" in response.content.decode()


def test_what_came_between_is_said_and_nothing_is_done(enter, bureau, station, planned):
    dues = [week(date(2026, 6, day), station) for day in (8, 15)]
    client = enter(Role.LEGAL_OFFICER, bureau)
    key = look(client, bureau).context["key"]
    WaiverRequestFactory(due=dues[0])

    parts = {"confirm": 1, "shown": key, "due": [due.pk for due in dues]}
    response = client.post(NEW, notice(bureau, **parts))

    assert "正在等待决定" in response.content.decode()
    assert not Waiver.objects.exists()


def test_what_the_bureau_owes_itself_needs_the_signed_sheet(enter, bureau, planned, evidence_store):
    june = Due.objects.get(unit=bureau, period_first=date(2026, 6, 1))
    signer = PersonFactory(unit=bureau)
    client = enter(Role.LEGAL_OFFICER, bureau)

    unsigned = confirm(client, bureau, [june])
    assert set(unsigned.context["form"].errors) == {"signer", "scan"}
    assert listed(unsigned)[june][2] is True
    confirm(client, bureau, [june], signer=signer.pk, scan=scan())

    waiver = Waiver.objects.get()
    assert (waiver.from_paper, waiver.signer) == (True, signer)
    assert Evidence.objects.get().uses.get().waiver == waiver


def test_a_leader_excuses_her_bureau_herself(enter, bureau, planned):
    june = Due.objects.get(unit=bureau, period_first=date(2026, 6, 1))

    response = confirm(enter(Role.LEADER, bureau), bureau, [june])

    assert response.status_code == 302
    assert not Waiver.objects.get().from_paper


def test_dues_of_another_bureau_are_not_reached(enter, bureau, station, planned):
    foreign = BureauFactory()
    ScheduleVersionFactory(schedule__set__unit=foreign)
    plan_dues(today=TODAY, year=2026)
    due = Due.objects.get(unit=foreign, period_first=date(2026, 6, 1))
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert look(client, foreign).status_code == 404
    response = confirm(client, bureau, [due])

    assert "没有选择任何应开事项" in response.content.decode()
    assert not Waiver.objects.exists()


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR])
def test_others_may_not_excuse(enter, bureau, station, planned, role):
    assert look(enter(role, station), bureau).status_code == 403


# --- one notice ---------------------------------------------------------------------------------


def test_a_station_sees_the_notice_and_what_it_excused_there(enter, bureau, station, planned):
    order = WaiverOrderFactory(unit=bureau.parent)
    WaiverFactory(due=week(date(2026, 6, 8), station), order=order)
    WaiverFactory(due=Due.objects.get(unit=bureau, period_first=date(2026, 6, 1)), order=order)
    client = enter(Role.CLERK, station)

    response = client.get(reverse("reports:waiver-order-detail", args=[order.pk]))

    assert (response.context["made"], response.context["may_withdraw"]) == (1, False)
    (row,) = client.get(LIST).context["table"].rows
    assert (row.record.made, row.record.held) == (1, 1)


def test_a_notice_that_excuses_nothing_here_does_not_exist(enter, bureau, station, planned):
    order = WaiverOrderFactory(unit=bureau.parent)
    WaiverFactory(due=Due.objects.get(unit=bureau, period_first=date(2026, 6, 1)), order=order)

    client = enter(Role.CLERK, station)

    assert client.get(reverse("reports:waiver-order-detail", args=[order.pk])).status_code == 404
    assert len(client.get(LIST).context["table"].rows) == 0


def withdraw(client, order, because="安保取消"):
    address = reverse("reports:waiver-order-withdraw", args=[order.pk])
    return client.post(address, {"because": because})


def test_a_notice_is_taken_back_with_a_reason(enter, bureau, station, planned):
    due = week(date(2026, 6, 8), station)
    client = enter(Role.LEGAL_OFFICER, bureau)
    confirm(client, bureau, [due])
    order = WaiverOrder.objects.get()

    withdraw(client, order, "")
    assert Waiver.objects.get().withdrawn_on is None
    withdraw(client, order)

    waiver = Waiver.objects.get()
    assert (waiver.withdrawn_on, waiver.withdrawn_because) == (TODAY, "安保取消")
    due.refresh_from_db()
    assert due.verdict_on(TODAY) == "open"
    page = client.get(reverse("reports:waiver-order-detail", args=[order.pk]))
    assert (page.context["held"], page.context["may_withdraw"]) == (0, False)
    assert "已全部撤销" in str(list(withdraw_messages(client, order)))


def withdraw_messages(client, order):
    address = reverse("reports:waiver-order-withdraw", args=[order.pk])
    return client.post(address, {"because": "再撤"}, follow=True).context["messages"]


def test_who_did_not_give_a_notice_does_not_take_it_back(enter, bureau, station, planned):
    order = WaiverOrderFactory(unit=bureau.parent)
    WaiverFactory(due=week(date(2026, 6, 8), station), order=order)

    assert withdraw(enter(Role.LEGAL_OFFICER, bureau), order).status_code == 403
    assert withdraw(enter(Role.SUPERVISOR, bureau.parent), order).status_code == 302


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_queries(enter, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        WaiverOrderFactory(unit=bureau)
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(LIST)

    with django_assert_num_queries(6):
        response = client.get(LIST)

    assert len(response.context["table"].rows) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_one_notice_costs_the_same_queries(
    enter, bureau, station, planned, rows, django_assert_num_queries
):
    order = WaiverOrderFactory(unit=bureau)
    for day in range(rows):
        WaiverFactory(due=week(date(2026, 6, 1 + 7 * day), station), order=order)
    client = enter(Role.LEGAL_OFFICER, bureau)
    address = reverse("reports:waiver-order-detail", args=[order.pk])
    client.get(address)

    with django_assert_num_queries(7):
        response = client.get(address)

    assert response.context["made"] == rows


@pytest.mark.parametrize("units", [1, 3])
def test_the_preview_costs_the_same_queries(
    enter, bureau, units, django_assert_num_queries, planned
):
    for _n in range(units):
        UnitFactory(parent=bureau, ledger_from=None)
    plan_dues(today=TODAY, year=2026)
    client = enter(Role.LEADER, bureau)
    look(client, bureau)

    with django_assert_num_queries(QUERIES_OF_PREVIEW):
        response = look(client, bureau)

    assert len(listed(response)) == 1 + 2 * (1 + units)


# Session, user, scope, place, holidays, dues, requests, what waits, schedules, units; audit log.
QUERIES_OF_PREVIEW = 11
