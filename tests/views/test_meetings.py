import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.evidence import Reference, add_evidence
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    cancel_meeting,
    record_meeting,
)
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due, Evidence, Meeting
from reports.models.choices import EvidenceKind, OwedBy
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/meetings/", "/meetings/new/"
TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def monthly(bureau, station):
    """Every station owes a monthly meeting with minutes; to be made up until the next month."""
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
        expected_evidence=[EvidenceKind.MINUTES.value],
    )
    plan_dues(today=TODAY, year=2026)
    return version


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def clerk(enter, station):
    return enter(Role.CLERK, station)


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


FROM_OUTSIDE = {"outside": (OutsidePresent("区司法局"),)}


def hold(unit, day, *dues, **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="例会",
        held_on=day,
        due_ids=tuple(due.pk for due in dues),
        **kwargs,
    )
    return record_meeting(draft, **NOW)


def form_of(client, query=""):
    """What a browser would send back of the page as it was shown."""
    response = client.get(f"{NEW}{query}")
    form = response.context["form"]
    data = {
        name: form[name].value() for name in form.fields if form[name].value() not in (None, False)
    }
    data["held_on"] = data["held_on"].isoformat()
    data["shown_for"] = response.context["shown_for"]
    data |= {f"agenda-{name}": value for name, value in {"TOTAL_FORMS": 3}.items()}
    data["agenda-INITIAL_FORMS"] = len(response.context["agenda"].initial_forms)
    for number, row in enumerate(response.context["agenda"].initial_forms):
        data[f"agenda-{number}-kind"] = row.initial.get("kind", "")
    return data


def pdf(name="记录.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 ...", "application/pdf")


def picks(response):
    return {c.due: chosen for c, _label, chosen in response.context["picks"]}


# --- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_shows_every_row_in_the_same_queries(
    enter, bureau, rows, django_assert_num_queries
):
    meetings = [
        MeetingFactory(unit=UnitFactory(parent=bureau), presided_by=PersonFactory(unit=bureau))
        for _ in range(rows)
    ]
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(LIST)

    with django_assert_num_queries(QUERIES_OF_LIST):
        response = client.get(LIST)

    assert {row.record for row in response.context["table"].rows} == set(meetings)


# Session, user, scope, kinds, count, what waits, rows.
QUERIES_OF_LIST = 7


def listed(client, query=""):
    return {row.record for row in client.get(f"{LIST}?{query}").context["table"].rows}


def test_filters_of_the_list(enter, bureau, station, monthly):
    chair = PersonFactory(unit=station, name="李某")
    full = hold(station, date(2026, 6, 1), due_of(TODAY, unit=station), presided_by_id=chair.pk)
    add_evidence(target=full, by=None, at=NOON, references=[Reference("纪要", "档案室")])
    bare = hold(station, date(2026, 6, 3), due_of(TODAY, unit=station))
    other = MeetingFactory(unit=bureau, kind=MeetingKindFactory(code="party"))
    gone = hold(station, date(2026, 6, 4))
    cancel_meeting(meeting_id=gone.pk, because="录错", by=member(Role.CLERK, station), at=NOON)
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert listed(client) == {full, bare, other}
    assert listed(client, "cancelled=on") == {full, bare, other, gone}
    assert listed(client, "entered_late=on") == {full}
    assert listed(client, "lacking=on") == {bare}
    assert listed(client, f"unit={station.pk}") == {full, bare}
    assert listed(client, f"kind={other.kind_id}") == {other}
    assert listed(client, f"presided_by={chair.pk}") == {full}
    assert listed(client, "q=李某") == {full}
    assert listed(client, "from_day=2026-06-02&to_day=2026-06-08") == {bare}
    assert listed(client, "on=2026-06-02") == {full}
    assert listed(client, "year=2025") == set()


def test_a_clerk_sees_her_unit_and_what_it_took_part_in(clerk, bureau, station):
    own, joint = MeetingFactory(unit=station), MeetingFactory(unit=bureau)
    joint.attendances.create(unit=station)
    hidden = MeetingFactory(unit=bureau)

    assert listed(clerk) == {own, joint}
    assert clerk.get(hidden.get_absolute_url()).status_code == 404


