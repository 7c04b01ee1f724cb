"""The kinds of work records that a ledger is delivered with; every one is data afterwards.

Taken from what part one and two of the annual reports of police bureaus tell of; the headings are
those of part one.
"""

from dataclasses import dataclass

from reports.domain.court import CASE, HEAD_PRESENT, INSTANCE, KIND, OWN_NAME, SUED
from reports.domain.records import FieldRule, FieldType

# What a petition or a case taken on has come to when it is settled.
SETTLED = "化解"

# Code → name, in the order of the report.
HEADINGS = {
    "leadership": "组织领导",
    "rules": "制度建设",
    "lawful": "依法行政",
    "oversight": "执法监督",
    "disputes": "化解矛盾",
    "publicity": "普法宣传",
    "training": "队伍建设",
    "openness": "社会监督",
}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field with its name."""

    label: str
    rule: FieldRule


@dataclass(frozen=True, slots=True)
class KindWords:
    """A delivered kind of record."""

    code: str
    name: str
    heading: str
    counter: str
    fields: tuple[FieldWords, ...]
    title_label: str = ""
    person_label: str = ""
    second_label: str = ""
    asks_period: bool = False
    asks_document: bool = False
    takes_totals: bool = True
    is_case: bool = False
    source: str = ""
    hint: str = ""


def _text(code: str, label: str, *, required: bool = False) -> FieldWords:
    return FieldWords(label, FieldRule(code, FieldType.TEXT, is_required=required))


def _number(
    code: str, label: str, counter: str = "", *, required: bool = False, total: bool = True
) -> FieldWords:
    rule = FieldRule(code, FieldType.NUMBER, counter=counter, is_required=required, in_totals=total)
    return FieldWords(label, rule)


def _choice(code: str, label: str, *choices: str, required: bool = False) -> FieldWords:
    return FieldWords(label, FieldRule(code, FieldType.CHOICE, choices, is_required=required))


def _tick(code: str, label: str) -> FieldWords:
    return FieldWords(label, FieldRule(code, FieldType.YES_NO))


def _day(code: str, label: str) -> FieldWords:
    return FieldWords(label, FieldRule(code, FieldType.DAY))


NO_NAMES = "只写编号，不写信访人、当事人姓名。"

KINDS: tuple[KindWords, ...] = (
    # 组织领导
    KindWords(
        "counsel_work",
        "法律顾问、公职律师工作",
        "leadership",
        "件",
        (
            _choice("role", "身份", "法律顾问", "公职律师", required=True),
            _choice(
                "service",
                "事项",
                "咨询意见",
                "合同审查",
                "参与决策",
                "代理诉讼复议",
                "培训授课",
                "其他",
            ),
            _text("opinion", "意见"),
        ),
        person_label="承办人",
        hint="写事项，不写案件当事人姓名。",
    ),
    # 制度建设
    KindWords(
        "own_document",
        "制度文件",
        "rules",
        "件",
        (
            _choice("action", "情形", "制定", "修订", "废止", required=True),
            _day("effective", "施行日期"),
        ),
        title_label="文件名称",
        asks_document=True,
        hint="日期填印发或废止日期。",
    ),
    KindWords(
        "legal_review",
        "合法性审核",
        "rules",
        "件",
        (
            _choice(
                "subject",
                "审核对象",
                "规范性文件",
                "党内文件",
                "重大决策",
                "合同",
                "其他",
                required=True,
            ),
            _choice(
                "opinion", "审核意见", "同意", "修改后同意", "不同意", "建议重新论证", required=True
            ),
            _number("workdays", "用时", "个工作日", total=False),
            _text("advice", "修改建议"),
        ),
        title_label="审核事项",
        person_label="审核人",
    ),
    # 依法行政
    KindWords(
        "special_campaign",
        "专项整治",
        "lawful",
        "次",
        (
            _text("aim", "整治重点", required=True),
            _text("result", "成效"),
            _number("checked", "检查场所", "家次"),
            _number("found", "发现问题", "个"),
        ),
        title_label="行动名称",
        person_label="负责人",
        asks_period=True,
        source="enforcement_check",
        hint="发现的执法问题保存后可直接登记到问题台账。",
    ),
    KindWords(
        "permits",
        "行政许可办理",
        "lawful",
        "件",
        (
            _choice("subject", "事项", "出入境", "户政", "治安", "交管", "其他"),
            _number("received", "受理", "件"),
            _number("granted", "准予", "件"),
            _number("refused", "不予", "件"),
            _number("overdue", "超期办结", "件"),
        ),
        hint="一般按月填合计，注明数据来源。",
    ),
    KindWords(
        "police_authority",
        "维护民警执法权威",
        "lawful",
        "起",
        (
            _choice(
                "kind",
                "情形",
                "阻碍执法",
                "暴力袭警",
                "诬告陷害",
                "网络侮辱诽谤",
                "恶意投诉",
                "其他",
            ),
            _number("dealt", "处理违法人员", "人"),
            _number("comforted", "慰问抚恤、澄清正名", "人次"),
            _choice("outcome", "结果", "依法处理", "澄清正名", "办理中"),
        ),
        title_label="事项编号",
        is_case=True,
        hint=NO_NAMES,
    ),
    KindWords(
        "reconsideration",
        "行政复议结果",
        "lawful",
        "件",
        (
            _number("received", "收到", "件"),
            _number("accepted", "受理", "件"),
            _number("upheld", "维持", "件"),
            _number("corrected", "纠错（撤销、变更、确认违法等）", "件"),
            _number("settled", "调解和解终止", "件"),
        ),
        title_label="案号",
        is_case=True,
        hint="逐件录入的写内部案号；按月填合计的注明数据来源。",
    ),
    KindWords(
        "litigation",
        "行政诉讼结果",
        "lawful",
        "件",
        (
            _number("received", "收到应诉通知", "件"),
            _number("accepted", "审结", "件"),
            _number("upheld", "胜诉", "件"),
            _number("lost", "败诉", "件"),
            _number("corrected", "自行纠正后撤诉", "件"),
        ),
        title_label="案号",
        is_case=True,
        hint="逐件录入的写内部案号；按月填合计的注明数据来源。",
    ),
    KindWords(
        KIND,
        "出庭应诉",
        "lawful",
        "次",
        (
            FieldWords("内部案号", FieldRule(CASE, FieldType.TEXT, is_required=True)),
            _choice(INSTANCE, "审级", "一审", "二审", "再审", required=True),
            _choice(SUED, "被诉名义", "以分局名义", OWN_NAME, "与上级共同被告", required=True),
            FieldWords("负责人出庭", FieldRule(HEAD_PRESENT, FieldType.YES_NO)),
        ),
        title_label="案由",
        person_label="出庭人",
        takes_totals=False,
        is_case=True,
        hint="负责人在同一审级出庭一次即可；派出所以自己名义被诉的，由所长出庭。不写当事人姓名。",
    ),
    KindWords(
        "testimony",
        "出庭作证",
        "lawful",
        "次",
        (_choice("court", "案件类型", "刑事", "行政", "民事", required=True),),
        title_label="内部案号",
        person_label="出庭民警",
        is_case=True,
        hint=NO_NAMES,
    ),
    # 执法监督
    KindWords(
        "enforcement_check",
        "执法检查",
        "oversight",
        "次",
        (
            _choice("element", "检查内容", "警情", "案件", "场所", "物品", "卷宗", "综合"),
            _text("aim", "检查重点"),
            _number("checked", "抽查数量", "件"),
            _number("found", "发现问题", "个"),
            _text("result", "检查结果"),
        ),
        title_label="检查名称",
        person_label="带队人",
        asks_period=True,
        source="enforcement_check",
        hint="发现的问题保存后可直接登记到问题台账。",
    ),
    KindWords(
        "case_file_review",
        "案卷评查",
        "oversight",
        "次",
        (
            _number("files", "评查案卷", "件", required=True),
            _number("good", "优秀", "件"),
            _number("poor", "不合格", "件"),
            _number("found", "发现问题", "个"),
        ),
        title_label="评查名称",
        person_label="主评人",
        source="case_review",
        hint="发现的问题保存后可直接登记到问题台账。",
    ),
    # 化解矛盾
    KindWords(
        "petition_reception",
        "领导接访",
        "disputes",
        "次",
        (
            _number("visits", "接待", "批次", required=True),
            _number("people", "来访", "人次"),
            _choice("result", "结果", SETTLED, "稳控", "终结", "办理中"),
        ),
        title_label="信访编号",
        person_label="接访领导",
        second_label="承办中层干部",
        is_case=True,
        source="petition",
        hint=NO_NAMES,
    ),
    KindWords(
        "petition_case",
        "领导包案",
        "disputes",
        "件",
        (
            _number("visits", "下访约访", "次", total=False),
            _choice("result", "结果", SETTLED, "稳控", "终结", "办理中", required=True),
            _day("settled_on", "化解或终结日期"),
        ),
        title_label="信访编号",
        person_label="包案领导",
        second_label="负责中层干部",
        is_case=True,
        source="petition",
        hint=NO_NAMES,
    ),
    KindWords(
        "mediation",
        "矛盾纠纷调解",
        "disputes",
        "件",
        (
            _text("partners", "联动单位"),
            _choice("kind", "类型", "治安调解", "行政调解", "110警情联动", "联合调处", "其他"),
            _number("succeeded", "调解成功", "件"),
        ),
        title_label="调解编号或名称",
        is_case=True,
        hint=NO_NAMES,
    ),
    # 普法宣传
    KindWords(
        "publicity",
        "法治宣传",
        "publicity",
        "场",
        (
            _choice(
                "topic",
                "主题",
                "反诈",
                "防盗",
                "禁赌",
                "禁毒",
                "打架斗殴",
                "交通安全",
                "未成年人保护",
                "综合",
                required=True,
            ),
            _choice(
                "form", "形式", "案例", "问答", "讲座", "海报", "现场咨询", "新媒体", required=True
            ),
            _text("place", "地点"),
            _number("audience", "受众", "人次"),
            _number("copies", "发放材料", "份"),
        ),
        title_label="活动名称",
    ),
    KindWords(
        "case_published",
        "典型案例发布",
        "publicity",
        "件",
        (
            _choice(
                "area", "类别", "行政处罚", "刑事案件", "行政复议", "行政诉讼", "行政调解", "其他"
            ),
            _choice(
                "channel", "发布渠道", "部、省级", "市级", "门户网站", "新媒体", "报刊", "其他"
            ),
        ),
        title_label="案例名称",
        hint="案例名称用“某某”代替当事人姓名。",
    ),
    # 队伍建设
    KindWords(
        "training",
        "法治培训",
        "training",
        "期",
        (
            _choice(
                "subject",
                "内容",
                "习近平法治思想",
                "法律法规",
                "执法办案",
                "案例讲评",
                "应诉复议",
                "其他",
                required=True,
            ),
            _number("hours", "学时", "学时"),
            _number("police", "民警", "人次", required=True),
            _number("auxiliary", "辅警", "人次"),
        ),
        title_label="培训名称",
        person_label="授课人",
    ),
    # 社会监督
    KindWords(
        "survey",
        "满意度测评",
        "openness",
        "次",
        (
            _number("asked", "调查人数", "人", total=False),
            _number("score", "满意率", "%", required=True, total=False),
            _choice("by", "测评主体", "上级公安机关", "统计部门", "第三方机构", "本单位"),
            _text("weak", "反映较集中的问题"),
        ),
        title_label="测评名称",
        takes_totals=False,
        source="petition",
    ),
    KindWords(
        "participation",
        "公众参与",
        "openness",
        "次",
        (
            _choice(
                "form",
                "形式",
                "警营开放",
                "座谈会",
                "听证会",
                "征求意见",
                "执法监督员活动",
                "其他",
                required=True,
            ),
            _number("people", "参与", "人次"),
            _number("opinions", "收到意见", "条"),
            _number("adopted", "采纳", "条"),
        ),
        title_label="活动名称",
    ),
    KindWords(
        "published",
        "主动公开",
        "openness",
        "条",
        (_choice("channel", "渠道", "政府网站", "政务新媒体", "新闻发布会", "公告栏", "其他"),),
        title_label="信息名称",
        hint="一般按月填合计，注明数据来源。",
    ),
    KindWords(
        "information_request",
        "依申请公开",
        "openness",
        "件",
        (
            _choice("reply", "答复", "予以公开", "部分公开", "不予公开", "无法提供", "其他"),
            _number("in_time", "按期答复", "件"),
            _number("overdue", "逾期答复", "件"),
        ),
        title_label="申请编号",
        is_case=True,
        hint="只写编号，不写申请人姓名。",
    ),
    KindWords(
        "proposals",
        "建议提案办理",
        "openness",
        "件",
        (
            _choice("kind", "类别", "人大代表建议", "政协委员提案", required=True),
            _choice("role", "办理方式", "主办", "会办"),
            _choice("result", "结果", "已经解决", "正在解决", "列入计划", "作解释说明"),
            _day("replied_on", "答复日期"),
        ),
        title_label="建议提案名称",
        asks_document=True,
        person_label="承办人",
    ),
)
