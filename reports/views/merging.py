"""Two entries of one person become one: what would move is shown, then it is done."""

from django.contrib import messages
from django.db.models import Case, IntegerField, Prefetch, Value, When
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from reports.actions.merging import merge_people
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.forms.merging import MergeForm
from reports.models import Appointment, Person
from reports.selectors.merging import Moving, moves_of, reasons_against, twice_sentence
from reports.views.mixins import DayMixin, refused
from reports.views.scoped import ScopeMixin


class PersonMerge(ScopeMixin, DayMixin, FormView):
    """``into`` in the address shows what would move; only what is posted merges."""

    form_class = MergeForm
    template_name = "reports/people/merge.html"
    title = gettext_lazy("合并重复的人员")

    @cached_property
    def person(self) -> Person:
        rows = Person.objects.standing().select_related("unit__bureau", "user")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.MANAGE_PEOPLE, self.person)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def people(self):
        """Who may be chosen: the others of the bureau, those of the same name before others."""
        rows = self.visible(Person.objects.standing(), Act.MANAGE_PEOPLE)
        held = Appointment.objects.in_office_on(self.today).select_related("post")
        alike = When(name=self.person.name, then=Value(0))
        rows = rows.filter(unit__bureau=self.person.unit.bureau_id).exclude(pk=self.person.pk)
        return (
            rows.annotate(other=Case(alike, default=Value(1), output_field=IntegerField()))
            .select_related("unit__bureau", "user")
            .prefetch_related(Prefetch("appointments", held, to_attr="held"))
            .order_by("other", "unit__path", "pk")
        )

    @cached_property
    def kept(self) -> Person | None:
        """The entry that is asked about, where the address names one that may be chosen."""
        typed = self.request.POST.get("into") or self.request.GET.get("into", "")
        if not typed.isascii() or not typed.isdigit() or len(typed) > 15:
            return None
        return self.people.prefetch_related(None).filter(pk=int(typed)).first()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"people": self.people}

    def get_initial(self):
        return {"into": self.kept}

    def get_context_data(self, **kwargs):
        moves: list[Moving] = []
        reasons: list[str] = []
        if self.kept is not None:
            moves = moves_of(self.person, self.kept)
            reasons = reasons_against(self.person, self.kept)
            reasons += [twice_sentence(each) for each in moves if each.twice]
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "person": self.person,
            "kept": self.kept,
            "moves": moves,
            "reasons": reasons,
            "moving": sum(each.number for each in moves),
        }

    def form_valid(self, form):
        kept = form.cleaned_data["into"]
        try:
            merge_people(
                gone=self.person,
                kept=kept,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(
            self.request,
            _("已并入%(name)s，原来的网址自动转到本页。") % {"name": kept.name},
        )
        return redirect(kept)
