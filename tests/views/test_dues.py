from datetime import date, time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.evidence import Upload, add_evidence
from reports.actions.meetings import MeetingDraft, cancel_meeting, record_meeting
from reports.actions.schedules import plan_dues
from reports.actions.waivers import grant_waiver
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due, DueNote, Waiver, WaiverRequest
from reports.models.choices import EvidenceKind, OwedBy
from reports.selectors.dues import DONE, OWED, address_of_dues, dues_for
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AgendaPaperFactory,
    BureauFactory,
    CityFactory,
    DueFactory,
    DueNoteFactory,
    HolidayFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    WaiverFactory,
    WaiverRequestFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/dues/"
TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def planned(bureau, station):
    """The bureau owes a monthly, its station a weekly meeting; all of 2026."""
    own = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="月度例会",
        expected_evidence=[EvidenceKind.MINUTES.value],
    )
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


def shown(response):
    return [row.record for row in response.context["table"].rows]


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


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


# --- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_shows_every_row_in_the_same_queries(
    enter, bureau, rows, django_assert_num_queries
):
    dues = [DueFactory(version__schedule__set__unit=bureau) for _ in range(rows)]
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(LIST)

    with django_assert_num_queries(QUERIES_OF_LIST):
        response = client.get(LIST)

    assert set(shown(response)) == set(dues)


# Session, user, scope, count, what waits, rows.
QUERIES_OF_LIST = 6


def test_what_is_still_to_come_is_one_tick_away(enter, bureau, planned):
    client = enter(Role.LEGAL_OFFICER, bureau)
    rhythm = f"schedule={planned[0].pk}"

    assert len(shown(client.get(f"{LIST}?{rhythm}"))) == 6
    assert len(shown(client.get(f"{LIST}?{rhythm}&upcoming=on"))) == 12
    assert len(shown(client.get(f"{LIST}?{rhythm}&verdict=upcoming"))) == 6


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"verdicts": OWED},
        {"verdicts": DONE},
        {"verdicts": ["owed"]},
        {"verdicts": ["missed", "open"]},
        {"verdicts": ["upcoming"]},
        {"lacking": True},
        {"own": True},
        {"first_person": True},
        {"verdicts": ["met"], "own": True},
        {"merged": True},
        {"asked": True},
        {"begins": date(2026, 5, 1)},
        {"begins": date(2026, 5, 1), "verdicts": ["owed"]},
    ],
)
def test_an_address_opens_exactly_what_is_counted(enter, bureau, station, planned, selection):
    hold(bureau, date(2026, 5, 5), due_of(date(2026, 5, 5), unit=bureau))
    march, april = due_of(date(2026, 3, 5), unit=bureau), due_of(date(2026, 4, 5), unit=bureau)
    hold(bureau, date(2026, 4, 20), march, april, merged_because="连续安保")
    WaiverRequestFactory(due=due_of(date(2026, 8, 5), unit=bureau))
    client = enter(Role.LEGAL_OFFICER, bureau)
    of = planned[0].set
    same = {"bureau": bureau.pk, "schedule_set": of.pk, "year": 2026} | selection
    scope = scope_of(client.user, today=TODAY)

    response = client.get(address_of_dues(**same) + "&per_page=200")

    counted = dues_for(scope, on=TODAY, **same)
    assert response.context["table"].paginator.count == counted.count()
    assert counted.exists() is not selection.get("first_person", False)
    assert response.context["filter"].form.is_valid()


def test_one_word_stands_for_the_verdicts_of_a_group():
    parts = parse_qs(urlsplit(address_of_dues(verdicts=OWED, year=2026)).query)

    assert parts == {"year": ["2026"], "verdict": ["owed"]}


def test_several_verdicts_stay_chosen_in_the_filter(enter, bureau, planned):
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(f"{LIST}?verdict=missed&verdict=open").content.decode()

    assert '<option value="missed+open" selected>' in page
    again = client.get(f"{LIST}?verdict=missed%2Bopen")
    assert {due.verdict for due in shown(again)} == {"missed", "open"}


@pytest.mark.parametrize("query", ["verdict=nonsense", "verdict=met%2Bnonsense", "from_day=x"])
def test_a_bad_filter_is_said_and_shows_nothing(enter, bureau, planned, query):
    response = enter(Role.LEGAL_OFFICER, bureau).get(f"{LIST}?{query}")

    assert response.context["filter"].form.errors
    assert shown(response) == []


