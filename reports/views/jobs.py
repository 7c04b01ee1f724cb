"""Longer work: what was asked for, how far it is, what came of it."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, View

from reports.actions.jobs import KEPT_FOR, ask_job
from reports.domain.access import Act, Role
from reports.exchange.sheets import file_name
from reports.models import Job, Unit
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, JobKind, JobState
from reports.views.mixins import FIRST_YEAR, LAST_YEAR, DayMixin
from reports.views.scoped import ScopeMixin

SHOWN = 50
# What comes of these is of one unit, and for who asked alone.
PACKS = (JobKind.PACK_EVIDENCE, JobKind.PACK_LEDGER)
BLOCK = 1024 * 1024  # gigabytes leave in larger pieces than the usual four kilobytes
TONES = {
    JobState.WAITING: "upcoming",
    JobState.RUNNING: "open",
    JobState.DONE: "met",
    JobState.FAILED: "missed",
}


class JobMixin(ScopeMixin, DayMixin):
    """Everybody sees what she asked for; the system administrator sees that there is a job."""

    def dispatch(self, request, *args, **kwargs):
        if not (self.oversees or self.scope.reads_anything):
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        return super(ScopeMixin, self).dispatch(request, *args, **kwargs)

    @property
    def oversees(self) -> bool:
        return self.scope.holds(Role.SYSTEM_ADMIN)

    def get_queryset(self):
        jobs = Job.objects.select_related("asked_by").order_by("-pk")
        return jobs if self.oversees else jobs.filter(asked_by=self.request.user)

    def may_read(self, job: Job) -> bool:
        """What came of a pack or a sheet names records: only for who asked; of a pack, only while
        she reads them."""
        own = job.asked_by_id == self.request.user.pk
        if job.kind in (JobKind.CHECK_SHEET, JobKind.ENTER_SHEET):
            return own
        if job.kind not in PACKS:
            return True
        unit = self.packed_units.get(job.arguments.get("unit"))
        if unit is None or not own:
            return False
        return job.kind != JobKind.PACK_LEDGER or self.scope.may(Act.BRING_IN, unit)

    def result(self, job: Job) -> str:
        return job.message if self.may_read(job) else _("结果只向有权查看该单位的发起人显示。")

    def is_kept(self, job: Job) -> bool:
        """Whether what was made can still be fetched."""
        return bool(job.file) and job.file.storage.exists(job.file.name)

    @cached_property
    def packed_units(self) -> dict[int, Unit]:
        """The units of the shown packs that the user reads today, by key: one query."""
        keys = {job.arguments.get("unit") for job in self.shown if job.kind in PACKS}
        units = self.visible(Unit.objects.select_related("bureau").filter(pk__in=keys))
        return units.in_bulk() if keys else {}


class JobList(JobMixin, ListView):
    template_name = "reports/jobs/list.html"

    def get_queryset(self):
        return super().get_queryset()[:SHOWN]

    @property
    def shown(self):
        return self.object_list

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "may_audit": self.oversees,
            "rows": [
                (job, TONES[JobState(job.state)], self.result(job) if job.ended_at else "")
                for job in self.object_list
            ],
        }


class JobDetail(JobMixin, DetailView):
    template_name = "reports/jobs/detail.html"

    def get_object(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @property
    def shown(self):
        return [self.object]

    def get_context_data(self, **kwargs):
        job = self.object
        may_read = self.may_read(job)
        return super().get_context_data(**kwargs) | {
            "job": job,
            "tone": TONES[JobState(job.state)],
            "message": self.result(job),
            "planned_year": job.arguments.get("year"),
            "is_over": job.state in (JobState.DONE, JobState.FAILED),
            "pack": self.pack(job) if may_read and job.kind in PACKS else None,
        }

    def pack(self, job: Job) -> dict[str, object]:
        """What was packed, and how long it can be fetched."""
        there = self.is_kept(job)
        return {
            "unit": self.packed_units[job.arguments["unit"]],
            "is_ledger": job.kind == JobKind.PACK_LEDGER,
            "kinds": [
                EVIDENCE_KIND_LABELS[EvidenceKind(k)] for k in job.arguments.get("kinds", ())
            ],
            "why": job.arguments["why"],
            "size": job.file.size if there else None,
            "until": localtime(job.ended_at + KEPT_FOR).date() if job.ended_at else None,
            "gone": job.state == JobState.DONE and not there,
        }


class JobFile(JobMixin, View):
    """What a job made: only for who asked for it, while she may still read what it is of."""

    @property
    def shown(self):
        return [self.job]

    def get(self, request, pk):
        self.job = job = get_object_or_404(self.get_queryset(), pk=pk)
        if job.asked_by_id != request.user.pk:
            raise PermissionDenied(_("只有发起人可以下载。"))
        unit = self.packed_units.get(job.arguments.get("unit"))
        if unit is None or not self.may_read(job) or not self.is_kept(job):
            raise Http404
        if job.kind == JobKind.PACK_LEDGER:
            title = f"{_('台账')}-{unit.name}"
        else:
            title = f"{_('佐证材料')}-{unit.name}-{job.arguments['year']}"
        name = file_name(title, localtime(job.ended_at).date(), "zip")
        response = FileResponse(job.file.open("rb"), content_type="application/zip")
        response.block_size = BLOCK
        response["Content-Disposition"] = content_disposition_header(True, name)
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


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
