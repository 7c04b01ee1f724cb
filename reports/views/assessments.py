"""Assessments (迎检卷): the list, a volume with its items and proofs, its table, print and pack."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.assessments import (
    FINDING_FIELDS,
    AssessmentDraft,
    CannotKeepAssessment,
    FindingDraft,
    ItemDraft,
    add_item,
    edit_assessment,
    edit_item,
    import_items,
    prove_item,
    record_finding,
    remove_item,
    start_assessment,
    take_out_proof,
    take_over_proofs,
)
from reports.actions.jobs import KEPT_FOR, ask_job
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.assessments import plain_points, reasons_against_finding
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.summaries import OwnFinding
from reports.exchange.assessment_pack import AssessmentOrder
from reports.exchange.assessments import (
    finding_words,
    items_workbook,
    proof_words,
    read_table,
    standing,
    volume_docx,
)
from reports.exchange.official_docx import MEDIA_TYPE
from reports.exchange.sheets import XLSX, disposition, file_name
from reports.filters.assessments import AssessmentFilter
from reports.forms.assessments import (
    AssessmentForm,
    FindingForm,
    ItemForm,
    ItemsFileForm,
    PackWhyForm,
    ProofSearchForm,
    keep_read,
)
from reports.models import Assessment, AssessmentItem, ItemProof, Job, Unit
from reports.models.choices import (
    AGAINST_FINDING_SENTENCES,
    ITEM_GAP_LABELS,
    OWN_FINDING_LABELS,
    PROOF_LABELS,
    JobKind,
)
from reports.selectors.assessments import (
    MODELS,
    ItemLine,
    Volume,
    assessments_for,
    item_line,
    progress_of,
    record_rows,
    search_records,
    volume_of,
    volumes_before,
    with_neighbours,
)
from reports.selectors.history import changes_of
from reports.tables.assessments import AssessmentTable
from reports.views.mixins import DayMixin, OfficialPaper, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_PACKS = 5
# A finding by its tone; the words stand beside it.
FINDING_TONES = {
    "": "quiet",
    OwnFinding.MET.value: "good",
    OwnFinding.PARTLY.value: "warn",
    OwnFinding.NOT_MET.value: "bad",
    OwnFinding.NOT_ASKED.value: "quiet",
}


class AssessmentList(SelectionMixin, ScopeMixin, TablePage):
    table_class = AssessmentTable
    filterset_class = AssessmentFilter
    template_name = "reports/assessments/list.html"
    title = pgettext_lazy("several", "迎检卷")
    empty_hint = gettext_lazy(
        "还没有迎检卷。考核通知下发后，法制大队可在此建卷，逐项列佐证、作自评。"
    )
    selections: ClassVar = {"bureau": (Unit, gettext_lazy("分局"))}

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        return assessments_for(self.scope, year=self.shown_year, **self.keys)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("unit",)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = [row.record for row in context["table"].paginated_rows]
        return context | {
            "progress": progress_of(row.pk for row in rows),
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_keep": self.scope.allows(Act.COMPILE_REPORT) and not self.days.is_past,
        }


# --- the volume ---------------------------------------------------------------------------------


class AssessmentPage(ScopeMixin, DayMixin):
    """What the pages about one volume share; ``act`` is asked of its bureau."""

    act: Act | None = None

    @cached_property
    def assessment(self) -> Assessment:
        rows = Assessment.objects.select_related("unit__bureau", "follows", "recorded_by")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.act is not None and request.user.is_authenticated and self.scope.allows(self.act):
            self.require(self.act, self.assessment)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def volume(self) -> Volume:
        return volume_of(self.assessment)

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"assessment": self.assessment}


class AssessmentDetail(AssessmentPage, TemplateView):
    """The items under their headings: finding, points, proofs, and what is lacking."""

    template_name = "reports/assessments/detail.html"

    @cached_property
    def shown(self) -> str:
        """The gap or the finding that the address narrows the items to."""
        return self.request.GET.get("only", "")

    def get_context_data(self, **kwargs):
        volume = self.volume
        shown = {id(line) for line in narrowed(volume, self.shown)}
        groups = [
            (heading, kept)
            for heading, lines in volume.groups
            if (kept := [drawn(line) for line in lines if id(line) in shown])
        ]
        return super().get_context_data(**kwargs) | {
            "volume": volume,
            "groups": groups,
            "only": self.shown if len(shown) < len(volume.lines) or self.shown else "",
            "only_word": word_of(self.shown),
            "gaps": [(gap.value, ITEM_GAP_LABELS[gap], len(rows)) for gap, rows in volume.gaps],
            "findings": [
                (code or "none", word_of(code or "none"), FINDING_TONES[code], number)
                for code in (*(f.value for f in OwnFinding), "")
                if (number := volume.findings[code])
            ],
            "may_keep": self.scope.may(Act.COMPILE_REPORT, self.assessment),
        }


def narrowed(volume: Volume, only: str) -> list[ItemLine]:
    """The items with that gap or finding; all where the word means nothing."""
    for gap, rows in volume.gaps:
        if gap.value == only:
            return rows
    if only == "none" or only in {finding.value for finding in OwnFinding}:
        code = "" if only == "none" else only
        return [line for line in volume.lines if line.item.finding == code]
    return volume.lines


def word_of(only: str) -> str:
    if only == "none":
        return _("未自评")
    words = {gap.value: label for gap, label in ITEM_GAP_LABELS.items()}
    words |= {finding.value: label for finding, label in OWN_FINDING_LABELS.items()}
    return str(words.get(only, ""))


def drawn(line: ItemLine) -> dict[str, Any]:
    """An item as its partial draws it."""
    before = line.before.item if line.before else None
    return {
        "line": line,
        "item": line.item,
        "tone": FINDING_TONES[line.item.finding],
        "gaps": [ITEM_GAP_LABELS[gap] for gap in line.gaps],
        "proofs": line.proofs,
        "before": before,
        "before_tone": FINDING_TONES[before.finding] if before else "",
        "before_proofs": line.before.proofs if line.before else [],
    }


class AssessmentFormPage(ScopeMixin, DayMixin, FormView):
    """What beginning and correcting a volume share."""

    form_class = AssessmentForm
    template_name = "reports/assessments/form.html"
    needs = Act.COMPILE_REPORT
    assessment: Assessment | None = None

    @cached_property
    def bureaus(self):
        return self.scope.units(Act.COMPILE_REPORT).bureaus().in_order()

    @cached_property
    def choose(self) -> bool:
        return self.assessment is None and len(self.bureaus) > 1

    @cached_property
    def bureau(self) -> Unit:
        if self.assessment is not None:
            return self.assessment.unit
        asked = self.request.POST.get("unit") or self.request.GET.get("bureau", "")
        named = [each for each in self.bureaus if str(each.pk) == asked]
        first = named or list(self.bureaus[:1])
        if not first:
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        return first[0]

    def get_form_kwargs(self):
        volumes = volumes_before(self.scope, self.bureau, year=9999)
        if self.assessment is not None:
            volumes = volumes.exclude(pk=self.assessment.pk)
        return super().get_form_kwargs() | {
            "bureaus": self.bureaus,
            "volumes": volumes,
            "choose": self.choose,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "assessment": self.assessment,
            "bureau": self.bureau,
            "back": self.assessment.get_absolute_url()
            if self.assessment
            else reverse("reports:assessment-list"),
        }

    def draft(self, form) -> AssessmentDraft:
        data = form.cleaned_data
        return AssessmentDraft(data["title"], data["year"], data["basis"], data["follows"])


class AssessmentNew(AssessmentFormPage):
    def get_initial(self):
        last = volumes_before(self.scope, self.bureau, year=self.year).first()
        initial = {"unit": self.bureau.pk, "year": self.year}
        if last is not None:
            initial |= {"title": last.title, "follows": last.pk}
        return initial

    def form_valid(self, form):
        try:
            made = start_assessment(
                unit=self.bureau, draft=self.draft(form), by=self.request.user, at=timezone.now()
            )
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已建卷。请导入考核表，或逐项录入。"))
        return redirect(made)


class AssessmentEdit(AssessmentFormPage):
    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            rows = Assessment.objects.select_related("unit__bureau", "follows")
            self.assessment = self.get_visible(rows, kwargs["pk"])
            self.require(Act.COMPILE_REPORT, self.assessment)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        made = self.assessment
        return {
            "title": made.title,
            "year": made.year,
            "basis": made.basis,
            "follows": made.follows_id,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"changes": changes_of(self.assessment)}

    def form_valid(self, form):
        try:
            edit_assessment(
                assessment_id=self.assessment.pk,
                draft=self.draft(form),
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.assessment)


class AssessmentImport(AssessmentPage, FormView):
    """A table of items, all rows or none, each with its outcome before anything is written."""

    form_class = ItemsFileForm
    template_name = "reports/assessments/import.html"
    needs = act = Act.COMPILE_REPORT

    def form_valid(self, form):
        file = form.cleaned_data["file"]
        if file:
            return self.preview(form, file)
        source, rows = form.cleaned_data["read"]
        try:
            done = import_items(
                assessment_id=self.assessment.pk, rows=rows, source=source, **self.acting
            )
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        said = ngettext("新增%(n)s项", "新增%(n)s项", done.new) % {"n": done.new}
        if done.changed:
            said = _("%(said)s，改写%(n)s项") % {"said": said, "n": done.changed}
        messages.success(self.request, _("%(said)s。") % {"said": said})
        return redirect(self.assessment)

    def preview(self, form, file):
        try:
            found = read_table(file.read(), file_name=file.name, assessment=self.assessment)
        except Refused as refusal:
            form.add_error("file", refusal.reasons)
            return self.form_invalid(form)
        nothing = found.ok and found.count("unchanged") == len(found.lines)
        read = keep_read(found.source, found.items) if found.ok and not nothing else ""
        context = self.get_context_data(form=form, found=found, read=read, nothing=nothing)
        return self.render_to_response(context)


class AssessmentTemplate(ScopeMixin, View):
    """The empty table, to be filled in and imported."""

    http_method_names = ("get", "head")

    def get(self, request):
        name = file_name(_("考核表"), timezone.localdate(), XLSX)
        return as_file(items_workbook(), SHEET_TYPE, name)


def as_file(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response


# --- items --------------------------------------------------------------------------------------


class ItemNew(AssessmentPage, FormView):
    form_class = ItemForm
    template_name = "reports/assessments/item_form.html"
    needs = act = Act.COMPILE_REPORT

    def get_initial(self):
        last = self.assessment.items.order_by("-position").first()
        return {"heading": last.heading if last else ""}

    def form_valid(self, form):
        try:
            add_item(
                assessment_id=self.assessment.pk,
                draft=ItemDraft(**form.cleaned_data),
                **self.acting,
            )
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已增加考核项。"))
        return redirect(self.assessment)


class ItemPage(ScopeMixin, DayMixin):
    """What the pages about one item share."""

    act: Act | None = None

    @cached_property
    def item(self) -> AssessmentItem:
        rows = AssessmentItem.objects.select_related("assessment__unit__bureau")
        return self.get_visible(with_neighbours(rows), self.kwargs["pk"])

    @property
    def assessment(self) -> Assessment:
        return self.item.assessment

    def dispatch(self, request, *args, **kwargs):
        if self.act is not None and request.user.is_authenticated and self.scope.allows(self.act):
            self.require(self.act, self.item)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def line(self) -> ItemLine:
        return item_line(self.item)

    @property
    def here(self) -> str:
        return reverse("reports:assessment-item", args=[self.item.pk])

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "item": self.item,
            "assessment": self.assessment,
        }


class ItemDetail(ItemPage, FormView):
    """One item: the own finding, what proves it, a search for more, and last year's beside."""

    form_class = FindingForm
    template_name = "reports/assessments/item.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"points": self.item.points}

    def get_initial(self):
        return {
            "finding": self.item.finding,
            "own_points": plain_points(self.item.own_points),
            "basis": self.item.basis,
        }

    @cached_property
    def may_keep(self) -> bool:
        return self.scope.may(Act.COMPILE_REPORT, self.item)

    @cached_property
    def search_form(self) -> ProofSearchForm:
        asked = self.request.GET if "kind" in self.request.GET else None
        return ProofSearchForm(asked, auto_id="find_%s")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        hits, total = [], None
        if self.may_keep and self.search_form.is_bound and self.search_form.is_valid():
            asked = self.search_form.cleaned_data
            hits, total = search_records(
                self.scope, self.line, kind=asked["kind"], text=asked["q"], on=self.today
            )
        return context | {
            "row": drawn(self.line),
            "offers": self.line.offers if self.may_keep else [],
            "may_keep": self.may_keep,
            "search_form": self.search_form,
            "hits": hits,
            "total": total,
            "more": (total or 0) - len(hits),
            "kind_word": PROOF_LABELS.get(self.request.GET.get("kind", ""), ""),
        }

    def post(self, request, *args, **kwargs):
        self.require(Act.COMPILE_REPORT, self.item)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        data = form.cleaned_data
        draft = FindingDraft(data["finding"], data["own_points"], data["basis"])
        reasons = reasons_against_finding(
            draft.finding,
            points=self.item.points,
            own_points=draft.own_points,
            basis=draft.basis,
        )
        for reason in reasons:
            form.add_error(FINDING_FIELDS[reason], AGAINST_FINDING_SENTENCES[reason])
        if reasons:
            return self.form_invalid(form)
        try:
            record_finding(item_id=self.item.pk, draft=draft, **self.acting)
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("自评已保存。"))
        return redirect(self.here)


