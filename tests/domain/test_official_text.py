"""One structure of a finished report: numbers, notes, document numbers, words nobody sees."""

from datetime import date

import pytest

from reports.domain.official_text import (
    Note,
    Paragraph,
    RawParagraph,
    RawSection,
    Run,
    Said,
    clean,
    document_number,
    lay_out,
    own_number,
    paper_day,
    signature_pads,
)
from reports.domain.summaries import Numbering


def raw(heading="", *texts):
    return RawParagraph(heading, tuple(Said(text) for text in texts))


def read(*sections, **kwargs):
    return [
        (paragraph.level, paragraph.text)
        for section in lay_out(sections, **kwargs)
        for paragraph in section.paragraphs
    ]


def test_headings_are_numbered_by_their_level():
    found = read(
        RawSection("", (raw("", "前言。"),)),
        RawSection("举措和成效", (raw("", "概述。"), raw("组织领导", "甲。", "乙。"), raw("普法"))),
        RawSection("不足和原因", (raw("监督不力", "丙。"),)),
    )

    assert found == [
        (0, "前言。"),
        (1, "一、举措和成效"),
        (0, "概述。"),
        (2, "（一）组织领导"),
        (0, "甲。乙。"),
        (2, "（二）普法"),
        (1, "二、不足和原因"),
        (2, "（一）监督不力"),
        (0, "丙。"),
    ]


def test_ordinals_begin_the_text():
    section = RawSection(
        "不足", (raw("", "概述。"), raw("学法不深", "甲。"), raw("监督不力")), Numbering.ORDINALS
    )

    assert read(section, section) == [
        (1, "一、不足"),
        (0, "概述。"),
        (0, "一是学法不深。甲。"),
        (0, "二是监督不力。"),
        (1, "二、不足"),
        (0, "概述。"),
        (0, "一是学法不深。甲。"),
        (0, "二是监督不力。"),
    ]


def test_without_numbering_headings_stand_alone():
    section = RawSection("安排", (raw("培训", "甲。"), raw("（三）考核")), Numbering.PLAIN)

    assert read(section) == [(1, "一、安排"), (2, "培训"), (0, "甲。"), (2, "（三）考核")]


@pytest.mark.parametrize(
    ("typed", "level", "words"),
    [
        ("三.工作安排", 1, "三、工作安排"),
        ("(二)提高站位", 2, "（二）提高站位"),
        ("（十二） 提高站位。", 2, "（十二）提高站位"),
        ("2．学法用法", 3, "2.学法用法"),
        ("2、学法用法", 3, "2.学法用法"),
        ("(3) 以案释法", 4, "（3）以案释法"),
    ],
)
def test_a_number_that_was_typed_is_written_right_and_kept(typed, level, words):
    assert read(RawSection("", (raw(typed),))) == [(level, words)]


def test_what_follows_a_typed_number_counts_on():
    found = read(
        RawSection("（五）第一责任人履职", (raw("", "甲。"),)),
        RawSection("三、不足", (raw("甲"), raw("(四)乙"), raw("1.子"), raw("丙"))),
        RawSection("安排", (raw("丁"),)),
    )

    assert [words for level, words in found if level] == [
        "（五）第一责任人履职",
        "三、不足",
        "（一）甲",
        "（四）乙",
        "1.子",
        "（五）丙",
        "四、安排",
        "（一）丁",
    ]


@pytest.mark.parametrize(
    "heading", ["一体推进", "2024年工作", "一一对应", "3.5万人次", "（一）", "一是"]
)
def test_words_are_not_taken_for_a_number(heading):
    assert own_number(heading) is None


def test_beyond_ninety_nine_figures_count():
    sections = [RawSection("", tuple(raw(f"甲{n}") for n in range(101)))]

    assert [words for _level, words in read(*sections)][98:] == [
        "（九十九）甲98",
        "（100）甲99",
        "（101）甲100",
    ]


def test_notes_are_numbered_through_the_report_and_absent_from_what_is_handed_in():
    told = RawParagraph(
        "", (Said("甲。", ("会议 3", "问题：乙")), Said("手写。", (), True), Said("丙。", ("x",)))
    )
    sections = [RawSection("一", (told,)), RawSection("二", (told,))]

    checked = lay_out(sections, checking=True, mark="［待补佐证］")
    handed = lay_out(sections, mark="［待补佐证］")

    assert checked[0].paragraphs[1] == Paragraph(
        0,
        runs=(Run("甲。", 1), Run("手写。", 0, "［待补佐证］"), Run("丙。", 2)),
        notes=(Note(1, "会议 3；问题：乙"), Note(2, "x")),
    )
    assert [note.number for note in checked[1].paragraphs[1].notes] == [3, 4]
    assert handed[0].paragraphs[1] == Paragraph(0, runs=(Run("甲。"), Run("手写。"), Run("丙。")))


def test_a_line_break_begins_a_paragraph_and_the_note_stands_at_the_end():
    told = RawParagraph("", (Said("甲。\n\n乙。", ("x",)), Said("丙。")))

    found = lay_out([RawSection("", (told,))], checking=True)

    assert found[0].paragraphs == (
        Paragraph(0, runs=(Run("甲。"),)),
        Paragraph(0, runs=(Run("乙。", 1), Run("丙。")), notes=(Note(1, "x"),)),
    )


def test_nothing_is_left_of_what_says_nothing():
    assert lay_out([RawSection("", (raw("", " ", "\u3000\n"),))]) == ()


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("杭公法[2024]12号", "杭公法〔2024〕12号"),
        ("杭公法(2024)12号", "杭公法〔2024〕12号"),
        ("杭公法（2024）12号", "杭公法〔2024〕12号"),
        ("杭公法【2024】第012号", "杭公法〔2024〕12号"),
        ("杭公法〔2024〕12号", "杭公法〔2024〕12号"),
        ("杭公法 ［２０２４］ ３ 号", "杭公法 〔2024〕3号"),
        ("杭公法〔2024〕", "杭公法〔2024〕"),
        ("第12号令", "第12号令"),
        ("", ""),
    ],
)
def test_a_document_number_has_one_writing(typed, right):
    assert document_number(typed) == right


def test_days_have_no_leading_noughts():
    assert (paper_day(date(2024, 2, 2)), paper_day(None)) == ("2024年2月2日", "")


def test_marks_that_nobody_sees_are_left_out():
    seen = "甲\r\n乙\x00\x07\x1b\ufeff\u200b\u202e丙\t丁\x85戊👨\u200d👩\ufe0f\ufffe𠮷"

    assert clean(seen) == "甲\n乙丙 丁\n戊👨\u200d👩\ufe0f𠮷"


@pytest.mark.parametrize(
    ("issuer", "pads"),
    [("东城分局", (5.25, 4.0)), ("滨江市公安局东城分局", (2.25, 4.0)), ("甲" * 20, (2.0, 8.75))],
)
def test_issuer_and_day_are_centred_on_each_other(issuer, pads):
    assert signature_pads(issuer, "2024年2月22日") == pads
