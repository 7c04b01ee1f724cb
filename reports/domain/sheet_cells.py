"""Cells of the spreadsheets that offices keep: what a cell says, and which column is which.

Whatever a cell holds is turned into one plain text of its type: a day is ``2024-03-05``, a month
``2024-03``, yes is ``是``. The ledger's own values are written in the same way, so that a cell and
a record are compared as texts. Nothing is guessed: what is not clear raises ``UnreadableCell``.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from reports.domain.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    Unreadable,
    UnreadableDay,
    hour_typed,
    read_day,
)

HEADER_WITHIN = 20
YES, NO = "是", "否"
# The heading of the hidden column that says which record a row was written from.
KEY_HEADING = "记录标识"
# What people write into a cell that they mean to leave empty; of text it may be meant.
NOTHING = frozenset({"", "-", "--", "/", "—", "——", "\\", "无", "暂无", "未定", "null", "n/a"})
YES_WORDS = frozenset({"是", "有", "对", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "t"})
NO_WORDS = frozenset({"否", "无", "没有", "不是", "×", "✗", "✘", "x", "□", "n", "no", "false", "0"})
LARGEST = Decimal(10) ** 12
# The most that a spreadsheet keeps in one cell; what is longer was cut there.
LONGEST_CELL = 32_767


class CellType(StrEnum):
    """What a column holds."""

    TEXT = "text"
    DAY = "day"
    DAY_OR_MONTH = "day_or_month"
    HOUR = "hour"
    WHOLE = "whole"
    NUMBER = "number"
    YEAR = "year"
    MONTHS = "months"
    YES_NO = "yes_no"
    # One of the ledger's words, or several; which ones, the ledger knows.
    WORD = "word"
    WORDS = "words"


class CellFault(StrEnum):
    """Why a cell cannot be read, or not be taken."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_DAY = "no_day"
    NO_SUCH_DAY = "no_such_day"
    NO_YEAR = "no_year"
    MONTH_ONLY = "month_only"
    MONTH_UNCLEAR = "month_unclear"
    NO_HOUR = "no_hour"
    NO_NUMBER = "no_number"
    NOT_WHOLE = "not_whole"
    NOT_A_YEAR = "not_a_year"
    NO_MONTHS = "no_months"
    NO_YES_NO = "no_yes_no"
    ERROR_VALUE = "error_value"
    UNKNOWN_WORD = "unknown_word"
    NEAR_WORD = "near_word"
    SEVERAL = "several"
    FIXED = "fixed"
    NO_RECORD = "no_record"
    RECORD_TWICE = "record_twice"
    SAME_TWICE = "same_twice"
    SEVERAL_RECORDS = "several_records"


class UnreadableCell(ValueError):
    """``why`` says what is wrong; the words stand with the other labels. ``near`` is the word of
    the ledger that may have been meant."""

    def __init__(self, why: CellFault, value: object = "", near: str = ""):
        self.why, self.value, self.near = why, value, near
        super().__init__(f"{why}: {value!r}")


# --- what a cell says ---------------------------------------------------------------------------

_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
_MONTH = re.compile(r"(\d{4})年(\d{1,2})月(?:份|底|末|底前|前|内|底以前)?")
_MONTH_MARKS = re.compile(r"(\d{4})[-./](\d{1,2})")
_MONTH_PLAIN = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
_YEAR_END = re.compile(r"(\d{4})年(?:度)?(?:底|末|底前|年底|年底前)")
_YEAR = re.compile(r"(\d{4})(?:年度?)?")
_PARTS = re.compile(r"[、,，;；\n]+|\s{2,}")
_MONTH_WORD = re.compile(r"(\d{1,2})月?份?")


def plain(value: object) -> str:
    """The cell as one text, whatever it holds: numbers without needless noughts, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, datetime):
        if not (value.hour or value.minute or value.second):
            return value.date().isoformat()
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return plain_number(value)
    return clean(str(value))


def clean(text: str) -> str:
    """Text without blanks at its ends and without marks that no file keeps; lines stay lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(mark for mark in text if ord(mark) >= 32 or mark in "\n\t")
    return "\n".join(line.rstrip() for line in text.strip(" \t\n\u3000\xa0\ufeff").split("\n"))


def plain_number(value: Decimal) -> str:
    """1200, 98.5: without noughts at the end and without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_nothing(value: object) -> bool:
    """Whether a cell is empty, or says no more than that it is: —, /, 无."""
    return _narrow(plain(value)).casefold() in NOTHING


def read_cell(kind: CellType, value: object) -> str:
    """The one text that stands for what the cell says; empty for an empty cell.

    Words of the ledger are given as they stand: who knows the ledger looks them up. Raises
    ``UnreadableCell``, also for what a formula left behind that failed (#N/A).
    """
    text = plain(value)
    if _ERROR.fullmatch(text):
        raise UnreadableCell(CellFault.ERROR_VALUE, text)
    if kind == CellType.TEXT:
        return text
    if kind == CellType.YES_NO:
        return "" if not text else _yes_no(text)
    if is_nothing(text):
        return ""
    reader = _READERS.get(kind)
    return reader(value) if reader else text


def _narrow(text: str) -> str:
    """Full-width marks made plain; no blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("。", "."))


