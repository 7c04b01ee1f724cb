"""The way of a report: countersigned, reviewed, deliberated, signed, handed in, corrected."""

from collections.abc import Sequence
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.evidence import Upload, add_evidence
from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.actions.report_editing import document_figures
from reports.actions.report_steps import note_step
from reports.domain.report_moves import (
    AgainstHandIn,
    Asked,
    ReportStep,
    reasons_against_correction,
    reasons_against_handing,
    reasons_against_step,
    step_of,
)
from reports.domain.summaries import ReportKind, ReportState
from reports.models import (
    AgendaItem,
    AnnualReport,
    FrozenFigure,
    HandIn,
    Paragraph,
    Person,
    Section,
    Sentence,
    Source,
)
from reports.models.choices import (
    AGAINST_CORRECTION_SENTENCES,
    AGAINST_HAND_IN_SENTENCES,
    REPORT_STATE_LABELS,
    listed,
    step_refusal_sentence,
)
from reports.models.choices import ReportMove as Move
from reports.selectors.report_reading import (
    calls_of,
    facts_of_report,
    fingerprint_of,
    holds,
    meeting_facts,
)
from reports.selectors.year_records import report_day

STORED_AS = {
    ReportStep.COUNTERSIGN: Move.COUNTERSIGN,
    ReportStep.SEND: Move.REVIEW,
    ReportStep.REVIEW: Move.COMMITTEE,
    ReportStep.DELIBERATE: Move.COMMITTEE,
    ReportStep.SIGN: Move.SIGN,
    ReportStep.RETURN: Move.RETURN,
}


class CannotMoveReport(Refused):
    """The step cannot be taken."""


class CannotCorrect(Refused):
    """No new version can be begun."""


class CannotHandIn(Refused):
    """The hand-in cannot be entered."""


@transaction.atomic
def move_report(
    *,
    report_id: int,
    step: ReportStep,
    on: date,
    by: User | None,
    at: datetime,
    today: date,
    person: Person | None = None,
    from_paper: bool = False,
    units: Sequence[str] = (),
    reason: str = "",
    item: AgendaItem | None = None,
    scans: Sequence[Upload] = (),
    expected: str | None = None,
) -> AnnualReport:
    """Take a report one step along its way.

    ``person`` decides a review or a signature, on her own or on a sheet (``from_paper``, with its
    scan where there is one); ``units`` are named for the countersigning, ``item`` is that of the
    committee's meeting, whose day counts. ``expected`` is the state that the page showed: of two
    at once the second is told who was faster. The reasons are those of ``domain.report_moves``.
    Signing freezes every figure and the text under one SHA-256 and lists to whom it goes.
    """
    report = (
        AnnualReport.objects.select_for_update(of=("self",))
        .select_related("bureau", "signer")
        .get(pk=report_id)
    )
    moves = list(report.moves.order_by("pk").select_related("recorded_by"))
    if expected is not None and expected != report.state:
        raise CannotMoveReport([already_moved(report, moves[-1].recorded_by if moves else None)])
    line = step_of(step, ReportKind(report.kind))
    meeting = meeting_facts(report, item)
    if item is not None:
        on = item.meeting.held_on
    facts = facts_of_report(
        report,
        moves,
        today,
        has_text=Sentence.objects.filter(paragraph__section__report=report).exists(),
    )
    asked = Asked(
        step=step,
        on=on,
        units=[each.strip() for each in units if each.strip()],
        reason=reason,
        holds=line.holder is not None and holds(person, report.bureau, line.holder, on),
        meeting=meeting,
    )
    reasons = reasons_against_step(facts, asked, today=today)
    if reasons:
        raise CannotMoveReport(step_refusal_sentence(each, person) for each in reasons)
    report.state = line.after.value
    if step == ReportStep.SIGN:
        _freeze(report, signer=person, signed_on=on, by=by, from_paper=from_paper, today=today)
    report._history_user, report._history_date = by, at
    report.save()
    note_step(
        report,
        STORED_AS[step],
        on,
        by=by,
        at=at,
        today=today,
        to_state=line.after.value,
        note=(listed(asked.units) or reason.strip())[:300],
        person=person if line.holder is not None else None,
        meeting=item.meeting if item is not None else None,
        item=item,
        from_paper=from_paper,
    )
    if scans:
        add_evidence(target=report, uploads=scans, by=by, at=at)
    if step == ReportStep.SIGN:
        _list_addressees(report, by=by, at=at)
    return report


