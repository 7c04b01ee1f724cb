"""Rhythms in more words and orders, written down before the rules saw any of them."""

import pytest

from reports.domain.wording_cadence import cadences_in, due_dates_in, quotas_in

NUMBERS = {
    "exact": lambda low, high: (low, low, "exact"),
    "min": lambda low, high: (low, None, "min"),
    "max": lambda low, high: (None, low, "max"),
    "range": lambda low, high: (low, high, "range"),
    "usual": lambda low, high: (low, low, "usual"),
}


def wanted(words):
    """``month*2 min 3 [3 11]; week``: period, every, bound, times and months, one after another."""
    found = []
    for each in filter(None, words.split("; ")):
        whole, _, months = each.partition(" [")
        period, bound, low, high = [*whole.split(), *["exact", "1", "0"][whole.count(" ") :]]
        period, _, every = period.partition("*")
        found.append(
            (period, int(every or 1), *NUMBERS[bound](int(low), int(high)))
            + ((tuple(map(int, months.rstrip("]").split())),) if months else ())
        )
    return found


def rhythms(text):
    return [
        (each.period, each.every, each.min, each.max, each.bound.value)
        + ((each.months,) if each.months else ())
        for each in cadences_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("法治专题会每季度至少召开一次。", "quarter min 1"),
        ("各单位应当至少每半年组织1次集中学法。", "half_year min 1"),
        ("每两个月开展一次执法档案互评。", "month*2"),
        ("每年召开会议不少于两次。", "year min 2"),
        ("每周至少两次到办案区巡查。", "week min 2"),
        ("依托半月小讲堂开展以案释法。", "half_month"),
        ("推行一周一案评析、一月一通报。", "week; month"),
        ("印发执法周报、月报。", "week; month"),
        ("每年3月、11月各开展一次集中清理。", "month exact 1 [3 11]"),
        ("对超期案件逐月通报。", "month"),
        ("执法质量按季考评。", "quarter"),
        ("隔周开展一次案件会诊。", "week*2"),
        ("两周一次的执法沙龙。", "week*2"),
        ("每旬调度一次涉案财物清理进度。", "day*10"),
        ("法制员每月至少到所队走访一次。", "month min 1"),
        ("每年由局长带头讲不少于一堂法治课。", "year min 1"),
        ("一季度一评查、半年一考核", "quarter; half_year"),
        ("每半年召开不超过3次的推进会", "half_year max 3"),
        ("每周三次开展夜间巡查", "week exact 3"),
        ("每周三召开例会", "week"),
        ("每月第一周召开法制例会", "month"),
        ("每月最后一个工作日召开月度讲评会", "month"),
        ("每季度第二个月组织法律知识测试", "quarter"),
        ("坚持每日一学、每周一测、每月一考、每季一评", "day; week; month; quarter"),
        ("建立日研判、周调度、月通报、季评估制度", "day; week; month; quarter"),
        ("每半年不少于1次、全年不少于2次", "half_year min 1; year min 2"),
        ("每年至少组织两次以上警示教育", "year min 2"),
        ("每月集中学习1至2次", "month range 1 2"),
        ("每月集中学习1～2次", "month range 1 2"),
        ("每季度开展1-2次专项评查", "quarter range 1 2"),
        ("每半月至少召开1次专班会议", "half_month min 1"),
        ("每15天召开一次调度会", "day*15"),
        ("每隔两周召开一次例会", "week*2"),
        ("每隔一个月开展一次检查", "month*2"),
        ("每隔半年组织一次体检式评查", "half_year"),
        ("每年国家宪法日组织一次集中宣誓", "year"),
        ("局党委会每月至少有一次安排法治议题", "month min 1"),
        ("党委会议每月安排一次法治专题", "month"),
        ("主要负责人每年至少主持召开两次领导小组会议", "year min 2"),
        ("案管中心每日巡查、每周通报、每月讲评", "day; week; month"),
        ("每天早上召开晨会", "day"),
        ("每晚开展一次清查", "day"),
        ("每届任期至少开展两次述法", "term min 2"),
        ("任期内至少参加一次专题轮训", "term min 1"),
        ("一年两次的法律体检", "year exact 2"),
        ("每年两次法律体检", "year exact 2"),
        ("按季度召开联席会议", "quarter"),
        ("按周调度、按月通报", "week; month"),
        ("逐周调度未结案件", "week"),
        ("实行月通报、季排名、年考核", "month; quarter; year"),
        ("周例会、月例会按时召开", "week; month"),
        ("每周例会雷打不动", "week"),
        ("坚持半月例会", "half_month"),
        ("坚持双月例会", "month*2"),
        ("坚持季度例会", "quarter"),
        ("每年召开联席会议不得少于四次", "year min 4"),
        ("每月抽查不能少于1次", "month min 1"),
        ("每年起码组织一次集训", "year min 1"),
        ("每季度一次以上", "quarter min 1"),
        ("每年最少2次，最多4次", "year range 2 4"),
        ("每月一般不超过2次", "month max 2"),
        ("原则上每季度至少召开一次", "quarter min 1"),
        ("一般每半年开展一次", "half_year usual 1"),
        ("每月大约组织3次", "month usual 3"),
        ("每个工作日开展一次案件巡查", "day"),
        ("每个季度末召开一次分析会", "quarter"),
        ("每年1月、4月、7月、10月召开季度例会", "month exact 1 [1 4 7 10]"),
        ("每年的5月和11月分别开展一次民主评议", "month exact 1 [5 11]"),
        ("每年九月开展一次庭审观摩", "month exact 1 [9]"),
        ("每年第二、四季度各开展一次评查", "quarter exact 1 [4 5 6 10 11 12]"),
        ("每年下半年组织一次执法资格考试", "half_year exact 1 [7 8 9 10 11 12]"),
        ("民警每人每年至少旁听1次庭审", "year min 1"),
        ("每名所队长每年至少出庭应诉一次", "year min 1"),
        ("每所每月一次法律夜校", "month"),
        ("每月召开例会、开展评查", "month; month"),
        ("每季度组织培训、开展考核", "quarter; quarter"),
        ("每月召开一次例会、开展两次检查", "month; month exact 2"),
        ("每月学习讨论一次", "month"),
        ("每季度对执法台账、涉案财物进行一次检查", "quarter"),
        ("一月一主题、一季一活动", "month; quarter"),
        ("一周一研判、半月一调度、一月一总结", "week; half_month; month"),
        ("每日一案例、每周一法条、每月一讲堂", "day; week; month"),
        ("每周组织一次“法治微课”", "week"),
        ("执法例会（每月一次）", "month"),
        ("每月至少1次对办案区使用情况开展检查", "month min 1"),
        ("不少于每季度一次", "quarter min 1"),
        ("每周星期五下午集中学习", "week"),
        ("每逢周五开展业务学习", "week"),
        ("逢单周召开例会、双周开展检查", "week*2; week*2"),
        ("单周学习、双周测试", "week*2; week*2"),
        ("三个月一评", "month*3"),
        ("一旬一调度", "day*10"),
        ("每周2次", "week exact 2"),
        ("每周二次", "week exact 2"),
        ("每月5次以内", "month max 5"),
        ("每季度以不少于两次的频率开展督导", "quarter min 2"),
        ("年度内至少召开两次", "year min 2"),
        ("每考核年度至少一次", "year min 1"),
        ("每年度至少组织一次", "year min 1"),
        ("全年至少开展4场宣讲", "year min 4"),
        ("每5年编制一次规划", "year*5"),
        ("会议原则上一个季度召开一次", "quarter usual 1"),
        ("评查工作半年进行一次", "half_year"),
        ("法制大队对各所的督导每两周不少于1次", "week*2 min 1"),
        ("集体议案每周至少进行1次，特殊情况随时召开", "week min 1"),
        ("每 ３ 个 月 组 织 ２ 次", "month*3 exact 2"),
        ("学法考试一年一考", "year"),
        ("每季度由政委主持召开一次队伍分析会", "quarter"),
        ("每月至少组织一次、每次不少于2小时的学习", "month min 1"),
    ],
)
def test_rhythms(text, found):
    assert rhythms(text) == wanted(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("法治工作例会实行月例会制度", "month"),
        ("各警种每季度至少选送一个典型案例", "quarter min 1"),
        ("每年度开展两轮执法质量考评", "year exact 2"),
        ("全体民警每年参加旁听庭审活动不少于一次", "year min 1"),
        ("党委理论学习中心组每年至少安排2次专题学法", "year min 2"),
        ("每周四晚组织法制夜校", "week"),
        ("坚持每半月一研判", "half_month"),
        ("由法制部门每月牵头组织召开一次联席会议", "month"),
        ("检法联席会议原则上每年不少于2次", "year min 2"),
        ("每季度最后一个月下旬召开推进会", "quarter"),
        ("每两周至少召开一次工作例会", "week*2 min 1"),
        ("实行“一月一评查、一季一通报、半年一总结、一年一考核”", "month; quarter; half_year; year"),
        ("每月开展不少于3次的夜间突击检查", "month min 3"),
        ("季度召开一次,遇重大问题随时召开", "quarter"),
        ("每星期召开一次碰头会", "week"),
        ("每周一、三、五开展网上巡查", "week"),
        ("做到周周有检查、月月有通报", "week; month"),
        ("每年召开1-2次法治工作会议", "year range 1 2"),
        ("案件审核会每周最多开两次", "week max 2"),
        ("至少每年一次对规范性文件进行清理", "year min 1"),
        ("每三年至少轮训一遍", "year*3 min 1"),
        ("每季度开展案件评查1次，每次不少于20件", "quarter"),
        ("每半年1次集中评查", "half_year"),
        ("每年定期召开不少于两次联席会议", "year min 2"),
        ("双月召开一次座谈会", "month*2"),
        ("按月召开执法监督委员会会议", "month"),
        ("日清理、周小结、月汇总", "day; week; month"),
        ("每年第一季度召开法治工作会议", "quarter exact 1 [1 2 3]"),
        ("每年1月召开法治建设工作会议", "month exact 1 [1]"),
        ("每季第一个月召开", "quarter"),
        ("每年“五一”前组织一次案件清理", "year"),
        ("每名班子成员每季度到联系点指导不少于一次", "quarter min 1"),
        ("每周固定一天开展集中学法", "week"),
        ("法制大队每日对在办案件进行巡查", "day"),
        ("对涉案财物每月进行一次盘点核对", "month"),
        ("每隔三个月组织一次考试", "month*3"),
        ("每隔一周召开一次", "week*2"),
        ("一年四次的联合执法", "year exact 4"),
        ("半年度法治工作推进会", "half_year"),
        ("每三个月不少于一次", "month*3 min 1"),
        ("每周召开的例会上", "week"),
        ("每年至少2—3次", "year range 2 3"),
        ("每月至少开展一次案卷评查、组织一次庭审观摩", "month min 1; month"),
        ("每月组织学习、测试各一次", "month"),
        ("第三方评估每两年开展一次", "year*2"),
        ("推行半月谈、月讲评", "month"),
        ("每年12月4日前后开展宪法宣传周活动", "year"),
        ("每月1日、15日召开例会", "month"),
        ("建立执法质量“周监测、月分析、季通报、年考评”制度", "week; month; quarter; year"),
        ("法制大队民警实行包所联系，每月下所指导不少于2次", "month min 2"),
        ("主要领导每季度至少主持召开1次法治建设专题会议，听取情况汇报", "quarter min 1"),
        ("分局每季度对基层所队执法情况进行一次全面考评并通报", "quarter"),
        ("实行执法问题月通报制度", "month"),
        ("全面推行“每日一题、每周一讲、每月一考”学法模式", "day; week; month"),
        ("每半年组织一次法律知识考试，每年组织一次岗位练兵比武", "half_year; year"),
        ("坚持局领导每月轮流接访、每季度带案下访", "month; quarter"),
        ("每年至少召开一次全体会议，必要时可临时召开", "year min 1"),
        ("原则上每月召开一次，如遇特殊情况可随时召开", "month usual 1"),
        ("联席会议每季度召开一次，由召集人主持", "quarter"),
        ("执法管理委员会实行例会制，每两个月召开一次", "month*2"),
        ("坚持每年开展两次以上规范性文件清理", "year min 2"),
        ("每半年至少对办案区开展一次安全检查", "half_year min 1"),
        ("建立一月一排查、一季一研判的风险防控机制", "month; quarter"),
        ("每名民警每年讲好一堂法治课", "year"),
        ("组织青年民警每两周开展一次法律沙龙", "week*2"),
        ("落实一周一研判、半月一调度", "week; half_month"),
        ("坚持周五法制课堂", "week"),
        ("每起案件每日更新进度", "day"),
        ("在每年民法典宣传月期间开展集中宣讲", "year"),
        ("利用每周例会时间集中学习", "week"),
        ("每月最后一周的周五召开办公会", "month"),
        ("领导班子每季度至少开展一次集体学法，年度述职必述法", "quarter min 1"),
        ("对看守所、拘留所每两月巡查一次", "month*2"),
        ("法律顾问每月坐班不少于两次", "month min 2"),
        ("每年组织开展两次行政执法案卷评查活动", "year exact 2"),
        ("坚持每季度召开一次打击犯罪推进会、每半年召开一次执法质量分析会", "quarter; half_year"),
        ("全年安排集体学法不少于4次", "year min 4"),
        ("领导小组每半年听取一次专题汇报，办公室每月调度一次工作进展", "half_year; month"),
        ("每年初制定学法计划，每年底组织考核", "year; year"),
        ("对重点案件实行一周一汇报、一案一专班", "week"),
        ("各单位要坚持每周开展内部案件互查", "week"),
        ("每季首月召开季度执法形势分析会", "quarter"),
        ("至少每季度向局党委报告一次执法情况", "quarter min 1"),
        ("不少于每月两次", "month min 2"),
        ("各级公安机关每年要组织不少于一次的全警轮训", "year min 1"),
        ("每年上、下半年分别组织一次法治培训", "half_year"),
        ("联席会议一般每半年召开一次全体会议", "half_year usual 1"),
        ("大练兵活动每月一主题、每季一比武", "month; quarter"),
        ("逐月分析、逐季研判", "month; quarter"),
        ("为期一年的专项行动，每三个月小结一次", "month*3"),
        ("每月对全局执法情况进行“回头看”", "month"),
        ("严格执行每日晨会、每周例会、每月讲评制度", "day; week; month"),
        ("每年五月、十月分两批组织旁听庭审", "month exact 1 [5 10]"),
        ("全省公安机关每年一次的执法质量考评", "year"),
        ("推行“周三夜学”", "week"),
        ("每日播报警情", "day"),
        ("每天上午9时召开视频调度会", "day"),
        ("按季度公开行政执法数据", "quarter"),
        ("党委中心组学法每年不少于四次，其中专题研讨不少于两次", "year min 4"),
        ("法治宣传进校园每学期一次", "half_year"),
        ("轮值局长每周主持召开一次例会", "week"),
    ],
)
def test_rhythms_of_later_rounds(text, found):
    assert rhythms(text) == wanted(found)


