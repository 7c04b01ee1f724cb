"""What the ledger writes out and reads again unchanged changes nothing, whatever is in it."""

from datetime import datetime
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from reports.domain.imports import RowVerdict, SheetKind
from reports.exchange.sheet_imports import about_export, kind_workbook, recognise
from reports.exchange.sheet_kinds import KINDS, Place
from reports.exchange.sheet_reading import SheetFile, lines_of
from tests.factories import NOON, BureauFactory

from .sheet_bureau import full_bureau

pytestmark = pytest.mark.django_db

# How many records of each kind stand in the full bureau, without what was cancelled.
STANDING = {
    SheetKind.UNITS: 6,
    SheetKind.PEOPLE: 5,
    SheetKind.APPOINTMENTS: 3,
    SheetKind.SCHEDULES: 2,
    SheetKind.MEETINGS: 2,
    SheetKind.PROBLEMS: 3,
    SheetKind.MEASURES: 2,
    SheetKind.RECORDS: 3,
    SheetKind.CERTIFICATES: 2,
    SheetKind.FIGURES: 3,
    SheetKind.HOLIDAYS: 2,
}


def place_of(bureau, **more):
    return Place(bureau=bureau, today=NOON.date(), at=NOON, source="表.xlsx", **more)


def written(bureau, kind):
    place = place_of(bureau)
    return kind_workbook(place, kind, about=about_export(place, who="测试", at=NOON))


def checked(content, kind, bureau, name="表.xlsx"):
    file = SheetFile(content, name)
    found = recognise(file, kind, bureau)
    _kind, base = file.base()
    lines = lines_of(
        file.rows(found.sheet),
        header_row=found.header_row,
        columns=found.header.fields,
        base=base,
    )
    return list(KINDS[kind].check(lines, place_of(bureau)))


@pytest.mark.parametrize("kind", list(SheetKind))
def test_what_is_written_and_read_again_differs_in_nothing(kind):
    bureau = full_bureau()

    rows = checked(written(bureau, kind), kind, bureau)

    assert [(row.verdict, row.changes, row.faults) for row in rows] == [
        (RowVerdict.UNCHANGED, {}, [])
    ] * STANDING[kind]


@pytest.mark.parametrize("kind", list(SheetKind))
def test_without_the_hidden_key_the_records_are_found_all_the_same(kind):
    bureau = full_bureau()
    place = place_of(bureau)
    columns = KINDS[kind].written_columns
    rows = [[column.heading for column in columns]] + [
        [texts[column.name] for column in columns] for _key, texts in KINDS[kind].rows_out(place)
    ]
    content = "\n".join(
        ",".join('"' + text.replace('"', '""') + '"' for text in row) for row in rows
    ).encode("gb18030")

    verdicts = [row.verdict for row in checked(content, kind, bureau, "表.csv")]

    # Two people of one name in one unit are told apart by the key alone.
    several = 2 if kind == SheetKind.PEOPLE else 0
    same = STANDING[kind] - several
    assert sorted(verdicts) == [RowVerdict.REFUSED] * several + [RowVerdict.UNCHANGED] * same


@pytest.mark.parametrize("kind", [each for each in SheetKind if each != SheetKind.HOLIDAYS])
def test_nothing_of_another_bureau_is_written(kind):
    full_bureau()
    other = BureauFactory()

    rows = list(KINDS[kind].rows_out(place_of(other)))

    # A bureau is one of its own units.
    assert len(rows) == (1 if kind == SheetKind.UNITS else 0)


@pytest.mark.parametrize("kind", [SheetKind.PEOPLE, SheetKind.PROBLEMS])
def test_a_key_of_another_bureau_is_no_key(kind):
    content = written(full_bureau(), kind)
    other = BureauFactory()

    rows = checked(content, kind, other)

    assert {row.verdict for row in rows} == {RowVerdict.REFUSED}
    assert {row.faults[0]["cell"] for row in rows} == {
        f"A{number}" for number in range(2, STANDING[kind] + 2)
    }


def test_the_file_says_what_it_is_and_carries_its_sum():
    bureau = full_bureau()

    book = CalamineWorkbook.from_filelike(BytesIO(written(bureau, SheetKind.PEOPLE)))

    assert book.sheet_names == ["人员", "_base", "说明"]
    about = book.get_sheet_by_name("说明").to_python()
    assert [row[0] for row in about] == [
        "单位",
        "截至",
        "筛选",
        "导出人",
        "导出时间",
        "填写说明",
        "校验码（SHA-256）",
    ]
    assert about[0][1] == "江东分局"
    assert about[4][1] == datetime.fromisoformat("2026-06-10T12:00")
