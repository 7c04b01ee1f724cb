"""What the head of a published report says about it: title, year, issuer, numbers and days.

Authorities print it as rows of a table, as lines with a colon, or lose both and leave one line with
blanks. A label is known by its words, whatever blanks stand between them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reports.domain.wording_structure import ORGANISATION, Section, end_of_body, signature_of
from reports.domain.wording_text import days_in, narrow, year_of

# What an authority calls each field; the more telling name first.
_LABELS: dict[str, tuple[str, ...]] = {
    "title": ("信息名称", "文件名称", "文件标题", "信息标题", "公文标题", "标题", "名称", "题名"),
    "index_number": ("政府信息索引号", "信息索引号", "公开索引号", "索引号", "索取号",
    "信息索取号", "索引编号"),
    "document_number": ("发文字号", "发文文号", "文件编号", "文件字号", "文件文号", "公文文号",
    "文号", "发文号", "文件号"),
    "issuer": (
        "发布机构", "发文机关", "发文机构", "发布机关", "制发机关", "制作机关", "发文单位",
        "发布单位", "公开主体",
        "编制机关", "制发单位", "公开单位", "公开机构", "责任主体", "发布主体", "生成机构",
        "信息提供单位", "公开部门", "发布部门",
    ),
    "source": ("信息来源", "文章来源", "稿件来源", "来源", "作者"),
    "issued_on": (
        "成文日期", "成文时间", "发文日期", "发文时间", "印发日期", "印发时间", "生成日期",
        "生成时间", "制发日期", "形成日期",
        "形成时间", "签发日期", "产生日期", "信息生成日期", "制作日期",
    ),
    "published_on": (
        "发布日期", "发布时间", "公开日期", "公开时间", "公布日期", "公布时间", "上网日期",
        "更新日期", "更新时间", "日期", "时间",
    ),
    "topic": ("主题分类", "主题类别", "所属主题", "主题分类号", "信息分类", "信息类别", "主题",
    "分类"),
    "": (
        "体裁分类", "公开方式", "公开形式", "公开范围", "公开类型", "有效性", "是否有效",
        "时效性", "浏览次数", "浏览量", "点击数", "点击量",
        "阅读次数", "访问量", "栏目", "组配分类", "公文类别", "公文种类", "文种", "字体",
        "字号", "关键词", "主题词", "生效日期", "生效时间",
        "失效日期", "废止日期", "效力状态", "内容概述", "信息概述", "服务对象", "服务对象分类",
        "所属机构", "责任编辑", "公开程序", "公开时限",
        "公开属性", "原文链接", "本地目录", "页面链接", "当前位置", "备注", "语种", "附件",
        "统一登记号", "登记号", "分享", "打印",
    ),
}  # fmt: skip
_ONLY_WITH_SIGN = {"标题", "名称", "题名", "日期", "时间", "来源", "作者", "主题", "分类",
"栏目", "字体", "字号", "附件", "备注", "语种", "分享", "打印", "文种"}  # fmt: skip
_FIELD = {label: field for field, labels in _LABELS.items() for label in labels}
_LABEL = re.compile(
    r"(?:^|(?<=[\s|【\[>]))[【\[]?(?P<label>"
    + "|".join(" {0,4}".join(label) for label in sorted(_FIELD, key=lambda each: -len(each)))
    + r")(?P<sign> {0,4}[】\]] {0,2}[:|]?| {0,8}[:|\t]| {1,8}(?=\S)| {0,8}(?=\n))",
)
_NOTHING = re.compile(r"^[\s\-—_/\\无暂]*$|^暂?无$|^null$|^None$")
_NUMBER = re.compile(
    r"(?:^|(?<=[\s|]))([\u4e00-\u9fffA-Za-z]{1,14} ?[〔\[({【] ?(?:19|20)\d\d ?[〕\])}】]"
    r" ?第? ?\d{1,5} ?号)(?=[\s|)]|$)"
)
# What stands behind a label that was left blank is the next line, not its value.
_OF_A_PAPER = re.compile(r"号|[\[〔(【{]?(?:19|20)\d\d[\]〕)】}]|\d{4}[-–]\d+")
_YEAR = r"(?:20\d\d|二[〇零][〇零一二三四五六七八九]{2})"
_SUBJECT = r"(?:法治|依法行政|依法治|法制|法治化)"
_ENDS = r"(?:报告|总结|汇报|年报|情况|要点|安排|打算|计划|公示|公开|思路)"
_TITLE = re.compile(
    rf"[^\s|>:。;《]{{0,60}}(?:{_SUBJECT}"
    rf"|{_YEAR})[^\s|>:。;《]{{0,60}}?{_ENDS}(?:\([^()\n]{{1,12}}\))?$"
)
# The title runs into the text without a break: …工作总结根据《…》要求.
_RUNS_INTO_TEXT = re.compile(
    rf"\s*(?P<title>[^\s,。;:《>|]{{0,40}}{_SUBJECT}[^\s,。;:《>|]{{0,30}}?(?:报告|总结|汇报|年报))"
    rf"(?=(?:根据|按照|为[了深全认]|{_YEAR}年|今年|一年来|近年|现将|我[局县区市镇单]|在[市县区上省])[^\n]{{10}})"
)
_ORGANISATION_LINE = re.compile(rf"^[\u4e00-\u9fff()]{{2,40}}{ORGANISATION}$")
_BEFORE_THE_NAME = re.compile(rf"^(?:{_YEAR}(?:年度?)?|关于)")
_NAMED = re.compile(
    rf"^(?P<who>[\u4e00-\u9fff()]{{2,40}}?{ORGANISATION})(?:党委|党组)?(?=关于|{_YEAR}|推进"
    rf"|全面|法治|依法|年度|落实|履行)"
)
_PLANNED = re.compile(r"安排|打算|计划|要点|思路|部署|重点工作|工作任务")
_TOLD = re.compile(r"情况|总结|报告|汇报|回顾|自查|述法")
_AS_FOLLOWS = re.compile(
    rf"(?P<year>{_YEAR})年?度?[^。\n]{{0,60}}(?:报告|汇报|总结|通报|公布|公开"
    rf"|公示)[^。\n]{{0,8}}如下"
)
# （2025年2月20日） on a line of its own, below the title.
_UNDER_TITLE = re.compile(r"(?:^|\n)[ \t]*\([^()\n]{8,14}日\)[ \t]*(?=\n|$)")
FURTHEST = 3000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the head of a report says; None where it says nothing. Days are ISO text.

    ``year`` is the year reported on, ``years`` every year the title or the opening speaks of.
    """

    title: str | None = None
    year: int | None = None
    years: tuple[int, ...] = ()
    issuer: str | None = None
    index_number: str | None = None
    document_number: str | None = None
    issued_on: str | None = None
    published_on: str | None = None
    topic: str | None = None


