"""The edges of the days that a report speaks of: the first, the last, the day of the figures."""

from datetime import date

import pytest

from reports.models import Measure, Problem
from reports.selectors.report_figures import ReportKey
from reports.selectors.year_records import figures_from, records_of
from tests.factories import (
    NOON,
    BureauFactory,
    DueFactory,
    ExtensionFactory,
    MeasureFactory,
    MeetingFactory,
    ProblemFactory,
    ProblemMoveFactory,
    ScheduleVersionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def bureau():
    return BureauFactory()


def figures(bureau, *, year=2026, on=TODAY, days=()):
    key = ReportKey(bureau.pk, year, on, *days)
    return {each.key: each.value for each in figures_from(records_of([key], TODAY)[key])}


def done(bureau, day, **more):
    measure = MeasureFactory(unit=bureau, **more)
    Measure.objects.filter(pk=measure.pk).update(done_on=day)
    return measure


@pytest.mark.parametrize(
    ("on", "overdue"), [(date(2026, 5, 19), 0), (date(2026, 5, 20), 0), (date(2026, 5, 21), 1)]
)
def test_a_measure_is_overdue_from_the_day_after_its_due_day(bureau, on, overdue):
    MeasureFactory(unit=bureau, due_on=date(2026, 5, 20))

    assert figures(bureau, on=on)["measures:overdue"] == overdue


@pytest.mark.parametrize(("on", "told"), [(date(2026, 5, 19), (0, 1)), (date(2026, 5, 20), (1, 0))])
def test_a_measure_is_done_from_the_day_it_was_done(bureau, on, told):
    done(bureau, date(2026, 5, 20))

    found = figures(bureau, on=on)

    assert (found["measures:done"], found["measures:open"]) == told
    assert (found["plan:total"], found["plan:done"]) == (1, told[0])


def test_what_was_published_without_an_end_is_not_overdue(bureau):
    measure = MeasureFactory(unit=bureau, due_on=date(2026, 5, 20))
    Measure.objects.filter(pk=measure.pk).update(as_published=True)

    assert figures(bureau)["measures:overdue"] == 0


@pytest.mark.parametrize(("granted", "overdue"), [(True, 1), (False, 0)])
def test_only_a_granted_extension_gives_the_earlier_due_day_back(bureau, granted, overdue):
    """A longer time that was granted after the day of the figures was not there yet."""
    measure = MeasureFactory(unit=bureau, due_on=date(2026, 8, 31))
    ExtensionFactory(
        measure=measure,
        old_due_on=date(2026, 5, 20),
        granted=granted,
        decided_on=date(2026, 6, 5),
        decided_by=UserFactory(),
    )

    assert figures(bureau, on=date(2026, 6, 1))["measures:overdue"] == overdue


def test_a_problem_stands_where_its_moves_had_brought_it_on_the_day(bureau):
    problem = ProblemFactory(unit=bureau, found_on=date(2026, 2, 3))
    for day, before, after in (
        (date(2026, 3, 2), "registered", "closed"),
        (date(2026, 5, 4), "closed", "in_hand"),
    ):
        ProblemMoveFactory(problem=problem, on=day, from_state=before, to_state=after)

    def told(on):
        found = figures(bureau, on=on)
        return tuple(found[f"problems:{kind}"] for kind in ("found", "closed", "open"))

    assert told(date(2026, 2, 2)) == (0, 0, 0)
    assert told(date(2026, 2, 3)) == (1, 0, 1)
    assert told(date(2026, 3, 1)) == (1, 0, 1)
    assert told(date(2026, 3, 2)) == (1, 1, 0)
    assert told(date(2026, 5, 4)) == (1, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"counts": False},
        {"cancelled_at": NOON, "cancelled_because": "重复登记"},
    ],
)
def test_a_problem_that_does_not_count_is_in_no_figure(bureau, change):
    problem = ProblemFactory(unit=bureau)
    assert figures(bureau)["problems:found"] == 1

    Problem.objects.filter(pk=problem.pk).update(**change)

    assert figures(bureau)["problems:found"] == figures(bureau)["problems:open"] == 0


def test_what_was_no_problem_is_in_no_figure(bureau):
    problem = ProblemFactory(unit=bureau)
    ProblemMoveFactory(problem=problem, on=date(2026, 6, 1), to_state="dismissed")

    assert figures(bureau, on=date(2026, 5, 31))["problems:open"] == 1
    assert figures(bureau)["problems:found"] == figures(bureau)["problems:open"] == 0


@pytest.mark.parametrize(
    ("day", "within"),
    [
        (date(2026, 1, 31), 0),
        (date(2026, 2, 1), 1),
        (date(2026, 2, 28), 1),
        (date(2026, 3, 1), 0),
    ],
)
def test_a_span_holds_its_first_and_its_last_day_and_no_other(bureau, day, within):
    MeetingFactory(unit=bureau, held_on=day)
    ProblemFactory(unit=bureau, found_on=day, due_on=None)
    done(bureau, day, set_on=date(2026, 1, 5))

    found = figures(bureau, on=TODAY, days=FEBRUARY)

    assert [found[key] for key in ("meetings:all", "problems:found", "measures:done")] == [
        within
    ] * 3


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2025, 1, 1), 2025),
        (date(2025, 12, 31), 2025),
        (date(2026, 1, 1), 2026),
    ],
)
def test_a_meeting_belongs_to_the_year_of_its_day(bureau, day, year):
    MeetingFactory(unit=bureau, held_on=day)

    found = {each: figures(bureau, year=each)["meetings:all"] for each in (2025, 2026)}

    assert found == {2025: int(year == 2025), 2026: int(year == 2026)}


@pytest.mark.parametrize(
    ("days", "owed"),
    [
        ((date(2026, 2, 1), date(2026, 2, 27)), 0),
        ((date(2026, 2, 1), date(2026, 2, 28)), 1),
        ((date(2026, 2, 28), date(2026, 3, 30)), 1),
        ((date(2026, 3, 1), date(2026, 3, 30)), 0),
    ],
)
def test_a_due_belongs_to_the_span_in_which_its_period_ends(bureau, days, owed):
    version = ScheduleVersionFactory(schedule__set__unit=bureau)
    DueFactory(version=version, day=date(2026, 2, 10))

    assert figures(bureau, days=days)["dues:owed"] == owed


def test_a_cancelled_measure_is_in_no_figure(bureau):
    measure = MeasureFactory(unit=bureau)
    Measure.objects.filter(pk=measure.pk).update(cancelled_at=NOON, cancelled_because="录错")

    found = figures(bureau)

    assert [found[key] for key in ("measures:open", "plan:total")] == [0, 0]
