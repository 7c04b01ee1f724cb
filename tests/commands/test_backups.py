"""backup_ledger and restore_ledger on an SQLite ledger of their own; make faults does both
databases."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import zipfile
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from reports.models import BackupRun, Evidence, Meeting, Unit
from reports.models.evidence import EvidenceUse
from reports.selectors.backups import last_backup, last_failed_backup, last_restore_test
from tests.upgrade.loading import newest_sqlite
from tools.check import ROOT

PASSPHRASE = "correct horse battery"
PDF = b"%PDF-1.4 minutes"

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="make faults backs PostgreSQL up and restores it"
)


@contextmanager
def at(folder: Path, blocker, monkeypatch):
    """Inside, the ledger is the one of that folder; an empty folder is an empty place."""
    before = connections["default"]
    here = before.copy()
    here.settings_dict = {**before.settings_dict, "NAME": str(folder / "ledger.sqlite3")}
    connections["default"] = here
    evidence = folder / "evidence"
    storage = FileSystemStorage(location=evidence, base_url=None)
    with monkeypatch.context() as patched, blocker.unblock():
        patched.setattr(settings, "VAR_ROOT", folder)
        patched.setattr(settings, "EVIDENCE_ROOT", evidence)
        patched.setattr(Evidence._meta.get_field("file"), "storage", storage)
        for module in ("reports.exchange.backups", "reports.selectors.stored_files"):
            patched.setattr(f"{module}.storages", {"evidence": storage})
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = before


@pytest.fixture
def place(django_db_blocker, monkeypatch):
    return lambda folder: at(folder, django_db_blocker, monkeypatch)


@pytest.fixture
def ledger(tmp_path):
    """A ledger with one meeting that a file proves, and somebody logged in."""
    folder = tmp_path / "ledger"
    (folder / "evidence" / "2026").mkdir(parents=True)
    (folder / "evidence" / "2026" / "a.pdf").write_bytes(PDF)
    shutil.copyfile(newest_sqlite(), folder / "ledger.sqlite3")
    return folder


@pytest.fixture
def filled(ledger, place):
    with place(ledger):
        meeting = Meeting.objects.select_related("bureau").earliest("pk")
        evidence = Evidence.objects.create(
            unit=meeting.unit,
            bureau=meeting.bureau,
            kind="minutes",
            title="纪要",
            file="2026/a.pdf",
            original_name="a.pdf",
            media_type="application/pdf",
            size=len(PDF),
            sha256=sha256(PDF).hexdigest(),
            recorded_at=meeting.recorded_at,
        )
        EvidenceUse.objects.create(evidence=evidence, meeting=meeting)
    with closing(sqlite3.connect(ledger / "ledger.sqlite3")) as database:
        database.execute(
            "INSERT INTO reports_loginsession (session_key, session_data, expire_date)"
            " VALUES ('k', 'somebody', '2030-01-01')"
        )
        database.commit()
    return ledger


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def backed_up(folder, place, name="backup.zip"):
    path = folder / name
    with place(folder):
        call_command("backup_ledger", str(path))
    return path


def refusal(command, *arguments):
    with pytest.raises(CommandError) as caught:
        call_command(command, *arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def names(folder):
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_ledger_comes_back_with_its_files_and_without_its_logins(filled, empty, place, capsys):
    path = backed_up(filled, place)

    with place(empty):
        call_command("restore_ledger", str(path))

        units = Unit.objects.count()
        noted = list(BackupRun.objects.values_list("kind", "ok", "file"))
        backup = last_backup()
    with closing(sqlite3.connect(empty / "ledger.sqlite3")) as database:
        sessions = database.execute("SELECT COUNT(*) FROM reports_loginsession").fetchone()
    with place(filled):
        assert units == Unit.objects.count()
    assert (empty / "evidence" / "2026" / "a.pdf").read_bytes() == PDF
    assert sessions == (0,)
    assert noted == [("restored", True, str(path))]
    assert backup.kind == "restored"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert capsys.readouterr().out.splitlines()[-1] == "核对无误。"


def test_backup_leaves_one_file_and_is_noted(filled, place):
    before = names(filled)

    path = backed_up(filled, place)

    with place(filled):
        noted = last_backup()
        assert (noted.ok, noted.size, noted.encrypted) == (True, path.stat().st_size, False)
        assert last_restore_test() is None
    left = {"backup.lock", "backup.zip", "ledger.sqlite3-wal", "ledger.sqlite3-shm"}
    assert set(names(filled)) - set(before) <= left
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["database"], manifest["files"], manifest["missing"]) == ("sqlite", 1, [])
    assert manifest["rows"]["reports.unit"] == 9


def test_backup_with_a_passphrase_opens_with_the_tools_of_age(filled, empty, place, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    path = backed_up(filled, place)

    with zipfile.ZipFile(path) as outer:
        members = outer.namelist()
        key = pyrage.passphrase.decrypt(outer.read("key.age"), PASSPHRASE).decode().strip()
        plain = pyrage.decrypt(outer.read("backup.zip.age"), [pyrage.x25519.Identity.from_str(key)])

    assert members == ["key.age", "backup.zip.age"]
    assert plain[:4] == b"PK\x03\x04"
    assert PDF not in path.read_bytes()
    with place(empty):
        call_command("restore_ledger", str(path))
        assert Evidence.objects.get(title="纪要").size == len(PDF)


def test_wrong_passphrase_is_one_line_and_leaves_nothing(filled, empty, place, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    path = backed_up(filled, place)
    monkeypatch.setenv("BACKUP_PASSPHRASE", "something else")
    with place(empty):
        assert refusal("restore_ledger", str(path)) == "口令不对。"
        monkeypatch.delenv("BACKUP_PASSPHRASE")
        assert refusal("restore_ledger", str(path)) == "备份已加密，请提供口令。"

    assert [name for name in names(empty) if not name.startswith("ledger.sqlite3")] == []


def test_short_passphrase_is_refused(filled, place, monkeypatch, tmp_path):
    (tmp_path / "word").write_text("short\n")

    with place(filled):
        said = refusal(
            "backup_ledger", str(filled / "b.zip"), "--passphrase-file", str(tmp_path / "word")
        )
        assert last_failed_backup(None).message == said

    assert said == "口令至少12个字符。"


def changed(path, name, change):
    """The backup with one member changed."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == name else data)
    return target


