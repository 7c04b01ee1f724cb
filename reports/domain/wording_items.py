"""What the chapters of a report hold: problems with causes, next steps, posts, honours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports.domain.summaries import SectionRole
from reports.domain.wording_structure import STEPS_LABEL, Section, role_of
from reports.domain.wording_text import NUMERAL, Span, number_of, parts_of, trimmed

LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class ProblemItem:
    """A shortcoming as the report words it; ``text`` is all of it, without its number.

    The place is that of ``text``.
    """

    number: str | None
    title: str
    text: str
    causes: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MeasureItem:
    """A next step; ``due`` is an ISO day or month, the place that of ``text``."""

    number: str | None
    title: str
    text: str
    responsible: str | None
    due: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PostItem:
    """Somebody given a post: ``text`` is the clause that says so."""

    post: str
    person: str | None
    unit: str | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HonourItem:
    """A clause that tells of an honour or a place won."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered part of a text: where it begins, where its words begin, where it ends."""

    number: str | None
    start: int
    body: int
    end: int


# ── Rows within a paragraph ──────────────────────────────────────────────────────────────────

_BEFORE = r"(?:^|(?<=[\n 。;:!,、将在])|(?<=[一-鿿)”]))"
_ROWS = (
    # 一是, 一要, 一方面: never the 一是 of 统一是.
    re.compile(rf"(?<![统唯之{NUMERAL}])(?P<n>[{NUMERAL}]{{1,2}})(?:是要|是|要|则)(?:[,:])?"),
    re.compile(rf"(?:^|(?<=[\n 。;:!]))第(?P<n>[{NUMERAL}])(?:[,、:]|是)"),
    re.compile(r"(?P<n>[①②③④⑤⑥⑦⑧⑨⑩])"),
    re.compile(r"(?:^|(?<=[\n 。;:!]))(?P<n>首先|其次|再次|此外|最后)(?:[,:]|是)"),
    re.compile(r"(?:^|(?<=[\n 。;:!,]))(?P<n>一方面|另一方面|此外)(?:,|是)?"),
    re.compile(r"(?:^|(?<=[\n 。;:!]))\((?P<n>\d{1,2})\)"),
    re.compile(r"(?:^|(?<=[\n 。;:!]))(?P<n>\d{1,2})(?:、|\.(?!\d))"),
)
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_ORDER = ("首先", "其次", "再次", "此外", "最后", "一方面", "另一方面")
_FIRST = ("首先", "一方面")


def enumerated(text: str, start: int, end: int, least: int = 2) -> list[Item]:
    """一是…二是…, 第一…, ①…, 首先…其次…: the parts in order; empty where there are fewer."""
    for row in _ROWS:
        marks: list[tuple[str, int, int]] = []
        last = 0
        for found in row.finditer(text, start, end):
            sign = found.group("n")
            value = _CIRCLED.find(sign) + 1 if sign in _CIRCLED else number_of(sign)
            if sign in _ORDER:
                value = last + 1 if (sign in _FIRST) == (last == 0) else -1
            if value == last + 1:
                marks.append((sign, found.start(), found.end()))
                last = value
        if len(marks) >= least:
            return _items(text, marks, end)
    return []


def _items(text: str, marks: list[tuple[str, int, int]], end: int) -> list[Item]:
    items = []
    several_lines = False
    for at, (sign, begin, body) in enumerate(marks):
        if at + 1 < len(marks):
            until = marks[at + 1][1]
            several_lines = several_lines or "\n" in text[body:until].strip()
        else:
            line = text.find("\n", body, end)
            until = end if line < 0 or several_lines else line
        span = trimmed(text, begin, until)
        number = str(_CIRCLED.find(sign) + 1) if sign in _CIRCLED else sign
        items.append(Item(None if sign in _ORDER else number, span.start, body, span.end))
    return items


_GIVES_REASON = re.compile(r"(?:因(?!此|而)|由于|受(?=[^,]{2,20}影响)|随着|虽然?|尽管)")


def first_clause(text: str, start: int, end: int) -> Span:
    """The words in front of the first stop; the next ones too where the first say too little."""
    part = text[start:end]
    left = len(part) - len(part.lstrip(" \n,:、。"))
    gives_reason = _GIVES_REASON.match(part, left) is not None
    for stop in re.finditer(r"[,。;:\n!]", part[left:]):
        if gives_reason and stop.group() == ",":
            gives_reason = False  # the words behind it say what is wrong
        elif stop.start() >= 4 or stop.group() != ",":
            return Span(start + left, start + left + stop.start())
        if stop.start() > LONGEST_TITLE:
            break
    return Span(start + left, start + len(part.rstrip()))


# ── Problems ─────────────────────────────────────────────────────────────────────────────────

