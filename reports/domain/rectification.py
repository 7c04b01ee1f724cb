"""A rectification notice (整改情况通报) as a tree of problems with what is said of each.

``read_notice`` takes the decoded text and gives a ``Notice``. Its plain form (``as_data``), places
counting characters of the text, the end not included:

``{"recognised", "reason", "metadata": {as of a report},
"items": [{"number", "level", "parent", "title", "text", "unit", "joint_units": […], "leader",
"goal", "due", "due_is_month", "state", "measures", "progress", "start", "end"}],
"stated_totals": {"aspects", "total", "done", "basically_done", "not_done", "standing",
"sentences": [{the same six, "text", "start", "end"}]},
"found_totals": {"aspects", "total", "done", "basically_done", "not_done", "standing", "unsaid"},
"differences": [{"what", "stated", "found"}]}``

``number`` is the numeral as written without brackets; ``parent`` is the position of the item above
in ``items``, None at the top; ``due`` is an ISO day, or an ISO month where ``due_is_month``;
``state`` is 完成, 基本完成, 未完成 or 长期坚持, None where the text does not say. What sentences
state is added up, each total once; None where none says it. Items without parts are counted in
``found_totals``; items with parts that are no part themselves are its aspects. What the text states
is never corrected: where it differs from what was found, ``differences`` says so.

``measures`` is what a field for it says, or else the next step that the progress ends with. A table
(cells parted by ``|`` or tabs) whose head names the problem and two more fields gives one item for
each row.
"""

import re
import sys
from bisect import bisect_right
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from reports.domain.wording_items import enumerated, first_clause
from reports.domain.wording_kinds import NoReport
from reports.domain.wording_metadata import Metadata, issuer_of, metadata_of, years_of
from reports.domain.wording_structure import (
    ORGANISATION,
    Mark,
    end_of_body,
    heading_of,
    marks_of,
)
from reports.domain.wording_text import NUMERAL, Span, days_in, narrow, number_of, trimmed, year_of


class ItemState(StrEnum):
    """What a notice says became of a problem."""

    DONE = "完成"
    BASICALLY_DONE = "基本完成"
    NOT_DONE = "未完成"
    STANDING = "长期坚持"


class NoticeTotal(StrEnum):
    """A number of a notice that can differ from what was counted.

    ``SUM``: the parts that a sentence states are more than the total it states.
    """

    TOTAL = "total"
    DONE = "done"
    BASICALLY_DONE = "basically_done"
    NOT_DONE = "not_done"
    STANDING = "standing"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One problem of a notice; ``parent`` is the place of the one above in the list of items."""

    number: str | None
    level: int
    parent: int | None
    title: str
    text: str
    unit: str | None
    joint_units: tuple[str, ...]
    leader: str | None
    goal: str | None
    due: str | None
    due_is_month: bool
    state: ItemState | None
    measures: str | None
    progress: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StatedTotals:
    """What a sentence of the notice says in numbers; None where it does not say."""

    aspects: int | None
    total: int | None
    done: int | None
    basically_done: int | None
    not_done: int | None
    standing: int | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FoundTotals:
    """What was counted: items without parts by state; ``aspects`` are those with parts."""

    aspects: int = 0
    total: int = 0
    done: int = 0
    basically_done: int = 0
    not_done: int = 0
    standing: int = 0
    unsaid: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that the text states and that was counted otherwise; ``what`` is a total's name."""

    what: NoticeTotal
    stated: int
    found: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What was read; with ``why_not`` there are no items."""

    why_not: NoReport | None
    metadata: Metadata
    items: tuple[NoticeItem, ...] = ()
    stated_totals: tuple[StatedTotals, ...] = ()
    found_totals: FoundTotals = FoundTotals()
    differences: tuple[Difference, ...] = ()

    @property
    def recognised(self) -> bool:
        """Whether the text is such a notice."""
        return self.why_not is None

    def stated(self, name: str) -> int | None:
        """What all sentences state of a total together; None where none does."""
        return _together(self.stated_totals, name)

    def as_data(self) -> dict[str, Any]:
        """Plain lists and mappings, by the names of the module's description."""
        data = asdict(self)
        del data["why_not"]
        data["metadata"]["years"] = list(self.metadata.years) or None
        data["items"] = [
            each | {"joint_units": list(each["joint_units"])} for each in data["items"]
        ]
        data["stated_totals"] = {
            name: self.stated(name)
            for name in (
                "aspects",
                *(each.value for each in NoticeTotal if each != NoticeTotal.SUM),
            )
        } | {"sentences": list(data["stated_totals"])}
        data["differences"] = list(data["differences"])
        return data


# ── Fields of an item ────────────────────────────────────────────────────────────────────────

