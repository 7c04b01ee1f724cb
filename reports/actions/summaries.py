"""The annual report: compiled from records, worded by hand, signed once and frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.actions.evidence import Upload, add_evidence
from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.domain.report_text import (
    Kept,
    Line,
    SectionDraft,
    SentenceDraft,
    compose,
    default_title,
    merge_paragraph,
)
from reports.domain.summaries import (
    AgainstSigning,
    ReportState,
    TextRefusal,
    figures_day,
    from_editor,
    marks_in,
    match_sentences,
    reasons_against_signing,
    sentences_in,
    to_editor,
    tokens_of,
)
from reports.models import (
    AnnualReport,
    FrozenFigure,
    Paragraph,
    Person,
    ReportMove,
    Section,
    Sentence,
    Source,
    Unit,
)
from reports.models.choices import (
    AGAINST_SIGNING_SENTENCES,
    AGAINST_TEXT_SENTENCES,
    day_label,
)
from reports.models.choices import ReportMove as Move
from reports.selectors.summaries import (
    DOCUMENT_LANGUAGE,
    Figure,
    ReportKey,
    figures_from,
    records_of,
    report_day,
    signers_of,
    year_facts,
)

# Positions move out of the way by this much while a paragraph is rewritten.
APART = 10_000


class CannotCompile(Refused):
    """The report cannot be compiled."""


class CannotEdit(Refused):
    """The text cannot be changed like this; ``by_field`` are the reasons of single paragraphs."""

    def __init__(self, reasons: Sequence[object], by_field: Mapping[str, list[str]] | None = None):
        self.by_field = dict(by_field or {})
        super().__init__([*reasons, *(r for texts in self.by_field.values() for r in texts)])


class CannotSign(Refused):
    """The report cannot be signed."""


# --- compiling ----------------------------------------------------------------------------------


@transaction.atomic
def compile_report(
    *, bureau: Unit, year: int, by: User | None, at: datetime, today: date
) -> AnnualReport:
    """Draft the report of a bureau's calendar year, or bring a draft up to date with the records.

    Sentences typed or edited by hand stay; compiled ones are written anew. Refuses a unit that
    files no report, a year that has not begun, and a report that is signed or published.
    """
    if bureau.bureau_id != bureau.pk:
        raise CannotCompile([_("%(unit)s不单独编制年度报告。") % {"unit": bureau.name}])
    if year > today.year:
        raise CannotCompile([_("%(year)s年尚未开始，不能汇编。") % {"year": year}])
    report = AnnualReport.objects.select_for_update().filter(bureau=bureau, year=year).first()
    if report is None:
        report = AnnualReport(
            bureau=bureau,
            year=year,
            title=default_title(year),
            issuer=bureau.name,
            recorded_at=at,
            recorded_by=by,
        )
        _save(report, by=by, at=at)
    _refuse_unless_draft(report, CannotCompile)
    sections = _compiled(report, today)
    _write_compiled(report, sections, by=by, at=at)
    _note(report, Move.COMPILE, today, by=by, at=at)
    return report


def _compiled(report: AnnualReport, today: date) -> list[SectionDraft]:
    key = ReportKey(report.bureau_id, report.year, report_day(report, today))
    with override(DOCUMENT_LANGUAGE):
        return compose(year_facts(records_of([key], today)[key.bureau_id, key.year]))


def _refuse_unless_draft(report: AnnualReport, refusal: type[Refused]) -> None:
    if report.state == ReportState.SIGNED:
        raise refusal(
            [
                _("报告已于%(day)s由%(signer)s签发，正文和数据已固定，不能再改。")
                % {"day": day_label(report.signed_on), "signer": report.signer}
            ]
        )
    if report.state != ReportState.DRAFT:
        raise refusal([_("这是已公开的文本，不能汇编、修改或签发。")])


@dataclass(slots=True)
class _Plan:
    """A paragraph as it shall be stored: over ``pk``, or new."""

    pk: int | None
    heading: str
    lines: list[Line] = field(default_factory=list)


def _write_compiled(
    report: AnnualReport, drafts: Sequence[SectionDraft], *, by: User | None, at: datetime
) -> None:
    stored = {
        section.role: section
        for section in report.sections.prefetch_related("paragraphs__sentences__sources")
    }
    for position, draft in enumerate(drafts, start=1):
        section = stored.get(draft.role)
        if section is None:
            section = Section.objects.create(
                report=report, role=draft.role.value, position=position, heading=draft.heading
            )
            plans = [_Plan(None, p.heading, merge_paragraph((), p)) for p in draft.paragraphs]
        else:
            plans = _merge_section(section, draft)
        _write_section(section, plans, by=by, at=at)


def _merge_section(section: Section, draft: SectionDraft) -> list[_Plan]:
    """The stored paragraphs brought up to date, new ones behind their predecessors."""
    fresh = {paragraph.key: paragraph for paragraph in draft.paragraphs}
    plans: list[_Plan] = []
    places: dict[str, _Plan] = {}
    for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
        kept = _kept(paragraph)
        key = next((each.slot.split("/")[0] for each in kept if each.slot), "")
        plan = _Plan(paragraph.pk, paragraph.heading, merge_paragraph(kept, fresh.get(key)))
        plans.append(plan)
        if key:
            places[key] = plan
    before: _Plan | None = None
    for key, paragraph in fresh.items():
        if key in places:
            before = places[key]
            continue
        plan = _Plan(None, paragraph.heading, merge_paragraph((), paragraph))
        at = next((i for i, each in enumerate(plans) if each is before), -1) + 1
        plans.insert(at, plan)
        before = plan
    return plans


def _kept(paragraph: Paragraph) -> list[Kept]:
    """The sentences of a paragraph; what a sentence is about stands with its first source."""
    found = []
    for sentence in sorted(paragraph.sentences.all(), key=lambda row: row.position):
        sources = sorted(sentence.sources.all(), key=lambda row: row.pk)
        slot = sources[0].figure if sources else ""
        found.append(Kept(sentence.pk, slot, sentence.text, sentence.is_compiled))
    return found


def _write_section(
    section: Section, plans: Sequence[_Plan], *, by: User | None, at: datetime
) -> None:
    """Write the paragraphs of a section in this order; what has no sentence left goes."""
    plans = [plan for plan in plans if plan.lines]
    kept = {plan.pk for plan in plans if plan.pk is not None}
    for gone in section.paragraphs.exclude(pk__in=kept):
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
    bulk_create(Sentence, [sentence for sentence, _fresh in made], by=by, at=at)
    _write_sources(made)


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
            _save(sentence, by=by, at=at)
        if line.fresh is not None:
            sentence.sources.all().delete()
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


def _save(row: AnnualReport | Sentence, *, by: User | None, at: datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()


def _note(
    report: AnnualReport, move: Move, on: date, *, by: User | None, at: datetime, note: str = ""
) -> None:
    ReportMove.objects.create(
        report=report, move=move.value, on=on, note=note, recorded_at=at, recorded_by=by
    )


# --- wording ------------------------------------------------------------------------------------

META = ("title", "figures_as_of", "issuer", "document_number", "index_number", "issued_on", "topic")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """What was typed: texts and headings by paragraph, new paragraphs by section, the metadata.

    ``shown`` are the texts as the form showed them; ``base`` is the last step the editor saw.
    """

    texts: Mapping[int, str] = field(default_factory=dict)
    headings: Mapping[int, str] = field(default_factory=dict)
    added: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    shown: Mapping[int, str] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: ``lost`` are the labels of figures that left the text."""

    report: AnnualReport
    lost: list[str]


