"""What a reader would stop at in a report: wording that is not the proper one, and secrets.

Everything here is a hint and none an obstacle. The words to look for are data; what can be told
from the text alone (brackets, doubled words, left-over years) stands here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from reports.domain.summaries import WordingKind


class FindingKind(StrEnum):
    """What a finding in the text is about; also the order in which they are told."""

    SECRECY = "secrecy"
    PLACEHOLDER = "placeholder"
    TITLE = "title"
    OUTDATED = "outdated"
    TYPO = "typo"
    FORMULA = "formula"
    YEAR = "year"
    BRACKETS = "brackets"
    PUNCTUATION = "punctuation"
    DOUBLED = "doubled"


class Advice(StrEnum):
    """What to do about a finding; ``right`` of it says what should stand there."""

    WRITE = "write"
    WRITE_IN_FULL = "write_in_full"
    LEAVE_OUT = "leave_out"
    FILL_IN = "fill_in"
    FULL_WIDTH = "full_width"
    ONE_MARK = "one_mark"
    PAIR = "pair"
    ONCE = "once"
    CHECK_YEAR = "check_year"
    COMPARE = "compare"
    NO_LONGER = "no_longer"
    NO_SPACE = "no_space"
    LOOK = "look"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence as it is read, and whether the ledger wrote it."""

    text: str
    is_compiled: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or a heading, with its place; ``key`` and ``section`` are the caller's."""

    section: int
    key: int
    sentences: tuple[Words, ...]
    is_heading: bool = False

    @property
    def text(self) -> str:
        """The sentences one after the other."""
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at, from ``start`` to ``end`` of a passage, ``times`` within it."""

    kind: FindingKind
    section: int
    passage: int
    start: int
    end: int
    quoted: str
    advice: Advice
    right: str = ""
    note: str = ""
    times: int = 1
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A form that should not stand in a report, and what to write instead."""

    wrong: str
    right: str
    kind: WordingKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing formula with the days it holds."""

    text: str
    first_day: date
    last_day: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is in use on that day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the secrecy check looks at: a name for it and a regular expression."""

    name: str
    pattern: str
    note: str = ""


KINDS_OF_RULES = {
    WordingKind.FORMULA: FindingKind.FORMULA,
    WordingKind.TITLE: FindingKind.TITLE,
    WordingKind.OUTDATED: FindingKind.OUTDATED,
    WordingKind.TYPO: FindingKind.TYPO,
    WordingKind.PLACEHOLDER: FindingKind.PLACEHOLDER,
}
OWN_COUNTRY = "中华人民共和国"


def wording_findings(
    passages: Sequence[Passage],
    *,
    rules: Iterable[Rule] = (),
    formulas: Sequence[Standing] = (),
    year: int,
    on: date,
) -> list[Finding]:
    """Everything about the wording of a report of ``year``, written on a day, in text order.

    The same thing found several times in a passage is one finding with its number.
    """
    found: list[Finding] = []
    told: set[str] = set()
    listed = list(rules)
    for passage in passages:
        here = [
            *_placeholders(passage),
            *_by_rules(passage, listed, told),
            *_near_formulas(passage, formulas, on),
            *_years(passage, year),
            *_brackets(passage),
            *_punctuation(passage),
            *_doubled(passage),
        ]
        found += _merged(_apart(here))
    return found


def _finding(
    passage: Passage,
    kind: FindingKind,
    span: tuple[int, int],
    advice: Advice,
    right: str = "",
    note: str = "",
) -> Finding:
    start, end = span
    return Finding(
        kind,
        passage.section,
        passage.key,
        start,
        end,
        passage.text[start:end],
        advice,
        right,
        note,
        is_heading=passage.is_heading,
    )


def _apart(found: list[Finding]) -> list[Finding]:
    """Of findings that lie on each other the one that was told first."""
    kept: list[Finding] = []
    for each in found:
        if not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: (each.start, each.end))


# Of these every instance looks alike, so one of them says it all.
ALIKE = frozenset({Advice.FULL_WIDTH, Advice.NO_SPACE})


def _merged(found: Iterable[Finding]) -> list[Finding]:
    kept: dict[object, Finding] = {}
    for each in found:
        key = (each.kind, each.advice, "" if each.advice in ALIKE else each.quoted)
        before = kept.get(key)
        kept[key] = each if before is None else replace(before, times=before.times + 1)
    return list(kept.values())


