from datetime import date

import pytest

from reports.domain.summaries import (
    AgainstText,
    Drift,
    Piece,
    drift,
    figures_day,
    from_editor,
    marks_in,
    match_sentences,
    pieces_of,
    sentences_in,
    to_editor,
    tokens_of,
)


@pytest.mark.parametrize(
    ("frozen", "now", "expected"),
    [
        ({}, {}, []),
        ({"met": 52}, {"met": 52}, []),
        ({"met": 52, "missed": 0}, {"missed": 1, "met": 51}, [("met", 52, 51), ("missed", 0, 1)]),
        ({"met": 52}, {}, [("met", 52, None)]),
        ({}, {"met": 52}, [("met", None, 52)]),
        ({"a": 1, "b": 2}, {"c": 3, "b": 4}, [("a", 1, None), ("b", 2, 4), ("c", None, 3)]),
        ({"a": None}, {}, [("a", None, None)]),
    ],
)
def test_drift(frozen, now, expected):
    assert drift(frozen, now) == [Drift(*each) for each in expected]


LABELS = {"schedule:7:met": "通报会·按期召开", "honours": "荣誉"}
VALUES = {"schedule:7:met": 43, "honours": 2}
STORED = "按期召开{{schedule:7:met}}次，荣誉{{honours}}项。"
EDITED = "按期召开【43｜通报会·按期召开】次，荣誉【2｜荣誉】项。"


def test_text_goes_to_the_editor_and_back():
    assert to_editor(STORED, LABELS, VALUES) == EDITED
    assert from_editor(EDITED, LABELS, VALUES) == (STORED, [])


def test_document_numbers_and_brackets_are_plain_text():
    text = "见〔2026〕12号【附件】。"

    assert from_editor(text, LABELS, VALUES) == (text, [])


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [
        ("【44｜通报会·按期召开】", AgainstText.CHANGED_FIGURE, "43"),
        ("【｜荣誉】", AgainstText.CHANGED_FIGURE, "2"),
        ("【3｜好人好事】", AgainstText.UNKNOWN_FIGURE, ""),
        ("{{honours}}", AgainstText.RAW_TOKEN, ""),
        ("{{", AgainstText.RAW_TOKEN, ""),
    ],
)
def test_figures_are_not_typed(text, code, value):
    _stored, refusals = from_editor(text, LABELS, VALUES)

    assert [(r.code, r.mark, r.value) for r in refusals] == [(code, text, value)]


def test_a_number_that_moved_while_the_form_was_open_is_not_held_against_the_editor():
    text = "【42｜通报会·按期召开】"

    assert from_editor(text, LABELS, VALUES, marks_in(text)) == ("{{schedule:7:met}}", [])


def test_pieces_of_a_sentence():
    assert pieces_of(STORED) == [
        Piece("按期召开"),
        Piece("", "schedule:7:met"),
        Piece("次，荣誉"),
        Piece("", "honours"),
        Piece("项。"),
    ]
    assert tokens_of(STORED) == ["schedule:7:met", "honours"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("甲。乙！丙", ["甲。", "乙！", "丙"]),
        ("“甲。”乙。", ["“甲。”乙。"]),
        ("甲\n\n乙。", ["甲", "乙。"]),
        ("  ", []),
    ],
)
def test_sentences_in(text, sentences):
    assert sentences_in(text) == sentences


OLD = [(1, "抽查发现漏项。目录不全。"), (2, "主要原因：审核不严。"), (3, "该问题已销号。")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "抽查发现漏项。目录不全。主要原因：审核不严。该问题已销号。",
            [
                (1, "抽查发现漏项。目录不全。"),
                (2, "主要原因：审核不严。"),
                (3, "该问题已销号。"),
            ],
        ),
        (
            "抽查发现漏项。目录不全。主要原因：审核把关不严。新写一句话。",
            [
                (1, "抽查发现漏项。目录不全。"),
                (2, "主要原因：审核把关不严。"),
                (None, "新写一句话。"),
            ],
        ),
        (
            "该问题已销号。抽查发现漏项。目录不全。",
            [(3, "该问题已销号。"), (1, "抽查发现漏项。目录不全。")],
        ),
        ("", []),
    ],
)
def test_match_sentences(text, found):
    assert match_sentences(OLD, text) == found


@pytest.mark.parametrize(
    ("year", "chosen", "day"),
    [
        (2025, None, date(2025, 12, 31)),
        (2026, None, date(2026, 6, 10)),
        (2026, date(2026, 5, 31), date(2026, 5, 31)),
        (2025, date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_figures_day(year, chosen, day):
    assert figures_day(year, date(2026, 6, 10), chosen) == day
