from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Examination
from tests.factories import (
    BureauFactory,
    ExaminationFactory,
    ExaminationResultFactory,
    PersonFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/examinations/", "/examinations/new/"


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局")


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, name="一所")


@pytest.fixture
def enter(client):
    def log_in(role, unit):
        client.force_login(member(role, unit), backend="reports.views.backend.LedgerBackend")
        return client

    return log_in


@pytest.fixture
def legal(enter, bureau):
    return enter(Role.LEGAL_OFFICER, bureau)


def shown(response):
    return [row.record for row in response.context["table"].rows]


def address(name, row):
    return reverse(f"reports:examination-{name}", args=[row.pk])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(legal, station, rows, django_assert_num_queries):
    made = [ExaminationFactory(unit=station, name=f"考试{n}") for n in range(rows)]
    legal.get(LIST)

    # Session, user, scope, what waits; sums, count, rows.
    with django_assert_num_queries(7):
        response = legal.get(LIST)

    assert shown(response) == made


def test_rates_stand_with_numerator_and_denominator(legal, station):
    ExaminationFactory(unit=station, participants=45, passed=42)
    ExaminationFactory(unit=station, name="无人参加", participants=0, passed=0)

    response = legal.get(LIST)

    assert "42/45（93.3%）" in response.text
    assert "无成绩</td>" in response.text
    assert response.context["totals"] == {"rate": "42/45（93.3%）"}


def test_the_list_is_narrowed(legal, station):
    here = ExaminationFactory(unit=station, name="执法资格考试", subject="基础知识")
    last = ExaminationFactory(unit=station, held_on=date(2025, 5, 20))
    ExaminationFactory(unit=station, held_on=date(2026, 6, 11))
    ExaminationFactory()

    def found(query):
        return shown(legal.get(LIST + query))

    assert found("") == [here]
    assert found("?year=2025") == [last]
    assert found("?all_years=1") == [here, last]
    assert found("?q=基础") == [here]
    assert found("?place=二所") == []
    assert found(f"?unit={station.pk}") == [here]


def test_an_examination_is_entered_and_what_is_wrong_is_said(legal, station):
    entry = {
        "unit": station.pk,
        "name": "法律知识测试",
        "held_on": "2026-05-20",
        "participants": 10,
        "passed": 11,
    }

    wrong = legal.post(NEW, entry)
    blank = legal.post(NEW, {**entry, "passed": ""})
    done = legal.post(NEW, {**entry, "passed": 9})

    assert wrong.context["form"].errors == {"passed": ["合格人数不能多于参考人数。"]}
    # Blank is not nought.
    assert list(blank.context["form"].errors) == ["passed"]
    row = Examination.objects.get()
    assert (row.participants, row.passed, done.url) == (10, 9, f"/examinations/{row.pk}/")


def test_numbers_may_be_left_out_where_the_results_come_next(legal, station):
    entry = {"unit": station.pk, "name": "测试", "held_on": "2026-05-20", "results": "1"}

    answer = legal.post(NEW, entry)

    row = Examination.objects.get()
    assert (row.participants, row.passed) == (0, 0)
    assert answer.url == address("results", row)
    assert "无成绩" in legal.get(address("detail", row)).text


def test_units_of_another_bureau_are_no_choice(legal):
    response = legal.post(NEW, {"unit": UnitFactory().pk, "name": "考试"})

    assert "unit" in response.context["form"].errors


def test_results_by_person_make_the_numbers(legal, station):
    row = ExaminationFactory(unit=station, pass_mark=Decimal(60), participants=0, passed=0)
    one, two, three = (PersonFactory(unit=station) for _n in range(3))
    PersonFactory(unit=station, left_on=date(2026, 5, 19))
    PersonFactory(unit=station.bureau)

    page = legal.get(address("results", row))
    legal.post(
        address("results", row),
        {f"score_{one.pk}": "88", f"score_{two.pk}": "0", f"passed_{three.pk}": "yes"},
    )

    assert [person for person, _score, _word in page.context["form"].lines()] == [one, two, three]
    row.refresh_from_db()
    assert (row.participants, row.passed) == (3, 2)
    assert "passed" not in legal.get(address("edit", row)).context["form"].fields


def test_a_wrong_score_is_said_beside_it_and_nothing_is_lost(legal, station):
    row = ExaminationFactory(unit=station, pass_mark=Decimal(60))
    one, two = (PersonFactory(unit=station) for _n in range(2))

    response = legal.post(
        address("results", row), {f"score_{one.pk}": "很好", f"score_{two.pk}": "77"}
    )

    assert list(response.context["form"].errors) == [f"score_{one.pk}"]
    assert response.context["form"][f"score_{two.pk}"].value() == "77"
    assert not row.results.exists()


def test_results_are_for_who_keeps_people_alone(legal, enter, bureau, station):
    row = ExaminationFactory(unit=station)
    result = ExaminationResultFactory(examination=row, person__name="欧阳某某")

    own = legal.get(address("detail", row))
    others = [
        enter(role, unit).get(address("detail", row))
        for role, unit in ((Role.CLERK, station), (Role.INSPECTOR, bureau), (Role.LEADER, bureau))
    ]

    assert own.context["results"] == [result]
    assert "欧阳某某" in own.text
    assert [page.context["results"] for page in others] == [[], [], []]
    assert all("欧阳某某" not in page.text for page in others)
    assert all("个人成绩只供所属分局" in page.text for page in others)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_of_one_take_the_same_queries(legal, station, rows, django_assert_num_queries):
    row = ExaminationFactory(unit=station)
    for _n in range(rows):
        ExaminationResultFactory(examination=row)
    legal.get(address("detail", row))

    # Seven, and the audit log: results are of persons.
    with django_assert_num_queries(8):
        legal.get(address("detail", row))
    with django_assert_num_queries(8):
        page = legal.get(address("results", row))

    assert len(list(page.context["form"].lines())) == rows


def test_an_examination_is_corrected_and_cancelled(legal, station):
    row = ExaminationFactory(unit=station)
    entry = {"unit": station.pk, "name": "改名", "held_on": "2026-05-21"}

    legal.post(address("edit", row), {**entry, "participants": 8, "passed": 8})
    legal.post(address("cancel", row), {"because": "重复录入"})

    row.refresh_from_db()
    assert (row.name, row.participants, row.cancelled_because) == ("改名", 8, "重复录入")
    assert shown(legal.get(LIST)) == []
    assert shown(legal.get(f"{LIST}?cancelled=1")) == [row]
    assert "重复录入" in legal.get(address("detail", row)).text
