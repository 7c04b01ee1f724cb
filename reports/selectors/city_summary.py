"""The year summary of a city: figures per bureau in the order of the organisation, joint causes.

No bureau is ranked, no number sorts the rows; indicators that may not be compared are not shown
side by side. Every number comes from the function that the bureau's own report counts with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.domain.problems import LEFT_OUT, ProblemState
from reports.domain.summaries import figures_day
from reports.models import Problem, ProblemCause, Unit
from reports.selectors.report_figures import Figure, ReportKey
from reports.selectors.report_reading import CityRow, city_rows
from reports.selectors.scope import Scope
from reports.selectors.year_records import figures_from, records_of


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that every bureau has: its key, the group it stands in, its short name."""

    key: str
    group: Any
    label: Any
    tone: str = ""


_DUES = gettext_lazy("制度落实")
_PROBLEMS = pgettext_lazy("several", "问题")
_MEASURES = pgettext_lazy("several", "措施")
COLUMNS: Sequence[Column] = (
    Column("dues:owed", _DUES, gettext_lazy("应落实")),
    Column("dues:met", _DUES, gettext_lazy("按期落实")),
    Column("dues:late", _DUES, gettext_lazy("逾期落实"), "warn"),
    Column("dues:missed", _DUES, gettext_lazy("未落实"), "bad"),
    Column("dues:waived", _DUES, gettext_lazy("经批准免办")),
    Column("meetings:all", gettext_lazy("会议"), gettext_lazy("召开次数")),
    Column("problems:found", _PROBLEMS, gettext_lazy("当年发现")),
    Column("problems:closed", _PROBLEMS, gettext_lazy("当年销号")),
    Column("problems:open", _PROBLEMS, gettext_lazy("尚未销号"), "warn"),
    Column("measures:done", _MEASURES, gettext_lazy("当年完成")),
    Column("measures:overdue", _MEASURES, gettext_lazy("逾期"), "bad"),
    Column("plan:total", gettext_lazy("年度安排"), gettext_lazy("列入")),
    Column("plan:done", gettext_lazy("年度安排"), gettext_lazy("已完成")),
    Column("honours", gettext_lazy("荣誉"), gettext_lazy("项数")),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a bureau with the list that shows what it counts; None where there is none."""

    column: Column
    value: int | None
    url: str


@dataclass(frozen=True, slots=True)
class BureauRow:
    """A bureau with its figures, in the order of the columns."""

    bureau: Unit
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class CauseRow:
    """A kind of cause: how many problems of how many bureaus have it, and how many still stand."""

    name: str
    problems: int
    open: int
    bureaus: int
    url: str


@dataclass(slots=True)
class CitySummary:
    """The year of all bureaus of a scope."""

    year: int
    on: date
    rows: list[BureauRow]
    totals: list[int]
    causes: list[CauseRow]
    reports: list[CityRow]
    groups: list[tuple[str, int]] = field(default_factory=list)

    @property
    def late(self) -> list[CityRow]:
        """The reports past their limit, in the order of the organisation."""
        return [row for row in self.reports if row.is_late]

    @property
    def waiting(self) -> list[CityRow]:
        """Those not yet handed in that are not late."""
        return [row for row in self.reports if not row.is_late and not row.is_handed]


def city_summary(scope: Scope, *, year: int, today: date) -> CitySummary:
    """The year of every bureau of a scope that keeps a ledger of it, as of a day.

    Eighteen queries for any number of bureaus: four for the reports, thirteen for the figures,
    one for the causes. Dues, problems and measures are those the bureaus' own reports count.
    """
    reports = city_rows(scope, year=year, today=today)
    on = figures_day(year, today)
    keys = {row.bureau.pk: ReportKey(row.bureau.pk, year, on) for row in reports}
    records = records_of(list(keys.values()), today) if keys else {}
    rows = []
    for each in reports:
        figures = {f.key: f for f in figures_from(records[keys[each.bureau.pk]])}
        rows.append(BureauRow(each.bureau, [_cell(c, figures, each, year) for c in COLUMNS]))
    totals = [sum(row.cells[at].value or 0 for row in rows) for at in range(len(COLUMNS))]
    return CitySummary(
        year, on, rows, totals, causes_of(keys, year=year, on=on), reports, column_groups()
    )


def column_groups() -> list[tuple[str, int]]:
    """The groups of columns with how many columns each spans."""
    found: list[tuple[str, int]] = []
    for column in COLUMNS:
        name = str(column.group)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + 1)
        else:
            found.append((name, 1))
    return found


def _cell(column: Column, figures: dict[str, Figure], row: CityRow, year: int) -> Cell:
    figure = figures.get(column.key)
    if figure is None:
        return Cell(column, None, "")
    url = figure.url
    if column.key == "honours":
        url = _address("honour-list", bureau=row.bureau.pk, year=year)
    return Cell(column, figure.value, url)


def _address(name: str, **parts: object) -> str:
    return f"{reverse(f'reports:{name}')}?{urlencode(parts)}"


def causes_of(bureau_ids: Iterable[int], *, year: int, on: date) -> list[CauseRow]:
    """What the problems of the bureaus' year come from, in the order of the kinds: one query.

    A problem found by the day in the year counts once for each kind of cause it has; one that is
    no problem, or was entered by mistake, for none. What has no cause of any kind stands last.
    """
    standing = Problem.objects.standing().filter(
        bureau__in=list(bureau_ids),
        counts=True,
        found_on__range=(date(year, 1, 1), min(on, date(year, 12, 31))),
    )
    standing = standing.exclude(state__in=[state.value for state in LEFT_OUT])
    of_a_kind = ProblemCause.objects.filter(problem=OuterRef("pk"), kind__isnull=False)
    kind = {"of": F("causes__kind_id"), "name": F("causes__kind__name")}
    rows = (
        standing.filter(Q(causes__kind__isnull=False) | ~Exists(of_a_kind))
        .order_by()
        .values(**kind, place=F("causes__kind__position"))
        .annotate(
            n=Count("pk", distinct=True),
            open=Count(
                "pk",
                filter=~Q(state=ProblemState.CLOSED.value) | Q(closed_on__gt=on),
                distinct=True,
            ),
            bureaus=Count("bureau", distinct=True),
        )
    )
    ordered = sorted(rows, key=lambda row: (row["of"] is None, row["place"] or 0, row["of"] or 0))
    return [
        CauseRow(
            row["name"] or _("未分类"),
            row["n"],
            row["open"],
            row["bureaus"],
            _address(
                "problem-list",
                cause=row["of"] or "none",
                found_year=year,
                counted=1,
                year=year,
                on=on,
            ),
        )
        for row in ordered
    ]
