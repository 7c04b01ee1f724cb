"""Several who write the audit log, and several who seal it, at the same moment."""

from contextlib import closing

from django.db import connection, transaction

from reports.actions.audit_log import seal_all, seal_entries
from reports.models import AuditEntry
from reports.selectors.audit_log import verify
from tests.at_once import SEVERAL_WRITERS, at_once
from tests.factories import NOON, AuditEntryFactory

pytestmark = SEVERAL_WRITERS


def seal_some():
    for _n in range(10):
        seal_entries(at=NOON, most=5)


def write_some():
    for _n in range(20):
        with transaction.atomic():
            AuditEntryFactory()
            AuditEntryFactory()


def test_sealers_and_writers_at_once_make_one_chain():
    at_once([seal_some, seal_some, seal_some, write_some, write_some, write_some])
    seal_all(at=NOON)

    found = verify()
    assert AuditEntry.objects.count() == 120
    assert (found.entries, found.unsealed, found.fault) == (120, 0, None)


def test_entry_that_is_still_on_its_way_is_waited_for():
    """A lower key is committed after a higher one; nothing is sealed that it would slip into."""
    columns = "login, address, unit, action, object_type, object_key, object_label"
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO reports_auditentry (at, kind, result, details, {columns})"
                " VALUES (now(), 'change', 'done', '{}', '', '', '', '', '', '', '')"
            )
        later = AuditEntryFactory()
        while_it_runs = seal_entries(at=NOON)
        other.commit()
    seal = seal_entries(at=NOON)

    assert while_it_runs is None
    assert (seal.count, seal.last_key) == (2, later.pk)
    assert seal.first_key < later.pk
    assert verify().fault is None
