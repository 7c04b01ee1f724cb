"""What stands on a hand-over sheet, item by item, as of the day of hand-over."""

from datetime import date, datetime

import pytest

from reports.models import Appointment, LookBackItem, Measure, Problem
from reports.selectors.handovers import (
    hand_over_sheet,
    open_items,
    sheet_day,
    successor_of,
    with_successor,
)
from tests.conftest import SHANGHAI
from tests.factories import (
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    DischargeFactory,
    DueFactory,
    EvidenceFactory,
    EvidenceUseFactory,
    LookBackFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    PromiseFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitNameFactory,
    UserFactory,
)
from tests.factories.rounds import closed_problem

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
LAST_DAY = date(2026, 5, 17)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def chief():
    return PostFactory(code="chief", name="所长", heads_unit=True)


@pytest.fixture
def held(station, chief):
    """The old head of the station, until 17 May 2026."""
    return AppointmentFactory(
        person__unit=station,
        person__name="张某某",
        post=chief,
        last_day=LAST_DAY,
        document_number="示公任〔2025〕1号",
    )


def loaded(held):
    rows = with_successor(Appointment.objects.all()).select_related(
        "person", "post", "unit__bureau", "unit__kind", "home_unit"
    )
    return rows.get(pk=held.pk)


def items(held, *, on=LAST_DAY, today=TODAY, scope=None):
    return open_items(loaded(held), scope, on=on, today=today)


def sheet(held, *, on=LAST_DAY, ended=True):
    row = loaded(held)
    found = open_items(row, None, on=on, today=TODAY)
    return hand_over_sheet(row, found, on=on, ended=ended, all_seen=True)


def monthly(station, **version):
    return ScheduleVersionFactory(schedule__set__unit=station.bureau, **version)


def of(rule, station, day, **more):
    return DueFactory(version=rule, unit=station, day=day, **more)


# --- dues ---------------------------------------------------------------------------------------


def test_dues_that_run_await_or_were_missed_and_what_comes_next(held, station):
    rule = monthly(station)
    rows = {month: of(rule, station, date(2026, month, 5)) for month in (1, 2, 3, 4, 5, 6, 7)}
    rows[1].met_on = date(2026, 1, 20)
    rows[2].met_late_on = date(2026, 3, 2)
    rows[3].met_late_on = date(2026, 5, 20)  # made up after the hand-over
    for month in (1, 2, 3):
        rows[month].save()

    found = items(held)

    assert found.dues == [rows[3], rows[4], rows[5]]
    assert [due.verdict for due in found.dues] == ["missed", "missed", "open"]
    assert found.coming == [rows[6]]


def test_of_last_year_only_what_may_still_be_made_up(held, station):
    lost = monthly(station, make_up="never")
    free = monthly(station, make_up="days", make_up_days=300)
    rows = [of(rule, station, date(2025, 12, 5)) for rule in (lost, free)]
    same_year = of(lost, station, date(2026, 1, 5))

    assert items(held).dues == [rows[1], same_year]


def test_dues_of_other_people_and_units_are_not_handed_over(held, station, bureau):
    rule = monthly(station)
    of(rule, UnitFactory(parent=bureau), date(2026, 4, 5))
    of(rule, station, date(2026, 3, 5), person=PersonFactory(unit=station))
    own = of(rule, station, date(2026, 4, 5), person=held.person)

    assert items(held).dues == [own]


def test_who_does_not_stand_for_the_unit_hands_over_her_own_alone(station):
    member = AppointmentFactory(
        person__unit=station,
        post=PostFactory(code="member", name="成员"),
        last_day=LAST_DAY,
    )
    presided = monthly(station, presided_by=member.post)
    of(monthly(station), station, date(2026, 4, 5))
    mine = of(presided, station, date(2026, 4, 5))
    ProblemFactory(unit=station)
    own = ProblemFactory(unit=station, responsible=member.person)

    found = items(member)

    assert (found.dues, found.problems, found.lacking) == ([mine], [own], [])


# --- problems and measures ----------------------------------------------------------------------


def test_problems_led_answered_for_or_of_the_unit(held, station, bureau):
    other = UnitFactory(parent=bureau)
    person = held.person
    rows = [
        ProblemFactory(unit=station),
        ProblemFactory(unit=other, leader=person),
        ProblemFactory(unit=other, responsible=person),
    ]
    ProblemFactory(unit=other)
    ProblemFactory(unit=station, found_on=date(2026, 5, 18))

    found = items(held)

    assert found.problems == rows
    assert [row.cells[3] for row in sheet(held).parts[1].rows] == [
        "本单位牵头",
        "责任领导",
        "责任人",
    ]


def test_a_problem_closed_afterwards_was_open_then(held, station):
    problem = closed_problem(
        unit=station,
        submitted_by=UserFactory(),
        closed_by=UserFactory(),
        closed_on=date(2026, 5, 20),
    )

    assert items(held).problems == [problem]
    assert items(held, on=date(2026, 5, 20)).problems == []


