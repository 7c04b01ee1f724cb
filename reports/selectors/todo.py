"""What waits for a person: one list, silent when there is nothing to say."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Q, QuerySet

from reports.domain.access import Act, Role
from reports.domain.problems import ProblemState
from reports.domain.summaries import ReportState
from reports.models import AnnualReport, Due, Extension, Measure, Problem
from reports.selectors.evidence import returned_to
from reports.selectors.meetings import to_confirm
from reports.selectors.scope import Scope
from reports.selectors.waivers import requests_to_decide

SOON = timedelta(days=14)  # a duty of the whole year need not wait in the list from January on


class Waiting(StrEnum):
    """Why something waits."""

    RECORD = "record"
    CONFIRM = "confirm"
    EVIDENCE = "evidence"
    RETURNED = "returned"
    ASSIGN = "assign"
    VERIFY = "verify"
    WORK = "work"
    MEASURE = "measure"
    EXTENSION = "extension"
    WAIVER = "waiver"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """One kind of thing that waits, as a queryset that is counted and shown."""

    why: Waiting
    rows: QuerySet


def waiting_for(scope: Scope, *, today: date) -> list[WaitingGroup]:
    """Everything that waits for the user of the scope on that day; no query is run yet."""
    groups = []
    if scope.allows(Act.RECORD_MEETING):
        own = _own_dues(scope)
        running = Q(period_last__gte=today, period_last__lte=today + SOON)
        groups += [
            WaitingGroup(
                Waiting.RECORD,
                own.filter(running | Q(period_last__lt=today), awaits_until__gte=today)
                .filter(period_first__lte=today)
                .with_verdict(today)
                .filter(verdict__in=["open", "awaiting"]),
            ),
            WaitingGroup(Waiting.CONFIRM, to_confirm(scope)),
            WaitingGroup(
                Waiting.EVIDENCE,
                own.filter(lacks_evidence__gt=0, period_last__gte=today - timedelta(days=92)),
            ),
            WaitingGroup(Waiting.RETURNED, returned_to(_own_units(scope))),
        ]
    problems = Problem.objects.standing()
    if scope.allows(Act.ASSIGN_PROBLEM):
        groups.append(
            WaitingGroup(
                Waiting.ASSIGN,
                scope.limit(problems, Act.ASSIGN_PROBLEM).filter(
                    state=ProblemState.REGISTERED, as_published=False
                ),
            )
        )
    if scope.allows(Act.VERIFY_PROBLEM):
        groups.append(
            WaitingGroup(
                Waiting.VERIFY,
                scope.limit(problems, Act.VERIFY_PROBLEM)
                .filter(state__in=[ProblemState.SUBMITTED, ProblemState.AWAITING_ABOVE])
                .exclude(submitted_by=scope.user_id),
            )
        )
    if scope.holds(Role.CLERK):
        groups += _of_a_clerk(scope, problems, today)
    if scope.allows(Act.GRANT_EXTENSION) and not scope.holds(Role.SUPERVISOR):
        measures = scope.limit(Measure.objects.standing(), Act.GRANT_EXTENSION)
        standing = scope.limit(problems, Act.GRANT_EXTENSION)
        groups.append(
            WaitingGroup(
                Waiting.EXTENSION,
                Extension.objects.filter(
                    Q(measure__in=measures.values("pk")) | Q(problem__in=standing.values("pk")),
                    decided_on__isnull=True,
                ).exclude(recorded_by=scope.user_id),
            )
        )
    if scope.allows(Act.WAIVE_DUE):
        groups.append(WaitingGroup(Waiting.WAIVER, requests_to_decide(scope)))
    if scope.allows(Act.SIGN_REPORT):
        groups.append(
            WaitingGroup(
                Waiting.SIGN,
                scope.limit(AnnualReport.objects.all(), Act.SIGN_REPORT).filter(
                    state=ReportState.DRAFT, year__lt=today.year
                ),
            )
        )
    return groups


def _own_dues(scope: Scope) -> QuerySet[Due]:
    """The dues that the user's own unit records: a legal officer's are those of the bureau."""
    own = Q(pk__in=[])
    for g in scope.grants:
        if g.role == Role.CLERK:
            own |= Q(unit=g.unit_id)
        elif g.role == Role.LEGAL_OFFICER and g.bureau_id:
            own |= Q(unit=g.bureau_id)
    return Due.objects.filter(own)


def _own_units(scope: Scope) -> list[int]:
    """The units whose papers the user hands in: the clerk's, and the legal officer's bureau."""
    clerk = [g.unit_id for g in scope.grants if g.role == Role.CLERK]
    legal = [g for g in scope.grants if g.role == Role.LEGAL_OFFICER and g.bureau_id]
    return sorted({*clerk, *(g.bureau_id for g in legal), *(g.unit_id for g in legal)})


def _of_a_clerk(scope: Scope, problems: QuerySet, today: date) -> list[WaitingGroup]:
    units = [g.unit_id for g in scope.grants if g.role == Role.CLERK]
    return [
        WaitingGroup(
            Waiting.WORK,
            problems.filter(
                unit__in=units,
                as_published=False,
                state__in=[ProblemState.ASSIGNED, ProblemState.IN_HAND],
            ),
        ),
        WaitingGroup(
            Waiting.MEASURE,
            Measure.objects.standing()
            .open_on(today)
            .filter(unit__in=units, as_published=False, due_on__lte=today + SOON),
        ),
    ]


def count_waiting(scope: Scope, *, today: date) -> int:
    """How many things wait: one query whatever the roles."""
    parts = [group.rows.order_by().values("pk") for group in waiting_for(scope, today=today)]
    if not parts:
        return 0
    return parts[0].union(*parts[1:], all=True).count() if len(parts) > 1 else parts[0].count()
