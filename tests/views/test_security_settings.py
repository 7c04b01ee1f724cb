"""The page where the rules of coming in are set."""

import pytest
from django.test import Client

from reports.domain.access import Role
from reports.domain.security import LIMITS
from reports.models import Membership, SecuritySettings
from tests.factories import CityFactory, member

pytestmark = pytest.mark.django_db
PAGE = "/security/"
GIVEN = {
    "password_length": 12,
    "password_kinds": 4,
    "password_days": 90,
    "passwords_kept": 3,
    "failures": 4,
    "lockout_minutes": 30,
    "idle_minutes": 20,
    "sessions": 2,
    "second_factor_roles": ["supervisor", "system_admin"],
}


@pytest.fixture
def enter():
    def log_in(role):
        client = Client()
        client.force_login(
            member(role, CityFactory()), backend="reports.views.backend.LedgerBackend"
        )
        return client

    return log_in


def test_the_security_administrator_sets_the_rules(enter):
    client = enter(Role.SECURITY_ADMIN)

    assert client.post(PAGE, GIVEN)["Location"] == PAGE

    row = SecuritySettings.objects.get()
    assert {name: getattr(row, name) for name in GIVEN} == GIVEN
    assert {entry.history_user_id for entry in row.history.all()} == {
        Membership.objects.get().user_id
    }
    client.post(PAGE, GIVEN | {"failures": 5, "second_factor_roles": []})
    page = client.get(PAGE)
    assert [(c.field, c.before, c.after) for c in page.context["changes"]] == [
        ("连续登录失败次数上限", 4, 5),
        ("须用双因素认证的角色", "上级法制部门、系统管理员", "无"),
        ("密码最短长度", 10, 12),
        ("密码至少包含的字符种类", 3, 4),
        ("密码有效天数", 0, 90),
        ("不得重复使用的最近密码个数", 1, 3),
        ("连续登录失败次数上限", 5, 4),
        ("锁定分钟数", 15, 30),
        ("无操作自动退出分钟数", 60, 20),
        ("同一账号同时登录数", 0, 2),
        ("须用双因素认证的角色", "无", "上级法制部门、系统管理员"),
        ("", None, None),
    ]


def test_the_page_begins_with_what_is_usual(enter, settings):
    form = enter(Role.SECURITY_ADMIN).get(PAGE).context["form"]

    assert {name: form.initial[name] for name in LIMITS} == {
        name: limit.usual for name, limit in LIMITS.items()
    }
    assert not SecuritySettings.objects.exists()


def test_what_the_environment_says_holds_until_somebody_sets_it(enter, settings):
    settings.IDLE_MINUTES, settings.LOCKOUT_MINUTES = 7, 8

    form = enter(Role.SECURITY_ADMIN).get(PAGE).context["form"]

    assert (form.initial["idle_minutes"], form.initial["lockout_minutes"]) == (7, 8)


@pytest.mark.parametrize(
    "typed",
    [
        {name: str(limit.least - 1) for name, limit in LIMITS.items()},
        {name: str(limit.most + 1) for name, limit in LIMITS.items()},
        dict.fromkeys(LIMITS, "十"),
        dict.fromkeys(LIMITS, ""),
    ],
    ids=["below", "above", "nonsense", "empty"],
)
def test_what_is_outside_the_limits_is_refused_and_stays_typed(enter, typed):
    client = enter(Role.SECURITY_ADMIN)

    form = client.post(PAGE, GIVEN | typed).context["form"]

    assert sorted(form.errors) == sorted(LIMITS)
    assert {name: form[name].value() for name in LIMITS} == typed
    assert form["second_factor_roles"].value() == GIVEN["second_factor_roles"]
    one = client.post(PAGE, GIVEN | {"failures": typed["failures"]}).context["form"]
    assert list(one.errors) == ["failures"]
    assert not SecuritySettings.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SECURITY_ADMIN])
def test_nobody_else_opens_it(enter, role):
    assert enter(role).get(PAGE).status_code == 403


def test_the_page_costs_few_queries(enter, django_assert_num_queries):
    client = enter(Role.SECURITY_ADMIN)
    client.post(PAGE, GIVEN)
    client.get(PAGE)

    with django_assert_num_queries(5):
        client.get(PAGE)

    for failures in (5, 6, 7):
        client.post(PAGE, GIVEN | {"failures": failures})
    client.get(PAGE)
    with django_assert_num_queries(5):
        client.get(PAGE)
