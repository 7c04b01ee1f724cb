"""The year's notices, a bureau's own template, a text for a quarter, a miss that is admitted."""

from datetime import date

from reports.actions.report_calls import CallDraft, record_call, tick_item
from reports.actions.report_templates import copy_template
from reports.actions.summaries import (
    SpanDraft,
    compile_span,
    decide_miss,
    insert_formula,
    recompile,
)
from reports.models import AnnualReport, Formula, ReportTemplate
from reports.selectors.report_margins import misses_of
from reports.selectors.report_templates import formulas_on
from reports.selectors.summaries import shown_figures
from reports.selectors.year_records import report_day

from .city import BUREAUS, DEMO_BUREAU
from .stage import Stage

ASKED = (
    "按四部分结构编写：主要举措和成效、不足和原因、第一责任人履职情况、下一年度安排",
    "写明主要负责人履行推进法治建设第一责任人职责情况",
    "写明上年度报告所列问题的整改结果",
    "数据须与执法公开数据一致",
)


def draft_reports(stage: Stage) -> None:
    """What stands round a draft: who asks for it, in which order, what it admits."""
    _own_template(stage)
    _this_years_draft(stage)
    _quarter(stage)


def ask_for_reports(stage: Stage) -> None:
    """The notice of each year, whose items are ticked off as far as they are done."""
    for row in BUREAUS:
        bureau, legal = stage.bureaus[row.short], stage.legal_user(row.short)
        for year in (stage.year - 1, stage.year):
            issued = date(year, 11, 10)
            if issued > stage.today:
                continue
            at = stage.moment(issued, 10)
            call = record_call(
                draft=CallDraft(
                    bureau,
                    year,
                    "示例市法治办",
                    date(year + 1, 3, 1),
                    f"示法办〔{year}〕{BUREAUS.index(row) + 20}号",
                    issued,
                    date(year + 1, 4, 1),
                    ASKED,
                ),
                by=legal,
                at=at,
            )
            done = ASKED if year < stage.year else ASKED[:2]
            for item in call.items.filter(text__in=done).order_by("position"):
                tick_item(item_id=item.pk, done=True, note="", by=legal, at=at, today=issued)


def _own_template(stage: Stage) -> None:
    three = ReportTemplate.objects.filter(code="three_parts").first()
    if three is not None:
        copy_template(
            template=three,
            bureau=stage.bureaus[DEMO_BUREAU],
            by=stage.legal_user(DEMO_BUREAU),
            at=stage.now,
        )


def _this_years_draft(stage: Stage) -> None:
    """The statutory order, a formula at its beginning, one miss admitted and one not."""
    bureau, legal = stage.bureaus[DEMO_BUREAU], stage.legal_user(DEMO_BUREAU)
    report = AnnualReport.objects.annual().filter(bureau=bureau, year=stage.year).first()
    template = ReportTemplate.objects.filter(code="four_parts").first()
    if report is None or template is None:
        return
    stamp = {"by": legal, "at": stage.now, "today": stage.today}
    report = recompile(report_id=report.pk, template=template, **stamp)
    opening = report.sections.filter(role="other").order_by("position").first()
    formula: Formula | None = formulas_on(report_day(report, stage.today)).first()
    if opening is not None and formula is not None:
        insert_formula(report_id=report.pk, formula=formula, section_id=opening.pk, **stamp)
    figures, _now = shown_figures(report, stage.today)
    misses = misses_of(report, {figure.key: figure for figure in figures})
    for miss, cause in zip(misses, ("安保任务集中，未及时调整会期", ""), strict=False):
        decide_miss(
            report_id=report.pk,
            schedule_id=miss.schedule,
            admitted=bool(cause),
            cause=cause,
            **stamp,
        )


def _quarter(stage: Stage) -> None:
    """The last quarter that is over, for the committee of political and legal affairs."""
    quarter = (stage.today.month - 1) // 3
    year, quarter = (stage.year, quarter) if quarter else (stage.year - 1, 4)
    first = date(year, quarter * 3 - 2, 1)
    after = date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    compile_span(
        draft=SpanDraft(
            stage.bureaus[DEMO_BUREAU],
            first,
            date.fromordinal(after.toordinal() - 1),
            "东城区委政法委",
        ),
        by=stage.legal_user(DEMO_BUREAU),
        at=stage.now,
        today=stage.today,
    )
