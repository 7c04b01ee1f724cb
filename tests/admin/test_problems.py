"""Words and rules of problems are data of the administration; problems themselves are not."""

import pytest
from django.contrib import admin
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Problem, ProblemMove, ProblemRule
from tests.factories import CityFactory, ProblemRuleFactory, ProblemSourceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(client):
    client.force_login(member(Role.SYSTEM_ADMIN, CityFactory()))
    return client


def test_problems_are_not_moved_here():
    assert {Problem, ProblemMove} & set(admin.site._registry) == set()


def test_system_administrator_sets_what_a_class_asks_for(system):
    rule = ProblemRuleFactory()

    system.post(
        reverse("admin:reports_problemrule_change", args=[rule.pk]),
        {"kind": "standing", "expected_evidence": ["photo", "material"], "no_movement_days": "45"},
    )

    found = ProblemRule.objects.get()
    assert (found.kind, found.expected_evidence, found.no_movement_days) == (
        "dated",
        ["photo", "material"],
        45,
    )


def test_unknown_kind_of_evidence_is_refused(system):
    rule = ProblemRuleFactory(expected_evidence=["photo"])

    system.post(
        reverse("admin:reports_problemrule_change", args=[rule.pk]),
        {"expected_evidence": ["rumour"], "no_movement_days": "45"},
    )

    rule.refresh_from_db()
    assert (rule.expected_evidence, rule.no_movement_days) == (["photo"], 30)


def test_source_says_whether_it_wants_a_reply(system):
    source = ProblemSourceFactory()

    system.post(
        reverse("admin:reports_problemsource_change", args=[source.pk]),
        {"code": source.code, "name": source.name, "position": "0", "wants_reply": "on"},
    )

    source.refresh_from_db()
    assert source.wants_reply is True


def test_legal_officer_reads_the_rules_and_changes_none(client):
    rule = ProblemRuleFactory()
    client.force_login(member(Role.LEGAL_OFFICER, CityFactory()))
    address = reverse("admin:reports_problemrule_change", args=[rule.pk])

    codes = client.get(address).status_code, client.post(address, {}).status_code

    assert codes == (200, 403)
