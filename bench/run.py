"""``make bench``: how long the pages take against a floor, at the size of ``SIZE``.

``city`` (50 bureaus) and ``province`` (500) on SQLite, ``national`` (3,000) and ``decade`` (ten
years of it) on PostgreSQL; without ``SIZE`` the two on SQLite. For each page: queries, p50 and p95
at 1 and 8 clients, the ratio of the medians to the floor page of the same run, and how long the
database took. Pages and floors are asked for by turns, so that a noisy machine is unfair to both.
Then what writes: recording a meeting, compiling a report, planning a year, the recount. What is
found goes to ``bench/results/SIZE.json``, step by step.

``BENCH_URL`` names the database of a ledger that was filled before, ``BENCH_PARTS`` some of
``pages writes audit plan memory``, ``BENCH_ONLY`` a part of the names of pages.
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
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tools.check import free_port, throw_away_postgresql

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
# Database; bureaus, cities, provinces, years.
SIZES = {
    "city": ("SQLite", (50, 0, 0, 1)),
    "province": ("SQLite", (500, 21, 0, 1)),
    "national": ("PostgreSQL", (3000, 340, 31, 1)),
    "decade": ("PostgreSQL", (3000, 340, 31, 10)),
}
ROUNDS, FEWEST, WARM, EACH_OF_EIGHT = 15, 5, 1, 3
LONGEST = 12  # seconds for one page asked alone, where that is slow
PARTS = ("pages", "writes", "memory", "audit", "plan")
PASSWORD = "bench-ledger-2026"  # nosec B105 # a word, no password


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
    if found := os.environ.get("BENCH_URL"):
        yield found
        return
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
    asked = [page, floor] if floor else [page]
    for path in asked * WARM:
        status, _text = client.get(path)
        if status != 200:
            sys.exit(f"bench: {path} answered {status}")
    alone: dict[str, list[float]] = {path: [] for path in asked}
    began = time.perf_counter()
    while len(alone[page]) < ROUNDS:
        for path in asked:
            alone[path].append(timed(client, path))
        if len(alone[page]) >= FEWEST and time.perf_counter() - began > LONGEST:
            break
    together = {page: by_eight(port, login, page)}
    found = (
        {}
        if not floor
        else {
            "floor p50": median(alone[floor]),
            "ratio": round(statistics.median(alone[page]) / statistics.median(alone[floor]), 2),
            "bytes": len(client.get(page)[1]),
            "floor bytes": len(client.get(floor)[1]),
        }
    )
    return {
        "p50": median(alone[page]),
        "p95": quantile(alone[page]),
        "p50 of 8": median(together[page]),
        "p95 of 8": quantile(together[page]),
    } | found


def timed(client: Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


def by_eight(port: int, login: str, path: str) -> list[float]:
    clients = [Client(port).log_in(login) for _n in range(8)]
    found: list[float] = []

    def browse(client: Client) -> None:
        found.extend(timed(client, path) for _n in range(EACH_OF_EIGHT))

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
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    milliseconds = sum(float(query["time"]) for query in queries) * 1000
    found[login + path] = len(queries), round(milliseconds)
print(json.dumps(found))
"""
FILL = """
import sys, json, django
django.setup()
from bench.fill import Size, fill, describe
numbers = [int(each) for each in sys.argv[1:]]
print(json.dumps(fill(Size(*numbers)) if numbers else describe()))
"""
COMMAND = """
import sys, time, json, resource, django
django.setup()
from django.core.management import call_command
name, *options = sys.argv[1:]
began = time.perf_counter()
call_command(name, *options, verbosity=1)
seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
found = {"s": round(seconds, 1), "cpu s": round(used.ru_utime + used.ru_stime, 1)}
print(json.dumps(found | {"MiB at most": round(used.ru_maxrss / 1024)}))
"""
COMPILE = """
import sys, time, json, django
django.setup()
from django.contrib.auth.models import User
from django.utils import timezone
from reports.actions.summaries import compile_report
from reports.models import Unit
bureau, found = Unit.objects.get(pk=int(sys.argv[1])), []
for _time in range(5):
    began = time.perf_counter()
    compile_report(bureau=bureau, year=timezone.localdate().year, at=timezone.now(),
        today=timezone.localdate(), by=User.objects.get(username="legal"))
    found.append((time.perf_counter() - began) * 1000)
print(json.dumps(round(sorted(found)[2], 1)))
"""
LATEST_DUE = """
import json, sys, datetime, django
django.setup()
from reports.tables.base import KeyOrder
from reports.models import Due, Meeting, Problem
from django.utils import timezone
# A place far down in each list, as the key of a row that really stands there.
day = timezone.localdate()
far = day - datetime.timedelta(days=200)
rows = {
    "dues": Due.objects.filter(year=day.year, period_last__lte=far).order_by("-period_last", "pk"),
    "meetings": Meeting.objects.filter(held_on__lte=far).order_by("-held_on", "-pk"),
    "problems": Problem.objects.filter(found_on__lte=far).order_by("-found_on", "-pk"),
}
print(json.dumps({name: KeyOrder.of(each).key(each.first()) for name, each in rows.items()}))
"""


