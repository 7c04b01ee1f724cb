"""Keep the state of a release for the test of upgrading: a small ledger, as each database dumps it.

``python -m tools.upgrade_dump NAME`` in the tree of the release writes
``tests/upgrade/NAME.sqlite.sql.gz`` and ``tests/upgrade/NAME.postgresql.sql.gz``. Run it once when
a release is made; what is kept is never written anew.
"""

import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tools.check import ROOT, newest_postgresql, throw_away_postgresql

FOLDER = ROOT / "tests" / "upgrade"


def make(url: str, folder: str) -> None:
    """Tables by migrations, rows by the actions, in a process of its own."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_ROOT": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    for command in (["manage.py", "migrate", "-v0"], ["-m", "tools.upgrade_dump", "--fill"]):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)


def fill() -> None:
    """The rows, into the database of the environment."""
    import django

    django.setup()
    import time_machine
    from django.db import transaction

    from tests.upgrade.ledger import NOON, small_ledger

    with time_machine.travel(NOON, tick=False), transaction.atomic():
        small_ledger()


def kept(name: str, text: bytes) -> None:
    path = FOLDER / name
    with path.open("xb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        make(f"sqlite:///{path}", folder)
        with closing(sqlite3.connect(path)) as database:
            text = "\n".join(database.iterdump())
        kept(f"{name}.sqlite.sql.gz", text.encode())
    with tempfile.TemporaryDirectory() as folder, throw_away_postgresql() as url:
        make(url, folder)
        where = urlsplit(url)
        dump = subprocess.run(
            [str(newest_postgresql() / "pg_dump"), "--no-owner", "--no-acl", "--inserts",
             "--rows-per-insert=200", f"--dbname={url.replace(where.password or '', '')}"],
            env=os.environ | {"PGPASSWORD": where.password or ""},
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        kept(f"{name}.postgresql.sql.gz", dump)


if __name__ == "__main__":
    if sys.argv[1:] == ["--fill"]:
        fill()
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit(__doc__)
