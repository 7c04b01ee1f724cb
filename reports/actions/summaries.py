"""The annual report: compiled from records, worded by hand, signed once and frozen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.actions.report_steps import note_step
from reports.domain.report_moves import EDITABLE
from reports.domain.report_text import (
    Kept,
    Line,
    ParagraphDraft,
    SectionDraft,
    SentenceDraft,
    default_title,
    merge_paragraph,
    span_title,
)
from reports.domain.summaries import ReportKind, ReportState
from reports.models import (
    AnnualReport,
    Comment,
    Formula,
    MissDecision,
    Paragraph,
    ReportTemplate,
    Section,
    Sentence,
    Source,
    Unit,
)
from reports.models.choices import REPORT_STATE_LABELS, day_label
from reports.models.choices import ReportMove as Move
from reports.selectors.report_facts import compiled, records_behind
from reports.selectors.year_records import figures_from, report_day

# Positions move out of the way by this much while a paragraph is rewritten.
APART = 10_000


class CannotCompile(Refused):
    """The report cannot be compiled."""


# --- compiling ----------------------------------------------------------------------------------


@transaction.atomic
def compile_report(
    *,
    bureau: Unit,
    year: int,
    by: User | None,
    at: datetime,
    today: date,
    template: ReportTemplate | None = None,
) -> AnnualReport:
    """Draft the report of a bureau's calendar year, or bring a draft up to date with the records.

    Sentences typed or edited by hand stay; compiled ones are written anew, in the order of the
    ``template`` (None: that of the report, or of the regulation). Refuses a unit that files no
    report, a year that has not begun, a template that is not the bureau's to use, and a report
    that is signed or published.
    """
    if bureau.bureau_id != bureau.pk:
        raise CannotCompile([_("%(unit)s不单独编制年度报告。") % {"unit": bureau.name}])
    if year > today.year:
        raise CannotCompile([_("%(year)s年尚未开始，不能汇编。") % {"year": year}])
    rows = AnnualReport.objects.annual().select_for_update(of=("self",))
    report = rows.filter(bureau=bureau, year=year).first()
    if report is None:
        report = AnnualReport(
            bureau=bureau,
            year=year,
            title=default_title(year),
            issuer=bureau.name,
            recorded_at=at,
            recorded_by=by,
        )
        _refuse_template(template, bureau)
        report.template = template
        _save(report, by=by, at=at)
    return _compile(report, template, by=by, at=at, today=today)


@dataclass(frozen=True, slots=True)
class SpanDraft:
    """A text for any days and any reader; without a title it is called by its days."""

    bureau: Unit
    first_day: date
    last_day: date
    addressee: str = ""
    title: str = ""


LONGEST_SPAN = 366


@transaction.atomic
def compile_span(
    *,
    draft: SpanDraft,
    by: User | None,
    at: datetime,
    today: date,
    template: ReportTemplate | None = None,
) -> AnnualReport:
    """Draft a text for a span of days (季度小结, 半年总结, 述法材料) from the same records.

    Sent twice, it brings the draft that is there up to date. Refuses a unit that files no report,
    days in the wrong order, before they have begun, or of more than a year.
    """
    bureau = draft.bureau
    reasons = []
    if bureau.bureau_id != bureau.pk:
        reasons.append(_("%(unit)s不单独编制年度报告。") % {"unit": bureau.name})
    if draft.last_day < draft.first_day:
        reasons.append(_("结束日期早于开始日期。"))
    elif (draft.last_day - draft.first_day).days >= LONGEST_SPAN:
        reasons.append(_("起止日期不能超过一年。"))
    if draft.first_day > today:
        reasons.append(_("这段时间尚未开始，不能汇编。"))
    if reasons:
        raise CannotCompile(reasons)
    # Two at once wait for each other here; there is no row yet that they could wait for.
    Unit.objects.select_for_update(of=("self",)).get(pk=bureau.pk)
    title = draft.title.strip() or span_title(draft.first_day, draft.last_day)
    said = {
        "bureau": bureau,
        "kind": ReportKind.SPAN.value,
        "first_day": draft.first_day,
        "last_day": draft.last_day,
        "addressee": draft.addressee.strip(),
        "title": title,
    }
    rows = AnnualReport.objects.select_for_update(of=("self",)).filter(**said, is_current=True)
    report = rows.filter(state=ReportState.DRAFT.value).order_by("-pk").first()
    if report is None:
        report = AnnualReport(
            **said,
            year=draft.last_day.year,
            issuer=bureau.name,
            recorded_at=at,
            recorded_by=by,
        )
        _refuse_template(template, bureau)
        report.template = template
        _save(report, by=by, at=at)
    return _compile(report, template, by=by, at=at, today=today)


@transaction.atomic
def recompile(
    *,
    report_id: int,
    by: User | None,
    at: datetime,
    today: date,
    template: ReportTemplate | None = None,
) -> AnnualReport:
    """Bring a draft of any days up to date with the records, or into the order of a ``template``.

    What was typed by hand stays, wherever its paragraph stands now. Refuses as ``compile_report``.
    """
    report = _locked(report_id)
    return _compile(report, template, by=by, at=at, today=today)


def _locked(report_id: int) -> AnnualReport:
    rows = AnnualReport.objects.select_for_update(of=("self",))
    return rows.select_related("bureau", "signer", "template").get(pk=report_id)


def _compile(
    report: AnnualReport,
    template: ReportTemplate | None,
    *,
    by: User | None,
    at: datetime,
    today: date,
) -> AnnualReport:
    _refuse_unless_draft(report, CannotCompile)
    reorder = template is not None and template.pk != report.template_id
    if reorder:
        _refuse_template(template, report.bureau)
        report.template = template
        _save(report, by=by, at=at)
    drafts = compiled(report, records_behind(report, today))
    _write_compiled(report, drafts, reorder=reorder, by=by, at=at)
    note_step(report, Move.COMPILE, today, by=by, at=at, today=today)
    return report


def _refuse_template(template: ReportTemplate | None, bureau: Unit) -> None:
    if template is None or (template.is_active and template.unit_id in (None, bureau.pk)):
        return
    raise CannotCompile([_("所选模板已停用，或者属于其他单位。")])


def _refuse_unless_draft(report: AnnualReport, refusal: type[Refused]) -> None:
    if report.state == ReportState.SIGNED:
        raise refusal(
            [
                _("报告已于%(day)s由%(signer)s签发，正文和数据已固定，不能再改。")
                % {"day": day_label(report.signed_on), "signer": report.signer}
            ]
        )
    if report.state == ReportState.PUBLISHED:
        raise refusal([_("这是已公开的文本，不能汇编、修改或签发。")])
    if report.state not in EDITABLE:
        state = REPORT_STATE_LABELS[ReportState(report.state)]
        raise refusal([_("报告正在%(state)s，退回起草后才能改动。") % {"state": state}])


# --- misses and formulas -------------------------------------------------------------------------


class CannotDecideMiss(Refused):
    """What was missed cannot be decided on like this."""


@transaction.atomic
def decide_miss(
    *,
    report_id: int,
    schedule_id: int,
    admitted: bool,
    cause: str,
    by: User | None,
    at: datetime,
    today: date,
) -> MissDecision:
    """Decide whether the misses of a schedule are admitted as a problem (列为不足), with the cause.

    The paragraph that admits them is written, or goes; nothing else of the text changes. Deciding
    the same again changes nothing. Refuses a report that is no draft, a schedule without a miss,
    and admitting without a cause.
    """
    report = _locked(report_id)
    _refuse_unless_draft(report, CannotDecideMiss)
    records = records_behind(report, today)
    values = {figure.key: figure.value for figure in figures_from(records)}
    reasons = []
    if not values.get(f"schedule:{schedule_id}:missed"):
        reasons.append(_("该项制度没有未落实的期次。"))
    if admitted and not cause.strip():
        reasons.append(_("列为不足的，请写明原因。"))
    if reasons:
        raise CannotDecideMiss(reasons)
    said = {"admitted": admitted, "cause": cause.strip() if admitted else ""}
    decision = MissDecision.objects.filter(report=report, schedule=schedule_id).first()
    if decision is not None and (decision.admitted, decision.cause) == tuple(said.values()):
        return decision
    if decision is None:
        decision = MissDecision(report=report, schedule_id=schedule_id)
    decision.admitted, decision.cause = said["admitted"], said["cause"]
    decision.recorded_at, decision.recorded_by = at, by
    _save(decision, by=by, at=at)
    drafts = compiled(report, records)
    _write_compiled(report, drafts, only={f"miss:{schedule_id}"}, by=by, at=at)
    note = _("列为不足") if admitted else _("不列为不足")
    note_step(report, Move.EDIT, today, by=by, at=at, today=today, note=note)
    return decision


class CannotInsertFormula(Refused):
    """The formula cannot stand there."""


@transaction.atomic
def insert_formula(
    *,
    report_id: int,
    formula: Formula,
    section_id: int,
    paragraph_id: int | None = None,
    by: User | None,
    at: datetime,
    today: date,
) -> Sentence:
    """Put a standing formula (规范表述) at the head of a paragraph, or of a section.

    It is a sentence that needs no record. Where the formula stands already nothing changes.
    Refuses a report that is no draft, a formula that does not hold on the day of the figures, and a
    place of another report.
    """
    report = _locked(report_id)
    _refuse_unless_draft(report, CannotInsertFormula)
    on = report_day(report, today)
    if formula.first_day > on or (formula.last_day is not None and formula.last_day < on):
        raise CannotInsertFormula([_("“%(title)s”在数据截至日不适用。") % {"title": formula.title}])
    section = report.sections.prefetch_related("paragraphs__sentences").filter(pk=section_id)
    found = section.first()
    if found is None:
        raise CannotInsertFormula([_("这一段已不在报告中，请刷新后重试。")])
    rows = sorted(found.paragraphs.all(), key=lambda row: row.position)
    plans = [
        ParagraphPlan(
            row.pk,
            row.heading,
            [
                Line(each.pk, each.text, each.is_compiled)
                for each in sorted(row.sentences.all(), key=lambda each: each.position)
            ],
        )
        for row in rows
    ]
    of_paragraph = {row.pk: row for row in rows}
    if paragraph_id is not None and paragraph_id not in of_paragraph:
        raise CannotInsertFormula([_("这一段已不在报告中，请刷新后重试。")])
    places = [of_paragraph[paragraph_id]] if paragraph_id is not None else rows
    for row in places:
        for each in row.sentences.all():
            if each.formula_id == formula.pk:
                return each
    line = Line(None, _ended(formula.text), False)
    if paragraph_id is None:
        plans.insert(0, ParagraphPlan(None, "", [line]))
    else:
        next(plan for plan in plans if plan.pk == paragraph_id).lines.insert(0, line)
    (sentence,) = write_section(found, plans, by=by, at=at)
    sentence.formula = formula
    _save(sentence, by=by, at=at)
    note = _("插入规范表述")
    note_step(report, Move.EDIT, today, by=by, at=at, today=today, note=note)
    Section.objects.filter(pk=found.pk).update(revision=F("revision") + 1)
    return sentence


def _ended(text: str) -> str:
    """A formula goes on into what follows it, so it ends with a comma unless it ends itself."""
    line = "".join(part.strip() for part in text.split("\n"))
    return line if line.endswith(("。", "，", "；", "！", "：")) else f"{line}，"


# --- writing -------------------------------------------------------------------------------------


@dataclass(slots=True)
class ParagraphPlan:
    """A paragraph as it shall be stored: over ``pk``, or new."""

    pk: int | None
    heading: str
    lines: list[Line] = field(default_factory=list)


def _write_compiled(
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
            _save(sentence, by=by, at=at)
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


def _save(row: AnnualReport | Sentence | MissDecision, *, by: User | None, at: datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()
