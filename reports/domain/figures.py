"""A value with its wording (余, 约, 超过); how it is made; sums that must agree.

A figure is what a unit reports: a number, perhaps not given exactly, of a month or of a whole
year. What is blank is unknown, which is never nought.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

MOST_DECIMALS = 4
MOST_DIGITS = 14  # before the point
PERCENT = "%"
MONTHS = range(1, 13)


class Made(StrEnum):
    """How the values of an indicator come about."""

    COUNTED = "counted"
    ENTERED = "entered"


class Wording(StrEnum):
    """How a report speaks of a value that it does not give exactly."""

    MORE = "more"
    NEAR = "near"
    ABOUT = "about"
    OVER = "over"
    NOT_BELOW = "notbelow"


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A value as it is reported; of a share also what it divides."""

    value: Decimal
    wording: Wording | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def is_exact(self) -> bool:
        return self.wording is None


# --- what is typed -------------------------------------------------------------------------------


class AgainstNumber(StrEnum):
    """Why what was typed is not taken for a value."""

    NOT_A_NUMBER = "not_a_number"
    TOO_FINE = "too_fine"
    TOO_LARGE = "too_large"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was read: a value, or why there is none; neither where the field was left blank."""

    value: Decimal | None = None
    wording: Wording | None = None
    against: AgainstNumber | None = None

    @property
    def is_blank(self) -> bool:
        return self.value is None and self.against is None


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋％", "0123456789.,-+%")
_NUMBER = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
_TIMES = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
# The words that stand before the number, and the one that stands behind it.
_BEFORE = {
    "近": Wording.NEAR,
    "约": Wording.ABOUT,
    "超过": Wording.OVER,
    "超": Wording.OVER,
    "不低于": Wording.NOT_BELOW,
    "不少于": Wording.NOT_BELOW,
}
_BEHIND = {"余": Wording.MORE, "多": Wording.MORE}


def number_typed(text: str, *, counter: str = "", decimals: int = MOST_DECIMALS) -> Typed:
    """What a clerk typed: ``1，200``, ``１２００``, ``1.2万``, ``98.5％``, ``1200余件``, ``近300``.

    ``counter`` may stand behind the number, ``decimals`` is how fine a value may be. Blank is
    neither a value nor wrong. Refused are what is no number, is below nought, has more decimals,
    or more than 14 digits before the point.
    """
    plain = re.sub(r"\s", "", text.translate(_FULL_WIDTH))
    if not plain:
        return Typed()
    wording = None
    for word, meant in sorted(_BEFORE.items(), key=lambda pair: -len(pair[0])):
        if plain.startswith(word):
            wording, plain = meant, plain[len(word) :]
            break
    plain = plain.removesuffix(counter) if counter else plain
    plain = plain.removesuffix(PERCENT) if counter == PERCENT else plain
    if wording is None and plain[-1:] in _BEHIND:
        wording, plain = _BEHIND[plain[-1]], plain[:-1]
    scale = plain[-1:] if plain[-1:] in {"万", "亿"} else ""
    plain = plain.removesuffix(scale)
    if wording is None and plain[-1:] in _BEHIND:
        wording, plain = _BEHIND[plain[-1]], plain[:-1]
    if not _NUMBER.fullmatch(plain):
        return Typed(against=AgainstNumber.NOT_A_NUMBER)
    try:
        value = Decimal(plain.replace(",", "")) * _TIMES[scale]
    except InvalidOperation:
        return Typed(against=AgainstNumber.NOT_A_NUMBER)
    if against := _against(value, min(decimals, MOST_DECIMALS)):
        return Typed(against=against)
    return Typed(trimmed(value), wording)


def _against(value: Decimal, decimals: int) -> AgainstNumber | None:
    if value < 0:
        return AgainstNumber.NEGATIVE
    if value >= 10**MOST_DIGITS:
        return AgainstNumber.TOO_LARGE
    return AgainstNumber.TOO_FINE if decimals_of(value) > decimals else None


def decimals_of(value: Decimal) -> int:
    """How many decimals a value needs: 1.50 needs one."""
    return max(-int(trimmed(value).as_tuple().exponent), 0)


def trimmed(value: Decimal) -> Decimal:
    """The value without noughts behind its last digit, never as a power of ten."""
    whole = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return whole + 0  # no such thing as minus nought


def plain(value: Decimal, *, decimals: int = 0, groups: bool = False) -> str:
    """The number in digits: at least ``decimals`` behind the point, all that it has otherwise."""
    fine = max(decimals, decimals_of(value))
    return f"{value:,.{fine}f}" if groups else f"{value:.{fine}f}"


# --- honest words --------------------------------------------------------------------------------


def step_of(stated: Decimal) -> Decimal:
    """The place of the last digit that is not nought: 1200 speaks in hundreds, 350 in tens."""
    if stated == 0:
        return Decimal(1)
    return Decimal(10) ** int(stated.normalize().as_tuple().exponent)


def is_honest(stated: Decimal, wording: Wording | None, exact: Decimal) -> bool:
    """Whether a value may be said like this when the exact one is known.

    1200余 is more than 1200 and less than 1300, 近300 is less than 300 and more than 200, 约 is
    right when rounding gives it, 超过 is more, 不低于 is at least that much. Without a word the
    value is the exact one.
    """
    step = step_of(stated)
    match wording:
        case None:
            return stated == exact
        case Wording.MORE:
            return stated < exact < stated + step
        case Wording.NEAR:
            return stated - step < exact < stated
        case Wording.ABOUT:
            return abs(exact - stated) <= step / 2
        case Wording.OVER:
            return exact > stated
        case Wording.NOT_BELOW:
            return exact >= stated


# --- shares --------------------------------------------------------------------------------------


class AgainstShare(StrEnum):
    """Why a numerator and a denominator make no share."""

    ONE_IS_MISSING = "one_is_missing"
    NOTHING_TO_DIVIDE = "nothing_to_divide"
    MORE_THAN_ALL = "more_than_all"


def reasons_against_share(
    numerator: Decimal | None, denominator: Decimal | None
) -> list[AgainstShare]:
    """Why the two cannot be kept as a share; empty when they can, or when both are blank."""
    if numerator is None and denominator is None:
        return []
    if numerator is None or denominator is None:
        return [AgainstShare.ONE_IS_MISSING]
    if denominator == 0:
        return [AgainstShare.NOTHING_TO_DIVIDE]
    return [AgainstShare.MORE_THAN_ALL] if numerator > denominator else []


def share_of(numerator: Decimal, denominator: Decimal, *, decimals: int) -> Decimal:
    """The share in per cent, half rounded up. Wants a denominator that is not nought."""
    whole = numerator * 100 / denominator
    return whole.quantize(Decimal(1).scaleb(-min(decimals, MOST_DECIMALS)), ROUND_HALF_UP)


# --- a year from its months ----------------------------------------------------------------------


def months_over(year: int, on_year: int, on_month: int) -> range:
    """The months of a year that are over on a day in that month: the running one is not."""
    if year < on_year:
        return MONTHS
    return range(1, on_month if year == on_year else 1)


@dataclass(frozen=True, slots=True)
class YearValue:
    """The value of a year, where it comes from, and what stands against it.

    ``value`` is what counts, None where it cannot be said. ``missing`` are months that are over
    and have no value. ``of_months`` is what the months add up to where none is missing,
    ``disagrees`` says that a value entered for the whole year is not that.
    """

    value: FigureValue | None
    missing: tuple[int, ...] = ()
    of_months: FigureValue | None = None
    entered: FigureValue | None = None
    disagrees: bool = False


def added_up(
    values: Iterable[FigureValue], *, is_share: bool = False, decimals: int = 0
) -> FigureValue | None:
    """The sum; of shares that of their numerators over that of their denominators.

    None of nothing, and of a share that lacks what it divides. A sum of values that are not exact
    is not exact either.
    """
    each = list(values)
    if not each:
        return None
    wording = None if all(value.is_exact for value in each) else Wording.ABOUT
    if not is_share:
        return FigureValue(sum((value.value for value in each), Decimal(0)), wording)
    if any(value.numerator is None or not value.denominator for value in each):
        return None
    numerator = sum((value.numerator or Decimal(0) for value in each), Decimal(0))
    denominator = sum((value.denominator or Decimal(0) for value in each), Decimal(0))
    share = share_of(numerator, denominator, decimals=decimals)
    return FigureValue(share, wording, numerator, denominator)


def year_value(
    months: Mapping[int, FigureValue],
    yearly: FigureValue | None,
    *,
    over: Collection[int],
    is_share: bool = False,
    decimals: int = 0,
    adds_up: bool = True,
) -> YearValue:
    """The value of a year from its months, or as it was entered for the whole year.

    ``over`` are the months that are over. Months make a value only when none of those is missing;
    what a running month has already is in it. Where both are there, the one entered for the year
    stands, and when it is not what the months add up to, that is said: neither beats the other
    silently. What does not add up (a per cent without its parts) has only what was entered for the
    year.
    """
    if not adds_up:
        return YearValue(yearly, entered=yearly)
    missing = tuple(month for month in over if month not in months)
    summed = added_up(months.values(), is_share=is_share, decimals=decimals)
    of_months = None if missing else summed
    if yearly is None:
        return YearValue(of_months, missing, of_months)
    disagrees = (
        of_months is not None
        and of_months.is_exact
        and not is_honest(yearly.value, yearly.wording, of_months.value)
    )
    return YearValue(yearly, missing, of_months, yearly, disagrees)


# --- sums that must agree ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SumToCheck:
    """A whole and the parts that it must be the sum of, by the keys of their values."""

    name: str
    whole: Hashable
    parts: tuple[Hashable, ...]


class SumStanding(StrEnum):
    """What can be said of a declared sum."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    CANNOT_BE_CHECKED = "cannot_be_checked"


