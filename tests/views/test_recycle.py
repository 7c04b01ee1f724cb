"""The recycle bin as the legal officer meets it."""

import pytest
from django.urls import reverse

from reports.actions.indicators import drop_sum, set_sum
from reports.domain.access import Role
from reports.models import DeletedRecord, SumRule
from tests.factories import NOON, BureauFactory, DeletedRecordFactory, IndicatorFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def legal(client, bureau):
    user = member(Role.LEGAL_OFFICER, bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return user


def test_what_was_deleted_is_put_back_by_its_button(client, bureau, legal):
    whole, *parts = [IndicatorFactory(unit=bureau) for _n in range(3)]
    rule = set_sum(name="收＝结", whole=whole, parts=parts, by=legal, at=NOON)
    drop_sum(sum_id=rule.pk, by=legal, at=NOON)
    kept = DeletedRecord.objects.get()
    page = client.get(reverse("reports:deleted-list")).content.decode()

    answer = client.post(reverse("reports:deleted-restore", args=[kept.pk]), follow=True)

    assert page.count("收＝结") == 2
    assert "7月10日" in page
    assert SumRule.objects.count() == 1
    assert "已恢复“收＝结”。" in answer.content.decode()


def test_why_it_is_not_put_back_is_said(client, bureau, legal):
    kept = DeletedRecordFactory(bureau=bureau, restored_at=NOON, restored_by=legal)

    answer = client.post(reverse("reports:deleted-restore", args=[kept.pk]), follow=True)

    assert "这条记录已经恢复。" in answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(client, bureau, legal, django_assert_num_queries, number):
    for key in range(number):
        DeletedRecordFactory(bureau=bureau, key=key, deleted_by=legal)
    client.get(reverse("reports:deleted-list"))

    with django_assert_num_queries(6):
        client.get(reverse("reports:deleted-list"))
