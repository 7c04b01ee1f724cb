"""Every released state that is kept comes up to date: rows, constraints and recount are right."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from django.db import connection

from tests.upgrade.loading import FOLDER, load, released
from tools.check import ROOT

# What a migration adds or takes away by design is named here, by state and table.
ROWS_CHANGED: dict[str, dict[str, int]] = {}
# Of the program itself: migrate fills them.
OF_THE_PROGRAM = {
    "django_migrations", "django_content_type", "auth_permission", "sqlite_sequence",
}  # fmt: skip


@pytest.fixture
def place(tmp_path):
    """The address of an empty database, and how to ask it."""
    if connection.vendor == "sqlite":
        path = tmp_path / "ledger.sqlite3"

        def ask(statement):
            with closing(sqlite3.connect(path)) as database:
                return database.execute(statement).fetchall()

        yield f"sqlite:///{path}", ask
        return
    known = connection.settings_dict
    server = f"{known['HOST']}:{known['PORT']}"
    name = f"upgrade_{os.getpid()}"
    address = f"postgresql://{known['USER']}:{known['PASSWORD']}@{server}"
    maintenance = psycopg2.connect(f"{address}/template1")
    maintenance.autocommit = True

    def ask(statement):
        opened = closing(psycopg2.connect(f"{address}/{name}"))
        with opened as database, database.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    with closing(maintenance), maintenance.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield f"{address}/{name}", ask
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def counts(ask):
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if connection.vendor == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    names = {name for (name,) in ask(listing)} - OF_THE_PROGRAM
    return {name: ask(f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in sorted(names)}


def manage(url, folder, *command):
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_ROOT": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def broken_constraints(ask):
    """What a database finds wrong with its own rows."""
    if connection.vendor == "sqlite":
        return ask("PRAGMA foreign_key_check") + [
            row for row in ask("PRAGMA integrity_check") if row != ("ok",)
        ]
    # Checks and references of PostgreSQL hold for every row, where none is left unvalidated.
    return ask("SELECT conname FROM pg_constraint WHERE NOT convalidated")


def test_a_state_is_kept_for_both_databases_and_small():
    sizes = {path.name: path.stat().st_size for path in FOLDER.glob("*.gz")}

    assert set(sizes) == {
        f"{name}.{engine}.sql.gz" for name in released() for engine in ("sqlite", "postgresql")
    }
    assert max(sizes.values()) < 300 * 1024


@pytest.mark.django_db
@pytest.mark.parametrize("name", released())
def test_released_state_comes_up_to_date(name, place, tmp_path):
    url, ask = place
    load(name, url)
    before = counts(ask)

    migrated = manage(url, tmp_path, "migrate", "-v0")
    audited = manage(url, tmp_path, "audit_ledger")

    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert (audited.returncode, audited.stderr) == (0, "")
    after = counts(ask)
    changed = ROWS_CHANGED.get(name, {})
    assert {table: after.get(table) for table in before} == {
        table: number + changed.get(table, 0) for table, number in before.items()
    }
    assert broken_constraints(ask) == []
