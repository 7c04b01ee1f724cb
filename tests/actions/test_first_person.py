import uuid
from datetime import date, timedelta

import pytest

from reports.actions.delivered_first_person import lay_duty_lists
from reports.actions.first_person import (
    AccountDraft,
    CannotKeepDuties,
    CannotRecordAccount,
    CannotRecordDeed,
    DeedDraft,
    DutyDraft,
    adopt_list,
    cancel_account,
    cancel_deed,
    confirm_list,
    edit_account,
    edit_deed,
    edit_list,
    record_account,
    record_deed,
)
from reports.domain.first_person import AccountForm, DeedForm, DeedKind
from reports.models import AccountGiven, Deed, DutyList
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    DutyListFactory,
    FirstPersonDutyFactory,
    MeetingFactory,
    PersonFactory,
    PostFactory,
    RecordKindFactory,
    ScheduleFactory,
    UnitFactory,
    UserFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
CASE_RULE = "中办发〔2015〕23号"


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def head(bureau):
    """Holds the post and, from March, the capacity."""
    person = PersonFactory(unit=bureau)
    AppointmentFactory(person=person, post=PostFactory(code="bureau_head", heads_unit=True))
    AppointmentFactory(
        person=person,
        post=PostFactory(code="first_person", is_capacity=True, position=90),
        first_day=date(2026, 3, 1),
        acting=True,
    )
    return person


# --- lists ---------------------------------------------------------------------------------------


def test_delivered_lists_are_laid_once():
    PostFactory(code="first_person")

    lay_duty_lists(at=NOON)
    DutyList.objects.filter(level="bureau").update(title="改过的名称")
    lay_duty_lists(at=NOON)

    rows = DutyList.objects.order_by("pk").values_list("level", "unit", "year", "needs_check")
    assert list(rows) == [
        ("party_head", None, None, True),
        ("government_head", None, None, True),
        ("bureau", None, None, True),
    ]
    assert [each.duties.count() for each in DutyList.objects.order_by("pk")] == [6, 6, 0]
    assert DutyList.objects.get(level="bureau").title == "改过的名称"


def test_a_delivered_list_is_adopted_with_its_items(bureau):
    post = PostFactory(code="first_person")
    hears = ScheduleFactory(set__unit=bureau, of_first_person=True)
    ScheduleFactory(set__unit=bureau)
    lay_duty_lists(at=NOON)
    source = DutyList.objects.get(level="government_head")
    legal = UserFactory()

    made = adopt_list(source_id=source.pk, bureau=bureau, year=2026, by=legal)

    assert (made.unit, made.year, made.post, made.copied_from) == (bureau, 2026, post, source)
    assert (made.needs_check, made.checked_on, made.checked_by) == (True, None, None)
    rows = [
        (duty.position, duty.text, duty.deed_kinds) for duty in made.duties.order_by("position")
    ]
    assert rows == [
        (duty.position, duty.text, duty.deed_kinds) for duty in source.duties.order_by("position")
    ]
    linked = [[s.pk for s in duty.schedules.all()] for duty in made.duties.order_by("position")]
    assert linked == [[hears.pk], [], [], [], [], []]


def test_a_list_of_last_year_is_taken_over_confirmed(bureau):
    checker = UserFactory()
    last = DutyListFactory(
        unit=bureau, year=2025, needs_check=False, checked_on=date(2025, 1, 9), checked_by=checker
    )
    schedule = ScheduleFactory(set__unit=bureau)
    FirstPersonDutyFactory(duty_list=last, deed_kinds=["report_heard"]).schedules.set([schedule])

    made = adopt_list(source_id=last.pk, bureau=bureau, year=2026, by=None)

    assert (made.needs_check, made.checked_on, made.checked_by) == (
        False,
        date(2025, 1, 9),
        checker,
    )
    assert [list(duty.schedules.all()) for duty in made.duties.all()] == [[schedule]]


def test_a_list_is_adopted_once_and_never_from_another_bureau(bureau):
    last, foreign = DutyListFactory(unit=bureau, year=2025), DutyListFactory()
    adopt_list(source_id=last.pk, bureau=bureau, year=2026, by=None)

    with pytest.raises(CannotKeepDuties) as twice:
        adopt_list(source_id=last.pk, bureau=bureau, year=2026, by=None)
    with pytest.raises(CannotKeepDuties) as strange:
        adopt_list(source_id=foreign.pk, bureau=bureau, year=2027, by=None)

    assert twice.value.reasons == ["该分局该年度已有这一层级的职责清单。"]
    assert strange.value.reasons == ["只能沿用统一下发的清单或本局上年度的清单。"]


