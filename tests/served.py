"""The ledger served by gunicorn from an empty database on: what the trials of load stand on."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.check import free_port

ROOT = Path(__file__).resolve().parent.parent
OURS = ("DATABASE_URL", "DEMO", "DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "VAR_ROOT", "REPLICA_URL")


def environment(folder: Path, url: str, **more: str) -> dict[str, str]:
    """What a program of the ledger finds in its environment."""
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    return clean | {
        "DATABASE_URL": url,
        "VAR_ROOT": str(folder),
        "SECRET_KEY": "only-for-trials-" + "x" * 40,
        "DJANGO_SETTINGS_MODULE": "tests.load.settings",
        "MALLOC_ARENA_MAX": "1",
        **more,
    }


def run(given: dict[str, str], *command: str) -> str:
    """Run a program of this environment; what it printed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout


def filled(given: dict[str, str], bureaus: int, readers: int) -> dict[str, Any]:
    """Tables, units, schedules, dues, logins; the sessions by login."""
    run(given, "manage.py", "migrate", "--verbosity", "0", "--run-syncdb")
    made = run(given, "-m", "tests.load.fill", str(bureaus), str(readers))
    return json.loads(made.strip().splitlines()[-1])


def found(given: dict[str, str]) -> dict[str, Any]:
    """What stands in the database and beside it."""
    return json.loads(run(given, "-m", "tests.load.found").strip().splitlines()[-1])


@contextlib.contextmanager
def served(given: dict[str, str], *options: str, log: Path | None = None) -> Iterator[int]:
    """gunicorn as ``gunicorn.conf.py`` says; the port it listens on."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options]
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        server = subprocess.Popen(command, cwd=ROOT, env=given, stdout=output, stderr=output)
        try:
            wait_until_ready(port)
            yield port
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=20)
            if server.poll() is None:
                server.kill()
                server.wait()


def wait_until_ready(port: int) -> None:
    for _attempt in range(300):
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError("the ledger did not start")
