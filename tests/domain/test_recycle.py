from datetime import date

import pytest

from reports.domain.recycle import AgainstRestoring, last_day, reasons_against_restoring

DAY = date(2026, 6, 10)
FACTS = {"is_restored": False, "is_purged": False, "is_by_hand": False, "deleted_on": DAY}


@pytest.mark.parametrize(
    ("facts", "today", "reasons"),
    [
        ({}, DAY, []),
        ({}, date(2026, 7, 10), []),
        ({}, date(2026, 7, 11), [AgainstRestoring.PURGED]),
        ({"is_purged": True}, DAY, [AgainstRestoring.PURGED]),
        ({"is_restored": True}, DAY, [AgainstRestoring.RESTORED]),
        ({"is_by_hand": True}, DAY, [AgainstRestoring.BY_HAND]),
        ({"is_by_hand": True, "is_restored": True}, DAY, [AgainstRestoring.RESTORED]),
    ],
)
def test_what_was_deleted_comes_back_within_thirty_days_once(facts, today, reasons):
    assert reasons_against_restoring(**{**FACTS, **facts}, today=today) == reasons


def test_the_thirtieth_day_is_the_last():
    assert last_day(DAY) == date(2026, 7, 10)
