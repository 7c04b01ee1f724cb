import pytest
from django.db import IntegrityError, transaction

from reports.actions.security_settings import CannotSetSecurity, set_security
from reports.domain.access import Role
from reports.domain.security import LIMITS
from reports.models import SecuritySettings
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
USUAL = {name: limit.usual for name, limit in LIMITS.items()}


def test_rules_outside_their_limits_are_refused_each_by_name():
    with pytest.raises(CannotSetSecurity) as caught:
        set_security(
            values=USUAL | {"failures": 11, "idle_minutes": 4},
            second_factor_roles=[],
            by=UserFactory(),
            at=NOON,
        )

    assert caught.value.reasons == [
        "“连续登录失败次数上限”须在3至10之间。",
        "“无操作自动退出分钟数”须在5至720之间。",
    ]
    assert not SecuritySettings.objects.exists()


def test_rules_are_one_row_with_a_history():
    by = UserFactory()
    for roles in ([Role.LEADER, Role.CLERK], [Role.CLERK]):
        set_security(values=USUAL, second_factor_roles=roles, by=by, at=NOON)

    row = SecuritySettings.objects.get()
    assert row.second_factor_roles == ["clerk"]
    kept = row.history.order_by("history_id").values_list("second_factor_roles", flat=True)
    assert list(kept) == [[], ["clerk", "leader"], ["clerk"]]


def test_the_database_refuses_what_is_outside_the_limits():
    for name, limit in LIMITS.items():
        for value in (limit.least - 1, limit.most + 1):
            with pytest.raises(IntegrityError), transaction.atomic():
                SecuritySettings.objects.create(**{name: value})


def test_there_are_no_two_sets_of_rules():
    SecuritySettings.objects.create()

    with pytest.raises(IntegrityError):
        SecuritySettings.objects.create(id=2)
