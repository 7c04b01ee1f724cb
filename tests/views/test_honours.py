"""Honours by year: entered, corrected, cancelled; how many years running."""

from datetime import date

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import AnnualReport, Honour
from tests.factories import (
    NOON,
    BureauFactory,
    CityFactory,
    HonourFactory,
    PersonFactory,
    UnitFactory,
    member,
)
from tests.pages import Form

pytestmark = pytest.mark.django_db
LIST = reverse("reports:honour-list")
TITLE, BODY = "执法质量考评优秀单位", "示例省公安厅"


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory(), name="东城分局", short_name="")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所", short_name="")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


def honour(bureau, year, **rest):
    return HonourFactory(bureau=bureau, year=year, **{"title": TITLE, "awarded_by": BODY} | rest)


def data(**changes):
    usual = {"year": "2026", "kind": "assessment", "level": "province", "title": TITLE}
    return usual | {"awarded_by": BODY, "awarded_on": "2026-01-28"} | changes


def shown(page):
    return [row.record for row in page.context["table"].page.object_list]


def test_honour_is_entered_with_kind_level_and_number(enter, bureau):
    client = enter(Role.LEGAL_OFFICER, bureau)

    client.post(reverse("reports:honour-add"), data(document_number="示公通〔2026〕6号"))

    found = Honour.objects.get()
    assert (found.bureau, found.year, found.kind, found.level, found.document_number) == (
        bureau,
        2026,
        "assessment",
        "province",
        "示公通〔2026〕6号",
    )


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": ""}, {"title": ["请填写此栏。"]}),
        ({"kind": "approval", "awarded_by": ""}, None),
        ({"awarded_on": "2026-07-01"}, None),
    ],
)
def test_honour_that_cannot_stand_is_refused_with_all_that_was_typed(
    enter, bureau, changes, errors
):
    client = enter(Role.LEGAL_OFFICER, bureau)

    answer = client.post(reverse("reports:honour-add"), data(**changes))

    sentences = {
        "approval": ["肯定性批示和经验推广，须写明作出批示或者推广的机关。"],
        "assessment": ["授予日期不能晚于今天。"],
    }
    form = answer.context["form"]
    if errors is None:
        assert form.non_field_errors() == sentences[data(**changes)["kind"]]
    else:
        assert list(form.errors) == list(errors)
    assert form["document_number"].value() == data(**changes).get("document_number")
    assert Honour.objects.count() == 0


def test_unit_and_person_are_not_named_together(enter, bureau, station):
    person = PersonFactory(unit=station)
    client = enter(Role.LEGAL_OFFICER, bureau)

    answer = client.post(reverse("reports:honour-add"), data(unit=station.pk, person=person.pk))
    client.post(reverse("reports:honour-add"), data(person=person.pk))

    assert answer.context["form"].errors == {"person": ["获得单位和获得人只填一项。"]}
    assert Honour.objects.get().person == person


def test_list_says_how_many_years_running(enter, bureau, station):
    for year in (2023, 2025, 2026):
        honour(bureau, year, title=f"{year}年度{TITLE}")
    honour(bureau, 2026, unit=station)
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(f"{LIST}?all_years=1")

    assert {(row.year, row.unit, page.context["running"][row.pk]) for row in shown(page)} == {
        (2026, station, 1),
        (2026, None, 2),
        (2025, None, 1),
        (2023, None, 1),
    }
    assert page.content.decode().count("连续2年") == 1


def test_cancelled_honour_interrupts_the_years(enter, bureau):
    honour(bureau, 2025, cancelled_at=NOON, cancelled_because="误录")
    this = honour(bureau, 2026)

    page = enter(Role.LEGAL_OFFICER, bureau).get(LIST)

    assert (shown(page), page.context["running"]) == ([this], {this.pk: 1})


def test_list_narrows_by_kind_and_level_and_exports_the_years_running(enter, bureau):
    honour(bureau, 2025, kind="assessment")
    found = honour(bureau, 2026, kind="assessment", level="nation")
    honour(bureau, 2026, kind="approval", title="批示")
    client = enter(Role.LEGAL_OFFICER, bureau)

    page = client.get(f"{LIST}?kind=assessment&level=nation")
    lines = b"".join(client.get(f"{LIST}?kind=assessment&_export=csv")).decode("utf-8-sig")

    assert shown(page) == [found]
    assert lines.splitlines()[1].split(",")[:5] == ["2026", TITLE, "考评结果", "国家级", "2"]


def test_honour_given_after_the_day_is_not_there_yet(enter, bureau):
    honour(bureau, 2026, awarded_on=date(2026, 5, 1))
    client = enter(Role.LEGAL_OFFICER, bureau)

    assert shown(client.get(f"{LIST}?on=2026-04-30")) == []
    assert len(shown(client.get(f"{LIST}?on=2026-05-01"))) == 1


def test_list_ends_where_the_scope_ends(enter, bureau):
    own = honour(bureau, 2026)
    honour(BureauFactory(), 2026)

    assert shown(enter(Role.LEADER, bureau).get(LIST)) == [own]
    assert len(shown(enter(Role.SUPERVISOR, bureau.parent).get(LIST))) == 1


def test_correcting_goes_back_to_the_list_it_came_from(enter, bureau):
    found = honour(bureau, 2026)
    client = enter(Role.LEGAL_OFFICER, bureau)
    edit = reverse("reports:honour-edit", args=[found.pk])

    inside = client.post(f"{edit}?next={LIST}?year=2026", data(title="先进集体"))
    outside = client.post(f"{edit}?next=https://example.com/", data(title="先进单位"))

    assert inside.url == f"{LIST}?year=2026"
    assert outside.url == f"{LIST}?bureau={bureau.pk}&all_years=1"
    found.refresh_from_db()
    assert found.title == "先进单位"


def test_honour_of_a_report_is_of_its_year(enter, bureau):
    report = AnnualReport.objects.create(
        bureau=bureau, year=2025, title="年度报告", recorded_at=NOON
    )
    client = enter(Role.LEGAL_OFFICER, bureau)
    page = Form(client.get(reverse("reports:honour-new", args=[report.pk])), mark="novalidate")

    answer = page.send(client, title=TITLE)

    assert answer.url == f"{report.get_absolute_url()}#honours"
    assert [(each.year, each.kind) for each in Honour.objects.all()] == [(2025, "honour")]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_its_rows(enter, bureau, rows, django_assert_num_queries):
    for number in range(rows):
        honour(bureau, 2026, title=f"荣誉{number}")
    client = enter(Role.LEGAL_OFFICER, bureau)

    # session, user, scope, what waits; count, rows, the years before
    with django_assert_num_queries(7):
        page = client.get(LIST)

    assert len(shown(page)) == rows
