"""How the days of a year with and without enough holders are drawn, and the words beside."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.domain.qualifications import Validity
from reports.domain.staffing import Month, MonthState, Stretch
from reports.models.choices import (
    VALIDITY_LABELS,
    clauses,
    days_label,
    listed,
    month_label,
    rate_label,
)
from reports.selectors.staffing import CoverageLine, Standing, remark_sentence

register = template.Library()
register.filter("remark_words", remark_sentence)

WIDTH, HEIGHT = 244, 15
# A kept day is a low bar, a lacking one a tall box that is crossed, none at all a thin line.
_KEPT_TOP, _KEPT_TALL, _MIDDLE = 5, 7, 8.5
STEP = 4  # between two strokes of the hatching
MOST_SPANS = 3  # more are counted and not told


def _x(day: date, year: int) -> float:
    first = date(year, 1, 1)
    return (day - first).days / (date(year + 1, 1, 1) - first).days * WIDTH


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _piece(stretch: Stretch, year: int) -> str:
    left = _x(stretch.period.first, year)
    last = stretch.period.last
    right = WIDTH if (last.month, last.day) == (12, 31) else _x(last, year) + WIDTH / 365
    wide = max(right - left, 1.6)
    if stretch.rule is None:
        return f'<path class="b-none" d="M{_n(left)} {_MIDDLE}h{_n(wide)}"/>'
    if not stretch.lacks:
        box = f'x="{_n(left)}" y="{_KEPT_TOP}" width="{_n(wide)}" height="{_KEPT_TALL}"'
        return f'<rect class="b-kept" {box}/>'
    strokes, x = [], left
    while x + STEP <= left + wide:
        strokes.append(f"M{_n(x)} {HEIGHT - 1}l{STEP} -{HEIGHT - 3}")
        x += STEP
    hatched = f'<path class="b-hatch" d="{"".join(strokes)}"/>' if strokes else ""
    box = f'x="{_n(left)}" y="1.5" width="{_n(wide)}" height="{HEIGHT - 2.5}"'
    return f'<rect class="b-lacking" {box}/>{hatched}'


@register.simple_tag
def year_band(line: CoverageLine, year: int) -> SafeString:
    """The year of one unit as a band, with the same in words for those who do not see it."""
    words = band_words(line, year)
    months = "".join(
        f'<path class="b-month" d="M{_n(_x(date(year, month, 1), year))} {HEIGHT - 2}v2"/>'
        for month in range(2, 13)
    )
    drawn = "".join(_piece(stretch, year) for stretch in line.parts)
    picture = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'aria-hidden="true" focusable="false"><path class="b-line" d="M0 {HEIGHT - 0.5}'
        f'h{WIDTH}"/>{months}{drawn}</svg>'
    )
    return format_html(
        '<span class="band" role="img" aria-label="{}" title="{}">{}</span>',
        words,
        words,
        mark_safe(picture),  # nosec B308 B703 # all parts are escaped or ours
    )


def band_words(line: CoverageLine, year: int) -> str:
    """2026年：4月2日—24日未配备，共23天"""
    if not line.parts:
        return _("%(year)s年：没有计入的天数") % {"year": year}
    if not line.lacking:
        ruled = any(stretch.rule is not None for stretch in line.parts)
        told = _("全部配齐") if ruled else _("没有配备标准")
        return _("%(year)s年：%(told)s") % {"year": year, "told": told}
    told = clauses(
        [
            _("%(spans)s未配备") % {"spans": spans_words(line)},
            _("共%(days)s天") % {"days": line.days},
        ]
    )
    return _("%(year)s年：%(told)s") % {"year": year, "told": told}


@register.filter
def spans_words(line: CoverageLine) -> str:
    """The days on which the unit lacked somebody, the first of them named: 4月2日—24日."""
    spans = [days_label(span.first, span.last) for span in line.lacking[:MOST_SPANS]]
    if len(line.lacking) > MOST_SPANS:
        return _("%(spans)s等%(n)s段") % {"spans": listed(spans), "n": len(line.lacking)}
    return listed(spans)


_LACKING_MARK = (
    '<rect class="b-lacking" x=".5" y="1.5" width="25" height="12.5"/>'
    '<path class="b-hatch" d="M2 14l4 -12M8 14l4 -12M14 14l4 -12M20 14l4 -12"/>'
)


@register.simple_tag
def band_legend() -> SafeString:
    """What the marks of a band mean."""
    marks = (
        ('<rect class="b-kept" x="0" y="5" width="26" height="7"/>', _("配齐")),
        (
            _LACKING_MARK,
            _("未配备"),
        ),
        ('<path class="b-none" d="M0 8.5h26"/>', _("没有配备标准")),
        ('<path class="b-line" d="M0 14.5h26"/>', _("不计入（尚未到来、未启用或台账未开始）")),
    )
    return format_html(
        '<ul class="legend" aria-label="{}">{}</ul>',
        _("图例"),
        format_html_join(
            "",
            '<li><span class="band"><svg viewBox="0 0 26 15" width="26" height="15" '
            'aria-hidden="true">{}</svg></span> {}</li>',
            ((mark_safe(mark), word) for mark, word in marks),  # nosec B308 B703 # all parts are escaped or ours
        ),
    )


_STANDINGS = {
    Standing.KEPT: ("good", "✓"),
    Standing.LACKING: ("bad", "✕"),
    Standing.NO_RULE: ("quiet", "–"),
    Standing.CLOSED: ("quiet", "–"),
}


def standing_word(line: CoverageLine) -> str:
    """已配备, 未配备 (of several lacking: 缺1人), 没有标准, 已停用."""
    if line.standing == Standing.LACKING and line.held:
        return _("缺%(n)s人") % {"n": line.at_least - line.held}
    return {
        Standing.KEPT: _("已配备"),
        Standing.LACKING: _("未配备"),
        Standing.NO_RULE: _("没有标准"),
        Standing.CLOSED: _("已停用"),
    }[line.standing]


register.filter("standing_word", standing_word)


@register.simple_tag
def standing_badge(line: CoverageLine) -> SafeString:
    """How the unit stands on the day by shape, colour and word."""
    tone, mark = _STANDINGS[line.standing]
    return format_html(
        '<span class="badge-v {}"><span aria-hidden="true">{}</span> {}</span>',
        tone,
        mark,
        standing_word(line),
    )


# On paper each month is a mark, with its days where some are lacking.
_MONTHS = {
    MonthState.OUTSIDE: "",
    MonthState.NO_RULE: "–",
    MonthState.KEPT: "●",
    MonthState.PARTLY: "◐",
    MonthState.LACKING: "○",
}


def month_cell(month: Month) -> str:
    """●, ◐12, ○31: kept, lacking in part, lacking throughout, with the days that were lacking."""
    return f"{_MONTHS[month.state]}{month.days or ''}"


register.filter("month_cell", month_cell)


@register.simple_tag
def months_of(line: CoverageLine, year: int) -> Sequence[Month]:
    """The twelve months of a line, for ``month_cell``."""
    return line.months(year)


@register.simple_tag
def month_names() -> list[str]:
    """1月 … 12月"""
    return [month_label(number) for number in range(1, 13)]


# ── Certificates and examinations ────────────────────────────────────────────────────────────

_TONES = {
    Validity.CANCELLED: "quiet",
    Validity.NOT_YET: "quiet",
    Validity.RENEWED: "quiet",
    Validity.EXPIRED: "bad",
    Validity.EXPIRING: "warn",
    Validity.GOOD: "good",
}


@register.simple_tag
def validity_badge(code: str) -> SafeString:
    """How a certificate stands, with its word."""
    stands = Validity(code)
    return format_html(
        '<span class="badge-v {}">{}</span>', _TONES[stands], VALIDITY_LABELS[stands]
    )


@register.filter
def days_left(until: date | None, on: date) -> int | None:
    """The days from ``on`` to the last day; less than nought once it has passed."""
    return (until - on).days if until else None


@register.filter
def days_past(until: date | None, on: date) -> int:
    """The days since the last day."""
    return (on - until).days if until else 0


register.filter("rate", rate_label)
