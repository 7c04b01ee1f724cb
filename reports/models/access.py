from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import ends_after_it_begins
from .choices import ROLE_LABELS, labelled


class Account(models.Model):
    """What the ledger knows of a login beyond name and password."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account", verbose_name=_("账号")
    )
    must_change_password = models.BooleanField(_("首次登录须改密码"), default=True)
    is_demo = models.BooleanField(_("演示账号"), default=False, editable=False)
    expires_on = models.DateField(
        _("有效期至"),
        null=True,
        blank=True,
        help_text=_("含当日；次日起不能登录，已登录的随即退出。不填为长期有效。"),
    )
    certificate_name = models.CharField(
        _("证书名称"),
        max_length=200,
        blank=True,
        help_text=_("用数字证书登录的，填写证书主题中的名称或序列号。"),
    )
    password_set_at = models.DateTimeField(_("密码设置时间"), null=True, blank=True, editable=False)
    second_factor_since = models.DateTimeField(
        _("双因素认证启用时间"), null=True, blank=True, editable=False
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("账号设置")
        verbose_name_plural = pgettext_lazy("several", "账号设置")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_name"],
                condition=~Q(certificate_name=""),
                name="account_certificate_once",
                violation_error_message=_("该证书名称已属于另一账号。"),
            )
        ]

    def __str__(self):
        return str(self.user)


class FormerPassword(models.Model):
    """The hash of a password that a login had before."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="former_passwords",
        verbose_name=_("账号"),
    )
    password = models.CharField(_("密码摘要"), max_length=128)
    replaced_at = models.DateTimeField(_("更换时间"))

    class Meta:
        verbose_name = _("用过的密码")
        verbose_name_plural = pgettext_lazy("several", "用过的密码")
        ordering = ("-replaced_at", "-pk")

    def __str__(self):
        return str(self.user)


class MembershipQuerySet(models.QuerySet):
    def valid_on(self, day):
        return self.filter(
            Q(first_day__isnull=True) | Q(first_day__lte=day),
            Q(last_day__isnull=True) | Q(last_day__gte=day),
        )


class Membership(models.Model):
    """What a login may do where: user × unit × role."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("账号"),
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="memberships", verbose_name=_("单位")
    )
    role = models.CharField(_("角色"), max_length=16, choices=labelled(ROLE_LABELS))
    first_day = models.DateField(_("起始日期"), null=True, blank=True)
    last_day = models.DateField(_("截止日期"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("权限")
        verbose_name_plural = pgettext_lazy("several", "权限")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                name="membership_once",
                violation_error_message=_("该账号在该单位已有此角色。"),
            ),
            ends_after_it_begins(
                "first_day",
                "last_day",
                "membership_ends_after_it_begins",
                _("截止日期早于起始日期。"),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.unit} · {self.get_role_display()}"
