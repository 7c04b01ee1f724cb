import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Measure
from reports.models.choices import MEASURE_STATE_LABELS, labelled

from .base import PlaceFilter


class MeasureFilter(filters.FilterSet):
    """The page has read state, overdue, late, silent, soon and cancelled by the function behind
    the numbers."""

    place = PlaceFilter()
    q = filters.CharFilter(label=_("措施、标准或责任人"), method="that_say")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=labelled(MEASURE_STATE_LABELS),
        empty_label=_("全部"),
        method="as_read",
    )
    plan_year = filters.NumberFilter(label=_("计划年度"), method="as_read")
    overdue = filters.BooleanFilter(label=_("已逾期"), widget=forms.CheckboxInput, method="as_read")
    late = filters.BooleanFilter(label=_("逾期完成"), widget=forms.CheckboxInput, method="as_read")
    silent = filters.BooleanFilter(
        label=_("长期无进展"), widget=forms.CheckboxInput, method="as_read"
    )
    soon = filters.BooleanFilter(
        label=_("30日内到期（含已逾期）"), widget=forms.CheckboxInput, method="as_read"
    )
    nearly = filters.BooleanFilter(
        label=_("基本完成"), widget=forms.CheckboxInput, method="that_are_nearly_done"
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Measure
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(title__icontains=words)
            | Q(standard__icontains=words)
            | Q(responsible__name__icontains=words)
        )

    def that_are_nearly_done(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(nearly_done=True, done_on__isnull=True) if value else rows
