from datetime import date

import pytest

from reports.domain.terms import Vacancy
from reports.models import Unit
from reports.selectors.who import all_posts, vacancy_words, who_on
from tests.factories import (
    AppointmentFactory,
    BureauFactory,
    PersonFactory,
    PostFactory,
    StaffingRuleFactory,
    UnitFactory,
    UnitNameFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
THE_DAY = date(2026, 3, 12)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


def chief(**more):
    return PostFactory(code="chief", name="所长", **more)


def seats(day=THE_DAY, *, on=TODAY, posts=None):
    every, must = all_posts()
    places = who_on(Unit.objects.all(), day, on=on, posts=posts or every, must=must)
    return [
        (
            seat.unit.name,
            seat.post.name if seat.post else None,
            [held.person.name for held in seat.holders],
            seat.vacancy,
        )
        for place in places
        for seat in place.seats
    ]


def test_the_holder_of_the_day_is_named(station):
    old = AppointmentFactory(
        person__unit=station, person__name="张某", post=chief(), last_day=THE_DAY
    )
    AppointmentFactory(
        person=PersonFactory(unit=station, name="李某"),
        unit=station,
        post=old.post,
        first_day=date(2026, 3, 13),
        acting=True,
    )

    assert seats() == [("一所", "所长", ["张某"], None)]
    assert seats(date(2026, 3, 13)) == [("一所", "所长", ["李某"], None)]


def test_an_empty_post_says_from_when_until_when(station):
    post = chief(must_be_filled=True)
    post.kinds.set([station.kind])
    for first, last in ((date(2025, 1, 1), date(2026, 3, 1)), (date(2026, 3, 25), None)):
        AppointmentFactory(
            person=PersonFactory(unit=station), post=post, first_day=first, last_day=last
        )

    gap = Vacancy(date(2026, 3, 2), date(2026, 3, 24))
    assert seats() == [("一所", "所长", [], gap)]
    # As of a day within it the end is not known.
    assert seats(on=THE_DAY) == [("一所", "所长", [], Vacancy(date(2026, 3, 2), None))]


def test_what_need_not_be_filled_is_not_empty(station):
    chief()

    assert seats() == []


def test_before_the_ledger_nothing_is_empty(bureau, station):
    chief(must_be_filled=True).kinds.set([station.kind])

    assert seats(date(2024, 12, 31)) == []
    assert seats(date(2025, 1, 1)) == [("一所", "所长", [], Vacancy(date(2025, 1, 1), None))]


def test_a_reviewer_that_the_rule_asks_for_is_lacking(bureau, station):
    posts = [
        PostFactory(code=code, name=name, single_holder=False)
        for code, name in (("full_reviewer", "专职法制员"), ("part_reviewer", "兼职法制员"))
    ]
    StaffingRuleFactory(unit=bureau, kind=station.kind).posts.set(posts)
    AppointmentFactory(person__unit=station, post=posts[1], last_day=date(2026, 3, 1))
    AppointmentFactory(person__unit=station, post=posts[0], first_day=date(2026, 3, 25))

    assert seats() == [("一所", None, [], Vacancy(date(2026, 3, 2), date(2026, 3, 24)))]
    assert [row[1] for row in seats(date(2026, 3, 25))] == ["专职法制员"]
    assert seats(posts=posts[:1]) == []


def test_the_unit_bears_the_name_of_the_day(station):
    UnitNameFactory(unit=station, name="城关所", last_day=date(2026, 3, 31))
    AppointmentFactory(person__unit=station, post=chief())
    posts, must = all_posts()

    def called(day):
        places = who_on(Unit.objects.all(), day, on=TODAY, posts=posts, must=must)
        return [place.called for place in places if place.seats]

    assert called(THE_DAY) == ["城关所"]
    assert called(date(2026, 4, 1)) == [""]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_two_queries(bureau, rows, django_assert_num_queries):
    post = chief()
    for _n in range(rows):
        AppointmentFactory(person__unit=UnitFactory(parent=bureau), post=post)
    posts, must = all_posts()

    with django_assert_num_queries(2):
        places = who_on(Unit.objects.all(), THE_DAY, on=TODAY, posts=posts, must=must)

    assert sum(len(place.seats) for place in places) == rows


@pytest.mark.parametrize(
    ("vacancy", "words"),
    [
        (Vacancy(date(2026, 3, 2), date(2026, 3, 24)), "23日（2026年3月2日—3月24日）"),
        (Vacancy(date(2026, 3, 2), date(2026, 3, 2)), "1日（2026年3月2日）"),
        (Vacancy(date(2026, 3, 2)), "自2026年3月2日起，截至2026年6月10日101日"),
        (Vacancy(None, date(2026, 3, 24)), "起始日期不详"),
        (None, "起始日期不详"),
    ],
)
def test_a_vacancy_in_words(vacancy, words):
    assert vacancy_words(vacancy, TODAY) == words
