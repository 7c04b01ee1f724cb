"""The whole ledger, or one bureau, as one ZIP, and back into an empty ledger without loss.

Rows are JSON, one object a line, one member a table; stored files lie beside them as they are.
Both ways run as a stream: memory does not grow with the ledger. The format is described in
``docs/ledger-file.md``, which ``schema_text`` writes.
"""

import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.models import JSONField, Value
from django.template.defaultfilters import filesizeformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reports.actions.jobs import Tell, drop_old_files, making_file
from reports.actions.refusals import Refused
from reports.domain.access import Act
from reports.domain.ledger_file import (
    EVIDENCE,
    FILES,
    FORMAT_VERSION,
    LARGEST_MANIFEST,
    LONGEST_LINE,
    MANIFEST,
    ColumnKind,
    FileEntry,
    Manifest,
    OtherVersion,
    TableEntry,
    What,
    as_json,
    digest,
    file_entry_of,
    from_json,
    is_bomb,
    is_unsafe,
    manifest_of,
    member_of,
)
from reports.models import Job, Unit
from reports.models.choices import listed
from reports.selectors.scope import scope_of
from reports.selectors.whole_ledger import (
    FILES_LEFT,
    Column,
    Reader,
    Table,
    bureau_rows,
    bureau_tables,
    filled_tables,
    has_tables,
    migrations_applied,
    one_moment,
    rows_of_bureau,
    tables,
    whole_rows,
)

PRODUCT = "Fazhi Ledger"
CHUNK = 1024 * 1024
BATCH = 500
LEVEL = 5
NAMED = 3
# What reading a broken archive can raise.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
# What the database or a column says to a value that does not fit.
UNFIT = (DatabaseError, ValueError, TypeError, ArithmeticError)


class CannotFindBureau(Refused):
    """No bureau bears the name, or several do."""


class CannotWriteLedger(Refused):
    """Who asked may not have the bureau's ledger."""


class CannotReadLedger(Refused):
    """The file is no ledger, broken, of another version, or the ledger is not empty."""


@dataclass(slots=True)
class Moved:
    """How much a file holds, and which stored files are not what they were."""

    rows: int = 0
    files: int = 0
    size: int = 0
    troubles: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """What was moved, in a sentence."""
        said = _("共%(rows)s行、%(files)s个文件（%(size)s）。") % {
            "rows": self.rows,
            "files": self.files,
            "size": filesizeformat(self.size),
        }
        if not self.troubles:
            return said
        told = {"n": len(self.troubles), "names": listed(self.troubles[:NAMED])}
        return said + _("%(n)s个文件有问题：%(names)s。") % told


# --- out ----------------------------------------------------------------------------------------


def find_bureau(asked: str) -> Unit:
    """The bureau of that name, short name or key.

    Refuses a name that no bureau bears, or several do.
    """
    bureaus = Unit.objects.bureaus()
    found = list(bureaus.filter(models.Q(name=asked) | models.Q(short_name=asked))[:2])
    if not found and asked.isascii() and asked.isdigit():
        found = list(bureaus.filter(pk=int(asked[:18])))
    if len(found) == 1:
        return found[0]
    if found:
        raise CannotFindBureau([_("不止一个分局叫“%(name)s”，请写编号。") % {"name": asked}])
    raise CannotFindBureau([_("没有名为“%(name)s”的分局。") % {"name": asked}])


