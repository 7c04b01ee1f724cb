from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reports.domain.access import Role
from tests.factories import MeetingFactory, PersonFactory, UnitFactory, member

pytestmark = pytest.mark.django_db


def page(client, **parts):
    return client.get(reverse("reports:search"), parts)


@pytest.fixture
def unit():
    return UnitFactory(name="河东派出所")


@pytest.fixture
def client(unit):
    client = Client()
    client.force_login(member(Role.CLERK, unit))
    return client


@pytest.mark.parametrize("rows", [1, 3])
def test_search_page_costs_the_same_for_any_number_of_rows(
    client, unit, rows, django_assert_num_queries
):
    for day in range(1, rows + 1):
        MeetingFactory(unit=unit, title=f"河长制例会{day}", held_on=date(2026, 5, day))
        PersonFactory(unit=unit, name=f"河某{day}")

    with django_assert_num_queries(5):  # session, user, scope, what waits, the search
        response = page(client, q="河")

    found = [(str(p["heading"]), p["total"]) for p in response.context["parts"]]
    assert found == [("单位", 1), ("人员", rows), ("会议", rows)]


def test_search_page_leads_to_all_of_one_sort_and_turns_its_pages(client, unit):
    for day in range(1, 32):
        MeetingFactory(unit=unit, title=f"例会{day}", held_on=date(2026, 5, day))
        MeetingFactory(unit=unit, title=f"例会{day}乙", held_on=date(2026, 5, day))

    (part,) = page(client, q="例会").context["parts"]
    first = client.get(part["more_url"])
    ((second_url, _name),) = first.context["turn"]
    (second,) = client.get(second_url).context["parts"]

    assert (part["total"], len(part["lines"])) == (62, 8)
    assert len(first.context["parts"][0]["lines"]) == 50
    assert (second["total"], len(second["lines"])) == (62, 12)


@pytest.mark.parametrize("parts", [{}, {"q": " "}, {"q": "例会", "in": "users", "page": "-1"}])
def test_search_page_of_nothing_useful_finds_nothing(client, parts):
    response = page(client, **parts)

    assert (response.status_code, response.context["parts"]) == (200, [])


def test_search_page_shows_what_was_typed_as_text(client):
    response = page(client, q="<b>河</b>")

    assert "没有找到与“&lt;b&gt;河&lt;/b&gt;”相符的记录。" in response.content.decode()
