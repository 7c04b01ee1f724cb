"""The audit log is written, sealed and, after its term, taken out; nothing else changes it."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from reports.actions.refusals import Refused
from reports.domain.audit_log import (
    MOST_IN_A_BATCH,
    AgainstPruning,
    AuditKind,
    AuditResult,
    canonical,
    changed_table,
    clean,
    reasons_against_pruning,
    sealed,
)
from reports.models import AuditEntry, AuditSeal
from reports.models.choices import AGAINST_PRUNING_SENTENCES
from reports.selectors.audit_log import PRUNED, entries_of, facts_of, last_seal, verify
from reports.triggers import lifted

# How long the sealing waits for who is writing; meanwhile nobody else can write either.
WAIT_MILLISECONDS = 300


class CannotPrune(Refused):
    """The entries must stay."""


@dataclass(frozen=True)
class Doer:
    """Who acts, and from where; both as text, so that the entry outlives the login."""

    login_key: int | None = None
    login: str = ""
    address: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Doing:
    """What is done to what."""

    kind: AuditKind
    action: str
    object_type: str = ""
    object_key: str = ""
    object_label: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


def write_entry(
    *,
    doer: Doer,
    doing: Doing,
    at: datetime,
    result: AuditResult = AuditResult.DONE,
    status: int | None = None,
) -> AuditEntry:
    """Add one entry: a single INSERT, within whatever transaction is open.

    Texts are cut to their columns; ``details`` are as given, so never hold what somebody typed.
    """
    return AuditEntry.objects.create(
        at=at,
        kind=doing.kind.value,
        result=result.value,
        login_key=doer.login_key,
        login=clean(doer.login, 150),
        address=clean(doer.address, 45),
        unit=clean(doer.unit),
        action=clean(doing.action, 100),
        object_type=clean(doing.object_type, 60),
        object_key=clean(doing.object_key, 60),
        object_label=clean(doing.object_label),
        status=status,
        details=dict(doing.details),
    )


class Trail:
    """One doing (a request, a command, a job), whose first change brings its entry with it.

    The entry is inserted just before the first statement that changes a table, in the same
    transaction: whatever is kept of the change, the entry is kept, and an entry that was rolled
    back is written again before the next change. ``tell`` writes it.
    """

    def __init__(self, tell: Callable[[], object]) -> None:
        self.tell = tell
        self.armed = True
        self._kept = False
        # One object, to be found again among the callbacks of the transaction.
        self._mark = self._committed

    def _committed(self) -> None:
        self._kept = True

    def is_told(self, using: BaseDatabaseWrapper = connection) -> bool:
        """Whether the entry is there: committed, or in the transaction that is open."""
        # Django drops the callback when the transaction or savepoint of its entry is rolled back.
        return self._kept or any(each[1] is self._mark for each in using.run_on_commit)

    def watch(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: Mapping[str, Any],
    ) -> Any:
        """An ``execute_wrapper``."""
        if self.armed and not self._kept and changed_table(sql):
            using = context["connection"]
            if not self.is_told(using):
                self.tell()
                if using.in_atomic_block:
                    transaction.on_commit(self._mark, using=using.alias)
                else:
                    self._kept = True
        return execute(sql, params, many, context)


@contextmanager
def told(tell: Callable[[], object]) -> Iterator[Trail]:
    """Inside the block the first change is told; see ``Trail``."""
    trail = Trail(tell)
    with connection.execute_wrapper(trail.watch):
        yield trail


def seal_entries(*, at: datetime, most: int = MOST_IN_A_BATCH) -> AuditSeal | None:
    """Seal the entries that have no seal yet, the oldest ``most`` of them, as one batch.

    Gives the seal; None when there is nothing to seal, or somebody is still writing after a short
    wait (the next call seals it). Two at once cannot both follow the same seal: one waits.

    Keys are drawn before a transaction ends, so a higher key may be seen while a lower one is
    still on its way. The table is locked against writers for the moment of the sealing: who drew a
    key has ended by then, and who comes after draws a higher one.
    """
    last = last_seal()
    if not AuditEntry.objects.filter(pk__gt=last.last_key if last else 0).exists():
        return None
    try:
        with transaction.atomic():
            return _seal(at, most)
    except OperationalError as error:
        # lock_not_available: an import or a planning holds the table until its end.
        if getattr(error.__cause__, "pgcode", None) == "55P03":
            return None
        raise


def _seal(at: datetime, most: int) -> AuditSeal | None:
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(AuditEntry._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {int(WAIT_MILLISECONDS)}")
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    last = last_seal()
    rows = AuditEntry.objects.filter(pk__gt=last.last_key if last else 0).order_by("pk")[:most]
    entries = [facts_of(row) for row in rows]
    if not entries:
        return None
    seal = sealed(entries, previous=last.sha256 if last else "")
    return AuditSeal.objects.create(
        first_key=seal.first_key,
        last_key=seal.last_key,
        count=seal.count,
        previous=seal.previous,
        sha256=seal.sha256,
        sealed_at=at,
    )


def seal_all(*, at: datetime) -> list[AuditSeal]:
    """Seal batch after batch until nothing is left, or somebody holds the table."""
    seals = []
    while seal := seal_entries(at=at):
        seals.append(seal)
    return seals


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken out, and where it lies now."""

    count: int
    seal: AuditSeal
    sha256: str