_LACKS = re.compile(
    r"不够|不足|不高|不强|不深|不实|不全|不多|不严|不规范|不到位|不平衡|不充分|不及时|不完善"
    r"|不健全|不细|不熟|不畅|不力|不均|不牢|不紧|不匹配|不适应"
    r"|有待|有差距|差距|欠缺|缺乏|缺少|滞后|薄弱|偏低|偏少|偏弱|单一|短缺|紧张|较弱|较低|较少"
    r"|较差|仍需|还需|亟[需待]|需要?进一步|需加强|需提高|仍有|尚未|未能|盲区|盲点|淡薄|较大"
    r"|突出|困难|短板|问题|脱节|断层|瓶颈"
)
_INTRODUCES = re.compile(
    r"[:]$|(?:以下|如下|下列)[^。]{0,12}[。:]?$|(?:存在|有)(?:着)?(?:一些|一定|不少|很多|以下"
    r"|如下|许多|个别|几个方面)?的?(?:问题|不足|差距|短板)(?:和(?:不足|问题|差距"
    r"|短板))?(?:,?主要[^。]{0,12})?[。:]?$"
    r"|(?:成绩|成效)[^。]{0,30}(?:同时|但)[^。]{0,40}(?:问题|不足|差距|短板)[。:]?$|^(?:下一?步"
    r"|今后|明年|20\d\d年)[^。]{0,60}(?:做好|抓好|开展|推进)[^。]{0,12}工作[。:]$"
)
_BARE_LACK = re.compile(
    r"^(?:目前|当前|主要|尚|还|仍)?(?:存在|面临)?的?(?:主要|突出|具体)?(?:问题|不足|短板"
    r"|困难)(?:和不足|及不足|和问题|与不足|表现)?$"
)
_BARE_CAUSE = re.compile(r"^.{0,12}(?:原因|成因)(?:分析|剖析)?$")
_OWN_CAUSES = re.compile(
    r"(?:^|(?<=[\n。;]))\s{0,8}(?:(?:产生|造成|导致|出现|分析|剖析)?(?:上述|以上|这些"
    r"|存在)的?(?:问题|不足|短板)[^。\n]{0,14}原因"
    r"|(?:原因|成因)分析(?:[:。]|\n)|主要原因(?:有|如下|:|\n)|存在问题的原因)"
)
_CLOSING_CAUSE = re.compile(
    r"(?<=[。\n])\s{0,8}(?:(?:究其|追其|其|主要|分析)?(?:原因|根源),?(?:主要)?(?:是|有|在于|包括)[:,]?"
    r"|(?:究其|追其|分析)原因,(?=一是|一方面))"
)
# A paragraph of its own behind the last of several numbered problems.
_SHARED_CAUSE = re.compile(
    r"(?<=\n)[ \t]{0,8}(?:(?:产生|造成|导致|存在|出现|分析)?(?:上述|以上|这些)[^。\n]{0,14}原因"
    r"|(?:分析|究其|追其|深层次|主要)原因|原因分析)(?:,|:|主要|在于|是|有|为|包括)*"
)
_NUMBERED_ON = re.compile(rf"(?<![统唯之])(?P<n>[{NUMERAL}])是|另一方面")
_CAUSE = re.compile(
    r"(?:究其|追其|其|主要|根本|深层次?|客观|主观|直接|重要)?(?:原因|根源)(?:主要)?,?(?:在于"
    r"|是由于|是因为|是|有|为|包括|:|,主要是|,是)(?P<all>(?:[:,]|是|主要)*[^。\n]{2,400})"
    r"|(?:主要)?(?:是因为|是由于|因为|缘于|源于|归因于)(?P<because>[^。;\n]{2,160})"
    r"|(?<=[,;])(?:这|其中)?主要是(?:因)?(?P<chiefly>[^,。;\n]{2,80})"
    r"|(?:^|(?<=[\n,。;、是]))因(?![此而素人案地势子])(?P<since>[^,。;\n]{2,40})(?=,)"
    r"|(?<!是)由于(?P<owing>[^,。;\n]{2,120})"
)


def problems_of(source: str, text: str, sections: list[Section]) -> list[ProblemItem]:
    """The shortcomings in the sections that are for them; ``text`` is the narrow source."""
    found: list[ProblemItem] = []
    for section in _heads(sections, SectionRole.PROBLEMS):
        found += _problems_in(source, text, sections, section)
    return found


