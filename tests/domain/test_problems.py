from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.access import Act
from reports.domain.measures import MeasureFacts
from reports.domain.problems import (
    MOVES,
    Against,
    AgainstLookBack,
    Decision,
    LookBackResult,
    MoveFacts,
    Need,
    ProblemClass,
    ProblemFacts,
    ProblemMove,
    ProblemState,
    Refusal,
    Target,
    possible_moves,
    reasons_against_look_back,
    reasons_against_move,
    state_from_items,
    state_on,
    step_of,
    times_reopened,
)

TODAY = date(2026, 6, 10)
FOUND = date(2026, 3, 2)
SUBMITTER, LEADER, VERIFIER = 1, 2, 3
DONE = MeasureFacts("训练", done_on=date(2026, 5, 1))
DECISION = Decision("法办〔2026〕3号", date(2026, 6, 1))

OWN = ProblemFacts(
    state=ProblemState.SUBMITTED,
    found_on=FOUND,
    last_move_on=date(2026, 5, 20),
    submitted_by=SUBMITTER,
    leader=LEADER,
)
FROM_ABOVE = replace(OWN, from_above=True)


def codes(move, facts, **given_too):
    asked = {"on": TODAY, "by": VERIFIER, "today": TODAY, "measures": [DONE], **given_too}
    return [refusal.code for refusal in reasons_against_move(move, facts, **asked)]


@pytest.mark.parametrize(
    ("from_above", "way"),
    [
        (
            False,
            {
                None: {("register", "registered")},
                "registered": {
                    ("assign", "assigned"),
                    ("dismiss", "dismissed"),
                    ("merge", "merged"),
                },
                "assigned": {("start", "in_hand"), ("merge", "merged")},
                "in_hand": {
                    ("nearly", "nearly_done"),
                    ("submit", "submitted"),
                    ("merge", "merged"),
                },
                "nearly_done": {("submit", "submitted"), ("merge", "merged")},
                "submitted": {("return", "in_hand"), ("close", "closed")},
                "awaiting_above": set(),
                "closed": {("reopen", "in_hand")},
                "merged": set(),
                "dismissed": set(),
            },
        ),
        (
            True,
            {
                None: {("register", "registered")},
                "registered": {("assign", "assigned"), ("merge", "merged")},
                "assigned": {("start", "in_hand"), ("merge", "merged")},
                "in_hand": {
                    ("nearly", "nearly_done"),
                    ("submit", "submitted"),
                    ("merge", "merged"),
                },
                "nearly_done": {("submit", "submitted"), ("merge", "merged")},
                "submitted": {("return", "in_hand"), ("verify", "awaiting_above")},
                "awaiting_above": {("return", "in_hand"), ("close", "closed")},
                "closed": {("reopen", "in_hand")},
                "merged": set(),
                "dismissed": set(),
            },
        ),
    ],
)
def test_a_problem_moves_only_along(from_above, way):
    for state, expected in way.items():
        facts = ProblemFacts(ProblemState(state) if state else None, FOUND, from_above=from_above)

        found = {
            (step.move.value, step.after.value)
            for step in possible_moves(facts)
            if not step.second_key
        }

        assert found == expected


@pytest.mark.parametrize("move", ProblemMove)
def test_every_other_move_is_refused_with_that_one_reason(move):
    for state in (None, *ProblemState):
        for from_above in (False, True):
            facts = ProblemFacts(state, FOUND, from_above=from_above)
            if step_of(move, facts) is None:
                assert reasons_against_move(
                    move, facts, on=date(2030, 1, 1), by=None, today=TODAY
                ) == [Refusal(Against.NOT_FROM_HERE, {"move": move, "state": state})]


@pytest.mark.parametrize(
    ("move", "facts", "more"),
    [
        (ProblemMove.REGISTER, ProblemFacts(None, FOUND), {"measures": []}),
        (ProblemMove.ASSIGN, ProblemFacts(ProblemState.REGISTERED, FOUND), {"measures": []}),
        (ProblemMove.START, ProblemFacts(ProblemState.ASSIGNED, FOUND), {"measures": []}),
        (ProblemMove.SUBMIT, ProblemFacts(ProblemState.IN_HAND, FOUND), {"measures": []}),
        (ProblemMove.RETURN, OWN, {"reason": "缺培训签到"}),
        (ProblemMove.NEARLY, ProblemFacts(ProblemState.IN_HAND, FOUND), {"reason": "只差验收"}),
        (ProblemMove.SUBMIT, ProblemFacts(ProblemState.NEARLY_DONE, FOUND), {}),
        (ProblemMove.DISMISS, ProblemFacts(ProblemState.REGISTERED, FOUND), {"reason": "不属实"}),
        (
            ProblemMove.MERGE,
            ProblemFacts(ProblemState.IN_HAND, FOUND),
            {"reason": "同一问题", "target": Target(ProblemState.ASSIGNED)},
        ),
        (ProblemMove.CLOSE, OWN, {"reason": "属实"}),
        (ProblemMove.VERIFY, FROM_ABOVE, {"reason": "属实"}),
        (
            ProblemMove.CLOSE,
            replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE),
            {"decision": DECISION},
        ),
        (
            ProblemMove.RETURN,
            replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE),
            {"reason": "上级未认可"},
        ),
        (
            ProblemMove.REOPEN,
            replace(OWN, state=ProblemState.CLOSED),
            {"reason": "回头看发现反弹"},
        ),
    ],
)
def test_a_move_with_all_it_needs_is_allowed(move, facts, more):
    assert codes(move, facts, **more) == []


