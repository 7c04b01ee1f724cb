"""Kill every write at each of its steps, start again, and see what is there.

``DATABASE_URL=… VAR_ROOT=… python -m tests.faults.killing [--kills N] [--only NAME …]``; ``N``
kills a write, spread over its steps, instead of all. Prints a line a write; exit 1 when one fault
did not end well.
"""

import argparse
import itertools
import os
import shutil
import sys
import time
import uuid
from unittest import mock

import django
import time_machine

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from reports.actions.stored_files import set_orphans_aside  # noqa: E402
from tests.factories import NOON  # noqa: E402
from tests.faults.stage import NOTHING, Stage, State, in_child, look  # noqa: E402
from tests.faults.steps import Steps  # noqa: E402
from tests.faults.writes import WRITES, Write, furnish, take_out  # noqa: E402
from tests.upgrade.loading import load, migrate, newest_sqlite, released  # noqa: E402

LATER = NOON.replace(year=2100)


def counted(act, steps: Steps):
    """Does it, with names of files that are the same each time; gives the number of steps."""

    def job() -> int:
        names = (uuid.UUID(int=number) for number in itertools.count(1))
        with (
            time_machine.travel(NOON, tick=False),
            mock.patch.object(uuid, "uuid4", side_effect=names),
            steps.counting(),
        ):
            act()
        return steps.number

    return job


def tidied() -> State:
    """What a started ledger finds, once files nobody names are set aside."""
    with time_machine.travel(NOON, tick=False):
        if settings.EVIDENCE_ROOT.exists() and look().rows != NOTHING:
            set_orphans_aside(before=LATER)
        return look()


class Killing:
    def __init__(self, stage: Stage, write: Write) -> None:
        self.stage, self.write = stage, write
        stage.lay(write.begins)
        self.before: State = in_child(tidied)
        self.steps: int = in_child(counted(write.act, Steps()))
        self.after: State = in_child(tidied)
        self.failures: list[str] = []
        self._expect("unbroken", not self.after.troubles, self.after.troubles)

    def _expect(self, where: object, right: bool, told: object) -> None:
        if not right:
            self.failures.append(f"{self.write.name}, {where}: {told}")

    def kill_at(self, step: int) -> None:
        """One fault: killed, looked at, done again, looked at."""
        self.stage.lay(self.write.begins)
        done = in_child(counted(self.write.act, Steps(die_at=step)))
        self._expect(step, done is None, "was not killed")
        found: State = in_child(tidied)
        self._expect(step, not found.troubles, found.troubles)
        if self.write.whole:
            there = (found.rows, found.files)
            known = [(s.rows, s.files) for s in (self.before, self.after)]
            self._expect(step, there in known, "half of it is there")
        if not self.write.whole or found.rows == self.before.rows:
            in_child(counted(self.write.act, Steps()))
            again: State = in_child(tidied)
            self._expect(step, not again.troubles, again.troubles)
            self._expect(
                step,
                (again.counts, again.files) == (self.after.counts, self.after.files),
                "doing it again leads elsewhere: "
                + ", ".join(
                    f"{name} {again.counts.get(name)} ≠ {number}"
                    for name, number in self.after.counts.items()
                    if again.counts.get(name) != number
                ),
            )


def spread(steps: int, kills: int | None) -> list[int]:
    """At which steps to kill: all, or so many from the first to the last."""
    if kills is None or kills >= steps:
        return list(range(1, steps + 1))
    return sorted({1 + (steps - 1) * n // max(kills - 1, 1) for n in range(kills)})


def set_the_stage(stage: Stage) -> None:
    """The newest kept release brought up to date, which every start of the program would do."""
    stage.lay(NOTHING)
    if connection.vendor == "sqlite":
        shutil.copyfile(newest_sqlite(), stage.place)
    else:
        load(released()[-1], os.environ["DATABASE_URL"])
        migrate(os.environ["DATABASE_URL"], settings.VAR_ROOT)

    def furnished() -> None:
        with time_machine.travel(NOON, tick=False):
            furnish()
            take_out()

    in_child(furnished)
    stage.keep("full")
    stage.empty()
    stage.keep("empty")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--only", action="append")
    options = parser.parse_args()
    stage = Stage()
    set_the_stage(stage)
    faults, failures = 0, []
    for write in WRITES:
        if options.only and write.name not in options.only:
            continue
        begun = time.monotonic()
        killing = Killing(stage, write)
        steps = spread(killing.steps, options.kills)
        for step in steps:
            killing.kill_at(step)
        faults += len(steps)
        failed = {line.split(": ")[0] for line in killing.failures}
        failures += killing.failures
        print(
            f"{write.name:<22}{killing.steps:5} steps {len(steps):5} killed"
            f" {len(steps) - len(failed):5} survived {time.monotonic() - begun:6.0f} s",
            flush=True,
        )
    for line in failures[:40]:
        print(f"  {line[:300]}")
    lost = len({line.split(": ")[0] for line in failures})
    print(f"{connection.vendor}: {faults} faults, {faults - lost} survived")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
