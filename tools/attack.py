"""`make attack`: a throw-away ledger of our own on this machine, and everything against it.

Larger runs of tests/attack, an upload of 1 GB, slow requests, wapiti and sqlmap (each in an
environment of its own under var/). One line for each at the end; not content with any finding.
MINUTES bounds wapiti and sqlmap (default 10 together); LEDGER names a folder with a demo ledger to
copy instead of making one; ONLY names the parts to run, e.g. ONLY=upload,slow.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.check import free_port  # noqa: E402

OUT = ROOT / "var" / "attack"
TOOLS = {"wapiti": "wapiti3==3.2.3", "sqlmap": "sqlmap==1.10.10"}
MINUTES = float(os.environ.get("MINUTES", "10"))
LOGIN = "legal"
GB = 1024**3
SLOW, PATIENCE = 40, 5.0
HEAD = (
    "POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Content-Length: {size}\r\nContent-Type: {kind}\r\n\r\n"
)
# Leaving, or a password of one's own, would end the session that the attack runs in.
SPARED = ("logout/", "account/password/", "language/", "admin/logout/")
MODULES = (
    "sql,xss,file,exec,redirect,csrf,crlf,xxe,ssrf,permanentxss,upload,methods,cookieflags,"
    "http_headers,csp"
)
ADDRESSES = (
    "search/?q=x",
    "meetings/?sort=held_on",
    "problems/?state=assigned",
    "dues/?unit=1",
)
# What wapiti says of this trial and why it is none: (kind, what the line holds).
NOT_FINDINGS = (
    # A trial on one machine has no certificate; with TLS=1 both are set, which a test holds to.
    ("Secure Flag cookie", ""),
    ("HTTP Strict Transport Security (HSTS)", ""),
    ("HTTP Secure Headers", "Strict-Transport-Security"),
    # The old header is for browsers without a policy; ours is stricter than what it did.
    ("HTTP Secure Headers", "X-XSS-Protection"),
    # Every default is 'self'; wapiti wants each directive named.
    ("Content Security Policy Configuration", ""),
)


@dataclass
class Target:
    """The server under attack and a way in."""

    port: int
    folder: Path
    environment: dict[str, str]
    cookie: str = ""
    findings: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def run(*command: str, **more: object) -> subprocess.CompletedProcess:
    return subprocess.run([*map(str, command)], cwd=ROOT, text=True, **more)


# ── Server and login ─────────────────────────────────────────────────────────────────────────


def started() -> tuple[Target, subprocess.Popen]:
    """A ledger of its own, served on a free port of this machine."""
    folder = OUT / "ledger"
    shutil.rmtree(folder, ignore_errors=True)
    if prepared := os.environ.get("LEDGER"):
        shutil.copytree(prepared, folder)
    else:
        folder.mkdir(parents=True)
    port = free_port()
    environment = {
        **{key: value for key, value in os.environ.items() if key != "DATABASE_URL"},
        "DEMO": "1",
        "VAR_ROOT": str(folder),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir(exist_ok=True)
    log = (OUT / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "tools/serve.py"], cwd=ROOT, env=environment, stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip
    target = Target(port, folder, environment)
    for _attempt in range(1200):
        if server.poll() is not None:
            sys.exit(f"The server did not start: {OUT / 'server.log'}")
        try:
            if get(target, "healthz")[0] == 200:
                return target, server
        except OSError:
            time.sleep(0.5)
    sys.exit("The server is not ready after ten minutes.")


def get(target: Target, path: str, timeout: float = 60) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=timeout)
    connection.request("GET", f"/{path}", headers={"Cookie": target.cookie})
    answer = connection.getresponse()
    return answer.status, answer.read()


def log_in(target: Target) -> None:
    """Through the door like anybody: a password of the hour, then the login page."""
    password = secrets.token_urlsafe(16)
    words = (
        "from django.contrib.auth.models import User\n"
        f"u = User.objects.get(username='{LOGIN}'); u.set_password('{password}'); u.save()"
    )
    run(
        sys.executable,
        "manage.py",
        "shell",
        "-v",
        "0",
        "-c",
        words,
        env=target.environment,
        check=True,
    )
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=120)
    connection.request("GET", "/login/")
    answer = connection.getresponse()
    page = answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    kept = re.search(r"csrftoken=([^;]+)", answer.getheader("Set-Cookie") or "")
    form = {"username": LOGIN, "password": password, "csrfmiddlewaretoken": token[1]}
    connection.request(
        "POST",
        "/login/",
        urllib.parse.urlencode(form),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={kept[1]}",
            "Referer": f"{target.url}login/",
        },
    )
    answer = connection.getresponse()
    answer.read()
    cookies = dict(
        re.findall(r"(sessionid|csrftoken)=([^;]+)", " ".join(answer.headers.get_all("Set-Cookie")))
    )
    target.cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if get(target, "todo/")[0] != 200:
        sys.exit("Logging in did not work.")


# ── The attacks ──────────────────────────────────────────────────────────────────────────────


def tests(target: Target) -> list[str]:
    """More of what `make test` does a little of."""
    environment = {**os.environ, "ATTACK": "full", "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    done = run(
        sys.executable, "-m", "pytest", "-q", "-n", "0", "--nomigrations", "--tb=short",
        "--show-capture=no", "tests/attack", env=environment, capture_output=True,
    )  # fmt: skip
    (OUT / "tests.txt").write_text(done.stdout)
    target.notes["tests"] = done.stdout.strip().splitlines()[-1]
    return [] if done.returncode == 0 else re.findall(r"^FAILED .*", done.stdout, re.MULTILINE)


def upload(target: Target) -> list[str]:
    """A file of 1 GB, with and without a login: refused before it is taken."""
    found, told = [], []
    for who, cookie in (("known", target.cookie), ("stranger", "")):
        before = used(target.folder)
        code, sent, most = send_endless(target, cookie, before)
        told.append(f"{who}: {code} after {sent >> 20} MB, {most >> 20} MB of disk")
        if code not in (413, 0) or most > 64 << 20:
            found.append(told[-1])
    if get(target, "healthz")[0] != 200:
        found.append("the server does not answer any more")
    target.notes["upload"] = "; ".join(told)
    return found


def send_endless(target: Target, cookie: str, before: int) -> tuple[int, int, int]:
    """Answer (0: cut off), bytes sent and the most disk that was taken meanwhile."""
    head = (
        HEAD.format(size=GB, kind=f"multipart/form-data; boundary=xx\r\nCookie: {cookie}")
        + '--xx\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    ).encode()
    block, sent, most, answer = bytes(1 << 20), 0, 0, b""
    with socket.create_connection(("127.0.0.1", target.port), timeout=30) as line:
        with contextlib.suppress(OSError):
            line.sendall(head)
            while sent < GB:
                line.sendall(block)
                sent += len(block)
                most = max(most, used(target.folder) - before)
        with contextlib.suppress(OSError):
            answer = line.recv(100)
    code = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return int(code[1]) if code else 0, sent, most


def used(folder: Path) -> int:
    """Bytes under a folder, and in what its processes hold open for uploads."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def slow(target: Target) -> list[str]:
    """Many who never finish their request; how long another one waits meanwhile."""
    told, found = [], []
    for what, beginning in (
        ("say nothing", b""),
        ("never end their headers", b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "),
        (
            "never end their text",
            HEAD.format(size=10000, kind="application/x-www-form-urlencoded").encode()
            + b"username=",
        ),
    ):
        lines = [socket.create_connection(("127.0.0.1", target.port)) for _n in range(SLOW)]
        try:
            for line in lines:
                line.sendall(beginning)
            time.sleep(1)
            begun = time.monotonic()
            try:
                get(target, "login/", timeout=20)
                took = f"{time.monotonic() - begun:.1f} s"
            except OSError:
                took = "no answer within 20 s"
        finally:
            for line in lines:
                line.close()
        told.append(f"{SLOW} that {what}: {took}")
        if not took[0].isdigit() or float(took.split()[0]) > PATIENCE:
            found.append(told[-1])
    target.notes["slow"] = "; ".join(told)
    return found


def program(name: str) -> str:
    """A tool in an environment of its own, set up on first use."""
    home = ROOT / "var" / f"{name}-venv"
    if not (home / "bin" / name).exists():
        run(sys.executable, "-m", "venv", "--clear", home, check=True)
        pip = (home / "bin" / "python", "-m", "pip", "install", "--quiet")
        run(*pip, "--disable-pip-version-check", TOOLS[name], check=True)
    return str(home / "bin" / name)


def wapiti(target: Target) -> list[str]:
    """Crawls the ledger as a legal officer and attacks every form and parameter it finds."""
    report = OUT / "wapiti.json"
    report.unlink(missing_ok=True)
    seconds = int(MINUTES * 60 * 0.6)
    spared = [part for path in SPARED for part in ("-x", f"{target.url}{path}*")]
    command = (
        program("wapiti"), "-u", target.url, "--scope", "folder", "-C", target.cookie, *spared,
        "-m", MODULES, "--max-scan-time", seconds // 3, "--max-attack-time", seconds // 20,
        "--max-links-per-page", 60, "--max-files-per-dir", 15, "-d", 4, "--tasks", 2,
        "-f", "json", "-o", report, "--flush-session", "--no-bugreport", "-v", 1,
        "--store-session", OUT / "wapiti", "--endpoint", "http://127.0.0.1:9/",
    )  # fmt: skip
    try:
        done = run(*command, capture_output=True, timeout=seconds * 2)
        (OUT / "wapiti.txt").write_text(done.stdout + done.stderr)
    except subprocess.TimeoutExpired as late:
        (OUT / "wapiti.txt").write_bytes(late.stdout or b"")
        return ["wapiti did not end in time"]
    if not report.exists():
        return [f"wapiti wrote no report: {OUT / 'wapiti.txt'}"]
    made = json.loads(report.read_text())
    target.notes["wapiti"] = f"{made['infos'].get('crawled_pages_nbr', '?')} pages"
    lines = [
        (kind, f"{kind}: {each['method']} {each['path']} {each['info']}")
        for kind, several in (made["vulnerabilities"] | made["anomalies"]).items()
        for each in several
    ]
    return [line for kind, line in lines if not is_known(kind, line)]


def is_known(kind: str, line: str) -> bool:
    return any(kind == named and part in line for named, part in NOT_FINDINGS)


def sqlmap(target: Target) -> list[str]:
    """Tries to reach the database through the parameters of searches and lists."""
    found, log, tried = [], [], 0
    each = int(MINUTES * 60 * 0.4 / len(ADDRESSES))
    for address in ADDRESSES:
        command = (
            program("sqlmap"), "-u", target.url + address, "--cookie", target.cookie, "--batch",
            "--level", 1, "--risk", 1, "--threads", 1, "--disable-coloring", "--flush-session",
            "--output-dir", OUT / "sqlmap", "--timeout", 30, "--skip-waf", "--technique", "BEUQ",
        )  # fmt: skip
        try:
            said = run(*command, capture_output=True, timeout=each).stdout
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode(errors="replace") + "\n(out of time)"
        log.append(said)
        tried += len(re.findall(r"does not seem to be injectable", said))
        if "identified the following injection point" in said:
            found.append(f"{address}: injectable")
    (OUT / "sqlmap.txt").write_text("\n".join(log))
    target.notes["sqlmap"] = f"{tried} parameters tried to the end"
    return found


PARTS: dict[str, Callable[[Target], list[str]]] = {
    "tests": tests,
    "upload": upload,
    "slow": slow,
    "wapiti": wapiti,
    "sqlmap": sqlmap,
}
# What holds only behind the proxy that the manual describes; told, and no finding.
BEHIND_A_PROXY = {"slow": "nginx takes requests whole before it passes them on"}


def main() -> int:
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = os.environ.get("ONLY", ",".join(PARTS)).split(",")
    target, server = started()
    found: dict[str, list[str]] = {}
    try:
        log_in(target)
        for name in wanted:
            print(f"── {name} ".ljust(72, "─"), flush=True)
            found[name] = PARTS[name](target)
            errors = (OUT / "server.log").read_text().count("Internal Server Error")
            if errors and "server" not in found:
                found["server"] = [f"{errors} internal errors: {OUT / 'server.log'}"]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)
    bad = False
    report = []
    for name, what in found.items():
        excused = BEHIND_A_PROXY.get(name) if what else None
        bad = bad or bool(what and not excused)
        word = "clean" if not what else "only behind a proxy" if excused else "FOUND"
        report.append(f"{name:<10}{word:<22}{target.notes.get(name, '')}")
        report += [f"    {line}" for line in what]
        report += [f"    {excused}"] if excused else []
    text = "\n".join(report)
    (OUT / "report.txt").write_text(text + "\n")
    print(f"\n{'═' * 72}\n{text}\n\n{OUT / 'report.txt'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
