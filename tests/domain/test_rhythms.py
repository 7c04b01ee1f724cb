"""Rhythms of every shape: named months, odd weeks, due dates; each checked by hand."""

import itertools
from calendar import monthrange
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
    fewest_days,
    periods_of_year,
)

STARTS = st.builds(YearStart, st.integers(1, 12), st.integers(1, 28))
YEARS = st.integers(2000, 2100)
EVERYS = st.integers(1, 60)
MONTHS, MONTH_DAYS = st.integers(1, 12), st.integers(1, 31)
MONTH_OR_MORE = [Cadence.MONTH, Cadence.QUARTER, Cadence.HALF_YEAR, Cadence.YEAR]
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


@st.composite
def due_dates(draw):
    """A rhythm with a due date of any kind, as wide as the rules allow."""
    cadence, window = draw(
        st.tuples(st.sampled_from(list(Cadence)), st.just(None))
        | st.tuples(st.just(Cadence.YEAR), st.builds(until, MONTHS, MONTH_DAYS))
        | st.tuples(st.sampled_from(MONTH_OR_MORE), st.builds(by_day, MONTH_DAYS))
    )
    every = draw(EVERYS)
    if window is None:
        window = after(draw(st.integers(1, fewest_days(cadence, every))))
    return Rhythm(cadence, every, draw(STARTS), window=window)


@given(YEARS, due_dates())
def test_due_dates_never_overlap(year, rhythm):
    found = rhythm.periods_of(year) + rhythm.periods_of(year + 1)

    pairs = itertools.pairwise(each.period for each in found)
    assert [(one, other) for one, other in pairs if one.last >= other.first] == []


def bases_of(rhythm, year):
    """The plain periods that the due dates of a year answer for."""
    plain = Rhythm(rhythm.cadence, rhythm.every, rhythm.start)
    if not rhythm.window.follows:
        return plain.periods_of(year)
    return [plain.periods_of(year - 1)[-1], *plain.periods_of(year)[:-1]]


@given(YEARS, due_dates())
def test_every_period_of_the_plain_rhythm_has_one_due_date(year, rhythm):
    bases = bases_of(rhythm, year)

    found = rhythm.periods_of(year)

    assert [(each.year, each.number, each.name_month) for each in found] == [
        (year, number, base.name_month) for number, base in enumerate(bases, start=1)
    ]
    if rhythm.window.follows:
        assert [rhythm.base_of(each) for each in found] == bases


@given(YEARS, due_dates())
def test_a_due_date_lies_where_its_kind_says(year, rhythm):
    kind, wanted = rhythm.window.kind, rhythm.window

    for each, numbered in zip(rhythm.periods_of(year), bases_of(rhythm, year), strict=True):
        base, found = numbered.period, each.period
        day = min(wanted.day, monthrange(found.last.year, found.last.month)[1])
        if kind == WindowKind.BY_DAY:
            assert (found.first, found.last.day) == (base.first, day)
            assert 0 <= (base.last - found.last).days <= 30
            continue
        assert found.first == base.last + timedelta(days=1)
        if kind == WindowKind.AFTER:
            assert found.days == wanted.days
        else:
            assert (found.last.month, found.last.day) == (wanted.month, day)
            assert found.days <= 366


@given(YEARS, STARTS, st.sampled_from(list(Cadence)), EVERYS)
def test_no_period_has_fewer_days_than_the_fewest(year, start, cadence, every):
    found = [each.period.days for each in periods_of_year(year, cadence, every, start)]

    assert min(found) >= fewest_days(cadence, every)


