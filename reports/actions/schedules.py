"""Planning dues, keeping what is counted of them, and excusing them.

A due row is written by this module alone. Everything kept on it follows from its version, the
unit, the calendar and the meetings held against it; ``audit_ledger`` recounts all of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Model, Q, QuerySet
from django.utils.translation import gettext as _

from reports.actions.bulk import insert_rows
from reports.actions.history import bulk_create
from reports.actions.refusals import Refused
from reports.domain.calendar import Holidays
from reports.domain.counting import amount_of
from reports.domain.dues import CountedIn, Held, awaits_until, count_held, not_applicable, owes
from reports.domain.periods import (
    JANUARY,
    NAMED_IN_MONTHS,
    Cadence,
    NumberedPeriod,
    Period,
    Rhythm,
    YearStart,
    assessment_year,
    year_holding,
)
from reports.models import (
    Appointment,
    Discharge,
    Due,
    DueCount,
    DueNote,
    EvidenceUse,
    Person,
    Schedule,
    ScheduleSet,
    ScheduleVersion,
    Unit,
    UnitKind,
    Waiver,
    WaiverRequest,
)
from reports.models.choices import OwedBy, ReviewState, day_label
from reports.models.schedules import RHYTHM
from reports.selectors.calendar import holidays as load_holidays
from reports.selectors.kept import KEPT_COUNTS, KEPT_KEY, counts_of
from reports.selectors.rules import rhythm_of, year_start
from reports.selectors.schedules import DuesChange, dues_change, dues_of

BATCH = 500
# Weeks of a year may begin a few days before it.
ONE_PERIOD = timedelta(days=7)


class CannotSetSchedule(Refused):
    """The schedule may not be set like this."""


@dataclass(slots=True)
class Planned:
    """What planning did: rows made, judged anew, taken away."""

    made: int = 0
    changed: int = 0
    removed: int = 0

    def __iadd__(self, other: "Planned") -> "Planned":
        self.made += other.made
        self.changed += other.changed
        self.removed += other.removed
        return self

    def __bool__(self) -> bool:
        return bool(self.made or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class _Slot:
    """One period of one version: what is the same for every unit that owes it."""

    version: ScheduleVersion
    numbered: NumberedPeriod
    awaits_until: date
    has_workday: bool


def report_year(period: Period) -> int:
    """The calendar year whose annual report speaks of the period: of its middle day.

    For a week that is its Thursday, as GB/T 7408 has it; calendar periods keep their own year.
    """
    return (period.first + (period.last - period.first) // 2).year


def plan_dues(
    *,
    today: date,
    year: int | None = None,
    bureau_ids: Iterable[int] | None = None,
    schedule_ids: Iterable[int] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> Planned:
    """Make the dues of a year (None: this and the next one of each set). Safe to repeat.

    Never takes away a due that has a meeting or a waiver, nor one of a period that has begun for
    a unit that since moved away. ``tell(done, total)`` hears of the progress.
    """
    found = _schedules(bureau_ids, schedule_ids)
    keys = list(found.values_list("pk", flat=True))
    calendar = load_holidays()
    planned = Planned()
    # A country has tens of thousands of schedules: no more than a few hundred are held at a time.
    for at in range(0, len(keys), BATCH):
        loaded = found.in_bulk(keys[at : at + BATCH])
        for number, key in enumerate(keys[at : at + BATCH], start=at + 1):
            schedule = loaded[key]
            for each in _years(schedule.set, year, today):
                with transaction.atomic():
                    planned += _plan_one(schedule, each, calendar, today)
            if tell:
                tell(number, len(keys))
    return planned


def replan(*, bureau_ids: Iterable[int] | None, today: date) -> Planned:
    """Judge anew after a schedule, a unit or the calendar changed: every year that has dues, too.

    ``bureau_ids`` None: all bureaus.
    """
    ids = None if bureau_ids is None else sorted(bureau_ids)
    schedules = list(_schedules(ids, None))
    calendar = load_holidays()
    known = defaultdict(set)
    rows = Due.objects.filter(schedule__in=[s.pk for s in schedules])
    for schedule_id, year in rows.values_list("schedule_id", "year").distinct():
        known[schedule_id].add(year)
    planned = Planned()
    with transaction.atomic():
        for schedule in schedules:
            for year in sorted({*known[schedule.pk], *_years(schedule.set, None, today)}):
                planned += _plan_one(schedule, year, calendar, today)
    return planned


def _schedules(
    bureau_ids: Iterable[int] | None, schedule_ids: Iterable[int] | None
) -> QuerySet[Schedule]:
    """The schedules that a bureau's units may owe: its own and those set above it."""
    found = Schedule.objects.select_related("set", "set__unit", "set__unit__bureau")
    found = found.prefetch_related("versions", "versions__owing_kinds")
    if schedule_ids is not None:
        found = found.filter(pk__in=list(schedule_ids))
    if bureau_ids is not None:
        bureaus = list(bureau_ids)
        found = found.filter(
            Q(set__unit__bureau__in=bureaus)
            | Q(set__unit__bureau__isnull=True)
            | Q(pk__in=Due.objects.filter(bureau__in=bureaus).values("schedule_id"))
        )
    return found.order_by("set__unit__path", "set_id", "position", "pk")


