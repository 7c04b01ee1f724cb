"""An official document on A4 in the numbers of GB/T 9704-2012, and the names of its typefaces.

The faces it names are licensed and never shipped: a document names them, with the names under
which other makers deliver the same face.
"""

from dataclasses import dataclass
from enum import StrEnum

from reports.domain.report_text import chinese_number

# The language of official papers, whatever language their reader works in.
DOCUMENT_LANGUAGE = "zh-hans"

PAGE_MM = (210, 297)
# The type area is 156 × 225 mm.
TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 37, 28, 26, 35
LINES, CHARACTERS = 22, 28
# 225 mm by 22 lines, rounded down so that the last line still fits.
LINE_PT = 28.95
# Page numbers stand this far below the type area.
NUMBER_BELOW_MM = 7

BODY_PT, TITLE_PT, NUMBER_PT = 16, 22, 14  # 3号, 2号, 4号
# So many characters of a title fit into a line of the type area.
TITLE_CHARACTERS = 20


class Face(StrEnum):
    """What a typeface is for."""

    TITLE = "title"
    BODY = "body"
    FIRST = "first"
    SECOND = "second"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Typeface:
    """The name the standard gives, and those under which it is found elsewhere."""

    name: str
    others: tuple[str, ...]


TYPEFACES = {
    Face.TITLE: Typeface("方正小标宋简体", ("小标宋", "FZXiaoBiaoSong-B05S", "华文中宋")),
    Face.BODY: Typeface("仿宋_GB2312", ("仿宋", "FangSong", "STFangsong")),
    Face.FIRST: Typeface("黑体", ("SimHei",)),
    Face.SECOND: Typeface("楷体_GB2312", ("楷体", "KaiTi", "STKaiti")),
    Face.NUMBER: Typeface("宋体", ("SimSun",)),
}


def numeral(number: int) -> str:
    """What numbers a heading of the first level: 一, 十二; from 100 on in figures."""
    return chinese_number(number) if number < 100 else str(number)
