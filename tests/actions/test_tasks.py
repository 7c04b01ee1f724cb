from datetime import date

import pytest

from reports.actions.measures import MeasureDraft, drop_measure, set_measure
from reports.actions.refusals import Refused
from reports.actions.tasks import TaskDraft, cancel_task, edit_task, finish_task
from reports.models import SuperiorTask
from tests.factories import (
    NOON,
    BureauFactory,
    MeasureFactory,
    SuperiorTaskFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def refused(action, **how):
    with pytest.raises(Refused) as refusal:
        action(**how)
    return refusal.value.reasons


def done(task, on=TODAY, result="已清理"):
    return finish_task(task_id=task.pk, on=on, result=result, today=TODAY)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "请填写任务。"),
        ({"document": ""}, "请填写文件名称或文号。"),
        ({"issuer": ""}, "请填写下达机关。"),
        ({"issued_on": date(2026, 6, 11)}, "下达日期不能晚于今天。"),
        ({"due_on": date(2026, 3, 1)}, "完成期限早于下达日期。"),
    ],
)
def test_entering_refuses(change, said):
    assert refused(lambda: SuperiorTaskFactory(**change)) == [said]


def test_a_unit_above_the_bureaus_takes_no_task():
    city = UnitFactory(parent=None, kind__files_report=False)

    assert "该单位不属于任何分局，不能承担任务。" in refused(lambda: SuperiorTaskFactory(unit=city))


def test_a_due_month_is_due_on_its_last_day():
    task = SuperiorTaskFactory(due_on=date(2026, 9, 1), due_is_month=True)

    assert (task.due_on, task.due_is_month) == (date(2026, 9, 30), True)


def test_the_same_item_is_not_entered_twice():
    unit = UnitFactory()
    SuperiorTaskFactory(unit=unit, item="二", title="清理")

    assert refused(lambda: SuperiorTaskFactory(unit=unit, item="二", title="清理")) == [
        "该文件的这项任务已经录入。"
    ]
    assert SuperiorTaskFactory(unit=unit, item="三", title="清理").item == "三"


def draft_of(task, **change):
    fields = ("unit", "issuer", "document", "item", "title", "issued_on", "due_on", "due_is_month")
    return TaskDraft(**{name: getattr(task, name) for name in fields} | change)


def test_editing_keeps_the_old_due_day_in_the_history():
    task = SuperiorTaskFactory()

    edit_task(task_id=task.pk, draft=draft_of(task, due_on=date(2026, 9, 30)), today=TODAY)

    task.refresh_from_db()
    assert [each.due_on for each in task.history.order_by("pk")] == [
        date(2026, 6, 30),
        date(2026, 9, 30),
    ]


def test_editing_refuses_another_bureau_and_what_has_ended():
    task, ended = SuperiorTaskFactory(), SuperiorTaskFactory()
    done(ended)

    foreign = UnitFactory(parent=BureauFactory())
    assert refused(edit_task, task_id=task.pk, draft=draft_of(task, unit=foreign), today=TODAY) == [
        "不能改到别的分局；请作废后在该分局录入。"
    ]
    assert refused(edit_task, task_id=ended.pk, draft=draft_of(ended), today=TODAY) == [
        "该任务已经办结，不能再修改。"
    ]


def test_a_task_is_done_with_its_result_once_its_measures_are():
    task = SuperiorTaskFactory()
    measure = MeasureFactory(unit=task.unit, task=task, plan_year=None)

    assert refused(done, task=task) == ["还有措施没有完成或终止，请先办结措施。"]
    drop_measure(measure_id=measure.pk, on=TODAY, because="并入", by=UserFactory(), today=TODAY)
    done(task)

    task.refresh_from_db()
    assert (task.done_on, task.result) == (TODAY, "已清理")
    assert refused(done, task=task) == ["该任务已经办结。"]


def test_cancelling_says_why_and_nothing_follows():
    task, user = SuperiorTaskFactory(), UserFactory()

    assert refused(cancel_task, task_id=task.pk, because=" ", by=user, at=NOON) == [
        "请写明作废原因。"
    ]
    cancel_task(task_id=task.pk, because="重复录入", by=user, at=NOON)

    assert SuperiorTask.objects.get().cancelled_because == "重复录入"
    assert refused(cancel_task, task_id=task.pk, because="再", by=user, at=NOON) == [
        "该任务已作废。"
    ]
    assert refused(done, task=task) == ["该任务已作废，不能再办理。"]


def test_a_measure_answers_an_open_task_of_its_bureau():
    task, ended = SuperiorTaskFactory(), SuperiorTaskFactory()
    done(ended)

    def answer(task, unit):
        draft = MeasureDraft(unit=unit, title="清点", set_on=TODAY, task=task)
        return set_measure(draft, by=None, at=NOON, today=TODAY)

    assert answer(task, task.unit).task == task
    assert refused(answer, task=task, unit=UnitFactory(parent=BureauFactory())) == [
        "措施与上级任务须属于同一分局。"
    ]
    assert refused(answer, task=ended, unit=ended.unit) == [
        f"任务“{ended.title}”已经办结或作废，不能再加措施。"
    ]
