from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.calendar import NO_HOLIDAYS
from reports.domain.dues import (
    NOT_PLANNED,
    OWED,
    Count,
    DueFacts,
    DueReason,
    Held,
    MakeUp,
    MakeUpRule,
    NotApplicable,
    Owing,
    ReasonCode,
    Verdict,
    awaits_until,
    count_held,
    counted_on,
    default_make_up,
    make_up_until,
    not_applicable,
    owes,
    reason,
    verdict,
)
from reports.domain.periods import (
    Cadence,
    Period,
    Rhythm,
    Window,
    WindowKind,
    YearStart,
    period_holding,
    periods_of_year,
)

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
AWAITED = date(2026, 4, 7)


def march(**facts):
    return DueFacts(**{"period": MARCH, "at_least": 1, "awaits_until": AWAITED, **facts})


def d(month, day):
    return date(2026, month, day)


def on_days(days):
    """Meetings on these days, each of them one time."""
    return [Held(day) for day in days]


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        # Nothing on record: the day alone decides.
        (march(), d(2, 28), Verdict.UPCOMING),
        (march(), d(3, 1), Verdict.OPEN),
        (march(), d(3, 31), Verdict.OPEN),
        (march(), d(4, 1), Verdict.AWAITING),
        (march(), d(4, 7), Verdict.AWAITING),
        (march(), d(4, 8), Verdict.MISSED),
        (march(awaits_until=d(3, 31)), d(4, 1), Verdict.MISSED),
        # Facts count from the day they happened.
        (march(met_on=d(3, 18)), d(3, 17), Verdict.OPEN),
        (march(met_on=d(3, 18)), d(3, 18), Verdict.MET),
        (march(met_on=d(3, 18)), d(12, 31), Verdict.MET),
        (march(met_late_on=d(4, 20)), d(4, 19), Verdict.MISSED),
        (march(met_late_on=d(4, 20)), d(4, 20), Verdict.MET_LATE),
        (march(met_late_on=d(4, 2)), d(4, 2), Verdict.MET_LATE),
        (march(waived_on=d(2, 10)), d(2, 9), Verdict.UPCOMING),
        (march(waived_on=d(2, 10)), d(2, 10), Verdict.WAIVED),
        (march(waived_on=d(5, 1)), d(4, 30), Verdict.MISSED),
        (march(waived_on=d(5, 1)), d(5, 1), Verdict.WAIVED),
        # The order.
        (march(met_on=d(3, 18), waived_on=d(3, 2)), d(3, 17), Verdict.WAIVED),
        (march(met_on=d(3, 18), waived_on=d(3, 2)), d(3, 18), Verdict.MET),
        (march(met_late_on=d(4, 20), waived_on=d(5, 1)), d(4, 30), Verdict.MET_LATE),
        (march(met_late_on=d(4, 20), waived_on=d(5, 1)), d(5, 1), Verdict.WAIVED),
        *[
            (march(not_applicable_because=because, **more), on, expected)
            for because, more, on, expected in [
                (NotApplicable.ABSENT, {}, d(1, 1), Verdict.NOT_APPLICABLE),
                (NotApplicable.NOT_BEGUN, {}, d(5, 1), Verdict.NOT_APPLICABLE),
                (NotApplicable.ABSENT, {"met_on": d(3, 9)}, d(3, 9), Verdict.NOT_APPLICABLE),
                (NotApplicable.NOT_BEGUN, {"waived_on": d(3, 9)}, d(3, 9), Verdict.NOT_APPLICABLE),
                (NotApplicable.NO_WORKDAY, {}, d(1, 1), Verdict.NOT_APPLICABLE),
                (NotApplicable.NO_WORKDAY, {}, d(3, 9), Verdict.NOT_APPLICABLE),
                (NotApplicable.NO_WORKDAY, {}, d(5, 1), Verdict.NOT_APPLICABLE),
                (NotApplicable.NO_WORKDAY, {"met_on": d(3, 9)}, d(3, 8), Verdict.NOT_APPLICABLE),
                (NotApplicable.NO_WORKDAY, {"met_on": d(3, 9)}, d(3, 9), Verdict.MET),
                (NotApplicable.NO_WORKDAY, {"waived_on": d(3, 9)}, d(3, 9), Verdict.WAIVED),
                (
                    NotApplicable.NO_WORKDAY,
                    {"met_late_on": d(4, 9)},
                    d(5, 1),
                    Verdict.NOT_APPLICABLE,
                ),
                # A closing becomes known on its day.
                (
                    NotApplicable.ABSENT,
                    {"not_applicable_on": d(2, 10)},
                    d(2, 9),
                    Verdict.UPCOMING,
                ),
                (
                    NotApplicable.ABSENT,
                    {"not_applicable_on": d(2, 10)},
                    d(2, 10),
                    Verdict.NOT_APPLICABLE,
                ),
            ]
        ],
    ],
)
def test_verdict(facts, on, expected):
    assert verdict(facts, on) == expected


