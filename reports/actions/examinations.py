"""Examinations: entered with their numbers or with the result of each person, cancelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.domain.examinations import (
    AgainstExamination,
    Result,
    numbers_of,
    passed,
    reasons_against_examination,
)
from reports.models import Examination, ExaminationResult, Person, Unit
from reports.models.choices import AGAINST_EXAMINATION_SENTENCES


class CannotEnterExamination(Refused):
    """The examination, or its results, cannot be entered or cancelled like this."""


@dataclass(frozen=True, slots=True, eq=False)
class ExaminationDraft:
    """An examination as entered."""

    unit: Unit
    name: str
    held_on: date
    participants: int
    passed: int
    subject: str = ""
    pass_mark: Decimal | None = None


@transaction.atomic
def enter_examination(
    draft: ExaminationDraft, *, by: User | None, at: datetime, today: date
) -> Examination:
    """Enter an examination with how many took part and how many passed.

    Refuses an empty name, a day in the future, more who passed than took part, and the same name
    in the same unit on the same day once more.
    """
    _refuse(draft, today)
    list(Unit.objects.select_for_update(of=("self",)).filter(pk=draft.unit.pk))
    twin = Examination.objects.filter(
        unit=draft.unit,
        name=draft.name.strip(),
        subject=draft.subject.strip(),
        held_on=draft.held_on,
        cancelled_at__isnull=True,
    )
    if twin.exists():
        raise _refusal(AgainstExamination.TWICE)
    row = Examination(**_fields(draft))
    row._history_user, row._history_date = by, at
    row.save()
    return row


@transaction.atomic
def edit_examination(
    *, examination_id: int, draft: ExaminationDraft, by: User | None, at: datetime, today: date
) -> Examination:
    """Correct an examination; where results are entered its numbers go on following them.

    Refuses what entering refuses, and one that is cancelled.
    """
    row = _locked(examination_id)
    _refuse(draft, today)
    for name, value in _fields(draft).items():
        setattr(row, name, value)
    results = list(row.results.values_list("passed", flat=True))
    if results:
        row.participants, row.passed = numbers_of(results)
    row._history_user, row._history_date = by, at
    row.save()
    return row


@transaction.atomic
def set_results(
    *, examination_id: int, results: Iterable[Result], by: User | None, at: datetime
) -> Examination:
    """Let these be the results of these people; the numbers of the examination follow from all.

    A person with neither a score nor a word did not take part; who is not named stays as entered.
    Without any result the numbers stay as they were. Refuses a cancelled examination, a person
    named twice, and a score of which nobody can tell whether it is enough.
    """
    row = _locked(examination_id)
    results = list(results)
    taken = [each for each in results if each.score is not None or each.passed is not None]
    judged = [(each, passed(each, row.pass_mark)) for each in taken]
    names = Person.objects.in_bulk([each.person for each in taken])
    reasons = [
        _("%(person)s：没有合格线，请选择是否合格。") % {"person": names[each.person]}
        for each, verdict in judged
        if verdict is None
    ]
    if len({each.person for each in results}) != len(results):
        reasons.append(_("同一人员的成绩只能录入一次。"))
    if reasons:
        raise CannotEnterExamination(reasons)
    kept = {result.person_id: result for result in row.results.all()}
    gone = kept.keys() & ({each.person for each in results} - {each.person for each in taken})
    fresh = []
    for each, verdict in judged:
        old = kept.get(each.person)
        if old is None:
            fresh.append(
                ExaminationResult(
                    examination=row, person_id=each.person, score=each.score, passed=verdict
                )
            )
        elif (old.score, old.passed) != (each.score, verdict):
            old.score, old.passed = each.score, verdict
            old._history_user, old._history_date = by, at
            old.save()
    for person in sorted(gone):
        kept[person]._history_user, kept[person]._history_date = by, at
        kept[person].delete()
    bulk_create(ExaminationResult, fresh, by=by, at=at)
    everyone = list(row.results.values_list("passed", flat=True))
    if everyone:
        row.participants, row.passed = numbers_of(everyone)
    row._history_user, row._history_date = by, at
    row.save()
    return row


@transaction.atomic
def cancel_examination(
    *, examination_id: int, because: str, by: User | None, at: datetime
) -> Examination:
    """An examination entered by mistake: stays visible with the reason and counts nothing."""
    row = _locked(examination_id)
    if not because.strip():
        raise CannotEnterExamination([_("请写明作废原因。")])
    row.cancelled_at, row.cancelled_by, row.cancelled_because = at, by, because.strip()
    row._history_user, row._history_date = by, at
    row.save()
    return row


def _locked(examination_id: int) -> Examination:
    row = Examination.objects.select_for_update(of=("self",)).get(pk=examination_id)
    if row.is_cancelled:
        raise _refusal(AgainstExamination.CANCELLED)
    return row


def _refuse(draft: ExaminationDraft, today: date) -> None:
    against = reasons_against_examination(
        name=draft.name,
        held_on=draft.held_on,
        participants=draft.participants,
        passed=draft.passed,
        today=today,
    )
    if against:
        raise _refusal(*against)


def _refusal(*against: AgainstExamination) -> CannotEnterExamination:
    return CannotEnterExamination([AGAINST_EXAMINATION_SENTENCES[each] for each in against])


def _fields(draft: ExaminationDraft) -> dict[str, object]:
    return {
        "unit": draft.unit,
        "name": draft.name.strip(),
        "subject": draft.subject.strip(),
        "held_on": draft.held_on,
        "pass_mark": draft.pass_mark,
        "participants": draft.participants,
        "passed": draft.passed,
    }
