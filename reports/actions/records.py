"""Work records: entered one by one or as the total of a month, corrected, cancelled."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.initials import initials_of
from reports.actions.refusals import Refused
from reports.domain.records import (
    RecordFacts,
    Value,
    cautions_about,
    reasons_against_record,
    reasons_against_values,
)
from reports.models import Appointment, Measure, Meeting, Person, RecordKind, Unit, WorkRecord
from reports.models.choices import (
    AGAINST_RECORD_SENTENCES,
    AGAINST_VALUE_SENTENCES,
    CAUTION_SENTENCES,
    day_label,
    listed,
    month_label,
)
from reports.selectors.records import beside, field_rules


class CannotEnterRecord(Refused):
    """The record cannot be entered, or changed, like this."""


class MustConfirm(CannotEnterRecord):
    """It can be entered, once what is said has been confirmed."""


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record as entered; a total has the first day of its month and may lack a name.

    ``values`` are those of the kind's own fields by their code. ``once`` makes a second press of
    the button the same record.
    """

    unit: Unit
    kind: RecordKind
    on: date
    title: str = ""
    last_day: date | None = None
    is_total: bool = False
    amount: int = 1
    source: str = ""
    document_number: str = ""
    person: Person | None = None
    second_person: Person | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    note: str = ""
    measure: Measure | None = None
    meeting: Meeting | None = None
    once: uuid.UUID | None = None
    imported_from: str = ""
    imported_row: int | None = None


def add_record(
    draft: RecordDraft,
    *,
    by: User | None,
    at: datetime,
    today: date,
    confirmed: bool = False,
) -> tuple[WorkRecord, bool]:
    """Enter one record, and say whether this press did it or an earlier one of the same page.

    Refuses what ``domain.records`` refuses, a unit outside every bureau or not there on that day,
    a kind no longer in use, a plan item or meeting of another bureau, and a second total of the
    same month. A total beside single records, a month not yet over and what looks like the same
    record must be ``confirmed``, else ``MustConfirm`` says why.
    """
    try:
        with transaction.atomic():
            return _add(draft, by, at, today, confirmed)
    except IntegrityError:
        again = WorkRecord.objects.filter(once=draft.once).first() if draft.once else None
        if again is None:
            raise
        return again, False


def _add(
    draft: RecordDraft, by: User | None, at: datetime, today: date, confirmed: bool
) -> tuple[WorkRecord, bool]:
    # Of two at once the second finds what the first has entered.
    list(Unit.objects.select_for_update().filter(pk=draft.unit.pk).values_list("pk"))
    again = WorkRecord.objects.filter(once=draft.once).first() if draft.once else None
    if again is not None:
        return again, False
    _refuse_bad_draft(draft, today)
    if not draft.kind.is_active:
        raise CannotEnterRecord([_("该种类已停用，不能再录入。")])
    _refuse_second_total(draft)
    if not confirmed:
        _ask_first(draft, today)
    record = _record(draft, _post_of(draft), by, at)
    record.save()
    return record, True


@transaction.atomic
def add_records(
    drafts: Sequence[RecordDraft],
    *,
    by: User | None,
    at: Sequence[datetime],
    today: date,
) -> list[WorkRecord]:
    """Enter many records, all or none, each with its own moment of entry; nothing is asked first.

    Refuses what entering one refuses. Four queries and the writing, whatever their number.
    """
    for draft in drafts:
        _refuse_bad_draft(draft, today)
    posts = _Posts([draft.person for draft in drafts if draft.person])
    records = [
        _record(draft, posts.of(draft), by, moment)
        for draft, moment in zip(drafts, at, strict=True)
    ]
    return bulk_create(WorkRecord, records, by=by, at=max(at)) if records else []


