from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from reports.actions.evidence import Reference, add_evidence
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    cancel_meeting,
    record_meeting,
)
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.models import Due
from reports.models.choices import EvidenceKind, Outcome, OwedBy, PersonKind, Presence
from tests.factories import (
    NOON,
    AgendaKindFactory,
    BureauFactory,
    CityFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/meetings/", "/meetings/new/"
TODAY = date(2026, 6, 10)
MAY = date(2026, 5, 5)
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
    wanted = {"kind_id": MeetingKindFactory().pk, "title": "例会"} | kwargs
    draft = MeetingDraft(unit=unit, held_on=day, due_ids=tuple(d.pk for d in dues), **wanted)
    return record_meeting(draft, **NOW)


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
    waits = MeetingFactory(unit=bureau, needs_confirmation=True)
    gone = hold(station, date(2026, 6, 4))
    cancel_meeting(meeting_id=gone.pk, because="录错", by=member(Role.CLERK, station), at=NOON)
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert listed(client) == {full, bare, other, waits}
    assert listed(client, "cancelled=on") == {full, bare, other, waits, gone}
    assert listed(client, "entered_late=on") == {full}
    assert listed(client, "unconfirmed=on") == {waits}
    assert listed(client, "lacking=on") == {bare}
    assert listed(client, f"unit={station.pk}") == {full, bare}
    assert listed(client, f"kind={other.kind_id}") == {other}
    assert listed(client, f"presided_by={chair.pk}") == {full}
    assert listed(client, "q=李某") == {full}
    assert listed(client, "from_day=2026-06-02&to_day=2026-06-08") == {bare}
    assert listed(client, "from_day=6-2&to_day=2026年6月8日") == {bare}
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


def test_entered_late_counts_local_days(enter, bureau):
    shanghai = ZoneInfo("Asia/Shanghai")
    at = datetime(2026, 6, 9, 0, 30, tzinfo=shanghai)  # still the 8th in London
    late = MeetingFactory(unit=bureau, held_on=date(2026, 6, 1), recorded_at=at)
    prompt = MeetingFactory(unit=bureau, held_on=date(2026, 6, 2), recorded_at=at)
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert listed(client, "entered_late=on") == {late}
    assert "会后8日录入" in client.get(late.get_absolute_url()).content.decode()
    assert "日录入" not in client.get(prompt.get_absolute_url()).content.decode()


def test_what_differs_in_nothing_but_the_unit_is_told_in_one_line(
    enter, bureau, station, monthly, django_assert_num_queries
):
    others = [UnitFactory(parent=bureau, name=name) for name in ("二所", "三所")]
    plan_dues(today=TODAY, year=2026)
    client = enter(Role.LEGAL_OFFICER, bureau)
    dues = [due_of(TODAY, unit=unit) for unit in (station, *others)]
    attending = tuple(unit.pk for unit in (station, *others))
    joint = {"kind_id": monthly.meeting_kind_id, "attending_unit_ids": attending}
    meeting = hold(bureau, TODAY, *dues, **joint)
    client.get(meeting.get_absolute_url())

    with django_assert_num_queries(QUERIES_OF_PAGE):
        page = client.get(meeting.get_absolute_url())

    ((label, rows),) = page.context["discharges"]
    assert label == "6月（6月1日—30日）"
    assert [(row.due, may_read) for row, may_read in rows] == [(due, True) for due in dues]
    words = page.content.decode()
    assert [f'href="{due.get_absolute_url()}"' in words for due in dues] == [True, True, True]


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


# --- three facts --------------------------------------------------------------------------------


def facts(client, meeting):
    return client.get(meeting.get_absolute_url()).context["facts"]


def test_held_counted_and_proved_are_three_facts(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    bare = hold(station, TODAY, june, starts_at=time(9), ends_at=time(10, 30))
    full = hold(station, TODAY, june)
    add_evidence(target=full, by=None, at=NOON, references=[Reference("纪要", "档案室")])
    monthly.legal_must_sit_in = True
    monthly.save()
    refused = hold(station, TODAY, june)
    waiting = hold(station, TODAY, needs_confirmation=True)

    found = [facts(clerk, meeting) for meeting in (bare, full, refused, waiting)]

    assert [(f.counting, f.not_counting, f.waits) for f in found] == [
        (1, 0, False),
        (1, 0, False),
        (0, 1, False),
        (0, 0, True),
    ]
    assert [(f.lacking, f.asked) for f in found] == [
        (("会议记录",), 1),
        ((), 1),
        ((), 0),
        ((), 0),
    ]
    page = clerk.get(bare.get_absolute_url()).content.decode()
    assert "09:00—10:30 · 90 分钟" in page
    assert "尚缺：会议记录" in page


def test_who_was_there_is_said_by_how_they_were(clerk, bureau, station):
    one, other = PersonFactory(unit=station), PersonFactory(unit=station)
    meeting = hold(
        station,
        TODAY,
        people=(PersonPresent(one.pk), PersonPresent(other.pk, Presence.LEAVE)),
        outside=(OutsidePresent("区司法局"), OutsidePresent("区法院", Presence.LEAVE)),
    )

    rows = clerk.get(meeting.get_absolute_url()).context["attendance"]

    assert [(str(label), [str(a) for a in who]) for label, who in rows] == [
        ("出席", ["区司法局", one.name]),
        ("请假", ["区法院", other.name]),
    ]


def test_what_came_of_an_item_is_shown(clerk, station):
    agenda = (AgendaDraft("学习", outcome=Outcome.DEFERRED.value, resolution="下周再议"),)
    meeting = hold(station, TODAY, agenda=agenda)

    page = clerk.get(meeting.get_absolute_url()).content.decode()

    assert "缓议，下次再议" in page
    assert "议定：下周再议" in page


# --- correcting what it counts for --------------------------------------------------------------


def discharges(meeting):
    return reverse("reports:meeting-discharges", args=[meeting.pk])


def test_the_legal_officer_takes_a_meeting_off_a_due_and_puts_it_back(
    enter, bureau, station, monthly
):
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june)
    client = enter(Role.LEGAL_OFFICER, bureau)
    shown = client.get(discharges(meeting))
    assert [code for code, _said in shown.context["form"]["change"].field.choices] == [
        f"off-{june.pk}",
        f"on-{due_of(MAY, unit=station).pk}",
    ]

    off = {"change": f"off-{june.pk}", "because": "只是谈话，不是会议"}
    assert client.post(discharges(meeting), off).url == meeting.get_absolute_url()
    june.refresh_from_db()
    assert june.met_on is None
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "法制大队更正为不计入" in page
    assert "只是谈话，不是会议" in page

    client.post(discharges(meeting), {"change": f"on-{june.pk}", "because": "核实后恢复"})
    june.refresh_from_db()
    assert june.met_on == TODAY


def test_counting_it_for_an_earlier_period_as_well_is_merging(enter, bureau, station, monthly):
    june, may = due_of(TODAY, unit=station), due_of(MAY, unit=station)
    meeting = hold(station, TODAY, june)
    client = enter(Role.LEGAL_OFFICER, bureau)
    choices = dict(client.get(discharges(meeting)).context["form"]["change"].field.choices)
    assert "合并召开" in choices[f"on-{may.pk}"]

    client.post(discharges(meeting), {"change": f"on-{may.pk}", "because": "5月安保，合并召开"})

    june.refresh_from_db()
    may.refresh_from_db()
    assert (june.met_on, june.merged) == (TODAY, 1)
    assert (may.met_late_on, may.merged) == (TODAY, 0)
    assert "合并召开：5月安保" in client.get(meeting.get_absolute_url()).content.decode()


@pytest.mark.parametrize("lacking", ["change", "because"])
def test_a_correction_says_what_and_why(enter, bureau, station, monthly, lacking):
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june)
    client = enter(Role.LEGAL_OFFICER, bureau)
    sent = {"change": f"off-{june.pk}", "because": "只是谈话"} | {lacking: ""}

    response = client.post(discharges(meeting), sent)

    assert list(response.context["form"].errors) == [lacking]
    june.refresh_from_db()
    assert june.met_on == TODAY


