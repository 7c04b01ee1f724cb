"""What the rules of problems ask, read from the rows: for pages that show what may be done, and for
actions that do it."""

from datetime import date

from django.db.models import Max, Q

from reports.domain.access import Act, roles_that_may
from reports.domain.measures import MeasureFacts
from reports.domain.problems import (
    ProblemClass,
    ProblemFacts,
    ProblemMove,
    ProblemState,
    Step,
    step_of,
)
from reports.models import Evidence, Membership, Person, Problem, ProblemRule
from reports.selectors.scope import Scope

VERIFYING = sorted(role.value for role in roles_that_may(Act.VERIFY_PROBLEM))


def facts_of(
    problem: Problem,
    *,
    today: date,
    last_move_on: date | None = None,
) -> ProblemFacts:
    """What the rules ask of a stored problem; people are compared by the keys of their logins.

    What only a closing asks is read only when one may come: evidence and who else could verify.
    ``last_move_on`` spares its query where the caller has read it.
    """
    if last_move_on is None:
        last_move_on = problem.moves.aggregate(last=Max("on"))["last"]
    submitted = problem.state == ProblemState.SUBMITTED
    return ProblemFacts(
        state=ProblemState(problem.state),
        found_on=problem.found_on,
        problem_class=ProblemClass(problem.kind),
        last_move_on=last_move_on,
        from_above=problem.raised_from_above,
        submitted_by=problem.submitted_by_id,
        leader=login_of(problem.leader),
        lacks=evidence_lacking(problem) if submitted else (),
        others_verify=others_verify(problem, today) if submitted else True,
        follows=problem.follows,
    )


def step_for(scope: Scope, problem: Problem, move: ProblemMove, facts: ProblemFacts) -> Step | None:
    """The line of the table that the user of the scope would follow with this move from here.

    None: there is no such line, or not for that user. The supervisor's key is asked for only where
    the bureau's own line is not the user's.
    """
    for second_key in (False, True):
        step = step_of(move, facts, second_key=second_key)
        if step is not None and scope.may(step.act, problem):
            return step
    return None


def evidence_lacking(problem: Problem) -> tuple[str, ...]:
    """The kinds of evidence that the class of the problem asks for and that are not there.

    What its measures and their progress prove counts for the problem.
    """
    rule = ProblemRule.objects.filter(kind=problem.kind).first()
    if rule is None or not rule.expected_evidence:
        return ()
    there = Evidence.objects.proving().filter(
        Q(uses__problem=problem)
        | Q(uses__measure__problems=problem)
        | Q(uses__progress__measure__problems=problem)
    )
    kinds = set(there.values_list("kind", flat=True))
    return tuple(kind for kind in rule.expected_evidence if kind not in kinds)


def others_verify(problem: Problem, today: date) -> bool:
    """Whether anybody in the bureau beside submitter and leader in charge could verify it."""
    leader = problem.leader
    able = Membership.objects.valid_on(today).filter(
        role__in=VERIFYING, unit__bureau=problem.bureau_id, user__is_active=True
    )
    not_these = [problem.submitted_by_id, leader.user_id if leader else None]
    return able.exclude(user__in=[pk for pk in not_these if pk is not None]).exists()


def measure_facts(problem: Problem) -> list[MeasureFacts]:
    """The measures that answer the problem, without the cancelled ones."""
    return [
        MeasureFacts(m.title, done_on=m.done_on, dropped_on=m.dropped_on)
        for m in problem.measures.standing().order_by("pk")
    ]


def login_of(person: Person | None) -> int | None:
    """The key of a person's login. A person without one is nobody's login: a key below zero."""
    if person is None:
        return None
    return person.user_id if person.user_id is not None else -person.pk
