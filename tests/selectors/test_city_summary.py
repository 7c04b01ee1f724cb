from datetime import date

import pytest

from reports.domain.access import Role
from reports.models import Problem, ProblemCause
from reports.selectors.city_summary import COLUMNS, city_summary, column_groups
from reports.selectors.scope import scope_of
from tests.factories import (
    BureauFactory,
    CauseKindFactory,
    CityFactory,
    HonourFactory,
    MeetingFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def scope(city):
    return scope_of(member(Role.SUPERVISOR, city), today=TODAY)


def bureau_of(city, **more):
    return BureauFactory(parent=city, ledger_from=date(2024, 1, 1), **more)


def column(summary, key):
    at = next(n for n, each in enumerate(COLUMNS) if each.key == key)
    return [row.cells[at].value for row in summary.rows], summary.totals[at]


def test_figures_stand_in_the_order_of_the_organisation_and_are_added_up(city, scope):
    first, second = bureau_of(city), bureau_of(city)
    MeetingFactory(unit=first, held_on=date(2025, 3, 3))
    for _n in range(2):
        MeetingFactory(unit=second, held_on=date(2025, 3, 3))
    HonourFactory(bureau=first, year=2025)
    MeetingFactory(held_on=date(2025, 3, 3))

    found = city_summary(scope, year=2025, today=TODAY)

    assert [row.bureau for row in found.rows] == [first, second]
    assert column(found, "meetings:all") == ([1, 2], 3)
    assert column(found, "honours") == ([1, 0], 1)
    assert found.on == date(2025, 12, 31)


def test_a_bureau_without_a_ledger_of_the_year_is_left_out(city, scope):
    bureau_of(city)
    BureauFactory(parent=city, ledger_from=date(2026, 1, 1))

    assert len(city_summary(scope, year=2025, today=TODAY).rows) == 1


def test_causes_are_counted_across_bureaus(city, scope):
    first, second = bureau_of(city), bureau_of(city)
    skill = CauseKindFactory(code="skill", name="能力不足", position=1)
    rules = CauseKindFactory(code="rules", name="制度不全", position=2)
    near = ProblemFactory(unit=UnitFactory(parent=first), found_on=date(2025, 4, 1), causes=())
    far = ProblemFactory(unit=second, found_on=date(2025, 4, 1), causes=())
    earlier = ProblemFactory(unit=second, found_on=date(2024, 4, 1), causes=())
    bare, _none = (
        ProblemFactory(unit=second, found_on=date(2025, 4, 1), causes=()) for _n in range(2)
    )
    for problem, kind in (
        (bare, None),
        (near, rules),
        (near, skill),
        (far, skill),
        (far, None),
        (earlier, skill),
    ):
        ProblemCause.objects.create(problem=problem, kind=kind, text="原因")

    found = city_summary(scope, year=2025, today=TODAY).causes

    assert [(c.name, c.problems, c.open, c.bureaus) for c in found] == [
        (skill.name, 2, 2, 2),
        (rules.name, 1, 1, 1),
        ("未分类", 2, 2, 1),
    ]


def test_causes_are_those_of_counted_problems_as_they_stood_on_the_day(city, scope):
    unit = UnitFactory(parent=bureau_of(city))
    kind = CauseKindFactory(code="skill", name="能力不足", position=1)
    for closed_on in (date(2025, 12, 31), date(2026, 1, 1)):
        problem = ProblemFactory(unit=unit, found_on=date(2025, 4, 1), causes=())
        Problem.objects.filter(pk=problem.pk).update(
            state="closed", closed_on=closed_on, closed_by=UserFactory()
        )
        ProblemCause.objects.create(problem=problem, kind=kind, text="原因")
    other = ProblemFactory(unit=unit, found_on=date(2025, 4, 1), causes=(), counts=False)
    ProblemCause.objects.create(problem=other, kind=kind, text="原因")

    (found,) = city_summary(scope, year=2025, today=TODAY).causes

    assert (found.problems, found.open) == (2, 1)


def test_reports_past_their_limit_are_late(city, scope):
    bureau = bureau_of(city)

    found = city_summary(scope, year=2025, today=TODAY)

    assert [(row.bureau, row.days_late) for row in found.late] == [
        (bureau, (TODAY - date(2026, 3, 1)).days)
    ]
    assert found.waiting == []


def test_the_groups_span_all_columns():
    assert sum(span for _name, span in column_groups()) == len(COLUMNS)


def test_nothing_within_the_scope_asks_for_no_figures(scope):
    found = city_summary(scope, year=2025, today=TODAY)

    assert (found.rows, found.causes, found.reports) == ([], [], [])
