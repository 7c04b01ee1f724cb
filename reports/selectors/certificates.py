"""Certificates of people: how they stand on a day, and which must be renewed soon."""

from datetime import date, timedelta

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from reports.domain.access import Act
from reports.domain.qualifications import EXPIRES_SOON, Validity
from reports.models import Certificate, Unit
from reports.selectors.scope import Scope

SOON = timedelta(days=EXPIRES_SOON)
# What the list can be narrowed to, besides each way in which a certificate stands.
DUE = "due"


def with_validity(rows: QuerySet[Certificate], on: date) -> QuerySet[Certificate]:
    """Each certificate with how it stands on the day (``stands``): the SQL voice of
    ``domain.qualifications.validity``."""
    renewed = Certificate.objects.standing().filter(
        Q(issued_on__isnull=True) | Q(issued_on__lte=on), renews=OuterRef("pk")
    )
    return rows.annotate(
        stands=Case(
            When(cancelled_at__isnull=False, then=Value(Validity.CANCELLED.value)),
            When(issued_on__gt=on, then=Value(Validity.NOT_YET.value)),
            When(Exists(renewed), then=Value(Validity.RENEWED.value)),
            When(valid_until__lt=on, then=Value(Validity.EXPIRED.value)),
            When(valid_until__lte=on + SOON, then=Value(Validity.EXPIRING.value)),
            default=Value(Validity.GOOD.value),
            output_field=CharField(),
        )
    )


def to_renew(rows: QuerySet[Certificate], on: date) -> QuerySet[Certificate]:
    """Those that expire within the days or have expired and were not renewed, of people who are
    still there."""
    return with_validity(rows, on).filter(
        Q(person__left_on__isnull=True) | Q(person__left_on__gte=on),
        stands__in=[Validity.EXPIRING.value, Validity.EXPIRED.value],
        person__merged_into__isnull=True,
    )


def certificates_for(
    scope: Scope, *, on: date, state: str = "", kind: int | None = None
) -> QuerySet[Certificate]:
    """The certificates within the scope, each with how it stands on the day; one query.

    ``state``: ``due`` for all that must be renewed (expiring or expired), a ``Validity``, or empty
    for everything but what is cancelled. Of those that must be renewed only people who have not
    left are meant.
    """
    rows = scope.limit(Certificate.objects.all())
    if kind is not None:
        rows = rows.filter(kind=kind)
    if state in (DUE, Validity.EXPIRING, Validity.EXPIRED):
        rows = to_renew(rows, on)
        if state != DUE:
            rows = rows.filter(stands=state)
    else:
        rows = with_validity(rows, on)
        if state == Validity.CANCELLED:
            rows = rows.filter(stands=state)
        else:
            rows = rows.standing().exclude(stands=Validity.NOT_YET.value)
            if state:
                rows = rows.filter(stands=state)
    return rows.select_related("kind", "person", "person__unit", "person__unit__bureau").order_by(
        F("valid_until").asc(nulls_last=True), "person__unit__path", "pk"
    )


def certificates_of(person_id: int, *, on: date) -> QuerySet[Certificate]:
    """All certificates of a person, cancelled ones too; those that expire first. One query."""
    rows = with_validity(Certificate.objects.filter(person=person_id), on)
    rows = rows.exclude(stands=Validity.NOT_YET.value)
    return rows.select_related("kind", "renews", "cancelled_by").order_by(
        F("cancelled_at").asc(nulls_first=True), "kind__position", "-issued_on", "-pk"
    )


def bureaus_with_certificates_to_renew(scope: Scope, today: date) -> QuerySet[Unit]:
    """The bureaus whose people the user manages, where certificates must be renewed.

    Each with how many (``to_renew``) and the first of their last days (``renew_by``).
    """
    waiting = to_renew(Certificate.objects.filter(person__unit__bureau=OuterRef("pk")), today)
    number = waiting.order_by().values("person__unit__bureau").annotate(n=Count("pk"))
    first = waiting.order_by().values("person__unit__bureau").annotate(day=Min("valid_until"))
    bureaus = scope.limit(Unit.objects.bureaus(), Act.MANAGE_PEOPLE)
    return bureaus.filter(Exists(waiting)).annotate(
        to_renew=Subquery(number.values("n")[:1], output_field=IntegerField()),
        renew_by=Subquery(first.values("day")[:1], output_field=DateField()),
    )
