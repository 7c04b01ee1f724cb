from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .choices import AUDIT_KIND_LABELS, AUDIT_RESULT_LABELS, labelled


class AuditEntryQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-pk")

    def between(self, after, last):
        """In the order of the chain: keys above ``after`` up to ``last``."""
        return self.filter(pk__gt=after, pk__lte=last).order_by("pk")


class AuditEntry(models.Model):
    """Who did what, when, from where, and what came of it; added, never changed.

    Names are copied and nothing is a foreign key: an entry outlives what it speaks of.
    """

    at = models.DateTimeField(_("时间"))
    kind = models.CharField(_("类别"), max_length=14, choices=labelled(AUDIT_KIND_LABELS))
    result = models.CharField(_("结果"), max_length=10, choices=labelled(AUDIT_RESULT_LABELS))
    login_key = models.BigIntegerField(_("账号编号"), null=True, blank=True)
    login = models.CharField(_("账号"), max_length=150, blank=True)
    address = models.CharField(_("来源地址"), max_length=45, blank=True)
    unit = models.CharField(_("单位"), max_length=200, blank=True)
    action = models.CharField(_("操作"), max_length=100, blank=True)
    object_type = models.CharField(_("对象类别"), max_length=60, blank=True)
    object_key = models.CharField(_("对象编号"), max_length=60, blank=True)
    object_label = models.CharField(_("对象"), max_length=200, blank=True)
    status = models.PositiveSmallIntegerField(_("应答代码"), null=True, blank=True)
    details = models.JSONField(_("详情"), default=dict, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("审计日志")
        verbose_name_plural = pgettext_lazy("several", "审计日志")
        indexes = [
            models.Index(fields=["at"], name="audit_entry_at"),
            models.Index(fields=["login", "id"], name="audit_entry_login"),
            models.Index(fields=["kind", "id"], name="audit_entry_kind"),
        ]

    def __str__(self):
        return f"{self.pk} {self.login} {self.get_kind_display()}"

    def get_absolute_url(self):
        return reverse("reports:audit-entry-detail", args=[self.pk])


class AuditSeal(models.Model):
    """One link of the chain over the entries; added, never changed."""

    first_key = models.BigIntegerField(_("首条编号"))
    last_key = models.BigIntegerField(_("末条编号"), unique=True)
    count = models.PositiveIntegerField(_("条数"))
    # Unique: two seals can never follow the same one.
    previous = models.CharField(_("上一封存值"), max_length=64, blank=True, unique=True)
    sha256 = models.CharField(_("封存值"), max_length=64, unique=True)
    sealed_at = models.DateTimeField(_("封存时间"))

    class Meta:
        verbose_name = _("日志封存")
        verbose_name_plural = pgettext_lazy("several", "日志封存")

    def __str__(self):
        return f"{self.first_key}—{self.last_key} {self.sha256[:12]}"
