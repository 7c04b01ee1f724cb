"""The register of problems: its long filter, and the numbers above it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.forms import BoundField

from reports.domain.problem_figures import Part, ProblemTotals
from reports.models.choices import PROBLEM_COLUMN_LABELS, ProblemColumn

register = template.Library()


@dataclass(frozen=True, slots=True)
class FilterFields:
    """The fields of a filter by how often they are used."""

    first: list[BoundField]
    further: list[BoundField]
    in_use: bool


@register.simple_tag
def filter_fields(filterset: Any) -> FilterFields:
    """The fields of a filter with ``further``: those that stay in sight, and the others."""
    form, further = filterset.form, set(filterset.further)
    fields = form.visible_fields()
    asked = form.data if form.is_bound else {}
    return FilterFields(
        first=[field for field in fields if field.name not in further],
        further=[field for field in fields if field.name in further],
        in_use=any(asked.get(name) for name in further),
    )


@dataclass(frozen=True, slots=True)
class TotalCell:
    """One number of the totals, and the part of the list that it opens."""

    part: Part
    number: int
    shown: bool


@register.simple_tag
def total_cells(totals: ProblemTotals, shown: Part | None = None) -> dict[str, TotalCell]:
    """The numbers by the name of their part; ``shown`` is the part that the list is narrowed to."""
    return {part.name.lower(): TotalCell(part, totals.of(part), part == shown) for part in Part}


# What belongs to a list alone, not to what it lists.
OF_THE_LIST = ("page", "per_page", "sort", "_export", "print", "columns")


@register.simple_tag(takes_context=True)
def same_query(context: template.Context) -> str:
    """The parts of this address that say what is listed, for another page over the same rows."""
    request = getattr(context, "request", None) or context.get("request")
    parts = {
        name: [value for value in values if value]
        for name, values in (request.GET.lists() if request else ())
        if name not in OF_THE_LIST
    }
    parts = {name: values for name, values in parts.items() if values}
    return f"?{urlencode(parts, doseq=True)}" if parts else ""


@register.simple_tag
def is_day(value: object) -> bool:
    """Whether a cell holds a day, and not words."""
    return isinstance(value, date)


@register.filter
def column_name(column: ProblemColumn) -> str:
    """The heading of a column, for a card on a phone."""
    return str(PROBLEM_COLUMN_LABELS[column])
