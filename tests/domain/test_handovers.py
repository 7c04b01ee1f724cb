from dataclasses import replace
from datetime import date

import pytest

from reports.domain.handovers import (
    AgainstHandOver,
    AgainstMergingPeople,
    AgainstMergingUnits,
    Entry,
    HeldTerm,
    Merging,
    reasons_against_handing_over,
    reasons_against_merging,
    reasons_against_merging_units,
    terms_that_clash,
)
from reports.domain.terms import Term

TERM = Term(date(2026, 1, 1))
SAME, EARLY = AgainstHandOver.SAME_PERSON, AgainstHandOver.NOT_AFTER_ITS_BEGIN


@pytest.mark.parametrize(
    ("on", "same", "acting", "after", "reasons"),
    [
        (date(2026, 5, 18), False, False, False, []),
        (date(2026, 5, 18), False, True, True, []),
        (date(2026, 1, 2), False, False, False, []),
        (date(2026, 1, 1), False, False, False, [EARLY]),
        # Who acts is appointed in full; nothing else goes from a person to herself.
        (date(2026, 5, 18), True, True, False, []),
        (date(2026, 5, 18), True, True, True, [SAME]),
        (date(2026, 5, 18), True, False, False, [SAME]),
        (date(2026, 5, 18), True, False, True, [SAME]),
        (date(2025, 5, 18), True, False, False, [SAME, EARLY]),
    ],
)
def test_handing_over(on, same, acting, after, reasons):
    found = reasons_against_handing_over(
        TERM, on=on, same_person=same, acting=acting, acting_after=after
    )

    assert found == reasons


GONE, KEPT = Entry(1, 7, None, False), Entry(2, 7, None, False)


@pytest.mark.parametrize(
    ("gone", "kept", "reasons"),
    [
        (GONE, KEPT, []),
        (replace(GONE, login=5), KEPT, []),
        (GONE, replace(KEPT, login=5), []),
        (replace(GONE, login=5), replace(KEPT, login=6), [AgainstMergingPeople.TWO_LOGINS]),
        (GONE, GONE, [AgainstMergingPeople.SAME_ENTRY]),
        (replace(GONE, is_merged=True), KEPT, [AgainstMergingPeople.MERGED_ALREADY]),
        (GONE, replace(KEPT, is_merged=True), [AgainstMergingPeople.KEPT_IS_MERGED]),
        (GONE, replace(KEPT, bureau=8), [AgainstMergingPeople.OTHER_BUREAU]),
    ],
)
def test_merging_people(gone, kept, reasons):
    assert reasons_against_merging(gone, kept) == reasons


def test_terms_of_one_post_clash_where_they_share_a_day():
    own = HeldTerm(1, 10, 20, Term(date(2026, 1, 1), date(2026, 3, 31)))
    after = HeldTerm(2, 10, 20, Term(date(2026, 4, 1)))
    within = HeldTerm(3, 10, 20, Term(date(2026, 3, 31)))
    other_post = HeldTerm(4, 10, 21, Term(date(2026, 1, 1)))
    other_unit = HeldTerm(5, 11, 20, Term(date(2026, 1, 1)))

    assert terms_that_clash([own], [after, within, other_post, other_unit]) == [(own, within)]


UNITS = Merging(key=1, into=2, bureau=9, into_bureau=9)
LAST_DAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"into": 1}, [AgainstMergingUnits.SAME_UNIT]),
        ({"files_report": True}, [AgainstMergingUnits.FILES_REPORT]),
        ({"into_bureau": 8}, [AgainstMergingUnits.OTHER_BUREAU]),
        ({"into_is_below": True}, [AgainstMergingUnits.INTO_ITS_OWN]),
        ({"successors": frozenset({3})}, []),
        ({"successors": frozenset({3, 1})}, [AgainstMergingUnits.COMES_BACK]),
        ({"into_closes_on": date(2026, 6, 1)}, []),
        ({"into_closes_on": LAST_DAY}, [AgainstMergingUnits.ENDS_BEFORE]),
        ({"into_opens_on": date(2026, 6, 1)}, []),
        ({"into_opens_on": date(2026, 6, 2)}, [AgainstMergingUnits.ENDS_BEFORE]),
        ({"closed_on": LAST_DAY}, []),
        ({"closed_on": date(2026, 4, 1)}, [AgainstMergingUnits.CLOSED_ALREADY]),
        ({"closed_on": LAST_DAY, "merged_into": 3}, [AgainstMergingUnits.CLOSED_ALREADY]),
    ],
)
def test_merging_units(changes, reasons):
    assert reasons_against_merging_units(replace(UNITS, **changes), LAST_DAY) == reasons