@transaction.atomic
def edit_record(
    *,
    record_id: int,
    draft: RecordDraft,
    today: date,
    confirmed: bool = False,
) -> WorkRecord:
    """Correct what was entered; the history keeps what it was.

    Kind, and whether it is a total, stay as they are. Refuses what entering refuses, another
    bureau, a day after that on which a problem was found by it, and a cancelled record.
    """
    record = WorkRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    if record.is_cancelled:
        raise CannotEnterRecord([_("该记录已作废，不能再修改。")])
    if draft.kind.pk != record.kind_id or draft.is_total != record.is_total:
        raise CannotEnterRecord([_("种类和录入方式不能改；录错的，请作废后重新录入。")])
    if draft.unit.bureau_id != record.bureau_id:
        raise CannotEnterRecord([_("不能改到别的分局；请作废后在该分局录入。")])
    _refuse_bad_draft(draft, today)
    _refuse_second_total(draft, but=record.pk)
    found = record.problems.standing().order_by("found_on").first()
    if found is not None and draft.on > found.found_on:
        raise CannotEnterRecord(
            [
                _("由此登记的问题%(number)s发现于%(day)s，日期不能改到此后。")
                % {"number": found.number, "day": day_label(found.found_on)}
            ]
        )
    moved = (draft.unit.pk, draft.on) != (record.unit_id, record.on)
    if moved and not confirmed:
        _ask_first(draft, today, but=record.pk)
    person_before, day_before = record.person_id, record.on
    for name, value in _fields(draft).items():
        setattr(record, name, value)
    if (record.person_id, record.on) != (person_before, day_before):
        record.person_post_id = _post_of(draft)
    record.save()
    return record


@transaction.atomic
def cancel_record(*, record_id: int, because: str, by: User, at: datetime) -> WorkRecord:
    """A record entered by mistake: stays visible with the reason, counts nothing.

    Refuses an empty reason, a second time, and while a problem or a deed rests on it.
    """
    record = WorkRecord.objects.select_for_update(of=("self",)).get(pk=record_id)
    if record.is_cancelled:
        raise CannotEnterRecord([_("该记录已作废。")])
    reasons = []
    if not because.strip():
        reasons.append(_("请写明作废原因。"))
    if numbers := list(record.problems.standing().order_by("pk").values_list("number", flat=True)):
        reasons.append(
            _("已据此登记问题%(numbers)s，请先作废这些问题。") % {"numbers": listed(numbers)}
        )
    if record.deeds.filter(cancelled_at__isnull=True).exists():
        reasons.append(_("已有履职记录引用本记录，请先作废该履职记录。"))
    if reasons:
        raise CannotEnterRecord(reasons)
    record.cancelled_at, record.cancelled_by = at, by
    record.cancelled_because = because.strip()
    record.save()
    return record


def title_of(draft: RecordDraft) -> str:
    """The name as entered; a total without one is called by its kind and month."""
    if draft.title.strip() or not draft.is_total:
        return draft.title.strip()
    return _("%(kind)s（%(year)s年%(month)s合计）") % {
        "kind": draft.kind.name,
        "year": draft.on.year,
        "month": month_label(draft.on.month),
    }


def _facts(draft: RecordDraft) -> RecordFacts:
    return RecordFacts(
        on=draft.on,
        title=title_of(draft),
        last_day=draft.last_day,
        is_total=draft.is_total,
        amount=draft.amount,
        source=draft.source,
        takes_totals=draft.kind.takes_totals,
        asks_period=draft.kind.asks_period,
    )


def _values(draft: RecordDraft) -> dict[str, Value]:
    """What the kind's own fields hold, without blanks; whole numbers are whole."""
    found: dict[str, Value] = {}
    for code, value in draft.values.items():
        if isinstance(value, str):
            value = value.strip()
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        if value not in ("", None):
            found[code] = value
    return found


def _refuse_bad_draft(draft: RecordDraft, today: date) -> None:
    if reasons := reasons_against_draft(draft, today=today):
        raise CannotEnterRecord(reasons)


