"""The ledger of a bureau as one file; a job makes it."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import FormView

from reports.actions.jobs import KEPT_FOR, ask_job
from reports.domain.access import Act
from reports.exchange.whole_ledger import LedgerOrder
from reports.forms.whole_ledger import ExportBureauForm
from reports.models import Job, Unit
from reports.models.choices import JobKind
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

SHOWN = 5


class BureauExport(ScopeMixin, DayMixin, FormView):
    """Whoever brings records into a bureau's ledger may take all of it out."""

    needs = Act.BRING_IN
    form_class = ExportBureauForm
    template_name = "reports/imports/export_bureau.html"

    @cached_property
    def bureau(self) -> Unit:
        bureaus = Unit.objects.bureaus().select_related("bureau")
        return self.get_visible(bureaus, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.allows(Act.BRING_IN):
            self.require(Act.BRING_IN, self.bureau)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        jobs = Job.objects.filter(
            kind=JobKind.PACK_LEDGER.value,
            asked_by=self.request.user,
            arguments__unit=self.bureau.pk,
        )
        return super().get_context_data(**kwargs) | {
            "bureau": self.bureau,
            "jobs": jobs.order_by("-pk")[:SHOWN],
            "kept_days": KEPT_FOR.days,
            "cancel": reverse("reports:imports"),
        }

    def form_valid(self, form):
        job = ask_job(
            kind=JobKind.PACK_LEDGER,
            arguments=LedgerOrder(self.bureau.pk, form.cleaned_data["why"]).arguments(),
            by=self.request.user,
            at=timezone.now(),
        )
        return redirect(job)
