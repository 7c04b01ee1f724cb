"""Who stands in for whom, who could, and who wants to be told by mail."""

from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from reports.domain.reminders import is_due
from reports.models import Deputy, Membership, Reminder
from reports.models.choices import HowOften
from reports.selectors.scope import Scope, scope_of, shared_with


def deputies_of(user: User, *, today: date) -> QuerySet[Deputy]:
    """The leaves of a user that are not over, the next first."""
    rows = Deputy.objects.filter(user=user, last_day__gte=today)
    return rows.select_related("deputy").order_by("first_day", "pk")


def stands_in_for(user: User, *, today: date) -> QuerySet[Deputy]:
    """For whom a user stands in, now or later."""
    rows = Deputy.objects.filter(deputy=user, last_day__gte=today, user__is_active=True)
    return rows.select_related("user").order_by("first_day", "pk")


def colleagues(scope: Scope, *, today: date) -> QuerySet[User]:
    """Who may be chosen as a deputy: logins with a role in the same bureau, or above the bureaus
    at the same unit. Whether they can do all of it is asked when one is chosen.
    """
    grants = [grant for grant in scope.grants if grant.kind != "none"]
    here = Q(unit__in=[grant.unit_id for grant in grants])
    here |= Q(unit__bureau__in=[grant.bureau_id for grant in grants if grant.bureau_id])
    members = Membership.objects.valid_on(today).filter(here).values("user_id")
    rows = User.objects.filter(pk__in=members, is_active=True).exclude(pk=scope.user_id)
    return rows.order_by("last_name", "first_name", "username")


def able_to_stand_in(scope: Scope, deputy: User, *, on: date) -> bool:
    """Whether the deputy may do at every place all that the user of the scope may: one query."""
    grants = [grant for grant in scope.grants if grant.kind != "none"]
    kept = shared_with(Scope(deputy.pk, tuple(grants)), scope_of(deputy, today=on)).grants
    return bool(grants) and len(kept) == len(grants)


def overlapping(user: User, first_day: date, last_day: date) -> QuerySet[Deputy]:
    """The leaves of a user that share a day with the span."""
    return Deputy.objects.filter(user=user, first_day__lte=last_day, last_day__gte=first_day)


def reminders_due(*, on: date) -> list[Reminder]:
    """Who is to be told by mail on that day: one query. Nobody without an address."""
    rows = (
        Reminder.objects.exclude(how_often=HowOften.NEVER)
        .filter(user__is_active=True)
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )
    return [row for row in rows if is_due(row.how_often, sent_on=row.sent_on, on=on)]
