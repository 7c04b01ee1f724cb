"""Who may excuse what, and how far a notice reaches."""

from datetime import date

import pytest

from reports.domain.access import Role
from reports.domain.calendar import NO_HOLIDAYS, Holidays
from reports.domain.dues import DueFacts, NotApplicable
from reports.domain.periods import Period
from reports.domain.waivers import (
    AgainstWaiver,
    Coverage,
    coverage,
    needs_signed_sheet,
    reasons_against_asking,
    reasons_against_deciding,
    reasons_against_granting,
    reasons_against_ordering,
)

JUNE = Period(date(2026, 6, 1), date(2026, 6, 30))
TODAY = date(2026, 6, 10)
MET = {"met_on": date(2026, 6, 3)}
WAIVED = {"waived_on": date(2026, 6, 3)}
LATE = {"met_late_on": date(2026, 7, 3)}
NOTHING = {"not_applicable_because": NotApplicable.NO_WORKDAY}


def facts(**known):
    return DueFacts(period=JUNE, at_least=1, awaits_until=date(2026, 7, 7), **known)


@pytest.mark.parametrize(
    ("known", "given", "reasons"),
    [
        ({}, {}, []),
        ({}, {"granted_on": date(2026, 5, 1)}, []),
        (LATE, {}, []),
        ({}, {"reason": " "}, [AgainstWaiver.NO_REASON]),
        ({}, {"granted_on": date(2026, 6, 11)}, [AgainstWaiver.IN_FUTURE]),
        (MET, {}, [AgainstWaiver.MET]),
        (WAIVED, {}, [AgainstWaiver.WAIVED]),
        ({}, {"asked": True}, [AgainstWaiver.ASKED]),
        ({}, {"from_paper": True}, [AgainstWaiver.NO_SIGNER]),
        ({}, {"from_paper": True, "signed": True}, []),
    ],
)
def test_reasons_against_granting(known, given, reasons):
    wanted = {"reason": "全员安保", "granted_on": TODAY} | given

    assert reasons_against_granting(facts(**known), today=TODAY, **wanted) == reasons


@pytest.mark.parametrize(
    ("known", "given", "reasons"),
    [
        ({}, {}, []),
        ({}, {"asked_on": date(2026, 5, 1)}, []),
        ({}, {"reason": ""}, [AgainstWaiver.NO_REASON]),
        ({}, {"asked_on": date(2026, 6, 11)}, [AgainstWaiver.ASKED_IN_FUTURE]),
        (MET, {}, [AgainstWaiver.MET]),
        (LATE, {}, [AgainstWaiver.MADE_UP]),
        (WAIVED, {}, [AgainstWaiver.WAIVED]),
        (NOTHING, {}, [AgainstWaiver.NOT_OWED]),
        ({}, {"asked": True}, [AgainstWaiver.ASKED]),
    ],
)
def test_reasons_against_asking(known, given, reasons):
    wanted = {"reason": "全员安保", "asked_on": TODAY, "asked": False} | given

    assert reasons_against_asking(facts(**known), today=TODAY, **wanted) == reasons


@pytest.mark.parametrize(
    ("known", "given", "reasons"),
    [
        ({}, {}, []),
        ({}, {"decided_by": 1}, [AgainstWaiver.OWN_REQUEST]),
        ({}, {"decided_by": 1, "granted": False, "note": "可补开"}, [AgainstWaiver.OWN_REQUEST]),
        ({}, {"asked_by": None}, []),
        ({}, {"decided_on": date(2026, 6, 11)}, [AgainstWaiver.IN_FUTURE]),
        ({}, {"decided_on": date(2026, 6, 7)}, [AgainstWaiver.BEFORE_ASKED]),
        ({}, {"decided_on": date(2026, 6, 8)}, []),
        ({}, {"granted": False}, [AgainstWaiver.NO_NOTE]),
        ({}, {"granted": False, "note": "可补开"}, []),
        (MET, {}, [AgainstWaiver.MET]),
        (MET, {"granted": False, "note": "已开"}, []),
        (WAIVED, {}, [AgainstWaiver.WAIVED]),
        ({}, {"from_paper": True}, [AgainstWaiver.NO_SIGNER]),
        (MET, {"decided_before": True, "decided_by": 1}, [AgainstWaiver.DECIDED]),
    ],
)
def test_reasons_against_deciding(known, given, reasons):
    wanted = {
        "granted": True,
        "note": "",
        "asked_on": date(2026, 6, 8),
        "asked_by": 1,
        "decided_on": TODAY,
        "decided_by": 2,
    } | given

    assert reasons_against_deciding(facts(**known), today=TODAY, **wanted) == reasons


