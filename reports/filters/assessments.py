import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Assessment


class AssessmentFilter(filters.FilterSet):
    """The page has read the year by the function behind the numbers."""

    place = filters.CharFilter(label=_("分局"), method="of_place")
    q = filters.CharFilter(label=_("名称或依据"), method="that_say")
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Assessment
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def of_place(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(unit__name__icontains=words)
            | Q(unit__short_name__icontains=words)
            | Q(unit__initials__icontains=words)
        )

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(title__icontains=words) | Q(basis__icontains=words))
