from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from reports.actions.evidence import Reference, add_evidence
from reports.actions.meetings import (
    AgendaDraft,
    MeetingDraft,
    OutsidePresent,
    PersonPresent,
    cancel_meeting,
    record_meeting,
)
from reports.domain.access import Role
from reports.models import Meeting, Unit
from reports.models.choices import EvidenceKind, LedgerColumn, Outcome, OwedBy, Presence
from reports.selectors.meeting_ledger import (
    USUAL,
    chosen_columns,
    ledger_of,
    ledger_rows,
    shown_columns,
    whole,
)
from reports.selectors.minutes import full_name, minutes_of, paper_title
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    BureauSettingFactory,
    DueFactory,
    MeetingFactory,
    MeetingKindFactory,
    PersonFactory,
    PostFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
    member,
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
def chief(station):
    person = PersonFactory(unit=station, name="张三")
    AppointmentFactory(unit=station, person=person, post=PostFactory(name="所长"))
    return person


def hold(unit, day=DAY, *, by=None, at=NOON, **kwargs):
    draft = MeetingDraft(
        unit=unit, kind_id=MeetingKindFactory().pk, title="法制通报会", held_on=day, **kwargs
    )
    return record_meeting(draft, by=by, at=at, today=TODAY)


# --- minutes ------------------------------------------------------------------------------------


def test_minutes_say_everything_that_was_recorded(bureau, station, chief):
    user = UserFactory(first_name="李四")
    here, away = (PersonFactory(unit=station, name=name) for name in ("王五", "赵六"))
    guest = PersonFactory(unit=UnitFactory(parent=bureau, name="二所"), name="孙七")
    meeting = hold(
        station,
        by=user,
        place="三楼",
        starts_at=time(9, 0),
        ends_at=time(10, 30),
        presided_by_id=chief.pk,
        summary="传达文件。\n\n部署工作。",
        legal_sat_in=True,
        legal_opinion="程序合法。",
        agenda=(
            AgendaDraft("甲", outcome=Outcome.DECIDED.value, resolution="照办。\n限期完成。"),
            AgendaDraft(
                "乙", outcome=Outcome.DEFERRED.value, involves_law=True, legal_opinion="同意"
            ),
            AgendaDraft("丙", outcome=Outcome.DECIDED.value),
        ),
        people=(
            PersonPresent(here.pk),
            PersonPresent(away.pk, Presence.LEAVE),
            PersonPresent(guest.pk, Presence.SITTING_IN),
        ),
        outside=(OutsidePresent("区司法局"), OutsidePresent("区检察院", Presence.ABSENT)),
    )

    minutes = minutes_of(Meeting.objects.get(pk=meeting.pk))

    assert minutes.title == "东城分局一所\n法制通报会纪要"
    assert minutes.issuer == "东城分局一所"
    assert minutes.facts == (
        ("时间", "2026年6月9日09:00—10:30"),
        ("地点", "三楼"),
        ("主持", "所长张三"),
    )
    assert minutes.opening == ("2026年6月9日，东城分局一所召开法制通报会。现将会议情况纪要如下。")
    assert minutes.summary == ("传达文件。", "部署工作。")
    assert [
        (item.numeral, item.title, item.result, item.resolution, item.legal_opinion)
        for item in minutes.items
    ] == [
        ("一", "甲", "", ("照办。", "限期完成。"), ()),
        ("二", "乙（涉法议题）", "缓议，下次再议", (), ("同意",)),
        ("三", "丙", "已议定", (), ()),
    ]
    assert minutes.legal == ("程序合法。",)
    assert minutes.attendance == (
        ("出席", "张三、王五、区司法局"),
        ("列席", "二所孙七、法制部门"),
        ("请假", "赵六"),
        ("缺席", "区检察院"),
    )
    assert minutes.recorded == (("记录", "李四，2026年6月10日录入"),)
    assert (minutes.day, minutes.mark) == ("2026年6月9日", "")


def test_what_was_not_recorded_is_left_out(station):
    minutes = minutes_of(hold(station))

    assert minutes.facts == (("时间", "2026年6月9日"),)
    assert (minutes.summary, minutes.items, minutes.legal, minutes.attendance) == ((), (), (), ())
    assert minutes.recorded == (("记录", "2026年6月10日录入"),)


def test_an_acting_chair_is_said_to_be_acting(station):
    person = PersonFactory(unit=station, name="李四")
    AppointmentFactory(unit=station, person=person, post=PostFactory(name="所长"), acting=True)

    minutes = minutes_of(hold(station, presided_by_id=person.pk))

    assert dict(minutes.facts)["主持"] == "所长李四（主持工作）"


def test_minutes_of_a_cancelled_meeting_say_so(station):
    meeting = hold(station)
    cancelled = cancel_meeting(meeting_id=meeting.pk, because="录错", by=UserFactory(), at=NOON)

    assert minutes_of(cancelled).mark == "本记录已作废，不计入任何数字"


