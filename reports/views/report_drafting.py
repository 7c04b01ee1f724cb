"""Compiling: for other days, by another template; what is decided on misses; standing formulas."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from reports.actions.summaries import (
    CannotCompile,
    CannotDecideMiss,
    CannotInsertFormula,
    compile_span,
    decide_miss,
    insert_formula,
)
from reports.domain.access import Act
from reports.domain.report_moves import EDITABLE
from reports.domain.summaries import ReportState
from reports.forms.report_drafting import FormulaForm, MissForm, SpanForm
from reports.models import AnnualReport, ReportTemplate
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.report_templates import formulas_on
from reports.selectors.summaries import shown_figures
from reports.selectors.year_records import report_day
from reports.views.mixins import DayMixin, refused
from reports.views.scoped import ScopeMixin


class SpanNew(ScopeMixin, DayMixin, FormView):
    """Days, a reader, one press: the draft."""

    form_class = SpanForm
    template_name = "reports/summaries/span_new.html"
    needs = Act.COMPILE_REPORT

    @cached_property
    def bureaus(self):
        return self.scope.units(Act.COMPILE_REPORT).bureaus().in_order()

    def get_form_kwargs(self):
        templates = self.visible(ReportTemplate.objects.filter(is_active=True))
        return super().get_form_kwargs() | {
            "bureaus": self.bureaus,
            "templates": templates.order_by("unit__path", "position", "pk"),
            "today": self.today,
        }

    def get_initial(self):
        asked = self.request.GET.get("bureau", "")
        return {"bureau": asked if asked.isascii() and asked.isdigit() else None}

    def form_valid(self, form):
        try:
            report = compile_span(
                draft=form.draft(),
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


class DraftingPage(ScopeMixin, DayMixin):
    """What changes a draft needs the draft, and the right to compile it."""

    needs = Act.COMPILE_REPORT

    @cached_property
    def report(self) -> AnnualReport:
        rows = AnnualReport.objects.select_related("bureau", "template")
        return self.get_visible(rows, self.kwargs["pk"])


class MissDecide(DraftingPage, View):
    """Whether the misses of a schedule are admitted as a problem."""

    http_method_names = ("post",)

    def post(self, request, pk, schedule):
        self.require(Act.COMPILE_REPORT, self.report)
        form = MissForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("请选择“列为不足”或“不列”，原因不超过300字。"))
            return redirect(f"{self.report.get_absolute_url()}#misses")
        try:
            decide_miss(
                report_id=self.report.pk,
                schedule_id=schedule,
                admitted=form.cleaned_data["admitted"],
                cause=form.cleaned_data["cause"],
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotDecideMiss as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
        else:
            words = (
                _("已列为不足，写入“不足和原因”部分。")
                if form.cleaned_data["admitted"]
                else _("已记下：不列为不足。")
            )
            messages.success(request, words)
        return redirect(f"{self.report.get_absolute_url()}#misses")


class FormulaInsert(DraftingPage, FormView):
    """The formulas that hold on the day of the figures, to be put in by choice."""

    form_class = FormulaForm
    template_name = "reports/summaries/formulas.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
            if ReportState(self.report.state) not in EDITABLE:
                messages.error(request, _("报告不在起草或会签中，不能改动文字。"))
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def figures(self):
        shown, _now = shown_figures(self.report, self.today)
        return {figure.key: figure for figure in shown}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "formulas": formulas_on(report_day(self.report, self.today)),
            "sections": sections_of(self.report, self.figures),
        }

    def get_initial(self):
        return {"place": self.request.GET.get("place", "")}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        formulas = list(context["form"].fields["formula"].queryset)
        return context | {
            "report": self.report,
            "formulas": formulas,
            "figures_on": report_day(self.report, self.today),
        }

    def form_valid(self, form):
        section, paragraph = form.at()
        try:
            insert_formula(
                report_id=self.report.pk,
                formula=form.cleaned_data["formula"],
                section_id=section,
                paragraph_id=paragraph,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotInsertFormula as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已插入规范表述，可以接着修改前后文字。"))
        return redirect(self.report)
