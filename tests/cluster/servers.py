"""Primary, streaming replica and PgBouncer in a temporary folder, on the loopback only."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tools.check import (
    CannotRun,
    free_port,
    newest_postgresql,
    open_to_all,
    unprivileged,
)

BOUNCER = """\
[databases]
ledger = host=127.0.0.1 port={primary} dbname=postgres
ledger_read = host=127.0.0.1 port={replica} dbname=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {pooler}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/userlist.txt
admin_users = ledger
pool_mode = transaction
default_pool_size = 12
max_client_conn = 300
# Who asks while the server is gone hears so in seconds, not in minutes.
server_connect_timeout = 3
server_login_retry = 1
query_wait_timeout = 5
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


class Servers:
    """What the operating manual describes, as one unprivileged user."""

    def __init__(self) -> None:
        self.pgbouncer = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        if self.pgbouncer is None:
            raise CannotRun("pgbouncer")
        self.programs = newest_postgresql()
        self.user, self.group = unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-cluster-", dir=open_to_all()))
        os.chown(self.folder, self.user, self.group)
        self.password = secrets.token_hex(16)
        self.primary, self.replica, self.pooler = free_port(), free_port(), free_port()
        self.bouncer: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Servers":
        try:
            self.start_primary()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        if self.bouncer is not None:
            self.bouncer.terminate()
            self.bouncer.wait(timeout=20)
        for name in ("replica", "primary"):
            if (self.folder / name / "postmaster.pid").exists():
                self.pg_ctl(name, "--mode", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    # Addresses.

    def url(self, port: int, name: str = "postgres") -> str:
        return f"postgresql://ledger:{self.password}@127.0.0.1:{port}/{name}"

    # Programs.

    def somebody(self) -> dict[str, object]:
        if os.getuid() != 0:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd="/",
            env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=90,
            **self.somebody(),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def pg_ctl(self, name: str, *arguments: str) -> None:
        # pg_ctl hands its output down to the server, which would keep our pipe open.
        subprocess.run(
            [str(self.programs / "pg_ctl"), "--pgdata", str(self.folder / name), "--wait",
             "--log", str(self.folder / f"{name}.log"), *arguments],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=90,
            **self.somebody(),
        )  # fmt: skip

    def sql(self, port: int, statement: str, database: str = "postgres") -> str:
        where = ("--host=127.0.0.1", f"--port={port}", "--username=ledger", database)
        return self.run("psql", "-XAtq", *where, "--command", statement)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        os.chown(path, self.user, self.group)
        return path

    # The steps.

    def start_primary(self) -> None:
        key = self.write("password", self.password)
        self.run(
            "initdb", "--pgdata", str(self.folder / "primary"), "--username", "ledger",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "scram-sha-256",
            "--pwfile", str(key),
        )  # fmt: skip
        self.pg_ctl("primary", "--options", self.options(self.primary), "start")

    def options(self, port: int) -> str:
        settings = (
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={self.folder}",
            "max_connections=60",
            "wal_keep_size=256MB",
        )
        return " ".join(f"-c {each}" for each in settings)

    def start_replica(self) -> None:
        """A copy of the primary that follows it; from then on a commit waits for both."""
        self.run(
            "pg_basebackup", "--pgdata", str(self.folder / "replica"), "--write-recovery-conf",
            "--wal-method", "stream", "--checkpoint", "fast", "--host", "127.0.0.1",
            "--port", str(self.primary), "--username", "ledger",
        )  # fmt: skip
        self.pg_ctl("replica", "--options", self.options(self.replica), "start")
        self.wait(self.primary, "SELECT count(*) FROM pg_stat_replication", "1")
        self.sql(self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.sql(self.primary, "SELECT pg_reload_conf()")
        self.wait(self.primary, "SELECT sync_state FROM pg_stat_replication", "sync")

    def start_pooler(self) -> None:
        self.write("userlist.txt", f'"ledger" "{self.password}"\n')
        ini = self.write("pgbouncer.ini", self.bouncer_ini(self.primary))
        self.bouncer = subprocess.Popen(
            [self.pgbouncer, "--quiet", str(ini)],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.somebody(),
        )
        self.wait(self.pooler, "SELECT 1", "1", "ledger")

    def bouncer_ini(self, primary: int) -> str:
        ports = {"primary": primary, "replica": self.replica, "pooler": self.pooler}
        return BOUNCER.format(folder=self.folder, **ports)

    def kill_primary(self) -> None:
        """As when the power goes: every process of it at once, nothing written down."""
        self.pg_ctl("primary", "--mode", "immediate", "stop")

    def promote_replica(self) -> None:
        """By hand, as the manual says: promote, point the pooler there, let it read that."""
        self.pg_ctl("replica", "promote")
        self.write("pgbouncer.ini", self.bouncer_ini(self.replica))
        self.sql(self.pooler, "RELOAD", "pgbouncer")

    def wait(self, port: int, statement: str, wanted: str, database: str = "postgres") -> None:
        for _attempt in range(100):
            try:
                if self.sql(port, statement, database) == wanted:
                    return
            except RuntimeError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"{statement}: never {wanted}")
