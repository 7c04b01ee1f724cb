import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import WaiverOrder

from .base import DayFilter


class OrderFilter(filters.FilterSet):
    q = filters.CharFilter(label=_("通知或文号"), method="that_say")
    from_day = DayFilter(field_name="last_day", lookup_expr="gte", label=_("自"))
    to_day = DayFilter(field_name="first_day", lookup_expr="lte", label=_("至"))
    held = filters.BooleanFilter(label=_("仍有效"), widget=forms.CheckboxInput, method="that_hold")

    class Meta:
        model = WaiverOrder
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(title__icontains=value) | Q(document_number__icontains=value))

    def that_hold(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(held__gt=0) if value else rows
