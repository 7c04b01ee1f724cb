"""Pages of compiling: other days in one step, misses, formulas, notices, templates."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from reports.actions.delivered_templates import lay_templates
from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.access import Role
from reports.models import AnnualReport, CallItem, MissDecision, ReportCall, ReportTemplate
from reports.selectors.report_facts import plan_from
from tests.factories import (
    NOON,
    BureauFactory,
    CallItemFactory,
    CityFactory,
    FormulaFactory,
    ReportCallFactory,
    ReportTemplateFactory,
    ScheduleVersionFactory,
    UnitFactory,
    WorkRecordFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    unit = BureauFactory(name="东城分局", parent=CityFactory())
    ScheduleVersionFactory(schedule__set__unit=unit, schedule__name="每月法制例会")
    plan_dues(today=TODAY, year=2026, bureau_ids=[unit.pk])
    WorkRecordFactory(unit=unit, on=date(2026, 2, 3))
    return unit


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


@pytest.fixture
def come(client):
    def come(role, unit):
        user = member(role, unit)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return user

    return come


def address(name, *keys):
    return reverse(f"reports:{name}", args=keys)


def words(answer):
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


# --- other days ----------------------------------------------------------------------------------


def test_a_quarter_takes_one_page_and_one_press(client, come, bureau):
    """The whole way: open the page, press the button, read the draft."""
    come(Role.LEGAL_OFFICER, bureau)
    steps = [client.get(address("report-span-new"))]
    form = steps[0].context["form"]
    # What the page shows before anything is chosen.
    data = {
        "bureau": form.fields["bureau"].queryset.get().pk,
        "span": form["span"].field.choices[0][0],
    }

    steps.append(client.post(address("report-span-new"), data, follow=True))

    report = AnnualReport.objects.get()
    assert len(steps) == 2
    assert steps[1].redirect_chain == [(report.get_absolute_url(), 302)]
    assert (report.title, report.first_day, report.last_day) == (
        "2026年第一季度法治政府建设工作情况",
        date(2026, 1, 1),
        date(2026, 3, 31),
    )
    assert "开展法治宣传1场" in words(steps[1])


def test_days_of_ones_own_and_a_reader(client, come, bureau):
    come(Role.LEGAL_OFFICER, bureau)
    data = {
        "bureau": bureau.pk,
        "span": "days",
        "first_day": "2026-02-03",
        "last_day": "2026-05-09",
        "addressee": "区委政法委",
    }

    client.post(address("report-span-new"), data)

    report = AnnualReport.objects.get()
    assert (report.title, report.addressee) == (
        "2026年2月3日至5月9日法治政府建设工作情况",
        "区委政法委",
    )


@pytest.mark.parametrize(
    ("days", "field", "reason"),
    [
        ({}, "first_day", "请填写日期。"),
        ({"first_day": "2026-05-01", "last_day": "2026-04-01"}, None, "结束日期早于开始日期。"),
        ({"first_day": "2026-05-01", "last_day": "何时"}, "last_day", "请填写日期，如"),
    ],
)
def test_days_that_cannot_be_stand_beside_the_field(client, come, bureau, days, field, reason):
    come(Role.LEGAL_OFFICER, bureau)
    data = {"bureau": bureau.pk, "span": "days", "addressee": "区人大", **days}

    answer = client.post(address("report-span-new"), data)

    form = answer.context["form"]
    told = form.errors[field] if field else form.non_field_errors()
    assert told[0].startswith(reason)
    assert form["addressee"].value() == "区人大"
    assert not AnnualReport.objects.exists()


# --- misses and margins --------------------------------------------------------------------------


def test_a_miss_is_shown_beside_the_text_and_admitted(client, come, bureau, report):
    come(Role.LEGAL_OFFICER, bureau)
    schedule = bureau.schedule_sets.get().schedules.get().pk
    page = client.get(report.get_absolute_url())
    (miss,) = page.context["misses"]
    assert (miss.name, miss.figure.value) == ("法制例会", 5)
    assert "法制例会·未召开 5" in words(page)

    answer = client.post(
        address("report-miss", report.pk, schedule),
        {"admitted": "1", "cause": "安保任务集中"},
        follow=True,
    )

    assert "法制例会未按规定次数召开" in words(answer)
    assert MissDecision.objects.get().recorded_by is not None


def test_admitting_without_a_cause_is_told(client, come, bureau, report):
    come(Role.LEGAL_OFFICER, bureau)
    schedule = bureau.schedule_sets.get().schedules.get().pk

    answer = client.post(
        address("report-miss", report.pk, schedule), {"admitted": "1"}, follow=True
    )

    assert "列为不足的，请写明原因。" in words(answer)
    assert not MissDecision.objects.exists()


def test_a_leader_sees_the_margin_and_decides_nothing(client, come, bureau, report):
    come(Role.LEADER, bureau)
    schedule = bureau.schedule_sets.get().schedules.get().pk

    page = client.get(report.get_absolute_url())

    assert "法制例会·未召开 5" in words(page)
    assert address("report-miss", report.pk, schedule) not in page.content.decode()


def test_a_formula_is_put_in_by_choice(client, come, bureau, report):
    come(Role.LEGAL_OFFICER, bureau)
    formula = FormulaFactory(title="指导思想", text="坚持以示例思想为指导。")
    FormulaFactory(title="已停用", last_day=date(2025, 12, 31))
    page = client.get(address("report-formula", report.pk))
    assert list(page.context["formulas"]) == [formula]
    place = page.context["form"].fields["place"].choices[0][0]

    answer = client.post(
        address("report-formula", report.pk),
        {"formula": formula.pk, "place": place},
        follow=True,
    )

    assert "坚持以示例思想为指导。" in words(answer)
    # It needs no record.
    (sentence,) = (
        s
        for section in answer.context["sections"]
        for p in section.paragraphs
        for s in p.sentences
        if s.is_formula
    )
    assert f'class="sentence" id="s{sentence.pk}"' in answer.content.decode()


def test_the_draft_is_put_in_another_order(client, come, bureau, report):
    lay_templates(at=NOON)
    come(Role.LEGAL_OFFICER, bureau)
    three = ReportTemplate.objects.get(code="three_parts")

    answer = client.post(address("report-compile", report.pk), {"template": three.pk}, follow=True)

    assert "一、2026年度法治政府建设主要举措和成效" in words(answer)
    report.refresh_from_db()
    assert report.template == three
    assert [s.number for s in answer.context["sections"]] == ["", "一", "二", "三"]


# --- notices -------------------------------------------------------------------------------------


def test_a_notice_is_recorded_and_ticked_off_on_the_report(client, come, bureau, report):
    come(Role.LEGAL_OFFICER, bureau)
    data = {
        "unit": bureau.pk,
        "year": 2026,
        "issued_by": "区法治办",
        "due_on": "2026-06-15",
        "items": "写明第一责任人履职情况\n附数据表",
    }
    client.post(address("report-call-new"), data)
    call = ReportCall.objects.get()
    page = client.get(report.get_absolute_url())
    assert [(each.call, each.days_left) for each in page.context["calls"]] == [(call, 5)]
    assert "还有 5 天" in words(page)
    item = call.items.get(position=1)

    answer = client.post(
        address("report-call-tick", item.pk),
        {"done": "on", "back": report.get_absolute_url()},
        follow=True,
    )

    assert answer.redirect_chain == [(report.get_absolute_url(), 302)]
    (shown,) = answer.context["calls"]
    assert [each.text for each in shown.open_items] == ["附数据表"]


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com/", "reports/"])
def test_ticking_leads_nowhere_else(client, come, bureau, back):
    come(Role.LEGAL_OFFICER, bureau)
    item = CallItemFactory(call__unit=bureau)

    answer = client.post(address("report-call-tick", item.pk), {"done": "on", "back": back})

    assert answer.url == address("report-call-detail", item.call_id)


def test_a_notice_is_corrected_and_loses_nothing_typed(client, come, bureau):
    come(Role.LEGAL_OFFICER, bureau)
    item = CallItemFactory(call__unit=bureau)
    page = client.get(address("report-call-edit", item.call_id))
    assert page.context["form"]["items"].value() == "写明第一责任人履职情况"
    data = {
        "unit": bureau.pk,
        "year": 2026,
        "issued_by": "市法治办",
        "due_on": "2026-01-01",
        "issued_on": "2026-02-01",
        "items": "写明第一责任人履职情况\n新要求",
    }

    answer = client.post(address("report-call-edit", item.call_id), data)

    assert answer.context["form"]["items"].value() == data["items"]
    assert "报送期限早于发文日期" in words(answer)
    assert CallItem.objects.count() == 1


# --- templates -----------------------------------------------------------------------------------


def form_data(form):
    return {field.html_name: "" if (v := field.value()) in (None, False) else v for field in form}


def test_a_delivered_template_is_copied_and_changed(client, come, bureau):
    lay_templates(at=NOON)
    come(Role.LEGAL_OFFICER, bureau)
    delivered = ReportTemplate.objects.get(code="four_parts")
    copied = client.post(
        address("report-template-copy", delivered.pk), {"bureau": bureau.pk}, follow=True
    )
    copy = ReportTemplate.objects.get(unit=bureau)
    assert copied.redirect_chain == [(address("report-template-edit", copy.pk), 302)]
    data = form_data(copied.context["form"])
    data |= {"name": "本局四部分", "s1_order": "9", "s2_heading": "{year}年工作情况"}
    # The headings of work records are not laid in this ledger; the parts go.
    for name, value in data.items():
        if str(value).startswith("records:"):
            data[name] = ""

    answer = client.post(address("report-template-edit", copy.pk), data, follow=True)

    assert answer.redirect_chain == [(address("report-template-detail", copy.pk), 302)]
    plan = plan_from(ReportTemplate.objects.get(pk=copy.pk))
    assert plan.name == "本局四部分"
    assert [section.heading for section in plan.sections] == [
        "{year}年工作情况",
        "存在的不足和原因",
        "主要负责人履行推进法治建设第一责任人职责情况",
        "{next_year}年度工作安排",
        "",
    ]


def test_a_delivered_template_is_read_and_not_changed(client, come, bureau):
    lay_templates(at=NOON)
    come(Role.LEADER, bureau)
    delivered = ReportTemplate.objects.get(code="four_parts")

    page = client.get(address("report-template-detail", delivered.pk))

    assert "问题、原因和整改" in words(page)
    assert (page.context["may_edit"], page.context["copy_form"]) == (False, None)
    assert client.get(address("report-template-edit", delivered.pk)).status_code == 403


def test_a_template_drawn_on_twice_comes_back_with_the_reason(client, come, bureau):
    come(Role.LEGAL_OFFICER, bureau)
    own = ReportTemplateFactory(code="own", unit=bureau, name="本局")
    section = own.sections.create(position=1, role="problems", heading="不足")
    section.parts.create(position=1, draws=["problems"])
    data = form_data(client.get(address("report-template-edit", own.pk)).context["form"])
    data |= {"s1_p2_draw1": "problems", "name": "改了名"}

    answer = client.post(address("report-template-edit", own.pk), data)

    assert "在模板中出现了两次" in words(answer)
    assert answer.context["form"]["name"].value() == "改了名"
    own.refresh_from_db()
    assert own.name == "本局"


# --- queries -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("report-call-list", 6), ("report-template-list", 6)]
)
def test_lists_take_the_same_queries(
    client, come, bureau, django_assert_num_queries, rows, name, queries
):
    come(Role.LEGAL_OFFICER, bureau)
    for n in range(rows):
        CallItemFactory(call=ReportCallFactory(unit=bureau, issued_by=f"机关{n}"))
        ReportTemplateFactory(code=f"own-{n}", unit=bureau)
    client.get(address(name))

    with django_assert_num_queries(queries):
        client.get(address(name))


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_the_same_queries(client, come, bureau, django_assert_num_queries, rows):
    come(Role.LEGAL_OFFICER, bureau)
    call = ReportCallFactory(unit=bureau)
    template = ReportTemplateFactory(code="own", unit=bureau)
    for n in range(rows):
        CallItemFactory(call=call, position=n + 1)
        section = template.sections.create(position=n + 1, role="other", heading=f"第{n}")
        section.parts.create(position=1, draws=["formula"])
    client.get(address("report-call-detail", call.pk))

    for name, key, queries in (
        ("report-call-detail", call.pk, 7),
        ("report-template-detail", template.pk, 9),
        ("report-template-edit", template.pk, 8),
    ):
        with django_assert_num_queries(queries):
            client.get(address(name, key))


def test_a_station_reads_its_bureaus_templates_and_no_notice(client, come, bureau):
    station = UnitFactory(parent=bureau)
    come(Role.CLERK, station)
    own = ReportTemplateFactory(code="own", unit=bureau)
    call = ReportCallFactory(unit=bureau)

    assert client.get(address("report-template-detail", own.pk)).status_code == 200
    assert client.get(address("report-call-detail", call.pk)).status_code == 404
    assert list(client.get(address("report-call-list")).context["table"].rows) == []
