"""`make bundle`: one archive that installs on a Debian 12 without any network.

    bundle.py [--version V] [--out FOLDER] [--wheels FOLDER]

Takes the tracked files of the last commit. The same commit and the same wheels give the same
archive, byte for byte.
"""

import argparse
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from config.unused_static import UNUSED
from reports import __version__
from tools.manual import make_pdf

ROOT = Path(__file__).resolve().parent.parent
NAME = "fazhi-ledger"
# What runs; tests, benches and tools stay at home.
CODE = (
    *("manage.py", "gunicorn.conf.py", "requirements.txt"),
    *("config", "reports", "templates", "static", "locale"),
)
NOT_CODE = ("config/settings_test.py",)
# What pip installs, and what it needs where evidence lies in a bucket.
LISTS = ("requirements.txt", "requirements-s3.txt")
FRONT = ("install.sh", "INSTALL.md")
MANUALS = ("manual-zh", "manual-en")
BLOCK = 1024 * 1024


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout  # nosec B607 # whose git is on the path builds


def take(names: tuple[str, ...], target: Path) -> None:
    """The tracked files of the last commit below these names."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", "HEAD", "--", *names))) as archive:
        archive.extractall(target, filter="data")


def fetch_wheels(target: Path) -> None:
    """A wheel of every pinned requirement, for this Python and this kind of machine."""
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check")
    lists = [part for name in LISTS if (ROOT / name).exists() for part in ("-r", str(ROOT / name))]
    done = subprocess.run(
        [*command, *lists, "-w", str(target)],
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock_lines(wheels: Path) -> Iterator[str]:
    """One line a wheel, with its hash: pip takes these files and no others."""
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        yield f"{re.sub(r'[-_.]+', '-', name).lower()}=={version} --hash=sha256:{sha256(wheel)}"


def collect_static(code: Path, target: Path, scratch: Path) -> None:
    """Collected, named by their contents and compressed, so that the machine need not do it."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "only-to-collect-files-" + "x" * 40,
        "VAR_ROOT": str(scratch),
        "STATIC_ROOT": str(target),
    }
    ignored = [part for name in UNUSED for part in ("--ignore", name)]
    subprocess.run(
        [sys.executable, "-B", "manage.py", "collectstatic", "--no-input", "-v", "0", *ignored],
        cwd=code,
        env=environment,
        check=True,
    )


def sums(folder: Path) -> str:
    """Every file with its hash, as sha256sum reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256(path)}  ./{path.relative_to(folder)}\n" for path in files)


def pack(folder: Path, archive: Path, moment: int) -> None:
    """Sorted, owned by nobody in particular, of one moment: the same files, the same bytes."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = moment
        runs = info.isdir() or info.mode & 0o100
        info.mode = 0o755 if runs else 0o644
        return info

    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.add(folder, arcname=folder.name, recursive=False, filter=plain)
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=path.relative_to(folder.parent), recursive=False, filter=plain)


def build(*, version: str, out: Path, wheels: Path | None) -> Path:
    """The archive, and beside it its hash."""
    moment = int(git("log", "-1", "--format=%ct"))
    os.environ["SOURCE_DATE_EPOCH"] = str(moment)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / f"{NAME}-{version}"
        code = folder / "code"
        code.mkdir(parents=True)
        take(CODE, code)
        for name in NOT_CODE:
            (code / name).unlink()
        made_at = datetime.fromtimestamp(moment, UTC).isoformat()
        (code / "VERSION").write_text(f"{version}\n{made_at}\n")
        take(("deploy", "docs"), folder)
        for name in FRONT:
            shutil.move(folder / "deploy" / name, folder / name)
        manual = folder / "manual"
        manual.mkdir()
        for path in sorted((folder / "docs").glob("*.md")):
            shutil.move(path, manual)
        for name in MANUALS:
            (manual / f"{name}.pdf").write_bytes(make_pdf((manual / f"{name}.md").read_text()))
        shutil.rmtree(folder / "docs")
        (folder / "wheels").mkdir()
        if wheels is None:
            fetch_wheels(folder / "wheels")
        else:
            for wheel in wheels.glob("*.whl"):
                shutil.copy(wheel, folder / "wheels")
        (folder / "requirements.lock").write_text(
            "".join(f"{line}\n" for line in lock_lines(folder / "wheels"))
        )
        collect_static(code, folder / "static", Path(scratch) / "var")
        (folder / "SHA256SUMS").write_text(sums(folder))
        out.mkdir(parents=True, exist_ok=True)
        archive = out / f"{NAME}-{version}.tar.gz"
        pack(folder, archive, moment)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{sha256(archive)}  {archive.name}\n")
    return archive


def main() -> None:
    usual = f"{__version__}+{git('log', '-1', '--format=%h').decode().strip()}"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default=usual)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--wheels", type=Path, help="take these instead of fetching them")
    options = parser.parse_args()
    if git("status", "--porcelain", "--untracked-files=no").strip():
        print("提醒：有未提交的改动，安装包只含最后一次提交的内容。", file=sys.stderr)
    archive = build(version=options.version, out=options.out, wheels=options.wheels)
    print(f"{archive}（{archive.stat().st_size / BLOCK:.0f} MB）")
    print(archive.with_name(f"{archive.name}.sha256").read_text().strip())


if __name__ == "__main__":
    main()
