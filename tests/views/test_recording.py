"""The recording page: what it proposes, what it refuses and where it says so, what it keeps."""

import uuid
from datetime import date, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.urls import reverse

from reports.actions.evidence import Reference, add_evidence
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    correct_discharge,
    record_meeting,
)
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.periods import Cadence
from reports.models import AgendaItem, Due, Evidence, Meeting, Membership, Unit
from reports.models.choices import EvidenceKind, Outcome, OwedBy, PersonKind, Presence
from tests.factories import (
    NOON,
    AgendaKindFactory,
    AppointmentFactory,
    AttendanceFactory,
    BureauFactory,
    BureauSettingFactory,
    CityFactory,
    MeetingFactory,
    MeetingKindFactory,
    MembershipFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    member,
)
from tests.pages import Form

pytestmark = pytest.mark.django_db
NEW = "/meetings/new/"
TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


def rule(of, **kwargs):
    """A schedule that every station of the bureau owes."""
    if "owed_by" not in kwargs:
        kwargs |= {
            "owed_by": OwedBy.KINDS.value,
            "owing_kinds": [UnitKindFactory(code="station")],
        }
    where = {} if "schedule__set" in kwargs else {"schedule__set__unit": of}
    return ScheduleVersionFactory(**where, **kwargs)


def plan():
    plan_dues(today=TODAY, year=2026)


@pytest.fixture
def monthly(bureau, station):
    """Every station owes a monthly meeting with minutes; to be made up until the next month."""
    version = rule(bureau, expected_evidence=[EvidenceKind.MINUTES.value])
    plan()
    return version


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def clerk(enter, station):
    return enter(Role.CLERK, station)


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


MAY = date(2026, 5, 5)


def hold(unit, day, *dues, **kwargs):
    wanted = {"kind_id": MeetingKindFactory().pk, "title": "例会"} | kwargs
    draft = MeetingDraft(unit=unit, held_on=day, due_ids=tuple(due.pk for due in dues), **wanted)
    return record_meeting(draft, **NOW)


def opened(client, query=""):
    return Form(client.get(f"{NEW}{query}"))


def ticks(response):
    """The ticks of the page: each due, and whether it is ticked."""
    return {due: pick.chosen for pick in response.context["picks"] for due in pick.dues}


def refused_there(response):
    """What the page says it cannot count for, by due and reason."""
    return {line.due: line.why for line, _kind in response.context["impossible"]}


def errors(response):
    return {name: list(rows) for name, rows in response.context["form"].errors.items()}


def pdf(name="记录.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 ...", "application/pdf")


def words(response):
    return response.content.decode()


# --- what the form suggests ---------------------------------------------------------------------


def test_the_page_is_ready_to_save(clerk, station, monthly):
    chief = AppointmentFactory(person__unit=station, post=PostFactory(code="chief")).person

    response = clerk.get(NEW)

    form = response.context["form"]
    assert form["held_on"].value() == TODAY
    assert form["unit"].value() == station.pk
    assert form["kind"].value() == monthly.meeting_kind_id
    assert form["presided_by"].value() == chief.pk
    assert ticks(response) == {due_of(TODAY, unit=station): True, due_of(MAY, unit=station): False}
    assert "严禁上传涉密信息和警务工作秘密" in words(response)
    assert "所长" in words(response)


def test_nothing_but_the_button_is_needed(clerk, station, monthly):
    response = opened(clerk).send(clerk)

    meeting = Meeting.objects.get()
    assert response.url == meeting.get_absolute_url()
    assert due_of(TODAY, unit=station).met_on == TODAY


def page_units(client):
    choices = client.get(NEW).context["form"].fields["unit"].choices
    return [choice for choice in choices if choice[0]]


def test_who_reads_the_bureau_records_for_her_own_station_alone(clerk, bureau, station, monthly):
    """An inspector of the bureau who is also the clerk of a station."""
    other = UnitFactory(parent=bureau)
    user = Membership.objects.get(unit=station, role=Role.CLERK.value).user
    MembershipFactory(user=user, unit=bureau, role=Role.INSPECTOR.value)

    page = opened(clerk)
    refused = page.send(clerk, unit=other.pk)

    assert [value for value, _label in page_units(clerk)] == [station.pk]
    assert list(errors(refused)) == ["unit"]
    assert clerk.get(f"{NEW}?unit={other.pk}").status_code == 403
    assert not Meeting.objects.exists()


