"""Several problems at once: ticked on the list, looked at in a preview, then confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView

from reports.actions.problem_bulk import Outcome, assign_problems, change_due_days
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.problems import ProblemState
from reports.forms.base import key_in
from reports.forms.problems import BulkAssignForm, BulkDueForm
from reports.models import Problem
from reports.views.mixins import DayMixin
from reports.views.scoped import ScopeMixin

MOST = 200
ASSIGN, DUE = "assign", "due"
TITLES = {ASSIGN: gettext_lazy("批量交办"), DUE: gettext_lazy("批量改期")}


@dataclass(frozen=True, slots=True)
class Line:
    """A ticked problem as the preview shows it: now, and what would become of it."""

    before: Problem
    outcome: Outcome

    @property
    def can(self) -> bool:
        return not self.outcome.reasons

    @property
    def goes(self) -> str:
        """The problem with the state it was seen in, as the confirmation sends it back."""
        return f"{self.before.pk}:{self.before.state}"


class ProblemBulk(ScopeMixin, DayMixin, FormView):
    """``step``: nothing shows the form, ``preview`` what would happen, ``confirm`` does it."""

    template_name = "reports/problems/bulk.html"
    needs = Act.ASSIGN_PROBLEM

    def dispatch(self, request, *args, **kwargs):
        if kwargs["what"] not in TITLES:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self.refused_choice() or super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if refused := self.refused_choice():
            return refused
        if request.POST.get("step") == "edit":
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    @property
    def what(self) -> str:
        return self.kwargs["what"]

    @cached_property
    def problems(self) -> list[Problem]:
        """The ticked problems; what is outside the scope does not exist."""
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        keys = {key for each in sent.getlist("pick") if (key := key_in(each)) is not None}
        rows = self.visible(Problem.objects.filter(pk__in=keys))
        found = list(rows.select_related("unit", "bureau", "leader").order_by("year", "pk"))
        if len(found) != len(keys):
            raise Http404
        for each in found:
            self.require(Act.ASSIGN_PROBLEM, each)
        return found

    def refused_choice(self):
        """Back to the list where nothing, too much, or several bureaus were ticked."""
        problems = self.problems
        if not problems:
            said = _("请先在问题台账中勾选要办理的问题。")
        elif len(problems) > MOST:
            said = _("一次最多办理%(n)s个问题。") % {"n": MOST}
        elif len({each.bureau_id for each in problems}) > 1:
            said = _("请只勾选同一分局的问题。")
        else:
            return None
        messages.error(self.request, said)
        return redirect("reports:problem-list")

    def get_form_class(self):
        return BulkAssignForm if self.what == ASSIGN else BulkDueForm

    def get_initial(self):
        return {"on": self.today} if self.what == ASSIGN else {}

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.what == ASSIGN:
            bureau = self.problems[0].bureau_id
            return kwargs | {"scope": self.scope, "bureau": bureau, "today": self.today}
        asks = any(each.state != ProblemState.REGISTERED for each in self.problems)
        return kwargs | {"asks": asks}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": str(TITLES[self.what]),
            "what": self.what,
            "problems": self.problems,
            "list_url": reverse("reports:problem-list"),
        }

    def form_valid(self, form):
        if self.request.POST.get("step") == "confirm":
            return self.confirm(form)
        return self.preview(form)

    def act(self, form, states: Mapping[int, str], *, dry_run: bool) -> list[Outcome]:
        common = {
            "by": self.request.user,
            "at": timezone.now(),
            "today": self.today,
            "dry_run": dry_run,
        }
        if self.what == ASSIGN:
            return assign_problems(states, form.assignment(), **common)
        reason = form.cleaned_data.get("reason", "")
        return change_due_days(states, form.term(), reason=reason, **common)

    def preview(self, form):
        states = {each.pk: each.state for each in self.problems}
        outcomes = {each.problem.pk: each for each in self.act(form, states, dry_run=True)}
        lines = [Line(each, outcomes[each.pk]) for each in self.problems]
        context = {
            "form": form,
            "lines": lines,
            "able": [line for line in lines if line.can],
            "unable": [line for line in lines if not line.can],
            "sent": [
                (name, value)
                for name, values in self.request.POST.lists()
                if name in form.fields
                for value in values
            ],
        }
        return self.render_to_response(self.get_context_data(**context))

    def confirm(self, form):
        """What the preview said could be done: all of it, or nothing and the preview again."""
        ticked = {str(each.pk): each for each in self.problems}
        states = {}
        for goes in self.request.POST.getlist("goes"):
            key, _colon, state = goes.partition(":")
            if key in ticked:
                states[ticked[key].pk] = state
        if not states:
            return self.preview(form)
        try:
            done = self.act(form, states, dry_run=False)
        except Refused:
            messages.error(
                self.request, _("预览之后情况有变化，没有办理任何一项，请重新核对后确认。")
            )
            return self.preview(form)
        messages.success(self.request, self.said(done))
        if left := len(self.problems) - len(done):
            messages.warning(
                self.request,
                ngettext(
                    "另有%(n)s个按预览所列原因没有办理。",
                    "另有%(n)s个按预览所列原因没有办理。",
                    left,
                )
                % {"n": left},
            )
        return redirect("reports:problem-list")

    def said(self, done: list[Outcome]) -> str:
        """How many were done, each kind apart."""
        n = len(done)
        if self.what == ASSIGN:
            return ngettext("已交办%(n)s个问题。", "已交办%(n)s个问题。", n) % {"n": n}
        asked = sum(each.asks for each in done)
        parts = []
        if n > asked:
            changed = n - asked
            parts.append(
                ngettext("已改期%(n)s个问题。", "已改期%(n)s个问题。", changed) % {"n": changed}
            )
        if asked:
            parts.append(
                ngettext(
                    "已申请延期%(n)s个问题，待批准。", "已申请延期%(n)s个问题，待批准。", asked
                )
                % {"n": asked}
            )
        return "".join(parts)
