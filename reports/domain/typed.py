"""What somebody typed as a day or as an hour, in any of the ways people write it."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, time

# Nothing in a ledger happened before, or is planned after.
FIRST_YEAR, LAST_YEAR = 1900, 2100

_WHOLE = (
    re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_WITHOUT_YEAR = re.compile(r"(\d{1,2})[-./月](\d{1,2})[日号]?")
_HOURS = (
    re.compile(r"(\d{1,2})[:.时点](\d{2})分?"),
    re.compile(r"(\d{2})(\d{2})"),
    re.compile(r"(\d{1,2})[时点](半)?整?"),
)


def day_typed(text: str, *, near: date | None = None, latest: date | None = None) -> date | None:
    """The day that was typed; None where it is no day.

    2026-11-26, 2026.11.26, 2026/11/26, 2026年11月26日, 20261126; and without its year 11-26 or
    11月26日: then the one nearest to ``near``, not after ``latest``; None where nothing is near.
    """
    said = _plain(text)
    for pattern in _WHOLE:
        if found := pattern.fullmatch(said):
            year, month, number = (int(part) for part in found.groups())
            return next(_days([year], month, number), None)
    found = _WITHOUT_YEAR.fullmatch(said)
    if found is None or near is None:
        return None
    month, number = (int(part) for part in found.groups())
    around = _days([near.year - 1, near.year, near.year + 1], month, number)
    fitting = [each for each in around if latest is None or each <= latest]
    return min(fitting, key=lambda each: abs(each - near), default=None)


def lacks_its_year(text: str) -> bool:
    """Whether a day was typed without the year it belongs to."""
    return _WITHOUT_YEAR.fullmatch(_plain(text)) is not None


def hour_typed(text: str) -> time | None:
    """The hour that was typed; None where it is none: 14:30, 14.30, 1430, 14时30分, 14点半, 9点."""
    said = _plain(text)
    for pattern in _HOURS:
        if found := pattern.fullmatch(said):
            hour, minute = found.groups()
            with suppress(ValueError):
                return time(int(hour), 30 if minute == "半" else int(minute or 0))
    return None


def _plain(text: str) -> str:
    """Full-width digits and signs as plain ones, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("。", "."))


def _days(years: list[int], month: int, number: int) -> Iterator[date]:
    for year in years:
        if FIRST_YEAR <= year <= LAST_YEAR:
            with suppress(ValueError):
                yield date(year, month, number)
