"""Last year's report item by item: what it admitted and promised, and what became of it."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from reports.actions.promises import (
    end_promise,
    gather_promises,
    may_move_over,
    merge_promise,
    take_back_decision,
    take_on_as_measure,
    take_on_as_problem,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.problems import ENDED, ProblemState
from reports.forms.promises import (
    DoneForm,
    DropForm,
    MergeMeasureForm,
    MergeProblemForm,
    TakeOnMeasureForm,
    TakeOnProblemForm,
    first_values,
)
from reports.models import Promise, Unit
from reports.models.choices import (
    PROMISE_DECISION_LABELS,
    PROMISE_KIND_LABELS,
    PromiseDecision,
    PromiseKind,
    day_label,
)
from reports.selectors.promises import (
    GIVEN,
    UNANSWERED,
    UNDECIDED,
    promises_of,
    report_before,
    standing_of,
)
from reports.views.mixins import DayMixin, bring_near
from reports.views.scoped import ScopeMixin


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the page: the words of the report, and what became of them in words."""

    promise: Promise
    tone: str
    badge: str
    became: str
    href: str


class BureauYear(ScopeMixin, DayMixin):
    """A bureau and a year, both from the address."""

    @cached_property
    def bureau(self) -> Unit:
        rows = Unit.objects.filter(bureau=self.kwargs["pk"], pk=self.kwargs["pk"])
        found = self.get_visible(rows.select_related("bureau"), self.kwargs["pk"])
        if not self.scope.sees_many_bureaus and found.pk not in self.of_bureau:
            raise Http404
        return found

    @cached_property
    def of_bureau(self) -> set[int | None]:
        """The bureaus that are seen as a whole, not from a single unit."""
        return {grant.bureau_id for grant in self.scope.reading if grant.kind == "bureau"}

    @property
    def address(self) -> str:
        return f"{reverse('reports:promise-list', args=[self.bureau.pk])}?year={self.year}"


class PromiseList(BureauYear, TemplateView):
    template_name = "reports/promises/list.html"

    def get_context_data(self, **kwargs):
        bureau = self.bureau
        rows = list(promises_of(bureau.pk, self.year, on=self.on, today=self.today))
        report = rows[0].report if rows else report_before(bureau.pk, self.year)
        shown = [row for row in rows if self.is_shown(row)]
        may = self.scope.may(Act.CARRY_OVER, bureau) and not self.days.is_past
        return super().get_context_data(**kwargs) | {
            "bureau": bureau,
            "report": report,
            "standing": standing_of(rows),
            "parts": [
                (PROMISE_KIND_LABELS[kind], lines)
                for kind in PromiseKind
                if (lines := [line_of(row, self.on) for row in shown if row.kind == kind])
            ],
            "show": self.show,
            "last_year": self.year - 1,
            "may_decide": may,
            "may_gather": may and report is not None and report.state in GIVEN,
            "address": self.address,
        }

    @cached_property
    def show(self) -> str:
        typed = self.request.GET.get("show", "")
        return typed if typed in (UNDECIDED, UNANSWERED, "decided") else ""

    def is_shown(self, row: Promise) -> bool:
        if self.show == UNANSWERED:
            return not row.answered
        if self.show == UNDECIDED:
            return not row.decided_then
        return bool(row.decided_then) if self.show == "decided" else True


def line_of(row: Promise, on: date) -> Line:
    """What became of a promise, in a badge and a clause."""
    if not row.decided_then:
        return Line(row, "late", _("待处理"), "", "")
    badge = str(PROMISE_DECISION_LABELS[PromiseDecision(row.decision)])
    record = row.problem or row.measure
    if record is None:
        quiet = row.decision == PromiseDecision.DROPPED
        return Line(row, "quiet" if quiet else "met", badge, row.reason, "")
    what = f"{record.number} {record.title}" if row.problem else record.title
    tone = "met" if row.answered else "open"
    return Line(row, tone, badge, what, record.get_absolute_url())


