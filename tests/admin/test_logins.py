"""The terms of a login in the admin: last day, certificate, what nobody uses."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Account, Membership
from tests.factories import NOON, AccountFactory, CityFactory, UserFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def changing(obj):
    return reverse("admin:auth_user_change", args=[obj.pk])


def errors_of(response):
    form = response.context["adminform"].form
    return {field: list(texts) for field, texts in form.errors.items()}


# ── The terms of a login ─────────────────────────────────────────────────────────────────────


def terms(user, **given):
    known = {"username": user.username, "first_name": "", "is_active": "on"}
    return known | {"expires_on": "", "certificate_name": ""} | given


def test_a_login_has_a_last_day_and_a_certificate(enter):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())
    user = UserFactory()

    client.post(changing(user), terms(user, expires_on="2026-12-31", certificate_name=" 030012 "))

    account = Account.objects.get(user=user)
    assert (account.expires_on, account.certificate_name) == (date(2026, 12, 31), "030012")
    assert "2026年12月31日" in client.get(listing(User)).text
    page = client.get(changing(user))
    assert 'value="2026-12-31"' in page.text
    client.post(changing(user), terms(user))
    account.refresh_from_db()
    assert (account.expires_on, account.certificate_name) == (None, "")
    assert account.history.count() == 3


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"expires_on": "2026-06-09"}, "expires_on", "有效期已过；要立即停止使用，请停用账号。"),
        ({"expires_on": "明年"}, "expires_on", "请填写日期，如 2026-03-31 或 2026年3月31日。"),
        ({"certificate_name": "030012"}, "certificate_name", "该证书名称已属于账号“other”。"),
    ],
)
def test_terms_are_refused_beside_the_field(enter, given, field, sentence):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())
    AccountFactory(user__username="other", certificate_name="030012")
    user = UserFactory()

    response = client.post(changing(user), terms(user, **given))

    assert errors_of(response) == {field: [sentence]}
    assert not Account.objects.filter(user=user).exists()


def test_the_last_lasting_administrator_gets_no_last_day(enter):
    city = CityFactory()
    client = enter(Role.SYSTEM_ADMIN, city)
    security = member(Role.SECURITY_ADMIN, city)
    given = terms(security, expires_on="2026-12-31")

    refused = client.post(changing(security), given)
    member(Role.SECURITY_ADMIN, city)
    done = client.post(changing(security), given)

    assert errors_of(refused)["expires_on"] == ["没有其他长期有效的安全管理员，请先授权他人。"]
    assert done.status_code == 302


def test_the_security_administrator_sees_the_last_day_and_no_certificate(enter):
    AccountFactory(user__username="zhang", expires_on=date(2026, 12, 31), certificate_name="030012")
    client = enter(Role.SECURITY_ADMIN, CityFactory())

    page = client.get(changing(User.objects.get(username="zhang")))

    assert "2026年12月31日" in page.text
    assert "030012" not in page.text


def test_logins_nobody_uses_are_listed_and_closed(enter):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())
    long_ago, lately = NOON - timedelta(days=91), NOON - timedelta(days=90)
    UserFactory(username="left", last_login=long_ago, date_joined=long_ago)
    UserFactory(username="never", last_login=None, date_joined=long_ago)
    UserFactory(username="lately", last_login=lately, date_joined=long_ago)
    UserFactory(username="new", last_login=None, date_joined=lately)
    UserFactory(username="closed", is_active=False, last_login=long_ago)
    over = UserFactory(username="over", last_login=long_ago)
    AccountFactory(user=over, expires_on=date(2026, 6, 9))
    own = Membership.objects.get().user
    User.objects.filter(pk=own.pk).update(last_login=NOON)
    unused = f"{listing(User)}?unused=90"

    found = client.get(unused).context["cl"].result_list
    keys = [user.pk for user in found]
    assert [user.username for user in found] == ["left", "never"]

    client.post(unused, {"action": "close", "_selected_action": keys})

    assert not User.objects.filter(pk__in=keys, is_active=True).exists()
    assert list(client.get(unused).context["cl"].result_list) == []


def test_one_s_own_login_is_not_closed_with_others(enter):
    client = enter(Role.SYSTEM_ADMIN, CityFactory())
    own = Membership.objects.get().user

    response = client.post(
        listing(User), {"action": "close", "_selected_action": [own.pk]}, follow=True
    )

    assert "不能停用自己的账号。" in response.text
    assert User.objects.get(pk=own.pk).is_active


def test_the_security_administrator_closes_no_login(enter):
    client = enter(Role.SECURITY_ADMIN, CityFactory())
    user = UserFactory()

    client.post(listing(User), {"action": "close", "_selected_action": [user.pk]})

    assert User.objects.get(pk=user.pk).is_active


def test_keys_of_second_factors_are_on_no_page():
    models = {model.__name__ for model in admin.site._registry}

    assert models & {"TOTPDevice", "StaticDevice", "StaticToken"} == set()
