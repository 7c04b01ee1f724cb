import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import AccountGiven, Deed, DutyList
from reports.models.choices import (
    ACCOUNT_FORM_LABELS,
    DEED_FORM_LABELS,
    DEED_KIND_LABELS,
    DUTY_LEVEL_LABELS,
    labelled,
    month_label,
)
from reports.selectors.first_person import FOUR

from .base import PlaceFilter


class PersonFilter(filters.CharFilter):
    """A person by a part of the name, or by its initials."""

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        words = (value or "").strip()
        if not words:
            return qs
        named = Q(person__name__icontains=words) | Q(person__initials__icontains=words.lower())
        return qs.filter(named)


class DeedFilter(filters.FilterSet):
    """The page has read kind and cancelled by the function behind the numbers."""

    kind = filters.ChoiceFilter(
        label=_("履职方式"),
        choices=[(FOUR, _("四个亲自")), *labelled(DEED_KIND_LABELS)],
        empty_label=_("全部"),
        method="as_read",
    )
    form = filters.ChoiceFilter(
        label=_("形式"), choices=labelled(DEED_FORM_LABELS), empty_label=_("全部")
    )
    who = PersonFilter(label=_("履职人"))
    place = PlaceFilter()
    month = filters.ChoiceFilter(
        label=_("月份"),
        choices=lambda: [(n, month_label(n)) for n in range(1, 13)],
        field_name="on__month",
        empty_label=_("全部"),
    )
    q = filters.CharFilter(label=_("事项或文号"), method="that_say")
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Deed
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(title__icontains=words)
            | Q(occasion__icontains=words)
            | Q(document_number__icontains=words)
        )


class AccountFilter(filters.FilterSet):
    """The page has read the year of account and cancelled."""

    of = filters.NumberFilter(label=_("述法年度"), min_value=2000, max_value=2100, method="as_read")
    form = filters.ChoiceFilter(
        label=_("述法形式"), choices=labelled(ACCOUNT_FORM_LABELS), empty_label=_("全部")
    )
    who = PersonFilter(label=_("述法人"))
    place = PlaceFilter()
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = AccountGiven
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows


class DutyListFilter(filters.FilterSet):
    level = filters.ChoiceFilter(
        label=_("层级"), choices=labelled(DUTY_LEVEL_LABELS), empty_label=_("全部")
    )
    needs_check = filters.BooleanFilter(
        label=_("待核对"), widget=forms.CheckboxInput, method="unchecked"
    )

    class Meta:
        model = DutyList
        fields: list[str] = []

    def unchecked(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(needs_check=True) if value else rows