class ItemEdit(ItemPage, FormView):
    form_class = ItemForm
    template_name = "reports/assessments/item_form.html"
    needs = act = Act.COMPILE_REPORT

    def get_initial(self):
        item = self.item
        return {
            "number": item.number,
            "heading": item.heading,
            "points": plain_points(item.points),
            "text": item.text,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"changes": changes_of(self.item)}

    def post(self, request, *args, **kwargs):
        if "remove" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            remove_item(item_id=self.item.pk, **self.acting)
        except CannotKeepAssessment as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(self.here)
        messages.success(request, _("考核项已删除。"))
        return redirect(self.assessment)

    def form_valid(self, form):
        try:
            edit_item(item_id=self.item.pk, draft=ItemDraft(**form.cleaned_data), **self.acting)
        except CannotKeepAssessment as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.here)


class ItemProve(ItemPage, View):
    """Puts a record that the page found to an item."""

    http_method_names = ("post",)
    needs = act = Act.COMPILE_REPORT

    def post(self, request, *args, **kwargs):
        kind, key = request.POST.get("kind", ""), request.POST.get("key", "")
        if kind not in MODELS or not (key.isascii() and key.isdigit() and len(key) <= 15):
            messages.error(request, _("请选择要列入的记录。"))
            return redirect(self.here)
        rows = record_rows(self.scope, kind, self.assessment, on=self.today)
        if not rows.filter(pk=int(key)).exists():
            raise Http404
        try:
            prove_item(item_id=self.item.pk, kind=kind, key=int(key), **self.acting)
        except CannotKeepAssessment as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("已列入佐证。"))
        return redirect(back_to_search(self.here, request.POST.get("q", ""), kind))


