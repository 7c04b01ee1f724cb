"""The way of a notice in the database: numbers, replies, late answers, who comes second."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.actions.evidence import Upload
from reports.actions.notices import (
    CannotCancelNotice,
    CannotDraftNotice,
    CannotMoveNotice,
    CannotReply,
    ItemDraft,
    NoticeDraft,
    NoticeFromAbove,
    ReplyDraft,
    add_reply_files,
    answer_notice,
    approve_notice,
    cancel_notice,
    draft_notice,
    edit_notice,
    end_notice,
    keep_replies,
    keep_signed_replies,
    receive_notice,
    record_notice_from_above,
    send_back_notice,
)
from reports.models import EvidenceUse, Notice, NoticeItem
from reports.models.choices import EvidenceKind
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    IssuingOfficeFactory,
    NoticeFactory,
    PersonFactory,
    PostFactory,
    ProblemFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city, name="江北分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", ledger_from=None)


@pytest.fixture
def office(bureau):
    return IssuingOfficeFactory(unit=bureau, name="江北分局法制大队", prefix="江公法督")


@pytest.fixture
def people():
    """Who drafts, who signs, who answers."""
    return [UserFactory(username=name) for name in ("drafter", "signer", "clerk")]


@pytest.fixture
def head(station):
    return AppointmentFactory(person=PersonFactory(unit=station, name="李所长")).person


def draft(office, station, **more):
    columns = {
        "office": office,
        "unit": station,
        "title": "逾期问题的整改",
        "answer_by": date(2026, 6, 20),
        "drafted_on": date(2026, 6, 8),
        "items": (ItemDraft("请说明原因"), ItemDraft("请报告进展")),
    }
    return NoticeDraft(**columns | more)


def drafted(office, station, by, **more):
    return draft_notice(draft(office, station, **more), by=by, at=NOON, today=TODAY)


def signed(office, station, people, **more):
    notice = drafted(office, station, people[0], **more)
    return approve_notice(notice_id=notice.pk, on=TODAY, by=people[1], at=NOON, today=TODAY)


def received(office, station, people, **more):
    notice = signed(office, station, people, **more)
    return receive_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=NOON, today=TODAY)


def reply(notice, by, head, *words, at=NOON, on=TODAY, today=None, **more):
    """Words for the first items, in order."""
    items = notice.items.order_by("position")
    return keep_replies(
        notice_id=notice.pk,
        replies=[ReplyDraft(item.pk, text) for item, text in zip(items, words, strict=False)],
        on=on,
        approved_by=head,
        by=by,
        at=at,
        today=today or on,
        **more,
    )


def sheet(name="签批.pdf"):
    file = SimpleUploadedFile(name, b"%PDF-1.4 ...", "application/pdf")
    return Upload(file, EvidenceKind.DECISION)


def steps(notice):
    return list(notice.moves.order_by("pk").values_list("to_state", "on", "recorded_by__username"))


# --- drafting -----------------------------------------------------------------------------------


def test_a_draft_has_no_number(office, station, bureau, people):
    problem = ProblemFactory(unit=station)

    notice = drafted(
        office, station, people[0], items=(ItemDraft(" 请整改 ", problem_id=problem.pk),)
    )

    notice.refresh_from_db()
    assert (notice.state, notice.number, notice.bureau, notice.recorded_by) == (
        "draft",
        "",
        bureau,
        people[0],
    )
    assert list(notice.items.values_list("position", "problem", "demand")) == [
        (1, problem.pk, "请整改")
    ]
    assert steps(notice) == [("draft", date(2026, 6, 8), "drafter")]


def test_the_same_draft_sent_twice_is_one(office, station, people):
    first = drafted(office, station, people[0])

    again = drafted(office, station, people[0])
    other = drafted(office, station, people[0], items=(ItemDraft("请说明原因"),))

    assert again == first
    assert other != first
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"title": " "}, "请填写事由。"),
        ({"items": ()}, "请至少勾选或填写一项督办事项。"),
        ({"items": (ItemDraft(" "),)}, "勾选的事项须写明督办要求。"),
        ({"items": (ItemDraft("请整改"),) * 61}, "一份督办单最多60项，请分开制发。"),
        ({"drafted_on": date(2026, 6, 11)}, "日期不能晚于今天。"),
        ({"answer_by": date(2026, 6, 7)}, "回复期限早于拟稿日期。"),
    ],
)
def test_drafting_is_refused(office, station, people, more, sentence):
    with pytest.raises(CannotDraftNotice) as refusal:
        drafted(office, station, people[0], **more)

    assert refusal.value.reasons == [sentence]
    assert not Notice.objects.exists()


def test_an_office_of_a_bureau_urges_its_own_units_only(office, city, people):
    other = BureauFactory(parent=city)

    with pytest.raises(CannotDraftNotice) as refusal:
        drafted(office, other, people[0])

    assert refusal.value.reasons == ["分局的制发机关只能督办本局单位。"]


def test_an_office_above_urges_units_of_bureaus_but_not_those_above(city, station, people):
    above = IssuingOfficeFactory(unit=city)

    notice = drafted(above, station, people[0])
    with pytest.raises(CannotDraftNotice) as refusal:
        drafted(above, city, people[0])

    assert notice.bureau == station.bureau
    assert refusal.value.reasons == ["督办单只能发给分局和分局所属单位。"]


def test_changing_a_draft_makes_one_a_drafter(office, station, people):
    notice = drafted(office, station, people[0])
    changed = draft(office, station, title="改过的事由", items=(ItemDraft("请报告进展"),))

    edit_notice(notice_id=notice.pk, draft=changed, by=people[1], at=NOON, today=TODAY)
    with pytest.raises(CannotMoveNotice) as refusal:
        approve_notice(notice_id=notice.pk, on=TODAY, by=people[1], at=NOON, today=TODAY)

    notice.refresh_from_db()
    assert notice.title == "改过的事由"
    assert [item.demand for item in notice.items.all()] == ["请报告进展"]
    assert steps(notice) == [
        ("draft", date(2026, 6, 8), "drafter"),
        ("draft", TODAY, "signer"),
    ]
    assert refusal.value.reasons == ["拟稿人、改稿人不能签发自己拟的督办单。"]


def test_saving_a_draft_unchanged_changes_nothing(office, station, people):
    notice = drafted(office, station, people[0])
    kept = list(notice.items.values_list("pk", flat=True))

    edit_notice(
        notice_id=notice.pk, draft=draft(office, station), by=people[1], at=NOON, today=TODAY
    )

    assert list(notice.items.values_list("pk", flat=True)) == kept
    assert notice.moves.count() == 1
    assert notice.history.count() == 1


def test_what_is_signed_is_not_changed(office, station, people):
    notice = signed(office, station, people)

    with pytest.raises(CannotDraftNotice) as refusal:
        edit_notice(
            notice_id=notice.pk,
            draft=draft(office, station, title="改过"),
            by=people[0],
            at=NOON,
            today=TODAY,
        )

    assert refusal.value.reasons == [
        "督办单已经签发，不能再改。",
        "督办单现为“已签发，待签收”，2026年6月10日由signer办理。",
    ]


# --- signing ------------------------------------------------------------------------------------


def test_numbers_follow_each_other_by_office_and_year(office, station, city, people):
    above = IssuingOfficeFactory(unit=city, prefix="市公法督")
    last_year = {"drafted_on": date(2025, 12, 30), "answer_by": date(2026, 7, 1)}
    old = drafted(office, station, people[0], **last_year)

    found = [signed(office, station, people, title=f"第{n}份") for n in (1, 2)]
    found.append(signed(above, station, people))
    PostFactory()
    found.append(
        approve_notice(notice_id=old.pk, on=date(2025, 12, 31), by=people[1], at=NOON, today=TODAY)
    )

    assert [each.number for each in found] == [
        "江公法督〔2026〕1号",
        "江公法督〔2026〕2号",
        "市公法督〔2026〕1号",
        "江公法督〔2025〕1号",
    ]


def test_the_number_of_a_cancelled_notice_is_not_given_again(office, station, people):
    first = signed(office, station, people)
    cancel_notice(notice_id=first.pk, because="发错单位", by=people[0], at=NOON)

    second = signed(office, station, people, title="重发")

    assert second.number == "江公法督〔2026〕2号"


def test_who_drafted_does_not_sign(office, station, people):
    notice = drafted(office, station, people[0])

    with pytest.raises(CannotMoveNotice) as refusal:
        approve_notice(notice_id=notice.pk, on=TODAY, by=people[0], at=NOON, today=TODAY)

    notice.refresh_from_db()
    assert refusal.value.reasons == ["拟稿人、改稿人不能签发自己拟的督办单。"]
    assert (notice.state, notice.number) == ("draft", "")


def test_signing_names_the_person_behind_the_login(office, station, people):
    person = PersonFactory(user=people[1])

    notice = signed(office, station, people)

    assert (notice.approver, notice.approved_on, notice.from_paper) == (person, TODAY, False)


def test_a_signed_sheet_is_recorded_by_who_drafted(office, station, bureau, people):
    chief = AppointmentFactory(person=PersonFactory(unit=bureau, name="王局长")).person
    notice = drafted(office, station, people[0])

    approve_notice(
        notice_id=notice.pk,
        on=date(2026, 6, 9),
        by=people[0],
        at=NOON,
        today=TODAY,
        signer=chief,
        from_paper=True,
    )

    notice.refresh_from_db()
    assert (notice.approver, notice.approved_on, notice.from_paper) == (
        chief,
        date(2026, 6, 9),
        True,
    )


def on_paper(notice, by, signer, on=TODAY):
    return approve_notice(
        notice_id=notice.pk, on=on, by=by, at=NOON, today=TODAY, signer=signer, from_paper=True
    )


def test_no_drafter_signs_on_paper_either(office, station, bureau, people):
    own = AppointmentFactory(person=PersonFactory(unit=bureau, user=people[0])).person
    notice = drafted(office, station, people[0])

    with pytest.raises(CannotMoveNotice) as refusal:
        on_paper(notice, people[0], own)

    assert refusal.value.reasons == ["拟稿人、改稿人不能签发自己拟的督办单。"]


def test_only_who_holds_a_post_that_day_signs_on_paper(office, station, bureau, people):
    former = AppointmentFactory(
        person=PersonFactory(unit=bureau, name="王局长"), last_day=date(2026, 6, 9)
    ).person
    notice = drafted(office, station, people[0])

    with pytest.raises(CannotMoveNotice) as refusal:
        on_paper(notice, people[0], former)

    assert refusal.value.reasons == ["王局长在2026年6月10日没有在江北分局法制大队任职，不能签发。"]
    assert on_paper(notice, people[0], former, on=date(2026, 6, 9)).state == "approved"


def test_signing_after_the_day_to_answer_is_refused(office, station, people):
    notice = drafted(office, station, people[0], answer_by=date(2026, 6, 9))

    with pytest.raises(CannotMoveNotice) as refusal:
        approve_notice(notice_id=notice.pk, on=TODAY, by=people[1], at=NOON, today=TODAY)

    assert refusal.value.reasons == ["回复期限早于签发日期，请先修改回复期限。"]


def test_who_comes_second_is_told_what_happened(office, station, people):
    notice = signed(office, station, people)

    with pytest.raises(CannotMoveNotice) as refusal:
        approve_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=LATER, today=TODAY)

    assert refusal.value.reasons == ["督办单现为“已签发，待签收”，2026年6月10日由signer办理。"]
    assert notice.moves.count() == 2


# --- receiving and replying ---------------------------------------------------------------------


def test_it_is_received_once(office, station, people):
    notice = received(office, station, people)

    with pytest.raises(CannotMoveNotice):
        receive_notice(notice_id=notice.pk, on=TODAY, by=people[0], at=LATER, today=TODAY)

    notice.refresh_from_db()
    assert (notice.received_on, notice.received_by) == (TODAY, people[2])


def test_replies_are_kept_one_after_the_other(office, station, people, head):
    notice = received(office, station, people)

    reply(notice, people[2], head, "已整改")
    with pytest.raises(CannotMoveNotice) as refusal:
        answer_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=NOON, today=TODAY)
    reply(notice, people[2], head, "已整改", "正在推进", from_paper=True)
    answer_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=NOON, today=TODAY)

    notice.refresh_from_db()
    said = [
        list(item.replies.values_list("text", "approved_by__name", "from_paper"))
        for item in notice.items.order_by("position")
    ]
    assert refusal.value.reasons == ["还有督办事项没有回复，请逐项回复。"]
    # The same words again are the same reply.
    assert said == [[("已整改", "李所长", False)], [("正在推进", "李所长", True)]]
    assert (notice.state, notice.answered_on) == ("answered", TODAY)


def test_replies_are_refused_before_it_is_received(office, station, people, head):
    notice = signed(office, station, people)

    with pytest.raises(CannotReply) as refusal:
        reply(notice, people[2], head, "已整改")

    assert refusal.value.reasons == [
        "督办单现在不能填写回复。",
        "督办单现为“已签发，待签收”，2026年6月10日由signer办理。",
    ]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"on": date(2026, 6, 9), "today": TODAY}, "回复日期早于签收或退回的日期。"),
        ({"on": date(2026, 6, 11), "today": TODAY}, "日期不能晚于今天。"),
    ],
)
def test_days_of_replies(office, station, people, head, more, sentence):
    notice = received(office, station, people)

    with pytest.raises(CannotReply) as refusal:
        reply(notice, people[2], head, "已整改", **more)

    assert refusal.value.reasons == [sentence]


def test_replies_say_something(office, station, people, head):
    notice = received(office, station, people)

    with pytest.raises(CannotReply) as refusal:
        reply(notice, people[2], head, " ")

    assert refusal.value.reasons == ["请至少填写一项办理情况。"]


def test_replies_are_approved_by_somebody_of_the_unit(office, station, bureau, people):
    notice = received(office, station, people)
    elsewhere = AppointmentFactory(person=PersonFactory(unit=bureau, name="赵某")).person

    refusals = []
    for approver in (elsewhere, None):
        with pytest.raises(CannotReply) as refusal:
            reply(notice, people[2], approver, "已整改")
        refusals.append(refusal.value.reasons)

    assert refusals == [
        ["赵某在2026年6月10日没有在一所任职，不能审批回复。"],
        ["请选择审批的单位负责人。"],
    ]


def test_an_item_of_another_notice_is_refused(office, station, people, head):
    notice, other = (
        received(office, station, people),
        received(office, station, people, title="另一份"),
    )
    stranger = ReplyDraft(other.items.first().pk, "已整改")

    with pytest.raises(CannotReply) as refusal:
        keep_replies(
            notice_id=notice.pk,
            replies=[stranger],
            on=TODAY,
            approved_by=head,
            by=people[2],
            at=NOON,
            today=TODAY,
        )

    assert refusal.value.reasons == ["所选事项不在这份督办单中。"]


def answered(office, station, people, head):
    notice = received(office, station, people)
    reply(notice, people[2], head, "已整改", "已报告")
    return answer_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=NOON, today=TODAY)


def test_sent_back_every_item_is_replied_to_anew(office, station, people, head):
    notice = answered(office, station, people, head)
    common = {"notice_id": notice.pk, "by": people[0], "today": TODAY}

    send_back_notice(**common, note="原因没有写清", on=TODAY, at=LATER)
    notice.refresh_from_db()
    sent_back = (notice.state, notice.answered_on)
    with pytest.raises(CannotMoveNotice) as refusal:
        answer_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=LATER, today=TODAY)
    again = LATER + timedelta(minutes=1)
    # The second item stands as it was, and is said again.
    reply(notice, people[2], head, "原因是……", "已报告", at=again)
    answer_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=again, today=TODAY)

    notice.refresh_from_db()
    assert sent_back == ("received", None)
    assert refusal.value.reasons == ["还有督办事项没有回复，请逐项回复。"]
    assert notice.state == "answered"
    assert [item.replies.count() for item in notice.items.order_by("position")] == [2, 2]


def test_it_is_ended_with_an_opinion(office, station, people, head):
    notice = answered(office, station, people, head)
    common = {"notice_id": notice.pk, "on": TODAY, "by": people[0], "at": NOON, "today": TODAY}

    with pytest.raises(CannotMoveNotice) as refusal:
        end_notice(**common, note=" ")
    end_notice(**common, note="同意办结")

    notice.refresh_from_db()
    assert refusal.value.reasons == ["请写明意见。"]
    assert (notice.state, notice.ended_on, notice.ended_note) == ("ended", TODAY, "同意办结")
    assert [state for state, _on, _by in steps(notice)] == [
        "draft",
        "approved",
        "received",
        "answered",
        "ended",
    ]


# --- cancelling ---------------------------------------------------------------------------------


def test_a_cancelled_notice_goes_no_further(office, station, people):
    notice = signed(office, station, people)

    with pytest.raises(CannotCancelNotice) as wordless:
        cancel_notice(notice_id=notice.pk, because=" ", by=people[0], at=NOON)
    cancel_notice(notice_id=notice.pk, because="发错单位", by=people[0], at=NOON)
    with pytest.raises(CannotCancelNotice) as twice:
        cancel_notice(notice_id=notice.pk, because="再次", by=people[0], at=NOON)
    with pytest.raises(CannotMoveNotice) as further:
        receive_notice(notice_id=notice.pk, on=TODAY, by=people[2], at=NOON, today=TODAY)

    notice.refresh_from_db()
    assert (notice.cancelled_because, notice.number) == ("发错单位", "江公法督〔2026〕1号")
    assert [each.value.reasons for each in (wordless, twice, further)] == [
        ["请写明作废原因。"],
        ["该督办单已作废。"],
        ["该督办单已作废，不能再办理。"],
    ]


# --- from above ---------------------------------------------------------------------------------


def above(station, by, **more):
    columns = {
        "issued_by": "省公安厅法制总队",
        "number": "省公法督〔2026〕12号",
        "unit": station,
        "title": "执法问题的整改",
        "answer_by": date(2026, 6, 30),
        "issued_on": date(2026, 6, 3),
        "items": (ItemDraft("请报告整改情况"),),
    }
    return record_notice_from_above(NoticeFromAbove(**columns | more), by=by, at=NOON, today=TODAY)


def test_one_from_above_keeps_its_own_number_and_goes_the_same_way(station, people, head):
    notice = above(station, people[0])
    common = {"notice_id": notice.pk, "on": TODAY, "at": NOON, "today": TODAY}

    receive_notice(**common, by=people[2])
    reply(notice, people[2], head, "已整改")
    answer_notice(**common, by=people[2])
    end_notice(**common, by=people[0], note="省厅6月10日电话通知认可")

    notice.refresh_from_db()
    assert (notice.office, notice.number, notice.serial, notice.year) == (
        None,
        "省公法督〔2026〕12号",
        None,
        2026,
    )
    assert [(state, on) for state, on, _by in steps(notice)] == [
        ("approved", date(2026, 6, 3)),
        ("received", TODAY),
        ("answered", TODAY),
        ("ended", TODAY),
    ]


def test_one_from_above_is_recorded_once(station, people):
    first = above(station, people[0])

    again = above(station, people[0])
    with pytest.raises(CannotDraftNotice) as refusal:
        above(station, people[1])

    assert again == first
    assert refusal.value.reasons == ["该文号的督办单已经登记（2026年6月3日）。"]
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"issued_by": " "}, "请填写来文机关。"),
        ({"number": ""}, "请填写来文文号。"),
        ({"items": ()}, "请至少勾选或填写一项督办事项。"),
        ({"issued_on": date(2026, 6, 11)}, "日期不能晚于今天。"),
    ],
)
def test_recording_from_above_is_refused(station, people, more, sentence):
    with pytest.raises(CannotDraftNotice) as refusal:
        above(station, people[0], **more)

    assert refusal.value.reasons == [sentence]


# --- files --------------------------------------------------------------------------------------


def test_files_of_replies(office, station, people, head, evidence_store):
    notice = received(office, station, people)
    said = reply(notice, people[2], head, "已整改", "已报告")
    first, second = said.values()
    photo = Upload(SimpleUploadedFile("照片.txt", b"photo"), EvidenceKind.MATERIAL)

    add_reply_files(first, [photo], by=people[2], at=NOON)
    again = add_reply_files(first, [photo], by=people[2], at=NOON)
    scan = keep_signed_replies([first, second], sheet(), by=people[2], at=NOON)

    assert again == []
    assert (scan.kind, scan.unit, scan.bureau) == ("decision", station, station.bureau)
    assert list(EvidenceUse.objects.order_by("pk").values_list("evidence__title", "reply")) == [
        ("照片", first.pk),
        ("签批", first.pk),
        ("签批", second.pk),
    ]


def test_items_of_a_draft_are_replaced_not_piled_up(office, station, people):
    notice = NoticeFactory(office=office, unit=station, by=people[0])

    for demand in ("一", "二"):
        edit_notice(
            notice_id=notice.pk,
            draft=draft(office, station, items=(ItemDraft(demand),)),
            by=people[0],
            at=NOON,
            today=TODAY,
        )

    assert list(NoticeItem.objects.values_list("notice", "position", "demand")) == [
        (notice.pk, 1, "二")
    ]
