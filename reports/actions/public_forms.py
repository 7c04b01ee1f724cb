"""The published form of a signed report: passages taken out, checked by three people, frozen."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from reports.actions.evidence import Upload, add_evidence, atomic_with_files
from reports.actions.refusals import Refused
from reports.domain.public_forms import (
    FROZEN,
    AgainstPublic,
    Checker,
    StepFacts,
    fingerprint,
    public_text,
    reasons_against_beginning,
    reasons_against_changing,
    reasons_against_going_back,
    reasons_against_publishing,
    reasons_against_step,
    seen_words,
    short,
)
from reports.domain.summaries import PublicState, ReportKind, ReportState
from reports.models import AnnualReport, Cut, Person, PublicForm, SecrecyStep, Sentence
from reports.models.choices import AGAINST_PUBLIC_SENTENCES, day_label
from reports.selectors.public_forms import (
    approvers_of,
    chapters_of,
    checker_of,
    checks_since,
    read_public,
    seen_in,
    steps_of,
)


class CannotPublish(Refused):
    """The published form cannot be begun, changed, checked or published like this."""


@transaction.atomic
def begin_public_form(*, report_id: int, by: User | None, at: datetime) -> PublicForm:
    """Begin the published form of a signed annual report: its whole text, nothing taken out yet.

    Refuses a report that is not signed, one that was corrected meanwhile, a text for another span,
    and a second published form.
    """
    report = AnnualReport.objects.select_for_update(of=("self",)).get(pk=report_id)
    there = PublicForm.objects.filter(report=report).exists()
    reasons = reasons_against_beginning(
        ReportState(report.state),
        ReportKind(report.kind),
        is_current=report.is_current,
        there=there,
    )
    if reasons:
        raise CannotPublish(_sentences(reasons))
    form = PublicForm(
        report=report, index_number=report.index_number, recorded_at=at, recorded_by=by
    )
    return _save(form, by=by, at=at)


# --- passages -----------------------------------------------------------------------------------


@transaction.atomic
def cut_passage(
    *,
    form_id: int,
    sentence_ids: Iterable[int],
    because: str,
    by: User | None,
    at: datetime,
    instead: str = "",
) -> list[Cut]:
    """Take sentences out, or put other words in the place of one, with the reason.

    Done again, it changes what was said before. Refuses a text that is being checked or frozen,
    sentences of another report, no reason, and words that are the same as before.
    """
    form = _locked(form_id)
    because, instead = because.strip(), instead.strip()
    wanted = set(sentence_ids)
    sentences = Sentence.objects.filter(pk__in=wanted, paragraph__section__report=form.report_id)
    found = list(
        sentences.order_by("paragraph__section__position", "paragraph__position", "position")
    )
    reasons = reasons_against_changing(PublicState(form.state), is_current=form.report.is_current)
    if not reasons:
        reasons = [
            reason
            for reason, holds in (
                (AgainstPublic.NOT_THERE, not wanted or len(found) != len(wanted)),
                (AgainstPublic.NO_REASON, not because),
                (AgainstPublic.HAS_TOKEN, "{{" in instead or "}}" in instead),
                (AgainstPublic.SAME_TEXT, _is_same(form, wanted, instead)),
            )
            if holds
        ]
    if reasons:
        raise CannotPublish(_sentences(reasons))
    there = {cut.sentence_id: cut for cut in Cut.objects.filter(form=form, sentence__in=wanted)}
    made = []
    for sentence in found:
        cut = there.get(sentence.pk)
        if cut is not None and (cut.instead, cut.because) == (instead, because):
            made.append(cut)
            continue
        if cut is None:
            cut = Cut(form=form, sentence=sentence, recorded_at=at, recorded_by=by)
        cut.instead, cut.because = instead, because
        made.append(_save(cut, by=by, at=at))
    return made


def _is_same(form: PublicForm, wanted: set[int], instead: str) -> bool:
    if not instead:
        return False
    return any(
        each.text.strip() == instead
        for chapter in chapters_of(form.report)
        for block in chapter.blocks
        for each in block.sentences
        if each.key in wanted
    )


@transaction.atomic
def restore_passage(
    *, form_id: int, sentence_ids: Iterable[int], by: User | None, at: datetime
) -> int:
    """Put sentences back as they were signed; gives their number. Refuses as taking out does."""
    form = _locked(form_id)
    reasons = reasons_against_changing(PublicState(form.state), is_current=form.report.is_current)
    if reasons:
        raise CannotPublish(_sentences(reasons))
    cuts = list(Cut.objects.filter(form=form, sentence__in=list(sentence_ids)))
    for cut in cuts:
        cut._history_user, cut._history_date = by, at
        cut.delete()
    return len(cuts)


# --- findings -----------------------------------------------------------------------------------


@transaction.atomic
def mark_seen(
    *,
    form_id: int,
    quoted: str,
    word: str,
    person: Person | None,
    by: User | None,
    at: datetime,
    today: date,
) -> SecrecyStep | None:
    """Say of something the secrecy check found why it may be published; nothing, if it was said.

    It settles every place where the same words stand. Refuses a frozen text, and no word.
    """
    form = _locked(form_id)
    reasons = []
    if PublicState(form.state) in FROZEN:
        reasons.append(AgainstPublic.FROZEN)
    elif not word.strip() or not quoted.strip():
        reasons.append(AgainstPublic.NO_REASON)
    if reasons:
        raise CannotPublish(_sentences(reasons))
    if short(quoted) in {seen.quoted for seen in seen_in(steps_of(form))}:
        return None
    return _step(form, "", today, seen_words(quoted, word), person, by=by, at=at)


# --- checks -------------------------------------------------------------------------------------


def record_check(
    *,
    form_id: int,
    to_state: PublicState,
    on: date,
    opinion: str,
    person: Person | None,
    by: User | None,
    at: datetime,
    today: date,
    from_paper: bool = False,
    scans: Sequence[Upload] = (),
) -> PublicForm:
    """Record the self-check, the second check or the approval; the approval freezes the text.

    ``person`` is who checked: one's own person, or with ``from_paper`` who signed the sheet, whose
    scans are kept with the report. Refuses a step out of turn, a day in the future or before the
    step before, the same person twice, an approval by somebody who is neither the leader in charge
    nor the first responsible person of that day, or while a finding is unsettled.
    """
    with atomic_with_files():
        form = _locked(form_id)
        report = form.report
        read = read_public(form, report)
        before = [(checker_of(step), step.on) for step in checks_since(read.steps)]
        approves = to_state == PublicState.APPROVED
        user = by.pk if by is not None else None
        reasons = reasons_against_step(
            StepFacts(
                state=PublicState(form.state),
                to_state=to_state,
                on=on,
                today=today,
                signed_on=report.signed_on or on,
                is_current=report.is_current,
                opinion=opinion,
                by=Checker(person.pk if person else None, user, from_paper),
                before=before,
                in_charge=not approves or _in_charge(report, person, on),
                of_bureau=not from_paper or _of_bureau(report, person),
                unsettled=len(read.unsettled) if approves else 0,
                has_text=bool(read.text),
            )
        )
        if reasons:
            told = {
                "signed_on": day_label(report.signed_on) if report.signed_on else "",
                "person": person.name if person else _name_of(by),
                "on": day_label(on),
            }
            raise CannotPublish(_sentences(reasons, **told))
        _step(form, to_state.value, on, opinion.strip(), person, by=by, at=at, paper=from_paper)
        form.state = to_state.value
        if approves:
            form.text = public_text(read.chapters)
            form.sha256 = fingerprint(report.title, form.text)
        _save(form, by=by, at=at)
        if scans:
            add_evidence(target=report, uploads=scans, by=by, at=at)
    return form


def _in_charge(report: AnnualReport, person: Person | None, on: date) -> bool:
    return person is not None and approvers_of(report.bureau_id, on).filter(pk=person.pk).exists()


def _of_bureau(report: AnnualReport, person: Person | None) -> bool:
    if person is None:
        return False
    home = Person.objects.filter(pk=person.pk, unit__bureau=report.bureau_id).exists()
    return home or person.appointments.filter(unit__bureau=report.bureau_id).exists()


def _name_of(by: User | None) -> str:
    return (by.get_full_name() or by.get_username()) if by is not None else ""


@transaction.atomic
def send_back(
    *,
    form_id: int,
    because: str,
    person: Person | None,
    by: User | None,
    at: datetime,
    today: date,
) -> PublicForm:
    """Send a text that is being checked back to its beginning, with the reason.

    What was taken out stays out, and what was said of findings stays said. Refuses a text of which
    no check was made, a frozen one, and no reason.
    """
    form = _locked(form_id)
    if reasons := reasons_against_going_back(PublicState(form.state), because):
        raise CannotPublish(_sentences(reasons))
    _step(form, PublicState.DRAFT.value, today, because.strip(), person, by=by, at=at)
    form.state = PublicState.DRAFT.value
    return _save(form, by=by, at=at)


@transaction.atomic
def publish_form(
    *,
    form_id: int,
    on: date,
    address: str,
    index_number: str,
    by: User | None,
    at: datetime,
    today: date,
) -> PublicForm:
    """Record where and when the approved text was published.

    Once more, it corrects what was recorded, which stays in the history. Refuses a text that is not
    approved, a day in the future or before the approval, and neither address nor index number.
    """
    form = _locked(form_id)
    checks = checks_since(steps_of(form))
    approved_on = checks[-1].on if checks else None
    reasons = reasons_against_publishing(
        PublicState(form.state),
        on=on,
        today=today,
        approved_on=approved_on,
        address=address,
        index_number=index_number,
    )
    if reasons:
        raise CannotPublish(_sentences(reasons))
    first = form.state != PublicState.PUBLISHED
    form.published_on, form.address = on, address.strip()
    form.index_number = index_number.strip()
    form.state = PublicState.PUBLISHED.value
    _save(form, by=by, at=at)
    if first:
        _step(form, PublicState.PUBLISHED.value, on, "", None, by=by, at=at)
    return form


# --- what they share ----------------------------------------------------------------------------


def _locked(form_id: int) -> PublicForm:
    return (
        PublicForm.objects.select_for_update(of=("self",))
        .select_related("report__bureau")
        .get(pk=form_id)
    )


def _step(
    form: PublicForm,
    to_state: str,
    on: date,
    opinion: str,
    person: Person | None,
    *,
    by: User | None,
    at: datetime,
    paper: bool = False,
) -> SecrecyStep:
    return SecrecyStep.objects.create(
        form=form,
        to_state=to_state,
        on=on,
        opinion=opinion,
        person=person,
        from_paper=paper,
        recorded_at=at,
        recorded_by=by,
    )


def _save(row, *, by: User | None, at: datetime):
    row._history_user, row._history_date = by, at
    row.save()
    return row


def _sentences(reasons: Iterable[AgainstPublic], **told: str) -> list[str]:
    named = {"signed_on": "", "person": "", "on": ""} | told
    return [str(AGAINST_PUBLIC_SENTENCES[reason]) % named for reason in reasons]
