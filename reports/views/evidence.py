"""Files leave the ledger only here, for who may see what they prove."""

from typing import ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import (
    INLINE,
    CannotKeepEvidence,
    CannotReviewEvidence,
    Reference,
    Upload,
    add_evidence,
    cancel_evidence,
    review_evidence,
)
from reports.actions.jobs import KEPT_FOR, ask_job
from reports.domain.access import Act
from reports.exchange.evidence_pack import PackOrder
from reports.filters.evidence import LackingFilter
from reports.forms.evidence import EvidenceForm, PackForm, ReviewForm
from reports.forms.meetings import CancelForm
from reports.models import (
    AccountGiven,
    AnnualReport,
    Deed,
    Evidence,
    Job,
    Measure,
    Meeting,
    Problem,
    Unit,
    WorkRecord,
)
from reports.models.choices import EVIDENCE_KIND_LABELS, EvidenceKind, JobKind, ReviewState
from reports.selectors.evidence import (
    lacking_for,
    lacking_kinds,
    may_cancel,
    may_review,
    note_uses_elsewhere,
    with_lacking_kinds,
)
from reports.selectors.history import changes_of
from reports.selectors.packs import years_to_pack
from reports.tables.evidence import LackingTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

SHOWN_PACKS = 10
TARGETS = {
    "meeting": Meeting,
    "problem": Problem,
    "measure": Measure,
    "report": AnnualReport,
    "record": WorkRecord,
    "deed": Deed,
    "account": AccountGiven,
}


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
        related += ("kind",) if model is Meeting else ()
        return self.get_visible(model.objects.select_related(*related), self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.ADD_EVIDENCE, self.target)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def lacking(self) -> list[EvidenceKind]:
        """What a meeting still lacks; of other things no kinds are expected."""
        if not isinstance(self.target, Meeting):
            return []
        found = with_lacking_kinds(Meeting.objects.filter(pk=self.target.pk)).first()
        return lacking_kinds(found) if found else []

    @property
    def back(self) -> str:
        """Where one came from: the list of what is lacking, or what the evidence proves."""
        if self.request.GET.get("from") == "lacking":
            return reverse("reports:evidence-lacking")
        return self.target.get_absolute_url()

    def get_initial(self):
        asked = self.request.GET.get("kind", "")
        if asked in EVIDENCE_KIND_LABELS:
            return {"kind": asked}
        return {"kind": self.lacking[0].value} if self.lacking else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "target": self.target,
            "back": self.back,
            "lacking": [EVIDENCE_KIND_LABELS[kind] for kind in self.lacking],
            "by_reference": isinstance(self.target, Meeting) and self.target.kind.by_reference,
        }

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
                uploads=[
                    Upload(file, form.evidence_kind, visibility=form.chosen_visibility)
                    for file in data["files"]
                ],
                references=references,
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepEvidence as refusal:
            for reason in refusal.reasons:
                form.add_error("files", reason)
            return self.form_invalid(form)
        messages.success(self.request, _("已存入 %(n)s 份材料。") % {"n": len(kept)})
        return redirect(self.back)


