"""The audit log: what an entry says, how batches are sealed in a chain, how long they are kept.

Nothing here may ever hold a secret: of what is typed, an entry has the names of fields alone.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

# 网络安全法第二十三条（2025年修改）、GB/T 22239—2019: logs are kept for not less than six months.
KEPT_DAYS = 180
# A batch is sealed in one short transaction that lets no new entry in.
MOST_IN_A_BATCH = 5000
LONGEST_TEXT = 200
# Columns of an entry that the seal covers, in this order; what is added later goes to the end.
SEALED = (
    "key",
    "at",
    "kind",
    "result",
    "login_key",
    "login",
    "address",
    "unit",
    "action",
    "object_type",
    "object_key",
    "object_label",
    "status",
    "details",
)
# Names of fields whose very name is of no use to a reader: the token every form carries.
NOT_NAMED = frozenset({"csrfmiddlewaretoken"})
_WRITE = re.compile(
    r"\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.IGNORECASE
)
# Written by the machinery of logging in, by the worker's book-keeping, or the log itself.
_NOT_A_CHANGE = re.compile(r"django_session|axes_\w+|reports_audit(?:entry|seal)")


class AuditKind(StrEnum):
    """What an entry of the audit log is about."""

    LOGIN = "login"
    LOGIN_REFUSED = "login_refused"
    LOCKED_OUT = "locked_out"
    LOGOUT = "logout"
    CHANGE = "change"
    DOWNLOAD = "download"
    PERSONAL = "personal"
    REFUSED = "refused"
    ADMINISTRATION = "administration"
    COMMAND = "command"


class AuditResult(StrEnum):
    """What came of it."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"


class AuditFault(StrEnum):
    """Why a batch does not agree with its seal."""

    CHAIN = "chain"
    COUNT = "count"
    CONTENT = "content"
    BEFORE = "before"
    ANCHOR = "anchor"


class AgainstPruning(StrEnum):
    """Why old entries may not be taken out."""

    TOO_YOUNG = "too_young"
    NOT_SEALED = "not_sealed"
    NOT_INTACT = "not_intact"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log as the seal sees it."""

    key: int
    at: datetime
    kind: str
    result: str
    login_key: int | None
    login: str
    address: str
    unit: str
    action: str
    object_type: str
    object_key: str
    object_label: str
    status: int | None
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain: which entries, how many, and what they and the link before add to."""

    number: int
    first_key: int
    last_key: int
    count: int
    previous: str
    sha256: str


def canonical(entry: Entry) -> bytes:
    """The bytes of an entry, the same on every database and machine: one line of JSON."""
    values: list[object] = [getattr(entry, name) for name in SEALED]
    values[1] = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    values[-1] = dict(entry.details)
    return json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sealed(entries: Iterable[Entry], *, previous: str) -> Seal:
    """The seal, not numbered yet, of entries in the order of their keys, after the seal before.

    Takes the hash of that seal, empty for the first one. Refuses no entries (ValueError).
    """
    digest = sha256(previous.encode() + b"\n")
    first = last = count = 0
    for entry in entries:
        digest.update(canonical(entry) + b"\n")
        first, last, count = first or entry.key, entry.key, count + 1
    if not count:
        raise ValueError("a batch needs entries")
    digest.update(f"{first} {last} {count}".encode())
    return Seal(0, first, last, count, previous, digest.hexdigest())


def fault_of(seal: Seal, entries: Iterable[Entry], *, previous: str) -> AuditFault | None:
    """Why the entries of a batch do not agree with its seal; None when they do.

    ``entries`` are all that are there after the batch before, up to this one's last key.
    ``previous`` is the hash of the seal before.
    """
    if seal.previous != previous:
        return AuditFault.CHAIN
    rows = list(entries)
    if len(rows) != seal.count:
        return AuditFault.COUNT
    again = sealed(rows, previous=previous)
    same = (again.first_key, again.last_key, again.sha256)
    return None if same == (seal.first_key, seal.last_key, seal.sha256) else AuditFault.CONTENT


def reasons_against_pruning(*, before: date, today: date, sealed_rows: int) -> list[AgainstPruning]:
    """Why the entries from before that day may not be taken out; empty when they may.

    They are kept for at least 180 days (网络安全法: not less than six months), and only whole
    sealed batches are taken out.
    """
    reasons = []
    if before > today - timedelta(days=KEPT_DAYS):
        reasons.append(AgainstPruning.TOO_YOUNG)
    if not sealed_rows:
        reasons.append(AgainstPruning.NOT_SEALED)
    return reasons


def changed_table(sql: str) -> str:
    """The table that a statement writes to, where that is a change worth an entry; else empty."""
    found = _WRITE.match(sql)
    if found is None or _NOT_A_CHANGE.fullmatch(found[1].lower()):
        return ""
    return found[1].lower()


def clean(text: object, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, without control characters, cut to length."""
    words = "".join(each if each.isprintable() else " " for each in str(text))
    return " ".join(words.split())[:longest]


def named_fields(names: Iterable[str]) -> list[str]:
    """The names of the fields of a form, never what was typed; at most 60, in order."""
    return [clean(name, 60) for name in sorted(set(names) - NOT_NAMED)][:60]
