"""Rhythms, quotas and due dates as they are worded; every sentence is made up for this table."""

import time

import pytest

from reports.domain.wording_cadence import cadences_in, due_dates_in, quotas_in, told_in


def rhythms(text):
    """Period, every, min, max, bound of each schedule, and months where some are named."""
    return [
        (each.period, each.every, each.min, each.max, each.bound.value)
        + ((each.months,) if each.months else ())
        for each in cadences_in(text)
    ]


def once(period, every=1):
    return [(period, every, 1, 1, "exact")]


def least(period, times=1, every=1):
    return [(period, every, times, None, "min")]


def most(period, times, every=1):
    return [(period, every, None, times, "max")]


def times(period, number, every=1):
    return [(period, every, number, number, "exact")]


def between(period, low, high, every=1):
    return [(period, every, low, high, "range")]


def usual(period, number=1, every=1):
    return [(period, every, number, number, "usual")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("每季度至少一次", least("quarter")),
        ("每月一次", once("month")),
        ("每月一至二次", between("month", 1, 2)),
        ("每周不超过两次", most("week", 2)),
        ("一般每周一次", usual("week")),
        ("每年3月、11月", [("month", 1, 1, 1, "exact", (3, 11))]),
        ("每季度至少召开一次", least("quarter")),
        ("至少每季度召开一次", least("quarter")),
        ("应当至少每半年组织1次", least("half_year")),
        ("每两个月", once("month", 2)),
        ("每2周", once("week", 2)),
        ("隔周", once("week", 2)),
        ("每半月", once("half_month")),
        ("每月不少于两次", least("month", 2)),
        ("原则上每周一次", usual("week")),
        ("每周至少两次", least("week", 2)),
        ("半月小讲堂", once("half_month")),
        ("一周一案", once("week")),
        ("一月一通报", once("month")),
        ("一季一讲评", once("quarter")),
        ("周报", once("week")),
        ("月报", once("month")),
        ("季报", once("quarter")),
        ("年报", once("year")),
        ("日报", once("day")),
        ("每日", once("day")),
        ("每年第一、三季度", [("quarter", 1, 1, 1, "exact", (1, 2, 3, 7, 8, 9))]),
        ("上、下半年各一次", once("half_year")),
        ("每年不少于四次", least("year", 4)),
        ("每季度首月", once("quarter")),
        ("每届任期内至少一次", least("term")),
        ("年内至少两次", least("year", 2)),
        ("按月", once("month")),
        ("按季", once("quarter")),
        ("逢单周", once("week", 2)),
    ],
)
def test_set_phrases_alone(text, found):
    assert rhythms(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("支队每周召开执法问题碰头会，逐案过堂。", once("week")),
        ("局务会每月至少听取两次执法质量情况。", least("month", 2)),
        ("每三个月对涉案财物管理室进行一次盘点", once("month", 3)),
        ("案件主办人每周参加例会一次", once("week")),
        ("要求各所按季度报送执法数据", once("quarter")),
        ("每年开展二至三次实战演练", between("year", 2, 3)),
        ("法治专题讲座每年举办不少于３场", least("year", 3)),
        ("每 季 度 召开 1 次 联席会议", once("quarter")),
        ("每半个月由法制员讲一课", once("half_month")),
        ("坚持隔月开展卷宗互查", once("month", 2)),
        ("双周例会雷打不动", once("week", 2)),
        ("每双周召开案件会商会", once("week", 2)),
        ("建立周调度、月讲评、季考核机制", once("week") + once("month") + once("quarter")),
        ("建立每日研判、每周会商、每月通报工作机制", once("day") + once("week") + once("month")),
        ("实行“一日一巡查、一周一督导”", once("day") + once("week")),
        ("每周、每月分别召开例会", once("week") + once("month")),
        ("每年6月和12月各组织一次知识测试", [("month", 1, 1, 1, "exact", (6, 12))]),
        ("每年一月、七月各召开一次", [("month", 1, 1, 1, "exact", (1, 7))]),
        ("每年4、8、12月召开联席会议", [("month", 1, 1, 1, "exact", (4, 8, 12))]),
        ("每年12月召开一次述法会", [("month", 1, 1, 1, "exact", (12,))]),
        ("每年上半年开展一次评查", [("half_year", 1, 1, 1, "exact", (1, 2, 3, 4, 5, 6))]),
        ("上半年和下半年分别召开一次党委会", once("half_year")),
        ("每年上、下半年各召开一次专题会", once("half_year")),
        ("一年召开两次执法质量分析会", times("year", 2)),
        ("半年至少召开一次议事协调会", least("half_year")),
        ("三年一次的全员轮训", once("year", 3)),
        ("每三年对全体民警轮训一遍", once("year", 3)),
        ("全年不少于6次集体学法", least("year", 6)),
        ("全年组织旁听庭审不得少于2次", least("year", 2)),
        ("一年内至少组织一次桌面推演", least("year")),
        ("每月开展法律测试1次以上", least("month")),
        ("每月开展1次（含）以上法律测试", least("month")),
        ("每月组织学习2次左右", usual("month", 2)),
        ("通常每月召开一次执法监督例会", usual("month")),
        ("审案小组每周一般碰头两次", usual("week", 2)),
        ("原则上每半年召开1—2次", between("half_year", 1, 2)),
        ("原则上每季度召开不少于1次", least("quarter")),
        ("每年最多开展3次专项检查", most("year", 3)),
        ("每季度检查控制在两次以内", most("quarter", 2)),
        ("每年不少于2次、不超过4次", between("year", 2, 4)),
        ("每月一或两次", between("month", 1, 2)),
        ("每月一两次", between("month", 1, 2)),
        ("每周一上午召开执法碰头会", once("week")),
        ("每周五下午组织业务学习", once("week")),
        ("周五夜学", once("week")),
        ("每月25日召开案件评审会", once("month")),
        ("每季度末开展一次回头看", once("quarter")),
        ("每季度对办案区检查不少于1次", least("quarter")),
        ("每季度召开法制例会，不少于1次", least("quarter")),
        ("至少每两周开展一次案件抽查", least("week", 1, 2)),
        ("每一至两个月召开一次协调会", least("month", 1, 2)),
        ("每个季度组织一场庭审观摩", once("quarter")),
        ("每个月至少上一堂法治课", least("month")),
        ("每学期走进校园授课一次", once("half_year")),
        ("每10天通报一次超期案件", once("day", 10)),
        ("每旬通报一次", once("day", 10)),
        ("案件倒查1次/季度", once("quarter")),
        ("执法检查2次/月", times("month", 2)),
        ("党委任期内至少开展一次法治轮训", least("term")),
        ("每届任期内组织不少于两次评估", least("term", 2)),
        ("逢双月开展档案抽查", once("month", 2)),
        ("每间隔一周组织一次夜校", once("week", 2)),
        ("逐月通报涉案财物出入库情况", once("month")),
        ("按半年开展质量考评", once("half_year")),
        ("月度法制例会如期召开", once("month")),
        ("季度案件质量讲评会", once("quarter")),
        ("半年小结、年度法治大会", once("half_year") + once("year")),
        ("每年12月4日组织开展宪法宣誓", once("year")),
        ("每年年底召开一次总结会", once("year")),
        ("频次：每月", once("month")),
        ("法制例会\t每季度\n执法大会\t每年", once("quarter") + once("year")),
        ("至少每周开展一次夜查", least("week")),
        ("每周至少开展夜查和突击检查", least("week")),
        ("民警每人每年至少旁听一次庭审", least("year")),
        ("每半年至少一次向上级述法", least("half_year")),
        ("每月组织两期微课堂", times("month", 2)),
        ("一年一度的法制大会", once("year")),
        ("每年一度的执法技能比武", once("year")),
        ("月月讲评、季季考核", once("month") + once("quarter")),
        ("每半年报告一次工作", once("half_year")),
        ("每季度１次", once("quarter")),
        ("每年十二次", times("year", 12)),
        ("每月召开案件评审会三次以上", least("month", 3)),
        ("一个月召开一次", once("month")),
        ("6个月一次的复检", once("month", 6)),
        ("每6个月开展一次复检", once("month", 6)),
        ("两周一次的案件沙龙", once("week", 2)),
        ("半月一调度", once("half_month")),
        ("半年一考评、一年一总评", once("half_year")),
        ("每季一考、每月一测", once("quarter") + once("month")),
        ("每天一题、每周一课", once("day") + once("week")),
        ("一周一个案例", once("week")),
    ],
)
def test_variants_written_before_the_rules_were_tuned(text, found):
    assert rhythms(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "第一次会议",
        "每年10月22日为全局学法日",
        "将每年10月定为执法规范月",
        "每年3月、11月为集中宣传月",
        "一年来，执法质量稳步提高",
        "每届",
        "每届党代表",
        "落实“四个一”制度",
        "“四个一”工作法",
        "每人每次",
        "每人每次发放两份材料",
        "每一名民警都是宣传员",
        "半年以上未结案件",
        "未满一周岁的婴儿",
        "三个月内完成整改",
        "单位周边环境",
        "月底",
        "第一季度以来发案下降",
        "每案必评、每卷必查",
        "一年级学生",
        "每次出警必带记录仪",
        "每次召开案件评审会前阅卷",
        "定期召开联席会议",
        "不定期开展抽查",
        "适时组织培训",
        "人民日报刊发",
        "法治日报头版报道",
        "《半月谈》杂志",
        "企业年报公示信息",
        "法治政府建设年度报告",
        "纳入年度考核",
        "纳入年度工作要点",
        "2023年度法治工作会议",
        "本年度召开会议四次",
        "全年召开党委会12次",
        "全年共组织培训8场",
        "今年以来召开例会三次",
        "上半年召开两次会议",
        "去年一年两起案件",
        "3月15日通报了典型案例",
        "3月例会",
        "第三季度法制例会",
        "二季度通报",
        "本周例会",
        "上周通报",
        "上月考核排名",
        "周到服务",
        "一周内报备",
        "两周内办结",
        "半年内未发生投诉",
        "三年内不得申请",
        "连续三年一次通过",
        "首次会议",
        "一次性告知",
        "最多跑一次",
        "每起案件一次办结",
        "每个派出所一名法制员",
        "每个案件一次讨论",
        "每日常规工作",
        "每年龄段",
        "逐年上升",
        "逐年下降12%",
        "按年龄分组统计",
        "按日计罚",
        "按周期推进工作",
        "按月龄接种",
        "平均每天通报3次",
        "每年下达经费五十万元",
        "每天都有群众点赞",
        "每年预算安排七万元",
        "每年案发200余起",
        "每天接警30余次",
        "一人一档、一案一策",
        "一事一议",
        "一月一日起施行",
        "正月一过就行动",
        "周一至周五办公",
        "周末加班",
        "季节性犯罪",
        "半年度",
        "年报刊登",
        "二十四小时值守",
        "任期内",
        "任期制民警两次立功",
        "三会一课",
        "一岗双责",
        "一室一警",
        "每百名民警立功2次",
        "间隔时间",
        "阻隔日光",
        "相隔一周",
        "近一周两次降温",
        "前两年一次未评上",
        "过去一年两次获奖",
        "当天一次出警",
        "一天内两次报警",
        "第二次、第三次会议",
        "每一次出警",
        "每一个案件",
        "每一项措施",
        "每一周期",
        "每年3月31日前报送总结",
        "每季度结束后15日内上报报表",
        "每人每年不少于5天",
        "每年集中学习不少于40学时",
        "整改月报名踊跃",
        "情报会商",
        "通报批评两次",
        "举报会及时受理",
        "12月报警量",
        "月考核奖",
    ],
)
def test_look_alikes_are_no_rhythms(text):
    assert rhythms(text) == []


