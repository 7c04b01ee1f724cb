"""Evidence in a bucket of an S3-compatible server on the inner network."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
# What is larger waits on the disk of the node while it is handed out, not in its memory.
IN_MEMORY = 1024 * 1024


@contextmanager
def as_of_a_disk(name: str) -> Iterator[None]:
    """Errors of the bucket as those of a disk: the ledger knows what to do with them."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING:
            raise FileNotFoundError(name) from error
        raise OSError(errno.EIO, str(error), name) from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, str(error), name) from error


class EvidenceBucket(S3Storage):
    """As a folder: whole files only, none written over, and none with an address of its own.

    An object appears when all of it has arrived. Names are drawn by chance and looked up first.
    """

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": True,
            "addressing_style": "path",
            "signature_version": "s3v4",
            "max_memory_size": IN_MEMORY,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 2, "mode": "standard"},
                # Servers other than Amazon's do not all know the newer check sums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def _save(self, name: str, content: File) -> str:
        with as_of_a_disk(name):
            return super()._save(name, content)

    def _open(self, name: str, mode: str = "rb") -> File:
        with as_of_a_disk(name):
            opened = super()._open(name, mode)
            # All of it now, so that an error is one of opening and not one amid an answer.
            opened.file  # noqa: B018
        return opened

    def exists(self, name: str) -> bool:
        with as_of_a_disk(name):
            return super().exists(name)

    def delete(self, name: str) -> None:
        with as_of_a_disk(name):
            super().delete(name)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise ValueError("Evidence leaves the ledger only through a page that asks who.")