def test_a_due_that_is_met_is_said_to_be(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    hold(station, date(2026, 6, 3), june)

    response = clerk.get(NEW)

    assert june not in ticks(response)
    assert refused_there(response)[june] == "该期6月3日已达到应开次数，不再计入"
    assert ticks(clerk.get(f"{NEW}?held_on=2026-06-02"))[june] is True


@pytest.mark.parametrize("rule_says", [{"at_most": 2}, {"counted_in": "minutes", "at_least": 60}])
def test_more_than_enough_may_be_counted_where_the_rule_looks_at_it(
    clerk, bureau, station, rule_says
):
    rule(bureau, **rule_says)
    plan()
    june = due_of(TODAY, unit=station)
    hold(station, date(2026, 6, 3), june, starts_at=time(9), ends_at=time(10))
    june.refresh_from_db()
    assert june.met_on == date(2026, 6, 3)

    response = clerk.get(f"{NEW}?due={june.pk}")

    assert ticks(response)[june] is True
    assert "该期已达到要求，再计入的只作累计" in words(response)


def test_what_is_over_is_entered_for_a_day_of_its_period(clerk, station, monthly):
    may = due_of(MAY, unit=station)

    response = clerk.get(f"{NEW}?due={may.pk}")

    # The last workday of May 2026 is a Friday.
    assert response.context["form"]["held_on"].value() == date(2026, 5, 29)
    assert ticks(response)[may] is True
    assert "会后 12 日录入" in words(response)


def test_making_up_ticks_what_one_came_for(clerk, station, monthly):
    may = due_of(MAY, unit=station)

    response = clerk.get(f"{NEW}?due={may.pk}&held_on=2026-06-10")

    assert ticks(response)[may] is True


def test_a_weekly_duty_entered_on_the_weekend_is_of_its_week(legal, bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, cadence=Cadence.WEEK.value)
    plan()
    week = due_of(date(2026, 6, 3))

    response = legal.get(f"{NEW}?due={week.pk}")

    assert response.context["form"]["held_on"].value() == date(2026, 6, 5)


@pytest.mark.parametrize("query", ["?due=abc", "?due=99999", "?unit=99999", "?unit=x"])
def test_what_is_not_there_is_not_found(clerk, query):
    assert clerk.get(f"{NEW}{query}").status_code == 404


def test_a_clerk_records_for_her_own_unit_alone(clerk, bureau, station, monthly):
    other = UnitFactory(parent=bureau)
    plan()

    assert clerk.get(f"{NEW}?unit={other.pk}").status_code == 404
    opened(clerk).send(clerk, unit=other.pk)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.LEADER])
def test_who_only_reads_may_not_record(enter, bureau, role):
    assert enter(role, bureau).get(NEW).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_form_costs_the_same_queries(
    clerk, bureau, station, monthly, rows, django_assert_num_queries
):
    AppointmentFactory(person__unit=station, post=PostFactory(code="chief"))
    for number in range(rows):
        PersonFactory(unit=station)
        AppointmentFactory(person__unit=bureau, post=PostFactory(code=f"post{number}"))
        MeetingFactory(unit=station)
        rule(bureau, schedule__set=monthly.schedule.set, schedule__name=f"{number}")
    plan()
    clerk.get(NEW)

    with django_assert_num_queries(QUERIES_OF_FORM):
        clerk.get(NEW)


# Session, user, scope, what waits; units, dues, kinds, kinds of items, posts, people, what was held
# before, recent periods.
QUERIES_OF_FORM = 12


# --- what cannot be ticked, and why -------------------------------------------------------------


def test_what_it_cannot_count_for_is_listed_with_the_reason(legal, bureau):
    of = ScheduleVersionFactory(schedule__set__unit=bureau).schedule.set
    other = ScheduleVersionFactory(
        schedule__set=of, schedule__position=1, meeting_kind=MeetingKindFactory(code="review")
    )
    item = ScheduleVersionFactory(
        schedule__set=of,
        schedule__position=2,
        meeting_kind=None,
        agenda_kind=AgendaKindFactory(),
        cadence=Cadence.QUARTER.value,
    )
    weekly = ScheduleVersionFactory(
        schedule__set=of, schedule__position=3, cadence=Cadence.WEEK.value
    )
    plan()

    response = legal.get(f"{NEW}?unit={bureau.pk}")

    assert refused_there(response) == {
        due_of(TODAY, version=other): "会议种类不符",
        due_of(MAY, version=other): "会议种类不符",
        due_of(TODAY, version=item): "没有规定的议题",
        due_of(date(2026, 3, 5), version=item): "没有规定的议题",
        due_of(date(2026, 6, 3), version=weekly): "已过该周期，且不得补开",
    }


def test_what_can_no_longer_be_made_up_is_said_of_the_newest_period(legal, bureau):
    ScheduleVersionFactory(
        schedule__set__unit=bureau, make_up="days", make_up_days=3, first_day=date(2026, 4, 1)
    )
    plan()

    response = legal.get(f"{NEW}?unit={bureau.pk}")

    assert refused_there(response) == {due_of(MAY): "已过补开期限"}


def test_a_waived_period_is_said_to_be(legal, bureau):
    ScheduleVersionFactory(schedule__set__unit=bureau, first_day=date(2026, 6, 1))
    plan()
    june = due_of(TODAY)
    Due.objects.filter(pk=june.pk).update(waived_on=TODAY)

    response = legal.get(f"{NEW}?unit={bureau.pk}")

    assert refused_there(response) == {june: "该期已经批准免除"}


def test_another_chair_leaves_the_tick_out_and_says_so(legal, bureau):
    head = PostFactory(code="head", name="局长")
    holder = AppointmentFactory(person__unit=bureau, post=head).person
    deputy = PersonFactory(unit=bureau)
    ScheduleVersionFactory(schedule__set__unit=bureau, presided_by=head, first_day=date(2026, 6, 1))
    plan()
    june = due_of(TODAY)
    form = opened(legal, f"?unit={bureau.pk}")

    shown = form.send(legal, "typed", presided_by=deputy.pk, offered=None)

    assert form.data["presided_by"] == str(holder.pk)
    assert ticks(shown) == {june: False}
    assert "暂不计入：不是规定的岗位人员主持" in words(shown)


def test_one_press_makes_it_the_kind_that_counts(clerk, bureau, station, monthly):
    other = rule(
        bureau,
        schedule__set=monthly.schedule.set,
        schedule__position=9,
        meeting_kind=MeetingKindFactory(code="review"),
        first_day=date(2026, 6, 1),
    )
    plan()
    june = due_of(TODAY, version=other, unit=station)
    form = opened(clerk)
    assert f'value="due_{june.pk}"' in words(clerk.get(NEW))

    shown = form.send(clerk, f"due_{june.pk}", title="特别例会")

    assert Form(shown).data["kind"] == str(other.meeting_kind_id)
    assert ticks(shown) == {june: True}
    assert Form(shown).data["title"] == "特别例会"


