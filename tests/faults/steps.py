"""Counting the steps of a write, and dying at one of them."""

import os
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper


class Steps:
    """Every statement, commit and change of a file is a step; at step ``die_at`` we are killed."""

    def __init__(self, die_at: int | None = None) -> None:
        self.number, self.die_at = 0, die_at

    def step(self) -> None:
        self.number += 1
        if self.number == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step()
            done = real(*args, **kwargs)
            self.step()
            return done

        return stepping

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step()
            return real(*args, **kwargs)

        return stepping

    def _halves(self, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        """Half of what is to be written is there when it happens."""

        def writing(descriptor: int, data: Any) -> int:
            half = bytes(data)[: len(data) // 2]
            if self.number + 1 == self.die_at and half:
                real(descriptor, half)
            self.step()
            return real(descriptor, data)

        return writing

    def _statement(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.step()
        return execute(*args)

    @contextmanager
    def counting(self) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._statement))
            patches = [
                (BaseDatabaseWrapper, "_commit", self._around),
                (FileSystemStorage, "_save", self._around),
                (zipfile.ZipFile, "open", self._before),
                (zipfile.ZipFile, "close", self._around),
                (shutil, "copyfile", self._around),
                (os, "write", self._halves),
                (os, "fsync", self._around),
                (os, "rename", self._around),
                (os, "replace", self._around),
                (os, "unlink", self._around),
                (os, "mkdir", self._before),
            ]
            for owner, name, how in patches:
                stack.enter_context(mock.patch.object(owner, name, how(getattr(owner, name))))
            yield
