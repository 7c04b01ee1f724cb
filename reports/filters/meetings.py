import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Discharge, Meeting

from .base import DayInput, PlaceFilter


class MeetingFilter(filters.FilterSet):
    place = PlaceFilter()
    q = filters.CharFilter(label=_("名称或种类"), method="that_say")
    from_day = filters.DateFilter(
        field_name="held_on",
        lookup_expr="gte",
        label=_("自"),
        widget=DayInput(),
    )
    to_day = filters.DateFilter(
        field_name="held_on",
        lookup_expr="lte",
        label=_("至"),
        widget=DayInput(),
    )
    late = filters.BooleanFilter(label=_("补开"), widget=forms.CheckboxInput, method="that_made_up")
    not_counting = filters.BooleanFilter(
        label=_("有不计入的"), widget=forms.CheckboxInput, method="that_do_not_count"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="with_cancelled"
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(title__icontains=value) | Q(kind__name__icontains=value))

    def that_made_up(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        made_up = Discharge.objects.filter(is_late=True, counts=True).values("meeting_id")
        return rows.filter(pk__in=made_up) if value else rows

    def that_do_not_count(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        refused = Discharge.objects.filter(counts=False).values("meeting_id")
        return rows.filter(pk__in=refused) if value else rows

    def with_cancelled(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        """The page has taken them in already; a filter only ever leaves rows out."""
        return rows
