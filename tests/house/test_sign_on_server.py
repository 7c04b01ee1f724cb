"""What a real server makes of headers: whom the login page greets."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# A ledger in which somebody could log in; an empty one leads to its first page.
BEGUN = """
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("somebody")
"""
GREETING = "统一认证已确认您是“zhang”"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that trusts whoever comes through its socket file, and nobody at its port."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = str(folder / "socket")
    log = (folder / "log").open("w")
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_ROOT": str(folder),
        "SECRET_KEY": "x" * 50,
        "DEBUG": "1",
        "WEB_CONCURRENCY": "1",
        "SSO_MODE": "proxy-header",
        "TRUSTED_PROXIES": "unix",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    subprocess.run([sys.executable, "-c", BEGUN], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--bind", f"unix:{file}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    places = {"port": (socket.AF_INET, ("127.0.0.1", port)), "file": (socket.AF_UNIX, file)}
    try:
        for _attempt in range(600):
            if process.poll() is not None or answers(places["file"]):
                break
            time.sleep(0.1)
        yield places, folder / "log"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def answers(place) -> bool:
    with socket.socket(place[0]) as probe:
        try:
            probe.connect(place[1])
        except OSError:
            return False
    return True


def greeted(place, *headers) -> bool:
    """Whether the login page calls the visitor by name."""
    lines = ["GET /login/ HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    with socket.socket(place[0]) as asked:
        asked.settimeout(30)
        asked.connect(place[1])
        asked.sendall("\r\n".join(lines).encode())
        answer = b"".join(iter(lambda: asked.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 200"), answer[:500]
    return GREETING in answer


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (["X-Remote-User: zhang"], True),
        ([], False),
        (["X_Remote_User: zhang"], False),
        (["X-Remote_User: zhang"], False),
        (["X-Remote-User: zhang", "X-Remote-User: zhang"], False),
        (["X-Remote-User: li", "X-Remote-User: zhang"], False),
        (["X-Remote-User: li", "X_Remote_User: zhang"], False),
    ],
)
def test_the_header_of_the_proxy_alone_counts_and_once(server, headers, named):
    places, _log = server

    assert greeted(places["file"], *headers) is named


def test_a_visitor_who_brings_the_header_along_is_nobody(server):
    places, log = server

    assert not greeted(places["port"], "X-Remote-User: zhang", "X-Forwarded-For: unix")
    assert "sign-on header from '127.0.0.1', which is no named proxy" in log.read_text()
