"""Making, moving, renaming and closing units.

``path``, ``depth``, ``bureau`` and ``initials`` of a unit are written by this module alone;
``audit_ledger`` compares them with ``selectors.units``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Union

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reports.actions.history import BATCH, bulk_create, bulk_update
from reports.actions.initials import initials_of
from reports.actions.refusals import Refused
from reports.actions.schedules import replan
from reports.domain.handovers import Merging, reasons_against_merging_units
from reports.models import Appointment, Unit, UnitKind, UnitName
from reports.models.choices import AGAINST_MERGING_UNITS_SENTENCES, day_label
from reports.selectors.units import LAST_POSITION, Place, place_of, places

STEP = 10
ONE_DAY = timedelta(days=1)


class CannotChangeUnit(Refused):
    """The organisation may not be changed like this."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitDraft:
    """A unit as entered; ``parent`` is a unit, or another draft that is made along with it.

    ``position`` None: behind the units that are already there, in the order of the drafts.
    """

    name: str
    kind: UnitKind
    parent: Union[Unit, "UnitDraft", None] = None
    short_name: str = ""
    grade: str = ""
    position: int | None = None
    opened_on: date | None = None
    closed_on: date | None = None
    ledger_from: date | None = None
    is_fictional: bool = False
    imported_from: str = ""
    imported_row: int | None = None


@transaction.atomic
def create_units(drafts: Iterable[UnitDraft], *, by: User | None, at: datetime) -> list[Unit]:
    """Make units, parents before or among the drafts; they come back in the order of the drafts.

    Refuses a name that is already borne under the same parent. Dues are planned by a call of its
    own (``plan_dues``).
    """
    drafts = list(drafts)
    made: dict[int, Unit] = {}
    waiting = drafts
    while waiting:
        ready = [d for d in waiting if not isinstance(d.parent, UnitDraft) or id(d.parent) in made]
        if not ready:
            raise ValueError("the parent of a draft is not among the drafts")
        _create_level(ready, made, by=by, at=at)
        waiting = [d for d in waiting if id(d) not in made]
    return [made[id(draft)] for draft in drafts]


@transaction.atomic
def create_unit(draft: UnitDraft, *, by: User | None, at: datetime, today: date) -> Unit:
    """Make one unit and plan what it owes from now on. Refuses like ``create_units``, and a closed
    or missing parent."""
    if isinstance(draft.parent, Unit) and not draft.parent.exists_on(draft.opened_on or today):
        raise CannotChangeUnit([_("上级单位“%(unit)s”该日不存在。") % {"unit": draft.parent.name}])
    (unit,) = create_units([draft], by=by, at=at)
    _replan({unit.bureau_id}, today)
    return unit


@transaction.atomic
def move_unit(
    *, unit: Unit, parent: Unit | None, on: date, by: User | None, at: datetime, today: date
) -> Unit:
    """Put a unit with all below it under another parent from a day on.

    Existing dues keep their bureau. Refuses a circle, a day in the future or before the unit or
    an earlier move, a parent that did not exist on that day, and a name taken under the parent.
    """
    unit = _locked(unit)
    before = list(Unit.objects.under(unit))
    parent = Unit.objects.get(pk=parent.pk) if parent else None
    reasons = _against_moving(unit, parent, on=on, today=today, below={u.pk for u in before})
    if reasons:
        raise CannotChangeUnit(reasons)
    old = {each.pk: each.bureau_id for each in before}
    unit.parent, unit.under_parent_since = parent, on
    _save(unit, by=by, at=at)
    after = _rewrite(unit)
    moved = [u for u in after if u.pk != unit.pk and u.bureau_id != old[u.pk]]
    for each in moved:
        each.under_parent_since = on
    bulk_update(Unit, moved, ["under_parent_since"], by=by, at=at)
    _replan({*old.values(), *(u.bureau_id for u in after)}, today)
    return _fresh(unit)


