from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.summaries import Numbering, PublicState, ReportKind, ReportState

from .base import Imported, Recorded, ends_after_it_begins
from .choices import (
    NUMBERING_LABELS,
    PUBLIC_STATE_LABELS,
    REPORT_KIND_LABELS,
    REPORT_MOVE_LABELS,
    REPORT_STATE_LABELS,
    SECTION_ROLE_LABELS,
    WORDING_KIND_LABELS,
    labelled,
)


class ReportTemplate(models.Model):
    """The order of a report's parts and what each draws on. Data; without a unit, delivered."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="report_templates",
        verbose_name=_("制定单位"),
    )
    year = models.PositiveSmallIntegerField(
        _("适用年度"), null=True, blank=True, help_text=_("留空适用各年度。")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("报告模板")
        verbose_name_plural = pgettext_lazy("several", "报告模板")

    def __str__(self):
        return self.name


class TemplateSection(models.Model):
    """A part of a template: its role, heading and numbering."""

    template = models.ForeignKey(
        "ReportTemplate", models.CASCADE, related_name="sections", verbose_name=_("报告模板")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    role = models.CharField(_("内容"), max_length=14, choices=labelled(SECTION_ROLE_LABELS))
    # 「{year}」 and 「{next_year}」 stand for the years.
    heading = models.CharField(_("标题"), max_length=100, blank=True)
    numbering = models.CharField(
        _("编号方式"),
        max_length=10,
        choices=labelled(NUMBERING_LABELS),
        default=Numbering.CHAPTERS.value,
    )

    class Meta:
        verbose_name = _("模板章节")
        verbose_name_plural = pgettext_lazy("several", "模板章节")
        constraints = [
            models.UniqueConstraint(
                fields=["template", "position"], name="templatesection_in_order"
            )
        ]

    def __str__(self):
        return self.heading


class TemplatePart(models.Model):
    """A paragraph of a template's section, and the sorts of records that speak in it."""

    section = models.ForeignKey(
        "TemplateSection", models.CASCADE, related_name="parts", verbose_name=_("模板章节")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    heading = models.CharField(_("小标题"), max_length=100, blank=True)
    # Codes such as "schedules", "records:publicity", "honours"; domain.report_text reads them.
    draws = models.JSONField(_("取材"), default=list, blank=True)
    asks = models.CharField(
        _("要求写明"), max_length=200, blank=True, help_text=_("起草后对照检查，缺的会提示。")
    )

    class Meta:
        verbose_name = _("模板段落")
        verbose_name_plural = pgettext_lazy("several", "模板段落")
        constraints = [
            models.UniqueConstraint(fields=["section", "position"], name="templatepart_in_order")
        ]

    def __str__(self):
        return self.heading or f"{self.section_id}.{self.position}"


class ReportCall(Recorded):
    """The year's notice (年度报告通知): who asks for the report, by when, what to include."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="report_calls", verbose_name=_("分局")
    )
    year = models.PositiveSmallIntegerField(_("报告年度"))
    issued_by = models.CharField(_("发文机关"), max_length=100)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    issued_on = models.DateField(_("发文日期"), null=True, blank=True)
    due_on = models.DateField(_("报送期限"))
    publish_by = models.DateField(_("公开期限"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("年度报告通知")
        verbose_name_plural = pgettext_lazy("several", "年度报告通知")

    def __str__(self):
        return f"{self.issued_by} {self.document_number}".strip()


class CallItem(models.Model):
    """One thing the notice asks for, ticked off when the report has it."""

    call = models.ForeignKey(
        "ReportCall", models.CASCADE, related_name="items", verbose_name=_("年度报告通知")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("要求"), max_length=300)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("通知要求")
        verbose_name_plural = pgettext_lazy("several", "通知要求")
        constraints = [
            models.UniqueConstraint(fields=["call", "position"], name="callitem_in_order"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False),
                name="callitem_done_by_someone",
            ),
        ]

    def __str__(self):
        return self.text


class Formula(models.Model):
    """A standing formula (规范表述) with the days it holds; inserted by choice. Data."""

    title = models.CharField(_("名称"), max_length=80)
    text = models.TextField(_("表述"))
    source = models.CharField(_("出处"), max_length=200, blank=True)
    first_day = models.DateField(_("起"))
    last_day = models.DateField(_("止"), null=True, blank=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("规范表述")
        verbose_name_plural = pgettext_lazy("several", "规范表述")
        constraints = [
            ends_after_it_begins(
                "first_day", "last_day", "formula_ends_after_it_begins", _("截止日期早于起始日期。")
            )
        ]

    def __str__(self):
        return self.title


class WordingRule(models.Model):
    """A form that should not stand in a report, and what to write instead. Data."""

    kind = models.CharField(_("类别"), max_length=12, choices=labelled(WORDING_KIND_LABELS))
    wrong = models.CharField(_("不规范写法"), max_length=120, unique=True)
    right = models.CharField(_("规范写法"), max_length=120, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("用语规则")
        verbose_name_plural = pgettext_lazy("several", "用语规则")

    def __str__(self):
        return self.wrong


class SecrecyPattern(models.Model):
    """What the secrecy check should look at: personal names, case details. Data."""

    name = models.CharField(_("名称"), max_length=60, unique=True)
    pattern = models.CharField(_("模式"), max_length=200, help_text=_("正则表达式。"))
    note = models.CharField(_("提示"), max_length=200, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("保密检查项")
        verbose_name_plural = pgettext_lazy("several", "保密检查项")

    def __str__(self):
        return self.name


class AnnualReportQuerySet(models.QuerySet):
    def annual(self):
        """The annual reports as they stand: the last version of each, no text of another span."""
        return self.filter(kind=ReportKind.ANNUAL.value, is_current=True)


class AnnualReport(Recorded, Imported):
    """The year summary of a bureau: drafted from records, signed (frozen), printed."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="annual_reports", verbose_name=_("分局")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(
        _("种类"),
        max_length=8,
        choices=labelled(REPORT_KIND_LABELS),
        default=ReportKind.ANNUAL.value,
        editable=False,
    )
    # Of a text for another span of days; the annual report always speaks of its calendar year.
    first_day = models.DateField(_("起"), null=True, blank=True)
    last_day = models.DateField(_("止"), null=True, blank=True)
    addressee = models.CharField(_("报送对象"), max_length=100, blank=True)
    template = models.ForeignKey(
        "ReportTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("报告模板"),
    )
    version = models.PositiveSmallIntegerField(_("版本"), default=1, editable=False)
    corrects = models.OneToOneField(
        "AnnualReport",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="corrected_by",
        verbose_name=_("更正的版本"),
    )
    corrects_because = models.CharField(_("更正原因"), max_length=300, blank=True, editable=False)
    is_current = models.BooleanField(_("现行版本"), default=True, editable=False)
    # SHA-256 over the whole as it was signed: title, text, figures, signer, day.
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    title = models.CharField(_("标题"), max_length=120)
    state = models.CharField(
        _("状态"),
        max_length=12,
        choices=labelled(REPORT_STATE_LABELS),
        default=ReportState.DRAFT.value,
        editable=False,
    )
    figures_as_of = models.DateField(_("数据截至"), null=True, blank=True)
    issuer = models.CharField(_("发布机构"), max_length=100, blank=True)
    document_number = models.CharField(_("文号"), max_length=60, blank=True)
    index_number = models.CharField(_("索引号"), max_length=60, blank=True)
    issued_on = models.DateField(_("成文日期"), null=True, blank=True)
    published_on = models.DateField(_("公开日期"), null=True, blank=True)
    topic = models.CharField(_("主题分类"), max_length=100, blank=True)
    is_published_text = models.BooleanField(_("据已公开报告"), default=False, editable=False)
    signed_on = models.DateField(_("签发日期"), null=True, blank=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("签发操作人"),
    )
    signer = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("签发人"),
    )
    from_paper = models.BooleanField(_("凭签批件录入"), default=False, editable=False)

    objects = AnnualReportQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("年度报告")
        verbose_name_plural = pgettext_lazy("several", "年度报告")
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "year"],
                condition=Q(kind="annual", is_current=True),
                name="annualreport_once_a_year",
                violation_error_message=_("该分局该年度的报告已存在。"),
            ),
            models.UniqueConstraint(
                fields=["bureau", "year", "version"],
                condition=Q(kind="annual"),
                name="annualreport_version_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="annual", first_day=None, last_day=None)
                | Q(kind="span", first_day__isnull=False, last_day__gte=F("first_day")),
                name="annualreport_span_has_its_days",
                violation_error_message=_("阶段材料须填写起止日期。"),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, corrects_because="")
                | Q(corrects__isnull=False) & ~Q(corrects_because=""),
                name="annualreport_corrected_with_a_reason",
                violation_error_message=_("更正须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "countersign", "review", "committee"],
                    signed_on__isnull=True,
                    signer__isnull=True,
                )
                | Q(state="signed", signed_on__isnull=False, signer__isnull=False)
                | Q(state="published"),
                name="annualreport_signed_with_day_and_signer",
                violation_error_message=_("签发须有日期和签发人。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:report-detail", args=[self.pk])


