"""A ledger of problems as bureaus keep it comes in whole: problems, causes, measures, progress."""

from datetime import date

import pytest

from reports.actions.delivered_columns import lay_column_names
from reports.actions.sheet_imports import check_again, confirm_columns, keep_sheet, leave_out_rows
from reports.domain.access import Role
from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.exchange.sheet_imports import read_upload
from reports.models import Measure, Problem, Progress
from reports.models.choices import JobState
from tests.factories import (
    NOON,
    BureauFactory,
    PersonFactory,
    ProblemSourceFactory,
    UnitFactory,
    member,
)

from .test_sheet_imports import entered, told, verdicts, work, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "evidence": settings.STORAGES["evidence"] | {"OPTIONS": {"location": str(tmp_path)}}
    }
    lay_column_names()
    bureau = BureauFactory(name="江东分局")
    UnitFactory(name="河口派出所", short_name="河口所", parent=bureau)
    UnitFactory(name="刑侦大队", parent=bureau)
    ProblemSourceFactory()
    for name in ("孙某某", "吴某某", "周某某"):
        PersonFactory(name=name, unit=bureau)
    return bureau


@pytest.fixture
def legal(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


# What the ledger of an office has no column for, and is said once.
GIVEN = {"source": "自查", "found_on": "2026-01-15"}


def compared(content, bureau, legal, given=GIVEN, name="整改台账.xlsx"):
    draft = read_upload(content, file_name=name, kind=SheetKind.PROBLEMS, bureau=bureau)
    sheet = keep_sheet(draft, by=legal, at=NOON)
    columns = {int(place): field for place, field in sheet.columns.items() if place.isdigit()}
    confirm_columns(
        sheet_id=sheet.pk, columns=columns, names={}, by=legal, at=NOON, given=given or {}
    )
    work()
    sheet.refresh_from_db()
    return sheet


def notes(sheet):
    return {row.number: row.cells.get("note", "") for row in sheet.rows.order_by("number")}


LEDGER = [
    ["江东分局执法问题整改台账"],
    ["填报单位：法制大队", "", "", "", "", "", "", "填报日期：2026年6月1日"],
    ["序号", "问题", "问题描述", "原因分析", "整改措施", "", "责任单位", "责任人", "责任领导",
     "整改时限", "整改进展", "完成情况", "状态"],
    ["", "", "", "", "措施", "时限", "", "", "", "", "", "", ""],
    [1, "警情登记不规范", "登记要素不全", "制度机制：登记要求不明确\n培训不够",
     "1.修订登记办法；2.每月抽查一次。", "2026年5月", "河口派出所", "孙某某", "周某某",
     "2026年9月底前", "办法已印发", "已于2026年5月20日完成", "整改中"],
    [1.1, "接警时间漏填", "", "", "逐条核对接警时间", "", "", "孙某某", "周某某",
     "2026.8.15", "正在核对", "未完成", "整改中"],
    [1.2, "反馈不及时", "", "", "", "", "", "吴某某", "", "２０２６年７月３１日", "", "", ""],
    [2, "卷宗装订不齐", "", "审核不严", "统一装订要求", 46203, "刑侦大队", "吴某某", "周某某",
     "长期坚持", "", "已完成", "已销号"],
    ["", "", "", "", "每季度评查一次", "2026-12-10", "", "周某某", "", "", "已评查一次", "基本完成",
     ""],
]  # fmt: skip
MERGED = [
    ("A1:M1", "江东分局执法问题整改台账"),
    ("E3:F3", "整改措施"),
    *((f"{letter}3:{letter}4", text) for letter, text in zip(
        "ABCDGHIJKLM",
        ["序号", "问题", "问题描述", "原因分析", "责任单位", "责任人", "责任领导", "整改时限",
         "整改进展", "完成情况", "状态"],
        strict=True,
    )),
    ("G5:G7", "河口派出所"),
    ("A8:A9", 2),
    ("B8:B9", "卷宗装订不齐"),
    ("G8:G9", "刑侦大队"),
]  # fmt: skip


@pytest.fixture
def ledger(bureau, legal):
    return compared(xlsx(LEDGER, merged=MERGED), bureau, legal)


def test_every_row_says_what_becomes_of_it(ledger):
    assert (ledger.sheet, ledger.header_row) == ("台账", 4)
    assert (verdicts(ledger), told(ledger)) == (
        [(5, "new"), (6, "new"), (7, "new"), (8, "new")],
        [],
    )
    assert notes(ledger) == {
        5: "措施记为2026年5月20日完成；问题按“登记”录入，销号须经核查。",
        6: "进展没有写明日期，按导入当日记入。",
        7: "",
        8: (
            "表中写明已完成，但没有完成日期，措施按未完成录入，请补报。\n"
            "进展没有写明日期，按导入当日记入。\n"
            "措施记为基本完成，仍未办结。"
        ),
    }
    row = ledger.rows.get(number=8)
    assert (row.cells["measures"], row.cells["kind"]) == (
        "1. 统一装订要求（2026-06-30）\n2. 每季度评查一次（2026-12-10，周某某）",
        "长期坚持",
    )


def test_problems_come_with_their_causes_and_stand_below_each_other(ledger, legal):
    job = entered(ledger, legal)

    assert (job.message, ledger.state) == ("已入库4行。", SheetState.ENTERED)
    found = Problem.objects.order_by("number").values_list(
        "number", "title", "unit__name", "found_on", "due_on", "due_is_month", "kind", "state"
    )
    assert list(found) == [
        ("1", "警情登记不规范", "河口派出所", date(2026, 1, 15), date(2026, 9, 30), True,
         "dated", "registered"),
        ("1.1", "接警时间漏填", "河口派出所", date(2026, 1, 15), date(2026, 8, 15), False,
         "dated", "registered"),
        ("1.2", "反馈不及时", "河口派出所", date(2026, 1, 15), date(2026, 7, 31), False,
         "dated", "registered"),
        ("2", "卷宗装订不齐", "刑侦大队", date(2026, 1, 15), None, False,
         "standing", "registered"),
    ]  # fmt: skip
    first = Problem.objects.get(number="1")
    assert first.description == "登记要素不全"
    assert [each.text for each in first.causes.order_by("position")] == [
        "制度机制：登记要求不明确",
        "培训不够",
    ]
    assert (first.responsible.name, first.leader.name) == ("孙某某", "周某某")
    assert {each.parent for each in Problem.objects.filter(number__startswith="1.")} == {first}


def test_measures_come_with_their_days_and_what_was_reported(ledger, legal):
    entered(ledger, legal)

    found = Measure.objects.order_by("pk").values_list(
        "problems__number", "title", "unit__name", "responsible__name", "set_on", "due_on",
        "due_is_month", "done_on", "imported_row",
    )  # fmt: skip
    begun = date(2026, 1, 15)
    assert list(found) == [
        ("1", "修订登记办法", "河口派出所", "孙某某", begun, date(2026, 5, 31), True,
         date(2026, 5, 20), 5),
        ("1", "每月抽查一次", "河口派出所", "孙某某", begun, date(2026, 5, 31), True,
         date(2026, 5, 20), 5),
        ("1.1", "逐条核对接警时间", "河口派出所", "孙某某", begun, date(2026, 8, 15), False,
         None, 6),
        ("2", "统一装订要求", "刑侦大队", "吴某某", begun, date(2026, 6, 30), False, None, 8),
        ("2", "每季度评查一次", "刑侦大队", "周某某", begun, date(2026, 12, 10), False, None, 8),
    ]  # fmt: skip
    reported = Progress.objects.order_by("pk").values_list(
        "measure__title", "on", "text", "finishes", "basically_done"
    )
    assert list(reported) == [
        ("修订登记办法", date(2026, 5, 20), "办法已印发", True, False),
        ("每月抽查一次", date(2026, 5, 20), "办法已印发", True, False),
        ("逐条核对接警时间", NOON.date(), "正在核对", False, False),
        ("统一装订要求", NOON.date(), "已完成", False, False),
        ("每季度评查一次", NOON.date(), "已评查一次", False, True),
    ]
    # What is finished is noted in the history, as by the action for one.
    done = Measure.objects.get(title="修订登记办法")
    assert done.history.first().done_on == date(2026, 5, 20)
    assert done.history.first().history_user == legal


def test_the_same_ledger_brought_in_again_changes_nothing(ledger, bureau, legal):
    entered(ledger, legal)

    again = compared(xlsx(LEDGER, merged=MERGED), bureau, legal)
    # Nor where it is said of it that the problems were found on another day.
    later = compared(
        xlsx(LEDGER, merged=MERGED), bureau, legal, given=GIVEN | {"found_on": "2026-03-01"}
    )

    same = [(number, "unchanged") for number in (5, 6, 7, 8)]
    assert (verdicts(again), verdicts(later)) == (same, same)
    assert set(notes(again).values()) == {""}


def test_what_a_known_row_newly_tells_is_not_taken_and_says_so(ledger, bureau, legal):
    entered(ledger, legal)
    rows = [list(row) for row in LEDGER]
    rows[5][4], rows[6][10] = "逐条核对接警时间\n约谈责任人", "已逐条回访"

    again = compared(xlsx(rows, merged=MERGED), bureau, legal)

    assert notes(again) == {
        5: "",
        6: "该问题已登记，表中新的措施请用“措施”表补充。",
        7: "该问题已登记，表中新的进展请在措施中填报。",
        8: "",
    }
    assert Measure.objects.count() == 5


def test_a_row_below_one_that_is_left_out_refuses_the_whole(ledger, legal):
    parent = ledger.rows.get(number=5)
    leave_out_rows(sheet_id=ledger.pk, shown=[parent.pk], taken=[])

    job = entered(ledger, legal)

    assert (job.state, Problem.objects.count()) == (JobState.FAILED, 0)
    assert job.message == (
        "未能完成：第6行：上级问题（第5行）没有勾选入库。 第7行：上级问题（第5行）没有勾选入库。"
    )


def test_what_was_changed_after_the_ledger_came_in_stays(ledger, bureau, legal):
    entered(ledger, legal)
    Problem.objects.filter(number="1").update(target="全部规范", title="警情登记不规范")

    check = compared(xlsx(LEDGER, merged=MERGED), bureau, legal)

    assert verdicts(check)[0] == (5, "unchanged")
    assert Problem.objects.get(number="1").target == "全部规范"


HEAD = ["序号", "存在问题", "整改单位", "整改措施", "整改时限", "责任人", "整改进展", "完成日期",
        "上级问题编号"]  # fmt: skip


def row(number="", title="", unit="河口派出所", measures="", due="", who="", said="", done="",
        above=""):  # fmt: skip
    return [number, title, unit, measures, due, who, said, done, above]


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        (row(title="甲", unit="河口派出"),
         [("C2", "没有“河口派出”，是不是“河口派出所”？请改成台账中的名称。")]),
        (row(title="甲", unit="无名大队"),
         [("C2", "没有“无名大队”，请核对名称，或先把它录入本局台账。")]),
        (row(title="甲", due="2026.13.5"), [("E2", "没有“2026.13.5”这一天，请核对。")]),
        (row(title="甲", done="2026年5月", measures="抓"),
         [("H2", "“2026年5月”只写到月份，这里要写到日。")]),
        (row(title="甲", done="2026-07-01", measures="抓"), [("H2", "完成日期不能晚于今天。")]),
        (row(title="甲", done="2026-01-01", measures="抓"), [("H2", "完成日期早于发现日期。")]),
        (row(title="", measures="没有问题的措施"), [("B2", "“问题”必须填写。")]),
        (row(title="甲", unit=""), [("C2", "“牵头单位”必须填写。")]),
        (row(title="甲", who="别局某"),
         [("F2", "没有“别局某”，请核对名称，或先把它录入本局台账。")]),
        (row(title="甲", measures="长" * 201), [("D2", "内容过长，最多200个字。")]),
        (row(number="2", title="甲", above="1"),
         [("I2", "没有“1”，请核对名称，或先把它录入本局台账。")]),
        (row(title="甲", above="第9行"),
         [("I2", "没有“第9行”，请核对名称，或先把它录入本局台账。")]),
    ],
)  # fmt: skip
def test_slips_of_the_pen_are_told_with_their_cell(bureau, legal, cells, faults):
    PersonFactory(name="别局某")

    sheet = compared(xlsx([HEAD, cells]), bureau, legal)

    assert (verdicts(sheet), told(sheet)) == ([(2, "refused")], faults)


