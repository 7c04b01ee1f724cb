from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.look_backs import (
    AgainstEnding,
    RoundStanding,
    Worked,
    drawn,
    free_checkers,
    reasons_against_ending,
    round_standing,
)

DUE = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("ended_on", "on", "cancelled", "expected"),
    [
        (None, DUE, False, RoundStanding.RUNNING),
        (None, date(2026, 7, 1), False, RoundStanding.OVERDUE),
        (DUE, DUE, False, RoundStanding.ENDED),
        (date(2026, 7, 1), date(2026, 7, 1), False, RoundStanding.ENDED_LATE),
        (date(2026, 7, 2), date(2026, 7, 1), False, RoundStanding.OVERDUE),
        (None, DUE, True, RoundStanding.CANCELLED),
    ],
)
def test_standing(ended_on, on, cancelled, expected):
    assert round_standing(due_on=DUE, ended_on=ended_on, on=on, cancelled=cancelled) == expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, []),
        ({"items": 0, "checked": 0}, [AgainstEnding.NO_ITEMS]),
        ({"checked": 2}, [AgainstEnding.ITEMS_OPEN]),
        ({"conclusion": " "}, [AgainstEnding.NO_CONCLUSION]),
        ({"on": date(2026, 5, 31)}, [AgainstEnding.WRONG_DAY]),
        ({"on": date(2026, 6, 11)}, [AgainstEnding.WRONG_DAY]),
        ({"on": date(2026, 6, 8)}, [AgainstEnding.BEFORE_LAST_CHECK]),
        ({"on": date(2026, 6, 9)}, []),
    ],
)
def test_reasons_against_ending(how, expected):
    asked = {
        "items": 3,
        "checked": 3,
        "conclusion": "总体巩固",
        "on": date(2026, 6, 10),
        "ordered_on": date(2026, 6, 1),
        "today": date(2026, 6, 10),
        "last_check_on": date(2026, 6, 9),
        **how,
    }

    assert reasons_against_ending(**asked) == expected


@pytest.mark.parametrize(
    ("checkers", "free"), [([1, 2, 3, 4], [3, 4]), ([1, 2], []), ([3], [3]), ([-7, 1], [-7])]
)
def test_who_submitted_or_verified_does_not_check(checkers, free):
    assert free_checkers(Worked(submitted_by=1, closed_by=2), checkers) == free


def test_nobody_is_barred_where_nobody_is_known():
    assert Worked(None, None).is_checked_by(1) is True


def test_the_same_seed_draws_the_same_sample():
    keys = [11, 12, 13, 14, 15, 16, 17, 18]

    assert drawn(keys, 3, "20260601") == [12, 13, 15]
    assert drawn(reversed(keys), 3, "20260601") == drawn(keys, 3, "20260601")
    assert drawn(keys, 3, "20260602") != drawn(keys, 3, "20260601")


@given(st.sets(st.integers(1, 500)), st.integers(0, 40), st.text(max_size=10))
def test_a_sample_is_as_large_as_asked_and_of_the_keys(keys, number, seed):
    found = drawn(keys, number, seed)

    assert len(found) == min(number, len(keys))
    assert set(found) <= keys
    assert found == sorted(found)
