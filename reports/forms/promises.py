"""What is typed when last year's admitted problems and promised steps are answered for."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.measures import MeasureDraft
from reports.actions.problems import Cause, ProblemDraft
from reports.domain.problems import ProblemClass
from reports.domain.promises import title_of
from reports.models import Measure, Person, Problem, Promise, Unit
from reports.models.choices import PROBLEM_CLASS_LABELS, labelled
from reports.selectors.promises import measures_to_merge_into, problems_to_merge_into
from reports.selectors.scope import Scope

from .base import Choice, PersonField, UnitField, day_field, people_of, text_field


class ProblemChoice(Choice):
    def label_from_instance(self, obj):
        return obj.named_with_year


class MeasureChoice(Choice):
    def label_from_instance(self, obj):
        return _("%(title)s（%(unit)s）") % {"title": obj.title, "unit": obj.unit.label}


class TakeOnForm(forms.Form):
    """What both kinds of item share: lead unit, wording, the day it begins, its due day."""

    unit = UnitField(label=_("牵头单位"), queryset=Unit.objects.none())
    title = forms.CharField(label=_("事项"), max_length=150)
    begins_on = day_field(label=_("列入日期"))
    due_on = day_field(label=_("期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )

    def __init__(self, *args, promise: Promise, units, scope: Scope, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.promise, self.today = promise, today
        self.fields["unit"].queryset = units
        people = people_of(scope, bureau_id=promise.bureau_id, today=today)
        for name in ("responsible", "leader"):
            if name in self.fields:
                self.fields[name].queryset = people

    def clean_begins_on(self):
        day = self.cleaned_data["begins_on"]
        if day > self.today:
            raise forms.ValidationError(_("日期不能晚于今天。"))
        if day.year != self.promise.year:
            raise forms.ValidationError(
                _("请填写%(year)s年内的日期。") % {"year": self.promise.year}
            )
        return day

    def clean(self):
        given = super().clean()
        begins, due = given.get("begins_on"), given.get("due_on")
        if begins and due and due < begins and not given.get("due_is_month"):
            self.add_error("due_on", _("期限早于列入日期。"))
        return given


class TakeOnProblemForm(TakeOnForm):
    kind = forms.ChoiceField(label=_("整改类别"), choices=labelled(PROBLEM_CLASS_LABELS))
    cause = text_field(label=_("原因"), required=False, rows=2, help_text=_("交办前必须写明。"))
    leader = PersonField(label=_("责任领导"), queryset=Person.objects.none(), required=False)
    move_earlier = forms.BooleanField(
        label=_("上年问题尚未销号，并入新登记的问题"),
        required=False,
        help_text=_("上年问题的措施一并转来，今后只在新问题下办理。"),
    )
    field_order = (
        "unit",
        "title",
        "begins_on",
        "kind",
        "due_on",
        "due_is_month",
        "leader",
        "cause",
        "move_earlier",
    )

    def __init__(self, *args, may_move_earlier: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("问题")
        self.fields["due_on"].label = _("整改期限")
        if not may_move_earlier:
            del self.fields["move_earlier"]

    def draft(self) -> ProblemDraft:
        given, earlier = self.cleaned_data, self.promise.earlier_problem
        return ProblemDraft(
            unit=given["unit"],
            title=given["title"],
            source=None,  # the action's own
            found_on=given["begins_on"],
            description=earlier.description if earlier else "",
            causes=(Cause(given["cause"]),) if given["cause"].strip() else (),
            kind=ProblemClass(given["kind"]),
            due_on=given["due_on"],
            due_is_month=bool(given["due_on"] and given["due_is_month"]),
            leader=given["leader"],
            raised_from_above=earlier.raised_from_above if earlier else False,
            raised_by=earlier.raised_by if earlier else "",
            counts=earlier.counts if earlier else True,
        )


class TakeOnMeasureForm(TakeOnForm):
    responsible = PersonField(label=_("责任人"), queryset=Person.objects.none(), required=False)
    standard = text_field(label=_("完成标准"), required=False, rows=2)
    field_order = (
        "unit",
        "title",
        "begins_on",
        "due_on",
        "due_is_month",
        "responsible",
        "standard",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = _("责任单位")
        self.fields["title"].label = _("措施")
        self.fields["due_on"].label = _("完成期限")

    def draft(self) -> MeasureDraft:
        given = self.cleaned_data
        return MeasureDraft(
            unit=given["unit"],
            title=given["title"],
            set_on=given["begins_on"],
            standard=given["standard"],
            responsible=given["responsible"],
            due_on=given["due_on"],
            due_is_month=bool(given["due_on"] and given["due_is_month"]),
        )


class MergeProblemForm(forms.Form):
    problem = ProblemChoice(
        label=_("并入哪一个问题"),
        queryset=Problem.objects.none(),
        help_text=_("在办的问题，以及本年登记的问题。"),
    )

    def __init__(self, *args, promise: Promise, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["problem"].queryset = problems_to_merge_into(promise)


class MergeMeasureForm(forms.Form):
    measure = MeasureChoice(
        label=_("并入哪一项措施"),
        queryset=Measure.objects.none(),
        help_text=_("在办的措施，以及列入本年安排的措施。"),
    )

    def __init__(self, *args, promise: Promise, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["measure"].queryset = measures_to_merge_into(promise)


class DoneForm(forms.Form):
    reason = forms.CharField(
        label=_("完成情况"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明何时、由谁、怎样完成，有文号的写文号。"),
    )


class DropForm(forms.Form):
    reason = forms.CharField(
        label=_("不再办理的原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


def first_values(promise: Promise, *, unit: Unit | None, today: date) -> dict[str, object]:
    """What the form of taking on begins with, from the report and from last year's record."""
    earlier = promise.earlier_problem
    begins = today if today.year == promise.year else date(promise.year, 12, 31)
    return {
        "unit": unit,
        "title": title_of(promise.text),
        "begins_on": begins,
        "kind": earlier.kind if earlier else ProblemClass.DATED.value,
        "leader": earlier.leader_id if earlier else None,
        "cause": earlier.cause if earlier else "",
        "move_earlier": True,
    }
