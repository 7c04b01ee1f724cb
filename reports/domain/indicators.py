"""Indicators: to whom one applies, the rule by which one is counted, and what is never compared.

A counted indicator has a rule, stored as JSON and read here: what is counted, of which kind, and
what of it: ``{"of": "records", "kind": "mediation", "what": "amount", "where": {"result": "ok"}}``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from reports.domain.figures import Made

# Shares and marks are never added up.
NEVER_SUMMED = ("%", "％", "分")


class Counted(StrEnum):
    """What a rule counts."""

    RECORDS = "records"
    PROBLEMS = "problems"
    MEETINGS = "meetings"
    DUES = "dues"
    EXAMINATIONS = "examinations"
    DEEDS = "deeds"
    HONOURS = "honours"


class What(StrEnum):
    """What of it is counted."""

    NUMBER = "number"
    AMOUNT = "amount"
    FIELD = "field"
    FOUND = "found"
    CLOSED = "closed"
    OWED = "owed"
    MET = "met"
    MISSED = "missed"
    KEPT = "kept"
    PASSED = "passed"
    PASS_RATE = "pass_rate"  # nosec B105 # a word, no password


# What may be counted of each; the first is meant where nothing is said.
WHATS: Mapping[Counted, tuple[What, ...]] = {
    Counted.RECORDS: (What.AMOUNT, What.NUMBER, What.FIELD),
    Counted.PROBLEMS: (What.FOUND, What.CLOSED),
    Counted.MEETINGS: (What.NUMBER,),
    Counted.DUES: (What.OWED, What.MET, What.MISSED, What.KEPT),
    Counted.EXAMINATIONS: (What.NUMBER, What.PASSED, What.PASS_RATE),
    Counted.DEEDS: (What.NUMBER,),
    Counted.HONOURS: (What.NUMBER,),
}
# These give a numerator and a denominator.
SHARES = frozenset({What.KEPT, What.PASS_RATE})
# Of these one says of which kind; the others count all where no kind is given.
NEEDS_KIND = frozenset({Counted.RECORDS})
HAS_KIND = frozenset({Counted.RECORDS, Counted.MEETINGS, Counted.DEEDS, Counted.HONOURS})
# A due belongs to a period, an honour to a year: neither is told by months.
BY_YEAR_ONLY = frozenset({Counted.DUES, Counted.HONOURS})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a counted indicator counts. ``where`` are fields of a record with their values."""

    of: Counted
    what: What
    kind: str = ""
    field: str = ""
    where: tuple[tuple[str, str], ...] = ()

    @property
    def is_share(self) -> bool:
        return self.what in SHARES

    @property
    def has_months(self) -> bool:
        return self.of not in BY_YEAR_ONLY

    def as_json(self) -> dict[str, Any]:
        """What is stored; ``read_rule`` gives the rule back."""
        stored: dict[str, Any] = {"of": self.of.value, "what": self.what.value}
        stored |= {"kind": self.kind} if self.kind else {}
        stored |= {"field": self.field} if self.field else {}
        return stored | ({"where": dict(self.where)} if self.where else {})


class AgainstRule(StrEnum):
    """Why a rule cannot be counted by."""

    NO_RULE = "no_rule"
    UNKNOWN_PART = "unknown_part"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_WHAT = "unknown_what"
    NO_KIND = "no_kind"
    KIND_OUT_OF_PLACE = "kind_out_of_place"
    NO_FIELD = "no_field"
    FIELD_OUT_OF_PLACE = "field_out_of_place"
    BAD_CODE = "bad_code"
    BAD_WHERE = "bad_where"


_PARTS = frozenset({"of", "what", "kind", "field", "where"})
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def read_rule(stored: Any) -> tuple[Rule | None, list[AgainstRule]]:
    """The rule that stands in a JSON value, or why there is none.

    Refused are unknown parts and sources, what cannot be counted of the source, a kind or a field
    where there is none or one that lacks, codes that are no codes, and values that are no text.
    """
    if not isinstance(stored, Mapping) or not stored:
        return None, [AgainstRule.NO_RULE]
    against = [AgainstRule.UNKNOWN_PART] if set(stored) - _PARTS else []
    if stored.get("of") not in set(Counted):
        return None, [*against, AgainstRule.UNKNOWN_SOURCE]
    of = Counted(stored["of"])
    named = stored.get("what", WHATS[of][0].value)
    if named not in {what.value for what in WHATS[of]}:
        return None, [*against, AgainstRule.UNKNOWN_WHAT]
    what = What(named)
    kind, field, where = stored.get("kind", ""), stored.get("field", ""), stored.get("where", {})
    against += _against_parts(of, what, kind, field, where)
    if against:
        return None, against
    return Rule(of, what, kind, field, tuple(where.items())), []


def _against_parts(of: Counted, what: What, kind: Any, field: Any, where: Any) -> list[AgainstRule]:
    against = []
    if any(part and not _is_code(part) for part in (kind, field)):
        return [AgainstRule.BAD_CODE]
    if of in NEEDS_KIND and not kind:
        against.append(AgainstRule.NO_KIND)
    if of not in HAS_KIND and kind:
        against.append(AgainstRule.KIND_OUT_OF_PLACE)
    if what == What.FIELD and not field:
        against.append(AgainstRule.NO_FIELD)
    if what != What.FIELD and field:
        against.append(AgainstRule.FIELD_OUT_OF_PLACE)
    if not _is_where(where) or (where and of != Counted.RECORDS):
        against.append(AgainstRule.BAD_WHERE)
    return against


