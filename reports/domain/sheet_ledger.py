"""A ledger of problems as offices keep it: the measures of one cell, and how far a row says it is.

Cells of such ledgers hold more than a record has fields for: several measures with numbers before
them, 已于2026年5月20日完成, 长期坚持 where a day is asked for. What is said is taken; the day on
which something was finished is never guessed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from reports.domain.dates import UnreadableDay, read_day
from reports.domain.problems import ProblemClass
from reports.domain.sheet_cells import clean, same_word


class HowFar(StrEnum):
    """What a row of a ledger says of its measures."""

    OPEN = "open"
    BASICALLY = "basically"
    DONE = "done"
    LASTING = "lasting"


_WORDS: Mapping[HowFar, tuple[str, ...]] = MappingProxyType(
    {
        HowFar.DONE: (
            "完成", "已完成", "全部完成", "已全部完成", "完成整改", "已完成整改", "整改完成",
            "已整改完成", "已整改", "整改到位", "已整改到位", "整改完毕", "已整改完毕", "完毕",
            "办结", "已办结", "销号", "已销号", "已解决", "已落实", "是", "√", "✓",
        ),
        HowFar.BASICALLY: ("基本完成", "已基本完成", "基本整改到位", "基本完成整改"),
        HowFar.OPEN: (
            "未完成", "尚未完成", "整改中", "正在整改", "正在整改中", "推进中", "正在推进",
            "进行中", "未整改", "待整改", "部分完成", "未销号", "未办结", "登记", "交办", "否", "×",
        ),
        HowFar.LASTING: (
            "长期坚持", "长期整改", "持续整改", "持续推进", "持续坚持", "常态化推进", "长期推进",
        ),
    }
)  # fmt: skip
_HOW = {same_word(word): how for how, words in _WORDS.items() for word in words}

# What stands in the column of due days in place of one.
CLASS_WORDS: Mapping[str, ProblemClass] = MappingProxyType(
    {
        "长期坚持": ProblemClass.STANDING,
        "长期": ProblemClass.STANDING,
        "长期整改": ProblemClass.STANDING,
        "持续整改": ProblemClass.STANDING,
        "持续推进": ProblemClass.STANDING,
        "持续坚持": ProblemClass.STANDING,
        "常态化": ProblemClass.STANDING,
        "立行立改": ProblemClass.AT_ONCE,
        "立即整改": ProblemClass.AT_ONCE,
        "即知即改": ProblemClass.AT_ONCE,
        "边查边改": ProblemClass.AT_ONCE,
    }
)

# Headings of what a problem shows in, where another column has the problem itself.
ALSO_DESCRIPTION = ("问题描述", "问题表现", "存在问题描述", "具体问题", "问题具体表现", "主要表现")
# How a row of the same sheet is named.
ROW_NAMED = re.compile(r"第(\d{1,6})行")


def row_name(number: int) -> str:
    """How a row of the sheet is named in another cell of it: 第7行."""
    return f"第{number}行"


_DAY = re.compile(r"\d{4}\s*[年./\-]\s*\d{1,2}\s*[月./\-]\s*\d{1,2}\s*日?")
_BESIDE = re.compile(r"[\s()（）\[\]【】,，。;；:：]|(?:已)?于|日期|时间")


def how_far(text: str) -> tuple[HowFar | None, date | None]:
    """What a cell such as 已完成, 整改中 or 已于2026年5月20日完成 says; (None, None) of other
    words, which are an account of the work and no state."""
    found = _DAY.search(text)
    day: date | None = None
    if found:
        try:
            day = read_day(re.sub(r"\s", "", found[0]))
        except UnreadableDay:
            return None, None
        text = text[: found.start()] + text[found.end() :]
    how = _HOW.get(same_word(_BESIDE.sub("", text)))
    return (how, day) if how is not None else (None, None)


def class_said(text: str) -> ProblemClass | None:
    """长期坚持, 立行立改: the class of a problem where a due day is asked for."""
    return CLASS_WORDS.get(same_word(_BESIDE.sub("", clean(text))))


_MARK = re.compile(
    r"(?:(?<=[。；;\n])|^)[ \t\u3000]*"
    r"(?:[（(]?\d{1,2}[)）]、?|\d{1,2}(?:[、．]|\.(?!\d))|[①-⑳]"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[是、])[ \t\u3000]*",
    re.MULTILINE,
)
# On one line, behind a blank: a number, where it goes on from the one before.
_NEXT = re.compile(r"(?<=[ \t\u3000])[（(]?(\d{1,2})(?:[)）]、?|[、．]|\.(?!\d))[ \t\u3000]*")


def _marks(text: str) -> list[re.Match[str]]:
    """Where the measures begin."""
    at = {each.end(): each for each in _MARK.finditer(text)}
    found: list[re.Match[str]] = []
    last = 0
    for each in sorted([*at.values(), *_NEXT.finditer(text)], key=lambda mark: mark.end()):
        digits = re.search(r"\d+", each[0])
        number = int(digits[0]) if digits else 0
        if each.re is _NEXT and (each.end() in at or not found or number != last + 1):
            continue
        found.append(each)
        last = number
    return found


def split_measures(text: str) -> list[str]:
    """The measures of a cell: behind numbers (1. （2） ③ 一是), otherwise each on its line.

    What stands before the first number belongs to the first measure, a line without a number to
    the one above it; nothing is lost, and none comes twice.
    """
    text = clean(text)
    marks = _marks(text)
    if not marks:
        parts = text.split("\n")
    else:
        ends = [each.start() for each in marks[1:]] + [len(text)]
        parts = [text[each.end() : end] for each, end in zip(marks, ends, strict=True)]
        parts[0] = text[: marks[0].start()] + parts[0]
    found = (re.sub(r"\s*\n\s*", "", part).strip(" \t\u3000；;。") for part in parts)
    return list(dict.fromkeys(part for part in found if part))


_LEVELS = re.compile(r"\d{1,4}(?:[.．\-—]\d{1,3})*")


def levels_of(text: str) -> list[str]:
    """1.2, 1-2 and 2026-1.2 (a number of the ledger) as levels; empty of what is no number."""
    text = re.sub(r"^(?:19|20)\d{2}-(?=\d)", "", same_word(text)).rstrip(".、")
    return re.split(r"[.．\-—]", text) if _LEVELS.fullmatch(text) else []


@dataclass(frozen=True, slots=True)
class Work:
    """One measure of a row: what, until when, by whom; what was reported on it, and when.

    Days are texts as cells are read (``2026-09`` is a month); ``unit`` and ``responsible`` are
    empty where they are those of the problem.
    """

    title: str
    due: str = ""
    unit: str = ""
    responsible: str = ""
    on: str = ""
    report: str = ""
    how: str = ""


def work_text(work: Iterable[Work]) -> str:
    """The measures as one text, to be kept with a row."""
    return json.dumps([asdict(each) for each in work], ensure_ascii=False)


def work_of(text: str) -> list[Work]:
    """The measures that were kept with a row."""
    return [Work(**each) for each in json.loads(text)] if text else []