def entered(row, day):
    """Save with an entry of the history of noon on that day."""
    row._history_date = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
    row.save()


def test_who_led_then_is_read_from_the_history(held, station, bureau):
    """The successor takes over next day; the sheet of the old holder stays as it was."""
    other, new = UnitFactory(parent=bureau), PersonFactory(unit=station)
    problem = ProblemFactory(unit=other, leader=held.person)
    measure = MeasureFactory(unit=other, responsible=held.person)
    for row, when in ((problem, date(2026, 5, 6)), (measure, date(2026, 5, 7))):
        row.history.update(history_date=datetime(2026, 5, when.day, 12, tzinfo=SHANGHAI))
    problem.leader, measure.responsible = new, new
    entered(problem, date(2026, 5, 18))
    entered(measure, date(2026, 5, 18))

    found = items(held)
    new_found = items(AppointmentFactory(person=new, unit=station, post=PostFactory(code="x")))

    assert (found.problems, found.measures) == ([problem], [measure])
    assert (new_found.problems, new_found.measures) == ([], [])
    assert [row.cells[3] for row in sheet(held).parts[1].rows] == ["责任领导"]


def test_measures_that_had_not_ended(held, station):
    open_then = MeasureFactory(unit=station)
    Measure.objects.filter(pk=open_then.pk).update(done_on=date(2026, 5, 18))
    done = MeasureFactory(unit=station)
    Measure.objects.filter(pk=done.pk).update(done_on=LAST_DAY)
    MeasureFactory(unit=station, set_on=date(2026, 5, 18))

    assert items(held).measures == [open_then]


# --- promises, evidence, look-backs -------------------------------------------------------------


def test_promises_of_the_bureau_go_with_its_head(bureau):
    head = AppointmentFactory(
        person__unit=bureau,
        post=PostFactory(code="first_person", must_be_filled=True),
        last_day=LAST_DAY,
    )
    report = AnnualReportFactory(bureau=bureau, year=2025, state="published")
    waiting = PromiseFactory(bureau=bureau, report=report)
    later = PromiseFactory(
        bureau=bureau,
        report=report,
        decision="dropped",
        decided_on=date(2026, 5, 18),
        reason="另行安排",
    )
    PromiseFactory(
        bureau=bureau, report=report, decision="dropped", decided_on=LAST_DAY, reason="另行安排"
    )

    assert items(head).promises == [waiting, later]


def test_a_station_hands_over_the_promises_it_took_on(held, station, bureau):
    report = AnnualReportFactory(bureau=bureau, year=2025, state="published")
    taken = PromiseFactory(
        bureau=bureau,
        report=report,
        decision="taken_on",
        decided_on=date(2026, 3, 1),
        problem=ProblemFactory(unit=station),
    )
    PromiseFactory(bureau=bureau, report=report)

    assert items(held).promises == [taken]


def test_meetings_that_lacked_evidence_on_the_day(held, station):
    due = of(monthly(station, expected_evidence=["minutes"]), station, date(2026, 4, 5))
    proved, late, never = (
        MeetingFactory(unit=station, held_on=date(2026, 4, day)) for day in (8, 9, 10)
    )
    for meeting in (proved, late, never):
        DischargeFactory(due=due, meeting=meeting)
    for meeting, day in ((proved, 17), (late, 18)):
        moment = datetime(2026, 5, day, 12, tzinfo=SHANGHAI)
        evidence = EvidenceFactory(unit=station, kind="minutes", recorded_at=moment)
        EvidenceUseFactory(evidence=evidence, meeting=meeting)

    assert items(held).lacking == [late, never]
    assert items(held, on=date(2026, 5, 18)).lacking == [never]
    assert [row.cells for row in sheet(held).parts[4].rows] == [
        ("法制通报会", "2026年4月9日", "会议记录"),
        ("法制通报会", "2026年4月10日", "会议记录"),
    ]


def solved(station, **more):
    return closed_problem(
        unit=station,
        submitted_by=UserFactory(),
        closed_by=UserFactory(),
        found_on=date(2026, 3, 2),
        closed_on=date(2026, 4, 20),
        **more,
    )


def test_look_backs_to_come_of_single_problems_and_of_rounds(held, station, bureau):
    single, sampled, checked, _quiet = (solved(station) for _n in range(4))
    single.look_back_on = date(2026, 7, 1)
    entered(single, date(2026, 4, 21))
    found = LookBackRoundFactory(bureau=bureau, ordered_on=date(2026, 5, 4))
    for problem, day in ((sampled, date(2026, 5, 20)), (checked, date(2026, 5, 10))):
        result = LookBackFactory(problem=problem, on=day)
        LookBackItem.objects.create(round=found, problem=problem, look_back=result)

    rows = items(held)

    assert rows.look_backs == [single, sampled]
    assert (rows.problems, rows.rounds) == ([], [])
    assert [row.cells[1:] for row in sheet(held).parts[5].rows] == [
        ("2026年7月1日", "单项回头看"),
        ("2026年6月30日前", f"列入“{found.title}”"),
    ]


