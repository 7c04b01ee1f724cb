"""Which database a read goes to: the primary, or the replica for a request that only reads."""

from contextvars import ContextVar
from typing import Any

PRIMARY, REPLICA = "default", "replica"
# Set at the beginning of every request; a command or a job never sets it. It is not taken back
# at the end, since a streamed answer goes on reading after the last line of code of its view.
_reads: ContextVar[str] = ContextVar("reads", default=PRIMARY)


def read_from(alias: str) -> None:
    """Let everything that this request reads come from there."""
    _reads.set(alias)


class PrimaryReplica:
    """Reads go where the request chose, writes to the primary alone."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return _reads.get()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return PRIMARY

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # both hold the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRIMARY
