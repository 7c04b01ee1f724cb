"""Tables of days off in and out; dues as a calendar file."""

import csv
import zipfile
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
import xlsxwriter
from icalendar import Calendar

from reports.actions.calendar import enter_days, seed_holidays
from reports.actions.schedules import plan_dues
from reports.exchange.calendar import (
    calendar_workbook,
    compare_known_days,
    due_calendar,
    read_calendar,
)
from reports.exchange.workbooks import (
    LARGEST,
    CannotRead,
    cell_address,
    read_workbook,
)
from reports.models import Due, Holiday
from reports.models.choices import DayKind
from reports.selectors.calendar import DayDraft, EntryState
from tests.factories import (
    NOON,
    BureauFactory,
    HolidayFactory,
    PersonFactory,
    ScheduleVersionFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 10)
NOW = {"by": None, "at": NOON, "today": TODAY}
NOTICE = "国办发明电〔2026〕7号"
HEAD = ["日期", "类型", "名称", "依据"]


def xlsx(*rows, sheet="放假安排", before=()):
    """A workbook with typed cells; days as days, numbers as numbers."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name in before:
        book.add_worksheet(name).write_string(0, 0, "封面")
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(number, column, value, day)
            elif isinstance(value, int):
                page.write_number(number, column, value)
            elif value:
                page.write_string(number, column, value)
    book.close()
    return target.getvalue()


def read(*rows, name="a.xlsx", **kwargs):
    return read_calendar(xlsx(*rows, **kwargs), file_name=name, today=TODAY)


# --- a table in ---------------------------------------------------------------------------------


def test_a_table_is_read_as_offices_write_it(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = read(
            ["2026年部分节假日安排"],
            [],
            ["序号", *HEAD, "备注"],
            [1, "2026年2月15日（周日）至23日", "放假", "春节", NOTICE],
            [2, date(2026, 2, 14), "上班", "春节", NOTICE],
            [3, 46081, "调休上班", "春节", NOTICE],
            [],
            [4, "2026.4.4-2026.4.6", " 休 ", "清明节", NOTICE, "三天"],
            before=["封面"],
        )

    assert (found.ok, found.sheet) == (True, "放假安排")
    assert [
        (line.number, line.first, line.last, line.kind, line.state) for line in found.lines
    ] == [
        (4, date(2026, 2, 15), date(2026, 2, 23), DayKind.HOLIDAY, "new"),
        (5, date(2026, 2, 14), date(2026, 2, 14), DayKind.WORKDAY, "new"),
        (6, date(2026, 2, 28), date(2026, 2, 28), DayKind.WORKDAY, "new"),
        (8, date(2026, 4, 4), date(2026, 4, 6), DayKind.HOLIDAY, "new"),
    ]
    assert found.count(EntryState.NEW) == len(found.drafts) == 14


def test_first_and_last_day_may_stand_in_columns_of_their_own():
    found = read(
        ["起", "止", "类型", "名称", "依据"],
        [date(2026, 2, 15), date(2026, 2, 23), "放假", "春节", NOTICE],
        ["2026年2月14日", "", "补班", "春节", NOTICE],
        ["2026年2月28日", "28日", "补班", "春节", NOTICE],
    )

    assert [complaint.sentence for line in found.lines for complaint in line.complaints] == [
        "“28日”不是日期，请写成2026-02-15或2026年2月15日。"
    ]
    assert [(line.first, line.last) for line in found.lines[:2]] == [
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 2, 14), date(2026, 2, 14)),
    ]


def test_every_row_says_what_it_would_do():
    HolidayFactory(day=date(2026, 2, 16), name="春节", source=NOTICE)
    HolidayFactory(day=date(2026, 2, 17), name="春节", source="旧文号")
    HolidayFactory(day=date(2026, 2, 28), name="春节", source=NOTICE)

    found = read(
        HEAD,
        ["2026-02-16", "放假", "春节", NOTICE],
        ["2026年2月17日至18日", "放假", "春节", NOTICE],
        ["2026-02-28", "调休上班", "春节", NOTICE],
    )

    assert [line.state for line in found.lines] == ["unchanged", "changed", "changed"]
    assert [
        (part.first.day, part.state.value, [(c.label, c.before, c.after) for c in part.changes])
        for line in found.lines
        for part in line.days
    ] == [
        (16, "unchanged", []),
        (17, "changed", [("依据", "旧文号", NOTICE)]),
        (18, "new", []),
        (28, "changed", [("类型", "放假", "调休上班")]),
    ]
    assert (found.ok, Holiday.objects.count()) == (True, 3)


def test_what_is_not_clear_is_refused_with_the_address_of_its_cell():
    found = read(
        ["序号", *HEAD],
        [1, "2026年2月30日", "放假", "春节", NOTICE],
        [2, "2月15日", "放假", "春节", NOTICE],
        [3, "春节", "放假", "春节", NOTICE],
        [4, "", "放假", "春节", NOTICE],
        [5, "2026-02-16", "调休", "春节", NOTICE],
        [6, "2026-02-17", "", "春节", NOTICE],
        [7, "2026-02-18", "放假", "春节", ""],
        [8, "2026-02-18", "放假", "春节", NOTICE],
        [9, "2026-02-19", "上班", "春节", NOTICE],
        [10, "2029-01-01", "放假", "元旦", NOTICE],
        [11, "2026年3月1日至4月30日", "放假", "长假", NOTICE],
        [12, "2026年3月9日至8日", "放假", "长假", NOTICE],
        [13, "2026-03-10", "放假", "长" * 41, NOTICE],
    )

    assert not found.ok
    assert [(c.address, c.sentence) for line in found.lines for c in line.complaints] == [
        ("B2", "“2026年2月30日”：没有这一天。"),
        ("B3", "“2月15日”没有写明年份，请写成2026-02-15。"),
        ("B4", "“春节”不是日期，请写成2026-02-15或2026年2月15日。"),
        ("B5", "没有填写日期。"),
        ("C6", "不认识类型“调休”，请写“放假”或“调休上班”。"),
        ("C7", "没有填写类型：放假，还是调休上班。"),
        ("E8", "请填写依据，如通知文号。"),
        ("B9", "与第8行是同一天。"),
        ("C10", "2026年2月19日是星期四，本来就上班，不必录为调休上班。"),
        ("B11", "只能录入2000年至2027年的日期。"),
        ("B12", "连续61天，过长；请核对起止日期。"),
        ("B13", "“2026年3月9日至8日”：截止日期早于起始日期。"),
        ("D14", "最多40个字。"),
    ]
    assert {line.state for line in found.lines} == {"refused"}


def test_a_column_that_is_lacking_is_told_of_beside_the_day():
    found = read(["日期", "类型"], ["2026-02-16", "放假"])

    assert [(c.address, c.sentence) for c in found.lines[0].complaints] == [
        ("A2", "请填写依据，如通知文号。")
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_text_file_is_read_in_the_encodings_of_offices(encoding):
    text = StringIO()
    csv.writer(text).writerows([HEAD, ["2026/2/16", "放假", "春节", NOTICE]])

    found = read_calendar(text.getvalue().encode(encoding), file_name="表.CSV", today=TODAY)

    assert [(d.day, d.name) for d in found.drafts] == [(date(2026, 2, 16), "春节")]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["日期", "名称"], ["2026-02-16", "春节"]], "前10行没有找到表头"),
        ([*([[""]] * 10), HEAD, ["2026-02-16", "放假", "春节", NOTICE]], "前10行没有找到表头"),
        ([HEAD], "表头下面没有内容"),
    ],
)
def test_a_file_without_a_table_is_refused(rows, reason):
    with pytest.raises(CannotRead, match=reason):
        read(*rows)


def test_headings_in_the_tenth_row_are_found():
    found = read(*([["说明"]] * 9), HEAD, ["2026-02-16", "放假", "春节", NOTICE])

    assert [line.number for line in found.lines] == [11]


def test_days_that_come_with_the_program_are_compared_alike():
    HolidayFactory(day=date(2026, 2, 17), name="更正")

    found = compare_known_days(
        [
            Holiday(day=date(2026, 2, 16), kind="holiday", name="春节", source="自带"),
            Holiday(day=date(2026, 2, 17), kind="holiday", name="春节", source="自带"),
        ]
    )

    assert (found.ok, [line.state for line in found.lines]) == (True, ["new", "changed"])


# --- a workbook in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "address"),
    [(0, 0, "A1"), (6, 1, "B7"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (0, 702, "AAA1")],
)
def test_address_of_a_cell(row, column, address):
    assert cell_address(row, column) == address


def far_corner():
    """A few bytes whose only cell lies in the last row and column there is."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet().write_string(1_048_575, 16_383, "远")
    book.close()
    return target.getvalue()


