from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .choices import DAY_KIND_LABELS, labelled


class Holiday(models.Model):
    """A day off, or a weekend day worked instead; kept by staff."""

    day = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("类型"), max_length=10, choices=labelled(DAY_KIND_LABELS))
    name = models.CharField(_("名称"), max_length=40, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("节假日与调休")
        verbose_name_plural = pgettext_lazy("several", "节假日与调休")

    def __str__(self):
        return f"{self.day} {self.name}"
