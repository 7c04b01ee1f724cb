"""People and what they answer for."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.generic import TemplateView

from reports.domain.access import Act
from reports.domain.terms import holds_on
from reports.filters.people import PersonFilter
from reports.models import Person
from reports.selectors.history import changes_of
from reports.selectors.people import duties_of, people_for, term_of
from reports.tables.people import PersonTable
from reports.views.mixins import DayMixin, TablePage
from reports.views.scoped import ScopeMixin


class PersonList(ScopeMixin, TablePage):
    title = pgettext_lazy("several", "人员")
    table_class = PersonTable
    filterset_class = PersonFilter
    template_name = "reports/people/list.html"
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
    template_name = "reports/people/detail.html"

    def get_context_data(self, **kwargs):
        person = self.get_visible(
            Person.objects.select_related("unit", "unit__bureau"), self.kwargs["pk"]
        )
        duties = duties_of(person, self.scope, year=self.year, on=self.on, today=self.today)
        may = self.scope.may(Act.MANAGE_PEOPLE, person)
        change = "admin:reports_person_change"
        return super().get_context_data(**kwargs) | {
            "person": person,
            "duties": duties,
            "now": [term for term in duties.terms if holds_on(term_of(term), self.on)],
            "before": [term for term in duties.terms if not holds_on(term_of(term), self.on)],
            "certificates": person.certificates.order_by("valid_until", "pk"),
            "has_left": person.left_on is not None and person.left_on <= self.on,
            "changes": changes_of(person),
            "change_url": reverse(change, args=[person.pk]) if may else "",
            "appoint_url": reverse("admin:reports_appointment_add") if may else "",
        }
