"""Imports every module of this package, so that Django finds it."""

# Registers the stock pages of logins first, so that ours may take their place.
from django.contrib.auth import admin as stock

from . import (
    access,
    calendar,
    imports,
    indicators,
    meetings,
    notices,
    people,
    problems,
    record_kinds,
    records,
    schedules,
    units,
    wording,
)

__all__ = [
    "access",
    "calendar",
    "imports",
    "indicators",
    "meetings",
    "notices",
    "people",
    "problems",
    "record_kinds",
    "records",
    "schedules",
    "stock",
    "units",
    "wording",
]
