"""What fields may hold, which records are refused or questioned, and what counts."""

from datetime import date

import pytest

from reports.domain.record_kinds import HEADINGS, KINDS
from reports.domain.records import (
    AgainstRecord,
    AgainstValue,
    Caution,
    FieldRule,
    FieldType,
    RecordFacts,
    cautions_about,
    counted,
    names_a_party,
    reasons_against_record,
    reasons_against_values,
)

TODAY = date(2026, 6, 12)
PLACE = FieldRule("place", FieldType.TEXT)
AUDIENCE = FieldRule("audience", FieldType.NUMBER, counter="人次", in_totals=True)
HOURS = FieldRule("hours", FieldType.NUMBER, counter="学时")
TOPIC = FieldRule("topic", FieldType.CHOICE, ("反诈", "禁毒"), is_required=True)
DAY = FieldRule("day", FieldType.DAY)
HEAD = FieldRule("head", FieldType.YES_NO)
FIELDS = (PLACE, AUDIENCE, HOURS, TOPIC, DAY, HEAD)


@pytest.mark.parametrize(
    ("values", "against"),
    [
        ({"topic": "反诈"}, {}),
        ({}, {"topic": AgainstValue.MISSING}),
        ({"topic": "赌博"}, {"topic": AgainstValue.NOT_OFFERED}),
        ({"topic": "反诈", "audience": 0}, {}),
        ({"topic": "反诈", "audience": -1}, {"audience": AgainstValue.NEGATIVE}),
        ({"topic": "反诈", "audience": 1.5}, {"audience": AgainstValue.NOT_WHOLE}),
        ({"topic": "反诈", "audience": "12"}, {"audience": AgainstValue.NO_NUMBER}),
        ({"topic": "反诈", "audience": True}, {"audience": AgainstValue.NO_NUMBER}),
        ({"topic": "反诈", "audience": 10**9}, {"audience": AgainstValue.TOO_LARGE}),
        ({"topic": "反诈", "audience": float("nan")}, {"audience": AgainstValue.TOO_LARGE}),
        ({"topic": "反诈", "hours": 1.5}, {}),
        ({"topic": "反诈", "hours": 1.255}, {"hours": AgainstValue.TOO_FINE}),
        ({"topic": "反诈", "day": "2026-02-28"}, {}),
        ({"topic": "反诈", "day": "2026-02-30"}, {"day": AgainstValue.NO_DAY}),
        ({"topic": "反诈", "day": "20260228"}, {"day": AgainstValue.NO_DAY}),
        ({"topic": "反诈", "head": False}, {}),
        ({"topic": "反诈", "head": "是"}, {"head": AgainstValue.NO_YES_OR_NO}),
        ({"topic": "反诈", "place": 3}, {"place": AgainstValue.NO_TEXT}),
        ({"topic": "反诈", "place": "广" * 301}, {"place": AgainstValue.TOO_LONG}),
        ({"topic": "反诈", "gone": 1}, {"gone": AgainstValue.UNKNOWN}),
    ],
)
def test_values_of_a_single_record(values, against):
    assert reasons_against_values(FIELDS, values, is_total=False) == against


@pytest.mark.parametrize(
    ("values", "against"),
    [
        ({}, {}),
        ({"audience": 120}, {}),
        ({"audience": 1.5}, {"audience": AgainstValue.NOT_WHOLE}),
        ({"topic": "反诈"}, {"topic": AgainstValue.NOT_IN_TOTALS}),
    ],
)
def test_values_of_a_total(values, against):
    assert reasons_against_values(FIELDS, values, is_total=True) == against


def single(**more):
    return RecordFacts(**{"on": date(2026, 6, 10), "title": "宣传", **more})


