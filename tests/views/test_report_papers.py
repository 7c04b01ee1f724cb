"""The report on paper and as files: the same words in each, marked as what they are."""

import re
from datetime import date
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.urls import reverse
from docx import Document as Docx

from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.access import Role
from reports.selectors.report_documents import document_of
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    MeasureFactory,
    ParagraphFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    SectionFactory,
    SentenceFactory,
    bureau_with_records,
    member,
    sign_off,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}
FORMS = ("report-print", "report-docx", "report-pdf", "report-text", "report-html")
CHECKS = ("report-check", "report-check-docx", "report-check-pdf")
HOSTILE = '<script>alert(1)</script> #read("/etc/passwd") {{honours}} {% url %} \\ $ * 😀'


@pytest.fixture
def bureau():
    return bureau_with_records()


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


@pytest.fixture
def leader(client, bureau):
    user = member(Role.LEADER, bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return user


def page(name, report):
    return reverse(f"reports:{name}", args=[report.pk])


def blocks(answer):
    """The words of each heading and paragraph of a page, in order."""
    text = answer.content.decode()
    found = re.findall(r"<(h[1-5]|p)\b[^>]*>(.*?)</\1>", text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", words)).strip() for _tag, words in found]


def name_of(answer):
    return unquote(answer["Content-Disposition"].split("UTF-8''")[1])


def test_the_print_says_what_the_structure_says(client, leader, report):
    told = document_of(report, today=TODAY)

    found = blocks(client.get(page("report-print", report)))

    assert found == [
        told.signed_by.strip(),
        told.name,
        told.mark,
        *(paragraph.text for paragraph in told.paragraphs()),
        told.signature,
        *told.remarks,
    ]


def test_the_print_shows_hostile_text_as_text(client, leader, bureau):
    report = AnnualReportFactory(bureau=bureau, title=HOSTILE)
    section = SectionFactory(report=report, heading=HOSTILE)
    SentenceFactory(paragraph=ParagraphFactory(section=section), text=HOSTILE)

    answer = client.get(page("report-print", report))

    words = HOSTILE.replace("{{honours}}", "—").replace("<script>", "&lt;script&gt;")
    assert "<script>" not in answer.content.decode()
    assert words.split(" ")[0] in answer.content.decode().replace("&lt;/script&gt;", "</script>")
    assert blocks(answer)[-3] == HOSTILE.replace("{{honours}}", "1")


@pytest.mark.parametrize("name", [*FORMS, *CHECKS])
def test_every_form_of_a_draft_is_made_and_kept_by_nobody(client, leader, report, name):
    answer = client.get(page(name, report))

    assert answer.status_code == 200
    if name not in ("report-print", "report-check"):
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("report-docx", "（草稿，未签发）_20260610.docx"),
        ("report-pdf", "（草稿，未签发）_20260610.pdf"),
        ("report-text", "（草稿，未签发）_20260610.txt"),
        ("report-html", "（草稿，未签发）_20260610.html"),
        ("report-check-docx", "（核查稿，草稿，未签发）_20260610.docx"),
        ("report-check-pdf", "（核查稿，草稿，未签发）_20260610.pdf"),
    ],
)
def test_the_name_of_a_file_says_what_it_is(client, leader, report, name, ending):
    assert name_of(client.get(page(name, report))) == (
        f"东城分局2026年度法治政府建设情况报告{ending}"
    )


def test_a_signed_report_bears_the_day_of_its_signing(client, leader, bureau):
    report = compile_report(bureau=bureau, year=2025, **STAMP)
    sign_off(report, on=date(2026, 2, 1))

    answer = client.get(page("report-docx", report))

    words = [paragraph.text for paragraph in Docx(BytesIO(answer.content)).paragraphs]
    assert name_of(answer) == "东城分局2025年度法治政府建设情况报告_20260201.docx"
    assert "2026年2月1日" in words
    assert not [line for line in words if "草稿" in line]


def test_frozen_figures_read_like_the_draft_they_were_signed_as(client, leader, bureau):
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    before = blocks(client.get(page("report-print", report)))
    sign_off(report)

    after = blocks(client.get(page("report-print", report)))

    assert [line for line in after if line in before][1:-1] == before[3:-2]


def test_files_are_chinese_for_a_reader_of_english(client, leader, report):
    client.cookies["ledger_language"] = "en"

    text = client.get(page("report-text", report)).content.decode()
    check = blocks(client.get(page("report-check", report)))

    assert "草稿，未签发" in text.split("\r\n")
    assert "附：制度落实数据" in check


def test_the_checking_copy_shows_its_notes_beside_the_text(client, leader, report):
    told = document_of(report, today=TODAY, checking=True)

    text = client.get(page("report-check", report)).content.decode()

    printed = re.findall(r'<li id="n(\d+)"><b>\d+</b> (.*?)</li>', text)
    assert [(int(number), unescape(words)) for number, words in printed] == [
        (note.number, note.text) for note in told.notes()
    ]
    assert [int(n) for n in re.findall(r'<sup id="r(\d+)">', text)] == [
        note.number for note in told.notes()
    ]
    assert 'class="proofs"' not in client.get(page("report-print", report)).content.decode()


def test_the_report_offers_all_its_forms(client, leader, report):
    text = client.get(page("report-detail", report)).content.decode()

    assert [name for name in (*FORMS, *CHECKS) if f'"{page(name, report)}"' not in text] == []


def test_a_published_text_has_no_checking_copy_to_offer(client, leader, bureau):
    report = AnnualReportFactory(
        bureau=bureau, year=2025, state="published", is_published_text=True, index_number="A-1"
    )

    text = client.get(page("report-detail", report)).content.decode()

    assert [name for name in (*FORMS, *CHECKS) if f'"{page(name, report)}"' in text] == [*FORMS]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("report-print", 20), ("report-text", 21)])
def test_a_form_takes_the_same_queries(client, django_assert_num_queries, rows, name, queries):
    bureau = BureauFactory()
    for _n in range(rows):
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=bureau, plan_year=2027)
        ScheduleVersionFactory(schedule__set__unit=bureau)
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    user = member(Role.LEADER, bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")

    with django_assert_num_queries(queries):
        answer = client.get(page(name, report))

    assert answer.status_code == 200
