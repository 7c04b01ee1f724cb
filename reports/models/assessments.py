from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Imported, Recorded
from .choices import OWN_FINDING_LABELS, labelled

# What may prove an item; one record serves many items.
ITEM_PROOFS = (
    "schedule",
    "meeting",
    "problem",
    "measure",
    "record",
    "deed",
    "honour",
    "evidence",
)


class Assessment(Recorded, Imported):
    """An assessment that a bureau must answer item by item (迎检卷), of a year."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="assessments", verbose_name=_("分局")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("名称"), max_length=120)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    follows = models.ForeignKey(
        "Assessment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("上年度卷"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("迎检卷")
        verbose_name_plural = pgettext_lazy("several", "迎检卷")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "title"],
                name="assessment_once",
                violation_error_message=_("该年度已有同名的迎检卷。"),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:assessment-detail", args=[self.pk])


class AssessmentItem(models.Model):
    """An item with its points, the bureau's own finding and what that rests on."""

    assessment = models.ForeignKey(
        "Assessment", models.CASCADE, related_name="items", verbose_name=_("迎检卷")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    number = models.CharField(_("编号"), max_length=20)
    heading = models.CharField(_("类别"), max_length=100, blank=True)
    text = models.TextField(_("考核内容"))
    points = models.DecimalField(_("分值"), max_digits=6, decimal_places=2, null=True, blank=True)
    finding = models.CharField(
        _("自评"), max_length=10, choices=labelled(OWN_FINDING_LABELS), blank=True
    )
    own_points = models.DecimalField(
        _("自评分"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    basis = models.TextField(_("自评依据"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("考核项")
        verbose_name_plural = pgettext_lazy("several", "考核项")
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "position"], name="assessmentitem_in_order"
            ),
            models.UniqueConstraint(
                fields=["assessment", "number"],
                name="assessmentitem_number_once",
                violation_error_message=_("编号重复。"),
            ),
            models.CheckConstraint(
                condition=Q(own_points=None)
                | Q(points=None)
                | Q(own_points__lte=models.F("points")),
                name="assessmentitem_own_points_within",
                violation_error_message=_("自评分不能高于分值。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.text[:30]}"


class ItemProof(Recorded):
    """A record that proves an item of an assessment."""

    item = models.ForeignKey(
        "AssessmentItem", models.CASCADE, related_name="proofs", verbose_name=_("考核项")
    )
    schedule = models.ForeignKey(
        "Schedule", models.PROTECT, null=True, blank=True, related_name="+"
    )
    meeting = models.ForeignKey(
        "Meeting", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    problem = models.ForeignKey(
        "Problem", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    measure = models.ForeignKey(
        "Measure", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    record = models.ForeignKey(
        "WorkRecord", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    deed = models.ForeignKey(
        "Deed", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    honour = models.ForeignKey(
        "Honour", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    evidence = models.ForeignKey(
        "Evidence", models.PROTECT, null=True, blank=True, related_name="item_proofs"
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("考核项佐证")
        verbose_name_plural = pgettext_lazy("several", "考核项佐证")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    *[
                        Q(*[(f"{other}__isnull", other != name) for other in ITEM_PROOFS])
                        for name in ITEM_PROOFS
                    ],
                    _connector=Q.OR,
                ),
                name="itemproof_is_one_record",
            )
        ]

    def __str__(self):
        return f"{self.item_id}"
