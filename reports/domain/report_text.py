"""The words of the annual report, written from figures and records.

The report is an official Chinese document whatever language its reader works in, so its sentences
stand here and not in a catalogue. They state what the records show: no praise, no rhythm that was
not kept, no "all". Figures stand as tokens, so that a draft always reads as the records do now.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.domain.problems import ProblemState
from reports.domain.summaries import SectionRole, token

NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class SentenceDraft:
    """A sentence and the records it was written from.

    ``slot`` says what the sentence is about, as ``paragraph/part``: a later compilation finds the
    sentence again by it. ``sources`` are pairs of the kind and the key of a record.
    """

    slot: str
    text: str
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ParagraphDraft:
    """A paragraph; ``key`` is the first half of the slots of its sentences."""

    key: str
    heading: str
    sentences: tuple[SentenceDraft, ...]


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """One of the parts that the regulation asks for."""

    role: SectionRole
    heading: str
    paragraphs: tuple[ParagraphDraft, ...]


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A schedule that was owed in the year."""

    pk: int
    name: str
    set_id: int
    set_name: str
    is_meeting: bool = True
    of_first_person: bool = False
    units: int = 1
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem that was open or closed in the year."""

    pk: int
    title: str
    description: str
    cause: str
    state: ProblemState
    closed_on: date | None = None
    due_on: date | None = None
    due_is_month: bool = False
    since_year: int | None = None
    as_published: bool = False
    measures: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Something planned for the next year."""

    pk: int
    title: str
    unit: str
    due_on: date | None = None
    due_is_month: bool = False


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """What the report of the year before admitted or promised, and what became of it.

    ``record`` is the problem or measure it was carried over to, as a pair of kind and key.
    """

    text: str
    answered: bool
    dropped: bool = False
    record: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class YearFacts:
    """All that a report is written from; ``values`` are the figures by key."""

    year: int
    on: date
    values: Mapping[str, int]
    schedules: Sequence[ScheduleLine] = ()
    meetings: Sequence[tuple[int, str]] = ()
    problems: Sequence[ProblemLine] = ()
    honours: Sequence[tuple[int, str, str]] = ()
    plan: Sequence[PlanLine] = ()
    promises: Sequence[PromiseLine] = ()


def chinese_number(number: int) -> str:
    """一, 十, 十二, 二十, 二十三: what numbers the headings, up to 99."""
    if not 1 <= number <= 99:
        raise ValueError(f"no heading has the number {number}")
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")


def default_title(year: int) -> str:
    """What the report is called until someone says otherwise."""
    return f"{year}年度法治政府建设情况报告"


def day_words(day: date, year: int) -> str:
    """A day in the report: without its year where it is the report's own."""
    days = f"{day.month}月{day.day}日"
    return days if day.year == year else f"{day.year}年{days}"


def limit_words(day: date, month_only: bool, year: int) -> str:
    """A due day, or its month where no more is set."""
    if not month_only:
        return day_words(day, year)
    return f"{day.month}月" if day.year == year else f"{day.year}年{day.month}月"


def stopped(text: str) -> str:
    """One line with a full stop at its end."""
    line = "".join(part.strip() for part in text.split("\n"))
    return line if line.endswith(("。", "！", "？", "”", "）")) else line.rstrip("；;，,.、") + "。"


def compose(facts: YearFacts) -> list[SectionDraft]:
    """The parts of the report in the order of the regulation, as far as records speak."""
    return [
        SectionDraft(
            SectionRole.ACHIEVEMENTS,
            f"{facts.year}年度法治政府建设主要举措和成效",
            tuple(_achievements(facts)),
        ),
        SectionDraft(SectionRole.PROBLEMS, "存在的不足和原因", tuple(_problems(facts))),
        SectionDraft(
            SectionRole.FIRST_PERSON,
            "主要负责人履行推进法治建设第一责任人职责情况",
            tuple(_first_person(facts)),
        ),
        SectionDraft(
            SectionRole.NEXT_YEAR, f"{facts.year + 1}年度工作安排", tuple(_next_year(facts))
        ),
    ]


