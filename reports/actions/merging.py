"""Two entries of one person become one."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from reports.actions.history import bulk_update
from reports.actions.people import CannotChangePerson
from reports.actions.schedules import pass_dues, replan
from reports.domain.handovers import AgainstMergingPeople
from reports.models import Due, Person
from reports.models.choices import AGAINST_MERGING_PEOPLE_SENTENCES, clauses
from reports.selectors.merging import (
    Reference,
    moves_of,
    reasons_against,
    references,
    twice_sentence,
)


@transaction.atomic
def merge_people(
    *, gone: Person, kept: Person, by: User | None, at: datetime, today: date
) -> Person:
    """Let everything that names the entry ``gone`` name ``kept``; gives ``kept``.

    The entry that went stays with its history and leads to the other one; its login goes along.
    Refuses two logins, two bureaus, an entry merged before, terms of one post that overlap, and
    rows that would then stand twice. The same merging once more changes nothing.
    """
    pair = Person.objects.select_for_update(of=("self",)).select_related("unit")
    found = {row.pk: row for row in pair.filter(pk__in=[gone.pk, kept.pk]).order_by("pk")}
    gone, kept = found[gone.pk], found[kept.pk]
    if gone.merged_into_id == kept.pk:
        return kept
    reasons = reasons_against(gone, kept)
    reasons += [twice_sentence(each) for each in moves_of(gone, kept) if each.twice]
    if reasons:
        raise CannotChangePerson(reasons)
    for each in references():
        if each.model is not Due:
            _move(each, gone, kept, by=by, at=at)
    login, gone.user, gone.merged_into = gone.user, None, kept
    _save(gone, by=by, at=at)
    if login is not None:
        kept.user = login
        _save(kept, by=by, at=at)
    _move_dues(gone, kept, today)
    return kept


def _move(
    reference: Reference, gone: Person, kept: Person, *, by: User | None, at: datetime
) -> None:
    name = reference.field.name
    rows = reference.model._base_manager.filter(**{name: gone.pk})
    rows = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        setattr(row, name, kept)
    if rows:
        bulk_update(reference.model, rows, [name], by=by, at=at)


def _move_dues(gone: Person, kept: Person, today: date) -> None:
    """What was only planned for the entry that went is planned for the other one instead."""
    owed = Due.objects.filter(person__in=[gone, kept])
    bureaus = set(owed.order_by().values_list("bureau", flat=True).distinct())
    if not bureaus:
        return
    replan(bureau_ids=bureaus, today=today)
    if twice := pass_dues(of=gone.pk, to=kept.pk):
        names = clauses(dict.fromkeys(due.schedule.name for due in twice))
        sentence = str(AGAINST_MERGING_PEOPLE_SENTENCES[AgainstMergingPeople.DUES_TWICE])
        raise CannotChangePerson([sentence % {"names": names}])


def _save(person: Person, *, by: User | None, at: datetime) -> None:
    person._history_user, person._history_date = by, at
    person.save()
