"""The table of steps: every state with every step, for every role and post."""

from datetime import date

import pytest

from reports.domain.access import MAY, Act, Role
from reports.domain.report_moves import (
    AgainstCorrection,
    AgainstHandIn,
    AgainstStep,
    Asked,
    MeetingFacts,
    ReportFacts,
    ReportStep,
    days_left,
    possible_steps,
    reasons_against_correction,
    reasons_against_handing,
    reasons_against_step,
    report_fingerprint,
    was_late,
)
from reports.domain.summaries import ReportKind, ReportState

TODAY = date(2026, 6, 10)
HELD = MeetingFacts(held_on=date(2026, 6, 9), is_committee=True, has_item=True)

# From each state the steps that can be taken, and where they lead; every other is refused.
LEADS = {
    (ReportState.DRAFT, ReportStep.COUNTERSIGN),
    (ReportState.COUNTERSIGN, ReportStep.SEND),
    (ReportState.COUNTERSIGN, ReportStep.RETURN),
    (ReportState.REVIEW, ReportStep.REVIEW),
    (ReportState.REVIEW, ReportStep.RETURN),
    (ReportState.COMMITTEE, ReportStep.DELIBERATE),
    (ReportState.COMMITTEE, ReportStep.SIGN),
    (ReportState.COMMITTEE, ReportStep.RETURN),
}
OPEN = {ReportState.DRAFT, ReportState.COUNTERSIGN, ReportState.REVIEW, ReportState.COMMITTEE}


def facts(state, step=None, **changes):
    told = {
        "state": state,
        "kind": ReportKind.ANNUAL,
        "has_text": True,
        "figures_on": date(2026, 6, 1),
        "last_on": date(2026, 6, 8),
        "deliberated": step == ReportStep.SIGN,
    }
    return ReportFacts(**told | changes)


def asked(step, **changes):
    told = {
        "step": step,
        "on": TODAY,
        "units": ["政治处"],
        "reason": "数据需核实",
        "holds": True,
        "meeting": HELD if step == ReportStep.DELIBERATE else None,
    }
    return Asked(**told | changes)


def codes(found):
    return [each.code for each in found]


@pytest.mark.parametrize("state", ReportState)
@pytest.mark.parametrize("step", ReportStep)
def test_every_step_from_every_state(state, step):
    found = codes(reasons_against_step(facts(state, step), asked(step), today=TODAY))

    if (state, step) in LEADS:
        assert found == []
    elif state in OPEN:
        assert found == [AgainstStep.NOT_FROM_HERE]
    else:
        assert found == [AgainstStep.FROZEN]


@pytest.mark.parametrize("state", ReportState)
def test_a_text_for_another_span_may_be_signed_from_any_open_state(state):
    told = facts(state, kind=ReportKind.SPAN)

    found = codes(reasons_against_step(told, asked(ReportStep.SIGN), today=TODAY))

    assert found == ([] if state in OPEN else [AgainstStep.FROZEN])


@pytest.mark.parametrize(
    ("step", "state", "change", "code"),
    [
        ("countersign", "draft", {"units": []}, AgainstStep.NO_UNITS),
        ("return", "review", {"reason": "  "}, AgainstStep.NO_REASON),
        ("review", "review", {"holds": False}, AgainstStep.NOT_HOLDER),
        ("sign", "committee", {"holds": False}, AgainstStep.NOT_HOLDER),
        ("send", "countersign", {"on": date(2026, 6, 11)}, AgainstStep.IN_FUTURE),
        ("send", "countersign", {"on": date(2026, 6, 7)}, AgainstStep.BEFORE_LAST),
        ("deliberate", "committee", {"meeting": None}, AgainstStep.NO_MEETING),
        (
            "deliberate",
            "committee",
            {"meeting": MeetingFacts(date(2026, 6, 9), False, True)},
            AgainstStep.OTHER_MEETING,
        ),
        (
            "deliberate",
            "committee",
            {"meeting": MeetingFacts(date(2026, 6, 7), True, True)},
            AgainstStep.MEETING_BEFORE,
        ),
        (
            "deliberate",
            "committee",
            {"meeting": MeetingFacts(date(2026, 6, 9), True, False)},
            AgainstStep.NO_ITEM,
        ),
    ],
)
def test_what_a_step_lacks(step, state, change, code):
    step = ReportStep(step)

    found = reasons_against_step(
        facts(ReportState(state), step), asked(step, **change), today=TODAY
    )

    assert codes(found) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"has_text": False}, AgainstStep.NO_TEXT),
        ({"deliberated": False}, AgainstStep.NOT_DELIBERATED),
        ({"figures_on": date(2026, 6, 30)}, AgainstStep.BEFORE_FIGURES),
    ],
)
def test_what_a_signature_lacks(change, code):
    told = facts(ReportState.COMMITTEE, ReportStep.SIGN, **change)

    assert codes(reasons_against_step(told, asked(ReportStep.SIGN), today=TODAY)) == [code]


