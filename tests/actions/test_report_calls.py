"""The year's notice: recorded once, corrected, ticked off by someone."""

from dataclasses import replace
from datetime import date

import pytest

from reports.actions.report_calls import (
    CallDraft,
    CannotKeepCall,
    edit_call,
    record_call,
    tick_item,
)
from reports.models import CallItem, ReportCall
from reports.selectors.report_calls import calls_shown
from tests.factories import NOON, BureauFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON}


@pytest.fixture
def draft():
    return CallDraft(
        BureauFactory(),
        2026,
        "区法治办",
        date(2027, 3, 1),
        items=("写明第一责任人履职情况", "附数据表"),
    )


def items(call):
    rows = call.items.order_by("position")
    return [(item.position, item.text, item.done_on is not None) for item in rows]


def test_a_notice_is_recorded_once(draft):
    call = record_call(draft=draft, **STAMP)

    assert record_call(draft=draft, **STAMP) == call
    assert items(call) == [(1, "写明第一责任人履职情况", False), (2, "附数据表", False)]


def test_ticking_off_names_who_and_when(draft):
    call, one, other = record_call(draft=draft, **STAMP), UserFactory(), UserFactory()
    item = call.items.get(position=2)

    tick_item(item_id=item.pk, done=True, note="", by=one, at=NOON, today=TODAY)
    tick_item(item_id=item.pk, done=True, note="", by=other, at=NOON, today=TODAY)

    item.refresh_from_db()
    assert (item.done_on, item.done_by) == (TODAY, one)
    (shown,) = calls_shown(call.unit_id, 2026, today=TODAY)
    assert [each.text for each in shown.open_items] == ["写明第一责任人履职情况"]
    assert shown.days_left == 264
    tick_item(item_id=item.pk, done=False, note="缺一张表", by=other, at=NOON, today=TODAY)
    item.refresh_from_db()
    assert (item.done_on, item.done_by, item.note) == (None, None, "缺一张表")


def test_a_corrected_notice_keeps_the_ticks_of_what_stays(draft):
    call = record_call(draft=draft, **STAMP)
    item = call.items.get(position=2)
    tick_item(item_id=item.pk, done=True, note="", by=UserFactory(), at=NOON, today=TODAY)
    changed = replace(draft, issued_by="市法治办", items=("附数据表", "写明上年问题整改"))

    edit_call(call_id=call.pk, draft=changed, **STAMP)

    assert ReportCall.objects.get().issued_by == "市法治办"
    assert items(call) == [(1, "附数据表", True), (2, "写明上年问题整改", False)]
    assert CallItem.history.filter(text="写明第一责任人履职情况", history_type="-").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issued_by": " "}, "请填写发文机关"),
        ({"issued_on": date(2027, 3, 2)}, "报送期限早于发文日期"),
        ({"items": ("字" * 301,)}, "不超过300字"),
    ],
)
def test_notices_that_cannot_be(draft, change, reason):
    with pytest.raises(CannotKeepCall, match=reason):
        record_call(draft=replace(draft, **change), **STAMP)
    assert not ReportCall.objects.exists()


def test_a_station_is_asked_for_no_report(draft):
    with pytest.raises(CannotKeepCall, match="不单独编制年度报告"):
        record_call(draft=replace(draft, unit=UnitFactory()), **STAMP)
