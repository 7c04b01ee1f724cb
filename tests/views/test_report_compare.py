from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from python_calamine import CalamineWorkbook

from reports.domain.access import Role
from reports.models import Measure, Problem
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CauseKindFactory,
    CityFactory,
    FrozenFigureFactory,
    HonourFactory,
    MeasureFactory,
    MeetingFactory,
    MeetingKindFactory,
    ParagraphFactory,
    PersonFactory,
    ProblemCauseFactory,
    ProblemFactory,
    SectionFactory,
    SentenceFactory,
    SourceFactory,
    UnitFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return CityFactory()


@pytest.fixture
def bureau(city):
    return BureauFactory(parent=city, ledger_from=date(2024, 1, 1))


@pytest.fixture
def legal(client, bureau):
    client.force_login(member(Role.LEGAL_OFFICER, bureau))
    return client


@pytest.fixture
def supervisor(client, city):
    client.force_login(member(Role.SUPERVISOR, city))
    return client


def signed(bureau, year, rows=1):
    report = AnnualReportFactory(
        bureau=bureau,
        year=year,
        state="signed",
        signed_on=date(year, 12, 31),
        signer=PersonFactory(unit=bureau),
    )
    for n in range(rows):
        section = SectionFactory(report=report, position=n, heading=f"部分{n}")
        said = SentenceFactory(paragraph=ParagraphFactory(section=section), text=f"{year}年的话。")
        problem = ProblemFactory(unit=bureau, found_on=date(year, 4, 1), title=f"问题{year}{n}")
        SourceFactory(sentence=said, problem=problem)
        FrozenFigureFactory(report=report, key=f"meetings:{n}", label=f"会{n}", value=year + n)
    return report


@pytest.mark.parametrize("rows", [1, 3])
def test_the_years_take_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    signed(bureau, 2024, rows)
    report = signed(bureau, 2025, rows)

    with django_assert_num_queries(10):
        legal.get(reverse("reports:report-compare", args=[report.pk]))


def test_what_changed_is_marked_and_read_aloud(legal, bureau):
    signed(bureau, 2024)
    report = signed(bureau, 2025)

    text = legal.get(reverse("reports:report-compare", args=[report.pk])).content.decode()

    assert '<del><span class="visually-hidden">删去：</span>2024</del>' in text
    assert '<ins><span class="visually-hidden">新写：</span>2025</ins>年的话。' in text
    assert '<td class="n">+1</td>' in text
    assert "问题20240" in text


def test_the_first_report_has_nothing_beside_it(legal, bureau):
    report = signed(bureau, 2025)

    text = legal.get(reverse("reports:report-compare", args=[report.pk])).content.decode()

    assert "没有2024年度的报告，无从对照。" in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_records_take_the_same_queries(legal, bureau, rows, django_assert_num_queries):
    report = signed(bureau, 2025, rows)
    for _n in range(rows):
        MeetingFactory(unit=bureau, held_on=date(2025, 3, 3))
    address = reverse("reports:report-coverage", args=[report.pk])

    with django_assert_num_queries(8):
        legal.get(f"{address}?what=problems")


def test_what_is_not_told_is_listed_by_name(legal, bureau):
    report = signed(bureau, 2025)
    meeting = MeetingFactory(unit=bureau, held_on=date(2025, 3, 3), title="局务会")
    address = reverse("reports:report-coverage", args=[report.pk])

    answer = legal.get(f"{address}?what=meetings:{meeting.kind_id}")

    assert (answer.context["total"], answer.context["left"]) == (2, 1)
    assert [row.title for row in answer.context["untold"]] == ["局务会"]


# --- the city -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_city_takes_the_same_queries(supervisor, city, rows, django_assert_num_queries):
    for _n in range(rows):
        signed(BureauFactory(parent=city, ledger_from=date(2024, 1, 1)), 2025)

    with django_assert_num_queries(21):
        supervisor.get(reverse("reports:city-summary") + "?year=2025")


def test_the_city_shows_the_last_year_that_is_over(supervisor, bureau):
    answer = supervisor.get(reverse("reports:city-summary"))

    assert answer.context["summary"].year == 2025
    assert [row.bureau for row in answer.context["summary"].rows] == [bureau]


