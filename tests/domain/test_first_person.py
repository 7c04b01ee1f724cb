from datetime import date

import pytest

from reports.domain.first_person import (
    AccountFacts,
    AccountForm,
    AgainstAccount,
    AgainstDeed,
    DeedFacts,
    DeedKind,
    LinkFacts,
    Objection,
    answers_on,
    case_name_in,
    case_number_in,
    reasons_against_account,
    reasons_against_deed,
)

TODAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("（2025）示0101刑初12号", "(2025)示0101刑初12号"),
        ("督办 (2025) 示 01 行终 3 号", "(2025)示01行终3号"),
        ("（2025）示0101行初7号", "(2025)示0101行初7号"),
        ("（2024）最高法行再5号", "(2024)最高法行再5号"),
        ("（2014）朝刑初字第1234号", "(2014)朝刑初字第1234号"),
        ("示公（东）立字〔2026〕12号", "公(东)立字〔2026〕12号"),
        ("X公（…）立字〔2026〕12号", "公(...)立字〔2026〕12号"),
        ("示公（刑）行罚决字〔2026〕3号", "公(刑)行罚决字〔2026〕3号"),
        ("示公（刑）拘字[2026]3号", "公(刑)拘字[2026]3号"),
        ("示检刑诉〔2025〕12号", "检刑诉〔2025〕12号"),
        ("示府行复〔2026〕3号", "行复〔2026〕3号"),
        ("A3201010500002026010001", "A3201010500002026010001"),
        ("示公发〔2026〕12号", ""),
        ("公通字〔2018〕33号", ""),
        ("中办发〔2015〕23号", ""),
        ("示公法〔2026〕3号", ""),
        ("示公（法）通字〔2026〕3号", ""),
        ("示检建〔2025〕3号", ""),
        ("示府办〔2026〕12号", ""),
        ("", ""),
    ],
)
def test_number_of_a_case_is_told_from_that_of_a_paper(text, found):
    assert case_number_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("督办某某案", "某某案"),
        ("×××诈骗案", "×××诈骗案"),
        ("过问张某诈骗案", "张某诈骗案"),
        ("协调李某某故意伤害一案", "李某某故意伤害一案"),
        ("XX故意杀人案", "XX故意杀人案"),
        ("王大海盗窃案", "王大海盗窃案"),
        ("过问陈某某等人寻衅滋事案件", "陈某某等人寻衅滋事案"),
        ("张××诈骗案件", "张××诈骗案"),
        ("犯罪嫌疑人张三的强制措施", "嫌疑人张三"),
        ("嫌疑人李某取保", "嫌疑人李某"),
        ("被告人王五的上诉", "被告人王五"),
        ("“5·20”专案推进", "“5·20”专案"),
        ("3·12命案侦破", "3·12命案"),
        ("“猎狐”专案", "“猎狐”专案"),
        ("“４·１５”案件", "“4·15”案"),
        ("某公司非法集资案", "某公司非法集资案"),
    ],
)
def test_name_of_a_case_is_found(text, found):
    assert case_name_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "涉案财物管理",
        "案卷评查",
        "执法办案中心",
        "执法质量考评",
        "立案突出问题专项整治",
        "电信网络诈骗案件侦办工作",
        "一周一案讨论",
        "典型案例通报",
        "“12·4”宪法宣传日活动方案",
        "命案积案攻坚",
        "盗窃案多发地区整治",
        "行政案件快速办理",
        "涉嫌犯罪案件移送机制",
        "犯罪嫌疑人合法权益保障",
        "嫌疑人安全管理",
        "嫌疑人高风险人员看管",
        "犯罪嫌疑人程序权利",
        "当事人权利告知",
        "信访积案化解",
        "重大疑难案件会商机制",
        "部署备案审查",
        "研究应急预案",
        "人大代表提案办理",
        "XX派出所涉案财物管理",
        "受案立案改革",
    ],
)
def test_work_about_cases_names_none(text):
    assert (case_number_in(text), case_name_in(text)) == ("", "")