@pytest.mark.parametrize("by", [SUBMITTER])
@pytest.mark.parametrize(
    ("move", "facts"),
    [
        (ProblemMove.CLOSE, OWN),
        (ProblemMove.RETURN, OWN),
        (ProblemMove.VERIFY, FROM_ABOVE),
        (ProblemMove.CLOSE, replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE)),
    ],
)
def test_who_submits_never_verifies(move, facts, by):
    refused = codes(move, facts, by=by, reason="退回", decision=DECISION)

    assert refused == [Against.SUBMITTER_VERIFIES]


@pytest.mark.parametrize(
    ("facts", "by", "expected"),
    [
        ({"leader": None}, VERIFIER, [Against.NO_LEADER]),
        ({"submitted_by": None}, VERIFIER, [Against.NO_SUBMITTER]),
        ({"leader": SUBMITTER}, VERIFIER, [Against.LEADER_IS_SUBMITTER]),
        ({}, LEADER, [Against.LEADER_IS_VERIFIER]),
        (
            {"submitted_by": None, "leader": None},
            VERIFIER,
            [Against.NO_SUBMITTER, Against.NO_LEADER],
        ),
    ],
)
def test_an_own_problem_closes_with_three_names(facts, by, expected):
    assert codes(ProblemMove.CLOSE, replace(OWN, **facts), by=by, reason="属实") == expected


def test_an_item_from_above_needs_no_leader_but_the_decision():
    facts = replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE, leader=None)

    assert codes(ProblemMove.CLOSE, facts, decision=DECISION) == []
    assert codes(ProblemMove.CLOSE, facts) == [
        Against.NO_DECISION_DOCUMENT,
        Against.NO_DECISION_DAY,
    ]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (Decision("  ", date(2026, 6, 1)), [Against.NO_DECISION_DOCUMENT]),
        (Decision("3号", None), [Against.NO_DECISION_DAY]),
        (Decision("3号", TODAY), []),
        (Decision("3号", date(2026, 6, 11)), [Against.DECISION_AFTER_MOVE]),
        (Decision("3号", FOUND), []),
        (Decision("3号", date(2026, 3, 1)), [Against.DECISION_BEFORE_FOUND]),
    ],
)
def test_the_decision_of_the_body_above(decision, expected):
    facts = replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE)

    assert codes(ProblemMove.CLOSE, facts, decision=decision) == expected


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
@pytest.mark.parametrize(
    ("move", "facts"),
    [
        (ProblemMove.RETURN, OWN),
        (ProblemMove.RETURN, replace(FROM_ABOVE, state=ProblemState.AWAITING_ABOVE)),
        (ProblemMove.REOPEN, replace(OWN, state=ProblemState.CLOSED)),
    ],
)
def test_going_back_needs_a_written_reason(move, facts, reason):
    assert codes(move, facts, reason=reason) == [Against.NO_REASON]


@pytest.mark.parametrize(
    ("on", "last_move_on", "expected"),
    [
        (TODAY, date(2026, 5, 20), []),
        (date(2026, 6, 11), date(2026, 5, 20), [Against.IN_FUTURE]),
        (date(2026, 5, 20), date(2026, 5, 20), []),
        (date(2026, 5, 19), date(2026, 5, 20), [Against.BEFORE_LAST_MOVE]),
        (FOUND, None, []),
        (date(2026, 3, 1), None, [Against.BEFORE_FOUND]),
        (date(2026, 3, 1), FOUND, [Against.BEFORE_FOUND, Against.BEFORE_LAST_MOVE]),
    ],
)
def test_the_day_of_a_move(on, last_move_on, expected):
    facts = ProblemFacts(ProblemState.IN_HAND, FOUND, last_move_on=last_move_on)

    assert codes(ProblemMove.SUBMIT, facts, on=on) == expected


