"""A report as .docx, PDF, text and HTML: each says what the one structure says."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document as Docx
from docx.oxml.ns import qn
from lxml import etree

from reports.domain.official_text import (
    Document,
    Metadata,
    RawParagraph,
    RawSection,
    Said,
    Table,
    lay_out,
)
from reports.domain.summaries import Numbering
from reports.exchange.report_docx import report_docx
from reports.exchange.report_pdf import report_pdf
from reports.exchange.report_text import report_html, report_text

AT = datetime(2024, 2, 22, 4, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARK = "［待补佐证］"
# What would do harm, were it read as code by any of the programs on the way.
HOSTILE = (
    '#import "@preview/x:1.0.0": * #read("/etc/passwd") $x^2$ *粗* _斜_ `原` @ref <label> \\ // 注',
    "<script>alert(1)</script> &amp; <b>粗</b> ]] }} {{honours}} {% url %} %(n)s {0}",
    "控制\x00符\x07和\x1b\x85半个\ud800字，零宽\u200b和反向\u202e。",
    "表情😀、家庭👨\u200d👩\u200d👧、姓名𠮷。",
    "长" * 2000,
)


def said(*texts, behind=()):
    return tuple(Said(text, behind) for text in texts)


SECTIONS = [
    RawSection("", (RawParagraph("", said("2023年，全局开展各项工作。")),)),
    RawSection(
        "主要举措和成效",
        (
            RawParagraph(
                "组织领导",
                said("召开例会49次，", "其中延期0次。", behind=("例会 49", "问题P1：甲")),
            ),
            RawParagraph("1.全面落实", said("落实12项。")),
            RawParagraph("(1)具体", (Said("手写的话。", (), True),)),
        ),
    ),
    RawSection("不足", (RawParagraph("监督不力", said("原因。")),), Numbering.ORDINALS),
]
HOSTILE_SECTIONS = [
    RawSection(HOSTILE[0], (RawParagraph(HOSTILE[1], said(*(f"{each}\n" for each in HOSTILE))),))
]


def document(sections=SECTIONS, *, checking=False, **kwargs):
    given = {
        "title": ("东城分局", "2023年度法治政府建设情况报告"),
        "issuer": "东城分局",
        "sections": lay_out(sections, checking=checking, mark=MARK),
        "number": "东公〔2024〕12号",
        "signed_by": "签发人：张明",
        "addressee": "东城区人民政府：",
        "day": "2024年2月22日",
        "signature": "东城分局",
        "remarks": ("（数据截至2023年12月31日。）",),
        "internal": ("（凭签批件录入。）",),
        "metadata": Metadata("H027/2024-1", "2024年2月22日", "东城分局", "公安、司法"),
    }
    if checking:
        given |= {
            "mark": "核查稿",
            "hints": ("未落实：例会 3",),
            "tables": (
                Table("附：数据", ("制度", "应", "按期"), (("例会", "52", "49"),), (4, 1, 1)),
            ),
        }
    return Document(**given | kwargs)


def text_lines(made):
    """All that the handed-in form of a document says, line by line."""
    above = [made.number, made.signed_by, *made.title, made.mark, made.addressee]
    below = [made.signature, made.day, *made.remarks, *made.internal]
    lines = [*above, *(paragraph.text for paragraph in made.paragraphs()), *below]
    return [line for line in lines if line]


# --- reading back -------------------------------------------------------------------------------


def docx_paragraphs(content):
    return [p for p in Docx(BytesIO(content)).paragraphs if p.text.strip()]


def docx_lines(content):
    return [part for p in docx_paragraphs(content) for part in p.text.split("\t")]


def part(content, name):
    return etree.fromstring(ZipFile(BytesIO(content)).read(name))


def run(*command):
    return output(*command).decode(errors="replace")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, timeout=300).stdout


@pytest.fixture
def keep(tmp_path):
    def keep(content, name="report.pdf"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return keep


def pdf_blocks(path):
    """Kind and words of each paragraph and heading, by the tags of the PDF, without footnotes."""
    blocks, noted = [], None
    told = output("pdfinfo", "-struct-text", str(path))
    # The name of a heading is printed as raw bytes, some of which look like line ends.
    told = re.sub(rb'(H[1-6]) ".*?" \(block\)', rb"\1 (block)", told, flags=re.DOTALL)
    for line in told.decode(errors="replace").split("\n"):
        depth, words = len(line) - len(line.lstrip()), line.strip()
        if noted is not None and depth > noted:
            continue
        noted = None
        if words.startswith(("Note", "Lbl")):
            noted = depth
        elif found := re.match(r"(P|H[1-6])\b.*\(block\)", words):
            blocks.append([found.group(1), ""])
        elif words.startswith("Table"):
            blocks.append(["Table", ""])
        elif words.startswith('"'):
            blocks[-1][1] += words[1:-1]
    return [(kind, words) for kind, words in blocks if words]


def pages(path):
    return int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", str(path))).group(1))


class Page(HTMLParser):
    """The words of each block of a page, and whether its tags are closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.blocks, self.open, self.tags = [], [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add((tag, *(f"{name}={value}" for name, value in attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        if tag in {"h1", "h2", "h3", "h4", "h5", "p", "td", "th", "title"}:
            self.blocks.append((tag, ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and data.strip():
            tag, words = self.blocks[-1]
            self.blocks[-1] = (tag, words + data)


# --- what each says -----------------------------------------------------------------------------


@pytest.mark.parametrize("sections", [SECTIONS, HOSTILE_SECTIONS], ids=["plain", "hostile"])
def test_the_docx_says_what_the_structure_says(sections):
    made = document(sections)

    content = report_docx(made, at=AT)

    assert docx_lines(content) == text_lines(made)


def test_the_pdf_says_what_the_structure_says(keep):
    made = document()

    blocks = pdf_blocks(keep(report_pdf(made, at=AT)))

    assert [words for _kind, words in blocks] == text_lines(made)


def test_hostile_text_is_text_in_the_pdf(keep):
    made = document(HOSTILE_SECTIONS)

    printed = run("pdftotext", "-raw", str(keep(report_pdf(made, at=AT))), "-")

    words = re.sub(r"(?m)^— \d+ —$", "", printed)
    assert seen(words) == seen("".join(text_lines(made)))
    assert "姓名𠮷。" in seen(words)


def seen(words):
    """Without spaces, at which lines may end, and without the pictures that no face has."""
    return re.sub(r"[\s\u200d\U0001f000-\U0001ffff]", "", words)


@pytest.mark.parametrize("sections", [SECTIONS, HOSTILE_SECTIONS], ids=["plain", "hostile"])
def test_the_text_says_what_the_structure_says(sections):
    made = document(sections)

    lines = report_text(made).removeprefix("\ufeff").split("\r\n")

    inside = {made.signed_by, *made.internal}
    assert lines[:5] == [
        "索引号：H027/2024-1",
        "成文日期：2024年2月22日",
        "发布机构：东城分局",
        "主题分类：公安、司法",
        "",
    ]
    assert [line.removeprefix("\u3000\u3000") for line in lines[5:] if line] == [
        line for line in text_lines(made) if line not in inside
    ]


@pytest.mark.parametrize("sections", [SECTIONS, HOSTILE_SECTIONS], ids=["plain", "hostile"])
def test_the_page_says_what_the_structure_says(sections):
    made = document(sections)

    page = Page(report_html(made))

    assert [words for tag, words in page.blocks if tag not in {"title", "th", "td"}] == [
        made.number,
        made.name,
        made.addressee,
        *(paragraph.text for paragraph in made.paragraphs()),
        *(made.signature, made.day),
        *made.remarks,
    ]
    assert page.open == []
    assert {tag[0] for tag in page.tags} <= {
        *("html", "head", "meta", "title", "body", "table", "tr", "th", "td"),
        *("h1", "br", "h2", "h3", "h4", "h5", "p"),
    }


def test_the_page_has_its_metadata_and_neither_looks_nor_classes():
    page = Page(report_html(document()))

    cells = [words for tag, words in page.blocks if tag in {"th", "td"}]
    assert cells == [
        *("索引号", "H027/2024-1", "成文日期", "2024年2月22日"),
        *("发布机构", "东城分局", "主题分类", "公安、司法"),
    ]
    assert {tag for tag in page.tags if len(tag) > 1} == {
        ("html", "lang=zh-CN"),
        ("meta", "charset=utf-8"),
        ("th", "scope=row"),
    }


def test_all_forms_have_the_same_headings(keep):
    made = document()
    told = [(p.level, p.lead) for p in made.paragraphs() if p.level]

    docx = [
        (int(p.style.name[-1]), p.text)
        for p in docx_paragraphs(report_docx(made, at=AT))
        if p.style.name.startswith("Heading")
    ]
    pdf = [
        (int(kind[1]), words)
        for kind, words in pdf_blocks(keep(report_pdf(made, at=AT)))
        if kind != "P"
    ]
    page = [
        (int(tag[1]) - 1, words)
        for tag, words in Page(report_html(made)).blocks
        if tag in {"h2", "h3", "h4", "h5"}
    ]

    assert told == [
        (1, "一、主要举措和成效"),
        (2, "（一）组织领导"),
        (3, "1.全面落实"),
        (4, "（1）具体"),
        (1, "二、不足"),
    ]
    assert (docx, pdf, page) == (told, told, told)


def test_all_forms_have_the_same_numbers(keep):
    made = document()
    told = [re.findall(r"\d+", line) for line in text_lines(made)]

    docx = docx_lines(report_docx(made, at=AT))
    pdf = [words for _kind, words in pdf_blocks(keep(report_pdf(made, at=AT)))]

    assert [re.findall(r"\d+", line) for line in docx] == told
    assert [re.findall(r"\d+", line) for line in pdf] == told


def test_a_draft_is_marked_in_every_form(keep):
    made = document(mark="草稿，未签发")

    docx = docx_lines(report_docx(made, at=AT))
    pdf = [words for _kind, words in pdf_blocks(keep(report_pdf(made, at=AT)))]
    text = report_text(made).split("\r\n")
    page = [words for _tag, words in Page(report_html(made)).blocks]

    assert [form.count("草稿，未签发") for form in (docx, pdf, text, page)] == [1, 1, 1, 1]


# --- the checking copy --------------------------------------------------------------------------


def test_the_notes_are_real_footnotes(keep):
    made = document(checking=True)
    told = ["例会 49；问题P1：甲", "例会 49；问题P1：甲"]

    content = report_docx(made, at=AT)
    notes = part(content, "word/footnotes.xml").findall(f"{W}footnote")
    words = ["".join(t.text for t in note.iter(f"{W}t")).strip() for note in notes]
    body = part(content, "word/document.xml")
    references = [each.get(f"{W}id") for each in body.iter(f"{W}footnoteReference")]
    printed = run("pdftotext", "-raw", str(keep(report_pdf(made, at=AT))), "-")

    assert [note.text for note in made.notes()] == told
    assert words == ["", "", *told]
    assert references == ["1", "2"]
    assert re.findall(r"^(\d)\s(例会.*)$", printed, re.MULTILINE) == [
        ("1", told[0]),
        ("2", told[1]),
    ]


def test_the_checking_copy_marks_what_has_no_record_and_ends_with_hints_and_figures(keep):
    made = document(checking=True)
    told = [f"手写的话。{MARK}", "核查提示", "未落实：例会 3", "附：数据"]

    content = report_docx(made, at=AT)
    docx = docx_lines(content)
    table = [[cell.text for cell in row.cells] for row in Docx(BytesIO(content)).tables[0].rows]
    pdf = [words for _kind, words in pdf_blocks(keep(report_pdf(made, at=AT)))]

    assert [line for line in docx if line in told] == told
    assert [line for line in pdf if line in told] == told
    assert table == [["制度", "应", "按期"], ["例会", "52", "49"]]


def test_what_is_handed_in_has_no_notes_and_no_marks():
    content = report_docx(document(), at=AT)

    assert "word/footnotes.xml" not in ZipFile(BytesIO(content)).namelist()
    assert MARK not in "".join(docx_lines(content))


# --- the sheet ----------------------------------------------------------------------------------


def test_the_pdf_has_outline_and_metadata(keep):
    path = keep(report_pdf(document(), at=AT))

    about = run("pdfinfo", "-isodates", str(path))
    outline = run("pdftohtml", "-xml", "-i", "-stdout", str(path)).split("<outline>", 1)[1]

    facts = dict(re.findall(r"^(\w+): +(.+)$", about, re.MULTILINE))
    assert facts["Title"] == "东城分局2023年度法治政府建设情况报告"
    assert facts["Author"] == "东城分局"
    assert facts["Keywords"] == "东公〔2024〕12号, H027/2024-1, 公安、司法"
    assert facts["CreationDate"].startswith("2024-02-22")
    assert (facts["Tagged"], facts["Pages"]) == ("yes", "2")
    assert re.findall(r'<item page="(\d)">([^<]*)</item>', outline) == [
        ("1", paragraph.lead) for paragraph in document().paragraphs() if paragraph.level
    ]


def test_a_page_of_the_pdf_holds_twenty_two_lines_of_twenty_eight_characters(keep):
    sections = [RawSection("", (RawParagraph("", said("长" * (28 * 60))),))]
    path = keep(report_pdf(document(sections), at=AT))

    lines = run("pdftotext", "-f", "2", "-l", "2", "-layout", str(path), "-").splitlines()

    full = [line.strip() for line in lines if line.strip()]
    assert full[:-1] == ["长" * 28] * 22


def test_pages_of_the_pdf_are_numbered_outside(keep):
    path = keep(report_pdf(document([*SECTIONS, *HOSTILE_SECTIONS]), at=AT))
    boxes = run("pdftotext", "-bbox", str(path), "-")

    found = []
    for number, page in enumerate(boxes.split("<page ")[1:], start=1):
        words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>([^<]+)<', page)
        below = [row for row in words if float(row[1]) > (297 - 35) / 25.4 * 72]
        assert "".join(row[3] for row in below) == f"—{number}—"
        left = min(float(row[0]) for row in below) / 72 * 25.4
        right = max(float(row[2]) for row in below) / 72 * 25.4
        found.append("left" if left < 50 else "right" if right > 160 else "middle")
    assert found == ["right", "left", "right", "left", "right", "left"][: len(found)]
    assert len(found) > 3


def test_the_docx_has_the_styles_of_four_levels():
    styles = Docx(BytesIO(report_docx(document(), at=AT))).styles

    faces = {
        level: styles[f"Heading {level}"].element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia"))
        for level in range(1, 5)
    }
    assert faces == {1: "黑体", 2: "楷体_GB2312", 3: "仿宋_GB2312", 4: "仿宋_GB2312"}


@pytest.mark.skipif(
    shutil.which("soffice") is None and os.environ.get("REQUIRE") != "all",
    reason="libreoffice-writer-nogui is not installed",
)
@pytest.mark.parametrize("checking", [False, True], ids=["handed in", "checking copy"])
def test_the_docx_opens_elsewhere_and_has_as_many_pages_as_the_pdf(keep, tmp_path, checking):
    many = [*SECTIONS, RawSection("工作", SECTIONS[1].paragraphs * 12), *HOSTILE_SECTIONS]
    made = document(many, checking=checking)
    pdf, docx = keep(report_pdf(made, at=AT)), keep(report_docx(made, at=AT), "report.docx")
    other = tmp_path / "other"

    run(
        *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
        *("--convert-to", "pdf", "--outdir", str(other), str(docx)),
    )

    assert abs(pages(other / "report.pdf") - pages(pdf)) <= 1


def test_forty_pages_take_neither_long_nor_much(tmp_path):
    told = run(sys.executable, "-m", "tests.exchange.report_in_process", str(tmp_path), "44")

    before, after, of_program, of_pdf, of_docx = (float(number) for number in told.split())
    assert pages(Path(tmp_path / "report.pdf")) >= 40
    assert of_pdf + of_docx < 15
    assert after - before < 100 * 1024
    assert of_program < 150 * 1024
