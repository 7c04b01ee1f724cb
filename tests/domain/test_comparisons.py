from decimal import Decimal

import pytest

from reports.domain.comparisons import (
    Change,
    FigurePair,
    Pair,
    Passage,
    ProblemFacts,
    Run,
    compared,
    figures_beside,
    paired,
    plain_heading,
    vanished,
    words_of,
    years_listed,
)

SAME, REMOVED, ADDED = Change.SAME, Change.REMOVED, Change.ADDED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("召开43次", ["召", "开", "43", "次"]),
        ("1,200件，占98.5%。", ["1,200", "件", "，", "占", "98.5%", "。"]),
        ("110接处警", ["110", "接", "处", "警"]),
        ("DNA检验", ["DNA", "检", "验"]),
        ("", []),
    ],
)
def test_numbers_and_words_in_letters_stay_whole(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("old", "new", "runs"),
    [
        ("全年召开会议。", "全年召开会议。", [Run(SAME, "全年召开会议。")]),
        (
            "全年召开43次会议。",
            "全年召开41次会议。",
            [Run(SAME, "全年召开"), Run(REMOVED, "43"), Run(ADDED, "41"), Run(SAME, "次会议。")],
        ),
        ("", "新增内容。", [Run(ADDED, "新增内容。")]),
        ("删去内容。", "", [Run(REMOVED, "删去内容。")]),
        ("", "", []),
        # One sign that stayed between two changes is told with them.
        (
            "加强队伍建设",
            "推进强基工作",
            [Run(REMOVED, "加强队伍建设"), Run(ADDED, "推进强基工作")],
        ),
        # A comma keeps its place.
        (
            "部署三次，督办两件",
            "研究三次，督办五件",
            [
                Run(REMOVED, "部署"),
                Run(ADDED, "研究"),
                Run(SAME, "三次，督办"),
                Run(REMOVED, "两"),
                Run(ADDED, "五"),
                Run(SAME, "件"),
            ],
        ),
    ],
)
def test_what_changed_between_two_texts(old, new, runs):
    assert compared(old, new) == runs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("召开党委会12次，专题研究法治建设4次。", "召开党委会13次，研究法治建设6次，同比增加。"),
        ("一是加强培训；二是严格考核。", "一是严格考核；二是加强培训。"),
    ],
)
def test_both_texts_can_be_read_back(old, new):
    runs = compared(old, new)

    assert "".join(run.text for run in runs if run.change != ADDED) == old
    assert "".join(run.text for run in runs if run.change != REMOVED) == new


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("（一）坚持党的领导", "坚持党的领导"),
        ("一、2026年主要举措", "主要举措"),
        ("2.严格执法监督", "严格执法监督"),
        ("下一年度工作安排", "工作安排"),
        ("", ""),
    ],
)
def test_a_heading_without_number_and_year(heading, plain):
    assert plain_heading(heading) == plain


def passage(text, heading="", role="achievements", section="主要举措"):
    return Passage(role, section, heading, text)


def test_paragraphs_are_matched_by_heading_whatever_their_number():
    old = [passage("甲。", "（一）执法监督"), passage("乙。", "（二）普法宣传")]
    new = [passage("丙。", "（一）普法宣传"), passage("丁。", "（二）执法监督")]

    assert paired(old, new) == [Pair(old[1], new[0]), Pair(old[0], new[1])]


def test_paragraphs_are_matched_by_text_within_their_role():
    text = "全年召开法制通报会43次，研究执法问题。"
    old = [passage(text, role="first_person"), passage(text)]
    new = [passage("全年召开法制通报会45次，研究执法问题。")]

    assert paired(old, new) == [Pair(old[0], None), Pair(old[1], new[0])]


def test_what_has_no_answer_stands_behind_the_one_it_stood_behind():
    old = [passage("甲。", "甲"), passage("乙。", "乙"), passage("丙。", "丙")]
    new = [passage("甲。", "甲"), passage("丙。", "丙"), passage("丁。", "丁")]

    pairs = paired(old, new)

    assert pairs == [
        Pair(old[0], new[0]),
        Pair(old[1], None),
        Pair(old[2], new[1]),
        Pair(None, new[2]),
    ]


def test_the_last_ones_without_a_heading_belong_together():
    old, new = [passage("完全不同的话。")], [passage("另写一段文字")]

    assert paired(old, new) == [Pair(old[0], new[0])]


def test_nothing_beside_nothing():
    assert paired([], []) == []


def test_a_change_is_given_only_where_both_figures_are_there():
    pairs = figures_beside({"a": 3, "gone": 2, "nought": 0}, {"a": 5, "new": 1, "nought": 0})

    assert pairs == [
        FigurePair("a", Decimal(3), Decimal(5)),
        FigurePair("new", None, Decimal(1)),
        FigurePair("gone", Decimal(2), None),
    ]
    assert [pair.change for pair in pairs] == [Decimal(2), None, None]


def problem(pk, year, repeats=None, *, solved=False, listed=True):
    return ProblemFacts(pk, year, repeats, solved, listed)


@pytest.mark.parametrize(
    ("facts", "now", "keys"),
    [
        ([problem(1, 2025)], [], [1]),
        ([problem(1, 2025, solved=True)], [], []),
        ([problem(1, 2025, listed=False)], [], []),
        ([problem(1, 2025)], [1], []),
        # A problem of this year that repeats it speaks of it.
        ([problem(1, 2025), problem(2, 2026, repeats=1)], [2], []),
        ([problem(1, 2025), problem(2, 2026, repeats=1)], [], [1]),
        ([], [], []),
    ],
)
def test_problems_that_vanished_without_being_solved(facts, now, keys):
    assert vanished(facts, told_before=[1], told_now=now) == keys


@pytest.mark.parametrize(
    ("facts", "years"),
    [
        ([problem(3, 2026)], 1),
        ([problem(1, 2024), problem(2, 2025, 1), problem(3, 2026, 2)], 3),
        ([problem(1, 2024), problem(3, 2026, 1)], 1),
        ([problem(1, 2025, listed=False), problem(3, 2026, 1)], 1),
        ([problem(1, 2026), problem(3, 2026, 1)], 1),
        ([problem(1, 2025, 3), problem(3, 2026, 1)], 2),
    ],
)
def test_how_many_years_running_a_problem_was_listed(facts, years):
    assert years_listed(facts, [3]) == {3: years}
