"""Staffing rules (配备标准): set, corrected, ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.refusals import Refused
from reports.domain.staffing import Rule, reasons_against_rule
from reports.models import Post, StaffingRule, Unit, UnitKind
from reports.models.choices import AGAINST_STAFFING_SENTENCES, day_label
from reports.selectors.staffing import plain_rules


class CannotSetStaffing(Refused):
    """The staffing rule cannot be set, changed or ended like this."""


@dataclass(frozen=True, slots=True, eq=False)
class StaffingDraft:
    """A rule as entered: whose it is, for which units, and how many holders of which posts."""

    unit: Unit
    kind: UnitKind
    posts: Sequence[Post]
    first_day: date
    grade: str = ""
    at_least: int = 1
    basis: str = ""
    last_day: date | None = None


@transaction.atomic
def set_staffing_rule(draft: StaffingDraft, *, by: User | None, at: datetime) -> StaffingRule:
    """Set one rule.

    Refuses a rule without posts or people, one that ends before it begins, and one beside another
    of the same unit for the same kind and grade on the same day.
    """
    _refuse(draft, key=0)
    row = StaffingRule(**_fields(draft))
    return _save(row, draft.posts, by=by, at=at)


@transaction.atomic
def set_staffing_rules(
    drafts: Iterable[StaffingDraft], *, by: User | None, at: datetime
) -> list[StaffingRule]:
    """Set several rules; refuses like ``set_staffing_rule``, and then sets none."""
    return [set_staffing_rule(draft, by=by, at=at) for draft in drafts]


@transaction.atomic
def edit_staffing_rule(
    *, rule_id: int, draft: StaffingDraft, by: User | None, at: datetime
) -> StaffingRule:
    """Correct a rule; its history keeps what it was. Refuses what setting refuses.

    A correction judges past days anew: a rule that changes from a day is ended and set again.
    """
    row = StaffingRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    _refuse(draft, key=row.pk)
    for name, value in _fields(draft).items():
        setattr(row, name, value)
    return _save(row, draft.posts, by=by, at=at)


@transaction.atomic
def end_staffing_rule(*, rule_id: int, on: date, by: User | None, at: datetime) -> StaffingRule:
    """End a rule; ``on`` is its last day. Refuses a day before its first, and one that has ended:
    of two who end it the second is told when it ended."""
    row = StaffingRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    if row.last_day is not None:
        raise CannotSetStaffing([_("该标准已于%(day)s截止。") % {"day": day_label(row.last_day)}])
    if on < row.first_day:
        raise CannotSetStaffing([_("截止日期早于起始日期。")])
    row.last_day = on
    row._history_user, row._history_date = by, at
    row.save()
    return row


def _refuse(draft: StaffingDraft, *, key: int) -> None:
    # Whoever sets a rule of the same unit at once waits here, and then sees this one.
    list(Unit.objects.select_for_update(of=("self",)).filter(pk=draft.unit.pk))
    others = StaffingRule.objects.filter(unit=draft.unit).exclude(pk=key)
    others = others.select_related("unit").prefetch_related("posts")
    rule = Rule(
        key,
        draft.unit.path,
        draft.kind.pk,
        draft.grade.strip(),
        frozenset(post.pk for post in draft.posts),
        draft.at_least,
        draft.first_day,
        draft.last_day,
    )
    if against := reasons_against_rule(rule, plain_rules(others)):
        raise CannotSetStaffing([AGAINST_STAFFING_SENTENCES[each] for each in against])


def _fields(draft: StaffingDraft) -> dict[str, object]:
    return {
        "unit": draft.unit,
        "kind": draft.kind,
        "grade": draft.grade.strip(),
        "at_least": draft.at_least,
        "basis": draft.basis.strip(),
        "first_day": draft.first_day,
        "last_day": draft.last_day,
    }


def _save(
    row: StaffingRule, posts: Sequence[Post], *, by: User | None, at: datetime
) -> StaffingRule:
    row._history_user, row._history_date = by, at
    row.save()
    row.posts.set(posts)
    return row
