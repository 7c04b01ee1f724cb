"""The workbook that sets up a bureau: written, filled in, read back, all or none."""

import re
import zipfile
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from reports.actions.refusals import Refused
from reports.domain.imports import SheetKind
from reports.domain.workbook_words import FIRST_SHEET, LISTS, MARK
from reports.exchange.setup_workbook import (
    CannotSetUp,
    new_workbook,
    read_workbook,
    sheet_name,
    the_bureau,
)
from reports.exchange.sheet_kinds import KINDS, Place
from reports.models import (
    Appointment,
    Certificate,
    Figure,
    Holiday,
    Measure,
    Meeting,
    Person,
    Problem,
    Schedule,
    Unit,
    WorkRecord,
)
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CertificateKindFactory,
    IndicatorFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ProblemSourceFactory,
    RecordKindFactory,
    UnitKindFactory,
)

pytestmark = pytest.mark.django_db

ROWS = {
    SheetKind.UNITS: [
        {"name": "河口派出所", "kind": "派出所", "grade": "一类"},
        {"name": "桥西派出所", "kind": "派出所"},
        {"name": "值班室", "kind": "派出所", "parent": "河口派出所"},
    ],
    SheetKind.PEOPLE: [
        {"name": "丁某", "unit": "河口派出所", "kind": "民警", "joined_on": date(2021, 9, 1)},
        {"name": "范某", "unit": "桥西派出所", "kind": "辅警"},
    ],
    SheetKind.APPOINTMENTS: [
        {
            "person": "丁某",
            "unit": "河口派出所",
            "post": "所长",
            "first_day": date(2022, 1, 10),
        },
    ],
    SheetKind.CERTIFICATES: [{"person": "丁某", "kind": "执法证", "number": "008"}],
    SheetKind.SCHEDULES: [
        {
            "set": "四个一",
            "name": "法制通报会",
            "words": "会议",
            "cadence": "周",
            "first_day": date(2026, 1, 1),
            "meeting_kind": "例会",
            "owed_by": "本单位",
            "legal_basis": "实施方案",
            "asked_by": "本局",
        },
    ],
    SheetKind.HOLIDAYS: [
        {"day": date(2026, 10, 1), "kind": "放假", "name": "国庆节", "source": "通知"},
    ],
    SheetKind.MEETINGS: [
        {"kind": "例会", "title": "第10周例会", "unit": "河口派出所", "held_on": date(2026, 3, 4)},
    ],
    SheetKind.PROBLEMS: [
        {
            "title": "登记不及时",
            "unit": "河口派出所",
            "source": "自查",
            "found_on": date(2026, 3, 5),
            "kind": "限期整改",
            "due_on": "2026年8月",
            "responsible": "丁某",
        },
    ],
    SheetKind.MEASURES: [
        {
            "title": "修订登记办法",
            "unit": "河口派出所",
            "plan_year": 2026,
            "set_on": date(2026, 3, 10),
            "due_on": "2026年9月",
        },
    ],
    SheetKind.RECORDS: [
        {"kind": "普法宣传", "unit": "桥西派出所", "on": date(2026, 4, 15), "title": "进校园"},
    ],
    SheetKind.FIGURES: [
        {"indicator": "受理数", "unit": "河口派出所", "year": 2026, "value": 25, "source": "系统"},
    ],
}


@pytest.fixture
def bureau():
    UnitKindFactory(code="station", name="派出所")
    PostFactory(code="chief", name="所长")
    CertificateKindFactory(code="card", name="执法证")
    MeetingKindFactory(code="weekly", name="例会")
    ProblemSourceFactory(code="self", name="自查")
    RecordKindFactory(code="talk", name="普法宣传")
    IndicatorFactory(code="taken", name="受理数", made="entered")
    return BureauFactory(name="江东分局", short_name="江东")


def place(bureau):
    return Place(bureau=bureau, today=NOON.date(), at=NOON, source="建账.xlsx")


