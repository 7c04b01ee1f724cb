import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import Meeting
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, labelled
from reports.selectors.evidence import lacks_name

from .base import PlaceFilter


class LackingFilter(filters.FilterSet):
    """Of meetings that say which kinds they lack."""

    place = PlaceFilter()
    kind = filters.ChoiceFilter(
        label=_("缺少的材料"),
        choices=labelled(EVIDENCE_KIND_LABELS),
        empty_label=_("全部"),
        method="that_lack",
    )
    returned = filters.BooleanFilter(
        label=_("有退回的"), widget=forms.CheckboxInput, method="with_returned"
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    def that_lack(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(**{lacks_name(EvidenceKind(value)): True})

    def with_returned(self, rows: QuerySet, name: str, value: bool | None) -> QuerySet:
        return rows.filter(has_returned=True) if value else rows

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        """The page has read it already."""
        return rows
