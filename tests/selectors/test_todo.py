"""What waits: each kind for whom it waits, in one order, in one query, for the deputy, too."""

from datetime import date, timedelta

import pytest
from django.urls import resolve

from reports.actions.problems import move_problem
from reports.domain.access import Role
from reports.domain.problems import ProblemClass, ProblemMove
from reports.models import Problem
from reports.selectors.scope import scope_of
from reports.selectors.todo import (
    SHAPES,
    Waiting,
    WaitingRow,
    count_waiting,
    first_of_each,
    rows_waiting,
    waiting_for,
)
from reports.selectors.todo_words import HEADINGS, lines_of
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CityFactory,
    CommentFactory,
    DeputyFactory,
    DueFactory,
    ExtensionFactory,
    HandInFactory,
    LookBackItemFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    PersonFactory,
    ProblemFactory,
    ProblemSourceFactory,
    ProgressFactory,
    PromiseFactory,
    PublicFormFactory,
    SecrecyStepFactory,
    SentenceFactory,
    SuperiorTaskFactory,
    UnitFactory,
    WaiverRequestFactory,
    holder_of,
    member,
    walk_report,
)
from tests.factories.notices import notice_at, office_of
from tests.factories.rounds import closed_problem

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city)


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


@pytest.fixture
def clerk(station):
    return member(Role.CLERK, station, user__first_name="李峰")


