"""Rectification notices in shapes and words of our own, written before the reader was tuned."""

import time

import pytest

from reports.domain.rectification import read_notice

NESTED = """南屏市公安局沧浪分局党委关于巡察整改进展情况的通报
根据市委统一部署，2023年9月5日至11月10日，市委第三巡察组对分局党委开展了巡察，并于12月8日反馈意见。\
反馈意见共指出2个方面7项具体问题，截至目前已完成整改4项，基本完成1项，长期坚持1项，未完成1项。现予通报。
一、整改工作组织情况
分局党委召开专题会议3次，成立领导小组，逐项建立台账。
二、反馈问题整改情况
1.执法监督方面
1.1对案件评查重视不够的问题
1.1.1年度评查计划没有落实
责任领导：副局长方某
责任单位：法制大队
整改目标：按季度完成评查计划，评查结果进入考核。
整改时限：2024年3月31日
整改措施：修订评查办法；每季度组织一次集中评查。
整改情况：办法已经印发，一季度评查案件120件。
完成情况：完成
1.1.2评查结果运用不足
责任领导：副局长方某
责任单位：法制大队、政治处
整改目标：评查结果与评优评先挂钩。
整改时限：2024年6月
整改措施：建立扣分清单。
整改情况：清单正在征求意见。
完成情况：基本完成
1.2涉案财物管理存在漏洞的问题
1.2.1出入库登记不规范
责任领导：副局长沈某
责任单位：刑侦大队
整改时限：立行立改
整改措施：补齐登记，逐件核对。
整改情况：核对物品860件，全部补登。
完成情况：已完成
1.2.2保管场所条件较差
责任领导：副局长沈某
责任单位：警务保障室
整改时限：2024年12月
整改措施：新建保管中心。
整改情况：项目已立项。
完成情况：未完成
2.队伍管理方面
2.1谈心谈话制度落实不到位
责任领导：政委林某
责任单位：政治处
整改时限：长期坚持
整改措施：每半年谈心谈话一次。
整改情况：已谈话236人次。
完成情况：长期坚持
2.2辅警培训有欠缺
责任领导：政委林某
责任单位：政治处
整改时限：2024年5月
整改措施：组织轮训两期。
整改情况：轮训完毕。
完成情况：完成
2.3内务检查走过场
责任领导：政委林某
责任单位：督察大队
整改时限：2024年2月29日
整改措施：每周抽查。
整改情况：抽查8次。
完成情况：完成
三、下一步工作打算
（一）持续抓好后续整改。
（二）健全长效机制。
欢迎广大干部群众对整改落实情况进行监督。联系电话：0000-1234567。
中共南屏市公安局沧浪分局委员会
2024年3月15日
"""

PROSE = """竹溪市公安局关于执法突出问题专项整改情况的报告
市委政法委：
按照要求，我局对照反馈的6个问题制定整改措施18条。目前，已完成整改3个，基本完成1个，尚未完成1个，需长期坚持1个。具体情况报告如下：
（一）关于“受案立案不及时”问题
牵头领导：党委委员、副局长顾某；牵头单位：法制支队；配合单位：刑侦支队、指挥中心
完成时限：2023年10月底
采取的措施和成效：建立警情日研判机制，逐件核查警情1.2万条，清理应立未立案件14起。该问题已完成整改。
（二）关于“办案区使用不规范”问题
牵头领导：党委委员、副局长顾某；牵头单位：督察支队
完成时限：2023年12月31日前
采取的措施和成效：每日网上巡查办案区，发现问题52个，均已全部整改到位。
（三）关于“案件久拖不决”问题
牵头领导：副局长卫某；牵头单位：经侦支队；配合单位：各县区局
完成时限：2024年6月
采取的措施和成效：清理积案31起，剩余9起正在办理，该问题尚未完成整改。
（四）关于“法律文书制作粗糙”问题
牵头领导：副局长卫某；牵头单位：法制支队
完成时限：2023年11月
采取的措施和成效：印发文书范本，抽查文书900份，合格率98%，该问题基本完成整改。
（五）关于“执法公开不主动”问题
牵头领导：副局长顾某；牵头单位：法制支队
完成时限：2023年9月
采取的措施和成效：公开文书1600份。已完成整改。
（六）关于“学法用法氛围不浓”问题
牵头领导：政委康某；牵头单位：政治部
完成时限：持续推进
采取的措施和成效：每月组织一次法律测试，并长期坚持。
竹溪市公安局
2023年12月20日
"""

