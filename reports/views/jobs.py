"""Longer work: what was asked for, how far it is, what came of it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from reports.actions.jobs import ask_job
from reports.domain.access import Act, Role
from reports.models import Job
from reports.models.choices import JobKind, JobState
from reports.views.mixins import FIRST_YEAR, LAST_YEAR, DayMixin
from reports.views.scoped import ScopeMixin

SHOWN = 50
TONES = {
    JobState.WAITING: "upcoming",
    JobState.RUNNING: "open",
    JobState.DONE: "met",
    JobState.FAILED: "missed",
}


class JobMixin(ScopeMixin, DayMixin):
    """Legal officers see what they asked for; the system administrator sees everything."""

    def dispatch(self, request, *args, **kwargs):
        if not (self.oversees or self.scope.holds(Role.LEGAL_OFFICER)):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        return super(ScopeMixin, self).dispatch(request, *args, **kwargs)

    @property
    def oversees(self) -> bool:
        return self.scope.holds(Role.SYSTEM_ADMIN)

    def get_queryset(self):
        jobs = Job.objects.select_related("asked_by").order_by("-pk")
        return jobs if self.oversees else jobs.filter(asked_by=self.request.user)


class JobList(JobMixin, ListView):
    template_name = "reports/jobs/list.html"

    def get_queryset(self):
        return super().get_queryset()[:SHOWN]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "may_audit": self.oversees,
            "rows": [(job, TONES[JobState(job.state)]) for job in self.object_list],
        }


class JobDetail(JobMixin, DetailView):
    template_name = "reports/jobs/detail.html"

    def get_object(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        job = self.object
        return super().get_context_data(**kwargs) | {
            "job": job,
            "tone": TONES[JobState(job.state)],
            "planned_year": job.arguments.get("year"),
            "is_over": job.state in (JobState.DONE, JobState.FAILED),
        }


class JobPlan(ScopeMixin, DayMixin, View):
    """The button of a page whose year has no dues yet."""

    needs = Act.SET_SCHEDULE
    http_method_names = ("post",)

    def post(self, request):
        typed = request.POST.get("year") or str(self.year)
        if not (typed.isascii() and typed.isdigit() and FIRST_YEAR <= int(typed) <= LAST_YEAR):
            raise Http404
        bureaus = sorted(self.scope.units(Act.SET_SCHEDULE).bureaus().values_list("pk", flat=True))
        job = ask_job(
            kind=JobKind.PLAN_DUES,
            arguments={"year": int(typed), "bureaus": bureaus},
            by=request.user,
            at=timezone.now(),
        )
        return redirect("reports:job-detail", pk=job.pk)


class JobAudit(JobMixin, View):
    """The system administrator asks for a recount; its result names no record."""

    http_method_names = ("post",)

    def post(self, request):
        if not self.oversees:
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        job = ask_job(kind=JobKind.AUDIT_LEDGER, arguments={}, by=request.user, at=timezone.now())
        return redirect("reports:job-detail", pk=job.pk)
