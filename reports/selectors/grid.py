"""Units × periods: every due of a schedule or set in a year, as a table of marks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from reports.domain.dues import CountedIn
from reports.domain.periods import NumberedPeriod, Period, Rhythm
from reports.models import Due, DueCount, Schedule, ScheduleVersion, Unit
from reports.models.choices import period_label, period_name
from reports.selectors.bureaus import loudest
from reports.selectors.dues import DONE, OWED, dues_for
from reports.selectors.rules import rhythm_of
from reports.selectors.scope import Scope

# Units on a page that spans several bureaus; a bureau is never torn apart.
UNITS_A_PAGE = 50
# More people than that are shown as one row for each unit, which opens its own page.
PEOPLE_A_PAGE = 300


class GridCell(NamedTuple):
    """One due: its key, verdict, and the day that settled it."""

    pk: int
    verdict: str
    day: date | None


class Coverage(NamedTuple):
    """What several people owe in a period: the loudest verdict, and how many have done it."""

    verdict: str
    done: int
    people: int


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A period: its whole label, its name, and the rhythm it belongs to."""

    numbered: NumberedPeriod
    rhythm: Rhythm
    label: str

    @property
    def first(self) -> date:
        return self.numbered.period.first

    @property
    def last(self) -> date:
        return self.numbered.period.last

    @property
    def name(self) -> str:
        return period_name(self.rhythm.name_of(self.numbered))


@dataclass(slots=True)
class Sums:
    """Done and owed by column, and of the whole row."""

    done: list[int]
    owed: list[int]

    @classmethod
    def over(cls, columns: int) -> "Sums":
        return cls([0] * columns, [0] * columns)

    def add(self, column: int, verdict: str) -> None:
        if verdict in OWED:
            self.owed[column] += 1
            self.done[column] += verdict in DONE

    @property
    def all_done(self) -> int:
        return sum(self.done)

    @property
    def all_owed(self) -> int:
        return sum(self.owed)


@dataclass(slots=True)
class PersonRow:
    """What one person of a unit owes."""

    person_id: int
    name: str
    cells: list[GridCell | None]
    sums: Sums


@dataclass(slots=True)
class UnitRow:
    """What a unit owes, itself or by its people."""

    unit: Unit
    cells: list[GridCell | None]
    sums: Sums
    people: dict[int, PersonRow] = field(default_factory=dict)

    def coverage(self, column: int) -> Coverage | None:
        """What the people of the unit owe in that period, taken together."""
        found = [cell for row in self.people.values() if (cell := row.cells[column])]
        if not found:
            return None
        verdict = loudest(cell.verdict for cell in found)
        return Coverage(str(verdict), sum(cell.verdict in DONE for cell in found), len(found))


@dataclass(slots=True)
class BureauRows:
    """The units of one bureau, in the order of the organisation, with its sums."""

    bureau: Unit
    units: list[UnitRow]
    sums: Sums


@dataclass(slots=True)
class Block:
    """One schedule: its periods as columns, its units as rows."""

    schedule: Schedule
    rhythm: str
    counted_in: CountedIn
    columns: list[GridColumn]
    bureaus: list[BureauRows]
    people: int

    @property
    def units(self) -> int:
        return sum(len(each.units) for each in self.bureaus)

    @property
    def shows_people(self) -> bool:
        return 0 < self.people <= PEOPLE_A_PAGE

    @property
    def rows(self) -> int:
        return self.units + (self.people if self.shows_people else 0)


def schedules_with_dues(
    scope: Scope,
    *,
    year: int,
    bureau: int | None = None,
    schedule: int | None = None,
    schedule_set: int | None = None,
) -> list[Schedule]:
    """The schedules of which the scope sees dues in the year, in the order of their sets.

    Of a bureau, or else those of the set that is named or holds the schedule; with none of these
    all of them. One query.
    """
    dues = scope.limit(Due.objects.filter(schedule=OuterRef("pk"), year=year))
    rows = scope.limit(Schedule.objects.all())
    if bureau is not None:
        dues = dues.filter(bureau=bureau)
    elif schedule_set is not None:
        rows = rows.filter(set=schedule_set)
    elif schedule is not None:
        rows = rows.filter(set__schedules=schedule)
    return list(
        rows.filter(Exists(dues))
        .select_related("set", "set__unit")
        .order_by("set__unit__path", "set__position", "set_id", "position", "pk")
    )


def pages_of_bureaus(scope: Scope, *, schedules: Iterable[int], year: int) -> list[list[int]]:
    """The bureaus that owe the schedules, cut into pages of some fifty rows; none is torn apart.

    From the kept counts: the most that a bureau owes in one period is the number of its rows.
    One query. Where part of the scope is less than whole bureaus nothing is kept, and the one
    page is empty: it stands for all there is.
    """
    if any(grant.kind == "unit" for grant in scope.reading):
        return [[]]
    rows = (
        scope.limit(DueCount.objects.filter(schedule__in=list(schedules), year=year))
        .values("bureau", "bureau__path", "schedule")
        .annotate(rows=Max("total"))
        .order_by("bureau__path")
        .values_list("bureau", "rows")
    )
    sizes: dict[int, int] = {}
    for bureau, number in rows:
        sizes[bureau] = max(sizes.get(bureau, 0), number)
    pages: list[list[int]] = []
    room = 0
    for bureau, number in sizes.items():
        if not pages or number > room:
            pages.append([])
            room = UNITS_A_PAGE
        pages[-1].append(bureau)
        room -= number
    return pages or [[]]


