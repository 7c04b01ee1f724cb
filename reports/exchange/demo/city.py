"""The fictional city: its bureaus, stations, posts and schedules. Nothing here exists."""

from dataclasses import dataclass, field
from datetime import date

from reports.domain.periods import Cadence

CITY = "示例市公安局"
# The bureau of the demo logins; the clerk sits in its first station.
DEMO_BUREAU = "东城分局"


@dataclass(frozen=True, slots=True)
class KindRow:
    code: str
    name: str
    position: int
    files_report: bool = False
    is_body: bool = False


# A class-one station is a kind of its own: it must have a full-time legal reviewer.
FIRST_CLASS = KindRow("station1", "一类派出所", 45)


MEETING_KINDS = (
    ("briefing", "法制通报会"),
    ("party_committee", "党委会"),
    ("legal_session", "法制例会"),
    ("conference", "法制大会"),
    ("leading_group", "法治建设领导小组会议"),
    ("enforcement_committee", "执法管理委员会会议"),
    ("office_meeting", "局长办公会议"),
    ("half_month_lecture", "半月小讲堂"),
    ("case_of_week", "一周一案讨论"),
    ("study", "法制学习"),
    ("case_review", "案件评析"),
    ("case_consult", "疑难案件会商"),
    ("commentary", "执法讲评会"),
    ("account", "述法会"),
    ("supervision", "执法监督联席会议"),
    ("reception", "局领导接访"),
    ("stock_check", "涉案财物清查"),
    ("training", "法制专题培训"),
    ("submission", "报送"),
)
# Papers of the committee stay in their safe; a submission is no meeting.
BY_REFERENCE = frozenset({"party_committee"})
SUBMISSIONS = frozenset({"submission"})
AGENDA_KINDS = (
    ("rule_of_law", "法治专题研究"),
    ("hear_report", "听取法治建设工作汇报"),
    ("study_thought", "学习习近平法治思想"),
    ("yearly_plan", "研究年度工作计划"),
    ("legal_review", "重大事项合法性审查"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A schedule of the sample data, and how its meetings go."""

    name: str
    cadence: Cadence
    kind: str
    topics: str
    every: int = 1
    at_least: int = 1
    agenda: str = ""
    body: str = ""
    presided: str = ""
    legal: bool = False
    evidence: tuple[str, ...] = ()
    owed_by: tuple[str, ...] = ()
    words: str = "meeting"
    first_person: bool = False
    make_up: str = ""
    basis: str = ""
    asked_by: str = "本局党委"
    joint: bool = False
    ended: date | None = None
    # Rules of another kind than so many meetings a period.
    months: tuple[int, ...] = ()
    window: str = ""
    window_days: int | None = None
    window_month: int | None = None
    window_day: int | None = None
    usual: bool = False
    minutes: bool = False
    at_most: int | None = None
    holders: str = ""


@dataclass(frozen=True, slots=True)
class SetRow:
    name: str
    rules: tuple[Rule, ...]
    month: int = 1
    day: int = 1


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station: its name, class, and the days it opened and closed where that is known."""

    name: str
    grade: str = "二类"
    opened: date | None = None
    closed_last_year: bool = False
    reviewer: bool = True


@dataclass(frozen=True, slots=True)
class BureauRow:
    name: str
    short: str
    login: str
    departments: tuple[tuple[str, str], ...]
    stations: tuple[StationRow, ...]
    sets: tuple[SetRow, ...]
    honours: tuple[str, ...] = ()
    ledger_from: date | None = None
    committees: tuple[str, ...] = field(default=("党委", "法治建设领导小组"))


SQUAD, OFFICE = "squad", "department"
LEGAL = ("法制大队", SQUAD)
CORE = (
    LEGAL,
    ("督察大队", SQUAD),
    ("指挥中心", OFFICE),
    ("政治处", OFFICE),
    ("信访科", OFFICE),
    ("执法办案管理中心", OFFICE),
)
STATIONS = ("station", "station1")
GROUP, ENFORCE, OFFICE_MEETING = "法治建设领导小组", "执法管理委员会", "局长办公会议"
BOTH = ("minutes", "sign_in")
MINUTES = ("minutes",)

OWN_DOCUMENT = "《本局法治公安建设工作规则》第%s条（示例）"
FIRST_PERSON_BASIS = "《本局主要负责人履行法治建设第一责任人职责清单》（示例）"


def half_yearly(group: str = GROUP) -> SetRow:
    """The half-yearly meetings over which the first responsible person presides."""
    common = {
        "cadence": Cadence.HALF_YEAR,
        "agenda": "hear_report",
        "presided": "first_person",
        "first_person": True,
        "topics": "half_year",
        "basis": FIRST_PERSON_BASIS,
        "asked_by": "市局法治办（示例）",
    }
    return SetRow(
        "第一责任人履职",
        (
            Rule("党委会听取法治建设汇报", kind="", body="党委", legal=True, **common),
            Rule("局长办公会议研究法治建设", kind="", body=OFFICE_MEETING, **common),
            Rule("法治建设领导小组会议", kind="leading_group", body=group, **common),
        ),
    )


def at_stations(*, owed: tuple[str, ...] = STATIONS, evidence: tuple[str, ...] = ()) -> SetRow:
    """What stations owe, the same session held for all of them once a month."""
    return SetRow(
        "所队法制工作",
        (
            Rule(
                "每周法制学习",
                Cadence.WEEK,
                "study",
                "study",
                owed_by=owed,
                joint=True,
                basis=OWN_DOCUMENT % "十二",
                asked_by="本局法制大队",
            ),
            Rule(
                "每月案件评析",
                Cadence.MONTH,
                "case_review",
                "case",
                owed_by=STATIONS,
                evidence=evidence,
                basis=OWN_DOCUMENT % "十三",
                asked_by="本局法制大队",
            ),
        ),
    )


def four_ones(month: int = 1, *, evidence: tuple[str, ...] = BOTH) -> SetRow:
    """The four ones as they are usual; elsewhere the words mean something else."""
    return SetRow(
        "“四个一”制度",
        (
            Rule(
                "每周法制通报会",
                Cadence.WEEK,
                "briefing",
                "briefing",
                evidence=evidence,
                basis=OWN_DOCUMENT % "五",
            ),
            Rule(
                "每月党委会专题研究",
                Cadence.MONTH,
                "",
                "committee",
                agenda="rule_of_law",
                body="党委",
                legal=True,
                evidence=MINUTES,
                basis=OWN_DOCUMENT % "六",
            ),
            Rule(
                "每季法制例会",
                Cadence.QUARTER,
                "legal_session",
                "session",
                evidence=BOTH,
                basis=OWN_DOCUMENT % "七",
            ),
            Rule(
                "每年法制大会",
                Cadence.YEAR,
                "conference",
                "conference",
                evidence=BOTH,
                basis=OWN_DOCUMENT % "八",
            ),
        ),
        month,
    )


TRAINING = SetRow(
    "执法能力培养",
    (
        Rule(
            "半月小讲堂",
            Cadence.HALF_MONTH,
            "half_month_lecture",
            "lecture",
            words="work",
            basis=OWN_DOCUMENT % "十五",
        ),
        Rule(
            "一周一案",
            Cadence.WEEK,
            "case_of_week",
            "case",
            words="work",
            basis=OWN_DOCUMENT % "十六",
        ),
    ),
)

LEADERS = SetRow(
    "局领导接访",
    (
        Rule(
            "局领导接访",
            Cadence.MONTH,
            "reception",
            "reception",
            words="work",
            holders="deputy_head",
            basis=OWN_DOCUMENT % "二十一",
            asked_by="市局信访工作领导小组（示例）",
        ),
    ),
)

CHECKS = SetRow(
    "清查、培训和报送",
    (
        Rule(
            "涉案财物清查",
            Cadence.MONTH,
            "stock_check",
            "stock",
            months=(3, 11),
            words="work",
            evidence=MINUTES,
            basis=OWN_DOCUMENT % "二十二",
            asked_by="市局法制支队（示例）",
        ),
        Rule(
            "法制专题培训",
            Cadence.QUARTER,
            "training",
            "lecture",
            at_least=180,
            at_most=600,
            minutes=True,
            words="work",
            basis=OWN_DOCUMENT % "二十三",
            asked_by="市局政治部（示例）",
        ),
        Rule(
            "季度执法数据报送",
            Cadence.QUARTER,
            "submission",
            "report",
            window="after",
            window_days=15,
            words="submission",
            basis=OWN_DOCUMENT % "二十四",
            asked_by="市局法制支队（示例）",
        ),
        Rule(
            "上年度法治建设报告报送",
            Cadence.YEAR,
            "submission",
            "report",
            window="until",
            window_month=3,
            window_day=1,
            words="submission",
            basis=OWN_DOCUMENT % "二十五",
            asked_by="区法治办（示例）",
        ),
        Rule(
            "疑难案件会商",
            Cadence.MONTH,
            "case_consult",
            "case",
            usual=True,
            basis=OWN_DOCUMENT % "二十六",
            asked_by="本局法制大队",
        ),
    ),
)

OTHER_FOUR = SetRow(
    "“四个一”工作法",
    (
        Rule(
            "每周疑难案件会商",
            Cadence.WEEK,
            "case_consult",
            "case",
            basis="《执法规范化“四个一”工作法》（示例）",
        ),
        Rule(
            "每月执法讲评",
            Cadence.MONTH,
            "commentary",
            "briefing",
            evidence=BOTH,
            basis="《执法规范化“四个一”工作法》（示例）",
        ),
        Rule(
            "每季执法监督联席会议",
            Cadence.QUARTER,
            "supervision",
            "session",
            evidence=MINUTES,
            basis="《执法规范化“四个一”工作法》（示例）",
        ),
        Rule(
            "每半年集中述法",
            Cadence.HALF_YEAR,
            "account",
            "half_year",
            evidence=BOTH,
            basis="《执法规范化“四个一”工作法》（示例）",
        ),
    ),
)


def row(name: str, grade: str = "二类", **more: object) -> StationRow:
    return StationRow(name, grade, **more)


BUREAUS = (
    BureauRow(
        "示例市公安局东城分局",
        "东城分局",
        "dongcheng",
        (*CORE, ("刑事侦查大队", SQUAD), ("治安管理大队", SQUAD), ("交通警察大队", SQUAD)),
        (
            row("鼓楼街派出所", "一类"),
            row("文庙派出所", "一类"),
            row("经济技术开发区（临空经济示范区）派出所", "一类"),
            row("青年路派出所"),
            row("东湖派出所"),
            row("石桥派出所"),
            row("火车东站广场派出所"),
            row("南塘派出所", reviewer=False),
            row("花园岭派出所", "三类"),
            row("水上派出所", "三类"),
        ),
        (four_ones(), half_yearly(), TRAINING, LEADERS, at_stations(evidence=MINUTES)),
        honours=(
            "全市公安机关执法质量考评优秀单位（示例）",
            "“枫桥式公安派出所”：鼓楼街派出所（示例）",
        ),
        committees=("党委", GROUP, ENFORCE, OFFICE_MEETING),
    ),
    BureauRow(
        "示例市公安局西城分局",
        "西城分局",
        "xicheng",
        (*CORE, ("刑事侦查大队", SQUAD), ("治安管理大队", SQUAD)),
        (
            row("西门派出所", "一类"),
            row("书院派出所", "一类"),
            row("南门派出所", closed_last_year=True),
            row("桃源派出所"),
            row("大学城派出所"),
            row("白马派出所"),
            row("新安派出所"),
            row("竹园派出所", "三类"),
            row("古城历史文化街区派出所", "三类"),
        ),
        (four_ones(evidence=()), half_yearly(), at_stations()),
        honours=("全省公安机关执法示范单位（示例）",),
        committees=("党委", GROUP, ENFORCE, OFFICE_MEETING),
    ),
    BureauRow(
        "示例市公安局江南分局",
        "江南分局",
        "jiangnan",
        (*CORE, ("刑事侦查大队", SQUAD), ("治安管理大队", SQUAD), ("网络安全保卫大队", SQUAD)),
        (
            row("江南新城派出所", "一类"),
            row("滨江大道派出所", "一类"),
            row("渡口派出所"),
            row("芦荻派出所", opened=date(2026, 5, 18)),
            row("会展中心派出所"),
            row("长河派出所"),
            row("临水派出所"),
            row("柳湾派出所"),
            row("望江派出所"),
            row("沙洲派出所", "三类"),
            row("东渡派出所", "三类"),
        ),
        (OTHER_FOUR, half_yearly(), CHECKS, at_stations()),
        committees=("党委", GROUP, ENFORCE, OFFICE_MEETING),
    ),
    BureauRow(
        "示例市公安局江北分局",
        "江北分局",
        "jiangbei",
        (*CORE, ("刑事侦查大队", SQUAD), ("治安管理大队", SQUAD)),
        (
            row("江北大道派出所", "一类"),
            row("老街派出所", "一类"),
            row("钢厂派出所"),
            row("北港派出所"),
            row("梅岭派出所"),
            row("清泉派出所"),
            row("松林派出所"),
            row("龙潭派出所", "三类"),
        ),
        (four_ones(evidence=MINUTES), half_yearly(), TRAINING, at_stations()),
        honours=("全市法治公安建设先进集体（示例）",),
        committees=("党委", GROUP, OFFICE_MEETING),
    ),
    BureauRow(
        "示例市公安局高新技术产业开发区分局",
        "高新分局",
        "gaoxin",
        (*CORE, ("经济犯罪侦查大队", SQUAD)),
        (
            row("科创派出所", "一类"),
            row("软件园派出所"),
            row("创新大道派出所"),
            row("国际会展派出所"),
            row("云溪派出所"),
            row("智谷派出所"),
            row("枫林派出所"),
            row("青山湖派出所", "三类"),
        ),
        (four_ones(evidence=()), half_yearly(), at_stations()),
        ledger_from=date(2026, 9, 1),
        committees=("党委", GROUP, OFFICE_MEETING),
    ),
    BureauRow(
        "示例市公安局临港分局",
        "临港分局",
        "lingang",
        (*CORE, ("水上治安大队", SQUAD), ("出入境管理大队", SQUAD)),
        (
            row("港口派出所", "一类"),
            row("保税区派出所", "一类"),
            row("渔港派出所"),
            row("造船厂派出所"),
            row("海堤派出所"),
            row("灯塔派出所"),
            row("盐田派出所"),
            row("海滨旅游度假区派出所"),
            row("外岛派出所", "三类"),
        ),
        (four_ones(11), half_yearly(), at_stations(evidence=MINUTES)),
        committees=("党委", GROUP, ENFORCE, OFFICE_MEETING),
    ),
)

SURNAMES = (
    "张王李赵陈刘杨黄周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)
DOUBLE_SURNAMES = ("欧阳", "上官", "司徒", "诸葛", "令狐")