@pytest.fixture
def kept(bureau):
    """A confirmed list of two items."""
    made = DutyListFactory(unit=bureau)
    FirstPersonDutyFactory(duty_list=made, position=1, text="甲")
    FirstPersonDutyFactory(duty_list=made, position=2, text="乙")
    confirm_list(list_id=made.pk, by=UserFactory(), on=TODAY)
    made.refresh_from_db()
    return made


def keep(kept, items, **changed):
    head = {"title": kept.title, "basis": kept.basis, "post": kept.post} | changed
    return edit_list(list_id=kept.pk, items=items, **head)


def test_changing_how_duties_are_shown_keeps_the_check(kept):
    one, two = kept.duties.order_by("position")
    schedule = ScheduleFactory(set__unit=kept.unit)

    keep(
        kept,
        [
            DutyDraft("甲", (DeedKind.STUDY, DeedKind.DEPLOYED), (schedule,), pk=one.pk),
            DutyDraft("乙", pk=two.pk),
        ],
        title="新名称",
    )

    kept.refresh_from_db()
    one.refresh_from_db()
    assert (kept.title, kept.needs_check, kept.checked_on) == ("新名称", False, TODAY)
    assert (one.deed_kinds, list(one.schedules.all())) == (["deployed", "study"], [schedule])


def test_changing_the_text_asks_for_a_new_check(kept):
    one, two = kept.duties.order_by("position")

    keep(kept, [DutyDraft("乙", pk=two.pk), DutyDraft("丙"), DutyDraft("甲甲", pk=one.pk)])

    kept.refresh_from_db()
    assert (kept.needs_check, kept.checked_on, kept.checked_by) == (True, None, None)
    rows = kept.duties.order_by("position").values_list("position", "text")
    assert list(rows) == [(1, "乙"), (2, "丙"), (3, "甲甲")]
    assert kept.duties.get(position=3) == one


def test_an_item_named_for_a_deed_stays(kept, head):
    one, two = kept.duties.order_by("position")
    deed = record_deed(draft_of(head, duties=(one,)), by=None, at=NOON, today=TODAY)

    with pytest.raises(CannotKeepDuties) as refusal:
        keep(kept, [DutyDraft("乙", pk=two.pk)])

    assert refusal.value.reasons == ["已有履职记录对应的条目不能删去，可以修改文字。"]
    assert list(deed.duties.all()) == [one]


def test_what_speaks_against_keeping_a_list(kept):
    delivered = DutyListFactory(unit=None, year=None)
    other = FirstPersonDutyFactory()

    for items, changed, reason in (
        ([DutyDraft(" ")], {}, "职责条目不能为空。"),
        ([DutyDraft("甲")], {"title": " "}, "请填写清单名称。"),
        ([DutyDraft("甲", pk=other.pk)], {}, "清单已有变化，请刷新页面重新修改。"),
    ):
        with pytest.raises(CannotKeepDuties) as refusal:
            keep(kept, items, **changed)
        assert refusal.value.reasons == [reason]
    with pytest.raises(CannotKeepDuties) as refusal:
        keep(delivered, [])
    assert refusal.value.reasons == ["统一下发的清单不能修改，请先采用。"]


def test_a_list_is_confirmed_once(bureau):
    made = DutyListFactory(unit=bureau)
    FirstPersonDutyFactory(duty_list=made)
    first = UserFactory(first_name="赵某")

    confirm_list(list_id=made.pk, by=first, on=TODAY)

    with pytest.raises(CannotKeepDuties) as refusal:
        confirm_list(list_id=made.pk, by=UserFactory(), on=TODAY)
    made.refresh_from_db()
    assert refusal.value.reasons == ["该清单已由赵某核对。"]
    assert (made.needs_check, made.checked_on, made.checked_by) == (False, TODAY, first)


def test_neither_an_empty_nor_a_delivered_list_is_confirmed(bureau):
    empty, delivered = DutyListFactory(unit=bureau), DutyListFactory(unit=None, year=None)

    with pytest.raises(CannotKeepDuties) as nothing:
        confirm_list(list_id=empty.pk, by=UserFactory(), on=TODAY)
    with pytest.raises(CannotKeepDuties) as of_nobody:
        confirm_list(list_id=delivered.pk, by=UserFactory(), on=TODAY)

    assert nothing.value.reasons == ["清单还没有条目，不能核对。"]
    assert of_nobody.value.reasons == ["统一下发的清单由采用的分局核对，请先采用。"]


# --- deeds ---------------------------------------------------------------------------------------


def draft_of(head, **changed):
    given = {
        "unit": head.unit,
        "person": head,
        "on": date(2026, 5, 20),
        "kind": DeedKind.DEPLOYED,
        "form": DeedForm.INSTRUCTION,
        "title": "部署执法办案中心建设",
    }
    return DeedDraft(**given | changed)