def test_a_unit_is_named_with_its_bureau_once(bureau, station):
    named = UnitFactory(parent=bureau, name="东城分局党委")

    assert full_name(bureau, bureau) == "东城分局"
    assert full_name(station, bureau) == "东城分局一所"
    assert full_name(named, bureau) == "东城分局党委"
    assert full_name(station, None) == "一所"
    assert paper_title(station, bureau, "一所例会纪要") == "东城分局\n一所例会纪要"
    assert paper_title(bureau, bureau, "东城分局例会纪要") == "东城分局例会纪要"


@pytest.mark.parametrize("rows", [1, 3])
def test_minutes_take_two_queries(station, rows, django_assert_num_queries):
    meeting = hold(
        station,
        agenda=tuple(AgendaDraft(f"议题{n}") for n in range(rows)),
        people=tuple(PersonPresent(PersonFactory(unit=station).pk) for _n in range(rows)),
    )
    found = Meeting.objects.select_related(
        "unit", "bureau", "presided_by", "presiding_post", "recorded_by"
    ).get(pk=meeting.pk)

    with django_assert_num_queries(2):
        minutes = minutes_of(found)

    assert len(minutes.items) == rows


# --- the ledger ---------------------------------------------------------------------------------


def ledger(unit, *, scope=None, below=False, on=TODAY, year=2026):
    scope = scope or scope_of(member(Role.LEGAL_OFFICER, unit.bureau), today=TODAY)
    return ledger_of(scope, unit, year=year, on=on, below=below)


def test_the_ledger_has_the_meetings_of_the_unit_and_year(bureau, station):
    first, second = hold(station, date(2026, 1, 4)), hold(station, DAY)
    hold(station, date(2025, 12, 30))
    hold(UnitFactory(parent=bureau))
    cancelled = hold(station)
    cancel_meeting(meeting_id=cancelled.pk, because="录错", by=UserFactory(), at=NOON)

    assert list(ledger(station).rows) == [first, second]
    assert list(ledger(station, on=date(2026, 6, 1)).rows) == [first]


def test_a_session_of_others_that_the_unit_joined_is_in_its_ledger(bureau, station):
    own = hold(station, date(2026, 6, 1))
    joint = hold(bureau, attending_unit_ids=(station.pk,))

    found = ledger(station)

    assert (found.numbers(), list(found.rows)) == ((1, 1), [own, joint])


def test_the_ledger_of_a_bureau_holds_its_units_when_asked(bureau, station):
    own = hold(bureau, date(2026, 6, 1), attending_unit_ids=(station.pk,))
    below = hold(station)
    hold(UnitFactory())

    assert list(ledger(bureau).rows) == [own]
    assert list(ledger(bureau, below=True).rows) == [own, below]
    assert [ledger(bureau, below=below).numbers() for below in (False, True)] == [(1, 0), (2, 0)]


def test_a_clerk_reads_no_more_than_her_scope(bureau, station):
    hold(UnitFactory(parent=bureau))
    own = hold(station)
    scope = scope_of(member(Role.CLERK, station), today=TODAY)

    assert list(ledger(bureau, scope=scope, below=True).rows) == [own]


