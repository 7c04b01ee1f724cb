"""Coming in, being locked out, sitting idle, the first password, the health check."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from reports.actions.accounts import change_password, random_password, reset_password
from reports.models import Account, LoginSession
from tests.factories import NOON

PASSWORD = "long-enough-7391"
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    user = User.objects.create_user("zhang", password=PASSWORD)
    Account.objects.create(user=user, must_change_password=False)
    return user


def come_in(client, password=PASSWORD, **data):
    return client.post("/login/", {"username": "zhang", "password": password, **data})


def logged_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_login_leads_to_the_page_asked_for(client, user):
    response = come_in(client, next="/dues/?year=2026")

    assert (response.status_code, response["Location"]) == (302, "/dues/?year=2026")
    assert logged_in(client)


def test_login_never_leads_to_another_site(client, user):
    assert come_in(client, next="https://example.com/")["Location"] == "/"


def test_wrong_password_says_so_and_keeps_the_name(client, user):
    response = come_in(client, "wrong")

    assert response.status_code == 200
    assert 'value="zhang"' in response.content.decode()
    assert "用户名或密码不正确" in response.content.decode()


def test_five_failures_lock_the_name_out(client, user):
    answers = [come_in(client, "wrong").status_code for _attempt in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    locked = come_in(client)
    assert locked.status_code == 429
    assert "连续5次登录失败，已锁定15分钟" in locked.content.decode()
    assert not logged_in(client)


def test_lock_ends_by_itself(client, user, the_day, settings):
    for _attempt in range(5):
        come_in(client, "wrong")

    the_day.shift(timedelta(minutes=settings.LOCKOUT_MINUTES, seconds=1))

    assert come_in(client).status_code == 302


def test_lock_of_one_name_leaves_others_alone(client, user):
    User.objects.create_user("li", password=PASSWORD)
    for _attempt in range(5):
        come_in(client, "wrong")

    assert client.post("/login/", {"username": "li", "password": PASSWORD}).status_code == 302


def test_lock_behind_a_proxy_goes_by_what_the_proxy_saw(client, user, settings):
    settings.BEHIND_PROXY = True
    elsewhere = Client(headers={"x-forwarded-for": "10.0.0.7, 10.0.0.8"})
    for _attempt in range(5):
        come_in(elsewhere, "wrong")

    assert come_in(elsewhere).status_code == 429
    assert come_in(Client(headers={"x-forwarded-for": "10.0.0.8, 10.0.0.9"})).status_code == 302


def test_logout_needs_a_post(client, user):
    come_in(client)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert not logged_in(client)


def test_idle_visitor_is_logged_out_with_a_sentence(client, user, the_day, settings):
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES - 1))
    assert client.get("/account/password/").status_code == 200

    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    response = client.get("/account/password/")

    assert response["Location"] == "/login/?idle=1&next=%2Faccount%2Fpassword%2F"
    assert f"超过{settings.IDLE_MINUTES}分钟" in client.get(response["Location"]).content.decode()


def test_idle_visitor_who_sends_a_form_comes_back_to_it(client, user, the_day, settings):
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))

    response = client.post(
        "/account/password/", headers={"referer": "http://testserver/account/password/?year=2026"}
    )

    assert response["Location"] == "/login/?idle=1&next=%2Faccount%2Fpassword%2F%3Fyear%3D2026"


def test_idle_cookie_of_another_session_counts_nothing(client, user, the_day, settings):
    other = Client()
    come_in(client)
    the_day.shift(timedelta(minutes=settings.IDLE_MINUTES, seconds=1))
    come_in(other)
    the_day.shift(timedelta(minutes=1))
    assert other.get("/account/password/").status_code == 200
    client.cookies["seen"] = other.cookies["seen"].value

    assert client.get("/account/password/").status_code == 302


def test_reading_writes_nothing(client, user, the_day):
    come_in(client)
    before = LoginSession.objects.get().session_data
    the_day.shift(timedelta(minutes=5))

    with connection.execute_wrapper(refuse_writes):
        assert client.get("/account/password/").status_code == 200

    assert LoginSession.objects.get().session_data == before


def refuse_writes(execute, sql, params, many, context):
    assert sql.split()[0].upper() in {"SELECT", "SAVEPOINT", "RELEASE", "BEGIN"}, sql
    return execute(sql, params, many, context)


def test_first_password_must_be_changed_before_anything_else(client, user):
    user.account.must_change_password = True
    user.account.save()
    come_in(client)

    assert client.get("/admin/")["Location"] == "/account/password/"
    response = client.post(
        "/account/password/",
        {
            "old_password": PASSWORD,
            "new_password1": "another-long-2846",
            "new_password2": "another-long-2846",
        },
    )
    assert response["Location"] == "/"
    user.account.refresh_from_db()
    assert not user.account.must_change_password
    assert logged_in(client)


def test_weak_password_is_refused_in_chinese(client, user):
    come_in(client)

    response = client.post(
        "/account/password/",
        {"old_password": PASSWORD, "new_password1": "123456", "new_password2": "123456"},
    )

    assert response.status_code == 200
    errors = response.context["form"].errors["new_password2"]
    assert len(errors) == 4
    assert not any(error.isascii() for error in errors)


def test_reset_password_is_random_and_to_be_changed(user):
    login = reset_password(user=user, at=NOON)

    user.refresh_from_db()
    assert user.check_password(login.password)
    assert user.account.must_change_password
    change_password(user=user, password=PASSWORD, at=NOON)
    assert not Account.objects.get(user=user).must_change_password


def test_random_passwords_differ_and_can_be_read_from_paper():
    passwords = {random_password() for _n in range(50)}

    assert len(passwords) == 50
    assert not set("0O1lI") & set("".join(passwords))


def test_healthz_is_open_to_anyone_and_says_nothing(client):
    response = client.get("/healthz", headers={"host": "10.0.0.1"})

    assert (response.status_code, response.content) == (200, b"")


def test_healthz_reads_no_session_and_no_user(client, user, django_assert_num_queries):
    come_in(client)

    with django_assert_num_queries(1):
        client.get("/healthz")


def test_healthz_without_a_ledger(client, monkeypatch):
    with connection.execute_wrapper(no_database):
        assert client.get("/healthz").status_code == 503


def no_database(execute, sql, params, many, context):
    return execute("SELECT 1 FROM there_is_no_such_table", None, many, context)


def test_administration_has_no_door_of_its_own(client, user):
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/login/?next=/admin/"
    come_in(client)

    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 403
    assert "没有进入管理后台的权限" in response.content.decode()
