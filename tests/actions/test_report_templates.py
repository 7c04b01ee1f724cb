"""A bureau copies a delivered template and changes its own."""

from dataclasses import replace

import pytest

from reports.actions.delivered_templates import lay_templates
from reports.actions.report_templates import CannotKeepTemplate, copy_template, edit_template
from reports.domain.report_templates import DELIVERED, Part
from reports.models import ReportTemplate
from reports.selectors.report_facts import plan_from
from reports.selectors.report_templates import templates_to_use
from tests.factories import NOON, BureauFactory, ReportHeadingFactory, UnitFactory

pytestmark = pytest.mark.django_db
STAMP = {"by": None, "at": NOON}


@pytest.fixture
def delivered():
    for code in ("leadership", "rules", "lawful", "oversight", "disputes", "publicity"):
        ReportHeadingFactory(code=code)
    for code in ("training", "openness"):
        ReportHeadingFactory(code=code)
    lay_templates(at=NOON)
    return ReportTemplate.objects.get(code="three_parts")


def edit(template, plan, **changes):
    said = {"year": None, "is_active": True} | changes
    return edit_template(template_id=template.pk, plan=plan, **said, **STAMP)


def test_what_is_stored_is_what_was_delivered(delivered):
    found = {each.code: plan_from(each) for each in ReportTemplate.objects.all()}

    assert found == {plan.code: plan for plan in DELIVERED}


def test_a_copy_is_the_bureaus_own(delivered):
    bureau = BureauFactory()

    copy = copy_template(template=delivered, bureau=bureau, **STAMP)

    assert (copy.unit, copy.name) == (bureau, "三部分（第一责任人列入第一部分）（本局）")
    assert plan_from(copy).sections == plan_from(delivered).sections
    assert copy_template(template=delivered, bureau=bureau, **STAMP) == copy
    assert templates_to_use(bureau, year=2026).first() == copy
    assert copy not in templates_to_use(BureauFactory(), year=2026)


def test_a_copy_is_changed_and_the_delivered_one_is_not(delivered):
    copy = copy_template(template=delivered, bureau=BureauFactory(), **STAMP)
    plan = plan_from(copy)
    first = replace(plan.sections[0], parts=(Part("总体情况", ("formula",), "指导思想"),))

    edit(copy, replace(plan, name="本局三部分", sections=(first, *plan.sections[1:])), year=2026)

    copy.refresh_from_db()
    assert (copy.name, copy.year) == ("本局三部分", 2026)
    assert plan_from(copy).sections[0] == first
    assert plan_from(delivered) == DELIVERED[2]


def test_saving_what_is_there_writes_nothing(delivered):
    copy = copy_template(template=delivered, bureau=BureauFactory(), **STAMP)
    before = set(copy.sections.values_list("pk", flat=True))

    edit(copy, plan_from(copy))

    assert set(copy.sections.values_list("pk", flat=True)) == before
    assert ReportTemplate.history.filter(id=copy.pk).count() == 1


def test_a_delivered_template_is_not_changed(delivered):
    with pytest.raises(CannotKeepTemplate, match="请复制后修改"):
        edit(delivered, plan_from(delivered))


def test_what_is_drawn_on_twice_is_refused_in_words(delivered):
    copy = copy_template(template=delivered, bureau=BureauFactory(), **STAMP)
    plan = plan_from(copy)
    last = replace(plan.sections[-1], parts=(Part("", ("next_year",)), Part("", ("problems",))))

    with pytest.raises(CannotKeepTemplate, match="“问题、原因和整改”在模板中出现了两次"):
        edit(copy, replace(plan, sections=(*plan.sections[:-1], last)))
    assert plan_from(copy) == plan


def test_copies_that_cannot_be(delivered):
    own = copy_template(template=delivered, bureau=BureauFactory(), **STAMP)

    with pytest.raises(CannotKeepTemplate, match="其他单位的模板"):
        copy_template(template=own, bureau=BureauFactory(), **STAMP)
    with pytest.raises(CannotKeepTemplate, match="不单独编制年度报告"):
        copy_template(template=delivered, bureau=UnitFactory(), **STAMP)
