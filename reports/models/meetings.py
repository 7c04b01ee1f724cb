from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded
from .choices import (
    OUTCOME_LABELS,
    POINT_KIND_LABELS,
    PRESENCE_LABELS,
    WHY_NOT_LABELS,
    PointKind,
    Presence,
    labelled,
)


class MeetingKind(models.Model):
    """What is held: a briefing, a party-committee meeting, a lecture … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    is_submission = models.BooleanField(
        _("属报送"), default=False, help_text=_("不是会议，而是报送材料。")
    )
    by_reference = models.BooleanField(
        _("材料只登记索引"),
        default=False,
        help_text=_("如党委会：记录存机要部门，台账只登记文号、议题、日期和保管部门。"),
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("会议种类")
        verbose_name_plural = pgettext_lazy("several", "会议种类")

    def __str__(self):
        return self.name


class AgendaKind(models.Model):
    """What an agenda item is about, where a schedule asks for it. Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("议题种类")
        verbose_name_plural = pgettext_lazy("several", "议题种类")

    def __str__(self):
        return self.name


class MeetingQuerySet(models.QuerySet):
    def standing(self):
        """Without what was cancelled."""
        return self.filter(cancelled_at__isnull=True)

    def held_by(self, day):
        return self.filter(held_on__lte=day)

    def for_list(self):
        return self.select_related("unit", "bureau", "kind", "presided_by").order_by(
            "-held_on", "-pk"
        )


class Meeting(Recorded, Imported, Cancellable):
    """Something really held, once; may discharge several dues."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="meetings", verbose_name=_("召开单位")
    )
    bureau = models.ForeignKey(
        "Unit",
        models.PROTECT,
        related_name="bureau_meetings",
        editable=False,
        verbose_name=_("分局"),
    )
    kind = models.ForeignKey(
        "MeetingKind", models.PROTECT, related_name="meetings", verbose_name=_("会议种类")
    )
    title = models.CharField(_("名称"), max_length=120)
    held_on = models.DateField(_("召开日期"))
    starts_at = models.TimeField(_("开始时间"), null=True, blank=True)
    ends_at = models.TimeField(_("结束时间"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"), null=True, editable=False)
    place = models.CharField(_("地点"), max_length=80, blank=True)
    presided_by = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="presided_meetings",
        verbose_name=_("主持人"),
    )
    # The post held on that day, as it was: later corrections of appointments do not re-judge.
    presiding_post = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("主持人岗位"),
    )
    presiding_acting = models.BooleanField(_("主持工作"), default=False, editable=False)
    legal_sat_in = models.BooleanField(_("法制部门列席"), default=False)
    legal_opinion = models.TextField(_("列席意见"), blank=True)
    summary = models.TextField(_("主要内容"), blank=True)
    late_because = models.CharField(_("迟录原因"), max_length=200, blank=True)
    # Entered by an auxiliary where the bureau wants an officer to look first.
    needs_confirmation = models.BooleanField(default=False, editable=False)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("确认人"),
    )
    paper = models.OneToOneField(
        "AgendaPaper",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="meeting",
        verbose_name=_("议题单"),
    )
    initials = models.CharField(_("拼音首字母"), max_length=200, blank=True, editable=False)
    # One press of the button is one meeting, also when the browser sends it twice.
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["once", "initials"])

    class Meta(Cancellable.Meta):
        constraints = [
            *Cancellable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None, minutes=None)
                | Q(starts_at__isnull=False, ends_at=None, minutes=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, minutes__isnull=False),
                name="meeting_ends_after_it_starts",
                violation_error_message=_("填写了结束时间的，请填写开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(
                    needs_confirmation=True, confirmed_at__isnull=False, confirmed_by__isnull=False
                ),
                name="meeting_confirmed_by_someone",
            ),
        ]
        verbose_name = _("会议")
        verbose_name_plural = pgettext_lazy("several", "会议")
        indexes = [
            models.Index(fields=["bureau", "-held_on"], name="meeting_of_bureau"),
            models.Index(fields=["unit", "-held_on"], name="meeting_of_unit"),
            models.Index(fields=["-held_on", "-id"], name="meeting_newest_first"),
        ]

    def __str__(self):
        return f"{self.title}（{self.held_on}）"

    def get_absolute_url(self):
        return reverse("reports:meeting-detail", args=[self.pk])

    @property
    def is_confirmed(self) -> bool:
        return not self.needs_confirmation or self.confirmed_at is not None


class AgendaItem(models.Model):
    """An item of a meeting's agenda."""

    meeting = models.ForeignKey(
        "Meeting", models.CASCADE, related_name="agenda", verbose_name=_("会议")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    kind = models.ForeignKey(
        "AgendaKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("议题种类"),
    )
    title = models.CharField(_("议题"), max_length=200)
    involves_law = models.BooleanField(_("涉法议题"), default=False)
    legal_opinion = models.TextField(_("法制意见"), blank=True)
    outcome = models.CharField(
        _("结果"), max_length=12, choices=labelled(OUTCOME_LABELS), blank=True
    )
    resolution = models.TextField(_("议定事项"), blank=True)
    # What the item was about, where it came from a live record; or what came out of it.
    problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("问题"),
    )
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("措施"),
    )
    due = models.ForeignKey(
        "Due",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name=_("应开"),
    )
    carried_from = models.ForeignKey(
        "AgendaItem",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="carried_to",
        verbose_name=_("上次议题"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("议题")
        verbose_name_plural = pgettext_lazy("several", "议题")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"], name="agendaitem_once_per_position"
            )
        ]

    def __str__(self):
        return self.title


