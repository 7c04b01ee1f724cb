from datetime import date

import pytest

from reports.domain.names import EarlierName, name_then

FIRST = EarlierName("城关派出所", None, date(2024, 3, 31))
SECOND = EarlierName("东门派出所", date(2024, 4, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2010, 1, 1), "城关派出所"),
        (date(2024, 3, 31), "城关派出所"),
        (date(2024, 4, 1), "东门派出所"),
        (date(2025, 12, 31), "东门派出所"),
        (date(2026, 1, 1), ""),
    ],
)
def test_the_name_of_a_day(day, name):
    assert name_then([SECOND, FIRST], day) == name


def test_without_earlier_names_it_is_the_name_of_today():
    assert name_then([], date(2020, 1, 1)) == ""
