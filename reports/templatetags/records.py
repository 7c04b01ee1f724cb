"""Work records as the eye meets them."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from reports.domain.records import FieldType
from reports.models import Measure, RecordField, WorkRecord
from reports.models.choices import MEASURE_STANDING_LABELS, day_label, month_label
from reports.selectors.measures import standing_of

register = template.Library()


@register.filter
def year_month(day: date) -> str:
    """The month that a total is of: 2026年5月."""
    return _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}


@register.filter
def plain_number(value: int | Decimal) -> str:
    """A number without needless decimals."""
    return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, Decimal) else str(value)


@register.simple_tag
def own_value(record: WorkRecord, field: RecordField) -> object:
    """What a kind's own field holds; empty where nothing was entered."""
    value = record.values.get(field.code)
    if value is None:
        return ""
    if field.type == FieldType.YES_NO:
        return _("是") if value else _("否")
    if field.type == FieldType.DAY:
        return day_label(date.fromisoformat(value))
    return value


@register.simple_tag
def measure_word(measure: Measure, on: date) -> str:
    """How a measure stands, as a print says it."""
    return str(MEASURE_STANDING_LABELS[standing_of(measure, on)])
