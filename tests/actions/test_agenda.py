import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from reports.actions.agenda import (
    CannotKeepAgenda,
    CannotRecordAgenda,
    PaperDraft,
    PointDraft,
    PointOutcome,
    draw_up_agenda,
    edit_agenda,
    record_agenda,
)
from reports.actions.measures import MeasureDraft
from reports.actions.meetings import CannotRecordMeeting, MeetingDraft, cancel_meeting
from reports.actions.problems import ProblemDraft
from reports.models import AgendaItem, AgendaPaper, Due, Measure, Meeting, Problem
from reports.models.choices import Outcome, PointKind
from tests.factories import (
    NOON,
    AgendaItemFactory,
    AgendaKindFactory,
    AgendaPaperFactory,
    AgendaPointFactory,
    BureauFactory,
    DueFactory,
    MeasureFactory,
    MeetingKindFactory,
    ProblemFactory,
    ProblemSourceFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
DAY = date(2026, 6, 9)


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def user():
    return UserFactory()


def draft_for(unit, *points, **kwargs):
    return PaperDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="法制通报会",
        planned_on=date(2026, 6, 12),
        points=points or (PointDraft("通报案件退回情况"),),
        **kwargs,
    )


def meeting_draft(paper, **kwargs):
    given = {"title": paper.title, "held_on": DAY, **kwargs}
    return MeetingDraft(unit=paper.unit, kind_id=paper.kind_id, **given)


def record(paper, *outcomes, by=None, **kwargs):
    return record_agenda(
        paper_id=paper.pk,
        meeting=meeting_draft(paper, **kwargs),
        outcomes=outcomes,
        by=by,
        at=NOON,
        today=TODAY,
    )


# --- drawing up ---------------------------------------------------------------------------------


def test_a_paper_keeps_its_points_in_order_with_what_they_speak_of(station, user):
    problem, measure = ProblemFactory(unit=station), MeasureFactory(unit=station)
    due = DueFactory(unit=station)
    item = AgendaItemFactory(meeting__unit=station)
    kind = AgendaKindFactory()
    draft = draft_for(
        station,
        PointDraft(" 规定的 ", PointKind.ASKED, agenda_kind_id=kind.pk, due_id=due.pk),
        PointDraft("问题", PointKind.PROBLEM, " 说明 ", problem_id=problem.pk, involves_law=True),
        PointDraft("措施", PointKind.MEASURE, measure_id=measure.pk),
        PointDraft("上次的", PointKind.CARRIED, item_id=item.pk),
        place=" 三楼 ",
    )

    paper = draw_up_agenda(draft, by=user, at=NOON)

    assert (paper.bureau, paper.place, paper.recorded_by) == (station.bureau, "三楼", user)
    assert [history.history_user for history in paper.history.all()] == [user]
    columns = ("position", "title", "kind", "note", "involves_law", "agenda_kind", "problem")
    assert list(paper.points.order_by("position").values_list(*columns)) == [
        (1, "规定的", "asked", "", False, kind.pk, None),
        (2, "问题", "problem", "说明", True, None, problem.pk),
        (3, "措施", "measure", "", False, None, None),
        (4, "上次的", "carried", "", False, None, None),
    ]
    assert list(paper.points.order_by("position").values_list("measure", "due", "item")) == [
        (None, due.pk, None),
        (None, None, None),
        (measure.pk, None, None),
        (None, None, item.pk),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": " "}, "请填写名称。"),
        ({"points": ()}, "请至少列入一项议题。"),
        ({"points": (PointDraft(" "),)}, "每项议题都要有名称。"),
    ],
)
def test_an_incomplete_paper_is_refused(station, change, reason):
    draft = replace(draft_for(station), **change)

    with pytest.raises(CannotKeepAgenda) as refused:
        draw_up_agenda(draft, by=None, at=NOON)

    assert refused.value.reasons == [reason]
    assert AgendaPaper.objects.count() == 0


def test_a_unit_that_is_closed_by_then_has_no_meeting(bureau):
    closed = UnitFactory(parent=bureau, name="旧所", closed_on=date(2026, 6, 11))

    with pytest.raises(CannotKeepAgenda) as refused:
        draw_up_agenda(draft_for(closed), by=None, at=NOON)

    assert refused.value.reasons == ["旧所在2026年6月12日尚未设立或已停用。"]


@pytest.mark.parametrize("what", ["problem", "measure", "due"])
def test_records_of_another_bureau_are_refused(station, what):
    factories = {"problem": ProblemFactory, "measure": MeasureFactory, "due": DueFactory}
    point = PointDraft("别处的", **{f"{what}_id": factories[what]().pk})

    with pytest.raises(CannotKeepAgenda) as refused:
        draw_up_agenda(draft_for(station, point), by=None, at=NOON)

    assert refused.value.reasons == ["议题涉及的记录须属于同一分局。"]


