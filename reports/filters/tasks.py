import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models import SuperiorTask

from .base import PlaceFilter


class TaskFilter(filters.FilterSet):
    """The page has read state, overdue and cancelled by the function behind the numbers."""

    document = filters.CharFilter(label=pgettext_lazy("task", "文件"), lookup_expr="icontains")
    place = PlaceFilter()
    q = filters.CharFilter(label=_("条目或任务"), method="that_say")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[
            ("open", pgettext_lazy("task", "正在落实")),
            ("done", pgettext_lazy("task", "已完成")),
        ],
        empty_label=_("全部"),
        method="as_read",
    )
    overdue = filters.BooleanFilter(label=_("已逾期"), widget=forms.CheckboxInput, method="as_read")
    unanswered = filters.BooleanFilter(
        label=_("尚无措施"), widget=forms.CheckboxInput, method="without_measures"
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = SuperiorTask
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(title__icontains=words) | Q(item__icontains=words))

    def without_measures(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(measures_set__isnull=True) if value else rows
