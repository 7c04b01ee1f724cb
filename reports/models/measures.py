from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded


class MeasureQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def open_on(self, day, today=None):
        """Open as of a day. For ``today`` nothing that was done can lie in the future, and one
        index of the open ones says it."""
        if today is not None and day >= today:
            return self.filter(done_on__isnull=True, dropped_on__isnull=True, set_on__lte=day)
        return self.filter(
            Q(done_on__isnull=True) | Q(done_on__gt=day),
            Q(dropped_on__isnull=True) | Q(dropped_on__gt=day),
            set_on__lte=day,
        )

    def with_due(self, day, today=None):
        """``due_then``: the due day as of a day; an extension granted later does not exist."""
        if today is not None and day >= today:
            return self.annotate(due_then=F("due_on"))
        later = Extension.objects.filter(measure=OuterRef("pk"), granted=True, decided_on__gt=day)
        before = later.order_by("decided_on", "pk").values("old_due_on")[:1]
        return self.annotate(due_then=Coalesce(Subquery(before), "due_on"))

    def overdue_on(self, day, today=None):
        """The SQL voice of domain.measures; what is only "as published" is never overdue."""
        rows = self.standing().open_on(day, today).with_due(day, today)
        return rows.filter(due_then__lt=day, as_published=False)

    def for_list(self):
        return self.select_related("unit", "bureau", "responsible").order_by("due_on", "pk")


