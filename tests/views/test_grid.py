"""The whole year of a schedule at a glance: every due in one cell, every number its own list."""

import re
from datetime import date, time
from html import unescape

import pytest

from reports.actions.meetings import MeetingDraft, record_meetings
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due
from reports.models.choices import OwedBy
from reports.selectors import grid as selector
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
GRID = "/grid/"
TODAY = NOON.date()
CELL = re.compile(r'<td><a href="/dues/(\d+)/[^"]*" title="([^"]*)"><svg><use href="#g-(\w+)"/>')
COUNTED = re.compile(r'<a [^>]*href="([^"]+)" data-count="(\d+)"')


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def stations(bureau):
    return [UnitFactory(parent=bureau, ledger_from=None) for _n in range(3)]


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.user = member(role, unit)
        client.force_login(client.user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def weekly(of, stations, **kwargs):
    """A set of its own: every station below, once a week."""
    return ScheduleVersionFactory(
        schedule__set__unit=of,
        cadence=Cadence.WEEK.value,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[stations[0].kind],
        **kwargs,
    ).schedule


def plan():
    plan_dues(today=TODAY, year=2026)


def settle():
    """Meetings for two dues in three; of monthly ones some are late."""
    kind = MeetingKindFactory().pk
    drafts = []
    past = Due.objects.filter(period_last__lt=TODAY).select_related("unit", "version")
    for n, due in enumerate(past.order_by("pk")):
        late = n % 7 == 1 and due.version.cadence == Cadence.MONTH and due.period_last.month < 5
        held = date(2026, due.period_last.month % 12 + 1, 2) if late else due.period_first
        if n % 3 and held.year == 2026:
            people = {"presided_by_id": due.person_id} if due.person_id else {}
            drafts.append(MeetingDraft(due.unit, kind, "会", held, due_ids=(due.pk,), **people))
    record_meetings(drafts, by=None, at=NOON, today=TODAY)


def cells_of(response):
    """Each due of the page with its mark and its words."""
    found = CELL.findall(response.content.decode())
    return {int(pk): (mark, unescape(title)) for pk, title, mark in found}


def verdicts(on=TODAY, **where):
    return dict(Due.objects.filter(**where).with_verdict(on).values_list("pk", "verdict"))


MARKS = {
    "met": "met",
    "met_late": "late",
    "missed": "missed",
    "open": "open",
    "awaiting": "awaiting",
    "upcoming": "upcoming",
    "waived": "waived",
    "not_applicable": "na",
}


# --- what is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [TODAY, date(2026, 3, 31)])
def test_every_due_of_a_schedule_stands_in_one_cell_with_its_verdict(enter, bureau, stations, day):
    schedule = weekly(bureau, stations)
    plan()
    settle()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={schedule.pk}&on={day}")

    found = {pk: mark for pk, (mark, _title) in cells_of(page).items()}
    expected = verdicts(day, schedule=schedule, year=2026)
    assert found == {pk: MARKS[verdict] for pk, verdict in expected.items()}
    assert len(found) == 3 * 53


def test_a_cell_says_its_period_its_verdict_and_the_day(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    plan()
    settle()
    due = Due.objects.filter(schedule=schedule, met_on=date(2026, 3, 16)).first()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={schedule.pk}")

    assert cells_of(page)[due.pk] == ("met", "第12周（3月16日—22日）：按期召开，3月16日")


def test_a_set_shows_a_table_for_each_schedule(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    own = ScheduleVersionFactory(schedule__set=schedule.set)
    plan()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?set={schedule.set_id}")

    blocks = [sheet.block for sheet in page.context["sheets"]]
    assert [(b.schedule, len(b.columns), b.units) for b in blocks] == [
        (schedule, 53, 3),
        (own.schedule, 12, 1),
    ]
    assert set(cells_of(page)) == set(verdicts(year=2026))


def test_units_stand_in_the_order_of_the_organisation(enter, bureau, stations):
    """Never by how much they did."""
    schedule = weekly(bureau, stations)
    plan()
    settle()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={schedule.pk}")

    (rows,) = page.context["sheets"][0].block.bureaus
    paths = [row.unit.path for row in rows.units]
    assert paths == sorted(paths)


def test_each_person_has_a_row_under_the_unit(enter, bureau):
    people = [PersonFactory(unit=bureau) for _n in range(2)]
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, owed_by=OwedBy.ROSTER.value)
    plan()
    settle()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={rule.schedule_id}")

    (rows,) = page.context["sheets"][0].block.bureaus
    (unit,) = rows.units
    assert [who.name for who in unit.people.values()] == [person.name for person in people]
    assert set(cells_of(page)) == set(verdicts(year=2026))
    may = unit.coverage(4)
    assert (may.people, may.done) == (
        2,
        sum(v in ("met", "met_late") for v in verdicts(period_first=date(2026, 5, 1)).values()),
    )


def test_more_people_than_a_page_holds_are_taken_together(enter, bureau, monkeypatch):
    monkeypatch.setattr(selector, "PEOPLE_A_PAGE", 1)
    for _n in range(2):
        PersonFactory(unit=bureau)
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, owed_by=OwedBy.ROSTER.value)
    plan()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={rule.schedule_id}")

    assert cells_of(page) == {}
    assert page.content.decode().count("begins=2026-05-01") == 1


def test_minutes_are_named(enter, bureau):
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau, counted_in="minutes", at_least=90, cadence=Cadence.QUARTER.value
    )
    plan()
    due = Due.objects.get(schedule=rule.schedule, number=2)
    draft = MeetingDraft(
        bureau,
        rule.meeting_kind_id,
        "会",
        TODAY,
        due_ids=(due.pk,),
        starts_at=time(9),
        ends_at=time(11),
    )
    record_meetings([draft], by=None, at=NOON, today=TODAY)

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={rule.schedule_id}")

    assert page.context["sheets"][0].note == "每季度至少90分钟 · 时长（分钟）"
    assert cells_of(page)[due.pk][0] == "met"


