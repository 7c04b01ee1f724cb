"""The first page of a ledger without sample data: open with the token, and only once."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from reports.actions.beginning import start_token
from reports.models import Account, Holiday, Membership, Unit
from reports.selectors.beginning import ADMINISTRATOR_ROLES
from tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
NAMES = {role.value: f"first-{role.value}" for role in ADMINISTRATOR_ROLES}


def answers(**changes):
    typed = {"token": start_token(), "unit_name": "某市公安局", "kind": "city", **NAMES}
    return typed | {"clock_checked": "on"} | changes


@pytest.mark.parametrize("address", ["/", "/login/", "/dues/?year=2026", "/admin/", "/nothing/"])
def test_an_empty_ledger_leads_every_address_to_its_first_page(client, address):
    response = client.get(address)

    assert (response.status_code, response["Location"]) == (302, "/start/")


def test_the_first_page_says_what_to_check(client):
    page = client.get("/start/").content.decode()

    assert "2026-06-10 12:00" in page or "2026年6月10日 12:00" in page
    assert "2026年：启用时自动写入" in page
    assert "2027年：程序没有自带" in page
    assert all(f'name="{role.value}"' in page for role in ADMINISTRATOR_ROLES)


def test_starting_makes_unit_administrators_and_days_off_and_shows_the_passwords(client):
    response = client.post("/start/", answers())

    page = response.content.decode()
    assert list(Unit.objects.values_list("name", "kind__code")) == [("某市公安局", "city")]
    held = Membership.objects.order_by("pk").values_list("user__username", "role")
    assert list(held) == [(NAMES[role.value], role.value) for role in ADMINISTRATOR_ROLES]
    assert Holiday.objects.filter(day="2026-02-17").exists()
    assert Account.objects.filter(must_change_password=True).count() == len(NAMES)
    assert "no-store" in response["Cache-Control"]
    shown = [word.split("<")[0] for word in page.split("<code>")[1:]]
    users = [User.objects.get(username=name) for name in NAMES.values()]
    assert [user.check_password(word) for user, word in zip(users, shown, strict=True)] == [
        True
    ] * len(NAMES)


def test_a_started_ledger_has_no_first_page_any_more(client):
    client.post("/start/", answers())

    assert client.get("/start/").status_code == 404
    assert client.post("/start/", answers(unit_name="另一个")).status_code == 404
    assert client.get("/")["Location"] == "/login/?next=/"
    assert Unit.objects.count() == 1


@pytest.mark.parametrize("make", [UserFactory, UnitFactory])
def test_a_ledger_with_a_login_or_a_unit_has_begun(client, make):
    make()

    assert client.get("/start/").status_code == 404
    assert client.get("/")["Location"] == "/login/?next=/"


def test_a_trial_has_no_first_page(settings):
    settings.DEMO = True
    client = Client()

    assert client.get("/start/").status_code == 404
    assert client.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": "00000-00000-00000-00000"}, "启用口令不正确"),
        ({"token": ""}, "这个字段是必填项"),
        ({"clock_checked": ""}, "这个字段是必填项"),
        ({"security_admin": NAMES["system_admin"].upper()}, "不能是同一人"),
        ({"kind": "village"}, "village"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, changes, sentence):
    page = client.post("/start/", answers(**changes)).content.decode()

    assert sentence in page
    assert 'value="某市公安局"' in page
    assert not Unit.objects.exists()
    assert not User.objects.exists()


def test_the_token_may_be_typed_without_its_hyphens(client):
    typed = f" {start_token().replace('-', '').upper()} "

    assert "台账已启用" in client.post("/start/", answers(token=typed)).content.decode()


def test_the_shell_tells_the_token_until_the_ledger_has_begun(capsys):
    call_command("start_token")
    UnitFactory()

    assert capsys.readouterr().out.strip() == start_token()
    with pytest.raises(CommandError, match="已启用"):
        call_command("start_token")


def test_a_visitor_of_a_ledger_that_has_begun_costs_one_query_once(
    client, django_assert_num_queries
):
    UserFactory()
    with django_assert_num_queries(1):
        client.get("/login/")

    with django_assert_num_queries(0):
        client.get("/login/")
