"""A sheet on its way in: recognised, compared, entered; all rows or none."""

from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from reports.actions.delivered_columns import lay_column_names
from reports.actions.jobs import take_job, work_job
from reports.actions.problems import ProblemDraft, edit_problem
from reports.actions.sheet_imports import (
    CannotImportSheet,
    ask_to_enter,
    check_again,
    confirm_columns,
    drop_sheet,
    keep_sheet,
    leave_out_rows,
)
from reports.domain.access import Role
from reports.domain.imports import RowVerdict, SheetKind, SheetState
from reports.exchange.sheet_imports import (
    about_export,
    check_sheet,
    enter_sheet,
    kind_workbook,
    read_upload,
)
from reports.exchange.sheet_kinds import Place
from reports.exchange.sheet_reading import CannotReadSheet, SheetFile
from reports.models import ColumnName, Person, Problem, Unit
from reports.models.choices import JobKind, JobState
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ProblemSourceFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def xlsx(rows, *, merged=(), sheet="台账"):
    """Rows of a sheet as a file; ``merged`` are ranges with what stands in them."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    for place, value in merged:
        page.merge_range(place, value)
    book.close()
    return target.getvalue()


@pytest.fixture
def bureau(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "evidence": settings.STORAGES["evidence"] | {"OPTIONS": {"location": str(tmp_path)}}
    }
    lay_column_names()
    return BureauFactory(name="江东分局")


@pytest.fixture
def legal(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


def work():
    """Do the job that waits."""
    job = take_job(at=NOON)
    more = {JobKind.CHECK_SHEET: check_sheet, JobKind.ENTER_SHEET: enter_sheet}
    return work_job(job=job, today=TODAY, clock=lambda: NOON, more=more)


def compared(content, kind, bureau, legal, name="台账.xlsx"):
    """The import of a file, its columns confirmed as recognised and its rows compared."""
    sheet = keep_sheet(
        read_upload(content, file_name=name, kind=kind, bureau=bureau), by=legal, at=NOON
    )
    columns = {int(place): field for place, field in sheet.columns.items()}
    confirm_columns(sheet_id=sheet.pk, columns=columns, names={}, by=legal, at=NOON)
    work()
    sheet.refresh_from_db()
    return sheet


def entered(sheet, legal):
    ask_to_enter(sheet_id=sheet.pk, by=legal, at=NOON)
    job = work()
    sheet.refresh_from_db()
    return job


def verdicts(sheet):
    return [(row.number, row.verdict) for row in sheet.rows.order_by("number")]


def told(sheet):
    return [
        (fault["cell"], fault["reason"])
        for row in sheet.rows.order_by("number")
        for fault in row.faults
    ]


PEOPLE = [
    ["江东分局民警花名册（2026年）"],
    ["序号", "姓 名*", "所属单位", "身份（民警/辅警）", "到岗时间", "备注"],
    [1, "赵某甲", "河口派出所", "民警", "２０２４年３月５日", ""],
    [],
    [2, "钱某乙", "河口所", "辅警", 45356, "借调"],
]


def test_a_roster_with_a_title_and_empty_rows_becomes_people(bureau, legal):
    UnitFactory(name="河口派出所", short_name="河口所", parent=bureau)

    sheet = compared(xlsx(PEOPLE), SheetKind.PEOPLE, bureau, legal)
    job = entered(sheet, legal)

    assert (sheet.sheet, sheet.header_row, sheet.state) == ("台账", 2, SheetState.ENTERED)
    assert job.message == "已入库2行。"
    assert list(
        Person.objects.order_by("pk").values_list(
            "name", "unit__name", "kind", "joined_on", "imported_from", "imported_row"
        )
    ) == [
        ("赵某甲", "河口派出所", "police", date(2024, 3, 5), "台账.xlsx", 3),
        ("钱某乙", "河口派出所", "auxiliary", date(2024, 3, 5), "台账.xlsx", 5),
    ]
    assert {row.history_user for row in Person.history.all()} == {legal}


def test_a_register_with_merged_cells_becomes_problems(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    ProblemSourceFactory()
    PersonFactory(name="孙某", unit=bureau)
    rows = [
        ["问题整改台账"],
        ["序号", "存在问题", "整改单位", "问题来源", "发现时间", "责任", "", "整改时限"],
        ["", "", "", "", "", "领导", "责任人", ""],
        [1, "登记不及时", "河口派出所", "自查", "2026.3.5", "孙某", "", "2026年9月"],
        [2, "卷宗不齐", "", "", "", "孙某", "", "2026-08-15"],
    ]
    merged = [("F2:G2", "责任"), ("C4:C5", "河口派出所"), ("D4:D5", "自查"), ("E4:E5", "2026.3.5")]

    sheet = compared(xlsx(rows, merged=merged), SheetKind.PROBLEMS, bureau, legal)
    entered(sheet, legal)

    found = Problem.objects.order_by("pk").values_list(
        "number", "title", "unit__name", "found_on", "due_on", "due_is_month", "leader__name"
    )
    assert list(found) == [
        ("1", "登记不及时", "河口派出所", date(2026, 3, 5), date(2026, 9, 30), True, "孙某"),
        ("2", "卷宗不齐", "河口派出所", date(2026, 3, 5), date(2026, 8, 15), False, "孙某"),
    ]
    assert Problem.objects.get(number="2").moves.get().move == "register"


def test_units_may_stand_below_each_other_in_one_sheet(bureau, legal):
    UnitKindFactory(code="squad")
    UnitKindFactory()
    rows = [
        ["单位名称", "隶属单位", "单位类型"],
        ["一中队", "刑侦大队", "squad"],
        ["刑侦大队", "", "squad"],
        ["河口派出所", "江东分局", "派出所"],
    ]

    sheet = compared(xlsx(rows), SheetKind.UNITS, bureau, legal)
    entered(sheet, legal)

    assert list(
        Unit.objects.exclude(pk=bureau.pk).order_by("name").values_list("name", "parent__name")
    ) == [("一中队", "刑侦大队"), ("刑侦大队", "江东分局"), ("河口派出所", "江东分局")]
    assert set(Unit.objects.values_list("bureau", flat=True)) == {bureau.pk}


def test_every_refused_cell_says_where_it_is_and_why(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    foreign = UnitFactory(name="西城派出所")
    ProblemSourceFactory()
    rows = [
        ["存在问题", "整改单位", "问题来源", "发现时间", "整改时限"],
        ["别局的", foreign.name, "自查", "2026-03-05", ""],
        ["没有的", "无名派出所", "自查", "2026-03-05", ""],
        ["", "河口派出所", "自查", "2026-03-05", ""],
        ["日期不对", "河口派出所", "自查", "三月", "2026-2-30"],
        ["还没到", "河口派出所", "自查", "2026-12-01", ""],
        ["期限早", "河口派出所", "自查", "2026-03-05", "2026年2月"],
    ]

    sheet = compared(xlsx(rows), SheetKind.PROBLEMS, bureau, legal)

    unknown = "没有“%s”，请核对名称，或先把它录入本局台账。"
    assert told(sheet) == [
        ("B2", unknown % "西城派出所"),
        ("B3", unknown % "无名派出所"),
        ("A4", "“问题”必须填写。"),
        ("D5", "“三月”不是日期，请写成2024-03-05或2024年3月5日。"),
        ("E5", "没有“2026-2-30”这一天，请核对。"),
        ("D6", "发现日期不能晚于今天。"),
        ("E7", "整改期限早于发现日期。"),
    ]
    with pytest.raises(CannotImportSheet, match="还有6行不能导入"):
        ask_to_enter(sheet_id=sheet.pk, by=legal, at=NOON)


def test_a_row_without_a_key_changes_what_it_names_and_empties_nothing(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    PersonFactory(name="赵某甲", unit=unit, joined_on=date(2020, 1, 1), kind="auxiliary")
    rows = [["姓名", "单位", "身份", "到岗时间"], ["赵某甲", "河口派出所", "民警", ""]]

    sheet = compared(xlsx(rows), SheetKind.PEOPLE, bureau, legal)
    entered(sheet, legal)

    row = sheet.rows.get()
    assert (row.verdict, row.cells["old"]) == (RowVerdict.CHANGED, {"kind": "辅警"})
    person = Person.objects.get()
    assert (person.kind, person.joined_on) == ("police", date(2020, 1, 1))
    assert person.history.first().history_user == legal


def brought_back(bureau, kind, change):
    """A file that the ledger wrote, with cells changed by hand: by heading, new texts by row."""
    place = Place(bureau=bureau, today=TODAY, at=NOON)
    content = kind_workbook(place, kind, about=about_export(place, who="测试", at=NOON))
    file = SheetFile(content, "表.xlsx")
    rows = [list(row) for row in file.rows(file.names[0])]
    for (number, heading), value in change.items():
        rows[number][rows[0].index(heading)] = value
    base = [list(row) for row in file.rows("_base")]
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    page, hidden = book.add_worksheet("问题"), book.add_worksheet("_base")
    hidden.very_hidden()
    for sheet, content in ((page, rows), (hidden, base)):
        for number, row in enumerate(content):
            sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def test_what_changed_on_both_sides_is_shown_and_taken_only_when_ticked(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    one = ProblemFactory(unit=unit, title="甲", target="原目标", due_on=None)
    two = ProblemFactory(unit=unit, title="乙", target="原目标", due_on=None)
    content = brought_back(
        bureau, SheetKind.PROBLEMS, {(1, "整改目标"): "基层的", (2, "整改目标"): "基层的"}
    )
    # Meanwhile the first one was changed in the ledger, in that cell and in another.
    draft = ProblemDraft(
        unit=unit,
        title="甲",
        source=one.source,
        found_on=one.found_on,
        target="局里的",
        standard="局里写的",
    )
    edit_problem(problem_id=one.pk, draft=draft, by=legal, at=NOON, today=TODAY)

    sheet = compared(content, SheetKind.PROBLEMS, bureau, legal)

    first, second = sheet.rows.order_by("number")
    assert (first.verdict, first.is_left_out) == (RowVerdict.CHANGED, True)
    assert first.cells["old"] == {"target": "局里的"}
    assert first.cells["meanwhile"] == {"target": "原目标"}
    assert (second.verdict, second.is_left_out) == (RowVerdict.CHANGED, False)
    assert second.cells["old"] == {"target": "原目标"}
    assert "meanwhile" not in second.cells

    assert leave_out_rows(sheet_id=sheet.pk, shown=[first.pk], taken=[first.pk]) == 1
    entered(sheet, legal)

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.target, one.standard, two.target) == ("基层的", "局里写的", "基层的")


def test_what_changed_since_the_dry_run_refuses_the_whole_with_its_rows(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    PersonFactory(name="老人", unit=unit)
    rows = [
        ["姓名", "单位", "身份"],
        ["新人", "河口派出所", "民警"],
        ["老人", "河口派出所", "辅警"],
    ]
    sheet = compared(xlsx(rows), SheetKind.PEOPLE, bureau, legal)
    assert verdicts(sheet) == [(2, "new"), (3, "changed")]

    PersonFactory(name="新人", unit=unit)
    Person.objects.filter(name="老人").update(kind="other")
    job = entered(sheet, legal)

    assert (job.state, sheet.state) == (JobState.FAILED, SheetState.CHECKED)
    assert job.message == (
        "未能完成：比对之后台账有变动，没有导入任何一行，请重新比对。 "
        "第2行：刚有人录入了同一条。 第3行：台账中的记录刚被修改。"
    )
    assert Person.objects.count() == 2

    check_again(sheet_id=sheet.pk, by=legal, at=NOON)
    work()

    assert verdicts(sheet) == [(2, "unchanged"), (3, "changed")]


def test_a_record_that_is_gone_since_the_dry_run_refuses_the_whole_with_its_row(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    PersonFactory(name="老人", unit=unit)
    rows = [
        ["姓名", "单位", "身份"],
        ["新人", "河口派出所", "民警"],
        ["老人", "河口派出所", "辅警"],
    ]
    sheet = compared(xlsx(rows), SheetKind.PEOPLE, bureau, legal)
    Person.objects.filter(name="老人").delete()

    job = entered(sheet, legal)

    assert job.message == (
        "未能完成：比对之后台账有变动，没有导入任何一行，请重新比对。 "
        "第3行：原来的记录已不在台账中。"
    )
    assert (sheet.state, Person.objects.count()) == (SheetState.CHECKED, 0)


def test_a_row_that_a_rule_refuses_takes_all_rows_back(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    person = PersonFactory(name="甲", unit=unit)
    rows = [
        ["姓名", "单位", "离任时间"],
        ["乙", "河口派出所", ""],
        ["甲", "河口派出所", "2026-05-01"],
    ]
    sheet = compared(xlsx(rows), SheetKind.PEOPLE, bureau, legal)
    AppointmentFactory(person=person, first_day=date(2026, 6, 1))

    job = entered(sheet, legal)

    assert job.message == ("未能完成：第3行：其“所长”任职从2026年6月1日开始，晚于离任日期。")
    assert (sheet.state, Person.objects.count()) == (SheetState.CHECKED, 1)


def test_rows_left_out_are_not_entered(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    rows = [["姓名", "单位"], ["甲", "河口派出所"], ["乙", "河口派出所"]]
    sheet = compared(xlsx(rows), SheetKind.PEOPLE, bureau, legal)
    keys = [row.pk for row in sheet.rows.order_by("number")]

    leave_out_rows(sheet_id=sheet.pk, shown=keys, taken=keys[1:])
    entered(sheet, legal)

    assert list(Person.objects.values_list("name", flat=True)) == ["乙"]


def test_who_lost_the_right_since_enters_nothing(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    sheet = compared(
        xlsx([["姓名", "单位"], ["甲", "河口派出所"]]), SheetKind.PEOPLE, bureau, legal
    )
    legal.memberships.all().delete()

    job = entered(sheet, legal)

    assert job.message == "未能完成：发起人已没有向该分局导入的权限。"
    assert Person.objects.count() == 0


def test_confirmed_columns_are_remembered_for_the_bureau_alone(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    content = xlsx([["姓名", "驻地", "绰号"], ["甲", "河口派出所", "x"]])
    ColumnName.objects.create(kind="people", name="驻地", field="", bureau=bureau)
    sheet = keep_sheet(
        read_upload(
            xlsx([["姓名", "驻地", "单位"], ["甲", "河口派出所", ""]]),
            file_name="a.xlsx",
            kind=SheetKind.PEOPLE,
            bureau=bureau,
        ),
        by=legal,
        at=NOON,
    )
    names = {0: "姓名", 1: "驻地", 2: "单位"}

    confirm_columns(
        sheet_id=sheet.pk, columns={0: "name", 1: "unit", 2: ""}, names=names, by=legal, at=NOON
    )

    again = read_upload(content, file_name="b.xlsx", kind=SheetKind.PEOPLE, bureau=bureau)
    other = BureauFactory()
    assert dict(again.columns) == {0: "name", 1: "unit"}
    assert dict(ColumnName.objects.filter(bureau=bureau).values_list("name", "field")) == {
        "驻地": "unit",
        "单位": "",
    }
    assert not ColumnName.objects.filter(bureau=other).exists()


def test_one_field_is_not_given_to_two_columns(bureau, legal):
    UnitFactory(name="河口派出所", parent=bureau)
    draft = read_upload(xlsx(PEOPLE), file_name="a.xlsx", kind=SheetKind.PEOPLE, bureau=bureau)
    sheet = keep_sheet(draft, by=legal, at=NOON)

    with pytest.raises(CannotImportSheet, match="同一内容选给了两列"):
        confirm_columns(
            sheet_id=sheet.pk, columns={0: "name", 1: "name"}, names={}, by=legal, at=NOON
        )


def test_the_same_file_is_kept_once_while_it_waits(bureau, legal):
    draft = read_upload(xlsx(PEOPLE), file_name="a.xlsx", kind=SheetKind.PEOPLE, bureau=bureau)

    first = keep_sheet(draft, by=legal, at=NOON)
    second = keep_sheet(draft, by=legal, at=NOON)

    assert first.pk == second.pk


def test_a_dropped_sheet_leaves_no_rows_and_no_file(
    bureau, legal, django_capture_on_commit_callbacks
):
    UnitFactory(name="河口派出所", parent=bureau)
    sheet = compared(xlsx(PEOPLE), SheetKind.PEOPLE, bureau, legal)

    with django_capture_on_commit_callbacks(execute=True):
        drop_sheet(sheet_id=sheet.pk)
    sheet.refresh_from_db()

    assert (sheet.state, sheet.rows.count()) == (SheetState.DROPPED, 0)
    assert not sheet.file.storage.exists(sheet.file.name)
    with pytest.raises(CannotImportSheet, match="已放弃"):
        ask_to_enter(sheet_id=sheet.pk, by=legal, at=NOON)


def test_two_holders_of_one_post_are_told_of_before_anything_is_entered(bureau, legal):
    unit = UnitFactory(name="河口派出所", parent=bureau)
    PersonFactory(name="甲", unit=unit)
    PersonFactory(name="乙", unit=unit)
    PostFactory()
    rows = [
        ["姓名", "任职部门", "职务", "任职时间"],
        ["甲", "河口派出所", "所长", "2025-01-01"],
        ["乙", "河口派出所", "所长", "2025-06-01"],
    ]

    sheet = compared(xlsx(rows), SheetKind.APPOINTMENTS, bureau, legal)

    assert verdicts(sheet) == [(2, "new"), (3, "refused")]
    assert told(sheet) == [
        ("D3", "“河口派出所”的“所长”自2025年1月1日起由甲担任，请先填写其免职日期。")
    ]


def test_days_off_are_for_who_keeps_the_calendar(bureau, legal):
    rows = [["日期", "类型", "名称", "依据"], ["2026-10-01", "放假", "国庆节", "通知"]]

    sheet = compared(xlsx(rows), SheetKind.HOLIDAYS, bureau, legal)

    assert told(sheet) == [("A2", "节假日全市共用，由系统管理员维护，请把本行交系统管理员录入。")]


def test_a_file_of_another_kind_says_which(bureau):
    place = Place(bureau=bureau, today=TODAY, at=NOON)
    content = kind_workbook(place, SheetKind.PEOPLE, about=[])

    with pytest.raises(CannotReadSheet, match="这是从台账导出的“人员”表"):
        read_upload(content, file_name="人员.xlsx", kind=SheetKind.UNITS, bureau=bureau)