RHYTHM = re.compile(r"^每(?:\d+|[一二两三四五六])?个?(?:周|半月|月|季度?|半年|年度?)(?:一次)?")


def plain_name(name: str) -> str:
    """The name of a schedule without its rhythm: 每周 is untrue beside a week that was missed."""
    return RHYTHM.sub("", name) or name


def duty_sentence(line: ScheduleLine, values: Mapping[str, int], on: date, year: int) -> str:
    """What was owed and done of one schedule. What is nought is left out.

    Counted in 次; in 期 where a period asks for several, in 期次 where several units owe it.
    """
    do, late, excused = (
        ("召开", "补开", "免开") if line.is_meeting else ("落实", "逾期落实", "免办")
    )
    unit = "期次" if line.units > 1 else "期" if line.at_least > 1 else "次"
    name = plain_name(line.name)
    name = f"所属单位{name}" if line.units > 1 else name

    def part(words: str, kind: str) -> str:
        key = f"schedule:{line.pk}:{kind}"
        return f"{words}{token(key)}{unit}" if values.get(key) else ""

    owed = part(f"{name}应{do}", "owed")
    parts = [
        owed or f"{name}截至{day_words(on, year)}没有到期应{do}的周期",
        part(f"按期{do}", "met"),
        part(late, "late"),
        part(f"未{do}", "missed"),
        part(f"经批准{excused}", "waived"),
        part("尚在期内", "open"),
        part("待录入", "awaiting"),
    ]
    return "，".join(each for each in parts if each) + "。"


def _achievements(facts: YearFacts) -> list[ParagraphDraft]:
    found = []
    sets: dict[int, list[ScheduleLine]] = {}
    for line in facts.schedules:
        if not line.of_first_person:
            sets.setdefault(line.set_id, []).append(line)
    for set_id, lines in sets.items():
        key = f"set:{set_id}"
        sentences = tuple(_duty(key, line, facts) for line in lines)
        found.append(ParagraphDraft(key, f"{lines[0].set_name}落实情况", sentences))
    found += _promises(facts)
    found += _one(_meetings(facts), "meetings", "会议和活动")
    found += _one(_plan_of_the_year(facts), "plan", f"{facts.year}年度工作安排完成情况")
    found += _one(_honours(facts), "honours", "荣誉和考评结果")
    return found


def _one(sentence: SentenceDraft | None, key: str, heading: str) -> list[ParagraphDraft]:
    return [ParagraphDraft(key, heading, (sentence,))] if sentence else []


def _promises(facts: YearFacts) -> list[ParagraphDraft]:
    """What became of last year's admitted problems and promised steps: part one answers them."""
    lines = facts.promises
    if not lines:
        return []
    dropped = [line for line in lines if line.dropped]
    left = [line for line in lines if not line.answered]
    done = len(lines) - len(dropped) - len(left)
    parts = [
        f"{facts.year - 1}年度报告承认的问题和提出的安排共{len(lines)}项",
        f"已落实{done}项" if done else "",
        f"因情况变化不再办理{len(dropped)}项" if dropped else "",
        f"截至{day_words(facts.on, facts.year)}尚未落实{len(left)}项" if left else "",
    ]
    text = "，".join(part for part in parts if part) + "。"
    sentences = [SentenceDraft("promises/counts", text, _records(lines))]
    if left:
        texts = "；".join(line.text.strip().rstrip("。；") for line in left)
        sentences.append(SentenceDraft("promises/left", f"尚未落实的：{texts}。", _records(left)))
    return [ParagraphDraft("promises", "上年度报告所列问题和安排的落实情况", tuple(sentences))]


def _records(lines: Sequence[PromiseLine]) -> tuple[tuple[str, int], ...]:
    return tuple(dict.fromkeys(line.record for line in lines if line.record is not None))


def _duty(paragraph: str, line: ScheduleLine, facts: YearFacts) -> SentenceDraft:
    text = duty_sentence(line, facts.values, facts.on, facts.year)
    return SentenceDraft(f"{paragraph}/schedule:{line.pk}", text, (("schedule", line.pk),))