@pytest.mark.parametrize(
    ("text", "held", "kind"),
    [
        ("每周一次法制通报会", ["法制通报会"], "meeting"),
        ("每月一次党委会专题研究，", ["党委会专题研究"], "study"),
        ("每季度至少召开一次法制例会研究执法问题", ["法制例会"], "meeting"),
        ("法制例会（每月一次）", ["法制例会"], "meeting"),
        ("坚持法治专题会议每半年召开一次", ["法治专题会议"], "meeting"),
        ("每季度对案件质量评查一次", ["案件质量评查"], "check"),
        ("每年开展法治培训至少一次", ["法治培训"], "training"),
        ("每月一次的法制例会制度", ["法制例会"], "meeting"),
        ("充分利用半月小讲堂、一周一案讨论等平台", ["半月小讲堂", "一周一案讨论"], "study"),
        ("每月召开执法管理委员会会议", ["执法管理委员会会议"], "meeting"),
        ("每季度召开公检法联席会议和案件协调会", ["公检法联席会议", "案件协调会"], "meeting"),
        ("每季度召开一次党委会或者办公会", ["党委会或者办公会"], "meeting"),
        ("每周报送执法数据", ["报送执法数据"], "report"),
        ("按月通报", ["通报"], "report"),
        ("每周一次", [None], "other"),
        ("局领导每月接访一次", ["接访"], "other"),
        ("每年举办两场法律知识竞赛", ["法律知识竞赛"], "other"),
        ("每月开展一次执法检查并通报结果", ["执法检查"], "check"),
        ("每季度组织一次庭审旁听", ["庭审旁听"], "study"),
    ],
)
def test_what_is_held_and_its_kind(text, held, kind):
    found = cadences_in(text)

    assert [each.what for each in found] == held
    assert {each.kind.value for each in found} == {kind}


