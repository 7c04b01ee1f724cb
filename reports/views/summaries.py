"""The annual report: its list, reading, wording, signing and printing."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.evidence import CannotKeepEvidence, Upload
from reports.actions.summaries import (
    CannotCompile,
    CannotEdit,
    CannotSign,
    TextEdit,
    compile_report,
    document_figures,
    edit_report,
    editor_text,
    last_step,
    sign_report,
)
from reports.domain.access import Act
from reports.domain.summaries import ReportState
from reports.filters.summaries import ReportFilter
from reports.forms.summaries import (
    PaperSignForm,
    ReportMetaForm,
    ReportNewForm,
    ReportTextForm,
    SignForm,
)
from reports.models import AnnualReport, Honour, Person, Unit
from reports.models.choices import EvidenceKind, listed
from reports.selectors.evidence import evidence_of
from reports.selectors.history import changes_of
from reports.selectors.honours import running
from reports.selectors.summaries import (
    DOCUMENT_LANGUAGE,
    Figure,
    SectionRead,
    behind,
    drift_counts,
    drift_of,
    duty_rows,
    gaps_of,
    is_of_duties,
    published_records,
    report_day,
    reports_for,
    sections_of,
    shown_figures,
    signers_of,
)
from reports.tables.summaries import ReportTable
from reports.views.mixins import DayMixin, OfficialPaper, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class ReportList(SelectionMixin, ScopeMixin, TablePage):
    table_class = ReportTable
    filterset_class = ReportFilter
    template_name = "reports/summaries/list.html"
    title = pgettext_lazy("several", "年度报告")
    empty_hint = gettext_lazy("还没有年度报告。法制大队可在此汇编本局的年度报告。")
    selections = {"bureau": (Unit, gettext_lazy("分局"))}

    def get_queryset(self):
        return reports_for(self.scope, **self.keys)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = [row.record for row in context["table"].paginated_rows]
        return context | {
            "drifts": drift_counts(rows, self.today),
            "may_compile": self.scope.allows(Act.COMPILE_REPORT),
        }


class ReportNew(ScopeMixin, DayMixin, FormView):
    form_class = ReportNewForm
    template_name = "reports/summaries/new.html"
    needs = Act.COMPILE_REPORT

    @cached_property
    def bureaus(self):
        return self.scope.units(Act.COMPILE_REPORT).bureaus().in_order()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "bureaus": self.bureaus,
            "this_year": self.today.year,
        }

    def get_initial(self):
        asked = self.request.GET.get("bureau", "")
        year = min(self.year, self.today.year)
        return {"bureau": asked if asked.isdigit() else None, "year": year}

    def form_valid(self, form):
        bureau, year = form.cleaned_data["bureau"], form.cleaned_data["year"]
        there = AnnualReport.objects.filter(bureau=bureau, year=year).first()
        if there is not None:
            messages.info(self.request, _("该年度的报告已经存在。"))
            return redirect(there)
        try:
            report = compile_report(
                bureau=bureau, year=year, by=self.request.user, at=timezone.now(), today=self.today
            )
        except CannotCompile as refusal:
            return refused(self, form, refusal)
        messages.success(
            self.request, _("已据台账汇编。文字可以修改，数据随台账更新，签发后固定。")
        )
        return redirect(report)


# The columns of the table of duties, with the tone of a number that is not nought.
KINDS_SHOWN = (
    ("owed", ""),
    ("met", ""),
    ("late", "warn"),
    ("missed", "bad"),
    ("waived", ""),
)


class ReportPage(ScopeMixin, DayMixin):
    """What the pages about one report share."""

    @cached_property
    def report(self) -> AnnualReport:
        return self.get_visible(
            AnnualReport.objects.select_related("bureau", "signer", "signed_by", "recorded_by"),
            self.kwargs["pk"],
        )

    @cached_property
    def both(self) -> tuple[list[Figure], list[Figure]]:
        """The figures shown, and those of the records now."""
        return shown_figures(self.report, self.today)

    @property
    def figures(self) -> list[Figure]:
        return self.both[0]

    @cached_property
    def by_key(self) -> dict[str, Figure]:
        return {figure.key: figure for figure in self.figures}

    @cached_property
    def sections(self) -> list[SectionRead]:
        return sections_of(self.report, self.by_key)

    @cached_property
    def is_draft(self) -> bool:
        return self.report.state == ReportState.DRAFT

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "sections": self.sections,
            "is_draft": self.is_draft,
            "is_signed": self.report.state == ReportState.SIGNED,
            "figures_on": report_day(self.report, self.today),
            "duty_rows": duty_rows(self.figures),
            "kinds": KINDS_SHOWN,
        }

    @cached_property
    def honours_so_far(self) -> list[Honour]:
        """Those of the year and of all years before it."""
        rows = Honour.objects.filter(bureau=self.report.bureau_id, year__lte=self.report.year)
        return list(rows.select_related("unit", "person").order_by("awarded_on", "pk"))

    def honours(self) -> list[Honour]:
        return [each for each in self.honours_so_far if each.year == self.report.year]

    @cached_property
    def may_sign(self) -> bool:
        return self.scope.may(Act.SIGN_REPORT, self.report)

    @cached_property
    def may_record_paper(self) -> bool:
        return self.scope.may(Act.RECORD_SIGNED_DECISION, self.report)


class ReportDetail(ReportPage, TemplateView):
    template_name = "reports/summaries/detail.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        report = self.report
        may_compile = self.scope.may(Act.COMPILE_REPORT, report)
        frozen, now = self.both
        chosen = self.chosen_sentence()
        return context | {
            "chosen": chosen,
            "behind": behind(chosen, self.by_key) if chosen else [],
            "groups": grouped(self.figures),
            "drift": drift_of(frozen, now) if context["is_signed"] else [],
            "gaps": gaps_of(report, self.sections, self.by_key, self.today)
            if self.is_draft
            else [],
            "honours": self.honours(),
            "running": running(self.honours_so_far),
            "published": published_records(report) if report.is_published_text else None,
            "evidence": evidence_of(self.scope, report=report.pk),
            "changes": changes_of(report),
            "moves": report.moves.select_related("recorded_by").order_by("pk"),
            "may_edit": may_compile and self.is_draft,
            "may_sign": (self.may_sign or self.may_record_paper) and self.is_draft,
            "may_honour": may_compile and not report.is_published_text,
        }

    def chosen_sentence(self):
        """The sentence named in the address, whose records stand beside the text."""
        typed = self.request.GET.get("s", "")
        if not typed.isascii() or not typed.isdigit():
            return None
        return next(
            (
                sentence
                for section in self.sections
                for paragraph in section.paragraphs
                for sentence in paragraph.sentences
                if sentence.pk == int(typed)
            ),
            None,
        )


def grouped(figures: list[Figure]) -> list[tuple[str, list[Figure]]]:
    """Figures by their groups, in order, without those that the table of duties shows."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        if not is_of_duties(figure.key):
            groups.setdefault(figure.group, []).append(figure)
    return list(groups.items())


