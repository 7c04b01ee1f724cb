"""Shapes of filters that several lists share."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _


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
