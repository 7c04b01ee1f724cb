"""A published report or a rectification notice, from its file to drafts that quote their place.

Reads .txt (UTF-8 or GB18030), .docx and .html. Whatever is wrong with a file is said in a sentence
and never stops the reading of the others. Nothing is fetched, no entity is resolved, and no more is
unpacked than a report can hold.
"""

import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import error as ZlibError

from django.utils.translation import gettext as _
from lxml import etree

from reports.domain.rectification import NoticeTotal, read_notice
from reports.domain.wording import NoReport, read_report
from reports.domain.wording_text import numeral_of
from reports.models.choices import (
    NO_REPORT_REASONS,
    NOTICE_ITEM_STATE_LABELS,
    NOTICE_TOTAL_LABELS,
    SECTION_ROLE_LABELS,
)

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_PART = 24 * 1024 * 1024  # of a .docx, unpacked
LARGEST_ARCHIVE = 200 * 1024 * 1024  # all parts as they declare themselves
MOST_PARTS = 3000
STRONGEST_PACKING = 150  # text packs ten to thirty times, a bomb a thousand times
SMALL_PART = 2 * 1024 * 1024  # below this any packing is harmless
LONGEST_TEXT = 2_000_000

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


class UnreadableFile(Exception):
    """A file that gives no text; the message is a sentence for the reader."""


# ── What the callers ask for ─────────────────────────────────────────────────────────────────


def report_of_file(path: Path, *, with_text: bool = False) -> tuple[dict[str, Any], bool]:
    """One file as the drafts of a report.

    Gives the mapping of the interface (``file``, ``recognised``, ``reason``, ``metadata``, the
    drafts by kind, with ``source_text`` where asked for) and whether the file could be read.
    """
    try:
        source = text_of_file(path)
    except UnreadableFile as trouble:
        return _named(path, read_report("").as_data(), str(trouble), with_text, None), False
    report = read_report(source)
    reason = NO_REPORT_REASONS[report.why_not] if report.why_not else None
    return _named(path, report.as_data(), reason, with_text, source), True


def notice_of_file(path: Path, *, with_text: bool = False) -> tuple[dict[str, Any], bool]:
    """One file as the problems of a rectification notice; otherwise as ``report_of_file``."""
    try:
        source = text_of_file(path)
    except UnreadableFile as trouble:
        return _named(path, read_notice("").as_data(), str(trouble), with_text, None), False
    notice = read_notice(source)
    reason = None
    if notice.why_not:
        reason = _no_notice(notice.why_not)
    return _named(path, notice.as_data(), reason, with_text, source), True


def report_as_text(data: dict[str, Any]) -> str:
    """The mapping of ``report_of_file`` in lines for a screen."""
    lines = _head_lines(data)
    if data["recognised"]:
        for section in data["sections"]:
            role = SECTION_ROLE_LABELS[section["role"]]
            indent = "  " * section["level"]
            lines.append(f"{indent}{section['number'] or '—'} {section['heading']} [{role}]")
        kinds = (
            ("schedules", _("制度"), "phrase"),
            ("quotas", _("学时"), "phrase"),
            ("due_dates", _("时限"), "phrase"),
            ("posts", _("岗位"), "text"),
            ("problems", _("问题"), "title"),
            ("measures", _("措施"), "title"),
            ("figures", _("数据"), "text"),
            ("honours", _("荣誉"), "text"),
        )
        for kind, label, key in kinds:
            lines += [
                f"{label} {entry['start']}–{entry['end']}  {entry[key]}" for entry in data[kind]
            ]
    return "\n".join(lines)


