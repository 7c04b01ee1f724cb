from datetime import date, timedelta

import pytest

from reports.domain.measures import MeasureStanding, standing
from reports.models import Measure
from reports.selectors.measures import facts_of, standing_of, with_last_progress
from tests.factories import ExtensionFactory, MeasureFactory, ProgressFactory, UserFactory

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
