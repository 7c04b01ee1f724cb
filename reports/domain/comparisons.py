"""Two texts side by side: which paragraph became which, and what changed in it, word by word."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum

# A number stands or falls as a whole, with its point, its thousands and its per cent; so does a
# word in letters. Chinese has no blanks between words: there each sign is one.
_TOKEN = re.compile(r"\d+(?:[.,，]\d+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》〈〉【】—…·,.;:?!\"'()<>[]-~ \u3000\n")
# Signs that stay the same between two changes are read as part of the change when so few.
SHORT_RUN = 2
ALIKE = 0.6


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of the text and what became of them."""

    change: Change
    text: str


def words_of(text: str) -> list[str]:
    """The text cut into what is compared: numbers and words in letters whole, else signs."""
    return _TOKEN.findall(text)


def compared(old: str, new: str) -> list[Run]:
    """Both texts as one: what stayed, what was taken out, what was put in, in reading order.

    Where only one or two signs stayed between two changes, they are told as changed, too: a text
    cut up sign by sign cannot be read. Every text is given back whole: without the added runs it
    is the old one, without the removed runs the new one.
    """
    before, after = words_of(old), words_of(new)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    pieces = [
        (kind == "equal", before[first:last], after[begin:end])
        for kind, first, last, begin, end in steps
    ]
    found: list[Run] = []
    for same, gone, come in _joined(pieces):
        if same:
            found.append(Run(Change.SAME, "".join(come)))
            continue
        if gone:
            found.append(Run(Change.REMOVED, "".join(gone)))
        if come:
            found.append(Run(Change.ADDED, "".join(come)))
    return found


_Piece = tuple[bool, list[str], list[str]]


