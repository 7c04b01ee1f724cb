"""The way of the published form: three people, in order, and a text that closes up."""

from dataclasses import replace
from datetime import date

import pytest

from reports.domain.public_forms import (
    AgainstPublic,
    Block,
    Chapter,
    Checker,
    StepFacts,
    Uttered,
    fingerprint,
    is_late,
    leads_of,
    public_text,
    publish_by,
    read_seen,
    reasons_against_beginning,
    reasons_against_changing,
    reasons_against_going_back,
    reasons_against_publishing,
    reasons_against_step,
    same_one,
    sections_of_text,
    seen_words,
    unsettled,
)
from reports.domain.summaries import Numbering, PublicState, ReportKind, ReportState

A = AgainstPublic
SIGNED_ON, ON, TODAY = date(2026, 2, 20), date(2026, 3, 5), date(2026, 3, 10)
ANNA, BEN, CARL = Checker(1, 11), Checker(2, 12), Checker(3, 13)


@pytest.mark.parametrize(
    ("state", "kind", "is_current", "there", "reasons"),
    [
        ("signed", "annual", True, False, []),
        ("draft", "annual", True, False, [A.NOT_SIGNED]),
        ("committee", "annual", True, False, [A.NOT_SIGNED]),
        ("published", "annual", True, False, [A.TAKEN_OVER]),
        ("signed", "span", True, False, [A.NOT_ANNUAL]),
        ("signed", "annual", False, False, [A.NOT_CURRENT]),
        ("signed", "annual", True, True, [A.THERE_ALREADY]),
    ],
)
def test_only_a_signed_annual_report_gets_a_published_form(state, kind, is_current, there, reasons):
    found = reasons_against_beginning(
        ReportState(state), ReportKind(kind), is_current=is_current, there=there
    )

    assert found == reasons


@pytest.mark.parametrize(
    ("state", "is_current", "reasons"),
    [
        ("draft", True, []),
        ("draft", False, [A.NOT_CURRENT]),
        ("self_checked", True, [A.BEING_CHECKED]),
        ("second_checked", True, [A.BEING_CHECKED]),
        ("approved", True, [A.FROZEN]),
        ("published", True, [A.FROZEN]),
    ],
)
def test_passages_are_taken_out_of_a_draft_only(state, is_current, reasons):
    assert reasons_against_changing(PublicState(state), is_current=is_current) == reasons


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ANNA, ANNA, True),
        (ANNA, BEN, False),
        (Checker(1, 11), Checker(1, 99), True),
        (Checker(None, 11), Checker(None, 11), True),
        (Checker(None, 11), Checker(2, 11), True),
        (Checker(None, 11), Checker(None, 12), False),
        (Checker(None, None), Checker(None, None), False),
        # The login that enters a sheet is not who signed it.
        (Checker(1, 11), Checker(2, 11, from_paper=True), False),
        (Checker(1, 11), Checker(1, 12, from_paper=True), True),
    ],
)
def test_who_is_the_same(one, other, same):
    assert same_one(one, other) is same


FIRST = StepFacts(
    state=PublicState.DRAFT,
    to_state=PublicState.SELF_CHECKED,
    on=ON,
    today=TODAY,
    signed_on=SIGNED_ON,
    is_current=True,
    opinion="不涉密。",
    by=ANNA,
)
SECOND = replace(
    FIRST,
    state=PublicState.SELF_CHECKED,
    to_state=PublicState.SECOND_CHECKED,
    by=BEN,
    before=((ANNA, ON),),
)
LAST = replace(
    FIRST,
    state=PublicState.SECOND_CHECKED,
    to_state=PublicState.APPROVED,
    by=CARL,
    before=((ANNA, ON), (BEN, ON)),
)


@pytest.mark.parametrize("facts", [FIRST, SECOND, LAST])
def test_three_people_take_three_steps(facts):
    assert reasons_against_step(facts) == []


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (replace(FIRST, to_state=PublicState.APPROVED), [A.OTHER_STATE]),
        (replace(SECOND, to_state=PublicState.SELF_CHECKED), [A.OTHER_STATE]),
        (replace(LAST, state=PublicState.APPROVED), [A.OTHER_STATE]),
        (replace(LAST, to_state=PublicState.PUBLISHED), [A.OTHER_STATE]),
        (replace(FIRST, on=date(2026, 3, 11)), [A.IN_FUTURE]),
        (replace(FIRST, on=date(2026, 2, 19)), [A.BEFORE_SIGNING]),
        (replace(SECOND, on=date(2026, 3, 4)), [A.BEFORE_LAST_STEP]),
        (replace(SECOND, by=ANNA), [A.SAME_PERSON]),
        (replace(LAST, by=ANNA), [A.SAME_PERSON]),
        (replace(LAST, by=BEN), [A.SAME_PERSON]),
        (replace(LAST, in_charge=False), [A.NOT_IN_CHARGE]),
        (replace(SECOND, in_charge=False), []),
        (replace(SECOND, of_bureau=False), [A.NOT_OF_BUREAU]),
        (replace(FIRST, opinion="  "), [A.NO_OPINION]),
        (replace(FIRST, has_text=False), [A.NOTHING_LEFT]),
        (replace(LAST, unsettled=2), [A.UNSETTLED]),
        (replace(SECOND, unsettled=2), []),
        (replace(FIRST, is_current=False), [A.NOT_CURRENT]),
    ],
)
def test_what_stands_against_a_step(facts, reasons):
    assert reasons_against_step(facts) == reasons