class Section(models.Model):
    """A part of the report with its role."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="sections", verbose_name=_("报告")
    )
    role = models.CharField(_("内容"), max_length=14, choices=labelled(SECTION_ROLE_LABELS))
    position = models.PositiveSmallIntegerField(_("序号"))
    heading = models.CharField(_("标题"), max_length=100)
    numbering = models.CharField(
        _("编号方式"),
        max_length=10,
        choices=labelled(NUMBERING_LABELS),
        default=Numbering.CHAPTERS.value,
    )
    # Grows with every change, so that two editors of one section notice each other.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("章节")
        verbose_name_plural = pgettext_lazy("several", "章节")
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="section_once_per_position")
        ]

    def __str__(self):
        return self.heading


class Paragraph(models.Model):
    """A paragraph of a section; its text is the text of its sentences."""

    section = models.ForeignKey(
        "Section", models.CASCADE, related_name="paragraphs", verbose_name=_("章节")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    heading = models.CharField(_("小标题"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("段落")
        verbose_name_plural = pgettext_lazy("several", "段落")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "position"], name="paragraph_once_per_position"
            )
        ]

    def __str__(self):
        return f"{self.section_id}.{self.position}"


class Sentence(models.Model):
    """A sentence: compiled from records, with figures as tokens, or typed by hand."""

    paragraph = models.ForeignKey(
        "Paragraph", models.CASCADE, related_name="sentences", verbose_name=_("段落")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("文字"))
    is_compiled = models.BooleanField(_("据记录生成"), default=False)
    formula = models.ForeignKey(
        "Formula",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sentences",
        verbose_name=_("规范表述"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("句子")
        verbose_name_plural = pgettext_lazy("several", "句子")
        constraints = [
            models.UniqueConstraint(
                fields=["paragraph", "position"], name="sentence_once_per_position"
            )
        ]

    def __str__(self):
        return self.text


class Source(models.Model):
    """A record that a sentence was compiled from."""

    sentence = models.ForeignKey(
        "Sentence", models.CASCADE, related_name="sources", verbose_name=_("句子")
    )
    figure = models.CharField(_("数据"), max_length=60, blank=True)
    schedule = models.ForeignKey(
        "Schedule", models.PROTECT, null=True, blank=True, related_name="+"
    )
    problem = models.ForeignKey("Problem", models.PROTECT, null=True, blank=True, related_name="+")
    measure = models.ForeignKey("Measure", models.PROTECT, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey("Meeting", models.PROTECT, null=True, blank=True, related_name="+")
    honour = models.ForeignKey("Honour", models.PROTECT, null=True, blank=True, related_name="+")
    record = models.ForeignKey(
        "WorkRecord", models.PROTECT, null=True, blank=True, related_name="+"
    )
    deed = models.ForeignKey("Deed", models.PROTECT, null=True, blank=True, related_name="+")
    task = models.ForeignKey(
        "SuperiorTask", models.PROTECT, null=True, blank=True, related_name="+"
    )
    promise = models.ForeignKey("Promise", models.PROTECT, null=True, blank=True, related_name="+")
    indicator = models.ForeignKey(
        "Indicator", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Who linked the record by hand; empty for what was compiled.
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("关联人"),
    )
    linked_at = models.DateTimeField(_("关联时间"), null=True, blank=True)

    LINKS = (
        "schedule",
        "problem",
        "measure",
        "meeting",
        "honour",
        "record",
        "deed",
        "task",
        "promise",
        "indicator",
    )

    class Meta:
        verbose_name = _("依据")
        verbose_name_plural = pgettext_lazy("several", "依据")

    def __str__(self):
        return f"{self.sentence_id} {self.figure}"


class FrozenFigure(models.Model):
    """A figure as it stood when the report was signed."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="frozen_figures", verbose_name=_("报告")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    key = models.CharField(_("数据代码"), max_length=60)
    group = models.CharField(_("分组"), max_length=60)
    label = models.CharField(_("数据名称"), max_length=120)
    value = models.DecimalField(_("数值"), max_digits=18, decimal_places=4)

    class Meta:
        verbose_name = _("签发时数据")
        verbose_name_plural = pgettext_lazy("several", "签发时数据")
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="frozenfigure_once")]

    def __str__(self):
        return f"{self.label} {self.value}"


