"""Days as they stand in cells and notices, and as they are typed into fields."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.dates import (
    EPOCH,
    Unreadable,
    UnreadableDay,
    day_typed,
    hour_typed,
    lacks_its_year,
    read_day,
    read_span,
)
from reports.domain.periods import Period

FESTIVAL = date(2026, 2, 15)
TODAY = date(2026, 6, 10)
THE_DAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    "written",
    [
        FESTIVAL,
        datetime(2026, 2, 15, 13, 30),  # noqa: DTZ001  a cell of a spreadsheet has no zone
        46068,
        46068.0,
        46068.5,
        20260215,
        "46068",
        "20260215",
        "2026年2月15日",
        "2026 年 02 月 15 日",
        "２０２６年２月１５日",
        "2026年2月15号",
        "26年2月15日",
        "2026年2月15日（周日）",
        "2026年2月15日 星期日",
        "2026.2.15",
        "2026.02.15.",
        "2026-02-15",
        "2026/2/15",
        "2026-02-15 00:00:00",
        "2026-02-15T00:00",
        "'2026-02-15",
        "二〇二六年二月十五日",
        "二零二六年二月十五日",
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    assert read_day(written) == FESTIVAL


@pytest.mark.parametrize("written", ["2月15日", "2.15", "2/15", "02-15", "二月十五"])
def test_a_day_without_a_year_takes_the_one_it_is_told(written):
    assert read_day(written, year=2026) == FESTIVAL
    with pytest.raises(UnreadableDay) as caught:
        read_day(written)
    assert caught.value.why == Unreadable.NO_YEAR


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (None, Unreadable.NOTHING),
        ("", Unreadable.NOTHING),
        ("　", Unreadable.NOTHING),
        (True, Unreadable.NOT_A_DAY),
        ("春节", Unreadable.NOT_A_DAY),
        ("2026年2月", Unreadable.NOT_A_DAY),
        ("2/15/2026", Unreadable.NOT_A_DAY),
        ("2026年二月15日", Unreadable.NOT_A_DAY),
        ("二〇二六年二十十月一日", Unreadable.NOT_A_DAY),
        ("二〇二六年二五月一日", Unreadable.NOT_A_DAY),
        (15, Unreadable.NOT_A_DAY),
        (-46068, Unreadable.NOT_A_DAY),
        (float("inf"), Unreadable.NOT_A_DAY),
        (float("nan"), Unreadable.NOT_A_DAY),
        ("99999", Unreadable.NOT_A_DAY),
        ("2026年2月30日", Unreadable.NO_SUCH_DAY),
        ("2026-13-01", Unreadable.NO_SUCH_DAY),
        (20260230, Unreadable.NO_SUCH_DAY),
        ("二〇二六年二月三十日", Unreadable.NO_SUCH_DAY),
        ("二〇二六年〇月一日", Unreadable.NO_SUCH_DAY),
    ],
)
def test_what_is_no_day_says_why(written, why):
    with pytest.raises(UnreadableDay) as caught:
        read_day(written)

    assert (caught.value.why, repr(caught.value.value)) == (why, repr(written))


@pytest.mark.parametrize(
    "written",
    [
        "2026年2月15日至23日",
        "2026年2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）",
        "2026年2月15日—2月23日",
        "2026年2月15日－23日",
        "2026年2月15日到2026年2月23日",
        "2026.2.15-2026.2.23",
        "2026.2.15-2.23",
        "2026-02-15 - 2026-02-23",
        "2026-02-15~2026-02-23",
        "2026/2/15--2026/2/23",
        "二〇二六年二月十五日至二月二十三日",
    ],
)
def test_a_span_is_read_however_it_is_written(written):
    assert read_span(written) == Period(FESTIVAL, date(2026, 2, 23))


@pytest.mark.parametrize("written", [FESTIVAL, 46068, "2026.2.15", "2026-02-15"])
def test_a_single_day_is_a_span_of_itself(written):
    assert read_span(written) == Period(FESTIVAL, FESTIVAL)


def test_a_span_over_new_year_names_both_years():
    assert read_span("2026年12月31日至2027年1月2日").days == 3


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2026年2月23日至15日", Unreadable.BACKWARDS),
        ("2026年12月31日至1月2日", Unreadable.BACKWARDS),
        ("2026年2月15日至30日", Unreadable.NO_SUCH_DAY),
        ("2026年2月1日至2日至3日", Unreadable.NOT_A_DAY),
        ("2月15日至23日", Unreadable.NO_YEAR),
        ("2026年2月15日至", Unreadable.NOTHING),
    ],
)
def test_a_span_that_is_none_says_why(written, why):
    with pytest.raises(UnreadableDay) as caught:
        read_span(written)

    assert caught.value.why == why


@given(st.dates(date(1960, 1, 1), date(2100, 12, 31)))
def test_every_way_of_writing_a_day_gives_it_back(day):
    ways = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        day.isoformat(),
        (day - EPOCH).days,
        int(f"{day:%Y%m%d}"),
    ]

    assert {read_day(way) for way in ways} == {day}


# --- what is typed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26",
        "2026.11.26",
        "2026/11/26",
        "2026年11月26日",
        "2026年11月26号",
        "20261126",
        " 2026 年 11 月 26 日 ",
        "２０２６－１１－２６",
        "2026。11。26",
        "2026-11.26",
        "2026 - 11 - 26",
        "二〇二六年十一月二十六日",
        "2026年11月26日（周四）",
    ],
)
def test_a_typed_day_is_read_as_people_write_it(text):
    assert day_typed(text) == THE_DAY


@pytest.mark.parametrize(
    ("text", "near", "latest", "day"),
    [
        ("11-26", date(2026, 10, 1), None, THE_DAY),
        ("11月26日", date(2026, 12, 1), None, THE_DAY),
        ("6.8", TODAY, None, date(2026, 6, 8)),
        ("12-30", date(2027, 1, 3), None, date(2026, 12, 30)),
        ("1月5日", date(2026, 12, 20), None, date(2027, 1, 5)),
        ("1月5日", date(2026, 12, 20), date(2026, 12, 20), date(2026, 1, 5)),
        ("12-5", TODAY, None, date(2026, 12, 5)),
        ("12-5", TODAY, TODAY, date(2025, 12, 5)),
        ("2-29", date(2024, 6, 1), None, date(2024, 2, 29)),
        ("2-29", TODAY, None, None),
    ],
)
def test_a_day_without_its_year_is_the_nearest(text, near, latest, day):
    assert day_typed(text, near=near, latest=latest) == day


@pytest.mark.parametrize(
    "text",
    [
        *("", "明天", "2026-02-30", "2026-13-01", "31.3.", "11-26", "2026-11"),
        *("1899-01-01", "21010101", "46352"),
    ],
)
def test_what_was_typed_and_is_no_day_is_none(text):
    assert day_typed(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("11-26", True), ("11月26日", True), ("2026-11-26", False), ("明天", False)],
)
def test_a_missing_year_is_noticed(text, expected):
    assert lacks_its_year(text) is expected


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("14:30", time(14, 30)),
        ("14：30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("1430", time(14, 30)),
        ("0905", time(9, 5)),
        ("9:05", time(9, 5)),
        ("14时30分", time(14, 30)),
        ("14点半", time(14, 30)),
        ("9点", time(9, 0)),
        ("9点整", time(9, 0)),
        ("24:00", None),
        ("14:60", None),
        ("下午", None),
        ("", None),
    ],
)
def test_an_hour_is_read_as_people_write_it(text, hour):
    assert hour_typed(text) == hour
