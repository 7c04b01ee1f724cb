"""The calendar of the state as staff keep it, what a change of it would do, and the year of what
is due and held."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext as _

from reports.domain.calendar import Holidays, spans_of
from reports.domain.dues import (
    OWED,
    DueFacts,
    NotApplicable,
    Verdict,
    awaits_until,
    not_applicable,
    verdict,
)
from reports.domain.periods import NumberedPeriod, Period
from reports.models import Due, Holiday, Meeting, Schedule, ScheduleVersion, Unit
from reports.models.choices import (
    DAY_KIND_LABELS,
    DayKind,
    day_label,
    days_label,
    period_label,
)
from reports.selectors.bureaus import label_of
from reports.selectors.dues import dues_for
from reports.selectors.meetings import meetings_for
from reports.selectors.rules import rhythm_of
from reports.selectors.scope import Scope


def holidays() -> Holidays:
    """All days off and make-up workdays in the table, as the value the rules work with."""
    free, worked = [], []
    for day, kind in Holiday.objects.values_list("day", "kind"):
        (free if kind == DayKind.HOLIDAY else worked).append(day)
    return Holidays.of(free, worked)


def years_entered(today: date) -> list[int]:
    """Which of this and the next year have any entry: one query."""
    first, last = date(today.year, 1, 1), date(today.year + 1, 12, 31)
    rows = Holiday.objects.filter(day__range=(first, last)).order_by()
    return sorted(rows.values_list("day__year", flat=True).distinct())


# --- the entries of a year ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """Days that follow each other and were entered alike: which, as what, by whom and when.

    ``changed_at`` is the moment of the last correction, None where there was none.
    """

    first: date
    last: date
    kind: str
    name: str
    source: str
    entered_by: str
    entered_at: datetime | None
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def worked(self) -> bool:
        return self.kind == DayKind.WORKDAY


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A day that was entered once and is no more: by whom, when and why."""

    day: date
    kind: str
    name: str
    by: str
    at: datetime
    because: str

    @property
    def worked(self) -> bool:
        return self.kind == DayKind.WORKDAY


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What the table says of a year, day by day and put together, and what was taken out."""

    days: dict[date, Holiday]
    entries: list[Entry]
    taken_out: list[TakenOut]


def calendar_year(year: int) -> CalendarYear:
    """The entries of a calendar year with their history: two queries."""
    days = {row.day: row for row in Holiday.objects.filter(day__year=year).order_by("day")}
    history: dict[int, list[Any]] = defaultdict(list)
    gone: dict[date, Any] = {}
    rows = Holiday.history.filter(day__year=year).select_related("history_user")
    for row in rows.order_by("history_date", "history_id"):
        history[row.id].append(row)
        if row.history_type == "-":
            gone[row.day] = row
    entries: list[Entry] = []
    for day, row in days.items():
        entry = _entry(row, history[row.pk])
        if entries and _goes_on(entries[-1], entry):
            entries[-1] = replace(entries[-1], last=day)
        else:
            entries.append(entry)
    taken_out = [
        TakenOut(
            day, row.kind, row.name, _by(row), row.history_date, row.history_change_reason or ""
        )
        for day, row in sorted(gone.items())
        if day not in days
    ]
    return CalendarYear(days, entries, taken_out)


def _entry(row: Holiday, versions: Sequence[Any]) -> Entry:
    first = next((each for each in versions if each.history_type == "+"), None)
    later = [each for each in versions if each.history_type == "~"]
    return Entry(
        first=row.day,
        last=row.day,
        kind=row.kind,
        name=row.name,
        source=row.source,
        entered_by=_by(first),
        entered_at=first.history_date if first else None,
        changed_by=_by(later[-1]) if later else "",
        changed_at=later[-1].history_date if later else None,
    )


def _goes_on(entry: Entry, following: Entry) -> bool:
    """The next day, entered in all alike."""
    alike = ("kind", "name", "source", "entered_by", "entered_at", "changed_by", "changed_at")
    return entry.last + timedelta(days=1) == following.first and all(
        getattr(entry, name) == getattr(following, name) for name in alike
    )


def _by(version: Any) -> str:
    user = version.history_user if version else None
    return (user.get_full_name() or user.get_username()) if user else ""


# --- what would be entered ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayDraft:
    """A day of the calendar as typed or imported."""

    day: date
    kind: DayKind
    name: str
    source: str


class EntryState(StrEnum):
    """What a draft is beside the table."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Compared:
    """A draft, and the entry of that day that stands in the table (None: there is none)."""

    draft: DayDraft
    kept: Holiday | None

    @property
    def state(self) -> EntryState:
        kept, draft = self.kept, self.draft
        if kept is None:
            return EntryState.NEW
        same = (kept.kind, kept.name, kept.source) == (draft.kind.value, draft.name, draft.source)
        return EntryState.UNCHANGED if same else EntryState.CHANGED


