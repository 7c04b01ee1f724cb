"""Reports in shapes that were written down before the reader was tuned, all in our own words."""

import pytest

from reports.domain.wording import read_report

TITLE = "云泽市公安局2024年度法治政府建设情况报告\n"
OPENING = "2024年，云泽市公安局推进法治公安建设，现将法治政府建设工作情况报告如下。\n"
DONE = "一、主要举措和成效\n（一）健全机制。局党委多次研究法治建设。\n"
LACKING = "二、存在的不足和原因\n（一）监督不够有力。覆盖面有限。\n"
NEXT = "三、2025年工作安排\n（一）做实监督。扩大覆盖面。\n"
END = "云泽市公安局\n2025年2月10日\n"


def read(*parts):
    return read_report("".join(parts))


def headings(report, level=None):
    return [
        (each.number, each.heading, each.role.value)
        for each in report.sections
        if level is None or each.level == level
    ]


# ── Headings ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "chapters",
    [
        "一、举措成效\n做了许多。\n二、存在不足\n有些不够。\n三、下步安排\n继续做好。\n",
        "一、举措成效。做了许多。二、存在不足。有些不够。三、下步安排。继续做好。",
        "一、举措成效 做了许多。 二、存在不足 有些不够。 三、下步安排 继续做好。",
        "一、举措成效：做了许多。\n二、存在不足：有些不够。\n三、下步安排：继续做好。",
        "（一）举措成效\n做了许多。\n（二）存在不足\n有些不够。\n（三）下步安排\n继续做好。\n",
        "(一)举措成效\n做了许多。\n(二)存在不足\n有些不够。\n(三)下步安排\n继续做好。\n",
        (
            "第一部分 举措成效\n做了许多。\n第二部分 存在不足\n有些不够。"
            "\n第三部分 下步安排\n继续做好。\n"
        ),
        (
            "第一部分：举措成效\n做了许多。\n第二部分：存在不足\n有些不够。"
            "\n第三部分：下步安排\n继续。\n"
        ),
        (
            "\t一、举措成效\r\n　　做了许多。\r\n\t二、存在不足\r\n　　有些不够。\r\n三、"
            "下步安排\r\n继续。"
        ),
        "一 、举措成效\n做了许多。\n二 、存在不足\n有些不够。\n三 、下步安排\n继续做好。\n",
        "一.举措成效\n做了许多。\n二.存在不足\n有些不够。\n三.下步安排\n继续做好。\n",
    ],
)
def test_chapters_in_every_spelling(chapters):
    report = read(TITLE, OPENING, chapters)

    assert headings(report) == [
        ("一", "举措成效", "achievements"),
        ("二", "存在不足", "problems"),
        ("三", "下步安排", "next_year"),
    ]


@pytest.mark.parametrize(
    "chapters",
    [
        "1.举措成效\n做了许多。\n2.存在不足\n有些不够。\n3.下步安排\n继续做好。\n",
        "1、举措成效\n做了许多。\n2、存在不足\n有些不够。\n3、下步安排\n继续做好。\n",
        "１．举措成效\n做了许多。\n２．存在不足\n有些不够。\n３．下步安排\n继续做好。\n",
        "（1）举措成效\n做了许多。\n（2）存在不足\n有些不够。\n（3）下步安排\n继续做好。\n",
        "（１）举措成效\n做了许多。\n（２）存在不足\n有些不够。\n（３）下步安排\n继续做好。\n",
    ],
)
def test_chapters_with_digits(chapters):
    report = read(TITLE, OPENING, chapters)

    assert [(number, role) for number, _, role in headings(report)] == [
        ("1", "achievements"), ("2", "problems"), ("3", "next_year"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("2024年推进法治政府建设的主要举措和成效", "achievements"),
        ("法治建设工作开展情况", "achievements"),
        ("过去一年的主要做法", "achievements"),
        ("上年度反馈问题整改落实情况", "achievements"),
        ("工作亮点", "achievements"),
        ("2024年法治政府建设存在的不足和原因", "problems"),
        ("面临的困难和问题", "problems"),
        ("存在的短板弱项", "problems"),
        ("主要差距及成因", "problems"),
        ("薄弱环节", "problems"),
        ("党政主要负责人履行推进法治建设第一责任人职责情况", "first_person"),
        ("主要负责同志履职情况", "first_person"),
        ("局长履行法治建设第一责任人职责，加强组织领导的有关情况", "first_person"),
        ("2025年推进法治政府建设的主要安排", "next_year"),
        ("下一阶段工作思路", "next_year"),
        ("今后努力方向", "next_year"),
        ("明年工作打算", "next_year"),
        ("来年重点任务", "next_year"),
        ("针对存在问题的下一步改进措施", "next_year"),
        ("2025年工作要点", "next_year"),
        ("其他需要报告的情况", "other"),
    ],
)
def test_role_by_the_words_of_the_heading(heading, role):
    text = f"一、工作情况\n做了许多。\n二、{heading}\n以下是有关内容，写得很短。\n"

    report = read(TITLE, OPENING, text)

    assert headings(report)[1] == ("二", heading, role)


