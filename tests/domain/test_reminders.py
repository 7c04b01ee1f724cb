"""When mail is due, and who may stand in for whom."""

from datetime import date

import pytest

from reports.domain.access import Role
from reports.domain.reminders import AgainstDeputy, is_due, reasons_against_deputy, stands_in

MONDAY, TUESDAY = date(2026, 6, 8), date(2026, 6, 9)


@pytest.mark.parametrize(
    ("how_often", "sent_on", "on", "due"),
    [
        ("daily", None, TUESDAY, True),
        ("daily", MONDAY, TUESDAY, True),
        ("daily", TUESDAY, TUESDAY, False),
        ("daily", TUESDAY, MONDAY, False),
        ("weekly", None, MONDAY, True),
        ("weekly", None, TUESDAY, False),
        ("weekly", MONDAY, MONDAY, False),
        ("never", None, MONDAY, False),
    ],
)
def test_at_most_one_mail_a_day(how_often, sent_on, on, due):
    assert is_due(how_often, sent_on=sent_on, on=on) is due


@pytest.mark.parametrize(
    ("role", "there", "able"),
    [
        (Role.CLERK, [Role.CLERK], True),
        (Role.CLERK, [Role.LEGAL_OFFICER], True),
        (Role.CLERK, [Role.INSPECTOR], False),
        (Role.INSPECTOR, [Role.LEGAL_OFFICER], True),
        (Role.LEGAL_OFFICER, [Role.CLERK, Role.INSPECTOR], False),
        (Role.LEADER, [Role.LEGAL_OFFICER], False),
        (Role.LEADER, [Role.LEADER], True),
        (Role.LEADER, [], False),
    ],
)
def test_who_stands_in_may_do_all_of_it(role, there, able):
    assert stands_in(role, there) is able


def against(**known):
    usual = {
        "oneself": False,
        "able": True,
        "overlaps": False,
        "deputy_away": False,
        "first_day": MONDAY,
        "last_day": TUESDAY,
        "today": MONDAY,
    }
    return reasons_against_deputy(**usual | known)


def test_a_deputy_may_be_named_for_days_to_come():
    assert against() == []
    assert against(first_day=date(2026, 6, 1)) == []


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"oneself": True, "able": False}, AgainstDeputy.ONESELF),
        ({"last_day": date(2026, 6, 7), "today": date(2026, 6, 1)}, AgainstDeputy.ENDS_BEFORE),
        ({"today": date(2026, 6, 10)}, AgainstDeputy.PAST),
        ({"last_day": date(2027, 7, 1)}, AgainstDeputy.TOO_LONG),
        ({"overlaps": True}, AgainstDeputy.OVERLAPS),
        ({"deputy_away": True}, AgainstDeputy.DEPUTY_AWAY),
        ({"able": False}, AgainstDeputy.NO_RIGHTS),
    ],
)
def test_each_reason_against_a_deputy(known, reason):
    assert against(**known) == [reason]