@pytest.mark.parametrize(
    ("cadence", "every", "days"),
    [
        (Cadence.WEEK, 1, 7),
        (Cadence.WEEK, 2, 7),  # week 53 stands alone
        (Cadence.WEEK, 5, 14),  # weeks 51 and 52, or 51 to 53
        (Cadence.HALF_MONTH, 1, 13),
        (Cadence.HALF_MONTH, 5, 52),
        (Cadence.MONTH, 1, 28),
        (Cadence.MONTH, 2, 56),
        (Cadence.MONTH, 5, 56),  # November and December
        (Cadence.QUARTER, 1, 89),  # February to April, of a year from 1 November
        (Cadence.QUARTER, 3, 89),
        (Cadence.HALF_YEAR, 1, 181),
        (Cadence.YEAR, 1, 365),
        (Cadence.YEAR, 3, 365),
    ],
)
def test_the_days_after_a_period_are_no_more_than_the_fewest_of_one(cadence, every, days):
    assert fewest_days(cadence, every) == days
    assert Rhythm(cadence, every, window=after(days)).window == after(days)
    with pytest.raises(ValueError, match="longer than the period"):
        Rhythm(cadence, every, window=after(days + 1))


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
        (
            Rhythm(Cadence.MONTH, window=by_day(20)),
            [p((month, 1), (month, 20)) for month in range(1, 13)],
        ),
        (
            Rhythm(Cadence.MONTH, 5, window=by_day(20)),
            [p((1, 1), (5, 20)), p((6, 1), (10, 20)), p((11, 1), (12, 20))],
        ),
        (
            Rhythm(Cadence.MONTH, 5, window=after(10)),
            [p((1, 1), (1, 10)), p((6, 1), (6, 10)), p((11, 1), (11, 10))],
        ),
        (
            Rhythm(Cadence.QUARTER, start=NOVEMBER, window=after(15)),
            [
                (date(2025, 11, 1), date(2025, 11, 15)),
                *(p((month, 1), (month, 15)) for month in (2, 5, 8)),
            ],
        ),
        (
            Rhythm(Cadence.HALF_YEAR, window=after(30)),
            [p((1, 1), (1, 30)), p((7, 1), (7, 30))],
        ),
        (Rhythm(Cadence.YEAR, window=until(12, 31)), [p((1, 1), (12, 31))]),
        (Rhythm(Cadence.YEAR, window=until(1, 1)), [p((1, 1), (1, 1))]),
        # The day before the year begins is the last of a whole year.
        (
            Rhythm(Cadence.YEAR, start=NOVEMBER, window=until(10, 31)),
            [(date(2025, 11, 1), date(2026, 10, 31))],
        ),
    ],
)
def test_periods_of_2026(rhythm, expected):
    assert spans(rhythm) == expected


@pytest.mark.parametrize(
    ("year", "day", "lasts"),
    [
        (2026, 28, [28, 28, 28, 28]),
        (2026, 29, [29, 28, 29, 29]),
        (2026, 30, [30, 28, 30, 30]),
        (2026, 31, [31, 28, 31, 30]),
        (2028, 29, [29, 29, 29, 29]),
        (2028, 31, [31, 29, 31, 30]),
    ],
)
def test_the_day_of_a_month_that_is_shorter_is_its_last(year, day, lasts):
    """January to April, by that day of each month."""
    months = spans(Rhythm(Cadence.MONTH, window=by_day(day)), year)

    assert months[:4] == [
        p((month, 1), (month, last), year) for month, last in enumerate(lasts, start=1)
    ]


