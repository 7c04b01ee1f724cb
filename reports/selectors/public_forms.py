"""The published form of a signed report: the signed text beside what is made public of it, the
secrecy check with its findings, and the form on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from reports.domain.official_text import Document, Metadata, document_number, one_line, paper_day
from reports.domain.paper import DOCUMENT_LANGUAGE
from reports.domain.public_forms import (
    CHECKS,
    FROZEN,
    Block,
    Chapter,
    Checker,
    Uttered,
    fingerprint,
    is_late,
    kept_chapters,
    leads_of,
    public_text,
    publish_by,
    read_seen,
    sections_of_text,
    short,
    unsettled,
)
from reports.domain.report_checks import Finding, Passage, Pattern, Words, secrecy_findings
from reports.domain.summaries import Numbering, PublicState, pieces_of
from reports.models import (
    AnnualReport,
    Appointment,
    FrozenFigure,
    Person,
    PublicForm,
    ReportCall,
    SecrecyStep,
    Sentence,
    Unit,
)
from reports.models.choices import clauses, listed
from reports.models.people import FIRST_PERSON
from reports.selectors.differences import Difference
from reports.selectors.report_checks import advice_of, quoted_in, secrecy_lists

# Who approves that a text is made public: the capacities of the bureau's own leaders.
APPROVING = (FIRST_PERSON, "in_charge")


def with_public_form() -> QuerySet[AnnualReport]:
    """Reports with their bureau, signer and published form, and the limit that a notice sets."""
    limits = ReportCall.objects.filter(
        unit=OuterRef("bureau"), year=OuterRef("year"), publish_by__isnull=False
    ).order_by("-pk")
    return AnnualReport.objects.select_related("bureau", "signer", "public_form").annotate(
        publish_limit=Subquery(limits.values("publish_by")[:1])
    )


def form_of(report: AnnualReport) -> PublicForm | None:
    """The published form of a report, if it was begun; reads nothing of ``with_public_form``."""
    return getattr(report, "public_form", None)


def limit_of(report: AnnualReport) -> date:
    """The last day for publishing: as the year's notice says, else 1 April."""
    return getattr(report, "publish_limit", None) or publish_by(report.year)


def late_on(report: AnnualReport, day: date) -> bool:
    """Whether a day is after the limit of the report."""
    return is_late(report.year, day, limit_of(report))


# --- the text -----------------------------------------------------------------------------------


def chapters_of(report: AnnualReport) -> list[Chapter]:
    """The signed text with what is taken out or written otherwise: two queries."""
    frozen = FrozenFigure.objects.filter(report=report).values_list("key", "value")
    figures = {key: number_words(value) for key, value in frozen}
    # A report has one published form, and a sentence at most one cut in it.
    rows = (
        Sentence.objects.filter(paragraph__section__report=report)
        .select_related("paragraph__section")
        .annotate(
            cut_id=F("cuts__pk"), cut_instead=F("cuts__instead"), cut_because=F("cuts__because")
        )
        .order_by("paragraph__section__position", "paragraph__position", "position")
    )
    found = []
    for section, of_section in groupby(rows, key=lambda row: row.paragraph.section):
        blocks = [
            Block(paragraph.pk, paragraph.heading, tuple(_uttered(row, figures) for row in rows))
            for paragraph, rows in groupby(of_section, key=lambda row: row.paragraph)
        ]
        found.append(
            Chapter(section.pk, section.heading, tuple(blocks), Numbering(section.numbering))
        )
    return found


def number_words(value: Decimal) -> str:
    """A frozen number as it is read: without the noughts behind the point."""
    return f"{value.normalize():f}"


def _uttered(row: Any, figures: Mapping[str, str]) -> Uttered:
    text = "".join(
        figures.get(piece.key, "—") if piece.key else piece.text for piece in pieces_of(row.text)
    )
    if row.cut_id is None:
        return Uttered(row.pk, text)
    return Uttered(row.pk, text, True, row.cut_instead, row.cut_because)


