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
)
from reports.domain.progress import NOTHING, Tally
from reports.models import (
    AnnualReport,
    Appointment,
    Due,
    Schedule,
    ScheduleVersion,
    Unit,
)
from reports.models.choices import period_label
from reports.models.people import FIRST_PERSON
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
    """The dues that fulfil the condition in the year, and their rules: two queries.

    Those of ``own_unit_id`` come as figures with every cell and its reason, the others as small
    strips by unit.
    """
    rows = {unit.pk: UnitRow(unit) for unit in units}
    sets: dict[int, SetFigure] = {}
    first_person: dict[int, ScheduleStrip] = {}
    verdicts: dict[int, list[str]] = defaultdict(list)
    lacking = 0
    year_starts: set[tuple[int, int]] = set()
    # Some hundred dues share a few rules: read beside them, not joined to each.
    dues = Due.objects.filter(condition, year=year).with_verdict(on).order_by()
    found = list(dues.order_by("period_first", "unit_id", "pk").values_list(*_SMALL, *_LARGE))
    rules = _rules({row[_VERSION] for row in found})
    in_order = {pk: place for place, pk in enumerate(rules)}
    found.sort(key=lambda row: in_order[row[_VERSION]])
    for unit_id, schedule_id, first, last, verdict, lacks, version_id, *large in found:
        rule = rules[version_id]
        verdicts[unit_id].append(verdict)
        lacking += lacks > 0
        if unit_id == own_unit_id:
            strip = _strip(rule, sets, first_person)
            strip.cells.append(_Own(*large, Period(first, last), verdict).cell(on, rule.rhythm))
        elif unit_id in rows:
            year_starts.add(rule.year_start)
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
    "version_id",
)
_VERSION = _SMALL.index("version_id")
_LARGE = (
    "pk",
    "person__name",
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
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a figure needs to know of a version."""

    schedule: Schedule
    rhythm: Rhythm
    year_start: tuple[int, int]


def _rules(version_ids: Iterable[int]) -> dict[int, _Rule]:
    """The versions by key, in the order of their schedules: one query."""
    versions = ScheduleVersion.objects.filter(pk__in=version_ids).select_related("schedule__set")
    order = ("schedule__set__position", "schedule__set_id", "schedule__position", "schedule_id")
    return {
        version.pk: _Rule(
            version.schedule,
            rhythm_of(version, version.schedule.set),
            (version.schedule.set.year_start_month, version.schedule.set.year_start_day),
        )
        for version in versions.order_by(*order, "first_day")
    }


def _strip(
    rule: _Rule, sets: dict[int, SetFigure], first_person: dict[int, ScheduleStrip]
) -> ScheduleStrip:
    """The strip of the rule's schedule, made when it is the first."""
    schedule, strips = rule.schedule, first_person
    if not schedule.of_first_person:
        new = SetFigure(schedule.set_id, schedule.set.name, rule.year_start)
        strips = sets.setdefault(schedule.set_id, new).strips
    if schedule.pk not in strips:
        strips[schedule.pk] = ScheduleStrip(schedule.pk, schedule.name, rule.rhythm, schedule.words)
    return strips[schedule.pk]


@dataclass(frozen=True, slots=True)
class _Own:
    """A due that the unit itself owes, as the query gives it: no model is made of it."""

    pk: int
    person_name: str | None
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
    period: Period
    verdict: str

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
    held = Appointment.objects.filter(unit__in=list(units)).in_office_on(day)
    rows = held.select_related("person", "post", "home_unit")
    return list(rows.order_by("post__position", "first_day", "pk"))


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
    report = AnnualReport.objects.annual().filter(bureau=OuterRef("pk"), year=year)
    return units.annotate(
        report_pk=Subquery(report.values("pk")), report_state=Subquery(report.values("state"))
    )