def reasons_against_draft(draft: RecordDraft, *, today: date) -> list[str]:
    """What speaks against a record as entered; no query where the kind's fields are loaded."""
    values = _values(draft)
    texts = [value for value in values.values() if isinstance(value, str)]
    against = reasons_against_record(
        _facts(draft),
        today=today,
        is_case=draft.kind.is_case,
        texts=[*texts, draft.note],
    )
    reasons = [str(AGAINST_RECORD_SENTENCES[each]) for each in against]
    fields = list(draft.kind.fields.all())
    labels = {each.code: each.label for each in fields}
    wrong = reasons_against_values(field_rules(fields), values, is_total=draft.is_total)
    reasons += [
        _("%(field)s：%(reason)s")
        % {"field": labels.get(code, code), "reason": AGAINST_VALUE_SENTENCES[why]}
        for code, why in wrong.items()
    ]
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能录入工作记录。"))
    elif not draft.unit.exists_on(_day_there(draft)):
        reasons.append(
            _("%(unit)s在%(day)s尚未设立或已停用。")
            % {"unit": draft.unit, "day": day_label(draft.on)}
        )
    for linked in (draft.measure, draft.meeting):
        if linked is not None and linked.bureau_id != draft.unit.bureau_id:
            reasons.append(_("对应的年度安排和会议须属于同一分局。"))
    return reasons


def _day_there(draft: RecordDraft) -> date:
    """The day on which the unit must exist; within the month of a total one day is enough."""
    opened = draft.unit.opened_on
    same = (
        opened
        and draft.is_total
        and (opened.year, opened.month)
        == (
            draft.on.year,
            draft.on.month,
        )
    )
    return opened if same else draft.on


def _refuse_second_total(draft: RecordDraft, but: int | None = None) -> None:
    if draft.is_total and beside(draft.unit, draft.kind, draft.on, but=but).totals:
        raise CannotEnterRecord([_("该单位该月的合计已录入，请修改已有的合计。")])


def _ask_first(draft: RecordDraft, today: date, but: int | None = None) -> None:
    there = beside(draft.unit, draft.kind, draft.on, title=title_of(draft), but=but)
    cautions = cautions_about(
        _facts(draft), today=today, singles=there.singles, totals=there.totals, same=there.same
    )
    if cautions:
        raise MustConfirm([str(CAUTION_SENTENCES[each]) for each in cautions])


def _fields(draft: RecordDraft) -> dict[str, object]:
    title = title_of(draft)[:200]
    return {
        "unit_id": draft.unit.pk,
        "on": draft.on,
        "last_day": draft.last_day,
        "title": title,
        "initials": initials_of(title, limit=200),
        "amount": draft.amount,
        "source": draft.source.strip(),
        "document_number": draft.document_number.strip(),
        "person_id": draft.person.pk if draft.person else None,
        "second_person_id": draft.second_person.pk if draft.second_person else None,
        "values": _values(draft),
        "note": draft.note.strip(),
        "measure_id": draft.measure.pk if draft.measure else None,
        "meeting_id": draft.meeting.pk if draft.meeting else None,
    }


def _record(draft: RecordDraft, post: int | None, by: User | None, at: datetime) -> WorkRecord:
    return WorkRecord(
        **_fields(draft),
        kind_id=draft.kind.pk,
        bureau_id=draft.unit.bureau_id,
        is_total=draft.is_total,
        person_post_id=post,
        once=draft.once,
        imported_from=draft.imported_from,
        imported_row=draft.imported_row,
        recorded_at=at,
        recorded_by=by,
    )


def _post_of(draft: RecordDraft) -> int | None:
    return _Posts([draft.person]).of(draft) if draft.person else None


class _Posts:
    """The posts that people held, for telling in which one somebody acted on a day."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.held: dict[int, list[Appointment]] = {}
        rows = Appointment.objects.filter(person__in={person.pk for person in people})
        order = ("post__is_capacity", "post__position", "-first_day", "pk")
        for each in rows.select_related("post").order_by(*order):
            self.held.setdefault(each.person_id, []).append(each)

    def of(self, draft: RecordDraft) -> int | None:
        """The post of that day: in the unit itself before the bureau, a post before a capacity."""
        if draft.person is None:
            return None
        there = [
            each
            for each in self.held.get(draft.person.pk, ())
            if each.first_day <= draft.on and (each.last_day is None or each.last_day >= draft.on)
        ]
        near = [draft.unit.pk, draft.unit.bureau_id]
        there.sort(key=lambda each: near.index(each.unit_id) if each.unit_id in near else 2)
        return there[0].post_id if there else None
