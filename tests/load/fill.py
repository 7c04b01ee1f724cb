"""A ledger with a clerk in every station, some of them logged in already.

``python -m tests.load.fill BUREAUS READERS`` prints as JSON the login of each clerk and readers,
with the cookie of a session of each.
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.fill import Size, fill  # noqa: E402
from reports.domain.access import Role  # noqa: E402
from reports.models import Account, LoginSession, Membership, Unit  # noqa: E402

PASSWORD = "load-ledger-2026"


def people(name: str, units: list[Unit], role: Role) -> list[User]:
    """A login for each of these units."""
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(username=f"{name}{number:04}", password=password)
        for number, _unit in enumerate(units, start=1)
    )
    Account.objects.bulk_create(Account(user=user, must_change_password=False) for user in users)
    Membership.objects.bulk_create(
        Membership(user=user, unit=unit, role=role.value)
        for user, unit in zip(users, units, strict=True)
    )
    return users


def sessions(users: list[User]) -> dict[str, str]:
    """The cookie of a session of each, as if she had logged in just now."""
    now = timezone.now()
    rows = {}
    for number, user in enumerate(users):
        key = f"{user.username}x{number:04}".ljust(32, "x")
        data = {
            SESSION_KEY: str(user.pk),
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            "began": now.timestamp(),
        }
        rows[user.username] = LoginSession(
            session_key=key,
            session_data=LoginSession.get_session_store_class()().encode(data),
            user=user,
            began_at=now,
            expire_date=now + timedelta(hours=12),
        )
    LoginSession.objects.bulk_create(rows.values(), batch_size=500)
    return {name: row.session_key for name, row in rows.items()}


def main(bureaus: int, readers: int) -> None:
    fill(Size(bureaus))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    stations = list(Unit.objects.filter(kind__code="station").order_by("pk"))
    clerks = people("clerk", stations, Role.CLERK)
    homes = list(Unit.objects.bureaus().order_by("pk"))
    officers = people("legal", (homes * (readers // len(homes) + 1))[:readers], Role.LEGAL_OFFICER)
    made = {"clerks": sessions(clerks), "readers": sessions(officers), "password": PASSWORD}
    print(json.dumps(made))


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
