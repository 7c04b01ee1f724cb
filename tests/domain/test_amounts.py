"""Minutes, bounds, the history of a verdict, and one meeting for two periods."""

import itertools
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.counting import Tick, amount_of, counting_twice, minutes_between
from reports.domain.dues import (
    Chapter,
    Count,
    CountedIn,
    DueFacts,
    Held,
    NotApplicable,
    ReasonCode,
    Verdict,
    count_held,
    counted_on,
    history,
    reason,
    verdict,
)
from reports.domain.periods import Cadence, Period

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
DAYS = st.dates(date(2026, 2, 1), date(2026, 5, 31))
HELD = st.lists(st.builds(Held, DAYS, st.integers(0, 120)), max_size=6)


def d(month, day):
    return date(2026, month, day)


@pytest.mark.parametrize(
    ("held", "made_up", "expected"),
    [
        ([], [], Count(0, None, None)),
        ([Held(d(3, 5), 60)], [], Count(60, None, None)),
        ([Held(d(3, 5), 60), Held(d(3, 9), 60)], [], Count(120, d(3, 9), None)),
        ([Held(d(3, 5), 60)], [Held(d(4, 2), 60)], Count(120, None, d(4, 2))),
        ([Held(d(3, 5), 120), Held(d(3, 6), 60)], [], Count(180, d(3, 5), None)),
        ([Held(d(3, 5), 0)], [], Count(0, None, None)),
    ],
)
def test_a_quota_of_two_hours(held, made_up, expected):
    assert count_held(MARCH, 120, held, made_up) == expected


@given(st.integers(1, 300), HELD, HELD, DAYS)
def test_the_amount_counted_is_that_of_a_naive_recount(at_least, held, made_up, on):
    naive = sum(each.amount for each in held if each.day in MARCH and each.day <= on)
    naive += sum(each.amount for each in made_up if d(3, 1) <= each.day <= on)

    assert counted_on(MARCH, held, made_up, on) == naive
    count = count_held(MARCH, at_least, held, made_up)
    reached = count.met_on or count.met_late_on
    assert (reached is not None) == (counted_on(MARCH, held, made_up, date.max) >= at_least)
    if reached:
        assert counted_on(MARCH, held, made_up, reached) >= at_least
        assert counted_on(MARCH, held, made_up, reached - timedelta(days=1)) < at_least


def test_more_than_the_most_is_said_and_changes_nothing():
    facts = DueFacts(MARCH, 1, d(4, 7), met_on=d(3, 5))

    within = reason(facts, 3, Cadence.MONTH, d(4, 1), 2, at_most=2)
    above = reason(facts, 3, Cadence.MONTH, d(4, 1), 3, at_most=2)

    assert (within.is_over, above.is_over) == (False, True)
    assert (within.verdict, above.verdict) == (Verdict.MET, Verdict.MET)
    assert above.code == ReasonCode.MET


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (time(9), time(10, 30), 90),
        (time(23, 30), time(0, 15), 45),
        (time(9), None, None),
        (None, None, None),
        (time(9), time(9), 0),
    ],
)
def test_minutes_between(starts, ends, expected):
    assert minutes_between(starts, ends) == expected


@pytest.mark.parametrize(
    ("minutes", "counted_in", "expected"),
    [
        (90, CountedIn.TIMES, 1),
        (None, CountedIn.TIMES, 1),
        (90, CountedIn.MINUTES, 90),
        (None, CountedIn.MINUTES, 0),
    ],
)
def test_amount_of(minutes, counted_in, expected):
    assert amount_of(minutes, counted_in) == expected


# ── The history of a verdict ─────────────────────────────────────────────────────────────────


def test_a_month_made_up_in_april():
    facts = DueFacts(MARCH, 1, d(4, 7), met_late_on=d(4, 9))

    assert history(facts, d(4, 30)) == [
        Chapter(Verdict.OPEN, d(3, 1)),
        Chapter(Verdict.AWAITING, d(4, 1)),
        Chapter(Verdict.MISSED, d(4, 8)),
        Chapter(Verdict.MET_LATE, d(4, 9)),
    ]
    assert history(facts, d(4, 8))[-1] == Chapter(Verdict.MISSED, d(4, 8))
    assert history(facts, d(2, 28)) == []


SOME_DAY = st.none() | DAYS


@given(SOME_DAY, SOME_DAY, SOME_DAY, st.sampled_from([None, *NotApplicable]), SOME_DAY)
def test_history_says_of_each_day_what_the_verdict_says(met, late, waived, because, since):
    met = met if met and met in MARCH else None
    late = late if late and late > MARCH.last else None
    facts = DueFacts(MARCH, 1, d(4, 7), met, late, waived, because, since if because else None)
    chapters = history(facts, d(5, 31))

    for shift in range(92):
        day = MARCH.first + timedelta(days=shift)
        said = [each.verdict for each in chapters if each.first <= day][-1]
        assert said == verdict(facts, day), day
    assert all(one.verdict != other.verdict for one, other in itertools.pairwise(chapters))


# ── One meeting for two periods ──────────────────────────────────────────────────────────────

OWN = (1, 1, None)


def tick(due_id, first, late, row=OWN, both=False):
    return Tick(due_id, row, first, late, both)


@pytest.mark.parametrize(
    ("ticks", "refused"),
    [
        ([tick(1, d(2, 1), True), tick(2, d(3, 1), False)], {2}),
        ([tick(1, d(2, 1), True, both=True), tick(2, d(3, 1), False, both=True)], set()),
        ([tick(1, d(1, 1), True), tick(2, d(2, 1), True)], {2}),
        ([tick(2, d(3, 1), False)], set()),
        ([tick(1, d(2, 1), True), tick(2, d(3, 1), False, row=(2, 1, None))], set()),
        ([tick(1, d(2, 1), True), tick(2, d(3, 1), False, row=(1, 1, 7))], set()),
    ],
)
def test_counting_twice(ticks, refused):
    assert counting_twice(ticks) == refused
    assert counting_twice(reversed(ticks)) == refused
