"""What a report should be looked at for: wording, secrets, what is missing, on one page."""

from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.summaries import ReportState
from reports.selectors.report_checks import (
    SECRETS,
    findings_of,
    lists_for,
    record_groups,
    text_groups,
)
from reports.selectors.report_facts import records_behind
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.summaries import gaps_of, shown_figures
from reports.selectors.year_records import report_day
from reports.views.one_report import OneReport

# A text that stands still is not asked what its records lack.
STANDING = frozenset({ReportState.SIGNED.value, ReportState.PUBLISHED.value})


class ReportChecks(OneReport, TemplateView):
    """All hints by sort, each with its place, what to do about it, and the way there."""

    template_name = "reports/checks/page.html"

    @property
    def is_standing(self) -> bool:
        return self.report.state in STANDING

    def get_context_data(self, **kwargs):
        report, today = self.report, self.today
        records = None if report.is_published_text else records_behind(report, today)
        shown, _now = shown_figures(report, today, records)
        figures = {figure.key: figure for figure in shown}
        sections = sections_of(report, figures)
        editable = not self.is_standing and self.scope.may(Act.COMPILE_REPORT, report)
        written_on = report.signed_on or report.issued_on or today
        found = findings_of(report, sections, lists_for(report), on=written_on)
        in_text = text_groups(report, sections, found, editable=editable)
        beside = []
        if not self.is_standing:
            gaps = gaps_of(report, sections, figures, today, records)
            beside = record_groups(report, sections, on=report_day(report, today), gaps=gaps)
        secrets = {kind.value for kind in SECRETS}
        parts = (
            ("secrets", [group for group in in_text if group.code in secrets]),
            ("wording", [group for group in in_text if group.code not in secrets]),
            ("records", beside),
        )
        return super().get_context_data(**kwargs) | {
            "report": report,
            "parts": [(code, groups, counted(groups)) for code, groups in parts],
            "total": sum(counted(groups) for _code, groups in parts),
            "is_standing": self.is_standing,
            "editable": editable,
        }


def counted(groups) -> int:
    """How many items the groups hold."""
    return sum(len(group.items) for group in groups)
