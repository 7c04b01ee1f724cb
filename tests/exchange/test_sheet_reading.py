"""Files as offices send them, sound and rotten."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from reports.domain.sheet_cells import plain
from reports.exchange.sheet_reading import CannotReadSheet, SheetFile, lines_of
from reports.exchange.sheets import workbook

FILES = Path(__file__).parent / "files"
ROWS = [["姓名", "单位"], ["甲", "河口派出所"]]
SOUND = workbook(ROWS, sheet="人员")


def packed(members, *, of=SOUND):
    """The sound file with some members written anew."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(of)) as source, zipfile.ZipFile(target, "w", 8) as made:
        for name in source.namelist():
            if name not in members:
                made.writestr(name, source.read(name))
        for name, content in members.items():
            made.writestr(name, content)
    return target.getvalue()


def member(name, of=SOUND):
    with zipfile.ZipFile(BytesIO(of)) as source:
        return source.read(name)


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ROTTEN = {
    "empty": (b"", "a.xlsx", "文件是空的。"),
    "blanks": (b"\0\0 \n", "a.csv", "文件是空的。"),
    "no spreadsheet": (b"x", "a.pdf", "请选择 .xlsx、.xls、.ods 或 .csv 文件。"),
    "macros by name": (SOUND, "a.xlsm", "文件可能含有宏，请另存为 .xlsx 后再导入。"),
    "macros inside": (
        packed({"xl/vbaProject.bin": b"x"}),
        "a.xlsx",
        "文件含有宏，请另存为 .xlsx 后再导入。",
    ),
    "entity": (
        packed({SHEET: member(SHEET).replace(b"?>", b"?>" + ENTITY, 1)}),
        "a.xlsx",
        "文件里有不允许的外部引用，不能导入。",
    ),
    "bomb": (
        packed({SHEET: b" " * (60 * 2**20)}),
        "a.xlsx",
        "文件解开后过大，请只保留需要导入的内容。",
    ),
    "far cell": (
        packed({SHEET: member(SHEET).replace(b'r="A2"', b'r="XFD1048576"')}),
        "a.xlsx",
        "表格超过50000行或200列，请只保留需要导入的内容。",
    ),
    "other ending": (
        SOUND,
        "a.xls",
        "文件的内容与扩展名不符，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。",
    ),
    "ods by name": (
        SOUND,
        "a.ods",
        "文件的内容与扩展名不符，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。",
    ),
    "web page": (
        b"<html><table></table></html>",
        "a.xls",
        "这是网页格式的表格，请用 WPS 或 Excel 打开，另存为 .xlsx 后再导入。",
    ),
    "password": (
        OLE + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx",
        "文件有密码，请取消密码后再导入。",
    ),
    "old file with macros": (
        OLE + "_VBA_PROJECT".encode("utf-16-le"),
        "a.xls",
        "文件含有宏，请另存为 .xlsx 后再导入。",
    ),
    "broken old file": (
        OLE + b"x" * 600,
        "a.xls",
        "文件无法读取：可能已损坏，或扩展名与内容不符。",
    ),
    "cut off": (SOUND[:900], "a.xlsx", "文件无法读取：可能已损坏，或扩展名与内容不符。"),
    "unknown encoding": (
        b"\xff\xff\xfe\xff,\xff",
        "a.csv",
        "无法识别文件的文字编码，请另存为 UTF-8 的 CSV 或 .xlsx。",
    ),
    "binary as csv": (
        b"a,b\n\0\1,2",
        "a.csv",
        "文件无法读取：可能已损坏，或扩展名与内容不符。",
    ),
}


def read_all(content, file_name):
    file = SheetFile(content, file_name)
    return list(file.rows(file.names[0]))


@pytest.mark.parametrize("name", ROTTEN)
def test_a_rotten_file_gets_a_sentence(name):
    content, file_name, sentence = ROTTEN[name]

    with pytest.raises(CannotReadSheet) as refusal:
        read_all(content, file_name)

    assert refusal.value.reasons == [sentence]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files_of_every_kind(encoding, mark):
    content = "\r\n".join(mark.join(row) for row in ROWS).encode(encoding)

    file = SheetFile(content, "人员.CSV")

    assert list(file.rows("")) == ROWS


