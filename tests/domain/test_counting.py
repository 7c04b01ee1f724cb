from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.counting import (
    STILL_RECORDED,
    CountingRule,
    MeetingFacts,
    WhyNot,
    is_late,
    reasons_not_counting,
)
from reports.domain.dues import CountedIn
from reports.domain.periods import Period

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
BUREAU, STATION, COMMITTEE = 1, 2, 3
BRIEFING, STUDY = 10, 11
HEAD, DEPUTY = 20, 21
OFFICER = 30

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
    ("posts", "deputy", "expected"),
    [
        ({HEAD}, None, []),
        ({HEAD}, DEPUTY, []),
        ({DEPUTY}, DEPUTY, []),
        ({DEPUTY}, None, [WhyNot.NOT_PRESIDED]),
        ({22}, DEPUTY, [WhyNot.NOT_PRESIDED]),
        (set(), DEPUTY, [WhyNot.NOT_PRESIDED]),
    ],
)
def test_the_deputy_presides_only_where_the_rule_says_so(posts, deputy, expected):
    rule = replace(RULE, presided_by_post_id=HEAD, deputy_post_id=deputy)

    assert reasons(replace(MEETING, presiding_post_ids=frozenset(posts)), rule) == expected


@pytest.mark.parametrize(
    ("items", "with_opinion", "sits_in", "expected"),
    [
        (0, 0, False, []),
        (1, 1, True, []),
        (2, 2, True, []),
        (1, 0, True, [WhyNot.NO_LEGAL_OPINION]),
        (2, 1, True, [WhyNot.NO_LEGAL_OPINION]),
        (1, 1, False, [WhyNot.LEGAL_ABSENT]),
        (1, 0, False, [WhyNot.LEGAL_ABSENT, WhyNot.NO_LEGAL_OPINION]),
    ],
)
def test_items_that_touch_the_law_ask_for_the_legal_unit(items, with_opinion, sits_in, expected):
    meeting = replace(
        MEETING, law_items=items, law_items_with_opinion=with_opinion, legal_sits_in=sits_in
    )

    assert reasons(meeting, replace(RULE, legal_on_law_items=True)) == expected
    assert reasons(meeting) == []


def test_where_the_legal_unit_always_sits_in_it_does_so_without_such_items():
    rule = replace(RULE, legal_must_sit_in=True, legal_on_law_items=True)

    assert reasons(MEETING, rule) == [WhyNot.LEGAL_ABSENT]


@pytest.mark.parametrize(
    ("minutes", "rule", "expected"),
    [
        (None, {}, []),
        (None, {"min_minutes": 30}, [WhyNot.NO_TIMES]),
        (29, {"min_minutes": 30}, [WhyNot.TOO_SHORT]),
        (30, {"min_minutes": 30}, []),
        (0, {"min_minutes": 30}, [WhyNot.TOO_SHORT]),
        (None, {"counted_in": CountedIn.MINUTES}, [WhyNot.NO_TIMES]),
        (1, {"counted_in": CountedIn.MINUTES}, []),
        (29, {"counted_in": CountedIn.MINUTES, "min_minutes": 30}, [WhyNot.TOO_SHORT]),
        (None, {"counted_in": CountedIn.MINUTES, "min_minutes": 30}, [WhyNot.NO_TIMES]),
    ],
)
def test_how_long_it_lasted(minutes, rule, expected):
    assert reasons(replace(MEETING, minutes=minutes), replace(RULE, **rule)) == expected


@pytest.mark.parametrize(
    ("meeting", "rule", "expected"),
    [
        ({"attending_person_ids": frozenset({OFFICER})}, {}, []),
        ({}, {}, [WhyNot.NOT_ATTENDED]),
        ({"attending_person_ids": frozenset({31})}, {}, [WhyNot.NOT_ATTENDED]),
        # Wherever it was held, but in a body that the rule names.
        ({"attending_person_ids": frozenset({OFFICER}), "unit_id": 9}, {}, []),
        ({"unit_id": 9}, {}, [WhyNot.NOT_ATTENDED]),
        (
            {"attending_person_ids": frozenset({OFFICER}), "unit_id": 9},
            {"body_only": True},
            [WhyNot.OTHER_UNIT],
        ),
        ({"attending_person_ids": frozenset({OFFICER})}, {"body_only": True}, []),
        (
            {
                "attending_person_ids": frozenset({OFFICER}),
                "unit_id": 9,
                "attending_unit_ids": frozenset({STATION}),
            },
            {"body_only": True},
            [],
        ),
        (
            {"attending_person_ids": frozenset({OFFICER}), "bureau_id": 9},
            {},
            [WhyNot.OTHER_BUREAU],
        ),
    ],
)
def test_who_owes_in_person_takes_part_wherever_it_is_held(meeting, rule, expected):
    rule = replace(RULE, person_id=OFFICER, **rule)

    assert reasons(replace(MEETING, **meeting), rule) == expected


def test_what_nobody_has_confirmed_does_not_count_yet():
    assert reasons(replace(MEETING, confirmed=False)) == [WhyNot.NOT_CONFIRMED]


STRICT = replace(
    RULE,
    presided_by_post_id=HEAD,
    legal_on_law_items=True,
    min_minutes=30,
    person_id=OFFICER,
)


def test_every_lack_of_form_is_told_at_once():
    meeting = replace(MEETING, law_items=1, minutes=10, confirmed=False)

    assert reasons(meeting, STRICT) == [
        WhyNot.NOT_PRESIDED,
        WhyNot.LEGAL_ABSENT,
        WhyNot.NO_LEGAL_OPINION,
        WhyNot.NOT_ATTENDED,
        WhyNot.TOO_SHORT,
        WhyNot.NOT_CONFIRMED,
    ]


@given(
    st.builds(
        MeetingFacts,
        held_on=st.just(MEETING.held_on),
        unit_id=st.just(STATION),
        bureau_id=st.just(BUREAU),
        kind_id=st.just(BRIEFING),
        presiding_post_ids=st.frozensets(st.sampled_from([HEAD, DEPUTY, 22])),
        legal_sits_in=st.booleans(),
        minutes=st.none() | st.integers(0, 60),
        attending_person_ids=st.frozensets(st.sampled_from([OFFICER, 31])),
        law_items=st.integers(0, 2),
        law_items_with_opinion=st.integers(0, 2),
        confirmed=st.booleans(),
    )
)
def test_a_meeting_that_lacks_only_its_form_is_recorded_all_the_same(meeting):
    assert set(reasons(meeting, STRICT)) <= STILL_RECORDED


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