def test_every_column_sorts_and_both_files_come(clerk, station):
    MeetingFactory(unit=station)
    for column in clerk.get(LIST).context["table"].columns:
        assert clerk.get(f"{LIST}?sort=-{column.name}").status_code == 200
    for kind in ("xlsx", "csv"):
        assert clerk.get(f"{LIST}?_export={kind}").status_code == 200


# --- what the form suggests ---------------------------------------------------------------------


def test_the_page_is_ready_to_save(clerk, station, monthly):
    chief = AppointmentFactory(person__unit=station, post=PostFactory(code="chief")).person

    response = clerk.get(NEW)

    form = response.context["form"]
    assert form["held_on"].value() == TODAY
    assert form["unit"].value() == station.pk
    assert form["kind"].value() == monthly.meeting_kind_id
    assert form["presided_by"].value() == chief.pk
    assert picks(response) == {
        due_of(TODAY, unit=station): True,
        due_of(date(2026, 5, 5), unit=station): False,
    }
    page = response.content.decode()
    assert "严禁上传涉密信息和警务工作秘密" in page
    assert "所长" in page


def test_a_due_that_is_met_cannot_be_ticked_again(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    hold(station, date(2026, 6, 3), june)

    response = clerk.get(NEW)

    assert picks(response)[june] is False
    assert "该期6月3日已达到应开次数，不再计入" in response.content.decode()
    earlier = clerk.get(f"{NEW}?held_on=2026-06-02")
    assert picks(earlier)[june] is True


def test_what_is_over_is_entered_for_a_day_of_its_period(clerk, station, monthly):
    may = due_of(date(2026, 5, 5), unit=station)

    response = clerk.get(f"{NEW}?due={may.pk}")

    # The last workday of May 2026 is a Friday.
    assert response.context["form"]["held_on"].value() == date(2026, 5, 29)
    assert picks(response)[may] is True
    assert "会后 12 日录入" in response.content.decode()


def test_making_up_ticks_what_one_came_for(clerk, station, monthly):
    may = due_of(date(2026, 5, 5), unit=station)

    response = clerk.get(f"{NEW}?due={may.pk}&held_on=2026-06-10")

    assert picks(response)[may] is True


@pytest.mark.parametrize("query", ["?due=abc", "?due=99999", "?unit=99999", "?unit=x"])
def test_what_is_not_there_is_not_found(clerk, query):
    assert clerk.get(f"{NEW}{query}").status_code == 404


def test_a_clerk_records_for_her_own_unit_alone(clerk, bureau, station, monthly):
    other = UnitFactory(parent=bureau)
    plan_dues(today=TODAY, year=2026)

    assert clerk.get(f"{NEW}?unit={other.pk}").status_code == 404
    data = form_of(clerk) | {"unit": other.pk}
    clerk.post(NEW, data)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER])
def test_who_only_reads_may_not_record(enter, bureau, role):
    assert enter(role, bureau).get(NEW).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_costs_the_same_queries(
    clerk, bureau, station, monthly, rows, django_assert_max_num_queries
):
    for number in range(rows):
        PersonFactory(unit=station)
        ScheduleVersionFactory(
            schedule__set=monthly.schedule.set,
            schedule__name=f"{number}",
            owed_by=OwedBy.KINDS.value,
            owing_kinds=[UnitKindFactory(code="station")],
        )
    plan_dues(today=TODAY, year=2026)
    clerk.get(NEW)

    with django_assert_max_num_queries(QUERIES_OF_FORM):
        clerk.get(NEW)


# Session, user, scope, units, candidates, chair, chairs twice, choices of kinds, of units and of
# who attends, kinds of items three times, recent periods and meetings, what waits.
QUERIES_OF_FORM = 22


# --- recording ----------------------------------------------------------------------------------


