"""Certificates of people: what expires, and what is entered, renewed or cancelled."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from reports.actions.certificates import (
    add_certificate,
    cancel_certificate,
    renew_certificate,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.imports import SheetKind
from reports.filters.certificates import CertificateFilter
from reports.forms.certificates import CertificateForm, RenewalForm
from reports.forms.meetings import CancelForm
from reports.models import Certificate, Person, Unit
from reports.selectors.certificates import certificates_for
from reports.tables.certificates import CertificateTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin


class CertificateList(SelectionMixin, ScopeMixin, TablePage):
    table_class = CertificateTable
    filterset_class = CertificateFilter
    template_name = "reports/certificates/list.html"
    sheet_kind = SheetKind.CERTIFICATES
    title = gettext_lazy("证件和资格")
    empty_hint = gettext_lazy("还没有证件。在人员页面录入行政执法证、执法资格和法律职业资格。")
    export_needs_reason = True
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    def get_queryset(self):
        rows = certificates_for(
            self.scope, on=self.on, state=self.request.GET.get("state", "").strip()
        )
        if "bureau" in self.keys:
            rows = rows.filter(person__unit__bureau=self.keys["bureau"])
        if "unit" in self.keys:
            rows = rows.filter(person__unit=self.keys["unit"])
        return rows

    def get_table_kwargs(self):
        shown = {"on": self.on}
        return shown if self.scope.sees_many_bureaus else {**shown, "exclude": ("bureau",)}

    def get_table_class(self):
        """The export has the days left, too, and they are counted from the day of the page."""
        on = self.on

        class DatedTable(CertificateTable):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **{"on": on, **kwargs})

        return DatedTable

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_manage": self.scope.allows(Act.MANAGE_PEOPLE) and not self.days.is_past,
        }


class CertificateNew(ScopeMixin, DayMixin, FormView):
    form_class = CertificateForm
    template_name = "reports/certificates/form.html"

    @cached_property
    def person(self) -> Person:
        rows = Person.objects.select_related("unit", "unit__bureau")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.MANAGE_PEOPLE, self.person)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("录入证件"),
            "person": self.person,
        }

    def form_valid(self, form):
        try:
            row = add_certificate(
                form.draft(self.person), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("%(kind)s已录入。") % {"kind": row.kind})
        return redirect(self.person)


class CertificatePage(ScopeMixin, DayMixin, FormView):
    """What the pages about one certificate share."""

    title = ""

    @cached_property
    def certificate(self) -> Certificate:
        rows = Certificate.objects.select_related(
            "kind", "person", "person__unit", "person__unit__bureau"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.MANAGE_PEOPLE, self.certificate.person)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "person": self.certificate.person,
            "certificate": self.certificate,
        }


class CertificateRenew(CertificatePage):
    form_class = RenewalForm
    template_name = "reports/certificates/form.html"
    title = gettext_lazy("换发证件")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"renews": self.certificate}

    def get_initial(self):
        return {"number": self.certificate.number, "issued_by": self.certificate.issued_by}

    def form_valid(self, form):
        try:
            renew_certificate(
                certificate_id=self.certificate.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("%(kind)s已换发。") % {"kind": self.certificate.kind})
        return redirect(self.certificate.person)


class CertificateCancel(CertificatePage):
    form_class = CancelForm
    template_name = "reports/certificates/form.html"
    title = gettext_lazy("作废证件")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"danger": True}

    def form_valid(self, form):
        try:
            cancel_certificate(
                certificate_id=self.certificate.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("证件已作废。"))
        return redirect(self.certificate.person)