def codes(today=TODAY, **facts):
    given = {"kind": DeedKind.DEPLOYED, "on": TODAY, "title": "部署法治建设"} | facts
    return [each.code for each in reasons_against_deed(DeedFacts(**given), today=today)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"title": "  "}, [AgainstDeed.NO_TITLE]),
        ({"on": date(2026, 6, 11)}, [AgainstDeed.IN_FUTURE]),
        ({"held_post": False}, [AgainstDeed.HELD_NO_POST]),
        ({"on": date(2026, 6, 11), "held_post": False}, [AgainstDeed.IN_FUTURE]),
        ({"links": (LinkFacts(),)}, []),
        ({"links": (LinkFacts(), LinkFacts())}, [AgainstDeed.SEVERAL_LINKS]),
        ({"links": (LinkFacts(elsewhere=True),)}, [AgainstDeed.LINK_ELSEWHERE]),
        ({"links": (LinkFacts(cancelled=True),)}, [AgainstDeed.LINK_CANCELLED]),
        ({"links": (LinkFacts(linked_before=True),)}, [AgainstDeed.LINKED_BEFORE]),
        ({"links": (LinkFacts(is_case=True),)}, [AgainstDeed.CASE_LINKED]),
        ({"title": "督办某某案"}, [AgainstDeed.CASE_IN_TITLE]),
        ({"occasion": "某某案会商"}, [AgainstDeed.CASE_IN_OCCASION]),
        ({"document_number": "（2025）示0101刑初12号"}, [AgainstDeed.CASE_IN_NUMBER]),
    ],
)
def test_what_speaks_against_a_deed(facts, expected):
    assert codes(**facts) == expected


@pytest.mark.parametrize("kind", DeedKind)
def test_a_case_is_linked_to_none_of_the_four(kind):
    four = kind in ("deployed", "asked", "coordinated", "supervised")

    found = codes(kind=kind, links=(LinkFacts(is_case=True),))

    assert found == ([AgainstDeed.CASE_LINKED] if four else [])


@pytest.mark.parametrize("kind", [kind for kind in DeedKind if kind != DeedKind.COURT])
def test_no_kind_but_court_names_a_case(kind):
    assert codes(kind=kind, title="听取张某诈骗案汇报") == [AgainstDeed.CASE_IN_TITLE]


def test_court_names_its_case_by_number_alone():
    number = "（2026）示0101行初7号"

    assert codes(kind=DeedKind.COURT, document_number=number, title="出庭应诉") == []
    assert codes(kind=DeedKind.COURT, title="出庭应诉张某诈骗案") == [AgainstDeed.PARTY_NAMED]


def test_objection_tells_the_passage():
    facts = DeedFacts(DeedKind.ASKED, TODAY, "过问张某诈骗案进展")

    assert reasons_against_deed(facts, today=TODAY) == [
        Objection(AgainstDeed.CASE_IN_TITLE, "张某诈骗案")
    ]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"on": date(2026, 6, 11)}, [AgainstAccount.IN_FUTURE]),
        ({"on": date(2024, 12, 31)}, [AgainstAccount.BEFORE_ITS_YEAR]),
        ({"on": date(2025, 1, 1)}, []),
        ({"held_post": False}, [AgainstAccount.HELD_NO_POST]),
        ({"before": " "}, [AgainstAccount.NOBODY]),
        ({"form": AccountForm.WRITTEN}, []),
        ({"has_meeting": True}, []),
        (
            {"form": AccountForm.WRITTEN, "has_meeting": True},
            [AgainstAccount.MEETING_OF_A_PAPER],
        ),
        ({"meeting_elsewhere": True}, [AgainstAccount.MEETING_ELSEWHERE]),
        ({"comment": "好"}, [AgainstAccount.COMMENT_OF_NOBODY]),
        ({"comment": "好", "commented_by": "书记"}, []),
        ({"given_before": True}, [AgainstAccount.GIVEN_BEFORE]),
    ],
)
def test_what_speaks_against_an_account(facts, expected):
    given = {"year": 2025, "on": date(2026, 1, 20), "form": AccountForm.MEETING, "before": "党委"}

    assert reasons_against_account(AccountFacts(**given | facts), today=TODAY) == expected


@pytest.mark.parametrize(
    ("done_on", "on", "day"),
    [
        (date(2026, 3, 2), date(2026, 8, 1), date(2026, 3, 2)),
        (date(2026, 7, 9), date(2026, 8, 1), date(2026, 7, 9)),
        (date(2026, 7, 9), date(2026, 7, 8), date(2026, 6, 30)),
        (None, date(2026, 8, 1), date(2026, 6, 30)),
        (None, date(2026, 4, 1), date(2026, 4, 1)),
        (None, date(2025, 12, 1), date(2026, 1, 1)),
    ],
)
def test_a_due_belongs_to_one_day(done_on, on, day):
    assert answers_on(date(2026, 1, 1), date(2026, 6, 30), done_on, on) == day