def test_one_press_adds_the_item_that_counts(legal, bureau):
    item = AgendaKindFactory()
    of = ScheduleVersionFactory(schedule__set__unit=bureau, first_day=date(2026, 6, 1)).schedule.set
    version = ScheduleVersionFactory(
        schedule__set=of,
        schedule__position=2,
        meeting_kind=None,
        agenda_kind=item,
        first_day=date(2026, 6, 1),
    )
    plan()
    june = due_of(TODAY, version=version)

    shown = opened(legal, f"?unit={bureau.pk}").send(legal, f"due_{june.pk}")

    assert set(ticks(shown).values()) == {True}
    assert len(ticks(shown)) == 2
    assert Form(shown).send(legal).status_code == 302
    june.refresh_from_db()
    assert june.met_on == TODAY


def test_a_meeting_discharges_three_dues(legal, bureau):
    """A committee meets: the month's study, the half-year's hearing, and its own meeting."""
    head = PostFactory(code="head")
    AppointmentFactory(person__unit=bureau, post=head)
    body = UnitFactory(
        parent=bureau, kind=UnitKindFactory(code="committee", is_body=True), name="分局党委"
    )
    party = MeetingKindFactory(code="party")
    study, hearing = AgendaKindFactory(code="study"), AgendaKindFactory(code="hearing")
    common = {"body": body, "first_day": date(2026, 1, 1)}
    own = ScheduleVersionFactory(schedule__set__unit=bureau, meeting_kind=party, **common)
    for kind, cadence, chair in (
        (study, Cadence.MONTH, None),
        (hearing, Cadence.HALF_YEAR, head),
    ):
        ScheduleVersionFactory(
            schedule__set=own.schedule.set,
            meeting_kind=None,
            agenda_kind=kind,
            cadence=cadence.value,
            presided_by=chair,
            **common,
        )
    plan()
    form = opened(legal, f"?unit={body.pk}")
    form.data |= {"agenda-0-kind": study.pk, "agenda-1-kind": hearing.pk}

    shown = form.send(legal)
    assert not Meeting.objects.exists()
    assert "还可计入下列事项" in words(shown)
    Form(shown).send(legal)

    counted = Meeting.objects.get().discharges.filter(counts=True, is_late=False)
    assert counted.count() == 3


# --- recording ----------------------------------------------------------------------------------


def test_a_meeting_with_its_papers_in_one_go(clerk, station, monthly):
    june = due_of(TODAY, unit=station)

    response = opened(clerk).send(
        clerk,
        minutes=pdf(),
        reference_number="党〔2026〕3号",
        reference_keeper="档案室",
        outside="区司法局、区检察院",
        outside_leave="区法院",
        starts_at="14点半",
        ends_at="1600",
        **{"agenda-0-title": "学习"},
    )

    meeting = Meeting.objects.get()
    june.refresh_from_db()
    shown = words(clerk.get(response.url))
    assert f"计入：{monthly.schedule.name}" in shown
    assert (june.met_on, june.lacks_evidence) == (TODAY, 0)
    assert meeting.title == meeting.kind.name
    assert list(Evidence.objects.order_by("pk").values_list("title", "reference_keeper")) == [
        ("记录", ""),
        (meeting.title, "档案室"),
    ]
    assert list(meeting.attendances.order_by("pk").values_list("outside", "presence")) == [
        ("区司法局", "present"),
        ("区检察院", "present"),
        ("区法院", "leave"),
    ]
    assert (meeting.starts_at, meeting.ends_at, meeting.minutes) == (time(14, 30), time(16), 90)
    assert list(meeting.agenda.values_list("title", flat=True)) == ["学习"]


def test_a_second_press_makes_no_second_meeting(clerk, monthly):
    form = opened(clerk)
    form.data["once"] = str(uuid.uuid4())

    first = form.send(clerk, minutes=pdf())
    second = form.send(clerk, minutes=pdf())

    assert first.url == second.url
    assert (Meeting.objects.count(), Evidence.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "typed", ["2026-05-20", "2026.5.20", "2026年5月20日", "20260520", "5-20", "5月20日"]
)
def test_a_day_is_typed_as_people_write_it(clerk, station, monthly, typed):
    form = opened(clerk)

    shown = form.send(clerk, held_on=typed)

    assert shown.context["day"] == date(2026, 5, 20)
    Form(shown).send(clerk, late_because="内勤休假")
    assert Meeting.objects.get().held_on == date(2026, 5, 20)


def test_another_day_shows_the_page_again_with_its_own_ticks(clerk, station, monthly):
    may, june = due_of(MAY, unit=station), due_of(TODAY, unit=station)
    form = opened(clerk)

    shown = form.send(
        clerk,
        held_on="2026-05-20",
        title="特别例会",
        minutes=pdf(),
        **{"agenda-0-title": "学习"},
    )

    assert not Meeting.objects.exists()
    assert ticks(shown)[may] is True
    assert june not in ticks(shown)
    again = Form(shown)
    assert (again.data["title"], again.data["agenda-0-title"]) == ("特别例会", "学习")
    assert "重新选择" in words(shown)
    assert again.send(clerk, minutes=pdf(), late_because="内勤休假").status_code == 302


