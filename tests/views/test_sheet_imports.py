"""The pages of a spreadsheet: upload, columns, rows, entering, export."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.actions.delivered_columns import lay_column_names
from reports.domain.access import Role
from reports.exchange.sheets import workbook
from reports.models import Person, SheetImport
from reports.models.choices import JobKind
from tests.factories import (
    NOON,
    BureauFactory,
    JobFactory,
    PersonFactory,
    ProblemSourceFactory,
    SheetImportFactory,
    SheetRowFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db

PEOPLE = [
    ["姓名", "所属单位", "绰号"],
    ["赵某甲", "河口派出所", "无"],
    ["钱某乙", "河口派出所", ""],
]


@pytest.fixture
def bureau():
    lay_column_names()
    return BureauFactory(name="江东分局")


@pytest.fixture
def legal(client, bureau):
    client.force_login(member(Role.LEGAL_OFFICER, bureau))
    return client


def upload(client, rows, kind="people", name="花名册.xlsx"):
    file = SimpleUploadedFile(name, workbook(rows, sheet="花名册"))
    bureau = client.get(reverse("reports:import-sheet-new")).context["form"]["bureau"].initial
    return client.post(
        reverse("reports:import-sheet-new"), {"kind": kind, "bureau": bureau, "file": file}
    )


def address(name, sheet):
    return reverse(f"reports:{name}", args=[sheet.pk])


def work():
    call_command("work_jobs", once=True)


def test_a_sheet_goes_from_the_upload_into_the_ledger(legal, bureau):
    UnitFactory(name="河口派出所", parent=bureau)

    answer = upload(legal, PEOPLE)
    sheet = SheetImport.objects.get()
    assert answer.url == address("import-sheet-columns", sheet)

    page = legal.get(answer.url)
    lines = page.context["lines"]
    assert [(line.letter, line.name, line.examples) for line in lines] == [
        ("A", "姓名", ("赵某甲", "钱某乙")),
        ("B", "所属单位", ("河口派出所", "河口派出所")),
        ("C", "绰号", ("无",)),
    ]
    assert [line.field.value() for line in lines] == ["name", "unit", ""]

    columns = {"column-0": "name", "column-1": "unit", "column-2": ""}
    given = columns | {"sheet": "花名册", "row": "1"}
    assert legal.post(answer.url, given).url == address("import-sheet", sheet)
    assert legal.get(address("import-sheet", sheet)).context["running"]
    work()

    page = legal.get(address("import-sheet", sheet))
    assert page.context["counts"].to_enter == 2
    assert [line.name for line in page.context["lines"]] == [
        "赵某甲 河口派出所",
        "钱某乙 河口派出所",
    ]

    legal.post(address("import-sheet-enter", sheet))
    legal.post(address("import-sheet-enter", sheet))
    work()

    assert legal.get(address("import-sheet", sheet)).context["sheet"].state == "entered"
    assert list(Person.objects.order_by("pk").values_list("name", flat=True)) == [
        "赵某甲",
        "钱某乙",
    ]


def test_what_cannot_be_read_is_said_beside_the_file_and_not_kept(legal):
    file = SimpleUploadedFile("花名册.xlsx", b"no spreadsheet")
    bureau = legal.get(reverse("reports:import-sheet-new")).context["form"]["bureau"].initial

    answer = legal.post(
        reverse("reports:import-sheet-new"), {"kind": "people", "bureau": bureau, "file": file}
    )

    assert answer.context["form"].errors == {
        "file": ["文件的内容与扩展名不符，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。"]
    }
    assert not SheetImport.objects.exists()


def test_another_bureau_cannot_be_chosen(legal):
    other = BureauFactory()
    file = SimpleUploadedFile("花名册.xlsx", workbook(PEOPLE, sheet="花名册"))

    answer = legal.post(
        reverse("reports:import-sheet-new"), {"kind": "people", "bureau": other.pk, "file": file}
    )

    assert list(answer.context["form"].errors) == ["bureau"]
    assert not SheetImport.objects.exists()


def test_one_field_given_to_two_columns_is_said_beside_the_second(legal):
    upload(legal, PEOPLE)
    sheet = SheetImport.objects.get()

    answer = legal.post(
        address("import-sheet-columns", sheet),
        {"column-0": "name", "column-1": "name", "sheet": "花名册", "row": "1"},
    )

    assert answer.context["form"].errors == {"column-1": ["同一内容只能选给一列。"]}
    assert SheetImport.objects.get().state == "columns"


def test_headings_in_another_row_are_read_from_there(legal):
    upload(legal, [*PEOPLE, ["单位", "姓名", ""]])
    sheet = SheetImport.objects.get()

    page = legal.get(address("import-sheet-columns", sheet), {"sheet": "花名册", "row": "4"})

    assert page.context["found"].header_row == 4
    assert [line.field.value() for line in page.context["lines"]] == ["unit", "name"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("verdict", ["new", "changed", "refused"])
def test_rows_are_shown_in_the_same_queries(
    legal, bureau, rows, verdict, django_assert_num_queries
):
    sheet = SheetImportFactory(bureau=bureau, kind="people", state="checked")
    for _n in range(rows):
        SheetRowFactory(
            sheet=sheet,
            verdict=verdict,
            cells={"name": "甲", "unit": "乙", "old": {"unit": "丙"}},
            faults=[{"cell": "B2", "reason": "没有"}] if verdict == "refused" else [],
        )

    with django_assert_num_queries(7):
        page = legal.get(address("import-sheet", sheet))

    assert len(page.context["lines"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_imports_are_listed_in_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        SheetImportFactory(bureau=bureau)

    with django_assert_num_queries(7):
        page = legal.get(reverse("reports:import-sheets"))

    assert len(page.context["table"].rows) == rows


def test_rows_not_ticked_are_left_out(legal, bureau):
    sheet = SheetImportFactory(bureau=bureau, kind="people", state="checked")
    one, two = SheetRowFactory(sheet=sheet), SheetRowFactory(sheet=sheet)
    alien = SheetRowFactory()

    answer = legal.post(
        address("import-sheet-rows", sheet),
        {"shown": [one.pk, two.pk, alien.pk], "take": [two.pk], "verdict": "new", "page": "1"},
    )

    assert answer.url == f"{address('import-sheet', sheet)}?verdict=new&page=1"
    for row in (one, two, alien):
        row.refresh_from_db()
    assert (one.is_left_out, two.is_left_out, alien.is_left_out) == (True, False, False)


def test_what_a_job_says_of_rows_is_for_who_asked_alone(client, bureau):
    asker = member(Role.LEGAL_OFFICER, bureau)
    job = JobFactory(
        kind=JobKind.ENTER_SHEET.value,
        arguments={"sheet": 1},
        asked_by=asker,
        state="failed",
        message="第2行：赵某甲已离任。",
        started_at=NOON,
        ended_at=NOON,
    )
    said = {}
    for name, user in (("own", asker), ("other", member(Role.SYSTEM_ADMIN, bureau))):
        client.force_login(user)
        page = client.get(reverse("reports:job-detail", args=[job.pk]))
        said[name] = page.context["message"]

    assert said == {
        "own": "第2行：赵某甲已离任。",
        "other": "结果只向有权查看该单位的发起人显示。",
    }


def test_export_of_people_asks_what_it_is_for(legal, bureau):
    PersonFactory(unit=UnitFactory(parent=bureau), name="赵某甲")
    PersonFactory(name="别局的")
    export = reverse("reports:import-sheet-export", args=["people"])

    asked = legal.get(export)
    answer = legal.get(export, {"reason": "交派出所核对"})

    assert asked.headers["Content-Type"] == "text/html; charset=utf-8"
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert [row[1] for row in book.get_sheet_by_index(0).to_python()] == ["姓名", "赵某甲"]
    assert ["用途", "交派出所核对"] in book.get_sheet_by_name("说明").to_python()


def test_export_of_problems_comes_at_once_and_of_nothing_else(legal):
    answer = legal.get(reverse("reports:import-sheet-export", args=["problems"]))

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert legal.get(reverse("reports:import-sheet-export", args=["secrets"])).status_code == 404


PROBLEMS = [["序号", "问题", "责任单位"], [1, "卷宗不齐", "河口派出所"]]


def test_what_no_column_says_is_said_once_for_the_whole_sheet(legal, bureau):
    UnitFactory(name="河口派出所", parent=bureau)
    ProblemSourceFactory(name="自查自纠")
    upload(legal, PROBLEMS, kind="problems", name="台账.xlsx")
    sheet = SheetImport.objects.get()
    here = address("import-sheet-columns", sheet)
    columns = {"column-0": "number", "column-1": "title", "column-2": "unit"}
    given = columns | {"sheet": "花名册", "row": "1", "whole-source": "自查自纠"}

    asked = [field.name for field in legal.get(here).context["whole"]]
    refused = legal.post(here, given | {"whole-found_on": "2026年2月30日"})
    taken = legal.post(here, given | {"whole-found_on": "2026年1月15日"})
    work()

    assert asked == ["whole-source", "whole-found_on"]
    assert refused.context["form"].errors == {
        "whole-found_on": ["没有“2026年2月30日”这一天，请核对。"]
    }
    assert taken.url == address("import-sheet", sheet)
    row = sheet.rows.get()
    assert (row.verdict, row.cells["source"], row.cells["found_on"]) == (
        "new",
        "自查自纠",
        "2026-01-15",
    )
    # Whoever comes back finds what was said.
    again = legal.get(here).context["whole"]
    assert [field.initial for field in again] == ["自查自纠", "2026-01-15"]


def test_a_list_leads_to_its_sheet_whoever_may_bring_in(client, bureau):
    PersonFactory(unit=UnitFactory(parent=bureau))
    link = reverse("reports:import-sheet-export", args=["people"])
    found = {}
    for role in (Role.LEGAL_OFFICER, Role.INSPECTOR):
        client.force_login(member(role, bureau))
        found[role] = client.get(reverse("reports:person-list")).content.decode().count(link)

    assert found == {Role.LEGAL_OFFICER: 1, Role.INSPECTOR: 0}


@pytest.mark.parametrize("rows", [1, 3])
def test_where_imports_begin_shows_what_waits_in_the_same_queries(
    legal, bureau, rows, django_assert_num_queries
):
    for _n in range(rows):
        SheetImportFactory(bureau=bureau, state="checked")
    SheetImportFactory(bureau=bureau, state="entered")
    SheetImportFactory()

    with django_assert_num_queries(7):
        page = legal.get(reverse("reports:imports"))

    assert len(page.context["sheets"]) == rows
    assert [unit.pk for unit in page.context["bureaus"]] == [bureau.pk]
