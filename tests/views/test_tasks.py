from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.actions.tasks import finish_task
from reports.domain.access import Role
from reports.models import SuperiorTask
from tests.factories import (
    NOON,
    MeasureFactory,
    PersonFactory,
    ProgressFactory,
    SuperiorTaskFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def station():
    return UnitFactory(name="东关派出所")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        client.user = user
        return client

    return log_in


@pytest.fixture
def legal(enter, station):
    return enter(Role.LEGAL_OFFICER, station.bureau)


def address(name, task):
    return reverse(f"reports:task-{name}", args=[task.pk])


def shown(response):
    return [row.record for row in response.context["table"].rows]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_every_task_in_the_same_queries(legal, station, rows, django_assert_num_queries):
    tasks = [SuperiorTaskFactory(unit=station) for _n in range(rows)]
    MeasureFactory(unit=station, task=tasks[0])

    with django_assert_num_queries(6):
        response = legal.get(reverse("reports:task-list"))

    assert shown(response) == tasks


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_shows_its_measures_in_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    task = SuperiorTaskFactory(unit=station)
    measures = [MeasureFactory(unit=station, task=task) for _n in range(rows)]

    with django_assert_num_queries(7):
        response = legal.get(task.get_absolute_url())

    assert response.context["measures"] == measures


@pytest.mark.parametrize("rows", [1, 3])
def test_sheet_prints_every_task_in_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    for _n in range(rows):
        task = SuperiorTaskFactory(unit=station)
        for _m in range(rows):
            ProgressFactory(measure=MeasureFactory(unit=station, task=task))

    with django_assert_num_queries(6):
        response = legal.get(reverse("reports:task-sheet"))

    assert len(response.context["lines"]) == rows


def test_list_narrows_by_what_is_chosen(legal, station):
    late = SuperiorTaskFactory(unit=station, due_on=date(2026, 6, 9))
    today = SuperiorTaskFactory(unit=station, due_on=TODAY)
    done = SuperiorTaskFactory(unit=station)
    finish_task(task_id=done.pk, on=TODAY, result="已办", today=TODAY)
    answered = SuperiorTaskFactory(unit=station, document="示公发〔2025〕3号")
    MeasureFactory(unit=station, task=answered)
    old = SuperiorTaskFactory(unit=station, issued_on=date(2025, 3, 2), due_on=date(2025, 6, 30))
    SuperiorTask.objects.filter(pk=old.pk).update(done_on=date(2025, 6, 1))

    def listed(**asked):
        return {task.pk for task in shown(legal.get(reverse("reports:task-list"), asked))}

    present = {late.pk, today.pk, done.pk, answered.pk}
    assert listed() == present
    assert listed(all_years="1") == present | {old.pk}
    assert listed(overdue="1") == {late.pk}
    assert listed(state="done") == {done.pk}
    assert listed(state="open") == present - {done.pk}
    assert listed(unanswered="1") == present - {answered.pk}
    assert listed(document="2025") == {answered.pk}
    assert listed(on="2026-06-09") == present
    assert listed(on="2026-06-09", state="done") == set()


def test_tasks_of_one_document_are_entered_one_after_the_other(legal, station):
    response = legal.post(
        reverse("reports:task-new"),
        {
            "document": "示公通〔2026〕12号",
            "issuer": "市公安局",
            "issued_on": "2026-03-02",
            "item": "（一）",
            "title": "清理涉案财物",
            "unit": station.pk,
            "due_on": "2026-09-01",
            "due_is_month": "on",
            "another": "1",
        },
    )
    task = SuperiorTask.objects.get()
    following = legal.get(response["Location"]).context["form"]

    assert response["Location"] == f"{reverse('reports:task-new')}?like={task.pk}"
    assert (task.due_on, task.bureau) == (date(2026, 9, 30), station.bureau)
    assert following["document"].value() == "示公通〔2026〕12号"
    assert following["title"].value() is None


def test_refused_task_says_so_next_to_the_field_and_loses_nothing(legal, station):
    response = legal.post(
        reverse("reports:task-new"),
        {
            "document": "示公通〔2026〕12号",
            "issuer": "市公安局",
            "issued_on": "2026-03-02",
            "title": "清理涉案财物",
            "unit": station.pk,
            "due_on": "2026-03-01",
        },
    )

    form = response.context["form"]
    assert form.errors == {"due_on": ["完成期限早于下达日期。"]}
    assert form["title"].value() == "清理涉案财物"
    assert not SuperiorTask.objects.exists()


def test_task_is_done_edited_and_cancelled(legal, station):
    task, wrong = SuperiorTaskFactory(unit=station), SuperiorTaskFactory(unit=station)

    legal.post(address("done", task), {"on": "2026-06-09", "result": "清理完毕"})
    legal.post(address("cancel", wrong), {"because": "重复录入"})

    task.refresh_from_db()
    page = legal.get(task.get_absolute_url())
    assert (task.done_on, task.result) == (date(2026, 6, 9), "清理完毕")
    assert not page.context["may_set"]
    assert "重复录入" in legal.get(wrong.get_absolute_url()).content.decode()


def test_done_is_refused_while_a_measure_is_open(legal, station):
    task = SuperiorTaskFactory(unit=station)
    MeasureFactory(unit=station, task=task)

    response = legal.post(address("done", task), {"on": "2026-06-09", "result": "清理完毕"})

    assert response.context["form"].non_field_errors() == ["还有措施没有完成或终止，请先办结措施。"]
    assert response.context["form"]["result"].value() == "清理完毕"


def test_who_answers_a_task_of_another_unit_sees_it(enter, station):
    helper = UnitFactory(parent=station.bureau)
    task = SuperiorTaskFactory(unit=station)
    clerk = enter(Role.CLERK, helper)

    assert clerk.get(task.get_absolute_url()).status_code == 404
    MeasureFactory(unit=helper, task=task)

    assert clerk.get(task.get_absolute_url()).status_code == 200
    assert clerk.get(address("done", task)).status_code == 403


def test_measure_is_set_for_a_task_from_its_page(legal, station):
    task = SuperiorTaskFactory(unit=station)
    new = reverse("reports:measure-new") + f"?task={task.pk}"
    form = legal.get(new).context["form"]

    response = legal.post(
        new,
        {
            "title": "逐件清点",
            "unit": form["unit"].value(),
            "task": form["task"].value(),
            "set_on": "2026-06-10",
            "due_on": form["due_on"].value(),
        },
    )

    assert response["Location"] == task.get_absolute_url()
    assert task.measures.get().due_on == date(2026, 6, 30)


@pytest.fixture
def carried_out(station):
    """A task with two measures, one that is done, one nobody has answered."""
    person = PersonFactory(unit=station, name="王建国")
    task = SuperiorTaskFactory(unit=station, item="（一）", title="清理涉案财物")
    first = MeasureFactory(
        unit=station, task=task, title="逐件清点", responsible=person, due_on=date(2026, 6, 5)
    )
    ProgressFactory(measure=first, on=date(2026, 6, 1), text="已清点40件", percent=80)
    ProgressFactory(measure=first, on=date(2026, 6, 8), text="本期无新进展。", nothing_new=True)
    MeasureFactory(unit=station, task=task, title="补办手续", due_on=None)
    done = SuperiorTaskFactory(unit=station, item="（二）", title="修订流程", due_on=None)
    finish_task(task_id=done.pk, on=date(2026, 6, 9), result="已印发\n已组织学习", today=TODAY)
    SuperiorTaskFactory(
        unit=station, item="（三）", title="轮训", due_on=date(2026, 12, 1), due_is_month=True
    )


ROWS = [
    (
        1,
        "示公通〔2026〕12号",
        "（一）",
        "清理涉案财物",
        "东关派出所",
        "1．逐件清点（东关派出所、王建国，2026年6月5日）\n2．补办手续（东关派出所）",
        "2026年6月30日",
        "正在落实\n1．逾期未完成，已完成80%，2026年6月1日：已清点40件\n2．长期无进展",
    ),
    (
        2,
        "示公通〔2026〕12号",
        "（二）",
        "修订流程",
        "东关派出所",
        "",
        "",
        "按期完成，2026年6月9日\n已印发\n已组织学习",
    ),
    (
        3,
        "示公通〔2026〕12号",
        "（三）",
        "轮训",
        "东关派出所",
        "",
        "2026年12月",
        "正在落实，尚未确定措施",
    ),
]


def test_sheet_says_how_every_task_is_carried_out(legal, carried_out):
    response = legal.get(reverse("reports:task-sheet"), {"document": "示公通〔2026〕12号"})

    assert [tuple(line.values()) for line in response.context["lines"]] == ROWS
    assert response.context["title"] == "“示公通〔2026〕12号”任务落实情况表"


def test_spreadsheet_has_the_rows_of_the_print(legal, carried_out):
    response = legal.get(reverse("reports:task-sheet"), {"_export": "xlsx"})

    heads, *rows = sheet_of(response)
    assert heads == ["序号", "文件", "条目", "任务", "牵头单位", "措施", "期限", "完成情况"]
    assert rows == [
        [" ".join(cell.split("\n")) if isinstance(cell, str) else cell for cell in row]
        for row in ROWS
    ]


def sheet_of(response):
    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    return book.get_sheet_by_index(0).to_python()


def test_sheet_as_of_an_earlier_day(legal, carried_out):
    response = legal.get(reverse("reports:task-sheet"), {"on": "2026-06-04"})

    assert [line.how[0] for line in response.context["lines"]] == [
        "正在落实",
        "正在落实，尚未确定措施",
        "正在落实，尚未确定措施",
    ]


def test_sheet_is_printed_in_chinese_whatever_the_page_speaks(legal, carried_out):
    legal.cookies["django_language"] = "en"

    page = legal.get(reverse("reports:task-sheet")).content.decode()

    assert "<h1>2026年上级任务落实情况表</h1>" in page