@transaction.atomic
def close_unit(*, unit: Unit, on: date, by: User | None, at: datetime, today: date) -> Unit:
    """Close a unit; ``on`` is its last day. Terms in office that still run end on that day.

    Refuses a future day, a day before it opened, units below that are still open, and terms that
    begin later.
    """
    unit = _locked(unit)
    reasons = []
    if unit.closed_on is not None:
        reasons.append(_("该单位已于%(day)s停用。") % {"day": day_label(unit.closed_on)})
    if on > today:
        reasons.append(_("停用日期不能晚于今天。"))
    if unit.opened_on and on < unit.opened_on:
        reasons.append(_("停用日期早于启用日期（%(day)s）。") % {"day": day_label(unit.opened_on)})
    below = Unit.objects.under(unit).exclude(pk=unit.pk).existing_on(on + ONE_DAY)
    for name in below.in_order().values_list("name", flat=True)[:5]:
        reasons.append(_("下级单位“%(unit)s”仍在运行，请先停用或划转。") % {"unit": name})
    terms = Appointment.objects.filter(unit=unit).select_related("person", "post")
    for term in terms.filter(first_day__gt=on).order_by("first_day", "pk"):
        reasons.append(
            _("%(person)s的“%(post)s”任职从%(day)s开始，晚于停用日期。")
            % {"person": term.person, "post": term.post, "day": day_label(term.first_day)}
        )
    if reasons:
        raise CannotChangeUnit(reasons)
    unit.closed_on = on
    _save(unit, by=by, at=at)
    running = list(terms.in_office_on(on).filter(last_day__isnull=True))
    for term in running:
        term.last_day = on
    bulk_update(Appointment, running, ["last_day"], by=by, at=at)
    _replan({unit.bureau_id}, today)
    return unit


@transaction.atomic
def reopen_unit(*, unit: Unit, by: User | None, at: datetime, today: date) -> Unit:
    """Take back a closing that was a mistake; the terms that it ended stay ended."""
    unit = _locked(unit)
    if unit.closed_on is None:
        raise CannotChangeUnit([_("该单位没有停用。")])
    if unit.parent and not unit.parent.exists_on(today):
        raise CannotChangeUnit([_("上级单位“%(unit)s”已停用。") % {"unit": unit.parent.name}])
    unit.closed_on = unit.succeeded_by = None
    _save(unit, by=by, at=at)
    _replan({unit.bureau_id}, today)
    return unit


@transaction.atomic
def merge_unit(
    *, unit: Unit, into: Unit, on: date, by: User | None, at: datetime, today: date
) -> Unit:
    """Close a unit on a day and say which other one is in its place from the day after.

    Its records stay with it: what is open there is handed over by who leads it. Of a unit that is
    closed already the successor is noted, with the day it closed on. Refuses a bureau, a unit of
    another bureau, a circle, a unit that does not exist on the day after, and what ``close_unit``
    refuses. The same page sent once more changes nothing.
    """
    unit = _locked(unit)
    into = Unit.objects.select_for_update(of=("self",)).get(pk=into.pk)
    if unit.succeeded_by_id == into.pk and unit.closed_on == on:
        return unit
    facts = Merging(
        key=unit.pk,
        into=into.pk,
        bureau=unit.bureau_id,
        into_bureau=into.bureau_id,
        files_report=unit.is_bureau,
        into_is_below=unit.path < into.path < unit.path_end,
        successors=_behind(into),
        into_opens_on=into.opened_on,
        into_closes_on=into.closed_on,
        closed_on=unit.closed_on,
        merged_into=unit.succeeded_by_id,
    )
    reasons = reasons_against_merging_units(facts, on)
    if reasons:
        raise CannotChangeUnit(AGAINST_MERGING_UNITS_SENTENCES[why] for why in reasons)
    if unit.closed_on is None:
        unit = close_unit(unit=unit, on=on, by=by, at=at, today=today)
    unit.succeeded_by = into
    _save(unit, by=by, at=at)
    return unit


def _behind(unit: Unit) -> frozenset[int]:
    """The keys of the units that came in its place, one after the other."""
    found: set[int] = set()
    key = unit.succeeded_by_id
    while key is not None and key not in found:
        found.add(key)
        key = Unit.objects.values_list("succeeded_by", flat=True).get(pk=key)
    return frozenset(found)


@transaction.atomic
def rename_unit(
    *, unit: Unit, name: str, on: date | None, by: User | None, at: datetime, today: date
) -> Unit:
    """Give a unit another name from a day on, and keep the earlier one with its days.

    ``on`` None corrects a slip of the pen: nothing is kept. Refuses a future day, a day not after
    the last renaming or the opening, and a name taken under the same parent.
    """
    unit = _locked(unit)
    name = name.strip()
    if name == unit.name:
        return unit
    reasons = _against_name(name, unit.parent_id, unit.pk)
    last = unit.earlier_names.order_by("-last_day").values_list("last_day", flat=True).first()
    begun = last + ONE_DAY if last else unit.opened_on
    if on is not None and on > today:
        reasons.append(_("更名日期不能晚于今天。"))
    if on is not None and begun and on <= begun:
        reasons.append(_("更名日期须晚于现名称启用之日（%(day)s）。") % {"day": day_label(begun)})
    if reasons:
        raise CannotChangeUnit(reasons)
    if on is not None:
        UnitName.objects.create(unit=unit, name=unit.name, first_day=begun, last_day=on - ONE_DAY)
    unit.name, unit.initials = name, _initials(name, unit.short_name)
    _save(unit, by=by, at=at)
    return unit


