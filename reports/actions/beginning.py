"""The first day of a ledger: the kinds of units, the top unit, three administrators."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from reports.actions.accounts import NewLogin, random_password
from reports.actions.delivered import lay_posts
from reports.actions.delivered_columns import lay_column_names
from reports.actions.delivered_first_person import lay_duty_lists
from reports.actions.delivered_indicators import lay_indicators
from reports.actions.delivered_records import lay_record_kinds
from reports.actions.delivered_templates import lay_templates
from reports.actions.delivered_wording import lay_wording
from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.actions.units import UnitDraft, create_unit
from reports.domain.access import Role
from reports.domain.problems import ProblemClass
from reports.models import (
    Account,
    CauseKind,
    Membership,
    ProblemRule,
    ProblemSource,
    ProblemTheme,
    Unit,
    UnitKind,
)
from reports.models.choices import EvidenceKind


class CannotStartLedger(Refused):
    """The ledger has been started before, or the names given do not do."""


def start_token() -> str:
    """The words that prove that who starts the ledger on its page has a shell on the machine.

    Made from the secret key and stored nowhere; of no use once the ledger has begun.
    """
    digest = salted_hmac("reports.beginning", "start", algorithm="sha256").hexdigest()
    return "-".join(digest[place : place + 5] for place in range(0, 20, 5))


def is_start_token(typed: str) -> bool:
    """Whether that was typed, with or without its hyphens."""
    plain = "".join(typed.split()).replace("-", "").lower()
    return constant_time_compare(plain, start_token().replace("-", ""))


def usual_unit_kinds() -> list[UnitKind]:
    """The kinds most cities have, unsaved; staff may add and rename them later."""
    return [
        UnitKind(code="city", name=_("市局"), position=10),
        UnitKind(code="bureau", name=_("分局"), files_report=True, position=20),
        UnitKind(code="department", name=_("部门"), position=30),
        UnitKind(code="squad", name=_("大队"), position=40),
        UnitKind(code="station", name=_("派出所"), position=50),
        UnitKind(code="committee", name=_("会议机构"), is_body=True, position=60),
    ]


def lay_problem_words() -> None:
    """Sources, themes, kinds of causes and what each class asks for; what is there stays.

    Staff may add and rename them later.
    """
    sources = [
        ("self_check", _("自查自纠"), False, False),
        ("case_review", _("案卷评查"), False, False),
        ("enforcement_check", _("执法检查和专项整治"), False, False),
        ("supervision", _("内部执法监督"), False, False),
        ("meeting", _("会议研究"), False, False),
        ("accountability", _("述法"), False, False),
        ("last_report", _("上年度报告"), False, False),
        ("above", _("上级检查"), True, False),
        ("audit", _("审计"), True, False),
        ("petition", _("信访投诉"), False, False),
        ("procuratorate", _("检察建议"), True, True),
        ("correction", _("纠正违法通知书"), True, True),
        ("court", _("司法建议"), True, True),
    ]
    themes = [
        ("alarms", _("警情")),
        ("cases", _("案件")),
        ("premises", _("场所")),
        ("property", _("物品")),
        ("files", _("卷宗")),
    ]
    causes = [
        ("rules", _("制度机制")),
        ("responsibility", _("责任落实")),
        ("skill", _("能力素质")),
        ("supervision", _("监督管理")),
        ("means", _("保障条件")),
        ("outside", _("外部环境")),
        ("other", _("其他原因")),
    ]
    silence = {ProblemClass.AT_ONCE: 7, ProblemClass.DATED: 30, ProblemClass.STANDING: 90}
    proof = {ProblemClass.DATED: [EvidenceKind.MATERIAL.value]}
    ProblemSource.objects.bulk_create(
        (
            ProblemSource(
                code=code,
                name=name,
                raised_from_above=above,
                wants_reply=reply,
                position=position * 10,
            )
            for position, (code, name, above, reply) in enumerate(sources, 1)
        ),
        ignore_conflicts=True,
    )
    for model, rows in ((ProblemTheme, themes), (CauseKind, causes)):
        model.objects.bulk_create(
            (
                model(code=code, name=name, position=position * 10)
                for position, (code, name) in enumerate(rows, 1)
            ),
            ignore_conflicts=True,
        )
    for kind, days in silence.items():
        asked = {"no_movement_days": days, "expected_evidence": proof.get(kind, [])}
        ProblemRule.objects.get_or_create(kind=kind.value, defaults=asked)


@transaction.atomic
def start_ledger(
    *,
    unit_name: str,
    kind_code: str,
    system_admin: str,
    security_admin: str,
    audit_admin: str,
    at: datetime,
    today: date,
) -> list[NewLogin]:
    """Make the top unit and its first three administrators, who are three separate people.

    Takes the unit's name, the code of its kind and the three login names. Gives the logins with
    random passwords, to be changed at the first login. Refuses when a unit exists already, a name
    is empty or taken, the kind is unknown, or two administrators are the same (三员分立).
    """
    names = [system_admin.strip(), security_admin.strip(), audit_admin.strip()]
    if reasons := _against_starting(unit_name.strip(), names):
        raise CannotStartLedger(reasons)
    if not UnitKind.objects.exists():
        try:
            with transaction.atomic():
                UnitKind.objects.bulk_create(usual_unit_kinds())
        except IntegrityError as error:  # somebody else started it at the same moment
            raise CannotStartLedger([_("台账已启用：已有单位。")]) from error
    lay_problem_words()
    lay_posts(at=at)
    lay_duty_lists(at=at)
    lay_record_kinds()
    lay_indicators(at=at)
    lay_wording(at=at)
    lay_templates(at=at)
    lay_column_names()
    kind = UnitKind.objects.filter(code=kind_code).first()
    if kind is None:
        raise CannotStartLedger([_("没有“%(code)s”这一单位类别。") % {"code": kind_code}])
    unit = create_unit(UnitDraft(name=unit_name.strip(), kind=kind), by=None, at=at, today=today)
    return _make_administrators(unit, names, at)


@transaction.atomic
def make_administrators(*, names: list[str], at: datetime) -> list[NewLogin]:
    """Make a system, a security and an audit administrator in a ledger that came without logins.

    Takes the three login names, in that order; they stand at the top unit. Gives the logins with
    random passwords, to be changed at the first login. Refuses a name that is empty or taken, the
    same name twice, and a ledger without units.
    """
    names = [name.strip() for name in names]
    unit = Unit.objects.filter(parent=None).in_order().first()
    reasons = _against_names(names)
    if unit is None:
        reasons = [_("台账中还没有单位。")]
    if unit is None or reasons:
        raise CannotStartLedger(reasons)
    return _make_administrators(unit, names, at)


def _make_administrators(unit: Unit, names: list[str], at: datetime) -> list[NewLogin]:
    logins = [NewLogin(name, random_password()) for name in names]
    users = [User.objects.create_user(login.username, password=login.password) for login in logins]
    accounts = [Account(user=user, must_change_password=True) for user in users]
    bulk_create(Account, accounts, by=None, at=at)
    roles = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]
    memberships = [
        Membership(user=user, unit=unit, role=role.value)
        for user, role in zip(users, roles, strict=True)
    ]
    bulk_create(Membership, memberships, by=None, at=at)
    return logins


def _against_names(names: list[str]) -> list[str]:
    reasons = []
    if not all(names):
        reasons.append(_("三个登录名都必须填写。"))
    if len({name.lower() for name in names}) < len(names):
        reasons.append(_("系统管理员、安全管理员和审计管理员不能是同一人。"))
    if User.objects.filter(username__in=names).exists():
        reasons.append(_("登录名已被使用。"))
    return reasons


def _against_starting(unit_name: str, names: list[str]) -> list[str]:
    if Unit.objects.exists():
        return [_("台账已启用：已有单位。")]
    reasons = []
    if not unit_name or not all(names):
        reasons.append(_("单位名称和三个登录名都必须填写。"))
    if len({name.lower() for name in names}) < len(names):
        reasons.append(_("系统管理员、安全管理员和审计管理员不能是同一人。"))
    if User.objects.filter(username__in=names).exists():
        reasons.append(_("登录名已被使用。"))
    return reasons