@pytest.mark.parametrize(
    ("text", "presided"),
    [
        ("局长每季度主持召开一次法治专题会", "局长"),
        ("由分管局领导每月主持召开一次例会", "分管局领导"),
        ("每月召开一次例会，由大队长主持", "大队长"),
        ("每季度由主要负责人召集一次联席会议", "主要负责人"),
        ("第一责任人至少每半年主持一次党委会议", "第一责任人"),
        ("党政主要负责人切实履行第一责任人职责，每半年主持召开一次专题会议", "主要负责人"),
        ("主要负责人每半年召开一次法治建设领导小组会议", "主要负责人"),
        ("每半年主持召开一次座谈会", None),
        ("每月召开一次例会", None),
        ("局长每年讲一次法治课", None),
    ],
)
def test_who_presides(text, presided):
    assert [each.presided_by for each in cadences_in(text)] == [presided]


def test_a_list_of_meetings_with_one_presiding_is_a_schedule_for_each():
    text = "每半年主持召开一次党委会议、办公会议及法治建设工作领导机构会议，听取汇报。"

    found = cadences_in(text)

    assert [
        (each.what, each.presided_by, each.phrase, each.period, each.bound.value) for each in found
    ] == [
        ("党委会议", "主要负责人", "每半年主持召开一次", "half_year", "exact"),
        ("办公会议", "主要负责人", "每半年主持召开一次", "half_year", "exact"),
        ("法治建设工作领导机构会议", "主要负责人", "每半年主持召开一次", "half_year", "exact"),
    ]