def test_children_take_the_role_of_their_chapter():
    report = read(TITLE, OPENING, DONE, LACKING, NEXT, END)

    assert headings(report, 2) == [
        ("一", "健全机制", "achievements"),
        ("一", "监督不够有力", "problems"),
        ("一", "做实监督", "next_year"),
    ]


def test_topical_chapters_are_achievements():
    text = (
        "一、坚持党的领导\n研究法治工作。\n二、规范行政执法\n制定裁量基准。\n"
        "三、存在问题\n监督不够。\n四、下一步工作\n加强监督。\n"
    )

    report = read(TITLE, OPENING, text)

    assert [role for *_, role in headings(report)] == [
        "achievements", "achievements", "problems", "next_year",
    ]  # fmt: skip


def test_first_person_as_a_part_of_a_chapter():
    text = (
        "一、工作情况\n（一）履行第一责任人职责情况。局长带头学法。\n（二）依法办案。严格审核。\n"
    )

    report = read(TITLE, OPENING, text, LACKING, NEXT)

    assert [role for *_, role in headings(report, 2)][:2] == ["first_person", "achievements"]
    assert report.first_person is not None


def test_first_person_as_half_a_paragraph():
    text = "一、工作情况\n完善机制。主要负责人认真履行第一责任人职责，亲自部署。严格审核案件。\n"

    source = TITLE + OPENING + text + LACKING + NEXT
    span = read_report(source).first_person

    assert span is not None
    assert source[span.start : span.end].startswith("主要负责人认真履行第一责任人职责，亲自部署。")


def test_no_first_person_where_only_a_group_is_named():
    text = "一、工作情况\n成立由局长任第一责任人的领导小组。严格审核案件。\n"

    assert read(TITLE, OPENING, text, LACKING, NEXT).first_person is None


def test_items_of_a_law_are_no_headings():
    text = "一、工作情况\n依照条例第八条第（一）项、第（二）项办理。版本1.2已上线，1.5万人使用。\n"

    report = read(TITLE, OPENING, text, LACKING, NEXT)

    assert [each.heading for each in report.sections][:2] == ["工作情况", "存在的不足和原因"]


def test_third_level():
    text = (
        "一、工作情况\n（一）健全机制\n1.定期研究。每月一次。\n2.定期通报。每季一次。\n"
        "（二）严格执法\n1.规范裁量。统一尺度。\n"
    )

    report = read(TITLE, OPENING, text, LACKING, NEXT)

    assert [(each.level, each.number) for each in report.sections][:6] == [
        (1, "一"), (2, "一"), (3, "1"), (3, "2"), (2, "二"), (3, "1"),
    ]  # fmt: skip