_LABELS = {
    "leader": "整改责任领导|责任领导|牵头领导|分管领导|包抓领导|包保领导|包案领导|督办领导"
    "|挂牌领导|领办领导"
    "|整改责任人|责任人|第一责任人",
    "lead": "牵头责任单位|牵头单位|牵头部门|牵头处室|主责单位|主办单位",
    "unit": "整改责任单位|整改主体|整改单位|责任单位|责任部门|责任处室|责任主体|责任科室"
    "|承办单位|落实单位",
    "joint": "配合单位|配合部门|协办单位|协同单位|协助单位|参与单位|参加单位|责任配合单位",
    "goal": "整改目标|目标要求|工作目标|整改标准|整改要求|目标",
    "due": "整改完成时限|整改完成时间|整改时限|整改期限|完成时限|完成期限|完成时间|整改时间"
    "|时限要求|时间节点|办结时限|时限|期限",
    "state": "整改完成情况|整改状态|完成状态|整改结果|整改进度|进展状态|完成情况|整改成效状态"
    "|状态|是否完成",
    "measures": "具体整改措施|整改措施|工作措施|主要措施|具体措施|下一步措施|下一步工作措施|措施",
    "progress": "整改落实情况|整改进展情况|整改推进情况|落实情况|整改进展|整改情况|进展情况"
    "|目前进展|工作进展|情况说明|整改成效|推进情况|取得成效|整改落实|整改工作情况|办理情况|落实成效"
    "|采取的措施和成效|采取的措施及成效|采取措施和成效|采取措施及成效|主要做法和成效|主要做法及成效"
    "|整改措施和成效|整改措施及成效|整改措施及落实情况|整改措施和落实情况|整改措施及进展情况",
    "told": "问题描述|具体表现|存在问题|问题表现|反馈问题|主要表现|问题类别|问题来源|问题内容",
}


def _spaced(words: str) -> str:
    """责任单位 may be printed as 责 任 单 位."""
    return "|".join(" ?".join(word) for word in words.split("|"))


_LABEL = re.compile(
    r"(?:^|(?<=[\s。;,、.:)(|【\[])|(?<=问题))(?:"
    + "|".join(f"(?P<{name}>{_spaced(words)})" for name, words in _LABELS.items())
    + r") {0,3}(?:[】\]] {0,3}[:|\t]?|[:|\t]) {0,3}"
)
# More is no notice but a text made to keep a reader busy.
MOST_ROWS, MOST_COLUMNS = 2_000, 30
_SHORT = {"leader", "lead", "unit", "joint", "due", "state"}
_STATES = (
    (ItemState.STANDING, r"长期坚持|持续坚持|转(?:为)?常态化|转常态|长期整改"),
    (
        ItemState.NOT_DONE,
        (r"(?:未完成|尚未|没有完成|正在(?:持续)?(?:整改|推进|办理|落实)|整改中|推进中|持续推进|进行中)"
        r"|(?:需要进一步|继续整改|未整改|未销号)"),
    ),
    (ItemState.BASICALLY_DONE, r"基本完成|基本整改|基本到位"),
    (ItemState.DONE, r"完成|整改到位|销号|办结|已整改|是$"),
)  # fmt: skip
_IN_BRACKETS = re.compile(
    r"[(\[【](?:整改)?(?:状态:|情况:)?(?:已|正在|尚)?(?:经)?(?:全部)?((?:基本|未)?(?:完成"
    r"|整改到位|销号|办结)(?:整改)?|整改中|推进中|(?:正在|持续)(?:整改|推进|办理|落实)|长期坚持|持续整改|整改完成"
    r"|已完成整改)(?:,[^()]{0,20})?[)\]】]"
)
_SAID = re.compile(
    r"(?:尚未|没有|未)(?:全部|完全)?(?:完成整改|整改完成|整改到位)|(?:该|此"
    r"|本)[项问题事]{0,4}(?:目前)?尚?未完成"
    r"|(?:该|此|本)[项问题事]{1,4}[^。;\n]{0,8}(?:基本)?(?:完成|整改到位|销号)|(?:已|均已"
    r"|全部)(?:全部|经)?(?:基本)?(?:完成整改|整改完成|整改到位|整改销号|销号)"
    r"|(?:已|目前已)(?:基本)?完成(?=[。;]?\s*$)|(?<![\u4e00-\u9fff])(?:基本)?完成整改(?=[。;,]"
    r"|$)|(?:需|并|将)?长期坚持(?=[。;,]|$)|正在(?:持续)?整改"
)
_PROBLEM_TITLE = re.compile(
    r"问题|不够|不足|不到位|不力|不严|不高|不强|不规范|不完善|不健全|不及时|不彻底|不实|不深"
    r"|不细|不明|缺失|缺位|缺乏|缺少|滞后|薄弱|短板|偏差|差距|有待|违规|违反|超期|未按|未能|仍"
    r"|流于形式|弱化|淡化|虚化|缓慢|漏洞|隐患|风险"
)
_NO_PROBLEMS = re.compile(
    r"主体责任|组织领导|组织情况|总体情况|基本情况|工作开展|下一?步|今后|打算|长效|思想认识"
    r"|提高站位|工作部署|主要做法|整改工作情况$|建议"
)
_CHAPTER_OF_PROBLEMS = re.compile(r"问题|整改(?:任务|措施|事项|落实|完成|进展|清单|情况)|事项|清单")
_COMING = re.compile(
    r"(?:(?<=[。;；，,\n])|^)\s*(?:下一?步|下一?阶段|接下来)(?!工作[打安])[\s\S]+$"
)
_THANKS = re.compile(r"欢迎(?:广大|社会|干部|党员)?[^。]{0,20}(?:监督|提出|反映)")
_DOTTED = re.compile(
    r"(?<![\d.])(?P<n>\d{1,2}(?:\.\d{1,2}){1,3})(?![\d.%])(?:[、.]| |(?=[\u4e00-\u9fff“]))"
)


