"""`make test`: every check and every test, with one line for each at the end.

Where PostgreSQL or Chromium is not installed, says which suites did not run and what to install;
with REQUIRE=all that is a failure.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = min(os.cpu_count() or 1, 4)
INSTALL = (
    "sudo apt-get install -y postgresql chromium fonts-noto-cjk poppler-utils "
    "libreoffice-writer-nogui"
)
Environment = dict[str, str]


class CannotRun(Exception):
    """What a suite needs is not installed."""


class Stopped(Exception):
    """Somebody sent TERM; what was started must still be stopped."""


def python(*arguments: str, **environment: str) -> bool:
    """Run a module of this environment; true when it is content."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "DEMO", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "VAR_ROOT"}
    }
    clean |= {"DJANGO_SETTINGS_MODULE": "config.settings_test", **environment}
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=clean).returncode == 0


def pytest(*arguments: str, **environment: str) -> bool:
    return python("-m", "pytest", "-q", *arguments, **environment)


def formatting() -> bool:
    return python("-m", "ruff", "format", "--check", "--quiet", ".")


def lint() -> bool:
    return python("-m", "ruff", "check", "--quiet", ".")


def open_doors() -> bool:
    """Habits of code that let somebody in; what is safe says so where it stands."""
    where = ("reports", "config", "tools", "bench", "manage.py", "gunicorn.conf.py")
    return python("-m", "bandit", "--quiet", "-c", "pyproject.toml", "-r", *where)


def contracts() -> bool:
    run = "from importlinter.cli import lint_imports_command as run; run()"
    return python("-c", run, "--no-logo")


def types() -> bool:
    return python("-m", "mypy", "--strict", "reports/domain")


def templates() -> bool:
    return python("-m", "djlint", "templates", "--lint", "--quiet")


def migrations() -> bool:
    return python("manage.py", "makemigrations", "--check", "--dry-run")


def on_sqlite() -> bool:
    return pytest("-n", str(CORES), "-m", "not browser")


def on_postgresql() -> bool:
    """Once more all that asks a database; the rules ask none."""
    chosen = ("-m", "not browser", "--ignore=tests/domain")
    with throw_away_postgresql() as url:
        return pytest("-n", str(CORES), *chosen, DATABASE_URL=url)


def in_the_browser() -> bool:
    if shutil.which(os.environ.get("CHROMIUM", "chromium")) is None:
        raise CannotRun("Chromium")
    # Every worker has a server and a ledger of its own; the tests of a file stay together.
    workers = ("-n", str(min(CORES, 2)), "--dist", "loadfile")
    return pytest(*workers, "-m", "browser", "tests/browser")


# ── PostgreSQL of our own ────────────────────────────────────────────────────────────────────


def newest_postgresql() -> Path:
    """The folder with initdb and pg_ctl; Debian keeps them off the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise CannotRun("PostgreSQL")
    return found[-1].parent if found else Path(on_path).parent


def unprivileged() -> tuple[int, int]:
    """Somebody who is not root: user and group. The server refuses to run as root."""
    if os.getuid() != 0:
        return os.getuid(), os.getgid()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
    raise CannotRun("PostgreSQL")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_to_all() -> str:
    """A folder for temporary files that another user may enter; /tmp may be somebody's own."""
    for place in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):  # nosec B108 # only looked whether it is there
        path = Path(place)
        if path.is_dir() and all(each.stat().st_mode & 0o001 for each in (path, *path.parents)):
            return place
    raise CannotRun("no temporary folder that an unprivileged user may enter")


@contextlib.contextmanager
def throw_away_postgresql() -> Iterator[str]:
    """A server in a temporary folder, gone afterwards whatever happened; gives its address."""
    programs = newest_postgresql()
    user, group = unprivileged()
    somebody = {"user": user, "group": group, "extra_groups": []} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir=open_to_all()))
    password = secrets.token_hex(16)
    port = free_port()
    options = " ".join(
        f"-c {option}"
        for option in (
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={folder}",
            "max_connections=60",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        )
    )

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, **somebody)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    data = str(folder / "data")
    try:
        (folder / "password").write_text(password)
        os.chown(folder, user, group)
        os.chown(folder / "password", user, group)
        run(
            "initdb", "--pgdata", data, "--username", "ledger", "--encoding", "UTF8",
            "--locale", "C.UTF-8", "--auth", "scram-sha-256", "--pwfile", str(folder / "password"),
            "--no-sync",
        )  # fmt: skip
        log = str(folder / "log")
        run("pg_ctl", "--pgdata", data, "--log", log, "--options", options, "--wait", "start")
        yield f"postgresql://ledger:{password}@127.0.0.1:{port}/postgres"
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "--pgdata", data, "--mode", "immediate", "--wait", "stop")
        shutil.rmtree(folder, ignore_errors=True)


# ── All of it ────────────────────────────────────────────────────────────────────────────────

SUITES: list[tuple[str, Callable[[], bool]]] = [
    ("formatting", formatting),
    ("lint", lint),
    ("bandit", open_doors),
    ("import contracts", contracts),
    ("types of domain/", types),
    ("templates", templates),
    ("no migration missing", migrations),
    ("tests on SQLite", on_sqlite),
    ("tests on PostgreSQL", on_postgresql),
    ("tests in the browser", in_the_browser),
]


def stopped(number: int, frame: object) -> None:
    raise Stopped


def main() -> int:
    signal.signal(signal.SIGTERM, stopped)
    results: list[tuple[str, str, float]] = []
    missing: dict[str, str] = {}
    interrupted = False
    for name, suite in SUITES:
        print(f"── {name} ".ljust(72, "─"), flush=True)
        begun = time.monotonic()
        try:
            result = "ok" if suite() else "FAILED"
        except CannotRun as reason:
            missing[name] = str(reason)
            result = "NOT RUN"
        except (KeyboardInterrupt, Stopped):
            result, interrupted = "interrupted", True
        results.append((name, result, time.monotonic() - begun))
        if interrupted:
            break
    print("\n" + "═" * 72)
    for name, result, seconds in results:
        print(f"{name:<28}{result:<14}{seconds:6.1f} s")
    if missing:
        print()
        for name, reason in missing.items():
            print(f"Did not run: {name}, because {reason} is not installed.")
        print(f"To install what they need:  {INSTALL}")
    strict = os.environ.get("REQUIRE") == "all"
    bad = any(result in {"FAILED", "interrupted"} for _name, result, _seconds in results)
    return 1 if bad or (missing and strict) else 0


if __name__ == "__main__":
    sys.exit(main())