def _meetings(facts: YearFacts) -> SentenceDraft | None:
    held = [
        f"{name}{token(f'meetings:{pk}')}次"
        for pk, name in facts.meetings
        if facts.values.get(f"meetings:{pk}")
    ]
    if not held:
        return None
    text = f"截至{day_words(facts.on, facts.year)}，全局召开（开展）{'、'.join(held)}。"
    return SentenceDraft("meetings/kinds", text)


def _plan_of_the_year(facts: YearFacts) -> SentenceDraft | None:
    total, done = facts.values.get("plan:total", 0), facts.values.get("plan:done", 0)
    if not total:
        return None
    rest = f"，已完成{token('plan:done')}项。" if done else "，尚未完成。"
    text = f"列入{facts.year}年度工作安排的措施{token('plan:total')}项{rest}"
    return SentenceDraft("plan/total", text)


def _honours(facts: YearFacts) -> SentenceDraft | None:
    if not facts.values.get("honours"):
        return None
    listed = "；".join(
        f"{title}（{awarded_by}）" if awarded_by else title
        for _pk, title, awarded_by in facts.honours
    )
    text = f"本年度获得荣誉和考评结果{token('honours')}项：{listed}。"
    return SentenceDraft(
        "honours/list", text, tuple(("honour", pk) for pk, _title, _by in facts.honours)
    )


def _problems(facts: YearFacts) -> list[ParagraphDraft]:
    overview = [SentenceDraft("problems/counts", _problem_counts(facts))]
    if measures := _measure_counts(facts):
        overview.append(SentenceDraft("problems/measures", measures))
    found = [ParagraphDraft("problems", "", tuple(overview))]
    found += [_problem(line, facts) for line in facts.problems]
    return found


def _problem_counts(facts: YearFacts) -> str:
    year, values = facts.year, facts.values
    if not any(values.get(f"problems:{kind}") for kind in ("found", "closed", "open")):
        return f"{year}年度台账没有登记问题。"
    parts = []
    if values.get("problems:found"):
        parts.append(f"{year}年发现问题{token('problems:found')}个")
    else:
        parts.append(f"{year}年台账没有登记新发现的问题")
    if values.get("problems:closed"):
        parts.append(f"当年销号{token('problems:closed')}个")
    if values.get("problems:open"):
        parts.append(f"截至{day_words(facts.on, year)}尚未销号{token('problems:open')}个")
    return "，".join(parts) + "。"


def _measure_counts(facts: YearFacts) -> str:
    values = facts.values
    parts = []
    if values.get("measures:done"):
        parts.append(f"当年完成措施{token('measures:done')}项")
    if values.get("measures:open"):
        part = f"正在落实的措施{token('measures:open')}项"
        if values.get("measures:overdue"):
            part += f"（其中逾期{token('measures:overdue')}项）"
        parts.append(part)
    return "，".join(parts) + "。" if parts else ""


def _problem(line: ProblemLine, facts: YearFacts) -> ParagraphDraft:
    key = f"problem:{line.pk}"
    source = (("problem", line.pk),)
    sentences = []
    if line.description.strip():
        sentences.append(SentenceDraft(f"{key}/what", stopped(line.description), source))
    if line.since_year is not None:
        words = f"该问题{line.since_year}年已经列入。"
        sentences.append(SentenceDraft(f"{key}/since", words, source))
    if line.cause.strip():
        sentences.append(SentenceDraft(f"{key}/cause", stopped(f"主要原因：{line.cause}"), source))
    if line.measures:
        titles = "；".join(title.strip().rstrip("。；") for _pk, title in line.measures)
        sources = source + tuple(("measure", pk) for pk, _title in line.measures)
        sentences.append(SentenceDraft(f"{key}/measures", f"整改措施：{titles}。", sources))
    if not line.as_published:
        words = _what_became(line, facts.year)
        sentences.append(SentenceDraft(f"{key}/result", words, source))
    return ParagraphDraft(key, line.title.strip().rstrip("。"), tuple(sentences))