def newer(data):
    manifest = json.loads(data)
    manifest["migrations"]["reports"].append("9999_of_the_future")
    return json.dumps(manifest).encode()


def of_the_other(data):
    return json.dumps(json.loads(data) | {"database": "postgresql"}).encode()


@pytest.mark.parametrize(
    ("member", "change", "said"),
    [
        ("evidence/2026/a.pdf", lambda data: data[:-1] + b"!", "evidence/2026/a.pdf与校验值不符"),
        ("database.sqlite3", lambda data: data + b"x", "database.sqlite3与校验值不符"),
        ("parts.jsonl", lambda data: data + b"\n", "parts.jsonl与校验值不符"),
        ("manifest.json", lambda data: b"{}", "这不是备份文件。"),
        ("manifest.json", newer, "备份由更新的版本制作（reports.9999_of_the_future）"),
        ("manifest.json", of_the_other, "备份来自postgresql，本机数据库是sqlite。"),
    ],
)
def test_file_that_is_not_what_it_was_restores_nothing(filled, empty, place, member, change, said):
    path = changed(backed_up(filled, place), member, change)

    with place(empty):
        assert refusal("restore_ledger", str(path)).startswith(said)

    assert [name for name in names(empty) if not name.startswith("ledger.sqlite3")] == []


def test_half_a_file_restores_nothing(filled, empty, place):
    path = backed_up(filled, place)
    path.write_bytes(path.read_bytes()[:-1000])

    with place(empty):
        assert refusal("restore_ledger", str(path)).startswith("文件损坏或不完整：")


def test_place_that_holds_something_is_refused(filled, empty, place):
    path = backed_up(filled, place)
    (empty / "evidence").mkdir()
    (empty / "evidence" / "x").write_text("x")

    with place(filled):
        assert refusal("restore_ledger", str(path)).startswith("只能恢复到空台账：")
    with place(empty):
        said = refusal("restore_ledger", str(path))

    assert said == f"只能恢复到空台账：材料目录{empty}/evidence不是空的。"
    assert (empty / "evidence" / "x").read_text() == "x"


def test_file_that_exists_stays_as_it_is(filled, place):
    path = filled / "there.zip"
    path.write_text("mine")

    with place(filled):
        assert refusal("backup_ledger", str(path)) == f"文件已存在：{path}"

    assert path.read_text() == "mine"


def test_missing_and_altered_files_are_named_and_stop_nothing(filled, place, capsys):
    (filled / "evidence" / "2026" / "a.pdf").write_bytes(b"other")
    backed_up(filled, place, "one.zip")
    (filled / "evidence" / "2026" / "a.pdf").unlink()
    backed_up(filled, place, "two.zip")

    assert capsys.readouterr().err.splitlines() == [
        "2026/a.pdf（与存入时的校验值不符）",
        "2026/a.pdf（文件缺失）",
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_full_disk_is_one_line(filled, place, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    with place(filled):
        monkeypatch.setattr(os, "fsync", full)
        said = refusal("backup_ledger", str(filled / "b.zip"))

    assert said == f"{filled}/b.zip不能写入：No space left on device"
    assert "b.zip" not in names(filled)
    assert "b.zip.part" not in names(filled)


def test_restore_is_tested_in_a_place_of_its_own(filled, place):
    path = backed_up(filled, place)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{filled}/ledger.sqlite3",
        "VAR_ROOT": str(filled),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "restore_ledger", str(path), "--test"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("恢复演练通过。已恢复：共")
    with place(filled):
        assert last_restore_test().ok is True
    assert [each.name for each in filled.iterdir() if each.name.startswith(".")] == []
