"""Who may do what: roles, acts, and how far a membership reaches.

A membership is a user in a role at a unit. The three administrators are separate people and see
no records.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a membership makes of a user."""

    CLERK = "clerk"
    LEGAL_OFFICER = "legal_officer"
    INSPECTOR = "inspector"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


class Act(StrEnum):
    """Something a role may do within its reach."""

    READ = "read"
    RECORD_MEETING = "record_meeting"
    CORRECT_DISCHARGE = "correct_discharge"
    ADD_EVIDENCE = "add_evidence"
    REVIEW_EVIDENCE = "review_evidence"
    CANCEL_RECORD = "cancel_record"
    ADD_RECORD = "add_record"
    WAIVE_DUE = "waive_due"
    SET_SCHEDULE = "set_schedule"
    REGISTER_PROBLEM = "register_problem"
    ASSIGN_PROBLEM = "assign_problem"
    START_PROBLEM = "start_problem"
    SUBMIT_PROBLEM = "submit_problem"
    VERIFY_PROBLEM = "verify_problem"
    CLOSE_PROBLEM = "close_problem"
    REOPEN_PROBLEM = "reopen_problem"
    SECOND_KEY = "second_key"
    RUN_LOOK_BACK = "run_look_back"
    CARRY_OVER = "carry_over"
    ISSUE_NOTICE = "issue_notice"
    APPROVE_NOTICE = "approve_notice"
    ANSWER_NOTICE = "answer_notice"
    SET_MEASURE = "set_measure"
    REPORT_PROGRESS = "report_progress"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    COMPILE_REPORT = "compile_report"
    SIGN_REPORT = "sign_report"
    RECORD_SIGNED_DECISION = "record_signed_decision"
    CHECK_SECRECY = "check_secrecy"
    KEEP_DUTIES = "keep_duties"
    BRING_IN = "bring_in"
    RECORD_DEED = "record_deed"
    RECORD_ACCOUNT = "record_account"
    ENTER_FIGURE = "enter_figure"
    CHECK_FIGURE = "check_figure"
    SET_INDICATOR = "set_indicator"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_UNITS = "manage_units"
    MANAGE_TOP_UNITS = "manage_top_units"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_MEMBERSHIPS = "manage_memberships"
    MANAGE_CALENDAR = "manage_calendar"
    WATCH_SYSTEM = "watch_system"
    SET_SECURITY = "set_security"
    READ_AUDIT_LOG = "read_audit_log"


class Reach(StrEnum):
    """Which units a membership at a unit covers."""

    UNIT_AND_BELOW = "unit_and_below"
    WHOLE_BUREAU = "whole_bureau"
    SUBTREE = "subtree"
    NONE = "none"


_CLERK = frozenset(
    {
        Act.READ,
        Act.RECORD_MEETING,
        Act.ADD_EVIDENCE,
        Act.CANCEL_RECORD,
        Act.ADD_RECORD,
        Act.RECORD_DEED,
        Act.RECORD_ACCOUNT,
        Act.ENTER_FIGURE,
        Act.START_PROBLEM,
        Act.SUBMIT_PROBLEM,
        Act.REPORT_PROGRESS,
        Act.ASK_EXTENSION,
        Act.ANSWER_NOTICE,
    }
)

MAY: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.CLERK: _CLERK,
        Role.LEGAL_OFFICER: _CLERK
        | {
            Act.REVIEW_EVIDENCE,
            Act.CORRECT_DISCHARGE,
            Act.WAIVE_DUE,
            Act.SET_SCHEDULE,
            Act.REGISTER_PROBLEM,
            Act.ASSIGN_PROBLEM,
            Act.VERIFY_PROBLEM,
            Act.CLOSE_PROBLEM,
            Act.REOPEN_PROBLEM,
            Act.RUN_LOOK_BACK,
            Act.CARRY_OVER,
            Act.ISSUE_NOTICE,
            Act.SET_MEASURE,
            Act.GRANT_EXTENSION,
            Act.COMPILE_REPORT,
            Act.RECORD_SIGNED_DECISION,
            Act.CHECK_SECRECY,
            Act.KEEP_DUTIES,
            Act.BRING_IN,
            Act.CHECK_FIGURE,
            Act.SET_INDICATOR,
            Act.MANAGE_PEOPLE,
            Act.MANAGE_UNITS,
        },
        Role.INSPECTOR: frozenset(
            {
                Act.READ,
                Act.ADD_EVIDENCE,
                Act.ADD_RECORD,
                Act.CHECK_FIGURE,
                Act.CHECK_SECRECY,
                Act.REGISTER_PROBLEM,
                Act.VERIFY_PROBLEM,
                Act.REOPEN_PROBLEM,
                Act.RUN_LOOK_BACK,
            }
        ),
        Role.LEADER: frozenset(
            {
                Act.READ,
                Act.RECORD_DEED,
                Act.SIGN_REPORT,
                Act.WAIVE_DUE,
                Act.GRANT_EXTENSION,
                Act.APPROVE_NOTICE,
            }
        ),
        Role.SUPERVISOR: frozenset(
            {
                Act.READ,
                Act.WAIVE_DUE,
                Act.SECOND_KEY,
                Act.GRANT_EXTENSION,
                Act.ISSUE_NOTICE,
                Act.APPROVE_NOTICE,
            }
        ),
        Role.SYSTEM_ADMIN: frozenset(
            {Act.MANAGE_ACCOUNTS, Act.MANAGE_TOP_UNITS, Act.MANAGE_CALENDAR, Act.WATCH_SYSTEM}
        ),
        Role.SECURITY_ADMIN: frozenset({Act.MANAGE_MEMBERSHIPS, Act.SET_SECURITY}),
        Role.AUDIT_ADMIN: frozenset({Act.READ_AUDIT_LOG}),
    }
)

REACH: Mapping[Role, Reach] = MappingProxyType(
    {
        Role.CLERK: Reach.UNIT_AND_BELOW,
        Role.LEGAL_OFFICER: Reach.WHOLE_BUREAU,
        Role.INSPECTOR: Reach.WHOLE_BUREAU,
        Role.LEADER: Reach.SUBTREE,
        Role.SUPERVISOR: Reach.SUBTREE,
        Role.SYSTEM_ADMIN: Reach.NONE,
        Role.SECURITY_ADMIN: Reach.NONE,
        Role.AUDIT_ADMIN: Reach.NONE,
    }
)

READS_BUREAU = frozenset(role for role, reach in REACH.items() if reach == Reach.WHOLE_BUREAU)
ADMINISTRATORS = frozenset(role for role, reach in REACH.items() if reach == Reach.NONE)


def may(role: Role, act: Act) -> bool:
    """Whether the role allows the act somewhere; where, its reach says."""
    return act in MAY[role]


def roles_that_may(act: Act) -> frozenset[Role]:
    """All roles that allow the act."""
    return frozenset(role for role, acts in MAY.items() if act in acts)


def reasons_against_holding(roles: Iterable[Role]) -> list[frozenset[Role]]:
    """The pairs of roles that one person may not hold together; empty when all may be.

    System, security and audit administration are three people (三员分立), and an administrator
    sees no records, so holds no other role either.
    """
    held = frozenset(roles)
    administers = held & ADMINISTRATORS
    return sorted(
        {frozenset({one, other}) for one in administers for other in held - {one}},
        key=sorted,
    )
