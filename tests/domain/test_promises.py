"""What a report admits and promises, paragraph by paragraph, and what answers it."""

from datetime import date

import pytest

from reports.domain.promises import (
    AgainstDecision,
    Found,
    MergeTarget,
    Passage,
    Told,
    plain_heading,
    promises_in,
    reasons_against_ending,
    reasons_against_merging,
    reasons_against_taking_on,
    title_of,
)


def test_a_paragraph_with_a_heading_is_one_thing():
    passage = Passage(
        "（一）办案质量不高。",
        [Told(1, "部分案卷不规范。", "problem:7", problem=7), Told(2, "主要原因：培训不够。")],
    )

    assert promises_in([passage]) == [Found("办案质量不高", 1, 7, None)]


def test_without_a_heading_each_sentence_is_one():
    passage = Passage("", [Told(1, "加强培训。"), Told(2, " "), Told(3, "完善制度。")])

    assert promises_in([passage]) == [Found("加强培训。", 1), Found("完善制度。", 3)]


def test_the_overview_of_a_compiled_part_promises_nothing():
    counts = Told(1, "2025年发现问题{{problems:found}}个。", "problems")
    total = Told(2, "2026年安排以下工作{{next:total}}项。", "next")
    step = Passage("开展专题培训", [Told(3, "由法制大队负责。", "next:5", measure=5)])

    assert promises_in([Passage("", [counts]), Passage("", [total]), step]) == [
        Found("开展专题培训", 3, None, 5)
    ]


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("（一）执法监督不到位。", "执法监督不到位"),
        ("(2) 培训不够", "培训不够"),
        ("（试点）工作滞后", "（试点）工作滞后"),
        ("培训不够", "培训不够"),
        ("（一）", "（一）"),
    ],
)
def test_a_heading_loses_its_number_alone(heading, plain):
    assert plain_heading(heading) == plain


def test_a_title_is_the_first_sentence_cut_to_length():
    assert title_of("加强培训。每季度一次。") == "加强培训"
    assert title_of("长" * 151) == "长" * 149 + "…"


def test_who_merges_names_a_record_of_the_bureau_that_stands():
    assert reasons_against_merging(None) == [AgainstDecision.NO_TARGET]
    assert reasons_against_merging(MergeTarget(same_bureau=False, gone=True)) == [
        AgainstDecision.TARGET_FOREIGN,
        AgainstDecision.TARGET_GONE,
    ]
    assert reasons_against_merging(MergeTarget(same_bureau=True, gone=False)) == []


def test_it_is_taken_on_within_its_year():
    assert reasons_against_taking_on(year=2026, begins_on=date(2025, 12, 31)) == [
        AgainstDecision.OTHER_YEAR
    ]
    assert reasons_against_taking_on(year=2026, begins_on=date(2026, 1, 1)) == []


def test_done_and_dropped_say_how_and_why():
    assert reasons_against_ending("done", " ") == [AgainstDecision.NO_NOTE]
    assert reasons_against_ending("dropped", "") == [AgainstDecision.NO_REASON]
    assert reasons_against_ending("dropped", "机构撤销") == []