def _is_code(part: Any) -> bool:
    return isinstance(part, str) and bool(_CODE.fullmatch(part))


def _is_where(where: Any) -> bool:
    return isinstance(where, Mapping) and all(
        _is_code(name) and isinstance(value, str) and 0 < len(value) <= 60
        for name, value in where.items()
    )


# --- to whom it applies --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applies:
    """To which kinds of units, by their keys, and in which years; nothing said means all."""

    kinds: frozenset[int] = frozenset()
    first_year: int | None = None
    last_year: int | None = None

    def in_year(self, year: int) -> bool:
        return (self.first_year is None or self.first_year <= year) and (
            self.last_year is None or year <= self.last_year
        )

    def to(self, kind: int, year: int) -> bool:
        """Whether a unit of that kind reports it in that year."""
        return self.in_year(year) and (not self.kinds or kind in self.kinds)


class AgainstIndicator(StrEnum):
    """Why an indicator cannot be kept like this."""

    NO_NAME = "no_name"
    NO_COUNTER = "no_counter"
    NO_RULE_FOR_ENTERED = "no_rule_for_entered"
    YEARS_BACKWARDS = "years_backwards"
    TOO_FINE = "too_fine"
    SHARE_NEEDS_PERCENT = "share_needs_percent"


def reasons_against_indicator(
    *,
    name: str,
    counter: str,
    made: Made,
    has_rule: bool,
    decimals: int,
    is_share: bool,
    first_year: int | None,
    last_year: int | None,
) -> list[AgainstIndicator]:
    """Why a definition does not hold; empty when it does. What the rule says is read apart."""
    checks = {
        AgainstIndicator.NO_NAME: not name.strip(),
        AgainstIndicator.NO_COUNTER: not counter.strip(),
        AgainstIndicator.NO_RULE_FOR_ENTERED: made == Made.ENTERED and has_rule,
        AgainstIndicator.YEARS_BACKWARDS: bool(first_year and last_year and last_year < first_year),
        AgainstIndicator.TOO_FINE: not 0 <= decimals <= 4,
        AgainstIndicator.SHARE_NEEDS_PERCENT: is_share and counter.strip() not in {"%", "％"},
    }
    return [reason for reason, holds in checks.items() if holds]


# --- what is never compared ----------------------------------------------------------------------

Unit = TypeVar("Unit")


def side_by_side(
    units: Sequence[Unit], *, no_comparison: bool, chosen: Unit | None = None
) -> Sequence[Unit]:
    """The units whose values may stand in one view, one paper or one file, in the order given.

    Nothing on penalties or fines is ever compared between units: of such an indicator a view shows
    one unit alone, the ``chosen`` one, or the first. Others stand side by side, in the order of the
    organisation, which is never that of their values.
    """
    if chosen is not None:
        return [unit for unit in units if unit == chosen]
    return list(units[:1]) if no_comparison else list(units)


# --- entering and checking -----------------------------------------------------------------------


class AgainstFigure(StrEnum):
    """Why a value is not recorded, corrected or checked."""

    COUNTED = "counted"
    NOT_FOR_UNIT = "not_for_unit"
    NO_SOURCE = "no_source"
    IN_FUTURE = "in_future"
    ALREADY_THERE = "already_there"
    NO_REASON = "no_reason"
    NOTHING_CHANGED = "nothing_changed"
    CANCELLED = "cancelled"
    CHECKED_ALREADY = "checked_already"
    OWN_FIGURE = "own_figure"
    NO_DENOMINATOR = "no_denominator"


def reasons_against_figure(
    applies: Applies, *, made: Made, kind: int, year: int, begins_after_today: bool, source: str
) -> list[AgainstFigure]:
    """Why no value of a month, or of a year, may be entered for a unit of that kind."""
    checks = {
        AgainstFigure.COUNTED: made == Made.COUNTED,
        AgainstFigure.NOT_FOR_UNIT: not applies.to(kind, year),
        AgainstFigure.IN_FUTURE: begins_after_today,
        AgainstFigure.NO_SOURCE: not source.strip(),
    }
    return [reason for reason, holds in checks.items() if holds]


def reasons_against_checking(
    *, cancelled: bool, checked: bool, entered_by: int | None, checker: int
) -> list[AgainstFigure]:
    """Why someone may not check a value: it is checked by another than who entered it, once."""
    checks = {
        AgainstFigure.CANCELLED: cancelled,
        AgainstFigure.CHECKED_ALREADY: checked,
        AgainstFigure.OWN_FIGURE: entered_by == checker,
    }
    return [reason for reason, holds in checks.items() if holds]


def codes_taken(code: str, taken: Collection[str]) -> str:
    """The code, or the next free one made from it: ``own``, ``own-2``, ``own-3``."""
    free, number = code, 1
    while free in taken:
        number += 1
        free = f"{code}-{number}"
    return free
