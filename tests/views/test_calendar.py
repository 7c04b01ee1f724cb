"""The calendar of the state with its previews, and the year of what is due and held."""

import re
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from reports.actions import calendar as calendar_actions
from reports.actions.calendar import enter_days, take_out_days
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.domain.access import Role
from reports.domain.calendar import days_of
from reports.domain.dues import Verdict
from reports.domain.periods import Period
from reports.models import Due, Holiday
from reports.models.choices import DayKind
from reports.selectors.calendar import DayDraft
from tests.conftest import SHANGHAI
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    DueFactory,
    HolidayFactory,
    MeetingKindFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UnitKindFactory,
    member,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}
NOTICE = "国办发明电〔2026〕7号"
LAST_WEEK = list(days_of(Period(date(2026, 6, 1), date(2026, 6, 7))))
LIST, ENTER, TAKE_OUT, IMPORT = (
    f"/holidays/{part}" for part in ("", "enter/", "take-out/", "import/")
)


def logged_in(role, unit):
    client = Client()
    client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
    return client


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city, name="东城分局")


@pytest.fixture
def system(city):
    return logged_in(Role.SYSTEM_ADMIN, city)


@pytest.fixture
def legal(bureau):
    return logged_in(Role.LEGAL_OFFICER, bureau)


@pytest.fixture
def stations(bureau):
    """A weekly duty of so many stations, planned; gives the stations."""

    def make(count):
        kind = UnitKindFactory()
        made = [UnitFactory(parent=bureau, kind=kind, ledger_from=None) for _n in range(count)]
        ScheduleVersionFactory(
            schedule__set__unit=bureau,
            schedule__name="每周例会",
            cadence="week",
            first_day=date(2026, 1, 1),
            owed_by="kinds",
            owing_kinds=[kind],
        )
        plan_dues(today=TODAY)
        return made

    return make


def off(*days):
    return [DayDraft(day, DayKind.HOLIDAY, "调整", NOTICE) for day in days]


# --- the year as it is entered ------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_calendar_shows_what_is_entered_in_the_same_queries(
    legal, rows, django_assert_num_queries
):
    for n in range(rows):
        enter_days(off(date(2026, 7, 1 + 7 * n)), **NOW)
    take_out_days([date(2026, 7, 1)], because="录错", **NOW)
    enter_days(off(date(2026, 6, 24)), **NOW)
    legal.get(LIST)

    with django_assert_num_queries(7):  # session, user, scope, to do; entries, history, years
        page = legal.get(LIST)

    shown = page.context
    assert [entry.first for entry in shown["entries"]] == [
        date(2026, 6, 24),
        *(date(2026, 7, 1 + 7 * n) for n in range(1, rows)),
    ]
    assert [gone.day for gone in shown["taken_out"]] == [date(2026, 7, 1)]
    assert (shown["free"], shown["worked"], shown["missing"]) == (rows, 0, [])


def test_a_day_is_marked_by_shape_and_word(legal):
    enter_days(
        [*off(date(2026, 6, 24)), DayDraft(date(2026, 6, 27), DayKind.WORKDAY, "补", NOTICE)], **NOW
    )

    page = legal.get(LIST)

    name, weeks = page.context["months"][5]
    squares = {square.day: square for week in weeks for square in week if square}
    assert (name, len(squares)) == ("6月", 30)
    assert {day: square.kind for day, square in squares.items() if square.kind} == {
        date(2026, 6, 24): "holiday",
        date(2026, 6, 27): "workday",
    }
    cells = re.findall(
        r'<td class="(\w+)" title="(\S+)">.*?>(\d+)</span>.*?>(.)</span></td>', page.text
    )
    assert cells == [("holiday", "调整", "24", "休"), ("workday", "补", "27", "班")]


def test_only_who_keeps_the_calendar_is_led_to_its_forms(legal, system):
    enter_days(off(date(2026, 6, 24)), **NOW)
    doors = {ENTER, IMPORT, f"{ENTER}?first=2026-06-24&amp;last=2026-06-24"}

    links = [
        set(re.findall(r'href="([^"]+)"', client.get(LIST).text)) for client in (legal, system)
    ]

    assert doors & links[0] == set()
    assert doors <= links[1]