def test_what_was_unticked_stays_so(clerk, bureau, station, monthly):
    person = PersonFactory(unit=station)
    form = opened(clerk)

    shown = form.send(clerk, "typed", dues=None, presided_by=person.pk)

    assert ticks(shown)[due_of(TODAY, unit=station)] is False


def test_ticks_follow_the_kind_that_stands_in_the_form(clerk, bureau, station, monthly):
    other = rule(
        bureau,
        schedule__set=monthly.schedule.set,
        schedule__position=9,
        meeting_kind=MeetingKindFactory(code="review"),
    )
    plan()
    form = opened(clerk)

    shown = form.send(clerk, held_on="2026-05-20", kind=other.meeting_kind_id)

    ticked = [due for due, chosen in ticks(shown).items() if chosen]
    assert ticked == [due_of(MAY, unit=station, schedule=other.schedule)]
    neither = form.send(clerk, "typed", kind=MeetingKindFactory(code="party").pk)
    assert not any(ticks(neither).values())


def test_another_unit_is_suggested_its_own_kind(legal, bureau, station, monthly):
    own = ScheduleVersionFactory(
        schedule__set=monthly.schedule.set, meeting_kind=MeetingKindFactory(code="review")
    )
    plan()

    shown = opened(legal, f"?unit={station.pk}").send(legal, unit=bureau.pk)

    assert Form(shown).data["kind"] == str(own.meeting_kind_id)
    assert ticks(shown)[due_of(TODAY, unit=bureau)] is True


def test_a_day_to_come_is_refused_beside_the_field(clerk, monthly):
    response = opened(clerk).send(clerk, held_on="2026-06-11", title="特别例会")

    assert errors(response) == {"held_on": ["召开日期不能晚于今天：会开完再记录。"]}
    assert Form(response).data["title"] == "特别例会"


def test_what_cannot_count_is_said_beside_the_ticks(clerk, station, monthly):
    response = opened(clerk).send(clerk, kind=MeetingKindFactory(code="party").pk)

    assert errors(response) == {"dues": [f"不能计入“{monthly.schedule.name}”：会议种类不符。"]}
    assert not Meeting.objects.exists()


def test_a_due_that_nobody_offered_is_refused(clerk, bureau, station, monthly):
    other = UnitFactory(parent=bureau)
    plan()
    hidden = due_of(TODAY, unit=other)

    response = opened(clerk).send(clerk, dues=[hidden.pk])

    assert errors(response) == {"dues": ["所选的应开事项已有变化，请核对后重新勾选。"]}


