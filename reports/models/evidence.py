from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded, evidence_storage
from .choices import (
    EVIDENCE_KIND_LABELS,
    REVIEW_STATE_LABELS,
    VISIBILITY_LABELS,
    EvidenceKind,
    ReviewState,
    Visibility,
    labelled,
)


class EvidenceQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def proving(self):
        """What proves something: neither cancelled nor returned."""
        return self.standing().exclude(review=ReviewState.RETURNED.value)


class Evidence(Recorded, Imported, Cancellable):
    """A file under a name of our own, or a reference to what must stay in its safe."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="evidence", editable=False, verbose_name=_("单位")
    )
    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_evidence",
        editable=False,
        verbose_name=_("分局"),
    )
    kind = models.CharField(
        _("材料种类"),
        max_length=10,
        choices=labelled(EVIDENCE_KIND_LABELS),
        default=EvidenceKind.MINUTES.value,
    )
    title = models.CharField(_("名称"), max_length=150)
    visibility = models.CharField(
        _("公开属性"),
        max_length=10,
        choices=labelled(VISIBILITY_LABELS),
        default=Visibility.INTERNAL.value,
    )
    file = models.FileField(_("文件"), storage=evidence_storage, blank=True, editable=False)
    original_name = models.CharField(_("原文件名"), max_length=200, blank=True, editable=False)
    media_type = models.CharField(_("类型"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("大小"), default=0, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    reference_number = models.CharField(_("文号"), max_length=80, blank=True)
    reference_item = models.CharField(_("议题或条目"), max_length=120, blank=True)
    reference_day = models.DateField(_("文件日期"), null=True, blank=True)
    reference_keeper = models.CharField(_("保管人或保管部门"), max_length=80, blank=True)

    # Looked at by the legal unit: accepted, or returned with the reason and then proving nothing.
    review = models.CharField(
        _("审核"), max_length=10, choices=labelled(REVIEW_STATE_LABELS), blank=True, editable=False
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("审核人"),
    )
    review_note = models.CharField(_("审核意见"), max_length=300, blank=True, editable=False)

    objects = EvidenceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta(Cancellable.Meta):
        verbose_name = _("佐证材料")
        verbose_name_plural = pgettext_lazy("several", "佐证材料")
        indexes = [models.Index(fields=["bureau", "sha256"], name="evidence_same_file")]
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=(~Q(file="") & ~Q(sha256="")) | (Q(file="") & ~Q(reference_keeper="")),
                name="evidence_is_a_file_or_a_reference",
                violation_error_message=_("请上传文件；文件不便上传的，请填写索引及保管部门。"),
            ),
            models.CheckConstraint(
                condition=Q(review="", reviewed_at=None, reviewed_by=None, review_note="")
                | Q(review="accepted", reviewed_at__isnull=False, reviewed_by__isnull=False)
                | Q(review="returned", reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~Q(review_note=""),
                name="evidence_returned_with_a_reason",
                violation_error_message=_("退回材料须写明原因。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:evidence-file", args=[self.pk])

    @property
    def proves(self) -> bool:
        return not self.is_cancelled and self.review != ReviewState.RETURNED

    @property
    def is_reference(self) -> bool:
        return not self.file


PROVABLE = (
    "meeting",
    "problem",
    "measure",
    "progress",
    "waiver",
    "report",
    "look_back",
    "notice",
    "reply",
    "record",
    "deed",
    "account",
)


def _exactly_one(names: tuple[str, ...]) -> Q:
    """The condition that one of the columns is filled and no other."""
    found = Q()
    for name in names:
        found |= Q(**{f"{other}__isnull": other != name for other in names})
    return found


class EvidenceUse(models.Model):
    """What a piece of evidence proves; one may prove several things."""

    evidence = models.ForeignKey(
        "Evidence", models.CASCADE, related_name="uses", verbose_name=_("佐证材料")
    )
    meeting = models.ForeignKey(
        "Meeting", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    problem = models.ForeignKey(
        "Problem", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    measure = models.ForeignKey(
        "Measure", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    progress = models.ForeignKey(
        "Progress", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    waiver = models.ForeignKey(
        "Waiver", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    report = models.ForeignKey(
        "AnnualReport", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )

    look_back = models.ForeignKey(
        "LookBack", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    notice = models.ForeignKey(
        "Notice", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    reply = models.ForeignKey(
        "Reply", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )

    record = models.ForeignKey(
        "WorkRecord", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    deed = models.ForeignKey(
        "Deed", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )
    account = models.ForeignKey(
        "AccountGiven", models.CASCADE, null=True, blank=True, related_name="evidence_uses"
    )

    TARGETS = PROVABLE

    class Meta:
        verbose_name = _("材料用途")
        verbose_name_plural = pgettext_lazy("several", "材料用途")
        constraints = [
            models.CheckConstraint(
                condition=_exactly_one(PROVABLE), name="evidenceuse_proves_exactly_one_thing"
            )
        ]

    def __str__(self):
        return f"{self.evidence_id}"
