from datetime import date

import pytest

from reports.domain.access import Role
from reports.models import ScheduleSet
from reports.models.people import FIRST_PERSON
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    PostFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/bureaus/"


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def shown(response):
    return [row.record for row in response.context["table"].rows]


@pytest.mark.parametrize("rows", [2, 4])
def test_the_list_shows_every_bureau_in_the_same_queries(
    enter, city, rows, django_assert_num_queries
):
    bureaus = [BureauFactory(parent=city) for n in range(rows)]
    for bureau in bureaus:
        ScheduleSet.objects.create(unit=bureau, name="四个一")
    client = enter(Role.SUPERVISOR, city)
    client.get(LIST)

    with django_assert_num_queries(QUERIES_OF_LIST):
        response = client.get(LIST)

    assert shown(response) == bureaus


# Session, user, scope, count, kinds in the filter, rows, their schedule sets, what waits.
QUERIES_OF_LIST = 8


@pytest.mark.parametrize("role", [Role.LEGAL_OFFICER, Role.INSPECTOR, Role.LEADER])
def test_whoever_sees_one_bureau_is_taken_to_it(enter, city, role):
    bureau = BureauFactory(parent=city)

    response = enter(role, bureau).get(f"{LIST}?year=2025")

    assert (response.status_code, response.url) == (302, f"/bureaus/{bureau.pk}/?year=2025")


def test_a_clerk_is_taken_home(enter, city):
    station = UnitFactory(parent=BureauFactory(parent=city))

    response = enter(Role.CLERK, station).get(LIST)

    assert (response.status_code, response.url) == (302, "/")


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_see_no_bureau(enter, city, role):
    assert enter(role, city).get(LIST).status_code == 403


def test_a_row_says_what_a_bureau_is(enter, city):
    bureau = BureauFactory(parent=city, ledger_from=date(2026, 9, 1))
    UnitFactory(parent=bureau)
    UnitFactory(parent=bureau, closed_on=date(2024, 12, 31))
    body = UnitKindFactory(code="committee", is_body=True)
    UnitFactory(parent=bureau, kind=body)
    AppointmentFactory(
        person__name="张某某",
        person__unit=bureau,
        post=PostFactory(code=FIRST_PERSON),
        acting=True,
    )
    ScheduleSet.objects.create(unit=bureau, name="四个一", year_start_month=11)
    ScheduleSet.objects.create(unit=bureau, name="第一责任人")

    response = enter(Role.SUPERVISOR, city).get(LIST)
    row = response.context["table"].rows[0]

    assert [row.get_cell_value(name) for name in ("units_count", "head_name", "starts")] == [
        1,
        "张某某",
        "1月1日、11月1日",
    ]
    for word in ("张某某", "主持工作", "1月1日、11月1日", "2026年9月1日"):
        assert word in response.text


def test_every_column_sorts_both_ways(enter, city):
    BureauFactory(parent=city)
    BureauFactory(parent=city, ledger_from=None)
    client = enter(Role.SUPERVISOR, city)

    for column in client.get(LIST).context["table"].columns:
        up = shown(client.get(f"{LIST}?sort={column.name}"))
        down = shown(client.get(f"{LIST}?sort=-{column.name}"))
        assert {b.pk for b in up} == {b.pk for b in down}


def test_filters_narrow(enter, city):
    east = BureauFactory(parent=city, name="东城分局")
    west = BureauFactory(parent=city, name="西城分局", ledger_from=None)
    client = enter(Role.SUPERVISOR, city)

    for query, found in [
        ("q=dcfj", [east]),
        ("q=西城", [west]),
        ("ledger=1", [east]),
        ("ledger=0", [west]),
    ]:
        assert shown(client.get(f"{LIST}?{query}")) == found, query


def test_the_export_holds_what_is_shown(enter, city):
    BureauFactory(parent=city, name="东城分局")
    client = enter(Role.SUPERVISOR, city)

    response = client.get(f"{LIST}?_export=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    assert lines == [
        "分局,单位类别,单位数,第一责任人,考核年度起始,台账起始日",
        "东城分局,分局,0,,,2025-01-01",
    ]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_land_in_the_admin(enter, city, role):
    response = enter(role, city).get("/")

    assert (response.status_code, response.url) == (302, "/admin/")


def test_whoever_has_no_role_is_told_whom_to_ask(client):
    client.force_login(UserFactory(), backend="reports.views.backend.LedgerBackend")

    response = client.get("/")

    assert response.status_code == 403
    assert "您的账号还没有任何权限，请联系安全管理员。" in response.text