class PromiseGather(BureauYear, View):
    """Setting out what last year's report admitted and promised."""

    needs = Act.CARRY_OVER
    http_method_names = ("post",)

    def post(self, request, pk):
        self.require(Act.CARRY_OVER, self.bureau)
        try:
            made = gather_promises(
                bureau=self.bureau,
                year=self.year,
                by=request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            told = {"n": len(made)}
            messages.success(
                request,
                ngettext("已列出%(n)s项，请逐项处理。", "已列出%(n)s项，请逐项处理。", len(made))
                % told
                if made
                else _("没有新的事项。"),
            )
        return redirect(self.address)


class PromisePage(ScopeMixin, DayMixin):
    """What the pages about one promise share."""

    needs = Act.CARRY_OVER

    @cached_property
    def promise(self) -> Promise:
        rows = Promise.objects.select_related(
            "bureau__bureau",
            "report",
            "earlier_problem__unit",
            "earlier_measure__unit",
            "problem__unit",
            "measure__unit",
            "decided_by",
        )
        return self.get_visible(rows, self.kwargs["pk"])

    @property
    def address(self) -> str:
        of = self.promise
        return f"{reverse('reports:promise-list', args=[of.bureau_id])}?year={of.year}"


@dataclass(slots=True)
class Way:
    """One of the four answers, with its form; ``chosen``: it is open."""

    code: PromiseDecision
    label: str
    hint: str
    form: object
    chosen: bool
    danger: bool = False


class PromiseDecide(PromisePage, TemplateView):
    """One thing of the report with the four answers it may get."""

    template_name = "reports/promises/decide.html"

    def get(self, request, *args, **kwargs):
        self.require(Act.CARRY_OVER, self.promise)
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        promise = self.promise
        self.require(Act.CARRY_OVER, promise)
        try:
            decision = PromiseDecision(request.POST.get("decision", ""))
        except ValueError:
            messages.error(request, _("请选择一种处理方式。"))
            return redirect(request.path)
        form = self.form_of(decision, request.POST)
        bring_near(form, self.today)
        if form.is_valid():
            try:
                self.decide(decision, form)
            except Refused as refusal:
                for reason in refusal.reasons:
                    form.add_error(None, reason)
            else:
                told = {"decision": PROMISE_DECISION_LABELS[decision]}
                messages.success(request, _("已处理：%(decision)s。") % told)
                return redirect(self.next_address())
        return self.render_to_response(self.get_context_data(failed=(decision, form)))

    def next_address(self) -> str:
        """The next one that waits; else the list."""
        of = self.promise
        waiting = Promise.objects.filter(bureau=of.bureau_id, year=of.year, decision="")
        later = waiting.order_by("kind", "position").first()
        return reverse("reports:promise-decide", args=[later.pk]) if later else self.address

    def decide(self, decision: PromiseDecision, form) -> None:
        who = {"promise_id": self.promise.pk, "by": self.request.user, "today": self.today}
        given = form.cleaned_data
        if decision == PromiseDecision.TAKEN_ON and self.admits:
            take_on_as_problem(
                draft=form.draft(),
                at=timezone.now(),
                move_earlier=bool(given.get("move_earlier")),
                **who,
            )
        elif decision == PromiseDecision.TAKEN_ON:
            take_on_as_measure(draft=form.draft(), at=timezone.now(), **who)
        elif decision == PromiseDecision.MERGED:
            merge_promise(problem=given.get("problem"), measure=given.get("measure"), **who)
        else:
            end_promise(decision=decision, reason=given["reason"], **who)

    @property
    def admits(self) -> bool:
        return self.promise.kind == PromiseKind.PROBLEM

    def get_context_data(self, failed=None, **kwargs):
        promise = self.promise
        context = super().get_context_data(**kwargs) | {
            "promise": promise,
            "earlier": promise.earlier_problem or promise.earlier_measure,
            "earlier_word": earlier_word(promise),
            "kind": PROMISE_KIND_LABELS[PromiseKind(promise.kind)],
            "address": self.address,
            "may_take_back": bool(promise.decision),
        }
        if promise.decision and failed is None:
            by_then = promises_of(promise.bureau_id, promise.year, on=self.today, today=self.today)
            return context | {"line": line_of(by_then.get(pk=promise.pk), self.today)}
        proposed = failed[0] if failed else self.proposed
        ways = []
        for code in PromiseDecision:
            form = failed[1] if failed and failed[0] == code else self.form_of(code)
            label, hint = str(PROMISE_DECISION_LABELS[code]), str(self.hints[code])
            danger = code == PromiseDecision.DROPPED
            ways.append(Way(code, label, hint, form, code == proposed, danger))
        return context | {"ways": ways}

    @cached_property
    def proposed(self) -> PromiseDecision:
        """What last year's record suggests: it is solved, planned already, or goes on."""
        problem, measure = self.promise.earlier_problem, self.promise.earlier_measure
        if problem is not None and problem.state == ProblemState.CLOSED:
            return PromiseDecision.DONE
        if measure is not None and measure.plan_year == self.promise.year:
            stands = not measure.is_cancelled and measure.dropped_on is None
            if stands and not measure.as_published:
                return PromiseDecision.MERGED
        return PromiseDecision.TAKEN_ON

    @cached_property
    def hints(self) -> dict[PromiseDecision, str]:
        year = {"year": self.promise.year}
        if self.admits:
            took = _("登记为%(year)s年的问题，来源为上年度报告，显示连续几年列入。") % year
            merged = _("已有问题涵盖此项，不另登记。")
        else:
            took = _("列入%(year)s年的工作安排，作为一项措施跟踪。") % year
            merged = _("已有措施涵盖此项，不另列入。")
        return {
            PromiseDecision.TAKEN_ON: took,
            PromiseDecision.MERGED: merged,
            PromiseDecision.DONE: _("报告之后已经完成，写明完成情况。"),
            PromiseDecision.DROPPED: _("情况变化、不再需要的，写明原因。"),
        }

    def form_of(self, decision: PromiseDecision, data=None):
        promise = self.promise
        if decision == PromiseDecision.TAKEN_ON:
            return self.take_on_form(data)
        if decision == PromiseDecision.MERGED:
            kind = MergeProblemForm if self.admits else MergeMeasureForm
            initial = {"problem": promise.earlier_problem_id, "measure": promise.earlier_measure_id}
            return kind(data, promise=promise, initial=initial, prefix=None)
        if decision == PromiseDecision.DONE:
            return DoneForm(data, initial={"reason": done_words(promise)}, auto_id="done_%s")
        return DropForm(data, auto_id="drop_%s")

    def take_on_form(self, data):
        promise = self.promise
        act = Act.REGISTER_PROBLEM if self.admits else Act.SET_MEASURE
        units = self.scope.units(act).filter(bureau=promise.bureau_id)
        units = units.existing_on(self.today).in_order()
        earlier = promise.earlier_problem or promise.earlier_measure
        first = first_values(
            promise, unit=earlier.unit if earlier else promise.bureau, today=self.today
        )
        known = {"promise": promise, "units": units, "scope": self.scope, "today": self.today}
        if not self.admits:
            return TakeOnMeasureForm(data, initial=first, **known)
        movable = promise.earlier_problem is not None and may_move_over(promise.earlier_problem)
        return TakeOnProblemForm(data, initial=first, may_move_earlier=movable, **known)


def done_words(promise: Promise) -> str:
    """What last year's record says of its end, to begin the note with."""
    problem, measure = promise.earlier_problem, promise.earlier_measure
    if problem is not None and problem.closed_on:
        return _("已于%(day)s销号。") % {"day": day_label(problem.closed_on)}
    if measure is not None and measure.done_on:
        return _("已于%(day)s完成。") % {"day": day_label(measure.done_on)}
    return ""


def earlier_word(promise: Promise) -> str:
    """How the record that the report spoke of stands now."""
    problem, measure = promise.earlier_problem, promise.earlier_measure
    if problem is not None:
        ended = ProblemState(problem.state) in ENDED
        return str(problem.state_word) if ended or not problem.as_published else _("据已公开报告")
    if measure is not None:
        if measure.done_on:
            return _("已完成")
        if measure.dropped_on:
            return _("已终止")
        return _("据已公开报告") if measure.as_published else _("未完成")
    return ""


class PromiseTakeBack(PromisePage, View):
    """Opening the question again."""

    http_method_names = ("post",)

    def post(self, request, pk):
        self.require(Act.CARRY_OVER, self.promise)
        try:
            take_back_decision(promise_id=self.promise.pk)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已撤回，请重新处理。"))
        return redirect("reports:promise-decide", self.promise.pk)
