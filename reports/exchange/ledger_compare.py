"""Two files of the whole ledger, table by table: whether a move from database to database lost
anything."""

import json
import zipfile
from itertools import zip_longest
from pathlib import Path

from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.ledger_file import FILES, LARGEST_MANIFEST, MANIFEST, Manifest, manifest_of

# The number of rows each file holds; None where it has no such table.
Differing = tuple[str, int | None, int | None]


class CannotCompare(Refused):
    """One of the two is no file of a ledger."""


def compare_files(one: Path, other: Path) -> tuple[Manifest, list[Differing]]:
    """What the first file says of itself, and the tables that are not the same in both, the list
    of stored files among them. Refuses a file that is no ledger.

    Rows stand in the order of their keys. Databases keep the keys of a JSON value in orders of
    their own, so where the text differs the values are compared.
    """
    here = there = None
    try:
        with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
            here, there = _manifest(first), _manifest(second)
            return here, _differing(first, here, second, there)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, RuntimeError) as error:
        told = {"name": one if here is None else other}
        raise CannotCompare([_("%(name)s不是台账导出文件。") % told]) from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(MANIFEST) as member:
        return manifest_of(json.loads(member.read(LARGEST_MANIFEST)))


def _differing(
    first: zipfile.ZipFile, here: Manifest, second: zipfile.ZipFile, there: Manifest
) -> list[Differing]:
    one, other = ({e.name: e for e in (*each.tables, each.files)} for each in (here, there))
    found: list[Differing] = []
    for name in sorted({*one, *other}):
        mine, its = one.get(name), other.get(name)
        if mine is None or its is None:
            found.append((name, mine and mine.rows, its and its.rows))
            continue
        member = FILES if mine is here.files else mine.member
        same = mine.sha256 == its.sha256 or (
            mine.rows == its.rows and _same_values(first, second, member)
        )
        if not same:
            found.append((name, mine.rows, its.rows))
    return found


def _same_values(first: zipfile.ZipFile, second: zipfile.ZipFile, member: str) -> bool:
    with first.open(member) as one, second.open(member) as other:
        return all(
            a == b or (a and b and json.loads(a) == json.loads(b))
            for a, b in zip_longest(one, other)
        )