OPEN_MEASURE = MeasureFacts("抽查")


@pytest.mark.parametrize(
    ("problem_class", "measures", "expected"),
    [
        (ProblemClass.DATED, [], [Against.NO_MEASURE]),
        (ProblemClass.STANDING, [], [Against.NO_MEASURE]),
        (ProblemClass.AT_ONCE, [], []),
        (ProblemClass.AT_ONCE, [OPEN_MEASURE], [Against.MEASURE_OPEN]),
        (ProblemClass.DATED, [DONE], []),
        (ProblemClass.DATED, [MeasureFacts("撤", dropped_on=TODAY)], []),
        (ProblemClass.DATED, [DONE, OPEN_MEASURE, OPEN_MEASURE], [Against.MEASURE_OPEN] * 2),
        (
            ProblemClass.DATED,
            [MeasureFacts("晚", done_on=date(2026, 6, 11))],
            [Against.MEASURE_OPEN],
        ),
    ],
)
def test_closing_needs_every_measure_finished(problem_class, measures, expected):
    facts = replace(OWN, problem_class=problem_class)

    assert codes(ProblemMove.CLOSE, facts, measures=measures, reason="属实") == expected


def test_an_open_measure_is_named():
    refusals = reasons_against_move(
        ProblemMove.CLOSE,
        OWN,
        on=TODAY,
        by=VERIFIER,
        today=TODAY,
        measures=[OPEN_MEASURE],
        reason="属实",
    )

    assert refusals == [Refusal(Against.MEASURE_OPEN, {"title": "抽查"})]


def test_the_table_names_who_may_and_what_it_takes():
    closing = {
        (step.from_above, step.second_key): step for step in MOVES if step.move == ProblemMove.CLOSE
    }

    assert {key: step.act for key, step in closing.items()} == {
        (False, False): Act.VERIFY_PROBLEM,
        (False, True): Act.SECOND_KEY,
        (True, False): Act.CLOSE_PROBLEM,
    }
    closing = {above: step for (above, second), step in closing.items() if not second}
    assert Need.DECISION in closing[True].needs
    assert Need.THREE_NAMES in closing[False].needs


WAY = [
    MoveFacts(ProblemMove.REGISTER, ProblemState.REGISTERED, date(2026, 3, 2)),
    MoveFacts(ProblemMove.ASSIGN, ProblemState.ASSIGNED, date(2026, 3, 9)),
    MoveFacts(ProblemMove.START, ProblemState.IN_HAND, date(2026, 3, 9)),
    MoveFacts(ProblemMove.SUBMIT, ProblemState.SUBMITTED, date(2026, 4, 1)),
    MoveFacts(ProblemMove.CLOSE, ProblemState.CLOSED, date(2026, 4, 7)),
    MoveFacts(ProblemMove.REOPEN, ProblemState.IN_HAND, date(2026, 5, 6)),
]


@pytest.mark.parametrize(
    ("day", "state", "reopened"),
    [
        (date(2026, 3, 1), None, 0),
        (date(2026, 3, 2), ProblemState.REGISTERED, 0),
        (date(2026, 3, 9), ProblemState.IN_HAND, 0),
        (date(2026, 4, 6), ProblemState.SUBMITTED, 0),
        (date(2026, 4, 7), ProblemState.CLOSED, 0),
        (date(2026, 5, 6), ProblemState.IN_HAND, 1),
    ],
)
def test_state_as_of_a_day(day, state, reopened):
    assert state_on(WAY, day) == state
    assert times_reopened(WAY, day) == reopened


@pytest.mark.parametrize("move", [ProblemMove.CLOSE, ProblemMove.RETURN])
def test_the_supervisor_turns_the_key_only_where_nobody_else_can(move):
    small = replace(OWN, others_verify=False)

    assert codes(move, OWN, reason="属实", second_key=True) == [Against.OTHERS_VERIFY]
    assert codes(move, small, reason="属实", second_key=True) == []
    assert codes(move, small, by=SUBMITTER, reason="属实", second_key=True) == [
        Against.SUBMITTER_VERIFIES
    ]


@pytest.mark.parametrize("facts", [OWN, FROM_ABOVE])
def test_closing_wants_the_verifiers_words_and_the_evidence_of_the_class(facts):
    move = ProblemMove.VERIFY if facts.from_above else ProblemMove.CLOSE
    lacking = replace(facts, lacks=("photo",))

    assert codes(move, facts) == [Against.NO_STATEMENT]
    assert codes(move, lacking, reason="属实") == [Against.LACKS_EVIDENCE]