# --- what the list of wording says --------------------------------------------------------------


def _by_rules(passage: Passage, rules: Iterable[Rule], told: set[str]) -> Iterator[Finding]:
    """Where a wrong form stands that is not a part of the right one.

    A law may be called by its short title once its full one was given; ``told`` remembers that
    through the whole report.
    """
    text = passage.text
    for rule in rules:
        if not rule.wrong:
            continue
        short = bool(rule.right) and rule.right.replace(OWN_COUNTRY, "") == rule.wrong
        full_at = text.find(rule.right) if rule.right else -1
        for start in _places(text, rule.wrong):
            if _within_right(text, start, rule):
                continue
            if short and (rule.right in told or -1 < full_at < start):
                continue
            advice = Advice.WRITE if rule.right else Advice.LEAVE_OUT
            if rule.kind == WordingKind.PLACEHOLDER:
                advice = Advice.FILL_IN
            elif short:
                advice = Advice.WRITE_IN_FULL
            span = (start, start + len(rule.wrong))
            yield _finding(passage, KINDS_OF_RULES[rule.kind], span, advice, rule.right, rule.note)
            if short:
                break
        if short and full_at > -1:
            told.add(rule.right)
        elif short and rule.wrong in text:
            # Said once; the rest of the report is not a finding each.
            told.add(rule.right)


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at > -1:
        yield at
        at = text.find(words, at + len(words))


def _within_right(text: str, start: int, rule: Rule) -> bool:
    """Whether the place is a part of the right form, as 法制政府 is none of 法治政府."""
    inside = rule.right.find(rule.wrong) if rule.right else -1
    while inside > -1:
        begin = start - inside
        if begin >= 0 and text.startswith(rule.right, begin):
            return True
        inside = rule.right.find(rule.wrong, inside + 1)
    return False


# --- placeholders -------------------------------------------------------------------------------

PLACEHOLDERS = re.compile(
    r"[×✕╳]{2,}|(?<![A-Za-z])[Xx]{2,}(?![A-Za-z])|[○〇△□■]{2,}|_{2,}|[?？]{2,}"
    r"|【[^】]{0,60}】|某年(?:某月)?(?:某日)?|某月(?:某日)?|某某|待补佐证|待补充?|待核实|待填写?|此处填写|\bT[OB]D[OA]?\b"
    r"|(?<![\d.])[.．]{3,}|\{\{|\}\}"
)


def _placeholders(passage: Passage) -> Iterator[Finding]:
    for match in PLACEHOLDERS.finditer(passage.text):
        # 〔2024〕 in the wrong brackets is no gap, but a number of a document.
        if YEAR_IN_BRACKETS.match(passage.text, match.start()):
            continue
        yield _finding(passage, FindingKind.PLACEHOLDER, match.span(), Advice.FILL_IN)


# --- standing formulas --------------------------------------------------------------------------

SEED = 4
SHORTEST_FORMULA = 8
NEAR = 0.82


def _near_formulas(passage: Passage, formulas: Sequence[Standing], on: date) -> Iterator[Finding]:
    """Words that are nearly a standing formula, and formulas that hold no longer."""
    text = passage.text
    exact = [
        (at, at + len(each.text), each)
        for each in formulas
        for at in _places(text, each.text)
        if each.text
    ]
    holding = [(start, end) for start, end, each in exact if each.holds_on(on)]
    for start, end, each in exact:
        ended = each.last_day is not None and each.last_day < on
        covered = any(first <= start and end <= last for first, last in holding)
        if ended and not covered:
            yield _finding(passage, FindingKind.OUTDATED, (start, end), Advice.NO_LONGER)
    for each in formulas:
        if not each.holds_on(on) or len(each.text) < SHORTEST_FORMULA:
            continue
        for span in _near_places(text, each.text):
            if not any(span[0] < end and start < span[1] for start, end, _each in exact):
                yield _finding(passage, FindingKind.FORMULA, span, Advice.COMPARE, each.text)


