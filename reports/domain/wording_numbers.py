"""Numbers as reports write them: 两, 一百二十, 三十余, 1.2万, 2,885, ２８８５, 百分之十二点五, 3—5.

In comes a text, out come the numbers of it in order, with their places. What a number counts, and
whether it is a figure, a year or a law article, is not asked here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from reports.domain.figures import trimmed

# Longer runs are no numbers that anybody counts by: identity cards, accounts, noise.
LONGEST_DIGITS = 15
LONGEST_CHINESE = 16

_LEVEL = str.maketrans(
    "０１２３４５６７８９．％－～／：（）＋\u2011\u2010",
    "0123456789.%-~/:()+--",
)
_WIDE_GROUP = re.compile(r"(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
# 1 023件: a blank between thousands.
_BLANK_GROUP = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009]\d{3})+(?![\d.,])")
_BLANK = re.compile(r"[ \u00a0\u3000\u200b\u2002\u2003\u2009]+")

_DIGITS = {mark: number for number, mark in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "○": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_SCALES = _SMALL | _LARGE

_CHINESE = (
    r"[零〇○一二两三四五六七八九十百千万亿]+(?:点[零〇○一二三四五六七八九]+(?!十?分|[十时]))?"
)
_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_NUMBER = re.compile(
    rf"(?P<share>百分之|千分之)?(?:(?P<arabic>{_ARABIC})|(?P<chinese>{_CHINESE}))", re.ASCII
)
# 3千米 is three kilometres, 5百分点 is none of ours.
_SCALE = re.compile(
    r"(?P<more>余|多)?(?P<scale>[百千](?![米克瓦卡分])[万亿]?|万亿?|亿)(?![一二三四五六七八九]?分之)"
)
_PART = re.compile(r"\d{1,6}(?:\.\d+)?", re.ASCII)
_MORE = re.compile(r"余|多(?![种样元方部门级])|来(?=[名人个件起家位])")
_BETWEEN = re.compile(r"-{1,2}|—{1,2}|–|―|~|至|到|或")
_PERCENT = re.compile(r"[%‰]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text, ``text[start:end]``, with 万 and 亿 multiplied out.

    ``value2`` is the upper end of a range (3—5, 一至二, 三四十). ``more`` is the word that says
    there is some more of it (余, 多), ``percent`` is ``%`` or ``‰`` where it is a share, however
    written. ``is_chinese`` tells 三 from 3.
    """

    value: Decimal
    value2: Decimal | None
    more: str | None
    percent: str | None
    is_chinese: bool
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Squeezed:
    """A text made plain to read by rule: half-width digits, no blanks within a line.

    ``places[i]`` is where its character ``i`` stands in the text that came in.
    """

    text: str
    places: list[int]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text of ``text[start:end]``, which is not empty."""
        return self.places[start], self.places[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """What stands there in the original text."""
        first, last = self.span(start, end)
        return self.original[first:last]


def squeezed(text: str) -> Squeezed:
    """The text with half-width digits and signs and without blanks, and where each came from.

    A blank between two Latin letters or digits stays, as do line ends and tabs: cells of a table.
    """
    level = _BLANK_GROUP.sub(_without_meaning, leveled(text))
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for blank in _BLANK.finditer(level):
        before = level[blank.start() - 1 : blank.start()]
        after = level[blank.end() : blank.end() + 1]
        kept = _is_latin(before) and _is_latin(after) and blank.group() != "\u200b"
        stop = blank.start() + (1 if kept else 0)
        parts.append(level[at:stop])
        places.extend(range(at, stop))
        at = blank.end()
    parts.append(level[at:])
    places.extend(range(at, len(level)))
    return Squeezed("".join(parts), places, text)


def _without_meaning(group: re.Match[str]) -> str:
    """The group with zero-width blanks, which part nothing."""
    return re.sub(r"\D", "\u200b", group.group())


def _is_latin(mark: str) -> bool:
    return mark.isascii() and mark.isalnum()


def leveled(text: str) -> str:
    """The text with full-width digits, points and signs made half-width; its length stays."""
    return _WIDE_GROUP.sub(",", text).translate(_LEVEL)


def numbers_in(text: str) -> list[Number]:
    """All numbers of a text in order; places are those of ``text``, the end is exclusive.

    Fractions (三分之二) are none, nor are runs of more than 15 digits or 16 Chinese numerals. Two
    neighbours in a row are a range (三四十, 五六), as are numbers with 至, 到, 或, ~ or a dash
    between them when the second is larger; 3至5万 is 30000 to 50000.
    """
    plain = squeezed(text)
    return [
        Number(
            each.value,
            each.value2,
            each.more,
            each.percent,
            each.is_chinese,
            plain.quote(each.start, each.end),
            *plain.span(each.start, each.end),
        )
        for each in numbers_of(plain.text)
    ]


def number_of(text: str) -> Decimal | None:
    """The number that the whole text is, None where it is none or a range."""
    found = list(numbers_of(leveled(text)))
    if len(found) != 1 or found[0].text != leveled(text) or found[0].value2 is not None:
        return None
    return found[0].value


@dataclass(frozen=True, slots=True)
class _Single:
    value: Decimal
    value2: Decimal | None
    more: str | None
    percent: str | None
    is_chinese: bool
    scale: Decimal
    end: int


def numbers_of(level: str) -> Iterator[Number]:
    """The numbers of a text that is level already (``squeezed(…).text``)."""
    at = 0
    while found := _NUMBER.search(level, at):
        first = _single(level, found)
        if first is None:
            at = found.end()
            continue
        if level.startswith("分之", first.end) and not found["share"]:
            after = _NUMBER.match(level, first.end + 2)
            at = after.end() if after else first.end + 2
            continue
        number = _ranged(level, found.start(), first)
        yield number
        at = number.end


def _ranged(level: str, start: int, first: _Single) -> Number:
    """The number, or the range that it begins."""
    value, value2, percent, more, end = (
        first.value,
        first.value2,
        first.percent,
        first.more,
        first.end,
    )
    between = _BETWEEN.match(level, end) if value2 is None else None
    after = _NUMBER.match(level, between.end()) if between else None
    second = _single(level, after) if after else None
    if second and second.value2 is None and second.is_chinese == first.is_chinese:
        low = value
        if first.scale == 1 and second.scale >= 10_000 and value * second.scale < second.value:
            low = value * second.scale
        if low < second.value and percent in (None, second.percent):
            value, value2, percent = low, second.value, second.percent
            more, end = second.more or more, second.end
    value, value2 = trimmed(value), None if value2 is None else trimmed(value2)
    return Number(value, value2, more, percent, first.is_chinese, level[start:end], start, end)


def _single(level: str, found: re.Match[str]) -> _Single | None:
    """One number with its scale, 余 and per cent sign; None where the run is too long or odd."""
    value2, more, scale = None, None, Decimal(1)
    end = found.end()
    if found["arabic"]:
        digits = found["arabic"].replace(",", "")
        if len(digits) > LONGEST_DIGITS:
            return None
        value = Decimal(digits)
        value, scale, more, end = _scaled(level, end, value)
    else:
        read = _chinese(found["chinese"])
        if read is None:
            return None
        value, value2 = read
        if wanted := _SCALE.match(level, end):  # 三十余万
            scale, more, end = _scale_of(wanted["scale"]), wanted["more"], wanted.end()
            value, value2 = value * scale, value2 * scale if value2 is not None else None
    if more is None and (after := _MORE.match(level, end)):
        more, end = after.group(), after.end()
    percent = {"百分之": "%", "千分之": "‰"}.get(found["share"] or "")
    if percent is None and (sign := _PERCENT.match(level, end)):
        percent, end = sign.group(), sign.end()
    return _Single(value, value2, more, percent, bool(found["chinese"]), scale, end)


def _scaled(level: str, end: int, value: Decimal) -> tuple[Decimal, Decimal, str | None, int]:
    """Digits with what follows them: 1.2万, 100余万, 1亿2000万, 3万5千."""
    wanted = _SCALE.match(level, end)
    if not wanted:
        return value, Decimal(1), None, end
    first = scale = _scale_of(wanted["scale"])
    whole = value * scale
    while wanted["more"] is None and (after := _PART.match(level, wanted.end())):
        smaller = _SCALE.match(level, after.end())
        if not smaller or _scale_of(smaller["scale"]) >= scale:
            break
        wanted, scale = smaller, _scale_of(smaller["scale"])
        whole += Decimal(after.group()) * scale
    return whole, first, wanted["more"], wanted.end()


def _scale_of(marks: str) -> Decimal:
    scale = Decimal(1)
    for mark in marks:
        scale *= _SCALES[mark]
    return scale


def _chinese(run: str) -> tuple[Decimal, Decimal | None] | None:
    """What Chinese numerals say: one number, or a range where two neighbours stand in a row."""
    if len(run) > LONGEST_CHINESE:
        return None
    whole, _, decimals = run.partition("点")
    if decimals:
        value = _chinese_whole(whole)
        if value is None:
            return None
        return value + Decimal("0." + "".join(str(_DIGITS[mark]) for mark in decimals)), None
    if len(whole) == 1 or any(mark in _SCALES for mark in whole):
        return _with_pair(whole)
    digits = [_DIGITS[mark] for mark in whole]
    if len(digits) == 2 and digits[0] and digits[1] == digits[0] + 1:
        return Decimal(digits[0]), Decimal(digits[1])
    return Decimal("".join(map(str, digits))), None


def _with_pair(whole: str) -> tuple[Decimal, Decimal | None] | None:
    """三四十 is 30 to 40, 十七八 is 17 to 18; more such pairs, or others, are no number."""
    pairs = [
        at for at, (one, two) in enumerate(pairwise(whole)) if _DIGITS.get(one) and _DIGITS.get(two)
    ]
    if not pairs:
        value = _chinese_whole(whole)
        return None if value is None else (value, None)
    at = pairs[0]
    if len(pairs) > 1 or _DIGITS[whole[at + 1]] != _DIGITS[whole[at]] + 1:
        return None
    low = _chinese_whole(whole[: at + 1] + whole[at + 2 :])
    high = _chinese_whole(whole[:at] + whole[at + 1 :])
    return None if low is None or high is None else (low, high)


def _chinese_whole(run: str) -> Decimal | None:
    """一百二十, 两千零五, 一亿二千万, and short: 一百二 is 120. None where it makes no sense."""
    total, section, digit, last = 0, 0, None, 0
    for mark in run:
        if mark in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[mark]
            last = 0 if digit == 0 else last
        elif mark in _SMALL:
            section += (1 if digit is None or digit == 0 else digit) * _SMALL[mark]
            digit, last = None, _SMALL[mark]
        else:
            section += digit or 0
            scale = _LARGE[mark]
            if mark == "亿":
                total = (total + section or 1) * scale
            elif section or not total:
                total += (section or 1) * scale
            else:
                total *= scale
            section, digit, last = 0, None, scale
    if digit:
        section += digit * (last // 10 if last >= 100 else 1)
    return Decimal(total + section)
