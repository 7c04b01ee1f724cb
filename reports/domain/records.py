"""Work records: what their fields may hold, which are refused or questioned, and what counts.

Amounts are entered as single records, each of which is one, or as the total of a month with its
source. Both for the same month, unit and kind are never added up: the single records are counted,
since each of them can be looked at, and the total is shown as not counted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from reports.domain.measures import due_day

LONGEST_TEXT = 300
LARGEST_NUMBER = 99_999_999
DECIMALS = 2
# What is measured and not counted may have decimals; people, sheets and cases are whole.
MEASURED = frozenset({"", "学时", "课时", "小时", "分", "%", "元", "万元", "亩", "公里"})


class FieldType(StrEnum):
    """What a field of a kind of work record holds."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DAY = "day"
    YES_NO = "yes_no"


Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field of a kind, as the rules need it."""

    code: str
    type: FieldType
    choices: tuple[str, ...] = ()
    counter: str = ""
    is_required: bool = False
    in_totals: bool = False


class AgainstValue(StrEnum):
    """Why a field cannot hold what was entered."""

    MISSING = "missing"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    NO_NUMBER = "no_number"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"
    NOT_WHOLE = "not_whole"
    TOO_FINE = "too_fine"
    NOT_OFFERED = "not_offered"
    NO_DAY = "no_day"
    NO_YES_OR_NO = "no_yes_or_no"
    NOT_IN_TOTALS = "not_in_totals"
    UNKNOWN = "unknown"


def takes_decimals(field: FieldRule) -> bool:
    """Whether the number of a field may be a fraction."""
    return field.counter in MEASURED


def asked_fields(fields: Iterable[FieldRule], *, is_total: bool) -> list[FieldRule]:
    """The fields that a single record, or the total of a month, is asked for."""
    return [field for field in fields if field.in_totals or not is_total]


def reasons_against_values(
    fields: Sequence[FieldRule], values: Mapping[str, Value], *, is_total: bool
) -> dict[str, AgainstValue]:
    """By the code of each field that cannot hold its value, why; empty when all can.

    A total has values of its own fields only. What is required of a single record need not be
    known of a total; a value of a field that the kind does not have (any more) is refused.
    """
    found: dict[str, AgainstValue] = {}
    known = {field.code: field for field in fields}
    for code in values:
        if code not in known:
            found[code] = AgainstValue.UNKNOWN
        elif is_total and not known[code].in_totals:
            found[code] = AgainstValue.NOT_IN_TOTALS
    for field in asked_fields(fields, is_total=is_total):
        value = values.get(field.code)
        if value is None or value == "":
            if field.is_required and not is_total:
                found[field.code] = AgainstValue.MISSING
        elif reason := _against(field, value):
            found[field.code] = reason
    return found


def _against(field: FieldRule, value: Value) -> AgainstValue | None:
    match field.type:
        case FieldType.NUMBER:
            return _against_number(field, value)
        case FieldType.CHOICE:
            return None if value in field.choices else AgainstValue.NOT_OFFERED
        case FieldType.DAY:
            return None if _is_day(value) else AgainstValue.NO_DAY
        case FieldType.YES_NO:
            return None if isinstance(value, bool) else AgainstValue.NO_YES_OR_NO
    if not isinstance(value, str):
        return AgainstValue.NO_TEXT
    return AgainstValue.TOO_LONG if len(value) > LONGEST_TEXT else None


def _against_number(field: FieldRule, value: Value) -> AgainstValue | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return AgainstValue.NO_NUMBER
    if value < 0:
        return AgainstValue.NEGATIVE
    if not value <= LARGEST_NUMBER:
        return AgainstValue.TOO_LARGE
    if isinstance(value, float) and value != int(value):
        if not takes_decimals(field):
            return AgainstValue.NOT_WHOLE
        if round(value, DECIMALS) != value:
            return AgainstValue.TOO_FINE
    return None


def _is_day(value: Value) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


# --- the record as a whole ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the rules ask of a record."""

    on: date
    title: str
    last_day: date | None = None
    is_total: bool = False
    amount: int = 1
    source: str = ""
    takes_totals: bool = True
    asks_period: bool = False


