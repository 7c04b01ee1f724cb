from decimal import Decimal

import pytest

from reports.actions.assessments import (
    AssessmentDraft,
    CannotKeepAssessment,
    FindingDraft,
    Imported,
    ItemDraft,
    add_item,
    edit_assessment,
    edit_item,
    import_items,
    prove_item,
    record_finding,
    remove_item,
    start_assessment,
    take_out_proof,
    take_over_proofs,
)
from reports.domain.assessments import ItemRow
from reports.domain.summaries import OwnFinding
from reports.models import Assessment, AssessmentItem, ItemProof
from tests.factories import (
    NOON,
    AssessmentFactory,
    AssessmentItemFactory,
    BureauFactory,
    ItemProofFactory,
    MeetingFactory,
    ScheduleFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def acting(user):
    return {"by": user, "at": NOON}


@pytest.fixture
def item():
    return AssessmentItemFactory(number="1.1", points=Decimal(5))


def rows(*numbers, points=5):
    return [
        ItemRow(place, number, "组织领导", f"内容{number}", Decimal(points))
        for place, number in enumerate(numbers, start=1)
    ]


def wordings(assessment):
    return list(assessment.items.order_by("position").values_list("number", "text", "points"))


# --- the volume -----------------------------------------------------------------------------------


def test_a_volume_is_begun(acting, user):
    before = AssessmentFactory(year=2025)
    draft = AssessmentDraft("法治考核", 2026, "考核通知", before)

    made = start_assessment(unit=before.unit, draft=draft, **acting)

    assert (made.title, made.year, made.basis, made.follows) == (
        "法治考核",
        2026,
        "考核通知",
        before,
    )
    assert (made.recorded_at, made.recorded_by) == (NOON, user)
    assert made.history.get().history_user == user


def test_a_second_one_of_the_title_is_refused(acting):
    there = AssessmentFactory(title="法治考核", year=2026)

    with pytest.raises(CannotKeepAssessment) as refusal:
        start_assessment(unit=there.unit, draft=AssessmentDraft("法治考核", 2026), **acting)

    assert refusal.value.reasons == ["该年度已有同名的迎检卷。"]
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize(
    ("year", "own", "sentence"),
    [
        (2026, True, "上年度卷的年度须早于本卷。"),
        (2025, False, "上年度卷须是本分局的迎检卷。"),
    ],
)
def test_what_a_volume_may_follow(acting, year, own, sentence):
    before = AssessmentFactory(year=year)
    unit = before.unit if own else BureauFactory()

    with pytest.raises(CannotKeepAssessment) as refusal:
        start_assessment(unit=unit, draft=AssessmentDraft("考核", 2026, "", before), **acting)

    assert refusal.value.reasons == [sentence]


def test_a_volume_is_corrected_and_saying_the_same_changes_nothing(acting):
    made = AssessmentFactory(title="考核", year=2026)
    draft = AssessmentDraft("法治考核", 2026, "通知")

    edit_assessment(assessment_id=made.pk, draft=draft, **acting)
    edit_assessment(assessment_id=made.pk, draft=draft, **acting)

    made.refresh_from_db()
    assert (made.title, made.basis) == ("法治考核", "通知")
    assert made.history.filter(history_type="~").count() == 1


# --- items ----------------------------------------------------------------------------------------


def test_a_table_brings_items_in_its_order(acting):
    assessment = AssessmentFactory()

    done = import_items(
        assessment_id=assessment.pk, rows=rows("1.2", "1.1"), source="考核表.xlsx", **acting
    )

    assert done == Imported(2, 0)
    assert wordings(assessment) == [
        ("1.2", "内容1.2", Decimal(5)),
        ("1.1", "内容1.1", Decimal(5)),
    ]
    assessment.refresh_from_db()
    assert assessment.imported_from == "考核表.xlsx"


def test_a_table_words_known_items_anew_and_keeps_their_findings(acting, item):
    item.finding, item.own_points, item.basis = "met", Decimal(4), "有记录"
    item.save()

    done = import_items(
        assessment_id=item.assessment_id, rows=rows("1.1", "1.2", points=6), source="", **acting
    )

    item.refresh_from_db()
    assert done == Imported(1, 1)
    assert (item.text, item.points, item.finding, item.own_points) == (
        "内容1.1",
        Decimal(6),
        "met",
        Decimal(4),
    )


def test_points_below_the_own_ones_stop_the_whole_table(acting, item):
    item.finding, item.own_points, item.basis = "met", Decimal(5), "有记录"
    item.save()

    with pytest.raises(CannotKeepAssessment) as refusal:
        import_items(
            assessment_id=item.assessment_id, rows=rows("9", "1.1", points=3), source="", **acting
        )

    assert refusal.value.reasons == ["该项的自评分高于这一分值，请先修改自评。"]
    assert AssessmentItem.objects.count() == 1


def test_the_same_table_again_is_refused(acting):
    assessment = AssessmentFactory()
    import_items(assessment_id=assessment.pk, rows=rows("1"), source="", **acting)

    with pytest.raises(CannotKeepAssessment) as refusal:
        import_items(assessment_id=assessment.pk, rows=rows("1"), source="", **acting)

    assert refusal.value.reasons == ["表格与本卷现有的考核项相同，没有可导入的内容。"]


def test_an_item_is_added_behind_the_last(acting, item):
    made = add_item(
        assessment_id=item.assessment_id, draft=ItemDraft("1.2", "培训", "队伍建设"), **acting
    )

    assert (made.position, made.number, made.heading) == (item.position + 1, "1.2", "队伍建设")


def test_a_number_that_is_there_is_refused(acting, item):
    with pytest.raises(CannotKeepAssessment) as refusal:
        add_item(assessment_id=item.assessment_id, draft=ItemDraft("1.1", "培训"), **acting)

    assert refusal.value.reasons == ["本卷已有同一编号的考核项。"]


def test_an_item_is_corrected(acting, item):
    edit_item(item_id=item.pk, draft=ItemDraft("1.1", "新内容", "类", Decimal(3)), **acting)

    item.refresh_from_db()
    assert (item.text, item.heading, item.points) == ("新内容", "类", Decimal(3))


def test_an_item_is_removed_only_while_nothing_hangs_on_it(acting, item):
    bare = AssessmentItemFactory(assessment=item.assessment)
    ItemProofFactory(item=item)

    remove_item(item_id=bare.pk, **acting)
    with pytest.raises(CannotKeepAssessment) as refusal:
        remove_item(item_id=item.pk, **acting)

    assert refusal.value.reasons == ["该项已有自评或佐证，不能删除。"]
    assert list(item.assessment.items.all()) == [item]


# --- findings -------------------------------------------------------------------------------------


def test_a_finding_is_kept_with_what_it_rests_on_and_taken_back(acting, item):
    draft = FindingDraft(OwnFinding.PARTLY, Decimal(3), " 个别单位未开展。 ")

    record_finding(item_id=item.pk, draft=draft, **acting)
    record_finding(item_id=item.pk, draft=draft, **acting)

    item.refresh_from_db()
    assert (item.finding, item.own_points, item.basis) == ("partly", Decimal(3), "个别单位未开展。")
    assert item.history.filter(history_type="~").count() == 1

    record_finding(item_id=item.pk, draft=FindingDraft(None), **acting)

    item.refresh_from_db()
    assert (item.finding, item.own_points, item.basis) == ("", None, "")


def test_a_finding_against_the_rules_is_refused(acting, item):
    draft = FindingDraft(OwnFinding.MET, Decimal(6), "")

    with pytest.raises(CannotKeepAssessment) as refusal:
        record_finding(item_id=item.pk, draft=draft, **acting)

    assert refusal.value.reasons == ["请写明自评依据。", "自评分不能高于分值。"]


# --- proofs ---------------------------------------------------------------------------------------


def test_one_record_proves_many_items_and_each_once(acting, item, user):
    other = AssessmentItemFactory(assessment=item.assessment)
    meeting = MeetingFactory(unit=UnitFactory(parent=item.assessment.unit))

    proof = prove_item(item_id=item.pk, kind="meeting", key=meeting.pk, note="记录", **acting)
    prove_item(item_id=other.pk, kind="meeting", key=meeting.pk, **acting)
    with pytest.raises(CannotKeepAssessment) as refusal:
        prove_item(item_id=item.pk, kind="meeting", key=meeting.pk, **acting)

    assert refusal.value.reasons == ["这条记录已经列在本项佐证中。"]
    assert (proof.meeting, proof.note, proof.recorded_by) == (meeting, "记录", user)
    assert ItemProof.objects.count() == 2


def test_a_record_of_another_bureau_or_a_cancelled_one_is_refused(acting, item):
    gone = MeetingFactory(cancelled_at=NOON, cancelled_because="重复")

    with pytest.raises(CannotKeepAssessment) as refusal:
        prove_item(item_id=item.pk, kind="meeting", key=gone.pk, **acting)

    assert refusal.value.reasons == ["这条记录已作废，不能作为佐证。", "只能列本分局的记录作佐证。"]


def test_a_rule_set_above_the_bureau_may_prove(acting, item):
    rule = ScheduleFactory(set__unit=item.assessment.unit.parent or item.assessment.unit)

    proof = prove_item(item_id=item.pk, kind="schedule", key=rule.pk, **acting)

    assert proof.schedule == rule


def test_a_proof_is_taken_out_and_which_it_was_stays_readable(acting, item):
    meeting = MeetingFactory(unit=UnitFactory(parent=item.assessment.unit), title="党委会")
    proof = prove_item(item_id=item.pk, kind="meeting", key=meeting.pk, **acting)

    take_out_proof(proof_id=proof.pk, **acting)
    take_out_proof(proof_id=proof.pk, **acting)

    assert item.proofs.count() == 0
    assert item.history.first().history_change_reason == "meeting:党委会"


def test_only_rules_are_taken_over_from_last_year(acting):
    before = AssessmentItemFactory(assessment__year=2025, number="1.1")
    unit = before.assessment.unit
    item = AssessmentItemFactory(
        assessment__unit=unit, assessment__follows=before.assessment, number="1.1"
    )
    rule = ScheduleFactory(set__unit=unit)
    kept = ItemProofFactory(item=before, meeting=None, schedule=rule)
    of_last_year = ItemProofFactory(item=before, meeting=MeetingFactory(unit=unit))
    keys = [kept.pk, of_last_year.pk]

    first = take_over_proofs(item_id=item.pk, proof_ids=keys, **acting)
    again = take_over_proofs(item_id=item.pk, proof_ids=keys, **acting)

    assert (first, again) == (1, 0)
    assert [proof.schedule for proof in item.proofs.all()] == [rule]


def test_proofs_of_another_volume_are_not_taken_over(acting, item):
    foreign = ItemProofFactory()

    with pytest.raises(CannotKeepAssessment) as refusal:
        take_over_proofs(item_id=item.pk, proof_ids=[foreign.pk], **acting)

    assert refusal.value.reasons == ["只能列本分局的记录作佐证。"]
