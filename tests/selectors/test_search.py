from datetime import date

import pytest

from reports.actions.initials import initials_of
from reports.domain.access import Role
from reports.models import Meeting
from reports.selectors.scope import scope_of
from reports.selectors.search import MEETINGS, UNITS, search
from tests.factories import (
    BureauFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    ProblemFactory,
    UnitFactory,
    UnitNameFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 12)


@pytest.fixture
def place():
    bureau = BureauFactory(name="东城分局")
    return UnitFactory(name="河东派出所", parent=bureau)


@pytest.fixture
def scope(place):
    return scope_of(member(Role.LEGAL_OFFICER, place.bureau), today=TODAY)


def labels(groups):
    return {group.what: [row.label for row in group.rows] for group in groups}


def one_of_each(unit):
    PersonFactory(name="河某某", unit=unit)
    MeetingFactory(unit=unit, title="河长制法治例会", held_on=date(2026, 5, 8))
    ProblemFactory(unit=unit, title="涉河案件卷宗不规范", found_on=date(2026, 5, 9))
    MeasureFactory(unit=unit, title="组织河道执法培训", set_on=date(2026, 5, 10))
    WorkRecordFactory(unit=unit, title="沿河普法宣传", on=date(2026, 5, 11))


def test_search_finds_a_part_of_a_name_or_title_of_every_sort_in_one_query(
    place, scope, django_assert_num_queries
):
    one_of_each(place)
    WorkRecordFactory(unit=place, title="校园讲座", on=date(2026, 5, 11))

    with django_assert_num_queries(1):
        groups = search(scope, "河", on=TODAY)

    assert labels(groups) == {
        "units": ["河东派出所"],
        "people": ["河某某"],
        "meetings": ["河长制法治例会"],
        "problems": ["涉河案件卷宗不规范"],
        "measures": ["组织河道执法培训"],
        "records": ["沿河普法宣传"],
    }


def test_search_ends_where_the_scope_ends(place, scope):
    foreign = UnitFactory(name="河西派出所", parent=BureauFactory(name="西城分局"))
    one_of_each(foreign)

    groups = search(scope, "河", on=TODAY)

    assert labels(groups) == {"units": ["河东派出所"]}


def test_search_wants_every_word(place, scope):
    MeetingFactory(unit=place, title="法治例会", held_on=date(2026, 5, 8))
    MeetingFactory(unit=place, title="法治大会", held_on=date(2026, 5, 8))

    assert labels(search(scope, "法治 大会", on=TODAY)) == {"meetings": ["法治大会"]}


@pytest.mark.parametrize("typed", ["fzlh", "FZLH", "zlh"])
def test_search_finds_titles_by_initials(place, scope, typed):
    title = "法治例会"
    meeting = MeetingFactory(unit=place, title=title, held_on=date(2026, 5, 8))
    Meeting.objects.filter(pk=meeting.pk).update(initials=initials_of(title, limit=200))

    assert labels(search(scope, typed, on=TODAY)) == {"meetings": [title]}


def test_search_counts_all_and_gives_the_first(place, scope):
    for day in range(1, 13):
        MeetingFactory(unit=place, title=f"例会{day}", held_on=date(2026, 5, day))

    (group,) = search(scope, "例会", on=TODAY, most=3)
    (rest,) = search(scope, "例会", on=TODAY, most=5, only=MEETINGS, skip=10)

    assert (group.total, [row.label for row in group.rows]) == (12, ["例会12", "例会11", "例会10"])
    assert (rest.total, [row.label for row in rest.rows]) == (12, ["例会2", "例会1"])


def test_search_knows_nothing_of_what_came_later_or_was_cancelled(place, scope):
    MeetingFactory(unit=place, title="例会一", held_on=date(2026, 6, 13))
    MeetingFactory(
        unit=place,
        title="例会二",
        held_on=date(2026, 5, 8),
        cancelled_at="2026-05-09T08:00+08:00",
        cancelled_because="重复录入",
    )
    kept = PersonFactory(name="例某某", unit=place)
    PersonFactory(name="例某", unit=place, merged_into=kept)

    assert labels(search(scope, "例", on=TODAY)) == {"people": ["例某某"]}


def test_search_finds_a_unit_once_by_its_earlier_names(place, scope):
    UnitNameFactory(unit=place, name="老河派出所", last_day=date(2020, 1, 1))
    UnitNameFactory(unit=place, name="老河口派出所", last_day=date(2022, 1, 1))

    (group,) = search(scope, "老河", on=TODAY)

    assert (group.what, group.total, [row.label for row in group.rows]) == (
        UNITS,
        1,
        ["河东派出所"],
    )


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "'", "\\", "a" * 60])
def test_search_finds_nothing_where_nothing_holds_it(place, scope, typed):
    one_of_each(place)

    assert search(scope, typed, on=TODAY) == []
