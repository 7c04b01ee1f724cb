from datetime import date

import pytest

from reports.domain.access import Role
from reports.domain.qualifications import Validity, validity
from reports.models import Certificate
from reports.selectors.certificates import (
    bureaus_with_certificates_to_renew,
    certificates_for,
    certificates_of,
    with_validity,
)
from reports.selectors.examinations import examinations_for, sums_of
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    BureauFactory,
    CertificateFactory,
    CityFactory,
    ExaminationFactory,
    PersonFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
LATER = date(2031, 1, 1)


@pytest.fixture
def station():
    return UnitFactory(parent=BureauFactory(parent=CityFactory()))


@pytest.fixture
def scope(station):
    return scope_of(member(Role.LEGAL_OFFICER, station.bureau), today=TODAY)


def cancelled(row):
    Certificate.objects.filter(pk=row.pk).update(cancelled_at=NOON, cancelled_because="录错")
    return row


def fill(station):
    person = PersonFactory(unit=station)
    made = {
        "good": CertificateFactory(person=person),
        "edge": CertificateFactory(person=person, valid_until=date(2026, 9, 8)),
        "beyond": CertificateFactory(person=person, valid_until=date(2026, 9, 9)),
        "today": CertificateFactory(person=person, valid_until=TODAY),
        "expired": CertificateFactory(person=person, valid_until=date(2026, 6, 9)),
        "future": CertificateFactory(person=person, issued_on=date(2026, 6, 11)),
        "old": CertificateFactory(person=person, valid_until=TODAY),
        "wrong": cancelled(CertificateFactory(person=person, valid_until=TODAY)),
        "left": CertificateFactory(
            person=PersonFactory(unit=station, left_on=date(2026, 6, 9)), valid_until=TODAY
        ),
    }
    made["new"] = CertificateFactory(
        person=person, renews=made["old"], issued_on=date(2026, 6, 5), valid_until=LATER
    )
    return made


def test_sql_says_what_the_rule_says(station):
    fill(station)

    for on in (date(2026, 6, 4), TODAY, date(2026, 9, 9)):
        rows = with_validity(Certificate.objects.all(), on)
        expected = {
            row.pk: validity(
                on=on,
                issued_on=row.issued_on,
                valid_until=row.valid_until,
                renewed_on=getattr(row, "renewed_by", None) and row.renewed_by.issued_on,
                cancelled=row.is_cancelled,
            )
            for row in rows
        }
        assert {row.pk: row.stands for row in rows} == expected


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("due", {"edge", "today", "expired"}),
        ("expiring", {"edge", "today"}),
        ("expired", {"expired"}),
        ("good", {"good", "beyond", "new"}),
        ("renewed", {"old"}),
        ("cancelled", {"wrong"}),
        ("", {"good", "edge", "beyond", "today", "expired", "old", "new", "left"}),
    ],
)
def test_the_list_by_state(scope, station, state, names):
    made = fill(station)

    found = certificates_for(scope, on=TODAY, state=state)

    assert {row.pk for row in found} == {made[name].pk for name in names}


def test_a_person_is_shown_with_all_of_them_and_who_is_outside_is_not(scope, station):
    made = fill(station)
    other = CertificateFactory(person__unit=UnitFactory(), valid_until=TODAY)

    own = certificates_of(made["good"].person_id, on=TODAY)

    assert {row.pk for row in own} == {
        row.pk for name, row in made.items() if name not in ("left", "future")
    }
    assert other not in certificates_for(scope, on=TODAY)


def test_a_bureau_waits_once_with_how_many_and_the_first_day(scope, station):
    fill(station)

    (bureau,) = bureaus_with_certificates_to_renew(scope, TODAY)

    assert (bureau.pk, bureau.to_renew, bureau.renew_by) == (
        station.bureau_id,
        certificates_for(scope, on=TODAY, state="due").count(),
        date(2026, 6, 9),
    )


def test_nothing_waits_where_nothing_expires_or_nobody_may(scope, station):
    CertificateFactory(person__unit=station, valid_until=date(2026, 9, 9))
    inspector = scope_of(member(Role.INSPECTOR, station.bureau), today=TODAY)

    assert list(bureaus_with_certificates_to_renew(scope, TODAY)) == []
    CertificateFactory(person__unit=station, valid_until=TODAY)
    assert list(bureaus_with_certificates_to_renew(inspector, TODAY)) == []


def test_codes_of_the_list_are_codes_of_the_rule():
    assert {"expiring", "expired", "good", "renewed", "cancelled"} < set(Validity)


def test_examinations_of_the_year_and_their_sums(scope, station):
    first = ExaminationFactory(unit=station, participants=45, passed=42)
    second = ExaminationFactory(unit=station, held_on=date(2026, 6, 1), participants=5, passed=5)
    gone = ExaminationFactory(unit=station, name="录错")
    gone.cancelled_at, gone.cancelled_because = NOON, "录错"
    gone.save()
    ExaminationFactory(unit=station, held_on=date(2025, 6, 1))
    ExaminationFactory(unit=station, held_on=date(2026, 6, 11))
    ExaminationFactory()

    rows = examinations_for(scope, on=TODAY, year=2026)

    assert list(rows) == [second, first]
    assert sums_of(rows) == (50, 47)
    with_gone = examinations_for(scope, on=TODAY, year=2026, cancelled=True)
    assert set(with_gone) == {first, second, gone}
    assert sums_of(with_gone) == (50, 47)
