"""What the first responsible person does in person, and what may never be part of it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DutyLevel(StrEnum):
    """Whose duties a list names."""

    PARTY_HEAD = "party_head"
    GOVERNMENT_HEAD = "government_head"
    BUREAU = "bureau"


class DeedKind(StrEnum):
    """How a leader saw to something; the first four are the 四个亲自."""

    DEPLOYED = "deployed"
    ASKED = "asked"
    COORDINATED = "coordinated"
    SUPERVISED = "supervised"
    STUDY = "study"
    REPORT_HEARD = "report_heard"
    REVIEWED = "reviewed"
    COURT = "court"
    COUNSEL = "counsel"


FOUR_IN_PERSON = (
    DeedKind.DEPLOYED,
    DeedKind.ASKED,
    DeedKind.COORDINATED,
    DeedKind.SUPERVISED,
)


class DeedForm(StrEnum):
    """In which form a leader did it."""

    INSTRUCTION = "instruction"
    MEETING = "meeting"
    RESEARCH = "research"
    OTHER = "other"


class AccountForm(StrEnum):
    """How account is given (述法)."""

    MEETING = "meeting"
    WRITTEN = "written"


# --- individual cases -----------------------------------------------------------------------------
#
# 《领导干部干预司法活动、插手具体案件处理的记录、通报和责任追究规定》（中办发〔2015〕23号）:
# leaders see to work, never to the handling of an individual case. What names one is kept out.

_CRIMES = (
    "诈骗|盗窃|抢劫|抢夺|伤害|杀人|强奸|猥亵|绑架|拘禁|敲诈勒索|寻衅滋事|聚众斗殴|殴打他人|"
    "赌博|赌场|贩毒|贩卖毒品|运输毒品|制造毒品|持有毒品|吸毒|卖淫|嫖娼|职务侵占|挪用资金|"
    "吸收公众存款|非法集资|集资|传销|洗钱|帮信|危险驾驶|醉驾|交通肇事|妨害公务|阻碍执行职务|袭警|"
    "纵火|放火|爆炸|投毒|贪污|受贿|行贿|走私|拐卖|非法经营|假药|伪劣产品|侵犯公民个人信息"
)
# 诈骗案件侦办、盗窃案多发 speak of a kind of cases; 张某诈骗案 of one of them.
_NOT_ONE = r"(?![件卷例由情源发多防区管台])"
_YEAR = r"[(〔\[【](?:19|20)\d{2}[)〕\]】]"
# The character before 案 makes it a plan, a proposal, a file … and no case.
_OTHER_WORD = r"(?<![方预档草备提议答教图文个立])"
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程"
    "吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万"
    "钱严赖覃武莫孔"
)
_WORDS_NOT_NAMES = (
    "高风险|高危|许可|程序|任何|任意|任务|方面|方式|金额|白天|严格|严密|严重|万一|钱款|钱财|武装|段落|"
    "江湖|史料|莫名|于法|周期|马上|石块|田间|何时|何种|何人"
)

_CASE_NUMBERS = (
    # （2025）示0101刑初12号, （2024）最高法行再5号, （2014）朝刑初字第1234号
    rf"{_YEAR}[一-鿿]{{1,4}}\d{{0,6}}(?:刑|民|行|执|破|赔|商|知)[一-鿿]{{0,4}}\d*字?第?\d+号",
    # 示公（刑）立字〔2026〕12号, 示公(东)行罚决字〔2026〕3号; 公通字〔2018〕33号 is none
    (
        r"公(?:[(][^()]{1,10}[)])?[一-鿿]{0,5}"
        r"(?:立|受案|罚决|决|刑|拘|捕|诉|搜查|扣|鉴|撤案|移|保|监居|不予|终止)[一-鿿]{0,4}"
        rf"字{_YEAR}第?\d+号"
    ),
    # 示检刑诉〔2025〕12号
    rf"检[一-鿿]{{0,6}}(?:诉|捕|批)[一-鿿]{{0,3}}{_YEAR}第?\d+号",
    # 示府行复〔2026〕3号
    rf"行复(?:字|决字|决)?{_YEAR}第?\d+号",
    # The numbers of a police case and of an alarm.
    r"(?<![0-9A-Za-z])[AJaj]\d{16,}",
)
_CASE_NAMES = (
    # 某某案, 张某诈骗案, ×××诈骗案件, 李某某故意伤害一案
    (
        rf"(?:[{_SURNAMES}]?某某|[{_SURNAMES}]某|[{_SURNAMES}]?(?:×{{2,}}|[Xx]{{2,}}|\*{{2,}}|○{{2,}}))"
        r"(?!派出所|分局|单位|大队|支队|所|局|地|县|区|市)[^,。;、]{0,14}?"
        rf"{_OTHER_WORD}案(?![卷例管场台])"
    ),
    # 王大海盗窃案, 跨境赌博案
    rf"[^,。;、\s]{{0,8}}(?:{_CRIMES})罪?{_OTHER_WORD}(?:一案|案{_NOT_ONE})",
    # “5·20”专案, 3·12命案, “4·15”案件
    (
        r"[\"“”]?\d{1,2}[·•・‧∙]\d{1,2}[\"“”]?(?:特大|重大|系列|跨境|涉黑|涉恶)*"
        rf"(?:{_CRIMES}|专|命|枪|毒|大)?案(?![例卷])"
    ),
    # “猎狐”专案
    r"[\"“”][^\"“”]{1,12}[\"“”](?:特大|重大|系列|跨境)*(?:专案|大案|命案|要案)(?![例卷])",
)
_PARTIES = (
    # 犯罪嫌疑人张三, 嫌疑人李某; 犯罪嫌疑人合法权益 names nobody
    (
        r"(?:嫌疑人|被告人|违法行为人|被害人|受害人|当事人|信访人|上访人|申请复议人)[:“\"]?"
        rf"(?:[一-鿿]某|某某|×{{2,}}|(?!{_WORDS_NOT_NAMES})[{_SURNAMES}][一-鿿]{{1,2}}"
        r"(?=$|[,。;、:\s(”\"的等涉于因诉在]|一案))"
    ),
)
_NUMBER = re.compile("|".join(_CASE_NUMBERS))
# The first that fits tells the passage: what names somebody before what names a crime alone.
_NAMES = tuple(re.compile(pattern) for pattern in (*_CASE_NAMES, *_PARTIES))


def plain_marks(text: str) -> str:
    """Text as the patterns want it: full-width marks narrow, blanks left out."""
    text = unicodedata.normalize("NFKC", text)
    text = text.replace("，", ",").replace("；", ";").replace("：", ":")
    text = text.replace("「", "“").replace("」", "”").replace("『", "“").replace("』", "”")
    return re.sub(r"\s+", "", text)


def case_number_in(text: str) -> str:
    """The number of a case (of a court, the police, the prosecution) in a text; empty: none.

    The number of an official paper (示公发〔2026〕12号) is none.
    """
    found = _NUMBER.search(plain_marks(text))
    return found[0] if found else ""


def case_name_in(text: str) -> str:
    """What in a text names an individual case or one of its parties; empty: nothing.

    Work about cases (案卷评查, 涉案财物管理, 执法办案中心, 电信诈骗案件侦办) names none.
    """
    plain = plain_marks(text)
    return next((found[0] for name in _NAMES if (found := name.search(plain))), "")


# --- recording -----------------------------------------------------------------------------------


class AgainstDeed(StrEnum):
    """Why something cannot be recorded as a deed of a leader."""

    IN_FUTURE = "in_future"
    NO_TITLE = "no_title"
    HELD_NO_POST = "held_no_post"
    SEVERAL_LINKS = "several_links"
    LINK_ELSEWHERE = "link_elsewhere"
    LINK_CANCELLED = "link_cancelled"
    LINKED_BEFORE = "linked_before"
    CASE_LINKED = "case_linked"
    CASE_IN_TITLE = "case_in_title"
    CASE_IN_OCCASION = "case_in_occasion"
    CASE_IN_NUMBER = "case_in_number"
    PARTY_NAMED = "party_named"


# What stands in the way because it speaks of an individual case.
ABOUT_A_CASE = frozenset(
    {
        AgainstDeed.CASE_LINKED,
        AgainstDeed.CASE_IN_TITLE,
        AgainstDeed.CASE_IN_OCCASION,
        AgainstDeed.CASE_IN_NUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason, with the passage it is about where there is one."""

    code: AgainstDeed
    passage: str = ""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the rules ask of the record that a deed refers to."""

    is_case: bool = False
    elsewhere: bool = False
    cancelled: bool = False
    linked_before: bool = False


@dataclass(frozen=True, slots=True)
class DeedFacts:
    """What is to be recorded; ``held_post``: the person held a post in the unit on that day."""

    kind: DeedKind
    on: date
    title: str
    occasion: str = ""
    document_number: str = ""
    held_post: bool = True
    links: tuple[LinkFacts, ...] = ()


_FIELDS = (
    ("title", AgainstDeed.CASE_IN_TITLE),
    ("occasion", AgainstDeed.CASE_IN_OCCASION),
    ("document_number", AgainstDeed.CASE_IN_NUMBER),
)


def reasons_against_deed(facts: DeedFacts, *, today: date) -> list[Objection]:
    """Why it cannot be recorded; empty when it can.

    The 四个亲自 are work matters: neither a record about an individual case may be linked nor a
    text name one (中办发〔2015〕23号). The same holds for the texts of every other kind, except
    that an appearance in court names its case by its number, never by its parties.
    """
    reasons = []
    if not facts.title.strip():
        reasons.append(Objection(AgainstDeed.NO_TITLE))
    if facts.on > today:
        reasons.append(Objection(AgainstDeed.IN_FUTURE))
    elif not facts.held_post:
        reasons.append(Objection(AgainstDeed.HELD_NO_POST))
    if len(facts.links) > 1:
        reasons.append(Objection(AgainstDeed.SEVERAL_LINKS))
    for link in facts.links:
        reasons += _against_link(link, facts.kind)
    return [*reasons, *_against_texts(facts)]


def _against_link(link: LinkFacts, kind: DeedKind) -> Iterable[Objection]:
    if link.elsewhere:
        yield Objection(AgainstDeed.LINK_ELSEWHERE)
    if link.cancelled:
        yield Objection(AgainstDeed.LINK_CANCELLED)
    if link.is_case and kind in FOUR_IN_PERSON:
        yield Objection(AgainstDeed.CASE_LINKED)
    if link.linked_before:
        yield Objection(AgainstDeed.LINKED_BEFORE)


def _against_texts(facts: DeedFacts) -> Iterable[Objection]:
    for field, code in _FIELDS:
        text = getattr(facts, field)
        name = case_name_in(text)
        if facts.kind == DeedKind.COURT:
            if name:
                yield Objection(AgainstDeed.PARTY_NAMED, name)
        elif passage := case_number_in(text) or name:
            yield Objection(code, passage)


class AgainstAccount(StrEnum):
    """Why an account given (述法) cannot be recorded."""

    IN_FUTURE = "in_future"
    BEFORE_ITS_YEAR = "before_its_year"
    HELD_NO_POST = "held_no_post"
    NOBODY = "nobody"
    MEETING_OF_A_PAPER = "meeting_of_a_paper"
    MEETING_ELSEWHERE = "meeting_elsewhere"
    COMMENT_OF_NOBODY = "comment_of_nobody"
    GIVEN_BEFORE = "given_before"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is to be recorded of an account given for a year."""

    year: int
    on: date
    form: AccountForm
    before: str
    comment: str = ""
    commented_by: str = ""
    held_post: bool = True
    has_meeting: bool = False
    meeting_elsewhere: bool = False
    given_before: bool = False