@pytest.mark.parametrize(
    ("from_above", "target", "expected"),
    [
        (False, None, [Against.NO_TARGET]),
        (False, Target(ProblemState.REGISTERED), []),
        (False, Target(ProblemState.CLOSED), [Against.TARGET_ENDED]),
        (False, Target(ProblemState.DISMISSED), [Against.TARGET_ENDED]),
        (False, Target(ProblemState.IN_HAND, same_bureau=False), [Against.TARGET_FOREIGN]),
        (False, Target(ProblemState.IN_HAND, within=True), [Against.TARGET_ITSELF]),
        (True, Target(ProblemState.IN_HAND), [Against.TARGET_NOT_FROM_ABOVE]),
        (True, Target(ProblemState.IN_HAND, from_above=True), []),
    ],
)
def test_merging_wants_an_open_problem_of_the_same_standing(from_above, target, expected):
    facts = ProblemFacts(ProblemState.ASSIGNED, FOUND, from_above=from_above)

    assert codes(ProblemMove.MERGE, facts, reason="重复", target=target) == expected


@pytest.mark.parametrize("state", ProblemState)
def test_a_problem_that_follows_its_items_is_not_moved_by_itself(state):
    facts = ProblemFacts(state, FOUND, follows=True)

    for step in possible_moves(facts):
        assert codes(step.move, facts, second_key=step.second_key) == [Against.FOLLOWS_ITEMS]


S = ProblemState


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], None),
        ([S.MERGED, S.DISMISSED], None),
        ([S.REGISTERED], S.REGISTERED),
        ([S.REGISTERED, S.ASSIGNED], S.REGISTERED),
        ([S.ASSIGNED, S.ASSIGNED], S.ASSIGNED),
        ([S.REGISTERED, S.IN_HAND], S.IN_HAND),
        ([S.REGISTERED, S.CLOSED], S.IN_HAND),
        ([S.IN_HAND, S.CLOSED], S.IN_HAND),
        ([S.NEARLY_DONE, S.CLOSED], S.NEARLY_DONE),
        ([S.SUBMITTED, S.CLOSED, S.AWAITING_ABOVE], S.SUBMITTED),
        ([S.AWAITING_ABOVE, S.CLOSED], S.AWAITING_ABOVE),
        ([S.CLOSED, S.CLOSED], S.CLOSED),
        ([S.CLOSED, S.DISMISSED, S.MERGED], S.CLOSED),
    ],
)
def test_a_problem_stands_where_its_items_stand(items, expected):
    assert state_from_items(items) == expected
    assert state_from_items(reversed(items)) == expected


@pytest.mark.parametrize(
    ("changes", "asked", "expected"),
    [
        ({}, {}, []),
        ({"state": S.IN_HAND}, {}, [AgainstLookBack.NOT_CLOSED]),
        ({}, {"on": date(2026, 5, 31)}, [AgainstLookBack.WRONG_DAY]),
        ({}, {"on": date(2026, 6, 11)}, [AgainstLookBack.WRONG_DAY]),
        ({}, {"result": LookBackResult.RELAPSED}, [AgainstLookBack.NO_NOTE]),
        ({}, {"result": LookBackResult.INSUFFICIENT, "note": "又有两起"}, []),
        ({}, {"checker": SUBMITTER}, [AgainstLookBack.CHECKER_SUBMITTED]),
        ({}, {"checker": VERIFIER}, [AgainstLookBack.CHECKER_VERIFIED]),
    ],
)
def test_who_looks_again_is_a_fourth_name(changes, asked, expected):
    facts = replace(OWN, state=S.CLOSED)
    given_all = {
        "result": LookBackResult.HELD,
        "on": TODAY,
        "today": TODAY,
        "closed_on": date(2026, 6, 1),
        "closed_by": VERIFIER,
        "checker": 9,
    } | asked

    assert reasons_against_look_back(replace(facts, **changes), **given_all) == expected


@given(st.lists(st.tuples(st.sampled_from(ProblemMove), st.integers(0, 5)), max_size=30))
def test_whatever_is_tried_no_one_closes_what_they_submitted(tries):
    facts = ProblemFacts(None, FOUND, leader=LEADER, problem_class=ProblemClass.AT_ONCE)
    for move, by in tries:
        target = Target(ProblemState.ASSIGNED)
        if codes(move, facts, by=by, measures=[], reason="因", target=target):
            continue
        step = step_of(move, facts)
        if step.after == ProblemState.CLOSED:
            assert by not in (facts.submitted_by, facts.leader)
        submitted_by = by if move == ProblemMove.SUBMIT else facts.submitted_by
        facts = replace(facts, state=step.after, submitted_by=submitted_by)
