"""Duties of first responsible persons, what they did in person, and the accounts they gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.first_person import (
    AccountFacts,
    AccountForm,
    DeedFacts,
    DeedForm,
    DeedKind,
    LinkFacts,
    reasons_against_account,
    reasons_against_deed,
)
from reports.models import (
    AccountGiven,
    Appointment,
    Deed,
    DutyList,
    FirstPersonDuty,
    Meeting,
    Person,
    Post,
    Schedule,
    Unit,
    WorkRecord,
)
from reports.models.choices import AGAINST_ACCOUNT_SENTENCES, objection_sentence
from reports.models.people import FIRST_PERSON
from reports.selectors.first_person import LINKS, post_on


class CannotKeepDuties(Refused):
    """The list cannot be adopted, changed or confirmed like this."""


class CannotRecordDeed(Refused):
    """It cannot be recorded as a deed, or not be cancelled any more."""


class CannotRecordAccount(Refused):
    """The account given cannot be recorded like this."""


# --- lists of duties -----------------------------------------------------------------------------


@transaction.atomic
def adopt_list(*, source_id: int, bureau: Unit, year: int, by: User | None) -> DutyList:
    """Copy a delivered list, or the bureau's own of another year, for a year.

    What was confirmed stays so; items that show hearings of reports get the bureau's schedules of
    the first responsible person where the source has none. Refuses a second list of the level.
    """
    list(Unit.objects.select_for_update().filter(pk=bureau.pk).values_list("pk"))
    source = DutyList.objects.get(pk=source_id)
    if source.unit_id not in (None, bureau.pk):
        raise CannotKeepDuties([_("只能沿用统一下发的清单或本局上年度的清单。")])
    if DutyList.objects.filter(unit=bureau, year=year, level=source.level).exists():
        raise CannotKeepDuties([_("该分局该年度已有这一层级的职责清单。")])
    made = DutyList.objects.create(
        unit=bureau,
        year=year,
        level=source.level,
        title=source.title,
        basis=source.basis,
        post=source.post or Post.objects.get(code=FIRST_PERSON),
        copied_from=source,
        needs_check=source.needs_check,
        checked_on=source.checked_on,
        checked_by=source.checked_by,
    )
    usual = list(Schedule.objects.filter(set__unit=bureau, of_first_person=True, ended_on=None))
    for duty in source.duties.prefetch_related("schedules").order_by("position"):
        copy = FirstPersonDuty.objects.create(
            duty_list=made, position=duty.position, text=duty.text, deed_kinds=duty.deed_kinds
        )
        hears = source.unit_id is None and DeedKind.REPORT_HEARD.value in duty.deed_kinds
        copy.schedules.set(usual if hears else duty.schedules.all())
    return made


@dataclass(frozen=True, slots=True)
class DutyDraft:
    """An item as entered; without ``pk`` it is new."""

    text: str
    kinds: tuple[DeedKind, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    pk: int | None = None


@transaction.atomic
def edit_list(
    *, list_id: int, title: str, basis: str, post: Post, items: Sequence[DutyDraft]
) -> DutyList:
    """Change a bureau's list: its head, and its items in the order given.

    An item that is left out is taken away. Texts that differ ask for a new check against the
    official text. Refuses a delivered list, an empty title, an item without text, and taking away
    an item that was named for a deed.
    """
    kept = DutyList.objects.select_for_update().get(pk=list_id)
    there = {duty.pk: duty for duty in kept.duties.all()}
    gone = [duty for pk, duty in there.items() if pk not in {item.pk for item in items}]
    reasons = []
    if kept.unit_id is None:
        reasons.append(_("统一下发的清单不能修改，请先采用。"))
    if not title.strip():
        reasons.append(_("请填写清单名称。"))
    if any(not item.text.strip() for item in items):
        reasons.append(_("职责条目不能为空。"))
    if any(item.pk is not None and item.pk not in there for item in items):
        reasons.append(_("清单已有变化，请刷新页面重新修改。"))
    if Deed.objects.filter(duties__in=[duty.pk for duty in gone]).exists():
        reasons.append(_("已有履职记录对应的条目不能删去，可以修改文字。"))
    if reasons:
        raise CannotKeepDuties(reasons)
    before = [duty.text for duty in sorted(there.values(), key=lambda duty: duty.position)]
    texts = [item.text.strip() for item in items]
    for duty in gone:
        duty.delete()
    _place(kept, items, there)
    kept.title, kept.basis, kept.post = title.strip(), basis.strip(), post
    if texts != before:
        kept.needs_check, kept.checked_on, kept.checked_by = True, None, None
    kept.save()
    return kept


def _place(
    kept: DutyList, items: Sequence[DutyDraft], there: Mapping[int, FirstPersonDuty]
) -> None:
    """Write the items at their places; first out of the way of each other."""
    shift = len(there) + len(items) + max((duty.position for duty in there.values()), default=0)
    moved = [
        duty
        for position, item in enumerate(items, 1)
        if item.pk is not None and (duty := there[item.pk]).position != position
    ]
    for number, duty in enumerate(moved, 1):
        duty.position = shift + number
        # The place in between is nobody's entry.
        duty.skip_history_when_saving = True
        duty.save(update_fields=["position"])
        del duty.skip_history_when_saving
    for position, item in enumerate(items, 1):
        duty = FirstPersonDuty(duty_list=kept) if item.pk is None else there[item.pk]
        kinds = [kind.value for kind in DeedKind if kind in item.kinds]
        entered = (position, item.text.strip(), kinds)
        if item.pk is None or (duty.position, duty.text, duty.deed_kinds) != entered:
            duty.position, duty.text, duty.deed_kinds = entered
            duty.save()
        duty.schedules.set(item.schedules)


@transaction.atomic
def confirm_list(*, list_id: int, by: User, on: date) -> DutyList:
    """Say that the text was compared with the official one.

    Refuses a delivered list, one without items, and one that is confirmed: of two the second is
    told by whom.
    """
    kept = DutyList.objects.select_for_update(of=("self",)).select_related("checked_by")
    kept = kept.get(pk=list_id)
    if kept.unit_id is None:
        raise CannotKeepDuties([_("统一下发的清单由采用的分局核对，请先采用。")])
    if not kept.needs_check:
        who = kept.checked_by.get_full_name() or kept.checked_by.get_username()
        raise CannotKeepDuties([_("该清单已由%(who)s核对。") % {"who": who}])
    if not kept.duties.exists():
        raise CannotKeepDuties([_("清单还没有条目，不能核对。")])
    kept.needs_check, kept.checked_on, kept.checked_by = False, on, by
    kept.save()
    return kept


# --- deeds ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeedDraft:
    """A deed as entered; ``links`` holds at most one record, by the column that keeps it."""

    unit: Unit
    person: Person
    on: date
    kind: DeedKind
    form: DeedForm
    title: str
    occasion: str = ""
    document_number: str = ""
    duties: tuple[FirstPersonDuty, ...] = ()
    links: Mapping[str, Model] | None = None
    once: UUID | None = None


@transaction.atomic
def record_deed(draft: DeedDraft, *, by: User | None, at: datetime, today: date) -> Deed:
    """Record what a leader saw to in person, with the post held on that day.

    Sent twice it is one. Refuses what ``reasons_against_deed`` does: a day to come, a day without
    a post, several links, a record cancelled, of another bureau or linked before for the same
    person and kind, and whatever is about an individual case (中办发〔2015〕23号).
    """
    # Of the same deed entered by two the second is told.
    list(Person.objects.select_for_update().filter(pk=draft.person.pk).values_list("pk"))
    if draft.once and (again := Deed.objects.filter(once=draft.once).first()):
        return again
    held = post_on(draft.person.pk, draft.unit.pk, draft.on)
    _refuse_deed(draft, held, today)
    deed = Deed(
        **_entered(draft),
        bureau_id=draft.unit.bureau_id,
        unit=draft.unit,
        person=draft.person,
        post=held.post if held else None,
        acting=bool(held and held.acting),
        **(draft.links or {}),
        once=draft.once,
        recorded_at=at,
        recorded_by=by,
    )
    deed._history_user, deed._history_date = by, at
    deed.save()
    del deed._history_user, deed._history_date
    if draft.duties:
        deed.duties.set(draft.duties)
    return deed


@transaction.atomic
def edit_deed(*, deed_id: int, draft: DeedDraft, today: date) -> Deed:
    """Correct what was entered, of the same person; the history keeps what it was.

    Refuses what recording refuses, another person or unit, and a deed that is cancelled.
    """
    deed = Deed.objects.select_for_update(of=("self",)).get(pk=deed_id)
    if deed.is_cancelled:
        raise CannotRecordDeed([_("该履职记录已作废，不能再修改。")])
    if (deed.person_id, deed.unit_id) != (draft.person.pk, draft.unit.pk):
        raise CannotRecordDeed([_("不能改为他人的履职记录；请作废后重新录入。")])
    held = post_on(draft.person.pk, draft.unit.pk, draft.on)
    _refuse_deed(draft, held, today, but=deed.pk)
    for name, value in _entered(draft).items():
        setattr(deed, name, value)
    deed.post, deed.acting = (held.post, held.acting) if held else (None, False)
    deed.save()
    deed.duties.set(draft.duties)
    return deed


@transaction.atomic
def cancel_deed(*, deed_id: int, because: str, by: User, at: datetime) -> Deed:
    """A deed entered by mistake: stays visible with the reason, counts nothing."""
    deed = Deed.objects.select_for_update(of=("self",)).get(pk=deed_id)
    if deed.is_cancelled:
        raise CannotRecordDeed([_("该履职记录已作废。")])
    if not because.strip():
        raise CannotRecordDeed([_("请写明作废原因。")])
    deed.cancelled_at, deed.cancelled_by = at, by
    deed.cancelled_because = because.strip()
    deed.save()
    return deed


def _entered(draft: DeedDraft) -> dict[str, object]:
    return {
        "on": draft.on,
        "kind": draft.kind.value,
        "form": draft.form.value,
        "title": draft.title.strip(),
        "occasion": draft.occasion.strip(),
        "document_number": draft.document_number.strip(),
    }


def _refuse_deed(
    draft: DeedDraft, held: Appointment | None, today: date, but: int | None = None
) -> None:
    facts = DeedFacts(
        kind=draft.kind,
        on=draft.on,
        title=draft.title,
        occasion=draft.occasion,
        document_number=draft.document_number,
        held_post=held is not None,
        links=tuple(_link_facts(draft, but)),
    )
    reasons = [objection_sentence(each) for each in reasons_against_deed(facts, today=today)]
    if draft.unit.bureau_id is None:
        reasons.append(_("该单位不属于任何分局，不能记录。"))
    if reasons:
        raise CannotRecordDeed(reasons)


def _link_facts(draft: DeedDraft, but: int | None) -> Iterable[LinkFacts]:
    for name, record in (draft.links or {}).items():
        if name not in LINKS:
            raise ValueError(f"a deed cannot refer to a {name}")
        twin = Deed.objects.standing().filter(
            **{name: record}, person=draft.person, kind=draft.kind.value
        )
        yield LinkFacts(
            is_case=isinstance(record, WorkRecord) and record.kind.is_case,
            elsewhere=record.bureau_id != draft.unit.bureau_id,
            cancelled=getattr(record, "cancelled_at", None) is not None,
            linked_before=twin.exclude(pk=but).exists(),
        )


# --- accounts given ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account given as entered."""

    unit: Unit
    person: Person
    year: int
    form: AccountForm
    on: date
    before: str
    meeting: Meeting | None = None
    comment: str = ""
    commented_by: str = ""