def _problems_in(
    source: str, text: str, sections: list[Section], section: Section
) -> list[ProblemItem]:
    end = next_steps_at(text, section, sections) or section.end
    children = [each for each in _children(sections, section) if each.start < end]
    children = [each for each in children if each.role == SectionRole.PROBLEMS]
    causes: list[str] = []
    found: list[ProblemItem] = []
    may_pair = True
    if children:
        shared = _SHARED_CAUSE.search(text, children[-1].body, end)
        if shared and not any(
            causes_in(source, text, each.body, each.end) for each in children[:-1]
        ):
            causes = _causes_in_row(source, text, shared.end(), end)
            may_pair = False
            end = trimmed(text, children[-1].start, shared.start()).end
        for child in children:
            if _BARE_CAUSE.match(child.heading):
                causes += _row_of_causes(source, text, sections, child)
            elif _BARE_LACK.match(child.heading) and len(children) <= 4:
                found += _problems_in(source, text, sections, child)
            else:
                found.append(_problem(source, text, _item_of(text, child, end), child))
    else:
        own = _OWN_CAUSES.search(text, section.body, end) or _closing_cause(text, section, end)
        stop = own.start() if own else end
        if own:
            causes = _causes_in_row(source, text, own.end(), end)
        found = [_problem(source, text, item) for item in _rows(text, section.body, stop, _LACKS)]
    return _with_causes(found, causes, may_pair)


def _closing_cause(text: str, section: Section, end: int) -> re.Match[str] | None:
    """原因主要是…, behind all problems of a passage: a cause of all of them."""
    found = list(_CLOSING_CAUSE.finditer(text, section.body, end))
    if len(found) != 1 or not text[section.body : found[0].start()].strip(" \n。:"):
        return None
    following = _NUMBERED_ON.search(text, found[0].end(), end)
    return None if following and following.group("n") != "一" else found[0]


def _with_causes(found: list[ProblemItem], causes: list[str], may_pair: bool) -> list[ProblemItem]:
    """Causes told in a paragraph of their own: one each where they pair, otherwise all to all."""
    if not causes:
        return found
    paired = may_pair and len(causes) == len(found)
    return [
        ProblemItem(
            each.number, each.title, each.text,
            (*each.causes, *([causes[at]] if paired else causes)), each.start, each.end,
        )
        for at, each in enumerate(found)
    ]  # fmt: skip


def _row_of_causes(source: str, text: str, sections: list[Section], section: Section) -> list[str]:
    children = _children(sections, section)
    if children:
        return [each.heading for each in children]
    return _causes_in_row(source, text, section.body, section.end)


def _causes_in_row(source: str, text: str, start: int, end: int) -> list[str]:
    return [
        source[item.body : item.end].strip(" \n,，。;；:：")
        for item in _rows(text, start, end, None)
    ]


def _problem(source: str, text: str, item: Item, child: Section | None = None) -> ProblemItem:
    body = trimmed(text, item.body, item.end)
    if child is not None and text[child.body : item.end].strip(" \n。;"):
        title = child.heading
    else:
        clause = first_clause(text, item.body, item.end)
        title = source[clause.start : clause.end].strip()
    return ProblemItem(
        item.number, title, source[body.start : body.end],
        tuple(causes_in(source, text, item.body, item.end)), body.start, body.end,
    )  # fmt: skip


def causes_in(source: str, text: str, start: int, end: int) -> list[str]:
    """What a passage gives as causes, each as it is written, without the word that says so."""
    found: list[str] = []
    for cause in _CAUSE.finditer(text, start, end):
        group = cause.lastgroup or "all"
        begin, stop = cause.span(group)
        row = enumerated(text, begin, stop)
        if row:
            spans = [(item.body, item.end) for item in row]
        else:
            semicolon = text.find(";", begin, stop)
            spans = [(begin, semicolon if semicolon > 0 else stop)]
        for first, last in spans:
            words = re.sub(r"^(?:[\s,，:：、]|主要|在于|是)+", "", source[first:last])
            words = words.strip(" \n,，。;；、)）")
            if len(words) >= 2:
                found.append(words)
    return found


# ── Next steps ───────────────────────────────────────────────────────────────────────────────

