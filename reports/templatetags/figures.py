"""The year drawn as strips on one time axis: plain values in, SVG out.

Python builds the strings itself, because the dashboard draws some ten thousand cells; whatever
comes from people is escaped here. Nothing carries a style: the style sheet knows the classes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.models.choices import month_label

# The verdicts in the order of the legend, with the class of each in the style sheet.
CLASSES = {
    "met": "met",
    "met_late": "late",
    "missed": "missed",
    "open": "open",
    "awaiting": "awaiting",
    "upcoming": "upcoming",
    "waived": "waived",
    "not_applicable": "na",
}

ROW, TOP, TALL = 30, 6, 18  # height of a row; where its cells begin; how tall they are
GAP = 0.14  # between two cells, in percent of the axis
MINI_ROW, MINI_TALL = 7, 5


class Cell(NamedTuple):
    """One period of a schedule, drawn large."""

    first: date
    last: date
    verdict: str
    title: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class StripRow:
    """One schedule: its name, its cells, and the same in words.

    ``summary`` stands at the right; ``note`` small under the name; ``href`` makes the name a link.
    """

    name: str
    cells: Sequence[Cell]
    summary: str = ""
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Axis:
    """The days a figure covers, both included: a calendar year or an assessment year."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def calendar_year(year: int) -> Axis:
    return Axis(date(year, 1, 1), date(year, 12, 31))


# ── Marks ────────────────────────────────────────────────────────────────────────────────────


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _mark(verdict: str, left: float, width: float) -> str:
    """What tells a verdict apart without its colour, for a cell given in percent of the axis."""
    x = f"{_number(left + width / 2)}%"
    y = TOP + TALL // 2
    if verdict == "met_late":
        return (
            f'<svg x="{_number(left)}%" y="{TOP}" width="{_number(width)}%" height="{TALL}" '
            'viewBox="0 0 10 10" preserveAspectRatio="none">'
            '<path class="mark" d="M0 0V10H10Z"/></svg>'
        )
    if verdict == "open":
        return f'<circle class="mark" cx="{x}" cy="{y}" r="2.6"/>'
    if verdict == "awaiting":
        return f'<circle class="mark" cx="{x}" cy="{y}" r="2.8"/>'
    lines = {
        "missed": "M-3.5-4L3.5 4M3.5-4L-3.5 4",
        "waived": "M-3.5 4.5L3.5-4.5",
        "not_applicable": "M-2.5 0H2.5",
    }.get(verdict)
    if lines is None:
        return ""
    return f'<svg x="{x}" y="{y}" overflow="visible"><path class="mark" d="{lines}"/></svg>'


_SYMBOL_MARKS = {
    "met_late": '<path class="mark" d="M1 1V13H13Z"/>',
    "missed": '<path class="mark" d="M4 4L10 10M10 4L4 10"/>',
    "open": '<circle class="mark" cx="7" cy="7" r="2.4"/>',
    "awaiting": '<circle class="mark" cx="7" cy="7" r="2.4"/>',
    "waived": '<path class="mark" d="M4 10L10 4"/>',
    "not_applicable": '<path class="mark" d="M4 7H10"/>',
}
SYMBOLS: Mapping[str, SafeString] = {
    verdict: mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        f'<svg class="v v-{name}" viewBox="0 0 14 14" aria-hidden="true">'
        f'<rect x="1" y="1" width="12" height="12"/>{_SYMBOL_MARKS.get(verdict, "")}</svg>'
    )
    for verdict, name in CLASSES.items()
}


# ── The large figure ─────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4096)
def _place(first: date, last: date, axis_first: date, axis_last: date) -> tuple[float, float]:
    """Left edge and width of a cell in percent; a week that reaches over the edge is cut there."""
    days = (axis_last - axis_first).days + 1
    left = max((first - axis_first).days, 0) / days * 100
    right = min((last - axis_first).days + 1, days) / days * 100
    return left + GAP / 2, max(right - left - GAP, GAP)