def test_a_day_as_a_bare_number_is_read(bureau, legal):
    sheet = compared(xlsx([HEAD, row(title="甲", due=46203)]), bureau, legal)

    assert sheet.rows.get().cells["due_on"] == "2026-06-30"


def test_the_same_row_twice_is_refused_with_the_row_it_repeats(bureau, legal):
    rows = [HEAD, row(1, "甲", measures="抓"), row(2, "乙"), row(3, "甲", measures="抓")]

    sheet = compared(xlsx(rows), bureau, legal)

    assert verdicts(sheet) == [(2, "new"), (3, "new"), (4, "refused")]
    assert [reason for _cell, reason in told(sheet)] == ["与第2行重复，请只保留一行。"]


def test_a_fault_in_a_row_that_goes_on_names_that_row(bureau, legal):
    rows = [HEAD, row(1, "甲", measures="抓"), row(measures="管", due="2026-2-30", who="无某")]

    sheet = compared(xlsx(rows), bureau, legal)

    assert told(sheet) == [
        ("E3", "没有“2026-2-30”这一天，请核对。"),
        ("F3", "没有“无某”，请核对名称，或先把它录入本局台账。"),
    ]


def test_a_number_of_the_sheet_names_the_problem_above(bureau, legal):
    rows = [HEAD, row("A1", "无编号"), row(1, "上"), row(2, "下", above="1")]

    sheet = compared(xlsx(rows), bureau, legal)
    entered(sheet, legal)
    again = compared(xlsx(rows), bureau, legal)

    assert list(Problem.objects.order_by("pk").values_list("number", "title")) == [
        ("1", "无编号"),
        ("2", "上"),
        ("2.1", "下"),
    ]
    assert [verdict for _number, verdict in verdicts(again)] == ["unchanged"] * 3