_FORWARD = re.compile(
    r"(?:^|(?<=[\n。;]))\s{0,8}(?P<cue>下一?步,|下一?步[^,。]{0,8}(?:将|要)|下一?阶段,|今后,"
    rf"|接下来,|{STEPS_LABEL}|针对(?:上述|以上)[^。]{0, 30}(?:将|下一步)"
    r"|(?:明年|20\d\d年),?[^,。]{0,12}将)"
)
_LEAD = re.compile(
    r"^(?:下一?步(?:工作(?:中)?)?|下一?阶段|下一?年度?|今后|接下来|明年|来年|新的一年"
    r"|在今后的?工作中|今后的?工作中|20\d\d年),"
)
_SUBJECT = re.compile(
    r"^(?:我们|我局|我分局|本局|我单位|全局|[一-鿿]{0,8}(?:公安局|分局|县局|市局|区局"
    r"|局))?(?:将|要|应)?(?:继续|着力|重点)?(?:,)?"
)
_UNIT = re.compile(
    r"(?:责任|牵头|主办|承办|落实|实施|负责)(?:单位|部门|处室|科室|股室|大队|人|领导"
    r"|主体)?(?:及责任人)?[:](?P<named>[^)。;\n\]】|]{2,60})"
    r"|\((?P<bracketed>[^()]{2,30}?)(?:负责|牵头)(?:落实|实施)?\)"
    r"|由(?P<by>[一-鿿、]{2,24}?)(?:牵头|负责|承办)(?=[,。;、一-鿿])"
)
_OF_UNIT = re.compile(
    r"(?:责任|牵头|主办|承办|落实|实施|负责)(?:单位|部门|处室|科室|股室|大队|主体)(?:及责任人)?[:]"
)
_LIMIT = re.compile(
    # 每年12月底前 comes back every year and is no limit of one measure.
    r"(?<![每\d]年)(?<!每年的)(?<!\d)(?:(?P<year>20\d\d) ?年 ?)?(?P<month>\d{1,2}) ?月"
    r"(?: ?(?P<day>\d{1,2}) ?日)?(?:份)?(?:底|末|中旬|上旬|下旬)?(?:之?前|以前|底|末)"
    r"|(?:时限|期限|时间|节点)(?:为|是|:)[^。\n]{0,6}?"
    r"(?P<year2>20\d\d) ?[年.-] ?(?P<month2>\d{1,2})(?: ?[月.-] ?(?P<day2>\d{1,2})(?!\d))?"
    r"|(?:(?P<year3>20\d\d)年)?(?<![一二两三四五六七八九十])(?P<whole>年底|年末|年内)(?:之?前|以前)?"
    r"|(?<![每\d]年)(?<!\d)(?:(?P<year4>20\d\d)年)?(?P<month4>\d{1,2})月份?"
    r"(?=(?:完成|建成|投用|启用|上线|竣工|验收|交付))"
    r"|(?P<half>上半年|下半年)(?:内|底|末|前|完成)|第?(?P<quarter>[一二三四])季度(?:末|底|内|前)"
)


def measures_of(
    source: str, text: str, sections: list[Section], year: int | None
) -> list[MeasureItem]:
    """The next steps; ``year`` is the year reported on, whose next one a bare month is of."""
    found: list[MeasureItem] = []
    for section in sections:
        top = section in _heads(sections, SectionRole.NEXT_YEAR)
        if top and section.level > 1 and role_of(section.heading) is None:
            # One of the steps itself, in a chapter that begins with problems.
            found.append(
                _measure(source, text, _item_of(text, section, section.end), year, section)
            )
        elif top:
            children = _children(sections, section)
            if children:
                found += [
                    _measure(source, text, _item_of(text, each, each.end), year, each)
                    for each in children
                ]
            else:
                found += [
                    _measure(source, text, item, year)
                    for item in _rows(text, section.body, section.end, None, split=True)
                ]
    for section in _heads(sections, SectionRole.PROBLEMS):
        begin = next_steps_at(text, section, sections)
        if begin is not None and not any(each.role == SectionRole.NEXT_YEAR for each in sections):
            found += [
                _measure(source, text, item, year)
                for item in _rows(text, begin, section.end, None, split=True)
            ]
    return sorted(found, key=lambda each: each.start)


def next_steps_at(text: str, section: Section, sections: list[Section]) -> int | None:
    """Where a chapter on problems goes over to next steps, if it does so once, at its end."""
    if any(each.role == SectionRole.NEXT_YEAR for each in sections):
        return None
    places = [found.start("cue") for found in _FORWARD.finditer(text, section.body, section.end)]
    return places[0] if len(places) == 1 else None


# 加大执法力度，每月巡查4次: the whole step on one line, not only what it is called.
_SAYS_MORE = re.compile(r"[，,].*\d|[，,].*[，,]")


def _measure(
    source: str, text: str, item: Item, year: int | None, child: Section | None = None
) -> MeasureItem:
    lead = _LEAD.match(text[item.body : item.end])
    begin = item.body + (lead.end() if lead else 0)
    body = trimmed(text, begin, item.end)
    if child is not None and (
        text[child.body : item.end].strip(" \n。;")
        or (len(child.heading) < 30 and not _SAYS_MORE.search(child.heading))
    ):
        title = child.heading
    else:
        says = _SUBJECT.match(text[body.start : body.end])
        clause = first_clause(text, body.start + (says.end() if says else 0), body.end)
        title = source[clause.start : clause.end].strip() or source[body.start : body.end]
    words = text[body.start : body.end]
    return MeasureItem(
        item.number, title, source[body.start : body.end],
        responsible_in(source, text, body.start, body.end), limit_in(words, year),
        body.start, body.end,
    )  # fmt: skip


