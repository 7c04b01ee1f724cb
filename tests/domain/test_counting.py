from dataclasses import replace
from datetime import date

import pytest

from reports.domain.counting import (
    CountingRule,
    MeetingFacts,
    WhyNot,
    is_late,
    reasons_not_counting,
)
from reports.domain.periods import Period

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
BUREAU, STATION, COMMITTEE = 1, 2, 3
BRIEFING, STUDY = 10, 11
HEAD = 20

MEETING = MeetingFacts(
    held_on=date(2026, 3, 18), unit_id=STATION, bureau_id=BUREAU, kind_id=BRIEFING
)
RULE = CountingRule(unit_ids=frozenset({STATION}), meeting_kind_id=BRIEFING)


def reasons(meeting, rule=RULE, until=None):
    return reasons_not_counting(meeting, rule, MARCH, BUREAU, until)


def test_a_meeting_of_the_stated_kind_counts():
    assert reasons(MEETING) == []


@pytest.mark.parametrize(
    ("meeting", "rule", "expected"),
    [
        ({"cancelled": True}, {}, [WhyNot.CANCELLED]),
        ({"bureau_id": 9}, {}, [WhyNot.OTHER_BUREAU]),
        ({"bureau_id": None}, {}, [WhyNot.OTHER_BUREAU]),
        ({"unit_id": 9}, {}, [WhyNot.OTHER_UNIT]),
        ({"unit_id": 9, "attending_unit_ids": frozenset({STATION})}, {}, []),
        ({"unit_id": 9, "attending_unit_ids": frozenset({8})}, {}, [WhyNot.OTHER_UNIT]),
        ({"unit_id": COMMITTEE}, {"unit_ids": frozenset({STATION, COMMITTEE})}, []),
        ({"kind_id": 99}, {}, [WhyNot.OTHER_KIND]),
        ({"kind_id": None}, {}, [WhyNot.OTHER_KIND]),
        ({}, {"agenda_kind_id": STUDY}, []),
        ({"kind_id": 99}, {"agenda_kind_id": STUDY}, [WhyNot.OTHER_KIND, WhyNot.NO_AGENDA_ITEM]),
        (
            {"kind_id": 99, "agenda_kind_ids": frozenset({STUDY, 12})},
            {"agenda_kind_id": STUDY},
            [],
        ),
        ({}, {"meeting_kind_id": None, "agenda_kind_id": STUDY}, [WhyNot.NO_AGENDA_ITEM]),
        (
            {"kind_id": 99, "agenda_kind_ids": frozenset({STUDY})},
            {"meeting_kind_id": None, "agenda_kind_id": STUDY},
            [],
        ),
        ({"kind_id": 99}, {"meeting_kind_id": None}, []),
        ({}, {"presided_by_post_id": HEAD}, [WhyNot.NOT_PRESIDED]),
        ({"presiding_post_ids": frozenset({HEAD, 21})}, {"presided_by_post_id": HEAD}, []),
        ({"presiding_post_ids": frozenset({21})}, {}, []),
        ({}, {"legal_must_sit_in": True}, [WhyNot.LEGAL_ABSENT]),
        ({"legal_sits_in": True}, {"legal_must_sit_in": True}, []),
        (
            {"cancelled": True, "kind_id": 99, "held_on": date(2026, 2, 28)},
            {"legal_must_sit_in": True},
            [WhyNot.CANCELLED, WhyNot.OTHER_KIND, WhyNot.BEFORE_PERIOD, WhyNot.LEGAL_ABSENT],
        ),
    ],
)
def test_reasons_not_counting(meeting, rule, expected):
    assert reasons(replace(MEETING, **meeting), replace(RULE, **rule)) == expected


@pytest.mark.parametrize(
    ("held_on", "until", "expected"),
    [
        (date(2026, 2, 28), date(2026, 4, 30), [WhyNot.BEFORE_PERIOD]),
        (date(2026, 3, 1), None, []),
        (date(2026, 3, 31), None, []),
        (date(2026, 4, 1), None, [WhyNot.AFTER_PERIOD]),
        (date(2026, 4, 1), date(2026, 4, 30), []),
        (date(2026, 4, 30), date(2026, 4, 30), []),
        (date(2026, 5, 1), date(2026, 4, 30), [WhyNot.TOO_LATE]),
    ],
)
def test_the_day_of_a_meeting(held_on, until, expected):
    assert reasons(replace(MEETING, held_on=held_on), until=until) == expected


@pytest.mark.parametrize(
    ("held_on", "late"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True)]
)
def test_is_late(held_on, late):
    assert is_late(replace(MEETING, held_on=held_on), MARCH) is late
