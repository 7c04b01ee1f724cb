"""The database as one file and back again, around an upgrade: ``snapshot.py save|restore FILE``.

Evidence is not in it: an upgrade adds no file and removes none. Restoring puts the whole database
back, so nobody may work meanwhile; tables that the newer release made go.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import dj_database_url
import psycopg2

OURS = """
SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE', schemaname, tablename)
  FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user
UNION ALL
SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure)
  FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
   AND pg_get_userbyid(p.proowner) = current_user
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def copy_sqlite(source: Path, target: Path) -> None:
    """By SQLite itself, so that what others write meanwhile is in it wholly or not at all."""
    with (
        contextlib.closing(sqlite3.connect(source, timeout=60)) as old,
        contextlib.closing(sqlite3.connect(target, timeout=60)) as new,
    ):
        old.backup(new)
        found = new.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        sys.exit(f"数据库文件有损坏：{found}")


def save_sqlite(database: Path, file: Path) -> None:
    if not database.is_file():
        sys.exit(f"没有数据库文件 {database}")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    copy_sqlite(database, part)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(file)


def program(name: str) -> str:
    """Where the client program of PostgreSQL is; Debian keeps the newest off the path."""
    newest = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3])
    )
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        sys.exit(f"缺少 {name}：请安装与数据库同版本的 postgresql-client。")
    return found


def names_of(settings: dict) -> dict[str, str]:
    """How libpq calls them; a password in the environment is seen by nobody else."""
    named = {
        "PGHOST": settings.get("HOST"),
        "PGPORT": settings.get("PORT"),
        "PGUSER": settings.get("USER"),
        "PGPASSWORD": settings.get("PASSWORD"),
        "PGDATABASE": settings.get("NAME"),
        "PGSSLMODE": settings.get("OPTIONS", {}).get("sslmode"),
    }
    return {name: str(value) for name, value in named.items() if value}


def run(*command: str) -> None:
    if subprocess.run(command).returncode:
        sys.exit(f"{Path(command[0]).name} 未能完成，原因见上。")


def save_postgresql(file: Path) -> None:
    part = f"{file}.part"
    run(program("pg_dump"), "--format=custom", "--no-owner", f"--file={part}")
    os.replace(part, file)


def restore_postgresql(file: Path) -> None:
    """Readable first, then all of ours goes, then all of it comes in one transaction."""
    run(program("pg_restore"), "--list", f"--file={os.devnull}", str(file))
    with (
        contextlib.closing(psycopg2.connect("")) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(OURS)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    run(
        program("pg_restore"),
        *("--single-transaction", "--exit-on-error", "--no-owner"),
        f"--dbname={os.environ['PGDATABASE']}",
        str(file),
    )


def main(what: str, name: str) -> None:
    settings = dj_database_url.parse(os.environ["DATABASE_URL"])
    file = Path(name).resolve()
    os.umask(0o077)
    if what == "restore" and not file.is_file():
        sys.exit(f"没有文件 {file}")
    if settings["ENGINE"].endswith("sqlite3"):
        database = Path(settings["NAME"])
        save_sqlite(database, file) if what == "save" else copy_sqlite(file, database)
        return
    os.environ.update(names_of(settings))
    save_postgresql(file) if what == "save" else restore_postgresql(file)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in {"save", "restore"}:
        sys.exit("snapshot.py save|restore 文件")
    main(*sys.argv[1:])
