"""Honours: how many years running the same one was received (连续2年)."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DIGIT = "0-9〇零一二三四五六七八九十百"
# What changes from year to year in the title of the same honour.
_CHANGES = re.compile(
    rf"(?:19|20)\d{{2}}(?:\s*[-—–~至]\s*(?:(?:19|20)?\d{{2}}))?\s*(?:年度|年)?"
    r"|二[〇零○Ｏo0][〇零○一二三四五六七八九]{2}\s*(?:年度|年)?"
    rf"|第[{_DIGIT}]+(?:届|次|批|期|年度|年|轮)"
    rf"|连续[{_DIGIT}两]+(?:个)?(?:年度|年|次|届)"
    r"|(?:上|本|去|今|当|全)年度?"
    r"|年度"
)
_MARKS = re.compile(r"[\s\"'“”‘’《》〈〉「」『』（）()\[\]【】·,.，。、:：;；—–_-]+")


def title_key(title: str) -> str:
    """A title without its years, its ordinals, its marks and the width of its letters.

    ``2025年度执法质量优秀单位`` and ``执法质量优秀单位（第三届）`` are the same honour.
    """
    narrow = title.translate(_FULL_WIDTH).replace("\u3000", " ")
    return _MARKS.sub("", _CHANGES.sub("", narrow)).lower()


def body_key(name: str) -> str:
    """A body's name without marks and width."""
    return _MARKS.sub("", name.translate(_FULL_WIDTH)).lower()


@dataclass(frozen=True, slots=True)
class HonourFact:
    """An honour as far as running years are concerned; ``holder`` is who received it."""

    key: Hashable
    holder: Hashable
    year: int
    kind: str
    title: str
    awarded_by: str

    @property
    def same(self) -> tuple[Hashable, ...]:
        return self.holder, self.kind, title_key(self.title), body_key(self.awarded_by)


def years_running(honours: Iterable[HonourFact]) -> dict[Hashable, int]:
    """Of each honour, by its key: how many years without a gap it was received up to its year.

    The same honour is of the same holder, kind, title and body; one alone is the first year. Two
    of one year count once. An honour whose title is nothing but a year is like no other.
    """
    found = list(honours)
    years: dict[tuple[Hashable, ...], set[int]] = defaultdict(set)
    for each in found:
        if title_key(each.title):
            years[each.same].add(each.year)
    return {each.key: _running(years[each.same], each.year) for each in found}


def _running(years: set[int], year: int) -> int:
    count = 1
    while year - count in years:
        count += 1
    return count
