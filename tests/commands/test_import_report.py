"""The commands that read reports and notices: one object a file, whatever is wrong with another."""

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

REPORT = (
    "云泽市公安局2024年度法治政府建设情况报告\r\n"
    "一、主要举措和成效\r\n（一）健全机制。局党委每季度至少召开一次专题会，全年办案1.2万件。\r\n"
    "二、存在的不足和原因\r\n（一）监督不够有力。主要原因是人员不足。\r\n"
    "三、2025年工作安排\r\n（一）做实监督。每年集中学习不少于40学时，每年3月31日前报送总结。\r\n"
)
NOTICE = (
    "云泽市公安局关于巡察整改情况的通报\n反馈问题2个，已完成整改1个。\n二、反馈问题整改情况\n"
    "（一）学法不够深入的问题\n责任单位：政治处\n整改时限：2024年6月\n整改情况：已完成整改。\n"
    "（二）台账不够规范的问题\n责任单位：法制大队\n整改时限：2024年9月30日\n整改情况：尚未完成整改。\n"
)


def run(command, *options):
    """What the command prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command(command, *map(str, options), stdout=out)
    except CommandError as trouble:
        return out.getvalue(), trouble.returncode
    return out.getvalue(), 0


def read(command, *options):
    printed, code = run(command, *options, "--format", "json")
    return json.loads(printed), code


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def archive(parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in parts.items():
            whole.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def report(tmp_path):
    return written(tmp_path, "report.txt", REPORT)


def test_one_object_for_a_file_with_all_names(report):
    found, code = read("import_report", report, "--dry-run")

    assert code == 0
    assert [list(each) for each in found] == [
        [
            "file", "recognised", "reason", "metadata", "sections", "first_person", "schedules",
            "quotas", "due_dates", "posts", "problems", "measures", "figures", "honours",
        ]
    ]  # fmt: skip
    assert (found[0]["file"], found[0]["recognised"], found[0]["reason"]) == (
        str(report), True, None,
    )  # fmt: skip
    assert list(found[0]["metadata"]) == [
        "title", "year", "years", "issuer", "index_number", "document_number", "issued_on",
        "published_on", "topic",
    ]  # fmt: skip


def test_names_of_every_kind_of_entry(report):
    found, _ = read("import_report", report)

    assert {kind: list(found[0][kind][0]) for kind in found[0] if type(found[0][kind]) is list
            and found[0][kind]} == {
        "sections": ["level", "number", "heading", "role", "start", "end"],
        "schedules": [
            "phrase", "what", "kind", "period", "every", "min", "max", "bound", "months",
            "presided_by", "start", "end",
        ],
        "quotas": ["phrase", "amount", "of", "period", "every", "start", "end"],
        "due_dates": ["phrase", "rule", "start", "end"],
        "problems": ["number", "title", "text", "causes", "start", "end"],
        "measures": ["number", "title", "text", "responsible", "due", "start", "end"],
        "figures": [
            "value", "value2", "counter", "wording", "is_target", "text", "start", "end",
        ],
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_places_count_characters_of_the_decoded_text(tmp_path, encoding):
    path = written(tmp_path, "report.txt", REPORT.encode(encoding))

    found, _ = read("import_report", path, "--with-text")

    text = found[0]["source_text"]
    assert text == REPORT
    assert [text[each["start"] : each["end"]] for each in found[0]["schedules"]] == [
        "每季度至少召开一次"
    ]
    assert [text[each["start"] : each["end"]] for each in found[0]["quotas"]] == [
        "每年集中学习不少于40学时"
    ]
    assert [text[each["start"] : each["end"]] for each in found[0]["due_dates"]] == [
        "每年3月31日前"
    ]
    assert [text[each["start"] : each["end"]] for each in found[0]["figures"]] == ["1.2万件"]
    assert [text[each["start"] : each["end"]] for each in found[0]["problems"]] == [
        "监督不够有力。主要原因是人员不足。"
    ]
    assert [text[each["start"] : each["end"]][:6] for each in found[0]["sections"]] == [
        "一、主要举措", "（一）健全机", "二、存在的不", "（一）监督不", "三、2025", "（一）做实监",
    ]  # fmt: skip


def test_without_asking_there_is_no_text(report):
    found, _ = read("import_report", report)

    assert "source_text" not in found[0]


def test_a_text_of_another_kind_is_told_and_no_failure(tmp_path):
    path = written(tmp_path, "poem.txt", "床前明月光\n疑是地上霜\n")

    found, code = read("import_report", path)

    assert code == 0
    assert (found[0]["recognised"], found[0]["reason"][-1]) == (False, "。")
    assert {kind: found[0][kind] for kind in ("sections", "schedules", "problems", "figures")} == {
        "sections": [], "schedules": [], "problems": [], "figures": [],
    }  # fmt: skip


ROTTEN = {
    "binary.txt": bytes(range(256)) * 40,
    "large.txt": b"\0" * 50 * 1024 * 1024,
    "bomb.docx": archive({"word/document.xml": b"<a>" + b" " * 40_000_000}),
    "entity.docx": archive(
        {"word/document.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}
    ),
    "wrong.txt": ("法治政府建設情況報告，我們認真負責。" * 20).encode("big5"),
    "broken.docx": b"PK\x03\x04 and no more",
    "other.docx": archive({"xl/workbook.xml": "<a/>"}),
    "empty.html": b"",
}


@pytest.mark.parametrize("command", ["import_report", "import_rectification"])
@pytest.mark.parametrize("name", list(ROTTEN))
def test_a_rotten_file_is_told_and_the_others_are_read(tmp_path, command, name):
    rotten = written(tmp_path, name, ROTTEN[name])
    first = written(tmp_path, "first.txt", REPORT if command == "import_report" else NOTICE)
    last = written(tmp_path, "last.txt", REPORT if command == "import_report" else NOTICE)

    found, code = read(command, first, rotten, last)

    assert code == 1
    assert [each["recognised"] for each in found] == [True, False, True]
    assert (found[1]["file"], found[1]["reason"][-1]) == (str(rotten), "。")


@pytest.mark.parametrize("command", ["import_report", "import_rectification"])
def test_a_folder_and_a_missing_file(tmp_path, report, command):
    found, code = read(command, tmp_path, tmp_path / "none.txt")

    assert code == 1
    assert [(each["recognised"], each["reason"]) for each in found] == [
        (False, "这是文件夹，不是文件。"),
        (False, "找不到该文件。"),
    ]


def test_text_with_a_rotten_file_as_well(tmp_path, report):
    missing = tmp_path / "none.txt"

    printed, code = run("import_report", report, missing, "--with-text")

    assert code == 1
    assert printed.splitlines()[0] == f"{report}  可以导入"
    assert printed.splitlines()[-1] == f"{missing}  找不到该文件。"


@pytest.mark.parametrize("command", ["import_report", "import_rectification"])
def test_an_unknown_format_is_refused(report, command):
    assert run(command, report, "--format", "xml") == ("", 2)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LEVELS = "".join(
    f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
    f'<w:lvlText w:val="{words}"/></w:lvl>'
    for level, form, words in (
        (0, "chineseCounting", "%1、"), (1, "chineseCounting", "（%2）"), (2, "decimal", "%3."),
    )
)  # fmt: skip
NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="7">{LEVELS}</w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
</w:numbering>"""