def _near_places(text: str, formula: str) -> Iterator[tuple[int, int]]:
    """Where something stands that shares most of its characters with the formula, in order."""
    after = 0
    for at in range(len(text) - SEED + 1):
        if at < after or formula.find(text[at : at + SEED]) < 0:
            continue
        # The formula may begin a little before its first four characters in a row.
        begin = max(after, at - formula.find(text[at : at + SEED]) - SEED)
        window = text[begin : begin + len(formula) + 2 * SEED + len(formula) // 5]
        matcher = SequenceMatcher(None, formula, window, autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size > 1]
        if not blocks:
            continue
        start, end = blocks[0].b, blocks[-1].b + blocks[-1].size
        same = sum(block.size for block in blocks)
        score = 2 * same / (len(formula) + end - start)
        if NEAR <= score < 1:
            span = _whole(formula, text, begin + start, begin + end, blocks[0].a, blocks[-1])
            yield span
            after = span[1]


def _whole(
    formula: str, text: str, start: int, end: int, first: int, last: object
) -> tuple[int, int]:
    """The span with as many characters before and behind as the formula has there."""
    left = len(formula) - (last.a + last.size)  # type: ignore[attr-defined]
    before = text[max(0, start - first) : start]
    behind = text[end : end + left]
    cut_before = max((before.rfind(mark) for mark in STOPS), default=-1) + 1
    stops = [at for at in (behind.find(mark) for mark in STOPS) if at > -1]
    return start - len(before) + cut_before, end + min([len(behind), *stops])


STOPS = "，。；：、！？“”"


# --- years --------------------------------------------------------------------------------------

YEAR = re.compile(r"(?<![\d.])((?:19|20)\d{2})(?=年(?!代))")
# Words by which a sentence speaks of another year on purpose.
OF_ANOTHER_YEAR = re.compile(
    r"上年|上一年|去年|前一年|同期|同比|以来|历年|往年|连续|首次|曾|延续|始于|修订|施行"
    r"|印发|发布|制定|出台|规划|年版|自(?:19|20)\d{2}年"
    r"|(?:19|20)\d{2}年\d{0,2}月?起|(?:[—－~-]|至)\s*(?:19|20)\d{2}年"
)


def _years(passage: Passage, year: int) -> Iterator[Finding]:
    """A year that is neither the report's nor the next, in words typed by hand."""
    at = 0
    for sentence in passage.sentences:
        text = sentence.text
        for match in YEAR.finditer(text) if not sentence.is_compiled else ():
            named = int(match.group(1))
            quoted = _in_title(text, match.start())
            if named in (year, year + 1) or quoted or _told_as_past(text, match):
                continue
            span = (at + match.start(), at + match.end() + 1)
            yield _finding(passage, FindingKind.YEAR, span, Advice.CHECK_YEAR, str(year))
        at += len(text)


def _told_as_past(text: str, match: re.Match[str]) -> bool:
    """Whether the clause with the year says that it speaks of another one."""
    begin = max((text.rfind(mark, 0, match.start()) for mark in "，。；"), default=-1) + 1
    ends = [at for at in (text.find(mark, match.end()) for mark in "，。；") if at > -1]
    clause = text[begin : min(ends, default=len(text))]
    return OF_ANOTHER_YEAR.search(clause) is not None


def _in_title(text: str, at: int) -> bool:
    for left, right in ("《》", "〔〕"):
        if text.rfind(left, 0, at) > text.rfind(right, 0, at):
            return True
    return False


# --- marks --------------------------------------------------------------------------------------

PAIRS = {"（": "）", "(": ")", "“": "”", "‘": "’", "《": "》", "「": "」", "〔": "〕", "[": "]"}
CLOSING = {right: left for left, right in PAIRS.items()}


def _brackets(passage: Passage) -> Iterator[Finding]:
    """Brackets and quotation marks that have no other half within the paragraph."""
    opened: list[int] = []
    text = passage.text
    single: list[tuple[int, int]] = []
    for at, mark in enumerate(text):
        if mark in PAIRS:
            opened.append(at)
        elif mark in CLOSING:
            if _is_number_of_item(text, at):
                continue
            if opened and text[opened[-1]] == CLOSING[mark]:
                opened.pop()
            else:
                # （…) is one mistake, not two.
                if opened and _same_family(text[opened[-1]], mark):
                    opened.pop()
                single.append((at, at + 1))
    single += [(at, at + 1) for at in opened]
    for span in sorted(single):
        yield _finding(passage, FindingKind.BRACKETS, span, Advice.PAIR)


def _same_family(left: str, right: str) -> bool:
    return {left, right} <= set("（）()") or {left, right} <= set("〔〕[]")


def _is_number_of_item(text: str, at: int) -> bool:
    """``1）`` at the head of a paragraph has but one bracket."""
    return text[at] in "）)" and text[:at].strip().isdigit()


HAN = r"[\u3400-\u9fff]"
YEAR_IN_BRACKETS = re.compile(r"[\[【［(（]\s*((?:19|20)\d{2})\s*[\]】］)）](?=\s*第?\d+号)")
WIDE_FIGURES = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
HALF_WIDTH = re.compile(rf"(?<={HAN})[,;:?!()]|[,;:?!()](?={HAN})")
TWICE = re.compile(r"[，。；：、]{2,}|([！？])\1+|[，、；：][”’]?(?=[。！？])")
SPACE = re.compile(rf"(?<={HAN})[ \u3000]+(?={HAN})|(?<=[，。；：、])[ \u3000]+(?={HAN})")
TO_WIDE = str.maketrans(",;:?!()", "，；：？！（）")


def _punctuation(passage: Passage) -> Iterator[Finding]:
    text, kind = passage.text, FindingKind.PUNCTUATION
    for match in YEAR_IN_BRACKETS.finditer(text):
        right = f"〔{match.group(1)}〕"
        yield _finding(passage, kind, match.span(), Advice.WRITE, right)
    for match in TWICE.finditer(text):
        yield _finding(passage, kind, match.span(), Advice.ONE_MARK)
    for match in WIDE_FIGURES.finditer(text):
        plain = "".join(chr(ord(mark) - 0xFEE0) for mark in match.group(0))
        yield _finding(passage, kind, match.span(), Advice.WRITE, plain)
    for match in HALF_WIDTH.finditer(text):
        right = match.group(0).translate(TO_WIDE)
        yield _finding(passage, kind, match.span(), Advice.FULL_WIDTH, right)
    if not passage.is_heading:
        for match in SPACE.finditer(text):
            yield _finding(passage, kind, match.span(), Advice.NO_SPACE)


# A word twice in a row; of single ones those that hardly ever stand twice with a sense.
DOUBLED = re.compile(
    r"的的(?!确)|了了(?!解|断)|在在(?!建|押|逃|职|岗|校|编|线)|和和(?!谐|解|平)|是是(?!否|非)"
    r"|与与(?!会)|把把(?!关)|被被(?!告|害)|由由|将将(?!要)|及及(?!时)|为为(?!民|人|了|主|期|首)"
    rf"|((?!一|逐|每|各|层|步){HAN}{{2,6}})\1"
)


def _doubled(passage: Passage) -> Iterator[Finding]:
    for match in DOUBLED.finditer(passage.text):
        words = match.group(0)
        yield _finding(
            passage, FindingKind.DOUBLED, match.span(), Advice.ONCE, words[: len(words) // 2]
        )


# --- secrecy ------------------------------------------------------------------------------------

# Patterns are read within pieces of this length, each begun a little before the last one ended:
# together with what a pattern may not do this bounds the time they take.
PIECE, LAP = 300, 60
LONGEST_PATTERN = 200
MOST_OPEN_REPEATS = 3


class AgainstPattern(StrEnum):
    """Why a regular expression cannot be kept."""

    NOT_READABLE = "not_readable"
    TOO_LONG = "too_long"
    FINDS_NOTHING = "finds_nothing"
    REPEATS_REPEATED = "repeats_repeated"
    TOO_MANY_REPEATS = "too_many_repeats"
    REFERS_BACK = "refers_back"


def reasons_against_pattern(pattern: str) -> list[AgainstPattern]:
    """Why a pattern cannot be kept; empty when it can.

    It must be a regular expression that finds at least one character, and one that ends in time
    whatever the text: no repeated group that repeats or chooses within, few open repeats.
    """
    if len(pattern) > LONGEST_PATTERN:
        return [AgainstPattern.TOO_LONG]
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return [AgainstPattern.NOT_READABLE]
    checks = {
        AgainstPattern.FINDS_NOTHING: compiled.match("") is not None,
        AgainstPattern.REPEATS_REPEATED: _repeats_repeated(pattern),
        AgainstPattern.TOO_MANY_REPEATS: len(_open_repeats(pattern)) > MOST_OPEN_REPEATS,
        AgainstPattern.REFERS_BACK: re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern) is not None,
    }
    return [reason for reason, holds in checks.items() if holds]


_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}|\?")


