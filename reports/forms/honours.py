"""What is typed of an honour."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Honour, Person, Unit
from reports.models.choices import (
    HONOUR_KIND_LABELS,
    HONOUR_LEVEL_LABELS,
    HonourKind,
    HonourLevel,
    labelled,
)

from .base import PersonField, UnitField, day_field

FIRST_YEAR = 2000


class HonourForm(forms.Form):
    """An honour of a bureau. Where the page knows the year, it is not asked for."""

    year = forms.IntegerField(label=_("年度"), min_value=FIRST_YEAR)
    kind = forms.ChoiceField(
        label=_("类别"), choices=labelled(HONOUR_KIND_LABELS), initial=HonourKind.HONOUR.value
    )
    level = forms.ChoiceField(
        label=_("级别"), choices=labelled(HONOUR_LEVEL_LABELS), initial=HonourLevel.CITY.value
    )
    title = forms.CharField(
        label=_("荣誉或考评结果"),
        max_length=200,
        help_text=_("每年同一名称的，写法一致即自动计算连续年数；年度、届次不影响。"),
    )
    awarded_by = forms.CharField(
        label=_("授予机关"),
        max_length=100,
        required=False,
        help_text=_("肯定性批示填批示领导的职务，经验推广填推广机关。"),
    )
    awarded_on = day_field(label=_("授予日期"), required=False)
    document_number = forms.CharField(label=_("文号"), max_length=80, required=False)
    unit = UnitField(
        label=_("获得单位"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=_("分局本级"),
    )
    person = PersonField(
        label=_("获得人"),
        queryset=Person.objects.none(),
        required=False,
        help_text=_("授予个人的填写。"),
    )

    def __init__(self, *args: Any, units, people, today: date, year: int | None = None, **kw: Any):
        super().__init__(*args, **kw)
        self.fields["unit"].queryset = units
        self.fields["person"].queryset = people
        self.fields["year"].max_value = today.year
        if year is not None:
            del self.fields["year"]

    def clean(self):
        given = super().clean()
        if given.get("unit") and given.get("person"):
            self.add_error("person", _("获得单位和获得人只填一项。"))
        return given


def initial_of(honour: Honour) -> dict[str, object]:
    """The fields of the form as the honour has them."""
    fields = Honour._meta
    return {n: getattr(honour, fields.get_field(n).attname) for n in HonourForm.base_fields}


class CancelHonourForm(forms.Form):
    because = forms.CharField(label=_("作废原因"), max_length=300)