@pytest.mark.parametrize("query", ["unit=abc", "unit=99999", "schedule=99999", "bureau=²"])
def test_what_is_outside_the_scope_does_not_exist(enter, bureau, planned, query):
    assert enter(Role.LEGAL_OFFICER, bureau).get(f"{LIST}?{query}").status_code == 404


def test_a_clerk_sees_the_dues_of_her_unit(enter, bureau, station, planned):
    client = enter(Role.CLERK, station)

    assert {due.unit for due in shown(client.get(LIST))} == {station}
    own = due_of(TODAY, unit=bureau)
    assert client.get(own.get_absolute_url()).status_code == 404


def test_a_past_day_is_shown_as_it_was(enter, bureau, planned):
    may = due_of(date(2026, 5, 5), unit=bureau)
    hold(bureau, date(2026, 5, 20), may)
    client = enter(Role.LEGAL_OFFICER, bureau)

    rows = {due: due.verdict for due in shown(client.get(f"{LIST}?unit={bureau.pk}&on=2026-05-19"))}

    assert rows[may] == "open"


def test_every_column_sorts(enter, bureau, planned):
    client = enter(Role.LEGAL_OFFICER, bureau)
    columns = client.get(LIST).context["table"].columns

    for column in columns:
        for sign in ("", "-"):
            assert client.get(f"{LIST}?sort={sign}{column.name}").status_code == 200


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_exactly_what_is_filtered_is_exported(enter, bureau, planned, kind):
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = client.get(f"{LIST}?unit={bureau.pk}&_export={kind}")

    body = b"".join(response) if response.streaming else response.content
    assert response.status_code == 200
    if kind == "csv":
        assert len(body.decode("utf-8-sig").strip().splitlines()) == 1 + 6


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("late=on", [date(2026, 4, 5)]),
        ("merged=on", [date(2026, 5, 5)]),
        ("asked=on&upcoming=on", [date(2026, 8, 5)]),
        ("begins=2026-03-01", [date(2026, 3, 5)]),
        ("ends=2026-03-31", [date(2026, 3, 5)]),
    ],
)
def test_made_up_merged_and_asked_for_are_found(enter, bureau, planned, query, days):
    dues = {day: due_of(day, unit=bureau) for day in days}
    april, may = due_of(date(2026, 4, 5), unit=bureau), due_of(date(2026, 5, 5), unit=bureau)
    hold(bureau, date(2026, 5, 20), april, may, merged_because="连续安保")
    WaiverRequestFactory(due=due_of(date(2026, 8, 5), unit=bureau))
    client = enter(Role.LEGAL_OFFICER, bureau)

    found = shown(client.get(f"{LIST}?unit={bureau.pk}&{query}"))

    assert set(found) == set(dues.values())


# --- one due ------------------------------------------------------------------------------------


def page_of(client, due, query=""):
    return client.get(f"{due.get_absolute_url()}{query}")


def test_the_page_says_verdict_reason_and_rule(enter, bureau, planned):
    may = due_of(date(2026, 3, 5), unit=bureau)

    page = page_of(enter(Role.LEGAL_OFFICER, bureau), may).content.decode()

    assert "3月（3月1日—31日）：无记录" in page
    assert "未召开" in page
    assert "《法治政府建设实施纲要》" in page
    assert "市局法制支队" in page


@pytest.mark.parametrize(
    ("day", "steps"),
    [
        (TODAY, {"record"}),
        (date(2026, 5, 5), {"enter", "make_up"}),
        (date(2026, 3, 5), {"enter"}),
        (date(2026, 8, 5), set()),
    ],
)
def test_what_may_still_be_done(enter, bureau, planned, day, steps):
    response = page_of(enter(Role.LEGAL_OFFICER, bureau), due_of(day, unit=bureau))

    found = response.context["steps"]
    assert {name for name in ("record", "enter", "make_up") if found[name]} == steps


def test_who_may_not_record_gets_no_button(enter, bureau, planned):
    response = page_of(enter(Role.INSPECTOR, bureau), due_of(TODAY, unit=bureau))

    assert not any(response.context["steps"].values())


