import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Problem, ProblemSource
from reports.models.choices import PROBLEM_CLASS_LABELS, PROBLEM_STATE_LABELS, labelled

from .base import PlaceFilter


class ProblemFilter(filters.FilterSet):
    """The page has read state, overdue and cancelled ones by the function behind the numbers."""

    place = PlaceFilter()
    q = filters.CharFilter(label=_("编号或内容"), method="that_say")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[("open", _("在办（未销号）")), *labelled(PROBLEM_STATE_LABELS)],
        empty_label=_("全部"),
        method="as_read",
    )
    kind = filters.ChoiceFilter(
        label=_("整改类别"), choices=labelled(PROBLEM_CLASS_LABELS), empty_label=_("全部")
    )
    source = filters.ModelChoiceFilter(
        label=_("来源"),
        queryset=ProblemSource.objects.order_by("position", "pk"),
        empty_label=_("全部"),
    )
    found_year = filters.NumberFilter(
        label=_("发现年度"), field_name="found_on", lookup_expr="year"
    )
    counted = filters.BooleanFilter(
        label=_("计入问题数"), widget=forms.CheckboxInput, method="that_count"
    )
    overdue = filters.BooleanFilter(
        label=_("已超期限"), widget=forms.CheckboxInput, method="as_read"
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Problem
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_count(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(counts=True) if value else rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(number=words)
            | Q(title__icontains=words)
            | Q(description__icontains=words)
            | Q(cause__icontains=words)
            | Q(source_document__icontains=words)
        )
