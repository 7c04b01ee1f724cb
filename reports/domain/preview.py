"""What a schedule would ask of one unit in one year: the dues before any of them is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from reports.domain.calendar import NO_HOLIDAYS, Holidays
from reports.domain.dues import (
    CountedIn,
    DueFacts,
    DueReason,
    Held,
    Owing,
    Verdict,
    awaits_until,
    count_held,
    counted_on,
    not_applicable,
    owes,
    reason,
)
from reports.domain.periods import NumberedPeriod, Period, Rhythm


@dataclass(frozen=True, slots=True)
class PreviewRule:
    """The rhythm to look at, and the unit's life; ``closed_on`` is its last day.

    ``at_least`` and ``at_most`` are times, or minutes where that is what is counted.
    """

    rhythm: Rhythm
    at_least: int = 1
    at_most: int | None = None
    counted_in: CountedIn = CountedIn.TIMES
    recording_days: int = 0
    opened_on: date | None = None
    closed_on: date | None = None
    holidays: Holidays = NO_HOLIDAYS


@dataclass(frozen=True, slots=True)
class PreviewFacts:
    """What happened: held, and by the first day of their period made up and waived."""

    held: Iterable[Held] = ()
    made_up: Mapping[date, Iterable[Held]] = field(default_factory=dict)
    waived: Mapping[date, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One period with what is said of it."""

    numbered: NumberedPeriod
    at_least: int
    counted: int
    verdict: Verdict
    reason: DueReason


def preview(
    rule: PreviewRule, year: int, on: date, happened: PreviewFacts | None = None
) -> list[PreviewRow]:
    """The periods of a year with their verdicts on a day; what happens later does not exist.

    A meeting counts for the period that holds its day, one given as made up for the period it is
    given to. A closing after ``on`` is not known yet; an opening may lie ahead.
    """
    happened = happened or PreviewFacts()
    held = sorted(happened.held)
    return [_row(rule, numbered, on, held, happened) for numbered in rule.rhythm.periods_of(year)]


def _row(
    rule: PreviewRule,
    numbered: NumberedPeriod,
    on: date,
    held: list[Held],
    happened: PreviewFacts,
) -> PreviewRow:
    period = numbered.period
    made_up = list(happened.made_up.get(period.first, ()))
    count = count_held(period, rule.at_least, held, made_up)
    because, known_since = not_applicable(
        _owing(rule, period, on), has_workday=rule.holidays.has_workday(period)
    )
    facts = DueFacts(
        period=period,
        at_least=rule.at_least,
        awaits_until=awaits_until(period, rule.recording_days, rule.holidays),
        met_on=count.met_on,
        met_late_on=count.met_late_on,
        waived_on=happened.waived.get(period.first),
        not_applicable_because=because,
        not_applicable_on=known_since,
    )
    counted = counted_on(period, held, made_up, on)
    why = reason(
        facts,
        numbered.number,
        rule.rhythm.cadence,
        on,
        counted,
        counted_in=rule.counted_in,
        at_most=rule.at_most,
    )
    return PreviewRow(numbered, rule.at_least, counted, why.verdict, why)


def _owing(rule: PreviewRule, period: Period, on: date) -> Owing:
    """Looked at alone, the schedule and the ledger have always begun."""
    closing_known = rule.closed_on is not None and rule.closed_on <= on
    return owes(
        period,
        version_from=period.first,
        ledger_from=period.first,
        opened_on=rule.opened_on,
        closed_on=rule.closed_on if closing_known else None,
    )
