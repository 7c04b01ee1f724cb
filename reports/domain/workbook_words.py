"""The words of the set-up workbook, which speaks Chinese as every document does."""

from reports.domain.sheet_cells import CellType

# What the first column of the example says; such a row is never read.
MARK = "示例"
MARK_HEADING = "标记"
FIRST_SHEET = "填写说明"
LISTS = "选项"
TYPE_WORDS = {
    CellType.DAY: "日期，如 2026-03-05",
    CellType.DAY_OR_MONTH: "日期或月份，如 2026-03-05 或 2026年6月",
    CellType.HOUR: "时间，如 09:30",
    CellType.YEAR: "年份，如 2026",
    CellType.MONTHS: "月份，如 3、11",
    CellType.WHOLE: "整数",
    CellType.NUMBER: "数字",
    CellType.YES_NO: "是或否",
    CellType.WORD: "从下拉列表中选择",
    CellType.WORDS: "可填多项，用顿号分开",
}
