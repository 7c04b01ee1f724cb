from datetime import date

import pytest
from django.urls import reverse

from reports.actions.meetings import AgendaDraft, MeetingDraft, cancel_meeting, record_meeting
from reports.domain.access import Role
from reports.models import AgendaPaper, Attendance, Due, Measure, Meeting, Problem
from reports.models.choices import Outcome, OwedBy
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AgendaPaperFactory,
    AgendaPointFactory,
    AppointmentFactory,
    BureauFactory,
    BureauSettingFactory,
    CityFactory,
    DueFactory,
    MeasureFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ProblemSourceFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)


@pytest.fixture(autouse=True)
def kind():
    return MeetingKindFactory()


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def clerk(enter, station):
    return enter(Role.CLERK, station)


@pytest.fixture
def monthly(bureau):
    """Every station owes a monthly briefing."""
    return ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="每月通报",
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[UnitKindFactory(code="station")],
    )


def address(name, pk=None, query=""):
    return reverse(f"reports:agenda-{name}", args=[pk] if pk else []) + query


def new(client, query, **changes):
    """Send the form of a new paper as it was shown, with some changes."""
    where = address("new", query=query)
    answer = client.get(where)
    return client.post(where, data_of(answer) | changes)


def data_of(answer):
    """What a browser would send back of the form as it was shown."""
    data = {}
    for form in (answer.context["paper_form"], *answer.context["rows"].forms):
        for field in form:
            value = field.value()
            if value not in (None, False, ""):
                data[field.html_name] = value
    for field in answer.context["rows"].management_form:
        data[field.html_name] = field.value()
    return data


# --- the list -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_shows_every_paper_in_the_same_queries(
    enter, bureau, rows, django_assert_num_queries
):
    client = enter(Role.SUPERVISOR, bureau.parent)
    for _n in range(rows):
        paper = AgendaPaperFactory(unit=UnitFactory(parent=bureau))
        AgendaPointFactory(paper=paper)
        MeetingFactory(unit=paper.unit, paper=paper)

    with django_assert_num_queries(7):
        answer = client.get(address("list", query="?year=2026"))

    shown = [
        (row.record.points_count, row.record.held_then) for row in answer.context["table"].rows
    ]
    assert shown == [(1, date(2026, 6, 9))] * rows


def test_the_list_finds_papers_whose_meeting_is_not_recorded(legal, station):
    held = AgendaPaperFactory(unit=station)
    MeetingFactory(unit=station, paper=held)
    waiting = AgendaPaperFactory(unit=station)

    answer = legal.get(address("list", query="?waiting=on"))

    assert [row.record for row in answer.context["table"].rows] == [waiting]


def test_a_cancelled_meeting_does_not_count_as_held(legal, station):
    paper = AgendaPaperFactory(unit=station)
    MeetingFactory(unit=station, paper=paper, cancelled_at=NOON, cancelled_because="录错")

    answer = legal.get(address("list"))

    assert [row.record.held_then for row in answer.context["table"].rows] == [None]


# --- drawing up ---------------------------------------------------------------------------------


def test_all_that_is_proposed_comes_ticked_with_its_links(legal, station):
    problem = ProblemFactory(unit=station, found_on=date(2026, 6, 1))

    answer = legal.get(address("new", query=f"?unit={station.pk}"))

    rows = [
        (line.form["use"].value(), line.form["position"].value(), line.form["title"].value())
        for line in answer.context["lines"]
    ]
    assert rows[:1] == [(True, 1, f"研究问题：{problem.title}")]
    assert [title for _use, _position, title in rows[1:]] == [None, None]
    assert [link.href for link in answer.context["lines"][0].proposal.links] == [
        problem.get_absolute_url()
    ]