def test_a_bad_file_keeps_nothing_and_loses_nothing_typed(clerk, monthly):
    bad = SimpleUploadedFile("签到.pdf", b"MZ", "application/pdf")

    response = opened(clerk).send(clerk, minutes=pdf(), sign_in=bad, title="特别例会")

    assert errors(response) == {"sign_in": ["“签到.pdf”的内容与扩展名不符，可能已损坏或被改名。"]}
    assert "请重新选择" in words(response)
    assert Form(response).data["title"] == "特别例会"
    assert not Meeting.objects.exists()
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("part", ["title", "number", "item", "day"])
def test_a_reference_needs_its_keeper(clerk, monthly, part):
    said = "2026-06-01" if part == "day" else "纪要"

    response = opened(clerk).send(clerk, **{f"reference_{part}": said})

    assert errors(response) == {"reference_keeper": ["不上传的材料，请写明由谁保管。"]}


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"ends_at": "16:00"}, "starts_at", "填写了结束时间的，请填写开始时间。"),
        ({"starts_at": "下午"}, "starts_at", "请填写时间，如 14:30。"),
        ({"starts_at": "9:00", "ends_at": "9:00"}, "ends_at", "结束时间与开始时间相同，请核对。"),
        (
            {"starts_at": "16:00", "ends_at": "14:30"},
            "ends_at",
            "结束时间早于开始时间，或超过12小时，请核对。",
        ),
        ({"outside": "局" * 81}, "outside", "单位名称太长，多个单位请用顿号分开。"),
        (
            {"legal_opinion": "同意"},
            "legal_sat_in",
            "填写了列席意见，请勾选法制部门列席。",
        ),
        ({"held_on": "前天"}, "held_on", "请填写日期，如 2026-03-31 或 2026年3月31日。"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(clerk, monthly, typed, field, says):
    response = opened(clerk).send(clerk, title="特别例会", **typed)

    assert errors(response) == {field: [says]}
    assert Form(response).data["title"] == "特别例会"
    for name, value in typed.items():
        assert Form(response).data[name] == value
    assert not Meeting.objects.exists()


def test_a_session_past_midnight_is_as_long_as_it_was(clerk, monthly):
    opened(clerk).send(clerk, starts_at="22:30", ends_at="0:15")

    assert Meeting.objects.get().minutes == 105


# --- entered late -------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "asked"), [("2026-06-03", False), ("2026-06-02", True)])
def test_the_reason_is_asked_from_the_eighth_day_on(clerk, monthly, day, asked):
    response = clerk.get(f"{NEW}?held_on={day}")

    assert ("late_because" in Form(response).data) is asked
    sent = Form(response).send(clerk)
    assert sent.status_code == (200 if asked else 302)
    if asked:
        assert errors(sent) == {"late_because": ["超过7日才录入，请写明迟录原因。"]}
        Form(sent).send(clerk, late_because="系统故障")
        assert Meeting.objects.get().late_because == "系统故障"


def test_the_reason_is_not_asked_of_what_was_entered_in_time(clerk, station, monthly, the_day):
    meeting = hold(station, TODAY, due_of(TODAY, unit=station))
    the_day.move_to(date(2026, 7, 10))

    response = clerk.get(reverse("reports:meeting-edit", args=[meeting.pk]))

    assert "late_because" not in Form(response).data
    assert Form(response).send(clerk, title="更正").status_code == 302


# --- several units ------------------------------------------------------------------------------


def test_a_joint_session_is_ticked_for_every_unit_that_takes_part(legal, bureau, station, monthly):
    stations = [station, UnitFactory(parent=bureau, name="二所")]
    plan()
    form = opened(legal, f"?unit={bureau.pk}")

    shown = form.send(legal, kind=monthly.meeting_kind_id, attending=[s.pk for s in stations])
    dues = [due_of(TODAY, unit=s) for s in stations]
    (pick,) = [pick for pick in shown.context["picks"] if pick.chosen]
    assert (set(pick.dues), pick.who) == (set(dues), "一所、二所")
    assert Form(shown).send(legal).status_code == 302

    assert [due_of(TODAY, unit=s).met_on for s in stations] == [TODAY, TODAY]
    assert set(Meeting.objects.get().attendances.values_list("unit", flat=True)) == {
        s.pk for s in stations
    }


def test_all_units_of_a_kind_are_ticked_at_once(legal, bureau, station, monthly):
    squad = UnitFactory(parent=bureau, kind=UnitKindFactory(code="squad", name="大队"))
    second = UnitFactory(parent=bureau, name="二所")
    closed = UnitFactory(parent=bureau, name="三所", closed_on=date(2026, 5, 1))
    plan()
    form = opened(legal, f"?unit={bureau.pk}")
    form.data["kind"] = monthly.meeting_kind_id

    shown = form.send(legal, f"all_{station.kind_id}", title="特别例会")

    assert set(shown.context["desk"].attending) == {station.pk, second.pk}
    assert {squad.pk, closed.pk} & set(shown.context["desk"].attending) == set()
    assert ticks(shown)[due_of(TODAY, unit=second)] is True
    assert Form(shown).data["title"] == "特别例会"
    none = Form(shown).send(legal, "none")
    assert none.context["desk"].attending == []
    assert ticks(none) == {}


def test_many_units_are_named_as_far_as_they_can_be_read(legal, bureau, station, monthly):
    for number in range(7):
        UnitFactory(parent=bureau, name=f"{number}所")
    plan()
    form = opened(legal, f"?unit={bureau.pk}")

    shown = form.send(legal, f"all_{station.kind_id}", kind=monthly.meeting_kind_id)

    (pick,) = [pick for pick in shown.context["picks"] if pick.chosen]
    assert len(pick.dues) == 8
    assert pick.who.endswith("等8个")


# --- what people owe ----------------------------------------------------------------------------


@pytest.fixture
def leaders(bureau):
    """Three deputy heads, each of whom owes a reception a month."""
    post = PostFactory(code="deputy", name="副局长", single_holder=False)
    people = [
        AppointmentFactory(person__unit=bureau, person__name=name, post=post).person
        for name in ("张某某", "王某某", "李某某")
    ]
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="局领导接访",
        owed_by=OwedBy.HOLDERS.value,
        owing_post=post,
        first_day=date(2026, 6, 1),
    )
    plan()
    return people


def of_person(person):
    return due_of(TODAY, person=person)


def test_what_people_owe_is_one_line_and_shows_who_lacks_it(legal, bureau, leaders):
    hold(bureau, date(2026, 6, 2), of_person(leaders[2]), presided_by_id=leaders[2].pk)

    response = legal.get(f"{NEW}?unit={bureau.pk}")

    (pick,) = response.context["picks"]
    assert (pick.name, pick.who) == ("局领导接访", "张某某、王某某")
    assert refused_there(response) == {of_person(leaders[2]): "本期已经完成"}
    assert response.context["people_open"] is True
    assert words(response).count("本期尚缺：局领导接访") == 2


def test_marking_people_ticks_what_they_owe(legal, bureau, leaders):
    form = opened(legal, f"?unit={bureau.pk}")

    form.send(
        legal,
        presided_by="",
        **{
            f"presence-{leaders[0].pk}": "present",
            f"presence-{leaders[1].pk}": "leave",
        },
    )

    assert [of_person(p).met_on for p in leaders] == [TODAY, None, None]
    assert list(
        Meeting.objects.get().attendances.order_by("person").values_list("person", "presence")
    ) == [(leaders[0].pk, "present"), (leaders[1].pk, "leave")]


def test_marking_nobody_is_said_beside_the_list(legal, bureau, leaders):
    response = opened(legal, f"?unit={bureau.pk}").send(legal, presided_by="")

    assert errors(response) == {"people": ["已勾选由个人落实的事项，请标明哪些人出席。"]}
    assert not Meeting.objects.exists()


def test_who_came_for_her_own_due_finds_herself_marked(legal, bureau, leaders):
    form = opened(legal, f"?due={of_person(leaders[1]).pk}")

    assert form.data[f"presence-{leaders[1].pk}"] == "present"
    assert form.data["presided_by"] == str(leaders[1].pk)
    form.send(legal)
    assert [of_person(p).met_on for p in leaders] == [None, TODAY, None]


def test_everybody_else_is_present_by_one_press(legal, bureau, leaders):
    form = opened(legal, f"?unit={bureau.pk}")
    form.data[f"presence-{leaders[0].pk}"] = "leave"

    shown = Form(form.send(legal, "present"))

    assert [shown.data[f"presence-{p.pk}"] for p in leaders] == ["leave", "present", "present"]


