"""Notices as lists, as what waits, and what a new one may be about."""

from datetime import date, timedelta

import pytest

from reports.actions.measures import MeasureDraft, set_measure
from reports.actions.notices import (
    ItemDraft,
    ReplyDraft,
    answer_notice,
    approve_notice,
    cancel_notice,
    end_notice,
    keep_replies,
    receive_notice,
    send_back_notice,
)
from reports.domain.access import Role
from reports.models import Notice
from reports.selectors.notices import (
    NoticeWaits,
    Why,
    late_days,
    notice_paper,
    notice_record,
    notices_for,
    notices_waiting,
    offers_for,
)
from reports.selectors.scope import scope_of
from tests.factories import (
    NOON,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    DueFactory,
    IssuingOfficeFactory,
    NoticeFactory,
    PersonFactory,
    ProblemFactory,
    ProblemMoveFactory,
    UnitFactory,
    UserFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


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
def head(station):
    return AppointmentFactory(person=PersonFactory(unit=station, name="李所长")).person


@pytest.fixture
def way(station, head):
    """Brings a notice to the station forward to a state, each step on a day."""
    signer, clerk = UserFactory(), UserFactory()

    def bring(notice, to, on=TODAY):
        common = {"notice_id": notice.pk, "on": on, "at": NOON, "today": TODAY}
        for step in ("approved", "received", "answered", "ended"):
            if step == "approved":
                approve_notice(**common, by=signer)
            elif step == "received":
                receive_notice(**common, by=clerk)
            elif step == "answered":
                replies = [ReplyDraft(item.pk, "已整改") for item in notice.items.all()]
                keep_replies(**common, replies=replies, approved_by=head, by=clerk)
                answer_notice(**common, by=clerk)
            else:
                end_notice(**common, note="同意", by=signer)
            if step == to:
                break
        notice.refresh_from_db()
        return notice

    return bring


def scope(role, unit, **more):
    return scope_of(member(role, unit, **more), today=TODAY)


def waiting(of):
    return {why: list(rows.order_by("pk")) for why, rows in notices_waiting(of, TODAY).items()}


# --- what waits ---------------------------------------------------------------------------------


def test_what_waits_goes_from_desk_to_desk(bureau, station, way):
    other = UnitFactory(parent=bureau, ledger_from=None)
    notice = NoticeFactory(unit=station)
    desks = {
        "leader": scope(Role.LEADER, bureau),
        "clerk": scope(Role.CLERK, station),
        "stranger": scope(Role.CLERK, other),
        "officer": scope(Role.LEGAL_OFFICER, bureau),
        "inspector": scope(Role.INSPECTOR, bureau),
    }

    found = {}
    for step in ("draft", "approved", "received", "answered", "ended"):
        if step != "draft":
            Notice.objects.filter(pk=notice.pk).update(
                state=step, number="江公法督〔2026〕1号", approved_on=TODAY
            )
        found[step] = {
            (desk, why.value)
            for desk, of in desks.items()
            for why, rows in waiting(of).items()
            if rows
        }

    assert found == {
        "draft": {("leader", "approve")},
        "approved": {("clerk", "receive")},
        "received": {("clerk", "reply")},
        "answered": {("officer", "end")},
        "ended": set(),
    }


def test_who_drafted_or_changed_it_is_not_asked_to_sign(bureau, station):
    own = member(Role.LEADER, bureau)
    NoticeFactory(unit=station, by=own)

    assert waiting(scope_of(own, today=TODAY)) == {NoticeWaits.APPROVE: []}


def test_a_supervisor_is_asked_about_offices_above_the_bureaus_only(city, bureau, station):
    above = NoticeFactory(unit=station, office=IssuingOfficeFactory(unit=city))
    NoticeFactory(unit=station)

    assert waiting(scope(Role.SUPERVISOR, city)) == {
        NoticeWaits.APPROVE: [above],
        NoticeWaits.END: [],
    }


def test_cancelled_ones_wait_for_nobody(bureau, station):
    notice = NoticeFactory(unit=station)
    cancel_notice(notice_id=notice.pk, because="录错", by=UserFactory(), at=NOON)

    assert waiting(scope(Role.LEADER, bureau)) == {NoticeWaits.APPROVE: []}


# --- who sees it --------------------------------------------------------------------------------


def test_a_draft_is_seen_where_it_is_issued_and_signed_ones_where_they_go(
    city, bureau, station, way
):
    office = IssuingOfficeFactory(unit=city)
    foreign = BureauFactory(parent=city)
    draft = NoticeFactory(unit=station, office=office)
    signed = way(NoticeFactory(unit=station, office=office), "approved")
    own = NoticeFactory(unit=station)
    desks = {
        "supervisor": scope(Role.SUPERVISOR, city),
        "officer": scope(Role.LEGAL_OFFICER, bureau),
        "clerk": scope(Role.CLERK, station),
        "foreign": scope(Role.LEGAL_OFFICER, foreign),
        "system": scope(Role.SYSTEM_ADMIN, city),
    }

    found = {desk: set(of.limit(Notice.objects.all())) for desk, of in desks.items()}

    assert found == {
        "supervisor": {draft, signed, own},
        "officer": {signed, own},
        "clerk": {signed},
        "foreign": set(),
        "system": set(),
    }


# --- the list -----------------------------------------------------------------------------------


def listed(**more):
    rows = notices_for(None, **{"on": TODAY, "today": TODAY} | more)
    return [(row.pk, row.state_then, row.answered_then) for row in rows.order_by("pk")]


def test_states_as_of_a_day(station, way, head):
    notice = NoticeFactory(unit=station, drafted_on=date(2026, 6, 1))
    way(notice, "approved", date(2026, 6, 3))
    way_on = {"received": date(2026, 6, 4), "answered": date(2026, 6, 8)}
    common = {"notice_id": notice.pk, "at": NOON, "today": TODAY, "by": UserFactory()}
    receive_notice(**common, on=way_on["received"])
    keep_replies(
        **common,
        on=way_on["answered"],
        replies=[ReplyDraft(notice.items.get().pk, "已整改")],
        approved_by=head,
    )
    answer_notice(**common, on=way_on["answered"])
    send_back_notice(**common, on=date(2026, 6, 9), note="补充原因")

    days = [date(2026, 6, day) for day in (1, 3, 4, 8, 9)]
    found = {day: listed(on=day) for day in days}

    answered = date(2026, 6, 8)
    assert found == {
        days[0]: [(notice.pk, "draft", None)],
        days[1]: [(notice.pk, "approved", None)],
        days[2]: [(notice.pk, "received", None)],
        days[3]: [(notice.pk, "answered", answered)],
        days[4]: [(notice.pk, "received", None)],
    }
    assert listed(on=date(2026, 5, 31)) == []


def test_answered_late_is_late(station, way, head):
    late = NoticeFactory(unit=station, answer_by=date(2026, 6, 5))
    way(late, "received", date(2026, 6, 4))
    in_time = way(NoticeFactory(unit=station, answer_by=TODAY), "answered")
    draft = NoticeFactory(unit=station, answer_by=date(2026, 6, 5))

    def keys(late):
        return [pk for pk, _state, _day in listed(late=late)]

    waiting_for_it = keys("waiting"), keys("answered")
    common = {"notice_id": late.pk, "on": TODAY, "at": NOON, "today": TODAY, "by": UserFactory()}
    keep_replies(
        **common,
        replies=[ReplyDraft(late.items.get().pk, "已整改")],
        approved_by=head,
    )
    answer_notice(**common)

    assert waiting_for_it == ([late.pk], [])
    assert (keys("waiting"), keys("answered"), keys("late")) == ([], [late.pk], [late.pk])
    rows = {row.pk: late_days(row, TODAY) for row in notices_for(None, on=TODAY, today=TODAY)}
    assert rows == {late.pk: 5, in_time.pk: 0, draft.pk: 0}


def test_a_year_has_what_was_drafted_in_it_and_what_had_not_ended(station, way):
    old = {"drafted_on": date(2025, 12, 1), "answer_by": TODAY}
    carried = way(NoticeFactory(unit=station, **old), "received", date(2025, 12, 5))
    ended = way(NoticeFactory(unit=station, **old), "ended", date(2025, 12, 5))
    this = NoticeFactory(unit=station)

    assert [pk for pk, *_rest in listed(year=2026)] == [carried.pk, this.pk]
    assert [pk for pk, *_rest in listed(year=2025)] == [carried.pk, ended.pk]
    assert [pk for pk, *_rest in listed(state="open")] == [carried.pk, this.pk]
    assert [pk for pk, *_rest in listed(state="ended")] == [ended.pk]


def test_cancelled_ones_are_listed_when_asked_for(station):
    notice = NoticeFactory(unit=station)
    cancel_notice(notice_id=notice.pk, because="录错", by=UserFactory(), at=NOON)

    assert listed() == []
    assert listed(cancelled=True) == [(notice.pk, "draft", None)]


# --- what it may be about -----------------------------------------------------------------------


def offered(bureau, unit, **more):
    return offers_for(scope(Role.LEGAL_OFFICER, bureau), unit, today=TODAY, **more)


def test_what_is_overdue_or_returned_is_offered_with_its_demand(bureau, station):
    overdue = ProblemFactory(unit=station, title="台账不全", due_on=date(2026, 6, 1))
    returned = ProblemFactory(unit=station, title="记录不实", due_on=date(2026, 7, 1))
    for number, (move, state) in enumerate(
        (("assign", "assigned"), ("start", "in_hand"), ("return", "in_hand"))
    ):
        ProblemMoveFactory(
            problem=returned,
            move=move,
            to_state=state,
            on=date(2026, 6, 1 + number),
            reason="不实",
        )
    returned.state = "in_hand"
    returned.save()
    ProblemFactory(unit=station, title="不逾期", due_on=date(2026, 7, 1))
    measure = set_measure(
        MeasureDraft(
            unit=station,
            title="补齐台账",
            set_on=date(2026, 5, 1),
            due_on=date(2026, 6, 5),
            problems=(overdue,),
        ),
        by=None,
        at=NOON,
        today=TODAY,
    )
    due = DueFactory(
        unit=station,
        period_first=date(2026, 5, 1),
        period_last=date(2026, 5, 31),
        awaits_until=date(2026, 6, 5),
    )

    rows = offered(bureau, station).rows

    assert [(row.why, row.key) for row in rows] == [
        (Why.PROBLEM_OVERDUE, f"problem-{overdue.pk}"),
        (Why.PROBLEM_RETURNED, f"problem-{returned.pk}"),
        (Why.MEASURE_OVERDUE, f"measure-{measure.pk}"),
        (Why.DUE_MISSED, f"due-{due.pk}"),
    ]
    assert rows[0].demand == (
        f"问题“台账不全”（编号{overdue.number}）整改期限为2026年6月1日，至今未销号，"
        "请抓紧整改并说明逾期原因。"
    )
    assert rows[0].note == "2026年6月1日到期，逾期9天"
    assert rows[1].note == "2026年6月3日退回"
    assert rows[2].demand == (
        "措施“补齐台账”应于2026年6月5日前完成，至今未完成，请抓紧落实并报告完成情况。"
    )


def test_of_a_bureau_the_problems_of_its_units_are_offered(bureau, station):
    problem = ProblemFactory(unit=station, due_on=date(2026, 6, 1))
    other = UnitFactory(parent=bureau, ledger_from=None)

    assert [row.pk for row in offered(bureau, bureau).rows] == [problem.pk]
    assert offered(bureau, other).rows == ()


def test_what_is_chosen_comes_first_and_what_runs_already_says_so(bureau, station, way):
    chosen = ProblemFactory(unit=station, due_on=date(2026, 7, 1))
    overdue = ProblemFactory(unit=station, due_on=date(2026, 6, 1))
    running = way(
        NoticeFactory(unit=station, items=(ItemDraft("请整改", problem_id=overdue.pk),)),
        "approved",
    )

    rows = offered(bureau, station, problem=chosen).rows

    assert [(row.why, row.pk, row.running) for row in rows] == [
        (Why.CHOSEN, chosen.pk, ""),
        (Why.PROBLEM_OVERDUE, overdue.pk, running.number),
    ]


def test_a_draft_keeps_the_words_of_its_items(bureau, station):
    problem = ProblemFactory(unit=station, due_on=date(2026, 6, 1))
    notice = NoticeFactory(unit=station, items=(ItemDraft("改过的要求", problem_id=problem.pk),))
    items = [each.item for each in notice_record(notice, None).items]

    (row,) = offered(bureau, station, items=items, but=notice.pk).rows

    assert (row.why, row.demand, row.running) == (Why.PROBLEM_OVERDUE, "改过的要求", "")


def test_no_more_than_a_page_of_each_is_offered(bureau, station):
    for _n in range(42):
        ProblemFactory(unit=station, due_on=date(2026, 6, 1))

    found = offered(bureau, station)

    assert len(found.rows) == 40
    assert found.more == {Why.PROBLEM_OVERDUE}


def test_offers_cost_a_fixed_number_of_queries(bureau, station, django_assert_num_queries):
    asking = scope(Role.LEGAL_OFFICER, bureau)
    for number in (1, 3):
        for _n in range(number):
            ProblemFactory(unit=station, due_on=date(2026, 6, 1))
        with django_assert_num_queries(4):
            assert offers_for(asking, station, today=TODAY).rows


# --- on paper -----------------------------------------------------------------------------------


def test_the_paper_says_what_happened(bureau, station, way, head):
    notice = NoticeFactory(
        unit=station, answer_by=date(2026, 6, 9), title="台账的整改", text="请办理。\n\n请回复。"
    )
    way(notice, "received", date(2026, 6, 5))
    common = {"notice_id": notice.pk, "on": TODAY, "at": NOON, "today": TODAY, "by": UserFactory()}
    keep_replies(
        **common,
        replies=[ReplyDraft(notice.items.get().pk, "已整改\n已报告")],
        approved_by=head,
    )
    answer_notice(**common)
    notice.refresh_from_db()

    paper = notice_paper(notice, today=TODAY)

    assert (paper.number, paper.to, paper.text, paper.answer_by, paper.day) == (
        notice.number,
        "江北分局一所",
        ("请办理。", "请回复。"),
        "2026年6月9日",
        "2026年6月5日",
    )
    assert [(i.number, i.demand, i.reply, i.reply_day) for i in paper.items] == [
        (1, "请说明原因", ("已整改", "已报告"), "2026年6月10日")
    ]
    assert (paper.head, paper.answered_day, paper.late, paper.mark) == (
        "李所长",
        "2026年6月10日",
        "逾期1天回复",
        "",
    )


def test_a_draft_says_on_paper_that_it_is_none(station):
    notice = NoticeFactory(unit=station)

    paper = notice_paper(notice, today=TODAY + timedelta(days=60))

    assert (paper.mark, paper.number, paper.day, paper.late, paper.approver) == (
        "拟稿，未签发",
        "",
        "",
        "",
        "",
    )
