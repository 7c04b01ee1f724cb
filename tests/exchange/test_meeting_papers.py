"""Minutes as .docx in the numbers of the standard, and the ledger as rows of a spreadsheet."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from reports.exchange.meeting_ledger import sheet_rows
from reports.exchange.minutes import minutes_docx
from reports.exchange.official_docx import OfficialDocument
from reports.models.choices import LedgerColumn
from reports.selectors.meeting_ledger import LedgerRow
from reports.selectors.minutes import Minutes, MinutesItem
from tests.factories import NOON

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def paper():
    made = OfficialDocument("东城分局\n例会纪要", author="东城分局", at=NOON)
    made.blank()
    made.text("第一段\n\n第二段", lead="议定：")
    made.heading("标题甲")
    made.subheading("（一）标题乙")
    made.heading("标题丙")
    made.listing("出席", "张三、李四")
    made.signature("东城分局", "2026年6月9日")
    return made.to_bytes()


def part(content, name):
    return etree.fromstring(ZipFile(BytesIO(content)).read(name))


def style(content, name):
    for each in part(content, "word/styles.xml").iter(f"{W}style"):
        if each.find(f"{W}name").get(f"{W}val") == name:
            return each
    raise AssertionError(name)


def values(element, path):
    return {
        key.removeprefix(W): value
        for key, value in element.find(path, {"w": W[1:-1]}).attrib.items()
    }


def test_the_page_has_the_margins_and_lines_of_the_standard(paper):
    section = part(paper, "word/document.xml").find(f".//{W}sectPr")

    twips = {name: int(value) for name, value in values(section, "w:pgMar").items()}
    millimetres = {
        side: round(twips[side] / 1440 * 25.4) for side in ("top", "bottom", "left", "right")
    }
    assert millimetres == {"top": 37, "bottom": 35, "left": 28, "right": 26}
    assert values(section, "w:docGrid") == {"type": "lines", "linePitch": "579"}
    assert 16838 - twips["top"] - twips["bottom"] >= 22 * 579


def test_a_line_holds_twenty_eight_characters(paper):
    normal = style(paper, "Normal")
    size = int(values(normal, "w:rPr/w:sz")["val"]) / 2
    tighter = int(values(normal, "w:rPr/w:spacing")["val"]) / 20
    margins = values(part(paper, "word/document.xml").find(f".//{W}sectPr"), "w:pgMar")
    width = (11906 - int(margins["left"]) - int(margins["right"])) / 20

    assert size == 16
    assert int(width // (size + tighter)) == 28


@pytest.mark.parametrize(
    ("name", "face", "half_points"),
    [
        ("Normal", "仿宋_GB2312", "32"),
        ("Title", "方正小标宋简体", "44"),
        ("heading 1", "黑体", "32"),
        ("heading 2", "楷体_GB2312", "32"),
        ("Body Text", "仿宋_GB2312", "32"),
    ],
)
def test_every_level_has_its_typeface(paper, name, face, half_points):
    found = style(paper, name)

    assert values(found, "w:rPr/w:rFonts") == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), face
    )
    assert values(found, "w:rPr/w:sz") == {"val": half_points}


def test_typefaces_are_found_under_their_other_names(paper):
    table = part(paper, "word/fontTable.xml")
    others = {
        font.get(f"{W}name"): font.find(f"{W}altName").get(f"{W}val")
        for font in table.iter(f"{W}font")
    }

    assert others == {
        "方正小标宋简体": "小标宋,FZXiaoBiaoSong-B05S,华文中宋",
        "仿宋_GB2312": "仿宋,FangSong,STFangsong",
        "黑体": "SimHei",
        "楷体_GB2312": "楷体,KaiTi,STKaiti",
        "宋体": "SimSun",
    }


@pytest.mark.parametrize("name", ["heading 1", "heading 2", "Body Text"])
def test_paragraphs_begin_two_characters_in(paper, name):
    assert values(style(paper, name), "w:pPr/w:ind") == {
        "firstLineChars": "200",
        "firstLine": "640",
    }


def test_names_stay_behind_the_colon(paper):
    assert values(style(paper, "Listing"), "w:pPr/w:ind") == {
        "leftChars": "500",
        "left": "1600",
        "hangingChars": "300",
        "hanging": "960",
    }


def test_odd_pages_are_numbered_at_the_right_and_even_ones_at_the_left(paper):
    made = Document(BytesIO(paper))
    section = made.sections[0]

    assert made.settings.odd_and_even_pages_header_footer is True
    found = {}
    for side, footer in (("odd", section.footer), ("even", section.even_page_footer)):
        paragraph = footer.paragraphs[0]
        order = "".join(each.text for each in paragraph._p.iter(qn("w:instrText")))
        form = paragraph.paragraph_format
        found[side] = (form.alignment, form.right_indent, form.left_indent, paragraph.text, order)
    inch = 12700 * 14
    assert found == {
        "odd": (2, inch, None, "— 1 —", "PAGE"),
        "even": (0, None, inch, "— 1 —", "PAGE"),
    }


def test_the_words_stand_in_their_order(paper):
    made = Document(BytesIO(paper))

    assert [(p.style.name, p.text) for p in made.paragraphs] == [
        ("Title", "东城分局"),
        ("Title", "例会纪要"),
        ("Normal", ""),
        ("Body Text", "议定：第一段"),
        ("Body Text", "第二段"),
        ("Heading 1", "一、标题甲"),
        ("Heading 2", "（一）标题乙"),
        ("Heading 1", "二、标题丙"),
        ("Listing", "出席：张三、李四"),
        ("Normal", ""),
        ("Signature", "东城分局"),
        ("Signature", "2026年6月9日"),
    ]


def test_the_file_says_who_made_it_and_not_what_it_was_made_of(paper):
    about = Document(BytesIO(paper)).core_properties

    assert (about.title, about.author, about.last_modified_by) == (
        "东城分局\n例会纪要",
        "东城分局",
        "东城分局",
    )
    assert f"{about.created:%Y-%m-%d %H:%M}" == "2026-06-10 12:00"
    assert about.comments == ""
    names = ZipFile(BytesIO(paper)).namelist()
    assert [name for name in names if "thumbnail" in name or "customXml" in name] == []


def test_a_long_document_keeps_numbering():
    made = OfficialDocument("纪要", author="分局", at=NOON)
    for number in range(120):
        made.heading(f"议题{number}")

    texts = [p.text for p in Document(BytesIO(made.to_bytes())).paragraphs]

    assert (texts[99], texts[120]) == ("九十九、议题98", "120、议题119")


@pytest.mark.parametrize("text", ["\x00坏\x0b字\x1f", "坏\ufffe字", "坏\ud800字"])
def test_characters_that_no_file_can_hold_are_left_out(text):
    made = OfficialDocument(text, author=text, at=NOON)
    made.text(text, lead=text)
    made.heading(text)
    made.listing(text, text)
    made.signature(text, text)
    made.mark(text)

    texts = {p.text for p in Document(BytesIO(made.to_bytes())).paragraphs}

    assert texts == {"坏字", "坏字坏字", "一、坏字", "坏字：坏字", ""}


def minutes(**changes):
    given = {
        "title": "一所\n例会纪要",
        "issuer": "一所",
        "facts": (("时间", "2026年6月9日"),),
        "opening": "纪要如下。",
        "summary": ("传达文件。",),
        "items": (MinutesItem("一", "甲", "缓议，下次再议", ("等批复",), ("同意",)),),
        "legal": ("程序合法。",),
        "attendance": (("出席", "张三"), ("请假", "李四")),
        "recorded": (("记录", "王五"),),
        "day": "2026年6月9日",
    }
    return Minutes(**given | changes)


def test_the_minutes_say_what_the_page_says():
    content = minutes_docx(minutes(), at=NOON)

    assert [p.text for p in Document(BytesIO(content)).paragraphs if p.text] == [
        "一所",
        "例会纪要",
        "时间：2026年6月9日",
        "纪要如下。",
        "传达文件。",
        "一、甲",
        "结果：缓议，下次再议",
        "议定事项：等批复",
        "法制意见：同意",
        "法制部门列席意见：程序合法。",
        "出席：张三",
        "请假：李四",
        "记录：王五",
        "一所",
        "2026年6月9日",
    ]


def test_minutes_of_a_cancelled_meeting_carry_the_mark():
    content = minutes_docx(minutes(mark="本记录已作废"), at=NOON)

    marked = [p.text for p in Document(BytesIO(content)).paragraphs if p.style.name == "Remark"]
    assert marked == ["本记录已作废"]


def test_the_moment_is_that_of_shanghai():
    made = OfficialDocument("纪要", author="分局", at=NOON.astimezone(ZoneInfo("UTC")))

    created = Document(BytesIO(made.to_bytes())).core_properties.created
    assert f"{created:%Y-%m-%d %H:%M}" == "2026-06-10 12:00"


def test_the_rows_of_the_sheet_have_typed_days_and_one_line_a_cell():
    columns = [LedgerColumn.HELD_ON, LedgerColumn.AGENDA]
    row = LedgerRow(None, {columns[0]: date(2026, 6, 9), columns[1]: "1. 甲\n2. 乙"})

    assert [list(each) for each in sheet_rows(columns, [row])] == [
        ["召开日", "主要议题"],
        [date(2026, 6, 9), "1. 甲 2. 乙"],
    ]
