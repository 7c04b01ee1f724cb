"""From SQLite to PostgreSQL through the whole-ledger file, compared table by table."""

import shutil
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from reports.exchange import whole_ledger
from reports.exchange.whole_ledger import read_ledger, write_ledger
from reports.models import Unit
from reports.selectors.whole_ledger import tables, whole_rows
from tests.factories import NOON, BureauFactory
from tests.upgrade.loading import newest_sqlite

pytestmark = pytest.mark.django_db


@contextmanager
def sqlite_ledger(path):
    """Inside, the ledger is that SQLite file."""
    before = connections["default"]
    known = {**before.settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    known |= {"OPTIONS": {}, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    connections["default"] = DatabaseWrapper(known, "default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before


def contents():
    return {table.name: list(whole_rows(table)) for table in tables()}


def out(path):
    with path.open("wb") as target:
        write_ledger(target, bureau=None, at=NOON, by="x")
    return path


@pytest.mark.skipif(connection.vendor != "postgresql", reason="moves to PostgreSQL")
def test_ledger_moves_from_sqlite_and_every_table_is_the_same(tmp_path, monkeypatch, capsys):
    # Tables may be made without migrations here; which state they are in is asked elsewhere.
    monkeypatch.setattr(whole_ledger, "migrations_applied", lambda: {"reports": ["same"]})
    shutil.copyfile(newest_sqlite(), tmp_path / "ledger.sqlite3")
    with sqlite_ledger(tmp_path / "ledger.sqlite3"):
        before, old = contents(), out(tmp_path / "old.zip")

    read_ledger(old)
    new = out(tmp_path / "new.zip")
    call_command("compare_ledgers", str(old), str(new))

    assert contents() == before
    assert len(before["reports.due"]) == 25
    rows = sum(len(each) for each in before.values())
    assert capsys.readouterr().out == f"{len(tables())}个表、{rows}行，全部相同。\n"


def test_tables_that_differ_are_named(tmp_path, capsys):
    unit = BureauFactory(name="东城分局")
    old = out(tmp_path / "old.zip")
    Unit.objects.filter(pk=unit.pk).update(path="x")

    with pytest.raises(SystemExit) as left:
        call_command("compare_ledgers", str(old), str(out(tmp_path / "new.zip")))

    assert left.value.code == 1
    assert capsys.readouterr().out == "reports.unit：1行，1行，内容不同\n"


def test_file_that_is_no_ledger_is_refused(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"x")

    with pytest.raises(CommandError, match="x不是台账导出文件。"):
        call_command("compare_ledgers", str(path), str(path))
