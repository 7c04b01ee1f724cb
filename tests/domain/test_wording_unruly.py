"""Reports and notices as authorities really write them: what is loose, out of order, run together.

Every text is made up. Each case is one way of writing that other bureaus, streets and offices use.
"""

import pytest

from reports.domain.rectification import read_notice
from reports.domain.wording import read_report
from reports.domain.wording_cadence import told_in
from reports.domain.wording_figures import figures_in
from reports.domain.wording_items import honours_of, posts_of
from reports.domain.wording_text import narrow

HEAD = "澄湖区水务局2024年度法治政府建设情况报告\n2024年，我局推进法治建设，现报告如下：\n"
DONE = "一、主要做法和成效\n（一）抓学习。开展学习9次。\n"


def report(body, head=HEAD):
    return read_report(head + body)


def schedules(text):
    return [
        (each.phrase, each.what, each.period, each.bound.value) for each in told_in(text).schedules
    ]


# ── The words of the contract, one by one ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("每季度至少一次", ("quarter", 1, 1, None, "min", None)),
        ("每月一次", ("month", 1, 1, 1, "exact", None)),
        ("每月一至二次", ("month", 1, 1, 2, "range", None)),
        ("每季度不超过两次", ("quarter", 1, None, 2, "max", None)),
        ("一般每周一次", ("week", 1, 1, 1, "usual", None)),
        ("每年3月、11月", ("month", 1, 1, 1, "exact", [3, 11])),
    ],
)
def test_a_schedule_has_the_names_and_values_of_the_contract(text, said):
    data = [each.as_json() for each in told_in(text).schedules]

    period, every, least, most, bound, months = said
    assert data == [
        {
            "phrase": text, "what": None, "kind": "other", "period": period, "every": every,
            "min": least, "max": most, "bound": bound, "months": months, "presided_by": None,
            "start": 0, "end": len(text),
        }
    ]  # fmt: skip


def test_every_list_of_a_report_has_the_names_of_the_contract_and_quotes_its_place():
    text = (
        "\n\r\n索引号：X1/2025-8　发布日期：2025-02-03\r\n"
        + HEAD
        + "一、主要做法\n（一）局长程某某任法治建设领导小组组长，每月召开一次例会，"
        "每年3月31日前报告，民警每年学习不少于40学时。办案１．２万件，获评全市先进单位。\n"
        "二、存在的问题\n一是培训不够。主要原因是人手紧张。二是普法形式单一。\n"
        "三、下一步打算\n（一）抓培训。由法制科牵头，2025年6月底前完成，力争合格率达到95%。\n"
    )

    data = read_report(text).as_data()

    assert {kind: list(data[kind][0]) for kind in data if isinstance(data[kind], list)} == {
        "sections": ["level", "number", "heading", "role", "start", "end"],
        "schedules": [
            "phrase", "what", "kind", "period", "every", "min", "max", "bound", "months",
            "presided_by", "start", "end",
        ],
        "quotas": ["phrase", "amount", "of", "period", "every", "start", "end"],
        "due_dates": ["phrase", "rule", "start", "end"],
        "posts": ["post", "person", "unit", "text", "start", "end"],
        "problems": ["number", "title", "text", "causes", "start", "end"],
        "measures": ["number", "title", "text", "responsible", "due", "start", "end"],
        "figures": [
            "value", "value2", "counter", "wording", "is_target", "text", "start", "end",
        ],
        "honours": ["text", "start", "end"],
    }  # fmt: skip
    assert list(data["metadata"]) == [
        "title", "year", "years", "issuer", "index_number", "document_number", "issued_on",
        "published_on", "topic",
    ]  # fmt: skip
    quoted = [
        (each.get("phrase", each.get("text")), text[each["start"] : each["end"]])
        for kind in ("schedules", "quotas", "due_dates", "posts", "problems", "measures",
                     "figures", "honours")
        for each in data[kind]
    ]  # fmt: skip
    assert [one for one, _ in quoted] == [other for _, other in quoted]
    assert len(quoted) == 10
    assert [(each["value"], each["counter"], each["is_target"]) for each in data["figures"]] == [
        ("12000", "件", False),
        ("95", "%", True),
    ]


# ── Chapters ─────────────────────────────────────────────────────────────────────────────────


def test_numbers_that_run_on_through_the_parts_of_a_chapter():
    read = report(
        "一、主要做法\n（一）抓领导\n1.成立专班。调整成员。\n2.压实责任。签订清单。\n"
        "（二）抓执法\n3.规范检查。统一文书。\n4.强化审核。层层把关。\n"
    )

    assert [(each.level, each.number, each.heading) for each in read.sections] == [
        (1, "一", "主要做法"),
        (2, "一", "抓领导"),
        (3, "1", "成立专班"),
        (3, "2", "压实责任"),
        (2, "二", "抓执法"),
        (3, "3", "规范检查"),
        (3, "4", "强化审核"),
    ]