@dataclass(frozen=True, slots=True)
class SumChecked:
    """A declared sum with its values; ``difference`` is the whole less its parts."""

    rule: SumToCheck
    standing: SumStanding
    whole: Decimal | None = None
    parts: tuple[Decimal | None, ...] = ()
    difference: Decimal | None = None


def check_sums(
    rules: Iterable[SumToCheck], values: Mapping[Any, FigureValue | None]
) -> list[SumChecked]:
    """Every declared sum with its standing, in the order of the rules; nothing is corrected.

    What lacks a value, or is not given exactly, cannot be checked; that is no disagreement.
    """
    return [_checked(rule, values) for rule in rules]


def _checked(rule: SumToCheck, values: Mapping[Any, FigureValue | None]) -> SumChecked:
    of_parts = [values.get(part) for part in rule.parts]
    of_whole = values.get(rule.whole)
    whole = of_whole.value if of_whole else None
    parts = tuple(each.value if each else None for each in of_parts)
    known = [each for each in (of_whole, *of_parts) if each is not None and each.is_exact]
    if len(known) < 1 + len(parts) or not parts:
        return SumChecked(rule, SumStanding.CANNOT_BE_CHECKED, whole, parts)
    difference = known[0].value - sum((each.value for each in known[1:]), Decimal(0))
    standing = SumStanding.DISAGREES if difference else SumStanding.AGREES
    return SumChecked(rule, standing, whole, parts, difference)