def test_meetings_that_count_and_that_do_not(enter, bureau, planned):
    june = due_of(TODAY, unit=bureau)
    hold(bureau, date(2026, 6, 3), june)
    response = page_of(enter(Role.LEADER, bureau), june)

    ((line, amount),) = response.context["meetings"]
    assert (line.discharge.meeting.held_on, amount) == (date(2026, 6, 3), "1 次")
    assert (line.discharge.counts, line.lacking) == (True, ("会议记录",))
    assert "按期召开" in response.content.decode()
    before = page_of(enter(Role.LEADER, bureau), june, "?on=2026-06-02")
    assert before.context["verdict"] == "open"
    assert before.context["meetings"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_queries(enter, bureau, planned, rows, django_assert_num_queries):
    june = due_of(TODAY, unit=bureau)
    for day in range(rows):
        hold(bureau, date(2026, 6, day + 1), june)
        HolidayFactory(day=date(2026, 6, 20 + day))
        DueNoteFactory(due=june)
        AgendaPaperFactory(unit=bureau, due=june)
        WaiverFactory(due=june, withdrawn_on=TODAY, withdrawn_because="误批")
        refused = {"granted": False, "decided_on": TODAY, "decision_note": "仍可召开"}
        WaiverRequestFactory(due=june, decided_by=UserFactory(), **refused)
    client = enter(Role.LEGAL_OFFICER, bureau)
    page_of(client, june)

    with django_assert_num_queries(10):
        response = page_of(client, june)

    for name in ("meetings", "notes", "papers", "waivers", "requests"):
        assert len(response.context[name]) == rows, name
    assert sum((s.last - s.first).days + 1 for s in response.context["calendar"].within) == rows


def test_held_counted_and_proved_are_three_facts(enter, bureau, planned, evidence_store):
    june, may = due_of(TODAY, unit=bureau), due_of(date(2026, 5, 5), unit=bureau)
    for day, proved in ((3, False), (4, True)):
        meeting = hold(bureau, date(2026, 6, day), june)
        if proved:
            add_evidence(target=meeting, uploads=[Upload(scan())], by=None, at=NOON)
    meeting = hold(bureau, date(2026, 6, 5), june, may, merged_because="连续安保")
    cancel_meeting(meeting_id=meeting.pk, because="录错", by=UserFactory(), at=NOON)

    lines = [
        line for line, _amount in page_of(enter(Role.LEADER, bureau), june).context["meetings"]
    ]

    assert [(line.discharge.counts, line.lacking) for line in lines] == [
        (True, ("会议记录",)),
        (True, ()),
        (False, ("会议记录",)),
    ]
    assert lines[2].discharge.why_not == "cancelled"


def test_a_merged_session_says_why(enter, bureau, planned):
    june, may = due_of(TODAY, unit=bureau), due_of(date(2026, 5, 5), unit=bureau)
    hold(bureau, date(2026, 6, 5), june, may, merged_because="五月连续安保，两期合并")

    page = page_of(enter(Role.LEADER, bureau), june).content.decode()

    assert "合并召开" in page
    assert "五月连续安保，两期合并" in page


def test_the_page_tells_how_the_verdict_went(enter, bureau, planned):
    april = due_of(date(2026, 4, 5), unit=bureau)
    hold(bureau, date(2026, 5, 20), april)

    chapters = page_of(enter(Role.LEADER, bureau), april).context["chapters"]

    assert [(str(word), first) for _code, word, first in chapters] == [
        ("本期待开", date(2026, 4, 1)),
        ("待录入", date(2026, 5, 1)),
        ("未召开", date(2026, 5, 8)),
        ("补开", date(2026, 5, 20)),
    ]


def test_a_week_without_a_workday_is_explained_in_words(enter, bureau):
    for day in range(15, 20):
        HolidayFactory(day=date(2026, 6, day), name="端午节")
    version = ScheduleVersionFactory(schedule__set__unit=bureau, cadence="week")
    plan_dues(today=TODAY)
    week = due_of(date(2026, 6, 17), schedule=version.schedule)

    page = page_of(enter(Role.LEADER, bureau), week, "?on=2026-07-01")

    assert page.context["verdict"] == "not_applicable"
    assert "既不算按期召开，也不算未召开，不进入任何比率" in page.content.decode()
    assert "应有 1 次" not in page.content.decode()


def test_the_days_off_of_the_period_are_named_with_their_notice(enter, bureau, planned):
    for day in (19, 20, 21):
        HolidayFactory(day=date(2026, 6, day), name="端午节", source="国办发明电〔2025〕7号")
    HolidayFactory(day=date(2026, 6, 28), kind="workday", name="端午节", source="")
    HolidayFactory(day=date(2026, 7, 1), name="建党节", source="")
    june = due_of(TODAY, unit=bureau)

    calendar = page_of(enter(Role.LEADER, bureau), june).context["calendar"]

    assert [(s.first.day, s.last.day, s.worked, s.source) for s in calendar.within] == [
        (19, 21, False, "国办发明电〔2025〕7号"),
        (28, 28, True, ""),
    ]
    assert [s.name for s in calendar.afterwards] == ["建党节"]
    assert calendar.workdays == 22 - 1 + 1


def test_a_due_date_names_the_period_it_answers_for(enter, bureau):
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, cadence=Cadence.QUARTER.value, window="after", window_days=15
    )
    plan_dues(today=TODAY, year=2026)
    due = Due.objects.filter(version=version).order_by("period_first").first()

    rule = dict(page_of(enter(Role.LEADER, bureau), due).context["rule"])

    assert rule["对应周期"] == "上年第4季度（2025年10月1日—2025年12月31日）"