def _years(of: ScheduleSet, year: int | None, today: date) -> list[int]:
    if year is not None:
        return [year]
    current = year_holding(today, year_start(of))
    return [current, current + 1]


def _plan_one(schedule: Schedule, year: int, calendar: Holidays, today: date) -> Planned:
    """Bring the dues of one schedule and year in line with what is owed."""
    slots = _slots(schedule, year, calendar)
    whole = assessment_year(year, year_start(schedule.set))
    units = _owing_units(schedule, {slot.version for slot in slots})
    people = _owing_people(units, slots, whole)
    have = {
        (due.unit_id, due.period_first, due.person_id): due
        # In the order of the index by schedule: of a year that is only being planned a database
        # believes that it has no rows, and would read all of them by the index of the year.
        for due in Due.objects.filter(schedule=schedule, year=year).order_by("period_first")
    }
    make, change = [], []
    expected = set()
    judge = _Judge(schedule)
    for unit, version_ids in units.values():
        if unit.bureau is None or not whole.overlaps(unit.opened_on, unit.closed_on):
            continue
        for slot in slots:
            if slot.version.pk not in version_ids:
                continue
            judged = judge.of(unit, slot)
            if judged is None:
                continue
            for person_id in people.who(unit.pk, slot):
                key = (unit.pk, slot.numbered.period.first, person_id)
                if key not in have:
                    if _came_later(unit, slot):
                        continue
                    make.append(_New(unit, person_id, slot, *judged))
                elif changed := _differing(have[key], _New(unit, person_id, slot, *judged), today):
                    change.append(changed)
                expected.add(key)
    gone = [
        due
        for key, due in have.items()
        if key not in expected and (due.unit_id in units or due.period_first > today)
    ]
    removed = _remove_without_facts(gone)
    stay = [due for key, due in have.items() if key not in expected and due.pk not in removed]
    change += _kept_all_the_same(stay, schedule, calendar)
    insert_rows(Due, NEW_COLUMNS, (new.values(schedule) for new in make))
    if change:
        Due.objects.bulk_update(change, _JUDGED, batch_size=BATCH)
    this = Q(schedule=schedule, year=year)
    if make and not have and not DueCount.objects.filter(this).exists():
        _count_new(schedule, make)
    elif make or change or removed:
        recount_kept(this)
    return Planned(len(make), len(change), len(removed))


@dataclass(frozen=True, slots=True)
class _New:
    """A due as it ought to be: who owes which period, and why it does not apply, if so."""

    unit: Unit
    person_id: int | None
    slot: _Slot
    because: str
    since: date | None

    def values(self, schedule: Schedule) -> tuple[object, ...]:
        """In the order of ``NEW_COLUMNS``; no model is made of millions of rows."""
        unit, slot = self.unit, self.slot
        numbered, version = slot.numbered, slot.version
        period = numbered.period
        return (
            *(unit.pk, self.person_id, unit.bureau_id, schedule.pk, version.pk, numbered.year),
            *(report_year(period), numbered.number, numbered.name_month),
            *(period.first, period.last, version.at_least, version.at_most, version.counted_in),
            *(slot.awaits_until, self.because, self.since, 0, 0, 0),
        )

    @property
    def due(self) -> Due:
        return Due(**dict(zip(NEW_COLUMNS, self.values(self.slot.version.schedule), strict=True)))


NEW_COLUMNS = (
    *("unit_id", "person_id", "bureau_id", "schedule_id", "version_id", "year"),
    *("report_year", "number", "name_month"),
    *("period_first", "period_last", "at_least", "at_most", "counted_in"),
    *("awaits_until", "not_applicable_because", "not_applicable_on"),
    *("counted", "lacks_evidence", "merged"),
)


def _count_new(schedule: Schedule, made: list[_New]) -> None:
    """The kept counts of a schedule and year whose dues are all new: nothing has settled any."""
    counts: dict[tuple[int | None, int], list[Any]] = {}
    for new in made:
        count = counts.setdefault((new.unit.bureau_id, id(new.slot)), [new.slot, 0, 0])
        count[1] += 1
        count[2] += bool(new.because)
    rows = (
        (
            *(bureau, schedule.pk, slot.numbered.year, slot.numbered.period.first),
            *(slot.numbered.period.last, slot.awaits_until, total, 0, 0, absent, 0, 0),
        )
        for (bureau, _slot), (slot, total, absent) in counts.items()
    )
    insert_rows(DueCount, (*KEPT_KEY, *KEPT_COUNTS), rows)