def paragraph(words, level=None):
    numbered = (
        ""
        if level is None
        else f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    )
    return f"<w:p>{numbered}<w:r><w:t>{words}</w:t></w:r></w:p>"


def test_numbers_that_word_makes_are_part_of_the_text(tmp_path):
    body = "".join(
        paragraph(words, level)
        for words, level in (
            ("云泽市公安局2024年度法治政府建设情况报告", None),
            ("主要举措和成效", 0), ("健全机制", 1), ("每月召开一次例会。", None), ("夯实基础", 1),
            ("存在的不足和原因", 0), ("监督不够有力", 1), ("2025年工作安排", 0), ("做实监督", 1),
        )
    )  # fmt: skip
    path = written(
        tmp_path,
        "report.docx",
        archive(
            {
                "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
                "word/numbering.xml": NUMBERING,
            }
        ),
    )

    found, _ = read("import_report", path, "--with-text")

    assert found[0]["source_text"].split("\n")[1:5] == [
        "一、主要举措和成效", "（一）健全机制", "每月召开一次例会。", "（二）夯实基础",
    ]  # fmt: skip
    assert [(each["number"], each["heading"], each["role"]) for each in found[0]["sections"]] == [
        ("一", "主要举措和成效", "achievements"), ("一", "健全机制", "achievements"),
        ("二", "夯实基础", "achievements"), ("二", "存在的不足和原因", "problems"),
        ("一", "监督不够有力", "problems"), ("三", "2025年工作安排", "next_year"),
        ("一", "做实监督", "next_year"),
    ]  # fmt: skip