def test_a_person_counts_wherever_it_is_held(clerk, bureau, station, leaders, monthly):
    """A leader who takes part in a session of a station has done what she owes."""
    AppointmentFactory(person=leaders[0], unit=station, post=PostFactory(code="guide"))
    form = opened(clerk)
    form.data[f"presence-{leaders[0].pk}"] = "sitting_in"

    shown = form.send(clerk)
    Form(shown).send(clerk)

    assert of_person(leaders[0]).met_on == TODAY


def test_only_people_of_the_list_are_marked(clerk, bureau, station, monthly):
    stranger = PersonFactory(unit=UnitFactory(parent=bureau))

    forged = dict.fromkeys(("x", "²", "9" * 30, str(stranger.pk)), "present")
    opened(clerk).send(clerk, **{f"presence-{key}": value for key, value in forged.items()})

    assert not Meeting.objects.get().attendances.exists()


def test_who_left_or_has_not_come_yet_is_not_on_the_list(clerk, station, monthly):
    there = PersonFactory(unit=station)
    PersonFactory(unit=station, left_on=date(2026, 5, 1))
    PersonFactory(unit=station, joined_on=date(2026, 7, 1))

    response = clerk.get(NEW)

    assert [p.pk for _place, rows in response.context["people"] for p, _m, _l in rows] == [there.pk]


# --- as last time -------------------------------------------------------------------------------


def test_as_last_time_fills_in_and_loses_nothing(legal, bureau, station, monthly):
    chair, absent = PersonFactory(unit=station), PersonFactory(unit=station)
    guest = UnitFactory(parent=bureau, name="二所")
    hold(
        station,
        date(2026, 5, 6),
        place="三楼会议室",
        presided_by_id=chair.pk,
        people=(PersonPresent(chair.pk), PersonPresent(absent.pk, Presence.LEAVE)),
        attending_unit_ids=(guest.pk,),
        outside=(OutsidePresent("区司法局"), OutsidePresent("区法院", Presence.SITTING_IN)),
    )
    MeetingFactory(unit=station, kind=MeetingKindFactory(code="party"), place="别处")
    form = opened(legal, f"?unit={station.pk}")

    shown = form.send(legal, "repeat", title="特别例会", summary="传达文件")

    data = Form(shown).data
    assert "已填入2026年5月6日那次" in words(shown)
    assert (data["place"], data["presided_by"]) == ("三楼会议室", str(chair.pk))
    assert (data["outside"], data["outside_sitting_in"]) == ("区司法局", "区法院")
    assert data[f"presence-{chair.pk}"] == "present"
    assert data[f"presence-{absent.pk}"] == "leave"
    assert data["attending"] == [str(guest.pk)]
    assert (data["title"], data["summary"]) == ("特别例会", "传达文件")
    assert ticks(shown)[due_of(TODAY, unit=station)] is True


def test_there_is_nothing_to_repeat_the_first_time(clerk, monthly):
    assert 'value="repeat"' not in words(clerk.get(NEW))


# --- made up and merged -------------------------------------------------------------------------


def both(client, unit):
    """The form with May made up and June ticked."""
    form = opened(client, f"?unit={unit.pk}")
    form.data["dues"] = [due_of(MAY, unit=unit).pk, due_of(TODAY, unit=unit).pk]
    return form


def test_made_up_it_does_not_count_for_its_own_period(clerk, station, monthly):
    response = both(clerk, station).send(clerk)

    assert errors(response)["dues"] == [
        f"不能计入“{monthly.schedule.name}”：已用于补开较早的一期，不能同时计入本期。",
        "补开上期又计入本期属合并召开，须由法制大队说明理由；请只勾选其中一期。",
    ]
    assert "merged_because" not in Form(response).data
    assert set(ticks(response).values()) == {True}
    smuggled = both(clerk, station).send(clerk, merged_because="合并")
    assert "dues" in errors(smuggled)
    assert not Meeting.objects.exists()


def test_the_legal_officer_merges_with_a_reason(legal, station, monthly):
    refused = both(legal, station).send(legal)
    assert errors(refused)["dues"][-1] == (
        "补开上期又计入本期属合并召开，请填写合并召开的理由，或只勾选其中一期。"
    )

    Form(refused).send(legal, merged_because="5月安保，合并召开")

    counted = Meeting.objects.get().discharges.order_by("due__period_first")
    assert list(counted.values_list("counts", "is_late", "merged_because")) == [
        (True, True, ""),
        (True, False, "5月安保，合并召开"),
    ]
    assert due_of(TODAY, unit=station).merged == 1


def test_where_the_rule_allows_both_nothing_is_asked(legal, bureau, station):
    rule(bureau, counts_twice=True)
    plan()

    form = both(legal, station)

    assert "merged_because" not in form.data
    assert form.send(legal).status_code == 302


# --- kinds of their own -------------------------------------------------------------------------


def test_papers_of_the_committee_are_named_and_not_uploaded(clerk, bureau, station):
    rule(bureau, meeting_kind=MeetingKindFactory(code="party", by_reference=True))
    plan()

    page = words(clerk.get(NEW))

    first, second = page.index("登记索引"), page.index('name="minutes"')
    assert first < second
    assert '<details class="field" open>\n  <summary>材料由机要部门保管' in page