def responsible_in(source: str, text: str, start: int, end: int) -> str | None:
    """The unit a passage makes answer for it, as written."""
    # 责任领导 and 责任单位 side by side: the unit answers.
    label = _OF_UNIT.search(text, start, end)
    found = _UNIT.search(text, label.start() if label else start, end)
    if found is None:
        return None
    begin, stop = found.span(found.lastgroup or 0)
    words = re.split(
        r"[,，、;； ]*(?:责任人|责任领导|牵头领导|配合单位|责任单位|完成时限|整改时限|时限"
        r"|完成时间)[:：]",
        source[begin:stop],
    )[0]
    return words.strip(" ,，、;；") or None


def limit_in(words: str, year: int | None) -> str | None:
    """The latest day or month a passage names as its limit, as ISO; a bare month is next year's."""
    limits = []
    for found in _LIMIT.finditer(words):
        named = {key: value for key, value in found.groupdict().items() if value}
        own = named.get("year") or named.get("year2") or named.get("year3") or named.get("year4")
        at = int(own) if own else (year + 1 if year else None)
        if at is None:
            continue
        month = int(named.get("month") or named.get("month2") or named.get("month4") or 12)
        if "half" in named:
            month = 6 if named["half"] == "上半年" else 12
        if "quarter" in named:
            month = number_of(named["quarter"]) * 3
        day = named.get("day") or named.get("day2")
        try:
            whole = date(at, month, int(day) if day else 1)
        except ValueError:
            continue
        limits.append(whole.isoformat() if day else f"{whole:%Y-%m}")
    return max(limits) if limits else None


# ── What problems and next steps share ───────────────────────────────────────────────────────


def _heads(sections: list[Section], role: SectionRole) -> list[Section]:
    """The sections of a role that stand in no other one of it."""
    found: list[Section] = []
    for each in sections:
        if each.role == role and not (found and each.start < found[-1].end):
            found.append(each)
    return found


def _children(sections: list[Section], section: Section) -> list[Section]:
    return [
        each for each in sections
        if each.level == section.level + 1 and section.start < each.start < section.end
    ]  # fmt: skip


def _item_of(text: str, section: Section, end: int) -> Item:
    begin = section.start
    head = text[begin : section.body]
    mark = re.match(r"(?:第[^ ]{1,3}部分|\([^)]{1,4}\)|[^、.,]{1,4}[、.,])[ 、.,:]*", head)
    body = begin + (mark.end() if mark and section.number else 0)
    return Item(section.number, begin, body, min(section.end, end))


def _rows(
    text: str, start: int, end: int, lacks: re.Pattern[str] | None, split: bool = False
) -> list[Item]:
    """The parts of a passage: numbered ones, or its lines, or its sentences."""
    row = enumerated(text, start, end)
    if row:
        return row
    lines = list(parts_of(text, start, end, "\n"))
    if not lines:
        return []
    first = text[lines[0].start : lines[0].end].lstrip(" 。:、")
    if len(lines) > 1 and _INTRODUCES.search(first) and len(first) < 120:
        lines = lines[1:]
    if len(lines) > 1:
        return [_bare(text, line) for line in lines if len(text[line.start : line.end]) > 4]
    sentences = list(parts_of(text, lines[0].start, lines[0].end, "。"))
    led = sentences[0]
    words = text[led.start : led.end]
    colon = words.find(":")
    if colon > 0 and len(sentences) >= 1 and colon < 60 and ";" in words[colon:]:
        parts = list(parts_of(text, led.start + colon + 1, lines[0].end, ";。"))
        return [_bare(text, part) for part in parts]
    if len(sentences) > 1 and _INTRODUCES.search(words.lstrip(" 。:、")):
        sentences = sentences[1:]
    if len(sentences) > 1 and lacks is not None:
        told = [bool(lacks.search(text[each.start : each.end])) for each in sentences]
        if not all(told):
            return [_bare(text, Span(sentences[0].start, sentences[-1].end))]
    if len(sentences) == 1 and text.count(";", sentences[0].start, sentences[0].end) >= 1:
        parts = list(parts_of(text, sentences[0].start, sentences[0].end, ";"))
        return [_bare(text, part) for part in parts]
    if len(sentences) > 1 and not split and lacks is None:
        return [_bare(text, each) for each in sentences]
    return [_bare(text, each) for each in sentences]


def _bare(text: str, span: Span) -> Item:
    part = text[span.start : span.end]
    left = len(part) - len(part.lstrip(" \n。:、,—-·•●■◆"))
    return Item(None, span.start + left, span.start + left, span.end)


# ── Posts ────────────────────────────────────────────────────────────────────────────────────

