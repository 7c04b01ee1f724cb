from datetime import date

import pytest

from reports.domain.problems import ProblemState
from reports.domain.report_text import (
    Kept,
    ParagraphDraft,
    PlanLine,
    ProblemLine,
    ScheduleLine,
    SentenceDraft,
    YearFacts,
    chinese_number,
    compose,
    duty_sentence,
    merge_paragraph,
    plain_name,
    stopped,
)
from reports.domain.summaries import pieces_of

ON = date(2026, 12, 31)


def read(text, values):
    """The sentence with its figures in place."""
    return "".join(p.text or str(values[p.key]) for p in pieces_of(text))


def said(line, **counts):
    values = {f"schedule:{line.pk}:{kind}": number for kind, number in counts.items()}
    return read(duty_sentence(line, values, ON, 2026), values)


WEEKLY = ScheduleLine(7, "每周法制通报会", 1, "“四个一”制度")


@pytest.mark.parametrize(
    ("line", "counts", "sentence"),
    [
        (WEEKLY, {"owed": 52, "met": 52}, "法制通报会应召开52次，按期召开52次。"),
        (WEEKLY, {"owed": 1, "met": 1}, "法制通报会应召开1次，按期召开1次。"),
        (WEEKLY, {"owed": 3, "missed": 3}, "法制通报会应召开3次，未召开3次。"),
        (
            WEEKLY,
            {"owed": 46, "met": 43, "late": 2, "missed": 1, "waived": 1, "open": 1, "awaiting": 2},
            (
                "法制通报会应召开46次，按期召开43次，补开2次，未召开1次，经批准免开1次，"
                "尚在期内1次，待录入2次。"
            ),
        ),
        (WEEKLY, {}, "法制通报会截至12月31日没有到期应召开的周期。"),
        (
            WEEKLY,
            {"open": 1},
            "法制通报会截至12月31日没有到期应召开的周期，尚在期内1次。",
        ),
        (
            ScheduleLine(7, "半月小讲堂", 1, "培训", is_meeting=False),
            {"owed": 24, "met": 22, "late": 1, "missed": 1, "waived": 1},
            "半月小讲堂应落实24次，按期落实22次，逾期落实1次，未落实1次，经批准免办1次。",
        ),
        (
            ScheduleLine(7, "每周法制学习", 1, "所队", units=9),
            {"owed": 466, "met": 460, "missed": 6},
            "所属单位法制学习应召开466期次，按期召开460期次，未召开6期次。",
        ),
        (
            ScheduleLine(7, "案件评析", 1, "所队", at_least=2),
            {"owed": 12, "met": 12},
            "案件评析应召开12期，按期召开12期。",
        ),
    ],
)
def test_duty_sentence_leaves_out_what_is_nought(line, counts, sentence):
    assert said(line, **counts) == sentence


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("每周法制通报会", "法制通报会"),
        ("每两周案件评查", "案件评查"),
        ("每2个月执法例会", "执法例会"),
        ("每季度法制例会", "法制例会"),
        ("每年法制大会", "法制大会"),
        ("每半年", "每半年"),
        ("一周一案", "一周一案"),
        ("每日研判", "每日研判"),
    ],
)
def test_plain_name_promises_no_rhythm(name, plain):
    assert plain_name(name) == plain


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "2026年度台账没有登记问题。"),
        (
            {"problems:found": 1, "problems:open": 1},
            "2026年发现问题1个，截至12月31日尚未销号1个。",
        ),
        (
            {"problems:closed": 2},
            "2026年台账没有登记新发现的问题，当年销号2个。",
        ),
        (
            {"problems:found": 5, "problems:closed": 3, "problems:open": 2},
            "2026年发现问题5个，当年销号3个，截至12月31日尚未销号2个。",
        ),
    ],
)
def test_counts_of_problems(values, sentence):
    problems = compose(YearFacts(2026, ON, values))[1]

    assert read(problems.paragraphs[0].sentences[0].text, values) == sentence


