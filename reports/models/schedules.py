from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from reports.domain.dues import CountedIn, DueFacts, NotApplicable, Verdict, verdict
from reports.domain.periods import (
    JANUARY,
    NumberedPeriod,
    Period,
    Rhythm,
    YearStart,
)

from .base import Imported, Recorded
from .choices import (
    CADENCE_LABELS,
    COUNTED_IN_LABELS,
    MAKE_UP_LABELS,
    NOT_APPLICABLE_LABELS,
    OWED_BY_LABELS,
    PARITY_LABELS,
    PERSON_KIND_LABELS,
    SCHEDULE_WORDS_LABELS,
    WINDOW_LABELS,
    OwedBy,
    PersonKind,
    ScheduleWords,
    labelled,
    listed,
    rhythm_label,
)

# What a rhythm is made of besides cadence, number and start of the year.
RHYTHM = ("months", "parity", "window", "window_days", "window_month", "window_day")


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
    months = models.JSONField(
        _("限定月份"),
        default=list,
        blank=True,
        help_text=_("只在这些月份要求的选择，如3月、11月。"),
    )
    parity = models.CharField(
        _("单双周"), max_length=4, choices=labelled(PARITY_LABELS), blank=True
    )
    window = models.CharField(
        _("固定期限"),
        max_length=6,
        choices=labelled(WINDOW_LABELS),
        blank=True,
        help_text=_("有固定期限的报送事项选择，如每年3月31日前、每季度结束后15日内。"),
    )
    window_days = models.PositiveSmallIntegerField(_("期限天数"), null=True, blank=True)
    window_month = models.PositiveSmallIntegerField(_("期限月"), null=True, blank=True)
    window_day = models.PositiveSmallIntegerField(_("期限日"), null=True, blank=True)
    usual = models.BooleanField(
        _("只作参考"),
        default=False,
        help_text=_("“一般”“原则上”“不定期”等，不产生应开事项，只作提示。"),
    )
    counted_in = models.CharField(
        _("按什么计"),
        max_length=8,
        choices=labelled(COUNTED_IN_LABELS),
        default=CountedIn.TIMES.value,
    )
    at_least = models.PositiveSmallIntegerField(_("至少"), default=1)
    at_most = models.PositiveSmallIntegerField(
        _("至多"), null=True, blank=True, help_text=_("多开的只作提示，不影响结论。")
    )
    min_minutes = models.PositiveSmallIntegerField(
        _("每次至少（分钟）"), null=True, blank=True, help_text=_("短于此的不计入。")
    )
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
    counts_twice = models.BooleanField(
        _("补开的会议同时计入当期"),
        default=False,
        help_text=_("不勾选的，补开上期就不再计入本期。"),
    )
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
    deputy = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("可代为主持的岗位"),
    )
    legal_must_sit_in = models.BooleanField(_("须法制部门列席"), default=False)
    legal_on_law_items = models.BooleanField(_("涉法议题须法制列席并提出意见"), default=False)
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
    owing_grades = models.JSONField(
        _("应落实的单位等级"), default=list, blank=True, help_text=_("不选即各等级都要落实。")
    )
    owing_post = models.ForeignKey(
        "Post",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("应落实的岗位"),
        help_text=_("由该岗位每名在任人员各自落实，如局领导接访。"),
    )
    roster_kinds = models.JSONField(_("在册人员类别"), default=list, blank=True)
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
            models.CheckConstraint(
                condition=Q(at_most__isnull=True) | Q(at_most__gte=F("at_least")),
                name="scheduleversion_at_most_from_at_least",
                violation_error_message=_("“至多”不能小于“至少”。"),
            ),
            models.CheckConstraint(
                condition=Q(parity="") | Q(cadence="week", every=1, window=""),
                name="scheduleversion_odd_and_even_are_weeks",
                violation_error_message=_("单双周只用于每周一期的制度。"),
            ),
            models.CheckConstraint(
                condition=Q(window="", window_days=None, window_month=None, window_day=None)
                | Q(window="after", window_days__gte=1, window_month=None, window_day=None)
                | Q(
                    window="until",
                    cadence="year",
                    window_days=None,
                    window_month__range=(1, 12),
                    window_day__range=(1, 31),
                )
                | Q(window="by_day", window_days=None, window_month=None)
                & Q(window_day__range=(1, 31)),
                name="scheduleversion_due_date_is_complete",
                violation_error_message=_("固定期限填写不完整，或与周期不符。"),
            ),
            models.CheckConstraint(
                condition=~Q(owed_by="holders") | Q(owing_post__isnull=False),
                name="scheduleversion_holders_of_a_post",
                violation_error_message=_("请选择由哪一岗位的人员落实。"),
            ),
        ]

    def __str__(self):
        return f"{self.schedule}（{self.first_day}）"

    def rhythm_from(self, start: YearStart = JANUARY) -> Rhythm:
        """When it is owed, in years that begin on ``start``."""
        return Rhythm.of(
            self.cadence, self.every, start, **{name: getattr(self, name) for name in RHYTHM}
        )

    @property
    def rhythm(self) -> str:
        """每周至少1次"""
        return rhythm_label(
            self.rhythm_from(), self.at_least, self.at_most, CountedIn(self.counted_in)
        )

    @property
    def who_owes(self) -> str:
        """The unit of the set, 派出所（一类）, 每名局领导. Wants unit, kinds and post loaded."""
        kinds = sorted(self.owing_kinds.all(), key=lambda kind: (kind.position, kind.pk))
        places = listed(kind.name for kind in kinds) or self.schedule.set.unit.label
        if self.owing_grades:
            grades = listed(self.owing_grades)
            places = str(_("%(kinds)s（%(grades)s）")) % {"kinds": places, "grades": grades}
        if self.owed_by == OwedBy.ITSELF:
            return self.schedule.set.unit.label
        if self.owed_by == OwedBy.HOLDERS:
            return str(_("%(places)s每名%(post)s")) % {"places": places, "post": self.owing_post}
        if self.owed_by == OwedBy.ROSTER:
            who = listed(PERSON_KIND_LABELS[PersonKind(kind)] for kind in self.roster_kinds)
            return str(_("%(places)s每名%(post)s")) % {"places": places, "post": who or _("人员")}
        return places


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
    # Who owes it, where each person does; otherwise the unit itself.
    person = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dues",
        verbose_name=_("人员"),
    )
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
    at_most = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    counted_in = models.CharField(
        max_length=8,
        choices=labelled(COUNTED_IN_LABELS),
        default=CountedIn.TIMES.value,
        editable=False,
    )
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
    merged = models.PositiveSmallIntegerField(_("合并召开"), default=0)

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
            # The list of a year in its own order, from any place in it; what has not begun is
            # passed over without reading its row.
            models.Index(
                fields=["year", "-period_last", "id", "period_first"], name="due_of_year_in_order"
            ),
            # Few of a year's dues lack evidence; who looks across bureaus asks for those alone.
            models.Index(
                fields=["year", "bureau"], condition=Q(lacks_evidence__gt=0), name="due_lacking"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "schedule", "period_first"],
                condition=Q(person__isnull=True),
                name="due_once_per_period",
                violation_error_message=_("该单位该周期的应开事项已存在。"),
            ),
            models.UniqueConstraint(
                fields=["unit", "schedule", "period_first", "person"],
                condition=Q(person__isnull=False),
                name="due_once_per_period_and_person",
                violation_error_message=_("该人员该周期的应办事项已存在。"),
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
    def numbered(self) -> NumberedPeriod:
        return NumberedPeriod(self.number, self.period, self.year, self.name_month)

    @property
    def owner(self) -> str:
        """The unit, or the person with the unit. Wants both loaded."""
        if self.person_id is None:
            return self.unit.label
        return f"{self.unit.label} {self.person.name}"

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
    order = models.ForeignKey(
        "WaiverOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="waivers",
        verbose_name=_("统一免开的通知"),
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


class WaiverRequest(Recorded):
    """Who owes a due asks to be excused; decided by someone else."""

    due = models.ForeignKey(
        "Due", models.PROTECT, related_name="waiver_requests", verbose_name=_("应开")
    )
    asked_on = models.DateField(_("申请日期"))
    reason = models.CharField(_("理由"), max_length=300)
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("决定人"),
    )
    granted = models.BooleanField(_("同意"), null=True, blank=True)
    decision_note = models.CharField(_("决定说明"), max_length=300, blank=True)
    waiver = models.OneToOneField(
        "Waiver",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="request",
        verbose_name=_("免开"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("免开申请")
        verbose_name_plural = pgettext_lazy("several", "免开申请")
        constraints = [
            models.UniqueConstraint(
                fields=["due"],
                condition=Q(decided_on__isnull=True),
                name="waiverrequest_one_open_per_due",
                violation_error_message=_("该期已有免开申请，正在等待决定。"),
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None, decided_by=None, granted=None, waiver=None)
                | Q(decided_on__isnull=False, decided_by__isnull=False, granted=False, waiver=None)
                | Q(
                    decided_on__isnull=False,
                    decided_by__isnull=False,
                    granted=True,
                    waiver__isnull=False,
                ),
                name="waiverrequest_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(decided_by=F("recorded_by")),
                name="waiverrequest_decided_by_another",
                violation_error_message=_("申请人不能批准自己的申请。"),
            ),
            models.CheckConstraint(
                condition=Q(granted=True) | Q(granted=None) | ~Q(decision_note=""),
                name="waiverrequest_refused_with_a_reason",
                violation_error_message=_("不同意的，请写明理由。"),
            ),
        ]

    def __str__(self):
        return f"{self.due} {self.asked_on}"


class WaiverOrder(Recorded):
    """One notice (安保、战时) that excuses many dues at once."""

    unit = models.ForeignKey(
        "Unit", models.PROTECT, related_name="waiver_orders", verbose_name=_("适用单位")
    )
    title = models.CharField(_("通知名称"), max_length=150)
    document_number = models.CharField(_("文号"), max_length=80, blank=True)
    ordered_on = models.DateField(_("通知日期"))
    first_day = models.DateField(_("起"))
    last_day = models.DateField(_("止"))
    reason = models.CharField(_("理由"), max_length=300)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("统一免开的通知")
        verbose_name_plural = pgettext_lazy("several", "统一免开的通知")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="waiverorder_ends_after_it_begins",
                violation_error_message=_("截止日期早于起始日期。"),
            )
        ]

    def __str__(self):
        return self.title


class DueNote(Recorded):
    """What someone remarked on a due; kept with it whatever is planned anew."""

    due = models.ForeignKey("Due", models.PROTECT, related_name="notes", verbose_name=_("应开"))
    text = models.TextField(_("说明"))

    class Meta:
        verbose_name = _("说明")
        verbose_name_plural = pgettext_lazy("several", "说明")

    def __str__(self):
        return self.text[:40]


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
