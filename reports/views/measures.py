"""Measures: the list, one measure, its progress and its extensions."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.evidence import add_evidence, atomic_with_files
from reports.actions.measures import (
    add_milestone,
    ask_extension,
    cancel_measure,
    decide_extension,
    drop_measure,
    edit_measure,
    finish_milestone,
    report_progress,
    set_measure,
)
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.imports import SheetKind
from reports.filters.measures import MeasureFilter
from reports.forms.base import key_in
from reports.forms.measures import (
    DecideForm,
    DropForm,
    ExtensionForm,
    MeasureForm,
    MilestoneDoneForm,
    MilestoneForm,
    ProgressForm,
    initial_of,
)
from reports.forms.meetings import CancelForm
from reports.models import Extension, Measure, Milestone, Person, Problem, SuperiorTask, Unit
from reports.models.choices import remark_sentence
from reports.selectors.history import changes_of
from reports.selectors.measures import (
    SOON,
    days_silent,
    measure_record,
    measures_for,
    remarks_on,
    with_last_progress,
)
from reports.tables.measures import MeasureTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked


class MeasureList(SelectionMixin, ScopeMixin, TablePage):
    table_class = MeasureTable
    filterset_class = MeasureFilter
    template_name = "reports/measures/list.html"
    sheet_kind = SheetKind.MEASURES
    title = gettext_lazy("措施台账")
    empty_hint = gettext_lazy("还没有措施。法制大队在问题页或在此确定整改措施和年度工作安排。")
    selections = {
        "under": (Unit, gettext_lazy("辖区")),
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
        "problem": (Problem, gettext_lazy("问题")),
        "responsible": (Person, gettext_lazy("责任人")),
        "task": (SuperiorTask, gettext_lazy("上级任务")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        keys = dict(self.record_keys)
        others = {"problems": keys.pop("problem", None)}
        others |= {name: keys.pop(name, None) for name in ("responsible", "task")}
        plan = self.request.GET.get("plan_year", "")
        soon = ticked(self.request, "soon")
        rows = measures_for(
            self.scope,
            on=self.on,
            today=self.today,
            year=self.shown_year,
            plan_year=int(plan) if plan.isascii() and plan.isdigit() and len(plan) == 4 else None,
            state=self.request.GET.get("state", ""),
            overdue=ticked(self.request, "overdue"),
            late=ticked(self.request, "late"),
            silent=ticked(self.request, "silent"),
            due_by=self.on + SOON if soon else None,
            cancelled=ticked(self.request, "cancelled"),
            **keys,
        ).filter(**{name: key for name, key in others.items() if key})
        if self.under is not None:
            rows = rows.filter(self.under.holds("bureau"))
        return with_last_progress(rows, self.on)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_set": self.scope.allows(Act.SET_MEASURE),
        }


class MeasurePage(ScopeMixin, DayMixin):
    """What the pages about one measure share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def measure(self) -> Measure:
        rows = with_last_progress(Measure.objects.with_due(self.on), self.on)
        return self.get_visible(
            rows.select_related(
                "unit",
                "bureau",
                "responsible",
                "leader",
                "task__unit",
                "task__bureau",
                "recorded_by",
                "cancelled_by",
                "meeting__unit",
                "meeting__bureau",
            ),
            self.kwargs["pk"],
        )

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(self.act, self.measure)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"measure": self.measure, "title": self.title}