@pytest.mark.parametrize(
    ("facts", "last"),
    [
        (
            {"state": ProblemState.CLOSED, "closed_on": date(2026, 6, 1)},
            "该问题已于6月1日销号。",
        ),
        (
            {"state": ProblemState.IN_HAND, "due_on": date(2027, 3, 31), "due_is_month": True},
            "目前正在整改，整改期限为2027年3月。",
        ),
        (
            {"state": ProblemState.AWAITING_ABOVE},
            "目前已完成整改，待提出机关认定。",
        ),
        ({"state": ProblemState.REGISTERED, "as_published": True}, "主要原因：审核不严。"),
    ],
)
def test_a_problem_says_what_became_of_it(facts, last):
    line = ProblemLine(3, "卷宗不全。", "", "审核不严", **facts)

    paragraph = compose(YearFacts(2026, ON, {}, problems=[line]))[1].paragraphs[1]

    assert paragraph.heading == "卷宗不全"
    assert paragraph.sentences[-1].text == last
    assert all(s.sources == (("problem", 3),) for s in paragraph.sentences)


def test_sections_stand_in_the_order_of_the_regulation():
    sections = compose(YearFacts(2026, ON, {}))

    assert [(s.role.value, s.heading) for s in sections] == [
        ("achievements", "2026年度法治政府建设主要举措和成效"),
        ("problems", "存在的不足和原因"),
        ("first_person", "主要负责人履行推进法治建设第一责任人职责情况"),
        ("next_year", "2027年度工作安排"),
    ]


def test_next_year_names_each_measure_with_its_limit():
    plan = [
        PlanLine(1, "制定培训计划", "法制大队", date(2027, 6, 30), True),
        PlanLine(2, "建立联席会议", ""),
    ]

    paragraphs = compose(YearFacts(2026, ON, {"next:total": 2}, plan=plan))[3].paragraphs

    assert [(p.heading, p.sentences[0].text) for p in paragraphs] == [
        ("", "2027年安排以下工作{{next:total}}项。"),
        ("制定培训计划", "由法制大队负责，2027年6月前完成。"),
        ("建立联席会议", "建立联席会议。"),
    ]


def test_no_sentence_praises_or_generalises():
    values = {"schedule:7:owed": 52, "schedule:7:met": 52, "problems:found": 1}
    text = "".join(
        sentence.text
        for section in compose(YearFacts(2026, ON, values, schedules=[WEEKLY]))
        for paragraph in section.paragraphs
        for sentence in paragraph.sentences
    )

    assert [word for word in ("每周", "均", "全部", "显著", "圆满", "一律") if word in text] == []


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_chinese_number(number, words):
    assert chinese_number(number) == words


@pytest.mark.parametrize("number", [0, 100])
def test_chinese_number_has_an_end(number):
    with pytest.raises(ValueError, match=str(number)):
        chinese_number(number)


@pytest.mark.parametrize(
    ("text", "line"),
    [("甲；", "甲。"), ("甲。\n乙", "甲。乙。"), ("甲！", "甲！"), (" 甲 ", "甲。")],
)
def test_stopped(text, line):
    assert stopped(text) == line


def fresh(*slots):
    return ParagraphDraft("p", "", tuple(SentenceDraft(f"p/{s}", f"新{s}。") for s in slots))


def merged(stored, draft):
    return [(line.pk, line.text, line.is_compiled) for line in merge_paragraph(stored, draft)]


def test_merging_keeps_what_was_typed_and_renews_the_rest():
    stored = [
        Kept(1, "p/a", "旧a。", True),
        Kept(2, "", "手写。", False),
        Kept(3, "p/gone", "旧gone。", True),
        Kept(4, "p/c", "改过的c。", False),
    ]

    assert merged(stored, fresh("a", "b", "c", "d")) == [
        (1, "新a。", True),
        (None, "新b。", True),
        (2, "手写。", False),
        (4, "改过的c。", False),
        (None, "新d。", True),
    ]


def test_merging_without_a_draft_leaves_what_was_typed():
    stored = [Kept(1, "p/a", "旧a。", True), Kept(2, "", "手写。", False)]

    assert merged(stored, None) == [(2, "手写。", False)]
