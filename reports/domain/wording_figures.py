"""Figures of a report: 2,885起, 近百件, 1.2万余人次, 同比下降12.5%, 3—5名.

In comes a text, out come the numbers that count something, in order, each with the thing it is
counted in (``counter``) and its place: characters of the text as it came in, the end exclusive.
万 and 亿 are multiplied out, a share keeps its sign as the counter: 7万元 is 70000 元,
百分之九 is 9 %.
What is told without one (阅读量突破300万) has no counter: empty, null in the plain form.

Figures are not: years, days, times and terms (2023年, 3个月, 5日内; 缩短3天 is one), ordinals
(第二, 一是, 前三名), document numbers, articles of law, section and index numbers, telephones,
names
(四个一, “两个维护”, 三项制度, 八项规定, 一把手), idioms (万无一失), what a rhythm, a quota or a due
date says, and 一 before a counter, which counts nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from reports.domain.figures import plain as in_digits
from reports.domain.wording_cadence import told_in
from reports.domain.wording_numbers import Number, numbers_of, squeezed


@dataclass(frozen=True, slots=True)
class FigurePhrase:
    """A figure as worded. ``text`` runs from its wording to its counter.

    ``value2`` is the upper end of a range. ``wording`` is the word that says it is not exact, as it
    stands there: 余, 多, 近, 约, 超过, 逾, 不低于, 不少于, 至少, 以上, 左右 …;
    null where it is exact.
    ``is_target``: it is aimed at, not reached (目标, 力争, 不低于 in a plan).
    """

    value: Decimal
    value2: Decimal | None
    counter: str
    wording: str | None
    is_target: bool
    text: str
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """In the form of the interface."""
        return {
            "value": in_digits(self.value),
            "value2": None if self.value2 is None else in_digits(self.value2),
            "counter": self.counter or None,
            "wording": self.wording,
            "is_target": self.is_target,
            "text": self.text,
            "start": self.start,
            "end": self.end,
        }


# --- words ---------------------------------------------------------------------------------------

# Longer ones first: 人次 before 人, 场次 before 场.
_COUNTERS = (
    "个百分点|百分点|个千分点|千分点|人次|人份|车次|警次|批次|场次|件次|条次|班次|期次|户次|家次|学时|课时"
    "|平方公里|平方千米|平方米|立方米|公里|千米|公顷|公斤|千克|毫克|美元|港元|元|亩|吨|米|克|升"
    "|起|件|宗|桩|人|名|个|家|户|份|次|场|期|批|项|条|篇|例|部|本|册|张|块|处|所|座|台|套|辆|艘|架|支|只|头"
    "|枚|颗|粒|分|门|堂|节|类|种|队|组|班|位|笔|单|封|卷|幅|面|间|栋|幢|片|则|轮|遍|回|对|倍|口|盘|盏|根|株|箱|桶"
    "|瓶|包|袋|双|站|岗|村|镇|街道|社区|网格|款|副|顶|把|枝|发|斤|员|方|对|队次|名次"
)
_COUNTER = re.compile(rf"(?:{_COUNTERS})")
# After these marks the counter is the beginning of another word.
_NO_COUNTER = re.compile(
    r"个?(?:工作日|自然日|日历日|小时|钟头|季度|星期|礼拜|年头|月|周(?!边))"
    r"|分(?:钟|局|之|别|管|级|类|区|散|析|工|配|布|片|段|期|步|批|层|明)|年|日|号|时(?!间)|秒|岁|周岁|天|点|级|线|届|度(?!假)|旬"
    r"|期(?:间|限|望|满|货)|节(?:日|假|约|省|点)|次(?:性|日|月|年|要)|方(?:面|案|式|法|向|联|共|协|调|机|会|平)|对(?:一|接|照|口|比|标|外)"
    r"|部(?:门|分|队|署|委|级)|处(?:理|置|罚|于|分|长|级)|所(?:有|以|谓|长|队)|条(?:例|件|线)|项目部|类似|台(?:账|风)|单(?:位|独|一)"
    r"|班(?:子|主|长)|队(?:伍|员|长)|面(?:对|向|临)|家(?:庭|属|长|园)|本(?:级|地|市|区|局|年|月|科|土)|片区|组织|员(?:工)?|发(?:展|现|生|布|案|出|放)"
    r"|口(?:头|号|供)|包(?:括|含|案)|把(?:握|关|手)|站(?:点|所|位)|件套|回(?:头|访|应|复)|门(?:户|口|类)|位(?:于|置|数)|双(?:向|方)|款(?:项)|位一体|轮(?:流|值|训|岗)"
)
# Chinese numerals before these name things rather than count them: 三类, 两级, 二期.
_LOOSE_CHINESE = re.compile(
    r"个?(?:方面|维护|意识|自信|确立|全面|坚持|服务|关键|文明|到位|必须|务必|一(?!线)|规定|禁令|严禁|不准|规范|不|先|统一|结合|层面|环节|阶段|步骤"
    r"|角度|层次|维度|转变|提升|清单|体系|责任|专项|重点|有|更|能|凡是|不得|决定|意见|过硬|强化|着力|突出|聚焦|抓|化|中心|问题导向|关系|倡导)"
    r"|项(?:制度|规定|机制|措施|建设|工程|行动|任务|重点|工作|纪律|要求|职责|改革|监督)|[类种级期方面分节员部双口包发把站位款门队班组块片对轮副头根]|条(?:禁令|红线|底线|主线|例|措施|经验|规定|线)"
    r"|[一-鿿]{1,2}(?:联动|联调|合一|融合|协同|共治)"
    r"|次(?:审议|全会|会议|分配|供水|污染|创业|元)|支队伍|大|重|名册|本账|张网|张清单|本台账|道防线|家人|人(?!次|，|。|；|、|被|受|获|死|轻|重|$)|回事|个人"
)
_BEFORE = re.compile(
    r"(?:(?P<word>不得少于|不得低于|不得超过|不少于|不低于|不超过|不高于|不多于|大约|将近|接近|超过|突破|至少|最多|高达|多达|近|约|超|逾|上|过)|(?P<set>第|前|“|‘|\"|《|〔|\[|（|\())$"
)
_WORDS_BEFORE = {"大约": "约", "将近": "近", "接近": "近", "高达": "", "多达": ""}
_AFTER = re.compile(
    r"[(（]?含?[)）]?(?P<word>以上|以下|以内|左右|上下|有余|余|多(?![种样元方部门级]))"
)
_LATIN = re.compile(r"[A-Za-z0-9+·•*#_./:-]$")
_TARGET = re.compile(
    r"力争|争取|目标(?!任务|责任|考核|管理|要求|清单|书|:?\d+[项个])(?:是|为|值)?|确保|计划(?!单列|经济|生育|财务|书|表|\d+[份项个])|(?<![模虚])拟(?!定|制|订)|预计|预期|力求|不低于|不得低于|不少于|不得少于|不超过|不得超过"
    r"|不高于|至少|控制在|(?<![不应])须|应当?(?=达|完|不|开|组)|要达|要完成|达到.{0,6}以上|将(?=达|实|完|新|建|组|开|培|推|打)|下一步|下步|明年"
)
_DONE = re.compile(
    r"已|共(?!同|建|治|享|识|产|青)|累计|截至|截止|今年以来|完成了|实现了|均达|同比|环比|较上年|较去年|全年(?=[^，。]{0,4}[办破立受])|查处|破获|抓获|办结(?!率)"
)

# These hold beyond a comma; 计划 and 至少 speak of their own clause alone.
_AIMS_ON = re.compile(r"力争|争取|目标[是为值:：]|确保|预期|力求|下一步|下步|明年")

_IDIOMS = re.compile(
    r"万无一失|千家万户|千方百计|千千万万|万家灯火|百姓|老百姓|百日|百年|千万(?!元|人|级|吨|斤|余|件|户|次|笔|条|亩)|万一|万分(?!之)|十分(?!之)|千分(?!之)|百分百(?!之)|万事|万里|万象|万众"
    r"|一心一意|三心二意|四面八方|五湖四海|五花八门|七嘴八舌|九牛一毛|十全十美|百花齐放|百尺竿头|百年大计|百家争鸣|半斤八两|独一无二|一五一十|三令五申|举一反三|丢三落四|接二连三|三番五次"
    r"|一线|一把手|一方|一体|一批|一系列|一起|一致|一定|一些|一般|一律|一手|一旦|一切|一直|一同|一道|一边|一面|一路|一经|一贯|统一|唯一|专一|逐一|单一|之一|同一|合一|万一|一站式"
    r"|三农|四史|四风|五级|两级|两会|两高|两法|两新|两优|双百|三重一大|三会一课|两学一做|四个一|五个一|三个一|六个一|两个一|一标三实|两抢一盗|三定|三公|两院|两办"
    r"|两个(?:维护|确立|一百年|革命|结合|责任|毫不动摇)|三个规定|四个(?:意识|自信|全面|铁一般|坚持|伟大)|八项规定|三项(?:制度|纪律|机制|规定)|五条禁令|六(?:个严禁|条)|十[大佳](?!案件)"
    r"|二维码|三维|一对一|一人一|一案一|一事一|一户一|一所一|一村一|一窗|一网|一码|一站|一键|一号"
    r"|双随机、?一公开|放管服|新三样|五位一体|三级|四级|四方|五方|三方|多元|二手|二次|二级|二审|三审|一审|再一次|又一次|进一步|第一时间"
)
_CN = "〇零○一二三四五六七八九十"
_MASKS = re.compile(
    # days, months, years, times, and spans of them
    rf"(?:\d{{2,4}}|[{_CN}]{{4}})年度?(?:(?:-|—{{1,2}}|–|~|至|到)(?:\d{{4}})年度?)?(?:(?:\d{{1,2}}|[{_CN}]{{1,3}})月份?)?(?:(?:\d{{1,2}}|[{_CN}]{{1,3}})[日号])?"
    rf"|(?:\d{{1,2}}|[{_CN}]{{1,3}})月(?:份|底|末|初|上旬|中旬|下旬)?(?:(?:\d{{1,2}}|[{_CN}]{{1,3}})[日号](?:(?:-|—{{1,2}}|–|~|至|到)(?:\d{{1,2}}|[{_CN}]{{1,3}})[日号]?)?)?"
    r"|\d{4}\s?[-./]\s?\d{1,2}\s?[-./]\s?\d{1,2}|\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}[时点](?:\d{1,2}分|半|整)?|\d{4}(?:-|—{1,2}|–|~)\d{4}(?!\d)"
    # papers, articles, ordinals
    r"|[〔\[【(]\d{4}[〕\]】)][^，。；\s]{0,12}?第?\d{1,6}号|(?<!\d)第?\d{1,6}(?:-\d{1,6})?号(?!召|手|机|线)"
    rf"|第(?:\d{{1,6}}|[{_CN}百千两]{{1,8}})(?:(?:、|至|到|-|~|和|或)第?(?:\d{{1,4}}|[{_CN}百千]{{1,8}})){{0,12}}(?:条之[{_CN}]|[条款项章节编次届批期名位个季]|类|季度)?"
    rf"|(?<![\d{_CN}])[{_CN}]{{1,2}}(?:是|要|则|来(?=[^自到源]))(?=.)|[（(](?:\d{{1,2}}|[{_CN}]{{1,3}})[)）]"
    rf"|(?:^|\n)[ \t]{{0,8}}(?:\d{{1,2}}(?:\.\d{{1,2}}){{0,4}}[.．、]?"
    rf"(?=[^\d.%])(?!\d|{_COUNTERS}|余|万|%))"
    rf"|[{_CN}]{{1,3}}、"
    rf"|(?:前|TOP)(?:\d{{1,2}}|[{_CN}]{{1,2}})(?:名|位|强|个|季度|月)?"
    # telephones, hot lines, codes
    r"|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)|(?<![A-Za-z])[A-Za-z]{1,12}[-/]?\d[\dA-Za-z./-]*|(?<!\d)\d{1,8}[A-Za-z#+＋·•][\dA-Za-z+＋·•]*"
    r"|“\d{1,2}[.·•]\d{1,2}|\d{1,2}[·•]\d{1,2}|(?<!\d)\d{1,8}/\d{1,8}(?:-\d{1,8})*"
    # names in quotation marks: “两个维护”, “三项制度”, “1+3+N”
    rf"|[“‘\"](?:\d{{1,2}}|[{_CN}两百]{{1,2}})(?:个?|项|大|条|张|步|级|方|类|者|进|有|亮|清|查|化|必|不|优|同|单)[^”’\"，。\d]{{0,8}}[”’\"]"
)
_SAVED = re.compile(
    r"(?:缩短|压缩|减少|提前|提速|节省|用时|平均|人均[^，。；]{0,4}时长|时[限间长][^，。；]{0,2}[由从])(?:了|至|到|用时|办理|时间|时限|时长|为|约){0,3}$"
)
_TERM = re.compile(r"(?:个)?(工作日|小时|天|分钟)(?!内|前|之内|以内)")
# 同比分别增长8.3%和-2.1%: less than nothing, not a span.
_BELOW_ZERO = re.compile(r"[一-鿿，,、；;](?<![至到])[-−]$")
_AGE = re.compile(r"平均年龄(?:为|约|仅|达)?$")
# 阅读量突破300万: what is counted stands before it.
_ENDS_HERE = re.compile(r"[，。；、;）)]|$")
# Chinese numerals with 期 count issues only after a word for making them.
_ISSUES = re.compile(
    r"(?:举办|开办|编发|编印|印发|刊发|推出|制作|组织|开展|开设|培训|发布)[^，。；]{0,6}$"
)
# More is no report but a text made to keep a reader busy.
MOST_NUMBERS = 10_000
_PURE_SCALE = set("百千万亿")
_REACH = 40


def figures_in(text: str, told: list[tuple[int, int]] | None = None) -> list[FigurePhrase]:
    """The figures of a text, in order.

    ``told``: the places of its rhythms, quotas and due dates, where the caller has read them.
    """
    level = squeezed(text)
    plain = level.text
    numbers = islice(numbers_of(plain), MOST_NUMBERS)
    counted = [(each, read) for each in numbers if (read := _figure(plain, each))]
    if not counted:
        return []
    masked = _masked(plain)
    rhythms = told_in(text).places() if told is None else told
    elsewhere = _Spans(_in_plain(level.places, rhythms))
    figures = []
    for number, (value, counter, wording, start, end) in counted:
        if masked.touch(number.start, number.end) or elsewhere.touch(number.start, number.end):
            continue
        target = _is_target(plain, start, end)
        first, last = level.span(start, end)
        figures.append(
            FigurePhrase(
                value, number.value2, counter, wording, target, text[first:last], first, last
            )
        )
    return _joined(text, figures)


def _joined(text: str, figures: list[FigurePhrase]) -> list[FigurePhrase]:
    """3件至5件 is one figure, as are 10%—15% and 5人到8人."""
    joined: list[FigurePhrase] = []
    for each in figures:
        before = joined[-1] if joined else None
        if (
            before
            and before.value2 is None
            and each.value2 is None
            and before.counter == each.counter
            and before.value < each.value
            and re.fullmatch(r"\s*(?:至|到|-|—{1,2}|–|~|～)\s*", text[before.end : each.start])
        ):
            joined[-1] = FigurePhrase(
                before.value,
                each.value,
                each.counter,
                before.wording or each.wording,
                before.is_target or each.is_target,
                text[before.start : each.end],
                before.start,
                each.end,
            )
        else:
            joined.append(each)
    return joined


class _Spans:
    """Places in order, asked from left to right."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.spans = spans
        self.at = 0

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them overlaps. Wants a ``start`` that is not before the last one asked."""
        while self.at < len(self.spans) and self.spans[self.at][1] <= start:
            self.at += 1
        return self.at < len(self.spans) and self.spans[self.at][0] < end


def _masked(plain: str) -> _Spans:
    spans = [found.span() for found in _MASKS.finditer(plain)]
    spans += [found.span() for found in _IDIOMS.finditer(plain)]
    return _Spans(_merged(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _in_plain(places: list[int], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places of the original text as places of the squeezed one."""
    found: Iterator[tuple[int, int]] = iter(_merged(spans))
    result: list[tuple[int, int]] = []
    span = next(found, None)
    first = None
    for at, place in enumerate(places):
        while span and place >= span[1]:
            if first is not None:
                result.append((first, at))
            span, first = next(found, None), None
        if span is None:
            break
        if place >= span[0] and first is None:
            first = at
    if span and first is not None:
        result.append((first, len(places)))
    return result