def _day(value: object) -> str:
    try:
        return read_day(_unwrapped(value)).isoformat()
    except UnreadableDay as unreadable:
        if _month_of(value) is not None:
            raise UnreadableCell(CellFault.MONTH_ONLY, plain(value)) from None
        why = {
            Unreadable.NO_YEAR: CellFault.NO_YEAR,
            Unreadable.NO_SUCH_DAY: CellFault.NO_SUCH_DAY,
        }.get(unreadable.why, CellFault.NO_DAY)
        raise UnreadableCell(why, plain(value)) from None


def _unwrapped(value: object) -> object:
    """The day within what people write round it: 2024年3月5日前, 截至2024.3.5."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value).strip()
    return re.sub(r"^(?:截至|截止|于)?\s*(.*?)\s*(?:之?前|以前|为止|起|止)?$", r"\1", text)


def _day_or_month(value: object) -> str:
    month = _month_of(value)
    return month if month is not None else _day(value)


def _month_of(value: object) -> str | None:
    """``2024-03`` where the cell names a month and no day; None where it does not."""
    if isinstance(value, bool | date):
        return None
    if isinstance(value, int | float):
        text = repr(value)
        # 2024.1 may be what is left of 2024.10.
        if re.fullmatch(r"\d{4}\.1", text) and FIRST_YEAR <= int(value) <= LAST_YEAR:
            raise UnreadableCell(CellFault.MONTH_UNCLEAR, text)
        found = _MONTH_MARKS.fullmatch(text)
        return _month(found[1], found[2]) if found else None
    text = _narrow(str(value)).removeprefix("截至")
    if found := _YEAR_END.fullmatch(text):
        return _month(found[1], "12")
    if _MONTH_PLAIN.fullmatch(text):
        return _month(text[:4], text[4:])
    found = _MONTH.fullmatch(text) or _MONTH_MARKS.fullmatch(text.removesuffix("前"))
    return _month(found[1], found[2]) if found else None


def _month(year: str, month: str) -> str | None:
    if FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
        return f"{int(year)}-{int(month):02d}"
    return None


def _hour(value: object) -> str:
    if isinstance(value, datetime | time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        return plain(value)
    if isinstance(value, float) and 0 <= value < 1:
        minutes = round(value * 24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    found = hour_typed(plain(value))
    if found is None:
        raise UnreadableCell(CellFault.NO_HOUR, plain(value))
    return f"{found:%H:%M}"


_COUNTED = re.compile(r"(-?[\d,]+(?:\.\d+)?)([%‰]|[\u4e00-\u9fff]{0,4})")


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool | date | time):
        raise UnreadableCell(CellFault.NO_NUMBER, plain(value))
    if isinstance(value, int | float):
        number = Decimal(repr(value))
    else:
        found = _COUNTED.fullmatch(_narrow(str(value)))
        # 3.5万 is a number, but not three and a half.
        if found is None or found[2][:1] in {"万", "亿", "千", "百"}:
            raise UnreadableCell(CellFault.NO_NUMBER, plain(value))
        try:
            number = Decimal(found[1].replace(",", ""))
        except InvalidOperation:
            raise UnreadableCell(CellFault.NO_NUMBER, plain(value)) from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise UnreadableCell(CellFault.NO_NUMBER, plain(value))
    return number


def _number(value: object) -> str:
    return plain_number(round(_decimal(value), 4))


def _whole(value: object) -> str:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise UnreadableCell(CellFault.NOT_WHOLE, plain(value))
    return plain_number(number.to_integral_value())


def _year(value: object) -> str:
    if isinstance(value, date):
        return str(value.year)
    found = _YEAR.fullmatch(_narrow(plain(value)))
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise UnreadableCell(CellFault.NOT_A_YEAR, plain(value))
    return found[1]


def _months(value: object) -> str:
    months = set()
    for part in split_words(plain(value)):
        found = _MONTH_WORD.fullmatch(_narrow(part))
        if found is None or not 1 <= int(found[1]) <= 12:
            raise UnreadableCell(CellFault.NO_MONTHS, plain(value))
        months.add(int(found[1]))
    return join_words(str(month) for month in sorted(months))


def _yes_no(text: str) -> str:
    word = _narrow(text).casefold()
    if word in YES_WORDS:
        return YES
    if word in NO_WORDS or word in NOTHING:
        return NO
    raise UnreadableCell(CellFault.NO_YES_NO, text)


_READERS: Mapping[CellType, Callable[[object], str]] = MappingProxyType(
    {
        CellType.DAY: _day,
        CellType.DAY_OR_MONTH: _day_or_month,
        CellType.HOUR: _hour,
        CellType.WHOLE: _whole,
        CellType.NUMBER: _number,
        CellType.YEAR: _year,
        CellType.MONTHS: _months,
    }
)


def split_words(text: str) -> list[str]:
    """The parts of a cell that names several: 刑侦大队、治安大队; each once, in their order."""
    parts = (part.strip(" \t\u3000") for part in _PARTS.split(text))
    return list(dict.fromkeys(part for part in parts if part))


def split_clauses(text: str) -> list[str]:
    """The parts of a cell that stand on lines of their own or behind semicolons."""
    return [part.strip() for part in re.split(r"[;；\n]+", text) if part.strip()]


def labelled_line(label: str, text: str) -> str:
    """形式：讲座 — one of several lines of a cell, each behind its name."""
    return f"{label}：{text}"


def parted(line: str) -> tuple[str, str, str]:
    """The name of such a line, the colon and the text; no colon where there is none."""
    before, colon, after = line.replace(":", "：", 1).partition("：")
    return before.strip(), colon, after.strip()


def join_words(words: Iterable[str]) -> str:
    """Several words in one cell; by semicolons where one of them has a comma in it."""
    words = list(words)
    return ("；" if any(len(split_words(word)) > 1 for word in words) else "、").join(words)


def bracketed(name: str, where: str) -> str:
    """李某（城南派出所）: one of several of the same name."""
    return f"{name}（{where}）"


def same_word(text: str) -> str:
    """What two spellings of one word have in common: width, case and blanks say nothing."""
    return _narrow(text).casefold().replace("(", "（").replace(")", "）")


# --- which column is which ----------------------------------------------------------------------

_REMARK = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")


def column_name(cell: object) -> str:
    """A heading without remarks in brackets, marks, blanks and capitals: 责任 单位* is 责任单位."""
    text = _narrow(plain(cell)).casefold()
    bare = re.sub(r"[*:：＊?]+", "", _REMARK.sub("", text) or text)
    return bare[:60]


@dataclass(frozen=True, slots=True)
class Header:
    """The row of the headings, counted from 0; by column its name, and the field it stands for.

    ``fields`` has "" for a column that is known and left out; what is not known is not in it.
    """

    row: int
    names: Mapping[int, str]
    fields: Mapping[int, str] = field(default_factory=dict)


def find_header(
    rows: Sequence[Sequence[object]], known: Mapping[str, str], *, at_least: int = 2
) -> Header | None:
    """The row among the first ones that names most fields; of equal ones the first.

    ``known`` says for a column's name which field it is ("" for one that is left out). A heading of
    two rows (责任 above 单位 and 责任人) is read as 责任单位, too. None where no row names
    ``at_least`` fields: titles and remarks stand above a table, not beside it.
    """
    best: Header | None = None
    for number in range(min(len(rows), HEADER_WITHIN)):
        header = header_at(rows, number, known)
        found = len(set(header.fields.values()) - {""})
        if found >= at_least and (best is None or found > len(set(best.fields.values()) - {""})):
            best = header
    return best


def header_at(rows: Sequence[Sequence[object]], number: int, known: Mapping[str, str]) -> Header:
    """The columns, when the headings stand in that row. Of two that name one field the first."""
    above = rows[number - 1] if number else ()
    names: dict[int, str] = {}
    fields: dict[int, str] = {}
    for place, cell in enumerate(rows[number]):
        over = column_name(above[place]) if place < len(above) else ""
        # Beside 责任 with 单位 and 责任人 below, the other headings stand in the upper row alone.
        name = column_name(cell) or (over if over in known else "")
        if not name:
            continue
        # Below 整改措施 is 时限 its 时限, and 措施 no more than the same again.
        both = over if over.endswith(name) else f"{over}{name}" if over else ""
        if both in known and (over != name):
            name = both
        names[place] = name
        if name in known and (not known[name] or known[name] not in fields.values()):
            fields[place] = known[name]
    return Header(number, names, fields)


# --- a row beside its record --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that the row changes. ``meanwhile``: what it was when it was handed out, where the
    ledger has changed since."""

    new: str
    old: str
    meanwhile: str | None = None


def differences(
    says: Mapping[str, str],
    old: Mapping[str, str],
    base: Mapping[str, str] | None = None,
    *,
    fields: Collection[str],
) -> dict[str, Difference]:
    """By field what a row changes of its record.

    ``base`` is what was handed out: a cell that is still as it was then says nothing, whatever
    became of the ledger since; a cell that was changed on both sides is a difference that says so.
    """
    found = {}
    for name in fields:
        if name not in says or _same(says[name], old.get(name, "")):
            continue
        new, now = says[name], old.get(name, "")
        if base is not None and name in base:
            then = base[name]
            if _same(new, then):
                continue
            found[name] = Difference(new, now, None if _same(then, now) else then)
        else:
            found[name] = Difference(new, now)
    return found


def _same(one: str, other: str) -> bool:
    """Equal, or one of them cut where a spreadsheet cuts a cell."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= LONGEST_CELL - 1 and long.startswith(short)


def day_of(text: str) -> date | None:
    """The day of a cell that was read; of a month its first day; None of an empty one."""
    with suppress(ValueError):
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    return None