def total(**more):
    given = {
        "on": date(2026, 5, 1),
        "title": "5月",
        "is_total": True,
        "source": "月报",
        "amount": 3,
    }
    return RecordFacts(**given | more)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (single(), []),
        (single(title=" "), [AgainstRecord.NO_TITLE]),
        (single(on=date(2026, 6, 13)), [AgainstRecord.FUTURE]),
        (single(last_day=date(2026, 6, 10)), []),
        (single(last_day=date(2026, 6, 9)), [AgainstRecord.ENDS_BEFORE]),
        (single(last_day=date(2026, 6, 13)), [AgainstRecord.ENDS_IN_FUTURE]),
        # What goes on for some weeks may be entered while it does.
        (single(last_day=date(2026, 8, 31), asks_period=True), []),
        (single(amount=0), [AgainstRecord.NO_AMOUNT]),
        (total(), []),
        (total(amount=0), []),
        (total(amount=-1), [AgainstRecord.NO_AMOUNT]),
        (total(source=" "), [AgainstRecord.NO_SOURCE]),
        (total(takes_totals=False), [AgainstRecord.NO_TOTALS]),
        (total(on=date(2026, 5, 2)), [AgainstRecord.NOT_FIRST_OF_MONTH]),
        (total(last_day=date(2026, 5, 31)), [AgainstRecord.TOTAL_WITH_END]),
        (total(on=date(2026, 7, 1)), [AgainstRecord.FUTURE]),
    ],
)
def test_reasons_against_a_record(facts, reasons):
    assert reasons_against_record(facts, today=TODAY) == reasons


@pytest.mark.parametrize(
    ("facts", "there", "cautions"),
    [
        (single(), (0, 0, 0), []),
        (single(), (5, 0, 0), []),
        (single(), (0, 1, 0), [Caution.TOTAL_THERE]),
        (single(), (1, 0, 1), [Caution.LOOKS_THE_SAME]),
        (total(), (0, 0, 0), []),
        (total(), (2, 0, 0), [Caution.SINGLES_THERE]),
        (total(on=date(2026, 6, 1)), (0, 0, 0), [Caution.MONTH_NOT_OVER]),
    ],
)
def test_cautions(facts, there, cautions):
    singles, totals, same = there

    found = cautions_about(facts, today=TODAY, singles=singles, totals=totals, same=same)

    assert found == cautions


@pytest.mark.parametrize(
    ("singles", "rows", "whole", "amount"),
    [(3, 3, None, 3), (0, 0, 20, 20), (3, 3, 20, 3), (0, 0, None, 0), (0, 0, 0, 0)],
)
def test_single_records_count_before_a_total(singles, rows, whole, amount):
    assert counted(singles=singles, single_rows=rows, total=whole) == amount


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("东公信〔2026〕12号", False),
        ("信访人张三来访", False),
        ("信访人张三", True),
        ("信访人：李小明，反映噪声", True),
        ("原告王某不服处罚", False),
        ("赵大力诉东城分局", True),
        ("不服行政处罚决定", False),
        ("申请人要求公开", False),
        ("当事人双方到场", False),
    ],
)
def test_plain_names_of_parties_are_found(text, names):
    assert names_a_party(text) is names


def test_a_name_is_refused_only_where_cases_are_concerned():
    facts = single(title="信访人张三")

    found = {
        case: reasons_against_record(facts, today=TODAY, is_case=case) for case in (True, False)
    }

    assert found == {True: [AgainstRecord.NAMES_SOMEONE], False: []}


def test_a_name_in_a_field_is_found_too():
    found = reasons_against_record(single(), today=TODAY, is_case=True, texts=["被处罚人陈立"])

    assert found == [AgainstRecord.NAMES_SOMEONE]


def test_delivered_kinds_fit_their_own_rules():
    codes = [kind.code for kind in KINDS]
    names = [kind.name for kind in KINDS]

    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)
    assert {kind.heading for kind in KINDS} <= set(HEADINGS)
    for kind in KINDS:
        rules = [each.rule for each in kind.fields]
        assert len({rule.code for rule in rules}) == len(rules)
        assert [r.code for r in rules if r.in_totals and r.type != FieldType.NUMBER] == []
        assert [r.code for r in rules if (r.type == FieldType.CHOICE) != bool(r.choices)] == []