def test_what_is_handed_in_has_no_chair_and_no_hour(clerk, bureau, station):
    rule(bureau, meeting_kind=MeetingKindFactory(code="submission", is_submission=True))
    plan()
    response = clerk.get(NEW)
    page, form = words(response), Form(response)

    assert "记录报送" in page
    assert "报送日期" in page
    assert {"presided_by", "starts_at", "place", "legal_sat_in", "outside"} & set(
        form.data
    ) == set()
    form.send(clerk, minutes=pdf(), summary="一季度数据")

    meeting = Meeting.objects.get()
    assert (meeting.presided_by, meeting.summary) == (None, "一季度数据")
    assert due_of(TODAY, unit=station).met_on == TODAY


def test_hours_are_asked_where_they_are_counted(clerk, bureau, station):
    rule(bureau, counted_in="minutes", at_least=120, min_minutes=45)
    plan()
    response = clerk.get(NEW)
    assert response.context["asks_hours"] is True
    assert "应满120分钟，已累计0分钟" in words(response)

    Form(response).send(clerk, starts_at="9:00", ends_at="10:30")

    assert due_of(TODAY, unit=station).counted == 90


def test_an_item_of_a_body_is_suggested(legal, bureau):
    body = UnitFactory(
        parent=bureau, kind=UnitKindFactory(code="committee", is_body=True), name="分局党委"
    )
    item = AgendaKindFactory()
    party = MeetingKindFactory(code="party")
    ScheduleVersionFactory(
        schedule__set__unit=bureau, meeting_kind=None, agenda_kind=item, body=body
    )
    plan()
    june = due_of(TODAY)
    MeetingFactory(unit=body, kind=party)

    form = opened(legal, f"?due={june.pk}")

    assert form.data["unit"] == str(body.pk)
    assert form.data["kind"] == str(party.pk)
    assert form.data["agenda-0-kind"] == str(item.pk)
    form.send(legal)
    june.refresh_from_db()
    assert june.met_on == TODAY
    assert Meeting.objects.get(agenda__kind=item).agenda.get().title == item.name


def test_members_of_a_body_are_the_leaders_of_the_bureau(legal, bureau):
    body = UnitFactory(parent=bureau, kind=UnitKindFactory(code="committee", is_body=True))
    head = AppointmentFactory(person__unit=bureau, post=PostFactory(code="head")).person

    response = legal.get(f"{NEW}?unit={body.pk}")

    assert [p.pk for _place, rows in response.context["people"] for p, _m, _l in rows] == [head.pk]
    assert Form(response).data["presided_by"] == str(head.pk)


def test_what_was_held_but_does_not_count_is_said_so(clerk, station, monthly):
    monthly.legal_must_sit_in = True
    monthly.save()

    response = opened(clerk).send(clerk)

    page = words(clerk.get(response.url))
    assert "有的应开事项未能计入" in page
    assert "法制部门未列席" in page


def test_more_rows_for_the_agenda(clerk, monthly):
    shown = opened(clerk).send(clerk, "rows", **{"agenda-1-title": "学习"})

    data = Form(shown).data
    assert data["agenda-TOTAL_FORMS"] == "6"
    assert (data["agenda-1-title"], data["agenda-5-title"]) == ("学习", "")


# --- auxiliaries --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "wished", "waits"),
    [
        (PersonKind.AUXILIARY, True, True),
        (PersonKind.AUXILIARY, False, False),
        (PersonKind.POLICE, True, False),
        (None, True, False),
    ],
)
def test_what_an_auxiliary_enters_waits_where_the_bureau_wants_it(
    enter, bureau, station, monthly, kind, wished, waits
):
    client = enter(Role.CLERK, station)
    BureauSettingFactory(bureau=bureau, auxiliary_waits=wished)
    if kind is not None:
        user = client.session["_auth_user_id"]
        PersonFactory(unit=station, user_id=user, kind=kind.value)

    response = opened(client).send(client)

    june = due_of(TODAY, unit=station)
    assert Meeting.objects.get().needs_confirmation is waits
    assert june.met_on == (None if waits else TODAY)
    assert ("待民警确认后计入" in words(client.get(response.url))) is waits


def test_what_an_auxiliary_corrects_waits_again(enter, bureau, station, monthly):
    client = enter(Role.CLERK, station)
    BureauSettingFactory(bureau=bureau, auxiliary_waits=True)
    PersonFactory(
        unit=station, user_id=client.session["_auth_user_id"], kind=PersonKind.AUXILIARY.value
    )
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june)

    corrected(client, meeting, title="更正")

    meeting.refresh_from_db()
    june.refresh_from_db()
    assert meeting.needs_confirmation
    assert june.met_on is None


# --- correcting ---------------------------------------------------------------------------------


def editing(client, meeting):
    return Form(client.get(reverse("reports:meeting-edit", args=[meeting.pk])))


def corrected(client, meeting, **changes):
    return editing(client, meeting).send(client, **changes)


def test_a_correction_keeps_what_it_does_not_touch(clerk, bureau, station, monthly):
    june = due_of(TODAY, unit=station)
    person, guest = PersonFactory(unit=station), UnitFactory(parent=bureau)
    problem = ProblemFactory(unit=station)
    item = AgendaDraft(
        "学习",
        AgendaKindFactory().pk,
        True,
        "同意",
        Outcome.DECIDED.value,
        "下周复查",
        problem_id=problem.pk,
        due_id=june.pk,
    )
    entered = {
        "place": "三楼",
        "summary": "传达",
        "legal_sat_in": True,
        "legal_opinion": "无异议",
        "starts_at": time(9),
        "ends_at": time(10),
        "presided_by_id": person.pk,
        "people": (PersonPresent(person.pk, Presence.SITTING_IN),),
        "attending_unit_ids": (guest.pk,),
        "outside": tuple(OutsidePresent(str(p), p) for p in Presence),
    }
    meeting = hold(station, TODAY, june, agenda=(item,), **entered)
    before = facts(meeting)
    AgendaItem.objects.create(
        meeting=MeetingFactory(unit=station),
        position=1,
        title="再议",
        carried_from=meeting.agenda.get(),
    )

    response = corrected(clerk, meeting, title="更正后的例会")

    assert response.status_code == 302
    meeting.refresh_from_db()
    assert meeting.title == "更正后的例会"
    assert facts(meeting) == before
    assert AgendaItem.objects.get(title="再议").carried_from == meeting.agenda.get()
    assert due_of(TODAY, unit=station).met_on == TODAY