class AgainstRecord(StrEnum):
    """Why a record is refused."""

    FUTURE = "future"
    NO_TITLE = "no_title"
    ENDS_IN_FUTURE = "ends_in_future"
    ENDS_BEFORE = "ends_before"
    NO_TOTALS = "no_totals"
    NO_SOURCE = "no_source"
    NO_AMOUNT = "no_amount"
    NOT_FIRST_OF_MONTH = "not_first_of_month"
    TOTAL_WITH_END = "total_with_end"
    NAMES_SOMEONE = "names_someone"


def reasons_against_record(
    facts: RecordFacts, *, today: date, is_case: bool = False, texts: Iterable[str] = ()
) -> list[AgainstRecord]:
    """Empty when the record may be entered.

    A total stands on the first day of its month, names its source and has no last day. ``texts``
    are all that was written; where cases are concerned, none may name a party (product: no names
    of petitioners, parties or suspects).
    """
    reasons = []
    if not facts.title.strip():
        reasons.append(AgainstRecord.NO_TITLE)
    if facts.on > today:
        reasons.append(AgainstRecord.FUTURE)
    if facts.is_total:
        if not facts.takes_totals:
            reasons.append(AgainstRecord.NO_TOTALS)
        if not facts.source.strip():
            reasons.append(AgainstRecord.NO_SOURCE)
        if facts.on.day != 1:
            reasons.append(AgainstRecord.NOT_FIRST_OF_MONTH)
        if facts.last_day is not None:
            reasons.append(AgainstRecord.TOTAL_WITH_END)
    elif facts.last_day is not None:
        if facts.last_day < facts.on:
            reasons.append(AgainstRecord.ENDS_BEFORE)
        elif facts.last_day > today and facts.on <= today and not facts.asks_period:
            reasons.append(AgainstRecord.ENDS_IN_FUTURE)
    if facts.amount < 0 or (facts.amount < 1 and not facts.is_total):
        reasons.append(AgainstRecord.NO_AMOUNT)
    if is_case and any(names_a_party(text) for text in (facts.title, *texts)):
        reasons.append(AgainstRecord.NAMES_SOMEONE)
    return reasons


class Caution(StrEnum):
    """What is said before a record is saved; it may be saved all the same."""

    SINGLES_THERE = "singles_there"
    TOTAL_THERE = "total_there"
    MONTH_NOT_OVER = "month_not_over"
    LOOKS_THE_SAME = "looks_the_same"


def cautions_about(
    facts: RecordFacts, *, today: date, singles: int, totals: int, same: int = 0
) -> list[Caution]:
    """What should be confirmed first.

    ``singles`` and ``totals`` are the other standing records of the same unit, kind and month;
    ``same`` those of the singles that are of the same day and name.
    """
    found = []
    if facts.is_total:
        if singles:
            found.append(Caution.SINGLES_THERE)
        if due_day(facts.on, True) > today:
            found.append(Caution.MONTH_NOT_OVER)
        return found
    if totals:
        found.append(Caution.TOTAL_THERE)
    if same:
        found.append(Caution.LOOKS_THE_SAME)
    return found


def counted(*, singles: int, single_rows: int, total: int | None) -> int:
    """The amount of a month of one unit and kind: the single records where there are any.

    The total counts only where it stands alone; the two are never added up.
    """
    return singles if single_rows or total is None else total


# --- names --------------------------------------------------------------------------------------

# Surnames that are no common words besides; whoever writes a name is caught by most of them.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田姜范石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙"
)
_ROLES = "原告|上诉人|被告人|申请人|信访人|上访人|当事人|嫌疑人|违法行为人|被处罚人|报案人"
_AFTER = r"(?=$|[\s，。；、：,;:（）()“”的因诉不就对与和等反投])"
_PARTY = re.compile(rf"(?:{_ROLES})[：:\s“]*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?{_AFTER}")
_SUING = re.compile(rf"(?:^|[\s，。；、：（(“])[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}诉")


def names_a_party(text: str) -> bool:
    """Whether a text plainly names someone in a case: 信访人张三, 李四诉…; 张某 is no name.

    It finds the plain cases, no more; the hint beside the field says the rest.
    """
    found = _PARTY.search(text) or _SUING.search(text)
    return found is not None and "某" not in found.group()