class ReportMove(Recorded):
    """A step of the report: compiled, edited, signed, reopened by whom and when."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="moves", verbose_name=_("报告")
    )
    move = models.CharField(_("环节"), max_length=12, choices=labelled(REPORT_MOVE_LABELS))
    to_state = models.CharField(
        _("状态"), max_length=12, choices=labelled(REPORT_STATE_LABELS), blank=True
    )
    on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    # Who decided, where it was recorded from the signed sheet, or for whom it was sent.
    person = models.ForeignKey(
        "Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("人员")
    )
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审议的会议"),
    )
    item = models.ForeignKey(
        "AgendaItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审议的议题"),
    )
    from_paper = models.BooleanField(_("凭签批件录入"), default=False)

    class Meta:
        verbose_name = _("报告流转")
        verbose_name_plural = pgettext_lazy("several", "报告流转")

    def __str__(self):
        return f"{self.report_id} {self.move}"


class TextVersion(Recorded):
    """The whole text after a change, for comparison between any two."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="text_versions", verbose_name=_("报告")
    )
    number = models.PositiveIntegerField(_("稿次"))
    why = models.CharField(_("说明"), max_length=120, blank=True)
    # [{"heading", "paragraphs": [{"heading", "text"}]}]
    text = models.JSONField(_("文字"))

    class Meta:
        verbose_name = _("历次稿")
        verbose_name_plural = pgettext_lazy("several", "历次稿")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="textversion_in_order")
        ]

    def __str__(self):
        return f"{self.report_id} {self.number}"


