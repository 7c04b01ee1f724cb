"""A report read from the ledger as the structure that print and files are made from."""

from datetime import date

import pytest

from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.official_text import Metadata
from reports.models import Problem, Sentence
from reports.selectors.report_documents import document_day, document_of
from tests.factories import (
    NOON,
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    MeasureFactory,
    ParagraphFactory,
    PersonFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    SectionFactory,
    SentenceFactory,
    SourceFactory,
    bureau_with_records,
    sign_off,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return bureau_with_records()


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


def chief(bureau):
    return AppointmentFactory(person=PersonFactory(unit=bureau, name="王明")).person


def read(report, **kwargs):
    return document_of(report, today=TODAY, **kwargs)


def leads(document):
    return [paragraph.lead for paragraph in document.paragraphs() if paragraph.level == 1]


def test_a_draft_says_that_it_is_one_and_leaves_room_to_sign(report):
    found = read(report)

    assert found.title == ("东城分局", "2026年度法治政府建设情况报告")
    assert (found.mark, found.day, found.signature) == ("草稿，未签发", "", "东城分局")
    assert found.signed_by == "签发人：" + "\u3000" * 5
    assert found.remarks == ("（数据截至2026年6月10日。本件为草稿，数据随台账更新。）",)
    assert leads(found) == [
        "一、2026年度法治政府建设主要举措和成效",
        "二、存在的不足和原因",
        "三、主要负责人履行推进法治建设第一责任人职责情况",
        "四、2027年度工作安排",
    ]


def test_a_signed_report_names_signer_and_day(bureau):
    compiled = compile_report(bureau=bureau, year=2025, **STAMP)
    compiled.issuer, compiled.document_number = "滨江市公安局东城分局", "东公(2026)第03号"
    compiled.topic, compiled.addressee = "公安", "东城区人民政府"
    compiled.save()
    signed = sign_off(compiled, signer=chief(bureau), on=date(2026, 2, 1))

    found = read(signed)

    assert found.title == ("滨江市公安局东城分局", "2025年度法治政府建设情况报告")
    assert (found.number, found.mark, found.day) == ("东公〔2026〕3号", "", "2026年2月1日")
    assert (found.signed_by, found.addressee) == ("签发人：王明", "东城区人民政府：")
    assert found.remarks == ("（数据截至2025年12月31日。）",)
    assert found.internal == ()
    assert found.metadata == Metadata("", "2026年2月1日", "滨江市公安局东城分局", "公安")
    assert document_day(signed, TODAY) == date(2026, 2, 1)


def test_a_day_of_issue_that_was_set_stands_under_a_signed_text_alone(bureau):
    told = {"bureau": bureau, "year": 2025, "issued_on": date(2026, 2, 3)}
    signed = AnnualReportFactory(
        **told, state="signed", signed_on=date(2026, 2, 1), signer=chief(bureau)
    )
    draft = AnnualReportFactory(**told | {"year": 2024})

    found = [
        (read(report).day, read(report).metadata.issued_on, document_day(report, TODAY))
        for report in (signed, draft)
    ]

    assert found == [
        ("2026年2月3日", "2026年2月3日", date(2026, 2, 3)),
        ("", "2026年2月3日", TODAY),
    ]


def test_what_was_signed_on_paper_says_so_inside(bureau):
    compiled = compile_report(bureau=bureau, year=2025, **STAMP)
    compiled.state, compiled.signed_on, compiled.signer = "signed", date(2026, 2, 1), chief(bureau)
    compiled.from_paper = True
    compiled.save()

    assert read(compiled).internal == ("（凭签批件录入：王明于2026年2月1日在纸质件上签发。）",)


def test_figures_stand_in_their_places(report):
    texts = [paragraph.text for paragraph in read(report).paragraphs()]

    assert "2026年发现问题1个，截至6月10日尚未销号1个。" in texts
    assert not [text for text in texts if "{{" in text or "—" in text]


def test_a_title_that_names_the_issuer_stands_alone(bureau):
    report = AnnualReportFactory(bureau=bureau, title="东城分局2025年度\n法治政府建设情况报告")

    assert read(report).title == ("东城分局2025年度", "法治政府建设情况报告")


def test_a_long_title_is_broken_behind_the_issuer(bureau):
    long = AnnualReportFactory(
        bureau=bureau, year=2025, title="东城分局2025年度法治政府建设工作情况的报告"
    )
    short = AnnualReportFactory(bureau=bureau, year=2024, title="东城分局2024年度法治建设报告")

    assert read(long).title == ("东城分局", "2025年度法治政府建设工作情况的报告")
    assert read(short).title == ("东城分局2024年度法治建设报告",)


def test_each_section_is_numbered_as_it_says(bureau):
    report = AnnualReportFactory(bureau=bureau)
    section = SectionFactory(report=report, heading="不足", numbering="ordinals")
    for position, heading in enumerate(("学法不深", "监督不力"), start=1):
        paragraph = ParagraphFactory(section=section, position=position, heading=heading)
        SentenceFactory(paragraph=paragraph, text="原因。")

    assert [paragraph.text for paragraph in read(report).paragraphs()] == [
        "一、不足",
        "一是学法不深。原因。",
        "二是监督不力。原因。",
    ]


def test_the_checking_copy_names_the_records_behind_each_sentence(bureau, report):
    problem = Problem.objects.get()

    found = read(report, checking=True)
    notes = {
        "".join(run.text for run in paragraph.runs): [note.text for note in paragraph.notes]
        for paragraph in found.paragraphs()
        if paragraph.notes
    }

    assert found.mark == "核查稿，草稿，未签发"
    assert notes["2026年发现问题1个，截至6月10日尚未销号1个。"] == [
        "当年发现的问题 1；尚未销号的问题 1"
    ]
    assert f"问题{problem.number}：案卷不全" in [note.text for note in found.notes()]
    assert [note.number for note in found.notes()] == list(range(1, len(found.notes()) + 1))
    assert "荣誉和考评结果 1；荣誉：优秀单位" in [note.text for note in found.notes()]


def test_a_figure_of_a_schedule_brings_the_rest_of_what_is_known_of_it(bureau, report):
    told = "法制例会：应召开 5，未召开 5，本期待开 1"

    draft = [note.text for note in read(report, checking=True).notes()]
    sign_off(report)
    report.refresh_from_db()
    signed = [note.text for note in read(report, checking=True).notes()]

    assert (draft[0], signed[0]) == (told, told)


def test_what_was_typed_by_hand_waits_for_a_record(bureau):
    report = AnnualReportFactory(bureau=bureau)
    paragraph = ParagraphFactory(section__report=report)
    SentenceFactory(paragraph=paragraph, position=1, text="手写的话。")
    linked = SentenceFactory(paragraph=paragraph, position=2, text="有依据的话。")
    SourceFactory(sentence=linked, figure="", problem=Problem.objects.get())
    SentenceFactory(paragraph=paragraph, position=3, text="汇编的话。", is_compiled=True)

    runs = list(read(report, checking=True).paragraphs())[-1].runs
    handed = list(read(report).paragraphs())[-1].runs

    assert [(run.text, run.note, run.mark) for run in runs] == [
        ("手写的话。", 0, "［待补佐证］"),
        ("有依据的话。", 1, ""),
        ("汇编的话。", 0, ""),
    ]
    assert [(run.note, run.mark) for run in handed] == [(0, "")] * 3


def test_the_checking_copy_lists_misses_and_what_came_back(bureau):
    old = ProblemFactory(unit=bureau, found_on=date(2025, 5, 6), title="旧题")
    Problem.objects.exclude(pk=old.pk).update(repeats=old)
    report = compile_report(bureau=bureau, year=2026, **STAMP)

    hints = read(report, checking=True).hints

    assert hints[0] == "未落实：法制例会·未召开 5"
    assert hints[1] == "重复出现：“案卷不全”2025年已经列入"
    assert read(report).hints == ()


def test_the_checking_copy_ends_with_the_figures(report):
    tables = read(report, checking=True).tables

    assert [table.title for table in tables] == ["附：制度落实数据", "附：其他数据"]
    assert tables[0].columns == ("制度", "应落实", "按期", "补开或逾期", "未落实", "免开免办")
    assert {len(row) for row in tables[0].rows} == {6}
    assert ("荣誉", "荣誉和考评结果", "1") in tables[1].rows
    assert read(report).tables == ()


def test_a_published_text_shows_what_is_known_of_it():
    bureau = BureauFactory(name="西城分局", ledger_from=None)
    report = AnnualReportFactory(
        bureau=bureau, year=2025, state="published", is_published_text=True, index_number="A-1"
    )
    ProblemFactory(unit=bureau, found_on=date(2025, 12, 31), as_published=True, title="监督分散")
    MeasureFactory(unit=bureau, plan_year=2026, as_published=True, title="加强培训")

    found = read(report)

    assert [p.text for p in found.paragraphs()][1:] == [
        "一、报告所列问题",
        "监督分散",
        "原因：责任不明",
        "二、报告所列下一年度措施",
        "加强培训",
    ]
    assert (found.shows_metadata, found.signature, found.signed_by, found.mark) == (
        True,
        "",
        "",
        "",
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_document_takes_the_same_queries(django_assert_num_queries, rows):
    bureau = BureauFactory()
    for _n in range(rows):
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=bureau, plan_year=2027)
        ScheduleVersionFactory(schedule__set__unit=bureau)
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])
    report = compile_report(bureau=bureau, year=2026, **STAMP)

    with django_assert_num_queries(16):
        read(report)
    with django_assert_num_queries(25):
        read(report, checking=True)


def test_a_sentence_with_many_records_is_read_in_one_query(django_assert_num_queries, bureau):
    report = AnnualReportFactory(bureau=bureau, state="published", is_published_text=True)
    sentence = SentenceFactory(paragraph__section__report=report, is_compiled=True)
    for _n in range(5):
        SourceFactory(sentence=sentence, figure="", problem=ProblemFactory(unit=bureau))

    with django_assert_num_queries(9):
        found = read(report, checking=True)

    assert Sentence.objects.count() == 1
    assert [note.text.count("；") for note in found.notes()] == [4]
