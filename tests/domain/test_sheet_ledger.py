"""Measures of one cell, how far a row says it is, and numbers that stand below others."""

from datetime import date

import pytest

from reports.domain.problems import ProblemClass
from reports.domain.sheet_ledger import (
    HowFar,
    Work,
    class_said,
    how_far,
    levels_of,
    split_measures,
    work_of,
    work_text,
)


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("", []),
        ("开展培训", ["开展培训"]),
        ("开展培训。", ["开展培训"]),
        ("1.开展培训；2.建立台账。", ["开展培训", "建立台账"]),
        ("1、开展培训\n2、建立台账", ["开展培训", "建立台账"]),
        ("1．开展培训。2．建立台账。", ["开展培训", "建立台账"]),
        ("（1）开展培训；（2）建立台账", ["开展培训", "建立台账"]),
        ("(1)开展培训\n(2)建立台账", ["开展培训", "建立台账"]),
        ("①开展培训；②建立台账", ["开展培训", "建立台账"]),
        ("一是开展培训；二是建立台账；三是定期检查。", ["开展培训", "建立台账", "定期检查"]),
        ("（一）开展培训。\n（二）建立台账。", ["开展培训", "建立台账"]),
        ("一、开展培训\n二、建立台账", ["开展培训", "建立台账"]),
        ("开展培训\n建立台账", ["开展培训", "建立台账"]),
        ("开展培训\n\n  建立台账  ", ["开展培训", "建立台账"]),
        ("1.开展培训，\n每月一次；\n2.建立台账", ["开展培训，每月一次", "建立台账"]),
        ("加强管理：\n1.开展培训\n2.建立台账", ["加强管理：开展培训", "建立台账"]),
        ("开展培训；建立台账", ["开展培训；建立台账"]),
        ("开展培训\n开展培训", ["开展培训"]),
        ("合格率提高到98.5", ["合格率提高到98.5"]),
        ("在2.5小时内反馈", ["在2.5小时内反馈"]),
        ("10.开展培训；11.建立台账", ["开展培训", "建立台账"]),
        ("统一要求是关键", ["统一要求是关键"]),
        ("1)开展培训 \n2)建立台账 ", ["开展培训", "建立台账"]),
        ("1.开展培训 2.建立台账　3、定期检查", ["开展培训", "建立台账", "定期检查"]),
        ("1.开展培训 3.建立台账", ["开展培训 3.建立台账"]),
        ("采购设备 2. 台", ["采购设备 2. 台"]),
    ],
)
def test_the_measures_of_a_cell(text, measures):
    assert split_measures(text) == measures


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("已完成", (HowFar.DONE, None)),
        ("完成", (HowFar.DONE, None)),
        ("已完成。", (HowFar.DONE, None)),
        ("是", (HowFar.DONE, None)),
        ("√", (HowFar.DONE, None)),
        ("已销号", (HowFar.DONE, None)),
        ("整改到位", (HowFar.DONE, None)),
        ("已于2026年5月20日完成", (HowFar.DONE, date(2026, 5, 20))),
        ("2026.5.20完成", (HowFar.DONE, date(2026, 5, 20))),
        ("已完成（2026-05-20）", (HowFar.DONE, date(2026, 5, 20))),
        ("已整改，2026/5/20", (HowFar.DONE, date(2026, 5, 20))),
        ("完成时间：2026年5月20日", (HowFar.DONE, date(2026, 5, 20))),
        ("2026年5月20日", (None, None)),
        ("已于2026年2月30日完成", (None, None)),
        ("基本完成", (HowFar.BASICALLY, None)),
        ("未完成", (HowFar.OPEN, None)),
        ("否", (HowFar.OPEN, None)),
        ("整改中", (HowFar.OPEN, None)),
        ("长期坚持", (HowFar.LASTING, None)),
        ("持续推进。", (HowFar.LASTING, None)),
        ("已完成三项，其余推进中", (None, None)),
        ("完成率80%", (None, None)),
        ("预计6月完成", (None, None)),
        ("", (None, None)),
    ],
)
def test_how_far_a_row_is(text, said):
    assert how_far(text) == said


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("长期坚持", ProblemClass.STANDING),
        (" 长期 ", ProblemClass.STANDING),
        ("立行立改", ProblemClass.AT_ONCE),
        ("即知即改。", ProblemClass.AT_ONCE),
        ("2026年6月", None),
        ("", None),
    ],
)
def test_a_class_where_a_day_is_asked_for(text, kind):
    assert class_said(text) == kind


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("1", ["1"]),
        ("1.1", ["1", "1"]),
        ("1.1.12", ["1", "1", "12"]),
        ("１．２", ["1", "2"]),
        ("1-2", ["1", "2"]),
        ("2.", ["2"]),
        ("3、", ["3"]),
        ("2026-1.2", ["1", "2"]),
        ("一", []),
        ("A1", []),
        ("", []),
    ],
)
def test_levels_of_a_number(text, levels):
    assert levels_of(text) == levels


def test_work_is_kept_as_text():
    work = [Work("开展培训", due="2026-05", on="2026-05-20", report="“已”办", how="done")]

    assert work_of(work_text(work)) == work
    assert work_of("") == []
