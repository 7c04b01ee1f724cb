"""The file a ledger moves in: its names, its limits, and how a value is written as JSON.

A ZIP with one JSON object a line for every row. Nothing here opens a file: values in, values out.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

FORMAT = "fazhi-ledger"
# Raised when a reader of the version before could no longer read the file.
FORMAT_VERSION = 1

MANIFEST = "manifest.json"
FILES = "files.jsonl"
TABLES = "tables/"
EVIDENCE = "evidence/"

# Rows are much alike, so they shrink a lot; what shrinks more than this is no ledger.
MOST_RATIO = 300
# Below this size the ratio says nothing.
SMALL = 1024 * 1024
LARGEST_MANIFEST = 8 * 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z_]+\.[a-z_]+")
# What ends a path, turns it around for the eye, or names a device or a drive on some system.
_UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]')


class What(StrEnum):
    """How much of a ledger a file holds."""

    WHOLE = "whole"
    BUREAU = "bureau"


class ColumnKind(StrEnum):
    """How the values of a column are written."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    BOOLEAN = "boolean"
    DAY = "day"
    MOMENT = "moment"
    TIME = "time"
    DECIMAL = "decimal"
    UUID = "uuid"
    JSON = "json"
    FILE = "file"
    # A model of the program itself, by name: its key differs from database to database.
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table of the file, with what its member must be."""

    name: str
    rows: int
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """Its name within the file."""
        return member_of(self.name)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A stored file that rows name; without a hash it was missing when the file was made."""

    name: str
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """Its name within the file."""
        return f"{EVIDENCE}{self.name}"

    @property
    def is_missing(self) -> bool:
        """Whether it was not there when the file was made."""
        return not self.sha256


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a ledger file says of itself."""

    what: What
    bureau: Mapping[str, Any] | None
    product: str
    made_at: str
    made_by: str
    migrations: Mapping[str, list[str]]
    tables: tuple[TableEntry, ...]
    files: TableEntry

    def as_data(self) -> dict[str, Any]:
        """As it stands in ``manifest.json``."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "what": self.what.value,
            "bureau": dict(self.bureau) if self.bureau else None,
            "product": self.product,
            "made_at": self.made_at,
            "made_by": self.made_by,
            "migrations": {app: list(names) for app, names in self.migrations.items()},
            "tables": [
                {
                    "name": each.name,
                    "member": each.member,
                    "rows": each.rows,
                    "size": each.size,
                    "sha256": each.sha256,
                }
                for each in self.tables
            ],
            "files": {
                "member": FILES,
                "rows": self.files.rows,
                "size": self.files.size,
                "sha256": self.files.sha256,
            },
        }


class OtherVersion(ValueError):
    """The file is one of ours, and written in a format this program does not know."""


def manifest_of(data: object) -> Manifest:
    """The manifest that JSON data describes.

    Raises ``OtherVersion`` for another version of the format, ``ValueError`` for what is no
    manifest at all.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError("format")
    if data.get("format_version") != FORMAT_VERSION:
        raise OtherVersion(str(data.get("format_version"))[:20])
    try:
        bureau = data["bureau"]
        tables = tuple(_entry(each, str(each["name"])) for each in data["tables"])
        names = [each.name for each in tables]
        migrations = {
            str(app): [str(name) for name in names_of]
            for app, names_of in data["migrations"].items()
        }
        found = Manifest(
            what=What(data["what"]),
            bureau=dict(bureau) if bureau is not None else None,
            product=str(data["product"]),
            made_at=str(data["made_at"]),
            made_by=str(data["made_by"]),
            migrations=migrations,
            tables=tables,
            files=_entry(data["files"], FILES),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("shape") from error
    if len(names) != len(set(names)) or not all(_TABLE.fullmatch(name) for name in names):
        raise ValueError("tables")
    return found


def _entry(data: Mapping[str, Any], name: str) -> TableEntry:
    rows, size, sha256 = data["rows"], data["size"], data["sha256"]
    if not all(isinstance(number, int) and number >= 0 for number in (rows, size)):
        raise ValueError("numbers")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueError("sha256")
    return TableEntry(name, rows, size, sha256)


def file_entry_of(data: object) -> FileEntry:
    """A line of ``files.jsonl``. Raises ``ValueError`` for anything else, and for unsafe names."""
    if not isinstance(data, dict):
        raise ValueError("file")
    name, size, sha256 = data.get("name"), data.get("size"), data.get("sha256")
    if not isinstance(name, str) or is_unsafe(name):
        raise ValueError("name")
    if not isinstance(size, int) or size < 0 or not isinstance(sha256, str):
        raise ValueError("size")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise ValueError("sha256")
    return FileEntry(name, size, sha256)


def member_of(table: str) -> str:
    """The member of the ZIP that holds a table."""
    return f"{TABLES}{table}.jsonl"


def is_unsafe(name: str) -> bool:
    """Whether a name could lead out of a folder, or means different things on two systems."""
    parts = name.split("/")
    return (
        not name
        or len(name) > 250
        or bool(_UNSAFE.search(name))
        or any(part in ("", ".", "..") or part != part.strip() for part in parts)
    )


def is_bomb(*, size: int, packed: int) -> bool:
    """Whether a member grows beyond anything a ledger could hold."""
    return size > SMALL and size > packed * MOST_RATIO


def digest() -> "hashlib._Hash":
    """The hash that every member of the file has."""
    return hashlib.sha256()


# --- values -------------------------------------------------------------------------------------


def as_json(value: Any) -> Any:
    """A value of a row as JSON holds it: days and moments in ISO 8601, decimals as text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    return value


def from_json(kind: ColumnKind, value: Any) -> Any:
    """A value of that kind out of JSON; ``None`` stays nothing. Raises ``ValueError``."""
    if value is None or kind == ColumnKind.JSON:
        return value
    if kind == ColumnKind.INTEGER:
        return _is(value, int)
    if kind == ColumnKind.BOOLEAN:
        if not isinstance(value, bool):
            raise ValueError(kind.value)
        return value
    if kind == ColumnKind.FLOAT:
        return float(_is(value, int | float))
    text = _is(value, str)
    if kind == ColumnKind.DAY:
        return date.fromisoformat(text)
    if kind == ColumnKind.TIME:
        return time.fromisoformat(text)
    if kind == ColumnKind.UUID:
        return UUID(text)
    if kind == ColumnKind.DECIMAL:
        return _decimal(text)
    if kind == ColumnKind.MOMENT:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(kind.value)
        return moment
    if kind == ColumnKind.FILE and text and is_unsafe(text):
        raise ValueError(kind.value)
    return text


def _is(value: Any, kind: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, kind):
        raise ValueError("kind")
    return value


def _decimal(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d{1,40}(\.\d{1,20})?", text, re.ASCII):
        raise ValueError("decimal")
    return Decimal(text)
