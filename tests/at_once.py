"""Many people at one moment, as real requests: what the tests of simultaneous work share."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client

from tests.factories import member

# Only a database that lets several write at a time can be asked; SQLite lets them in one by one.
SEVERAL_WRITERS = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="only PostgreSQL lets several write at a time"
    ),
]


def desks(role, unit, number):
    """So many people of a role at so many desks; each client knows its ``user``."""
    found = []
    for _ in range(number):
        client = Client(raise_request_exception=True)
        client.user = member(role, unit)
        client.force_login(client.user, backend="reports.views.backend.LedgerBackend")
        found.append(client)
    return found


def at_once(jobs):
    """The answers to all jobs, begun at the same moment."""
    jobs = list(jobs)
    start = Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=30)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]
