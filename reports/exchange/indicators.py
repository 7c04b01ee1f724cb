"""The year of a bureau's indicators as rows of a spreadsheet: the numbers of the page."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from reports.domain.figures import FigureValue, Made, SumStanding
from reports.models.choices import MADE_LABELS, figure_words, listed, month_label
from reports.selectors.figures import (
    Line,
    YearTable,
)
from reports.templatetags.indicators import change_words


def year_rows(table: YearTable) -> Iterator[Sequence[Any]]:
    """Headings, then a row for each indicator. Numbers stay numbers; what is blank stays blank.

    A value that is not exact has its word in a column of its own, a target stands in its own too.
    """
    yield [
        _("指标"),
        _("计量单位"),
        _("数据产生方式"),
        *(month_label(month) for month in range(1, 13)),
        _("全年"),
        _("全年的表述"),
        _("缺数据的月份"),
        _("上年同期"),
        _("与上年比"),
        _("目标"),
        _("数据来源"),
    ]
    for line in table.lines:
        yield _row(line)


def _row(line: Line) -> Sequence[Any]:
    value = line.value
    said = figure_words(value, counter=line.indicator.counter) if value else ""
    return [
        line.indicator.name,
        line.indicator.counter,
        str(MADE_LABELS[Made(line.indicator.made)]),
        *(_number(cell.value) for cell in line.months),
        _number(value),
        said if value and not value.is_exact else "",
        listed(month_label(month) for month in line.year.missing),
        _number(line.before),
        change_words(line.change) if line.change else "",
        _number(line.target),
        listed(line.sources) if not line.of.is_counted else _("据记录统计"),
    ]


def _number(value: FigureValue | None) -> Any:
    return None if value is None else value.value


def sum_rows(table: YearTable) -> Iterator[Sequence[Any]]:
    """The declared sums with what they come to; those that cannot be checked say so."""
    yield [
        _("勾稽关系"),
        _("合计指标"),
        _("合计"),
        _("分项指标"),
        _("分项之和"),
        _("相差"),
        _("结果"),
    ]
    words = {
        SumStanding.AGREES: _("相符"),
        SumStanding.DISAGREES: _("不符"),
        SumStanding.CANNOT_BE_CHECKED: _("数据不全，无法核对"),
    }
    for each in table.sums:
        checked = each.year
        known = [part for part in checked.parts if part is not None]
        whole = len(known) == len(checked.parts)
        yield [
            each.name,
            each.whole.name,
            checked.whole,
            listed(part.name for part in each.parts),
            sum(known) if whole else None,
            checked.difference,
            words[checked.standing],
        ]