def test_a_chapter_is_one_by_its_name_where_the_parts_above_took_its_number():
    read = report(
        "一、工作开展情况\n一、抓领导。开会部署。\n二、抓执法。检查120次。\n三、抓普法。宣讲30场。\n"
        "二、存在的问题\n一是人手不足。二是装备陈旧。\n三、下步打算\n一是补充人员。二是更新装备。\n"
    )

    assert [(each.heading, each.role.value) for each in read.sections][-2:] == [
        ("存在的问题", "problems"),
        ("下步打算", "next_year"),
    ]
    assert [each.title for each in read.problems] == ["人手不足", "装备陈旧"]
    assert [each.title for each in read.measures] == ["补充人员", "更新装备"]


def test_a_heading_in_two_halves_that_runs_into_the_text():
    read = report(
        "一、主要做法（一）强化普法宣传，增强守法意识通过讲座、展板等形式宣传水法律法规，"
        "覆盖沿河十二个村居和全部用水大户（二）规范执法检查，守护河湖安全组织开展采砂巡查，"
        "查处各类水事违法行为并公开曝光典型案例",
    )

    assert [each.heading for each in read.sections] == [
        "主要做法",
        "强化普法宣传，增强守法意识",
        "规范执法检查，守护河湖安全",
    ]


def test_problems_and_steps_in_one_chapter_each_behind_its_label():
    read = report(
        DONE + "二、存在的主要问题和改进措施\n主要问题：（一）审核不严。把关走过场。"
        "（二）宣传单一。群众不爱看。\n改进措施：（一）严格审核。2025年底前配齐人员。（二）创新宣传。每月一期短片。\n"
    )

    assert [(each.title, each.text) for each in read.problems] == [
        ("审核不严", "审核不严。把关走过场。"),
        ("宣传单一", "宣传单一。群众不爱看。"),
    ]
    assert [(each.title, each.due) for each in read.measures] == [
        ("严格审核", "2025-12"),
        ("创新宣传", None),
    ]
    assert [(each.heading, each.role.value) for each in read.sections[-2:]] == [
        ("严格审核", "next_year"),
        ("创新宣传", "next_year"),
    ]


# ── Problems and next steps ──────────────────────────────────────────────────────────────────


def test_dashes_before_each_problem_and_step_are_no_words():
    read = report(
        DONE + "二、存在的问题\n与要求相比还有差距，主要是：\n——培训不系统。缺少计划。\n"
        "——装备不齐。更新较慢。\n三、2025年安排\n——抓培训。办班4期。\n——抓装备。更新30台。\n"
    )

    assert [each.text for each in read.problems] == [
        "培训不系统。缺少计划。",
        "装备不齐。更新较慢。",
    ]
    assert [each.title for each in read.measures] == ["抓培训", "抓装备"]


def test_a_row_of_causes_behind_the_last_problem_is_shared_out():
    read = report(
        DONE + "二、存在的不足\n一是学法不主动。二是力量不足。"
        "究其原因，一是认识不到位；二是编制有限。\n"
    )

    assert [(each.title, each.causes) for each in read.problems] == [
        ("学法不主动", ("认识不到位",)),
        ("力量不足", ("编制有限",)),
    ]


@pytest.mark.parametrize(
    ("step", "title", "due"),
    [
        ("推广平台，9月份完成接入", "推广平台", "2025-09"),
        ("培养队伍，力争三年内增加律师5名", "培养队伍", None),
        ("加大巡查，每月巡查4次，重点河段每日一巡", "加大巡查", None),
    ],
)
def test_limit_and_title_of_a_step_on_one_line(step, title, due):
    read = report(DONE + f"二、2025年工作计划\n（一）{step}。\n（二）抓好总结。按时上报。\n")

    assert (read.measures[0].title, read.measures[0].due) == (title, due)


