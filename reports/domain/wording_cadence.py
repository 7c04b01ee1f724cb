"""Rhythms as reports word them: 每季度至少召开一次, 半月小讲堂, 一周一案, 每年3月、11月.

In comes a text; out come its schedules, quotas and due dates in the order in which they stand, each
with the phrase that says so and its place: characters of the text as it came in, the end exclusive.

**Schedules.** ``period`` is day, week, half_month, month, quarter, half_year, year or term
(每届任期); ``every`` says every how many of them (每两个月: month, 2; 隔周, 双周, 单周:
week, 2; 每旬: day, 10). ``bound``:

=========  =================================  ====  ====
bound      wording                            min   max
=========  =================================  ====  ====
``exact``  每月一次, 每月召开…                   1     1
``min``    至少一次, 不少于两次, 一次以上          n     null
``max``    不超过两次, 最多两次                  null  n
``range``  一至二次, 不少于一次不超过三次          n     m
``usual``  一般每周一次, 原则上每月召开…           1     1
=========  =================================  ====  ====

``months`` names the months of the year in which it is owed: 每年3月、11月 is month with [3, 11],
每年第一、三季度 is quarter with [1, 2, 3, 7, 8, 9], 每年上半年 half_year with 1 to 6; null where it
is owed in every period. 每年12月4日…开展 is a year. ``what`` is what is held, as worded and without
its verb, null where the text does not say; a list of meetings with one presiding (党委会议、
办公会议及…会议) becomes one schedule for each, with the same phrase and place. ``presided_by`` is
who presides, as worded; where a sentence that
presides over a party-committee meeting or a leading body names
nobody, it is 主要负责人, who by the rules of such bodies is the only one who can.

A phrase without a number of times is a schedule only with a word for something done (召开, 通报,
抽查 …). 定期, 不定期 and 适时 are no rhythm. What is only due until a day is a due date and no
schedule; with a number of times, or something held, it is both.

**Quotas.** An amount of hours (学时, 小时), class_hours (课时) or days (天, 日) in a period.

**Due dates.** Only what comes back: 每年3月31日前, not 2024年6月底前. The rules::

    MM-DD             until that day of every year; 02-29 is the last day of February
    PERIOD+Nd         until N days after the end of the period (every quarter: quarter+15d)
    PERIOD+Nwd        the same in workdays; PERIOD+Nm in months
    PERIOD+0d         until the last day of the period itself (每月底前, 季末前)
    PERIOD+0d:DD      until day DD of the period's last month (每月20日前: month+0d:20);
                      of a week, DD is the weekday, 1 for Monday
    PERIOD+Nm:DD      until day DD of the Nth month after the period (次月5日前: month+1m:5,
                      次年1月底前: year+1m:31, 每季度首月10日前: quarter+1m:10)
"""

import re
import sys
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any

from reports.domain.wording_numbers import Squeezed, number_of, numbers_of, squeezed


class Kind(StrEnum):
    """What sort of thing a schedule asks for.

    ``meeting``: people sit together on business (会, 例会, 调度). ``study``: they learn or study a
    matter (学习, 学法, 专题研究, 讲堂, 一案). ``training``: 培训, 轮训, 考试, 测试, 演练.
    ``report``: something is told or handed in (通报, 汇报, 报送, 周报, 述法).
    ``check``: 检查, 评查,
    考核, 督导.
    ``other``: anything else, such as 接访 or 宣传.
    """

    MEETING = "meeting"
    STUDY = "study"
    TRAINING = "training"
    REPORT = "report"
    CHECK = "check"
    OTHER = "other"


class Bound(StrEnum):
    """How the number of times is meant."""

    EXACT = "exact"
    MIN = "min"
    MAX = "max"
    RANGE = "range"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class CadencePhrase:
    """One schedule as worded; see the top of the module.

    ``parity`` is ``odd`` or ``even`` where the text names these weeks or months (逢单周, 逢双月);
    its plain form does not carry it, ``parity_of`` reads it from the phrase.
    """

    phrase: str
    what: str | None
    kind: Kind
    period: str
    every: int
    min: int | None
    max: int | None
    bound: Bound
    months: tuple[int, ...] | None
    presided_by: str | None
    start: int
    end: int
    parity: str | None = None

    def as_json(self) -> dict[str, Any]:
        """In the form of the interface."""
        return {
            "phrase": self.phrase,
            "what": self.what,
            "kind": self.kind.value,
            "period": self.period,
            "every": self.every,
            "min": self.min,
            "max": self.max,
            "bound": self.bound.value,
            "months": None if self.months is None else list(self.months),
            "presided_by": self.presided_by,
            "start": self.start,
            "end": self.end,
        }


_PARITY = re.compile(r"(?P<odd>单[周月])|逢(?P<even>双[周月])")


def parity_of(phrase: str) -> str | None:
    """``odd`` for 逢单周 and 单月, ``even`` for 逢双周; None for 隔周, 双周 and all others."""
    found = _PARITY.search(phrase)
    return found.lastgroup if found else None


@dataclass(frozen=True, slots=True)
class QuotaPhrase:
    """An amount of time owed in a period; ``of`` is hours, class_hours or days."""

    phrase: str
    amount: Decimal
    of: str
    period: str
    every: int
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """In the form of the interface."""
        whole = self.amount == self.amount.to_integral_value()
        return {
            "phrase": self.phrase,
            "amount": int(self.amount) if whole else float(self.amount),
            "of": self.of,
            "period": self.period,
            "every": self.every,
            "start": self.start,
            "end": self.end,
        }


