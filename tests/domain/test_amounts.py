"""Minutes, bounds, the history of a verdict, and one meeting for two periods."""

import itertools
from dataclasses import replace
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


@pytest.mark.parametrize(
    ("on", "counted", "expected", "code", "day"),
    [
        (d(2, 28), 0, Verdict.UPCOMING, ReasonCode.UPCOMING, d(3, 1)),
        (d(3, 4), 0, Verdict.OPEN, ReasonCode.OPEN_NOTHING, d(3, 31)),
        (d(3, 5), 60, Verdict.OPEN, ReasonCode.OPEN_PART, d(3, 31)),
        (d(4, 1), 60, Verdict.AWAITING, ReasonCode.AWAITING_PART, d(4, 7)),
        (d(4, 8), 60, Verdict.MISSED, ReasonCode.MISSED_PART, None),
        (d(4, 9), 90, Verdict.MISSED, ReasonCode.MISSED_PART, None),
        (d(4, 10), 150, Verdict.MET_LATE, ReasonCode.MET_LATE, d(4, 10)),
    ],
)
def test_two_hours_day_by_day(on, counted, expected, code, day):
    """An hour in March, half an hour and an hour made up in April."""
    held, made_up = [Held(d(3, 5), 60)], [Held(d(4, 9), 30), Held(d(4, 10), 60)]
    count = count_held(MARCH, 120, held, made_up)
    facts = DueFacts(MARCH, 120, d(4, 7), count.met_on, count.met_late_on)

    found = reason(
        facts,
        3,
        Cadence.MONTH,
        on,
        counted_on(MARCH, held, made_up, on),
        counted_in=CountedIn.MINUTES,
    )

    assert (found.counted, found.verdict, found.code, found.day) == (counted, expected, code, day)
    assert (found.at_least, found.counted_in) == (120, CountedIn.MINUTES)


@given(st.integers(1, 300), HELD, HELD, st.none() | DAYS, DAYS, st.integers(0, 90))
def test_once_met_it_stays_met(at_least, held, made_up, waived, on, later):
    count = count_held(MARCH, at_least, held, made_up)
    facts = DueFacts(MARCH, at_least, d(4, 7), count.met_on, count.met_late_on, waived)

    found = verdict(facts, on)

    if found == Verdict.MET:
        assert verdict(facts, on + timedelta(days=later)) == Verdict.MET
    # What is over never runs again, and what was made up can only be excused afterwards.
    after = verdict(facts, on + timedelta(days=later))
    running = {Verdict.UPCOMING, Verdict.OPEN}
    assert found in running or after not in running
    if found == Verdict.MET_LATE:
        assert after in {Verdict.MET_LATE, Verdict.WAIVED}


@given(st.integers(1, 300), HELD, HELD, st.integers(1, 300), DAYS)
def test_the_most_changes_no_verdict(at_least, held, made_up, at_most, on):
    count = count_held(MARCH, at_least, held, made_up)
    facts = DueFacts(MARCH, at_least, d(4, 7), count.met_on, count.met_late_on)
    counted = counted_on(MARCH, held, made_up, on)

    bounded = reason(facts, 3, Cadence.MONTH, on, counted, at_most=at_most)
    free = reason(facts, 3, Cadence.MONTH, on, counted)

    assert replace(bounded, at_most=None) == free
    assert (bounded.is_over, free.is_over) == (counted > at_most, False)


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


@given(SOME_DAY, SOME_DAY, DAYS)
def test_history_until_a_day_is_the_beginning_of_the_whole(late, waived, until):
    late = late if late and late > MARCH.last else None
    facts = DueFacts(MARCH, 1, d(4, 7), None, late, waived)

    whole = history(facts, d(5, 31))

    assert history(facts, until) == [each for each in whole if each.first <= until]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, [("open", d(3, 1)), ("awaiting", d(4, 1)), ("missed", d(4, 8))]),
        ({"met_on": d(3, 1)}, [("met", d(3, 1))]),
        ({"met_on": d(3, 31)}, [("open", d(3, 1)), ("met", d(3, 31))]),
        (
            {"met_late_on": d(4, 7)},
            [("open", d(3, 1)), ("awaiting", d(4, 1)), ("met_late", d(4, 7))],
        ),
        # Excused before it began, and held all the same.
        (
            {"waived_on": d(2, 20), "met_on": d(3, 9)},
            [("waived", d(2, 20)), ("met", d(3, 9))],
        ),
        (
            {"awaits_until": d(3, 31), "met_late_on": d(4, 9), "waived_on": d(5, 6)},
            [("open", d(3, 1)), ("missed", d(4, 1)), ("met_late", d(4, 9)), ("waived", d(5, 6))],
        ),
        ({"not_applicable_because": NotApplicable.NO_WORKDAY}, [("not_applicable", d(3, 1))]),
        (
            {"not_applicable_because": NotApplicable.NO_WORKDAY, "met_on": d(3, 9)},
            [("not_applicable", d(3, 1)), ("met", d(3, 9))],
        ),
    ],
)
def test_a_history_told(facts, expected):
    facts = DueFacts(**{"period": MARCH, "at_least": 1, "awaits_until": d(4, 7), **facts})

    told = [(each.verdict.value, each.first) for each in history(facts, d(5, 31))]

    assert told == expected


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


def naively_twice(ticks):
    """Of each row that is made up by the meeting, all periods but the earliest."""
    refused = set()
    for row in {each.row for each in ticks}:
        one_row = [each for each in ticks if each.row == row]
        if not any(each.late for each in one_row):
            continue
        strict = [each for each in one_row if not each.both_allowed]
        earliest = min(((each.first, each.due_id) for each in strict), default=None)
        refused |= {each.due_id for each in strict if (each.first, each.due_id) != earliest}
    return refused


TICKS = st.lists(
    st.builds(
        Tick,
        due_id=st.integers(1, 12),
        row=st.sampled_from([OWN, (1, 2, None), (1, 1, 7), (2, 1, None)]),
        first=st.sampled_from([d(month, 1) for month in range(1, 7)]),
        late=st.booleans(),
        both_allowed=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.due_id,
)


@given(TICKS, st.randoms(use_true_random=False))
def test_counting_twice_is_what_a_naive_reading_says(ticks, random):
    shuffled = random.sample(ticks, len(ticks))

    refused = counting_twice(shuffled)

    assert refused == naively_twice(ticks)
    left = [each for each in ticks if each.due_id not in refused]
    assert counting_twice(left) == set()
    assert {each.row for each in left} == {each.row for each in ticks}