@transaction.atomic
def set_ledger_from(
    *, unit: Unit, day: date | None, by: User | None, at: datetime, today: date
) -> Unit:
    """Say from which day on a bureau keeps its ledger; None: it owes nothing.

    Refuses a unit that files no report of its own.
    """
    unit = _locked(unit)
    if day is not None and not unit.is_bureau:
        raise CannotChangeUnit([_("只有单独编制年度报告的单位（分局）才设台账起始日。")])
    unit.ledger_from = day
    _save(unit, by=by, at=at)
    _replan({unit.bureau_id}, today)
    return unit


@transaction.atomic
def edit_unit(
    *,
    unit: Unit,
    kind: UnitKind,
    short_name: str,
    grade: str,
    position: int,
    opened_on: date | None,
    by: User | None,
    at: datetime,
    today: date,
) -> Unit:
    """Correct what does not have an action of its own; plans anew where it matters.

    Refuses a position beyond 9999, an opening behind the closing, and a kind without a report for
    a bureau that has a ledger.
    """
    unit = _locked(unit)
    reasons = []
    if not 0 <= position <= LAST_POSITION:
        reasons.append(_("排序须在0至%(last)s之间。") % {"last": LAST_POSITION})
    if opened_on and unit.closed_on and opened_on > unit.closed_on:
        reasons.append(_("停用日期早于启用日期。"))
    if unit.ledger_from and not kind.files_report:
        reasons.append(_("该单位已设台账起始日，不能改为不单独编制年度报告的类别。"))
    if reasons:
        raise CannotChangeUnit(reasons)
    replaced = position != unit.position or kind.pk != unit.kind_id
    judged = opened_on != unit.opened_on or kind.pk != unit.kind_id
    before = set(Unit.objects.under(unit).values_list("bureau", flat=True)) if judged else set()
    unit.kind, unit.short_name, unit.grade = kind, short_name, grade
    unit.position, unit.opened_on = position, opened_on
    unit.initials = _initials(unit.name, short_name)
    _save(unit, by=by, at=at)
    after = _rewrite(unit) if replaced else [unit]
    if judged:
        _replan({*before, *(each.bureau_id for each in after)}, today)
    return _fresh(unit)


@transaction.atomic
def rewrite_tree() -> int:
    """Write path, depth and bureau of every unit anew (after a kind changed); how many differed."""
    units = list(Unit.objects.select_for_update().order_by("pk"))
    return len(_write_places(units, places(units)))


# --- within ------------------------------------------------------------------------------------


def _create_level(
    drafts: Sequence[UnitDraft], made: dict[int, Unit], *, by: User | None, at: datetime
) -> None:
    """Insert drafts whose parents exist, then write what follows from their keys."""
    parents = [made[id(d.parent)] if isinstance(d.parent, UnitDraft) else d.parent for d in drafts]
    _refuse_taken_names(drafts, parents)
    last = _last_positions({parent.pk for parent in parents if parent}, None in parents)
    rows = []
    for draft, parent in zip(drafts, parents, strict=True):
        key = parent.pk if parent else None
        position = last.get(key, 0) + STEP if draft.position is None else draft.position
        last[key] = max(last.get(key, 0), position)
        if position > LAST_POSITION:
            raise CannotChangeUnit([_("排序须在0至%(last)s之间。") % {"last": LAST_POSITION}])
        if draft.ledger_from and not draft.kind.files_report:
            raise CannotChangeUnit([_("只有单独编制年度报告的单位（分局）才设台账起始日。")])
        rows.append(
            Unit(
                name=draft.name.strip(),
                short_name=draft.short_name,
                kind=draft.kind,
                parent=parent,
                grade=draft.grade,
                position=position,
                opened_on=draft.opened_on,
                closed_on=draft.closed_on,
                ledger_from=draft.ledger_from,
                is_fictional=draft.is_fictional,
                initials=_initials(draft.name, draft.short_name),
                imported_from=draft.imported_from,
                imported_row=draft.imported_row,
            )
        )
    units = list(bulk_create(Unit, rows, by=by, at=at))
    ought = {}
    for unit, draft, parent in zip(units, drafts, parents, strict=True):
        above = Place(parent.path, parent.depth, parent.bureau_id) if parent else None
        ought[unit.pk] = place_of(unit, above, files_report=draft.kind.files_report)
        made[id(draft)] = unit
    _write_places(units, ought)


