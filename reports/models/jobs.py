from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import evidence_storage
from .choices import JOB_KIND_LABELS, JOB_STATE_LABELS, RUN_KIND_LABELS, JobState, labelled


class Job(models.Model):
    """A piece of longer work, done by ``manage.py work_jobs``."""

    kind = models.CharField(_("任务"), max_length=30, choices=labelled(JOB_KIND_LABELS))
    arguments = models.JSONField(_("参数"), default=dict, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=labelled(JOB_STATE_LABELS),
        default=JobState.WAITING.value,
    )
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    message = models.TextField(_("结果"), blank=True)
    # What the job made, kept outside the static tree as evidence is.
    file = models.FileField(_("文件"), storage=evidence_storage, blank=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("发起人"),
    )
    asked_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = pgettext_lazy("several", "后台任务")
        indexes = [models.Index(fields=["state", "id"], name="job_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False),
                name="job_ends_after_it_starts",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"

    def get_absolute_url(self):
        return reverse("reports:job-detail", args=[self.pk])


class LastRun(models.Model):
    """When something that runs by itself did so last, and what came of it: one row a kind."""

    kind = models.CharField(
        _("任务"), max_length=20, choices=labelled(RUN_KIND_LABELS), unique=True
    )
    ran_at = models.DateTimeField(_("时间"))
    succeeded = models.BooleanField(_("成功"), default=True)
    message = models.TextField(_("结果"), blank=True)

    class Meta:
        verbose_name = _("最近运行")
        verbose_name_plural = pgettext_lazy("several", "最近运行")

    def __str__(self):
        return self.get_kind_display()