class SuperiorTask(Recorded, Imported, Cancellable):
    """A task from above (上级任务): an item of a document, with its due day; measures answer it."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_tasks",
        editable=False,
        verbose_name=_("分局"),
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="superior_tasks", verbose_name=_("牵头单位")
    )
    issuer = models.CharField(_("下达机关"), max_length=80)
    document = models.CharField(_("文件"), max_length=120, help_text=_("名称或文号。"))
    item = models.CharField(_("条目"), max_length=40, blank=True)
    title = models.CharField(_("任务"), max_length=200)
    issued_on = models.DateField(_("下达日期"))
    due_on = models.DateField(_("完成期限"), null=True, blank=True)
    due_is_month = models.BooleanField(_("期限只到月份"), default=False)
    done_on = models.DateField(_("完成日期"), null=True, blank=True, editable=False)
    result = models.TextField(_("落实情况"), blank=True)

    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("上级任务")
        verbose_name_plural = pgettext_lazy("several", "上级任务")
        indexes = [models.Index(fields=["bureau", "due_on"], name="superiortask_of_bureau")]
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("issued_on")),
                name="superiortask_due_after_it_was_issued",
                violation_error_message=_("完成期限早于下达日期。"),
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_on__gte=F("issued_on")),
                name="superiortask_done_after_it_was_issued",
                violation_error_message=_("完成日期早于下达日期。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:task-detail", args=[self.pk])


class Measure(Recorded, Imported, Cancellable):
    """What will be done, by whom, until when; without a problem it is a plan item of a year."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_measures",
        editable=False,
        verbose_name=_("分局"),
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="measures", verbose_name=_("责任单位")
    )
    problems = models.ManyToManyField(
        "Problem", blank=True, related_name="measures", verbose_name=_("对应问题")
    )
    plan_year = models.PositiveSmallIntegerField(
        _("计划年度"),
        null=True,
        blank=True,
        help_text=_("列入年度工作安排的填写，其他不填。"),
    )
    task = models.ForeignKey(
        "SuperiorTask",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("对应上级任务"),
    )
    joint_units = models.ManyToManyField(
        "Unit", blank=True, related_name="joint_measures", verbose_name=_("配合单位")
    )
    leader = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_measures",
        verbose_name=_("责任领导"),
    )
    title = models.CharField(_("措施"), max_length=200)
    standard = models.TextField(_("完成标准"), blank=True)
    responsible = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("责任人"),
    )
    set_on = models.DateField(_("确定日期"))
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("提出的会议"),
    )
    due_on = models.DateField(_("完成期限"), null=True, blank=True)
    due_is_month = models.BooleanField(_("期限只到月份"), default=False)
    as_published = models.BooleanField(_("据已公开报告"), default=False, editable=False)
    done_on = models.DateField(_("完成日期"), null=True, blank=True, editable=False)
    dropped_on = models.DateField(_("终止日期"), null=True, blank=True, editable=False)
    dropped_because = models.CharField(_("终止原因"), max_length=300, blank=True, editable=False)

    initials = models.CharField(_("拼音首字母"), max_length=200, blank=True, editable=False)

    objects = MeasureQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["initials"], m2m_fields=[problems, joint_units])

    class Meta(Cancellable.Meta):
        verbose_name = _("措施")
        verbose_name_plural = pgettext_lazy("several", "措施")
        indexes = [
            models.Index(fields=["bureau", "due_on"], name="measure_of_bureau"),
            # Pages over many bureaus count the open ones that are past their day, of nothing else.
            models.Index(
                fields=["bureau", "due_on", "set_on"],
                condition=Q(done_on=None, dropped_on=None, cancelled_at=None, as_published=False),
                name="measure_open",
            ),
            models.Index(fields=["due_on", "id"], name="measure_due_first"),
        ]
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(dropped_on__isnull=True),
                name="measure_done_or_dropped_not_both",
            ),
            models.CheckConstraint(
                condition=Q(dropped_on__isnull=True, dropped_because="")
                | (Q(dropped_on__isnull=False) & ~Q(dropped_because="")),
                name="measure_dropped_with_a_reason",
                violation_error_message=_("终止措施须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(done_on__gte=F("set_on")),
                name="measure_done_after_it_was_set",
                violation_error_message=_("完成日期早于措施确定日期。"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("set_on")),
                name="measure_due_after_it_was_set",
                violation_error_message=_("完成期限早于措施确定日期。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:measure-detail", args=[self.pk])


class Milestone(Recorded):
    """A step of a measure with a day of its own (节点)."""

    measure = models.ForeignKey(
        "Measure", models.CASCADE, related_name="milestones", verbose_name=_("措施")
    )
    title = models.CharField(_("节点"), max_length=120)
    due_on = models.DateField(_("期限"))
    due_is_month = models.BooleanField(_("期限只到月份"), default=False)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = pgettext_lazy("several", "节点")
        ordering = ["due_on", "pk"]

    def __str__(self):
        return self.title


class Progress(Recorded):
    """A dated entry on a measure; append-only."""

    measure = models.ForeignKey(
        "Measure", models.CASCADE, related_name="progress", verbose_name=_("措施")
    )
    on = models.DateField(_("日期"))
    text = models.TextField(_("进展情况"))
    percent = models.PositiveSmallIntegerField(_("完成百分比"), null=True, blank=True)
    nothing_new = models.BooleanField(
        _("本期无新进展"), default=False, help_text=_("如实填报，不算有进展。")
    )
    finishes = models.BooleanField(_("已完成"), default=False)
    basically_done = models.BooleanField(_("基本完成"), default=False)

    class Meta:
        verbose_name = _("进展")
        verbose_name_plural = pgettext_lazy("several", "进展")
        indexes = [models.Index(fields=["measure", "on", "id"], name="progress_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100),
                name="progress_percent_at_most_a_hundred",
                violation_error_message=_("完成百分比应在0至100之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(nothing_new=True, finishes=True),
                name="progress_nothing_new_finishes_nothing",
                violation_error_message=_("无新进展的，不能同时填报已完成。"),
            ),
        ]

    def __str__(self):
        return f"{self.measure_id} {self.on}"


class Extension(Recorded):
    """A later due date, asked for before the due date and granted by another person."""

    measure = models.ForeignKey(
        "Measure",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="extensions",
        verbose_name=_("措施"),
    )
    problem = models.ForeignKey(
        "Problem",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="extensions",
        verbose_name=_("问题"),
    )
    asked_on = models.DateField(_("申请日期"))
    old_due_on = models.DateField(_("原期限"))
    new_due_on = models.DateField(_("新期限"))
    reason = models.TextField(_("理由"))
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("决定人"),
    )
    granted = models.BooleanField(_("同意"), null=True, blank=True)
    decision_note = models.CharField(_("决定说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = pgettext_lazy("several", "延期")
        constraints = [
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")),
                name="extension_is_later",
                violation_error_message=_("新期限须晚于原期限。"),
            ),
            models.CheckConstraint(
                condition=Q(measure__isnull=False, problem__isnull=True)
                | Q(measure__isnull=True, problem__isnull=False),
                name="extension_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True, decided_by__isnull=True, granted__isnull=True)
                | Q(decided_on__isnull=False, decided_by__isnull=False, granted__isnull=False),
                name="extension_decided_with_day_and_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("recorded_by")),
                name="extension_granted_by_another",
                violation_error_message=_("延期须由申请人以外的人批准。"),
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(decided_on__isnull=True, measure__isnull=False),
                name="extension_one_asked_per_measure",
                violation_error_message=_("该措施已有待批的延期申请。"),
            ),
        ]

    def __str__(self):
        return f"{self.old_due_on} → {self.new_due_on}"