@dataclass(slots=True)
class _Node:
    """A heading on the way to an item."""

    number: str | None
    start: int
    heading: str
    body: int
    end: int
    parent: int | None
    is_chapter: bool = False
    is_item: bool = False


def read_notice(source: str) -> Notice:
    """The problems of a notice. ``source``: its text, decoded, without byte order mark."""
    text = narrow(source)
    nodes = _nodes(source, text)
    metadata = metadata_of(source, text, [], max((each.start for each in nodes), default=0))
    year, years = years_of(metadata.title, "")
    metadata = replace(metadata, year=year, years=years)
    if metadata.title is None and (title := _title(source, text)):
        named = issuer_of(title)
        issuer = metadata.issuer
        # 来源：南屏街道 is the short name of the party committee that the title names.
        issuer = named if named and (issuer is None or issuer in named) else issuer
        metadata = replace(metadata, title=title, issuer=issuer)
    head = f"{metadata.title or ''}{text[:1500]}"
    if not re.search(r"\w", text):
        return Notice(NoReport.EMPTY, metadata)
    asked = len(re.findall(r"整改", text))
    if asked < 2 or not re.search(r"整改|销号", head):
        return Notice(NoReport.NO_SUCH_TEXT, metadata)
    items = (
        _rows_of_table(source, text)
        or _items(source, text, nodes)
        or _items(source, text, _rows_in_prose(source, text))
    )
    if not items:
        return Notice(NoReport.WITHOUT_CHAPTERS, metadata)
    stated = _stated(source, text, items)
    found = _found(items)
    return Notice(None, metadata, tuple(items), stated, found, tuple(_differences(stated, found)))


_TITLE = re.compile(
    r"[^\n。:;|]{4,60}整改[^\n。:;|]{0,14}(?:通报|公示|报告|公告|说明|情况|台账|清单)(?:\([^()\n]{1,10}\))?"
)


_WHOSE = re.compile(rf"[一-鿿()]{{3,40}}{ORGANISATION}")


def _title(source: str, text: str) -> str | None:
    """The line of the head that names a notice, where no label does."""
    at = 0
    above = ""
    for line in text[:1000].split("\n"):
        words = line.strip()
        token = next((each for each in words.split(" ") if _TITLE.fullmatch(each)), "")
        if (
            len(words) > 80
            and len(token) <= 80
            and token
            and not token.startswith(("根据", "按照"))
        ):
            begin = at + line.index(token)
            return source[begin : begin + len(token)]
        if _TITLE.fullmatch(words) and len(words) <= 80 and not words.startswith(("根据", "按照")):
            begin = at + line.index(words)
            title = source[begin : begin + len(words)]
            # 中共某局党组 / 关于…的通报: the name of who it is of on a line of its own.
            return above + title if words.startswith("关于") and above else title
        above = words if _WHOSE.fullmatch(words) else ""
        at += len(line) + 1
    return None


def _rows_in_prose(source: str, text: str) -> list[_Node]:
    """一是…问题…二是…: problems of a text without numbered headings."""
    nodes = []
    for row in enumerated(text, 0, end_of_body(text, 0)):
        clause = first_clause(text, row.body, row.end)
        title = source[clause.start : clause.end]
        if _PROBLEM_TITLE.search(title):
            nodes.append(
                _Node(row.number, row.start, title, clause.end, row.end, None, is_item=True)
            )
    return nodes


# ── The tree ─────────────────────────────────────────────────────────────────────────────────


def _nodes(source: str, text: str) -> list[_Node]:
    marks = _with_named(text, _with_dotted(text, marks_of(text, plain=False)))
    last = max((mark.start for mark, level in marks if level == 1), default=0)
    stop = end_of_body(text, max(last, marks[-1][0].start if marks else 0))
    thanks = _THANKS.search(text, marks[-1][0].start if marks else 0)
    stop = min(stop, thanks.start()) if thanks else stop
    marks = [(mark, level) for mark, level in marks if mark.start < stop]
    nodes: list[_Node] = []
    path: list[tuple[int, int]] = []
    for at, (mark, level) in enumerate(marks):
        end = next((other.start for other, above in marks[at + 1 :] if above <= level), stop)
        following = marks[at + 1][0].start if at + 1 < len(marks) else stop
        label = _LABEL.search(text, mark.end, min(end, following))
        heading = heading_of(text, mark, label.start() if label else min(following, end))
        while path and path[-1][0] >= level:
            path.pop()
        parent = path[-1][1] if path else None
        span = trimmed(text, mark.start, end)
        words = source[heading.start : heading.end].strip()
        nodes.append(_Node(mark.number or None, span.start, words, heading.end, span.end, parent))
        path.append((level, at))
    return nodes


