"""What is deleted comes back as it was within thirty days, or says why not."""

from datetime import date, timedelta

import pytest

from reports.actions.assessments import remove_item, take_out_proof
from reports.actions.calendar import take_out_days
from reports.actions.indicators import drop_sum, set_sum
from reports.actions.recycle import (
    CannotRestoreRecord,
    purge_deleted,
    restore_record,
    throw_away,
)
from reports.models import AssessmentItem, DeletedRecord, Indicator, ItemProof, SumRule
from tests.factories import (
    NOON,
    AssessmentItemFactory,
    BureauFactory,
    DeletedRecordFactory,
    HolidayFactory,
    IndicatorFactory,
    ItemProofFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def legal():
    return UserFactory()


@pytest.fixture
def sum_rule(legal):
    bureau = BureauFactory()
    whole, *parts = [IndicatorFactory(name=name, unit=bureau) for name in ("收案", "结案", "存案")]
    return set_sum(name="收＝结＋存", whole=whole, parts=parts, by=legal, at=NOON)


def refusal(kept, by, at=NOON):
    with pytest.raises(CannotRestoreRecord) as caught:
        restore_record(deleted_id=kept.pk, by=by, at=at)
    return caught.value.reasons


def test_a_sum_comes_back_with_its_parts_and_its_history(sum_rule, legal):
    parts = list(sum_rule.parts.order_by("pk"))

    drop_sum(sum_id=sum_rule.pk, by=legal, at=NOON)
    kept = DeletedRecord.objects.get()
    gone = SumRule.objects.count()
    restore_record(deleted_id=kept.pk, by=legal, at=NOON)

    back = SumRule.objects.get()
    assert gone == 0
    assert (kept.kind, kept.label, kept.deleted_by) == ("reports.sumrule", "收＝结＋存", legal)
    assert kept.bureau == sum_rule.whole.unit
    assert (back.pk, back.name, list(back.parts.order_by("pk"))) == (
        sum_rule.pk,
        "收＝结＋存",
        parts,
    )
    entries = [each.history_type for each in SumRule.history.order_by("history_id")]
    assert entries[-3:-1] == ["-", "+"] or "-" in entries
    kept.refresh_from_db()
    assert (kept.restored_by, kept.restored_at) == (legal, NOON)


def test_a_proof_and_then_its_item_come_back_in_turn(legal):
    proof = ItemProofFactory()
    item = proof.item
    take_out_proof(proof_id=proof.pk, by=legal, at=NOON)
    remove_item(item_id=item.pk, by=legal, at=NOON)
    of_proof, of_item = DeletedRecord.objects.order_by("pk")

    said = refusal(of_proof, legal)
    restore_record(deleted_id=of_item.pk, by=legal, at=NOON)
    restore_record(deleted_id=of_proof.pk, by=legal, at=NOON)

    assert said == ["“考核项佐证”所属的“考核项”已不存在，不能恢复。"]
    assert list(AssessmentItem.objects.all()) == [item]
    assert list(ItemProof.objects.values_list("pk", "item")) == [(proof.pk, item.pk)]


def test_what_hangs_on_a_row_goes_and_comes_back_with_it(legal):
    proof = ItemProofFactory()

    kept = throw_away(proof.item, bureau=None, by=legal, at=NOON)
    gone = (AssessmentItem.objects.count(), ItemProof.objects.count())
    restore_record(deleted_id=kept.pk, by=legal, at=NOON)

    assert gone == (0, 0)
    assert list(ItemProof.objects.values_list("pk", "item")) == [(proof.pk, proof.item_id)]


def test_it_comes_back_once(sum_rule, legal):
    drop_sum(sum_id=sum_rule.pk, by=legal, at=NOON)
    kept = restore_record(deleted_id=DeletedRecord.objects.get().pk, by=legal, at=NOON)

    assert refusal(kept, legal) == ["这条记录已经恢复。"]


def test_place_that_another_row_took_is_refused(legal):
    item = AssessmentItemFactory(number="3.1")
    remove_item(item_id=item.pk, by=legal, at=NOON)
    AssessmentItemFactory(assessment=item.assessment, number="3.1", position=99)

    said = refusal(DeletedRecord.objects.get(), legal)

    assert said == ["删除以后有了冲突的新记录，不能恢复“考核项”。"]
    assert AssessmentItem.objects.count() == 1


def test_after_thirty_days_it_is_gone_and_that_it_was_deleted_stays(sum_rule, legal):
    drop_sum(sum_id=sum_rule.pk, by=legal, at=NOON)
    kept = DeletedRecord.objects.get()

    early = purge_deleted(at=NOON + timedelta(days=30, hours=23))
    late = refusal(kept, legal, at=NOON + timedelta(days=31))
    purged = purge_deleted(at=NOON + timedelta(days=31, hours=1))

    kept.refresh_from_db()
    assert (early, purged) == (0, 1)
    assert late == ["删除已满30天，不能恢复。"]
    assert (kept.rows, kept.label, kept.deleted_by) == ([], "收＝结＋存", legal)
    assert refusal(kept, legal) == ["删除已满30天，不能恢复。"]


def test_a_day_off_is_entered_again_where_days_are_judged(legal):
    HolidayFactory(day=date(2026, 10, 1))
    take_out_days([date(2026, 10, 1)], because="录错", by=legal, at=NOON, today=NOON.date())

    assert refusal(DeletedRecord.objects.get(), legal) == [
        "删除时已重新核算有关事项，请在原处重新录入。"
    ]


def test_a_number_that_is_taken_is_refused(sum_rule, legal):
    kept = throw_away(sum_rule, bureau=None, by=legal, at=NOON)
    whole = Indicator.objects.first()
    SumRule.objects.create(pk=kept.key, name="另一条", whole=whole)

    assert refusal(kept, legal) == ["编号已被占用，不能恢复“勾稽关系”。"]


def test_purging_leaves_what_came_back_alone(legal):
    DeletedRecordFactory(restored_at=NOON, restored_by=legal)

    assert purge_deleted(at=NOON + timedelta(days=90)) == 0
