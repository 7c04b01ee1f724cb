"""The slow part, `make bundle-test`: build, install where there is no network, upgrade, go back.

Everything runs in a network namespace of its own, in which only loopback exists. BUNDLE=1 runs it;
needs root for the namespace. BUNDLE_WHEELS names a folder of wheels not to be fetched again.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import textwrap
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from tools.bundle import build, sha256, sums
from tools.check import throw_away_postgresql

pytestmark = pytest.mark.skipif("BUNDLE" not in os.environ, reason="make bundle-test")
ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3.11" if Path("/usr/bin/python3.11").exists() else sys.executable
BIND = "127.0.0.1:18467"
# What the browser does on the first day; run inside the namespace, by the plain library.
VISITOR = textwrap.dedent(
    """
    import http.cookiejar, re, sys, urllib.error, urllib.parse, urllib.request
    base, token = sys.argv[1:]
    jar = http.cookiejar.CookieJar(
        http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    )
    visit = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    secure = base.replace("http:", "https:") + "/"
    visit.addheaders = [("X-Forwarded-Proto", "https"), ("Referer", secure)]
    def read(path, **fields):
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            with visit.open(base + path, data, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
    status, page = read("/start/")
    assert status == 200, (status, page[:500])
    key = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    roles = re.findall('name="([a-z]+_admin)"', page)
    print("roles", *roles)
    css = re.search('href="(/static/[^"]+base[^"]+css)"', page)[1]
    print("css", *[str(each) for each in read(css)][:1])
    answers = dict(token=token, unit_name="某市公安局", kind="city", clock_checked="on")
    status, page = read("/start/", csrfmiddlewaretoken=key, **answers, **{r: r for r in roles})
    assert "初始密码" in page, (status, page[:2000])
    print("started", len(re.findall("<code>", page)))
    print("again", read("/start/")[0])
    """
)


def tell(words):
    """A figure for whoever runs it."""
    sys.stderr.write(f"\n{words}\n")


def run(*command, check=True, **kwargs):
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, **kwargs)
    assert not check or done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


class Machine:
    """A place to install to, and a network namespace that holds loopback only."""

    def __init__(self, folder: Path):
        self.folder, self.prefix, self.data = folder, folder / "opt", folder / "var"
        self.etc = folder / "etc"
        keep = "ip link set lo up && echo up && exec sleep 3600"
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", keep], stdout=subprocess.PIPE, text=True
        )
        assert self.holder.stdout.readline() == "up\n"

    def run(self, *command, check=True, **kwargs):
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHON": PYTHON, "LANG": "C.UTF-8"}
        inside = ("nsenter", f"--net=/proc/{self.holder.pid}/ns/net")
        return run(*inside, *command, check=check, env=environment, **kwargs)

    def unpack(self, archive: Path) -> Path:
        with tarfile.open(archive) as tar:
            tar.extractall(self.folder, filter="tar")
        return self.folder / archive.name.removesuffix(".tar.gz")

    def install(self, unpacked: Path, *options, check=True):
        places = ("--prefix", self.prefix, "--data", self.data, "--etc", self.etc, "--bind", BIND)
        return self.run(
            str(unpacked / "install.sh"), "--no-systemd", *map(str, places), *options, check=check
        )

    def manage(self, *arguments, check=True):
        return self.run(str(self.prefix / "bin/fazhi-ledger"), *arguments, check=check)

    @property
    def current(self) -> str:
        return (self.prefix / "current").resolve().name

    @contextmanager
    def serving(self):
        """gunicorn as the unit starts it, until the end of the block."""
        settings = dict(
            line.split("=", 1)
            for line in (self.etc / "environment").read_text().splitlines()
            if line and not line.startswith("#")
        )
        here = self.prefix / "current"
        server = subprocess.Popen(
            [
                *("nsenter", f"--net=/proc/{self.holder.pid}/ns/net"),
                *(str(here / "venv/bin/python"), "-m", "gunicorn", "--bind", BIND),
            ],
            cwd=here / "code",
            env={
                "PATH": "/usr/bin:/bin",
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "STATIC_ROOT": str(here / "static"),
                **settings,
            },
            start_new_session=True,
        )
        try:
            self.wait()
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)

    def wait(self):
        for _attempt in range(120):
            if self.status("/healthz") == "200":
                return
            time.sleep(0.25)
        raise AssertionError("no answer")

    def status(self, path):
        ask = (
            "import sys, urllib.request as u\n"
            "r = u.Request(sys.argv[1], headers={'X-Forwarded-Proto': 'https'})\n"
            "try: print(u.build_opener(u.ProxyHandler({})).open(r, timeout=5).status)\n"
            "except Exception as e: print(getattr(e, 'code', e))"
        )
        return self.run(PYTHON, "-c", ask, f"http://{BIND}{path}").stdout.strip()

    def close(self):
        self.holder.terminate()
        self.holder.wait()
        self.holder.stdout.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("bundle")


@pytest.fixture(scope="module")
def archives(folder):
    """The release of this commit, and one that calls itself newer and holds one migration more."""
    began = time.monotonic()
    kept = Path(os.environ["BUNDLE_WHEELS"]) if "BUNDLE_WHEELS" in os.environ else None
    first = build(version="1.0.0+test", out=folder / "dist", wheels=kept)
    tell(f"built in {time.monotonic() - began:.0f} s, {first.stat().st_size / 1024**2:.1f} MB")
    with tarfile.open(first) as tar:
        tar.extractall(folder / "first", filter="tar")
    inside = folder / "first" / "fazhi-ledger-1.0.0+test"
    second = build(version="1.0.1+test", out=folder / "dist", wheels=inside / "wheels")
    return first, second, inside / "wheels"


@pytest.fixture(scope="module")
def machine(archives, tmp_path_factory):
    """One machine with the first release on it; every test leaves that release in use."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    began = time.monotonic()
    unpacked = made.unpack(archives[0])
    made.said = made.install(unpacked, "--hosts", "ledger.example").stdout
    tell(f"installed in {time.monotonic() - began:.0f} s")
    yield made
    made.close()


@pytest.fixture
def bare(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def newer(archives, machine):
    """The second archive, unpacked anew."""
    unpacked = machine.folder / "fazhi-ledger-1.0.1+test"
    shutil.rmtree(unpacked, ignore_errors=True)
    return machine.unpack(archives[1])


def with_migration(unpacked: Path, after: str = "") -> None:
    """Make of an unpacked release one whose database has a table more; ``after`` comes then."""
    migrations = unpacked / "code/reports/migrations"
    last = sorted(path.stem for path in migrations.glob("0*.py"))[-1]
    (migrations / "0999_one_table_more.py").write_text(
        "from django.db import migrations\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = [('reports', '{last}')]\n"
        f"    operations = [migrations.RunSQL('CREATE TABLE one_more (id integer)'){after}]\n"
    )
    (unpacked / "SHA256SUMS").unlink()
    (unpacked / "SHA256SUMS").write_text(sums(unpacked))


def test_same_commit_and_wheels_give_the_same_bytes(archives, folder):
    first, _second, wheels = archives

    again = build(version="1.0.0+test", out=folder / "again", wheels=wheels)

    assert sha256(again) == sha256(first)


def test_first_day_without_any_network(machine):
    """Nothing answers but loopback; the ledger is started on its page, and serves its files."""
    links = machine.run("ip", "-brief", "link").stdout.splitlines()
    assert [line.split()[0] for line in links] == ["lo"]
    token = re.search(r"启用口令：(\S+)", machine.said)[1]
    assert machine.current == "1.0.0+test"
    assert (machine.etc / "environment").stat().st_mode & 0o777 == 0o600

    with machine.serving():
        visited = machine.run(PYTHON, "-c", VISITOR, f"http://{BIND}", token).stdout
        assert machine.status("/login/") == "200"

    lines = dict(line.split(" ", 1) for line in visited.splitlines())
    assert lines["css"] == "200"
    assert lines["again"] == "404"
    assert int(lines["started"]) == len(lines["roles"].split())
    assert machine.manage("audit_ledger").stdout.splitlines()[-1] == "核对无误。"
    assert machine.manage("start_token", check=False).returncode == 1


def test_installing_the_same_release_again_does_nothing(machine):
    key = (machine.etc / "environment").read_text()

    said = machine.install(machine.folder / "fazhi-ledger-1.0.0+test").stdout

    assert "已在使用" in said
    assert (machine.etc / "environment").read_text() == key


def test_altered_archive_is_refused_and_changes_nothing(archives, bare):
    unpacked = bare.unpack(archives[0])
    with (unpacked / "code/manage.py").open("a") as file:
        file.write("# harmless\n")

    done = bare.install(unpacked, check=False)

    assert done.returncode == 1
    assert "被改动" in done.stderr
    assert not bare.prefix.exists()


def test_upgrade_keeps_everything_and_goes_back_without_loss(machine, newer):
    said = machine.install(newer).stdout
    assert "已升级：1.0.0+test → 1.0.1+test" in said
    assert machine.current == "1.0.1+test"
    note(machine, "entered after the upgrade")
    with machine.serving():
        assert machine.status("/login/") == "200"

    back = machine.run(str(machine.prefix / "bin/rollback.sh")).stdout

    assert "已退回：1.0.1+test → 1.0.0+test" in back
    assert machine.current == "1.0.0+test"
    assert notes(machine) == ["entered after the upgrade"]
    with machine.serving():
        assert machine.status("/login/") == "200"
    assert machine.run(str(machine.prefix / "bin/rollback.sh"), check=False).returncode == 1


def test_going_back_over_a_migration_brings_the_saved_database_back(machine, newer):
    note(machine, "entered before the upgrade")
    with_migration(newer)
    machine.install(newer)
    assert "one_more" in tables(machine.data / "ledger.sqlite3")
    note(machine, "entered after the upgrade")

    asked = machine.run(str(machine.prefix / "bin/rollback.sh"), check=False, input="")
    still = machine.current
    back = machine.run(str(machine.prefix / "bin/rollback.sh"), "--yes").stdout

    assert (asked.returncode, still) == (1, "1.0.1+test")
    assert "未作任何改动" in asked.stderr
    assert "数据库结构不同" in back
    assert machine.current == "1.0.0+test"
    assert notes(machine) == ["entered before the upgrade"]
    assert "one_more" not in tables(machine.data / "ledger.sqlite3")
    kept = next((machine.data / "backups").glob("before-back-*"))
    assert "one_more" in tables(kept)
    assert machine.manage("migrate", "--check").returncode == 0


def test_upgrade_that_fails_leaves_the_old_release_and_its_database(machine, newer):
    note(machine, "entered before the upgrade")
    with_migration(newer, ", migrations.RunSQL('nonsense')")

    done = machine.install(newer, check=False)

    assert done.returncode == 1
    assert "原版本 1.0.0+test 继续使用" in done.stderr
    assert machine.current == "1.0.0+test"
    assert notes(machine) == ["entered before the upgrade"]
    with machine.serving():
        assert machine.status("/login/") == "200"


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_example_is_read_by_nginx(tmp_path):
    key, certificate = tmp_path / "ledger.key", tmp_path / "ledger.crt"
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
        *("-subj", "/CN=ledger.example", "-keyout", str(key), "-out", str(certificate)),
    )
    text = (ROOT / "deploy/nginx.conf").read_text()
    text = text.replace("/etc/fazhi-ledger/tls", str(tmp_path))
    text = text.replace("/var/log/fazhi-ledger", str(tmp_path))
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")

    done = run("nginx", "-t", "-q", "-e", str(tmp_path / "e"), "-c", str(conf), check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_snapshot_of_postgresql_comes_back_as_it_was(tmp_path):
    """Also what the newer release made goes: tables, and the functions of triggers."""
    with throw_away_postgresql() as url:
        execute(url, "CREATE TABLE kept (name text); INSERT INTO kept VALUES ('one')")
        snapshot(url, "save", tmp_path / "before")
        execute(
            url,
            "INSERT INTO kept VALUES ('two'); CREATE TABLE newer (id serial);"
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER t AFTER INSERT ON kept FOR EACH ROW EXECUTE FUNCTION nothing()",
        )

        snapshot(url, "restore", tmp_path / "before")

        assert execute(url, "SELECT name FROM kept") == [("one",)]
        assert execute(
            url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ) == [("kept",)]
        assert (
            execute(url, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            == []
        )


def snapshot(url, what, file):
    run(
        sys.executable,
        str(ROOT / "deploy/snapshot.py"),
        what,
        str(file),
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url},
    )


def execute(url, statement):
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


# --- what was entered, by the plain library ------------------------------------------------------


def note(machine, words):
    with sqlite3.connect(machine.data / "ledger.sqlite3") as database:
        database.execute("UPDATE reports_unit SET short_name = ?", [words])


def notes(machine):
    with sqlite3.connect(machine.data / "ledger.sqlite3") as database:
        found = database.execute("SELECT short_name FROM reports_unit").fetchall()
    return [words for (words,) in found if words]


def tables(database):
    with sqlite3.connect(database) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
