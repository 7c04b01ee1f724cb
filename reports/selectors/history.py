"""Who changed which entered field when: read from the history tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext as _

from reports.models import Problem
from reports.models.choices import day_label


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; ``field`` is empty where the record itself was made."""

    at: datetime
    by: str
    field: str
    before: object
    after: object


def changes_of(record: Model, *, limit: int = 50) -> list[Change]:
    """The changes of a record's entered fields, newest first, at most ``limit`` versions back.

    Two queries, and one for each foreign key that changed: names are those of today.
    """
    versions = list(
        record.history.select_related("history_user").order_by("-history_date", "-history_id")[
            :limit
        ]
    )
    found: list[Change] = []
    for newer, older in pairwise([*versions, None]):
        if older is None:
            if newer.history_type == "+":
                found.append(Change(newer.history_date, _by(newer), "", None, None))
            continue
        found += _between(record, older, newer)
    return found


def _between(record: Model, older: Any, newer: Any) -> Iterator[Change]:
    for field in newer.tracked_fields:
        before, after = getattr(older, field.attname), getattr(newer, field.attname)
        if before == after:
            continue
        label = str(record._meta.get_field(field.name).verbose_name)
        yield Change(
            newer.history_date, _by(newer), label, _worded(field, before), _worded(field, after)
        )


def _worded(field: Any, value: object) -> object:
    """A choice by its word, a foreign key by its name, yes or no, the rest as it is."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field.is_relation:
        found = field.related_model._base_manager.filter(pk=value).first()
        if isinstance(found, get_user_model()):
            return found.get_full_name() or found.get_username()
        if isinstance(found, Problem):
            # Whoever reads this one need not be somebody who reads that one.
            return found.number
        return str(found) if found else f"#{value}"
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_label(value)
    return value


def _by(version: Any) -> str:
    user = version.history_user
    return (user.get_full_name() or user.get_username()) if user else ""