@transaction.atomic
def record_account(
    draft: AccountDraft, *, by: User | None, at: datetime, today: date
) -> AccountGiven:
    """Record that someone gave account of a year (述法), with the post held in it.

    Refuses what ``reasons_against_account`` does; of the same one entered twice the second is told.
    """
    list(Person.objects.select_for_update().filter(pk=draft.person.pk).values_list("pk"))
    held = _post_in(draft)
    _refuse_account(draft, held, today)
    account = AccountGiven(
        **_told(draft),
        bureau_id=draft.unit.bureau_id,
        unit=draft.unit,
        person=draft.person,
        year=draft.year,
        post=held.post if held else None,
        recorded_at=at,
        recorded_by=by,
    )
    account._history_user, account._history_date = by, at
    account.save()
    del account._history_user, account._history_date
    return account


@transaction.atomic
def edit_account(*, account_id: int, draft: AccountDraft, today: date) -> AccountGiven:
    """Correct what was entered, or add the comment that came later.

    Refuses what recording refuses, another person, unit or year, and what is cancelled.
    """
    account = AccountGiven.objects.select_for_update(of=("self",)).get(pk=account_id)
    if account.is_cancelled:
        raise CannotRecordAccount([_("该述法记录已作废，不能再修改。")])
    same = (draft.person.pk, draft.unit.pk, draft.year)
    if (account.person_id, account.unit_id, account.year) != same:
        raise CannotRecordAccount([_("不能改为他人或其他年度的述法；请作废后重新录入。")])
    _refuse_account(draft, _post_in(draft), today, but=account.pk)
    for name, value in _told(draft).items():
        setattr(account, name, value)
    account.save()
    return account