def test_the_cells_of_a_row(bureau, station, chief):
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="每月通报",
        owed_by=OwedBy.KINDS.value,
        expected_evidence=[EvidenceKind.MINUTES.value, EvidenceKind.PHOTO.value],
    )
    due = DueFactory(version=rule, unit=station, day=date(2026, 5, 20))
    user = UserFactory(first_name="李四")
    meeting = hold(
        station,
        date(2026, 5, 20),
        by=user,
        at=datetime(2026, 6, 10, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        due_ids=(due.pk,),
        presided_by_id=chief.pk,
        place="三楼",
        starts_at=time(9, 0),
        ends_at=time(10, 0),
        late_because="出差",
        legal_sat_in=True,
        agenda=(AgendaDraft("甲", resolution="照办"), AgendaDraft("乙")),
        people=(PersonPresent(PersonFactory(unit=station).pk, Presence.LEAVE),),
        outside=(OutsidePresent("区司法局"),),
    )
    add_evidence(
        target=meeting, references=[Reference(title="记录", keeper="办公室")], by=None, at=NOON
    )

    (row,) = ledger_rows(list(ledger(station).rows))

    assert row.meeting == meeting
    assert row.cells == {
        LedgerColumn.NUMBER: 1,
        LedgerColumn.HELD_ON: date(2026, 5, 20),
        LedgerColumn.ENTERED_ON: date(2026, 6, 10),
        LedgerColumn.TITLE: "法制通报会",
        LedgerColumn.KIND: "法制通报会",
        LedgerColumn.UNIT: "一所",
        LedgerColumn.CHAIR: "所长张三",
        LedgerColumn.ATTENDANCE: "区司法局，请假1",
        LedgerColumn.AGENDA: "1. 甲\n2. 乙",
        LedgerColumn.COUNTS: "每月通报（5月）",
        LedgerColumn.EVIDENCE: "会议记录1份、缺照片",
        LedgerColumn.REMARKS: "迟录：出差",
        LedgerColumn.TIMES: "09:00—10:00",
        LedgerColumn.PLACE: "三楼",
        LedgerColumn.RESOLUTIONS: "1. 照办",
        LedgerColumn.LEGAL: "已列席",
        LedgerColumn.ENTERED_BY: "李四",
    }


def test_without_an_agenda_the_summary_stands_for_it(station):
    hold(station, date(2026, 6, 1), summary="学习规定。")
    hold(station, agenda=(AgendaDraft("只有一项"),))

    rows = ledger_rows(list(ledger(station).rows))

    assert [row.cells[LedgerColumn.AGENDA] for row in rows] == ["学习规定。", "只有一项"]


def test_many_who_were_there_and_many_dues_are_said_by_number(bureau):
    rule = ScheduleVersionFactory(
        schedule__set__unit=bureau, schedule__name="法制学习", owed_by=OwedBy.KINDS.value
    )
    units = [UnitFactory(parent=bureau, name=f"{n}所") for n in range(1, 8)]
    dues = [DueFactory(version=rule, unit=unit) for unit in units]
    hold(
        bureau,
        attending_unit_ids=tuple(unit.pk for unit in units),
        due_ids=tuple(due.pk for due in dues),
    )

    (row,) = ledger_rows(list(ledger(bureau).rows))

    assert row.cells[LedgerColumn.ATTENDANCE] == "1所、2所、3所、4所、5所等7个"
    assert row.cells[LedgerColumn.COUNTS] == "法制学习（6月）7项"


def test_making_up_and_not_counting_are_said(bureau):
    rule = ScheduleVersionFactory(schedule__set__unit=bureau, schedule__name="月会")
    strict = ScheduleVersionFactory(
        schedule__set__unit=bureau, schedule__name="督导会", legal_must_sit_in=True
    )
    made_up = DueFactory(version=rule, unit=bureau, day=date(2026, 5, 20))
    other = DueFactory(version=strict, unit=bureau)
    hold(bureau, due_ids=(made_up.pk, other.pk))

    (row,) = ledger_rows(list(ledger(bureau).rows))

    assert row.cells[LedgerColumn.COUNTS] == "月会（5月）补开"
    assert row.cells[LedgerColumn.REMARKS] == "不计入：法制部门未列席"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_rows_take_the_same_queries(bureau, rows, django_assert_num_queries):
    for _n in range(rows):
        station = UnitFactory(parent=bureau)
        rule = ScheduleVersionFactory(schedule__set__unit=bureau)
        due = DueFactory(version=rule, unit=station)
        hold(
            station,
            due_ids=(due.pk,),
            agenda=(AgendaDraft("甲"),),
            people=(PersonPresent(PersonFactory(unit=station).pk),),
        )
    meetings = list(ledger(bureau, below=True).rows)

    with django_assert_num_queries(4):
        found = ledger_rows(meetings, start=51)

    assert [row.cells[LedgerColumn.NUMBER] for row in found] == [51 + n for n in range(rows)]


# --- columns ------------------------------------------------------------------------------------


def test_a_bureau_without_a_wish_has_the_usual_columns(bureau):
    assert chosen_columns(Unit.objects.get(pk=bureau.pk)) == list(USUAL)


def test_a_bureau_has_the_columns_it_chose(bureau):
    BureauSettingFactory(bureau=bureau, meeting_columns=["title", "held_on", "entered_on"])

    assert chosen_columns(Unit.objects.get(pk=bureau.pk)) == [
        LedgerColumn.TITLE,
        LedgerColumn.HELD_ON,
        LedgerColumn.ENTERED_ON,
    ]


def test_both_days_are_always_there():
    assert whole(["title", "gone", "title", "place"]) == [
        LedgerColumn.TITLE,
        LedgerColumn.PLACE,
        LedgerColumn.HELD_ON,
        LedgerColumn.ENTERED_ON,
    ]


def test_a_ledger_of_several_units_says_whose_each_is():
    columns = [LedgerColumn.NUMBER, LedgerColumn.TITLE]

    assert shown_columns(columns, several=False) == columns
    assert shown_columns(columns, several=True) == [
        LedgerColumn.NUMBER,
        LedgerColumn.UNIT,
        LedgerColumn.TITLE,
    ]
    assert shown_columns([*columns, LedgerColumn.UNIT], several=True) == [
        *columns,
        LedgerColumn.UNIT,
    ]


def test_the_day_of_entry_is_that_of_shanghai(station):
    late = datetime(2026, 6, 9, 16, 30, tzinfo=ZoneInfo("UTC"))
    MeetingFactory(unit=station, recorded_at=late)

    (row,) = ledger_rows(list(ledger(station).rows))

    assert row.cells[LedgerColumn.ENTERED_ON] == date(2026, 6, 10)
