"""The order of a report's parts: what each is for and which sorts of records speak in it.

A template is data. Three are delivered; a bureau may copy one and change it. The codes of what a
part draws on are one registry, so that a template can be checked without writing a report.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from reports.domain.summaries import Numbering, SectionRole


class Draw(StrEnum):
    """A sort of records that speaks in a part of the report."""

    FORMULA = "formula"
    ORGANISATION = "organisation"
    SCHEDULES = "schedules"
    COUNSEL = "counsel"
    MEETINGS = "meetings"
    PROMISES = "promises"
    TASKS = "tasks"
    PLAN = "plan"
    HONOURS = "honours"
    INDICATORS = "indicators"
    RECORDS = "records"
    PROBLEMS = "problems"
    FIRST_PERSON = "first_person"
    NEXT_YEAR = "next_year"


# Work records of one heading: ``records:publicity``; without a heading, those that no part names.
OF_HEADING = f"{Draw.RECORDS.value}:"
# What makes a paragraph of each record, whatever heading its part has.
BY_ITSELF = frozenset({Draw.PROBLEMS.value, Draw.NEXT_YEAR.value})


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of a part; without a heading each sort of records brings its own.

    ``asks`` is what must be said there, checked against the draft.
    """

    heading: str = ""
    draws: tuple[str, ...] = ()
    asks: str = ""


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A part of the report. ``{year}`` and ``{next_year}`` in the heading stand for the years."""

    role: SectionRole
    heading: str
    parts: tuple[Part, ...] = ()
    numbering: Numbering = Numbering.CHAPTERS


@dataclass(frozen=True, slots=True)
class Plan:
    """A template as the words are written from it."""

    code: str
    name: str
    sections: tuple[SectionPlan, ...]

    def draws(self) -> Iterator[str]:
        """Every code of what is drawn on, in order."""
        for section in self.sections:
            for part in section.parts:
                yield from part.draws

    @property
    def headings_drawn(self) -> frozenset[str]:
        """The headings of work records that have a part of their own."""
        return frozenset(heading_of(code) for code in self.draws()) - {""}


def heading_of(code: str) -> str:
    """The heading of work records that a code draws on; empty for all other codes."""
    return code.removeprefix(OF_HEADING) if code.startswith(OF_HEADING) else ""


def is_known(code: str, headings: Collection[str]) -> bool:
    """Whether a code is one of the registry, or names one of the ``headings`` of work records."""
    return code in set(Draw) or heading_of(code) in headings


class AgainstTemplate(StrEnum):
    """Why a template cannot be kept; the words stand with the other labels."""

    NO_NAME = "no_name"
    NO_SECTION = "no_section"
    NO_HEADING = "no_heading"
    UNKNOWN_DRAW = "unknown_draw"
    DRAWN_TWICE = "drawn_twice"


@dataclass(frozen=True, slots=True)
class TemplateRefusal:
    """A reason with the heading or the code that it is about."""

    code: AgainstTemplate
    about: str = ""


def reasons_against_template(plan: Plan, headings: Collection[str]) -> list[TemplateRefusal]:
    """Why a template cannot be kept; empty when it can.

    A sort of records speaks once, or the report would count it twice.
    """
    found = []
    if not plan.name.strip():
        found.append(TemplateRefusal(AgainstTemplate.NO_NAME))
    if not any(section.parts for section in plan.sections):
        found.append(TemplateRefusal(AgainstTemplate.NO_SECTION))
    found += [
        TemplateRefusal(AgainstTemplate.NO_HEADING, section.role.value)
        for section in plan.sections
        if not section.heading.strip() and section.role != SectionRole.OTHER
    ]
    codes = list(plan.draws())
    unknown = [code for code in dict.fromkeys(codes) if not is_known(code, headings)]
    found += [TemplateRefusal(AgainstTemplate.UNKNOWN_DRAW, code) for code in unknown]
    twice = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
    # A formula is put in by hand and may be asked for in several places.
    twice = [code for code in twice if code != Draw.FORMULA]
    return found + [TemplateRefusal(AgainstTemplate.DRAWN_TWICE, code) for code in twice]


# --- what the ledger is delivered with -----------------------------------------------------------

_OPENING = SectionPlan(
    SectionRole.OTHER,
    "",
    (Part("", (Draw.FORMULA,), "开头的指导思想和总体情况"),),
    Numbering.PLAIN,
)
_FIRST_PERSON_HEADING = "主要负责人履行推进法治建设第一责任人职责情况"
_FIRST_PERSON = SectionPlan(
    SectionRole.FIRST_PERSON,
    _FIRST_PERSON_HEADING,
    (Part("", (Draw.FIRST_PERSON,), "第一责任人履职情况"),),
)
_PROBLEMS = SectionPlan(
    SectionRole.PROBLEMS,
    "存在的不足和原因",
    (Part("", (Draw.PROBLEMS,), "不足和原因"),),
)
_NEXT_YEAR = SectionPlan(
    SectionRole.NEXT_YEAR,
    "{next_year}年度工作安排",
    (Part("", (Draw.NEXT_YEAR,), "下一年度安排"),),
)
_DONE = (
    Part("组织领导", (Draw.ORGANISATION, f"{OF_HEADING}leadership")),
    Part("", (Draw.SCHEDULES,)),
    Part("制度建设", (f"{OF_HEADING}rules",)),
    Part("法律顾问、公职律师和合法性审核", (Draw.COUNSEL,)),
    Part("依法行政", (f"{OF_HEADING}lawful",)),
    Part("执法监督", (f"{OF_HEADING}oversight",)),
    Part("化解矛盾纠纷", (f"{OF_HEADING}disputes",)),
    Part("普法宣传", (f"{OF_HEADING}publicity",), "普法宣传的主题、形式和场次"),
    Part("队伍建设", (f"{OF_HEADING}training",)),
    Part("社会监督和公开", (f"{OF_HEADING}openness",)),
    Part("其他工作", (Draw.RECORDS,)),
    Part("", (Draw.PROMISES,)),
    Part("", (Draw.TASKS,)),
    Part("", (Draw.MEETINGS,)),
    Part("", (Draw.PLAN,)),
    Part("", (Draw.HONOURS,)),
    Part("", (Draw.INDICATORS,)),
)
_ACHIEVEMENTS = SectionPlan(SectionRole.ACHIEVEMENTS, "{year}年度法治政府建设主要举措和成效", _DONE)

DELIVERED: tuple[Plan, ...] = (
    # 《法治政府建设与责任落实督察工作规定》: what was done and came of it, what falls short and
    # why, how the first responsible person did, what comes next.
    Plan(
        "four_parts",
        "四部分（法定顺序）",
        (_OPENING, _ACHIEVEMENTS, _PROBLEMS, _FIRST_PERSON, _NEXT_YEAR),
    ),
    Plan(
        "first_person_first",
        "四部分（第一责任人在前）",
        (_OPENING, _FIRST_PERSON, _ACHIEVEMENTS, _PROBLEMS, _NEXT_YEAR),
    ),
    Plan(
        "three_parts",
        "三部分（第一责任人列入第一部分）",
        (
            _OPENING,
            replace(
                _ACHIEVEMENTS,
                parts=(
                    Part(_FIRST_PERSON_HEADING, (Draw.FIRST_PERSON,), "第一责任人履职情况"),
                    *_DONE,
                ),
            ),
            _PROBLEMS,
            _NEXT_YEAR,
        ),
    ),
)
# What a report without a template is written after.
STATUTORY = replace(DELIVERED[0], sections=DELIVERED[0].sections[1:])


def heading_words(heading: str, year: int, period: str = "") -> str:
    """The heading of a part with its years; of another span of days with its words instead.

    ``period`` is 2026年上半年 or the like, and empty for the annual report.
    """
    if period:
        heading = heading.replace("{next_year}年度", "下一步").replace("{next_year}年", "下一步")
        heading = heading.replace("{year}年度", period).replace("{year}年", period)
    return heading.replace("{year}", str(year)).replace("{next_year}", str(year + 1))


def plan_of(code: str, name: str, sections: Iterable[tuple[str, str, str, Iterable[Part]]]) -> Plan:
    """A template from what is stored: role, heading, numbering and parts of each section."""
    return Plan(
        code,
        name,
        tuple(
            SectionPlan(SectionRole(role), heading, tuple(parts), Numbering(numbering))
            for role, heading, numbering, parts in sections
        ),
    )
