"""The coverage map as a spreadsheet."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from reports.models.choices import clauses, listed, month_label
from reports.selectors.staffing import BureauCoverage, CoverageLine, remark_sentence
from reports.templatetags.staffing import month_cell, spans_words, standing_word


def coverage_rows(lines: Iterable[CoverageLine], year: int) -> Iterator[Sequence[object]]:
    """Headings, then a row for each unit, as it is shown; days are numbers."""
    yield [
        *(_("分局"), _("单位"), _("类别"), _("等级"), _("配备标准"), _("依据"), _("至少人数")),
        *(_("现有人数"), _("人员"), _("目前情况"), *map(month_label, range(1, 13))),
        *(_("缺员天数"), _("缺员时段"), _("提示")),
    ]
    for line in lines:
        unit = line.unit
        yield [
            *(unit.bureau.label, unit.name, unit.kind, unit.grade, line.asked, line.basis),
            line.at_least or None,
            line.held if line.has_rule else None,
            clauses(words for words in (line.holder_words, line.other_words) if words),
            standing_word(line),
            *map(month_cell, line.months(year)),
            line.days,
            spans_words(line),
            listed(dict.fromkeys(f"{r.person}：{remark_sentence(r)}" for r in line.remarks)),
        ]


def bureau_rows(rows: Iterable[BureauCoverage]) -> Iterator[Sequence[object]]:
    """Headings, then the sums of each bureau."""
    yield [_("分局"), _("有标准的单位"), _("目前已配备"), _("目前未配备"), _("本年度缺员天数")]
    for row in rows:
        totals = row.totals
        yield [row.bureau.label, totals.ruled, totals.kept, totals.lacking, totals.days]
