"""连续n年: the same honour of the same holder, year after year."""

import pytest

from reports.domain.honours import HonourFact, title_key, years_running

TITLE, BODY = "执法质量考评优秀单位", "示例省公安厅"


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        f"2025年度{TITLE}",
        f"２０２５年度{TITLE}",
        f"2024—2025年度{TITLE}",
        f"二〇二五年度{TITLE}",
        f"{TITLE}（第三届）",
        f"{TITLE}（第3批）",
        f"“{TITLE}”",
        f"{TITLE} ",
        f"连续两年{TITLE}",
    ],
)
def test_title_of_another_year_is_the_same(title):
    assert title_key(title) == title_key(TITLE)


@pytest.mark.parametrize("title", ["执法质量考评良好单位", "全市第二名", "优秀第一责任人"])
def test_title_that_says_something_else_is_another(title):
    assert title_key(title) == title


def fact(year, key=None, **changes):
    given = {"holder": 7, "kind": "honour", "title": TITLE, "awarded_by": BODY} | changes
    return HonourFact(key or year, year=year, **given)


@pytest.mark.parametrize(
    ("years", "running"),
    [
        ([2026], {2026: 1}),
        ([2025, 2026], {2025: 1, 2026: 2}),
        ([2024, 2026], {2024: 1, 2026: 1}),
        ([2022, 2024, 2025, 2026], {2022: 1, 2024: 1, 2025: 2, 2026: 3}),
    ],
)
def test_years_running_counts_back_without_a_gap(years, running):
    assert years_running([fact(year) for year in years]) == running


@pytest.mark.parametrize(
    "changes",
    [{"holder": 8}, {"kind": "assessment"}, {"title": "先进集体"}, {"awarded_by": "示例市公安局"}],
)
def test_another_honour_runs_on_its_own(changes):
    assert years_running([fact(2025, **changes), fact(2026)]) == {2025: 1, 2026: 1}


def test_years_ordinals_and_width_do_not_interrupt():
    rows = [
        fact(2024, title=f"2024年度{TITLE}"),
        fact(2025, title=f"{TITLE}（第二届）", awarded_by="示例省公安厅 "),
        fact(2026, title=f"２０２６年{TITLE}"),
    ]

    assert years_running(rows)[2026] == 3


def test_two_of_one_year_count_once():
    rows = [fact(2025), fact(2025, key="again"), fact(2026)]

    assert years_running(rows) == {2025: 1, "again": 1, 2026: 2}


def test_title_that_is_only_a_year_is_like_no_other():
    rows = [fact(2025, title="2025年度"), fact(2026, title="2026年度")]

    assert years_running(rows) == {2025: 1, 2026: 1}
