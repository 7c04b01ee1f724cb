"""What the pages about one report share: which report, and whether its words may be changed."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.functional import cached_property

from reports.actions.report_editing import CannotEdit
from reports.actions.report_steps import refuse_unless_open
from reports.domain.access import Act
from reports.domain.report_moves import OPEN
from reports.domain.summaries import ReportState
from reports.models import AnnualReport
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin


class OneReport(ScopeMixin, DayMixin):
    """The report of the address, where the reader may see it."""

    @cached_property
    def report(self) -> AnnualReport:
        return self.get_visible(
            AnnualReport.objects.select_related("bureau", "signer"), self.kwargs["pk"]
        )

    def may(self, act: Act) -> bool:
        return self.scope.may(act, self.report)

    @property
    def is_open(self) -> bool:
        return ReportState(self.report.state) in OPEN

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"report": self.report}


class OpenReport:
    """A page that rewords a report: one that is not open is shown, with the reason."""

    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(self.needs, self.report)
            try:
                refuse_unless_open(self.report, CannotEdit)
            except CannotEdit as refusal:
                for reason in refusal.reasons:
                    messages.error(request, reason)
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)
