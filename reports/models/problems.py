from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from reports.domain.problems import ENDED, LEFT_OUT, LookBackResult, ProblemClass, ProblemState

from .base import Cancellable, Imported, Recorded
from .choices import (
    LOOK_BACK_RESULT_LABELS,
    PROBLEM_CLASS_LABELS,
    PROBLEM_MOVE_LABELS,
    PROBLEM_STATE_LABELS,
    labelled,
)

LEFT_OUT_STATES = sorted(state.value for state in LEFT_OUT)
ENDED_STATES = sorted(state.value for state in ENDED)


class ProblemSource(models.Model):
    """Where a problem comes from: self-check, case-file review, last year's report … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    raised_from_above = models.BooleanField(_("上级或外部提出"), default=False)
    wants_reply = models.BooleanField(
        _("来文须回复"),
        default=False,
        help_text=_("如检察建议、纠正违法通知书、司法建议：登记收文、回复期限和回复情况。"),
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("问题来源")
        verbose_name_plural = pgettext_lazy("several", "问题来源")

    def __str__(self):
        return self.name


class ProblemTheme(models.Model):
    """What a problem is about: 警情、案件、场所、物品、卷宗 … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("问题要素")
        verbose_name_plural = pgettext_lazy("several", "问题要素")

    def __str__(self):
        return self.name


