"""Plan items of a year and work records as rows of spreadsheets."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reports.models.choices import MEASURE_STANDING_LABELS, listed
from reports.selectors.measures import standing_of
from reports.selectors.records import PlanItem, amount_words


def plan_rows(items: Iterable[PlanItem], on: date) -> Iterator[Sequence[Any]]:
    """Headings, then a row for each plan item with what has been done of it as of a day."""
    yield [
        _("序号"),
        _("年度安排"),
        _("责任单位"),
        _("责任人"),
        _("期限"),
        _("情况"),
        _("完成百分比"),
        _("工作记录"),
        _("合计"),
    ]
    for number, item in enumerate(items, 1):
        measure = item.measure
        yield [
            number,
            measure.title,
            measure.unit.name,
            measure.responsible.name if measure.responsible else "",
            measure.due_then or "",
            str(MEASURE_STANDING_LABELS[standing_of(measure, on)]),
            measure.percent if measure.percent is not None else "",
            len(item.records),
            listed(amount_words(kind, amount) for kind, amount in item.done),
        ]
