from datetime import date

import pytest

from reports.actions.agenda import PointOutcome, record_agenda
from reports.actions.meetings import AgendaDraft, MeetingDraft, cancel_meeting, record_meeting
from reports.domain.access import Role
from reports.models import AgendaKind, Meeting
from reports.models.choices import EvidenceKind, Outcome, OwedBy, PointKind
from reports.selectors.agenda import Place, Ref, beyond, last_held, propose
from reports.selectors.dues import dues_for
from reports.selectors.recording import last_like
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AgendaItemFactory,
    AgendaKindFactory,
    AgendaPaperFactory,
    AgendaPointFactory,
    AppointmentFactory,
    BureauFactory,
    DueFactory,
    MeasureFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ProgressFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
LAST = date(2026, 5, 20)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def kind():
    return MeetingKindFactory()


def hold(unit, day, *items, kind=None):
    draft = MeetingDraft(
        unit=unit,
        kind_id=(kind or MeetingKindFactory()).pk,
        title="法制通报会",
        held_on=day,
        agenda=items,
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def proposed_for(unit, *, scope=None, kind=None, planned_on=TODAY, due=None):
    scope = scope or scope_of(member(Role.LEGAL_OFFICER, unit.bureau), today=TODAY)
    kind_id = (kind or MeetingKindFactory()).pk
    return propose(
        scope,
        unit,
        kind_id,
        last=last_like(unit, kind_id, TODAY),
        agenda_kinds=AgendaKind.objects.order_by("position", "pk"),
        today=TODAY,
        planned_on=planned_on,
        due=due,
    )


def told(proposed, kind):
    return [(each.title, each.note) for each in proposed.points if each.ref.kind == kind]


def titles(proposed, kind=None):
    return [each.title for each in proposed.points if kind in {None, each.ref.kind}]


# --- what was left over -------------------------------------------------------------------------


def test_what_was_put_off_or_not_reached_comes_back(station):
    hold(
        station,
        LAST,
        AgendaDraft("甲", outcome=Outcome.DECIDED.value),
        AgendaDraft("乙", outcome=Outcome.DEFERRED.value, resolution="等上级批复"),
        AgendaDraft("丙", outcome=Outcome.NOT_REACHED.value, involves_law=True),
        AgendaDraft("丁", outcome=Outcome.NOTED.value),
        AgendaDraft("戊"),
    )

    proposed = proposed_for(station)

    assert told(proposed, PointKind.CARRIED) == [
        ("乙", "2026年5月20日法制通报会缓议。\n等上级批复"),
        ("丙", "2026年5月20日法制通报会未议及。"),
    ]
    assert [each.involves_law for each in proposed.points] == [False, True]


def test_an_item_without_an_outcome_comes_back_while_its_record_is_open(station):
    open_one, closed = ProblemFactory(unit=station, found_on=LAST), ProblemFactory(unit=station)
    type(closed).objects.filter(pk=closed.pk).update(
        state="closed", closed_on=TODAY, closed_by=UserFactory()
    )
    hold(
        station,
        LAST,
        AgendaDraft("未结", problem_id=open_one.pk),
        AgendaDraft("已结", problem_id=closed.pk),
    )

    proposed = proposed_for(station)

    assert told(proposed, PointKind.CARRIED) == [
        ("未结", "2026年5月20日法制通报会列入议程，尚未办结。")
    ]
    assert titles(proposed, PointKind.PROBLEM) == []


def test_only_meetings_of_the_kind_and_unit_are_looked_at(station, bureau):
    left = AgendaDraft("别的", outcome=Outcome.DEFERRED.value)
    hold(station, LAST, left, kind=MeetingKindFactory(code="party"))
    hold(UnitFactory(parent=bureau), LAST, left)
    hold(station, date(2025, 6, 1), left)
    cancelled = hold(station, LAST, left)
    cancel_meeting(meeting_id=cancelled.pk, because="录错", by=UserFactory(), at=NOON)

    proposed = proposed_for(station)

    assert titles(proposed, PointKind.CARRIED) == []


def test_a_meeting_recorded_without_an_agenda_loses_nothing(station):
    hold(station, LAST, AgendaDraft("甲", outcome=Outcome.DEFERRED.value))
    hold(station, date(2026, 5, 27))

    proposed = proposed_for(station)

    assert titles(proposed, PointKind.CARRIED) == ["甲"]


def deal_with(unit, day, outcomes):
    """Draw up what is proposed, and hold the meeting with these outcomes by title."""
    paper = AgendaPaperFactory(unit=unit, planned_on=day)
    told = []
    for position, each in enumerate(proposed_for(unit).points, start=1):
        point = AgendaPointFactory(
            paper=paper,
            position=position,
            title=each.title,
            kind=each.ref.kind.value,
            item_id=each.ref.item_id,
        )
        told.append(PointOutcome(outcomes[each.title], point.pk))
    draft = MeetingDraft(unit=unit, kind_id=paper.kind_id, title="例会", held_on=day)
    return record_agenda(
        paper_id=paper.pk, meeting=draft, outcomes=told, by=None, at=NOON, today=TODAY
    )


def test_the_loop_over_two_meetings(station):
    hold(
        station,
        LAST,
        AgendaDraft("甲", outcome=Outcome.DEFERRED.value),
        AgendaDraft("乙", outcome=Outcome.NOT_REACHED.value),
    )
    second = deal_with(station, date(2026, 5, 27), {"甲": Outcome.DECIDED, "乙": Outcome.DEFERRED})

    after_second = titles(proposed_for(station))
    third = deal_with(station, date(2026, 6, 3), {"乙": Outcome.DECIDED})
    after_third = titles(proposed_for(station))

    assert after_second == ["乙"]
    assert after_third == []
    assert third.agenda.get().carried_from == second.agenda.get(title="乙")


def test_cancelling_the_meeting_that_dealt_with_it_brings_it_back(station):
    first = hold(station, LAST, AgendaDraft("甲", outcome=Outcome.DEFERRED.value))
    item = first.agenda.get()
    second = hold(
        station,
        date(2026, 5, 27),
        AgendaDraft("甲", outcome=Outcome.DECIDED.value, carried_from_id=item.pk),
    )
    before = titles(proposed_for(station))

    cancel_meeting(meeting_id=second.pk, because="录错", by=UserFactory(), at=NOON)

    assert (before, titles(proposed_for(station))) == ([], ["甲"])


# --- problems and measures ----------------------------------------------------------------------


def test_problems_since_the_last_meeting_are_new(station):
    last = hold(station, LAST)
    Meeting.objects.filter(pk=last.pk).update(recorded_at=NOON)
    ProblemFactory(unit=station, title="登记不及时", found_on=date(2026, 5, 21))
    ProblemFactory(unit=station, title="会上提出", found_on=LAST, meeting=last)

    proposed = proposed_for(station)

    assert told(proposed, PointKind.PROBLEM) == [
        (
            "研究问题：登记不及时",
            "2026年5月21日发现，来源：自查，牵头单位：一所，整改期限2026年6月30日。",
        )
    ]
    assert (proposed.since, proposed.last) == (LAST, last)


def test_a_problem_found_before_and_entered_after_is_new_too(station):
    hold(station, LAST)
    ProblemFactory(unit=station, title="补登的", found_on=date(2026, 5, 1))
    old = ProblemFactory(unit=station, title="早已登记", found_on=date(2026, 5, 1))
    type(old).objects.filter(pk=old.pk).update(recorded_at=NOON.replace(month=5, day=2))

    proposed = proposed_for(station)

    assert titles(proposed, PointKind.PROBLEM) == ["研究问题：补登的"]


def test_without_a_meeting_before_everything_of_the_year_is_new(station):
    ProblemFactory(unit=station, title="今年的", found_on=date(2026, 1, 5))

    proposed = proposed_for(station)

    assert titles(proposed, PointKind.PROBLEM) == ["研究问题：今年的"]
    assert (proposed.since, proposed.last) == (date(2026, 1, 1), None)


def test_a_closed_problem_is_not_on_the_agenda(station):
    problem = ProblemFactory(unit=station)
    type(problem).objects.filter(pk=problem.pk).update(
        state="closed", closed_on=TODAY, closed_by=UserFactory()
    )

    assert titles(proposed_for(station), PointKind.PROBLEM) == []


def test_measures_overdue_or_without_movement_are_pressed(station):
    MeasureFactory(unit=station, title="逾期的", due_on=date(2026, 5, 31))
    MeasureFactory(unit=station, title="没有动静的", set_on=date(2026, 4, 1))
    moving = MeasureFactory(unit=station, title="在推进的", set_on=date(2026, 4, 1))
    ProgressFactory(measure=moving, on=date(2026, 6, 1))
    MeasureFactory(unit=station, title="刚确定的", set_on=date(2026, 6, 1))
    done = MeasureFactory(unit=station, title="已完成的", due_on=date(2026, 5, 31))
    type(done).objects.filter(pk=done.pk).update(done_on=date(2026, 6, 5))

    proposed = proposed_for(station)

    assert told(proposed, PointKind.MEASURE) == [
        (
            "督办措施：逾期的",
            "责任单位：一所，完成期限2026年5月31日，已逾期10日，尚未报告进展。",
        ),
        (
            "督办措施：没有动静的",
            "责任单位：一所，完成期限2026年6月30日，尚未报告进展。",
        ),
    ]


def test_more_than_a_meeting_can_speak_of_one_by_one_is_one_point(station):
    for number in range(1, 18):
        ProblemFactory(unit=station, title=f"问题{number}", found_on=date(2026, 6, 1))

    found = told(proposed_for(station), PointKind.PROBLEM)

    assert [title for title, _note in found[:14]] == [
        f"研究问题：问题{number}" for number in range(1, 15)
    ]
    assert found[14:] == [
        ("其他新登记的问题3项", "研究问题：问题15\n研究问题：问题16\n研究问题：问题17")
    ]


def test_a_long_title_fits(station):
    MeasureFactory(unit=station, title="长" * 200, due_on=date(2026, 5, 31))

    (title,) = titles(proposed_for(station), PointKind.MEASURE)

    assert (len(title), title[-1]) == (200, "…")


# --- dues and evidence --------------------------------------------------------------------------


def weekly(bureau, **kwargs):
    return ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="法制学习",
        cadence="week",
        owed_by=OwedBy.KINDS.value,
        meeting_kind=MeetingKindFactory(code="study"),
        **kwargs,
    )


