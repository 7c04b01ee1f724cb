"""Reading a backup into an empty place: all of it, or nothing."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from reports.domain.ledger_file import LARGEST_MANIFEST, digest, is_unsafe
from reports.exchange.backup_file import (
    CHUNK,
    DATABASES,
    EVIDENCE,
    FORMAT,
    FORMAT_VERSION,
    KEY_MEMBER,
    MANIFEST,
    PARTS,
    SEALED_MEMBER,
    CannotRestore,
    ended_well,
    postgresql_environment,
    program,
    working_folder,
)
from reports.models import Job
from reports.models.choices import listed
from reports.selectors.whole_ledger import filled_tables, has_tables

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
NAMED = 3
# Says that what lies beside it came from a restore that did not end.
UNFINISHED = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup says of itself."""

    made_at: datetime
    encrypted: bool
    size: int
    rows: int
    files: int
    missing: tuple[str, ...]
    older: bool


def restore(path: Path, *, passphrase: str = "") -> Restored:
    """Read a backup into an empty database and an empty evidence folder.

    The hash of every part is compared before anything is put in its place; the database comes
    last, so that a restore which breaks off leaves an empty ledger and can be repeated. Refuses a
    file that is broken, that another database made or a newer version, a wrong passphrase, and a
    place that holds something.
    """
    _is_empty()
    with working_folder() as folder, _opened(path, folder, passphrase) as (archive, encrypted):
        manifest = _manifest(archive)
        older = _older(manifest["migrations"])
        name = DATABASES[connection.vendor]
        parts = _parts(archive, manifest, name)
        with _evidence_in(archive, parts):
            database = folder / name
            _unpack(archive, name, parts[name], database)
            if connection.vendor == "sqlite":
                _put_sqlite(database)
            else:
                _put_postgresql(database)
    # Packs that jobs made are not in the file.
    Job.objects.exclude(file="").update(file="")
    return Restored(
        made_at=datetime.fromisoformat(manifest["made_at"]),
        encrypted=encrypted,
        size=path.stat().st_size,
        rows=sum(manifest["rows"].values()),
        files=manifest["files"],
        missing=tuple(manifest["missing"]),
        older=older,
    )


def _is_empty() -> None:
    try:
        filled = filled_tables() if has_tables() else []
    except DatabaseError:
        # Tables of another version: somebody's ledger.
        filled = [connection.settings_dict["NAME"]]
    if filled:
        told = {"n": len(filled), "names": listed(filled[:NAMED])}
        raise CannotRestore([_("只能恢复到空台账：%(n)s个数据表已有内容（%(names)s）。") % told])
    root = settings.EVIDENCE_ROOT
    if (root / UNFINISHED).exists():
        shutil.rmtree(root)
    if root.exists() and any(root.iterdir()):
        raise CannotRestore([_("只能恢复到空台账：材料目录%(name)s不是空的。") % {"name": root}])


@contextmanager
def _opened(path: Path, folder: Path, passphrase: str) -> Iterator[tuple[zipfile.ZipFile, bool]]:
    try:
        with zipfile.ZipFile(path) as outer:
            if KEY_MEMBER not in outer.namelist():
                yield outer, False
                return
            plain = _unsealed(outer, folder, passphrase)
        with zipfile.ZipFile(plain) as inner:
            yield inner, True
    except FileNotFoundError as error:
        raise CannotRestore([_("没有这个文件：%(name)s") % {"name": error.filename}]) from error
    except BROKEN as error:
        line = " ".join(str(error).split())[:200]
        raise CannotRestore([_("文件损坏或不完整：%(error)s") % {"error": line}]) from error
    except OSError as error:
        told = {"error": error.strerror or error}
        raise CannotRestore([_("不能读写：%(error)s") % told]) from error


def _unsealed(outer: zipfile.ZipFile, folder: Path, passphrase: str) -> Path:
    if not passphrase:
        raise CannotRestore([_("备份已加密，请提供口令。")])
    if outer.getinfo(KEY_MEMBER).file_size > CHUNK:
        raise CannotRestore([_("文件损坏或不完整：%(error)s") % {"error": KEY_MEMBER}])
    try:
        key = pyrage.passphrase.decrypt(outer.read(KEY_MEMBER), passphrase)
    except pyrage.DecryptError as error:
        raise CannotRestore([_("口令不对。")]) from error
    plain = folder / "backup.zip"
    plain.touch(mode=0o600)
    identity = pyrage.x25519.Identity.from_str(key.decode().strip())
    try:
        with outer.open(SEALED_MEMBER) as source, plain.open("wb") as target:
            pyrage.decrypt_io(source, target, [identity])
    except (pyrage.DecryptError, KeyError) as error:
        told = {"error": " ".join(str(error).split())[:200]}
        raise CannotRestore([_("文件损坏或不完整：%(error)s") % told]) from error
    return plain


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    names = archive.namelist()
    if MANIFEST not in names or PARTS not in names or len(names) != len(set(names)):
        raise CannotRestore([_("这不是备份文件。")])
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise CannotRestore([_("这不是备份文件。")])
    try:
        manifest = json.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
        if manifest["format_version"] > FORMAT_VERSION:
            raise CannotRestore([_("备份由更新的版本制作，请先升级程序再恢复。")])
        datetime.fromisoformat(manifest["made_at"])
        wanted = {"migrations": dict, "rows": dict, "missing": list, "files": int}
        if not all(isinstance(manifest[name], kind) for name, kind in wanted.items()):
            raise ValueError(MANIFEST)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotRestore([_("这不是备份文件。")]) from error
    if manifest["database"] != connection.vendor:
        told = {"there": manifest["database"], "here": connection.vendor}
        raise CannotRestore(
            [
                _(
                    "备份来自%(there)s，本机数据库是%(here)s。"
                    "换数据库请用export_ledger和import_ledger。"
                )
                % told
            ]
        )
    return manifest


