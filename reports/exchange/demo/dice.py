"""Chance that is none: the same words always give the same number."""

from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

Item = TypeVar("Item")


def dice(*words: object) -> int:
    """A number from 0 to 999 that hangs on the words alone."""
    return crc32("|".join(str(word) for word in words).encode()) // 7 % 1000


def pick(items: Sequence[Item], *words: object) -> Item:
    """One of the items, by the words."""
    return items[crc32("·".join(str(word) for word in words).encode()) // 5 % len(items)]