def _open_repeats(pattern: str) -> list[str]:
    """The repeats without an end, or with a far one."""
    return [mark for mark in _repeats_in(_bare(pattern)) if _is_open(mark)]


def _bare(pattern: str) -> str:
    """The pattern with escaped characters and classes of characters as one letter each, and
    groups of every kind as plain ones."""
    letters = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]", "c", pattern)
    return re.sub(r"\(\?(?:[aiLmsux:=!]|<[=!]|P<\w+>)", "(", letters)


def _repeats_in(bare: str) -> list[str]:
    return [mark for mark in _REPEAT.findall(bare) if mark != "?"]


def _is_open(mark: str) -> bool:
    if mark in "*+":
        return True
    numbers = mark[1:-1].split(",")
    return len(numbers) == 2 and (not numbers[1] or int(numbers[1]) > 50)


def _repeats_repeated(pattern: str) -> bool:
    """Whether a group that repeats holds a repeat of another length, or a choice."""
    bare = _bare(pattern)
    opened: list[int] = []
    for at, mark in enumerate(bare):
        if mark == "(":
            opened.append(at)
        elif mark == ")" and opened:
            inside = bare[opened.pop() + 1 : at]
            behind = _REPEAT.match(bare, at + 1)
            if behind is None or behind.group(0) == "?":
                continue
            varying = [each for each in _repeats_in(inside) if each in "*+" or "," in each]
            if varying or "|" in inside or "?" in inside:
                return True
    return False