# ── Rhythms and quotas ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "推行“周一讲法、周四评案”制度",
            [("周一讲法", "周一讲法", "week", "exact"), ("周四评案", "周四评案", "week", "exact")],
        ),
        (
            "落实“月学法、季测试、年考核”机制",
            [
                ("月学法", "月学法", "month", "exact"),
                ("季测试", "季测试", "quarter", "exact"),
                ("年考核", "年考核", "year", "exact"),
            ],
        ),
        ("实行每月一学法", [("每月一学法", "每月一学法", "month", "exact")]),
        ("对险段每日一巡", [("每日一巡", "每日一巡", "day", "exact")]),
        (
            "落实局务会会前学法制度，每月不少于一次",
            [("每月不少于一次", "局务会会前学法", "month", "min")],
        ),
        (
            "开展护河宣讲活动，每校每学期至少2次",
            [("每学期至少2次", "护河宣讲活动", "half_year", "min")],
        ),
        (
            "中队每周抽查、法规科每月评查",
            [("每周", "抽查", "week", "exact"), ("每月", "评查", "month", "exact")],
        ),
        (
            "每季度向区委、区人大常委会报告治水情况",
            [("每季度", "向区委、区人大常委会报告治水情况", "quarter", "exact")],
        ),
        ("周一至周五受理咨询、周六集中办理", []),
        ("周一上午报到，周二返岗", []),
        ("日均接待30人，月均办理90件、年均增长5%", []),
    ],
)
def test_rows_of_names_and_what_is_told_before(text, found):
    assert schedules(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("局领导每周至少接访半天", [(0.5, "days", "week")]),
        ("律师每月至少坐班两天", [(2, "days", "month")]),
        ("每季度练兵1次，人均学习不少于60学时", []),
        ("每半年至少召开1次会议，移送时限不超过3个工作日", []),
    ],
)
def test_quotas_of_their_own_period(text, found):
    quotas = [each.as_json() for each in told_in(text).quotas]

    assert [(each["amount"], each["of"], each["period"]) for each in quotas] == found


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("短视频播放量突破300万，粉丝23万。", [("3000000", None), ("230000", None)]),
        ("罚没款和案件数分别增长８．３％和－２．１％", [("8.3", "%"), ("-2.1", "%")]),
        ("队员平均年龄48岁", [("48", "岁")]),
        ("年满18岁的村民", []),
        ("办结时限由15个工作日压缩至5个工作日", [("15", "工作日"), ("5", "工作日")]),
        ("人均培训时长42小时", [("42", "小时")]),
        ("健全公安、司法、法院三所联动机制", []),
        ("合格率为3%-5%", [("3", "%")]),
    ],
)
def test_figures_without_counter_below_zero_and_of_time(text, found):
    data = [each.as_json() for each in figures_in(text)]

    assert [(each["value"], each["counter"]) for each in data] == found


@pytest.mark.parametrize(
    "text",
    ["开展模拟法庭8次", "围绕创建目标逐项攻坚，修订制度10项"],
)
def test_what_was_done_is_no_target(text):
    assert [each.is_target for each in figures_in(text)] == [False]


# ── Posts and honours ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "镇党委书记吴芳、镇长郑强任双组长",
            [("组长", "吴芳", None), ("组长", "郑强", None)],
        ),
        (
            "成立以局长郑志明为组长，副局长沈海、黎伟为副组长的普法工作领导小组",
            [
                ("组长", "郑志明", "普法工作领导小组"),
                ("副组长", "沈海", "普法工作领导小组"),
                ("副组长", "黎伟", "普法工作领导小组"),
            ],
        ),
        (
            "由局长何建国同志任组长",
            [("组长", "何建国", None)],
        ),
        ("聘请3家律师事务所担任法律顾问", [("法律顾问", None, None)]),
        (
            "局长担任法治建设领导小组组长",
            [("组长", None, "法治建设领导小组")],
        ),
        (
            "配备专职法制员6名、兼职法制员23名",
            [("专职法制员", None, None), ("兼职法制员", None, None)],
        ),
        ("形成主要领导抓总、分管领导抓线的格局", [("分管领导", None, None)]),
    ],
)
def test_posts_of_several_people(text, found):
    posts = posts_of(text, narrow(text), 0, len(text))

    assert [(each.post, each.person, each.unit) for each in posts] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("召开全市第一责任人述法会议。", []),
        ("在全省质量考评中获得优秀等次。", ["在全省质量考评中获得优秀等次"]),
        ("河长制经验被水利部推广。", ["河长制经验被水利部推广"]),
    ],
)
def test_honours_told_otherwise(text, found):
    honours = honours_of(text, narrow(text), [], 0, len(text))

    assert [each.text for each in honours] == found


# ── The head and the foot of a page ──────────────────────────────────────────────────────────


def test_a_title_that_runs_into_the_text():
    read = read_report(
        "2024年澄湖区水务局法治政府建设工作总结根据《澄湖区法治建设要点》要求，现总结如下：一、主要做法"
        "（一）抓学习。学习9次。（二）抓执法。办案7件。二、存在问题（一）人手不足。（二）装备陈旧。"
    )

    assert read.metadata.title == "2024年澄湖区水务局法治政府建设工作总结"


