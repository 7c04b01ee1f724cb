from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported


class Honour(Imported, Cancellable):
    """An honour or an assessment result of a year."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="honours", verbose_name=_("分局")
    )
    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="own_honours",
        verbose_name=_("获得单位"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("荣誉或考评结果"), max_length=200)
    awarded_by = models.CharField(_("授予机关"), max_length=100, blank=True)
    awarded_on = models.DateField(_("授予日期"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("荣誉")
        verbose_name_plural = pgettext_lazy("several", "荣誉")

    def __str__(self):
        return self.title