def _kept_all_the_same(stay: list[Due], schedule: Schedule, calendar: Holidays) -> list[Due]:
    """Of dues that nobody would plan today (the unit moved away, the rule changed) but that stay,
    those whose record is now awaited until another day: the calendar still says until when.
    """
    days = {version.pk: version.recording_days for version in schedule.versions.all()}
    changed = []
    for due in stay:
        until = awaits_until(due.period, days[due.version_id], calendar)
        if due.awaits_until != until:
            due.awaits_until = until
            changed.append(due)
    return changed


def _slots(schedule: Schedule, year: int, calendar: Holidays) -> list[_Slot]:
    """The periods of the year, each under the version that holds on its first day."""
    versions = sorted(schedule.versions.all(), key=lambda v: v.first_day)
    slots = []
    for version, following in zip_longest(versions, versions[1:]):
        if version.usual:
            continue
        for numbered in rhythm_of(version, schedule.set).periods_of(year):
            first = numbered.period.first
            if first < version.first_day or (following and first >= following.first_day):
                continue
            until = awaits_until(numbered.period, version.recording_days, calendar)
            slots.append(_Slot(version, numbered, until, calendar.has_workday(numbered.period)))
    return slots


def _owing_units(
    schedule: Schedule, versions: set[ScheduleVersion]
) -> dict[int, tuple[Unit, set[int]]]:
    """Units that owe the schedule, each with the versions under which it does."""
    owner = schedule.set.unit
    found: dict[int, tuple[Unit, set[int]]] = {}
    below = None
    for version in versions:
        kinds = {kind.pk for kind in version.owing_kinds.all()}
        if version.owed_by == OwedBy.ITSELF or not kinds:
            units = [owner]
        else:
            if below is None:
                below = Unit.objects.under(owner).select_related("bureau").exclude(pk=owner.pk)
                if owner.bureau_id:
                    below = below.filter(bureau=owner.bureau_id)
                below = list(below.order_by("path"))
            grades = set(version.owing_grades)
            units = [
                unit
                for unit in below
                if unit.kind_id in kinds and (not grades or unit.grade in grades)
            ]
            if version.owed_by == OwedBy.ROSTER:
                units = [owner, *units]
        for unit in units:
            found.setdefault(unit.pk, (unit, set()))[1].add(version.pk)
    return found


class _People:
    """Who owes a schedule in person, by unit: from which day to which."""

    def __init__(self) -> None:
        self.spans: dict[int, dict[int, list[_Span]]] = {}

    def who(self, unit_id: int, slot: _Slot) -> list[int | None]:
        """The people of the unit that owe the period: there on at least one of its days."""
        if slot.version.owed_by not in (OwedBy.HOLDERS, OwedBy.ROSTER):
            return [None]
        spans = self.spans.get(slot.version.pk, {}).get(unit_id, [])
        period = slot.numbered.period
        return sorted({each.person_id for each in spans if period.overlaps(each.first, each.last)})


class _Span(NamedTuple):
    person_id: int
    first: date | None
    last: date | None


def _owing_people(
    units: dict[int, tuple[Unit, set[int]]], slots: list[_Slot], whole: Period
) -> _People:
    """The holders of the post, or the people on the roster, of each version that asks for them."""
    found = _People()
    for version in {slot.version for slot in slots}:
        where = [unit for unit, version_ids in units.values() if version.pk in version_ids]
        by_unit: dict[int, list[_Span]] = defaultdict(list)
        if version.owed_by == OwedBy.HOLDERS:
            held = Appointment.objects.filter(unit__in=where, post=version.owing_post_id)
            held = held.filter(Q(last_day=None) | Q(last_day__gte=whole.first - ONE_PERIOD))
            for row in held.values_list("unit_id", "person_id", "first_day", "last_day"):
                by_unit[row[0]].append(_Span(*row[1:]))
        elif version.owed_by == OwedBy.ROSTER:
            people = Person.objects.standing().filter(unit__in=where)
            people = people.filter(Q(left_on=None) | Q(left_on__gte=whole.first - ONE_PERIOD))
            if version.roster_kinds:
                people = people.filter(kind__in=version.roster_kinds)
            for row in people.values_list("unit_id", "pk", "joined_on", "left_on"):
                by_unit[row[0]].append(_Span(*row[1:]))
        found.spans[version.pk] = by_unit
    return found


