"""What a text could become: units, sets, schedules with their words, and their sentences."""

from datetime import date

import pytest

from reports.domain.drafts import (
    Piece,
    drafts_of_notice,
    drafts_of_report,
    honour_of,
    identity,
    is_alike,
    issued_elsewhere,
    lacking,
    minutes_of,
    paragraph_of,
    pieces_of,
    quote_of,
    raiser_in,
    rhythm_of,
    sentence_of,
    told_on,
    window_of,
    wording_of,
)
from reports.domain.imports import DraftKind
from reports.domain.rectification import read_notice
from reports.domain.wording import read_report
from tests.texts import NOTICE, REPORT


def report():
    return drafts_of_report(REPORT, read_report(REPORT).as_data())


def of(drafts, kind):
    return [draft for draft in drafts if draft.kind == kind]


def test_report_gives_drafts_in_the_order_in_which_they_are_entered():
    kinds = [draft.kind for draft in report()]

    assert kinds == sorted(kinds, key=list(DraftKind).index)
    assert set(kinds) == set(DraftKind)


def test_units_are_called_by_their_own_names():
    found = [(each.found["name"], each.found["is_body"]) for each in of(report(), DraftKind.UNIT)]

    assert found == [("执法监督管理委员会", True), ("党委", True), ("滨江派出所", False)]


def test_schedules_belong_to_the_set_they_are_named_in():
    drafts = report()
    sets = {
        number: draft.found["name"]
        for number, draft in enumerate(drafts, start=1)
        if draft.kind == DraftKind.SCHEDULE_SET
    }

    found = [
        (each.found["what"], sets[each.found["belongs_to"]])
        for each in of(drafts, DraftKind.SCHEDULE)
    ]

    assert list(sets.values()) == ["“三个一”制度", None]
    assert found == [
        ("法制讲评会", "“三个一”制度"),
        ("党委会专题研究", "“三个一”制度"),
        ("法治大会", "“三个一”制度"),
        ("党委会议", None),
        ("办公会议", None),
    ]


def test_place_of_a_schedule_holds_what_is_held():
    places = [REPORT[each.start : each.end] for each in of(report(), DraftKind.SCHEDULE)]

    assert places == [
        "每周一次法制讲评会",
        "每月一次党委会专题研究",
        "每年一次法治大会",
        "每半年主持召开一次党委会议",
        "每半年主持召开一次党委会议、办公会议",
    ]


def test_name_of_a_set_alone_is_no_set():
    text = REPORT.replace(
        "，每周一次法制讲评会、每月一次党委会专题研究、每年一次法治大会", "，成效明显"
    )

    drafts = drafts_of_report(text, read_report(text).as_data())

    assert [each.found["name"] for each in of(drafts, DraftKind.SCHEDULE_SET)] == [None]


def test_every_draft_quotes_its_sentence_and_says_its_paragraph():
    draft = of(report(), DraftKind.SCHEDULE)[3]

    assert draft.found["quote"] == (
        "分局主要负责人每半年主持召开一次党委会议、办公会议，听取法治建设工作汇报。"
    )
    assert draft.found["paragraph"] == 11
    assert draft.found["hears"] is True


def test_recurring_due_date_becomes_a_schedule():
    text = REPORT.replace("开展培训12场次。", "每年3月31日前报送法治建设年度计划。")

    drafts = drafts_of_report(text, read_report(text).as_data())
    due = [each.found for each in of(drafts, DraftKind.SCHEDULE) if each.found.get("due")]

    assert [(each["due"], each["period"]) for each in due] == [("03-31", "year")]
    assert rhythm_of(due[0])["window"] == "until"


def test_notice_gives_a_tree_with_measures_at_its_ends():
    drafts = drafts_of_notice(NOTICE, read_notice(NOTICE).as_data())

    problems = of(drafts, DraftKind.PROBLEM)
    first = drafts.index(problems[0]) + 1
    assert [(each.found["title"], each.found["belongs_to"]) for each in problems] == [
        ("案件办理不规范的问题", None),
        ("卷宗归档超期", first),
        ("文书填写错误", first),
    ]
    assert [each.found["has_parts"] for each in problems] == [True, False, False]
    assert [
        (each.found["title"], each.found["belongs_to"], each.found["state"])
        for each in of(drafts, DraftKind.MEASURE)
    ] == [
        ("建立卷宗月查制度，逐案登记", first + 1, "完成"),
        ("每月抽查文书", first + 2, "长期坚持"),
    ]
    assert [each.found["name"] for each in of(drafts, DraftKind.UNIT)] == ["法制大队"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (NOTICE, date(2024, 5, 20)),
        ("2023年11月6日，市委督察组向我局反馈了问题。", date(2023, 11, 6)),
        ("反馈的问题已经整改。", None),
        ("5月6日反馈了问题。", None),  # of which year is not said
        ("2024年2月30日反馈了问题。", None),
    ],
)
def test_day_on_which_problems_were_told(text, day):
    assert told_on(text) == day


def test_who_raised_what_a_notice_answers():
    assert raiser_in(NOTICE) == "区委第二巡察组"
    assert raiser_in("本局自查发现的问题") == ""


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ("甲。乙丙；丁", "丙", "乙丙；"),
        ("甲\n  乙丙丁\n戊", "丙", "乙丙丁"),
        ("甲乙", "乙", "甲乙"),
        ("甲。乙。", "乙。", "乙。"),
    ],
)
def test_sentence_of_a_place(text, at, sentence):
    start = text.index(at)

    first, last = sentence_of(text, start, start + len(at))

    assert text[first:last].strip() == sentence


