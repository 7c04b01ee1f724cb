"""Files of every kind become text, or a sentence about what is wrong with them."""

import zipfile
from io import BytesIO

import docx
import pytest

from reports.exchange.published_reports import (
    LARGEST_FILE,
    UnreadableFile,
    report_of_file,
    text_of,
    text_of_file,
)

REPORT = (
    "云泽市公安局2024年度法治政府建设情况报告\n一、主要举措和成效\n（一）健全机制。多次研究。\n"
    "二、存在的不足和原因\n（一）监督不够有力。覆盖面有限。\n三、2025年工作安排\n（一）做实监督。扩大覆盖。\n"
)


def archive(parts, packing=zipfile.ZIP_DEFLATED):
    data = BytesIO()
    with zipfile.ZipFile(data, "w", packing) as whole:
        for name, content in parts.items():
            whole.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_every_usual_encoding(encoding):
    assert text_of("a.txt", REPORT.encode(encoding)) == REPORT


def test_line_ends_are_kept():
    assert text_of("a.txt", "一行\r\n二行\r".encode()) == "一行\r\n二行\r"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("blank.txt", b" \r\n"),
        ("binary.txt", bytes(range(256)) * 20),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"x" * 600),
        ("paper.pdf", b"%PDF-1.7 ..."),
        ("big5.txt", ("法治政府建設情況報告，我們認真負責。" * 20).encode("big5")),
        ("broken.docx", b"PK\x03\x04" + b"x" * 200),
        ("sheet.docx", archive({"xl/workbook.xml": "<a/>"})),
        ("bomb.docx", archive({"word/document.xml": b" " * 30_000_000})),
        (
            "entity.docx",
            archive(
                {
                    "word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                    "<a>&b;</a>"
                }
            ),
        ),
        ("large.txt", b"a" * (LARGEST_FILE + 1)),
    ],
)
def test_what_is_wrong_with_a_file_is_said(name, data):
    with pytest.raises(UnreadableFile) as refused:
        text_of(name, data)

    assert str(refused.value).endswith("。")


def test_word_in_reading_order():
    document = docx.Document()
    document.add_paragraph("甲")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "索引号", "A-1"
    document.add_paragraph("乙")
    data = BytesIO()
    document.save(data)

    assert text_of("a.docx", data.getvalue()) == "甲\n索引号 | A-1\n乙"


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def numbered(levels, styles, paragraphs):
    """A .docx whose list has these levels, with styles as (name, base, level)."""
    lists = "".join(
        f'<w:lvl w:ilvl="{at}"><w:numFmt w:val="{form}"/>{"<w:isLgl/>" if at == 1 else ""}'
        f'<w:lvlText w:val="{words}"/></w:lvl>'
        for at, (form, words) in enumerate(levels)
    )
    shapes = "".join(
        f'<w:style w:styleId="{name}"><w:basedOn w:val="{base}"/>'
        + (
            ""
            if level is None
            else f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        )
        + "</w:style>"
        for name, base, level in styles
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'
        for style, words in paragraphs
    )
    return archive(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {W}>{shapes}</w:styles>",
            "word/numbering.xml": f'<w:numbering {W}><w:abstractNum w:abstractNumId="5">{lists}'
            '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num></w:numbering>',
        }
    )


def test_numbers_that_a_style_brings():
    data = numbered(
        [("chineseCountingThousand", "%1、"), ("decimal", "%1.%2"), ("bullet", "•")],
        [("Top", "", 0), ("Own", "Top", None), ("Sub", "", 1), ("Dot", "", 2), ("Body", "", None)],
        [
            ("Top", "甲"), ("Sub", "乙"), ("Sub", "丙"), ("Body", "丁"), ("Dot", "戊"),
            ("Own", "己"), ("Sub", "庚"),
        ],
    )  # fmt: skip

    assert text_of("a.docx", data) == "一、甲\n1.1 乙\n1.2 丙\n丁\n戊\n二、己\n2.1 庚"


def test_page_without_scripts_and_menus():
    page = (
        "<html><head><title>x</title><style>p{}</style></head><body><nav>首页</nav><script>1</script>"
        "<table><tr><td>索引号</td><td>A&amp;1</td></tr></table><p>一、情况&nbsp;好</p></body></html>"
    )

    assert text_of("a.html", page.encode()) == "索引号 | A&1\n一、情况 好\n"


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("<tr><td>甲</td><td></td></tr></table><h1>乙</h1>", "甲 | \n乙\n"),
        ("<tr><td>1</td><td>2</td></tr>\n<tr><td>3</td><td>4</td></tr></table>", "1 | 2\n3 | 4\n"),
        ("<tr><td>1<td>2<tr><td>3<td>4</table>乙", "1 | 2\n3 | 4\n乙\n"),
        (
            "<tr><td><p>1</p></td>\n<td><p>2</p><p>2</p></td><td>3<br>3</td></tr></table>乙",
            "1 | 2 2 | 3 3\n乙\n",
        ),
        ("<tr><td><p>一段</p><p>二段</p></td></tr></table>尾", "一段\n二段\n尾\n"),
        (
            "<tr><td><table><tr><td>1</td><td>2</td></tr></table><p>文</p></td></tr></table>",
            "1 | 2\n文\n",
        ),
    ],
)
def test_rows_of_a_page(table, text):
    assert text_of("a.html", f"<html><table>{table}</html>".encode()) == text


def test_missing_file_is_said(tmp_path):
    with pytest.raises(UnreadableFile, match="找不到"):
        text_of_file(tmp_path / "none.txt")


def test_drafts_of_a_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(REPORT, encoding="utf-8-sig")

    data, readable = report_of_file(path, with_text=True)

    assert (readable, data["recognised"], data["reason"]) == (True, True, None)
    assert data["source_text"] == REPORT
    assert [each["title"] for each in data["problems"]] == ["监督不够有力"]
