"""What every reader of Chinese official texts needs: one width of signs, numerals, days, clauses.

All functions work on the *narrow* text: as long as the source, sign by sign, so that a place found
in it is a place in the source.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

NUMERAL = "一二三四五六七八九十"
_NARROW: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NARROW |= {ord(blank): " " for blank in "\u3000\xa0\u2002\u2003\u2009\u200b\ufeff\x0b\x0c"}
_NARROW |= {ord("○"): "〇", ord("Ｏ"): "〇", ord("\r"): " ", ord("\u2028"): "\n"}
_DIGITS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0}
_DAY = re.compile(
    r"((?:19|20)\d\d) ?[年./-] ?(\d{1,2}) ?[月./-] ?(\d{1,2})(?!\d)"
    r"|([一二]〇?[〇零一二三四五六七八九]{2,3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Places in the source, the end not included."""

    start: int
    end: int


def narrow(text: str) -> str:
    """The text with half-width signs and plain blanks; every sign keeps its place."""
    return text.translate(_NARROW)


@lru_cache(maxsize=1024)
def number_of(numeral: str) -> int:
    """一 to 九十九, or digits, as a number; 0 where it is none."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS.get(numeral, 0) if len(numeral) == 1 else 0
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)


def numeral_of(number: int) -> str:
    """0 to 99 as 零 to 九十九."""
    tens, ones = divmod(number, 10)
    signs = "零" + NUMERAL
    ten = ("" if tens == 1 else signs[tens]) + "十" if tens else ""
    return ten + (signs[ones] if ones or not tens else "")


def year_of(numerals: str) -> int:
    """2024 or 二〇二四 as a number."""
    return int("".join(str(_DIGITS.get(sign, sign)) for sign in numerals))


def days_in(text: str) -> Iterator[tuple[int, int, date]]:
    """Every whole day in a narrow text, as start, end and day."""
    for found in _DAY.finditer(text):
        if found.group(1):
            year, month, day = (int(found.group(at)) for at in (1, 2, 3))
        else:
            year = year_of(found.group(4))
            month, day = number_of(found.group(5)), number_of(found.group(6))
        try:
            yield found.start(), found.end(), date(year, month, day)
        except ValueError:
            continue


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without the blanks at both ends."""
    part = text[start:end]
    left = len(part) - len(part.lstrip())
    return Span(start + left, start + left + len(part.strip()))


def parts_of(text: str, start: int, end: int, ends: str) -> Iterator[Span]:
    """The parts of a span between the given signs, each with its closing sign, none blank."""
    at = start
    for found in re.finditer(f"[{re.escape(ends)}]+", text[start:end]):
        part = trimmed(text, at, start + found.end())
        if part.end > part.start and text[part.start : part.end].strip(ends + " "):
            yield part
        at = start + found.end()
    part = trimmed(text, at, end)
    if part.end > part.start:
        yield part