@pytest.mark.parametrize(
    ("known", "asked", "reasons"),
    [
        ({}, False, []),
        (MET, False, [AgainstWaiver.MET]),
        (LATE, False, [AgainstWaiver.MADE_UP]),
        (WAIVED, False, [AgainstWaiver.WAIVED]),
        (NOTHING, False, [AgainstWaiver.NOT_OWED]),
        ({}, True, [AgainstWaiver.ASKED]),
    ],
)
def test_a_notice_leaves_alone_what_needs_no_waiver(known, asked, reasons):
    assert reasons_against_ordering(facts(**known), asked=asked) == reasons


WEEK = Period(date(2026, 6, 8), date(2026, 6, 14))
# Friday 12 June off, Sunday 14 June worked instead.
SHIFTED = Holidays.of([date(2026, 6, 12)], [date(2026, 6, 14)])


@pytest.mark.parametrize(
    ("first", "last", "holidays", "found"),
    [
        (date(2026, 6, 8), date(2026, 6, 14), NO_HOLIDAYS, Coverage(5, 5, True)),
        (date(2026, 6, 1), date(2026, 6, 30), NO_HOLIDAYS, Coverage(5, 5, True)),
        (date(2026, 6, 8), date(2026, 6, 12), NO_HOLIDAYS, Coverage(5, 5, False)),
        (date(2026, 6, 8), date(2026, 6, 10), NO_HOLIDAYS, Coverage(5, 3, False)),
        (date(2026, 6, 13), date(2026, 6, 14), NO_HOLIDAYS, Coverage(5, 0, False)),
        (date(2026, 6, 8), date(2026, 6, 12), SHIFTED, Coverage(5, 4, False)),
        (date(2026, 6, 14), date(2026, 6, 20), SHIFTED, Coverage(5, 1, False)),
        (date(2026, 6, 15), date(2026, 6, 20), NO_HOLIDAYS, None),
        (date(2026, 6, 1), date(2026, 6, 7), NO_HOLIDAYS, None),
    ],
)
def test_how_much_of_a_period_a_notice_covers(first, last, holidays, found):
    assert coverage(WEEK, Period(first, last), holidays) == found


@pytest.mark.parametrize(
    ("covered", "whole", "share"),
    [
        (Coverage(5, 5, True), True, 1.0),
        (Coverage(5, 5, False), True, 1.0),
        (Coverage(5, 3, False), False, 0.6),
        (Coverage(0, 0, True), True, 0.0),
        (Coverage(0, 0, False), False, 0.0),
    ],
)
def test_a_period_is_covered_when_none_of_its_workdays_is_left(covered, whole, share):
    assert (covered.whole, covered.share) == (whole, share)


@pytest.mark.parametrize(
    ("roles", "of_bureau", "needed"),
    [
        ([Role.LEGAL_OFFICER], True, True),
        ([], True, True),
        ([Role.LEGAL_OFFICER], False, False),
        ([Role.LEADER], True, False),
        ([Role.SUPERVISOR], True, False),
        ([Role.LEGAL_OFFICER, Role.LEADER], True, False),
    ],
)
def test_what_a_bureau_owes_is_excused_by_its_leader_or_from_above(roles, of_bureau, needed):
    assert needs_signed_sheet(roles, of_bureau=of_bureau) is needed
