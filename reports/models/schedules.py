from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.dues import DueFacts, NotApplicable, Verdict, verdict
from reports.domain.periods import Cadence, Period

from .base import Imported, Recorded
from .choices import (
    CADENCE_LABELS,
    MAKE_UP_LABELS,
    NOT_APPLICABLE_LABELS,
    OWED_BY_LABELS,
    SCHEDULE_WORDS_LABELS,
    OwedBy,
    ScheduleWords,
    labelled,
    listed,
    rhythm_label,
)


class ScheduleSet(Imported):
    """Schedules of one unit that belong together, such as the "four ones" of a bureau."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="schedule_sets", verbose_name=_("单位")
    )
    name = models.CharField(_("制度名称"), max_length=60, help_text=_("如：“四个一”制度。"))
    year_start_month = models.PositiveSmallIntegerField(_("考核年度起始月"), default=1)
    year_start_day = models.PositiveSmallIntegerField(
        _("考核年度起始日"), default=1, help_text=_("1—28日。")
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("制度组")
        verbose_name_plural = pgettext_lazy("several", "制度组")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="scheduleset_name_once_in_a_unit",
                violation_error_message=_("该单位已有同名制度组。"),
            ),
            models.CheckConstraint(
                condition=Q(year_start_month__range=(1, 12), year_start_day__range=(1, 28)),
                name="scheduleset_year_starts_on_day_1_to_28",
                violation_error_message=_("考核年度须从某月1日至28日之间的一天开始。"),
            ),
        ]

    def __str__(self):
        return self.name


class ScheduleQuerySet(models.QuerySet):
    def for_list(self):
        return self.select_related("set", "set__unit", "set__unit__bureau").order_by(
            "set__unit__path", "set__position", "position", "pk"
        )


class Schedule(Imported):
    """A standing rule that something must be held or done; its rule lives in versions."""

    set = models.ForeignKey(
        "ScheduleSet", models.PROTECT, related_name="schedules", verbose_name=_("制度组")
    )
    name = models.CharField(_("名称"), max_length=60, help_text=_("如：法制通报会。"))
    words = models.CharField(
        _("事项性质"),
        max_length=10,
        choices=labelled(SCHEDULE_WORDS_LABELS),
        default=ScheduleWords.MEETING.value,
    )
    of_first_person = models.BooleanField(_("第一责任人履职事项"), default=False)
    ended_on = models.DateField(
        _("废止日期"), null=True, blank=True, help_text=_("该日以前已开始的周期仍应落实。")
    )
    position = models.PositiveIntegerField(_("排序"), default=0)

    objects = ScheduleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("制度")
        verbose_name_plural = pgettext_lazy("several", "制度")
        constraints = [
            models.UniqueConstraint(
                fields=["set", "name"],
                name="schedule_name_once_in_a_set",
                violation_error_message=_("该制度组中已有同名制度。"),
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("reports:schedule-detail", args=[self.pk])


class ScheduleVersionQuerySet(models.QuerySet):
    def in_force_on(self, day):
        """One version of each schedule: the one of that day, or the first where none has begun."""
        begun = models.Exists(
            self.model.objects.filter(schedule=models.OuterRef("schedule"), first_day__lte=day)
        )
        later = self.model.objects.filter(
            schedule=models.OuterRef("schedule"), first_day__gt=models.OuterRef("first_day")
        )
        earlier = self.model.objects.filter(
            schedule=models.OuterRef("schedule"), first_day__lt=models.OuterRef("first_day")
        )
        return self.filter(
            (Q(first_day__lte=day) & ~models.Exists(later.filter(first_day__lte=day)))
            | (~begun & ~models.Exists(earlier))
        )


class ScheduleVersion(models.Model):
    """The rule of a schedule from one day on; past dues keep the version they were judged by."""

    schedule = models.ForeignKey(
        "Schedule", models.PROTECT, related_name="versions", verbose_name=_("制度")
    )
    first_day = models.DateField(_("自何日起"), help_text=_("从该日或之后开始的第一个周期起适用。"))
    cadence = models.CharField(_("周期"), max_length=10, choices=labelled(CADENCE_LABELS))
    every = models.PositiveSmallIntegerField(_("每几个周期"), default=1)
    at_least = models.PositiveSmallIntegerField(_("至少次数"), default=1)
    recording_days = models.PositiveSmallIntegerField(
        _("录入期限（工作日）"),
        default=5,
        help_text=_("周期结束后几个工作日内仍可录入。"),
    )
    make_up = models.CharField(
        _("能否补开"),
        max_length=12,
        choices=labelled(MAKE_UP_LABELS),
        blank=True,
        help_text=_("留空按惯例：每周、半月的不能补开，其他的可在下一周期结束前补开。"),
    )
    make_up_days = models.PositiveSmallIntegerField(_("补开期限（天）"), null=True, blank=True)
    meeting_kind = models.ForeignKey(
        "MeetingKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会议种类"),
    )
    agenda_kind = models.ForeignKey(
        "AgendaKind",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("须有议题"),
        help_text=_("如“法治专题研究”：会议中有此议题才计入。"),
    )
    body = models.ForeignKey(
        "Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会议机构"),
        help_text=_("如本局党委；留空为应落实的单位自己。"),
    )
    presided_by = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("须由何岗位主持"),
    )
    legal_must_sit_in = models.BooleanField(_("须法制部门列席"), default=False)
    expected_evidence = models.JSONField(_("应有材料"), default=list, blank=True)
    owed_by = models.CharField(
        _("由谁落实"),
        max_length=10,
        choices=labelled(OWED_BY_LABELS),
        default=OwedBy.ITSELF.value,
    )
    owing_kinds = models.ManyToManyField(
        "UnitKind", blank=True, related_name="+", verbose_name=_("应落实的单位类别")
    )
    legal_basis = models.CharField(_("依据"), max_length=300)
    asked_by = models.CharField(_("由谁要求"), max_length=100)

    objects = ScheduleVersionQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[owing_kinds])

    class Meta:
        verbose_name = _("制度版本")
        verbose_name_plural = pgettext_lazy("several", "制度版本")
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "first_day"],
                name="scheduleversion_once_per_first_day",
                violation_error_message=_("同一天已有一个版本。"),
            ),
            models.CheckConstraint(
                condition=Q(every__gte=1, at_least__gte=1),
                name="scheduleversion_at_least_once",
                violation_error_message=_("周期数和次数都至少为1。"),
            ),
            models.CheckConstraint(
                condition=Q(meeting_kind__isnull=False) | Q(agenda_kind__isnull=False),
                name="scheduleversion_says_what_counts",
                violation_error_message=_("请选择会议种类或议题，否则无法判断哪些会议计入。"),
            ),
            models.CheckConstraint(
                condition=Q(make_up="days", make_up_days__isnull=False)
                | (~Q(make_up="days") & Q(make_up_days__isnull=True)),
                name="scheduleversion_make_up_days_with_days",
                violation_error_message=_("选择“若干天内可补开”时须填写天数，其他情形不填。"),
            ),
        ]

    def __str__(self):
        return f"{self.schedule}（{self.first_day}）"

    @property
    def rhythm(self) -> str:
        """每周至少1次"""
        return rhythm_label(Cadence(self.cadence), self.every, self.at_least)

    @property
    def who_owes(self) -> str:
        """The unit of the set, or 派出所、大队. Wants the set's unit and the kinds loaded."""
        if self.owed_by == OwedBy.ITSELF:
            return self.schedule.set.unit.label
        kinds = sorted(self.owing_kinds.all(), key=lambda kind: (kind.position, kind.pk))
        return listed(kind.name for kind in kinds)


