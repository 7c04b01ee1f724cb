"""A report beside the one of the year before, and beside the records of its year."""

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from reports.models import AnnualReport
from reports.selectors.report_compare import (
    MOST_UNTOLD,
    compare_reports,
    coverage_of,
    report_of_year_before,
    told_in,
    untold,
)
from reports.selectors.year_records import report_day
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin


class BesidePage(ScopeMixin, DayMixin, TemplateView):
    """What both pages share: the report, within the scope."""

    @cached_property
    def report(self) -> AnnualReport:
        rows = AnnualReport.objects.select_related("bureau")
        return self.get_visible(rows, self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "figures_on": report_day(self.report, self.today),
        }


class ReportCompare(BesidePage):
    """This year beside last year: the text by words, the figures, what became of the problems."""

    template_name = "reports/compare/years.html"

    def get_context_data(self, **kwargs):
        before = report_of_year_before(self.report)
        context = super().get_context_data(**kwargs) | {"before": before}
        if before is None:
            return context
        found = compare_reports(self.report, before, today=self.today)
        return context | {"found": found, "counts": found.counts}


class ReportCoverage(BesidePage):
    """Which records of the year appear nowhere in the report."""

    template_name = "reports/compare/coverage.html"

    def get_context_data(self, **kwargs):
        told = told_in(self.report)
        groups = coverage_of(self.report, told, today=self.today)
        lines = [line for group in groups for line in group.lines]
        chosen = next((each for each in lines if each.key == self.request.GET.get("what")), None)
        rows = untold(self.report, told, chosen, today=self.today) if chosen else []
        return super().get_context_data(**kwargs) | {
            "groups": groups,
            "total": sum(line.total for line in lines),
            "left": sum(line.left for line in lines),
            "chosen": chosen,
            "untold": rows,
            "more": max(chosen.left - MOST_UNTOLD, 0) if chosen else 0,
        }
