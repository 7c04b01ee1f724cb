from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from reports.actions.meetings import AgendaDraft, MeetingDraft, record_meeting
from reports.domain.access import Role
from reports.models import BureauSetting
from reports.models.choices import LedgerColumn
from tests.factories import (
    NOON,
    BureauFactory,
    BureauSettingFactory,
    CityFactory,
    MeetingFactory,
    MeetingKindFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
USUAL = [
    "序号",
    "召开日",
    "录入日",
    "会议名称",
    "会议种类",
    "主持人",
    "参加",
    "主要议题",
    "计入",
    "材料",
    "备注",
]


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


def hold(unit, day=date(2026, 6, 9), **kwargs):
    draft = MeetingDraft(
        unit=unit, kind_id=MeetingKindFactory().pk, title="例会", held_on=day, **kwargs
    )
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def ledger_of(unit, query=""):
    return reverse("reports:meeting-ledger", args=[unit.pk]) + query


def labels(answer):
    return [label for _column, label in answer.context["columns"]]


# --- minutes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_minutes_takes_the_same_queries(
    legal, station, rows, django_assert_num_queries
):
    meeting = hold(station, agenda=tuple(AgendaDraft(f"议题{n}") for n in range(rows)))

    with django_assert_num_queries(6):
        answer = legal.get(reverse("reports:meeting-minutes", args=[meeting.pk]))

    assert len(answer.context["minutes"].items) == rows


def test_minutes_are_chinese_whoever_reads_them(legal, station):
    meeting = hold(station, agenda=(AgendaDraft("甲", outcome="decided", resolution="照办"),))
    legal.cookies["django_language"] = "en"

    page = legal.get(reverse("reports:meeting-minutes", args=[meeting.pk])).content.decode()
    file = legal.get(reverse("reports:meeting-minutes-docx", args=[meeting.pk]))

    assert "<h1>东城分局一所<br>例会纪要</h1>" in page
    assert '<span class="lead">议定事项：</span>照办' in page
    texts = [p.text for p in Document(BytesIO(file.content)).paragraphs]
    assert texts[:2] == ["东城分局一所", "例会纪要"]
    assert "议定事项：照办" in texts


def test_the_file_has_a_name_and_is_not_kept(legal, station):
    meeting = hold(station)

    answer = legal.get(reverse("reports:meeting-minutes-docx", args=[meeting.pk]))

    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert answer["Content-Disposition"] == (
        'attachment; filename="20260609.docx"; '
        "filename*=UTF-8''%E4%BE%8B%E4%BC%9A%E7%BA%AA%E8%A6%81_20260609.docx"
    )
    assert answer["Cache-Control"] == "private, no-store"


def test_a_cancelled_meeting_is_marked_on_paper(legal, station):
    meeting = MeetingFactory(unit=station, cancelled_at=NOON, cancelled_because="录错")

    page = legal.get(reverse("reports:meeting-minutes", args=[meeting.pk])).content.decode()

    assert '<p class="flag">本记录已作废，不计入任何数字</p>' in page


# --- the ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_ledger_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    for _n in range(rows):
        hold(station, agenda=(AgendaDraft("甲"),))

    # Session, user, scope, what waits; unit with the columns, numbers, meetings, their items,
    # attendance, discharges and evidence.
    with django_assert_num_queries(11):
        answer = legal.get(ledger_of(station))

    assert len(answer.context["rows"]) == rows
    assert labels(answer) == USUAL


def test_the_number_held_opens_as_many_meetings(legal, bureau, station):
    hold(station)
    hold(station, date(2026, 3, 4))
    hold(bureau)
    for unit, query, number in ((station, "", 2), (bureau, "", 1), (bureau, "?below=1", 3)):
        answer = legal.get(ledger_of(unit, query))
        listed = legal.get(answer.context["held_href"])

        assert answer.context["held"] == number
        assert len(answer.context["rows"]) == number
        assert len(listed.context["table"].rows) == number


def test_another_year_and_an_earlier_day(legal, station):
    hold(station)
    hold(station, date(2025, 12, 1))

    def days(query):
        rows = legal.get(ledger_of(station, query)).context["rows"]
        return [meeting.held_on for meeting, _cells in rows]

    assert days("?year=2025") == [date(2025, 12, 1)]
    assert days("?on=2026-06-08") == []


