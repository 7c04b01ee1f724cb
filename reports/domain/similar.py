"""Which earlier problems are like a new one: words in common, and the same theme or cause kind.

Chinese has no spaces, so two characters in a row (bigrams) stand for words; letters and figures
count as whole words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_HAN = re.compile(r"[㐀-鿿]+")
_OTHER = re.compile(r"[a-z0-9]+")
# What stands in the title of nearly every problem tells none from another.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "问题 存在 工作 情况 部分 个别 有的 不够 不到 到位 到不 进一 一步 不足 有待 待提 提高 "
        "作不 不规 规范 不及 及时 不完 完整 落实 不实 不全 不严 仍有",
    )
)
_FROM = 0.2
_FROM_WITH_MORE = 0.12
_STRONG = 0.4
_STRONG_WITH_MORE = 0.3
_COMMON_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as it is compared: what it says, its themes and the kinds of its causes."""

    title: str
    themes: frozenset[int] = frozenset()
    cause_kinds: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two problems are.

    ``words``: the share of words in common, 0 to 1. ``phrases``: those words joined to what can be
    read, in the order of the newer title. ``strong``: so like that they should not both be
    registered without a look.
    """

    words: float
    phrases: tuple[str, ...] = ()
    same_themes: frozenset[int] = frozenset()
    same_cause_kinds: frozenset[int] = frozenset()

    @property
    def more(self) -> bool:
        """Whether besides words they share a theme or a kind of cause."""
        return bool(self.same_themes or self.same_cause_kinds)

    @property
    def similar(self) -> bool:
        return self.words >= (_FROM_WITH_MORE if self.more else _FROM)

    @property
    def strong(self) -> bool:
        return self.words >= (_STRONG_WITH_MORE if self.more else _STRONG)

    @property
    def rank(self) -> float:
        """Words first; a theme and a kind of cause in common count a little each."""
        return self.words + 0.05 * bool(self.same_themes) + 0.05 * bool(self.same_cause_kinds)


def words_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters, and words of letters or figures, in lower case."""
    text = text.lower()
    runs = _HAN.findall(text)
    pairs = (run[n : n + 2] for run in runs for n in range(len(run) - 1))
    return frozenset([*pairs, *_OTHER.findall(text)])


def likeness(new: Told, earlier: Told) -> Likeness:
    """How like an earlier problem is to a new one. Two texts without words share nothing."""
    ours, theirs = words_of(new.title), words_of(earlier.title)
    shared = ours & theirs
    total = _weight(ours) + _weight(theirs)
    return Likeness(
        words=2 * _weight(shared) / total if total else 0.0,
        phrases=_phrases(new.title.lower(), shared),
        same_themes=new.themes & earlier.themes,
        same_cause_kinds=new.cause_kinds & earlier.cause_kinds,
    )


def _weight(words: Iterable[str]) -> float:
    return sum(_COMMON_WEIGHT if word in _COMMON else 1.0 for word in words)


def _phrases(text: str, shared: frozenset[str]) -> tuple[str, ...]:
    """The shared pairs that follow each other, joined: 涉案 案财 财物 → 涉案财物."""
    found: list[str] = []
    for run in re.findall(r"[㐀-鿿]+|[a-z0-9]+", text):
        if not _HAN.match(run):
            found += [run] * (run in shared)
            continue
        begin = None
        for n in range(len(run)):
            if run[n : n + 2] in shared and n + 1 < len(run):
                begin = n if begin is None else begin
            elif begin is not None:
                found.append(run[begin : n + 1])
                begin = None
    return tuple(phrase for phrase in dict.fromkeys(found) if words_of(phrase) - _COMMON)


def most_like(
    new: Told, earlier: Iterable[tuple[int, Told]], *, most: int = 5
) -> list[tuple[int, Likeness]]:
    """The earlier problems like a new one, most like first; of equals the one named first.

    None that shares nothing but a theme or a kind of cause.
    """
    compared = ((key, likeness(new, told)) for key, told in earlier)
    similar = [(key, found) for key, found in compared if found.similar]
    return sorted(similar, key=lambda pair: -pair[1].rank)[:most]
