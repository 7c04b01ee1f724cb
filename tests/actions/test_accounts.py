"""Administrators whose logins are over, certificates, and second factors."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from reports.actions.access import CannotChangeLogin, set_login_active, set_login_terms
from reports.actions.second_factor import (
    CannotUseSecondFactor,
    begin_second_factor,
    check_code,
    confirm_second_factor,
    disable_second_factor,
    renew_backup_codes,
)
from reports.domain.access import Role
from reports.models import Account
from tests.factories import NOON, AccountFactory, CityFactory, UserFactory, member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


def terms(user, **given):
    return set_login_terms(
        user=user,
        **({"expires_on": None, "certificate_name": "", "by": None} | given),
        at=NOON,
        today=TODAY,
    )


def test_an_administrator_whose_login_is_over_is_no_other():
    city = CityFactory()
    first, second = member(Role.SYSTEM_ADMIN, city), member(Role.SYSTEM_ADMIN, city)
    AccountFactory(user=second, expires_on=TODAY - timedelta(days=1))

    with pytest.raises(CannotChangeLogin, match="这是最后一名系统管理员"):
        set_login_active(user=first, active=False, by=UserFactory(), today=TODAY)

    Account.objects.filter(user=second).get().delete()
    assert not set_login_active(user=first, active=False, by=UserFactory(), today=TODAY).is_active


def test_nobody_sets_a_last_day_for_oneself():
    user = UserFactory()

    with pytest.raises(CannotChangeLogin, match="不能给自己的账号设有效期"):
        terms(user, expires_on=TODAY, by=user)


def test_a_last_day_that_passed_stays_when_something_else_is_changed():
    over = TODAY - timedelta(days=9)
    account = AccountFactory(expires_on=over)

    terms(account.user, expires_on=over, certificate_name="030012")

    account.refresh_from_db()
    assert (account.expires_on, account.certificate_name) == (over, "030012")


def test_a_certificate_is_one_login_s():
    AccountFactory(certificate_name="030012")

    with pytest.raises(IntegrityError):
        AccountFactory(certificate_name="030012")


def test_many_logins_have_no_certificate():
    AccountFactory(certificate_name="")

    assert AccountFactory(certificate_name="").pk


# ── Second factor ────────────────────────────────────────────────────────────────────────────


def code_of(user) -> str:
    return f"{totp(TOTPDevice.objects.get(user=user).bin_key):06d}"


def test_nothing_is_confirmed_that_was_not_begun():
    with pytest.raises(CannotUseSecondFactor, match="请先生成密钥"):
        confirm_second_factor(user=UserFactory(), code="123456", at=NOON)


def test_a_key_begun_anew_is_another():
    user = UserFactory()
    first = begin_second_factor(user=user).key

    assert begin_second_factor(user=user).key != first
    assert TOTPDevice.objects.count() == 1


def test_a_key_not_confirmed_opens_nothing():
    user = UserFactory()
    begin_second_factor(user=user)

    assert not check_code(user=user, code=code_of(user), at=NOON).right


@pytest.mark.parametrize("code", ["", "abcdefgh", "１２３４５６", "-1", "000000", "9" * 40])
def test_codes_of_nobody_are_wrong(code):
    assert not check_code(user=UserFactory(), code=code, at=NOON).right


def test_what_is_in_use_is_neither_begun_nor_taken_without_reason():
    user, by = UserFactory(), UserFactory()
    begin_second_factor(user=user)
    confirm_second_factor(user=user, code=code_of(user), at=NOON)

    with pytest.raises(CannotUseSecondFactor, match="已启用"):
        begin_second_factor(user=user)
    for because, sentence in (("  ", "请写明停用原因"), ("因" * 101, "不超过100个字")):
        with pytest.raises(CannotUseSecondFactor, match=sentence):
            disable_second_factor(user=user, because=because, by=by, at=NOON)
    with pytest.raises(CannotUseSecondFactor, match="未启用"):
        disable_second_factor(user=by, because="手机丢失", by=user, at=NOON)
    with pytest.raises(CannotUseSecondFactor, match="未启用"):
        renew_backup_codes(user=by, code="123456", at=NOON)
    assert TOTPDevice.objects.get(user=user).confirmed
