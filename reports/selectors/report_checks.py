"""Everything a report should be looked at for before it goes on, in one list by kind.

Wording and secrets are found in the text as it is read, with the place; what is incomplete comes
from the records. All of it is a hint: nothing here stops anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.domain.report_checks import (
    Finding,
    FindingKind,
    Passage,
    Pattern,
    Rule,
    Standing,
    Words,
    same_heading,
    secrecy_findings,
    wording_findings,
)
from reports.domain.summaries import WordingKind
from reports.models import (
    AnnualReport,
    CallItem,
    Formula,
    Person,
    SecrecyPattern,
    TemplatePart,
    WordingRule,
)
from reports.models.choices import ADVICE_SENTENCES, FINDING_LABELS, clauses
from reports.selectors.promises import promise_lines
from reports.selectors.report_paragraphs import SectionRead
from reports.selectors.summaries import Gap

# How many characters stand before and behind what is quoted.
AROUND = 16
# Which sorts of findings are of secrets, not of wording.
SECRETS = frozenset({FindingKind.SECRECY})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at: a place in the text with its words, or a sentence with an address."""

    text: str = ""
    where: str = ""
    before: str = ""
    quoted: str = ""
    after: str = ""
    note: str = ""
    times: int = 1
    url: str = ""


@dataclass(slots=True)
class Group:
    """The findings of one sort; ``tone`` is bad, warn or info."""

    code: str
    label: str
    tone: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists a text is checked against."""

    rules: tuple[Rule, ...]
    formulas: tuple[Standing, ...]
    patterns: tuple[Pattern, ...]
    names: tuple[str, ...]


TONES = {
    FindingKind.SECRECY: "bad",
    FindingKind.PLACEHOLDER: "bad",
    FindingKind.FORMULA: "warn",
    FindingKind.TITLE: "warn",
    FindingKind.OUTDATED: "warn",
    FindingKind.TYPO: "warn",
    FindingKind.DOUBLED: "warn",
    FindingKind.BRACKETS: "warn",
}


# --- the lists ----------------------------------------------------------------------------------


def secrecy_lists(bureau_id: int) -> tuple[tuple[Pattern, ...], tuple[str, ...]]:
    """The patterns of the secrecy check and the names of a bureau's people: two queries."""
    rows = SecrecyPattern.objects.filter(is_active=True).order_by("pk")
    patterns = tuple(Pattern(*row) for row in rows.values_list("name", "pattern", "note"))
    people = Person.objects.filter(unit__bureau=bureau_id).order_by("name")
    return patterns, tuple(people.values_list("name", flat=True).distinct())


def lists_for(report: AnnualReport) -> Lists:
    """All lists for a report: four queries."""
    rules = WordingRule.objects.filter(is_active=True).order_by("pk")
    formulas = Formula.objects.order_by("position", "pk")
    patterns, names = secrecy_lists(report.bureau_id)
    return Lists(
        tuple(
            Rule(wrong, right, WordingKind(kind), note)
            for wrong, right, kind, note in rules.values_list("wrong", "right", "kind", "note")
        ),
        tuple(Standing(*row) for row in formulas.values_list("text", "first_day", "last_day")),
        patterns,
        names,
    )


# --- what is in the text ------------------------------------------------------------------------


def passages_of(sections: Iterable[SectionRead]) -> list[Passage]:
    """The headings and paragraphs of a report as they are read, each with its place."""
    found = []
    for section in sections:
        if section.heading:
            found.append(Passage(section.pk, 0, (Words(section.heading),), is_heading=True))
        for paragraph in section.paragraphs:
            if paragraph.heading:
                heading = (Words(paragraph.heading),)
                found.append(Passage(section.pk, paragraph.pk, heading, is_heading=True))
            sentences = tuple(
                Words("".join(part.text for part in sentence.parts), sentence.is_compiled)
                for sentence in paragraph.sentences
            )
            found.append(Passage(section.pk, paragraph.pk, sentences))
    return found


def findings_of(
    report: AnnualReport, sections: Iterable[SectionRead], lists: Lists, *, on: date
) -> list[Finding]:
    """What is found in the text of a report written on a day; reads nothing."""
    passages = passages_of(sections)
    wording = wording_findings(
        passages, rules=lists.rules, formulas=lists.formulas, year=report.year, on=on
    )
    return [*secrecy_findings(passages, lists.patterns, names=lists.names), *wording]


def count_findings(
    report: AnnualReport, sections: Iterable[SectionRead], *, on: date
) -> tuple[int, int]:
    """How many findings of wording and of secrets the page of checks shows: four queries."""
    found = findings_of(report, sections, lists_for(report), on=on)
    secrets = sum(each.kind in SECRETS for each in found)
    return len(found) - secrets, secrets


