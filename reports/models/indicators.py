from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded
from .choices import FIGURE_WORDING_LABELS, MADE_LABELS, labelled


class Indicator(models.Model):
    """A defined number: what it means, its counter, whom it concerns, how it is made."""

    # Empty: delivered with the ledger or set above the bureaus, for everyone.
    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("制定单位"),
    )
    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    definition = models.TextField(_("口径"), blank=True)
    counter = models.CharField(_("计量单位"), max_length=10)
    decimals = models.PositiveSmallIntegerField(_("小数位数"), default=0)
    unit_kinds = models.ManyToManyField(
        "UnitKind",
        blank=True,
        related_name="indicators",
        verbose_name=_("适用单位类别"),
        help_text=_("不选表示各类单位均可填报。"),
    )
    first_year = models.PositiveSmallIntegerField(_("起始年度"), null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(_("截止年度"), null=True, blank=True)
    made = models.CharField(_("数据产生方式"), max_length=8, choices=labelled(MADE_LABELS))
    # Of a counted one: what domain.indicators.Rule reads.
    rule = models.JSONField(_("统计规则"), default=dict, blank=True)
    # A share is entered with what it divides.
    is_share = models.BooleanField(_("占比"), default=False)
    no_comparison = models.BooleanField(
        _("不作单位间比较"),
        default=False,
        help_text=_("处罚、罚款类指标不排名、不比较，在任何页面都不与其他单位并列。"),
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    history = HistoricalRecords(m2m_fields=[unit_kinds])

    class Meta:
        verbose_name = _("指标")
        verbose_name_plural = pgettext_lazy("several", "指标")
        constraints = [
            models.CheckConstraint(
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(last_year__gte=F("first_year")),
                name="indicator_ends_after_it_begins",
                violation_error_message=_("截止年度早于起始年度。"),
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=4),
                name="indicator_at_most_four_decimals",
                violation_error_message=_("小数最多四位。"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("reports:indicator-detail", args=[self.pk])


class SumRule(models.Model):
    """A whole that its parts must add up to: received = closed + open."""

    name = models.CharField(_("名称"), max_length=80)
    whole = models.ForeignKey(
        "Indicator", models.PROTECT, related_name="+", verbose_name=_("合计指标")
    )
    parts = models.ManyToManyField("Indicator", related_name="+", verbose_name=_("分项指标"))

    history = HistoricalRecords(m2m_fields=[parts])

    class Meta:
        verbose_name = _("勾稽关系")
        verbose_name_plural = pgettext_lazy("several", "勾稽关系")

    def __str__(self):
        return self.name


class FigureQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)


class Figure(Recorded, Imported, Cancellable):
    """One value of an indicator: of a unit and a month, or of a whole year."""

    indicator = models.ForeignKey(
        "Indicator", models.PROTECT, related_name="figures", verbose_name=_("指标")
    )
    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="+", editable=False, verbose_name=_("分局")
    )
    unit = models.ForeignKey("Unit", models.PROTECT, related_name="figures", verbose_name=_("单位"))
    year = models.PositiveSmallIntegerField(_("年度"))
    month = models.PositiveSmallIntegerField(_("月份"), null=True, blank=True)
    is_target = models.BooleanField(_("目标值"), default=False)
    value = models.DecimalField(_("数值"), max_digits=18, decimal_places=4)
    wording = models.CharField(
        _("表述"), max_length=8, choices=labelled(FIGURE_WORDING_LABELS), blank=True
    )
    numerator = models.DecimalField(
        _("分子"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    denominator = models.DecimalField(
        _("分母"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    source = models.CharField(_("数据来源"), max_length=200)
    checked_at = models.DateTimeField(_("核对时间"), null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("核对人"),
    )

    objects = FigureQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("数据")
        verbose_name_plural = pgettext_lazy("several", "数据")
        indexes = [models.Index(fields=["bureau", "year", "indicator"], name="figure_of_bureau")]
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__gte=1, month__lte=12),
                name="figure_month_of_the_year",
            ),
            models.CheckConstraint(
                condition=Q(numerator=None, denominator=None)
                | Q(numerator__isnull=False, denominator__gt=0),
                name="figure_share_names_both",
                violation_error_message=_("占比须同时填写分子和分母，分母不能为零。"),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="figure_names_its_source",
                violation_error_message=_("请写明数据来源。"),
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None)
                | Q(checked_at__isnull=False, checked_by__isnull=False)
                & (Q(recorded_by=None) | ~Q(checked_by=F("recorded_by"))),
                name="figure_checked_by_another",
                violation_error_message=_("须由填报人以外的人核对。"),
            ),
            models.UniqueConstraint(
                fields=["indicator", "unit", "year", "month", "is_target"],
                condition=Q(cancelled_at__isnull=True, month__isnull=False),
                name="figure_once_a_month",
                violation_error_message=_("该单位该月的数据已填报。"),
            ),
            models.UniqueConstraint(
                fields=["indicator", "unit", "year", "is_target"],
                condition=Q(cancelled_at__isnull=True, month__isnull=True),
                name="figure_once_a_year",
                violation_error_message=_("该单位该年度的数据已填报。"),
            ),
        ]

    def __str__(self):
        return f"{self.indicator_id} {self.year} {self.value}"
