"""The words of the annual report, written from figures and records.

The report is an official Chinese document whatever language its reader works in, so its sentences
stand here and not in a catalogue. They state what the records show: no praise, no rhythm that was
not kept, no "all". Figures stand as tokens, so that a draft always reads as the records do now.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.domain.problems import ProblemState
from reports.domain.report_facts import (
    ChoiceLine,
    DeedLine,
    FieldLine,
    IndicatorLine,
    MissLine,
    Organisation,
    ParagraphDraft,
    PlanLine,
    ProblemLine,
    PromiseLine,
    RecordLine,
    ScheduleLine,
    SectionDraft,
    SentenceDraft,
    TaskLine,
    YearFacts,
    day_words,
    limit_words,
    slot_of,
    stopped,
)
from reports.domain.report_sentences import (
    COUNSEL_KINDS,
    counsel,
    deed_sentences,
    indicators,
    organisation,
    records,
    tasks,
)
from reports.domain.report_templates import (
    BY_ITSELF,
    STATUTORY,
    Draw,
    Part,
    Plan,
    heading_of,
    heading_words,
)
from reports.domain.summaries import token

__all__ = [
    "ChoiceLine",
    "DeedLine",
    "FieldLine",
    "IndicatorLine",
    "Kept",
    "Line",
    "MissLine",
    "Organisation",
    "ParagraphDraft",
    "PlanLine",
    "ProblemLine",
    "PromiseLine",
    "RecordLine",
    "ScheduleLine",
    "SectionDraft",
    "SentenceDraft",
    "TaskLine",
    "YearFacts",
    "chinese_number",
    "claims_in",
    "compose",
    "day_words",
    "default_title",
    "duty_sentence",
    "limit_words",
    "merge_paragraph",
    "plain_name",
    "shown_sentences",
    "span_title",
    "span_words",
    "stopped",
]

NUMERALS = "零一二三四五六七八九十"


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


QUARTERS = ("第一季度", "第二季度", "第三季度", "第四季度")
HALVES = ("上半年", "下半年")


def span_words(first: date, last: date) -> str:
    """The days of a text as a title says them: 2026年上半年, 2026年3月5日至5月9日."""
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if not whole or first.year != last.year:
        return f"{day_words(first, 0)}至{day_words(last, first.year)}"
    year, months = f"{first.year}年", last.month - first.month + 1
    if months == 12:
        return year
    if months == 6 and first.month in (1, 7):
        return year + HALVES[first.month // 7]
    if months == 3 and first.month % 3 == 1:
        return year + QUARTERS[first.month // 3]
    return f"{year}{first.month}月" if months == 1 else f"{year}{first.month}—{last.month}月"


def span_title(first: date, last: date) -> str:
    """What a text for other days is called until someone says otherwise."""
    return f"{span_words(first, last)}法治政府建设工作情况"


def compose(facts: YearFacts, plan: Plan = STATUTORY) -> list[SectionDraft]:
    """The parts of the report in the order of a template, as far as records speak.

    Without a template the order is that of the regulation.
    """
    return [
        SectionDraft(
            section.role,
            heading_words(section.heading, facts.year, facts.period),
            tuple(p for part in section.parts for p in _drawn(part, facts, plan)),
            section.numbering,
        )
        for section in plan.sections
    ]


def _drawn(part: Part, facts: YearFacts, plan: Plan) -> list[ParagraphDraft]:
    """What a part says: one paragraph under its heading, or those that its records bring along."""
    found = [p for code in part.draws for p in _paragraphs_of(code, facts, plan)]
    if not part.heading or not found or BY_ITSELF & set(part.draws):
        return found
    key = part.draws[0]
    sentences = tuple(
        SentenceDraft(_within(key, paragraph.key, each.slot), each.text, each.sources)
        for paragraph in found
        for each in paragraph.sentences
    )
    return [ParagraphDraft(key, heading_words(part.heading, facts.year, facts.period), sentences)]


def _within(key: str, paragraph: str, slot: str) -> str:
    """The slot of a sentence that stands in the paragraph of another sort of records."""
    return slot if paragraph == key else slot_of(key, slot.replace("/", "."))


def _paragraphs_of(code: str, facts: YearFacts, plan: Plan) -> list[ParagraphDraft]:
    if heading := heading_of(code):
        lines = [line for line in _lines(facts, plan) if line.heading == heading]
        return records(facts, code, "", lines)
    if code == Draw.RECORDS:
        drawn = plan.headings_drawn
        lines = [line for line in _lines(facts, plan) if line.heading not in drawn]
        return records(facts, code, "其他工作", lines)
    write = WRITERS.get(code)
    return write(facts) if write else []


def _lines(facts: YearFacts, plan: Plan) -> list[RecordLine]:
    """The kinds of work records, without those that the part of counsel speaks of."""
    of_counsel = set(COUNSEL_KINDS) if Draw.COUNSEL in set(plan.draws()) else set()
    return [line for line in facts.records if line.code not in of_counsel]


RHYTHM = re.compile(r"^每(?:\d+|[一二两三四五六])?个?(?:周|半月|月|季度?|半年|年度?)(?:一次)?")


# Words that say more than "so and so often": they are untrue once one period was missed.
CLAIMS = re.compile(
    r"每周|每半月|每月|每季度?|每半年|每年|逐周|逐月|(?<![平人户])均(?![衡匀价线分])|全部|一律|从未|全覆盖"
)


def claims_in(text: str) -> list[str]:
    """The words of a text that a single miss contradicts, each once."""
    return list(dict.fromkeys(CLAIMS.findall(text)))


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


def _schedules(facts: YearFacts) -> list[ParagraphDraft]:
    found = []
    sets: dict[int, list[ScheduleLine]] = {}
    for line in facts.schedules:
        if not line.of_first_person:
            sets.setdefault(line.set_id, []).append(line)
    for set_id, lines in sets.items():
        key = f"set:{set_id}"
        sentences = tuple(_duty(key, line, facts) for line in lines)
        found.append(ParagraphDraft(key, f"{lines[0].set_name}落实情况", sentences))
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
    when = "期间" if facts.period else "本年度"
    text = f"{when}获得荣誉和考评结果{token('honours')}项：{listed}。"
    return SentenceDraft(
        "honours/list", text, tuple(("honour", pk) for pk, _title, _by in facts.honours)
    )


def _problems(facts: YearFacts) -> list[ParagraphDraft]:
    """The overview; what is open first, then what is admitted of misses, then what was closed,
    and what became of the problems of last year's report."""
    overview = [SentenceDraft("problems/counts", _problem_counts(facts))]
    if measures := _measure_counts(facts):
        overview.append(SentenceDraft("problems/measures", measures))
    found = [ParagraphDraft("problems", "", tuple(overview))]
    closed = [line for line in facts.problems if line.state == ProblemState.CLOSED]
    found += [_problem(line, facts) for line in facts.problems if line not in closed]
    found += [_miss(line, facts) for line in facts.misses]
    found += [_problem(line, facts) for line in closed]
    return found + _last_year(facts)


