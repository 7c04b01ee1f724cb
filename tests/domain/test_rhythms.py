"""Rhythms of every shape: named months, odd weeks, due dates; each checked by hand."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.periods import (
    JANUARY,
    NAMED_IN_MONTHS,
    Cadence,
    Parity,
    Period,
    Rhythm,
    Window,
    WindowKind,
    YearStart,
    assessment_year,
    periods_of_year,
)

STARTS = st.builds(YearStart, st.integers(1, 12), st.integers(1, 28))
YEARS = st.integers(2000, 2100)
NOVEMBER = YearStart(11, 1)


def after(days):
    return Window(WindowKind.AFTER, days=days)


def until(month, day):
    return Window(WindowKind.UNTIL, month=month, day=day)


def by_day(day):
    return Window(WindowKind.BY_DAY, day=day)


def spans(rhythm, year=2026):
    return [(each.period.first, each.period.last) for each in rhythm.periods_of(year)]


def p(first, last, year=2026):
    return date(year, *first), date(year, *last)


@given(YEARS, STARTS)
def test_odd_and_even_weeks_share_the_weeks_of_a_year(year, start):
    odd, even = (Rhythm(Cadence.WEEK, 1, start, parity=parity) for parity in Parity)

    both = odd.periods_of(year) + even.periods_of(year)

    assert sorted(both) == periods_of_year(year, Cadence.WEEK, 1, start)
    assert all(each.number % 2 == 1 for each in odd.periods_of(year))


@given(YEARS, STARTS, st.sampled_from(sorted(NAMED_IN_MONTHS)))
def test_the_twelve_months_share_the_periods_of_a_year(year, start, cadence):
    parts = [
        each
        for month in range(1, 13)
        for each in Rhythm(cadence, 1, start, frozenset({month})).periods_of(year)
    ]

    assert sorted(parts) == periods_of_year(year, cadence, 1, start)


@given(
    YEARS,
    STARTS,
    st.sampled_from(list(Cadence)),
    st.integers(1, 6),
    st.integers(1, 40),
)
def test_due_dates_after_a_period_never_overlap(year, start, cadence, every, days):
    try:
        rhythm = Rhythm(cadence, every, start, window=after(days))
    except ValueError:
        return
    plain = Rhythm(cadence, every, start)
    # The last period of a year may be shorter than the others; its successor may then overlap.
    whole = [each for each in plain.periods_of(year) if each.period.days >= days]

    found = rhythm.periods_of(year) + rhythm.periods_of(year + 1)

    assert [each.number for each in rhythm.periods_of(year)] == list(
        range(1, len(plain.periods_of(year)) + 1)
    )
    assert all(each.period.days == days for each in found)
    firsts = [each.period.first for each in found]
    assert firsts == sorted(set(firsts))
    if len(whole) == len(plain.periods_of(year)):
        this = rhythm.periods_of(year)
        pairs = itertools.pairwise(this)
        assert all(one.period.last < other.period.first for one, other in pairs)


@pytest.mark.parametrize(
    ("rhythm", "expected"),
    [
        (
            Rhythm(Cadence.QUARTER, window=after(15)),
            [p((1, 1), (1, 15)), p((4, 1), (4, 15)), p((7, 1), (7, 15)), p((10, 1), (10, 15))],
        ),
        (Rhythm(Cadence.YEAR, window=until(3, 31)), [p((1, 1), (3, 31))]),
        (Rhythm(Cadence.YEAR, window=until(2, 29)), [p((1, 1), (2, 28))]),
        (
            Rhythm(Cadence.YEAR, start=NOVEMBER, window=until(3, 31)),
            [(date(2025, 11, 1), date(2026, 3, 31))],
        ),
        (
            Rhythm(Cadence.QUARTER, window=by_day(20)),
            [p((1, 1), (3, 20)), p((4, 1), (6, 20)), p((7, 1), (9, 20)), p((10, 1), (12, 20))],
        ),
        (
            Rhythm(Cadence.HALF_YEAR, window=by_day(31)),
            [p((1, 1), (6, 30)), p((7, 1), (12, 31))],
        ),
        (
            Rhythm(Cadence.MONTH, months=frozenset({3, 11})),
            [p((3, 1), (3, 31)), p((11, 1), (11, 30))],
        ),
    ],
)
def test_periods_of_2026(rhythm, expected):
    assert spans(rhythm) == expected


def test_the_day_of_a_month_that_is_shorter_is_its_last():
    months = spans(Rhythm(Cadence.MONTH, window=by_day(30)))

    assert months[1] == p((2, 1), (2, 28))
    assert months[3] == p((4, 1), (4, 30))
    assert months[4] == p((5, 1), (5, 30))


def test_months_of_a_year_from_the_21st_are_named_after_their_15th_day():
    """21 October to 20 November is November; of named months only those are owed."""
    rhythm = Rhythm(Cadence.MONTH, 1, YearStart(10, 21), frozenset({11}))

    assert spans(rhythm) == [(date(2025, 10, 21), date(2025, 11, 20))]


@pytest.mark.parametrize(
    ("year", "start", "first", "last", "weeks"),
    [
        (2020, JANUARY, date(2019, 12, 30), date(2021, 1, 3), 53),
        (2026, JANUARY, date(2025, 12, 29), date(2027, 1, 3), 53),
        (2025, JANUARY, date(2024, 12, 30), date(2025, 12, 28), 52),
        (2026, NOVEMBER, date(2025, 11, 3), date(2026, 11, 1), 52),
        (2026, YearStart(10, 21), date(2025, 10, 20), date(2026, 10, 18), 52),
    ],
)
def test_weeks_over_the_new_year(year, start, first, last, weeks):
    found = Rhythm(Cadence.WEEK, start=start).periods_of(year)

    assert (found[0].period.first, found[-1].period.last, len(found)) == (first, last, weeks)
    thursdays = [each.period.first + timedelta(days=3) for each in found]
    whole = assessment_year(year, start)
    assert all(day in whole for day in thursdays)
    assert thursdays[0] - timedelta(days=7) not in whole
    assert thursdays[-1] + timedelta(days=7) not in whole


@pytest.mark.parametrize(
    ("rhythm", "number", "expected"),
    [
        (Rhythm(Cadence.MONTH), 12, date(2027, 1, 31)),
        (Rhythm(Cadence.MONTH, months=frozenset({3, 11})), 3, date(2026, 4, 30)),
        (Rhythm(Cadence.WEEK, parity=Parity.ODD), 1, date(2026, 1, 11)),
        (Rhythm(Cadence.QUARTER, window=after(15)), 1, date(2026, 4, 15)),
        (Rhythm(Cadence.QUARTER, window=after(15)), 4, date(2027, 1, 15)),
        (Rhythm(Cadence.MONTH, every=5), 3, date(2027, 5, 31)),
    ],
)
def test_until_when_the_next_period_runs(rhythm, number, expected):
    numbered = next(each for each in rhythm.periods_of(2026) if each.number == number)

    assert rhythm.make_up_end(numbered) == expected


def test_a_due_date_is_called_after_the_period_it_answers_for():
    rhythm = Rhythm(Cadence.QUARTER, window=after(15))

    names = [rhythm.name_of(each) for each in rhythm.periods_of(2026)]

    assert [(name.first, name.year, name.of_last_year) for name in names] == [
        (4, 2025, True),
        (1, 2026, False),
        (2, 2026, False),
        (3, 2026, False),
    ]
    assert rhythm.base_of(rhythm.periods_of(2026)[0]).period == Period(
        date(2025, 10, 1), date(2025, 12, 31)
    )


@pytest.mark.parametrize(
    "given_",
    [
        {"cadence": Cadence.MONTH, "every": 0},
        {"cadence": Cadence.MONTH, "months": frozenset({13})},
        {"cadence": Cadence.QUARTER, "months": frozenset({3})},
        {"cadence": Cadence.MONTH, "every": 2, "months": frozenset({3})},
        {"cadence": Cadence.MONTH, "parity": Parity.ODD},
        {"cadence": Cadence.WEEK, "every": 2, "parity": Parity.ODD},
        {"cadence": Cadence.MONTH, "window": until(3, 31)},
        {"cadence": Cadence.WEEK, "window": by_day(20)},
        {"cadence": Cadence.QUARTER, "window": after(91)},
        {"cadence": Cadence.MONTH, "months": frozenset({3}), "window": after(5)},
    ],
)
def test_a_rhythm_without_clear_periods_is_refused(given_):
    with pytest.raises(ValueError, match=r"\w"):
        Rhythm(**given_)


@pytest.mark.parametrize(
    "given_", [(WindowKind.AFTER, 0), (WindowKind.UNTIL, 0, 13, 1), (WindowKind.BY_DAY, 0, 0, 32)]
)
def test_a_window_without_a_day_is_refused(given_):
    with pytest.raises(ValueError, match=r"\w"):
        Window(*given_)
