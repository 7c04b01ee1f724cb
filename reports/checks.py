"""System checks: settings with which pages would lie."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error


def settings_that_would_lie(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The days of the ledger are those of Shanghai, its weeks begin on Monday."""
    wanted = {
        "TIME_ZONE": "Asia/Shanghai",
        "USE_TZ": True,
        "FIRST_DAY_OF_WEEK": 1,
        "LANGUAGE_CODE": "zh-hans",
    }
    return [
        Error(f"{name} must be {value!r}: dates and verdicts depend on it.", id=f"reports.E00{n}")
        for n, (name, value) in enumerate(wanted.items(), 1)
        if getattr(settings, name) != value
    ]
