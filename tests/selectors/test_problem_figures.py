"""Totals, ages, shares and years of problems, each held against its list and against the domain."""

from collections import Counter
from datetime import date, timedelta

import pytest

from reports.actions.problems import Cause, ProblemDraft, register_problems
from reports.domain.problem_figures import (
    Age,
    ClosedHow,
    Part,
    ProblemTotals,
    age_of,
    closed_how,
    is_silent,
    part_of,
)
from reports.domain.problems import ProblemClass, ProblemState
from reports.models import CauseKind, Problem, ProblemRule, ProblemSource
from reports.selectors.problem_figures import figures_for
from reports.selectors.problems import (
    closed_as,
    in_part,
    is_without_movement,
    of_age,
    problem_totals,
    problems_for,
    reply_overdue,
    under,
    with_movement,
    without_movement,
)
from tests.factories import (
    NOON,
    BureauFactory,
    MeasureFactory,
    ProblemFactory,
    ProblemMoveFactory,
    ProblemSourceFactory,
    ProgressFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAYS = {"on": TODAY, "today": TODAY}


@pytest.fixture
def station():
    return UnitFactory()


def stand(problem, state, on=date(2026, 6, 1)):
    """Bring a stored problem into a state, with the move that says so."""
    ProblemMoveFactory(problem=problem, move="follow", to_state=state, on=on, reason="有")
    closed = {"closed_on": on, "closed_by": UserFactory()} if state == "closed" else {}
    into = {"merged_into": ProblemFactory(unit=problem.unit)} if state == "merged" else {}
    Problem.objects.filter(pk=problem.pk).update(state=state, **closed, **into)
    return problem


# --- totals -------------------------------------------------------------------------------------


@pytest.fixture
def notice(station):
    """A notice of two headings that do not count: 49 items below the first, 25 below the second.

    The items hang below sub-headings, as such notices have them.
    """
    user, source = UserFactory(), ProblemSourceFactory(code="above")
    roots = []
    for name, groups in (
        ("第一类", {"closed": 36, "nearly_done": 7, "in_hand": 6}),
        ("第二类", {"closed": 23, "nearly_done": 1, "in_hand": 1}),
    ):
        root = ProblemFactory(unit=station, title=name, source=source, counts=False, due_on=None)
        roots.append(root)
        states = [state for state, number in groups.items() for _n in range(number)]
        parts = [
            ProblemFactory(
                unit=station,
                title=f"{name}{n}",
                source=source,
                parent=root,
                counts=False,
                due_on=None,
            )
            for n in range(2)
        ]
        drafts = [
            ProblemDraft(
                unit=station,
                title=f"{name}第{n}项",
                source=source,
                found_on=date(2026, 5, 6),
                causes=(Cause("责任不明"),),
                parent=parts[n % 2],
            )
            for n in range(len(states))
        ]
        items = register_problems(drafts, by=None, at=NOON, today=TODAY)
        for state, number in groups.items():
            these = [item.pk for item, each in zip(items, states, strict=True) if each == state]
            assert len(these) == number
            closed = {"closed_on": TODAY, "closed_by": user} if state == "closed" else {}
            Problem.objects.filter(pk__in=these).update(state=state, **closed)
    return roots


def test_totals_of_a_nested_notice_come_out_right(notice):
    rows = problems_for(None, **DAYS)
    first, second = notice

    assert problem_totals(under(rows, first)) == ProblemTotals(36, 7, 6, uncounted=3)
    assert problem_totals(under(rows, second)) == ProblemTotals(23, 1, 1, uncounted=3)
    together = problem_totals(rows)
    assert together == ProblemTotals(59, 8, 7, uncounted=6)
    assert together.counted == 74
    assert problem_totals(under(rows, first)) + problem_totals(under(rows, second)) == together


def test_every_part_of_the_totals_is_a_list(station):
    for state in ProblemState:
        for counts in (True, False):
            stand(ProblemFactory(unit=station, counts=counts, due_on=None), state.value)
    rows = problems_for(None, **DAYS)

    totals = problem_totals(rows)

    expected = Counter(part_of(ProblemState(row.state_then), counts=row.counts) for row in rows)
    assert expected[Part.CLOSED] == 1
    for part in Part:
        listed = in_part(rows, part)
        assert totals.of(part) == listed.count()
        if part != Part.COUNTED:
            assert totals.of(part) == expected[part]
    assert totals.rows == totals.of(None) == rows.count()
    assert totals.counted == totals.closed + totals.nearly + totals.open


def test_totals_leave_out_what_is_cancelled_and_cost_one_query(station, django_assert_num_queries):
    ProblemFactory(unit=station)
    gone = ProblemFactory(unit=station)
    Problem.objects.filter(pk=gone.pk).update(cancelled_at=NOON, cancelled_because="录错")
    rows = problems_for(None, cancelled=True, **DAYS)

    with django_assert_num_queries(1):
        totals = problem_totals(rows)

    assert totals == ProblemTotals(open=1)


def test_totals_as_of_an_earlier_day(station):
    stand(ProblemFactory(unit=station, due_on=None), "closed", date(2026, 6, 5))

    before = problem_totals(problems_for(None, on=date(2026, 6, 4), today=TODAY))
    after = problem_totals(problems_for(None, on=date(2026, 6, 5), today=TODAY))

    assert (before, after) == (ProblemTotals(open=1), ProblemTotals(closed=1))


# --- movement -----------------------------------------------------------------------------------


@pytest.fixture
def rules():
    for kind, days in (("at_once", 7), ("dated", 30), ("standing", 90)):
        ProblemRule.objects.update_or_create(kind=kind, defaults={"no_movement_days": days})


@pytest.mark.parametrize("kind", list(ProblemClass))
@pytest.mark.parametrize("ago", [0, 7, 8, 30, 31, 90, 91])
def test_silence_in_sql_agrees_with_the_domain(station, rules, kind, ago):
    found = TODAY - timedelta(days=ago)
    ProblemFactory(unit=station, kind=kind, found_on=found, due_on=None)

    listed = without_movement(problems_for(None, **DAYS), TODAY)

    allowed = {"at_once": 7, "dated": 30, "standing": 90}[kind]
    assert listed.exists() == is_silent(found, TODAY, days=allowed)


def test_movement_is_the_last_move_or_progress_that_says_something(station, rules):
    problem = ProblemFactory(unit=station, found_on=date(2026, 1, 5), due_on=None)
    ProblemMoveFactory(problem=problem, on=date(2026, 1, 20))
    measure = MeasureFactory(unit=station, problems=(problem,), set_on=date(2026, 1, 20))
    ProgressFactory(measure=measure, on=date(2026, 5, 20))
    ProgressFactory(measure=measure, on=date(2026, 6, 8), nothing_new=True)

    def moved(on):
        return with_movement(problems_for(None, on=on, today=TODAY), on).get().moved_on

    assert moved(TODAY) == date(2026, 5, 20)
    assert moved(date(2026, 5, 19)) == date(2026, 1, 20)
    assert moved(date(2026, 1, 10)) == date(2026, 1, 5)


def test_what_ended_or_moves_with_its_items_is_never_silent(station, rules):
    old = {"unit": station, "found_on": date(2026, 1, 5), "due_on": None}
    stand(ProblemFactory(**old), "closed", date(2026, 1, 6))
    heading = ProblemFactory(**old)
    item = ProblemFactory(**old, parent=heading)
    ProblemFactory(**old, as_published=True)

    assert list(without_movement(problems_for(None, **DAYS), TODAY)) == [item]


# --- overdue, replies, ages, closings -----------------------------------------------------------


@pytest.mark.parametrize(("days", "overdue"), [(0, 3), (30, 2), (90, 1)])
def test_overdue_by_more_than_so_many_days(station, days, overdue):
    for late in (0, 30, 31, 91):
        ProblemFactory(unit=station, found_on=date(2026, 1, 5), due_on=TODAY - timedelta(days=late))

    assert problems_for(None, overdue=True, overdue_for=days, **DAYS).count() == overdue


def test_a_reply_is_overdue_the_day_after_until_it_has_gone(station):
    paper = ProblemFactory(unit=station, reply_due_on=date(2026, 6, 3), due_on=None)
    ProblemFactory(unit=station, due_on=None)
    Problem.objects.filter(pk=paper.pk).update(replied_on=date(2026, 6, 8))

    def late(day):
        return list(reply_overdue(problems_for(None, on=day, today=TODAY), day))

    assert [late(date(2026, 6, day)) for day in (3, 4, 7, 8)] == [[], [paper], [paper], []]


@pytest.mark.parametrize("days", [0, 30, 31, 90, 91, 180, 181, 900])
def test_ages_in_sql_agree_with_the_domain(station, days):
    found = TODAY - timedelta(days=days)
    ProblemFactory(unit=station, found_on=found, due_on=None)
    rows = problems_for(None, **DAYS)

    assert [age for age in Age if of_age(rows, age, TODAY).exists()] == [age_of(found, TODAY)]


@pytest.mark.parametrize("due_on", [None, date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 2)])
@pytest.mark.parametrize("published", [False, True])
def test_closed_in_time_in_sql_agrees_with_the_domain(station, due_on, published):
    closed = date(2026, 6, 1)
    problem = ProblemFactory(unit=station, due_on=due_on, as_published=published)
    stand(problem, "closed", closed)
    rows = problems_for(None, **DAYS)

    how = closed_how(closed, due_on, as_published=published)
    assert closed_as(rows, ClosedHow.IN_TIME).exists() == (how == ClosedHow.IN_TIME)
    assert closed_as(rows, ClosedHow.LATE).exists() == (how == ClosedHow.LATE)
    assert closed_as(rows, ClosedHow.DATED).exists() == (how is not None)