def _month_starts(first: date, last: date) -> list[date]:
    """The first days of months on the axis; a beginning within a month stands for it."""
    starts, day = [first], first
    while (day := (day.replace(day=1) + timedelta(days=32)).replace(day=1)) <= last:
        starts.append(day)
    return starts


@lru_cache(maxsize=64)
def _ticks(first: date, last: date) -> str:
    days = (last - first).days + 1
    return "".join(
        f'<line class="tick" x1="{x}%" x2="{x}%" y1="0" y2="{ROW}"/>'
        for x in (
            _number((day - first).days / days * 100) for day in _month_starts(first, last)[1:]
        )
    )


def _today_line(today: date | None, axis: Axis, height: int, top: int = 0) -> str:
    if today is None or not axis.first <= today <= axis.last:
        return ""
    x = _number(((today - axis.first).days + 0.5) / axis.days * 100)
    return f'<line class="today" x1="{x}%" x2="{x}%" y1="{top}" y2="{height}"/>'


def _axis_labels(axis: Axis, today: date | None) -> str:
    """Month names over the strips. A name too close to the edge or to today's is left out."""
    parts = []
    starts = _month_starts(axis.first, axis.last)
    here = None
    if today is not None and axis.first <= today <= axis.last:
        here = ((today - axis.first).days + 0.5) / axis.days * 100
    for place, day in enumerate(starts):
        x = (day - axis.first).days / axis.days * 100
        following = starts[place + 1] if place + 1 < len(starts) else axis.last
        if (following - day).days < 14:
            continue
        new_year = day.month == 1 and place > 0
        words = (
            _("%(year)s年%(month)s") % {"year": day.year, "month": month_label(day.month)}
            if new_year
            else month_label(day.month)
        )
        after = here - x if here is not None else 99
        room = 10 if new_year else 7
        if -4 < after < room:
            continue
        # On a phone every other name goes, and whatever today's would touch.
        minor = ' class="minor"' if place % 2 or -4 < after < room + 4 else ""
        parts.append(f'<text{minor} x="{_number(x)}%" y="13" dx="3">{words}</text>')
    if here is not None:
        anchor = "end" if here > 96 else "start" if here < 4 else "middle"
        parts.append(
            f'<text class="today-label" x="{_number(here)}%" y="13" text-anchor="{anchor}">'
            f"{_('今天')}</text>"
        )
    return "".join(parts)


def _cell(cell: Cell, axis: Axis) -> str:
    left, width = _place(cell.first, cell.last, axis.first, axis.last)
    title = conditional_escape(cell.title)
    shape = (
        f'<title>{title}</title><rect x="{_number(left)}%" y="{TOP}" '
        f'width="{_number(width)}%" height="{TALL}"/>{_mark(cell.verdict, left, width)}'
    )
    css = f"v v-{CLASSES.get(cell.verdict, 'na')}"
    if cell.href:
        address = conditional_escape(cell.href)
        return f'<a class="{css}" href="{address}" aria-label="{title}">{shape}</a>'
    return f'<g class="{css}" role="img" aria-label="{title}">{shape}</g>'


def draw_year(
    rows: Iterable[StripRow], axis: Axis, today: date | None = None, label: str = ""
) -> SafeString:
    """Rows of strips as a table: name, cells, the count in words; every cell opens its due."""
    ticks, line = _ticks(axis.first, axis.last), _today_line(today, axis, ROW)
    body = []
    for row in rows:
        name = conditional_escape(row.name)
        # What lies outside the axis altogether has no place on it.
        cells = "".join(
            _cell(cell, axis)
            for cell in row.cells
            if cell.last >= axis.first and cell.first <= axis.last
        )
        shown = f'<a href="{conditional_escape(row.href)}">{name}</a>' if row.href else name
        note = f"<small>{conditional_escape(row.note)}</small>" if row.note else ""
        body.append(
            f'<tr><th scope="row">{shown}{note}</th><td class="cells">'
            f'<svg role="group" aria-label="{name}">{ticks}{cells}{line}</svg></td>'
            f'<td class="sum">{conditional_escape(row.summary)}</td></tr>'
        )
    caption = f'<caption class="visually-hidden">{conditional_escape(label)}</caption>'
    axis_line = _today_line(today, axis, 22, 16)
    return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        f'<table class="year">{caption if label else ""}'
        '<thead aria-hidden="true"><tr class="axis"><td></td>'
        f'<td class="cells"><svg>{_axis_labels(axis, today)}{axis_line}</svg></td>'
        f'<td class="sum"></td></tr></thead><tbody>{"".join(body)}</tbody></table>'
    )