def _miss(line: MissLine, facts: YearFacts) -> ParagraphDraft:
    """A schedule that was not kept and is admitted, with the number and the cause."""
    schedule = line.schedule
    key, source = f"miss:{schedule.pk}", (("schedule", schedule.pk),)
    sentences = [
        SentenceDraft(
            f"{key}/what",
            duty_sentence(schedule, facts.values, facts.on, facts.year),
            source,
        ),
        SentenceDraft(f"{key}/cause", stopped(f"主要原因：{line.cause}"), source),
    ]
    do = "召开" if schedule.is_meeting else "落实"
    return ParagraphDraft(key, f"{plain_name(schedule.name)}未按规定次数{do}", tuple(sentences))


def _last_year(facts: YearFacts) -> list[ParagraphDraft]:
    """What became of the problems that last year's report admitted."""
    lines = [line for line in facts.promises if line.is_problem]
    if not lines:
        return []
    groups = (
        ("done", "已经解决的", [x for x in lines if x.answered and not x.dropped]),
        ("dropped", "因情况变化不再办理的", [x for x in lines if x.dropped]),
        ("left", "尚未解决的", [x for x in lines if not x.answered]),
    )
    told = "；".join(
        f"{words}{len(rows)}个：{_quoted(rows)}" for _name, words, rows in groups if rows
    )
    text = f"{facts.year - 1}年度报告承认的问题{len(lines)}个，{told}。"
    sources = tuple(("promise", line.pk) for line in lines if line.pk is not None)
    sentence = SentenceDraft("last_year/problems", text, sources + _records(lines))
    return [ParagraphDraft("last_year", "", (sentence,))]


