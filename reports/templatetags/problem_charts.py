"""Bars of several years, drawn by the server: plain values in, SVG out.

Nothing carries a style: the style sheet knows the classes. What tells the layers apart is a letter
as well as a colour; the table beside the chart has every number as a link.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.models.choices import clauses

register = template.Library()

LETTERS = "ABCDEFGH"
TOP, TALL, FOOT = 22, 190, 24  # room for the sum, the tallest bar, room for the year
BAR = 0.56  # of the room a year has
READABLE = 15  # a lower layer has no room for its letter and number


@dataclass(frozen=True, slots=True)
class Series:
    """One layer of the bars: its name, and a number for each year."""

    name: str
    numbers: tuple[int, ...]


@register.simple_tag
def stacked_bars(
    name: str, title: str, years: Sequence[int], series: Sequence[Series], *, add_up: bool = True
) -> SafeString:
    """A bar for each year, its layers from below in the order of ``series``.

    ``name`` makes the keys unique on the page, ``title`` is what a screen reader says first; what
    follows is every number. Layers that share what they count do not ``add_up``: then no sum is
    said.
    """
    sums = [sum(each.numbers[n] for each in series) for n in range(len(years))]
    most = max([*sums, 1])
    room = 100 / max(len(years), 1)
    drawn = []
    for n, year in enumerate(years):
        left, wide = room * (n + (1 - BAR) / 2), room * BAR
        middle, bottom = room * (n + 0.5), TOP + TALL
        for layer, each in enumerate(series):
            if not (number := each.numbers[n]):
                continue
            height = TALL * number / most
            bottom -= height
            drawn.append(_layer(layer, each.name, year, number, (left, wide, bottom, height)))
        if add_up:
            place = f'x="{middle:.2f}%" y="{bottom - 6:.1f}"'
            drawn.append(f'<text class="sum" {place}>{sums[n]}</text>')
        drawn.append(f'<text class="year" x="{middle:.2f}%" y="{TOP + TALL + 17}">{year}</text>')
    base, words = TOP + TALL, in_words(years, series, add_up=add_up)
    return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        f'<svg class="bars" role="img" aria-labelledby="{name}-title {name}-words" '
        f'height="{TOP + TALL + FOOT}"><title id="{name}-title">{conditional_escape(title)}</title>'
        f'<desc id="{name}-words">{conditional_escape(words)}</desc>'
        f'{"".join(drawn)}<line class="base" x1="0" x2="100%" y1="{base}" y2="{base}"/></svg>'
    )


def _layer(
    layer: int, name: str, year: int, number: int, place: tuple[float, float, float, float]
) -> str:
    left, wide, top, height = place
    words = _("%(year)s年%(name)s：%(n)s") % {"year": year, "name": name, "n": number}
    shape = (
        f'<g class="layer l-{layer}"><title>{conditional_escape(words)}</title>'
        f'<rect x="{left:.2f}%" y="{top:.1f}" width="{wide:.2f}%" height="{height:.1f}"/>'
    )
    if height >= READABLE:
        middle = f'x="{left + wide / 2:.2f}%" y="{top + height / 2 + 4:.1f}"'
        shape += f"<text {middle}>{LETTERS[layer]} {number}</text>"
    return f"{shape}</g>"


def in_words(years: Sequence[int], series: Sequence[Series], *, add_up: bool = True) -> str:
    """The chart read aloud: 2026年合计5：自查自纠3，案卷评查2."""
    told = []
    for n, year in enumerate(years):
        parts = [
            _("%(name)s%(n)s") % {"name": each.name, "n": each.numbers[n]}
            for each in series
            if each.numbers[n]
        ]
        words = _("%(year)s年合计%(n)s") if add_up else _("%(year)s年")
        head = words % {"year": year, "n": sum(each.numbers[n] for each in series)}
        if not parts:
            told.append(head if add_up else _("%(sum)s：%(parts)s") % {"sum": head, "parts": 0})
        else:
            told.append(_("%(sum)s：%(parts)s") % {"sum": head, "parts": clauses(parts)})
    return _("；").join(told)


@register.simple_tag
def bars_legend(series: Sequence[Series]) -> SafeString:
    """Which letter and colour is what, from below."""
    return format_html(
        '<ul class="bars-legend" aria-label="{}">{}</ul>',
        _("图例"),
        format_html_join(
            "",
            '<li><svg class="key l-{}" viewBox="0 0 20 18" aria-hidden="true">'
            '<rect width="20" height="18"/><text x="10" y="13.5">{}</text></svg>{}</li>',
            ((layer, LETTERS[layer], each.name) for layer, each in enumerate(series)),
        ),
    )
