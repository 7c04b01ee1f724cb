"""Problems: the register, one problem with what may be done now, and its moves."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import add_evidence, atomic_with_files
from reports.actions.measures import ask_extension
from reports.actions.problems import (
    already_moved,
    assign_problem,
    cancel_problem,
    edit_problem,
    facts_of,
    look_back,
    measure_facts,
    move_problem,
    register_problem,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.problems import (
    Against,
    Decision,
    ProblemMove,
    ProblemState,
    Refusal,
    Step,
    possible_moves,
    reasons_against_move,
    step_of,
)
from reports.filters.problems import ProblemFilter
from reports.forms.measures import ExtensionForm
from reports.forms.meetings import CancelForm
from reports.forms.problems import LookBackForm, MoveForm, ProblemForm, initial_of
from reports.models import Person, Problem, Unit
from reports.models.choices import PROBLEM_MOVE_LABELS, refusal_sentence
from reports.selectors.history import changes_of
from reports.selectors.problems import is_overdue, problem_record, problems_for
from reports.tables.problems import ProblemTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

# What the form still asks for says nothing against opening it.
STILL_TO_BE_TYPED = frozenset(
    {Against.NO_REASON, Against.NO_DECISION_DOCUMENT, Against.NO_DECISION_DAY}
)


class ProblemList(SelectionMixin, ScopeMixin, TablePage):
    table_class = ProblemTable
    filterset_class = ProblemFilter
    template_name = "reports/problems/list.html"
    title = gettext_lazy("问题台账")
    empty_hint = gettext_lazy("还没有登记问题。法制大队和监督部门发现问题后在此登记。")
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "leader": (Person, gettext_lazy("责任领导")),
        "responsible": (Person, gettext_lazy("责任人")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        keys = dict(self.keys)
        people = {name: keys.pop(name) for name in ("leader", "responsible") if name in keys}
        return problems_for(
            self.scope,
            on=self.on,
            today=self.today,
            year=self.shown_year,
            state=self.request.GET.get("state", ""),
            overdue=ticked(self.request, "overdue"),
            cancelled=ticked(self.request, "cancelled"),
            **keys,
        ).filter(**people)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_register": self.scope.allows(Act.REGISTER_PROBLEM),
        }


class ProblemPage(ScopeMixin, DayMixin):
    """What the pages about one problem share."""

    @cached_property
    def problem(self) -> Problem:
        return self.get_visible(
            Problem.objects.with_state(self.on, self.today)
            .with_due(self.on, self.today)
            .select_related(
                "unit",
                "bureau",
                "source",
                "leader__unit",
                "responsible__unit",
                "parent",
                "repeats",
                "recorded_by",
                "submitted_by",
                "closed_by",
                "cancelled_by",
                "meeting__unit",
                "meeting__bureau",
            ),
            self.kwargs["pk"],
        )

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"problem": self.problem}


@dataclass(frozen=True, slots=True)
class Button:
    """A move that may be made now, or why it may not."""

    label: str
    href: str
    main: bool
    reasons: list[str]


class ProblemDetail(ProblemPage, TemplateView):
    template_name = "reports/problems/detail.html"

    def get_context_data(self, **kwargs):
        problem = self.problem
        live = not problem.is_cancelled and not self.days.is_past
        registers = live and self.scope.may(Act.REGISTER_PROBLEM, problem)
        closed = problem.state == ProblemState.CLOSED
        return super().get_context_data(**kwargs) | {
            "record": problem_record(problem, self.scope, on=self.on, today=self.today),
            "overdue": is_overdue(problem, self.on),
            "may_read_meeting": problem.meeting is not None
            and self.scope.may(Act.READ, problem.meeting),
            "buttons": self.buttons() if live else [],
            "changes": changes_of(problem),
            "may_edit": registers and not closed,
            "may_cancel": registers,
            "may_set_measure": live and not closed and self.scope.may(Act.SET_MEASURE, problem),
            "may_add_evidence": live and self.scope.may(Act.ADD_EVIDENCE, problem),
            "may_extend": live
            and not closed
            and problem.due_on is not None
            and self.today < problem.due_on
            and problem.state != ProblemState.REGISTERED
            and self.scope.may(Act.ASK_EXTENSION, problem),
            "may_grant": live and self.scope.may(Act.GRANT_EXTENSION, problem),
            "may_look_back": live and closed and self.scope.may(Act.REOPEN_PROBLEM, problem),
        }

    def buttons(self) -> list[Button]:
        """The moves from here that the role allows; what the rule forbids comes with reasons."""
        facts = facts_of(self.problem)
        measures = measure_facts(self.problem)
        steps = [s for s in possible_moves(facts) if self.scope.may(s.act, self.problem)]
        found = []
        for step in steps:
            refusals = reasons_against_move(
                step.move,
                facts,
                on=self.today,
                by=self.request.user.pk,
                today=self.today,
                measures=measures,
                decision=Decision(),
            )
            reasons = [refusal_sentence(r) for r in refusals if r.code not in STILL_TO_BE_TYPED]
            href = reverse("reports:problem-move", args=[self.problem.pk, step.move.value])
            label = str(PROBLEM_MOVE_LABELS[step.move])
            found.append(Button(label, href, step.move != ProblemMove.RETURN, reasons))
        return found


class ProblemNew(ScopeMixin, DayMixin, FormView):
    form_class = ProblemForm
    template_name = "reports/problems/form.html"
    needs = Act.REGISTER_PROBLEM

    def get_initial(self):
        asked = self.request.GET.get("unit", "") or self.request.GET.get("bureau", "")
        return {"found_on": self.today, "unit": asked if asked.isdigit() else None}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "today": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("登记问题")}

    def form_valid(self, form):
        try:
            problem = register_problem(
                form.draft(), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已登记，编号%(number)s。") % {"number": problem.number})
        return redirect(problem)


class ProblemEdit(ProblemPage, FormView):
    form_class = ProblemForm
    template_name = "reports/problems/form.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.REGISTER_PROBLEM, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return initial_of(self.problem)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "problem": self.problem,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("修改问题")}

    def form_valid(self, form):
        try:
            edit_problem(problem_id=self.problem.pk, draft=form.draft(), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.problem)


class ProblemMoveView(ProblemPage, FormView):
    """One move, with what it asks for; a refusal comes back with every reason, nothing lost."""

    form_class = MoveForm
    template_name = "reports/problems/move.html"

    @cached_property
    def move(self) -> ProblemMove:
        try:
            return ProblemMove(self.kwargs["move"])
        except ValueError:
            raise Http404 from None

    @cached_property
    def step(self) -> Step | None:
        return step_of(self.move, facts_of(self.problem))

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            if self.move == ProblemMove.REGISTER:
                raise Http404
            self.require(ACTS[self.move], self.problem)
            if self.step is None or self.problem.is_cancelled:
                return self.too_late()
            self.require(self.step.act, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def too_late(self):
        """The state does not allow the move (any more): say what happened, show the problem."""
        problem, expected = self.problem, self.request.POST.get("expected_state")
        if problem.is_cancelled:
            said = _("该问题已作废，不能再办理。")
        elif expected and expected != problem.state:
            said = already_moved(problem)
        else:
            state = ProblemState(problem.state)
            said = refusal_sentence(
                Refusal(Against.NOT_FROM_HERE, {"move": self.move, "state": state})
            )
        messages.error(self.request, said)
        return redirect(problem)

    def get_initial(self):
        return {
            "expected_state": self.problem.state,
            "on": self.today,
            "leader": self.problem.leader_id,
            "responsible": self.problem.responsible_id,
            "due_on": self.problem.due_on if self.move == ProblemMove.ASSIGN else None,
            "due_is_month": self.problem.due_is_month,
        }

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "problem": self.problem,
            "step": self.step,
            "today": self.today,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": str(PROBLEM_MOVE_LABELS[self.move]),
            "measures": self.problem.measures.standing().select_related("unit").order_by("pk"),
        }

    def form_valid(self, form):
        user, at = self.request.user, timezone.now()
        common = {"problem_id": self.problem.pk, "by": user, "at": at, "today": self.today}
        try:
            with atomic_with_files():
                if self.move == ProblemMove.ASSIGN:
                    problem = assign_problem(**common, **form.how())
                else:
                    problem = move_problem(move=self.move, **common, **form.how())
                if uploads := form.uploads():
                    add_evidence(target=problem, uploads=uploads, by=user, at=at)
        except Refused as refusal:
            # Told what others did meanwhile, one may press again.
            form.data = form.data.copy()
            form.data["expected_state"] = self.problem.state
            return refused(self, form, refusal)
        messages.success(
            self.request,
            _("已办理：%(move)s。问题现为“%(state)s”。")
            % {"move": PROBLEM_MOVE_LABELS[self.move], "state": problem.state_word},
        )
        return redirect(problem)


ACTS = {
    ProblemMove.ASSIGN: Act.ASSIGN_PROBLEM,
    ProblemMove.START: Act.START_PROBLEM,
    ProblemMove.SUBMIT: Act.SUBMIT_PROBLEM,
    ProblemMove.RETURN: Act.VERIFY_PROBLEM,
    ProblemMove.VERIFY: Act.VERIFY_PROBLEM,
    ProblemMove.CLOSE: Act.VERIFY_PROBLEM,
    ProblemMove.REOPEN: Act.REOPEN_PROBLEM,
}


class ProblemCancel(ProblemPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.REGISTER_PROBLEM, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "record": self.problem,
            "title": _("作废问题"),
        }

    def form_valid(self, form):
        try:
            cancel_problem(
                problem_id=self.problem.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("问题已作废。"))
        return redirect(self.problem)


class ProblemLookBack(ProblemPage, FormView):
    form_class = LookBackForm
    template_name = "reports/problems/step.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.REOPEN_PROBLEM, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("回头看")}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            look_back(
                problem_id=self.problem.pk,
                on=given["on"],
                passed=given["passed"] == "1",
                note=given["note"],
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("回头看已记录。"))
        return redirect(self.problem)


class ProblemExtend(ProblemPage, FormView):
    form_class = ExtensionForm
    template_name = "reports/problems/step.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.ASK_EXTENSION, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"asked_on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("申请延期")}

    def form_valid(self, form):
        try:
            ask_extension(
                problem_id=self.problem.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已申请延期，待批准。"))
        return redirect(self.problem)