def test_ticking_ordering_wording_and_adding(legal, station):
    first = ProblemFactory(unit=station, found_on=date(2026, 6, 1))
    second = ProblemFactory(unit=station, found_on=date(2026, 6, 2))
    ProblemFactory(unit=station, found_on=date(2026, 6, 3))
    changes = {
        "title": "六月例会",
        "place": "三楼",
        "planned_on": "6月12日",
        "point-0-position": "5",
        "point-1-title": "专题研究二",
        "point-2-use": "",
        "point-3-title": "传达文件",
        "point-3-position": "1",
        "point-3-note": "市局通知",
    }

    answer = new(legal, f"?unit={station.pk}", **changes)

    paper = AgendaPaper.objects.get()
    assert answer["Location"] == paper.get_absolute_url()
    assert (paper.title, paper.place, paper.planned_on) == ("六月例会", "三楼", date(2026, 6, 12))
    assert list(
        paper.points.order_by("position").values_list("title", "kind", "problem", "note")
    ) == [
        ("传达文件", "other", None, "市局通知"),
        ("专题研究二", "problem", second.pk, paper.points.get(position=2).note),
        (f"研究问题：{first.title}", "problem", first.pk, paper.points.get(position=3).note),
    ]


def test_a_due_brings_its_unit_kind_and_demanded_item(legal, bureau):
    body = UnitFactory(parent=bureau, name="党委", kind=UnitKindFactory(code="p", is_body=True))
    kind = AgendaKindFactory()
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="专题研究",
        meeting_kind=MeetingKindFactory(code="party"),
        agenda_kind=kind,
        body=body,
    )
    due = DueFactory(version=rule, unit=bureau)

    new(legal, f"?due={due.pk}")

    paper = AgendaPaper.objects.get()
    assert (paper.unit, paper.kind.code, paper.due) == (body, "party", due)
    assert (paper.title, paper.planned_on) == ("专题研究", TODAY)
    assert list(paper.points.values_list("title", "agenda_kind", "due")) == [
        ("法治专题研究", kind.pk, due.pk)
    ]


def test_an_agenda_kind_alone_names_its_point(legal, station):
    kind = AgendaKindFactory()

    new(legal, f"?unit={station.pk}", **{"point-0-agenda_kind": kind.pk})

    # A row is written into by its words: the kind gives them.
    assert list(AgendaPaper.objects.get().points.values_list("title", "agenda_kind")) == [
        ("法治专题研究", kind.pk)
    ]


def test_a_refused_paper_keeps_what_was_typed(legal, station):
    changes = {"title": "", "point-0-title": "传达文件", "planned_on": "明天吧"}

    answer = new(legal, f"?unit={station.pk}", **changes)

    form = answer.context["paper_form"]
    assert answer.status_code == 200
    assert form.errors == {
        "title": ["这个字段是必填项。"],
        "planned_on": ["请填写日期，如 2026-03-31 或 2026年3月31日。"],
    }
    assert answer.context["rows"].forms[0]["title"].value() == "传达文件"
    assert AgendaPaper.objects.count() == 0


def test_a_paper_without_points_is_refused_in_words(legal, station):
    answer = new(legal, f"?unit={station.pk}")

    assert answer.context["paper_form"].non_field_errors() == ["请至少列入一项议题。"]


def test_a_ticked_point_needs_its_words(legal, station):
    ProblemFactory(unit=station, found_on=date(2026, 6, 1))

    answer = new(legal, f"?unit={station.pk}", **{"point-0-title": ""})

    assert answer.context["rows"].forms[0].errors == {"title": ["请填写议题。"]}


def test_a_reference_beyond_the_scope_is_refused(clerk, bureau, station):
    ProblemFactory(unit=station, found_on=date(2026, 6, 1))
    elsewhere = ProblemFactory(unit=UnitFactory(parent=bureau))
    changes = {"point-0-ref": f"problem.{elsewhere.pk}.0.0.0"}

    answer = new(clerk, f"?unit={station.pk}", **changes)

    assert answer.context["rows"].forms[0].errors == {
        "title": ["所关联的记录不存在，或不在您的权限范围内。"]
    }
    assert AgendaPaper.objects.count() == 0


