"""The way of a notice (督办单): each step locks it, asks the rule, and keeps who did what when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.evidence import Upload, add_evidence
from reports.actions.refusals import Refused
from reports.domain.notices import (
    NoticeMove,
    NoticeState,
    next_serial,
    notice_number,
    notice_step,
    reasons_against_notice_step,
)
from reports.models import (
    Appointment,
    Due,
    Evidence,
    EvidenceUse,
    IssuingOffice,
    Measure,
    Notice,
    NoticeItem,
    Person,
    Problem,
    Reply,
    Unit,
)
from reports.models import NoticeMove as NoticeMoveRow
from reports.models.choices import AGAINST_NOTICE_SENTENCES, NOTICE_STATE_LABELS, day_label
from reports.selectors.notices import facts_from, notice_record, signing_units
from reports.selectors.problem_facts import login_of

MOST_ITEMS = 60


class CannotDraftNotice(Refused):
    """It may not be drafted, changed or recorded like this."""


class CannotMoveNotice(Refused):
    """The step may not be made, or somebody else made it."""


class CannotReply(Refused):
    """The replies may not be kept like this."""


class CannotCancelNotice(Refused):
    """It is cancelled already, or no reason is given."""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One demand in words, about one thing or about nothing that is on record."""

    demand: str
    problem_id: int | None = None
    measure_id: int | None = None
    due_id: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A notice as it is drafted in the name of an office."""

    office: IssuingOffice
    unit: Unit
    title: str
    answer_by: date
    drafted_on: date
    items: tuple[ItemDraft, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFromAbove:
    """A notice that came in on paper, with its own number and the day it bears."""

    issued_by: str
    number: str
    unit: Unit
    title: str
    answer_by: date
    issued_on: date
    items: tuple[ItemDraft, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """What is answered to one item."""

    item_id: int
    text: str


# --- drafting -----------------------------------------------------------------------------------


@transaction.atomic
def draft_notice(draft: NoticeDraft, *, by: User, at: datetime, today: date) -> Notice:
    """Draft a notice; it has no number before it is signed.

    Refuses a draft without title or items, with days that do not fit, of an office of another
    bureau, or about something of another bureau. The same draft sent twice by the same person is
    one notice.
    """
    IssuingOffice.objects.select_for_update().get(pk=draft.office.pk)
    _refuse_a_draft(draft, draft.drafted_on, today)
    columns = _columns(draft) | {"drafted_on": draft.drafted_on}
    twins = Notice.objects.filter(**columns, recorded_by=by, cancelled_at__isnull=True)
    for twin in twins.exclude(state=NoticeState.ENDED.value):
        if _items_of(twin) == [_stripped(item) for item in draft.items]:
            return twin
    notice = Notice(**columns, bureau=draft.unit.bureau, recorded_at=at, recorded_by=by)
    notice.save()
    _keep_items(notice, draft.items)
    _note_step(notice, NoticeState.DRAFT, on=draft.drafted_on, by=by, at=at)
    return notice


@transaction.atomic
def edit_notice(
    *, notice_id: int, draft: NoticeDraft, by: User, at: datetime, today: date
) -> Notice:
    """Change a draft; who changes it has drafted it, too, and does not sign it.

    Refuses what is signed or cancelled meanwhile, and what ``draft_notice`` refuses; the office
    and the day of the first draft stay. Sending the same again changes nothing.
    """
    notice = _locked(notice_id)
    if notice.state != NoticeState.DRAFT:
        raise CannotDraftNotice([_("督办单已经签发，不能再改。"), what_happened(notice)])
    _refuse_a_draft(draft, notice.drafted_on, today)
    changed = {
        name: value
        for name, value in _columns(draft).items()
        if name != "office" and getattr(notice, name) != value
    }
    if not changed and _items_of(notice) == [_stripped(item) for item in draft.items]:
        return notice
    for name, value in changed.items():
        setattr(notice, name, value)
    notice.bureau = draft.unit.bureau
    notice.save()
    notice.items.all().delete()
    _keep_items(notice, draft.items)
    _note_step(notice, NoticeState.DRAFT, on=today, by=by, at=at)
    return notice


@transaction.atomic
def record_notice_from_above(
    draft: NoticeFromAbove, *, by: User, at: datetime, today: date
) -> Notice:
    """Record a notice that the city or another body sent: with its own number, as signed there.

    Refuses one without issuer, number or items, from the future, or already on record for the
    unit; sent twice by the same person it is one.
    """
    unit = Unit.objects.select_for_update().get(pk=draft.unit.pk)
    reasons = _against_words(draft.title, draft.items)
    if not draft.issued_by.strip():
        reasons.append(_("请填写来文机关。"))
    if not draft.number.strip():
        reasons.append(_("请填写来文文号。"))
    reasons += _against_days(draft.issued_on, draft.answer_by, today)
    reasons += _against_subjects(unit, draft.items)
    if reasons:
        raise CannotDraftNotice(reasons)
    columns = {
        "issued_by": draft.issued_by.strip(),
        "number": draft.number.strip(),
        "unit": unit,
    }
    known = Notice.objects.filter(**columns, cancelled_at__isnull=True).first()
    if known is not None:
        if known.recorded_by_id == by.pk and known.state == NoticeState.APPROVED:
            return known
        raise CannotDraftNotice(
            [_("该文号的督办单已经登记（%(day)s）。") % {"day": day_label(known.drafted_on)}]
        )
    notice = Notice(
        **columns,
        bureau=draft.unit.bureau,
        title=draft.title.strip(),
        text=draft.text.strip(),
        answer_by=draft.answer_by,
        drafted_on=draft.issued_on,
        state=NoticeState.APPROVED.value,
        year=draft.issued_on.year,
        approved_on=draft.issued_on,
        recorded_at=at,
        recorded_by=by,
    )
    notice.save()
    _keep_items(notice, draft.items)
    _note_step(notice, NoticeState.APPROVED, on=draft.issued_on, by=by, at=at)
    return notice


def _columns(draft: NoticeDraft) -> dict[str, object]:
    return {
        "office": draft.office,
        "unit": draft.unit,
        "title": draft.title.strip(),
        "text": draft.text.strip(),
        "answer_by": draft.answer_by,
    }


def _refuse_a_draft(draft: NoticeDraft, drafted_on: date, today: date) -> None:
    reasons = _against_words(draft.title, draft.items)
    reasons += _against_days(drafted_on, draft.answer_by, today)
    if draft.unit.bureau_id is None:
        reasons.append(_("督办单只能发给分局和分局所属单位。"))
    elif draft.office.unit.bureau_id not in (None, draft.unit.bureau_id):
        reasons.append(_("分局的制发机关只能督办本局单位。"))
    reasons += _against_subjects(draft.unit, draft.items)
    if reasons:
        raise CannotDraftNotice(reasons)


def _against_words(title: str, items: Sequence[ItemDraft]) -> list[str]:
    reasons = []
    if not title.strip():
        reasons.append(_("请填写事由。"))
    if not items:
        reasons.append(_("请至少勾选或填写一项督办事项。"))
    if any(not item.demand.strip() for item in items):
        reasons.append(_("勾选的事项须写明督办要求。"))
    if len(items) > MOST_ITEMS:
        reasons.append(_("一份督办单最多%(n)s项，请分开制发。") % {"n": MOST_ITEMS})
    return reasons


def _against_subjects(unit: Unit, items: Sequence[ItemDraft]) -> list[str]:
    """Who answers reads what each item is about: nothing of another bureau."""
    about = (
        (Problem, {item.problem_id for item in items}),
        (Measure, {item.measure_id for item in items}),
        (Due, {item.due_id for item in items}),
    )
    for model, keys in about:
        asked = keys - {None}
        if asked and model.objects.filter(pk__in=asked).exclude(bureau=unit.bureau_id).exists():
            return [_("督办事项须是承办单位所在分局的事项。")]
    return []


def _against_days(drafted_on: date, answer_by: date, today: date) -> list[str]:
    reasons = []
    if drafted_on > today:
        reasons.append(_("日期不能晚于今天。"))
    if answer_by < drafted_on:
        reasons.append(_("回复期限早于拟稿日期。"))
    return reasons


def _stripped(item: ItemDraft) -> ItemDraft:
    return ItemDraft(item.demand.strip(), item.problem_id, item.measure_id, item.due_id)


def _items_of(notice: Notice) -> list[ItemDraft]:
    return [
        ItemDraft(item.demand, item.problem_id, item.measure_id, item.due_id)
        for item in notice.items.order_by("position")
    ]


def _keep_items(notice: Notice, items: Iterable[ItemDraft]) -> None:
    NoticeItem.objects.bulk_create(
        NoticeItem(
            notice=notice,
            position=position,
            demand=item.demand.strip(),
            problem_id=item.problem_id,
            measure_id=item.measure_id,
            due_id=item.due_id,
        )
        for position, item in enumerate(items, 1)
    )


# --- the steps ----------------------------------------------------------------------------------


def approve_notice(
    *,
    notice_id: int,
    on: date,
    by: User,
    at: datetime,
    today: date,
    signer: Person | None = None,
    from_paper: bool = False,
) -> Notice:
    """Sign a notice, or record that it was signed on paper, and give it its number.

    ``signer`` is who signed the sheet; without ``from_paper`` it is ``by`` who signs. Refuses who
    drafted or changed it, a day that does not fit, and what is signed already. The number is the
    next of its office in the year of the signing; the office is locked, so two signed at once get
    two numbers.
    """
    if from_paper:
        login = login_of(signer)
    else:
        signer = Person.objects.filter(user=by).order_by("pk").first()
        login = by.pk

    def number(notice: Notice) -> None:
        offices = IssuingOffice.objects.select_for_update(of=("self",)).select_related("unit")
        office = offices.get(pk=notice.office_id)
        if from_paper and not _holds_a_post(signer, signing_units(office), on):
            raise CannotMoveNotice(
                [
                    _("%(name)s在%(day)s没有在%(unit)s任职，不能签发。")
                    % {"name": signer.name, "day": day_label(on), "unit": office.name}
                ]
            )
        taken = office.notices.filter(year=on.year, serial__isnull=False)
        notice.year = on.year
        notice.serial = next_serial(taken.values_list("serial", flat=True))
        notice.number = notice_number(office.prefix, on.year, notice.serial)
        notice.approved_on, notice.approver, notice.from_paper = on, signer, from_paper

    return _step(
        NoticeMove.APPROVE,
        notice_id=notice_id,
        on=on,
        by=by,
        at=at,
        today=today,
        approver=login,
        write=number,
    )


def receive_notice(*, notice_id: int, on: date, by: User, at: datetime, today: date) -> Notice:
    """The unit has it in hand (签收). Refuses a day before it was signed, and doing it twice."""

    def sign_for(notice: Notice) -> None:
        notice.received_on, notice.received_by = on, by

    return _step(
        NoticeMove.RECEIVE,
        notice_id=notice_id,
        on=on,
        by=by,
        at=at,
        today=today,
        write=sign_for,
    )


@transaction.atomic
def keep_replies(
    *,
    notice_id: int,
    replies: Sequence[ReplyDraft],
    on: date,
    approved_by: Person | None,
    by: User,
    at: datetime,
    today: date,
    from_paper: bool = False,
) -> dict[int, Reply]:
    """Keep what a unit answers to items, approved by its head; gives the reply to each.

    The head is a person who holds a post of the unit on that day. Refuses before the notice is
    received and after it is answered, and a day before it was received or in the future. What an
    item says already in the same words is not kept again.
    """
    notice = _locked(notice_id)
    if notice.state != NoticeState.RECEIVED:
        raise CannotReply([_("督办单现在不能填写回复。"), what_happened(notice)])
    drafts = [ReplyDraft(each.item_id, each.text.strip()) for each in replies if each.text.strip()]
    reasons = [] if drafts else [_("请至少填写一项办理情况。")]
    if on > today:
        reasons.append(_("日期不能晚于今天。"))
    record = notice_record(notice, None)
    if any(on < move.on for move in record.moves):
        reasons.append(_("回复日期早于签收或退回的日期。"))
    if approved_by is None:
        reasons.append(_("请选择审批的单位负责人。"))
    elif not _holds_a_post(approved_by, [notice.unit_id], on):
        reasons.append(
            _("%(name)s在%(day)s没有在%(unit)s任职，不能审批回复。")
            % {"name": approved_by.name, "day": day_label(on), "unit": notice.unit.label}
        )
    known = {each.item.pk: each for each in record.items}
    if any(each.item_id not in known for each in drafts):
        reasons.append(_("所选事项不在这份督办单中。"))
    if reasons:
        raise CannotReply(reasons)
    said = {}
    for each in drafts:
        before = known[each.item_id]
        last = before.last
        if before.answered and last is not None and _says(last, each, on, approved_by):
            said[each.item_id] = last
            continue
        reply = Reply(
            item=before.item,
            on=on,
            text=each.text,
            approved_by=approved_by,
            from_paper=from_paper,
            recorded_at=at,
            recorded_by=by,
        )
        reply.save()
        said[each.item_id] = reply
    return said


def add_reply_files(
    reply: Reply, uploads: Iterable[Upload], *, by: User, at: datetime
) -> list[Evidence]:
    """Keep files with a reply; what it has already under that name and size is not kept again.

    Refuses a file as ``add_evidence`` does.
    """
    there = Evidence.objects.filter(uses__reply=reply, cancelled_at__isnull=True)
    known = set(there.values_list("original_name", "size"))
    fresh = [each for each in uploads if (each.file.name, each.file.size) not in known]
    return add_evidence(target=reply, uploads=fresh, by=by, at=at) if fresh else []


@transaction.atomic
def keep_signed_replies(
    replies: Sequence[Reply], sheet: Upload, *, by: User, at: datetime
) -> Evidence | None:
    """Keep one signed sheet as what all these replies were recorded from."""
    first, *others = replies
    for evidence in add_reply_files(first, [sheet], by=by, at=at):
        EvidenceUse.objects.bulk_create(
            EvidenceUse(evidence=evidence, reply=reply) for reply in others
        )
        return evidence
    return None


def _says(reply: Reply, draft: ReplyDraft, on: date, approved_by: Person) -> bool:
    said = (reply.text, reply.on, reply.approved_by_id)
    return said == (draft.text, on, approved_by.pk)


def _holds_a_post(person: Person, units: Iterable[int], day: date) -> bool:
    held = Appointment.objects.filter(person=person, unit__in=list(units))
    return held.in_office_on(day).exists()


def answer_notice(*, notice_id: int, on: date, by: User, at: datetime, today: date) -> Notice:
    """Answer a notice all of whose items have a reply since it was last sent back."""

    def answered(notice: Notice) -> None:
        notice.answered_on = on

    return _step(
        NoticeMove.ANSWER,
        notice_id=notice_id,
        on=on,
        by=by,
        at=at,
        today=today,
        write=answered,
    )


def send_back_notice(
    *, notice_id: int, note: str, on: date, by: User, at: datetime, today: date
) -> Notice:
    """The issuer is not content: every item is replied to anew. Refuses without saying why."""

    def open_again(notice: Notice) -> None:
        notice.answered_on = None

    return _step(
        NoticeMove.SEND_BACK,
        notice_id=notice_id,
        on=on,
        by=by,
        at=at,
        today=today,
        note=note,
        write=open_again,
    )


def end_notice(
    *, notice_id: int, note: str, on: date, by: User, at: datetime, today: date
) -> Notice:
    """The issuer is content and ends it, with an opinion. Refuses without one."""

    def ended(notice: Notice) -> None:
        notice.ended_on, notice.ended_note = on, note.strip()

    return _step(
        NoticeMove.END,
        notice_id=notice_id,
        on=on,
        by=by,
        at=at,
        today=today,
        note=note,
        write=ended,
    )


@transaction.atomic
def cancel_notice(*, notice_id: int, because: str, by: User, at: datetime) -> Notice:
    """Cancel a notice, with the reason; it stays readable and its number is not given again."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    if notice.is_cancelled:
        raise CannotCancelNotice([_("该督办单已作废。")])
    if not because.strip():
        raise CannotCancelNotice([_("请写明作废原因。")])
    notice.cancelled_at, notice.cancelled_by = at, by
    notice.cancelled_because = because.strip()
    notice.save()
    return notice