_ROLES = (
    "第一责任人|直接责任人|第一副组长|常务副组长|副组长|办公室主任|组长|常务副主任|副主任委员"
    "|副主任|主任委员|主任|副召集人|召集人|总召集人"
    "|副主席|主席|小组成员|组员|成员|委员|总指挥|副总指挥|常年法律顾问|法律顾问|公职律师"
    "|法治副校长|法制副校长|专职法制员|兼职法制员|法制员|联络员"
)
_GIVEN = re.compile(
    rf"(?:(?<![责主常信胜历现到务就离留])(?<!(?<!政)委)(?:担任|兼任"
    rf"|任)(?![务何职期命意])(?P<of>[^,。;:\n任]{{0,24}}?)"
    rf"|(?<![作成因])为)(?P<post>{_ROLES})(?=[的,。;、)”\d\n ]|$)"
)
_KEPT = re.compile(
    r"(?:配备|配齐配强|配齐|配强|设置|设立|选配|聘请|选聘|聘任|续聘|明确|落实|选任|增配|充实"
    r"|补齐|配有|设有|共有|现有|拥有|培养)(?P<number>[^,。;: \n《“]{0,14}?)"
    r"(?P<post>专\(兼\)职法制员|专、兼职法制员|专兼职法制员|专职法制员|兼职法制员|首席法制员"
    r"|法制员|专职法制审核员|法制审核员|法治审核员|法制审核人员|法治联络员"
    r"|常年法律顾问|法律顾问|公职律师|法治副校长|法制副校长)(?!制度|工作|作用|意见|参|列席|队伍"
    r"|全程|审核|管理|岗位职责|提供|团队)"
)
# 配备专职法制员16名、兼职法制员43名: the second of a list.
_KEPT_TOO = re.compile(
    r"\d{0,3}余?[名人位]?[、和及](?P<post>专职法制员|兼职法制员|法制员|法制审核员|法律顾问|公职律师)"
    r"(?=\d|[,。;、])"
)
_CARRIES = re.compile(
    r"(?P<post>分管局?领导|分管副局长|分管负责人|教导员"
    r"|法制部门负责人)(?P<who>[一-鿿×某X*]{0,4}?)(?:总牵头|牵头|负总责|具体抓|抓具体|抓落实|抓"
    r"|具体负责|主抓|为直接责任人)"
)
_TITLES = (
    "副?局长|书记|政委|政治委员|主任|大队长|支队长|所长|教导员|部长|处长|科长|县长|区长"
    "|市长|镇长|乡长|站长|股长|校长|主席|同志|领导|院长|检察长|队长|律师"
)
_NAME = re.compile(
    rf"(?:{_TITLES})(?P<name>(?!事务所)[一-鿿][一-鿿某]{{0,2}}|[一-鿿]?[×xX*]{{1,3}})(?:同志)?$"
)
_NO_NAME = re.compile(
    rf"(?:{_TITLES.replace('同志|', '')}|负责人|成员|单位|部门|干部|民警)(?:同志)?$"
)
_GROUP = re.compile(
    r"^的?(?P<unit>[^,。;:\n、]{1,30}?(?:领导小组|工作小组|工作专班|专班|委员会|工作组|指挥部"
    r"|小组|机构))"
)


_UNITS = re.compile(
    r"^[^，,:：]{0,20}(?:所|队|局|部门|单位|机关|机构|处|科|室|股|中心|校|村|社区|站|院|委员会|企业)$"
)


