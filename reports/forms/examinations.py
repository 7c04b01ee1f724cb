"""What is typed of an examination and of its results."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.actions.examinations import ExaminationDraft
from reports.domain.access import Act
from reports.domain.examinations import Result, passed
from reports.models import Examination, ExaminationResult, Person, Unit
from reports.selectors.scope import Scope

from .base import UnitField, day_field


class ExaminationForm(forms.Form):
    """With results by person the two numbers follow from them and are not asked for."""

    unit = UnitField(label=_("单位"), queryset=Unit.objects.none())
    name = forms.CharField(label=_("考试名称"), max_length=100)
    subject = forms.CharField(label=_("科目"), max_length=100, required=False)
    held_on = day_field(label=_("考试日期"))
    pass_mark = forms.DecimalField(
        label=_("合格线"),
        max_digits=5,
        decimal_places=1,
        min_value=0,
        required=False,
        help_text=_("如 60；填写后，录入成绩即可判断是否合格。"),
    )
    participants = forms.IntegerField(
        label=_("参考人数"),
        min_value=0,
        max_value=99999,
        help_text=_("没有人参加的填0；接着录入个人成绩的可不填。"),
    )
    passed = forms.IntegerField(label=_("合格人数"), min_value=0, max_value=99999)

    def __init__(
        self, *args, scope: Scope, examination: Examination | None = None, counted=False, **kwargs
    ):
        super().__init__(*args, **kwargs)
        units = scope.units(Act.MANAGE_PEOPLE)
        if examination is not None:
            units = units.filter(bureau=examination.unit.bureau_id)
        self.fields["unit"].queryset = units.in_order()
        self.counted = counted
        if counted:
            del self.fields["participants"], self.fields["passed"]
        elif "results" in self.data:
            # The results come next, and the numbers follow from them.
            self.fields["participants"].required = self.fields["passed"].required = False

    def clean(self):
        given = super().clean()
        took_part, good = given.get("participants"), given.get("passed")
        if took_part is not None and good is not None and good > took_part:
            self.add_error("passed", _("合格人数不能多于参考人数。"))
        return given

    def draft(self) -> ExaminationDraft:
        given = self.cleaned_data
        numbers = {name: given.get(name) or 0 for name in ("participants", "passed")}
        return ExaminationDraft(**{**given, **numbers})


def initial_of(examination: Examination) -> dict[str, object]:
    """The fields of the form as the examination has them."""
    fields = Examination._meta
    return {
        name: getattr(examination, fields.get_field(name).attname)
        for name in ExaminationForm.base_fields
    }


class ResultsForm(forms.Form):
    """A score and a word for each person; an empty line did not take part."""

    def __init__(self, *args, people: Sequence[Person], pass_mark: Decimal | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        words = [("", _("未参加")), ("yes", _("合格")), ("no", _("不合格"))]
        if pass_mark is not None:
            words[0] = ("", _("按成绩"))
        for person in people:
            own = person.own_results[0] if person.own_results else None
            named = {"name": person.name}
            self.fields[f"score_{person.pk}"] = forms.DecimalField(
                label=_("%(name)s的成绩") % named,
                max_digits=5,
                decimal_places=1,
                min_value=0,
                required=False,
                initial=_plain(own.score) if own else None,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "score"}),
            )
            self.fields[f"passed_{person.pk}"] = forms.ChoiceField(
                label=_("%(name)s是否合格") % named,
                choices=words,
                required=False,
                initial=_word_of(own, pass_mark),
            )

    def lines(self):
        """Each person with the two fields."""
        for person in self.people:
            yield person, self[f"score_{person.pk}"], self[f"passed_{person.pk}"]

    def results(self) -> list[Result]:
        words = {"yes": True, "no": False}
        return [
            Result(
                person.pk,
                self.cleaned_data.get(f"score_{person.pk}"),
                words.get(self.cleaned_data.get(f"passed_{person.pk}", "")),
            )
            for person in self.people
        ]


def _plain(score: Decimal | None) -> str | None:
    """70, not 70.0."""
    return None if score is None else f"{score:f}".removesuffix(".0")


def _word_of(own: ExaminationResult | None, pass_mark: Decimal | None) -> str:
    """The word that must be said: none where the score says the same."""
    if own is None:
        return ""
    told = passed(Result(own.person_id, own.score), pass_mark)
    return "" if told == own.passed else "yes" if own.passed else "no"