def test_dues_missed_since_are_summed_by_period(bureau, station):
    hold(bureau, LAST)
    rule = weekly(bureau)
    second = UnitFactory(parent=bureau, name="二所")
    day = date(2026, 5, 19)
    dues = [DueFactory(version=rule, unit=unit, day=day) for unit in (station, second)]
    DueFactory(version=rule, unit=station, day=date(2026, 3, 19))

    proposed = proposed_for(bureau)

    assert told(proposed, PointKind.DUE) == [("一所、二所第21周法制学习未召开", "")]
    (point,) = [each for each in proposed.points if each.ref.kind == PointKind.DUE]
    assert point.ref.due_id == dues[0].pk
    assert str(point.links[0].label) == f"{rule.schedule.name} · 2项"


def test_the_link_opens_as_many_dues_as_it_says(bureau, station, client):
    user = member(Role.LEGAL_OFFICER, bureau)
    rule = weekly(bureau)
    for day in (date(2026, 5, 5), date(2026, 5, 12), date(2026, 5, 19)):
        DueFactory(version=rule, unit=station, day=day)
    (point,) = [each for each in proposed_for(bureau).points if each.ref.kind == PointKind.DUE]
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    answer = client.get(point.links[0].href)

    assert point.title == "一所法制学习3期未召开"
    assert point.note == "第19周：一所。\n第20周：一所。\n第21周：一所。"
    assert str(point.links[0].label) == "法制学习 · 3项"
    assert len(answer.context["table"].rows) == 3
    scope = scope_of(user, today=TODAY)
    assert dues_for(scope, on=TODAY, bureau=bureau.pk, verdicts=["missed"]).count() == 3