def posts_of(source: str, text: str, begin: int, end: int) -> list[PostItem]:
    """Who is given which post: 由…任组长, 配备专职法制员, 分管局领导总牵头."""
    found: list[PostItem] = []
    taken: set[int] = set()
    for given in _GIVEN.finditer(text, begin, end):
        low = max(begin, given.start() - 40)
        holder = re.split(r"[,。;:\n、]|由|以", text[low : given.start()])[-1]
        before = text[low : given.start() - len(holder)]
        # 副区长、公安局长某某任: two titles of one person.
        if not holder.strip() or _ends_with_verb(holder):
            continue
        name = _NAME.search(holder) or _name_in_row(text, low, holder, given)
        person = None
        if name and not _NO_NAME.search(holder):
            size = len(name.group("name"))
            first = given.start() - (len(holder) - name.start("name") if name.re is _NAME else size)
            person = source[first : first + size]
        if text[given.start() : given.start() + 1] == "为" and not re.search(
            r"明确|确定|以|由|任|为[^,。]{1,20}[,、]", before[-30:] + "|"
        ):
            continue
        group = _GROUP.match(text[given.end() : given.end() + 40])
        of = given.span("of")
        unit = None
        if group and not given.group("of"):
            at = given.end() + group.start("unit")
            unit = source[at : at + len(group.group("unit"))]
        elif given.group("of") and given.group("of") != "双":
            unit = source[of[0] : of[1]]
            if not _GROUP.fullmatch(text[of[0] : of[1]]):
                unit = re.sub(r"(?:推进)?(?:法治|依法).*$", "", unit)
            unit = unit or None
        elif founded := _group_before(text, begin, given.start()):
            unit = source[founded.start : founded.end]
        clause = _clause(text, given.start(), begin, end)
        taken.add(given.start("post"))
        post = source[given.start("post") : given.end("post")]
        found += [
            _post(source, post, other, unit, clause)
            for other in (_holders_before(source, text, low, holder, given) if person else ())
        ]
        found.append(_post(source, post, person, unit, clause))
    found = _of_one_group(source, text, found)
    for kept in _KEPT.finditer(text, begin, end):
        if kept.start("post") in taken or re.search(r"担任|兼任", kept.group("number")):
            continue
        clause = _clause(text, kept.start(), begin, end)
        unit = source[clause.start : kept.start()].strip(" ,，、")
        unit = re.sub(r"^(?:并|且|同时|在|为|由)|(?:均|都|全部|统一|已|已经|全面)+$", "", unit)
        if len(unit) > 24 or not _UNITS.search(unit):
            unit = ""
        post = source[kept.start("post") : kept.end("post")]
        found.append(_post(source, post, None, unit or None, clause))
        at = kept.end()
        while (more := _KEPT_TOO.match(text, at)) and more.start("post") not in taken:
            other = source[more.start("post") : more.end("post")]
            found.append(_post(source, other, None, unit or None, clause))
            taken.add(more.start("post"))
            at = more.end()
    for carried in _CARRIES.finditer(text, begin, end):
        clause = _clause(text, carried.start(), begin, end)
        post = re.sub(r"局?领导|副局长|负责人", "领导", carried.group("post"))
        if carried.group("post").startswith("法制"):
            post = carried.group("post")
        unit = source[clause.start : carried.start()].strip(" ,，、由") or None
        who = source[carried.start("who") : carried.end("who")] or None
        if unit and (len(unit) > 16 or not _UNITS.search(unit)):
            unit = None
        found.append(_post(source, post, who, unit, clause))
    return sorted(found, key=lambda each: each.start)


_NAME_ALONE = re.compile(r"(?P<name>[一-鿿]{2,3})$")


def _name_in_row(text: str, low: int, holder: str, given: re.Match[str]) -> re.Match[str] | None:
    """副局长甲、乙任副组长: a name without a title, behind one with it."""
    at = given.start() - len(holder)
    if at <= low or text[at - 1] != "、" or not _NAME_ALONE.fullmatch(holder):
        return None
    before = re.split(r"[,。;:\n、由]", text[low : at - 1])
    while before and _NAME_ALONE.fullmatch(before[-1]) and not _NO_NAME.search(before[-1]):
        before.pop()
    titled = bool(before) and _NAME.search(before[-1]) and not _NO_NAME.search(before[-1])
    return _NAME_ALONE.match(holder) if titled else None


def _holders_before(
    source: str, text: str, low: int, holder: str, given: re.Match[str]
) -> list[str]:
    """书记甲、主任乙任双组长: who is named before the last of several."""
    names: list[str] = []
    at = given.start() - len(holder)
    while at > low and text[at - 1] == "、":
        stop = at - 1
        at = max([low, *(text.rfind(sign, low, stop) + 1 for sign in "、,。;:\n由")])
        name = _NAME.search(text[at:stop]) or _NAME_ALONE.fullmatch(text[at:stop])
        if name is None or _NO_NAME.search(text[at:stop]):
            break
        names.insert(0, source[at + name.start("name") : at + name.end("name")])
    return names


_FOUNDED = re.compile(
    r"(?:成立|调整|充实|组建|设立|建立|健全|完善)+了?(?P<unit>[^,。;:\n由以任]{2,24}?"
    r"(?:领导小组|工作小组|工作专班|专班|委员会|工作组|指挥部))"
)


def _group_before(text: str, begin: int, at: int) -> Span | None:
    """成立…领导小组，由甲任组长: the group that the same sentence speaks of before."""
    low = max([begin, *(text.rfind(sign, max(begin, at - 120), at) + 1 for sign in "。;\n")])
    found = list(_FOUNDED.finditer(text, low, at))
    return Span(*found[-1].span("unit")) if found else None


def _of_one_group(source: str, text: str, found: list[PostItem]) -> list[PostItem]:
    """由甲任组长、乙任副组长的领导小组: the group named at the end is the one of all before."""
    units: list[str | None] = [each.unit for each in found]
    for at in range(len(found) - 2, -1, -1):
        between = text[found[at].start : found[at + 1].end]
        if units[at] is None and not re.search(r"[。;\n]", between):
            units[at] = units[at + 1]
    return [
        PostItem(each.post, each.person, unit, each.text, each.start, each.end)
        for each, unit in zip(found, units, strict=True)
    ]


