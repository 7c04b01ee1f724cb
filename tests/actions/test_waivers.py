"""Excusing dues: one by one, on request, and many at once."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from reports.actions.evidence import CannotKeepEvidence, Upload
from reports.actions.meetings import MeetingDraft, record_meeting
from reports.actions.schedules import plan_dues
from reports.actions.waivers import (
    CannotAskWaiver,
    CannotDecideWaiver,
    CannotNote,
    CannotOrderWaivers,
    CannotWaive,
    OrderDraft,
    ask_waiver,
    decide_waiver,
    grant_waiver,
    keep_signed_sheet,
    note_due,
    order_waivers,
    withdraw_order,
    withdraw_waiver,
)
from reports.domain.periods import Cadence
from reports.models import Due, DueNote, Evidence, Waiver, WaiverOrder, WaiverRequest
from reports.models.choices import EvidenceKind, OwedBy
from reports.selectors.audit import due_count_differences, due_differences
from tests.factories import (
    NOON,
    BureauFactory,
    MeetingKindFactory,
    PersonFactory,
    ScheduleVersionFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 10)
NOW = {"at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return BureauFactory()


@pytest.fixture
def stations(bureau):
    return [UnitFactory(parent=bureau, ledger_from=None) for _n in range(2)]


@pytest.fixture
def planned(bureau, stations):
    """The bureau owes a monthly, each station a weekly meeting; all of 2026."""
    own = ScheduleVersionFactory(schedule__set__unit=bureau)
    below = ScheduleVersionFactory(
        schedule__set=own.schedule.set,
        cadence=Cadence.WEEK.value,
        owed_by=OwedBy.KINDS.value,
        owing_kinds=[stations[0].kind],
    )
    plan_dues(today=TODAY, year=2026)
    return own.schedule, below.schedule


@pytest.fixture
def june(bureau, planned):
    return due_of(TODAY, unit=bureau)


def due_of(day, **where):
    return Due.objects.get(period_first__lte=day, period_last__gte=day, **where)


def hold(unit, day, *dues):
    draft = MeetingDraft(
        unit=unit,
        kind_id=MeetingKindFactory().pk,
        title="例会",
        held_on=day,
        due_ids=tuple(due.pk for due in dues),
    )
    return record_meeting(draft, by=None, **NOW)


def kept_is_right():
    assert [*due_differences(), *due_count_differences()] == []


# --- one due ------------------------------------------------------------------------------------


def waive(due, **kwargs):
    wanted = {"reason": "全员安保", "granted_on": TODAY, "by": UserFactory()} | kwargs
    return grant_waiver(due_id=due.pk, **wanted, **NOW)


def test_a_waived_due_is_excused_from_that_day_on(june):
    waiver = waive(june, granted_on=date(2026, 6, 8))

    june.refresh_from_db()
    assert june.verdict_on(date(2026, 6, 7)) == "open"
    assert june.verdict_on(date(2026, 12, 31)) == "waived"
    assert waiver.history.count() == 1
    kept_is_right()


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"reason": " "}, "理由"),
        ({"granted_on": date(2026, 6, 11)}, "不能晚于今天"),
        ({"from_paper": True}, "签批人"),
    ],
)
def test_a_waiver_is_refused_without_what_it_needs(june, kwargs, says):
    with pytest.raises(CannotWaive, match=says):
        waive(june, **kwargs)


def test_a_due_is_waived_once_and_not_when_it_is_met(june, bureau):
    waive(june)
    with pytest.raises(CannotWaive, match="已批准免开"):
        waive(june)
    may = due_of(date(2026, 5, 5), unit=bureau)
    hold(bureau, date(2026, 5, 5), may)
    with pytest.raises(CannotWaive, match="已按期落实"):
        waive(may)


def test_a_waiver_from_paper_names_who_signed(june):
    waiver = waive(june, from_paper=True, signer=PersonFactory())

    assert waiver.from_paper


def test_a_waiver_taken_back_lets_the_due_be_judged_again(june):
    waiver = waive(june, granted_on=date(2026, 6, 1))

    withdraw_waiver(waiver_id=waiver.pk, because="误批", on=TODAY, today=TODAY)

    june.refresh_from_db()
    assert june.verdict_on(TODAY) == "open"
    kept_is_right()
    with pytest.raises(CannotWaive, match="已撤销"):
        withdraw_waiver(waiver_id=waiver.pk, because="误批", on=TODAY, today=TODAY)
    waive(june)


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"because": " "}, "撤销原因"),
        ({"on": date(2026, 6, 11)}, "批准日期与今天之间"),
        ({"on": date(2026, 5, 31)}, "批准日期与今天之间"),
    ],
)
def test_a_waiver_is_taken_back_with_a_reason_and_an_honest_day(june, kwargs, says):
    waiver = waive(june, granted_on=date(2026, 6, 1))
    wanted = {"because": "误批", "on": TODAY} | kwargs

    with pytest.raises(CannotWaive, match=says):
        withdraw_waiver(waiver_id=waiver.pk, today=TODAY, **wanted)


# --- on request ---------------------------------------------------------------------------------


def ask(due, **kwargs):
    wanted = {"reason": "全员安保", "asked_on": TODAY, "by": UserFactory()} | kwargs
    return ask_waiver(due_id=due.pk, **wanted, **NOW)


def decide(request, **kwargs):
    wanted = {"granted": True, "note": "", "on": TODAY, "by": UserFactory()} | kwargs
    return decide_waiver(request_id=request.pk, **wanted, **NOW)


@pytest.mark.parametrize("day", [date(2026, 3, 5), TODAY, date(2026, 11, 5)])
def test_a_waiver_is_asked_for_before_the_period_and_after(planned, bureau, day):
    request = ask(due_of(day, unit=bureau))

    assert (request.granted, request.recorded_at) == (None, NOON)


def test_one_request_waits_at_a_time_and_nobody_passes_it_by(june):
    ask(june)

    with pytest.raises(CannotAskWaiver, match="正在等待决定"):
        ask(june)
    with pytest.raises(CannotWaive, match="正在等待决定"):
        waive(june)


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [({"reason": " "}, "理由"), ({"asked_on": date(2026, 6, 11)}, "申请日期不能晚于今天")],
)
def test_asking_is_refused_without_what_it_needs(june, kwargs, says):
    with pytest.raises(CannotAskWaiver, match=says):
        ask(june, **kwargs)


def test_what_was_held_needs_no_waiver(june, bureau):
    hold(bureau, TODAY, june)

    with pytest.raises(CannotAskWaiver, match="已按期落实"):
        ask(june)


def test_granting_makes_the_waiver_with_the_reason_asked(june):
    decided = decide(ask(june, reason="抗洪抢险"), note="同意，次月补学")

    waiver = Waiver.objects.get()
    june.refresh_from_db()
    assert (decided.waiver, decided.granted, decided.decided_on) == (waiver, True, TODAY)
    assert (waiver.reason, waiver.granted_on, june.waived_on) == ("抗洪抢险", TODAY, TODAY)
    assert decided.history.count() == 2
    kept_is_right()


def test_refusing_says_why_and_leaves_the_due_as_it_is(june):
    request = ask(june)
    with pytest.raises(CannotDecideWaiver, match="请写明理由"):
        decide(request, granted=False)

    decided = decide(request, granted=False, note="仍有时间召开")

    june.refresh_from_db()
    assert (decided.granted, decided.waiver, june.waived_on) == (False, None, None)
    assert ask(june).pk != request.pk


def test_nobody_decides_on_what_they_asked_for(june):
    user = UserFactory()
    request = ask(june, by=user)

    for granted in (True, False):
        with pytest.raises(CannotDecideWaiver, match="申请人不能"):
            decide(request, by=user, granted=granted, note="同意")


def test_a_request_is_decided_once(june):
    request = decide(ask(june))

    with pytest.raises(CannotDecideWaiver, match="已经决定"):
        decide(request)


def test_what_was_held_meanwhile_can_only_be_refused(june, bureau):
    request = ask(june)
    hold(bureau, TODAY, june)

    with pytest.raises(CannotDecideWaiver, match="已按期落实"):
        decide(request)
    assert decide(request, granted=False, note="会已召开").granted is False


def test_a_request_is_granted_from_a_sheet_that_somebody_signed(june):
    signer = PersonFactory()
    request = ask(june)
    with pytest.raises(CannotDecideWaiver, match="签批人"):
        decide(request, from_paper=True)

    waiver = decide(request, from_paper=True, signer=signer).waiver

    assert (waiver.from_paper, waiver.signer) == (True, signer)


# --- by a notice --------------------------------------------------------------------------------


def draft_of(unit, **kwargs):
    wanted = {
        "title": "关于做好安保工作的通知",
        "document_number": "东公通〔2026〕31号",
        "ordered_on": date(2026, 6, 5),
        "first_day": date(2026, 6, 8),
        "last_day": date(2026, 6, 21),
        "reason": "全员安保",
    } | kwargs
    return OrderDraft(unit=unit, **wanted)


def touched(planned, stations):
    """The weeks of 8 and 15 June of both stations."""
    rows = Due.objects.filter(schedule=planned[1], unit__in=stations)
    return rows.filter(period_first__in=[date(2026, 6, 8), date(2026, 6, 15)]).order_by("pk")


def order(unit, dues, signed=None, **kwargs):
    return order_waivers(
        draft=draft_of(unit, **kwargs),
        due_ids=[due.pk for due in dues],
        by=UserFactory(),
        signed=signed,
        **NOW,
    )


def test_one_notice_excuses_many_dues_at_once(bureau, stations, planned):
    dues = list(touched(planned, stations))

    notice, waivers = order(bureau, dues)

    assert len(waivers) == 4
    assert {waiver.order for waiver in notice.waivers.all()} == {notice}
    assert {due.waived_on for due in touched(planned, stations)} == {date(2026, 6, 5)}
    assert {waiver.reason for waiver in waivers} == {"全员安保"}
    assert [waiver.history.count() for waiver in waivers] == [1] * 4
    kept_is_right()


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"title": " "}, "通知名称"),
        ({"reason": ""}, "理由"),
        ({"ordered_on": date(2026, 6, 11)}, "通知日期不能晚于今天"),
        ({"last_day": date(2026, 6, 7)}, "截止日期早于起始日期"),
        ({"first_day": date(2026, 6, 15)}, "不在通知的日期之内"),
    ],
)
def test_a_notice_is_refused_without_what_it_needs(bureau, stations, planned, kwargs, says):
    with pytest.raises(CannotOrderWaivers, match=says):
        order(bureau, touched(planned, stations), **kwargs)

    assert not WaiverOrder.objects.exists()
    assert not Waiver.objects.exists()


def test_a_notice_without_dues_is_refused(bureau):
    with pytest.raises(CannotOrderWaivers, match="没有选择任何应开事项"):
        order(bureau, [])


def test_what_happened_meanwhile_refuses_the_whole_notice(bureau, stations, planned):
    dues = list(touched(planned, stations))
    hold(stations[0], date(2026, 6, 9), dues[0])
    ask(dues[3])

    with pytest.raises(CannotOrderWaivers) as refusal:
        order(bureau, dues)

    assert [reason.partition("：")[2] for reason in refusal.value.reasons] == [
        "该期已按期落实，无需免开。",
        "该期已有免开申请，正在等待决定。",
    ]
    assert not Waiver.objects.exists()


def test_what_needs_a_signature_says_who_signed(bureau, stations, planned, june, evidence_store):
    signer = PersonFactory(unit=bureau)
    dues = [*touched(planned, stations), june]

    _notice, waivers = order(bureau, dues, signed={june.pk: signer})
    of_bureau = [waiver for waiver in waivers if waiver.from_paper]
    keep_signed_sheet(
        waivers[-2:],
        Upload(SimpleUploadedFile("签批.pdf", b"%PDF-1.4"), EvidenceKind.DECISION),
        by=None,
        at=NOON,
    )

    assert [(each.due, each.signer) for each in of_bureau] == [(june, signer)]
    assert [use.waiver for use in Evidence.objects.get().uses.order_by("pk")] == waivers[-2:]


def test_a_sheet_that_is_no_file_we_keep_is_refused(june):
    waiver = waive(june)

    with pytest.raises(CannotKeepEvidence):
        keep_signed_sheet([waiver], Upload(SimpleUploadedFile("a.exe", b"MZ")), by=None, at=NOON)


def test_taking_a_notice_back_lets_every_due_be_judged_again(bureau, stations, planned):
    notice, waivers = order(bureau, touched(planned, stations))
    withdraw_waiver(waiver_id=waivers[0].pk, because="该所已召开", on=TODAY, today=TODAY)

    number = withdraw_order(
        order_id=notice.pk, because="安保取消", on=TODAY, by=UserFactory(), **NOW
    )

    assert number == 3
    assert {due.waived_on for due in touched(planned, stations)} == {None}
    reasons = notice.waivers.order_by("pk").values_list("withdrawn_because", flat=True)
    assert list(reasons) == ["该所已召开", "安保取消", "安保取消", "安保取消"]
    assert waivers[1].history.count() == 2
    kept_is_right()


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"because": " "}, "撤销原因"),
        ({"on": date(2026, 6, 4)}, "通知日期与今天之间"),
        ({"on": date(2026, 6, 11)}, "通知日期与今天之间"),
    ],
)
def test_a_notice_is_taken_back_with_a_reason_and_an_honest_day(
    bureau, stations, planned, kwargs, says
):
    notice, _waivers = order(bureau, touched(planned, stations))
    wanted = {"because": "安保取消", "on": TODAY} | kwargs

    with pytest.raises(CannotOrderWaivers, match=says):
        withdraw_order(order_id=notice.pk, by=UserFactory(), **wanted, **NOW)


def test_a_notice_is_taken_back_once(bureau, stations, planned):
    notice, _waivers = order(bureau, touched(planned, stations))
    wanted = {"order_id": notice.pk, "because": "安保取消", "on": TODAY, "by": UserFactory()}
    withdraw_order(**wanted, **NOW)

    with pytest.raises(CannotOrderWaivers, match="已全部撤销"):
        withdraw_order(**wanted, **NOW)


# --- remarks ------------------------------------------------------------------------------------


def test_a_remark_stays_with_its_due(june):
    user = UserFactory()

    note_due(due_id=june.pk, text=" 与季度例会合并考虑 ", by=user, at=NOON)

    note = DueNote.objects.get()
    assert (note.due, note.text, note.recorded_by) == (june, "与季度例会合并考虑", user)


def test_a_remark_says_something(june):
    with pytest.raises(CannotNote, match="说明内容"):
        note_due(due_id=june.pk, text=" ", by=UserFactory(), at=NOON)


def test_no_request_is_lost_by_planning_anew(june):
    ask(june)

    plan_dues(today=TODAY, year=2026)

    assert WaiverRequest.objects.get().due == june