# ── The small strip ──────────────────────────────────────────────────────────────────────────

_OUTLINED = {"open", "awaiting", "upcoming", "waived"}


class _MiniScale(dict):
    """Pieces of path by (row, verdict, first day, last day): bureaus share nearly all of them."""

    def __init__(self, axis_first: date, axis_last: date, width: int):
        super().__init__()
        self.first, self.width = axis_first, width
        self.days = (axis_last - axis_first).days + 1

    def __missing__(self, key: tuple[int, str, date, date]) -> str:
        row, verdict, first, last = key
        left = max((first - self.first).days, 0) / self.days * self.width
        right = min((last - self.first).days + 1, self.days) / self.days * self.width
        if right <= left:
            piece = ""
        elif verdict == "not_applicable":
            middle = (left + right) / 2
            piece = f"M{_short(middle - 1)} {row * MINI_ROW + 3}h2"
        elif verdict in _OUTLINED:
            wide, top = _short(max(right - left - 1.8, 0.8)), row * MINI_ROW + 1
            piece = f"M{_short(left + 0.9)} {top}h{wide}v{MINI_TALL - 1}h-{wide}z"
        else:
            # A thick line is half as many characters as a box.
            piece = f"M{_short(left + 0.4)} {row * MINI_ROW + 3}h{_short(right - left - 0.8)}"
        if len(self) < 20_000:
            self[key] = piece
        return piece


@lru_cache(maxsize=32)
def _mini_scale(axis_first: date, axis_last: date, width: int) -> _MiniScale:
    return _MiniScale(axis_first, axis_last, width)


def draw_mini(
    rows: Sequence[Iterable[tuple[date, date, str]]],
    axis: Axis,
    *,
    label: str,
    href: str = "",
    width: int = 264,
    today: date | None = None,
) -> SafeString:
    """A few rows in the space of a table cell; the whole is one link or picture with ``label``.

    A cell is ``(first, last, verdict)``; longer tuples such as ``Cell`` do too.
    """
    scale = _mini_scale(axis.first, axis.last, width)
    paths: dict[str, list[str]] = {}
    for row, cells in enumerate(rows):
        for cell in cells:
            verdict = cell[2]
            piece = scale[row, verdict, cell[0], cell[1]]
            if verdict in paths:
                paths[verdict].append(piece)
            else:
                paths[verdict] = [piece]
    height = max(len(rows), 1) * MINI_ROW - 1
    drawn = "".join(
        f'<path class="m-{name}" d="{"".join(paths[verdict])}"/>'
        for verdict, name in CLASSES.items()
        if verdict in paths
    )
    if today is not None and axis.first <= today <= axis.last:
        x = _number(((today - axis.first).days + 0.5) / axis.days * width)
        drawn += f'<path class="m-today" d="M{x} 0V{height}"/>'
    words = conditional_escape(label)
    picture = (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true" focusable="false">{drawn}</svg>'
    )
    if href:
        address = conditional_escape(href)
        return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
            f'<a class="mini" href="{address}" title="{words}" aria-label="{words}">{picture}</a>'
        )
    return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        f'<span class="mini" role="img" title="{words}" aria-label="{words}">{picture}</span>'
    )
