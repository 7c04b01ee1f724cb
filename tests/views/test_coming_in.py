"""Who is kept out without being told why, and how a session begins and ends."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from reports.actions.accounts import change_password
from reports.domain.access import Role
from reports.models import Account, FormerPassword, LoginSession, SecuritySettings
from tests.factories import NOON, CityFactory, MembershipFactory

PASSWORD = "long-enough-7391-A"
NEW = "another-long-2846-B"
ALSO = "one-more-long-2846-C"
pytestmark = pytest.mark.django_db
HASHED = []


class CountingHasher(MD5PasswordHasher):
    """Notes each password it is given to hash."""

    def encode(self, password, salt):
        HASHED.append(password)
        return super().encode(password, salt)


@pytest.fixture
def user():
    user = User.objects.create_user("zhang", password=PASSWORD)
    Account.objects.create(user=user, must_change_password=False)
    return user


@pytest.fixture
def rules():
    return SecuritySettings.objects.create()


def come_in(client, password=PASSWORD, name="zhang", **data):
    return client.post("/login/", {"username": name, "password": password, **data})


def logged_in(client) -> bool:
    return client.get("/account/password/").status_code == 200


def change(client, new, old=PASSWORD):
    return client.post(
        "/account/password/", {"old_password": old, "new_password1": new, "new_password2": new}
    )


# ── The last day of a login ──────────────────────────────────────────────────────────────────


def test_a_login_is_good_on_its_last_day_and_over_the_day_after(client, user, the_day):
    user.account.expires_on = date(2026, 6, 10)
    user.account.save()
    come_in(client)
    assert logged_in(client)

    the_day.shift(timedelta(hours=12))

    assert not logged_in(client)
    assert come_in(client).status_code == 200
    assert not logged_in(client)


# ── Nobody is told who exists ────────────────────────────────────────────────────────────────


def read(response):
    """What an attempt is answered with, without what differs in every page."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return response.status_code, re.sub(r'value="(zhang|nobody)"', "", page)


def answers(user, **account):
    for name, value in account.items():
        setattr(user.account, name, value)
    user.account.save()
    attempts = [("nobody", PASSWORD), ("zhang", "wrong"), ("zhang", PASSWORD)]
    return [read(come_in(Client(), password, name)) for name, password in attempts]


def test_unknown_wrong_expired_and_closed_read_the_same(user):
    expired = answers(user, expires_on=date(2026, 6, 9))
    user.is_active = False
    user.save()
    closed = answers(user, expires_on=None)

    assert "用户名或密码不正确" in expired[0][1]
    assert len({*expired, *closed}) == 1


