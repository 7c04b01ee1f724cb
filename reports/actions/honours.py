"""Honours and assessment results: entered, corrected, and cancelled when entered by mistake."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.models import Honour, Person, Unit
from reports.models.choices import HonourKind, HonourLevel

# What is given by somebody: without a name it is no approval, and spread by nobody.
GIVEN_BY_SOMEONE = frozenset({HonourKind.APPROVAL.value, HonourKind.PRACTICE.value})


class CannotKeepHonour(Refused):
    """The honour cannot be entered or changed like this."""


@dataclass(frozen=True, slots=True)
class HonourDraft:
    """An honour as entered."""

    bureau: Unit
    year: int
    title: str
    awarded_by: str = ""
    awarded_on: date | None = None
    unit: Unit | None = None
    kind: str = HonourKind.HONOUR.value
    level: str = HonourLevel.CITY.value
    person: Person | None = None
    document_number: str = ""


@transaction.atomic
def add_honours(
    drafts: list[HonourDraft], *, by: User | None, at: datetime, today: date
) -> list[Honour]:
    """Enter honours, all or none.

    Refuses an empty title, a day or a year in the future, a unit or person of another bureau, a
    unit and a person together, and words of approval or a practice spread without who gave them.
    """
    reasons = [reason for draft in drafts for reason in _against(draft, today)]
    if reasons:
        raise CannotKeepHonour(reasons)
    rows = [
        Honour(
            bureau=draft.bureau,
            unit=draft.unit,
            year=draft.year,
            title=draft.title.strip(),
            awarded_by=draft.awarded_by.strip(),
            awarded_on=draft.awarded_on,
            kind=draft.kind,
            level=draft.level,
            person=draft.person,
            document_number=draft.document_number.strip(),
        )
        for draft in drafts
    ]
    return list(bulk_create(Honour, rows, by=by, at=at))


@transaction.atomic
def edit_honour(
    *, honour_id: int, draft: HonourDraft, by: User | None, at: datetime, today: date
) -> Honour:
    """Correct an honour; its bureau stays. Refuses what ``add_honours`` refuses."""
    honour = Honour.objects.select_for_update(of=("self",)).get(pk=honour_id)
    reasons = _against(draft, today)
    if honour.is_cancelled:
        reasons.append(_("该荣誉已作废，不能修改。"))
    if reasons:
        raise CannotKeepHonour(reasons)
    honour.title, honour.awarded_by = draft.title.strip(), draft.awarded_by.strip()
    honour.awarded_on, honour.unit = draft.awarded_on, draft.unit
    honour.kind, honour.level, honour.year = draft.kind, draft.level, draft.year
    honour.person, honour.document_number = draft.person, draft.document_number.strip()
    honour._history_user, honour._history_date = by, at
    honour.save()
    return honour


@transaction.atomic
def cancel_honour(*, honour_id: int, because: str, by: User, at: datetime) -> Honour:
    """Entered by mistake: stays with its reason and counts nothing."""
    honour = Honour.objects.select_for_update(of=("self",)).get(pk=honour_id)
    if honour.is_cancelled:
        raise CannotKeepHonour([_("该荣誉已作废。")])
    if not because.strip():
        raise CannotKeepHonour([_("请写明作废原因。")])
    honour.cancelled_at, honour.cancelled_by = at, by
    honour.cancelled_because = because.strip()
    honour._history_user, honour._history_date = by, at
    honour.save()
    return honour


def _against(draft: HonourDraft, today: date) -> list[str]:
    reasons = []
    if not draft.title.strip():
        reasons.append(_("请填写荣誉或考评结果的名称。"))
    if draft.awarded_on is not None and draft.awarded_on > today:
        reasons.append(_("授予日期不能晚于今天。"))
    if draft.year > today.year:
        reasons.append(_("年度不能晚于今年。"))
    if draft.unit is not None and draft.unit.bureau_id != draft.bureau.pk:
        reasons.append(_("获得单位不属于该分局。"))
    if draft.person is not None and draft.person.unit.bureau_id != draft.bureau.pk:
        reasons.append(_("获得人不属于该分局。"))
    if draft.unit is not None and draft.person is not None:
        reasons.append(_("获得单位和获得人只填一项。"))
    if draft.kind in GIVEN_BY_SOMEONE and not draft.awarded_by.strip():
        reasons.append(_("肯定性批示和经验推广，须写明作出批示或者推广的机关。"))
    return reasons
