"""No change without its entry; a chain of seals that shows what was tampered with."""

import gzip
import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction

from reports.actions.audit_log import (
    CannotPrune,
    Doer,
    Doing,
    prune_entries,
    seal_all,
    seal_entries,
    told,
    write_entry,
)
from reports.domain.access import Role
from reports.domain.audit_log import AuditFault, AuditKind
from reports.models import AuditEntry, AuditSeal, Unit
from reports.selectors.audit_log import missing_administrators, verify
from reports.triggers import lifted
from tests.factories import NOON, AuditEntryFactory, CityFactory, member

pytestmark = pytest.mark.django_db

SHELL = Doer(login="@root")


def tell():
    write_entry(doer=Doer(login="a"), doing=Doing(AuditKind.CHANGE, "problem-edit"), at=NOON)


@contextmanager
def behind_the_triggers():
    with transaction.atomic(), lifted(connection):
        yield


def undone(do):
    """Done in a transaction that is rolled back."""
    with transaction.atomic():
        do()
        transaction.set_rollback(True)


def rename(unit):
    Unit.objects.filter(pk=unit.pk).update(short_name="x")


# --- the trail --------------------------------------------------------------------------------


def test_first_change_brings_one_entry():
    unit = CityFactory()

    with told(tell) as trail:
        list(Unit.objects.all())
        before = AuditEntry.objects.count()
        rename(unit)
        rename(unit)

    assert (before, AuditEntry.objects.count(), trail.is_told()) == (0, 1, True)


def test_nothing_changed_is_not_told():
    with told(tell) as trail:
        list(Unit.objects.all())

    assert (AuditEntry.objects.count(), trail.is_told()) == (0, False)


def test_entry_goes_with_what_is_rolled_back_and_comes_with_what_stays():
    unit = CityFactory()

    with told(tell) as trail:
        undone(lambda: rename(unit))
        rolled_back = (AuditEntry.objects.count(), trail.is_told())
        with transaction.atomic():
            with transaction.atomic():
                rename(unit)
            rename(unit)

    assert rolled_back == (0, False)
    assert (AuditEntry.objects.count(), trail.is_told()) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_entry_is_committed_with_the_change_and_once_for_all_transactions():
    unit = CityFactory()

    with told(tell) as trail:
        with transaction.atomic():
            rename(unit)
            within = trail.is_told()
        with transaction.atomic():
            rename(unit)
        rename(unit)

    assert (within, trail.is_told(), AuditEntry.objects.count()) == (True, True, 1)


@pytest.mark.django_db(transaction=True)
def test_change_is_not_kept_where_its_entry_cannot_be_written():
    unit = CityFactory()

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), told(broken), transaction.atomic():
        rename(unit)

    assert not Unit.objects.filter(short_name="x").exists()


def test_texts_are_cut_to_their_columns():
    doing = Doing(AuditKind.DOWNLOAD, "a" * 300, "b" * 300, "c" * 300, "d" * 300)
    doer = Doer(1, "e" * 300, "f" * 300, "g" * 300)

    entry = write_entry(doer=doer, doing=doing, at=NOON)

    entry.full_clean()


# --- the chain --------------------------------------------------------------------------------


def entries(count, **more):
    return [AuditEntryFactory(**more) for _n in range(count)]


def test_batches_follow_each_other():
    rows = entries(5)

    first = seal_entries(at=NOON, most=3)
    second = seal_entries(at=NOON)

    assert (first.first_key, first.last_key, first.count) == (rows[0].pk, rows[2].pk, 3)
    assert (second.first_key, second.last_key, second.count) == (rows[3].pk, rows[4].pk, 2)
    assert (first.previous, second.previous) == ("", first.sha256)
    assert seal_entries(at=NOON) is None


def test_whole_chain_is_recounted():
    entries(3)
    seals = seal_all(at=NOON)
    entries(2)

    found = verify()

    assert (found.entries, found.seals, found.unsealed, found.fault) == (3, 1, 2, None)
    assert found.last == seals[-1]


def test_empty_log_is_intact():
    assert (verify().entries, verify().fault) == (0, None)


def test_gaps_of_what_was_rolled_back_are_no_fault():
    entries(1)
    undone(lambda: entries(2))
    entries(1)
    seal_all(at=NOON)

    assert (verify().entries, verify().fault) == (2, None)