def parts_of(content):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def xml_of(content, sheet):
    """The part of the file that holds a sheet."""
    names = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    return parts_of(content)[f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"]


def cells_of(content, sheet):
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def filled(bureau, rows):
    """The workbook with rows typed below the example."""
    content = new_workbook(place(bureau))
    names = CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names
    parts = parts_of(content)
    for kind, lines in rows.items():
        sheet = sheet_name(kind)
        headings = cells_of(content, sheet)[0]
        typed = ""
        for number, line in enumerate(lines, start=2):
            cells = sorted(
                (headings.index(KINDS[kind].by_name[name].heading), value)
                for name, value in line.items()
            )
            inner = "".join(_cell(number, column, value) for column, value in cells)
            typed += f'<row r="{number + 1}">{inner}</row>'
        name = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        parts[name] = parts[name].replace("</sheetData>", f"{typed}</sheetData>")
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return target.getvalue()


def _cell(row, column, value):
    at = xl_rowcol_to_cell(row, column)
    if isinstance(value, int):
        return f'<c r="{at}"><v>{value}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def read(bureau, content, **how):
    return read_workbook(content, file_name="建账.xlsx", place=lambda: place(bureau), **how)


def test_workbook_has_instructions_first_then_a_sheet_of_every_kind(bureau):
    content = new_workbook(place(bureau))

    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == [FIRST_SHEET, *(sheet_name(kind) for kind in KINDS), LISTS]
    assert "江东分局" in cells_of(content, FIRST_SHEET)[2][0]
    assert f'name="{LISTS}" sheetId="13" state="hidden"' in parts_of(content)["xl/workbook.xml"]


@pytest.mark.parametrize("kind", KINDS)
def test_sheet_has_headings_an_example_and_a_fixed_head(bureau, kind):
    content = new_workbook(place(bureau))
    asked = KINDS[kind].read_columns

    head, example = cells_of(content, sheet_name(kind))

    assert head[1:] == [column.heading for column in asked]
    assert example == [MARK, *(column.example for column in asked)]
    assert 'topLeftCell="B2"' in xml_of(content, sheet_name(kind))


def test_drop_downs_hold_the_lists_of_the_ledger(bureau):
    content = new_workbook(place(bureau))
    sheet = sheet_name(SheetKind.APPOINTMENTS)
    head = cells_of(content, sheet)[0]
    lists = cells_of(content, LISTS)
    rules = {}
    for given, inner in re.findall(
        r"<dataValidation ([^>]*)>(.*?)</dataValidation>", xml_of(content, sheet)
    ):
        column = re.search(r'sqref="([A-Z]+)2:', given)[1]
        rules[column] = (given, re.search(r"\$([A-Z])\$1:\$[A-Z]\$(\d+)", inner))

    def rule(name):
        heading = KINDS[SheetKind.APPOINTMENTS].by_name[name].heading
        given, place_of = rules["ABCDEFGHIJ"[head.index(heading)]]
        column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(place_of[1])
        return given, [lists[n][column] for n in range(int(place_of[2]))]

    assert rule("post")[1] == ["所长"]
    assert rule("acting")[1] == ["是", "否"]
    assert rule("unit")[1] == ["江东分局"]
    assert 'showErrorMessage="1"' in rule("post")[0]
    assert 'showErrorMessage="1"' not in rule("unit")[0]


def test_empty_workbook_changes_nothing(bureau):
    results = read(bureau, new_workbook(place(bureau)))

    assert [(r.new, r.changed, r.unchanged, r.faults) for r in results] == [(0, 0, 0, [])] * 11
    assert Unit.objects.filter(bureau=bureau).count() == 1


def test_filled_workbook_sets_up_the_bureau(bureau):
    results = read(bureau, filled(bureau, ROWS))

    assert {r.kind: r.faults for r in results if r.faults} == {}
    assert {r.kind: r.new for r in results} == {kind: len(rows) for kind, rows in ROWS.items()}
    units = Unit.objects.filter(bureau=bureau).exclude(pk=bureau.pk)
    assert sorted(units.values_list("name", "parent__name")) == [
        ("值班室", "河口派出所"),
        ("桥西派出所", "江东分局"),
        ("河口派出所", "江东分局"),
    ]
    assert sorted(Person.objects.values_list("name", "unit__name", "kind")) == [
        ("丁某", "河口派出所", "police"),
        ("范某", "桥西派出所", "auxiliary"),
    ]
    assert list(Appointment.objects.values_list("person__name", "post__name", "first_day")) == [
        ("丁某", "所长", date(2022, 1, 10))
    ]
    assert list(Certificate.objects.values_list("person__name", "number")) == [("丁某", "008")]
    assert list(Schedule.objects.values_list("set__name", "name")) == [("四个一", "法制通报会")]
    assert list(Holiday.objects.values_list("day", "name")) == [(date(2026, 10, 1), "国庆节")]
    assert list(Meeting.objects.values_list("title", "held_on")) == [
        ("第10周例会", date(2026, 3, 4))
    ]
    assert list(
        Problem.objects.values_list("title", "responsible__name", "due_is_month", "due_on")
    ) == [("登记不及时", "丁某", True, date(2026, 8, 31))]
    assert list(Measure.objects.values_list("title", "plan_year")) == [("修订登记办法", 2026)]
    assert list(WorkRecord.objects.values_list("title", "unit__name")) == [("进校园", "桥西派出所")]
    assert list(Figure.objects.values_list("indicator__name", "value")) == [("受理数", 25)]


def test_read_again_it_changes_nothing(bureau):
    content = filled(bureau, ROWS)
    read(bureau, content)

    again = read(bureau, content)

    assert [(r.kind, r.new, r.changed) for r in again if r.new or r.changed] == []
    assert sum(r.unchanged for r in again) == sum(len(rows) for rows in ROWS.values())


def test_dry_run_takes_everything_back(bureau):
    results = read(bureau, filled(bureau, ROWS), dry_run=True)

    assert sum(result.new for result in results) == sum(len(rows) for rows in ROWS.values())
    assert Unit.objects.filter(bureau=bureau).count() == 1
    assert Person.objects.count() == 0


def test_one_bad_cell_keeps_everything_out_and_is_named(bureau):
    rows = ROWS | {SheetKind.PEOPLE: [{"name": "丁某", "unit": "没有的单位", "kind": "民警"}]}

    results = read(bureau, filled(bureau, rows))

    people = next(r for r in results if r.kind == SheetKind.PEOPLE)
    (fault,) = people.faults
    assert fault[0] == "C3"
    assert "没有的单位" in fault[1]
    assert Unit.objects.filter(bureau=bureau).count() == 1


def test_a_row_that_a_rule_refuses_keeps_everything_out_and_is_named(bureau):
    """What no cell shows: the rule is asked when the row is entered."""
    chief = PersonFactory(name="丁某", unit=bureau)
    AppointmentFactory(person=chief, first_day=date(2026, 6, 1))
    rows = {
        SheetKind.UNITS: ROWS[SheetKind.UNITS],
        SheetKind.PEOPLE: [
            {
                "name": "丁某",
                "unit": "江东分局",
                "kind": "民警",
                "left_on": date(2026, 5, 1),
            }
        ],
    }

    results = read(bureau, filled(bureau, rows))

    people = next(r for r in results if r.kind == SheetKind.PEOPLE)
    ((cell, reason),) = people.faults
    assert (cell, reason[:4]) == ("", "第3行：")
    assert "晚于离任日期" in reason
    assert Unit.objects.filter(bureau=bureau, name="河口派出所").count() == 0


def test_a_sheet_without_its_headings_is_told_of_and_keeps_everything_out(bureau):
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        units = book.add_worksheet(sheet_name(SheetKind.UNITS))
        units.write_row(0, 0, [KINDS[SheetKind.UNITS].by_name[n].heading for n in ("name", "kind")])
        units.write_row(1, 0, ["河口派出所", "派出所"])
        book.add_worksheet(sheet_name(SheetKind.PEOPLE)).write(0, 0, "丁某")

    results = read(bureau, target.getvalue())

    assert [(r.kind, r.new, r.faults) for r in results] == [
        (SheetKind.UNITS, 1, []),
        (SheetKind.PEOPLE, 0, [("A1", "没有找到栏目名称所在的行。")]),
    ]
    assert Unit.objects.filter(bureau=bureau).count() == 1


def test_other_workbook_is_refused(bureau):
    target = BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("其他").write(0, 0, "其他")

    with pytest.raises(CannotSetUp, match="没有建账工作簿的工作表"):
        read(bureau, target.getvalue())


def test_bureau_needs_no_name_where_it_is_the_only_one(bureau):
    assert the_bureau(None) == the_bureau("江东") == the_bureau(str(bureau.pk)) == bureau

    BureauFactory(name="江西分局")

    with pytest.raises(CannotSetUp, match="请用--bureau写明分局。"):
        the_bureau(None)
    with pytest.raises(Refused, match="没有名为“江南”的分局。"):
        the_bureau("江南")
