"""System checks: settings with which pages would lie, logins that stand above the rules."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Warn
from django.db import DatabaseError
from django.utils import timezone

from reports.domain.access import ADMINISTRATORS


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


def administrators_apart(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """No login above the rules outside a demo, and all three administrators there (三员分立).

    A deploy check is asked for by hand, so it reads the database whether one is named or not; a
    database that is not there yet has no logins.
    """
    if settings.DEMO:
        return []
    today = timezone.localdate()  # noqa: TID251 — whoever asks for a check asks of today
    try:
        above = apps.get_model("auth", "User").objects.filter(is_superuser=True, is_active=True)
        names = sorted(above.values_list("username", flat=True))
        roles = set(
            apps.get_model("reports", "Membership")
            .objects.valid_on(today)
            .filter(role__in=ADMINISTRATORS, user__is_active=True)
            .values_list("role", flat=True)
        )
    except DatabaseError:
        return []
    found: list[CheckMessage] = [
        Error(
            f"Login {name} is a superuser: it stands above the three administrators.",
            hint="Withdraw it: the roles of the ledger are enough.",
            id="reports.E010",
        )
        for name in names
    ]
    if roles and (missing := sorted(ADMINISTRATORS - roles)):
        found.append(
            Warn(
                f"No login holds {', '.join(missing)}: the three administrators are not complete.",
                hint="The security administrator gives the role, to a login without any other.",
                id="reports.W010",
            )
        )
    return found