def test_minutes_are_said_as_minutes(enter, bureau):
    version = ScheduleVersionFactory(
        schedule__set__unit=bureau, counted_in="minutes", at_least=120, cadence=Cadence.MONTH.value
    )
    plan_dues(today=TODAY, year=2026)
    june = due_of(TODAY, version=version)
    hold(bureau, TODAY, june, starts_at=time(9), ends_at=time(10, 30))
    client = enter(Role.LEADER, bureau)

    response = page_of(client, june)
    listed = client.get(LIST).content.decode()

    assert (response.context["wanted"], response.context["counted"]) == ("120 分钟", "90 分钟")
    assert "120 分钟" in listed
    assert "90 分钟" in listed


def test_what_each_person_owes_names_them(enter, bureau):
    person = PersonFactory(unit=bureau, name="钱某某")
    ScheduleVersionFactory(schedule__set__unit=bureau, owed_by=OwedBy.ROSTER.value)
    other = PersonFactory(unit=bureau)
    plan_dues(today=TODAY, year=2026)
    june, july = due_of(TODAY, person=person), due_of(date(2026, 7, 5), person=person)
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = page_of(client, june)
    mine = client.get(f"{LIST}?person={person.pk}&upcoming=1")

    assert "钱某某" in page.content.decode()
    assert page.context["due"].after_pk == july.pk
    assert {due.person for due in shown(mine)} == {person}
    assert len(shown(mine)) == 12
    assert client.get(f"{LIST}?person={other.pk + 99}").status_code == 404


# --- remarks ------------------------------------------------------------------------------------


def remark(client, due, text="已与分管领导说明"):
    return client.post(reverse("reports:due-note", args=[due.pk]), {"text": text})


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEGAL_OFFICER])
def test_who_records_may_remark_something(enter, bureau, station, planned, role):
    due = due_of(TODAY, unit=station)
    client = enter(role, station if role == Role.CLERK else bureau)

    assert remark(client, due).status_code == 302

    (note,) = page_of(client, due).context["notes"]
    assert (note.text, note.by) == ("已与分管领导说明", client.user.username)


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER])
def test_others_may_not_remark(enter, bureau, station, planned, role):
    due = due_of(TODAY, unit=station)
    client = enter(role, bureau)

    assert remark(client, due).status_code == 403
    assert not DueNote.objects.exists()


def test_a_remark_without_words_comes_back(enter, station, planned):
    response = remark(enter(Role.CLERK, station), due_of(TODAY, unit=station), " ")

    assert response.context["form"].errors["text"]


# --- waivers on request -------------------------------------------------------------------------


def ask(client, due, **data):
    wanted = {"asked_on": "2026-06-10", "reason": "全员安保"} | data
    return client.post(reverse("reports:waiver-ask", args=[due.pk]), wanted)


def decide(client, request, **data):
    address = reverse("reports:waiver-decide", args=[request.due_id, request.pk])
    wanted = {"granted": "1", "note": "", "on": "2026-06-10"} | data
    return client.post(address, wanted)


def waiting_for(client):
    response = client.get(reverse("reports:todo"))
    lines = [line for part in response.context["parts"] for line in part.lines]
    return sum(line.badge == "免开待批" for line in lines)