def test_a_reference_that_is_none_is_refused(clerk, station):
    ProblemFactory(unit=station, found_on=date(2026, 6, 1))

    answer = new(clerk, f"?unit={station.pk}", **{"point-0-ref": "nonsense"})

    assert answer.context["rows"].forms[0].errors == {
        "ref": ["所关联的记录无法识别，请刷新页面重新拟定。"]
    }


@pytest.mark.parametrize(
    "query", ["?unit=x", "?due=9999999", "?unit={unit}&kind=9999", "?unit={unit}&kind=x"]
)
def test_what_an_address_names_must_exist(legal, station, query):
    assert legal.get(address("new", query=query.format(unit=station.pk))).status_code == 404


def test_without_any_kind_of_meeting_there_is_nothing_to_draw_up(legal, station, kind):
    kind.delete()

    answer = legal.get(address("new", query=f"?unit={station.pk}"))

    assert (answer.status_code, answer["Location"]) == (302, address("list"))


def test_the_kind_is_what_was_held_last(legal, station, kind):
    party = MeetingKindFactory(code="party", position=5)
    before = legal.get(address("new", query=f"?unit={station.pk}"))
    held = MeetingFactory(unit=station, kind=party, place="二楼")

    answer = legal.get(address("new", query=f"?unit={station.pk}"))

    assert (before.context["kind"], answer.context["kind"]) == (kind, party)
    assert answer.context["paper_form"]["place"].value() == held.place


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_takes_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        station = UnitFactory(parent=bureau)
        ProblemFactory(unit=station, found_on=date(2026, 6, 1))
        MeasureFactory(unit=station, due_on=date(2026, 5, 31))
        DueFactory(
            version__schedule__set__unit=bureau,
            version__meeting_kind=None,
            version__agenda_kind=AgendaKindFactory(code=f"item{_n}"),
        )

    # Session, user, scope, what waits; units, last meeting, kinds, kinds of items; left over, dues,
    # problems, measures, missed, lacking.
    with django_assert_num_queries(14):
        answer = legal.get(address("new", query=f"?unit={bureau.pk}"))

    assert len(answer.context["lines"]) == 3 * rows + 2


# --- changing -----------------------------------------------------------------------------------


def test_changing_shows_what_is_new_without_a_tick(legal, station):
    paper = AgendaPaperFactory(unit=station)
    point = AgendaPointFactory(paper=paper, position=1)
    problem = ProblemFactory(unit=station, found_on=date(2026, 6, 1))
    where = address("edit", paper.pk)

    answer = legal.get(where)
    data = data_of(answer) | {"point-1-use": "on", "point-1-position": "0", "place": "二楼"}
    sent = legal.post(where, data)

    lines = [(line.form["use"].value(), line.is_new) for line in answer.context["lines"]]
    assert lines == [(True, False), (False, True), (None, False), (None, False)]
    assert sent["Location"] == paper.get_absolute_url()
    paper.refresh_from_db()
    assert paper.place == "二楼"
    assert [(p.problem, p.pk == point.pk) for p in paper.points.order_by("position")] == [
        (problem, False),
        (None, True),
    ]


def test_what_is_on_the_paper_is_not_proposed_again(legal, station):
    problem = ProblemFactory(unit=station, found_on=date(2026, 6, 1))
    paper = AgendaPaperFactory(unit=station)
    AgendaPointFactory(paper=paper, kind="problem", problem=problem, title="改过的题目")

    answer = legal.get(address("edit", paper.pk))

    assert [line.form["title"].value() for line in answer.context["lines"]] == [
        "改过的题目",
        None,
        None,
    ]