maybe_day = st.none() | st.dates(d(1, 1), d(6, 30))


@st.composite
def any_facts(draw):
    """Facts as the actions keep them: an absent unit holds nothing before it is known absent."""
    because = draw(st.none() | st.sampled_from(NotApplicable))
    since = draw(maybe_day) if because == NotApplicable.ABSENT else None
    if since is not None and since >= MARCH.first:
        since = MARCH.first - timedelta(days=1)
    return march(
        awaits_until=draw(st.dates(MARCH.last, d(5, 1))),
        met_on=draw(st.none() | st.dates(MARCH.first, MARCH.last)),
        met_late_on=draw(st.none() | st.dates(d(4, 1), d(6, 30))),
        waived_on=draw(maybe_day),
        not_applicable_because=because,
        not_applicable_on=since,
    )


@given(any_facts(), st.dates(d(1, 1), d(7, 31)), st.integers(0, 120))
def test_met_stays_met_as_the_day_advances(facts, on, later):
    if verdict(facts, on) == Verdict.MET:
        assert verdict(facts, on + timedelta(days=later)) == Verdict.MET


@given(any_facts(), st.dates(d(1, 1), d(7, 31)))
def test_a_later_fact_does_not_exist(facts, on):
    def known(day):
        return day if day is None or day <= on else None

    because = facts.not_applicable_because
    if facts.not_applicable_on is not None and facts.not_applicable_on > on:
        because = None
    without = march(
        awaits_until=facts.awaits_until,
        met_on=known(facts.met_on),
        met_late_on=known(facts.met_late_on),
        waived_on=known(facts.waived_on),
        not_applicable_because=because,
    )

    assert verdict(without, on) == verdict(facts, on)


@pytest.mark.parametrize(
    ("at_least", "held", "made_up", "expected"),
    [
        (1, [], [], Count(0, None, None)),
        (1, [d(3, 1)], [], Count(1, d(3, 1), None)),
        (1, [d(3, 31)], [], Count(1, d(3, 31), None)),
        (1, [d(2, 28), d(4, 1)], [], Count(0, None, None)),
        (1, [d(3, 20), d(3, 5)], [], Count(2, d(3, 5), None)),
        (2, [d(3, 20), d(3, 5)], [], Count(2, d(3, 20), None)),
        (2, [d(3, 20), d(3, 20)], [], Count(2, d(3, 20), None)),
        (3, [d(3, 20), d(3, 5)], [], Count(2, None, None)),
        (1, [], [d(4, 9)], Count(1, None, d(4, 9))),
        (1, [], [d(3, 9)], Count(1, d(3, 9), None)),
        (1, [], [d(3, 1)], Count(1, d(3, 1), None)),
        (1, [], [d(2, 28)], Count(0, None, None)),
        (2, [d(3, 5)], [d(4, 9)], Count(2, None, d(4, 9))),
        (2, [d(3, 5)], [d(5, 9), d(4, 9)], Count(3, None, d(4, 9))),
        (2, [d(3, 5), d(3, 6)], [d(4, 9)], Count(3, d(3, 6), None)),
        (2, [], [d(4, 9)], Count(1, None, None)),
    ],
)
def test_count_held(at_least, held, made_up, expected):
    assert count_held(MARCH, at_least, on_days(held), on_days(made_up)) == expected


def test_count_held_refuses_a_duty_of_nothing():
    with pytest.raises(ValueError, match="at least 0"):
        count_held(MARCH, 0, [])


@pytest.mark.parametrize(
    ("on", "counted"),
    [(d(3, 4), 0), (d(3, 5), 1), (d(3, 31), 2), (d(4, 8), 2), (d(4, 9), 3)],
)
def test_counted_as_of_a_day(on, counted):
    in_time, made_up = on_days([d(3, 5), d(3, 6), d(4, 1)]), on_days([d(4, 9), d(2, 1)])

    assert counted_on(MARCH, in_time, made_up, on) == counted


