from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Imported, ends_after_it_begins

# A unit's own part of its path: siblings sort by position, then by key.
POSITION_DIGITS = 4
KEY_DIGITS = 7
PATH_SEGMENT = POSITION_DIGITS + KEY_DIGITS


class UnitKind(models.Model):
    """What a unit is; the kind says whether it files an annual report of its own."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    files_report = models.BooleanField(
        _("单独编制年度报告"), default=False, help_text=_("勾选后，此类单位即为“分局”一级。")
    )
    is_body = models.BooleanField(
        _("会议机构"),
        default=False,
        help_text=_("党委、领导小组、委员会等，自身不列应开事项。"),
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("单位类别")
        verbose_name_plural = pgettext_lazy("several", "单位类别")

    def __str__(self):
        return self.name


class UnitQuerySet(models.QuerySet):
    def under(self, unit):
        """The unit and everything below it: one range of the indexed path."""
        return self.filter(path__gte=unit.path, path__lt=unit.path_end)

    def bureaus(self):
        return self.filter(bureau=F("pk"))

    def existing_on(self, day):
        return self.filter(
            Q(opened_on__isnull=True) | Q(opened_on__lte=day),
            Q(closed_on__isnull=True) | Q(closed_on__gte=day),
        )

    def existing_in(self, year):
        """Those that exist on at least one day of the calendar year."""
        return self.filter(
            Q(opened_on__isnull=True) | Q(opened_on__year__lte=year),
            Q(closed_on__isnull=True) | Q(closed_on__year__gte=year),
        )

    def in_order(self):
        """The order of the organisation."""
        return self.order_by("path")

    def for_list(self):
        return self.select_related("kind", "parent", "bureau").order_by("path")


class Unit(Imported):
    """A node of the organisation tree, from the city bureau down to a station or a committee."""

    name = models.CharField(_("单位名称"), max_length=100)
    short_name = models.CharField(
        _("简称"), max_length=40, blank=True, help_text=_("表格和图中使用，可不填。")
    )
    kind = models.ForeignKey(
        "UnitKind", models.PROTECT, related_name="units", verbose_name=_("单位类别")
    )
    parent = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级单位"),
    )
    grade = models.CharField(_("等级"), max_length=20, blank=True, help_text=_("如：一类、二类。"))
    position = models.PositiveIntegerField(_("排序"), default=0)
    opened_on = models.DateField(
        _("启用日期"), null=True, blank=True, help_text=_("留空表示一直存在。")
    )
    closed_on = models.DateField(
        _("停用日期"), null=True, blank=True, help_text=_("最后一日；仍在运行的留空。")
    )
    ledger_from = models.DateField(
        _("台账起始日"),
        null=True,
        blank=True,
        help_text=_("从该日起开始的第一个周期起计算应开；留空则不产生应开事项。仅对分局有效。"),
    )
    is_fictional = models.BooleanField(_("虚构示例"), default=False, editable=False)
    initials = models.CharField(_("拼音首字母"), max_length=200, blank=True, editable=False)
    succeeded_by = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="predecessors",
        verbose_name=_("并入单位"),
    )
    under_parent_since = models.DateField(_("隶属现上级自"), null=True, blank=True, editable=False)
    # Written by actions.units alone, verified by audit_ledger: the subtree is one indexed range.
    path = models.CharField(max_length=160, blank=True, db_index=True, editable=False)
    depth = models.PositiveSmallIntegerField(default=0, editable=False)
    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="units_below",
        verbose_name=_("所属分局"),
    )

    objects = UnitQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["path", "depth", "bureau", "initials"])

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = pgettext_lazy("several", "单位")
        constraints = [
            ends_after_it_begins(
                "opened_on", "closed_on", "unit_closes_after_it_opens", _("停用日期早于启用日期。")
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="unit_is_not_its_own_parent",
                violation_error_message=_("单位不能是自己的上级。"),
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="unit_name_once_under_a_parent",
                violation_error_message=_("同一上级单位下已有同名单位。"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        if self.is_bureau:
            return reverse("reports:bureau-detail", args=[self.pk])
        return reverse("reports:unit-detail", args=[self.pk])

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def is_bureau(self) -> bool:
        return self.bureau_id == self.pk and self.pk is not None

    @property
    def path_end(self) -> str:
        """The first path behind this subtree; digits only, so every collation agrees."""
        return f"{int(self.path) + 1:0{len(self.path)}d}"

    def exists_on(self, day) -> bool:
        return (self.opened_on is None or self.opened_on <= day) and (
            self.closed_on is None or self.closed_on >= day
        )


class UnitName(models.Model):
    """An earlier name of a unit and the days on which it bore it."""

    unit = models.ForeignKey(
        "Unit", models.CASCADE, related_name="earlier_names", verbose_name=_("单位")
    )
    name = models.CharField(_("曾用名"), max_length=100)
    first_day = models.DateField(_("起"), null=True, blank=True)
    last_day = models.DateField(_("止"))

    class Meta:
        verbose_name = _("单位曾用名")
        verbose_name_plural = pgettext_lazy("several", "单位曾用名")
        constraints = [
            ends_after_it_begins(
                "first_day",
                "last_day",
                "unitname_ends_after_it_begins",
                _("截止日期早于起始日期。"),
            )
        ]

    def __str__(self):
        return self.name


class BureauSetting(models.Model):
    """How a bureau wants its ledger kept."""

    bureau = models.OneToOneField(
        "Unit", models.CASCADE, related_name="setting", verbose_name=_("分局")
    )
    auxiliary_waits = models.BooleanField(
        _("辅警录入须民警确认"), default=False, help_text=_("确认前会议不计入。")
    )
    meeting_columns = models.JSONField(_("会议台账栏目"), default=list, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("分局设置")
        verbose_name_plural = pgettext_lazy("several", "分局设置")

    def __str__(self):
        return str(self.bureau)
