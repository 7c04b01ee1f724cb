from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Recorded
from .choices import PROMISE_DECISION_LABELS, PROMISE_KIND_LABELS, labelled


class Promise(Recorded):
    """What last year's report admitted (a problem) or promised (a step), and what became of it.

    Confirmed one by one at the turn of the year: taken on as a problem or measure of this year,
    merged into one that is there, done already, or dropped with a reason.
    """

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="promises", verbose_name=_("分局")
    )
    year = models.PositiveSmallIntegerField(_("办理年度"))
    report = models.ForeignKey(
        "AnnualReport",
        models.PROTECT,
        related_name="promises",
        verbose_name=_("出自年度报告"),
    )
    sentence = models.ForeignKey(
        "Sentence",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("报告原句"),
    )
    kind = models.CharField(_("性质"), max_length=10, choices=labelled(PROMISE_KIND_LABELS))
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("报告原文"))
    decision = models.CharField(
        _("处理"), max_length=10, choices=labelled(PROMISE_DECISION_LABELS), blank=True
    )
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    # The record of last year that the sentence speaks of, where the report knew it.
    earlier_problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上年问题"),
    )
    earlier_measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上年措施"),
    )
    problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("本年问题"),
    )
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promises",
        verbose_name=_("本年措施"),
    )
    decided_on = models.DateField(_("处理日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("上年报告事项")
        verbose_name_plural = pgettext_lazy("several", "上年报告事项")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind", "position"], name="promise_once_per_position"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on__isnull=True)
                | (~Q(decision="") & Q(decided_on__isnull=False)),
                name="promise_decided_with_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(decision="dropped") | ~Q(reason=""),
                name="promise_dropped_with_a_reason",
                violation_error_message=_("不再办理的，须写明原因。"),
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["taken_on", "merged"])
                | Q(problem__isnull=False)
                | Q(measure__isnull=False),
                name="promise_taken_on_names_the_record",
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def unit(self):
        """Where it lies: what a report says belongs to the bureau as a whole."""
        return self.bureau
