from datetime import date, time

import pytest

from reports.domain.typed import day_typed, hour_typed, lacks_its_year

TODAY = date(2026, 6, 10)
THE_DAY = date(2026, 11, 26)


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
    ],
)
def test_a_day_is_read_as_people_write_it(text):
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
    ["", "明天", "2026-02-30", "2026-13-01", "31.3.", "11-26", "2026-11", "1899-01-01", "21010101"],
)
def test_what_is_no_day_is_none(text):
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
