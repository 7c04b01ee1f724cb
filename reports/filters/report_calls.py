import django_filters as filters
from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import ReportCall


class CallFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("发文机关或文号"), method="that_say")
    place = filters.CharFilter(label=_("分局"), method="of_place")
    of = filters.NumberFilter(field_name="year", label=_("报告年度"), min_value=2000)
    left = filters.BooleanFilter(
        label=_("还有要求未完成"), widget=forms.CheckboxInput, method="with_items_left"
    )

    class Meta:
        model = ReportCall
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(issued_by__icontains=words) | Q(document_number__icontains=words))

    def of_place(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(unit__name__icontains=words)
            | Q(unit__short_name__icontains=words)
            | Q(unit__initials__icontains=words)
        )

    def with_items_left(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(ticked__lt=F("asked")) if value else rows
