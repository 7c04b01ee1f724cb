"""Numbers in running text; the sentences are made up."""

import time
from decimal import Decimal

import pytest

from reports.domain.wording_numbers import number_of, numbers_in, squeezed


def values(text):
    """Each number as it would be said in digits, ranges with a dash, 余 and % behind it."""
    return [
        f"{each.value:f}"
        + (f"-{each.value2:f}" if each.value2 is not None else "")
        + (each.more or "")
        + (each.percent or "")
        for each in numbers_in(text)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("两次", ["2"]),
        ("一百二十件", ["120"]),
        ("一百二", ["120"]),
        ("两千零五", ["2005"]),
        ("一千二百三十四", ["1234"]),
        ("三十余起", ["30余"]),
        ("十余起", ["10余"]),
        ("二十多人", ["20多"]),
        ("1.2万", ["12000"]),
        ("1.2万余人次", ["12000余"]),
        ("100余万元", ["1000000余"]),
        ("三十多万", ["300000多"]),
        ("2,885", ["2885"]),
        ("1,234,567元", ["1234567"]),
        ("２，８８５件", ["2885"]),
        ("２０２４", ["2024"]),
        ("1亿2000万元", ["120000000"]),
        ("3万5千", ["35000"]),
        ("一亿二千万", ["120000000"]),
        ("一万亿", ["1000000000000"]),
        ("0.5亿", ["50000000"]),
        ("百分之十二点五", ["12.5%"]),
        ("百分之12.5", ["12.5%"]),
        ("百分之百", ["100%"]),
        ("千分之三", ["3‰"]),
        ("98.6％", ["98.6%"]),
        ("5‰", ["5‰"]),
        ("一至二次", ["1-2"]),
        ("1—2次", ["1-2"]),
        ("二到三次", ["2-3"]),
        ("10%—15%", ["10-15%"]),
        ("10至15%", ["10-15%"]),
        ("3至5万元", ["30000-50000"]),
        ("三四十人", ["30-40"]),
        ("十七八岁", ["17-18"]),
        ("五六名", ["5-6"]),
        ("一两次", ["1-2"]),
        ("二〇二四年", ["2024"]),
        ("一一〇", ["110"]),
        ("近百件", ["100"]),
        ("三万四千", ["34000"]),
        ("5到3", ["5", "3"]),
        ("1，2", ["1", "2"]),
        ("1万2万", ["10000", "20000"]),
        ("三分之二", []),
        ("3分之2", []),
        ("没有数", []),
        ("1234567890123456", []),
        ("一一二二三三四四五五六六七七八八九九", []),
    ],
)
def test_numbers_in_running_text(text, found):
    assert values(text) == found


def test_places_are_those_of_the_text():
    text = "共 １ ，收 三十 余 件"

    assert [(each.text, each.start, each.end) for each in numbers_in(text)] == [
        ("１", 2, 3),
        ("三十 余", 7, 11),
    ]
    assert text[7:11] == "三十 余"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", Decimal(12)),
        ("１２", Decimal(12)),
        ("两", Decimal(2)),
        ("一两", None),
        ("十二次", None),
        ("", None),
        ("没", None),
    ],
)
def test_the_number_that_a_text_is(text, value):
    assert number_of(text) == value


def test_squeezing_keeps_lines_tabs_and_blanks_between_latin_words():
    plain = squeezed("每 季度\t两 次\n  PDF 2 份")

    assert plain.text == "每季度\t两次\nPDF 2份"
    assert plain.quote(0, 3) == "每 季度"


@pytest.mark.parametrize("mark", ["1", "一", "1,", "万", "百分之", "1至", " ", "1 ", "十一点"])
def test_a_long_run_of_one_mark_is_read_at_once(mark):
    text = mark * (100_000 if len(mark) == 1 else 10_000)
    begun = time.process_time()

    numbers_in(text)

    assert time.process_time() - begun < 1
