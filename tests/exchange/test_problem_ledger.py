"""The ledger as rows of a spreadsheet, the closing slip as a file."""

from datetime import date
from io import BytesIO

from docx import Document

from reports.exchange.problem_ledger import sheet_rows, slip_docx
from reports.models.choices import ProblemColumn
from reports.selectors.problem_papers import ClosingSlip, LedgerRow, SlipLine, columns_asked
from tests.factories import NOON


def test_lines_of_a_cell_become_one_and_days_stay_days():
    columns = [ProblemColumn.TITLE, ProblemColumn.FOUND_ON, ProblemColumn.CAUSES]
    values = ["案卷缺页", date(2026, 6, 9), "1. 甲\n2. 乙"]

    rows = list(sheet_rows(columns, [LedgerRow(None, dict(zip(columns, values, strict=True)))]))

    assert rows == [["问题", "发现日期", "原因"], ["案卷缺页", date(2026, 6, 9), "1. 甲 2. 乙"]]


def test_columns_keep_the_order_of_the_ledger():
    asked = columns_asked(["state,causes", "number"])

    assert asked == [
        ProblemColumn.NUMBER,
        ProblemColumn.TITLE,
        ProblemColumn.FOUND_ON,
        ProblemColumn.ENTERED_ON,
        ProblemColumn.CAUSES,
        ProblemColumn.STATE,
    ]


def test_slip_as_a_file_has_the_lines_in_order():
    slip = ClosingSlip(
        title="东城分局\n问题销号单",
        issuer="东城分局",
        number="2026年1",
        lines=(
            SlipLine("问题", ("案卷缺页",)),
            SlipLine("核查人", ("丁某，2026年6月9日", "属实"), signed=True),
        ),
        day="2026年6月9日",
        mark="本记录已作废，不计入任何数字",
    )

    made = Document(BytesIO(slip_docx(slip, at=NOON)))

    assert [p.text for p in made.paragraphs] == [
        "东城分局",
        "问题销号单",
        "本记录已作废，不计入任何数字",
        "",
        "编号：2026年1",
        "问题：案卷缺页",
        "核查人：丁某，2026年6月9日",
        "属实",
        "",
        "东城分局",
        "2026年6月9日",
    ]
    assert made.core_properties.author == "东城分局"
