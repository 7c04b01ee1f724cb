"""``make bench``: how long the pages take against a floor, at two sizes, on both databases.

``SIZE=small`` leaves the tenfold size out. For each page: queries, p50 and p95 at 1 and 8 clients,
the ratio of the medians to the floor page of the same run, and the memory of a worker. Pages and
floors are asked for by turns, so that a noisy machine is unfair to both.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tools.check import free_port, throw_away_postgresql

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"50 bureaus": 50, "500 bureaus": 500}
ROUNDS, WARM = 40, 8
PASSWORD = "bench-ledger-2026"


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "SQLite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with throw_away_postgresql() as url:
        yield url


@contextlib.contextmanager
def served(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The gunicorn of ``make run`` with one worker; its port and the key of its worker."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--log-level", "error"]
    heap = {"MALLOC_ARENA_MAX": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment | heap)
    try:
        for _attempt in range(200):
            with contextlib.suppress(OSError):
                if Client(port).get("/healthz")[0] == 200:
                    break
            time.sleep(0.1)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield port, int(children[0])
    finally:
        server.terminate()
        server.wait()


class Client:
    """One browser: a connection that stays open, and its cookies."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes, dict]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Language": "zh-CN",
            "Host": "127.0.0.1",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # The server closes what was idle for a moment; a browser asks again, too.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, text, dict(answer.getheaders())

    def get(self, path: str) -> tuple[int, bytes]:
        status, text, _headers = self.ask("GET", path)
        return status, text

    def log_in(self, name: str) -> "Client":
        _status, text = self.get("/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        fields = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1].decode()}
        status, _text, _headers = self.ask("POST", "/login/", urlencode(fields))
        if status != 302:
            sys.exit(f"bench: login as {name} answered {status}")
        return self


def measure(port: int, login: str, page: str, floor: str) -> dict[str, object]:
    """Page and floor by turns, first alone and then by eight at once."""
    client = Client(port).log_in(login)
    for path in (page, floor) * WARM:
        status, _text = client.get(path)
        if status != 200:
            sys.exit(f"bench: {path} answered {status}")
    alone: dict[str, list[float]] = {page: [], floor: []}
    for _round in range(ROUNDS):
        for path in (page, floor):
            alone[path].append(timed(client, path))
    together = {path: by_eight(port, login, path) for path in (page, floor)}
    return {
        "p50": median(alone[page]),
        "p95": quantile(alone[page]),
        "p50 of 8": median(together[page]),
        "p95 of 8": quantile(together[page]),
        "floor p50": median(alone[floor]),
        "ratio": statistics.median(alone[page]) / statistics.median(alone[floor]),
    }


def timed(client: Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


def by_eight(port: int, login: str, path: str) -> list[float]:
    clients = [Client(port).log_in(login) for _n in range(8)]
    found: list[float] = []

    def browse(client: Client) -> None:
        found.extend(timed(client, path) for _n in range(ROUNDS // 4))

    threads = [threading.Thread(target=browse, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def median(values: list[float]) -> float:
    return round(statistics.median(values), 1)


def quantile(values: list[float]) -> float:
    return round(sorted(values)[int(len(values) * 0.95) - 1], 1)


def memory(process: int) -> float:
    """What the worker holds, in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return round(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, 1)


COUNT = """
import json, sys, django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
found = {}
for login, path in json.loads(sys.argv[1]):
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username=login), settings.AUTHENTICATION_BACKENDS[-1])
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    found[path] = len(queries)
print(json.dumps(found))
"""


def one(kind: str, bureaus: int) -> list[dict[str, object]]:
    folder = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    try:
        with database(kind, folder) as url:
            environment = {
                "DATABASE_URL": url,
                "DEMO": "1",
                "VAR_ROOT": str(folder),
                "DJANGO_SETTINGS_MODULE": "bench.settings",
                "DEBUG": "0",
            }
            run("manage.py", "migrate", "--verbosity", "0", **environment)
            run("manage.py", "collectstatic", "--noinput", "--verbosity", "0", **environment)
            fill = "import django,json;django.setup();from bench.fill import fill;"
            began = time.perf_counter()
            made = json.loads(run("-c", f"{fill}print(json.dumps(fill({bureaus})))", **environment))
            made["filled in s"] = round(time.perf_counter() - began)
            print(f"\n{kind}: {made}", flush=True)
            if kind == "PostgreSQL":
                run("-c", ANALYZE, **environment)
            pages = [
                ("dashboard", "supervisor", "/", "/floor/dashboard/"),
                ("bureau page", "legal", "/bureaus/2/", "/floor/bureau/2/"),
                ("list of dues", "supervisor", "/dues/", "/floor/dues/"),
                (
                    "grid of 45 units",
                    "supervisor",
                    f"/grid/?schedule={made['weekly of the large']}",
                    f"/floor/grid/{made['weekly of the large']}/",
                ),
            ]
            asked = json.dumps([(login, page) for _name, login, page, _floor in pages])
            queries = json.loads(run("-c", COUNT, asked, **environment))
            rows = []
            with served(environment) as (port, worker):
                for name, login, page, floor in pages:
                    row = {"page": name, "queries": queries[page]}
                    rows.append(row | measure(port, login, page, floor))
                    print("  ", row | rows[-1], flush=True)
                print(f"   worker: {memory(worker)} MiB", flush=True)
            return rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)


ANALYZE = """
import django
django.setup()
from django.db import connection
connection.cursor().execute("ANALYZE")
"""


def main() -> None:
    sizes = dict(list(SIZES.items())[:1]) if os.environ.get("SIZE") == "small" else SIZES
    found = {(kind, name): one(kind, n) for kind in KINDS for name, n in sizes.items()}
    print("\n| database | size | page | queries | p50 | p95 | p50 ×8 | p95 ×8 | floor | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for (kind, size), rows in found.items():
        for row in rows:
            times = [row[n] for n in ("p50", "p95", "p50 of 8", "p95 of 8", "floor p50")]
            cells = [kind, size, row["page"], row["queries"], *times, f"{row['ratio']:.2f}"]
            print("| " + " | ".join(str(cell) for cell in cells) + " |")
    for kind in KINDS:
        if len(sizes) == 2:
            small, large = (found[kind, name] for name in sizes)
            for one_row, ten in zip(small, large, strict=True):
                print(f"{kind}, {one_row['page']}: ×10 data {ten['p50'] / one_row['p50']:.2f}")


KINDS = ("SQLite", "PostgreSQL")

if __name__ == "__main__":
    main()