@transaction.atomic
def prune_entries(
    *, before: date, midnight: datetime, file: Path, doer: Doer, at: datetime, today: date
) -> Pruned:
    """Take out whole sealed batches that ended before a day, after writing them into a file.

    ``midnight`` is the beginning of that day. The file (gzip, one line of JSON an entry or seal)
    must not be there yet; it is complete and on the disk before a row goes. The last seal of what
    is taken out stays as the anchor of the chain, and an entry says who did it, with the hash of
    the file. Refuses a day younger than 180 days ago, what is not sealed, and a log that does not
    agree with its seals.
    """
    # The writers wait; nobody meets the table while its triggers are away.
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(AuditEntry._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    seals = _ended_before(midnight)
    count = sum(seal.count for seal in seals)
    reasons = reasons_against_pruning(before=before, today=today, sealed_rows=count)
    if not reasons and verify().fault is not None:
        reasons.append(AgainstPruning.NOT_INTACT)
    if reasons:
        raise CannotPrune([AGAINST_PRUNING_SENTENCES[reason] for reason in reasons])
    anchor = seals[-1]
    digest = _write_out(seals, file)
    with lifted(connection):
        AuditEntry.objects.filter(pk__lte=anchor.last_key).delete()
        AuditSeal.objects.filter(pk__lt=anchor.pk).delete()
    details = {
        "before": before.isoformat(),
        "count": count,
        "seal": anchor.sha256,
        "last_key": anchor.last_key,
        "file_sha256": digest,
    }
    doing = Doing(AuditKind.COMMAND, PRUNED, details=details)
    write_entry(doer=doer, doing=doing, at=at)
    return Pruned(count, anchor, digest)


def _ended_before(midnight: datetime) -> list[AuditSeal]:
    """The oldest seals whose entries are all there and from before that moment, in order."""
    found = []
    previous = 0
    for seal in AuditSeal.objects.order_by("last_key").iterator():
        rows = AuditEntry.objects.between(previous, seal.last_key)
        if rows.filter(at__gte=midnight).exists():
            break
        if found or rows.exists():
            found.append(seal)
        previous = seal.last_key
    return found


def _write_out(seals: list[AuditSeal], file: Path) -> str:
    """Write the batches with their seals; the SHA-256 of the file."""
    with file.open("xb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
            previous = 0
            for seal in seals:
                for entry in entries_of(previous, seal.last_key):
                    out.write(canonical(entry) + b"\n")
                link = {
                    "seal": seal.pk,
                    "first_key": seal.first_key,
                    "last_key": seal.last_key,
                    "count": seal.count,
                    "previous": seal.previous,
                    "sha256": seal.sha256,
                }
                out.write(json.dumps(link, sort_keys=True).encode() + b"\n")
                previous = seal.last_key
        raw.flush()
    return sha256(file.read_bytes()).hexdigest()