held_days = st.lists(st.dates(d(1, 1), d(12, 31)), max_size=8)


@given(held_days, held_days, st.integers(1, 4), st.integers(0, 11))
def test_a_late_meeting_never_changes_a_later_period(held, late, at_least, month):
    months = [numbered.period for numbered in periods_of_year(2026, Cadence.MONTH)]
    before = [count_held(period, at_least, on_days(held)) for period in months]

    after = [
        count_held(period, at_least, on_days(held), on_days(late if index == month else ()))
        for index, period in enumerate(months)
    ]

    assert after[:month] + after[month + 1 :] == before[:month] + before[month + 1 :]


@given(held_days, held_days, st.integers(1, 4), st.dates(d(1, 1), d(12, 31)))
def test_reaching_the_number_agrees_with_the_number_counted(held, made_up, at_least, on):
    held, made_up = on_days(held), on_days(made_up)
    count = count_held(MARCH, at_least, held, made_up)
    reached_on = count.met_on or count.met_late_on

    reached = reached_on is not None and reached_on <= on
    assert reached is (counted_on(MARCH, held, made_up, on) >= at_least)
    assert count.counted == counted_on(MARCH, held, made_up, date.max)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        ({}, OWED),
        ({"version_from": d(3, 1)}, OWED),
        ({"version_from": d(3, 2)}, NOT_PLANNED),
        ({"ended_on": d(3, 1)}, OWED),
        ({"ended_on": d(2, 28)}, NOT_PLANNED),
        ({"ledger_from": d(3, 1)}, OWED),
        ({"ledger_from": d(3, 2)}, Owing(True, NotApplicable.NOT_BEGUN)),
        ({"ledger_from": None}, Owing(True, NotApplicable.NOT_BEGUN)),
        ({"opened_on": d(3, 31)}, OWED),
        ({"opened_on": d(4, 1)}, Owing(True, NotApplicable.ABSENT)),
        ({"closed_on": d(3, 1)}, OWED),
        ({"closed_on": d(2, 28)}, Owing(True, NotApplicable.ABSENT, d(2, 28))),
        ({"opened_on": d(3, 10), "closed_on": d(3, 20)}, OWED),
        ({"opened_on": d(3, 31), "closed_on": d(3, 31)}, OWED),
        ({"ledger_from": None, "opened_on": d(4, 1)}, Owing(True, NotApplicable.ABSENT)),
        ({"ledger_from": None, "closed_on": d(2, 1)}, Owing(True, NotApplicable.NOT_BEGUN)),
    ],
)
def test_owes(life, expected):
    since = {"version_from": date(2020, 1, 1), "ledger_from": date(2020, 1, 1)}

    assert owes(MARCH, **{**since, **life}) == expected


def test_only_what_is_planned_and_applies_is_owed():
    assert (OWED.owed, NOT_PLANNED.owed) == (True, False)
    assert not Owing(True, NotApplicable.ABSENT).owed


@pytest.mark.parametrize(
    ("owing", "has_workday", "expected"),
    [
        (OWED, True, (None, None)),
        (OWED, False, (NotApplicable.NO_WORKDAY, None)),
        (Owing(True, NotApplicable.NOT_BEGUN), False, (NotApplicable.NOT_BEGUN, None)),
        (
            Owing(True, NotApplicable.ABSENT, d(2, 1)),
            True,
            (NotApplicable.ABSENT, d(2, 1)),
        ),
        (Owing(True, NotApplicable.ABSENT, d(2, 1)), False, (NotApplicable.ABSENT, None)),
    ],
)
def test_the_reason_kept_with_a_due(owing, has_workday, expected):
    assert not_applicable(owing, has_workday=has_workday) == expected


@pytest.mark.parametrize(
    ("cadence", "kind"),
    [
        (Cadence.WEEK, MakeUp.NEVER),
        (Cadence.HALF_MONTH, MakeUp.NEVER),
        (Cadence.MONTH, MakeUp.NEXT_PERIOD),
        (Cadence.QUARTER, MakeUp.NEXT_PERIOD),
        (Cadence.HALF_YEAR, MakeUp.NEXT_PERIOD),
        (Cadence.YEAR, MakeUp.NEXT_PERIOD),
    ],
)
def test_making_up_by_default(cadence, kind):
    assert default_make_up(cadence) == MakeUpRule(kind)