def facts(meeting):
    follows_title = {"title", "initials"}
    names = [f.name for f in Meeting._meta.concrete_fields if f.name not in follows_title]
    return (
        {name: getattr(meeting, name) for name in names},
        list(meeting.agenda.order_by("position").values()),
        sorted(meeting.attendances.values_list("unit", "person", "outside", "presence"), key=str),
        list(meeting.discharges.values_list("due", "counts", "why_not")),
    )


def test_the_record_of_a_unit_that_was_closed_since_is_corrected(enter, bureau, station):
    gone = UnitFactory(parent=bureau)
    meeting = MeetingFactory(unit=station, title="例会", held_on=date(2025, 12, 30))
    AttendanceFactory(meeting=meeting, unit=gone, outside="")
    Unit.objects.filter(pk__in=[gone.pk, station.pk]).update(closed_on=date(2025, 12, 31))

    corrected(enter(Role.LEGAL_OFFICER, bureau), meeting, title="更正后的例会", late_because="漏录")

    meeting.refresh_from_db()
    assert meeting.title == "更正后的例会"
    assert list(meeting.attendances.values_list("unit", flat=True)) == [gone.pk]


def test_a_corrected_day_asks_again_what_it_counts_for(clerk, station, monthly):
    june, may = due_of(TODAY, unit=station), due_of(MAY, unit=station)
    meeting = hold(station, TODAY, june)

    shown = corrected(clerk, meeting, held_on="2026-05-29")
    assert ticks(shown)[may] is True
    Form(shown).send(clerk, late_because="日期录错")

    may.refresh_from_db()
    june.refresh_from_db()
    assert (may.met_on, june.met_on) == (date(2026, 5, 29), None)


def test_a_correction_leaves_what_the_legal_officer_took_off(clerk, station, monthly):
    june = due_of(TODAY, unit=station)
    meeting = hold(station, TODAY, june)
    correct_discharge(
        meeting_id=meeting.pk,
        due_id=june.pk,
        counts=False,
        because="只是谈话",
        by=UserFactory(),
        at=NOON,
    )

    corrected(clerk, meeting, title="更正", dues=None)
    corrected(clerk, meeting, dues=[june.pk])

    june.refresh_from_db()
    assert june.met_on is None
    assert meeting.discharges.get().decided_because == "只是谈话"


def test_the_evidence_of_a_meeting_is_no_part_of_its_correction(clerk, station, monthly):
    meeting = hold(station, TODAY, due_of(TODAY, unit=station))
    add_evidence(target=meeting, by=None, at=NOON, references=[Reference("纪要", "档案室")])

    form = editing(clerk, meeting)

    assert not [name for name in form.data if name.startswith("reference_")]
    form.send(clerk, title="更正")
    assert Evidence.objects.filter(uses__meeting=meeting).count() == 1


def test_another_unit_is_another_meeting(clerk, bureau, station, monthly):
    meeting = hold(station, TODAY)

    corrected(clerk, meeting, unit=UnitFactory(parent=bureau).pk, title="更正")

    meeting.refresh_from_db()
    assert (meeting.unit, meeting.title) == (station, "更正")


def test_nothing_counts_that_was_never_asked(bureau):
    """What is tested above stands on dues that are there."""
    assert not Due.objects.filter(Q(met_on__isnull=False)).exists()


# --- one session for all who owe it -------------------------------------------------------------


def test_a_session_for_all_stations_is_recorded_from_their_rule(legal, bureau, station, monthly):
    other = UnitFactory(parent=bureau, name="二所")
    plan()
    form = opened(legal, f"?schedule={monthly.schedule_id}")

    sent = form.send(legal)

    assert form.data["attending"] == [str(station.pk), str(other.pk)]
    assert sent.status_code == 302
    meeting = Meeting.objects.get()
    assert (meeting.unit, meeting.kind_id) == (bureau, monthly.meeting_kind_id)
    rows = meeting.discharges.select_related("due__unit").order_by("due__unit__path")
    assert [(row.due.unit, row.due.period_first, row.counts) for row in rows] == [
        (station, date(2026, 6, 1), True),
        (other, date(2026, 6, 1), True),
    ]


def test_only_what_units_owe_one_by_one_has_a_session_for_all(legal, bureau):
    itself = rule(bureau, owed_by=OwedBy.ITSELF.value)

    assert legal.get(f"{NEW}?schedule={itself.schedule_id}").status_code == 404
    assert legal.get(f"{NEW}?schedule=x").status_code == 404


def test_a_session_for_all_is_for_who_records_for_the_bureau(clerk, enter, station, monthly):
    address = f"{NEW}?schedule={monthly.schedule_id}"

    assert clerk.get(address).status_code == 403
    assert enter(Role.LEGAL_OFFICER, BureauFactory(name="西城分局")).get(address).status_code == 404
