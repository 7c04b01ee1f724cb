"""Days and hours as people write them: 2026年2月15日, 2026.2.15, 二〇二六年二月十五日, 14点半.

What is typed into a field is a day or none (``day_typed``); of a cell or a notice it is also said
what is wrong (``read_day``), and a spreadsheet hands over a day as a number, counted from the end
of 1899.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from reports.domain.periods import Period

# Day 0 of a spreadsheet; its leap day of 1900, which never was, is long past.
EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000  # October 1954 to January 2119
# Nothing typed into a ledger happened before, or is planned after.
FIRST_YEAR, LAST_YEAR = 1900, 2100
DIGITS = {mark: number for number, mark in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}


class Unreadable(StrEnum):
    """Why something is not taken for a day."""

    NOTHING = "nothing"
    NO_YEAR = "no_year"
    NO_SUCH_DAY = "no_such_day"
    NOT_A_DAY = "not_a_day"
    BACKWARDS = "backwards"


class UnreadableDay(ValueError):
    """``why`` says what is wrong; the words stand with the other labels."""

    def __init__(self, why: Unreadable, value: object):
        self.why, self.value = why, value
        super().__init__(f"{why}: {value!r}")


_NUMERAL = "[〇零○一二三四五六七八九十]"
_WEEKDAY = re.compile(r"\([^()]*\)|(?:星期|周)[一二三四五六日天]")
_CHINESE = re.compile(rf"(?:({_NUMERAL}{{4}})年)?({_NUMERAL}{{1,3}})月({_NUMERAL}{{1,3}})[日号]?")
_WORDS = re.compile(r"(?:(\d{4}|\d{2})年)?(\d{1,2})月(\d{1,2})[日号]?")
_MARKS = re.compile(
    r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})\.?(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.0+)?)?)?"
)
_SHORT = re.compile(r"(\d{1,2})[-./](\d{1,2})")
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_HOURS = (
    re.compile(r"(\d{1,2})[:.时点](\d{2})分?"),
    re.compile(r"(\d{2})(\d{2})"),
    re.compile(r"(\d{1,2})[时点](半)?整?"),
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_LAST_OF_SPAN = re.compile(r"(?:(\d{1,2})月)?(\d{1,2})[日号]?")
_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|–|-{2,})\s*|\s+-\s+|(?<=[日号])\s*-\s*")
_DASHED = re.compile(r"(\d{4}([./])\d{1,2}\2\d{1,2})-{1,2}(.+)")


def day_typed(text: str, *, near: date | None = None, latest: date | None = None) -> date | None:
    """The day that was typed; None where it is no day.

    A day without its year (11-26, 11月26日) is the one nearest to ``near``, not after ``latest``;
    None where nothing is near.
    """
    said = _said(_without_blanks(text))
    if said is None:
        return None
    if said.year is not None:
        return next(_days([said.year], said), None)
    if near is None:
        return None
    around = _days([near.year - 1, near.year, near.year + 1], said)
    fitting = [each for each in around if latest is None or each <= latest]
    return min(fitting, key=lambda each: abs(each - near), default=None)


def lacks_its_year(text: str) -> bool:
    """Whether a day was typed without the year it belongs to."""
    said = _said(_without_blanks(text))
    return said is not None and said.year is None


def hour_typed(text: str) -> time | None:
    """The hour that was typed; None where it is none: 14:30, 14.30, 1430, 14时30分, 14点半, 9点."""
    said = _without_blanks(text)
    for pattern in _HOURS:
        if found := pattern.fullmatch(said):
            hour, minute = found.groups()
            with suppress(ValueError):
                return time(int(hour), 30 if minute == "半" else int(minute or 0))
    return None


def read_day(value: object, *, year: int | None = None) -> date:
    """The day that a cell or a field says, in any of the usual ways.

    Takes a date, a moment, the number of a day as spreadsheets count, 20260215, or text.
    ``year`` completes a day without one (2月15日). Raises UnreadableDay.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        raise UnreadableDay(Unreadable.NOTHING if value is None else Unreadable.NOT_A_DAY, value)
    if isinstance(value, int | float):
        return _of_number(value, value)
    return _of_text(_plain(str(value)), value, year)