def compared(drafts: Iterable[DayDraft]) -> list[Compared]:
    """Each draft beside what the table has of its day: one query."""
    drafts = list(drafts)
    rows = Holiday.objects.filter(day__in=[draft.day for draft in drafts])
    kept = {row.day: row for row in rows}
    return [Compared(draft, kept.get(draft.day)) for draft in drafts]


def span_label(first: date, last: date) -> str:
    """Days with their year, nothing said twice: 2026年2月15日—23日."""
    if first == last:
        return day_label(first)
    if first.year == last.year:
        return _("%(year)s年%(days)s") % {"year": first.year, "days": days_label(first, last)}
    return days_label(first, last)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A fact of a day before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """Days that follow each other, are alike, and stand beside the table alike."""

    first: date
    last: date
    state: EntryState
    kind: DayKind
    name: str
    source: str
    changes: tuple[FieldChange, ...] = ()

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        return span_label(self.first, self.last)


def told(pairs: Iterable[Compared]) -> list[ComparedLine]:
    """What was compared in as few lines as say all of it, in the order of the days. Pure."""
    lines: list[ComparedLine] = []
    for pair in sorted(pairs, key=lambda pair: pair.draft.day):
        draft = pair.draft
        line = ComparedLine(
            draft.day, draft.day, pair.state, draft.kind, draft.name, draft.source, _changes(pair)
        )
        if lines and _continues(lines[-1], line):
            lines[-1] = replace(lines[-1], last=line.last)
        else:
            lines.append(line)
    return lines


def _continues(line: ComparedLine, following: ComparedLine) -> bool:
    return line.last + timedelta(days=1) == following.first and line == replace(
        following, first=line.first, last=line.last
    )


def _changes(pair: Compared) -> tuple[FieldChange, ...]:
    if pair.kept is None:
        return ()
    kept, draft = pair.kept, pair.draft
    kinds = str(DAY_KIND_LABELS[DayKind(kept.kind)]), str(DAY_KIND_LABELS[draft.kind])
    facts = (
        ("kind", *kinds),
        ("name", kept.name, draft.name),
        ("source", kept.source, draft.source),
    )
    return tuple(
        FieldChange(str(Holiday._meta.get_field(name).verbose_name), before, after)
        for name, before, after in facts
        if before != after
    )


# --- what a change would do ---------------------------------------------------------------------

MOST_EXAMPLES, MOST_GROUPS, MOST_SPANS = 20, 30, 24


@dataclass(frozen=True, slots=True)
class ChangedPeriod:
    """Dues of one schedule and period in one bureau that would be judged otherwise."""

    label: str
    before: Verdict
    after: Verdict
    count: int