def last_step(report: AnnualReport) -> int:
    """The key of the report's last step, by which an editor notices that another one was faster."""
    return report.moves.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def edit_report(
    *, report_id: int, edit: TextEdit, by: User | None, at: datetime, today: date
) -> Edited:
    """Word a draft: text may change, figures may only stay or go.

    Refuses a figure that is unknown or whose number was changed, a report that is not a draft, and
    an edit of a text that somebody else changed meanwhile. Nothing is written when it refuses.
    """
    report = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("signer")
        .get(pk=report_id)
    )
    _refuse_unless_draft(report, CannotEdit)
    if edit.base is not None and edit.base != last_step(report):
        raise CannotEdit([_("此稿在您编辑期间已被修改。您输入的内容仍在下方，请核对后再保存。")])
    reasons = _against_meta(report, edit.meta, today)
    figures = document_figures(report, today)
    labels = {key: figure.label for key, figure in figures.items()}
    values = {key: figure.value for key, figure in figures.items()}
    words = _Words(labels, values)
    texts = {
        pk: words.stored(f"text_{pk}", text, edit.shown.get(pk, ""))
        for pk, text in edit.texts.items()
    }
    added = {
        pk: (heading, words.stored(f"added_{pk}", text))
        for pk, (heading, text) in edit.added.items()
    }
    if reasons or words.refused:
        raise CannotEdit(reasons, words.refused)
    lost = _write_edit(report, texts, edit.headings, added, words, by=by, at=at)
    changed = [name for name in META if name in edit.meta]
    for name in changed:
        setattr(report, name, edit.meta[name])
    if changed:
        _save(report, by=by, at=at)
    _note(report, Move.EDIT, today, by=by, at=at)
    return Edited(report, [labels.get(key, key) for key in lost])


