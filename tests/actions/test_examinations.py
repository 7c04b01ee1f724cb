from datetime import date
from decimal import Decimal

import pytest

from reports.actions.examinations import (
    CannotEnterExamination,
    ExaminationDraft,
    cancel_examination,
    edit_examination,
    enter_examination,
    set_results,
)
from reports.domain.examinations import Result
from reports.models import Examination
from tests.factories import NOON, ExaminationFactory, PersonFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
ENTRY = {"by": None, "at": NOON, "today": TODAY}


def draft_at(unit, **facts):
    given = {
        "unit": unit,
        "name": "法律知识测试",
        "held_on": date(2026, 5, 20),
        "participants": 45,
        "passed": 42,
    }
    return ExaminationDraft(**{**given, **facts})


def numbers(row):
    row.refresh_from_db()
    return row.participants, row.passed


def test_an_examination_is_entered_once():
    unit, user = UnitFactory(), UserFactory()

    row = enter_examination(draft_at(unit), by=user, at=NOON, today=TODAY)
    with pytest.raises(CannotEnterExamination) as refusal:
        enter_examination(draft_at(unit), by=user, at=NOON, today=TODAY)

    assert numbers(row) == (45, 42)
    assert row.history.get().history_user == user
    assert refusal.value.reasons == ["该单位当日的同名考试已经录入。"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"name": " "}, "请填写考试名称。"),
        ({"held_on": date(2026, 6, 11)}, "考试日期不能晚于今天。"),
        ({"passed": 46}, "合格人数不能多于参考人数。"),
    ],
)
def test_what_cannot_be_is_refused(facts, reason):
    with pytest.raises(CannotEnterExamination) as refusal:
        enter_examination(draft_at(UnitFactory(), **facts), **ENTRY)

    assert refusal.value.reasons == [reason]
    assert not Examination.objects.exists()


@pytest.fixture
def of_three():
    row = ExaminationFactory(pass_mark=Decimal(60), participants=0, passed=0)
    return row, [PersonFactory(unit=row.unit) for _n in range(3)]


def results_of(row):
    return {r.person_id: (r.score, r.passed) for r in row.results.all()}


def test_the_numbers_follow_from_the_results(of_three):
    row, (one, two, three) = of_three

    set_results(
        examination_id=row.pk,
        results=[Result(one.pk, Decimal(88)), Result(two.pk, Decimal(0)), Result(three.pk)],
        by=None,
        at=NOON,
    )

    assert numbers(row) == (2, 1)
    assert results_of(row) == {one.pk: (Decimal(88), True), two.pk: (Decimal(0), False)}


def test_results_sent_again_change_nothing_and_an_emptied_line_goes(of_three):
    row, (one, two, three) = of_three
    first = [Result(one.pk, Decimal(88)), Result(two.pk, Decimal(50))]
    set_results(examination_id=row.pk, results=first, by=None, at=NOON)
    set_results(examination_id=row.pk, results=first, by=None, at=NOON)

    set_results(
        examination_id=row.pk,
        results=[Result(two.pk), Result(three.pk, passed=True)],
        by=None,
        at=NOON,
    )

    # Who is not named keeps the result.
    assert results_of(row) == {one.pk: (Decimal(88), True), three.pk: (None, True)}
    assert numbers(row) == (2, 2)
    assert row.results.get(person=one).history.count() == 1


def test_without_any_result_the_numbers_stay():
    row = ExaminationFactory(participants=10, passed=9)

    set_results(examination_id=row.pk, results=[Result(PersonFactory().pk)], by=None, at=NOON)

    assert numbers(row) == (10, 9)


def test_a_score_without_a_mark_needs_a_word():
    row = ExaminationFactory()
    person = PersonFactory(name="张某某")

    with pytest.raises(CannotEnterExamination) as refusal:
        set_results(
            examination_id=row.pk, results=[Result(person.pk, Decimal(70))], by=None, at=NOON
        )
    with pytest.raises(CannotEnterExamination) as twice:
        set_results(
            examination_id=row.pk,
            results=[Result(person.pk, passed=True), Result(person.pk, passed=True)],
            by=None,
            at=NOON,
        )

    assert refusal.value.reasons == ["张某某：没有合格线，请选择是否合格。"]
    assert twice.value.reasons == ["同一人员的成绩只能录入一次。"]
    assert not row.results.exists()


def test_a_correction_does_not_overwrite_what_is_counted(of_three):
    row, (one, _two, _three) = of_three
    set_results(examination_id=row.pk, results=[Result(one.pk, passed=True)], by=None, at=NOON)

    edit_examination(examination_id=row.pk, draft=draft_at(row.unit, name="改名"), **ENTRY)

    assert numbers(row) == (1, 1)
    assert row.name == "改名"


def test_a_cancelled_examination_is_left_alone():
    row = ExaminationFactory()
    with pytest.raises(CannotEnterExamination) as nothing:
        cancel_examination(examination_id=row.pk, because=" ", by=None, at=NOON)
    cancel_examination(examination_id=row.pk, because="重复录入", by=None, at=NOON)

    with pytest.raises(CannotEnterExamination) as again:
        cancel_examination(examination_id=row.pk, because="重复录入", by=None, at=NOON)
    with pytest.raises(CannotEnterExamination) as edited:
        edit_examination(examination_id=row.pk, draft=draft_at(row.unit), **ENTRY)

    assert nothing.value.reasons == ["请写明作废原因。"]
    assert again.value.reasons == edited.value.reasons == ["该考试已作废。"]
