"""A ledger without sample data begins with one unit and three administrators."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from reports.models import Account, Holiday, Membership, Unit

pytestmark = pytest.mark.django_db
OPTIONS = {
    "unit": "某市公安局",
    "kind": "city",
    "system_admin": "xitong",
    "security_admin": "anquan",
    "audit_admin": "shenji",
}


def test_start_ledger_makes_the_unit_and_three_administrators(capsys):
    call_command("start_ledger", **OPTIONS)

    assert list(Unit.objects.values_list("name", "kind__code")) == [("某市公安局", "city")]
    assert list(
        Membership.objects.order_by("pk").values_list("user__username", "unit__name", "role")
    ) == [
        ("xitong", "某市公安局", "system_admin"),
        ("anquan", "某市公安局", "security_admin"),
        ("shenji", "某市公安局", "audit_admin"),
    ]
    assert Membership.history.count() == 3
    assert Holiday.objects.filter(day="2026-02-17").exists()
    assert not User.objects.filter(is_superuser=True).exists()
    assert Account.objects.filter(must_change_password=True, is_demo=False).count() == 3
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines()[1:])
    assert all(User.objects.get(username=name).check_password(printed[name]) for name in printed)


def test_start_ledger_refuses_a_second_time():
    call_command("start_ledger", **OPTIONS)

    names = {"system_admin": "a", "security_admin": "b", "audit_admin": "c"}
    with pytest.raises(CommandError, match="已有单位"):
        call_command("start_ledger", **OPTIONS | names)

    assert User.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"security_admin": "XITONG"}, "不能是同一人"),
        ({"audit_admin": "anquan"}, "不能是同一人"),
        ({"unit": "  "}, "必须填写"),
        ({"kind": "village"}, "village"),
    ],
)
def test_start_ledger_refuses_with_the_reason(change, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("start_ledger", **OPTIONS | change)

    assert not Unit.objects.exists()
    assert not User.objects.exists()


def test_start_ledger_asks_for_what_is_missing(monkeypatch):
    answers = iter(["某市公安局", "city", "xitong", "anquan", "shenji"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))

    call_command("start_ledger")

    assert Unit.objects.get().name == "某市公安局"