def back_to_search(here: str, text: str, kind: str) -> str:
    """The item again with the same search, so that the next record is one click away."""
    query = QueryDict(mutable=True)
    query["kind"], query["q"] = kind, text[:60]
    return f"{here}?{query.urlencode()}#find"


class ItemTakeOver(ItemPage, View):
    """Puts a rule that proved the same number last year to this year's item, too."""

    http_method_names = ("post",)
    needs = act = Act.COMPILE_REPORT

    def post(self, request, *args, **kwargs):
        keys = [
            int(key) for key in request.POST.getlist("proof") if key.isascii() and key.isdigit()
        ]
        try:
            made = take_over_proofs(item_id=self.item.pk, proof_ids=keys, **self.acting)
        except CannotKeepAssessment as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            said = ngettext("已沿用%(n)s条佐证。", "已沿用%(n)s条佐证。", made)
            messages.success(request, said % {"n": made})
        return redirect(self.here)


class ProofTakeOut(ScopeMixin, DayMixin, View):
    http_method_names = ("post",)
    needs = Act.COMPILE_REPORT

    def post(self, request, pk):
        proof = self.get_visible(
            ItemProof.objects.select_related("item__assessment__unit__bureau"), pk
        )
        self.require(Act.COMPILE_REPORT, proof)
        take_out_proof(proof_id=proof.pk, by=request.user, at=timezone.now())
        messages.success(request, _("已从佐证中去掉，记录本身不变。"))
        return redirect("reports:assessment-item", pk=proof.item_id)