def test_many_units_are_named_in_the_note(bureau):
    rule = weekly(bureau)
    for number in range(1, 6):
        unit = UnitFactory(parent=bureau, name=f"{number}所")
        DueFactory(version=rule, unit=unit, day=date(2026, 5, 19))

    assert told(proposed_for(bureau), PointKind.DUE) == [
        ("1所、2所、3所等5个第21周法制学习未召开", "1所、2所、3所、4所、5所。")
    ]


def test_a_station_sees_its_own_dues_alone(bureau, station):
    rule = weekly(bureau)
    for unit in (station, UnitFactory(parent=bureau, name="二所")):
        DueFactory(version=rule, unit=unit, day=date(2026, 5, 19))

    assert titles(proposed_for(station), PointKind.DUE) == ["一所第21周法制学习未召开"]


def test_what_a_person_owes_names_the_person(bureau):
    rule = weekly(bureau)
    person = PersonFactory(unit=bureau, name="张三")
    DueFactory(version=rule, unit=bureau, person=person, day=date(2026, 5, 19))

    assert titles(proposed_for(bureau), PointKind.DUE) == ["张三第21周法制学习未召开"]


def test_missing_evidence_is_one_point_by_unit(bureau, station):
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau, expected_evidence=[EvidenceKind.MINUTES.value]
    )
    for unit in (bureau, station):
        due = DueFactory(version=rule, unit=unit)
        draft = MeetingDraft(
            unit=unit,
            kind_id=rule.meeting_kind_id,
            title="例会",
            held_on=TODAY,
            due_ids=(due.pk,),
        )
        record_meeting(draft, by=None, at=NOON, today=TODAY)

    assert told(proposed_for(bureau), PointKind.EVIDENCE) == [
        ("督促补交会议材料：2次会议缺少材料", "东城分局1次、一所1次。")
    ]
    assert told(proposed_for(station), PointKind.EVIDENCE) == [
        ("督促补交会议材料：1次会议缺少材料", "")
    ]


# --- demanded items -----------------------------------------------------------------------------


