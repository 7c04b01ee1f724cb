"""``make load``: Monday morning on PostgreSQL with two workers, and what is there afterwards.

``RECORDINGS`` (3000) meetings with a file each within ``MINUTES`` (10) while ``READING`` (200)
others open a page every half minute; after ``AT_MOST`` minutes (three times as many) all stop.
Fails if an answer was an error, if not all was recorded, or if what was acknowledged, what is
stored and what files there are differ in one.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.cluster.servers import Servers
from tests.served import ROOT, environment, filled, found, served

LOCUST = Path(os.environ.get("LOCUST", ROOT / "var" / "load" / "bin" / "locust"))
BUREAUS = 50
WRITERS = 40


def number(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name) or default)
    except ValueError:
        sys.exit(f"load: {name}: a number")


def plan(folder: Path, made: dict[str, object]) -> Path:
    path = folder / "plan.json"
    wanted = {
        "recordings": number("RECORDINGS", 3000),
        "minutes": number("MINUTES", 10),
        "reading": number("READING", 200),
        "writers": WRITERS,
        "pages a second": 1 / 30,
    }
    path.write_text(json.dumps(made | wanted))
    return path


def crowd(folder: Path, port: int, planned: Path) -> None:
    """Let them in until all is recorded, at the latest after ``AT_MOST`` minutes."""
    wanted = json.loads(planned.read_text())
    users = wanted["reading"] + WRITERS
    seconds = 60 * number("AT_MOST", 3 * wanted["minutes"])
    command = [
        str(LOCUST), "--headless", "--only-summary", "--locustfile", "tests/load/locustfile.py",
        "--host", f"http://127.0.0.1:{port}", "--users", str(users), "--spawn-rate", "20",
        "--run-time", f"{seconds + users // 20}s", "--stop-timeout", "300",
        "--csv", str(folder / "seen"), "--loglevel", "WARNING",
    ]  # fmt: skip
    names = {
        "LOAD_PLAN": str(planned),
        "LOAD_ANSWERS": str(folder / "answers"),
        "PYTHONPATH": str(ROOT),
    }
    crowd = subprocess.Popen(command, cwd=ROOT, env=os.environ | names)
    try:
        while crowd.poll() is None:
            time.sleep(1)
            if answered(folder) >= wanted["recordings"]:
                break
    finally:
        if crowd.poll() is None:
            crowd.terminate()
        crowd.wait(timeout=360)


def answered(folder: Path) -> int:
    """How many recordings have an answer."""
    path = folder / "answers"
    return len(path.read_text().splitlines()) if path.exists() else 0


def report(folder: Path, left: dict[str, object]) -> int:
    lines = (folder / "answers").read_text().splitlines()
    answers = [json.loads(line) for line in lines]
    saved = [title for title, status, _at in answers if status == 302]
    unanswered = {title for title, status, _at in answers if status == 0}
    took = max(at for *_rest, at in answers) - min(at for *_rest, at in answers)
    print(f"\n{len(saved)} recordings acknowledged in {took:.0f} s")
    print("answers to recordings:", dict(Counter(status for _title, status, _at in answers)))
    with (folder / "seen_stats.csv").open() as file:
        rows = list(csv.DictReader(file))
    failures = 0
    print("| what | requests | errors | p50 ms | p95 ms | p99 ms | longest ms |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        failures += int(row["Failure Count"]) if row["Name"] != "Aggregated" else 0
        cells = [row["Name"], row["Request Count"], row["Failure Count"]]
        cells += [row["50%"], row["95%"], row["99%"], str(round(float(row["Max Response Time"])))]
        print("| " + " | ".join(cells) + " |")
    titles, files = left["titles"], left["files"]
    wrong = {
        "acknowledged and not stored": sorted(set(saved) - set(titles)),
        # A clerk whose line broke sees that no answer came; the form then sends the same once more.
        "stored and not acknowledged": sorted(set(titles) - set(saved) - unanswered),
        "stored twice": sorted(title for title, count in titles.items() if count > 1),
        "without its file": sorted(set(titles) - set(files)),
        "with two files": sorted(title for title, count in files.items() if count > 1),
        "damaged files": left["damaged"],
        "files without a row": left["without a row"],
    }
    print(f"acknowledged {len(saved)} = stored {len(titles)} = files {len(files)}")
    for what, which in wrong.items():
        print(f"{what}: {len(which)} {which[:5] if which else ''}")
    wanted = number("RECORDINGS", 3000)
    good = not failures and not any(wrong.values()) and len(saved) == wanted
    print("load: ok" if good else "load: FAILED")
    return 0 if good else 1


def main() -> int:
    if not LOCUST.exists():
        sys.exit(f"load: {LOCUST} is missing; `make load` installs it")
    folder = Path(tempfile.mkdtemp(prefix="ledger-load-"))
    try:
        with Servers() as servers:
            given = environment(folder, servers.url(servers.primary), TABLES_AT_ONCE="1")
            made = filled(given, number("BUREAUS", BUREAUS), number("READING", 200))
            print(f"{len(made['clerks'])} clerks, {len(made['readers'])} readers", flush=True)
            with served(given, "--workers", "2", log=folder / "server.log") as port:
                crowd(folder, port, plan(folder, made))
            code = report(folder, found(given))
            if code:
                print((folder / "server.log").read_text()[-3000:])
            return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