def quoted_in(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and behind a place, cut off with a mark."""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    if start > AROUND:
        before = f"…{before}"
    if end + AROUND < len(text):
        after = f"{after}…"
    return before, after


def advice_of(finding: Finding) -> str:
    """What to do about a finding, in words."""
    return str(ADVICE_SENTENCES[finding.advice]) % {"right": finding.right}


def where_of(section: Any, paragraph: Any) -> str:
    """The place of a finding by its headings."""
    parts = [f"{section.number}、{section.heading}" if section.number else section.heading]
    if paragraph is not None and paragraph.heading:
        parts.append(f"{paragraph.number}{paragraph.heading}")
    return clauses(part for part in parts if part)


def paragraph_url(report: AnnualReport, section: int, paragraph: int, *, editable: bool) -> str:
    """Where the paragraph is worded, or read where it cannot be."""
    if editable and paragraph:
        page = reverse("reports:report-section-edit", args=[report.pk, section])
        return f"{page}#id_text_{paragraph}"
    return f"{report.get_absolute_url()}#part-{section}"


def text_groups(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    findings: Iterable[Finding],
    *,
    editable: bool,
) -> list[Group]:
    """The findings in the text by sort, each with its place, quotation and address."""
    texts = {(p.section, p.key, p.is_heading): p.text for p in passages_of(sections)}
    by_section = {section.pk: section for section in sections}
    paragraphs = {p.pk: p for section in sections for p in section.paragraphs}
    groups: dict[tuple[FindingKind, str], Group] = {}
    for each in findings:
        text = texts[each.section, each.passage, each.is_heading]
        before, after = quoted_in(text, each.start, each.end)
        _group_of(each, groups).items.append(
            Item(
                text=advice_of(each),
                where=where_of(by_section[each.section], paragraphs.get(each.passage)),
                before=before,
                quoted=each.quoted,
                after=after,
                note=each.note,
                times=each.times,
                url=paragraph_url(report, each.section, each.passage, editable=editable),
            )
        )
    order = list(FindingKind)
    return [groups[key] for key in sorted(groups, key=lambda key: order.index(key[0]))]


def _group_of(finding: Finding, groups: dict[tuple[FindingKind, str], Group]) -> Group:
    """Secrets by what they are, everything else by its sort."""
    kind, name = finding.kind, ""
    label = str(FINDING_LABELS[kind])
    if kind in SECRETS:
        name = finding.right
        label = name or _("本局人员姓名")
    return groups.setdefault((kind, name), Group(kind.value, label, TONES.get(kind, "info")))


# --- what is not in it --------------------------------------------------------------------------


def record_groups(
    report: AnnualReport,
    sections: Sequence[SectionRead],
    *,
    on: date,
    gaps: Iterable[Gap] = (),
    sums: Sequence[Gap] = (),
) -> list[Group]:
    """What the records, the template and the year's notice ask for and the draft lacks.

    ``gaps`` as the page of the report shows them, ``sums`` the figures whose parts do not make up
    their whole, found by whoever keeps the figures. Four queries.
    """
    found = [
        Group("sums", _("数据勾稽"), "warn", [_of_gap(gap) for gap in sums]),
        Group("promises", _("上年度报告所列未回应"), "warn", _unanswered(report, on)),
        Group("asked", _("模板要求未写"), "warn", _asked_by_template(report, sections)),
        Group("call", _("年度报告通知的要求"), "warn", _asked_by_notice(report)),
    ]
    by_badge: dict[str, Group] = {}
    for gap in gaps:
        group = by_badge.setdefault(gap.badge, Group("gap", gap.badge, gap.tone))
        group.items.append(_of_gap(gap))
    return [group for group in [*found, *by_badge.values()] if group.items]


def _of_gap(gap: Gap) -> Item:
    return Item(text=gap.text, url=gap.url)


def _unanswered(report: AnnualReport, on: date) -> list[Item]:
    url = reverse("reports:promise-list", args=[report.bureau_id])
    words = _("“%(text)s”还没有转为问题或措施，也没有写明如何处理")
    return [
        Item(text=words % {"text": line.text}, url=url)
        for line in promise_lines(report.bureau_id, report.year, on=on)
        if not line.answered and not line.dropped
    ]


def _asked_by_template(report: AnnualReport, sections: Sequence[SectionRead]) -> list[Item]:
    """The parts of the template that ask for something and of which the draft has nothing."""
    if report.template_id is None:
        return []
    rows = TemplatePart.objects.filter(section__template=report.template_id).exclude(asks="")
    found = []
    for part in rows.select_related("section").order_by("section__position", "position"):
        if not _is_written(part, sections):
            told = {"part": part.heading, "asks": part.asks}
            found.append(Item(text=_("“%(part)s”：%(asks)s") % told if part.heading else part.asks))
    return found


def _is_written(part: TemplatePart, sections: Sequence[SectionRead]) -> bool:
    """Whether a paragraph under such a heading says something; any, where it has no heading."""
    return any(
        paragraph.sentences and (not part.heading or same_heading(part.heading, paragraph.heading))
        for section in sections
        if section.role == part.section.role
        for paragraph in section.paragraphs
    )


def _asked_by_notice(report: AnnualReport) -> list[Item]:
    rows = CallItem.objects.filter(
        Q(call__unit=report.bureau_id), call__year=report.year, done_on__isnull=True
    )
    return [
        Item(text=text) for text in rows.order_by("call", "position").values_list("text", flat=True)
    ]
