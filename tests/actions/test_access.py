from datetime import date

import pytest
from django.contrib.auth.models import User

from reports.actions.access import (
    CannotChangeLogin,
    CannotGrant,
    create_login,
    grant_membership,
    link_login,
    set_login_active,
    withdraw_membership,
)
from reports.domain.access import Role
from reports.models import Membership
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    MembershipFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"at": NOON, "today": TODAY}


def refusal(action, **kwargs):
    with pytest.raises((CannotGrant, CannotChangeLogin)) as caught:
        action(**kwargs)
    return caught.value.reasons


def test_a_role_is_granted_and_kept_in_history():
    security = member(Role.SECURITY_ADMIN, CityFactory())
    unit = UnitFactory()

    row = grant_membership(user=UserFactory(), unit=unit, role=Role.CLERK, by=security, **NOW)

    assert row.history.get().history_user == security


def test_nobody_grants_to_oneself():
    security = member(Role.SECURITY_ADMIN, CityFactory())

    assert refusal(
        grant_membership, user=security, unit=UnitFactory(), role=Role.CLERK, by=security, **NOW
    ) == ["不能给自己授权。", "“内勤”与“安全管理员”须由不同的人担任。"]


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEADER, Role.SECURITY_ADMIN])
def test_an_administrator_holds_no_other_role(role):
    user = member(Role.SYSTEM_ADMIN, CityFactory())

    (reason,) = refusal(
        grant_membership, user=user, unit=BureauFactory(), role=role, by=UserFactory(), **NOW
    )

    assert reason.endswith("须由不同的人担任。")
    assert Membership.objects.filter(user=user).count() == 1


@pytest.mark.parametrize("role", [Role.LEGAL_OFFICER, Role.INSPECTOR])
def test_a_role_of_a_bureau_is_granted_within_one(role):
    city = CityFactory(name="示例市公安局")

    (reason,) = refusal(
        grant_membership, user=UserFactory(), unit=city, role=role, by=UserFactory(), **NOW
    )

    assert reason.endswith("须设在分局或其下属单位，“示例市公安局”不在任何分局之内。")


def test_a_role_is_not_granted_twice_but_again_after_its_end():
    row = MembershipFactory()
    again = {"user": row.user, "unit": row.unit, "role": Role.CLERK, "by": UserFactory(), **NOW}

    assert refusal(grant_membership, **again) == ["该账号在该单位已有此角色。"]

    withdraw_membership(membership=row, by=None, **NOW)
    assert Membership.objects.valid_on(TODAY).count() == 0
    assert grant_membership(**again).last_day is None


def test_a_role_given_today_is_taken_out():
    row = MembershipFactory(first_day=TODAY)

    withdraw_membership(membership=row, by=None, **NOW)

    assert Membership.objects.count() == 0
    assert Membership.history.filter(history_type="-").count() == 1


def test_nobody_changes_own_roles_and_the_last_administrator_stays():
    security = member(Role.SECURITY_ADMIN, CityFactory())
    row = security.memberships.get()

    assert refusal(withdraw_membership, membership=row, by=security, **NOW) == [
        "不能更改自己的权限。",
        "这是最后一名安全管理员，请先授权他人。",
    ]


def test_create_login_says_its_password_once():
    person = PersonFactory()

    login = create_login(username="zhangsan", person=person, by=None)

    user = User.objects.get(username="zhangsan")
    assert user.check_password(login.password)
    assert user.account.must_change_password
    assert user.person == person
    assert not user.is_staff
    assert not user.is_superuser


def test_create_login_refuses_a_name_taken_in_another_spelling():
    UserFactory(username="ZhangSan")

    assert refusal(create_login, username="zhangsan", by=None) == ["用户名“zhangsan”已存在。"]


def test_a_login_belongs_to_one_person():
    user = UserFactory(username="zhangsan")
    PersonFactory(name="张某某", user=user)

    assert refusal(link_login, person=PersonFactory(), user=user) == [
        "账号“zhangsan”已属于张某某。"
    ]


def test_closing_logins():
    system = member(Role.SYSTEM_ADMIN, CityFactory())
    clerk = UserFactory()

    assert refusal(set_login_active, user=system, active=False, by=system, today=TODAY) == [
        "不能停用自己的账号。",
        "这是最后一名系统管理员，请先授权他人。",
    ]
    assert not set_login_active(user=clerk, active=False, by=system, today=TODAY).is_active
    assert set_login_active(user=clerk, active=True, by=system, today=TODAY).is_active
