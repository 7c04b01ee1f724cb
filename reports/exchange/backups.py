"""Writing a backup: database and stored files as of one moment, while people work."""

import fcntl
import json
import os
import sqlite3
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.domain.ledger_file import digest, is_unsafe
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
    SHORTEST_PASSPHRASE,
    CannotBackUp,
    ended_well,
    postgresql_environment,
    program,
    row_counts,
    stored_files,
    working_folder,
)
from reports.models import Job, LoginSession
from reports.models.choices import listed
from reports.selectors.whole_ledger import migrations_applied, one_moment

PRODUCT = "Fazhi Ledger"
NAMED = 3


@dataclass(slots=True)
class BackedUp:
    """What a backup holds."""

    size: int = 0
    rows: int = 0
    files: int = 0
    troubles: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """What was backed up, in a sentence."""
        told = {"rows": self.rows, "files": self.files, "size": filesizeformat(self.size)}
        said = _("共%(rows)s行、%(files)s个文件，备份文件%(size)s。") % told
        if not self.troubles:
            return said
        told = {"n": len(self.troubles), "names": listed(self.troubles[:NAMED])}
        return said + _("%(n)s个文件有问题：%(names)s。") % told


def back_up(path: Path, *, at: datetime, by: str, passphrase: str = "") -> BackedUp:
    """Write a backup of the whole ledger to a file that is not there yet.

    It is written beside its place and moved at the end; whatever fails, nothing is left. With a
    passphrase the file is encrypted. Stored files that are missing or not what they were are
    named, and stop nothing. Refuses a file that exists, a passphrase that is too short, a disk
    that is full.
    """
    if passphrase and len(passphrase) < SHORTEST_PASSPHRASE:
        raise CannotBackUp([_("口令至少%(n)s个字符。") % {"n": SHORTEST_PASSPHRASE}])
    if path.exists():
        raise CannotBackUp([_("文件已存在：%(name)s") % {"name": path}])
    part = path.with_name(f"{path.name}.part")
    done = BackedUp()
    try:
        with _alone(), _written(part) as target, working_folder() as folder:
            if passphrase:
                _sealed(target, folder, passphrase, done, at, by)
            else:
                _plain(target, folder, done, at, by)
            done.size = target.seek(0, os.SEEK_END)
            target.flush()
            os.fsync(target.fileno())
            os.rename(part, path)
            _keep_name(path.parent)
    except OSError as error:
        told = {"name": path, "error": error.strerror or error}
        raise CannotBackUp([_("%(name)s不能写入：%(error)s") % told]) from error
    except (DatabaseError, sqlite3.Error) as error:
        told = {"error": " ".join(str(error).split())[:300]}
        raise CannotBackUp([_("数据库不能读取：%(error)s") % told]) from error
    return done