@pytest.mark.parametrize(
    "text",
    [
        "第一次会议于3月召开",
        "每年10月22日为全局法治日",
        "每年10月22日为“执法开放日”",
        "一年来召开会议12次",
        "每届委员会",
        "委员会每三年一届",
        "落实“四个一”工作机制",
        "每人每次限领一份",
        "每次会议形成纪要",
        "召开第三季度例会",
        "全年共开展检查24次",
        "四月一日起施行",
        "二十一周岁",
        "一周年纪念",
        "半年工作总结如下",
        "上半年通报3起",
        "每逢节假日加强巡逻",
        "每当夜幕降临",
        "日均巡查3次",
        "月均接访5次",
        "年均开展2次",
        "平均每月开展3次",
        "同比每月减少3起",
        "一年一个台阶",
        "每年以10%的速度增长",
        "每月平均立案30起",
        "年度考核中获评优秀",
        "上周召开例会一次",
        "3月召开例会一次",
        "本季度召开一次例会",
        "当月开展两次检查",
        "半年来召开三次会议",
        "一个月内召开三次会议",
        "每季度增长3%",
        "每月津贴按时发放",
        "每年夏季是案件高发期",
        "每天24小时值班备勤",
        "按月支付",
        "按年度计划开展检查",
        "逐年提高",
        "逐月下降",
        "周密部署",
        "旬阳县公安局",
        "《每周法治》栏目刊发",
        "第一责任人每一次讲话",
        "历次会议",
        "多次召开会议",
        "全年未发生一次安全事故",
        "专题研究2次",
        "每起案件至少研判一次",
        "每案一评",
        "一村一警",
        "一所一品",
        "每月10日前报送上月执法数据。",
        "每季度首月15日前通报上季度情况。",
        "每名法制员每季度授课不少于2课时",
        "连续三年每年递增5%",
        "今年一季度开展检查3次",
        "9月一次执法检查中发现",
        "近两年两次被约谈",
        "三年两次立功",
        "月薪、年薪和季节工",
        "每月案件量均在百起以上",
        "每年都有新进民警",
    ],
)
def test_look_alikes(text):
    assert rhythms(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "各基层所队于每月28日前上报当月学法情况",
        "定期不定期开展督导检查",
        "开展为期三个月的专项整治",
        "全年共召开例会12次，平均每月一次",
        "第三季度共开展检查4次",
        "一年来，共召开党委会24次、局务会12次",
        "对未按时办结的，每逾期一日扣0.5分",
        "近三年来每年案件量均超千起",
        "将12月定为宪法宣传月，开展系列活动",
        "今年3月、9月各召开一次联席会议",
        "每次培训后组织测试",
        "每月“10号”为普法宣传日",
        "每年考核优秀的",
        "每次党委会前安排15分钟学法",
        "平均每两周组织一次",
        "双周工作法",
        "行政复议案件同比每月下降3%",
        "三个月试用期满",
        "两个月以来",
        "一季度法治宣传",
        "月均开展宣讲4场",
        "每年不低于6学时的网络培训",
        "每个案件至少讨论两次",
        "每年均有增长",
        "每周末",
        "每月底工资",
        "一次会议纪要",
        "十年一遇",
        "百年一次",
        "一周岁",
        "每年冬季",
        "每月电费",
        "每日一报纸",
        "全年一次性通过率",
        "季度末余额",
        "三个月一个疗程已结束",
        "连续两个月一次未缺",
        "两年一次都没有",
        "每年1000余人次",
        "每季度产值",
        "每天接待群众30人次",
        "每年为群众办理业务3万余件",
        "每月平均办案10起",
        "年均办理案件1200件",
        "月均受理3起",
        "每个月的数据",
        "按年代划分",
        "按日期排序",
        "按季节变化",
        "单周期",
        "隔日送达的文书",
        "逢年过节",
        "每逢重大节日",
        "周转房",
        "周年庆",
        "一年两次获奖",
        "今年召开3次会议",
        "每人每年补贴1000元",
        "一周内完成整改",
        "第一季度召开会议一次",
        "近半年",
        "过去半年召开了两次会议",
        "2023年四季度开展检查两次",
        "截至三季度召开4次",
        "每年都",
        "每届任期五年",
    ],
)
def test_look_alikes_of_later_rounds(text):
    assert rhythms(text) == []


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("每月召开法制例会、开展案件评查。", ["法制例会", "案件评查"]),
        ("每季度召开联席会议，开展执法检查。", ["联席会议"]),
        ("每季度组织法律培训、开展资格考试。", ["法律培训", "资格考试"]),
        ("每月召开一次例会、开展两次卷宗检查", ["例会", "卷宗检查"]),
        ("法治大讲堂每季度举办一期。", ["法治大讲堂"]),
        ("每周至少召开一次案件会商会。", ["案件会商会"]),
        ("每半年由局长主持召开一次述法会议", ["述法会议"]),
        ("每年开展不少于两次的执法检查", ["执法检查"]),
        (
            "局长每半年主持召开一次党委会议、局长办公会议和法治建设领导小组会议",
            ["党委会议", "局长办公会议", "法治建设领导小组会议"],
        ),
        ("一周一案讨论、半月小课堂", ["一周一案讨论", "半月小课堂"]),
        ("月度执法例会", ["月度执法例会"]),
    ],
)
def test_what_is_held(text, held):
    assert [each.what for each in cadences_in(text)] == held