def test_navigation_is_in_no_section():
    before = "首页 > 政务公开 > 法治政府建设\n【字体：大 中 小】 打印\n"
    after = "附件下载：\n扫一扫在手机打开当前页\n版权所有：云泽市人民政府\n"
    source = before + TITLE + OPENING + DONE + LACKING + NEXT + after

    last = read_report(source).sections[-1]

    assert source[last.start : last.end] == "（一）做实监督。扩大覆盖面。"


def test_contents_are_no_chapters():
    contents = "目录\n一、主要举措和成效\n二、存在的不足和原因\n三、2025年工作安排\n"

    report = read(TITLE, contents, OPENING, DONE, LACKING, NEXT)

    assert [number for number, *_ in headings(report, 1)] == ["一", "二", "三"]


def test_sections_hold_their_parts():
    source = TITLE + OPENING + DONE + LACKING + NEXT

    first, part, *_ = read_report(source).sections

    assert first.start <= part.start < part.end <= first.end
    assert source[first.start : first.end] == DONE.strip()


# ── Metadata ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "day",
    [
        "2025-02-10", "2025年2月10日", "2025.2.10", "2025/02/10", "２０２５年２月１０日",
        "二〇二五年二月十日", "二○二五年二月十日", "2025年02月10日 09:30", "2025 年 2 月 10 日",
    ],
)  # fmt: skip
def test_day_in_every_spelling(day):
    report = read(f"成文日期：{day}\n", TITLE, OPENING, DONE, LACKING, NEXT)

    assert report.metadata.issued_on == "2025-02-10"


@pytest.mark.parametrize(
    "header",
    [
        "索引号：AB-1/2025\n发布机构：云泽市公安局\n主题分类：公安\n",
        "索 引 号 | AB-1/2025 | 主题分类 | 公安 |\n发布机构 | 云泽市公安局 |\n",
        "索引号\tAB-1/2025\t发布机构\t云泽市公安局\n主题分类\t公安\n",
        "索引号: AB-1/2025 主题分类: 公安 发布机构: 云泽市公安局\n",
        "【索引号】AB-1/2025\n【主题分类】公安\n【发布机构】云泽市公安局\n",
        "索　引　号：AB-1/2025\n主题分类：公安\n发文机关：云泽市公安局\n",
        "信息索引号：AB-1/2025\n主题分类：公安\n公开主体：云泽市公安局\n",
    ],
)
def test_header_in_every_shape(header):
    found = read(header, TITLE, OPENING, DONE, LACKING, NEXT).metadata

    assert (found.index_number, found.topic, found.issuer) == ("AB-1/2025", "公安", "云泽市公安局")


def test_what_the_header_leaves_blank_is_absent():
    header = "索引号：\n文号：无\n主题分类：\n"

    found = read(header, TITLE, OPENING, DONE, LACKING, NEXT).metadata

    assert (found.index_number, found.document_number, found.topic) == (None, None, None)


def test_document_number_on_a_line_of_its_own():
    found = read("云公报〔2025〕12号\n", TITLE, OPENING, DONE, LACKING, NEXT).metadata

    assert found.document_number == "云公报〔2025〕12号"


def test_issuer_and_day_from_the_signature():
    found = read(TITLE, OPENING, DONE, LACKING, NEXT, END).metadata

    assert (found.issuer, found.issued_on) == ("云泽市公安局", "2025-02-10")


def test_issuer_from_the_title():
    found = read("临水县公安局关于2023年度法治政府建设情况的报告\n", DONE, LACKING, NEXT).metadata

    assert (found.issuer, found.year) == ("临水县公安局", 2023)


@pytest.mark.parametrize(
    ("title", "year", "years"),
    [
        ("云泽市公安局2024年法治政府建设工作总结和2025年工作安排", 2024, [2024, 2025]),
        ("云泽市公安局二〇二四年度法治政府建设情况报告", 2024, [2024]),
        ("云泽市公安局2023、2024年法治政府建设情况报告", 2024, [2023, 2024]),
        ("云泽市公安局２０２４年度法治政府建设情况报告", 2024, [2024]),
    ],
)
def test_years_of_the_title(title, year, years):
    found = read(title, "\n", DONE, LACKING, NEXT).metadata

    assert (found.title, found.year, found.years) == (title, year, tuple(years))


