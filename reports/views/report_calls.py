"""The year's notices: the list, a new one, one of them with its items to be ticked off."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import FormView, TemplateView, View

from reports.actions.report_calls import CannotKeepCall, edit_call, record_call, tick_item
from reports.domain.access import Act
from reports.filters.report_calls import CallFilter
from reports.forms.report_calls import CallForm, TickForm
from reports.models import CallItem, ReportCall, Unit
from reports.selectors.history import changes_of
from reports.selectors.report_calls import calls_for, items_of
from reports.tables.report_calls import CallTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class CallList(SelectionMixin, ScopeMixin, TablePage):
    table_class = CallTable
    filterset_class = CallFilter
    template_name = "reports/report_calls/list.html"
    title = pgettext_lazy("several", "年度报告通知")
    empty_hint = gettext_lazy("还没有年度报告通知。收到法治办或上级的通知后，在此录入期限和要求。")
    selections = {"bureau": (Unit, gettext_lazy("分局"))}

    def get_queryset(self):
        return calls_for(self.scope, **self.keys)

    def get_context_data(self, **kwargs):
        may = self.scope.allows(Act.COMPILE_REPORT)
        return super().get_context_data(**kwargs) | {"may_record": may}


class CallFormPage(ScopeMixin, DayMixin, FormView):
    form_class = CallForm
    needs = Act.COMPILE_REPORT

    @cached_property
    def bureaus(self):
        return self.scope.units(Act.COMPILE_REPORT).bureaus().in_order()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"bureaus": self.bureaus}


class CallNew(CallFormPage):
    template_name = "reports/report_calls/new.html"

    def get_initial(self):
        asked = self.request.GET.get("bureau", "")
        return {
            "unit": asked if asked.isascii() and asked.isdigit() else None,
            "year": self.year if self.today.month > 6 else min(self.year, self.today.year - 1),
        }

    def form_valid(self, form):
        try:
            call = record_call(draft=form.draft(), by=self.request.user, at=timezone.now())
        except CannotKeepCall as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("通知已录入。"))
        return redirect("reports:report-call-detail", call.pk)


class CallPage(ScopeMixin, DayMixin):
    """What the pages about one notice share."""

    @cached_property
    def call(self) -> ReportCall:
        rows = ReportCall.objects.select_related("unit__bureau", "recorded_by")
        return self.get_visible(rows, self.kwargs["pk"])


class CallDetail(CallPage, TemplateView):
    template_name = "reports/report_calls/detail.html"

    def get_context_data(self, **kwargs):
        items = items_of(self.call)
        return super().get_context_data(**kwargs) | {
            "call": self.call,
            "items": items,
            "left": sum(item.done_on is None for item in items),
            "days_left": (self.call.due_on - self.today).days,
            "may_edit": self.scope.may(Act.COMPILE_REPORT, self.call),
            "changes": changes_of(self.call),
        }


class CallEdit(CallPage, CallFormPage):
    template_name = "reports/report_calls/edit.html"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.call)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        call = self.call
        names = ("year", "issued_by", "document_number", "issued_on", "due_on", "publish_by")
        items = "\n".join(item.text for item in items_of(call))
        return {name: getattr(call, name) for name in names} | {
            "unit": call.unit_id,
            "items": items,
        }

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        return kwargs | {"bureaus": self.bureaus.filter(pk=self.call.unit_id)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"call": self.call}

    def form_valid(self, form):
        try:
            edit_call(
                call_id=self.call.pk,
                draft=form.draft(),
                by=self.request.user,
                at=timezone.now(),
            )
        except CannotKeepCall as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect("reports:report-call-detail", self.call.pk)


class CallTick(ScopeMixin, DayMixin, View):
    """Ticks an item off, or takes the tick back."""

    http_method_names = ("post",)
    needs = Act.COMPILE_REPORT

    def post(self, request, pk):
        item = CallItem.objects.filter(pk=pk).values_list("call_id", flat=True).first()
        call = self.get_visible(ReportCall.objects.select_related("unit__bureau"), item or 0)
        self.require(Act.COMPILE_REPORT, call)
        form = TickForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("说明最多200字。"))
        else:
            tick_item(
                item_id=pk,
                done=form.cleaned_data["done"],
                note=form.cleaned_data["note"],
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        back = request.POST.get("back", "")
        if url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/"):
            return redirect(back)
        return redirect("reports:report-call-detail", call.pk)