@pytest.mark.parametrize(
    "text",
    [
        "分局主要负责人至少每半年主持召开一次党委会议、办公会议以及公安法治建设领导小组会议。",
        "局主要负责同志每半年主持召开党委会议、办公会议、法治建设领导小组会议各一次。",
        "第一责任人每半年至少主持召开一次党委会、局长办公会和法治公安建设领导小组会议。",
    ],
)
def test_duties_of_who_presides_are_a_schedule_for_each_body(text):
    found = cadences_in(text)

    assert [each.period for each in found] == ["half_year"] * 3
    assert len({each.what for each in found}) == 3
    assert {each.presided_by for each in found} <= {"主要负责人", "主要负责同志", "第一责任人"}
    assert all(text[each.start : each.end] == each.phrase for each in found)


@pytest.mark.parametrize(
    ("text", "parity"),
    [
        ("逢单周召开例会", "odd"),
        ("逢双周开展检查", "even"),
        ("单周学习", "odd"),
        ("双周例会", None),
        ("隔周召开例会", None),
        ("每周召开例会", None),
    ],
)
def test_odd_and_even_weeks_are_told_apart(text, parity):
    assert [each.parity for each in cadences_in(text)] == [parity]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("每名民警每年参加法律培训不少于40学时", [(40, "hours", "year", 1)]),
        ("每季度授课不少于2课时", [(2, "class_hours", "quarter", 1)]),
        ("每人每年脱产轮训不少于七天", [(7, "days", "year", 1)]),
        ("每半年集中学习累计达到12小时", [(12, "hours", "half_year", 1)]),
        ("每年集中轮训不少于5天、40学时", [(5, "days", "year", 1), (40, "hours", "year", 1)]),
        ("新警培训时间不少于30天", []),
        ("会议时长不超过2小时", []),
        ("每案审核不超过3天", []),
    ],
)
def test_quotas(text, amounts):
    assert [
        (each.as_json()["amount"], each.of, each.period, each.every) for each in quotas_in(text)
    ] == amounts


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("每月10日前报送上月执法数据", ["month+0d:10"]),
        ("每季度首月15日前通报上季度情况", ["quarter+1m:15"]),
        ("每季度第一个月10号前", ["quarter+1m:10"]),
        ("次月３日前", ["month+1m:3"]),
        ("每半年结束后10个工作日内", ["half_year+10wd"]),
        ("每年3月1日前报送年度报告、4月1日前向社会公开", ["03-01", "04-01"]),
        ("于每年1月15日前", ["01-15"]),
        ("每年十一月底前", ["11-30"]),
        ("每周一上午下班前", ["week+0d:1"]),
        ("每年第四季度结束前", ["12-31"]),
        ("2024年3月31日前完成", []),
        ("10月底前建成", []),
        ("收到之日起5日内", []),
        ("第二季度末前完成", []),
    ],
)
def test_due_dates(text, rules):
    assert [each.rule for each in due_dates_in(text)] == rules
