"""The year summary of a city as .docx and .xlsx: the same numbers as the page."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.summaries import ReportState
from reports.exchange.official_docx import OfficialDocument
from reports.exchange.sheets import workbook
from reports.models.choices import REPORT_STATE_LABELS, day_label, listed
from reports.selectors.city_summary import COLUMNS, CitySummary
from reports.selectors.report_reading import CityRow


def title_of(year: int) -> str:
    """What the summary is called."""
    return _("%(year)s年度全市法治公安建设情况汇总") % {"year": year}


def standing_words(row: CityRow) -> str:
    """How the report of a bureau stands: 已报送, 逾期12天未报送, 待报送, 未起草."""
    if row.is_late:
        told = {"n": row.days_late}
        if row.is_handed:
            return ngettext("逾期%(n)s天报送", "逾期%(n)s天报送", row.days_late) % told
        return ngettext("逾期%(n)s天未报送", "逾期%(n)s天未报送", row.days_late) % told
    if row.report is None:
        return _("未起草")
    if row.is_handed or row.report.state == ReportState.PUBLISHED:
        return _("已报送")
    return _("待报送")


def state_word(row: CityRow) -> str:
    """The state of the report; a dash where there is none."""
    if row.report is None:
        return "—"
    return str(REPORT_STATE_LABELS[ReportState(row.report.state)])


def handed_words(row: CityRow) -> str:
    """The days on which it went to each addressee."""
    parts = [
        _("%(to)s（%(day)s）") % {"to": each.row.addressee, "day": day_label(each.row.handed_on)}
        for each in row.hand_ins
        if each.row.handed_on
    ]
    return listed(parts) or "—"


def city_workbook(summary: CitySummary, *, by: str, at: datetime) -> bytes:
    """Three sheets: the figures by bureau, the causes, the reports; a last one says whose it is."""
    figures: list[list[Any]] = [
        [_("分局"), *(f"{column.group}·{column.label}" for column in COLUMNS)]
    ]
    figures += [[row.bureau.label, *(cell.value for cell in row.cells)] for row in summary.rows]
    figures.append([_("合计"), *summary.totals])
    causes = [[_("原因类别"), _("问题"), _("尚未销号"), _("涉及分局")]]
    causes += [[c.name, c.problems, c.open, c.bureaus] for c in summary.causes]
    reports: list[list[Any]] = [[_("分局"), _("状态"), _("报送期限"), _("报送日期"), _("情况")]]
    reports += [
        [row.bureau.label, state_word(row), limit_of(row), handed_words(row), standing_words(row)]
        for row in summary.reports
    ]
    about = [
        (_("名称"), title_of(summary.year)),
        (_("数据截至"), summary.on),
        (_("说明"), _("各分局按机构顺序排列，不排名、不评分。")),
        (_("导出人"), by),
        (_("导出时间"), at.replace(tzinfo=None)),
    ]
    return workbook(
        figures,
        sheet=_("各分局数据"),
        more=[(_("问题原因"), causes), (_("报告报送"), reports)],
        about=about,
    )


def limit_of(row: CityRow) -> date:
    """The first limit by which the report is asked for."""
    return min((each.row.due_on for each in row.hand_ins), default=row.limit)


# Portrait paper holds so many columns of numbers beside the name of a bureau.
TABLES: Sequence[tuple[str, ...]] = (
    ("dues:owed", "dues:met", "dues:late", "dues:missed", "dues:waived", "meetings:all"),
    ("problems:found", "problems:closed", "problems:open", "measures:done", "measures:overdue"),
    ("plan:total", "plan:done", "honours"),
)


def city_docx(summary: CitySummary, *, issuer: str, at: datetime) -> bytes:
    """The summary for Word and WPS, in the language of the document. Refuses nothing."""
    with override(DOCUMENT_LANGUAGE):
        made = OfficialDocument(title_of(summary.year), author=issuer, at=at)
        made.mark(_("数据截至%(day)s") % {"day": day_label(summary.on)})
        made.blank()
        made.heading(_("各分局数据"))
        made.text(_("各分局按机构顺序排列，不排名、不评分。"))
        places = {column.key: at for at, column in enumerate(COLUMNS)}
        for keys in TABLES:
            chosen = [places[key] for key in keys]
            rows = [
                [row.bureau.label, *(_number(row.cells[at].value) for at in chosen)]
                for row in summary.rows
            ]
            rows.append([_("合计"), *(str(summary.totals[at]) for at in chosen)])
            made.table(
                rows,
                heads=[_("分局"), *(_head(at) for at in chosen)],
                widths=(20, *(13 for _at in chosen)),
            )
            made.blank()
        made.heading(_("问题原因"))
        if summary.causes:
            made.table(
                [[c.name, str(c.problems), str(c.open), str(c.bureaus)] for c in summary.causes],
                heads=[_("原因类别"), _("问题"), _("尚未销号"), _("涉及分局")],
                widths=(40, 15, 15, 15),
            )
        else:
            made.text(_("当年登记的问题没有写明原因。"))
        made.heading(_("报告报送"))
        made.table(
            [
                [
                    row.bureau.label,
                    state_word(row),
                    day_label(limit_of(row)),
                    standing_words(row),
                ]
                for row in summary.reports
            ],
            heads=[_("分局"), _("状态"), _("报送期限"), _("情况")],
            widths=(24, 16, 22, 24),
        )
        made.signature(issuer, day_label(at.date()))
        return made.to_bytes()


def _head(at: int) -> str:
    """The group stands before the name where a table holds several."""
    column = COLUMNS[at]
    alone = column.key.startswith(("dues", "meetings"))
    return str(column.label) if alone else f"{column.group}·{column.label}"


def _number(value: int | None) -> str:
    return "—" if value is None else str(value)
