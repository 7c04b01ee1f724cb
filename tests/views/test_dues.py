from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import grant_waiver, plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due, Waiver
from reports.models.choices import EvidenceKind, OwedBy
from reports.selectors.dues import DONE, OWED, address_of_dues, dues_for
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    DueFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
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
    ],
)
def test_an_address_opens_exactly_what_is_counted(enter, bureau, station, planned, selection):
    hold(bureau, date(2026, 5, 5), due_of(date(2026, 5, 5), unit=bureau))
    client = enter(Role.LEGAL_OFFICER, bureau)
    of = planned[0].set
    same = {"bureau": bureau.pk, "schedule_set": of.pk, "year": 2026} | selection
    scope = scope_of(client.user, today=TODAY)

    response = client.get(address_of_dues(**same) + "&per_page=200")

    counted = dues_for(scope, on=TODAY, **same)
    assert response.context["table"].paginator.count == counted.count()
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

    assert [d.meeting.held_on for d in response.context["counting"]] == [date(2026, 6, 3)]
    assert "按期召开" in response.content.decode()
    before = page_of(enter(Role.LEADER, bureau), june, "?on=2026-06-02")
    assert before.context["verdict"] == "open"
    assert before.context["counting"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_queries(enter, bureau, planned, rows, django_assert_num_queries):
    june = due_of(TODAY, unit=bureau)
    for day in range(rows):
        hold(bureau, date(2026, 6, day + 1), june)
    client = enter(Role.LEGAL_OFFICER, bureau)
    page_of(client, june)

    with django_assert_num_queries(9):
        page_of(client, june)


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
