"""Where bureaus are many the dashboard sums them by place, and leads down to each."""

import re
from html import unescape

import pytest

from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import Due
from reports.views import dashboard
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CityFactory,
    MeasureFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
COUNTED = re.compile(r'<a [^>]*href="([^"]+)"[^>]*data-count="(\d+)"')


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(dashboard, "MOST_BUREAUS", 2)


@pytest.fixture
def country():
    """A province with two cities, of two bureaus and one, and a bureau directly below it."""
    province = CityFactory(kind=UnitKindFactory(code="province", name="省厅"))
    cities = [CityFactory(parent=province) for _n in range(2)]
    for place in (cities[0], cities[0], cities[1], province):
        bureau = BureauFactory(parent=place)
        ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.MONTH.value)
        ScheduleVersionFactory(
            schedule__set__unit=bureau,
            schedule__of_first_person=True,
            cadence=Cadence.QUARTER.value,
        )
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=bureau, due_on=TODAY.replace(day=1))
    plan_dues(today=TODAY, year=2026)
    return province


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def places(response):
    return [(row.of.name, row.of.bureaus) for row in response.context["places"]]


def test_many_bureaus_are_shown_by_the_place_they_lie_in(enter, country):
    response = enter(Role.SUPERVISOR, country).get("/")

    cities = list(country.children.filter(kind__code="city").order_by("path"))
    bureau = country.children.exclude(kind__code="city").get()
    assert places(response) == [
        (unit.label, number)
        for unit, number in sorted(
            [(cities[0], 2), (cities[1], 1), (bureau, 1)], key=lambda each: each[0].path
        )
    ]
    assert response.context["place_totals"].of.bureaus == 4


def test_a_place_leads_down_to_its_bureaus(enter, country):
    client = enter(Role.SUPERVISOR, country)
    city = country.children.filter(kind__code="city").order_by("path").first()

    response = client.get(f"/?at={city.path}")

    assert [row.bureau for row in response.context["rows"]] == list(city.children.order_by("path"))
    assert response.context["above"][-1] == (city.label, "")
    assert country.label in response.text


def test_every_bureau_is_shown_when_asked_for(enter, country):
    response = enter(Role.SUPERVISOR, country).get("/?all=1")

    assert len(response.context["rows"]) == 4


@pytest.mark.parametrize("day", ["", "?year=2026&on=2026-03-31"])
def test_every_number_of_a_place_is_the_length_of_its_list(enter, country, day):
    client = enter(Role.SUPERVISOR, country)
    Due.objects.filter(period_first__month=1).update(met_on="2026-01-09", counted=1)

    page = client.get(f"/{day}")

    found = {unescape(href): int(number) for href, number in COUNTED.findall(page.text)}
    listed = {href: client.get(href).context["table"].paginator.count for href in found}
    assert len(found) >= 10
    assert found == listed


@pytest.mark.parametrize("day", ["", "?year=2026&on=2026-03-31"])
def test_the_sums_are_those_of_the_bureaus(enter, country, day, monkeypatch):
    client = enter(Role.SUPERVISOR, country)
    by_place = client.get(f"/{day}").context["place_totals"].of
    monkeypatch.setattr(dashboard, "MOST_BUREAUS", 60)

    whole = client.get(f"/{day}").context["totals"]

    names = ("tally", "first_person", "lacking", "problems_open", "measures_overdue")
    assert {name: getattr(by_place, name) for name in names} == {
        name: whole[name] for name in names
    }


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_asks_as_much_whatever_the_number_of_bureaus(
    enter, country, more, django_assert_num_queries
):
    city = country.children.filter(kind__code="city").first()
    for _n in range(more):
        AnnualReportFactory(bureau=BureauFactory(parent=city), year=2026)
    client = enter(Role.SUPERVISOR, country)
    client.get("/")

    # Session, user, scope, bureaus, places, what is owed, what waits.
    with django_assert_num_queries(7):
        client.get("/")
    # Session, user, scope, bureaus, what is owed, its schedules, problems and measures, waits.
    with django_assert_num_queries(8):
        client.get(f"/?at={city.path}&all=1")


@pytest.mark.parametrize("at", ["1", "99999999999", "x", "0" * 176])
def test_a_place_that_one_does_not_see_does_not_exist(enter, country, at):
    assert enter(Role.SUPERVISOR, country).get(f"/?at={at}").status_code == 404


def test_another_province_does_not_exist(enter, country):
    other = CityFactory()

    answer = enter(Role.SUPERVISOR, country).get(f"/?at={other.path}")
    listed = enter(Role.SUPERVISOR, country).get(f"/dues/?under={other.pk}")

    assert (answer.status_code, listed.status_code) == (404, 404)


def test_a_place_without_bureaus_says_so(enter, country):
    empty = CityFactory(parent=country)

    response = enter(Role.SUPERVISOR, country).get(f"/?at={empty.path}")

    assert response.status_code == 200
    assert response.context["title"] == empty.label
    assert response.context["rows"] == []