def secrecy_findings(
    passages: Iterable[Passage], patterns: Iterable[Pattern], *, names: Collection[str] = ()
) -> list[Finding]:
    """What the secrecy check should look at, in text order, each place once.

    A pattern that cannot be kept is passed over. ``names`` are people of the bureau: one of three
    characters or more is found wherever it stands, a shorter one only beside a word for a person.
    """
    usable = [
        (each, re.compile(each.pattern))
        for each in patterns
        if not reasons_against_pattern(each.pattern)
    ]
    people = _names(names)
    found = []
    for passage in passages:
        here: list[Finding] = []
        for each, compiled in usable:
            for span in _spans(passage.text, compiled):
                here.append(
                    replace(
                        _finding(passage, FindingKind.SECRECY, span, Advice.LOOK, each.name),
                        note=each.note,
                    )
                )
        if people is not None:
            for match in people.finditer(passage.text):
                at = 1 if match.group(1) else 2
                here.append(_finding(passage, FindingKind.SECRECY, match.span(at), Advice.NAME))
        # The longest says most.
        here.sort(key=lambda each: each.start - each.end)
        found += _merged(_apart(here))
    return found


def _spans(text: str, compiled: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    seen: set[tuple[int, int]] = set()
    for begin in range(0, max(len(text), 1), PIECE - LAP):
        for match in compiled.finditer(text, begin, min(begin + PIECE, len(text))):
            span = match.span()
            if span not in seen and span[0] < span[1]:
                seen.add(span)
                yield span
        if begin + PIECE >= len(text):
            break


def _names(names: Collection[str]) -> re.Pattern[str] | None:
    known = sorted({name for name in names if len(name) > 1}, key=lambda name: (-len(name), name))
    long = "|".join(re.escape(name) for name in known if len(name) > 2)
    short = "|".join(re.escape(name) for name in known if len(name) == 2)
    parts = [f"({long or '(?!)'})"]
    if short:
        parts.append(f"(?:(?<=民警)|(?<=辅警)|(?<=[长员任委人]))({short})(?!{HAN}{{0,1}}[性的])")
        return re.compile("|".join(parts))
    return re.compile(f"{parts[0]}|((?!))") if long else None


# --- what a template asks for -------------------------------------------------------------------

ALIKE_HEADINGS = 0.75


def same_heading(asked: str, written: str) -> bool:
    """Whether a heading speaks of what was asked: it has most of those characters."""
    one, other = set(asked.strip()), set(written.strip())
    return bool(one) and len(one & other) >= ALIKE_HEADINGS * len(one)