def _with_dotted(text: str, marks: list[tuple[Mark, int]]) -> list[tuple[Mark, int]]:
    """Takes in 1.1 and 1.1.1, which go on with the number they begin with."""
    dotted = []
    for found in _DOTTED.finditer(text):
        low = max(0, found.start() - 41)
        line = text.rfind("\n", low, found.start()) + 1
        begins = (line > 0 or low == 0) and not text[max(line, low) : found.start()].strip(" \t|")
        before = text[max(0, found.start() - 1) : found.start()]
        if begins or before in ("。", ";", " ", ":", ")"):
            number = found.group("n")
            dotted.append(Mark("dotted", number, found.start(), found.end(), begins))
    if not dotted:
        return marks
    if not any(mark.kind == "num" for mark, _ in marks):
        marks = sorted([*marks, *_bare_numbers(text, marks)], key=lambda pair: pair[0].start)
    merged = sorted([*marks, *((mark, 0) for mark in dotted)], key=lambda pair: pair[0].start)
    result: list[tuple[Mark, int]] = []
    levels: dict[str, int] = {}
    last: dict[str, int] = {}
    base = 0
    for mark, level in merged:
        if mark.kind != "dotted":
            if mark.kind == "num" and result and levels and level > base + 1:
                continue
            if mark.kind in ("num",):
                levels = {mark.number: level}
                last = {}
                base = level
            elif mark.kind in ("cn", "part"):
                levels, last, base = {}, {}, level
            result.append((mark, level))
            continue
        above, _, own = mark.number.rpartition(".")
        if above not in levels and not mark.at_line_start:
            continue
        if int(own) != last.get(above, 0) + 1 and not mark.at_line_start:
            continue
        level = levels[above] + 1 if above in levels else base + 1 + above.count(".")
        levels[mark.number] = level
        last[above] = int(own)
        result.append((mark, level))
    return result


_NAMED = re.compile(
    r"(?:^|\n)[ \t]{0,8}(?P<mark>(?:反馈|具体)?问题 ?"
    rf"(?P<n>\d{{1,2}}|[{NUMERAL}]{{1,3}}) ?[:、.])"
)


def _with_named(text: str, marks: list[tuple[Mark, int]]) -> list[tuple[Mark, int]]:
    """Takes in 问题1： and 问题一：, which stand below the chapter they are in."""
    named = []
    for found in islice(_NAMED.finditer(text), MOST_ROWS):
        start = found.start("mark")
        named.append(Mark("named", found.group("n"), start, found.end(), True))
    if len(named) < 2:
        return marks
    result: list[tuple[Mark, int]] = []
    level = 0
    for mark, own in sorted([*marks, *((each, 0) for each in named)], key=lambda one: one[0].start):
        if mark.kind == "named":
            result.append((mark, level + 1))
        elif mark.kind in ("cn", "part", "pcn"):
            level = own
            result.append((mark, own))
        else:  # 1. 2. below a named problem are its measures
            result.append((mark, max(own, level + 2)))
    return result


def _bare_numbers(text: str, marks: list[tuple[Mark, int]]) -> list[tuple[Mark, int]]:
    """Lines such as ``1 执法监督方面`` above 1.1, whose number has no point."""
    found = []
    count = 0
    for bare in re.finditer(
        r"(?:^|\n)[ \t]{0,8}(?P<n>\d{1,2})[ \t]{1,4}(?=[\u4e00-\u9fff“])", text
    ):
        if int(bare.group("n")) == count + 1:
            count += 1
            start = bare.start("n")
            above = [
                level for mark, level in marks if mark.start < start and mark.kind in ("cn", "part")
            ]
            level = (above[-1] if above else 0) + 1
            found.append((Mark("num", bare.group("n"), start, bare.end(), True), level))
    return found


def _items(source: str, text: str, nodes: list[_Node]) -> list[NoticeItem]:
    children: dict[int | None, list[int]] = {}
    for at, node in enumerate(nodes):
        children.setdefault(node.parent, []).append(at)
    labels = [(found.start(), found.lastgroup or "") for found in _LABEL.finditer(text)]
    for at in children.get(None, []):
        _sort(text, nodes, children, labels, at)
    places: dict[int, int] = {}
    items: list[NoticeItem] = []
    for at, node in enumerate(nodes):
        if not node.is_item:
            continue
        above = node.parent
        while above is not None and not nodes[above].is_item:
            above = nodes[above].parent
        parent = places.get(above) if above is not None else None
        places[at] = len(items)
        level = items[parent].level + 1 if parent is not None else 1
        inner = [nodes[each].start for each in children.get(at, []) if nodes[each].is_item]
        chapter = node.parent
        while chapter is not None and not nodes[chapter].is_chapter:
            chapter = nodes[chapter].parent
        told = nodes[chapter].heading if chapter is not None else ""
        own_end = min(inner) if inner else node.end
        items.append(_item(source, text, node, own_end, level, parent, told, bool(inner)))
    return items


