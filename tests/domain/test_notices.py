"""The way of a notice: what is refused at each step, and how its number and lateness come."""

from datetime import date

import pytest

from reports.domain.access import MAY, Act, Role
from reports.domain.notices import (
    STEPS,
    AgainstNotice,
    NoticeFacts,
    NoticeMove,
    NoticeState,
    days_late,
    next_serial,
    notice_number,
    notice_step,
    reasons_against_notice_step,
)

TODAY = date(2026, 6, 10)
DRAFTER, HEAD = 1, 2
FROM_HERE = {
    NoticeMove.APPROVE: NoticeState.DRAFT,
    NoticeMove.RECEIVE: NoticeState.APPROVED,
    NoticeMove.ANSWER: NoticeState.RECEIVED,
    NoticeMove.SEND_BACK: NoticeState.ANSWERED,
    NoticeMove.END: NoticeState.ANSWERED,
}


def facts(state, **more):
    return NoticeFacts(
        state,
        **{
            "drafted_on": date(2026, 6, 1),
            "answer_by": date(2026, 6, 20),
            "drafters": frozenset({DRAFTER}),
            "last_step_on": date(2026, 6, 5),
            "answered": (True,),
        }
        | more,
    )


def against(move, state=None, *, on=TODAY, approver=HEAD, note="同意", **more):
    return reasons_against_notice_step(
        move,
        facts(state or FROM_HERE[move], **more),
        on=on,
        today=TODAY,
        approver=approver,
        note=note,
    )


@pytest.mark.parametrize("move", NoticeMove)
def test_each_step_begins_in_one_state_only(move):
    allowed = [state for state in NoticeState if notice_step(move, state) is not None]

    assert allowed == [FROM_HERE[move]]


@pytest.mark.parametrize("move", NoticeMove)
@pytest.mark.parametrize("state", NoticeState)
def test_a_step_is_refused_everywhere_else(move, state):
    expected = [] if state == FROM_HERE[move] else [AgainstNotice.NOT_FROM_HERE]

    assert against(move, state) == expected


@pytest.mark.parametrize("move", NoticeMove)
def test_no_step_on_a_day_to_come(move):
    assert against(move, on=date(2026, 6, 11)) == [AgainstNotice.IN_FUTURE]


@pytest.mark.parametrize("move", NoticeMove)
@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 6, 4), [AgainstNotice.BEFORE_LAST_STEP]), (date(2026, 6, 5), [])],
)
def test_no_step_before_the_last_one(move, day, expected):
    assert against(move, on=day) == expected


def test_no_step_before_the_draft():
    found = against(NoticeMove.RECEIVE, on=date(2026, 5, 31), last_step_on=None)

    assert found == [AgainstNotice.BEFORE_LAST_STEP]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"answered": ()}, [AgainstNotice.NO_ITEMS]),
        ({"approver": None}, [AgainstNotice.NO_APPROVER]),
        ({"approver": DRAFTER}, [AgainstNotice.APPROVER_DRAFTED]),
        (
            {"approver": HEAD, "drafters": frozenset({DRAFTER, HEAD})},
            [AgainstNotice.APPROVER_DRAFTED],
        ),
        ({"answer_by": date(2026, 6, 9)}, [AgainstNotice.ANSWER_DAY_PASSED]),
        ({"answer_by": TODAY}, []),
        ({"answer_by": None}, []),
        ({"answered": (False, False)}, []),
    ],
)
def test_signing(more, expected):
    assert against(NoticeMove.APPROVE, **more) == expected


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ((True, True), []),
        ((True, False), [AgainstNotice.NOT_ANSWERED]),
        ((False,), [AgainstNotice.NOT_ANSWERED]),
    ],
)
def test_answering_needs_every_item(answered, expected):
    assert against(NoticeMove.ANSWER, answered=answered) == expected


@pytest.mark.parametrize("move", [NoticeMove.SEND_BACK, NoticeMove.END])
def test_the_issuer_says_what_it_thinks(move):
    assert against(move, note="  ") == [AgainstNotice.NO_NOTE]


def test_receiving_says_nothing():
    assert against(NoticeMove.RECEIVE, note="") == []


def test_who_may_what():
    able = {step.move: {role for role in Role if step.act in MAY[role]} for step in STEPS}

    assert able == {
        NoticeMove.APPROVE: {Role.LEADER, Role.SUPERVISOR},
        NoticeMove.RECEIVE: {Role.CLERK, Role.LEGAL_OFFICER},
        NoticeMove.ANSWER: {Role.CLERK, Role.LEGAL_OFFICER},
        NoticeMove.SEND_BACK: {Role.LEGAL_OFFICER, Role.SUPERVISOR},
        NoticeMove.END: {Role.LEGAL_OFFICER, Role.SUPERVISOR},
    }
    assert {step.move for step in STEPS if not step.by_issuer} == {
        NoticeMove.RECEIVE,
        NoticeMove.ANSWER,
    }
    assert {role for role in Role if Act.RECORD_SIGNED_DECISION in MAY[role]} == {
        Role.LEGAL_OFFICER
    }


@pytest.mark.parametrize(
    ("answered_on", "on", "late"),
    [
        (None, date(2026, 6, 20), 0),
        (None, date(2026, 6, 21), 1),
        (date(2026, 6, 20), date(2026, 7, 1), 0),
        (date(2026, 6, 23), date(2026, 7, 1), 3),
        # As of a day before the answer there is none yet.
        (date(2026, 6, 23), date(2026, 6, 22), 2),
        (date(2026, 6, 23), date(2026, 6, 19), 0),
    ],
)
def test_days_late(answered_on, on, late):
    assert days_late(date(2026, 6, 20), answered_on, on) == late


def test_number():
    assert notice_number("江公法督", 2026, 3) == "江公法督〔2026〕3号"


@pytest.mark.parametrize(("taken", "serial"), [([], 1), ([1, 2], 3), ([7, 2], 8)])
def test_a_serial_is_never_given_again(taken, serial):
    assert next_serial(taken) == serial
