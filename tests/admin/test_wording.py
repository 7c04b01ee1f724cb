"""The lists a report is checked against: who reads and keeps them, and what stays out."""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import SecrecyPattern, WordingRule
from tests.factories import BureauFactory, CityFactory, SecrecyPatternFactory, WordingRuleFactory
from tests.factories.access import member

pytestmark = pytest.mark.django_db
LISTS = ("wordingrule", "secrecypattern", "formula")


def come(client, role):
    city = CityFactory()
    unit = city if role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN) else BureauFactory(parent=city)
    client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("role", "reads", "keeps"),
    [
        (Role.SYSTEM_ADMIN, 200, 200),
        (Role.LEGAL_OFFICER, 200, 403),
        (Role.SECURITY_ADMIN, 403, 403),
    ],
)
def test_who_reads_and_keeps_the_lists(client, name, role, reads, keeps):
    come(client, role)

    assert client.get(reverse(f"admin:reports_{name}_changelist")).status_code == reads
    assert client.get(reverse(f"admin:reports_{name}_add")).status_code == keeps


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(", "不是正确的正则表达式，请核对括号和转义。"),
        ("a*", "该表达式可以匹配空内容，请写明至少要有的字符。"),
        ("(a+)+b", "重复的括号内不能再有不定次数的重复或“|”，否则检查可能很久不结束。"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_beside_its_field(client, pattern, sentence):
    come(client, Role.SYSTEM_ADMIN)

    answer = client.post(
        reverse("admin:reports_secrecypattern_add"), {"name": "某项", "pattern": pattern}
    )

    assert answer.context["adminform"].form.errors["pattern"] == [sentence]
    assert answer.context["adminform"].form["pattern"].value() == pattern
    assert SecrecyPattern.objects.count() == 0


def test_a_pattern_is_kept(client):
    come(client, Role.SYSTEM_ADMIN)
    kept = SecrecyPatternFactory()

    client.post(
        reverse("admin:reports_secrecypattern_change", args=[kept.pk]),
        {"name": "身份证号", "pattern": r"\d{18}", "note": "", "is_active": "on"},
    )

    kept.refresh_from_db()
    assert kept.pattern == r"\d{18}"


def test_a_rule_is_put_out_of_use(client):
    come(client, Role.SYSTEM_ADMIN)
    rule = WordingRuleFactory()

    client.post(
        reverse("admin:reports_wordingrule_change", args=[rule.pk]),
        {"kind": "typo", "wrong": "布署", "right": "部署", "note": ""},
    )

    assert WordingRule.objects.get().is_active is False
