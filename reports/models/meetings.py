from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from .base import Cancellable, Imported, Recorded
from .choices import WHY_NOT_LABELS, labelled


class MeetingKind(models.Model):
    """What is held: a briefing, a party-committee meeting, a lecture … Data."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
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
    # One press of the button is one meeting, also when the browser sends it twice.
    once = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = MeetingQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["once"])

    class Meta(Cancellable.Meta):
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
        ]

    def __str__(self):
        return f"{self.meeting_id} → {self.due_id}"