def _figure(plain: str, number: Number) -> tuple[Decimal, str, str | None, int, int] | None:
    """Value, counter, wording and place, None where the number counts nothing."""
    start, end = number.start, number.end
    head = plain[max(0, start - 8) : start]
    if number.percent and _BELOW_ZERO.search(head):
        return -number.value, number.percent, None, start - 1, end
    if _LATIN.search(head) and not head.endswith(("——", "--")):
        return None
    before = _BEFORE.search(head)
    if before and before["set"] in ("第", "前", "〔", "["):
        return None
    wording = before["word"] if before else None
    start -= len(wording) if wording else 0
    if wording in ("上", "过") and not (number.is_chinese and set(number.text) <= _PURE_SCALE):
        wording, start = None, number.start
    wording = _WORDS_BEFORE.get(wording, wording) if wording else None
    wording = number.more or wording or None
    counted = _counter(plain, number, end, head)
    if counted is None:
        return None
    counter, end = counted
    if (after := _AFTER.match(plain, end)) and not (
        after["word"] in ("余", "多") and (number.more or counter != "倍")
    ):
        end = after.end()
        wording = wording or after["word"]
    if number.is_chinese and not number.percent and _is_loose(plain, number, wording, head):
        return None
    return number.value, counter, wording, start, end


