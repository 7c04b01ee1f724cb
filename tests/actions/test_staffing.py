from datetime import date

import pytest

from reports.actions.staffing import (
    CannotSetStaffing,
    StaffingDraft,
    edit_staffing_rule,
    end_staffing_rule,
    set_staffing_rule,
    set_staffing_rules,
)
from reports.models import StaffingRule
from tests.factories import NOON, BureauFactory, PostFactory, UnitKindFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def draft(bureau):
    def make(**facts):
        given = {
            "unit": bureau,
            "kind": UnitKindFactory(),
            "posts": (PostFactory(code="full_reviewer"),),
            "first_day": date(2026, 1, 1),
        }
        return StaffingDraft(**{**given, **facts})

    return make


def test_a_rule_is_set_with_its_posts_and_history(draft):
    user = UserFactory()
    full, part = PostFactory(code="full_reviewer"), PostFactory(code="part_reviewer")

    rule = set_staffing_rule(
        draft(posts=(full, part), grade=" 一类 ", basis=" 第六条 "), by=user, at=NOON
    )

    rule.refresh_from_db()
    assert (rule.grade, rule.basis, rule.at_least) == ("一类", "第六条", 1)
    assert set(rule.posts.all()) == {full, part}
    assert {entry.history_user for entry in rule.history.all()} == {user}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"posts": ()}, "请至少选择一个岗位。"),
        ({"at_least": 0}, "至少人数应为1人以上。"),
        ({"last_day": date(2025, 12, 31)}, "截止日期早于起始日期。"),
    ],
)
def test_a_rule_that_asks_for_nothing_is_refused(draft, facts, reason):
    with pytest.raises(CannotSetStaffing) as refusal:
        set_staffing_rule(draft(**facts), by=None, at=NOON)

    assert refusal.value.reasons == [reason]
    assert not StaffingRule.objects.exists()


def test_the_same_rule_twice_is_refused_and_several_are_set_together_or_not_at_all(draft):
    with pytest.raises(CannotSetStaffing) as refusal:
        set_staffing_rules([draft(), draft(grade="一类"), draft()], by=None, at=NOON)

    assert refusal.value.reasons == [
        "该单位对同一类别、同一等级已有同期适用的标准，请先截止原标准。"
    ]
    assert not StaffingRule.objects.exists()


def test_a_rule_ends_once_and_another_may_follow(draft):
    rule = set_staffing_rule(draft(), by=None, at=NOON)

    end_staffing_rule(rule_id=rule.pk, on=date(2026, 5, 31), by=None, at=NOON)
    set_staffing_rule(draft(first_day=date(2026, 6, 1), at_least=2), by=None, at=NOON)
    with pytest.raises(CannotSetStaffing) as refusal:
        end_staffing_rule(rule_id=rule.pk, on=date(2026, 6, 30), by=None, at=NOON)

    assert refusal.value.reasons == ["该标准已于2026年5月31日截止。"]
    assert list(StaffingRule.objects.order_by("pk").values_list("at_least", "last_day")) == [
        (1, date(2026, 5, 31)),
        (2, None),
    ]


def test_a_rule_does_not_end_before_it_begins(draft):
    rule = set_staffing_rule(draft(), by=None, at=NOON)

    with pytest.raises(CannotSetStaffing) as refusal:
        end_staffing_rule(rule_id=rule.pk, on=date(2025, 12, 31), by=None, at=NOON)

    assert refusal.value.reasons == ["截止日期早于起始日期。"]


def test_a_correction_keeps_what_it_was_in_the_history(draft):
    user = UserFactory()
    rule = set_staffing_rule(draft(), by=None, at=NOON)

    edit_staffing_rule(rule_id=rule.pk, draft=draft(at_least=2), by=user, at=NOON)

    rule.refresh_from_db()
    assert rule.at_least == 2
    assert list(rule.history.order_by("history_id").values_list("at_least", flat=True))[-1] == 2
    assert 1 in rule.history.values_list("at_least", flat=True)
