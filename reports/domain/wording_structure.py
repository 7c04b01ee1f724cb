"""The chapters of a report: where each begins and ends, what it is called, what it is for.

Numbers are followed through the text, not lines: published reports come with every line break
lost. A number counts as a heading when it continues the row it belongs to and stands where a
heading may stand: at the beginning of a line, behind the end of a sentence, behind a blank, or
right behind the heading above it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from reports.domain.summaries import SectionRole
from reports.domain.wording_text import NUMERAL, Span, days_in, number_of, parts_of, trimmed

# 第一部分 over 一、 over （一） over 1. over （1）; a line without a number stands beside 一、.
_RANK = {"part": 0, "plain": 1, "cn": 1, "pcn": 2, "num": 3, "pnum": 4}
_MARK = re.compile(
    rf"第(?P<part>[{NUMERAL}]{{1,3}})部分"
    rf"|\( ?(?P<pcn>[{NUMERAL}]{{1,3}}) ?\)"
    r"|\( ?(?P<pnum>\d{1,2}) ?\)"
    rf"|(?P<cn>(?<![{NUMERAL}])[{NUMERAL}]{{1,3}}) {{0,2}}(?:、|\.(?!\d)|,(?=[^,]))"
    # 一 and a blank, without a sign, at the beginning of a line.
    rf"|(?:^|(?<=\n))[ \t]{{0,8}}(?P<bare>[{NUMERAL}]{{1,3}})[ \t]{{1,4}}(?=[\u4e00-\u9fff“\d])"
    r"|(?P<num>(?<![\d.])\d{1,2}) ?(?:、|\.(?!\d))"
)
_LAW = re.compile(rf"(?:第[{NUMERAL}百零\d]+[条款]|[项款目]、?|\)、)第?$")
_OF_A_LAW = re.compile(
    rf"(?:[、和及至,]?第?\((?:[{NUMERAL}]{{1,3}}|\d{{1,2}})\)){{0,12}}(?:项|款|目(?!标|前)|类|期)"
)
_STOP = "。;:!?"
# More is no report but a text made to keep a reader busy.
MOST_NUMBERS, MOST_HEADINGS = 10_000, 1_500

_NOT_THE_FIRST = "(?:整改|整治|化解|解决|反馈)"
_FIRST_PERSON = re.compile(
    r"第一责任人|(?:主要负责人|主要负责同志|主要领导|一把手).{0,12}(?:履职|履行|述法|职责)"
)
_PROBLEM_WORD = "问题|不足|短板|困难|差距|薄弱|弱项|难点|欠缺|制约因素|挑战"
_PROBLEMS = re.compile(
    rf"(?:存在|面临|主要|突出|目前|当前|仍有|尚有|现存|有关|遇到"
    rf"|工作中)[^,。]{{0,20}}(?:{_PROBLEM_WORD})"
    rf"|^(?:工作|的)?(?:{_PROBLEM_WORD})|(?:{_PROBLEM_WORD})(?:及|和|与|、)[^,。]{{0,6}}(?:原因"
    rf"|成因|不足|分析|困难|差距)"
    rf"|(?:{_PROBLEM_WORD})(?:分析|之处|方面|弱项|环节)?$"
)
_NEXT = re.compile(
    r"下一?步|下一?阶段|下一?年|今后|明年|来年|下半年|新一?年|未来|努力方向|工作(?:打算|思路|要点)"
    r"|(?:打算|工作计划|计划安排|工作安排|工作部署|主要安排|改进措施)$"
)
_PLAN = re.compile(r"安排|打算|计划|要点|思路|部署|重点|任务|举措|措施|目标|工作$")
_DONE = re.compile(
    r"情况|成效|做法|举措|措施|亮点|特色|成绩|成果|进展|总结|回顾|经验|主要工作|工作开展|履职"
)
_OTHER = re.compile(r"其他|其它|附件|附表|需要说明|意见建议|意见和建议|有关建议|工作建议|对策建议")
_SHARED = re.compile(
    rf"(?:{_PROBLEM_WORD}|原因|成因)[^,。]{{0,6}}(?:及|和|与|、|以及|暨)[^,。]{{0,4}}"
    r"(?:下一?步|今后|明年|改进|整改|对策|努力方向|工作(?:打算|思路))"
)

# Where the words of a heading end although the text runs on.
_LAST_WORD = (
    "情况|成效|做法|举措|措施|问题|原因分析|原因|不足|短板|打算|安排|计划|思路|职责"
    "|方向|要点|亮点|任务"
)
_RUNS_INTO = re.compile(
    rf"(?:{_LAST_WORD})(?=(?:19|20)\d\d年|我局|我单位|本局|分局|局党|市局|县局|区局|截至|今年"
    rf"|全年|一年来|近年|在总结|在看到|在肯定"
    r"|虽然|回顾|当前|目前|对照|下一步,|按照|根据|为|以习近平|坚持以)"
)
_RUNS_ON = re.compile(rf"(?:{_LAST_WORD})(?![及和与、的,等:;。]|{_LAST_WORD}|落实|分析|汇报|报告)")
_IN_CHARGE = re.compile(r"\((?:责任|牵头|配合|主办|承办|落实|完成)[^():,]{0,6}:")
_ENUMERATED = re.compile(r"(?<![统唯之])一是")

_RESIDUE = re.compile(
    r"(?:^|(?<=[\n 。)】\]|]))(?:附件(?:下载|:|\d)|附:|扫一扫|版权所有|主办(?:单位)?:"
    r"|承办(?:单位)?:|主管单位|网站标识码"
    r"|网站地图|网站声明|上一[篇条]|下一[篇条]|【?打印|【?关闭|【?字体|分享(?:到|:)|相关(?:链接"
    r"|文章|阅读|信息|附件|文档)"
    r"|(?:文字|撰稿|供稿|审核|校对|初审|复审|终审|录入|拟稿):|责任编辑|编辑:|来源:|信息来源|稿源|返回顶部|返回首页|浏览次数|阅读次数|Copyright"
    r"|copyright|©|联系我们|联系方式:|联系人:"
    r"|[\u4e00-\u9fff]ICP备|公网安备|无障碍|您(?:所在|现在)的?位置|当前位置|\(此件|\(联系人|特此(?:报告|汇报|总结)|专此报告|以上(?:报告|汇报),?(?:请|如有不妥|妥否)|妥否,请|抄送|<<|>>|您访问)"
)
ORGANISATION = (
    "(?:分局|局|厅|委员会|政府|办公室|支队|总队|大队|中心|检察院|法院|党委|党组|司法所|派出所"
    "|管委会|委|办|处|院|队|所|部)"
)
_SIGNATURE = re.compile(
    rf"(?:^|(?<=[\n 。)!]))(?P<who>[\u4e00-\u9fff()]{{2,40}}{ORGANISATION})[\s]*$"
)
_NEXT_STEPS = re.compile(
    r"(?:^|(?<=[\n。;!]))[ \t]*(?P<cue>下一?步,|下一?步工作(?:中)?,|下一?阶段,|今后,"
    r"|在今后的?工作中|今后的?工作中|接下来,|明年,|来年,"
    r"|新的一年|下一年度?,|针对(?:上述|以上|存在的?)(?:问题|不足)[^。]{0,20}(?:将|下一步)"
    r"|20\d\d年,?[^,。]{0,12}(?:将|要)|下一?步[^,。]{0,8}(?:将|要)|下一?年度?,?[^,。]{0,12}将)"
)
_LACKING = re.compile(
    r"(?:^|(?<=[\n。!]))[ \t]*(?P<cue>(?:在?(?:看到|肯定|总结|取得)[^。]{0,12}(?:成绩"
    r"|成效)[^。]{0,4}的?同时"
    rf"|虽然[^。]{{0,60}}(?:但|同时)|同时,?(?:我们|我局|也)|但是?,?|一年来,|回顾|当前,|目前,"
    rf"|尽管)[^。]{{0,50}}(?:{_PROBLEM_WORD})"
    rf"|(?:主要)?存在的?(?:主要|突出|以下|一些)?(?:{_PROBLEM_WORD})(?:有|是|主要|:|和不足))"
)
_DUTY = re.compile(
    r"履行[^。]{0,24}第一责任人|第一责任人(?:的)?(?:法定)?(?:职责|责任|作用)"
    r"|第一责任人[^。,]{0,6}(?:认真|切实|亲自|带头)"
    r"|(?:主要负责人|主要负责同志|主要领导|局长|书记)[^。]{0,40}(?:亲自部署|亲自过问|亲自协调"
    r"|亲自督办)"
)
_DUTY_GOES_ON = re.compile(
    r"^(?:局?(?:党委)?(?:主要负责人|主要负责同志|主要领导|一把手|局长|党委书记)|带头|坚持带头"
    r"|亲自|其)"
)


# 主要问题：（一）… 改进措施：（一）…: two rows in one chapter, each behind a label of its own.
_LABELLED = re.compile(r"(?:问题|不足|原因|措施|打算|安排|计划|思路|对策|建议)(?:如下)?: ?$")
STEPS_LABEL = (
    r"(?:改进|整改|下一?步|今后|工作|主要)?的?(?:工作)?"
    r"(?:措施|打算|安排|计划|思路|对策)(?:和打算)?(?:如下)?:"
)
_STEPS = re.compile(rf"(?:^|(?<=[\n。;]))[ \t]{{0,8}}(?P<cue>{STEPS_LABEL})")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, the parts below included.

    ``level`` counts the headings above it and itself; ``number`` is the numeral as written,
    without its brackets, None where there is none; ``body`` is where the text behind the heading
    begins.
    """

    level: int
    number: str | None
    heading: str
    role: SectionRole
    start: int
    end: int
    body: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that may open a heading; ``kind`` is how it is written."""

    kind: str
    number: str
    start: int
    end: int
    at_line_start: bool

    @property
    def value(self) -> int:
        """The number of the mark."""
        return number_of(self.number)


def role_of(heading: str, year: int | None = None) -> SectionRole | None:
    """What the words of a heading say a chapter is for; None where they say nothing."""
    words = re.sub(r"[ \t]", "", heading)
    if _FIRST_PERSON.search(words):
        return SectionRole.FIRST_PERSON
    if _OTHER.search(words):
        return SectionRole.OTHER
    if re.search(rf"(?:{_PROBLEM_WORD}).{{0,8}}{_NOT_THE_FIRST}.{{0,8}}(?:情况|成效|进展)", words):
        return SectionRole.ACHIEVEMENTS
    if _SHARED.search(words):
        return SectionRole.PROBLEMS
    coming = _NEXT.search(words)
    years = [int(found) for found in re.findall(r"20\d\d(?=年)", words)]
    if coming and not (years and year and max(years) <= year):
        if _PROBLEMS.search(words[: coming.start()]) and not words.startswith("针对"):
            return SectionRole.PROBLEMS
        return SectionRole.NEXT_YEAR
    if years and year and max(years) > year and _PLAN.search(words):
        return SectionRole.NEXT_YEAR
    if _PROBLEMS.search(words):
        return SectionRole.PROBLEMS
    if _DONE.search(words):
        return SectionRole.ACHIEVEMENTS
    return None


def sections_of(source: str, text: str, year: int | None = None) -> list[Section]:
    """The sections of a text in order; ``text`` is the narrow source, ``year`` the reported one."""
    marks = _without_contents(text, marks_of(text))
    last = max((mark.start for mark, level in marks if level == 1), default=0)
    stop = end_of_body(text, last)
    marks = [(mark, level) for mark, level in marks if mark.start < stop]
    found: list[Section] = []
    for at, (mark, level) in enumerate(marks):
        end = next((other.start for other, above in marks[at + 1 :] if above <= level), stop)
        following = marks[at + 1][0].start if at + 1 < len(marks) else stop
        heading = heading_of(text, mark, min(following, end))
        span = trimmed(text, mark.start, end)
        words = source[heading.start : heading.end]
        number = None if mark.kind == "plain" else source[mark.start : mark.end]
        if number is not None:
            number = mark.number
        found.append(
            Section(level, number, words, SectionRole.OTHER, span.start, span.end, heading.end)
        )
    return _with_paragraphs(text, _with_steps(text, _with_roles(text, found, year)), stop)


def end_of_body(text: str, last_chapter: int) -> int:
    """Where the report ends: before the signature, the attachments and what the page adds."""
    found = _RESIDUE.search(text, last_chapter + 1)
    stop = found.start() if found else len(text)
    return signature_of(text, stop)[0]


def signature_of(text: str, stop: int) -> tuple[int, Span | None, Span | None]:
    """The signature in front of ``stop``: where it begins, who signs and the day; or None."""
    low = max(0, stop - 160)
    tail = text[low:stop].rstrip(" \n\t()【】[]|")
    days = [(start, end) for start, end, _ in days_in(tail)]
    day = None
    if days and not tail[days[-1][1] :].strip(" 日\n"):
        day = Span(low + days[-1][0], low + days[-1][1])
        tail = tail[: days[-1][0]]
    named = _SIGNATURE.search(tail)
    if not named or (day is None and "\n" not in text[max(0, low + named.start() - 3) : stop]):
        if day is None:
            return stop, None, None
        before = tail.rstrip(" \t")
        alone = before.endswith(("\n", "。", ")")) or not before
        return (day.start, None, day) if alone else (stop, None, None)
    who = Span(low + named.start("who"), low + named.end("who"))
    return who.start, who, day


def first_person_of(text: str, sections: list[Section]) -> Span | None:
    """Where the report speaks of the duty of the first responsible person, wherever it stands."""
    for section in sections:
        if section.role == SectionRole.FIRST_PERSON:
            return Span(section.start, section.end)
    skipped = {SectionRole.PROBLEMS, SectionRole.NEXT_YEAR}
    begin = sections[0].start if sections else 0
    for found in _DUTY.finditer(text, begin):
        home = [each for each in sections if each.start <= found.start() < each.end]
        if (home and home[-1].role in skipped) or _quoted(text, found.start()):
            continue
        if sections and not home:
            continue
        return _sentences_of_duty(text, found.start(), home[-1] if home else None)
    return None


def _sentences_of_duty(text: str, at: int, home: Section | None) -> Span:
    low = max(home.body if home else 0, text.rfind("\n", 0, at) + 1)
    stop = home.end if home else len(text)
    line = text.find("\n", at)
    high = stop if line < 0 else min(line, stop)
    sentences = list(parts_of(text, low, high, "。"))
    first = next(n for n, part in enumerate(sentences) if part.end > at)
    last = first
    while last + 1 < len(sentences) and _DUTY_GOES_ON.match(
        text[sentences[last + 1].start : sentences[last + 1].end]
    ):
        last += 1
    return Span(sentences[first].start, sentences[last].end)


def _quoted(text: str, at: int) -> bool:
    before = text[max(0, at - 60) : at]
    return before.rfind("《") > before.rfind("》")


# ── Which numbers are headings ───────────────────────────────────────────────────────────────


def _candidates(text: str) -> list[Mark]:
    found = []
    for mark in islice(_MARK.finditer(text), MOST_NUMBERS):
        group = mark.lastgroup or ""
        begin = mark.start(group) if group == "bare" else mark.start()
        kind = "cn" if group == "bare" else group
        # Looked for nearby only: a text may be one line of a hundred thousand signs.
        low = max(0, begin - 41)
        line = text.rfind("\n", low, begin) + 1
        at_start = (line > 0 or low == 0) and not text[max(line, low) : begin].strip(" \t*#|")
        found.append(Mark(kind, mark.group(group), begin, mark.end(), at_start))
    return found


def marks_of(text: str, *, plain: bool = True) -> list[tuple[Mark, int]]:
    """The numbers that are headings, with their level; ``plain``: names of chapters as well."""
    numbered = _candidates(text)
    following: dict[int, int] = {}
    seen: dict[str, int] = {}
    for at in range(len(numbered) - 1, -1, -1):
        following[at] = seen.get(numbered[at].kind, 0)
        seen[numbered[at].kind] = numbered[at].value
    opens = any(
        mark.kind in ("part", "cn") and mark.at_line_start and mark.value == 1 for mark in numbered
    )
    marks = [(mark, following[at]) for at, mark in enumerate(numbered)]
    if plain and not opens:
        marks = sorted(
            [*marks, *((mark, 0) for mark in _plain(text))], key=lambda pair: pair[0].start
        )
    stack: list[Mark] = []
    reached: dict[str, int] = {}
    accepted: list[tuple[Mark, int]] = []
    for mark, next_value in marks:
        place = next((n for n, held in enumerate(stack) if held.kind == mark.kind), None)
        previous = accepted[-1][0] if accepted else None
        if not _stands_free(text, mark, previous, next_value):
            continue
        if mark.kind == "plain":
            stack = [held for held in stack if _RANK[held.kind] < 1]
        elif place is not None:
            last = stack[place].value
            steps = mark.value - last
            begins = mark.at_line_start or _LABELLED.search(
                text, max(0, mark.start - 16), mark.start
            )
            named = mark.kind == "cn" and mark.at_line_start and _is_another_chapter(text, mark)
            again = mark.value == 1 and begins and (place == 0 or last > 1)
            if not (steps == 1 or (mark.at_line_start and steps in (0, 2)) or again or named):
                continue
            stack = stack[:place]
        elif mark.value == 1 or (mark.value == 2 and mark.at_line_start and mark.kind == "cn"):
            stack = [held for held in stack if _RANK[held.kind] < _RANK[mark.kind]]
        elif _goes_on(text, mark, previous, reached):
            # 1. 2. under （一）, 3. under （二）: one row through several parts.
            stack = [held for held in stack if _RANK[held.kind] < _RANK[mark.kind]]
        else:
            continue
        stack.append(mark)
        reached[mark.kind] = mark.value
        accepted.append((mark, len(stack)))
        if len(accepted) == MOST_HEADINGS:
            break
    return accepted


def _stands_free(text: str, mark: Mark, previous: Mark | None, next_value: int) -> bool:
    """Whether a heading may stand at this place."""
    if mark.kind == "plain":
        return True
    rest = text[mark.end : mark.end + 3].lstrip(" ")
    if mark.kind in ("pcn", "pnum"):
        if _OF_A_LAW.match(text, mark.end):
            return False
        if _LAW.search(text[max(0, mark.start - 10) : mark.start]):
            return False
    if mark.at_line_start:
        return not (mark.kind in ("cn", "num") and text[mark.end - 1] == "," and mark.kind == "num")
    before = text[max(0, mark.start - 4) : mark.start]
    sign = before.rstrip(" \n")[-1:]
    if mark.kind == "cn" and (
        re.match(rf"[{NUMERAL}][、级类等]", rest) or text[mark.end - 1] == ","
    ):
        return False
    free = sign in tuple(_STOP + ")】”_|") or (
        before[-1:] in " \n" and sign not in ("、", ",", "(")
    )
    if mark.value == 1 and mark.kind in ("num", "pnum") and next_value != 2:
        # An only item counts right behind the heading above it, nowhere else.
        return before[-1:] == " " and previous is not None and _follows(text, previous, mark)
    if free:
        return True
    if sign in ("第", "(", "、", ",", "《", "“", "-", "—", "至"):
        return False
    if previous is not None and _follows(text, previous, mark):
        return True
    if before.endswith("如下") or mark.kind == "part":
        return True
    if mark.kind in ("pcn", "pnum"):
        return mark.value > 1
    chunk = re.split(r"[,。;:\n]", text[mark.end : mark.end + 24])[0]
    return mark.kind == "cn" and role_of(chunk) is not None


def _is_another_chapter(text: str, mark: Mark) -> bool:
    """Whether the line is nothing but the name of a chapter, whatever its number."""
    end = text.find("\n", mark.end)
    words = text[mark.end : end if end > 0 else len(text)].strip(" 。:")
    return len(words) <= 30 and role_of(words) in (
        SectionRole.PROBLEMS, SectionRole.NEXT_YEAR, SectionRole.FIRST_PERSON,
    )  # fmt: skip


def _goes_on(text: str, mark: Mark, above: Mark | None, reached: dict[str, int]) -> bool:
    """Whether a number goes on with the row that stopped under an earlier heading."""
    return (
        mark.kind in ("num", "pcn")
        and above is not None
        and _RANK[above.kind] < _RANK[mark.kind]
        and mark.value == reached.get(mark.kind, 0) + 1
        and mark.value > 1
        and (mark.at_line_start or _follows(text, above, mark))
    )


def _follows(text: str, above: Mark, mark: Mark) -> bool:
    """Whether a number of a lower rank stands right behind the heading ``above``."""
    between = text[above.end : mark.start]
    return _RANK[mark.kind] > _RANK[above.kind] and len(between) <= 45 and "。" not in between


def _plain(text: str) -> Iterator[Mark]:
    """Lines that are nothing but the name of a chapter."""
    at = 0
    for line in text.split("\n"):
        words = line.strip(" \t:#*")
        bare = 3 <= len(words) <= 26 and not re.search(
            r"[。,;:|>!?()\d一]$|[。;|>!?:]|如下|报告|总结|汇报|通报|首页", words
        )
        # Only the plain names of a chapter; a sentence may hold the same words.
        if (
            bare
            and not _MARK.match(words)
            and role_of(words) not in (None, SectionRole.OTHER)
            and re.search(rf"(?:{_LAST_WORD}|成因|弱项|差距|环节|困难|成绩|工作|重点)$", words)
        ):
            start = at + line.index(words)
            yield Mark("plain", "", start, start, True)
        at += len(line) + 1


def _without_contents(text: str, marks: list[tuple[Mark, int]]) -> list[tuple[Mark, int]]:
    """Leaves out a list of contents: a row of headings without text that begins anew later."""
    starts = [
        at for at, (mark, level) in enumerate(marks)
        if level == 1 and mark.value == 1 and mark.kind != "plain"
    ]  # fmt: skip
    kept = list(marks[: starts[0]]) if starts else marks
    for run, begin in enumerate(starts):
        stop = starts[run + 1] if run + 1 < len(starts) else len(marks)
        part = marks[begin:stop]
        bare = len(part) > 1 and all(
            part[n + 1][0].start - part[n][0].end <= 45 for n in range(len(part) - 1)
        )
        if not (bare and run + 1 < len(starts)):
            kept.extend(part)
    return kept


# ── Where a heading ends ─────────────────────────────────────────────────────────────────────


def heading_of(text: str, mark: Mark, stop: int) -> Span:
    """The words of the heading behind a mark, at the furthest up to ``stop``."""
    begin = mark.end
    while begin < stop and text[begin] in " \t:、,.":
        begin += 1
    window = text[begin : min(stop, begin + 160)]
    length = _heading_length(window, mark.kind, whole=begin + 160 >= stop)
    words = window[:length].rstrip(" \t。:;,、.!?*")
    return Span(begin, begin + len(words))


def _heading_length(window: str, kind: str, whole: bool) -> int:
    line = window.split("\n", 1)[0]
    if kind == "plain":
        return len(line)
    in_charge = _IN_CHARGE.search(line)
    if in_charge and in_charge.start() >= 2:
        line = line[: in_charge.start()]
    listed = _ENUMERATED.search(line)
    if listed and listed.start() >= 4:
        line = line[: listed.start()]
    bounded = len(line) < len(window) or whole
    bare = line.rstrip(" 。:;")
    runs = _RUNS_INTO.search(line[:60])
    stop = re.search(rf"[{_STOP}]", line)
    end = stop.start() if stop else len(line)
    if runs and runs.end() <= end:
        return runs.end()
    blank = re.search(r"(?<=[\u4e00-\u9fff”)》]) +(?=[\u4e00-\u9fff“(《\d])", line[:end])
    if blank and blank.start() >= 4:
        behind = line[blank.end() : end]
        says = role_of(line[: blank.start()]) is not None and kind in ("part", "cn")
        if len(line) > 40 or says or stop:
            short = len(behind) <= 16 and "," not in behind
            if says or not short:
                return blank.start()
    pair = line.find(",", 4, end)
    if bare.count(",") > 1 and pair > 0 and (couplet := _couplet(line[:end], pair)):
        return couplet
    if bounded and len(bare) <= 45 and not re.search(rf"[{_STOP}]", bare):
        return len(line)
    if end > 40:
        on = _RUNS_ON.search(line[:45])
        if on and kind in ("part", "cn", "pcn"):
            return on.end()
        comma = line.find(",", 4, end)
        if comma > 0 and (couplet := _couplet(line[:end], comma)):
            return couplet
        if end > 45 and comma > 0:
            return comma
    return end


_BEGINS_TO_TELL = re.compile(
    r"通过|组织|按照|根据|依据|围绕|为|我[局委办区县市镇]|本[局年]|分局|全[年区县市局]|截至|今年|认真|积极|严格"
    r"|坚持|坚决|始终|制定|成立|建立|办理|开展|聚焦|充分|不断|进一步|深入|定期|召开|一是|20\d\d年"
    r"|(?:[一-鿿]{2,6}?(?:局|街道|镇|区|县|市))(?=[在坚成积始认深组严全高])"
)


def _couplet(line: str, comma: int) -> int | None:
    """强化普法，提升意识 and then the text: the second half is about as long as the first."""
    begin = comma + 1
    found = [
        (abs(length - comma), length)
        for length in range(max(4, comma - 3), comma + 4)
        if begin + length < len(line)
        and "," not in line[begin : begin + length]
        and _BEGINS_TO_TELL.match(line, begin + length)
    ]
    return begin + min(found)[1] if found else None


# ── What a section is for ────────────────────────────────────────────────────────────────────


def _with_roles(text: str, sections: list[Section], year: int | None) -> list[Section]:
    by_words = [role_of(each.heading, year) for each in sections]
    tops = [role for each, role in zip(sections, by_words, strict=True) if each.level == 1]
    found: list[Section] = []
    above: dict[int, SectionRole] = {}
    later = False
    for each, words in zip(sections, by_words, strict=True):
        role: SectionRole | None
        if each.level == 1:
            role = words or _role_of_body(text, each, year)
            if role is None:
                # Chapters by topic tell what was done until the shortcomings come.
                role = SectionRole.OTHER if later else SectionRole.ACHIEVEMENTS
            later = later or role in (SectionRole.PROBLEMS, SectionRole.NEXT_YEAR)
        else:
            role = above[each.level - 1]
            if role in (SectionRole.ACHIEVEMENTS, SectionRole.OTHER):
                if (words == SectionRole.FIRST_PERSON and SectionRole.FIRST_PERSON not in tops) or (
                    words in (SectionRole.PROBLEMS, SectionRole.NEXT_YEAR)
                    and words not in tops
                    and _is_a_bare_name(each.heading)
                ):
                    role = words
            elif (
                role == SectionRole.PROBLEMS
                and words == SectionRole.NEXT_YEAR
                and words not in tops
                and _is_a_bare_name(each.heading)
            ):
                role = words
        above[each.level] = role
        found.append(replace(each, role=role))
    return found


def _with_steps(text: str, sections: list[Section]) -> list[Section]:
    """The parts behind the label of the next steps, in a chapter that begins with problems."""
    if any(each.role == SectionRole.NEXT_YEAR for each in sections):
        return sections
    for top in sections:
        if top.level != 1 or top.role != SectionRole.PROBLEMS:
            continue
        cues = list(_STEPS.finditer(text, top.body, top.end))
        behind = [each for each in sections if cues and cues[-1].end() <= each.start < top.end]
        if len(cues) != 1 or not behind or behind[0].level != 2:
            continue
        at = cues[0].start("cue")
        return [
            replace(each, role=SectionRole.NEXT_YEAR)
            if each in behind
            else replace(each, end=trimmed(text, each.start, at).end)
            if each.level > 1 and each.start < at < each.end
            else each
            for each in sections
        ]
    return sections


def _is_a_bare_name(heading: str) -> bool:
    return len(heading) <= 16 and "," not in heading and "，" not in heading


def _role_of_body(text: str, section: Section, year: int | None) -> SectionRole | None:
    """What the first sentences say, where the heading says nothing."""
    body = text[section.body : min(section.end, section.body + 120)].lstrip(" \n。:")
    if _NEXT_STEPS.match(body):
        return SectionRole.NEXT_YEAR
    if _LACKING.match(body):
        return SectionRole.PROBLEMS
    return None


def _with_paragraphs(text: str, sections: list[Section], stop: int) -> list[Section]:
    """Shortcomings and next steps that stand in paragraphs without a heading, at the end."""
    roles = {each.role for each in sections}
    low = max((each.start for each in sections if each.level == 1), default=0)
    if sections:
        low = next(each.body for each in sections if each.start == low)
    cuts: list[tuple[int, SectionRole]] = []
    shared = bool(sections) and any(
        _SHARED.search(each.heading) for each in sections if each.level == 1
    )
    if SectionRole.NEXT_YEAR not in roles and not shared:
        places = [found.start("cue") for found in _NEXT_STEPS.finditer(text, low, stop)]
        inner = [each for each in sections if each.start > low]
        if places and not (len(inner) > 1 and places[0] < inner[-1].start):
            cuts.append((places[0], SectionRole.NEXT_YEAR))
    if SectionRole.PROBLEMS not in roles:
        high = cuts[0][0] if cuts else stop
        lacking = _LACKING.search(text, low, high)
        if lacking:
            cuts.insert(0, (lacking.start("cue"), SectionRole.PROBLEMS))
    for at, (start, role) in enumerate(cuts):
        end = cuts[at + 1][0] if at + 1 < len(cuts) else stop
        sections = [
            replace(each, end=trimmed(text, each.start, start).end)
            if each.start < start < each.end
            else each
            for each in sections
            if each.start < start
        ]
        span = trimmed(text, start, end)
        sections.append(Section(1, None, "", role, span.start, span.end, span.start))
    return sections