@pytest.mark.parametrize(
    ("state", "reason", "reasons"),
    [
        ("self_checked", "还有个案", []),
        ("second_checked", "还有个案", []),
        ("self_checked", " ", [A.NO_REASON]),
        ("draft", "还有个案", [A.OTHER_STATE]),
        ("approved", "还有个案", [A.FROZEN]),
        ("published", "还有个案", [A.FROZEN]),
    ],
)
def test_back_until_it_is_approved(state, reason, reasons):
    assert reasons_against_going_back(PublicState(state), reason) == reasons


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"address": ""}, []),
        ({"index_number": ""}, []),
        ({"address": " ", "index_number": ""}, [A.NOWHERE]),
        ({"on": date(2026, 3, 11)}, [A.IN_FUTURE]),
        ({"on": date(2026, 3, 4)}, [A.BEFORE_APPROVAL]),
        ({"state": PublicState.PUBLISHED}, []),
        ({"state": PublicState.SECOND_CHECKED}, [A.OTHER_STATE]),
    ],
)
def test_what_stands_against_publishing(changes, reasons):
    facts = {
        "state": PublicState.APPROVED,
        "on": ON,
        "today": TODAY,
        "approved_on": ON,
        "address": "https://example.gov.cn/1",
        "index_number": "H027/2026-1",
    }

    assert reasons_against_publishing(**facts | changes) == reasons


@pytest.mark.parametrize(
    ("day", "limit", "late"),
    [
        (date(2026, 4, 1), None, False),
        (date(2026, 4, 2), None, True),
        (date(2026, 4, 2), date(2026, 4, 10), False),
    ],
)
def test_published_by_the_first_of_april(day, limit, late):
    assert publish_by(2025) == date(2026, 4, 1)
    assert is_late(2025, day, limit) is late


# --- the text -----------------------------------------------------------------------------------

WHOLE = [
    Chapter(
        1,
        "主要举措",
        (
            Block(1, "", (Uttered(1, "总述。"),)),
            Block(2, "普法宣传", (Uttered(2, "甲。", True), Uttered(3, "乙。", True))),
            Block(3, "行政复议", (Uttered(4, "丙。"), Uttered(5, "丁。", True, "戊。"))),
        ),
    ),
    Chapter(2, "存在问题", (Block(4, "案卷", (Uttered(6, "己。", True),)),)),
    Chapter(
        3,
        "下步打算",
        (Block(5, "抓好培训", (Uttered(7, "庚。"),)), Block(6, "落实", (Uttered(8, "辛。"),))),
        Numbering.ORDINALS,
    ),
]
PUBLIC = [
    {
        "heading": "一、主要举措",
        "paragraphs": [
            {"heading": "", "text": "总述。"},
            {"heading": "（一）行政复议", "text": "丙。戊。"},
        ],
    },
    {
        "heading": "二、下步打算",
        "paragraphs": [
            {"heading": "", "text": "一是抓好培训。庚。"},
            {"heading": "", "text": "二是落实。辛。"},
        ],
    },
]


def test_what_is_taken_out_leaves_no_gap():
    assert public_text(WHOLE) == PUBLIC


def test_a_heading_that_brings_its_number_moves_up_as_well():
    blocks = (
        Block(1, "（一）甲", (Uttered(1, "一。", True),)),
        Block(2, "（二）乙", (Uttered(2, "二。"),)),
    )

    assert public_text([Chapter(1, "一、举措", blocks)]) == [
        {"heading": "一、举措", "paragraphs": [{"heading": "（一）乙", "text": "二。"}]}
    ]


def test_the_signed_text_keeps_its_numbers():
    assert leads_of(WHOLE) == [
        ("一、主要举措", ["", "（一）普法宣传", "（二）行政复议"]),
        ("二、存在问题", ["（一）案卷"]),
        ("三、下步打算", ["一是抓好培训。", "二是落实。"]),
    ]


def test_a_kept_text_is_read_as_it_was_kept():
    lines = [p.text for section in sections_of_text(PUBLIC) for p in section.paragraphs]

    assert lines == [
        "一、主要举措",
        "总述。",
        "（一）行政复议",
        "丙。戊。",
        "二、下步打算",
        "一是抓好培训。庚。",
        "二是落实。辛。",
    ]


def test_the_fingerprint_hangs_on_title_and_text_alone():
    turned = [dict(reversed(list(section.items()))) for section in PUBLIC]

    assert fingerprint("报告", turned) == fingerprint("报告", PUBLIC)
    assert fingerprint("报告", PUBLIC) != fingerprint("报告二", PUBLIC)
    assert fingerprint("报告", PUBLIC) != fingerprint("报告", PUBLIC[:1])
    assert len(fingerprint("报告", PUBLIC)) == 64


# --- findings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("quoted", ["13800000000", "他说“好”：行", "长" * 200, "两 \n行"])
def test_a_word_on_a_finding_is_found_again(quoted):
    found, word = read_seen(seen_words(quoted, " 举报电话 "))

    assert word == "举报电话"
    assert unsettled([quoted, quoted, "别的"], [found]) == ["别的"]


def test_another_line_is_about_no_finding():
    assert read_seen("同意公开。") == ("", "同意公开。")
