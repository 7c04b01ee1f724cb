"""Logins and what they may do where.

System administration makes logins, security administration gives them roles: two people (三员分立).
"""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from reports.actions.accounts import NewLogin, random_password
from reports.actions.refusals import Refused
from reports.domain.access import REACH, Reach, Role, reasons_against_holding
from reports.models import Account, Membership, Person, Unit
from reports.models.choices import ROLE_LABELS

ONE_DAY = timedelta(days=1)


class CannotGrant(Refused):
    """The login may not have this role there."""


class CannotChangeLogin(Refused):
    """The login may not be made or changed like this."""


@transaction.atomic
def grant_membership(
    *,
    user: User,
    unit: Unit,
    role: Role,
    by: User | None,
    at: datetime,
    today: date,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Membership:
    """Give a login a role at a unit.

    Refuses roles that one person may not hold together, a bureau's role outside any bureau, a
    grant to oneself, to a closed login, for days that are over, and one already given. ``by`` None
    is the ledger itself, when it makes its first administrators.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    memberships = list(Membership.objects.select_for_update().filter(user=user))
    same = next((m for m in memberships if (m.unit_id, m.role) == (unit.pk, role.value)), None)
    reasons = []
    if by is not None and by.pk == user.pk:
        reasons.append(_("不能给自己授权。"))
    if not user.is_active:
        reasons.append(_("该账号已停用。"))
    if first_day and last_day and last_day < first_day:
        reasons.append(_("截止日期早于起始日期。"))
    if last_day and last_day < today:
        reasons.append(_("截止日期已过。"))
    if same is not None and (same.last_day is None or same.last_day >= today):
        reasons.append(_("该账号在该单位已有此角色。"))
    if REACH[role] == Reach.WHOLE_BUREAU and unit.bureau_id is None:
        reasons.append(
            _("“%(role)s”须设在分局或其下属单位，“%(unit)s”不在任何分局之内。")
            % {"role": ROLE_LABELS[role], "unit": unit}
        )
    held = {Role(m.role) for m in memberships if m.last_day is None or m.last_day >= today}
    reasons += _against_together(held, role)
    if reasons:
        raise CannotGrant(reasons)
    row = same or Membership(user=user, unit=unit, role=role.value)
    row.first_day, row.last_day = first_day, last_day
    _save(row, by=by, at=at)
    return row


@transaction.atomic
def withdraw_membership(
    *, membership: Membership, by: User | None, at: datetime, today: date
) -> None:
    """Take a role away at once; its row stays with the day before as its last.

    A role that was given only today, or for later, is taken out; its history stays. Refuses to
    change one's own roles, one that is over, and the last administrator of a kind.
    """
    row = Membership.objects.select_for_update().get(pk=membership.pk)
    reasons = []
    if by is not None and by.pk == row.user_id:
        reasons.append(_("不能更改自己的权限。"))
    if row.last_day is not None and row.last_day < today:
        reasons.append(_("该权限已经失效。"))
    if REACH[Role(row.role)] == Reach.NONE and not _others(Role(row.role), row.user_id, today):
        reasons.append(
            _("这是最后一名%(role)s，请先授权他人。") % {"role": ROLE_LABELS[Role(row.role)]}
        )
    if reasons:
        raise CannotGrant(reasons)
    if row.first_day is not None and row.first_day >= today:
        row._history_user, row._history_date = by, at
        row.delete()
        return
    row.last_day = today - ONE_DAY
    _save(row, by=by, at=at)


@transaction.atomic
def create_login(
    *, username: str, by: User | None, person: Person | None = None, name: str = ""
) -> NewLogin:
    """Make a login with a random password, to be changed at the first login; says it once.

    Refuses an empty name, one that is taken in any spelling, and a person who has a login.
    """
    username = username.strip()
    reasons = []
    if not username:
        reasons.append(_("请填写用户名。"))
    elif User.objects.filter(username__iexact=username).exists():
        reasons.append(_("用户名“%(name)s”已存在。") % {"name": username})
    if person is not None and person.user_id is not None:
        reasons.append(_("%(person)s已有登录账号。") % {"person": person})
    if reasons:
        raise CannotChangeLogin(reasons)
    login = NewLogin(username, random_password())
    user = User.objects.create_user(username, password=login.password, first_name=name.strip())
    Account.objects.create(user=user, must_change_password=True)
    if person is not None:
        link_login(person=person, user=user)
    return login


@transaction.atomic
def link_login(*, person: Person, user: User | None) -> Person:
    """Say which login is a person's (None: none). Refuses a login that is somebody else's."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if user is not None:
        other = Person.objects.filter(user=user).exclude(pk=person.pk).first()
        if other is not None:
            raise CannotChangeLogin(
                [_("账号“%(user)s”已属于%(person)s。") % {"user": user, "person": other}]
            )
    person.user = user
    person.save()
    return person


@transaction.atomic
def set_login_active(*, user: User, active: bool, by: User | None, today: date) -> User:
    """Close a login, or open it again; its records stay.

    Refuses to close one's own, and that of the last administrator of a kind.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if not active:
        reasons = []
        if by is not None and by.pk == user.pk:
            reasons.append(_("不能停用自己的账号。"))
        for row in Membership.objects.filter(user=user).valid_on(today):
            role = Role(row.role)
            if REACH[role] == Reach.NONE and not _others(role, user.pk, today):
                reasons.append(
                    _("这是最后一名%(role)s，请先授权他人。") % {"role": ROLE_LABELS[role]}
                )
        if reasons:
            raise CannotChangeLogin(reasons)
    user.is_active = active
    user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def set_login_terms(
    *,
    user: User,
    expires_on: date | None,
    certificate_name: str,
    by: User | None,
    at: datetime,
    today: date,
) -> Account:
    """Say which day is the last of a login (None: none), and whose certificate is its own.

    Refuses a last day that is over or one's own, one for the last lasting administrator of a
    kind, and a certificate that is somebody else's.
    """
    User.objects.select_for_update().get(pk=user.pk)
    account, _made = Account.objects.get_or_create(
        user=user,
        defaults={"must_change_password": False},  # nosec B105 # a word, no password
    )
    certificate_name = certificate_name.strip()
    reasons = []
    if expires_on is not None and expires_on != account.expires_on:
        if by is not None and by.pk == user.pk:
            reasons.append(_("不能给自己的账号设有效期。"))
        if expires_on < today:
            reasons.append(_("有效期已过；要立即停止使用，请停用账号。"))
        for row in Membership.objects.filter(user=user).valid_on(today):
            role = Role(row.role)
            if REACH[role] == Reach.NONE and not _others(role, user.pk, today, lasting=True):
                reasons.append(
                    _("没有其他长期有效的%(role)s，请先授权他人。") % {"role": ROLE_LABELS[role]}
                )
    others = Account.objects.filter(certificate_name=certificate_name).exclude(pk=account.pk)
    if certificate_name and (other := others.select_related("user").first()):
        reasons.append(_("该证书名称已属于账号“%(user)s”。") % {"user": other.user})
    if reasons:
        raise CannotChangeLogin(reasons)
    account.expires_on, account.certificate_name = expires_on, certificate_name
    account._history_user, account._history_date = by, at
    account.save()
    return account


def _against_together(held: set[Role], role: Role) -> list[str]:
    return [
        _("“%(one)s”与“%(other)s”须由不同的人担任。")
        % dict(zip(("one", "other"), (ROLE_LABELS[each] for each in sorted(pair)), strict=True))
        for pair in reasons_against_holding({*held, role})
        if role in pair
    ]


def _others(role: Role, user_id: int, today: date, *, lasting: bool = False) -> bool:
    """Whether anybody else holds the role on the day with a login that can be used, or lasts."""
    found = Membership.objects.filter(~Q(user=user_id), role=role.value, user__is_active=True)
    usable = Q(user__account__expires_on__isnull=True)
    if not lasting:
        usable |= Q(user__account__expires_on__gte=today)
    return found.valid_on(today).filter(usable).exists()


def _save(row: Membership, *, by: User | None, at: datetime) -> None:
    """Save with the entry of the history in that user's name."""
    row._history_user, row._history_date = by, at
    row.save()
