from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CertificateFactory,
    CityFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/people/"


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def shown(response):
    return [row.record for row in response.context["table"].rows]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_shows_every_row_in_the_same_queries(
    enter, bureau, rows, django_assert_num_queries
):
    held = [
        AppointmentFactory(person__unit=UnitFactory(parent=bureau, name=f"{n}所"))
        for n in range(rows)
    ]
    client = enter(Role.LEGAL_OFFICER, bureau)
    client.get(LIST)

    with django_assert_num_queries(QUERIES_OF_LIST):
        response = client.get(LIST)

    assert shown(response) == [a.person for a in held]


# Session, user, scope, count, what waits, choices of unit and post, rows, their posts.
QUERIES_OF_LIST = 9


@pytest.mark.parametrize(
    ("role", "at", "sees"),
    [
        (Role.CLERK, "station", {"own"}),
        (Role.LEGAL_OFFICER, "bureau", {"own", "sibling"}),
        (Role.INSPECTOR, "bureau", {"own", "sibling"}),
        (Role.LEADER, "bureau", {"own", "sibling"}),
        (Role.SUPERVISOR, "city", {"own", "sibling", "other"}),
    ],
)
def test_everybody_sees_the_people_of_the_own_scope(client, role, at, sees):
    city = CityFactory()
    bureau = BureauFactory(parent=city)
    station = UnitFactory(parent=bureau)
    people = {
        "own": PersonFactory(unit=station),
        "sibling": PersonFactory(unit__parent=bureau),
        "other": PersonFactory(unit__parent=BureauFactory(parent=city)),
    }
    units = {"station": station, "bureau": bureau, "city": city}
    client.force_login(member(role, units[at]), backend="reports.views.backend.LedgerBackend")

    assert set(shown(client.get(LIST))) == {people[name] for name in sees}
    for name, person in people.items():
        expected = 200 if name in sees else 404
        assert client.get(f"/people/{person.pk}/").status_code == expected, name


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_see_nobody(enter, station, role):
    person = PersonFactory(unit=station)
    client = enter(role, CityFactory())

    for address in (LIST, f"/people/{person.pk}/"):
        response = client.get(address)
        assert response.status_code == 403
        assert "管理员账号不能查看业务记录。" in response.text


def test_posts_are_those_of_the_day(enter, bureau, station):
    old = AppointmentFactory(person__unit=station, last_day=date(2026, 5, 31))
    AppointmentFactory(
        person__unit=bureau, unit=station, post=old.post, first_day=date(2026, 6, 1), acting=True
    )
    client = enter(Role.LEGAL_OFFICER, bureau)

    def posts(address):
        table = client.get(address).context["table"]
        return [row.get_cell_value("held") for row in table.rows]

    assert posts(LIST) == ["一所 所长（主持工作）", ""]
    assert posts(f"{LIST}?on=2026-05-31") == ["", "所长"]


def test_filters_narrow(enter, bureau, station):
    chief = PostFactory()
    one = AppointmentFactory(person__unit=station, person__name="曾某某", post=chief).person
    other = PersonFactory(unit=bureau, name="李某某", kind="auxiliary")
    one.initials = "cmm zmm"
    one.save()
    client = enter(Role.LEGAL_OFFICER, bureau)

    for query, found in [
        ("q=曾某", [one]),
        ("q=ZMM", [one]),
        (f"unit={bureau.pk}", [other]),
        (f"post={chief.pk}", [one]),
        ("kind=auxiliary", [other]),
        (f"post={chief.pk}&on=2024-01-01", []),
    ]:
        assert shown(client.get(f"{LIST}?{query}")) == found, query


def test_every_column_sorts_both_ways(enter, bureau, station):
    AppointmentFactory(person__unit=station)
    PersonFactory(unit=bureau)
    client = enter(Role.SUPERVISOR, CityFactory())
    client = enter(Role.LEGAL_OFFICER, bureau)
    columns = [column.name for column in client.get(LIST).context["table"].columns]

    for name in columns:
        up = shown(client.get(f"{LIST}?sort={name}"))
        down = shown(client.get(f"{LIST}?sort=-{name}"))
        assert {p.pk for p in up} == {p.pk for p in down}


def test_the_export_asks_what_for(enter, bureau, station):
    AppointmentFactory(person__unit=station, person__name="张某某")
    client = enter(Role.LEGAL_OFFICER, bureau)

    asked = client.get(f"{LIST}?_export=csv")
    given = client.get(f"{LIST}?_export=csv&reason=通讯录")
    lines = b"".join(given.streaming_content).decode("utf-8-sig").splitlines()

    assert "请填写用途" in asked.text
    assert lines[:2] == [
        "姓名,所在单位,分局,岗位,人员类别,离任日期",
        "张某某,一所,东城分局,所长,民警,",
    ]


def test_the_page_says_what_a_person_answers_for(enter, bureau, station):
    now = AppointmentFactory(person__unit=station, person__name="张某某")
    AppointmentFactory(
        person=now.person,
        unit=bureau,
        post=PostFactory(code="deputy", name="副局长"),
        first_day=date(2024, 1, 1),
        last_day=date(2024, 12, 31),
    )
    CertificateFactory(person=now.person, valid_until=date(2027, 1, 1))
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = client.get(f"/people/{now.person_id}/")

    assert [(t.post.name, may) for t, may in response.context["now"]] == [("所长", True)]
    assert [(t.post.name, may) for t, may in response.context["before"]] == [("副局长", True)]
    assert "本页可见范围" in response.text
    assert "有效期至2027年1月1日" in response.text
    assert reverse("admin:reports_person_change", args=[now.person_id]) in response.text


def test_others_are_offered_no_change(enter, bureau, station):
    person = PersonFactory(unit=station)

    response = enter(Role.LEADER, bureau).get(f"/people/{person.pk}/")

    assert "/admin/reports/person/" not in response.text


def test_a_page_in_the_past_knows_no_later_term(enter, bureau, station):
    held = AppointmentFactory(person__unit=station, first_day=date(2026, 6, 1))
    client = enter(Role.LEGAL_OFFICER, bureau)

    response = client.get(f"/people/{held.person_id}/?on=2026-05-31")

    assert response.context["duties"].terms == []


def test_terms_in_another_bureau_are_not_told(client):
    home, elsewhere = BureauFactory(), BureauFactory()
    person = PersonFactory(unit=home)
    there = AppointmentFactory(person=person, unit=elsewhere, post=PostFactory(code="a"))
    here = AppointmentFactory(person=person, unit=home, post=PostFactory(code="b"))
    backend = "reports.views.backend.LedgerBackend"

    for bureau, term in [(home, here), (elsewhere, there)]:
        client.force_login(member(Role.LEADER, bureau), backend=backend)
        response = client.get(f"/people/{person.pk}/")
        assert response.context["duties"].terms == [term]


def test_the_page_costs_the_same_for_one_term_and_for_many(
    enter, bureau, station, django_assert_max_num_queries
):
    person = PersonFactory(unit=station)
    for n in range(12):
        AppointmentFactory(person=person, unit=station, post=PostFactory(code=f"p{n}"))
    client = enter(Role.LEGAL_OFFICER, bureau)

    with django_assert_max_num_queries(20):
        client.get(f"/people/{person.pk}/")