@dataclass(slots=True)
class ChangedGroup:
    """The dues of one schedule in one bureau that would be judged otherwise; some by period."""

    bureau: str
    schedule: str
    words: str
    total: int = 0
    examples: list[ChangedPeriod] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What a change of the calendar does to the verdicts of today.

    ``days`` are those that become workdays or cease to be; ``moved`` dues keep their verdict and
    only get another last day of recording; ``more_groups`` are counted in ``total`` and not named.
    """

    days: list[date]
    groups: list[ChangedGroup]
    total: int = 0
    moved: int = 0
    more_groups: int = 0


def dues_touched(days: Sequence[date]) -> QuerySet[Due]:
    """The dues whose period or days of recording hold one of the days, and a few beside them."""
    if not days:
        return Due.objects.none()
    spans = spans_of(days)
    if len(spans) > MOST_SPANS:
        spans = [Period(spans[0].first, spans[-1].last)]
    touched = [Q(period_first__lte=span.last, awaits_until__gte=span.first) for span in spans]
    return Due.objects.filter(
        reduce(or_, touched), year__range=(days[0].year - 1, days[-1].year + 1)
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """Dues that a calendar judges alike: all that a verdict depends on, and how many they are."""

    bureau_id: int
    schedule_id: int
    version_id: int
    recording_days: int
    numbered: NumberedPeriod
    facts: DueFacts
    count: int


def verdict_changes(after: Holidays, days: Sequence[date], *, today: date) -> VerdictChange:
    """Which verdicts of today the calendar ``after`` changes, differing on ``days`` from the kept.

    What is met stays met, and what an absent unit does not owe stays so: neither is looked at. At
    most four queries, whatever the number of dues: they are counted in groups judged alike.
    """
    differing: list[tuple[_Alike, Verdict, Verdict]] = []
    moved = 0
    for alike in _alike(days, today) if days else []:
        facts = _judged_by(after, alike)
        if facts == alike.facts:
            continue
        before, then = verdict(alike.facts, today), verdict(facts, today)
        if before == then:
            moved += alike.count
        else:
            differing.append((alike, before, then))
    return _grouped(differing, list(days), moved)


def _alike(days: Sequence[date], today: date) -> list[_Alike]:
    def by(**condition: object) -> Case:
        return Case(
            When(**condition, then=Value(True)), default=Value(False), output_field=BooleanField()
        )

    rows = (
        dues_touched(days)
        .filter(Q(met_on__isnull=True) | Q(met_on__gt=today))
        .filter(not_applicable_because__in=["", NotApplicable.NO_WORKDAY.value])
        .annotate(waived=by(waived_on__lte=today), late=by(met_late_on__lte=today))
        .order_by()
        .values_list(
            *("bureau_id", "schedule_id", "version_id", "version__recording_days"),
            *("number", "year", "name_month", "period_first", "period_last", "at_least"),
            *("awaits_until", "not_applicable_because", "waived", "late"),
        )
        .annotate(units=Count("pk"))
    )
    return [_one_alike(row, today) for row in rows]


def _one_alike(row: tuple[Any, ...], today: date) -> _Alike:
    bureau, schedule, version, recording_days, number, year, name_month, first, last = row[:9]
    at_least, until, because, waived, late, count = row[9:]
    period = Period(first, last)
    facts = DueFacts(
        period=period,
        at_least=at_least,
        awaits_until=until,
        met_late_on=today if late else None,
        waived_on=today if waived else None,
        not_applicable_because=NotApplicable(because) if because else None,
    )
    numbered = NumberedPeriod(number, period, year, name_month)
    return _Alike(bureau, schedule, version, recording_days, numbered, facts, count)


def _judged_by(calendar: Holidays, alike: _Alike) -> DueFacts:
    """The facts as the calendar makes them; what was held, and who excused it, stays."""
    period = alike.facts.period
    because, _since = not_applicable(OWED, has_workday=calendar.has_workday(period))
    until = awaits_until(period, alike.recording_days, calendar)
    return replace(alike.facts, awaits_until=until, not_applicable_because=because)


def _grouped(
    differing: list[tuple[_Alike, Verdict, Verdict]], days: list[date], moved: int
) -> VerdictChange:
    """Put together by bureau and schedule, the largest first; named are as many as one can read."""
    totals: dict[tuple[int, int], int] = defaultdict(int)
    periods: dict[tuple[int, int], dict[tuple[Any, ...], int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for alike, before, after in differing:
        key = alike.bureau_id, alike.schedule_id
        totals[key] += alike.count
        line = alike.numbered.period.first, alike.numbered, alike.version_id, before, after
        periods[key][line] += alike.count
    ranked = sorted(totals, key=lambda key: (-totals[key], key))
    shown = ranked[:MOST_GROUPS]
    bureaus = Unit.objects.in_bulk({bureau for bureau, _schedule in shown})
    schedules = Schedule.objects.in_bulk({schedule for _bureau, schedule in shown})
    left = MOST_EXAMPLES
    chosen: list[tuple[ChangedGroup, list[tuple[tuple[Any, ...], int]]]] = []
    for place, key in enumerate(shown):
        schedule = schedules[key[1]]
        lines = sorted(periods[key].items(), key=lambda item: (item[0][0], item[0][2]))
        # Every group shows one period before any shows many.
        take = lines[: max(1, left - (len(shown) - place - 1))] if left > 0 else []
        left -= len(take)
        group = ChangedGroup(bureaus[key[0]].label, schedule.name, schedule.words, totals[key])
        group.more = sum(count for _line, count in lines[len(take) :])
        chosen.append((group, take))
    rows = ScheduleVersion.objects.filter(
        pk__in={line[2] for _group, lines in chosen for line, _count in lines}
    )
    versions = {row.pk: row for row in rows.select_related("schedule__set")}
    for group, lines in chosen:
        for (_first, numbered, version_id, before, after), count in lines:
            version = versions[version_id]
            label = period_label(numbered, rhythm_of(version, version.schedule.set))
            group.examples.append(ChangedPeriod(label, before, after, count))
    return VerdictChange(
        days=days,
        groups=[group for group, _lines in chosen],
        total=sum(totals.values()),
        moved=moved,
        more_groups=len(ranked) - len(shown),
    )


# --- the year of what is due and held -----------------------------------------------------------

# What is not done yet, the loudest first.
NOT_DONE = (Verdict.MISSED, Verdict.AWAITING, Verdict.OPEN, Verdict.UPCOMING)


@dataclass(slots=True)
class DayOfYear:
    """How many meetings were held on a day, and how many periods end on it that are not done."""

    held: int = 0
    ends: dict[Verdict, int] = field(default_factory=dict)

    @property
    def due(self) -> int:
        return sum(self.ends.values())


def days_of_year(
    scope: Scope, *, year: int, on: date, bureau: int | None = None, unit: int | None = None
) -> dict[date, DayOfYear]:
    """The days of a calendar year on which something was held or a period ends: two queries.

    Counts what ``meetings_for`` and ``dues_for`` list, as of a day.
    """
    found: dict[date, DayOfYear] = defaultdict(DayOfYear)
    held = meetings_for(scope, on=on, year=year, bureau=bureau, unit=unit)
    for day, count in _by_day(held, "held_on"):
        found[day].held = count
    ends = _ending(scope, date(year, 1, 1), date(year, 12, 31), on=on, bureau=bureau, unit=unit)
    rows = ends.order_by().values_list("period_last", "verdict").annotate(units=Count("pk"))
    counts = {(day, Verdict(word)): count for day, word, count in rows}
    for day in {day for day, _verdict in counts}:
        found[day].ends = {v: counts[day, v] for v in NOT_DONE if (day, v) in counts}
    return dict(found)


def _by_day(rows: QuerySet[Meeting], field_name: str) -> QuerySet:
    return rows.order_by().values_list(field_name).annotate(meetings=Count("pk"))


def _ending(
    scope: Scope, first: date, last: date, *, on: date, bureau: int | None, unit: int | None
) -> QuerySet[Due]:
    """The dues that are not done and whose period ends within those days."""
    rows = dues_for(scope, on=on, bureau=bureau, unit=unit, verdicts=[v.value for v in NOT_DONE])
    return rows.filter(
        year__range=(first.year - 1, last.year + 1), period_last__range=(first, last)
    )


@dataclass(frozen=True, slots=True)
class HeldLine:
    """Meetings of one kind on one day; ``meeting_id`` is the one where there is but one."""

    day: date
    kind_id: int
    kind: str
    count: int
    meeting_id: int | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """Dues of one period of a schedule with one verdict; ``day`` is its last, ``due_id`` as above.

    As many as ``dues_for`` gives with these.
    """

    day: date
    begins: date
    schedule_id: int
    schedule: str
    words: str
    label: str
    verdict: Verdict
    count: int
    due_id: int | None


@dataclass(slots=True)
class DayLines:
    """A day of the chosen month, line by line."""

    day: date
    held: list[HeldLine] = field(default_factory=list)
    due: list[DueLine] = field(default_factory=list)


def lines_of_month(
    scope: Scope, month: Period, *, on: date, bureau: int | None = None, unit: int | None = None
) -> list[DayLines]:
    """What was held on the days of a month and which periods end on them: three queries."""
    days: dict[date, DayLines] = {}
    held = meetings_for(scope, on=on, bureau=bureau, unit=unit).filter(
        held_on__range=(month.first, month.last)
    )
    rows = held.order_by("held_on", "kind__position", "kind_id").values_list(
        "held_on", "kind_id", "kind__name"
    )
    for day, kind_id, kind, count, first in rows.annotate(number=Count("pk"), first=Min("pk")):
        line = HeldLine(day, kind_id, kind, count, first if count == 1 else None)
        days.setdefault(day, DayLines(day)).held.append(line)
    for line in _due_lines(
        _ending(scope, month.first, month.last, on=on, bureau=bureau, unit=unit)
    ):
        days.setdefault(line.day, DayLines(line.day)).due.append(line)
    return [days[day] for day in sorted(days)]


def _due_lines(dues: QuerySet[Due]) -> list[DueLine]:
    """Several units, or people, in one line for each period of a schedule and verdict."""
    rows = dues.order_by("period_last", "schedule__position", "schedule_id", "period_first")
    found = list(
        rows.values_list("period_last", "period_first", "schedule_id", "verdict").annotate(
            number=Count("pk"), newest=Max("pk")
        )
    )
    # Periods of the same days bear the same name, whichever version they are judged by.
    newest = Due.objects.select_related("schedule__set", "version").in_bulk(
        [row[-1] for row in found]
    )
    return [
        DueLine(
            day=last,
            begins=first,
            schedule_id=schedule_id,
            schedule=newest[pk].schedule.name,
            words=newest[pk].schedule.words,
            label=label_of(newest[pk]),
            verdict=Verdict(word),
            count=count,
            due_id=pk if count == 1 else None,
        )
        for last, first, schedule_id, word, count, pk in found
    ]


def own_dues(scope: Scope, *, today: date) -> QuerySet[Due]:
    """What the user's own units owe in this and the next year and have not done as of today.

    Own are the units of her memberships: of a clerk with those below, of an officer, leader or
    supervisor the bureau or unit itself. Everything the words of a due need comes along.
    """
    own = Q(pk__in=[])
    for grant in scope.reading:
        if grant.kind == "unit":
            own |= Q(unit__path__gte=grant.path, unit__path__lt=grant.path_end)
        else:
            own |= Q(unit=grant.unit_id)
    rows = dues_for(scope, on=today, verdicts=[v.value for v in NOT_DONE]).filter(own)
    years = date(today.year, 1, 1), date(today.year + 1, 12, 31)
    return (
        rows.filter(
            year__range=(today.year - 1, today.year + 2),
            period_last__gte=years[0],
            period_first__lte=years[1],
        )
        .select_related("unit", "person", "schedule__set", "version")
        .order_by("period_last", "unit__path", "schedule__position", "pk")
    )