def notice_as_text(data: dict[str, Any]) -> str:
    """The mapping of ``notice_of_file`` in lines for a screen."""
    lines = _head_lines(data)
    for item in data["items"]:
        state = NOTICE_ITEM_STATE_LABELS[item["state"]] if item["state"] else _("未说明")
        parts = [item["number"] or "—", item["title"], item["unit"], item["leader"], item["due"]]
        words = " ".join(part for part in parts if part)
        lines.append(f"{'  ' * item['level']}{words} [{state}]")
    lines += [
        _("%(what)s：文中写明%(stated)s，读到%(found)s")
        % {**entry, "what": NOTICE_TOTAL_LABELS[NoticeTotal(entry["what"])]}
        for entry in data["differences"]
    ]
    return "\n".join(lines)


def _head_lines(data: dict[str, Any]) -> list[str]:
    known = data["metadata"]
    lines = [f"{data['file']}  {_('可以导入') if data['recognised'] else data['reason']}"]
    named = (
        (_("标题"), known["title"]), (_("年度"), known["year"]), (_("发布机构"), known["issuer"]),
        (_("索引号"), known["index_number"]), (_("文号"), known["document_number"]),
        (_("成文日期"), known["issued_on"]), (_("发布日期"), known["published_on"]),
        (_("主题分类"), known["topic"]),
    )  # fmt: skip
    return lines + [f"  {label}  {value}" for label, value in named if value]


def _no_notice(why: NoReport) -> str:
    if why == NoReport.EMPTY:
        return _("文件里没有文字。")
    if why == NoReport.WITHOUT_CHAPTERS:
        return _("没有读到逐项列出的整改问题。")
    return _("没有读到整改情况通报的内容。")


def text_of_file(path: Path) -> str:
    """The text of a file on disk. Raises ``UnreadableFile`` with what is wrong."""
    try:
        if path.is_dir():
            raise UnreadableFile(_("这是文件夹，不是文件。"))
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise UnreadableFile(_too_large(size))
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise UnreadableFile(_("找不到该文件。")) from None
    except OSError:
        raise UnreadableFile(_("无法打开该文件，请检查权限。")) from None
    return text_of(path.name, data)


def text_of(name: str, data: bytes) -> str:
    """The text of an uploaded file, by its content and its name.

    Byte order marks are gone, line ends are kept. Raises ``UnreadableFile`` for what is empty, too
    large, binary, in another encoding, or unsafe to unpack.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableFile(_too_large(len(data)))
    if not data.strip(b"\0\t\r\n "):
        raise UnreadableFile(_("文件是空的。"))
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PK\x03\x04") or ending == "docx":
        text = text_of_docx(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(_("这是旧版文字处理文件（.doc、.wps），请另存为 .docx 后再导入。"))
    elif data.startswith(b"%PDF"):
        raise UnreadableFile(_("这是 PDF 文件，请改用 .docx、.txt 或 .html。"))
    else:
        text = decoded(data)
        if ending in ("html", "htm", "xhtml") or re.match(
            r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html)", text[:300], re.IGNORECASE
        ):
            text = text_of_html(text)
    if len(text) > LONGEST_TEXT:
        raise UnreadableFile(
            _("文字过长：超过%(most)s万字，不像一份报告。") % {"most": LONGEST_TEXT // 10_000}
        )
    if not text.strip():
        raise UnreadableFile(_("文件里没有文字。"))
    return text


def _too_large(size: int) -> str:
    return _("文件过大（%(size)s MB），最大为%(most)s MB。") % {
        "size": -(-size // (1024 * 1024)),
        "most": LARGEST_FILE // (1024 * 1024),
    }


def _named(
    path: Path, data: dict[str, Any], reason: Any, with_text: bool, source: str | None
) -> dict[str, Any]:
    whole = {
        "file": str(path),
        "recognised": reason is None,
        "reason": None if reason is None else str(reason),
        **data,
    }
    if with_text:
        whole["source_text"] = source
    return whole


# ── Plain text ───────────────────────────────────────────────────────────────────────────────

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Hardly a page of Chinese is without one of these; a page in a wrong encoding is.
_EVERYWHERE = re.compile("[的是在和一不了有年为、，。：]")
_CHINESE = re.compile("[\u3400-\u9fff]")


def decoded(data: bytes) -> str:
    """Bytes as text: by the byte order mark, else UTF-8, else GB18030; never with lost signs."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _plain(data[len(mark) :].decode(encoding))
            except UnicodeDecodeError:
                raise UnreadableFile(_wrong_encoding()) from None
    if b"\0" in data:
        raise UnreadableFile(_binary())
    for encoding in ("utf-8", "gb18030"):
        try:
            return _plain(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_wrong_encoding() if _looks_like_text(data) else _binary())


