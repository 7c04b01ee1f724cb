"""The annual report: its list, compiling, reading, and what stands at its head."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.report_editing import (
    CannotEdit,
    TextEdit,
    edit_report,
    last_step,
)
from reports.actions.summaries import CannotCompile, compile_report, recompile
from reports.domain.access import Act
from reports.domain.report_moves import EDITABLE, OPEN, Holder, ReportStep, possible_steps
from reports.domain.summaries import ReportKind, ReportState
from reports.filters.summaries import ReportFilter
from reports.forms.base import key_in
from reports.forms.summaries import ReportMetaForm, ReportNewForm
from reports.models import AnnualReport, Honour, Person, ReportTemplate, Unit
from reports.models.choices import REPORT_STEP_LABELS
from reports.selectors.evidence import evidence_of
from reports.selectors.history import changes_of
from reports.selectors.honours import running
from reports.selectors.public_forms import form_of
from reports.selectors.report_calls import calls_shown
from reports.selectors.report_checks import count_findings
from reports.selectors.report_facts import records_behind
from reports.selectors.report_figures import Figure
from reports.selectors.report_margins import margins_of, misses_of
from reports.selectors.report_paragraphs import SectionRead, sections_of
from reports.selectors.report_reading import (
    addressed,
    comments_of,
    holds,
    kept_texts,
    proofs_of,
    step_in,
    was_deliberated,
)
from reports.selectors.report_templates import templates_for, templates_to_use
from reports.selectors.summaries import (
    drift_counts,
    drift_of,
    published_records,
    reports_for,
    shown_figures,
)
from reports.selectors.year_records import YearRecords, duty_rows, is_of_duties, report_day
from reports.tables.summaries import ReportTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.one_report import OpenReport
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
            "templates": templates_for(self.scope).filter(is_active=True),
        }

    def get_initial(self):
        asked = self.request.GET.get("bureau", "")
        year = min(self.year, self.today.year)
        return {"bureau": asked if asked.isdigit() else None, "year": year}

    def form_valid(self, form):
        bureau, year = form.cleaned_data["bureau"], form.cleaned_data["year"]
        there = AnnualReport.objects.annual().filter(bureau=bureau, year=year).first()
        if there is not None:
            messages.info(self.request, _("该年度的报告已经存在。"))
            return redirect(there)
        try:
            report = compile_report(
                bureau=bureau,
                year=year,
                template=form.cleaned_data["template"],
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
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
            AnnualReport.objects.select_related(
                "bureau",
                "signer",
                "signed_by",
                "recorded_by",
                "public_form",
                "template",
                "corrects",
                "corrected_by",
            ),
            self.kwargs["pk"],
        )

    @cached_property
    def records(self) -> YearRecords | None:
        """What stands behind the report, read once a page; nothing of a text taken over."""
        if self.report.is_published_text:
            return None
        return records_behind(self.report, self.today)

    @cached_property
    def both(self) -> tuple[list[Figure], list[Figure]]:
        """The figures shown, and those of the records now."""
        return shown_figures(self.report, self.today, self.records)

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
        """Whether the report is on its way, with figures that follow the ledger."""
        return ReportState(self.report.state) in OPEN

    @cached_property
    def is_editable(self) -> bool:
        return ReportState(self.report.state) in EDITABLE

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


# Whoever compiles, checks or signs may remark on a paragraph.
REMARKING = (Act.COMPILE_REPORT, Act.CHECK_SECRECY, Act.SIGN_REPORT)


class ReportDetail(ReportPage, TemplateView):
    template_name = "reports/summaries/detail.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        report = self.report
        may_compile = self.scope.may(Act.COMPILE_REPORT, report)
        frozen, now = self.both
        chosen = self.chosen_sentence()
        proofs = proofs_of(report, self.sections, self.by_key)
        remarks = comments_of(report)
        moves = list(report.moves.select_related("recorded_by", "person", "meeting").order_by("pk"))
        return context | {
            "chosen": chosen,
            "proofs": proofs,
            "behind": proofs[chosen.pk].records if chosen else [],
            "remarks": remarks,
            "open_remarks": sum(
                each.settled_at is None for rows in remarks.values() for each in rows
            ),
            "kept": list(kept_texts(report)) if self.is_draft else [],
            "margins": margins_of(report, self.sections, self.by_key),
            "misses": misses_of(report, self.by_key) if self.is_draft else [],
            "calls": calls_shown(report.bureau_id, report.year, today=self.today)
            if report.kind == ReportKind.ANNUAL and self.is_draft
            else None,
            "templates": self.templates() if may_compile and self.is_editable else [],
            "groups": grouped(self.figures),
            "drift": drift_of(frozen, now) if context["is_signed"] and report.is_current else [],
            "checks": count_findings(report, self.sections, on=self.today)
            if self.is_draft
            else None,
            "public_form": form_of(report),
            "later": getattr(report, "corrected_by", None),
            "hand_ins": addressed(report.hand_ins.all(), self.today)
            if context["is_signed"]
            else [],
            "honours": self.honours(),
            "running": running(self.honours_so_far),
            "published": published_records(report) if report.is_published_text else None,
            "evidence": evidence_of(self.scope, report=report.pk),
            "changes": changes_of(report),
            "moves": [(move, step_in(move)) for move in moves],
            "steps": self.steps(moves),
            "may_edit": may_compile and self.is_editable,
            "may_link": may_compile and self.is_draft,
            "may_remark": self.is_draft and any(self.scope.may(act, report) for act in REMARKING),
            "may_correct": may_compile and context["is_signed"] and report.is_current,
            "may_hand_in": may_compile and context["is_signed"],
            "may_honour": may_compile and not report.is_published_text,
        }

    def templates(self) -> list[ReportTemplate]:
        """By which the draft may be put in another order."""
        return list(templates_to_use(self.report.bureau, year=self.report.year))

    def steps(self, moves) -> list[tuple[ReportStep, object, bool]]:
        """What the reader may do next, by the table of steps; the one that leads on comes last."""
        if not self.is_draft:
            return []
        report = self.report
        acts = {act for act in Act if self.scope.may(act, report)}
        lines = possible_steps(
            ReportState(report.state),
            ReportKind(report.kind),
            acts,
            deliberated=was_deliberated(moves),
        )
        return [
            (line.step, REPORT_STEP_LABELS[line.step], line.step != ReportStep.RETURN)
            for line in sorted(lines, key=lambda line: line.step != ReportStep.RETURN)
            if Act.RECORD_SIGNED_DECISION in acts or self.is_holder(line.holder)
        ]

    def is_holder(self, holder: Holder | None) -> bool:
        """Whether the reader decides in that capacity today; anybody does where none is asked."""
        if holder is None:
            return True
        person = Person.objects.filter(user=self.request.user).first()
        return holds(person, self.report.bureau, holder, self.today)

    def chosen_sentence(self):
        """The sentence named in the address, whose records stand beside the text."""
        key = key_in(self.request.GET.get("s", ""))
        return next(
            (
                sentence
                for section in self.sections
                for paragraph in section.paragraphs
                for sentence in paragraph.sentences
                if sentence.pk == key
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
            recompile(
                report_id=self.report.pk,
                template=self.chosen_template(),
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

    def chosen_template(self) -> ReportTemplate | None:
        """Another template, where one was chosen; the action says whether it may be used."""
        key = key_in(self.request.POST.get("template", ""))
        rows = self.visible(ReportTemplate.objects.all())
        return rows.filter(pk=key).first() if key is not None else None


class ReportEdit(OpenReport, ReportPage, FormView):
    """What stands at the head of the report, and its sections to be worded one by one."""

    template_name = "reports/summaries/edit.html"
    form_class = ReportMetaForm

    def get_form_kwargs(self):
        # Another object than the one that is shown: a refused form changes its own alone.
        head = AnnualReport.objects.get(pk=self.report.pk)
        return super().get_form_kwargs() | {"instance": head, "prefix": "head"}

    def get_context_data(self, **kwargs):
        remarks = comments_of(self.report)
        return super().get_context_data(**kwargs) | {
            "base": self.request.POST.get("base") or last_step(self.report),
            "kept": list(kept_texts(self.report)),
            "parts": [
                (
                    section,
                    sum(
                        each.settled_at is None
                        for paragraph in section.paragraphs
                        for each in remarks.get(paragraph.pk, ())
                    ),
                )
                for section in self.sections
            ],
        }

    def form_valid(self, form):
        try:
            edit_report(
                report_id=self.report.pk,
                edit=TextEdit(
                    meta=dict(form.cleaned_data), base=key_in(self.request.POST.get("base"))
                ),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotEdit as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.report)
