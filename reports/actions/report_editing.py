"""Wording a report by hand, remarks on it, and the records that somebody links to a sentence."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.actions.refusals import Refused
from reports.actions.report_steps import note_step, refuse_unless_open
from reports.actions.report_writing import ParagraphPlan, write_section
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.report_moves import OPEN
from reports.domain.report_text import Line
from reports.domain.summaries import (
    TextRefusal,
    from_editor,
    marks_in,
    match_sentences,
    sentences_in,
    to_editor,
    tokens_of,
)
from reports.models import (
    AnnualReport,
    Comment,
    KeptText,
    Paragraph,
    Section,
    Sentence,
    Source,
)
from reports.models.choices import AGAINST_TEXT_SENTENCES
from reports.models.choices import ReportMove as Move
from reports.selectors.report_figures import Figure
from reports.selectors.report_reading import LINK_KINDS
from reports.selectors.summaries import shown_figures

META = ("title", "figures_as_of", "issuer", "document_number", "index_number", "issued_on", "topic")


class CannotEdit(Refused):
    """The text cannot be changed like this; ``by_field`` are the reasons of single paragraphs."""

    def __init__(self, reasons: Sequence[object], by_field: Mapping[str, list[str]] | None = None):
        self.by_field = dict(by_field or {})
        super().__init__([*reasons, *(r for texts in self.by_field.values() for r in texts)])


class SectionChanged(CannotEdit):
    """Somebody else changed the section meanwhile; the text that was typed is not stored."""


class CannotComment(Refused):
    """The remark cannot be made or settled."""


class CannotLink(Refused):
    """The record cannot be linked to the sentence, or taken off it."""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """What was typed: texts and headings by paragraph, new paragraphs by section, the metadata.

    ``shown`` are the texts as the form showed them; ``base`` is the last step the editor saw, and
    ``bases`` the revision of each section. ``removed`` paragraphs go, ``shift`` is one of them and
    how many places it moves, ``places`` say behind which paragraph a new one stands (0: first).
    """

    texts: Mapping[int, str] = field(default_factory=dict)
    headings: Mapping[int, str] = field(default_factory=dict)
    added: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    shown: Mapping[int, str] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)
    base: int | None = None
    bases: Mapping[int, int] = field(default_factory=dict)
    removed: Collection[int] = ()
    shift: tuple[int, int] | None = None
    places: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: ``lost`` are the labels of figures that left the text."""

    report: AnnualReport
    lost: list[str]
    is_changed: bool = True


def last_step(report: AnnualReport) -> int:
    """The key of the report's last step, by which an editor notices that another one was faster."""
    return report.moves.order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def edit_report(
    *, report_id: int, edit: TextEdit, by: User | None, at: datetime, today: date
) -> Edited:
    """Word a draft: text may change, figures may only stay or go.

    Only sections in which something changed are written. Refuses a figure that is unknown or whose
    number was changed, a report that is neither drafted nor countersigned, the removal of a
    paragraph with remarks that nobody answered, and (``SectionChanged``) a section that somebody
    else changed meanwhile. Nothing is written when it refuses; the same page sent again changes
    nothing.
    """
    report = _locked(report_id)
    refuse_unless_open(report, CannotEdit)
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
    _refuse_open_remarks(edit, texts, words)
    if reasons or words.refused:
        raise CannotEdit(reasons, words.refused)
    touched, lost = _write_edit(report, edit, texts, added, by=by, at=at)
    changed = [
        name for name in META if name in edit.meta and edit.meta[name] != getattr(report, name)
    ]
    for name in changed:
        setattr(report, name, edit.meta[name])
    if changed:
        report._history_user, report._history_date = by, at
        report.save()
    if touched or changed:
        note = "、".join(section.heading for section in touched)[:300]
        note_step(report, Move.EDIT, today, by=by, at=at, today=today, note=note)
    return Edited(report, [labels.get(key, key) for key in lost], bool(touched or changed))


def _locked(report_id: int) -> AnnualReport:
    rows = AnnualReport.objects.select_for_update(of=("self",))
    return rows.select_related("bureau", "signer").get(pk=report_id)


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


def _against_meta(report: AnnualReport, meta: Mapping[str, object], today: date) -> list[str]:
    reasons = []
    as_of = meta.get("figures_as_of")
    if isinstance(as_of, date) and not date(report.year, 1, 1) <= as_of <= today:
        reasons.append(_("“数据截至”须在%(year)s年1月1日至今天之间。") % {"year": report.year})
    if "title" in meta and not str(meta["title"] or "").strip():
        reasons.append(_("请填写标题。"))
    return reasons


