"""Every page of the administration opens, with search, in a fixed number of queries."""

import pytest
from django.contrib import admin
from django.urls import reverse

from reports.domain.access import Role
from tests.factories.access import member
from tests.factories.units import BureauFactory, CityFactory

REGISTERED = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
PAGES = pytest.mark.parametrize(
    ("stored", "door"), REGISTERED, ids=[stored.__name__ for stored, _door in REGISTERED]
)


@pytest.fixture
def staff():
    """One login of each role that has something to do here, the widest of its kind."""
    city = CityFactory()
    bureau = BureauFactory(parent=city)
    return {
        role: member(role, bureau if role == Role.LEGAL_OFFICER else city)
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.LEGAL_OFFICER)
    }


@pytest.mark.django_db
@PAGES
def test_admin_page_opens_with_search(client, staff, stored, door, django_assert_max_num_queries):
    name = f"admin:{stored._meta.app_label}_{stored._meta.model_name}"
    changelist, add = reverse(f"{name}_changelist"), reverse(f"{name}_add")
    opened = set()
    for user in staff.values():
        client.force_login(user)
        for address in (changelist, f"{changelist}?q=x", add):
            with django_assert_max_num_queries(20):
                if client.get(address).status_code == 200:
                    opened.add(address)

    assert {changelist, f"{changelist}?q=x"} <= opened
    assert door.search_fields


@PAGES
def test_every_foreign_key_in_the_admin_is_looked_up_by_typing(stored, door):
    links = {
        field.name
        for field in stored._meta.fields
        if field.is_relation and field.editable and stored._meta.app_label == "reports"
    }
    shown = links - set(door.readonly_fields) - set(door.exclude or ())
    if door.fields:
        shown &= set(door.fields)

    assert shown <= set(door.autocomplete_fields) | set(door.raw_id_fields)


def test_administration_is_there():
    assert [stored for stored, _door in REGISTERED if stored._meta.app_label == "reports"]
