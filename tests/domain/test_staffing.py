from datetime import date

import pytest

from reports.domain.periods import Period
from reports.domain.staffing import (
    AgainstStaffing,
    Holding,
    Month,
    MonthState,
    Place,
    Rule,
    RuleBook,
    Totals,
    days_lacking,
    heads_beside,
    months_of,
    reached,
    reasons_against_rule,
    rule_on,
    stretches,
    totals_by,
    within_period,
)
from reports.domain.terms import Term

CITY, BUREAU, STATION = "1", "11", "111"
FULL, PART, CHIEF = 1, 2, 3
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
KIND, OTHER_KIND = 7, 8


def rule(key, owner=BUREAU, kind=KIND, grade="", posts=(FULL,), at_least=1, first=None, last=None):
    begins = first or date(2025, 1, 1)
    return Rule(key, owner, kind, grade, frozenset(posts), at_least, begins, last)


def holding(person, post=FULL, first=date(2025, 1, 1), last=None):
    return Holding(person, post, Term(first, last))


DAY = date(2026, 6, 10)
PLACE = Place(STATION, KIND, "一类")


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ([], None),
        ([rule(1)], 1),
        ([rule(1, kind=OTHER_KIND)], None),
        ([rule(1, owner="12")], None),
        ([rule(1, owner=STATION)], 1),
        # The rule with the unit's grade goes before the one without, whichever came first.
        ([rule(1), rule(2, grade="一类")], 2),
        ([rule(1, grade="一类"), rule(2)], 1),
        ([rule(1, grade="二类")], None),
        # A nearer unit goes before a further one, the grade notwithstanding.
        ([rule(1, owner=CITY), rule(2, owner=BUREAU)], 2),
        ([rule(1, owner=CITY, grade="一类"), rule(2, owner=BUREAU)], 2),
        ([rule(1, owner=STATION), rule(2, owner=BUREAU, grade="一类")], 1),
        # Only while it runs; both ends belong to it.
        ([rule(1, last=date(2026, 6, 9))], None),
        ([rule(1, last=DAY)], 1),
        ([rule(1, first=DAY)], 1),
        ([rule(1, first=date(2026, 6, 11))], None),
        ([rule(1, owner=CITY), rule(2, last=date(2026, 5, 31))], 1),
    ],
)
def test_the_rule_that_binds(rules, key):
    found = rule_on(RuleBook(rules).concerning(PLACE), DAY)

    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("holdings", "posts", "number"),
    [
        ([], {FULL}, 0),
        ([holding(1)], {FULL}, 1),
        ([holding(1, PART)], {FULL}, 0),
        ([holding(1, PART)], {FULL, PART}, 1),
        # One person in two of the posts counts once.
        ([holding(1), holding(1, PART)], {FULL, PART}, 1),
        ([holding(1), holding(2, PART)], {FULL, PART}, 2),
        ([holding(1, last=date(2026, 6, 9)), holding(2, first=DAY)], {FULL}, 1),
        ([holding(1, last=DAY), holding(2, first=DAY)], {FULL}, 2),
    ],
)
def test_people_reached(holdings, posts, number):
    assert reached(holdings, posts, DAY) == number


@pytest.mark.parametrize(
    ("rules", "holdings", "lacking"),
    [
        ([], [], []),
        ([rule(1)], [], [(date(2026, 1, 1), date(2026, 12, 31))]),
        ([rule(1)], [holding(1)], []),
        # The reviewer left on 8 March, the next came on 1 April: 23 days.
        (
            [rule(1)],
            [holding(1, last=date(2026, 3, 8)), holding(2, first=date(2026, 4, 1))],
            [(date(2026, 3, 9), date(2026, 3, 31))],
        ),
        (
            [rule(1)],
            [holding(1, last=date(2026, 3, 8)), holding(2, first=date(2026, 3, 9))],
            [],
        ),
        # At least two: lacking on the days of one, and on those of none.
        (
            [rule(1, at_least=2)],
            [holding(1, last=date(2026, 8, 31)), holding(2, first=date(2026, 3, 1))],
            [
                (date(2026, 1, 1), date(2026, 2, 28)),
                (date(2026, 9, 1), date(2026, 12, 31)),
            ],
        ),
        (
            [rule(1, at_least=2)],
            [holding(1, last=date(2026, 3, 8)), holding(2, first=date(2026, 4, 1))],
            [(date(2026, 1, 1), date(2026, 12, 31))],
        ),
        # The part-time one counts until the stricter rule begins.
        (
            [
                rule(1, posts=(FULL, PART), last=date(2026, 6, 30)),
                rule(2, posts=(FULL,), first=date(2026, 7, 1)),
            ],
            [holding(1, PART)],
            [(date(2026, 7, 1), date(2026, 12, 31))],
        ),
        (
            [rule(1, first=date(2026, 5, 1), last=date(2026, 5, 31))],
            [],
            [(date(2026, 5, 1), date(2026, 5, 31))],
        ),
    ],
)
def test_days_lacking(rules, holdings, lacking):
    found = stretches(RuleBook(rules).concerning(PLACE), holdings, YEAR)

    assert [(span.first, span.last) for span in days_lacking(found)] == lacking