def read_span(value: object, *, year: int | None = None) -> Period:
    """One day, or from a day to a day: 2026年2月15日至23日, 2026.2.15-2026.2.23.

    The second day takes month and year from the first where it names none. Raises UnreadableDay,
    also when it ends before it begins.
    """
    if not isinstance(value, str):
        day = read_day(value, year=year)
        return Period(day, day)
    text = _plain(value)
    dashed = _DASHED.fullmatch(text)
    parts = [dashed[1], dashed[3]] if dashed else _BETWEEN.split(text)
    if len(parts) == 1:
        day = _of_text(text, value, year)
        return Period(day, day)
    if len(parts) != 2:
        raise UnreadableDay(Unreadable.NOT_A_DAY, value)
    first = _of_text(parts[0], value, year)
    last = _last_of_span(parts[1], first, value)
    if last < first:
        raise UnreadableDay(Unreadable.BACKWARDS, value)
    return Period(first, last)


def _plain(text: str) -> str:
    """Full-width marks made plain; weekdays, remarks in brackets and blanks in between left out."""
    text = unicodedata.normalize("NFKC", text).replace("。", ".").strip().strip("'")
    text = _WEEKDAY.sub("", text)
    return re.sub(r"\s*([年月日号])\s*", r"\1", text).strip()


def _without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", _plain(text))


class _Said(NamedTuple):
    """The numbers of a day as they were written; whether there is such a day is not asked."""

    year: int | None
    month: int
    day: int


def _said(text: str) -> _Said | None:
    if found := _WORDS.fullmatch(text):
        year = int(found[1]) + (2000 if len(found[1]) == 2 else 0) if found[1] else None
        return _Said(year, int(found[2]), int(found[3]))
    if found := _MARKS.fullmatch(text) or _PLAIN.fullmatch(text):
        return _Said(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(text):
        return _Said(None, int(found[1]), int(found[2]))
    if found := _CHINESE.fullmatch(text):
        year = int("".join(str(DIGITS[mark]) for mark in found[1])) if found[1] else None
        month, day = _numeral(found[2]), _numeral(found[3])
        return _Said(year, month, day) if month is not None and day is not None else None
    return None


def _days(years: Iterable[int], said: _Said) -> Iterator[date]:
    for year in years:
        if FIRST_YEAR <= year <= LAST_YEAR:
            with suppress(ValueError):
                yield date(year, said.month, said.day)


def _of_number(number: float, value: object) -> date:
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return EPOCH + timedelta(days=int(number))
    if 19_000_101 <= number <= 21_001_231:
        return _of_text(f"{number:.0f}", value, None)
    raise UnreadableDay(Unreadable.NOT_A_DAY, value)


def _of_text(text: str, value: object, year: int | None) -> date:
    if not text:
        raise UnreadableDay(Unreadable.NOTHING, value)
    if _SERIAL.fullmatch(text):
        return _of_number(float(text), value)
    said = _said(text)
    if said is None:
        raise UnreadableDay(Unreadable.NOT_A_DAY, value)
    return _made(said.year if said.year is not None else year, said.month, said.day, value)


def _last_of_span(text: str, first: date, value: object) -> date:
    if found := _LAST_OF_SPAN.fullmatch(text):
        return _made(first.year, int(found[1] or first.month), int(found[2]), value)
    return _of_text(text, value, first.year)


def _made(year: int | None, month: int, day: int, value: object) -> date:
    if year is None:
        raise UnreadableDay(Unreadable.NO_YEAR, value)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDay(Unreadable.NO_SUCH_DAY, value) from error


def _numeral(text: str) -> int | None:
    """十五, 二十, 三十一; None for what is no such number."""
    tens, ten, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return None
    if not ten:
        return DIGITS[tens]
    return 10 * (DIGITS[tens] if tens else 1) + (DIGITS[ones] if ones else 0)