class _Judge:
    """Whether a unit owes a period, and why it does not apply; asked once for units of the same
    days."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.known: dict[tuple[object, ...], tuple[str, date | None] | None] = {}

    def of(self, unit: Unit, slot: _Slot) -> tuple[str, date | None] | None:
        """None where nothing is planned. Wants the unit's bureau loaded."""
        since = unit.bureau.ledger_from
        key = id(slot), since, unit.opened_on, unit.closed_on
        if key not in self.known:
            self.known[key] = None if since is None else self._judged(unit, slot, since)
        return self.known[key]

    def _judged(self, unit: Unit, slot: _Slot, since: date) -> tuple[str, date | None] | None:
        owing = owes(
            slot.numbered.period,
            version_from=slot.version.first_day,
            ended_on=self.schedule.ended_on,
            ledger_from=since,
            opened_on=unit.opened_on,
            closed_on=unit.closed_on,
        )
        if not owing.planned:
            return None
        because, known_on = not_applicable(owing, has_workday=slot.has_workday)
        return because.value if because else "", known_on


def _came_later(unit: Unit, slot: _Slot) -> bool:
    """A unit that moved here owes the schedules of its new bureau from then on."""
    since = unit.under_parent_since
    return (
        slot.version.owed_by == OwedBy.KINDS
        and since is not None
        and slot.numbered.period.first < since
    )


_ALWAYS = ("awaits_until", "not_applicable_because", "not_applicable_on")
_UNTOUCHED = (
    "version_id",
    "number",
    "name_month",
    "period_last",
    "report_year",
    "at_least",
    "at_most",
    "counted_in",
)
_JUDGED = (
    *_ALWAYS,
    "version",
    "number",
    "name_month",
    "period_last",
    "report_year",
    "at_least",
    "at_most",
    "counted_in",
    "bureau",
)


def _differing(due: Due, new: _New, today: date) -> Due | None:
    """The due brought in line, or None when it is already.

    What has a meeting or a waiver keeps the rule it was judged by; a begun period its bureau.
    """
    fields = list(_ALWAYS)
    if not due.counted and due.waived_on is None:
        fields += _UNTOUCHED
        if due.period_first > today:
            fields.append("bureau_id")
    wanted = new.due
    differing = [name for name in fields if getattr(due, name) != getattr(wanted, name)]
    for name in differing:
        setattr(due, name, getattr(wanted, name))
    return due if differing else None


def _remove_without_facts(dues: list[Due]) -> set[int]:
    """Take away those that no meeting, waiver, request or note hangs on; their keys."""
    ids = [due.pk for due in dues]
    kept: set[int] = set()
    for model in (Discharge, Waiver, WaiverRequest, DueNote):
        for at in range(0, len(ids), BATCH):
            found = model.objects.filter(due__in=ids[at : at + BATCH])
            kept |= set(found.values_list("due_id", flat=True))
    gone = [pk for pk in ids if pk not in kept]
    for at in range(0, len(gone), BATCH):
        Due.objects.filter(pk__in=gone[at : at + BATCH]).delete()
    return set(gone)


def pass_dues(*, of: int, to: int) -> list[Due]:
    """Let the dues that one person owes be owed by another; by their keys.

    Of two for one period the one goes that nothing hangs on. Gives those that stand twice with
    something on both: they are left as they are. Wants a transaction.
    """
    rows = list(Due.objects.filter(person=of).select_related("schedule").order_by("pk"))
    lines = [(due.unit_id, due.schedule_id, due.period_first) for due in rows]
    theirs = {
        (due.unit_id, due.schedule_id, due.period_first): due
        for due in Due.objects.filter(person=to, schedule__in={line[1] for line in lines})
    }
    twins = [theirs[line] for line in lines if line in theirs]
    removed = _remove_without_facts(twins)
    own = [due for due, line in zip(rows, lines, strict=True) if line in theirs]
    removed |= _remove_without_facts([d for d in own if _twin(d, theirs).pk not in removed])
    twice = [d for d in own if not {d.pk, _twin(d, theirs).pk} & removed]
    passed = [d.pk for d in rows if d.pk not in removed and d not in twice]
    Due.objects.filter(pk__in=passed).update(person=to)
    for schedule, year in {(due.schedule_id, due.year) for due in rows}:
        recount_kept(Q(schedule=schedule, year=year))
    return twice


def _twin(due: Due, theirs: dict[tuple[int, int, date], Due]) -> Due:
    return theirs[due.unit_id, due.schedule_id, due.period_first]


# --- what is kept -------------------------------------------------------------------------------


