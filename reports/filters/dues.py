import django_filters as filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.domain.dues import Verdict
from reports.models import Due
from reports.models.choices import VERDICT_LABELS, labelled, listed
from reports.selectors.dues import that_wait_for_a_waiver, verdicts_of

from .base import DayFilter, PlaceFilter

BESIDE = "+"


class Select(forms.Select):
    """One line that also holds several verdicts of an address: met+missed."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return BESIDE.join(value for value in values if value)


class VerdictField(forms.ChoiceField):
    """A verdict, a word for several, or several together; those become a choice of their own."""

    widget = Select

    def valid_value(self, value):
        words = dict(self.choices)
        parts = str(value).split(BESIDE)
        if len(parts) == 1 or not all(part in words for part in parts):
            return super().valid_value(value)
        several = listed(words[part] for part in parts)
        self.choices = [*self.choices, (str(value), several)]
        return True


class VerdictFilter(filters.Filter):
    field_class = VerdictField


class DueFilter(filters.FilterSet):
    place = PlaceFilter()
    q = filters.CharFilter(
        field_name="schedule__name", lookup_expr="icontains", label=_("制度或会议")
    )
    verdict = VerdictFilter(
        choices=[
            ("", _("全部")),
            ("owed", _("应落实（按期、补开、未召开）")),
            ("done", _("已落实（按期、补开）")),
            *labelled(VERDICT_LABELS),
        ],
        label=_("结论"),
        method="of_verdict",
    )
    from_day = DayFilter(
        field_name="period_last",
        lookup_expr="gte",
        label=_("自"),
    )
    to_day = DayFilter(
        field_name="period_first",
        lookup_expr="lte",
        label=_("至"),
    )
    # What a text for some days counts: periods that were over by their last one.
    ended_by = DayFilter(field_name="period_last", lookup_expr="lte", label=_("结束不晚于"))
    lacking = filters.BooleanFilter(
        label=_("缺材料"), widget=forms.CheckboxInput, method="that_lack"
    )
    late = filters.BooleanFilter(label=_("补开"), widget=forms.CheckboxInput, method="made_up")
    merged = filters.BooleanFilter(
        label=_("合并召开"), widget=forms.CheckboxInput, method="held_together"
    )
    asked = filters.BooleanFilter(
        label=_("免开待批"), widget=forms.CheckboxInput, method="that_wait"
    )
    own = filters.BooleanFilter(
        label=_("分局本级"), widget=forms.CheckboxInput, method="of_bureaus"
    )
    first_person = filters.BooleanFilter(
        label=_("第一责任人履职"), widget=forms.CheckboxInput, method="of_first_person"
    )
    upcoming = filters.BooleanFilter(
        label=_("含未到期"), widget=forms.CheckboxInput, method="with_upcoming"
    )

    class Meta:
        model = Due
        fields: list[str] = []

    def of_verdict(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(verdict__in=verdicts_of(value.split(BESIDE)))

    def that_lack(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(lacks_evidence__gt=0) if value else rows

    def made_up(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(verdict=Verdict.MET_LATE.value) if value else rows

    def held_together(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(merged__gt=0) if value else rows

    def that_wait(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return that_wait_for_a_waiver(rows) if value else rows

    def of_bureaus(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(unit=F("bureau")) if value else rows

    def of_first_person(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(schedule__of_first_person=True) if value else rows

    def with_upcoming(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        """The page has left them in already; a filter only ever takes rows out."""
        return rows
