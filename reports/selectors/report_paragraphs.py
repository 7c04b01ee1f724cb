"""The text of a report as it is read: sentences with their figures, and the records behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from reports.domain.official_text import ORDINAL, number_words
from reports.domain.paper import numeral
from reports.domain.summaries import (
    Numbering,
    pieces_of,
)
from reports.models import (
    AnnualReport,
    Section,
    Source,
)
from reports.selectors.report_figures import (
    Figure,
)
from reports.selectors.year_records import KINDS

# --- the text as it is read ---------------------------------------------------------------------


class Part(NamedTuple):
    """A part of a sentence as it is read: text, or a number with its figure."""

    text: str
    figure: Figure | None = None


@dataclass(slots=True)
class SentenceRead:
    """A sentence in its place; ``sources`` is how many records it rests on."""

    pk: int
    parts: list[Part]
    is_compiled: bool
    sources: int
    text: str
    slot: str
    is_formula: bool = False


@dataclass(slots=True)
class ParagraphRead:
    """A paragraph with the number of its heading, where it has one."""

    pk: int
    number: str
    heading: str
    sentences: list[SentenceRead]


@dataclass(slots=True)
class SectionRead:
    """A section with its number."""

    pk: int
    role: str
    number: str
    heading: str
    paragraphs: list[ParagraphRead]
    numbering: Numbering = Numbering.CHAPTERS


def sections_of(report: AnnualReport, figures: Mapping[str, Figure]) -> list[SectionRead]:
    """The text of a report with its figures in their places: four queries.

    A heading that brings its own number, as in a text that was published, gets no second one.
    """
    rows = (
        Section.objects.filter(report=report)
        .order_by("position")
        .prefetch_related("paragraphs__sentences__sources")
    )
    found: list[SectionRead] = []
    numbered = 0
    for section in rows:
        numbering, headed = Numbering(section.numbering), 0
        paragraphs = []
        for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
            headed += bool(paragraph.heading)
            mark = _mark_of(paragraph.heading, headed, numbering) if paragraph.heading else ""
            sentences = sorted(paragraph.sentences.all(), key=lambda row: row.position)
            paragraphs.append(
                ParagraphRead(
                    paragraph.pk,
                    mark,
                    paragraph.heading,
                    [_sentence_read(sentence, figures) for sentence in sentences],
                )
            )
        mark = ""
        # What opens the report has no heading, and no number.
        if section.heading.strip():
            numbered += 1
            mark = numeral(numbered)
        own = section.heading.startswith(f"{mark}、")
        found.append(
            SectionRead(
                section.pk,
                section.role,
                "" if own else mark,
                section.heading,
                paragraphs,
                numbering,
            )
        )
    return found


def _mark_of(heading: str, number: int, numbering: Numbering) -> str:
    """The number before the heading of a paragraph; one that brings its own gets no second one."""
    if numbering == Numbering.PLAIN or heading.startswith(("（", "(")):
        return ""
    if numbering == Numbering.ORDINALS:
        return number_words(ORDINAL, number)
    return number_words(2, number)


def _sentence_read(sentence: Any, figures: Mapping[str, Figure]) -> SentenceRead:
    sources = sorted(sentence.sources.all(), key=lambda row: row.pk)
    parts = []
    for piece in pieces_of(sentence.text):
        figure = figures.get(piece.key) if piece.key else None
        words = piece.text if not piece.key else str(figure.value) if figure else "—"
        parts.append(Part(words, figure))
    keys = {piece.key for piece in pieces_of(sentence.text) if piece.key}
    return SentenceRead(
        pk=sentence.pk,
        parts=parts,
        is_compiled=sentence.is_compiled,
        sources=sum(_is_record(source) for source in sources) or len(keys),
        text=sentence.text,
        slot=next((source.figure for source in sources if source.figure), ""),
        is_formula=sentence.formula_id is not None,
    )


def _is_record(source: Any) -> bool:
    return any(getattr(source, f"{name}_id") is not None for name in Source.LINKS)


# --- the records behind a sentence --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Behind:
    """A record behind a sentence: its words, a number where it counts, and its address."""

    label: str
    number: int | None
    url: str


def behind(sentence: SentenceRead, figures: Mapping[str, Figure]) -> list[Behind]:
    """What a sentence rests on: its figures, the rest of their schedule, then its records.

    One query.
    """
    keys = [piece.key for piece in pieces_of(sentence.text) if piece.key]
    schedules = {key.rsplit(":", 1)[0] for key in keys if key.startswith("schedule:")}
    keys += [f"{name}:{kind}" for name in sorted(schedules) for kind in KINDS]
    found = []
    for key in dict.fromkeys(keys):
        if figure := figures.get(key):
            found.append(Behind(figure.label, figure.value, figure.url))
    rows = Source.objects.filter(sentence=sentence.pk).order_by("pk").values(*BEHIND)
    for row in rows:
        found += list(_records_of_source(row))
    return list(dict.fromkeys(found))


# The record of a source: its words, and its page.
RECORD_PAGES = {
    "problem": ("problem__title", "problem-detail"),
    "measure": ("measure__title", "measure-detail"),
    "meeting": ("meeting__title", "meeting-detail"),
    "record": ("record__title", "record-detail"),
    "deed": ("deed__title", "deed-detail"),
    "task": ("task__title", "task-detail"),
    "indicator": ("indicator__name", "indicator-detail"),
}

BEHIND = (
    *(name for pair in RECORD_PAGES.items() for name in (pair[0], pair[1][0])),
    "honour__title",
    "promise__text",
    "promise__bureau",
    "promise__year",
)


def _records_of_source(row: Mapping[str, Any]) -> Iterable[Behind]:
    for name, (words, page) in RECORD_PAGES.items():
        if row[name]:
            yield Behind(row[words], None, reverse(f"reports:{page}", args=[row[name]]))
    if row["honour__title"]:
        yield Behind(row["honour__title"], None, "#honours")
    if row["promise__text"]:
        url = reverse("reports:promise-list", args=[row["promise__bureau"]])
        address = f"{url}?{urlencode({'year': row['promise__year']})}"
        yield Behind(row["promise__text"], None, address)
