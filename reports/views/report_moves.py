"""The way of a report: its steps, the table of them, hand-ins, corrections, and the city's view."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import CannotKeepEvidence, Upload, atomic_with_files
from reports.actions.report_moves import (
    CannotCorrect,
    CannotHandIn,
    CannotMoveReport,
    add_addressee,
    correct_report,
    hand_in,
    move_report,
)
from reports.domain.access import Act, roles_that_may
from reports.domain.report_moves import (
    OPEN,
    STEPS,
    ReportStep,
    Step,
    hand_in_limit,
    reasons_against_correction,
    step_of,
)
from reports.domain.summaries import ReportKind, ReportState
from reports.forms.report_moves import (
    FORMS,
    AddresseeForm,
    CorrectForm,
    DeliberateForm,
    HandInForm,
    PaperStepForm,
)
from reports.models import HandIn, Person
from reports.models.choices import (
    AGAINST_CORRECTION_SENTENCES,
    HOLDER_LABELS,
    REPORT_KIND_LABELS,
    REPORT_STATE_LABELS,
    REPORT_STEP_LABELS,
    ROLE_LABELS,
    STEP_NEED_LABELS,
    EvidenceKind,
    listed,
)
from reports.selectors.report_facts import records_behind
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.report_reading import (
    addressed,
    calls_of,
    city_rows,
    deciders_of,
    facts_of_report,
    holds,
    items_to_deliberate,
    open_comments,
)
from reports.selectors.summaries import gaps_of, shown_figures
from reports.selectors.year_records import report_day
from reports.views.mixins import DayMixin, refused
from reports.views.one_report import OneReport
from reports.views.scoped import ScopeMixin
from reports.views.selection import ticked


class OnTheWay(OneReport):
    """What the pages about one report share here."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "figures_on": report_day(self.report, self.today)
        }