@pytest.mark.parametrize("page", ["edit", "record"])
def test_a_recorded_paper_is_closed(legal, station, page):
    paper = AgendaPaperFactory(unit=station)
    MeetingFactory(unit=station, paper=paper)

    answer = legal.get(address(page, paper.pk))

    assert (answer.status_code, answer["Location"]) == (302, paper.get_absolute_url())


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    paper = AgendaPaperFactory(unit=station)
    for _n in range(rows):
        AgendaPointFactory(paper=paper, kind="problem", problem=ProblemFactory(unit=station))

    with django_assert_num_queries(8):
        answer = legal.get(address("detail", paper.pk))

    assert len(answer.context["points"]) == rows


def test_the_page_says_what_came_of_each_point(legal, station):
    paper = AgendaPaperFactory(unit=station)
    AgendaPointFactory(paper=paper, title="甲")
    draft = MeetingDraft(
        unit=station,
        kind_id=paper.kind_id,
        title="例会",
        held_on=date(2026, 6, 9),
        paper_id=paper.pk,
        agenda=(AgendaDraft("甲", outcome=Outcome.DECIDED.value, resolution="照办"),),
    )
    meeting = record_meeting(draft, by=None, at=NOON, today=TODAY)
    problem = ProblemFactory(unit=station, found_on=date(2026, 6, 9), meeting=meeting)

    answer = legal.get(address("detail", paper.pk))

    assert [row.item.resolution for row in answer.context["points"]] == ["照办"]
    assert answer.context["came_out"] == [problem]


def test_links_outside_the_scope_are_left_out(clerk, bureau, station):
    paper = AgendaPaperFactory(unit=station)
    inside = ProblemFactory(unit=station)
    outside = ProblemFactory(unit=UnitFactory(parent=bureau))
    for problem in (inside, outside):
        AgendaPointFactory(paper=paper, kind="problem", problem=problem)

    answer = clerk.get(address("detail", paper.pk))

    links = [[link.href for link in row.links] for row in answer.context["points"]]
    assert links == [[inside.get_absolute_url()], []]


def test_the_printed_paper_numbers_its_points_and_speaks_chinese(legal, station):
    paper = AgendaPaperFactory(unit=station, title="例会", place="三楼")
    AgendaPointFactory(paper=paper, position=1, title="甲", note="说明一\n\n说明二")
    AgendaPointFactory(paper=paper, position=2, title="乙", involves_law=True)
    legal.cookies["django_language"] = "en"

    page = legal.get(address("print", paper.pk)).content.decode()

    assert "<h1>东城分局一所<br>例会议题单</h1>" in page
    assert "<h2>一、甲</h2>" in page
    assert "<p>说明一</p><p>说明二</p>" in page
    assert "<h2>二、乙（涉法议题）</h2>" in page
    assert "主持人签字：" in page


# --- recording ----------------------------------------------------------------------------------


@pytest.fixture
def paper(station):
    paper = AgendaPaperFactory(unit=station, title="六月例会", planned_on=date(2026, 6, 9))
    for position, title in enumerate(("甲", "乙"), start=1):
        AgendaPointFactory(paper=paper, position=position, title=title)
    return paper


def shown(client, paper):
    """The page, and what a browser would send back of it."""
    answer = client.get(address("record", paper.pk))
    data = {"shown_for": answer.context["shown_for"], "offered": answer.context["offered"]}
    form = answer.context["form"]
    for field in form:
        if field.name not in ("dues", "attending") and field.value() not in (None, "", False):
            data[field.html_name] = field.value()
    data["dues"] = [line.value for line in answer.context["lines"] if line.chosen]
    for _number, each, _row in answer.context["outcomes"]:
        for field in each:
            if field.value() not in (None, "", False):
                data[field.html_name] = field.value()
    return answer, data


def send(client, paper, **changes):
    """The form as it was shown, every point decided, with some changes."""
    _answer, data = shown(client, paper)
    for point in paper.points.all():
        data[f"point-{point.pk}-outcome"] = "decided"
    return client.post(address("record", paper.pk), data | changes)


def points_by_title(paper):
    return {point.title: f"point-{point.pk}" for point in paper.points.all()}


