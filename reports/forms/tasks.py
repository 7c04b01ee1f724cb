"""What is typed of a task from above."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.actions.tasks import TaskDraft
from reports.domain.access import Act
from reports.domain.measures import due_day
from reports.models import SuperiorTask, Unit
from reports.selectors.scope import Scope

from .base import UnitField, day_field, text_field


class TaskForm(forms.Form):
    """An item of a document from above; every choice ends where the scope ends."""

    document = forms.CharField(
        label=pgettext_lazy("task", "文件"), max_length=120, help_text=_("名称或文号。")
    )
    issuer = forms.CharField(label=_("下达机关"), max_length=80)
    issued_on = day_field(label=_("下达日期"))
    item = forms.CharField(
        label=_("条目"), max_length=40, required=False, help_text=_("文件中的编号，如“二（三）”。")
    )
    title = forms.CharField(label=pgettext_lazy("task", "任务"), max_length=200)
    unit = UnitField(label=_("牵头单位"), queryset=Unit.objects.none())
    due_on = day_field(label=_("完成期限"), required=False)
    due_is_month = forms.BooleanField(
        label=_("期限只到月份"), required=False, help_text=_("以该月最后一日为期限。")
    )

    fieldsets = (
        (_("来自哪份文件"), ("document", "issuer", "issued_on")),
        (pgettext_lazy("task", "任务"), ("item", "title", "unit", "due_on", "due_is_month")),
    )

    def __init__(self, *args, scope: Scope, today: date, task: SuperiorTask | None = None, **kw):
        super().__init__(*args, **kw)
        units = scope.units(Act.SET_MEASURE).filter(bureau__isnull=False)
        if task:
            units = units.filter(bureau=task.bureau_id)
        units = units.existing_on(today) | units.filter(pk=task.unit_id if task else None)
        self.fields["unit"].queryset = units.in_order()

    def clean(self):
        given = super().clean()
        issued, due = given.get("issued_on"), given.get("due_on")
        if issued and due and due_day(due, bool(given.get("due_is_month"))) < issued:
            self.add_error("due_on", _("完成期限早于下达日期。"))
        return given

    def draft(self) -> TaskDraft:
        return TaskDraft(**self.cleaned_data)


def initial_of(task: SuperiorTask) -> dict[str, object]:
    """The fields of the form as the task has them."""
    fields = SuperiorTask._meta
    return {n: getattr(task, fields.get_field(n).attname) for n in TaskForm.base_fields}


# What further items of the same document have in common with the first.
SHARED = ("document", "issuer", "issued_on", "unit", "due_on", "due_is_month")


class TaskDoneForm(forms.Form):
    """A task is done, with what was achieved."""

    on = day_field(label=_("完成日期"))
    result = text_field(
        label=_("落实情况"), rows=5, help_text=_("写明做了什么、取得什么结果，用于向上级报送。")
    )