class ReportStepPage(OnTheWay, FormView):
    """One step of the way: on one's own, or entered from the signed sheet."""

    template_name = "reports/summaries/step.html"
    needs = None
    step: ReportStep | None = None

    @cached_property
    def line(self) -> Step:
        typed = self.step or self.kwargs["step"]
        if typed not in set(ReportStep):
            raise Http404
        return step_of(ReportStep(typed), ReportKind(self.report.kind))

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.reads_anything:
            self.refuse_who_may_not()
            if ReportState(self.report.state) not in self.line.before:
                messages.error(request, self.not_from_here())
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    def refuse_who_may_not(self) -> None:
        own = any(self.may(act) for act in self.line.acts)
        on_paper = self.line.holder is not None and self.may(Act.RECORD_SIGNED_DECISION)
        if not own and not on_paper:
            raise PermissionDenied(_("您的角色不能进行此项操作。"))
        if self.line.holder is not None and not on_paper and not self.is_holder:
            raise PermissionDenied(
                _("“%(step)s”由本局%(holder)s办理。")
                % {
                    "step": REPORT_STEP_LABELS[self.line.step],
                    "holder": HOLDER_LABELS[self.line.holder],
                }
            )

    def not_from_here(self) -> str:
        state = REPORT_STATE_LABELS[ReportState(self.report.state)]
        step = REPORT_STEP_LABELS[self.line.step]
        return _("报告现处“%(state)s”，不能“%(step)s”。") % {"state": state, "step": step}

    @cached_property
    def own_person(self) -> Person | None:
        return Person.objects.filter(user=self.request.user).first()

    @cached_property
    def is_holder(self) -> bool:
        """Whether the reader decides in the capacity that the step asks for."""
        line = self.line
        return (
            line.holder is not None
            and any(self.may(act) for act in line.acts)
            and holds(self.own_person, self.report.bureau, line.holder, self.today)
        )

    @property
    def from_paper(self) -> bool:
        return self.line.holder is not None and not self.is_holder

    @cached_property
    def moves(self):
        return list(self.report.moves.order_by("pk").select_related("recorded_by"))

    def get_form_class(self):
        return PaperStepForm if self.from_paper else FORMS[self.line.step]

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        if self.from_paper:
            people = deciders_of(self.report.bureau, self.line.holder, self.asked_day())
            kwargs["people"] = people.select_related("unit")
        elif self.get_form_class() is DeliberateForm:
            facts = facts_of_report(self.report, self.moves, self.today, has_text=True)
            kwargs["items"] = items_to_deliberate(
                self.scope, self.report, since=facts.last_on, today=self.today
            )
        return kwargs

    def asked_day(self) -> date:
        """Who was in office depends on the day that is typed."""
        try:
            return date.fromisoformat(self.request.POST.get("on", ""))
        except ValueError:
            return self.today

    def get_initial(self):
        return {"on": self.today, "expected": self.report.state}

    def get_context_data(self, **kwargs):
        decides = self.line.holder is not None
        gaps = self.gaps() if decides else []
        return super().get_context_data(**kwargs) | {
            "line": self.line,
            "title": REPORT_STEP_LABELS[self.line.step],
            "decides": decides,
            "signs": self.line.step == ReportStep.SIGN,
            "gaps": gaps,
            "remarks": list(open_comments(self.report)),
            "from_paper": self.from_paper,
            "own_person": self.own_person if decides else None,
            "holder": HOLDER_LABELS[self.line.holder] if decides else "",
        }

    def gaps(self):
        """What is incomplete, for who decides."""
        records = records_behind(self.report, self.today)
        shown, _now = shown_figures(self.report, self.today, records)
        figures = {figure.key: figure for figure in shown}
        sections = sections_of(self.report, figures)
        return gaps_of(self.report, sections, figures, self.today, records)

    def form_valid(self, form):
        data = form.cleaned_data
        scans = [Upload(file, EvidenceKind.DECISION) for file in data.get("scans") or []]
        person = data.get("person") or (self.own_person if self.line.holder else None)
        try:
            with atomic_with_files():
                move_report(
                    report_id=self.report.pk,
                    step=self.line.step,
                    on=data.get("on") or self.today,
                    by=self.request.user,
                    at=timezone.now(),
                    today=self.today,
                    person=person,
                    from_paper=self.from_paper,
                    units=data.get("units") or (),
                    reason=data.get("reason", ""),
                    item=data.get("item"),
                    scans=scans,
                    expected=data["expected"],
                )
        except (CannotMoveReport, CannotKeepEvidence) as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, self.done())
        return redirect(self.report)

    def done(self) -> str:
        if self.line.step == ReportStep.SIGN:
            return _("已签发。正文和数据已固定，此后的变动会在本页列出。")
        return _("已办理：%(step)s。") % {"step": REPORT_STEP_LABELS[self.line.step]}


class ReportSteps(ScopeMixin, TemplateView):
    """The table that the actions read, as it is read by people; for print, too."""

    template_name = "reports/summaries/steps.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"rules": [rule_of(line) for line in STEPS]}


def rule_of(line: Step) -> dict[str, object]:
    """One line of the table in words."""
    roles = [
        str(label)
        for role, label in ROLE_LABELS.items()
        if any(role in roles_that_may(act) for act in line.acts)
    ]
    return {
        "step": REPORT_STEP_LABELS[line.step],
        "kind": listed(REPORT_KIND_LABELS[kind] for kind in ReportKind if kind in line.kinds)
        if len(line.kinds) < len(ReportKind)
        else "",
        "before": listed(REPORT_STATE_LABELS[state] for state in OPEN if state in line.before),
        "after": REPORT_STATE_LABELS[line.after],
        "roles": listed(roles),
        "holder": HOLDER_LABELS[line.holder] if line.holder else "",
        "needs": [STEP_NEED_LABELS[need] for need in STEP_NEED_LABELS if need in line.needs],
    }