def count_cuts(chapters: Iterable[Chapter]) -> int:
    """How many sentences are not public as they were signed."""
    return sum(
        each.is_out for chapter in chapters for block in chapter.blocks for each in block.sentences
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """A paragraph of the signed text and, next to it, what is public of it."""

    key: int
    signed_lead: str
    public_lead: str
    sentences: tuple[Uttered, ...]

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is public."""
        return not any(each.public.strip() for each in self.sentences)

    @property
    def is_same(self) -> bool:
        """Whether it is public word for word."""
        return not any(each.is_out for each in self.sentences)

    @property
    def why(self) -> str:
        """The reasons for what is not public of it, each once."""
        said = (each.because for each in self.sentences if each.is_out)
        return listed(dict.fromkeys(said))


@dataclass(frozen=True, slots=True)
class BesideSection:
    """A section of both texts."""

    key: int
    signed_lead: str
    public_lead: str
    rows: tuple[Beside, ...]


def beside(chapters: Sequence[Chapter]) -> list[BesideSection]:
    """The signed text beside the published one, paragraph by paragraph; reads nothing."""
    kept = kept_chapters(chapters)
    public: dict[int, str] = {}
    heads: dict[int, str] = {}
    for chapter, (head, leads) in zip(kept, leads_of(kept), strict=True):
        heads[chapter.key] = head
        public |= {block.key: lead for block, lead in zip(chapter.blocks, leads, strict=True)}
    return [
        BesideSection(
            chapter.key,
            head,
            heads.get(chapter.key, ""),
            tuple(
                Beside(block.key, lead, public.get(block.key, ""), block.sentences)
                for block, lead in zip(chapter.blocks, leads, strict=True)
            ),
        )
        for chapter, (head, leads) in zip(chapters, leads_of(chapters), strict=True)
    ]


# --- the steps ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody said of a finding that stays."""

    quoted: str
    word: str
    by: str
    on: date


def steps_of(form: PublicForm) -> list[SecrecyStep]:
    """Everything that was done with the form, in order: one query."""
    rows = SecrecyStep.objects.filter(form=form).select_related("person", "recorded_by")
    return list(rows.order_by("pk"))


def who_made(step: SecrecyStep) -> str:
    """The name of who made a step."""
    if step.person is not None:
        return str(step.person.name)
    user = step.recorded_by
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def seen_in(steps: Iterable[SecrecyStep]) -> list[Seen]:
    """What was said of findings: the steps that lead to no state."""
    found = []
    for step in steps:
        if not step.to_state:
            quoted, word = read_seen(step.opinion)
            found.append(Seen(quoted, word, who_made(step), step.on))
    return found


def checks_since(steps: Iterable[SecrecyStep]) -> list[SecrecyStep]:
    """The checks that hold: those since the text last went back."""
    found: list[SecrecyStep] = []
    for step in steps:
        if step.to_state == PublicState.DRAFT:
            found = []
        elif step.to_state in CHECKS:
            found.append(step)
    return found


def moves_in(steps: Iterable[SecrecyStep]) -> list[SecrecyStep]:
    """The steps that led to a state."""
    return [step for step in steps if step.to_state]


def checker_of(step: SecrecyStep) -> Checker:
    """Who made a step, as the rule wants to know it."""
    return Checker(step.person_id, step.recorded_by_id, step.from_paper)


def approvers_of(bureau: Unit | int, day: date) -> QuerySet[Person]:
    """Who may approve: the leader in charge and the first responsible person of that day."""
    held = Appointment.objects.filter(unit=bureau, post__code__in=APPROVING).in_office_on(day)
    return Person.objects.filter(pk__in=held.values("person_id")).order_by("pk")


def checkers_of(bureau: Unit | int, day: date) -> QuerySet[Person]:
    """Who may be named as the second checker: people of the bureau who had not left by then."""
    rows = Person.objects.filter(unit__bureau=bureau)
    held = Appointment.objects.in_office_on(day).select_related("post")
    posts = Prefetch("appointments", held.order_by("post__position", "pk"), to_attr="held")
    return (
        rows.filter(Q(left_on__isnull=True) | Q(left_on__gte=day))
        .select_related("unit")
        .prefetch_related(posts)
        .order_by("unit__path", "pk")
    )


# --- the findings -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of the secrecy check in the published text; ``seen`` says why it may stay."""

    quoted: str
    advice: str
    note: str
    before: str
    after: str
    times: int
    lead: str
    sentence: int | None
    seen: Seen | None = None


def found_in(
    chapters: Sequence[Chapter],
    patterns: Iterable[Pattern],
    names: Sequence[str],
    steps: Iterable[SecrecyStep] = (),
) -> list[Found]:
    """What the secrecy check finds in the published text, each with the word said of it."""
    said = {seen.quoted: seen for seen in seen_in(steps)}
    kept = kept_chapters(chapters)
    blocks: dict[tuple[int, int], tuple[Block | None, str]] = {}
    passages = []
    for chapter, (head, leads) in zip(kept, leads_of(kept), strict=True):
        blocks[chapter.key, 0] = None, head
        if chapter.heading:
            passages.append(Passage(chapter.key, 0, (Words(chapter.heading),), is_heading=True))
        for block, lead in zip(chapter.blocks, leads, strict=True):
            blocks[chapter.key, block.key] = block, lead or head
            if block.heading:
                words = (Words(block.heading),)
                passages.append(Passage(chapter.key, block.key, words, is_heading=True))
            sentences = tuple(Words(each.public) for each in block.sentences)
            passages.append(Passage(chapter.key, block.key, sentences))
    texts = {(p.section, p.key, p.is_heading): p.text for p in passages}
    found = []
    for each in secrecy_findings(passages, patterns, names=names):
        block, lead = blocks[each.section, each.passage]
        before, after = quoted_in(
            texts[each.section, each.passage, each.is_heading], each.start, each.end
        )
        found.append(
            Found(
                quoted=each.quoted,
                advice=advice_of(each),
                note=each.note,
                before=before,
                after=after,
                times=each.times,
                lead=lead,
                sentence=_sentence_at(block, each),
                seen=said.get(short(each.quoted)),
            )
        )
    return found


def _sentence_at(block: Block | None, finding: Finding) -> int | None:
    """The sentence in which a finding begins; a heading is in none."""
    if block is None or finding.is_heading:
        return None
    at = 0
    for each in block.sentences:
        at += len(each.public)
        if finding.start < at:
            return each.key
    return None


def unsettled_in(found: Iterable[Found]) -> list[str]:
    """What was found and of which nobody said yet why it may stay."""
    rows = list(found)
    seen = [row.quoted for row in rows if row.seen is not None]
    return unsettled((row.quoted for row in rows), seen)


# --- the whole ----------------------------------------------------------------------------------


@dataclass(slots=True)
class PublicRead:
    """A published form with all that its page shows."""

    form: PublicForm
    steps: list[SecrecyStep]
    chapters: list[Chapter]
    found: list[Found]

    @property
    def state(self) -> PublicState:
        """How far it is on its way."""
        return PublicState(self.form.state)

    @property
    def is_frozen(self) -> bool:
        """Whether the text stands still."""
        return self.state in FROZEN

    @property
    def text(self) -> list[dict]:
        """What is or would be made public."""
        if self.form.text is not None and self.is_frozen:
            return list(self.form.text)
        return public_text(self.chapters)

    @property
    def unsettled(self) -> list[str]:
        """The finds that nobody has settled."""
        return unsettled_in(self.found)


def read_public(form: PublicForm, report: AnnualReport) -> PublicRead:
    """A published form with its text, steps and findings: five queries."""
    steps = steps_of(form)
    chapters = chapters_of(report)
    patterns, names = secrecy_lists(report.bureau_id)
    return PublicRead(form, steps, chapters, found_in(chapters, patterns, names, steps))


# --- on paper -----------------------------------------------------------------------------------


def public_document(report: AnnualReport, form: PublicForm, text: Sequence[dict]) -> Document:
    """The published form as the structure that print and files are made from; reads nothing.

    What is not approved yet says that it is a draft.
    """
    with override(DOCUMENT_LANGUAGE):
        issuer = one_line(report.issuer) or one_line(report.bureau.name)
        title = (report.title,) if issuer in report.title else (issuer, report.title)
        index = one_line(form.index_number or report.index_number)
        is_frozen = form.state in FROZEN
        return Document(
            title=title,
            issuer=issuer,
            sections=sections_of_text(text),
            number=document_number(report.document_number),
            mark="" if is_frozen else _("公开稿草稿，未批准公开"),
            day=paper_day(report.issued_on or report.signed_on),
            signature=issuer,
            metadata=Metadata(
                index,
                paper_day(report.issued_on or report.signed_on),
                issuer,
                one_line(report.topic),
            ),
            shows_metadata=bool(index),
        )


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A step on the form of the secrecy check: opinion, name and day, or room for them."""

    label: str
    opinion: str = ""
    name: str = ""
    day: str = ""
    from_paper: bool = False


@dataclass(frozen=True, slots=True)
class SlipCut:
    """A sentence that is not public as it was signed: its words, what stands instead, why."""

    text: str
    instead: str
    because: str


@dataclass(frozen=True, slots=True)
class Slip:
    """The form of the secrecy check before publishing (保密审查表)."""

    title: str
    unit: str
    facts: tuple[tuple[str, str], ...]
    cuts: tuple[SlipCut, ...]
    seen: tuple[Seen, ...]
    lines: tuple[SlipLine, ...]


SLIP_LABELS = {
    PublicState.SELF_CHECKED: gettext_lazy("自查意见"),
    PublicState.SECOND_CHECKED: gettext_lazy("复核意见"),
    PublicState.APPROVED: gettext_lazy("批准意见"),
}


def slip_of(report: AnnualReport, read: PublicRead) -> Slip:
    """The form as it stands, in the language of the document: what was checked so far, and room to
    sign for the rest. Reads nothing."""
    with override(DOCUMENT_LANGUAGE):
        done = {PublicState(step.to_state): step for step in checks_since(read.steps)}
        facts = [
            (_("题目"), one_line(report.title)),
            (_("拟公开单位"), one_line(report.issuer) or report.bureau.name),
            (_("成文日期"), paper_day(report.issued_on or report.signed_on)),
            (_("文号"), document_number(report.document_number)),
            (_("拟公开方式"), _where_public(read.form)),
            ("SHA-256", read.form.sha256),
        ]
        return Slip(
            title=_("信息公开保密审查表"),
            unit=report.bureau.name,
            facts=tuple((label, words) for label, words in facts if words),
            cuts=tuple(_slip_cuts(read)),
            seen=tuple(seen_in(read.steps)),
            lines=tuple(
                _slip_line(str(label), done.get(state)) for state, label in SLIP_LABELS.items()
            ),
        )


def _where_public(form: PublicForm) -> str:
    parts = [form.address]
    if form.index_number:
        parts.append(_("索引号%(number)s") % {"number": form.index_number})
    if form.published_on:
        parts.append(_("%(day)s公开") % {"day": paper_day(form.published_on)})
    return clauses(part for part in parts if part) or _("政府网站公开")


def _slip_cuts(read: PublicRead) -> Iterable[SlipCut]:
    """Sentences one after the other that go for one reason are one passage."""
    for chapter in read.chapters:
        for block in chapter.blocks:
            rows = groupby(block.sentences, key=lambda each: (each.is_out, each.because))
            for (is_out, because), said in rows:
                passage = list(said)
                if is_out and not any(each.instead for each in passage):
                    yield SlipCut("".join(each.text for each in passage), "", because)
                elif is_out:
                    yield from (SlipCut(each.text, each.instead, because) for each in passage)


def _slip_line(label: str, step: SecrecyStep | None) -> SlipLine:
    if step is None:
        return SlipLine(label)
    return SlipLine(label, step.opinion, who_made(step), paper_day(step.on), step.from_paper)


# --- the recount --------------------------------------------------------------------------------


def public_form_differences() -> Iterator[Difference]:
    """Frozen published forms whose text no longer has the SHA-256 it was frozen with: one query."""
    rows = PublicForm.objects.exclude(sha256="").select_related("report").order_by("pk")
    for form in rows.iterator(chunk_size=200):
        expected = fingerprint(form.report.title, form.text or [])
        if form.sha256 != expected:
            label = f"{form.report.bureau_id} · {form.report.title}"
            yield Difference("PublicForm", form.pk, label, "sha256", form.sha256, expected)
