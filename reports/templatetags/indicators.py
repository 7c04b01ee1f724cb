"""Figures, changes and running years in words; a year of months as a row of bars."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.domain.figures import Change, FigureValue, SumChecked, plain
from reports.models import Figure, Indicator
from reports.models.choices import clauses, figure_words, listed, month_label
from reports.selectors.figures import value_of
from reports.selectors.indicators import kinds_said, years_said
from reports.templatetags.problem_charts import Series

register = template.Library()


# ── Values ───────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def figure(value: FigureValue | None, indicator: Indicator, href: str = "") -> SafeString:
    """A value without its counter, which stands in the first column; nothing is no nought."""
    if value is None:
        return mark_safe('<span class="dim" aria-hidden="true">—</span>')  # nosec B308 # all parts are escaped or ours
    words = figure_words(value, decimals=_decimals(value, indicator))
    shown = _with_parts(value, words)
    if not href:
        return shown
    return format_html('<a class="num" href="{}">{}</a>', href, shown)


def _decimals(value: FigureValue, indicator: Indicator) -> int:
    return indicator.decimals if value.value != value.value.to_integral_value() else 0


def _with_parts(value: FigureValue, words: str) -> SafeString:
    if value.numerator is None or value.denominator is None:
        return format_html("{}", words)
    parts = f"{plain(value.numerator, groups=True)}/{plain(value.denominator, groups=True)}"
    return format_html('{} <small class="sub">{}</small>', words, parts)


@register.simple_tag
def figure_said(value: FigureValue | None, indicator: Indicator) -> str:
    """A value as a report says it, with its counter: 1200余件; empty where there is none."""
    if value is None:
        return ""
    return figure_words(value, counter=indicator.counter, decimals=_decimals(value, indicator))


@register.filter
def figure_value(row: Figure) -> FigureValue:
    """What a stored figure says."""
    return value_of(row)


@register.simple_tag
def figure_when(row: Figure) -> str:
    """2026年5月, 2026年全年, 2026年目标."""
    if row.is_target:
        return _("%(year)s年目标") % {"year": row.year}
    if row.month is None:
        return _("%(year)s年全年") % {"year": row.year}
    return _("%(year)s年%(month)s") % {"year": row.year, "month": month_label(row.month)}


@register.simple_tag
def late_words(late: Mapping[int, int], key: int, kind: str = "month") -> str:
    """月后12日填报, where it was entered late."""
    days = late.get(key, 0)
    if not days:
        return ""
    if kind == "month":
        return ngettext("月后%(n)s日填报", "月后%(n)s日填报", days) % {"n": days}
    return ngettext("期后%(n)s日填报", "期后%(n)s日填报", days) % {"n": days}


@register.simple_tag
def number(value: Decimal | None) -> str:
    """A number in groups of three; nothing stays nothing."""
    return "" if value is None else plain(value, groups=True)


@register.simple_tag
def difference(value: Decimal | int) -> str:
    """A difference with its sign."""
    return signed(Decimal(value))


@register.simple_tag
def sum_of_parts(checked: SumChecked) -> str:
    """What the parts come to, where none is missing."""
    known = [part for part in checked.parts if part is not None]
    if len(known) < len(checked.parts):
        return ""
    return plain(sum(known, Decimal(0)), groups=True)


register.filter("kinds_of_indicator", kinds_said)
register.filter("years_of_indicator", years_said)


@register.simple_tag
def changed(change: Change | None) -> SafeString:
    """The change on last year: +12（+8.3%）, of a share in percentage points."""
    if change is None:
        return mark_safe('<span class="dim" aria-hidden="true">—</span>')  # nosec B308 # all parts are escaped or ours
    return format_html("{}", change_words(change))


def change_words(change: Change) -> str:
    """The change in words, for the page, the paper and the file."""
    number = signed(change.difference)
    if change.in_points:
        words = _("%(n)s个百分点") % {"n": number}
    elif change.percent is None or not change.difference:
        words = number
    else:
        words = _("%(n)s（%(percent)s%%）") % {"n": number, "percent": signed(change.percent)}
    return words if change.is_exact else _("约%(words)s") % {"words": words}


def signed(number: Decimal) -> str:
    """A difference with its sign, also a plus."""
    words = plain(abs(number), groups=True)
    return f"+{words}" if number > 0 else f"−{words}" if number < 0 else words


@register.filter
def months_said(months: Sequence[int]) -> str:
    """1月、3月"""
    return listed(month_label(month) for month in months)


@register.filter
def month_name(month: int) -> str:
    """3月"""
    return month_label(month)


@register.filter
def of_key(rows: Mapping[object, object], key: object) -> object:
    """The entry of a mapping, or nothing."""
    return rows.get(key)


@register.simple_tag
def years_running(running: Mapping[int, int], key: int) -> SafeString | str:
    """连续2年, from the second year on."""
    years = running.get(key, 1)
    if years < 2:
        return ""
    words = ngettext("连续%(n)s年", "连续%(n)s年", years) % {"n": years}
    return format_html('<span class="badge-v good">{}</span>', words)


# ── Bars by month ────────────────────────────────────────────────────────────────────────────

TOP, TALL, FOOT = 16, 96, 20
BAR = 0.7


@register.simple_tag
def month_bars(name: str, title: str, series: Sequence[Series]) -> SafeString:
    """Twelve months with a bar for each series side by side; numbers stand in the table beside.

    ``name`` makes the keys unique on the page. What a screen reader says is every number.
    """
    most = max([number for each in series for number in each.numbers], default=0) or 1
    room, wide = 100 / 12, 100 / 12 * BAR / max(len(series), 1)
    drawn = []
    for month in range(1, 13):
        left = room * (month - 1) + room * (1 - BAR) / 2
        for layer, each in enumerate(series):
            number = each.numbers[month - 1]
            if not number:
                continue
            height = TALL * number / most
            place = f'x="{left + wide * layer:.2f}%" width="{wide:.2f}%"'
            words = _("%(month)s%(name)s：%(n)s") % {
                "month": month_label(month),
                "name": each.name,
                "n": number,
            }
            drawn.append(
                f'<g class="layer l-{layer}"><title>{conditional_escape(words)}</title>'
                f'<rect {place} y="{TOP + TALL - height:.1f}" height="{height:.1f}"/></g>'
            )
            if len(series) == 1:
                drawn.append(
                    f'<text class="sum" x="{left + wide / 2:.2f}%" '
                    f'y="{TOP + TALL - height - 4:.1f}">{number}</text>'
                )
        drawn.append(
            f'<text class="year" x="{room * (month - 0.5):.2f}%" y="{TOP + TALL + 15}">{month}'
            "</text>"
        )
    base = TOP + TALL
    return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        f'<svg class="bars months" role="img" aria-labelledby="{name}-title {name}-words" '
        f'height="{TOP + TALL + FOOT}"><title id="{name}-title">{conditional_escape(title)}</title>'
        f'<desc id="{name}-words">{conditional_escape(months_in_words(series))}</desc>'
        f'{"".join(drawn)}<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/></svg>'
    )


def months_in_words(series: Sequence[Series]) -> str:
    """The chart read aloud: 发现：1月2，3月1；销号：…"""
    told = []
    for each in series:
        parts = [
            _("%(name)s%(n)s") % {"name": month_label(month), "n": number}
            for month, number in enumerate(each.numbers, start=1)
            if number
        ]
        told.append(_("%(sum)s：%(parts)s") % {"sum": each.name, "parts": clauses(parts) or 0})
    return _("；").join(told)


SHADES = 5


def shade(number: int, most: int) -> int:
    """How dark a cell of the heat map is: 0 for nothing, else 1 to 5 by its share of the most.

    Few stay light: one session a month is no more than another.
    """
    if not number or not most:
        return 0
    return min(1 + (number * SHADES - 1) // most, SHADES, number + 1)


@register.simple_tag
def heat(number: int, most: int, title: str, href: str = "") -> SafeString:
    """One cell of a heat map: the number stands in it, so that colour says nothing alone."""
    if not number:
        return mark_safe('<td class="n heat h-0"><span class="dim">0</span></td>')  # nosec B308 # all parts are escaped or ours
    return format_html(
        '<td class="n heat h-{}"><a href="{}" title="{}">{}</a></td>',
        shade(number, most),
        href,
        title,
        number,
    )
