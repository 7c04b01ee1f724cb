from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.calendar import Holidays, days_of
from reports.domain.dues import CountedIn, Held, ReasonCode, Verdict
from reports.domain.periods import Cadence, Period, Rhythm, Window, WindowKind, YearStart
from reports.domain.preview import PreviewFacts, PreviewRule, preview

MONTH, WEEK = Rhythm(Cadence.MONTH), Rhythm(Cadence.WEEK)
MONTHLY = PreviewRule(MONTH)
FIRST = {month: date(2026, month, 1) for month in range(1, 13)}


def happened_from(held=(), made_up=None, waived=None):
    """Facts from plain days."""
    made_up = {first: [Held(day) for day in days] for first, days in (made_up or {}).items()}
    return PreviewFacts([Held(day) for day in held], made_up, waived or {})


def verdicts(rule, on, **happened):
    return [row.verdict.value for row in preview(rule, 2026, on, happened_from(**happened))]


def test_a_year_with_a_bit_of_everything():
    rows = preview(
        PreviewRule(MONTH, recording_days=5, opened_on=date(2026, 2, 28)),
        2026,
        date(2026, 7, 3),
        happened_from(
            held=[date(2026, 2, 28), date(2026, 7, 4)],
            made_up={FIRST[4]: [date(2026, 5, 6)]},
            waived={FIRST[5]: date(2026, 4, 20)},
        ),
    )

    assert [(row.verdict.value, row.counted) for row in rows] == [
        ("not_applicable", 0),
        ("met", 1),
        ("missed", 0),
        ("met_late", 1),
        ("waived", 0),
        ("awaiting", 0),
        ("open", 0),
        *[("upcoming", 0)] * 5,
    ]


@pytest.mark.parametrize(
    ("on", "april"),
    [
        (date(2026, 3, 14), "upcoming"),  # the closing is not known yet
        (date(2026, 3, 15), "not_applicable"),
        (date(2026, 5, 1), "not_applicable"),
    ],
)
def test_a_later_closing_does_not_exist(on, april):
    rule = PreviewRule(MONTH, closed_on=date(2026, 3, 15))

    assert verdicts(rule, on)[3] == april


def test_the_month_of_the_closing_is_owed_in_full():
    rule = PreviewRule(MONTH, closed_on=date(2026, 3, 1))

    assert verdicts(rule, date(2026, 4, 1))[2:4] == ["missed", "not_applicable"]


def test_an_opening_ahead_leaves_the_periods_before_it_out():
    rule = PreviewRule(MONTH, opened_on=date(2026, 6, 30))

    assert verdicts(rule, date(2026, 3, 10))[:7] == ["not_applicable"] * 5 + ["upcoming"] * 2


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # Running, the closing of the 20th is not known yet; then March is owed in full.
        (date(2026, 3, 9), ["not_applicable", "open", "upcoming"]),
        (date(2026, 3, 20), ["not_applicable", "open", "not_applicable"]),
        (date(2026, 4, 1), ["not_applicable", "missed", "not_applicable"]),
    ],
)
def test_a_unit_opened_and_closed_within_a_month_owes_that_month(on, expected):
    rule = PreviewRule(MONTH, opened_on=date(2026, 3, 10), closed_on=date(2026, 3, 20))

    assert verdicts(rule, on)[1:4] == expected
    met = verdicts(rule, date(2026, 4, 1), held=[date(2026, 3, 15)])
    assert met[1:4] == ["not_applicable", "met", "not_applicable"]


def test_minutes_and_the_most_stand_in_the_reason():
    rule = PreviewRule(MONTH, 120, at_most=180, counted_in=CountedIn.MINUTES)
    happened = PreviewFacts(
        [Held(FIRST[1], 120), Held(FIRST[2], 60), Held(FIRST[3], 181)],
        {FIRST[2]: [Held(date(2026, 4, 2), 60)]},
    )

    rows = preview(rule, 2026, date(2026, 4, 30), happened)[:4]

    assert [
        (row.counted, row.verdict.value, row.reason.is_over, row.reason.counted_in.value)
        for row in rows
    ] == [
        (120, "met", False, "minutes"),
        (120, "met_late", False, "minutes"),
        (181, "met", True, "minutes"),
        (0, "open", False, "minutes"),
    ]


def test_a_stock_check_in_march_and_november():
    rule = PreviewRule(Rhythm(Cadence.MONTH, months=frozenset({3, 11})))

    rows = preview(rule, 2026, date(2026, 7, 1), happened_from([date(2026, 3, 9)]))

    assert [(row.numbered.number, row.verdict.value) for row in rows] == [
        (3, "met"),
        (11, "upcoming"),
    ]