def reasons_against_account(facts: AccountFacts, *, today: date) -> list[AgainstAccount]:
    """Why it cannot be recorded; empty when it can.

    It is given for a year, in it or after it, once; by someone who held a post in that year.
    """
    told = {
        AgainstAccount.IN_FUTURE: facts.on > today,
        AgainstAccount.BEFORE_ITS_YEAR: facts.on < date(facts.year, 1, 1),
        AgainstAccount.HELD_NO_POST: not facts.held_post,
        AgainstAccount.NOBODY: not facts.before.strip(),
        AgainstAccount.MEETING_OF_A_PAPER: facts.form == AccountForm.WRITTEN and facts.has_meeting,
        AgainstAccount.MEETING_ELSEWHERE: facts.meeting_elsewhere,
        AgainstAccount.COMMENT_OF_NOBODY: bool(facts.comment.strip())
        and not facts.commented_by.strip(),
        AgainstAccount.GIVEN_BEFORE: facts.given_before,
    }
    return [code for code, holds in told.items() if holds]


def answers_on(period_first: date, period_last: date, done_on: date | None, on: date) -> date:
    """The day whose holder of the post a due belongs to, as of ``on``.

    What was done belongs to who held the post that day, what was not to the holder at the end of
    its period; while it runs, to the holder of today. So each due is told of one term alone.
    """
    if done_on is not None and done_on <= on:
        return done_on
    return max(period_first, min(period_last, on))