_HEADS = {
    "number": "序号|编号|问题编号|问题序号",
    "title": "问题|反馈问题|存在问题|存在的问题|主要问题|具体问题|问题描述|问题内容"
    "|反馈的问题|整改问题|整改任务|问题清单|反馈意见|问题表现|具体表现|整改事项"
    "|巡察反馈问题|督察反馈问题",
} | _LABELS


def _rows_of_table(source: str, text: str) -> list[NoticeItem]:
    """The rows of a table whose head names a problem and two more fields; else nothing."""
    items: list[NoticeItem] = []
    names: list[str] = []
    at = 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        bounds = [found.start() for found in re.finditer(r"[|\t]", line)]
        if not 2 <= len(bounds) <= MOST_COLUMNS:
            names = names if line.strip() else []
            continue
        edges = [-1, *bounds, len(line)]
        cells = [
            trimmed(text, start + edges[n] + 1, start + edges[n + 1]) for n in range(len(edges) - 1)
        ]
        words = [source[cell.start : cell.end] for cell in cells]
        heads = [_head_of(each) for each in words]
        if "title" in heads and sum(bool(each) for each in heads) >= 3:
            names = heads
        elif len(words) == len(names):
            row: dict[str, str] = {}
            for name, cell in zip(names, words, strict=True):
                row.setdefault(name, cell)
            if row["title"] and len(items) < MOST_ROWS:
                items.append(_row(source, text, row, trimmed(text, start, start + len(line))))
    return items


def _head_of(cell: str) -> str:
    plain = re.sub(r"\s|[(（].*[)）]", "", cell)
    return next((name for name, words in _HEADS.items() if plain in words.split("|")), "")


def _row(source: str, text: str, row: dict[str, str], place: Span) -> NoticeItem:
    due, is_month = _due(row.get("due", ""))
    state = _state_of(row.get("state", ""))
    if state is None:
        said = _SAID.findall(narrow(row.get("progress", "")))
        state = _state_of(said[-1]) if said else None
    unit = row.get("lead") or row.get("unit") or None
    joint = [row["joint"]] if row.get("joint") else []
    if row.get("lead") and row.get("unit"):
        joint.insert(0, row["unit"])
    return NoticeItem(
        number=row.get("number") or None, level=1, parent=None, title=row["title"],
        text=source[place.start : place.end], unit=unit, joint_units=_units(joint, unit),
        leader=row.get("leader") or None, goal=row.get("goal") or None, due=due,
        due_is_month=is_month, state=state,
        measures=row.get("measures") or _next_step(row.get("progress", "")),
        progress=row.get("progress") or None, start=place.start, end=place.end,
    )  # fmt: skip


def _units(lists: list[str], lead: str | None) -> tuple[str, ...]:
    units = [each.strip() for words in lists for each in re.split(r"[、，,；; ]+", words)]
    return tuple(each for each in units if each and each != lead)


def _sort(
    text: str,
    nodes: list[_Node],
    children: dict[int | None, list[int]],
    labels: list[tuple[int, str]],
    at: int,
) -> None:
    """Says of a node and those below whether they are items or chapters around them."""
    waiting = [(at, True)]
    while waiting:
        here, is_top = waiting.pop()
        node = nodes[here]
        below = children.get(here, [])
        first = min((nodes[each].start for each in below), default=node.end)
        own_label = _LABEL.search(text, node.body, first)
        tells = bool(_PROBLEM_TITLE.search(node.heading))
        if is_top:
            inner = [nodes[each] for each in below]
            telling = sum(
                bool(
                    _PROBLEM_TITLE.search(each.heading) or _LABEL.search(text, each.body, each.end)
                )
                for each in inner
            )
            holds = bool(inner) and telling * 2 >= len(inner)
            if own_label or (
                not inner
                and tells
                and not _NO_PROBLEMS.search(node.heading)
                and not re.search(r"整改.{0,6}情况$|问题$", node.heading)
            ):
                node.is_item = not _NO_PROBLEMS.search(node.heading) or own_label is not None
            elif holds and not (_NO_PROBLEMS.search(node.heading) and telling < len(inner)):
                named = _CHAPTER_OF_PROBLEMS.search(node.heading)
                is_chapter = _is_chapter(node.heading) or not (tells or named)
                node.is_chapter, node.is_item = is_chapter, not is_chapter
            else:
                continue
            waiting += [
                (
                    each,
                    node.is_chapter
                    and _is_chapter(nodes[each].heading)
                    and bool(children.get(each)),
                )
                for each in below
            ]
            continue
        label = own_label.start() if own_label else None
        dotted = bool(node.number and "." in node.number)
        parent = nodes[node.parent] if node.parent is not None else None
        in_field = False
        if parent is not None and parent.is_item and not dotted:
            last = bisect_right(labels, (node.start, "")) - 1
            in_field = (
                last >= 0
                and labels[last][0] >= parent.body
                and labels[last][1] in ("measures", "progress", "goal")
            )
        # 1. 2. 3. under a problem: what was done about it, unless each has fields of its own.
        steps = (
            parent is not None
            and parent.is_item
            and not tells
            and bool(_PROBLEM_TITLE.search(parent.heading))
            and not all(
                _LABEL.search(text, nodes[each].body, nodes[each].end)
                for each in children.get(node.parent, [])
            )
        )
        by_word = text.startswith(("问题", "反馈问题", "具体问题"), node.start)
        if (
            dotted
            or by_word
            or (
                not in_field
                and (
                    tells
                    or (label is not None and not steps)
                    or (below and parent is not None and parent.is_chapter)
                )
            )
        ):
            node.is_item = True
            waiting += [(each, False) for each in below]


