from collections.abc import Iterable
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.models import RecordKind, WorkRecord
from reports.models.choices import month_label

from .base import PlaceFilter

SINGLE, TOTAL, LEFT_OUT = "single", "total", "left_out"


class RecordFilter(filters.FilterSet):
    """The page has read year and cancelled by the function behind the numbers."""

    q = filters.CharFilter(label=_("名称、拼音首字母或文号"), method="that_say")
    heading = filters.ChoiceFilter(
        label=_("报告小标题"), field_name="kind__heading", empty_label=_("全部")
    )
    kind = filters.ChoiceFilter(label=_("种类"), empty_label=_("全部"))
    place = PlaceFilter()
    month = filters.ChoiceFilter(
        label=_("月份"),
        choices=lambda: [(n, month_label(n)) for n in range(1, 13)],
        field_name="on__month",
        empty_label=_("全部"),
    )
    entered = filters.ChoiceFilter(
        label=_("录入方式"),
        choices=[(SINGLE, _("逐条录入")), (TOTAL, _("按月合计")), (LEFT_OUT, _("不计入的合计"))],
        empty_label=_("全部"),
        method="entered_as",
    )
    all_years = filters.BooleanFilter(
        label=_("各年度"), widget=forms.CheckboxInput, method="as_read"
    )
    cancelled = filters.BooleanFilter(
        label=_("含已作废"), widget=forms.CheckboxInput, method="as_read"
    )

    class Meta:
        model = WorkRecord
        fields: list[str] = []

    def __init__(self, *args: Any, kinds: Iterable[RecordKind], **kwargs: Any):
        super().__init__(*args, **kwargs)
        kinds = list(kinds)
        headings = {kind.heading.pk: kind.heading.name for kind in kinds if kind.heading}
        self.filters["heading"].extra["choices"] = list(headings.items())
        self.filters["kind"].extra["choices"] = [(kind.pk, kind.name) for kind in kinds]

    def as_read(self, rows: QuerySet, name: str, value: object) -> QuerySet:
        return rows

    def that_say(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        words = value.strip()
        return rows.filter(
            Q(title__icontains=words)
            | Q(initials__icontains=words)
            | Q(document_number__icontains=words)
        )

    def entered_as(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        if value == LEFT_OUT:
            return rows.filter(doubled=True)
        return rows.filter(is_total=value == TOTAL)
