"""The pages of the year loop: set out by a press, answered for one by one, every number a list."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from reports.domain.access import Role
from reports.models import Measure, Problem, Promise
from tests.factories import (
    AnnualReportFactory,
    BureauFactory,
    CityFactory,
    MeasureFactory,
    ParagraphFactory,
    ProblemFactory,
    ProblemSourceFactory,
    PromiseFactory,
    SectionFactory,
    UnitFactory,
    member,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return BureauFactory(parent=CityFactory())


@pytest.fixture
def station(bureau):
    return UnitFactory(parent=bureau, ledger_from=None)


@pytest.fixture
def report(bureau):
    ProblemSourceFactory(code="last_report", name="上年度报告")
    report = AnnualReportFactory(bureau=bureau, year=2025, state="published")
    section = SectionFactory(report=report, role="problems")
    for position, heading in enumerate(("办案质量不高", "培训不够"), 1):
        ParagraphFactory(section=section, position=position, heading=heading)
    return report


@pytest.fixture
def legal(client, bureau):
    user = member(Role.LEGAL_OFFICER, bureau, user__first_name="周敏")
    client.force_login(user, backend="reports.views.backend.LedgerBackend")
    client.user = user
    return client


def address(bureau, **query):
    parts = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("reports:promise-list", args=[bureau.pk]) + (f"?{parts}" if parts else "")


def decide(client, promise, **given):
    return client.post(reverse("reports:promise-decide", args=[promise.pk]), given)


def errors_of(response):
    """The errors of the form that was sent, and whether its part is the open one."""
    (way,) = (way for way in response.context["ways"] if way.chosen)
    return way.code.value, way.form.errors


def test_reading_sets_out_nothing_and_a_press_does(legal, bureau, report):
    before = legal.get(address(bureau)).content.decode()
    none = Promise.objects.count()

    answer = legal.post(reverse("reports:promise-gather", args=[bureau.pk]), follow=True)

    assert "从上年报告列出" in before
    assert none == 0
    assert [line.promise.text for line in answer.context["parts"][0][1]] == [
        "办案质量不高",
        "培训不够",
    ]
    assert "已列出2项，请逐项处理。" in answer.content.decode()


def test_a_refusal_to_set_out_is_said(legal, bureau):
    answer = legal.post(reverse("reports:promise-gather", args=[bureau.pk]), follow=True)

    assert "没有2025年度的报告，无从列出。" in answer.content.decode()


def test_taking_on_registers_a_problem_and_goes_to_the_next(legal, bureau, station, report):
    old = ProblemFactory(unit=station, found_on=date(2025, 5, 6), due_on=None)
    first = PromiseFactory(bureau=bureau, report=report, position=1, earlier_problem=old)
    second = PromiseFactory(bureau=bureau, report=report, position=2)

    answer = decide(
        legal,
        first,
        decision="taken_on",
        unit=station.pk,
        title="办案质量不高",
        begins_on="2026-06-10",
        kind="dated",
        due_on="2026-12-01",
        due_is_month="on",
        cause="培训不够",
        move_earlier="on",
    )

    assert answer["Location"] == reverse("reports:promise-decide", args=[second.pk])
    first.refresh_from_db()
    old.refresh_from_db()
    problem = first.problem
    assert (problem.title, problem.due_on, problem.cause) == (
        "办案质量不高",
        date(2026, 12, 31),
        "培训不够",
    )
    assert (old.state, old.merged_into, problem.repeats) == ("merged", problem, old)


def test_a_step_becomes_a_plan_item_and_the_last_one_leads_to_the_list(legal, bureau, report):
    step = PromiseFactory(bureau=bureau, report=report, kind="step", text="办好讲堂")

    answer = decide(
        legal,
        step,
        decision="taken_on",
        unit=bureau.pk,
        title="办好讲堂",
        begins_on="2026-06-10",
        standard="每半月一次",
    )

    assert answer["Location"] == address(bureau, year=2026)
    step.refresh_from_db()
    assert (step.measure.plan_year, step.measure.standard) == (2026, "每半月一次")


def test_what_last_year_already_planned_is_proposed_for_merging(legal, bureau, report):
    plan = MeasureFactory(unit=bureau, plan_year=2026)
    step = PromiseFactory(bureau=bureau, report=report, kind="step", earlier_measure=plan)
    page = legal.get(reverse("reports:promise-decide", args=[step.pk]))
    (way,) = (way for way in page.context["ways"] if way.chosen)

    answer = decide(legal, step, decision="merged", measure=way.form["measure"].value())

    assert answer.status_code == 302
    step.refresh_from_db()
    assert (step.decision, step.measure) == ("merged", plan)


def test_what_was_closed_meanwhile_is_proposed_as_done(legal, bureau, report):
    old = ProblemFactory(unit=bureau, found_on=date(2025, 5, 6), due_on=None)
    Problem.objects.filter(pk=old.pk).update(
        state="closed", closed_on=date(2026, 3, 2), closed_by=legal.user
    )
    promise = PromiseFactory(bureau=bureau, report=report, earlier_problem=old)

    page = legal.get(reverse("reports:promise-decide", args=[promise.pk]))

    (way,) = (way for way in page.context["ways"] if way.chosen)
    assert (way.code.value, way.form["reason"].value()) == ("done", "已于2026年3月2日销号。")


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"decision": "dropped", "reason": ""}, {"reason": ["这个字段是必填项。"]}),
        ({"decision": "merged"}, {"problem": ["这个字段是必填项。"]}),
        (
            {"decision": "taken_on", "title": "甲", "begins_on": "2026-06-11", "kind": "dated"},
            {"unit": ["这个字段是必填项。"], "begins_on": ["日期不能晚于今天。"]},
        ),
        (
            {"decision": "taken_on", "title": "甲", "begins_on": "2025-06-10", "kind": "dated"},
            {"unit": ["这个字段是必填项。"], "begins_on": ["请填写2026年内的日期。"]},
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    legal, bureau, report, given, errors
):
    promise = PromiseFactory(bureau=bureau, report=report)

    response = decide(legal, promise, **given)

    code, found = errors_of(response)
    assert (code, found) == (given["decision"], errors)
    if "title" in given:
        assert 'value="甲"' in response.content.decode()
    promise.refresh_from_db()
    assert promise.decision == ""


def test_foreign_records_are_no_choice(legal, bureau, report):
    promise = PromiseFactory(bureau=bureau, report=report)
    foreign = ProblemFactory()

    merged = decide(legal, promise, decision="merged", problem=foreign.pk)
    taken = decide(
        legal,
        promise,
        decision="taken_on",
        unit=foreign.unit_id,
        title="甲",
        begins_on="2026-06-10",
        kind="dated",
    )

    assert set(errors_of(merged)[1]) == {"problem"}
    assert set(errors_of(taken)[1]) == {"unit"}


def test_who_comes_second_is_told_and_sees_the_answer(legal, bureau, report):
    promise = PromiseFactory(bureau=bureau, report=report)
    decide(legal, promise, decision="dropped", reason="机构撤销")

    again = decide(legal, promise, decision="done", reason="已办")

    assert errors_of(again)[1] == {"__all__": ["该事项已处理为“不再办理”。"]}
    page = legal.get(reverse("reports:promise-decide", args=[promise.pk]))
    assert page.context["line"].badge == "不再办理"
    legal.post(reverse("reports:promise-take-back", args=[promise.pk]))
    promise.refresh_from_db()
    assert promise.decision == ""


def test_each_answer_carries_its_token(legal, bureau, report):
    promise = PromiseFactory(bureau=bureau, report=report)

    page = legal.get(reverse("reports:promise-decide", args=[promise.pk]))

    main = page.content.decode().split("<main", 1)[1]
    assert main.count('name="csrfmiddlewaretoken"') == main.count("<form") == 4


def test_a_decision_that_is_none_of_the_four_is_refused(legal, bureau, report):
    promise = PromiseFactory(bureau=bureau, report=report)

    answer = decide(legal, promise, decision="forgotten")

    assert answer.status_code == 302
    promise.refresh_from_db()
    assert promise.decision == ""


def test_every_number_is_the_length_of_its_list(legal, bureau, report):
    open_ = PromiseFactory(bureau=bureau, report=report)
    PromiseFactory(bureau=bureau, report=report)
    gone = PromiseFactory(bureau=bureau, report=report)
    decide(legal, open_, decision="merged", problem=ProblemFactory(unit=bureau).pk)
    decide(legal, gone, decision="dropped", reason="机构撤销")
    counted = re.compile(r'<a [^>]*href="([^"]+promises[^"]+)"[^>]*data-count="(\d+)"')
    pages = [legal.get(address(bureau)), legal.get(f"/bureaus/{bureau.pk}/")]

    found = {
        unescape(href): int(number)
        for page in pages
        for href, number in counted.findall(page.content.decode())
    }

    listed = {
        href: sum(len(lines) for _heading, lines in legal.get(href).context["parts"])
        for href in found
    }
    assert sorted(found.values()) == [1, 2, 2]
    assert found == listed


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_take_the_same_queries(legal, bureau, report, django_assert_num_queries, rows):
    for _n in range(rows):
        old = ProblemFactory(unit=bureau, found_on=date(2025, 5, 6), due_on=None)
        promise = PromiseFactory(bureau=bureau, report=report, earlier_problem=old)
    done = PromiseFactory(bureau=bureau, report=report)
    decide(legal, done, decision="merged", problem=ProblemFactory(unit=bureau).pk)
    legal.get(address(bureau))

    with django_assert_num_queries(6):
        legal.get(address(bureau))
    with django_assert_num_queries(10):
        legal.get(reverse("reports:promise-decide", args=[promise.pk]))
    assert Measure.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_bureau_page_takes_the_same_queries(
    legal, bureau, report, django_assert_num_queries, rows
):
    for _n in range(rows):
        PromiseFactory(bureau=bureau, report=report)
    page = f"/bureaus/{bureau.pk}/"
    legal.get(page)

    with django_assert_num_queries(11):
        response = legal.get(page)

    assert response.context["unanswered"] == [row.text for row in Promise.objects.order_by("pk")]