class MeasureDetail(MeasurePage, TemplateView):
    template_name = "reports/measures/detail.html"

    def dispatch(self, request, *args, **kwargs):
        return ScopeMixin.dispatch(self, request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        measure = self.measure
        live = not measure.is_cancelled and not self.days.is_past
        going_on = live and measure.done_on is None and measure.dropped_on is None
        may = self.scope.may
        record = measure_record(measure, self.scope, on=self.on)
        waiting = [each for each in record.extensions if each.decided_on is None]
        granted = [e for e in record.extensions if e.granted and e.decided_on <= self.on]
        return super().get_context_data(**kwargs) | {
            "record": record,
            "may_read_meeting": measure.meeting is not None and may(Act.READ, measure.meeting),
            "changes": changes_of(measure),
            "first_due": granted[0].old_due_on if granted else None,
            "times_extended": len(granted),
            "days_silent": days_silent(measure, self.on),
            "remarks": [remark_sentence(each) for each in remarks_on(measure)] if going_on else [],
            "task": self.task_shown,
            "may_report": going_on and may(Act.REPORT_PROGRESS, measure),
            "may_extend": going_on
            and not waiting
            and measure.due_on is not None
            and self.today < measure.due_on
            and may(Act.ASK_EXTENSION, measure),
            "may_grant": live and may(Act.GRANT_EXTENSION, measure),
            "may_set": going_on and may(Act.SET_MEASURE, measure),
            "may_cancel": live and may(Act.SET_MEASURE, measure),
            "may_add_evidence": live and may(Act.ADD_EVIDENCE, measure),
        }

    @property
    def task_shown(self) -> SuperiorTask | None:
        """The task that it answers; who answers it sees it, a joint unit need not."""
        measure, may = self.measure, self.scope.may
        if measure.task and (may(Act.READ, measure.task) or may(Act.READ, measure)):
            return measure.task
        return None


class MeasureNew(ScopeMixin, DayMixin, FormView):
    form_class = MeasureForm
    template_name = "reports/measures/form.html"
    needs = Act.SET_MEASURE

    @cached_property
    def asked_problem(self) -> Problem | None:
        asked = key_in(self.request.GET.get("problem"))
        if asked is None:
            return None
        rows = self.visible(Problem.objects.standing(), Act.SET_MEASURE)
        return rows.select_related("unit").filter(pk=asked).first()

    @cached_property
    def asked_task(self) -> SuperiorTask | None:
        asked = key_in(self.request.GET.get("task"))
        if asked is None:
            return None
        rows = self.visible(SuperiorTask.objects.filter(cancelled_at=None), Act.SET_MEASURE)
        return rows.select_related("unit").filter(pk=asked).first()

    def get_initial(self):
        initial = {"set_on": self.today}
        if task := self.asked_task:
            initial |= {
                "task": task.pk,
                "unit": task.unit_id,
                "due_on": task.due_on,
                "due_is_month": task.due_is_month,
            }
        elif problem := self.asked_problem:
            initial |= {
                "problems": [problem.pk],
                "unit": problem.unit_id,
                "responsible": problem.responsible_id,
                "due_on": problem.due_on,
                "due_is_month": problem.due_is_month,
            }
        elif unit := key_in(self.request.GET.get("unit")):
            initial["unit"] = unit
        return initial

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "today": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("确定措施"),
            "back": self.asked_task or self.asked_problem,
        }

    def form_valid(self, form):
        try:
            measure = set_measure(
                form.draft(), by=self.request.user, at=timezone.now(), today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("措施已确定。"))
        say_what_is_open(self.request, measure)
        return redirect(self.asked_task or self.asked_problem or measure)


def say_what_is_open(request, measure: Measure) -> None:
    """A hint on how the measure is worded; it is saved all the same."""
    if remarks := remarks_on(measure):
        sentences = " ".join(remark_sentence(each) for each in remarks)
        messages.warning(
            request,
            _("提示：措施“%(title)s”的表述还不够实。%(remarks)s")
            % {"title": measure.title, "remarks": sentences},
        )


class MeasureEdit(MeasurePage, FormView):
    form_class = MeasureForm
    template_name = "reports/measures/form.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("修改措施")

    def get_initial(self):
        return initial_of(self.measure)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "measure": self.measure,
        }

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"back": self.measure}

    def form_valid(self, form):
        try:
            measure = edit_measure(measure_id=self.measure.pk, **form.cleaned_data)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        say_what_is_open(self.request, measure)
        return redirect(self.measure)


