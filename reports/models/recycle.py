from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeletedRecord(models.Model):
    """Something a person deleted: kept to be put back, afterwards only that it was deleted."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deleted_records",
        verbose_name=_("分局"),
    )
    # The model, as "reports.holiday", and the key the row had.
    kind = models.CharField(_("种类"), max_length=60, editable=False)
    key = models.PositiveBigIntegerField(_("编号"), editable=False)
    label = models.CharField(_("名称"), max_length=200, editable=False)
    # The row and what hung on it, by Django's serializer; empty when it is gone for good.
    rows = models.JSONField(_("内容"), default=list, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("删除时间"), editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("删除人"),
    )
    restored_at = models.DateTimeField(_("恢复时间"), null=True, blank=True, editable=False)
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("恢复人"),
    )
    purged_at = models.DateTimeField(_("彻底删除时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("已删除的记录")
        verbose_name_plural = pgettext_lazy("several", "已删除的记录")
        indexes = [models.Index(fields=["bureau", "-deleted_at"], name="deleted_of_bureau")]
        constraints = [
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(restored_at__isnull=True),
                name="deleted_restored_or_purged",
            )
        ]

    def __str__(self):
        return self.label