def title_of(source: str, text: str) -> str | None:
    """The title, by its label or as the line that reads like one; None where there is none."""
    labelled = _labelled(source, text, FURTHEST).get("title")
    return labelled or _title_line(source, text)


def years_of(title: str | None, text: str) -> tuple[int | None, tuple[int, ...]]:
    """The year reported on, and all years of the title or else of the opening sentence."""
    words = narrow(title or "")
    mentions = [(found.start(), found.end(), year_of(found.group())) for found in _years(words)]
    if mentions:
        told = []
        for at, (_, end, year) in enumerate(mentions):
            until = mentions[at + 1][0] if at + 1 < len(mentions) else len(words)
            behind = words[end:until]
            planned = _PLANNED.search(behind)
            said = _TOLD.search(behind)
            if not planned or (said and said.start() < planned.start()) or at == 0:
                told.append(year)
        years = tuple(sorted({year for _, _, year in mentions}))
        return max(told), years
    opening = text[:FURTHEST]
    said = _AS_FOLLOWS.search(opening)
    if said:
        year = year_of(said.group("year"))
        return year, (year,)
    counted = Counter(
        int(found) for found in re.findall(r"(?<![\d.-])(20\d\d)(?=年(?!\d{1,2}月))", opening)
    )
    if counted:
        best = max(counted.values())
        year = min(year for year, number in counted.items() if number == best)
        return year, (year,)
    return None, ()