def record(head, **changed):
    return record_deed(draft_of(head, **changed), by=None, at=NOON, today=TODAY)


def test_a_deed_keeps_the_post_of_its_day(head):
    acting = record(
        head, title=" 部署 ", occasion=" 党委会 ", document_number=" 示公发〔2026〕1号 "
    )
    before = record(head, on=date(2026, 2, 27))

    assert (acting.post.code, acting.acting, acting.bureau) == ("first_person", True, head.unit)
    assert (before.post.code, before.acting) == ("bureau_head", False)
    assert (acting.title, acting.occasion, acting.document_number) == (
        "部署",
        "党委会",
        "示公发〔2026〕1号",
    )
    assert acting.recorded_at == NOON


def test_the_same_page_sent_twice_is_one_deed(head):
    once = uuid.uuid4()

    made = record(head, once=once)
    again = record(head, once=once)

    assert (again, Deed.objects.count()) == (made, 1)


def test_a_record_is_linked_once_for_person_and_kind(head):
    meeting = MeetingFactory(unit=head.unit)
    made = record(head, links={"meeting": meeting})

    with pytest.raises(CannotRecordDeed) as refusal:
        record(head, links={"meeting": meeting})
    other = record(head, links={"meeting": meeting}, kind=DeedKind.REPORT_HEARD)
    cancel_deed(deed_id=made.pk, because="重复", by=UserFactory(), at=NOON)
    anew = record(head, links={"meeting": meeting})

    assert refusal.value.reasons == ["该人员已以同一履职方式记录过这项记录，不重复计算。"]
    assert {other.meeting, anew.meeting} == {meeting}


@pytest.mark.parametrize("kind", ["deployed", "asked", "coordinated", "supervised"])
def test_a_record_about_a_case_is_none_of_the_four(head, kind):
    case = WorkRecordFactory(unit=head.unit, kind=RecordKindFactory(code="case", is_case=True))

    with pytest.raises(CannotRecordDeed) as refusal:
        record(head, kind=DeedKind(kind), links={"record": case})

    assert [CASE_RULE in reason for reason in refusal.value.reasons] == [True]
    assert Deed.objects.count() == 0


def test_a_court_appearance_links_its_record(head):
    court = WorkRecordFactory(unit=head.unit, kind=RecordKindFactory(code="court", is_case=True))

    made = record(head, kind=DeedKind.COURT, links={"record": court}, title="出庭应诉")

    assert made.record == court


@pytest.mark.parametrize("field", ["title", "occasion", "document_number"])
def test_a_case_is_named_nowhere(head, field):
    with pytest.raises(CannotRecordDeed) as refusal:
        record(head, **{field: "（2025）示0101刑初12号"})

    (reason,) = refusal.value.reasons
    assert ("(2025)示0101刑初12号" in reason, CASE_RULE in reason) == (True, True)


def test_what_else_speaks_against_a_deed(head):
    meeting = MeetingFactory()
    cancelled = MeetingFactory(
        unit=head.unit, cancelled_at=NOON, cancelled_by=UserFactory(), cancelled_because="误录"
    )

    for changed, reason in (
        ({"on": TODAY + timedelta(1)}, "日期不能晚于今天：做了再记录。"),
        (
            {"on": date(2024, 12, 31)},
            "该人员当日未在该单位任职，请核对日期；任职尚未录入的，先录入任职。",
        ),
        ({"links": {"meeting": meeting}}, "所关联的记录不属于该分局。"),
        ({"links": {"meeting": cancelled}}, "所关联的记录已作废。"),
    ):
        with pytest.raises(CannotRecordDeed) as refusal:
            record(head, **changed)
        assert refusal.value.reasons == [reason]


def test_a_deed_is_corrected_for_the_same_person(head):
    duty = FirstPersonDutyFactory(duty_list__unit=head.unit)
    made = record(head)
    other = PersonFactory(unit=head.unit)

    edited = edit_deed(
        deed_id=made.pk,
        draft=draft_of(head, on=date(2026, 2, 27), title="部署案卷评查", duties=(duty,)),
        today=TODAY,
    )
    with pytest.raises(CannotRecordDeed) as refusal:
        edit_deed(deed_id=made.pk, draft=draft_of(other), today=TODAY)

    assert (edited.title, edited.post.code, edited.acting) == ("部署案卷评查", "bureau_head", False)
    assert list(edited.duties.all()) == [duty]
    assert refusal.value.reasons == ["不能改为他人的履职记录；请作废后重新录入。"]


