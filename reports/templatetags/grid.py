"""The table of units × periods: values in, HTML out.

Python builds the strings itself, because a page has thousands of cells; whatever comes from
people is escaped here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.domain.periods import Cadence
from reports.models import Unit
from reports.models.choices import (
    VERDICT_LABELS_BY_WORDS,
    ScheduleWords,
    clauses,
    day_label,
    month_label,
)
from reports.selectors.grid import (
    Block,
    Coverage,
    GridCell,
    GridColumn,
    PersonRow,
    Sums,
    UnitRow,
)
from reports.templatetags.figures import CLASSES, SYMBOLS

register = template.Library()

# With more columns a cell has room for its mark alone.
ROOMY = 16
FEW = 6
# With more rows the table scrolls below its own head.
TALL = 25


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the table leads: pages by their beginnings, lists of dues ready for more parts.

    ``kept`` follows a page, ``by_bureau`` says that lists are of one bureau each.
    """

    due: str
    unit: str
    bureau: str
    kept: str
    all: str
    done: str
    owed: str
    by_bureau: bool = False

    def escaped(self) -> "Addresses":
        """As they stand in HTML."""
        return Addresses(
            *(
                str(conditional_escape(part))
                for part in (
                    *(self.due, self.unit, self.bureau, self.kept),
                    *(self.all, self.done, self.owed),
                )
            ),
            self.by_bureau,
        )


@register.simple_tag
def grid_symbols() -> SafeString:
    """The marks of the verdicts, drawn once for all cells of a page."""
    symbols = []
    for verdict, name in CLASSES.items():
        inner = SYMBOLS[verdict].partition(">")[2].removesuffix("</svg>")
        symbols.append(
            f'<symbol id="g-{name}" class="v v-{name}" viewBox="0 0 14 14">{inner}</symbol>'
        )
    return mark_safe(  # nosec B308 B703 # all parts are escaped or ours
        '<svg class="grid-symbols" width="0" height="0" aria-hidden="true" focusable="false">'
        f"{''.join(symbols)}</svg>"
    )


@register.simple_tag
def unit_grid(block: Block, to: Addresses, on: date, heading: str) -> SafeString:
    """A block as a table: a row of marks for each unit or person, sums at the right and below.

    Several bureaus stand below each other, each with its own sums above its units.
    """
    return _Drawing(block, to.escaped(), on).table(heading)