def test_the_meeting_is_recorded_with_its_outcomes_and_due(clerk, station, monthly, paper):
    due = DueFactory(version=monthly, unit=station)
    names = points_by_title(paper)
    changes = {
        "starts_at": "9:00",
        "ends_at": "10:30",
        "place": "三楼",
        f"{names['甲']}-resolution": "限期整改",
        f"{names['乙']}-outcome": "deferred",
        "extra-0-title": "临时动议",
        "extra-0-outcome": "noted",
    }

    answer = send(clerk, paper, **changes)

    meeting = Meeting.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    assert (meeting.paper, meeting.title, meeting.place) == (paper, "六月例会", "三楼")
    assert (meeting.held_on, meeting.minutes) == (date(2026, 6, 9), 90)
    items = meeting.agenda.order_by("position").values_list("title", "outcome", "resolution")
    assert list(items) == [
        ("甲", "decided", "限期整改"),
        ("乙", "deferred", ""),
        ("临时动议", "noted", ""),
    ]
    assert Due.objects.get(pk=due.pk).met_on == date(2026, 6, 9)


def test_problems_and_measures_come_out_of_points(legal, station, paper):
    source = ProblemSourceFactory()
    names = points_by_title(paper)
    changes = {
        f"{names['甲']}-problem_title": "执法记录仪未开启",
        f"{names['甲']}-problem_source": source.pk,
        f"{names['甲']}-problem_due_on": "2026-07-31",
        f"{names['甲']}-measure_title": "每周抽查",
        f"{names['甲']}-measure_due_on": "2026-06-30",
    }

    send(legal, paper, **changes)

    meeting, problem, measure = Meeting.objects.get(), Problem.objects.get(), Measure.objects.get()
    assert (problem.meeting, problem.unit, problem.source) == (meeting, station, source)
    assert (problem.found_on, problem.due_on) == (date(2026, 6, 9), date(2026, 7, 31))
    assert (measure.meeting, list(measure.problems.all())) == (meeting, [problem])


def test_a_clerk_registers_no_problem_here(clerk, paper):
    ProblemSourceFactory()
    names = points_by_title(paper)

    answer, _data = shown(clerk, paper)
    send(clerk, paper, **{f"{names['甲']}-problem_title": "自己登记"})

    fields = set(answer.context["outcomes"][0][1].fields)
    assert fields == {"outcome", "resolution"}
    assert (Meeting.objects.count(), Problem.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"outcome": ""}, {"outcome": ["请选择结果。"]}),
        (
            {"problem_title": "新问题", "problem_unit": ""},
            {"problem_unit": ["请选择牵头单位。"], "problem_source": ["请选择问题来源。"]},
        ),
        (
            {"measure_title": "新措施", "measure_unit": ""},
            {"measure_unit": ["请选择责任单位。"]},
        ),
        (
            {"measure_due_on": "2026-06-30"},
            {"measure_title": ["填写了期限的，请写明是什么。"]},
        ),
    ],
)
def test_what_is_missing_is_said_beside_the_point(legal, paper, changes, errors):
    ProblemSourceFactory()
    name = points_by_title(paper)["甲"]
    typed = {f"{name}-{field}": value for field, value in changes.items()}

    answer = send(legal, paper, **typed, **{f"{name}-resolution": "不能丢"})

    form = answer.context["outcomes"][0][1]
    assert form.errors == errors
    assert form["resolution"].value() == "不能丢"
    assert Meeting.objects.count() == 0


def test_what_an_action_refuses_stands_at_its_point(legal, station, paper):
    source = ProblemSourceFactory()
    ProblemFactory(unit=station, title="已经登记", found_on=date(2026, 6, 9))
    name = points_by_title(paper)["乙"]
    changes = {f"{name}-problem_title": "已经登记", f"{name}-problem_source": source.pk}

    answer = send(legal, paper, **changes)

    assert answer.context["outcomes"][1][1].non_field_errors() == ["该问题已经登记，编号1。"]
    assert [number for number, _form in answer.context["wrong"]] == [2]
    assert Meeting.objects.count() == 0