# --- figures ------------------------------------------------------------------------------------


def test_figures_by_source_and_cause_over_the_years(station):
    own, above = ProblemSourceFactory(), ProblemSourceFactory(code="above", name="上级检查")
    ProblemSource.objects.filter(pk=above.pk).update(position=5)
    rules, skill = (
        CauseKind.objects.get_or_create(code=code, defaults={"name": name, "position": place})[0]
        for code, name, place in (("rules", "制度机制", 1), ("skill", "能力素质", 2))
    )
    for year, source, causes, counts in (
        (2024, own, (Cause("甲", rules),), True),
        (2026, own, (Cause("甲", rules), Cause("乙", skill)), True),
        (2026, own, (Cause("甲", rules), Cause("丙", rules)), True),
        (2026, above, (Cause("未归类"),), True),
        (2026, above, (Cause("甲", rules),), False),
        (2020, own, (), True),
    ):
        ProblemFactory(
            unit=station,
            found_on=date(year, 3, 3),
            source=source,
            causes=causes,
            counts=counts,
            due_on=None,
        )

    figures = figures_for(None, year=2026, **DAYS)

    assert figures.sources.years == (2022, 2023, 2024, 2025, 2026)
    assert sorted((line.name, line.numbers) for line in figures.sources.lines) == [
        ("上级检查", (0, 0, 0, 0, 1)),
        ("自查", (0, 0, 1, 0, 2)),
    ]
    assert figures.sources.numbers == (0, 0, 1, 0, 3)
    assert [(line.name, line.numbers) for line in figures.causes.lines] == [
        ("制度机制", (0, 0, 1, 0, 2)),
        ("能力素质", (0, 0, 0, 0, 1)),
        ("", (0, 0, 0, 0, 1)),
    ]
    assert figures.causes.numbers == (0, 0, 1, 0, 3)
    assert figures.ages == {Age.MONTH: 0, Age.QUARTER: 0, Age.HALF_YEAR: 3, Age.MORE: 2}


