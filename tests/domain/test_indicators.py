"""The rule of a counted indicator, whom one applies to, and what never stands side by side."""

import pytest

from reports.domain.figures import Made
from reports.domain.indicators import (
    WHATS,
    AgainstFigure,
    AgainstIndicator,
    AgainstRule,
    Applies,
    Counted,
    Rule,
    What,
    codes_taken,
    read_rule,
    reasons_against_checking,
    reasons_against_figure,
    reasons_against_indicator,
    side_by_side,
)


@pytest.mark.parametrize(
    ("stored", "rule"),
    [
        (
            {"of": "records", "kind": "mediation"},
            Rule(Counted.RECORDS, What.AMOUNT, "mediation"),
        ),
        (
            {"of": "records", "kind": "publicity", "what": "field", "field": "audience"},
            Rule(Counted.RECORDS, What.FIELD, "publicity", "audience"),
        ),
        (
            {"of": "records", "kind": "case", "what": "number", "where": {"result": "化解"}},
            Rule(Counted.RECORDS, What.NUMBER, "case", where=(("result", "化解"),)),
        ),
        ({"of": "problems"}, Rule(Counted.PROBLEMS, What.FOUND)),
        ({"of": "problems", "what": "closed"}, Rule(Counted.PROBLEMS, What.CLOSED)),
        ({"of": "meetings"}, Rule(Counted.MEETINGS, What.NUMBER)),
        ({"of": "dues", "what": "kept"}, Rule(Counted.DUES, What.KEPT)),
        ({"of": "deeds", "kind": "four"}, Rule(Counted.DEEDS, What.NUMBER, "four")),
    ],
)
def test_rule_is_read_and_stored_again(stored, rule):
    assert read_rule(stored) == (rule, [])
    assert read_rule(rule.as_json()) == (rule, [])


@pytest.mark.parametrize(
    ("stored", "against"),
    [
        ({}, [AgainstRule.NO_RULE]),
        (None, [AgainstRule.NO_RULE]),
        ("records", [AgainstRule.NO_RULE]),
        ({"of": "rumours"}, [AgainstRule.UNKNOWN_SOURCE]),
        ({"of": "records", "kind": "a", "sql": "x"}, [AgainstRule.UNKNOWN_PART]),
        ({"of": "meetings", "what": "closed"}, [AgainstRule.UNKNOWN_WHAT]),
        ({"of": "records"}, [AgainstRule.NO_KIND]),
        ({"of": "records", "kind": "a b"}, [AgainstRule.BAD_CODE]),
        ({"of": "problems", "kind": "dated"}, [AgainstRule.KIND_OUT_OF_PLACE]),
        ({"of": "records", "kind": "a", "what": "field"}, [AgainstRule.NO_FIELD]),
        ({"of": "records", "kind": "a", "field": "b"}, [AgainstRule.FIELD_OUT_OF_PLACE]),
        ({"of": "records", "kind": "a", "where": {"b": 3}}, [AgainstRule.BAD_WHERE]),
        ({"of": "meetings", "where": {"b": "c"}}, [AgainstRule.BAD_WHERE]),
    ],
)
def test_bad_rule_says_why(stored, against):
    assert read_rule(stored) == (None, against)


def test_every_source_says_what_of_it_is_counted():
    assert set(WHATS) == set(Counted)


def test_shares_and_what_is_told_by_year_only():
    assert [what for what in What if Rule(Counted.DUES, what).is_share] == [
        What.KEPT,
        What.PASS_RATE,
    ]
    assert [of for of in Counted if not Rule(of, What.NUMBER).has_months] == [
        Counted.DUES,
        Counted.HONOURS,
    ]


@pytest.mark.parametrize(
    ("applies", "kind", "year", "does"),
    [
        (Applies(), 3, 2026, True),
        (Applies(frozenset({3})), 3, 2026, True),
        (Applies(frozenset({4})), 3, 2026, False),
        (Applies(frozenset(), 2026, 2027), 3, 2025, False),
        (Applies(frozenset(), 2026, 2027), 3, 2026, True),
        (Applies(frozenset(), 2026, 2027), 3, 2027, True),
        (Applies(frozenset(), 2026, 2027), 3, 2028, False),
    ],
)
def test_indicator_applies_to_units_of_its_kinds_in_its_years(applies, kind, year, does):
    assert applies.to(kind, year) is does


def against(**changes):
    usual = {
        "name": "受理案件",
        "counter": "件",
        "made": Made.ENTERED,
        "has_rule": False,
        "decimals": 0,
        "is_share": False,
        "first_year": None,
        "last_year": None,
    }
    return reasons_against_indicator(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"name": " "}, [AgainstIndicator.NO_NAME]),
        ({"counter": ""}, [AgainstIndicator.NO_COUNTER]),
        ({"has_rule": True}, [AgainstIndicator.NO_RULE_FOR_ENTERED]),
        ({"made": Made.COUNTED, "has_rule": True}, []),
        ({"first_year": 2026, "last_year": 2025}, [AgainstIndicator.YEARS_BACKWARDS]),
        ({"decimals": 5}, [AgainstIndicator.TOO_FINE]),
        ({"is_share": True}, [AgainstIndicator.SHARE_NEEDS_PERCENT]),
        ({"is_share": True, "counter": "％"}, []),
    ],
)
def test_definition_must_hold(changes, reasons):
    assert against(**changes) == reasons


# --- what is never compared ----------------------------------------------------------------------


def test_units_stand_side_by_side_in_the_order_given():
    assert side_by_side(["一所", "二所", "三所"], no_comparison=False) == ["一所", "二所", "三所"]


def test_nothing_on_penalties_stands_beside_another_unit():
    assert side_by_side(["一所", "二所", "三所"], no_comparison=True) == ["一所"]
    assert side_by_side(["一所", "二所"], no_comparison=True, chosen="二所") == ["二所"]
    assert side_by_side([], no_comparison=True) == []


def test_unit_out_of_reach_is_not_shown_though_it_is_chosen():
    assert side_by_side(["一所"], no_comparison=True, chosen="二所") == []


# --- entering and checking -----------------------------------------------------------------------


def against_figure(**changes):
    usual = {
        "applies": Applies(frozenset({3})),
        "made": Made.ENTERED,
        "kind": 3,
        "year": 2026,
        "begins_after_today": False,
        "source": "月报表",
    } | changes
    return reasons_against_figure(usual.pop("applies"), **usual)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"made": Made.COUNTED}, [AgainstFigure.COUNTED]),
        ({"kind": 4}, [AgainstFigure.NOT_FOR_UNIT]),
        ({"begins_after_today": True}, [AgainstFigure.IN_FUTURE]),
        ({"source": " "}, [AgainstFigure.NO_SOURCE]),
    ],
)
def test_value_is_entered_only_where_it_belongs(changes, reasons):
    assert against_figure(**changes) == reasons


@pytest.mark.parametrize(
    ("cancelled", "checked", "entered_by", "reasons"),
    [
        (False, False, 1, []),
        (False, False, None, []),
        (False, False, 2, [AgainstFigure.OWN_FIGURE]),
        (False, True, 1, [AgainstFigure.CHECKED_ALREADY]),
        (True, False, 1, [AgainstFigure.CANCELLED]),
    ],
)
def test_value_is_checked_by_another_once(cancelled, checked, entered_by, reasons):
    found = reasons_against_checking(
        cancelled=cancelled, checked=checked, entered_by=entered_by, checker=2
    )

    assert found == reasons


def test_next_free_code():
    assert codes_taken("own-3", set()) == "own-3"
    assert codes_taken("own-3", {"own-3", "own-3-2"}) == "own-3-3"