@transaction.atomic
def cancel_account(*, account_id: int, because: str, by: User, at: datetime) -> AccountGiven:
    """An account entered by mistake: stays visible with the reason, counts nothing."""
    account = AccountGiven.objects.select_for_update(of=("self",)).get(pk=account_id)
    if account.is_cancelled:
        raise CannotRecordAccount([_("该述法记录已作废。")])
    if not because.strip():
        raise CannotRecordAccount([_("请写明作废原因。")])
    account.cancelled_at, account.cancelled_by = at, by
    account.cancelled_because = because.strip()
    account.save()
    return account


def _told(draft: AccountDraft) -> dict[str, object]:
    return {
        "form": draft.form.value,
        "on": draft.on,
        "before": draft.before.strip(),
        "meeting": draft.meeting,
        "comment": draft.comment.strip(),
        "commented_by": draft.commented_by.strip(),
    }


def _post_in(draft: AccountDraft) -> Appointment | None:
    """The post held in the year, last of all at its end: who left in May may still give account."""
    year_end = date(draft.year, 12, 31)
    if held := post_on(draft.person.pk, draft.unit.pk, min(draft.on, year_end)):
        return held
    rows = Appointment.objects.filter(person=draft.person, unit=draft.unit)
    rows = rows.filter(first_day__lte=year_end, last_day__gte=date(draft.year, 1, 1))
    last = rows.order_by("-last_day", "pk").first()
    return post_on(draft.person.pk, draft.unit.pk, last.last_day) if last else None


def _refuse_account(
    draft: AccountDraft, held: Appointment | None, today: date, but: int | None = None
) -> None:
    meeting = draft.meeting
    twin = AccountGiven.objects.standing().filter(
        person=draft.person, unit=draft.unit, year=draft.year
    )
    facts = AccountFacts(
        year=draft.year,
        on=draft.on,
        form=draft.form,
        before=draft.before,
        comment=draft.comment,
        commented_by=draft.commented_by,
        held_post=held is not None,
        has_meeting=meeting is not None,
        meeting_elsewhere=meeting is not None
        and (meeting.bureau_id != draft.unit.bureau_id or meeting.is_cancelled),
        given_before=twin.exclude(pk=but).exists(),
    )
    if reasons := reasons_against_account(facts, today=today):
        raise CannotRecordAccount([AGAINST_ACCOUNT_SENTENCES[each] for each in reasons])