def test_title_over_two_lines():
    found = read("云泽市公安局\n2024年度法治政府建设情况报告\n", DONE, LACKING, NEXT).metadata

    assert found.title == "云泽市公安局2024年度法治政府建设情况报告"


def test_year_of_a_text_without_title():
    found = read(OPENING, DONE, LACKING, NEXT).metadata

    assert (found.title, found.year) == (None, 2024)


# ── Problems ─────────────────────────────────────────────────────────────────────────────────


def problems(body):
    text = f"二、存在的不足和原因\n{body}\n"
    return [
        (each.number, each.title) for each in read(TITLE, OPENING, DONE, text, NEXT, END).problems
    ]


@pytest.mark.parametrize(
    "body",
    [
        "一是队伍能力有差距，培训偏少。二是监督不够有力，覆盖面窄。",
        "一是队伍能力有差距，培训偏少；二是监督不够有力，覆盖面窄。",
        "主要表现在：一是队伍能力有差距。培训偏少。二是监督不够有力。覆盖面窄。",
        "一是队伍能力有差距，培训偏少。\n二是监督不够有力，覆盖面窄。",
        (
            "回顾一年工作，仍有不足：\n　　一是队伍能力有差距：培训偏少。"
            "\n　　二是监督不够有力：覆盖窄。"
        ),
        "（一）队伍能力有差距。培训偏少。\n（二）监督不够有力。覆盖面窄。",
        "（一）队伍能力有差距\n培训偏少。\n（二）监督不够有力\n覆盖面窄。",
    ],
)
def test_problems_with_chinese_numbers(body):
    assert problems(body) == [("一", "队伍能力有差距"), ("二", "监督不够有力")]


@pytest.mark.parametrize(
    "body",
    [
        "1.队伍能力有差距。培训偏少。\n2.监督不够有力。覆盖面窄。",
        "1、队伍能力有差距。培训偏少。2、监督不够有力。覆盖面窄。",
        "（1）队伍能力有差距，培训偏少。（2）监督不够有力，覆盖面窄。",
        "①队伍能力有差距，培训偏少；②监督不够有力，覆盖面窄。",
    ],
)
def test_problems_with_digits(body):
    assert [title for _, title in problems(body)] == ["队伍能力有差距", "监督不够有力"]


@pytest.mark.parametrize(
    "body",
    [
        "队伍能力有差距。培训偏少。\n监督不够有力。覆盖面窄。",
        "主要存在以下问题：队伍能力有差距；监督不够有力。",
        "首先，队伍能力有差距，培训偏少。其次，监督不够有力，覆盖面窄。",
        "第一，队伍能力有差距，培训偏少。第二，监督不够有力，覆盖面窄。",
    ],
)
def test_problems_without_numbers(body):
    assert [title for _, title in problems(body)] == ["队伍能力有差距", "监督不够有力"]


@pytest.mark.parametrize(
    ("body", "causes"),
    [
        ("（一）培训不足。覆盖面窄，主要原因是师资不够。", ["师资不够"]),
        ("（一）培训不足。由于师资不够，覆盖面窄。", ["师资不够"]),
        ("（一）培训不足。覆盖面窄，究其原因，是师资不够。", ["师资不够"]),
        ("（一）培训不足。覆盖面窄。原因：师资不够。", ["师资不够"]),
        ("（一）培训不足。覆盖面窄，主要是因为师资不够。", ["师资不够"]),
        (
            "（一）培训不足。覆盖面窄。原因在于：一是师资不够；二是课时偏少。",
            ["师资不够", "课时偏少"],
        ),
        ("（一）培训不足。覆盖面窄。", []),
    ],
)
def test_causes(body, causes):
    text = f"二、存在的不足和原因\n{body}\n"

    report = read(TITLE, OPENING, DONE, text, NEXT, END)

    assert [list(each.causes) for each in report.problems] == [causes]