def test_a_problem_is_put_below_one_that_came_in_before(bureau, legal):
    entered(compared(xlsx([HEAD, row(1, "上")]), bureau, legal), legal)

    sheet = compared(xlsx([HEAD, row(1, "上"), row(1.1, "下")]), bureau, legal)
    entered(sheet, legal)

    assert verdicts(sheet) == [(2, "unchanged"), (3, "new")]
    assert Problem.objects.get(title="下").parent.title == "上"


def test_one_measure_for_several_problems_is_one(bureau, legal):
    rows = [HEAD, row(1, "甲", measures="加强培训"), row(2, "乙", measures="加强培训")]

    sheet = compared(xlsx(rows), bureau, legal)
    entered(sheet, legal)

    measure = Measure.objects.get()
    assert list(measure.problems.order_by("pk").values_list("title", flat=True)) == ["甲", "乙"]


def test_what_has_no_measure_to_be_noted_on_is_said(bureau, legal):
    rows = [HEAD, row(1, "甲", said="已通报"), row(2, "乙", done="2026-05-06")]

    sheet = compared(xlsx(rows), bureau, legal)
    entered(sheet, legal)

    assert notes(sheet) == {
        2: "没有整改措施，进展没有可记入之处，不导入。",
        3: "问题按“登记”录入；表格不能代替核查销号。",
    }
    assert set(Problem.objects.values_list("state", flat=True)) == {"registered"}


def test_without_what_is_said_for_all_rows_they_are_refused(bureau, legal):
    sheet = compared(xlsx([HEAD, row(1, "甲")]), bureau, legal, given=None)

    assert told(sheet) == [("2", "“来源”必须填写。"), ("2", "“发现日期”必须填写。")]


def test_comparing_again_knows_what_was_said_for_all_rows(bureau, legal):
    sheet = compared(xlsx([HEAD, row(1, "甲")]), bureau, legal)

    check_again(sheet_id=sheet.pk, by=legal, at=NOON)
    work()

    assert verdicts(sheet) == [(2, RowVerdict.NEW)]
