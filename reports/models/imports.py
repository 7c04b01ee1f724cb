from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .base import Recorded, evidence_storage
from .choices import (
    DRAFT_DECISION_LABELS,
    DRAFT_KIND_LABELS,
    ROW_VERDICT_LABELS,
    SHEET_KIND_LABELS,
    SHEET_STATE_LABELS,
    TEXT_KIND_LABELS,
    TEXT_STATE_LABELS,
    RowVerdict,
    SheetState,
    TextState,
    labelled,
)

# What a passage of a text can have become.
ORIGINATED = (
    "unit",
    "post",
    "person",
    "appointment",
    "schedule_set",
    "schedule",
    "problem",
    "measure",
    "figure",
    "honour",
    "report",
)


class ImportedText(Recorded):
    """A published report or a rectification notice as it was read, word for word."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="imported_texts", verbose_name=_("分局")
    )
    kind = models.CharField(_("种类"), max_length=10, choices=labelled(TEXT_KIND_LABELS))
    file_name = models.CharField(_("文件名"), max_length=200)
    text = models.TextField(_("原文"))
    # SHA-256 over the text as UTF-8: the same text again proposes nothing new.
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    title = models.CharField(_("标题"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    # What the reader found beside the drafts: metadata, sections, totals stated and found.
    reading = models.JSONField(_("读取结果"), default=dict, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=labelled(TEXT_STATE_LABELS),
        default=TextState.OPEN.value,
    )
    ended_at = models.DateTimeField(_("办结时间"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("办结人"),
    )

    class Meta:
        verbose_name = _("导入的文本")
        verbose_name_plural = pgettext_lazy("several", "导入的文本")
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "sha256"],
                name="importedtext_once",
                violation_error_message=_("这份文本已经导入过。"),
            ),
            models.CheckConstraint(
                condition=Q(state=TextState.OPEN.value, ended_at=None)
                | (~Q(state=TextState.OPEN.value) & Q(ended_at__isnull=False)),
                name="importedtext_ended_with_its_moment",
            ),
        ]

    def __str__(self):
        return self.title or self.file_name

    def get_absolute_url(self):
        return reverse("reports:import-text", args=[self.pk])


class Draft(models.Model):
    """What a passage of a text could become; a person takes, changes, merges or drops it."""

    text = models.ForeignKey(
        "ImportedText", models.CASCADE, related_name="drafts", verbose_name=_("导入的文本")
    )
    kind = models.CharField(_("类别"), max_length=10, choices=labelled(DRAFT_KIND_LABELS))
    position = models.PositiveIntegerField(_("序号"))
    # Characters of the text, end exclusive.
    start = models.PositiveIntegerField(_("起"))
    end = models.PositiveIntegerField(_("止"))
    # As the reader found it, and as a person changed it (by name of field).
    found = models.JSONField(_("读出的内容"))
    given = models.JSONField(_("修改后的内容"), default=dict, blank=True)
    decision = models.CharField(
        _("处理"), max_length=10, choices=labelled(DRAFT_DECISION_LABELS), blank=True
    )
    # The record of its kind that it is merged into.
    merged_into = models.PositiveBigIntegerField(_("并入"), null=True, blank=True)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("处理人"),
    )

    class Meta:
        verbose_name = _("待确认条目")
        verbose_name_plural = pgettext_lazy("several", "待确认条目")
        constraints = [
            models.UniqueConstraint(fields=["text", "position"], name="draft_in_order"),
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="draft_span"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.position}"


class Origin(models.Model):
    """The sentence of the text that a record came from."""

    draft = models.ForeignKey(
        "Draft", models.PROTECT, related_name="origins", verbose_name=_("待确认条目")
    )
    unit = models.ForeignKey("Unit", models.CASCADE, null=True, blank=True, related_name="origins")
    post = models.ForeignKey("Post", models.CASCADE, null=True, blank=True, related_name="origins")
    person = models.ForeignKey(
        "Person", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    appointment = models.ForeignKey(
        "Appointment", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    schedule_set = models.ForeignKey(
        "ScheduleSet", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    schedule = models.ForeignKey(
        "Schedule", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    problem = models.ForeignKey(
        "Problem", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    measure = models.ForeignKey(
        "Measure", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    figure = models.ForeignKey(
        "Figure", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    honour = models.ForeignKey(
        "Honour", models.CASCADE, null=True, blank=True, related_name="origins"
    )
    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, null=True, blank=True, related_name="origins"
    )

    class Meta:
        verbose_name = _("来源")
        verbose_name_plural = pgettext_lazy("several", "来源")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *[
                        Q(*[(f"{other}__isnull", other != name) for other in ORIGINATED])
                        for name in ORIGINATED
                    ],
                    _connector=Q.OR,
                ),
                name="origin_of_one_record",
            )
        ]

    def __str__(self):
        return f"{self.draft_id}"


class SheetImport(Recorded):
    """A spreadsheet on its way into the ledger: columns confirmed, compared, then entered."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="sheet_imports", verbose_name=_("分局")
    )
    kind = models.CharField(_("内容"), max_length=14, choices=labelled(SHEET_KIND_LABELS))
    file = models.FileField(_("文件"), storage=evidence_storage, editable=False)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    sheet = models.CharField(_("工作表"), max_length=100, blank=True)
    header_row = models.PositiveIntegerField(_("表头所在行"), default=1)
    # By column (counted from 0, as text) the name of the field, or "" where it is left out.
    columns = models.JSONField(_("各列内容"), default=dict, blank=True)
    state = models.CharField(
        _("状态"),
        max_length=10,
        choices=labelled(SHEET_STATE_LABELS),
        default=SheetState.COLUMNS.value,
    )
    job = models.ForeignKey(
        "Job",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("后台任务"),
    )
    entered_at = models.DateTimeField(_("入库时间"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("表格导入")
        verbose_name_plural = pgettext_lazy("several", "表格导入")

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("reports:import-sheet", args=[self.pk])


class SheetRow(models.Model):
    """A row of a sheet, compared with the ledger."""

    sheet = models.ForeignKey(
        "SheetImport", models.CASCADE, related_name="rows", verbose_name=_("表格导入")
    )
    number = models.PositiveIntegerField(_("行号"))
    verdict = models.CharField(_("比对结果"), max_length=10, choices=labelled(ROW_VERDICT_LABELS))
    # The record that the row is about, for what is changed or unchanged.
    record = models.PositiveBigIntegerField(_("对应记录"), null=True, blank=True)
    # By field what the row says, as text; of changed ones also "old" and "meanwhile".
    cells = models.JSONField(_("内容"), default=dict)
    # [{"cell": "C7", "reason": "…"}]
    faults = models.JSONField(_("不能导入的原因"), default=list, blank=True)
    is_left_out = models.BooleanField(_("不导入"), default=False)

    class Meta:
        verbose_name = _("表格行")
        verbose_name_plural = pgettext_lazy("several", "表格行")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheetrow_once"),
            models.CheckConstraint(
                condition=Q(faults=[]) | Q(verdict=RowVerdict.REFUSED.value),
                name="sheetrow_refused_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["sheet", "verdict", "number"], name="sheetrow_by_verdict")]

    def __str__(self):
        return f"{self.sheet_id} {self.number}"


class ColumnName(models.Model):
    """A name that people write above a column, and the field it stands for. Data.

    Without a bureau it is delivered for all; with one it is what that bureau confirmed.
    """

    kind = models.CharField(_("内容"), max_length=14, choices=labelled(SHEET_KIND_LABELS))
    name = models.CharField(_("列名"), max_length=60)
    field = models.CharField(_("字段"), max_length=40, blank=True)
    bureau = models.ForeignKey(
        "Unit",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="column_names",
        verbose_name=_("分局"),
    )

    class Meta:
        verbose_name = _("表格列名")
        verbose_name_plural = pgettext_lazy("several", "表格列名")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "bureau"],
                name="columnname_once_of_bureau",
                violation_error_message=_("这个列名已经登记。"),
            ),
            models.UniqueConstraint(
                fields=["kind", "name"],
                condition=Q(bureau=None),
                name="columnname_once_delivered",
                violation_error_message=_("这个列名已经登记。"),
            ),
        ]

    def __str__(self):
        return self.name
