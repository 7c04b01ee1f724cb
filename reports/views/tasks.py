"""Tasks from above: the list, one task, and the table of how they are carried out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.generic import FormView, TemplateView

from reports.actions.refusals import Refused
from reports.actions.tasks import cancel_task, edit_task, finish_task, set_task
from reports.domain.access import Act
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.exchange.sheets import XLSX, disposition, file_name, workbook
from reports.exchange.tasks import sheet_rows
from reports.filters.tasks import TaskFilter
from reports.forms.meetings import CancelForm
from reports.forms.tasks import SHARED, TaskDoneForm, TaskForm, initial_of
from reports.models import SuperiorTask, Unit
from reports.selectors.history import changes_of
from reports.selectors.measures import measures_for, with_last_progress
from reports.selectors.tasks import columns, task_lines, tasks_for, with_measures
from reports.tables.tasks import TaskTable
from reports.views.mixins import DayMixin, TablePage, refused
from reports.views.scoped import ScopeMixin
from reports.views.selection import SelectionMixin, ticked

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More is no paper that anybody reads; it is narrowed to a document or a bureau first.
MOST_PRINTED = 500


class TaskList(SelectionMixin, ScopeMixin, TablePage):
    table_class = TaskTable
    filterset_class = TaskFilter
    template_name = "reports/tasks/list.html"
    title = pgettext_lazy("several", "上级任务")
    empty_hint = gettext_lazy("还没有上级任务。上级文件中交给本局的任务，由法制大队逐条录入。")
    selections = {
        "bureau": (Unit, gettext_lazy("分局")),
        "unit": (Unit, gettext_lazy("单位")),
    }

    @cached_property
    def shown_year(self) -> int | None:
        return None if ticked(self.request, "all_years") else self.year

    def get_queryset(self):
        rows = tasks_for(
            self.scope,
            on=self.on,
            year=self.shown_year,
            state=self.request.GET.get("state", ""),
            overdue=ticked(self.request, "overdue"),
            cancelled=ticked(self.request, "cancelled"),
            **self.keys,
        )
        return with_measures(rows, self.on)

    def get_table_kwargs(self):
        return {} if self.scope.sees_many_bureaus else {"exclude": ("bureau",)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "shown_year": self.shown_year,
            "many_bureaus": self.scope.sees_many_bureaus,
            "may_set": self.scope.allows(Act.SET_MEASURE),
        }


class TaskSheet(TaskList):
    """落实情况表: what the list shows, on A4 landscape or as a spreadsheet."""

    template_name = "reports/tasks/sheet.html"

    def get(self, request, *args, **kwargs):
        with override(DOCUMENT_LANGUAGE):
            self.filterset = self.get_filterset(self.get_filterset_class())
            valid = not self.filterset.is_bound or self.filterset.is_valid()
            self.object_list = self.filterset.qs if valid else self.filterset.queryset.none()
            lines = task_lines(self.object_list, self.scope, on=self.on, most=MOST_PRINTED + 1)
            cut, lines = len(lines) > MOST_PRINTED, lines[:MOST_PRINTED]
            title = self.title_of(lines)
            if request.GET.get("_export") == XLSX:
                return self.as_sheet(lines, title)
            documents = {line.task.document for line in lines}
            # A document that all rows share stands above the table, not in every row.
            shared = documents.pop() if len(documents) == 1 else ""
            heads = {k: word for k, word in columns().items() if not (shared and k == "document")}
            context = {
                "title": title,
                "columns": heads,
                "document": shared,
                "lines": lines,
                "chosen": self.chosen,
                "cut": MOST_PRINTED if cut else None,
                "view": self,
            }
            return self.render_to_response(context).render()

    def title_of(self, lines) -> str:
        documents = {line.task.document for line in lines}
        if len(documents) == 1 and self.request.GET.get("document"):
            return _("“%(document)s”任务落实情况表") % {"document": documents.pop()}
        if self.shown_year is None:
            return _("上级任务落实情况表")
        return _("%(year)s年上级任务落实情况表") % {"year": self.shown_year}

    def as_sheet(self, lines, title: str) -> HttpResponse:
        about = [(_("名称"), title), *self.export_about()[1:]]
        content = workbook(sheet_rows(lines), sheet=_("落实情况表"), about=about)
        response = HttpResponse(content, content_type=SHEET_TYPE)
        response["Content-Disposition"] = disposition(file_name(title, self.on, XLSX))
        response["Cache-Control"] = "private, no-store"
        return response


class TaskPage(ScopeMixin, DayMixin):
    """What the pages about one task share; ``act`` is what the page does."""

    act: Act = Act.READ
    title = ""

    @cached_property
    def task(self) -> SuperiorTask:
        rows = SuperiorTask.objects.select_related("unit", "bureau", "recorded_by", "cancelled_by")
        return self.get_visible(rows, self.kwargs["pk"])

    def dispatch(self, request, *args, **kwargs):
        if self.scope.reads_anything and self.act != Act.READ:
            self.require(self.act, self.task)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"task": self.task, "title": self.title}


class TaskDetail(TaskPage, TemplateView):
    template_name = "reports/tasks/detail.html"

    def get_context_data(self, **kwargs):
        task = self.task
        live = not task.is_cancelled and not self.days.is_past
        may = self.scope.may(Act.SET_MEASURE, task)
        measures = measures_for(self.scope, on=self.on, today=self.today).filter(task=task)
        return super().get_context_data(**kwargs) | {
            "measures": list(with_last_progress(measures, self.on)),
            "changes": changes_of(task),
            "may_set": live and task.done_on is None and may,
            "may_cancel": live and may,
        }


class TaskNew(ScopeMixin, DayMixin, FormView):
    form_class = TaskForm
    template_name = "reports/tasks/form.html"
    needs = Act.SET_MEASURE

    @cached_property
    def like(self) -> SuperiorTask | None:
        """Another item of the same document, which shares its head."""
        asked = self.request.GET.get("like", "")
        if not asked.isascii() or not asked.isdigit() or len(asked) > 15:
            return None
        rows = self.visible(SuperiorTask.objects.all(), Act.SET_MEASURE)
        return rows.filter(pk=int(asked)).first()

    def get_initial(self):
        if self.like is None:
            return {"issued_on": self.today}
        known = initial_of(self.like)
        return {name: known[name] for name in SHARED}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"scope": self.scope, "today": self.today}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "title": _("录入上级任务"),
            "several": True,
            "like": self.like,
        }

    def form_valid(self, form):
        try:
            task = set_task(form.draft(), by=self.request.user, at=timezone.now(), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("任务“%(title)s”已录入。") % {"title": task.title})
        if "another" in self.request.POST:
            return redirect(f"{reverse('reports:task-new')}?like={task.pk}")
        return redirect(task)


class TaskEdit(TaskPage, FormView):
    form_class = TaskForm
    template_name = "reports/tasks/form.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("修改上级任务")

    def get_initial(self):
        return initial_of(self.task)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "today": self.today,
            "task": self.task,
        }

    def form_valid(self, form):
        try:
            edit_task(task_id=self.task.pk, draft=form.draft(), today=self.today)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("已保存。"))
        return redirect(self.task)


class TaskDone(TaskPage, FormView):
    form_class = TaskDoneForm
    template_name = "reports/tasks/form.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("办结上级任务")

    def get_initial(self):
        return {"on": self.today}

    def form_valid(self, form):
        try:
            finish_task(task_id=self.task.pk, today=self.today, **form.cleaned_data)
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("任务已办结。"))
        return redirect(self.task)


class TaskCancel(TaskPage, FormView):
    form_class = CancelForm
    template_name = "reports/cancel.html"
    act = Act.SET_MEASURE
    title = gettext_lazy("作废上级任务")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"record": self.task}

    def form_valid(self, form):
        try:
            cancel_task(
                task_id=self.task.pk,
                because=form.cleaned_data["because"],
                by=self.request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            return refused(self, form, refusal)
        messages.success(self.request, _("任务已作废。"))
        return redirect(self.task)