class _Words:
    """Edited texts turned into stored ones, with every refusal by field."""

    def __init__(self, labels: Mapping[str, str], values: Mapping[str, int]):
        self.labels, self.values = labels, values
        self.refused: dict[str, list[str]] = {}

    def stored(self, name: str, text: str, shown: str = "") -> str:
        found, refusals = from_editor(text, self.labels, self.values, marks_in(shown))
        if refusals:
            self.refused[name] = [text_refusal_sentence(refusal) for refusal in refusals]
        return found


def text_refusal_sentence(refusal: TextRefusal) -> str:
    """Why a figure in an edited text is refused, in words."""
    return str(AGAINST_TEXT_SENTENCES[refusal.code]) % {
        "mark": refusal.mark,
        "value": refusal.value,
    }


def document_figures(report: AnnualReport, today: date) -> dict[str, Figure]:
    """The figures of a draft with their Chinese names, as the editor shows them."""
    key = ReportKey(report.bureau_id, report.year, report_day(report, today))
    with override(DOCUMENT_LANGUAGE):
        figures = figures_from(records_of([key], today)[key.bureau_id, key.year])
    return {figure.key: figure for figure in figures}


def _against_meta(report: AnnualReport, meta: Mapping[str, object], today: date) -> list[str]:
    reasons = []
    as_of = meta.get("figures_as_of")
    if isinstance(as_of, date) and not date(report.year, 1, 1) <= as_of <= today:
        reasons.append(_("“数据截至”须在%(year)s年1月1日至今天之间。") % {"year": report.year})
    if "title" in meta and not str(meta["title"] or "").strip():
        reasons.append(_("请填写标题。"))
    return reasons


