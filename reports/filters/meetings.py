import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Discharge, Meeting, MeetingKind
from reports.selectors.meetings import entered_late, lacking_evidence, unconfirmed

from .base import DayFilter, PlaceFilter


class MeetingFilter(filters.FilterSet):
    place = PlaceFilter()
    q = filters.CharFilter(label=_("名称或主持人"), method="that_say")
    kind = filters.ModelChoiceFilter(
        label=_("会议种类"), queryset=MeetingKind.objects.order_by("position", "pk")
    )
    from_day = DayFilter(
        field_name="held_on",
        lookup_expr="gte",
        label=_("自"),
    )
    to_day = DayFilter(
        field_name="held_on",
        lookup_expr="lte",
        label=_("至"),
    )
    late = filters.BooleanFilter(label=_("补开"), widget=forms.CheckboxInput, method="that_made_up")
    entered_late = filters.BooleanFilter(
        label=_("会后逾7日录入"), widget=forms.CheckboxInput, method="that_were_entered_late"
    )
    lacking = filters.BooleanFilter(
        label=_("缺材料"), widget=forms.CheckboxInput, method="that_lack_evidence"
    )
    not_counting = filters.BooleanFilter(
        label=_("有不计入的"), widget=forms.CheckboxInput, method="that_do_not_count"
    )
    unconfirmed = filters.BooleanFilter(
        label=_("待确认"), widget=forms.CheckboxInput, method="that_wait"
    )
    sat_in = filters.BooleanFilter(
        label=_("法制列席"), widget=forms.CheckboxInput, method="with_legal_unit"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="with_cancelled"
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = Q(title__icontains=value) | Q(kind__name__icontains=value)
        chair = Q(presided_by__name__icontains=value) | Q(presided_by__initials__icontains=value)
        return rows.filter(words | chair)

    def that_were_entered_late(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return entered_late(rows) if value else rows

    def that_lack_evidence(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return lacking_evidence(rows) if value else rows

    def that_made_up(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        made_up = Discharge.objects.filter(is_late=True, counts=True).values("meeting_id")
        return rows.filter(pk__in=made_up) if value else rows

    def that_do_not_count(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        refused = Discharge.objects.filter(counts=False).values("meeting_id")
        return rows.filter(pk__in=refused) if value else rows

    def that_wait(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return unconfirmed(rows) if value else rows

    def with_legal_unit(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(legal_sat_in=True) if value else rows

    def with_cancelled(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        """The page has taken them in already; a filter only ever leaves rows out."""
        return rows