def test_another_year_is_one_step_away(system):
    page = system.get(f"{LIST}?year=2025")

    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', page.text) == [
        ("prev", "?year=2024"),
        ("next", "?year=2026"),
    ]
    assert "2025年没有录入" in page.text


@pytest.mark.parametrize(
    ("day", "years", "missing"),
    [
        ((2026, 9, 30), {2026}, []),
        ((2026, 10, 1), {2026}, ["2027"]),
        ((2026, 11, 5), {2026, 2027}, []),
        ((2026, 6, 10), set(), ["2026"]),
    ],
)
def test_a_year_that_ought_to_be_known_is_asked_for(bureau, the_day, day, years, missing):
    for year in years:
        HolidayFactory(day=date(year, 1, 1))
    the_day.move_to(datetime(*day, 12, tzinfo=SHANGHAI))
    legal = logged_in(Role.LEGAL_OFFICER, bureau)

    for address in (LIST, "/schedules/"):
        assert re.findall(r"(\d{4})年还没有录入节假日", legal.get(address).text) == missing


def test_the_menu_of_who_keeps_the_calendar_leads_to_it(system, legal):
    assert '<a href="/holidays/">节假日</a>' in system.get("/jobs/").text
    assert '<a href="/holidays/">节假日</a>' not in legal.get("/jobs/").text
    assert 'href="/holidays/">节假日</a>' in legal.get("/schedules/").text


# --- entering -----------------------------------------------------------------------------------


def span(**changes):
    return {
        "first_day": "2026-06-01",
        "last_day": "2026年6月7日",
        "kind": "holiday",
        "name": "安保",
        "source": NOTICE,
    } | changes


@pytest.mark.parametrize("count", [1, 3])
def test_a_span_is_previewed_in_the_same_queries_and_nothing_is_saved(
    system, stations, count, django_assert_num_queries
):
    stations(count)
    system.get(ENTER)

    with django_assert_num_queries(10):
        # session, user, scope; entries of those days, calendar; groups, bureaus, schedules, rules;
        # audit log
        page = system.post(ENTER, span(preview="1"))

    change = page.context["change"]
    assert (change.total, Holiday.objects.count()) == (2 * count, 0)
    assert [(line.label, line.state.value) for line in page.context["lines"]] == [
        ("2026年6月1日—7日", "new")
    ]
    (group,) = change.groups
    assert [(one.before, one.after, one.count) for one in group.examples] == [
        (Verdict.MISSED, Verdict.AWAITING, count),
        (Verdict.AWAITING, Verdict.NOT_APPLICABLE, count),
    ]
    assert "东城分局 · 每周例会" in page.text


def confirm(client, address, data):
    """Preview, then confirm exactly what was shown."""
    seen = client.post(address, data).context["seen"]
    return client.post(address, data | {"confirm": "1", "seen": seen}, follow=True)