def _older(migrations: dict[str, list[str]]) -> bool:
    """Whether ``migrate`` has work to do afterwards. Refuses what this version does not know."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    there = {(app, name) for app, names in migrations.items() for name in names}
    if unknown := sorted(there - known):
        told = {"name": ".".join(unknown[-1])}
        raise CannotRestore([_("备份由更新的版本制作（%(name)s），请先升级程序再恢复。") % told])
    apps = set(migrations)
    replaced = {name for each in loader.disk_migrations.values() for name in each.replaces}
    return any(
        (key not in there and key not in replaced)
        and not (set(migration.replaces) and set(migration.replaces) <= there)
        for key, migration in loader.disk_migrations.items()
        if key[0] in apps
    )


Part = dict[str, Any]


def _parts(archive: zipfile.ZipFile, manifest: Part, database: str) -> dict[str, Part]:
    """What the file holds, each part compared with its hash."""
    lines = archive.read(PARTS)
    counted = digest()
    counted.update(lines)
    if counted.hexdigest() != manifest["parts_sha256"]:
        raise CannotRestore([_("%(name)s与校验值不符，文件可能已损坏或被改动。") % {"name": PARTS}])
    parts = {part["name"]: part for part in map(json.loads, lines.splitlines())}
    if set(archive.namelist()) != {MANIFEST, PARTS, *parts} or database not in parts:
        raise CannotRestore([_("文件内的成员与清单不符。")])
    for name, part in parts.items():
        if is_unsafe(name) or not (name == database or name.startswith(EVIDENCE)):
            raise CannotRestore([_("文件内有不安全的路径：%(name)s") % {"name": repr(name)[:100]}])
        with open(os.devnull, "wb") as nowhere:
            _copy(archive, name, part, nowhere)
    return parts


def _copy(archive: zipfile.ZipFile, name: str, part: Part, target: Any) -> None:
    counted, size = digest(), 0
    with archive.open(name) as member:
        for chunk in iter(lambda: member.read(CHUNK), b""):
            counted.update(chunk)
            size += len(chunk)
            target.write(chunk)
    if counted.hexdigest() != part["sha256"] or size != part["size"]:
        raise CannotRestore([_("%(name)s与校验值不符，文件可能已损坏或被改动。") % {"name": name}])


def _unpack(archive: zipfile.ZipFile, name: str, part: Part, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        _copy(archive, name, part, written)
        written.flush()
        os.fsync(written.fileno())


@contextmanager
def _evidence_in(archive: zipfile.ZipFile, parts: dict[str, Part]) -> Iterator[None]:
    """The stored files in their places; gone again when what follows fails."""
    root = settings.EVIDENCE_ROOT
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / UNFINISHED).touch(mode=0o600)
    try:
        for name, part in parts.items():
            if name.startswith(EVIDENCE):
                target = root / name.removeprefix(EVIDENCE)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _unpack(archive, name, part, target)
        yield
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise
    (root / UNFINISHED).unlink()


def _put_sqlite(database: Path) -> None:
    with closing(sqlite3.connect(database)) as made:
        found = [*made.execute("PRAGMA integrity_check"), *made.execute("PRAGMA foreign_key_check")]
    if found != [("ok",)]:
        raise CannotRestore([_("备份中的数据库不完整：%(error)s") % {"error": str(found[0])[:200]}])
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    # VAR_ROOT and the database may lie on two disks.
    beside = place.with_name(f"{place.name}.part")
    shutil.copyfile(database, beside)
    beside.chmod(0o600)
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(beside, place)


def _put_postgresql(dump: Path) -> None:
    """All in one transaction; empty tables that ``migrate`` made give way."""
    connection.close()
    restoring = subprocess.Popen(
        [program("pg_restore"), "--no-owner", "--no-acl", "--no-password", "--single-transaction",
         "--exit-on-error", *(["--clean", "--if-exists"] if has_tables() else []),
         f"--dbname={connection.settings_dict['NAME']}", str(dump)],
        env=postgresql_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        connection.close()
        ended_well(restoring, restoring.stderr.read(), CannotRestore)
    finally:
        with contextlib.suppress(ProcessLookupError):
            restoring.kill()
        restoring.wait()
        restoring.stderr.close()