def pages_of(made: dict[str, object], deep: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Name, login, page and its floor."""
    bureau, weekly = made["bureau"], made["weekly"]
    top = "/floor/places/" if made["bureaus"] > 60 else "/floor/dashboard/"
    pages = [("dashboard", "supervisor", "/", top)]
    if made["province"]:
        at = f"?at={made['province']}"
        pages.append(("a province", "supervisor", f"/{at}", f"/floor/places/{at}"))
    at = f"?at={made['city']}"
    return [
        *pages,
        ("a city", "supervisor", f"/{at}", f"/floor/dashboard/{at}"),
        ("bureau page", "legal", f"/bureaus/{bureau}/", f"/floor/bureau/{bureau}/"),
        ("list of dues", "supervisor", "/dues/", "/floor/dues/"),
        ("list of dues, deep", "supervisor", f"/dues/?after={deep['dues']}", ""),
        ("dues missed", "supervisor", "/dues/?verdict=missed", ""),
        ("list of meetings", "supervisor", "/meetings/", "/floor/meetings/"),
        ("list of meetings, deep", "supervisor", f"/meetings/?after={deep['meetings']}", ""),
        ("list of problems", "supervisor", "/problems/", "/floor/problems/"),
        ("list of problems, deep", "supervisor", f"/problems/?after={deep['problems']}", ""),
        ("list of measures", "supervisor", "/measures/", ""),
        ("dues of a bureau", "legal", "/dues/", ""),
        (
            "grid of 45 units",
            "supervisor",
            f"/grid/?schedule={weekly}",
            f"/floor/grid/{weekly}/",
        ),
        ("my work, legal officer", "legal", "/todo/", ""),
        ("my work, clerk", "clerk", "/todo/", ""),
        ("search, clerk", "clerk", "/search/?q=%E5%9F%8E%E5%85%B3", ""),
        ("search, ministry", "supervisor", "/search/?q=%E5%9F%8E%E5%85%B3", ""),
        ("a due", "clerk", f"/dues/{made['due']}/", ""),
    ]


class Fields(HTMLParser):
    """What the form of a page that is sent by POST would send as it stands."""

    def __init__(self):
        super().__init__()
        self.inside, self.found, self.forms = False, [], []
        self.select = ""

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "form" and of.get("method") == "post" and "data-switch" not in of:
            self.inside, self.found = True, []
        name, kind = of.get("name"), of.get("type", "text")
        if not self.inside:
            return
        sent = kind not in ("checkbox", "radio") or "checked" in of
        if tag == "input" and name and sent and kind not in ("file", "submit", "button"):
            self.found.append((name, of.get("value", "")))
        if tag == "select":
            self.select = name or ""
        if tag == "option" and "selected" in of and self.select:
            self.found.append((self.select, of.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form" and self.inside:
            self.inside = False
            self.forms.append(self.found)


def record(port: int, due: int) -> dict[str, object]:
    """A clerk records a meeting for an open due, again and again: opening the form and sending
    it."""
    client, opened, sent, status = Client(port).log_in("clerk"), [], [], 0
    address = f"/meetings/new/?due={due}"
    for _time in range(10):
        began = time.perf_counter()
        _status, text = client.get(address)
        opened.append((time.perf_counter() - began) * 1000)
        fields = Fields()
        fields.feed(text.decode())
        form = max(fields.forms, key=len)
        began = time.perf_counter()
        status, text, _headers = client.ask("POST", address, urlencode(form))
        sent.append((time.perf_counter() - began) * 1000)
    if status != 302:
        print(f"   recording answered {status}", flush=True)
    return {"form p50": median(opened), "POST p50": median(sent), "POST p95": quantile(sent),
            "status": status}  # fmt: skip


def command(environment: dict[str, str], *words: str) -> dict[str, object]:
    return json.loads(run("-c", COMMAND, *words, **environment).splitlines()[-1])


class Report:
    """What was found so far, kept in a file after every step."""

    def __init__(self, size: str):
        self.path = RESULTS / f"{size}.json"
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.found: dict[str, object] = known if os.environ.get("BENCH_URL") else {}

    def note(self, name: str, value: object) -> None:
        print(f"   {name}: {value}", flush=True)
        self.found[name] = value
        self.keep()

    def keep(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.found, ensure_ascii=False, indent=1) + "\n")


def one(size: str) -> None:
    kind, numbers = SIZES[size]
    report = Report(size)
    parts = os.environ.get("BENCH_PARTS", " ".join(PARTS)).split()
    folder = Path(tempfile.mkdtemp(prefix="ledger-bench-", dir="/var/tmp"))  # nosec B108 # a fresh folder on the large disk
    print(f"\n{size} on {kind}", flush=True)
    try:
        with database(kind, folder) as url:
            environment = {
                "DATABASE_URL": url,
                "DEMO": "1",
                "VAR_ROOT": str(folder),
                "PYTHONPATH": str(ROOT),
                "DJANGO_SETTINGS_MODULE": "bench.settings",
                "DEBUG": "0",
            }
            run("manage.py", "collectstatic", "--noinput", "--verbosity", "0", **environment)
            if os.environ.get("BENCH_URL"):
                known = dict(report.found.get("made", {}))
                made = known | json.loads(run("-c", FILL, **environment))
            else:
                run("manage.py", "migrate", "--verbosity", "0", **environment)
                made = json.loads(run("-c", FILL, *map(str, numbers), **environment))
            report.note("database", kind)
            report.note("made", made)
            if {"pages", "writes", "memory"} & set(parts):
                with served(environment) as (port, worker):
                    if "pages" in parts:
                        pages(report, environment, port, made)
                    if "writes" in parts:
                        report.note("recording a meeting", record(port, made["due"]))
                    if "memory" in parts:
                        remember(report, port, worker, made)
            if "writes" in parts:
                compiled = run("-c", COMPILE, str(made["bureau"]), **environment)
                report.note("compiling a report, ms", json.loads(compiled))
            if "audit" in parts:
                report.note("audit_ledger", command(environment, "audit_ledger"))
            if "plan" in parts:
                year = str(datetime.now(tz=ZoneInfo("Asia/Shanghai")).year + 1)
                report.note("plan_dues", command(environment, "plan_dues", "--year", year))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pages(report: Report, environment: dict[str, str], port: int, made: dict) -> None:
    deep = json.loads(run("-c", LATEST_DUE, **environment))
    only = os.environ.get("BENCH_ONLY", "")
    all_pages = [page for page in pages_of(made, deep) if only in page[0]]
    asked = json.dumps([(login, page) for _name, login, page, _floor in all_pages])
    queries = json.loads(run("-c", COUNT, asked, **environment))
    found: dict[str, dict[str, object]] = dict(report.found.get("pages", {}))
    for name, login, page, floor in all_pages:
        number, database_ms = queries[login + page]
        found[name] = {"queries": number, "database ms": database_ms}
        found[name] |= measure(port, login, page, floor)
        print("  ", name, found[name], flush=True)
        report.found["pages"] = found
        report.keep()


REQUESTS = int(os.environ.get("BENCH_REQUESTS", "10000"))


def remember(report: Report, port: int, worker: int, made: dict) -> None:
    """What the worker holds before and after many requests for many pages."""
    before = memory(worker)
    asked = [("legal", f"/bureaus/{made['bureau']}/"), ("legal", "/dues/"), ("clerk", "/todo/")]
    asked += [("clerk", f"/dues/{made['due']}/"), ("supervisor", "/problems/")]
    clients = {login: Client(port).log_in(login) for login, _path in asked}
    for number in range(REQUESTS):
        login, path = asked[number % len(asked)]
        clients[login].get(path)
    found = {"requests": REQUESTS, "MiB before": before, "MiB after": memory(worker)}
    report.note("worker", found)


def main() -> None:
    asked = os.environ.get("SIZE") or "city province"
    for size in asked.split():
        if size not in SIZES:
            sys.exit(f"bench: SIZE is one of {' '.join(SIZES)}, not {size}")
        one(size)


if __name__ == "__main__":
    main()
