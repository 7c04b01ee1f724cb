"""The rules of coming in, kept by the security administrator."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.access import Role
from reports.domain.security import LIMITS
from reports.models import SecuritySettings
from reports.models.choices import ROLE_LABELS
from reports.selectors.security_settings import security_settings


class CannotSetSecurity(Refused):
    """A rule is outside what anybody may set."""


@transaction.atomic
def set_security(
    *,
    values: Mapping[str, int],
    second_factor_roles: Collection[Role],
    by: User | None,
    at: datetime,
) -> SecuritySettings:
    """Set the rules of coming in, all at once, with an entry in their history.

    ``values`` has a number for each name of ``domain.security.LIMITS``. Refuses those outside
    their limits, and names each.
    """
    reasons = [
        _("“%(rule)s”须在%(least)s至%(most)s之间。")
        % {
            "rule": SecuritySettings._meta.get_field(name).verbose_name,
            "least": limit.least,
            "most": limit.most,
        }
        for name, limit in LIMITS.items()
        if not limit.least <= values[name] <= limit.most
    ]
    if reasons:
        raise CannotSetSecurity(reasons)
    row = SecuritySettings.objects.select_for_update().first()
    if row is None:
        # What held so far comes first, so that the history says what became of it.
        row = security_settings()
        _save(row, by=by, at=at)
    for name in LIMITS:
        setattr(row, name, values[name])
    row.second_factor_roles = [
        role.value for role in ROLE_LABELS if role in set(second_factor_roles)
    ]
    _save(row, by=by, at=at)
    return row


def _save(row: SecuritySettings, *, by: User | None, at: datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()
