"""The year's notices: recorded, corrected, their items ticked off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.models import CallItem, ReportCall, Unit


class CannotKeepCall(Refused):
    """The notice cannot be kept like this."""


@dataclass(frozen=True, slots=True)
class CallDraft:
    """A notice with what it asks for, one sentence each."""

    unit: Unit
    year: int
    issued_by: str
    due_on: date
    document_number: str = ""
    issued_on: date | None = None
    publish_by: date | None = None
    items: Sequence[str] = ()


LONGEST_ITEM = 300


def _reasons(draft: CallDraft) -> list[str]:
    reasons = []
    if draft.unit.bureau_id != draft.unit.pk:
        reasons.append(_("%(unit)s不单独编制年度报告。") % {"unit": draft.unit.name})
    if not draft.issued_by.strip():
        reasons.append(_("请填写发文机关。"))
    if draft.issued_on is not None and draft.due_on < draft.issued_on:
        reasons.append(_("报送期限早于发文日期。"))
    long = [text for text in draft.items if len(text) > LONGEST_ITEM]
    reasons += [_("每条要求不超过%(n)s字。") % {"n": LONGEST_ITEM}] if long else []
    return reasons


@transaction.atomic
def record_call(*, draft: CallDraft, by: User | None, at: datetime) -> ReportCall:
    """Record a notice with its items; the same one sent twice is one.

    Refuses a unit that files no report, a notice without an issuer, a limit before its day.
    """
    if reasons := _reasons(draft):
        raise CannotKeepCall(reasons)
    Unit.objects.select_for_update(of=("self",)).get(pk=draft.unit.pk)
    said = {
        "unit": draft.unit,
        "year": draft.year,
        "issued_by": draft.issued_by.strip(),
        "document_number": draft.document_number.strip(),
    }
    call = ReportCall.objects.filter(**said, due_on=draft.due_on).first()
    if call is not None:
        return call
    call = ReportCall(
        **said,
        due_on=draft.due_on,
        issued_on=draft.issued_on,
        publish_by=draft.publish_by,
        recorded_at=at,
        recorded_by=by,
    )
    _save(call, by=by, at=at)
    _write_items(call, draft.items, by=by, at=at)
    return call


@transaction.atomic
def edit_call(*, call_id: int, draft: CallDraft, by: User | None, at: datetime) -> ReportCall:
    """Correct a notice. An item whose words stay keeps its tick; refuses as ``record_call``."""
    call = ReportCall.objects.select_for_update(of=("self",)).get(pk=call_id)
    if reasons := _reasons(draft):
        raise CannotKeepCall(reasons)
    names = ("year", "issued_by", "document_number", "issued_on", "due_on", "publish_by")
    before = [getattr(call, name) for name in names]
    for name in names:
        value = getattr(draft, name)
        setattr(call, name, value.strip() if isinstance(value, str) else value)
    if before != [getattr(call, name) for name in names]:
        _save(call, by=by, at=at)
    _write_items(call, draft.items, by=by, at=at)
    return call


def _write_items(call: ReportCall, texts: Sequence[str], *, by: User | None, at: datetime) -> None:
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    there = {item.text: item for item in call.items.order_by("position")}
    for text, item in there.items():
        if text not in wanted:
            item._history_user, item._history_date = by, at
            item.delete()
    # Out of the way first: the numbers of a notice are used once.
    kept = [there[text] for text in wanted if text in there]
    for item in kept:
        CallItem.objects.filter(pk=item.pk).update(position=10_000 + item.position)
    for position, text in enumerate(wanted, start=1):
        item = there.get(text)
        if item is None:
            _save(CallItem(call=call, position=position, text=text), by=by, at=at)
        else:
            CallItem.objects.filter(pk=item.pk).update(position=position)


@transaction.atomic
def tick_item(
    *, item_id: int, done: bool, note: str, by: User, at: datetime, today: date
) -> CallItem:
    """Tick off what a notice asks for, or take the tick back; who did it stands there.

    Of two at once the first one's name stays.
    """
    item = CallItem.objects.select_for_update(of=("self",)).get(pk=item_id)
    if done == (item.done_on is not None) and (not note.strip() or note.strip() == item.note):
        return item
    if done and item.done_on is None:
        item.done_on, item.done_by = today, by
    if not done:
        item.done_on, item.done_by = None, None
    item.note = note.strip()[:200]
    _save(item, by=by, at=at)
    return item


def _save(row: ReportCall | CallItem, *, by: User | None, at: datetime) -> None:
    row._history_user, row._history_date = by, at
    row.save()