def test_against_the_rule_nothing_is_offered(enter, bureau, station, monthly):
    meeting = hold(station, TODAY, kind_id=MeetingKindFactory(code="party").pk)
    june = due_of(TODAY, unit=station)
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = client.get(discharges(meeting))

    assert response.context["form"]["change"].field.choices == []
    assert [(line.due, line.why) for line in response.context["unable"]] == [
        (june, "会议种类不符"),
        (due_of(MAY, unit=station), "会议种类不符"),
    ]
    sent = client.post(discharges(meeting), {"change": f"on-{june.pk}", "because": "x"})
    assert sent.status_code == 200
    assert not meeting.discharges.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_corrections_costs_the_same_queries(
    enter, bureau, station, monthly, rows, django_assert_num_queries
):
    for number in range(rows):
        ScheduleVersionFactory(
            schedule__set=monthly.schedule.set,
            schedule__name=f"{number}",
            owed_by=OwedBy.KINDS.value,
            owing_kinds=[station.kind],
        )
    plan_dues(today=TODAY, year=2026)
    meeting = hold(station, TODAY, due_of(TODAY, unit=station, version=monthly))
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(discharges(meeting))

    with django_assert_num_queries(QUERIES_OF_CORRECTION):
        client.get(discharges(meeting))


# Session, user, scope, what waits; meeting, what it counts for; items, attendance and merging of
# the draft; dues.
QUERIES_OF_CORRECTION = 10