def _counter(plain: str, number: Number, end: int, head: str) -> tuple[str, int] | None:
    """What is counted in and where that ends."""
    if number.percent:
        return number.percent, end
    if _SAVED.search(head) and (term := _TERM.match(plain, end)):
        return term.group(1), term.end()
    if _AGE.search(head) and plain.startswith("岁", end):
        return "岁", end + 1
    if _NO_COUNTER.match(plain, end):
        return None
    if number.text[-1:] in "万亿" and not number.is_chinese and _ENDS_HERE.match(plain, end):
        return "", end
    found = _COUNTER.match(plain, end)
    return (found.group(), found.end()) if found else None


def _is_loose(plain: str, number: Number, wording: str | None, head: str) -> bool:
    """Whether Chinese numerals name something here rather than count it."""
    digits = number.text.removesuffix(number.more or "")
    if head.endswith(("数", "几")):
        return True
    if set(digits) <= _PURE_SCALE:
        return wording is None
    if number.value2 is None and number.value <= 1:
        return True
    if digits == "二":
        return True
    if plain.startswith("期", number.end):
        return not _ISSUES.search(plain[max(0, number.start - 14) : number.start])
    if number.more or number.value2 is not None or number.value >= 20:
        return bool(re.match(r"[分级大]", plain[number.end : number.end + 1]))
    if head.endswith(("这", "那", "同", "下列", "以下", "上述", "新", "再", "又", "每")):
        return True
    return bool(_LOOSE_CHINESE.match(plain, number.end))


def _is_target(plain: str, start: int, end: int) -> bool:
    """Whether the clause aims at the figure: a word of aiming, and none of having done after it."""
    lowest = max(0, start - _REACH)
    for mark in "。；;！\n":
        lowest = max(lowest, plain.rfind(mark, lowest, start) + 1)
    before = plain[lowest:end]
    aims = list(_TARGET.finditer(before))
    if not aims:
        return False
    if re.search("[，,]", before[aims[-1].end() :]) and not _AIMS_ON.match(aims[-1].group()):
        return False
    ahead = re.split("[，,]", before[: aims[-1].start()])[-1]
    around = (ahead[-12:], before[aims[-1].end() :])
    return not any(_DONE.search(part) for part in around)
