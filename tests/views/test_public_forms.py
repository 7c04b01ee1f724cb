"""The pages of the published form and of the checks: who may, what is shown, what stays typed."""

import re
from datetime import date
from html import unescape
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from reports.domain.access import Role
from reports.domain.summaries import PublicState
from reports.models import Cut, PublicForm, SecrecyStep, Sentence
from tests.factories import (
    NOON,
    AnnualReportFactory,
    AppointmentFactory,
    BureauFactory,
    CityFactory,
    FormulaFactory,
    ParagraphFactory,
    PersonFactory,
    PostFactory,
    PublicFormFactory,
    ReportCallFactory,
    SecrecyPatternFactory,
    SecrecyStepFactory,
    SectionFactory,
    SentenceFactory,
    UnitFactory,
    UserFactory,
    WordingRuleFactory,
    member,
    signed_report,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture
def bureau():
    return BureauFactory(name="东城分局", parent=CityFactory())


@pytest.fixture
def report(bureau):
    return signed_report(bureau, title="2025年度法治政府建设情况报告", issuer="东城分局")


@pytest.fixture
def public(report):
    return PublicFormFactory(report=report)


@pytest.fixture
def phone():
    return SecrecyPatternFactory(name="手机号码", pattern=r"1\d{10}", note="不得公开")


@pytest.fixture
def come(client):
    def come(role, unit, **kwargs):
        user = member(role, unit, **kwargs)
        client.force_login(user, backend="reports.views.backend.LedgerBackend")
        return user

    return come


def page(name, report, *more):
    return reverse(f"reports:{name}", args=[report.pk, *more])


def words(answer):
    text = re.sub(r"<[^>]+>", "", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def sentence(report, text):
    return Sentence.objects.get(paragraph__section__report=report, text__contains=text)


def person_of(user, unit):
    person = PersonFactory(unit=unit)
    person.user = user
    person.save()
    return person


def at_state(public, state):
    """The form after its first checks, made by others."""
    for reached in ("self_checked", "second_checked"):
        if PublicForm.objects.get(pk=public.pk).state == state:
            return
        user = UserFactory()
        SecrecyStepFactory(form=public, to_state=reached, on=TODAY, recorded_by=user)
        PublicForm.objects.filter(pk=public.pk).update(state=reached)


# --- checks -------------------------------------------------------------------------------------


def test_the_page_of_checks_quotes_the_place_and_says_what_to_do(client, come, bureau, phone):
    draft = AnnualReportFactory(bureau=bureau, year=2026)
    of = ParagraphFactory(section__report=draft, section__heading="举措", heading="普法")
    SentenceFactory(paragraph=of, text="认真布署，联系电话13800000000。")
    WordingRuleFactory(wrong="布署", right="部署", note="同音别字")
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(page("report-checks", draft))

    found = {
        group.code: [
            (item.before, item.quoted, item.after, item.text, item.url) for item in group.items
        ]
        for code, groups, _number in answer.context["parts"]
        if code != "records"
        for group in groups
    }
    url = f"{page('report-section-edit', draft, of.section_id)}#id_text_{of.pk}"
    assert found == {
        "secrecy": [
            (
                "认真布署，联系电话",
                "13800000000",
                "。",
                "疑似手机号码，核对是否可以公开。",
                url,
            )
        ],
        "typo": [("认真", "布署", "，联系电话13800000000…", "建议写作“部署”。", url)],
    }
    assert "举措，（一）普法" in words(answer)


def test_a_signed_report_is_checked_for_reading_only(client, come, report, phone):
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = client.get(page("report-checks", report))

    parts = {code: number for code, _groups, number in answer.context["parts"]}
    assert parts == {"secrets": 1, "wording": 0, "records": 0}
    assert "报告文字已固定" in words(answer)
    assert page("report-edit", report) not in answer.content.decode()


def test_the_page_of_the_draft_counts_what_is_found(client, come, bureau):
    draft = AnnualReportFactory(bureau=bureau, year=2026)
    SentenceFactory(paragraph__section__report=draft, text="认真布署。")
    WordingRuleFactory(wrong="布署", right="部署")
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(draft.get_absolute_url())

    assert answer.context["checks"] == (1, 0)
    assert f'href="{page("report-checks", draft)}#wording"' in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_checks_take_the_same_queries(client, come, bureau, django_assert_num_queries, phone, rows):
    draft = AnnualReportFactory(bureau=bureau, year=2026)
    for number in range(rows):
        of = ParagraphFactory(section=SectionFactory(report=draft, position=number + 1))
        SentenceFactory(paragraph=of, text="联系电话13800000000，布署。")
        FormulaFactory()
        PersonFactory(unit=bureau)
    WordingRuleFactory()
    come(Role.INSPECTOR, bureau)

    with django_assert_num_queries(32):
        answer = client.get(page("report-checks", draft))

    assert answer.status_code == 200


# --- the published form -------------------------------------------------------------------------


def test_the_legal_officer_begins_it(client, come, report):
    come(Role.LEGAL_OFFICER, report.bureau)
    before = client.get(page("report-public", report))

    answer = client.post(page("report-public-begin", report), follow=True)

    assert before.context["may_begin"] is True
    assert PublicForm.objects.get().report == report
    assert "全文公开，没有删改" in words(answer)
    again = client.post(page("report-public-begin", report), follow=True)
    assert "公开稿已经建立" in words(again)


def test_a_draft_has_no_published_form(client, come, bureau):
    draft = AnnualReportFactory(bureau=bureau, year=2026)
    come(Role.LEGAL_OFFICER, bureau)

    answer = client.get(page("report-public", draft))

    assert (answer.context["may_begin"], answer.context["against"]) == (
        False,
        ["报告签发后才能制作公开稿。"],
    )
    for name in ("report-public-print", "report-public-docx", "report-public-slip"):
        assert client.get(page(name, draft)).status_code == 404


def test_both_texts_stand_beside_each_other(client, come, report, public):
    Cut.objects.create(
        form=public, sentence=sentence(report, "电话"), because="个人信息", recorded_at=NOON
    )
    come(Role.LEADER, report.bureau)

    answer = client.get(page("report-public", report))

    text = answer.content.decode()
    assert "<del>联系电话13800000000。</del>" in text
    assert "理由：个人信息" in words(answer)
    (section,) = answer.context["sections"]
    assert [(row.signed_lead, row.public_lead, row.is_same) for row in section.rows] == [
        ("（一）普法", "（一）普法", False),
        ("（二）保障", "（二）保障", True),
    ]


def cut(client, report, text, **data):
    address = page("report-public-cut", report, sentence(report, text).pk)
    return client.post(address, {"how": "out", "because": "内部事项"} | data)


def test_a_sentence_is_taken_out_and_put_back(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = cut(client, report, "电话")

    key = sentence(report, "电话").pk
    assert answer["Location"] == f"{page('report-public', report)}#s{key}"
    assert Cut.objects.get().sentence_id == key
    client.post(page("report-public-cut", report, key), {"restore": "out"})
    assert Cut.objects.count() == 0


def test_a_whole_paragraph_is_taken_out_and_put_back(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)

    cut(client, report, "电话", how="paragraph")

    assert Cut.objects.count() == 2
    key = sentence(report, "电话").pk
    client.post(page("report-public-cut", report, key), {"restore": "paragraph"})
    assert Cut.objects.count() == 0


def test_a_sentence_is_written_otherwise(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)

    cut(client, report, "警力", how="rewrite", instead="保障有力。")

    assert Cut.objects.get().instead == "保障有力。"
    shown = client.get(page("report-public", report)).content.decode()
    assert "<ins>保障有力。</ins>" in shown


@pytest.mark.parametrize(
    ("data", "sentence_shown"),
    [
        ({"how": "rewrite", "instead": "", "because": "内部事项"}, "请填写改写后的文字。"),
        ({"how": "rewrite", "instead": "警力配备到位。"}, "改写后的文字与原文相同。"),
        ({"how": "out", "because": ""}, "这个字段是必填项。"),
    ],
)
def test_a_refused_cut_keeps_what_was_typed(client, come, report, public, data, sentence_shown):
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = cut(client, report, "警力", **data)

    assert answer.status_code == 200
    assert sentence_shown in words(answer)
    assert answer.context["form"]["how"].value() == data["how"]
    assert Cut.objects.count() == 0


def test_a_sentence_of_another_report_is_not_there(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)
    other = SentenceFactory()

    assert client.get(page("report-public-cut", report, other.pk)).status_code == 404


def test_a_finding_is_settled_with_a_word(client, come, report, public, phone):
    come(Role.INSPECTOR, report.bureau)
    address = page("report-public-seen", report)

    refused = client.post(address, {"quoted": "13800000000", "word": ""})
    client.post(address, {"quoted": "13800000000", "word": "举报电话"})

    assert refused.status_code == 200
    assert refused.context["unsettled_count"] == 1
    assert SecrecyStep.objects.get().opinion == "“13800000000”：举报电话"
    shown = client.get(page("report-public", report))
    assert "举报电话" in words(shown)
    assert shown.context["unsettled_count"] == 0


def check(client, report, **data):
    return client.post(
        page("report-public-check", report), {"opinion": "同意。", "on": "2026-06-10"} | data
    )


def test_the_three_steps_by_three_logins(client, come, report, public):
    bureau = report.bureau
    come(Role.LEGAL_OFFICER, bureau)
    check(client, report)
    come(Role.INSPECTOR, bureau)
    check(client, report)
    chief = person_of(come(Role.LEADER, bureau), bureau)
    AppointmentFactory(
        person=chief, unit=bureau, post=PostFactory(code="in_charge", is_capacity=True)
    )

    answer = check(client, report)

    assert answer["Location"] == page("report-public", report)
    public.refresh_from_db()
    assert public.state == "approved"
    assert public.text[0]["heading"] == "一、主要举措"


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("draft", {Role.LEGAL_OFFICER}),
        ("self_checked", {Role.LEGAL_OFFICER, Role.INSPECTOR}),
        ("second_checked", {Role.LEGAL_OFFICER, Role.LEADER}),
    ],
)
def test_who_comes_to_which_step(client, come, report, public, state, allowed):
    at_state(public, state)
    found = set()
    for role in (Role.LEGAL_OFFICER, Role.INSPECTOR, Role.LEADER):
        come(role, report.bureau)
        if client.get(page("report-public-check", report)).status_code == 200:
            found.add(role)
    come(Role.SUPERVISOR, report.bureau.parent)

    assert found == allowed
    assert client.get(page("report-public-check", report)).status_code == 403


def test_who_checked_herself_is_offered_the_sheet(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)
    check(client, report)
    other = PersonFactory(unit=report.bureau)

    shown = client.get(page("report-public-check", report))
    check(client, report, person=other.pk)

    assert shown.context["from_paper"] is True
    step = SecrecyStep.objects.get(to_state="second_checked")
    assert (step.person, step.from_paper) == (other, True)


def test_a_refused_check_keeps_what_was_typed(client, come, report, public):
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = check(client, report, on="2026-06-11", opinion="已查。")

    assert answer.status_code == 200
    assert "日期不能晚于今天" in words(answer)
    assert answer.context["form"]["opinion"].value() == "已查。"


def test_back_with_a_reason(client, come, report, public):
    at_state(public, "self_checked")
    come(Role.INSPECTOR, report.bureau)

    client.post(page("report-public-back", report), {"because": "第二段涉及个案"})

    public.refresh_from_db()
    assert public.state == "draft"
    assert "第二段涉及个案" in words(client.get(page("report-public", report)))


def approve(public, report):
    at_state(public, "second_checked")
    SecrecyStepFactory(form=public, to_state="approved", on=TODAY, recorded_by=UserFactory())
    text = [
        {
            "heading": "一、主要举措",
            "paragraphs": [{"heading": "（一）普法", "text": "固定的文字。"}],
        }
    ]
    PublicForm.objects.filter(pk=public.pk).update(state="approved", text=text, sha256="a" * 64)


def test_published_late_is_said(client, come, report, public):
    approve(public, report)
    come(Role.LEGAL_OFFICER, report.bureau)
    data = {"on": "2026-06-10", "address": "https://example.gov.cn/1", "index_number": ""}

    before = client.get(page("report-public-publish", report))
    answer = client.post(page("report-public-publish", report), data, follow=True)

    public.refresh_from_db()
    assert (public.state, public.published_on) == ("published", TODAY)
    assert "公开期限为2026年4月1日，已经超过" in words(before)
    assert "公开日期晚于规定期限" in words(answer)


def test_the_limit_of_the_notice_counts(client, come, report, public):
    ReportCallFactory(unit=report.bureau, year=2025, publish_by=date(2026, 7, 1))
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = client.get(page("report-public", report))

    assert (answer.context["limit"], answer.context["is_late"]) == (date(2026, 7, 1), False)


def test_it_is_published_somewhere(client, come, report, public):
    approve(public, report)
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = client.post(page("report-public-publish", report), {"on": "2026-06-10"})

    assert "请填写公开网址或索引号，至少一项。" in words(answer)


def test_an_approved_text_has_no_further_check(client, come, report, public):
    approve(public, report)
    come(Role.LEGAL_OFFICER, report.bureau)

    answer = client.get(page("report-public-check", report))

    assert answer["Location"] == page("report-public", report)


# --- papers -------------------------------------------------------------------------------------


def test_the_print_is_clean(client, come, report, public):
    Cut.objects.create(
        form=public, sentence=sentence(report, "电话"), because="个人信息", recorded_at=NOON
    )
    come(Role.SUPERVISOR, report.bureau.parent)

    text = words(client.get(page("report-public-print", report)))

    assert "公开稿草稿，未批准公开" in text
    assert "全年开展普法43次。" in text
    assert "13800000000" not in text
    assert "个人信息" not in text


def test_the_print_of_an_approved_text_is_what_was_frozen(client, come, report, public):
    approve(public, report)
    come(Role.LEADER, report.bureau)

    text = words(client.get(page("report-public-print", report)))

    assert "固定的文字。" in text
    assert "全年开展普法" not in text
    assert "草稿" not in text


def test_the_docx_says_the_same(client, come, report, public):
    approve(public, report)
    come(Role.LEADER, report.bureau)

    answer = client.get(page("report-public-docx", report))

    lines = [p.text for p in Document(BytesIO(answer.content)).paragraphs if p.text]
    assert lines == [
        "东城分局",
        "2025年度法治政府建设情况报告",
        "一、主要举措",
        "（一）普法",
        "固定的文字。",
        "东城分局",
        "2026年2月20日",
    ]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "kind"), [("report-public-text", "text/plain"), ("report-public-html", "text/html")]
)
def test_the_texts_for_a_web_page_are_what_was_frozen(client, come, report, public, name, kind):
    approve(public, report)
    come(Role.LEADER, report.bureau)

    answer = client.get(page(name, report))

    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    text = answer.content.decode()
    assert "固定的文字。" in text
    assert "全年开展普法" not in text