def test_a_planned_look_back_of_the_day_is_known_afterwards(held, station):
    """The day planned is forgotten when it is done; the sheet still has it."""
    problem = solved(station)
    problem.look_back_on = date(2026, 6, 1)
    problem.history.update(history_date=datetime(2026, 4, 20, 12, tzinfo=SHANGHAI))
    entered(problem, date(2026, 4, 21))
    problem.look_back_on = None
    entered(problem, date(2026, 6, 1))
    LookBackFactory(problem=problem, on=date(2026, 6, 1))

    assert items(held).look_backs == [problem]


def test_rounds_that_the_person_was_to_carry_out(held, bureau):
    found = LookBackRoundFactory(bureau=bureau, ordered_on=date(2026, 5, 4), checkers=[held.person])
    LookBackRoundFactory(bureau=bureau, ordered_on=date(2026, 5, 18), checkers=[held.person])
    LookBackItem.objects.create(round=found, problem=ProblemFactory(unit__parent=bureau))

    rounds = items(held).rounds

    assert [(each, each.waiting) for each in rounds] == [(found, 1)]


# --- the sheet ----------------------------------------------------------------------------------


def test_what_the_sheet_says_at_its_head(held, station):
    AppointmentFactory(
        person=PersonFactory(unit=station, name="李某"),
        unit=station,
        post=held.post,
        first_day=date(2026, 5, 18),
    )
    ProblemFactory(unit=station)

    found = sheet(held)

    assert found.title == "东城分局一所\n工作交接单"
    assert found.facts == (
        ("单位", "东城分局一所"),
        ("岗位", "所长"),
        ("移交人", "张某某"),
        ("任期", "2025年1月1日—2026年5月17日，示公任〔2025〕1号"),
        ("接交人", "李某（2026年5月18日起）"),
        ("截止日期", "2026年5月17日（当日结束时）"),
    )
    assert found.summary == "截至2026年5月17日，未办结事项共1项：在办问题1项。"
    assert found.signers == (("移交人", "张某某"), ("接交人", "李某"), ("监交人", ""))
    assert (found.mark, found.day) == ("", LAST_DAY)


def test_whoever_came_after_a_gap_did_not_take_over(held, station):
    AppointmentFactory(
        person=PersonFactory(unit=station),
        unit=station,
        post=held.post,
        first_day=date(2026, 5, 19),
    )

    assert successor_of(loaded(held)) == ""
    assert sheet(held).signers[1] == ("接交人", "")


def test_an_empty_sheet_says_so(held):
    found = sheet(held)

    assert found.summary == "截至2026年5月17日，没有未办结的事项。"
    assert [part.number for part in found.parts] == [0] * 7


def test_a_term_that_runs_is_told_as_of_the_day(station, chief):
    running = AppointmentFactory(person__unit=station, post=chief)

    found = sheet(running, on=TODAY, ended=False)

    assert sheet_day(running, on=TODAY) == TODAY
    assert found.mark == "任职尚未结束，截至2026年6月10日"
    assert found.signers[1] == ("接交人", "")


def test_the_unit_is_called_as_it_was_then(held, station):
    UnitNameFactory(unit=station, name="城关所", last_day=date(2026, 5, 31))

    found = sheet(held)

    assert found.title == "东城分局城关所\n工作交接单"
    assert found.name == "城关所所长工作交接单"


def test_the_sheet_is_the_same_at_any_later_time(held, station):
    """Everything that happens after the day leaves it as it was."""
    rule = monthly(station)
    due = of(rule, station, date(2026, 4, 5))
    problem, measure = ProblemFactory(unit=station), MeasureFactory(unit=station)
    before = sheet(held)

    due.met_late_on = date(2026, 5, 25)
    due.save()
    Measure.objects.filter(pk=measure.pk).update(done_on=date(2026, 5, 25))
    Problem.objects.filter(pk=problem.pk).update(
        state="closed", closed_on=date(2026, 5, 25), closed_by=UserFactory()
    )
    ProblemFactory(unit=station, found_on=date(2026, 5, 25))

    assert sheet(held) == before


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_the_same_queries_whatever_is_open(
    held, station, bureau, rows, django_assert_num_queries
):
    rule = monthly(station, expected_evidence=["minutes"])
    report = AnnualReportFactory(bureau=bureau, year=2025, state="published")
    for n in range(rows):
        due = of(rule, station, date(2026, n + 1, 5))
        DischargeFactory(due=due, meeting__held_on=date(2026, n + 1, 9), counts=True)
        ProblemFactory(unit=station)
        MeasureFactory(unit=station)
        solved(station)
        PromiseFactory(
            bureau=bureau,
            report=report,
            decision="taken_on",
            decided_on=date(2026, 3, 1),
            problem=ProblemFactory(unit=station),
        )
    row = loaded(held)

    with django_assert_num_queries(6):
        found = open_items(row, None, on=LAST_DAY, today=TODAY)
        hand_over_sheet(row, found, on=LAST_DAY, ended=True, all_seen=True)

    assert (len(found.problems), len(found.promises)) == (2 * rows, rows)
