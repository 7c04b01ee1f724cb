"""What cells of office spreadsheets say, and which column is which."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from reports.domain.imports import SheetKind
from reports.domain.sheet_cells import (
    CellFault,
    CellType,
    Difference,
    UnreadableCell,
    column_name,
    differences,
    find_header,
    is_nothing,
    join_words,
    parted,
    plain,
    read_cell,
    same_word,
    split_words,
)
from reports.domain.sheet_names import EXAMPLES, SYNONYMS

DAY, MONTH = CellType.DAY, CellType.DAY_OR_MONTH


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (CellType.TEXT, "  城南派出所　", "城南派出所"),
        (CellType.TEXT, 12.0, "12"),
        (CellType.TEXT, 0.5, "0.5"),
        (CellType.TEXT, "第一行 \r\n第二行", "第一行\n第二行"),
        (CellType.TEXT, "无", "无"),
        (CellType.TEXT, "坏\x07字", "坏字"),
        (CellType.TEXT, None, ""),
        (DAY, date(2024, 3, 5), "2024-03-05"),
        (DAY, datetime.fromisoformat("2024-03-05T00:00"), "2024-03-05"),
        (DAY, "2024.3.5", "2024-03-05"),
        (DAY, "2024/03/05", "2024-03-05"),
        (DAY, "２０２４年３月５日", "2024-03-05"),
        (DAY, "二〇二四年三月五日", "2024-03-05"),
        (DAY, "20240305", "2024-03-05"),
        (DAY, 45356, "2024-03-05"),
        (DAY, 45356.0, "2024-03-05"),
        (DAY, "45356", "2024-03-05"),
        (DAY, "2024年12月31日前", "2024-12-31"),
        (DAY, "截至2024-6-30", "2024-06-30"),
        (DAY, "2024年3月5日（星期二）", "2024-03-05"),
        (DAY, "—", ""),
        (DAY, "/", ""),
        (DAY, "无", ""),
        (MONTH, "2024年3月", "2024-03"),
        (MONTH, "2024年03月底前", "2024-03"),
        (MONTH, "2024.3", "2024-03"),
        (MONTH, 2024.3, "2024-03"),
        (MONTH, "2024-12", "2024-12"),
        (MONTH, "202411", "2024-11"),
        (MONTH, "2024年底", "2024-12"),
        (MONTH, "2024年底前", "2024-12"),
        (MONTH, "２０２４年１１月份", "2024-11"),
        (MONTH, "2024年3月5日", "2024-03-05"),
        (MONTH, date(2024, 3, 31), "2024-03-31"),
        (CellType.HOUR, "9:05", "09:05"),
        (CellType.HOUR, "14点半", "14:30"),
        (CellType.HOUR, time(8, 30), "08:30"),
        (CellType.HOUR, 0.375, "09:00"),
        (CellType.WHOLE, "１，２００", "1200"),
        (CellType.WHOLE, "3次", "3"),
        (CellType.WHOLE, 7.0, "7"),
        (CellType.WHOLE, "3月", "3"),
        (CellType.NUMBER, "98.50%", "98.5"),
        (CellType.NUMBER, Decimal("12.3400"), "12.34"),
        (CellType.NUMBER, "1,234.5", "1234.5"),
        (CellType.NUMBER, 0.1, "0.1"),
        (CellType.YEAR, "2024年度", "2024"),
        (CellType.YEAR, 2024.0, "2024"),
        (CellType.MONTHS, "11月、3月", "3、11"),
        (CellType.MONTHS, "3,11", "3、11"),
        (CellType.YES_NO, "√", "是"),
        (CellType.YES_NO, "Y", "是"),
        (CellType.YES_NO, True, "是"),
        (CellType.YES_NO, "×", "否"),
        (CellType.YES_NO, "/", "否"),
        (CellType.YES_NO, "", ""),
        (CellType.WORD, "民警", "民警"),
        (CellType.WORD, "--", ""),
    ],
)
def test_a_cell_says(kind, value, text):
    assert read_cell(kind, value) == text


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (DAY, "2024年3月", CellFault.MONTH_ONLY),
        (DAY, "3月5日", CellFault.NO_YEAR),
        (DAY, "2024-02-30", CellFault.NO_SUCH_DAY),
        (DAY, "长期", CellFault.NO_DAY),
        (DAY, True, CellFault.NO_DAY),
        (MONTH, 2024.1, CellFault.MONTH_UNCLEAR),
        (MONTH, "2024年13月", CellFault.NO_DAY),
        (CellType.HOUR, "上午", CellFault.NO_HOUR),
        (CellType.WHOLE, "2.5", CellFault.NOT_WHOLE),
        (CellType.WHOLE, "若干", CellFault.NO_NUMBER),
        (CellType.NUMBER, "3.5万", CellFault.NO_NUMBER),
        (CellType.NUMBER, "NaN", CellFault.NO_NUMBER),
        (CellType.NUMBER, date(2024, 1, 1), CellFault.NO_NUMBER),
        (CellType.YEAR, "去年", CellFault.NOT_A_YEAR),
        (CellType.MONTHS, "13", CellFault.NO_MONTHS),
        (CellType.YES_NO, "也许", CellFault.NO_YES_NO),
        (CellType.TEXT, "#N/A", CellFault.ERROR_VALUE),
        (CellType.NUMBER, "#DIV/0!", CellFault.ERROR_VALUE),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(kind, value, why):
    with pytest.raises(UnreadableCell) as unreadable:
        read_cell(kind, value)

    assert unreadable.value.why == why


@pytest.mark.parametrize("text", ["", " ", "—", "－", "/", "无", "N/A", "暂无"])
def test_what_is_meant_to_be_empty(text):
    assert is_nothing(text)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("责任 单位*", "责任单位"),
        ("责任单位（牵头）", "责任单位"),
        ("整改\n时限：", "整改时限"),
        ("（一）", "(一)"),
        ("Ｎａｍｅ", "name"),
    ],
)
def test_the_name_of_a_column_is_bare(cell, name):
    assert column_name(cell) == name


KNOWN = {"问题": "title", "责任单位": "unit", "责任人": "person", "时限": "due_on", "序号": ""}


def test_headings_are_found_below_titles_and_remarks():
    rows = [
        ["某局问题台账"],
        ["填报单位：某局", "", "2026年"],
        ["序号", "问题", "时限", "说明"],
        [1],
    ]

    header = find_header(rows, KNOWN)

    assert (header.row, dict(header.fields)) == (2, {0: "", 1: "title", 2: "due_on"})
    assert header.names[3] == "说明"


def test_headings_of_two_rows_are_read_together():
    rows = [["序号", "问题", "责任", "责任", "时限"], ["", "", "单位", "责任人", ""], [1, "甲"]]

    header = find_header(rows, KNOWN)

    assert (header.row, dict(header.fields)) == (
        1,
        {0: "", 1: "title", 2: "unit", 3: "person", 4: "due_on"},
    )


def test_of_two_columns_of_one_field_the_first_counts():
    header = find_header([["问题", "问题", "时限"]], KNOWN)

    assert dict(header.fields) == {0: "title", 2: "due_on"}


def test_a_text_beside_the_matter_has_no_headings():
    assert find_header([["问题"], ["关于时限的说明"]], KNOWN) is None


@pytest.mark.parametrize(
    ("new", "old", "base", "found"),
    [
        ("甲", "甲", None, None),
        ("乙", "甲", None, Difference("乙", "甲")),
        # Handed out and not touched: whatever became of the ledger since.
        ("甲", "丙", "甲", None),
        ("乙", "甲", "甲", Difference("乙", "甲")),
        ("乙", "丙", "甲", Difference("乙", "丙", "甲")),
        # Both came to the same.
        ("丙", "丙", "甲", None),
        ("x" * 32767, "x" * 40000, None, None),
    ],
)
def test_a_cell_beside_its_record_and_what_was_handed_out(new, old, base, found):
    given = None if base is None else {"a": base}

    differing = differences({"a": new}, {"a": old}, given, fields=["a"])

    assert differing == ({} if found is None else {"a": found})


def test_words_of_one_cell_come_apart_and_together():
    assert split_words("刑侦大队、治安大队，刑侦大队;\n交警大队") == [
        "刑侦大队",
        "治安大队",
        "交警大队",
    ]
    assert join_words(["甲", "乙"]) == "甲、乙"
    assert join_words(["甲、乙", "丙"]) == "甲、乙；丙"
    assert parted("形式: 讲座") == ("形式", "：", "讲座")
    assert parted("讲座") == ("讲座", "", "")
    assert same_word("丁某( 河口派出所 )") == same_word("丁某（河口派出所）")
    assert plain(1e20) == "1e+20"


def test_every_kind_has_names_and_examples():
    assert set(SYNONYMS) == set(EXAMPLES) == set(SheetKind)


def test_no_name_stands_for_two_fields_of_a_kind():
    twice = {
        (kind, name)
        for kind, fields in SYNONYMS.items()
        for name in {column_name(each) for names in fields.values() for each in names}
        if sum(name in {column_name(each) for each in names} for names in fields.values()) > 1
    }

    assert twice == set()