def _post(source: str, post: str, person: str | None, unit: str | None, clause: Span) -> PostItem:
    return PostItem(post, person, unit, source[clause.start : clause.end], clause.start, clause.end)


_NUMBERED = re.compile(
    rf"\s*(?:\((?:[{NUMERAL}]{{1,3}}|\d{{1,2}})\)|[{NUMERAL}]{{1,2}}是|\d{{1,2}}[.、])\s*"
)


def _ends_with_verb(holder: str) -> bool:
    return re.search(r"(?:拟|不得|不再|不|未)$", holder) is not None


def _clause(text: str, at: int, begin: int, end: int) -> Span:
    low = max([begin, *(text.rfind(sign, max(begin, at - 200), at) + 1 for sign in ",。;:\n")])
    high = min(
        [
            end,
            *(place for sign in ",。;\n" if (place := text.find(sign, at, min(end, at + 200))) > 0),
        ]
    )
    numbered = _NUMBERED.match(text, low, at)
    return trimmed(text, numbered.end() if numbered else low, high)


# ── Honours ──────────────────────────────────────────────────────────────────────────────────

_YEARS_RUNNING = rf"连续[\d{NUMERAL}两]+(?:个)?(?:年|届|次|季度)"
_HONOUR = re.compile(
    r"获评|荣获|荣膺|荣登|被[^,]{0,12}评为|评为[^,]{1,30}|被[^,]{0,12}(?:授予|命名为|确定为"
    r"|列为)|荣立|记[^,]{0,6}[一二三]等功"
    r"|[获授予取得]得?[^,]{0,40}(?:称号|荣誉|奖|表彰|一等功|二等功|三等功|通报表扬|嘉奖)"
    rf"|{_YEARS_RUNNING}[^,]{{0,30}}(?:第[一二三123]|优秀|先进|前列|满分|优等|示范)"
    r"|(?:全国|全省|全市|全区|全县|全州|全系统)[^,]{0,10}(?:第[一二三123](?:名"
    r"|位)?(?![个批期季次届责议时线])|前[三列茅五十3]|首位|榜首)"
    r"|(?:受到|得到|获|获得|被)[^,]{0,24}(?:表彰|通报表扬|高度肯定|充分肯定|肯定性?批示"
    r"|批示肯定|高度评价|表扬|嘉奖)"
    r"|(?:经验|做法|案例)[^,]{0,8}(?:被|在)[^,]{0,14}推广|入选[^,]{2,40}|获(?:得|评)?[^,]{0,16}(?:优秀|先进|优等)(?:等次|等级|单位|集体|个人|成绩)|成功(?:创建|创成|获批)|光荣成为|(?:位列|位居|排名|名列)[^,]{0,16}(?:第"
    r"|前)|名列前茅|夺得|摘得|斩获|捧回|蝉联|摘取"
)
_NO_HONOUR = re.compile(
    r"力争|争取|争创|争当|努力|获得感|将被|拟|应当|评选|申报|推荐|若|如被|不得|取消|撤销"
    r"|一票否决|获得[^,]{0,8}(?:支持|理解|线索|信息|资格)$"
)


def honours_of(
    source: str, text: str, sections: list[Section], begin: int, end: int
) -> list[HonourItem]:
    """Clauses that tell of an honour won, in the opening and in what was done."""
    spans = [(begin, sections[0].start if sections else end)]
    spans += [
        (each.start, each.end)
        for each in sections
        if each.level == 1 and each.role not in (SectionRole.PROBLEMS, SectionRole.NEXT_YEAR)
    ]
    found = []
    for low, high in spans:
        for clause in _clauses(text, low, high):
            words = text[clause.start : clause.end]
            if _HONOUR.search(words) and not _NO_HONOUR.search(words):
                listed = re.match(rf"[{NUMERAL}]{{1,2}}是", words)
                start = clause.start + (listed.end() if listed else 0)
                found.append(HonourItem(source[start : clause.end], start, clause.end))
    return found


def _clauses(text: str, start: int, end: int) -> Iterator[Span]:
    """Parts between commas and stops; a comma within quotation marks does not part."""
    at = start
    depth = 0
    for found in re.finditer(r"[“《”》,。;:\n!]", text[start:end]):
        sign = found.group()
        if sign in "“《":
            depth += 1
        elif sign in "”》":
            depth = max(0, depth - 1)
        elif depth == 0 or sign in "。\n":
            depth = 0
            part = trimmed(text, at, start + found.start())
            if part.end - part.start >= 4:
                yield part
            at = start + found.end()
    part = trimmed(text, at, end)
    if part.end - part.start >= 4:
        yield part
