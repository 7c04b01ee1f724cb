"""What every test stands on: one day, nobody's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.utils import translation

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
