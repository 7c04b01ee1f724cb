from datetime import date

import pytest

from reports.views.mixins import read_days

TODAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("query", "on", "year"),
    [
        ({}, TODAY, 2026),
        ({"year": "2025"}, TODAY, 2025),
        ({"on": "2026-03-31"}, date(2026, 3, 31), 2026),
        ({"on": "2025-12-31"}, date(2025, 12, 31), 2025),
        ({"on": "2025-12-31", "year": "2026"}, date(2025, 12, 31), 2026),
        ({"on": "", "year": " "}, TODAY, 2026),
        ({"on": "2026-06-10"}, TODAY, 2026),
    ],
)
def test_address_names_year_and_day(query, on, year):
    days = read_days(query, TODAY)

    assert (days.on, days.year, days.complaints) == (on, year, ())


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"on": "31.3."}, "“31.3.”不是有效日期，已按今天显示。日期应写成 2026-03-31。"),
        ({"on": "2026-02-30"}, "“2026-02-30”不是有效日期，已按今天显示。日期应写成 2026-03-31。"),
        ({"on": "2026-06-11"}, "2026年6月11日尚未到来，已按今天显示。"),
        ({"on": "1999-06-11"}, "台账没有2000年以前的数据，已按今天显示。"),
        ({"year": "20x6"}, "“20x6”不是有效年份，已按2026年显示。"),
        ({"year": "2101"}, "“2101”不是有效年份，已按2026年显示。"),
        ({"year": "²026"}, "“²026”不是有效年份，已按2026年显示。"),
    ],
)
def test_what_makes_no_sense_is_said_and_left_out(query, complaint):
    days = read_days(query, TODAY)

    assert (days.on, days.year, days.complaints) == (TODAY, 2026, (complaint,))
