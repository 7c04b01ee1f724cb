"""Who reads many bureaus and works in one changes nothing in the others.

The role allows the act somewhere, and the record may be seen: only the place forbids it.
"""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from tests.factories import (
    AccountGivenFactory,
    AppointmentFactory,
    BureauFactory,
    CertificateFactory,
    CityFactory,
    DeedFactory,
    DutyListFactory,
    ExaminationFactory,
    HonourFactory,
    IndicatorFactory,
    LookBackRoundFactory,
    MeasureFactory,
    MeetingFactory,
    MembershipFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    StaffingRuleFactory,
    SuperiorTaskFactory,
    UnitFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db

# Address → the record of the other bureau that it is opened for.
CHANGING = {
    "account-cancel": lambda unit: AccountGivenFactory(unit=unit, post=PostFactory()),
    "account-edit": lambda unit: AccountGivenFactory(unit=unit, post=PostFactory()),
    "appointment-edit": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "appointment-end": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "appointment-hand-over": lambda unit: AppointmentFactory(unit=unit, person__unit=unit),
    "certificate-cancel": lambda unit: CertificateFactory(person__unit=unit),
    "certificate-new": lambda unit: PersonFactory(unit=unit),
    "certificate-renew": lambda unit: CertificateFactory(person__unit=unit),
    "deed-cancel": lambda unit: DeedFactory(unit=unit, post=PostFactory()),
    "deed-edit": lambda unit: DeedFactory(unit=unit, post=PostFactory()),
    "duty-list-edit": lambda unit: DutyListFactory(unit=unit.bureau),
    "examination-cancel": lambda unit: ExaminationFactory(unit=unit),
    "examination-edit": lambda unit: ExaminationFactory(unit=unit),
    "examination-results": lambda unit: ExaminationFactory(unit=unit),
    "honour-edit": lambda unit: HonourFactory(bureau=unit.bureau),
    "indicator-edit": lambda unit: IndicatorFactory(unit=unit.bureau),
    "measure-edit": lambda unit: MeasureFactory(unit=unit),
    "meeting-cancel": lambda unit: MeetingFactory(unit=unit),
    "person-merge": lambda unit: PersonFactory(unit=unit),
    "problem-edit": lambda unit: ProblemFactory(unit=unit),
    "record-cancel": lambda unit: WorkRecordFactory(unit=unit),
    "record-edit": lambda unit: WorkRecordFactory(unit=unit),
    "round-edit": lambda unit: LookBackRoundFactory(bureau=unit.bureau),
    "staffing-rule-edit": lambda unit: StaffingRuleFactory(unit=unit.bureau),
    "staffing-rule-end": lambda unit: StaffingRuleFactory(unit=unit.bureau),
    "task-edit": lambda unit: SuperiorTaskFactory(unit=unit),
}


@pytest.fixture
def other():
    city = CityFactory()
    return UnitFactory(parent=BureauFactory(parent=city, name="西城分局"))


@pytest.fixture
def at_home_in_one(client, other):
    """A legal officer of one bureau who supervises them all."""
    city = other.bureau.parent
    user = member(Role.LEGAL_OFFICER, BureauFactory(parent=city, name="东城分局"))
    MembershipFactory(user=user, unit=city, role=Role.SUPERVISOR.value)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", CHANGING)
def test_a_record_of_another_bureau_is_seen_and_not_changed(at_home_in_one, other, name, method):
    address = reverse(f"reports:{name}", args=[CHANGING[name](other).pk])

    assert getattr(at_home_in_one, method)(address).status_code == 403


@pytest.mark.parametrize("name", CHANGING)
def test_the_same_page_opens_at_home(client, other, name):
    client.force_login(
        member(Role.LEGAL_OFFICER, other.bureau), backend="reports.views.backend.LedgerBackend"
    )
    address = reverse(f"reports:{name}", args=[CHANGING[name](other).pk])

    assert client.get(address).status_code == 200
