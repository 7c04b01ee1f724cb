"""A bureau's year at a glance; and every counted number agrees with its list, wherever shown."""

import re
from datetime import date
from html import unescape
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reports.actions.delivered_indicators import lay_indicators
from reports.domain.access import Role
from reports.models import Indicator, RecordKind
from reports.selectors.year import CLOSED, DEEDS, FOUND, MEETINGS
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    DeedFactory,
    DueFactory,
    ExaminationFactory,
    FigureFactory,
    HonourFactory,
    IndicatorFactory,
    MeetingFactory,
    ProblemFactory,
    RecordFieldFactory,
    RecordKindFactory,
    UnitFactory,
    UnitKindFactory,
    UserFactory,
    WorkRecordFactory,
    closed_problem,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局", short_name="")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", short_name="")


@pytest.fixture
def legal(client, bureau):
    user = member(Role.LEGAL_OFFICER, bureau)
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    return client


def closed(**given):
    return closed_problem(submitted_by=UserFactory(), closed_by=UserFactory(), **given)


@pytest.fixture
def glance(bureau):
    return reverse("reports:bureau-year", args=[bureau.pk])


def test_records_stand_by_kind_and_month_beside_last_year(legal, bureau, station, glance):
    kind = RecordKindFactory(code="publicity")
    WorkRecordFactory(unit=station, kind=kind, amount=3)
    WorkRecordFactory(unit=bureau, kind=kind, on=date(2026, 1, 5))
    WorkRecordFactory(unit=station, kind=kind, on=date(2025, 6, 10), amount=2)
    WorkRecordFactory(unit=station, kind=kind, on=date(2025, 6, 11), amount=7)

    page = legal.get(glance)

    (group,) = page.context["glance"].records
    (line,) = group.lines
    assert (line.numbers, line.total.n, line.before.n, line.difference) == (
        (1, 0, 0, 0, 3, *[0] * 7),
        4,
        2,
        2,
    )
    assert page.context["same_days"] == date(2025, 6, 10)


def test_kind_of_last_year_alone_is_not_left_out(legal, station, glance):
    WorkRecordFactory(unit=station, on=date(2025, 3, 3))

    page = legal.get(glance)

    ((line,),) = [group.lines for group in page.context["glance"].records]
    assert (line.total.n, line.before.n, line.difference) == (0, 1, -1)


def test_whole_years_are_compared_once_the_year_is_over(legal, glance):
    page = legal.get(f"{glance}?year=2025")

    assert page.context["same_days"] is None
    assert page.context["glance"].on == date(2025, 12, 31)


def test_year_that_has_not_begun_has_no_numbers(legal, station, glance):
    WorkRecordFactory(unit=station)

    page = legal.get(f"{glance}?year=2027")

    assert page.context["glance"].has_records is False
    assert {line.total.n for line in page.context["glance"].work.values()} == {0}


def test_meetings_problems_and_deeds_by_month(legal, bureau, station, glance):
    MeetingFactory(unit=station, held_on=date(2026, 3, 4))
    closed(unit=station, found_on=date(2026, 2, 2), closed_on=date(2026, 5, 5))
    ProblemFactory(unit=station, found_on=date(2026, 2, 3))
    DeedFactory(unit=bureau, bureau=bureau, on=date(2026, 4, 4))

    work = legal.get(glance).context["glance"].work

    assert {name: line.numbers[:6] for name, line in work.items()} == {
        MEETINGS: (0, 0, 1, 0, 0, 0),
        FOUND: (0, 2, 0, 0, 0, 0),
        CLOSED: (0, 0, 0, 0, 1, 0),
        DEEDS: (0, 0, 0, 1, 0, 0),
    }


def test_honours_of_the_year_with_the_years_running(legal, bureau, glance):
    for year in (2025, 2026):
        HonourFactory(bureau=bureau, year=year, title=f"{year}年度优秀单位")

    page = legal.get(glance)

    (honour,) = page.context["glance"].honours
    assert page.context["glance"].running[honour.pk] == 2