def sums_that_disagree(
    rules: Iterable[SumToCheck], values: Mapping[Any, FigureValue | None]
) -> list[SumChecked]:
    """The declared sums that do not come out, with whole, parts and difference."""
    checked = check_sums(rules, values)
    return [each for each in checked if each.standing == SumStanding.DISAGREES]


# --- this year and last --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """How much more than before; of a share ``difference`` is in percentage points (百分点).

    ``percent`` is None where it cannot be said: before there was nothing, or it is a share.
    """

    difference: Decimal
    percent: Decimal | None
    in_points: bool = False
    is_exact: bool = True


def change(
    now: FigureValue | None, before: FigureValue | None, *, is_share: bool = False
) -> Change | None:
    """The change on last year; None where either of the two is not there."""
    if now is None or before is None:
        return None
    difference = now.value - before.value
    exact = now.is_exact and before.is_exact
    if is_share:
        return Change(difference, None, in_points=True, is_exact=exact)
    percent = None
    if before.value:
        percent = (difference * 100 / before.value).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Change(difference, percent, is_exact=exact)


# --- whose value ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Together:
    """The value of a bureau: its own figure, or what its units add up to.

    ``missing`` says how many units lack theirs; then there is no sum. ``disagrees`` says that the
    bureau's own figure is not what its units add up to.
    """

    value: FigureValue | None
    missing: int = 0
    of_units: FigureValue | None = None
    disagrees: bool = False


def together(
    own: FigureValue | None,
    of_units: Mapping[int, FigureValue],
    owing: Collection[int],
    *,
    is_share: bool = False,
    decimals: int = 0,
    adds_up: bool = True,
) -> Together:
    """A bureau's value from its own figure and those of its units, by their keys.

    ``owing`` are the units that have to report one; when a figure of one of them is missing there
    is no sum. The bureau's own figure stands when there is one, and says when the units differ.
    What does not add up is the bureau's own or nothing.
    """
    if not adds_up:
        return Together(own)
    missing = sum(key not in of_units for key in owing)
    summed = added_up(of_units.values(), is_share=is_share, decimals=decimals)
    whole = None if missing else summed
    if own is None:
        return Together(whole, missing, whole)
    differs = (
        whole is not None and whole.is_exact and not is_honest(own.value, own.wording, whole.value)
    )
    return Together(own, 0, whole, differs)
