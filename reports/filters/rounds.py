import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.models import LookBackRound


class RoundFilter(filters.FilterSet):
    """The page has read state and cancelled by the function behind the numbers."""

    q = filters.CharFilter(label=_("名称或文号"), method="that_say")
    state = filters.ChoiceFilter(
        label=_("状态"),
        choices=[
            ("running", pgettext_lazy("round", "检查中")),
            ("ended", pgettext_lazy("round", "已结束")),
        ],
        empty_label=_("全部"),
        method="as_read",
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = LookBackRound
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(Q(title__icontains=words) | Q(document_number__icontains=words))
