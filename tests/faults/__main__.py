"""``make faults``: every write killed at each of its steps, on both databases."""

import os
import subprocess
import sys
import tempfile

from tools.check import ROOT, CannotRun, throw_away_postgresql


def kill_on(url: str, folder: str) -> bool:
    environment = os.environ | {
        "DATABASE_URL": url,
        "VAR_ROOT": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    command = [sys.executable, "-m", "tests.faults.killing", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        survived = kill_on(f"sqlite:///{folder}/case.sqlite3", folder)
    try:
        with tempfile.TemporaryDirectory() as folder, throw_away_postgresql() as url:
            survived = kill_on(url, folder) and survived
    except CannotRun as reason:
        print(f"{reason} is not installed: only SQLite was broken.")
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