RUN_IN = (
    "雁门区公安分局执法监督检查反馈问题整改情况通报 发布时间：2024-08-02 "
    "区人大常委会执法检查组反馈问题5项，已全部完成整改。现将整改情况公布如下： "
    "一、执法理念方面（1项） 1.重实体轻程序的问题。【责任领导】唐某【责任单位】法制大队"
    "【整改时限】2024年4月【整改进展】组织程序法培训3期。（已完成） "
    "二、执法行为方面（3项） 1.现场处置用语不规范的问题。【责任领导】贺某"
    "【责任单位】治安大队、各派出所【整改时限】2024年5月【整改进展】下发用语指引，演练12场。"
    "（已完成） "
    "2.调查取证不全面的问题。【责任领导】贺某【责任单位】刑侦大队【整改时限】2024年6月30日"
    "【整改进展】制定取证清单22类。（基本完成） "
    "3.执法记录仪使用率低的问题。【责任领导】贺某【责任单位】督察大队【整改时限】2024年5月"
    "【整改进展】使用率升至99.2%。（已完成，长期坚持） "
    "三、执法保障方面（1项） 1.法制员配备不足的问题。【责任领导】唐某【责任单位】政治处"
    "【整改时限】2024年12月【整改进展】已选配4名，缺额2名。"
    "下一步，通过公开选拔补齐缺额。（推进中） "
    "雁门区公安分局 2024年8月1日"
)

TABLE = """霞浦湾公安局法治督察反馈问题整改台账
督察反馈问题4个，已完成2个，未完成2个。
序号 | 反馈问题 | 整改措施 | 责任领导 | 责任单位 | 完成时限 | 整改情况 | 整改状态
1 | 重大决策合法性审查流于形式 | 修订议事规则。 | 何某 | 法制大队 | 2024年3月 | 已修订。 | 已完成
2 | 行政复议答复超期 | 建立预警台账。 | 何某 | 法制大队 | 2024年4月15日 | 台账已运行。 | 完成
3 | 法律顾问作用发挥不充分 | 列席会议不少于6次。 | 章某 | 办公室、法制大队 | 2024年底 | | 正在推进
4 | 普法责任清单不细 | 细化清单。 | 章某 | 政治处 | 2024年9月 | 正在细化。 | 未完成
"""


OF_ONE_ITEM = "某局关于整改情况的通报\n整改问题如下。\n（一）台账不规范的问题\n"


def shown(notice, *fields):
    return [tuple(getattr(each, field) for field in fields) for each in notice.items]


def states(notice):
    return [each.state.value if each.state else None for each in notice.items]


def test_nested_numbers_are_a_tree():
    notice = read_notice(NESTED)

    assert shown(notice, "number", "level", "parent", "title") == [
        ("1", 1, None, "执法监督方面"),
        ("1.1", 2, 0, "对案件评查重视不够的问题"),
        ("1.1.1", 3, 1, "年度评查计划没有落实"),
        ("1.1.2", 3, 1, "评查结果运用不足"),
        ("1.2", 2, 0, "涉案财物管理存在漏洞的问题"),
        ("1.2.1", 3, 4, "出入库登记不规范"),
        ("1.2.2", 3, 4, "保管场所条件较差"),
        ("2", 1, None, "队伍管理方面"),
        ("2.1", 2, 7, "谈心谈话制度落实不到位"),
        ("2.2", 2, 7, "辅警培训有欠缺"),
        ("2.3", 2, 7, "内务检查走过场"),
    ]


def test_fields_of_an_item_in_a_tree():
    item = read_notice(NESTED).items[2]

    assert (item.leader, item.unit, item.joint_units) == ("副局长方某", "法制大队", ())
    assert item.goal == "按季度完成评查计划，评查结果进入考核。"
    assert (item.due, item.due_is_month) == ("2024-03-31", False)
    assert item.measures == "修订评查办法；每季度组织一次集中评查。"
    assert item.progress == "办法已经印发，一季度评查案件120件。"
    assert item.state.value == "完成"


