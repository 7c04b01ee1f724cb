"""``make cluster``: two web nodes, a pooler, a primary and its replica; the primary is killed.

Twenty read and five write for half a minute. Amid it the primary is killed: reading must go on,
writing must say that nothing was saved. Then the replica is promoted by hand: everything goes on,
and what was acknowledged must be there once. Takes about two minutes; loopback only.
"""

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.servers import Servers
from tests.desk import Desk
from tests.served import environment, filled, found, served
from tools.check import CannotRun

READERS, WRITERS = 20, 5
# The seconds of each part; on a busy machine it goes on until there is something to see.
BEFORE, WITHOUT, PROMOTED, AT_MOST = 8.0, 10.0, 12.0, 40.0
PAGES = ("/people/", "/dues/", "/meetings/", "/problems/", "/todo/")
NOTICE = "系统正处于只读状态"
NOT_SAVED = "没有保存；请稍后再提交"
PAUSE = 1.0


@dataclass
class Seen:
    """What the clients saw, with the second in which they saw it."""

    reads: list[tuple[float, float, int, bool]] = field(default_factory=list)
    writes: list[tuple[float, float, str]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Crowd:
    """The clients; each turns to the other node with every request."""

    def __init__(self, ports: list[int], made: dict[str, dict[str, str]]):
        self.ports, self.made, self.seen = ports, made, Seen()
        self.began, self.over = time.monotonic(), threading.Event()

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    def read(self, name: str, number: int) -> None:
        desk = Desk(self.ports[0], {"sessionid": self.made["readers"][name]})
        while not self.over.is_set():
            number += 1
            desk.port = self.ports[number % 2]
            begun = self.now
            try:
                answer = desk.get(PAGES[number % len(PAGES)])
                self.seen.reads.append(
                    (begun, self.now - begun, answer.status, NOTICE in answer.text)
                )
                if answer.status != 200:
                    self.seen.faults.append(f"read {answer.status} at {begun:.1f} s")
            except OSError as error:
                self.seen.faults.append(f"read {type(error).__name__} at {begun:.1f} s")
            self.over.wait(PAUSE)

    def write(self, name: str, number: int) -> None:
        """Records meetings, one after the other; one that was not saved is sent again as it is."""
        desk = Desk(self.ports[0], {"sessionid": self.made["clerks"][name]})
        count, form = 0, None
        while not self.over.is_set():
            number += 1
            desk.port = self.ports[number % 2]
            begun = self.now
            try:
                if form is None:
                    form = desk.meeting_form()
                    count += 1
                    title = f"{name}-{count}"
                    self.seen.tried.append(title)
                answer = desk.record(form, title)
                if answer.status == 302:
                    self.seen.acknowledged.append(title)
                    self.seen.writes.append((begun, self.now - begun, "saved"))
                    self.read_back(desk, answer.location, title)
                    form = None
                elif answer.status == 503 and NOT_SAVED in answer.text and title in answer.text:
                    self.seen.writes.append((begun, self.now - begun, "not saved"))
                else:
                    self.seen.faults.append(f"write {answer.status} at {begun:.1f} s")
            except (OSError, RuntimeError) as error:
                self.seen.faults.append(f"write {error!r} at {begun:.1f} s")
            self.over.wait(PAUSE)

    def read_back(self, desk: Desk, location: str, title: str) -> None:
        """What one has just saved is there, on the other node too."""
        desk.port = next(port for port in self.ports if port != desk.port)
        answer = desk.get(location)
        if answer.status != 200 or title not in answer.text:
            self.seen.faults.append(f"{title} not read back: {answer.status} at {self.now:.1f} s")

    def go_on(self, seconds: float, wanted: str) -> None:
        """Let them work so long, and until some have met what is wanted of this part."""
        since = self.now
        while self.now < since + AT_MOST:
            time.sleep(0.2)
            met = sum(row[2] == wanted and row[0] >= since for row in self.seen.writes)
            if self.now >= since + seconds and met >= WRITERS:
                return

    def begin(self) -> list[threading.Thread]:
        jobs = [(self.read, name) for name in sorted(self.made["readers"])[:READERS]]
        jobs += [(self.write, name) for name in sorted(self.made["clerks"])[:WRITERS]]
        threads = [
            threading.Thread(target=job, args=(name, number), daemon=True)
            for number, (job, name) in enumerate(jobs)
        ]
        for thread in threads:
            thread.start()
        return threads


def smoke(ports: list[int], made: dict[str, object]) -> str:
    """Log in and save on the first node, read on the second; the title that was saved."""
    name = sorted(made["clerks"])[-1]
    desk = Desk(ports[0])
    if desk.log_in(name, made["password"]).status != 302:
        raise SystemExit("cluster: no login")
    answer = desk.record(desk.meeting_form(), f"{name}-smoke")
    desk.port = ports[1]
    page = desk.get(answer.location)
    if (answer.status, page.status) != (302, 200) or f"{name}-smoke" not in page.text:
        raise SystemExit(f"cluster: saved {answer.status}, read on the other node {page.status}")
    return f"{name}-smoke"


def span(name: str, rows: list[tuple], first: float, last: float) -> dict[str, object]:
    """What happened in one span of the trial."""
    mine = [row for row in rows if first <= row[0] < last]
    times = sorted(row[1] * 1000 for row in mine)
    if not times:
        return {"span": name, "count": 0}
    return {
        "span": name,
        "count": len(mine),
        "answers": dict(Counter(str(row[2]) for row in mine)),
        "notice": sum(bool(row[3]) for row in mine if len(row) > 3),
        "p50 ms": round(statistics.median(times)),
        "p95 ms": round(times[int(len(times) * 0.95) - 1]),
        "longest ms": round(times[-1]),
    }


def trial(servers: Servers, folder: Path) -> int:
    direct = environment(folder / "one", servers.url(servers.primary), TABLES_AT_ONCE="1")
    shared = {"EVIDENCE_ROOT": str(folder / "evidence"), "TABLES_AT_ONCE": "1"}
    begun = time.monotonic()
    made = filled(direct, 2, READERS)
    servers.start_replica()
    servers.start_pooler()
    print(f"filled, copied and pooled in {time.monotonic() - begun:.0f} s", flush=True)
    with contextlib.ExitStack() as stack:
        ports = []
        for name in ("one", "two"):
            given = environment(
                folder / name,
                servers.url(servers.pooler, "ledger"),
                REPLICA_URL=servers.url(servers.pooler, "ledger_read"),
                DATABASE_POOLED="1",
                **shared,
            )
            ports.append(stack.enter_context(served(given, log=folder / f"{name}.log")))
        saved = [smoke(ports, made)]
        print("saved on one node, read on the other", flush=True)
        crowd = Crowd(ports, made)
        threads = crowd.begin()
        moments = [0.0]
        for seconds, wanted, step, what in (
            (BEFORE, "saved", servers.kill_primary, "primary killed"),
            (WITHOUT, "not saved", servers.promote_replica, "replica promoted, pooler told"),
            (PROMOTED, "saved", crowd.over.set, "end"),
        ):
            crowd.go_on(seconds, wanted)
            moments.append(crowd.now)
            step()
            print(f"{moments[-1]:5.1f} s  {what}", flush=True)
        for thread in threads:
            thread.join(timeout=90)
    seen = crowd.seen
    saved += seen.acknowledged
    names = ("before", "without a primary", "promoted")
    spans = list(zip(names, moments, [*moments[1:3], float("inf")], strict=False))
    rows = [span(name, seen.reads, first, last) for name, first, last in spans]
    wrote = [span(name, seen.writes, first, last) for name, first, last in spans]
    left = found(environment(folder / "one", servers.url(servers.replica), **shared))
    titles: dict[str, int] = left["titles"]
    report = {
        "reading": rows,
        "writing": wrote,
        "acknowledged": len(saved),
        "acknowledged and missing": sorted(set(saved) - set(titles)),
        "twice": sorted(title for title, count in titles.items() if count > 1),
        "never tried": sorted(set(titles) - set(seen.tried) - set(saved)),
        "files of acknowledged missing": sorted(set(saved) - set(left["files"])),
        "damaged files": left["damaged"],
        "files without a row": left["without a row"],
        "faults": dict(Counter(seen.faults)),
    }
    print(json.dumps(report, ensure_ascii=False, indent=1))
    lost = any(
        report[name]
        for name in ("acknowledged and missing", "twice", "never tried",
                     "files of acknowledged missing", "damaged files")
    )  # fmt: skip
    without = rows[1]
    told = without["count"] and without["notice"] and wrote[1].get("answers", {}).get("not saved")
    goes_on = wrote[2].get("answers", {}).get("saved")
    good = not lost and not seen.faults and told and goes_on
    if not good:
        for name in ("one.log", "two.log"):
            print(f"--- {name}\n{(folder / name).read_text()[-3000:]}")
    print("cluster: ok" if good else "cluster: FAILED")
    return 0 if good else 1


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="ledger-nodes-"))
    os.chmod(folder, 0o700)
    try:
        with Servers() as servers:
            return trial(servers, folder)
    except CannotRun as reason:
        print(f"cluster: {reason} is not installed; apt-get install postgresql pgbouncer")
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
