"""Whether a text is a yearly report on rule-of-law work, or what it seems to be instead."""

import re
from enum import StrEnum

from reports.domain.summaries import SectionRole
from reports.domain.wording_structure import Section


class NoReport(StrEnum):
    """Why a text is not taken for such a report."""

    EMPTY = "empty"
    GOVERNMENT_WORK = "government_work"
    LAW = "law"
    NOTICE = "notice"
    PLAN = "plan"
    NEWS = "news"
    RECTIFICATION = "rectification"
    OTHER_REPORT = "other_report"
    WITHOUT_CHAPTERS = "without_chapters"
    NO_SUCH_TEXT = "no_such_text"


_SUBJECT = re.compile(r"法治(?!日报|宣传员)|依法行政|依法治|法制")
_OF_SUCH_A_REPORT = re.compile(
    r"(?:法治|依法行政|依法治|法制)[^。《》]{0,40}(?:报告|总结|情况|汇报|自查|年报|述法)"
)
_AS_FOLLOWS = re.compile(
    r"(?:法治|依法行政|依法治|法制)[^。\n]{0,60}(?:报告|汇报|总结|通报|公布|公开)[^。\n]{0,8}如下"
    r"|(?:报告|汇报|总结)[^。\n]{0,8}如下"
)
_ARTICLE = re.compile(r"(?:^|[\n 。])\s{0,8}第[一二三四五六七八九十百零]+条[ \n:、]")
_NEWS_TITLE = re.compile(r"(?:召开|举行|举办|发布|启动|莅临|赴.{1,12}调研)")


def why_no_report(text: str, title: str | None, sections: list[Section]) -> NoReport | None:
    """None when the narrow text is such a report; otherwise what speaks against it."""
    if not re.search(r"\w", text):
        return NoReport.EMPTY
    head = text[:1500]
    name = re.sub(r"\s", "", title or "")
    first_line = next((line.strip() for line in text.split("\n") if line.strip()), "")[:80]
    lines = [line.strip() for line in head.split("\n")[:12] if line.strip() and len(line) < 80]
    named = [name, *lines] if name else lines
    if re.search(r"各位代表", head) or any(
        re.fullmatch(r".{0,24}政府工作报告.{0,12}", re.sub(r"\s", "", each)) for each in named[:6]
    ):
        return NoReport.GOVERNMENT_WORK
    if len(_ARTICLE.findall(text[:20_000])) >= 4:
        return NoReport.LAW
    chapters = {each.role for each in sections if each.level == 1 or each.role != sections[0].role}
    good = bool(name) and _OF_SUCH_A_REPORT.search(name) is not None
    if any(
        re.search(r"(?:通知|通告|公告|批复|的函|决定)(?:\(.{1,8}\))?$", each) for each in named[:6]
    ) or (
        re.search(r"通知如下|请(?:各单位|各部门|遵照|认真)[^。]{0,20}(?:执行|落实)", text)
        and not good
    ):
        return NoReport.NOTICE
    if any(
        re.search(
            r"(?:巡察|巡视|审计|督察|专项).{0,12}整改|整改(?:进展|落实|完成)?情况的?(?:通报|报告)",
            each,
        )
        and not _SUBJECT.search(each)
        for each in named[:6]
    ):
        return NoReport.RECTIFICATION
    if any(
        re.search(r"政府信息公开.{0,8}年度报告|信息公开年度?报告|预算|决算|政务公开工作", each)
        for each in named[:6]
    ):
        return NoReport.OTHER_REPORT
    if _is_news(text, named, sections, first_line):
        return NoReport.NEWS
    if name and re.search(r"(?:要点|方案|规划|计划|纲要|办法|意见)(?:\(.{1,8}\))?$", name):
        told = re.search(r"总结|情况|报告", name)
        if not told:
            return NoReport.PLAN
    if (
        any(re.search(r"(?:工作要点|实施方案|工作方案|工作计划|规划)$", each) for each in named[:2])
        and not good
    ):
        return NoReport.PLAN
    weight = len(_SUBJECT.findall(text))
    told_roles = chapters - {SectionRole.OTHER}
    if good:
        return None if sections or len(text) > 400 else NoReport.WITHOUT_CHAPTERS
    if weight >= 2 and _AS_FOLLOWS.search(text[:4000]) and len(told_roles) >= 2:
        return None
    if weight >= 5 and len(told_roles) >= 2 and weight * 400 >= len(text):
        return None
    if SectionRole.FIRST_PERSON in told_roles and len(told_roles) >= 2:
        return None
    if len(told_roles) >= 2 and sections:
        return NoReport.OTHER_REPORT
    return NoReport.NO_SUCH_TEXT


def _is_news(text: str, named: list[str], sections: list[Section], first_line: str) -> bool:
    if any(
        each.level == 1 and each.role == SectionRole.NEXT_YEAR and each.number for each in sections
    ):
        return False
    if (
        re.search(r"本报讯|本网讯|(?:记者|通讯员)[ :]?[\u4e00-\u9fff]{1,4}", text[:600])
        and len(sections) < 3
    ):
        return True
    if len(sections) >= 3:
        return False
    titled = any(_NEWS_TITLE.search(each) for each in [*named[:3], first_line])
    dated = re.search(
        r"(?:^|[\n。 ])(?:20\d\d年)?(?:\d+月\d+日|近日|日前|昨日|今天)(?:上午|下午)?,", text[:800]
    )
    return titled and (dated is not None or len(text) < 600)
