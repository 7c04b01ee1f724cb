from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.summaries import ReportState

from .base import Imported, Recorded
from .choices import REPORT_MOVE_LABELS, REPORT_STATE_LABELS, SECTION_ROLE_LABELS, labelled


class AnnualReport(Recorded, Imported):
    """The year summary of a bureau: drafted from records, signed (frozen), printed."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="annual_reports", verbose_name=_("分局")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("标题"), max_length=120)
    state = models.CharField(
        _("状态"),
        max_length=10,
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

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("年度报告")
        verbose_name_plural = pgettext_lazy("several", "年度报告")
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "year"],
                name="annualreport_once_a_year",
                violation_error_message=_("该分局该年度的报告已存在。"),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", signed_on__isnull=True, signer__isnull=True)
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
    value = models.IntegerField(_("数值"))

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
    move = models.CharField(_("环节"), max_length=10, choices=labelled(REPORT_MOVE_LABELS))
    on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("报告流转")
        verbose_name_plural = pgettext_lazy("several", "报告流转")

    def __str__(self):
        return f"{self.report_id} {self.move}"