def test_long_ledgers_have_pages_and_print_whole(legal, station):
    for _n in range(51):
        MeetingFactory(unit=station)

    second = legal.get(ledger_of(station, "?page=2"))
    printed = legal.get(ledger_of(station, "?print=1"))

    def numbers(answer):
        return [dict(cells)[LedgerColumn.NUMBER] for _meeting, cells in answer.context["rows"]]

    assert numbers(second) == [51]
    assert numbers(printed) == list(range(1, 52))


def test_the_print_is_chinese_with_both_days_as_plain_columns(legal, station):
    hold(station)
    legal.cookies["django_language"] = "en"

    page = legal.get(ledger_of(station, "?print=1")).content.decode()

    assert "<h1>一所2026年会议台账</h1>" in page
    assert '<th scope="col" class="c-held_on">召开日</th>' in page
    assert '<th scope="col" class="c-entered_on">录入日</th>' in page
    assert "2026-06-09" in page
    assert "2026-06-10" in page


def test_the_spreadsheet_has_typed_days(legal, station):
    hold(station, agenda=(AgendaDraft("=1+1"),))

    answer = legal.get(ledger_of(station, "?_export=xlsx"))

    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    heads, row = book.get_sheet_by_index(0).to_python()
    assert heads == USUAL
    assert row[:4] == [1.0, date(2026, 6, 9), date(2026, 6, 10), "例会"]
    assert row[7] == "=1+1"
    assert book.sheet_names == ["会议台账", "说明"]


def test_meetings_of_several_units_say_whose_they_are(legal, bureau, station):
    hold(station)

    assert "召开单位" in labels(legal.get(ledger_of(bureau, "?below=1")))


def test_a_joint_session_is_counted_apart(legal, bureau, station):
    hold(bureau, attending_unit_ids=(station.pk,))

    answer = legal.get(ledger_of(station))

    assert (answer.context["held"], answer.context["joint"]) == (0, 1)
    assert "召开单位" in labels(answer)


def test_a_unit_above_the_bureaus_has_no_ledger(enter, bureau):
    city = bureau.parent

    answer = enter(Role.SUPERVISOR, city).get(ledger_of(city))

    assert answer.status_code == 403


# --- its columns --------------------------------------------------------------------------------


def columns_of(bureau):
    return reverse("reports:meeting-columns", args=[bureau.pk])


def test_the_columns_are_chosen_and_ordered(legal, bureau, station):
    data = {
        "use_title": "on",
        "place_title": "1",
        "use_place": "on",
        "place_place": "2",
        "place_held_on": "3",
        "place_entered_on": "4",
        "use_remarks": "on",
    }

    answer = legal.post(columns_of(bureau), data)

    assert answer["Location"] == ledger_of(bureau)
    assert BureauSetting.objects.get().meeting_columns == [
        "title",
        "place",
        "held_on",
        "entered_on",
        "remarks",
    ]
    assert labels(legal.get(ledger_of(station))) == ["会议名称", "地点", "召开日", "录入日", "备注"]


def test_the_form_begins_with_what_is_chosen(legal, bureau):
    BureauSettingFactory(bureau=bureau, meeting_columns=["title", "held_on", "entered_on"])

    rows = legal.get(columns_of(bureau)).context["form"].rows

    assert [(use.label, use.value(), place.value()) for use, place in rows[:4]] == [
        ("会议名称", True, 1),
        ("召开日", True, 2),
        ("录入日", True, 3),
        ("序号", False, None),
    ]


def test_a_wrong_place_is_said_beside_it(legal, bureau):
    answer = legal.post(columns_of(bureau), {"place_title": "0"})

    assert answer.context["form"].errors == {"place_title": ["确保该值大于或等于1。"]}


@pytest.mark.parametrize(("role", "code"), [(Role.LEADER, 403), (Role.SUPERVISOR, 403)])
def test_only_the_legal_officer_sets_them(enter, bureau, role, code):
    unit = bureau.parent if role == Role.SUPERVISOR else bureau

    answer = enter(role, unit).post(columns_of(bureau), {"use_title": "on"})

    assert (answer.status_code, BureauSetting.objects.count()) == (code, 0)