def test_what_was_seen_is_saved_and_judged_at_once(system, stations):
    stations(1)

    page = confirm(system, ENTER, span())

    assert page.redirect_chain == [(f"{LIST}?year=2026", 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "新录入7天。应开事项已重新核算，更新2项。"
    ]
    assert Due.objects.get(period_first=LAST_WEEK[0]).verdict_on(TODAY) == Verdict.NOT_APPLICABLE
    entry = page.context["entries"][0]
    assert (entry.days, entry.source) == (7, NOTICE)
    assert entry.entered_by == page.context["user"].username


def test_a_large_ledger_is_judged_later_and_says_so(system, stations, monkeypatch):
    monkeypatch.setattr(calendar_actions, "JUDGED_AT_ONCE", 0)
    stations(1)

    page = confirm(system, ENTER, span())

    assert [str(message) for message in page.context["messages"]] == [
        "新录入7天。应开事项将由后台任务重新核算，请在“后台任务”中查看进度。"
    ]


@pytest.mark.parametrize("seen", ["", "0" * 32])
def test_nothing_is_saved_that_was_not_seen_before(system, stations, seen):
    stations(1)

    page = system.post(ENTER, span(confirm="1", seen=seen))

    assert (page.status_code, Holiday.objects.count()) == (200, 0)
    assert page.context["stale"] is bool(seen)


def test_a_preview_that_somebody_overtook_is_shown_anew(system, stations):
    stations(1)
    seen = system.post(ENTER, span()).context["seen"]
    enter_days(off(LAST_WEEK[2]), **NOW)

    page = system.post(ENTER, span(confirm="1", seen=seen))

    assert [line.state.value for line in page.context["lines"]] == ["new", "changed", "new"]
    assert (page.context["stale"], Holiday.objects.count()) == (True, 1)


def test_the_same_again_changes_nothing_and_cannot_be_confirmed(system):
    confirm(system, ENTER, span())

    page = system.post(ENTER, span(confirm="1"))

    assert page.context["nothing"] is True
    assert 'name="confirm"' not in page.text
    assert Holiday.history.count() == 7


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"first_day": ""}, {"first_day": ["请填写日期，如 2026-03-31 或 2026年3月31日。"]}),
        ({"last_day": "2026-05-31"}, {"last_day": ["截止日期早于起始日期。"]}),
        ({"last_day": "2026-07-02"}, {"last_day": ["一次最多31天。"]}),
        ({"source": " "}, {"source": ["请填写依据，如通知文号。"]}),
        ({"kind": "party"}, {"kind": ["选择一个有效的选项。 party 不在可用的选项中。"]}),
        (
            {"kind": "workday", "last_day": ""},
            {"kind": ["2026年6月1日是星期一，本来就上班，不必录为调休上班。"]},
        ),
        (
            {"first_day": "2029-01-01", "last_day": ""},
            {"first_day": ["只能录入2000年至2027年的日期。"]},
        ),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(system, changes, errors):
    page = system.post(ENTER, span(**changes))

    form = page.context["form"]
    assert form.errors == errors
    assert form["name"].value() == "安保"
    assert "change" not in page.context


def test_a_correction_begins_with_what_stands_there(system):
    HolidayFactory(day=date(2026, 6, 24), kind="workday", name="旧", source="旧文号")

    page = system.get(f"{ENTER}?first=2026-06-24&last=nonsense")

    assert page.context["form"].initial == {
        "first_day": "2026-06-24",
        "kind": "workday",
        "name": "旧",
        "source": "旧文号",
    }


# --- taking out ---------------------------------------------------------------------------------


def test_days_are_taken_out_after_a_preview(system, stations):
    stations(1)
    confirm(system, ENTER, span())
    data = {"first_day": "2026-06-01", "last_day": "2026-06-07", "because": "通知已更正"}

    preview = system.post(TAKE_OUT, data)
    page = confirm(system, TAKE_OUT, data)

    (group,) = preview.context["change"].groups
    assert [(one.before, one.after) for one in group.examples] == [
        (Verdict.AWAITING, Verdict.MISSED),
        (Verdict.NOT_APPLICABLE, Verdict.AWAITING),
    ]
    assert Holiday.objects.count() == 0
    assert [str(message) for message in page.context["messages"]] == [
        "去掉7天。应开事项已重新核算，更新2项。"
    ]
    assert {gone.because for gone in page.context["taken_out"]} == {"通知已更正"}


def test_taking_out_asks_for_the_reason_and_for_days_that_are_there(system):
    nothing = system.post(TAKE_OUT, {"first_day": "2026-06-01", "because": "录错"})
    HolidayFactory(day=date(2026, 6, 1))
    silent = system.post(TAKE_OUT, {"first_day": "2026-06-01", "because": ""})

    assert nothing.context["form"].errors == {"first_day": ["这些日期没有录入，无需去掉。"]}
    assert silent.context["form"].errors == {"because": ["请写明去掉的原因。"]}
    assert Holiday.objects.count() == 1