@pytest.fixture
def legal(bureau):
    return member(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def inspector(bureau):
    return member(Role.INSPECTOR, bureau)


@pytest.fixture
def leader(bureau):
    return member(Role.LEADER, bureau)


@pytest.fixture
def supervisor(city):
    return member(Role.SUPERVISOR, city)


def rows_of(user, today=TODAY, **kwargs):
    return rows_waiting(scope_of(user, today=today), today=today, **kwargs)


def kinds(user, today=TODAY):
    """Kind and key of everything that waits."""
    rows = rows_of(user, today)
    assert count_waiting(scope_of(user, today=today), today=today) == len(rows)
    return [(row.why.value, row.pk) for row in rows]


def move(problem, step, by, on=TODAY, **how):
    return move_problem(problem_id=problem.pk, move=step, on=on, by=by, at=NOON, today=TODAY, **how)


def in_hand(problem, legal, clerk):
    move(problem, ProblemMove.ASSIGN, legal)
    return move(problem, ProblemMove.START, clerk)


def submitted(problem, legal, clerk):
    in_hand(problem, legal, clerk)
    return move(problem, ProblemMove.SUBMIT, clerk)


def test_nothing_waits_for_who_has_nothing_to_do(clerk, legal, inspector, leader, supervisor):
    assert [kinds(user) for user in (clerk, legal, inspector, leader, supervisor)] == [[]] * 5


def test_a_problem_waits_for_the_one_who_makes_its_next_move(
    bureau, station, clerk, legal, inspector, leader, supervisor
):
    head = PersonFactory(unit=bureau, user=leader)
    problem = ProblemFactory(unit=station, leader=head)
    users = (clerk, legal, inspector, leader, supervisor)
    pk, found = problem.pk, []

    found.append([kinds(user) for user in users])
    move(problem, ProblemMove.ASSIGN, legal)
    found.append([kinds(user) for user in users])
    move(problem, ProblemMove.START, clerk)
    move(problem, ProblemMove.NEARLY, clerk, reason="尚缺制度")
    found.append([kinds(user) for user in users])
    move(problem, ProblemMove.SUBMIT, clerk)
    found.append([kinds(user) for user in users])

    assert found == [
        [[], [("assign", pk)], [], [], []],
        [[("work", pk)], [], [], [], []],
        [[("work", pk)], [], [], [], []],
        [[], [("verify", pk)], [("verify", pk)], [], []],
    ]


def test_who_submitted_or_leads_does_not_verify(bureau, station, clerk, legal, inspector):
    led = ProblemFactory(unit=station, leader=PersonFactory(unit=bureau, user=inspector))
    submitted(led, legal, clerk)
    own = ProblemFactory(unit=station)
    submitted(own, legal, legal)

    assert kinds(legal) == [("verify", led.pk)]
    assert kinds(inspector) == [("verify", own.pk)]


def test_the_second_key_waits_where_nobody_else_in_the_bureau_could_verify(
    bureau, station, legal, clerk, supervisor
):
    alone = ProblemFactory(unit=station)
    submitted(alone, legal, legal)
    before = kinds(supervisor)
    member(Role.INSPECTOR, bureau)
    after = kinds(supervisor)

    assert (before, after) == ([("second_key", alone.pk)], [])


def test_what_was_raised_from_above_waits_for_its_decision(
    bureau, station, legal, clerk, inspector
):
    source = ProblemSourceFactory(code="above", raised_from_above=True)
    problem = ProblemFactory(
        unit=station,
        source=source,
        raised_from_above=True,
        raised_by="市局",
        kind=ProblemClass.AT_ONCE,
    )
    submitted(problem, legal, clerk)
    move(problem, ProblemMove.VERIFY, inspector, reason="已整改")

    assert kinds(legal) == [("above", problem.pk)]
    assert kinds(inspector) == []
    assert rows_of(legal)[0].note == "市局"


def test_a_problem_that_follows_the_ones_below_is_asked_of_nobody(station, legal, clerk):
    parent = ProblemFactory(unit=station)
    child = ProblemFactory(unit=station, parent=parent)

    assert kinds(legal) == [("assign", child.pk)]


def test_papers_wait_for_their_reply(station, legal):
    paper = ProblemFactory(
        unit=station,
        source=ProblemSourceFactory(code="procuratorate", wants_reply=True),
        received_on=date(2026, 6, 1),
        reply_due_on=TODAY + timedelta(days=14),
    )
    later = ProblemFactory(unit=station, reply_due_on=TODAY + timedelta(days=15))
    Problem.objects.filter(pk__in=[paper.pk, later.pk]).update(
        state="closed", closed_on=TODAY, closed_by=legal
    )

    assert kinds(legal) == [("reply", paper.pk)]


def test_a_standing_problem_waits_on_its_review_day(station, legal, inspector, clerk):
    standing = {"unit": station, "kind": ProblemClass.STANDING, "due_on": None}
    now = ProblemFactory(review_on=TODAY, **standing)
    in_hand(now, legal, clerk)
    later = ProblemFactory(review_on=TODAY + timedelta(days=1), **standing)
    in_hand(later, legal, clerk)

    assert kinds(legal) == kinds(inspector) == [("review", now.pk)]


def test_measures_wait_when_due_or_silent(station, clerk):
    soon = MeasureFactory(unit=station, due_on=TODAY + timedelta(days=14))
    silent = MeasureFactory(unit=station, set_on=date(2026, 5, 1), due_on=None)
    told = MeasureFactory(unit=station, set_on=date(2026, 5, 1), due_on=date(2026, 12, 31))
    ProgressFactory(measure=told, on=date(2026, 6, 1))

    assert kinds(clerk) == [("measure", soon.pk), ("silent", silent.pk)]


def test_decisions_wait_for_who_makes_them(bureau, station, legal, leader, clerk):
    extension = ExtensionFactory(measure=MeasureFactory(unit=station), recorded_by=clerk)
    own = WaiverRequestFactory(due=DueFactory(unit=station), recorded_by=clerk)
    of_bureau = WaiverRequestFactory(due=DueFactory(unit=bureau), recorded_by=legal)

    assert [each for each in kinds(legal) if each[0] in ("extension", "waiver")] == [
        ("extension", extension.pk),
        ("waiver", own.pk),
    ]
    assert kinds(leader) == [("extension", extension.pk), ("waiver", of_bureau.pk)]


def test_tasks_from_above_wait_for_the_legal_officer(station, legal, clerk):
    soon = SuperiorTaskFactory(unit=station, due_on=TODAY + timedelta(days=14))
    SuperiorTaskFactory(unit=station, due_on=TODAY + timedelta(days=15))

    assert (kinds(legal), kinds(clerk)) == ([("task", soon.pk)], [])


def test_notices_wait_for_issuer_and_unit(bureau, station, legal, leader, clerk):
    office = office_of(bureau)
    draft = notice_at("draft", unit=station, office=office)
    sent = notice_at("approved", unit=station, office=office, answer_by=date(2026, 6, 20))
    received = notice_at("received", unit=station, office=office, answer_by=date(2026, 6, 12))
    answered = notice_at("answered", unit=station, office=office)

    assert kinds(leader) == [("notice_approve", draft.pk)]
    assert kinds(clerk) == [("notice_reply", received.pk), ("notice_receive", sent.pk)]
    assert kinds(legal) == [("notice_end", answered.pk)]


def test_what_a_round_has_not_checked_waits_for_its_checkers(bureau, station, legal, clerk, leader):
    checker = PersonFactory(unit=bureau, user=leader)
    ordered = LookBackRoundFactory(bureau=bureau, checkers=[checker])
    problem = closed_problem(unit=station, submitted_by=clerk, closed_by=legal)
    item = LookBackItemFactory(round=ordered, problem=problem)

    assert kinds(leader) == kinds(legal) == [("round", item.pk)]
    row = rows_of(leader)[0]
    assert (row.day, row.key, row.note) == (date(2026, 6, 30), ordered.pk, ordered.title)


def test_the_turn_of_the_year(bureau, legal, leader):
    report = AnnualReportFactory(bureau=bureau, year=2025)
    draft = (kinds(legal), kinds(leader))
    report.state = "published"
    report.save()
    given = (kinds(legal), kinds(leader))
    promise = PromiseFactory(bureau=bureau, report=report)
    set_out = kinds(legal)

    assert draft == ([], [])
    assert given == ([("gather", report.pk)], [])
    assert set_out == [("promise", promise.pk)]


def test_a_report_waits_for_who_takes_its_next_step(bureau, legal, leader):
    report = AnnualReportFactory(bureau=bureau, year=2025)
    remark = CommentFactory(paragraph__section__report=report)
    SentenceFactory(paragraph=remark.paragraph)
    other = member(Role.LEADER, bureau)
    for user, code in ((leader, "in_charge"), (other, "first_person")):
        holder_of(bureau, code, user=user)

    walk_report(report, "countersign", "send")
    reviewing = (kinds(legal), kinds(leader), kinds(other))
    walk_report(report, "review")
    sent = (kinds(leader), kinds(other))
    walk_report(report, "deliberate")
    deliberated = (kinds(leader), kinds(other))

    assert reviewing == (
        [("comment", remark.pk)],
        [("report_review", report.pk)],
        [],
    )
    assert sent == ([], [])
    assert deliberated == ([], [("sign", report.pk)])


@pytest.mark.parametrize(
    ("due_on", "handed_on", "waits"),
    [
        (date(2026, 7, 10), None, True),
        (date(2026, 7, 11), None, False),
        (date(2026, 3, 1), None, True),
        (date(2026, 7, 10), date(2026, 6, 9), False),
    ],
)
def test_a_hand_in_waits_for_thirty_days(bureau, legal, due_on, handed_on, waits):
    report = AnnualReportFactory(
        bureau=bureau,
        year=2025,
        state="signed",
        signed_on=date(2026, 2, 1),
        signer=PersonFactory(unit=bureau),
    )
    PromiseFactory(bureau=bureau, report=report, year=2027)
    row = HandInFactory(report=report, due_on=due_on, handed_on=handed_on)

    assert kinds(legal) == ([("hand_in", row.pk)] if waits else [])


def test_a_published_form_waits_for_its_check_and_its_approval(bureau, legal, leader):
    signed = {"state": "signed", "signed_on": date(2026, 2, 1), "signer": PersonFactory()}
    report = AnnualReportFactory(bureau=bureau, year=2024, **signed)
    form = PublicFormFactory(report=report, state="self_checked")
    SecrecyStepFactory(form=form, to_state="self_checked", recorded_by=legal)
    inspector = member(Role.INSPECTOR, bureau)

    checking = (kinds(legal), kinds(inspector), kinds(leader))
    form.state = "second_checked"
    form.save()
    approving = (kinds(legal), kinds(inspector), kinds(leader))

    assert checking == ([], [("public_check", form.pk)], [])
    assert approving == ([], [], [("public_approve", form.pk)])


def test_look_backs_wait_from_their_day_on(station, legal, clerk):
    problem = ProblemFactory(unit=station)
    Problem.objects.filter(pk=problem.pk).update(
        state="closed", closed_on=date(2026, 5, 20), closed_by=legal, look_back_on=TODAY
    )

    assert kinds(legal) == [("look_back", problem.pk)]
    assert kinds(legal, TODAY - timedelta(days=1)) == []


def test_the_most_urgent_comes_first(station, clerk):
    late = MeasureFactory(unit=station, due_on=date(2026, 6, 1))
    soon = MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    silent = MeasureFactory(unit=station, set_on=date(2026, 5, 1), due_on=None)
    DueFactory(unit=station)

    found = kinds(clerk)

    assert [pk for why, pk in found if why in ("measure", "silent")] == [
        late.pk,
        soon.pk,
        silent.pk,
    ]
    days = [row.day or date.max for row in rows_of(clerk)]
    assert days == sorted(days)


def test_one_kind_alone(station, clerk):
    measure = MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    DueFactory(unit=station)

    assert [row.pk for row in rows_of(clerk, only=Waiting.MEASURE)] == [measure.pk]


def test_the_first_of_each_kind_and_how_many_there_are(station, clerk):
    for _each in range(3):
        MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    rows = rows_of(clerk)

    kept, cut = first_of_each(rows, 2)

    assert (kept, cut) == (rows[:2], {Waiting.MEASURE: 3})
    assert first_of_each(rows, 3) == (rows, {})


@pytest.mark.parametrize("number", [1, 3])
def test_everything_is_one_query(station, legal, clerk, django_assert_num_queries, number):
    for _each in range(number):
        ProblemFactory(unit=station)
        MeasureFactory(unit=station, due_on=date(2026, 6, 12))
        DueFactory(unit=station)
        MeetingFactory(unit=station)
    scope = scope_of(legal, today=TODAY)

    with django_assert_num_queries(1):
        rows_waiting(scope, today=TODAY)
    with django_assert_num_queries(1):
        count_waiting(scope, today=TODAY)


def test_every_kind_has_its_words_and_its_page():
    rows = [WaitingRow(why, 1, None, None, "甲", 1, "in_hand", "3", 2, "") for why in Waiting]

    lines = lines_of(rows, today=TODAY)

    assert set(SHAPES) == set(HEADINGS) == set(Waiting)
    assert [line.why for line in lines if not (line.badge and line.button)] == []
    names = {line.why: resolve(line.href.split("?")[0]).url_name for line in lines}
    assert names[Waiting.WORK] == names[Waiting.ASSIGN] == names[Waiting.ABOVE] == "problem-move"
    assert len(set(names.values())) == 23


# --- standing in --------------------------------------------------------------------------------


def test_during_leave_it_waits_for_the_deputy_as_well(station, clerk, legal):
    measure = MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    DeputyFactory(user=clerk, deputy=legal)

    found = {
        day: [(row.pk, row.instead_of) for row in rows_of(legal, day)]
        for day in (date(2026, 6, 7), date(2026, 6, 8), date(2026, 6, 12), date(2026, 6, 13))
    }

    assert found == {
        date(2026, 6, 7): [],
        date(2026, 6, 8): [(measure.pk, "李峰")],
        date(2026, 6, 12): [(measure.pk, "李峰")],
        date(2026, 6, 13): [],
    }
    assert kinds(clerk) == kinds(legal) == [("measure", measure.pk)]


def test_what_waits_for_both_is_ones_own_and_counts_once(bureau, station, legal):
    other = member(Role.LEGAL_OFFICER, bureau)
    problem = ProblemFactory(unit=station)
    DeputyFactory(user=other, deputy=legal)

    assert kinds(legal) == [("assign", problem.pk)]
    assert rows_of(legal)[0].instead_of == ""


def test_standing_in_lends_no_right(station, clerk, inspector, leader):
    MeasureFactory(unit=station, due_on=date(2026, 6, 12))
    DeputyFactory(user=clerk, deputy=inspector)
    DeputyFactory(user=clerk, deputy=leader)

    assert (kinds(inspector), kinds(leader)) == ([], [])


def test_a_deputy_still_does_not_verify_what_she_submitted(bureau, station, legal):
    other = member(Role.LEGAL_OFFICER, bureau)
    problem = ProblemFactory(unit=station)
    submitted(problem, other, legal)
    DeputyFactory(user=other, deputy=legal)

    assert kinds(legal) == []
    assert kinds(other) == [("verify", problem.pk)]


def test_the_scope_with_those_on_leave_is_one_query(
    station, clerk, legal, django_assert_num_queries
):
    DeputyFactory(user=clerk, deputy=legal)

    with django_assert_num_queries(1):
        scope = scope_of(legal, today=TODAY)

    assert [(name, lent.user_id) for name, lent in scope.stands_in] == [("李峰", legal.pk)]
    assert {group.instead_of for group in waiting_for(scope, today=TODAY)} == {"", "李峰"}
