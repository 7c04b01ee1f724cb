"""The annual report: its states, the roles of its sections, and drift after it was frozen."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ReportState(StrEnum):
    """A signed report is frozen; the published form is a second text."""

    DRAFT = "draft"
    SIGNED = "signed"
    PUBLISHED = "published"


class SectionRole(StrEnum):
    """What a section of the report is for."""

    ACHIEVEMENTS = "achievements"
    PROBLEMS = "problems"
    FIRST_PERSON = "first_person"
    NEXT_YEAR = "next_year"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Drift:
    """A figure that reads differently now than when it was frozen; None: not there."""

    key: Any
    frozen: Any
    now: Any


def drift(frozen: Mapping[Any, Any], now: Mapping[Any, Any]) -> list[Drift]:
    """Every figure that changed since the signing, came or went, in the frozen order first."""
    keys: list[Hashable] = [*frozen, *(key for key in now if key not in frozen)]
    return [
        Drift(key, frozen.get(key), now.get(key))
        for key in keys
        if (key in frozen) != (key in now) or frozen.get(key) != now.get(key)
    ]