def test_causes_in_a_paragraph_of_their_own():
    text = (
        "二、不足和原因\n（一）存在不足\n1.培训不足。2.监督不够。"
        "\n（二）原因分析\n1.师资不够。2.机制不全。\n"
    )

    report = read(TITLE, OPENING, DONE, text, NEXT, END)

    assert [(each.title, list(each.causes)) for each in report.problems] == [
        ("培训不足", ["师资不够"]), ("监督不够", ["机制不全"]),
    ]  # fmt: skip


# ── Measures ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "responsible", "due"),
    [
        ("（一）抓培训。轮训一遍。（责任单位：法制大队）", "法制大队", None),
        ("（一）抓培训。轮训一遍。牵头单位：法制大队，政治处", "法制大队，政治处", None),
        ("（一）抓培训。2025年6月底前轮训一遍。", None, "2025-06"),
        ("（一）抓培训。6月30日前轮训一遍。", None, "2025-06-30"),
        ("（一）抓培训。年底前轮训一遍。", None, "2025-12"),
        ("（一）抓培训。轮训一遍。完成时限：2025年10月", None, "2025-10"),
        ("（一）抓培训。轮训一遍。", None, None),
    ],
)
def test_measure_with_unit_and_limit(body, responsible, due):
    report = read(TITLE, OPENING, DONE, LACKING, f"三、2025年工作安排\n{body}\n")

    assert [(each.title, each.responsible, each.due) for each in report.measures] == [
        ("抓培训", responsible, due)
    ]


def test_next_steps_in_an_unnumbered_last_paragraph():
    last = "下一步，我局将一是扩大监督覆盖面；二是办好业务讲堂。\n"
    source = TITLE + OPENING + DONE + LACKING + last + END

    report = read_report(source)

    assert [each.title for each in report.problems] == ["监督不够有力"]
    assert [each.title for each in report.measures] == ["扩大监督覆盖面", "办好业务讲堂"]
    span = report.sections[-1]
    assert (span.role.value, source[span.start : span.end]) == ("next_year", last.strip())


def test_problems_and_next_steps_under_one_heading():
    text = (
        "二、存在问题及下一步打算\n一是监督不够有力。二是培训偏少。\n下一步，将扩大监督覆盖面。\n"
    )

    report = read(TITLE, OPENING, DONE, text, END)

    assert [each.title for each in report.problems] == ["监督不够有力", "培训偏少"]
    assert [each.text for each in report.measures] == ["将扩大监督覆盖面。"]


def test_problems_on_the_one_and_on_the_other_hand_with_a_cause_of_all():
    text = (
        "二、存在问题及原因\n对照要求仍有差距。一方面，普法的覆盖面不够广；另一方面，监督的手段偏少。"
        "此外，处突能力有待提升。原因主要是投入不足。\n"
    )

    report = read(TITLE, OPENING, DONE, text, NEXT)

    assert [(each.title, each.causes) for each in report.problems] == [
        ("普法的覆盖面不够广", ("投入不足",)),
        ("监督的手段偏少", ("投入不足",)),
        ("处突能力有待提升", ("投入不足",)),
    ]


def test_a_paragraph_of_causes_behind_numbered_problems_is_of_all_of_them():
    text = (
        "二、存在不足\n1. 监督偏软。发现问题不够及时。\n2. 培训偏少。新警接触不到。\n"
        "分析原因，主要是：一是投入不足；二是压力传导不够。\n"
    )

    report = read(TITLE, OPENING, DONE, text, NEXT)

    assert [(each.title, each.text, each.causes) for each in report.problems] == [
        ("监督偏软", "监督偏软。发现问题不够及时。", ("投入不足", "压力传导不够")),
        ("培训偏少", "培训偏少。新警接触不到。", ("投入不足", "压力传导不够")),
    ]