def _plain(text: str) -> str:
    sample = text[:20_000]
    odd = sum(
        unicodedata.category(sign) in ("Cc", "Cn", "Co", "Cs") and sign not in "\t\r\n\x0b\x0c"
        for sign in sample
    )
    if odd * 100 > len(sample):
        raise UnreadableFile(_binary())
    if len(_CHINESE.findall(sample)) >= 40 and len(_EVERYWHERE.findall(sample)) * 200 < len(sample):
        raise UnreadableFile(_wrong_encoding())
    return text


def _looks_like_text(data: bytes) -> bool:
    return sum(byte < 9 or 13 < byte < 32 for byte in data[:4000]) * 50 < min(len(data), 4000)


def _binary() -> str:
    return _("这不是文本文件，无法读出文字。")


def _wrong_encoding() -> str:
    return _("文字编码无法识别，请另存为 UTF-8 或 GB18030 编码。")


# ── Word ─────────────────────────────────────────────────────────────────────────────────────


def text_of_docx(data: bytes) -> str:
    """Paragraphs and tables of a .docx in reading order, with the numbers Word would print.

    Cells are parted by ``|``. Refuses archives that unpack to far more than they are, and parts
    with a document type, which is where entities are declared.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _refuse_bombs(archive)
            names = set(archive.namelist())
            if "word/document.xml" not in names:
                raise UnreadableFile(_("这不是 Word 文档（.docx）。"))
            _refuse_entities(archive)
            document = _xml(archive, "word/document.xml")
            numbers = _Numbers(
                _xml(archive, "word/numbering.xml") if "word/numbering.xml" in names else None,
                _xml(archive, "word/styles.xml") if "word/styles.xml" in names else None,
            )
    except UnreadableFile:
        raise
    except (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, OSError):
        raise UnreadableFile(_("文档已损坏，无法打开。")) from None
    except (etree.XMLSyntaxError, ValueError, KeyError, RecursionError):
        raise UnreadableFile(_("文档内容已损坏，无法读出文字。")) from None
    body = document.find(f"{WORD}body")
    return "\n".join(_blocks(body, numbers)) if body is not None else ""


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    declared = sum(part.file_size for part in parts)
    packed = [part for part in parts if part.file_size > SMALL_PART]
    if (
        len(parts) > MOST_PARTS
        or declared > LARGEST_ARCHIVE
        or any(part.file_size > STRONGEST_PACKING * max(part.compress_size, 1) for part in packed)
    ):
        raise UnreadableFile(_("文档解压后异常庞大，疑似压缩炸弹，已拒绝打开。"))
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile(_("文档已加密，请去掉密码后再导入。"))


def _refuse_entities(archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        if not part.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(part) as file:
            head = file.read(8192).replace(b"\0", b"")
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise UnreadableFile(_("文档引用了外部实体，已拒绝打开。"))


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element:
    with archive.open(name) as file:
        # What a part declares may be a lie; no more than this is ever unpacked.
        data = file.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise UnreadableFile(_("文档解压后异常庞大，疑似压缩炸弹，已拒绝打开。"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(_("文档引用了外部实体，已拒绝打开。"))
    return root


def _blocks(parent: etree._Element, numbers: "_Numbers") -> Iterator[str]:
    for child in parent:
        if child.tag == f"{WORD}p":
            yield numbers.before(child) + _words(child)
        elif child.tag == f"{WORD}tbl":
            for row in child.iter(f"{WORD}tr"):
                cells = [
                    " ".join(filter(None, (_words(each).strip() for each in cell.iter(f"{WORD}p"))))
                    for cell in row.iter(f"{WORD}tc")
                ]
                yield " | ".join(cells)
        elif child.tag in (f"{WORD}sdt", f"{WORD}sdtContent", f"{WORD}ins", f"{WORD}customXml"):
            yield from _blocks(child, numbers)


def _words(paragraph: etree._Element) -> str:
    found: list[str] = []
    waiting = [paragraph]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{WORD}t":
            found.append(element.text or "")
        elif element.tag == f"{WORD}tab":
            if element.getparent().tag == f"{WORD}r":
                found.append("\t")
        elif element.tag in (f"{WORD}br", f"{WORD}cr"):
            found.append("\n")
        elif element.tag not in (f"{WORD}del", f"{WORD}moveFrom", FALLBACK):
            waiting += reversed(element)
    return "".join(found)


class _Numbers:
    """The numbers that Word prints in front of paragraphs and does not store as text."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None):
        self.formats: dict[tuple[str, str], tuple[str, str, int]] = {}
        self.in_digits: set[tuple[str, str]] = set()
        self.lists: dict[str, str] = {}
        self.of_style: dict[str, tuple[str, str]] = {}
        self.counts: dict[str, dict[int, int]] = defaultdict(dict)
        if numbering is not None:
            self._read(numbering)
        if styles is not None:
            based_on = {}
            for style in styles.iter(f"{WORD}style"):
                name = style.get(f"{WORD}styleId", "")
                based_on[name] = _value(style, "basedOn")
                found = self._list_of(style)
                if found:
                    self.of_style[name] = found
            for name in based_on:
                self._inherit(name, based_on)

    def _inherit(self, name: str, based_on: dict[str, str | None]) -> None:
        """A style without numbers of its own has those of the style that it builds on."""
        above, steps = based_on[name], 0
        while name not in self.of_style and above and steps < len(based_on):
            if above in self.of_style:
                self.of_style[name] = self.of_style[above]
            above, steps = based_on.get(above), steps + 1

    def _read(self, numbering: etree._Element) -> None:
        for abstract in numbering.iter(f"{WORD}abstractNum"):
            key = abstract.get(f"{WORD}abstractNumId", "")
            for level in abstract.iter(f"{WORD}lvl"):
                if level.find(f"{WORD}isLgl") is not None:
                    self.in_digits.add((key, level.get(f"{WORD}ilvl", "0")))
                self.formats[key, level.get(f"{WORD}ilvl", "0")] = (
                    _value(level, "numFmt") or "none",
                    _value(level, "lvlText") or "",
                    int(_value(level, "start") or 1),
                )
        for number in numbering.iter(f"{WORD}num"):
            self.lists[number.get(f"{WORD}numId", "")] = _value(number, "abstractNumId") or ""

    def _list_of(self, element: etree._Element) -> tuple[str, str] | None:
        properties = element.find(f"{WORD}pPr/{WORD}numPr")
        if properties is None:
            return None
        number = _value(properties, "numId")
        return (number, _value(properties, "ilvl") or "0") if number else None

    def before(self, paragraph: etree._Element) -> str:
        """The number of a paragraph as Word prints it; empty where it has none."""
        style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        found = self._list_of(paragraph)
        if found is None and style is not None:
            found = self.of_style.get(style.get(f"{WORD}val", ""))
        if found is None:
            return ""
        key, level = self.lists.get(found[0], ""), found[1]
        if (key, level) not in self.formats or not level.isdecimal():
            return ""
        _form, pattern, start = self.formats[key, level]
        own = int(level)
        counts = self.counts[key]
        counts[own] = counts.get(own, start - 1) + 1
        for deeper in [each for each in counts if each > own]:
            del counts[deeper]
        shown = pattern
        for at in range(own + 1):
            form = self.formats.get((key, str(at)), ("decimal", "", 1))[0]
            if (key, level) in self.in_digits:
                form = "decimal"
            shown = shown.replace(f"%{at + 1}", _numeral(counts.get(at, 1), form))
        if not re.search(r"\w", shown):
            return ""
        # 1.1 and the words are parted by a tab that is no text.
        return f"{shown} " if shown[-1].isalnum() else shown


