import pytest

from reports.domain.access import (
    ADMINISTRATORS,
    MAY,
    REACH,
    READS_BUREAU,
    Act,
    Reach,
    Role,
    may,
    reasons_against_holding,
    roles_that_may,
)


def test_every_role_says_what_it_may_and_how_far():
    assert set(MAY) == set(Role)
    assert set(REACH) == set(Role)


def test_every_act_is_allowed_to_someone():
    assert {act for act in Act if not roles_that_may(act)} == set()


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_see_no_records(role):
    assert not may(role, Act.READ)
    assert REACH[role] == Reach.NONE


def test_the_administrators_share_nothing():
    acts = [act for role in ADMINISTRATORS for act in MAY[role]]

    assert {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} == ADMINISTRATORS
    assert sorted(acts) == sorted(set(acts))


SUPERVISOR_DECIDES = {
    Act.READ,
    Act.WAIVE_DUE,
    Act.GRANT_EXTENSION,
    Act.ISSUE_NOTICE,
    Act.APPROVE_NOTICE,
}


@pytest.mark.parametrize("act", sorted(set(Act) - SUPERVISOR_DECIDES))
def test_supervisors_decide_but_do_not_keep_the_records_of_others(act):
    assert may(Role.SUPERVISOR, act) is (act == Act.SECOND_KEY)


@pytest.mark.parametrize(
    ("act", "roles"),
    [
        (Act.RECORD_MEETING, {Role.CLERK, Role.LEGAL_OFFICER}),
        (Act.CORRECT_DISCHARGE, {Role.LEGAL_OFFICER}),
        (Act.REVIEW_EVIDENCE, {Role.LEGAL_OFFICER}),
        (Act.SET_SCHEDULE, {Role.LEGAL_OFFICER}),
        (Act.REGISTER_PROBLEM, {Role.LEGAL_OFFICER, Role.INSPECTOR}),
        (Act.VERIFY_PROBLEM, {Role.LEGAL_OFFICER, Role.INSPECTOR}),
        (Act.CLOSE_PROBLEM, {Role.LEGAL_OFFICER}),
        (Act.RUN_LOOK_BACK, {Role.LEGAL_OFFICER, Role.INSPECTOR}),
        (Act.CARRY_OVER, {Role.LEGAL_OFFICER}),
        (Act.ISSUE_NOTICE, {Role.LEGAL_OFFICER, Role.SUPERVISOR}),
        (Act.APPROVE_NOTICE, {Role.LEADER, Role.SUPERVISOR}),
        (Act.ANSWER_NOTICE, {Role.CLERK, Role.LEGAL_OFFICER}),
        (Act.SIGN_REPORT, {Role.LEADER}),
        (Act.WAIVE_DUE, {Role.LEGAL_OFFICER, Role.LEADER, Role.SUPERVISOR}),
        (Act.MANAGE_ACCOUNTS, {Role.SYSTEM_ADMIN}),
        (Act.MANAGE_MEMBERSHIPS, {Role.SECURITY_ADMIN}),
        (Act.READ_AUDIT_LOG, {Role.AUDIT_ADMIN}),
    ],
)
def test_roles_that_may(act, roles):
    assert roles_that_may(act) == roles


def test_who_reads_the_whole_bureau():
    assert {Role.LEGAL_OFFICER, Role.INSPECTOR} == READS_BUREAU


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], []),
        ([Role.SYSTEM_ADMIN], []),
        ([Role.CLERK, Role.INSPECTOR, Role.CLERK], []),
        (
            [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN],
            [{Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}],
        ),
        ([Role.SECURITY_ADMIN, Role.LEADER], [{Role.SECURITY_ADMIN, Role.LEADER}]),
        (
            [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.CLERK],
            [
                {Role.AUDIT_ADMIN, Role.CLERK},
                {Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN},
                {Role.CLERK, Role.SYSTEM_ADMIN},
            ],
        ),
    ],
)
def test_administration_is_held_alone(roles, expected):
    assert reasons_against_holding(roles) == expected
