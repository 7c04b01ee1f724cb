"""What is typed of a measure, its progress and its extensions."""

from datetime import date

from django import forms
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.measures import MeasureDraft
from reports.domain.access import Act
from reports.domain.measures import due_day
from reports.domain.problems import ENDED
from reports.models import Measure, Person, Problem, SuperiorTask, Unit
from reports.models.choices import EvidenceKind
from reports.selectors.scope import Scope

from .base import (
    Choice,
    FilesField,
    PersonField,
    TermForm,
    UnitField,
    UnitsField,
    day_field,
    days_field,
    people_of,
    text_field,
)


class ProblemsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return obj.named_with_year


class TaskField(Choice):
    def label_from_instance(self, obj):
        return _("%(item)s %(title)s（%(document)s）") % {
            "item": obj.item,
            "title": obj.title,
            "document": obj.document,
        }


class MeasureForm(TermForm):
    """A measure that answers problems or a task from above, or a plan item of a year."""

    title = forms.CharField(
        label=_("措施"), max_length=200, help_text=_("写清做什么、做到什么程度。")
    )
    unit = UnitField(label=_("责任单位"), queryset=Unit.objects.none())
    leader = PersonField(label=_("责任领导"), queryset=Person.objects.none(), required=False)
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    joint_units = UnitsField(
        label=_("配合单位"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    standard = text_field(
        label=_("完成标准"),
        required=False,
        help_text=_("写明数量、成果或可以检验的结果，如“案卷评查合格率达到95%”。"),
    )
    set_on = day_field(label=_("确定日期"))
    due_on = day_field(label=_("完成期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    due_within = days_field()
    due_in_workdays = forms.BooleanField(label=_("按工作日计算"), required=False)
    problems = ProblemsField(
        label=_("对应问题"),
        queryset=Problem.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("列入年度工作安排的可不选。"),
    )
    task = TaskField(label=_("对应上级任务"), queryset=SuperiorTask.objects.none(), required=False)
    plan_year = forms.IntegerField(
        label=_("计划年度"),
        min_value=2000,
        max_value=2100,
        required=False,
        help_text=_("列入年度工作安排的填写，其他不填。"),
    )

    def __init__(self, *args, scope: Scope, today: date, measure: Measure | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        bureau = measure.bureau_id if measure else None
        units = scope.units(Act.SET_MEASURE).filter(bureau__isnull=False)
        known = scope.limit(Problem.objects.standing(), Act.SET_MEASURE)
        tasks = scope.limit(SuperiorTask.objects.all(), Act.SET_MEASURE)
        answered = Problem.objects.none()
        if measure:
            units, known = units.filter(bureau=bureau), known.filter(bureau=bureau)
            answered = known.filter(measures=measure)
            tasks = tasks.filter(bureau=bureau)
        units = units.existing_on(today) | units.filter(pk=measure.unit_id if measure else None)
        for name in ("unit", "joint_units"):
            self.fields[name].queryset = units.in_order()
        unsolved = known.exclude(state__in=[state.value for state in ENDED])
        self.fields["problems"].queryset = Problem.objects.filter(
            pk__in=unsolved.values("pk").union(answered.values("pk"))
        ).order_by(self.asked_first(), "-year", "pk")
        going_on = tasks.filter(done_on__isnull=True, cancelled_at__isnull=True)
        own = tasks.filter(pk=measure.task_id if measure else None)
        self.fields["task"].queryset = (going_on | own).order_by("due_on", "pk")
        people = people_of(scope, bureau_id=bureau, today=today)
        for name in ("leader", "responsible"):
            self.fields[name].queryset = people
        if measure:
            for name in ("set_on", "due_on", "due_is_month", "due_within", "due_in_workdays"):
                del self.fields[name]

    def asked_first(self) -> Case:
        """What is ticked already stands on top of a long list."""
        ticked = self.initial.get("problems") or []
        return Case(When(pk__in=[getattr(p, "pk", p) for p in ticked], then=0), default=1)

    def clean(self):
        given = super().clean()
        nothing = not any(given.get(name) for name in ("problems", "task", "plan_year"))
        if nothing and not {"problems", "task", "plan_year"} & set(self.errors):
            self.add_error(
                "problems", _("请选择对应的问题或上级任务，或填写列入哪一年度的工作安排。")
            )
        start, due = given.get("set_on"), given.get("due_on")
        if start and due and due_day(due, bool(given.get("due_is_month"))) < start:
            self.add_error("due_on", _("完成期限早于措施确定日期。"))
        self.check_term(given)
        return given

    def draft(self) -> MeasureDraft:
        given = dict(self.cleaned_data)
        del given["due_within"], given["due_in_workdays"]
        return MeasureDraft(
            **given
            | {
                "problems": tuple(given["problems"]),
                "joint_units": tuple(given["joint_units"]),
                "due_is_month": bool(given["due_on"] and given["due_is_month"]),
                "within": self.within(),
            }
        )


def initial_of(measure: Measure) -> dict[str, object]:
    return {
        "title": measure.title,
        "unit": measure.unit_id,
        "joint_units": list(measure.joint_units.all()),
        "problems": list(measure.problems.all()),
        "task": measure.task_id,
        "plan_year": measure.plan_year,
        "standard": measure.standard,
        "leader": measure.leader_id,
        "responsible": measure.responsible_id,
    }


GOING_ON, NOTHING_NEW, BASICALLY, DONE = "", "nothing", "basically", "done"


class ProgressForm(forms.Form):
    """Progress is entered once and never changed."""

    on = day_field(label=_("日期"))
    outcome = forms.ChoiceField(
        label=_("到此为止"),
        choices=[
            (GOING_ON, _("仍在进行")),
            (NOTHING_NEW, _("本期无新进展")),
            (BASICALLY, _("基本完成（仍算未完成）")),
            (DONE, _("已完成")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial=GOING_ON,
        help_text=_("没有新进展的如实填报，不算有进展。"),
    )
    text = text_field(
        label=_("进展情况"),
        required=False,
        help_text=_("保存后不能修改；写错的，另报一条说明。无新进展的可以不填。"),
    )
    percent = forms.IntegerField(
        label=_("完成百分比"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("0至100，能够量化的填写。"),
    )
    files = FilesField(label=_("材料"), required=False)

    def clean(self):
        given = super().clean()
        if not given.get("text") and given.get("outcome") != NOTHING_NEW:
            self.add_error("text", _("请填写进展情况。"))
        return given

    def entry(self) -> dict[str, object]:
        """What the action takes besides who, when and which measure."""
        given = self.cleaned_data
        return {
            "on": given["on"],
            "text": given["text"],
            "percent": given["percent"],
            "finishes": given["outcome"] == DONE,
            "basically_done": given["outcome"] == BASICALLY,
            "nothing_new": given["outcome"] == NOTHING_NEW,
        }

    def uploads(self) -> list[Upload]:
        return [Upload(file, kind=EvidenceKind.MATERIAL) for file in self.cleaned_data["files"]]


class MilestoneForm(forms.Form):
    """A step of a measure with a day of its own."""

    title = forms.CharField(label=_("节点"), max_length=120)
    due_on = day_field(label=_("期限"))
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )


class MilestoneDoneForm(forms.Form):
    """The day on which a step was done."""

    on = day_field(label=_("完成日期"))


class ExtensionForm(forms.Form):
    """A later due day, asked for before the present one; of a month its last day."""

    new_due_on = day_field(label=_("新期限"))
    new_due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )
    reason = text_field(label=_("延期理由"))
    asked_on = day_field(label=_("申请日期"))

    def clean(self):
        given = super().clean()
        month_only = given.pop("new_due_is_month", False)
        if given.get("new_due_on"):
            given["new_due_on"] = due_day(given["new_due_on"], month_only)
        return given


class DecideForm(forms.Form):
    """Granted or refused by another person."""

    granted = forms.ChoiceField(
        label=_("决定"),
        choices=[("1", _("同意延期")), ("0", _("不同意"))],
        widget=forms.RadioSelect,
    )
    note = text_field(label=_("说明"), max_length=300, required=False, rows=2)
    on = day_field(label=_("决定日期"))

    def clean(self):
        given = super().clean()
        if given.get("granted") == "0" and not given.get("note"):
            self.add_error("note", _("不同意延期的，请写明理由。"))
        return given


class DropForm(forms.Form):
    """A measure ends without being finished."""

    on = day_field(label=_("终止日期"))
    because = text_field(label=_("终止原因"), max_length=300, rows=2)
