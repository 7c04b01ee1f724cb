"""A ledger that can be broken again and again: set up once, laid out anew before every fault.

Everything is done in forked children of one process that holds no connection, so that a child can
be killed at any step while its parent has the program loaded already.
"""

import hashlib
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from reports.exchange.backup_file import postgresql_environment, program
from reports.selectors.audit import all_differences
from reports.selectors.stored_files import FileFault, faulty_files
from reports.selectors.whole_ledger import has_tables, tables, whole_rows

NOTHING = "nothing"
# What ``migrate`` writes into an empty ledger.
OF_THE_PROGRAM = ("django_migrations", "django_content_type", "auth_permission")


@dataclass
class State:
    """What a ledger is at a moment: a fingerprint of all rows and files, and what is wrong."""

    rows: str = NOTHING
    counts: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)


def look() -> State:
    """The state of the ledger as it stands; orphans are told apart from what is named."""
    found = State()
    if not has_tables():
        return found
    total = hashlib.sha256()
    for table in tables():
        number = 0
        for row in whole_rows(table):
            total.update(repr((table.name, row)).encode())
            number += 1
        found.counts[table.name] = number
    found.rows = total.hexdigest()
    orphans = set()
    for each in faulty_files():
        if each.fault == FileFault.ORPHAN:
            orphans.add(each.name)
        else:
            found.troubles.append(f"{each.fault} {each.name}")
    found.troubles += [str(each) for each in all_differences()]
    made = settings.VAR_ROOT / "new.zip"
    if made.exists():
        with zipfile.ZipFile(made) as archive:
            found.troubles += [f"broken {archive.testzip()}"] if archive.testzip() else []
    root = settings.EVIDENCE_ROOT
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_file() and not name.startswith(".") and name not in orphans:
            found.files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def in_child(job: Callable[[], Any]) -> Any:
    """What a job gives, done in a child; None when it was killed. An error ends the whole run."""
    connection.close()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            given = pickle.dumps(job())
            connection.close()
            with os.fdopen(write, "wb") as said:
                said.write(given)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as said:
        text = said.read()
    _pid, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return pickle.loads(text) if text else None
    if status:
        raise RuntimeError("a child failed, see above")
    return pickle.loads(text)


class Stage:
    """Copies of database and evidence folder under names; ``lay(name)`` makes one the ledger."""

    def __init__(self) -> None:
        self.store = settings.VAR_ROOT / "stage"
        self.store.mkdir(parents=True, exist_ok=True)
        self.is_sqlite = connection.vendor == "sqlite"

    def keep(self, name: str) -> None:
        """Keep the ledger as it stands under a name."""
        connection.close()
        self._forget(self.store / name)
        self._copy_evidence(settings.EVIDENCE_ROOT, self.store / name)
        if self.is_sqlite:
            place = self.place
            with closing(sqlite3.connect(place)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(place, self.store / f"{name}.sqlite3")
        else:
            self._create(f"stage_{name}", connection.settings_dict["NAME"])

    def empty(self) -> None:
        """Empty the ledger that is laid: its tables without rows, but those of the program."""
        connection.close()
        self._forget(settings.EVIDENCE_ROOT)
        if self.is_sqlite:
            old, new = Path(self.place), Path(f"{self.place}.new")
            with closing(sqlite3.connect(old)) as source, closing(sqlite3.connect(new)) as target:
                lines = source.execute(
                    "SELECT sql, type FROM sqlite_master"
                    " WHERE sql <> '' AND name NOT LIKE 'sqlite%'"
                ).fetchall()
                for line, _type in sorted(lines, key=lambda row: row[1] == "trigger"):
                    target.execute(line)
                target.execute("ATTACH ? AS source", (str(old),))
                for table in OF_THE_PROGRAM:
                    target.execute(f"INSERT INTO main.{table} SELECT * FROM source.{table}")
                target.commit()
            new.replace(old)
            return
        known = connection.settings_dict
        environment = postgresql_environment()
        kept = [f"--table={name}" for name in OF_THE_PROGRAM]
        texts = [
            subprocess.run(
                [program("pg_dump"), "--no-owner", *how], env=environment, capture_output=True,
                text=True, check=True,
            ).stdout
            for how in (["--schema-only"], ["--data-only", *kept])
        ]  # fmt: skip
        self._create(known["NAME"], "template0")
        for text in texts:
            subprocess.run(
                [program("psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--no-psqlrc"], input=text,
                env=environment, text=True, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def lay(self, name: str) -> None:
        """Make a kept ledger the one that is worked on; ``nothing`` is no database at all."""
        connection.close()
        for left in settings.VAR_ROOT.glob(".*"):
            if left.is_dir():
                shutil.rmtree(left)
        for left in settings.VAR_ROOT.glob("new.zip*"):
            left.unlink()
        self._forget(settings.EVIDENCE_ROOT)
        self._copy_evidence(self.store / name, settings.EVIDENCE_ROOT)
        if self.is_sqlite:
            for ending in ("", "-wal", "-shm", ".part"):
                Path(f"{self.place}{ending}").unlink(missing_ok=True)
            if name != NOTHING:
                shutil.copyfile(self.store / f"{name}.sqlite3", self.place)
        else:
            source = "template0" if name == NOTHING else f"stage_{name}"
            self._create(connection.settings_dict["NAME"], source)

    @property
    def place(self) -> str:
        return str(connection.settings_dict["NAME"])

    @staticmethod
    def _forget(folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _copy_evidence(source: Path, target: Path) -> None:
        if source.exists():
            shutil.copytree(source, target)

    def _create(self, name: str, source: str) -> None:
        known = connection.settings_dict
        server = psycopg2.connect(
            host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"],
            dbname="template1",
        )  # fmt: skip
        server.autocommit = True
        with closing(server), server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