def test_a_free_point_needs_its_words_and_its_outcome(clerk, paper):
    changes = {"extra-0-resolution": "有内容", "extra-1-title": "没有结果"}

    answer = send(clerk, paper, **changes)

    extra = [form for _number, form, row in answer.context["outcomes"] if row is None]
    assert [form.errors for form in extra] == [
        {"title": ["请填写议题。"]},
        {"outcome": ["请选择结果。"]},
    ]


@pytest.mark.parametrize(
    ("changes", "field", "error"),
    [
        ({"held_on": "2026-06-11"}, "held_on", "召开日期不能晚于今天：会开完再记录。"),
        ({"ends_at": "10:00"}, "starts_at", "填写了结束时间的，请填写开始时间。"),
        (
            {"starts_at": "9:00", "ends_at": "8:00"},
            "ends_at",
            "结束时间早于开始时间，或超过12小时，请核对。",
        ),
        ({"legal_opinion": "同意"}, "legal_sat_in", "填写了列席意见，请勾选法制部门列席。"),
        ({"outside": "长" * 81}, "outside", "单位名称太长，多个单位请用顿号分开。"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(clerk, paper, changes, field, error):
    answer = send(clerk, paper, **changes)

    assert answer.context["form"].errors == {field: [error]}
    assert Meeting.objects.count() == 0


def test_entered_late_it_asks_why(clerk, station):
    paper = AgendaPaperFactory(unit=station, planned_on=date(2026, 6, 1))
    AgendaPointFactory(paper=paper)

    refused = send(clerk, paper)
    send(clerk, paper, late_because="出差")

    assert refused.context["form"].errors == {"late_because": ["会后超过7日录入，请写明迟录原因。"]}
    assert Meeting.objects.get().late_because == "出差"


def test_another_day_shows_other_dues_and_keeps_what_was_typed(clerk, station, monthly, paper):
    may = DueFactory(version=monthly, unit=station, day=date(2026, 5, 20))
    june = DueFactory(version=monthly, unit=station)
    name = points_by_title(paper)["甲"]

    answer = send(
        clerk,
        paper,
        **{"held_on": "2026-05-28", f"{name}-resolution": "不能丢", "late_because": "忘记"},
    )

    assert Meeting.objects.count() == 0
    assert [line.value for line in answer.context["lines"]] == [str(may.pk)]
    assert str(june.pk) not in answer.context["offered"]
    assert answer.context["outcomes"][0][1]["resolution"].value() == "不能丢"
    assert answer.context["form"]["late_because"].value() == "忘记"


def test_units_that_take_part_have_their_dues_discharged(legal, bureau, station, monthly):
    other = UnitFactory(parent=bureau, name="二所")
    dues = [DueFactory(version=monthly, unit=unit) for unit in (station, other)]
    paper = AgendaPaperFactory(unit=bureau, planned_on=TODAY)
    AgendaPointFactory(paper=paper)
    joint = {"attending": [station.pk, other.pk]}

    again = send(legal, paper, **joint)
    context = again.context
    send(
        legal,
        paper,
        **joint,
        shown_for=context["shown_for"],
        offered=context["offered"],
        dues=[line.value for line in context["lines"] if line.chosen],
    )

    assert [(line.value, line.who) for line in context["lines"]] == [
        (f"{dues[0].pk},{dues[1].pk}", "一所、二所")
    ]
    assert {due.met_on for due in Due.objects.all()} == {TODAY}
    assert Meeting.objects.count() == 1


def test_who_was_there_is_kept(clerk, station, paper):
    chief, absent = PersonFactory(unit=station), PersonFactory(unit=station)
    changes = {
        "presided_by": chief.pk,
        f"presence-{chief.pk}": "present",
        f"presence-{absent.pk}": "leave",
        "outside": "区司法局、区检察院",
        "outside_sitting_in": "市局法制支队",
    }

    send(clerk, paper, **changes)

    rows = Attendance.objects.order_by("pk").values_list("person", "outside", "presence")
    assert list(rows) == [
        (chief.pk, "", "present"),
        (absent.pk, "", "leave"),
        (None, "区司法局", "present"),
        (None, "区检察院", "present"),
        (None, "市局法制支队", "sitting_in"),
    ]
    assert Meeting.objects.get().presided_by == chief


def test_the_last_meeting_is_repeated_by_one_press(clerk, station, paper):
    chief = PersonFactory(unit=station)
    last = MeetingFactory(unit=station, place="二楼", presided_by=chief, held_on=date(2026, 6, 2))
    Attendance.objects.create(meeting=last, person=chief, presence="sitting_in")
    Attendance.objects.create(meeting=last, outside="区司法局")

    answer = send(clerk, paper, refresh="repeat")

    form = answer.context["form"]
    assert Meeting.objects.count() == 1
    assert (form["place"].value(), form["presided_by"].value()) == ("二楼", str(chief.pk))
    assert form["outside"].value() == "区司法局"
    assert [mark for _one, mark in answer.context["people"]] == ["sitting_in"]


def test_everybody_is_marked_by_one_press(clerk, station, paper):
    away = PersonFactory(unit=station)
    PersonFactory(unit=station)

    answer = send(clerk, paper, refresh="present", **{f"presence-{away.pk}": "leave"})

    assert sorted(mark for _one, mark in answer.context["people"]) == ["leave", "present"]
    assert answer.context["form"].errors == {}


def test_pressed_twice_it_is_one_meeting(clerk, paper):
    _answer, data = shown(clerk, paper)
    for point in paper.points.all():
        data[f"point-{point.pk}-outcome"] = "noted"

    first = clerk.post(address("record", paper.pk), data)
    second = clerk.post(address("record", paper.pk), data)

    meeting = Meeting.objects.get()
    assert first["Location"] == meeting.get_absolute_url()
    assert second["Location"] == paper.get_absolute_url()


def test_a_met_due_of_the_paper_is_explained(clerk, station, monthly):
    due = DueFactory(version=monthly, unit=station, met_on=date(2026, 6, 3))
    paper = AgendaPaperFactory(unit=station, due=due, planned_on=TODAY)

    answer, _data = shown(clerk, paper)

    assert answer.context["against_own"] == "该期6月3日已达到应开次数，不再计入"


def test_what_an_auxiliary_enters_waits_where_the_bureau_wishes(client, bureau, station, paper):
    BureauSettingFactory(bureau=bureau, auxiliary_waits=True)
    user = member(Role.CLERK, station)
    PersonFactory(unit=station, kind="auxiliary", user=user)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    send(client, paper)

    assert Meeting.objects.get().needs_confirmation is True


def test_after_a_cancelled_meeting_it_is_recorded_anew(clerk, station, paper):
    send(clerk, paper)
    cancel_meeting(meeting_id=Meeting.objects.get().pk, because="录错", by=UserFactory(), at=NOON)

    send(clerk, paper)

    assert list(Meeting.objects.order_by("pk").values_list("paper", flat=True)) == [
        None,
        paper.pk,
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_record_page_takes_the_same_queries(
    legal, station, monthly, rows, django_assert_num_queries
):
    paper = AgendaPaperFactory(unit=station, planned_on=TODAY)
    ProblemSourceFactory()
    AppointmentFactory(person__unit=station, post=PostFactory(code="chief"))
    for _n in range(rows):
        PersonFactory(unit=station)
        AgendaPointFactory(paper=paper, kind="problem", problem=ProblemFactory(unit=station))
        DueFactory(version=ScheduleVersionFactory(schedule__set=monthly.schedule.set), unit=station)

    # Session, user, scope, what waits; paper, its meeting and points, units, posts, people, dues,
    # sources of problems, last meeting.
    with django_assert_num_queries(13):
        answer = legal.get(address("record", paper.pk))

    assert len(answer.context["lines"]) == rows
