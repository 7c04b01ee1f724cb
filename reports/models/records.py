from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded, ends_after_it_begins
from .choices import (
    HONOUR_KIND_LABELS,
    HONOUR_LEVEL_LABELS,
    RECORD_FIELD_LABELS,
    HonourKind,
    HonourLevel,
    labelled,
)


class ReportHeading(models.Model):
    """A heading of part one of the annual report: 组织领导, 化解矛盾, 依法行政 … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("报告小标题")
        verbose_name_plural = pgettext_lazy("several", "报告小标题")

    def __str__(self):
        return self.name


class RecordKind(models.Model):
    """A kind of work that is neither meeting nor measure: publicity, training … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    heading = models.ForeignKey(
        "ReportHeading",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="kinds",
        verbose_name=_("归入报告小标题"),
    )
    counter = models.CharField(_("计量单位"), max_length=10)
    title_label = models.CharField(_("“名称”栏的叫法"), max_length=20, blank=True)
    person_label = models.CharField(
        _("“负责人”栏的叫法"), max_length=20, blank=True, help_text=_("留空则不设此栏。")
    )
    second_label = models.CharField(
        _("“第二负责人”栏的叫法"), max_length=20, blank=True, help_text=_("留空则不设此栏。")
    )
    asks_period = models.BooleanField(_("有起止日期"), default=False)
    asks_document = models.BooleanField(_("有文号"), default=False)
    takes_totals = models.BooleanField(
        _("可按月填合计"), default=True, help_text=_("合计须写明数据来源，与逐条录入不重复。")
    )
    is_case = models.BooleanField(
        _("涉及具体案件"),
        default=False,
        help_text=_("不得与领导干部“四个亲自”事项关联；只登记编号，不写当事人姓名。"),
    )
    # Findings of such work are registered with this source.
    problem_source = models.ForeignKey(
        "ProblemSource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="record_kinds",
        verbose_name=_("发现问题的来源"),
    )
    hint = models.CharField(_("填写提示"), max_length=200, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("工作记录种类")
        verbose_name_plural = pgettext_lazy("several", "工作记录种类")

    def __str__(self):
        return self.name


class RecordField(models.Model):
    """A field of a kind of work record, beyond those that every record has. Data."""

    kind = models.ForeignKey(
        "RecordKind", models.CASCADE, related_name="fields", verbose_name=_("种类")
    )
    code = models.SlugField(_("代码"), max_length=40)
    label = models.CharField(_("栏目"), max_length=40)
    type = models.CharField(_("类型"), max_length=10, choices=labelled(RECORD_FIELD_LABELS))
    choices = models.JSONField(_("选项"), default=list, blank=True)
    counter = models.CharField(
        _("计量单位"), max_length=10, blank=True, help_text=_("数字栏填写，如：人次、份。")
    )
    is_required = models.BooleanField(_("必填"), default=False)
    in_totals = models.BooleanField(
        _("按月合计时填写"), default=False, help_text=_("只有数字栏可以合计。")
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("记录栏目")
        verbose_name_plural = pgettext_lazy("several", "记录栏目")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="recordfield_once"),
            models.CheckConstraint(
                condition=Q(in_totals=False) | Q(type="number"),
                name="recordfield_totals_numbers",
                violation_error_message=_("只有数字栏可以合计。"),
            ),
        ]

    def __str__(self):
        return self.label


class WorkRecordQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def for_list(self):
        return self.select_related("unit", "bureau", "kind", "person", "second_person").order_by(
            "-on", "-pk"
        )


class WorkRecord(Recorded, Imported, Cancellable):
    """Something done that is neither meeting nor measure, or the total of a month of it."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_records",
        editable=False,
        verbose_name=_("分局"),
    )
    unit = models.ForeignKey("Unit", models.PROTECT, related_name="records", verbose_name=_("单位"))
    kind = models.ForeignKey(
        "RecordKind", models.PROTECT, related_name="records", verbose_name=_("种类")
    )
    # Of a total: the first day of its month.
    on = models.DateField(_("日期"))
    last_day = models.DateField(_("结束日期"), null=True, blank=True)
    title = models.CharField(_("名称"), max_length=200)
    is_total = models.BooleanField(_("按月合计"), default=False)
    amount = models.PositiveIntegerField(_("数量"), default=1)
    source = models.CharField(_("数据来源"), max_length=200, blank=True)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    person = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("负责人"),
    )
    # The post of that day, as it was.
    person_post = models.ForeignKey(
        "Post", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    second_person = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="second_records",
        verbose_name=_("第二负责人"),
    )
    # What the kind's own fields ask, by their code: text, number, day as YYYY-MM-DD, true/false.
    values = models.JSONField(_("各栏内容"), default=dict, blank=True)
    note = models.TextField(_("备注"), blank=True)
    # The plan item of the year that it is part of: publicity plan, training plan.
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("对应年度安排"),
    )
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("对应会议"),
    )
    initials = models.CharField(_("拼音首字母"), max_length=200, blank=True, editable=False)
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = WorkRecordQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["once", "initials"])

    class Meta(Cancellable.Meta):
        verbose_name = _("工作记录")
        verbose_name_plural = pgettext_lazy("several", "工作记录")
        indexes = [
            models.Index(fields=["bureau", "-on"], name="workrecord_of_bureau"),
            models.Index(fields=["unit", "-on"], name="workrecord_of_unit"),
            models.Index(fields=["bureau", "kind", "on"], name="workrecord_of_kind"),
            models.Index(fields=["-on", "-id"], name="workrecord_newest_first"),
        ]
        constraints = [
            *Cancellable.Meta.constraints,
            ends_after_it_begins(
                "on", "last_day", "workrecord_ends_after_it_begins", _("结束日期早于开始日期。")
            ),
            models.CheckConstraint(
                condition=Q(is_total=False) | (Q(is_total=True, last_day=None) & ~Q(source="")),
                name="workrecord_total_names_its_source",
                violation_error_message=_("按月合计须写明数据来源。"),
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "on"],
                condition=Q(is_total=True, cancelled_at__isnull=True),
                name="workrecord_one_total_a_month",
                violation_error_message=_("该单位该月的合计已录入。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:record-detail", args=[self.pk])


class Honour(Imported, Cancellable):
    """An honour, an assessment result, words of approval or a practice spread, of a year."""

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
    person = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="honours",
        verbose_name=_("获得人"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(
        _("类别"),
        max_length=12,
        choices=labelled(HONOUR_KIND_LABELS),
        default=HonourKind.HONOUR.value,
    )
    level = models.CharField(
        _("级别"),
        max_length=10,
        choices=labelled(HONOUR_LEVEL_LABELS),
        default=HonourLevel.CITY.value,
    )
    title = models.CharField(_("荣誉或考评结果"), max_length=200)
    awarded_by = models.CharField(_("授予机关"), max_length=100, blank=True)
    awarded_on = models.DateField(_("授予日期"), null=True, blank=True)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)

    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("荣誉")
        verbose_name_plural = pgettext_lazy("several", "荣誉")

    def __str__(self):
        return self.title
