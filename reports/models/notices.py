from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.notices import NoticeState

from .base import Cancellable, Recorded
from .choices import NOTICE_STATE_LABELS, labelled


class IssuingOffice(models.Model):
    """Who may issue notices, and how their numbers begin (发文字号). Data of a unit."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="issuing_offices", verbose_name=_("单位")
    )
    name = models.CharField(_("制发机关"), max_length=80)
    prefix = models.CharField(
        _("发文字号"), max_length=30, help_text=_("如“江公法督”，编号为“江公法督〔2026〕3号”。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("督办单制发机关")
        verbose_name_plural = pgettext_lazy("several", "督办单制发机关")
        constraints = [
            models.UniqueConstraint(
                fields=["prefix"],
                name="issuingoffice_prefix_once",
                violation_error_message=_("该发文字号已被使用。"),
            )
        ]

    def __str__(self):
        return self.name


class Notice(Recorded, Cancellable):
    """A written demand on items of a unit (督办单): drafted, approved, numbered, received,
    answered, ended by its issuer. What comes from above is recorded with its own number.
    """

    office = models.ForeignKey(
        "IssuingOffice",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("制发机关"),
    )
    issued_by = models.CharField(
        _("来文机关"), max_length=80, blank=True, help_text=_("上级发来的督办文书填写。")
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="notices", verbose_name=_("承办单位")
    )
    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_notices",
        editable=False,
        verbose_name=_("分局"),
    )
    title = models.CharField(_("事由"), max_length=150)
    text = models.TextField(_("督办要求"), blank=True)
    answer_by = models.DateField(_("回复期限"))
    drafted_on = models.DateField(_("拟稿日期"))
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=labelled(NOTICE_STATE_LABELS),
        default=NoticeState.DRAFT.value,
        editable=False,
    )
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True, editable=False)
    serial = models.PositiveSmallIntegerField(_("序号"), null=True, blank=True, editable=False)
    number = models.CharField(_("文号"), max_length=60, blank=True, editable=False)
    approved_on = models.DateField(_("签发日期"), null=True, blank=True, editable=False)
    approver = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("签发人"),
    )
    from_paper = models.BooleanField(_("凭签批件录入"), default=False, editable=False)
    received_on = models.DateField(_("签收日期"), null=True, blank=True, editable=False)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("签收人"),
    )
    answered_on = models.DateField(_("回复日期"), null=True, blank=True, editable=False)
    ended_on = models.DateField(_("办结日期"), null=True, blank=True, editable=False)
    ended_note = models.TextField(_("办结意见"), blank=True, editable=False)

    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("督办单")
        verbose_name_plural = pgettext_lazy("several", "督办单")
        indexes = [models.Index(fields=["bureau", "state"], name="notice_of_bureau")]
        constraints = [
            *Cancellable.Meta.constraints,
            models.UniqueConstraint(
                fields=["office", "year", "serial"],
                name="notice_number_once_a_year",
                violation_error_message=_("该文号已被使用。"),
            ),
            models.CheckConstraint(
                condition=Q(office__isnull=False, issued_by="")
                | (Q(office__isnull=True) & ~Q(issued_by="")),
                name="notice_made_here_or_come_from_above",
                violation_error_message=_("本机关制发的选择制发机关；上级发来的填写来文机关。"),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number="")
                | (~Q(state="draft") & ~Q(number="") & Q(approved_on__isnull=False)),
                name="notice_numbered_when_approved",
                violation_error_message=_("督办单签发后方可编号。"),
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=F("drafted_on")),
                name="notice_answered_after_it_was_drafted",
                violation_error_message=_("回复期限早于拟稿日期。"),
            ),
        ]

    def __str__(self):
        return self.number or self.title

    def get_absolute_url(self):
        return reverse("reports:notice-detail", args=[self.pk])


class NoticeItem(models.Model):
    """One thing that a notice demands: a problem, a measure, a due, or in words alone."""

    notice = models.ForeignKey(
        "Notice", models.CASCADE, related_name="items", verbose_name=_("督办单")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice_items",
        verbose_name=_("问题"),
    )
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice_items",
        verbose_name=_("措施"),
    )
    due = models.ForeignKey(
        "Due",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice_items",
        verbose_name=_("应办事项"),
    )
    demand = models.CharField(_("督办事项"), max_length=300)

    class Meta:
        verbose_name = _("督办事项")
        verbose_name_plural = pgettext_lazy("several", "督办事项")
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "position"], name="noticeitem_once_per_position"
            ),
            models.CheckConstraint(
                condition=Q(measure__isnull=True, due__isnull=True)
                | Q(problem__isnull=True, due__isnull=True)
                | Q(problem__isnull=True, measure__isnull=True),
                name="noticeitem_about_one_thing",
                violation_error_message=_("一项督办事项只对应一个问题、措施或应办事项。"),
            ),
        ]

    def __str__(self):
        return self.demand


class Reply(Recorded):
    """What a unit answers to one item, approved by its head; append-only."""

    item = models.ForeignKey(
        "NoticeItem", models.CASCADE, related_name="replies", verbose_name=_("督办事项")
    )
    on = models.DateField(_("回复日期"))
    text = models.TextField(_("办理情况"))
    approved_by = models.ForeignKey(
        "Person",
        models.PROTECT,
        related_name="+",
        verbose_name=_("审批的单位负责人"),
    )
    from_paper = models.BooleanField(_("凭签批件录入"), default=False)

    class Meta:
        verbose_name = _("督办回复")
        verbose_name_plural = pgettext_lazy("several", "督办回复")

    def __str__(self):
        return f"{self.item_id} {self.on}"


class NoticeMove(Recorded):
    """One step of a notice: who, when, and what was said."""

    notice = models.ForeignKey(
        "Notice", models.CASCADE, related_name="moves", verbose_name=_("督办单")
    )
    to_state = models.CharField(max_length=10, choices=labelled(NOTICE_STATE_LABELS))
    on = models.DateField(_("日期"))
    note = models.TextField(_("说明"), blank=True)

    class Meta:
        verbose_name = _("督办流转")
        verbose_name_plural = pgettext_lazy("several", "督办流转")

    def __str__(self):
        return f"{self.notice_id} {self.to_state} {self.on}"
