from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from reports.actions.rounds import check_item, choose_sample, end_round
from reports.domain.access import Role
from reports.domain.problems import LookBackResult
from reports.models import LookBackRound
from tests.factories import (
    NOON,
    LookBackItemFactory,
    LookBackRoundFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
    closed_problem,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
HELD, RELAPSED = LookBackResult.HELD, LookBackResult.RELAPSED


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
def inspector(enter, station):
    return enter(Role.INSPECTOR, station.bureau)


@pytest.fixture
def worked():
    """Who submitted, and who verified."""
    return UserFactory(), UserFactory()


@pytest.fixture
def closed(station, worked):
    def close(**how):
        how = {"unit": station} | how
        return closed_problem(submitted_by=worked[0], closed_by=worked[1], **how)

    return close


@pytest.fixture
def found(station):
    checker = PersonFactory(unit=station.bureau, name="钱检查")
    return LookBackRoundFactory(bureau=station.bureau, title="上半年回头看检查", checkers=[checker])


def address(name, *args):
    return reverse(f"reports:round-{name}", args=args)


def sampled(found, *problems):
    chosen = [each.pk for each in problems]
    choose_sample(round_id=found.pk, chosen=chosen, shown=chosen)
    return [found.items.get(problem=pk).pk for pk in chosen]


def check(found, item, result=HELD, note=""):
    check_item(
        item_id=item,
        on=TODAY,
        result=result,
        checker=found.checkers.get(),
        note=note,
        by=UserFactory(),
        at=NOON,
        today=TODAY,
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_list_shows_every_round_in_the_same_queries(
    inspector, station, rows, django_assert_num_queries
):
    rounds = [LookBackRoundFactory(bureau=station.bureau) for _n in range(rows)]

    with django_assert_num_queries(6):
        response = inspector.get(reverse("reports:round-list"))

    assert [row.record for row in response.context["table"].rows] == rounds[::-1]


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_shows_every_item_in_the_same_queries(
    inspector, found, closed, rows, django_assert_num_queries
):
    items = sampled(found, *(closed() for _n in range(rows)))
    check(found, items[0])

    with django_assert_num_queries(9):
        response = inspector.get(found.get_absolute_url())

    assert [line.item.pk for line in response.context["lines"]] == items


@pytest.mark.parametrize("rows", [1, 3])
def test_sample_shows_every_problem_in_the_same_queries(
    inspector, found, closed, rows, django_assert_num_queries
):
    problems = [closed() for _n in range(rows)]

    with django_assert_num_queries(10):
        response = inspector.get(address("sample", found.pk))

    assert [row.problem for row, _tick in response.context["rows"]] == problems[::-1]


@pytest.mark.parametrize("rows", [1, 3])
def test_report_prints_every_item_in_the_same_queries(
    inspector, found, closed, rows, django_assert_num_queries
):
    sampled(found, *(closed() for _n in range(rows)))

    with django_assert_num_queries(6):
        response = inspector.get(address("print", found.pk))

    assert len(response.context["report"].rows) == rows


def test_list_counts_what_was_found(inspector, found, closed):
    one, two, _three = sampled(found, closed(), closed(), closed())
    check(found, one)
    check(found, two, RELAPSED, note="又有缺口")

    (row,) = inspector.get(reverse("reports:round-list")).context["table"].rows

    assert (row.record.sampled, row.record.checked, row.record.failed) == (3, 2, 1)


@pytest.mark.parametrize(
    ("asked", "number"), [({"state": "running"}, 1), ({"state": "ended"}, 0), ({"q": "无此"}, 0)]
)
def test_list_narrows(inspector, found, asked, number):
    response = inspector.get(reverse("reports:round-list"), asked)

    assert len(response.context["table"].rows) == number


def test_inspector_orders_a_round_and_goes_on_to_the_sample(inspector, station):
    checker = PersonFactory(unit=station)

    response = inspector.post(
        reverse("reports:round-new"),
        {
            "title": "上半年回头看",
            "ordered_on": "2026-06-10",
            "due_on": "2026-06-30",
            "checkers": [checker.pk],
        },
    )

    found = LookBackRound.objects.get()
    assert response["Location"] == address("sample", found.pk)
    assert (found.bureau, list(found.checkers.all())) == (station.bureau, [checker])


def test_refused_order_loses_nothing(inspector, station):
    checker = PersonFactory(unit=station)

    response = inspector.post(
        reverse("reports:round-new"),
        {
            "title": "上半年回头看",
            "ordered_on": "2026-06-10",
            "due_on": "2026-06-01",
            "checkers": [checker.pk],
        },
    )

    form = response.context["form"]
    assert form.errors == {"due_on": ["完成期限早于部署日期。"]}
    assert (form["title"].value(), form["checkers"].value()) == ("上半年回头看", [str(checker.pk)])


def test_sample_is_narrowed_ticked_and_saved(inspector, station, found, closed):
    here, there = closed(), closed(unit=UnitFactory(parent=station.bureau))

    page = inspector.get(address("sample", found.pk), {"unit": station.pk})
    inspector.post(
        address("sample", found.pk), {"shown": [here.pk, there.pk], "problem": [there.pk]}
    )

    assert [row.problem for row, _tick in page.context["rows"]] == [here]
    assert found.items.get().problem == there


def test_the_same_seed_ticks_the_same_problems_and_saves_nothing(inspector, found, closed):
    problems = [closed() for _n in range(6)]

    def ticked(seed):
        response = inspector.get(address("sample", found.pk), {"n": "2", "seed": seed})
        return {row.problem.pk for row, tick in response.context["rows"] if tick}

    first = ticked("20260610")
    assert len(first) == 2
    assert first <= {each.pk for each in problems}
    assert ticked("20260610") == first
    assert any(ticked(f"s{n}") != first for n in range(5))
    assert not found.items.exists()


def test_refused_sample_says_why_and_keeps_the_ticks(inspector, found, closed, station, worked):
    fine, own = closed(), closed()
    found.checkers.set([PersonFactory(unit=station, user=worked[0])])

    response = inspector.post(
        address("sample", found.pk), {"shown": [fine.pk, own.pk], "problem": [own.pk]}
    )

    assert len(response.context["reasons"]) == 1
    assert [row.problem for row, tick in response.context["rows"] if tick] == [own]
    assert not found.items.exists()


def test_result_comes_with_note_and_file_and_reopens(inspector, found, closed, evidence_store):
    problem = closed()
    (item,) = sampled(found, problem)

    inspector.post(
        address("item", found.pk, item),
        {
            "on": "2026-06-09",
            "checker": found.checkers.get().pk,
            "result": "relapsed",
            "note": "又有缺口",
            "files": SimpleUploadedFile("照片.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 9),
        },
    )

    problem.refresh_from_db()
    look_back = problem.look_backs.get()
    page = inspector.get(found.get_absolute_url())
    assert (problem.state, problem.reopened) == ("in_hand", 1)
    assert (look_back.checker.name, look_back.note) == ("钱检查", "又有缺口")
    assert [each.title for each in page.context["lines"][0].evidence] == ["照片"]
    evidence = look_back.evidence_uses.get().evidence
    assert inspector.get(reverse("reports:evidence-view", args=[evidence.pk])).status_code == 200


def test_who_submitted_is_told_so_and_nothing_typed_is_lost(
    inspector, found, closed, station, worked, evidence_store
):
    problem = closed()
    submitter = PersonFactory(unit=station, user=worked[0])
    found.checkers.add(submitter)
    (item,) = sampled(found, problem)

    response = inspector.post(
        address("item", found.pk, item),
        {
            "on": "2026-06-09",
            "checker": submitter.pk,
            "result": "held",
            "note": "已到现场核对",
            "files": SimpleUploadedFile("照片.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 9),
        },
    )

    form = response.context["form"]
    assert form.non_field_errors() == ["提交人不能检查自己提交的问题。"]
    assert form["note"].value() == "已到现场核对"
    assert list(evidence_store.iterdir()) == []


def test_item_of_another_round_does_not_exist(inspector, found, closed):
    other = LookBackItemFactory(problem=closed())

    assert inspector.get(address("item", found.pk, other.pk)).status_code == 404


def test_checker_of_a_station_sees_and_checks_her_rounds_only(enter, station, found, closed):
    helper = UnitFactory(parent=station.bureau)
    clerk = enter(Role.CLERK, helper)
    (item,) = sampled(found, closed())
    page = address("item", found.pk, item)

    assert clerk.get(page).status_code == 404
    person = PersonFactory(unit=helper, user=clerk.user)
    found.checkers.add(person)
    shown = clerk.get(page)
    clerk.post(page, {"on": "2026-06-10", "checker": person.pk, "result": "held"})

    assert shown.context["form"]["checker"].value() == person.pk
    assert found.items.get().look_back.checker == person
    assert clerk.get(address("end", found.pk)).status_code == 403


def test_numbers_lead_to_the_items_they_count(inspector, found, closed):
    held, failed, _waiting = sampled(found, closed(), closed(), closed())
    check(found, held)
    check(found, failed, RELAPSED, note="又有缺口")

    def listed(result):
        response = inspector.get(found.get_absolute_url(), {"result": result})
        return [line.item.pk for line in response.context["lines"]]

    counts = inspector.get(found.get_absolute_url()).context["counts"]
    assert {result.value if result else "none": number for result, number in counts} == {
        "held": 1,
        "insufficient": 0,
        "relapsed": 1,
        "none": 1,
    }
    assert (listed("held"), listed("relapsed")) == ([held], [failed])
    assert len(listed("none")) == 1
    assert len(listed("nonsense")) == 3


def test_as_of_an_earlier_day_nothing_was_found_yet(inspector, found, closed):
    (item,) = sampled(found, closed())
    check(found, item)

    page = inspector.get(found.get_absolute_url(), {"on": "2026-06-09"})

    assert page.context["lines"][0].result is None
    assert not page.context["may_check"]


def test_round_is_ended_from_its_page(inspector, found, closed):
    (item,) = sampled(found, closed())
    check(found, item)

    inspector.post(address("end", found.pk), {"on": "2026-06-10", "conclusion": "总体巩固"})

    found.refresh_from_db()
    assert (found.ended_on, found.conclusion) == (TODAY, "总体巩固")
    assert not inspector.get(found.get_absolute_url()).context["may_run"]


def test_round_is_cancelled_with_a_reason(inspector, found):
    inspector.post(address("cancel", found.pk), {"because": "重复部署"})

    assert "重复部署" in inspector.get(found.get_absolute_url()).content.decode()


@pytest.fixture
def reported(found, closed):
    held, failed = closed(title="台账缺漏"), closed(title="超期未结", closed_on=date(2026, 5, 25))
    one, two = sampled(found, held, failed)
    check(found, one)
    check(found, two, RELAPSED, note="又有两件超期")
    end_round(round_id=found.pk, on=TODAY, conclusion="多数巩固。\n一个反弹。", today=TODAY)
    return found


def test_report_tells_order_sample_results_and_conclusion(inspector, reported):
    bureau, paper = reported.bureau.name, "示公法〔2026〕5号"

    report = inspector.get(address("print", reported.pk)).context["report"]

    assert report.title == f"{bureau}\n“上半年回头看检查”情况报告"
    assert report.mark == ""
    assert report.order == [
        f"2026年6月1日，{bureau}以{paper}部署“上半年回头看检查”，要求于2026年6月30日前完成。",
        "检查人员：钱检查。提交人和核查人不检查本人经手的问题。",
    ]
    assert report.sample == ["从已销号的问题中选取2个进行检查，涉及1个单位。按来源分：自查2个。"]
    assert report.results == [
        "共2个，其中巩固1个、不到位0个、反弹1个。",
        "不到位和反弹的1个问题已重新整改。",
    ]
    assert [row[1:] for row in report.rows] == [
        [
            "2026年 1 台账缺漏",
            "东关派出所",
            "2026年5月20日",
            "2026年6月10日",
            "钱检查",
            "巩固",
            "",
        ],
        [
            "2026年 2 超期未结",
            "东关派出所",
            "2026年5月25日",
            "2026年6月10日",
            "钱检查",
            "反弹",
            "又有两件超期",
        ],
    ]
    assert report.conclusion == ["多数巩固。", "一个反弹。"]
    assert (report.issuer, report.day) == (bureau, "2026年6月10日")


def test_docx_has_the_words_of_the_print(inspector, reported):
    report = inspector.get(address("print", reported.pk)).context["report"]

    response = inspector.get(address("docx", reported.pk))

    made = Document(BytesIO(response.content))
    words = [paragraph.text for paragraph in made.paragraphs if paragraph.text]
    cells = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
    assert words == [
        *report.title.split("\n"),
        "一、部署情况",
        *report.order,
        "二、抽查情况",
        *report.sample,
        "三、检查结果",
        *report.results,
        "四、总体情况",
        *report.conclusion,
        report.issuer,
        report.day,
    ]
    assert cells == [report.headings, *report.rows]


def test_unfinished_report_says_so(inspector, found, closed):
    sampled(found, closed())

    report = inspector.get(address("print", found.pk)).context["report"]

    assert report.mark == "检查未结束，截至2026年6月10日"
    assert report.results == ["共1个，其中巩固0个、不到位0个、反弹0个、尚无结果1个。"]
    assert report.conclusion == []