def bomb():
    """Kilobytes that unpack to more than any table has."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 2**20))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"a", "a.docx", "请选择 .xlsx"),
        (b"a", "无扩展名", "请选择 .xlsx"),
        (b" \n", "a.csv", "文件是空的"),
        (b"a" * (LARGEST + 1), "a.csv", "文件超过5 MB"),
        (b"\x81\xff\xff", "a.csv", "文字编码"),
        (b"a\x00b", "a.xlsx", "无法读取"),
        (b"PK\x03\x04broken", "a.xlsx", "无法读取"),
        (b"\n".join([b"1"] * 5001), "a.csv", "超过5000行"),
        (far_corner(), "a.xlsx", "超过5000行"),
        (bomb(), "a.xlsx", "解开后过大"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(content, name, reason):
    with pytest.raises(CannotRead, match=reason):
        read_workbook(content, file_name=name)


# --- a table out --------------------------------------------------------------------------------


def test_the_table_of_a_year_imported_again_changes_nothing():
    seed_holidays(year=2026, **NOW)
    enter_days([DayDraft(date(2026, 7, 4), DayKind.WORKDAY, "", "=通知")], **NOW)
    rows = Holiday.objects.filter(day__year=2026).order_by("day")

    content = calendar_workbook(rows, year=2026)
    found = read_calendar(content, file_name="2026年节假日.xlsx", today=TODAY)

    assert {line.state for line in found.lines} == {"unchanged"}
    assert len(found.pairs) == rows.count()
    assert found.sheet == "2026年节假日"
    (sheet, notes) = read_workbook(content, file_name="a.xlsx")
    assert sheet.rows[0] == ["起", "止", "类型", "名称", "依据"]
    assert sheet.rows[1] == [
        date(2026, 1, 1),
        date(2026, 1, 3),
        "放假",
        "元旦",
        found.lines[0].source,
    ]
    assert notes.rows[0][0] == "起、止"


def test_a_stretch_longer_than_the_import_takes_is_written_in_parts():
    first = date(2026, 7, 1)
    days = [first + timedelta(days=n) for n in range(40)]
    rows = [Holiday(day=day, kind="holiday", name="长", source=NOTICE) for day in days]

    found = read_calendar(calendar_workbook(rows, year=2026), file_name="a.xlsx", today=TODAY)

    assert [(line.first, line.last) for line in found.lines] == [
        (first, date(2026, 7, 31)),
        (date(2026, 8, 1), date(2026, 8, 9)),
    ]
    assert found.ok


def test_the_table_of_an_empty_year_is_a_form_to_fill_in():
    content = calendar_workbook([], year=2027)

    assert read_workbook(content, file_name="a.xlsx")[0].rows == [
        ["起", "止", "类型", "名称", "依据"]
    ]


# --- dues as a calendar file --------------------------------------------------------------------


@pytest.fixture
def dues():
    bureau = BureauFactory(name="东城分局", short_name="东城, 分局; 本部")
    ScheduleVersionFactory(
        schedule__set__unit=bureau,
        schedule__name="季度例会",
        cadence="quarter",
        first_day=date(2026, 1, 1),
        legal_basis="《纲要》第3条；\n第2款",
    )
    plan_dues(today=TODAY, year=2026)
    rows = Due.objects.select_related("unit", "person", "schedule__set", "version")
    return list(rows.order_by("period_first"))


def file_of(dues, **kwargs):
    made = due_calendar(
        dues,
        **{"on": TODAY, "at": NOON, "address_of": lambda due: f"http://ledger/dues/{due.pk}/"}
        | kwargs,
    )
    return made, Calendar.from_ical(made)


def test_a_calendar_file_has_one_event_a_due_on_the_last_day_of_its_period(dues):
    raw, book = file_of(dues)

    events = book.walk("VEVENT")
    assert [(e["DTSTART"].dt, e["DTEND"].dt) for e in events] == [
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 6, 30), date(2026, 7, 1)),
        (date(2026, 9, 30), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ]
    assert b"DTSTART;VALUE=DATE:20260331\r\n" in raw
    assert str(events[1]["SUMMARY"]) == ("季度例会 · 东城, 分局; 本部 · 第2季度（4月1日—6月30日）")
    assert str(events[1]["DESCRIPTION"]).splitlines() == [
        "第2季度（4月1日—6月30日）：本期待开",
        "要求：每季度至少1次",
        "依据：《纲要》第3条；",
        "第2款",
        f"http://ledger/dues/{dues[1].pk}/",
    ]
    assert str(events[1]["URL"]) == f"http://ledger/dues/{dues[1].pk}/"
    assert {e["DTSTAMP"].dt for e in events} == {NOON}
    assert book.walk("VALARM") == []
    assert (str(book["VERSION"]), str(book["PRODID"])) == ("2.0", "-//Fazhi Ledger//ZH")


def test_an_event_keeps_its_name_when_planned_anew_and_has_one_of_its_own(dues):
    _raw, first = file_of(dues)
    later = NOON + timedelta(days=1)
    for due in dues:
        due.pk += 1000

    _raw, second = file_of(dues, at=later, on=TODAY + timedelta(days=60))

    names = [str(e["UID"]) for e in first.walk("VEVENT")]
    assert [str(e["UID"]) for e in second.walk("VEVENT")] == names
    assert len(set(names)) == len(dues)


def test_an_event_of_a_person_names_her_and_is_her_own(dues):
    due = dues[0]
    _raw, of_unit = file_of([due])
    due.person = PersonFactory(unit=due.unit, name="王某某")

    _raw, of_person = file_of([due])

    (event,) = of_person.walk("VEVENT")
    assert "王某某" in str(event["SUMMARY"])
    assert str(event["UID"]) != str(of_unit.walk("VEVENT")[0]["UID"])


def test_lines_of_the_file_are_no_longer_than_the_standard_allows(dues):
    dues[0].version.legal_basis = "长" * 290

    raw, book = file_of(dues[:1])

    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert "长" * 290 in str(book.walk("VEVENT")[0]["DESCRIPTION"])


def test_a_file_without_dues_still_opens():
    _raw, book = file_of([])

    assert book.walk("VEVENT") == []


def test_the_moment_of_the_file_is_told_in_utc(dues):
    raw, _book = file_of(dues[:1])

    assert b"DTSTAMP:20260610T040000Z\r\n" in raw
