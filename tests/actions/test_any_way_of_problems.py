"""Whatever people do with problems, in whatever order: the rules of the work hold."""

from contextlib import suppress
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from reports.actions.measures import (
    MeasureDraft,
    ask_extension,
    decide_extension,
    report_progress,
    set_measure,
)
from reports.actions.problems import (
    Cause,
    ProblemDraft,
    cancel_problem,
    edit_problem,
    look_back,
    move_problem,
    register_problem,
)
from reports.actions.refusals import Refused
from reports.domain.problems import (
    ENDED,
    LEFT_OUT,
    Decision,
    LookBackResult,
    ProblemClass,
    ProblemMove,
    ProblemState,
)
from reports.models import Extension, Measure, Problem
from reports.selectors.audit import all_differences
from reports.selectors.places import found_at_bureaus
from reports.selectors.problems import problems_for
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    PersonFactory,
    ProblemSourceFactory,
    UnitFactory,
    UserFactory,
)

TODAY = date(2026, 6, 10)
FIRST = date(2026, 3, 2)
MOVES = [move for move in ProblemMove if move not in (ProblemMove.REGISTER, ProblemMove.FOLLOW)]
STEPS = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(MOVES),
            st.sampled_from(
                ["register", "below", "put", "cancel", "look", "measure", "finish", "ask", "grant"]
            ),
        ),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        st.integers(0, 100),
    ),
    min_size=4,
    max_size=25,
)


class AnyWay(TestCase):
    """A station, its bureau, three people who do everything, a leader."""

    def setUp(self):
        self.bureau = BureauFactory(parent=CityFactory())
        self.station = UnitFactory(parent=self.bureau)
        self.people = [UserFactory() for _n in range(3)]
        self.leader = PersonFactory(unit=self.bureau)
        self.source = ProblemSourceFactory()
        self.made = 0
        for kind in (ProblemClass.DATED, ProblemClass.AT_ONCE):
            self.register(kind, None, FIRST)

    def register(self, kind, parent, on):
        self.made += 1
        draft = ProblemDraft(
            unit=self.station,
            title=f"登记不全{self.made}",
            source=self.source,
            found_on=on,
            causes=(Cause("责任不明"),),
            kind=kind,
            due_on=TODAY + timedelta(days=20),
            leader=self.leader,
            parent=parent,
            raised_from_above=self.made % 4 == 0,
            raised_by="市局" if self.made % 4 == 0 else "",
            counts=self.made % 5 != 0,
        )
        return register_problem(draft, by=self.people[0], at=NOON, today=TODAY)

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def test_the_rules_hold(self, steps):
        for what, one, two, after in steps:
            problems = list(Problem.objects.order_by("pk"))
            problem, other = problems[one % len(problems)], problems[two % len(problems)]
            with suppress(Refused):
                self.do(what, problem, other, by=self.people[two % 3], on=self.day(after))

        self.assert_rules()

    @staticmethod
    def day(after):
        return FIRST + timedelta(days=after)

    def do(self, what, problem, other, *, by, on):
        common = {"by": by, "at": NOON, "today": TODAY}
        measure = Measure.objects.filter(problems=problem).order_by("pk").last()
        if isinstance(what, ProblemMove):
            move_problem(
                problem_id=problem.pk,
                move=what,
                on=on,
                reason="如实",
                target=other,
                decision=Decision("市局认定1号", on),
                **common,
            )
        elif what in ("register", "below"):
            kinds = list(ProblemClass)
            parent = problem if what == "below" else None
            self.register(kinds[on.day % len(kinds)], parent, on)
        elif what == "put":
            draft = ProblemDraft(
                unit=problem.unit,
                title=problem.title,
                source=problem.source,
                found_on=problem.found_on,
                due_on=problem.due_on,
                parent=other,
                leader=problem.leader,
                counts=on.day % 3 != 0,
                raised_from_above=problem.raised_from_above,
                raised_by=problem.raised_by,
            )
            edit_problem(problem_id=problem.pk, draft=draft, **common)
        elif what == "cancel":
            cancel_problem(problem_id=problem.pk, because="录入有误", by=by, at=NOON)
        elif what == "look":
            result = list(LookBackResult)[on.day % 3]
            look_back(problem_id=problem.pk, on=on, result=result, note="抽查", **common)
        elif what == "measure":
            draft = MeasureDraft(
                unit=self.station,
                title=f"措施{on}",
                set_on=on,
                problems=(problem, other) if problem != other else (problem,),
                due_on=TODAY + timedelta(days=10),
            )
            set_measure(draft, **common)
        elif what == "finish" and measure is not None:
            report_progress(measure_id=measure.pk, on=on, text="完成", finishes=True, **common)
        elif what == "ask":
            ask_extension(
                problem_id=problem.pk,
                new_due_on=TODAY + timedelta(days=60),
                reason="待验收",
                asked_on=on,
                **common,
            )
        elif what == "grant":
            extension = Extension.objects.filter(problem=problem).order_by("pk").last()
            if extension is not None:
                decide_extension(
                    extension_id=extension.pk,
                    granted=on.day % 2 == 0,
                    note="属实",
                    on=on,
                    by=by,
                    today=TODAY,
                )

    def assert_rules(self):
        assert list(all_differences()) == []
        for problem in Problem.objects.order_by("pk"):
            with_its_items = problem.moves.filter(move=ProblemMove.FOLLOW).exists()
            if problem.state == ProblemState.CLOSED and not with_its_items:
                assert problem.closed_by_id != problem.submitted_by_id
            if problem.state == ProblemState.CLOSED and problem.raised_from_above:
                last = problem.moves.order_by("-on", "-pk").first()
                items = problem.children.standing().filter(counts=True)
                own = items.filter(raised_from_above=False).exclude(state__in=LEFT_OUT)
                assert last.decision_document or (last.move == ProblemMove.FOLLOW and not own)
        for extension in Extension.objects.filter(granted=True):
            assert extension.asked_on < extension.old_due_on < extension.new_due_on
            assert extension.decided_by_id != extension.recorded_by_id
        every = Problem.objects.order_by("bureau", "year", "number")
        numbers = [(p.bureau_id, p.year, n) for p in every for n in self.numbers_of(p)]
        assert len(numbers) == len(set(numbers))
        self.assert_counts_add_up()

    @staticmethod
    def numbers_of(problem):
        """All that it ever had; one it had twice is one."""
        return {problem.number, *problem.former_numbers.split()}

    def assert_counts_add_up(self):
        standing = list(Problem.objects.standing())
        opened = [p for p in standing if ProblemState(p.state) not in ENDED]
        closed = [p for p in standing if p.state == ProblemState.CLOSED]
        left_out = [p for p in standing if ProblemState(p.state) in LEFT_OUT]
        found, _overdue = found_at_bureaus([self.bureau.pk], year=TODAY.year, on=TODAY, today=TODAY)

        assert found.get(self.bureau.pk, (0, 0)) == (len(opened), len(closed))
        assert len(opened) + len(closed) + len(left_out) == len(standing)
        listed = problems_for(None, on=TODAY, today=TODAY, state="open")
        assert set(listed) == set(opened)
