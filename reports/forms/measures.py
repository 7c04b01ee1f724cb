"""What is typed of a measure, its progress and its extensions."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.measures import MeasureDraft
from reports.domain.access import Act
from reports.domain.problems import ProblemState
from reports.models import Measure, Person, Problem, Unit
from reports.models.choices import EvidenceKind
from reports.selectors.scope import Scope

from .base import FilesField, PersonField, UnitField, day_field, people_of, text_field


class ProblemsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return _("%(year)s年 %(number)s %(title)s") % {
            "year": obj.year,
            "number": obj.number,
            "title": obj.title,
        }


class MeasureForm(forms.Form):
    """A measure that answers problems, or a plan item of a year."""

    title = forms.CharField(label=_("措施"), max_length=200)
    unit = UnitField(label=_("责任单位"), queryset=Unit.objects.none())
    problems = ProblemsField(
        label=_("对应问题"),
        queryset=Problem.objects.none(),
        required=False,
        help_text=_("按住 Ctrl 键可选多个；列入年度工作安排的可不选。"),
    )
    plan_year = forms.IntegerField(
        label=_("计划年度"),
        min_value=2000,
        max_value=2100,
        required=False,
        help_text=_("列入年度工作安排的填写，其他不填。"),
    )
    standard = text_field(label=_("完成标准"), required=False)
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    set_on = day_field(label=_("确定日期"))
    due_on = day_field(label=_("完成期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )

    def __init__(self, *args, scope: Scope, today: date, measure: Measure | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        bureau = measure.bureau_id if measure else None
        units = scope.units(Act.SET_MEASURE).filter(bureau__isnull=False)
        known = scope.limit(Problem.objects.standing(), Act.SET_MEASURE)
        answered = Problem.objects.none()
        if measure:
            units, known = units.filter(bureau=bureau), known.filter(bureau=bureau)
            answered = known.filter(measures=measure)
        units = units.existing_on(today) | units.filter(pk=measure.unit_id if measure else None)
        self.fields["unit"].queryset = units.in_order()
        unsolved = known.exclude(state=ProblemState.CLOSED)
        self.fields["problems"].queryset = Problem.objects.filter(
            pk__in=unsolved.values("pk").union(answered.values("pk"))
        ).order_by("-year", "pk")
        self.fields["responsible"].queryset = people_of(scope, bureau_id=bureau, today=today)
        if measure:
            for name in ("set_on", "due_on", "due_is_month"):
                del self.fields[name]

    def clean(self):
        given = super().clean()
        if not given.get("problems") and not given.get("plan_year") and "problems" in given:
            self.add_error("problems", _("请选择对应的问题，或填写列入哪一年度的工作安排。"))
        start, due = given.get("set_on"), given.get("due_on")
        if start and due and due < start and not given.get("due_is_month"):
            self.add_error("due_on", _("完成期限早于措施确定日期。"))
        return given

    def draft(self) -> MeasureDraft:
        given = dict(self.cleaned_data)
        return MeasureDraft(
            **given
            | {
                "problems": tuple(given["problems"]),
                "due_is_month": bool(given["due_on"] and given["due_is_month"]),
            }
        )


def initial_of(measure: Measure) -> dict[str, object]:
    return {
        "title": measure.title,
        "unit": measure.unit_id,
        "problems": list(measure.problems.all()),
        "plan_year": measure.plan_year,
        "standard": measure.standard,
        "responsible": measure.responsible_id,
    }


class ProgressForm(forms.Form):
    """Progress is entered once and never changed."""

    on = day_field(label=_("日期"))
    text = text_field(label=_("进展情况"), help_text=_("保存后不能修改；写错的，另报一条说明。"))
    outcome = forms.ChoiceField(
        label=_("到此为止"),
        choices=[
            ("", _("仍在进行")),
            ("basically", _("基本完成（仍算未完成）")),
            ("done", _("已完成")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial="",
    )
    files = FilesField(label=_("材料"), required=False)

    def uploads(self) -> list[Upload]:
        return [Upload(file, kind=EvidenceKind.MATERIAL) for file in self.cleaned_data["files"]]


class ExtensionForm(forms.Form):
    """A later due day, asked for before the present one."""

    new_due_on = day_field(label=_("新期限"))
    reason = text_field(label=_("延期理由"))
    asked_on = day_field(label=_("申请日期"))


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