def already_moved(report: AnnualReport, who: User | None) -> str:
    """What the second of two is told."""
    name = (who.get_full_name() or who.get_username()) if who is not None else _("他人")
    state = REPORT_STATE_LABELS[ReportState(report.state)]
    return _("%(who)s已先办理：报告现处“%(state)s”，请核对后再办。") % {"who": name, "state": state}


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
    expected: str | None = None,
) -> AnnualReport:
    """The step 签发 of ``move_report``, by its own words."""
    return move_report(
        report_id=report_id,
        step=ReportStep.SIGN,
        on=signed_on,
        person=signer,
        by=by,
        at=at,
        today=today,
        from_paper=from_paper,
        scans=scans,
        expected=expected,
    )


def _freeze(
    report: AnnualReport,
    *,
    signer: Person,
    signed_on: date,
    by: User | None,
    from_paper: bool,
    today: date,
) -> None:
    """Figures and text as they are at this moment, under one SHA-256."""
    report.figures_as_of = report_day(report, today)
    # The figures are still those of the records: the state in the store is not yet that of a
    # signed report, and this one must not read what it is about to write.
    report.state, after = ReportState.COMMITTEE.value, report.state
    figures = document_figures(report, today).values()
    report.state = after
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
    report.signed_on, report.signed_by, report.signer = signed_on, by, signer
    report.from_paper = from_paper
    report.sha256 = fingerprint_of(report)


def _list_addressees(report: AnnualReport, *, by: User | None, at: datetime) -> None:
    """Those who ask for it by the year's notices; of a correction those who have the old one."""
    rows = []
    if report.corrects_id is not None:
        before = HandIn.objects.filter(report=report.corrects_id).order_by("due_on", "pk")
        rows = [(row.addressee, max(row.due_on, report.signed_on)) for row in before]
    elif report.kind == ReportKind.ANNUAL:
        rows = [(call.issued_by, call.due_on) for call in calls_of(report.bureau_id, report.year)]
    elif report.addressee:
        rows = [(report.addressee, report.signed_on)]
    first = dict(reversed(rows))
    bulk_create(
        HandIn,
        [
            HandIn(report=report, addressee=name, due_on=due, recorded_at=at, recorded_by=by)
            for name, due in first.items()
        ],
        by=by,
        at=at,
    )


# --- correcting -----------------------------------------------------------------------------------


@transaction.atomic
def correct_report(
    *, report_id: int, reason: str, by: User | None, at: datetime, today: date
) -> AnnualReport:
    """Begin the next version of a signed report: its text is copied and open again.

    The old version stays as it was signed, and is no longer the current one. Refuses what is not
    signed, an old version, and a correction without a reason.
    """
    old = AnnualReport.objects.select_for_update().get(pk=report_id)
    against = reasons_against_correction(
        ReportState(old.state), is_current=old.is_current, reason=reason
    )
    if against:
        raise CannotCorrect(AGAINST_CORRECTION_SENTENCES[each] for each in against)
    old.is_current = False
    old._history_user, old._history_date = by, at
    old.save()
    new = AnnualReport(
        **{
            name: getattr(old, name)
            for name in (
                "bureau_id",
                "year",
                "kind",
                "first_day",
                "last_day",
                "addressee",
                "template_id",
                "title",
                "figures_as_of",
                "issuer",
                "document_number",
                "index_number",
                "topic",
            )
        },
        version=old.version + 1,
        corrects=old,
        corrects_because=reason.strip()[:300],
        recorded_at=at,
        recorded_by=by,
    )
    new._history_user, new._history_date = by, at
    new.save()
    _copy_text(old, new, by=by, at=at)
    note_step(new, Move.CORRECT, today, by=by, at=at, today=today, note=reason.strip()[:300])
    return new


