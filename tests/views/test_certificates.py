import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Certificate
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    CertificateFactory,
    CertificateKindFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST = "/certificates/"


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def person(station):
    return PersonFactory(unit=station, name="张某")


@pytest.fixture
def card():
    return CertificateKindFactory(code="enforcement", name="行政执法证", expires=True)


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def shown(response):
    return [row.record for row in response.context["table"].rows]


def address(name, pk):
    return reverse(f"reports:certificate-{name}", args=[pk])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    made = [CertificateFactory(person__unit=station) for _n in range(rows)]
    legal.get(LIST)

    # Session, user, scope, what waits; count, rows, kinds.
    with django_assert_num_queries(7):
        response = legal.get(LIST)

    assert shown(response) == made


def test_the_list_is_narrowed(legal, station, person, card):
    soon = CertificateFactory(person=person, kind=card, number="A1", valid_until=date(2026, 6, 30))
    expired = CertificateFactory(
        person__unit=station, person__name="李某", kind=card, valid_until=date(2026, 6, 1)
    )
    good = CertificateFactory(person=person)

    def found(query):
        return shown(legal.get(LIST + query))

    assert found("?state=due") == [expired, soon]
    assert found("?state=expiring") == [soon]
    assert found("?state=expired") == [expired]
    assert found(f"?kind={good.kind_id}") == [good]
    assert found("?q=李") == [expired]
    assert found("?q=A1") == [soon]
    assert found("?place=一所") == [expired, soon, good]
    assert found(f"?unit={station.pk}&state=due") == [expired, soon]
    assert found(f"?bureau={station.bureau_id}&state=expired") == [expired]
    assert found("?state=expiring&on=2026-03-01") == []
    assert legal.get(f"{LIST}?bureau={BureauFactory().pk}").status_code == 404


def test_the_export_asks_why_and_tells_the_days_left(legal, person, card):
    CertificateFactory(person=person, kind=card, number="A1", valid_until=date(2026, 6, 30))

    asked = legal.get(f"{LIST}?_export=csv")
    answer = legal.get(f"{LIST}?_export=csv&reason=换证")

    assert "请填写用途" in asked.text
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert (row["姓名"], row["编号"], row["剩余天数"], row["状态"]) == (
        "张某",
        "A1",
        "20",
        "90日内到期",
    )


def test_a_certificate_is_entered_and_what_is_wrong_is_said(legal, person, card):
    entry = {"kind": card.pk, "number": "A1", "issued_by": "市政府", "issued_on": "2026-06-01"}

    wrong = legal.post(address("new", person.pk), entry)
    done = legal.post(address("new", person.pk), {**entry, "valid_until": "2031-06-01"})
    again = legal.post(address("new", person.pk), {**entry, "valid_until": "2031-06-01"})

    assert wrong.context["form"].errors == {"valid_until": ["该种证件有有效期，请填写有效期至。"]}
    assert wrong.context["form"]["number"].value() == "A1"
    assert (done.status_code, done.url) == (302, f"/people/{person.pk}/")
    assert again.context["form"].non_field_errors() == ["该人员已有同种类、同编号的证件。"]
    row = Certificate.objects.get()
    assert (row.person, row.kind, row.valid_until) == (person, card, date(2031, 6, 1))


def test_a_certificate_is_renewed_and_no_longer_expires(legal, person, card):
    old = CertificateFactory(person=person, kind=card, number="A1", valid_until=date(2026, 6, 30))
    entry = {"number": "A1", "issued_on": "2026-06-10", "valid_until": "2031-06-30"}

    first = legal.get(address("renew", old.pk))
    legal.post(address("renew", old.pk), entry)
    again = legal.post(address("renew", old.pk), entry)

    assert first.context["form"].initial["number"] == "A1"
    assert Certificate.objects.get(renews=old).valid_until == date(2031, 6, 30)
    assert again.context["form"].non_field_errors() == ["该证件已经换发。"]
    assert shown(legal.get(f"{LIST}?state=due")) == []


def test_a_certificate_is_cancelled_with_a_reason_and_stays_visible(legal, person):
    row = CertificateFactory(person=person, number="A1")

    nothing = legal.post(address("cancel", row.pk), {"because": ""})
    legal.post(address("cancel", row.pk), {"because": "录错人"})

    assert list(nothing.context["form"].errors) == ["because"]
    assert shown(legal.get(LIST)) == []
    assert shown(legal.get(f"{LIST}?state=cancelled")) == [row]
    assert "作废原因：录错人" in legal.get(f"/people/{person.pk}/").text


def test_the_page_of_a_person_shows_them_and_what_is_lacking(legal, person, card):
    post = PostFactory(code="part_reviewer", name="兼职法制员")
    post.qualifications.add(CertificateKindFactory())
    AppointmentFactory(person=person, post=post)
    CertificateFactory(person=person, kind=card, number="A1", valid_until=date(2026, 6, 30))

    response = legal.get(f"/people/{person.pk}/")

    assert [row.stands for row in response.context["certificates"]] == ["expiring"]
    assert "不具备“兼职法制员”要求的任职资格" in response.text
    assert f'href="{address("new", person.pk)}"' in response.text
    assert legal.get(f"/people/{person.pk}/?on=2026-06-01").context["may_certify"] is False


@pytest.mark.parametrize("role", [Role.CLERK, Role.INSPECTOR, Role.LEADER])
def test_others_read_and_change_nothing(enter, bureau, station, person, role):
    row = CertificateFactory(person=person)
    client = enter(role, station if role == Role.CLERK else bureau)

    codes = [
        client.get(address(name, pk)).status_code
        for name, pk in (("new", person.pk), ("renew", row.pk), ("cancel", row.pk))
    ]

    assert codes == [403, 403, 403]
    assert shown(client.get(LIST)) == [row]
    assert f'href="{address("new", person.pk)}"' not in client.get(f"/people/{person.pk}/").text


def test_what_must_be_renewed_waits_once_for_who_keeps_people(legal, enter, bureau, station, card):
    for until in (date(2026, 6, 1), date(2026, 8, 1)):
        CertificateFactory(person__unit=station, kind=card, valid_until=until)

    page = legal.get("/todo/")

    href = f"{LIST}?bureau={bureau.pk}&state=due"
    assert f'href="{href.replace("&", "&amp;")}"' in page.text
    assert "2件证件90日内到期或已过期" in page.text
    assert len(shown(legal.get(href))) == 2
    assert "件证件90日内到期" not in enter(Role.INSPECTOR, bureau).get("/todo/").text


def test_nothing_is_said_where_nothing_expires(legal, station, card):
    CertificateFactory(person__unit=station, kind=card, valid_until=date(2027, 6, 1))

    assert "件证件90日内到期" not in legal.get("/todo/").text
