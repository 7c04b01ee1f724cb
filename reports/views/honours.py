"""Honours and assessment results: the list by year, entering one, correcting or cancelling it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from reports.actions.honours import (
    CannotKeepHonour,
    HonourDraft,
    add_honours,
    cancel_honour,
    edit_honour,
)
from reports.domain.access import Act
from reports.filters.honours import HonourFilter
from reports.forms.base import people_of
from reports.forms.honours import CancelHonourForm, HonourForm, initial_of
from reports.models import AnnualReport, Honour, Unit
from reports.selectors.history import changes_of
from reports.selectors.honours import honours_for, running_up_to
from reports.tables.honours import HonourTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked


class HonourList(SelectionMixin, ScopeMixin, TablePage):
    table_class = HonourTable
    filterset_class = HonourFilter
    template_name = "reports/honours/list.html"
    title = gettext_lazy("荣誉和考评结果")
    empty_hint = gettext_lazy(
        "还没有荣誉和考评结果。荣誉称号、考评结果、肯定性批示、经验推广，由法制大队录入。"
    )
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        return honours_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def export(self, kind):
        running = running_up_to(self.object_list)
        self.table_class = type("HonourTable", (HonourTable,), {"years_running": running})
        return super().export(kind)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = [row.record for row in context["table"].page.object_list]
        return context | {
            "running": running_up_to(rows),
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_add": self.scope.allows(Act.COMPILE_REPORT) and not self.days.is_past,
        }


class HonourPage(ScopeMixin, DayMixin, FormView):
    """What entering and correcting an honour share."""

    form_class = HonourForm
    template_name = "reports/honours/form.html"
    needs = Act.COMPILE_REPORT
    bureau: Unit
    honour: Honour | None = None
    year_known: int | None = None

    def get_form_kwargs(self):
        below = self.visible(Unit.objects.filter(bureau=self.bureau)).exclude(pk=self.bureau.pk)
        people = people_of(self.scope, bureau_id=self.bureau.pk, today=self.today)
        return super().get_form_kwargs() | {
            "units": below.in_order(),
            "people": people,
            "today": self.today,
            "year": self.year_known,
        }

    def draft(self, form) -> HonourDraft:
        given = {"year": self.year_known, **form.cleaned_data}
        return HonourDraft(bureau=self.bureau, **given)

    @cached_property
    def list_address(self) -> str:
        return f"{reverse('reports:honour-list')}?bureau={self.bureau.pk}&all_years=1"

    @cached_property
    def back(self) -> str:
        return self.list_address

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "back": self.back,
            "bureau": self.bureau,
            "year_known": self.year_known,
        }


class HonourAdd(HonourPage):
    """One entered from the list: of the bureau that the address names, or the first."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            bureaus = self.visible(Unit.objects.bureaus(), Act.COMPILE_REPORT).in_order()
            asked = request.GET.get("bureau", "")
            if asked.isascii() and asked.isdigit() and len(asked) <= 15:
                self.bureau = self.get_visible(bureaus, int(asked))
            else:
                first = bureaus.first()
                self.bureau = self.get_visible(bureaus, first.pk if first else 0)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"year": self.year}

    def form_valid(self, form):
        try:
            add_honours(
                [self.draft(form)], by=self.request.user, at=timezone.now(), today=self.today
            )
        except CannotKeepHonour as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已录入。"))
        return redirect(self.back)


class HonourNew(HonourAdd):
    """One entered from an annual report: of its bureau and year."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            report = self.get_visible(AnnualReport.objects.select_related("bureau"), kwargs["pk"])
            self.require(Act.COMPILE_REPORT, report)
            self.bureau, self.year_known = report.bureau, report.year
            self.back = f"{report.get_absolute_url()}#honours"
        return HonourPage.dispatch(self, request, *args, **kwargs)


class HonourEdit(HonourPage):
    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.honour = self.get_visible(Honour.objects.select_related("bureau"), kwargs["pk"])
            self.require(Act.COMPILE_REPORT, self.honour)
            self.bureau = self.honour.bureau
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return initial_of(self.honour)

    @cached_property
    def back(self) -> str:
        asked = self.request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
            return asked
        rows = AnnualReport.objects.annual()
        report = rows.filter(bureau=self.bureau, year=self.honour.year).first()
        if report is None:
            return self.list_address
        return f"{report.get_absolute_url()}#honours"

    def get_context_data(self, **kwargs):
        kwargs.setdefault("cancel_form", CancelHonourForm(prefix="cancel"))
        return super().get_context_data(**kwargs) | {
            "honour": self.honour,
            "changes": changes_of(self.honour),
        }

    def post(self, request, *args, **kwargs):
        if "cancel" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = CancelHonourForm(request.POST, prefix="cancel")
        if form.is_valid():
            try:
                cancel_honour(
                    honour_id=self.honour.pk,
                    because=form.cleaned_data["because"],
                    by=request.user,
                    at=timezone.now(),
                )
            except CannotKeepHonour as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            else:
                return redirect(self.back)
        asked = {n: v for n, v in self.get_form_kwargs().items() if n not in ("data", "files")}
        shown = self.form_class(**asked)
        return self.render_to_response(self.get_context_data(form=shown, cancel_form=form))

    def form_valid(self, form):
        try:
            edit_honour(
                honour_id=self.honour.pk,
                draft=self.draft(form),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotKeepHonour as refusal:
            return refused(self, form, refusal)
        return redirect(self.back)
