import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Honour
from reports.models.choices import HONOUR_KIND_LABELS, HONOUR_LEVEL_LABELS, labelled

from .base import PlaceFilter


class HonourFilter(filters.FilterSet):
    """The page has read the year and the cancelled ones by the function behind the numbers."""

    kind = filters.ChoiceFilter(
        label=_("类别"), choices=labelled(HONOUR_KIND_LABELS), empty_label=_("全部")
    )
    level = filters.ChoiceFilter(
        label=_("级别"), choices=labelled(HONOUR_LEVEL_LABELS), empty_label=_("全部")
    )
    place = PlaceFilter()
    q = filters.CharFilter(label=_("名称、机关或文号"), method="that_say")
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Honour
        fields: list[str] = []

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(title__icontains=words)
            | Q(awarded_by__icontains=words)
            | Q(document_number__icontains=words)
            | Q(person__name__icontains=words)
        )
