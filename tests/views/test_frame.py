from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from reports.domain.access import Role
from reports.views.context import Frame, frame
from tests.factories import BureauFactory, CityFactory, UnitFactory, member

pytestmark = pytest.mark.django_db


def request_of(user, address="/dues/"):
    request = RequestFactory().get(address)
    request.user = user
    return request


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(name="示例市公安局"), name="东城分局")


def test_visitor_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert frame(request_of(AnonymousUser())) == {"frame": None}
        assert frame(SimpleNamespace()) == {"frame": None}


def test_frame_of_a_page_costs_two_queries(bureau, django_assert_num_queries):
    request = request_of(member(Role.LEGAL_OFFICER, bureau))

    with django_assert_num_queries(2):
        for _twice in range(2):
            made = frame(request)["frame"]
            assert (made.waiting, made.place, made.is_fictional) == (0, "东城分局", False)
            assert made.nav


def test_navigation_of_one_bureau_leaves_out_the_list_of_bureaus(bureau):
    made = Frame(request_of(member(Role.INSPECTOR, bureau), "/dues/?year=2025&on=2026-01-02&q=a"))

    assert [(path, current) for path, _name, current in made.nav if current] == [
        ("/dues/?year=2025&on=2026-01-02", "page")
    ]
    assert not [path for path, _name, _current in made.nav if path.startswith("/bureaus/")]


def test_supervisor_sees_the_list_of_bureaus(bureau):
    made = Frame(request_of(member(Role.SUPERVISOR, bureau.parent), "/units/3/"))

    assert made.place == "示例市公安局"
    assert [path for path, _name, current in made.nav if current] == ["/bureaus/"]


def test_clerk_is_told_bureau_and_unit(bureau):
    station = UnitFactory(parent=bureau, name="城南派出所")

    assert Frame(request_of(member(Role.CLERK, station))).place == "东城分局 · 城南派出所"


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrator_gets_the_administration_and_no_records(bureau, role):
    made = Frame(request_of(member(role, bureau.parent)))

    assert (made.nav, made.waiting, made.may_administer) == ([], 0, True)


def test_what_is_invented_is_said(bureau):
    bureau.parent.is_fictional = True
    bureau.parent.save()

    assert Frame(request_of(member(Role.SUPERVISOR, bureau.parent))).is_fictional


def test_years_on_offer_hold_the_one_shown(bureau):
    made = Frame(request_of(member(Role.LEADER, bureau), "/?year=2020"))

    assert made.years == [(2020, "true"), (2025, ""), (2026, ""), (2027, "")]
