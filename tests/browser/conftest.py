"""A real server with the sample data, a real Chromium, and a witness of everything it asks for.

The server is started once, as `make run` starts it, with a database of its own; what one test
records the next one sees, so tests look for what they recorded themselves.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which(os.environ.get("CHROMIUM", "chromium"))
PICTURES = ROOT / "var" / "pictures"
ROLES = ("clerk", "legal", "inspector", "leader", "supervisor", "system", "security", "audit")


# What changes the rules of everybody is done when the others are through.
LAST = ("test_depth.py", "test_loop.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: Path(item.path).name in LAST)
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.path).parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


# ── The server ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Site:
    """Where the ledger of the tests answers, and the password of its demo logins."""

    url: str
    password: str
    folder: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/healthz", timeout=2):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    password = secrets.token_urlsafe(12)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "SECRET_KEY", "DEBUG", "DJANGO_SETTINGS_MODULE"}
    } | {
        "DEMO": "1",
        "VAR_ROOT": str(folder),
        "PORT": str(port),
        "DEMO_PASSWORD": password,
    }
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        [sys.executable, "tools/serve.py"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _attempt in range(2000):
            if answers(url) or server.poll() is not None:
                break
            time.sleep(0.2)
        assert answers(url), (folder / "log").read_text()[-3000:]
        yield Site(url, password, folder)
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


# ── The browser ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@dataclass
class Witness:
    """What went wrong in the pages of a test without anybody asking."""

    site: Site
    faults: list[str] = field(default_factory=list)

    def watch(self, context):
        context.on("request", self.asked)
        context.on("console", self.said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def asked(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and not request.url.startswith(self.site.url + "/"):
            self.faults.append(f"asked another host: {request.url}")

    def said(self, message):
        # A refused input is an answer, not a fault; so is a page outside one's scope.
        expected = re.search(r"status of (400|403|404|429)", message.text)
        if message.type == "error" and not expected:
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def witness(site):
    witness = Witness(site)
    yield witness
    assert witness.faults == []


@pytest.fixture(scope="session")
def states():
    """Cookies of each role, so that everybody comes in once."""
    return {}


@pytest.fixture
def open_as(browser, site, witness, states):
    """``open_as("clerk", locale="en-US", java_script_enabled=False)``: a page, logged in."""
    contexts = []

    def new_context(**options):
        options = {"locale": "zh-CN", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(base_url=site.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    def open_as(role=None, **options):
        if role is not None and role not in states:
            context = new_context()
            log_in(context.new_page(), role, site.password)
            states[role] = context.storage_state()
        if role is not None:
            options["storage_state"] = states[role]
        context = new_context(**options)
        witness.watch(context)
        return context.new_page()

    yield open_as
    for context in contexts:
        context.close()


def log_in(page, name, password):
    page.goto("/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main button[type=submit]")
    assert "/login/" not in page.url, page.inner_text("main")


# ── What a page must be ──────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def no_axe_violation():
    """``no_axe_violation(page)``: WCAG 2.2 AA as far as a program can tell."""
    axe = Axe()

    def check(page):
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
        assert [
            f"{rule['id']}: {node['target']} {node['failureSummary'][:200]}"
            for rule in found.response["violations"]
            for node in rule["nodes"][:5]
        ] == []

    return check


AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def fits():
    """``fits(page)``: nothing makes the page scroll sideways."""

    def check(page):
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"

    return check


@pytest.fixture(scope="session")
def picture():
    """``picture(page, "dashboard-phone")`` keeps what a person should look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(page, name):
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    return take