# --- importing ----------------------------------------------------------------------------------


def table(*rows, name="表.csv"):
    lines = [["日期", "类型", "名称", "依据"], *rows]
    return SimpleUploadedFile(name, "\n".join(",".join(row) for row in lines).encode())


def test_a_table_is_shown_row_by_row_then_imported(system, stations):
    stations(1)
    enter_days([DayDraft(date(2026, 6, 24), DayKind.HOLIDAY, "旧", NOTICE)], **NOW)
    rows = [["2026年6月1日至7日", "放假", "安保", NOTICE], ["2026-06-24", "放假", "新", NOTICE]]

    preview = system.post(IMPORT, {"file": table(*rows)})

    found = preview.context["found"]
    assert [(line.number, line.state) for line in found.lines] == [(2, "new"), (3, "changed")]
    assert (preview.context["change"].total, Holiday.objects.count()) == (2, 1)
    kept = {name: preview.context[name] for name in ("read", "seen")}
    page = system.post(IMPORT, kept | {"confirm": "1"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "新录入7天，改正1天。应开事项已重新核算，更新2项。"
    ]
    assert Holiday.objects.count() == 8


def test_a_row_that_is_refused_holds_up_the_table(system):
    rows = [["2026-06-24", "放假", "新", NOTICE], ["2026-06-31", "放假", "新", NOTICE]]

    page = system.post(IMPORT, {"file": table(*rows), "confirm": "1"})

    assert [(c.address, c.sentence) for c in page.context["found"].lines[1].complaints] == [
        ("A3", "“2026-06-31”：没有这一天。")
    ]
    assert (page.context["refusing"], Holiday.objects.count()) == (1, 0)
    assert "read" not in page.context


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(system):
    page = system.post(IMPORT, {"file": SimpleUploadedFile("a.xlsx", b"nonsense")})

    assert page.context["form"].errors == {
        "file": ["文件无法读取：可能已损坏，或扩展名与内容不符。"]
    }


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"file": ["请选择表格，或选择程序自带的年份。"]}),
        ({"read": "forged"}, {"read": ["预览已过期，请重新选择表格。"]}),
    ],
)
def test_an_import_wants_a_table_of_its_own(system, data, errors):
    assert system.post(IMPORT, data).context["form"].errors == errors


def test_a_table_and_a_year_at_once_are_refused(system):
    rows = [["2026-06-24", "放假", "新", NOTICE]]

    page = system.post(IMPORT, {"file": table(*rows), "built_in": "2026"})

    assert page.context["form"].errors == {"built_in": ["表格和自带年份只能选一项。"]}


def test_a_year_that_comes_with_the_program_fills_what_is_lacking(system):
    HolidayFactory(day=date(2026, 2, 17), name="更正")

    preview = system.post(IMPORT, {"built_in": "2026"})
    kept = {name: preview.context[name] for name in ("read", "seen")}
    system.post(IMPORT, kept | {"confirm": "1"})

    assert Holiday.objects.get(day=date(2026, 2, 17)).name == "更正"
    assert Holiday.objects.filter(day__year=2026).count() == 39
    again = system.post(IMPORT, {"built_in": "2026"})
    assert again.context["found"].lines == []
    assert "没有可补录的" in again.text


def test_the_table_of_a_year_is_a_download(legal, django_assert_num_queries):
    enter_days(off(date(2026, 6, 24)), **NOW)
    legal.get(LIST)

    with django_assert_num_queries(5):  # session, user, scope; entries; audit log
        answer = legal.get("/holidays/table.xlsx?year=2026")

    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.get_sheet_by_index(0).to_python() == [
        ["起", "止", "类型", "名称", "依据"],
        [date(2026, 6, 24), date(2026, 6, 24), "放假", "调整", NOTICE],
    ]
    assert answer["Content-Disposition"].startswith("attachment; ")


# --- the year of what is due and held -----------------------------------------------------------


