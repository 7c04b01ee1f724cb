"""Dues as lists and numbers: every page that counts them comes here."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from reports.domain.dues import Verdict
from reports.models import Due
from reports.selectors.scope import Scope

OWED = (Verdict.MET.value, Verdict.MET_LATE.value, Verdict.MISSED.value)
DONE = (Verdict.MET.value, Verdict.MET_LATE.value)


def dues_for(
    scope: Scope | None,
    *,
    on: date,
    bureau: int | None = None,
    unit: int | None = None,
    schedule: int | None = None,
    schedule_set: int | None = None,
    year: int | None = None,
    report_year: int | None = None,
    verdicts: Iterable[str] = (),
    lacking: bool = False,
    own: bool = False,
    first_person: bool = False,
) -> QuerySet[Due]:
    """The dues of a scope (None: all) with their verdict as of a day.

    ``year`` is the year of the due's own set, ``report_year`` the calendar year whose annual
    report speaks of it; ``own`` leaves what bureaus owe themselves, ``first_person`` the duties
    of the first responsible person, ``lacking`` those with a meeting that lacks evidence.
    """
    rows = Due.objects.all() if scope is None else scope.limit(Due.objects.all())
    wanted = {
        "bureau": bureau,
        "unit": unit,
        "schedule": schedule,
        "schedule__set": schedule_set,
        "year": year,
        "report_year": report_year,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if own:
        rows = rows.filter(unit=F("bureau"))
    if first_person:
        rows = rows.filter(schedule__of_first_person=True)
    if lacking:
        rows = rows.filter(lacks_evidence__gt=0)
    rows = rows.with_verdict(on)
    if chosen := list(verdicts):
        rows = rows.filter(verdict__in=chosen)
    return rows


def address_of_dues(
    *,
    verdicts: Iterable[str] = (),
    lacking: bool = False,
    own: bool = False,
    first_person: bool = False,
    **selection: object,
) -> str:
    """The list of dues that ``dues_for`` with the same selection counts."""
    parts: list[tuple[str, object]] = [(k, v) for k, v in selection.items() if v is not None]
    parts += [("verdict", verdict) for verdict in verdicts]
    flags = {"lacking": lacking, "own": own, "first_person": first_person}
    parts += [(name, 1) for name, wanted in flags.items() if wanted]
    return f"{reverse('reports:due-list')}?{urlencode(parts)}"


def neighbours(due: Due) -> tuple[Due | None, Due | None]:
    """The due of the same unit and schedule before and after: two queries."""
    row = Due.objects.filter(unit=due.unit_id, schedule=due.schedule_id)
    before = row.filter(Q(period_first__lt=due.period_first)).order_by("-period_first").first()
    after = row.filter(Q(period_first__gt=due.period_first)).order_by("period_first").first()
    return before, after
