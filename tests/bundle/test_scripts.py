"""The quick part: scripts read well, units hold together, what was altered is refused."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bundle import lock_lines, pack, sums
from tools.manual import blocks, make_pdf, pieces

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SCRIPTS = sorted(
    path
    for path in DEPLOY.iterdir()
    if path.suffix in {".sh", ""} and path.is_file() and path.name != "logrotate"
)
UNITS = sorted((DEPLOY / "systemd").iterdir())
HARDENED = {
    *("ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateDevices=yes", "PrivateTmp=yes"),
    *("CapabilityBoundingSet=", "ProtectHome=yes", "SystemCallFilter=@system-service"),
}


def run(*command, **kwargs):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **kwargs)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_script_is_read_by_the_shell(path):
    done = run("sh", "-n", str(path))

    assert (done.returncode, done.stderr) == (0, "")


def test_there_are_the_scripts_that_a_bundle_needs():
    assert {path.name for path in SCRIPTS} == {
        *("daily.sh", "fazhi-ledger", "install.sh", "lib.sh", "nightly-backup.sh", "rollback.sh"),
    }


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_service_may_write_its_data_and_nothing_else(path):
    lines = path.read_text().splitlines()

    assert HARDENED - set(lines) == set()
    assert [line for line in lines if line.startswith("ReadWritePaths")] == [
        "ReadWritePaths=@DATA@"
    ]


def test_every_timer_has_its_service_and_is_switched_on():
    timers = {path.name for path in UNITS if path.suffix == ".timer"}
    listed = re.search(r'^TIMERS="(.*)"$', (DEPLOY / "lib.sh").read_text(), re.MULTILINE)

    assert {name.replace(".timer", ".service") for name in timers} <= {path.name for path in UNITS}
    assert set(listed[1].split()) == timers


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_units_hold_together(tmp_path):
    here = tmp_path / "current"
    (here / "venv" / "bin").mkdir(parents=True)
    (here / "deploy").mkdir()
    programs = [here / "venv/bin/python", here / "deploy/daily.sh"]
    for program in (*programs, here / "deploy/nightly-backup.sh"):
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text().replace("@PREFIX@", str(tmp_path))
        values = {"DATA": "/var", "ETC": "/etc", "USER": "root", "BIND": "[::1]:1"}
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        (tmp_path / unit.name).write_text(text)

    done = run("systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS))

    said = [line for line in done.stderr.splitlines() if "fazhi-ledger" in line]
    assert (done.returncode, said) == (0, [])


# --- what is in the archive ----------------------------------------------------------------------


@pytest.fixture
def unpacked(tmp_path):
    """An archive with nothing to install, which the installer compares before anything else."""
    folder = tmp_path / "fazhi-ledger-9"
    (folder / "code").mkdir(parents=True)
    (folder / "deploy").mkdir()
    shutil.copy(DEPLOY / "install.sh", folder)
    shutil.copy(DEPLOY / "lib.sh", folder / "deploy")
    (folder / "code" / "VERSION").write_text("9\n2026-01-01T00:00:00+00:00\n")
    (folder / "SHA256SUMS").write_text(sums(folder))
    return folder


def install(folder, **environment):
    places = {name: str(folder.parent / name) for name in ("prefix", "data", "etc")}
    options = [part for name, place in places.items() for part in (f"--{name}", place)]
    return run(
        "sh",
        str(folder / "install.sh"),
        "--no-systemd",
        *options,
        env={"PATH": os.environ["PATH"], "PYTHON": "/nonexistent", **environment},
    )


def test_whole_archive_passes_and_the_machine_is_looked_at(unpacked):
    done = install(unpacked)

    assert done.returncode == 1
    assert "3 个文件完好" in done.stdout
    assert done.stderr == (
        "错误：没有 /nonexistent：需要 Debian 12 的 python3 和 python3-venv（安装光盘中有）。\n"
    )
    assert not (unpacked.parent / "prefix").exists()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda folder: (folder / "code/VERSION").write_text("8\n"), "已损坏或被改动"),
        (lambda folder: (folder / "code/VERSION").unlink(), "文件数不对"),
        (lambda folder: (folder / "code/more.py").write_text("print()"), "文件数不对"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "缺少 SHA256SUMS"),
    ],
    ids=["altered", "missing", "added", "no sums"],
)
def test_archive_that_is_not_whole_is_refused(unpacked, harm, sentence):
    harm(unpacked)

    done = install(unpacked)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert not (unpacked.parent / "prefix").exists()


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--prefix", "relative/path", "路径须以/开头"),
        ("--data", "/with blank", "路径须以/开头"),
        ("--nonsense", "1", "没有参数 --nonsense"),
    ],
)
def test_options_that_make_no_sense_are_refused(unpacked, option, value, sentence):
    done = run("sh", str(unpacked / "install.sh"), "--no-systemd", option, value)

    assert done.returncode == 1
    assert sentence in done.stderr


def test_same_files_give_the_same_archive(unpacked, tmp_path):
    first, second = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"
    pack(unpacked, first, 1_700_000_000)
    os.utime(unpacked / "code/VERSION", (1, 1))
    pack(unpacked, second, 1_700_000_000)

    assert first.read_bytes() == second.read_bytes()


def test_lock_names_every_wheel_with_its_hash(tmp_path):
    (tmp_path / "Some_Thing-1.2-py3-none-any.whl").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert list(lock_lines(tmp_path)) == [f"some-thing==1.2 --hash=sha256:{empty}"]


# --- the database around an upgrade --------------------------------------------------------------


def snapshot(database, *arguments):
    return run(
        sys.executable,
        str(DEPLOY / "snapshot.py"),
        *arguments,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": f"sqlite:///{database}"},
    )


def rows(database):
    with sqlite3.connect(database) as connection:
        return connection.execute("SELECT name FROM kept").fetchall()


def test_snapshot_of_sqlite_comes_back_as_it_was(tmp_path):
    database, file = tmp_path / "ledger.sqlite3", tmp_path / "before"
    with sqlite3.connect(database) as connection:
        connection.executescript("CREATE TABLE kept (name); INSERT INTO kept VALUES ('one')")
    saved = snapshot(database, "save", str(file))
    with sqlite3.connect(database) as connection:
        connection.executescript("INSERT INTO kept VALUES ('two'); CREATE TABLE newer (id)")

    restored = snapshot(database, "restore", str(file))

    assert (saved.returncode, restored.returncode) == (0, 0)
    assert rows(database) == [("one",)]
    assert file.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(database) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("kept",)]


def test_snapshot_that_is_missing_changes_nothing(tmp_path):
    database = tmp_path / "ledger.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.executescript("CREATE TABLE kept (name); INSERT INTO kept VALUES ('one')")

    done = snapshot(database, "restore", str(tmp_path / "nothing"))

    assert done.returncode == 1
    assert "没有文件" in done.stderr
    assert rows(database) == [("one",)]


# --- the manual ----------------------------------------------------------------------------------


def test_marks_of_the_manual():
    assert pieces("先`cd /`，**再看**。") == [
        {"kind": "plain", "text": "先"},
        {"kind": "code", "text": "cd /"},
        {"kind": "plain", "text": "，"},
        {"kind": "strong", "text": "再看"},
        {"kind": "plain", "text": "。"},
    ]
    text = "# a\n\n## b\n\nc\n\n- d\n- e\n\n1. f\n\n|g|\n|-|\n|h|"
    kinds = ["title", "heading", "paragraph", "list", "steps", "table"]
    assert [block["kind"] for block in blocks(text)] == kinds


BUILT_IN = {"check", "migrate"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_manual_names_only_commands_and_settings_that_there_are(language):
    text = (ROOT / f"docs/manual-{language}.md").read_text()
    commands = {path.stem for path in (ROOT / "reports/management/commands").glob("*.py")}
    named = set(re.findall(r"fazhi-ledger ([a-z]+_[a-z_]+)", text))

    assert named
    assert named - commands - BUILT_IN == set()


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler-utils is not installed")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_manual_is_four_pages(language, tmp_path):
    path = tmp_path / "manual.pdf"
    path.write_bytes(make_pdf((ROOT / f"docs/manual-{language}.md").read_text()))

    assert re.search(r"Pages:\s+(\d+)", run("pdfinfo", str(path)).stdout)[1] == "4"