def test_stretches_cover_the_period_without_holes():
    rules = [rule(1, first=date(2026, 2, 1))]
    holdings = [holding(1, first=date(2026, 3, 1), last=date(2026, 3, 31))]

    found = stretches(RuleBook(rules).concerning(PLACE), holdings, YEAR)

    assert [(s.period.first, s.period.last, s.rule is not None, s.held) for s in found] == [
        (date(2026, 1, 1), date(2026, 1, 31), False, 0),
        (date(2026, 2, 1), date(2026, 2, 28), True, 0),
        (date(2026, 3, 1), date(2026, 3, 31), True, 1),
        (date(2026, 4, 1), date(2026, 12, 31), True, 0),
    ]


def test_months_say_how_many_days_were_lacking():
    rules = [rule(1, first=date(2026, 2, 1))]
    holdings = [holding(1, first=date(2026, 3, 10), last=date(2026, 4, 30))]
    found = stretches(
        RuleBook(rules).concerning(PLACE), holdings, Period(date(2026, 1, 1), date(2026, 5, 10))
    )

    months = months_of(found, 2026)

    assert months[:6] == [
        Month(1, MonthState.NO_RULE),
        Month(2, MonthState.LACKING, 28),
        Month(3, MonthState.PARTLY, 9),
        Month(4, MonthState.KEPT),
        Month(5, MonthState.LACKING, 10),
        Month(6, MonthState.OUTSIDE),
    ]


def test_spans_are_cut_to_the_period():
    spans = [
        Period(date(2025, 12, 20), date(2026, 1, 5)),
        Period(date(2025, 3, 1), date(2025, 3, 31)),
        Period(date(2026, 12, 30), date(2027, 1, 2)),
    ]

    assert within_period(spans, YEAR) == [
        Period(date(2026, 1, 1), date(2026, 1, 5)),
        Period(date(2026, 12, 30), date(2026, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("holdings", "found"),
    [
        ([holding(1), holding(2, CHIEF)], []),
        ([holding(1), holding(1, CHIEF)], [(1, FULL)]),
        ([holding(1, PART), holding(1, CHIEF)], []),
        ([holding(1), holding(1, CHIEF, last=date(2026, 6, 9))], []),
        ([holding(1, last=date(2026, 6, 9)), holding(1, CHIEF)], []),
    ],
)
def test_a_full_time_holder_who_heads_the_unit(holdings, found):
    assert heads_beside(holdings, {FULL}, {CHIEF}, DAY) == found


@pytest.mark.parametrize(
    ("drafted", "others", "against"),
    [
        (rule(0), [], []),
        (rule(0, posts=()), [], [AgainstStaffing.NO_POSTS]),
        (rule(0, at_least=0), [], [AgainstStaffing.NOBODY]),
        (rule(0, last=date(2024, 12, 31)), [rule(1)], [AgainstStaffing.ENDS_BEFORE]),
        (rule(0), [rule(1)], [AgainstStaffing.TWICE]),
        (rule(1), [rule(1)], []),
        (rule(0), [rule(1, grade="一类")], []),
        (rule(0), [rule(1, kind=OTHER_KIND)], []),
        (rule(0), [rule(1, owner=CITY)], []),
        (rule(0, first=date(2026, 1, 1)), [rule(1, last=date(2025, 12, 31))], []),
        (rule(0, first=date(2025, 12, 31)), [rule(1, last=date(2025, 12, 31))], ["twice"]),
    ],
)
def test_reasons_against_a_rule(drafted, others, against):
    assert reasons_against_rule(drafted, others) == against


def test_totals_by_key():
    parts = [(1, Totals(1, 1, 0, 0)), (2, Totals(1, 0, 1, 5)), (1, Totals(1, 0, 1, 23))]

    assert totals_by(parts) == {1: Totals(2, 1, 1, 23), 2: Totals(1, 0, 1, 5)}
