from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.measures import (
    AgainstExtension,
    AgainstProgress,
    ExtensionFacts,
    MeasureFacts,
    MeasureStanding,
    MeasureState,
    MilestoneStanding,
    days_of_silence,
    due_day,
    is_late,
    is_silent,
    keeps_to_months,
    milestone_standing,
    overdue,
    reasons_against_extension,
    reasons_against_progress,
    standing,
    state,
)

DUE = date(2026, 6, 30)
ASKER, GRANTER = 1, 2


def measure(**facts):
    return MeasureFacts("训练", **{"due_on": DUE, **facts})


@pytest.mark.parametrize(
    ("day", "month_only", "expected"),
    [
        (date(2026, 2, 3), False, date(2026, 2, 3)),
        (date(2026, 2, 3), True, date(2026, 2, 28)),
        (date(2028, 2, 1), True, date(2028, 2, 29)),
        (date(2026, 12, 31), True, date(2026, 12, 31)),
    ],
)
def test_a_month_is_due_on_its_last_day(day, month_only, expected):
    assert due_day(day, month_only) == expected


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ({}, DUE, MeasureStanding.IN_TIME),
        ({}, date(2026, 7, 1), MeasureStanding.OVERDUE),
        ({"due_on": None}, date(2030, 1, 1), MeasureStanding.IN_TIME),
        ({"done_on": DUE}, date(2026, 8, 1), MeasureStanding.DONE_IN_TIME),
        ({"done_on": date(2026, 7, 1)}, date(2026, 8, 1), MeasureStanding.DONE_LATE),
        ({"done_on": date(2026, 7, 5)}, date(2026, 7, 4), MeasureStanding.OVERDUE),
        ({"done_on": date(2026, 7, 5)}, date(2026, 7, 5), MeasureStanding.DONE_LATE),
        ({"due_on": None, "done_on": DUE}, DUE, MeasureStanding.DONE_IN_TIME),
        ({"dropped_on": date(2026, 5, 1)}, DUE, MeasureStanding.DROPPED),
        ({"dropped_on": date(2026, 5, 1)}, date(2026, 4, 30), MeasureStanding.IN_TIME),
        ({"begun_on": date(2026, 5, 1)}, date(2026, 5, 31), MeasureStanding.IN_TIME),
        ({"begun_on": date(2026, 5, 1)}, date(2026, 6, 1), MeasureStanding.NO_MOVEMENT),
        (
            {"begun_on": date(2026, 5, 1), "last_progress_on": date(2026, 5, 20)},
            date(2026, 6, 1),
            MeasureStanding.IN_TIME,
        ),
        (
            {"begun_on": date(2026, 5, 1), "last_progress_on": date(2026, 6, 20)},
            date(2026, 6, 20),
            MeasureStanding.IN_TIME,
        ),
        ({"begun_on": date(2026, 5, 1)}, date(2026, 7, 1), MeasureStanding.OVERDUE),
    ],
)
def test_standing(facts, on, expected):
    assert standing(measure(**facts), on) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, MeasureState.OPEN),
        ({"done_on": DUE}, MeasureState.DONE),
        ({"dropped_on": DUE}, MeasureState.DROPPED),
        ({"done_on": DUE, "dropped_on": DUE}, MeasureState.DONE),
        ({"done_on": DUE, "dropped_on": date(2026, 6, 29)}, MeasureState.DROPPED),
        ({"done_on": date(2026, 7, 1)}, MeasureState.OPEN),
        ({"done_on": date(2026, 7, 1), "dropped_on": DUE}, MeasureState.DROPPED),
    ],
)
def test_state(facts, expected):
    assert state(measure(**facts), DUE) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 6, 19), DUE),
        (date(2026, 6, 20), date(2026, 8, 31)),
        (date(2026, 8, 15), date(2026, 9, 30)),
    ],
)
def test_an_extension_counts_from_the_day_it_was_granted(on, expected):
    facts = measure(
        extensions=(
            ExtensionFacts(date(2026, 8, 15), date(2026, 9, 30)),
            ExtensionFacts(date(2026, 6, 20), date(2026, 8, 31)),
        )
    )

    assert facts.due_as_of(on) == expected


def test_done_within_the_extension_is_in_time():
    facts = measure(
        done_on=date(2026, 8, 1),
        extensions=(ExtensionFacts(date(2026, 6, 20), date(2026, 8, 31)),),
    )

    assert standing(facts, date(2026, 9, 1)) == MeasureStanding.DONE_IN_TIME


