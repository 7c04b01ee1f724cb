"""A published report as structure: what the importer proposes, each quoting its place.

``read_report`` takes the decoded text and gives a ``Report``; places count characters of that
text, the end not included. Nothing is guessed with knowledge from outside the text, and a text
that is no yearly report on rule-of-law work gives no drafts.

Its plain form (``as_data``), to which ``import_report`` adds ``file``, ``recognised``, ``reason``
and, where asked for, ``source_text``::

    metadata      {title, year, years, issuer, index_number, document_number, issued_on,
                  published_on, topic}; null where the text does not say
    sections      [{level, number, heading, role, start, end}]; role is achievements, problems,
                  first_person, next_year or other
    first_person  {start, end} or null, wherever it stands
    schedules     [{phrase, what, kind, period, every, min, max, bound, months, presided_by,
                  start, end}]; see ``wording_cadence``
    quotas        [{phrase, amount, of, period, every, start, end}]
    due_dates     [{phrase, rule, start, end}]
    posts         [{post, person, unit, text, start, end}]
    problems      [{number, title, text, causes, start, end}]
    measures      [{number, title, text, responsible, due, start, end}]; due is an ISO day or month
    figures       [{value, value2, counter, wording, is_target, text, start, end}]; values are
                  decimal strings, see ``wording_figures``
    honours       [{text, start, end}]

A passage that holds several schedules gives one entry for each, with the same place where they
share their words.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from reports.domain.summaries import SectionRole
from reports.domain.wording_cadence import (
    CadencePhrase,
    DuePhrase,
    QuotaPhrase,
    Told,
    told_in,
)
from reports.domain.wording_figures import FigurePhrase, figures_in
from reports.domain.wording_items import (
    HonourItem,
    MeasureItem,
    PostItem,
    ProblemItem,
    honours_of,
    measures_of,
    posts_of,
    problems_of,
)
from reports.domain.wording_kinds import NoReport, why_no_report
from reports.domain.wording_metadata import Metadata, metadata_of, title_of, years_of
from reports.domain.wording_structure import Section, end_of_body, first_person_of, sections_of
from reports.domain.wording_text import Span, narrow

__all__ = ["NoReport", "Report", "Section", "read_report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What was read; without recognition ``why_not`` says why, and only metadata is filled."""

    why_not: NoReport | None
    metadata: Metadata
    sections: tuple[Section, ...] = ()
    first_person: Span | None = None
    schedules: tuple[CadencePhrase, ...] = ()
    quotas: tuple[QuotaPhrase, ...] = ()
    due_dates: tuple[DuePhrase, ...] = ()
    posts: tuple[PostItem, ...] = ()
    problems: tuple[ProblemItem, ...] = ()
    measures: tuple[MeasureItem, ...] = ()
    figures: tuple[FigurePhrase, ...] = ()
    honours: tuple[HonourItem, ...] = ()

    @property
    def recognised(self) -> bool:
        """Whether the text is such a report."""
        return self.why_not is None

    def as_data(self) -> dict[str, Any]:
        """The drafts as plain lists and mappings, in the order and by the names documented."""
        metadata = asdict(self.metadata) | {"years": list(self.metadata.years) or None}
        sections = [asdict(each) for each in self.sections]
        for section in sections:
            del section["body"]
        return {
            "metadata": metadata,
            "sections": sections,
            "first_person": asdict(self.first_person) if self.first_person else None,
            "schedules": [each.as_json() for each in self.schedules],
            "quotas": [each.as_json() for each in self.quotas],
            "due_dates": [each.as_json() for each in self.due_dates],
            "posts": [asdict(each) for each in self.posts],
            "problems": [asdict(each) | {"causes": list(each.causes)} for each in self.problems],
            "measures": [asdict(each) for each in self.measures],
            "figures": [each.as_json() for each in self.figures],
            "honours": [asdict(each) for each in self.honours],
        }


def read_report(source: str) -> Report:
    """The drafts of a report. ``source``: its text, decoded, without byte order mark."""
    text = narrow(source)
    title = title_of(source, text)
    year, _ = years_of(title, text)
    sections = sections_of(source, text, year)
    metadata = metadata_of(source, text, sections)
    against = why_no_report(text, metadata.title, sections)
    if against is not None:
        return Report(against, metadata)
    last = max((each.start for each in sections if each.level == 1), default=0)
    begin, end = _body(text, sections), end_of_body(text, last)
    told = told_in(source)
    return Report(
        why_not=None,
        metadata=metadata,
        sections=tuple(sections),
        first_person=first_person_of(text, sections),
        schedules=tuple(each for each in told.schedules if begin <= each.start < end),
        quotas=tuple(each for each in told.quotas if begin <= each.start < end),
        due_dates=tuple(each for each in told.due_dates if begin <= each.start < end),
        posts=tuple(posts_of(source, text, begin, end)),
        problems=tuple(problems_of(source, text, sections)),
        measures=tuple(measures_of(source, text, sections, metadata.year)),
        figures=tuple(_figures(source, sections, told, begin, end)),
        honours=tuple(honours_of(source, text, sections, begin, end)),
    )


def _figures(
    source: str, sections: list[Section], told: Told, begin: int, end: int
) -> list[FigurePhrase]:
    """The figures of the body; what the next year is to reach is a target whatever its words."""
    planned = [each for each in sections if each.role == SectionRole.NEXT_YEAR and each.level == 1]
    return [
        replace(each, is_target=True)
        if any(part.start <= each.start < part.end for part in planned)
        else each
        for each in figures_in(source, told.places())
        if begin <= each.start < end
    ]


def _body(text: str, sections: list[Section]) -> int:
    """Where the opening begins: the first whole sentence in front of the chapters."""
    first = sections[0].start if sections else len(text)
    opening = text[:first]
    stop = opening.find("。")
    if stop < 0:
        return first if sections else 0
    return opening.rfind("\n", 0, stop) + 1
