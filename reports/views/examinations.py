"""Examinations: the list, one examination, and what is entered of it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.examinations import (
    cancel_examination,
    edit_examination,
    enter_examination,
    set_results,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.filters.examinations import ExaminationFilter
from reports.forms.examinations import ExaminationForm, ResultsForm, initial_of
from reports.forms.meetings import CancelForm
from reports.models import Examination, Unit
from reports.models.choices import rate_label
from reports.selectors.examinations import (
    examinations_for,
    results_of,
    sums_of,
    who_may_have_taken_part,
)
from reports.selectors.history import changes_of
from reports.tables.examinations import ExaminationTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# A form of more lines is filled in by nobody: the examination is entered for a smaller unit.
MOST_PEOPLE = 400


class ExaminationList(SelectionMixin, ScopeMixin, TablePage):
    table_class = ExaminationTable
    filterset_class = ExaminationFilter
    template_name = "reports/examinations/list.html"
    title = pgettext_lazy("several", "考试")
    empty_hint = gettext_lazy("还没有考试。由法制大队录入考试日期、科目、参考和合格人数。")
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        rows = examinations_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            cancelled=ticked(self.request, "cancelled"),
        )
        if "bureau" in self.keys:
            rows = rows.filter(unit__bureau=self.keys["bureau"])
        if "unit" in self.keys:
            rows = rows.filter(unit=self.keys["unit"])
        return rows

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_totals(self, queryset):
        took_part, passed = sums_of(queryset)
        return {"rate": rate_label(passed, took_part)} if took_part else {}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_manage": self.scope.allows(Act.MANAGE_PEOPLE) and not self.days.is_past,
        }


class ExaminationPage(ScopeMixin, DayMixin):
    """What the pages about one examination share; ``act`` is what the page does."""

    act: Act = Act.MANAGE_PEOPLE
    title = ""

    @cached_property
    def examination(self) -> Examination:
        rows = Examination.objects.select_related("unit", "unit__bureau", "cancelled_by")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ:
            self.require(self.act, self.examination)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "examination": self.examination,
            "title": self.title,
        }


class ExaminationDetail(ExaminationPage, TemplateView):
    """Results by person are told only to those who manage the people of the unit."""

    template_name = "reports/examinations/detail.html"
    act = Act.READ

    def get_context_data(self, **kwargs):
        row = self.examination
        may = self.scope.may(Act.MANAGE_PEOPLE, row)
        return super().get_context_data(**kwargs) | {
            "results": results_of(row) if may else [],
            "sees_results": may,
            "may_manage": may and not row.is_cancelled and not self.days.is_past,
            "changes": changes_of(row),
        }


class ExaminationNew(ScopeMixin, DayMixin, FormView):
    form_class = ExaminationForm
    template_name = "reports/examinations/form.html"
    needs = Act.MANAGE_PEOPLE

    def get_initial(self):
        own = self.scope.bureau_ids
        return {"unit": next(iter(own))} if len(own) == 1 else {}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("录入考试"), "several": True}

    def form_valid(self, form):
        try:
            row = enter_examination(
                form.draft(), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("考试“%(name)s”已录入。") % {"name": row.name})
        if "results" in self.request.POST:
            return redirect("reports:examination-results", row.pk)
        return redirect(row)


class ExaminationEdit(ExaminationPage, FormView):
    form_class = ExaminationForm
    template_name = "reports/examinations/form.html"
    title = gettext_lazy("修改考试")

    @cached_property
    def counted(self) -> bool:
        return self.examination.results.exists()

    def get_initial(self):
        return initial_of(self.examination)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "examination": self.examination,
            "counted": self.counted,
        }

    def form_valid(self, form):
        try:
            edit_examination(
                examination_id=self.examination.pk,
                draft=form.draft(),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.examination)


class ExaminationResults(ExaminationPage, FormView):
    form_class = ResultsForm
    template_name = "reports/examinations/results.html"
    title = gettext_lazy("录入个人成绩")

    @cached_property
    def people(self):
        return who_may_have_taken_part(self.examination, self.scope, most=MOST_PEOPLE)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "people": self.people[0],
            "pass_mark": self.examination.pass_mark,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"cut": MOST_PEOPLE if self.people[1] else 0}

    def form_valid(self, form):
        try:
            set_results(
                examination_id=self.examination.pk,
                results=form.results(),
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("成绩已保存，参考和合格人数已按成绩计算。"))
        return redirect(self.examination)


class ExaminationCancel(ExaminationPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    title = gettext_lazy("作废考试")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.examination}

    def form_valid(self, form):
        try:
            cancel_examination(
                examination_id=self.examination.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("考试已作废。"))
        return redirect(self.examination)