def test_long_sentence_is_cut_around_its_place():
    text = "前" * 300 + "要点" + "后" * 300 + "。"

    quote = quote_of(text, 300, 302)

    assert quote.startswith("……前")
    assert quote.endswith("后……")
    assert "要点" in quote
    assert len(quote) < 180


def test_empty_lines_are_no_paragraphs():
    assert paragraph_of("甲\n\n乙\n丙", 3) == 2


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([(1, 1, 3)], "甲[1乙丙1]丁戊"),
        ([(1, 0, 4), (2, 1, 2)], "[1甲[2乙2]丙丁1]戊"),
        ([(1, 1, 3), (2, 1, 3)], "甲[1[2乙丙2]1]丁戊"),
        ([(1, 0, 3), (2, 2, 5)], "[1甲乙[2丙2]1]丁戊"),  # never beyond what it begins in
        ([], "甲乙丙丁戊"),
    ],
)
def test_places_are_nested(places, shown):
    def written(piece: Piece) -> str:
        if piece.key is None:
            return piece.text
        return f"[{piece.key}" if piece.opens else f"{piece.key}]"

    assert "".join(written(each) for each in pieces_of("甲乙丙丁戊", places)) == shown


def test_of_a_pair_one_field_is_enough():
    whole = {"person": None, "new_person": "王五", "unit": "u1", "post": 2, "first_day": None}

    assert lacking(DraftKind.POST, whole) == ["first_day"]
    assert lacking(DraftKind.POST, {}) == ["person", "unit", "post", "first_day"]
    assert lacking(DraftKind.QUOTA, {"name": "学法"})[0] == "set"


def found(**more):
    whole = {"period": "month", "every": 1, "min": 1, "max": 1, "bound": "exact", "months": None}
    return whole | more


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({}, ("month", 1, 1, None, False, [])),
        ({"bound": "range", "max": 2}, ("month", 1, 1, 2, False, [])),
        ({"bound": "max", "min": None, "max": 2}, ("month", 1, 1, 2, True, [])),
        ({"bound": "usual"}, ("month", 1, 1, None, True, [])),
        ({"months": [3, 11]}, ("month", 1, 1, None, False, [3, 11])),
        ({"period": "quarter", "months": [1, 2, 3]}, ("quarter", 1, 1, None, False, [])),
        ({"period": "day", "every": 10}, ("month", 1, 3, None, False, [])),
        ({"period": "day"}, ("week", 1, 5, None, False, [])),
        ({"period": "day", "every": 14}, ("week", 2, 1, None, False, [])),
        ({"period": "term"}, ("year", 5, 1, None, False, [])),
    ],
)
def test_rhythm_in_the_words_of_the_ledger(told, asks):
    values = rhythm_of(found(**told))

    names = ("cadence", "every", "at_least", "at_most", "usual", "months")
    assert tuple(values[name] for name in names) == asks


@pytest.mark.parametrize(
    ("rule", "window"),
    [
        ("03-31", ("until", None, 3, 31)),
        ("quarter+15d", ("after", 15, None, None)),
        ("month+0d:20", ("by_day", None, None, 20)),
        ("month+1m:5", ("", None, None, None)),  # the ledger has no such term
        ("month+3wd", ("", None, None, None)),
        ("month+0d", ("", None, None, None)),
    ],
)
def test_fixed_term_of_a_due_date(rule, window):
    values = window_of(rule)

    names = ("window", "window_days", "window_month", "window_day")
    assert tuple(values[name] for name in names) == window


@pytest.mark.parametrize(
    ("amount", "of_what", "minutes"),
    [(40, "hours", 2400), (8, "class_hours", 360), (5, "days", 2400), (90, "days", 9999)],
)
def test_quota_in_minutes(amount, of_what, minutes):
    assert minutes_of({"amount": amount, "of": of_what}) == minutes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("获评全国优秀公安基层单位", ("nation", "honour", "")),
        ("获省公安厅通报表扬", ("province", "approval", "省公安厅")),
        ("全市执法质量考评第一名", ("city", "assessment", "")),
        ("经验做法在全区推广", ("district", "practice", "")),
        ("荣获集体嘉奖", ("city", "honour", "")),
        ("社区警务先进集体", ("city", "honour", "")),
    ],
)
def test_words_of_an_honour(text, said):
    values = honour_of(text)

    assert (values["level"], values["kind"], values["awarded_by"]) == said


@pytest.mark.parametrize(
    ("word", "code"),
    [("余", "more"), ("近", "near"), ("超过", "over"), ("不少于", "notbelow"), (None, "")],
)
def test_wording_of_a_value(word, code):
    assert wording_of(word) == code


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("党委会", "党委会议", True),
        ("“四个一”制度", "四个一制度", True),
        ("例会", "法制例会", False),  # two signs say too little
        ("法制例会", "法制大会", False),
    ],
)
def test_names_of_one_thing(name, other, alike):
    assert is_alike(name, other) is alike


def test_same_words_in_another_sentence_are_another_passage():
    one = {"what": "法制例会", "quote": "每季一次法制例会。"}
    other = {"what": "法制例会", "quote": "坚持法制例会。"}

    assert identity(DraftKind.SCHEDULE, one) == identity(DraftKind.SCHEDULE, dict(one))
    assert identity(DraftKind.SCHEDULE, one) != identity(DraftKind.SCHEDULE, other)


@pytest.mark.parametrize(
    ("issuer", "bureau", "elsewhere"),
    [
        ("河西分局", "河西分局", False),
        ("示例市公安局河西区分局", "河西分局", False),
        ("示例市公安局河东分局", "河西分局", True),
        ("河西区司法局", "河西分局", False),
        ("", "河西分局", False),
    ],
)
def test_a_text_of_another_bureau_is_told(issuer, bureau, elsewhere):
    assert issued_elsewhere(issuer, bureau) is elsewhere
