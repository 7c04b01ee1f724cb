from datetime import date, timedelta

import pytest

from reports.domain.measures import (
    MeasureStanding,
    days_of_silence,
    is_late,
    is_silent,
    standing,
)
from reports.domain.problems import ProblemClass
from reports.models import Measure, ProblemRule
from reports.selectors.measures import (
    facts_of,
    measures_for,
    silence_of,
    standing_of,
    with_last_progress,
)
from tests.factories import (
    ExtensionFactory,
    MeasureFactory,
    ProblemFactory,
    ProgressFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DUE = date(2026, 3, 10)


@pytest.fixture
def measures():
    """Open, done and dropped around the due day, extended once and twice, without a due day."""
    by = UserFactory()

    def measure(**ends):
        made = MeasureFactory(set_on=date(2026, 1, 5), due_on=ends.pop("due_on", DUE))
        for name, value in ends.items():
            setattr(made, name, value)
        made.save()
        return made

    def extend(made, decided_on, new_due_on, granted=True):
        ExtensionFactory(
            measure=made,
            asked_on=date(2026, 2, 1),
            old_due_on=made.due_on,
            new_due_on=new_due_on,
            decided_on=decided_on,
            decided_by=by,
            granted=granted,
        )
        if granted:
            made.due_on = new_due_on
            made.save()

    once, twice, refused = measure(), measure(), measure()
    extend(once, date(2026, 3, 12), date(2026, 3, 20))
    extend(twice, date(2026, 3, 1), date(2026, 3, 15))
    extend(twice, date(2026, 3, 14), date(2026, 3, 25))
    extend(refused, date(2026, 3, 5), date(2026, 3, 30), granted=False)
    progressing = measure()
    ProgressFactory(measure=progressing, on=date(2026, 3, 2), basically_done=True)
    return [
        measure(),
        measure(due_on=None),
        measure(done_on=DUE),
        measure(done_on=date(2026, 3, 13)),
        measure(dropped_on=date(2026, 3, 11), dropped_because="并入"),
        once,
        twice,
        refused,
        progressing,
    ]


def test_overdue_and_standing_in_sql_agree_with_the_domain(measures):
    for shift in range(-5, 20):
        day = DUE + timedelta(days=shift)
        rows = {m.pk: m for m in with_last_progress(Measure.objects.with_due(day), day)}
        expected = {pk: standing(facts_of(m, m.extensions.all()), day) for pk, m in rows.items()}

        assert {pk: standing_of(m, day) for pk, m in rows.items()} == expected, day
        assert {pk: m.due_then for pk, m in rows.items()} == {
            pk: facts_of(m, m.extensions.all()).due_as_of(day) for pk, m in rows.items()
        }
        assert set(Measure.objects.overdue_on(day).values_list("pk", flat=True)) == {
            pk for pk, stands in expected.items() if stands == MeasureStanding.OVERDUE
        }


def test_what_is_only_published_is_never_overdue():
    measure = MeasureFactory(due_on=date(2026, 6, 1), as_published=True)

    row = with_last_progress(Measure.objects.with_due(date(2026, 6, 10)), date(2026, 6, 10)).get()

    assert not Measure.objects.overdue_on(date(2026, 6, 10)).exists()
    assert standing_of(row, date(2026, 6, 10)) == MeasureStanding.IN_TIME
    assert measure.as_published


def test_what_is_due_in_a_month_is_overdue_only_after_it():
    MeasureFactory(due_on=date(2026, 5, 8), due_is_month=True)

    assert not Measure.objects.overdue_on(date(2026, 5, 31)).exists()
    assert Measure.objects.overdue_on(date(2026, 6, 1)).exists()


@pytest.fixture
def told():
    """Measures for problems of every class, with entries that tell something or nothing."""
    for kind, days in (("at_once", 5), ("dated", 12), ("standing", 20)):
        ProblemRule.objects.update_or_create(kind=kind, defaults={"no_movement_days": days})
    dated = ProblemFactory(found_on=date(2026, 1, 2))
    unit = dated.unit
    at_once = ProblemFactory(unit=unit, kind=ProblemClass.AT_ONCE, found_on=date(2026, 1, 2))
    long_term = ProblemFactory(
        unit=unit, kind=ProblemClass.STANDING, found_on=date(2026, 1, 2), due_on=None
    )
    cancelled = ProblemFactory(unit=unit, kind=ProblemClass.AT_ONCE, found_on=date(2026, 1, 2))
    cancelled.cancelled_at, cancelled.cancelled_because = cancelled.recorded_at, "误"
    cancelled.save()

    def measure(*problems, **how):
        return MeasureFactory(
            unit=unit, problems=problems, set_on=date(2026, 1, 5), due_on=DUE, **how
        )

    spoke, said_nothing, late = measure(dated), measure(dated), measure(dated)
    ProgressFactory(measure=spoke, on=date(2026, 1, 20))
    ProgressFactory(measure=said_nothing, on=date(2026, 1, 20), nothing_new=True)
    Measure.objects.filter(pk=late.pk).update(done_on=date(2026, 3, 12))
    return {
        measure(): 30,
        measure(dated): 12,
        measure(dated, at_once): 5,
        measure(long_term): 20,
        measure(long_term, cancelled): 20,
        spoke: 12,
        said_nothing: 12,
        late: 12,
        measure(dated, as_published=True): 12,
    }


def test_silence_and_lateness_in_sql_agree_with_the_domain(told):
    days_by_key = {measure.pk: days for measure, days in told.items()}
    for shift in range(2, 75):
        day = date(2026, 1, 3) + timedelta(days=shift)
        rows = list(with_last_progress(measures_for(None, on=day, today=day), day))
        own = [row for row in rows if not row.as_published]
        facts = {row.pk: facts_of(row, row.extensions.all()) for row in own}

        assert {row.pk: silence_of(row) for row in rows} == {
            pk: days_of_silence([days]) for pk, days in days_by_key.items()
        }
        assert {row.pk for row in measures_for(None, on=day, today=day, silent=True)} == {
            row.pk
            for row in own
            if is_silent(facts[row.pk], day, no_movement_after=silence_of(row))
        }, day
        assert {row.pk for row in measures_for(None, on=day, today=day, late=True)} == {
            row.pk for row in own if is_late(facts[row.pk], day)
        }, day
        assert {row.pk: standing_of(row, day) for row in own} == {
            row.pk: standing(facts[row.pk], day, no_movement_after=silence_of(row)) for row in own
        }


def test_nothing_new_is_the_last_entry_and_no_movement():
    measure = MeasureFactory()
    ProgressFactory(measure=measure, on=date(2026, 5, 20), basically_done=True, percent=80)
    ProgressFactory(measure=measure, on=date(2026, 6, 5), nothing_new=True)

    row = with_last_progress(Measure.objects.all(), date(2026, 6, 10)).get()

    assert (row.progress_on, row.moved_on) == (date(2026, 6, 5), date(2026, 5, 20))
    assert (row.nearly_done, row.percent) == (True, 80)