def test_the_city_on_paper_is_chinese(supervisor, bureau):
    answer = supervisor.get(
        reverse("reports:city-summary") + "?year=2025&print=1", HTTP_ACCEPT_LANGUAGE="en"
    )

    assert "2025年度全市法治公安建设情况汇总" in answer.content.decode()


def test_the_city_as_files(supervisor, bureau):
    MeetingFactory(unit=bureau, held_on=date(2025, 3, 3))

    sheet = supervisor.get(reverse("reports:city-summary-sheet") + "?year=2025")
    docx = supervisor.get(reverse("reports:city-summary-docx") + "?year=2025")

    book = CalamineWorkbook.from_filelike(BytesIO(sheet.content))
    assert book.sheet_names == ["各分局数据", "问题原因", "报告报送", "说明"]
    rows = book.get_sheet_by_name("各分局数据").to_python()
    at = rows[0].index("会议·召开次数")
    assert [(row[0], row[at]) for row in rows[1:]] == [(bureau.label, 1.0), ("合计", 1.0)]
    tables = Document(BytesIO(docx.content)).tables
    assert [cell.text for cell in tables[0].rows[0].cells][-1] == "召开次数"
    assert [[c.text for c in row.cells][-1] for row in tables[0].rows[1:]] == ["1", "1"]


# --- a number and the list that it opens ----------------------------------------------------------


def a_year(bureau):
    """Some of each register of 2025, and of each one more that the year does not count."""
    station = UnitFactory(parent=bureau, ledger_from=None)
    kind = MeetingKindFactory()
    for day in (date(2025, 3, 3), date(2025, 3, 10), date(2024, 12, 30)):
        MeetingFactory(unit=station, kind=kind, held_on=day)
    for day in (date(2025, 4, 1), date(2025, 12, 31), date(2026, 1, 5)):
        ProblemFactory(unit=station, found_on=day)
    ProblemFactory(unit=station, found_on=date(2025, 5, 1), counts=False)
    gone = ProblemFactory(unit=station, found_on=date(2025, 5, 2))
    Problem.objects.filter(pk=gone.pk).update(cancelled_at=NOON, cancelled_because="重复")
    for day in (date(2025, 6, 1), date(2026, 1, 6)):
        measure = MeasureFactory(unit=station, set_on=date(2025, 1, 2), due_on=date(2025, 12, 31))
        Measure.objects.filter(pk=measure.pk).update(done_on=day)
    work = WorkRecordFactory(unit=station, on=date(2025, 4, 2))
    WorkRecordFactory(unit=station, on=date(2026, 1, 2), kind=work.kind)
    for year in (2025, 2024):
        HonourFactory(bureau=bureau, year=year)


def opened(client, address):
    return client.get(address).context["table"].paginator.count


def test_every_number_of_the_records_is_the_length_of_its_list(legal, bureau):
    report = AnnualReportFactory(bureau=bureau, year=2025)
    a_year(bureau)

    page = legal.get(reverse("reports:report-coverage", args=[report.pk]))
    lines = [line for group in page.context["groups"] for line in group.lines]
    lengths = {line.key: opened(legal, line.url) for line in lines}

    assert {line.key: line.total for line in lines} == lengths
    assert {key.partition(":")[0] for key in lengths} == {
        "meetings",
        "problems",
        "measures",
        "records",
        "honours",
    }


def test_every_number_of_the_city_is_the_length_of_its_list(supervisor, city):
    for _n in range(2):
        bureau = BureauFactory(parent=city, ledger_from=date(2024, 1, 1))
        a_year(bureau)
        ProblemCauseFactory(
            problem=Problem.objects.get(bureau=bureau, found_on=date(2025, 4, 1)),
            kind=CauseKindFactory(),
        )

    summary = supervisor.get(reverse("reports:city-summary") + "?year=2025").context["summary"]
    cells = [
        (row.bureau.pk, cell.column.key, cell.value, opened(supervisor, cell.url))
        for row in summary.rows
        for cell in row.cells
        if cell.url and cell.value
    ]
    causes = [(row.problems, opened(supervisor, row.url)) for row in summary.causes]

    assert len(cells) >= 8
    assert [cell for cell in cells if cell[2] != cell[3]] == []
    assert causes == [(2, 2), (2, 2)]
