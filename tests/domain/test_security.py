from datetime import date

import pytest

from reports.domain.security import LIMITS, is_expired, is_password_old, kinds_of_characters

TODAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("", 0), ("abc", 1), ("abC", 2), ("abC1", 3), ("abC1-", 4), ("法治", 1), ("法治a１", 3)],
)
def test_kinds_of_characters(password, kinds):
    assert kinds_of_characters(password) == kinds


@pytest.mark.parametrize(
    ("set_on", "days", "old"),
    [
        (date(2000, 1, 1), 0, False),
        (date(2026, 3, 12), 90, True),
        (date(2026, 3, 13), 90, False),
    ],
)
def test_password_grows_old_on_the_day_after_its_days(set_on, days, old):
    assert is_password_old(set_on=set_on, today=TODAY, days=days) is old


@pytest.mark.parametrize(
    ("expires_on", "over"), [(None, False), (TODAY, False), (date(2026, 6, 9), True)]
)
def test_last_day_of_a_login_is_a_day_of_it(expires_on, over):
    assert is_expired(expires_on, TODAY) is over


def test_what_is_usual_is_within_the_limits():
    assert [n for n, limit in LIMITS.items() if not limit.least <= limit.usual <= limit.most] == []
