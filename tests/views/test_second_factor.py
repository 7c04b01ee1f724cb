"""Setting up a second factor, coming in with it, losing it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from reports.actions.second_factor import begin_second_factor, confirm_second_factor
from reports.domain.access import Role
from reports.models import Account, LoginSession, SecuritySettings
from tests.factories import NOON, CityFactory, MembershipFactory, member

PASSWORD = "long-enough-7391-A"
PAGE = "/account/second-factor/"
WRONG = "000000"
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    user = User.objects.create_user("zhang", password=PASSWORD)
    Account.objects.create(user=user, must_change_password=False)
    return user


@pytest.fixture
def codes(user, the_day):
    """The backup codes of a login with a second factor; the code that confirmed it is over."""
    device = begin_second_factor(user=user)
    made = confirm_second_factor(user=user, code=code_of(user), at=NOON)
    assert TOTPDevice.objects.get(pk=device.pk).confirmed
    user.refresh_from_db()
    the_day.shift(timedelta(minutes=2))
    return made


def code_of(user) -> str:
    return f"{totp(TOTPDevice.objects.get(user=user).bin_key):06d}"


def come_in(client, password=PASSWORD, **data):
    return client.post("/login/", {"username": "zhang", "password": password, **data})


def give(client, code):
    return client.post("/login/code/", {"code": code})


def logged_in(client) -> bool:
    return "_auth_user_id" in client.session


# ── Setting up ───────────────────────────────────────────────────────────────────────────────


def test_setting_up_shows_the_key_and_then_the_codes_once(client, user):
    come_in(client)
    assert "开始设置" in client.get(PAGE).text
    assert not TOTPDevice.objects.exists()

    assert client.post(PAGE, {"begin": "1"})["Location"] == PAGE
    page = client.get(PAGE)
    before = client.cookies["sessionid"].value
    done = client.post(PAGE, {"code": code_of(user)})

    key = TOTPDevice.objects.get().bin_key
    assert len(page.context["key"].split()) == 8
    assert page.context["key"] in page.text
    assert page.context["picture"].startswith("data:image/svg+xml;")
    assert f'src="{page.context["picture"][:30]}' in page.text
    assert len(key) == 20
    shown = done.context["codes"]
    assert len(shown) == len(set(shown)) == 10
    assert all(code in done.text for code in shown)
    assert "no-store" in done["Cache-Control"]
    assert client.cookies["sessionid"].value != before
    again = client.get(PAGE)
    assert not any(code in again.text for code in shown)
    assert "key" not in again.context


def test_a_wrong_code_puts_nothing_to_use(client, user):
    come_in(client)
    client.post(PAGE, {"begin": "1"})

    response = client.post(PAGE, {"code": WRONG})

    assert "口令不正确" in response.context["form"].errors["code"][0]
    user.account.refresh_from_db()
    assert user.account.second_factor_since is None
    assert not TOTPDevice.objects.get().confirmed
    assert not StaticToken.objects.exists()


def test_a_second_factor_in_use_is_not_replaced_in_passing(client, user, codes):
    come_in(client)
    give(client, code_of(user))

    client.post(PAGE, {"begin": "1"})

    assert TOTPDevice.objects.get().confirmed


def test_codes_are_renewed_for_a_code(client, user, codes, the_day):
    come_in(client)
    give(client, code_of(user))
    the_day.shift(timedelta(minutes=2))

    new = client.post(PAGE, {"code": code_of(user)}).context["codes"]

    assert len(new) == 10
    assert not set(new) & set(codes)
    assert StaticToken.objects.count() == 10


# ── Coming in ────────────────────────────────────────────────────────────────────────────────


def test_the_password_alone_opens_nothing(client, user, codes):
    response = come_in(client, next="/account/password/")

    assert response["Location"] == "/login/code/"
    assert not logged_in(client)
    assert client.get("/account/password/")["Location"].startswith("/login/")
    user.refresh_from_db()
    assert user.last_login is None


def test_the_code_opens_the_page_asked_for_in_a_session_of_its_own(client, user, codes):
    come_in(client, next="/account/password/")
    before = client.cookies["sessionid"].value

    response = give(client, f" {code_of(user)[:3]} {code_of(user)[3:]} ")

    assert response["Location"] == "/account/password/"
    assert logged_in(client)
    assert client.cookies["sessionid"].value != before
    assert not LoginSession.objects.filter(session_key=before).exists()


def test_a_session_prepared_by_somebody_else_does_not_wait_for_the_code(client, user, codes):
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    come_in(client)

    assert client.cookies["sessionid"].value != planted
    assert not LoginSession.objects.filter(session_key=planted).exists()
    assert "planted" not in client.session


def test_a_code_is_good_once(client, user, codes):
    code = code_of(user)
    come_in(client)
    give(client, code)
    other = Client()
    come_in(other)

    response = give(other, code)

    assert "口令不正确，或已用过" in response.text
    assert not logged_in(other)


def test_a_backup_code_is_good_once(client, user, codes):
    come_in(client)
    response = give(client, codes[0].upper())
    assert response["Location"] == "/"
    assert logged_in(client)
    assert StaticToken.objects.count() == 9
    other = Client()
    come_in(other)

    give(other, codes[0])

    assert not logged_in(other)


def test_after_a_wrong_code_one_waits(client, user, codes, the_day):
    come_in(client)
    give(client, WRONG)

    assert "请等1秒后再试" in give(client, code_of(user)).text

    the_day.shift(timedelta(seconds=1))
    assert give(client, code_of(user)).status_code == 302


def test_wrong_codes_lock_out_as_wrong_passwords_do(client, user, codes, the_day):
    come_in(client)
    answers = []
    for attempt in range(5):
        answers.append(give(client, WRONG).status_code)
        the_day.shift(timedelta(seconds=2**attempt + 1))

    assert answers == [200, 200, 200, 200, 429]
    assert come_in(client).status_code == 429
    assert give(client, code_of(user))["Location"] == "/login/"
    assert not logged_in(client)


def test_a_right_password_in_between_forgives_no_wrong_code(client, user, codes, the_day):
    answers = []
    for attempt in range(5):
        come_in(client)
        answers.append(give(client, WRONG).status_code)
        the_day.shift(timedelta(seconds=2**attempt + 1))

    assert answers[-1] == 429


def test_the_password_does_not_wait_for_ever(client, user, codes, the_day):
    come_in(client)
    the_day.shift(timedelta(minutes=5, seconds=1))

    assert give(client, code_of(user))["Location"] == "/login/"
    assert not logged_in(client)


@pytest.mark.parametrize("what", ["password", "closed", "expired"])
def test_what_changes_between_the_steps_ends_them(client, user, codes, what):
    come_in(client)
    if what == "password":
        user.set_password("something-else-1-A")
    user.is_active = what != "closed"
    user.save()
    if what == "expired":
        user.account.expires_on = NOON.date() - timedelta(days=1)
        user.account.save()

    assert give(client, code_of(user))["Location"] == "/login/"
    assert not logged_in(client)


def test_a_code_without_a_password_leads_to_the_login_page(client, user, codes):
    assert give(client, code_of(user))["Location"] == "/login/"


# ── Who must ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def demanded(user):
    SecuritySettings.objects.create(second_factor_roles=[Role.SYSTEM_ADMIN.value])
    return MembershipFactory(user=user, unit=CityFactory(), role=Role.SYSTEM_ADMIN.value)


def test_who_must_and_has_none_sees_only_the_page_for_it(client, user, demanded):
    come_in(client)

    for address in ("/", "/admin/", "/jobs/"):
        assert client.get(address)["Location"] == PAGE
    assert client.post("/jobs/plan/")["Location"] == PAGE
    assert "您的角色须用双因素认证" in client.get(PAGE).text
    client.post(PAGE, {"begin": "1"})
    client.post(PAGE, {"code": code_of(user)})
    assert client.get("/admin/").status_code == 200


def test_who_must_may_leave(client, user, demanded):
    come_in(client)

    assert client.post("/logout/")["Location"] == "/login/"
    assert not logged_in(client)


def test_other_roles_need_none(client, user, demanded):
    demanded.role = Role.SUPERVISOR.value
    demanded.save()
    come_in(client)

    assert client.get("/").status_code == 200


# ── Losing it ────────────────────────────────────────────────────────────────────────────────


def take(client, user, because):
    return client.post(
        reverse("admin:auth_user_second_factor", args=[user.pk]), {"because": because}
    )


def as_role(role):
    client = Client()
    admin = member(role, CityFactory())
    client.force_login(admin, backend="reports.views.backend.LedgerBackend")
    return client, admin


def test_the_security_administrator_takes_it_away_with_the_reason(client, user, codes):
    come_in(client)
    give(client, code_of(user))
    security, admin = as_role(Role.SECURITY_ADMIN)
    assert "停用双因素认证" in security.get(reverse("admin:auth_user_change", args=[user.pk])).text

    refused = take(security, user, "")
    done = take(security, user, "手机丢失，已核实本人")

    assert refused.status_code == 200
    assert done.status_code == 302
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    last = user.account.history.first()
    assert last.history_user == admin
    assert last.history_change_reason == "手机丢失，已核实本人"
    assert client.get("/account/password/").status_code == 302
    assert come_in(client)["Location"] == "/"


def test_nobody_else_takes_it_away(user, codes):
    system, _admin = as_role(Role.SYSTEM_ADMIN)

    assert take(system, user, "手机丢失").status_code == 403
    assert TOTPDevice.objects.exists()


def test_one_s_own_is_not_taken_away(user, codes):
    MembershipFactory(user=user, unit=CityFactory(), role=Role.SECURITY_ADMIN.value)
    own = Client()
    own.force_login(user, backend="reports.views.backend.LedgerBackend")

    response = take(own, user, "换手机")

    assert "不能停用自己的双因素认证" in response.text
    assert TOTPDevice.objects.exists()
