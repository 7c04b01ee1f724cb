from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.security import LIMITS

THE_ONE = 1


def limited(name: str, label: object, **kwargs: object) -> models.PositiveSmallIntegerField:
    """A number within the limits of the rule."""
    limit = LIMITS[name]
    return models.PositiveSmallIntegerField(
        label,
        default=limit.usual,
        validators=[MinValueValidator(limit.least), MaxValueValidator(limit.most)],
        **kwargs,
    )


class SecuritySettings(models.Model):
    """The rules of coming in, one row for the whole ledger."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    password_length = limited("password_length", _("密码最短长度"))
    password_kinds = limited("password_kinds", _("密码至少包含的字符种类"))
    password_days = limited("password_days", _("密码有效天数"))
    passwords_kept = limited("passwords_kept", _("不得重复使用的最近密码个数"))
    failures = limited("failures", _("连续登录失败次数上限"))
    lockout_minutes = limited("lockout_minutes", _("锁定分钟数"))
    idle_minutes = limited("idle_minutes", _("无操作自动退出分钟数"))
    sessions = limited("sessions", _("同一账号同时登录数"))
    second_factor_roles = models.JSONField(_("须用双因素认证的角色"), default=list, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全设置")
        verbose_name_plural = pgettext_lazy("several", "安全设置")
        constraints = [
            models.CheckConstraint(
                condition=Q(id=THE_ONE),
                name="security_settings_only_once",
                violation_error_message=_("安全设置只有一份。"),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__range": (limit.least, limit.most)}),
                    name=f"security_{name}_within_limits",
                    violation_error_message=_("超出允许的范围。"),
                )
                for name, limit in LIMITS.items()
            ),
        ]

    def __str__(self):
        return str(self._meta.verbose_name)
