"""Figures of two years, targets, and honours two years running in the fictional city."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User

from reports.actions.honours import HonourDraft, add_honours
from reports.actions.indicators import FigureDraft, MonthlyFigure, Sheet, record_many
from reports.domain.figures import Wording
from reports.models import Indicator, Unit
from reports.models.choices import HonourKind, HonourLevel

from .city import BUREAUS, DEMO_BUREAU
from .dice import dice
from .stage import Stage, days

SYSTEM, ALARMS, PETITIONS = "执法办案系统导出", "接处警系统月报", "信访信息系统"
COURT, SURVEY = "行政应诉台账", "市局年度满意度测评通报"
# The whole, its two parts, where they come from, and the usual size in a month.
SUMS = (
    ("cases_received", "cases_closed", "cases_open", SYSTEM, 120),
    ("petitions_received", "petitions_done", "petitions_open", PETITIONS, 14),
)
WRONG_MONTH = 3  # in the demo bureau, this year: one open case was forgotten
MISSING_MONTH = 4  # of one station, which has not reported it
PLAN = "年度法治建设工作要点"
TARGETS = (
    ("satisfaction", Decimal(97), Wording.NOT_BELOW),
    ("petitions_done", Decimal(150), Wording.NOT_BELOW),
)


def report_figures(stage: Stage) -> int:
    """A figure for every month that is over, of last year and this; how many."""
    indicators = {each.code: each for each in Indicator.objects.filter(made="entered")}
    made = []
    for row in BUREAUS:
        teller = Teller(stage, row.short, indicators)
        made += [each for each in teller.figures() if each.at <= stage.now]
    record_many(made)
    _honour(stage)
    return len(made)


class Teller:
    """What one bureau and its stations report."""

    def __init__(self, stage: Stage, short: str, indicators: dict[str, Indicator]):
        self.stage, self.short, self.indicators = stage, short, indicators
        self.bureau = stage.bureaus[short]
        self.legal = stage.legal_user(short)
        self.clerk = stage.clerk_user(short)
        begun = self.bureau.ledger_from or date(stage.year - 1, 1, 1)
        self.first = max(date(stage.year - 1, 1, 1), begun.replace(day=1))

    def figures(self) -> Iterator[MonthlyFigure]:
        month = self.first
        while (following := _next(month)) <= self.stage.today:
            yield from self._month(month, following)
            month = following
        if self.short == DEMO_BUREAU or self.first.year < self.stage.year:
            yield from self._years()

    def _number(self, *words: object, usual: int) -> int:
        """Within a third of the usual size."""
        spread = dice(self.short, *words) - 500
        return max(usual + usual * spread // 1500, 0)

    def _month(self, month: date, following: date) -> Iterator[MonthlyFigure]:
        key = (month.year, month.month)
        for whole, closed, opened, source, usual in SUMS:
            number = self._number(whole, *key, usual=usual)
            left = number * (dice(self.short, closed, *key) % 20 + 5) // 100
            wrong = (
                self.short == DEMO_BUREAU
                and whole == "cases_received"
                and key == (self.stage.year, WRONG_MONTH)
            )
            parts = ((whole, number), (closed, number - left), (opened, left - wrong))
            for code, value in parts:
                yield self._figure(self.bureau, code, month, following, value, source)
        heard = 1 + dice(self.short, "heard", *key) % 3
        present = heard - (dice(self.short, "head", *key) < 150)
        yield self._share(month, following, present, heard)
        for station in self._stations(month):
            yield from self._station(station, month, following)

    def _stations(self, month: date) -> list[Unit]:
        row = self.stage.rows[self.short]
        units = [self.stage.units[self.short, each.name] for each in row.stations]
        last = _next(month) - days(1)
        return [
            unit
            for unit in units
            if (unit.opened_on is None or unit.opened_on <= last)
            and (unit.closed_on is None or unit.closed_on >= month)
        ]

    def _station(self, unit: Unit, month: date, following: date) -> Iterator[MonthlyFigure]:
        key = (unit.name, month.year, month.month)
        alarms = self._number("alarms", *key, usual=190)
        late = (
            self.short == DEMO_BUREAU
            and unit.name == self.stage.rows[self.short].stations[-1].name
            and (month.year, month.month) == (self.stage.year, MISSING_MONTH)
        )
        if not late:
            yield self._figure(unit, "alarms", month, following, alarms, ALARMS)
        penalties = self._number("penalties", *key, usual=9)
        yield self._figure(unit, "penalties", month, following, penalties, SYSTEM)
        fines = Decimal(self._number("fines", *key, usual=4200)) / Decimal(10_000)
        yield self._figure(unit, "fines", month, following, fines, SYSTEM)

    def _years(self) -> Iterator[MonthlyFigure]:
        """Last year's survey and this year's targets."""
        last = self.stage.year - 1
        score = Decimal(9400 + dice(self.short, "survey") % 450) / 100
        told = self.stage.moment(date(self.stage.year, 1, 12), 10)
        yield self._of_year("satisfaction", last, score, told, source=SURVEY)
        for code, value, wording in TARGETS:
            yield self._of_year(code, self.stage.year, value, told, source=PLAN, target=wording)

    def _of_year(
        self,
        code: str,
        year: int,
        value: Decimal,
        at: datetime,
        *,
        source: str,
        target: Wording | None = None,
    ) -> MonthlyFigure:
        sheet = Sheet(self.bureau, year, None, is_target=target is not None)
        draft = FigureDraft(self.indicators[code], value, target, source=source)
        return MonthlyFigure(sheet, draft, at, self.legal)

    def _share(self, month: date, following: date, part: int, whole: int) -> MonthlyFigure:
        draft = FigureDraft(
            self.indicators["head_in_court"],
            numerator=Decimal(part),
            denominator=Decimal(whole),
            source=COURT,
        )
        return self._entered(Sheet(self.bureau, month.year, month.month), draft, following)

    def _figure(
        self, unit: Unit, code: str, month: date, following: date, value: object, source: str
    ) -> MonthlyFigure:
        draft = FigureDraft(self.indicators[code], Decimal(str(value)), source=source)
        return self._entered(Sheet(unit, month.year, month.month), draft, following)

    def _entered(self, sheet: Sheet, draft: FigureDraft, following: date) -> MonthlyFigure:
        """In the first days of the next month; checked a few days later, the newest not yet."""
        word = (self.short, sheet.unit.name, sheet.year, sheet.month)
        wait = 12 if dice("late", *word) < 40 else 1 + dice("soon", *word) % 4
        at = self.stage.moment(following + days(wait), 15, 10)
        home = self.clerk.person.unit_id
        by: User = self.clerk if sheet.unit.pk == home else self.legal
        inspector = self.stage.users.get(f"{self.short}:inspector")
        checker = inspector if by == self.legal else self.legal
        checked = self.stage.moment(following + days(wait + 3), 9, 30)
        newest = _next(following) > self.stage.today
        if checker is None or newest or following + days(wait + 3) > self.stage.today:
            return MonthlyFigure(sheet, draft, at, by)
        return MonthlyFigure(sheet, draft, at, by, checked, checker)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _honour(stage: Stage) -> None:
    """The demo bureau is honoured as last year; words of approval, and a practice spread."""
    year, bureau = stage.year, stage.bureaus[DEMO_BUREAU]
    station = stage.units[DEMO_BUREAU, stage.rows[DEMO_BUREAU].stations[0].name]
    given_by = "示例省公安厅"
    drafts = [
        HonourDraft(
            bureau,
            year,
            stage.rows[DEMO_BUREAU].honours[0],
            given_by,
            date(year, 1, 28),
            kind=HonourKind.ASSESSMENT.value,
            level=HonourLevel.PROVINCE.value,
            document_number=f"示公通〔{year}〕6号",
        ),
        HonourDraft(
            bureau,
            year,
            stage.rows[DEMO_BUREAU].honours[1],
            given_by,
            date(year, 2, 11),
            level=HonourLevel.PROVINCE.value,
        ),
        HonourDraft(
            bureau,
            year,
            "关于执法闭环整改做法的报告",
            "示例市委常委、政法委书记",
            date(year, 3, 9),
            kind=HonourKind.APPROVAL.value,
        ),
        HonourDraft(
            bureau,
            year,
            "派出所法制员驻点审核工作法",
            "示例市公安局",
            date(year, 4, 17),
            unit=station,
            kind=HonourKind.PRACTICE.value,
            document_number=f"示公〔{year}〕41号",
        ),
    ]
    known = [
        each for each in drafts if each.awarded_on is not None and each.awarded_on <= stage.today
    ]
    add_honours(known, by=stage.legal_user(DEMO_BUREAU), at=stage.now, today=stage.today)