class CauseKind(models.Model):
    """What kind of reason a problem has: rules, responsibility, skill, supervision … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("原因类别")
        verbose_name_plural = pgettext_lazy("several", "原因类别")

    def __str__(self):
        return self.name


class ProblemRule(models.Model):
    """What a class of problems asks for: evidence to close it, and when silence is remarked on."""

    kind = models.CharField(
        _("整改类别"), max_length=10, unique=True, choices=labelled(PROBLEM_CLASS_LABELS)
    )
    expected_evidence = models.JSONField(_("销号应有材料"), default=list, blank=True)
    no_movement_days = models.PositiveSmallIntegerField(
        _("多少日无进展须提示"), default=30, help_text=_("自上一次办理或进展之日起算，按自然日。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("整改类别要求")
        verbose_name_plural = pgettext_lazy("several", "整改类别要求")

    def __str__(self):
        return str(self.get_kind_display())


class ProblemQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def open_now(self):
        """Neither closed nor merged or dismissed, as stored today."""
        return self.standing().exclude(state__in=ENDED_STATES)

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
            .exclude(state_then__in=ENDED_STATES)
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
    # Numbers it had before it was put elsewhere in the tree, one after the other: "3 1.2".
    former_numbers = models.CharField(_("曾用编号"), max_length=200, blank=True, editable=False)
    title = models.CharField(_("问题"), max_length=150)
    description = models.TextField(_("具体表现"), blank=True)
    themes = models.ManyToManyField(
        "ProblemTheme", blank=True, related_name="problems", verbose_name=_("要素")
    )
    source = models.ForeignKey(
        "ProblemSource", models.PROTECT, related_name="problems", verbose_name=_("来源")
    )
    source_document = models.CharField(_("来源文件"), max_length=120, blank=True)
    source_day = models.DateField(_("来文日期"), null=True, blank=True)
    received_on = models.DateField(_("收文日期"), null=True, blank=True)
    reply_due_on = models.DateField(_("回复期限"), null=True, blank=True)
    replied_on = models.DateField(_("回复日期"), null=True, blank=True)
    reply_document = models.CharField(_("回复文号"), max_length=120, blank=True)
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
    # How the due day was worked out, where it was given as a number of days.
    due_within = models.PositiveSmallIntegerField(_("限期天数"), null=True, blank=True)
    due_in_workdays = models.BooleanField(_("按工作日计算"), default=False)
    review_on = models.DateField(
        _("下次评估日期"), null=True, blank=True, help_text=_("长期坚持的问题定期评估，不设期限。")
    )
    target = models.CharField(_("整改目标"), max_length=300, blank=True)
    standard = models.TextField(_("销号标准"), blank=True)
    taken_on = models.BooleanField(
        _("领导领办"), default=False, help_text=_("由责任领导领办并亲自推动。")
    )
    # What brought it to light, where it was neither a meeting nor a paper.
    record = models.ForeignKey(
        "WorkRecord",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=_("发现问题的工作"),
    )
    account = models.ForeignKey(
        "AccountGiven",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=_("指出问题的述法"),
    )
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
    merged_into = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("并入的问题"),
    )
    look_back_on = models.DateField(_("回头看日期"), null=True, blank=True)
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
    # Counted items stand below it, however deep: it moves only as they do. Kept by the actions.
    follows = models.BooleanField(_("随下级问题变动"), default=False, editable=False)
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

    initials = models.CharField(_("拼音首字母"), max_length=200, blank=True, editable=False)

    objects = ProblemQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["follows", "initials"], m2m_fields=[joint_units, themes]
    )

    class Meta(Cancellable.Meta):
        verbose_name = _("问题")
        verbose_name_plural = pgettext_lazy("several", "问题")
        indexes = [
            models.Index(fields=["bureau", "year"], name="problem_of_bureau"),
            models.Index(fields=["-found_on", "-id"], name="problem_newest_first"),
            # Pages over many bureaus count by these columns alone.
            models.Index(
                fields=["bureau", "state", "closed_on", "found_on"],
                condition=Q(cancelled_at=None),
                name="problem_by_state",
            ),
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
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="problem_merged_into_another",
                violation_error_message=_("已并入的问题须写明并入哪一个问题。"),
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("reports:problem-detail", args=[self.pk])

    @property
    def named_with_year(self) -> str:
        """2025年 1.2 卷宗超期: a problem named among those of other years."""
        told = {"year": self.year, "number": self.number, "title": self.title}
        return gettext("%(year)s年 %(number)s %(title)s") % told

    @property
    def state_word(self):
        """The state in words: as of the day it was read for, else the stored one.

        What is kept up for good does not end by being crossed off but by becoming routine.
        """
        state = ProblemState(getattr(self, "state_then", None) or self.state)
        if state == ProblemState.CLOSED and self.kind == ProblemClass.STANDING:
            return _("转常态")
        return PROBLEM_STATE_LABELS[state]

    @property
    def cause(self):
        """Its causes in one text; one query unless they were prefetched."""
        return "；".join(each.text for each in self.causes.all())


class ProblemCause(models.Model):
    """Why there is such a problem; several, each with its kind."""

    problem = models.ForeignKey(
        "Problem", models.CASCADE, related_name="causes", verbose_name=_("问题")
    )
    kind = models.ForeignKey(
        "CauseKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="causes",
        verbose_name=_("原因类别"),
    )
    text = models.TextField(_("原因"))
    position = models.PositiveSmallIntegerField(_("序号"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("问题原因")
        verbose_name_plural = pgettext_lazy("several", "问题原因")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.text


class ProblemReview(Recorded):
    """A look at a standing problem on its review date (评估): how it goes, and when again."""

    problem = models.ForeignKey(
        "Problem", models.CASCADE, related_name="reviews", verbose_name=_("问题")
    )
    on = models.DateField(_("评估日期"))
    text = models.TextField(_("评估情况"))
    next_on = models.DateField(_("下次评估日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("长期整改评估")
        verbose_name_plural = pgettext_lazy("several", "长期整改评估")

    def __str__(self):
        return f"{self.problem_id} {self.on}"


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
    second_key = models.BooleanField(_("上级代为核查"), default=False)
    merged_into = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("并入的问题"),
    )
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
                condition=~Q(move__in=["return", "reopen", "merge", "dismiss"]) | ~Q(reason=""),
                name="problemmove_return_and_reopen_say_why",
                violation_error_message=_("退回、重新整改、并入和不予列入须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(from_paper=False) | Q(signer__isnull=False),
                name="problemmove_from_paper_names_the_signer",
                violation_error_message=_("凭签批件录入的，须注明签批人。"),
            ),
        ]

    def __str__(self):
        return f"{self.problem_id} {self.move} {self.on}"


class LookBackRound(Recorded, Cancellable):
    """A round of later checks (回头看) that a bureau orders: which closed items, by whom."""

    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="look_back_rounds",
        editable=False,
        verbose_name=_("分局"),
    )
    year = models.PositiveSmallIntegerField(_("年度"), editable=False)
    title = models.CharField(_("名称"), max_length=120)
    document_number = models.CharField(_("通知文号"), max_length=80, blank=True)
    ordered_on = models.DateField(_("部署日期"))
    due_on = models.DateField(_("完成期限"))
    checkers = models.ManyToManyField(
        "Person", related_name="look_back_rounds", verbose_name=_("检查人员")
    )
    ended_on = models.DateField(_("结束日期"), null=True, blank=True, editable=False)
    conclusion = models.TextField(_("总体情况"), blank=True)

    history = HistoricalRecords(m2m_fields=[checkers])

    class Meta(Cancellable.Meta):
        verbose_name = _("回头看检查")
        verbose_name_plural = pgettext_lazy("several", "回头看检查")
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_on__gte=F("ordered_on")),
                name="lookbackround_due_after_it_was_ordered",
                violation_error_message=_("完成期限早于部署日期。"),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("reports:round-detail", args=[self.pk])

    @property
    def unit(self):
        """Where it lies: rounds belong to the bureau as a whole."""
        return self.bureau


class LookBackItem(models.Model):
    """A closed problem in the sample of a round; ``look_back`` is what was found."""

    round = models.ForeignKey(
        "LookBackRound", models.CASCADE, related_name="items", verbose_name=_("回头看检查")
    )
    problem = models.ForeignKey(
        "Problem", models.PROTECT, related_name="look_back_items", verbose_name=_("问题")
    )
    look_back = models.OneToOneField(
        "LookBack",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="item",
        verbose_name=_("检查结果"),
    )

    class Meta:
        verbose_name = _("回头看事项")
        verbose_name_plural = pgettext_lazy("several", "回头看事项")
        constraints = [
            models.UniqueConstraint(fields=["round", "problem"], name="lookbackitem_once_a_round")
        ]

    def __str__(self):
        return f"{self.round_id} {self.problem_id}"


class LookBack(Recorded):
    """A later check of a closed problem: 巩固, 不到位 or 反弹; the last two re-open it."""

    problem = models.ForeignKey(
        "Problem", models.CASCADE, related_name="look_backs", verbose_name=_("问题")
    )
    on = models.DateField(_("回头看日期"))
    result = models.CharField(
        _("结果"),
        max_length=12,
        choices=labelled(LOOK_BACK_RESULT_LABELS),
        default=LookBackResult.HELD.value,
    )
    checker = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="look_backs",
        verbose_name=_("检查人"),
    )
    note = models.TextField(_("情况"), blank=True)

    class Meta:
        verbose_name = _("回头看")
        verbose_name_plural = pgettext_lazy("several", "回头看")

    def __str__(self):
        return f"{self.problem_id} {self.on}"

    @property
    def passed(self) -> bool:
        return self.result == LookBackResult.HELD