class _Drawing:
    """What the rows of one table share."""

    def __init__(self, block: Block, to: Addresses, on: date):
        self.block, self.to, self.on = block, to, on
        self.columns = block.columns
        self.roomy = len(block.columns) <= ROOMY
        words = VERDICT_LABELS_BY_WORDS[ScheduleWords(block.schedule.words)]
        self.words = {verdict.value: str(word) for verdict, word in words.items()}
        self.titles: dict[tuple[int, str, date | None], str] = {}
        self.labels = [str(conditional_escape(column.label)) for column in block.columns]
        # What every cell of the table begins with.
        self.due = f'<td><a href="{to.due}'

    def table(self, heading: str) -> SafeString:
        css = "narrow"
        if self.roomy:
            css = "roomy months" if len(self.columns) > FEW else "roomy few"
        tall = " tall" if self.block.rows > TALL else ""
        many = len(self.block.bureaus) > 1
        parts = [f'<div class="table-wrap grid-wrap{tall}"><table class="grid {css}">']
        parts.append(f'<caption class="visually-hidden">{conditional_escape(heading)}</caption>')
        parts += [self.cols(), self.head()]
        for each in self.block.bureaus:
            query = f"&amp;bureau={each.bureau.pk}" if self.to.by_bureau else ""
            if many:
                link, name = self.link(each.bureau), conditional_escape(each.bureau.label)
                sums = self.sum_rows(each.sums, link, name, query)
                parts.append(f'<tbody class="bureau">{sums}</tbody>')
            parts.append("<tbody data-fold>" if many else "<tbody>")
            parts += [self.unit(row, query) for row in each.units]
            parts.append("</tbody>")
            if not many and self.block.units > 1:
                sums = self.sum_rows(each.sums, _("合计"), _("合计"), query)
                parts.append(f"<tfoot>{sums}</tfoot>")
        parts.append("</table></div>")
        return mark_safe("".join(parts))  # nosec B308 B703 # all parts are escaped or ours

    # ── Head ─────────────────────────────────────────────────────────────────────────────────

    def cols(self) -> str:
        now = "".join(
            '<col class="now">' if column.first <= self.on <= column.last else "<col>"
            for column in self.columns
        )
        who, sums = '<col class="who">', '<col class="sums">'
        return f"<colgroup>{who}</colgroup><colgroup>{now}</colgroup><colgroup>{sums}</colgroup>"

    def head(self) -> str:
        corner = f'<th scope="col" class="who"{{}}>{_("单位")}</th>'
        total = f'<th scope="col" class="sum"{{}}>{_("已落实 / 应落实")}</th>'
        row = "".join(
            f'<th scope="col" abbr="{label}" title="{label}">{self.short(column)}</th>'
            for column, label in zip(self.columns, self.labels, strict=True)
        )
        if self.roomy:
            return f"<thead><tr>{corner.format('')}{row}{total.format('')}</tr></thead>"
        months = "".join(
            f'<th scope="colgroup" colspan="{len(list(found))}">{month_label(month)}</th>'
            for (_year, month), found in groupby(self.columns, key=month_of)
        )
        two = ' rowspan="2"'
        return (
            f"<thead><tr>{corner.format(two)}{months}{total.format(two)}</tr><tr>{row}</tr></thead>"
        )

    def short(self, column: GridColumn) -> str:
        """第1季度 where there is room, otherwise the number of the week or the half."""
        if self.roomy:
            return conditional_escape(column.name)
        if column.rhythm.cadence == Cadence.HALF_MONTH and column.rhythm.every == 1:
            half = column.numbered.number % 2
            return pgettext("half of a month", "上") if half else pgettext("half of a month", "下")
        return str(column.numbered.number)

    # ── Rows ─────────────────────────────────────────────────────────────────────────────────

    def link(self, unit: Unit) -> str:
        page = self.to.bureau if unit.is_bureau else self.to.unit
        name = conditional_escape(unit.label)
        return f'<a href="{page}{unit.pk}/{self.to.kept}" title="{name}">{name}</a>'

    def unit(self, row: UnitRow, query: str) -> str:
        query = f"{query}&amp;unit={row.unit.pk}"
        name = self.link(row.unit)
        if not row.people:
            return self.row(name, row.cells, row.sums, query)
        cells = "".join(
            self.covered(number, row.coverage(number), query) for number in range(len(self.columns))
        )
        total = self.total(row.sums, query)
        drawn = f'<tr class="unit"><th scope="row">{name}</th>{cells}{total}</tr>'
        if not self.block.shows_people:
            return drawn
        people = sorted(row.people.values(), key=lambda who: who.person_id)
        return drawn + "".join(self.person(who, query) for who in people)

    def person(self, who: PersonRow, query: str) -> str:
        name = conditional_escape(who.name)
        of_person = f"{query}&amp;person={who.person_id}"
        return self.row(name, who.cells, who.sums, of_person, ' class="person"')

    def row(
        self,
        name: str,
        cells: Sequence[GridCell | None],
        sums: Sums,
        query: str,
        css: str = "",
    ) -> str:
        drawn = "".join(
            [
                "<td></td>" if cell is None else self.cell(number, cell)
                for number, cell in enumerate(cells)
            ]
        )
        return f'<tr{css}><th scope="row">{name}</th>{drawn}{self.total(sums, query)}</tr>'

    def cell(self, number: int, cell: GridCell) -> str:
        pk, verdict, day = cell
        key = number, verdict, day
        title = self.titles.get(key)
        if title is None:
            title = self.titles[key] = self.title(number, verdict, day)
        shown = f"<small>{day_label(day, day)}</small>" if self.roomy and day else ""
        return (
            f'{self.due}{pk}/{self.to.kept}" title="{title}">'
            f'<svg><use href="#g-{CLASSES[verdict]}"/></svg>{shown}</a></td>'
        )

    def title(self, number: int, verdict: str, day: date | None) -> str:
        """第12周（3月16日—22日）：按期召开，3月18日"""
        said = clauses([self.words[verdict], day_label(day, day)]) if day else self.words[verdict]
        return conditional_escape(
            _("%(period)s：%(said)s") % {"period": self.columns[number].label, "said": said}
        )

    def covered(self, number: int, found: Coverage | None, query: str) -> str:
        if found is None:
            return "<td></td>"
        column = self.columns[number]
        told = {"period": column.label, "done": found.done, "all": found.people}
        title = conditional_escape(_("%(period)s：%(done)s / %(all)s 人") % told)
        shown = f"<small>{found.done} / {found.people}</small>" if self.roomy else ""
        return (
            f'<td><a href="{self.to.all}{query}&amp;begins={column.first}" title="{title}">'
            f'<svg><use href="#g-{CLASSES[found.verdict]}"/></svg>{shown}</a></td>'
        )

    # ── Sums ─────────────────────────────────────────────────────────────────────────────────

    def total(self, sums: Sums, query: str) -> str:
        if not sums.all_owed:
            return f'<td class="sum"><span class="none">{_("无应开")}</span></td>'
        done = self.number(sums.all_done, f"{self.to.done}{query}", _("已落实"))
        owed = self.number(sums.all_owed, f"{self.to.owed}{query}", _("应落实"))
        return f'<td class="sum">{done} / {owed}</td>'

    def sum_rows(self, sums: Sums, head: str, name: str, query: str) -> str:
        """What was done and what was owed of each period, one row each."""
        rows = []
        again = f'<span class="visually-hidden">{name}</span>'
        for css, shown_as, word, address, numbers, total in (
            ("done", head, _("已落实"), self.to.done, sums.done, sums.all_done),
            ("owed", again, _("应落实"), self.to.owed, sums.owed, sums.all_owed),
        ):
            cells = "".join(
                f"<td>{self.number(n, self.of(address, query, column), label, n < owed)}</td>"
                if owed
                else "<td></td>"
                for n, owed, column, label in zip(
                    numbers, sums.owed, self.columns, self.labels, strict=True
                )
            )
            shown = self.number(total, f"{address}{query}", word, total < sums.all_owed)
            said = f'{shown_as} <span class="sub">{word}</span>'
            rows.append(
                f'<tr class="{css}"><th scope="row">{said}</th>{cells}'
                f'<td class="sum">{shown}</td></tr>'
            )
        return "".join(rows)

    @staticmethod
    def of(address: str, query: str, column: GridColumn) -> str:
        return f"{address}{query}&amp;begins={column.first}"

    def number(self, value: int, href: str, label: str, short: bool = False) -> str:
        """A number that opens its list; ``short``: less was done than was owed."""
        if not value:
            return f'<span class="{"bad" if short else "dim"}">0</span>'
        css = ' class="bad"' if short else ""
        return f'<a{css} href="{href}" data-count="{value}" title="{label}">{value}</a>'


def month_of(column: GridColumn) -> tuple[int, int]:
    """The month of the middle day: for a week its Thursday."""
    middle = column.first + timedelta(days=(column.last - column.first).days // 2)
    return middle.year, middle.month


@register.simple_tag(takes_context=True)
def grid_page(context: template.Context, number: int, step: int) -> str:
    """The address of the page before or after this one; the rest of it stays."""
    parts = dict(context["request"].GET.lists()) | {"page": number + step}
    return f"?{urlencode(parts, doseq=True)}"