# --- out ----------------------------------------------------------------------------------------


class AssessmentPrint(OfficialPaper, AssessmentPage, TemplateView):
    """The volume on A4: cover, contents, the table of findings, item by item."""

    template_name = "reports/assessments/print.html"

    def get_context_data(self, **kwargs):
        volume = self.volume
        return super().get_context_data(**kwargs) | {
            "volume": volume,
            "groups": [
                (
                    heading,
                    [
                        (line, finding_words(line), [proof_words(p) for p in standing(line)])
                        for line in lines
                    ],
                )
                for heading, lines in volume.groups
            ],
        }

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            return super().get(request, *args, **kwargs)


class AssessmentDocx(AssessmentPage, View):
    http_method_names = ("get", "head")

    def get(self, request, *args, **kwargs):
        name = file_name(self.assessment.title, self.today, "docx")
        return as_file(volume_docx(self.volume, at=timezone.now()), MEDIA_TYPE, name)


class AssessmentSheet(AssessmentPage, View):
    """The own findings (自评表) as a spreadsheet."""

    http_method_names = ("get", "head")

    def get(self, request, *args, **kwargs):
        title = _("%(title)s自评表") % {"title": self.assessment.title}
        return as_file(items_workbook(self.volume), SHEET_TYPE, file_name(title, self.today, XLSX))


class AssessmentPack(AssessmentPage, FormView):
    """Asking for the volume with its evidence as one file; a job makes it."""

    form_class = PackWhyForm
    template_name = "reports/assessments/pack.html"

    def get_context_data(self, **kwargs):
        jobs = Job.objects.filter(
            kind=JobKind.PACK_EVIDENCE.value,
            asked_by=self.request.user,
            arguments__assessment=self.assessment.pk,
        )
        return super().get_context_data(**kwargs) | {
            "jobs": jobs.order_by("-pk")[:SHOWN_PACKS],
            "kept_days": KEPT_FOR.days,
        }

    def form_valid(self, form):
        order = AssessmentOrder(
            assessment_id=self.assessment.pk,
            unit_id=self.assessment.unit_id,
            year=self.assessment.year,
            references=form.cleaned_data["references"],
            why=form.cleaned_data["why"],
        )
        job = ask_job(kind=JobKind.PACK_EVIDENCE, arguments=order.arguments(), **self.acting)
        return redirect(job)
