from datetime import date

import pytest

from reports.domain.periods import Period
from reports.models import Due, Unit
from reports.selectors.gaps import (
    asks_for_reviewer,
    counted_days,
    gap_sentence,
    gaps_of_due,
)
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    DueFactory,
    PostFactory,
    ScheduleVersionFactory,
    StaffingRuleFactory,
    UnitFactory,
    UnitKindFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def station():
    return UnitFactory(parent=BureauFactory(name="东城分局"), name="一所")


def reviewer(station, first, last=None, code="part_reviewer"):
    return AppointmentFactory(
        person__unit=station,
        post=PostFactory(code=code, name=code, single_holder=False),
        first_day=first,
        last_day=last,
    )


@pytest.mark.parametrize(
    ("more", "on", "days"),
    [
        ({}, TODAY, MARCH),
        ({}, date(2026, 3, 10), Period(MARCH.first, date(2026, 3, 10))),
        ({}, date(2026, 2, 28), None),
        ({"opened_on": date(2026, 3, 16)}, TODAY, Period(date(2026, 3, 16), MARCH.last)),
        ({"closed_on": date(2026, 3, 16)}, TODAY, Period(MARCH.first, date(2026, 3, 16))),
        ({"closed_on": date(2026, 2, 16)}, TODAY, None),
    ],
)
def test_days_on_which_an_empty_post_is_a_gap(more, on, days):
    assert counted_days(UnitFactory(**more), MARCH, on=on) == days


@pytest.mark.parametrize(
    ("begun", "days"),
    [(date(2026, 3, 9), Period(date(2026, 3, 9), MARCH.last)), (None, None)],
)
def test_before_the_ledger_begins_nothing_is_a_gap(begun, days):
    unit = UnitFactory(parent=BureauFactory(ledger_from=begun))

    assert counted_days(unit, MARCH, on=TODAY) == days


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ({}, True),
        ({"grade": "一类"}, True),
        ({"grade": "二类"}, False),
        ({"first_day": date(2026, 6, 11)}, False),
        ({"last_day": date(2026, 6, 9)}, False),
    ],
)
def test_which_units_must_have_a_reviewer(rule, asked):
    bureau = BureauFactory()
    station = UnitFactory(parent=bureau, grade="一类")
    UnitFactory(parent=bureau, kind=UnitKindFactory(code="squad"))
    UnitFactory(grade="一类")
    made = StaffingRuleFactory(unit=bureau, kind=station.kind, **rule)
    made.posts.set([PostFactory(code="part_reviewer")])

    rows = Unit.objects.annotate(asked=asks_for_reviewer(TODAY, unit="")).filter(asked=True)

    assert list(rows) == ([station] if asked else [])


def test_a_rule_about_other_posts_asks_for_no_reviewer():
    station = UnitFactory()
    StaffingRuleFactory(unit=station.bureau, kind=station.kind).posts.set([PostFactory()])

    assert not Unit.objects.filter(asks_for_reviewer(TODAY, unit="")).exists()


# --- of a due -----------------------------------------------------------------------------------


def due_of(station, day=date(2026, 3, 10), **rule):
    version = ScheduleVersionFactory(schedule__set__unit=station.bureau, **rule)
    due = DueFactory(version=version, unit=station, day=day)
    return Due.objects.select_related("unit", "bureau", "version__presided_by").get(pk=due.pk)


def sentences(due, *, on=TODAY, needs_reviewer=False):
    return [gap_sentence(gap) for gap in gaps_of_due(due, on=on, needs_reviewer=needs_reviewer)]


def test_a_due_says_when_nobody_reviewed(station):
    reviewer(station, date(2025, 1, 1), date(2026, 3, 1))
    reviewer(station, date(2026, 3, 25))

    due = due_of(station)

    assert sentences(due, needs_reviewer=True) == ["本期内3月2日—24日无法制员（23日）。"]
    assert sentences(due) == []


def test_a_due_says_when_nobody_could_preside(station):
    post = PostFactory(code="first_person")
    AppointmentFactory(person__unit=station.bureau, post=post, last_day=date(2026, 3, 1))
    AppointmentFactory(person__unit=station.bureau, post=post, first_day=date(2026, 3, 3))

    due = due_of(station, presided_by=post)

    assert sentences(due) == ["应由第一责任人主持的岗位，本期内3月2日空缺（1日）。"]


def test_a_whole_period_without_anybody(station):
    post = PostFactory(code="first_person")

    due = due_of(station, presided_by=post)

    assert sentences(due, needs_reviewer=True) == [
        "应由第一责任人主持的岗位，本期全期空缺（31日）。",
        "本期全期未配备法制员（31日）。",
    ]


def test_what_comes_after_the_day_is_not_known(station):
    due = due_of(station)

    assert sentences(due, on=date(2026, 3, 4), needs_reviewer=True) == [
        "本期内3月1日—4日无法制员（4日）。"
    ]
    assert sentences(due, on=date(2026, 2, 27), needs_reviewer=True) == []


def test_it_takes_one_query(station, django_assert_num_queries):
    due = due_of(station, presided_by=PostFactory(code="first_person"))

    with django_assert_num_queries(1):
        gaps_of_due(due, on=TODAY, needs_reviewer=True)