def _refuse_open_remarks(edit: TextEdit, texts: Mapping[int, str], words: _Words) -> None:
    going = {*edit.removed, *(pk for pk, text in texts.items() if not text.strip())}
    if not going:
        return
    rows = Comment.objects.filter(paragraph__in=going, settled_at__isnull=True)
    for pk in rows.values_list("paragraph", flat=True).distinct():
        words.refused.setdefault(f"text_{pk}", []).append(
            _("本段还有没处理的意见，请先处理，再去掉本段。")
        )


def _write_edit(
    report: AnnualReport,
    edit: TextEdit,
    texts: Mapping[int, str],
    added: Mapping[int, tuple[str, str]],
    *,
    by: User | None,
    at: datetime,
) -> tuple[list[Section], list[str]]:
    """Write the sections that changed; gives back those, and the figures that left the text."""
    changed: list[Section] = []
    lost: list[str] = []
    for section in report.sections.order_by("position").prefetch_related("paragraphs__sentences"):
        plans, touched, before = _planned(section, edit, texts)
        heading, text = added.get(section.pk, ("", ""))
        if text.strip():
            lines = [Line(None, sentence, False) for sentence in sentences_in(text)]
            place = edit.places.get(section.pk)
            known = [plan.pk for plan in plans]
            at_place = 0 if place == 0 else known.index(place) + 1 if place in known else len(plans)
            plans.insert(at_place, ParagraphPlan(None, heading.strip(), lines))
            touched = True
        if not touched:
            continue
        base = edit.bases.get(section.pk)
        if base is not None and base != section.revision:
            raise SectionChanged(
                [
                    _("“%(heading)s”在您编辑期间已被他人修改，您的文字没有写入正文。")
                    % {"heading": section.heading}
                ]
            )
        after = [key for plan in plans for line in plan.lines for key in tokens_of(line.text)]
        lost += [key for key in dict.fromkeys(before) if key not in after]
        write_section(section, plans, by=by, at=at)
        Section.objects.filter(pk=section.pk).update(revision=F("revision") + 1)
        KeptText.objects.filter(section=section, recorded_by=by, settled_at__isnull=True).update(
            settled_at=at
        )
        changed.append(section)
    return changed, lost


def _planned(
    section: Section, edit: TextEdit, texts: Mapping[int, str]
) -> tuple[list[ParagraphPlan], bool, list[str]]:
    """The paragraphs as they shall stand, whether anything changed, and the figures before."""
    plans, touched, before = [], False, []
    for paragraph in sorted(section.paragraphs.all(), key=lambda row: row.position):
        sentences = sorted(paragraph.sentences.all(), key=lambda row: row.position)
        heading = edit.headings.get(paragraph.pk, paragraph.heading).strip()
        lines = [Line(s.pk, s.text, s.is_compiled) for s in sentences]
        plan = ParagraphPlan(paragraph.pk, heading, lines)
        before += [key for s in sentences for key in tokens_of(s.text)]
        text = texts.get(paragraph.pk)
        if paragraph.pk in edit.removed:
            plan.lines, touched = [], True
        elif text is not None and text.strip() != "".join(s.text for s in sentences).strip():
            plan.lines, touched = _edited_lines(sentences, text), True
        touched = touched or plan.heading != paragraph.heading
        plans.append(plan)
    keys = [plan.pk for plan in plans]
    if edit.shift is not None and edit.shift[0] in keys:
        place = keys.index(edit.shift[0])
        to = min(max(place + edit.shift[1], 0), len(plans) - 1)
        if to != place:
            plans.insert(to, plans.pop(place))
            touched = True
    return plans, touched, before


def _edited_lines(sentences: Sequence[Sentence], text: str) -> list[Line]:
    """The sentences of an edited paragraph; one that changed is no longer a compiled one."""
    stored = {sentence.pk: sentence for sentence in sentences}
    lines = []
    for pk, words in match_sentences([(s.pk, s.text) for s in sentences], text):
        origin = stored.get(pk) if pk is not None else None
        same = origin is not None and origin.is_compiled and origin.text == words
        lines.append(Line(pk, words, same))
    return lines


def document_figures(report: AnnualReport, today: date) -> dict[str, Figure]:
    """The figures of a draft with their Chinese names, as the editor shows them."""
    with override(DOCUMENT_LANGUAGE):
        shown, _now = shown_figures(report, today)
    return {figure.key: figure for figure in shown}