class _Due(NamedTuple):
    """A due as the query gives it: no model is made of it."""

    pk: int
    bureau_id: int
    unit_id: int
    person_id: int | None
    person__name: str | None
    schedule_id: int
    version_id: int
    number: int
    name_month: int | None
    period_first: date
    period_last: date
    met_on: date | None
    met_late_on: date | None
    waived_on: date | None
    verdict: str

    def cell(self) -> GridCell:
        settled = {"met": self.met_on, "met_late": self.met_late_on, "waived": self.waived_on}
        return GridCell(self.pk, self.verdict, settled.get(self.verdict))


def grid_of(
    scope: Scope,
    *,
    schedules: Sequence[Schedule],
    year: int,
    on: date,
    bureaus: Sequence[int] = (),
    unit: int | None = None,
) -> list[Block]:
    """The dues of these schedules in the year as one table each, as of a day: three queries.

    ``bureaus`` and ``unit`` narrow it (none: all of the scope). Every due that ``dues_for`` gives
    stands in exactly one cell. Schedules without dues there give no table.
    """
    rows = dues_for(scope, on=on, year=year, unit=unit)
    rows = rows.filter(schedule__in=[each.pk for each in schedules])
    if bureaus:
        rows = rows.filter(bureau__in=list(bureaus))
    dues = list(map(_Due._make, rows.order_by().values_list(*_Due._fields)))
    versions = ScheduleVersion.objects.in_bulk({due.version_id for due in dues})
    units = Unit.objects.in_bulk({pk for due in dues for pk in (due.unit_id, due.bureau_id)})
    by_schedule: dict[int, list[_Due]] = defaultdict(list)
    for due in dues:
        by_schedule[due.schedule_id].append(due)
    return [
        _block(schedule, by_schedule[schedule.pk], versions, units, year)
        for schedule in schedules
        if schedule.pk in by_schedule
    ]


def _block(
    schedule: Schedule,
    dues: list[_Due],
    versions: dict[int, ScheduleVersion],
    units: dict[int, Unit],
    year: int,
) -> Block:
    used = {due.version_id for due in dues}
    rhythms = {pk: rhythm_of(versions[pk], schedule.set) for pk in used}
    columns = _columns(dues, rhythms, year)
    place = {column.first: number for number, column in enumerate(columns)}
    width = len(columns)
    rows: dict[tuple[int, int], UnitRow] = {}
    sums: dict[int, Sums] = {}
    people = 0
    for due in dues:
        row = rows.get((due.bureau_id, due.unit_id))
        if row is None:
            row = UnitRow(units[due.unit_id], [None] * width, Sums.over(width))
            rows[due.bureau_id, due.unit_id] = row
            sums.setdefault(due.bureau_id, Sums.over(width))
        column = place[due.period_first]
        row.sums.add(column, due.verdict)
        sums[due.bureau_id].add(column, due.verdict)
        if due.person_id is None:
            row.cells[column] = due.cell()
            continue
        who = row.people.get(due.person_id)
        if who is None:
            who = PersonRow(due.person_id, due.person__name or "", [None] * width, Sums.over(width))
            row.people[due.person_id] = who
            people += 1
        who.cells[column] = due.cell()
        who.sums.add(column, due.verdict)
    latest = versions[max(dues, key=lambda due: due.period_first).version_id]
    return Block(
        schedule=schedule,
        rhythm=latest.rhythm,
        counted_in=CountedIn(latest.counted_in),
        columns=columns,
        bureaus=[
            BureauRows(
                units[bureau],
                sorted(
                    (row for (of, _unit), row in rows.items() if of == bureau),
                    key=lambda row: row.unit.path,
                ),
                sums[bureau],
            )
            for bureau in sorted(sums, key=lambda pk: units[pk].path)
        ],
        people=people,
    )


def _columns(dues: list[_Due], rhythms: dict[int, Rhythm], year: int) -> list[GridColumn]:
    """The periods of the dues by their first days, which tell them apart within a schedule."""
    found: dict[date, _Due] = {}
    for due in dues:
        found.setdefault(due.period_first, due)
    columns = []
    for first, due in sorted(found.items()):
        period = Period(first, due.period_last)
        numbered = NumberedPeriod(due.number, period, year, due.name_month)
        rhythm = rhythms[due.version_id]
        columns.append(GridColumn(numbered, rhythm, period_label(numbered, rhythm)))
    return columns


def bureaus_to_choose(scope: Scope, most: int) -> list[Unit]:
    """The bureaus of the scope that keep a ledger, one more than may be chosen from."""
    rows: QuerySet[Unit] = scope.limit(Unit.objects.filter(Q(bureau=F("pk"))))
    return list(rows.filter(ledger_from__isnull=False).order_by("path")[: most + 1])
