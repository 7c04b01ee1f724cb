"""People and what they answer for."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.imports import SheetKind
from reports.domain.terms import holds_on
from reports.filters.people import PersonFilter
from reports.models import Appointment, Person
from reports.selectors.certificates import certificates_of
from reports.selectors.history import changes_of
from reports.selectors.people import duties_of, people_for, readers_of, term_of
from reports.selectors.staffing import remarks_of_person
from reports.tables.people import PersonTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin


class PersonList(ScopeMixin, TablePage):
    title = pgettext_lazy("several", "人员")
    table_class = PersonTable
    filterset_class = PersonFilter
    template_name = "reports/people/list.html"
    sheet_kind = SheetKind.PEOPLE
    empty_hint = _("还没有人员。由法制大队在“管理”中录入。")
    export_needs_reason = True

    def get_queryset(self):
        return people_for(self.scope, on=self.on)

    def get_filterset_kwargs(self, filterset_class):
        return {
            **super().get_filterset_kwargs(filterset_class),
            "scope": self.scope,
            "on": self.on,
        }

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        may = self.scope.allows(Act.MANAGE_PEOPLE)
        return super().get_context_data(**kwargs) | {
            "many_bureaus": self.scope.sees_many_bureaus,
            "add_url": reverse("admin:reports_person_add") if may else "",
        }


class PersonDetail(ScopeMixin, DayMixin, TemplateView):
    """A person; the address of an entry that was merged leads to the one that stayed."""

    template_name = "reports/people/detail.html"

    @cached_property
    def person(self) -> Person:
        rows = Person.objects.select_related("unit", "unit__bureau")
        return self.get_visible(rows, self.kwargs["pk"])

    def get(self, request, *args, **kwargs):
        if self.person.merged_into_id is not None:
            kept = reverse("reports:person-detail", args=[self.person.merged_into_id])
            query = request.GET.urlencode()
            return redirect(f"{kept}?{query}" if query else kept)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        person = self.person
        duties = duties_of(person, self.scope, year=self.year, on=self.on, today=self.today)
        certificates = list(certificates_of(person.pk, on=self.on))
        may = self.scope.may(Act.MANAGE_PEOPLE, person)
        change = "admin:reports_person_change"
        return super().get_context_data(**kwargs) | {
            "person": person,
            "duties": duties,
            "now": self.terms(duties.terms, held=True),
            "before": self.terms(duties.terms, held=False),
            "readers": readers_of(person, duties.terms),
            "certificates": certificates,
            "remarks": remarks_of_person(person, duties.terms, certificates, on=self.on),
            "may_certify": may and not self.days.is_past,
            "has_left": person.left_on is not None and person.left_on <= self.on,
            "changes": changes_of(person),
            "change_url": reverse(change, args=[person.pk]) if may else "",
            "may_manage": may,
        }

    def terms(self, terms: list[Appointment], *, held: bool) -> list[tuple[Appointment, bool]]:
        """Those held on the day or the others, each with whether one may change it."""
        return [
            (term, self.scope.may(Act.MANAGE_PEOPLE, term))
            for term in terms
            if holds_on(term_of(term), self.on) == held
        ]