def _joined(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Changes with next to nothing between them as one change."""
    found: list[_Piece] = []
    last = len(pieces) - 1
    for number, (same, gone, come) in enumerate(pieces):
        swallowed = same and 0 < number < last and _is_short(come)
        if found and not found[-1][0] and (swallowed or not same):
            _was, so_gone, so_come = found[-1]
            found[-1] = (False, [*so_gone, *gone], [*so_come, *come])
        else:
            found.append((same, gone, come))
    return found


def _is_short(words: Sequence[str]) -> bool:
    """A full stop or a comma divides sentences and keeps its place, a number its own."""
    if any(word in _PUNCTUATION or word[0].isdigit() for word in words):
        return False
    return len(words) <= SHORT_RUN


# --- paragraphs ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a report: in a section of which role, under which headings, its text."""

    role: str
    section: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph of last year beside that of this year; None where it has none."""

    old: Passage | None
    new: Passage | None

    @property
    def is_same(self) -> bool:
        """Whether nothing was changed."""
        return self.old is not None and self.new is not None and self.old.text == self.new.text

    @property
    def either(self) -> Passage:
        """Where it stands: this year's place, or the one it had."""
        found = self.new or self.old
        assert found is not None
        return found


_NUMBERING = re.compile(
    r"^\s*(?:[（(][一二三四五六七八九十\d]+[）)]|[一二三四五六七八九十]+[、是]|\d+[.．、])\s*"
)
_YEAR = re.compile(r"(?:20\d\d|下一?|上一?|本|今)年度?")


def plain_heading(heading: str) -> str:
    """A heading without its number and without the year it names."""
    return _YEAR.sub("", _NUMBERING.sub("", heading)).strip(" \u3000")


def paired(old: Sequence[Passage], new: Sequence[Passage]) -> list[Pair]:
    """Which paragraph of last year became which of this year, in this year's order.

    Within a role, by the heading first, then, of what is left, by how much alike the texts are;
    a last one on each side without a heading belongs together. What has no answer stands behind
    the paragraph that it stood behind.
    """
    matched = _by_heading(old, new)
    matched |= _by_text(old, new, matched)
    matched |= _the_rest(old, new, matched)
    pairs = {there: Pair(old[here], new[there]) for here, there in matched.items()}
    found = [pairs.get(number, Pair(None, passage)) for number, passage in enumerate(new)]
    places = list(range(len(new)))
    for here, passage in enumerate(old):
        if here in matched:
            continue
        before = [each for each in range(here) if each in matched]
        same_role = [each for each in before if old[each].role == passage.role]
        behind = matched[(same_role or before)[-1]] if before else -1
        at = next((n for n in range(len(places) - 1, -1, -1) if places[n] == behind), -1) + 1
        found.insert(at, Pair(passage, None))
        places.insert(at, behind)
    return found


def _by_heading(old: Sequence[Passage], new: Sequence[Passage]) -> dict[int, int]:
    left: dict[tuple[str, str], list[int]] = {}
    for number, passage in enumerate(new):
        if name := plain_heading(passage.heading):
            left.setdefault((passage.role, name), []).append(number)
    found = {}
    for number, passage in enumerate(old):
        places = left.get((passage.role, plain_heading(passage.heading)))
        if passage.heading and places:
            found[number] = places.pop(0)
    return found


def _by_text(
    old: Sequence[Passage], new: Sequence[Passage], matched: Mapping[int, int]
) -> dict[int, int]:
    """The most alike first; a paragraph is taken once."""
    taken = set(matched.values())
    scored = sorted(
        (
            (-_alike(old[here].text, new[there].text), here, there)
            for here in range(len(old))
            for there in range(len(new))
            if here not in matched and there not in taken and old[here].role == new[there].role
        ),
    )
    found: dict[int, int] = {}
    used: set[int] = set()
    for score, here, there in scored:
        if -score < ALIKE:
            break
        if here not in found and there not in used:
            found[here] = there
            used.add(there)
    return found


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # The quick ones are upper bounds: most pairs need no more.
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def _the_rest(
    old: Sequence[Passage], new: Sequence[Passage], matched: Mapping[int, int]
) -> dict[int, int]:
    taken = set(matched.values())
    found = {}
    for role in dict.fromkeys(passage.role for passage in old):
        here = [n for n, p in enumerate(old) if p.role == role and n not in matched]
        there = [n for n, p in enumerate(new) if p.role == role and n not in taken]
        if len(here) == len(there) == 1 and not (old[here[0]].heading or new[there[0]].heading):
            found[here[0]] = there[0]
    return found


# --- figures ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FigurePair:
    """A figure of last year and of this one; None where a report does not have it."""

    key: str
    old: Decimal | None
    new: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Only where both are there: what was not counted has not risen."""
        if self.old is None or self.new is None:
            return None
        return self.new - self.old


def figures_beside(
    old: Mapping[str, Decimal | int], new: Mapping[str, Decimal | int]
) -> list[FigurePair]:
    """Every figure of either year, this year's order first; nought on both sides says nothing."""
    keys = [*new, *(key for key in old if key not in new)]
    pairs = [FigurePair(key, _number(old.get(key)), _number(new.get(key))) for key in keys]
    return [pair for pair in pairs if pair.old or pair.new]


def _number(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


# --- problems -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProblemFacts:
    """A problem of a bureau: of which year, which earlier one it repeats, where it stands."""

    pk: int
    year: int
    repeats: int | None
    is_solved: bool
    was_listed: bool


def vanished(
    problems: Iterable[ProblemFacts], *, told_before: Iterable[int], told_now: Iterable[int]
) -> list[int]:
    """Those that last year's report told of, that are not solved, and of which this year's says
    nothing, neither of the problem nor of one that repeats it; by key, in the order given."""
    by_key = {problem.pk: problem for problem in problems}
    spoken: set[int] = set()
    for key in told_now:
        spoken.update(_chain(key, by_key))
    found = []
    for key in dict.fromkeys(told_before):
        problem = by_key.get(key)
        if problem is None or not problem.was_listed or problem.is_solved or key in spoken:
            continue
        found.append(key)
    return found


def years_listed(problems: Iterable[ProblemFacts], keys: Iterable[int]) -> dict[int, int]:
    """连续n年列入 of each of the keys: how many years without a gap, its own included.

    What was entered by mistake, or found to be no problem, was not listed.
    """
    by_key = {problem.pk: problem for problem in problems}
    found = {}
    for key in keys:
        years: list[int] = []
        for each in _chain(key, by_key):
            problem = by_key[each]
            if each != key and not problem.was_listed:
                break
            if years and problem.year < years[-1] - 1:
                break
            if not years or problem.year < years[-1]:
                years.append(problem.year)
        found[key] = len(years)
    return found


def _chain(key: int, by_key: Mapping[int, ProblemFacts]) -> list[int]:
    """The problem and those it repeats, one after the other; a ring is walked once."""
    found: list[int] = []
    at: int | None = key
    while at is not None and at in by_key and at not in found:
        found.append(at)
        at = by_key[at].repeats
    return found