def test_unit_that_is_no_bureau_has_no_such_page(legal, station):
    assert legal.get(reverse("reports:bureau-year", args=[station.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_glance_costs_the_same_whatever_there_is(
    legal, bureau, glance, rows, django_assert_num_queries
):
    for number in range(rows):
        unit = UnitFactory(parent=bureau)
        WorkRecordFactory(unit=unit, kind=RecordKindFactory(code=f"kind{number}"))
        MeetingFactory(unit=unit)
        HonourFactory(bureau=bureau)
        FigureFactory(unit=unit, indicator=IndicatorFactory())
        IndicatorFactory(made="counted", rule={"of": "meetings"})

    # session, user, scope, what waits; bureau, units, indicators, figures, counts, kinds;
    # records by month, their kinds, last year's records, honours
    with django_assert_num_queries(14):
        page = legal.get(glance)

    assert len(page.context["glance"].records[0].lines) == rows


# --- indicators of the year agree with their lists, wherever they are shown ---------------------


@pytest.fixture
def full(bureau, station):
    """Some of everything that is counted, of two units, this year and last."""
    UnitKindFactory(code="station")
    fields = {
        "publicity": ("audience",),
        "case_file_review": ("files",),
        "reconsideration": ("received", "upheld", "corrected"),
    }
    kinds = ("training", "legal_review", "court_appearance", "mediation", "petition_case")
    for code in (*fields, *kinds):
        kind = RecordKindFactory(code=code)
        for name in fields.get(code, ()):
            RecordFieldFactory(kind=kind, code=name, label=name)
        filled = dict.fromkeys(fields.get(code, ()), 7)
        filled |= {"result": "化解"} if code == "petition_case" else {}
        for unit, on, amount in (
            (station, date(2026, 2, 3), 1),
            (station, date(2026, 5, 6), 2),
            (bureau, date(2026, 5, 7), 1),
            (station, date(2025, 3, 4), 1),
            (station, date(2025, 11, 4), 1),
        ):
            WorkRecordFactory(unit=unit, kind=kind, on=on, amount=amount, values=filled)
        WorkRecordFactory(unit=station, kind=kind, on=date(2026, 4, 4), values={"result": "稳控"})
    for day in (date(2026, 1, 9), date(2026, 5, 9), date(2025, 5, 9)):
        MeetingFactory(unit=station, held_on=day)
        ProblemFactory(unit=station, found_on=day)
        closed(unit=station, found_on=day, closed_on=day.replace(day=20))
        ExaminationFactory(unit=station, held_on=day, participants=10, passed=9)
        DeedFactory(unit=bureau, bureau=bureau, on=day, kind="deployed")
        DeedFactory(unit=bureau, bureau=bureau, on=day, kind="study")
        DueFactory(unit=station, day=day, met_on=day)
        DueFactory(unit=station, day=day.replace(day=25))
    lay_indicators(at=NOON)


def counted_in(page, line):
    """What the list behind a number counts, by the way the indicator is counted."""
    context, of = page.context, line.of.rule
    rows = context["table"].data.data if "table" in context else context["object_list"]
    match of.what.value:
        case "amount":
            return sum(n for _heading, kinds in context["groups"] for _kind, n in kinds)
        case "field":
            return sum(row.values.get(of.field) or 0 for row in rows if not row.doubled)
        case "kept":
            return sum(row.verdict == "met" for row in rows), len(rows)
        case "pass_rate":
            return sum(row.passed for row in rows), sum(row.participants for row in rows)
        case _:
            return len(rows)


def said(value, line):
    """A value as the list would count it."""
    if value.numerator is not None:
        return int(value.numerator), int(value.denominator)
    return int(value.value)


def links_of(line):
    """Every number of a line with the list it opens."""
    for cell in line.months:
        if cell.href and cell.value is not None:
            yield f"{cell.month}月", cell.value, cell.href
    if line.value is not None and line.href:
        yield "全年", line.value, line.href
    if line.before is not None and line.before_href:
        yield "上年", line.before, line.before_href


def test_indicators_of_the_year_agree_with_their_lists_wherever_they_are_shown(
    legal, bureau, station, full, glance
):
    year = reverse("reports:figure-year")
    pages = {
        "year": legal.get(f"{year}?unit={bureau.pk}").context["table"].lines,
        "unit": legal.get(f"{year}?unit={station.pk}").context["table"].lines,
        "print": legal.get(f"{reverse('reports:figure-year-print')}?unit={bureau.pk}")
        .context["table"]
        .lines,
        "glance": legal.get(glance).context["glance"].indicators,
    }
    for indicator in Indicator.objects.filter(made="counted"):
        lines = legal.get(indicator.get_absolute_url()).context["lines"]
        pages["year"] += tuple(line for line in lines if line.place in (bureau, station))

    opened, differing = {}, []
    for where, lines in pages.items():
        for line in lines:
            if not line.of.is_counted:
                continue
            for when, value, href in links_of(line):
                key = (line.of.rule, href)
                if key not in opened:
                    opened[key] = counted_in(legal.get(href), line)
                if opened[key] != said(value, line):
                    differing.append((where, str(line.indicator), when, value, opened[key], href))

    assert differing == []
    counted = {line.indicator.code: line for line in pages["year"] if line.of.is_counted}
    assert len(counted) == 17
    assert [code for code, line in counted.items() if not line.value or not line.value.value] == []


def test_file_and_glance_have_the_numbers_of_the_year(legal, bureau, full, glance):
    year = f"{reverse('reports:figure-year')}?unit={bureau.pk}"
    lines = legal.get(year).context["table"].lines
    content = legal.get(f"{year}&_export=xlsx").content
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    at_a_glance = legal.get(glance).context["glance"].indicators

    def numbers(line):
        return [float(cell.value.value) if cell.value else "" for cell in line.months]

    assert [(line.indicator.pk, numbers(line), line.value) for line in at_a_glance] == [
        (line.indicator.pk, numbers(line), line.value) for line in lines
    ]
    assert [(row[0], row[3:15]) for row in rows] == [
        (line.indicator.name, numbers(line)) for line in lines
    ]


def test_every_number_at_a_glance_opens_a_list_of_as_many(legal, bureau, full, glance):
    page = legal.get(glance)
    found = re.findall(r'href="([^"]+)" data-count="(\d+)"', page.content.decode())
    differing = []
    for href, number in {(unescape(href), int(number)) for href, number in found}:
        answer = legal.get(href)
        rows = answer.context["table"].data.data
        if urlsplit(href).path == reverse("reports:record-list"):
            kinds = [pair for _heading, pairs in answer.context["groups"] for pair in pairs]
            count = sum(amount for _kind, amount in kinds)
        else:
            count = len(rows)
        if count != number:
            differing.append((href, number, count))

    assert differing == []
    assert len(found) > 30
    heat = re.findall(r'heat h-\d"><a href="([^"]+)" title="[^"]+">(\d+)<', page.content.decode())
    (href, number), *_others = heat
    kind = RecordKind.objects.get(pk=parse_qs(urlsplit(unescape(href)).query)["kind"][0])
    groups = legal.get(unescape(href)).context["groups"]
    assert groups == [(kind.heading, [(kind, int(number))])]


def test_indicator_narrowed_to_a_value_says_so_on_its_list(legal, bureau, full):
    year = f"{reverse('reports:figure-year')}?unit={bureau.pk}"
    table = legal.get(year).context["table"]

    page = legal.get(table.line("petitions_settled").href)

    assert [(one.part, one.name) for one in page.context["chosen"]] == [
        ("bureau", "东城分局"),
        ("where", "化解"),
    ]
