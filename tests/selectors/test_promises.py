"""What became of last year's report: as of a day, in numbers and in the draft of this year's."""

from datetime import date

import pytest

from reports.actions.measures import report_progress
from reports.actions.promises import end_promise, merge_promise
from reports.actions.summaries import compile_report
from reports.models import Problem, ProblemMove, Promise, Sentence, Unit
from reports.models.choices import PromiseDecision
from reports.selectors.promises import (
    first_unanswered,
    measures_to_merge_into,
    problems_to_merge_into,
    promises_of,
    standing_of,
    unanswered_promises,
    with_unanswered,
)
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    MeasureFactory,
    ProblemFactory,
    PromiseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def report(bureau):
    return AnnualReportFactory(bureau=bureau, year=2025, state="published")


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def promise(bureau, report):
    def make(text, kind="problem"):
        return PromiseFactory(bureau=bureau, report=report, text=text, kind=kind)

    return make


def merge(promise, by, on=TODAY, **record):
    merge_promise(promise_id=promise.pk, by=by, today=on, **record)


def end(promise, decision, by, on=TODAY):
    end_promise(promise_id=promise.pk, decision=decision, reason="已办", by=by, today=on)


def close(problem, on, by):
    """As the moves leave it, whatever they ask for."""
    ProblemMove.objects.create(
        problem=problem, move="close", to_state="closed", on=on, recorded_at=NOON, recorded_by=by
    )
    Problem.objects.filter(pk=problem.pk).update(state="closed", closed_on=on, closed_by=by)


@pytest.fixture
def five(bureau, promise, by):
    """Closed on 1 June, at work, done on 5 June, dropped on 8 June, and not decided on."""
    names = ("已销号", "整改中", "已完成", "不再办理", "待处理")
    solved, at_work, finished, dropped, _waiting = (promise(name) for name in names)
    problem, other = ProblemFactory(unit=bureau), ProblemFactory(unit=bureau)
    measure = MeasureFactory(unit=bureau)
    merge(solved, by, on=date(2026, 5, 20), problem=problem)
    merge(at_work, by, on=date(2026, 5, 20), problem=other)
    merge(finished, by, on=date(2026, 5, 20), measure=measure)
    end(dropped, PromiseDecision.DROPPED, by, on=date(2026, 6, 8))
    close(problem, date(2026, 6, 1), by)
    report_progress(
        measure_id=measure.pk,
        on=date(2026, 6, 5),
        text="已完成",
        by=by,
        at=NOON,
        today=TODAY,
        finishes=True,
    )


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (date(2026, 5, 1), ["已销号", "整改中", "已完成", "不再办理", "待处理"]),
        (date(2026, 6, 1), ["整改中", "已完成", "不再办理", "待处理"]),
        (date(2026, 6, 7), ["整改中", "不再办理", "待处理"]),
        (TODAY, ["整改中", "待处理"]),
    ],
)
def test_what_is_left_as_of_a_day(bureau, five, on, left):
    rows = unanswered_promises(bureau.pk, 2026, on=on, today=TODAY)

    assert [row.text for row in rows] == left


def test_the_standing_counts_the_rows(bureau, five):
    rows = promises_of(bureau.pk, 2026, on=TODAY, today=TODAY)

    standing = standing_of(rows)

    assert (standing.all, standing.decided, standing.undecided, standing.unanswered) == (5, 4, 1, 2)


def test_what_was_merged_further_is_answered_by_where_it_went(bureau, promise, by):
    end_of_it = ProblemFactory(unit=bureau)
    problem = ProblemFactory(unit=bureau)
    merge(promise("培训不够"), by, problem=problem)
    Problem.objects.filter(pk=problem.pk).update(state="merged", merged_into=end_of_it)
    before = unanswered_promises(bureau.pk, 2026, on=TODAY, today=TODAY).count()
    close(end_of_it, TODAY, by)

    after = unanswered_promises(bureau.pk, 2026, on=TODAY, today=TODAY).count()

    assert (before, after) == (1, 0)


def test_a_cancelled_record_answers_nothing(bureau, promise, by):
    problem = ProblemFactory(unit=bureau)
    merge(promise("培训不够"), by, problem=problem)
    close(problem, TODAY, by)
    Problem.objects.filter(pk=problem.pk).update(cancelled_at=NOON, cancelled_because="误录")

    assert unanswered_promises(bureau.pk, 2026, on=TODAY, today=TODAY).count() == 1


def test_units_bring_along_how_many_are_left_and_the_first(bureau, five, django_assert_num_queries):
    with django_assert_num_queries(1):
        units = with_unanswered(Unit.objects.filter(pk=bureau.pk), 2026, on=TODAY, today=TODAY)
        unit = units.get()

    assert (unit.unanswered, first_unanswered(unit)) == (2, ["整改中", "待处理"])
    other = with_unanswered(Unit.objects.filter(pk=bureau.pk), 2025, on=TODAY, today=TODAY).get()
    assert (other.unanswered, first_unanswered(other)) == (0, [])


def test_what_it_may_be_merged_into_is_of_the_bureau_and_stands(bureau, promise):
    row = promise("培训不够")
    open_, old = ProblemFactory(unit=bureau), ProblemFactory(unit=bureau, found_on=date(2025, 5, 6))
    gone = ProblemFactory(unit=bureau)
    Problem.objects.filter(pk=gone.pk).update(state="dismissed")
    ProblemFactory()
    measure = MeasureFactory(unit=bureau)
    MeasureFactory()

    assert list(problems_to_merge_into(row)) == [open_, old]
    assert list(measures_to_merge_into(row)) == [measure]


def test_the_draft_of_this_year_says_what_became_of_it(bureau, five):
    compile_report(bureau=bureau, year=2026, by=None, at=NOON, today=TODAY)

    told = Sentence.objects.filter(sources__figure__startswith="promises/").distinct()
    counts, left = told.order_by("pk")
    assert counts.text == (
        "2025年度报告承认的问题和提出的安排共5项，已落实2项，因情况变化不再办理1项，"
        "截至6月10日尚未落实2项。"
    )
    assert left.text == "尚未落实的：整改中；待处理。"
    assert set(counts.sources.values_list("problem", "measure")) == {
        (row.problem_id, row.measure_id)
        for row in Promise.objects.all()
        if row.problem_id or row.measure_id
    }
    assert left.sources.get().problem == Promise.objects.get(text="整改中").problem
