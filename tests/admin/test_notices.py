"""Who issues notices: data of the bureau for its legal officer, of those above for another."""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import IssuingOffice
from tests.factories import BureauFactory, CityFactory, IssuingOfficeFactory, UnitFactory, member

pytestmark = pytest.mark.django_db
ADD = "admin:reports_issuingoffice_add"
LIST = "admin:reports_issuingoffice_changelist"


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city)


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def office(unit, prefix="江公法督"):
    return {"unit": unit.pk, "name": "法制大队", "prefix": prefix}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.LEGAL_OFFICER, {"bureau": 302, "station": 302, "foreign": 200, "city": 200}),
        (Role.SYSTEM_ADMIN, {"bureau": 200, "station": 200, "foreign": 200, "city": 302}),
    ],
)
def test_each_sets_those_of_her_own_level(enter, city, bureau, role, expected):
    units = {
        "bureau": bureau,
        "station": UnitFactory(parent=bureau, ledger_from=None),
        "foreign": BureauFactory(parent=city),
        "city": city,
    }
    client = enter(role, bureau if role == Role.LEGAL_OFFICER else city)

    found = {
        name: client.post(reverse(ADD), office(unit, f"公法督{name}")).status_code
        for name, unit in units.items()
    }

    assert found == expected
    assert IssuingOffice.objects.count() == list(expected.values()).count(302)


def test_those_of_others_are_not_shown(enter, city, bureau):
    own = IssuingOfficeFactory(unit=bureau)
    above, foreign = IssuingOfficeFactory(unit=city), IssuingOfficeFactory()

    shown = {
        role: list(enter(role, place).get(reverse(LIST)).context["cl"].result_list)
        for role, place in ((Role.LEGAL_OFFICER, bureau), (Role.SYSTEM_ADMIN, city))
    }

    assert shown == {Role.LEGAL_OFFICER: [own], Role.SYSTEM_ADMIN: [above]}
    assert foreign.unit not in (bureau, city)


def test_a_prefix_is_used_once(enter, bureau):
    IssuingOfficeFactory(prefix="江公法督")

    answer = enter(Role.LEGAL_OFFICER, bureau).post(reverse(ADD), office(bureau))

    assert answer.context["adminform"].form.errors == {"prefix": ["该发文字号已被使用。"]}
