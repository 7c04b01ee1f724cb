"""The annual report: compiled from records, worded by hand, signed once and frozen."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.actions.report_steps import note_step, refuse_unless_open
from reports.actions.report_writing import (
    ParagraphPlan,
    save_as,
    write_compiled,
    write_section,
)
from reports.domain.report_text import (
    Line,
    default_title,
    span_title,
)
from reports.domain.summaries import ReportKind, ReportState
from reports.models import (
    AnnualReport,
    Formula,
    MissDecision,
    ReportTemplate,
    Section,
    Sentence,
    Unit,
)
from reports.models.choices import ReportMove as Move
from reports.selectors.report_facts import compiled, records_behind
from reports.selectors.year_records import figures_from, report_day


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
        save_as(report, by=by, at=at)
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
        save_as(report, by=by, at=at)
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
    refuse_unless_open(report, CannotCompile)
    reorder = template is not None and template.pk != report.template_id
    if reorder:
        _refuse_template(template, report.bureau)
        report.template = template
        save_as(report, by=by, at=at)
    drafts = compiled(report, records_behind(report, today))
    write_compiled(report, drafts, reorder=reorder, by=by, at=at)
    note_step(report, Move.COMPILE, today, by=by, at=at, today=today)
    return report


def _refuse_template(template: ReportTemplate | None, bureau: Unit) -> None:
    if template is None or (template.is_active and template.unit_id in (None, bureau.pk)):
        return
    raise CannotCompile([_("所选模板已停用，或者属于其他单位。")])


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
    refuse_unless_open(report, CannotDecideMiss)
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
    save_as(decision, by=by, at=at)
    drafts = compiled(report, records)
    write_compiled(report, drafts, only={f"miss:{schedule_id}"}, by=by, at=at)
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
    refuse_unless_open(report, CannotInsertFormula)
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
    save_as(sentence, by=by, at=at)
    note = _("插入规范表述")
    note_step(report, Move.EDIT, today, by=by, at=at, today=today, note=note)
    Section.objects.filter(pk=found.pk).update(revision=F("revision") + 1)
    return sentence


def _ended(text: str) -> str:
    """A formula goes on into what follows it, so it ends with a comma unless it ends itself."""
    line = "".join(part.strip() for part in text.split("\n"))
    return line if line.endswith(("。", "，", "；", "！", "：")) else f"{line}，"
