"""The shape of a backup file, which writing and restoring share.

A plain backup is a ZIP: the database as its own tools write it, the stored files as they are,
``parts.jsonl`` with size and SHA-256 of each of them, ``manifest.json`` with the hash of that
list. A backup with a passphrase is a ZIP of two members in the age format (age-encryption.org):
``key.age``, a key under the passphrase, and ``backup.zip.age``, the plain backup under that key.
Without this program: ``age -d -i key.age backup.zip.age > backup.zip``.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.ledger_file import ColumnKind
from reports.selectors.whole_ledger import FILES_LEFT, tables

FORMAT = "fazhi-ledger-backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
PARTS = "parts.jsonl"
EVIDENCE = "evidence/"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
KEY_MEMBER = "key.age"
SEALED_MEMBER = "backup.zip.age"
CHUNK = 1024 * 1024
# Folders of work that was not finished, inside VAR_ROOT.
WORKING = ".backup-"
SHORTEST_PASSPHRASE = 12


class CannotBackUp(Refused):
    """The backup cannot be made or written; nothing is left."""


class CannotRestore(Refused):
    """The file is no backup, broken, too new, or the place is not empty."""


def stored_files(run: Callable[[str], Iterator[Any]]) -> Iterator[tuple[str, str]]:
    """Name and kept hash (or "") of every stored file that a row names.

    ``run`` asks the database, or a copy of it, whose tables are those of today's models.
    """
    for table in tables():
        for column in table.columns:
            if column.kind != ColumnKind.FILE or (table.model, column.name) in FILES_LEFT:
                continue
            kept = "sha256" if "sha256" in table.names else "''"
            yield from run(
                f'SELECT "{column.field.column}", {kept} FROM "{table.model._meta.db_table}"'  # nosec B608 # names of our own tables
                f" WHERE \"{column.field.column}\" <> ''"
            )


def row_counts(run: Callable[[str], Iterator[Any]]) -> dict[str, int]:
    """How many rows each table holds."""
    return {
        table.name: next(iter(run(f'SELECT COUNT(*) FROM "{table.model._meta.db_table}"')))[0]  # nosec B608 # names of our own tables
        for table in tables()
    }


def program(name: str) -> str:
    """A program of PostgreSQL, the newest that is installed. Refuses when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        told = {"name": name}
        raise Refused([_("本机没有%(name)s，请安装Debian的postgresql-client。") % told])
    return path


def postgresql_environment() -> dict[str, str]:
    """How programs of PostgreSQL reach the database; a password never stands on a command line."""
    known = connection.settings_dict
    options = known.get("OPTIONS", {})
    values = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": known["NAME"],
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
        "PGCONNECT_TIMEOUT": "10",
    }
    return os.environ | {name: str(value) for name, value in values.items() if value}


def last_line(error: bytes) -> str:
    """The line of a program's complaint that says most."""
    lines = [line for line in error.decode(errors="replace").splitlines() if line.strip()]
    said = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "?")
    return said.strip()[:300]


def ended_well(process: subprocess.Popen[bytes], complaint: bytes, refusal: type[Refused]) -> None:
    """Refuses, with the program's own words, when it failed."""
    if process.wait() != 0:
        told = {"error": last_line(complaint)}
        raise refusal([_("数据库工具报告：%(error)s") % told])


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder in VAR_ROOT that only we read, gone afterwards.

    What work that was killed left behind goes when the next begins: two never run at once.
    """
    for left in settings.VAR_ROOT.glob(f"{WORKING}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = settings.VAR_ROOT / f"{WORKING}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
