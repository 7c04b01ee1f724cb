import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import AgendaPaper, MeetingKind

from .base import DayFilter, PlaceFilter


class AgendaFilter(filters.FilterSet):
    place = PlaceFilter()
    q = filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("名称"))
    kind = filters.ModelChoiceFilter(
        label=_("会议种类"), queryset=MeetingKind.objects.order_by("position", "pk")
    )
    from_day = DayFilter(field_name="planned_on", lookup_expr="gte", label=_("自"))
    to_day = DayFilter(field_name="planned_on", lookup_expr="lte", label=_("至"))
    waiting = filters.BooleanFilter(
        label=_("未记录会议的"), widget=forms.CheckboxInput, method="that_wait"
    )

    class Meta:
        model = AgendaPaper
        fields: list[str] = []

    def that_wait(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(held_then__isnull=True) if value else rows