def test_a_number_left_blank_is_not_the_line_below():
    read = report(
        DONE + "二、存在的问题\n一是人手不足。二是装备陈旧。\n",
        head="索 引 号\n00345/2025-8\n发布机构\n澄湖区水务局\n"
        "成文日期\n2025-01-19\n文 号\n\n" + HEAD,
    )

    assert (read.metadata.document_number, read.metadata.index_number) == (None, "00345/2025-8")


def test_the_signature_stands_before_who_wrote_and_checked_the_page():
    read = report(
        DONE + "二、下步打算\n一是抓培训。二是抓装备。\n澄湖区水务局\n2025年1月8日\n"
        "文字：甲　编辑：乙　审核：丙\n"
    )

    assert read.metadata.issued_on == "2025-01-08"
    assert read.measures[-1].text == "抓装备。"


# ── Notices ──────────────────────────────────────────────────────────────────────────────────

NOTICE = (
    "中共澄湖区水务局党组\n关于巡察整改进展情况的通报\n发布时间：2024-06-03\n"
    "现将整改情况公布如下。反馈的2个方面4个问题，已完成整改2个，基本完成1个，1个正在整改。\n"
    "一、巡察反馈问题整改情况\n（一）落实上级部署方面\n"
    "1.“河长制”责任落实不到位\n整改情况：召开推进会3次。\n责任领导：甲\n责任科室：河湖科\n"
    "完成情况：已完成\n2.防汛物资管理有漏洞（正在推进）\n整改措施：修订办法。整改时限：2024年9月\n"
    "（二）作风建设方面\n3.窗口服务态度生硬的问题。一是开展培训4次；二是设立评价器。"
    "责任领导：乙。责任科室：政务科。整改时限：已完成。\n"
    "4.工程监管不严的问题。1.修订规程。2.复核项目18个。责任领导：丙。整改时限：2024年12月底，正在推进。\n"
    "二、下一步打算\n一是持续整改。对未完成的1个问题，挂牌督办，确保完成。\n"
    "中共澄湖区水务局党组\n2024年5月30日\n"
)


def test_a_notice_numbers_its_problems_through_all_aspects():
    read = read_notice(NOTICE)

    assert [(each.number, each.level, each.title) for each in read.items] == [
        ("一", 1, "落实上级部署方面"),
        ("1", 2, "“河长制”责任落实不到位"),
        ("2", 2, "防汛物资管理有漏洞"),
        ("二", 1, "作风建设方面"),
        ("3", 2, "窗口服务态度生硬的问题"),
        ("4", 2, "工程监管不严的问题"),
    ]
    assert [each.state and each.state.value for each in read.items] == [
        None, "完成", "未完成", None, "完成", "未完成",
    ]  # fmt: skip


def test_a_notice_tells_without_a_label_what_was_done():
    read = read_notice(NOTICE)

    assert [each.progress for each in read.items[4:]] == [
        "一是开展培训4次；二是设立评价器。",
        "1.修订规程。2.复核项目18个。",
    ]


def test_what_is_still_open_is_no_further_total():
    read = read_notice(NOTICE)

    assert {name: read.stated(name) for name in ("aspects", "total", "done", "basically_done")} == {
        "aspects": 2,
        "total": 4,
        "done": 2,
        "basically_done": 1,
    }


def test_the_title_and_issuer_of_a_notice_on_two_lines():
    read = read_notice(NOTICE)

    assert (read.metadata.title, read.metadata.issuer, read.metadata.issued_on) == (
        "中共澄湖区水务局党组关于巡察整改进展情况的通报",
        "中共澄湖区水务局党组",
        "2024-05-30",
    )


def test_a_notice_all_on_one_line():
    read = read_notice(" ".join(NOTICE.replace("党组\n关于", "党组关于").split("\n")))

    assert (read.metadata.title, read.metadata.issued_on) == (
        "中共澄湖区水务局党组关于巡察整改进展情况的通报",
        "2024-05-30",
    )


def test_a_chapter_that_names_one_problem_is_an_item_with_its_parts():
    read = read_notice(
        "关于落实巡察反馈意见整改情况的通报\n一、针对“执行部署有差距”问题的整改情况\n"
        "1.1 针对“调研不深入”的问题。\n整改措施：制定计划。（已完成）\n"
        "1.2 针对“督办不及时”的问题。\n整改措施：建立台账。（长期坚持）\n"
    )

    assert [(each.number, each.level, each.parent) for each in read.items] == [
        ("一", 1, None),
        ("1.1", 2, 0),
        ("1.2", 2, 0),
    ]
    assert [each.measures for each in read.items] == [None, "制定计划。", "建立台账。"]