_ONE_PROBLEM = re.compile(r"(?:针对|关于|对)?[“‘\"][^”’\"]{4,80}[”’\"](?:等|方面|这一|的)*问题")


def _is_chapter(heading: str) -> bool:
    """(反馈)问题的整改情况, 需要进一步整改的事项: the name of a list, not a problem.

    针对“审核不严”问题的整改情况 names one problem.
    """
    return not _ONE_PROBLEM.match(heading) and bool(
        re.search(
            r"整改(?:落实|进展|完成|推进)?情况|整改的?(?:事项|任务|问题)|(?:完成|推进"
            r"|坚持)的?(?:整改)?(?:的)?(?:问题|事项|任务)|问题清单|措施$|整改清单|(?:反馈"
            r"|指出)的?(?:主要|具体)?问题$",
            heading,
        )
    )


def _item(
    source: str, text: str, node: _Node, end: int, level: int, parent: int | None,
    chapter: str, has_parts: bool,
) -> NoticeItem:  # fmt: skip
    fields = _fields(source, text, node.body, end)
    title = re.sub(
        r"\s*[（(\[【](?:已|正在|尚|未|基本|长期|整改)[^（()）]{0,16}[)）\]】]\s*$",
        "",
        node.heading,
    )
    if not title and fields.get("told"):
        title = re.split(r"[。;；\n]", fields["told"])[0]
    if not title:
        clause = first_clause(text, node.body, end)
        title = source[clause.start : clause.end]
    unit = fields.get("lead") or fields.get("unit")
    joint = [fields["joint"]] if "joint" in fields else []
    if "lead" in fields and "unit" in fields:
        joint.insert(0, fields["unit"])
    due, is_month = _due(fields.get("due", ""))
    state = (
        None if has_parts and "state" not in fields else _state(text, node, end, fields, chapter)
    )
    own = trimmed(text, node.start, end)
    progress = fields.get("progress")
    if progress is None and not {"measures", "told"} & set(fields):
        progress = _untitled(source, text, node.body, end)
    return NoticeItem(
        number=node.number, level=level, parent=parent, title=_unquoted(title),
        text=source[own.start : own.end], unit=unit,
        joint_units=_units(joint, unit),
        leader=fields.get("leader"), goal=fields.get("goal"), due=due, due_is_month=is_month,
        state=state,
        measures=fields.get("measures") or _next_step(progress or ""),
        progress=progress, start=node.start, end=node.end,
    )  # fmt: skip


def _untitled(source: str, text: str, start: int, end: int) -> str | None:
    """What stands behind the name of the problem without a label: what was done about it."""
    label = _LABEL.search(text, start, end)
    span = trimmed(text, start, label.start() if label else end)
    words = source[span.start : span.end].lstrip("。：:，, \n").rstrip("（( \n")
    marked = list(_IN_BRACKETS.finditer(narrow(words)))
    if marked and not words[marked[-1].end() :].strip(" 。"):
        words = words[: marked[-1].start()].strip()
    return words if len(words) >= 6 else None


def _unquoted(title: str) -> str:
    """Without the marks around all of it; “第一议题”制度落实不到位 keeps its own."""
    title = title.strip()
    whole = title.startswith("“") and title.endswith("”") and title.count("“") == 1
    if whole or title.count("“") != title.count("”"):
        return title.strip("“”")
    return title


def _fields(source: str, text: str, start: int, end: int) -> dict[str, str]:
    marks = [
        (found.lastgroup or "", found.start(), found.end())
        for found in _LABEL.finditer(text, start, end)
    ]
    fields: dict[str, str] = {}
    for at, (name, _, begin) in enumerate(marks):
        stop = marks[at + 1][1] if at + 1 < len(marks) else end
        words = source[begin:stop]
        if name in _SHORT:
            words = re.split(r"[\n。|\t]", words.strip(), maxsplit=1)[0]
        words = (
            words.strip()
            .strip("|【[ \t")
            .rstrip("；;，,。）)（( \t\n" if name in _SHORT else " \t\n（(")
        )
        if name in ("measures", "progress"):
            marked = list(_IN_BRACKETS.finditer(narrow(words)))
            if marked and not words[marked[-1].end() :].strip(" 。"):
                words = words[: marked[-1].start()].strip()
        if words and name not in fields:
            fields[name] = words
    return fields