def _write_edit(
    report: AnnualReport,
    texts: Mapping[int, str],
    headings: Mapping[int, str],
    added: Mapping[int, tuple[str, str]],
    words: _Words,
    *,
    by: User | None,
    at: datetime,
) -> list[str]:
    """Write the sections that changed; gives back the figures that left the text."""
    lost: list[str] = []
    for section in report.sections.prefetch_related("paragraphs__sentences"):
        plans, touched = [], False
        before: list[str] = []
        after: list[str] = []
        for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
            sentences = sorted(paragraph.sentences.all(), key=lambda row: row.position)
            plan = _Plan(
                paragraph.pk,
                headings.get(paragraph.pk, paragraph.heading).strip(),
                [Line(s.pk, s.text, s.is_compiled) for s in sentences],
            )
            text = texts.get(paragraph.pk)
            if text is not None and text.strip() != "".join(s.text for s in sentences).strip():
                plan.lines = _edited_lines(sentences, text)
                touched = True
            touched = touched or plan.heading != paragraph.heading
            before += [key for s in sentences for key in tokens_of(s.text)]
            after += [key for line in plan.lines for key in tokens_of(line.text)]
            plans.append(plan)
        heading, text = added.get(section.pk, ("", ""))
        if text.strip():
            lines = [Line(None, sentence, False) for sentence in sentences_in(text)]
            after += [key for line in lines for key in tokens_of(line.text)]
            plans.append(_Plan(None, heading.strip(), lines))
            touched = True
        if touched:
            _write_section(section, plans, by=by, at=at)
        lost += [key for key in dict.fromkeys(before) if key not in after]
    return lost


def _edited_lines(sentences: Sequence[Sentence], text: str) -> list[Line]:
    """The sentences of an edited paragraph; one that changed is no longer a compiled one."""
    stored = {sentence.pk: sentence for sentence in sentences}
    lines = []
    for pk, words in match_sentences([(s.pk, s.text) for s in sentences], text):
        origin = stored.get(pk) if pk is not None else None
        same = origin is not None and origin.is_compiled and origin.text == words
        lines.append(Line(pk, words, same))
    return lines


def editor_text(paragraph_text: str, figures: Mapping[str, Figure]) -> str:
    """A paragraph as its field shows it."""
    return to_editor(
        paragraph_text,
        {key: figure.label for key, figure in figures.items()},
        {key: figure.value for key, figure in figures.items()},
    )


# --- signing ------------------------------------------------------------------------------------


@transaction.atomic
def sign_report(
    *,
    report_id: int,
    signer: Person,
    signed_on: date,
    by: User | None,
    at: datetime,
    today: date,
    from_paper: bool = False,
    scans: Sequence[Upload] = (),
) -> AnnualReport:
    """Sign a draft: text and figures are frozen as they are; what changes later shows as drift.

    ``from_paper``: recorded from the signed sheet (凭签批件录入), with its scan where there is one.
    Refuses what is not a draft, a day in the future or before the day of the figures, a signer who
    held no post of the bureau on that day, and a report without text.
    """
    report = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("bureau", "signer")
        .get(pk=report_id)
    )
    figures_on = figures_day(report.year, today, report.figures_as_of)
    reasons = reasons_against_signing(
        ReportState(report.state),
        signed_on=signed_on,
        figures_on=figures_on,
        today=today,
        in_office=signers_of(report.bureau, signed_on).filter(pk=signer.pk).exists(),
        has_text=Sentence.objects.filter(paragraph__section__report=report).exists(),
    )
    if reasons:
        raise CannotSign(
            signing_sentence(reason, figures_on, signer, signed_on) for reason in reasons
        )
    figures = document_figures(report, today).values()
    FrozenFigure.objects.bulk_create(
        FrozenFigure(
            report=report,
            position=position,
            key=figure.key,
            group=figure.group[:60],
            label=figure.label[:120],
            value=figure.value,
        )
        for position, figure in enumerate(figures, start=1)
    )
    report.figures_as_of = figures_on
    report.state = ReportState.SIGNED.value
    report.signed_on, report.signed_by, report.signer = signed_on, by, signer
    report.from_paper = from_paper
    _save(report, by=by, at=at)
    _note(report, Move.SIGN, signed_on, by=by, at=at)
    if scans:
        add_evidence(target=report, uploads=scans, by=by, at=at)
    return report


def signing_sentence(
    reason: AgainstSigning, figures_on: date, signer: Person, signed_on: date
) -> str:
    """Why a report cannot be signed, in words."""
    return str(AGAINST_SIGNING_SENTENCES[reason]) % {
        "figures_on": day_label(figures_on),
        "signer": signer.name,
        "signed_on": day_label(signed_on),
    }
