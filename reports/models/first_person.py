from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Recorded
from .choices import (
    ACCOUNT_FORM_LABELS,
    DEED_FORM_LABELS,
    DEED_KIND_LABELS,
    DUTY_LEVEL_LABELS,
    labelled,
)

# The record that a deed refers to; it is linked, never typed again.
DEED_TARGETS = ("meeting", "problem", "measure", "task", "notice", "record")


class DutyList(models.Model):
    """What a first responsible person must do (第一责任人职责清单).

    Without a unit it is a list delivered with the ledger, to be adopted by a bureau for a year.
    """

    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_lists",
        verbose_name=_("分局"),
    )
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    level = models.CharField(_("层级"), max_length=16, choices=labelled(DUTY_LEVEL_LABELS))
    title = models.CharField(_("名称"), max_length=120)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    post = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_lists",
        verbose_name=_("责任身份"),
    )
    copied_from = models.ForeignKey(
        "DutyList",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="copies",
        verbose_name=_("沿用自"),
    )
    # Delivered texts are marked until a legal officer has compared them with the official one.
    needs_check = models.BooleanField(_("待与正式文本核对"), default=True, editable=False)
    checked_on = models.DateField(_("核对日期"), null=True, blank=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("核对人"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("职责清单")
        verbose_name_plural = pgettext_lazy("several", "职责清单")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True, year__isnull=True)
                | Q(unit__isnull=False, year__isnull=False, post__isnull=False),
                name="dutylist_of_a_bureau_and_year",
            ),
            models.UniqueConstraint(
                fields=["unit", "year", "level"],
                condition=Q(unit__isnull=False),
                name="dutylist_once_a_year",
                violation_error_message=_("该分局该年度已有这一层级的职责清单。"),
            ),
            models.CheckConstraint(
                condition=Q(needs_check=True, checked_on=None, checked_by=None)
                | Q(needs_check=False, checked_on__isnull=False, checked_by__isnull=False),
                name="dutylist_checked_by_someone",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:duty-list-detail", args=[self.pk])


class FirstPersonDuty(models.Model):
    """An item of a duty list, and the records that show it done."""

    duty_list = models.ForeignKey(
        "DutyList", models.CASCADE, related_name="duties", verbose_name=_("职责清单")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("职责"))
    # Codes of the kinds of deeds that show it; dues by the schedules below.
    deed_kinds = models.JSONField(_("体现方式"), default=list, blank=True)
    schedules = models.ManyToManyField(
        "Schedule", blank=True, related_name="duties", verbose_name=_("对应制度")
    )

    history = HistoricalRecords(m2m_fields=[schedules])

    class Meta:
        verbose_name = _("第一责任人职责")
        verbose_name_plural = pgettext_lazy("several", "第一责任人职责")
        constraints = [
            models.UniqueConstraint(
                fields=["duty_list", "position"], name="firstpersonduty_in_order"
            )
        ]

    def __str__(self):
        return self.text


class DeedQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)


class Deed(Recorded, Cancellable):
    """One 项 that a leader saw to: deployed, asked after, coordinated, supervised, studied …"""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="+", editable=False, verbose_name=_("分局")
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="deeds", verbose_name=_("任职单位")
    )
    person = models.ForeignKey(
        "Person", models.PROTECT, related_name="deeds", verbose_name=_("履职人")
    )
    # The post of that day, as it was; later corrections of appointments change nothing here.
    post = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("时任岗位"),
    )
    acting = models.BooleanField(_("主持工作"), default=False, editable=False)
    on = models.DateField(_("日期"))
    kind = models.CharField(_("履职方式"), max_length=12, choices=labelled(DEED_KIND_LABELS))
    form = models.CharField(_("形式"), max_length=12, choices=labelled(DEED_FORM_LABELS))
    title = models.CharField(_("事项"), max_length=200)
    occasion = models.CharField(_("场合"), max_length=200, blank=True)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    duties = models.ManyToManyField(
        "FirstPersonDuty", blank=True, related_name="deeds", verbose_name=_("对应职责")
    )
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应会议"),
    )
    problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应问题"),
    )
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应措施"),
    )
    task = models.ForeignKey(
        "SuperiorTask",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应上级任务"),
    )
    notice = models.ForeignKey(
        "Notice",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应督办单"),
    )
    record = models.ForeignKey(
        "WorkRecord",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deeds",
        verbose_name=_("对应工作记录"),
    )
    # One press of the button is one deed, also when the browser sends it twice.
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = DeedQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[duties], excluded_fields=["once"])

    class Meta(Cancellable.Meta):
        verbose_name = _("履职记录")
        verbose_name_plural = pgettext_lazy("several", "履职记录")
        indexes = [
            models.Index(fields=["bureau", "-on"], name="deed_of_bureau"),
            models.Index(fields=["person", "-on"], name="deed_of_person"),
        ]
        constraints = [
            *Cancellable.Meta.constraints,
            # At most one record is linked.
            models.CheckConstraint(
                condition=Q(*[(f"{name}__isnull", True) for name in DEED_TARGETS])
                | Q(
                    *[
                        Q(*[(f"{other}__isnull", other != name) for other in DEED_TARGETS])
                        for name in DEED_TARGETS
                    ],
                    _connector=Q.OR,
                ),
                name="deed_links_at_most_one_record",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:deed-detail", args=[self.pk])


class AccountQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)


class AccountGiven(Recorded, Cancellable):
    """A leader gives account of the year's rule-of-law work (述法)."""

    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="+", editable=False, verbose_name=_("分局")
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="accounts_given", verbose_name=_("任职单位")
    )
    person = models.ForeignKey(
        "Person", models.PROTECT, related_name="accounts_given", verbose_name=_("述法人")
    )
    post = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("时任岗位"),
    )
    year = models.PositiveSmallIntegerField(_("述法年度"))
    form = models.CharField(_("述法形式"), max_length=10, choices=labelled(ACCOUNT_FORM_LABELS))
    on = models.DateField(_("述法日期"))
    before = models.CharField(_("述法对象"), max_length=100, help_text=_("如：局党委、市局党委。"))
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts_given",
        verbose_name=_("述法会议"),
    )
    comment = models.TextField(_("点评意见"), blank=True)
    commented_by = models.CharField(_("点评人"), max_length=60, blank=True)

    objects = AccountQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("述法")
        verbose_name_plural = pgettext_lazy("several", "述法")
        constraints = [
            *Cancellable.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "unit", "year"],
                condition=Q(cancelled_at__isnull=True),
                name="accountgiven_once_a_year",
                violation_error_message=_("该人员该年度的述法已录入。"),
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.year}"

    def get_absolute_url(self):
        return reverse("reports:account-detail", args=[self.pk])