def write_ledger(
    target: BinaryIO,
    *,
    bureau: Unit | None,
    at: datetime,
    by: str,
    tell: Tell = lambda done, total: None,
) -> Moved:
    """Write the whole ledger, or one bureau with what it refers to, as of one moment.

    ``at`` and ``by`` are written into the file. A stored file that is missing, or not what it
    was when it was kept, is named in ``troubles``; it stops nothing.
    """
    moved = Moved()
    stored: dict[str, tuple[Storage, str]] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        with one_moment():
            chosen, read = tables(), whole_rows
            if bureau is not None:
                chosen, read = bureau_tables(), rows_of_bureau(bureau_rows(bureau))
            entries = tuple(_write_table(archive, table, read, stored, at) for table in chosen)
            migrations = migrations_applied()
        files = _write_files(archive, stored, moved, at, tell)
        manifest = Manifest(
            what=What.WHOLE if bureau is None else What.BUREAU,
            bureau=None if bureau is None else {"id": bureau.pk, "name": bureau.name},
            product=PRODUCT,
            made_at=at.isoformat(timespec="seconds"),
            made_by=by,
            migrations=migrations,
            tables=entries,
            files=files,
        )
        text = json.dumps(manifest.as_data(), ensure_ascii=False, indent=1)
        archive.writestr(_info(MANIFEST, at), text.encode())
    moved.rows = sum(entry.rows for entry in entries)
    return moved