def test_four_ones_in_one_sentence():
    text = (
        "健全“四个一”：每周一次执法碰头会，每月一次法治专题研究，"
        "每季一次法制讲评会，每年一次法治大会。"
    )

    found = cadences_in(text)

    assert [(each.phrase, each.what, each.period) for each in found] == [
        ("每周一次", "执法碰头会", "week"),
        ("每月一次", "法治专题研究", "month"),
        ("每季一次", "法制讲评会", "quarter"),
        ("每年一次", "法治大会", "year"),
    ]


def test_places_are_those_of_the_text_with_its_blanks_and_wide_digits():
    text = "　　各所\n每 ２ 周 召开 1 次 例会。"

    found = cadences_in(text)

    assert [(each.start, each.end, each.phrase) for each in found] == [
        (5, 17, "每 ２ 周 召开 1 次")
    ]
    assert text[5:17] == "每 ２ 周 召开 1 次"


def test_a_schedule_as_json():
    assert cadences_in("局长每年3月、11月主持召开法治大会")[0].as_json() == {
        "phrase": "每年3月、11月",
        "what": "法治大会",
        "kind": "meeting",
        "period": "month",
        "every": 1,
        "min": 1,
        "max": 1,
        "bound": "exact",
        "months": [3, 11],
        "presided_by": "局长",
        "start": 2,
        "end": 10,
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("每年集中学习不少于40学时", [(40, "hours", "year", 1)]),
        ("每人每年不少于5天", [(5, "days", "year", 1)]),
        ("每季度学习时间不少于12课时", [(12, "class_hours", "quarter", 1)]),
        ("民警每年参加脱产培训不得少于十五天", [(15, "days", "year", 1)]),
        ("全年参加法律培训累计60学时以上", [(60, "hours", "year", 1)]),
        ("每半年集训不少于3个工作日", [(3, "days", "half_year", 1)]),
        ("每两年轮训一遍，时间不少于10天", [(10, "days", "year", 2)]),
        ("每名法制员每月学习不少于4小时", [(4, "hours", "month", 1)]),
        ("每周学法时间不少于1.5小时", [(1.5, "hours", "week", 1)]),
        ("每年组织培训，每期不少于3天", []),
        ("24小时值守", []),
        ("每天工作8小时", []),
        ("每案15日内办结", []),
        ("每年3月5日", []),
        ("每季度结束后15日内", []),
        ("累计培训3000学时", []),
        ("会期3天", []),
    ],
)
def test_quotas(text, found):
    assert [
        (each.as_json()["amount"], each.of, each.period, each.every) for each in quotas_in(text)
    ] == found


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("每年3月31日前", ["03-31"]),
        ("每季度结束后15日内", ["quarter+15d"]),
        ("每月20日前", ["month+0d:20"]),
        ("次年1月底前", ["year+1m:31"]),
        ("于次年3月1日之前报告", ["year+3m:1"]),
        ("每年2月底前", ["02-29"]),
        ("每年六月三十日、十二月三十一日前", ["06-30", "12-31"]),
        ("每年6月底和12月底前", ["06-30", "12-31"]),
        ("每年年底前完成", ["12-31"]),
        ("每年底前", ["12-31"]),
        ("年底前", ["12-31"]),
        ("月底前", ["month+0d"]),
        ("每月底前", ["month+0d"]),
        ("每月末前", ["month+0d"]),
        ("季末前", ["quarter+0d"]),
        ("每季度末前", ["quarter+0d"]),
        ("每季度末月25日前", ["quarter+0d:25"]),
        ("每季度最后一个月25日前", ["quarter+0d:25"]),
        ("每季度首月10日前", ["quarter+1m:10"]),
        ("次月5日前", ["month+1m:5"]),
        ("下月５号前", ["month+1m:5"]),
        ("每周五下班前", ["week+0d:5"]),
        ("每周日前", ["week+0d:7"]),
        ("月后5日内", ["month+5d"]),
        ("每月结束后3个工作日内", ["month+3wd"]),
        ("每半年结束后一个月内", ["half_year+1m"]),
        ("年度终了后两个月内", ["year+2m"]),
        ("不迟于每年3月1日", ["03-01"]),
        ("每年上半年结束前", ["06-30"]),
        ("每年第三季度末前", ["09-30"]),
        ("每年 3 月 31 日 前", ["03-31"]),
        ("2024年6月底前", []),
        ("6月底前完成", []),
        ("本月底前", []),
        ("2024年底前", []),
        ("三个月内", []),
        ("会后3个工作日内", []),
        ("每年10月22日为学法日", []),
        ("第一季度末前", []),
        ("每年2月30日前", []),
        ("30日前", []),
        ("第三季度结束后10日内", []),
    ],
)
def test_due_dates(text, rules):
    assert [each.rule for each in due_dates_in(text)] == rules


def test_a_due_date_with_a_number_of_times_is_a_schedule_as_well():
    text = "每季度末前至少召开一次例会"

    assert rhythms(text) == least("quarter")
    assert [each.rule for each in due_dates_in(text)] == ["quarter+0d"]


@pytest.mark.parametrize(
    "mark", ["1", "一", "每", "，", "十百", "每年3月、", "每周", "上、", "(", " "]
)
def test_a_long_run_of_one_mark_is_read_at_once(mark):
    text = mark * (100_000 if len(mark) == 1 else 10_000)
    begun = time.process_time()

    told_in(text)

    assert time.process_time() - begun < 1