def _write_places(units: Iterable[Unit], ought: dict[int, Place]) -> list[Unit]:
    """Write the places that differ; they are no entry of anybody, so they have no history."""
    differing = []
    for unit in units:
        place = ought[unit.pk]
        if (unit.path, unit.depth, unit.bureau_id) != (place.path, place.depth, place.bureau_id):
            unit.path, unit.depth, unit.bureau_id = place.path, place.depth, place.bureau_id
            differing.append(unit)
    Unit.objects.bulk_update(differing, ["path", "depth", "bureau"], batch_size=BATCH)
    return differing


def _rewrite(unit: Unit) -> list[Unit]:
    """Write the places of a unit and all below it anew; gives them back."""
    units = list(Unit.objects.under(unit).order_by("path"))
    parent = Unit.objects.get(pk=unit.parent_id) if unit.parent_id else None
    above = Place(parent.path, parent.depth, parent.bureau_id) if parent else None
    _write_places(units, places(units, above))
    return units


def _against_moving(
    unit: Unit, parent: Unit | None, *, on: date, today: date, below: set[int]
) -> list[str]:
    reasons = []
    if parent is not None and parent.pk in below:
        reasons.append(_("不能移到自己或自己的下级单位之下。"))
    if (parent.pk if parent else None) == unit.parent_id:
        reasons.append(_("该单位已在此上级单位之下。"))
    if on > today:
        reasons.append(_("划转日期不能晚于今天。"))
    if unit.opened_on and on < unit.opened_on:
        reasons.append(_("划转日期早于启用日期（%(day)s）。") % {"day": day_label(unit.opened_on)})
    if unit.under_parent_since and on < unit.under_parent_since:
        reasons.append(
            _("划转日期早于上一次划转（%(day)s）。") % {"day": day_label(unit.under_parent_since)}
        )
    if parent is not None and not parent.exists_on(on):
        reasons.append(_("上级单位“%(unit)s”该日不存在。") % {"unit": parent.name})
    return reasons + _against_name(unit.name, parent.pk if parent else None, unit.pk)


def _against_name(name: str, parent_id: int | None, pk: int | None) -> list[str]:
    if not name:
        return [_("请填写单位名称。")]
    if Unit.objects.filter(parent=parent_id, name=name).exclude(pk=pk).exists():
        return [_("同一上级单位下已有名为“%(name)s”的单位。") % {"name": name}]
    return []


def _refuse_taken_names(drafts: Sequence[UnitDraft], parents: Sequence[Unit | None]) -> None:
    """Refuse names that are empty, given twice, or borne by a sibling."""
    keys = {parent.pk for parent in parents if parent}
    taken = set(Unit.objects.filter(parent__in=keys).values_list("parent", "name"))
    taken |= {(None, n) for n in Unit.objects.filter(parent=None).values_list("name", flat=True)}
    reasons = []
    for draft, parent in zip(drafts, parents, strict=True):
        key = (parent.pk if parent else None, draft.name.strip())
        if not key[1]:
            reasons.append(_("请填写单位名称。"))
        elif key in taken:
            reasons.append(_("同一上级单位下已有名为“%(name)s”的单位。") % {"name": key[1]})
        taken.add(key)
    if reasons:
        raise CannotChangeUnit(reasons)


def _last_positions(parent_ids: set[int], top: bool) -> dict[int | None, int]:
    last: dict[int | None, int] = {}
    found = Unit.objects.filter(parent__in=parent_ids)
    if top:
        found = found | Unit.objects.filter(parent=None)
    for parent_id, position in found.values_list("parent", "position"):
        last[parent_id] = max(last.get(parent_id, 0), position)
    return last


def _initials(name: str, short_name: str) -> str:
    both = initials_of(name.strip(), limit=160)
    if not short_name or short_name in name:
        return both
    return f"{both} {initials_of(short_name, limit=39)}"


def _locked(unit: Unit) -> Unit:
    return Unit.objects.select_for_update(of=("self",)).select_related("parent").get(pk=unit.pk)


def _fresh(unit: Unit) -> Unit:
    return Unit.objects.select_related("kind", "parent", "bureau").get(pk=unit.pk)


def _save(unit: Unit, *, by: User | None, at: datetime) -> None:
    """Save with the entry of the history in that user's name."""
    unit._history_user, unit._history_date = by, at
    unit.save()


def _replan(bureau_ids: Iterable[int | None], today: date) -> None:
    ids = {pk for pk in bureau_ids if pk is not None}
    if ids:
        replan(bureau_ids=ids, today=today)