@transaction.atomic
def _step(
    move: NoticeMove,
    *,
    notice_id: int,
    on: date,
    by: User,
    at: datetime,
    today: date,
    write: Callable[[Notice], None],
    approver: int | None = None,
    note: str = "",
) -> Notice:
    notice = _locked(notice_id)
    step = notice_step(move, NoticeState(notice.state))
    if step is None:
        raise CannotMoveNotice([what_happened(notice)])
    record = notice_record(notice, None)
    against = reasons_against_notice_step(
        move,
        facts_from(notice, record.items, record.moves),
        on=on,
        today=today,
        approver=approver,
        note=note,
    )
    if against:
        raise CannotMoveNotice([AGAINST_NOTICE_SENTENCES[each] for each in against])
    write(notice)
    notice.state = step.after.value
    notice.save()
    _note_step(notice, step.after, on=on, by=by, at=at, note=note)
    return notice


def _locked(notice_id: int) -> Notice:
    rows = Notice.objects.select_for_update(of=("self",)).select_related("unit")
    notice = rows.get(pk=notice_id)
    if notice.is_cancelled:
        raise CannotMoveNotice([_("该督办单已作废，不能再办理。")])
    return notice


def _note_step(
    notice: Notice, state: NoticeState, *, on: date, by: User, at: datetime, note: str = ""
) -> None:
    NoticeMoveRow.objects.create(
        notice=notice,
        to_state=state.value,
        on=on,
        note=note.strip(),
        recorded_at=at,
        recorded_by=by,
    )


def what_happened(notice: Notice) -> str:
    """Where it stands and who brought it there, for who comes second."""
    last = notice.moves.select_related("recorded_by").order_by("-pk").first()
    state = NOTICE_STATE_LABELS[NoticeState(notice.state)]
    if last is None:
        return _("督办单现为“%(state)s”。") % {"state": state}
    who = last.recorded_by
    return _("督办单现为“%(state)s”，%(day)s由%(who)s办理。") % {
        "state": state,
        "day": day_label(last.on),
        "who": (who.get_full_name() or who.get_username()) if who else _("系统"),
    }