def test_the_pdf_is_one(client, come, report, public):
    approve(public, report)
    come(Role.LEADER, report.bureau)

    answer = client.get(page("report-public-pdf", report))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"


def test_the_slip_has_what_was_said_and_room_for_the_rest(client, come, report, public, phone):
    SecrecyStepFactory(
        form=public,
        to_state="self_checked",
        opinion="不涉密。",
        person=PersonFactory(unit=report.bureau, name="周自查"),
        on=TODAY,
    )
    SecrecyStepFactory(form=public, to_state="", opinion="“13800000000”：举报电话", on=TODAY)
    PublicForm.objects.filter(pk=public.pk).update(state=PublicState.SELF_CHECKED.value)
    Cut.objects.create(
        form=public, sentence=sentence(report, "警力"), because="警力不公开", recorded_at=NOON
    )
    come(Role.LEADER, report.bureau)

    answer = client.get(page("report-public-slip", report))

    slip = answer.context["slip"]
    assert [(line.label, line.opinion, line.name, line.day) for line in slip.lines] == [
        ("自查意见", "不涉密。", "周自查", "2026年6月10日"),
        ("复核意见", "", "", ""),
        ("批准意见", "", "", ""),
    ]
    text = words(answer)
    assert "“警力配备到位。”不公开（理由：警力不公开）" in text
    assert "“13800000000”：举报电话" in text


# --- scope and queries --------------------------------------------------------------------------


def test_another_bureau_sees_nothing(client, come, report, public):
    come(Role.LEGAL_OFFICER, BureauFactory())

    for name in ("report-checks", "report-public", "report-public-print", "report-public-slip"):
        assert client.get(page(name, report)).status_code == 404


def test_a_station_sees_nothing(client, come, report, public):
    come(Role.CLERK, UnitFactory(parent=report.bureau))

    assert client.get(page("report-public", report)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries(
    client, come, report, public, phone, django_assert_num_queries, rows
):
    section = SectionFactory(report=report, position=2)
    for number in range(rows):
        of = ParagraphFactory(section=section, position=number + 1)
        said = SentenceFactory(paragraph=of, text=f"联系电话1390000000{number}。")
        Cut.objects.create(form=public, sentence=said, because="个人信息", recorded_at=NOON)
        person = PersonFactory(unit=report.bureau)
        SecrecyStepFactory(form=public, to_state="", opinion="“x”：y", person=person)
    come(Role.INSPECTOR, report.bureau)

    with django_assert_num_queries(10):
        answer = client.get(page("report-public", report))

    assert len(answer.context["found"]) == 1
