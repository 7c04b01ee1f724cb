"""Tasks from above (上级任务): entered, corrected, reported as done, cancelled."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.measures import due_day
from reports.domain.tasks import reasons_against_done
from reports.models import SuperiorTask, Unit
from reports.models.choices import AGAINST_DONE_SENTENCES
from reports.selectors.tasks import open_measures, task_facts


class CannotSetTask(Refused):
    """The task cannot be entered like this."""


class CannotFinishTask(Refused):
    """The task cannot be reported as done, or not any more."""


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """An item of a document as entered; a due month is due on its last day."""

    unit: Unit
    issuer: str
    document: str
    title: str
    issued_on: date
    item: str = ""
    due_on: date | None = None
    due_is_month: bool = False


@transaction.atomic
def set_task(draft: TaskDraft, *, by: User | None, at: datetime, today: date) -> SuperiorTask:
    """Enter one task from above.

    Refuses an empty title, document or issuer, a day in the future, a due day before it was
    issued, a unit that belongs to no bureau, and the same item of the same document once more.
    """
    _refuse_bad_draft(draft, today)
    twin = SuperiorTask.objects.filter(
        bureau=draft.unit.bureau_id,
        document=draft.document.strip(),
        item=draft.item.strip(),
        title=draft.title.strip(),
        cancelled_at__isnull=True,
    )
    if twin.exists():
        raise CannotSetTask([_("该文件的这项任务已经录入。")])
    return SuperiorTask.objects.create(
        **_fields(draft), bureau_id=draft.unit.bureau_id, recorded_at=at, recorded_by=by
    )


@transaction.atomic
def edit_task(*, task_id: int, draft: TaskDraft, today: date) -> SuperiorTask:
    """Correct what was entered; the history keeps what it was, the due day too.

    Refuses what entering refuses, another bureau, and a task that is done or cancelled.
    """
    task = SuperiorTask.objects.select_for_update().get(pk=task_id)
    if task.is_cancelled:
        raise CannotSetTask([_("该任务已作废，不能再修改。")])
    if task.done_on is not None:
        raise CannotSetTask([_("该任务已经办结，不能再修改。")])
    _refuse_bad_draft(draft, today)
    if draft.unit.bureau_id != task.bureau_id:
        raise CannotSetTask([_("不能改到别的分局；请作废后在该分局录入。")])
    for name, value in _fields(draft).items():
        setattr(task, name, value)
    task.save()
    return task


@transaction.atomic
def finish_task(*, task_id: int, on: date, result: str, today: date) -> SuperiorTask:
    """Report a task as done, with what was achieved.

    Refuses an empty result, a day in the future or before it was issued, a task whose measures
    are still open, and one that is done or cancelled: of two who do so the second is told.
    """
    task = SuperiorTask.objects.select_for_update().get(pk=task_id)
    against = reasons_against_done(
        task_facts(task), on=on, today=today, result=result, open_measures=open_measures(task)
    )
    if against:
        raise CannotFinishTask([AGAINST_DONE_SENTENCES[each] for each in against])
    task.done_on, task.result = on, result.strip()
    task.save()
    return task


@transaction.atomic
def cancel_task(*, task_id: int, because: str, by: User, at: datetime) -> SuperiorTask:
    """A task entered by mistake: stays visible with the reason, counts nothing."""
    task = SuperiorTask.objects.select_for_update().get(pk=task_id)
    if task.is_cancelled:
        raise CannotSetTask([_("该任务已作废。")])
    if not because.strip():
        raise CannotSetTask([_("请写明作废原因。")])
    task.cancelled_at, task.cancelled_by = at, by
    task.cancelled_because = because.strip()
    task.save()
    return task


def _fields(draft: TaskDraft) -> dict[str, object]:
    return {
        "unit": draft.unit,
        "issuer": draft.issuer.strip(),
        "document": draft.document.strip(),
        "item": draft.item.strip(),
        "title": draft.title.strip(),
        "issued_on": draft.issued_on,
        "due_on": draft.due_on and due_day(draft.due_on, draft.due_is_month),
        "due_is_month": bool(draft.due_on and draft.due_is_month),
    }


def _refuse_bad_draft(draft: TaskDraft, today: date) -> None:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写任务。"))
    if not draft.document.strip():
        reasons.append(_("请填写文件名称或文号。"))
    if not draft.issuer.strip():
        reasons.append(_("请填写下达机关。"))
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能承担任务。"))
    if draft.issued_on > today:
        reasons.append(_("下达日期不能晚于今天。"))
    if draft.due_on and due_day(draft.due_on, draft.due_is_month) < draft.issued_on:
        reasons.append(_("完成期限早于下达日期。"))
    if reasons:
        raise CannotSetTask(reasons)