class EvidencePage(ScopeMixin, DayMixin):
    """What the pages about one piece of evidence share."""

    @cached_property
    def evidence(self) -> Evidence:
        rows = Evidence.objects.select_related(
            "unit", "bureau", "recorded_by", "cancelled_by", "reviewed_by"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def use(self):
        return self.evidence.uses.select_related(
            "meeting",
            "problem",
            "measure",
            "progress__measure",
            "waiver__due__schedule",
            "report",
            "notice",
            "reply__item__notice",
            "look_back__problem",
            "record",
            "deed",
            "account__person",
        ).first()

    @property
    def of_meeting(self) -> bool:
        return self.use is not None and self.use.meeting_id is not None

    @cached_property
    def target(self):
        """What it proves: the page one comes from."""
        use = self.use
        if use is None:
            return self.evidence
        return (
            use.meeting
            or use.problem
            or use.measure
            or use.report
            or use.notice
            or (use.reply.item.notice if use.reply else None)
            or (use.look_back.problem if use.look_back else None)
            or use.record
            or use.deed
            or use.account
            or (use.progress.measure if use.progress else use.waiver.due)
        )

    @cached_property
    def may_review(self) -> bool:
        return self.of_meeting and may_review(self.scope, self.evidence)

    def shown(self) -> dict[str, object]:
        """What is told of it beside the file; where else the file is used, only its reviewer."""
        self.evidence.may_review = self.may_review
        note_uses_elsewhere(
            self.scope, [self.evidence], but=self.use.meeting_id if self.of_meeting else None
        )
        return {
            "evidence": self.evidence,
            "of_meeting": self.of_meeting,
            "target": self.target if self.use else None,
            "elsewhere": self.evidence.elsewhere,
        }


class EvidenceView(EvidencePage, TemplateView):
    """A picture or PDF within the page, with what is known of it and what was done to it."""

    template_name = "reports/evidence/view.html"

    def get_context_data(self, **kwargs):
        cancel = may_cancel(self.scope, self.evidence, of_meeting=self.of_meeting)
        return (
            super().get_context_data(**kwargs)
            | self.shown()
            | {
                "may_review": self.may_review,
                "may_cancel": cancel and not self.evidence.is_cancelled,
                "changes": changes_of(self.evidence),
            }
        )


class EvidenceReview(EvidencePage, FormView):
    """Accepting evidence, or returning it with the reason."""

    form_class = ReviewForm
    template_name = "reports/evidence/review.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.REVIEW_EVIDENCE, self.evidence)
            if not self.of_meeting:
                raise Http404
            if self.evidence.recorded_by_id == request.user.pk:
                raise PermissionDenied(_("自己上传的材料须由他人审核。"))
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"state": self.evidence.review, "note": self.evidence.review_note}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.shown()

    def form_valid(self, form):
        try:
            review_evidence(
                evidence_id=self.evidence.pk,
                state=form.chosen_state,
                note=form.cleaned_data["note"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotReviewEvidence as refusal:
            return refused(self, form, refusal)
        returned = form.chosen_state == ReviewState.RETURNED
        messages.success(
            self.request,
            _("材料已退回，提交单位会在待办中看到。") if returned else _("材料已认可。"),
        )
        return redirect(self.target)


class EvidenceCancel(EvidencePage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and not may_cancel(
            self.scope, self.evidence, of_meeting=self.of_meeting
        ):
            raise PermissionDenied(_("您不能作废这份材料：它不是您上传的。"))
        return super().dispatch(request, *args, **kwargs)

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


# --- what is lacking, and everything at once ----------------------------------------------------


class EvidenceLacking(SelectionMixin, ScopeMixin, TablePage):
    """Meetings that count but lack expected evidence, unit by unit."""

    table_class = LackingTable
    filterset_class = LackingFilter
    template_name = "reports/evidence/lacking.html"
    title = gettext_lazy("缺少的材料")
    empty_hint = gettext_lazy("已计入的会议都有制度要求的材料。")
    selections: ClassVar = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    @property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        rows = lacking_for(self.scope, on=self.on, year=self.shown_year, **self.keys)
        return rows.select_related("unit", "bureau")

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_totals(self, queryset):
        missing = queryset.aggregate(all=Sum("missing"))["all"]
        return {"missing": missing} if missing else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "shown_year": self.shown_year,
            "pack_unit": self.keys.get("unit") or self.keys.get("bureau"),
        }


class EvidencePack(ScopeMixin, DayMixin, FormView):
    """Asking for the evidence of a unit and year as one file; a job makes it."""

    form_class = PackForm
    template_name = "reports/evidence/pack.html"

    @cached_property
    def unit(self) -> Unit:
        return self.get_visible(Unit.objects.select_related("bureau"), self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.unit.bureau is None:
            raise PermissionDenied(_("请逐个分局打包。"))
        return super().dispatch(request, *args, **kwargs)

    @property
    def back(self) -> str:
        page = "bureau-detail" if self.unit.is_bureau else "unit-detail"
        return reverse(f"reports:{page}", args=[self.unit.pk])

    @cached_property
    def years(self) -> list[int]:
        return years_to_pack(self.unit, today=self.today)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"years": self.years}

    def get_initial(self):
        year = self.year if self.year in self.years else self.today.year
        return {"year": year, "kinds": [kind.value for kind in EvidenceKind]}

    def get_context_data(self, **kwargs):
        jobs = Job.objects.filter(
            kind=JobKind.PACK_EVIDENCE.value,
            asked_by=self.request.user,
            arguments__unit=self.unit.pk,
        )
        return super().get_context_data(**kwargs) | {
            "unit": self.unit,
            "unit_url": self.back,
            "jobs": jobs.order_by("-pk")[:SHOWN_PACKS],
            "kept_days": KEPT_FOR.days,
        }

    def form_valid(self, form):
        order = PackOrder(
            unit_id=self.unit.pk,
            year=form.cleaned_data["year"],
            kinds=tuple(form.cleaned_data["kinds"]),
            references=form.cleaned_data["references"],
            why=form.cleaned_data["why"],
        )
        job = ask_job(
            kind=JobKind.PACK_EVIDENCE,
            arguments=order.arguments(),
            by=self.request.user,
            at=timezone.now(),
        )
        return redirect(job)