def metadata_of(source: str, text: str, sections: list[Section], last_item: int = 0) -> Metadata:
    """All fields; ``text`` is the narrow source, ``sections`` tell where the head ends.

    ``last_item``: where the last part begins, in a text that is read without sections.
    """
    first = sections[0].start if sections else len(text)
    head = min(first, FURTHEST)
    fields = _labelled(source, text, head)
    title = fields.get("title") or _title_line(source, text[:head])
    year, years = years_of(title, text)
    last = max((each.start for each in sections if each.level == 1), default=last_item)
    stop = end_of_body(text, last)
    _, signed_by, signed_on = _signature(text, last, stop)
    tail = (
        _labelled(source, text[max(stop, 0) :], FURTHEST, offset=stop) if stop < len(text) else {}
    )
    issuer = fields.get("issuer") or tail.get("issuer")
    if issuer is None and signed_by is not None:
        issuer = source[signed_by[0] : signed_by[1]]
    issuer = issuer or issuer_of(title) or fields.get("source") or tail.get("source")
    number = fields.get("document_number") or tail.get("document_number")
    if number is None:
        alone = _NUMBER.search(text[:head])
        number = source[alone.start(1) : alone.end(1)] if alone else None
    issued = _day(fields.get("issued_on") or tail.get("issued_on")) or signed_on
    if issued is None and (under := _UNDER_TITLE.search(text[:head])):
        issued = _day(under.group())
    if year is None and issued is not None:
        year = int(issued[:4]) - 1
        years = (year,)
    return Metadata(
        title=title,
        year=year,
        years=years,
        issuer=issuer,
        index_number=fields.get("index_number") or tail.get("index_number"),
        document_number=number,
        issued_on=issued,
        published_on=_day(fields.get("published_on")) or _day(tail.get("published_on")),
        topic=fields.get("topic") or tail.get("topic"),
    )


def _years(words: str) -> Iterator[re.Match[str]]:
    # 2021—2025年 in the name of a plan is no year reported on.
    plain = re.sub(
        r"20\d\d ?[-—–~至] ?20\d\d(?=年.{0,6}规划)", lambda gap: " " * len(gap[0]), words
    )
    return re.finditer(rf"{_YEAR}(?=年|年度|、|和|及|-|—|至|暨|度)", plain)


def _day(words: str | None) -> str | None:
    for *_, day in days_in(narrow(words or "")):
        return day.isoformat()
    return None


def _signature(text: str, last: int, stop: int) -> tuple[int, tuple[int, int] | None, str | None]:
    # The end of the body lies before the signature: look at what follows it.
    line = stop + 200
    begin, who, day = signature_of(text, min(len(text), _signature_end(text, stop, line)))
    if begin < stop or begin < last:
        return stop, None, None
    written = text[day.start : day.end] if day else ""
    return begin, (who.start, who.end) if who else None, _day(written)


def _signature_end(text: str, stop: int, furthest: int) -> int:
    ends = [end for _, end, _ in days_in(text[stop:furthest])]
    if ends:
        return stop + ends[0]
    line = text[stop:furthest].lstrip(" \n").split("\n", 1)[0]
    return min(furthest, text.find(line, stop) + len(line)) if line else stop


# ── Labels ───────────────────────────────────────────────────────────────────────────────────


def _labelled(source: str, text: str, head: int, offset: int = 0) -> dict[str, str]:
    """The fields that stand behind a label, by field; blank ones are left out."""
    zone = text[:head]
    marks: list[tuple[int, int, str]] = []
    for found in _LABEL.finditer(zone):
        label = re.sub(r"\s", "", found.group("label"))
        sign = found.group("sign")
        if not sign.strip(" ") and label in _ONLY_WITH_SIGN:
            continue
        if not sign.strip(" ") and not _begins_line(zone, found.start()) and not marks:
            continue
        marks.append((found.start(), found.end(), label))
    alone = [
        end for at, (_, end, _) in enumerate(marks)
        if not zone[end : zone.find("\n", end)].strip(" :|\t")
        and not (at + 1 < len(marks) and not zone[end : marks[at + 1][0]].strip())
    ]  # fmt: skip
    over_lines = len(alone) >= 3
    fields: dict[str, tuple[int, str]] = {}
    for at, (_, end, label) in enumerate(marks):
        field = _FIELD[label]
        until = marks[at + 1][0] if at + 1 < len(marks) else len(zone)
        value = _value(zone, end, until, over_lines)
        if not field or value is None:
            continue
        words = source[offset + value[0] : offset + value[1]].strip().rstrip("】]|")
        if field == "document_number" and not _OF_A_PAPER.search(narrow(words)):
            continue
        rank = _LABELS[field].index(label)
        if not _NOTHING.match(words) and (field not in fields or rank < fields[field][0]):
            fields[field] = (rank, words.strip())
    return {field: words for field, (_, words) in fields.items()}


