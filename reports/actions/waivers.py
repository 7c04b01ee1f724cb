"""Excusing dues: one by one, on request, or many at once by a notice.

A due is locked before its waivers and requests, so that two who write at once come one after the
other; since when it is excused is kept on it by ``actions.schedules``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.evidence import Upload, add_evidence
from reports.actions.history import bulk_create, bulk_update
from reports.actions.refusals import Refused
from reports.actions.schedules import keep_waived, lock_dues
from reports.domain.waivers import (
    AgainstWaiver,
    reasons_against_asking,
    reasons_against_deciding,
    reasons_against_granting,
    reasons_against_ordering,
)
from reports.models import (
    Due,
    DueNote,
    Evidence,
    EvidenceUse,
    Person,
    Unit,
    Waiver,
    WaiverOrder,
    WaiverRequest,
)
from reports.models.choices import AGAINST_WAIVER_SENTENCES, day_label


class CannotWaive(Refused):
    """The due may not be excused, or the waiver not taken back."""


class CannotAskWaiver(Refused):
    """No waiver may be asked for."""


class CannotDecideWaiver(Refused):
    """The request may not be decided on like this."""


class CannotOrderWaivers(Refused):
    """The notice may not excuse these dues, or not be taken back."""


class CannotNote(Refused):
    """The remark says nothing."""


def _sentences(against: Iterable[AgainstWaiver]) -> list[str]:
    return [str(AGAINST_WAIVER_SENTENCES[each]) for each in against]


def _asked(due_ids: Iterable[int]) -> set[int]:
    """Those of the dues for which a request waits."""
    waiting = WaiverRequest.objects.filter(due__in=list(due_ids), decided_on__isnull=True)
    return set(waiting.values_list("due_id", flat=True))


# --- one due ------------------------------------------------------------------------------------


@transaction.atomic
def grant_waiver(
    *,
    due_id: int,
    reason: str,
    granted_on: date,
    by: User,
    at: datetime,
    today: date,
    signer: Person | None = None,
    from_paper: bool = False,
) -> Waiver:
    """Excuse a due, with the reason. Refuses without one, for a future day, or twice.

    ``from_paper``: recorded from a sheet that ``signer`` signed (凭签批件录入). Where a request
    waits it is decided on instead, so that nobody grants what they asked for.
    """
    due = lock_dues([due_id])[due_id]
    against = reasons_against_granting(
        due.facts,
        reason=reason,
        granted_on=granted_on,
        today=today,
        asked=bool(_asked([due_id])),
        from_paper=from_paper,
        signed=signer is not None,
    )
    if against:
        raise CannotWaive(_sentences(against))
    return _grant(
        due,
        reason=reason.strip(),
        granted_on=granted_on,
        signer=signer,
        from_paper=from_paper,
        recorded_at=at,
        recorded_by=by,
    )


def _grant(due: Due, **columns: object) -> Waiver:
    waiver = Waiver(due=due, **columns)
    waiver.save()
    keep_waived({due.pk: waiver.granted_on})
    return waiver


@transaction.atomic
def withdraw_waiver(*, waiver_id: int, because: str, on: date, today: date) -> Waiver:
    """Take a waiver back, with the reason; the due is judged without it again."""
    lock_dues(Waiver.objects.filter(pk=waiver_id).values_list("due_id", flat=True))
    waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
    if waiver.withdrawn_on is not None:
        raise CannotWaive([_("该免开已撤销。")])
    if not because.strip():
        raise CannotWaive([_("请写明撤销原因。")])
    if on > today or on < waiver.granted_on:
        raise CannotWaive([_("撤销日期应在批准日期与今天之间。")])
    waiver.withdrawn_on, waiver.withdrawn_because = on, because.strip()
    waiver.save()
    keep_waived({waiver.due_id: None})
    return waiver


# --- on request ---------------------------------------------------------------------------------


@transaction.atomic
def ask_waiver(
    *, due_id: int, reason: str, asked_on: date, by: User, at: datetime, today: date
) -> WaiverRequest:
    """Ask for a due to be excused, before its period or after; one request waits at a time.

    Refuses without a reason, and for what is met, made up, excused or not owed anyway.
    """
    due = lock_dues([due_id])[due_id]
    against = reasons_against_asking(
        due.facts,
        reason=reason,
        asked_on=asked_on,
        today=today,
        asked=bool(_asked([due_id])),
    )
    if against:
        raise CannotAskWaiver(_sentences(against))
    request = WaiverRequest(
        due=due, asked_on=asked_on, reason=reason.strip(), recorded_at=at, recorded_by=by
    )
    request.save()
    return request


@transaction.atomic
def decide_waiver(
    *,
    request_id: int,
    granted: bool,
    note: str,
    on: date,
    by: User,
    at: datetime,
    today: date,
    signer: Person | None = None,
    from_paper: bool = False,
) -> WaiverRequest:
    """Grant a request, which makes the waiver with the reason it was asked for, or refuse it.

    Never by who asked; refusing says why. ``from_paper``: recorded from a sheet that ``signer``
    signed. What was met or excused meanwhile can only be refused.
    """
    due_id = WaiverRequest.objects.values_list("due_id", flat=True).get(pk=request_id)
    due = lock_dues([due_id])[due_id]
    request = WaiverRequest.objects.select_for_update().get(pk=request_id)
    against = reasons_against_deciding(
        due.facts,
        granted=granted,
        note=note,
        asked_on=request.asked_on,
        asked_by=request.recorded_by_id,
        decided_on=on,
        decided_by=by.pk,
        today=today,
        decided_before=request.decided_on is not None,
        from_paper=from_paper,
        signed=signer is not None,
    )
    if against:
        raise CannotDecideWaiver(_sentences(against))
    if granted:
        request.waiver = _grant(
            due,
            reason=request.reason,
            granted_on=on,
            signer=signer,
            from_paper=from_paper,
            recorded_at=at,
            recorded_by=by,
        )
    request.granted, request.decided_on, request.decided_by = granted, on, by
    request.decision_note = note.strip()
    request.save()
    return request


# --- by a notice --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """A notice that excuses many dues, as entered; ``unit`` is the place it speaks for."""

    unit: Unit
    title: str
    ordered_on: date
    first_day: date
    last_day: date
    reason: str
    document_number: str = ""


@transaction.atomic
def order_waivers(
    *,
    draft: OrderDraft,
    due_ids: Collection[int],
    by: User,
    at: datetime,
    today: date,
    signed: Mapping[int, Person] | None = None,
) -> tuple[WaiverOrder, list[Waiver]]:
    """Record a notice and excuse all these dues by it, or none of them.

    ``signed`` names, for dues recorded from a signed sheet, who signed it. Refuses a notice
    without title, reason or dues, from the future or with its days reversed, and a due that its
    days do not touch or that is met, excused, not owed or asked for meanwhile.
    """
    signed = signed or {}
    dues = lock_dues(due_ids)
    reasons = _against_the_notice(draft, today)
    if not dues:
        reasons.append(_("没有选择任何应开事项。"))
    reasons += _against_the_dues(draft, dues)
    if reasons:
        raise CannotOrderWaivers(reasons)
    order = WaiverOrder(
        unit=draft.unit,
        title=draft.title.strip(),
        document_number=draft.document_number.strip(),
        ordered_on=draft.ordered_on,
        first_day=draft.first_day,
        last_day=draft.last_day,
        reason=draft.reason.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    order.save()
    rows = [
        Waiver(
            due=due,
            order=order,
            granted_on=draft.ordered_on,
            reason=order.reason,
            signer=signed.get(due.pk),
            from_paper=due.pk in signed,
            recorded_at=at,
            recorded_by=by,
        )
        for due in dues.values()
    ]
    waivers = list(bulk_create(Waiver, rows, by=by, at=at))
    keep_waived(dict.fromkeys(dues, draft.ordered_on))
    return order, waivers


def _against_the_notice(draft: OrderDraft, today: date) -> list[str]:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写通知名称。"))
    if not draft.reason.strip():
        reasons.append(str(AGAINST_WAIVER_SENTENCES[AgainstWaiver.NO_REASON]))
    if draft.ordered_on > today:
        reasons.append(_("通知日期不能晚于今天。"))
    if draft.last_day < draft.first_day:
        reasons.append(_("截止日期早于起始日期。"))
    return reasons


def _against_the_dues(draft: OrderDraft, dues: dict[int, Due]) -> list[str]:
    """What came between the list that was shown and its confirmation, due by due."""
    asked = _asked(dues)
    names = Due.objects.select_related("unit", "schedule", "person").in_bulk(dues)
    reasons = []
    for pk, due in dues.items():
        against = _sentences(reasons_against_ordering(due.facts, asked=pk in asked))
        if not due.period.overlaps(draft.first_day, draft.last_day):
            against = [_("该期不在通知的日期之内。"), *against]
        told = {
            "owner": names[pk].owner,
            "schedule": names[pk].schedule.name,
            "day": day_label(due.period_first),
        }
        reasons += [
            _("%(owner)s %(schedule)s（%(day)s起）：%(why)s") % {**told, "why": why}
            for why in against
        ]
    return reasons


@transaction.atomic
def withdraw_order(
    *, order_id: int, because: str, on: date, by: User, at: datetime, today: date
) -> int:
    """Take back every waiver of a notice that still holds, with the reason; how many.

    Each due is judged without it again. Refuses without a reason, for a day before the notice or
    in the future, and when nothing of it holds any more.
    """
    order = WaiverOrder.objects.get(pk=order_id)
    held = Waiver.objects.filter(order=order, withdrawn_on__isnull=True)
    lock_dues(held.values_list("due_id", flat=True))
    waivers = list(held.select_for_update().order_by("pk"))
    reasons = []
    if not because.strip():
        reasons.append(_("请写明撤销原因。"))
    if on > today or on < order.ordered_on:
        reasons.append(_("撤销日期应在通知日期与今天之间。"))
    if not waivers:
        reasons.append(_("该通知的免开已全部撤销。"))
    if reasons:
        raise CannotOrderWaivers(reasons)
    for waiver in waivers:
        waiver.withdrawn_on, waiver.withdrawn_because = on, because.strip()
    bulk_update(Waiver, waivers, ["withdrawn_on", "withdrawn_because"], by=by, at=at)
    keep_waived(dict.fromkeys((waiver.due_id for waiver in waivers), None))
    return len(waivers)


@transaction.atomic
def keep_signed_sheet(
    waivers: Sequence[Waiver], sheet: Upload, *, by: User, at: datetime
) -> Evidence:
    """Keep one signed sheet as what all these waivers were recorded from.

    Refuses the file as ``add_evidence`` does.
    """
    first, *others = waivers
    (evidence,) = add_evidence(target=first, uploads=[sheet], by=by, at=at)
    EvidenceUse.objects.bulk_create(
        EvidenceUse(evidence=evidence, waiver=waiver) for waiver in others
    )
    return evidence


# --- remarks ------------------------------------------------------------------------------------


def note_due(*, due_id: int, text: str, by: User, at: datetime) -> DueNote:
    """Remark something on a due; it stays with it whatever is planned anew. Refuses no words."""
    if not text.strip():
        raise CannotNote([_("请写明说明内容。")])
    return DueNote.objects.create(due_id=due_id, text=text.strip(), recorded_at=at, recorded_by=by)
