"""Files leave the ledger only here, for who may see what they prove."""

from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from reports.actions.evidence import (
    INLINE,
    CannotKeepEvidence,
    Reference,
    Upload,
    add_evidence,
    cancel_evidence,
)
from reports.domain.access import Act
from reports.forms.meetings import CancelForm, EvidenceForm
from reports.models import AnnualReport, Evidence, Measure, Meeting, Problem
from reports.selectors.evidence import may_cancel
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

TARGETS = {"meeting": Meeting, "problem": Problem, "measure": Measure, "report": AnnualReport}


class EvidenceFile(ScopeMixin, View):
    """The file itself: inline only what a browser shows safely, everything else a download."""

    def get(self, request, pk):
        evidence = self.get_visible(Evidence.objects.select_related("unit", "bureau"), pk)
        if not evidence.file or not evidence.file.storage.exists(evidence.file.name):
            raise Http404
        inline = evidence.media_type in INLINE
        kind = evidence.media_type if inline else "application/octet-stream"
        response = FileResponse(evidence.file.open("rb"), content_type=kind)
        response["Content-Disposition"] = content_disposition_header(
            not inline, evidence.original_name
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        # A document of a stranger runs nothing here; pictures and PDF need nothing more.
        response["Content-Security-Policy"] = (
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
            if evidence.media_type.startswith("image/")
            else "default-src 'self'; object-src 'self'; frame-ancestors 'self'"
        )
        return response


class EvidenceAdd(ScopeMixin, DayMixin, FormView):
    """Handing in evidence later, for a meeting, a problem, a measure or a report."""

    form_class = EvidenceForm
    template_name = "reports/evidence/add.html"
    extra_context: ClassVar = {}

    @cached_property
    def target(self):
        model = TARGETS.get(self.kwargs["what"])
        if model is None:
            raise Http404
        related = ("bureau",) if model is AnnualReport else ("unit", "bureau")
        return self.get_visible(model.objects.select_related(*related), self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.ADD_EVIDENCE, self.target)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"target": self.target}

    def form_valid(self, form):
        data = form.cleaned_data
        references = []
        if data["reference_title"]:
            references.append(
                Reference(
                    title=data["reference_title"],
                    keeper=data["reference_keeper"],
                    number=data["reference_number"],
                    item=data["reference_item"],
                    day=data["reference_day"],
                    kind=form.evidence_kind,
                )
            )
        try:
            kept = add_evidence(
                target=self.target,
                uploads=[Upload(file, form.evidence_kind) for file in data["files"]],
                references=references,
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepEvidence as refusal:
            for reason in refusal.reasons:
                form.add_error("files", reason)
            return self.form_invalid(form)
        messages.success(self.request, _("已存入 %(n)s 份材料。") % {"n": len(kept)})
        return redirect(self.target)


class EvidenceCancel(ScopeMixin, DayMixin, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"

    @cached_property
    def evidence(self) -> Evidence:
        rows = Evidence.objects.select_related("unit", "bureau")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            of_meeting = self.evidence.uses.filter(meeting__isnull=False).exists()
            if not may_cancel(self.scope, self.evidence, of_meeting=of_meeting):
                raise PermissionDenied(_("您不能作废这份材料：它不是您上传的。"))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def target(self):
        use = self.evidence.uses.select_related(
            "meeting", "problem", "measure", "progress__measure", "waiver__due", "report"
        ).first()
        if use is None:
            return self.evidence
        return (
            use.meeting
            or use.problem
            or use.measure
            or use.report
            or (use.progress.measure if use.progress else use.waiver.due)
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "record": self.target,
            "title": _("作废材料“%(name)s”") % {"name": self.evidence.title},
        }

    def form_valid(self, form):
        try:
            cancel_evidence(
                evidence_id=self.evidence.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepEvidence as refusal:
            for reason in refusal.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)
        messages.success(self.request, _("材料已作废。"))
        return redirect(self.target)