@pytest.mark.parametrize(
    ("cadence", "day", "expected"),
    [
        # A month from the 21st to the 20th has its 10th and 20th at its end, its 25th at its start.
        (
            Cadence.MONTH,
            10,
            {1: ((2025, 10, 21), (2025, 11, 10)), 3: ((2025, 12, 21), (2026, 1, 10))},
        ),
        (
            Cadence.MONTH,
            20,
            {1: ((2025, 10, 21), (2025, 11, 20)), 12: ((2026, 9, 21), (2026, 10, 20))},
        ),
        (
            Cadence.MONTH,
            21,
            {1: ((2025, 10, 21), (2025, 10, 21)), 5: ((2026, 2, 21), (2026, 2, 21))},
        ),
        (
            Cadence.MONTH,
            25,
            {1: ((2025, 10, 21), (2025, 10, 25)), 3: ((2025, 12, 21), (2025, 12, 25))},
        ),
        (
            Cadence.MONTH,
            31,
            {1: ((2025, 10, 21), (2025, 10, 31)), 5: ((2026, 2, 21), (2026, 2, 28))},
        ),
        (
            Cadence.QUARTER,
            25,
            {1: ((2025, 10, 21), (2025, 12, 25)), 4: ((2026, 7, 21), (2026, 9, 25))},
        ),
    ],
)
def test_by_a_day_of_the_month_in_a_year_from_21_october(cadence, day, expected):
    found = spans(Rhythm(cadence, start=YearStart(10, 21), window=by_day(day)))

    assert {number: found[number - 1] for number in expected} == {
        number: tuple(date(*parts) for parts in span) for number, span in expected.items()
    }


@pytest.mark.parametrize(("year", "last"), [(2026, 28), (2028, 29)])
def test_until_the_end_of_february(year, last):
    for day in (29, 30, 31):
        rhythm = Rhythm(Cadence.YEAR, window=until(2, day))

        assert spans(rhythm, year) == [p((1, 1), (2, last), year)]


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


@given(YEARS, due_dates())
def test_a_due_date_is_made_up_until_the_end_of_the_next(year, rhythm):
    found = rhythm.periods_of(year)
    following = rhythm.periods_of(year + 1)[0]

    ends = [rhythm.make_up_end(each) for each in found]

    assert ends == [each.period.last for each in [*found[1:], following]]


@given(YEARS, STARTS, st.sampled_from(list(Cadence)), EVERYS)
def test_a_period_is_made_up_until_the_end_of_the_next(year, start, cadence, every):
    rhythm = Rhythm(cadence, every, start)
    found = rhythm.periods_of(year)
    following = rhythm.periods_of(year + 1)[0]

    ends = [rhythm.make_up_end(each) for each in found]

    assert ends == [each.period.last for each in [*found[1:], following]]


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ({"every": 2}, Rhythm(Cadence.MONTH, 2)),
        ({"months": [11, 3]}, Rhythm(Cadence.MONTH, months=frozenset({3, 11}))),
        ({"cadence": "week", "parity": "odd"}, Rhythm(Cadence.WEEK, parity=Parity.ODD)),
        ({"window": "after", "window_days": 15}, Rhythm(Cadence.MONTH, window=after(15))),
        ({"window": "by_day", "window_day": 20}, Rhythm(Cadence.MONTH, window=by_day(20))),
        (
            {"cadence": "year", "window": "until", "window_month": 3, "window_day": 31},
            Rhythm(Cadence.YEAR, window=until(3, 31)),
        ),
    ],
)
def test_a_rhythm_from_what_is_stored(given_, expected):
    plain = {"cadence": "month", "every": 1, "start": JANUARY}

    assert Rhythm.of(**{**plain, **given_}) == expected


@pytest.mark.parametrize(
    "given_",
    [
        {"cadence": "fortnight"},
        {"parity": "single"},
        {"window": "before"},
        {"window": "after"},
        {"window": "until", "window_month": 3},
        {"cadence": "month", "every": 2, "months": [3]},
    ],
)
def test_what_is_stored_without_sense_is_refused(given_):
    plain = {"cadence": "year", "every": 1, "start": JANUARY}

    with pytest.raises(ValueError, match=r"\w"):
        Rhythm.of(**{**plain, **given_})


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
    "given_",
    [
        (WindowKind.AFTER, 0),
        (WindowKind.UNTIL, 0, 13, 1),
        (WindowKind.BY_DAY, 0, 0, 32),
    ],
)
def test_a_window_without_a_day_is_refused(given_):
    with pytest.raises(ValueError, match=r"\w"):
        Window(*given_)
