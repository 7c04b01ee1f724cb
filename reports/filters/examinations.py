import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models import Examination
from reports.models.choices import month_label


class ExaminationFilter(filters.FilterSet):
    """The page has read the years and the cancelled ones."""

    place = filters.CharFilter(label=_("单位"), method="at")
    q = filters.CharFilter(label=_("名称或科目"), method="that_say")
    month = filters.ChoiceFilter(
        label=_("月份"),
        choices=lambda: [(n, month_label(n)) for n in range(1, 13)],
        field_name="held_on__month",
        empty_label=_("全部"),
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Examination
        fields: list[str] = []

    def as_read(self, rows, name, value):
        return rows

    def at(self, rows, name, value):
        words = value.strip()
        return rows.filter(
            Q(unit__name__icontains=words)
            | Q(unit__short_name__icontains=words)
            | Q(unit__initials__icontains=words.lower())
            | Q(unit__bureau__name__icontains=words)
        )

    def that_say(self, rows, name, value):
        words = value.strip()
        return rows.filter(Q(name__icontains=words) | Q(subject__icontains=words))