def test_a_web_page_with_its_table_of_particulars(tmp_path):
    page = (
        "<!DOCTYPE html><html><head><title>页</title></head><body>"
        "<ul><li>首页</li><li>公开</li></ul><table>"
        "<tr><td>索 引 号：</td><td>YZ-2025-1</td><td>成文日期：</td><td>2025-02-10</td></tr>"
        "<tr><td>发布机构：</td><td>云泽市公安局</td><td>文&nbsp;&nbsp;号：</td><td></td></tr></table>"
        "<h1>云泽市公安局2024年度法治政府建设情况报告</h1>"
        "<p>一、主要举措和成效</p><p>（一）健全机制。每月召开一次例会。</p>"
        "<p>二、存在的不足和原因</p><p>（一）监督不够有力。</p>"
        "<p>三、2025年工作安排</p><p>（一）做实监督。</p>"
        "<script>var a='每周一次';</script></body></html>"
    )
    path = written(tmp_path, "page.html", page)

    found, _ = read("import_report", path)

    assert found[0]["metadata"] == {
        "title": "云泽市公安局2024年度法治政府建设情况报告",
        "year": 2024, "years": [2024], "issuer": "云泽市公安局", "index_number": "YZ-2025-1",
        "document_number": None, "issued_on": "2025-02-10", "published_on": None, "topic": None,
    }  # fmt: skip
    assert [each["phrase"] for each in found[0]["schedules"]] == ["每月召开一次"]


def test_a_notice_as_json(tmp_path):
    path = written(tmp_path, "notice.txt", NOTICE)

    found, code = read("import_rectification", path, "--dry-run")

    assert code == 0
    assert list(found[0]) == [
        "file", "recognised", "reason", "metadata", "items", "stated_totals", "found_totals",
        "differences",
    ]  # fmt: skip
    assert [(each["title"], each["unit"], each["due"], each["state"])
            for each in found[0]["items"]] == [
        ("学法不够深入的问题", "政治处", "2024-06", "完成"),
        ("台账不够规范的问题", "法制大队", "2024-09-30", "未完成"),
    ]  # fmt: skip
    assert [NOTICE[each["start"] : each["end"]] for each in found[0]["items"]] == [
        each["text"] for each in found[0]["items"]
    ]


def test_a_notice_as_text_shows_differences(tmp_path):
    path = written(tmp_path, "notice.txt", NOTICE.replace("问题2个", "问题3个"))

    printed, _ = run("import_rectification", path)

    assert printed.splitlines()[-3:] == [
        "  一 学法不够深入的问题 政治处 2024-06 [完成]",
        "  二 台账不够规范的问题 法制大队 2024-09-30 [未完成]",
        "问题数：文中写明3，读到2",
    ]


def test_a_report_is_no_notice_and_a_notice_no_report(tmp_path, report):
    notice = written(tmp_path, "notice.txt", NOTICE)

    crossed = [*read("import_report", notice)[0], *read("import_rectification", report)[0]]

    assert [each["recognised"] for each in crossed] == [False, False]
