"""Heads in court are counted by instance, not by hearing."""

from datetime import date

import pytest

from reports.domain.court import (
    Appearance,
    Attendance,
    CourtRemark,
    PostFacts,
    attendance,
    instances_of,
    is_head,
    remark_on,
)

HEAD = PostFacts("station_head", heads_unit=True, is_capacity=False)
DEPUTY = PostFacts("deputy_head", heads_unit=False, is_capacity=False)
IN_CHARGE = PostFacts("in_charge", heads_unit=False, is_capacity=True)
REVIEWER = PostFacts("full_reviewer", heads_unit=False, is_capacity=True)


def heard(case, instance, day, head, place=1):
    return Appearance(place, case, instance, date(2026, 5, day), head)


@pytest.mark.parametrize(
    ("hearings", "appeared"),
    [
        ([], (0, 0)),
        ([heard("A1", "一审", 3, True)], (1, 1)),
        ([heard("A1", "一审", 3, False)], (0, 1)),
        # The second hearing of an instance asks for nobody any more.
        ([heard("A1", "一审", 3, True), heard("A1", "一审", 9, False)], (1, 1)),
        ([heard("A1", "一审", 3, False), heard("A1", "一审", 9, True)], (1, 1)),
        # Each instance asks for one.
        ([heard("A1", "一审", 3, True), heard("A1", "二审", 9, False)], (1, 2)),
        ([heard("A1", "一审", 3, True), heard("A2", "一审", 3, True)], (2, 2)),
        # The same number in another bureau is another case; blanks and brackets make none.
        ([heard("A1", "一审", 3, True), heard("A1", "一审", 3, False, place=2)], (1, 2)),
        ([heard("（2026）A 1", "一审", 3, True), heard("(2026)A1", "一审", 5, False)], (1, 1)),
    ],
)
def test_attendance_is_counted_by_instance(hearings, appeared):
    assert attendance(hearings) == Attendance(*appeared)


def test_an_instance_knows_its_hearings_and_when_the_head_came():
    found = instances_of([heard("A1", "一审", 9, True), heard("A1", "一审", 3, False)])

    assert [(each.days, each.head_on) for each in found] == [
        ((date(2026, 5, 3), date(2026, 5, 9)), date(2026, 5, 9))
    ]


@pytest.mark.parametrize(
    ("posts", "of_bureau", "head"),
    [
        ([], True, False),
        ([HEAD], True, True),
        ([HEAD], False, True),
        ([DEPUTY], True, True),
        ([DEPUTY], False, False),
        ([IN_CHARGE], True, True),
        ([IN_CHARGE], False, False),
        ([REVIEWER], True, False),
        ([REVIEWER, HEAD], False, True),
    ],
)
def test_who_is_a_head(posts, of_bureau, head):
    assert is_head(posts, of_bureau=of_bureau) is head


@pytest.mark.parametrize(
    ("head_present", "has_person", "posts", "own_name", "earlier", "remark"),
    [
        (True, True, [HEAD], True, False, None),
        (True, True, [REVIEWER], True, False, CourtRemark.NO_HEAD_POST),
        (True, False, [], True, False, CourtRemark.NOBODY_NAMED),
        (False, True, [], True, False, CourtRemark.OWN_HEAD_ABSENT),
        (False, True, [], True, True, None),
        (False, True, [], False, False, None),
    ],
)
def test_what_is_remarked_on(head_present, has_person, posts, own_name, earlier, remark):
    found = remark_on(
        head_present=head_present,
        has_person=has_person,
        posts=posts,
        own_name=own_name,
        of_bureau=not own_name,
        head_earlier=earlier,
    )

    assert found == remark
