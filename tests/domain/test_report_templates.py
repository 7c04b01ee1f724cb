"""Templates are data: what is delivered holds together, and what cannot be kept is refused."""

from dataclasses import replace

import pytest

from reports.domain.record_kinds import HEADINGS
from reports.domain.report_templates import (
    DELIVERED,
    STATUTORY,
    AgainstTemplate,
    Draw,
    Part,
    Plan,
    SectionPlan,
    heading_of,
    heading_words,
    is_known,
    reasons_against_template,
)
from reports.domain.summaries import SectionRole

ONE = Plan(
    "one", "一", (SectionPlan(SectionRole.PROBLEMS, "存在的不足", (Part("", ("problems",)),)),)
)


@pytest.mark.parametrize("plan", DELIVERED, ids=lambda plan: plan.code)
def test_delivered_templates_can_be_kept(plan):
    assert reasons_against_template(plan, HEADINGS) == []


@pytest.mark.parametrize("plan", DELIVERED, ids=lambda plan: plan.code)
def test_delivered_templates_leave_no_record_out(plan):
    drawn = set(plan.draws())

    assert {draw.value for draw in Draw} - drawn == set()
    assert set(HEADINGS) - plan.headings_drawn == set()


def test_the_first_responsible_person_stands_where_the_template_says():
    roles = {plan.code: [s.role.value for s in plan.sections if s.heading] for plan in DELIVERED}

    assert roles == {
        "four_parts": ["achievements", "problems", "first_person", "next_year"],
        "first_person_first": ["first_person", "achievements", "problems", "next_year"],
        "three_parts": ["achievements", "problems", "next_year"],
    }
    three = next(plan for plan in DELIVERED if plan.code == "three_parts")
    assert three.sections[1].parts[0].draws == (Draw.FIRST_PERSON,)
    assert STATUTORY.sections == DELIVERED[0].sections[1:]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": " "}, (AgainstTemplate.NO_NAME, "")),
        ({"sections": ()}, (AgainstTemplate.NO_SECTION, "")),
        (
            {"sections": (replace(ONE.sections[0], heading=""),)},
            (AgainstTemplate.NO_HEADING, "problems"),
        ),
        (
            {"sections": (replace(ONE.sections[0], parts=(Part("", ("records:none",)),)),)},
            (AgainstTemplate.UNKNOWN_DRAW, "records:none"),
        ),
        ({"sections": ONE.sections * 2}, (AgainstTemplate.DRAWN_TWICE, "problems")),
    ],
)
def test_what_cannot_be_kept(change, reason):
    found = reasons_against_template(replace(ONE, **change), HEADINGS)

    assert [(each.code, each.about) for each in found] == [reason]


def test_a_formula_may_be_asked_for_in_several_places():
    parts = (Part("", ("formula", "problems")), Part("二", ("formula",)))

    assert (
        reasons_against_template(
            replace(ONE, sections=(replace(ONE.sections[0], parts=parts),)), HEADINGS
        )
        == []
    )


def test_codes():
    assert heading_of("records:publicity") == "publicity"
    assert heading_of("records") == ""
    assert [
        is_known(code, HEADINGS) for code in ("records", "records:rules", "records:x", "x")
    ] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("heading", "period", "words"),
    [
        ("{year}年度举措", "", "2026年度举措"),
        ("{next_year}年度工作安排", "", "2027年度工作安排"),
        ("{year}年度举措", "2026年上半年", "2026年上半年举措"),
        ("{next_year}年度工作安排", "2026年上半年", "下一步工作安排"),
    ],
)
def test_heading_words(heading, period, words):
    assert heading_words(heading, 2026, period) == words
