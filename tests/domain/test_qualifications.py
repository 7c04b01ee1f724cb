from datetime import date
from decimal import Decimal

import pytest

from reports.domain.examinations import (
    AgainstExamination,
    Result,
    numbers_of,
    pass_rate,
    passed,
    reasons_against_examination,
)
from reports.domain.qualifications import (
    AgainstCertificate,
    Held,
    Proof,
    Validity,
    first_review_without_national,
    qualified_on,
    reasons_against_certificate,
    reasons_against_renewal,
    validity,
)
from reports.domain.terms import Term

DAY = date(2026, 6, 10)
BASIC, MIDDLE, NATIONAL = 1, 2, 3


@pytest.mark.parametrize(
    ("proofs", "kinds", "qualified"),
    [
        ([], set(), True),
        ([], {BASIC}, False),
        ([Proof(BASIC)], {BASIC, MIDDLE}, True),
        ([Proof(NATIONAL)], {BASIC, MIDDLE}, False),
        ([Proof(BASIC, issued_on=date(2026, 6, 11))], {BASIC}, False),
        ([Proof(BASIC, issued_on=DAY)], {BASIC}, True),
        ([Proof(BASIC, valid_until=DAY)], {BASIC}, True),
        ([Proof(BASIC, valid_until=date(2026, 6, 9))], {BASIC}, False),
    ],
)
def test_qualified_on_a_day(proofs, kinds, qualified):
    assert qualified_on(proofs, kinds, DAY) is qualified


OLD, NEW = Term(date(2017, 12, 31), date(2019, 1, 1)), Term(date(2018, 1, 1))


@pytest.mark.parametrize(
    ("reviewing", "proofs", "since"),
    [
        ([], [], None),
        ([NEW], [], date(2018, 1, 1)),
        # Who reviewed before the rule came into force is no first reviewer, whatever came later.
        ([OLD], [], None),
        ([NEW, OLD], [], None),
        ([NEW], [Proof(NATIONAL, is_national=True)], None),
        ([NEW], [Proof(NATIONAL, date(2018, 1, 1), is_national=True)], None),
        ([NEW], [Proof(NATIONAL, date(2018, 1, 2), is_national=True)], date(2018, 1, 1)),
        ([NEW], [Proof(MIDDLE)], date(2018, 1, 1)),
    ],
)
def test_first_review_without_the_national_qualification(reviewing, proofs, since):
    assert first_review_without_national(reviewing, proofs) == since


@pytest.mark.parametrize(
    ("facts", "stands"),
    [
        ({}, Validity.GOOD),
        ({"valid_until": date(2026, 6, 9)}, Validity.EXPIRED),
        ({"valid_until": DAY}, Validity.EXPIRING),
        ({"valid_until": date(2026, 9, 8)}, Validity.EXPIRING),
        ({"valid_until": date(2026, 9, 9)}, Validity.GOOD),
        ({"issued_on": date(2026, 6, 11)}, Validity.NOT_YET),
        ({"valid_until": DAY, "renewed_on": DAY}, Validity.RENEWED),
        ({"valid_until": DAY, "renewed_on": date(2026, 6, 11)}, Validity.EXPIRING),
        ({"cancelled": True, "valid_until": DAY}, Validity.CANCELLED),
    ],
)
def test_how_a_certificate_stands(facts, stands):
    given = {"issued_on": None, "valid_until": None, **facts}

    assert validity(on=DAY, **given) == stands


GIVEN = {
    "kind": BASIC,
    "expires": False,
    "number": "1",
    "issued_on": None,
    "valid_until": None,
    "today": DAY,
    "held": (),
}


@pytest.mark.parametrize(
    ("facts", "against"),
    [
        ({}, []),
        ({"issued_on": date(2026, 6, 11)}, [AgainstCertificate.FUTURE]),
        (
            {"issued_on": DAY, "valid_until": date(2026, 6, 9)},
            [AgainstCertificate.ENDS_BEFORE],
        ),
        ({"expires": True}, [AgainstCertificate.NO_END]),
        ({"held": [Held(BASIC, "1", is_renewed=False)]}, [AgainstCertificate.SAME_NUMBER]),
        ({"held": [Held(BASIC, "2", is_renewed=False)]}, []),
        ({"held": [Held(MIDDLE, "1", is_renewed=False)]}, []),
        ({"number": "", "held": [Held(BASIC, "", is_renewed=False)]}, []),
        (
            {
                "expires": True,
                "valid_until": DAY,
                "held": [Held(BASIC, "2", is_renewed=False)],
            },
            [AgainstCertificate.TO_RENEW],
        ),
        (
            {"expires": True, "valid_until": DAY, "held": [Held(BASIC, "2", is_renewed=True)]},
            [],
        ),
        ({"renews": True, "held": [Held(BASIC, "1", is_renewed=False)]}, []),
    ],
)
def test_reasons_against_a_certificate(facts, against):
    assert reasons_against_certificate(**{**GIVEN, **facts}) == against


@pytest.mark.parametrize(
    ("facts", "against"),
    [
        ({}, []),
        ({"cancelled": True}, [AgainstCertificate.CANCELLED]),
        ({"renewed": True}, [AgainstCertificate.RENEWED]),
        ({"new_until": date(2026, 6, 10)}, [AgainstCertificate.NOT_LATER]),
        ({"old_until": None}, []),
    ],
)
def test_reasons_against_a_renewal(facts, against):
    given = {
        "cancelled": False,
        "renewed": False,
        "old_until": DAY,
        "new_until": date(2031, 6, 10),
    }

    assert reasons_against_renewal(**{**given, **facts}) == against


@pytest.mark.parametrize(
    ("result", "mark", "found"),
    [
        (Result(1), Decimal(60), None),
        (Result(1, Decimal(60)), Decimal(60), True),
        (Result(1, Decimal("59.5")), Decimal(60), False),
        (Result(1, Decimal(0)), Decimal(60), False),
        (Result(1, Decimal(70)), None, None),
        (Result(1, Decimal(30), passed=True), Decimal(60), True),
        (Result(1, passed=False), None, False),
    ],
)
def test_whether_somebody_passed(result, mark, found):
    assert passed(result, mark) is found


def test_numbers_follow_from_the_results():
    assert numbers_of([True, False, True]) == (3, 2)
    assert numbers_of([]) == (0, 0)
    assert pass_rate(45, 42) == 42 / 45
    assert pass_rate(0, 0) is None


@pytest.mark.parametrize(
    ("facts", "against"),
    [
        ({}, []),
        ({"name": " "}, [AgainstExamination.NO_NAME]),
        ({"held_on": date(2026, 6, 11)}, [AgainstExamination.FUTURE]),
        ({"passed": 11}, [AgainstExamination.MORE_PASSED]),
        ({"passed": 10}, []),
    ],
)
def test_reasons_against_an_examination(facts, against):
    given = {"name": "考试", "held_on": DAY, "participants": 10, "passed": 9, "today": DAY}

    assert reasons_against_examination(**{**given, **facts}) == against
