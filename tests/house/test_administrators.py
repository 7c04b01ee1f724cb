"""Three administrators, and nobody above them: what the deploy check and the admin say."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from reports.checks import administrators_apart
from reports.domain.access import Role
from reports.models import Membership
from tests.factories import CityFactory, UserFactory, member

pytestmark = pytest.mark.django_db

THREE = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


def found():
    return [message.id for message in administrators_apart(None)]


@pytest.fixture
def three():
    city = CityFactory()
    return {role: member(role, city) for role in THREE}


def test_three_are_as_they_should_be(three):
    assert found() == []


def test_ledger_that_has_not_begun_lacks_nobody():
    assert found() == []


def test_superuser_makes_the_deploy_check_fail(three, settings):
    User.objects.create_superuser("root-of-all")

    with pytest.raises(SystemCheckError, match="root-of-all is a superuser"):
        call_command("check", deploy=True)

    settings.DEMO = True
    assert found() == []


def test_closed_superuser_is_none(three):
    UserFactory(is_superuser=True, is_active=False)

    assert found() == []


@pytest.mark.parametrize("role", THREE)
def test_check_names_who_is_missing(three, role):
    Membership.objects.filter(role=role.value).delete()

    (warning,) = administrators_apart(None)
    assert (warning.id, role.value in warning.msg) == ("reports.W010", True)


def test_database_that_is_not_there_has_no_logins(three, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(User.objects, "filter", broken)

    assert found() == []


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administration_says_who_is_missing(three, client, role):
    client.force_login(three[role], backend="reports.views.backend.LedgerBackend")
    complete = client.get("/admin/").content.decode()
    Membership.objects.filter(role=Role.AUDIT_ADMIN.value).delete()

    lacking = client.get("/admin/").content.decode()

    assert "三员分立不完整" not in complete
    assert "三员分立不完整：还没有审计管理员。" in lacking
