"""Shapes of filters that several lists share."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    """A day as browsers want it, also when the page comes back."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"placeholder": "2026-03-31"})


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
