"""Examinations and how people did in them."""

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from reports.domain.access import Act
from reports.models import Examination, ExaminationResult, Person, Unit
from reports.selectors.scope import Scope


def examinations_for(
    scope: Scope, *, on: date, year: int | None, cancelled: bool = False
) -> QuerySet[Examination]:
    """The examinations within the scope held up to the day, of the year or of all; one query.

    Each says whether there are results by person (``has_results``).
    """
    rows = scope.limit(Examination.objects.filter(held_on__lte=on))
    if year is not None:
        rows = rows.filter(held_on__year=year)
    if not cancelled:
        rows = rows.filter(cancelled_at__isnull=True)
    results = ExaminationResult.objects.filter(examination=OuterRef("pk"))
    return (
        rows.annotate(has_results=Exists(results))
        .select_related("unit", "unit__bureau")
        .order_by("-held_on", "unit__path", "pk")
    )


def sums_of(rows: QuerySet[Examination]) -> tuple[int, int]:
    """How many took part and how many passed in all of them; cancelled ones count nothing."""
    sums = rows.filter(cancelled_at__isnull=True).aggregate(
        all=Sum("participants"), good=Sum("passed")
    )
    return sums["all"] or 0, sums["good"] or 0


def results_of(examination: Examination) -> list[ExaminationResult]:
    """The results by person in the order of the organisation: one query."""
    rows = examination.results.select_related("person", "person__unit")
    return list(rows.order_by("person__unit__path", "person_id"))


def who_may_have_taken_part(
    examination: Examination, scope: Scope, *, most: int
) -> tuple[list[Person], bool]:
    """The people of the unit and below who were there on the day, and those with a result.

    Only those whom the user manages; ``most`` are given, and whether that is not all of them. One
    query. Each has its result, if any, as ``own_results``.
    """
    below = Unit.objects.under(examination.unit)
    there = Q(unit__in=below, merged_into__isnull=True) & (
        Q(left_on__isnull=True) | Q(left_on__gte=examination.held_on)
    )
    there |= Q(pk__in=examination.results.values("person_id"))
    rows = (
        scope.limit(Person.objects.all(), Act.MANAGE_PEOPLE)
        .filter(there)
        .select_related("unit")
        .prefetch_related(
            Prefetch("examination_results", examination.results.all(), to_attr="own_results")
        )
        .order_by("unit__path", "pk")
    )
    found = list(rows[: most + 1])
    return found[:most], len(found) > most
