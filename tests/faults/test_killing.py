"""A few of the faults of ``make faults``: whoever breaks a transaction hears of it at once."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from tools.check import ROOT

WRITES = ("record meeting", "sign off report", "import sheet", "backup")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="make faults breaks both databases")
def test_writes_that_are_killed_leave_all_or_nothing(tmp_path):
    chosen = [part for name in WRITES for part in ("--only", name)]
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/case.sqlite3",
        "VAR_ROOT": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing", "--kills", "3", *chosen],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout.splitlines()[-1:], done.stderr) == (
        0,
        ["sqlite: 12 faults, 12 survived"],
        "",
    )