def test_states_and_limits_in_a_tree():
    notice = read_notice(NESTED)

    assert states(notice) == [
        None, None, "完成", "基本完成", None, "完成", "未完成", None, "长期坚持", "完成", "完成",
    ]  # fmt: skip
    assert shown(notice, "due", "due_is_month")[2:] == [
        ("2024-03-31", False), ("2024-06", True), (None, False), (None, False), ("2024-12", True),
        (None, False), (None, False), ("2024-05", True), ("2024-02-29", False),
    ]  # fmt: skip


def test_totals_that_agree():
    data = read_notice(NESTED).as_data()

    assert {name: data["stated_totals"][name] for name in ("aspects", "total", "done")} == {
        "aspects": 2, "total": 7, "done": 4,
    }  # fmt: skip
    assert data["found_totals"] == {
        "aspects": 2, "total": 7, "done": 4, "basically_done": 1, "not_done": 1, "standing": 1,
        "unsaid": 0,
    }  # fmt: skip
    assert data["differences"] == []


def test_states_in_prose_and_several_fields_on_one_line():
    notice = read_notice(PROSE)

    assert shown(notice, "number", "title", "leader", "unit", "due") == [
        ("一", "关于“受案立案不及时”问题", "党委委员、副局长顾某", "法制支队", "2023-10"),
        ("二", "关于“办案区使用不规范”问题", "党委委员、副局长顾某", "督察支队", "2023-12-31"),
        ("三", "关于“案件久拖不决”问题", "副局长卫某", "经侦支队", "2024-06"),
        ("四", "关于“法律文书制作粗糙”问题", "副局长卫某", "法制支队", "2023-11"),
        ("五", "关于“执法公开不主动”问题", "副局长顾某", "法制支队", "2023-09"),
        ("六", "关于“学法用法氛围不浓”问题", "政委康某", "政治部", None),
    ]
    assert states(notice) == ["完成", "完成", "未完成", "基本完成", "完成", "长期坚持"]
    assert notice.items[0].joint_units == ("刑侦支队", "指挥中心")
    assert notice.items[0].progress.startswith("建立警情日研判机制")
    assert notice.differences == ()


def test_all_on_one_line_with_labels_in_brackets():
    notice = read_notice(RUN_IN)

    assert shown(notice, "title", "leader", "unit", "due") == [
        ("重实体轻程序的问题", "唐某", "法制大队", "2024-04"),
        ("现场处置用语不规范的问题", "贺某", "治安大队、各派出所", "2024-05"),
        ("调查取证不全面的问题", "贺某", "刑侦大队", "2024-06-30"),
        ("执法记录仪使用率低的问题", "贺某", "督察大队", "2024-05"),
        ("法制员配备不足的问题", "唐某", "政治处", "2024-12"),
    ]
    assert states(notice) == ["完成", "完成", "基本完成", "长期坚持", "未完成"]
    assert notice.items[-1].measures == "下一步，通过公开选拔补齐缺额。"


def test_what_is_stated_stands_beside_what_was_found():
    notice = read_notice(RUN_IN)

    assert [(each.what.value, each.stated, each.found) for each in notice.differences] == [
        ("done", 5, 2),
    ]  # fmt: skip


def test_rows_of_a_table():
    notice = read_notice(TABLE)

    assert shown(notice, "number", "title", "leader", "unit", "due") == [
        ("1", "重大决策合法性审查流于形式", "何某", "法制大队", "2024-03"),
        ("2", "行政复议答复超期", "何某", "法制大队", "2024-04-15"),
        ("3", "法律顾问作用发挥不充分", "章某", "办公室、法制大队", "2024-12"),
        ("4", "普法责任清单不细", "章某", "政治处", "2024-09"),
    ]
    assert states(notice) == ["完成", "完成", "未完成", "未完成"]
    assert notice.items[2].measures == "列席会议不少于6次。"
    assert notice.differences == ()


