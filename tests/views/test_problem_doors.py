"""Every state × move × role × own or other's work × raised by: the page and the command say the
same, and what they say stands in this table, written by hand from the rules of the work."""

from contextlib import contextmanager
from datetime import date
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse

from reports.domain.access import Role
from reports.domain.problems import ProblemClass, ProblemState
from reports.models import Problem
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
C, L, N, A, S = (
    Role.CLERK,
    Role.LEGAL_OFFICER,
    Role.INSPECTOR,
    Role.LEADER,
    Role.SUPERVISOR,
)
BOTH, OWN, ABOVE = (False, True), (False,), (True,)
# Move: from which states, raised by whom (the bureau itself, a body above), by which roles, to
# which state, and whether the submitter himself is refused.
TABLE = [
    ("assign", {"registered"}, BOTH, {L}, "assigned", False),
    ("dismiss", {"registered"}, OWN, {L}, "dismissed", False),
    ("merge", {"registered", "assigned", "in_hand", "nearly_done"}, BOTH, {L}, "merged", False),
    ("start", {"assigned"}, BOTH, {C, L}, "in_hand", False),
    ("nearly", {"in_hand"}, BOTH, {C, L}, "nearly_done", False),
    ("submit", {"in_hand", "nearly_done"}, BOTH, {C, L}, "submitted", False),
    ("return", {"submitted"}, BOTH, {L, N}, "in_hand", True),
    ("return", {"awaiting_above"}, ABOVE, {L, N}, "in_hand", False),
    ("verify", {"submitted"}, ABOVE, {L, N}, "awaiting_above", True),
    ("close", {"submitted"}, OWN, {L, N}, "closed", True),
    ("close", {"awaiting_above"}, ABOVE, {L}, "closed", True),
    ("reopen", {"closed"}, BOTH, {L, N}, "in_hand", False),
]
SECOND_KEY = {("return", "submitted"), ("verify", "submitted"), ("close", "submitted")}
MOVES = sorted({row[0] for row in TABLE})
ROLES = {C, L, N, A, S}


def expected(move, state, role, *, own_work, above):
    """The state it comes to, or why it does not: role, state, or a rule."""
    lines = [row for row in TABLE if row[0] == move]
    here = [row for row in lines if state in row[1] and above in row[2]]
    if here:
        (line,) = here
        if role in line[3]:
            return "rule" if own_work and line[5] else line[4]
        # The legal officer and the inspector can verify, so the supervisor need not.
        return "rule" if role == S and (move, state) in SECOND_KEY else "role"
    anywhere = set().union(*(row[3] for row in lines))
    if move in {each for each, _state in SECOND_KEY}:
        anywhere |= {S}
    return "state" if role in anywhere else "role"


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def through_the_page(client, user, problem, move, target):
    response = client.post(
        reverse("reports:problem-move", args=[problem.pk, move]),
        {
            "expected_state": problem.state,
            "on": TODAY.isoformat(),
            "reason": "属实",
            "target": target.pk,
            "decision_document": "市局认定1号",
            "decision_on": TODAY.isoformat(),
        },
    )
    if response.status_code == 403:
        return "role"
    if response.status_code == 200:
        assert response.context["form"].non_field_errors(), response.context["form"].errors
        return "rule"
    after = Problem.objects.get(pk=problem.pk).state
    return "state" if after == problem.state else after


def through_the_command(client, user, problem, move, target):
    options = {
        "by": user.username,
        "reason": "属实",
        "into": target.pk,
        "document": "市局认定1号",
        "decided_on": TODAY,
        "on": TODAY,
    }
    try:
        call_command("move_problem", problem.pk, move, stdout=StringIO(), **options)
    except CommandError as refusal:
        said = str(refusal)
        if said == "该账号的角色不能进行此项操作。":
            return "role"
        return "state" if said.startswith("问题现处") else "rule"
    return Problem.objects.get(pk=problem.pk).state


def put(problem, state, user, target):
    """The problem as it would stand in that state, submitted by the user."""
    closed = {"closed_on": TODAY, "closed_by": UserFactory()} if state == "closed" else {}
    merged = {"merged_into": target} if state == "merged" else {}
    Problem.objects.filter(pk=problem.pk).update(state=state, submitted_by=user, **closed, **merged)
    return Problem.objects.get(pk=problem.pk)


@pytest.mark.parametrize("above", BOTH)
@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("door", [through_the_page, through_the_command])
def test_every_state_move_and_role(client, door, role, above):
    city = CityFactory()
    bureau = BureauFactory(parent=city)
    station = UnitFactory(parent=bureau)
    at = {C: station, L: bureau, N: bureau, A: bureau, S: city}
    users = {each: member(each, at[each]) for each in ROLES}
    raised = {"raised_from_above": above, "raised_by": "市局" if above else ""}
    facts = {"unit": station, "kind": ProblemClass.AT_ONCE, "found_on": date(2026, 6, 1)} | raised
    problem = ProblemFactory(**facts, leader=PersonFactory(unit=bureau))
    target = ProblemFactory(**facts)
    client.force_login(users[role], backend="reports.views.backend.LedgerBackend")
    found, wanted = {}, {}

    for state in ProblemState:
        for own_work in BOTH:
            for move in MOVES:
                key = (state.value, "own" if own_work else "other's", move)
                with undone():
                    by = users[role] if own_work else UserFactory()
                    standing = put(problem, state.value, by, target)
                    found[key] = door(client, users[role], standing, move, target)
                wanted[key] = expected(move, state.value, role, own_work=own_work, above=above)

    if door is through_the_command:
        # The command knows the state first and then the role; a role that never may is told so.
        wanted = {
            key: "state"
            if not any(row[0] == key[2] and key[0] in row[1] and above in row[2] for row in TABLE)
            else value
            for key, value in wanted.items()
        }
    assert found == wanted


def test_the_administration_has_no_door_to_the_moves():
    assert Problem not in admin.site._registry


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "nobody"}, "没有登录名“nobody”。"),
        ({"problem": 0}, "没有问题0，或不在该账号的范围内。"),
    ],
)
def test_the_command_says_in_one_line_what_it_cannot_do(options, said):
    station = UnitFactory()
    clerk = member(Role.CLERK, station)
    problem = ProblemFactory(unit=station)
    given = {"problem": problem.pk, "by": clerk.username} | options

    with pytest.raises(CommandError) as refusal:
        call_command("move_problem", given.pop("problem"), "start", **given)

    assert str(refusal.value) == said