def held(unit, day):
    """A meeting of the unit that counts for its week."""
    due = Due.objects.get(unit=unit, period_first__lte=day, period_last__gte=day)
    draft = MeetingDraft(unit, MeetingKindFactory().pk, "会", day, (due.pk,))
    return record_meeting(draft, by=None, at=NOON, today=TODAY)


def marked(page):
    """The days of the twelve sheets that show something, with their marks."""
    return {
        square.day: [(mark.css, mark.count) for mark in square.marks]
        for _number, _name, _href, weeks in page.context["months"]
        for week in weeks
        for square in week
        if square and square.marks
    }


@pytest.mark.parametrize("count", [1, 3])
def test_the_year_shows_what_was_held_and_what_ends_in_the_same_queries(
    legal, stations, count, django_assert_num_queries
):
    for unit in stations(count):
        held(unit, LAST_WEEK[1])
    legal.get("/calendar/")

    # session, user, scope, to do; places; held, ends; of the month held, due, rules
    with django_assert_num_queries(10):
        page = legal.get("/calendar/")

    found = marked(page)
    assert found[LAST_WEEK[1]] == [("held", count)]
    assert found[date(2026, 5, 31)] == [("missed", count)]
    assert found[date(2026, 6, 14)] == [("open", count)]
    assert found[date(2026, 12, 27)] == [("upcoming", count)]
    assert LAST_WEEK[6] not in found
    assert (page.context["place"].name, page.context["held_total"]) == ("东城分局", count)
    assert [day.day for day, _held, _due in page.context["lines"]] == [2, 14, 21, 28]


def numbers_and_lists(client, page):
    """Every number of the page with the length of the list it opens."""
    found = re.findall(r'href="([^"]+)" data-count="(\d+)"', page.text)
    lists = [client.get(href.replace("&amp;", "&")).context["table"] for href, _n in found]
    return [
        (int(number), len(rows.rows)) for (_href, number), rows in zip(found, lists, strict=True)
    ]


@pytest.mark.parametrize(
    "address", ["/calendar/", "/calendar/?on=2026-06-03", "/calendar/?month=5"]
)
def test_every_number_opens_the_list_it_counts(legal, stations, address):
    for unit in stations(3):
        held(unit, LAST_WEEK[1])

    page = legal.get(address)

    shown = numbers_and_lists(legal, page)
    assert len(shown) > 1
    assert [number for number, _rows in shown] == [rows for _number, rows in shown]


def test_a_number_leaves_out_what_an_overlapping_version_owes(legal, stations, bureau):
    stations(3)
    weekly = Due.objects.first().version
    monthly = ScheduleVersionFactory(
        schedule=weekly.schedule, cadence="month", first_day=date(2026, 6, 1)
    )
    for number in range(2):
        DueFactory(version=monthly, unit=UnitFactory(parent=bureau, name=f"新{number}所"))

    page = legal.get("/calendar/?month=6")

    # The month ends on the 30th and runs on the 14th, too, when a week ends.
    shown = numbers_and_lists(legal, page)
    assert (3, 3) in shown
    assert (2, 2) in shown
    assert [number for number, _rows in shown] == [rows for _number, rows in shown]


def test_a_line_of_one_opens_it_at_once(legal, stations):
    (unit,) = stations(1)
    meeting = held(unit, LAST_WEEK[1])

    page = legal.get("/calendar/")

    links = [href for _day, of_day, due in page.context["lines"] for _line, href in [*of_day, *due]]
    running = Due.objects.get(period_first=date(2026, 6, 8))
    assert links[:2] == [f"/meetings/{meeting.pk}/", f"/dues/{running.pk}/"]


def test_a_clerk_sees_her_own_unit(stations, bureau):
    own, other = stations(2)
    held(own, LAST_WEEK[1])
    held(other, LAST_WEEK[2])
    clerk = logged_in(Role.CLERK, own)

    page = clerk.get("/calendar/")

    found = marked(page)
    assert (page.context["place"], found[LAST_WEEK[1]]) == (own, [("held", 1)])
    assert LAST_WEEK[2] not in found
    assert page.context["choices"] == [own]
    assert clerk.get(f"/calendar/?unit={other.pk}").status_code == 404
    assert clerk.get(f"/calendar/?bureau={bureau.pk}").status_code == 404


