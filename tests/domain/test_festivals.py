"""Spring Festival and National Day 2023–2026, counted by hand from the notices of the State
Council: days off and the days worked instead of them (调休)."""

from datetime import date, timedelta

import pytest
from chinese_calendar import constants

from reports.domain.calendar import NO_HOLIDAYS, Holidays
from reports.domain.dues import Held, ReasonCode, Verdict, awaits_until
from reports.domain.periods import Cadence, Period, Rhythm, period_holding
from reports.domain.preview import PreviewFacts, PreviewRule, preview

CHINA = Holidays.of(constants.holidays, constants.workdays)
WEEKLY = PreviewRule(Rhythm(Cadence.WEEK), holidays=CHINA)
FREE_WEEK = date(2026, 2, 16)


def d(text):
    return date.fromisoformat(text)


def week_from(monday):
    return Period(monday, monday + timedelta(days=6))


@pytest.mark.parametrize(
    ("monday", "workdays"),
    [
        # 2023: off 21–27 January, worked 28 and 29.
        ("2023-01-16", 5),
        ("2023-01-23", 2),
        # Off 29 September–6 October, worked 7 and 8.
        ("2023-09-25", 4),
        ("2023-10-02", 2),
        # 2024: off 10–17 February, worked 4 and 18.
        ("2024-01-29", 6),
        ("2024-02-05", 5),
        ("2024-02-12", 1),
        # Off 1–7 October, worked 29 September and 12 October.
        ("2024-09-23", 6),
        ("2024-09-30", 1),
        ("2024-10-07", 5),
        # 2025: off 28 January–4 February, worked 26 January and 8 February.
        ("2025-01-20", 6),
        ("2025-01-27", 1),
        ("2025-02-03", 4),
        # Off 1–8 October, worked 28 September and 11 October.
        ("2025-09-22", 6),
        ("2025-09-29", 2),
        ("2025-10-06", 3),
        # 2026: off 15–23 February, worked 14 and 28.
        ("2026-02-09", 6),
        ("2026-02-16", 0),
        ("2026-02-23", 5),
        # Off 1–7 October, worked 20 September and 10 October.
        ("2026-09-14", 6),
        ("2026-09-28", 3),
        ("2026-10-05", 3),
    ],
)
def test_workdays_of_a_festival_week(monday, workdays):
    week = week_from(d(monday))

    assert week.first.weekday() == 0
    assert CHINA.workdays_in(week) == workdays
    assert NO_HOLIDAYS.workdays_in(week) == 5


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2023-01-28", True),  # Saturday
        ("2023-01-29", True),  # Sunday
        ("2023-01-27", False),  # Friday
        ("2024-02-09", True),  # the eve, a Friday, is no day off
        ("2024-02-18", True),  # Sunday
        ("2025-10-06", False),  # Mid-Autumn within National Day
        ("2025-10-11", True),  # Saturday
        ("2026-02-28", True),  # Saturday
        ("2026-03-01", False),  # Sunday
    ],
)
def test_a_day_beside_a_festival(day, worked):
    assert CHINA.is_workday(d(day)) is worked


def test_of_four_years_one_week_has_no_workday():
    weeks = [row for year in range(2023, 2027) for row in preview(WEEKLY, year, date(2027, 1, 31))]

    excused = [row for row in weeks if row.verdict == Verdict.NOT_APPLICABLE]

    assert [row.numbered.period.first for row in excused] == [FREE_WEEK]
    assert [row.numbered.number for row in excused] == [8]
    assert {row.reason.code for row in excused} == {ReasonCode.NO_WORKDAY}
    assert {row.verdict for row in weeks} == {Verdict.NOT_APPLICABLE, Verdict.MISSED}


def test_a_meeting_held_in_the_free_week_counts():
    held = PreviewFacts([Held(date(2026, 2, 18))])

    before, after = (preview(WEEKLY, 2026, date(2026, 2, day), held)[7].verdict for day in (17, 18))

    assert (before, after) == (Verdict.NOT_APPLICABLE, Verdict.MET)


@pytest.mark.parametrize("cadence", [each for each in Cadence if each != Cadence.WEEK])
def test_no_longer_period_is_without_a_workday(cadence):
    rule = PreviewRule(Rhythm(cadence), holidays=CHINA)

    found = {
        row.verdict for year in range(2023, 2027) for row in preview(rule, year, d("2022-01-01"))
    }

    assert found == {Verdict.UPCOMING}


@pytest.mark.parametrize(
    ("cadence", "day", "recording_days", "until"),
    [
        # Monday 9–15 February: 24, 25, 26, 27 and Saturday 28 are worked.
        (Cadence.WEEK, "2026-02-09", 5, "2026-02-28"),
        (Cadence.WEEK, "2026-02-16", 1, "2026-02-24"),
        (Cadence.WEEK, "2026-02-09", 0, "2026-02-15"),
        # It ends on a Sunday that is worked.
        (Cadence.WEEK, "2024-02-12", 5, "2024-02-23"),
        # The month ends within the holiday: 5, 6, 7, Saturday 8, 10 February.
        (Cadence.MONTH, "2025-01-15", 5, "2025-02-10"),
        # 7, 8, 9, 10, 11 October.
        (Cadence.MONTH, "2023-09-15", 5, "2023-10-11"),
        # 8, 9, Saturday 10, 12, 13 October.
        (Cadence.MONTH, "2026-09-15", 5, "2026-10-13"),
        # 9, 10, Saturday 11, 13, 14 October.
        (Cadence.QUARTER, "2025-09-15", 5, "2025-10-14"),
        # 1–3 January are off, Sunday 4 is worked.
        (Cadence.YEAR, "2025-09-15", 5, "2026-01-08"),
    ],
)
def test_a_record_is_awaited_over_the_holiday(cadence, day, recording_days, until):
    period = period_holding(d(day), cadence).period

    assert awaits_until(period, recording_days, CHINA) == d(until)


def test_a_record_missing_over_the_holiday_is_missed_once_the_days_are_over():
    """Week 7 ends on 15 February; its five recording days on the 28th."""
    rule = PreviewRule(Rhythm(Cadence.WEEK), recording_days=5, holidays=CHINA)
    days = [date(2026, 2, 15), date(2026, 2, 16), date(2026, 2, 28), date(2026, 3, 1)]

    found = [preview(rule, 2026, day)[6].verdict.value for day in days]

    assert found == ["open", "awaiting", "awaiting", "missed"]
