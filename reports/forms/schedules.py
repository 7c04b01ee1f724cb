"""What a legal officer types of a schedule, turned into the drafts the actions take."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.schedules import ScheduleDraft, SetDraft, VersionDraft
from reports.domain.access import Act
from reports.domain.dues import CountedIn
from reports.domain.periods import NAMED_IN_MONTHS, Cadence, WindowKind, YearStart
from reports.models import (
    AgendaKind,
    MeetingKind,
    Post,
    Schedule,
    ScheduleSet,
    ScheduleVersion,
    Unit,
    UnitKind,
)
from reports.models.choices import (
    CADENCE_LABELS,
    COUNTED_IN_LABELS,
    EVIDENCE_KIND_LABELS,
    MAKE_UP_LABELS,
    OWED_BY_LABELS,
    PARITY_LABELS,
    PERSON_KIND_LABELS,
    SCHEDULE_WORDS_LABELS,
    WINDOW_LABELS,
    EvidenceKind,
    OwedBy,
    ScheduleWords,
    labelled,
    month_label,
)
from reports.selectors.rules import year_start
from reports.selectors.scope import Scope

from .base import Choice, day_field

EVIDENCE_OF_MEETINGS = [
    (code, label)
    for code, label in labelled(EVIDENCE_KIND_LABELS)
    if code != EvidenceKind.DECISION.value
]


class UnitLabelField(Choice):
    def label_from_instance(self, obj):
        return obj.label


class SetField(Choice):
    def label_from_instance(self, obj):
        return f"{obj.unit.label} · {obj.name}"


# What the rule says in plain values, as the form and the draft both call it.
PLAIN = (
    "first_day",
    "every",
    "parity",
    "window",
    "window_days",
    "window_month",
    "window_day",
    "usual",
    "counted_in",
    "at_least",
    "at_most",
    "min_minutes",
    "recording_days",
    "make_up",
    "make_up_days",
    "counts_twice",
    "legal_must_sit_in",
    "legal_on_law_items",
    "legal_basis",
    "asked_by",
)
# Which numbers a due date is made of.
WINDOW_FIELDS = {
    WindowKind.AFTER.value: ("window_days",),
    WindowKind.UNTIL.value: ("window_month", "window_day"),
    WindowKind.BY_DAY.value: ("window_day",),
}


class RuleForm(forms.Form):
    """The rule of a schedule; what may be chosen comes from the scope."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("如：法制通报会。"))
    words = forms.ChoiceField(
        label=_("事项性质"),
        choices=labelled(SCHEDULE_WORDS_LABELS),
        initial=ScheduleWords.MEETING.value,
        help_text=_("决定用词：会议说“按期召开”，其他事项说“按期落实”。"),
    )
    of_first_person = forms.BooleanField(label=_("第一责任人履职事项"), required=False)
    first_day = day_field(label=_("自何日起"), help_text=_("从该日或之后开始的第一个周期起适用。"))
    cadence = forms.ChoiceField(label=_("周期"), choices=labelled(CADENCE_LABELS))
    every = forms.IntegerField(
        label=_("每几个周期"), min_value=1, max_value=60, initial=1, help_text=_("如每2周填2。")
    )
    at_least = forms.IntegerField(label=_("至少"), min_value=1, max_value=9999, initial=1)
    at_most = forms.IntegerField(
        label=_("至多"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=_("可不填。多开的只作提示，不影响结论。"),
    )
    counted_in = forms.ChoiceField(
        label=_("按什么计"),
        choices=labelled(COUNTED_IN_LABELS),
        initial=CountedIn.TIMES.value,
        required=False,
        help_text=_("按时长计的，“至少”“至多”填分钟数，由每次的起止时间累计。"),
    )
    min_minutes = forms.IntegerField(
        label=_("每次至少（分钟）"),
        min_value=1,
        max_value=1440,
        required=False,
        help_text=_("可不填。短于此的不计入。"),
    )
    months = forms.TypedMultipleChoiceField(
        label=_("只在这些月份"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选即每月都要求。如每年3月、11月清查的，周期选“月”，勾3月、11月。"),
    )
    parity = forms.ChoiceField(
        label=_("单双周"),
        choices=[("", _("每周都要求")), *labelled(PARITY_LABELS)],
        required=False,
        help_text=_("周期为“周”时可选，按本年度周次的单双。"),
    )
    window = forms.ChoiceField(
        label=_("固定期限"),
        choices=[("", _("周期内任何一天都可以")), *labelled(WINDOW_LABELS)],
        required=False,
        help_text=_("有截止日的报送事项选择，如每年3月31日前、每季度结束后15日内。"),
    )
    window_days = forms.IntegerField(
        label=_("期限天数"), min_value=1, max_value=366, required=False
    )
    window_month = forms.IntegerField(label=_("期限月"), min_value=1, max_value=12, required=False)
    window_day = forms.IntegerField(label=_("期限日"), min_value=1, max_value=31, required=False)
    usual = forms.BooleanField(
        label=_("只作参考，不产生应开"),
        required=False,
        help_text=_("文件写“一般”“原则上”“不定期”的勾选：只作提示，不计未召开。"),
    )
    recording_days = forms.IntegerField(
        label=_("录入期限（工作日）"),
        min_value=0,
        max_value=250,
        initial=5,
        help_text=_("周期结束后几个工作日内仍可录入。"),
    )
    make_up = forms.ChoiceField(
        label=_("能否补开"),
        choices=[("", _("按惯例")), *labelled(MAKE_UP_LABELS)],
        required=False,
        help_text=_("按惯例：每周、半月的不能补开，其他的可在下一周期结束前补开。"),
    )
    make_up_days = forms.IntegerField(
        label=_("补开期限（天）"),
        min_value=1,
        max_value=366,
        required=False,
        help_text=_("选择“若干天内可补开”时填写。"),
    )
    counts_twice = forms.BooleanField(
        label=_("补开的会议同时计入当期"),
        required=False,
        help_text=_("不勾选的，补开了上期就不再计入本期。"),
    )
    owed_by = forms.ChoiceField(
        label=_("由谁落实"), choices=labelled(OWED_BY_LABELS), initial=OwedBy.ITSELF.value
    )
    owing_kinds = forms.ModelMultipleChoiceField(
        label=_("应落实的单位类别"),
        queryset=UnitKind.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "由下属各类单位落实的，选择哪几类；由人员落实的，选择在哪几类单位，不选即本单位。"
        ),
    )
    owing_grades = forms.MultipleChoiceField(
        label=_("单位等级"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选即各等级都要落实。"),
    )
    owing_post = forms.ModelChoiceField(
        label=_("应落实的岗位"),
        queryset=Post.objects.none(),
        required=False,
        empty_label=_("不指定"),
        help_text=_("由某一岗位的每名在任人员各自落实的选择，如局领导接访。"),
    )
    roster_kinds = forms.MultipleChoiceField(
        label=_("在册人员类别"),
        choices=labelled(PERSON_KIND_LABELS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("由在册的每名人员各自落实的，选择哪几类；不选即全体。如全员学法。"),
    )
    meeting_kind = forms.ModelChoiceField(
        label=_("会议种类"),
        queryset=MeetingKind.objects.none(),
        required=False,
        empty_label=_("不限"),
        help_text=_("会议种类与须有议题至少选一项，否则无法判断哪些会议计入。"),
    )
    agenda_kind = forms.ModelChoiceField(
        label=_("须有议题"),
        queryset=AgendaKind.objects.none(),
        required=False,
        empty_label=_("不限"),
        help_text=_("会议中有此议题才计入。"),
    )
    body = UnitLabelField(
        label=_("会议机构"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("应落实的单位自己"),
        help_text=_("由党委、委员会等机构召开的，选择该机构。"),
    )
    presided_by = forms.ModelChoiceField(
        label=_("须由何岗位主持"),
        queryset=Post.objects.none(),
        required=False,
        empty_label=_("不限"),
        help_text=_("由该岗位当日的在任者或主持工作者主持。"),
    )
    deputy = forms.ModelChoiceField(
        label=_("可代为主持的岗位"),
        queryset=Post.objects.none(),
        required=False,
        empty_label=_("不得代为主持"),
    )
    legal_must_sit_in = forms.BooleanField(label=_("须法制部门列席"), required=False)
    legal_on_law_items = forms.BooleanField(label=_("涉法议题须法制列席并提出意见"), required=False)
    expected_evidence = forms.MultipleChoiceField(
        label=_("应有材料"),
        choices=EVIDENCE_OF_MEETINGS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("缺少时仍计为已召开，但标明缺材料。"),
    )
    legal_basis = forms.CharField(
        label=_("依据"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("文件名称、文号和条款。没有依据的会议不应要求基层召开。"),
    )
    asked_by = forms.CharField(
        label=_("由谁要求"), max_length=100, help_text=_("提出要求的机关或部门。")
    )

    def __init__(self, *args, scope: Scope, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.scope, self.today = scope, today
        units = scope.units(Act.SET_SCHEDULE)
        kinds = UnitKind.objects.filter(
            units__in=units, is_body=False, files_report=False
        ).distinct()
        self.fields["owing_kinds"].queryset = kinds.order_by("position", "pk")
        for name, model in (
            ("meeting_kind", MeetingKind),
            ("agenda_kind", AgendaKind),
            ("presided_by", Post),
            ("deputy", Post),
            ("owing_post", Post),
        ):
            self.fields[name].queryset = model.objects.order_by("position", "pk")
        self.fields["body"].queryset = units.filter(kind__is_body=True).in_order()
        self.fields["months"].choices = [(n, month_label(n)) for n in range(1, 13)]
        grades = units.exclude(grade="").order_by("grade").values_list("grade", flat=True)
        self.fields["owing_grades"].choices = [(grade, grade) for grade in grades.distinct()]

    @property
    def set_or_none(self) -> ScheduleSet | None:
        """The set as chosen so far."""
        return None

    def clean_counted_in(self):
        return self.cleaned_data["counted_in"] or CountedIn.TIMES.value

    def clean(self):
        cleaned = super().clean()
        self.refuse_a_taken_name(cleaned)
        if cleaned.get("make_up") == "days" and not cleaned.get("make_up_days"):
            if "make_up_days" not in self.errors:
                self.add_error("make_up_days", _("请填写补开期限（天）。"))
        elif cleaned.get("make_up") != "days" and cleaned.get("make_up_days"):
            self.add_error("make_up_days", _("只有选择“若干天内可补开”时才填写天数。"))
        if cleaned.get("owed_by") == OwedBy.KINDS and not cleaned.get("owing_kinds"):
            self.add_error("owing_kinds", _("请选择由哪几类下属单位落实。"))
        if cleaned.get("owed_by") == OwedBy.HOLDERS and not cleaned.get("owing_post"):
            self.add_error("owing_post", _("请选择由哪一岗位的人员落实。"))
        most, least = cleaned.get("at_most"), cleaned.get("at_least")
        if most and least and most < least:
            self.add_error("at_most", _("“至多”不能小于“至少”。"))
        if cleaned.get("deputy") and not cleaned.get("presided_by"):
            self.add_error("deputy", _("没有规定主持岗位的，不填可代为主持的岗位。"))
        self.refuse_an_unclear_rhythm(cleaned)
        if not cleaned.get("meeting_kind") and not cleaned.get("agenda_kind"):
            self.add_error("meeting_kind", _("请选择会议种类或议题，否则无法判断哪些会议计入。"))
        self.refuse_a_body_of_others(cleaned)
        return cleaned

    def refuse_an_unclear_rhythm(self, cleaned) -> None:
        """Each complaint beside the field it is about; what is left is the action's."""
        weekly = cleaned.get("cadence") == Cadence.WEEK and cleaned.get("every") == 1
        if cleaned.get("parity") and not weekly:
            self.add_error("parity", _("单双周只用于每周一期的制度。"))
        named = cleaned.get("cadence") in set(NAMED_IN_MONTHS) and cleaned.get("every") == 1
        if cleaned.get("months") and not named:
            self.add_error("months", _("限定月份只用于每周、每半月、每月一期的制度。"))
        window = cleaned.get("window")
        if window and (cleaned.get("months") or cleaned.get("parity")):
            self.add_error("window", _("有固定期限的，不再限定月份或单双周。"))
        if window == WindowKind.UNTIL and cleaned.get("cadence") != Cadence.YEAR:
            self.add_error("window", _("“次年某月某日前”只用于每年一期的制度。"))
        wanted = WINDOW_FIELDS.get(window, ())
        for name in ("window_days", "window_month", "window_day"):
            if name in wanted and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("请填写。"))
            elif name not in wanted and cleaned.get(name):
                self.add_error(name, _("所选的固定期限不用填这一项。"))

    def refuse_a_taken_name(self, cleaned) -> None:
        of, name = self.set_or_none, cleaned.get("name")
        if of is None or not name:
            return
        others = Schedule.objects.filter(set=of, name=name)
        if others.exclude(pk=getattr(self, "schedule_id", None)).exists():
            self.add_error("name", _("该制度组中已有同名制度。"))

    def refuse_a_body_of_others(self, cleaned) -> None:
        body, owner = cleaned.get("body"), self.owner
        if body and owner and owner.bureau_id and body.bureau_id != owner.bureau_id:
            self.add_error("body", _("会议机构须属于本局。"))

    @property
    def owner(self) -> Unit | None:
        """The unit that sets the rule."""
        return self.set_or_none.unit if self.set_or_none else None

    @property
    def start(self) -> YearStart:
        return year_start(self.set_or_none)

    def rule(self) -> VersionDraft:
        """The rule as entered, as the actions want it."""
        given = self.cleaned_data
        owed_by = OwedBy(given["owed_by"])
        below = owed_by != OwedBy.ITSELF
        holders, roster = owed_by == OwedBy.HOLDERS, owed_by == OwedBy.ROSTER
        post = given["owing_post"] if holders else None
        chosen = ("meeting_kind", "agenda_kind", "body", "presided_by", "deputy")
        return VersionDraft(
            **{name: given[name] for name in PLAIN},
            **{f"{name}_id": given[name].pk if given[name] else None for name in chosen},
            cadence=Cadence(given["cadence"]),
            months=tuple(given["months"]),
            owed_by=owed_by,
            owing_kinds=tuple(given["owing_kinds"]) if below else (),
            owing_grades=tuple(given["owing_grades"]) if below else (),
            owing_post_id=post.pk if post else None,
            roster_kinds=tuple(given["roster_kinds"]) if roster else (),
            expected_evidence=tuple(given["expected_evidence"]),
        )

    def touched(self, *names: str) -> bool:
        """Whether any of the fields says more than its default, or is wrong: shown open."""
        return any(
            self[name].errors
            or self[name].value() not in (None, "", [], (), False, self.fields[name].initial)
            for name in names
        )

    @property
    def rhythm_open(self) -> bool:
        return self.touched(
            "months", "parity", "window", "window_days", "window_month", "window_day", "usual"
        )

    @property
    def counting_open(self) -> bool:
        return self.touched("counted_in", "min_minutes")

    @property
    def people_open(self) -> bool:
        return self.touched("owing_grades", "owing_post", "roster_kinds")


class ScheduleNewForm(RuleForm):
    """A new schedule, in a set there is or in one that is made with it."""

    set = SetField(
        label=_("制度组"),
        queryset=ScheduleSet.objects.none(),
        required=False,
        empty_label=_("新建制度组（在下面填写）"),
    )
    new_set_unit = UnitLabelField(
        label=_("制度组所属单位"), queryset=Unit.objects.none(), required=False
    )
    new_set_name = forms.CharField(
        label=_("制度组名称"), max_length=60, required=False, help_text=_("如：“四个一”制度。")
    )
    year_start_month = forms.IntegerField(
        label=_("考核年度起始月"),
        min_value=1,
        max_value=12,
        initial=1,
        help_text=_("仅新建制度组时填写；现有制度组按其原定年度。"),
    )
    year_start_day = forms.IntegerField(
        label=_("考核年度起始日"), min_value=1, max_value=28, initial=1, help_text=_("1—28日。")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sets = self.scope.limit(
            ScheduleSet.objects.select_related("unit__bureau"), Act.SET_SCHEDULE
        )
        self.fields["set"].queryset = sets.order_by("unit__path", "position", "pk")
        units = self.scope.units(Act.SET_SCHEDULE).filter(kind__is_body=False)
        units = units.existing_on(self.today).select_related("bureau").in_order()
        self.fields["new_set_unit"].queryset = units
        for name in ("year_start_month", "year_start_day"):
            self.fields[name].required = False
        self.order_fields(["set", "new_set_unit", "new_set_name"])

    @property
    def set_or_none(self) -> ScheduleSet | None:
        return self.cleaned_data.get("set")

    @property
    def owner(self) -> Unit | None:
        return super().owner or self.cleaned_data.get("new_set_unit")

    @property
    def start(self) -> YearStart:
        if self.set_or_none:
            return super().start
        given = self.cleaned_data
        return YearStart(given.get("year_start_month") or 1, given.get("year_start_day") or 1)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("set"):
            if cleaned.get("new_set_name"):
                self.add_error("new_set_name", _("已选择现有制度组，请勿再填新组名称。"))
            return cleaned
        if "set" in self.errors:
            return cleaned
        for name, says in (
            ("new_set_unit", _("请选择制度组所属单位。")),
            ("new_set_name", _("请选择现有制度组，或填写新制度组的名称。")),
        ):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, says)
        unit, name = cleaned.get("new_set_unit"), cleaned.get("new_set_name")
        if unit and name and ScheduleSet.objects.filter(unit=unit, name=name).exists():
            self.add_error("new_set_name", _("该单位已有同名制度组。"))
        return cleaned

    def new_set(self) -> SetDraft | None:
        """The set to be made; None where one was chosen."""
        given = self.cleaned_data
        if given["set"]:
            return None
        start = self.start
        return SetDraft(given["new_set_unit"], given["new_set_name"], start.month, start.day)

    def draft(self) -> ScheduleDraft:
        given = self.cleaned_data
        return ScheduleDraft(
            set=given["set"],
            name=given["name"],
            version=self.rule(),
            words=given["words"],
            of_first_person=given["of_first_person"],
        )


class ScheduleEditForm(RuleForm):
    """A schedule with the rule it has; a rule changed begins a version of its own."""

    def __init__(self, *args, schedule: Schedule, version: ScheduleVersion, **kwargs):
        self.schedule, self.schedule_id = schedule, schedule.pk
        super().__init__(*args, **kwargs)
        self.fields["first_day"].help_text = _(
            "改动规则时，从该日或之后开始的第一个周期起适用新规则；"
            "填现行版本的起始日，则是更正现行版本。"
        )
        body = self.fields["body"]
        if version.body_id:
            body.queryset = body.queryset | Unit.objects.filter(pk=version.body_id)

    @property
    def set_or_none(self) -> ScheduleSet | None:
        return self.schedule.set


def typed_from(schedule: Schedule, version: ScheduleVersion, today: date) -> dict[str, object]:
    """The form as one who set this rule would have filled it; a change begins today."""
    same = {
        name: getattr(version, name)
        for name in RuleForm.base_fields
        if hasattr(version, name) and name != "owing_kinds"
    }
    return same | {
        "name": schedule.name,
        "words": schedule.words,
        "of_first_person": schedule.of_first_person,
        "first_day": max(version.first_day, today),
        "owing_kinds": [kind.pk for kind in version.owing_kinds.all()],
        **{
            name: getattr(version, f"{name}_id")
            for name in (
                "meeting_kind",
                "agenda_kind",
                "body",
                "presided_by",
                "deputy",
                "owing_post",
            )
        },
    }


class ScheduleSetForm(forms.Form):
    """The name of a set, and the day its year begins."""

    name = forms.CharField(label=_("制度组名称"), max_length=60, help_text=_("如：“四个一”制度。"))
    month = forms.IntegerField(label=_("考核年度起始月"), min_value=1, max_value=12)
    day = forms.IntegerField(
        label=_("考核年度起始日"), min_value=1, max_value=28, help_text=_("1—28日。")
    )

    def __init__(self, *args, of: ScheduleSet, **kwargs):
        super().__init__(*args, **kwargs)
        self.of = of

    def clean_name(self):
        name = self.cleaned_data["name"]
        if ScheduleSet.objects.filter(unit=self.of.unit, name=name).exclude(pk=self.of.pk).exists():
            raise forms.ValidationError(_("该单位已有同名制度组。"))
        return name


class ScheduleEndForm(forms.Form):
    """The last day of a schedule."""

    ended_on = day_field(
        label=_("废止日期"), help_text=_("该日以前已开始的周期仍应落实，以后的不再计。")
    )

    def __init__(self, *args, schedule: Schedule, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["ended_on"]
        if schedule.ended_on:
            field.required = False
            field.help_text = _("留空并保存，即恢复执行。")