def test_share_closed_in_time_has_numerator_and_denominator(station):
    for due, closed in (
        (date(2026, 5, 31), date(2026, 5, 20)),
        (date(2026, 5, 31), date(2026, 6, 1)),
        (None, date(2026, 6, 1)),
    ):
        stand(ProblemFactory(unit=station, due_on=due), "closed", closed)

    closed = {each.year: each for each in figures_for(None, year=2026, **DAYS).closed}

    assert (closed[2026].in_time, closed[2026].dated, closed[2026].share) == (1, 2, "50%")
    assert (closed[2025].dated, closed[2025].share) == (0, "")


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_cost_the_same_whatever_there_is(station, rows, django_assert_num_queries):
    for _n in range(rows):
        ProblemFactory(unit=station)
        stand(ProblemFactory(unit=BureauFactory(parent=station.bureau.parent)), "closed")

    with django_assert_num_queries(4):
        figures = figures_for(None, year=2026, **DAYS)

    assert figures.sources.total == 2 * rows


def test_silence_of_a_row_is_that_of_the_list(station, rules):
    old = {"unit": station, "due_on": None}
    for ago in (10, 31, 95):
        heading = ProblemFactory(**old, found_on=TODAY - timedelta(days=ago))
        ProblemFactory(**old, found_on=TODAY - timedelta(days=ago), parent=heading)
    stand(ProblemFactory(**old, found_on=date(2026, 1, 5)), "closed", date(2026, 1, 6))
    rows = problems_for(None, **DAYS)

    listed = set(without_movement(rows, TODAY))

    assert len(listed) == 2
    assert {row for row in with_movement(rows, TODAY) if is_without_movement(row)} == listed
