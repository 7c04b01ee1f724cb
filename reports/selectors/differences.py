"""What a recount says when a kept value is not what the rows make of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One kept value of one row: what stands there and what ought to."""

    table: str
    pk: int
    label: str
    field: str
    kept: object
    expected: object