class DueQuerySet(models.QuerySet):
    def in_year(self, year: int):
        """The year of the due's own set: an assessment year is named after its 1 July."""
        return self.filter(year=year)

    def for_list(self):
        return self.select_related("unit", "schedule", "schedule__set", "bureau").order_by(
            "-period_last", "unit__path", "schedule_id", "pk"
        )

    def with_verdict(self, on):
        """The SQL voice of domain.dues.verdict; a parity test holds the two together."""
        known = Q(not_applicable_on__isnull=True) | Q(not_applicable_on__lte=on)
        outright = [NotApplicable.ABSENT.value, NotApplicable.NOT_BEGUN.value]
        return self.annotate(
            verdict=Case(
                When(known, not_applicable_because__in=outright, then=Value("not_applicable")),
                When(met_on__lte=on, then=Value("met")),
                When(waived_on__lte=on, then=Value("waived")),
                When(
                    known,
                    not_applicable_because=NotApplicable.NO_WORKDAY.value,
                    then=Value("not_applicable"),
                ),
                When(met_late_on__lte=on, then=Value("met_late")),
                When(period_first__gt=on, then=Value("upcoming")),
                When(period_last__gte=on, then=Value("open")),
                When(awaits_until__gte=on, then=Value("awaiting")),
                default=Value("missed"),
                output_field=models.CharField(),
            )
        )

    def of_verdicts(self, on, verdicts):
        return self.with_verdict(on).filter(verdict__in=[str(v) for v in verdicts])


