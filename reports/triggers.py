"""Tables to which rows are only ever added: the database itself refuses to change or drop one.

SQLite drops triggers when a migration remakes a table, so they are laid anew after every migrate.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("reports_auditentry", "reports_auditseal")
SENTENCE = "append-only: rows of this table are never changed or deleted"


def _lay(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {what} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for what in ("update", "delete")
        ]
    return [
        (
            "CREATE OR REPLACE FUNCTION reports_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation'; END $$"
        ),
        f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION reports_append_only()"
        ),
    ]


def _lift(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{what}" for what in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"]


def lay_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the tables of the audit log append-only, as many of them as there are."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in APPEND_ONLY:
            for statement in _lay(table, connection.vendor) if table in there else ():
                cursor.execute(statement)


def lift_triggers(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away; only for the pruning of old entries, which lays them again."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table in APPEND_ONLY:
            for statement in _lift(table, connection.vendor) if table in there else ():
                cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Within a transaction: no triggers inside the block, all of them again at its end.

    On PostgreSQL the table is locked meanwhile, so nobody else ever meets it unguarded; SQLite
    has one writer anyway. When the block fails, the transaction brings them back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("triggers are lifted only within a transaction")
    lift_triggers(connection)
    yield
    lay_triggers(connection)


def lay_triggers_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """The receiver of ``post_migrate``."""
    lay_triggers(connections[using])