def test_a_cause_of_one_problem_is_none_of_the_next():
    text = "二、存在不足\n一是监督偏软。主要原因是顾虑较多。二是培训偏少。三是普法单一。\n"

    report = read(TITLE, OPENING, DONE, text, NEXT)

    assert [(each.title, each.causes) for each in report.problems] == [
        ("监督偏软", ("顾虑较多",)),
        ("培训偏少", ()),
        ("普法单一", ()),
    ]


def test_a_problem_that_begins_with_its_reason_is_named_by_more_than_that():
    text = "二、存在不足\n一是因职能调整，执法衔接不够顺畅，时有推诿。二是培训偏少。\n"

    report = read(TITLE, OPENING, DONE, text, NEXT)

    assert [(each.title, each.causes) for each in report.problems] == [
        ("因职能调整，执法衔接不够顺畅", ("职能调整",)),
        ("培训偏少", ()),
    ]


def test_a_heading_ends_before_who_answers():
    text = (
        "三、2025年工作安排\n（一）抓培训（责任单位：法制大队；完成时限：2025年6月）。轮训一遍。\n"
    )

    report = read(TITLE, OPENING, DONE, LACKING, text)

    assert headings(report, 2)[-1] == ("一", "抓培训", "next_year")
    assert [(each.title, each.responsible, each.due) for each in report.measures] == [
        ("抓培训", "法制大队", "2025-06")
    ]


def test_the_unit_answers_where_a_leader_is_named_beside_it():
    text = (
        "三、2025年工作安排\n（一）抓培训。轮训一遍。\n责任领导：王某 责任单位：法制大队、政治处 "
        "完成时限：2025年6月30日\n特此报告。\n"
    )

    report = read(TITLE, OPENING, DONE, LACKING, text, END)

    assert [(each.responsible, each.due) for each in report.measures] == [
        ("法制大队、政治处", "2025-06-30")
    ]
    assert report.measures[0].text.endswith("2025年6月30日")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            "云泽市公安局交警支队\n法治政府建设2024年度报告\n",
            "云泽市公安局交警支队法治政府建设2024年度报告",
        ),
        (
            "云泽市公安局\n关于2024年度法治政府建设情况的报告\n",
            "云泽市公安局关于2024年度法治政府建设情况的报告",
        ),
        (
            "云泽市公安局\n关于云泽市公安局2024年度法治政府建设情况的报告\n",
            "关于云泽市公安局2024年度法治政府建设情况的报告",
        ),
        (
            "云泽市公安局关于2024年度法治政府\n建设工作情况的报告\n",
            "云泽市公安局关于2024年度法治政府建设工作情况的报告",
        ),
    ],
)
def test_a_title_over_two_lines(lines, title):
    report = read(lines, OPENING, DONE, LACKING, NEXT)

    assert report.metadata.title == title


def test_the_title_is_no_step_of_the_way_to_the_page():
    path = "首页>政府信息公开>法定主动公开内容>法治政府建设年度报告\n"

    report = read(path, TITLE, OPENING, DONE, LACKING, NEXT)

    assert report.metadata.title == TITLE.strip()


