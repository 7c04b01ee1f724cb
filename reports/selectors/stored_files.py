"""Whether every stored file is there and is what it was when it was handed in."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.core.files.storage import Storage, storages

from reports.domain.ledger_file import ColumnKind
from reports.models import Job
from reports.selectors.whole_ledger import CHUNK, tables


class FileFault(StrEnum):
    """What is wrong with a stored file."""

    MISSING = "missing"
    ALTERED = "altered"
    # No row names it: its saving broke off, or the row is gone.
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class FaultyFile:
    """A stored file and what is wrong with it; ``table`` and ``key`` tell whose it is."""

    fault: FileFault
    name: str
    table: str = ""
    key: int = 0


def named_files(*, packs: bool = False) -> Iterator[tuple[str, int, str, str]]:
    """Table, key, name and kept hash (or "") of each stored file that a row names; ``packs`` as
    well, which are made anew when somebody needs them."""
    for table in tables():
        if table.model is Job and not packs:
            continue
        for column in table.columns:
            if column.kind != ColumnKind.FILE:
                continue
            kept = ["sha256"] if "sha256" in table.names else []
            rows = table.model._base_manager.exclude(**{column.name: ""}).order_by("pk")
            for key, name, *sums in rows.values_list("pk", column.name, *kept).iterator(CHUNK):
                yield table.name, key, name, sums[0] if sums else ""


def faulty_files() -> Iterator[FaultyFile]:
    """Files that are missing, hold something else than when they were handed in, or that no row
    names. Reads every file once."""
    storage = storages["evidence"]
    for table, key, name, expected in named_files():
        try:
            found = _sha256(storage, name)
        except OSError:
            yield FaultyFile(FileFault.MISSING, name, table, key)
            continue
        if expected and found != expected:
            yield FaultyFile(FileFault.ALTERED, name, table, key)
    for name in orphans():
        yield FaultyFile(FileFault.ORPHAN, name)


def orphans() -> list[str]:
    """Files of the evidence folder that no row names, by name. The folder is read first: what is
    handed in meanwhile is none."""
    there = set(_all_files(storages["evidence"], ""))
    return sorted(there - {name for _table, _key, name, _sum in named_files(packs=True)})


def _all_files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    # What begins with a dot was set aside, or tells that a restore is not over.
    yield from (f"{folder}{name}" for name in files if not name.startswith("."))
    for each in folders:
        if not each.startswith("."):
            yield from _all_files(storage, f"{folder}{each}/")


def _sha256(storage: Storage, name: str) -> str:
    digest = hashlib.sha256()
    with storage.open(name, "rb") as stored:
        for chunk in stored.chunks():
            digest.update(chunk)
    return digest.hexdigest()
