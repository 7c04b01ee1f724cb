"""`make run` and `make setup`: bring the ledger up to date, then serve it with its job worker."""

import argparse
import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.finders import get_finders  # noqa: E402
from django.core.management import call_command  # noqa: E402
from environs import Env, EnvError  # noqa: E402
from marshmallow.validate import Range  # noqa: E402

from config.hosts import is_loopback  # noqa: E402
from config.unused_static import UNUSED  # noqa: E402

django.setup()

from reports.models import Unit  # noqa: E402

PR_SET_PDEATHSIG = 1


def refuse(sentence: str) -> None:
    sys.exit(f"法治台账无法启动：{sentence}")


def address() -> tuple[str, int]:
    """Where to listen; a trial listens on this machine only."""
    env = Env()
    try:
        port = env.int("PORT", 8000, validate=Range(min=1, max=65535))
    except EnvError as error:
        refuse(" ".join(str(error).split()))
    host = env.str("BIND_ADDRESS", "127.0.0.1")
    if settings.DEMO and not is_loopback(host):
        refuse(f"BIND_ADDRESS: 演示模式只能用于本机 / demo mode is for loopback only, not {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            refuse(f"PORT {port}: {error.strerror}（可另选端口，如 PORT=8001 make run）")
    return host, port


def static_state() -> str:
    """Changes whenever a static file does."""
    lines = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            lines.append(f"{name} {facts.st_size} {facts.st_mtime_ns}")
    lines.sort()
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def collect_static() -> None:
    """Compressing takes seconds, so only when a file changed."""
    stamp = settings.STATIC_ROOT / ".collected"
    state = static_state()
    if not stamp.exists() or stamp.read_text() != state:
        print("整理静态文件……", flush=True)
        call_command(
            "collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=UNUSED
        )
        stamp.write_text(state)


def prepare() -> None:
    """Tables, sample data when the ledger is empty, days off, this year's dues, static files."""
    call_command("migrate", interactive=False, verbosity=0)
    empty = not Unit.objects.exists()
    if settings.DEMO and empty:
        call_command("load_demo")
    call_command("seed_holidays", verbosity=0)
    call_command("plan_dues", verbosity=0)
    collect_static()
    if settings.DEMO and not empty:
        call_command("demo_password", only_if_missing=True)


def die_with_parent() -> None:
    """Nothing keeps the port when this process is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(*command: str) -> subprocess.Popen:
    # Threads that each keep a heap of their own would hold twice the memory for nothing.
    environment = {"MALLOC_ARENA_MAX": "1"} | os.environ
    return subprocess.Popen(
        [sys.executable, *command],
        env=environment,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def stop(*processes: subprocess.Popen) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(url: str, server: subprocess.Popen) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _attempt in range(600):
        if server.poll() is not None:
            return False
        try:
            with opener.open(f"{url}healthz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    return False


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or sent TERM."""


def interrupted(number: int, frame: object) -> None:
    # Make sends the signal once more; the second must not disturb the stopping.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def serve(host: str, port: int) -> int:
    """Web server and job worker side by side, until one is told to stop."""
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    bind = f"[{host.strip('[]')}]:{port}" if ":" in host else f"{host}:{port}"
    server = start("-m", "gunicorn", "--bind", bind)
    worker = start("manage.py", "work_jobs")
    try:
        if not wait_until_ready(f"http://{bind}/", server):
            stop(worker, server)
            return server.returncode or 1
        print(f"\n法治台账已启动：http://{bind}/　（按 Ctrl-C 停止）", flush=True)
        while server.poll() is None:
            if worker.poll() is not None:
                print("后台任务进程退出，重新启动。", file=sys.stderr, flush=True)
                time.sleep(2)
                worker = start("manage.py", "work_jobs")
            time.sleep(0.5)
        stop(worker)
        return server.returncode
    except Stopped:
        stop(server, worker)
        print("\n已停止，记录均已保存。", flush=True)
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepare", action="store_true", help="everything but the serving")
    options = parser.parse_args()
    listen = None if options.prepare else address()
    prepare()
    if listen is None:
        print("准备完毕。运行 make run 启动。")
        return 0
    return serve(*listen)


if __name__ == "__main__":
    sys.exit(main())