# --- changing -----------------------------------------------------------------------------------


def test_changing_a_paper_keeps_the_rows_that_stay(station, user):
    problem = ProblemFactory(unit=station)
    about = PointDraft("研究问题", PointKind.PROBLEM, problem_id=problem.pk)
    paper = draw_up_agenda(draft_for(station, PointDraft("甲"), about), by=None, at=NOON)
    before = {point.title: point.pk for point in paper.points.all()}
    reworded = replace(about, title="专题研究问题")
    draft = replace(
        draft_for(station, reworded, PointDraft("乙"), PointDraft("甲")),
        title="法制例会",
        planned_on=date(2026, 6, 15),
    )

    paper = edit_agenda(paper_id=paper.pk, draft=draft, by=user, at=NOON)

    found = list(paper.points.order_by("position").values_list("position", "title", "pk"))
    assert [(position, title) for position, title, _pk in found] == [
        (1, "专题研究问题"),
        (2, "乙"),
        (3, "甲"),
    ]
    assert (found[0][2], found[2][2]) == (before["研究问题"], before["甲"])
    assert (paper.title, paper.planned_on) == ("法制例会", date(2026, 6, 15))


def test_a_point_that_is_left_out_goes(station):
    paper = draw_up_agenda(draft_for(station, PointDraft("甲"), PointDraft("乙")), by=None, at=NOON)

    edit_agenda(paper_id=paper.pk, draft=draft_for(station, PointDraft("乙")), by=None, at=NOON)

    assert list(paper.points.values_list("position", "title")) == [(1, "乙")]


def test_a_recorded_paper_is_not_changed(station):
    paper = draw_up_agenda(draft_for(station), by=None, at=NOON)
    record(paper)

    with pytest.raises(CannotKeepAgenda) as refused:
        edit_agenda(paper_id=paper.pk, draft=draft_for(station), by=None, at=NOON)

    assert refused.value.reasons == ["会议已经记录，议题单不能再改。"]


# --- recording ----------------------------------------------------------------------------------


@pytest.fixture
def paper(station):
    return AgendaPaperFactory(unit=station)


def test_the_meeting_keeps_every_point_with_its_outcome_and_records(paper, station):
    item = AgendaItemFactory(meeting__unit=station)
    problem = ProblemFactory(unit=station)
    kind = AgendaKindFactory()
    first = AgendaPointFactory(
        paper=paper, kind="carried", item=item, problem=problem, agenda_kind=kind
    )
    second = AgendaPointFactory(paper=paper, involves_law=True)

    meeting = record(
        paper,
        PointOutcome(Outcome.DECIDED, first.pk, resolution=" 限期整改 "),
        PointOutcome(Outcome.DEFERRED, second.pk, legal_opinion="同意"),
        PointOutcome(Outcome.NOTED, title=" 临时动议 ", involves_law=True),
    )

    assert (meeting.paper, meeting.kind, meeting.unit) == (paper, paper.kind, station)
    columns = ("title", "outcome", "resolution", "legal_opinion", "involves_law")
    assert list(meeting.agenda.order_by("position").values_list(*columns)) == [
        (first.title, "decided", "限期整改", "", False),
        (second.title, "deferred", "", "同意", True),
        ("临时动议", "noted", "", "", True),
    ]
    kept = meeting.agenda.get(position=1)
    assert (kept.carried_from, kept.problem, kept.kind) == (item, problem, kind)


def test_a_point_without_an_outcome_was_not_reached(paper):
    AgendaPointFactory(paper=paper, position=1)

    meeting = record(paper)

    assert [item.outcome for item in meeting.agenda.all()] == ["not_reached"]


def test_the_due_is_discharged(station, bureau):
    rule = ScheduleVersionFactory(schedule__set__unit=bureau)
    due = DueFactory(version=rule, unit=station)
    paper = AgendaPaperFactory(unit=station, due=due)

    record(paper, due_ids=(due.pk,))

    assert Due.objects.get(pk=due.pk).met_on == DAY


