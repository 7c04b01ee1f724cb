"""What is typed of a round of later checks."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.evidence import Upload
from reports.actions.rounds import RoundDraft
from reports.domain.access import Act
from reports.domain.problems import LookBackResult
from reports.models import LookBackRound, Person, Unit
from reports.models.choices import LOOK_BACK_RESULT_LABELS, EvidenceKind, labelled
from reports.selectors.scope import Scope

from .base import FilesField, PersonField, UnitField, day_field, people_of, text_field


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, each with unit and posts."""

    label_from_instance = PersonField.label_from_instance


class RoundForm(forms.Form):
    """A round as ordered; who sees one bureau need not choose it."""

    bureau = UnitField(label=_("分局"), queryset=Unit.objects.none())
    title = forms.CharField(
        label=_("名称"), max_length=120, help_text=_("如“2026年上半年整改回头看检查”。")
    )
    document_number = forms.CharField(label=_("通知文号"), max_length=80, required=False)
    ordered_on = day_field(label=_("部署日期"))
    due_on = day_field(label=_("完成期限"))
    checkers = PeopleField(
        label=_("检查人员"),
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("提交人和核查人不能检查本人经手的问题。"),
    )

    def __init__(
        self, *args, scope: Scope, today: date, found: LookBackRound | None = None, **kwargs
    ):
        super().__init__(*args, **kwargs)
        if found:
            self.bureau = found.bureau
        else:
            bureaus = list(scope.units(Act.RUN_LOOK_BACK).bureaus().select_related("bureau")[:2])
            self.bureau = bureaus[0] if len(bureaus) == 1 else None
            self.fields["bureau"].queryset = (
                scope.units(Act.RUN_LOOK_BACK).bureaus().select_related("bureau").in_order()
            )
        if self.bureau:
            del self.fields["bureau"]
        people = people_of(scope, bureau_id=self.bureau.pk if self.bureau else None, today=today)
        if found:
            people = people | scope.limit(Person.objects.filter(look_back_rounds=found))
            people = people.distinct()
        self.fields["checkers"].queryset = people

    def clean(self):
        given = super().clean()
        ordered, due = given.get("ordered_on"), given.get("due_on")
        if ordered and due and due < ordered:
            self.add_error("due_on", _("完成期限早于部署日期。"))
        return given

    def draft(self) -> RoundDraft:
        given = dict(self.cleaned_data)
        bureau = given.pop("bureau", None) or self.bureau
        checkers = tuple(given.pop("checkers").select_related("unit"))
        return RoundDraft(bureau=bureau, checkers=checkers, **given)


def initial_of(found: LookBackRound) -> dict[str, object]:
    """The fields of the form as the round has them."""
    names = ("title", "document_number", "ordered_on", "due_on")
    return {name: getattr(found, name) for name in names} | {
        "checkers": [each.pk for each in found.checkers.all()]
    }


class SampleForm(forms.Form):
    """Which closed problems are shown, and how many of them are drawn; only read."""

    year = forms.TypedChoiceField(label=_("销号年度"), coerce=int, empty_value=None, required=False)
    source = forms.TypedChoiceField(label=_("来源"), coerce=int, empty_value=None, required=False)
    unit = forms.TypedChoiceField(label=_("单位"), coerce=int, empty_value=None, required=False)
    n = forms.IntegerField(label=_("抽取件数"), min_value=1, max_value=200, required=False)
    seed = forms.CharField(label=_("抽取种子"), max_length=40, required=False)

    def __init__(self, *args, years, sources, units, **kwargs):
        super().__init__(*args, **kwargs)
        everything = ("", _("全部"))
        self.fields["year"].choices = [everything, *((year, year) for year in years)]
        self.fields["source"].choices = [everything, *((s.pk, s.name) for s in sources)]
        self.fields["unit"].choices = [everything, *((u.pk, u.label) for u in units)]

    def asked(self) -> dict[str, int | None]:
        """What narrows the list; a value that makes no sense narrows nothing."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {name: given.get(name) for name in ("year", "source", "unit")}

    def draw(self) -> tuple[int, str] | None:
        """How many are drawn by which seed; None: nothing is drawn."""
        if not self.is_bound or not self.is_valid() or not self.cleaned_data.get("n"):
            return None
        return self.cleaned_data["n"], self.cleaned_data["seed"]


class ItemForm(forms.Form):
    """What was found of one item."""

    on = day_field(label=_("检查日期"))
    checker = PersonField(
        label=_("检查人"),
        queryset=Person.objects.none(),
        help_text=_("提交人和核查人不能检查本人经手的问题。"),
    )
    result = forms.ChoiceField(
        label=_("结果"),
        choices=labelled(LOOK_BACK_RESULT_LABELS),
        widget=forms.RadioSelect,
        help_text=_("不到位或者反弹的，问题重新整改。"),
    )
    note = text_field(label=_("情况"), required=False)
    due_on = day_field(
        label=_("新的整改期限"), required=False, help_text=_("重新整改的填写；不填仍按原期限。")
    )
    files = FilesField(label=_("材料"), required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checker"].queryset = people

    def clean(self):
        given = super().clean()
        failed = given.get("result") not in (None, LookBackResult.HELD.value)
        if failed and not given.get("note"):
            self.add_error("note", _("不到位或者反弹的，须写明情况。"))
        return given

    def uploads(self) -> list[Upload]:
        return [Upload(file, kind=EvidenceKind.MATERIAL) for file in self.cleaned_data["files"]]


class EndRoundForm(forms.Form):
    """A round ends with what it found as a whole."""

    on = day_field(label=_("结束日期"))
    conclusion = text_field(
        label=_("总体情况"), rows=6, help_text=_("写明整改是否巩固、存在的问题和下一步要求。")
    )