class KeptText(Recorded):
    """What somebody typed while another was faster: kept until it was looked at."""

    section = models.ForeignKey(
        "Section", models.CASCADE, related_name="kept_texts", verbose_name=_("章节")
    )
    text = models.TextField(_("文字"))
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("未采用的文字")
        verbose_name_plural = pgettext_lazy("several", "未采用的文字")

    def __str__(self):
        return f"{self.section_id} {self.pk}"


class Comment(Recorded):
    """A remark on a paragraph of a draft."""

    paragraph = models.ForeignKey(
        "Paragraph", models.CASCADE, related_name="comments", verbose_name=_("段落")
    )
    text = models.TextField(_("意见"))
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("处理人"),
    )
    answer = models.CharField(_("处理情况"), max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("段落意见")
        verbose_name_plural = pgettext_lazy("several", "段落意见")

    def __str__(self):
        return self.text


class MissDecision(Recorded):
    """Whether what was missed is admitted as a problem in the report; decided by a person."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="miss_decisions", verbose_name=_("报告")
    )
    schedule = models.ForeignKey(
        "Schedule", models.PROTECT, related_name="+", verbose_name=_("制度")
    )
    admitted = models.BooleanField(_("列为不足"))
    cause = models.CharField(_("原因"), max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("未落实的处理")
        verbose_name_plural = pgettext_lazy("several", "未落实的处理")
        constraints = [
            models.UniqueConstraint(fields=["report", "schedule"], name="missdecision_once"),
            models.CheckConstraint(
                condition=Q(admitted=False) | ~Q(cause=""),
                name="missdecision_admits_with_a_cause",
                violation_error_message=_("列为不足的，请写明原因。"),
            ),
        ]

    def __str__(self):
        return f"{self.report_id} {self.schedule_id}"


class HandIn(Recorded):
    """One to whom the signed report goes: its limit, and the day it was handed in."""

    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, related_name="hand_ins", verbose_name=_("报告")
    )
    addressee = models.CharField(_("报送对象"), max_length=100)
    due_on = models.DateField(_("报送期限"))
    handed_on = models.DateField(_("报送日期"), null=True, blank=True)
    how = models.CharField(_("报送方式"), max_length=100, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("报送")
        verbose_name_plural = pgettext_lazy("several", "报送")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "addressee"],
                name="handin_once",
                violation_error_message=_("该报送对象已列出。"),
            )
        ]

    def __str__(self):
        return self.addressee


class PublicForm(Recorded):
    """The published form (公开稿): the signed text with passages taken out, checked and frozen."""

    report = models.OneToOneField(
        "AnnualReport", models.PROTECT, related_name="public_form", verbose_name=_("报告")
    )
    state = models.CharField(
        _("状态"),
        max_length=16,
        choices=labelled(PUBLIC_STATE_LABELS),
        default=PublicState.DRAFT.value,
        editable=False,
    )
    index_number = models.CharField(_("索引号"), max_length=60, blank=True)
    published_on = models.DateField(_("公开日期"), null=True, blank=True)
    address = models.URLField(_("公开网址"), max_length=300, blank=True)
    # As it was approved: title and text, so that nothing changes it afterwards.
    text = models.JSONField(_("文字"), null=True, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("公开稿")
        verbose_name_plural = pgettext_lazy("several", "公开稿")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "self_checked", "second_checked"], sha256="")
                | Q(state__in=["approved", "published"]) & ~Q(sha256=""),
                name="publicform_frozen_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_on__isnull=False),
                name="publicform_published_on_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.report_id}"


class Cut(Recorded):
    """A passage that the published form leaves out, and why."""

    form = models.ForeignKey(
        "PublicForm", models.CASCADE, related_name="cuts", verbose_name=_("公开稿")
    )
    sentence = models.ForeignKey(
        "Sentence", models.PROTECT, related_name="cuts", verbose_name=_("句子")
    )
    # What stands instead, where something does.
    instead = models.TextField(_("改写为"), blank=True)
    because = models.CharField(_("理由"), max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("不公开的内容")
        verbose_name_plural = pgettext_lazy("several", "不公开的内容")
        constraints = [
            models.UniqueConstraint(fields=["form", "sentence"], name="cut_once"),
            models.CheckConstraint(
                condition=~Q(because=""),
                name="cut_with_a_reason",
                violation_error_message=_("请写明不公开的理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.form_id} {self.sentence_id}"


class SecrecyStep(Recorded):
    """A step of the secrecy check of the published form: self-check, second check, approval."""

    form = models.ForeignKey(
        "PublicForm", models.CASCADE, related_name="steps", verbose_name=_("公开稿")
    )
    to_state = models.CharField(_("环节"), max_length=16, choices=labelled(PUBLIC_STATE_LABELS))
    on = models.DateField(_("日期"))
    person = models.ForeignKey(
        "Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审查人")
    )
    opinion = models.CharField(_("意见"), max_length=300)
    from_paper = models.BooleanField(_("凭签批件录入"), default=False)

    class Meta:
        verbose_name = _("保密审查")
        verbose_name_plural = pgettext_lazy("several", "保密审查")

    def __str__(self):
        return f"{self.form_id} {self.to_state}"