@dataclass(frozen=True, slots=True)
class DuePhrase:
    """A due date that comes back; for ``rule`` see the top of the module."""

    phrase: str
    rule: str
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        """In the form of the interface."""
        return {"phrase": self.phrase, "rule": self.rule, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Told:
    """All that a text says about how often and until when."""

    schedules: tuple[CadencePhrase, ...]
    quotas: tuple[QuotaPhrase, ...]
    due_dates: tuple[DuePhrase, ...]

    def places(self) -> list[tuple[int, int]]:
        """Where all of them stand, in order: what is no figure of the text."""
        told: tuple[CadencePhrase | QuotaPhrase | DuePhrase, ...]
        told = (*self.schedules, *self.quotas, *self.due_dates)
        return sorted({(each.start, each.end) for each in told})


def told_in(text: str) -> Told:
    """The schedules, quotas and due dates of a text, each kind in order.

    What a quota or a due date says is no schedule as well. Two days in one phrase are two due
    dates: 每年6月底和12月底前.
    """
    plain = squeezed(text)
    dues, quotas = _dues(plain.text), _quotas(plain.text)
    schedules = _schedules(plain.text, dues, quotas)
    return Told(
        tuple(_schedule_placed(plain, each) for each in schedules),
        tuple(_quota_placed(plain, each) for each in quotas),
        tuple(_due_placed(plain, *each) for each in dues),
    )


def cadences_in(text: str) -> list[CadencePhrase]:
    """The schedules of a text, in order; what a quota or a due date says is left to those."""
    return list(told_in(text).schedules)


def quotas_in(text: str) -> list[QuotaPhrase]:
    """The quotas of a text, in order: 每年集中学习不少于40学时, 每人每年不少于5天."""
    plain = squeezed(text)
    return [_quota_placed(plain, each) for each in _quotas(plain.text)]


def due_dates_in(text: str) -> list[DuePhrase]:
    """The due dates of a text that come back, in order."""
    plain = squeezed(text)
    return [_due_placed(plain, *each) for each in _dues(plain.text)]


def _schedule_placed(plain: Squeezed, each: CadencePhrase) -> CadencePhrase:
    first, last = plain.span(each.start, each.end)
    return replace(each, phrase=plain.original[first:last], start=first, end=last)


def _quota_placed(plain: Squeezed, each: "_Quota") -> QuotaPhrase:
    first, last = plain.span(each.start, each.end)
    phrase = plain.original[first:last]
    return QuotaPhrase(phrase, each.amount, each.of, each.period, each.every, first, last)


def _due_placed(plain: Squeezed, start: int, end: int, rule: str) -> DuePhrase:
    first, last = plain.span(start, end)
    return DuePhrase(plain.original[first:last], rule, first, last)


# More is no report but a text made to keep a reader busy.
MOST_PHRASES = 2_000

# --- words ---------------------------------------------------------------------------------------

_C = "一二两三四五六七八九十"
_N = rf"(?:\d{{1,3}}|[{_C}]{{1,3}}(?![百千万亿]))"
_M = rf"(?:\d{{1,2}}|十[一二]?|[{_C}])"
_TO = r"(?:-{1,2}|—{1,2}|–|~|至|到)"
_AND = r"(?:、|，|,|和|及|与|以及|或)"

_UNITS = {
    "工作日": ("day", 1),
    "日": ("day", 1),
    "天": ("day", 1),
    "周": ("week", 1),
    "星期": ("week", 1),
    "礼拜": ("week", 1),
    "晚": ("day", 1),
    "旬": ("day", 10),
    "月": ("month", 1),
    "月份": ("month", 1),
    "月度": ("month", 1),
    "季": ("quarter", 1),
    "季度": ("quarter", 1),
    "年": ("year", 1),
    "年度": ("year", 1),
    "自然年": ("year", 1),
    "学期": ("half_year", 1),
    "学年": ("year", 1),
}
_UNIT = (
    r"(?:工作日|自然年度?|学期|学年|年度(?!预算|计划|目标)|年(?![龄级轻产薪均代租])"
    r"|季度|季(?!节)|月[份度]|月(?![饼光薪均租供])|周(?![边围期转密岁年刊全])|星期|礼拜|旬(?![阳])|日(?![常均产])|天(?!津))"
)
_MIN = (
    r"(?:应当?|要|须|必须|得|均|都|分别|各)?(?:至少|不少于|不得少于|不能少于|不低于|不得低于|不能低于"
    r"|最少|起码|不小于)"
)
_MAX = r"(?:至多|最多|不超过|不得超过|不能超过|不应超过|不多于|不得多于|不高于|控制在)"
_USUAL = r"(?:原则上|一般情况下|一般|通常|大致|大约|基本上?保持)"
_MODAL = (
    r"(?:应当?|要|须|必须|需|得|能|可|将|会|均|都|还|也|再|定期|固定|坚持|做到|保证"
    r"|确保|按照?|安排|于|在|以|为|是|是指)"
)

# Things done: without a number of times, a rhythm is one only beside these.
_DONE = re.compile(
    r"召开|开展|组织|举[办行]|进行|通报|讲评|点评|考[核评试查]|评[查议估选比]|抽查|检查|督[察查导办]|巡[查检视]"
    r"|研[判究讨]|分析|会[商诊]|调度|听取|汇[报总]|[报呈]送|上报|报告|总结|小结|统计|公[布示开]|发布|更新|学习|学法"
    r"|培训|轮训|授课|讲[授课学]|测[试评]|演练|训练|宣[讲传]|接访|接待|走访|[下回]访|约谈|述[职法]|清[理查点]|盘点|排查"
    r"|核[查对]|[复审]核|旁听|观摩|交流|[编印刊推]发|推送|讨论|体检|自查|复盘|梳理|征求|对账|对接|制[定订]|部署|评优"
    r"|表彰|坐诊|坐班|晾晒|排名|点名|恳谈|选送|撰写|提交|播报|晨会|例会|会议|大会|座谈|联席|讲堂|课堂|一课|沙龙|论坛|碰头|回头看|双随机|轮值|值班律师"
    r"|[一-鿿](?<![社机协学体])会(?=[，。；、）)”]|$)"
)
_HOLDS = re.compile(
    r"(?:召开|举[办行]|组织|开展|编[发印制]|印[发制]|[推刊下]发|发布|报[送告]|上报|形成|出具?)"
    r"[一-鿿]{0,4}$"
)
_HANDED_IN = re.compile(
    r"(?:将|把|向|及时|统一)?[^，、]{0,6}?(?:上报|[报呈]送|呈报|提交|报告|反馈)"
)
# 每月“10号”为…日 names a day, 每年考核优秀的 says how it went.
_NAMED_OR_MARKED = re.compile(
    r"[“\"]?[0-9]{1,2}[日号][”\"]?(?:定?为|确定为|是)|考核(?:为|优秀|合格|称职|不|结果|等次)"
)
_STATISTIC = re.compile(r"\d[余多]?(?:人次|[万千百]|[起件人户家](?!以上))")
# What makes it a schedule although it stands with a day until which it is due.
_HELD = re.compile(r"召开|举[办行]|开展|组织|[例大]会|会议|培训|学习|学法|检查|评查|考核")

_ONE_OF_EACH = (
    r"案[例件]?|法|题|课|学法|学|讲评|讲堂|讲|通报|调度|研判|研讨|会商|例会|会议|会|考核|考评|考|测试|测|评查|评比|评议|评"
    r"|查|检查|督[察查导]|清|结|报告|报(?![纸刊社名警])|主题|专题|警示|分析|总结|小结|汇总|巡查|提[醒示]|盘点|推[送进]|交流|培训|轮训"
    r"|演练|练兵|练|训|巡(?![查检视回])|点评|跟踪|晾晒|公示|公布|曝光|问|答|读|述职|述|碰头|复盘|体检|对账|更新|梳理|回顾|典型|警|片"
    r"|星|主讲|简报|策|宣[讲传]|反馈|对接|排名|亮|抽查|审|审核|约谈|回访|安排|部署|聚焦|沙龙|论坛|展播|汇报|比武|比拼|竞赛|研学|辅导|播报|上报|排查|摸排|清查|核查|监测|调研|活动|行动|走访|恳谈|座谈|接访|会面|度"
)
_TAIL_OF_NAME = (
    r"(?:讨论|研讨|评析|分析|学习|剖析|讲评|通报|点评|研判|会商|测试|宣讲|活动|例会|会)?"
)
# A rhythm may be part of a name: what stands before it then decides.
_STARTS = (
    r"(?:^|(?<=[\s，。；、：,.;:“”‘’\"'（(）)《》〈〉/和"
    r"及与以或按照用过了的行实立持善健全开展织严格推施将]))"
)
_NOT_OF = (
    r"(?<![上本下当该每这那同次半一二两三四五六七八九十\d个岁正腊蜜前后近全单双往隔某逢满学期])"
)
_TOLD = (
    r"(?:例会|调度例?会|讲评会|通报会|分析会|研判会|小结会|总结会|碰头会|会商会"
    r"|报(?![告送到名案警道考销刊社纸批废复酬答]))"
)
_SOFT = (
    r"(?:通报|调度|讲评|考核|考评|研判|督[察查导]|抽查|检查"
    r"|点评|分析|总结|小结|汇总|报告|会商|晾晒|测试|评估|评查|评议|排名|总评|推进|清零|复盘|巡查|巡检|清点|清查|清理|排查|核查|汇报"
    r"|会审|提[示醒]|预警|监[测控]|检测|评审|督办|调研|走访|对账|反馈|推送)"
)

_PERSON = (
    r"(?:主要负责人|主要负责同志|第一责任人|主要领导"
    r"|党委书记、局长|党组书记、局长|党委书记|党组书记|党委副书记|副局长|局长|副支队长|支队长|副大队长|大队长|副所长|所长|政委|教导员"
    r"|分管局领导|分管负责人|分管领导|分管局长|局领导|所领导|班子成员|党委委员|党委成员|总队长|一把手|行政负责人"
    r"|分管副局长|分管副职|法制大队长|政治委员|主官|主持工作的负责人)"
)
_PRESIDING = re.compile(rf"({_PERSON})(?!职责|履职|制度|责任|的职责|述)(?:同志)?")
_PRESIDES = re.compile(r"主持|召集|牵头召开")


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Words that name a period, and what they say of it."""

    start: int
    end: int
    period: str
    every: int
    months: tuple[int, ...] | None = None
    name: str = ""  # the name of the thing itself: 半月小讲堂
    wants: str = ""  # times: only with a number of times; bound: with 至少 or 不超过 as well
    at_least: bool = False  # 每一至两个月
    sure: bool = False  # needs neither


# --- periods -------------------------------------------------------------------------------------

_EACH = re.compile(
    rf"每(?P<gap>间?隔)?(?:(?P<n>半|双|单|{_N})(?:{_TO}(?P<n2>{_N}))?)?(?P<ge>个)?"
    rf"(?P<unit>半月|半年|晚(?![点报期])|{_UNIT})"
)
_BARE = re.compile(
    r"(?<![第近前后过历满整上下达间续\d年月这那本该同至一二两三四五六七八九十百每隔去今明当前有到从])"
    rf"(?P<n>半|双|{_N})?(?P<ge>个)?(?P<unit>{_UNIT})"
    rf"(?=(?:{_USUAL}|{_MODAL}|{_MIN}|{_MAX}|召开|组织|开展|举[办行]|进行|集中|轮训|主持){{0,3}}"
    rf"{_N}(?:{_TO}{_N})?(?:次|回|遍|轮|场|期|堂)(?![性数获被受荣夺未因遭犯都也没]|立功|发生|报警))"
)
_TIMES_PER = re.compile(
    rf"(?P<a>{_N})(?:{_TO}(?P<b>{_N}))?(?:次|场|期)/(?:每)?(?P<n>半|{_N})?个?(?P<unit>{_UNIT})"
)
_GAP = re.compile(r"(?<![间相每阻])隔(?P<unit>周|月|日|天|年)(?![岁代])")
_TURN = re.compile(
    r"逢(?P<odd>[单双])(?P<unit>周|月)|逢(?:周|星期)[一二三四五六日天]|逢月[初末底]"
    r"|(?<![一二两三四五六七八九十\d每])(?P<odd2>[单双])(?P<unit2>周|月)(?=例会|学习|课堂|讲堂|召开|组织|开展|集中|通报|调度|测[试验]|[检抽评]查|讲评|考[核评]|研判|授课|培训|汇报|会商)"
)
_BY = re.compile(
    r"(?:按|逐)(?P<n>半)?(?P<unit>周|月度|月|季度|季|旬|日|年度|年)(?![龄期岁节薪租均限])"
    r"(?=(?P<rest>[^。；;，,！\n]{0,8}))"
)
_DONE_BY = re.compile(
    r"^(?:度|对|向|将|及时|组织|进行|开展|统一|集中|汇总|由)?[^，]{0,5}?(?:通报|报送|上报|报告|汇总|统计|召开|开展|组织|分析|研判"
    r"|考核|考评|调度|讲评|抽查|检查|督[察查导]|梳理|公[布示开]|更新|点评|排名|总结|推送|评查|核查|清理|盘点|反馈|发布|汇报|述|学习|培训)"
)
_ONE_A = re.compile(
    rf"(?<![第\d〇零年月])(?P<each>每|半|双|全(?=年)|[一两二三])?(?P<ge>个)?(?P<unit>半月|半年|日|天|周|旬|月|季度|季|年)"
    rf"一个?(?:(?P<of>{_ONE_OF_EACH})(?P<tail>{_TAIL_OF_NAME})"
    # Whatever else is done once a week or month, where it stands as a name: 一月一巡诊、.
    r"|(?<=[周月季度旬]一)(?![个日次夜届样直定般起些部名位种份批片条家万千百十两二三四五六七八九至到或])[一-鿿]{2}"
    r"(?=[、，。；”’）)]|机制|制度|模式|活动|$))"
)
_DOUBLED = re.compile(r"(?P<unit>周周|月月|季季)(?=[一-鿿])(?![清光刊])")
_HALF_NAME = re.compile(
    r"(?<![每前后上下近])半(?P<unit>月|年)(?P<of>小?讲堂|小?课堂|例会|报(?!告|送|刊)|通报会?|讲评会?|学法?|谈会|沙龙|论坛"
    r"|研判会?|调度会?|小结|法治课|夜校|测试|考核|督查|检查|法制讲堂|法治讲堂|会商会?|提[示醒]|点评|分析会?"
    r"|评查|例会|汇报|排名|反馈|盘点|复盘)"
)
_TOLD_NAME = re.compile(
    rf"{_NOT_OF}(?P<unit>周|月|季|年|日)(?P<of>度?{_TOLD})|"
    rf"{_STARTS}(?P<unit2>周|月|季|日|年)(?P<of2>{_SOFT})(?=[，。；、：”’）)/\s]|$|会|机制|制度|和|及|与|的)"
    # 执法问题月通报制度: what is named as a system needs nothing in front of it.
    rf"|{_NOT_OF}(?P<unit3>周|月|季)(?P<of3>{_SOFT})(?=制度|机制)"
)
_DEGREE_NAME = re.compile(
    r"(?<![第一二两三四五六七八九十\d上下本当该每各前后近同全个度])(?P<unit>月度|季度|半年度?)"
    r"(?P<of>[^\s，。；、：“”（）()《》0-9]{0,8}?(?:例会|讲评会|通报会|分析会|调度会|研判会|联席会议|推进会))"
    r"|(?<![\d〇零一二三四五六七八九十本该当])(?P<year>年度)(?P<of3>法[制治](?:工作)?大会)"
)
_WEEKDAY_NAME = re.compile(
    r"(?<![上本下这每逢])(?:周|星期)[一二三四五六日天末](?:夜学|夜校|学习日|学法日|(?:法[治制])?大?(?:讲堂|课堂|学堂)|例会|法[治制]课)"
)
# 周一学法、周三评案: days of the week with what is done on them, as a row of names.
_WEEKDAYS = re.compile(
    rf"(?<![上本下这每逢双单隔至到\d{_C}])(?:周|星期)[一二三四五六日](?![至到、和上下晚])[一-鿿]{{2,4}}"
    r"(?:[、，](?:周|星期)[一二三四五六日](?![至到、和上下晚])[一-鿿]{2,4})+(?=[”’、，。；）)]|的?制度|机制|$)"
)
# 月学法、季考试、年考核: a row of names that begin with their period.
_UNIT_NAME = re.compile(r"(?P<unit>[日周月季年])[一-鿿]{2,4}")
_UNIT_ROW = re.compile(
    rf"{_STARTS}[日周月季年][一-鿿]{{2,4}}(?:[、，][日周月季年][一-鿿]{{2,4}})+(?=[”’、，。；）)]|的?制度|机制|$)"
)
_WEEKDAY = re.compile(r"(?:周|星期)[一二三四五六日][一-鿿]{2,4}")
_TERM = re.compile(
    r"每一?届[^，。；\s、每]{0,6}?任期(?:之?内|中|期间)?|(?:一届|本届)?任期(?:之?内|中|期间)|每个?任期(?:内)?"
)
_WHOLE_YEAR = re.compile(
    r"(?:(?<![\d一二两三四五六七八九十半近几去今多整])(?:年内|年度内)|(?<!这)一年内|全年)"
    rf"(?=[^，。；;\n每]{{0,16}}?(?:{_MIN}|{_MAX}|{_USUAL}))"
)
_HALVES_WORD = r"(?:上、?下半年|上半年(?:、|和|及|与)下半年)"
_HALVES = re.compile(rf"(?<!每年){_HALVES_WORD}(?=(?:各|分别|均)|.{{0,2}}至少)")
_SEASONS = re.compile(
    r"第?[一二三四1-4](?:、第?[一二三四1-4]){1,3}季度(?=(?:各|分别|均)[^，。；]{0,12}[一二两1-9])"
)

_OF_YEAR = re.compile(
    rf"(?:的|度)?(?:在|于)?(?:"
    rf"(?P<months>{_M}(?:月份?)?(?:{_AND}{_M}(?:月份?)?){{0,11}}(?<=[月份]))(?P<day>{_M}[日号]|[一二]十{_M}?[日号]|三十一?[日号])?"
    rf"(?P<to>{_TO}{_M}月)?"
    rf"|(?P<quarters>第?[一二三四1-4](?:(?:季度)?[、和及与]第?[一二三四1-4]){{0,3}}个?季度)"
    rf"|(?P<halves>{_HALVES_WORD})|(?P<half>[上下]半年))"
)
_NAMING = re.compile(
    r"^[^，。；]{0,4}?(?:定为|设为|设立|确定为|作为|命名为|是(?!否)|为(?!期|主|了)|被)"
)


@lru_cache(maxsize=1024)
def _small(text: str | None) -> int | None:
    value = number_of(text) if text else None
    return int(value) if value is not None and 0 < value < 1000 else None


def _period(unit: str, n: str | None = None) -> tuple[str, int] | None:
    """A unit and its number as a period: 半年, 双月, 两个月, 季度."""
    if unit in ("半月", "半年"):
        return ("half_month" if unit == "半月" else "half_year", 1)
    unit = unit if unit in _UNITS else unit.removesuffix("度")
    if unit not in _UNITS:
        return None
    if n == "半":
        half = {"月": "half_month", "年": "half_year", "年度": "half_year"}.get(unit)
        return (half, 1) if half else None
    period, size = _UNITS[unit]
    if n in ("双", "单"):
        return (period, 2) if unit in ("周", "月", "星期", "日") else None
    many = 1 if n is None else _small(n)
    return None if many is None else (period, many * size)


def _anchors(text: str) -> list[_Anchor]:
    """All words that name a period, in order; where two overlap, the more telling one."""
    found: list[tuple[int, _Anchor]] = []
    for rank, source in enumerate(_SOURCES):
        found.extend((rank, each) for each in islice(source(text), MOST_PHRASES))
    last = 0
    kept: list[_Anchor] = []
    # The same start: the better rank; otherwise the one that begins first.
    for _, each in sorted(found, key=lambda pair: (pair[1].start, pair[0])):
        if each.start < last:
            continue
        if not (kept and each.name and _is_held_then(text, kept[-1], each)):
            kept.append(each)
        last = each.end
    return kept[:MOST_PHRASES]


def _is_held_then(text: str, rhythm: _Anchor, named: _Anchor) -> bool:
    """Whether what has a rhythm in its name is what the rhythm before it is for.

    每月最后一个工作日召开月度讲评会 and 每年1月、7月召开季度例会 say one thing each.
    """
    between = text[rhythm.end : named.start]
    return (
        not rhythm.name
        and len(between) <= 24
        and _HOLDS.search(between[-8:]) is not None
        and re.search(r"[、，,。；;：:\n\t]", between) is None
    )


def _one_a(text: str) -> Iterator[_Anchor]:
    for found in _ONE_A.finditer(text):
        each, unit = found["each"], found["unit"]
        if each is None and not unit.startswith("半"):
            continue
        if each == "半" and unit not in ("月", "年"):
            continue
        read = _period(unit, None if each in ("每", "全") else each)
        if read:
            name = "" if found["of"] == "度" else found.group()
            yield _Anchor(found.start(), found.end(), *read, name=name, sure=True)


def _each(text: str) -> Iterator[_Anchor]:
    for found in _EACH.finditer(text):
        read = _period(found["unit"], found["n"])
        if read is None:
            continue
        period, every = read
        high = _small(found["n2"])
        if high and _small(found["n"]):
            every = every // (_small(found["n"]) or 1) * high
        if found["gap"]:
            every = 2 if found["n"] in (None, "一", "1") else every
        start, end = found.span()
        if found["gap"] is None and period == "year" and every == 1:
            yield from _of_year(text, start, end)
            continue
        yield _Anchor(start, end, period, every, at_least=high is not None)


def _of_year(text: str, start: int, end: int) -> Iterator[_Anchor]:
    """每年 with the months, quarters or halves that follow."""
    more = _OF_YEAR.match(text, end)
    if not more:
        yield _Anchor(start, end, "year", 1)
    elif more["months"]:
        months = _months(more["months"])
        if not months:
            return
        if more["day"]:
            if not _NAMING.match(text[more.end() : more.end() + 12]):
                yield _Anchor(start, more.end(), "year", 1)
        elif more["to"]:
            yield _Anchor(start, more.end(), "year", 1)
        elif not _NAMING.match(text[more.end() : more.end() + 12]):
            yield _Anchor(start, more.end(), "month", 1, months, sure=len(months) > 1)
    elif more["quarters"]:
        numbers = sorted({_quarter(mark) for mark in re.findall("[一二三四1-4]", more["quarters"])})
        months = tuple(3 * number - 2 + each for number in numbers for each in range(3))
        yield _Anchor(start, more.end(), "quarter", 1, None if len(months) == 12 else months)
    elif more["halves"]:
        yield _Anchor(start, more.end(), "half_year", 1)
    else:
        first = 1 if more["half"] == "上半年" else 7
        yield _Anchor(start, more.end(), "half_year", 1, tuple(range(first, first + 6)))


def _quarter(mark: str) -> int:
    return "一二三四".find(mark) + 1 or int(mark)


def _months(text: str) -> tuple[int, ...]:
    """3月、11月 and 3、11月; nothing where one is no month."""
    numbers = [_small(mark) for mark in re.findall(rf"\d{{1,2}}|[{_C}]+", text)]
    if any(number is None or number > 12 for number in numbers):
        return ()
    return tuple(sorted({number for number in numbers if number}))


def _bare(text: str) -> Iterator[_Anchor]:
    for found in _BARE.finditer(text):
        unit, n = found["unit"], found["n"]
        if n is None and unit not in ("季度", "月度", "年度"):
            continue
        if n and n.isascii() and not found["ge"] and unit in ("月", "日"):
            continue
        if read := _period(unit, n):
            yield _Anchor(found.start(), found.end(), *read, wants="times")


def _times_per(text: str) -> Iterator[_Anchor]:
    for found in _TIMES_PER.finditer(text):
        if read := _period(found["unit"], found["n"]):
            yield _Anchor(found.start(), found.end(), *read, sure=True)


def _gap(text: str) -> Iterator[_Anchor]:
    for found in _GAP.finditer(text):
        read = _period(found["unit"])
        if read:
            wants = "times" if found["unit"] in ("日", "天", "年") else ""
            yield _Anchor(found.start(), found.end(), read[0], 2, wants=wants)


def _turn(text: str) -> Iterator[_Anchor]:
    for found in _TURN.finditer(text):
        unit = found["unit"] or found["unit2"]
        if unit:
            yield _Anchor(found.start(), found.end(), _UNITS[unit][0], 2, sure=True)
        else:
            period = "month" if "月" in found.group() else "week"
            yield _Anchor(found.start(), found.end(), period, 1)


def _by(text: str) -> Iterator[_Anchor]:
    for found in _BY.finditer(text):
        if re.match(
            r"(?:计划|工作|目标|任务|计罚|加处|支付|领取|上升|下降|增[长加])", found["rest"]
        ):
            continue
        done = bool(_DONE_BY.match(found["rest"]))
        if (done or not found["rest"]) and (read := _period(found["unit"], found["n"])):
            yield _Anchor(found.start(), found.end(), *read, sure=done)


def _names(text: str) -> Iterator[_Anchor]:
    """The thing is called after its rhythm: 半月小讲堂, 周报, 季度法制例会, 周五夜学."""
    for found in _DOUBLED.finditer(text):
        yield _Anchor(found.start(), found.end(), *(_period(found["unit"][0]) or ("week", 1)))
    for found in _HALF_NAME.finditer(text):
        period = "half_month" if found["unit"] == "月" else "half_year"
        yield _Anchor(found.start(), found.end(), period, 1, name=found.group(), sure=True)
    for found in _TOLD_NAME.finditer(text):
        unit = found["unit"] or found["unit2"] or found["unit3"]
        if unit == "年" and found["of2"]:
            # 月通报、季排名、年考核: alone it is the ordinary 年考核, 年报告.
            if not re.search(r"[周月季](?:度)?[一-鿿]{2,4}[、，,]$", text[: found.start()][-8:]):
                continue
        elif unit in ("日", "年") and not _named_apart(text, found.start(), found.end()):
            continue
        if read := _period(unit):
            yield _Anchor(found.start(), found.end(), *read, name=found.group(), sure=True)
    for found in _DEGREE_NAME.finditer(text):
        unit = found["unit"] or found["year"]
        read = ("half_year", 1) if unit.startswith("半年") else _period(unit)
        if read:
            yield _Anchor(found.start(), found.end(), *read, name=found.group(), sure=True)
    for row in _UNIT_ROW.finditer(text):
        each = list(_UNIT_NAME.finditer(text, *row.span()))
        if all(_DONE.search(found.group()) for found in each):
            for found in each:
                if read := _period(found["unit"]):
                    yield _Anchor(found.start(), found.end(), *read, name=found.group(), sure=True)
    for row in _WEEKDAYS.finditer(text):
        for found in _WEEKDAY.finditer(text, *row.span()):
            yield _Anchor(found.start(), found.end(), "week", 1, name=found.group(), sure=True)
    for found in _WEEKDAY_NAME.finditer(text):
        yield _Anchor(found.start(), found.end(), "week", 1, name=found.group(), sure=True)


_APART = re.compile(_STARTS)


def _named_apart(text: str, start: int, end: int) -> bool:
    """Whether 日报 or 年报 stands alone: not 人民日报, not 企业年报, not in a title 《…》."""
    if not _APART.match(text, start) or text[start - 1 : start] == "《":
        return False
    return bool(re.match(r"[，。；、：”’）)/]|$|制|机制|和|及|与|会|\s", text[end : end + 2]))


def _terms(text: str) -> Iterator[_Anchor]:
    for found in _TERM.finditer(text):
        yield _Anchor(found.start(), found.end(), "term", 1, wants="times")


def _whole_years(text: str) -> Iterator[_Anchor]:
    for found in _WHOLE_YEAR.finditer(text):
        yield _Anchor(found.start(), found.end(), "year", 1, wants="times")


def _halves(text: str) -> Iterator[_Anchor]:
    for found in _HALVES.finditer(text):
        yield _Anchor(found.start(), found.end(), "half_year", 1)
    for found in _SEASONS.finditer(text):
        numbers = sorted({_quarter(mark) for mark in re.findall("[一二三四1-4]", found.group())})
        months = tuple(3 * number - 2 + each for number in numbers for each in range(3))
        every = None if len(months) == 12 else months
        yield _Anchor(found.start(), found.end(), "quarter", 1, every)


_SOURCES = (
    _times_per,
    _one_a,
    _names,
    _each,
    _gap,
    _turn,
    _by,
    _halves,
    _terms,
    _whole_years,
    _bare,
)


# --- how often -----------------------------------------------------------------------------------

_TIMES = re.compile(
    rf"(?<![第首\d人万千百〇])(?<!(?<!碰)头)(?P<a>{_N})(?P<more>余|多)?(?:(?:{_TO}|或者?|、)(?P<b>{_N}))?(?:个)?"
    r"(?:批次|场次|轮次|次|回(?!访|头|复|应|避)|遍|轮(?!流|值|岗|训)|场(?![所景合地])|期(?![间限满货])|堂|节(?![日约点奏]))"
    r"(?![性数元])(?P<after>(?:[(]含[)]|[(]?(?:及|或|含)?)以上[)]?|左右|以内|以下|之内)?"
)
_BOUND_BEFORE = re.compile(
    rf"(?:(?P<min>{_MIN})|(?P<max>{_MAX})|(?P<usual>{_USUAL}))[^{_C}\d]{{0,24}}$"
)
_LAST_BOUND = re.compile(rf"(?P<min>{_MIN})|(?P<max>{_MAX})|(?P<usual>{_USUAL})")
_AHEAD = re.compile(rf"(?:(?P<min>{_MIN})|(?P<max>{_MAX})|(?P<usual>{_USUAL})){_MODAL}{{0,3}}$")
_TOP = re.compile(rf"^[、，,]?(?:但|且|并|、)?(?:{_MAX})(?P<b>{_N})(?:次|场|期|回)?")
_TIMES_NEXT = re.compile(
    rf"^[，,](?:次数|每次|全年|年均|原则上|一般|应当?|召开次数)?(?:{_MIN}|{_MAX})(?={_N}(?:次|场|期|回|堂|轮))"
)
_OTHERS_TURN = re.compile(r"、[一-鿿]{0,6}(?:局|科|室|队|所|处|部|中心|单位|部门|领导)$")
_AVERAGE = re.compile(r"(?:平均|人均|均|案均|所均)$")
_ENDS = "。；;！!？?\n\t，,：:"
_CLOSERS = {"）": "（", ")": "(", "”": "“", "’": "‘", "》": "《", "」": "「"}
_REACH = 60


def _clause_end(text: str, at: int, limit: int) -> int:
    """Where the clause ends that begins at ``at``: a mark, or an outer bracket that closes."""
    limit = min(limit, len(text))
    opened: list[str] = []
    for place in range(at, min(limit, at + _REACH)):
        mark = text[place]
        if mark in _ENDS:
            return place
        if mark in _CLOSERS.values():
            opened.append(mark)
        elif mark in _CLOSERS:
            if not opened:
                return place
            opened.pop()
    return min(limit, at + _REACH)


def _clause_start(text: str, at: int, limit: int) -> int:
    """Where the clause begins that ends at ``at``."""
    lowest = max(limit, at - _REACH, 0)
    for place in range(at - 1, lowest - 1, -1):
        if text[place] in _ENDS or text[place] in "“‘《「":
            return place + 1
    return lowest


@dataclass(frozen=True, slots=True)
class _Counted:
    low: int | None
    high: int | None
    bound: Bound
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Quota:
    amount: Decimal
    of: str
    period: str
    every: int
    start: int
    end: int
    anchor: int


def _counted(window: str, at_least_before: str, limit: int) -> _Counted | None:
    """The number of times in what follows a period, with its bound; None where there is none."""
    for found in _TIMES.finditer(window):
        if found.start() > limit:
            return None
        low, high = _small(found["a"]), _small(found["b"])
        if high is None and found["b"] is None:
            pair = next(iter(numbers_of(found["a"])), None)
            if pair and pair.value2 is not None:
                low, high = int(pair.value), int(pair.value2)
        if low is None:
            continue
        if found["more"]:
            return _Counted(None, None, Bound.EXACT, -1, -1)
        gap = window[: found.start()]
        before = _BOUND_BEFORE.search(gap[-40:])
        word = before.lastgroup if before else None
        if before:  # of two bounds the one next to the number holds
            word = [each.lastgroup for each in _LAST_BOUND.finditer(before.group())][-1]
        after = (found["after"] or "").strip("()")
        start, end = found.span()
        if high is not None and high > low:
            return _Counted(low, high, Bound.RANGE, start, end)
        if word == "min" or after.endswith("以上"):
            if top := _TOP.match(window[end : end + 12]):
                return _Counted(low, _small(top["b"]), Bound.RANGE, start, end + top.end())
            return _Counted(low, None, Bound.MIN, start, end)
        if word == "max" or after in ("以内", "之内", "以下"):
            return _Counted(None, low, Bound.MAX, start, end)
        if at_least_before == "min":
            return _Counted(low, None, Bound.MIN, start, end)
        if at_least_before == "max":
            return _Counted(None, low, Bound.MAX, start, end)
        usual = "usual" in (word, at_least_before) or after == "左右"
        return _Counted(low, low, Bound.USUAL if usual else Bound.EXACT, start, end)
    return None


def _schedules(
    text: str, dues: list[tuple[int, int, str]], quotas: list[_Quota]
) -> list[CadencePhrase]:
    """The schedules of a plain text, with places in it."""
    anchors = _anchors(text)
    due_at = [(start, end) for start, end, _ in dues]
    with_quota = {each.anchor for each in quotas}
    schedules: list[CadencePhrase] = []
    following: tuple[int, int, _Anchor] | None = None
    for at in range(len(anchors) - 1, -1, -1):
        anchor = anchors[at]
        stop = anchors[at + 1].start if at + 1 < len(anchors) else len(text)
        end = _clause_end(text, anchor.end, stop)
        start = anchor.end
        if end == stop and following and text[start:end] in ("、", "和", "及", "与", "或", "以及"):
            start, end = following[0], following[1]  # 每周、每月召开
        elif end == stop < len(text) and (other := _OTHERS_TURN.search(text[start:end])):
            end = start + other.start()  # 支队每周抽查、法制科每月评查
        following = (start, end, anchor)
        floor = anchors[at - 1].end if at else 0
        due = _around(due_at, anchor.start)
        made = _schedule(text, anchor, (start, end), floor, due, anchor.start in with_quota)
        schedules.extend(reversed(made))
    return schedules[::-1]


def _schedule(
    text: str,
    anchor: _Anchor,
    window_at: tuple[int, int],
    floor: int,
    due: tuple[int, int] | None,
    has_quota: bool,
) -> list[CadencePhrase]:
    """What one period makes a schedule of: nothing, one, or one for each meeting of a list."""
    start, end = window_at
    head_at = _clause_start(text, anchor.start, floor)
    head = text[head_at : anchor.start]
    if _AVERAGE.search(head):
        return []
    ahead = _AHEAD.search(head[-16:])
    ahead_word = (ahead.lastgroup or "") if ahead else ""
    if not ahead_word and "原则上" in head:
        ahead_word = "usual"
    window = text[start:end]
    if not anchor.name and (turns := _in_turn(window)):
        return _each_turn(text, anchor, [(start + a, start + b) for a, b in turns], floor, due)
    if _TIMES_NEXT.match(text[end : end + 20]):
        window = text[start : _clause_end(text, end + 1, end + 30)]
    counted = _counted(window, ahead_word, 45)
    if counted and counted.start < 0:
        return []
    per = _TIMES_PER.match(text, anchor.start)
    if per:
        low, high = _small(per["a"]), _small(per["b"]) or _small(per["a"])
        if low is None or high is None:
            return []
        bound = Bound.RANGE if high > low else Bound.EXACT
        if bound == Bound.EXACT and ahead_word:
            bound = Bound(ahead_word)
        limits = {Bound.MIN: (low, None), Bound.MAX: (None, high)}.get(bound, (low, high))
        counted = _Counted(*limits, bound, -1, -1)
        window = ""
    if counted is None or anchor.name:
        if anchor.wants or (has_quota and not anchor.name):
            return []
        if due and (not _HELD.search(window) or _HANDED_IN.match(text[due[1] : end])):
            return []
        if _NAMED_OR_MARKED.match(window):
            return []
        alone = _stands_alone(text, anchor.start - (len(ahead.group()) if ahead else 0), end)
        alone = alone and not _LEADING.sub("", window) and window not in ("都", "均", "也", "末")
        if not anchor.sure and not alone and not _DONE.search(window[:30]):
            return []
        if not anchor.sure and _STATISTIC.search(window) and not _HELD.search(window):
            return []  # 每天接待群众30人次 tells how many came
        if counted is None:
            counted = _uncounted(ahead_word, window, anchor)
    if anchor.at_least and counted.bound == Bound.EXACT:
        counted = replace(counted, high=None, bound=Bound.MIN)
    first, last = anchor.start, anchor.end
    if ahead:
        first = anchor.start - len(ahead.group())
    if counted.start >= 0 and window_at[0] >= anchor.end:
        last = start + counted.end
    elif (bound_at := _MIN_AT.match(window)) and counted.bound == Bound.MIN:
        last = start + bound_at.end()
    whats = _whats(
        head[: len(head) - (len(ahead.group()) if ahead else 0)], window, counted, anchor
    )
    subject = head[: len(head) - (len(ahead.group()) if ahead else 0)].strip()
    if whats in ([None], [subject]) and _NOBODY_IN_PARTICULAR.fullmatch(subject):
        whats = _told_before(text, head_at, floor) or whats
    presided = _presided(text, head_at, anchor, window, whats)
    parity = parity_of(text[first:last])
    if (
        text[anchor.start : anchor.end] in ("双周", "双月")
        and text.find("单", max(0, floor - 3), anchor.start) >= 0
    ):
        parity = "even"  # 逢单周召开例会、双周开展检查
    return [
        CadencePhrase(
            text[first:last],
            what,
            _kind(what),
            anchor.period,
            anchor.every,
            counted.low,
            counted.high,
            counted.bound,
            anchor.months,
            presided,
            first,
            last,
            parity,
        )
        for what in whats
    ]


_NOBODY_IN_PARTICULAR = re.compile(r"(?:[每各][个名]?[一-鿿]{1,4})?")
_DOES = re.compile(
    r"(?:[一-鿿]{0,6}?(?:落实|执行|坚持|建立|健全|完善|推行|实行|开展|组织|召开|举办|举行))"
)


def _told_before(text: str, head_at: int, floor: int) -> list[str | None]:
    """落实会前学法制度，每月不少于一次: what the clause before is about."""
    if head_at <= floor or text[head_at - 1] not in "，,":
        return []
    clause = text[_clause_start(text, head_at - 1, floor) : head_at - 1]
    does = _DOES.match(clause)
    if does is None or re.search(r"\d", clause):
        return []
    return _named(_HEAD_VERBS.sub("", clause[does.end() :]))


_MIN_AT = re.compile(_MIN)
_TURN_VERB = "(?:组织召开|召开|开展|组织(?!机构|法(?![律治制]))|举[办行]|进行|编发|印发)"
_TURNS = re.compile(
    rf"(?:、|，|,|并|和|及)(?={_TURN_VERB}|(?:{_MIN}|{_MAX})?{_N}(?:次|场|期|堂)[一-鿿“]{{2}})"
)
_ALL_ALIKE = re.compile(rf"各(?:{_MIN}|{_MAX})?{_N}(?:次|场|期|回|轮)$")


def _in_turn(window: str) -> list[tuple[int, int]]:
    """召开例会、开展评查: the parts of a clause that each do something; empty where one does."""
    marks = list(_TURNS.finditer(window))
    verb = re.search(_TURN_VERB, window[: marks[0].start()]) if marks else None
    if not verb or not window[verb.end() : marks[0].start()].strip(f"0123456789{_C}次场期堂"):
        return []
    bounds = [0, *(edge for found in marks for edge in found.span()), len(window)]
    turns = [(bounds[at], bounds[at + 1]) for at in range(0, len(bounds), 2)]
    told = [re.sub(rf"^.*?{_TURN_VERB}(?=.)", "", window[first:last]) for first, last in turns]
    return turns if all(len(each) >= 2 for each in told) else []


def _each_turn(
    text: str,
    anchor: _Anchor,
    turns: list[tuple[int, int]],
    floor: int,
    due: tuple[int, int] | None,
) -> list[CadencePhrase]:
    """One schedule for each thing done; 各一次 at the end says how often for all of them."""
    made: list[CadencePhrase] = []
    for turn in turns:
        made += _schedule(text, anchor, turn, floor, due, False)
    for at, each in enumerate(made):
        if at and each.presided_by is None:
            made[at] = replace(each, presided_by=made[0].presided_by)
        plain = each.bound == Bound.EXACT and not re.search(_TURN_VERB, each.phrase[-8:])
        if at and plain and made[0].bound == Bound.MIN:
            # 至少召开两次党组会议、一次局务会议: 至少 holds for both.
            made[at] = replace(made[at], max=None, bound=Bound.MIN)
    if made and _ALL_ALIKE.search(text[turns[-1][0] : turns[-1][1]]):
        last = made[-1]
        made = [replace(each, min=last.min, max=last.max, bound=last.bound) for each in made]
    return made


def _around(spans: list[tuple[int, int]], place: int) -> tuple[int, int] | None:
    """The one of the spans, which are in order, that a place is in."""
    at = bisect_right(spans, (place, sys.maxsize)) - 1
    return spans[at] if at >= 0 and place < spans[at][1] else None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands there, as in a cell of a table: 频次：每月."""
    before, after = text[start - 1 : start] if start else "\n", text[end : end + 1] or "\n"
    return before in "\n：:（(|\t" and after in "\n。；;）)|\t"


def _uncounted(ahead: str, window: str, anchor: _Anchor) -> _Counted:
    """Once, where no number is said; 至少 and 原则上 may still stand there."""
    word = ahead
    if not word and not anchor.name and (found := _LAST_BOUND.search(window[:8])):
        behind = window[found.end() : found.end() + 1]
        word = (found.lastgroup or "") if not re.match(rf"[\d{_C}]", behind) else ""
    if word == "min":
        return _Counted(1, None, Bound.MIN, -1, -1)
    bound = Bound.USUAL if word == "usual" else Bound.EXACT
    return _Counted(1, 1, bound, -1, -1)


# --- what is held, and who presides --------------------------------------------------------------

_LEADING = re.compile(
    r"^(?:[的地、，,和及]|应当?|需要?|要|须|必须|将|可以?|会(?!议|商|诊)|都|均|还|再|也|定期|固定|按时|坚持|集中(?!学)|统一|分别|各(?![单部项类所])"
    r"|至少|不少于|原则上|一般|通常|初|末|底|首月|首周|[一二三四五六日天](?=[上下晚早召组开举集的])|[上下]午|晚上?|早上?|[0-9]{1,2}[日号](?:之?前)?|最后一[周天个工作日]+|第[一二三四1-4]个?(?:周|星期|工作日|月)[一二三四五六日天]?"
    rf"|由?{_PERSON}(?:同志)?(?=主持|召集|牵头|组织|召开|带队)|由[^，]{{1,10}}?(?=主持|召集|牵头|组织|召开)"
    r"|主持召开|主持|召集|牵头|负责|组织召开|组织(?!机构|法(?![律治制]))|召开|开展|举行|举办|进行|安排|实施|专门|对(?!账|标|接)|举|开办|编发|推出|轮流|亲自|带头|带队|深入|[:：“\"‘（(《】])+"
)
_TRAILING = re.compile(
    r"(?:的?(?:工作)?(?:制度|机制)|雷打不动|如期(?:召开|举行)|按时召开|的|等|为|”|’|》|[、，,：:\s（(]|应当?|要|须|不|原则上|一般|至少|由|且|并)+$"
)
_HEAD_VERBS = re.compile(
    r"^(?:(?:要|应当?|并|同时|继续|严格|认真|切实|全面|深入|积极|进一步)*(?:坚持|落实|实行|执行|建立健全|建立|推行|健全|完善|抓好|做好|确保|保证|规定|明确|要求|组织召开|组织|召开|开展|举办|举行|通过|利用|发挥|依托|实施|其中))+"
)
_MEETING = re.compile(r"会议|例会|(?<![社机协学体商议])(?<!委员)会(?![商同诊计见展务费上晤场员议])")
_AFTER_MEETING = re.compile(
    r"(?:会议)?(?:专题(?:研究|学习|学法|研讨|听取)|集[中体](?:学习|学法|研究)|会前学法|学法|(?:的)?专题研究)[^，。；、并及以]{0,14}"
)
_OR = re.compile(r"或者?[^，。；、]{0,10}?会议?")
_TELLS = re.compile(r"[向对][^，。；]{1,24}?(?:报告|汇报|报送|通报|述职|述法)")
_PURPOSE = re.compile(
    r"、(?=[与对由向])|(?<=..)(?:并(?!轨)|以(?!案|上)|从而|用于|(?<!和)及时|，|[(（])"
)
_LIST = re.compile(r"、|以及|及(?!时|格)|和(?!谐|解)|与(?!会)")


def _whats(head: str, window: str, counted: _Counted, anchor: _Anchor) -> list[str | None]:
    """What is held: the name, what follows the number, what stands before it, or the subject."""
    if anchor.name:
        return [anchor.name]
    after, between = ("", window)
    if counted.start >= 0:
        after, between = window[counted.end :], window[: counted.start]
    between = re.sub(rf"(?:{_MIN}|{_MAX}|{_USUAL}|分别|各)+$", "", between)
    for part in (after, between):
        named = _named(part)
        if named:
            done = _LEADING.sub("", between) if part is after else ""
            if len(named) == 1 and 2 <= len(done) <= 6 and _kind(named[0]) == Kind.OTHER:
                return [f"{done}{named[0]}"]  # 带队督导1次办案中心: what is done says what it is
            return named
    subject = _HEAD_VERBS.sub("", head.strip("（( "))
    named = _named(subject)
    return named or [None]


def _named(part: str) -> list[str | None]:
    """The things named in a part of a sentence; nothing where only verbs are left."""
    part = _LEADING.sub("", part)
    part = _LEADING.sub("", part)
    for word in ("有", "了"):
        part = part.removeprefix(word)
    if not part:
        return []
    places = list(_LIST.finditer(part))
    if _TELLS.match(part):
        places = []
    if places and (listed := _meetings(part, places)):
        return list(listed)
    cut = _cut(part)
    cut = _TRAILING.sub("", cut)
    return [cut[:40]] if len(cut) >= 2 or cut in ("会",) else []


def _meetings(part: str, places: list[re.Match[str]]) -> list[str]:
    """The meetings of a list, nothing where one of them is none."""
    bounds = [0, *(edge for found in places for edge in found.span()), len(part)]
    pieces = [part[bounds[at] : bounds[at + 1]] for at in range(0, len(bounds), 2)]
    listed: list[str] = []
    for piece in pieces:
        found = _MEETING.search(piece)
        if not found:
            break
        listed.append(piece[: found.end()])
        if found.end() < len(piece.rstrip("”》’")):
            break
    return listed if len(listed) > 1 else []


def _cut(part: str) -> str:
    """As far as the name of the thing reaches."""
    if _TELLS.match(part):  # 向区委、区人大常委会报告…: the committee is who is told
        return part
    if found := _MEETING.search(part):
        while other := _OR.match(part, found.end()):
            found = other
        more = _AFTER_MEETING.match(part, found.end())
        return part[: more.end() if more else found.end()]
    purpose = _PURPOSE.search(part)
    return part[: purpose.start()] if purpose else part


_KINDS = (
    (Kind.TRAINING, r"培训|轮训|考试|测试|演练|训练|练兵|测验|[一]考|[一]测|[一]训"),
    (
        Kind.CHECK,
        r"检查|抽查|评查|考[核评]|督[察查导]|巡[查检]|排查|清[理查]|自查|核查|体检|评估|审核|回头看|盘点|测评|评议|互[评查]|点评",
    ),
    (
        Kind.REPORT,
        r"通报(?!会)|汇报|报[送告]|上报|[日周月季年旬]报|简报|述[职法]|公[布示]|统计|总结|反馈|发布|讲评(?!会)",
    ),
    (
        Kind.STUDY,
        r"学习(?!会)|学法|专题研究|讲堂|课堂|法[治制]课|一课|授课|专题学习|研学|夜[学校]|案[例件]?讨论|[一]案|[一]法|[一]学|[一]题|旁听|观摩|沙龙|研讨(?!会)|讲座|一讲",
    ),
    (Kind.MEETING, r"会议|例会|会(?!商|同|计|见)|会商|调度|研判|座谈|论坛"),
)
_KIND_WORDS = [(kind, re.compile(words)) for kind, words in _KINDS]


def _kind(what: str | None) -> Kind:
    """By the word for it that stands last: 党委会专题研究 is study, 案件评查通报会 a meeting."""
    best, at = Kind.OTHER, -1
    for kind, words in _KIND_WORDS:
        for found in words.finditer(what or ""):
            if found.end() > at:
                best, at = kind, found.end()
    return best


_BODIES = re.compile(r"党委|党组|领导机构|领导小组|办公会|局务会|常务会")


def _presided(
    text: str, head_at: int, anchor: _Anchor, window: str, whats: Iterable[str | None]
) -> str | None:
    """Who presides, as worded; None where nobody does, or it is not said who."""
    head = text[head_at : anchor.start]
    after = text[anchor.end : anchor.end + 1 + len(window) + 16]
    next_clause = re.match(rf"[^，。；]*[，,](由?{_PERSON}(?:同志)?(?:主持|召集))", after)
    presides = _PRESIDES.search(window) or _PRESIDES.search(head) or next_clause
    if not presides:
        led = re.search(rf"{_PERSON}(?:同志)?(?:应当?|要|须|坚持|定期)?$", head)
        if led and re.match(rf"(?:{_MODAL}|{_MIN}|组织|{_USUAL})*召开", window):
            return _last_person(head)
        return None
    if next_clause:
        return _last_person(next_clause.group(1))
    inside = _last_person(window[: _after_presiding(window)]) or _last_person(head)
    if inside:
        return inside
    sentence_at = max(text.rfind(mark, 0, head_at) for mark in "。\n") + 1
    earlier = _last_person(text[max(sentence_at, head_at - 160) : head_at])
    if earlier:
        return earlier
    return "主要负责人" if any(_BODIES.search(what or "") for what in whats) else None


def _after_presiding(window: str) -> int:
    found = _PRESIDES.search(window)
    return found.start() if found else len(window)


def _last_person(part: str) -> str | None:
    people = [found.group(1) for found in _PRESIDING.finditer(part)]
    return people[-1] if people else None


# --- quotas --------------------------------------------------------------------------------------


_AMOUNT = re.compile(
    rf"(?P<bound>{_MIN}|达到?|累计|共|总计|满|为|{_MAX})?"
    rf"(?:(?P<n>(?:\d{{1,4}}(?:\.\d)?|[{_C}百]{{1,5}}))(?:个)?|(?P<half>半)个?(?=工作日|天|日))"
    r"(?P<unit>学时|课时|小时|工作日|天|日)(?!内|前|之内|以内|之前|后|之后|报|夜|起)(?P<after>以上|左右)?"
)
_OF = {"学时": "hours", "小时": "hours", "课时": "class_hours", "天": "days", "日": "days"}
_OF["工作日"] = "days"
_LEARNING = re.compile(
    r"学习|培训|学法|训练|授课|轮训|脱产|集训|参训|实训|学时|课时|时间|旁听|实战|练兵"
)
_OF_OTHER_THINGS = re.compile(
    rf"时限|期限|用时|工期|办结|(?:\d|[{_C}])(?:次|场|期|批)[^，,]{{0,20}}[，,](?!每)"
)
# 每周至少接访半天: the bound stands before what is done.
_BOUND_AHEAD = re.compile(rf"{_MIN}[一-鿿]{{1,8}}$")
_EACH_TIME = re.compile(r"每(?:次|期|场|堂|课|批|轮|节)")
_QUOTA_PERIOD = re.compile(
    rf"(?:每(?:名|位|个)?(?:人|民警|[一-鿿]{{1,6}}?))?(?:每(?P<n>半|两|{_N})?个?(?P<unit>半月|半年|{_UNIT})"
    r"|(?<![\d一二两三四五六七八九十去今近])(?P<whole>全年|年人均|人均年|年度内?|年内|一年内?))"
)


def _quotas(text: str) -> list[_Quota]:
    quotas: list[_Quota] = []
    last = 0
    for found in islice(_AMOUNT.finditer(text), MOST_PHRASES):
        amount = number_of(found["n"]) if found["n"] else Decimal("0.5")
        if amount is None:
            continue
        lowest = max(last, found.start() - _REACH)
        for mark in "。；;！\n":
            lowest = max(lowest, text.rfind(mark, lowest, found.start()) + 1)
        before = text[lowest : found.start()]
        if quotas and found.start() == last + 1 and text[last] in "、和或及":
            of = _OF[found["unit"]]
            quotas.append(replace(quotas[-1], amount=amount, of=of, end=found.end()))
            quotas[-1] = replace(quotas[-1], start=found.start())
            last = found.end()
            continue
        periods = list(_QUOTA_PERIOD.finditer(before))
        if not periods:
            continue
        period = periods[-1]
        gap = before[period.end() :]
        if _EACH_TIME.search(gap) or re.search(r"\d月$|月$", gap):
            continue
        read = ("year", 1) if period["whole"] else _period(period["unit"], period["n"])
        is_bound = found["bound"] is not None and found["bound"] not in ("为", "满", "共")
        is_bound = is_bound or _BOUND_AHEAD.search(gap) is not None
        learns = _LEARNING.search(gap) or found["unit"] in ("学时", "课时")
        if read is None or not (learns or (is_bound and found["unit"] != "小时") or is_bound):
            continue
        if found["unit"] == "日" and not is_bound:
            continue
        if gap.count("，") + gap.count(",") > 1:
            continue
        if re.search(r"[，,]", gap) and _OF_OTHER_THINGS.search(gap):
            continue  # 每月练兵1次，人均学习60学时: the period is that of the practice alone
        anchor = lowest + (period.start("unit") if period["unit"] else period.start())
        each_at = text.rfind("每", lowest, anchor + 1) if period["unit"] else anchor
        quotas.append(
            _Quota(
                amount,
                _OF[found["unit"]],
                read[0],
                read[1],
                lowest + period.start(),
                found.end(),
                each_at,
            )
        )
        last = found.end()
    return quotas


# --- due dates -----------------------------------------------------------------------------------

_BEFORE = r"(?:[(（][^)）]{1,8}[)）])?(?:下班)?(?:前|之前|以前)"
_DAY = rf"(?:\d{{1,2}}|[一二三]?十[{_C}]?|[{_C}])"
_END = r"(?:月?底|月?末|的?最后一[日天])"
_MONTH_DAY = rf"(?:{_M}月(?:份)?(?:{_DAY}[日号]|底|末|的?最后一[日天]))"
_DUE_YEAR = re.compile(
    rf"每(?:一)?(?:个)?年度?(?:的)?(?P<next>次年|下一?年)?(?:的|在|于)?(?P<days>{_MONTH_DAY}(?:(?:、|，|,|和|及|与|或){_MONTH_DAY}){{0,5}}){_BEFORE}"
    rf"|每(?:一)?年度?(?:的)?(?P<mon>{_M}(?:月份?)?(?:[、和及与]{_M}(?:月份?)?){{1,5}})(?P<sameday>{_DAY})[日号]{_BEFORE}"
    rf"|(?P<late>不迟于|不晚于|最迟(?:于|在)?|截止(?:到|至)?)每年(?P<lday>{_MONTH_DAY})"
    rf"|(?P<after>次年|翌年|下一年度?|下年度?|第二年)(?:的)?(?P<nday>{_MONTH_DAY}){_BEFORE}"
    rf"|每年度?(?:的)?(?:年)?[底末终]{_BEFORE}"
    rf"|每年(?:的)?(?P<half>[上下])半年(?:结束|终了|[底末]){_BEFORE}"
    rf"|每年(?:的)?第?(?P<quarter>[一二三四1-4])季度(?:结束|终了|[底末]){_BEFORE}"
)
_PER = r"(?P<per>半年度?|季度?|月(?:份|度)?|周|年度?|旬|考核年度)"
_DUE_AFTER = re.compile(
    rf"(?P<each>每(?:个|一)?(?:一)?)?{_PER}(?:度)?(?:结束|终了|终结|期满|届满)?(?:之?后|过后)(?:的)?(?:第)?(?P<n>{_N})个?(?P<unit>工作日|日|天|月|周)(?:之?内|以内|{_BEFORE})"
)
_DUE_WITHIN = re.compile(
    rf"(?P<each>每(?:个|一)?)?{_PER}(?:度)?(?:的)?(?:最后一个月|末月|最后一月)(?:的)?(?P<day>{_DAY})[日号]{_BEFORE}"
    rf"|(?P<each2>每(?:个|一)?|下一?|次)(?P<per2>季度?|半年)度?(?:的)?(?:首月|第一个月|头一?个?月)(?:的)?(?P<day2>{_DAY})[日号]{_BEFORE}"
    rf"|每(?:个)?月(?:份)?(?:的)?(?P<day3>{_DAY})[日号]{_BEFORE}"
    rf"|(?:每月)?(?P<next>次月|翌月|下一?个?月|每月后)(?:的)?(?P<day4>{_DAY})[日号]{_BEFORE}"
    rf"|每(?:周|星期)(?P<weekday>[一二三四五六日天])(?:[上下]午|中午)?{_BEFORE}"
    rf"|(?P<each5>每(?:个|一)?)?(?P<per5>半年|季度?|月|周)度?(?:的)?(?P<last>月?[底末终]|最后一(?:日|天|个工作日)){_BEFORE}"
    rf"|(?<![\d〇零一二三四五六七八九十本当今去明该])年(?:度)?[底末终]{_BEFORE}"
)
_PERIODS = {
    "半年": "half_year",
    "季": "quarter",
    "季度": "quarter",
    "月": "month",
    "周": "week",
    "年": "year",
    "考核年": "year",
}
_ONE_OFF = set("本当上下今去明该一二三四五六七八九十第0123456789个次整近前")
_STEP = {"日": "d", "天": "d", "工作日": "wd", "月": "m", "周": "d"}


def _dues(text: str) -> list[tuple[int, int, str]]:
    """The due dates of a plain text as start, end, rule."""
    found: list[tuple[int, int, str]] = []
    for each in islice(_DUE_YEAR.finditer(text), MOST_PHRASES):
        found.extend((*each.span(), rule) for rule in _yearly(each))
    for each in islice(_DUE_AFTER.finditer(text), MOST_PHRASES):
        if rule := _after(text, each):
            found.append((*each.span(), rule))
    for each in islice(_DUE_WITHIN.finditer(text), MOST_PHRASES):
        if rule := _within(text, each):
            found.append((*each.span(), rule))
    found.extend(_dues_of_same_year(text, [each for each in found if each[2][:2].isdecimal()]))
    kept: list[tuple[int, int, str]] = []
    last = (0, 0)
    for start, end, rule in sorted(set(found), key=lambda one: (one[0], -one[1], one[2])):
        if start >= last[1] or (start, end) == last:
            kept.append((start, end, rule))
            last = (start, end)
    return kept


_DUE_ALSO = re.compile(rf"[^。；;，,\n]{{0,14}}[、，,；;](?P<at>于?(?P<day>{_MONTH_DAY}){_BEFORE})")


def _dues_of_same_year(
    text: str, yearly: list[tuple[int, int, str]]
) -> Iterator[tuple[int, int, str]]:
    """每年3月1日前报送、4月1日前公开: 每年 holds for the second day too."""
    for _, end, _ in yearly:
        while also := _DUE_ALSO.match(text, end):
            if rule := _month_day(also["day"]):
                yield (*also.span("at"), rule)
            end = also.end()


def _yearly(found: re.Match[str]) -> list[str]:
    if found["days"]:
        days = re.findall(_MONTH_DAY, found["days"])
        if found["next"]:
            return [rule for day in days if (rule := _next_year(day))]
        return [rule for day in days if (rule := _month_day(day))]
    if found["mon"]:
        day = _small(found["sameday"])
        return [f"{month:02}-{day:02}" for month in _months(found["mon"]) if day and day <= 31]
    if found["lday"]:
        return [rule for rule in [_month_day(found["lday"])] if rule]
    if found["nday"]:
        return [rule for rule in [_next_year(found["nday"])] if rule]
    if found["half"]:
        return ["06-30" if found["half"] == "上" else "12-31"]
    if found["quarter"]:
        month = 3 * _quarter(found["quarter"])
        return [f"{month:02}-{monthrange(2024, month)[1]:02}"]
    return ["12-31"]


def _month_and_day(text: str) -> tuple[int, int] | None:
    """A month and a day of it; 底 is its last, and 29 February stands for that of February."""
    month_text, _, day_text = text.partition("月")
    month = _small(month_text)
    if not month or month > 12:
        return None
    longest = monthrange(2024, month)[1]
    day = _small(day_text.removeprefix("份").rstrip("日号")) if day_text[-1:] in "日号" else longest
    if "最后" in day_text:
        day = longest
    return (month, day) if day and day <= longest else None


def _month_day(text: str) -> str | None:
    read = _month_and_day(text)
    return f"{read[0]:02}-{read[1]:02}" if read else None


def _next_year(text: str) -> str | None:
    read = _month_and_day(text)
    return f"year+{read[0]}m:{read[1]}" if read else None


def _after(text: str, found: re.Match[str]) -> str | None:
    if not found["each"] and text[found.start() - 1 : found.start()] in _ONE_OFF and found.start():
        return None
    per = _PERIODS.get(found["per"].removesuffix("度").removesuffix("份"))
    many = _small(found["n"])
    ends = re.search(r"结束|终了|终结|期满|届满", found.group())
    if not per or not many or not (found["each"] or ends or per in ("month", "quarter")):
        return None
    many = many * 7 if found["unit"] == "周" else many
    return f"{per}+{many}{_STEP[found['unit']]}"


def _within(text: str, found: re.Match[str]) -> str | None:
    one_off = found.start() > 0 and text[found.start() - 1] in _ONE_OFF
    if found["day"]:
        per, day = _PERIODS.get(found["per"].removesuffix("度")), _small(found["day"])
        return f"{per}+0d:{day}" if per and day and (found["each"] or not one_off) else None
    if found["day2"]:
        per, day = _PERIODS.get(found["per2"].removesuffix("度")), _small(found["day2"])
        return f"{per}+1m:{day}" if per and day else None
    if found["day4"]:
        day = _small(found["day4"])
        return f"month+1m:{day}" if day and day <= 31 else None
    if found["day3"]:
        day = _small(found["day3"])
        return f"month+0d:{day}" if day and day <= 31 else None
    if found["weekday"]:
        return f"week+0d:{min('一二三四五六日天'.index(found['weekday']) + 1, 7)}"
    if found["last"]:
        if one_off and not found["each5"]:
            return None
        return f"{_PERIODS[found['per5'].removesuffix('度')]}+0d"
    return "12-31"