class ReportCompile(ReportPage, View):
    """Brings a draft up to date with the records; what was typed stays."""

    http_method_names = ["post"]
    needs = Act.COMPILE_REPORT

    def post(self, request, *args, **kwargs):
        self.require(Act.COMPILE_REPORT, self.report)
        try:
            compile_report(
                bureau=self.report.bureau,
                year=self.report.year,
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotCompile as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("已按现有记录重新汇编，手工文字未变。"))
        return redirect(self.report)


class ReportEdit(ReportPage, TemplateView):
    """One text field a paragraph; figures stand in the text and are not typed."""

    template_name = "reports/summaries/edit.html"
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
            if not self.is_draft:
                return self.turned_away()
        return super().dispatch(request, *args, **kwargs)

    def turned_away(self):
        words = (
            _("报告已公开，不能修改。")
            if self.report.state == ReportState.PUBLISHED
            else _("报告已签发，正文和数据已固定，不能再改。")
        )
        messages.error(self.request, words)
        return redirect(self.report)

    @cached_property
    def document_figures(self) -> dict[str, Figure]:
        return document_figures(self.report, self.today)

    @cached_property
    def by_key(self) -> dict[str, Figure]:
        return self.document_figures

    @property
    def figures(self) -> list[Figure]:
        return list(self.document_figures.values())

    def forms(self, data=None):
        with override(DOCUMENT_LANGUAGE):
            texts = {
                paragraph.pk: editor_text(
                    "".join(sentence.text for sentence in paragraph.sentences),
                    self.document_figures,
                )
                for section in self.sections
                for paragraph in section.paragraphs
            }
        text = ReportTextForm(
            data,
            sections=self.sections,
            texts=texts,
            initial={"base": last_step(self.report)},
        )
        head = AnnualReport.objects.get(pk=self.report.pk)
        return text, ReportMetaForm(data, instance=head, prefix="head")

    def get_context_data(self, **kwargs):
        if "text_form" not in kwargs:
            kwargs["text_form"], kwargs["head_form"] = self.forms()
        context = super().get_context_data(**kwargs)
        return context | {"groups": grouped(self.figures)}

    def post(self, request, *args, **kwargs):
        text, head = self.forms(request.POST)
        if not (head.is_valid() & text.is_valid()):
            return self.again(text, head)
        try:
            edited = edit_report(
                report_id=self.report.pk,
                edit=edit_of(text, head),
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotEdit as refusal:
            return self.refuse(text, head, refusal)
        self.tell(edited.lost)
        return redirect(self.report)

    def refuse(self, text, head, refusal):
        told = {reason for reasons in refusal.by_field.values() for reason in reasons}
        for name, reasons in refusal.by_field.items():
            for reason in reasons:
                text.add_error(name if name in text.fields else None, reason)
        for reason in refusal.reasons:
            if reason not in told:
                text.add_error(None, reason)
        return self.again(text, head)

    def again(self, text, head):
        return self.render_to_response(
            self.get_context_data(text_form=text, head_form=head, refused=True)
        )

    def tell(self, lost: list[str]):
        messages.success(self.request, _("已保存。"))
        if lost:
            words = ngettext(
                "正文中不再出现以下%(n)s项数据：%(labels)s",
                "正文中不再出现以下%(n)s项数据：%(labels)s",
                len(lost),
            )
            told = {"n": len(lost), "labels": listed(lost)}
            messages.warning(self.request, words % told)


def edit_of(text: ReportTextForm, head: ReportMetaForm) -> TextEdit:
    """What was typed, as the action wants it."""
    headings = text.by_key("new_heading_")
    return TextEdit(
        texts=text.by_key("text_"),
        headings=text.by_key("heading_"),
        added={pk: (headings.get(pk, ""), words) for pk, words in text.by_key("added_").items()},
        shown=text.shown(),
        meta=dict(head.cleaned_data),
        base=text.cleaned_data["base"],
    )


class ReportSign(ReportPage, FormView):
    """What is incomplete first; then the leader signs, or a signed sheet is recorded."""

    template_name = "reports/summaries/sign.html"
    needs = None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.reads_anything:
            if not (self.may_sign or self.may_record_paper):
                raise PermissionDenied(
                    _("只有局领导可以签发；签在纸上的，由法制大队凭签批件录入。")
                )
            if not self.is_draft:
                messages.error(request, _("报告已经签发或公开，不能再次签发。"))
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def own_person(self) -> Person | None:
        return Person.objects.filter(user=self.request.user).first()

    @property
    def from_paper(self) -> bool:
        """Who may not sign, or has no name of her own in the ledger, records a sheet."""
        return not self.may_sign or self.own_person is None

    def get_form_class(self):
        return PaperSignForm if self.from_paper else SignForm

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.from_paper:
            signers = signers_of(self.report.bureau, self.asked_day())
            kwargs["signers"] = signers.select_related("unit")
        return kwargs

    def asked_day(self) -> date:
        """Who was in office depends on the day that is typed."""
        try:
            return date.fromisoformat(self.request.POST.get("signed_on", ""))
        except ValueError:
            return self.today

    def get_initial(self):
        return {"signed_on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "gaps": gaps_of(self.report, self.sections, self.by_key, self.today),
            "from_paper": self.from_paper,
            "own_person": self.own_person,
        }

    def form_valid(self, form):
        data = form.cleaned_data
        scans = [Upload(file, EvidenceKind.DECISION) for file in data.get("scans") or []]
        try:
            with transaction.atomic():
                sign_report(
                    report_id=self.report.pk,
                    signer=data.get("signer") or self.own_person,
                    signed_on=data["signed_on"],
                    by=self.request.user,
                    at=timezone.now(),
                    today=self.today,
                    from_paper=self.from_paper,
                    scans=scans,
                )
        except (CannotSign, CannotKeepEvidence) as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已签发。正文和数据已固定，此后的变动会在本页列出。"))
        return redirect(self.report)


class ReportPrint(OfficialPaper, ReportPage, TemplateView):
    """The report on A4 as an official document."""

    template_name = "reports/summaries/print.html"

    @cached_property
    def both(self):
        """On paper everything is in the language of the document."""
        with override(DOCUMENT_LANGUAGE):
            return shown_figures(self.report, self.today)

    def get_context_data(self, **kwargs):
        report = self.report
        return super().get_context_data(**kwargs) | {
            "published": published_records(report) if report.is_published_text else None,
            "honours": [each for each in self.honours() if not each.is_cancelled],
        }
