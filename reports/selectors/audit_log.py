"""Reading the audit log: its entries, the chain of its seals, which administrator is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from reports.domain.access import ADMINISTRATORS, Role
from reports.domain.audit_log import (
    AuditFault,
    AuditKind,
    Entry,
    Seal,
    fault_of,
)
from reports.models import AuditEntry, AuditSeal, Membership

# How many rows of a list are counted and can be paged through; beyond, it asks to narrow.
MOST_LISTED = 10_000
MOST_EXPORTED = 50_000
VERIFIED = "verify_audit_log"
PRUNED = "prune_audit_log"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a recount of the whole chain found."""

    entries: int
    seals: int
    unsealed: int
    # The first batch that differs, and why.
    seal: AuditSeal | None = None
    fault: AuditFault | None = None
    last: AuditSeal | None = None


def facts_of(row: AuditEntry) -> Entry:
    """An entry as the seal sees it."""
    return Entry(
        key=row.pk,
        at=row.at,
        kind=row.kind,
        result=row.result,
        login_key=row.login_key,
        login=row.login,
        address=row.address,
        unit=row.unit,
        action=row.action,
        object_type=row.object_type,
        object_key=row.object_key,
        object_label=row.object_label,
        status=row.status,
        details=row.details,
    )


def entries_of(after: int, last: int) -> Iterator[Entry]:
    """The entries with keys above ``after`` up to ``last``, in order."""
    return (facts_of(row) for row in AuditEntry.objects.between(after, last).iterator(2000))


def last_seal() -> AuditSeal | None:
    """The newest link of the chain; None before the first."""
    return AuditSeal.objects.order_by("-last_key").first()


def verify() -> Verified:
    """Count and hash every entry again and compare with the seals, oldest first.

    Stops at the first batch that differs. After a pruning the chain begins at the last seal of
    what was taken out, which an entry of the log must name.
    """
    entries = number = 0
    previous, after = "", 0
    seal = None
    for seal in AuditSeal.objects.order_by("last_key").iterator():
        rows = list(entries_of(after, seal.last_key))
        if not number and not rows:
            fault = None if _pruned_up_to(seal) else AuditFault.ANCHOR
        elif not number and seal.previous:
            fault = AuditFault.BEFORE
        else:
            fault = fault_of(_link(seal), rows, previous=previous)
        if fault is not None:
            unsealed = AuditEntry.objects.filter(pk__gt=seal.last_key).count()
            return Verified(entries, number, unsealed, seal, fault)
        entries += len(rows)
        number += 1
        previous, after = seal.sha256, seal.last_key
    unsealed = AuditEntry.objects.filter(pk__gt=after).count()
    return Verified(entries, number, unsealed, last=seal)


def _link(seal: AuditSeal) -> Seal:
    return Seal(seal.pk, seal.first_key, seal.last_key, seal.count, seal.previous, seal.sha256)


def _pruned_up_to(seal: AuditSeal) -> bool:
    """Whether a pruning that the log itself tells of ended with that seal."""
    told = AuditEntry.objects.filter(
        kind=AuditKind.COMMAND.value, action=PRUNED, pk__gt=seal.last_key
    )
    return any(
        (row.details.get("seal"), row.details.get("last_key")) == (seal.sha256, seal.last_key)
        for row in told
    )


def listed(rows: QuerySet) -> int:
    """How many rows a list has, counted up to ``MOST_LISTED``."""
    return rows.order_by()[:MOST_LISTED].count()


def last_verification() -> AuditEntry | None:
    """The entry of the last time the chain was recounted."""
    told = AuditEntry.objects.filter(kind=AuditKind.COMMAND.value, action=VERIFIED)
    return told.order_by("-pk").first()


def missing_administrators(today: date) -> list[Role]:
    """Which of the three administrators no active login holds that day (三员分立)."""
    held = Membership.objects.valid_on(today).filter(
        Q(role__in=ADMINISTRATORS), user__is_active=True
    )
    return sorted(ADMINISTRATORS - {Role(role) for role in held.values_list("role", flat=True)})


def seal_of(entry: AuditEntry) -> AuditSeal | None:
    """The seal over an entry; None while it waits for one."""
    return AuditSeal.objects.filter(last_key__gte=entry.pk).order_by("last_key").first()
