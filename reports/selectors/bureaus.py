"""What the page of one bureau, or of one unit, shows: a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from reports.domain.dues import DueReason, Verdict, reason
from reports.domain.periods import Cadence, NumberedPeriod, YearStart
from reports.domain.progress import NOTHING, Tally
from reports.models import AnnualReport, Appointment, Due, Unit
from reports.models.choices import period_label
from reports.models.people import FIRST_PERSON
from reports.selectors.progress import PeriodCell


@dataclass(frozen=True, slots=True)
class DueCell:
    """One due of a strip, with its verdict and the reason as data."""

    pk: int
    first: date
    last: date
    verdict: Verdict
    reason: DueReason
    label: str


@dataclass(slots=True)
class ScheduleStrip:
    """The dues of one schedule for one unit in a year."""

    schedule_id: int
    name: str
    cadence: Cadence
    every: int
    words: str
    cells: list[DueCell] = field(default_factory=list)

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
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    every_verdict: list[Verdict] = []
    lacking = 0
    year_starts: set[tuple[int, int]] = set()
    dues = (
        Due.objects.filter(condition, year=year)
        .with_verdict(on)
        .select_related("schedule", "schedule__set", "version")
        .order_by(
            "schedule__set__position",
            "schedule__set_id",
            "schedule__position",
            "schedule_id",
            "period_first",
            "unit_id",
        )
        .only(
            *FIELDS_OF_DUE,
            "schedule__name",
            "schedule__words",
            "schedule__of_first_person",
            "schedule__set__name",
            "schedule__set__year_start_month",
            "schedule__set__year_start_day",
            "version__cadence",
            "version__every",
        )
    )
    for due in dues:
        verdict = Verdict(due.verdict)
        every_verdict.append(verdict)
        lacking += due.lacks_evidence > 0
        if due.unit_id == own_unit_id:
            strip = _own_strip(due, sets, first_person)
            strip.cells.append(_cell(due, verdict, on))
            continue
        row = rows.get(due.unit_id)
        if row is None:
            continue
        of = due.schedule.set
        year_starts.add((of.year_start_month, of.year_start_day))
        row.strips.setdefault(due.schedule_id, []).append(
            PeriodCell(due.period_first, due.period_last, verdict.value)
        )
        verdicts[due.unit_id].append(verdict)
        row.lacking += due.lacks_evidence > 0
    for unit_id, seen in verdicts.items():
        rows[unit_id].tally = Tally.of(seen)
    return UnitDues(
        sets=list(sets.values()),
        first_person=list(first_person.values()),
        by_unit=rows,
        tally=Tally.of(every_verdict),
        lacking=lacking,
        planned=bool(every_verdict),
        year_starts=year_starts,
    )


FIELDS_OF_DUE = (
    "unit_id",
    "schedule_id",
    "version_id",
    "number",
    "name_month",
    "year",
    "period_first",
    "period_last",
    "at_least",
    "awaits_until",
    "counted",
    "met_on",
    "met_late_on",
    "waived_on",
    "not_applicable_because",
    "not_applicable_on",
    "lacks_evidence",
)


def _own_strip(
    due: Due, sets: dict[int, SetFigure], first_person: dict[int, ScheduleStrip]
) -> ScheduleStrip:
    schedule = due.schedule
    if schedule.of_first_person:
        strips = first_person
    else:
        of = schedule.set
        figure = sets.get(of.pk)
        if figure is None:
            figure = sets[of.pk] = SetFigure(
                of.pk, of.name, (of.year_start_month, of.year_start_day)
            )
        strips = figure.strips
    strip = strips.get(schedule.pk)
    if strip is None:
        strip = strips[schedule.pk] = ScheduleStrip(
            schedule.pk,
            schedule.name,
            Cadence(due.version.cadence),
            due.version.every,
            schedule.words,
        )
    return strip


def _cell(due: Due, verdict: Verdict, on: date) -> DueCell:
    facts = due.facts
    return DueCell(
        due.pk,
        due.period_first,
        due.period_last,
        verdict,
        reason(facts, due.number, Cadence(due.version.cadence), on, due.counted),
        label_of(due),
    )


def label_of(due: Due) -> str:
    """What the due's period is called: 第12周（3月18日—24日）. Wants version and set loaded."""
    of = due.schedule.set
    return period_label(
        NumberedPeriod(due.number, due.period, due.year, due.name_month),
        Cadence(due.version.cadence),
        due.version.every,
        YearStart(of.year_start_month, of.year_start_day),
    )


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