def test_unknown_wrong_expired_and_closed_cost_one_hash(client, user, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    counts = {}
    for what in ("unknown", "wrong", "expired", "closed"):
        user.account.expires_on = date(2026, 6, 9) if what == "expired" else None
        user.account.save()
        user.is_active = what != "closed"
        user.save()
        HASHED.clear()
        password = "wrong" if what == "wrong" else PASSWORD
        come_in(client, password, "nobody" if what == "unknown" else "zhang")
        counts[what] = len(HASHED)

    assert counts == {"unknown": 1, "wrong": 1, "expired": 1, "closed": 1}


def test_unknown_names_are_locked_out_like_known_ones(user, rules):
    rules.failures = 3
    rules.lockout_minutes = 30
    rules.save()
    pages = []
    for name in ("zhang", "nobody"):
        client = Client()
        codes = [come_in(client, "wrong", name).status_code for _attempt in range(3)]
        assert codes == [200, 200, 429]
        pages.append(read(come_in(client, PASSWORD, name)))

    assert "连续3次登录失败，已锁定30分钟" in pages[0][1]
    assert pages[0] == pages[1]


def test_lock_lasts_as_long_as_the_rules_say(client, user, rules, the_day):
    rules.lockout_minutes = 30
    rules.save()
    for _attempt in range(5):
        come_in(client, "wrong")
    the_day.shift(timedelta(minutes=29))
    assert come_in(client).status_code == 429

    the_day.shift(timedelta(minutes=60))

    assert come_in(client).status_code == 302


def test_no_address_resets_a_password_by_mail(client):
    for address in ("/password_reset/", "/password-reset/", "/accounts/password_reset/"):
        assert client.post(address, {"email": "a@b.cn"}).status_code in (302, 404)


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────


def test_a_session_prepared_by_somebody_else_is_not_the_one_after_login(client, user):
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before

    come_in(client)

    after = client.cookies["sessionid"].value
    assert after != before
    assert not LoginSession.objects.filter(session_key=before).exists()
    assert LoginSession.objects.get(session_key=after).user == user


def test_a_changed_password_gives_a_new_session_and_ends_the_others(client, user):
    other = Client()
    come_in(client)
    come_in(other)
    before = client.cookies["sessionid"].value

    assert change(client, NEW)["Location"] == "/"

    assert client.cookies["sessionid"].value != before
    assert not LoginSession.objects.filter(session_key=before).exists()
    assert logged_in(client)
    assert not logged_in(other)


def test_a_password_changed_elsewhere_ends_the_session(client, user):
    come_in(client)

    change_password(user=user, password=NEW, at=NOON)

    assert not logged_in(client)


def test_logout_ends_the_session_on_the_server(client, user):
    come_in(client)
    stolen = client.cookies["sessionid"].value

    client.post("/logout/")

    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert not logged_in(thief)
    assert not LoginSession.objects.exists()


def test_whoever_must_change_the_password_may_leave(client, user):
    user.account.must_change_password = True
    user.account.save()
    come_in(client)

    assert client.post("/logout/")["Location"] == "/login/"


def test_one_session_too_many_ends_the_oldest(user, rules, the_day):
    rules.sessions = 2
    rules.save()
    clients = [Client(), Client(), Client()]
    for each in clients:
        come_in(each)
        the_day.shift(timedelta(minutes=1))

    assert [logged_in(each) for each in clients] == [False, True, True]
    assert LoginSession.objects.count() == 2


def test_as_many_sessions_as_one_likes_where_the_rules_say_so(user, rules, the_day):
    clients = [Client(), Client(), Client()]
    for each in clients:
        come_in(each)

    assert [logged_in(each) for each in clients] == [True, True, True]


def test_sessions_of_others_are_left_alone(client, user, rules):
    rules.sessions = 1
    rules.save()
    User.objects.create_user("li", password=PASSWORD)
    come_in(client)

    come_in(Client(), name="li")

    assert logged_in(client)


def test_idle_time_is_that_of_the_login(client, user, rules, the_day):
    rules.idle_minutes = 5
    rules.save()
    come_in(client)
    SecuritySettings.objects.update(idle_minutes=60)
    the_day.shift(timedelta(minutes=5))
    assert logged_in(client)

    the_day.shift(timedelta(minutes=5, seconds=1))

    assert not logged_in(client)


def test_a_page_does_not_read_the_rules(client, user, rules):
    MembershipFactory(user=user, unit=CityFactory(), role=Role.SYSTEM_ADMIN.value)
    come_in(client)
    asked = []

    def watch(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert client.get("/jobs/").status_code == 200

    assert [sql for sql in asked if "securitysettings" in sql] == []
    assert [sql for sql in asked if "loginsession" in sql] == asked[:1]


# ── Passwords ────────────────────────────────────────────────────────────────────────────────


def errors(response):
    return list(response.context["form"].errors["new_password2"])


def test_passwords_follow_the_rules_as_they_stand(client, user, rules):
    rules.password_length, rules.password_kinds = 20, 4
    rules.save()
    come_in(client)

    assert errors(change(client, "abcdefgh-ijklmn")) == [
        "密码至少20个字符。",
        "密码须包含大写字母、小写字母、数字、其他字符中的至少4种。",
    ]
    assert change(client, "abcdefgh-ijklmn-A-7391").status_code == 302


def test_a_password_used_before_is_refused_as_long_as_the_rules_say(client, user, rules):
    rules.passwords_kept = 2
    rules.save()
    come_in(client)
    change(client, NEW)

    sentence = ["新密码不得与最近用过的2个密码相同。"]
    assert errors(change(client, NEW, old=NEW)) == sentence
    assert errors(change(client, PASSWORD, old=NEW)) == sentence
    assert change(client, ALSO, old=NEW).status_code == 302
    assert change(client, PASSWORD, old=ALSO).status_code == 302


def test_former_passwords_are_kept_as_hashes_and_not_for_ever(user):
    for number in range(12):
        change_password(user=user, password=f"{NEW}{number}", at=NOON + timedelta(days=number))

    kept = FormerPassword.objects.filter(user=user)
    assert kept.count() == 10
    assert {row.password.partition("$")[0] for row in kept} == {"md5"}
    assert kept[0].replaced_at == NOON + timedelta(days=11)


def test_an_old_password_is_changed_first(client, user, rules, the_day):
    rules.password_days = 90
    rules.save()
    user.account.password_set_at = NOON - timedelta(days=90)
    user.account.save()
    come_in(client)

    assert client.get("/todo/")["Location"] == "/account/password/"
    assert "您的密码已到期" in client.get("/account/password/").text
    change(client, NEW)
    assert client.get("/todo/").status_code == 403
    user.account.refresh_from_db()
    assert user.account.password_set_at == NOON


def test_a_password_without_a_day_is_as_old_as_its_login(client, user, rules):
    rules.password_days = 90
    rules.save()
    MembershipFactory(user=user, unit=CityFactory(), role=Role.SYSTEM_ADMIN.value)
    User.objects.update(date_joined=NOON - timedelta(days=91))

    come_in(client)

    assert client.get("/admin/")["Location"] == "/account/password/"