_STANDS = {
    ProblemState.REGISTERED: "已登记，尚未交办",
    ProblemState.ASSIGNED: "已交办",
    ProblemState.IN_HAND: "正在整改",
    ProblemState.SUBMITTED: "已提交核查",
    ProblemState.AWAITING_ABOVE: "已完成整改，待提出机关认定",
}


def _what_became(line: ProblemLine, year: int) -> str:
    if line.state == ProblemState.CLOSED and line.closed_on is not None:
        return f"该问题已于{day_words(line.closed_on, year)}销号。"
    words = f"目前{_STANDS.get(line.state, '正在整改')}"
    if line.due_on is not None:
        words += f"，整改期限为{limit_words(line.due_on, line.due_is_month, year)}"
    return words + "。"


def _first_person(facts: YearFacts) -> list[ParagraphDraft]:
    lines = [line for line in facts.schedules if line.of_first_person]
    if not lines:
        return []
    sentences = [_duty("first_person", line, facts) for line in lines]
    if len(lines) > 1 and facts.values.get("first_person:owed"):
        sentences.insert(0, SentenceDraft("first_person/total", _first_person_total(facts.values)))
    return [ParagraphDraft("first_person", "", tuple(sentences))]


def _first_person_total(values: Mapping[str, int]) -> str:
    words = {"met": "按期落实", "late": "逾期落实或补开", "missed": "未落实"}
    parts = [f"第一责任人履职事项应落实{token('first_person:owed')}次"]
    parts += [
        f"{word}{token(f'first_person:{kind}')}次"
        for kind, word in words.items()
        if values.get(f"first_person:{kind}")
    ]
    return "，".join(parts) + "。"


def _next_year(facts: YearFacts) -> list[ParagraphDraft]:
    if not facts.plan:
        return []
    intro = f"{facts.year + 1}年安排以下工作{token('next:total')}项。"
    found = [ParagraphDraft("next", "", (SentenceDraft("next/total", intro),))]
    for line in facts.plan:
        key = f"next:{line.pk}"
        words = f"由{line.unit}负责" if line.unit else ""
        if line.due_on is not None:
            limit = limit_words(line.due_on, line.due_is_month, facts.year)
            words += ("，" if words else "") + f"{limit}前完成"
        sentence = SentenceDraft(
            f"{key}/what", stopped(words or line.title), (("measure", line.pk),)
        )
        found.append(ParagraphDraft(key, line.title.strip().rstrip("。"), (sentence,)))
    return found


def shown_sentences(sections: Sequence[SectionDraft]) -> dict[str, str]:
    """The text of every sentence by its slot: what a stored draft is compared with."""
    return {
        sentence.slot: sentence.text
        for section in sections
        for paragraph in section.paragraphs
        for sentence in paragraph.sentences
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored sentence as a new compilation meets it; ``slot`` is empty for what was typed."""

    pk: int
    slot: str
    text: str
    is_compiled: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence to be stored: over ``pk``, or new; ``fresh`` where it was compiled just now."""

    pk: int | None
    text: str
    is_compiled: bool
    fresh: SentenceDraft | None = None


def merge_paragraph(stored: Sequence[Kept], fresh: ParagraphDraft | None) -> list[Line]:
    """A stored paragraph with a new compilation of it; what was typed by hand stays.

    A compiled sentence is written anew, or goes where nothing speaks for it any more. One that was
    edited stays as it is and is not compiled a second time. A new one follows its predecessor.
    """
    wanted = {sentence.slot: sentence for sentence in fresh.sentences} if fresh else {}
    lines: list[Line] = []
    places: dict[str, Line] = {}
    for each in stored:
        if not each.is_compiled:
            line = Line(each.pk, each.text, False)
        elif each.slot in wanted:
            line = Line(each.pk, wanted[each.slot].text, True, wanted[each.slot])
        else:
            continue
        lines.append(line)
        if each.slot:
            places[each.slot] = line
    before: Line | None = None
    for slot, sentence in wanted.items():
        if slot in places:
            before = places[slot]
            continue
        line = Line(None, sentence.text, True, sentence)
        lines.insert(lines.index(before) + 1 if before is not None else 0, line)
        before = line
    return lines