class Attendance(models.Model):
    """Who took part: a whole unit, one of our people, or someone from outside by name."""

    meeting = models.ForeignKey(
        "Meeting", models.CASCADE, related_name="attendances", verbose_name=_("会议")
    )
    unit = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("参加单位"),
    )
    person = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("参加人员"),
    )
    outside = models.CharField(_("外单位"), max_length=80, blank=True)
    presence = models.CharField(
        _("出席情况"),
        max_length=10,
        choices=labelled(PRESENCE_LABELS),
        default=Presence.PRESENT.value,
    )

    class Meta:
        verbose_name = _("参加情况")
        verbose_name_plural = pgettext_lazy("several", "参加情况")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, person__isnull=True, outside="")
                | Q(unit__isnull=True, person__isnull=False, outside="")
                | (Q(unit__isnull=True, person__isnull=True) & ~Q(outside="")),
                name="attendance_names_exactly_one",
                violation_error_message=_("每行只填单位、人员、外单位之一。"),
            ),
            models.UniqueConstraint(
                fields=["meeting", "unit"],
                condition=Q(unit__isnull=False),
                name="attendance_unit_once",
            ),
            models.UniqueConstraint(
                fields=["meeting", "person"],
                condition=Q(person__isnull=False),
                name="attendance_person_once",
            ),
        ]

    def __str__(self):
        return self.outside or str(self.unit or self.person)


class Discharge(models.Model):
    """A meeting held against a due: it counts, or the reason why it does not."""

    meeting = models.ForeignKey(
        "Meeting", models.CASCADE, related_name="discharges", verbose_name=_("会议")
    )
    due = models.ForeignKey(
        "Due", models.PROTECT, related_name="discharges", verbose_name=_("应开")
    )
    counts = models.BooleanField(_("计入"), default=True)
    is_late = models.BooleanField(_("补开"), default=False)
    why_not = models.CharField(
        _("不计入原因"), max_length=20, blank=True, choices=labelled(WHY_NOT_LABELS)
    )
    merged_because = models.CharField(_("合并召开的理由"), max_length=200, blank=True)
    decided_because = models.CharField(_("更正理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("更正人"),
    )
    decided_at = models.DateTimeField(_("更正时间"), null=True, blank=True)
    # Copies, so that a constraint can forbid a discharge by another bureau's meeting.
    due_bureau = models.ForeignKey("Unit", models.PROTECT, related_name="+")
    meeting_bureau = models.ForeignKey("Unit", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("计入情况")
        verbose_name_plural = pgettext_lazy("several", "计入情况")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "due"], name="discharge_once"),
            models.CheckConstraint(
                condition=Q(due_bureau=F("meeting_bureau")),
                name="discharge_within_one_bureau",
                violation_error_message=_("其他分局的会议不能计入本分局的应开事项。"),
            ),
            models.CheckConstraint(
                condition=Q(counts=True, why_not="") | (Q(counts=False) & ~Q(why_not="")),
                name="discharge_counts_or_says_why_not",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, decided_because="")
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_because=""),
                name="discharge_corrected_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} → {self.due_id}"


class AgendaPaper(Recorded):
    """An agenda drawn up before the meeting (议题单), from what the ledger knows to be open."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="agenda_papers", verbose_name=_("召开单位")
    )
    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="+", editable=False, verbose_name=_("分局")
    )
    kind = models.ForeignKey(
        "MeetingKind", models.PROTECT, related_name="+", verbose_name=_("会议种类")
    )
    due = models.ForeignKey(
        "Due",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="agenda_papers",
        verbose_name=_("应开"),
    )
    title = models.CharField(_("名称"), max_length=120)
    planned_on = models.DateField(_("拟召开日期"))
    place = models.CharField(_("地点"), max_length=80, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("议题单")
        verbose_name_plural = pgettext_lazy("several", "议题单")
        indexes = [models.Index(fields=["unit", "-planned_on"], name="agendapaper_of_unit")]

    def __str__(self):
        return f"{self.title}（{self.planned_on}）"

    def get_absolute_url(self):
        return reverse("reports:agenda-detail", args=[self.pk])


class AgendaPoint(models.Model):
    """A point of an agenda paper, and the record it speaks of."""

    paper = models.ForeignKey(
        "AgendaPaper", models.CASCADE, related_name="points", verbose_name=_("议题单")
    )
    position = models.PositiveSmallIntegerField(_("序号"))
    kind = models.CharField(
        _("来源"),
        max_length=10,
        choices=labelled(POINT_KIND_LABELS),
        default=PointKind.OTHER.value,
    )
    title = models.CharField(_("议题"), max_length=200)
    note = models.TextField(_("说明"), blank=True)
    agenda_kind = models.ForeignKey(
        "AgendaKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("议题种类"),
    )
    involves_law = models.BooleanField(_("涉法议题"), default=False)
    problem = models.ForeignKey(
        "Problem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("问题"),
    )
    measure = models.ForeignKey(
        "Measure",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("措施"),
    )
    due = models.ForeignKey(
        "Due",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("应开"),
    )
    item = models.ForeignKey(
        "AgendaItem",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("上次议题"),
    )

    class Meta:
        verbose_name = _("议题单所列议题")
        verbose_name_plural = pgettext_lazy("several", "议题单所列议题")
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "position"], name="agendapoint_once_per_position"
            )
        ]

    def __str__(self):
        return self.title
