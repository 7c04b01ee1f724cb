"""Whether the ledger has begun: before, there is nobody who could log in."""

from django.contrib.auth.models import User

from reports.domain.access import ADMINISTRATORS, Role
from reports.models import Unit

# In the order in which they are named.
ADMINISTRATOR_ROLES = tuple(role for role in Role if role in ADMINISTRATORS)


def ledger_has_begun() -> bool:
    """Whether there is a login or a unit. One query in a ledger that has begun."""
    return User.objects.exists() or Unit.objects.exists()
