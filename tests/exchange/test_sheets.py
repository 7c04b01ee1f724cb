from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from reports.exchange.sheets import Checksum, as_text, csv_lines, disposition, file_name, workbook

ROWS = [
    ["单位", "日期", "次数", "备注", "录入时间"],
    ["城南派出所", date(2026, 3, 18), 3, "=1+1", datetime(2026, 3, 18, 6, 5, tzinfo=UTC)],
    ["城北派出所", None, Decimal("1.5"), '=HYPERLINK("x")', None],
]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (-3, "-3"),
        (True, "是"),
        (date(2026, 3, 18), "2026-03-18"),
        (datetime(2026, 3, 18, 6, 5, tzinfo=UTC), "2026-03-18 14:05"),
        ("三月", "三月"),
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
    ],
)
def test_text_of_a_cell(value, text):
    assert as_text(value) == text


def test_csv_begins_with_its_mark_and_holds_no_formula():
    lines = list(csv_lines(ROWS))

    assert lines[0] == b"\xef\xbb\xbf"
    assert [line.decode() for line in lines[1:]] == [
        "单位,日期,次数,备注,录入时间\r\n",
        "城南派出所,2026-03-18,3,'=1+1,2026-03-18 14:05\r\n",
        '城北派出所,,1.5,"\'=HYPERLINK(""x"")",\r\n',
    ]


def test_workbook_keeps_days_and_numbers_and_takes_text_for_text():
    book = CalamineWorkbook.from_filelike(
        BytesIO(workbook(ROWS, sheet="会议/台账", about=[("导出人", "王某某")]))
    )

    assert book.sheet_names == ["会议 台账", "说明"]
    assert book.get_sheet_by_index(0).to_python() == [
        ROWS[0],
        ["城南派出所", date(2026, 3, 18), 3.0, "=1+1", datetime.fromisoformat("2026-03-18T14:05")],
        ["城北派出所", "", 1.5, '=HYPERLINK("x")', ""],
    ]
    assert book.get_sheet_by_index(1).to_python() == [
        ["导出人", "王某某"],
        ["校验码（SHA-256）", checksum_of(book.get_sheet_by_index(0).to_python())],
    ]


def checksum_of(rows):
    checksum = Checksum()
    for row in rows:
        checksum.add(row)
    return checksum.text


def test_the_checksum_is_that_of_the_rows_and_no_others():
    book = workbook(ROWS, sheet="一", more=[("二", [["次"], [1.5]])], unseen=[("三", [["x"]])])

    read = CalamineWorkbook.from_filelike(BytesIO(book))

    rows = [*read.get_sheet_by_name("一").to_python(), *read.get_sheet_by_name("二").to_python()]
    assert read.get_sheet_by_name("说明").to_python() == [["校验码（SHA-256）", checksum_of(rows)]]
    assert checksum_of([["次"], [1.5]]) != checksum_of([["次"], [1.25]])
    assert checksum_of([["a", "b"]]) != checksum_of([["ab"]])
    assert checksum_of([["a", "", None]]) == checksum_of([["a"]])


def test_workbook_of_nothing_still_opens():
    book = CalamineWorkbook.from_filelike(BytesIO(workbook([["单位"]], sheet="")))

    assert book.get_sheet_by_index(0).to_python() == [["单位"]]


def test_more_rows_than_the_glance_ahead_all_arrive():
    rows = [["次"], *([number] for number in range(200))]

    book = CalamineWorkbook.from_filelike(BytesIO(workbook(rows, sheet="多")))

    assert book.get_sheet_by_index(0).to_python()[1:] == [[float(n)] for n in range(200)]


def test_file_name_says_what_and_of_which_day():
    assert file_name("会议/台账", date(2026, 3, 31), "csv") == "会议-台账_20260331.csv"


def test_disposition_carries_a_chinese_name_and_a_plain_one():
    assert disposition("台账_20260331.csv") == (
        "attachment; filename=\"20260331.csv\"; filename*=UTF-8''%E5%8F%B0%E8%B4%A6_20260331.csv"
    )
    assert disposition('a"\r\nX: 1.pdf', inline=True) == (
        "inline; filename=\"aX1.pdf\"; filename*=UTF-8''a%22%0D%0AX%3A%201.pdf"
    )