NAMED = """区委依法治区办法治督察反馈问题整改情况的报告
2024年4月，督察组向我局反馈了2个方面3个问题，现已整改完成1个，正在整改2个（其中需长期坚持的1个）。
一、关于学习贯彻方面
问题1：学习不够系统。
整改情况：列入年度学习计划，全年学习6次。已完成。
责任领导：吴某；责任科室：政治处；整改时限：2024年5月底
二、关于执法规范化方面
问题2：案件审核把关不严。
整改情况：制定审核清单，每日抽查。
完成情况：长期坚持
责任领导：郑某；责任科室：法制大队；整改时限：长期坚持
问题3：文书送达超期。
整改情况：正在整改。
责任领导：郑某；责任科室：法制大队；整改时限：2024年9月
"""

TOLD = """云泽市公安局党委关于巡察整改进展情况的公示
二、巡察反馈意见整改落实情况
（一）聚焦理论学习方面
1.反馈问题：理论学习不扎实，学用结合不紧密。
整改情况：
一是修订规则。
二是形成报告4篇。
整改完成情况：已完成
2.反馈问题：服务企业举措不实。
整改情况：
一是走访企业，收集意见58条。
整改完成情况：基本完成，持续推进
"""

IN_PROSE = """青岭县公安局案件评查问题整改情况
此次评查共发现问题12项，11项已整改到位，1项正在整改。
一是受案环节超期问题，共4项，已全部整改到位。责任单位：各派出所。
二是引用法条错误问题，共5项，已全部整改到位。责任单位：法制大队。
三是财物未及时入库问题，剩余1项正在整改，整改时限：2024年7月15日。责任单位：刑侦大队。
"""


def test_problems_by_the_word_for_them():
    notice = read_notice(NAMED)

    assert shown(notice, "number", "title", "leader", "unit", "due") == [
        ("1", "学习不够系统", "吴某", "政治处", "2024-05"),
        ("2", "案件审核把关不严", "郑某", "法制大队", None),
        ("3", "文书送达超期", "郑某", "法制大队", "2024-09"),
    ]
    assert states(notice) == ["完成", "长期坚持", "未完成"]


def test_what_stands_among_the_unfinished_is_not_added_twice():
    assert [(each.what.value, each.stated, each.found)
            for each in read_notice(NAMED).differences] == [("not_done", 2, 1)]  # fmt: skip


def test_the_problem_in_a_field_of_its_own():
    notice = read_notice(TOLD)

    assert (notice.metadata.title, notice.metadata.issuer) == (
        "云泽市公安局党委关于巡察整改进展情况的公示", "云泽市公安局",
    )  # fmt: skip
    assert shown(notice, "number", "level", "parent", "title") == [
        ("一", 1, None, "聚焦理论学习方面"),
        ("1", 2, 0, "理论学习不扎实，学用结合不紧密"),
        ("2", 2, 0, "服务企业举措不实"),
    ]
    assert states(notice) == [None, "完成", "基本完成"]
    assert notice.items[1].progress == "一是修订规则。\n二是形成报告4篇。"


