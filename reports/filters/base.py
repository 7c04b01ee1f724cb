"""Shapes of filters that several lists share."""

from datetime import date
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.domain.dates import day_typed


class DayInput(forms.DateInput):
    """A day as text in the page's own language; a script adds the calendar."""

    def __init__(self) -> None:
        attrs = {"class": "day", "placeholder": "2026-03-31", "autocomplete": "off"}
        super().__init__(format="%Y-%m-%d", attrs=attrs)


class DayField(forms.DateField):
    """A day in any of the ways people write it; without its year the one nearest to ``near``."""

    widget = DayInput
    default_error_messages = {"invalid": _("请填写日期，如 2026-03-31 或 2026年3月31日。")}
    near: date | None = None

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value or None)
        found = day_typed(value, near=self.near)
        if found is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class DayFilter(filters.DateFilter):
    """One end of a span of days."""

    field_class = DayField


class PlaceFilter(filters.CharFilter):
    """A unit by a part of its name, or by the initials of its name; ``unit`` and its bureau."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"label": _("单位"), **kwargs})

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        words = (value or "").strip()
        if not words:
            return qs
        return qs.filter(
            Q(unit__name__icontains=words)
            | Q(unit__short_name__icontains=words)
            | Q(unit__initials__icontains=words)
            | Q(bureau__name__icontains=words)
            | Q(bureau__initials__icontains=words)
        )
