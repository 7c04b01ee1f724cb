"""The administration of indicators for everyone goes through the same rules as the pages."""

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Indicator, SumRule
from tests.factories import CityFactory, IndicatorFactory, UnitFactory, UnitKindFactory, member

pytestmark = pytest.mark.django_db
ADD = reverse("admin:reports_indicator_add")


@pytest.fixture
def system(client):
    user = member(Role.SYSTEM_ADMIN, CityFactory())
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


def data(**changes):
    usual = {
        "code": "alarms",
        "name": "警情数",
        "counter": "起",
        "decimals": "0",
        "made": "entered",
        "rule": "{}",
        "position": "10",
    }
    return usual | changes


def test_indicator_for_everyone_is_set_and_changed(system):
    kind = UnitKindFactory()
    system.post(ADD, data(unit_kinds=[kind.pk]))
    indicator = Indicator.objects.get()

    change = reverse("admin:reports_indicator_change", args=[indicator.pk])
    system.post(change, data(name="接警数", unit_kinds=[]))

    indicator.refresh_from_db()
    assert (indicator.unit, indicator.code, indicator.name) == (None, "alarms", "接警数")
    assert list(indicator.unit_kinds.all()) == []


def test_rule_that_cannot_be_counted_by_is_refused_beside_its_field(system):
    answer = system.post(ADD, data(made="counted", rule='{"of": "rumours"}'))

    errors = answer.context["adminform"].form.errors
    assert errors == {"rule": ["统计规则没有写明统计哪类记录。"]}
    assert Indicator.objects.count() == 0


def test_what_a_bureau_set_for_itself_is_not_here(system):
    own = IndicatorFactory(unit=UnitFactory().bureau)
    everyones = IndicatorFactory()

    listed = system.get(reverse("admin:reports_indicator_changelist"))

    assert list(listed.context["cl"].result_list) == [everyones]
    change = reverse("admin:reports_indicator_change", args=[own.pk])
    assert system.get(change).status_code == 404


def test_sum_for_everyone_is_declared(system):
    whole, closed, opened = (IndicatorFactory(name=name) for name in ("收", "结", "存"))
    add = reverse("admin:reports_sumrule_add")

    wrong = system.post(add, {"name": "收＝结", "whole": whole.pk, "parts": [closed.pk]})
    system.post(add, {"name": "收＝结＋存", "whole": whole.pk, "parts": [closed.pk, opened.pk]})

    assert wrong.context["adminform"].form.errors == {"parts": ["至少选择两个分项指标。"]}
    rule = SumRule.objects.get()
    assert sorted(part.name for part in rule.parts.all()) == ["存", "结"]