def _info(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, max(localtime(at).timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class _Hashed:
    """A member being written, which knows its size and hash at the end."""

    def __init__(self, target: Any):
        self.target, self.sum, self.size, self.rows = target, digest(), 0, 0

    def write(self, data: bytes) -> None:
        self.sum.update(data)
        self.size += len(data)
        self.target.write(data)

    def lines(self, objects: Iterable[Any]) -> None:
        """One object a line; lines are handed on some hundred at a time."""
        made = (json.dumps(each, ensure_ascii=False, default=as_json) + "\n" for each in objects)
        while part := list(islice(made, BATCH)):
            self.rows += len(part)
            self.write("".join(part).encode())

    def entry(self, name: str) -> TableEntry:
        return TableEntry(name, self.rows, self.size, self.sum.hexdigest())


def _write_table(
    archive: zipfile.ZipFile,
    table: Table,
    read: Reader,
    stored: dict[str, tuple[Storage, str]],
    at: datetime,
) -> TableEntry:
    """One member a table; the stored files that its rows name are gathered on the way."""
    names = table.names
    kept = _file_columns(table)
    hashed = names.index("sha256") if "sha256" in names else None

    def objects() -> Iterator[dict[str, Any]]:
        for values in read(table):
            for n, storage in kept:
                if values[n]:
                    stored[values[n]] = (storage, values[hashed] if hashed is not None else "")
            yield dict(zip(names, values, strict=True))

    with archive.open(_info(member_of(table.name), at), "w", force_zip64=True) as member:
        target = _Hashed(member)
        target.lines(objects())
    return target.entry(table.name)


def _file_columns(table: Table) -> list[tuple[int, Storage]]:
    return [
        (n, column.field.storage)
        for n, column in enumerate(table.columns)
        if column.kind == ColumnKind.FILE and (table.model, column.name) not in FILES_LEFT
    ]


def _write_files(
    archive: zipfile.ZipFile,
    stored: dict[str, tuple[Storage, str]],
    moved: Moved,
    at: datetime,
    tell: Tell,
) -> TableEntry:
    """The stored files as they are, a mebibyte at a time, and the list of them."""
    entries = []
    for number, (name, (storage, expected)) in enumerate(sorted(stored.items()), start=1):
        entry = _write_file(archive, storage, name, at)
        entries.append(entry)
        if entry.is_missing:
            moved.troubles.append(_("%(name)s（文件缺失）") % {"name": name})
        else:
            moved.files += 1
            moved.size += entry.size
            if expected and entry.sha256 != expected:
                moved.troubles.append(_("%(name)s（与存入时的校验值不符）") % {"name": name})
        tell(number, len(stored))
    with archive.open(_info(FILES, at), "w", force_zip64=True) as member:
        target = _Hashed(member)
        target.lines({"name": e.name, "size": e.size, "sha256": e.sha256} for e in entries)
    return target.entry(FILES)


def _write_file(archive: zipfile.ZipFile, storage: Storage, name: str, at: datetime) -> FileEntry:
    if is_unsafe(name):
        return FileEntry(name, 0, "")
    try:
        source = storage.open(name, "rb")
    except OSError:
        return FileEntry(name, 0, "")
    info = _info(f"{EVIDENCE}{name}", at)
    info.compress_type = zipfile.ZIP_STORED
    with source, archive.open(info, "w", force_zip64=True) as member:
        target = _Hashed(member)
        for chunk in iter(lambda: source.read(CHUNK), b""):
            target.write(chunk)
    return FileEntry(name, target.size, target.sum.hexdigest())


@dataclass(frozen=True, slots=True)
class LedgerOrder:
    """A bureau's ledger, asked for on a page: kept as the arguments of the job."""

    unit_id: int
    why: str

    def arguments(self) -> dict[str, object]:
        """As the job keeps them."""
        return {"unit": self.unit_id, "why": self.why}


def pack_ledger(job: Job, today: date, tell: Tell) -> str:
    """Make the file of a bureau that a job asks for and keep it with the job.

    Whether who asked may have it is decided now. Raises ``CannotWriteLedger``.
    """
    drop_old_files(at=job.started_at)
    if job.asked_by is None or not job.asked_by.is_active:
        raise CannotWriteLedger([_("发起人的账号已停用。")])
    scope = scope_of(job.asked_by, today=today)
    units = scope.units(Act.BRING_IN).bureaus().select_related("bureau")
    bureau = units.filter(pk=job.arguments["unit"]).first()
    if bureau is None:
        raise CannotWriteLedger([_("发起人已无权导出该分局的台账。")])
    by = job.asked_by.get_full_name() or job.asked_by.get_username()
    with making_file(job, ".zip") as target:
        moved = write_ledger(target, bureau=bureau, at=job.started_at, by=by, tell=tell)
    return moved.sentence()


# --- in -----------------------------------------------------------------------------------------


def read_ledger(path: Path, *, finish: Callable[[], None] = lambda: None) -> tuple[Manifest, Moved]:
    """Read a ledger file into an empty ledger: all of it, or nothing.

    ``finish`` is called when all rows are in; when it refuses, nothing stays.

    Every name, size and checksum is verified before anything is written. Rows go in as they are:
    no rule of the work is asked, no history entry made. Refuses, in one sentence, a file that is
    broken, not ours, of another version or of another state of the tables, and a ledger that
    holds a row already.
    """
    here = migrations_applied()
    if not has_tables():
        raise CannotReadLedger([_("数据库还没有建表，请先运行manage.py migrate。")])
    if filled := filled_tables():
        told = {"names": listed(filled[:NAMED]), "n": len(filled)}
        raise CannotReadLedger([_("只能导入空台账：%(n)s个数据表已有内容（%(names)s）。") % told])
    with _opened(path) as archive:
        manifest = _manifest(archive, path.stat().st_size)
        _same_tables(manifest, here)
        files = _verified(archive, manifest)
        try:
            return manifest, _load(archive, manifest, files, finish)
        except DatabaseError as error:
            line = " ".join(str(error).split())[:300]
            raise CannotReadLedger([_("数据库不能写入：%(error)s") % {"error": line}]) from error


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except Refused:
        raise
    except FileNotFoundError as error:
        raise CannotReadLedger([_("没有这个文件：%(name)s") % {"name": path}]) from error
    except BROKEN as error:
        line = " ".join(str(error).split())[:200]
        raise CannotReadLedger([_("文件损坏或不完整：%(error)s") % {"error": line}]) from error


def _manifest(archive: zipfile.ZipFile, length: int) -> Manifest:
    """The manifest, after a look at the names and sizes that the archive declares."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    for name in names:
        if is_unsafe(name):
            raise CannotReadLedger([_("文件内有不安全的路径：%(name)s") % {"name": _shown(name)}])
    if len(names) != len(set(names)):
        raise CannotReadLedger([_("文件内有重名的成员。")])
    for info in infos:
        if info.flag_bits & 1:
            raise CannotReadLedger([_("文件已加密，无法读取。")])
        if is_bomb(size=info.file_size, packed=info.compress_size):
            told = {"name": _shown(info.filename)}
            raise CannotReadLedger([_("%(name)s的压缩比异常，已拒绝读取。") % told])
    if sum(info.compress_size for info in infos) > length:
        raise CannotReadLedger([_("文件内的成员互相重叠，已拒绝读取。")])
    if MANIFEST not in names:
        raise CannotReadLedger([_("这不是台账导出文件：缺少%(name)s。") % {"name": MANIFEST}])
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise CannotReadLedger([_("%(name)s过大，已拒绝读取。") % {"name": MANIFEST}])
    try:
        with archive.open(MANIFEST) as member:
            return manifest_of(json.loads(member.read(LARGEST_MANIFEST)))
    except OtherVersion as error:
        told = {"there": str(error), "here": FORMAT_VERSION}
        raise CannotReadLedger(
            [_("文件格式为第%(there)s版，本程序只能读取第%(here)s版。") % told]
        ) from error
    except (ValueError, RecursionError) as error:
        raise CannotReadLedger([_("%(name)s无法识别。") % {"name": MANIFEST}]) from error


def _shown(name: str) -> str:
    return name.encode("unicode_escape").decode()[:100] if not name.isprintable() else name[:100]


def _same_tables(manifest: Manifest, here: dict[str, list[str]]) -> None:
    """The tables must be those of the file, in the state they were in there."""
    for app in sorted({*manifest.migrations, *here}):
        there, own = manifest.migrations.get(app, []), here.get(app, [])
        if there != own:
            told = {
                "app": app,
                "there": (there or ["-"])[-1],
                "here": (own or ["-"])[-1],
            }
            raise CannotReadLedger(
                [
                    _(
                        "数据表的版本不同（%(app)s：文件为%(there)s，本机为%(here)s），"
                        "请用导出时的程序版本导入后再升级。"
                    )
                    % told
                ]
            )
    wanted = {table.name for table in _tables_of(manifest)}
    there = {entry.name for entry in manifest.tables}
    if wanted != there:
        raise CannotReadLedger(
            [_("数据表不符：%(names)s。") % {"names": listed(sorted(wanted ^ there)[:NAMED])}]
        )


def _tables_of(manifest: Manifest) -> tuple[Table, ...]:
    return tables() if manifest.what == What.WHOLE else bureau_tables()


def _verified(archive: zipfile.ZipFile, manifest: Manifest) -> list[FileEntry]:
    """Read everything once against its checksum; the stored files the archive holds."""
    for entry in (*manifest.tables, manifest.files):
        name = FILES if entry is manifest.files else entry.member
        _verify(archive, name, entry.size, entry.sha256, rows=entry.rows)
    with archive.open(FILES) as member:
        try:
            files = [file_entry_of(json.loads(line)) for line in member]
        except (ValueError, RecursionError) as error:
            raise CannotReadLedger([_("%(name)s无法识别。") % {"name": FILES}]) from error
    declared = {MANIFEST, FILES, *(entry.member for entry in manifest.tables)}
    declared |= {entry.member for entry in files if not entry.is_missing}
    if unknown := sorted(set(archive.namelist()) - declared):
        told = {"name": _shown(unknown[0])}
        raise CannotReadLedger([_("文件内有未登记的成员：%(name)s") % told])
    if len(files) != len({entry.name for entry in files}):
        raise CannotReadLedger([_("%(name)s无法识别。") % {"name": FILES}])
    for entry in files:
        if not entry.is_missing:
            _verify(archive, entry.member, entry.size, entry.sha256)
    return files


def _verify(
    archive: zipfile.ZipFile, name: str, size: int, sha256: str, *, rows: int | None = None
) -> None:
    told = {"name": _shown(name)}
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise CannotReadLedger([_("文件不完整，缺少%(name)s。") % told]) from error
    if info.file_size != size:
        raise CannotReadLedger([_("%(name)s的大小与登记的不符。") % told])
    counted, lines, line, last = digest(), 0, 0, b"\n"
    with archive.open(info) as member:
        for chunk in iter(lambda: member.read(CHUNK), b""):
            counted.update(chunk)
            if rows is not None:
                lines += chunk.count(b"\n")
                line = line + len(chunk) if b"\n" not in chunk else len(chunk)
                last = chunk[-1:]
                if line > LONGEST_LINE:
                    raise CannotReadLedger([_("%(name)s中有过长的行。") % told])
    if counted.hexdigest() != sha256:
        raise CannotReadLedger([_("%(name)s与校验值不符，文件可能已损坏或被改动。") % told])
    if rows is not None and (lines != rows or last != b"\n"):
        raise CannotReadLedger([_("%(name)s的行数与登记的不符。") % told])


def _load(
    archive: zipfile.ZipFile,
    manifest: Manifest,
    files: list[FileEntry],
    finish: Callable[[], None],
) -> Moved:
    """Rows in one transaction; files beside it, moved to their places just before its end."""
    moved = Moved(rows=sum(entry.rows for entry in manifest.tables))
    moved.troubles = [
        _("%(name)s（文件缺失）") % {"name": entry.name} for entry in files if entry.is_missing
    ]
    kept = [entry for entry in files if not entry.is_missing]
    moved.files, moved.size = len(kept), sum(entry.size for entry in kept)
    named: dict[str, Storage] = {}
    chosen = _tables_of(manifest)
    with _Placed() as placed:
        with transaction.atomic():
            for table in chosen:
                _load_table(archive, table, named)
            _hold_together(chosen)
            if set(named) != {entry.name for entry in files}:
                told = {"name": min(set(named) ^ {entry.name for entry in files})}
                raise CannotReadLedger([_("材料文件与记录不符：%(name)s") % told])
            for entry in kept:
                placed.write(archive, entry, named[entry.name])
            finish()
            placed.move()
        placed.stays()
    return moved


def _hold_together(chosen: Iterable[Table]) -> None:
    """Every reference is there; new rows get keys behind those that came."""
    try:
        connection.check_constraints()
    except DatabaseError as error:
        line = " ".join(str(error).split())[:300]
        raise CannotReadLedger([_("记录之间的引用不完整：%(error)s") % {"error": line}]) from error
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(
            no_style(), [table.model for table in chosen]
        ):
            cursor.execute(statement)


def _load_table(archive: zipfile.ZipFile, table: Table, named: dict[str, Storage]) -> None:
    """The rows of a table as they are: nothing is filled in, no signal sent."""
    read = _reader(table)
    kept = [(column.name, column.field.storage) for column in _kept(table)]
    fields = [column.field for column in table.columns]
    number = 0
    with archive.open(member_of(table.name)) as member:
        lines = iter(member)
        while part := list(islice(lines, BATCH)):
            batch = []
            for line in part:
                number += 1
                try:
                    row = read(json.loads(line))
                except (ValueError, KeyError, RecursionError) as error:
                    told = {"table": table.name, "row": number}
                    raise CannotReadLedger([_("%(table)s第%(row)s行无法识别。") % told]) from error
                batch.append(row)
                for name, storage in kept:
                    if stored := row.__dict__.get(name):
                        named[str(stored)] = storage
            _insert(table, fields, batch, number)


def _kept(table: Table) -> list[Column]:
    places = _file_columns(table)
    return [table.columns[n] for n, _storage in places]


def _insert(table: Table, fields: list[models.Field], batch: list[Any], number: int) -> None:
    rows = table.model._base_manager.all()
    size = max(connection.ops.bulk_batch_size(fields, batch), 1)
    try:
        for at in range(0, len(batch), size):
            # As the fixtures of Django do: a moment that sets itself must not.
            rows._insert(batch[at : at + size], fields=fields, using=rows.db, raw=True)
    except UNFIT as error:
        told = {
            "table": table.name,
            "first": number - len(batch) + 1,
            "last": number,
            "error": " ".join(str(error).split())[:300],
        }
        raise CannotReadLedger(
            [_("%(table)s第%(first)s—%(last)s行不能写入：%(error)s") % told]
        ) from error


def _reader(table: Table) -> Callable[[Any], Any]:
    """Makes an unsaved row of a line; raises ``ValueError`` or ``KeyError`` for what is none."""
    names = set(table.names)
    program = {}
    if any(column.kind == ColumnKind.MODEL for column in table.columns):
        program = {
            f"{app}.{model}": pk
            for pk, app, model in ContentType.objects.values_list("pk", "app_label", "model")
        }

    def value(column: Column, given: Any) -> Any:
        if column.kind == ColumnKind.MODEL:
            return program.get(given)
        found = from_json(column.kind, given)
        limit = column.field.max_length
        if limit is not None and isinstance(found, str) and len(found) > limit:
            raise ValueError(column.name)
        if found is None and not column.field.null:
            if not isinstance(column.field, JSONField):
                raise ValueError(column.name)
            return Value(None, JSONField())
        return found

    def read(data: Any) -> Any:
        if not isinstance(data, dict) or set(data) != names:
            raise ValueError("columns")
        return table.model(**{c.name: value(c, data[c.name]) for c in table.columns})

    return read


class _Placed:
    """Files on their way in: written beside the others, moved at the end, gone if it fails."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}
        self.waiting: list[tuple[Path, Path]] = []
        self.moved: list[Path] = []
        self.made: list[Path] = []
        # What went into a bucket, which has no folder to write beside.
        self.sent: list[tuple[Storage, str]] = []

    def __enter__(self) -> "_Placed":
        return self

    def __exit__(self, *error: object) -> None:
        for folder in self.folders.values():
            shutil.rmtree(folder, ignore_errors=True)
        for path in self.moved:
            path.unlink(missing_ok=True)
        for path in reversed(self.made):
            with suppress(OSError):
                path.rmdir()
        for storage, name in self.sent:
            with suppress(OSError):
                storage.delete(name)

    def send(self, archive: zipfile.ZipFile, entry: FileEntry, storage: Storage) -> None:
        """Put a file into a bucket. One that is there already must be the same."""
        told = {"name": entry.name}
        if storage.exists(entry.name):
            counted = digest()
            with storage.open(entry.name, "rb") as there:
                for chunk in iter(lambda: there.read(CHUNK), b""):
                    counted.update(chunk)
            if counted.hexdigest() != entry.sha256:
                raise CannotReadLedger([_("材料目录中已有另一个%(name)s。") % told])
            return
        with tempfile.TemporaryFile() as whole, archive.open(entry.member) as member:
            shutil.copyfileobj(member, whole, CHUNK)
            whole.seek(0)
            try:
                storage.save(entry.name, File(whole, name=entry.name))
            except OSError as error:
                told["error"] = error.strerror
                raise CannotReadLedger([_("%(name)s不能写入：%(error)s") % told]) from error
        self.sent.append((storage, entry.name))

    def write(self, archive: zipfile.ZipFile, entry: FileEntry, storage: Storage) -> None:
        """Write a file beside its place. One that lies there already must be the same."""
        try:
            target = Path(storage.path(entry.name))
        except NotImplementedError:
            self.send(archive, entry, storage)
            return
        if target.exists():
            if _hash_of(target) != entry.sha256:
                told = {"name": entry.name}
                raise CannotReadLedger([_("材料目录中已有另一个%(name)s。") % told])
            return
        root = Path(storage.path(""))
        if str(root) not in self.folders:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folders[str(root)] = Path(tempfile.mkdtemp(prefix=".incoming-", dir=root))
        here = self.folders[str(root)] / str(len(self.waiting))
        try:
            with archive.open(entry.member) as member, here.open("xb") as written:
                shutil.copyfileobj(member, written, CHUNK)
                written.flush()
                os.fsync(written.fileno())
            here.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o600)
        except OSError as error:
            told = {"name": entry.name, "error": error.strerror}
            raise CannotReadLedger([_("%(name)s不能写入：%(error)s") % told]) from error
        self.waiting.append((here, target))

    def move(self) -> None:
        """Put every file in its place."""
        for here, target in self.waiting:
            for folder in reversed(target.parents):
                if not folder.exists():
                    folder.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS or 0o700)
                    self.made.append(folder)
            here.rename(target)
            self.moved.append(target)

    def stays(self) -> None:
        """The rows are in: nothing is taken back any more."""
        self.moved, self.made, self.sent = [], [], []


def _hash_of(path: Path) -> str:
    counted = digest()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            counted.update(chunk)
    return counted.hexdigest()
