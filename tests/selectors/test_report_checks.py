"""What a draft lacks: last year's promises, the template, the year's notice, sums."""

from datetime import date

import pytest

from reports.models import AnnualReport
from reports.selectors.report_checks import record_groups
from reports.selectors.report_paragraphs import sections_of
from reports.selectors.summaries import Gap
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CallItemFactory,
    ParagraphFactory,
    PromiseFactory,
    ReportCallFactory,
    ReportTemplateFactory,
    SectionFactory,
    SentenceFactory,
    TemplatePartFactory,
    TemplateSectionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 10)


@pytest.fixture
def draft():
    bureau = BureauFactory()
    return AnnualReportFactory(bureau=bureau, year=2026, template=ReportTemplateFactory())


def told(draft, **kwargs):
    report = AnnualReport.objects.get(pk=draft.pk)
    groups = record_groups(report, sections_of(report, {}), on=ON, **kwargs)
    return {group.code: [item.text for item in group.items] for group in groups}


def test_nothing_lacks(draft):
    assert told(draft) == {}


def test_a_promise_without_an_answer(draft):
    before = AnnualReportFactory(bureau=draft.bureau, year=2025)
    PromiseFactory(bureau=draft.bureau, report=before, text="完善案卷管理")

    assert told(draft) == {"promises": ["“完善案卷管理”还没有转为问题或措施，也没有写明如何处理"]}


def ask(draft, heading="普法宣传"):
    section = TemplateSectionFactory(template=draft.template, role="achievements")
    return TemplatePartFactory(section=section, heading=heading, asks="写明普法场次和受众")


def write(draft, heading, role="achievements"):
    of = ParagraphFactory(section=SectionFactory(report=draft, role=role), heading=heading)
    SentenceFactory(paragraph=of)


def test_what_the_template_asks_and_nobody_wrote(draft):
    ask(draft)
    write(draft, "行政复议")

    assert told(draft) == {"asked": ["“普法宣传”：写明普法场次和受众"]}


@pytest.mark.parametrize("heading", ["普法宣传", "深入开展普法和法治宣传"])
def test_what_the_template_asks_is_written(draft, heading):
    ask(draft)
    write(draft, heading)

    assert told(draft) == {}


def test_what_is_written_in_another_part_answers_nothing(draft):
    ask(draft, heading="")
    write(draft, "普法宣传", role="problems")

    assert told(draft) == {"asked": ["写明普法场次和受众"]}


def test_what_the_notice_asks_until_it_is_ticked_off(draft):
    call = ReportCallFactory(unit=draft.bureau, year=2026)
    CallItemFactory(call=call, position=1, text="写明第一责任人履职情况")
    CallItemFactory(
        call=call, position=2, text="附数据表", done_on=NOON.date(), done_by=UserFactory()
    )
    CallItemFactory(call=ReportCallFactory(year=2026), text="别的分局的要求")

    assert told(draft) == {"call": ["写明第一责任人履职情况"]}


def test_sums_and_gaps_are_told_as_they_were_found(draft):
    gaps = [Gap("warn", "缺原因", "甲"), Gap("warn", "缺原因", "乙"), Gap("info", "无依据", "丙")]

    sums = [Gap("warn", "勾稽", "分项之和不等于总数")]

    groups = record_groups(draft, sections_of(draft, {}), on=ON, gaps=gaps, sums=sums)

    assert [(group.label, group.tone, [item.text for item in group.items]) for group in groups] == [
        ("数据勾稽", "warn", ["分项之和不等于总数"]),
        ("缺原因", "warn", ["甲", "乙"]),
        ("无依据", "info", ["丙"]),
    ]