class Due(models.Model):
    """One period of one schedule for one unit: what is owed.

    The columns below the version are kept by actions.schedules alone, within the transaction that
    changes a meeting, so that the verdict of any day needs no join; audit_ledger recounts them.
    """

    unit = models.ForeignKey("Unit", models.PROTECT, related_name="dues", verbose_name=_("单位"))
    bureau = models.ForeignKey(
        "Unit", models.PROTECT, related_name="bureau_dues", verbose_name=_("分局")
    )
    # Searched by schedule and year together; an index of the schedule alone would be passed over.
    schedule = models.ForeignKey(
        "Schedule", models.PROTECT, related_name="dues", db_index=False, verbose_name=_("制度")
    )
    version = models.ForeignKey(
        "ScheduleVersion", models.PROTECT, related_name="dues", verbose_name=_("适用规则")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    report_year = models.PositiveSmallIntegerField(_("报告年度"))
    number = models.PositiveSmallIntegerField(_("期次"))
    name_month = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    period_first = models.DateField(_("起"))
    period_last = models.DateField(_("止"))
    at_least = models.PositiveSmallIntegerField(_("应开次数"))
    awaits_until = models.DateField(_("录入截止"))
    counted = models.PositiveSmallIntegerField(_("已计入"), default=0)
    met_on = models.DateField(_("达到日期"), null=True, blank=True)
    met_late_on = models.DateField(_("补开日期"), null=True, blank=True)
    waived_on = models.DateField(_("批准免开日期"), null=True, blank=True)
    not_applicable_because = models.CharField(
        _("不适用原因"), max_length=12, blank=True, choices=labelled(NOT_APPLICABLE_LABELS)
    )
    not_applicable_on = models.DateField(null=True, blank=True)
    lacks_evidence = models.PositiveSmallIntegerField(_("缺材料"), default=0)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = _("应开会议/应办事项")
        verbose_name_plural = pgettext_lazy("several", "应开会议/应办事项")
        indexes = [
            models.Index(
                fields=["bureau", "year", "schedule", "period_last"], name="due_of_bureau"
            ),
            models.Index(fields=["unit", "year", "period_last"], name="due_of_unit"),
            models.Index(fields=["schedule", "year", "period_first"], name="due_of_schedule"),
            models.Index(fields=["year", "-period_last"], name="due_of_year"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "schedule", "period_first"],
                name="due_once_per_period",
                violation_error_message=_("该单位该周期的应开事项已存在。"),
            ),
            models.CheckConstraint(
                condition=Q(period_last__gte=F("period_first")), name="due_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(met_on__isnull=True)
                | Q(met_on__gte=F("period_first"), met_on__lte=F("period_last")),
                name="due_met_within_its_period",
            ),
            models.CheckConstraint(
                condition=Q(met_late_on__isnull=True) | Q(met_late_on__gt=F("period_last")),
                name="due_met_late_after_its_period",
            ),
            models.CheckConstraint(
                condition=Q(not_applicable_on__isnull=True) | ~Q(not_applicable_because=""),
                name="due_not_applicable_with_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.unit} · {self.schedule} · {self.period_first}"

    def get_absolute_url(self):
        return reverse("reports:due-detail", args=[self.pk])

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last)

    @property
    def facts(self) -> DueFacts:
        because = self.not_applicable_because
        return DueFacts(
            period=self.period,
            at_least=self.at_least,
            awaits_until=self.awaits_until,
            met_on=self.met_on,
            met_late_on=self.met_late_on,
            waived_on=self.waived_on,
            not_applicable_because=NotApplicable(because) if because else None,
            not_applicable_on=self.not_applicable_on,
        )

    def verdict_on(self, day) -> Verdict:
        return verdict(self.facts, day)


class Waiver(Recorded):
    """A due excused by someone entitled to, with the reason."""

    due = models.ForeignKey("Due", models.PROTECT, related_name="waivers", verbose_name=_("应开"))
    granted_on = models.DateField(_("批准日期"))
    reason = models.CharField(_("理由"), max_length=300)
    from_paper = models.BooleanField(_("凭签批件录入"), default=False)
    signer = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签批人"),
    )
    withdrawn_on = models.DateField(_("撤销日期"), null=True, blank=True)
    withdrawn_because = models.CharField(_("撤销原因"), max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("免开")
        verbose_name_plural = pgettext_lazy("several", "免开")
        constraints = [
            models.UniqueConstraint(
                fields=["due"],
                condition=Q(withdrawn_on__isnull=True),
                name="waiver_one_in_force_per_due",
                violation_error_message=_("该期已批准免开。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdrawn_because="")
                | (Q(withdrawn_on__isnull=False) & ~Q(withdrawn_because="")),
                name="waiver_withdrawn_with_a_reason",
                violation_error_message=_("撤销须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(from_paper=False) | Q(signer__isnull=False),
                name="waiver_from_paper_names_the_signer",
                violation_error_message=_("凭签批件录入的，须注明签批人。"),
            ),
        ]

    def __str__(self):
        return f"{self.due} {self.granted_on}"


class DueCount(models.Model):
    """Kept counts of the dues of one bureau, schedule and period: what pages over bureaus read.

    Only facts are counted, so nothing goes stale at midnight: what is missed today follows from
    the days on the row. Written by actions.schedules, recounted by audit_ledger.
    """

    bureau = models.ForeignKey("Unit", models.CASCADE, related_name="due_counts")
    schedule = models.ForeignKey("Schedule", models.CASCADE, related_name="due_counts")
    year = models.PositiveSmallIntegerField()
    period_first = models.DateField()
    period_last = models.DateField()
    awaits_until = models.DateField()
    total = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    waived = models.PositiveIntegerField(default=0)
    not_applicable = models.PositiveIntegerField(default=0)
    met_late = models.PositiveIntegerField(default=0)
    lacking = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "bureau",
                    "year",
                    "schedule",
                    "period_first",
                    "period_last",
                    "awaits_until",
                ],
                name="duecount_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    total__gte=F("met") + F("waived") + F("not_applicable") + F("met_late")
                ),
                name="duecount_adds_up",
            ),
        ]

    def __str__(self):
        return f"{self.bureau_id}/{self.schedule_id}/{self.period_first}: {self.total}"
