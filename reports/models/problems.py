from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.problems import ProblemClass, ProblemState

from .base import Cancellable, Imported, Recorded
from .choices import PROBLEM_CLASS_LABELS, PROBLEM_MOVE_LABELS, PROBLEM_STATE_LABELS, labelled


class ProblemSource(models.Model):
    """Where a problem comes from: self-check, case-file review, last year's report … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    raised_from_above = models.BooleanField(_("上级或外部提出"), default=False)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("问题来源")
        verbose_name_plural = pgettext_lazy("several", "问题来源")

    def __str__(self):
        return self.name


class ProblemQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def counted(self):
        return self.standing().filter(counts=True)

    def found_by(self, day):
        return self.filter(found_on__lte=day)

    def with_state(self, on, today):
        """``state_then``: the SQL voice of domain.problems.state_on; a parity test holds the two.

        For today it is the stored state; for an earlier day the last move made by then.
        """
        if on >= today:
            return self.annotate(state_then=F("state"))
        moves = ProblemMove.objects.filter(problem=OuterRef("pk"), on__lte=on)
        last = moves.order_by("-on", "-pk").values("to_state")[:1]
        return self.annotate(state_then=Subquery(last))

    def with_due(self, on, today):
        """``due_then``: the due day as of a day; an extension granted later does not exist."""
        if on >= today:
            return self.annotate(due_then=F("due_on"))
        later = apps.get_model("reports", "Extension").objects.filter(
            problem=OuterRef("pk"), granted=True, decided_on__gt=on
        )
        before = later.order_by("decided_on", "pk").values("old_due_on")[:1]
        return self.annotate(due_then=Coalesce(Subquery(before), "due_on"))

    def open_on(self, on, today):
        """Found and not closed as of that day; later moves do not exist."""
        return (
            self.found_by(on)
            .with_state(on, today)
            .exclude(state_then=ProblemState.CLOSED.value)
            .exclude(state_then__isnull=True)
        )

    def closed_day(self, on, today):
        """``closed_then``: the day of the last closing made by that day."""
        if on >= today:
            return self.with_state(on, today).annotate(closed_then=F("closed_on"))
        closings = ProblemMove.objects.filter(
            problem=OuterRef("pk"), on__lte=on, to_state=ProblemState.CLOSED.value
        )
        last = closings.order_by("-on", "-pk").values("on")[:1]
        return self.with_state(on, today).annotate(closed_then=Subquery(last))

    def closed_by_day(self, on, today):
        """Closed as of that day; ``closed_then`` is the day of the closing."""
        return self.closed_day(on, today).filter(state_then=ProblemState.CLOSED.value)

    def for_list(self):
        return self.select_related("unit", "bureau", "source").order_by("-found_on", "-pk")


class Problem(Recorded, Imported, Cancellable):
    """A shortcoming with source and cause; its state moves only together with a ProblemMove."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_problems",
        editable=False,
        verbose_name=_("分局"),
    )
    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="problems", verbose_name=_("牵头单位")
    )
    joint_units = models.ManyToManyField(
        "Unit", blank=True, related_name="joint_problems", verbose_name=_("配合单位")
    )
    year = models.PositiveSmallIntegerField(_("年度"), editable=False)
    number = models.CharField(_("编号"), max_length=20, editable=False)
    parent = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级问题"),
    )
    title = models.CharField(_("问题"), max_length=150)
    description = models.TextField(_("具体表现"), blank=True)
    cause = models.TextField(_("原因"), blank=True)
    source = models.ForeignKey(
        "ProblemSource", models.PROTECT, related_name="problems", verbose_name=_("来源")
    )
    source_document = models.CharField(_("来源文件"), max_length=120, blank=True)
    raised_from_above = models.BooleanField(
        _("上级或外部提出"), default=False, help_text=_("销号须以提出机关的认定为准。")
    )
    raised_by = models.CharField(_("提出机关"), max_length=80, blank=True)
    kind = models.CharField(
        _("整改类别"),
        max_length=10,
        choices=labelled(PROBLEM_CLASS_LABELS),
        default=ProblemClass.DATED.value,
    )
    counts = models.BooleanField(
        _("计入问题数"), default=True, help_text=_("向上报送的数字中是否算作一个问题。")
    )
    found_on = models.DateField(_("发现日期"))
    meeting = models.ForeignKey(
        "Meeting",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=_("提出的会议"),
    )
    due_on = models.DateField(_("整改期限"), null=True, blank=True)
    due_is_month = models.BooleanField(_("期限只到月份"), default=False)
    leader = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_problems",
        verbose_name=_("责任领导"),
    )
    responsible = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answered_problems",
        verbose_name=_("责任人"),
    )
    repeats = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeated_by",
        verbose_name=_("往年同一问题"),
    )
    # Read from a published text: nothing is known of deadlines, so nothing is overdue.
    as_published = models.BooleanField(_("据已公开报告"), default=False, editable=False)
    state = models.CharField(
        _("状态"),
        max_length=14,
        choices=labelled(PROBLEM_STATE_LABELS),
        default=ProblemState.REGISTERED.value,
        editable=False,
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("提交人"),
    )
    reopened = models.PositiveSmallIntegerField(_("重新整改次数"), default=0, editable=False)
    closed_on = models.DateField(_("销号日期"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("销号人"),
    )

    objects = ProblemQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[joint_units])

    class Meta(Cancellable.Meta):
        verbose_name = _("问题")
        verbose_name_plural = pgettext_lazy("several", "问题")
        indexes = [
            models.Index(fields=["bureau", "year"], name="problem_of_bureau"),
            models.Index(fields=["-found_on", "-id"], name="problem_newest_first"),
        ]
        constraints = [
            *Cancellable.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "year", "number"],
                name="problem_number_once_a_year",
                violation_error_message=_("该编号已被使用。"),
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False, closed_by__isnull=False)
                | (~Q(state="closed") & Q(closed_on__isnull=True, closed_by__isnull=True)),
                name="problem_closed_with_day_and_person",
                violation_error_message=_("已销号的问题必须有销号日期和销号人。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("found_on")),
                name="problem_closed_after_it_was_found",
                violation_error_message=_("销号日期早于发现日期。"),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="problem_is_not_its_own_parent",
                violation_error_message=_("问题不能是自己的上级问题。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("reports:problem-detail", args=[self.pk])

    @property
    def state_word(self):
        """The state in words: as of the day it was read for, else the stored one."""
        return PROBLEM_STATE_LABELS[ProblemState(getattr(self, "state_then", None) or self.state)]


class ProblemMove(Recorded):
    """One step of a problem: from which state to which, on which day, by whom and why."""

    problem = models.ForeignKey(
        "Problem", models.CASCADE, related_name="moves", verbose_name=_("问题")
    )
    move = models.CharField(_("环节"), max_length=10, choices=labelled(PROBLEM_MOVE_LABELS))
    from_state = models.CharField(max_length=14, blank=True, choices=labelled(PROBLEM_STATE_LABELS))
    to_state = models.CharField(max_length=14, choices=labelled(PROBLEM_STATE_LABELS))
    on = models.DateField(_("日期"))
    reason = models.TextField(_("说明"), blank=True)
    leader = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任领导"),
    )
    decision_document = models.CharField(_("认定文号"), max_length=120, blank=True)
    from_paper = models.BooleanField(_("凭签批件录入"), default=False)
    signer = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签批人"),
    )

    class Meta:
        verbose_name = _("问题流转")
        verbose_name_plural = pgettext_lazy("several", "问题流转")
        indexes = [models.Index(fields=["problem", "on", "id"], name="problemmove_in_order")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(move__in=["return", "reopen"]) | ~Q(reason=""),
                name="problemmove_return_and_reopen_say_why",
                violation_error_message=_("退回和重新整改须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(from_paper=False) | Q(signer__isnull=False),
                name="problemmove_from_paper_names_the_signer",
                violation_error_message=_("凭签批件录入的，须注明签批人。"),
            ),
        ]

    def __str__(self):
        return f"{self.problem_id} {self.move} {self.on}"


class LookBack(Recorded):
    """A later check of a closed problem; failing it re-opens the problem."""

    problem = models.ForeignKey(
        "Problem", models.CASCADE, related_name="look_backs", verbose_name=_("问题")
    )
    on = models.DateField(_("回头看日期"))
    passed = models.BooleanField(_("未反弹"), default=True)
    note = models.TextField(_("情况"), blank=True)

    class Meta:
        verbose_name = _("回头看")
        verbose_name_plural = pgettext_lazy("several", "回头看")

    def __str__(self):
        return f"{self.problem_id} {self.on}"