class MeasureProgress(MeasurePage, FormView):
    form_class = ProgressForm
    template_name = "reports/measures/step.html"
    act = Act.REPORT_PROGRESS
    title = gettext_lazy("报进展")

    def get_initial(self):
        return {"on": self.today, "outcome": ""}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "latest": self.measure.progress.order_by("-on", "-pk").first()
        }

    def form_valid(self, form):
        user, at = self.request.user, timezone.now()
        try:
            with atomic_with_files():
                progress = report_progress(
                    measure_id=self.measure.pk, by=user, at=at, today=self.today, **form.entry()
                )
                if uploads := form.uploads():
                    add_evidence(target=progress, uploads=uploads, by=user, at=at)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("进展已录入。"))
        return redirect(self.measure)


class MilestoneNew(MeasurePage, FormView):
    form_class = MilestoneForm
    template_name = "reports/measures/step.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("增加节点")

    def form_valid(self, form):
        try:
            add_milestone(
                measure_id=self.measure.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("节点已增加。"))
        return redirect(self.measure)


class MilestoneDone(MeasurePage, FormView):
    form_class = MilestoneDoneForm
    template_name = "reports/measures/step.html"
    act = Act.REPORT_PROGRESS
    title = gettext_lazy("登记节点完成")

    @cached_property
    def milestone(self) -> Milestone:
        return get_object_or_404(self.measure.milestones, pk=self.kwargs["milestone"])

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"milestone": self.milestone}

    def form_valid(self, form):
        try:
            finish_milestone(
                milestone_id=self.milestone.pk, on=form.cleaned_data["on"], today=self.today
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("节点已登记完成。"))
        return redirect(self.measure)


class MeasureExtend(MeasurePage, FormView):
    form_class = ExtensionForm
    template_name = "reports/measures/step.html"
    act = Act.ASK_EXTENSION
    title = gettext_lazy("申请延期")

    def get_initial(self):
        return {"asked_on": self.today}

    def form_valid(self, form):
        try:
            ask_extension(
                measure_id=self.measure.pk,
                **form.cleaned_data,
                by=self.request.user,
                at=timezone.now(),
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已申请延期，待批准。"))
        return redirect(self.measure)


class ExtensionDecide(ScopeMixin, DayMixin, FormView):
    """Granting or refusing a later due day of a measure or a problem."""

    form_class = DecideForm
    template_name = "reports/measures/decide.html"
    needs = Act.GRANT_EXTENSION

    @cached_property
    def extension(self) -> Extension:
        measures = self.visible(Measure.objects.all())
        problems = self.visible(Problem.objects.all())
        rows = Extension.objects.select_related(
            "recorded_by",
            "measure__unit",
            "measure__bureau",
            "problem__unit",
            "problem__bureau",
        )
        return self.get_within(rows, measures, problems)

    def get_within(self, rows, measures, problems) -> Extension:
        seen = rows.filter(measure__in=measures) | rows.filter(problem__in=problems)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    @property
    def target(self):
        return self.extension.measure or self.extension.problem

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything:
            self.require(Act.GRANT_EXTENSION, self.target)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        return {"on": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("审批延期"),
            "extension": self.extension,
            "target": self.target,
        }

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            decide_extension(
                extension_id=self.extension.pk,
                granted=given["granted"] == "1",
                note=given["note"],
                on=given["on"],
                by=self.request.user,
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("延期申请已决定。"))
        return redirect(self.target)


class MeasureDrop(MeasurePage, FormView):
    form_class = DropForm
    template_name = "reports/measures/step.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("终止措施")

    def get_initial(self):
        return {"on": self.today}

    def form_valid(self, form):
        try:
            drop_measure(
                measure_id=self.measure.pk,
                **form.cleaned_data,
                by=self.request.user,
                today=self.today,
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("措施已终止。"))
        return redirect(self.measure)


class MeasureCancel(MeasurePage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("作废措施")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.measure}

    def form_valid(self, form):
        try:
            cancel_measure(
                measure_id=self.measure.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("措施已作废。"))
        return redirect(self.measure)
