"""What the page of one bureau, or of one unit, shows: a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from reports.domain.dues import (
    CountedIn,
    DueFacts,
    DueReason,
    NotApplicable,
    Verdict,
    reason,
)
from reports.domain.periods import (
    NumberedPeriod,
    Period,
    Rhythm,
    YearStart,
)
from reports.domain.progress import NOTHING, Tally
from reports.models import AnnualReport, Appointment, Due, Unit
from reports.models.choices import period_label
from reports.models.people import FIRST_PERSON
from reports.models.schedules import RHYTHM
from reports.selectors.progress import LOUDEST, PeriodCell
from reports.selectors.rules import rhythm_of


def loudest(verdicts: Iterable[Verdict]) -> Verdict:
    """Of several verdicts the one that someone must look at first."""
    found = set(verdicts)
    return next((v for v in LOUDEST if v in found), Verdict.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class DueCell:
    """One due of a strip, with its verdict and the reason as data."""

    pk: int
    first: date
    last: date
    verdict: Verdict
    reason: DueReason
    label: str
    merged: int = 0
    person: str = ""


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """One period that each of several people owes: the loudest verdict, and who stands how."""

    first: date
    last: date
    verdict: Verdict
    label: str
    people: tuple[tuple[str, Verdict], ...]

    @property
    def lacking(self) -> list[str]:
        """Who has not done it, where it is over or running."""
        unmet = {Verdict.MISSED, Verdict.AWAITING, Verdict.OPEN}
        return [name for name, verdict in self.people if verdict in unmet]

    @property
    def done(self) -> int:
        return sum(verdict in (Verdict.MET, Verdict.MET_LATE) for _name, verdict in self.people)


@dataclass(slots=True)
class ScheduleStrip:
    """The dues of one schedule for one unit in a year; of several people, a cell for each due."""

    schedule_id: int
    name: str
    rhythm: Rhythm
    words: str
    cells: list[DueCell] = field(default_factory=list)

    @property
    def coverage(self) -> list[CoverageCell]:
        """Where people owe it: one cell a period, in order. Empty where the unit owes it."""
        if not any(cell.person for cell in self.cells):
            return []
        periods: dict[date, list[DueCell]] = defaultdict(list)
        for cell in self.cells:
            periods[cell.first].append(cell)
        return [
            CoverageCell(
                cells[0].first,
                cells[0].last,
                loudest([cell.verdict for cell in cells]),
                cells[0].label,
                tuple((cell.person, cell.verdict) for cell in cells),
            )
            for _first, cells in sorted(periods.items())
        ]

    @property
    def tally(self) -> Tally:
        return Tally.of(cell.verdict for cell in self.cells)


@dataclass(slots=True)
class SetFigure:
    """The schedules of one set that a unit itself owes."""

    set_id: int
    name: str
    year_start: tuple[int, int]
    strips: dict[int, ScheduleStrip] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        return sum((strip.tally for strip in self.strips.values()), NOTHING)


@dataclass(slots=True)
class UnitRow:
    """What a unit below owes in the year, as small strips."""

    unit: Unit
    strips: dict[int, list[PeriodCell]] = field(default_factory=dict)
    tally: Tally = NOTHING
    lacking: int = 0


@dataclass(slots=True)
class UnitDues:
    """All dues of a bureau in a year, split into its own and those of the units below."""

    sets: list[SetFigure]
    first_person: list[ScheduleStrip]
    by_unit: dict[int, UnitRow]
    tally: Tally
    lacking: int
    planned: bool
    year_starts: set[tuple[int, int]]


def dues_of_units(
    condition: Q, *, own_unit_id: int, year: int, on: date, units: Iterable[Unit]
) -> UnitDues:
    """The dues that fulfil the condition in the year: one query.

    Those of ``own_unit_id`` come as figures with every cell and its reason, the others as small
    strips by unit.
    """
    rows = {unit.pk: UnitRow(unit) for unit in units}
    sets: dict[int, SetFigure] = {}
    first_person: dict[int, ScheduleStrip] = {}
    verdicts: dict[int, list[str]] = defaultdict(list)
    lacking = 0
    year_starts: set[tuple[int, int]] = set()
    rhythms: dict[int, Rhythm] = {}
    dues = (
        Due.objects.filter(condition, year=year)
        .with_verdict(on)
        .order_by(
            "schedule__set__position",
            "schedule__set_id",
            "schedule__position",
            "schedule_id",
            "period_first",
            "unit_id",
        )
        .values_list(*_SMALL, *_LARGE)
    )
    for unit_id, schedule_id, first, last, verdict, lacks, month, day, *large in dues:
        verdicts[unit_id].append(verdict)
        lacking += lacks > 0
        if unit_id == own_unit_id:
            found = _Own(*large, schedule_id, Period(first, last), verdict, (month, day))
            strip = found.strip(sets, first_person)
            rhythm = rhythms.get(found.version_id)
            if rhythm is None:
                rhythm = rhythms[found.version_id] = found.rhythm
            strip.cells.append(found.cell(on, rhythm))
        elif unit_id in rows:
            year_starts.add((month, day))
            row = rows[unit_id]
            strip = row.strips.setdefault(schedule_id, [])
            if strip and strip[-1][:2] == (first, last):
                # Of several people in one period the cell shows the loudest.
                verdict = loudest([Verdict(strip.pop()[2]), Verdict(verdict)]).value
            strip.append((first, last, verdict))
            row.lacking += lacks > 0
    tallies = {unit_id: Tally.of(map(Verdict, seen)) for unit_id, seen in verdicts.items()}
    for unit_id, row in rows.items():
        row.tally = tallies.get(unit_id, NOTHING)
    return UnitDues(
        sets=list(sets.values()),
        first_person=list(first_person.values()),
        by_unit=rows,
        tally=sum(tallies.values(), NOTHING),
        lacking=lacking,
        planned=bool(verdicts),
        year_starts=year_starts,
    )


# What the small strips need of a due, and what the large figures need besides.
_SMALL = (
    "unit_id",
    "schedule_id",
    "period_first",
    "period_last",
    "verdict",
    "lacks_evidence",
    "schedule__set__year_start_month",
    "schedule__set__year_start_day",
)
_LARGE = (
    "pk",
    "person__name",
    "version_id",
    "number",
    "name_month",
    "year",
    "at_least",
    "at_most",
    "counted_in",
    "counted",
    "merged",
    "awaits_until",
    "met_on",
    "met_late_on",
    "waived_on",
    "not_applicable_because",
    "not_applicable_on",
    "version__cadence",
    "version__every",
    *(f"version__{name}" for name in RHYTHM),
    "schedule__name",
    "schedule__words",
    "schedule__of_first_person",
    "schedule__set_id",
    "schedule__set__name",
)


@dataclass(frozen=True, slots=True)
class _Own:
    """A due that the unit itself owes, as the query gives it: no model is made of it."""

    pk: int
    person_name: str | None
    version_id: int
    number: int
    name_month: int | None
    year: int
    at_least: int
    at_most: int | None
    counted_in: str
    counted: int
    merged: int
    awaits_until: date
    met_on: date | None
    met_late_on: date | None
    waived_on: date | None
    because: str
    not_applicable_on: date | None
    cadence: str
    every: int
    months: list[int]
    parity: str
    window: str
    window_days: int | None
    window_month: int | None
    window_day: int | None
    name: str
    words: str
    of_first_person: bool
    set_id: int
    set_name: str
    schedule_id: int
    period: Period
    verdict: str
    year_start: tuple[int, int]

    def strip(
        self, sets: dict[int, SetFigure], first_person: dict[int, ScheduleStrip]
    ) -> ScheduleStrip:
        """The strip it belongs to, made when it is the first."""
        strips = first_person
        if not self.of_first_person:
            new = SetFigure(self.set_id, self.set_name, self.year_start)
            strips = sets.setdefault(self.set_id, new).strips
        if self.schedule_id not in strips:
            strips[self.schedule_id] = ScheduleStrip(
                self.schedule_id, self.name, self.rhythm, self.words
            )
        return strips[self.schedule_id]

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm.of(
            self.cadence,
            self.every,
            YearStart(*self.year_start),
            **{name: getattr(self, name) for name in RHYTHM},
        )

    def cell(self, on: date, rhythm: Rhythm) -> DueCell:
        """The cell with its verdict, the reason as data and the name of its period."""
        facts = DueFacts(
            period=self.period,
            at_least=self.at_least,
            awaits_until=self.awaits_until,
            met_on=self.met_on,
            met_late_on=self.met_late_on,
            waived_on=self.waived_on,
            not_applicable_because=NotApplicable(self.because) if self.because else None,
            not_applicable_on=self.not_applicable_on,
        )
        numbered = NumberedPeriod(self.number, self.period, self.year, self.name_month)
        return DueCell(
            self.pk,
            self.period.first,
            self.period.last,
            Verdict(self.verdict),
            reason(
                facts,
                self.number,
                rhythm.cadence,
                on,
                self.counted,
                counted_in=CountedIn(self.counted_in),
                at_most=self.at_most,
            ),
            period_label(numbered, rhythm),
            self.merged,
            self.person_name or "",
        )


def label_of(due: Due) -> str:
    """What the due's period is called: 第12周（3月18日—24日）. Wants version and set loaded."""
    return period_label(due.numbered, rhythm_of(due.version, due.schedule.set))


def appointments_in(units: Iterable[int], day: date) -> list[Appointment]:
    """Who holds what in the units on that day, in the order of the posts: one query."""
    return list(
        Appointment.objects.filter(unit__in=list(units))
        .in_office_on(day)
        .select_related("person", "post")
        .order_by("post__position", "first_day", "pk")
    )


def with_head(bureaus: QuerySet[Unit], day: date) -> QuerySet[Unit]:
    """Each bureau with the name of its first responsible person on that day, and if acting."""
    held = (
        Appointment.objects.filter(unit=OuterRef("pk"), post__code=FIRST_PERSON)
        .in_office_on(day)
        .order_by("-first_day", "-pk")
    )
    return bureaus.annotate(
        head_name=Subquery(held.values("person__name")[:1]),
        head_acting=Subquery(held.values("acting")[:1]),
    )


def with_report(units: QuerySet[Unit], year: int) -> QuerySet[Unit]:
    """Each unit with the key and the state of its annual report of the year, if it files one."""
    report = AnnualReport.objects.filter(bureau=OuterRef("pk"), year=year)
    return units.annotate(
        report_pk=Subquery(report.values("pk")), report_state=Subquery(report.values("state"))
    )