def test_a_cancelled_meeting_is_corrected_no_more(enter, bureau, station):
    meeting = hold(station, TODAY)
    client = enter(Role.LEGAL_OFFICER, bureau)
    cancel_meeting(meeting_id=meeting.pk, because="录错", by=member(Role.CLERK, station), at=NOON)

    assert client.get(discharges(meeting)).url == meeting.get_absolute_url()
    assert discharges(meeting) not in client.get(meeting.get_absolute_url()).content.decode()


# --- confirming ---------------------------------------------------------------------------------

UNCONFIRMED = "/meetings/unconfirmed/"


def entered_by(user, unit, *dues, **kwargs):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="例会",
        held_on=TODAY,
        due_ids=tuple(due.pk for due in dues),
        needs_confirmation=True,
        **kwargs,
    )
    return record_meeting(draft, by=user, at=NOON, today=TODAY)


@pytest.fixture
def auxiliary(station):
    user = member(Role.CLERK, station)
    PersonFactory(unit=station, user=user, kind=PersonKind.AUXILIARY.value)
    return user


def test_an_officer_confirms_what_auxiliaries_entered(clerk, station, monthly, auxiliary):
    june = due_of(TODAY, unit=station)
    meetings = [entered_by(auxiliary, station, june) for _ in range(3)]
    assert clerk.get(UNCONFIRMED).context["rows"] == meetings
    waiting = [row for part in clerk.get("/todo/").context["parts"] for row in part.lines]
    assert [row.badge for row in waiting].count("待确认") == 3

    clerk.post(UNCONFIRMED, {"meeting": [m.pk for m in meetings[:2]]})

    june.refresh_from_db()
    assert june.counted == 2
    assert clerk.get(UNCONFIRMED).context["rows"] == meetings[2:]


def test_one_is_confirmed_on_its_own_page(clerk, station, monthly, auxiliary):
    june = due_of(TODAY, unit=station)
    meeting = entered_by(auxiliary, station, june)
    page = clerk.get(meeting.get_absolute_url())
    assert page.context["may_confirm"] is True
    assert "辅警录入，待民警确认" in page.content.decode()

    response = clerk.post(UNCONFIRMED, {"meeting": meeting.pk, "one": "1"})

    june.refresh_from_db()
    assert (response.url, june.met_on) == (meeting.get_absolute_url(), TODAY)
    assert clerk.get(response.url).context["may_confirm"] is False


def test_nobody_confirms_her_own_entry(client, station, monthly):
    user = member(Role.CLERK, station)
    meeting = entered_by(user, station, due_of(TODAY, unit=station))
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    assert client.get(UNCONFIRMED).context["rows"] == []
    client.post(UNCONFIRMED, {"meeting": meeting.pk})
    meeting.refresh_from_db()
    assert not meeting.is_confirmed


def test_an_auxiliary_confirms_nothing(client, station, monthly, auxiliary):
    meeting = entered_by(member(Role.CLERK, station), station)
    client.force_login(auxiliary, backend="reports.views.backend.LedgerBackend")

    assert client.get(UNCONFIRMED).context["rows"] == []
    client.post(UNCONFIRMED, {"meeting": meeting.pk})
    assert client.get(meeting.get_absolute_url()).context["may_confirm"] is False
    meeting.refresh_from_db()
    assert not meeting.is_confirmed


def test_what_is_elsewhere_is_not_confirmed(clerk, bureau, auxiliary):
    other = entered_by(auxiliary, UnitFactory(parent=bureau))

    clerk.post(UNCONFIRMED, {"meeting": [other.pk, "²", "9" * 30]})

    other.refresh_from_db()
    assert not other.is_confirmed


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_the_unconfirmed_costs_the_same_queries(
    clerk, station, auxiliary, rows, django_assert_num_queries
):
    meetings = [entered_by(auxiliary, station) for _ in range(rows)]
    clerk.get(UNCONFIRMED)

    with django_assert_num_queries(5):  # session, user, scope, rows, what waits
        response = clerk.get(UNCONFIRMED)

    assert response.context["rows"] == meetings