def _begins_line(zone: str, at: int) -> bool:
    return not zone[zone.rfind("\n", 0, at) + 1 : at].strip(" |\t")


def _value(zone: str, start: int, until: int, over_lines: bool) -> tuple[int, int] | None:
    while start < until and zone[start] in " :|\t":
        start += 1
    if over_lines and start < until and zone[start] == "\n":
        while start < until and zone[start] in " :|\t\n":
            start += 1
    part = re.split(r"[|\t\n]|(?<=\S) {3,}", zone[start:until], maxsplit=1)[0]
    if len(part) > 40 and not (part.rstrip().endswith(("报告", "总结")) and len(part) < 80):
        # All on one line: what follows the value is the page, not the field.
        part = part.split(" ", 1)[0]
    return (start, start + len(part.rstrip())) if part.strip() else None


# ── Title and issuer ─────────────────────────────────────────────────────────────────────────


def _title_line(source: str, text: str) -> str | None:
    """The first line that reads like a title and says of which year or of whom, or else any."""
    first = None
    if run_on := _RUNS_INTO_TEXT.match(text):
        return source[run_on.start("title") : run_on.end("title")]
    for title in _titles(source, text):
        if re.search(_YEAR, narrow(title)) or issuer_of(title):
            return title
        first = first or title
    return first


def _titles(source: str, text: str) -> Iterator[str]:
    pieces: list[tuple[int, int]] = []
    for found in re.finditer(r"(?:[^\s|>]| (?! ))+", text[:FURTHEST]):
        left = len(found.group()) - len(found.group().lstrip())
        pieces.append((found.start() + left, found.start() + left + len(found.group().strip())))
    for at, (start, end) in enumerate(pieces):
        words = text[start:end]
        if len(words) > 70:
            token = _title_token(words)
            if token:
                yield source[start + token[0] : start + token[1]]
            continue
        joined = words.replace(" ", "")
        before = text[slice(*pieces[at - 1])].replace(" ", "") if at else ""
        after = text[slice(*pieces[at + 1])].replace(" ", "") if at + 1 < len(pieces) else ""
        if _reads_as_title(joined):
            whole = re.sub(r"\s", "", source[start:end])
            if _ORGANISATION_LINE.match(before) and issuer_of(joined) is None:
                yield re.sub(r"\s", "", source[slice(*pieces[at - 1])]) + whole
                continue
            token = _title_token(words) if " " in words and len(words) > 50 else None
            yield source[start + token[0] : start + token[1]] if token else whole
            continue
        if (
            re.search(rf"关于|{ORGANISATION}{_YEAR}|{_YEAR}年度?$", joined)
            and not re.search(r"[,。:;]", joined)
            and _reads_as_title(joined + after)
            and re.search(r"(?:报告|总结|汇报|年报)$", after)
        ):
            whole = re.sub(r"\s", "", source[start:end] + source[slice(*pieces[at + 1])])
            if _ORGANISATION_LINE.match(before) and issuer_of(joined) is None:
                yield re.sub(r"\s", "", source[slice(*pieces[at - 1])]) + whole
                continue
            yield whole
            continue
        token = _title_token(words)
        if token:
            yield source[start + token[0] : start + token[1]]


def _reads_as_title(words: str) -> bool:
    return (
        bool(_TITLE.fullmatch(words))
        and re.search(_SUBJECT, words) is not None
        and not re.match(rf"(?:[{'一二三四五六七八九十'}]、|\(|现将|根据|按照)", words)
        and words.count(",") <= 1
        and len(words) >= 8
    )


def _title_token(words: str) -> tuple[int, int] | None:
    """A title among other words of one line, between blanks."""
    for found in re.finditer(r"[^\s]{8,70}", words):
        token = found.group()
        if _reads_as_title(token) and re.search(r"(?:报告|总结|汇报|年报)(?:\(.*\))?$", token):
            return found.span()
    return None


def issuer_of(title: str | None) -> str | None:
    """Who a title names as having made it; None where it names nobody."""
    words = _BEFORE_THE_NAME.sub("", narrow(title or ""))
    found = _NAMED.match(words)
    if found is None:
        return None
    who = found.group("who")
    at = narrow(title or "").find(who)
    return (title or "")[at : at + len(who)]