# --- numbers ------------------------------------------------------------------------------------


def followed(client, page):
    """Each counted link with its number and the rows of the list behind it."""
    found = {}
    for href, number in COUNTED.findall(page.content.decode()):
        answer = client.get(unescape(href))
        assert answer.status_code == 200, href
        found[unescape(href)] = (int(number), answer.context["table"].paginator.count)
    return found


@pytest.mark.parametrize("day", ["", "&year=2026&on=2026-03-31"])
def test_every_number_is_the_length_of_the_list_it_opens(enter, bureau, stations, day):
    schedule = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[stations[0].kind],
    ).schedule
    plan()
    settle()
    client = enter(Role.LEGAL_OFFICER, bureau)

    found = followed(client, client.get(f"{GRID}?schedule={schedule.pk}{day}"))

    assert len(found) > 10
    assert {h: n for h, (n, _) in found.items()} == {h: n for h, (_, n) in found.items()}


def test_numbers_of_people_are_those_of_their_lists(enter, bureau):
    PersonFactory(unit=bureau), PersonFactory(unit=bureau)
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, owed_by=OwedBy.ROSTER.value)
    plan()
    settle()
    client = enter(Role.LEGAL_OFFICER, bureau)

    found = followed(client, client.get(f"{GRID}?schedule={rule.schedule_id}"))

    assert any("person=" in href for href in found)
    assert {h: n for h, (n, _) in found.items()} == {h: n for h, (_, n) in found.items()}


def test_numbers_of_several_bureaus_are_each_of_its_own(enter, bureau, stations):
    city = bureau.parent
    other = BureauFactory(parent=city)
    UnitFactory(parent=other, ledger_from=None)
    rule = ScheduleVersionFactory(
        schedule__set__unit=city, owed_by=OwedBy.KINDS.value, owing_kinds=[stations[0].kind]
    )
    plan()
    settle()
    client = enter(Role.SUPERVISOR, city)

    page = client.get(f"{GRID}?schedule={rule.schedule_id}")
    found = followed(client, page)

    assert [each.bureau for each in page.context["sheets"][0].block.bureaus] == [bureau, other]
    assert all("bureau=" in href for href in found)
    assert {h: n for h, (n, _) in found.items()} == {h: n for h, (_, n) in found.items()}


# --- who sees what ------------------------------------------------------------------------------


