"""Templates of the annual report: the list, one of them, a bureau's own copy."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.report_templates import CannotKeepTemplate, copy_template, edit_template
from reports.domain.access import Act
from reports.filters.report_templates import TemplateFilter
from reports.forms.report_templates import CopyTemplateForm, TemplateForm
from reports.models import ReportTemplate
from reports.selectors.report_facts import plan_from
from reports.selectors.report_templates import (
    draw_choices,
    headings_named,
    template_shown,
    templates_for,
)
from reports.tables.report_templates import TemplateTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin


class TemplateList(ScopeMixin, TablePage):
    table_class = TemplateTable
    filterset_class = TemplateFilter
    template_name = "reports/report_templates/list.html"
    title = pgettext_lazy("several", "报告模板")
    empty_hint = gettext_lazy("还没有报告模板。系统自带的模板在启用台账时建立。")

    def get_queryset(self):
        return templates_for(self.scope)


class TemplatePage(ScopeMixin, DayMixin):
    """What the pages about one template share."""

    @cached_property
    def template(self) -> ReportTemplate:
        rows = ReportTemplate.objects.select_related("unit__bureau")
        return self.get_visible(rows, self.kwargs["pk"])

    @cached_property
    def may_edit(self) -> bool:
        own = self.template.unit is not None
        return own and self.scope.may(Act.COMPILE_REPORT, self.template)

    @cached_property
    def bureaus(self):
        """For whom a copy may be made; of a bureau's own template only that bureau."""
        rows = self.scope.units(Act.COMPILE_REPORT).bureaus().in_order()
        if self.template.unit_id is not None:
            rows = rows.filter(pk=self.template.unit_id)
        return rows


class TemplateDetail(TemplatePage, TemplateView):
    template_name = "reports/report_templates/detail.html"

    def get_context_data(self, **kwargs):
        bureaus = list(self.bureaus) if self.scope.allows(Act.COMPILE_REPORT) else []
        return super().get_context_data(**kwargs) | {
            "template": self.template,
            "sections": template_shown(self.template),
            "may_edit": self.may_edit,
            "copy_form": CopyTemplateForm(bureaus=self.bureaus) if bureaus else None,
            "one_bureau": bureaus[0] if len(bureaus) == 1 else None,
        }


class TemplateCopy(TemplatePage, View):
    """A copy for one's own bureau, to be changed."""

    http_method_names = ("post",)
    needs = Act.COMPILE_REPORT

    def post(self, request, pk):
        form = CopyTemplateForm(request.POST, bureaus=self.bureaus)
        if not form.is_valid():
            messages.error(request, _("请选择本局，再复制模板。"))
            return redirect("reports:report-template-detail", self.template.pk)
        try:
            copy = copy_template(
                template=self.template,
                bureau=form.cleaned_data["bureau"],
                by=request.user,
                at=timezone.now(),
            )
        except CannotKeepTemplate as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect("reports:report-template-detail", self.template.pk)
        messages.success(request, _("已复制，可在此修改。"))
        return redirect("reports:report-template-edit", copy.pk)


class TemplateEdit(TemplatePage, FormView):
    form_class = TemplateForm
    template_name = "reports/report_templates/edit.html"
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            if self.template.unit is None:
                messages.error(request, _("系统自带的模板不能修改，请复制后修改。"))
                return redirect("reports:report-template-detail", self.template.pk)
            self.require(Act.COMPILE_REPORT, self.template)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "plan": plan_from(self.template),
            "draws": draw_choices(headings_named()),
        }

    def get_initial(self):
        template = self.template
        return {
            "name": template.name,
            "year": template.year,
            "is_active": template.is_active,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"template": self.template}

    def form_valid(self, form):
        try:
            edit_template(
                template_id=self.template.pk,
                plan=form.plan(),
                year=form.cleaned_data["year"],
                is_active=form.cleaned_data["is_active"],
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepTemplate as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。已汇编的报告不受影响，重新汇编时采用新的顺序。"))
        return redirect("reports:report-template-detail", self.template.pk)
