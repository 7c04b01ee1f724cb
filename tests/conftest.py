"""What every test stands on: one day, nobody's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from reports.models import Evidence
from reports.triggers import lay_triggers, lift_triggers

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def the_day(request):
    """Wednesday 10 June 2026, noon in Shanghai. Browsers bring their own clock."""
    if request.node.get_closest_marker("browser"):
        yield None
        return
    with time_machine.travel(datetime(2026, 6, 10, 12, tzinfo=SHANGHAI), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def empty_cache():
    """What one test cached is no business of the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def chinese():
    """A page asked for in English leaves its language behind in the thread."""
    translation.activate("zh-hans")


@pytest.fixture
def evidence_store(monkeypatch, tmp_path):
    """An empty folder for the files of one test."""
    storage = FileSystemStorage(location=tmp_path, base_url=None)
    monkeypatch.setattr(Evidence._meta.get_field("file"), "storage", storage)
    return tmp_path


def _emptied(empty):
    """Tests with transactions of their own empty every table, also those only ever added to."""

    def teardown(self):
        lift_triggers(connection)
        empty(self)
        lay_triggers(connection)

    return teardown


TransactionTestCase._fixture_teardown = _emptied(TransactionTestCase._fixture_teardown)