@pytest.mark.parametrize(
    ("rule", "day", "cadence", "every", "start", "expected"),
    [
        (MakeUpRule(), d(3, 1), Cadence.MONTH, 1, YearStart(1, 1), None),
        (MakeUpRule(MakeUp.DAYS, 1), d(3, 1), Cadence.MONTH, 1, YearStart(1, 1), d(4, 1)),
        (MakeUpRule(MakeUp.DAYS, 10), d(3, 1), Cadence.MONTH, 1, YearStart(1, 1), d(4, 10)),
        (MakeUpRule(MakeUp.NEXT_PERIOD), d(3, 1), Cadence.MONTH, 1, YearStart(1, 1), d(4, 30)),
        (
            MakeUpRule(MakeUp.NEXT_PERIOD),
            d(12, 1),
            Cadence.MONTH,
            1,
            YearStart(1, 1),
            date(2027, 1, 31),
        ),
        # November and December are a short period; the next one is January to May.
        (
            MakeUpRule(MakeUp.NEXT_PERIOD),
            d(11, 1),
            Cadence.MONTH,
            5,
            YearStart(1, 1),
            date(2027, 5, 31),
        ),
        (MakeUpRule(MakeUp.NEXT_PERIOD), d(1, 5), Cadence.QUARTER, 1, YearStart(11, 1), d(4, 30)),
    ],
)
def test_make_up_until(rule, day, cadence, every, start, expected):
    numbered = period_holding(day, cadence, every, start)

    assert make_up_until(rule, numbered, Rhythm(cadence, every, start)) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (MakeUpRule(), None),
        (MakeUpRule(MakeUp.DAYS, 10), d(1, 25)),
        (MakeUpRule(MakeUp.NEXT_PERIOD), d(4, 15)),
    ],
)
def test_until_when_a_due_date_may_be_made_up(rule, expected):
    """The report of last year's fourth quarter, due by 15 January."""
    rhythm = Rhythm(Cadence.QUARTER, window=Window(WindowKind.AFTER, days=15))
    numbered = rhythm.periods_of(2026)[0]

    assert make_up_until(rule, numbered, rhythm) == expected


@pytest.mark.parametrize(("kind", "days"), [(MakeUp.DAYS, 0), (MakeUp.NEVER, 3)])
def test_a_rule_of_making_up_makes_sense(kind, days):
    with pytest.raises(ValueError, match="making up"):
        MakeUpRule(kind, days)


def test_a_record_is_awaited_for_workdays_after_the_period():
    assert awaits_until(MARCH, 0, NO_HOLIDAYS) == MARCH.last
    assert awaits_until(MARCH, 5, NO_HOLIDAYS) == AWAITED


@pytest.mark.parametrize(
    ("facts", "on", "counted", "code", "day"),
    [
        (march(), d(2, 1), 0, ReasonCode.UPCOMING, d(3, 1)),
        (march(), d(3, 5), 0, ReasonCode.OPEN_NOTHING, d(3, 31)),
        (march(at_least=2), d(3, 5), 1, ReasonCode.OPEN_PART, d(3, 31)),
        (march(), d(4, 5), 0, ReasonCode.AWAITING_NOTHING, AWAITED),
        (march(at_least=2), d(4, 5), 1, ReasonCode.AWAITING_PART, AWAITED),
        (march(), d(5, 1), 0, ReasonCode.MISSED_NOTHING, None),
        (march(at_least=2), d(5, 1), 1, ReasonCode.MISSED_PART, None),
        (march(met_on=d(3, 9)), d(5, 1), 1, ReasonCode.MET, d(3, 9)),
        (march(met_late_on=d(4, 9)), d(5, 1), 1, ReasonCode.MET_LATE, d(4, 9)),
        (march(waived_on=d(2, 9)), d(5, 1), 0, ReasonCode.WAIVED, d(2, 9)),
        *[
            (march(not_applicable_because=each), d(5, 1), 0, ReasonCode(each.value), None)
            for each in NotApplicable
        ],
    ],
)
def test_reason(facts, on, counted, code, day):
    found = reason(facts, 3, Cadence.MONTH, on, counted)

    assert found == DueReason(
        code, verdict(facts, on), MARCH, 3, Cadence.MONTH, counted, facts.at_least, day
    )