def test_a_quarterly_submission_within_15_days():
    rule = PreviewRule(Rhythm(Cadence.QUARTER, window=Window(WindowKind.AFTER, days=15)))
    handed_in = [date(2026, 1, 15), date(2026, 4, 16), date(2026, 6, 30)]

    rows = preview(rule, 2026, date(2026, 7, 10), happened_from(handed_in))

    assert [row.verdict.value for row in rows] == ["met", "missed", "open", "upcoming"]


def test_a_free_week_is_owed_by_nobody_yet_a_meeting_in_it_counts():
    free = Holidays.of(days_of(Period(date(2026, 2, 16), date(2026, 2, 20))))
    rule = PreviewRule(WEEK, holidays=free)

    assert verdicts(rule, date(2026, 1, 1))[7] == "not_applicable"
    assert verdicts(rule, date(2026, 3, 1))[7] == "not_applicable"
    assert verdicts(rule, date(2026, 3, 1), held=[date(2026, 2, 18)])[7] == "met"


def test_a_free_week_of_a_closed_unit_stays_absent_whatever_is_held():
    free = Holidays.of(days_of(Period(date(2026, 2, 16), date(2026, 2, 20))))
    rule = PreviewRule(WEEK, holidays=free, closed_on=date(2026, 1, 31))

    row = preview(rule, 2026, date(2026, 3, 1), happened_from(held=[date(2026, 2, 18)]))[7]

    assert (row.verdict, row.reason.code) == (Verdict.NOT_APPLICABLE, ReasonCode.ABSENT)


def test_weeks_of_the_year_reach_into_its_neighbours():
    rows = preview(
        PreviewRule(WEEK), 2026, date(2027, 1, 4), happened_from(held=[date(2025, 12, 29)])
    )

    assert rows[0].verdict == Verdict.MET
    assert rows[-1].numbered.period == Period(date(2026, 12, 28), date(2027, 1, 3))


def test_a_meeting_made_up_inside_its_own_period_is_in_time():
    made_up = {FIRST[3]: [date(2026, 3, 31)]}

    assert verdicts(MONTHLY, date(2026, 3, 31), made_up=made_up)[2] == "met"


def test_a_made_up_meeting_does_not_count_for_the_period_that_holds_its_day():
    made_up = {FIRST[3]: [date(2026, 4, 9)]}

    assert verdicts(MONTHLY, date(2026, 5, 1), made_up=made_up)[2:4] == ["met_late", "missed"]


@pytest.mark.parametrize(
    ("on", "counted", "expected"),
    [
        (date(2026, 3, 9), 1, "open"),
        (date(2026, 3, 31), 1, "open"),
        (date(2026, 4, 1), 1, "awaiting"),
        (date(2026, 4, 3), 1, "missed"),
        (date(2026, 4, 9), 2, "met_late"),
    ],
)
def test_the_number_counted_is_that_of_the_day(on, counted, expected):
    rule = PreviewRule(MONTH, at_least=2, recording_days=2)
    happened = happened_from(held=[date(2026, 3, 5)], made_up={FIRST[3]: [date(2026, 4, 9)]})

    row = preview(rule, 2026, on, happened)[2]

    assert (row.counted, row.verdict.value) == (counted, expected)


def test_the_periods_of_an_assessment_year():
    rows = preview(
        PreviewRule(Rhythm(Cadence.QUARTER, start=YearStart(11, 1))), 2026, date(2026, 1, 1)
    )

    assert rows[0].numbered.period.first == date(2025, 11, 1)
    assert rows[-1].numbered.period.last == date(2026, 10, 31)


year_days = st.dates(date(2025, 12, 1), date(2027, 1, 31))


@given(
    st.sampled_from(Cadence),
    st.integers(1, 8),
    st.integers(1, 3),
    st.lists(year_days, max_size=12),
    year_days,
    st.integers(0, 90),
    st.none() | year_days,
)
def test_met_periods_stay_met(cadence, every, at_least, held, on, later, closed_on):
    rule = PreviewRule(Rhythm(cadence, every), at_least, closed_on=closed_on, recording_days=3)
    then = date.fromordinal(on.toordinal() + later)

    before = preview(rule, 2026, on, happened_from(held))
    after = preview(rule, 2026, then, happened_from(held))

    met = [row.numbered for row in before if row.verdict == Verdict.MET]
    assert met == [
        row.numbered for row in after if row.verdict == Verdict.MET and row.numbered in met
    ]
