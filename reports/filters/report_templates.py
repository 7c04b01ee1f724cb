import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import ReportTemplate


class TemplateFilter(filters.FilterSet):
    q = filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("模板"))
    own = filters.BooleanFilter(
        label=_("只看单位自定"), widget=forms.CheckboxInput, method="that_are_own"
    )

    class Meta:
        model = ReportTemplate
        fields: list[str] = []

    def that_are_own(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(unit__isnull=False) if value else rows
