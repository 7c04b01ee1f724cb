"""Paragraphs and sentences of a report as they are stored: a compiled draft merged with what was
typed by hand, and whole sections written over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F, Model

from reports.actions.history import bulk_create
from reports.domain.report_text import (
    Kept,
    Line,
    ParagraphDraft,
    SectionDraft,
    SentenceDraft,
    merge_paragraph,
)
from reports.models import AnnualReport, Comment, Paragraph, Section, Sentence, Source

# Positions move out of the way by this much while a paragraph is rewritten.
APART = 10_000


@dataclass(slots=True)
class ParagraphPlan:
    """A paragraph as it shall be stored: over ``pk``, or new."""

    pk: int | None
    heading: str
    lines: list[Line] = field(default_factory=list)


def write_compiled(
    report: AnnualReport,
    drafts: Sequence[SectionDraft],
    *,
    reorder: bool = False,
    only: Collection[str] | None = None,
    by: User | None,
    at: datetime,
) -> None:
    """Bring the stored sections up to date: the n-th of a role is the n-th of that role.

    ``reorder``: headings and places are those of the drafts, and a paragraph that has moved to
    another section goes there. ``only``: the paragraphs with these keys alone are written.
    """
    stored = _by_role(report)
    if reorder:
        report.sections.update(position=F("position") + APART)
    sections: list[tuple[Section, SectionDraft]] = []
    for position, draft in enumerate(drafts, start=1):
        waiting = stored.get(draft.role, [])
        if waiting:
            section = waiting.pop(0)
        else:
            section = Section.objects.create(
                report=report,
                role=draft.role.value,
                position=position + (0 if reorder or not stored else APART),
                heading=draft.heading,
                numbering=draft.numbering.value,
            )
        if reorder:
            section.heading, section.numbering = draft.heading, draft.numbering.value
            section.position = position
            section.save(update_fields=["heading", "numbering", "position"])
        sections.append((section, draft))
    left = [section for rows in stored.values() for section in rows]
    if reorder:
        _move_paragraphs(sections, left)
        # As they are now, with what has come to each.
        now = {section.pk: section for rows in _by_role(report).values() for section in rows}
        sections = [(now[section.pk], draft) for section, draft in sections]
    for section, draft in sections:
        plans = _merge_section(section, draft, reorder=reorder, only=only)
        write_section(section, plans, by=by, at=at)
    if reorder:
        _clear(left, len(drafts), by=by, at=at)


def _by_role(report: AnnualReport) -> dict[str, list[Section]]:
    found: dict[str, list[Section]] = {}
    rows = report.sections.order_by("position")
    for section in rows.prefetch_related("paragraphs__sentences__sources"):
        found.setdefault(section.role, []).append(section)
    return found


def _move_paragraphs(
    sections: Sequence[tuple[Section, SectionDraft]], left: Sequence[Section]
) -> None:
    """Paragraphs go with what they are about, and take along what was typed in them."""
    home = {p.key: section.pk for section, draft in sections for p in draft.paragraphs}
    all_of_them = [*(section for section, _draft in sections), *left]
    rows = Paragraph.objects.filter(section__in=[section.pk for section in all_of_them])
    number = 0
    for paragraph in rows.order_by("section__position", "position").prefetch_related(
        "sentences__sources"
    ):
        key = _key_of(_kept(paragraph))
        if home.get(key, paragraph.section_id) != paragraph.section_id:
            number += 1
            Paragraph.objects.filter(pk=paragraph.pk).update(
                section=home[key], position=2 * APART + number
            )


def _clear(left: Sequence[Section], after: int, *, by: User | None, at: datetime) -> None:
    """Sections that the template does not have stay where something was typed in them."""
    for number, section in enumerate(left, start=1):
        rows = section.paragraphs.prefetch_related("sentences__sources")
        plans = [
            ParagraphPlan(row.pk, row.heading, merge_paragraph(_kept(row), None))
            for row in rows.order_by("position")
        ]
        write_section(section, plans, by=by, at=at)
        if any(plan.lines for plan in plans):
            Section.objects.filter(pk=section.pk).update(position=after + number)
        else:
            section.delete()


def _key_of(kept: Sequence[Kept]) -> str:
    """What a stored paragraph is about; empty where all was typed."""
    return next((each.slot.split("/")[0] for each in kept if each.slot), "")


def _merge_section(
    section: Section,
    draft: SectionDraft,
    *,
    reorder: bool = False,
    only: Collection[str] | None = None,
) -> list[ParagraphPlan]:
    """The stored paragraphs brought up to date, new ones behind their predecessors."""
    fresh: dict[str, ParagraphDraft] = {paragraph.key: paragraph for paragraph in draft.paragraphs}
    plans: list[ParagraphPlan] = []
    places: dict[str, ParagraphPlan] = {}
    for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
        kept = _kept(paragraph)
        key = _key_of(kept)
        if only is not None and key not in only:
            lines = [Line(each.pk, each.text, each.is_compiled) for each in kept]
        else:
            lines = merge_paragraph(kept, fresh.get(key))
        heading = fresh[key].heading if reorder and key in fresh else paragraph.heading
        plan = ParagraphPlan(paragraph.pk, heading, lines)
        plans.append(plan)
        if key:
            places[key] = plan
    before: ParagraphPlan | None = None
    for key, paragraph in fresh.items():
        if key in places:
            before = places[key]
            continue
        if only is not None and key not in only:
            continue
        plan = ParagraphPlan(None, paragraph.heading, merge_paragraph((), paragraph))
        at = next((i for i, each in enumerate(plans) if each is before), -1) + 1
        plans.insert(at, plan)
        before = plan
    if reorder:
        plans = _in_order(plans, places, list(fresh))
    return plans


def _in_order(
    plans: list[ParagraphPlan], places: dict[str, ParagraphPlan], keys: Sequence[str]
) -> list[ParagraphPlan]:
    """The paragraphs in the order of the draft; what was typed follows what it stood behind."""
    rank = {id(places[key]): number for number, key in enumerate(keys) if key in places}
    ranked, last = [], -1
    for plan in plans:
        last = rank.get(id(plan), last)
        ranked.append((last, plan))
    return [plan for _rank, plan in sorted(ranked, key=lambda pair: pair[0])]


def _kept(paragraph: Paragraph) -> list[Kept]:
    """The sentences of a paragraph; what a sentence is about stands with its first source."""
    found = []
    for sentence in sorted(paragraph.sentences.all(), key=lambda row: row.position):
        sources = sorted(sentence.sources.all(), key=lambda row: row.pk)
        slot = next((source.figure for source in sources if source.figure), "")
        found.append(Kept(sentence.pk, slot, sentence.text, sentence.is_compiled))
    return found


def write_section(
    section: Section, plans: Sequence[ParagraphPlan], *, by: User | None, at: datetime
) -> list[Sentence]:
    """Write the paragraphs of a section in this order; what has no sentence left goes.

    Gives back the sentences that were not there before.
    """
    plans = [plan for plan in plans if plan.lines]
    kept = {plan.pk for plan in plans if plan.pk is not None}
    for gone in section.paragraphs.exclude(pk__in=kept):
        _hand_on_remarks(gone, section.report_id, kept)
        _delete(list(gone.sentences.all()), by=by, at=at)
        gone.delete()
    section.paragraphs.update(position=F("position") + APART)
    made: list[tuple[Sentence, SentenceDraft | None]] = []
    for position, plan in enumerate(plans, start=1):
        if plan.pk is None:
            paragraph = Paragraph.objects.create(
                section=section, position=position, heading=plan.heading
            )
        else:
            section.paragraphs.filter(pk=plan.pk).update(position=position, heading=plan.heading)
            paragraph = section.paragraphs.get(pk=plan.pk)
        made += _write_paragraph(paragraph, plan.lines, by=by, at=at)
    new = bulk_create(Sentence, [sentence for sentence, _fresh in made], by=by, at=at)
    _write_sources(made)
    return list(new or [])


def _hand_on_remarks(gone: Paragraph, report_id: int, kept: Collection[int]) -> None:
    """What was said about a paragraph that goes stands with the one before it, or the next."""
    remarks = Comment.objects.filter(paragraph=gone)
    if not remarks.exists():
        return
    staying = Paragraph.objects.filter(section__report=report_id).exclude(pk=gone.pk)
    here = staying.filter(section=gone.section_id, pk__in=kept)
    heir = (
        here.filter(position__lt=gone.position).order_by("-position").first()
        or here.order_by("position").first()
        or staying.order_by("section__position", "position").first()
    )
    if heir is not None:
        remarks.update(paragraph=heir)


def _write_paragraph(
    paragraph: Paragraph, lines: Sequence[Line], *, by: User | None, at: datetime
) -> list[tuple[Sentence, SentenceDraft | None]]:
    """Update and remove stored sentences; gives back the new ones, to be written in bulk."""
    stored = {sentence.pk: sentence for sentence in paragraph.sentences.all()}
    kept = {line.pk for line in lines if line.pk is not None}
    _delete([s for pk, s in stored.items() if pk not in kept], by=by, at=at)
    if stored:
        paragraph.sentences.update(position=F("position") + APART)
    new = []
    for position, line in enumerate(lines, start=1):
        if line.pk is None:
            sentence = Sentence(
                paragraph=paragraph,
                position=position,
                text=line.text,
                is_compiled=line.is_compiled,
            )
            new.append((sentence, line.fresh))
            continue
        sentence = stored[line.pk]
        paragraph.sentences.filter(pk=line.pk).update(position=position)
        sentence.position = position
        if (sentence.text, sentence.is_compiled) != (line.text, line.is_compiled):
            sentence.text, sentence.is_compiled = line.text, line.is_compiled
            save_as(sentence, by=by, at=at)
        if line.fresh is not None:
            # What somebody linked by hand stays.
            sentence.sources.filter(linked_by__isnull=True).delete()
            _write_sources([(sentence, line.fresh)])
    return new


def _write_sources(rows: Sequence[tuple[Sentence, SentenceDraft | None]]) -> None:
    Source.objects.bulk_create(
        Source(sentence=sentence, figure=fresh.slot, **link)
        for sentence, fresh in rows
        if fresh is not None
        for link in ([{f"{kind}_id": pk} for kind, pk in fresh.sources] or [{}])
    )


def _delete(sentences: Sequence[Sentence], *, by: User | None, at: datetime) -> None:
    for sentence in sentences:
        sentence._history_user, sentence._history_date = by, at
        sentence.delete()


def save_as(row: Model, *, by: User | None, at: datetime) -> None:
    """Save a row of a report with who did it and when in its history."""
    row._history_user, row._history_date = by, at
    row.save()