def test_a_deed_is_cancelled_once_with_a_reason(head):
    made, by = record(head), UserFactory()

    with pytest.raises(CannotRecordDeed) as bare:
        cancel_deed(deed_id=made.pk, because=" ", by=by, at=NOON)
    cancel_deed(deed_id=made.pk, because="误录", by=by, at=NOON)
    with pytest.raises(CannotRecordDeed) as twice:
        cancel_deed(deed_id=made.pk, because="误录", by=by, at=NOON)
    with pytest.raises(CannotRecordDeed) as edited:
        edit_deed(deed_id=made.pk, draft=draft_of(head), today=TODAY)

    made.refresh_from_db()
    assert bare.value.reasons == ["请写明作废原因。"]
    assert twice.value.reasons == ["该履职记录已作废。"]
    assert edited.value.reasons == ["该履职记录已作废，不能再修改。"]
    assert (made.cancelled_by, made.cancelled_because) == (by, "误录")
    assert list(Deed.objects.standing()) == []


# --- accounts ------------------------------------------------------------------------------------


def account_of(person, **changed):
    given = {
        "unit": person.unit,
        "person": person,
        "year": 2025,
        "form": AccountForm.MEETING,
        "on": date(2026, 1, 20),
        "before": "局党委",
    }
    return AccountDraft(**given | changed)


def tell(person, **changed):
    return record_account(account_of(person, **changed), by=None, at=NOON, today=TODAY)


def test_account_is_given_with_the_post_of_its_year(head):
    meeting = MeetingFactory(unit=head.unit, held_on=date(2026, 1, 20))

    made = tell(head, meeting=meeting, comment=" 问题要具体 ", commented_by="书记")

    assert (made.post.code, made.bureau, made.meeting) == ("bureau_head", head.unit, meeting)
    assert (made.comment, made.commented_by, made.recorded_at) == ("问题要具体", "书记", NOON)


def test_who_left_during_the_year_may_give_account():
    station = UnitFactory()
    person = PersonFactory(unit=station)
    AppointmentFactory(person=person, last_day=date(2025, 5, 17))

    made = tell(person)

    assert made.post.code == "chief"


def test_account_is_given_once_a_year(head):
    made = tell(head)

    with pytest.raises(CannotRecordAccount) as refusal:
        tell(head, form=AccountForm.WRITTEN)
    cancel_account(account_id=made.pk, because="误录", by=UserFactory(), at=NOON)
    anew = tell(head)

    assert refusal.value.reasons == ["该人员该年度的述法已录入。"]
    assert list(AccountGiven.objects.standing()) == [anew]


def test_what_speaks_against_an_account(head):
    elsewhere = MeetingFactory(held_on=date(2026, 1, 20))

    for person, changed, reason in (
        (head, {"on": TODAY + timedelta(1)}, "述法日期不能晚于今天。"),
        (head, {"year": 2027}, "述法日期早于述法年度。"),
        (head, {"before": " "}, "请填写述法对象。"),
        (head, {"meeting": elsewhere}, "所选会议不属于该分局，或已作废。"),
        (head, {"comment": "好"}, "填写了点评意见的，请填写点评人。"),
        (PersonFactory(unit=head.unit), {}, "该人员在述法年度未在该单位任职。"),
    ):
        with pytest.raises(CannotRecordAccount) as refusal:
            tell(person, **changed)
        assert refusal.value.reasons == [reason]


def test_the_comment_is_added_later(head):
    made = tell(head)

    edited = edit_account(
        account_id=made.pk,
        draft=account_of(head, comment="问题要具体", commented_by="书记"),
        today=TODAY,
    )
    with pytest.raises(CannotRecordAccount) as refusal:
        edit_account(account_id=made.pk, draft=account_of(head, year=2026), today=TODAY)

    assert (edited.comment, edited.commented_by) == ("问题要具体", "书记")
    assert refusal.value.reasons == ["不能改为他人或其他年度的述法；请作废后重新录入。"]


def test_an_account_is_cancelled_once_with_a_reason(head):
    made, by = tell(head), UserFactory()

    with pytest.raises(CannotRecordAccount) as bare:
        cancel_account(account_id=made.pk, because="", by=by, at=NOON)
    cancel_account(account_id=made.pk, because="误录", by=by, at=NOON)
    with pytest.raises(CannotRecordAccount) as twice:
        cancel_account(account_id=made.pk, because="误录", by=by, at=NOON)
    with pytest.raises(CannotRecordAccount) as edited:
        edit_account(account_id=made.pk, draft=account_of(head), today=TODAY)

    assert bare.value.reasons == ["请写明作废原因。"]
    assert twice.value.reasons == ["该述法记录已作废。"]
    assert edited.value.reasons == ["该述法记录已作废，不能再修改。"]