def test_a_clerk_sees_the_rows_of_her_unit(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    plan()
    client = enter(Role.CLERK, stations[1])

    for address in (GRID, f"{GRID}?schedule={schedule.pk}", f"{GRID}?bureau={bureau.pk}"):
        assert set(cells_of(client.get(address))) == set(verdicts(unit=stations[1])), address


@pytest.mark.parametrize("query", ["schedule={0}", "set={1}", "bureau={2}", "unit={3}", "unit=x"])
def test_what_is_outside_the_scope_does_not_exist(enter, bureau, stations, query):
    weekly(bureau, stations)
    foreign = UnitFactory()
    rule = ScheduleVersionFactory(schedule__set__unit=foreign.bureau)
    plan()
    keys = (rule.schedule_id, rule.schedule.set_id, foreign.bureau_id, foreign.pk)

    response = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?{query.format(*keys)}")

    assert response.status_code == 404


def test_one_unit_alone(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    plan()

    client = enter(Role.LEGAL_OFFICER, bureau)
    page = client.get(f"{GRID}?schedule={schedule.pk}&unit={stations[0].pk}")

    assert set(cells_of(page)) == set(verdicts(unit=stations[0]))


def test_many_bureaus_come_page_by_page_and_none_is_torn_apart(
    enter, stations, bureau, monkeypatch
):
    monkeypatch.setattr(selector, "UNITS_A_PAGE", 4)
    city = bureau.parent
    for _n in range(3):
        other = BureauFactory(parent=city)
        UnitFactory(parent=other, ledger_from=None), UnitFactory(parent=other, ledger_from=None)
    rule = ScheduleVersionFactory(
        schedule__set__unit=city, owed_by=OwedBy.KINDS.value, owing_kinds=[stations[0].kind]
    )
    plan()
    client = enter(Role.SUPERVISOR, city)

    pages = [
        client.get(f"{GRID}?schedule={rule.schedule_id}&page={number}") for number in (1, 2, 3, 9)
    ]

    shown = [
        [len(each.units) for each in page.context["sheets"][0].block.bureaus] for page in pages
    ]
    assert shown == [[3], [2, 2], [2], [2]]
    assert {page.context["last_page"] for page in pages} == {3}


def test_a_supervisor_chooses_a_bureau_and_gets_its_first_set(enter, bureau, stations):
    other = BureauFactory(parent=bureau.parent)
    mine, theirs = weekly(bureau, stations), ScheduleVersionFactory(schedule__set__unit=other)
    plan()
    client = enter(Role.SUPERVISOR, bureau.parent)

    first = client.get(GRID)
    second = client.get(f"{GRID}?bureau={other.pk}&of=schedule-{mine.pk}")

    assert [unit.pk for unit in first.context["bureaus"]] == [bureau.pk, other.pk]
    assert (first.context["bureau"], first.context["subject"]) == (bureau.pk, mine.name)
    assert second.context["subject"] == theirs.schedule.name


def test_the_form_names_a_schedule_or_a_whole_set(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    own = ScheduleVersionFactory(schedule__set=schedule.set).schedule
    plan()
    client = enter(Role.LEGAL_OFFICER, bureau)

    one = client.get(f"{GRID}?of=schedule-{own.pk}")
    all_of_it = client.get(f"{GRID}?of=set-{own.set_id}")

    assert one.context["selected"] == f"schedule-{own.pk}"
    assert all_of_it.context["selected"] == f"set-{own.set_id}"
    assert all_of_it.context["choices"] == [
        (
            own.set.name,
            [
                (f"set-{own.set_id}", f"{own.set.name}（全部2项）"),
                (f"schedule-{schedule.pk}", schedule.name),
                (f"schedule-{own.pk}", own.name),
            ],
        )
    ]


def test_a_year_without_dues_says_so(enter, bureau, stations):
    schedule = weekly(bureau, stations)
    plan()

    client = enter(Role.LEGAL_OFFICER, bureau)
    page = client.get(f"{GRID}?schedule={schedule.pk}&year=2024")

    assert page.context["sheets"] == []
    assert "2024年度没有可显示的应开应办事项" in page.content.decode()
    assert page.context["subject"] == schedule.name


def test_a_new_rhythm_in_the_year_gives_columns_of_both(enter, bureau):
    rule = ScheduleVersionFactory(schedule__set__unit=bureau)
    ScheduleVersionFactory(
        schedule=rule.schedule, first_day=date(2026, 7, 1), cadence=Cadence.QUARTER.value
    )
    plan()

    page = enter(Role.LEGAL_OFFICER, bureau).get(f"{GRID}?schedule={rule.schedule_id}")

    names = [column.name for column in page.context["sheets"][0].block.columns]
    assert names == ["1月", "2月", "3月", "4月", "5月", "6月", "第3季度", "第4季度"]


# --- queries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [1, 3])
def test_the_page_costs_the_same_queries(enter, bureau, units, django_assert_num_queries):
    made = [UnitFactory(parent=bureau, ledger_from=None) for _n in range(units)]
    schedule = weekly(bureau, made)
    plan()
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(GRID)

    # Session, user, scope, schedules to choose, dues, versions, units, what waits.
    with django_assert_num_queries(8):
        page = client.get(f"{GRID}?schedule={schedule.pk}")

    assert len(cells_of(page)) == 53 * units


@pytest.mark.parametrize("bureaus", [1, 3])
def test_many_bureaus_cost_the_same_queries(
    enter, bureau, stations, bureaus, django_assert_num_queries
):
    city = bureau.parent
    for _n in range(bureaus):
        UnitFactory(parent=BureauFactory(parent=city), ledger_from=None)
    rule = ScheduleVersionFactory(
        schedule__set__unit=city, owed_by=OwedBy.KINDS.value, owing_kinds=[stations[0].kind]
    )
    plan()
    client = enter(Role.SUPERVISOR, city)
    client.get(GRID)

    # And the bureaus to choose from, and how they fill pages.
    with django_assert_num_queries(10):
        page = client.get(f"{GRID}?schedule={rule.schedule_id}")

    assert len(cells_of(page)) == 12 * (3 + bureaus)
