"""Appointments: entered, corrected, ended and handed over by who manages the people."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from reports.actions.people import (
    appoint,
    edit_appointment,
    end_appointment,
    hand_over_posts,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.forms.appointments import AppointmentForm, CorrectionForm, EndForm, HandOverForm
from reports.models import Appointment, Person, Unit
from reports.models.choices import day_label
from reports.selectors.people import held_words
from reports.views.mixins import DayMixin, refused
from reports.views.scoped import ScopeMixin

TERM = ("first_day", "last_day", "acting", "document_number")


class AppointmentNew(ScopeMixin, DayMixin, FormView):
    """A new appointment; person, unit and post may be named in the address."""

    form_class = AppointmentForm
    template_name = "reports/appointments/form.html"
    needs = Act.MANAGE_PEOPLE
    title = gettext_lazy("录入任职")

    def named(self, part: str) -> int | None:
        typed = self.request.GET.get(part, "")
        fits = typed.isascii() and typed.isdigit() and len(typed) <= 15
        return int(typed) if fits else None

    @cached_property
    def person(self) -> Person | None:
        key = self.named("person")
        return self.get_visible(Person.objects.select_related("unit"), key) if key else None

    @cached_property
    def unit(self) -> Unit | None:
        key = self.named("unit")
        return self.get_visible(Unit.objects.all(), key) if key else None

    def get_initial(self):
        return {
            "person": self.person,
            "unit": self.unit.pk if self.unit else None,
            "post": self.named("post"),
            "first_day": self.today,
        }

    def get_form_kwargs(self):
        place = self.unit or (self.person.unit if self.person else None)
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "bureau_id": place.bureau_id if place else None,
        }

    def get_context_data(self, **kwargs):
        back = self.person or self.unit
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "back": back.get_absolute_url() if back else reverse("reports:person-list"),
        }

    def form_valid(self, form):
        given = form.cleaned_data
        self.require(Act.MANAGE_PEOPLE, given["unit"])
        try:
            made = appoint(**given, by=self.request.user, at=timezone.now())
        except Refused as refusal:
            return refused(self, form, refusal)
        told = {"person": made.person, "unit": made.unit, "post": made.post}
        messages.success(self.request, _("已录入：%(person)s任%(unit)s%(post)s。") % told)
        return redirect(self.back_to(made))

    def back_to(self, made: Appointment) -> str:
        """To the page one came from."""
        came_from_unit = self.unit is not None and self.person is None
        return (made.unit if came_from_unit else made.person).get_absolute_url()


class AppointmentPage(ScopeMixin, DayMixin):
    """What the pages about one appointment share; only who manages the people of its unit."""

    title = ""
    button = ""

    @cached_property
    def held(self) -> Appointment:
        rows = Appointment.objects.select_related(
            "person", "post", "unit__bureau", "unit__kind", "home_unit"
        )
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.MANAGE_PEOPLE, self.held)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "held": self.held,
            "title": self.title,
            "button": self.button or self.title,
            "back": self.held.person.get_absolute_url(),
        }


class AppointmentEdit(AppointmentPage, FormView):
    form_class = CorrectionForm
    template_name = "reports/appointments/form.html"
    title = gettext_lazy("更正任职")
    button = gettext_lazy("保存")

    def get_initial(self):
        held = self.held
        return {name: getattr(held, name) for name in TERM} | {"home_unit": held.home_unit_id}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "held": self.held,
        }

    def form_valid(self, form):
        try:
            edit_appointment(
                appointment=self.held,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("任职已更正。已记录的会议仍保留当时的岗位。"))
        return redirect(self.held.person)


class AppointmentEnd(AppointmentPage, FormView):
    form_class = EndForm
    template_name = "reports/appointments/form.html"
    title = gettext_lazy("办理免职")

    def get_initial(self):
        return {"on": self.today}

    def form_valid(self, form):
        on = form.cleaned_data["on"]
        try:
            end_appointment(appointment=self.held, on=on, by=self.request.user, at=timezone.now())
        except Refused as refusal:
            return refused(self, form, refusal)
        told = {"day": day_label(on)}
        messages.success(self.request, _("任职到%(day)s为止。可打印工作交接单。") % told)
        return redirect(self.held.person)


class AppointmentHandOver(AppointmentPage, FormView):
    """Old ends, new begins, in one step; other posts of the same person may go along."""

    form_class = HandOverForm
    template_name = "reports/appointments/form.html"
    title = gettext_lazy("办理移交")

    @cached_property
    def others(self) -> list[Appointment]:
        """What else the person holds today where one may hand it over."""
        rows = Appointment.objects.filter(person=self.held.person_id).in_office_on(self.today)
        rows = self.scope.limit(rows, Act.MANAGE_PEOPLE).exclude(pk=self.held.pk)
        return list(
            rows.select_related("person", "post", "unit", "home_unit").order_by(
                "unit__path", "post__position", "pk"
            )
        )

    def get_initial(self):
        return {"on": self.today}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "held": self.held,
            "others": self.others,
        }

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            made = hand_over_posts(
                appointments=[self.held, *form.chosen()],
                to=given["to"],
                on=given["on"],
                acting=given["acting"],
                document_number=given["document_number"],
                home_unit=given["home_unit"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        told = {
            "post": held_words(made[0]),
            "person": made[0].person,
            "day": day_label(given["on"]),
        }
        sentence = _("“%(post)s”自%(day)s起由%(person)s接任。交接单可在下方打印、签名。")
        messages.success(self.request, sentence % told)
        return redirect(self.held.person)
