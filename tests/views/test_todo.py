"""The list of what waits: urgent first, each line with its next step, short and cheap."""

from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from tests.factories import (
    BureauFactory,
    CityFactory,
    DeputyFactory,
    DueFactory,
    MeasureFactory,
    MeetingFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    WaiverRequestFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def enter(client):
    def as_(user):
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return client

    return as_


def lines(response):
    return [line for part in response.context["parts"] for line in part.lines]


def test_it_is_silent_when_nothing_waits(enter, station):
    page = enter(member(Role.CLERK, station)).get("/todo/")

    assert page.context["parts"] == []
    assert page.content.decode().count("没有待办事项，都处理好了。") == 1


def test_lines_stand_by_urgency_with_their_next_step(enter, station):
    late = MeasureFactory(unit=station, title="逾期的", due_on=date(2026, 6, 8))
    today = MeasureFactory(unit=station, title="今天的", due_on=date(2026, 6, 10))
    soon = MeasureFactory(unit=station, title="以后的", due_on=date(2026, 6, 20))
    silent = MeasureFactory(unit=station, title="不动的", set_on=date(2026, 5, 1), due_on=None)

    page = enter(member(Role.CLERK, station)).get("/todo/")

    found = [
        (part.heading, [(x.badge, x.what, x.when, x.tone, x.button, x.href) for x in part.lines])
        for part in page.context["parts"]
    ]
    href = {
        each: reverse("reports:measure-progress", args=[each.pk])
        for each in (late, today, soon, silent)
    }
    assert found == [
        ("已过期限", [("措施逾期", "逾期的", "逾期2天", "missed", "报进展", href[late])]),
        ("七日内到期", [("措施将到期", "今天的", "今天到期", "late", "报进展", href[today])]),
        (
            "以后到期",
            [("措施将到期", "以后的", "6月20日到期，还有10天", "open", "报进展", href[soon])],
        ),
        ("没有期限的", [("无进展", "不动的", "", "open", "报进展", href[silent])]),
    ]
    assert page.context["number"] == 4
    assert page.context["overdue"] == 1


def test_of_each_kind_the_first_ten_and_all_on_their_own_list(enter, station):
    for n in range(11):
        MeasureFactory(unit=station, title=f"措施{n}", due_on=date(2026, 6, 12))
    client = enter(member(Role.CLERK, station))

    page, own = client.get("/todo/"), client.get("/todo/?why=measure")

    assert (len(lines(page)), page.context["number"]) == (10, 11)
    assert page.context["cut"] == [("即将到期和已逾期的措施", "measure", 11)]
    assert "/todo/?why=measure" in page.content.decode()
    assert (len(lines(own)), own.context["cut"]) == (11, [])


def test_a_kind_that_makes_no_sense_shows_all(enter, station):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))

    page = enter(member(Role.CLERK, station)).get("/todo/?why=nonsense")

    assert page.context["number"] == 1


def test_the_next_step_of_a_problem_follows_its_state(enter, bureau, station):
    problem = ProblemFactory(unit=station)

    page = enter(member(Role.LEGAL_OFFICER, bureau)).get("/todo/")

    (line,) = lines(page)
    assert (line.badge, line.button) == ("待交办", "交办")
    assert line.href == reverse("reports:problem-move", args=[problem.pk, "assign"])
    assert line.detail == "一所 · 5月6日发现"


def test_whose_work_it_is_stands_beside_it(enter, bureau, station):
    clerk = member(Role.CLERK, station, user__first_name="李峰")
    legal = member(Role.LEGAL_OFFICER, bureau)
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    DeputyFactory(user=clerk, deputy=legal)

    page = enter(legal).get("/todo/")

    assert [line.instead_of for line in lines(page)] == ["李峰"]
    assert page.content.decode().count("代李峰") == 2  # in the sentence above, and at the line


def test_every_button_opens_its_page(enter, bureau, station):
    MeetingFactory(unit=station)
    ProblemFactory(unit=station)
    MeasureFactory(unit=bureau, due_on=date(2026, 6, 12))
    MeasureFactory(unit=bureau, set_on=date(2026, 5, 1), due_on=None)
    WaiverRequestFactory(due=DueFactory(unit=station))
    DueFactory(unit=bureau, version=ScheduleVersionFactory(cadence="week"))
    client = enter(member(Role.LEGAL_OFFICER, bureau))

    found = {
        line.why.value: client.get(line.href).status_code for line in lines(client.get("/todo/"))
    }

    assert found == dict.fromkeys(("record", "assign", "measure", "silent", "waiver"), 200)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_the_same_queries(enter, bureau, station, django_assert_num_queries, number):
    for _n in range(number):
        ProblemFactory(unit=station)
        MeasureFactory(unit=bureau, due_on=date(2026, 6, 12))
        WaiverRequestFactory(due=DueFactory(unit=station))
        DueFactory(unit=bureau, version=ScheduleVersionFactory(cadence="week"))
    client = enter(member(Role.LEGAL_OFFICER, bureau))
    client.get("/todo/")

    with django_assert_num_queries(7):
        client.get("/todo/")
