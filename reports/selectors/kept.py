"""What is kept of the dues of a bureau, counted from the dues themselves."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from reports.models import Due

KEPT_KEY = ("bureau_id", "schedule_id", "year", "period_first", "period_last", "awaits_until")
KEPT_COUNTS = ("total", "met", "waived", "not_applicable", "met_late", "lacking")


def counts_of(condition: Q) -> list[dict[str, Any]]:
    """The rows of ``counted`` in a list."""
    return list(counted(condition))


def counted(condition: Q) -> QuerySet:
    """Dues counted by bureau, schedule, year and period, each due in one column of the verdicts,
    in the order of ``KEPT_KEY``.

    Only facts are counted; what is open or missed follows from the days of the row.
    """
    outright = Q(not_applicable_because__in=["absent", "not_begun"])
    no_workday = Q(not_applicable_because="no_workday")
    met = ~outright & Q(met_on__isnull=False)
    waived = ~outright & Q(met_on__isnull=True, waived_on__isnull=False)
    rest = Q(met_on__isnull=True, waived_on__isnull=True)
    late = Q(not_applicable_because="", met_late_on__isnull=False) & rest
    return (
        Due.objects.filter(condition)
        .values(*KEPT_KEY)
        .annotate(
            total=Count("pk"),
            met=Count("pk", filter=met),
            waived=Count("pk", filter=waived),
            not_applicable=Count("pk", filter=outright | (no_workday & rest)),
            met_late=Count("pk", filter=late),
            lacking=Count("pk", filter=Q(lacks_evidence__gt=0)),
        )
        .order_by(*KEPT_KEY)
    )