def _next_step(progress: str) -> str | None:
    """下一步…: where no field is for measures, what the progress says is still to come."""
    found = _COMING.search(progress)
    if found is None:
        return None
    words = found.group().strip()
    marked = list(_IN_BRACKETS.finditer(narrow(words)))
    ends = bool(marked) and not words[marked[-1].end() :].strip(" 。")
    return words[: marked[-1].start()].strip() if ends else words


def _due(words: str) -> tuple[str | None, bool]:
    plain = narrow(words)
    days = [day for *_, day in days_in(plain)]
    if days:
        return max(days).isoformat(), False
    months = [
        (year_of(found.group("y")), number_of(found.group("m")))
        for found in re.finditer(
            rf"(?P<y>20\d\d|二〇[〇零一二三四五六七八九]{{2}}) ?[年.\-/] ?(?P<m>\d{{1,2}}"
            rf"|[{NUMERAL}]{{1,3}})(?: ?月|(?![\d.]))", plain
        )
    ]  # fmt: skip
    months += [
        (int(found.group(1)), {"上半年": 6, "年中": 6, "6月": 6}.get(found.group(2), 12))
        for found in re.finditer(r"(20\d\d) ?年?(上半年|年底|年末|底|末|内|下半年)", plain)
    ]
    months += [
        (int(found.group(1)), number_of(found.group(2)) * 3)
        for found in re.finditer(r"(20\d\d)年第?([一二三四])季度", plain)
    ]
    try:
        return (
            (max(date(y, m, 1) for y, m in months).strftime("%Y-%m"), True)
            if months
            else (None, False)
        )
    except ValueError:
        return None, False


def _state(
    text: str, node: _Node, end: int, fields: dict[str, str], chapter: str
) -> ItemState | None:
    if fields.get("state"):
        return _state_of(fields["state"])
    if marked := _IN_BRACKETS.search(text, node.start, end):
        # （已完成，长期坚持）: what goes on is not over.
        goes_on = "长期坚持" in marked.group()
        return ItemState.STANDING if goes_on else _state_of(marked.group(1))
    if re.search(r"长期坚持|持续坚持", fields.get("due", "")):
        return ItemState.STANDING
    if re.search(r"未完成|正在|推进中|整改中", fields.get("due", "")):
        return ItemState.NOT_DONE
    said = _SAID.findall(narrow(fields.get("progress", "")) or text[node.body : end])
    if said:
        return _state_of(said[-1])
    if re.search(r"(?:已|基本|未|尚未)完成|长期坚持|进一步整改|持续推进|继续整改", chapter):
        return _state_of(chapter)
    return None


_BEGINS_DONE = re.compile(
    r"\s*(?:目前|现)?(?:已经?|均已?)?(?:全部|按期|按时)?(?P<basically>基本)?"
    r"(?:完成|整改完成|整改到位|办结|销号)(?!时限|时间|期限)"
)


def _state_of(words: str) -> ItemState | None:
    begins = _BEGINS_DONE.match(words)
    if begins and "长期坚持" not in words:
        # 基本完成，持续推进: what is said first holds.
        return ItemState.BASICALLY_DONE if begins.group("basically") else ItemState.DONE
    return next((state for state, pattern in _STATES if re.search(pattern, words)), None)


# ── Totals ───────────────────────────────────────────────────────────────────────────────────

_N = rf"(?P<n>\d{{1,4}}|[{NUMERAL}]{{1,3}})"
_TOTAL = re.compile(
    rf"(?:共|合计|总计|反馈|指出|涉及|梳理|细化|分解|梳理出|移交|整改)?(?:的|出|为|了|我局"
    rf"|共)*(?P<n>\d{{1,4}}|[{NUMERAL}]{{1,3}}) ?[个项条]{{1}}(?:方面)?(?:具体|补充|主要|突出"
    rf"|整改|反馈)?(?P<what>问题|任务|整改任务|事项|整改事项|方面)"
)
_TOTAL_AFTER = re.compile(
    rf"(?:反馈|指出|移交|交办|梳理|整改|发现|查摆|排查)[^,。;]{{0,8}}?(?:问题|任务|事项)(?:共|有|共计|合计)?"
    rf"(?P<n>\d{{1,4}}|[{NUMERAL}]{{1,3}}) ?[个项条]"
)
_ALL_DONE = re.compile(
    r"(?:全部|均已|均)(?:已经?|按期|按时)?(?:完成整改|整改完成|整改到位|整改完毕|销号|完成)(?!\d)"
)
_ITEMS = "[个项条]"
# Each as 完成36个 or as 36个已完成, the first before the second.
_COUNTS = {
    name: (
        re.compile(rf"{verb}(?:整改)?(?:的|了|任务|问题|事项)?(?:有|共)?{_N} ?{_ITEMS}"),
        re.compile(rf"{_N} ?{_ITEMS}(?:问题|任务|事项)?(?:均|都|需|已"
            rf"|目前)*(?:全部)?{verb}(?!整改?的?\d)"),
    )
    for name, verb in {
        "basically_done": "基本(?:完成|整改到位|整改完成)",
        "not_done": "(?:尚?未完成|尚未销号|正在(?:持续)?整改|正在(?:持续)?推进|持续推进)",
        "standing": "长期坚持",
        "done": "(?<!基本)(?<!未)(?:完成整改|整改完成|整改到位|完成|销号|办结)",
    }.items()
}  # fmt: skip


