"""Reading the kept dumps of released states into a database."""

import fcntl
import gzip
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tools.check import ROOT, newest_postgresql

FOLDER = Path(__file__).resolve().parent
MIGRATIONS = ROOT / "reports" / "migrations"
ENGINES = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}


def released() -> list[str]:
    """The names of the states that are kept, the oldest first."""
    return sorted(path.name.split(".")[0] for path in FOLDER.glob("*.sqlite.sql.gz"))


def load(name: str, url: str) -> None:
    """A kept state into the empty database behind ``url``."""
    where = urlsplit(url)
    engine = ENGINES[where.scheme]
    with gzip.open(FOLDER / f"{name}.{engine}.sql.gz", "rt", encoding="utf-8") as file:
        text = file.read()
    if engine == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.executescript(text)
        return
    subprocess.run(
        [str(newest_postgresql() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--no-psqlrc",
         f"--dbname={url}"],
        env=os.environ | {"PGOPTIONS": "--client-min-messages=warning"},
        input=text, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def newest_sqlite() -> Path:
    """An SQLite ledger of the newest kept release, brought up to date; made once and kept beside
    the other files of the tests until a migration changes. Copy it, never open it."""
    told = hashlib.sha256()
    for path in sorted([*MIGRATIONS.glob("*.py"), *FOLDER.glob("*.gz")]):
        told.update(path.read_bytes())
    store = Path(tempfile.gettempdir()) / f"fazhi-ledger-newest-{os.getuid()}"
    store.mkdir(mode=0o700, exist_ok=True)
    made = store / f"{told.hexdigest()[:16]}.sqlite3"
    with (store / "lock").open("w") as lock:
        # Several tests at once want it; one makes it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            for old in store.glob("*.sqlite3*"):
                old.unlink()
            part = made.with_suffix(".part")
            part.unlink(missing_ok=True)
            load(released()[-1], f"sqlite:///{part}")
            migrate(f"sqlite:///{part}", store)
            with closing(sqlite3.connect(part)) as database:
                database.execute("PRAGMA journal_mode=DELETE")
            part.rename(made)
    return made


def migrate(url: str, folder: Path) -> None:
    """Bring the ledger behind ``url`` up to date, in a process of its own."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_ROOT": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True
    )