def test_an_officer_turns_to_one_unit_of_the_bureau(legal, stations, bureau):
    first, second = stations(2)
    held(first, LAST_WEEK[1])

    page = legal.get(f"/calendar/?unit={first.pk}")

    assert marked(page)[date(2026, 6, 14)] == [("open", 1)]
    assert page.context["choices"] == [bureau, first, second]
    assert f'<option value="{first.pk}" selected>' in page.text


def test_a_supervisor_turns_to_a_bureau_or_a_unit(city, bureau, stations):
    (unit,) = stations(1)
    other = BureauFactory(parent=city)
    supervisor = logged_in(Role.SUPERVISOR, city)

    first = supervisor.get("/calendar/")
    named = supervisor.get(f"/calendar/?bureau={other.pk}")
    of_unit = supervisor.get(f"/calendar/?unit={unit.pk}")

    assert (first.context["place"], first.context["choices"]) == (bureau, [bureau, other])
    assert (named.context["place"], marked(named)) == (other, {})
    assert (of_unit.context["place"], of_unit.context["choices"]) == (unit, [])
    assert supervisor.get(f"/calendar/?bureau={unit.pk}").status_code == 404


@pytest.mark.parametrize("part", ["unit=x", "bureau=99999999999999999999", "unit=-1"])
def test_an_address_that_names_no_place_leads_nowhere(legal, part):
    assert legal.get(f"/calendar/?{part}").status_code == 404


def test_a_supervisor_without_bureaus_is_told_so():
    supervisor = logged_in(Role.SUPERVISOR, CityFactory())

    page = supervisor.get("/calendar/")

    assert (page.status_code, page.context["place"]) == (200, None)
    assert "还没有分局" in page.text


@pytest.mark.parametrize(
    ("query", "month"),
    [("", 6), ("?month=3", 3), ("?year=2025", 1), ("?month=13", 6), ("?month=x", 6)],
)
def test_the_month_in_the_list_is_this_one_or_the_one_asked_for(legal, query, month):
    assert legal.get(f"/calendar/{query}").context["month"] == month


def test_a_day_says_in_words_what_its_marks_mean(legal, stations):
    (unit,) = stations(1)
    held(unit, LAST_WEEK[6])
    Due.objects.filter(unit=unit, period_last=LAST_WEEK[6]).update(met_on=None)

    page = legal.get("/calendar/")

    assert 'aria-label="6月7日：召开1次，待录入1项"' in page.text


# --- as a file ----------------------------------------------------------------------------------

ICS = "/calendar/dues.ics"


@pytest.mark.parametrize("count", [1, 3])
def test_own_dues_are_a_file_made_in_the_same_queries(stations, count, django_assert_num_queries):
    own, *_others = stations(count)
    held(own, LAST_WEEK[1])
    for _n in range(count - 1):
        ScheduleVersionFactory(schedule__set__unit=own, first_day=date(2026, 1, 1))
    plan_dues(today=TODAY)
    clerk = logged_in(Role.CLERK, own)
    clerk.get(ICS)

    with django_assert_num_queries(5):  # session, user, scope; dues; audit log
        answer = clerk.get(ICS)

    assert (answer["Content-Type"], answer.status_code) == ("text/calendar; charset=utf-8", 200)
    assert "attachment; " in answer["Content-Disposition"]
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    ends = {event["DTEND"].dt - timedelta(days=1) for event in events}
    not_met = Due.objects.filter(unit=own, met_on=None, year__in=(2026, 2027))
    assert len(events) == not_met.count() > 50
    assert LAST_WEEK[6] not in ends
    assert {event["DTSTAMP"].dt for event in events} == {NOON}
    assert str(events[0]["URL"]).startswith("http://testserver/dues/")


def test_a_file_is_for_who_reads_records(system, bureau):
    assert system.get(ICS).status_code == 403
    assert Client().get(ICS).status_code == 302
