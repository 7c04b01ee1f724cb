"""Logins that nobody uses, and those a proxy or a certificate names."""

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from reports.domain.security import UNUSED_DAYS


def unused_logins(logins: QuerySet[User], *, at: datetime, today: date) -> QuerySet[User]:
    """Of the logins those that may be used and were not for 90 days, or never since they exist."""
    before = at - timedelta(days=UNUSED_DAYS)
    return logins.filter(
        Q(last_login__lt=before) | Q(last_login__isnull=True, date_joined__lt=before),
        Q(account__expires_on__isnull=True) | Q(account__expires_on__gte=today),
        is_active=True,
    )


def login_named(name: str) -> User | None:
    """The login that a trusted proxy names, exactly so written."""
    return User.objects.select_related("account").filter(username=name).first()


def login_of_certificate(name: str) -> User | None:
    """The login whose certificate bears the name."""
    return User.objects.select_related("account").filter(account__certificate_name=name).first()