def test_problems_in_prose():
    notice = read_notice(IN_PROSE)

    assert shown(notice, "number", "title", "unit", "due") == [
        ("一", "受案环节超期问题", "各派出所", None),
        ("二", "引用法条错误问题", "法制大队", None),
        ("三", "财物未及时入库问题", "刑侦大队", "2024-07-15"),
    ]
    assert states(notice) == ["完成", "完成", "未完成"]
    assert [(each.what.value, each.stated, each.found) for each in notice.differences] == [
        ("total", 12, 3), ("done", 11, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [NESTED, PROSE, RUN_IN, TABLE, NAMED, TOLD, IN_PROSE])
def test_places_quote_the_text(text):
    for item in read_notice(text).items:
        assert text[item.start : item.end].startswith(item.text)


def test_a_difference_is_shown_and_nothing_corrected():
    text = PROSE.replace("反馈的6个问题", "反馈的8个问题").replace("整改3个", "整改5个")

    data = read_notice(text).as_data()

    assert (data["stated_totals"]["total"], data["found_totals"]["total"]) == (8, 6)
    assert data["differences"] == [
        {"what": "total", "stated": 8, "found": 6},
        {"what": "done", "stated": 5, "found": 3},
    ]


def test_parts_that_are_more_than_their_total():
    text = PROSE.replace("反馈的6个问题", "反馈的5个问题")

    data = read_notice(text).as_data()

    assert {"what": "sum", "stated": 5, "found": 6} in data["differences"]


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("2024年3月31日前", ("2024-03-31", False)),
        ("2024年3月", ("2024-03", True)),
        ("２０２４年６月底前", ("2024-06", True)),
        ("二〇二四年九月", ("2024-09", True)),
        ("2024.6.30", ("2024-06-30", False)),
        ("2024-06", ("2024-06", True)),
        ("2024年上半年", ("2024-06", True)),
        ("2024年底", ("2024-12", True)),
        ("2024年第三季度", ("2024-09", True)),
        ("2024年3月至2024年8月", ("2024-08", True)),
        ("立行立改", (None, False)),
        ("长期坚持", (None, False)),
        ("2024年13月", (None, False)),
    ],
)
def test_limits(words, due):
    text = f"{OF_ONE_ITEM}整改时限：{words}\n"

    item = read_notice(text).items[0]

    assert (item.due, item.due_is_month) == due


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("整改状态：已完成", "完成"),
        ("整改状态：基本完成", "基本完成"),
        ("整改状态：未完成", "未完成"),
        ("整改状态：长期坚持", "长期坚持"),
        ("整改进展：已整改到位，此项已销号。", "完成"),
        ("整改进展：正在持续整改。", "未完成"),
        ("整改进展：该项整改任务已完成，并长期坚持。", "长期坚持"),
        ("整改进展：制度已印发。", None),
        ("整改结果：已办结", "完成"),
        ("（整改中）", "未完成"),
        ("（已完成整改）", "完成"),
    ],
)
def test_states(words, state):
    text = f"{OF_ONE_ITEM}责任单位：办公室\n{words}\n"

    item = read_notice(text).items[0]

    assert (item.state.value if item.state else None) == state


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("责任领导：甲某\n责任单位：法制科", ("甲某", "法制科", ())),
        ("责任单位：法制科\n责任领导：甲某", ("甲某", "法制科", ())),
        ("责 任 单 位：法制科；责任人：甲某", ("甲某", "法制科", ())),
        ("（责任领导：甲某，责任单位：法制科）", ("甲某", "法制科", ())),
        (
            "牵头领导：甲某 牵头部门：法制科 责任部门：刑侦队、治安队",
            ("甲某", "法制科", ("刑侦队", "治安队")),
        ),
        ("包案领导：甲某；主办单位：法制科；协办单位：督察队", ("甲某", "法制科", ("督察队",))),
    ],
)
def test_who_answers(line, fields):
    text = f"{OF_ONE_ITEM}{line}\n整改进展：已完成。\n"

    item = read_notice(text).items[0]

    assert (item.leader, item.unit, item.joint_units) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "青岭县公安局召开会议，研究明年工作。",
        "关于整改的通知\n各单位要抓好整改。\n",
        "床前明月光\n疑是地上霜\n",
    ],
)
def test_what_is_no_notice_has_no_items(text):
    notice = read_notice(text)

    assert (notice.recognised, notice.items, notice.differences) == (False, (), ())


def test_plain_form_is_stable():
    data = read_notice(PROSE).as_data()

    assert list(data) == [
        "metadata", "items", "stated_totals", "found_totals", "differences",
    ]  # fmt: skip
    assert list(data["items"][0]) == [
        "number", "level", "parent", "title", "text", "unit", "joint_units", "leader", "goal",
        "due", "due_is_month", "state", "measures", "progress", "start", "end",
    ]  # fmt: skip
    assert list(data["stated_totals"]) == [
        "aspects", "total", "done", "basically_done", "not_done", "standing", "sentences",
    ]  # fmt: skip


def test_a_long_notice_is_read_at_once():
    rows = [
        f"（{'一二三四五六七八九'[at % 9]}）第{at}类工作不到位的问题\n"
        "责任单位：法制科\n整改进展：完成整改。\n"
        for at in range(900)
    ]
    begun = time.process_time()

    read_notice("某局整改情况通报\n反馈问题900个，完成整改900个。\n" + "".join(rows))

    assert time.process_time() - begun < 2