def recount_kept(condition: Q) -> None:
    """Write the kept counts of the dues that the condition on bureau, schedule, year names."""
    have = {
        tuple(getattr(row, name) for name in KEPT_KEY): row
        for row in DueCount.objects.select_for_update().filter(condition).order_by("pk")
    }
    make, change = [], []
    for counts in counts_of(condition):
        row = have.pop(tuple(counts[name] for name in KEPT_KEY), None)
        if row is None:
            make.append(DueCount(**counts))
        elif any(getattr(row, name) != counts[name] for name in KEPT_COUNTS):
            for name in KEPT_COUNTS:
                setattr(row, name, counts[name])
            change.append(row)
    DueCount.objects.filter(pk__in=[row.pk for row in have.values()]).delete()
    DueCount.objects.bulk_create(make, batch_size=BATCH)
    _rewrite(DueCount, change, KEPT_COUNTS)


def _rewrite(model: type[Model], rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Write those columns of stored rows: one statement a batch, many times as fast as
    ``bulk_update``, which spells out a case for every row and column."""
    model._default_manager.bulk_create(
        rows, BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=fields
    )


def lock_dues(due_ids: Iterable[int]) -> dict[int, Due]:
    """The dues by their keys, locked in the order in which ``recount_dues`` does it."""
    ids = sorted(set(due_ids))
    keys = set(
        Due.objects.filter(pk__in=ids).values_list("bureau", "schedule", "year", "period_first")
    )
    if keys:
        _lock_kept(keys)
    rows = Due.objects.select_for_update().filter(pk__in=ids)
    return {due.pk: due for due in rows.order_by("pk")}


def keep_waived(days: dict[int, date | None]) -> None:
    """Write since when dues are excused (None: no more), and count them anew."""
    due_ids = defaultdict(list)
    for due_id, day in days.items():
        due_ids[day].append(due_id)
    for day, ids in due_ids.items():
        Due.objects.filter(pk__in=ids).update(waived_on=day)
    recount_dues(days)


def recount_dues(due_ids: Iterable[int]) -> None:
    """Count the meetings of these dues anew and write what is kept; within a transaction.

    The kept counts are locked first: two who write at once for one period come one after the
    other, and the second sees what the first wrote.
    """
    ids = sorted(set(due_ids))
    for at in range(0, len(ids), BATCH):
        _recount_batch(ids[at : at + BATCH])


def _recount_batch(ids: list[int]) -> None:
    keys = set(
        Due.objects.filter(pk__in=ids).values_list("bureau", "schedule", "year", "period_first")
    )
    _lock_kept(keys)
    dues = list(
        Due.objects.select_for_update()
        .prefetch_related("version")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    before = {due.pk: _counted(due) for due in dues}
    held = _held_for(dues)
    for due in dues:
        in_time, made_up = held_of(due, held[due.pk])
        count = count_held(due.period, due.at_least, in_time, made_up)
        due.counted, due.met_on, due.met_late_on = count.counted, count.met_on, count.met_late_on
        due.merged = sum(each.merged for each in held[due.pk])
    _note_lacking_evidence(dues, held)
    _rewrite(Due, [due for due in dues if _counted(due) != before[due.pk]], COUNTED)
    by_period: dict[tuple[int, int, int], set[date]] = defaultdict(set)
    for bureau, schedule, year, first in keys:
        by_period[bureau, schedule, year].add(first)
    for (bureau, schedule, year), firsts in by_period.items():
        recount_kept(
            Q(bureau=bureau, schedule=schedule, year=year, period_first__in=sorted(firsts))
        )


COUNTED = ("counted", "met_on", "met_late_on", "lacks_evidence", "merged")


def _counted(due: Due) -> tuple[object, ...]:
    return tuple(getattr(due, name) for name in COUNTED)


def _lock_kept(keys: set[tuple[int, int, int, date]]) -> None:
    bureaus, schedules, years, firsts = (set(column) for column in zip(*keys, strict=True))
    rows = DueCount.objects.select_for_update().filter(
        bureau__in=bureaus, schedule__in=schedules, year__in=years, period_first__in=firsts
    )
    list(rows.order_by("pk").values_list("pk"))


class _Held(NamedTuple):
    """A meeting that counts for a due."""

    meeting_id: int
    held_on: date
    is_late: bool
    minutes: int | None
    merged: bool


def held_of(due: Due, held: Iterable[_Held]) -> tuple[list[Held], list[Held]]:
    """What counts for the due, in its own measure: held in time, and made up."""
    counted_in = CountedIn(due.counted_in)
    in_time, made_up = [], []
    for each in held:
        amount = Held(each.held_on, amount_of(each.minutes, counted_in))
        (made_up if each.is_late else in_time).append(amount)
    return in_time, made_up


def _held_for(dues: list[Due]) -> dict[int, list[_Held]]:
    """The meetings that count, by the key of the due, in the order they were held."""
    rows = Discharge.objects.filter(due__in=dues, counts=True, meeting__cancelled_at__isnull=True)
    columns = (
        "due_id",
        "meeting_id",
        "meeting__held_on",
        "is_late",
        "meeting__minutes",
        "merged_because",
    )
    held: dict[int, list[_Held]] = defaultdict(list)
    for due_id, *row, merged in rows.order_by("meeting__held_on", "pk").values_list(*columns):
        held[due_id].append(_Held(*row, bool(merged)))
    return held


def _note_lacking_evidence(dues: list[Due], held: dict[int, list[_Held]]) -> None:
    """How many of the counting meetings of each due lack evidence that its version expects."""
    expecting = [due for due in dues if due.version.expected_evidence]
    for due in dues:
        due.lacks_evidence = 0
    meetings = {each.meeting_id for due in expecting for each in held[due.pk]}
    if not meetings:
        return
    have = defaultdict(set)
    uses = EvidenceUse.objects.filter(meeting__in=meetings)
    uses = uses.filter(evidence__cancelled_at__isnull=True).exclude(
        evidence__review=ReviewState.RETURNED.value
    )
    for meeting_id, kind in uses.values_list("meeting_id", "evidence__kind"):
        have[meeting_id].add(kind)
    for due in expecting:
        wanted = set(due.version.expected_evidence)
        due.lacks_evidence = sum(bool(wanted - have[each.meeting_id]) for each in held[due.pk])


# --- setting schedules --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionDraft:
    """The rule of a schedule from a day on, as entered."""

    first_day: date
    cadence: Cadence
    legal_basis: str
    asked_by: str
    every: int = 1
    months: tuple[int, ...] = ()
    parity: str = ""
    window: str = ""
    window_days: int | None = None
    window_month: int | None = None
    window_day: int | None = None
    usual: bool = False
    counted_in: str = CountedIn.TIMES.value
    at_least: int = 1
    at_most: int | None = None
    min_minutes: int | None = None
    recording_days: int = 5
    make_up: str = ""
    make_up_days: int | None = None
    counts_twice: bool = False
    meeting_kind_id: int | None = None
    agenda_kind_id: int | None = None
    body_id: int | None = None
    presided_by_id: int | None = None
    deputy_id: int | None = None
    legal_must_sit_in: bool = False
    legal_on_law_items: bool = False
    expected_evidence: tuple[str, ...] = ()
    owed_by: OwedBy = OwedBy.ITSELF
    owing_kinds: tuple[UnitKind, ...] = ()
    owing_grades: tuple[str, ...] = ()
    owing_post_id: int | None = None
    roster_kinds: tuple[str, ...] = ()

    def rhythm(self, start: YearStart = JANUARY) -> Rhythm:
        """When it would be owed; raises ValueError where that is not clear."""
        return Rhythm.of(
            self.cadence, self.every, start, **{name: getattr(self, name) for name in RHYTHM}
        )


@dataclass(frozen=True, slots=True)
class ScheduleDraft:
    """A schedule and its first rule, as entered."""

    set: ScheduleSet
    name: str
    version: VersionDraft
    words: str = "meeting"
    of_first_person: bool = False
    position: int = 0
    imported_from: str = ""
    imported_row: int | None = None


@transaction.atomic
def create_schedules(
    drafts: Iterable[ScheduleDraft], *, by: User | None, at: datetime
) -> list[Schedule]:
    """Make schedules with their first versions; planning them is a call of its own."""
    drafts = list(drafts)
    for draft in drafts:
        _refuse_bad_version(draft.version, draft.set)
    rows = [
        Schedule(
            set=draft.set,
            name=draft.name,
            words=draft.words,
            of_first_person=draft.of_first_person,
            position=draft.position,
            imported_from=draft.imported_from,
            imported_row=draft.imported_row,
        )
        for draft in drafts
    ]
    schedules = list(bulk_create(Schedule, rows, by=by, at=at))
    for schedule, draft in zip(schedules, drafts, strict=True):
        _save_version(schedule, draft.version)
    return schedules


@transaction.atomic
def set_version(
    *, schedule: Schedule, draft: VersionDraft, today: date
) -> tuple[ScheduleVersion, Planned]:
    """Change the rule from a day on, and plan anew; past dues keep the rule they had.

    A version that begins on the same day is corrected in place while nothing was judged by it.
    """
    _refuse_bad_version(draft, schedule.set)
    latest = schedule.versions.order_by("-first_day").first()
    if latest and draft.first_day < latest.first_day:
        raise CannotSetSchedule(
            [
                _("新规则的起始日不能早于现行版本（%(day)s）。")
                % {"day": day_label(latest.first_day)}
            ]
        )
    same = schedule.versions.filter(first_day=draft.first_day).first()
    if same and Due.objects.filter(version=same).filter(Q(counted__gt=0) | has_waiver()).exists():
        raise CannotSetSchedule(
            [_("已有会议按该版本计入，不能直接修改；请另定一个起始日，作为新版本。")]
        )
    version = _save_version(schedule, draft, same)
    return version, replan_schedules([schedule.pk], today=today)


def has_waiver() -> Q:
    return Q(waived_on__isnull=False)


@dataclass(frozen=True, slots=True)
class SetDraft:
    """A schedule set that is made along with its first schedule, as entered."""

    unit: Unit
    name: str
    month: int = 1
    day: int = 1


@transaction.atomic
def set_up_schedule(
    *,
    draft: ScheduleDraft,
    new_set: SetDraft | None = None,
    by: User | None,
    at: datetime,
    today: date,
) -> tuple[Schedule, Planned]:
    """Make one schedule, with its set where ``new_set`` is given, and plan it at once.

    Refuses a rule that says nothing countable, names no basis, or has nobody who owes it.
    """
    if new_set is not None:
        _refuse_bad_start(new_set.month, new_set.day)
        made = ScheduleSet(
            unit=new_set.unit,
            name=new_set.name,
            year_start_month=new_set.month,
            year_start_day=new_set.day,
            position=_next_position(ScheduleSet.objects.filter(unit=new_set.unit)),
        )
        made.save()
        draft = replace(draft, set=made)
    position = _next_position(Schedule.objects.filter(set=draft.set))
    (schedule,) = create_schedules([replace(draft, position=position)], by=by, at=at)
    return schedule, replan_schedules([schedule.pk], today=today)


@transaction.atomic
def edit_schedule(
    *,
    schedule_id: int,
    name: str,
    words: str,
    of_first_person: bool,
    rule: VersionDraft,
    today: date,
) -> tuple[Schedule, Planned]:
    """Correct what a schedule is called, and begin a new version where the rule differs.

    A new version never begins in the past: what is over stays judged by the rule of its time.
    The same first day as the latest version corrects that version (see ``set_version``).
    """
    schedule = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule_id)
    if (schedule.name, schedule.words, schedule.of_first_person) != (name, words, of_first_person):
        schedule.name, schedule.words, schedule.of_first_person = name, words, of_first_person
        schedule.save()
    latest = schedule.versions.order_by("-first_day").prefetch_related("owing_kinds").first()
    if latest is not None and _says_the_same(latest, rule):
        return schedule, Planned()
    if latest is not None and rule.first_day != latest.first_day and rule.first_day < today:
        raise CannotSetSchedule(
            [_("新规则的起始日不能早于今天：已经结束的周期仍按当时的规则评定。")]
        )
    _version, planned = set_version(schedule=schedule, draft=rule, today=today)
    return schedule, planned


@transaction.atomic
def edit_set(*, set_id: int, name: str, month: int, day: int, today: date) -> Planned:
    """Rename a set, and let its year begin on another day (see ``set_year_start``)."""
    of = ScheduleSet.objects.select_for_update(of=("self",)).get(pk=set_id)
    if of.name != name:
        of.name = name
        of.save()
    if (month, day) == (of.year_start_month, of.year_start_day):
        return Planned()
    return set_year_start(of=of, month=month, day=day, today=today)


Written = TypeVar("Written")


def rehearse(schedule_id: int | None, write: Callable[[], tuple[Schedule, Written]]) -> DuesChange:
    """What a write would do to the dues of a schedule (None: one it makes); all is taken back.

    It meets the real rules and constraints, so it promises nothing that is then refused.
    """
    with transaction.atomic():
        before = dues_of(schedule_id) if schedule_id is not None else {}
        schedule, _planned = write()
        change = dues_change(before, dues_of(schedule.pk))
        transaction.set_rollback(True)
    return change


def _next_position(rows: QuerySet) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1


def _says_the_same(version: ScheduleVersion, draft: VersionDraft) -> bool:
    """The draft asks what the version asks, from whatever day."""
    plain = set(VersionDraft.__slots__) - {"first_day", "owing_kinds", *_LISTS}
    return (
        all(getattr(version, name) == getattr(draft, name) for name in plain)
        and all(set(getattr(version, name)) == set(getattr(draft, name)) for name in _LISTS)
        and {kind.pk for kind in version.owing_kinds.all()}
        == {kind.pk for kind in draft.owing_kinds}
    )


@transaction.atomic
def end_schedule(*, schedule: Schedule, ended_on: date | None, today: date) -> Planned:
    """End a schedule: periods begun by that day stay owed, later ones are taken away.

    None takes the ending back, and what it took away is owed again.
    """
    schedule.ended_on = ended_on
    schedule.save()
    return replan_schedules([schedule.pk], today=today)


def replan_schedules(schedule_ids: Iterable[int], *, today: date) -> Planned:
    """Plan every known year and the next one for these schedules."""
    ids = list(schedule_ids)
    years = set(Due.objects.filter(schedule__in=ids).values_list("year", flat=True).distinct())
    planned = Planned()
    for year in sorted(years):
        planned += plan_dues(today=today, year=year, schedule_ids=ids)
    planned += plan_dues(today=today, schedule_ids=ids)
    return planned


@transaction.atomic
def set_year_start(*, of: ScheduleSet, month: int, day: int, today: date) -> Planned:
    """Let the set's year begin on another day; only while none of its dues has a meeting."""
    if Due.objects.filter(schedule__set=of, discharges__isnull=False).exists():
        raise CannotSetSchedule([_("该制度组已有会议计入，考核年度起始日不能再改。")])
    _refuse_bad_start(month, day)
    of.year_start_month, of.year_start_day = month, day
    of.save()
    Due.objects.filter(schedule__set=of, waivers__isnull=True).delete()
    DueCount.objects.filter(schedule__set=of).delete()
    recount_kept(Q(schedule__set=of))
    return replan_schedules(of.schedules.values_list("pk", flat=True), today=today)


def _refuse_bad_start(month: int, day: int) -> None:
    if not (1 <= month <= 12 and 1 <= day <= 28):
        raise CannotSetSchedule([_("考核年度须从某月1日至28日之间的一天开始。")])


def _refuse_bad_version(draft: VersionDraft, of: ScheduleSet) -> None:
    if reasons := reasons_against_version(draft):
        raise CannotSetSchedule(reasons)


def reasons_against_version(draft: VersionDraft) -> list[str]:
    """What speaks against a rule as entered; empty when it may be set."""
    reasons = []
    if not draft.legal_basis.strip():
        reasons.append(_("请填写依据：没有依据的会议不应要求基层召开。"))
    if not draft.asked_by.strip():
        reasons.append(_("请填写由谁要求。"))
    if draft.every < 1 or draft.at_least < 1:
        reasons.append(_("周期数和次数都至少为1。"))
    if draft.meeting_kind_id is None and draft.agenda_kind_id is None:
        reasons.append(_("请选择会议种类或议题，否则无法判断哪些会议计入。"))
    if draft.owed_by == OwedBy.KINDS and not draft.owing_kinds:
        reasons.append(_("请选择由哪几类下属单位落实。"))
    if draft.owed_by == OwedBy.HOLDERS and draft.owing_post_id is None:
        reasons.append(_("请选择由哪一岗位的人员落实。"))
    if draft.at_most is not None and draft.at_most < draft.at_least:
        reasons.append(_("“至多”不能小于“至少”。"))
    if draft.deputy_id is not None and draft.presided_by_id is None:
        reasons.append(_("没有规定主持岗位的，不填可代为主持的岗位。"))
    reasons += reasons_against_rhythm(draft)
    if (draft.make_up == "days") != bool(draft.make_up_days):
        reasons.append(_("选择“若干天内可补开”时须填写天数，其他情形不填。"))
    return reasons


# What a version keeps as a list; the order says nothing.
_LISTS = ("months", "expected_evidence", "owing_grades", "roster_kinds")


def reasons_against_rhythm(draft: VersionDraft) -> list[str]:
    """Why the rule gives no clear periods, in words; empty when it does."""
    if draft.every < 1:
        return []  # said before
    single = draft.every == 1
    reasons = []
    if draft.months and not (single and draft.cadence in NAMED_IN_MONTHS):
        reasons.append(_("限定月份只用于每周、每半月、每月一期的制度。"))
    if draft.parity and not (single and draft.cadence == Cadence.WEEK):
        reasons.append(_("单双周只用于每周一期的制度。"))
    if draft.window and (draft.months or draft.parity):
        reasons.append(_("有固定期限的，不再限定月份或单双周。"))
    if reasons:
        return reasons
    try:
        draft.rhythm()
    except ValueError:
        return [_("固定期限填写不完整，或与周期不符。")]
    return []


def _save_version(
    schedule: Schedule, draft: VersionDraft, version: ScheduleVersion | None = None
) -> ScheduleVersion:
    version = version or ScheduleVersion(schedule=schedule)
    for name in VersionDraft.__slots__:
        if name not in {"owing_kinds", "cadence", "owed_by", *_LISTS}:
            setattr(version, name, getattr(draft, name))
    version.cadence, version.owed_by = draft.cadence.value, draft.owed_by.value
    for name in _LISTS:
        setattr(version, name, sorted(getattr(draft, name)))
    version.save()
    version.owing_kinds.set(draft.owing_kinds)
    return version
