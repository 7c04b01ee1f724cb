"""What the wording of a measure leaves open: who does it, until when, how one sees it is done.

"进一步加强…", "持续推进…" can be written every year and never fail. Such a measure is marked when
it is written; it is never refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Open(StrEnum):
    """What a measure does not say."""

    WHO = "who"
    WHEN = "when"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Worded:
    """A measure as written. ``has_person``: somebody is named; ``has_due``: it has a due day."""

    title: str
    standard: str = ""
    has_person: bool = False
    has_due: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing left open; ``phrase`` is what stands there instead, as it is written."""

    open: Open
    phrase: str = ""


# More of the same, without an end: adverb and verb, or one of the set phrases alone.
_MORE = (
    "进一步|持续|不断|继续|切实|着力|大力|深入|扎实|全力|努力|积极|有效|稳步|逐步|更加|高度|充分"
)
_DO = (
    "加强|强化|推进|推动|深化|提高|提升|增强|完善|优化|改进|规范|落实|做好|抓好|开展|巩固|夯实"
    "|加大|重视|发挥|营造|健全|改善|促进|狠抓|严格"
)
_VAGUE = re.compile(
    rf"(?:{_MORE})(?:地)?(?:{_DO})"
    r"|加大[^，。；、]{0,8}力度|(?:加强|强化|提高|提升|增强)[^，。；、]{0,8}(?:意识|水平|能力|质效|力度)"
    r"|(?:常抓不懈|抓紧抓实|抓好抓实|落到实处|取得实效|见成效|明显成效|显著成效|明显改善|明显提升|上台阶|上水平)"
)

# A number of things, a share of all, or none left.
_COUNTED = re.compile(
    r"(?:\d+|[一二两三四五六七八九十百]+)\s*(?:个|次|场|期|份|项|件|人|名|起|篇|条|家|处|台|套|课时|学时|小时|轮|批|块|本|部|支|种|类|分)"
    r"|\d+(?:\.\d+)?\s*[%％]|百分之|\d+\s*/\s*\d+"
    r"|全覆盖|全部|逐[一案件人份项所]|人人|每(?:人|案|件|份|所|个单位)|各(?:所|单位|派出所)均|归零|清零|清仓|零(?:差错|投诉|超期|积压|发生)"
    r"|无(?:超期|积压|遗漏|漏|新增|一)|不再(?:发生|出现)|不超过|不少于|不低于|以上|以内"
)
# A thing that is there afterwards or is not: a document issued, a system in use.
_PRODUCT = re.compile(
    r"(?:制定|修订|印发|出台|下发|编印|建立|建成|配齐|配备|安装|启用|上线|补录|补齐|补办|更换|完成|办结|签订|整理归档|归档|移交|退还|公布|张贴)"
)
_FORM = re.compile(
    r"办法|制度|方案|细则|清单|规定|流程|手册|台账|通知|意见|系统|平台|设备|记录仪|场所|卷宗|手续"
    r"|登记|记录|标识|公告|协议|名册|指引|模板|案件|物品"
)

# A day, a month, a term, or a rhythm.
_TIMED = re.compile(
    r"\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?(?:份)?(?:底|末|初|中旬|上旬|下旬|前|内)?|\d{1,2}\s*日前"
    r"|(?:本|当|次|下|上)(?:周|月|季度|年度?)(?:底|末|内)?|年(?:底|末|内)|月(?:底|末)前|季度(?:末|内)"
    r"|(?:上|下)半年|第[一二三四1-4]季度|[一二三四]季度|\d+\s*个?(?:工作日|日|天|周|星期|月)(?:之?内|以内)"
    r"|每(?:半|两|双|[0-9]+个?)?(?:日|天|周|旬|月|季度?|年)|按(?:周|月|季|年)|立即|即日|当日|当场"
)


def left_open(measure: Worded) -> list[Remark]:
    """What the measure does not say, in the order who, when, how it is tested; empty: all said.

    *Who*: a person is named. *When*: a due day is set, or the text names a day, a term or a rhythm.
    *Test*: the standard of completion says something that can fail, or the text counts something or
    names what will be there afterwards. A standard of nothing but vague words is none.
    """
    remarks = []
    if not measure.has_person:
        remarks.append(Remark(Open.WHO))
    if not measure.has_due and not says_when(f"{measure.title} {measure.standard}"):
        remarks.append(Remark(Open.WHEN))
    if not (has_test(measure.title) or _is_a_standard(measure.standard)):
        found = vague_phrases(measure.title) or vague_phrases(measure.standard)
        remarks.append(Remark(Open.TEST, found[0] if found else ""))
    return remarks


def vague_phrases(text: str) -> list[str]:
    """The phrases that ask for more of the same, as written, in order, each once."""
    return list(dict.fromkeys(found.group() for found in _VAGUE.finditer(text)))


def says_when(text: str) -> bool:
    """Whether the text names a day, a month, a term or a rhythm."""
    return _TIMED.search(text) is not None


def has_test(text: str) -> bool:
    """Whether the text says something that can be counted, or that is there afterwards or not."""
    if _COUNTED.search(text):
        return True
    return any(_PRODUCT.search(part) and _FORM.search(part) for part in _parts(text))


def _is_a_standard(text: str) -> bool:
    """What is written as a standard is taken as one, unless it is vague in every part."""
    parts = [part for part in _parts(text) if part.strip()]
    return bool(parts) and (has_test(text) or any(not vague_phrases(part) for part in parts))


def _parts(text: str) -> Iterable[str]:
    return re.split(r"[，。；、,;\n]", text)