def test_a_meeting_with_its_papers_in_one_go(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    data = form_of(clerk) | {
        "minutes": pdf(),
        "reference_title": "党委会纪要",
        "reference_keeper": "档案室",
        "agenda-0-title": "学习",
        "outside": "区司法局、区检察院",
    }

    response = clerk.post(NEW, data, follow=True)

    meeting = Meeting.objects.get()
    june.refresh_from_db()
    assert response.redirect_chain[-1][0] == meeting.get_absolute_url()
    assert f"计入：{monthly.schedule.name}" in response.content.decode()
    assert (june.met_on, june.lacks_evidence) == (TODAY, 0)
    assert meeting.title == meeting.kind.name
    assert Evidence.objects.count() == 2
    assert meeting.attendances.count() == 2
    assert list(meeting.agenda.values_list("title", flat=True)) == ["学习"]


def test_a_second_press_makes_no_second_meeting(clerk, monthly):
    data = form_of(clerk) | {"once": str(uuid.uuid4())}

    first = clerk.post(NEW, data | {"minutes": pdf()})
    second = clerk.post(NEW, data | {"minutes": pdf()})

    assert first.url == second.url
    assert (Meeting.objects.count(), Evidence.objects.count()) == (1, 1)


def test_another_day_shows_the_page_again_with_its_own_ticks(clerk, station, monthly):
    data = form_of(clerk) | {
        "held_on": "2026-05-20",
        "title": "特别例会",
        "minutes": pdf(),
        "agenda-0-title": "学习",
    }

    response = clerk.post(NEW, data)

    page = response.content.decode()
    assert not Meeting.objects.exists()
    assert picks(response)[due_of(date(2026, 5, 5), unit=station)] is True
    assert due_of(TODAY, unit=station) not in picks(response)
    assert "特别例会" in page
    assert "学习" in page
    assert "重新选择文件" in page
    again = data | {
        "shown_for": response.context["shown_for"],
        "dues": [str(due.pk) for due, chosen in picks(response).items() if chosen],
        "minutes": pdf(),
    }
    assert clerk.post(NEW, again).status_code == 302


def test_ticks_follow_the_kind_that_stands_in_the_form(clerk, bureau, station, monthly):
    other = ScheduleVersionFactory(
        schedule__set=monthly.schedule.set,
        schedule__position=9,
        meeting_kind=MeetingKindFactory(code="review"),
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
    )
    plan_dues(today=TODAY, year=2026)
    data = form_of(clerk) | {"held_on": "2026-05-20", "kind": other.meeting_kind_id}

    ticked = [due for due, chosen in picks(clerk.post(NEW, data)).items() if chosen]

    assert ticked == [due_of(date(2026, 5, 5), unit=station, schedule=other.schedule)]
    data["kind"] = MeetingKindFactory(code="party").pk
    assert not any(picks(clerk.post(NEW, data)).values())


def test_another_unit_is_suggested_its_own_kind(enter, bureau, station, monthly):
    own = ScheduleVersionFactory(
        schedule__set=monthly.schedule.set, meeting_kind=MeetingKindFactory(code="review")
    )
    plan_dues(today=TODAY, year=2026)
    client = enter(Role.LEGAL_OFFICER, bureau)
    data = form_of(client, f"?unit={station.pk}") | {"unit": bureau.pk}

    shown = client.post(NEW, data)

    assert shown.context["form"]["kind"].value() == str(own.meeting_kind_id)
    assert picks(shown)[due_of(TODAY, unit=bureau)] is True


def test_a_day_to_come_is_refused_beside_the_field(clerk, monthly):
    response = clerk.post(NEW, form_of(clerk) | {"held_on": "2026-06-11", "title": "特别例会"})

    assert "会开完再记录" in str(response.context["form"].errors["held_on"])
    assert "特别例会" in response.content.decode()


def test_what_cannot_count_is_said_beside_the_ticks(clerk, station, monthly):
    data = form_of(clerk) | {"kind": MeetingKindFactory(code="party").pk}

    response = clerk.post(NEW, data)

    assert "会议种类不符" in str(response.context["form"].errors["dues"])
    assert not Meeting.objects.exists()


def test_a_bad_file_keeps_nothing_and_loses_nothing_typed(clerk, monthly):
    bad = SimpleUploadedFile("记录.pdf", b"MZ", "application/pdf")

    response = clerk.post(NEW, form_of(clerk) | {"minutes": bad, "title": "特别例会"})

    assert "内容与扩展名不符" in str(response.context["form"].errors["minutes"])
    assert "请重新选择" in response.content.decode()
    assert "特别例会" in response.content.decode()
    assert not Meeting.objects.exists()
    assert not Evidence.objects.exists()


def test_a_reference_needs_name_and_keeper(clerk, monthly):
    data = form_of(clerk)

    assert (
        "reference_keeper"
        in clerk.post(NEW, data | {"reference_title": "纪要"}).context["form"].errors
    )
    assert (
        "reference_title"
        in clerk.post(NEW, data | {"reference_keeper": "室"}).context["form"].errors
    )


def test_a_joint_session_is_ticked_for_every_unit_that_takes_part(enter, bureau, station, monthly):
    stations = [station, UnitFactory(parent=bureau, name="二所")]
    plan_dues(today=TODAY, year=2026)
    client = enter(Role.LEGAL_OFFICER, bureau)
    data = form_of(client, f"?unit={bureau.pk}") | {
        "kind": monthly.meeting_kind_id,
        "attending": [s.pk for s in stations],
    }

    shown = client.post(NEW, data)
    dues = [due_of(TODAY, unit=s) for s in stations]
    assert [picks(shown)[due] for due in dues] == [True, True]
    data |= {"shown_for": shown.context["shown_for"], "dues": [due.pk for due in dues]}
    assert client.post(NEW, data).status_code == 302

    for due in dues:
        due.refresh_from_db()
        assert due.met_on == TODAY


def test_an_item_of_a_body_is_suggested(enter, bureau):
    body = UnitFactory(
        parent=bureau, kind=UnitKindFactory(code="committee", is_body=True), name="分局党委"
    )
    item = AgendaKindFactory()
    ScheduleVersionFactory(
        schedule__set__unit=bureau, meeting_kind=None, agenda_kind=item, body=body
    )
    party = MeetingKindFactory(code="party")
    plan_dues(today=TODAY, year=2026)
    june = due_of(TODAY)
    client = enter(Role.LEGAL_OFFICER, bureau)

    data = form_of(client, f"?due={june.pk}") | {"kind": party.pk}
    assert data["unit"] == body.pk
    assert data["agenda-0-kind"] == item.pk
    client.post(f"{NEW}?due={june.pk}", data)

    june.refresh_from_db()
    assert june.met_on == TODAY
    assert Meeting.objects.get().agenda.get().title == item.name


def test_what_was_held_but_does_not_count_is_said_so(clerk, station, monthly):
    monthly.legal_must_sit_in = True
    monthly.save()

    response = clerk.post(NEW, form_of(clerk), follow=True)

    page = response.content.decode()
    assert "有的应开事项未能计入" in page
    assert "法制部门未列席" in page


# --- one meeting --------------------------------------------------------------------------------


def test_the_page_names_what_is_missing_and_late(clerk, station, monthly):
    meeting = hold(station, date(2026, 6, 1), due_of(TODAY, unit=station))

    page = clerk.get(meeting.get_absolute_url()).content.decode()

    assert "会后9日录入" in page
    assert "尚缺" in page
    assert "会议记录" in page
    assert "6月（6月1日—30日）" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_queries(clerk, station, monthly, rows, django_assert_num_queries):
    agenda = tuple(AgendaDraft(f"{n}", AgendaKindFactory().pk) for n in range(rows))
    meeting = hold(station, TODAY, due_of(TODAY, unit=station), agenda=agenda)
    for _ in range(rows):
        add_evidence(target=meeting, by=None, at=NOON, references=[Reference("纪要", "档案室")])
    clerk.get(meeting.get_absolute_url())

    with django_assert_num_queries(QUERIES_OF_PAGE):
        clerk.get(meeting.get_absolute_url())


# Session, user, scope, meeting, discharges, evidence, items, who attended, history, what waits.
QUERIES_OF_PAGE = 10


def edit_form(client, meeting):
    response = client.get(reverse("reports:meeting-edit", args=[meeting.pk]))
    form = response.context["form"]
    data = {n: form[n].value() for n in form.fields if form[n].value() not in (None, False)}
    data["held_on"] = data["held_on"].isoformat()
    rows = response.context["agenda"].initial_forms
    data |= {
        "shown_for": response.context["shown_for"],
        "agenda-INITIAL_FORMS": len(rows),
        "agenda-TOTAL_FORMS": len(rows) + 3,
    }
    for number, row in enumerate(rows):
        data[f"agenda-{number}-title"] = row.initial["title"]
    return data


def correct(client, meeting, **changes):
    data = edit_form(client, meeting) | changes
    return client.post(reverse("reports:meeting-edit", args=[meeting.pk]), data)


def test_a_correction_keeps_what_it_does_not_touch(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june, agenda=(AgendaDraft("学习"),), **FROM_OUTSIDE)

    response = correct(clerk, meeting, title="更正后的例会")

    assert response.status_code == 302
    meeting.refresh_from_db()
    june.refresh_from_db()
    assert meeting.title == "更正后的例会"
    assert june.met_on == TODAY
    assert meeting.agenda.get().title == "学习"
    assert meeting.attendances.get().outside == "区司法局"
    assert "更正后的例会" in clerk.get(meeting.get_absolute_url()).content.decode()


def test_a_corrected_day_asks_again_what_it_counts_for(clerk, station, monthly):
    june, may = due_of(TODAY, unit=station), due_of(date(2026, 5, 5), unit=station)
    meeting = hold(station, TODAY, june)

    shown = correct(clerk, meeting, held_on="2026-05-29")
    assert shown.status_code == 200
    correct(
        clerk,
        meeting,
        held_on="2026-05-29",
        dues=[may.pk],
        shown_for=shown.context["shown_for"],
    )

    may.refresh_from_db()
    june.refresh_from_db()
    assert (may.met_on, june.met_on) == (date(2026, 5, 29), None)


def test_a_meeting_is_cancelled_with_a_reason(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june)
    address = reverse("reports:meeting-cancel", args=[meeting.pk])

    assert clerk.post(address, {"because": ""}).status_code == 200
    clerk.post(address, {"because": "重复录入"})

    june.refresh_from_db()
    assert june.met_on is None
    page = clerk.get(meeting.get_absolute_url()).content.decode()
    assert "重复录入" in page
    assert clerk.get(reverse("reports:meeting-edit", args=[meeting.pk])).status_code == 302


@pytest.mark.parametrize("name", ["meeting-edit", "meeting-cancel"])
def test_who_only_reads_may_not_change(enter, bureau, station, name):
    meeting = MeetingFactory(unit=station)
    client = enter(Role.LEADER, bureau)

    assert client.get(reverse(f"reports:{name}", args=[meeting.pk])).status_code == 403


def test_a_weekly_duty_entered_on_the_weekend_is_of_its_week(enter, bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.WEEK.value)
    plan_dues(today=TODAY, year=2026)
    week = due_of(date(2026, 6, 3))
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = client.get(f"{NEW}?due={week.pk}")

    assert response.context["form"]["held_on"].value() == date(2026, 6, 5)


def test_entered_late_counts_local_days(enter, bureau):
    shanghai = ZoneInfo("Asia/Shanghai")
    at = datetime(2026, 6, 9, 0, 30, tzinfo=shanghai)  # still the 8th in London
    late = MeetingFactory(unit=bureau, held_on=date(2026, 6, 1), recorded_at=at)
    prompt = MeetingFactory(unit=bureau, held_on=date(2026, 6, 2), recorded_at=at)
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert listed(client, "entered_late=on") == {late}
    assert "会后8日录入" in client.get(late.get_absolute_url()).content.decode()
    assert "日录入" not in client.get(prompt.get_absolute_url()).content.decode()


def test_a_joint_session_leads_nobody_where_they_may_not_go(clerk, bureau, station):
    host, other = UnitFactory(parent=bureau), UnitFactory(parent=bureau)
    chair = PersonFactory(unit=host)
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[station.kind],
    )
    plan_dues(today=TODAY, year=2026)
    dues = [due_of(TODAY, unit=unit, version=version) for unit in (station, other)]
    attending = (station.pk, other.pk)
    meeting = hold(host, TODAY, *dues, attending_unit_ids=attending, presided_by_id=chair.pk)

    page = clerk.get(meeting.get_absolute_url()).content.decode()

    assert dues[0].get_absolute_url() in page
    for hidden in (dues[1], chair, host):
        assert hidden.get_absolute_url() not in page
    assert chair.name in page
