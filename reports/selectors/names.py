"""What a unit was called on the day that a record is of: its name may have changed since."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from reports.models import Unit, UnitName


def with_name_then(
    rows: QuerySet, day: object, *, unit: str = "unit", to: str = "unit_name_then"
) -> QuerySet:
    """Each row with the earlier name its unit bore on a day; NULL where it had the name of today.

    ``day`` is a day, or an expression over the row, as ``F("held_on")``; ``unit`` names the key
    of the unit (``pk`` for units themselves). No query of its own; the SQL voice of
    ``domain.names.name_then``, a parity test holds the two.
    """
    if isinstance(day, F):
        day = OuterRef(day.name)
    borne = UnitName.objects.filter(
        Q(first_day__isnull=True) | Q(first_day__lte=day), unit=OuterRef(unit), last_day__gte=day
    )
    return rows.annotate(
        **{to: Subquery(borne.order_by("last_day", "-first_day", "pk").values("name")[:1])}
    )


def called_then(unit: Unit, then: str | None) -> str:
    """The name to print of a unit: the one it bore then, else the one of today."""
    return then or unit.name
