"""Problems in figures: over the years, how old the open ones are, how many were closed in time."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from reports.domain.problem_figures import Age, ClosedHow, Part
from reports.models import Unit
from reports.models.choices import AGE_LABELS
from reports.selectors.problem_figures import ClosedShare, YearsFigure, figures_for
from reports.templatetags.problem_charts import Series
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin

# So many lines are told apart in a chart; the others are drawn as one.
DRAWN = 5


@dataclass(frozen=True, slots=True)
class Count:
    """A number, and the list it counts."""

    number: int
    href: str


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a table over the years, with its sum."""

    name: str
    counts: list[Count]
    total: Count


@dataclass(frozen=True, slots=True)
class YearsTable:
    """A chart and the table beside it; both show the same numbers.

    What stands in several lines at once does not add up to the number of problems.
    """

    years: tuple[int, ...]
    series: list[Series]
    lines: list[TableLine]
    sums: TableLine
    adds_up: bool


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One year of what was closed, every number with its list."""

    year: int
    dated: Count
    in_time: Count
    late: Count
    share: str


class ProblemFiguresPage(SelectionMixin, ScopeMixin, DayMixin, TemplateView):
    template_name = "reports/problem_figures/figures.html"
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    def get_context_data(self, **kwargs):
        figures = figures_for(self.scope, on=self.on, today=self.today, year=self.year, **self.keys)
        ages = [(AGE_LABELS[age], self.age(age, number)) for age, number in figures.ages.items()]
        return super().get_context_data(**kwargs) | {
            "sources": self.table(figures.sources, "source"),
            "causes": self.table(figures.causes, "cause"),
            "ages": ages,
            "open": self.count(sum(figures.ages.values()), state="open", all_years=1),
            "closed": [self.share_line(each) for each in figures.closed],
            "back": f"{reverse('reports:problem-list')}?{urlencode(self.parts)}",
        }

    @cached_property
    def parts(self) -> dict[str, object]:
        """What of this address its lists are narrowed to."""
        day = {"on": self.on} if self.days.is_past else {}
        return {**self.keys, **day}

    def count(self, number: int, **narrowed: object) -> Count:
        """A number with its list: only what is flagged counts, there as here."""
        parts = {**self.parts, **narrowed, "counted": Part.COUNTED.value}
        return Count(number, f"{reverse('reports:problem-list')}?{urlencode(parts)}")

    def age(self, age: Age, number: int) -> Count:
        return self.count(number, age=age.value, all_years=1)

    def table(self, figure: YearsFigure, part: str) -> YearsTable:
        def line(name: str, numbers: tuple[int, ...], **of: object) -> TableLine:
            counts = [
                self.count(number, found_year=year, all_years=1, **of)
                for year, number in zip(figure.years, numbers, strict=True)
            ]
            first, last = figure.years[0], figure.years[-1]
            span = {"found_first": f"{first}-01-01", "found_last": f"{last}-12-31"}
            return TableLine(name, counts, self.count(sum(numbers), all_years=1, **of, **span))

        named = [(each.name or _("未分类"), each) for each in figure.lines]
        return YearsTable(
            figure.years,
            series_of([(name, each.numbers) for name, each in named]),
            [
                line(name, each.numbers, **{part: each.key if each.key is not None else "none"})
                for name, each in named
            ],
            line(_("问题数"), figure.numbers),
            adds_up=part == "source",
        )

    def share_line(self, each: ClosedShare) -> ShareLine:
        def closed(number: int, how: ClosedHow) -> Count:
            return self.count(number, state="closed", year=each.year, closed_in=how.value)

        return ShareLine(
            each.year,
            closed(each.dated, ClosedHow.DATED),
            closed(each.in_time, ClosedHow.IN_TIME),
            closed(each.late, ClosedHow.LATE),
            each.share,
        )


def series_of(lines: list[tuple[str, tuple[int, ...]]]) -> list[Series]:
    """The largest lines as they stand, all others as one, so that each can be told apart."""
    if len(lines) <= DRAWN + 1:
        return [Series(name, numbers) for name, numbers in lines]
    largest = sorted(lines, key=lambda line: -sum(line[1]))[:DRAWN]
    drawn = [line for line in lines if line in largest]
    others = [numbers for name, numbers in lines if (name, numbers) not in drawn]
    rest = tuple(sum(column) for column in zip(*others, strict=True))
    return [*(Series(name, numbers) for name, numbers in drawn), Series(_("其余各类"), rest)]