def _quoted(lines: Sequence[PromiseLine]) -> str:
    return "、".join(f"“{line.text.strip().rstrip('。；')}”" for line in lines)


def _problem_counts(facts: YearFacts) -> str:
    year, values = facts.year, facts.values
    if not any(values.get(f"problems:{kind}") for kind in ("found", "closed", "open")):
        return f"{facts.period or f'{year}年度'}台账没有登记问题。"
    parts = []
    if values.get("problems:found"):
        parts.append(f"{facts.in_period}发现问题{token('problems:found')}个")
    else:
        parts.append(f"{facts.in_period}台账没有登记新发现的问题")
    if values.get("problems:closed"):
        parts.append(f"{facts.this}销号{token('problems:closed')}个")
    if values.get("problems:open"):
        parts.append(f"截至{day_words(facts.on, year)}尚未销号{token('problems:open')}个")
    return "，".join(parts) + "。"


def _measure_counts(facts: YearFacts) -> str:
    values = facts.values
    parts = []
    if values.get("measures:done"):
        parts.append(f"{facts.this}完成措施{token('measures:done')}项")
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
    if line.years_running > 1:
        words = f"该问题连续{line.years_running}年列入。"
        sentences.append(SentenceDraft(f"{key}/since", words, source))
    elif line.since_year is not None:
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
    sentences = [_duty("first_person", line, facts) for line in lines]
    if len(lines) > 1 and facts.values.get("first_person:owed"):
        sentences.insert(0, SentenceDraft("first_person/total", _first_person_total(facts.values)))
    sentences += deed_sentences(facts, "first_person")
    return [ParagraphDraft("first_person", "", tuple(sentences))] if sentences else []


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
    when = "下一步" if facts.period else f"{facts.year + 1}年"
    intro = f"{when}安排以下工作{token('next:total')}项。"
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


def _meeting_paragraph(facts: YearFacts) -> list[ParagraphDraft]:
    return _one(_meetings(facts), "meetings", "会议和活动")


def _plan_paragraph(facts: YearFacts) -> list[ParagraphDraft]:
    return _one(_plan_of_the_year(facts), "plan", f"{facts.year}年度工作安排完成情况")


def _honour_paragraph(facts: YearFacts) -> list[ParagraphDraft]:
    return _one(_honours(facts), "honours", "荣誉和考评结果")


WRITERS: Mapping[str, Callable[[YearFacts], list[ParagraphDraft]]] = {
    Draw.ORGANISATION: organisation,
    Draw.SCHEDULES: _schedules,
    Draw.COUNSEL: counsel,
    Draw.MEETINGS: _meeting_paragraph,
    Draw.PROMISES: _promises,
    Draw.TASKS: tasks,
    Draw.PLAN: _plan_paragraph,
    Draw.HONOURS: _honour_paragraph,
    Draw.INDICATORS: indicators,
    Draw.PROBLEMS: _problems,
    Draw.FIRST_PERSON: _first_person,
    Draw.NEXT_YEAR: _next_year,
}


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