def editor_text(paragraph_text: str, figures: Mapping[str, Figure]) -> str:
    """A paragraph as its field shows it."""
    return to_editor(
        paragraph_text,
        {key: figure.label for key, figure in figures.items()},
        {key: figure.value for key, figure in figures.items()},
    )


# --- what was typed while another was faster ----------------------------------------------------


@transaction.atomic
def keep_text(*, section_id: int, text: str, by: User, at: datetime) -> KeptText | None:
    """Keep what somebody typed while another changed the section; the same text once."""
    section = Section.objects.select_for_update().get(pk=section_id)
    mine = section.kept_texts.filter(recorded_by=by, settled_at__isnull=True, text=text)
    if not text.strip() or mine.exists():
        return mine.first()
    return KeptText.objects.create(section=section, text=text, recorded_at=at, recorded_by=by)


@transaction.atomic
def settle_kept(*, kept_id: int, at: datetime) -> KeptText:
    """Mark a kept text as looked at; it stays readable in the ledger. Twice changes nothing."""
    kept = KeptText.objects.select_for_update().get(pk=kept_id)
    if kept.settled_at is None:
        kept.settled_at = at
        kept.save(update_fields=["settled_at"])
    return kept


# --- remarks ------------------------------------------------------------------------------------


@transaction.atomic
def add_comment(*, paragraph_id: int, text: str, by: User, at: datetime, unit: str = "") -> Comment:
    """Remark on a paragraph; ``unit`` is the office whose opinion it is (会签意见).

    Refuses an empty remark and a report that is signed or published; the same remark sent again is
    one.
    """
    paragraph = Paragraph.objects.select_related("section").get(pk=paragraph_id)
    report = _locked(paragraph.section.report_id)
    refuse_unless_open(report, CannotComment, OPEN)
    if not text.strip():
        raise CannotComment([_("请填写意见。")])
    words = f"{unit}：{text.strip()}" if unit else text.strip()
    same = Comment.objects.filter(paragraph=paragraph, text=words, settled_at__isnull=True)
    if there := same.filter(recorded_by=by).first():
        return there
    comment = Comment(paragraph=paragraph, text=words, recorded_at=at, recorded_by=by)
    comment._history_user, comment._history_date = by, at
    comment.save()
    return comment


@transaction.atomic
def settle_comment(*, comment_id: int, answer: str, by: User, at: datetime) -> Comment:
    """Answer a remark: what was done about it. Of two answers the second is told of the first."""
    comment = Comment.objects.select_for_update().get(pk=comment_id)
    if comment.settled_at is not None:
        if comment.settled_by_id == by.pk and comment.answer == answer.strip():
            return comment
        raise CannotComment([_("这条意见已经处理：%(answer)s") % {"answer": comment.answer}])
    if not answer.strip():
        raise CannotComment([_("请写明处理情况。")])
    comment.answer, comment.settled_at, comment.settled_by = answer.strip()[:300], at, by
    comment._history_user, comment._history_date = by, at
    comment.save()
    return comment


# --- linked records -----------------------------------------------------------------------------


@transaction.atomic
def link_records(
    *, sentence_id: int, records: Iterable[tuple[str, int]], by: User, at: datetime
) -> int:
    """Link records to a sentence that was typed; gives back how many are new.

    ``records``: kind and key, which the caller knows to lie within the scope. Refuses a sentence
    that was compiled, whose records follow the ledger, and a report that is signed or published.
    """
    sentence = Sentence.objects.select_related("paragraph__section").get(pk=sentence_id)
    refuse_unless_open(_locked(sentence.paragraph.section.report_id), CannotLink, OPEN)
    if sentence.is_compiled:
        raise CannotLink([_("本句据记录生成，依据随台账更新，不用手工关联。")])
    new = 0
    for kind, pk in dict.fromkeys(records):
        if kind not in LINK_KINDS:
            raise CannotLink([_("请选择要关联的记录。")])
        if not sentence.sources.filter(**{kind: pk}).exists():
            Source.objects.create(
                sentence=sentence, linked_by=by, linked_at=at, **{f"{kind}_id": pk}
            )
            new += 1
    return new


@transaction.atomic
def unlink_record(*, source_id: int) -> None:
    """Take a record off a sentence that was linked by hand; twice changes nothing.

    Refuses one that was compiled, and a report that is signed or published.
    """
    source = Source.objects.select_related("sentence__paragraph__section").filter(pk=source_id)
    found = source.first()
    if found is None:
        return
    refuse_unless_open(_locked(found.sentence.paragraph.section.report_id), CannotLink, OPEN)
    if found.linked_by_id is None:
        raise CannotLink([_("这是汇编时的依据，随台账更新，不能取消。")])
    found.delete()