def test_merged_cells_and_an_offset_table_keep_their_addresses():
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("表")
    page.write_row(2, 1, ["姓名", "单位"])
    page.write_column(3, 1, ["甲", "乙"])
    page.merge_range("C4:C5", "河口派出所")
    book.add_worksheet("藏").hide()
    book.close()

    file = SheetFile(target.getvalue(), "a.xlsx")
    lines = lines_of(file.rows("表"), header_row=3, columns={1: "name", 2: "unit"})

    assert file.names == ["表"]
    assert [(line.number, line.cells, line.addresses) for line in lines] == [
        (4, {"name": "甲", "unit": "河口派出所"}, {"name": "B4", "unit": "C4"}),
        (5, {"name": "乙", "unit": "河口派出所"}, {"name": "B5", "unit": "C5"}),
    ]


def test_empty_rows_and_headings_that_come_again_are_no_lines():
    rows = [["姓名", "单位"], ["甲", "河"], ["", "—"], ["姓名", "单位"], ["乙", "河"]]

    lines = lines_of(rows, header_row=1, columns={0: "name", 1: "unit"})

    assert [(line.number, line.cells["name"]) for line in lines] == [(2, "甲"), (5, "乙")]


def test_a_formula_gives_its_value():
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("表")
    page.write_formula(0, 0, "=1+2", None, 3)
    book.close()

    assert list(SheetFile(target.getvalue(), "a.xlsx").rows("表")) == [[3.0]]


def test_a_file_of_others_has_nothing_that_was_handed_out():
    kind, base = SheetFile(SOUND, "a.xlsx").base()

    assert (kind, base.rows, base.of("people:1")) == ("", {}, None)


# The same roster in every format: a title over all columns, one unit merged over two rows.
ROSTER = [
    ["江东分局民警花名册"] * 4,
    ["序号", "姓名", "所属单位", "到岗时间"],
    ["1", "赵某甲", "河口派出所", "2024-03-05"],
    ["2", "钱某乙", "河口派出所", "2024年3月5日"],
]
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet><table:table table:name="花名册">
<table:table-row><table:table-cell table:number-columns-spanned="4" table:number-rows-spanned="1"
 office:value-type="string"><text:p>江东分局民警花名册</text:p></table:table-cell>
 <table:covered-table-cell table:number-columns-repeated="3"/></table:table-row>
<table:table-row>{headings}</table:table-row>
<table:table-row>{one}{zhao}<table:table-cell table:number-columns-spanned="1"
 table:number-rows-spanned="2" office:value-type="string"><text:p>河口派出所</text:p>
 </table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-03-05">
 <text:p>2024-03-05</text:p></table:table-cell></table:table-row>
<table:table-row>{two}{qian}<table:covered-table-cell/>{day}</table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""

MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


def ods():
    """The roster as the other office programs write it, without a program."""

    def word(text):
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        return cell.format(text)

    def number(value):
        cell = '<table:table-cell office:value-type="float" office:value="{0}"/>'
        return cell.format(value)

    content = ODS.format(
        headings="".join(word(text) for text in ROSTER[1]),
        one=number(1),
        two=number(2),
        zhao=word("赵某甲"),
        qian=word("钱某乙"),
        day=word("2024年3月5日"),
    )
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", ODS_TYPE)
        made.writestr("content.xml", re.sub(r">\s+<", "><", content))
        made.writestr("META-INF/manifest.xml", MANIFEST)
    return target.getvalue()


def roster_csv():
    # Where cells were merged, this format keeps the first of them alone.
    rows = [["江东分局民警花名册", "", "", ""], *ROSTER[1:3], ["2", "钱某乙", "", ROSTER[3][3]]]
    return "\r\n".join(",".join(row) for row in rows).encode("gb18030")


@pytest.mark.parametrize("ending", ["ods", "xls"])
def test_the_other_formats_are_read_with_their_merged_cells(ending):
    content = ods() if ending == "ods" else (FILES / "roster.xls").read_bytes()

    rows = read_all(content, f"花名册.{ending}")

    assert [[plain(cell) for cell in row] for row in rows] == ROSTER


def test_a_text_file_of_the_old_encoding_is_read():
    rows = read_all(roster_csv(), "花名册.csv")

    assert rows == [
        ["江东分局民警花名册", "", "", ""],
        ROSTER[1],
        ROSTER[2],
        ["2", "钱某乙", "", "2024年3月5日"],
    ]