class ReportCorrect(OnTheWay, FormView):
    """A signed report is corrected by a new version; the old one stays readable."""

    form_class = CorrectForm
    template_name = "reports/summaries/correct.html"
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
            against = reasons_against_correction(
                ReportState(self.report.state), is_current=self.report.is_current, reason="…"
            )
            if against:
                for reason in against:
                    messages.error(request, AGAINST_CORRECTION_SENTENCES[reason])
                return redirect(self.report)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            new = correct_report(
                report_id=self.report.pk,
                reason=form.cleaned_data["reason"],
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotCorrect as refusal:
            return refused(self, form, refusal)
        messages.success(
            self.request,
            _("已建立第%(n)s版，可以修改；第%(old)s版保持签发时的样子。")
            % {"n": new.version, "old": self.report.version},
        )
        return redirect(new)


class HandInList(OnTheWay, FormView):
    """To whom the report goes, by when, and when it was handed in; one more may be added."""

    form_class = AddresseeForm
    template_name = "reports/summaries/hand_ins.html"
    needs = Act.READ

    def dispatch(self, request, *args, **kwargs):
        if request.method == "POST" and request.user.is_authenticated and self.scope.reads_anything:
            self.require(Act.COMPILE_REPORT, self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def calls(self):
        """Who asks for the report of the year; nobody has asked for the text of other days."""
        if self.report.kind != ReportKind.ANNUAL:
            return []
        return list(calls_of(self.report.bureau_id, self.report.year))

    def get_initial(self):
        known = {row.addressee for row in self.rows}
        call = next((each for each in self.calls if each.issued_by not in known), None)
        if call is not None:
            return {"addressee": call.issued_by, "due_on": call.due_on}
        if self.report.kind != ReportKind.ANNUAL:
            return {"due_on": self.today}
        return {"due_on": hand_in_limit(self.report.year)}

    @cached_property
    def rows(self):
        return list(self.report.hand_ins.all())

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "rows": addressed(self.rows, self.today),
            "calls": self.calls,
            "may_hand_in": self.may(Act.COMPILE_REPORT) and self.report.state == ReportState.SIGNED,
        }

    def form_valid(self, form):
        try:
            add_addressee(
                report_id=self.report.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotHandIn as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已列入报送对象。"))
        return redirect(reverse("reports:report-hand-ins", args=[self.report.pk]))


class HandInDone(OnTheWay, FormView):
    """The day on which the report was handed in to one of those it goes to."""

    form_class = HandInForm
    template_name = "reports/summaries/hand_in.html"
    needs = Act.COMPILE_REPORT

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.scope.allows(self.needs):
            self.require(Act.COMPILE_REPORT, self.report)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> HandIn:
        found = HandIn.objects.filter(report=self.report, pk=self.kwargs["hand_in"]).first()
        if found is None:
            raise Http404
        return found

    def get_initial(self):
        return {"handed_on": self.row.handed_on or self.today, "how": self.row.how}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"row": addressed([self.row], self.today)[0]}

    def form_valid(self, form):
        try:
            hand_in(
                hand_in_id=self.row.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except CannotHandIn as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已录入报送。"))
        return redirect(reverse("reports:report-hand-ins", args=[self.report.pk]))


class ReportCity(ScopeMixin, DayMixin, TemplateView):
    """Who has handed in the report of a year, who is late, and where it is published."""

    template_name = "reports/summaries/city.html"

    @property
    def report_year(self) -> int:
        """The year that is asked for; else the last one that is over."""
        typed = self.request.GET.get("report_year", "")
        known = typed.isascii() and typed.isdigit() and len(typed) == 4
        return int(typed) if known and int(typed) >= 2000 else self.today.year - 1

    def get_context_data(self, **kwargs):
        rows = city_rows(self.scope, year=self.report_year, today=self.today)
        late_only = ticked(self.request, "late")
        return super().get_context_data(**kwargs) | {
            "rows": [row for row in rows if row.is_late] if late_only else rows,
            "total": len(rows),
            "late": sum(row.is_late for row in rows),
            "handed": sum(row.is_handed for row in rows),
            "signed": sum(
                row.report is not None and row.report.state == ReportState.SIGNED for row in rows
            ),
            "late_only": late_only,
            "report_year": self.report_year,
            "years": range(self.today.year, self.today.year - 5, -1),
        }
