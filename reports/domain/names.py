"""What something was called on a day, from the names it had before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EarlierName:
    """A name that was borne to its last day; ``first_day`` None: as long as anybody knows."""

    name: str
    first_day: date | None
    last_day: date


def name_then(earlier: Iterable[EarlierName], day: date) -> str:
    """The earlier name borne on that day; empty when it was the name of today."""
    borne = [
        each
        for each in earlier
        if each.last_day >= day and (each.first_day is None or each.first_day <= day)
    ]
    return min(borne, key=lambda each: each.last_day).name if borne else ""