def test_what_came_out_of_a_point_keeps_its_meeting(paper, station, user):
    point = AgendaPointFactory(paper=paper)
    source = ProblemSourceFactory()

    meeting = record(
        paper,
        PointOutcome(
            Outcome.DECIDED,
            point.pk,
            problem=ProblemDraft(station, "执法记录仪未开启", source, DAY),
            measure=MeasureDraft(station, "每周抽查一次", DAY, due_on=date(2026, 7, 31)),
        ),
        by=user,
    )

    problem, measure = Problem.objects.get(), Measure.objects.get()
    assert (problem.meeting, problem.found_on, problem.recorded_by) == (meeting, DAY, user)
    assert (measure.meeting, measure.set_on, measure.plan_year) == (meeting, DAY, None)
    assert list(measure.problems.all()) == [problem]
    item = meeting.agenda.get()
    assert (item.problem, item.measure) == (problem, measure)


def test_a_measure_answers_the_problem_that_the_point_speaks_of(paper, station):
    known = ProblemFactory(unit=station)
    point = AgendaPointFactory(paper=paper, kind="problem", problem=known)
    measure = MeasureDraft(station, "组织专题培训", DAY)

    meeting = record(paper, PointOutcome(Outcome.DECIDED, point.pk, measure=measure))

    assert list(Measure.objects.get(meeting=meeting).problems.all()) == [known]


def test_a_measure_without_a_problem_is_a_plan_item(paper, station):
    point = AgendaPointFactory(paper=paper)
    measure = MeasureDraft(station, "组织专题培训", DAY)

    meeting = record(paper, PointOutcome(Outcome.DECIDED, point.pk, measure=measure))

    assert Measure.objects.get(meeting=meeting).plan_year == 2026


def test_an_item_keeps_the_problem_it_spoke_of(paper, station):
    known = ProblemFactory(unit=station)
    point = AgendaPointFactory(paper=paper, kind="problem", problem=known)
    new = ProblemDraft(station, "另一个问题", ProblemSourceFactory(), DAY)

    meeting = record(paper, PointOutcome(Outcome.DECIDED, point.pk, problem=new))

    assert meeting.agenda.get().problem == known
    assert [problem.title for problem in meeting.problems.all()] == ["另一个问题"]


def test_a_refused_problem_leaves_nothing_behind(paper, station):
    points = [AgendaPointFactory(paper=paper) for _n in range(2)]
    ProblemFactory(unit=station, title="已经登记", found_on=DAY, due_on=None)
    twin = ProblemDraft(station, "已经登记", ProblemSourceFactory(), DAY)

    with pytest.raises(CannotRecordAgenda) as refused:
        record(
            paper,
            PointOutcome(Outcome.DECIDED, points[0].pk),
            PointOutcome(Outcome.DECIDED, points[1].pk, problem=twin),
        )

    assert refused.value.by_point == {1: ["该问题已经登记，编号1。"]}
    assert Meeting.objects.count() == 0
    assert AgendaItem.objects.count() == 0


def test_a_refused_meeting_leaves_the_paper_open(paper):
    with pytest.raises(CannotRecordMeeting):
        record(paper, held_on=TODAY + timedelta(days=1))

    assert not Meeting.objects.filter(paper=paper).exists()


def test_a_meeting_of_another_bureau_raises_no_problem_here(paper):
    elsewhere = UnitFactory()
    draft = ProblemDraft(elsewhere, "别处的问题", ProblemSourceFactory(), DAY)
    point = AgendaPointFactory(paper=paper)

    with pytest.raises(CannotRecordAgenda) as refused:
        record(paper, PointOutcome(Outcome.DECIDED, point.pk, problem=draft))

    assert refused.value.reasons == ["提出问题的会议须属于同一分局。"]


def test_sent_twice_it_is_one_meeting(paper, station):
    once = uuid.uuid4()
    point = AgendaPointFactory(paper=paper)
    outcome = PointOutcome(
        Outcome.DECIDED, point.pk, measure=MeasureDraft(station, "组织专题培训", DAY)
    )

    first = record(paper, outcome, once=once)
    second = record(paper, outcome, once=once)

    assert first == second
    assert (Meeting.objects.count(), Measure.objects.count()) == (1, 1)


def test_a_paper_has_one_meeting(paper):
    record(paper)

    with pytest.raises(CannotRecordAgenda) as refused:
        record(paper)

    assert refused.value.reasons == ["该议题单的会议已经记录，请勿重复记录。"]


def test_a_cancelled_meeting_gives_its_paper_back(paper, user):
    first = record(paper)
    cancel_meeting(meeting_id=first.pk, because="录错", by=user, at=NOON)

    second = record(paper)

    first.refresh_from_db()
    assert (first.paper, second.paper) == (None, paper)


def test_a_point_that_was_taken_off_meanwhile_is_refused(paper):
    with pytest.raises(CannotRecordAgenda) as refused:
        record(paper, PointOutcome(Outcome.DECIDED, 10**6))

    assert refused.value.reasons == ["议题单刚被修改，请刷新页面后再记录。"]
