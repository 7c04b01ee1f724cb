from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Recorded, ends_after_it_begins
from .choices import HOW_OFTEN_LABELS, HowOften, labelled


class Reminder(models.Model):
    """How often a person wants to be told by mail what waits, and when it was told last."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reminder",
        verbose_name=_("账号"),
    )
    how_often = models.CharField(
        _("邮件提醒"),
        max_length=8,
        choices=labelled(HOW_OFTEN_LABELS),
        default=HowOften.NEVER.value,
    )
    sent_on = models.DateField(_("上次发送日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("邮件提醒")
        verbose_name_plural = pgettext_lazy("several", "邮件提醒")

    def __str__(self):
        return str(self.user)


class Deputy(Recorded):
    """Between two days of leave, what waits for one person waits for another, too."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="deputies",
        verbose_name=_("请假人"),
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="deputises",
        verbose_name=_("代办人"),
    )
    first_day = models.DateField(_("起始日期"))
    last_day = models.DateField(_("截止日期"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("代办")
        verbose_name_plural = pgettext_lazy("several", "代办")
        constraints = [
            ends_after_it_begins(
                "first_day", "last_day", "deputy_ends_after_it_begins", _("截止日期早于起始日期。")
            ),
            models.CheckConstraint(
                condition=~Q(user=F("deputy")),
                name="deputy_is_another",
                violation_error_message=_("代办人不能是本人。"),
            ),
        ]

    def __str__(self):
        return f"{self.user} → {self.deputy}"
