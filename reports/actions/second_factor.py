"""A second factor: a code that a phone or a token makes from the time (TOTP, RFC 6238)."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from reports.actions.refusals import Refused
from reports.domain.security import BACKUP_CODES
from reports.models import Account, LoginSession

NAME = "totp"
LONGEST_REASON = 100


class CannotUseSecondFactor(Refused):
    """The second factor cannot be set up, used or taken away like this."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a code was right; if it was not even tried, after how many seconds to try again."""

    right: bool
    wait_seconds: int = 0
    backup_codes_left: int | None = None


@transaction.atomic
def begin_second_factor(*, user: User) -> TOTPDevice:
    """Make a new key, not in use before a code made with it has been typed.

    Refuses where a second factor is in use already.
    """
    _not_in_use(_locked(user))
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name=NAME, confirmed=False)


@transaction.atomic
def confirm_second_factor(*, user: User, code: str, at: datetime) -> list[str]:
    """Put the new key to use by a code made with it; gives the backup codes, this once.

    Refuses where none was begun, or one is in use. A wrong code gives no codes at all.
    """
    account = _locked(user)
    _not_in_use(account)
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None:
        raise CannotUseSecondFactor([_("请先生成密钥。")])
    if not device.verify_token(_typed(code)):
        return []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    account.second_factor_since = at
    _save(account, by=user, at=at, because=_("启用双因素认证"))
    return _new_backup_codes(user)


@transaction.atomic
def renew_backup_codes(*, user: User, code: str, at: datetime) -> list[str]:
    """New backup codes in place of the old ones, for a code of the second factor.

    Refuses where there is no second factor in use. A wrong code gives no codes and leaves the old.
    """
    if _locked(user).second_factor_since is None:
        raise CannotUseSecondFactor([_("该账号未启用双因素认证。")])
    if not check_code(user=user, code=code, at=at).right:
        return []
    return _new_backup_codes(user)


@transaction.atomic
def check_code(*, user: User, code: str, at: datetime) -> Checked:
    """Whether it is the code of the moment, or a backup code; each is right only once.

    After a wrong one the next is not looked at for a while, twice as long each time.
    """
    typed = _typed(code)
    plain = typed.isascii() and typed.isdigit()
    model = TOTPDevice if plain else StaticDevice
    device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None:
        return Checked(right=False)
    allowed, why = device.verify_is_allowed()
    if not allowed:
        return Checked(right=False, wait_seconds=_seconds(why, at))
    right = device.verify_token(typed)
    left = None
    if right and not plain:
        left = StaticToken.objects.filter(device=device).count()
    return Checked(right=right, backup_codes_left=left)


@transaction.atomic
def disable_second_factor(*, user: User, because: str, by: User, at: datetime) -> None:
    """Take a second factor away, with the reason, and end the sessions of the login.

    Refuses one's own, a login without one, and a missing reason.
    """
    account = _locked(user)
    because = because.strip()
    reasons = []
    if by.pk == user.pk:
        reasons.append(_("不能停用自己的双因素认证，请由另一名安全管理员办理。"))
    if account.second_factor_since is None:
        reasons.append(_("该账号未启用双因素认证。"))
    if not because:
        reasons.append(_("请写明停用原因。"))
    elif len(because) > LONGEST_REASON:
        reasons.append(_("停用原因不超过%(most)s个字。") % {"most": LONGEST_REASON})
    if reasons:
        raise CannotUseSecondFactor(reasons)
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    LoginSession.objects.filter(user=user).delete()
    account.second_factor_since = None
    _save(account, by=by, at=at, because=because)


def codes_left_sentence(left: int) -> str:
    """How many backup codes are left, in a sentence."""
    return ngettext("备用码还剩%(left)s个。", "备用码还剩%(left)s个。", left) % {"left": left}


def _locked(user: User) -> Account:
    """The account, held until the end of the transaction; one without gets its own."""
    Account.objects.get_or_create(user=user, defaults={"must_change_password": False})  # nosec B105 # a word, no password
    return Account.objects.select_for_update().get(user=user)


def _not_in_use(account: Account) -> None:
    if account.second_factor_since is not None:
        raise CannotUseSecondFactor(
            [_("双因素认证已启用；更换设备请联系安全管理员停用后重新设置。")]
        )


def _typed(code: str) -> str:
    """A code without the blanks and dashes people type into it."""
    return "".join(code.split()).replace("-", "").lower()[:16]


def _new_backup_codes(user: User) -> list[str]:
    device, _made = StaticDevice.objects.get_or_create(user=user, name=NAME)
    device.token_set.all().delete()
    codes: set[str] = set()
    while len(codes) < BACKUP_CODES:
        code = StaticToken.random_token()
        # One of digits alone would be taken for a code of the phone.
        if not code.isdigit():
            codes.add(code)
    made = StaticToken.objects.bulk_create(
        StaticToken(device=device, token=code) for code in sorted(codes)
    )
    return [f"{token.token[:4]}-{token.token[4:]}" for token in made]


def _seconds(why: dict | None, at: datetime) -> int:
    until = (why or {}).get("locked_until", at)
    return max(1, ceil((until - at).total_seconds()))


def _save(account: Account, *, by: User, at: datetime, because: str) -> None:
    account._history_user, account._history_date = by, at
    account._change_reason = because
    account.save()