def test_a_report_is_deliberated_once():
    told = facts(ReportState.COMMITTEE, deliberated=True)

    found = reasons_against_step(told, asked(ReportStep.DELIBERATE), today=TODAY)

    assert codes(found) == [AgainstStep.ALREADY]


OFFERED = {
    Role.LEGAL_OFFICER: {
        ReportState.DRAFT: ["countersign"],
        ReportState.COUNTERSIGN: ["send", "return"],
        ReportState.REVIEW: ["review", "return"],
        ReportState.COMMITTEE: ["deliberate", "return"],
    },
    Role.LEADER: {
        ReportState.DRAFT: [],
        ReportState.COUNTERSIGN: ["return"],
        ReportState.REVIEW: ["review", "return"],
        ReportState.COMMITTEE: ["return"],
    },
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", ReportState)
def test_what_each_role_is_offered(role, state):
    found = possible_steps(state, ReportKind.ANNUAL, MAY[role], deliberated=False)

    assert [line.step for line in found] == OFFERED.get(role, {}).get(state, [])


def test_a_deliberated_report_is_signed_and_not_deliberated_again():
    acts = {Act.COMPILE_REPORT, Act.RECORD_SIGNED_DECISION}

    found = possible_steps(ReportState.COMMITTEE, ReportKind.ANNUAL, acts, deliberated=True)

    assert [line.step for line in found] == ["sign", "return"]


@pytest.mark.parametrize(
    ("state", "is_current", "reason", "found"),
    [
        (ReportState.SIGNED, True, "数据有误", []),
        (ReportState.SIGNED, True, " ", [AgainstCorrection.NO_REASON]),
        (ReportState.SIGNED, False, "数据有误", [AgainstCorrection.NOT_CURRENT]),
        (ReportState.COMMITTEE, True, "数据有误", [AgainstCorrection.NOT_SIGNED]),
        (ReportState.PUBLISHED, True, "数据有误", [AgainstCorrection.NOT_SIGNED]),
    ],
)
def test_reasons_against_correction(state, is_current, reason, found):
    assert reasons_against_correction(state, is_current=is_current, reason=reason) == found


@pytest.mark.parametrize(
    ("state", "handed_on", "found"),
    [
        (ReportState.SIGNED, date(2026, 6, 9), []),
        (ReportState.SIGNED, None, []),
        (ReportState.SIGNED, date(2026, 6, 11), [AgainstHandIn.IN_FUTURE]),
        (ReportState.SIGNED, date(2026, 6, 7), [AgainstHandIn.BEFORE_SIGNING]),
        (ReportState.COMMITTEE, date(2026, 6, 9), [AgainstHandIn.NOT_SIGNED]),
    ],
)
def test_reasons_against_handing(state, handed_on, found):
    told = {"handed_on": handed_on, "signed_on": date(2026, 6, 8), "today": TODAY}

    assert reasons_against_handing(state, **told) == found


@pytest.mark.parametrize(
    ("due_on", "handed_on", "left", "late"),
    [
        (date(2026, 6, 12), None, 2, False),
        (date(2026, 6, 10), None, 0, False),
        (date(2026, 6, 8), None, -2, True),
        (date(2026, 6, 8), date(2026, 6, 8), None, False),
        (date(2026, 6, 8), date(2026, 6, 9), None, True),
    ],
)
def test_days_of_a_hand_in(due_on, handed_on, left, late):
    assert days_left(due_on, handed_on, TODAY) == left
    assert was_late(due_on, handed_on, TODAY) == late


SIGNED = {
    "title": "报告",
    "text": [{"heading": "一", "paragraphs": [{"heading": "", "text": "43次。"}]}],
    "figures": [("honours", "1")],
    "signer": "王明",
    "signed_on": TODAY,
}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "报告二"},
        {"text": [{"heading": "一", "paragraphs": [{"heading": "", "text": "44次。"}]}]},
        {"figures": [("honours", "2")]},
        {"signer": "王鸣"},
        {"signed_on": date(2026, 6, 9)},
    ],
)
def test_the_fingerprint_speaks_of_everything_that_was_signed(change):
    assert report_fingerprint(**SIGNED) == report_fingerprint(**SIGNED)
    assert report_fingerprint(**SIGNED | change) != report_fingerprint(**SIGNED)