# ── Posts and honours ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("成立由副市长、公安局长赵某任组长的法治建设领导小组。", [("组长", "赵某")]),
        ("由局长钱某某担任执法管理委员会主任。", [("主任", "钱某某")]),
        ("成立由局长任组长、分管副局长任副组长的专班。", [("组长", None), ("副组长", None)]),
        (
            "各派出所配备专职法制员，机关设置兼职法制员。",
            [("专职法制员", None), ("兼职法制员", None)],
        ),
        ("聘请两名律师担任法律顾问。", [("法律顾问", None)]),
        ("选聘公职律师4名，参与案件研判。", [("公职律师", None)]),
        ("分管局领导总牵头。", [("分管领导", None)]),
        ("组织法律顾问参加评查。", []),
    ],
)
def test_posts(sentence, found):
    report = read(TITLE, OPENING, f"一、工作情况\n{sentence}\n", LACKING, NEXT)

    assert [(each.post, each.person) for each in report.posts] == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("全年平稳有序，获评全省示范单位。", ["获评全省示范单位"]),
        (
            "一个所荣获集体三等功，两人被评为办案能手。",
            ["一个所荣获集体三等功", "两人被评为办案能手"],
        ),
        ("执法考评连续两年全市第一。", ["执法考评连续两年全市第一"]),
        ("经验做法被省厅通报表扬。", ["经验做法被省厅通报表扬"]),
        ("群众的获得感增强，评选了先进。", []),
    ],
)
def test_honours(sentence, found):
    report = read(TITLE, OPENING, f"一、工作情况\n{sentence}\n", LACKING, NEXT)

    assert [each.text for each in report.honours] == found


def test_what_is_aimed_at_is_no_honour():
    report = read(TITLE, OPENING, DONE, LACKING, "三、下步安排\n力争被评为全省示范单位。\n")

    assert report.honours == ()


# ── What is no such report ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n\t　\n",
        (
            "政府工作报告\n各位代表：\n现在，我代表市人民政府向大会报告工作。\n一、"
            "过去一年工作回顾\n推进法治政府建设，"
            "依法行政。\n二、存在的问题\n仍有不足。\n三、今年工作安排\n加强法治建设。\n"
        ),
        "本报讯（记者 孙某）近日，云泽市公安局召开法治政府建设工作推进会，总结工作，部署任务。\n",
        (
            "云泽市公安局发布2024年法治政府建设年度报告\n2月10日，市公安局在门户网站发布报告，"
            "全面展示工作。\n"
        ),
        (
            "云泽市行政执法条例\n第一条 为了规范行政执法，推进法治政府建设，制定本条例。"
            "\n第二条 本市适用本条例。\n"
            "第三条 行政执法应当依法行政。\n第四条 各部门应当做好法治建设工作。"
            "\n第五条 本条例自公布之日起施行。\n"
        ),
        (
            "关于做好2024年度法治政府建设报告编报工作的通知\n各单位：\n现将有关事项通知如下：\n一、报告内容\n"
            "主要举措和成效、存在不足和原因、下年安排。\n二、报送时间\n3月1日前。"
            "\n请各单位认真落实。\n"
        ),
        (
            "云泽市公安局2025年法治政府建设工作要点\n一、总体要求\n依法行政。\n二、"
            "重点任务\n推进法治建设。\n"
        ),
        (
            "云泽市公安局2024年政府信息公开工作年度报告\n一、总体情况\n主动公开。\n二、"
            "存在的主要问题及改进情况\n有不足。\n"
        ),
        "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n",
        (
            "青岭县公安局关于巡察整改进展情况的通报\n一、总体情况\n反馈问题12个。\n二、"
            "整改情况\n已完成10个。\n"
        ),
        "通讯录\n张三 123456\n",
    ],
)
def test_what_is_no_report_gives_no_drafts(text):
    report = read_report(text)

    assert report.recognised is False
    assert report.why_not is not None
    assert (report.sections, report.problems, report.measures, report.posts) == ((), (), (), ())
    assert (report.honours, report.figures, report.schedules) == ((), (), ())


@pytest.mark.parametrize(
    "title",
    [
        "云泽市公安局2024年度法治政府建设情况报告",
        "云泽市公安局关于2024年度法治政府建设工作情况的报告",
        "云泽市公安局2024年法治建设工作总结",
        "云泽市公安局2024年依法行政工作报告",
        "云泽市公安局2024年度推进法治公安建设情况的汇报",
        "2024年云泽市公安局法治政府建设年度报告",
        "云泽市公安局2024年全面依法治市工作总结",
    ],
)
def test_titles_of_such_a_report(title):
    report = read(title, "\n", DONE, LACKING, NEXT)

    assert (report.recognised, report.why_not) == (True, None)