@pytest.mark.parametrize(
    ("facts", "asked", "expected"),
    [
        ({}, {}, []),
        ({}, {"granted_on": date(2026, 6, 20), "granted_by": GRANTER}, []),
        ({}, {"asked_on": date(2026, 6, 29)}, []),
        ({}, {"asked_on": DUE}, [AgainstExtension.ASKED_TOO_LATE]),
        ({}, {"new_due_on": DUE}, [AgainstExtension.NOT_LATER]),
        ({}, {"new_due_on": date(2026, 7, 1)}, []),
        ({"due_on": None}, {}, [AgainstExtension.NO_DUE_DAY]),
        ({"done_on": date(2026, 6, 10)}, {}, [AgainstExtension.ENDED]),
        ({"done_on": date(2026, 6, 11)}, {}, []),
        (
            {"dropped_on": date(2026, 6, 15)},
            {"granted_on": date(2026, 6, 20), "granted_by": GRANTER},
            [AgainstExtension.ENDED],
        ),
        (
            {},
            {"granted_on": date(2026, 6, 20), "granted_by": ASKER},
            [AgainstExtension.OWN_REQUEST],
        ),
        (
            {},
            {"granted_on": date(2026, 6, 9), "granted_by": GRANTER},
            [AgainstExtension.GRANTED_BEFORE_ASKED],
        ),
        ({}, {"granted_on": date(2026, 7, 10), "granted_by": GRANTER}, []),
        ({}, {"granted_on": date(2026, 6, 10), "granted_by": GRANTER}, []),
        ({}, {"today": date(2026, 6, 10)}, []),
        ({}, {"today": date(2026, 6, 9)}, [AgainstExtension.IN_FUTURE]),
    ],
)
def test_reasons_against_extension(facts, asked, expected):
    request = {
        "asked_on": date(2026, 6, 10),
        "asked_by": ASKER,
        "new_due_on": date(2026, 8, 31),
        "today": date(2026, 7, 31),
        **asked,
    }

    assert reasons_against_extension(measure(**facts), **request) == expected


def test_overdue_keeps_the_order_given():
    late, fine = measure(), measure(due_on=None)

    assert overdue([late, fine, late], date(2026, 7, 1)) == [late, late]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 200), st.integers(0, 200))
def test_an_end_stays_an_end(done_on, on_shift, later):
    facts = measure(done_on=done_on)
    on = date(2026, 3, 1) + timedelta(days=on_shift)

    if facts.ended_by(on):
        assert standing(facts, on) == standing(facts, on + timedelta(days=later))


@pytest.mark.parametrize(("days", "expected"), [([], 30), ([45], 45), ([45, 10, 30], 10)])
def test_silence_is_remarked_on_as_the_strictest_class_says(days, expected):
    assert days_of_silence(days) == timedelta(days=expected)


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ({"begun_on": date(2026, 6, 1)}, date(2026, 6, 11), False),
        ({"begun_on": date(2026, 6, 1)}, date(2026, 6, 12), True),
        # Overdue and silent are told apart.
        ({"begun_on": date(2026, 6, 1)}, date(2026, 8, 1), True),
        (
            {"begun_on": date(2026, 6, 1), "last_progress_on": date(2026, 6, 10)},
            date(2026, 6, 12),
            False,
        ),
        ({"begun_on": date(2026, 6, 1), "done_on": date(2026, 6, 5)}, date(2026, 8, 1), False),
        ({"begun_on": None}, date(2026, 8, 1), False),
    ],
)
def test_silence(facts, on, expected):
    assert is_silent(measure(**facts), on, no_movement_after=timedelta(days=10)) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({}, False), ({"done_on": DUE}, False), ({"done_on": date(2026, 7, 1)}, True)],
)
def test_late_is_done_after_the_due_day(facts, expected):
    assert is_late(measure(**facts), date(2026, 8, 1)) is expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, MilestoneStanding.IN_TIME),
        ({"on": date(2026, 7, 1)}, MilestoneStanding.OVERDUE),
        ({"done_on": DUE, "on": date(2026, 7, 1)}, MilestoneStanding.DONE_IN_TIME),
        ({"done_on": date(2026, 7, 1), "on": date(2026, 7, 1)}, MilestoneStanding.DONE_LATE),
        ({"done_on": date(2026, 7, 1)}, MilestoneStanding.IN_TIME),
        ({"measure_ended_on": date(2026, 6, 1), "on": date(2026, 7, 1)}, MilestoneStanding.LEFT),
        ({"measure_ended_on": date(2026, 7, 2), "on": date(2026, 7, 1)}, MilestoneStanding.OVERDUE),
    ],
)
def test_milestone(how, expected):
    assert milestone_standing(**{"due_on": DUE, "done_on": None, "on": DUE, **how}) == expected


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, []),
        ({"percent": 0}, []),
        ({"percent": 100, "finishes": True}, []),
        ({"nothing_new": True}, []),
        ({"finishes": True, "basically_done": True}, [AgainstProgress.DONE_AND_NEARLY]),
        ({"nothing_new": True, "finishes": True}, [AgainstProgress.NOTHING_NEW_AND_DONE]),
        ({"nothing_new": True, "basically_done": True}, [AgainstProgress.NOTHING_NEW_AND_DONE]),
        ({"nothing_new": True, "percent": 30}, [AgainstProgress.NOTHING_NEW_AND_PERCENT]),
        ({"percent": 101}, [AgainstProgress.PERCENT_OUT_OF_RANGE]),
        ({"percent": 99, "finishes": True}, [AgainstProgress.DONE_BELOW_A_HUNDRED]),
    ],
)
def test_reasons_against_progress(how, expected):
    plain = {"finishes": False, "basically_done": False, "nothing_new": False, "percent": None}

    assert reasons_against_progress(**plain | how) == expected


@pytest.mark.parametrize(
    ("month_only", "day", "expected"),
    [
        (True, date(2026, 9, 30), True),
        (True, date(2026, 9, 29), False),
        (False, date(2026, 9, 30), False),
    ],
)
def test_a_later_month_stays_a_month(month_only, day, expected):
    assert keeps_to_months(month_only, day) is expected
