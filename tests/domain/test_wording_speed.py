"""A report of any length, and a text made to keep a reader busy, are read at once.

Processor time, not the clock: other work on the machine does not count. The bounds are real ones
with room for a slow machine: what is bounded by a second takes a tenth to a half of one.
"""

import time

import pytest

from reports.domain.rectification import read_notice
from reports.domain.wording import read_report

HEAD = "云泽市公安局2024年度法治政府建设情况报告\n一、存在的问题\n（一）整改情况\n"
NOTICE = "云泽市公安局整改情况通报\n反馈问题3个，完成整改2个。\n一、整改情况\n（一）学法不够\n"
CHAPTER = (
    "（{number}）规范执法第{at}项。一是局党委每季度至少召开一次专题会，全年办案1.2万件，同比上升3.5%。"
    "二是成立由局长王某任组长的领导小组，每月10日前通报，民警每年学习不少于40学时。三是开展宣传36场，"
    "发放资料4500余份，荣获全市先进集体。四是落实执法责任，由于人员不足，部分工作有待加强，"
    "下一步将于2025年6月底前整改到位（责任单位：法制大队）。\n"
)


def seconds(read, text):
    begun = time.process_time()

    read(text)

    return time.process_time() - begun


def test_forty_pages_are_read_within_a_second():
    numbers = "一二三四五六七八九"
    text = (
        "云泽市公安局2024年度法治政府建设情况报告\n一、主要举措和成效\n"
        + "".join(CHAPTER.format(number=numbers[at % 9], at=at) for at in range(80))
        + "二、存在的不足和原因\n"
        + "".join(CHAPTER.format(number=numbers[at % 9], at=at) for at in range(40))
        + "三、2025年工作安排\n"
        + "".join(CHAPTER.format(number=numbers[at % 9], at=at) for at in range(40))
    )

    assert len(text) > 28_000
    assert seconds(read_report, text) < 1


@pytest.mark.parametrize(
    "mark",
    [
        "每周一次",
        "每年1月1日前",
        "完成3个问题",
        "（一）\n",
    ],
)
def test_a_report_of_a_hundred_thousand_signs_of_one_kind(mark):
    assert seconds(read_report, HEAD + mark * (100_000 // len(mark))) < 1


@pytest.mark.parametrize("mark", ["1.1 ", "整改时限：", "| "])
def test_a_notice_of_a_hundred_thousand_signs_of_one_kind(mark):
    assert seconds(read_notice, NOTICE + mark * (100_000 // len(mark))) < 1