def _copy_text(old: AnnualReport, new: AnnualReport, *, by: User | None, at: datetime) -> None:
    sources: list[Source] = []
    for section in old.sections.order_by("position").prefetch_related(
        "paragraphs__sentences__sources"
    ):
        paragraphs = sorted(section.paragraphs.all(), key=lambda row: row.position)
        here = Section.objects.create(
            report=new,
            role=section.role,
            position=section.position,
            heading=section.heading,
            numbering=section.numbering,
        )
        for paragraph in paragraphs:
            copy = Paragraph.objects.create(
                section=here, position=paragraph.position, heading=paragraph.heading
            )
            said = sorted(paragraph.sentences.all(), key=lambda row: row.position)
            rows = [
                Sentence(
                    paragraph=copy,
                    position=each.position,
                    text=each.text,
                    is_compiled=each.is_compiled,
                    formula_id=each.formula_id,
                )
                for each in said
            ]
            made = bulk_create(Sentence, rows, by=by, at=at)
            for each, row in zip(said, made, strict=True):
                for source in sorted(each.sources.all(), key=lambda row: row.pk):
                    source.pk, source.sentence_id = None, row.pk
                    sources.append(source)
    Source.objects.bulk_create(sources)


# --- handing in -----------------------------------------------------------------------------------


@transaction.atomic
def add_addressee(
    *, report_id: int, addressee: str, due_on: date, by: User | None, at: datetime, today: date
) -> HandIn:
    """List one more to whom a signed report goes, with the limit.

    Refuses a report that is not signed, and one that is listed with another limit; the same again
    is one.
    """
    report = AnnualReport.objects.select_for_update().get(pk=report_id)
    _refuse_handing(report, None, today)
    name = addressee.strip()
    there = report.hand_ins.filter(addressee=name).first()
    if there is not None:
        if there.due_on == due_on:
            return there
        raise CannotHandIn([AGAINST_HAND_IN_SENTENCES[AgainstHandIn.THERE]])
    row = HandIn(report=report, addressee=name, due_on=due_on, recorded_at=at, recorded_by=by)
    row._history_user, row._history_date = by, at
    row.save()
    return row


@transaction.atomic
def hand_in(
    *, hand_in_id: int, handed_on: date, how: str, by: User | None, at: datetime, today: date
) -> HandIn:
    """Enter that the report was handed in, on which day and how.

    Refuses a day before the signature or in the future; of two the second is told of the first.
    """
    row = HandIn.objects.select_for_update().get(pk=hand_in_id)
    report = AnnualReport.objects.select_for_update().get(pk=row.report_id)
    if row.handed_on is not None:
        if (row.handed_on, row.how) == (handed_on, how.strip()):
            return row
        raise CannotHandIn(
            [
                str(AGAINST_HAND_IN_SENTENCES[AgainstHandIn.HANDED])
                % {"addressee": row.addressee, "day": row.handed_on}
            ]
        )
    _refuse_handing(report, handed_on, today)
    row.handed_on, row.how = handed_on, how.strip()[:100]
    row._history_user, row._history_date = by, at
    row.save()
    note_step(report, Move.HAND_IN, handed_on, by=by, at=at, today=today, note=row.addressee)
    return row


def _refuse_handing(report: AnnualReport, handed_on: date | None, today: date) -> None:
    against = reasons_against_handing(
        ReportState(report.state), handed_on=handed_on, signed_on=report.signed_on, today=today
    )
    if against:
        raise CannotHandIn(AGAINST_HAND_IN_SENTENCES[each] for each in against)