def _value(element: etree._Element, name: str) -> str | None:
    child = element.find(f"{WORD}{name}")
    return None if child is None else child.get(f"{WORD}val")


def _numeral(number: int, form: str) -> str:
    if form.startswith(("chinese", "ideograph", "japanese", "taiwanese")) and number < 100:
        return numeral_of(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    return "" if form in ("bullet", "none") else str(number)


# ── Web page ─────────────────────────────────────────────────────────────────────────────────

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
    ]
)
_SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "nav",
        "select",
        "button",
        "svg",
        "iframe",
        "object",
    ]
)
# Signs that no text may hold mark where a row and a cell begin, and where a cell ends.
_CELL, _ROW, _CELL_ENDS = "\ufdd0", "\ufdd1", "\ufdd2"
LONGEST_CELL = 800
# Closed by the page's end at the latest; a page that forgets to close these loses no text.
_FORGOTTEN = frozenset(["head", "nav", "select", "button"])


def text_of_html(page: str) -> str:
    """What a page shows, line by line; cells parted by ``|``; scripts, styles and menus dropped."""
    reader = _Page()
    reader.feed(page)
    reader.close()
    return reader.text()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag == "body":
            self.silent.clear()
        if self.silent:
            return
        if tag in ("td", "th"):
            self.parts.append(_CELL)
        elif tag == "tr":
            self.parts.append(f"\n{_ROW}")
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent and self.silent.pop() != tag:
                pass
        elif not self.silent and tag in ("td", "th"):
            self.parts.append(_CELL_ENDS)
        elif not self.silent and tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent or (self.silent[-1] in _FORGOTTEN and len(data) > 400):
            # Line ends of the source are no line ends of the page.
            self.parts.append(re.sub(r"\s*[\r\n]\s*", " ", data))

    def text(self) -> str:
        # A paragraph begins and ends no line at the edges of its cell.
        edges = rf"(?<={_CELL})\s+(?![\s{_ROW}])|\s+(?={_CELL_ENDS})"
        whole = re.sub(edges, "", "".join(self.parts))
        whole = re.sub(rf"{_CELL_ENDS}\s*(?={_CELL})", "", whole)
        whole = "".join(map(_row_on_one_line, re.split(rf"(?=\n{_ROW})", whole)))
        whole = whole.replace(_CELL_ENDS, "")
        lines = []
        row = ""
        for line in whole.split("\n"):
            if row and (line.startswith(_ROW) or not line.startswith(_CELL)):
                lines.append(row)
                row = ""
            begins = line.removeprefix(_ROW).lstrip()
            cells = [
                re.sub(r"[ \t\xa0]+", " ", cell).strip()
                for cell in begins.removeprefix(_CELL).split(_CELL)
            ]
            words = " | ".join(cells)
            if begins.startswith(_CELL):
                row = f"{row} | {words}" if row else words
            elif words:
                lines.append(words)
        if row:
            lines.append(row)
        lines = [line for line in lines if line.strip(" |")]
        return "\n".join(lines) + "\n" if lines else ""


def _row_on_one_line(row: str) -> str:
    """A row of a real table on one line; a page laid out in cells keeps its paragraphs."""
    first, *cells = row.split(_CELL)
    if len(cells) < 3 or any(len(each) > LONGEST_CELL for each in cells[:-1]):
        return row
    # What stands behind the last cell of the last row is the page again.
    last, end, rest = cells[-1].partition(_CELL_ENDS if _CELL_ENDS in cells[-1] else "\n")
    inner = [each.replace("\n", " ") for each in (*cells[:-1], last)]
    return _CELL.join([first, *inner]) + end + rest