def test_a_clerk_asks_and_the_legal_officer_grants(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    clerk = enter(Role.CLERK, station)
    assert page_of(clerk, due).context["steps"]["ask"]

    assert ask(clerk, due).status_code == 302
    request = WaiverRequest.objects.get()
    steps = page_of(clerk, due).context["steps"]
    assert (steps["ask"], steps["decide"]) == (False, None)
    officer = enter(Role.LEGAL_OFFICER, bureau)
    assert waiting_for(officer) == 1
    assert page_of(officer, due).context["steps"]["decide"] == request
    assert decide(officer, request).status_code == 302

    due.refresh_from_db()
    assert due.verdict_on(TODAY) == "waived"
    assert waiting_for(officer) == 0
    page = page_of(officer, due).content.decode()
    assert "全员安保" in page
    assert f"{request.recorded_by.username}2026年6月10日申请" in page


def test_a_refusal_says_why(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    request = WaiverRequestFactory(due=due, asked_on=TODAY)
    officer = enter(Role.LEGAL_OFFICER, bureau)

    silent = decide(officer, request, granted="0")
    assert silent.context["form"].errors["note"] == ["不同意的，请写明理由。"]
    decide(officer, request, granted="0", note="仍可召开")

    page = page_of(officer, due).content.decode()
    assert "仍可召开" in page
    assert not Waiver.objects.exists()
    assert page_of(enter(Role.CLERK, station), due).context["steps"]["ask"]


def test_who_asked_does_not_decide(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    officer = enter(Role.LEGAL_OFFICER, bureau)
    ask(officer, due)
    request = WaiverRequest.objects.get()

    assert waiting_for(officer) == 0
    assert page_of(officer, due).context["steps"]["decide"] is None
    assert decide(officer, request).status_code == 403
    leader = enter(Role.LEADER, bureau)
    assert waiting_for(leader) == 1
    assert decide(leader, request).status_code == 302


def test_a_request_of_a_unit_waits_for_its_legal_officer_alone(enter, bureau, station, planned):
    WaiverRequestFactory(due=due_of(TODAY, unit=station))

    found = {
        role: waiting_for(enter(role, bureau.parent if role == Role.SUPERVISOR else bureau))
        for role in (Role.LEGAL_OFFICER, Role.LEADER, Role.SUPERVISOR, Role.INSPECTOR)
    }

    assert found == {
        Role.LEGAL_OFFICER: 1,
        Role.LEADER: 0,
        Role.SUPERVISOR: 0,
        Role.INSPECTOR: 0,
    }


def test_what_a_bureau_owes_waits_for_its_leader_and_above(enter, bureau, planned):
    request = WaiverRequestFactory(due=due_of(TODAY, unit=bureau), asked_on=TODAY)

    assert waiting_for(enter(Role.LEADER, bureau)) == 1
    assert waiting_for(enter(Role.SUPERVISOR, bureau.parent)) == 1
    officer = enter(Role.LEGAL_OFFICER, bureau)
    assert waiting_for(officer) == 0
    unsigned = decide(officer, request)
    assert set(unsigned.context["form"].errors) == {"signer", "scan"}


def test_the_officer_records_the_decision_on_her_bureau_from_paper(
    enter, bureau, planned, evidence_store
):
    request = WaiverRequestFactory(due=due_of(TODAY, unit=bureau), asked_on=TODAY)
    signer = PersonFactory(unit=bureau, name="沈某某")
    officer = enter(Role.LEGAL_OFFICER, bureau)

    decide(officer, request, granted="0", note="下周补开", signer=signer.pk)
    request.refresh_from_db()
    assert request.decision_note == "下周补开（签批人：沈某某）"
    again = WaiverRequestFactory(due=due_of(date(2026, 7, 5), unit=bureau), asked_on=TODAY)
    decide(officer, again, signer=signer.pk, scan=scan())

    waiver = Waiver.objects.get()
    assert (waiver.signer, waiver.from_paper, waiver.evidence_uses.count()) == (signer, True, 1)


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR])
def test_others_decide_nothing(enter, station, planned, role):
    request = WaiverRequestFactory(due=due_of(TODAY, unit=station))

    assert decide(enter(role, station), request).status_code == 403
    request.refresh_from_db()
    assert request.decided_on is None


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER])
def test_who_records_nothing_asks_for_nothing(enter, bureau, station, planned, role):
    assert ask(enter(role, bureau), due_of(TODAY, unit=station)).status_code == 403
    assert not WaiverRequest.objects.exists()


def test_a_refused_request_loses_nothing_typed(enter, station, planned):
    response = ask(enter(Role.CLERK, station), due_of(TODAY, unit=station), asked_on="2026-06-11")

    assert "申请日期不能晚于今天" in response.content.decode()
    assert "全员安保" in response.content.decode()


