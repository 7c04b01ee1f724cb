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

    class Meta:
        verbose_name = _("账号设置")
        verbose_name_plural = pgettext_lazy("several", "账号设置")

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
