"""What is typed of an appointment: a new one, a correction, its end, and a hand-over."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.domain.access import Act
from reports.models import Appointment, Person, Post, Unit
from reports.selectors.people import held_words
from reports.selectors.scope import Scope

from .base import Choice, PersonField, UnitField, day_field, people_of


def home_field() -> UnitField:
    return UnitField(
        label=_("编制单位"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("派驻人员填写编制所在单位，如法制大队；不派驻的不填。"),
    )


def document_field() -> forms.CharField:
    return forms.CharField(
        label=_("任免文号"),
        max_length=60,
        required=False,
        help_text=_("任免决定的文号，如“示公任〔2026〕8号”。"),
    )


def acting_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("主持工作"), required=False, help_text=_("未正式任命、临时主持的勾选。")
    )


class TermOfOffice(forms.Form):
    """The fields that a new appointment and a correction share."""

    first_day = day_field(label=_("任职日期"))
    last_day = day_field(
        label=_("免职日期"), required=False, help_text=_("在任的留空；填最后一日。")
    )
    acting = acting_field()
    document_number = document_field()
    home_unit = home_field()

    def clean(self):
        given = super().clean()
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("免职日期早于任职日期。"))
        return given


class AppointmentForm(TermOfOffice):
    """A new appointment; who may be chosen, and where, ends where the scope ends."""

    person = PersonField(label=_("人员"), queryset=Person.objects.none())
    unit = UnitField(label=_("任职单位"), queryset=Unit.objects.none())
    post = Choice(label=_("岗位"), queryset=Post.objects.none())

    fieldsets = (
        (_("谁任什么职务"), ("person", "unit", "post", "acting")),
        (_("何时、凭何文件"), ("first_day", "last_day", "document_number", "home_unit")),
    )

    def __init__(self, *args, scope: Scope, today: date, bureau_id: int | None, **kwargs):
        super().__init__(*args, **kwargs)
        units = scope.units(Act.MANAGE_PEOPLE).existing_on(today).in_order()
        self.fields["unit"].offer(units)
        self.fields["home_unit"].offer(self.fields["unit"].loaded.values())
        self.fields["person"].queryset = people_of(scope, bureau_id=bureau_id, today=today)
        self.fields["post"].queryset = Post.objects.order_by("position", "pk")


class CorrectionForm(TermOfOffice):
    """Days, acting, document and home unit of an appointment that is there."""

    fieldsets = ((None, ("first_day", "last_day", "document_number", "home_unit", "acting")),)

    def __init__(self, *args, scope: Scope, today: date, held: Appointment, **kwargs):
        super().__init__(*args, **kwargs)
        units = scope.units(Act.MANAGE_PEOPLE).existing_on(today)
        own = Unit.objects.filter(pk=held.home_unit_id)
        self.fields["home_unit"].offer((units | own).in_order())


class EndForm(forms.Form):
    """The last day of an appointment."""

    on = day_field(label=_("免职日期"), help_text=_("任职的最后一日。"))


class HandOverForm(forms.Form):
    """Who takes the post over, and from which day; other posts of the same person go along."""

    to = PersonField(label=_("接任人"), queryset=Person.objects.none())
    on = day_field(label=_("接任日期"), help_text=_("接任的第一日；原任职到前一日为止。"))
    acting = forms.BooleanField(
        label=_("主持工作"),
        required=False,
        help_text=_("未正式任命、临时主持的勾选；原主持工作者转为正式任职的，接任人仍选本人。"),
    )
    document_number = document_field()
    home_unit = home_field()
    also = forms.MultipleChoiceField(
        label=_("同时移交的其他岗位"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("同一人兼任的岗位，一并由接任人接任。"),
    )

    fieldsets = (
        (None, ("to", "on", "acting", "document_number", "home_unit")),
        (_("一并移交"), ("also",)),
    )

    def __init__(
        self,
        *args,
        scope: Scope,
        today: date,
        held: Appointment,
        others: list[Appointment],
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        bureau = held.unit.bureau_id
        self.fields["to"].queryset = people_of(scope, bureau_id=bureau, today=today)
        units = scope.units(Act.MANAGE_PEOPLE).existing_on(today).in_order()
        self.fields["home_unit"].offer(units)
        self.others = {str(each.pk): each for each in others}
        if others:
            self.fields["also"].choices = [
                (key, f"{each.unit.label} {held_words(each)}") for key, each in self.others.items()
            ]
        else:
            del self.fields["also"]

    def chosen(self) -> list[Appointment]:
        """The other posts that were ticked."""
        return [self.others[key] for key in self.cleaned_data.get("also", ())]
