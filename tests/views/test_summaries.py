"""The pages of the annual report: who may, what is shown, what stays typed."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from reports.actions.schedules import plan_dues
from reports.actions.summaries import compile_report
from reports.domain.access import Role
from reports.models import AnnualReport, Honour, Paragraph
from tests.factories import (
    NOON,
    AnnualReportFactory,
    BureauFactory,
    CityFactory,
    HonourFactory,
    MeasureFactory,
    ProblemFactory,
    ScheduleVersionFactory,
    UnitFactory,
    bureau_with_records,
    holder_of,
    member,
    sign_off,
    walk_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
STAMP = {"by": None, "at": NOON, "today": TODAY}


@pytest.fixture
def bureau():
    return bureau_with_records()


@pytest.fixture
def report(bureau):
    return compile_report(bureau=bureau, year=2026, **STAMP)


@pytest.fixture
def come(client):
    def come(role, unit, **kwargs):
        user = member(role, unit, **kwargs)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return user

    return come


def page(name, report):
    return reverse(f"reports:{name}", args=[report.pk])


def words(answer):
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def chief(bureau, **kwargs):
    return holder_of(bureau, "first_person", **kwargs)


TO_SIGN = ("countersign", "send", "review", "deliberate")


def form_data(answer, **changes):
    """What the edit page would send back if nothing was typed, and then some changes."""
    data = {}
    for field in answer.context["form"]:
        value = field.value()
        if value is not False:
            data[field.html_name] = "" if value is None else value
        if field.field.show_hidden_initial:
            data[field.html_initial_name] = value
    return data | changes


def editor(section):
    return reverse("reports:report-section-edit", args=[section.report_id, section.pk])


def test_a_clerk_sees_no_report(client, come, report):
    come(Role.CLERK, UnitFactory(parent=report.bureau))

    assert client.get(page("report-detail", report)).status_code == 404
    assert list(client.get(reverse("reports:report-list")).context["table"].rows) == []


def test_the_legal_officer_compiles(client, come, bureau):
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.post(
        reverse("reports:report-new"), {"bureau": bureau.pk, "year": 2026}, follow=True
    )

    report = AnnualReport.objects.get()
    assert answer.redirect_chain == [(report.get_absolute_url(), 302)]
    assert "一、2026年度法治政府建设主要举措和成效" in words(answer)
    again = client.post(
        reverse("reports:report-new"), {"bureau": bureau.pk, "year": 2026}, follow=True
    )
    assert "该年度的报告已经存在" in words(again)


def test_figures_in_the_text_open_their_lists(client, come, report):
    come(Role.LEADER, report.bureau)

    text = client.get(page("report-detail", report)).content.decode()

    found = re.findall(r'<a class="fig" href="([^"]+)"[^>]*>(\d+)</a>', text)
    assert len(found) >= 4
    for href, number in found:
        if not href.startswith("#"):
            rows = client.get(unescape(href)).context["table"].paginator.count
            assert rows == int(number), href


def test_the_records_behind_a_sentence_stand_beside_it(client, come, report):
    come(Role.LEADER, report.bureau)
    sentence = Paragraph.objects.get(heading="案卷不全").sentences.first()

    answer = client.get(f"{page('report-detail', report)}?s={sentence.pk}")

    assert [each.label for each in answer.context["behind"]] == ["案卷不全"]
    assert client.get(f"{page('report-detail', report)}?s=x").context["chosen"] is None


def test_text_is_edited_and_figures_stay(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    of = Paragraph.objects.get(heading="案卷不全")
    form = client.get(editor(of.section))

    data = form_data(form)
    data[f"text_{of.pk}"] = data[f"text_{of.pk}"].replace("责任不明", "职责不清")
    answer = client.post(editor(of.section), data, follow=True)

    back = f"{report.get_absolute_url()}#part-{of.section_id}"
    assert answer.redirect_chain == [(back, 302)]
    assert "主要原因：职责不清。" in words(answer)


def test_a_changed_figure_is_refused_and_nothing_typed_is_lost(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    of = Paragraph.objects.get(heading="荣誉和考评结果")
    form = client.get(editor(of.section))

    data = form_data(form, added="明年多开会。")
    data[f"text_{of.pk}"] = data[f"text_{of.pk}"].replace("【1｜", "【9｜")
    answer = client.post(editor(of.section), data)

    assert answer.status_code == 200
    said = words(answer)
    assert "的数字被改动；台账中现为1，数据不能手工修改。" in said
    assert "【9｜荣誉和考评结果】" in said
    assert "明年多开会。" in said
    assert of.sentences.get().text == "本年度获得荣誉和考评结果{{honours}}项：优秀单位。"


def test_a_figure_that_grew_while_the_form_was_open_is_no_mistake(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    of = Paragraph.objects.get(heading="荣誉和考评结果")
    data = form_data(client.get(editor(of.section)))
    HonourFactory(bureau=report.bureau)

    answer = client.post(editor(of.section), data)

    assert answer.status_code == 302


def test_a_lost_figure_is_told(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    of = Paragraph.objects.get(heading="荣誉和考评结果")
    data = form_data(client.get(editor(of.section)), **{f"text_{of.pk}": "有荣誉。"})

    answer = client.post(editor(of.section), data, follow=True)

    assert "正文中不再出现以下1项数据：荣誉和考评结果" in words(answer)


def test_the_leader_signs_as_herself(client, come, report):
    user = come(Role.LEADER, report.bureau)
    person = chief(report.bureau, user=user)
    walk_report(report, *TO_SIGN)

    answer = client.get(page("report-sign", report))
    assert f"以{person.name}的名义签发" in words(answer)
    answer = client.post(
        page("report-sign", report), {"on": "2026-06-10", "expected": "committee"}, follow=True
    )

    report.refresh_from_db()
    assert (report.state, report.signer, report.signed_by) == ("signed", person, user)
    assert not report.from_paper
    assert "已签发。正文和数据已固定" in words(answer)


def test_a_signed_sheet_is_recorded_by_the_legal_officer(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    person = chief(report.bureau)
    walk_report(report, *TO_SIGN)

    answer = client.post(
        page("report-sign", report),
        {"on": "2026-06-10", "person": person.pk, "expected": "committee"},
        follow=True,
    )

    report.refresh_from_db()
    assert (report.signer, report.from_paper) == (person, True)
    assert "凭签批件录入" in words(answer)
    assert "不能再改" in words(client.get(page("report-edit", report), follow=True))


def test_a_refused_signature_says_why(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    person = chief(report.bureau)
    walk_report(report, *TO_SIGN, on=date(2026, 6, 8))

    answer = client.post(
        page("report-sign", report),
        {"on": "2026-06-09", "person": person.pk, "expected": "committee"},
    )

    assert "签发日期早于数据截至日（2026年6月10日）" in words(answer)
    report.refresh_from_db()
    assert report.state == "committee"


def test_the_supervisor_reads_only(client, come, report):
    come(Role.SUPERVISOR, report.bureau.parent)

    answer = client.get(page("report-detail", report))

    assert answer.status_code == 200
    assert page("report-sign", report) not in answer.content.decode()
    assert page("report-edit", report) not in answer.content.decode()
    assert client.post(page("report-sign", report)).status_code == 403
    assert client.post(page("report-compile", report)).status_code == 403


def signed(bureau, year=2025):
    return sign_off(compile_report(bureau=bureau, year=year, **STAMP))


def test_later_changes_show_as_drift(client, come, bureau):
    report = signed(bureau)
    HonourFactory(bureau=bureau, year=2025)
    come(Role.LEADER, bureau)

    answer = client.get(page("report-detail", report))
    listed = client.get(reverse("reports:report-list"))

    assert [(d.label, d.frozen, d.now) for d in answer.context["drift"]] == [
        ("荣誉和考评结果", 0, 1)
    ]
    assert "1项变动" in words(listed)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries(client, come, django_assert_num_queries, rows):
    city = CityFactory()
    for _n in range(rows):
        signed(BureauFactory(parent=city))
    come(Role.SUPERVISOR, city)

    with django_assert_num_queries(19):
        answer = client.get(reverse("reports:report-list"))

    assert len(answer.context["table"].rows) == rows


def test_the_list_is_exported_as_filtered(client, come, bureau):
    signed(bureau)
    AnnualReportFactory(bureau=bureau, year=2024)
    come(Role.LEADER, bureau)

    answer = client.get(f"{reverse('reports:report-list')}?state=signed&_export=csv")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "年度,分局,标题,状态,数据截至,签发日期,签发人"
    assert len(lines) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries(client, come, django_assert_num_queries, rows):
    bureau = BureauFactory()
    for _n in range(rows):
        ProblemFactory(unit=bureau)
        MeasureFactory(unit=bureau, plan_year=2027)
        ScheduleVersionFactory(schedule__set__unit=bureau)
    plan_dues(today=TODAY, year=2026, bureau_ids=[bureau.pk])
    report = compile_report(bureau=bureau, year=2026, **STAMP)
    come(Role.LEGAL_OFFICER, bureau)

    with django_assert_num_queries(36):
        answer = client.get(page("report-detail", report))

    assert answer.status_code == 200


def test_the_print_marks_a_draft_and_names_the_signer(client, come, bureau, report):
    come(Role.LEADER, bureau)

    draft = words(client.get(page("report-print", report)))
    report = signed(bureau)
    paper = words(client.get(page("report-print", report)))

    assert "草稿，未签发" in draft
    assert "数据截至2026年6月10日。本件为草稿，数据随台账更新。" in draft
    assert "草稿" not in paper
    assert f"签发人：{report.signer.name}" in paper
    assert "（数据截至2025年12月31日。）" in paper


def test_the_print_is_chinese_for_a_reader_of_english(client, come, bureau, report):
    come(Role.LEADER, bureau)
    client.cookies["ledger_language"] = "en"

    text = words(client.get(page("report-print", report), headers={"accept-language": "en"}))

    assert "草稿，未签发" in text


def test_the_print_has_headings(client, come, report):
    come(Role.LEADER, report.bureau)

    text = client.get(page("report-print", report)).content.decode()

    assert text.count("<h2>") == 4
    assert "<h2>一、2026年度法治政府建设主要举措和成效</h2>" in text
    assert "<h3>（一）" in text
    assert '<nav class="mainnav"' not in text


def test_a_published_text_shows_only_what_is_known(client, come):
    bureau = BureauFactory(ledger_from=None)
    report = AnnualReportFactory(
        bureau=bureau,
        year=2025,
        state="published",
        is_published_text=True,
        index_number="A001/2026-1",
        issued_on=date(2026, 2, 1),
        topic="公安",
        issuer="某局",
    )
    ProblemFactory(unit=bureau, found_on=date(2025, 12, 31), as_published=True, title="监督分散")
    MeasureFactory(unit=bureau, plan_year=2026, as_published=True, title="加强培训")
    come(Role.LEADER, bureau)

    for name in ("report-detail", "report-print"):
        answer = client.get(page(name, report))
        text = words(answer)
        for word in ("A001/2026-1", "监督分散", "加强培训", "没有应开应办事项"):
            assert word in text, (name, word)
        assert "应落实" not in text


HONOUR = {"kind": "honour", "level": "city"}


def test_honours_are_entered_within_the_report(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = client.post(
        page("honour-new", report), HONOUR | {"title": "集体三等功", "awarded_on": "2026-05-01"}
    )
    honour = Honour.objects.get(title="集体三等功")
    assert answer["Location"] == f"{report.get_absolute_url()}#honours"
    client.post(page("honour-edit", honour), {"cancel": "1", "cancel-because": "录错"})

    honour.refresh_from_db()
    assert honour.cancelled_because == "录错"
    late = HONOUR | {"title": "甲", "awarded_on": "2026-07-01"}
    future = client.post(page("honour-new", report), late)
    assert "授予日期不能晚于今天" in words(future)
