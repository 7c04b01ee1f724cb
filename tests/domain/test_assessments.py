from decimal import Decimal

import pytest

from reports.domain.assessments import (
    AgainstAssessment,
    AgainstFinding,
    AgainstProof,
    Fault,
    ItemColumn,
    ItemGap,
    ItemHead,
    ItemRow,
    ItemTable,
    ProofFacts,
    TableFault,
    find_head,
    gaps_of,
    plain_points,
    points_in,
    read_items,
    reasons_against_finding,
    reasons_against_following,
    reasons_against_proof,
)
from reports.domain.summaries import OwnFinding

HEADS = ["编号", "类别", "考核内容", "分值"]
HEAD = ItemHead(
    0,
    {
        ItemColumn.NUMBER: 0,
        ItemColumn.HEADING: 1,
        ItemColumn.TEXT: 2,
        ItemColumn.POINTS: 3,
    },
)


@pytest.mark.parametrize(
    ("rows", "head"),
    [
        ([HEADS], HEAD),
        (
            [["迎检考核表", ""], ["", ""], ["序 号", "内容"]],
            ItemHead(2, {ItemColumn.NUMBER: 0, ItemColumn.TEXT: 1}),
        ),
        ([["编号", "分值"]], None),
        ([[""]] * 10 + [HEADS], None),
        ([], None),
    ],
)
def test_where_the_headings_are(rows, head):
    assert find_head(rows) == head


def test_items_of_a_table():
    first, last = [1.0, "组织领导", "党委专题研究", 5.0], ["1.2", "", "内容", ""]
    rows = [HEADS, first, ["", "", "", ""], last]

    assert read_items(rows, HEAD) == ItemTable(
        (
            ItemRow(1, "1", "组织领导", "党委专题研究", Decimal(5)),
            ItemRow(3, "1.2", "组织领导", "内容", None),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["", "组织领导", "内容", 5], Fault(1, 0, TableFault.NO_NUMBER)),
        (["1" * 21, "组织领导", "内容", 5], Fault(1, 0, TableFault.LONG_NUMBER)),
        (["1", "组织领导", "", 5], Fault(1, 2, TableFault.NO_TEXT)),
        (["1", "组织领导", "字" * 2001, 5], Fault(1, 2, TableFault.LONG_TEXT)),
        (["1", "字" * 101, "内容", 5], Fault(1, 1, TableFault.LONG_HEADING)),
        (["1", "组织领导", "内容", "五分"], Fault(1, 3, TableFault.NOT_POINTS)),
        (["1", "组织领导", "内容", -1], Fault(1, 3, TableFault.NOT_POINTS)),
        (["1", "组织领导", "内容", "2.345"], Fault(1, 3, TableFault.NOT_POINTS)),
        (["7", "组织领导", "内容", 2], Fault(1, 3, TableFault.POINTS_BELOW_OWN, "2.5")),
    ],
)
def test_what_is_wrong_with_a_row(row, fault):
    table = read_items([HEADS, row], HEAD, {"7": Decimal("2.50")})

    assert table.faults == (fault,)


def test_a_number_twice_names_the_row_it_stood_in_first():
    rows = [HEADS, ["1", "", "甲", 1], ["1", "", "乙", 1]]

    assert read_items(rows, HEAD).faults == (Fault(2, 0, TableFault.NUMBER_TWICE, "2"),)


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("", (None, True)),
        (None, (None, True)),
        (5.0, (Decimal(5), True)),
        ("２.５分", (Decimal("2.5"), True)),
        ("五", (None, False)),
        ("NaN", (None, False)),
        ("10000", (None, False)),
        ("1e99", (None, False)),
    ],
)
def test_points_of_a_cell(cell, points):
    assert points_in(cell) == points


@pytest.mark.parametrize(
    ("points", "text"),
    [(None, ""), (Decimal("5.00"), "5"), (Decimal("2.50"), "2.5"), (Decimal(10), "10")],
)
def test_points_as_they_are_written(points, text):
    assert plain_points(points) == text


@pytest.mark.parametrize(
    ("finding", "points", "own", "basis", "reasons"),
    [
        (None, 5, None, "", []),
        (None, 5, 3, "", [AgainstFinding.NO_FINDING]),
        (OwnFinding.MET, 5, 5, "有记录", []),
        (OwnFinding.MET, None, 5, "有记录", []),
        (OwnFinding.MET, 5, 5, " ", [AgainstFinding.NO_BASIS]),
        (OwnFinding.PARTLY, 5, 6, "有记录", [AgainstFinding.ABOVE_POINTS]),
        (OwnFinding.PARTLY, 5, -1, "有记录", [AgainstFinding.BELOW_NOUGHT]),
        (OwnFinding.NOT_ASKED, 5, 1, "没有此职能", [AgainstFinding.POINTS_NOT_ASKED]),
        (OwnFinding.NOT_ASKED, 5, 0, "没有此职能", []),
        (OwnFinding.NOT_MET, 5, 5, "没有开展", [AgainstFinding.FULL_NOT_MET]),
        (OwnFinding.NOT_MET, 5, 2, "没有开展", []),
    ],
)
def test_what_a_bureau_may_say_of_an_item(finding, points, own, basis, reasons):
    found = reasons_against_finding(
        finding,
        points=None if points is None else Decimal(points),
        own_points=None if own is None else Decimal(own),
        basis=basis,
    )

    assert found == reasons


@pytest.mark.parametrize(
    ("there", "cancelled", "own", "reasons"),
    [
        (False, False, True, []),
        (True, False, True, [AgainstProof.TWICE]),
        (False, True, True, [AgainstProof.CANCELLED]),
        (False, False, False, [AgainstProof.ELSEWHERE]),
    ],
)
def test_what_may_prove_an_item(there, cancelled, own, reasons):
    found = reasons_against_proof(is_there=there, is_cancelled=cancelled, is_of_the_bureau=own)

    assert found == reasons


GOOD, BARE, GONE = ProofFacts(False, True), ProofFacts(False, False), ProofFacts(True, True)


@pytest.mark.parametrize(
    ("finding", "proofs", "gaps"),
    [
        (OwnFinding.MET, [GOOD], []),
        (OwnFinding.MET, [], [ItemGap.NO_PROOF]),
        (OwnFinding.MET, [BARE], [ItemGap.NO_EVIDENCE]),
        (OwnFinding.MET, [GONE], [ItemGap.NO_PROOF, ItemGap.CANCELLED]),
        (None, [GOOD], [ItemGap.NO_FINDING]),
        (None, [], [ItemGap.NO_FINDING, ItemGap.NO_PROOF]),
        (OwnFinding.NOT_ASKED, [], []),
        (OwnFinding.NOT_MET, [], []),
    ],
)
def test_what_an_item_lacks(finding, proofs, gaps):
    assert gaps_of(finding, proofs) == gaps


@pytest.mark.parametrize(
    ("year", "unit", "reasons"),
    [
        (2025, 1, []),
        (2026, 1, [AgainstAssessment.FOLLOWS_LATER]),
        (2025, 2, [AgainstAssessment.FOLLOWS_ELSEWHERE]),
    ],
)
def test_which_volume_another_may_follow(year, unit, reasons):
    found = reasons_against_following(year=2026, unit_id=1, follows_year=year, follows_unit_id=unit)

    assert found == reasons