@contextmanager
def _alone() -> Iterator[None]:
    """One backup at a time: they share the folder of unfinished work."""
    with (settings.VAR_ROOT / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotBackUp([_("另一项备份正在进行。")]) from error
        yield


@contextmanager
def _written(part: Path) -> Iterator[BinaryIO]:
    # It holds what the database holds: nobody but its owner reads it.
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as target:
            yield target
    finally:
        part.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some file systems of sticks and shares cannot do it, and need not.
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- with a passphrase --------------------------------------------------------------------------


def _sealed(
    target: BinaryIO, folder: Path, passphrase: str, done: BackedUp, at: datetime, by: str
) -> None:
    """The plain backup runs through a pipe into the encryption, so that it lies nowhere."""
    key = pyrage.x25519.Identity.generate()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(
            _info(KEY_MEMBER, at), pyrage.passphrase.encrypt(f"{key}\n".encode(), passphrase)
        )
        with archive.open(_info(SEALED_MEMBER, at), "w", force_zip64=True) as member:
            read, write = os.pipe()
            with os.fdopen(read, "rb") as source, os.fdopen(write, "wb") as sink:
                sealing = _Sealing(source, member, key.to_public())
                sealing.start()
                try:
                    _plain(sink, folder, done, at, by)
                except BrokenPipeError:
                    sealing.join()
                    raise sealing.error or OSError(_("加密中断")) from None
                finally:
                    with suppress(BrokenPipeError):
                        sink.close()
                    sealing.join()
            if sealing.error is not None:
                raise sealing.error


class _Sealing(threading.Thread):
    """Encrypts what comes out of a pipe."""

    def __init__(self, source: BinaryIO, target: Any, to: Any) -> None:
        super().__init__(daemon=True)
        self.source, self.target, self.to = source, _Noting(target), to
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            pyrage.encrypt_io(self.source, self.target, [self.to])
        except Exception as error:  # of whatever kind, it is raised where the backup is made
            self.error = self.target.error or OSError(str(error))
        finally:
            self.source.close()


class _Noting:
    """A member that remembers why it could not be written: the encryption says only that."""

    def __init__(self, target: Any) -> None:
        self.target, self.error = target, None

    def write(self, data: bytes) -> int:
        try:
            return self.target.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        return


# --- the backup itself --------------------------------------------------------------------------


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, max(localtime(at).timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    info.external_attr = 0o600 << 16
    return info


def _plain(target: Any, folder: Path, done: BackedUp, at: datetime, by: str) -> None:
    parts: list[dict[str, Any]] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        if connection.vendor == "sqlite":
            counts, files = _sqlite(archive, folder, parts, at)
        else:
            counts, files = _postgresql(archive, parts, at)
        # The database came first: a file that it names was there before and stays.
        _evidence(archive, files, parts, done, at)
        lines = "".join(json.dumps(part, ensure_ascii=False) + "\n" for part in parts).encode()
        archive.writestr(_info(PARTS, at), lines)
        counted = digest()
        counted.update(lines)
        manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "product": PRODUCT,
            "made_at": at.isoformat(timespec="seconds"),
            "made_by": by,
            "database": connection.vendor,
            "migrations": migrations_applied(),
            "rows": counts,
            "files": done.files,
            "missing": done.troubles,
            "parts_sha256": counted.hexdigest(),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(_info(MANIFEST, at), text.encode())
    done.rows = sum(counts.values())


Found = tuple[dict[str, int], list[tuple[str, str]]]


def _sqlite(
    archive: zipfile.ZipFile, folder: Path, parts: list[dict[str, Any]], at: datetime
) -> Found:
    """A copy by SQLite's own means, as of one moment; who writes meanwhile does not wait."""
    copy = folder / DATABASES["sqlite"]
    copy.touch(mode=0o600)
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(copy)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")
        # Logins of today are none where the file is restored; packs of jobs are not in it.
        made.execute("PRAGMA secure_delete=ON")
        made.execute(f"DELETE FROM {LoginSession._meta.db_table}")  # nosec B608 # names of our own tables
        made.execute(f"UPDATE {Job._meta.db_table} SET file = ''")  # nosec B608 # names of our own tables
        made.commit()
        counts, files = row_counts(made.execute), list(stored_files(made.execute))
    with copy.open("rb") as database:
        # pg_dump compresses by itself, and evidence hardly shrinks.
        _add(archive, DATABASES["sqlite"], database, parts, at, zipfile.ZIP_DEFLATED)
    copy.unlink()
    return counts, files


def _postgresql(archive: zipfile.ZipFile, parts: list[dict[str, Any]], at: datetime) -> Found:
    """pg_dump and our own counting look at the same snapshot."""

    def run(statement: str) -> Iterator[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            yield from cursor.fetchall()

    with one_moment():
        (snapshot,) = next(run("SELECT pg_export_snapshot()"))
        dump = subprocess.Popen(
            [program("pg_dump"), "--format=custom", "--no-owner", "--no-acl", "--no-password",
             f"--snapshot={snapshot}", f"--exclude-table-data={LoginSession._meta.db_table}"],
            env=postgresql_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            _add(archive, DATABASES["postgresql"], dump.stdout, parts, at)
            ended_well(dump, dump.stderr.read(), CannotBackUp)
        finally:
            dump.kill()
            dump.wait()
            dump.stdout.close()
            dump.stderr.close()
        return row_counts(run), list(stored_files(run))


def _add(
    archive: zipfile.ZipFile,
    name: str,
    source: Any,
    parts: list[dict[str, Any]],
    at: datetime,
    how: int = zipfile.ZIP_STORED,
) -> dict[str, Any]:
    counted, size = digest(), 0
    info = _info(name, at)
    info.compress_type = how
    info._compresslevel = 1
    with archive.open(info, "w", force_zip64=True) as member:
        for chunk in iter(lambda: source.read(CHUNK), b""):
            counted.update(chunk)
            size += len(chunk)
            member.write(chunk)
    parts.append({"name": name, "size": size, "sha256": counted.hexdigest()})
    return parts[-1]


def _evidence(
    archive: zipfile.ZipFile,
    files: list[tuple[str, str]],
    parts: list[dict[str, Any]],
    done: BackedUp,
    at: datetime,
) -> None:
    storage = storages["evidence"]
    for name, expected in sorted(set(files)):
        try:
            if is_unsafe(name):
                raise FileNotFoundError
            source = storage.open(name, "rb")
        except FileNotFoundError:
            done.troubles.append(_("%(name)s（文件缺失）") % {"name": name})
            continue
        with source:
            part = _add(archive, f"{EVIDENCE}{name}", source, parts, at)
        done.files += 1
        if expected and part["sha256"] != expected:
            done.troubles.append(_("%(name)s（与存入时的校验值不符）") % {"name": name})
