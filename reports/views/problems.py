"""Problems: the register, one problem with what may be done now, and its moves."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import add_evidence, atomic_with_files
from reports.actions.measures import ask_extension
from reports.actions.problems import (
    already_moved,
    assign_problem,
    cancel_problem,
    edit_problem,
    look_back,
    move_problem,
    plan_look_back,
    register_problem,
    review_problem,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.imports import SheetKind
from reports.domain.measures import MeasureFacts
from reports.domain.problem_figures import ProblemTotals
from reports.domain.problems import (
    ENDED,
    MOVES,
    Against,
    Decision,
    LookBackResult,
    ProblemClass,
    ProblemMove,
    ProblemState,
    Refusal,
    Step,
    possible_moves,
    reasons_against_move,
    step_of,
)
from reports.filters.problems import ProblemFilter, problems_asked, year_asked
from reports.forms.base import key_in
from reports.forms.measures import ExtensionForm
from reports.forms.meetings import CancelForm
from reports.forms.problems import (
    LookBackForm,
    MoveForm,
    PlanLookBackForm,
    ProblemForm,
    ReviewForm,
    initial_of,
)
from reports.models import AccountGiven, Person, Problem, ProblemSource, Unit, WorkRecord
from reports.models.choices import PROBLEM_MOVE_LABELS, day_label, refusal_sentence
from reports.selectors.history import changes_of
from reports.selectors.names import with_name_then
from reports.selectors.problem_facts import facts_of
from reports.selectors.problem_record import (
    ProblemRecord,
    Similar,
    Term,
    problem_record,
    similar_problems,
    with_relations,
)
from reports.selectors.problems import is_overdue, problem_totals
from reports.tables.problems import ProblemTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin

# What the form still asks for says nothing against opening it.
STILL_TO_BE_TYPED = frozenset(
    {
        Against.NO_REASON,
        Against.NO_STATEMENT,
        Against.NO_DECISION_DOCUMENT,
        Against.NO_DECISION_DAY,
        Against.NO_TARGET,
    }
)


# A move that others make, or that the items below make, is no button here.
SAID_ELSEWHERE = frozenset({Against.OTHERS_VERIFY, Against.FOLLOWS_ITEMS})
ONWARDS = frozenset(
    {
        ProblemMove.ASSIGN,
        ProblemMove.START,
        ProblemMove.SUBMIT,
        ProblemMove.VERIFY,
        ProblemMove.CLOSE,
    }
)


class ProblemList(SelectionMixin, ScopeMixin, TablePage):
    table_class = ProblemTable
    filterset_class = ProblemFilter
    template_name = "reports/problems/list.html"
    sheet_kind = SheetKind.PROBLEMS
    title = gettext_lazy("问题台账")
    empty_hint = gettext_lazy("还没有登记问题。法制大队和监督部门发现问题后在此登记。")
    selections = {
        "under": (Unit, gettext_lazy("辖区")),
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "leader": (Person, gettext_lazy("责任领导")),
        "responsible": (Person, gettext_lazy("责任人")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return year_asked(self.request.GET, self.year)

    def get_queryset(self):
        rows = problems_asked(
            self.scope,
            self.request.GET,
            self.record_keys,
            on=self.on,
            today=self.today,
            year=self.shown_year,
        )
        return rows if self.under is None else rows.filter(self.under.holds("bureau"))

    def get_filterset_kwargs(self, filterset_class):
        return super().get_filterset_kwargs(filterset_class) | {"on": self.on}

    @cached_property
    def totals(self) -> ProblemTotals:
        """How the whole list stands, whichever part of it is shown."""
        return problem_totals(self.filterset.whole)

    def get_known_count(self):
        """The parts of the totals are lists: their numbers need not be counted again."""
        part, whole = self.filterset.part, not self.filterset.shows_cancelled
        return self.totals.of(part) if whole and self.filterset.is_readable else None

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "problem_totals": self.totals,
            "part": self.filterset.part,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_register": self.scope.allows(Act.REGISTER_PROBLEM),
            "may_assign": self.scope.allows(Act.ASSIGN_PROBLEM) and not self.days.is_past,
        }


class ProblemPage(ScopeMixin, DayMixin):
    """What the pages about one problem share."""

    @cached_property
    def problem(self) -> Problem:
        rows = Problem.objects.with_state(self.on, self.today).with_due(self.on, self.today)
        rows = with_name_then(with_relations(rows), F("found_on"))
        return self.get_visible(rows, self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"problem": self.problem}


@dataclass(frozen=True, slots=True)
class Button:
    """A move that may be made now, or why it may not."""

    label: str
    href: str
    main: bool
    reasons: list[str]
    second_key: bool = False


def move_label(move: ProblemMove, problem: Problem) -> str:
    """What a move is called; a standing problem does not end by being crossed off."""
    if move == ProblemMove.CLOSE and problem.kind == ProblemClass.STANDING:
        return _("转常态")
    return str(PROBLEM_MOVE_LABELS[move])


class ProblemDetail(ProblemPage, TemplateView):
    template_name = "reports/problems/detail.html"

    @cached_property
    def record(self) -> ProblemRecord:
        return problem_record(self.problem, self.scope, on=self.on, today=self.today)

    def get_context_data(self, **kwargs):
        problem, record = self.problem, self.record
        live = not problem.is_cancelled and not self.days.is_past
        registers = live and self.scope.may(Act.REGISTER_PROBLEM, problem)
        state = ProblemState(problem.state_then or problem.state)
        closed, ended = state == ProblemState.CLOSED, state in ENDED
        reply = problem.reply_due_on is not None and problem.replied_on is None
        return super().get_context_data(**kwargs) | {
            "record": record,
            "term": term_words(record.term),
            "overdue": is_overdue(problem, self.on),
            "reply_overdue": reply and problem.reply_due_on < self.on,
            "review_overdue": not ended
            and problem.review_on is not None
            and problem.review_on < self.on,
            "follows": problem.follows and not ended,
            "readable": self.readable(),
            "may_read_meeting": problem.meeting is not None
            and self.scope.may(Act.READ, problem.meeting),
            "may_read_record": problem.record is not None
            and self.scope.may(Act.READ, problem.record),
            "may_read_account": problem.account is not None
            and self.scope.may(Act.READ, problem.account),
            "buttons": self.buttons() if live else [],
            "changes": changes_of(problem),
            "may_edit": registers and not ended,
            "may_cancel": registers,
            "may_set_measure": live and not ended and self.scope.may(Act.SET_MEASURE, problem),
            "may_add_evidence": live and self.scope.may(Act.ADD_EVIDENCE, problem),
            "may_extend": live
            and not ended
            and not problem.follows
            and problem.due_on is not None
            and self.today < problem.due_on
            and state != ProblemState.REGISTERED
            and self.scope.may(Act.ASK_EXTENSION, problem),
            "may_grant": live and self.scope.may(Act.GRANT_EXTENSION, problem),
            "may_look_back": live and closed and self.scope.may(Act.REOPEN_PROBLEM, problem),
            "may_review": live
            and not ended
            and problem.kind == ProblemClass.STANDING
            and self.scope.may(Act.VERIFY_PROBLEM, problem),
        }

    def readable(self) -> set[int]:
        """The keys of the other problems named here that one may open."""
        problem = self.problem
        named = (problem.parent, problem.repeats, problem.merged_into)
        return {each.pk for each in named if each and self.scope.may(Act.READ, each)}

    def buttons(self) -> list[Button]:
        """The moves from here that the role allows; what the rule forbids comes with reasons."""
        problem = self.problem
        facts = facts_of(problem, today=self.today, last_move_on=self.record.last_move_on)
        measures = [
            MeasureFacts(m.title, done_on=m.done_on, dropped_on=m.dropped_on)
            for m in self.record.measures
            if not m.is_cancelled
        ]
        found = []
        for step in possible_moves(facts):
            if not self.scope.may(step.act, problem):
                continue
            refusals = reasons_against_move(
                step.move,
                facts,
                on=self.today,
                by=self.request.user.pk,
                today=self.today,
                measures=measures,
                decision=Decision(),
                second_key=step.second_key,
            )
            if any(r.code in SAID_ELSEWHERE for r in refusals):
                continue
            reasons = [refusal_sentence(r) for r in refusals if r.code not in STILL_TO_BE_TYPED]
            href = reverse("reports:problem-move", args=[problem.pk, step.move.value])
            label = move_label(step.move, problem)
            main = step.move in ONWARDS
            found.append(Button(label, href, main, reasons, step.second_key))
        return found


TERM_BEGINS = {
    "received": gettext_lazy("自收文之日起"),
    "found": gettext_lazy("自发现之日起"),
    "assign": gettext_lazy("自交办之日起"),
    "reopen": gettext_lazy("自重新整改之日起"),
}


def term_words(term: Term | None) -> str:
    """自交办之日起10个工作日内"""
    if term is None:
        return ""
    begin = str(TERM_BEGINS[term.begun_by])
    if term.workdays:
        return ngettext("%(begin)s%(n)s个工作日内", "%(begin)s%(n)s个工作日内", term.days) % {
            "begin": begin,
            "n": term.days,
        }
    return ngettext("%(begin)s%(n)s日内", "%(begin)s%(n)s日内", term.days) % {
        "begin": begin,
        "n": term.days,
    }


def due_sentence(problem: Problem, begun_by: str = "") -> str:
    """The day that was worked out from a number of days; empty where a day was given."""
    if not problem.due_within or problem.due_on is None:
        return ""
    begun_by = begun_by or ("received" if problem.received_on else "found")
    term = Term(problem.due_within, problem.due_in_workdays, begun_by)
    return _("整改期限：%(term)s，即%(day)s。") % {
        "term": term_words(term),
        "day": day_label(problem.due_on),
    }


def found_on(record: WorkRecord, today: date) -> date:
    """The day on which work brings something to light: its last one, or the end of the month."""
    if record.is_total:
        return min(record.on.replace(day=monthrange(record.on.year, record.on.month)[1]), today)
    return min(record.last_day or record.on, today)


class ProblemNew(ScopeMixin, DayMixin, FormView):
    """Registering: what is strongly like an earlier problem is shown once before it is saved."""

    form_class = ProblemForm
    template_name = "reports/problems/form.html"
    needs = Act.REGISTER_PROBLEM

    def get_initial(self):
        asked = self.request.GET.get("unit", "") or self.request.GET.get("bureau", "")
        return {"found_on": self.today, "unit": key_in(asked)} | self.found_in()

    @cached_property
    def record(self) -> WorkRecord | None:
        """The work that brought the problem to light, named in the address."""
        rows = WorkRecord.objects.filter(kind__problem_source__isnull=False)
        return self.origin(rows.select_related("kind", "unit", "bureau"), "record")

    @cached_property
    def account(self) -> AccountGiven | None:
        """The account given (述法) that named the problem."""
        rows = AccountGiven.objects.select_related("person", "unit", "bureau")
        return self.origin(rows, "account")

    def origin(self, rows, name):
        """What the address names: 404 outside the scope, 403 where nothing may be registered."""
        key = key_in(self.request.GET.get(name))
        if key is None:
            return None
        found = self.get_visible(rows.filter(cancelled_at__isnull=True), key)
        self.require(Act.REGISTER_PROBLEM, found)
        return found

    def found_in(self) -> dict[str, object]:
        """What is known of a problem by what brought it to light."""
        if (record := self.record) is not None:
            known = {
                "unit": record.unit_id,
                "source": record.kind.problem_source_id,
                "found_on": found_on(record, self.today),
            }
        elif (account := self.account) is not None:
            source = ProblemSource.objects.filter(code="accountability").first()
            known = {
                "unit": account.unit_id,
                "source": source and source.pk,
                "found_on": account.on,
                "source_day": account.on,
            }
        else:
            return {}
        return {name: value for name, value in known.items() if value is not None}

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs() | {"scope": self.scope, "today": self.today}
        if linked := self.request.POST.get("link"):
            kwargs["data"] = kwargs["data"].copy()
            kwargs["data"]["repeats"] = linked
        return kwargs

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("登记问题"),
            "found_in": self.record,
            "named_in": self.account,
        }

    def similar(self, form: ProblemForm) -> list[Similar]:
        """Earlier problems like the one typed; none once one of them is linked."""
        given = form.cleaned_data
        if given["repeats"] is not None:
            return []
        return similar_problems(
            form.told(),
            bureau_id=given["unit"].bureau_id,
            year=given["found_on"].year,
            scope=self.scope,
        )

    def form_valid(self, form):
        similar = self.similar(form)
        shown = set(self.request.POST.getlist("shown"))
        if any(each.strong and str(each.problem.pk) not in shown for each in similar):
            return self.render_to_response(self.get_context_data(form=form, similar=similar))
        try:
            problem = register_problem(
                replace(form.draft(), record=self.record, account=self.account),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        said = _("已登记，编号%(number)s。") % {"number": problem.number}
        messages.success(self.request, said + due_sentence(problem))
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
            problem = edit_problem(
                problem_id=self.problem.pk,
                draft=form.draft(),
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。") + due_sentence(problem))
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
        facts = facts_of(self.problem, today=self.today)
        second = self.may_turn_the_second_key
        return step_of(self.move, facts, second_key=second)

    @cached_property
    def may_turn_the_second_key(self) -> bool:
        """The supervisor steps in only where the acts of the bureau are not his."""
        own = self.scope.may(ACTS[self.move], self.problem)
        return not own and self.scope.may(Act.SECOND_KEY, self.problem)

    @property
    def is_for_the_bureau(self) -> bool:
        """Whether the bureau itself could make the move from here."""
        facts = facts_of(self.problem, today=self.today)
        return step_of(self.move, facts) is not None

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            if self.move not in ACTS:
                raise Http404
            second = self.may_turn_the_second_key and self.move in SECOND_KEY_MOVES
            if not second or (self.step is None and self.is_for_the_bureau):
                self.require(ACTS[self.move], self.problem)
            if self.step is None or self.problem.is_cancelled:
                return self.too_late()
            self.require(self.step.act, self.problem)
            if self.problem.follows and request.method == "GET":
                messages.error(request, refusal_sentence(Refusal(Against.FOLLOWS_ITEMS)))
                return redirect(self.problem)
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

    @property
    def shows_due_day(self) -> bool:
        """Left as it is, a day that was counted in days keeps saying so."""
        return self.move == ProblemMove.ASSIGN and not self.problem.due_within

    def get_initial(self):
        return {
            "expected_state": self.problem.state,
            "on": self.today,
            "leader": self.problem.leader_id,
            "responsible": self.problem.responsible_id,
            "due_on": self.problem.due_on if self.shows_due_day else None,
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
            "title": move_label(self.move, self.problem),
            "step": self.step,
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
        said = _("已办理：%(move)s。问题现为“%(state)s”。") % {
            "move": move_label(self.move, problem),
            "state": problem.state_word,
        }
        if form.within() is not None:
            said += due_sentence(problem, self.move.value)
        messages.success(self.request, said)
        return redirect(problem)


ACTS = {
    ProblemMove.ASSIGN: Act.ASSIGN_PROBLEM,
    ProblemMove.START: Act.START_PROBLEM,
    ProblemMove.SUBMIT: Act.SUBMIT_PROBLEM,
    ProblemMove.RETURN: Act.VERIFY_PROBLEM,
    ProblemMove.VERIFY: Act.VERIFY_PROBLEM,
    ProblemMove.CLOSE: Act.VERIFY_PROBLEM,
    ProblemMove.REOPEN: Act.REOPEN_PROBLEM,
    ProblemMove.NEARLY: Act.SUBMIT_PROBLEM,
    ProblemMove.MERGE: Act.ASSIGN_PROBLEM,
    ProblemMove.DISMISS: Act.ASSIGN_PROBLEM,
}
SECOND_KEY_MOVES = frozenset(step.move for step in MOVES if step.second_key)


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

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "problem": self.problem,
            "today": self.today,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("回头看")}

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            look_back(
                problem_id=self.problem.pk,
                on=given["on"],
                result=LookBackResult(given["result"]),
                checker=given["checker"],
                due_on=given["due_on"],
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


class ProblemReviewNew(ProblemPage, FormView):
    """A look at a standing problem on its review date."""

    form_class = ReviewForm
    template_name = "reports/problems/step.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.VERIFY_PROBLEM, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("记录评估")}

    def form_valid(self, form):
        try:
            review_problem(
                problem_id=self.problem.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("评估已记录。"))
        return redirect(self.problem)


class ProblemPlanLookBack(ProblemPage, FormView):
    """The day on which a closed problem is to be looked at again."""

    form_class = PlanLookBackForm
    template_name = "reports/problems/step.html"

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.REOPEN_PROBLEM, self.problem)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"on": self.problem.look_back_on}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": _("安排回头看")}

    def form_valid(self, form):
        on = form.cleaned_data["on"]
        try:
            plan_look_back(problem_id=self.problem.pk, on=on, today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        if on:
            messages.success(self.request, _("已定于%(day)s回头看。") % {"day": day_label(on)})
        else:
            messages.success(self.request, _("已取消回头看安排。"))
        return redirect(self.problem)