TAMPERED = {
    "altered": (
        lambda rows, seals: AuditEntry.objects.filter(pk=rows[3].pk).update(login="nobody"),
        1,
        AuditFault.CONTENT,
    ),
    "deleted": (
        lambda rows, seals: AuditEntry.objects.filter(pk=rows[3].pk).delete(),
        1,
        AuditFault.COUNT,
    ),
    "whole batch deleted": (
        lambda rows, seals: AuditEntry.objects.filter(pk__in=[r.pk for r in rows[2:4]]).delete(),
        1,
        AuditFault.COUNT,
    ),
    "first batch deleted": (
        lambda rows, seals: AuditEntry.objects.filter(pk__in=[r.pk for r in rows[:2]]).delete(),
        0,
        AuditFault.ANCHOR,
    ),
    "first batch and seal deleted": (
        lambda rows, seals: (
            AuditEntry.objects.filter(pk__in=[r.pk for r in rows[:2]]).delete(),
            AuditSeal.objects.filter(pk=seals[0].pk).delete(),
        ),
        1,
        AuditFault.BEFORE,
    ),
    "seal deleted": (
        lambda rows, seals: AuditSeal.objects.filter(pk=seals[1].pk).delete(),
        2,
        AuditFault.CHAIN,
    ),
    "seal altered": (
        lambda rows, seals: AuditSeal.objects.filter(pk=seals[1].pk).update(sha256="b" * 64),
        1,
        AuditFault.CONTENT,
    ),
    "slipped in": (
        lambda rows, seals: AuditEntryFactory(pk=rows[2].pk - 1),
        1,
        AuditFault.COUNT,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_first_batch_that_was_tampered_with_is_named(what):
    tamper, place, fault = TAMPERED[what]
    rows = entries(3)
    with behind_the_triggers():
        # A gap to slip something into.
        rows.pop().delete()
    rows += entries(4)
    seals = [seal_entries(at=NOON, most=2) for _n in range(3)]
    assert verify().fault is None

    with behind_the_triggers():
        tamper(rows, seals)

    found = verify()
    assert (found.seal.last_key, found.fault) == (seals[place].last_key, fault)


def test_no_seal_can_follow_one_that_is_followed():
    entries(1)
    seal = seal_entries(at=NOON)

    def follow(key):
        links = {"previous": seal.sha256, "sha256": str(key), "sealed_at": NOON}
        AuditSeal.objects.create(first_key=key, last_key=key, count=1, **links)

    follow(10**9)
    with pytest.raises(IntegrityError), transaction.atomic():
        follow(10**9 + 1)


# --- pruning ----------------------------------------------------------------------------------

TODAY = date(2026, 6, 10)
BEFORE = date(2025, 12, 1)
MIDNIGHT = datetime(2025, 12, 1, tzinfo=UTC)


def prune(file, **more):
    arguments = {"before": BEFORE, "midnight": MIDNIGHT, "file": file, "doer": SHELL}
    return prune_entries(**arguments | {"at": NOON, "today": TODAY} | more)


@pytest.fixture
def years():
    """Three old batches of two, one that reaches over the day, one new."""
    day = timedelta(days=1)
    made = []
    for at in (MIDNIGHT - 9 * day, MIDNIGHT - 6 * day, MIDNIGHT - 3 * day):
        made += entries(2, at=at)
        seal_entries(at=NOON)
    made += [*entries(1, at=MIDNIGHT - day), *entries(1, at=MIDNIGHT)]
    seal_entries(at=NOON)
    made += entries(2)
    seal_entries(at=NOON)
    return made


def test_old_batches_go_into_a_file_and_the_chain_stays_whole(years, tmp_path):
    file = tmp_path / "old.jsonl.gz"

    pruned = prune(file)

    assert pruned.count == 6
    kept = list(AuditEntry.objects.order_by("pk"))
    assert [row.pk for row in kept[:-1]] == [row.pk for row in years[6:]]
    assert kept[-1].details == {
        "before": "2025-12-01",
        "count": 6,
        "seal": pruned.seal.sha256,
        "last_key": years[5].pk,
        "file_sha256": sha256(file.read_bytes()).hexdigest(),
    }
    assert AuditSeal.objects.count() == 3
    seal_all(at=NOON)
    found = verify()
    assert (found.entries, found.seals, found.unsealed, found.fault) == (5, 4, 0, None)


def test_file_holds_every_entry_and_its_seal(years, tmp_path):
    file = tmp_path / "old.jsonl.gz"

    pruned = prune(file)

    with gzip.open(file, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    assert [row[0] for row in rows if isinstance(row, list)] == [row.pk for row in years[:6]]
    seals = [row for row in rows if isinstance(row, dict)]
    assert seals[-1]["sha256"] == pruned.seal.sha256
    assert [seal["previous"] for seal in seals] == ["", *(s["sha256"] for s in seals[:-1])]


def test_pruned_log_is_pruned_again(years, tmp_path):
    prune(tmp_path / "1.gz")
    seal_all(at=NOON)

    again = prune(tmp_path / "2.gz", before=date(2025, 12, 12), midnight=MIDNIGHT + timedelta(11))

    assert again.count == 2
    assert verify().fault is None


def test_anchor_without_its_pruning_is_a_fault(years, tmp_path):
    prune(tmp_path / "1.gz")
    with behind_the_triggers():
        AuditEntry.objects.filter(action="prune_audit_log").delete()

    assert verify().fault == AuditFault.ANCHOR


def test_young_entries_stay(years, tmp_path):
    with pytest.raises(CannotPrune, match="至少保存180天"):
        prune(tmp_path / "old.gz", before=date(2025, 12, 13))

    assert AuditEntry.objects.count() == len(years)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_sealed_stays(tmp_path):
    entries(3, at=MIDNIGHT - timedelta(9))

    with pytest.raises(CannotPrune, match="没有整批封存的条目"):
        prune(tmp_path / "old.gz")


def test_log_that_was_tampered_with_stays(years, tmp_path):
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=years[0].pk).update(login="nobody")

    with pytest.raises(CannotPrune, match="校验不符"):
        prune(tmp_path / "old.gz")


def test_file_that_is_there_is_not_overwritten(years, tmp_path):
    file = tmp_path / "old.gz"
    file.write_bytes(b"x")

    with pytest.raises(FileExistsError):
        prune(file)

    assert (file.read_bytes(), AuditEntry.objects.count()) == (b"x", len(years))


def test_triggers_are_back_after_pruning(years, tmp_path):
    prune(tmp_path / "old.gz")

    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


# --- the three --------------------------------------------------------------------------------


def test_administrator_who_is_missing_is_named():
    city = CityFactory()
    before = missing_administrators(TODAY)
    member(Role.SYSTEM_ADMIN, city)
    member(Role.SECURITY_ADMIN, city, last_day=TODAY - timedelta(days=1))
    left = member(Role.AUDIT_ADMIN, city)
    left.is_active = False
    left.save()

    assert before == [Role.AUDIT_ADMIN, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN]
    assert missing_administrators(TODAY) == [Role.AUDIT_ADMIN, Role.SECURITY_ADMIN]
