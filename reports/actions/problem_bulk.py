"""Several problems at once: assigned, or their due days changed; all or none.

Each by the action for one, so that nothing is allowed here that is refused there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.measures import ask_extension
from reports.actions.problems import (
    CannotMoveProblem,
    already_moved,
    assign_problem,
    change_due_day,
)
from reports.actions.refusals import Refused
from reports.domain.deadlines import Within, due_within
from reports.domain.measures import due_day
from reports.domain.problems import ProblemState
from reports.models import Extension, Person, Problem
from reports.selectors.calendar import holidays


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A due day for all: a day, a month, or a number of days; with none each keeps its own."""

    due_on: date | None = None
    due_is_month: bool = False
    within: Within | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What all are assigned with; what is left out each problem keeps as it has it."""

    on: date
    leader: Person | None = None
    responsible: Person | None = None
    term: NewTerm = NewTerm()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one problem, or why nothing does.

    ``due_on`` is the day it is due then; ``asks``: that day is asked for as an extension.
    """

    problem: Problem
    due_on: date | None = None
    due_is_month: bool = False
    asks: bool = False
    reasons: tuple[str, ...] = ()


class _Looked(Exception):
    """Takes back what was only tried out."""


def assign_problems(
    states: Mapping[int, str],
    assignment: Assignment,
    *,
    by: User,
    at: datetime,
    today: date,
    dry_run: bool = False,
) -> list[Outcome]:
    """Assign (交办) problems given by key with the state each was seen in.

    Refuses all when one cannot be assigned, each with its reasons. A dry run changes nothing and
    tells of every problem what would become of it, or why nothing.
    """
    term = assignment.term

    def assign(problem: Problem) -> Outcome:
        dates = {"within": term.within} if term.within else {"due_on": term.due_on}
        done = assign_problem(
            problem_id=problem.pk,
            on=assignment.on,
            leader=assignment.leader,
            responsible=assignment.responsible,
            due_is_month=term.due_is_month,
            by=by,
            at=at,
            today=today,
            **dates,
        )
        return Outcome(done, done.due_on, done.due_is_month)

    return _each(states, assign, dry_run=dry_run)


def change_due_days(
    states: Mapping[int, str],
    term: NewTerm,
    *,
    reason: str,
    by: User,
    at: datetime,
    today: date,
    dry_run: bool = False,
) -> list[Outcome]:
    """Change due days: directly of what is registered, by asking for an extension of the rest.

    A number of days counts from the day the paper was received or the problem found, of an
    extension from today. Refuses and tries out as ``assign_problems`` does.
    """

    def change(problem: Problem) -> Outcome:
        if problem.state == ProblemState.REGISTERED:
            done = change_due_day(
                problem_id=problem.pk,
                due_on=term.due_on,
                due_is_month=term.due_is_month,
                within=term.within,
            )
            return Outcome(done, done.due_on, done.due_is_month)
        asked = _ask(problem)
        return Outcome(problem, asked.new_due_on, asks=True)

    def _ask(problem: Problem) -> Extension:
        if term.within:
            wanted = due_within(today, term.within, holidays())
        elif term.due_on:
            wanted = due_day(term.due_on, term.due_is_month)
        else:
            raise CannotMoveProblem([_("请填写整改期限。")])
        return ask_extension(
            problem_id=problem.pk,
            new_due_on=wanted,
            reason=reason,
            asked_on=today,
            by=by,
            at=at,
            today=today,
        )

    return _each(states, change, dry_run=dry_run)


def _each(
    states: Mapping[int, str], act: Callable[[Problem], Outcome], *, dry_run: bool
) -> list[Outcome]:
    """Do it to each; take all of it back in a dry run, or when one was refused."""
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic():
            locked = Problem.objects.select_for_update().filter(pk__in=states).order_by("pk")
            for problem in locked.select_related(None):
                outcomes.append(_one(problem, states[problem.pk], act))
            if dry_run:
                raise _Looked
            if refused := [each for each in outcomes if each.reasons]:
                raise CannotMoveProblem(
                    [
                        _("%(problem)s：%(reasons)s")
                        % {"problem": str(each.problem), "reasons": " ".join(each.reasons)}
                        for each in refused
                    ]
                )
    except _Looked:
        pass
    return outcomes


def _one(problem: Problem, seen: str, act: Callable[[Problem], Outcome]) -> Outcome:
    if problem.state != seen:
        return Outcome(problem, reasons=(already_moved(problem),))
    try:
        with transaction.atomic():
            return act(problem)
    except Refused as refusal:
        return Outcome(problem, reasons=tuple(refusal.reasons))
