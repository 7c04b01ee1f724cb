"""The database itself refuses to change or drop a row of the audit log, on either kind."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from reports.models import AuditEntry, AuditSeal
from reports.triggers import lay_triggers, lift_triggers, lifted
from tests.factories import NOON, AuditEntryFactory

pytestmark = pytest.mark.django_db

DO = {
    "update by the ORM": lambda: AuditEntry.objects.update(login="x"),
    "save": lambda: AuditEntry.objects.get().save(),
    "delete by the ORM": lambda: AuditEntry.objects.get().delete(),
    "delete without a row": lambda: _sql("DELETE FROM reports_auditentry WHERE login = 'clerk'"),
    "update by SQL": lambda: _sql("UPDATE reports_auditentry SET login = 'x'"),
    "delete by SQL": lambda: _sql("DELETE FROM reports_auditentry"),
    "update of a seal": lambda: AuditSeal.objects.update(count=2),
    "delete of a seal": lambda: _sql("DELETE FROM reports_auditseal"),
}
if connection.vendor == "postgresql":
    DO["truncate"] = lambda: _sql("TRUNCATE reports_auditentry")
    DO["truncate of the seals"] = lambda: _sql("TRUNCATE reports_auditseal CASCADE")


def _sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def rows():
    entry = AuditEntryFactory()
    AuditSeal.objects.create(
        first_key=entry.pk, last_key=entry.pk, count=1, sha256="a", sealed_at=NOON
    )
    return entry


def refused(do):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        do()
    return True


@pytest.mark.parametrize("what", DO)
def test_rows_are_only_added(rows, what):
    assert refused(DO[what])

    assert AuditEntry.objects.get().login == "clerk"
    assert AuditSeal.objects.get().count == 1


def test_triggers_are_laid_anew_after_every_migrate(rows):
    lift_triggers(connection)

    call_command("migrate", verbosity=0)

    for do in DO.values():
        assert refused(do)


def test_laying_them_twice_is_laying_them_once(rows):
    lay_triggers(connection)
    lay_triggers(connection)

    assert refused(DO["delete by SQL"])


def test_triggers_are_lifted_within_a_transaction_alone(rows):
    with lifted(connection):
        AuditEntry.objects.update(login="x", at=NOON + timedelta(1))

    assert AuditEntry.objects.get().login == "x"
    assert refused(DO["update by SQL"])


@pytest.mark.django_db(transaction=True)
def test_triggers_come_back_when_the_block_fails(rows):
    with pytest.raises(RuntimeError, match="only within a transaction"), lifted(connection):
        pass
    with pytest.raises(ZeroDivisionError), transaction.atomic(), lifted(connection):
        raise ZeroDivisionError

    assert refused(DO["delete by SQL"])
