from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .choices import BACKUP_KIND_LABELS, labelled


class BackupRun(models.Model):
    """A backup that was made or read back for a test, or the one this ledger came from."""

    kind = models.CharField(_("事项"), max_length=12, choices=labelled(BACKUP_KIND_LABELS))
    ended_at = models.DateTimeField(_("完成时间"))
    ok = models.BooleanField(_("成功"))
    # When the copy was taken: what was entered later is not in the file.
    taken_at = models.DateTimeField(_("备份时点"), null=True, blank=True)
    file = models.CharField(_("文件"), max_length=300)
    size = models.PositiveBigIntegerField(_("大小"), default=0)
    encrypted = models.BooleanField(_("已加密"), default=False)
    message = models.CharField(_("结果"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("备份记录")
        verbose_name_plural = pgettext_lazy("several", "备份记录")
        indexes = [models.Index(fields=["kind", "ended_at"], name="backup_by_kind")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.file}"