def test_the_item_that_the_rule_demands_comes_first(bureau):
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="party", is_body=True))
    party, study = MeetingKindFactory(code="party"), AgendaKindFactory()
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="党委专题研究",
        meeting_kind=None,
        agenda_kind=study,
        body=body,
    )
    due = DueFactory(version=rule, unit=bureau)
    hold(body, LAST, AgendaDraft("乙", outcome=Outcome.DEFERRED.value), kind=party)

    proposed = proposed_for(body, kind=party)

    assert [(each.title, each.agenda_kind_id) for each in proposed.points] == [
        ("法治专题研究", study.pk),
        ("乙", None),
    ]
    assert proposed.points[0].ref == Ref(PointKind.ASKED, due_id=due.pk)
    assert proposed.points[0].note == "“党委专题研究”6月规定的议题。"


def test_an_item_demanded_of_another_body_is_not_proposed(bureau):
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="party", is_body=True))
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        meeting_kind=None,
        agenda_kind=AgendaKindFactory(),
        body=body,
    )
    DueFactory(version=rule, unit=bureau)

    assert titles(proposed_for(bureau), PointKind.ASKED) == []
    assert titles(proposed_for(body), PointKind.ASKED) == ["法治专题研究"]


def test_a_due_that_is_met_demands_no_item(bureau):
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau, meeting_kind=None, agenda_kind=AgendaKindFactory()
    )
    DueFactory(version=rule, unit=bureau, met_on=date(2026, 6, 3))

    assert titles(proposed_for(bureau), PointKind.ASKED) == []


# --- scope and places ---------------------------------------------------------------------------


def test_a_body_of_the_bureau_deals_with_all_units(bureau, station):
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="party", is_body=True))

    assert Place(body).keys == {"bureau": bureau.pk}
    assert Place(bureau).keys == {"bureau": bureau.pk}
    assert Place(station).keys == {"unit": station.pk}


def test_nothing_outside_the_scope_is_proposed(bureau, station):
    other = UnitFactory(parent=bureau, name="二所")
    ProblemFactory(unit=other)
    MeasureFactory(unit=other, due_on=date(2026, 5, 31))
    DueFactory(version=weekly(bureau), unit=other, day=date(2026, 5, 19))
    clerk = scope_of(member(Role.CLERK, station), today=TODAY)

    assert proposed_for(bureau, scope=clerk).points == ()
    assert len(proposed_for(bureau).points) == 3


@pytest.mark.parametrize("what", ["problem_id", "measure_id", "due_id", "item_id"])
def test_references_beyond_the_scope_are_found(bureau, station, what):
    made = {
        "problem_id": ProblemFactory,
        "measure_id": MeasureFactory,
        "due_id": DueFactory,
    }

    def ref(unit):
        if what == "item_id":
            return Ref(item_id=AgendaItemFactory(meeting__unit=unit).pk)
        return Ref(**{what: made[what](unit=unit).pk})

    inside, outside = ref(station), ref(UnitFactory(parent=bureau))
    missing = Ref(**{what: 10**9})
    scope = scope_of(member(Role.CLERK, station), today=TODAY)

    assert beyond(scope, [inside, outside, missing, Ref()]) == {outside, missing}
    assert beyond(scope, [outside], known=[outside]) == set()


def test_a_reference_is_written_and_read_again():
    ref = Ref(PointKind.MEASURE, measure_id=12)

    assert ref.code == "measure.0.12.0.0"
    assert Ref.of(ref.code) == ref


@pytest.mark.parametrize("code", ["", "measure", "nothing.0.0.0.0", "measure.x.0.0.0", "a.1.2"])
def test_what_is_no_reference_is_refused(code):
    with pytest.raises(ValueError, match="no reference"):
        Ref.of(code)


def test_what_was_held_last_is_no_submission(station, kind):
    handed_in = MeetingKindFactory(code="report", is_submission=True)
    before = last_held(station)
    held = MeetingFactory(unit=station, kind=kind, held_on=LAST)
    MeetingFactory(unit=station, kind=handed_in, held_on=TODAY)

    assert (before, last_held(station)) == (None, held)


def test_a_second_meeting_asks_as_often(bureau, django_assert_num_queries):
    scope = scope_of(member(Role.LEGAL_OFFICER, bureau), today=TODAY)
    kind = MeetingKindFactory()
    AppointmentFactory(unit=bureau, post=PostFactory())

    def count(number):
        with django_assert_num_queries(number):
            proposed_for(bureau, scope=scope, kind=kind)

    ProblemFactory(unit=UnitFactory(parent=bureau))
    hold(bureau, LAST, AgendaDraft("甲", outcome=Outcome.DEFERRED.value))
    count(8)
    for _n in range(3):
        ProblemFactory(unit=UnitFactory(parent=bureau))
        MeasureFactory(unit=bureau, due_on=date(2026, 5, 31))
    hold(bureau, LAST, AgendaDraft("乙", outcome=Outcome.DEFERRED.value))
    count(8)