def _stated(source: str, text: str, items: list[NoticeItem]) -> tuple[StatedTotals, ...]:
    """The sentences that state totals; what an item says of itself (发现问题52个) states none."""
    with_parts = {each.parent for each in items}
    leaves = sorted((each.start, each.end) for at, each in enumerate(items) if at not in with_parts)
    found = []
    before: re.Match[str] | None = None
    for sentence in re.finditer(r"[^。;\n]{6,400}", text[:200_000]):
        words = sentence.group()
        earlier, before = before, sentence
        at = bisect_right(leaves, (sentence.start(), sys.maxsize)) - 1
        if at >= 0 and sentence.start() < leaves[at][1]:
            continue
        if not re.search(r"整改|完成|销号", words):
            continue
        begin = sentence.start()
        told = _TOTAL.search(words) or _TOTAL_AFTER.search(words)
        if earlier and not told and text[earlier.end() : begin] == "。":
            # 反馈6个问题。目前，已完成3个…: the total stands in the sentence before.
            begin = earlier.start()
            words = text[begin : sentence.end()]
        # 对未完成的1个问题: a part of the total, told again.
        totals = [
            each
            for each in _TOTAL.finditer(words)
            if not re.search(
                r"(?:未完成|未整改|未销号|剩余|余下|尚需|其余)(?:整改)?的?$",
                words[: each.start("n")],
            )
        ]
        total = next((each for each in totals if each.group("what") != "方面"), None)
        total = total or _TOTAL_AFTER.search(words)
        aspects = next((each for each in totals if each.group("what") == "方面"), None)
        counts = {name: _count(pattern, words) for name, pattern in _COUNTS.items()}
        if total is not None and counts["done"] is None and _ALL_DONE.search(words):
            counts["done"] = number_of(total.group("n"))
        if total is None or all(value is None for value in counts.values()):
            continue
        left = len(words) - len(words.lstrip())
        start = begin + left
        end = begin + len(words.rstrip())
        found.append(
            StatedTotals(
                aspects=number_of(aspects.group("n")) if aspects else None,
                total=number_of(total.group("n")),
                done=counts["done"], basically_done=counts["basically_done"],
                not_done=counts["not_done"], standing=counts["standing"],
                text=source[start:end], start=start, end=end,
            )
        )  # fmt: skip
    return tuple(found)


def _count(patterns: tuple[re.Pattern[str], ...], words: str) -> int | None:
    for pattern in patterns:
        found = pattern.search(words)
        if found is not None:
            return number_of(found.group("n"))
    return None


def _together(stated: tuple[StatedTotals, ...], name: str) -> int | None:
    # The opening and the closing of a notice often state the same.
    once = {each.total: each for each in reversed(stated)}
    said = [number for each in once.values() if (number := getattr(each, name)) is not None]
    return sum(said) if said else None


def _found(items: list[NoticeItem]) -> FoundTotals:
    with_parts = {each.parent for each in items if each.parent is not None}
    leaves = [each for at, each in enumerate(items) if at not in with_parts]

    def counted(state: ItemState | None) -> int:
        return sum(each.state == state for each in leaves)

    return FoundTotals(
        aspects=sum(items[at].parent is None for at in with_parts),
        total=len(leaves),
        done=counted(ItemState.DONE),
        basically_done=counted(ItemState.BASICALLY_DONE),
        not_done=counted(ItemState.NOT_DONE),
        standing=counted(ItemState.STANDING),
        unsaid=counted(None),
    )


def _differences(stated: tuple[StatedTotals, ...], found: FoundTotals) -> list[Difference]:
    """Against the sum of all sentences: they speak of parts, such as main and added problems."""
    differences = []
    for name in NoticeTotal:
        if name == NoticeTotal.SUM:
            continue
        said = _together(stated, name)
        counted: int = getattr(found, name)
        if said is not None and said != counted:
            differences.append(Difference(name, said, counted))
    for each in stated:
        parts = [each.done, each.basically_done, each.not_done]
        if not re.search(r"其中[^,，。;；]{0,10}长期坚持", each.text):
            parts.append(each.standing)
        told = sum(part for part in parts if part is not None)
        if each.total is not None and told > each.total:
            differences.append(Difference(NoticeTotal.SUM, each.total, told))
    return differences