def test_a_decided_request_shows_its_decision(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    ask(enter(Role.CLERK, station), due)
    request = WaiverRequest.objects.get()
    officer = enter(Role.LEGAL_OFFICER, bureau)
    decide(officer, request)

    page = officer.get(reverse("reports:waiver-decide", args=[due.pk, request.pk]))

    assert "该申请已经决定。" in page.content.decode()


def test_while_a_request_waits_nobody_waives_beside_it(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    WaiverRequestFactory(due=due)
    officer = enter(Role.LEGAL_OFFICER, bureau)

    assert not page_of(officer, due).context["steps"]["waive"]
    assert "正在等待决定" in waive(officer, due).content.decode()


# --- waivers ------------------------------------------------------------------------------------


def waive(client, due, **data):
    wanted = {"granted_on": "2026-06-09", "reason": "全员安保"} | data
    return client.post(reverse("reports:due-waive", args=[due.pk]), wanted)


def scan():
    return SimpleUploadedFile("签批.pdf", b"%PDF-1.4 ...", "application/pdf")


def test_a_legal_officer_excuses_a_unit_below(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)

    response = waive(enter(Role.LEGAL_OFFICER, bureau), due)

    assert response.status_code == 302
    due.refresh_from_db()
    assert due.verdict_on(TODAY) == "waived"


def test_a_legal_officer_excuses_the_own_bureau_from_a_signed_sheet_alone(enter, bureau, planned):
    due = due_of(TODAY, unit=bureau)
    client = enter(Role.LEGAL_OFFICER, bureau)
    signer = PersonFactory(unit=bureau)

    refused = waive(client, due)
    assert set(refused.context["form"].errors) == {"signer", "scan"}
    waive(client, due, signer=signer.pk, scan=scan())

    waiver = Waiver.objects.get()
    assert (waiver.signer, waiver.from_paper) == (signer, True)
    assert waiver.evidence_uses.count() == 1
    page = page_of(client, due).content.decode()
    assert "凭签批件录入" in page
    assert waiver.evidence_uses.get().evidence.get_absolute_url() in page


@pytest.mark.parametrize("role", [Role.LEADER, Role.SUPERVISOR])
def test_leader_and_supervisor_decide_themselves(enter, bureau, planned, role):
    due = due_of(TODAY, unit=bureau)
    client = enter(role, bureau.parent if role == Role.SUPERVISOR else bureau)

    assert waive(client, due).status_code == 302
    assert not Waiver.objects.get().from_paper


def test_leading_another_bureau_does_not_decide_here(enter, bureau, planned):
    due = due_of(TODAY, unit=bureau)
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.user.memberships.create(unit=BureauFactory(), role=Role.LEADER.value)

    assert "signer" in waive(client, due).context["form"].errors


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR])
def test_others_may_not_excuse(enter, bureau, station, planned, role):
    due = due_of(TODAY, unit=station)

    assert waive(enter(role, station), due).status_code == 403


def test_a_refused_waiver_loses_nothing_typed(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)

    response = waive(enter(Role.LEGAL_OFFICER, bureau), due, granted_on="2026-06-11")

    assert "批准日期不能晚于今天" in response.content.decode()
    assert "全员安保" in response.content.decode()
    assert not Waiver.objects.exists()


def test_a_waiver_is_taken_back_with_a_reason(enter, bureau, station, planned):
    due = due_of(TODAY, unit=station)
    waiver = grant_waiver(
        due_id=due.pk, reason="安保", granted_on=TODAY, **NOW | {"by": UserFactory()}
    )
    client = enter(Role.LEGAL_OFFICER, bureau)
    address = reverse("reports:waiver-withdraw", args=[due.pk, waiver.pk])

    client.post(address, {"because": ""})
    waiver.refresh_from_db()
    assert waiver.withdrawn_on is None
    client.post(address, {"because": "误批"})

    waiver.refresh_from_db()
    assert waiver.withdrawn_on == TODAY


@pytest.mark.parametrize("selection", ["", "bureau={bureau}", "schedule={schedule}", "set={set}"])
def test_the_total_kept_is_the_number_of_rows(enter, bureau, planned, selection):
    """The list takes its total from the kept counts; counted one by one it is the same."""
    due = Due.objects.first()
    selection = selection.format(
        bureau=bureau.pk, schedule=due.schedule_id, set=due.schedule.set_id
    )
    client = enter(Role.LEGAL_OFFICER, bureau)

    table = client.get(f"{reverse('reports:due-list')}?year=2026&{selection}").context["table"]

    assert table.known_count is not None
    assert table.paginator.count == table.known_count == len(table.data)
    assert table.known_count > 0
