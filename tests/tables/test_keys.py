"""Long lists are read on from a key: nothing twice, nothing left out, and back again."""

import base64
from datetime import date, timedelta

import pytest

from reports.domain.access import Role
from reports.models import Meeting
from reports.tables import base
from reports.tables.base import KeyOrder, count_up_to, page_by_key
from tests.factories import BureauFactory, CityFactory, MeetingFactory, member

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


@pytest.fixture
def meetings():
    """Seven, three of them on one day."""
    bureau = BureauFactory(parent=CityFactory())
    days = [0, 1, 2, 2, 2, 3, 4]
    return [MeetingFactory(unit=bureau, held_on=DAY + timedelta(days=n)) for n in days]


def in_order():
    return Meeting.objects.order_by("-held_on", "-pk")


def walk(per_page):
    rows, order = in_order(), KeyOrder.of(in_order())
    pages, after = [], ""
    while True:
        found, after, _before = page_by_key(rows, order, per_page, after=after)
        pages.append([row.pk for row in found])
        if not after:
            return pages


@pytest.mark.parametrize("per_page", [1, 2, 3, 7, 10])
def test_reading_on_shows_every_row_once(meetings, per_page):
    pages = walk(per_page)

    assert [pk for page in pages for pk in page] == [row.pk for row in in_order()]
    assert {len(page) for page in pages[:-1]} <= {per_page}


def test_reading_back_shows_the_page_before(meetings):
    rows, order = in_order(), KeyOrder.of(in_order())
    first, after, none = page_by_key(rows, order, 3)
    _second, _after, before = page_by_key(rows, order, 3, after=after)

    again, onward, start = page_by_key(rows, order, 3, before=before)

    assert (again, onward, start, none) == (first, after, "", "")


def test_a_row_that_comes_meanwhile_moves_no_page(meetings):
    rows, order = in_order(), KeyOrder.of(in_order())
    _first, after, _before = page_by_key(rows, order, 3)
    expected = page_by_key(rows, order, 3, after=after)
    MeetingFactory(unit=meetings[0].unit, held_on=DAY + timedelta(days=9))

    found = page_by_key(rows, order, 3, after=after)

    assert found == expected


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "????",
        "bnVsbA",
        "W10",
        "WzEsMl0",
        "WyIyMDI2LTA2LTAxIiwtMV0",
        base64.urlsafe_b64encode(b"[" * 3000).decode(),
    ],
)
def test_a_wrong_key_shows_the_first_page(meetings, key):
    order = KeyOrder.of(in_order())

    assert page_by_key(in_order(), order, 3, after=key) == page_by_key(in_order(), order, 3)


@pytest.mark.parametrize(
    "terms", [("unit__path", "pk"), ("starts_at", "pk"), ("-held_on",), ("presided_by", "pk")]
)
def test_an_order_without_a_key_has_no_keys(terms):
    assert KeyOrder.of(Meeting.objects.order_by(*terms)) is None


def test_counting_stops_where_nobody_reads_on(meetings):
    assert [count_up_to(in_order(), most) for most in (3, 7, 100)] == [4, 7, 7]


def test_a_long_list_is_turned_by_keys_and_a_sorted_one_by_numbers(client, meetings, monkeypatch):
    client.force_login(
        member(Role.SUPERVISOR, meetings[0].bureau.parent),
        backend="reports.views.backend.LedgerBackend",
    )
    client.get("/meetings/")  # every module is loaded with the depth it really has
    monkeypatch.setattr(base, "DEEPEST", 4)
    monkeypatch.setattr("reports.views.mixins.DEEPEST", 4)
    monkeypatch.setattr("reports.views.meetings.MeetingList.counts_at_most", 4)

    first = client.get("/meetings/?per_page=2")
    page = first.context["table"].page
    second = client.get(f"/meetings/?per_page=2&after={page.after}")
    sorted_ = client.get("/meetings/?per_page=2&sort=title")

    shown = [row.record.pk for row in second.context["table"].page.object_list]
    assert shown == [row.pk for row in in_order()[2:4]]
    assert f"after={page.after}" in first.text
    assert "超过 4 条" in first.text
    assert "下一页" in second.text
    assert "首页" in second.text
    assert sorted_.context["table"].paginator.num_pages == 2
    assert "只能翻到前 4 条" in sorted_.text
